//! What is wrong or worth knowing, as data: a registry of rules, and the findings that they raise.

mod collector;
mod events;
mod finding;
mod registry;
mod rules;

pub use collector::{Collector, Mark};
pub use finding::{Certainty, Evidence, Finding, Severity};
pub use registry::{BreachCheck, Case, Check, Rule, Scene, Scope, all, find, is_bulk, layers};

use rules::not_kept;

/// A fault of this program itself, met while a frame was read: the frame is given up and the run goes on.
pub(crate) fn internal_error(scene: &Scene<'_>, out: &mut Collector) {
    rules::internal_error(scene, out);
}
