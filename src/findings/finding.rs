//! One finding: rule, severity, certainty, place, evidence.

use std::fmt;

use crate::capture::{FrameNo, Quote, Timestamp};
use crate::net::Endpoint;

use super::Rule;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Something is wrong or known to upset a product, and things went on.
    Warning,
    /// Something failed.
    Error,
}

impl Severity {
    /// The name used in output.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How surely a finding can be told from the octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// Cannot be decided from this capture.
    Undetermined,
    /// Likely: a generic code, and nothing speaks against it.
    Probable,
    /// Almost surely: the kind of the answer shows it.
    Strong,
    /// The octets say so.
    Certain,
}

impl Certainty {
    /// The name used in output.
    pub const fn name(self) -> &'static str {
        match self {
            Certainty::Certain => "certain",
            Certainty::Strong => "strong",
            Certainty::Probable => "probable",
            Certainty::Undetermined => "undetermined",
        }
    }
}

/// The octets that a finding rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The filter name of the field.
    pub field: &'static str,
    /// Position of the first octet in the frame.
    pub offset: u32,
    /// The octets, at most [`Evidence::MOST`] of them.
    pub octets: Vec<u8>,
    /// The value of the field, where it is a number.
    pub value: Option<i64>,
}

impl Evidence {
    /// How many octets a finding quotes.
    pub const MOST: usize = Quote::MOST;
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that raised it.
    pub rule: &'static Rule,
    /// How much it matters.
    pub severity: Severity,
    /// How surely it can be told.
    pub certainty: Certainty,
    /// The associations it was seen on, the first one first; none for what concerns a frame or a file.
    pub associations: Vec<u32>,
    /// The frame where it shows first; `None` for what is about a file.
    pub frame: Option<FrameNo>,
    /// When that frame was captured.
    pub time: Option<Timestamp>,
    /// The sender of the octets.
    pub from: Option<Endpoint>,
    /// The addressee.
    pub to: Option<Endpoint>,
    /// What it rests on.
    pub evidence: Option<Evidence>,
    /// What was seen, what was expected, what it means: makes sense by itself in a ticket.
    pub message: String,
    /// How often the same was seen.
    pub count: u64,
    /// The last frame where it was seen.
    pub last_frame: Option<FrameNo>,
    /// Whether it is what another fault brings about, where there is one on the same association.
    pub symptom: bool,
    /// The first frame in which such a fault may be: what was before was got over.
    pub(super) since: FrameNo,
    /// The rules that tell this together with what came of it.
    pub(super) included_in: &'static [&'static str],
    /// The finding that it follows from: its rule and frame.
    pub cause: Option<(&'static Rule, Option<FrameNo>)>,
}

impl Finding {
    /// What Exchange logs where it meets this, as a sentence; a note is no event.
    pub fn events(&self) -> Option<&'static str> {
        self.rule.events().filter(|_| self.severity > Severity::Note)
    }

    /// The association it was seen on first.
    pub fn association(&self) -> Option<u32> {
        self.associations.first().copied()
    }
}
