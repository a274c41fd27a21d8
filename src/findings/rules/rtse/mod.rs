//! Reliable transfer (X.228, and the RTS of X.410-1984).

pub(super) mod ending;
pub(super) mod opening;
pub(super) mod transfer;

use super::{
    Case, Certainty, Check, Collector, Draft, Rule, Scene, Severity, evidence, explained, key, on_end,
    seconds,
};
