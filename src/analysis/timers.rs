//! How long the steps of an association took.

use std::time::Duration;

use crate::capture::{FrameNo, Timestamp};
use crate::layers::stack::Now;

/// The longest of some times, and the frame that ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Longest {
    /// How long.
    pub span: Duration,
    /// The frame that ended it.
    pub frame: FrameNo,
}

/// How long the steps of an association took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timers {
    /// CR to CC.
    pub transport: Option<Duration>,
    /// CONNECT to ACCEPT or REFUSE.
    pub session: Option<Duration>,
    /// RTORQ to RTOAC or RTORJ: the answer to the bind.
    pub bind: Option<Duration>,
    /// A checkpoint to its acknowledgement.
    pub checkpoint: Option<Longest>,
    /// ACTIVITY END to its acknowledgement.
    pub end: Option<Longest>,
    /// Nothing sent by either side while the association was open.
    pub idle: Option<Longest>,
}

/// The time between two.
pub(super) fn since(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::from_nanos(u64::try_from(later.0.saturating_sub(earlier.0)).unwrap_or(0))
}

pub(super) fn lengthen(longest: &mut Option<Longest>, from: Timestamp, now: Now) {
    let span = since(from, now.time);
    if longest.is_none_or(|longest| span > longest.span) {
        *longest = Some(Longest { span, frame: now.frame });
    }
}
