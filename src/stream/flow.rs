//! One TCP connection: two directions put in order.

use crate::net::{Endpoint, Flags, Segment};

use super::assemble::{Assembler, Data, Outlet};
use super::{Incident, Receiver, Side};

/// A SYN whose sequence number lies so little in front of the first data is the one of a connection that was
/// taken for one in mid-stream, recorded late; any other opens a new connection.
const LATE_SYN: u32 = 1 << 16;

/// One TCP connection.
#[derive(Debug)]
pub struct Flow {
    ends: [Endpoint; 2],
    streams: [Stream; 2],
}

/// What one end sends.
#[derive(Debug, Default)]
struct Stream {
    octets: Assembler,
    /// The SYN was seen.
    opened: bool,
    /// A RST was seen and no SYN after it.
    reset: bool,
}

impl Flow {
    /// The connection that `first` belongs to; `listens` says which ports are TPKT ports, for a capture that
    /// began in mid-stream. The segment itself is still to be pushed.
    pub fn new(first: &Segment<'_>, listens: impl Fn(u16) -> bool) -> Flow {
        let called = if first.flags.has(Flags::SYN) {
            !first.flags.has(Flags::ACK)
        } else {
            match (listens(first.from.port), listens(first.to.port)) {
                (false, true) => true,
                (true, false) => false,
                _ => first.to.port <= first.from.port,
            }
        };
        let ends = if called { [first.from, first.to] } else { [first.to, first.from] };
        Flow { ends, streams: Default::default() }
    }

    /// The end on `side`.
    pub fn end(&self, side: Side) -> Endpoint {
        self.ends[side.index()]
    }

    /// The side that sent `segment`.
    pub fn side(&self, segment: &Segment<'_>) -> Side {
        if segment.from == self.ends[0] && segment.to == self.ends[1] { Side::Initiator } else { Side::Responder }
    }

    /// Whether `segment` opens another connection between the same ends: a SYN that is neither this connection's
    /// SYN again nor recorded late. A SYN again after a RST is the same attempt repeated.
    pub fn reopened_by(&self, segment: &Segment<'_>) -> bool {
        if !segment.flags.has(Flags::SYN) || segment.flags.has(Flags::RST) {
            return false;
        }
        let side = self.side(segment);
        let (stream, other) = (&self.streams[side.index()], &self.streams[side.other().index()]);
        let first = segment.sequence.wrapping_add(1);
        let other_origin = stream.octets.origin().is_some_and(|origin| match stream.opened {
            true => origin != first,
            false => origin.wrapping_sub(first) > LATE_SYN,
        });
        if segment.flags.has(Flags::ACK) {
            // The answer to a SYN that was not captured. While the connection lives it would be garbage.
            return other_origin && self.is_over();
        }
        // An end that was not heard yet does not open a connection whose other end is in mid-stream.
        let too_late = stream.octets.origin().is_none() && other.octets.origin().is_some() && !other.opened;
        other_origin || too_late
    }

    /// Takes a segment of this connection. Octets in order are handed on as they are, without a copy.
    pub fn push<R: Receiver>(&mut self, segment: &Segment<'_>, receiver: &mut R) {
        let side = self.side(segment);
        if segment.flags.has(Flags::RST) {
            self.reset(side, segment, receiver);
            return;
        }
        let opens = segment.flags.has(Flags::SYN);
        if opens && !self.open(side, segment, receiver) {
            return;
        }
        if segment.flags.has(Flags::ACK) {
            self.streams[side.other().index()].octets.acknowledge(segment.acknowledgement);
        }
        let data = Data {
            sequence: segment.sequence.wrapping_add(u32::from(opens)),
            payload: segment.payload,
            cut: segment.cut,
            last: segment.flags.has(Flags::FIN) && !opens,
        };
        self.take(side, data, receiver);
        let over = self.is_closed();
        for side in [Side::Initiator, Side::Responder] {
            let stream = &mut self.streams[side.index()].octets;
            if over {
                stream.flush(&mut Outlet { side, receiver });
                stream.forget();
            } else {
                stream.reconsider(&mut Outlet { side, receiver });
            }
        }
    }

    /// The capture has ended: what waits behind holes is delivered, the holes are declared lost.
    pub fn finish<R: Receiver>(&mut self, receiver: &mut R) {
        for side in [Side::Initiator, Side::Responder] {
            self.streams[side.index()].octets.flush(&mut Outlet { side, receiver });
        }
    }

    /// Takes note of a SYN. Says whether the segment is of this connection.
    fn open<R: Receiver>(&mut self, side: Side, segment: &Segment<'_>, receiver: &mut R) -> bool {
        let answers = segment.flags.has(Flags::ACK);
        let first = segment.sequence.wrapping_add(1);
        let stream = &mut self.streams[side.index()];
        match stream.octets.origin() {
            Some(origin) if origin == first => (),
            Some(origin) if !stream.opened && origin.wrapping_sub(first) <= LATE_SYN => (),
            // A responder that keeps no state before the third segment may choose another number.
            Some(_) if answers && stream.octets.is_untouched() => stream.octets.start(first),
            Some(_) => return false,
            None => stream.octets.start(first),
        }
        let again = std::mem::replace(&mut stream.opened, true);
        let incident = match (answers, again) {
            (true, false) => Some(Incident::Accepted),
            (true, true) => None,
            (false, false) => Some(Incident::Opened),
            (false, true) => Some(Incident::OpenRepeated),
        };
        if let Some(incident) = incident {
            receiver.incident(side, incident);
        }
        stream.reset = false;
        if !answers {
            self.streams[side.other().index()].reset = false;
        }
        true
    }

    /// Takes the octets and the FIN of a segment.
    fn take<R: Receiver>(&mut self, side: Side, data: Data<'_>, receiver: &mut R) {
        let stream = &mut self.streams[side.index()];
        // Behind its RST a side has nothing to say; what comes are copies, or was on the way.
        if data.is_empty() || stream.reset {
            return;
        }
        if stream.octets.origin().is_none() {
            if data.length() == 1 && data.payload.bytes() == [0] {
                // More likely the garbage octet of a keep-alive than the first data of a capture.
                return;
            }
            stream.octets.start(data.sequence);
            if data.length() > 0 {
                receiver.incident(side, Incident::Midstream);
            }
        }
        stream.octets.push(data, &mut Outlet { side, receiver });
    }

    /// Takes note of a RST. Its payload, if any, is an explanation and not of the stream (RFC 9293 3.5.3).
    fn reset<R: Receiver>(&mut self, side: Side, segment: &Segment<'_>, receiver: &mut R) {
        let stream = &self.streams[side.index()];
        if stream.reset || (stream.octets.origin().is_some() && !stream.octets.reaches(segment.sequence)) {
            return;
        }
        // Neither side will send again what is missing.
        self.finish(receiver);
        self.streams[side.index()].reset = true;
        receiver.incident(side, Incident::Reset);
    }

    /// Whether both sides have ended their streams and acknowledged the other's end.
    fn is_closed(&self) -> bool {
        self.streams.iter().all(|stream| stream.octets.end_acknowledged())
    }

    /// Whether the connection is closed or reset.
    fn is_over(&self) -> bool {
        self.is_closed() || self.streams.iter().any(|stream| stream.reset)
    }
}
