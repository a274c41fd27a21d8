//! How long the steps of an association took.

use std::time::Duration;

use crate::capture::Timestamp;

/// How long the steps of an association took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timers {
    /// CR to CC.
    pub transport: Option<Duration>,
    /// CONNECT to ACCEPT or REFUSE.
    pub session: Option<Duration>,
    /// RTORQ to RTOAC or RTORJ: the answer to the bind.
    pub bind: Option<Duration>,
    /// A checkpoint to its acknowledgement, the longest.
    pub checkpoint: Option<Duration>,
    /// ACTIVITY END to its acknowledgement, the longest.
    pub end: Option<Duration>,
    /// Nothing sent by either side while the association was open, the longest.
    pub idle: Option<Duration>,
}

/// The time between two.
pub(super) fn since(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::from_nanos(u64::try_from(later.0.saturating_sub(earlier.0)).unwrap_or(0))
}

pub(super) fn lengthen(longest: &mut Option<Duration>, from: Timestamp, to: Timestamp) {
    *longest = (*longest).max(Some(since(from, to)));
}
