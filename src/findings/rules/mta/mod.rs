//! What two message transfer agents have to agree on: the kind of their association, and each other's names.

pub(super) mod bind;
pub(super) mod kind;
pub(super) mod mismatch;

use super::{Case, Certainty, Check, Collector, Draft, Rule, Scene, Scope, Severity, explained, key};
