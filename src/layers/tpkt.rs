//! TPKT, the packet format of RFC 1006 clause 6: octet stream to packets, with resynchronization.

use std::fmt::Write as _;

use crate::capture::Octets;
use crate::stream::{Buffer, Loss, Missing};
use crate::tree::{Digits as _, Display, Field, FieldDef, Sink, Span, Tag, Value};

/// Length of the packet header.
pub const HEADER: usize = 4;

/// The version of the protocol (RFC 1006 clause 6: `vrsn`).
const VERSION: u8 = 3;

/// The smallest length: the header and the smallest TPDU, three octets.
const SMALLEST: u16 = 7;

/// How many octets that belong to no packet are held before they are given out. With the largest packet behind
/// them, which may yet prove itself, less than 128 KiB are held.
const JUNK: usize = 60 * 1024;

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

impl Header {
    /// The header at the beginning of `octets`; `None` where they are fewer than four.
    pub fn parse(octets: &[u8]) -> Option<Header> {
        let [version, reserved, high, low] = *octets.first_chunk::<HEADER>()?;
        Some(Header { version, reserved, length: u16::from_be_bytes([high, low]) })
    }
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

/// What the next octets of the stream are.
#[derive(Clone, Copy, Debug)]
enum State {
    /// A packet begins. Where the boundary was counted through a hole, `counted`, it is believed only if what is
    /// there looks like a packet.
    Boundary { counted: bool },
    /// A packet with a hole: `prefix` octets in front of the hole are held, and `rest` octets lie behind it.
    Broken { header: Header, prefix: usize, rest: usize, missing: Missing },
    /// Nobody knows. The first `searched` octets are no packet's beginning; at `searched` one may be. While
    /// `any_version`, the first octet may be one whatever its version.
    Searching { why: Why, searched: usize, any_version: bool },
}

impl State {
    const IN_STEP: State = State::Boundary { counted: false };

    const fn searching(why: Why) -> State {
        State::Searching { why, searched: 0, any_version: false }
    }
}

/// Cuts the octet stream of one direction into packets.
///
/// A packet that lies whole in the octets that were pushed is given out without a copy. In step, the header alone
/// counts. Out of step, a boundary has to prove itself: by a TPDU header that fits the packet, and by what follows
/// the packet, as far as that is there.
#[derive(Debug)]
pub struct Deframer {
    /// Octets from the last boundary on, or since step was lost, that make no unit yet.
    buffer: Buffer,
    state: State,
}

impl Default for Deframer {
    fn default() -> Self {
        Deframer::new(true)
    }
}

impl Deframer {
    /// A deframer at the beginning of a connection (`in_step`), or anywhere in the stream.
    pub fn new(in_step: bool) -> Deframer {
        let state = if in_step { State::IN_STEP } else { State::searching(Why::OutOfStep) };
        Deframer { buffer: Buffer::new(), state }
    }

    /// How many octets wait for the rest of their packet, or for a boundary that proves itself.
    pub fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// How much memory it takes besides itself.
    pub fn footprint(&self) -> usize {
        self.buffer.footprint()
    }

    /// Gives back the storage that is not used.
    pub fn rest(&mut self) {
        self.buffer.rest();
    }

    /// Takes the next octets of the stream and gives every unit that they complete, in order.
    pub fn push<F: FnMut(Unit<'_>)>(&mut self, octets: Octets<'_>, mut emit: F) {
        let mut octets = octets;
        while !octets.is_empty() {
            if self.buffer.is_empty() {
                let used = self.state.read(octets, &mut emit);
                self.buffer.append(octets.skip(used));
                return;
            }
            let wanted = self.state.wanted(self.buffer.octets().bytes(), octets.len());
            self.buffer.append(octets.slice(0, wanted));
            if octets.len() < wanted {
                return;
            }
            octets = octets.skip(wanted);
            let used = self.state.read(self.buffer.octets(), &mut emit);
            self.buffer.take(used);
        }
    }

    /// Takes note that `loss` octets are missing here.
    pub fn lose<F: FnMut(Unit<'_>)>(&mut self, loss: Loss, mut emit: F) {
        if loss.octets == 0 {
            return;
        }
        self.settle(&mut emit);
        let held = self.buffer.len();
        let Some((header, prefix, due, missing)) = self.begun(loss.why) else {
            self.discard(&mut emit);
            self.state = State::searching(Why::OutOfStep);
            return;
        };
        if loss.octets < due as u64 {
            let rest = held - prefix + due - loss.octets as usize;
            self.state = State::Broken { header, prefix, rest, missing };
        } else {
            self.break_off(header, prefix, missing, &mut emit);
            self.state = match loss.octets == due as u64 {
                true => State::Boundary { counted: true },
                false => State::searching(Why::OutOfStep),
            };
        }
    }

    /// The stream has ended, or the capture has (`missing` where octets were still due): gives what is left.
    pub fn finish<F: FnMut(Unit<'_>)>(&mut self, missing: Missing, mut emit: F) {
        self.settle(&mut emit);
        match self.begun(missing) {
            Some((header, prefix, _, missing)) => self.break_off(header, prefix, missing, &mut emit),
            None => self.discard(&mut emit),
        }
        self.state = State::IN_STEP;
    }

    /// The packet whose header is held and whose end is not: its header, how many octets of it lie in front of the
    /// first hole, how many are still due, and why octets are missing if none comes: for the first hole's reason.
    fn begun(&self, missing: Missing) -> Option<(Header, usize, usize, Missing)> {
        let held = self.buffer.len();
        match self.state {
            State::Boundary { .. } => {
                let header = Header::parse(self.buffer.octets().bytes())?;
                Some((header, held, usize::from(header.length).saturating_sub(held), missing))
            }
            State::Broken { header, prefix, rest, missing } => {
                Some((header, prefix, (prefix + rest).saturating_sub(held), missing))
            }
            State::Searching { .. } => None,
        }
    }

    /// Gives what is held as a packet with octets missing.
    fn break_off<F: FnMut(Unit<'_>)>(
        &mut self,
        header: Header,
        prefix: usize,
        missing: Missing,
        emit: &mut F,
    ) {
        let held = self.buffer.octets();
        let (octets, rest) = (held.slice(0, prefix), held.skip(prefix));
        emit(Unit::Packet { header, octets, missing: Some(missing), rest });
        self.buffer.clear();
    }

    /// Gives what is held as junk: octets out of step, or less than a header.
    fn discard<F: FnMut(Unit<'_>)>(&mut self, emit: &mut F) {
        let why = match self.state {
            State::Searching { why, .. } => why,
            _ => Why::OutOfStep,
        };
        if !self.buffer.is_empty() {
            emit(Unit::Junk { octets: self.buffer.octets(), why });
        }
        self.buffer.clear();
    }

    /// No more octets follow on those that are held: decides what was left open. Afterwards the buffer is empty,
    /// or holds the beginning of a packet, or no packet at all.
    fn settle<F: FnMut(Unit<'_>)>(&mut self, emit: &mut F) {
        while let State::Searching { why, searched, any_version } = self.state {
            let held = self.buffer.octets();
            let bytes = held.bytes();
            let proof = |at: usize| prove(&bytes[at..], any_version && at == 0);
            // The best proof is an end that fits. Without any, a packet that goes on behind the octets is believed
            // if nothing else looks like it.
            let found = (searched..bytes.len())
                .find(|at| matches!(proof(*at), Proof::Certain | Proof::Fits | Proof::Ends))
                .or_else(|| {
                    (searched..bytes.len()).find(|at| {
                        probe(&bytes[*at..]) == Probe::Certain && matches!(proof(*at), Proof::Open)
                    })
                });
            let Some(at) = found else { return };
            if at > 0 {
                emit(Unit::Junk { octets: held.slice(0, at), why });
            }
            let used = at + give_whole(held.skip(at), emit);
            self.buffer.take(used);
            self.state = State::IN_STEP;
            let used = self.state.read(self.buffer.octets(), emit);
            self.buffer.take(used);
        }
    }
}

impl State {
    /// How many octets more make a difference, where `held` are held already and `there` have come; at least 1.
    fn wanted(&self, held: &[u8], there: usize) -> usize {
        let size = match *self {
            State::Boundary { counted: true } => HEADER + 2,
            State::Boundary { counted: false } => {
                Header::parse(held).map_or(HEADER, |header| usize::from(header.length))
            }
            State::Broken { prefix, rest, .. } => prefix + rest,
            State::Searching { .. } => return there,
        };
        size.saturating_sub(held.len()).max(1)
    }

    /// Gives the units at the beginning of `octets`; says how many octets they take.
    fn read<F: FnMut(Unit<'_>)>(&mut self, octets: Octets<'_>, emit: &mut F) -> usize {
        let mut used = 0;
        loop {
            let octets = octets.skip(used);
            let Some(first) = octets.bytes().first() else { return used };
            match *self {
                State::Boundary { counted: true } => match fits(octets.bytes(), false) {
                    Fit::Short => return used,
                    Fit::No => *self = State::searching(Why::OutOfStep),
                    Fit::Yes(_) => *self = State::IN_STEP,
                },
                State::Boundary { counted: false } => {
                    if *first != VERSION {
                        *self = State::Searching { why: Why::Version, searched: 0, any_version: true };
                    } else if Header::parse(octets.bytes()).is_some_and(|header| header.length < SMALLEST) {
                        *self = State::searching(Why::Length);
                    } else {
                        match give_whole(octets, emit) {
                            0 => return used,
                            length => used += length,
                        }
                    }
                }
                State::Broken { header, prefix, rest, missing } => {
                    if octets.len() < prefix + rest {
                        return used;
                    }
                    let (front, rest) = (octets.slice(0, prefix), octets.slice(prefix, prefix + rest));
                    emit(Unit::Packet { header, octets: front, missing: Some(missing), rest });
                    used += front.len() + rest.len();
                    *self = State::Boundary { counted: true };
                }
                State::Searching { why, searched, any_version } => {
                    let (at, found) = search(octets.bytes(), searched, any_version);
                    if at > 0 && (found || at >= JUNK) {
                        emit(Unit::Junk { octets: octets.slice(0, at), why });
                        used += at;
                    }
                    if found {
                        used += give_whole(octets.skip(at), emit);
                        *self = State::IN_STEP;
                    } else {
                        let searched = if at >= JUNK { 0 } else { at };
                        *self = State::Searching { why, searched, any_version: any_version && at == 0 };
                        return used;
                    }
                }
            }
        }
    }
}

/// Gives the packet at the beginning of `octets` if it is whole; says how many octets it takes.
fn give_whole<F: FnMut(Unit<'_>)>(octets: Octets<'_>, emit: &mut F) -> usize {
    let Some(header) = Header::parse(octets.bytes()) else { return 0 };
    let length = usize::from(header.length);
    if octets.len() < length {
        return 0;
    }
    let (octets, rest) = (octets.slice(0, length), octets.slice(length, length));
    emit(Unit::Packet { header, octets, missing: None, rest });
    length
}

/// The first octet from `from` on at which a packet proves itself (`true`), or may yet do so, or the end.
fn search(bytes: &[u8], from: usize, any_version: bool) -> (usize, bool) {
    let mut at = from;
    while let Some(octets) = bytes.get(at..).filter(|octets| !octets.is_empty()) {
        let any_version = any_version && at == 0;
        match prove(octets, any_version) {
            Proof::Certain => return (at, true),
            // A segment that ends where the packet does is proof enough for a header with nothing odd.
            Proof::Fits | Proof::Ends if octets.get(1) == Some(&0) => return (at, true),
            // So is one whose length indicator fills the packet, as that of a CR, a CC or a DR does.
            Proof::Ends
                if octets
                    .get(HEADER)
                    .is_some_and(|indicator| usize::from(*indicator) + 1 + HEADER == octets.len()) =>
            {
                return (at, true);
            }
            Proof::Fits | Proof::Ends | Proof::Open | Proof::Short => return (at, false),
            Proof::No => {
                at += 1 + octets[1..].iter().position(|octet| *octet == VERSION).unwrap_or(octets.len() - 1)
            }
        }
    }
    (at, false)
}

/// How far octets prove themselves a packet.
enum Proof {
    /// They are none.
    No,
    /// They are too few to tell.
    Short,
    /// They begin like a packet, which goes on behind them.
    Open,
    /// They are one packet.
    Ends,
    /// They are a packet and the beginning of what may be another.
    Fits,
    /// They are a packet and the header of another.
    Certain,
}

/// How far `octets` prove themselves a packet at their beginning; `any_version`: whatever its version octet says.
fn prove(octets: &[u8], any_version: bool) -> Proof {
    let length = match fits(octets, any_version) {
        Fit::No => return Proof::No,
        Fit::Short => return Proof::Short,
        Fit::Yes(length) => length,
    };
    match octets.get(length..) {
        None => Proof::Open,
        Some([]) => Proof::Ends,
        Some(next) => match fits(next, false) {
            Fit::No => Proof::No,
            Fit::Short => Proof::Fits,
            Fit::Yes(_) => Proof::Certain,
        },
    }
}

/// Whether octets begin like a packet.
enum Fit {
    No,
    /// They are too few to tell; those that are there fit.
    Short,
    /// Yes, one of this length.
    Yes(usize),
}

/// Whether `octets` begin with a header and, behind it, length indicator and code of a TPDU (X.224 13.2) that has
/// room in the packet.
fn fits(octets: &[u8], any_version: bool) -> Fit {
    if octets.first().is_some_and(|version| *version != VERSION && !any_version) {
        return Fit::No;
    }
    let Some(header) = Header::parse(octets) else { return Fit::Short };
    if header.length < SMALLEST {
        return Fit::No;
    }
    let length = usize::from(header.length);
    let Some(indicator) = octets.get(HEADER).copied() else { return Fit::Short };
    if !(2..=254).contains(&indicator) || usize::from(indicator) + 1 > length - HEADER {
        return Fit::No;
    }
    match octets.get(HEADER + 1).map(|code| code >> 4) {
        None => Fit::Short,
        Some(0x1 | 0x2 | 0x5..=0x8 | 0xC..=0xF) => Fit::Yes(length),
        Some(_) => Fit::No,
    }
}

/// Whether the beginning of a stream is TPKT with COTP inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Probe {
    /// It is.
    Certain,
    /// It may be; more octets are needed to tell.
    Unsure,
    /// It is not.
    No,
}

/// Whether a stream that begins with `first` is TPKT with COTP inside, wherever its port points: the first packet
/// holds a CR, a CC, or a DT of class 0. Other protocols share the packet header (H.225, H.245) or its first octet.
pub fn probe(first: &[u8]) -> Probe {
    // Of the octets that are not there yet it is assumed that they fit; eleven decide.
    let octet = |index: usize| first.get(index).copied();
    let is = |index: usize, wanted: u8| octet(index).is_none_or(|octet| octet == wanted);
    let length = Header::parse(first).map_or(usize::from(u16::MAX), |header| usize::from(header.length));
    let Some(room) = length.checked_sub(HEADER + 1).filter(|_| is(0, VERSION) && is(1, 0)) else {
        return Probe::No;
    };
    let indicator = octet(HEADER).map_or(room, usize::from);
    if indicator > room {
        return Probe::No;
    }
    let (likely, needed) = match octet(HEADER + 1) {
        None => (indicator >= 2, HEADER + 2),
        // X.224 13.7: LI, code, end of TSDU with number 0.
        Some(0xF0) => (indicator == 2 && octet(6).is_none_or(|end| end & 0x7F == 0), 7),
        // X.224 13.3: DST-REF is 0; class 0 to 4, and two options.
        Some(0xE0..=0xEF) => (indicator >= 6 && is(6, 0) && is(7, 0) && has_class(octet(10)), 11),
        // X.224 13.4.
        Some(0xD0..=0xDF) => (indicator >= 6 && has_class(octet(10)), 11),
        Some(_) => (false, 0),
    };
    match likely {
        false => Probe::No,
        true if first.len() < needed => Probe::Unsure,
        true => Probe::Certain,
    }
}

/// Whether the octet, where it is there, is a class octet (X.224 13.3.3 e).
fn has_class(octet: Option<u8>) -> bool {
    octet.is_none_or(|octet| octet >> 4 <= 4 && octet & 0x0C == 0)
}

static PACKET_DEF: FieldDef = FieldDef::layer("tpkt", "ISO", Tag::Iso);
static SEGMENT_DEF: FieldDef = FieldDef::layer("tpkt.segment", "ISO", Tag::Iso);
static VERSION_DEF: FieldDef = FieldDef::new("tpkt.version", "Version", Display::Number);
static RESERVED_DEF: FieldDef = FieldDef::new("tpkt.reserved", "Reserved", Display::Number);
static LENGTH_DEF: FieldDef = FieldDef::new("tpkt.length", "Length", Display::Number);
static DATA_DEF: FieldDef =
    FieldDef::new("tpkt.data", "Data: Number of data bytes remaining", Display::Remaining);

/// The field of the packet as a whole.
pub const PACKET: Field = &PACKET_DEF;
/// Octets of a packet that goes on in a later frame.
pub const SEGMENT: Field = &SEGMENT_DEF;
/// The field of the version octet.
pub const FIELD_VERSION: Field = &VERSION_DEF;
/// The field of the reserved octet.
pub const FIELD_RESERVED: Field = &RESERVED_DEF;
/// The field of the packet length.
pub const FIELD_LENGTH: Field = &LENGTH_DEF;
const FIELD_DATA: Field = &DATA_DEF;

/// Describes a packet: the ISO layer of the frame view. The packet becomes the sink's source.
pub fn describe<S: Sink>(packet: Octets<'_>, header: &Header, sink: &mut S) {
    let end = packet.len();
    sink.source(packet);
    sink.open(PACKET, Span::new(0, end), Value::Octets);
    sink.words(|out| {
        out.write_str("RFC 1006 ISO Packet, ver: ")?;
        out.decimal(header.version.into())?;
        out.write_str(", Len: ")?;
        out.decimal(HEADER as u64)
    });
    let mut number = |field: Field, from: usize, to: usize, value: i64| {
        sink.leaf(field, Span::new(from, to), Value::Number(value));
    };
    number(FIELD_VERSION, 0, 1, header.version.into());
    number(FIELD_RESERVED, 1, 2, header.reserved.into());
    number(FIELD_LENGTH, 2, HEADER, header.length.into());
    number(FIELD_DATA, HEADER, end, end.saturating_sub(HEADER) as i64);
    sink.close(end as u32);
}

/// Describes octets that belong to no packet, as an ISO layer. They become the sink's source.
pub fn describe_junk<S: Sink>(octets: Octets<'_>, why: Why, sink: &mut S) {
    let end = octets.len();
    let plural = if end == 1 { "" } else { "s" };
    let why = match why {
        Why::Version => "the version is not 3",
        Why::Length => "the length is less than 7",
        Why::OutOfStep => "out of step",
    };
    sink.source(octets);
    sink.open(PACKET, Span::new(0, end), Value::Octets);
    sink.text(format_args!("Data that is no RFC 1006 packet: {end} octet{plural} ({why})"));
    sink.close(end as u32);
}

/// Describes the octets of a packet that lie behind a hole in it, as an ISO layer. They become the sink's source.
pub fn describe_rest<S: Sink>(octets: Octets<'_>, sink: &mut S) {
    let end = octets.len();
    sink.source(octets);
    sink.open(PACKET, Span::new(0, end), Value::Octets);
    sink.text(format_args!("[{end} octets of a packet behind a hole in it: not decoded]"));
    sink.close(end as u32);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::capture::{FrameNo, Piece, Place};
    use crate::tree::Tree;

    /// The CR of a connection from "MTA-A" to "MTA-B" with TPDU size 2048.
    const CR: &[u8] = b"\x03\0\0\x1C\x17\xE0\0\0\0\x01\0\xC0\x01\x0B\xC1\x05MTA-A\xC2\x05MTA-B";
    /// The CC to it.
    const CC: &[u8] = b"\x03\0\0\x0E\x09\xD0\0\x01\x41\x02\0\xC0\x01\x0B";
    /// A DT with the session SPDU GIVE TOKENS and an empty DATA TRANSFER.
    const DT: &[u8] = b"\x03\0\0\x0B\x02\xF0\x80\x01\0\x01\0";

    /// One unit, written down: sort, octets, octets behind a hole.
    #[derive(Clone, Debug, PartialEq, Eq)]
    enum Told {
        Packet(Vec<u8>),
        Broken(Vec<u8>, Missing, Vec<u8>),
        Junk(Vec<u8>, Why),
    }

    use Told::{Broken, Junk, Packet};

    impl From<Unit<'_>> for Told {
        fn from(unit: Unit<'_>) -> Told {
            match unit {
                Unit::Packet { header, octets, missing, rest } => {
                    let (octets, rest) = (octets.bytes().to_vec(), rest.bytes().to_vec());
                    assert_eq!(Header::parse(&octets), Some(header));
                    match missing {
                        None => {
                            assert_eq!((octets.len(), rest.len()), (header.length.into(), 0));
                            Packet(octets)
                        }
                        Some(missing) => Broken(octets, missing, rest),
                    }
                }
                Unit::Junk { octets, why } => {
                    assert!(!octets.is_empty());
                    Junk(octets.bytes().to_vec(), why)
                }
            }
        }
    }

    impl Told {
        fn octets(&self) -> Vec<u8> {
            match self {
                Packet(octets) | Junk(octets, _) => octets.clone(),
                Broken(octets, _, rest) => [&octets[..], rest].concat(),
            }
        }
    }

    /// A deframer and what it told. Each push is a frame of its own, its octets from 0 on.
    struct Scene {
        deframer: Deframer,
        frame: u64,
        told: Vec<Told>,
    }

    impl Scene {
        fn new(in_step: bool) -> Scene {
            Scene { deframer: Deframer::new(in_step), frame: 0, told: Vec::new() }
        }

        fn push(&mut self, octets: &[u8]) {
            self.frame += 1;
            let pieces = [Piece { start: 0, frame: FrameNo(self.frame), offset: 0 }];
            self.deframer.push(Octets::new(octets, &pieces, 0), |unit| self.told.push(unit.into()));
        }

        fn lose(&mut self, octets: u64) {
            self.deframer.lose(Loss { octets, why: Missing::Lost }, |unit| self.told.push(unit.into()));
        }

        /// What was told since the last time.
        fn told(&mut self) -> Vec<Told> {
            std::mem::take(&mut self.told)
        }

        fn finish(&mut self) -> Vec<Told> {
            self.deframer.finish(Missing::Cut, |unit| self.told.push(unit.into()));
            self.told()
        }
    }

    fn packet(octets: &[u8]) -> Told {
        Packet(octets.to_vec())
    }

    fn junk(octets: &[u8], why: Why) -> Told {
        Junk(octets.to_vec(), why)
    }

    fn broken(octets: &[u8], rest: &[u8]) -> Told {
        Broken(octets.to_vec(), Missing::Lost, rest.to_vec())
    }

    /// A DT packet with so many octets of user data.
    fn data(size: usize) -> Vec<u8> {
        let length = (size + 7) as u16;
        [&[3, 0], &length.to_be_bytes()[..], &[2, 0xF0, 0x80], &vec![b'.'; size]].concat()
    }

    #[test]
    fn several_packets_in_a_segment_and_packets_across_segments_are_told() {
        let mut scene = Scene::new(true);
        scene.push(&[CR, CC, &DT[..2]].concat());
        assert_eq!(scene.told(), [packet(CR), packet(CC)]);
        scene.push(&DT[2..6]);
        scene.push(&[&DT[6..], DT].concat());
        assert_eq!(scene.told(), [packet(DT), packet(DT)]);
        assert!(scene.finish().is_empty());
    }

    #[test]
    fn a_packet_that_lies_whole_in_the_octets_is_not_copied_and_keeps_its_places() {
        let octets = [&DT[..3], CR].concat();
        let pieces = [Piece { start: 0, frame: FrameNo(4), offset: 54 }];
        let octets = Octets::new(&octets, &pieces, 0);
        let mut places = Vec::new();
        let mut deframer = Deframer::default();
        deframer.push(octets.skip(3), |unit| {
            let Unit::Packet { octets: packet, .. } = unit else { unreachable!() };
            assert_eq!(packet.bytes().as_ptr(), octets.skip(3).bytes().as_ptr());
            places.push(packet.place(0));
        });
        assert_eq!(places, [Place { frame: FrameNo(4), offset: 57 }]);
    }

    #[test]
    fn a_packet_of_several_frames_knows_them() {
        let mut frames = Vec::new();
        let mut deframer = Deframer::new(true);
        for (index, part) in [&DT[..1], &DT[1..7], &DT[7..]].into_iter().enumerate() {
            let pieces = [Piece { start: 0, frame: FrameNo(index as u64 + 12), offset: 54 }];
            deframer.push(Octets::new(part, &pieces, 0), |unit| {
                let Unit::Packet { octets, .. } = unit else { unreachable!() };
                frames = octets.frames();
            });
        }
        assert_eq!(frames, [FrameNo(12), FrameNo(13), FrameNo(14)]);
    }

    #[test]
    fn any_reserved_octet_is_taken_in_step() {
        let mut scene = Scene::new(true);
        let odd = [&[3, 0x5A], &DT[2..]].concat();
        scene.push(&odd);
        assert_eq!(scene.told(), [packet(&odd)]);
    }

    #[test]
    fn a_packet_with_another_version_is_a_packet_where_everything_else_fits() {
        let odd = [&[4], &CR[1..]].concat();
        let mut scene = Scene::new(true);
        scene.push(&odd[..9]);
        assert!(scene.told().is_empty());
        scene.push(&odd[9..]);
        assert_eq!(scene.told(), [packet(&odd)]);
        scene.push(&[&odd, DT].concat());
        assert_eq!(scene.told(), [packet(&odd), packet(DT)]);
        // A length that leads nowhere proves nothing.
        scene.push(&[&odd[..20], DT].concat());
        assert_eq!(scene.told(), [junk(&odd[..20], Why::Version), packet(DT)]);
    }

    #[test]
    fn an_impossible_length_is_passed_over_up_to_the_next_packet() {
        let mut scene = Scene::new(true);
        scene.push(&[b"\x03\0\0\x06", CR].concat());
        assert_eq!(scene.told(), [junk(b"\x03\0\0\x06", Why::Length), packet(CR)]);
        scene.push(b"\x03\0\0\x04");
        assert_eq!(scene.finish(), [junk(b"\x03\0\0\x04", Why::Length)]);
    }

    #[test]
    fn another_protocol_is_junk_in_large_pieces() {
        let mut scene = Scene::new(true);
        let text: Vec<u8> = b"GET / HTTP/1.1\r\nAccept: */*\r\n\r\n".repeat(8000);
        for segment in text.chunks(1460) {
            scene.push(segment);
        }
        let told = scene.finish();
        assert!((2..=5).contains(&told.len()), "{}", told.len());
        assert!(told.iter().all(|told| matches!(told, Junk(_, Why::Version))));
        assert_eq!(told.iter().flat_map(Told::octets).collect::<Vec<_>>(), text);
    }

    #[test]
    fn a_start_in_mid_stream_finds_the_first_packet() {
        let mut scene = Scene::new(false);
        scene.push(CR);
        assert_eq!(scene.told(), [packet(CR)]);

        let mut scene = Scene::new(false);
        scene.push(&[&CR[9..], DT, CC].concat());
        assert_eq!(scene.told(), [junk(&CR[9..], Why::OutOfStep), packet(DT), packet(CC)]);

        // A header inside the data of a packet: the octet behind it is no header.
        let mut scene = Scene::new(false);
        scene.push(&[b"user data \x03\0\0\x08\x02\xF0\x80 and more", DT].concat());
        let passed = b"user data \x03\0\0\x08\x02\xF0\x80 and more";
        assert_eq!(scene.told(), [junk(passed, Why::OutOfStep), packet(DT)]);
    }

    #[test]
    fn a_packet_longer_than_its_segment_is_waited_for_in_mid_stream() {
        let long = data(2000);
        let mut scene = Scene::new(false);
        scene.push(&[b"rest", &long[..1400]].concat());
        assert!(scene.told().is_empty());
        scene.push(&long[1400..]);
        assert_eq!(scene.told(), [junk(b"rest", Why::OutOfStep), packet(&long)]);
    }

    #[test]
    fn a_header_with_an_odd_reserved_octet_is_believed_out_of_step_when_another_follows() {
        let odd = [&[3, 0x11], &DT[2..]].concat();
        let mut scene = Scene::new(false);
        scene.push(&odd);
        assert!(scene.told().is_empty());
        scene.push(CC);
        assert_eq!(scene.told(), [packet(&odd), packet(CC)]);

        let mut scene = Scene::new(false);
        scene.push(&odd);
        assert_eq!(scene.finish(), [packet(&odd)]);

        let mut scene = Scene::new(false);
        scene.push(&odd[..9]);
        assert_eq!(scene.finish(), [junk(&odd[..9], Why::OutOfStep)]);
    }

    #[test]
    fn the_boundary_is_counted_through_a_hole() {
        let long = data(100);
        let mut scene = Scene::new(true);
        scene.push(&long[..50]);
        scene.lose(20);
        scene.push(&[&long[70..], DT].concat());
        assert_eq!(scene.told(), [broken(&long[..50], &long[70..]), packet(DT)]);
        // Two holes in one packet; the last one ends where the packet does.
        scene.push(&long[..50]);
        scene.lose(20);
        scene.push(&long[70..80]);
        scene.lose(27);
        assert_eq!(scene.told(), [broken(&long[..50], &long[70..80])]);
        scene.push(DT);
        assert_eq!(scene.told(), [packet(DT)]);
    }

    #[test]
    fn a_counted_boundary_is_believed_only_if_a_packet_is_there() {
        let long = data(100);
        let mut scene = Scene::new(true);
        scene.push(&long[..50]);
        scene.lose(57);
        scene.push(&[b"no packet", DT].concat());
        assert_eq!(scene.told(), [broken(&long[..50], b""), junk(b"no packet", Why::OutOfStep), packet(DT)]);
        scene.push(&long[..50]);
        scene.lose(57);
        scene.push(b"\x03\0");
        assert_eq!(scene.finish(), [broken(&long[..50], b""), junk(b"\x03\0", Why::OutOfStep)]);
    }

    #[test]
    fn behind_a_hole_over_a_header_the_next_packet_is_searched() {
        let mut scene = Scene::new(true);
        scene.push(&CR[..10]);
        scene.lose(20);
        scene.push(&[&DT[2..], CC].concat());
        assert_eq!(scene.told(), [broken(&CR[..10], b""), junk(&DT[2..], Why::OutOfStep), packet(CC)]);
        // Part of a header in front of the hole.
        scene.push(&CR[..3]);
        scene.lose(2);
        scene.push(&[&CR[5..], DT].concat());
        let expected = [junk(&CR[..3], Why::OutOfStep), junk(&CR[5..], Why::OutOfStep), packet(DT)];
        assert_eq!(scene.told(), expected);
        // Between two packets.
        scene.lose(11);
        scene.push(DT);
        assert_eq!(scene.told(), [packet(DT)]);
    }

    #[test]
    fn frames_cut_by_the_snap_length_show_their_first_packets() {
        let (long, mut scene) = (data(1453), Scene::new(false));
        for _ in 0..2 {
            scene.push(&long[..42]);
            scene.lose(1460 - 42);
        }
        assert_eq!(scene.told(), [broken(&long[..42], b""), broken(&long[..42], b"")]);
    }

    #[test]
    fn the_end_tells_what_is_left() {
        let mut scene = Scene::new(true);
        scene.push(&CR[..20]);
        assert_eq!(scene.finish(), [Broken(CR[..20].to_vec(), Missing::Cut, vec![])]);
        scene.push(&CR[..3]);
        assert_eq!(scene.finish(), [junk(&CR[..3], Why::OutOfStep)]);
        // The reason of the first hole counts.
        scene.push(&CR[..10]);
        scene.lose(5);
        scene.push(&CR[15..20]);
        assert_eq!(scene.finish(), [broken(&CR[..10], &CR[15..20])]);
        // In mid-stream, a packet that goes on behind the end is believed.
        let mut scene = Scene::new(false);
        scene.push(&[b"rest", &CR[..20]].concat());
        let expected = [junk(b"rest", Why::OutOfStep), Broken(CR[..20].to_vec(), Missing::Cut, vec![])];
        assert_eq!(scene.finish(), expected);
    }

    #[test]
    fn many_beginnings_of_packets_in_single_octets_take_linear_time() {
        let mut scene = Scene::new(false);
        let octets = b"\x03\0\xFF\xFF\x02\xF0\x80".repeat(100_000);
        for octet in octets.chunks(1) {
            scene.push(octet);
            assert!(scene.deframer.buffer.len() < 128 * 1024);
        }
        scene.finish();
    }

    #[test]
    fn a_probe_knows_cotp_from_other_users_of_the_header() {
        for first in [CR, CC, DT, b"\x03\0\0\x0B\x02\xF0\x00more"] {
            assert_eq!(probe(first), Probe::Certain);
            assert!((0..7).all(|length| probe(&first[..length]) == Probe::Unsure));
        }
        // RDP: a cookie and a negotiation request in the header of the CR.
        assert_eq!(probe(b"\x03\0\0\x2A\x25\xE0\0\0\0\0\0Cookie: mstshash=demo\r\n"), Probe::Certain);
        // H.225 (Q.931), H.245, TLS, X.500 IDM, text; a DT longer than its packet, a CR without room.
        for other in [
            &b"\x03\0\0\x50\x08\x02\x00\x01\x05"[..],
            b"\x03\0\0\x10\x02\x70\x01\x06\x00\x08",
            b"\x16\x03\x01\0\xC8\x01",
            b"\x01\0\0\0\0\x50\x30",
            b"SSH-2.0-",
            b"\x03\0\0\x06\x02\xF0\x80",
            b"\x03\0\0\x0A\x09\xE0",
            b"\x03\0\0\x0B\x06\xE0\0\x01",
            b"\x03\0\x01\x0B\x06\xE0\0\0\0\0\x5C",
            b"\x03\x01",
        ] {
            assert_eq!(probe(other), Probe::No, "{other:02X?}");
        }
    }

    #[test]
    fn the_packet_of_q157015_is_described_as_network_monitor_does() {
        let octets = [&b"\x03\0\0\x12\x0D\xE0"[..], &[0; 12]].concat();
        let pieces = [Piece { start: 0, frame: FrameNo(1), offset: 54 }];
        let Some(header) = Header::parse(&octets) else { unreachable!() };
        let mut tree = Tree::new();
        describe(Octets::new(&octets, &pieces, 0), &header, &mut tree);
        let told: Vec<_> = tree
            .nodes()
            .iter()
            .map(|node| (node.field.label, node.value, node.depth, node.at.start, node.at.end))
            .collect();
        let expected = [
            ("ISO", Value::Octets, 0, 0, 18),
            ("Version", Value::Number(3), 1, 0, 1),
            ("Reserved", Value::Number(0), 1, 1, 2),
            ("Length", Value::Number(18), 1, 2, 4),
            ("Data: Number of data bytes remaining", Value::Number(14), 1, 4, 18),
        ];
        assert_eq!(told, expected);
        assert_eq!(tree.words(&tree.nodes()[0]), "RFC 1006 ISO Packet, ver: 3, Len: 4");
        assert_eq!(tree.place(&tree.nodes()[4]), Place { frame: FrameNo(1), offset: 58 });
        tree.clear();
        describe_junk(Octets::new(&octets, &pieces, 0), Why::OutOfStep, &mut tree);
        assert_eq!(tree.words(&tree.nodes()[0]), "Data that is no RFC 1006 packet: 18 octets (out of step)");
    }

    /// Packets with any contents, the sizes mostly small.
    fn packets() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let size = prop_oneof![9 => 3usize..50, 1 => 3usize..=65_531];
        let packet = (any::<u8>(), size, any::<u64>()).prop_map(|(reserved, size, seed)| {
            let length = ((size + HEADER) as u16).to_be_bytes();
            let mut packet = vec![VERSION, reserved, length[0], length[1]];
            packet.extend((0..size).map(|n| (seed >> (n % 8 * 8)) as u8 ^ n as u8));
            packet
        });
        prop::collection::vec(packet, 0..12)
    }

    /// Pushes `octets` in chunks of these sizes, over and over.
    fn push_in_chunks(scene: &mut Scene, octets: &[u8], chunks: &[usize]) {
        let mut octets = octets;
        for size in chunks.iter().cycle() {
            let (chunk, rest) = octets.split_at((*size).min(octets.len()));
            scene.push(chunk);
            octets = rest;
            if octets.is_empty() {
                return;
            }
        }
    }

    fn chunks() -> impl Strategy<Value = Vec<usize>> {
        prop_oneof![prop::collection::vec(1usize..12, 1..20), prop::collection::vec(1usize..3000, 1..20)]
    }

    /// Octets that look like packets more often than chance would have it.
    fn doubtful() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            Just(DT.to_vec()),
            Just(CC.to_vec()),
            Just(vec![3, 0]),
            Just(vec![3, 0, 0, 9, 2, 0xF0]),
            Just(vec![4, 0, 0, 11, 2, 0xF0, 0x80, 1, 2, 3, 4]),
            Just(vec![3, 0, 0, 2]),
            prop::collection::vec(any::<u8>(), 0..30),
        ];
        prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn packets_in_any_pieces_are_told_as_they_were_sent(packets in packets(), chunks in chunks()) {
            let mut scene = Scene::new(true);
            push_in_chunks(&mut scene, &packets.concat(), &chunks);
            let expected: Vec<_> = packets.into_iter().map(Packet).collect();
            prop_assert_eq!(scene.finish(), expected);
        }

        #[test]
        fn every_octet_is_told_once_and_in_order(
            parts in prop::collection::vec((doubtful(), 0u64..20), 1..5),
            in_step in any::<bool>(),
            chunks in chunks(),
        ) {
            let mut scene = Scene::new(in_step);
            for (octets, lost) in &parts {
                push_in_chunks(&mut scene, octets, &chunks);
                scene.lose(*lost);
            }
            let told: Vec<u8> = scene.finish().iter().flat_map(Told::octets).collect();
            prop_assert_eq!(told, parts.into_iter().flat_map(|(octets, _)| octets).collect::<Vec<_>>());
            prop_assert!(scene.deframer.buffer.is_empty());
        }

        #[test]
        fn in_mid_stream_every_packet_behind_the_first_boundary_is_told(
            sizes in prop::collection::vec(20usize..600, 2..20),
            skipped in 1usize..27,
            chunks in chunks(),
        ) {
            // Lengths without an octet 3, so that there is no boundary but the real ones.
            let sizes: Vec<_> = sizes.into_iter().filter(|size| (size + 7) & 0xFF != 3).collect();
            prop_assume!(sizes.len() > 1);
            let packets: Vec<_> = sizes.iter().map(|size| data(*size)).collect();
            let mut scene = Scene::new(false);
            push_in_chunks(&mut scene, &packets.concat()[skipped..], &chunks);
            let first = Junk(packets[0][skipped..].to_vec(), Why::OutOfStep);
            let expected: Vec<_> =
                std::iter::once(first).chain(packets.into_iter().skip(1).map(Packet)).collect();
            prop_assert_eq!(scene.finish(), expected);
        }
    }
}
