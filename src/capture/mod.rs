//! The ground floor: capture files, several of them or stdin, to frames in order.

mod octets;

use std::fmt;

pub use octets::{Octets, Piece, Place};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
