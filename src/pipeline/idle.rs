//! Who idles is found by looking at one place after the other.

use crate::capture::FrameNo;

/// What has not been heard of for so many frames of the capture gives back what it holds only to be quick.
const IDLE: u64 = 4096;

/// One place is looked at in so many frames.
const LOOKED_AT: u64 = 16;

/// Goes round the places.
#[derive(Debug, Default)]
pub(super) struct Round {
    turn: usize,
}

impl Round {
    /// Which of so many places is to be looked at in the frame `now`; in most frames none is.
    pub(super) fn next(&mut self, now: FrameNo, places: usize) -> Option<usize> {
        if !now.0.is_multiple_of(LOOKED_AT) {
            return None;
        }
        self.turn = if self.turn + 1 < places { self.turn + 1 } else { 0 };
        Some(self.turn)
    }
}

/// Whether what was heard of last in the frame `last` idles.
pub(super) fn idles(last: FrameNo, now: FrameNo) -> bool {
    last.0 + IDLE < now.0
}
