//! ASN.1 as data: the reader of the schema notation and the one walker that reads BER as a schema directs.
//!
//! The walker is total: octets in, nodes out, never an error. What is not as the schema says becomes damage.

mod ber;
mod oid;
mod schema;
mod text;
mod time;
mod walk;

pub use oid::Oid;
pub use schema::{Key, Schema, TableId, TypeId};
pub use walk::{Guide, walk};
