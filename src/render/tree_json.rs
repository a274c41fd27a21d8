//! The frame view as JSON: one object a frame, on one line.

use std::fmt::{self, Write};

use super::decode;
use super::escape::{is_harmful, replace};
use super::frame::{FrameView, is_generated};
use super::secrets::{Hidden, MASK};
use super::time::rfc3339;
use super::value::{self, decimal, value_octets};
use crate::capture::FrameNo;
use crate::net::Endpoint;
use crate::tree::{Charset, Digits as _, Display, Field, FieldDef, Node, Value};

/// The objects of fields as far as they were written before. Definitions that share a place take it from each other.
#[derive(Debug)]
pub struct Objects(Vec<Object>);

impl Default for Objects {
    fn default() -> Objects {
        Objects((0..Objects::MOST).map(|_| Object::default()).collect())
    }
}

impl Objects {
    /// For how many definitions there is a place: most of those of a layer lie side by side in memory.
    const MOST: usize = 1024;

    fn of(&mut self, field: Field) -> &mut Object {
        // A definition lives as long as the program, so that no other one is ever found in its place.
        let address = std::ptr::from_ref(field).addr();
        let object = &mut self.0[address / size_of::<FieldDef>() % Objects::MOST];
        if object.field != address {
            *object = Object { field: address, ..Object::default() };
            // Writing to a String does not fail.
            let _ = write_head(&mut object.head, field);
        }
        object
    }
}

/// The object of a field, without the fields inside it and the bracket at the end.
#[derive(Debug, Default)]
struct Object {
    /// The address of the definition.
    field: usize,
    /// What it begins with, `{"field":"tpkt.length","label":"Length"`: it is half of all text.
    head: String,
    /// What the one said that was written last, and its text. Most fields of the lower layers say the same in every
    /// frame of a connection.
    said: Option<Said>,
    words: String,
    text: String,
}

/// What the object of a field says besides its words, where it shows none of the octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Said {
    value: Value,
    leaf: bool,
    offset: u32,
    length: usize,
}

impl Object {
    /// Writes the object of a node.
    fn write(
        &mut self,
        out: &mut impl Write,
        frame: &FrameView<'_>,
        index: usize,
        node: &Node,
    ) -> fmt::Result {
        let (place, words) = (frame.tree.place(node), frame.tree.words(node));
        let said = Said { value: node.value, leaf: node.leaf, offset: place.offset, length: node.at.len() };
        // In few frames findings or secrets have a say.
        let is_all = place.frame == frame.number && frame.marks.is_empty() && !frame.secrets.hide_some();
        if is_all && self.said == Some(said) && is_same(words, &self.words) {
            return out.write_str(&self.text);
        }
        if !is_all || value::is_of_octets(node) || node.field.secret {
            out.write_str(&self.head)?;
            return write_field(out, frame, index, node);
        }
        self.text.clear();
        self.text.push_str(&self.head);
        write_field(&mut self.text, frame, index, node)?;
        self.said = Some(said);
        self.words.clear();
        self.words.push_str(words);
        out.write_str(&self.text)
    }
}

/// Whether two texts are the same. Most are empty, and some processors take long to compare nothing at no address.
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && (one.is_empty() || one == other)
}

fn write_head(out: &mut String, field: Field) -> fmt::Result {
    out.write_str(r#"{"field":"#)?;
    write_text(out, field.name)?;
    out.write_str(r#","label":"#)?;
    write_text(out, field.label)
}

/// Writes a frame as one line.
pub fn write(out: &mut impl Write, frame: &FrameView<'_>, objects: &mut Objects) -> fmt::Result {
    out.write_str(r#"{"type":"frame","frame":"#)?;
    out.decimal(frame.number.0)?;
    out.write_str(r#","time":""#)?;
    rfc3339(frame.time).write(out)?;
    out.write_char('"')?;
    if let Some(association) = frame.association {
        out.write_str(r#","association":"#)?;
        out.decimal(association)?;
    }
    if let Some((from, to)) = frame.ends {
        write_end(out, r#","from":""#, from)?;
        write_end(out, r#","to":""#, to)?;
    }
    out.write_str(r#","layers":["#)?;
    let mut summary = String::with_capacity(256);
    for (nth, (index, layer, tag)) in frame.layers().enumerate() {
        out.write_str(if nth > 0 { r#",{"tag":""# } else { r#"{"tag":""# })?;
        out.write_str(tag.name())?;
        out.write_str(r#"","field":"#)?;
        write_text(out, layer.field.name)?;
        out.write_str(r#","summary":"#)?;
        summary.clear();
        frame.write_summary(&mut summary, index, layer)?;
        write_text(out, &summary)?;
        write_place(out, frame, layer)?;
        if frame.frames(layer).nth(1).is_some() {
            out.write_str(r#","frames":"#)?;
            write_list(out, frame.frames(layer), |out, frame| out.decimal(frame.0))?;
        }
        write_findings(out, frame, index)?;
        write_fields(out, frame, index, objects)?;
        out.write_char('}')?;
    }
    out.write_str("]}\n")
}

fn write_end(out: &mut impl Write, key: &str, end: Endpoint) -> fmt::Result {
    out.write_str(key)?;
    out.endpoint(end.address, end.port)?;
    out.write_char('"')
}

/// The fields below a node, nested; nothing where there are none.
fn write_fields(
    out: &mut impl Write,
    frame: &FrameView<'_>,
    root: usize,
    objects: &mut Objects,
) -> fmt::Result {
    // The depths of the first field and of the one before.
    let mut depths: Option<(u16, u16)> = None;
    for (index, node) in frame.fields(root) {
        match depths {
            Some((_, before)) if before == node.depth => out.write_str("},")?,
            Some((_, before)) if before > node.depth => {
                write_ends(out, before - node.depth)?;
                out.write_char(',')?;
            }
            _ => out.write_str(r#","fields":["#)?,
        }
        objects.of(node.field).write(out, frame, index, node)?;
        depths = Some((depths.map_or(node.depth, |(first, _)| first), node.depth));
    }
    let Some((first, last)) = depths else { return Ok(()) };
    write_ends(out, last.saturating_sub(first))?;
    out.write_char(']')
}

/// The end of an object, and of so many around it.
fn write_ends(out: &mut impl Write, around: u16) -> fmt::Result {
    out.write_char('}')?;
    (0..around).try_for_each(|_| out.write_str("]}"))
}

/// The object of a field behind its head.
fn write_field(out: &mut impl Write, frame: &FrameView<'_>, index: usize, node: &Node) -> fmt::Result {
    write_value(out, frame, node)?;
    let words = frame.words(node);
    if !words.is_empty() {
        out.write_str(r#","summary":"#)?;
        write_text(out, words)?;
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
        out.write_str(r#","frame":"#)?;
        out.decimal(place.frame.0)?;
    }
    out.write_str(r#","offset":"#)?;
    out.decimal(place.offset.into())?;
    out.write_str(r#","length":"#)?;
    out.decimal(node.at.len() as u64)
}

fn write_findings(out: &mut impl Write, frame: &FrameView<'_>, index: usize) -> fmt::Result {
    let mut rules = frame.marks.on(index).map(|mark| mark.rule).peekable();
    if frame.marks.is_empty() || rules.peek().is_none() {
        return Ok(());
    }
    out.write_str(r#","findings":"#)?;
    write_list(out, rules, write_text)
}

fn write_list<W: Write, T>(
    out: &mut W,
    items: impl Iterator<Item = T>,
    write: impl Fn(&mut W, T) -> fmt::Result,
) -> fmt::Result {
    out.write_char('[')?;
    for (nth, item) in items.enumerate() {
        if nth > 0 {
            out.write_char(',')?;
        }
        write(out, item)?;
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
        return write_text(out, MASK);
    }
    let octets = || value_octets(frame.tree, node).bytes();
    match (node.field.display, value::number(frame.tree, node)) {
        (Display::Boolean, _) => {
            out.write_str(if value::boolean(frame.tree, node) { "true" } else { "false" })
        }
        (Display::Named(names), Some(number)) => {
            decimal(out, number)?;
            write_known(out, r#","name":"#, value::name(names, number))
        }
        (Display::Flags(_, bits), Some(number)) => {
            decimal(out, number)?;
            out.write_str(r#","names":"#)?;
            write_list(out, value::flags(bits, number), write_text)
        }
        (Display::Number | Display::PaddedNumber(_) | Display::Hex(_) | Display::Remaining, Some(number)) => {
            decimal(out, number)
        }
        (Display::BitString(bits), _) => {
            write_octets(out, octets())?;
            let Some(set) = value::bit_string(bits, octets()) else { return Ok(()) };
            out.write_str(r#","names":"#)?;
            write_list(out, set.filter_map(|(_, name)| name), write_text)
        }
        (Display::Oid, _) => {
            write!(out, "\"{}\"", decode::oid(octets()))?;
            write_known(out, r#","name":"#, decode::oid_name(octets()))
        }
        (Display::Text(charset), _) => write_text(out, &decode::text(charset, octets())),
        (Display::UtcTime, _) => write_time(out, octets(), decode::utc_time(octets())),
        (Display::GeneralizedTime, _) => write_time(out, octets(), decode::generalized_time(octets())),
        _ => {
            write_octets(out, octets())?;
            write_known(out, r#","text":"#, value::printable(octets()))
        }
    }
}

fn write_time(out: &mut impl Write, octets: &[u8], time: Option<impl fmt::Display>) -> fmt::Result {
    write_text(out, &decode::text(Charset::Ascii, octets))?;
    write_known(out, r#","time":"#, time.map(|time| time.to_string()).as_deref())
}

/// A key and its string, where there is one.
fn write_known(out: &mut impl Write, key: &str, text: Option<&str>) -> fmt::Result {
    let Some(text) = text else { return Ok(()) };
    out.write_str(key)?;
    write_text(out, text)
}

/// Octets as a string of lower-case hexadecimal digits.
fn write_octets(out: &mut impl Write, octets: &[u8]) -> fmt::Result {
    out.write_char('"')?;
    out.lower(octets)?;
    out.write_char('"')
}

/// A string with its quotation marks. JSON's own escapes are used for all that could harm a terminal, so nothing is
/// lost on a program that reads the string.
fn write_text(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    replace(out, text, |c| is_harmful(c) || matches!(c, '"' | '\\'), write_escape)?;
    out.write_char('"')
}

fn write_escape(out: &mut impl Write, c: char) -> fmt::Result {
    match c {
        '"' | '\\' => write!(out, "\\{c}"),
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        _ => c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}")),
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
    use crate::tree::{Bits, Names, Sink, Span, Tag, Tree};

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
        write(&mut out, &frame, &mut Objects::default()).unwrap();
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
        let mut out = String::new();
        write_text(&mut out, "\u{9b}\u{e0041}").unwrap();
        assert_eq!(out, r#""\u009b\udb40\udc41""#);
    }
}
