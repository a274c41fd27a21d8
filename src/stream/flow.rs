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
    /// The connection that `first` belongs to; `listens` says which ports are called, for a capture that
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

    /// How much memory it takes besides itself.
    pub fn footprint(&self) -> usize {
        self.streams.iter().map(|stream| stream.octets.footprint()).sum()
    }

    /// Gives back what serves comparisons alone, as far as nothing is likely to come again.
    pub fn rest(&mut self) {
        for stream in &mut self.streams {
            stream.octets.rest();
        }
    }

    /// The end on `side`.
    pub fn end(&self, side: Side) -> Endpoint {
        self.ends[side.index()]
    }

    /// The side that sent `segment`.
    pub fn side(&self, segment: &Segment<'_>) -> Side {
        if segment.from == self.ends[0] && segment.to == self.ends[1] {
            Side::Initiator
        } else {
            Side::Responder
        }
    }

    /// Whether `segment` opens another connection between the same ends: a SYN that is neither this connection's
    /// SYN again nor recorded late. The same SYN after a RST is the same attempt repeated, unless octets or a FIN
    /// have passed: then it is of a stack that always begins with the same number.
    pub fn reopened_by(&self, segment: &Segment<'_>) -> bool {
        if !segment.flags.has(Flags::SYN) || segment.flags.has(Flags::RST) {
            return false;
        }
        let side = self.side(segment);
        let (stream, other) = (&self.streams[side.index()], &self.streams[side.other().index()]);
        let first = segment.sequence.wrapping_add(1);
        let differs = stream.octets.origin().is_some_and(|origin| match stream.opened {
            true => origin != first,
            false => origin.wrapping_sub(first) > LATE_SYN,
        });
        if segment.flags.has(Flags::ACK) {
            // The answer to a SYN that was not captured. While the connection lives it would be garbage.
            return differs && self.is_over();
        }
        // An end that was not heard yet does not open a connection whose other end is in mid-stream.
        let too_late = stream.octets.origin().is_none() && other.octets.origin().is_some() && !other.opened;
        let used = self.streams.iter().any(|stream| !stream.octets.is_untouched());
        differs || too_late || (used && self.is_over())
    }

    /// Takes a segment of this connection. Octets in order are handed on as they are, without a copy. A segment
    /// whose sequence number is out of reach is passed over, and does the stream no harm.
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
        receiver.overtaken(self.streams.iter().any(|stream| stream.octets.is_behind()));
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
        receiver.overtaken(self.streams.iter().any(|stream| stream.octets.is_behind()));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{FrameNo, Octets, Piece};
    use crate::stream::Loss;
    use crate::stream::tests::*;

    /// Enough acknowledgements without news to try everybody's patience.
    fn wait(wire: &mut Wire, ack: u32) {
        for _ in 0..9 {
            wire.ack(ack);
        }
    }

    fn syn(from: Endpoint, flags: Flags, sequence: u32) -> Segment<'static> {
        segment(from, flags, sequence, 0, Octets::new(&[], &[], 0), 0)
    }

    #[test]
    fn both_directions_are_told_apart() {
        let mut wire = Wire::open();
        wire.data(1001, b"hello");
        wire.send(CALLED, ACK, 5001, 1006, b"good day");
        wire.data(1006, b"bye");
        assert_eq!(wire.told(), ["> \"hello\"", "< \"good day\"", "> \"bye\""]);
    }

    #[test]
    fn the_opener_is_the_initiator_whatever_its_port() {
        let opened = Flow::new(&syn(CALLED, SYN, 1), |port| port == 102);
        assert_eq!(opened.end(Side::Initiator), CALLED);
        let accepted = Flow::new(&syn(CALLED, SYN_ACK, 1), |_| false);
        assert_eq!(accepted.end(Side::Initiator), CALLER);
        let midstream = Flow::new(&syn(CALLED, ACK, 1), |port| port == 2185);
        assert_eq!(midstream.end(Side::Initiator), CALLED);
        let unknown = Flow::new(&syn(CALLED, ACK, 1), |_| false);
        assert_eq!(unknown.end(Side::Responder), CALLED);
        assert_eq!(unknown.side(&syn(CALLER, ACK, 1)), Side::Initiator);
    }

    #[test]
    fn octets_in_order_are_handed_on_without_a_copy() {
        struct Same(*const u8);
        impl Receiver for Same {
            fn octets(&mut self, _: Side, octets: Octets<'_>) {
                assert_eq!(octets.bytes().as_ptr(), self.0);
                self.0 = std::ptr::null();
            }
            fn lost(&mut self, _: Side, _: Loss) {}
            fn incident(&mut self, _: Side, _: Incident<'_>) {}
        }
        let mut wire = Wire::open();
        let pieces = [Piece { start: 0, frame: FrameNo(9), offset: PAYLOAD }];
        let payload = Octets::new(b"abc", &pieces, 0);
        let mut same = Same(payload.bytes().as_ptr());
        let Some(flow) = &mut wire.flow else { unreachable!() };
        flow.push(&segment(CALLER, ACK, 1001, 5001, payload, 0), &mut same);
        assert!(same.0.is_null());
    }

    #[test]
    fn a_flow_is_small() {
        assert!(size_of::<Flow>() < 300, "{}", size_of::<Flow>());
    }

    #[test]
    fn a_late_segment_fills_its_hole() {
        let mut wire = Wire::open();
        wire.data(1004, b"def");
        wire.data(1010, b"jkl");
        assert!(wire.told().is_empty());
        wire.data(1001, b"abc");
        assert_eq!(wire.told(), ["> \"abcdef\""]);
        wire.data(1007, b"ghi");
        assert_eq!(wire.told(), ["> \"ghijkl\""]);
    }

    #[test]
    fn the_same_octets_again_are_silent_and_what_is_new_behind_them_counts() {
        let mut wire = Wire::open();
        wire.data(1001, b"abc");
        wire.data(1001, b"abc");
        wire.data(1002, b"bcde");
        wire.data(1009, b"ij");
        wire.data(1009, b"ij");
        wire.data(1003, b"cdefghijkl");
        assert_eq!(wire.told(), ["> \"abcdefghijkl\""]);
    }

    #[test]
    fn a_contradiction_is_told_once_with_its_place_and_the_first_octets_count() {
        let mut wire = Wire::open();
        wire.data(1001, b"abcdef");
        wire.data(1001, b"abXXeY");
        assert_eq!(
            wire.told(),
            ["> \"abcdef\"", "> conflict: XX for cd at 5:56", "> conflict: Y for f at 5:59"]
        );
        // The mirror port sends it again.
        wire.data(1001, b"abXXeY");
        assert!(wire.told().is_empty());
        // Octets that wait are first octets too.
        wire.data(1009, b"ij");
        wire.data(1007, b"ghIJkl");
        assert_eq!(wire.told(), ["> \"gh\"", "> conflict: IJ for ij at 8:56", "> \"ijkl\""]);
    }

    #[test]
    fn a_contradiction_far_behind_in_a_long_stream_is_told() {
        let mut wire = Wire::open();
        let stream: Vec<u8> = (0..40_000u32).map(|n| b'a' + (n % 23) as u8).collect();
        for (index, part) in stream.chunks(1460).enumerate() {
            wire.data(1001 + index as u32 * 1460, part);
        }
        wire.told();
        let mut again = stream[30_000..].to_vec();
        again[5000] = b'!';
        wire.data(31_001, &again);
        let expected = format!("> conflict: ! for {} at 32:5054", char::from(stream[35_000]));
        assert_eq!(wire.told(), [expected]);
    }

    #[test]
    fn keep_alives_and_window_probes_are_silent() {
        let mut wire = Wire::open();
        wire.send(CALLER, ACK, 1000, 5001, b"?");
        wire.data(1001, b"abc");
        wire.data(1003, b"");
        wire.data(1003, b"?");
        // The window is closed; the probe brings the next octet, which then comes with the others.
        wire.data(1004, b"d");
        wire.ack(1004);
        wire.data(1004, b"def");
        assert_eq!(wire.told(), ["> \"abcdef\""]);
    }

    #[test]
    fn the_garbage_of_a_keep_alive_behind_a_hole_is_not_taken_for_data() {
        let mut wire = Wire::open();
        wire.data(1001, b"abc");
        wire.ack(1014);
        wire.data(1013, b"?");
        wire.data(1014, b"xyz");
        wait(&mut wire, 1017);
        assert_eq!(wire.told(), ["> \"abc\"", "> Lost 10", "> \"xyz\""]);
    }

    #[test]
    fn sequence_numbers_wrap() {
        let mut wire = Wire::default();
        wire.send(CALLER, SYN, u32::MAX - 3, 0, b"");
        wire.data(0, b"def");
        wire.data(u32::MAX - 2, b"abc");
        wire.data(u32::MAX - 1, b"bcdefgh");
        assert_eq!(wire.told(), ["> Opened", "> \"abcdefgh\""]);
    }

    #[test]
    fn another_syn_opens_another_connection_and_the_same_does_not() {
        let mut wire = Wire::open();
        wire.data(1001, b"abc");
        let Some(flow) = &wire.flow else { unreachable!() };
        assert!(!flow.reopened_by(&syn(CALLER, SYN, 1000)));
        assert!(flow.reopened_by(&syn(CALLER, SYN, 1001)));
        assert!(flow.reopened_by(&syn(CALLER, SYN, 900)));
        assert!(!flow.reopened_by(&syn(CALLED, SYN_ACK, 5000)));
        assert!(!flow.reopened_by(&syn(CALLED, SYN_ACK, 7000)));
        assert!(!flow.reopened_by(&syn(CALLER, ACK, 9000)));
        wire.send(CALLER, RST, 1004, 0, b"");
        let Some(flow) = &wire.flow else { unreachable!() };
        assert!(flow.reopened_by(&syn(CALLER, SYN, 1004)));
        assert!(flow.reopened_by(&syn(CALLED, SYN_ACK, 7000)));
        assert!(!flow.reopened_by(&syn(CALLED, SYN_ACK, 5000)));
        // Octets have passed: even the same number begins anew.
        assert!(flow.reopened_by(&syn(CALLER, SYN, 1000)));
    }

    #[test]
    fn the_same_syn_after_a_refusal_is_the_same_attempt() {
        let mut wire = Wire::default();
        wire.send(CALLER, SYN, 1000, 0, b"");
        wire.send(CALLED, Flags(RST.0 | ACK.0), 0, 1001, b"");
        let Some(flow) = &wire.flow else { unreachable!() };
        assert!(!flow.reopened_by(&syn(CALLER, SYN, 1000)));
        assert!(flow.reopened_by(&syn(CALLER, SYN, 1500)));
    }

    #[test]
    fn a_connection_in_mid_stream_is_reopened_by_any_syn_but_its_own_recorded_late() {
        let mut wire = Wire::default();
        wire.data(1_001, b"abc");
        let Some(flow) = &wire.flow else { unreachable!() };
        assert!(!flow.reopened_by(&syn(CALLER, SYN, 1_000)));
        assert!(flow.reopened_by(&syn(CALLER, SYN, 2_000)));
        assert!(flow.reopened_by(&syn(CALLED, SYN, 2_000)));
        wire.send(CALLER, SYN, 1_000, 0, b"");
        wire.data(1_004, b"def");
        assert_eq!(wire.told(), ["> Midstream", "> \"abc\"", "> Opened", "> \"def\""]);
    }

    #[test]
    fn a_refused_attempt_and_its_repetitions_are_one_connection() {
        let mut wire = Wire::default();
        for _ in 0..2 {
            wire.send(CALLER, SYN, 1000, 0, b"");
            wire.send(CALLED, Flags(RST.0 | ACK.0), 0, 1001, b"");
            wire.send(CALLED, Flags(RST.0 | ACK.0), 0, 1001, b"");
        }
        wire.send(CALLER, SYN, 1000, 0, b"");
        wire.send(CALLED, SYN_ACK, 5000, 1001, b"");
        wire.send(CALLED, SYN_ACK, 5000, 1001, b"");
        wire.send(CALLED, ACK, 5001, 1001, b"220");
        let attempts = ["> Opened", "< Reset", "> OpenRepeated", "< Reset", "> OpenRepeated", "< Accepted"];
        assert_eq!(wire.told(), [&attempts[..], &["< \"220\""]].concat());
    }

    #[test]
    fn a_start_in_mid_stream_is_told_once_a_side_at_its_first_data() {
        let mut wire = Wire::default();
        wire.send(CALLED, ACK, 5001, 1001, b"");
        // The garbage octet of a keep-alive is no start.
        wire.send(CALLED, ACK, 5000, 1001, b"\0");
        wire.data(1001, b"abc");
        wire.send(CALLED, ACK, 5001, 1004, b"xyz");
        // Octets of before the start, recorded behind it.
        wire.data(990, b"0123456789.abc");
        wire.data(1004, b"def");
        assert_eq!(wire.told(), ["> Midstream", "> \"abc\"", "< Midstream", "< \"xyz\"", "> \"def\""]);
    }

    #[test]
    fn a_hole_is_lost_when_its_acknowledgement_and_more_segments_were_seen() {
        let mut wire = Wire::open();
        wire.data(1001, b"abc");
        wire.data(1007, b"ghi");
        wait(&mut wire, 1004);
        assert_eq!(wire.told(), ["> \"abc\""]);
        for _ in 0..3 {
            wire.ack(1010);
        }
        assert!(wire.told().is_empty(), "the missing segment may still be recorded");
        wait(&mut wire, 1010);
        assert_eq!(wire.told(), ["> Lost 3", "> \"ghi\""]);
        // Too late.
        wire.data(1004, b"def");
        assert!(wire.told().is_empty());
    }

    #[test]
    fn an_acknowledgement_recorded_before_its_data_loses_nothing() {
        let mut wire = Wire::open();
        wire.ack(1007);
        wire.data(1004, b"def");
        wire.ack(1007);
        wire.data(1001, b"abc");
        wait(&mut wire, 1010);
        wire.data(1007, b"ghi");
        assert_eq!(wire.told(), ["> \"abcdefghi\""]);
    }

    #[test]
    fn a_single_damaged_acknowledgement_loses_nothing() {
        let mut wire = Wire::open();
        wire.data(1001, b"abc");
        wire.ack(900_000_000);
        for _ in 0..99 {
            wire.ack(1004);
        }
        wire.data(1004, b"def");
        assert_eq!(wire.told(), ["> \"abcdef\""]);
    }

    #[test]
    fn a_lost_tail_is_told_at_length_or_at_the_end() {
        let mut wire = Wire::open();
        wire.data(1001, b"abc");
        for _ in 0..70 {
            wire.ack(1014);
        }
        assert_eq!(wire.told(), ["> \"abc\"", "> Lost 10"]);
        wire.data(1014, b"xyz");
        wire.ack(1027);
        assert_eq!(wire.finish(), ["> \"xyz\"", "> Lost 10"]);
        assert!(wire.finish().is_empty());
    }

    #[test]
    fn an_acknowledged_fin_that_was_not_captured_is_no_lost_octet() {
        let mut wire = Wire::open();
        wire.data(1001, b"abc");
        for _ in 0..70 {
            wire.ack(1005);
        }
        assert_eq!(wire.finish(), ["> \"abc\""]);
    }

    #[test]
    fn without_the_other_direction_a_hole_is_lost_at_the_end_alone() {
        let mut wire = Wire::default();
        wire.data(1001, b"abc");
        wire.data(1007, b"ghi");
        for sequence in 1010..1100 {
            wire.data(sequence, b".");
        }
        wire.told();
        assert_eq!(wire.finish()[0], "> Lost 3");
    }

    #[test]
    fn the_fin_is_told_once_behind_everything() {
        let mut wire = Wire::open();
        wire.send(CALLER, FIN, 1004, 5001, b"def");
        assert!(wire.told().is_empty());
        wire.data(1001, b"abc");
        wire.send(CALLER, FIN, 1004, 5001, b"def");
        wire.data(1007, b"garbage");
        assert_eq!(wire.told(), ["> \"abcdef\"", "> Finished"]);
        wire.send(CALLED, FIN, 5001, 1008, b"");
        assert_eq!(wire.told(), ["< Finished"]);
    }

    #[test]
    fn holes_are_lost_at_once_when_both_ends_were_acknowledged() {
        let mut wire = Wire::open();
        wire.data(1004, b"def");
        wire.send(CALLER, FIN, 1010, 5001, b"");
        wire.send(CALLED, FIN, 5001, 1011, b"");
        assert_eq!(wire.told(), ["< Finished"]);
        wire.send(CALLER, ACK, 1011, 5002, b"");
        assert_eq!(wire.told(), ["> Lost 3", "> \"def\"", "> Lost 3", "> Finished"]);
    }

    #[test]
    fn a_reset_flushes_both_directions_and_ends_its_own() {
        let mut wire = Wire::open();
        wire.data(1004, b"def");
        wire.send(CALLED, ACK, 5003, 1001, b"xy");
        wire.send(CALLER, RST, 1007, 0, b"why it was reset");
        assert_eq!(wire.told(), ["> Lost 3", "> \"def\"", "< Lost 2", "< \"xy\"", "> Reset"]);
        wire.data(1007, b"ghi");
        wire.send(CALLER, RST, 1007, 0, b"");
        // On its way when the RST came.
        wire.send(CALLED, ACK, 5005, 1001, b"z");
        assert_eq!(wire.told(), ["< \"z\""]);
    }

    #[test]
    fn a_reset_out_of_reach_is_not_of_this_connection() {
        let mut wire = Wire::open();
        wire.send(CALLER, RST, 0x8000_0000, 0, b"");
        wire.data(1001, b"abc");
        assert_eq!(wire.told(), ["> \"abc\""]);
    }

    #[test]
    fn what_the_snap_length_cut_is_told_in_its_place() {
        let mut wire = Wire::open();
        wire.send_cut(CALLER, ACK, 1001, 5001, b"abc", 3);
        assert_eq!(wire.told(), ["> \"abc\"", "> Cut 3"]);
        // Out of order, and the tail of one filled by another.
        wire.send_cut(CALLER, ACK, 1013, 5001, b"mno", 3);
        wire.data(1018, b"rst");
        wire.send_cut(CALLER, ACK, 1007, 5001, b"", 6);
        assert_eq!(wire.told(), ["> Cut 6", "> \"mno\"", "> Cut 2", "> \"rst\""]);
        // The whole segment again comes too late.
        wire.data(1001, b"abcdef");
        wire.send_cut(CALLER, FIN, 1021, 5001, b"u", 4);
        assert_eq!(wire.told(), ["> \"u\"", "> Cut 4", "> Finished"]);
    }

    #[test]
    fn a_hole_is_not_waited_for_when_too_much_waits_behind_it() {
        let mut wire = Wire::open();
        let part = [b'.'; 1 << 15];
        for index in 0..32 {
            wire.data(1004 + (index << 15), &part);
        }
        assert!(wire.told().is_empty());
        wire.data(1004 + (32 << 15), b"x");
        let told = wire.told();
        assert_eq!(told[..2], ["> WindowExceeded", "> Lost 3"]);
        assert_eq!(wire.log.octets.len(), 3 + (1 << 20) + 1);
    }

    #[test]
    fn many_small_runs_are_too_much_as_well() {
        let mut wire = Wire::open();
        for index in 0..4097 {
            wire.data(1003 + 2 * index, b"x");
        }
        let told = wire.told();
        assert_eq!(told, ["> WindowExceeded", "> Lost 2", "> \"x\""]);
    }

    #[test]
    fn stray_segments_are_passed_over_until_they_are_the_stream() {
        let mut wire = Wire::open();
        wire.data(0x8000_0000, b"stray");
        wire.data(1001, b"abc");
        wire.data(0x8000_0005, b"stray");
        wire.data(1004, b"def");
        assert_eq!(wire.told(), ["> \"abcdef\""]);
        for index in 0..5 {
            wire.data(0x8000_0000 + 3 * index, b"xyz");
        }
        // 0x8000_0009 - 1007 octets up to the fourth in the row.
        assert_eq!(wire.told(), ["> Lost 2147482650", "> \"xyzxyz\""]);
    }
}
