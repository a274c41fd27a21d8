//! ASN.1 as data: the reader of the schema notation and the one walker that reads BER as a schema directs.
//!
//! The walker is total: octets in, nodes out, never an error. What is not as the schema says becomes damage.
//!
//! The schema files are in `src/schema`; the notation is described in `notation.rs`. A new application is a file
//! there, a line in [`FILES`], and rows in the tables of other files that lead to it (`abstract-syntaxes`,
//! `bind-arguments`, …), which may stand in its own file.

mod ber;
mod check;
mod compile;
mod guess;
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
pub const FILES: &[(&str, &str)] = &[
    ("presentation.asn", include_str!("../schema/presentation.asn")),
    ("acse.asn", include_str!("../schema/acse.asn")),
    ("rtse.asn", include_str!("../schema/rtse.asn")),
    ("rose.asn", include_str!("../schema/rose.asn")),
    ("mts-bind.asn", include_str!("../schema/mts-bind.asn")),
    ("directory.asn", include_str!("../schema/directory.asn")),
    ("names.asn", include_str!("../schema/names.asn")),
    ("or-address.asn", include_str!("../schema/or-address.asn")),
    ("mts.asn", include_str!("../schema/mts.asn")),
    ("ipms.asn", include_str!("../schema/ipms.asn")),
    ("p772.asn", include_str!("../schema/p772.asn")),
    ("edims.asn", include_str!("../schema/edims.asn")),
    ("p3.asn", include_str!("../schema/p3.asn")),
    ("p7.asn", include_str!("../schema/p7.asn")),
    ("oids.txt", include_str!("../schema/oids.txt")),
];

#[cfg(test)]
mod mts_tests;
#[cfg(test)]
mod tests;
