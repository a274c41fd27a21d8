//! MTA bind arguments, results and errors (X.411; 1984: X.411 clause 3.4).

use super::ber::{constructed, string, tlv};

/// MTABindArgument or MTABindResult: the two have the same octets. Without a name: NULL, not authenticated.
pub(crate) fn bind(name: Option<&str>, password: Option<&str>) -> Vec<u8> {
    let Some(name) = name else { return tlv(0x05, &[]) };
    let credentials = constructed(0xA1, &[string(0x16, password.unwrap_or(""))]);
    constructed(0xA1, &[string(0x80, name), credentials])
}
