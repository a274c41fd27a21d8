//! The link layer. Its tag is ETHERNET for links of any kind; other kinds are named in words.

use std::fmt::{self, Write as _};

use crate::net::{Carried, Layer, LinkKind, Packet};
use crate::tree::{Cause, Damage, DamageKind, Digits as _, Display, FieldDef, Sink, Span, Tag, Value};

/// EtherTypes with the words of Network Monitor.
const ETHER_TYPES: &[(u16, &str)] = &[
    (0x0800, "IP:  DOD Internet Protocol"),
    (0x0806, "ARP"),
    (0x8035, "RARP"),
    (0x8137, "IPX"),
    (0x86DD, "IPv6"),
    (0x8863, "PPPoE discovery"),
    (0x8864, "PPPoE session"),
    (0x88CC, "LLDP"),
    (0x888E, "EAPOL"),
];
/// The EtherType field is a length below this value (IEEE 802.3 3.2.6).
const FIRST_ETHER_TYPE: u16 = 1536;

static ROOT: FieldDef = FieldDef::layer("eth", "Link layer", Tag::Ethernet);
static DESTINATION: FieldDef = FieldDef::new("eth.dst", "Destination address", Display::Prose);
static SOURCE: FieldDef = FieldDef::new("eth.src", "Source address", Display::Prose);
static FRAME_LENGTH: FieldDef = FieldDef::new("eth.frame_len", "Frame Length", Display::PaddedNumber(4));
static ETHER_TYPE: FieldDef = FieldDef::new("eth.type", "Ethernet Type", Display::Prose);
static VLAN: FieldDef = FieldDef::new("vlan", "802.1Q VLAN", Display::Prose);
static PPP: FieldDef = FieldDef::new("ppp.protocol", "PPP Protocol", Display::Hex(4));
static FAMILY: FieldDef = FieldDef::new("null.family", "Address Family", Display::Number);

/// The words for an EtherType.
fn write_ether_type(out: &mut String, number: u16) -> fmt::Result {
    let words = ETHER_TYPES.iter().find(|(known, _)| *known == number).map_or("unknown", |(_, words)| words);
    out.write_str("ETYPE = 0x")?;
    out.hexadecimal(number.into(), 4)?;
    out.write_str(" : Protocol = ")?;
    out.write_str(words)
}

/// The summary line.
fn write_summary(out: &mut String, packet: &Packet<'_>) -> fmt::Result {
    let link = &packet.link;
    if link.kind != LinkKind::Ethernet {
        out.write_str(link.kind.words())?;
    }
    match (link.kind, link.carries) {
        (LinkKind::Ethernet, Carried::EtherType(number)) if number < FIRST_ETHER_TYPE => {
            write!(out, "802.3 Length = {number}")
        }
        (LinkKind::Ethernet, Carried::EtherType(number)) => write_ether_type(out, number),
        (LinkKind::Ethernet, Carried::Ppp(number)) => {
            write_ether_type(out, 0x8864)?;
            write_ppp(out, number)
        }
        (_, Carried::EtherType(number)) => {
            out.write_str(": ")?;
            write_ether_type(out, number)
        }
        (_, Carried::Ppp(number)) => write_ppp(out, number),
        (_, Carried::Family(_)) if link.carries.is_ip() => out.write_str(": Protocol = IP"),
        (_, Carried::Family(number)) => write!(out, ": Address Family = {number}"),
        (LinkKind::Unknown(link), _) => write!(out, " {}", link.0),
        (LinkKind::Ethernet, _) => out.write_str("header incomplete"),
        (_, Carried::Nothing) => out.write_str(": header incomplete"),
        (_, Carried::Ip) => Ok(()),
    }
}

/// The words for a PPP protocol.
fn write_ppp(out: &mut String, protocol: u16) -> fmt::Result {
    out.write_str(": PPP Protocol = 0x")?;
    out.hexadecimal(protocol.into(), 4)?;
    out.write_str(match protocol {
        0x0021 => " : IP",
        0x0057 => " : IPv6",
        _ => "",
    })
}

/// Describes the link layer of a frame whose octets are the sink's source.
pub fn describe<S: Sink>(packet: &Packet<'_>, original_length: u32, fields: bool, sink: &mut S) {
    let octets = packet.frame.bytes();
    let link = &packet.link;
    let end = link.length as usize;
    sink.open(&ROOT, Span::new(0, end), Value::Octets);
    sink.words(|out| write_summary(out, packet));
    if let Some(broken) = packet.broken.filter(|broken| broken.layer == Layer::Link) {
        let cause = if broken.cut { Cause::Cut } else { Cause::Wrong };
        let at = Span::new(0, octets.len());
        sink.damage(Damage { kind: DamageKind::Truncated, cause, field: &ROOT, at });
    }
    if fields {
        describe_fields(packet, original_length, sink);
    }
    sink.close(end as u32);
}

fn describe_fields<S: Sink>(packet: &Packet<'_>, original_length: u32, sink: &mut S) {
    let octets = packet.frame.bytes();
    let link = &packet.link;
    let end = link.length as usize;
    if link.kind == LinkKind::Ethernet {
        for (field, at) in [(&DESTINATION, Span::new(0, 6)), (&SOURCE, Span::new(6, 12))] {
            if end >= at.end as usize {
                sink.leaf(field, at, Value::Octets);
                // Twelve hexadecimal digits, as Network Monitor prints addresses.
                sink.words(|out| out.upper(at.of(octets)));
            }
        }
        sink.leaf(&FRAME_LENGTH, Span::default(), Value::Number(original_length.into()));
    }
    // The tags stand in a row in front of the EtherType that counts, or of PPPoE.
    let tags_at = match link.kind {
        LinkKind::Ethernet => 14,
        LinkKind::LinuxCooked => 16,
        _ => 20,
    };
    for tag in 0..usize::from(link.tags) {
        let at = Span::new(tags_at + tag * 4, tags_at + tag * 4 + 2);
        if let [high, low] = *at.of(octets) {
            let control = u16::from_be_bytes([high, low]);
            sink.leaf(&VLAN, at, Value::Number((control & 0x0FFF).into()));
            sink.text(format_args!("{}, priority {}", control & 0x0FFF, control >> 13));
        }
    }
    match link.carries {
        Carried::EtherType(number) => {
            // Where the first type is not that of a tag, it is the one that counts.
            let at = match (link.kind, link.tags) {
                (LinkKind::LinuxCooked2, 0) => 0,
                _ => end.saturating_sub(2),
            };
            sink.leaf(&ETHER_TYPE, Span::new(at, at + 2), Value::Number(number.into()));
            sink.words(|out| {
                out.write_str("0x")?;
                out.hexadecimal(number.into(), 4)
            });
        }
        Carried::Ppp(number) => {
            // Small numbers may have been sent in one octet.
            let whole = number > 0xFF || end.checked_sub(2).and_then(|at| octets.get(at)) == Some(&0);
            let width = if whole { 2 } else { 1 };
            sink.leaf(&PPP, Span::new(end.saturating_sub(width), end), Value::Number(number.into()));
        }
        Carried::Family(number) => sink.leaf(&FAMILY, Span::new(0, 4), Value::Number(number.into())),
        Carried::Ip | Carried::Nothing => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Frame, FrameNo, LinkType, Timestamp};
    use crate::net::Reader;
    use crate::tree::Tree;

    fn lines(link: u32, octets: &[u8]) -> Vec<(&'static str, String, std::ops::Range<u32>)> {
        let frame = Frame {
            number: FrameNo(1),
            time: Timestamp(0),
            link: LinkType(link),
            octets,
            original_length: octets.len() as u32,
        };
        let mut reader = Reader::new();
        let packet = reader.read(&frame);
        let mut tree = Tree::new();
        tree.source(packet.frame);
        describe(&packet, frame.original_length, true, &mut tree);
        let nodes = tree.nodes().iter();
        nodes.map(|node| (node.field.name, tree.words(node).to_owned(), node.at.start..node.at.end)).collect()
    }

    fn line(
        name: &'static str,
        words: &str,
        at: std::ops::Range<u32>,
    ) -> (&'static str, String, std::ops::Range<u32>) {
        (name, words.to_owned(), at)
    }

    #[test]
    fn tags_are_fields_between_the_addresses_and_the_type() {
        let mut octets = vec![0, 0x50, 0x8B, 0xF1, 0x34, 0x8F, 0, 0, 0, 0, 0, 1];
        octets.extend([0x81, 0, 0xA0, 100, 0x08, 0x06]);
        assert_eq!(
            lines(1, &octets),
            [
                line("eth", "ETYPE = 0x0806 : Protocol = ARP", 0..18),
                line("eth.dst", "00508BF1348F", 0..6),
                line("eth.src", "000000000001", 6..12),
                line("eth.frame_len", "", 0..0),
                line("vlan", "100, priority 5", 14..16),
                line("eth.type", "0x0806", 16..18),
            ]
        );
    }

    #[test]
    fn links_of_other_kinds_are_named() {
        let cooked = [&[0; 14][..], &[0x86, 0xDD]].concat();
        assert_eq!(lines(113, &cooked)[0].1, "Linux cooked: ETYPE = 0x86DD : Protocol = IPv6");
        assert_eq!(lines(101, &[])[0].1, "Raw IP");
        assert_eq!(lines(9, &[0xFF, 3, 0xC0, 0x21])[0].1, "PPP: PPP Protocol = 0xC021");
        assert_eq!(lines(0, &[2, 0, 0, 0])[0].1, "BSD loopback: Protocol = IP");
        assert_eq!(lines(147, &[1])[0].1, "Unknown link type 147");
        assert_eq!(lines(1, &[1])[0].1, "header incomplete");
        assert_eq!(lines(1, &[0; 14])[0].1, "802.3 Length = 0");
    }
}
