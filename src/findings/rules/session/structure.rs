//! How SPDUs are built (X.225 clause 8).

use super::{Certainty, Check, Collector, Draft, Rule, Scene, Severity};
use crate::layers::note::{Note, What};
use crate::layers::session::Oddity;

pub(in super::super) static RULES: &[Rule] = &[Rule {
    id: "session-invalid-spdu",
    severity: Severity::Error,
    certainty: Certainty::Certain,
    title: "an SPDU is not built as X.225 says",
    why: "A receiver that cannot read an SPDU aborts the session connection. One that reads on may lose the message \
          that is being transferred, or take the SPDU for another one.",
    told_by: "A length reaches past the octets that hold it (error); octets follow an SPDU that nothing may follow, \
              or the SPDU stands where the rules of concatenation do not allow it (warning). What the capture cut \
              or lost is left out.",
    remedy: "The sender's session layer is at fault, or something between the two ends changes the octets. If the \
             receiver aborts in answer, give this frame to the sender's vendor.",
    references: &["X.225 (ISO 8327) clauses 6.3.7 and 8.2"],
    check: Check::Note(invalid),
}];

fn invalid(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Session(oddity) = note.what else { return };
    let (severity, words) = match oddity {
        Oddity::LengthPastTsdu => (Severity::Error, "its length reaches past the end of the TSDU"),
        Oddity::ParameterLength => {
            (Severity::Error, "the length of a parameter does not fit the octets that hold it")
        }
        Oddity::TrailingOctets => (Severity::Warning, "octets follow where no further SPDU may stand"),
        Oddity::Misplaced => {
            (Severity::Warning, "it stands where the rules of concatenation or the flow do not allow it")
        }
        Oddity::WithoutTokens => (Severity::Warning, "no GIVE TOKENS goes in front of this DATA TRANSFER"),
        Oddity::TooMany => return,
    };
    // The length octet stands behind the code.
    let at = usize::from(oddity == Oddity::LengthPastTsdu);
    let code = note.octets.bytes().first().copied().unwrap_or(0);
    let draft = Draft {
        side: Some(note.side),
        key: oddity as u64,
        evidence: Some((note.field.name, note.octets.slice(at, at + 1), None)),
        severity,
        mark: Some(words),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "The {} sends an SPDU (code {code}, {} octets) that is not built as X.225 says: {words}.",
            note.side.word(),
            note.octets.len()
        )
    });
}
