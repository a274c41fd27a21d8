//! The TCP header (RFC 9293 3.1).

use std::net::IpAddr;

use super::{Broken, Endpoint, Flags, Layer, Segment};
use crate::capture::Octets;

/// Length of the header without options.
const HEADER: usize = 20;

/// Where a TCP header lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp {
    /// Where it begins: in the datagram that was put together from fragments, or else in the frame.
    pub at: u32,
    /// Its length with options, as far as it was captured.
    pub header: u32,
}

/// Reads the segment in an IP payload that has `missing` more octets than were captured.
pub(super) fn read<'a>(
    octets: Octets<'a>,
    addresses: (IpAddr, IpAddr),
    missing: u32,
) -> (Option<(usize, Segment<'a>)>, Option<Broken>) {
    let broken = |cut| Some(Broken { layer: Layer::Tcp, cut });
    let Some(&header) = octets.bytes().first_chunk::<HEADER>() else { return (None, broken(missing > 0)) };
    let [s0, s1, d0, d1, n0, n1, n2, n3, a0, a1, a2, a3, offset, flags, w0, w1, ..] = header;
    let length = usize::from(offset >> 4) * 4;
    // Options that the snap length cut cost nothing that matters.
    let lacking = length.saturating_sub(octets.len());
    if length < HEADER || lacking > missing as usize {
        return (None, broken(false));
    }
    let segment = Segment {
        from: Endpoint { address: addresses.0, port: u16::from_be_bytes([s0, s1]) },
        to: Endpoint { address: addresses.1, port: u16::from_be_bytes([d0, d1]) },
        sequence: u32::from_be_bytes([n0, n1, n2, n3]),
        acknowledgement: u32::from_be_bytes([a0, a1, a2, a3]),
        flags: Flags(flags),
        window: u16::from_be_bytes([w0, w1]),
        payload: octets.skip(length),
        cut: missing - lacking as u32,
    };
    (Some((length - lacking, segment)), if lacking > 0 { broken(true) } else { None })
}
