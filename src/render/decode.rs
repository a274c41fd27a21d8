//! Values that need the knowledge of ASN.1 to be read: object identifiers, character sets, times.

pub(super) use crate::asn1::{Oid as oid, decode as text, generalized_time, utc_time};
pub(super) use crate::layers::oid_name;
