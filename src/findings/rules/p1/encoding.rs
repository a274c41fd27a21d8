//! MTS-APDUs whose encoding does not hold together, or that outgrow their bounds.

use super::{Certainty, Check, Collector, Rule, Scene, Severity, draft, key, oddity, says};
use crate::findings::collector::Draft;
use crate::layers::note::Note;
use crate::layers::p1_oddities::Oddity;
use crate::tree::DamageKind;

/// How many octets of a damaged element are quoted: identifier and length octets show it, and what follows is not what
/// it seems to be.
const QUOTED: usize = 4;

/// A draft that quotes the head of the damaged element.
fn head<'a>(note: &Note<'a>, rule: &'static Rule) -> Draft<'a> {
    let draft = draft(note, rule, None);
    let evidence = draft.evidence.map(|(field, octets, value)| (field, octets.slice(0, QUOTED), value));
    Draft { evidence, ..draft }
}

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "p1-apdu-truncated",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the APDU ends too early",
        why: "The activity was ended in order, so the transfer counts as complete, but the message ends in the middle \
              or has no content. The receiver takes it over and cannot read it: it is lost, or blocks the queue.",
        told_by: "The octets that were transferred in a whole activity end inside an element of the MTS-APDU, or the \
                  message has no content. Activities that were interrupted, discarded or resumed elsewhere are left \
                  out, and so is what the capture cut or lost.",
        remedy: "The sending MTA cut its message: look there for a full disk or a damaged queue file and send the \
                 message again. For Exchange see Q179837.",
        references: &["X.411 figure 2", "X.228 clause 8.3", "KB Q179837"],
        check: Check::Note(truncated),
    },
    Rule {
        id: "p1-length-overrun",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a length reaches past what holds the element",
        why: "The element claims more octets than there are, and no receiver can tell what was meant. Versions of Exchange \
              without the correction of Q152914 stopped (event 2050).",
        told_by: "An element of the envelope, or the content, is longer than the element around it. What follows is not \
                  judged. What the capture cut or lost is left out.",
        remedy: "The MTA or gateway that wrote the element counts wrongly: give these octets to its vendor. To let \
                 other mail pass, take the message out of the sender's queue.",
        references: &["X.690 clause 8.1.3", "KB Q152914", "KB Q151395"],
        check: Check::Note(overrun),
    },
    Rule {
        id: "p1-ber-decode-error",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the envelope cannot be read",
        why: "An element of the envelope is not an encoding of its type. A strict receiver does not accept the message, \
              and the queue of the sender may be blocked.",
        told_by: "The MTS-APDU was read as its ASN.1 says, and an element has identifier or length octets that BER does \
                  not allow, ends nowhere (error), is absent, repeated or no value of its type (warning). Lengths that \
                  reach too far, cut APDUs and values out of their bounds have rules of their own. Elements that a \
                  later edition may have added are no fault.",
        remedy: "Find the MTA that wrote the element: it is the sender's, or that of the domain where the field is from, \
                 since the rest is relayed as it is. Give these octets to its vendor.",
        references: &["X.411 figure 2", "X.690 clause 8", "KB Q235534", "KB Q175739"],
        check: Check::Note(undecodable),
    },
    Rule {
        id: "p1-upper-bound-exceeded",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a field is outside its bounds",
        why: "A receiver reserves the room that the Recommendation gives a field. One that checks the bound returns the \
              message or aborts; one that does not may cut the value, and replies and reports no longer match.",
        told_by: "The length, the number or the count is outside the bounds of X.411. O/R addresses, recipient numbers \
                  and empty fields that have their own rule are left out.",
        remedy: "Shorten the value where it is made: local identifiers and MTA names are settings of the MTA, the \
                 domain is that of the site addressing.",
        references: &["X.411 annex B", "KB Q192115"],
        check: Check::Note(out_of_bounds),
    },
    Rule {
        id: "p1-oid-too-long",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a very long object identifier",
        why: "The Recommendations set no bound, but object identifiers of more than 32 octets in the envelope made the \
              MTA of Exchange stop.",
        told_by: "The contents of a content-type, an encoded information type or an extension's type are longer than \
                  32 octets.",
        remedy: "Where Exchange takes part, see that it has the correction of Q231818, and find out who makes such \
                 identifiers.",
        references: &["X.690 clause 8.19", "KB Q231818"],
        check: Check::Note(long_identifier),
    },
];

fn truncated(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::Truncated) {
        out.raise(head(note, rule), scene, || {
            format!(
                "The {} transferred an APDU that ends too early: {} ({}) is not whole, although the activity was ended \
                 in order. The receiver cannot read the message.",
                note.side.word(),
                note.field.label,
                note.field.name
            )
        });
    }
}

fn overrun(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::LengthOverrun) {
        let draft = Draft { key: key(note.field.name), ..head(note, rule) };
        out.raise(draft, scene, || {
            format!(
                "{}the length of {} ({}) reaches past the end of the element that holds it. The receiver cannot read \
                 the message.",
                says(note),
                note.field.label,
                note.field.name
            )
        });
    }
}

fn undecodable(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(Oddity::Undecodable(kind)) = oddity(note) else { return };
    let severity = match kind {
        DamageKind::BadHeader | DamageKind::NoEndOfContents | DamageKind::StrayEndOfContents => rule.severity,
        _ => Severity::Warning,
    };
    let draft = Draft { key: kind as u64, severity, mark: Some(kind.words()), ..head(note, rule) };
    out.raise(draft, scene, || {
        format!(
            "{}{} ({}) cannot be read: {}. A strict receiver does not accept the message.",
            says(note),
            note.field.label,
            note.field.name,
            kind.words()
        )
    });
}

fn out_of_bounds(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(Oddity::OutOfBounds(excess)) = oddity(note) else { return };
    let draft = Draft { key: key(note.field.name), ..draft(note, rule, excess.value) };
    out.raise(draft, scene, || {
        let (low, high) = (excess.bound.low, excess.bound.high);
        let seen = excess.value.map_or_else(|| format!("more than {high}"), |value| value.to_string());
        format!(
            "{}{} ({}) has a size of {seen}; {low} to {high} are allowed ({}). The receiver may cut it or refuse the \
             message.",
            says(note),
            note.field.label,
            note.field.name,
            excess.bound.name
        )
    });
}

fn long_identifier(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(Oddity::LongIdentifier(length)) = oddity(note) else { return };
    out.raise(draft(note, rule, i64::try_from(length).ok()), scene, || {
        format!(
            "{}{} ({}) is an object identifier of {length} octets. That is allowed, but more than 32 made the MTA of \
             Exchange stop.",
            says(note),
            note.field.label,
            note.field.name
        )
    });
}
