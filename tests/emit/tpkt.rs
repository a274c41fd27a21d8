//! TPKT (RFC 1006).

/// One TPDU in its packet. The reserved octet is 0 by the standard.
pub(crate) fn packet(reserved: u8, tpdu: &[u8]) -> Vec<u8> {
    let length = u16::try_from(tpdu.len() + 4).expect("a TPKT has at most 65535 octets");
    [&[3, reserved], length.to_be_bytes().as_slice(), tpdu].concat()
}
