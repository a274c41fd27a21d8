//! The session protocol (X.225).

pub(super) mod dialogue;
pub(super) mod ending;
pub(super) mod opening;
pub(super) mod structure;

use super::{
    Again, Case, Certainty, Check, Collector, Draft, RTSE_UNITS, Rule, Scene, Scope, Severity, explained,
    has_too_few_units, on_end, selector, units,
};
