//! TCP segments to ordered octets, with holes told and provenance kept.

mod assemble;
mod buffer;
mod flow;

pub use buffer::Buffer;
pub use flow::Flow;

use crate::capture::Octets;

/// Which end of a connection: the one that opened the TCP connection, or the other.
///
/// Where the opening was not captured, the end that uses a TPKT port is taken for the responder, else the end
/// with the lower port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The end that called.
    Initiator,
    /// The end that was called.
    Responder,
}

impl Side {
    /// The other end.
    pub const fn other(self) -> Side {
        match self {
            Side::Initiator => Side::Responder,
            Side::Responder => Side::Initiator,
        }
    }

    /// 0 for the initiator, 1 for the responder: an index into what is kept for both.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Why octets of a stream are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Missing {
    /// A frame was captured, but the snap length cut it.
    Cut,
    /// No frame that was captured had them.
    Lost,
}

/// Octets that are missing in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// How many.
    pub octets: u64,
    /// Why.
    pub why: Missing,
}

/// What happens on a TCP connection besides the octets.
#[derive(Clone, Copy, Debug)]
pub enum Incident<'a> {
    /// A SYN without ACK: the initiator opens the connection (told once; repeats are [`Incident::OpenRepeated`]).
    Opened,
    /// The SYN again.
    OpenRepeated,
    /// A SYN with ACK: the responder accepts.
    Accepted,
    /// The first segment of this side that was captured is not its SYN: the capture began in mid-stream.
    Midstream,
    /// Octets that were sent before came again with other contents; the first ones are kept.
    Conflict {
        /// Where the other contents were captured, with as many octets as differ in one run.
        second: Octets<'a>,
        /// What was sent first in their place.
        first: &'a [u8],
    },
    /// The side has ended its stream (told once, when every octet in front of the FIN was delivered or declared lost).
    Finished,
    /// The side reset the connection.
    Reset,
    /// So many octets wait behind a hole that it was declared lost.
    WindowExceeded,
}

/// Receives the two streams of a connection.
pub trait Receiver {
    /// The next octets that `side` sent, in order.
    fn octets(&mut self, side: Side, octets: Octets<'_>);

    /// The next octets that `side` sent are missing.
    fn lost(&mut self, side: Side, loss: Loss);

    /// Something happened at `side`.
    fn incident(&mut self, side: Side, incident: Incident<'_>);
}
