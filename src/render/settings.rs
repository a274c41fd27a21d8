//! What every view is asked for.

use super::ranges::Ranges;
use super::time::Clock;

/// What every view is asked for.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// JSON Lines instead of text.
    pub json: bool,
    /// How times are shown. Relative times begin with the first frame.
    pub clock: Clock,
    /// The frames to show; empty for all.
    pub frames: Ranges,
    /// The associations to show; empty for all.
    pub associations: Ranges,
    /// Whether passwords are shown.
    pub show_secrets: bool,
    /// Whether to colour text.
    pub colour: bool,
}

impl Settings {
    /// Whether a record in `frame` of `association` is asked for.
    pub fn shows(&self, frame: u64, association: Option<u32>) -> bool {
        self.frames.admits(frame)
            && (self.associations.is_empty() || association.is_some_and(|number| self.associations.admits(number.into())))
    }
}
