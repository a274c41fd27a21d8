//! When the two ends of a connection sent something, and when nothing moved although an activity was open.

use crate::capture::Timestamp;
use crate::layers::Side;
use crate::layers::stack::Now;
use crate::net::Flags;

/// A time in which nothing moved.
#[derive(Clone, Copy, Debug)]
pub struct Stall {
    /// The frame with which it began.
    pub since: Now,
    /// How long it lasted, in nanoseconds.
    pub length: i64,
    /// Whether it ended: else it lasted until the connection was over, or the capture.
    pub over: bool,
}

/// What a segment says besides its octets.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Its flags.
    pub flags: Flags,
    /// The window, as it stands in the header.
    pub window: u16,
    /// Whether it brings octets.
    pub octets: bool,
}

/// The longest times in which nothing moved.
#[derive(Clone, Copy, Debug, Default)]
struct Longest {
    /// For which each side could take no octets.
    shut: [Option<Stall>; 2],
    /// Of silence, and who broke it.
    silence: Option<(Side, Stall)>,
}

/// The segments of a connection, by their times.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// When each side sent its last segment.
    heard: [Option<Timestamp>; 2],
    /// The last segment with octets.
    octets: Option<Now>,
    /// Since when each side advertises a window of zero.
    shut: [Option<Now>; 2],
    /// What there is only where an activity was open.
    longest: Option<Box<Longest>>,
}

impl Pace {
    /// Takes note of a segment of `side`; `active` says whether an activity is open.
    pub(super) fn segment(&mut self, side: Side, segment: Sent, active: bool, now: Now) {
        if segment.flags.has(Flags::RST) {
            return;
        }
        self.heard[side.index()] = Some(now.time);
        // The window of a segment that opens or closes the connection says nothing of a receiver that cannot follow.
        if segment.flags.has(Flags::ACK) && !segment.flags.has(Flags::SYN) && !segment.flags.has(Flags::FIN) {
            let shut = &mut self.shut[side.index()];
            match (segment.window, *shut) {
                (0, None) if active => *shut = Some(now),
                (1.., Some(since)) => {
                    *shut = None;
                    // From here on octets may pass again.
                    self.octets = self.octets.map(|_| now);
                    keep(&mut self.longest.get_or_insert_default().shut[side.index()], since, now.time, true);
                }
                _ => {}
            }
        }
        if !segment.octets {
            return;
        }
        let before = self.octets.replace(now);
        if let (Some(since), true, [None, None]) = (before, active, self.shut) {
            let silence = &mut self.longest.get_or_insert_default().silence;
            let mut longest = silence.map(|(_, stall)| stall);
            if keep(&mut longest, since, now.time, true) {
                *silence = longest.map(|stall| (side, stall));
            }
        }
    }

    /// The connection is over at `end`: a window that is still shut stays so.
    pub(super) fn finish(&mut self, end: Timestamp) {
        for (side, shut) in self.shut.iter_mut().enumerate() {
            if let Some(since) = shut.take() {
                keep(&mut self.longest.get_or_insert_default().shut[side], since, end, false);
            }
        }
    }

    /// When `side` sent its last segment that was no reset.
    pub fn heard(&self, side: Side) -> Option<Timestamp> {
        self.heard[side.index()]
    }

    /// The longest time for which `side` advertised a window of zero while an activity was open.
    pub fn shut(&self, side: Side) -> Option<Stall> {
        self.longest.as_ref()?.shut[side.index()]
    }

    /// The longest time without octets while an activity was open and no window was shut, and who then went on.
    pub fn silence(&self) -> Option<(Side, Stall)> {
        self.longest.as_ref()?.silence
    }
}

/// Keeps the time from `since` to `until` where it is longer than the longest; says whether it is.
fn keep(longest: &mut Option<Stall>, since: Now, until: Timestamp, over: bool) -> bool {
    let length = until.0.saturating_sub(since.time.0);
    let longer = longest.is_none_or(|longest| length > longest.length);
    if longer {
        *longest = Some(Stall { since, length, over });
    }
    longer
}
