//! The Transmission Control Protocol: RFC 9293.

use std::fmt::{self, Write as _};

use etherparse::{TcpOptionElement, TcpOptionsIterator};

use crate::net::{Flags, Layer, Packet, Segment};
use crate::tree::{Cause, Damage, DamageKind, Digits as _, Display, FieldDef, Sink, Span, Tag, Value};

static ROOT: FieldDef = FieldDef::layer("tcp", "Transmission Control Protocol", Tag::Tcp);
static SOURCE: FieldDef = FieldDef::new("tcp.srcport", "Source Port", Display::Number);
static DESTINATION: FieldDef = FieldDef::new("tcp.dstport", "Destination Port", Display::Number);
static SEQUENCE: FieldDef = FieldDef::new("tcp.seq", "Sequence Number", Display::Number);
static ACKNOWLEDGEMENT: FieldDef = FieldDef::new("tcp.ack", "Acknowledgement Number", Display::Number);
static DATA_OFFSET: FieldDef = FieldDef::new("tcp.hdr_len", "Data Offset", Display::Number);
static FLAGS: FieldDef = FieldDef::new("tcp.flags", "Flags", Display::Prose);
static URG: FieldDef = FieldDef::new("tcp.flags.urg", "", Display::Prose);
static ACK: FieldDef = FieldDef::new("tcp.flags.ack", "", Display::Prose);
static PSH: FieldDef = FieldDef::new("tcp.flags.push", "", Display::Prose);
static RST: FieldDef = FieldDef::new("tcp.flags.reset", "", Display::Prose);
static SYN: FieldDef = FieldDef::new("tcp.flags.syn", "", Display::Prose);
static FIN: FieldDef = FieldDef::new("tcp.flags.fin", "", Display::Prose);
static WINDOW: FieldDef = FieldDef::new("tcp.window_size_value", "Window", Display::Number);
static CHECKSUM: FieldDef = FieldDef::new("tcp.checksum", "Checksum", Display::Hex(4));
static URGENT: FieldDef = FieldDef::new("tcp.urgent_pointer", "Urgent Pointer", Display::Number);
static OPTIONS: FieldDef = FieldDef::new("tcp.options", "Options", Display::Prose);

/// A flag: its field, the letter in the summary, and Network Monitor's words for set and clear.
type FlagRow = (Flags, &'static FieldDef, char, &'static str, &'static str);

const FLAG_ROWS: [FlagRow; 6] = [
    (Flags::URG, &URG, 'U', "..1..... = Urgent pointer field significant", "..0..... = No urgent data"),
    (
        Flags::ACK,
        &ACK,
        'A',
        "...1.... = Acknowledgement field significant",
        "...0.... = Acknowledgement field not significant",
    ),
    (Flags::PSH, &PSH, 'P', "....1... = Push function", "....0... = No Push function"),
    (Flags::RST, &RST, 'R', ".....1.. = Reset the connection", ".....0.. = No Reset"),
    (Flags::SYN, &SYN, 'S', "......1. = Synchronize sequence numbers", "......0. = No Synchronize"),
    (Flags::FIN, &FIN, 'F', ".......1 = No more data from sender", ".......0 = No Fin"),
];

/// Length of the header without options.
const HEADER: usize = 20;

/// The flags as `.AP...`.
fn write_letters(out: &mut String, flags: Flags) -> fmt::Result {
    FLAG_ROWS
        .iter()
        .try_for_each(|(flag, _, letter, ..)| out.write_char(if flags.has(*flag) { *letter } else { '.' }))
}

/// The summary line.
fn write_summary(out: &mut String, segment: &Segment<'_>) -> fmt::Result {
    let length = (segment.payload.len() as u32).saturating_add(segment.cut);
    write_letters(out, segment.flags)?;
    out.write_str(", len:")?;
    out.column(length.into(), 5)?;
    out.write_str(", seq:")?;
    out.column(segment.sequence.into(), 10)?;
    out.write_char('-')?;
    out.decimal(segment.sequence.wrapping_add(length.saturating_sub(1)).into())?;
    out.write_str(", ack:")?;
    out.column(segment.acknowledgement.into(), 10)?;
    out.write_str(", win:")?;
    out.column(segment.window.into(), 5)?;
    out.write_str(", src:")?;
    out.column(segment.from.port.into(), 5)?;
    out.write_str("  dst:")?;
    out.column(segment.to.port.into(), 5)
}

/// The options in a row, briefly.
struct Options<'a>(&'a [u8]);

impl fmt::Display for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for option in TcpOptionsIterator::from_slice(self.0) {
            if matches!(option, Ok(TcpOptionElement::Noop)) {
                continue;
            }
            f.write_str(separator)?;
            separator = ", ";
            match option {
                Ok(TcpOptionElement::MaximumSegmentSize(size)) => write!(f, "maximum segment size {size}")?,
                Ok(TcpOptionElement::WindowScale(shift)) => write!(f, "window scale {shift}")?,
                Ok(TcpOptionElement::SelectiveAcknowledgementPermitted) => {
                    f.write_str("selective acknowledgement permitted")?;
                }
                Ok(TcpOptionElement::SelectiveAcknowledgement(first, rest)) => {
                    write!(f, "received {}-{}", first.0, first.1)?;
                    for (from, to) in rest.into_iter().flatten() {
                        write!(f, " {from}-{to}")?;
                    }
                }
                Ok(TcpOptionElement::Timestamp(value, echo)) => write!(f, "timestamp {value} echo {echo}")?,
                Ok(TcpOptionElement::Noop) => {}
                Err(_) => f.write_str("others")?,
            }
        }
        Ok(())
    }
}

/// Describes the TCP layer of a frame whose octets are the sink's source, which it is again afterwards. The header of
/// a datagram that was put together from fragments lies in a source of its own.
pub fn describe<S: Sink>(packet: &Packet<'_>, fields: bool, sink: &mut S) {
    let before = packet.datagram.map(|datagram| sink.source(datagram));
    describe_here(packet, fields, sink);
    if let Some(before) = before {
        sink.resume(before);
    }
}

fn describe_here<S: Sink>(packet: &Packet<'_>, fields: bool, sink: &mut S) {
    let source = packet.datagram.unwrap_or(packet.frame).bytes();
    let broken = packet.broken.filter(|broken| broken.layer == Layer::Tcp).map(|broken| {
        let kind = if broken.cut { DamageKind::Truncated } else { DamageKind::InvalidValue };
        let cause = if broken.cut { Cause::Cut } else { Cause::Wrong };
        (kind, cause)
    });
    let (Some(tcp), Some(segment)) = (packet.tcp, &packet.segment) else {
        if let (Some((kind, cause)), Some(ip)) = (broken, packet.ip) {
            let start = if packet.datagram.is_some() { 0 } else { (ip.at + ip.header) as usize };
            let at = Span::new(start, source.len());
            sink.open(&ROOT, at, Value::Octets);
            sink.text(format_args!("header incomplete"));
            sink.damage(Damage { kind, cause, field: &ROOT, at });
            sink.close(at.end);
        }
        return;
    };
    let start = tcp.at as usize;
    let end = start + tcp.header as usize;
    sink.open(&ROOT, Span::new(start, end), Value::Octets);
    sink.words(|out| write_summary(out, segment));
    if let Some((kind, cause)) = broken {
        sink.damage(Damage { kind, cause, field: &ROOT, at: Span::new(start, end) });
    }
    if fields {
        describe_fields(source.get(start..end).unwrap_or_default(), start, segment, sink);
    }
    sink.close(end as u32);
}

/// Describes the fields of a header that begins at `start` in the source.
fn describe_fields<S: Sink>(octets: &[u8], start: usize, segment: &Segment<'_>, sink: &mut S) {
    let at = |from: usize, to: usize| Span::new(start + from, start + to);
    let number = |from: usize| -> Value {
        let octets = octets.get(from..).and_then(|octets| octets.first_chunk());
        Value::Number(octets.map_or(0, |octets| u16::from_be_bytes(*octets)).into())
    };
    sink.leaf(&SOURCE, at(0, 2), Value::Number(segment.from.port.into()));
    sink.leaf(&DESTINATION, at(2, 4), Value::Number(segment.to.port.into()));
    sink.leaf(&SEQUENCE, at(4, 8), Value::Number(segment.sequence.into()));
    sink.leaf(&ACKNOWLEDGEMENT, at(8, 12), Value::Number(segment.acknowledgement.into()));
    let data_offset = octets.get(12).map_or(0, |octet| (octet >> 4) * 4);
    sink.leaf(&DATA_OFFSET, at(12, 13), Value::Number(data_offset.into()));
    sink.open(&FLAGS, at(13, 14), Value::Number(segment.flags.0.into()));
    sink.words(|out| {
        out.write_str("0x")?;
        out.hexadecimal(segment.flags.0.into(), 2)?;
        out.write_str(" : ")?;
        write_letters(out, segment.flags)
    });
    for (flag, field, _, set, clear) in FLAG_ROWS {
        let is_set = segment.flags.has(flag);
        sink.leaf(field, at(13, 14), Value::Number(is_set.into()));
        sink.words(|out| out.write_str(if is_set { set } else { clear }));
    }
    sink.close((start + 14) as u32);
    sink.leaf(&WINDOW, at(14, 16), Value::Number(segment.window.into()));
    sink.leaf(&CHECKSUM, at(16, 18), number(16));
    sink.leaf(&URGENT, at(18, 20), number(18));
    if let Some(options) = octets.get(HEADER..).filter(|options| !options.is_empty()) {
        sink.leaf(&OPTIONS, at(HEADER, HEADER + options.len()), Value::Octets);
        sink.text(format_args!("{}", Options(options)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Frame, FrameNo, LinkType, Timestamp};
    use crate::layers::{frame, ip, link};
    use crate::net::Reader;
    use crate::tree::Tree;

    /// The frame of Q157015.
    const CONNECTION_REQUEST: [u8; 72] = [
        0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x45, 0x00, 0x00,
        0x3A, 0xC6, 0xB5, 0x40, 0x00, 0x80, 0x06, 0x12, 0xE8, 0xC7, 0xC7, 0xC7, 0xC7, 0xC8, 0xC8, 0xC8, 0xC8,
        0x08, 0x89, 0x00, 0x66, 0x05, 0x8D, 0x5C, 0x0B, 0x1E, 0x51, 0x6B, 0x59, 0x50, 0x18, 0x22, 0x38, 0xA3,
        0x21, 0x00, 0x00, 0x03, 0x00, 0x00, 0x12, 0x0D, 0xE0, 0x00, 0x00, 0x00, 0x45, 0x00, 0xC0, 0x01, 0x0B,
        0xC2, 0x02, 0x00, 0x0A,
    ];

    /// The words of all fields of the four lower layers, each behind its depth and name; numbers where there are no
    /// words.
    fn lines(octets: &[u8], original_length: u32) -> Vec<String> {
        let frame = Frame {
            number: FrameNo(3),
            time: Timestamp(829_137_189_000_001_000),
            link: LinkType(1),
            octets,
            original_length,
        };
        let mut reader = Reader::new();
        let packet = reader.read(&frame);
        let mut tree = Tree::new();
        tree.source(packet.frame);
        frame::describe(&frame, Some(Timestamp(829_137_188_500_000_000)), &packet, true, &mut tree);
        link::describe(&packet, original_length, true, &mut tree);
        ip::describe(&packet, true, &mut tree);
        describe(&packet, true, &mut tree);
        let words = |node| match (tree.words(node), node.value) {
            ("", Value::Number(number)) => number.to_string(),
            (words, _) => words.to_owned(),
        };
        let nodes = tree.nodes().iter();
        nodes.map(|node| format!("{} {}: {}", node.depth, node.field.name, words(node))).collect()
    }

    #[test]
    fn the_summary_lines_are_those_of_network_monitor() {
        let lines = lines(&CONNECTION_REQUEST, 72);
        let summaries: Vec<_> = lines.iter().filter(|line| line.starts_with('0')).collect();
        assert_eq!(
            summaries,
            [
                "0 frame: Base frame properties",
                "0 eth: ETYPE = 0x0800 : Protocol = IP:  DOD Internet Protocol",
                "0 ip: ID = 0xC6B5; Proto = TCP; Len: 58",
                "0 tcp: .AP..., len:   18, seq:  93150219-93150236, ack: 508652377, win: 8760, src: 2185  dst:  102",
            ]
        );
    }

    #[test]
    fn the_fields_stand_below_their_layer() {
        let lines = lines(&CONNECTION_REQUEST, 72);
        let fields: Vec<_> = lines.iter().filter(|line| !line.starts_with('0')).collect();
        assert_eq!(
            fields,
            [
                "1 frame.time: 1996-04-10T11:53:09.000001000Z",
                "1 frame.time_delta: 0.500001000 s",
                "1 frame.number: 3",
                "1 frame.len: 72",
                "1 frame.cap_len: 72",
                "1 eth.dst: 020000000002",
                "1 eth.src: 020000000001",
                "1 eth.frame_len: 72",
                "1 eth.type: 0x0800",
                "1 ip.version: 4",
                "1 ip.hdr_len: 20",
                "1 ip.tos.precedence: 0",
                "1 ip.tos: 0",
                "1 ip.len: 58",
                "1 ip.id: 50869",
                "1 ip.flags: 2",
                "2 ip.flags.mf: .......0 = Last fragment in datagram",
                "2 ip.flags.df: ......1. = Cannot fragment datagram",
                "1 ip.frag_offset: 0",
                "1 ip.ttl: 128",
                "1 ip.proto: TCP (6)",
                "1 ip.checksum: 4840",
                "1 ip.src: 199.199.199.199",
                "1 ip.dst: 200.200.200.200",
                "1 tcp.srcport: 2185",
                "1 tcp.dstport: 102",
                "1 tcp.seq: 93150219",
                "1 tcp.ack: 508652377",
                "1 tcp.hdr_len: 20",
                "1 tcp.flags: 0x18 : .AP...",
                "2 tcp.flags.urg: ..0..... = No urgent data",
                "2 tcp.flags.ack: ...1.... = Acknowledgement field significant",
                "2 tcp.flags.push: ....1... = Push function",
                "2 tcp.flags.reset: .....0.. = No Reset",
                "2 tcp.flags.syn: ......0. = No Synchronize",
                "2 tcp.flags.fin: .......0 = No Fin",
                "1 tcp.window_size_value: 8760",
                "1 tcp.checksum: 41761",
                "1 tcp.urgent_pointer: 0",
            ]
        );
    }

    #[test]
    fn a_cut_frame_says_so_and_counts_what_was_sent() {
        let lines = lines(&CONNECTION_REQUEST[..60], 72);
        assert_eq!(
            lines[0],
            "0 frame: Base frame properties, cut by the snap length: 12 octets were not captured"
        );
        assert!(
            lines.iter().any(|line| line.starts_with("0 tcp: .AP..., len:   18, seq:  93150219-93150236,"))
        );
    }

    #[test]
    fn options_are_told_briefly() {
        let octets = [2, 4, 5, 0xB4, 1, 3, 3, 7, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 0];
        assert_eq!(
            Options(&octets).to_string(),
            "maximum segment size 1460, window scale 7, selective acknowledgement permitted, timestamp 1 echo 2"
        );
        assert_eq!(Options(&[99, 40, 1]).to_string(), "others");
    }

    proptest::proptest! {
        #[test]
        fn any_octets_are_described_without_panic(
            octets in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..100),
            damage in proptest::collection::vec((0_usize..72, proptest::prelude::any::<u8>()), 0..6),
            length in proptest::prelude::any::<u32>(),
            cut in 0_usize..73,
        ) {
            lines(&octets, length);
            let mut frame = CONNECTION_REQUEST;
            for (at, octet) in damage {
                frame[at] = octet;
            }
            lines(&frame[..cut], length);
        }
    }
}
