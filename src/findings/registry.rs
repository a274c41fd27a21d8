//! The table of rules.

use crate::analysis::{Association, Breach, Ending, History, Message};
use crate::capture::Damage;
use crate::layers::note::Note;
use crate::layers::session::SpduKind;
use crate::layers::stack::{Content, Now, Pdu};

use super::{Certainty, Collector, Severity, events, rules};

/// A rule: what it is called, what its manual entry says, and the function that tells it.
#[derive(Debug)]
pub struct Rule {
    /// Its id, in kebab case; never reused.
    pub id: &'static str,
    /// Its severity, unless the evidence raises or lowers it.
    pub severity: Severity,
    /// Its certainty, unless the evidence lowers it.
    pub certainty: Certainty,
    /// What it says, in a few words: the mark on the field in the frame view.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// How it is told, and what it is not to be confused with.
    pub told_by: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// Recommendations with their clause, and Knowledge Base articles.
    pub references: &'static [&'static str],
    /// When the rule is asked.
    pub check: Check,
}

impl Rule {
    /// What Exchange logs where it meets the fault, as a sentence.
    pub fn events(&self) -> Option<&'static str> {
        events::of(self.id)
    }
}

/// The function of a rule about SPDUs that break a rule of the dialogue.
pub type BreachCheck = fn(&Breach, &Pdu<'_>, &Scene<'_>, &'static Rule, &mut Collector);

/// When a rule is asked, and its function.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// For every anomaly that the layers note.
    Note(fn(&Note<'_>, &Scene<'_>, &'static Rule, &mut Collector)),
    /// For every PDU that is not bulk (see [`is_bulk`]), when its association has taken it.
    Pdu(fn(&Pdu<'_>, &Scene<'_>, &'static Rule, &mut Collector)),
    /// For every SPDU that breaks a rule of the dialogue, bulk or not.
    Breach(BreachCheck),
    /// For every association that did not end in order. The rules are asked from the highest layer down, in each by the
    /// order of its table; the first one that raises a finding explains the end, and no other is asked. So what is
    /// particular comes before what is general.
    End(fn(&Case<'_>, &'static Rule, &mut Collector)),
    /// For every association, when nothing more can come of it.
    Association(fn(&Case<'_>, &'static Rule, &mut Collector)),
    /// For every message, probe and report that has come to its end.
    Message(fn(&Message, &'static Rule, &mut Collector)),
    /// For every frame that the snap length cut: the octets that are missing of it.
    Frame(fn(u32, &Scene<'_>, &'static Rule, &mut Collector)),
    /// For every place where a capture file is damaged.
    Capture(fn(&Damage, &Scene<'_>, &'static Rule, &mut Collector)),
    /// At several of these.
    Several(&'static [Check]),
}

/// Where a rule is asked: the frame that is being read, and the association it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The frame.
    pub now: Now,
    /// The association; `None` for what concerns a frame or a file.
    pub association: Option<&'a Association>,
    /// Where the same counts as the same finding.
    pub scope: Scope,
}

/// How far the same counts as the same finding, told once with how often it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// On one association.
    Association,
    /// On all associations from one host to a port of another: who is refused tries again and again.
    Hosts,
    /// In the whole capture.
    Capture,
}

impl<'a> Scene<'a> {
    /// What happens in a frame, on an association if it belongs to one.
    pub fn new(now: Now, association: Option<&'a Association>) -> Scene<'a> {
        Scene { now, association, scope: Scope::Association }
    }

    /// The same, for what counts once in this scope.
    pub fn once_in(self, scope: Scope) -> Scene<'a> {
        Scene { scope, ..self }
    }
}

/// An association that is judged, and what the capture says of its neighbours. While the capture is read, that is
/// what came before; a case is judged for good when the capture is over.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The association.
    pub association: &'a Association,
    /// How it ended; what was never answered has ended as well.
    pub ending: &'a Ending,
    /// All associations between the same two hosts.
    pub history: &'a History,
}

impl Case<'_> {
    /// The frame that ended the association.
    pub fn scene(&self) -> Scene<'_> {
        Scene::new(self.ending.now, Some(self.association)).once_in(Scope::Hosts)
    }
}

/// Whether a PDU is one of the many that carry data and checkpoints: rules that are asked for each PDU are not asked for
/// these.
pub fn is_bulk(pdu: &Pdu<'_>) -> bool {
    match pdu.content {
        Content::Spdu { spdu, .. } => matches!(
            spdu.kind,
            SpduKind::DataTransfer | SpduKind::MinorSyncPoint | SpduKind::MinorSyncAck | SpduKind::TypedData
        ),
        Content::Foreign { .. } => true,
        Content::Tpdu(_) | Content::Smtp(_) => false,
    }
}

/// The tables of rules, from the lowest layer to the highest.
pub fn layers() -> impl DoubleEndedIterator<Item = &'static [Rule]> {
    rules::ALL.iter().copied()
}

/// All rules, in the order of the layers.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    layers().flatten()
}

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_in_kebab_case() {
        let mut ids: Vec<_> = all().map(|rule| rule.id).collect();
        let kebab = |id: &str| {
            id.split('-').all(|word| {
                !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            })
        };
        assert!(ids.iter().all(|id| kebab(id)));
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn every_rule_has_a_whole_manual_entry() {
        for rule in all() {
            for part in [rule.why, rule.told_by, rule.remedy] {
                assert!(part.ends_with('.') && part.len() > 20, "{}: {part:?}", rule.id);
            }
            assert!(!rule.references.is_empty() && !rule.title.ends_with('.'), "{}", rule.id);
        }
    }
}
