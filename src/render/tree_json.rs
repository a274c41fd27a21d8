//! The frame view as JSON: one object a frame, on one line.

use std::fmt::{self, Write};

use super::decode;
use super::escape::{is_harmful, is_plain};
use super::frame::{FrameView, below, is_generated};
use super::secrets::{Hidden, MASK};
use super::time::rfc3339;
use super::value::{self, value_octets};
use crate::capture::FrameNo;
use crate::tree::{Charset, Display, Node};

/// Writes a frame as one line.
pub fn write(out: &mut impl Write, frame: &FrameView<'_>) -> fmt::Result {
    write!(out, r#"{{"type":"frame","frame":{},"time":"{}""#, frame.number, rfc3339(frame.time))?;
    if let Some(association) = frame.association {
        write!(out, r#","association":{association}"#)?;
    }
    if let Some((from, to)) = frame.ends {
        write!(out, r#","from":"{from}","to":"{to}""#)?;
    }
    out.write_str(r#","layers":["#)?;
    for (nth, (index, layer, tag)) in frame.layers().enumerate() {
        let separator = if nth > 0 { "," } else { "" };
        write!(out, r#"{separator}{{"tag":"{}","field":{},"summary":""#, tag.name(), Text(layer.field.name))?;
        frame.write_summary(&mut Inside(out), index, layer)?;
        out.write_char('"')?;
        write_place(out, frame, layer)?;
        if frame.frames(layer).nth(1).is_some() {
            out.write_str(r#","frames":"#)?;
            write_list(out, frame.frames(layer))?;
        }
        write_findings(out, frame, index)?;
        write_fields(out, frame, index)?;
        out.write_char('}')?;
    }
    out.write_str("]}\n")
}

/// The fields below a node, nested; nothing where there are none.
fn write_fields(out: &mut impl Write, frame: &FrameView<'_>, root: usize) -> fmt::Result {
    let nodes = frame.tree.nodes();
    // Where the structures end that are open, outermost first.
    let mut open = vec![below(nodes, root).end];
    let mut fields = frame.fields(root).peekable();
    if fields.peek().is_none() {
        return Ok(());
    }
    out.write_str(r#","fields":["#)?;
    while let Some((index, node)) = fields.next() {
        write_field(out, frame, index, node)?;
        let end = below(nodes, index).end;
        match fields.peek() {
            Some(&(next, _)) if next < end => {
                out.write_str(r#","fields":["#)?;
                open.push(end);
            }
            Some(&(next, _)) => {
                out.write_char('}')?;
                while open.len() > 1 && open.last().is_some_and(|&end| end <= next) {
                    open.pop();
                    out.write_str("]}")?;
                }
                out.write_char(',')?;
            }
            None => out.write_char('}')?,
        }
    }
    for _ in 1..open.len() {
        out.write_str("]}")?;
    }
    out.write_char(']')
}

/// A field without the fields inside it and the bracket at the end.
fn write_field(out: &mut impl Write, frame: &FrameView<'_>, index: usize, node: &Node) -> fmt::Result {
    write!(out, r#"{{"field":{},"label":{}"#, Text(node.field.name), Text(node.field.label))?;
    write_value(out, frame, node)?;
    let words = frame.words(node);
    if !words.is_empty() {
        write!(out, r#","summary":{}"#, Text(words))?;
    }
    if is_generated(node) {
        out.write_str(r#","generated":true"#)?;
    } else {
        write_place(out, frame, node)?;
    }
    write_findings(out, frame, index)
}

/// Where a field begins and how long it is; with the number of the frame where that is another one.
fn write_place(out: &mut impl Write, frame: &FrameView<'_>, node: &Node) -> fmt::Result {
    let place = frame.tree.place(node);
    if place.frame == FrameNo::NONE {
        return Ok(());
    }
    if place.frame != frame.number {
        write!(out, r#","frame":{}"#, place.frame)?;
    }
    write!(out, r#","offset":{},"length":{}"#, place.offset, node.at.len())
}

fn write_findings(out: &mut impl Write, frame: &FrameView<'_>, index: usize) -> fmt::Result {
    let mut rules = frame.marks.on(index).map(|mark| Text(mark.rule)).peekable();
    if rules.peek().is_none() {
        return Ok(());
    }
    out.write_str(r#","findings":"#)?;
    write_list(out, rules)
}

fn write_list(out: &mut impl Write, items: impl Iterator<Item = impl fmt::Display>) -> fmt::Result {
    out.write_char('[')?;
    for (nth, item) in items.enumerate() {
        write!(out, "{}{item}", if nth > 0 { "," } else { "" })?;
    }
    out.write_char(']')
}

/// `,"value":…` with what belongs to it; nothing for a field without a value.
fn write_value(out: &mut impl Write, frame: &FrameView<'_>, node: &Node) -> fmt::Result {
    if !value::has_value(node) {
        return Ok(());
    }
    out.write_str(r#","value":"#)?;
    if frame.secrets.hide(frame.tree, node) != Hidden::No {
        return write!(out, r#""{MASK}""#);
    }
    let octets = value_octets(frame.tree, node).bytes();
    match (node.field.display, value::number(frame.tree, node)) {
        (Display::Boolean, _) => write!(out, "{}", value::boolean(frame.tree, node)),
        (Display::Named(names), Some(number)) => {
            write!(out, "{number}")?;
            value::name(names, number).map_or(Ok(()), |name| write!(out, r#","name":{}"#, Text(name)))
        }
        (Display::Flags(_, bits), Some(number)) => {
            write!(out, r#"{number},"names":"#)?;
            write_list(out, value::flags(bits, number).map(Text))
        }
        (Display::Number | Display::PaddedNumber(_) | Display::Hex(_) | Display::Remaining, Some(number)) => {
            write!(out, "{number}")
        }
        (Display::BitString(bits), _) => {
            write!(out, "{}", Octets(octets))?;
            let Some(set) = value::bit_string(bits, octets) else { return Ok(()) };
            out.write_str(r#","names":"#)?;
            write_list(out, set.filter_map(|(_, name)| name).map(Text))
        }
        (Display::Oid, _) => {
            write!(out, "{}", Text(decode::oid(octets)))?;
            decode::oid_name(octets).map_or(Ok(()), |name| write!(out, r#","name":{}"#, Text(name)))
        }
        (Display::Text(charset), _) => write!(out, "{}", Text(decode::text(charset, octets))),
        (Display::UtcTime, _) => write_time(out, octets, decode::utc_time(octets)),
        (Display::GeneralizedTime, _) => write_time(out, octets, decode::generalized_time(octets)),
        _ => {
            write!(out, "{}", Octets(octets))?;
            value::printable(octets).map_or(Ok(()), |text| write!(out, r#","text":{}"#, Text(text)))
        }
    }
}

fn write_time(out: &mut impl Write, octets: &[u8], time: Option<impl fmt::Display>) -> fmt::Result {
    write!(out, "{}", Text(decode::text(Charset::Ascii, octets)))?;
    time.map_or(Ok(()), |time| write!(out, r#","time":{}"#, Text(time)))
}

/// How many octets become digits at a time.
const PIECE: usize = 64;
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Octets as a string of lower-case hexadecimal digits.
struct Octets<'a>(&'a [u8]);

impl fmt::Display for Octets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        // A write for each octet would be most of the work of this view.
        let mut digits = [0; 2 * PIECE];
        for piece in self.0.chunks(PIECE) {
            for (pair, octet) in digits.chunks_exact_mut(2).zip(piece) {
                pair.copy_from_slice(&[DIGITS[usize::from(octet >> 4)], DIGITS[usize::from(octet & 15)]]);
            }
            let digits = digits.get(..2 * piece.len()).unwrap_or_default();
            f.write_str(std::str::from_utf8(digits).map_err(|_| fmt::Error)?)?;
        }
        f.write_char('"')
    }
}

/// A string with its quotation marks.
struct Text<T>(T);

impl<T: fmt::Display> fmt::Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        write!(Inside(f), "{}", self.0)?;
        f.write_char('"')
    }
}

/// What is written between the quotation marks of a string. JSON's own escapes are used for all that could harm a
/// terminal, so nothing is lost on a program that reads the string.
struct Inside<'a, W>(&'a mut W);

impl<W: Write> Write for Inside<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if is_plain(text) {
            return self.0.write_str(text);
        }
        let mut written = 0;
        for (at, c) in text.char_indices() {
            if !(is_harmful(c) || matches!(c, '"' | '\\')) {
                continue;
            }
            self.0.write_str(&text[written..at])?;
            written = at + c.len_utf8();
            match c {
                '"' | '\\' => write!(self.0, "\\{c}")?,
                '\n' => self.0.write_str("\\n")?,
                '\r' => self.0.write_str("\\r")?,
                '\t' => self.0.write_str("\\t")?,
                _ => {
                    c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(self.0, "\\u{unit:04x}"))?
                }
            }
        }
        self.0.write_str(&text[written..])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::capture::{self, Piece, Place, Timestamp};
    use crate::net::Endpoint;
    use crate::render::marks::{Mark, Marks};
    use crate::render::secrets::Secrets;
    use crate::tree::{Bits, FieldDef, Names, Sink, Span, Tag, Tree, Value};

    static ISO: FieldDef = FieldDef::layer("tpkt", "RFC 1006 ISO Packet", Tag::Iso);
    static VERSION: FieldDef = FieldDef::new("tpkt.version", "Version", Display::Number);
    static RESERVED: FieldDef = FieldDef::new("tpkt.reserved", "Reserved", Display::Number);
    static TPDU: FieldDef = FieldDef::layer("cotp", "TPDU", Tag::Tpdu);
    const KINDS: Names = &[(0xe, "Connection Request")];
    static KIND: FieldDef = FieldDef::new("cotp.type", "Type", Display::Named(KINDS));
    const OPTIONS: Bits = &[(1, "no explicit flow control"), (2, "extended formats")];
    static OPTION: FieldDef = FieldDef::new("cotp.options", "Options", Display::Flags(2, OPTIONS));
    static TSAP: FieldDef = FieldDef::new("cotp.src-tsap", "Calling TSAP", Display::Selector);
    static PARAMETERS: FieldDef = FieldDef::new("cotp.parameters", "Parameters", Display::Structure);
    static NAME: FieldDef = FieldDef::new("p1.name", "Name", Display::Text(Charset::T61));
    static OID: FieldDef = FieldDef::new("p1.oid", "Context", Display::Oid);
    static PASSWORD: FieldDef =
        FieldDef::new("p1.password", "Password", Display::Text(Charset::Ascii)).secret();
    static GROUP: FieldDef = FieldDef::new("association", "Association", Display::Number);

    fn json(tree: &Tree, marks: Vec<Mark<'_>>) -> Json {
        let frame = FrameView {
            number: FrameNo(12),
            time: Timestamp(836_211_600_123_456_000),
            ends: Some((
                Endpoint { address: [10, 1, 0, 1].into(), port: 1025 },
                Endpoint { address: [10, 1, 0, 2].into(), port: 102 },
            )),
            association: Some(1),
            tree,
            marks: &Marks::new(tree, marks),
            secrets: &Secrets::masked(tree),
        };
        let mut out = String::new();
        write(&mut out, &frame).unwrap();
        assert_eq!(out.matches('\n').count(), 1, "one line");
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    }

    #[test]
    fn a_frame_is_an_object_of_layers_and_fields() {
        let pieces = [
            Piece { start: 0, frame: FrameNo(10), offset: 57 },
            Piece { start: 1, frame: FrameNo(12), offset: 54 },
        ];
        let mut tree = Tree::new();
        tree.source(capture::Octets::new(b"\x03\x11\xe0\x05\x00\x01", &pieces, 0));
        tree.open(&ISO, Span::new(0, 6), Value::Octets);
        tree.text(format_args!("RFC 1006 ISO Packet, ver: 3, Len: 4"));
        tree.leaf(&VERSION, Span::new(0, 1), Value::Octets);
        tree.leaf(&RESERVED, Span::new(1, 2), Value::Octets);
        tree.open(&TPDU, Span::new(2, 6), Value::Octets);
        tree.leaf(&KIND, Span::new(2, 3), Value::Number(14));
        tree.open(&PARAMETERS, Span::new(3, 6), Value::Octets);
        tree.leaf(&OPTION, Span::new(3, 4), Value::Octets);
        tree.leaf(&TSAP, Span::new(4, 6), Value::Octets);
        tree.close(6);
        tree.leaf(&GROUP, Span::new(6, 6), Value::Number(1));
        tree.close(6);
        tree.close(6);
        let mark = Mark {
            place: Place { frame: FrameNo(12), offset: 54 },
            length: 1,
            field: "tpkt.reserved",
            rule: "tpkt-reserved-nonzero",
            text: "must be 0",
        };
        assert_eq!(
            json(&tree, vec![mark]),
            json!({
                "type": "frame", "frame": 12, "time": "1996-07-01T09:00:00.123456000Z", "association": 1,
                "from": "10.1.0.1:1025", "to": "10.1.0.2:102",
                "layers": [
                    {
                        "tag": "ISO", "field": "tpkt", "summary": "RFC 1006 ISO Packet, ver: 3, Len: 4",
                        "frame": 10, "offset": 57, "length": 6, "frames": [10, 12],
                        "fields": [
                            {"field": "tpkt.version", "label": "Version", "value": 3, "frame": 10, "offset": 57, "length": 1},
                            {"field": "tpkt.reserved", "label": "Reserved", "value": 17, "offset": 54, "length": 1,
                             "findings": ["tpkt-reserved-nonzero"]},
                        ],
                    },
                    {
                        "tag": "TPDU", "field": "cotp", "summary": "TPDU", "offset": 55, "length": 4,
                        "fields": [
                            {"field": "cotp.type", "label": "Type", "value": 14, "name": "Connection Request",
                             "offset": 55, "length": 1},
                            {"field": "cotp.parameters", "label": "Parameters", "offset": 56, "length": 3, "fields": [
                                {"field": "cotp.options", "label": "Options", "value": 5,
                                 "names": ["no explicit flow control"], "offset": 56, "length": 1},
                                {"field": "cotp.src-tsap", "label": "Calling TSAP", "value": "0001",
                                 "offset": 57, "length": 2},
                            ]},
                            {"field": "association", "label": "Association", "value": 1, "generated": true},
                        ],
                    },
                ],
            })
        );
    }

    #[test]
    fn octets_of_any_number_have_two_digits_each() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let octets: Vec<u8> = (0..length).map(|n| (n * 7) as u8).collect();
            let digits: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
            assert_eq!(Octets(&octets).to_string(), format!("\"{digits}\""));
        }
    }

    #[test]
    fn strings_come_back_as_they_were_sent_and_cannot_harm_a_terminal() {
        let mut tree = Tree::new();
        tree.source(capture::Octets::new(b"a\x07\"\\\x9b\n\x56\x00\x01\x06key", &[], 0));
        tree.open(&TPDU, Span::new(0, 13), Value::Octets);
        tree.leaf(&NAME, Span::new(0, 6), Value::Octets);
        tree.leaf(&OID, Span::new(6, 10), Value::Octets);
        tree.leaf(&PASSWORD, Span::new(10, 13), Value::Octets);
        tree.close(13);
        let json = json(&tree, vec![]);
        let fields = &json["layers"][0]["fields"];
        assert_eq!(fields[0]["value"], "a\x07\"\\\u{9b}\n");
        assert_eq!(fields[1]["value"], "2.6.0.1.6");
        assert_eq!(fields[2]["value"], MASK);
        assert_eq!(Text("\u{9b}\u{e0041}").to_string(), r#""\u009b\udb40\udc41""#);
    }
}
