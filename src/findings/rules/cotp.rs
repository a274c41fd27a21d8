//! The transport protocol (X.224).

use super::{Certainty, Check, Collector, Draft, Rule, Scene, Severity};
use crate::layers::cotp::Oddity;
use crate::layers::note::{Note, What};

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "cotp-length-indicator-mismatch",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the length indicator does not fit the TPDU",
        why: "The length indicator counts the header's octets behind it. A receiver that trusts it takes user data \
          for header, or the reverse, and rejects the TPDU or misreads what it carries.",
        told_by: "The length indicator reaches past the end of the TPDU, or is too small for the fixed part of the \
              header. TPDUs that the capture cut short are left out.",
        remedy: "The sender's transport layer is at fault, or something between the two ends changes the octets.",
        references: &["X.224 (ISO 8073) clause 13.2.1"],
        check: Check::Note(length_indicator),
    },
    Rule {
        id: "cotp-parameter-length-invalid",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a parameter reaches past the header of its TPDU",
        why: "The parameters of a TPDU end where its length indicator says. A receiver rejects a TPDU whose \
              parameters do not, or reads user data for a parameter.",
        told_by: "The length octet of a parameter names more octets than the header has left. TPDUs that the \
                  capture cut short are left out.",
        remedy: "The sender's transport layer is at fault, or something between the two ends changes the octets.",
        references: &["X.224 (ISO 8073) clause 13.2.3"],
        check: Check::Note(parameter_length),
    },
];

fn parameter_length(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Cotp(Oddity::ParameterLength) = note.what else { return };
    let draft = Draft {
        side: Some(note.side),
        evidence: Some((note.field.name, note.octets, None)),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "The {} sends a TPDU of {} octets with a parameter that reaches past the end of its header.",
            note.side.word(),
            note.octets.len()
        )
    });
}

fn length_indicator(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Cotp(Oddity::LengthIndicator) = note.what else { return };
    let indicator = note.octets.bytes().first().copied().unwrap_or(0);
    let draft = Draft {
        side: Some(note.side),
        evidence: Some((note.field.name, note.octets.slice(0, 1), Some(indicator.into()))),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "The {} sends a TPDU of {} octets whose length indicator is {indicator}: the header would {}.",
            note.side.word(),
            note.octets.len(),
            if usize::from(indicator) >= note.octets.len() {
                "reach past its end"
            } else {
                "lack part of its fixed fields"
            }
        )
    });
}
