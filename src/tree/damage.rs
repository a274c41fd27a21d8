//! Damage: what is not as it should be in the octets of a protocol data unit, as data on a node.

use super::{Field, Span};
use crate::stream::Missing;

/// Whose doing the damage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The capture does not hold the octets: snap length or end of file. Nobody's fault.
    Cut,
    /// The octets were lost on the way to the capture: a hole in the stream. Nobody's fault.
    Lost,
    /// The sender sent it so.
    Wrong,
}

impl From<Missing> for Cause {
    fn from(missing: Missing) -> Cause {
        match missing {
            Missing::Cut => Cause::Cut,
            Missing::Lost => Cause::Lost,
        }
    }
}

/// What kind of damage it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DamageKind {
    /// The octets end inside an element.
    Truncated,
    /// The length of an element reaches past the end of its parent.
    LengthPastParent,
    /// An indefinite length without end-of-contents octets.
    NoEndOfContents,
    /// End-of-contents octets where none belong.
    StrayEndOfContents,
    /// An identifier or a length that BER does not allow (X.690 8.1).
    BadHeader,
    /// An element that the type does not have.
    UnknownElement,
    /// A mandatory element is absent.
    MissingElement,
    /// The same element twice in a SET.
    RepeatedElement,
    /// Primitive where constructed is due, or the reverse; implicit where explicit is due.
    WrongForm,
    /// The contents are not a value of the type.
    InvalidValue,
    /// The value is longer, shorter, larger or smaller than the Recommendation allows.
    OutOfBounds,
    /// Octets behind the end of the value.
    TrailingOctets,
    /// Nested deeper than this tool follows.
    TooDeep,
    /// More elements than this tool shows.
    TooMany,
}

impl DamageKind {
    /// What is wrong, in words.
    pub const fn words(self) -> &'static str {
        match self {
            DamageKind::Truncated => "the octets end inside this element",
            DamageKind::LengthPastParent => "the length reaches past the end of the enclosing element",
            DamageKind::NoEndOfContents => "the end-of-contents octets are missing",
            DamageKind::StrayEndOfContents => "end-of-contents octets where none belong",
            DamageKind::BadHeader => "identifier or length octets that BER does not allow",
            DamageKind::UnknownElement => "an element that the type does not have",
            DamageKind::MissingElement => "a mandatory element is absent",
            DamageKind::RepeatedElement => "the same element appears twice",
            DamageKind::WrongForm => "the element has the wrong form",
            DamageKind::InvalidValue => "the contents are not a value of this type",
            DamageKind::OutOfBounds => "the value is outside the bounds of the Recommendation",
            DamageKind::TrailingOctets => "octets follow behind the end of the value",
            DamageKind::TooDeep => "nested deeper than is followed",
            DamageKind::TooMany => "more elements than are shown",
        }
    }
}

/// One piece of damage, on a field.
#[derive(Clone, Copy, Debug)]
pub struct Damage {
    /// What kind of damage.
    pub kind: DamageKind,
    /// Whose doing.
    pub cause: Cause,
    /// The field that is damaged; for a missing element the field that is missing.
    pub field: Field,
    /// The octets concerned, in the source that is being described.
    pub at: Span,
}
