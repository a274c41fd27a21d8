//! x400scope reads captures of X.400 over RFC 1006 and says what happened, why, and what to change.
//!
//! Data flows one way, upward; each room uses only the rooms below it (`tests/architecture.rs` checks it).
//!
//! ```text
//!  capture ──► net ──► stream ──► layers (TPKT ► COTP ► session ► presentation/ACSE ► RTSE)
//!   frames   segments  ordered      │  each layer returns one small typed fact …
//!                      octets with  │  … and describes what it read into a sink: a tree or nothing
//!                      provenance   ▼
//!                               analysis (associations: state machines over facts)
//!                                   ▼
//!                               findings (registry of rules) ──► pipeline ──► render ──► cli
//! ```
//!
//! [`pipeline`] is the one way through the house: it takes frames from [`capture`] and hands what they
//! mean to a view. [`tree`] holds the field tree and the sinks, [`asn1`] the walker that reads BER as the
//! schemas in `src/schema` direct.

pub mod analysis;
pub mod asn1;
pub mod capture;
pub mod cli;
pub mod findings;
pub mod layers;
pub mod net;
pub mod pipeline;
pub mod render;
pub mod stream;
pub mod tree;
