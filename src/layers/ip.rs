//! The Internet Protocol: RFC 791, RFC 8200.

use std::fmt::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::net::{Ip, Layer, Packet};
use crate::tree::{Cause, Damage, DamageKind, Digits as _, Display, FieldDef, Sink, Span, Tag, Value};

/// IP protocols by the names of Network Monitor.
const PROTOCOLS: &[(u8, &str)] = &[
    (0, "HOPOPT"),
    (1, "ICMP"),
    (2, "IGMP"),
    (6, "TCP"),
    (17, "UDP"),
    (41, "IPv6"),
    (43, "IPv6-Route"),
    (44, "IPv6-Frag"),
    (47, "GRE"),
    (50, "ESP"),
    (51, "AH"),
    (58, "ICMPv6"),
    (60, "IPv6-Opts"),
    (89, "OSPF"),
    (132, "SCTP"),
];

/// The bits of the flags field (RFC 791 3.1), the three upper bits of its octet.
const DONT_FRAGMENT: u16 = 0x4000;
const MORE_FRAGMENTS: u16 = 0x2000;

static ROOT: FieldDef = FieldDef::layer("ip", "Internet Protocol", Tag::Ip);
static VERSION: FieldDef = FieldDef::new("ip.version", "Version", Display::Number);
static HEADER_LENGTH: FieldDef = FieldDef::new("ip.hdr_len", "Header Length", Display::Number);
static PRECEDENCE: FieldDef = FieldDef::new("ip.tos.precedence", "Precedence", Display::Number);
static SERVICE: FieldDef = FieldDef::new("ip.tos", "Type of Service", Display::Number);
static TOTAL_LENGTH: FieldDef = FieldDef::new("ip.len", "Total Length", Display::Number);
static IDENTIFICATION: FieldDef = FieldDef::new("ip.id", "Identification", Display::Number);
static FLAGS: FieldDef = FieldDef::new("ip.flags", "Flags Summary", Display::Number);
static MORE: FieldDef = FieldDef::new("ip.flags.mf", "", Display::Prose);
static DONT: FieldDef = FieldDef::new("ip.flags.df", "", Display::Prose);
static OFFSET: FieldDef = FieldDef::new("ip.frag_offset", "Fragment Offset", Display::Number);
static TIME_TO_LIVE: FieldDef = FieldDef::new("ip.ttl", "Time to Live", Display::Number);
static PROTOCOL: FieldDef = FieldDef::new("ip.proto", "Protocol", Display::Prose);
static CHECKSUM: FieldDef = FieldDef::new("ip.checksum", "Checksum", Display::Hex(4));
static SOURCE: FieldDef = FieldDef::new("ip.src", "Source Address", Display::Prose);
static DESTINATION: FieldDef = FieldDef::new("ip.dst", "Destination Address", Display::Prose);
static OPTIONS: FieldDef = FieldDef::new("ip.options", "Options", Display::Octets);

static VERSION_6: FieldDef = FieldDef::new("ipv6.version", "Version", Display::Number);
static TRAFFIC_CLASS: FieldDef = FieldDef::new("ipv6.tclass", "Traffic Class", Display::Number);
static FLOW: FieldDef = FieldDef::new("ipv6.flow", "Flow Label", Display::Hex(5));
static PAYLOAD_LENGTH: FieldDef = FieldDef::new("ipv6.plen", "Payload Length", Display::Number);
static NEXT_HEADER: FieldDef = FieldDef::new("ipv6.nxt", "Next Header", Display::Prose);
static HOP_LIMIT: FieldDef = FieldDef::new("ipv6.hlim", "Hop Limit", Display::Number);
static SOURCE_6: FieldDef = FieldDef::new("ipv6.src", "Source Address", Display::Prose);
static DESTINATION_6: FieldDef = FieldDef::new("ipv6.dst", "Destination Address", Display::Prose);
static EXTENSIONS: FieldDef = FieldDef::new("ipv6.exthdr", "Extension Headers", Display::Octets);

/// Length of the IPv4 header without options.
const HEADER_4: usize = 20;
/// Length of the IPv6 header without extension headers.
const HEADER_6: usize = 40;

/// The name of an IP protocol, or its number.
fn write_protocol(out: &mut String, protocol: u8) -> fmt::Result {
    match PROTOCOLS.iter().find(|(number, _)| *number == protocol) {
        Some((_, name)) => out.write_str(name),
        None => out.decimal(protocol.into()),
    }
}

/// Describes the IP layer of a frame whose octets are the sink's source. A frame that carries something else gets
/// nothing.
pub fn describe<S: Sink>(packet: &Packet<'_>, fields: bool, sink: &mut S) {
    let bytes = packet.frame.bytes();
    let start = packet.link.length as usize;
    let broken = packet.broken.filter(|broken| broken.layer == Layer::Ip);
    let Some(ip) = &packet.ip else {
        if let Some(broken) = broken {
            let at = Span::new(start, bytes.len());
            sink.open(&ROOT, at, Value::Octets);
            sink.text(format_args!(
                "{}",
                if broken.cut { "header cut by the snap length" } else { "header is not valid" }
            ));
            let (kind, cause) = if broken.cut {
                (DamageKind::Truncated, Cause::Cut)
            } else {
                (DamageKind::InvalidValue, Cause::Wrong)
            };
            sink.damage(Damage { kind, cause, field: &ROOT, at });
            sink.close(at.end);
        }
        return;
    };
    let end = start + ip.header as usize;
    let octets = bytes.get(start..end).unwrap_or_default();
    sink.open(&ROOT, Span::new(start, end), Value::Octets);
    sink.words(|out| write_summary(out, ip, octets));
    if let Some(broken) = broken {
        let cause = if broken.cut { Cause::Cut } else { Cause::Wrong };
        let field = if ip.version == 4 { &TOTAL_LENGTH } else { &PAYLOAD_LENGTH };
        sink.damage(Damage {
            kind: DamageKind::LengthPastParent,
            cause,
            field,
            at: Span::new(start, bytes.len()),
        });
    }
    if fields {
        let mut header = Fields { octets, start, sink };
        match ip.version {
            4 => header.describe_4(),
            _ => header.describe_6(),
        }
    }
    sink.close(end as u32);
}

/// The summary line.
fn write_summary(out: &mut String, ip: &Ip, octets: &[u8]) -> fmt::Result {
    let length = if ip.version == 4 {
        out.write_str("ID = 0x")?;
        out.hexadecimal(number(octets, 4).into(), 4)?;
        u32::from(number(octets, 2))
    } else {
        out.write_str("Version 6")?;
        HEADER_6 as u32 + u32::from(number(octets, 4))
    };
    out.write_str("; Proto = ")?;
    write_protocol(out, ip.protocol)?;
    out.write_str("; Len: ")?;
    out.decimal(length.into())?;
    match ip.fragment {
        Some(fragment) => write!(out, "; Fragment at {}", fragment.offset),
        None => Ok(()),
    }
}

/// Two octets as a number; the header was found to be whole before.
fn number(octets: &[u8], at: usize) -> u16 {
    octets.get(at..).and_then(|octets| octets.first_chunk()).map_or(0, |octets| u16::from_be_bytes(*octets))
}

fn octet(octets: &[u8], at: usize) -> u8 {
    octets.get(at).copied().unwrap_or_default()
}

/// Puts the fields of a header that begins at `start` in the frame.
struct Fields<'a, S> {
    octets: &'a [u8],
    start: usize,
    sink: &'a mut S,
}

impl<S: Sink> Fields<'_, S> {
    fn at(&self, from: usize, to: usize) -> Span {
        Span::new(self.start + from, self.start + to)
    }

    fn leaf(&mut self, field: &'static FieldDef, from: usize, to: usize, value: impl Into<i64>) {
        let at = self.at(from, to);
        self.sink.leaf(field, at, Value::Number(value.into()));
    }

    fn words(&mut self, field: &'static FieldDef, from: usize, to: usize, words: &str) {
        let at = self.at(from, to);
        self.sink.leaf(field, at, Value::Octets);
        self.sink.words(|out| out.write_str(words));
    }

    fn address_4(&mut self, field: &'static FieldDef, from: usize) {
        if let Some(address) = self.octets.get(from..).and_then(|octets| octets.first_chunk::<4>()) {
            let at = self.at(from, from + 4);
            self.sink.leaf(field, at, Value::Octets);
            self.sink.words(|out| out.ipv4(Ipv4Addr::from(*address)));
        }
    }

    fn address_6(&mut self, field: &'static FieldDef, from: usize) {
        if let Some(address) = self.octets.get(from..).and_then(|octets| octets.first_chunk::<16>()) {
            let at = self.at(from, from + 16);
            self.sink.leaf(field, at, Value::Octets);
            self.sink.text(format_args!("{}", Ipv6Addr::from(*address)));
        }
    }

    fn protocol(&mut self, field: &'static FieldDef, at: usize) {
        let protocol = octet(self.octets, at);
        self.leaf(field, at, at + 1, protocol);
        self.sink.words(|out| {
            write_protocol(out, protocol)?;
            out.write_str(" (")?;
            out.decimal(protocol.into())?;
            out.write_char(')')
        });
    }

    fn describe_4(&mut self) {
        let octets = self.octets;
        self.leaf(&VERSION, 0, 1, octet(octets, 0) >> 4);
        self.leaf(&HEADER_LENGTH, 0, 1, (octet(octets, 0) & 0x0F) * 4);
        let service = octet(octets, 1);
        self.leaf(&PRECEDENCE, 1, 2, service >> 5);
        self.leaf(&SERVICE, 1, 2, service);
        self.leaf(&TOTAL_LENGTH, 2, 4, number(octets, 2));
        self.leaf(&IDENTIFICATION, 4, 6, number(octets, 4));
        let flags = number(octets, 6);
        let at = self.at(6, 7);
        self.sink.open(&FLAGS, at, Value::Number((flags >> 13).into()));
        self.words(
            &MORE,
            6,
            7,
            match flags & MORE_FRAGMENTS {
                0 => ".......0 = Last fragment in datagram",
                _ => ".......1 = More fragments in datagram",
            },
        );
        self.words(
            &DONT,
            6,
            7,
            match flags & DONT_FRAGMENT {
                0 => "......0. = May fragment datagram if necessary",
                _ => "......1. = Cannot fragment datagram",
            },
        );
        self.sink.close(at.end);
        self.leaf(&OFFSET, 6, 8, i64::from(flags & 0x1FFF) * 8);
        self.leaf(&TIME_TO_LIVE, 8, 9, octet(octets, 8));
        self.protocol(&PROTOCOL, 9);
        self.leaf(&CHECKSUM, 10, 12, number(octets, 10));
        self.address_4(&SOURCE, 12);
        self.address_4(&DESTINATION, 16);
        if octets.len() > HEADER_4 {
            let at = self.at(HEADER_4, octets.len());
            self.sink.leaf(&OPTIONS, at, Value::Octets);
        }
    }

    fn describe_6(&mut self) {
        let octets = self.octets;
        self.leaf(&VERSION_6, 0, 1, octet(octets, 0) >> 4);
        self.leaf(&TRAFFIC_CLASS, 0, 2, number(octets, 0) >> 4 & 0xFF);
        let flow = u32::from(octet(octets, 1) & 0x0F) << 16 | u32::from(number(octets, 2));
        self.leaf(&FLOW, 1, 4, flow);
        self.leaf(&PAYLOAD_LENGTH, 4, 6, number(octets, 4));
        self.protocol(&NEXT_HEADER, 6);
        self.leaf(&HOP_LIMIT, 7, 8, octet(octets, 7));
        self.address_6(&SOURCE_6, 8);
        self.address_6(&DESTINATION_6, 24);
        if octets.len() > HEADER_6 {
            let at = self.at(HEADER_6, octets.len());
            self.sink.leaf(&EXTENSIONS, at, Value::Octets);
        }
    }
}
