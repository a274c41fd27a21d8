//! Link layers: what stands in front of the IP header.

use crate::capture::LinkType;

/// More VLAN tags than this in a row are not followed; networks use two.
const MAX_TAGS: u8 = 4;

/// EtherType of a PPPoE session (RFC 2516).
const PPPOE_SESSION: u16 = 0x8864;
/// Length of the PPPoE header, without the PPP protocol behind it.
const PPPOE_HEADER: usize = 6;

/// A kind of link layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Ethernet II or IEEE 802.3.
    Ethernet,
    /// The header that Linux makes up when capturing on all interfaces.
    LinuxCooked,
    /// Its second version.
    LinuxCooked2,
    /// The header of BSD loopback interfaces: an address family.
    Loopback,
    /// No link layer.
    RawIp,
    /// PPP, with or without the address and control octets of HDLC.
    Ppp,
    /// PPPoE without the Ethernet header.
    Pppoe,
    /// One that is not read here.
    Unknown(LinkType),
}

impl LinkKind {
    /// The name of the kind.
    pub const fn words(self) -> &'static str {
        match self {
            LinkKind::Ethernet => "Ethernet",
            LinkKind::LinuxCooked => "Linux cooked",
            LinkKind::LinuxCooked2 => "Linux cooked v2",
            LinkKind::Loopback => "BSD loopback",
            LinkKind::RawIp => "Raw IP",
            LinkKind::Ppp => "PPP",
            LinkKind::Pppoe => "PPPoE",
            LinkKind::Unknown(_) => "Unknown link type",
        }
    }
}

/// What the link layer of a frame says follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// An EtherType; below 1536 the length of an IEEE 802.3 frame. Stands behind all VLAN tags.
    EtherType(u16),
    /// A PPP protocol.
    Ppp(u16),
    /// An address family of BSD.
    Family(u32),
    /// IP, as there is no link layer.
    Ip,
    /// Unknown: the header does not fit into the frame, or the kind is unknown.
    Nothing,
}

impl Carried {
    /// Whether it is IPv4 or IPv6.
    pub const fn is_ip(self) -> bool {
        match self {
            Carried::EtherType(number) => matches!(number, 0x0800 | 0x86DD),
            Carried::Ppp(number) => matches!(number, 0x0021 | 0x0057),
            // AF_INET; AF_INET6 of NetBSD and OpenBSD, FreeBSD, macOS.
            Carried::Family(number) => matches!(number, 2 | 24 | 28 | 30),
            Carried::Ip => true,
            Carried::Nothing => false,
        }
    }
}

/// The link layer of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its kind.
    pub kind: LinkKind,
    /// How many octets it has, with VLAN tags and PPPoE.
    pub length: u32,
    /// How many VLAN tags it has.
    pub tags: u8,
    /// What follows.
    pub carries: Carried,
}

fn number(octets: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*octets.get(at..)?.first_chunk()?))
}

/// Whether an EtherType is that of a VLAN tag: 802.1Q, 802.1ad, and the ones used for the outer tag before it.
fn is_tag(ether_type: u16) -> bool {
    matches!(ether_type, 0x8100 | 0x88A8 | 0x9100 | 0x9200)
}

/// Reads the link layer at the beginning of a frame.
pub(super) fn read(link: LinkType, octets: &[u8]) -> Link {
    // LINKTYPE_ values of tcpdump.org; raw IP has other numbers on some systems.
    let (kind, read) = match link.0 {
        1 => (LinkKind::Ethernet, ether_type(octets, 12, 14)),
        113 => (LinkKind::LinuxCooked, ether_type(octets, 14, 16)),
        276 => (LinkKind::LinuxCooked2, ether_type(octets, 0, 20)),
        0 | 108 => (LinkKind::Loopback, family(octets)),
        12 | 14 | 101 | 228 | 229 => (LinkKind::RawIp, Some((0, 0, Carried::Ip))),
        9 | 50 => (LinkKind::Ppp, ppp(octets, 0)),
        // PPP with an octet in front that says the direction.
        204 => (LinkKind::Ppp, ppp(octets, 1)),
        51 => (LinkKind::Pppoe, ppp(octets, PPPOE_HEADER)),
        _ => (LinkKind::Unknown(link), None),
    };
    match read {
        Some((length, tags, carries)) if length <= octets.len() => {
            Link { kind, length: length as u32, tags, carries }
        }
        _ => Link { kind, length: 0, tags: 0, carries: Carried::Nothing },
    }
}

/// Length of the link layer, number of tags, and what follows.
type Parts = (usize, u8, Carried);

/// The EtherType lies at `at` and what it announces at `next`.
fn ether_type(octets: &[u8], at: usize, mut next: usize) -> Option<Parts> {
    let mut ether_type = number(octets, at)?;
    let mut tags = 0;
    while is_tag(ether_type) && tags < MAX_TAGS {
        ether_type = number(octets, next + 2)?;
        next += 4;
        tags += 1;
    }
    if ether_type == PPPOE_SESSION {
        let (length, _, carries) = ppp(octets, next + PPPOE_HEADER)?;
        return Some((length, tags, carries));
    }
    Some((next, tags, Carried::EtherType(ether_type)))
}

/// The family is in the byte order of the machine that captured; all families are small numbers.
fn family(octets: &[u8]) -> Option<Parts> {
    let family = *octets.first_chunk()?;
    let family = u32::from_be_bytes(family).min(u32::from_le_bytes(family));
    Some((4, 0, Carried::Family(family)))
}

/// PPP (RFC 1661, RFC 1662): address and control may be left out, and the protocol may be one octet.
fn ppp(octets: &[u8], mut at: usize) -> Option<Parts> {
    if octets.get(at..)?.starts_with(&[0xFF, 0x03]) {
        at += 2;
    }
    let first = *octets.get(at)?;
    if first & 1 != 0 {
        return Some((at + 1, 0, Carried::Ppp(first.into())));
    }
    Some((at + 2, 0, Carried::Ppp(number(octets, at)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(link: u32, octets: &[u8]) -> (u32, u8, Carried) {
        let link = read(LinkType(link), octets);
        (link.length, link.tags, link.carries)
    }

    #[test]
    fn tags_and_pppoe_stand_between_ethernet_and_ip() {
        let mut frame = vec![0; 12];
        frame.extend([0x88, 0xA8, 0, 5, 0x81, 0, 0, 6, 0x08, 0x00, 0x45]);
        assert_eq!(parts(1, &frame), (22, 2, Carried::EtherType(0x0800)));
        assert_eq!(parts(1, &frame[..19]), (0, 0, Carried::Nothing));
        frame.truncate(12);
        frame.extend([0x88, 0x64, 0x11, 0, 0, 1, 0, 9, 0x00, 0x21, 0x45]);
        assert_eq!(parts(1, &frame), (22, 0, Carried::Ppp(0x21)));
    }

    #[test]
    fn loopback_families_are_read_in_both_byte_orders() {
        for octets in [[0, 0, 0, 30], [30, 0, 0, 0]] {
            assert_eq!(parts(0, &octets), (4, 0, Carried::Family(30)));
        }
    }

    #[test]
    fn ppp_may_be_compressed() {
        assert_eq!(parts(9, &[0xFF, 0x03, 0x00, 0x21, 0x45]), (4, 0, Carried::Ppp(0x21)));
        assert_eq!(parts(9, &[0x21, 0x45]), (1, 0, Carried::Ppp(0x21)));
        assert_eq!(parts(204, &[0x00, 0xFF, 0x03, 0x00, 0x57]), (5, 0, Carried::Ppp(0x57)));
    }
}
