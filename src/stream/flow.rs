//! One TCP connection: two directions put in order.

use crate::net::{Endpoint, Segment};

use super::{Receiver, Side};

/// One TCP connection.
#[derive(Debug)]
pub struct Flow {
    ends: [Endpoint; 2],
}

impl Flow {
    /// The connection that `first` belongs to; `listens` says which ports are TPKT ports, for a capture that began in mid-stream.
    pub fn new(first: &Segment<'_>, listens: impl Fn(u16) -> bool) -> Flow {
        todo!()
    }

    /// The end on `side`.
    pub fn end(&self, side: Side) -> Endpoint {
        self.ends[side.index()]
    }

    /// The side that sent `segment`.
    pub fn side(&self, segment: &Segment<'_>) -> Side {
        todo!()
    }

    /// Whether `segment` opens another connection between the same ends: a SYN with a sequence number outside
    /// this one, behind its end or in place of it.
    pub fn reopened_by(&self, segment: &Segment<'_>) -> bool {
        todo!()
    }

    /// Takes a segment of this connection.
    pub fn push<R: Receiver>(&mut self, segment: &Segment<'_>, receiver: &mut R) {
        todo!()
    }

    /// The capture has ended: what waits behind holes is delivered, the holes are declared lost.
    pub fn finish<R: Receiver>(&mut self, receiver: &mut R) {
        todo!()
    }
}
