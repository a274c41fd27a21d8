//! Message transfer: what an MTS-APDU (X.411, X.419) says about itself, and the heading of the interpersonal
//! message or notification inside (X.420).

use std::borrow::Cow;
use std::fmt;

use super::or_address::{Attribute, OrAddress};
use super::schemas::Pick;
use super::{NAME, clipped};
use crate::asn1::{Oid, Time, decode, utc_time};
use crate::capture::{Octets, Quote};
use crate::tree::{Charset, Span};

/// How many recipients are kept of one message. More than any envelope may have (X.411, ub-recipients 32767).
const RECIPIENTS: usize = 32_768;

/// How many pieces are known of a content that is sent in pieces.
const PIECES: usize = 65_536;

/// How many trace elements are kept of one message (X.411, ub-transfers).
const TRACE: usize = 512;

/// How many elements of the internal trace are kept: their domains are few.
const INTERNAL: usize = 16;

/// What is transferred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ApduKind {
    /// A message (UserMPDU in 1984).
    #[default]
    Message,
    /// A probe.
    Probe,
    /// A delivery or non-delivery report.
    Report,
}

impl ApduKind {
    /// The name used in output.
    pub const fn name(self) -> &'static str {
        match self {
            ApduKind::Message => "message",
            ApduKind::Probe => "probe",
            ApduKind::Report => "report",
        }
    }
}

/// A content type: a built-in number or an object identifier (contents octets).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ContentType {
    /// Built-in: 2 is P2, 22 is P22.
    BuiltIn(i64),
    /// External.
    Extended(Vec<u8>),
}

impl fmt::Display for ContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ContentType::BuiltIn(number) => number.fmt(f),
            ContentType::Extended(oid) => Oid(oid).fmt(f),
        }
    }
}

/// An MTS identifier: X.411 8.2.1.1.1.1 (MPDUIdentifier in 1984).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MtsIdentifier {
    /// global-domain-identifier.
    pub domain: OrAddress,
    /// local-identifier.
    pub local: String,
}

impl fmt::Display for MtsIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{};{}]", self.domain, self.local)
    }
}

/// What a report says of one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportType {
    /// Delivered, at this time where it is one.
    Delivered(Option<Time>),
    /// Not delivered.
    NonDelivered {
        /// non-delivery-reason-code.
        reason: i64,
        /// non-delivery-diagnostic-code.
        diagnostic: Option<i64>,
    },
}

/// A recipient of a message or probe, or one that a report speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipient {
    /// The O/R address.
    pub address: OrAddress,
    /// originally-specified-recipient-number.
    pub number: Option<i64>,
    /// Whether the receiving MTA has to deliver to it: bit 0 of per-recipient-indicators.
    pub responsible: bool,
    /// In a report: what became of the message.
    pub report: Option<ReportType>,
    /// In a report: supplementary-information.
    pub supplementary: Option<String>,
}

/// One element of the trace information: X.411 12.2.1.1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceElement {
    /// The domain that the message passed.
    pub domain: OrAddress,
    /// arrival-time; `None` where it is no time.
    pub arrival: Option<Time>,
    /// The octets of arrival-time.
    pub arrival_text: String,
    /// routing-action: 0 relayed, 1 rerouted.
    pub action: Option<i64>,
    /// Whether the message was redirected or a distribution list expanded: other-actions.
    pub other_actions: bool,
    /// Whether the content was converted: converted-encoded-information-types.
    pub converted: bool,
    /// Its octets.
    pub octets: Option<Quote>,
}

/// A time with its octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeField {
    /// The time.
    pub time: Time,
    /// The contents octets.
    pub octets: Quote,
}

impl TimeField {
    fn read(octets: Octets<'_>) -> Option<TimeField> {
        Some(TimeField { time: utc_time(octets.bytes())?, octets: Quote::new(octets) })
    }
}

/// The heading of an interpersonal message, or what a notification refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ipm {
    /// Whether it is a notification.
    pub notification: bool,
    /// user-relative-identifier of this-IPM or subject-ipm.
    pub id: String,
    /// The user of the identifier.
    pub user: OrAddress,
    /// subject.
    pub subject: Option<String>,
    /// The kinds of its body parts, as bits of [`Apdu::encoded_information_types`], bit 0 the least significant.
    pub bodies: u16,
}

/// The fact about one MTS-APDU.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apdu {
    /// Message, probe or report.
    pub kind: ApduKind,
    /// message-, probe- or report-identifier.
    pub id: MtsIdentifier,
    /// originator-name, or report-destination-name.
    pub originator: OrAddress,
    /// The recipients, as far as there were not too many.
    pub recipients: Vec<Recipient>,
    /// content-type.
    pub content_type: Option<ContentType>,
    /// How many octets the content has; of a probe, the content-length it states.
    pub content_length: Option<u64>,
    /// Where the content octets lie in the transferred value: usually one piece.
    pub content: Vec<Span>,
    /// priority: 0 normal, 1 non-urgent, 2 urgent.
    pub priority: Option<i64>,
    /// trace-information.
    pub trace: Vec<TraceElement>,
    /// The interpersonal message inside.
    pub ipm: Option<Ipm>,
    /// Of a report: the identifier of the message that it speaks of.
    pub subject: Option<MtsIdentifier>,
    /// Of a report: whether it brings the content back.
    pub returned: bool,
    /// Of a report: the first non-delivery-reason-code.
    pub reason_octets: Option<Quote>,
    /// Of a report: whether a non-delivery-reason-code is not the shortest encoding of a number.
    pub reason_padded: bool,
    /// The octets of the identifier.
    pub id_octets: Option<Quote>,
    /// original-encoded-information-types, those with a number; bit 0 (undefined) is the least significant.
    pub encoded_information_types: Option<u16>,
    /// deferred-delivery-time.
    pub deferred: Option<TimeField>,
    /// latest-delivery-time.
    pub latest_delivery: Option<TimeField>,
    /// The domains of the internal trace, each once in a row, with the octets of their elements.
    pub internal_trace: Vec<(OrAddress, Quote)>,
}

impl Apdu {
    /// How much memory it takes besides itself.
    pub fn footprint(&self) -> usize {
        let recipient = |recipient: &Recipient| {
            recipient.address.footprint() + recipient.supplementary.as_ref().map_or(0, String::capacity)
        };
        let recipients: usize = self.recipients.iter().map(recipient).sum();
        let trace: usize = self
            .trace
            .iter()
            .map(|element| element.domain.footprint() + element.arrival_text.capacity())
            .sum();
        recipients
            + trace
            + self.recipients.capacity() * size_of::<Recipient>()
            + self.trace.capacity() * size_of::<TraceElement>()
            + self.content.capacity() * size_of::<Span>()
    }

    fn add_body(&mut self, pick: Pick) {
        if let (Some(ipm), Some(number)) = (&mut self.ipm, body_type(pick)) {
            ipm.bodies |= 1 << number;
        }
    }

    /// The name of the priority (X.411 8.2.1.1.1.8).
    pub fn priority_name(&self) -> &'static str {
        match self.priority {
            None | Some(0) => "normal",
            Some(1) => "non-urgent",
            Some(2) => "urgent",
            Some(_) => "unknown",
        }
    }
}

/// What an O/R name or identifier that is being read belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Id,
    Subject,
    Originator,
    Recipient,
    Trace,
    InternalTrace,
    IpmUser,
}

/// Puts the fields that the walker tells into an [`Apdu`].
#[derive(Debug, Default)]
pub(super) struct Reader {
    apdu: Option<Box<Apdu>>,
    places: Vec<Place>,
    /// How deep in interpersonal messages inside each other.
    ipm_depth: u32,
    /// Whether the heading of the outermost one was read: what follows is of the messages that it forwards.
    heading_read: bool,
    /// Whether the trace of the envelope is being read, and not the intermediate one of a report's subject.
    in_trace: bool,
    /// Whether the original encoded information types are being read, and not what they were converted to.
    in_original_types: bool,
    /// How deep in APDUs inside each other: a content can be one.
    depth: u32,
    /// How deep in contents, those that a report brings back included.
    content_depth: u32,
    /// Whether something of what was read last was left out.
    left_out: bool,
}

/// The value of an INTEGER's contents octets, where it fits.
pub(super) fn integer(contents: &[u8]) -> Option<i64> {
    let (first, rest) = contents.split_first()?;
    (rest.len() < 8)
        .then(|| rest.iter().fold(i64::from(*first as i8), |value, octet| value << 8 | i64::from(*octet)))
}

/// The text of a character string by its universal tag; an implicit tag hides it, and then it is a printable one.
fn text(tag: u8, contents: &[u8]) -> Cow<'_, str> {
    let charset = match tag {
        0x14 => Charset::T61,
        0x15 | 0x19 | 0x1B => Charset::Iso2022,
        0x1C => Charset::Universal,
        0x1E => Charset::Bmp,
        0x0C => Charset::Utf8,
        _ => Charset::Ascii,
    };
    decode(charset, &contents[..contents.len().min(NAME)])
}

impl Reader {
    /// What was read, if it was an MTS-APDU.
    pub(super) fn finish(self) -> Option<Box<Apdu>> {
        self.apdu
    }

    /// Whether an MTS-APDU was begun.
    pub(super) fn has_begun(&self) -> bool {
        self.apdu.is_some()
    }

    /// Whether something was left out since it was asked last.
    pub(super) fn left_out(&mut self) -> bool {
        std::mem::take(&mut self.left_out)
    }

    /// The MTS-APDU, while its envelope is being read, or what a report has in place of a content.
    pub(super) fn envelope(&self) -> Option<&Apdu> {
        self.apdu.as_deref().filter(|_| self.content_depth == 0 && self.ipm_depth == 0)
    }

    /// Whether the identifier of the APDU is being read.
    pub(super) fn in_identifier(&self) -> bool {
        self.places.last() == Some(&Place::Id)
    }

    /// Whether the trace information of the envelope is being read.
    pub(super) fn in_trace(&self) -> bool {
        self.in_trace
    }

    pub(super) fn enter(&mut self, pick: Pick, element: Octets<'_>) {
        let begin = match pick {
            Pick::P1Message => Some(ApduKind::Message),
            Pick::P1Probe => Some(ApduKind::Probe),
            Pick::P1Report => Some(ApduKind::Report),
            _ => None,
        };
        self.depth += u32::from(begin.is_some());
        if let (Some(kind), true) = (begin, self.apdu.is_none()) {
            self.apdu = Some(Box::new(Apdu { kind, ..Apdu::default() }));
            return;
        }
        let Some(apdu) = &mut self.apdu else { return };
        match pick {
            Pick::P1Content => self.content_depth += 1,
            Pick::ReturnedContent => {
                self.content_depth += 1;
                apdu.returned = true;
            }
            Pick::Ipm | Pick::Ipn => {
                self.ipm_depth += 1;
                if self.ipm_depth == 1 && apdu.kind == ApduKind::Message {
                    apdu.ipm = Some(Ipm { notification: pick == Pick::Ipn, ..Ipm::default() });
                }
            }
            Pick::ThisIpm | Pick::SubjectIpm if self.ipm_depth == 1 && !self.heading_read => {
                self.places.push(Place::IpmUser);
            }
            _ if self.ipm_depth == 1 && body_type(pick).is_some() => apdu.add_body(pick),
            // What a content says of its own names and recipients is not the envelope's.
            _ if self.ipm_depth > 0 || self.content_depth > 0 => {}
            Pick::MessageIdentifier | Pick::ProbeIdentifier | Pick::ReportIdentifier => {
                apdu.id_octets = Some(Quote::new(element));
                self.places.push(Place::Id)
            }
            Pick::SubjectIdentifier => {
                apdu.subject = Some(MtsIdentifier::default());
                self.places.push(Place::Subject);
            }
            Pick::OriginatorName | Pick::ReportDestinationName => self.places.push(Place::Originator),
            Pick::PerRecipient | Pick::PerRecipientProbe | Pick::PerRecipientReport
                if apdu.recipients.len() < RECIPIENTS =>
            {
                apdu.recipients.push(Recipient::default())
            }
            Pick::PerRecipient | Pick::PerRecipientProbe | Pick::PerRecipientReport => self.left_out = true,
            Pick::RecipientName | Pick::ActualRecipientName => self.places.push(Place::Recipient),
            Pick::TraceInformation => self.in_trace = true,
            Pick::TraceElement if self.in_trace && apdu.trace.len() < TRACE => {
                let octets = Some(Quote::new(element));
                apdu.trace.push(TraceElement { octets, ..TraceElement::default() });
                self.places.push(Place::Trace);
            }
            Pick::TraceElement if self.in_trace => self.left_out = true,
            Pick::InternalTraceElement if apdu.internal_trace.len() < INTERNAL => {
                apdu.internal_trace.push((OrAddress::default(), Quote::new(element)));
                self.places.push(Place::InternalTrace);
            }
            Pick::ConvertedTypes if self.places.last() == Some(&Place::Trace) => {
                if let Some(element) = apdu.trace.last_mut() {
                    element.converted = true;
                }
            }
            Pick::OriginalTypes => {
                self.in_original_types = true;
                apdu.encoded_information_types = Some(0);
            }
            Pick::Delivery => {
                if let Some(recipient) = apdu.recipients.last_mut() {
                    recipient.report = Some(ReportType::Delivered(None));
                }
            }
            _ => {}
        }
    }

    pub(super) fn leave(&mut self, pick: Pick) {
        match pick {
            Pick::Ipm | Pick::Ipn => self.ipm_depth = self.ipm_depth.saturating_sub(1),
            Pick::P1Message | Pick::P1Probe | Pick::P1Report => self.depth = self.depth.saturating_sub(1),
            Pick::P1Content | Pick::ReturnedContent => {
                self.content_depth = self.content_depth.saturating_sub(1);
            }
            Pick::ThisIpm if self.ipm_depth == 1 && !self.heading_read => drop(self.places.pop()),
            // A notification may return the message, whose heading is not its own.
            Pick::SubjectIpm if self.ipm_depth == 1 && !self.heading_read => {
                self.places.pop();
                self.heading_read = true;
            }
            Pick::IpmHeading => self.heading_read = true,
            _ if self.ipm_depth > 0 || self.content_depth > 0 => {}
            Pick::MessageIdentifier
            | Pick::ProbeIdentifier
            | Pick::ReportIdentifier
            | Pick::ReportDestinationName
            | Pick::ActualRecipientName
            | Pick::SubjectIdentifier
            | Pick::OriginatorName
            | Pick::RecipientName => drop(self.places.pop()),
            Pick::TraceElement if self.places.last() == Some(&Place::Trace) => drop(self.places.pop()),
            Pick::TraceInformation => self.in_trace = false,
            Pick::InternalTraceElement if self.places.last() == Some(&Place::InternalTrace) => {
                self.places.pop();
                if let Some(Apdu { internal_trace, .. }) = self.apdu.as_deref_mut() {
                    internal_trace.dedup_by(|later, earlier| later.0 == earlier.0);
                }
            }
            Pick::OriginalTypes => self.in_original_types = false,
            _ => {}
        }
    }

    /// The address or domain that is being read.
    fn address(&mut self) -> Option<&mut OrAddress> {
        let apdu = self.apdu.as_mut()?;
        Some(match self.places.last()? {
            Place::Id => &mut apdu.id.domain,
            Place::Subject => &mut apdu.subject.as_mut()?.domain,
            Place::Originator => &mut apdu.originator,
            Place::Recipient => &mut apdu.recipients.last_mut()?.address,
            Place::Trace => &mut apdu.trace.last_mut()?.domain,
            Place::InternalTrace => &mut apdu.internal_trace.last_mut()?.0,
            Place::IpmUser => &mut apdu.ipm.as_mut()?.user,
        })
    }

    pub(super) fn value(&mut self, pick: Pick, identifier: u8, octets: Octets<'_>, at: Span) {
        let contents = octets.bytes();
        let string = || text(identifier, contents);
        if let Some(attribute) = attribute(pick) {
            if let Some(address) = self.address() {
                let kept = address.add(attribute, &string());
                self.left_out |= !kept || contents.len() > NAME;
            }
            return;
        }
        match pick {
            Pick::DomainDefinedType => {
                if let Some(address) = self.address() {
                    let kept = address.begin_domain_defined(string().into_owned());
                    self.left_out |= !kept || contents.len() > NAME;
                }
                return;
            }
            Pick::DomainDefinedValue => {
                if let Some(address) = self.address() {
                    address.end_domain_defined(string().into_owned());
                    self.left_out |= contents.len() > NAME;
                }
                return;
            }
            _ => {}
        }
        self.left_out |= contents.len() > NAME && self.ipm_depth <= 1 && is_text(pick);
        let place = self.places.last().copied();
        let (depth, in_content) = (self.ipm_depth, self.content_depth > 0);
        let Some(apdu) = &mut self.apdu else { return };
        match pick {
            // Not that of an APDU which is itself a content.
            Pick::P1Content if self.depth == 1 => {
                *apdu.content_length.get_or_insert(0) += contents.len() as u64;
                let end = at.end as usize;
                match apdu.content.len() < PIECES {
                    true => apdu.content.push(Span::new(end.saturating_sub(contents.len()), end)),
                    false => self.left_out = true,
                }
            }
            Pick::IpmIdentifier if depth == 1 && place == Some(Place::IpmUser) => {
                if let Some(ipm) = &mut apdu.ipm {
                    ipm.id = string().into_owned();
                }
            }
            Pick::IpmSubject if depth == 1 && !self.heading_read => {
                if let Some(ipm) = &mut apdu.ipm {
                    let subject = ipm.subject.get_or_insert_default();
                    match subject.len() < NAME {
                        true => subject.push_str(&string()),
                        false => self.left_out |= !contents.is_empty(),
                    }
                }
            }
            // Some body parts are one string.
            _ if depth == 1 && body_type(pick).is_some() => apdu.add_body(pick),
            Pick::ReturnedContent => apdu.returned = true,
            _ if depth > 0 || in_content => {}
            Pick::LocalIdentifier => {
                let id = match place {
                    Some(Place::Id) => Some(&mut apdu.id),
                    Some(Place::Subject) => apdu.subject.as_mut(),
                    _ => None,
                };
                if let Some(id) = id {
                    id.local = string().into_owned();
                }
            }
            Pick::ContentType | Pick::ReportContentType => {
                apdu.content_type = Some(match identifier {
                    0x06 => ContentType::Extended(clipped(contents)),
                    _ => ContentType::BuiltIn(integer(contents).unwrap_or(-1)),
                });
            }
            Pick::ProbeContentLength => {
                apdu.content_length = integer(contents).and_then(|length| u64::try_from(length).ok());
            }
            Pick::Priority => apdu.priority = integer(contents),
            Pick::RecipientNumber => {
                if let Some(recipient) = apdu.recipients.last_mut() {
                    recipient.number = integer(contents);
                }
            }
            Pick::ArrivalTime if place == Some(Place::Trace) => {
                if let Some(element) = apdu.trace.last_mut() {
                    element.arrival = utc_time(contents);
                    element.arrival_text = text(0, contents).into_owned();
                }
            }
            Pick::RoutingAction if place == Some(Place::Trace) => {
                if let Some(element) = apdu.trace.last_mut() {
                    element.action = integer(contents);
                }
            }
            Pick::OtherActions if place == Some(Place::Trace) => {
                if let Some(element) = apdu.trace.last_mut() {
                    element.other_actions = contents.iter().skip(1).any(|bits| *bits != 0);
                }
            }
            Pick::PerRecipientIndicators => {
                if let Some(recipient) = apdu.recipients.last_mut() {
                    recipient.responsible = contents.get(1).is_some_and(|bits| bits & 0x80 != 0);
                }
            }
            Pick::BuiltInTypes if self.in_original_types => {
                // Bit 0 of a BIT STRING is the most significant of its first octet.
                let bits =
                    contents.iter().skip(1).take(2).fold(0, |bits, octet| bits << 8 | u16::from(*octet));
                let bits = if contents.len() == 2 { bits << 8 } else { bits };
                *apdu.encoded_information_types.get_or_insert(0) |= bits.reverse_bits();
            }
            Pick::ExtendedType if self.in_original_types => {
                // id-eit: 2.6.3.4 and the number of the bit.
                if let ([0x56, 0x03, 0x04, number @ 0..=15], Some(types)) =
                    (contents, &mut apdu.encoded_information_types)
                {
                    *types |= 1 << number;
                }
            }
            Pick::DeferredDelivery => apdu.deferred = TimeField::read(octets),
            Pick::LatestDelivery => apdu.latest_delivery = TimeField::read(octets),
            Pick::DeliveryTime => {
                if let Some(recipient) = apdu.recipients.last_mut() {
                    recipient.report = Some(ReportType::Delivered(utc_time(contents)));
                }
            }
            Pick::NonDeliveryReason => {
                apdu.reason_octets.get_or_insert(Quote::new(octets));
                apdu.reason_padded |= contents.len() != 1;
                if let (Some(recipient), Some(reason)) = (apdu.recipients.last_mut(), integer(contents)) {
                    recipient.report = Some(ReportType::NonDelivered { reason, diagnostic: None });
                }
            }
            Pick::NonDeliveryDiagnostic => {
                if let Some(Some(ReportType::NonDelivered { diagnostic, .. })) =
                    apdu.recipients.last_mut().map(|recipient| recipient.report.as_mut())
                {
                    *diagnostic = integer(contents);
                }
            }
            Pick::Supplementary => {
                if let Some(recipient) = apdu.recipients.last_mut() {
                    recipient.supplementary = Some(string().into_owned()).filter(|words| !words.is_empty());
                }
            }
            _ => {}
        }
    }
}

/// The encoded information type of a body part, as the number of its bit. What has none of its own is "undefined".
fn body_type(pick: Pick) -> Option<u16> {
    Some(match pick {
        Pick::Ia5TextBody => 2,
        Pick::G3FacsimileBody => 3,
        Pick::G4Class1Body => 4,
        Pick::TeletexBody => 5,
        Pick::VideotexBody => 6,
        Pick::VoiceBody => 7,
        Pick::MixedModeBody => 9,
        _ => return None,
    })
}

/// Whether a field is a text that is remembered, outside of addresses.
fn is_text(pick: Pick) -> bool {
    use Pick::*;
    matches!(pick, IpmIdentifier | IpmSubject | LocalIdentifier | ContentType | Supplementary)
}

/// The attribute that a field is.
fn attribute(pick: Pick) -> Option<Attribute> {
    Some(match pick {
        Pick::Country => Attribute::Country,
        Pick::AdministrationDomain => Attribute::AdministrationDomain,
        Pick::PrivateDomain | Pick::PrivateDomainIdentifier => Attribute::PrivateDomain,
        Pick::Organization | Pick::TeletexOrganization => Attribute::Organization,
        Pick::OrganizationalUnit | Pick::TeletexOrganizationalUnit => Attribute::OrganizationalUnit,
        Pick::Surname => Attribute::Surname,
        Pick::GivenName => Attribute::GivenName,
        Pick::Initials => Attribute::Initials,
        Pick::GenerationQualifier => Attribute::GenerationQualifier,
        Pick::CommonName | Pick::TeletexCommonName => Attribute::CommonName,
        Pick::NetworkAddress => Attribute::NetworkAddress,
        Pick::TerminalIdentifier => Attribute::TerminalIdentifier,
        Pick::NumericUserIdentifier => Attribute::NumericUserIdentifier,
        Pick::PostalCode => Attribute::Postal("POSTCODE"),
        Pick::PdsName => Attribute::Postal("PD-SYSTEM"),
        Pick::PhysicalDeliveryCountry => Attribute::Postal("PD-C"),
        _ => return None,
    })
}
