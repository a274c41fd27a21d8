//! Collects what rules raise: the same finding once, with how often it was seen.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

use crate::analysis::Message;
use crate::capture::{FrameNo, Octets};
use crate::layers::Side;
use crate::layers::stack::Now;
use crate::net::Endpoint;

use super::{Certainty, Evidence, Finding, Rule, Scene, Scope, Severity};

/// How many findings are kept. A capture of garbage raises no end of them, and nobody reads more.
const KEPT: usize = 100_000;

/// How far [`Collector::knows`] looks back.
const KNOWN_BACK: usize = 256;

/// How many associations are kept on which the same was found.
const ASSOCIATIONS: usize = 256;

/// What makes two findings the same: rule, association or hosts, side, and a key that the rule chooses.
type Key = (&'static str, Where, Option<Side>, u64);

/// Where the same is the same finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Where {
    /// On one association; 0 is none.
    Association(u32),
    /// On all associations from one host to a port of another.
    Hosts(IpAddr, Endpoint),
    /// Anywhere.
    Capture,
}

/// A finding as a rule raises it.
#[derive(Debug)]
pub struct Draft<'a> {
    /// The rule.
    pub rule: &'static Rule,
    /// Who sent what it is about.
    pub side: Option<Side>,
    /// Tells findings of one rule on one association and side apart.
    pub key: u64,
    /// The octets it rests on, with their field and its value.
    pub evidence: Option<(&'static str, Octets<'a>, Option<i64>)>,
    /// Its severity.
    pub severity: Severity,
    /// Its certainty.
    pub certainty: Certainty,
    /// The words of its mark, where the rule's title does not say enough.
    pub mark: Option<&'static str>,
    /// Whether it tells a finding that grows from one association to the next: the latest words take the place of the
    /// earlier ones.
    pub grows: bool,
    /// Whether it is what another fault on the same association brings about: it is then told as a note that names
    /// that one.
    pub symptom: bool,
}

impl<'a> Draft<'a> {
    /// A finding of `rule` with its usual severity and certainty.
    pub fn new(rule: &'static Rule) -> Draft<'a> {
        Draft {
            rule,
            side: None,
            key: 0,
            evidence: None,
            severity: rule.severity,
            certainty: rule.certainty,
            mark: None,
            grows: false,
            symptom: false,
        }
    }
}

/// A mark for the frame view: the octet at `offset` of the current frame, in `field`, has a finding.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// The filter name of the field.
    pub field: &'static str,
    /// Where the octets begin in the frame.
    pub offset: u32,
    /// How many octets.
    pub length: u32,
    /// The rule.
    pub rule: &'static Rule,
    /// What is wrong, in few words.
    pub text: &'static str,
}

/// Collects findings.
#[derive(Debug, Default)]
pub struct Collector {
    findings: Vec<Finding>,
    known: HashMap<Key, usize>,
    marks: Vec<Mark>,
    raised: u64,
    dropped: u64,
    forgotten: Vec<u32>,
}

impl Collector {
    /// The findings so far, in the order in which they were raised.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// All findings, by the frame in which they show first; what concerns a file comes where it was noticed.
    /// Symptoms name their cause.
    pub fn into_findings(mut self) -> Vec<Finding> {
        self.forgotten.sort_unstable();
        if self.dropped > 0 {
            super::not_kept(self.dropped, &mut self.findings);
        }
        let forgotten = |number: u32| self.forgotten.binary_search(&number).is_ok();
        self.findings.retain(|finding| !finding.association().is_some_and(forgotten));
        self.findings.sort_by_key(|finding| finding.frame);
        join_symptoms(&mut self.findings);
        self.findings
    }

    /// How often a finding was raised until now.
    pub fn raised(&self) -> u64 {
        self.raised
    }

    /// Whether a rule has raised something on an association.
    pub fn knows(&self, rule: &Rule, association: u32) -> bool {
        let here =
            |finding: &Finding| finding.rule.id == rule.id && finding.associations.contains(&association);
        self.findings.iter().rev().take(KNOWN_BACK).any(here)
    }

    /// Runs `judge`, and keeps nothing of what it raises but the marks.
    pub fn mark_only(&mut self, judge: impl FnOnce(&mut Collector)) {
        let mut aside = Collector::default();
        judge(&mut aside);
        self.marks.append(&mut aside.marks);
    }

    /// Runs `judge`, and keeps all that it raises but the marks: they are of an earlier frame.
    pub fn without_marks(&mut self, judge: impl FnOnce(&mut Collector)) {
        let marks = self.marks.len();
        judge(self);
        self.marks.truncate(marks);
    }

    /// How many findings were not kept because there were too many.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The marks of the current frame.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Forgets the marks: another frame begins.
    pub fn next_frame(&mut self) {
        self.marks.clear();
    }

    /// Forgets what was found on an association: it turned out to serve something else.
    pub fn forget(&mut self, association: u32) {
        self.forgotten.push(association);
    }

    /// Takes a finding about what is read just now. `words` is asked for when it is the first of its kind.
    pub fn raise(&mut self, draft: Draft<'_>, scene: &Scene<'_>, words: impl FnOnce() -> String) {
        let ends = scene.association.zip(draft.side).map(|(a, side)| (a.end(side), a.end(side.other())));
        let association = scene.association.map(|association| association.number);
        let place = match (scene.scope, scene.association) {
            (Scope::Capture, _) => Where::Capture,
            (Scope::Hosts, Some(association)) => {
                Where::Hosts(association.initiator.address, association.responder)
            }
            _ => Where::Association(association.unwrap_or(0)),
        };
        self.put(draft, Spot { association, place, ends, now: scene.now }, words);
    }

    /// Takes a finding about a message, probe or report.
    pub fn raise_on(&mut self, message: &Message, draft: Draft<'_>, words: impl FnOnce() -> String) {
        let now = Now { frame: message.last_frame, time: message.ended };
        let association = message.associations.last().copied();
        let place = Where::Association(association.unwrap_or(0));
        self.put(draft, Spot { association, place, ends: Some((message.from, message.to)), now }, words);
    }

    fn put(&mut self, draft: Draft<'_>, spot: Spot, words: impl FnOnce() -> String) {
        self.raised += 1;
        let place = draft.evidence.map(|(field, octets, _)| (field, octets.place(0), octets.len()));
        if let Some((field, place, length)) = place.filter(|(_, place, _)| place.frame == spot.now.frame) {
            let length = u32::try_from(length).unwrap_or(u32::MAX);
            self.marks.push(Mark {
                field,
                offset: place.offset,
                length,
                rule: draft.rule,
                text: draft.mark.unwrap_or(draft.rule.title),
            });
        }
        let scope = if draft.grows { Where::Capture } else { spot.place };
        let key = (draft.rule.id, scope, draft.side, draft.key);
        if let Some(finding) = self.known.get(&key).and_then(|index| self.findings.get_mut(*index)) {
            finding.last_frame = finding.last_frame.max(Some(spot.now.frame));
            if let Some(number) = spot.association.filter(|_| finding.associations.len() < ASSOCIATIONS)
                && !finding.associations.contains(&number)
            {
                finding.associations.push(number);
            }
            // What weighs more, or is surer, says it better.
            if draft.grows || (draft.severity, draft.certainty) > (finding.severity, finding.certainty) {
                (finding.severity, finding.certainty) = (draft.severity, draft.certainty);
                finding.message = words();
            } else {
                finding.count += 1;
            }
            return;
        }
        if self.findings.len() >= KEPT {
            self.dropped += 1;
            return;
        }
        let here = Some(spot.now.frame).filter(|frame| *frame != FrameNo::NONE);
        let frame = place.map(|(_, place, _)| place.frame).filter(|frame| *frame != FrameNo::NONE).or(here);
        self.known.insert(key, self.findings.len());
        self.findings.push(Finding {
            rule: draft.rule,
            severity: draft.severity,
            certainty: draft.certainty,
            associations: spot.association.into_iter().collect(),
            frame,
            time: frame.map(|_| spot.now.time),
            from: spot.ends.map(|ends| ends.0),
            to: spot.ends.map(|ends| ends.1),
            evidence: draft.evidence.map(|(field, octets, value)| Evidence {
                field,
                offset: octets.place(0).offset,
                octets: octets.slice(0, Evidence::MOST).bytes().to_vec(),
                value,
            }),
            message: words(),
            count: 1,
            last_frame: frame,
            symptom: draft.symptom,
            cause: None,
        });
    }
}

/// The key of a finding that is told apart from others by a text.
pub(super) fn key(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Where a finding is.
struct Spot {
    association: Option<u32>,
    place: Where,
    /// Who sent what it is about, and to whom.
    ends: Option<(Endpoint, Endpoint)>,
    now: Now,
}

/// Ranks what follows from another fault below it: it becomes a note that names the fault.
fn join_symptoms(findings: &mut [Finding]) {
    let mut causes: HashMap<u32, (Severity, &'static Rule, Option<FrameNo>)> = HashMap::new();
    for finding in findings.iter().filter(|finding| !finding.symptom && finding.severity > Severity::Note) {
        for number in &finding.associations {
            let cause = (finding.severity, finding.rule, finding.frame);
            let known = causes.entry(*number).or_insert(cause);
            if cause.0 > known.0 {
                *known = cause;
            }
        }
    }
    for finding in findings.iter_mut().filter(|finding| finding.symptom) {
        let cause = finding.associations.iter().find_map(|number| causes.get(number));
        if let Some((_, rule, frame)) = cause {
            finding.severity = Severity::Note;
            finding.cause = Some((rule, *frame));
        }
    }
}
