//! The content of a message while it is sent: where it ends, and its header.

use super::HEADER;
use crate::capture::{FrameNo, Octets};
use crate::stream::Buffer;

/// What the last octets were, for the end of the data (RFC 5321 4.1.1.4) and for what some senders take for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    /// CRLF, or nothing yet.
    #[default]
    Crlf,
    /// CRLF and a dot.
    Dot,
    /// CRLF, a dot and CR.
    DotCr,
    /// CR.
    Cr,
    /// LF without CR.
    Lf,
    /// A line that is a dot, but one of its ends is no CRLF.
    LooseDot,
    /// The same, and its end: no end of the data by RFC 5321, but meant as such.
    LooseEnd,
    /// Anything else.
    Text,
}

/// The content of one message.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// The frame where its sending was announced.
    pub(super) since: Option<FrameNo>,
    /// How many octets were sent of it.
    pub(super) octets: u64,
    last: Last,
    /// The header as far as it was sent; `None` when it is over.
    header: Option<Buffer>,
    /// How many octets of the header are whole lines.
    lines: usize,
}

/// How the header of a message came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeaderEnd {
    /// By the empty line, or by a line that belongs to no field.
    Whole,
    /// It is longer than what is held of one.
    Capped,
}

impl Content {
    /// The content of a message whose sending was announced in this frame.
    pub(super) fn begin(frame: FrameNo) -> Content {
        Content { since: Some(frame), header: Some(Buffer::new()), ..Content::default() }
    }

    /// How much memory it takes besides itself.
    pub(super) fn footprint(&self) -> usize {
        self.header.as_ref().map_or(0, Buffer::footprint)
    }

    /// Takes octets of DATA; says how many of them are of the content, and whether it ends with them.
    pub(super) fn data(&mut self, octets: Octets<'_>) -> (usize, bool) {
        let mut ended = false;
        let mut used = octets.len();
        for (index, octet) in octets.bytes().iter().enumerate() {
            self.last = match (self.last, octet) {
                (Last::DotCr, b'\n') => {
                    (ended, used) = (true, index + 1);
                    break;
                }
                (Last::LooseDot | Last::Dot, b'\n') => Last::LooseEnd,
                (Last::LooseDot, b'\r') => Last::LooseDot,
                (Last::Crlf, b'.') => Last::Dot,
                (Last::Lf | Last::LooseEnd, b'.') => Last::LooseDot,
                (Last::Dot, b'\r') => Last::DotCr,
                (Last::Cr, b'\n') => Last::Crlf,
                (_, b'\n') => Last::Lf,
                (_, b'\r') => Last::Cr,
                _ => Last::Text,
            };
        }
        self.chunk(octets.slice(0, used));
        (used, ended)
    }

    /// Takes octets of BDAT: all are of the content.
    pub(super) fn chunk(&mut self, octets: Octets<'_>) {
        self.octets += octets.len() as u64;
        if let Some(header) = &mut self.header {
            let room = HEADER - header.len().min(HEADER);
            header.append(octets.slice(0, room));
        }
    }

    /// Whether the last line was meant as the end of the data, but its ends are not CRLF.
    pub(super) fn ended_loosely(&self) -> bool {
        self.last == Last::LooseEnd
    }

    /// Octets are missing here. What is held of the header is given, without the field that may go on in the hole.
    pub(super) fn lose(&mut self, give: impl FnOnce(Octets<'_>)) {
        self.last = Last::Text;
        let Some(header) = self.header.take() else { return };
        let bytes = header.octets().bytes();
        let whole = bytes.iter().rposition(|octet| *octet == b'\n').map_or(0, |end| end + 1);
        let starts = |at: usize| {
            (at == 0 || bytes[at - 1] == b'\n')
                && bytes.get(at).is_some_and(|octet| !matches!(octet, b' ' | b'\t'))
        };
        let end = (0..whole).rev().find(|at| starts(*at)).unwrap_or(0);
        give(header.octets().slice(0, end));
    }

    /// Gives the header when it is over.
    pub(super) fn header(&mut self, give: impl FnOnce(Octets<'_>, HeaderEnd)) {
        let Some(header) = self.header.take() else { return };
        match self.end_of_header(header.octets().bytes()) {
            Some((length, end)) => give(header.octets().slice(0, length), end),
            None => self.header = Some(header),
        }
    }

    fn end_of_header(&mut self, bytes: &[u8]) -> Option<(usize, HeaderEnd)> {
        while let Some(length) = bytes[self.lines..].iter().position(|octet| *octet == b'\n') {
            let line = super::trimmed(&bytes[self.lines..self.lines + length]);
            if line.is_empty() || !belongs(line, self.lines == 0) {
                return Some((self.lines, HeaderEnd::Whole));
            }
            self.lines += length + 1;
        }
        (bytes.len() >= HEADER).then_some((self.lines, HeaderEnd::Capped))
    }
}

/// Whether a line belongs to a header (RFC 5322 2.2): a field name and a colon, or blanks in front of what goes on.
fn belongs(line: &[u8], first: bool) -> bool {
    match line.first() {
        Some(b' ' | b'\t') => !first,
        _ => {
            let name = line.iter().take_while(|octet| matches!(octet, b'!'..=b'9' | b';'..=b'~')).count();
            let blanks = line[name..].iter().take_while(|octet| matches!(octet, b' ' | b'\t')).count();
            name > 0 && line.get(name + blanks) == Some(&b':')
        }
    }
}
