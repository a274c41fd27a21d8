//! The layers, one file per protocol, each in the same order: constants, fact, parse, describe, tests.
//!
//! A layer returns a small typed *fact* about a protocol data unit and describes its fields into a sink. Layers
//! know nothing of each other but the facts; [`stack`] puts them together for one TCP connection.

pub mod cotp;
pub mod foreign;
pub mod session;
pub mod tpkt;

pub use crate::stream::Side;
