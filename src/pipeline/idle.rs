//! Who idles is found by asking those that were heard, a while later, whether they were heard again.

use std::collections::VecDeque;

use crate::capture::FrameNo;

/// What has not been heard of for so many frames of the capture gives back what it holds only to be quick.
const IDLE: u64 = 4096;

/// Those that may hold something only to be quick: each stands here once, with its place, and its number, as the place
/// may be another's by then.
#[derive(Debug, Default)]
pub(super) struct Awake(VecDeque<(FrameNo, usize, u32)>);

impl Awake {
    /// One is heard in the frame `now` that does not stand here.
    pub(super) fn add(&mut self, now: FrameNo, at: usize, number: u32) {
        self.0.push_back((now, at, number));
    }

    /// One that was heard long ago, to be asked in the frame `now` whether it was heard since; it stands here no more.
    pub(super) fn next(&mut self, now: FrameNo) -> Option<(usize, u32)> {
        let (_, at, number) = *self.0.front().filter(|(heard, ..)| idles(*heard, now))?;
        self.0.pop_front();
        Some((at, number))
    }
}

/// Whether what was heard of last in the frame `last` idles.
pub(super) fn idles(last: FrameNo, now: FrameNo) -> bool {
    last.0 + IDLE < now.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_heard_is_asked_once_and_in_time() {
        let mut awake = Awake::default();
        awake.add(FrameNo(1), 0, 1);
        awake.add(FrameNo(2), 5, 7);
        assert_eq!(awake.next(FrameNo(1 + IDLE)), None);
        assert_eq!(awake.next(FrameNo(2 + IDLE)), Some((0, 1)));
        assert_eq!(awake.next(FrameNo(2 + IDLE)), None);
        assert_eq!(awake.next(FrameNo(3 + IDLE)), Some((5, 7)));
        assert_eq!(awake.next(FrameNo(9 * IDLE)), None);
    }
}
