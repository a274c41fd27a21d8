//! ASN.1 as data: the reader of the schema notation and the one walker that reads BER as a schema directs.
//!
//! The walker is total: octets in, nodes out, never an error. What is not as the schema says becomes damage.

mod ber;
mod check;
mod compile;
mod notation;
mod oid;
mod schema;
mod text;
mod time;
mod walk;

pub use oid::Oid;
pub use schema::{Key, Schema, SchemaError, TableId, TypeId};
pub use text::decode;
pub use time::{Time, generalized_time, utc_time};
pub use walk::{Guide, walk};

/// The schema files: name and text.
pub const FILES: &[(&str, &str)] = &[];
