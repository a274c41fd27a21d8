//! The rules, one file per layer. A rule is one row of a table and one function.

mod association;
mod capture;
mod connection;
mod cotp;
mod encoding;
mod limits;
mod mta;
mod reserved;
mod session;
mod smtp;
mod tcp;
mod tpkt;
mod words;

use super::{Case, Certainty, Check, Collector, Rule, Scene, Scope, Severity};
use crate::findings::collector::{Draft, key};

pub(super) use limits::internal_error;

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
    session::RULES,
    encoding::RULES,
    smtp::RULES,
    mta::bind::RULES,
    mta::kind::RULES,
    mta::mismatch::RULES,
    limits::RULES,
];
