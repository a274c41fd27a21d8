//! The rules, one file per layer. A rule is one row of a table and one function.

mod acse;
mod capture;
mod common;
mod cotp;
mod encoding;
mod limits;
mod mta;
mod presentation;
mod rtse;
mod session;
mod smtp;
mod tcp;
mod tpkt;

use super::{Case, Certainty, Check, Collector, Rule, Scene, Scope, Severity};
use crate::findings::collector::{Draft, key};
use common::{
    RTSE_UNITS, evidence, explained, has_too_few_units, needs_context, on_end, seconds, selector, units,
};

pub(super) use limits::{internal_error, not_kept};

/// The tables of all layers, from the lowest to the highest.
pub(super) static ALL: &[&[Rule]] = &[
    capture::RULES,
    tcp::RULES,
    tpkt::RULES,
    cotp::RULES,
    session::structure::RULES,
    session::opening::RULES,
    session::dialogue::RULES,
    session::ending::RULES,
    presentation::RULES,
    acse::RULES,
    rtse::ending::RULES,
    rtse::opening::RULES,
    rtse::transfer::RULES,
    encoding::RULES,
    smtp::RULES,
    mta::bind::RULES,
    mta::kind::RULES,
    mta::mismatch::RULES,
    limits::RULES,
];
