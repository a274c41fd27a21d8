//! TCP segments to ordered octets, with holes told and provenance kept.

mod assemble;
mod buffer;
mod flow;

pub use buffer::Buffer;
pub use flow::Flow;

use crate::capture::Octets;

/// Which end of a connection: the one that opened the TCP connection, or the other.
///
/// Where the opening was not captured, the end that uses a TPKT port or one of mail is taken for the responder, else the end
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

    /// The word for it in a sentence.
    pub const fn word(self) -> &'static str {
        match self {
            Side::Initiator => "initiator",
            Side::Responder => "responder",
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

    /// Whether an end has acknowledged octets of the other that were not handed on: what comes now of one side may have
    /// been sent behind, or in front of, what comes later of the other.
    fn overtaken(&mut self, _overtaken: bool) {}

    /// Something happened at `side`.
    fn incident(&mut self, side: Side, incident: Incident<'_>);
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::prelude::*;

    use super::*;
    use crate::capture::{FrameNo, Piece, Place};
    use crate::net::{Endpoint, Flags, Segment};

    /// Where the payload begins in every frame of these tests.
    pub(super) const PAYLOAD: u32 = 54;

    pub(super) const ACK: Flags = Flags::ACK;
    pub(super) const SYN: Flags = Flags::SYN;
    pub(super) const SYN_ACK: Flags = Flags(Flags::SYN.0 | Flags::ACK.0);
    pub(super) const FIN: Flags = Flags(Flags::FIN.0 | Flags::ACK.0);
    pub(super) const RST: Flags = Flags::RST;

    pub(super) const CALLER: Endpoint = endpoint(1, 2185);
    pub(super) const CALLED: Endpoint = endpoint(2, 102);

    const fn endpoint(host: u8, port: u16) -> Endpoint {
        Endpoint { address: IpAddr::V4(Ipv4Addr::new(10, 84, 0, host)), port }
    }

    /// Writes down what a flow tells: `>` for the initiator, `<` for the responder. Octets in a row are joined.
    #[derive(Default)]
    pub(super) struct Log {
        pub(super) told: Vec<String>,
        /// Every octet that the initiator sent, with its place; `None` for one that is missing.
        pub(super) octets: Vec<Option<(u8, Place)>>,
        /// How many holes the initiator's stream has.
        losses: u64,
    }

    impl Log {
        fn tell(&mut self, side: Side, words: String) {
            self.told.push(format!("{} {words}", if side == Side::Initiator { '>' } else { '<' }));
        }
    }

    fn text(octets: &[u8]) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(octets)
    }

    impl Receiver for Log {
        fn octets(&mut self, side: Side, octets: Octets<'_>) {
            assert!(!octets.is_empty());
            if side == Side::Initiator {
                let bytes = octets.bytes().iter().enumerate();
                self.octets.extend(bytes.map(|(index, byte)| Some((*byte, octets.place(index)))));
            }
            let sign = if side == Side::Initiator { "> \"" } else { "< \"" };
            match self.told.last_mut().filter(|last| last.starts_with(sign)) {
                Some(last) => {
                    last.pop();
                    last.push_str(&text(octets.bytes()));
                    last.push('"');
                }
                None => self.tell(side, format!("\"{}\"", text(octets.bytes()))),
            }
        }

        fn lost(&mut self, side: Side, loss: Loss) {
            assert!(loss.octets > 0);
            if side == Side::Initiator {
                self.losses += 1;
                self.octets.extend((0..loss.octets.min(1 << 20)).map(|_| None));
            }
            self.tell(side, format!("{:?} {}", loss.why, loss.octets));
        }

        fn incident(&mut self, side: Side, incident: Incident<'_>) {
            let words = match incident {
                Incident::Conflict { second, first } => {
                    assert_eq!(second.len(), first.len());
                    let place = second.place(0);
                    let (first, second) = (text(first), text(second.bytes()));
                    format!("conflict: {second} for {first} at {}:{}", place.frame, place.offset)
                }
                incident => format!("{incident:?}"),
            };
            self.tell(side, words);
        }
    }

    /// A connection between [`CALLER`] and [`CALLED`], segment by segment, a frame each.
    #[derive(Default)]
    pub(super) struct Wire {
        pub(super) flow: Option<Flow>,
        pub(super) log: Log,
        pub(super) frame: u64,
    }

    impl Wire {
        /// After the three segments of the opening: the initiator's first octet has number 1001, the responder's 5001.
        pub(super) fn open() -> Wire {
            let mut wire = Wire::default();
            wire.send(CALLER, SYN, 1000, 0, b"");
            wire.send(CALLED, SYN_ACK, 5000, 1001, b"");
            wire.send(CALLER, ACK, 1001, 5001, b"");
            assert_eq!(wire.told(), ["> Opened", "< Accepted"]);
            wire
        }

        pub(super) fn send(&mut self, from: Endpoint, flags: Flags, sequence: u32, ack: u32, payload: &[u8]) {
            self.send_cut(from, flags, sequence, ack, payload, 0);
        }

        pub(super) fn send_cut(
            &mut self,
            from: Endpoint,
            flags: Flags,
            sequence: u32,
            ack: u32,
            payload: &[u8],
            cut: u32,
        ) {
            self.frame += 1;
            let pieces = [Piece { start: 0, frame: FrameNo(self.frame), offset: PAYLOAD }];
            let segment = segment(from, flags, sequence, ack, Octets::new(payload, &pieces, 0), cut);
            let flow = self.flow.get_or_insert_with(|| Flow::new(&segment, |port| port == 102));
            flow.push(&segment, &mut self.log);
        }

        pub(super) fn data(&mut self, sequence: u32, payload: &[u8]) {
            self.send(CALLER, ACK, sequence, 5001, payload);
        }

        pub(super) fn ack(&mut self, ack: u32) {
            self.send(CALLED, ACK, 5001, ack, b"");
        }

        pub(super) fn finish(&mut self) -> Vec<String> {
            if let Some(flow) = &mut self.flow {
                flow.finish(&mut self.log);
            }
            self.told()
        }

        /// What was told since the last time.
        pub(super) fn told(&mut self) -> Vec<String> {
            std::mem::take(&mut self.log.told)
        }
    }

    pub(super) fn segment<'a>(
        from: Endpoint,
        flags: Flags,
        sequence: u32,
        acknowledgement: u32,
        payload: Octets<'a>,
        cut: u32,
    ) -> Segment<'a> {
        let to = if from == CALLER { CALLED } else { CALLER };
        Segment { from, to, sequence, acknowledgement, flags, window: 8760, payload, cut }
    }

    /// A stream cut into segments: start and end of each, in the order in which they are captured.
    #[derive(Clone, Debug)]
    struct Shuffled {
        stream: Vec<u8>,
        origin: u32,
        segments: Vec<(usize, usize)>,
    }

    fn shuffled() -> impl Strategy<Value = Shuffled> {
        let stream = prop::collection::vec(any::<u8>(), 1..3000);
        let origin = prop_oneof![any::<u32>(), (u32::MAX - 4000)..=u32::MAX];
        (stream, origin, 1usize..200).prop_flat_map(|(stream, origin, largest)| {
            let length = stream.len();
            let cuts = prop::collection::vec(1..=largest, length);
            let extra = prop::collection::vec((0..length, 1..=largest), 0..20);
            let order = prop::collection::vec(0usize..40, length + 20);
            (cuts, extra, order).prop_map(move |(cuts, extra, order)| {
                let mut segments = Vec::new();
                let mut at = 0;
                for cut in cuts {
                    if at < length {
                        segments.push((at, (at + cut).min(length)));
                        at += cut;
                    }
                }
                for (at, size) in extra {
                    segments.push((at, (at + size).min(length)));
                }
                let mut keyed: Vec<_> = segments.into_iter().enumerate().collect();
                keyed.sort_by_key(|(index, _)| index + order[*index]);
                let segments = keyed.into_iter().map(|(_, segment)| segment).collect();
                Shuffled { stream: stream.clone(), origin, segments }
            })
        })
    }

    /// Pushes the segments behind a SYN and compares every octet that is told with the stream.
    fn check(shuffled: &Shuffled, dropped: impl Fn(usize) -> bool) -> Result<(), TestCaseError> {
        let mut wire = Wire::default();
        wire.send(CALLER, SYN, shuffled.origin.wrapping_sub(1), 0, b"");
        let mut sent = vec![false; shuffled.stream.len()];
        let mut places = HashMap::new();
        for (index, (from, to)) in shuffled.segments.iter().copied().enumerate() {
            if dropped(index) {
                continue;
            }
            wire.data(shuffled.origin.wrapping_add(from as u32), &shuffled.stream[from..to]);
            places.insert(FrameNo(wire.frame), from);
            sent[from..to].fill(true);
        }
        wire.finish();
        let last = sent.iter().rposition(|sent| *sent).map_or(0, |last| last + 1);
        prop_assert_eq!(wire.log.octets.len(), last);
        for (index, told) in wire.log.octets.iter().enumerate() {
            prop_assert_eq!(told.is_some(), sent[index]);
            if let Some((byte, place)) = told {
                prop_assert_eq!(*byte, shuffled.stream[index]);
                prop_assert_eq!(places[&place.frame] + (place.offset - PAYLOAD) as usize, index);
            }
        }
        let holes = sent[..last].chunk_by(|a, b| a == b).filter(|run| !run[0]).count();
        prop_assert_eq!(wire.log.losses, holes as u64);
        prop_assert!(!wire.told().iter().any(|told| told.contains("conflict") || told.contains("Window")));
        Ok(())
    }

    proptest! {
        #[test]
        fn a_stream_in_any_order_is_delivered_as_it_was_sent(shuffled in shuffled()) {
            check(&shuffled, |_| false)?;
        }

        #[test]
        fn holes_are_told_exactly_where_segments_are_missing(shuffled in shuffled(), dropped in any::<u64>()) {
            check(&shuffled, |index| dropped >> (index % 64) & 1 == 1)?;
        }

        #[test]
        fn any_segments_at_all_are_survived(
            segments in prop::collection::vec(
                (any::<bool>(), any::<u8>(), 0u32..300, any::<u32>(), prop::bool::weighted(0.1), 0usize..90, 0u32..9),
                0..300,
            ),
        ) {
            let mut wire = Wire::default();
            for (called, flags, near, far, wild, length, cut) in segments {
                let sequence = if wild { far } else { near.wrapping_sub(100) };
                let ack = if wild { near } else { far % 300 };
                let from = if called { CALLED } else { CALLER };
                let cut = cut.saturating_sub(5);
                // The rarer flags are made rare, or nothing would be left of the connection.
                let flags = Flags(if flags & 0xC0 == 0xC0 { flags } else { flags & 0x18 });
                wire.send_cut(from, flags, sequence, ack, &[flags.0; 90][..length], cut);
            }
            wire.finish();
            prop_assert!(wire.finish().is_empty());
        }
    }
}
