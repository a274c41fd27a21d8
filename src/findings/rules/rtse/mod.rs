//! Reliable transfer (X.228, and the RTS of X.410-1984).

pub(super) mod ending;
pub(super) mod opening;
pub(super) mod transfer;

use super::{
    Again, Case, Certainty, Check, Collector, Draft, Rule, Scene, Scope, Severity, evidence, explained,
    has_newer_elements, key, on_end, span, there,
};
