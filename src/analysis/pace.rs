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

/// The times in which nothing moved although an activity was open.
#[derive(Clone, Copy, Debug, Default)]
struct Stalls {
    /// Since when each side advertises a window of zero.
    shut: [Option<Now>; 2],
    /// The longest time for which each side could take no octets.
    longest_shut: [Option<Stall>; 2],
    /// The longest silence, and who broke it.
    longest_silence: Option<(Side, Stall)>,
}

/// The segments of a connection, by their times.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// When each side sent its last segment.
    heard: [Option<Timestamp>; 2],
    /// The last segment with octets.
    octets: Option<Now>,
    /// What there is only where an activity was open.
    stalls: Option<Box<Stalls>>,
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
            self.window(side, segment.window, active, now);
        }
        if !segment.octets {
            return;
        }
        let before = self.octets.replace(now);
        if let (Some(since), true) = (before, active) {
            let Stalls { shut, longest_silence, .. } = &mut **self.stalls.get_or_insert_default();
            let mut longest = longest_silence.map(|(_, stall)| stall);
            if let [None, None] = shut
                && keep(&mut longest, since, now.time, true)
            {
                *longest_silence = longest.map(|stall| (side, stall));
            }
        }
    }

    /// Takes note of the window that `side` advertises.
    fn window(&mut self, side: Side, window: u16, active: bool, now: Now) {
        let shut = self.stalls.as_ref().and_then(|stalls| stalls.shut[side.index()]);
        match (window, shut) {
            (0, None) if active => self.stalls.get_or_insert_default().shut[side.index()] = Some(now),
            (1.., Some(since)) => {
                // From here on octets may pass again.
                self.octets = self.octets.map(|_| now);
                let Stalls { shut, longest_shut, .. } = &mut **self.stalls.get_or_insert_default();
                shut[side.index()] = None;
                keep(&mut longest_shut[side.index()], since, now.time, true);
            }
            _ => {}
        }
    }

    /// The connection is over at `end`: a window that is still shut stays so.
    pub(super) fn finish(&mut self, end: Timestamp) {
        let Some(stalls) = &mut self.stalls else { return };
        for (shut, longest) in stalls.shut.iter_mut().zip(&mut stalls.longest_shut) {
            if let Some(since) = shut.take() {
                keep(longest, since, end, false);
            }
        }
    }

    /// When `side` sent its last segment that was no reset.
    pub fn heard(&self, side: Side) -> Option<Timestamp> {
        self.heard[side.index()]
    }

    /// The longest time for which `side` advertised a window of zero while an activity was open.
    pub fn shut(&self, side: Side) -> Option<Stall> {
        self.stalls.as_ref()?.longest_shut[side.index()]
    }

    /// The longest time without octets while an activity was open and no window was shut, and who then went on.
    pub fn silence(&self) -> Option<(Side, Stall)> {
        self.stalls.as_ref()?.longest_silence
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
