//! Association control (X.227).

use super::ber::{constructed, integer, oid};

/// mts-transfer, the application context of P1.
pub(crate) const MTS_TRANSFER: &str = "2.6.0.1.6";

fn context_name() -> Vec<u8> {
    constructed(0xA1, &[oid(MTS_TRANSFER)])
}

/// user-information: one EXTERNAL that names its presentation context.
fn user_information(context: u32, value: Vec<u8>) -> Vec<u8> {
    constructed(0xBE, &[external(context, value)])
}

/// An EXTERNAL with an indirect reference and a single ASN.1 type.
pub(crate) fn external(context: u32, value: Vec<u8>) -> Vec<u8> {
    constructed(0x28, &[integer(0x02, context), constructed(0xA0, &[value])])
}

/// AARQ.
pub(crate) fn aarq(context: u32, value: Vec<u8>) -> Vec<u8> {
    constructed(0x60, &[context_name(), user_information(context, value)])
}

/// AARE. The diagnostic is the service user's.
pub(crate) fn aare(result: u32, diagnostic: u32, context: u32, value: Vec<u8>) -> Vec<u8> {
    let result = constructed(0xA2, &[integer(0x02, result)]);
    let diagnostic = constructed(0xA3, &[constructed(0xA1, &[integer(0x02, diagnostic)])]);
    constructed(0x61, &[context_name(), result, diagnostic, user_information(context, value)])
}

/// RLRQ, reason normal.
pub(crate) fn rlrq() -> Vec<u8> {
    constructed(0x62, &[integer(0x80, 0)])
}

/// RLRE, reason normal.
pub(crate) fn rlre() -> Vec<u8> {
    constructed(0x63, &[integer(0x80, 0)])
}

/// ABRT by the service user.
pub(crate) fn abrt(context: u32, value: Vec<u8>) -> Vec<u8> {
    constructed(0x64, &[integer(0x80, 0), user_information(context, value)])
}
