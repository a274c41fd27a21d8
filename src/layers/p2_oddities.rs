//! What is odd about interpersonal messages and notifications (X.420): noticed while the walker goes through them.
//!
//! What a report or a notification brings back is not looked at: whoever sends it back did not write it.

use super::note::What;
use super::notices::Notices;
use super::schemas::Pick;
use crate::capture::Octets;
use crate::tree::{Damage, DamageKind, Field};

/// Something odd in an interpersonal message or notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// A receipt notification is requested, and no non-receipt notification.
    RnWithoutNrn,
    /// notification-requests is there with no bit set.
    NotificationRequestsEmpty,
    /// An IPM identifier is longer than it may be, or than what holds it.
    IdentifierLength,
    /// free-form-name is longer than X.420 allows.
    FreeFormNameTooLong,
    /// The subject is one NUL.
    SubjectNul,
    /// An escape sequence in the subject.
    SubjectEscape,
    /// The heading names no originator.
    OriginatorAbsent,
    /// A line of ISO 6937 text is a string in pieces.
    Iso6937Line,
    /// General text whose parameters name no character set.
    NoCharacterSet,
    /// General text with characters of a right half, and no escape sequence that designates the left one.
    NoG0,
    /// An ia5-text that is empty.
    Ia5Empty,
    /// An ia5-text with octets above 7F.
    Ia5Binary,
    /// A text with the character NUL.
    TextNul,
    /// Attachments, and no text.
    NoText,
    /// No body part at all.
    NoBodyPart,
    /// An attachment without octets.
    AttachmentEmpty,
    /// The octets of a file in pieces.
    FileInPieces,
}

/// How much of a text is looked through.
const LOOKED_THROUGH: usize = 4096;

/// The designation of ASCII to G0 (ISO 2022).
const ASCII_TO_G0: &[u8] = b"\x1B(B";

/// The fields that are IPM identifiers, and the local part of one.
const IDENTIFIERS: [&str; 6] = [
    "p22.this_IPM",
    "p22.subject_ipm",
    "p22.replied_to_IPM",
    "p22.ObsoletedIPMsSubfield",
    "p22.RelatedIPMsSubfield",
    "p22.user_relative_identifier",
];

/// Whether a text has the character NUL. This looks at every octet of nearly every message.
fn has_nul(text: &[u8]) -> bool {
    memchr::memchr(0, text).is_some()
}

/// Goes through interpersonal messages.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// How deep in contents that were sent back.
    returned: u32,
    /// How deep in bodies inside each other.
    bodies: u32,
    /// Whether the heading has an originator.
    originator: bool,
    /// Whether the outermost body has a text or a message, and whether it has something else.
    text: bool,
    attachment: bool,
    /// How many character sets the parameters of a general text name, where they were read.
    character_sets: Option<usize>,
    /// How long the string in pieces is that is being read.
    pieces: Option<usize>,
    /// Whether the octets have ended too early: then nothing is missing.
    cut: bool,
}

impl Reader {
    pub(super) fn enter(&mut self, pick: Pick, field: Field, element: Octets<'_>, out: &mut Notices) {
        if matches!(pick, Pick::ReturnedContent | Pick::ReturnedIpm) {
            self.returned += 1;
        }
        if self.returned > 0 {
            return;
        }
        match pick {
            Pick::IpmHeading if self.bodies == 0 => self.originator = false,
            Pick::IpmOriginator if self.bodies == 0 => self.originator = true,
            Pick::IpmBody => {
                self.bodies += 1;
                if self.bodies == 1 {
                    (self.text, self.attachment) = (false, false);
                }
            }
            Pick::Ia5TextBody
            | Pick::TeletexBody
            | Pick::Ia5Part
            | Pick::TeletexPart
            | Pick::ForwardedMessage
            | Pick::ForwardedContent => {
                self.text |= self.bodies == 1;
            }
            Pick::ExtendedBodyPart if self.bodies == 1 => self.attachment = true,
            Pick::GeneralTextParameters => self.character_sets = Some(0),
            Pick::Iso6937Line => {
                self.text = true;
                out.notice(What::Ipm(Oddity::Iso6937Line), field, element);
            }
            Pick::FileOctets => {
                self.pieces = Some(0);
                out.notice(What::Ipm(Oddity::FileInPieces), field, element);
            }
            Pick::Ia5Text | Pick::BilaterallyDefined => self.pieces = Some(0),
            _ => {}
        }
    }

    pub(super) fn leave(&mut self, pick: Pick, field: Field, element: Octets<'_>, out: &mut Notices) {
        if matches!(pick, Pick::ReturnedContent | Pick::ReturnedIpm) {
            self.returned = self.returned.saturating_sub(1);
            return;
        }
        if self.returned > 0 {
            return;
        }
        let oddity = match pick {
            Pick::IpmHeading if self.bodies == 0 && !self.originator && !self.cut => Oddity::OriginatorAbsent,
            Pick::IpmBody => {
                self.bodies = self.bodies.saturating_sub(1);
                match (self.bodies, self.text, self.attachment) {
                    _ if self.cut => return,
                    (0, false, true) => Oddity::NoText,
                    // Identifier, length, and what ends an indefinite one.
                    (0, false, false) if element.len() <= 4 => Oddity::NoBodyPart,
                    _ => return,
                }
            }
            Pick::Ia5Text | Pick::BilaterallyDefined | Pick::FileOctets => {
                let Some(0) = self.pieces.take() else { return };
                match pick {
                    Pick::Ia5Text => Oddity::Ia5Empty,
                    _ => Oddity::AttachmentEmpty,
                }
            }
            _ => return,
        };
        out.notice(What::Ipm(oddity), field, element);
    }

    pub(super) fn value(
        &mut self,
        pick: Pick,
        field: Field,
        identifier: u8,
        octets: Octets<'_>,
        out: &mut Notices,
    ) {
        if self.returned > 0 {
            return;
        }
        let contents = octets.bytes();
        if let Some(length) = &mut self.pieces {
            *length = length.saturating_add(contents.len());
        }
        let empty = contents.is_empty() && self.pieces.is_none();
        let mut odd = |oddity| out.notice(What::Ipm(oddity), field, octets);
        match pick {
            Pick::NotificationRequests => match contents {
                [_] => odd(Oddity::NotificationRequestsEmpty),
                [_, bits, ..] if bits & 0xC0 == 0x80 => odd(Oddity::RnWithoutNrn),
                _ => {}
            },
            Pick::IpmSubject if contents == [0] => odd(Oddity::SubjectNul),
            Pick::IpmSubject if contents.contains(&0x1B) => odd(Oddity::SubjectEscape),
            Pick::Ia5Text => {
                self.text = true;
                let begin = octets.slice(0, LOOKED_THROUGH).bytes();
                if empty {
                    odd(Oddity::Ia5Empty);
                } else if !begin.is_ascii() {
                    odd(Oddity::Ia5Binary);
                } else if has_nul(begin) {
                    odd(Oddity::TextNul);
                }
            }
            Pick::TeletexPage | Pick::GeneralText => {
                self.text = true;
                let begin = octets.slice(0, LOOKED_THROUGH).bytes();
                if has_nul(begin) {
                    odd(Oddity::TextNul);
                }
                if pick == Pick::GeneralText {
                    let right = begin.iter().any(|octet| *octet >= 0xA0);
                    if self.character_sets.take() == Some(0) {
                        odd(Oddity::NoCharacterSet);
                    } else if right && identifier == 0x1B && !begin.starts_with(ASCII_TO_G0) {
                        odd(Oddity::NoG0);
                    }
                }
            }
            Pick::Iso6937Line | Pick::Ia5Part | Pick::ForwardedContent => self.text = true,
            Pick::CharacterSet => self.character_sets = self.character_sets.map(|count| count + 1),
            Pick::BilaterallyDefined | Pick::FileOctets => {
                self.attachment |= self.bodies == 1;
                if empty {
                    odd(Oddity::AttachmentEmpty);
                }
            }
            _ => {}
        }
    }

    /// What damage in an interpersonal message means, where that can be said.
    pub(super) fn damage(&mut self, damage: &Damage) -> Option<What<'static>> {
        self.cut |= damage.kind == DamageKind::Truncated;
        let name = damage.field.name;
        let oddity = match damage.kind {
            DamageKind::OutOfBounds if name == "p22.free_form_name" => Oddity::FreeFormNameTooLong,
            DamageKind::OutOfBounds | DamageKind::LengthPastParent if IDENTIFIERS.contains(&name) => {
                Oddity::IdentifierLength
            }
            _ => return None,
        };
        Some(What::Ipm(oddity))
    }
}

#[cfg(test)]
mod tests;
