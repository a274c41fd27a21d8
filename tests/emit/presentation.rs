//! Presentation (X.226): the PPDUs of both modes.

use super::ber::{Lengths, constructed, integer, oid, retagged, tlv, wrapped};

/// The presentation contexts of a P1 association: identifier and abstract syntax.
pub(crate) const CONTEXTS: [(u32, &str); 3] =
    [(ACSE, "2.2.1.0.1"), (MTA_RTSE, "2.6.0.2.12"), (MTSE, "2.6.0.2.7")];
/// The context of association control.
pub(crate) const ACSE: u32 = 1;
/// The context of RTSE and the MTA bind.
pub(crate) const MTA_RTSE: u32 = 3;
/// The context of message transfer.
pub(crate) const MTSE: u32 = 5;
const BER: &str = "2.1.1";

fn mode_selector(mode: u32) -> Vec<u8> {
    constructed(0xA0, &[integer(0x80, mode)])
}

/// CP or CPA of the X.410-1984 mode, around the components of RTORQ or RTOAC.
pub(crate) fn x410(components: &[Vec<u8>]) -> Vec<u8> {
    constructed(0x31, &[mode_selector(0), constructed(0xA1, components)])
}

/// CPR of the X.410-1984 mode, or the user data of its abort: the components of RTORJ or RTAB.
pub(crate) fn x410_reason(component: Vec<u8>) -> Vec<u8> {
    constructed(0x31, &[component])
}

/// CP of the normal mode.
pub(crate) fn cp(calling: Option<&[u8]>, called: Option<&[u8]>, user_data: Vec<u8>) -> Vec<u8> {
    let transfer = constructed(0x30, &[oid(BER)]);
    let contexts =
        CONTEXTS.map(|(id, syntax)| constructed(0x30, &[integer(0x02, id), oid(syntax), transfer.clone()]));
    let mut parts = Vec::new();
    parts.extend(calling.map(|selector| tlv(0x81, selector)));
    parts.extend(called.map(|selector| tlv(0x82, selector)));
    parts.push(constructed(0xA4, &contexts));
    parts.push(user_data);
    constructed(0x31, &[mode_selector(1), constructed(0xA2, &parts)])
}

/// The fields that CPA and CPR share: all contexts are accepted.
fn answer(responding: Option<&[u8]>, user_data: Vec<u8>) -> Vec<Vec<u8>> {
    let accepted = constructed(0x30, &[integer(0x80, 0), retagged(0x81, oid(BER))]);
    let mut parts = Vec::new();
    parts.extend(responding.map(|selector| tlv(0x83, selector)));
    parts.push(constructed(0xA5, &CONTEXTS.map(|_| accepted.clone())));
    parts.push(user_data);
    parts
}

/// CPA of the normal mode.
pub(crate) fn cpa(responding: Option<&[u8]>, user_data: Vec<u8>) -> Vec<u8> {
    constructed(0x31, &[mode_selector(1), constructed(0xA2, &answer(responding, user_data))])
}

/// CPR of the normal mode when the application refuses.
pub(crate) fn cpr(responding: Option<&[u8]>, user_data: Vec<u8>) -> Vec<u8> {
    constructed(0x30, &answer(responding, user_data))
}

/// ARU of the normal mode.
pub(crate) fn aru(user_data: Vec<u8>) -> Vec<u8> {
    let identifiers = CONTEXTS.map(|(id, _)| constructed(0x30, &[integer(0x02, id), oid(BER)]));
    constructed(0xA0, &[constructed(0xA0, &identifiers), user_data])
}

/// Fully encoded user data: one value in one presentation context.
pub(crate) fn user_data(lengths: Lengths, context: u32, value: Vec<u8>) -> Vec<u8> {
    let value = wrapped(lengths, 0xA0, &[value]);
    wrapped(lengths, 0x61, &[wrapped(lengths, 0x30, &[integer(0x02, context), value])])
}
