//! Collects what rules raise: the same finding once, with how often it was seen.

use std::collections::HashMap;

use crate::capture::{FrameNo, Octets};
use crate::layers::Side;

use super::{Certainty, Evidence, Finding, Rule, Scene, Severity};

/// How many findings are kept. A capture of garbage raises no end of them, and nobody reads more.
const KEPT: usize = 100_000;

/// What makes two findings the same: rule, association, side, and a key that the rule chooses.
type Key = (&'static str, u32, Option<Side>, u64);

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
    dropped: u64,
    forgotten: Vec<u32>,
}

impl Collector {
    /// The findings so far, in the order in which they were raised.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// All findings, by the frame in which they show first; what concerns a file comes where it was noticed.
    pub fn into_findings(mut self) -> Vec<Finding> {
        self.forgotten.sort_unstable();
        let forgotten = |number: u32| self.forgotten.binary_search(&number).is_ok();
        self.findings.retain(|finding| !finding.association.is_some_and(forgotten));
        self.findings.sort_by_key(|finding| finding.frame);
        self.findings
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

    /// Takes a finding. `message` is asked for when it is the first of its kind.
    pub fn raise(&mut self, draft: Draft<'_>, scene: &Scene<'_>, message: impl FnOnce() -> String) {
        let place = draft.evidence.map(|(field, octets, _)| (field, octets.place(0), octets.len()));
        if let Some((field, place, length)) = place.filter(|(_, place, _)| place.frame == scene.now.frame) {
            let length = u32::try_from(length).unwrap_or(u32::MAX);
            self.marks.push(Mark {
                field,
                offset: place.offset,
                length,
                rule: draft.rule,
                text: draft.mark.unwrap_or(draft.rule.title),
            });
        }
        let number = scene.association.map_or(0, |association| association.number);
        let key = (draft.rule.id, number, draft.side, draft.key);
        if let Some(finding) = self.known.get(&key).and_then(|index| self.findings.get_mut(*index)) {
            finding.count += 1;
            finding.last_frame = finding.last_frame.max(Some(scene.now.frame));
            return;
        }
        if self.findings.len() >= KEPT {
            self.dropped += 1;
            return;
        }
        let ends = scene.association.zip(draft.side).map(|(a, side)| (a.end(side), a.end(side.other())));
        let here = Some(scene.now.frame).filter(|frame| *frame != FrameNo::NONE);
        let frame = place.map(|(_, place, _)| place.frame).filter(|frame| *frame != FrameNo::NONE).or(here);
        self.known.insert(key, self.findings.len());
        self.findings.push(Finding {
            rule: draft.rule,
            severity: draft.severity,
            certainty: draft.certainty,
            association: scene.association.map(|association| association.number),
            frame,
            time: frame.map(|_| scene.now.time),
            from: ends.map(|ends| ends.0),
            to: ends.map(|ends| ends.1),
            evidence: draft.evidence.map(|(field, octets, value)| Evidence {
                field,
                offset: octets.place(0).offset,
                octets: octets.slice(0, Evidence::MOST).bytes().to_vec(),
                value,
            }),
            message: message(),
            count: 1,
            last_frame: frame,
        });
    }
}
