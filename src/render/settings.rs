//! What every view is asked for.

use super::ranges::Ranges;
use super::time::Clock;
use crate::capture::FrameNo;
use crate::findings::Finding;

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
        match frame {
            Some(frame) => self.shows_span(frame, frame, association),
            None => self.frames.is_none() && self.shows_association(association),
        }
    }

    /// Whether a record of the frames `first` to `last` of `association` is asked for.
    pub fn shows_span(&self, first: FrameNo, last: FrameNo, association: Option<u32>) -> bool {
        self.frames.as_ref().is_none_or(|frames| frames.meets(first.0, last.0))
            && self.shows_association(association)
    }

    /// Whether a finding is asked for: one that was seen on several associations belongs to each of them.
    pub fn shows_finding(&self, finding: &Finding) -> bool {
        match &finding.associations[..] {
            [] => self.shows(finding.frame, None),
            some => some.iter().any(|number| self.shows(finding.frame, Some(*number))),
        }
    }

    fn shows_association(&self, association: Option<u32>) -> bool {
        match &self.associations {
            None => true,
            Some(asked) => association.is_some_and(|number| asked.contains(number.into())),
        }
    }
}
