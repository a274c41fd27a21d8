//! What an SPDU can do against the rules of the dialogue, as data.

use super::{Phase, Token};

/// What an SPDU should not have been, or should not have said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// It is not allowed where the dialogue stands.
    Unexpected {
        /// Where it stands.
        phase: Phase,
        /// Whether it comes from the side that began the phase.
        own: bool,
    },
    /// Its functional unit was not agreed.
    NotAgreed {
        /// The functional unit, as a bit of the session user requirements.
        unit: u16,
        /// What was agreed.
        agreed: u16,
    },
    /// Its sender does not have the token that it needs.
    Token {
        /// The token.
        token: Token,
    },
    /// A checkpoint or the end of an activity has another serial number than the next one.
    Serial {
        /// The number that was due.
        expected: u32,
        /// The number that came; `None`: none that can be read.
        seen: Option<u32>,
    },
    /// An acknowledgement names a checkpoint that waits for none.
    Acknowledged {
        /// The last number that was acknowledged before.
        acknowledged: u32,
        /// The last number that was sent.
        sent: u32,
        /// The number that came; `None`: none that can be read.
        seen: Option<u32>,
    },
    /// More checkpoints are unacknowledged than the window allows.
    Window {
        /// How many wait.
        unacknowledged: u32,
        /// The window.
        window: u32,
        /// The one that was sent.
        serial: u32,
    },
    /// A segment is larger than the checkpoint size.
    Segment {
        /// Its octets.
        octets: u64,
        /// As many were allowed.
        limit: u64,
    },
    /// An activity is resumed that was not interrupted in this association.
    ResumeUnknown,
}

impl Breach {
    /// Whether it is what some stacks always do and receivers take: one checkpoint more than the window.
    pub const fn is_habit(self) -> bool {
        matches!(self, Breach::Window { unacknowledged, window, .. } if unacknowledged == window + 1)
    }
}
