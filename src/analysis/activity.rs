//! The dialogue of reliable transfer as tables: tokens, activities, checkpoints (X.225 clause 7 and annex A, X.228
//! clause 8).
//!
//! What was not captured is not known, and the unknown allows everything: the machine begins so, goes back to it behind
//! each hole, and is sure again where an SPDU shows how things stand.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::capture::{Octets, Quote, Timestamp};
use crate::layers::Side;
use crate::layers::session::{DEFAULT_FUNCTIONAL_UNITS, Spdu, SpduKind};
use crate::layers::stack::{Content, Now, Pdu};
use crate::layers::upper::Facts;

use super::breach::Breach;
use super::phase::{Phase, functional_unit};
use super::timers::{Timers, lengthen, since};
use super::tokens::{Holders, is_needed};

/// How many checkpoints wait for their acknowledgement with their times. Windows are small numbers.
const WAITING: usize = 64;

/// How many interrupted activities of one association are remembered.
const INTERRUPTED: usize = 16;

/// The activities of an association, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activities {
    /// ACTIVITY STARTs.
    pub started: u32,
    /// ACTIVITY RESUMEs.
    pub resumed: u32,
    /// Acknowledged ACTIVITY ENDs.
    pub completed: u32,
    /// ACTIVITY INTERRUPTs.
    pub interrupted: u32,
    /// ACTIVITY DISCARDs.
    pub discarded: u32,
    /// Minor synchronization points sent.
    pub checkpoints: u64,
    /// The last serial number sent, and the last one acknowledged, in the latest activity.
    pub serials: (Option<u32>, Option<u32>),
    /// The most checkpoints that waited for acknowledgements at once.
    pub most_unacknowledged: u32,
    /// The largest segment, in octets of the value that is transferred.
    pub largest_segment: u64,
}

/// Trouble that the receiver of an activity reported (EXCEPTION DATA) or its session provider (EXCEPTION REPORT).
#[derive(Clone, Copy, Debug)]
pub struct Exception {
    /// Who reported it.
    pub side: Side,
    /// ED or ER.
    pub kind: SpduKind,
    /// The reason of an ED.
    pub reason: Option<u8>,
    /// Where.
    pub now: Now,
}

/// A request for the turn that was not met yet.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Who asks.
    pub side: Side,
    /// Where.
    pub now: Now,
    /// The priority in it.
    pub priority: Option<i64>,
    /// Its octets.
    pub quote: Quote,
    /// Whether it came while an ACTIVITY END waited for its acknowledgement.
    pub at_end: bool,
}

/// What was agreed on, as far as the dialogue depends on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agreed {
    /// Whether RTSE uses the association: else nothing is judged.
    pub reliable: bool,
    /// The window that was accepted.
    pub window: Option<i64>,
    /// The checkpoint size that was accepted, in units of 1024 octets.
    pub checkpoint_size: Option<i64>,
}

/// The dialogue of one association.
#[derive(Clone, Debug, Default)]
pub struct Dialogue {
    /// Where it stands.
    pub phase: Phase,
    /// How the activities went.
    pub activities: Activities,
    /// Trouble reported in the latest activity.
    pub exception: Option<Box<Exception>>,
    /// The first request for the turn that was not met.
    pub wanted: Option<Box<Wanted>>,
    /// The first rule of the protocol that was broken.
    pub first_breach: Option<Box<(Breach, Side, Now)>>,
    /// Whether the machine has followed the association from its CONNECT without losing sight of it.
    pub followed: bool,
    cut_off: Option<(Phase, Side)>,
    /// Who began the phase.
    owner: Option<Side>,
    holders: Holders,
    /// Tokens that pass when the TSDU is processed, and who gives them.
    passing: Option<(Side, u8)>,
    /// What the CONNECT said: session user requirements, token setting.
    offered: Option<(u16, u8)>,
    /// The functional units of both.
    units: Option<u16>,
    heard: [bool; 2],
    /// Whether one direction is known to lag behind the other in the capture.
    overtaken: bool,
    asked: Option<Timestamp>,
    last: Option<Timestamp>,
    /// What there is only where activities were begun.
    course: Option<Box<Course>>,
}

/// The course of the activities.
#[derive(Clone, Debug, Default)]
struct Course {
    /// Checkpoints that wait for their acknowledgement.
    waiting: VecDeque<(u32, Timestamp)>,
    /// When the end of the activity was sent that waits for its acknowledgement.
    ended: Option<Timestamp>,
    /// The activity that was begun last.
    activity: u64,
    /// Those that were interrupted.
    interrupted: Vec<u64>,
}

impl Course {
    /// Nothing of the activity waits any more.
    fn clear(&mut self) {
        self.waiting.clear();
        self.ended = None;
    }
}

impl Dialogue {
    /// Something was not captured: what is known of the dialogue may not hold any more.
    pub fn lose_sight(&mut self) {
        if self.phase != Phase::Over {
            self.phase = Phase::Unknown;
        }
        self.followed = false;
        self.owner = None;
        self.holders = Holders::default();
        self.passing = None;
        self.activities.serials = (None, None);
        self.last = None;
        if let Some(course) = &mut self.course {
            course.clear();
        }
    }

    fn course(&mut self) -> &mut Course {
        self.course.get_or_insert_default()
    }

    /// Whether octets of one side wait for others although the other side has acknowledged them: what is handed on
    /// is then not in the order in which it was sent.
    pub fn overtaken(&mut self, overtaken: bool) {
        self.overtaken = overtaken;
    }

    /// Who sends the activity that is under way, or has asked for its end; `None` without one.
    pub fn sender(&self) -> Option<Side> {
        self.owner.filter(|_| self.phase.is_in_activity())
    }

    /// Whether activities were agreed on, as far as it is known.
    pub fn has_activities(&self) -> bool {
        let offered = self.offered.map(|(units, _)| units);
        self.units.or(offered).is_none_or(|units| units & functional_unit(SpduKind::ActivityStart) != 0)
    }

    /// The activity that the end of the association left unfinished: how far it was, and who sent it.
    pub fn cut_off(&self) -> Option<(Phase, Side)> {
        self.cut_off.or(self.sender().map(|sender| (self.phase, sender)))
    }

    /// The functional units that both sides stated.
    pub fn functional_units(&self) -> Option<u16> {
        self.units
    }

    /// Takes a PDU and says what is wrong with it; `None` also for one that is no SPDU.
    pub fn step(&mut self, pdu: &Pdu<'_>, agreed: Agreed, timers: &mut Timers, now: Now) -> Option<Breach> {
        let (side, Content::Spdu { spdu, tsdu, upper }) = (pdu.side, pdu.content) else { return None };
        self.heard[side.index()] = true;
        let sure = !self.overtaken && spdu.missing.is_none() && spdu.odd.is_none();
        if !sure {
            self.lose_sight();
        }
        self.time(spdu, upper, timers, now);
        let before = self.phase;
        let forbidden = self.forbidden(side, spdu);
        let own = self.owner == Some(side);
        let next = self.phase.next(spdu.kind, own);
        // Behind what is not allowed nothing is sure but what the SPDU shows by itself.
        self.phase = next.or(Phase::Unknown.next(spdu.kind, own)).unwrap_or_default();
        if self.phase == Phase::Over {
            self.cut_off =
                self.cut_off.or(self.owner.filter(|_| before.is_in_activity()).map(|side| (before, side)));
        }
        if self.phase != before || next.is_none() {
            self.owner = self.phase.is_begun_by_one().then_some(side);
        }
        let serial = self.serial(spdu, agreed, timers, now);
        self.turn(side, spdu, tsdu, upper, before, now);
        let segment = self.count(spdu, upper, agreed);
        let resumed = self.resume(spdu, tsdu);
        if !sure {
            self.lose_sight();
            return None;
        }
        let breach = forbidden
            .or(next.is_none().then_some(Breach::Unexpected { phase: before, own }))
            .or(resumed)
            .or(serial)
            .or(segment)
            .filter(|_| agreed.reliable && self.heard == [true; 2]);
        if let Some(breach) = breach.filter(|breach| !breach.is_habit()) {
            self.first_breach.get_or_insert_with(|| Box::new((breach, side, now)));
        }
        breach
    }

    /// Whether the functional unit of an SPDU was not agreed, or its sender lacks a token for it.
    fn forbidden(&mut self, side: Side, spdu: &Spdu) -> Option<Breach> {
        let (unit, agreed) = (functional_unit(spdu.kind), self.units.unwrap_or(u16::MAX));
        if unit != 0 && agreed & unit == 0 {
            return Some(Breach::NotAgreed { unit, agreed });
        }
        if self.phase == Phase::Over || self.phase == Phase::Connecting {
            return None;
        }
        let needed = is_needed(spdu.kind, spdu.token_item.unwrap_or(0));
        let lacking = self.holders.use_by(side, needed, agreed);
        lacking.map(|token| Breach::Token { token })
    }

    /// Serial numbers of checkpoints (X.225 7.16, 7.17, 7.28) and the window (X.228 8.2.1).
    fn serial(&mut self, spdu: &Spdu, agreed: Agreed, timers: &mut Timers, now: Now) -> Option<Breach> {
        let (sent, acknowledged) = self.activities.serials;
        match spdu.kind {
            SpduKind::ActivityStart => self.begin(Some(0)),
            // The next checkpoint is the one behind that named in the ACTIVITY RESUME.
            SpduKind::ActivityResume => self.begin(spdu.serial),
            SpduKind::MinorSyncPoint | SpduKind::ActivityEnd => {
                let expected = sent.map(|serial| serial.saturating_add(1));
                self.activities.serials.0 = spdu.serial;
                if spdu.kind == SpduKind::ActivityEnd {
                    self.course().ended = Some(now.time);
                } else if let Some(serial) = spdu.serial {
                    let waiting = &mut self.course().waiting;
                    if waiting.len() == WAITING {
                        waiting.pop_front();
                    }
                    waiting.push_back((serial, now.time));
                }
                if let Some(expected) = expected.filter(|expected| spdu.serial != Some(*expected)) {
                    // How many wait cannot be told by numbers that leap.
                    self.activities.serials.1 = None;
                    return Some(Breach::Serial { expected, seen: spdu.serial });
                }
                if spdu.kind == SpduKind::ActivityEnd {
                    return None;
                }
                let (sent, acknowledged) = spdu.serial.zip(acknowledged)?;
                let unacknowledged = sent.saturating_sub(acknowledged);
                let most = &mut self.activities.most_unacknowledged;
                *most = unacknowledged.max(*most);
                let window = u32::try_from(agreed.window?).ok().filter(|window| *window > 0)?;
                return (unacknowledged > window).then_some(Breach::Window {
                    unacknowledged,
                    window,
                    serial: sent,
                });
            }
            SpduKind::MinorSyncAck => {
                self.activities.serials.1 = spdu.serial;
                let confirmed = |serial: u32| spdu.serial.is_some_and(|confirmed| serial <= confirmed);
                let waiting = &mut self.course().waiting;
                while let Some((_, since)) = waiting.front().copied().filter(|(n, _)| confirmed(*n)) {
                    waiting.pop_front();
                    lengthen(&mut timers.checkpoint, since, now.time);
                }
                let (sent, acknowledged) = sent.zip(acknowledged)?;
                let wanted = |serial: u32| serial > acknowledged && serial <= sent;
                if !spdu.serial.is_some_and(wanted) {
                    return Some(Breach::Acknowledged { acknowledged, sent, seen: spdu.serial });
                }
            }
            SpduKind::ActivityEndAck => {
                let course = self.course();
                if let Some(since) = course.ended {
                    lengthen(&mut timers.end, since, now.time);
                }
                course.clear();
                let (sent, acknowledged) = sent.zip(acknowledged)?;
                self.activities.serials.1 = spdu.serial;
                if spdu.serial != Some(sent) {
                    return Some(Breach::Acknowledged { acknowledged, sent, seen: spdu.serial });
                }
            }
            _ => {}
        }
        None
    }

    fn begin(&mut self, serial: Option<u32>) {
        self.activities.serials = (serial, serial);
        self.course().clear();
        self.exception = None;
    }

    /// Who has the tokens, and who wants them.
    fn turn(&mut self, side: Side, spdu: &Spdu, tsdu: Octets<'_>, upper: &Facts, before: Phase, now: Now) {
        match spdu.kind {
            SpduKind::Connect => {
                let units = spdu.functional_units.unwrap_or(DEFAULT_FUNCTIONAL_UNITS);
                self.offered = Some((units, spdu.token_setting.unwrap_or(0)));
                self.followed = true;
            }
            SpduKind::Accept => {
                let answered = spdu.functional_units.unwrap_or(DEFAULT_FUNCTIONAL_UNITS);
                let (offered, setting) = self.offered.unzip();
                self.units = Some(offered.unwrap_or(u16::MAX) & answered);
                if let Some(setting) = setting {
                    self.holders = Holders::agreed(setting, spdu.token_setting);
                }
            }
            SpduKind::GiveTokens => {
                self.passing = spdu.token_item.map(|item| (side, item)).or(self.passing);
            }
            SpduKind::GiveTokensConfirm => {
                self.holders = Holders::all(side.other());
                self.wanted.take_if(|wanted| wanted.side != side);
            }
            // X.225 7.26, 7.27: interruption and discarding leave all tokens with the side that asked for them.
            SpduKind::ActivityInterruptAck | SpduKind::ActivityDiscardAck => {
                self.holders = Holders::all(side.other());
            }
            SpduKind::Resynchronize | SpduKind::ResynchronizeAck => self.holders = Holders::default(),
            SpduKind::PleaseTokens if self.wanted.is_none() && self.holders.data() != Some(side) => {
                let whole = tsdu.slice(spdu.at.start as usize, spdu.at.end as usize);
                self.wanted = Some(Box::new(Wanted {
                    side,
                    now,
                    priority: upper.rtse.as_ref().and_then(|apdu| apdu.priority),
                    quote: Quote::new(whole),
                    at_end: before == Phase::Ending,
                }));
            }
            SpduKind::ActivityStart | SpduKind::ActivityResume => {
                self.wanted.take_if(|wanted| wanted.side == side);
            }
            SpduKind::ExceptionData | SpduKind::ExceptionReport => {
                let exception = Exception { side, kind: spdu.kind, reason: spdu.reason, now };
                self.exception.get_or_insert_with(|| Box::new(exception));
            }
            _ => {}
        }
        // X.225 6.3.7: what GIVE TOKENS names passes when the SPDUs behind it are processed.
        if spdu.at.end as usize >= tsdu.len()
            && let Some((giver, tokens)) = self.passing.take()
        {
            self.holders.pass(tokens, giver.other());
            self.wanted.take_if(|wanted| wanted.side != giver);
        }
    }

    /// Counts, and compares a segment with the checkpoint size (X.228 8.2.1).
    fn count(&mut self, spdu: &Spdu, upper: &Facts, agreed: Agreed) -> Option<Breach> {
        let counts = &mut self.activities;
        match spdu.kind {
            SpduKind::ActivityStart => counts.started += 1,
            SpduKind::ActivityResume => counts.resumed += 1,
            SpduKind::ActivityEndAck => counts.completed += 1,
            SpduKind::ActivityInterrupt => counts.interrupted += 1,
            SpduKind::ActivityDiscard => counts.discarded += 1,
            SpduKind::MinorSyncPoint => counts.checkpoints += 1,
            SpduKind::DataTransfer => {
                let octets = upper.rtse.as_ref().map_or(0, |apdu| apdu.octets as u64);
                counts.largest_segment = counts.largest_segment.max(octets);
                let limit = u64::try_from(agreed.checkpoint_size?).ok()?.checked_mul(1024)?;
                return (limit > 0 && octets > limit).then_some(Breach::Segment { octets, limit });
            }
            _ => {}
        }
        None
    }

    /// Remembers interrupted activities, and whether the one that is resumed is one of them (X.225 7.25).
    fn resume(&mut self, spdu: &Spdu, tsdu: Octets<'_>) -> Option<Breach> {
        let hash = |at: Option<crate::tree::Span>| {
            let mut hasher = DefaultHasher::new();
            at.map(|at| at.of(tsdu.bytes())).hash(&mut hasher);
            hasher.finish()
        };
        match spdu.kind {
            SpduKind::ActivityStart => self.course().activity = hash(spdu.activity),
            SpduKind::ActivityInterrupt => {
                let Course { activity, interrupted, .. } = self.course();
                if interrupted.len() == INTERRUPTED {
                    interrupted.remove(0);
                }
                interrupted.push(*activity);
            }
            SpduKind::ActivityResume => {
                let Course { activity, interrupted, .. } = self.course();
                *activity = hash(spdu.activity);
                let old = hash(spdu.old_activity);
                let known = interrupted.contains(&old);
                interrupted.retain(|activity| *activity != old);
                // Of another association where its references stand in the linking information.
                let here = spdu.common_reference.is_empty() && spdu.user_reference.is_empty();
                let full = interrupted.len() + 1 >= INTERRUPTED;
                return (here && !known && !full && self.followed).then_some(Breach::ResumeUnknown);
            }
            _ => {}
        }
        None
    }

    fn time(&mut self, spdu: &Spdu, upper: &Facts, timers: &mut Timers, now: Now) {
        if let Some(last) = self.last.replace(now.time) {
            lengthen(&mut timers.idle, last, now.time);
        }
        match spdu.kind {
            SpduKind::Connect => {
                self.asked = Some(now.time);
                self.last = None;
            }
            SpduKind::Accept | SpduKind::Refuse => {
                let took = self.asked.map(|asked| since(asked, now.time));
                timers.session = timers.session.or(took);
                if upper.rtse.is_some() {
                    timers.bind = timers.bind.or(took);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Breach, Token};
    use crate::capture::FrameNo;
    use crate::layers::session::{Context, parse};
    use Side::{Initiator as I, Responder as R};

    /// An association that is followed.
    struct Followed {
        dialogue: Dialogue,
        timers: Timers,
        context: Context,
        frame: u64,
    }

    impl Followed {
        fn new() -> Followed {
            Followed {
                dialogue: Dialogue::default(),
                timers: Timers::default(),
                context: Context::default(),
                frame: 0,
            }
        }

        /// CONNECT and ACCEPT with the functional units 0249; all tokens with the initiator.
        fn opened() -> Followed {
            let mut followed = Followed::new();
            followed.say(I, "0D 04 14 02 02 49");
            followed.say(R, "0E 04 14 02 02 49");
            assert_eq!(followed.dialogue.phase, Phase::Idle);
            followed
        }

        /// One side sends a TSDU, a second after the one before.
        fn say(&mut self, side: Side, hex: &str) -> Option<Breach> {
            let tsdu: Vec<u8> = hex
                .split_whitespace()
                .map(|octet| u8::from_str_radix(octet, 16).expect("hexadecimal"))
                .collect();
            let mut spdus = Vec::new();
            parse(&tsdu, &mut self.context, &mut spdus);
            self.frame += 1;
            let now = Now { frame: FrameNo(self.frame), time: Timestamp(self.frame as i64 * 1_000_000_000) };
            let agreed = Agreed { reliable: true, window: Some(2), checkpoint_size: Some(1) };
            let (octets, upper) = (Octets::new(&tsdu, &[], 0), Facts::default());
            let Followed { dialogue, timers, .. } = self;
            let told = spdus.iter().filter_map(|spdu| {
                let content = Content::Spdu { spdu, tsdu: octets, upper: &upper };
                dialogue.step(&Pdu { side, octets, content }, agreed, timers, now)
            });
            told.last()
        }
    }

    const AS: &str = "01 00 2D 05 29 03 02 01 01";
    const DT: &str = "01 00 01 00 AA";
    const AIA: &str = "02 00 1A 00";
    const GTC: &str = "15 00";
    const GTA: &str = "16 00";
    const FN: &str = "09 00";

    fn mip(serial: char) -> String {
        format!("01 00 31 03 2A 01 {:02X}", serial as u8)
    }

    fn mia(serial: char) -> String {
        format!("02 00 32 03 2A 01 {:02X}", serial as u8)
    }

    fn ae(serial: char) -> String {
        format!("01 00 29 03 2A 01 {:02X}", serial as u8)
    }

    fn aea(serial: char) -> String {
        format!("02 00 2A 03 2A 01 {:02X}", serial as u8)
    }

    #[test]
    fn a_transfer_in_order_breaks_no_rule() {
        let mut a = Followed::opened();
        let steps: [(Side, &str); 12] = [
            (I, AS),
            (I, DT),
            (I, &mip('1')),
            (I, DT),
            (I, &mip('2')),
            // The turn is asked for at any time; an acknowledgement confirms all lower numbers.
            (R, "02 03 10 01 01"),
            (R, &mia('2')),
            (I, DT),
            (I, &ae('3')),
            // AE 3 may be acknowledged as 000003.
            (R, "02 00 2A 08 2A 06 30 30 30 30 30 33"),
            (I, GTC),
            (R, GTA),
        ];
        for (side, hex) in steps {
            assert_eq!(a.say(side, hex), None, "{hex}");
        }
        assert_eq!((a.dialogue.activities.completed, a.dialogue.wanted.is_some()), (1, false));
        assert_eq!(a.say(R, AS), None, "the responder has the turn now");
        assert_eq!(a.say(R, "01 00 39 00"), None);
        // Checkpoint 1 was sent as third, acknowledged as seventh.
        assert_eq!(a.timers.checkpoint.map(|longest| longest.as_secs()), Some(4));
        assert_eq!(a.timers.session.map(|span| span.as_secs()), Some(1));
    }

    #[test]
    fn serial_numbers_follow_on_one_by_one() {
        let mut a = Followed::opened();
        a.say(I, AS);
        assert_eq!(a.say(I, &mip('2')), Some(Breach::Serial { expected: 1, seen: Some(2) }));
        assert_eq!(a.say(I, &mip('3')), None, "counted on from what was sent");
        assert_eq!(a.say(I, &ae('3')), Some(Breach::Serial { expected: 4, seen: Some(3) }));
        assert!(a.dialogue.first_breach.is_some());
        let mut a = Followed::opened();
        a.say(I, AS);
        a.say(I, &mip('1'));
        a.say(R, &mia('1'));
        let again = Breach::Acknowledged { acknowledged: 1, sent: 1, seen: Some(1) };
        assert_eq!(a.say(R, &mia('1')), Some(again));
        a.say(I, &ae('2'));
        assert!(matches!(a.say(R, &aea('3')), Some(Breach::Acknowledged { sent: 2, seen: Some(3), .. })));
    }

    #[test]
    fn one_checkpoint_more_than_the_window_is_a_habit_and_two_are_not() {
        let mut a = Followed::opened();
        a.say(I, AS);
        assert_eq!((a.say(I, &mip('1')), a.say(I, &mip('2'))), (None, None));
        assert!(a.say(I, &mip('3')).is_some_and(Breach::is_habit));
        assert!(a.dialogue.first_breach.is_none());
        let told = a.say(I, &mip('4'));
        assert_eq!(told, Some(Breach::Window { unacknowledged: 4, window: 2, serial: 4 }));
    }

    #[test]
    fn what_is_out_of_place_is_told_and_what_crosses_is_not() {
        let mut a = Followed::opened();
        assert!(matches!(a.say(I, DT), Some(Breach::Unexpected { phase: Phase::Idle, .. })));
        let mut a = Followed::opened();
        a.say(I, AS);
        assert!(matches!(a.say(I, FN), Some(Breach::Unexpected { phase: Phase::Active, own: true })));
        assert_eq!(a.say(R, "1D 00"), None, "behind it nothing is sure");
        // An exception, an acknowledgement and a request for the turn that cross the interruption.
        let mut a = Followed::opened();
        for (side, hex) in [(I, AS), (I, &*mip('1')), (I, "01 00 19 00")] {
            assert_eq!(a.say(side, hex), None);
        }
        for hex in [&*mia('1'), "02 00 30 03 32 01 05", "02 03 10 01 01", AIA] {
            assert_eq!(a.say(R, hex), None, "{hex}");
        }
        assert_eq!(a.dialogue.phase, Phase::Idle);
        // What comes behind an abort means nothing.
        a.say(I, "19 03 11 01 03");
        assert_eq!(a.say(R, GTC), None);
        // The CONNECT comes back: an echo.
        let mut a = Followed::new();
        a.say(I, "0D 04 14 02 02 49");
        let echo = a.say(R, "0D 04 14 02 02 49");
        assert!(matches!(echo, Some(Breach::Unexpected { phase: Phase::Connecting, own: false })));
    }

    #[test]
    fn only_the_side_with_the_turn_may_transfer() {
        let mut a = Followed::opened();
        assert_eq!(a.say(R, AS), Some(Breach::Token { token: Token::Data }));
        let mut a = Followed::opened();
        a.say(I, GTC);
        a.say(R, GTA);
        assert_eq!(a.say(I, FN), Some(Breach::Token { token: Token::Data }));
        // GIVE TOKENS passes what it names when the SPDU behind it is processed (X.225 6.3.7).
        let mut a = Followed::opened();
        a.say(I, AS);
        assert_eq!(a.say(I, "01 03 10 01 15 01 00 AA"), None);
        assert_eq!(a.dialogue.holders, Holders::all(R));
    }

    #[test]
    fn behind_a_gap_everything_is_allowed_until_it_is_sure_again() {
        let mut a = Followed::opened();
        a.say(I, AS);
        a.dialogue.lose_sight();
        assert_eq!(a.say(R, &aea('7')), None);
        assert_eq!(a.say(R, AS), None, "whoever begins an activity has the turn");
        assert_eq!(a.say(R, &mip('2')), Some(Breach::Serial { expected: 1, seen: Some(2) }));
        // While one direction lags behind the other, order proves nothing.
        let mut a = Followed::opened();
        a.dialogue.overtaken(true);
        assert_eq!((a.say(R, &aea('1')), a.say(I, AS)), (None, None));
        // Of one direction alone nothing is judged.
        let mut a = Followed::new();
        for hex in ["0D 04 14 02 02 49", AS, DT, &ae('1'), AS, &mip('5')] {
            assert_eq!(a.say(I, hex), None, "{hex}");
        }
    }

    #[test]
    fn only_what_was_interrupted_is_resumed() {
        const AR: &str = "01 00 1D 0F 21 08 29 03 02 01 01 2A 01 31 29 03 02 01 02";
        let mut a = Followed::opened();
        for (side, hex) in [(I, AS), (I, &*mip('1')), (R, &*mia('1')), (I, "01 00 19 00"), (R, AIA)] {
            assert_eq!(a.say(side, hex), None);
        }
        assert_eq!(a.say(I, AR), None);
        assert_eq!(a.say(I, &mip('2')), None, "counted on from the point that was resumed");
        let mut a = Followed::opened();
        assert_eq!(a.say(I, AR), Some(Breach::ResumeUnknown));
    }
}
