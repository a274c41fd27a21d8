//! The ground floor: capture files, several of them or stdin, to frames in order.

mod clock;
mod damage;
mod decompress;
mod file;
mod input;
mod merge;
mod octets;
mod pcap;
mod pcapng;
mod record;
mod window;

use std::{fmt, io};

pub use damage::{Damage, DamageKind, Part};
pub use decompress::Compression;
pub use file::{FileFacts, FileFormat};
pub use input::Input;
pub use merge::{Capture, Item, Progress};
pub use octets::{Octets, Piece, Place, Quote};

/// Why a capture cannot be opened at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No such file, or no permission.
    #[error("cannot open {name}")]
    CannotOpen {
        /// The file as named on the command line.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// The file cannot be read from its first octet on.
    #[error("cannot read {name}")]
    CannotRead {
        /// The file as named on the command line.
        name: String,
        /// What the system or the decompressor says.
        source: io::Error,
    },
    /// The octets are of no format that is known here.
    #[error("{name} is not a pcap or pcapng capture: {looks_like}")]
    NotACapture {
        /// The file as named on the command line.
        name: String,
        /// What its first octets look like, in words.
        looks_like: String,
    },
}

/// The number of a frame in the capture, from 1 in the order in which frames are read (of several files: by time).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameNo(pub u64);

impl FrameNo {
    /// Stands for "no frame": octets that were made up by a test, say.
    pub const NONE: FrameNo = FrameNo(0);
}

impl fmt::Display for FrameNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z. Times outside years 1678 to 2261 are clipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// What the octets of a frame begin with: the LINKTYPE_ values of pcap (tcpdump.org), as read from the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LinkType(pub u32);

/// One captured frame.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Its number in the capture.
    pub number: FrameNo,
    /// When it was captured.
    pub time: Timestamp,
    /// What its octets begin with.
    pub link: LinkType,
    /// The octets that were captured.
    pub octets: &'a [u8],
    /// How many octets the frame had on the wire; more than `octets.len()` where the snap length cut it.
    pub original_length: u32,
}
