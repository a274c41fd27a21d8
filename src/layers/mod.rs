//! The layers, one file per protocol, each in the same order: constants, fact, parse, describe, tests.
//!
//! A layer returns a small typed *fact* about a protocol data unit and describes its fields into a sink. Layers
//! know nothing of each other but the facts; [`stack`] puts them together for one TCP connection.

pub mod acse;
pub mod bodies;
pub mod cotp;
mod edition;
pub mod foreign;
pub mod frame;
pub mod ip;
pub mod link;
pub mod lower;
pub mod mts;
pub mod note;
pub mod or_address;
pub mod p1;
pub mod p1_words;
pub mod presentation;
pub mod rose;
pub mod rtse;
mod schemas;
pub mod session;
pub mod smtp;
pub mod stack;
pub mod tcp;
pub mod tpkt;
pub mod upper;

pub use crate::stream::Side;
pub use schemas::oid_name;
