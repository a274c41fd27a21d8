//! Interpersonal messages and notifications (X.420).

pub(in crate::findings) mod body;
pub(in crate::findings) mod heading;

use super::{Certainty, Check, Collector, Draft, Rule, Scene, Severity};
use crate::layers::note::{Note, What};
use crate::layers::p2_oddities::Oddity;

/// Raises a rule whose words do not depend on more than the oddity.
fn tell(
    note: &Note<'_>,
    oddity: Oddity,
    scene: &Scene<'_>,
    rule: &'static Rule,
    out: &mut Collector,
    words: &str,
) {
    let What::Ipm(noted) = note.what else { return };
    if noted != oddity {
        return;
    }
    let draft = Draft {
        side: Some(note.side),
        evidence: Some((note.field.name, note.octets, None)),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || words.to_owned());
}
