//! Reliable transfer: X.228 (ISO 9066-2) in normal mode, and the RTS of X.410-1984.

use std::collections::VecDeque;

use super::mts::Bind;
use super::{Name, Side};
use crate::capture::{FrameNo, Octets, Timestamp};
use crate::stream::{Buffer, Missing};
use crate::tree::{Display, FieldDef, Sink, Span, Tag, Value};

/// How many checkpoints of an activity are remembered, the latest ones. An activity is resumed at its last
/// confirmed checkpoint, and windows are small numbers.
const CHECKPOINTS: usize = 256;

/// The kind of an RTSE APDU (X.228 clause 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ApduKind {
    Rtorq,
    Rtoac,
    Rtorj,
    Rttp,
    Rttr,
    Rtab,
}

impl ApduKind {
    /// The abbreviation of X.228.
    pub const fn name(self) -> &'static str {
        match self {
            ApduKind::Rtorq => "RTORQ",
            ApduKind::Rtoac => "RTOAC",
            ApduKind::Rtorj => "RTORJ",
            ApduKind::Rttp => "RTTP",
            ApduKind::Rttr => "RTTR",
            ApduKind::Rtab => "RTAB",
        }
    }

    /// What it does.
    pub const fn title(self) -> &'static str {
        match self {
            ApduKind::Rtorq => "Open Request",
            ApduKind::Rtoac => "Open Accept",
            ApduKind::Rtorj => "Open Reject",
            ApduKind::Rttp => "Turn Please",
            ApduKind::Rttr => "Transfer",
            ApduKind::Rtab => "Abort",
        }
    }
}

/// Which alternative the connection data of an RTORQ or RTOAC has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectionData {
    /// A new association.
    Open,
    /// The continuation of one that was lost: a SessionConnectionIdentifier names it.
    Recover,
}

/// The fact about one APDU; what is absent is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apdu {
    /// The kind.
    pub kind: ApduKind,
    /// checkpointSize in units of 1024 octets; absent counts as 0, no checkpoints.
    pub checkpoint_size: Option<i64>,
    /// windowSize: unacknowledged minor synchronization points; absent counts as 3.
    pub window_size: Option<i64>,
    /// dialogueMode: 0 monologue, 1 two-way alternate; absent counts as 0.
    pub dialogue_mode: Option<i64>,
    /// applicationProtocol, in X.410 mode only; absent counts as 1.
    pub application_protocol: Option<i64>,
    /// Which connection data.
    pub connection_data: Option<ConnectionData>,
    /// RTORJ in X.410 mode: refuseReason.
    pub refuse_reason: Option<i64>,
    /// RTAB: abortReason.
    pub abort_reason: Option<i64>,
    /// RTTP: priority, 0 the most urgent.
    pub priority: Option<i64>,
    /// RTTR: how many octets of the value to be transferred it carries.
    pub octets: usize,
    /// The bind inside the connection data.
    pub bind: Bind,
}

impl Apdu {
    /// An APDU that says nothing yet.
    pub const fn new(kind: ApduKind) -> Apdu {
        Apdu {
            kind,
            checkpoint_size: None,
            window_size: None,
            dialogue_mode: None,
            application_protocol: None,
            connection_data: None,
            refuse_reason: None,
            abort_reason: None,
            priority: None,
            octets: 0,
            bind: Bind { name: None, password: None, error: None },
        }
    }
}

/// A refuseReason (X.228 7.1.3; X.410-1984 4.2.1).
pub const fn refuse_reason(reason: i64) -> &'static str {
    match reason {
        0 => "rtsBusy",
        1 => "cannotRecover",
        2 => "validationFailure",
        3 => "unacceptableDialogueMode",
        _ => "unknown reason",
    }
}

/// An abortReason (X.228 7.6).
pub const fn abort_reason(reason: i64) -> &'static str {
    match reason {
        0 => "localSystemProblem",
        1 => "invalidParameter",
        2 => "unrecognizedActivity",
        3 => "temporaryProblem",
        4 => "protocolError",
        5 => "permanentProblem",
        6 => "userError",
        7 => "transferCompleted",
        _ => "unknown reason",
    }
}

/// A dialogueMode (X.228 7.1.1).
pub const fn dialogue_mode(mode: i64) -> &'static str {
    match mode {
        0 => "monologue",
        1 => "twa",
        _ => "unknown dialogue mode",
    }
}

static RTS: FieldDef = FieldDef::layer("rts", "RTS", Tag::Rts);
static RTS_DATA: FieldDef = FieldDef::new("rts.data", "Data", Display::Octets);

/// Describes a segment in X.410 mode: the octets stand in the S-DATA as they are (X.228 annex, X.410-1984 4.3).
pub fn describe_raw_segment<S: Sink>(segment: Span, first: bool, sink: &mut S) {
    sink.open(&RTS, segment, Value::Octets);
    let place = if first { "first segment of an activity" } else { "next segment" };
    sink.text(format_args!("Transfer, {place}, Len: {}", segment.len()));
    sink.leaf(&RTS_DATA, segment, Value::Octets);
    sink.close(segment.end);
}

/// One activity: an APDU on its way in segments (X.228 8.3). It is reassembled over any number of DT SPDUs.
#[derive(Clone, Debug)]
pub struct Activity {
    /// The side that sends.
    pub sender: Side,
    /// The activity identifier, contents octets of the BER INTEGER or whatever was sent.
    pub id: Name,
    /// The frame of its ACTIVITY START or RESUME.
    pub first_frame: FrameNo,
    /// When that was.
    pub started: Timestamp,
    /// How many octets were transferred, repeated ones counted once.
    pub length: u64,
    /// How many segments brought them.
    pub segments: u32,
    /// Why octets are missing in the middle, if any are.
    pub missing: Option<Missing>,
    /// Whether its start was seen.
    pub whole: bool,
    /// Whether it was resumed after an interruption or the loss of its association.
    pub resumed: bool,
    /// Whether it was interrupted by its sender (ACTIVITY INTERRUPT), and not only cut off.
    pub interrupted: bool,
    /// Whether octets that were sent again behind a checkpoint differ from those sent first.
    pub differs: bool,
    /// The frame that brought the last octets, or ended it.
    pub last_frame: FrameNo,
    /// When that was.
    pub ended: Timestamp,
    held: Buffer,
    /// What was sent behind the checkpoint from which the activity was resumed: it is sent again.
    repeated: Vec<u8>,
    /// How many of these were sent again.
    compared: usize,
    /// Serial number of each minor synchronization point and the length up to it.
    checkpoints: VecDeque<(u32, u64)>,
}

impl Activity {
    /// An activity that begins. `whole` is false where the capture began after its start.
    pub fn new(sender: Side, id: &[u8], frame: FrameNo, time: Timestamp, whole: bool) -> Activity {
        Activity {
            sender,
            id: Name::new(id),
            first_frame: frame,
            started: time,
            length: 0,
            segments: 0,
            missing: None,
            whole,
            resumed: false,
            interrupted: false,
            differs: false,
            last_frame: frame,
            ended: time,
            held: Buffer::new(),
            repeated: Vec::new(),
            compared: 0,
            checkpoints: VecDeque::new(),
        }
    }

    /// Adds a segment.
    ///
    /// At most `most` octets of the activity are held.
    pub fn append(&mut self, segment: Octets<'_>, most: usize) {
        self.segments = self.segments.saturating_add(1);
        self.extend(segment, most);
    }

    /// How much memory it takes.
    pub fn footprint(&self) -> usize {
        self.held.footprint() + self.repeated.capacity()
    }

    /// Adds octets of the segment that is being read: a constructed RTTR brings several pieces.
    pub fn extend(&mut self, octets: Octets<'_>, most: usize) {
        // Behind a hole or behind the cap nothing can be read any more, so nothing is kept.
        if self.missing.is_none() && !self.is_capped() {
            self.held.append_within(octets, most);
        }
        self.length += octets.len() as u64;
        let rest = self.repeated.get(self.compared..).unwrap_or_default();
        let again = octets.len().min(rest.len());
        self.differs |= rest[..again] != octets.bytes()[..again];
        self.compared += again;
    }

    /// Takes note of a minor synchronization point.
    pub fn checkpoint(&mut self, serial: u32) {
        if self.checkpoints.len() == CHECKPOINTS {
            self.checkpoints.pop_front();
        }
        self.checkpoints.push_back((serial, self.length));
    }

    /// Goes back to the synchronization point `serial` (0: the beginning), from where a resumed activity is sent
    /// again. Gives false where that point is not known.
    pub fn resume_at(&mut self, serial: u32) -> bool {
        let length = match serial {
            0 => Some(0),
            _ => self.checkpoints.iter().rev().find(|(known, _)| *known == serial).map(|(_, length)| *length),
        };
        let Some(length) = length else { return false };
        self.checkpoints.retain(|(known, _)| *known <= serial);
        self.length = length;
        let kept = usize::try_from(length).unwrap_or(usize::MAX).min(self.held.len());
        self.repeated = self.held.octets().skip(kept).bytes().to_vec();
        self.compared = 0;
        self.held.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        true
    }

    /// Whether the octets that are held are the whole APDU.
    pub fn complete(&self) -> bool {
        self.whole && self.missing.is_none() && self.held.len() as u64 == self.length
    }

    /// Whether it is longer than what is held of one.
    pub fn is_capped(&self) -> bool {
        self.missing.is_none() && self.length > self.held.len() as u64
    }

    /// The octets that are held, from the beginning of the APDU.
    pub fn octets(&self) -> Octets<'_> {
        self.held.octets()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELD: usize = 4096;

    fn append(activity: &mut Activity, octets: &[u8]) {
        activity.append(Octets::new(octets, &[], 0), HELD);
    }

    #[test]
    fn a_resumed_activity_goes_on_behind_the_named_checkpoint() {
        let mut activity = Activity::new(Side::Initiator, &[1], FrameNo(1), Timestamp(0), true);
        append(&mut activity, b"abcd");
        activity.checkpoint(1);
        append(&mut activity, b"efgh");
        activity.checkpoint(2);
        append(&mut activity, b"ij");
        assert!(activity.resume_at(1));
        append(&mut activity, b"EFGH");
        assert_eq!(activity.octets().bytes(), b"abcdEFGH");
        assert_eq!(activity.length, 8);
        assert!(activity.differs, "the octets sent again are others");
        assert!(!activity.resume_at(7));
    }

    #[test]
    fn octets_past_the_cap_are_counted_but_not_held() {
        let mut activity = Activity::new(Side::Initiator, &[1], FrameNo(1), Timestamp(0), true);
        append(&mut activity, &[0; HELD]);
        append(&mut activity, b"more");
        assert_eq!(activity.octets().len(), HELD);
        assert_eq!(activity.length, HELD as u64 + 4);
        assert!(!activity.complete());
    }
}
