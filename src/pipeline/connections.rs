//! The connections that are known, by their two ends.

use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use foldhash::HashMap;
use slab::Slab;

use super::idle::{Awake, idles};
use crate::capture::{FrameNo, Octets, Piece};
use crate::layers::stack::Now;
use crate::net::{Endpoint, Segment};
use crate::stream::Flow;

/// How many connections that are not TPKT are remembered as such. When there are more, all are forgotten and
/// looked at again.
const STRANGERS: usize = 65_536;

/// Both ends of a connection, the one with the lower port first: the same for both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FlowKey(Endpoint, Endpoint);

impl FlowKey {
    pub(super) fn of(segment: &Segment<'_>) -> FlowKey {
        let (from, to) = (segment.from, segment.to);
        match (from.port, from.address) <= (to.port, to.address) {
            true => FlowKey(from, to),
            false => FlowKey(to, from),
        }
    }

    pub(super) fn has_port(&self, ports: &[u16]) -> bool {
        ports.contains(&self.0.port) || ports.contains(&self.1.port)
    }
}

impl Hash for FlowKey {
    /// In few numbers: every segment is looked up.
    fn hash<H: Hasher>(&self, state: &mut H) {
        match (self.0.address, self.1.address) {
            (IpAddr::V4(low), IpAddr::V4(high)) => {
                state.write_u64(u64::from(low.to_bits()) << 32 | u64::from(high.to_bits()));
            }
            (low, high) => (low, high).hash(state),
        }
        state.write_u32(u32::from(self.0.port) << 16 | u32::from(self.1.port));
    }
}

/// What is known of the connection between two ends.
#[derive(Debug)]
pub(super) enum Slot {
    /// It is neither TPKT nor SMTP.
    Stranger,
    /// It may turn out to be one of them: no payload was seen yet, or too little.
    Candidate(Box<Candidate>),
    /// It is one of them.
    Known(Box<Known>),
}

impl Slot {
    /// How much memory it takes, as it was counted last.
    pub(super) fn counted(&self) -> usize {
        match self {
            Slot::Known(known) => known.counted,
            _ => 0,
        }
    }

    /// The last frame that was of use to know it; `None` where it takes no room.
    pub(super) fn last_frame(&self) -> Option<FrameNo> {
        match self {
            Slot::Stranger => None,
            Slot::Candidate(candidate) => Some(candidate.first.frame),
            Slot::Known(known) => Some(known.last_frame),
        }
    }
}

#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) flow: Flow,
    pub(super) first: Now,
    /// The port is one of mail.
    pub(super) mail: bool,
    /// The capture does not hold its beginning.
    pub(super) late: bool,
    /// The first segments with payload, where it was too little to tell.
    pub(super) held: Vec<HeldSegment>,
}

/// A segment that waits until it is known what the connection is.
#[derive(Debug)]
pub(super) struct HeldSegment {
    pub(super) header: Segment<'static>,
    pub(super) bytes: Vec<u8>,
    pieces: Vec<Piece>,
}

impl HeldSegment {
    pub(super) fn new(segment: &Segment<'_>) -> HeldSegment {
        HeldSegment {
            header: Segment { payload: Octets::new(&[], &[], 0), ..*segment },
            bytes: segment.payload.bytes().to_vec(),
            pieces: segment.payload.pieces().collect(),
        }
    }

    pub(super) fn segment(&self) -> Segment<'_> {
        Segment { payload: Octets::new(&self.bytes, &self.pieces, 0), ..self.header }
    }
}

/// A connection that carries TPKT or SMTP.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) flow: Flow,
    /// Its number, in the order in which they became known.
    pub(super) number: u32,
    pub(super) last_frame: FrameNo,
    /// Which sides have ended their stream.
    pub(super) closed: [bool; 2],
    /// Whether an end had acknowledged octets that were not captured, as that was told last.
    pub(super) overtaken: bool,
    /// How much memory it takes besides itself, as it was counted last.
    counted: usize,
    /// Whether it may hold something that serves comparisons alone.
    awake: bool,
}

impl Known {
    pub(super) fn new(flow: Flow, number: u32, last_frame: FrameNo) -> Known {
        Known { flow, number, last_frame, closed: [false; 2], overtaken: false, counted: 0, awake: false }
    }

    /// Counts what it takes now; `held` is what all take together.
    fn count(&mut self, held: &mut usize) {
        let now = self.flow.footprint();
        *held = *held - std::mem::replace(&mut self.counted, now) + now;
    }
}

/// All connections that are known, and how much memory they take.
#[derive(Debug, Default)]
pub(super) struct Connections {
    places: HashMap<FlowKey, usize>,
    /// The place that was found last: segments of a connection come in a row.
    last: usize,
    slots: Slab<(FlowKey, Slot)>,
    strangers: usize,
    held: usize,
    awake: Awake,
}

impl Connections {
    /// Where the connection between two ends stands.
    pub(super) fn find(&mut self, key: &FlowKey) -> Option<usize> {
        if self.slots.get(self.last).is_none_or(|(known, _)| known != key) {
            self.last = *self.places.get(key)?;
        }
        Some(self.last)
    }

    pub(super) fn get(&self, at: usize) -> Option<&Slot> {
        self.slots.get(at).map(|(_, slot)| slot)
    }

    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut Slot> {
        self.slots.get_mut(at).map(|(_, slot)| slot)
    }

    pub(super) fn known_mut(&mut self, at: usize) -> Option<&mut Known> {
        match self.get_mut(at)? {
            Slot::Known(known) => Some(known),
            _ => None,
        }
    }

    pub(super) fn candidate_mut(&mut self, at: usize) -> Option<&mut Candidate> {
        match self.get_mut(at)? {
            Slot::Candidate(candidate) => Some(candidate),
            _ => None,
        }
    }

    /// How many of them are not strangers.
    pub(super) fn count(&self) -> usize {
        self.slots.len() - self.strangers
    }

    /// How much memory they take together.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// All with their places, in no order that means anything.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Slot)> {
        self.slots.iter().map(|(at, (_, slot))| (at, slot))
    }

    pub(super) fn insert(&mut self, key: FlowKey, slot: Slot) -> usize {
        let at = self.slots.insert((key, slot));
        self.places.insert(key, at);
        at
    }

    pub(super) fn remove(&mut self, at: usize) -> Option<Slot> {
        let (key, slot) = self.slots.try_remove(at)?;
        self.places.remove(&key);
        self.held -= slot.counted();
        self.strangers -= usize::from(matches!(slot, Slot::Stranger));
        Some(slot)
    }

    /// A candidate turned out to be neither TPKT nor SMTP.
    pub(super) fn estrange(&mut self, at: usize) {
        let Some(slot) = self.get_mut(at) else { return };
        *slot = Slot::Stranger;
        self.strangers += 1;
        if self.strangers > STRANGERS {
            self.forget_all(|slot| matches!(slot, Slot::Stranger));
        }
    }

    /// Takes a candidate out of its place, where what it has become is to be put.
    pub(super) fn take_candidate(&mut self, at: usize) -> Option<Candidate> {
        let slot = self.get_mut(at)?;
        match std::mem::replace(slot, Slot::Stranger) {
            Slot::Candidate(candidate) => Some(*candidate),
            other => {
                *slot = other;
                None
            }
        }
    }

    /// Puts what a candidate has become into its place.
    pub(super) fn put(&mut self, at: usize, known: Known) {
        if let Some(slot) = self.get_mut(at) {
            *slot = Slot::Known(Box::new(known));
        }
    }

    /// Forgets connections without ending them.
    pub(super) fn forget_all(&mut self, which: impl Fn(&Slot) -> bool) {
        let places: Vec<usize> = self.iter().filter(|(_, slot)| which(slot)).map(|(at, _)| at).collect();
        for at in places {
            self.remove(at);
        }
    }

    /// A connection was heard: counts what it takes now.
    pub(super) fn count_again(&mut self, at: usize) {
        let Some((_, Slot::Known(known))) = self.slots.get_mut(at) else { return };
        known.count(&mut self.held);
        if !std::mem::replace(&mut known.awake, true) {
            self.awake.add(known.last_frame, at, known.number);
        }
    }

    /// One connection that was heard long ago is looked at: where it idles, it gives back what it holds for comparisons.
    pub(super) fn look_after_one(&mut self, now: FrameNo) {
        let Some((at, number)) = self.awake.next(now) else { return };
        let Some(known) = self.known_mut(at).filter(|known| known.number == number) else { return };
        if idles(known.last_frame, now) {
            known.awake = false;
            self.rest(at);
        } else {
            self.awake.add(now, at, number);
        }
    }

    /// All give back what they hold for comparisons.
    pub(super) fn rest_all(&mut self) {
        for at in 0..self.slots.capacity() {
            self.rest(at);
        }
    }

    fn rest(&mut self, at: usize) {
        let Some((_, Slot::Known(known))) = self.slots.get_mut(at) else { return };
        known.flow.rest();
        known.count(&mut self.held);
    }
}
