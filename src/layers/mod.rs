//! The layers, one file per protocol, each in the same order: constants, fact, parse, describe, tests.
//!
//! A layer returns a small typed *fact* about a protocol data unit and describes its fields into a sink. Layers
//! know nothing of each other but the facts; [`stack`] puts them together for one TCP connection.

pub mod acse;
pub mod cotp;
pub mod mts;
pub mod presentation;
pub mod rose;
pub mod rtse;
pub mod session;
pub mod stack;
pub mod tpkt;
pub mod upper;

pub use crate::stream::Side;
