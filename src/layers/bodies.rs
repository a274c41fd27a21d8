//! The body parts of an interpersonal message (X.420 clause 7), taken out of its content.
//!
//! The walker reads the content by the schema; here its fields are sorted into parts by their names, as they come.

use std::borrow::Cow;

use super::schemas;
use crate::asn1::{Guide, Key, Oid, TableId, TypeId, decode, walk};
use crate::capture::Octets;
use crate::tree::{Charset, Damage, Display, Field, Sink, SourceId, Span, Value};

/// How many parts are taken out of one message. Each may become a file; what people send has a few dozen.
const MAX_PARTS: usize = 4096;
/// How deep messages that were forwarded in messages are taken apart. What is deeper stays a part in one piece.
const MAX_FORWARDED: usize = 16;
/// How many octets of a file name are kept. No file system takes a longer one (mostly 255).
const MAX_NAME: usize = 1024;

/// What the content of a message is (content-type, X.411 8.2.1.1.1.34).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContentKind {
    /// Interpersonal messaging of 1984 (X.420-1984): integer 2, 2.6.1.10.0.
    P2,
    /// Interpersonal messaging of 1988 (X.420): integer 22, 2.6.1.10.1.
    P22,
    /// Military messaging (STANAG 4406): 1.3.26.0.4406.0.4.1.
    P772,
    /// Anything else.
    Other,
}

impl ContentKind {
    /// The kind that a built-in content type stands for.
    pub const fn from_number(number: i64) -> ContentKind {
        match number {
            2 => ContentKind::P2,
            22 => ContentKind::P22,
            _ => ContentKind::Other,
        }
    }

    /// The kind that an extended content type, by its contents octets, stands for.
    pub const fn from_oid(oid: &[u8]) -> ContentKind {
        match oid {
            [0x56, 0x01, 0x0A, 0x00] => ContentKind::P2,
            [0x56, 0x01, 0x0A, 0x01] => ContentKind::P22,
            [0x2B, 0x1A, 0x00, 0xA2, 0x36, 0x00, 0x04, 0x01] => ContentKind::P772,
            _ => ContentKind::Other,
        }
    }

    /// The file name extension for a content of this kind.
    pub const fn extension(self) -> &'static str {
        match self {
            ContentKind::P2 => "p2",
            ContentKind::P22 => "p22",
            ContentKind::P772 => "p772",
            ContentKind::Other => "bin",
        }
    }
}

/// A body part.
///
/// Its octets lie in the content; they are copied only where pieces had to be joined.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// Its place in the body, from 1; behind a full stop that in the body of a forwarded message: `3.1`.
    pub number: String,
    /// The Recommendation's name, `ia5-text`, or the object identifier of an extended type that is not known here,
    /// in dotted form.
    pub kind: Cow<'static, str>,
    /// Stands in front of the octets.
    head: &'static [u8],
    octets: Cow<'a, [u8]>,
    /// What is inside is a message, as the content of one.
    message: bool,
    /// The characters of a string whose type alone tells what they are.
    charset: Option<Charset>,
    /// The registration of the character set of the right half of general text.
    registration: Option<i64>,
    /// The last component of the pathname.
    pathname: Vec<u8>,
    /// The first user-visible-string.
    visible_string: Vec<u8>,
}

impl<'a> Part<'a> {
    fn new(number: String, kind: &'static str) -> Part<'a> {
        Part {
            number,
            kind: Cow::Borrowed(kind),
            head: &[],
            octets: Cow::Borrowed(&[]),
            message: false,
            charset: None,
            registration: None,
            pathname: Vec::new(),
            visible_string: Vec::new(),
        }
    }

    /// The octets, as two pieces of which the first may be empty: those of the strings that the part consists of,
    /// a BIT STRING without the octet that counts unused bits; a forwarded message as the content of a message
    /// (InformationObject); the encoding of what is neither.
    pub fn octets(&self) -> [&[u8]; 2] {
        [self.head, &self.octets]
    }

    /// The text, where the part is one, its line ends as sent. Pages of teletex are parted by a form feed, lines
    /// of ISO 6937 text and sets of ADatP-3 by CR LF.
    ///
    /// What stands for no character is U+FFFD.
    pub fn text(&self) -> Option<String> {
        Some(match &*self.kind {
            // Repertoires of IA5 text, ITA2 too, are ranges of IA5 (X.420 7.3.1). What is outside was mostly
            // meant to be Latin-1.
            "ia5-text" | "adatp3" | "corrections" | "acp127-data" => {
                self.octets.iter().copied().map(char::from).collect()
            }
            "general-text" => general_text(self.registration, &self.octets),
            "teletex" => decode(Charset::T61, &self.octets).into_owned(),
            "iso6937-text" => iso_6937(&self.octets),
            // Files are octets, whatever string they are sent as.
            "file-transfer" => return None,
            _ => decode(self.charset?, &self.octets).into_owned(),
        })
    }

    /// The name of the file that the part is, as sent: the last component of its pathname, else the first
    /// user-visible-string of its environment (X.420 annex, file transfer body part).
    pub fn file_name(&self) -> Option<String> {
        let name = [&self.pathname, &self.visible_string].into_iter().find(|name| !name.is_empty())?;
        Some(decode(Charset::Iso2022, name).into_owned())
    }

    /// The file name extension that fits, without a full stop.
    pub fn extension(&self) -> String {
        let named = self.file_name().and_then(|name| {
            let (stem, extension) = name.rsplit_once('.')?;
            let fits = !stem.is_empty()
                && (1..=16).contains(&extension.len())
                && extension.bytes().all(|octet| octet.is_ascii_alphanumeric());
            fits.then(|| extension.to_owned())
        });
        let usual = || match &*self.kind {
            _ if self.message => "ipm",
            "ia5-text" | "general-text" | "teletex" | "iso6937-text" | "adatp3" | "corrections"
            | "acp127-data" => "txt",
            "g3-facsimile" => "g3",
            "pkcs7" => "p7m",
            "file-transfer" => "bin",
            _ if self.charset.is_some() => "txt",
            _ => "bin",
        };
        named.unwrap_or_else(|| usual().to_owned())
    }

    /// What parts the strings that the part consists of.
    fn separator(&self) -> &'static [u8] {
        match &*self.kind {
            "teletex" => b"\x0C",
            "iso6937-text" | "adatp3" => b"\r\n",
            _ => b"",
        }
    }
}

/// General text (X.420 7.4.10): sets of characters are those of its registrations, until an escape sequence
/// designates others. ASCII is in the left half, and Latin-1 in the right one where nothing else is said.
fn general_text(registration: Option<i64>, octets: &[u8]) -> String {
    if registration.is_some_and(is_utf8) {
        return decode(Charset::Utf8, octets).into_owned();
    }
    let designation = registration.and_then(designation).unwrap_or_default();
    decode(Charset::Iso2022, &[designation, octets].concat()).into_owned()
}

/// Whether a registration is UTF-8.
fn is_utf8(registration: i64) -> bool {
    matches!(registration, 190..=192 | 196)
}

/// The escape sequence that designates a registered set of characters as the right half (International Register of
/// Coded Character Sets). Sets of the left half have none here.
fn designation(registration: i64) -> Option<&'static [u8]> {
    Some(match registration {
        100 => b"\x1B-A",
        101 => b"\x1B-B",
        103 => b"\x1B)v",
        109 => b"\x1B-C",
        110 => b"\x1B-D",
        126 => b"\x1B-F",
        127 => b"\x1B-G",
        138 => b"\x1B-H",
        144 => b"\x1B-L",
        148 => b"\x1B-M",
        203 => b"\x1B-b",
        _ => return None,
    })
}

/// ISO 6937: T.61 with signs in places that T.61 leaves free.
fn iso_6937(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for run in octets.split_inclusive(|&octet| iso_6937_sign(octet).is_some()) {
        match run.split_last().and_then(|(&last, front)| Some((iso_6937_sign(last)?, front))) {
            Some((sign, front)) => {
                text += &decode(Charset::T61, front);
                text.push(sign);
            }
            None => text += &decode(Charset::T61, run),
        }
    }
    text
}

/// The signs of ISO 6937 that T.61 does not have.
fn iso_6937_sign(octet: u8) -> Option<char> {
    Some(match octet {
        0xA9 => '‘',
        0xAA => '“',
        0xAC => '←',
        0xAD => '↑',
        0xAE => '→',
        0xAF => '↓',
        0xB9 => '’',
        0xBA => '”',
        0xD0 => '―',
        0xD1 => '¹',
        0xD2 => '®',
        0xD3 => '©',
        0xD4 => '™',
        0xD5 => '♪',
        0xD6 => '¬',
        0xD7 => '¦',
        0xDC => '⅛',
        0xDD => '⅜',
        0xDE => '⅝',
        0xDF => '⅞',
        0xFF => '\u{AD}',
        _ => return None,
    })
}

/// The body parts of a message, from the octets of its content as P1 carries it; none where it is no message.
///
/// A forwarded message is a part as a whole; behind it stand the parts of its body. Of a content that ends too
/// early, there is what there is.
pub fn parts(content: Octets<'_>, kind: ContentKind) -> Vec<Part<'_>> {
    let schema = &schemas::get().schema;
    let Some(ty) = schema.type_id("IPMS.InformationObject").filter(|_| kind != ContentKind::Other) else {
        return Vec::new();
    };
    let mut reader =
        Reader { content: content.bytes(), joined: Vec::new(), open: Vec::new(), parts: Vec::new() };
    walk(schema, ty, content, Span::new(0, content.len()), None, &mut reader, &mut Unasked);
    reader.parts
}

/// What a field is in the message that is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Nothing inside is of interest.
    Ignored,
    /// A content: a message or a notification.
    Content,
    Message,
    Body,
    /// A body part of parameters and data.
    Part,
    /// A body part whose parameters and data are an EXTERNAL each.
    Extended,
    Parameters,
    Registration,
    FileAttributes,
    Pathname,
    Environment,
    VisibleStrings,
    /// The name of a file, or a piece of it.
    Name,
    VisibleName,
    /// The EXTERNAL that a body part is.
    External,
    /// The object identifier that says what an EXTERNAL is.
    Reference,
    /// An EXTERNAL that holds a piece of a file.
    File,
    /// A list of those.
    Files,
    /// What an EXTERNAL holds, with a tag around it.
    Encoding,
    /// A list of strings.
    List,
    /// A string, or a piece of it.
    String,
    /// A list of elements, which are kept as they are.
    Elements,
    /// An element that is kept as it is.
    Element,
}

/// A field that has not ended.
struct Frame {
    role: Role,
    field: Field,
    start: u32,
    /// The part that it belongs to, by its index.
    part: Option<usize>,
    /// How many fields were inside so far.
    inside: u32,
}

/// The parts, as the fields come.
struct Reader<'a> {
    content: &'a [u8],
    /// The octets of encodings that were in pieces, the innermost last. The walker limits them.
    joined: Vec<Vec<u8>>,
    open: Vec<Frame>,
    parts: Vec<Part<'a>>,
}

impl<'a> Reader<'a> {
    /// What a field is, and the part that it belongs to.
    fn enter(&mut self, field: Field) -> (Role, Option<usize>) {
        let Some(outer) = self.open.last_mut() else {
            return (if field.name == "p22.ipm" { Role::Message } else { Role::Ignored }, None);
        };
        outer.inside = outer.inside.saturating_add(1);
        let (around, place, part) = (outer.role, outer.inside, outer.part);
        let same = outer.field.name == field.name;
        // Octets that are no element are the rest of a list that cannot be read.
        if field.name == "ber.octets" && matches!(around, Role::Body | Role::List) {
            return (Role::Ignored, None);
        }
        if around == Role::Body {
            return self.begin(field, place, part);
        }
        let role = match (around, field.name) {
            (Role::Message, "p22.body") => Role::Body,
            (Role::Content, "p22.ipm") => self.forwarded(part),
            (Role::Content | Role::Encoding, _) if same => Role::String,
            (Role::Content, _) => Role::Element,
            (Role::Part | Role::Extended, "p22.parameters") => Role::Parameters,
            (Role::Part, "p22.data") => self.value(field, part),
            (Role::Extended, "p22.data") => Role::External,
            (Role::External, "p22.direct_reference") => Role::Reference,
            (Role::External | Role::File, "p22.single_ASN1_type" | "p22.octet_aligned" | "p22.arbitrary") => {
                Role::Encoding
            }
            (Role::Encoding, "ber.element") if is_string(field.label) => Role::String,
            (Role::Encoding, "ber.element" | "ber.octets") => Role::Element,
            (Role::Encoding, _) => self.value(field, part),
            (Role::Files, "p22.FileContents") => Role::File,
            (Role::List, _) => {
                self.part(place, part);
                Role::String
            }
            (Role::Elements, _) => Role::Element,
            (Role::String | Role::Name | Role::VisibleName, _) => around,
            (Role::Parameters, "p22.CharacterSetRegistration") => Role::Registration,
            (Role::Parameters, "p22.file_attributes") => Role::FileAttributes,
            (Role::Parameters, "p22.environment") => Role::Environment,
            (Role::FileAttributes, "p22.incomplete_pathname" | "p22.complete_pathname") => Role::Pathname,
            (Role::Environment, "p22.user_visible_string") => Role::VisibleStrings,
            (Role::Pathname, "p22.name") => {
                // The last component stays.
                if let Some(part) = part.and_then(|part| self.parts.get_mut(part)) {
                    part.pathname.clear();
                }
                Role::Name
            }
            (Role::VisibleStrings, "p22.string") if place == 1 => Role::VisibleName,
            (Role::Parameters, _) => Role::Parameters,
            _ => Role::Ignored,
        };
        (role, part)
    }

    /// A body part begins, the `place`th one of the body that belongs to the part `around`.
    fn begin(&mut self, field: Field, place: u32, around: Option<usize>) -> (Role, Option<usize>) {
        if self.parts.len() >= MAX_PARTS {
            return (Role::Ignored, None);
        }
        let number = match around.and_then(|around| self.parts.get(around)) {
            Some(around) => format!("{}.{place}", around.number),
            None => place.to_string(),
        };
        let kind = if field.name == "ber.element" { "unknown" } else { field.label };
        self.parts.push(Part::new(number, kind));
        let role = match field.label {
            "extended" => Role::Extended,
            "nationally-defined" => Role::Encoding,
            "bilaterally-defined" | "oda" => Role::String,
            "ia5-text" | "voice" | "g3-facsimile" | "teletex" | "videotex" | "encrypted" | "message"
            | "iso6937-text" => Role::Part,
            _ => Role::Elements,
        };
        (role, Some(self.parts.len() - 1))
    }

    /// What the value of a part is, by its kind.
    fn value(&mut self, field: Field, part: Option<usize>) -> Role {
        let kind = part.and_then(|part| self.parts.get(part)).map(|part| &*part.kind);
        match kind.unwrap_or_default() {
            "message" | "mm-message" => self.forwarded(part),
            "content" => Role::Content,
            "file-transfer" => Role::Files,
            "g4-class1" | "mixed-mode" => Role::Elements,
            "g3-facsimile" | "teletex" | "videotex" | "iso6937-text" | "adatp3"
                if matches!(field.display, Display::Structure) =>
            {
                Role::List
            }
            _ if matches!(field.display, Display::Structure) => Role::Element,
            "nationally-defined" | "pkcs7" => Role::Element,
            _ => Role::String,
        }
    }

    /// A message inside a part.
    fn forwarded(&mut self, part: Option<usize>) -> Role {
        let Some(part) = part.and_then(|part| self.parts.get_mut(part)) else { return Role::Ignored };
        part.message = true;
        // A part in the body of a message that was forwarded n times has n full stops in its number.
        let depth = part.number.matches('.').count() + 1;
        if depth > MAX_FORWARDED { Role::Element } else { Role::Message }
    }

    /// Parts the strings of a list, of which the `place`th begins.
    fn part(&mut self, place: u32, part: Option<usize>) {
        if let Some(part) = part.and_then(|part| self.parts.get_mut(part)).filter(|_| place > 1) {
            let separator = part.separator();
            if !separator.is_empty() {
                part.octets.to_mut().extend_from_slice(separator);
            }
        }
    }

    /// Octets of the source that is being read.
    fn octets(&self, at: Span) -> &[u8] {
        at.of(self.joined.last().map_or(self.content, |joined| joined))
    }

    /// Puts octets at the end of a part.
    fn append(&mut self, part: usize, at: Span) {
        let Some(part) = self.parts.get_mut(part) else { return };
        match self.joined.last() {
            None if part.octets.is_empty() => part.octets = Cow::Borrowed(at.of(self.content)),
            None => part.octets.to_mut().extend_from_slice(at.of(self.content)),
            Some(joined) => part.octets.to_mut().extend_from_slice(at.of(joined)),
        }
    }

    /// An element that is kept as it is has ended.
    fn keep(&mut self, role: Role, part: usize, at: Span) {
        // The IPM of a body part has the tag of a SEQUENCE, that of a content its own, [0].
        let retag = role == Role::Message && self.octets(at).first() == Some(&0x30);
        self.append(part, if retag { Span { start: at.start + 1, ..at } } else { at });
        if let Some(part) = self.parts.get_mut(part).filter(|_| retag) {
            part.head = &[0xA0];
        }
    }

    /// A primitive field.
    fn primitive(&mut self, field: Field, role: Role, part: usize, at: Span, value: Value) {
        let start = match value {
            Value::Contents(start) => start,
            Value::Octets | Value::Number(_) => at.start,
        };
        let contents = Span { start, ..at };
        match role {
            Role::Element => self.append(part, at),
            Role::Encoding | Role::List | Role::String | Role::Elements | Role::Content | Role::Message => {
                let unused = matches!(field.display, Display::BitString(_)) && !contents.is_empty();
                self.append(part, Span { start: start + u32::from(unused), ..at });
                if let (Display::Text(charset), "ber.element", Some(part)) =
                    (field.display, field.name, self.parts.get_mut(part))
                {
                    part.charset = Some(charset);
                }
            }
            Role::Reference => {
                let kind = extended_kind(self.octets(contents));
                if let Some(part) = self.parts.get_mut(part) {
                    part.kind = kind;
                }
            }
            Role::Registration => {
                if let (Value::Number(number), Some(part)) = (value, self.parts.get_mut(part))
                    && (designation(number).is_some() || is_utf8(number))
                {
                    part.registration = part.registration.or(Some(number));
                }
            }
            Role::Name | Role::VisibleName => {
                let octets = self.octets(contents).to_vec();
                let Some(part) = self.parts.get_mut(part) else { return };
                let name = if role == Role::Name { &mut part.pathname } else { &mut part.visible_string };
                name.extend_from_slice(&octets);
                name.truncate(MAX_NAME);
            }
            _ => {}
        }
    }
}

/// Whether a label is that of a string type.
fn is_string(label: &str) -> bool {
    label.ends_with(" STRING") || label.ends_with("String")
}

/// The kind of an extended body part, by the contents octets of its object identifier.
fn extended_kind(oid: &[u8]) -> Cow<'static, str> {
    // id-et-content, followed by the content type (X.420 7.4.15).
    if oid.starts_with(&[0x56, 0x01, 0x04, 0x11]) {
        return Cow::Borrowed("content");
    }
    // id-nato-mmhs-body-parts (STANAG 4406).
    let military = oid.starts_with(&[0x2B, 0x1A, 0x00, 0xA2, 0x36, 0x00, 0x07]);
    match schemas::oid_name(oid) {
        Some(name) if military => Cow::Borrowed(name),
        Some(name) if name.starts_with("id-et-") => Cow::Borrowed(name.trim_start_matches("id-et-")),
        _ => Cow::Owned(Oid(oid).to_string()),
    }
}

impl Sink for Reader<'_> {
    const KEEPS: bool = true;

    fn source(&mut self, octets: Octets<'_>) -> SourceId {
        self.joined.push(octets.bytes().to_vec());
        SourceId(0)
    }

    fn resume(&mut self, _: SourceId) {
        self.joined.pop();
    }

    fn open(&mut self, field: Field, at: Span, _: Value) {
        let (role, part) = self.enter(field);
        self.open.push(Frame { role, field, start: at.start, part, inside: 0 });
    }

    fn close(&mut self, end: u32) {
        if let Some(Frame { role: role @ (Role::Element | Role::Message), start, part: Some(part), .. }) =
            self.open.pop()
        {
            self.keep(role, part, Span { start, end });
        }
    }

    fn leaf(&mut self, field: Field, at: Span, value: Value) {
        if let (role, Some(part)) = self.enter(field) {
            self.primitive(field, role, part, at, value);
        }
    }

    fn words(&mut self, _: impl FnOnce(&mut String) -> std::fmt::Result) {}

    fn damage(&mut self, _: Damage) {}
}

/// The guide of those who need none.
struct Unasked;

impl Guide for Unasked {
    fn enter(&mut self, _: Field, _: Octets<'_>) {}

    fn leave(&mut self, _: Field, _: Octets<'_>) {}

    fn value(&mut self, _: Field, _: u8, _: Octets<'_>, _: Span) {}

    fn resolve(&mut self, _: TableId, _: Key<'_>, _: &[u8]) -> Option<TypeId> {
        None
    }

    fn damage(&mut self, _: &Damage, _: Octets<'_>) {}
}

#[cfg(test)]
mod tests;
