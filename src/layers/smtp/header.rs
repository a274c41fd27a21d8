//! The header of a message (RFC 5322): its addresses.

use super::command::bracketed;
use crate::tree::Span;

/// The header fields that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Field {
    From,
    Sender,
    ReplyTo,
    To,
    Cc,
    Bcc,
    ResentFrom,
    ResentSender,
    ResentTo,
    ResentCc,
    ResentBcc,
    MessageId,
}

const NAMES: &[(Field, &str)] = &[
    (Field::From, "From"),
    (Field::Sender, "Sender"),
    (Field::ReplyTo, "Reply-To"),
    (Field::To, "To"),
    (Field::Cc, "Cc"),
    (Field::Bcc, "Bcc"),
    (Field::ResentFrom, "Resent-From"),
    (Field::ResentSender, "Resent-Sender"),
    (Field::ResentTo, "Resent-To"),
    (Field::ResentCc, "Resent-Cc"),
    (Field::ResentBcc, "Resent-Bcc"),
    (Field::MessageId, "Message-ID"),
];

impl Field {
    /// The name of the field.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(field, _)| *field == self).map_or("", |(_, name)| name)
    }

    /// Whether its addresses are those of somebody who sends, or wants the answers.
    pub fn is_origin(self) -> bool {
        matches!(self, Field::From | Field::Sender | Field::ReplyTo | Field::ResentFrom | Field::ResentSender)
    }
}

/// The fact about the header of one message; the spans lie in its octets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Every address, with the field where it stands, in order; and the message identifier.
    pub values: Vec<(Field, Span)>,
}

impl Header {
    /// Reads whole lines of a header.
    pub fn parse(header: &[u8]) -> Header {
        let mut values = Vec::new();
        let mut start = 0;
        while start < header.len() {
            let end = end_of_field(header, start);
            let colon = header[start..end].iter().position(|octet| *octet == b':');
            if let Some(colon) = colon {
                let name = header[start..start + colon].trim_ascii();
                let known = NAMES.iter().find(|(_, known)| known.as_bytes().eq_ignore_ascii_case(name));
                if let Some((field, _)) = known {
                    addresses(&header[..end], start + colon + 1, |at| values.push((*field, at)));
                }
            }
            start = end;
        }
        Header { values }
    }

    /// The values of a field.
    pub fn of(&self, field: Field) -> impl Iterator<Item = Span> {
        self.values.iter().filter(move |(known, _)| *known == field).map(|(_, at)| *at)
    }
}

/// Where the field that begins at `start` ends, with the lines that are folded (RFC 5322 2.2.3).
fn end_of_field(header: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(length) = header[at..].iter().position(|octet| *octet == b'\n') {
        at += length + 1;
        if !matches!(header.get(at), Some(b' ' | b'\t')) {
            return at;
        }
    }
    header.len()
}

/// The addresses of an address list (RFC 5322 3.4) that begins at `from` and ends with `text`: those in brackets, and
/// those that stand alone. Names, comments and the names of groups are passed over.
fn addresses(text: &[u8], from: usize, mut give: impl FnMut(Span)) {
    let mut bare: Option<Span> = None;
    let mut bracket = false;
    let mut at = from;
    while let Some(&octet) = text.get(at) {
        let end = match octet {
            b'"' => end_of_quoted(text, at),
            b'(' => end_of_comment(text, at),
            b'<' => {
                let address = bracketed(text, at);
                if !address.is_empty() {
                    give(address);
                }
                bracket = true;
                address.end as usize + 1
            }
            _ => at + 1,
        };
        match octet {
            b',' | b';' | b':' => {
                if let (Some(address), false, true) = (bare, bracket, octet != b':') {
                    give(address);
                }
                (bare, bracket) = (None, false);
            }
            b'<' | b'(' | b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => bare = Some(Span { end: end.min(text.len()) as u32, ..bare.unwrap_or(Span::new(at, at)) }),
        }
        at = end;
    }
    if let (Some(address), false) = (bare, bracket) {
        give(address);
    }
}

fn end_of_quoted(text: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(octet) = text.get(end) {
        match octet {
            b'"' => return end + 1,
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    end
}

fn end_of_comment(text: &[u8], at: usize) -> usize {
    let (mut end, mut depth) = (at, 0usize);
    while let Some(octet) = text.get(end) {
        match octet {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'\\' => end += 1,
            _ => {}
        }
        end += 1;
        if depth == 0 {
            return end;
        }
    }
    end
}
