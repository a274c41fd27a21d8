//! Damage in BER encodings, from presentation upward.

use super::{Certainty, Check, Collector, Draft, Rule, Scene, Severity};
use crate::layers::note::{Note, What};
use crate::tree::{Cause, DamageKind};

pub(super) static RULES: &[Rule] = &[Rule {
    id: "ber-damage",
    severity: Severity::Warning,
    certainty: Certainty::Certain,
    title: "the encoding is damaged",
    why: "The octets are not a correct encoding of the type that belongs here. A receiver that is strict aborts \
          the association or rejects the message; one that is lenient may read something else than was meant.",
    told_by: "The value was read as its Recommendation's ASN.1 says, and this element does not fit it. Elements \
              that later editions may have added are notes. What the capture cut or lost is left out.",
    remedy: "Compare the element with the Recommendation named by its field. The sender's encoder is at fault, \
             unless something between the two ends changes the octets.",
    references: &["X.690 clause 8"],
    check: Check::Note(damage),
}];

/// How many octets of a damaged element are quoted.
const QUOTED: usize = 4;

/// Whether a rule of its own tells this damage.
fn has_its_own_rule(kind: DamageKind, field: &str) -> bool {
    match kind {
        // mta-bind-name-empty
        DamageKind::OutOfBounds => matches!(field, "p1.initiator_name" | "p1.responder_name"),
        _ => false,
    }
}

fn damage(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Ber(damage) = note.what else { return };
    if damage.cause != Cause::Wrong || has_its_own_rule(damage.kind, note.field.name) {
        return;
    }
    // An extensible type may have grown in a later edition: no fault of the sender.
    let severity = match damage.kind {
        DamageKind::UnknownElement | DamageKind::WrongForm | DamageKind::TooMany => Severity::Note,
        _ => rule.severity,
    };
    // The identifier and length octets show the damage; what follows may be a password.
    let shown = if damage.field.secret { 0 } else { QUOTED };
    let draft = Draft {
        side: Some(note.side),
        key: damage.kind as u64,
        evidence: Some((note.field.name, note.octets.slice(0, shown), None)),
        severity,
        mark: Some(damage.kind.words()),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "In the encoding sent by the {}, {} ({}): {}.",
            note.side.word(),
            damage.field.label,
            damage.field.name,
            damage.kind.words()
        )
    });
}
