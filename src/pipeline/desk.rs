//! What is found out of all connections together: the rules are asked here, and nowhere else.

use std::collections::VecDeque;

use crate::analysis::{Association, Breach, History, Ledger, Message, Outcome};
use crate::capture::Damage;
use crate::findings::{BreachCheck, Case, Check, Collector, Rule, Scene, is_bulk, layers};
use crate::layers::note::{Cap, Note};
use crate::layers::rtse::Activity;
use crate::layers::stack::{ActivityKey, Pdu, Transfer};

/// How many associations that did not end in order wait for the end of the capture, to be judged by all of it. When
/// there are more, the one that waited longest is judged by what is known then.
const CASES: usize = 2048;

/// The functions of one kind, each with its rule.
type List<F> = Vec<(F, &'static Rule)>;

/// The rules, by when they are asked.
#[derive(Debug, Default)]
struct Asked {
    note: List<fn(&Note<'_>, &Scene<'_>, &'static Rule, &mut Collector)>,
    pdu: List<fn(&Pdu<'_>, &Scene<'_>, &'static Rule, &mut Collector)>,
    breach: List<BreachCheck>,
    /// The highest layer first, in each by the order of its table.
    end: List<fn(&Case<'_>, &'static Rule, &mut Collector)>,
    association: List<fn(&Case<'_>, &'static Rule, &mut Collector)>,
    message: List<fn(&Message, &'static Rule, &mut Collector)>,
    frame: List<fn(u32, &Scene<'_>, &'static Rule, &mut Collector)>,
    capture: List<fn(&Damage, &Scene<'_>, &'static Rule, &mut Collector)>,
}

impl Asked {
    fn new() -> Asked {
        let mut asked = Asked::default();
        for rule in layers().rev().flatten() {
            asked.put(rule, rule.check);
        }
        asked
    }

    fn put(&mut self, rule: &'static Rule, check: Check) {
        match check {
            Check::Note(ask) => self.note.push((ask, rule)),
            Check::Pdu(ask) => self.pdu.push((ask, rule)),
            Check::Breach(ask) => self.breach.push((ask, rule)),
            Check::End(ask) => self.end.push((ask, rule)),
            Check::Association(ask) => self.association.push((ask, rule)),
            Check::Message(ask) => self.message.push((ask, rule)),
            Check::Frame(ask) => self.frame.push((ask, rule)),
            Check::Capture(ask) => self.capture.push((ask, rule)),
            Check::Several(checks) => checks.iter().for_each(|check| self.put(rule, *check)),
        }
    }

    /// Asks why an association ended as it did: the first rule that can tell.
    fn end(&self, association: &Association, history: &History, out: &mut Collector) {
        let Some(ending) = association.ending.as_deref().filter(|_| !association.is_smtp()) else { return };
        let case = Case { association, ending, history };
        let before = out.raised();
        for (ask, rule) in &self.end {
            ask(&case, rule, out);
            if out.raised() > before {
                return;
            }
        }
    }

    fn association(&self, association: &Association, history: &History, out: &mut Collector) {
        let Some(ending) = &association.ending else { return };
        let case = Case { association, ending, history };
        for (ask, rule) in &self.association {
            ask(&case, rule, out);
        }
    }

    /// Asks about a message that has come to its end, and tells it.
    fn message(
        &self,
        message: Message,
        history: &mut History,
        out: &mut Collector,
        tell: &mut impl FnMut(Message),
    ) {
        history.add_message(&message);
        for (ask, rule) in &self.message {
            ask(&message, rule, out);
        }
        tell(message);
    }
}

/// The rules with what they need, and what they found.
#[derive(Debug)]
pub(super) struct Desk {
    rules: Asked,
    pub(super) collector: Collector,
    ledger: Ledger,
    history: History,
    /// Associations that did not end in order.
    cases: VecDeque<Association>,
    /// How many of them could not wait.
    hurried: u64,
    /// How often a limit was reached, as it was told last.
    told: [u64; LIMITS],
}

/// How many limits there are here.
const LIMITS: usize = 3;

impl Desk {
    /// `room`: how much memory may be taken by what waits to be resumed or acknowledged.
    pub(super) fn new(keep_content: bool, room: usize) -> Desk {
        Desk {
            rules: Asked::new(),
            collector: Collector::default(),
            ledger: Ledger::new(keep_content, room),
            history: History::default(),
            cases: VecDeque::new(),
            hurried: 0,
            told: [0; LIMITS],
        }
    }

    /// A file is damaged.
    pub(super) fn damage(&mut self, damage: &Damage, scene: &Scene<'_>) {
        for (ask, rule) in &self.rules.capture {
            ask(damage, scene, rule, &mut self.collector);
        }
    }

    /// The snap length cut a frame: so many octets are missing.
    pub(super) fn cut(&mut self, missing: u32, scene: &Scene<'_>) {
        for (ask, rule) in &self.rules.frame {
            ask(missing, scene, rule, &mut self.collector);
        }
    }

    /// The layers noted an anomaly.
    pub(super) fn note(&mut self, note: &Note<'_>, scene: &Scene<'_>) {
        for (ask, rule) in &self.rules.note {
            ask(note, scene, rule, &mut self.collector);
        }
    }

    /// An association has taken a PDU.
    pub(super) fn pdu(&mut self, pdu: &Pdu<'_>, scene: &Scene<'_>) {
        if is_bulk(pdu) {
            return;
        }
        for (ask, rule) in &self.rules.pdu {
            ask(pdu, scene, rule, &mut self.collector);
        }
    }

    /// An SPDU breaks a rule of the dialogue.
    pub(super) fn breach(&mut self, breach: &Breach, pdu: &Pdu<'_>, scene: &Scene<'_>) {
        for (ask, rule) in &self.rules.breach {
            ask(breach, pdu, scene, rule, &mut self.collector);
        }
    }

    /// An association has ended just now: what can be told of it so far is marked in the frame.
    pub(super) fn mark_end(&mut self, association: &Association) {
        let Desk { rules, collector, history, .. } = self;
        if needs_reason(association) {
            collector.mark_only(|aside| rules.end(association, history, aside));
        }
    }

    /// A PDU may tell what became of a message that was sent before: `tell` is given those that came to their end.
    pub(super) fn follow(
        &mut self,
        pdu: &Pdu<'_>,
        association: &Association,
        tell: &mut impl FnMut(Message),
    ) {
        let Desk { rules, collector, ledger, history, .. } = self;
        ledger.pdu(pdu, association, &mut |message| rules.message(message, history, collector, tell));
    }

    /// An activity left its association.
    pub(super) fn transfer(
        &mut self,
        transfer: Transfer,
        key: ActivityKey,
        association: &Association,
        tell: &mut impl FnMut(Message),
    ) {
        let Desk { rules, collector, ledger, history, .. } = self;
        let done = &mut |message| rules.message(message, history, collector, tell);
        ledger.transfer(transfer, key, association, done);
    }

    /// A limit that was reached since it was asked last.
    pub(super) fn reached(&mut self) -> Option<Cap> {
        let limits: [(Cap, u64); LIMITS] = [
            (Cap::Remembered, self.ledger.given_up()),
            (Cap::Messages, self.ledger.forgotten()),
            (Cap::Associations, self.history.left_out() + self.hurried),
        ];
        let more = |((_, count), told): &(&(Cap, u64), &mut u64)| count > *told;
        let ((cap, count), told) = limits.iter().zip(&mut self.told).find(more)?;
        *told = *count;
        Some(*cap)
    }

    /// The activity that is resumed in an association, if it is remembered.
    pub(super) fn resume(&mut self, key: &ActivityKey, association: &Association) -> Option<Activity> {
        self.ledger.resume(key, association.number)
    }

    /// Nothing more can come of an association.
    pub(super) fn close(&mut self, association: &Association, tell: &mut impl FnMut(Message)) {
        let Desk { rules, collector, ledger, history, cases, hurried, .. } = self;
        ledger.close(association, &mut |message| rules.message(message, history, collector, tell));
        if association.is_foreign() {
            collector.forget(association.number);
            return;
        }
        if association.is_smtp() {
            return;
        }
        history.add(association);
        rules.association(association, history, collector);
        if needs_reason(association) {
            if cases.len() == CASES
                && let Some(oldest) = cases.pop_front()
            {
                *hurried += 1;
                rules.end(&oldest, history, collector);
            }
            cases.push_back(association.clone());
        }
    }

    /// The capture is over: what is left is judged by all of it.
    pub(super) fn finish(&mut self, tell: &mut impl FnMut(Message)) {
        let Desk { rules, collector, ledger, history, cases, .. } = self;
        ledger.finish(&mut |message| rules.message(message, history, collector, tell));
        for association in cases.drain(..) {
            rules.end(&association, history, collector);
        }
    }
}

/// Whether an association came to an end that a rule has to explain.
fn needs_reason(association: &Association) -> bool {
    !matches!(association.outcome, Outcome::Released | Outcome::Open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{FrameNo, Timestamp};
    use crate::layers::Side;
    use crate::layers::stack::Now;
    use crate::net::Endpoint;

    /// An association of the host with this number, that came to its end without having been released.
    fn aborted(number: u32) -> Association {
        let end = |port| Endpoint { address: std::net::Ipv4Addr::from(number).into(), port };
        let now = Now { frame: FrameNo(u64::from(number)), time: Timestamp(0) };
        let mut association = Association::new(number, end(1024), end(102), now);
        association.incident(Side::Initiator, &crate::stream::Incident::Opened, now);
        association.incident(Side::Responder, &crate::stream::Incident::Reset, now);
        association.finish(now);
        association
    }

    #[test]
    fn each_limit_is_told_when_it_is_reached_and_when_it_is_again() {
        let mut desk = Desk::new(false, 1 << 20);
        for number in 1..=1024 {
            desk.close(&aborted(number), &mut |_| {});
        }
        assert_eq!(desk.reached(), None);
        for number in 1025..1027 {
            desk.close(&aborted(number), &mut |_| {});
            assert_eq!(desk.reached(), Some(Cap::Associations));
            assert_eq!(desk.reached(), None);
        }
        assert_eq!(desk.hurried, 0);
        for number in 1027..=CASES as u32 + 1 {
            desk.close(&aborted(number), &mut |_| {});
        }
        assert_eq!(desk.hurried, 1);
    }
}
