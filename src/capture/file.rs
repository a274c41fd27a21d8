//! One capture file: its format found out, its frames one by one.

use std::sync::Arc;

use super::decompress::{self, Compression};
use super::input::Octetstream;
use super::pcap::Pcap;
use super::pcapng::Pcapng;
use super::record::{Record, Records, Step};
use super::window::Window;
use super::{DamageKind, Frame, FrameNo, LinkType, OpenError, Timestamp};

/// Compression inside compression is undone this often. Captures that are packed twice by mistake exist, more does
/// not.
const MAX_LAYERS: usize = 2;
/// How many octets of a file are looked at to find out what it is.
const LOOK: usize = 64;
/// More kinds of links than this are not listed; a damaged file may name any number.
const MAX_LINKS: usize = 16;

/// The format of a capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FileFormat {
    Pcap { big_endian: bool },
    Pcapng { big_endian: bool },
}

impl FileFormat {
    /// The format in words: `pcapng, little-endian`.
    pub const fn words(self) -> &'static str {
        match self {
            FileFormat::Pcap { big_endian: false } => "pcap, little-endian",
            FileFormat::Pcap { big_endian: true } => "pcap, big-endian",
            FileFormat::Pcapng { big_endian: false } => "pcapng, little-endian",
            FileFormat::Pcapng { big_endian: true } => "pcapng, big-endian",
        }
    }
}

/// What is known of a capture file, as far as it has been read.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// The name as given on the command line; standard input is `-`.
    pub name: Arc<str>,
    /// The format; of a pcapng file with sections of both byte orders, the first one's.
    pub format: FileFormat,
    /// The compressions around it, the outermost first; usually none.
    pub compression: Vec<Compression>,
    /// What its frames begin with, each once, in order of appearance.
    pub links: Vec<LinkType>,
    /// How many frames were given.
    pub frames: u64,
    /// How many octets these frames had on the wire.
    pub octets: u64,
    /// The earliest time of a frame.
    pub first: Option<Timestamp>,
    /// The latest time of a frame.
    pub last: Option<Timestamp>,
}

impl FileFacts {
    fn note(&mut self, record: &Record) {
        self.frames += 1;
        self.octets += u64::from(record.original_length);
        self.first = Some(self.first.map_or(record.time, |first| first.min(record.time)));
        self.last = self.last.max(Some(record.time));
        if !self.links.contains(&record.link) && self.links.len() < MAX_LINKS {
            self.links.push(record.link);
        }
    }
}

/// What a capture file has next.
pub(super) enum Head {
    Frame(Record),
    Damage(u64, DamageKind),
}

/// An open capture file.
pub(super) struct CaptureFile {
    pub(super) facts: FileFacts,
    window: Window,
    records: Format,
    /// The time of the last frame: where damage stands among the frames of other files.
    pub(super) time: Timestamp,
    /// How many octets at the front of the window are the record that was given last.
    given: usize,
}

enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

impl CaptureFile {
    /// Opens what `stream` holds.
    pub(super) fn open(name: &str, mut stream: Octetstream) -> Result<CaptureFile, OpenError> {
        let cannot_read = |source| OpenError::CannotRead { name: name.to_owned(), source };
        let mut compression = Vec::new();
        for _ in 0..MAX_LAYERS {
            let (inner, found) = decompress::open(stream).map_err(cannot_read)?;
            stream = inner;
            let Some(found) = found else { break };
            compression.push(found);
        }
        let mut window = Window::new(stream);
        window.fill(LOOK);
        let look = window.octets();
        let look = &look[..look.len().min(LOOK)];
        let (records, format) = if let Some(pcap) = Pcap::recognize(look) {
            let format = FileFormat::Pcap { big_endian: pcap.big_endian() };
            (Format::Pcap(pcap), format)
        } else if let Some(pcapng) = Pcapng::recognize(look) {
            let format = FileFormat::Pcapng { big_endian: pcapng.big_endian() };
            (Format::Pcapng(pcapng), format)
        } else {
            let looks_like = looks_like(look, &compression);
            return match window.take_error() {
                Some(source) if window.len() == 0 => Err(cannot_read(source)),
                _ => Err(OpenError::NotACapture { name: name.to_owned(), looks_like }),
            };
        };
        let facts = FileFacts {
            name: name.into(),
            format,
            compression,
            links: Vec::new(),
            frames: 0,
            octets: 0,
            first: None,
            last: None,
        };
        Ok(CaptureFile { facts, window, records, time: Timestamp(i64::MIN), given: 0 })
    }

    /// Reads on; `None` at the end. A frame stays readable until the next call.
    pub(super) fn advance(&mut self) -> Option<Head> {
        self.window.consume(self.given);
        self.given = 0;
        let step = match &mut self.records {
            Format::Pcap(pcap) => pcap.next(&mut self.window),
            Format::Pcapng(pcapng) => pcapng.next(&mut self.window),
        };
        match step {
            Step::Frame(record) => {
                self.given = record.size;
                self.time = record.time;
                Some(Head::Frame(record))
            }
            Step::Damage(offset, kind) => Some(Head::Damage(offset, kind)),
            Step::End => None,
        }
    }

    /// Gives the frame of a record that [`CaptureFile::advance`] has just read.
    pub(super) fn frame(&mut self, number: FrameNo, record: Record) -> Frame<'_> {
        self.facts.note(&record);
        Frame {
            number,
            time: record.time,
            link: record.link,
            octets: self.window.octets().get(record.octets).unwrap_or_default(),
            original_length: record.original_length,
        }
    }
}

/// What octets that are no capture look like, in words.
fn looks_like(octets: &[u8], compression: &[Compression]) -> String {
    let inside = match octets {
        [] => "an empty file".to_owned(),
        [0xA1, 0xB2, 0xCD, 0x34, ..] | [0x34, 0xCD, 0xB2, 0xA1, ..] => {
            "a capture in a modified pcap format".to_owned()
        }
        [b'R', b'T', b'S', b'S', ..] | [b'G', b'M', b'B', b'U', ..] => "a Network Monitor capture".to_owned(),
        _ if octets.starts_with(b"snoop\0\0\0") => "a snoop capture".to_owned(),
        _ if octets.starts_with(b"TRSNIFF data") => "a Sniffer capture".to_owned(),
        [0x1F, 0x8B, ..] | [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x04, 0x22, 0x4D, 0x18, ..] => {
            "compressed once more".to_owned()
        }
        [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => "an xz file".to_owned(),
        [b'B', b'Z', b'h', ..] => "a bzip2 file".to_owned(),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => "a zip archive".to_owned(),
        _ if is_text(octets) => "text".to_owned(),
        _ => {
            let first: Vec<_> = octets.iter().take(8).map(|octet| format!("{octet:02x}")).collect();
            format!("it begins with {}", first.join(" "))
        }
    };
    let around: String =
        compression.iter().rev().map(|compression| format!(" inside {}", compression.name())).collect();
    inside + &around
}

/// Whether octets are UTF-8 without control characters; the last character may be cut.
fn is_text(octets: &[u8]) -> bool {
    octets.iter().all(|octet| matches!(octet, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..))
        && std::str::from_utf8(octets).map_or_else(|error| error.error_len().is_none(), |_| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_capture_is_described() {
        assert_eq!(looks_like(b"", &[]), "an empty file");
        assert_eq!(looks_like(b"Hello,\r\n", &[Compression::Gzip]), "text inside gzip");
        assert_eq!(looks_like(&[0, 1, 2], &[]), "it begins with 00 01 02");
        assert_eq!(looks_like(b"GMBU\x00\x02", &[]), "a Network Monitor capture");
    }
}
