//! What is odd in an MTS-APDU: elements that are wrong, and such as are right but known to upset a product. Noticed
//! while the walker goes through it; a rule words each.

use std::mem::discriminant;

use super::note::What;
use super::p1::{self, ApduKind, integer};
use super::schemas::Pick;
use crate::asn1::utc_time;
use crate::tree::{Cause, Damage, DamageKind};

/// Something odd in an MTS-APDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// The octets end inside the APDU although all of it was transferred.
    Truncated,
    /// The length of an element of the envelope reaches past what holds it.
    LengthOverrun,
    /// Something else in the envelope is no encoding of its type.
    Undecodable(DamageKind),
    /// A field of the envelope is longer or shorter, or more or fewer, than X.411 allows.
    OutOfBounds(Excess),
    /// originally-specified-recipient-number is not 1 to 32767.
    RecipientNumber(Option<i64>),
    /// A private-domain-identifier without characters.
    EmptyPrivateDomain,
    /// A content-identifier without characters.
    EmptyContentIdentifier,
    /// An arrival-time without octets.
    EmptyArrivalTime,
    /// A UTCTime whose year has three digits.
    ThreeDigitYear,
    /// An identifier without its global-domain-identifier.
    IdentifierWithoutDomain,
    /// A delimiter of the string form in an identifier.
    IdentifierDelimiter(u8),
    /// per-recipient-indicators with so few bits.
    ShortIndicators(usize),
    /// per-domain-bilateral-information.
    BilateralInformation,
    /// Internal trace information as an element `[APPLICATION 30]`.
    InternalTraceElement {
        /// In the content of a report, and not in an envelope.
        in_report: bool,
    },
    /// The administration domain of a domain identifier as a NumericString.
    NumericAdministrationDomain,
    /// An OBJECT IDENTIFIER of so many octets.
    LongIdentifier(usize),
    /// content-return-request is set.
    ContentReturn,
    /// The APDU is a probe.
    Probe,
    /// recipient-reassignment-prohibited is set.
    ReassignmentProhibited,
    /// On an association of the 1984 kind: a content-type that is not P2; `None` for an object identifier.
    ContentType(Option<i64>),
    /// On an association of the 1984 kind: a common-name.
    CommonName,
    /// deferred-time in the trace of a report.
    DeferredReport,
    /// A report without recipients.
    NoReportedRecipients,
    /// A report envelope with the extensions element and nothing in it.
    EmptyReportExtensions,
    /// A report of definite length that holds elements of indefinite length.
    IndefiniteInDefinite,
    /// actual-recipient-name is a directory name alone.
    ReportedDirectoryName,
    /// actual-recipient-name has no attribute at all.
    ReportedEmptyName,
}

/// A value outside its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excess {
    /// The bound.
    pub bound: &'static Bound,
    /// How long the string is, or the number; absent for what is counted in elements.
    pub value: Option<i64>,
}

/// A bound of a field: X.411 annex B.
#[derive(Debug, PartialEq, Eq)]
pub struct Bound {
    /// The filter name of the field.
    field: &'static str,
    /// What X.411 calls the upper bound.
    pub name: &'static str,
    /// The least that is allowed.
    pub low: i64,
    /// The most.
    pub high: i64,
}

const fn bound(field: &'static str, name: &'static str, low: i64, high: i64) -> Bound {
    Bound { field, name, low, high }
}

/// The bounds of fields that are not of O/R names.
static BOUNDS: &[Bound] = &[
    bound("p1.local_identifier", "ub-local-id-length", 1, 32),
    bound("p1.private_domain_identifier", "ub-domain-name-length", 1, 16),
    bound("p1.mta_name", "ub-mta-name-length", 1, 32),
    bound("p1.content_identifier", "ub-content-id-length", 1, 16),
    bound("p1.supplementary_information", "ub-supplementary-info-length", 0, 256),
    bound("p1.per_recipient_fields", "ub-recipients", 1, 32767),
    bound("p1.trace_information", "ub-transfers", 1, 512),
    bound("p1.subject_intermediate_trace_information", "ub-transfers", 1, 512),
    bound("p1.internal_trace_information", "ub-transfers", 1, 512),
    bound("p1.per_domain_bilateral_information", "ub-transfers", 1, 512),
    bound("p1.redirection_history", "ub-redirections", 1, 512),
    bound("p1.dl_expansion_history", "ub-dl-expansions", 1, 512),
    bound("p1.extended_encoded_information_types", "ub-encoded-information-types", 1, 1024),
    bound("p1.recipient_number_for_advice", "ub-recipient-number-for-advice-length", 0, 32),
    bound("p1.privacy_mark", "ub-privacy-mark-length", 1, 128),
    bound("p1.security_categories", "ub-security-categories", 1, 64),
];

/// The bounds of names that domain identifiers share with O/R names.
static DOMAIN_BOUNDS: &[Bound] = &[
    bound("p1.administration_domain_name", "ub-domain-name-length", 0, 16),
    bound("p1.country_name", "ub-country-name-alpha-length", 2, 3),
];

/// OBJECT IDENTIFIERs of more contents octets are known to have brought an MTA down.
const LONG_IDENTIFIER: usize = 32;

/// The identifier octet of [APPLICATION 30], constructed: internal trace of the agreements before 1988.
const INTERNAL_TRACE: u8 = 0x7E;

/// Watches a walk through an MTS-APDU.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Whether the association is of the 1984 kind.
    on_1984: bool,
    /// How many octets were transferred.
    length: usize,
    /// How deep in domain identifiers.
    domains: u32,
    in_bilateral: bool,
    in_report_content: bool,
    /// Whether the report has a definite length.
    definite_report: bool,
    /// Whether the name that a report gives has a directory name.
    directory_name: bool,
    /// The lengths do not hold together: what follows is not worth telling.
    broken: bool,
    /// What was told: of each kind one.
    told: Vec<std::mem::Discriminant<Oddity>>,
}

impl Watch {
    pub(super) fn new(on_1984: bool, length: usize) -> Watch {
        Watch { on_1984, length, ..Watch::default() }
    }

    /// An oddity, if it is the first of its kind in this APDU.
    fn once(&mut self, oddity: Oddity) -> Option<Oddity> {
        let kind = discriminant(&oddity);
        if self.told.contains(&kind) {
            return None;
        }
        self.told.push(kind);
        Some(oddity)
    }

    /// A constructed element begins, and `p1` knows it already.
    pub(super) fn enter(&mut self, pick: Pick, element: &[u8], p1: &p1::Reader) -> Option<Oddity> {
        let kind = p1.envelope()?.kind;
        let indefinite = element.get(1) == Some(&0x80);
        if self.definite_report && indefinite {
            self.definite_report = false;
            return self.once(Oddity::IndefiniteInDefinite);
        }
        match pick {
            Pick::P1Report => self.definite_report = !indefinite,
            Pick::P1Probe if kind == ApduKind::Probe => return self.once(Oddity::Probe),
            Pick::GlobalDomain | Pick::AttemptedDomain => self.domains += 1,
            Pick::ReportContent => self.in_report_content = true,
            Pick::BilateralInformation => {
                self.in_bilateral = true;
                return self.once(Oddity::BilateralInformation);
            }
            Pick::ActualRecipientName => self.directory_name = false,
            Pick::DirectoryName => self.directory_name = true,
            _ => {}
        }
        None
    }

    /// A constructed element ends; `p1` does not know that yet.
    pub(super) fn leave(&mut self, pick: Pick, element: &[u8], p1: &p1::Reader) -> Option<Oddity> {
        let apdu = p1.envelope()?;
        match pick {
            Pick::GlobalDomain | Pick::AttemptedDomain => self.domains = self.domains.saturating_sub(1),
            Pick::BilateralInformation => self.in_bilateral = false,
            Pick::ReportContent => self.in_report_content = false,
            Pick::ReportExtensions if matches!(element, [_, 0] | [_, 0x80, 0, 0]) => {
                return self.once(Oddity::EmptyReportExtensions);
            }
            // What the capture cut or the sender broke is empty for another reason.
            Pick::ActualRecipientName if !self.broken && is_whole(element) => {
                let empty = apdu.recipients.last().is_some_and(|recipient| recipient.address.is_empty());
                if empty {
                    return self.once(match self.directory_name {
                        true => Oddity::ReportedDirectoryName,
                        false => Oddity::ReportedEmptyName,
                    });
                }
            }
            _ => {}
        }
        None
    }

    /// A primitive element.
    pub(super) fn value(
        &mut self,
        pick: Pick,
        identifier: u8,
        contents: &[u8],
        p1: &p1::Reader,
    ) -> Option<Oddity> {
        let apdu = p1.envelope()?;
        let bit = |number: usize| {
            contents.get(1 + number / 8).is_some_and(|octet| octet & (0x80 >> (number % 8)) != 0)
        };
        let oddity = match pick {
            Pick::ContentType if self.on_1984 && identifier == 0x06 => Oddity::ContentType(None),
            Pick::ContentType if self.on_1984 && integer(contents).is_some_and(|number| number != 2) => {
                Oddity::ContentType(integer(contents))
            }
            Pick::ContentType | Pick::ReportContentType | Pick::ExtendedType | Pick::PrivateExtension
                if contents.len() > LONG_IDENTIFIER && identifier & 0x20 == 0 =>
            {
                Oddity::LongIdentifier(contents.len())
            }
            Pick::PerMessageIndicators if bit(3) => Oddity::ContentReturn,
            // Those of a report repeat what the subject had.
            Pick::PerRecipientIndicators if apdu.kind != ApduKind::Report => {
                let unused = usize::from(*contents.first()?);
                let bits = (contents.len() - 1).saturating_mul(8).saturating_sub(unused);
                if bits >= 8 {
                    return None;
                }
                Oddity::ShortIndicators(bits)
            }
            Pick::ReassignmentProhibited if integer(contents) == Some(1) => Oddity::ReassignmentProhibited,
            Pick::CommonName if self.on_1984 => Oddity::CommonName,
            Pick::DeferredTime if apdu.kind == ApduKind::Report && p1.in_trace() => Oddity::DeferredReport,
            Pick::AdministrationDomain if identifier == 0x12 && (self.domains > 0 || self.in_bilateral) => {
                Oddity::NumericAdministrationDomain
            }
            Pick::AdministrationDomain | Pick::PrivateDomainIdentifier | Pick::LocalIdentifier
                if p1.in_identifier() =>
            {
                let delimiter = contents.iter().find(|octet| matches!(octet, b'/' | b';' | b'"'))?;
                Oddity::IdentifierDelimiter(*delimiter)
            }
            _ => return None,
        };
        self.once(oddity)
    }

    /// What there is to tell of a damage: nothing where it follows from another one.
    pub(super) fn damage(
        &mut self,
        damage: &Damage,
        element: &[u8],
        p1: &p1::Reader,
    ) -> Option<What<'static>> {
        if !p1.has_begun() || damage.cause != Cause::Wrong {
            return Some(What::Ber(*damage));
        }
        if self.broken {
            return None;
        }
        match self.read(damage, element, p1) {
            Some(oddity) => {
                self.broken |= matches!(
                    oddity,
                    Oddity::Truncated
                        | Oddity::LengthOverrun
                        | Oddity::Undecodable(DamageKind::BadHeader | DamageKind::NoEndOfContents)
                );
                Some(What::P1(oddity))
            }
            None => Some(What::Ber(*damage)),
        }
    }

    fn read(&self, damage: &Damage, element: &[u8], p1: &p1::Reader) -> Option<Oddity> {
        let Damage { kind, field, at, .. } = damage;
        let pick = Pick::from_number(field.pick);
        let content = pick == Some(Pick::P1Content);
        match kind {
            DamageKind::Truncated => return Some(Oddity::Truncated),
            DamageKind::MissingElement if content => return Some(Oddity::Truncated),
            // That of the content ends in the same place as the APDU.
            DamageKind::NoEndOfContents
                if at.end as usize >= self.length && (content || p1.envelope().is_some()) =>
            {
                return Some(Oddity::Truncated);
            }
            DamageKind::LengthPastParent if content => return Some(Oddity::LengthOverrun),
            DamageKind::InvalidValue if innermost(element).is_some_and(has_three_digit_year) => {
                return Some(Oddity::ThreeDigitYear);
            }
            _ => {}
        }
        p1.envelope()?;
        Some(match kind {
            DamageKind::LengthPastParent => Oddity::LengthOverrun,
            DamageKind::UnknownElement if element.first() == Some(&INTERNAL_TRACE) => {
                Oddity::InternalTraceElement { in_report: self.in_report_content }
            }
            DamageKind::OutOfBounds => self.out_of_bounds(field.name, element)?,
            DamageKind::MissingElement
                if field.name == "p1.per_recipient_fields" && self.in_report_content =>
            {
                Oddity::NoReportedRecipients
            }
            DamageKind::MissingElement if pick == Some(Pick::GlobalDomain) && p1.in_identifier() => {
                Oddity::IdentifierWithoutDomain
            }
            DamageKind::InvalidValue
                if field.name == "p1.arrival_time" && innermost(element).is_some_and(<[u8]>::is_empty) =>
            {
                Oddity::EmptyArrivalTime
            }
            // What may have been added in a later edition, and what can be read all the same.
            DamageKind::UnknownElement | DamageKind::WrongForm | DamageKind::TooMany => return None,
            _ => Oddity::Undecodable(*kind),
        })
    }

    fn out_of_bounds(&self, field: &str, element: &[u8]) -> Option<Oddity> {
        let contents = innermost(element);
        let empty = contents.is_some_and(<[u8]>::is_empty);
        let bounds = BOUNDS.iter().chain(DOMAIN_BOUNDS.iter().filter(|_| self.domains > 0));
        Some(match field {
            "p1.originally_specified_recipient_number" => Oddity::RecipientNumber(contents.and_then(integer)),
            "p1.private_domain_identifier" if empty => Oddity::EmptyPrivateDomain,
            "p1.content_identifier" if empty => Oddity::EmptyContentIdentifier,
            "p1.per_recipient_fields" if self.in_report_content && is_empty(element) => {
                Oddity::NoReportedRecipients
            }
            _ => {
                let bound = bounds.into_iter().find(|bound| bound.field == field)?;
                let value = match contents {
                    Some(contents) => Some(contents.len() as i64),
                    None => is_empty(element).then_some(0),
                };
                Oddity::OutOfBounds(Excess { bound, value })
            }
        })
    }
}

/// Whether an element is there to its end: its length says how long it is, or end-of-contents octets are there.
fn is_whole(element: &[u8]) -> bool {
    match element {
        [_, 0x80, .., 0, 0] => true,
        [_, length @ 0..=0x7F, rest @ ..] => usize::from(*length) == rest.len(),
        [_, 0x81, length, rest @ ..] => usize::from(*length) == rest.len(),
        [_, 0x82, high, low, rest @ ..] => usize::from(*high) << 8 | usize::from(*low) == rest.len(),
        _ => false,
    }
}

/// Whether a constructed element holds nothing.
fn is_empty(element: &[u8]) -> bool {
    matches!(element, [_, 0] | [_, 0x80, 0, 0])
}

/// The contents of a primitive element, or of the one primitive element that stands in explicit tags.
fn innermost(element: &[u8]) -> Option<&[u8]> {
    let mut element = element;
    loop {
        let (contents, constructed) = match *element {
            [tag, 0x81, _, ref rest @ ..] | [tag, 0x82, _, _, ref rest @ ..] => (rest, tag & 0x20 != 0),
            [tag, 0..=0x80, ref rest @ ..] => (rest, tag & 0x20 != 0),
            _ => return None,
        };
        // A tag that stands around another one is of the application or of the context; a string in pieces and a
        // structure are not of one element.
        let explicit = matches!(element.first(), Some(0x61 | 0x62 | 0xA0..=0xBF));
        match constructed {
            false => return Some(contents),
            true if explicit && matches!(contents.first(), Some(0x02 | 0x12 | 0x13 | 0x16 | 0x17)) => {
                element = contents;
            }
            true => return None,
        }
    }
}

/// Whether contents octets are a UTCTime, but for a third digit of the year: of the years from 2000 as 100 and so on.
fn has_three_digit_year(contents: &[u8]) -> bool {
    matches!(contents, [b'1', rest @ ..] if utc_time(contents).is_none() && utc_time(rest).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_those_of_the_schema() {
        let schema = include_str!("../schema/mts.asn");
        for bound in BOUNDS {
            let line = format!("\n{} INTEGER ::= {}\n", bound.name, bound.high);
            assert!(schema.contains(&line), "{}", bound.name);
        }
    }

    #[test]
    fn the_innermost_contents_are_behind_explicit_tags_only() {
        assert_eq!(innermost(&[0x13, 0]), Some(&[][..]));
        assert_eq!(innermost(&[0x62, 4, 0x13, 2, b'A', b'B']), Some(&b"AB"[..]));
        assert_eq!(innermost(&[0x81, 0x81, 1, 5]), Some(&[5][..]));
        assert_eq!(innermost(&[0x24, 3, 0x04, 1, 5]), None, "a string in pieces");
        assert_eq!(innermost(&[0x30, 0]), None);
        assert_eq!(innermost(&[]), None);
    }

    #[test]
    fn a_year_of_three_digits_is_one_more_than_a_time_has() {
        assert!(has_three_digit_year(b"1261122062714Z"));
        for time in [&b"261122062714Z"[..], b"126112206271Z", b"2261122062714Z", b"Z", b""] {
            assert!(!has_three_digit_year(time), "{time:?}");
        }
    }

    #[test]
    fn an_element_is_whole_when_its_length_says_so() {
        for element in
            [&[0xA0, 2, 1, 2][..], &[0xA0, 0x80, 0, 0], &[0xA0, 0x81, 1, 7], &[0xA0, 0x82, 0, 1, 7]]
        {
            assert!(is_whole(element), "{element:?}");
        }
        for element in [&[0xA0, 3, 1, 2][..], &[0xA0, 0x80, 0], &[0xA0], &[]] {
            assert!(!is_whole(element), "{element:?}");
        }
    }
}
