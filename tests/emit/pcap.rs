//! The classic capture file of libpcap.

use super::tcp::Frame;
use super::time::SECOND;

/// How a capture file is written.
#[derive(Clone, Debug)]
pub(crate) struct Format {
    /// Times in nanoseconds instead of microseconds.
    pub(crate) nanoseconds: bool,
    /// Octets kept of each frame.
    pub(crate) snap_length: u32,
    /// Octets missing at the end of the file.
    pub(crate) cut_off: usize,
}

impl Default for Format {
    fn default() -> Self {
        Format { nanoseconds: false, snap_length: 65535, cut_off: 0 }
    }
}

const LINKTYPE_ETHERNET: u32 = 1;

impl Format {
    /// The whole file, little-endian.
    pub(crate) fn write(&self, frames: &[Frame]) -> Vec<u8> {
        let magic: u32 = if self.nanoseconds { 0xA1B2_3C4D } else { 0xA1B2_C3D4 };
        let mut out = Vec::new();
        out.extend_from_slice(&magic.to_le_bytes());
        out.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        out.extend_from_slice(&self.snap_length.to_le_bytes());
        out.extend_from_slice(&LINKTYPE_ETHERNET.to_le_bytes());
        for frame in frames {
            let fraction = frame.time % SECOND / if self.nanoseconds { 1 } else { 1000 };
            let length = frame.octets.len();
            let kept = length.min(self.snap_length as usize);
            for field in [frame.time / SECOND, fraction, kept as u64, length as u64] {
                out.extend_from_slice(&(field as u32).to_le_bytes());
            }
            out.extend_from_slice(&frame.octets[..kept]);
        }
        out.truncate(out.len().saturating_sub(self.cut_off));
        out
    }
}
