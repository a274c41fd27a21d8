//! The frame view as Network Monitor printed it (Q157015): one line a field, every line with its layer's tag.

use std::fmt::{self, Write};

use super::escape::escape;
use super::frame::{FrameView, is_generated};
use super::time::Clock;
use super::value;
use crate::tree::{Digits as _, Node, Tag};

/// How far the fields of a structure stand to the right of it.
const INDENT: usize = 3;

/// How many frames the line of a layer lists. A message may come in thousands; JSON has them all.
const FRAMES_LISTED: usize = 64;

/// Writes a frame: its header line, then its layers. Of the layers up to TCP only the first line is shown, and the
/// fields that findings are about, unless `expand_all`.
pub fn write(out: &mut impl Write, frame: &FrameView<'_>, clock: &Clock, expand_all: bool) -> fmt::Result {
    write_header(out, frame, clock)?;
    for (index, layer, tag) in frame.layers() {
        out.write_str(tag.name())?;
        out.write_str(": ")?;
        frame.write_summary(out, index, layer)?;
        write_frames(out, frame, layer)?;
        write_marks(out, frame, index)?;
        let folded = tag <= Tag::Tcp && !expand_all;
        if folded && frame.marks.is_empty() {
            continue;
        }
        for (index, node) in frame.fields(index) {
            if !folded || frame.marks.on(index).next().is_some() {
                let depth = usize::from(node.depth.saturating_sub(layer.depth));
                out.blanks(INDENT * depth)?;
                out.write_str(tag.name())?;
                out.write_str(": ")?;
                write_field(out, frame, node)?;
                write_marks(out, frame, index)?;
            }
        }
    }
    Ok(())
}

/// `Frame 12  1996-07-01T09:00:00.123456Z  10.1.0.1:1025 > 10.1.0.2:102  A1`
fn write_header(out: &mut impl Write, frame: &FrameView<'_>, clock: &Clock) -> fmt::Result {
    out.write_str("Frame ")?;
    out.decimal(frame.number.0)?;
    out.write_str("  ")?;
    clock.show(frame.time).write(out)?;
    if let Some((from, to)) = frame.ends {
        out.write_str("  ")?;
        out.endpoint(from.address, from.port)?;
        out.write_str(" > ")?;
        out.endpoint(to.address, to.port)?;
    }
    if let Some(association) = frame.association {
        out.write_str("  A")?;
        out.decimal(association)?;
    }
    out.write_char('\n')
}

/// ` [reassembled from frames 12, 14, 19]`, where there are several.
fn write_frames(out: &mut impl Write, frame: &FrameView<'_>, layer: &Node) -> fmt::Result {
    let count = frame.frames(layer).count();
    if count < 2 {
        return Ok(());
    }
    let mut separator = " [reassembled from frames ";
    for number in frame.frames(layer).take(FRAMES_LISTED) {
        out.write_str(separator)?;
        out.decimal(number.0)?;
        separator = ", ";
    }
    if count > FRAMES_LISTED {
        write!(out, ", … {count} in all")?;
    }
    out.write_char(']')
}

/// Label, value and words of a field; in brackets where this tool made it up.
fn write_field(out: &mut impl Write, frame: &FrameView<'_>, node: &Node) -> fmt::Result {
    let generated = is_generated(node);
    if generated {
        out.write_char('[')?;
    }
    let (label, words) = (node.field.label, frame.words(node));
    out.write_str(label)?;
    let mut separator = ": ";
    if value::has_value(node) {
        out.write_str(" = ")?;
        value::write(out, frame.tree, node, frame.secrets)?;
        separator = " : ";
    } else if label.is_empty() {
        separator = "";
    }
    if !words.is_empty() {
        out.write_str(separator)?;
        escape(words).write(out)?;
    }
    if generated { out.write_char(']') } else { Ok(()) }
}

/// What findings say, and the end of the line.
fn write_marks(out: &mut impl Write, frame: &FrameView<'_>, index: usize) -> fmt::Result {
    if frame.marks.is_empty() {
        return out.write_char('\n');
    }
    for mark in frame.marks.on(index) {
        write!(out, "  <=== {}: {}", escape(mark.rule), escape(mark.text))?;
    }
    out.write_char('\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{FrameNo, Octets, Piece, Place, Timestamp};
    use crate::net::Endpoint;
    use crate::render::marks::{Mark, Marks};
    use crate::render::secrets::Secrets;
    use crate::tree::{Charset, Display, FieldDef, Names, Sink, Span, Tree, Value};

    static ETHERNET: FieldDef = FieldDef::layer("eth", "Ethernet", Tag::Ethernet);
    static ETYPE: FieldDef = FieldDef::new("eth.type", "Ethernet Type", Display::PaddedNumber(4));
    static ISO: FieldDef = FieldDef::layer("tpkt", "RFC 1006 ISO Packet", Tag::Iso);
    static VERSION: FieldDef = FieldDef::new("tpkt.version", "Version", Display::Number);
    static RESERVED: FieldDef = FieldDef::new("tpkt.reserved", "Reserved", Display::Number);
    static LENGTH: FieldDef = FieldDef::new("tpkt.length", "Length", Display::Number);
    static DATA: FieldDef =
        FieldDef::new("tpkt.data", "Data: Number of data bytes remaining", Display::Remaining);
    static TPDU: FieldDef = FieldDef::layer("cotp", "TPDU", Tag::Tpdu);
    static CLASS: FieldDef = FieldDef::new("cotp.class", "Class", Display::Number);
    static P1: FieldDef = FieldDef::layer("p1", "Message Transfer", Tag::P1);
    static ENVELOPE: FieldDef = FieldDef::new("p1.envelope", "Envelope", Display::Structure);
    static NAME: FieldDef =
        FieldDef { summary: true, ..FieldDef::new("p1.name", "Originator", Display::Text(Charset::T61)) };
    static PRIORITY: FieldDef =
        FieldDef { summary: true, ..FieldDef::new("p1.priority", "Priority", Display::Named(PRIORITIES)) };
    const PRIORITIES: Names = &[(0, "normal"), (1, "non-urgent"), (2, "urgent")];
    static NOTE: FieldDef = FieldDef::new("x.note", "", Display::Prose);

    fn end(address: [u8; 4], port: u16) -> Endpoint {
        Endpoint { address: address.into(), port }
    }

    fn text(tree: &Tree, marks: Vec<Mark<'_>>, expand_all: bool) -> String {
        let frame = FrameView {
            number: FrameNo(12),
            time: Timestamp(836_211_600_123_456_000),
            ends: Some((end([10, 1, 0, 1], 1025), end([10, 1, 0, 2], 102))),
            association: Some(1),
            tree,
            marks: &Marks::new(tree, marks),
            secrets: &Secrets::masked(tree),
        };
        let mut out = String::new();
        write(&mut out, &frame, &Clock::default(), expand_all).unwrap();
        out
    }

    /// The frame of KB Q157015 from Ethernet on, as far as the article prints it: a CR in a packet of 18 octets.
    fn q157015(reserved: u8) -> Tree {
        let mut octets = vec![0; 54];
        octets.extend([3, reserved, 0, 18, 13, 0xe0, 0, 0, 0, 1, 0, 0xc0, 1, 0x0b, 0xc1, 0, 0xc2, 0]);
        let mut tree = Tree::new();
        tree.source(Octets::new(&octets, &[Piece { start: 0, frame: FrameNo(12), offset: 0 }], 0));
        let layer = |tree: &mut Tree, field, words: &str, end: usize| {
            tree.open(field, Span::new(0, end), Value::Octets);
            tree.text(format_args!("{words}"));
        };
        static FRAME: FieldDef = FieldDef::layer("frame", "Frame", Tag::Frame);
        static IP: FieldDef = FieldDef::layer("ip", "IP", Tag::Ip);
        static TCP: FieldDef = FieldDef::layer("tcp", "TCP", Tag::Tcp);
        layer(&mut tree, &FRAME, "Base frame properties", 72);
        tree.close(72);
        layer(&mut tree, &ETHERNET, "ETYPE = 0x0800 : Protocol = IP:  DOD Internet Protocol", 14);
        tree.leaf(&ETYPE, Span::new(12, 14), Value::Number(0x800));
        tree.close(14);
        layer(&mut tree, &IP, "ID = 0xC6B5; Proto = TCP; Len: 58", 34);
        tree.close(34);
        layer(
            &mut tree,
            &TCP,
            ".AP..., len:   18, seq:  93150219-93150236, ack: 508652377, win: 8760, src: 2185  dst:  102",
            54,
        );
        tree.close(54);
        tree.open(&ISO, Span::new(54, 72), Value::Octets);
        tree.text(format_args!("RFC 1006 ISO Packet, ver: 3, Len: 4"));
        tree.leaf(&VERSION, Span::new(54, 55), Value::Octets);
        tree.leaf(&RESERVED, Span::new(55, 56), Value::Octets);
        tree.leaf(&LENGTH, Span::new(56, 58), Value::Octets);
        tree.leaf(&DATA, Span::new(58, 72), Value::Octets);
        tree.close(72);
        tree.open(&TPDU, Span::new(58, 72), Value::Octets);
        tree.text(format_args!("Type: Connection Request, Len: 14"));
        tree.close(72);
        tree
    }

    #[test]
    fn the_frame_of_q157015_is_printed_to_the_letter() {
        assert_eq!(
            text(&q157015(0), vec![], false),
            "\
Frame 12  1996-07-01T09:00:00.123456Z  10.1.0.1:1025 > 10.1.0.2:102  A1
FRAME: Base frame properties
ETHERNET: ETYPE = 0x0800 : Protocol = IP:  DOD Internet Protocol
IP: ID = 0xC6B5; Proto = TCP; Len: 58
TCP: .AP..., len:   18, seq:  93150219-93150236, ack: 508652377, win: 8760, src: 2185  dst:  102
ISO: RFC 1006 ISO Packet, ver: 3, Len: 4
   ISO: Version = 3 (0x3)
   ISO: Reserved = 0 (0x0)
   ISO: Length = 18 (0x12)
   ISO: Data: Number of data bytes remaining = 14 (0x000E)
TPDU: Type: Connection Request, Len: 14
"
        );
    }

    #[test]
    fn a_finding_is_shown_on_its_field() {
        let place = Place { frame: FrameNo(12), offset: 55 };
        let mark = Mark {
            place,
            length: 1,
            field: "tpkt.reserved",
            rule: "tpkt-reserved-nonzero",
            text: "must be 0",
        };
        let text = text(&q157015(0x11), vec![mark], false);
        assert!(
            text.contains("\n   ISO: Reserved = 17 (0x11)  <=== tpkt-reserved-nonzero: must be 0\n"),
            "{text}"
        );
    }

    #[test]
    fn the_lower_layers_open_on_request_or_for_a_finding() {
        let opened = "\n   ETHERNET: Ethernet Type = 2048 (0x0800)";
        assert!(!text(&q157015(0), vec![], false).contains(opened));
        assert!(text(&q157015(0), vec![], true).contains(opened));
        let place = Place { frame: FrameNo(12), offset: 12 };
        let mark = Mark { place, length: 2, field: "eth.type", rule: "a-rule", text: "words" };
        assert!(text(&q157015(0), vec![mark], false).contains(&format!("{opened}  <=== a-rule: words\n")));
    }

    #[test]
    fn layers_inside_layers_stand_behind_them_in_reading_order() {
        let pieces = [
            Piece { start: 0, frame: FrameNo(10), offset: 58 },
            Piece { start: 2, frame: FrameNo(12), offset: 54 },
        ];
        let mut tree = Tree::new();
        let before = tree.source(Octets::new(b"a\x07\x02x", &pieces, 0));
        tree.open(&TPDU, Span::new(2, 4), Value::Octets);
        tree.open(&P1, Span::new(0, 4), Value::Octets);
        tree.open(&ENVELOPE, Span::new(0, 3), Value::Octets);
        tree.text(format_args!("with a\nbreak"));
        tree.leaf(&NAME, Span::new(0, 2), Value::Octets);
        tree.leaf(&PRIORITY, Span::new(2, 3), Value::Octets);
        tree.open(&ISO, Span::new(3, 4), Value::Octets);
        tree.leaf(&VERSION, Span::new(3, 4), Value::Octets);
        tree.close(4);
        tree.close(4);
        tree.leaf(&LENGTH, Span::new(0, 0), Value::Number(7));
        tree.close(4);
        tree.leaf(&CLASS, Span::new(3, 4), Value::Number(0));
        tree.text(format_args!("as RFC 1006 asks"));
        tree.leaf(&NOTE, Span::new(4, 4), Value::Octets);
        tree.text(format_args!("[the capture ends here]"));
        tree.close(4);
        tree.resume(before);
        assert_eq!(
            text(&tree, vec![], false).split_once('\n').unwrap().1,
            r#"TPDU: TPDU
   TPDU: Class = 0 (0x0) : as RFC 1006 asks
   TPDU: [the capture ends here]
P1: Message Transfer, Originator: "a\x07", Priority: urgent (2) [reassembled from frames 10, 12]
   P1: Envelope: with a\nbreak
      P1: Originator = "a\x07"
      P1: Priority = urgent (2)
   P1: [Length = 7 (0x7)]
ISO: RFC 1006 ISO Packet
   ISO: Version = 120 (0x78)
"#
        );
    }
}
