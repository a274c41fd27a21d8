//! What reading a capture file gives, one step at a time.

use std::ops::Range;

use super::window::Window;
use super::{DamageKind, LinkType, Part, Timestamp};

/// The longest frame that is read: the largest snap length that libpcap and Wireshark know. A record that claims
/// more is damaged.
pub(super) const MAX_FRAME: usize = 256 * 1024;

/// How many positions at a time are searched for the next readable record: with the two records that the search
/// looks at, they must fit into the window.
const SEARCH: usize = 256 * 1024;

/// One frame, as it lies in the window.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) time: Timestamp,
    pub(super) link: LinkType,
    /// Its octets, counted from the first one in view.
    pub(super) octets: Range<usize>,
    pub(super) original_length: u32,
    /// How many octets the record occupies in the file.
    pub(super) size: usize,
}

/// The next thing in a file.
#[derive(Debug)]
pub(super) enum Step {
    /// A frame. Its record stays in view until it is consumed.
    Frame(Record),
    /// Damage at this position in the (decompressed) file.
    Damage(u64, DamageKind),
    /// The end.
    End,
}

/// A file format. What is passed over is taken out of the window, all but the record that is given.
pub(super) trait Records {
    /// Reads the next record.
    fn next(&mut self, window: &mut Window) -> Step;

    /// Whether a record that can hardly be anything else begins `at` octets from the first one in view.
    fn begins(&self, window: &mut Window, at: usize) -> bool;

    /// The first of the positions at which a record begins.
    fn find(&self, window: &mut Window, positions: Range<usize>) -> Option<usize> {
        for at in positions {
            if !window.fill(at + 1) {
                return None;
            }
            if self.begins(window, at) {
                return Some(at);
            }
        }
        None
    }

    /// Passes over the octet in view and all others in front of the next record; to the end where there is none.
    fn skip(&self, window: &mut Window) -> Step {
        let from = window.offset();
        window.consume(1);
        loop {
            if let Some(at) = self.find(window, 0..SEARCH) {
                window.consume(at);
                break;
            }
            let more = window.fill(SEARCH);
            window.consume(SEARCH);
            if !more {
                break;
            }
        }
        Step::Damage(from, DamageKind::Unreadable { skipped: window.offset() - from })
    }

    /// What to make of a record of which not all `wanted` octets are there: the file ends here, unless the length
    /// is what is damaged and another record begins behind it.
    fn rest(&self, window: &mut Window, part: Part, wanted: usize) -> Step {
        let at = window.offset();
        let there = window.len() as u64;
        if let Some(found) = self.find(window, 1..window.len().max(1)) {
            window.consume(found);
            return Step::Damage(at, DamageKind::Unreadable { skipped: found as u64 });
        }
        window.consume(window.len());
        match window.take_error() {
            Some(error) => Step::Damage(at + there, DamageKind::Stopped { why: error.to_string() }),
            None if there == 0 => Step::End,
            None => Step::Damage(at, DamageKind::CutShort { part, wanted: wanted as u64, there }),
        }
    }
}
