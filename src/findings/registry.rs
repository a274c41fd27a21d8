//! The table of rules.

use crate::analysis::Association;
use crate::capture::Damage;
use crate::layers::note::Note;
use crate::layers::stack::Now;

use super::{Certainty, Collector, Severity, rules};

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

/// When a rule is asked, and its function.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// For every anomaly that the layers note.
    Note(fn(&Note<'_>, &Scene<'_>, &'static Rule, &mut Collector)),
    /// For every frame that the snap length cut: the octets that are missing of it.
    Frame(fn(u32, &Scene<'_>, &'static Rule, &mut Collector)),
    /// For every place where a capture file is damaged.
    Capture(fn(&Damage, &Scene<'_>, &'static Rule, &mut Collector)),
}

/// Where a rule is asked: the frame that is being read, and the association it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The frame.
    pub now: Now,
    /// The association; `None` for what concerns a frame or a file.
    pub association: Option<&'a Association>,
}

/// All rules, in the order of the layers.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    rules::ALL.iter().flat_map(|layer| layer.iter())
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
