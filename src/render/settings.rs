//! What every view is asked for.

use super::ranges::Ranges;
use super::time::Clock;
use crate::capture::FrameNo;

/// What every view is asked for.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// JSON Lines instead of text.
    pub json: bool,
    /// How times are shown. Relative times begin with the first frame.
    pub clock: Clock,
    /// The frames to show; all, where nothing is said.
    pub frames: Option<Ranges>,
    /// The associations to show; all, where nothing is said.
    pub associations: Option<Ranges>,
    /// Whether passwords are shown.
    pub show_secrets: bool,
    /// Whether to colour text.
    pub colour: bool,
}

impl Settings {
    /// Whether a record in `frame` of `association` is asked for.
    pub fn shows(&self, frame: Option<FrameNo>, association: Option<u32>) -> bool {
        let admits = |ranges: &Option<Ranges>, number: Option<u64>| match ranges {
            None => true,
            Some(ranges) => number.is_some_and(|number| ranges.contains(number)),
        };
        admits(&self.frames, frame.map(|frame| frame.0))
            && admits(&self.associations, association.map(u64::from))
    }
}
