//! O/R names (X.402 clause 18, X.411 figure 2), and the directory names in them.

pub(in crate::findings) mod attributes;
pub(in crate::findings) mod directory;
pub(in crate::findings) mod domain_defined;
pub(in crate::findings) mod forms;
pub(in crate::findings) mod reports;

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::{Certainty, Check, Collector, Draft, Rule, Scene, Severity};
use crate::analysis::Message;
use crate::layers::note::{Note, What};
use crate::layers::or_address_oddities::{Fault, Oddity, Owner};
use crate::layers::p1::{Recipient, ReportType};

/// An oddity of an O/R name as a rule is asked about it.
struct Odd<'a> {
    note: &'a Note<'a>,
    oddity: Oddity,
}

impl Odd<'_> {
    /// The oddity of a note, where it has this fault.
    fn of<'a>(note: &'a Note<'a>, is: impl Fn(Fault) -> bool) -> Option<Odd<'a>> {
        match note.what {
            What::Name(oddity) if is(oddity.fault) => Some(Odd { note, oddity }),
            _ => None,
        }
    }

    /// Whose name it is, in words.
    fn owner(&self) -> &'static str {
        owner(self.oddity.owner)
    }

    /// The attribute concerned, as it was sent.
    fn value(&self) -> String {
        let octets = self.note.octets.bytes();
        octets.iter().map(|octet| char::from(*octet)).collect()
    }

    /// Raises the rule, once for each field.
    fn raise(
        &self,
        rule: &'static Rule,
        severity: Severity,
        scene: &Scene<'_>,
        out: &mut Collector,
        words: impl FnOnce() -> String,
    ) {
        let mut key = FxHasher::default();
        self.note.field.name.hash(&mut key);
        // The standard attributes are those of somebody.
        if self.note.field.name.ends_with("attributes") {
            self.oddity.owner.hash(&mut key);
        }
        let draft = Draft {
            side: Some(self.note.side),
            key: key.finish(),
            evidence: Some((self.note.field.name, self.note.octets, None)),
            severity,
            ..Draft::new(rule)
        };
        out.raise(draft, scene, words);
    }
}

fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::Originator => "the originator-name of the envelope",
        Owner::Recipient => "a recipient-name of the envelope",
        Owner::ReportDestination => "the report-destination-name",
        Owner::Reported => "an actual-recipient-name of the report",
        Owner::IpmRecipient => "a recipient's name in the heading of the content",
        Owner::Content => "an O/R name in the content",
        Owner::Domain => "the global-domain-identifier of the MTS identifier",
        Owner::Other => "an O/R name",
    }
}

/// The recipients that a report says were not delivered to, with the diagnostic.
fn not_delivered(report: &Message) -> impl Iterator<Item = (&Recipient, Option<i64>)> {
    report.apdu.recipients.iter().filter_map(|recipient| match recipient.report {
        Some(ReportType::NonDelivered { diagnostic, .. }) => Some((recipient, diagnostic)),
        _ => None,
    })
}

/// What a report speaks of, in words.
fn subject(report: &Message) -> String {
    report.apdu.subject.as_ref().map_or("without identifier".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests;
