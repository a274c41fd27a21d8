//! The rules, one file per layer. A rule is one row of a table and one function.

mod acse;
mod association;
mod capture;
mod common;
mod connection;
mod cotp;
mod encoding;
mod limits;
mod mta;
mod or_name;
mod p1;
mod p2;
mod presentation;
mod reserved;
mod rtse;
mod session;
mod smtp;
mod tcp;
mod tpkt;

use super::{Case, Certainty, Check, Collector, Rule, Scene, Scope, Severity};
use crate::findings::collector::{Again, Draft, key};
use common::{
    RTSE_UNITS, evidence, explained, has_newer_elements, has_too_few_units, needs_context, on_end, selector,
    span, there, units,
};

pub(super) use limits::{internal_error, not_kept};

/// The tables of all layers, from the lowest to the highest.
pub(super) static ALL: &[&[Rule]] = &[
    capture::RULES,
    tcp::RULES,
    connection::RULES,
    tpkt::RULES,
    cotp::header::RULES,
    cotp::end::RULES,
    association::RULES,
    cotp::setup::RULES,
    reserved::RULES,
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
    p1::encoding::RULES,
    p1::envelope::RULES,
    p1::identifier::RULES,
    p1::repeat::RULES,
    p1::trace::RULES,
    p1::time::RULES,
    p1::recipient::RULES,
    p1::report::RULES,
    p1::non_delivery::RULES,
    or_name::attributes::RULES,
    or_name::domain_defined::RULES,
    or_name::forms::RULES,
    or_name::directory::RULES,
    or_name::reports::RULES,
    p2::heading::RULES,
    p2::body::RULES,
    limits::RULES,
];
