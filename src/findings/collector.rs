//! Collects what rules raise: the same finding once, with how often it was seen.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

use foldhash::HashMap;

use crate::analysis::Message;
use crate::capture::{FrameNo, Octets, Place};
use crate::layers::Side;
use crate::layers::stack::Now;
use crate::net::Endpoint;

use super::{Certainty, Evidence, Finding, Rule, Scene, Scope, Severity};

/// How many findings are kept. A capture of garbage raises no end of them, and nobody reads more.
const KEPT: usize = 20_000;

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
    /// What it means when the same was found before.
    pub again: Again,
    /// Whether it is what another fault on the same association brings about: it is then told as a note that names
    /// that one.
    pub symptom: bool,
    /// The first frame in which the fault that brings a symptom about may be: what was before was got over.
    pub since: FrameNo,
    /// Rules whose findings on the same association tell this together with what came of it: it is then a note too.
    pub included_in: &'static [&'static str],
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
            again: Again::Counts,
            symptom: false,
            since: FrameNo::NONE,
            included_in: &[],
        }
    }
}

/// What it means when the same is found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It happened again.
    Counts,
    /// More is known of what happened: what weighs more takes the place of what was said before.
    Amends,
    /// The same in any case. What is found on a message then grows from one association to the next.
    Grows,
}

/// A mark for the frame view: the octet at `offset` of the current frame, in `field`, has a finding.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// The filter name of the field.
    pub field: &'static str,
    /// Where the octets begin: in the current frame, or in an earlier one where a value was collected from several.
    pub place: Place,
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
        let place = match draft.again {
            Again::Grows => Where::Capture,
            _ => Where::Association(association.unwrap_or(0)),
        };
        self.put(draft, Spot { association, place, ends: Some((message.from, message.to)), now }, words);
    }

    fn put(&mut self, draft: Draft<'_>, spot: Spot, words: impl FnOnce() -> String) {
        self.raised += 1;
        let place = draft.evidence.map(|(field, octets, _)| (field, octets.place(0), octets.len()));
        if let Some((field, place, length)) = place {
            let length = u32::try_from(length).unwrap_or(u32::MAX);
            self.marks.push(Mark {
                field,
                place,
                length,
                rule: draft.rule,
                text: draft.mark.unwrap_or(draft.rule.title),
            });
        }
        let key = (draft.rule.id, spot.place, draft.side, draft.key);
        // What was found on the association itself is the same, and said again with its end.
        let itself =
            (draft.rule.id, Where::Association(spot.association.unwrap_or(0)), draft.side, draft.key);
        let known = self.known.get(&key).or_else(|| self.known.get(&itself));
        if let Some(finding) = known.and_then(|index| self.findings.get_mut(*index)) {
            finding.count += u64::from(draft.again == Again::Counts);
            finding.symptom |= draft.symptom && draft.again == Again::Amends;
            finding.last_frame = finding.last_frame.max(Some(spot.now.frame));
            if let Some(number) = spot.association.filter(|_| finding.associations.len() < ASSOCIATIONS)
                && !finding.associations.contains(&number)
            {
                finding.associations.push(number);
            }
            // What weighs more, or is surer, says it better.
            let heavier = (draft.severity, draft.certainty) > (finding.severity, finding.certainty);
            if heavier || draft.again == Again::Grows {
                (finding.severity, finding.certainty) = (draft.severity, draft.certainty);
                finding.message = words();
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
            since: draft.since,
            included_in: draft.included_in,
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

/// What others may follow from.
struct Cause {
    severity: Severity,
    symptom: bool,
    rule: &'static Rule,
    frame: Option<FrameNo>,
}

/// Ranks what follows from another fault below it: it becomes a note that names the fault. A symptom may follow from
/// another that weighs more.
fn join_symptoms(findings: &mut [Finding]) {
    let mut causes: HashMap<u32, Vec<Cause>> = HashMap::default();
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Note) {
        let Finding { severity, symptom, rule, frame, .. } = *finding;
        for number in &finding.associations {
            causes.entry(*number).or_default().push(Cause { severity, symptom, rule, frame });
        }
    }
    for finding in findings.iter_mut().filter(|finding| finding.symptom || !finding.included_in.is_empty()) {
        let explains = |cause: &&Cause| {
            let in_time = cause.frame.is_none_or(|frame| frame >= finding.since);
            finding.included_in.contains(&cause.rule.id)
                || (finding.symptom && in_time && (!cause.symptom || cause.severity > finding.severity))
        };
        // Of the heaviest, the first.
        let heaviest = |causes: &Vec<Cause>| {
            let cause = causes.iter().filter(explains).rev().max_by_key(|cause| cause.severity)?;
            Some((cause.rule, cause.frame))
        };
        let cause = finding.associations.iter().find_map(|number| heaviest(causes.get(number)?));
        if cause.is_some() {
            finding.severity = Severity::Note;
            finding.cause = cause;
        }
    }
}
