//! The transport protocol (X.224).

use super::{Case, Certainty, Check, Collector, Draft, Rule, Scene, Scope, Severity, association, common};

pub(super) mod end;
pub(super) mod header;
pub(super) mod setup;
