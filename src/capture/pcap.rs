//! The pcap format (draft-ietf-opsawg-pcap): a header, then records.

use pcap_parser::parse_pcap_header;

use super::record::{MAX_FRAME, Record, Records, Step};
use super::window::Window;
use super::{LinkType, Part, Timestamp};

/// Length of the file header.
const FILE_HEADER: usize = 24;
/// Length of the header of a record.
const HEADER: usize = 16;
/// The bits of the link type field that say how long the frame check sequence is, and the reserved ones.
const NOT_LINK_TYPE: u32 = 0xFC00_0000;
/// Two records in a row whose times are further apart are not taken for records in a search.
const SEARCH_SECONDS: u32 = 30 * 24 * 3600;

/// A reader of pcap files.
#[derive(Debug, Default)]
pub(super) struct Pcap {
    big_endian: bool,
    nanoseconds: bool,
    link: LinkType,
    opened: bool,
    /// The header that was looked at behind the last record, and its position in the input.
    ahead: Option<(u64, Header)>,
}

/// The header of a record.
#[derive(Clone, Copy, Debug)]
struct Header {
    seconds: u32,
    fraction: u32,
    captured: u32,
    original: u32,
}

impl Header {
    /// The captured length, where it can be one.
    fn length(&self) -> Option<usize> {
        // Both zero: the rest of a file whose space was reserved and never written.
        let empty = self.captured == 0 && self.original == 0;
        usize::try_from(self.captured).ok().filter(|&length| length <= MAX_FRAME && !empty)
    }
}

impl Pcap {
    /// The reader for a file that begins with these octets, if it is of this format.
    pub(super) fn recognize(octets: &[u8]) -> Option<Pcap> {
        let magic = *octets.first_chunk()?;
        let known = |magic| matches!(magic, 0xA1B2_C3D4 | 0xA1B2_3C4D);
        let big_endian = known(u32::from_be_bytes(magic));
        (big_endian || known(u32::from_le_bytes(magic))).then(|| Pcap { big_endian, ..Pcap::default() })
    }

    pub(super) fn big_endian(&self) -> bool {
        self.big_endian
    }

    /// Reads the file header; `false` where it is not whole.
    fn open(&mut self, window: &mut Window) -> bool {
        if !window.fill(FILE_HEADER) {
            return false;
        }
        if let Ok((_, header)) = parse_pcap_header(window.octets()) {
            self.nanoseconds = header.is_nanosecond_precision();
            self.link = LinkType(header.network.0 as u32 & !NOT_LINK_TYPE);
        }
        window.consume(FILE_HEADER);
        true
    }

    /// The header `at` octets from the first one in view, where that many octets are there.
    fn header(&self, window: &mut Window, at: usize) -> Option<Header> {
        if !window.fill(at + HEADER) {
            return None;
        }
        let octets: &[u8; HEADER] = window.octets().get(at..)?.first_chunk()?;
        let (fields, _) = octets.as_chunks();
        let number = |field: [u8; 4]| {
            if self.big_endian { u32::from_be_bytes(field) } else { u32::from_le_bytes(field) }
        };
        match *fields {
            [seconds, fraction, captured, original] => Some(Header {
                seconds: number(seconds),
                fraction: number(fraction),
                captured: number(captured),
                original: number(original),
            }),
            _ => None,
        }
    }

    /// Whether a header has the values that writers of captures give it.
    fn is_usual(&self, header: &Header) -> bool {
        header.length().is_some()
            && (1..=header.original).contains(&header.captured)
            && header.original <= MAX_FRAME as u32
            && header.fraction < if self.nanoseconds { 1_000_000_000 } else { 1_000_000 }
    }
}

impl Records for Pcap {
    fn next(&mut self, window: &mut Window) -> Step {
        if !self.opened {
            self.opened = true;
            if !self.open(window) {
                return self.rest(window, Part::FileHeader, FILE_HEADER);
            }
        }
        let ahead = self.ahead.take().filter(|(offset, _)| *offset == window.offset());
        let Some(header) = ahead.map(|(_, header)| header).or_else(|| self.header(window, 0)) else {
            return self.rest(window, Part::RecordHeader, HEADER);
        };
        let Some(length) = header.length() else { return self.skip(window) };
        let size = HEADER + length;
        if !window.fill(size) {
            return self.rest(window, Part::Record, size);
        }
        // A length that was damaged and stayed possible shows in what follows. Without this look the frame would
        // swallow others, and they would be missing as if the network had lost them.
        let next = self.header(window, size);
        if next.is_some_and(|next| next.length().is_none()) && self.find(window, HEADER..size).is_some() {
            return self.skip(window);
        }
        self.ahead = next.map(|next| (window.offset() + size as u64, next));
        let unit = if self.nanoseconds { 1 } else { 1000 };
        let time = i64::from(header.seconds) * 1_000_000_000 + i64::from(header.fraction) * unit;
        Step::Frame(Record {
            time: Timestamp(time),
            link: self.link,
            octets: HEADER..size,
            original_length: header.original,
            size,
        })
    }

    /// Two usual headers in a row, or one at the end of the file.
    fn begins(&self, window: &mut Window, at: usize) -> bool {
        let Some(header) = self.header(window, at).filter(|header| self.is_usual(header)) else {
            return false;
        };
        let end = at + HEADER + header.captured as usize;
        window.fill(end)
            && self.header(window, end).is_none_or(|next| {
                self.is_usual(&next) && next.seconds.abs_diff(header.seconds) <= SEARCH_SECONDS
            })
    }
}
