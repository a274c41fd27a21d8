//! TPKT, the packet format of RFC 1006 clause 6: octet stream to packets, with resynchronization.

use crate::capture::Octets;
use crate::stream::{Buffer, Loss, Missing};
use crate::tree::Sink;

/// Length of the packet header.
pub const HEADER: usize = 4;

/// The fact about one packet header (RFC 1006 clause 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Octet 0: 3.
    pub version: u8,
    /// Octet 1: reserved, 0 on sending.
    pub reserved: u8,
    /// Octets 2 and 3: length of the packet with this header.
    pub length: u16,
}

/// What the stream of one direction consists of.
#[derive(Clone, Copy, Debug)]
pub enum Unit<'a> {
    /// A packet. Where the capture misses its end, `octets` holds the part in front of the first missing octet.
    Packet {
        /// Its header.
        header: Header,
        /// The packet with its header, as far as it is there.
        octets: Octets<'a>,
        /// Why octets are missing at the end, if any are.
        missing: Option<Missing>,
        /// The octets behind a hole inside the packet, which no one can place; usually empty.
        rest: Octets<'a>,
    },
    /// Octets that belong to no packet: passed over on the way to the next packet boundary that proves itself.
    Junk {
        /// What was passed over.
        octets: Octets<'a>,
        /// Why.
        why: Why,
    },
}

/// Why octets of a stream could not be read as packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// The version octet at a packet boundary is not 3 and no packet follows from here.
    Version,
    /// The length at a packet boundary is impossible (less than 7).
    Length,
    /// The capture begins, or goes on behind a hole, inside a packet.
    OutOfStep,
}

/// Cuts the octet stream of one direction into packets.
#[derive(Debug, Default)]
pub struct Deframer {
    buffer: Buffer,
}

impl Deframer {
    /// A deframer at the beginning of a connection (`in_step`), or anywhere in the stream.
    pub fn new(in_step: bool) -> Deframer {
        todo!()
    }

    /// Takes the next octets of the stream and gives every unit that they complete, in order.
    pub fn push<F: FnMut(Unit<'_>)>(&mut self, octets: Octets<'_>, mut emit: F) {
        todo!()
    }

    /// Takes note that `loss` octets are missing here.
    pub fn lose<F: FnMut(Unit<'_>)>(&mut self, loss: Loss, mut emit: F) {
        todo!()
    }

    /// The stream has ended, or the capture has (`missing` where octets were still due): gives what is left.
    pub fn finish<F: FnMut(Unit<'_>)>(&mut self, missing: Missing, mut emit: F) {
        todo!()
    }
}

/// Describes a packet: the ISO layer of the frame view.
pub fn describe<S: Sink>(packet: Octets<'_>, header: &Header, sink: &mut S) {
    todo!()
}
