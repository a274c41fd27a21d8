//! IPv4 and IPv6: addresses, length, and where the payload lies.

use std::net::IpAddr;

use etherparse::err::ip::LaxHeaderSliceError;
use etherparse::err::ipv6_exts::HeaderSliceError;
use etherparse::{IpNumber, Ipv6ExtensionSlice, LaxIpSlice};

use super::{Broken, Layer};

/// The IP header of a frame (RFC 791, RFC 8200).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ip {
    /// 4 or 6.
    pub version: u8,
    /// Where the header begins in the frame.
    pub at: u32,
    /// Length of the header with its options or extension headers.
    pub header: u32,
    /// How many octets of payload were captured.
    pub payload: u32,
    /// How many more octets of payload there were on the wire.
    pub missing: u32,
    /// What the payload is; behind the extension headers.
    pub protocol: u8,
    /// Where the payload belongs, if it is part of a larger one.
    pub fragment: Option<FragmentOf>,
}

/// Where the payload of a fragment belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentOf {
    /// Which datagram.
    pub identification: u32,
    /// Position of the payload in that of the datagram.
    pub offset: u32,
    /// Whether other fragments follow.
    pub more: bool,
}

/// The addresses of the sender and the addressee.
pub(super) type Ends = (IpAddr, IpAddr);

/// Number of TCP among the IP protocols.
pub(super) const TCP: u8 = IpNumber::TCP.0;

/// Reads the header at the beginning of `octets`, which lie `at` octets behind the beginning of their frame, with
/// `uncaptured` more octets behind them on the wire. What cannot be read further is told beside it.
pub(super) fn read(octets: &[u8], at: u32, uncaptured: u32) -> (Option<(Ip, Ends)>, Option<Broken>) {
    let broken = |cut| Some(Broken { layer: Layer::Ip, cut });
    let (slice, stopped) = match LaxIpSlice::from_slice(octets) {
        Ok(read) => read,
        Err(LaxHeaderSliceError::Len(_)) => return (None, broken(uncaptured > 0)),
        Err(LaxHeaderSliceError::Content(_)) => return (None, broken(false)),
    };
    let (version, header, stated, fragment) = match &slice {
        LaxIpSlice::Ipv4(ip) => {
            let fixed = ip.header();
            let header = fixed.slice().len();
            let fragment = slice.is_fragmenting_payload().then(|| FragmentOf {
                identification: fixed.identification().into(),
                offset: fixed.fragments_offset().byte_offset().into(),
                more: fixed.more_fragments(),
            });
            let stated = usize::from(fixed.total_len());
            if (1..header).contains(&stated) {
                return (None, broken(false));
            }
            (4, header + ip.extensions().auth.map_or(0, |auth| auth.slice().len()), stated, fragment)
        }
        LaxIpSlice::Ipv6(ip) => {
            let fixed = ip.header();
            let extensions = ip.extensions();
            let fragment = extensions.clone().into_iter().find_map(|extension| match extension {
                Ipv6ExtensionSlice::Fragment(fragment) if fragment.is_fragmenting_payload() => {
                    Some(FragmentOf {
                        identification: fragment.identification(),
                        offset: fragment.fragment_offset().byte_offset().into(),
                        more: fragment.more_fragments(),
                    })
                }
                _ => None,
            });
            let header = fixed.slice().len();
            let stated = match usize::from(fixed.payload_length()) {
                0 => 0,
                length => header + length,
            };
            (6, header + extensions.slice().len(), stated, fragment)
        }
    };
    // Network cards that cut segments themselves are given packets with length 0, longer than the field can say.
    let missing = if stated == 0 { uncaptured as usize } else { stated.saturating_sub(octets.len()) };
    let too_long = missing > uncaptured as usize;
    let ip = Ip {
        version,
        at,
        header: header as u32,
        payload: slice.payload().payload.len() as u32,
        missing: missing.min(uncaptured as usize) as u32,
        protocol: slice.payload_ip_number().0,
        fragment,
    };
    let broken = match stopped {
        Some((HeaderSliceError::Len(_), _)) => broken(ip.missing > 0),
        Some((HeaderSliceError::Content(_), _)) => broken(false),
        None if too_long => broken(false),
        None => None,
    };
    (Some((ip, (slice.source_addr(), slice.destination_addr()))), broken)
}
