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
mod name;
pub mod note;
mod notices;
pub mod or_address;
pub mod or_address_oddities;
pub mod p1;
pub mod p1_oddities;
pub mod p1_words;
pub mod p2_oddities;
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

/// How many octets are remembered of a name, a selector, an identifier or a subject. The frame view shows all of them.
pub const NAME: usize = 1024;

/// What is remembered of a name, a selector or an identifier.
pub fn clipped(octets: &[u8]) -> Vec<u8> {
    octets[..octets.len().min(NAME)].to_vec()
}

pub use crate::stream::Side;
pub use name::Name;
pub use schemas::oid_name;
