//! MTS-APDUs (X.411): messages and probes with their transfer envelope.

use super::Kind;
use super::ber::{
    Lengths, constructed, integer, octet_string, oid, retagged, rewritten, string, tlv, wrapped,
};
use super::body::{self, BodyPart};
use super::ipm::Ipm;
use super::or_address::OrAddress;
use super::report::Report;
use super::value::Value;

/// What is transferred.
#[derive(Clone, Debug)]
pub(crate) enum Apdu {
    Message(Message),
    Probe(Probe),
    Report(Box<Report>),
}

impl Apdu {
    pub(crate) fn encode(&self, kind: Kind) -> Vec<u8> {
        match self {
            Apdu::Message(message) => message.encode(kind),
            Apdu::Probe(probe) => probe.encode(kind),
            Apdu::Report(report) => report.encode(kind),
        }
    }

    /// How its lengths are written.
    pub(crate) fn lengths(&self) -> Lengths {
        match self {
            Apdu::Message(message) => message.lengths,
            Apdu::Probe(_) | Apdu::Report(_) => Lengths::Definite,
        }
    }
}

/// What the envelopes of messages and probes have in common.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    /// local-identifier of the MTS identifier; its domain is the originator's.
    pub(crate) local_identifier: String,
    pub(crate) originator: OrAddress,
    pub(crate) recipients: Vec<Recipient>,
    /// Without one: 2 on a 1984 association and 22 on the others.
    pub(crate) content_type: Option<ContentType>,
    pub(crate) content_identifier: Option<String>,
    /// per-message-indicators; the first bit is 80.
    pub(crate) indicators: u8,
    /// per-recipient-indicators of each recipient; the first bit is 80.
    pub(crate) recipient_indicators: u8,
    pub(crate) trace: Vec<Hop>,
    /// 1988 only.
    pub(crate) extensions: Vec<Extension>,
}

/// The type of a content.
#[derive(Clone, Debug)]
pub(crate) enum ContentType {
    BuiltIn(u32),
    Named(String),
}

/// A recipient as the envelope has it.
#[derive(Clone, Debug)]
pub(crate) struct Recipient {
    pub(crate) address: OrAddress,
    /// 1988 only.
    pub(crate) extensions: Vec<Extension>,
}

/// One element of trace-information: relayed, at the time of arrival.
#[derive(Clone, Debug)]
pub(crate) struct Hop {
    /// An address in the domain.
    pub(crate) domain: OrAddress,
    /// UTCTime of arrival in the domain.
    pub(crate) arrival_time: String,
}

/// An ExtensionField.
#[derive(Clone, Debug)]
pub(crate) struct Extension {
    pub(crate) name: ExtensionName,
    /// The first form of 1988: an explicit tag around the type.
    pub(crate) first_form: bool,
    /// 80 for submission, 40 for transfer, 20 for delivery.
    pub(crate) criticality: u8,
    /// `None` is NULL, which is not written.
    pub(crate) value: Option<Value>,
}

/// The type of an extension.
#[derive(Clone, Debug)]
pub(crate) enum ExtensionName {
    Standard(u32),
    Private(String),
}

impl Extension {
    /// conversion-with-loss-prohibited, critical for delivery.
    pub(crate) fn conversion_with_loss_prohibited() -> Self {
        Extension {
            name: ExtensionName::Standard(4),
            first_form: false,
            criticality: 0x20,
            value: Some(Value::Octets(integer(0x0A, 1))),
        }
    }

    pub(crate) fn encode(&self, kind: Kind) -> Vec<u8> {
        let mut fields = vec![match (&self.name, self.first_form) {
            (ExtensionName::Standard(number), false) => integer(0x80, *number),
            (ExtensionName::Standard(number), true) => constructed(0xA0, &[integer(0x02, *number)]),
            (ExtensionName::Private(name), false) => retagged(0x83, oid(name)),
            (ExtensionName::Private(name), true) => constructed(0xA0, &[oid(name)]),
        }];
        if self.criticality != 0 {
            fields.push(tlv(0x81, &[5, self.criticality]));
        }
        fields.extend(self.value.iter().map(|value| constructed(0xA2, &[value.encode(kind)])));
        constructed(0x30, &fields)
    }
}

/// The extensions under their tag, when there are any and the kind of association knows them.
pub(crate) fn extensions(tag: u8, extensions: &[Extension], kind: Kind) -> Option<Vec<u8>> {
    let encoded = || extensions.iter().map(|extension| extension.encode(kind)).collect::<Vec<_>>();
    (kind != Kind::X84 && !extensions.is_empty()).then(|| constructed(tag, &encoded()))
}

/// TraceInformation `[APPLICATION 9]`.
pub(crate) fn trace(hops: &[Hop]) -> Vec<u8> {
    let element = |hop: &Hop| {
        let supplied = constructed(0x31, &[string(0x80, &hop.arrival_time), integer(0x82, 0)]);
        constructed(0x30, &[hop.domain.global_domain(), supplied])
    };
    constructed(0x69, &hops.iter().map(element).collect::<Vec<_>>())
}

/// MTSIdentifier `[APPLICATION 4]`.
pub(crate) fn identifier(domain: &OrAddress, local: &str) -> Vec<u8> {
    constructed(0x64, &[domain.global_domain(), string(0x16, local)])
}

impl Envelope {
    pub(crate) fn identifier(&self) -> Vec<u8> {
        identifier(&self.originator, &self.local_identifier)
    }

    pub(crate) fn content_type(&self, kind: Kind) -> Vec<u8> {
        match &self.content_type {
            None => integer(0x46, if kind == Kind::X84 { 2 } else { 22 }),
            Some(ContentType::BuiltIn(number)) => integer(0x46, *number),
            Some(ContentType::Named(name)) => oid(name),
        }
    }

    /// The fields in the order of the Recommendation; `own` stands where messages and probes differ.
    fn fields(&self, body: &[BodyPart], own: Vec<u8>, kind: Kind) -> Vec<Vec<u8>> {
        let recipient = |(number, recipient): (u32, &Recipient)| {
            let indicators = tlv(0x81, &[0, self.recipient_indicators]);
            let mut fields = vec![recipient.address.or_name(kind), integer(0x80, number), indicators];
            fields.extend(extensions(0xA3, &recipient.extensions, kind));
            constructed(0x31, &fields)
        };
        let recipients: Vec<_> = (1..).zip(&self.recipients).map(recipient).collect();
        let mut fields = vec![
            self.identifier(),
            self.originator.or_name(kind),
            body::encoded_information_types(body, kind),
            self.content_type(kind),
        ];
        fields.extend(self.content_identifier.as_deref().map(|text| string(0x4A, text)));
        fields.extend([
            own,
            tlv(0x48, &[4, self.indicators]),
            constructed(0xA2, &recipients),
            trace(&self.trace),
        ]);
        fields.extend(extensions(0xA3, &self.extensions, kind));
        fields
    }
}

/// A message in transfer.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) envelope: Envelope,
    /// 0 normal, 1 non-urgent, 2 urgent.
    pub(crate) priority: u32,
    pub(crate) content: Ipm,
    /// How the lengths of APDU and envelope are written.
    pub(crate) lengths: Lengths,
    /// The octets of each string of a content in pieces.
    pub(crate) pieces: Option<usize>,
    /// Whether it is written as in 1988 even on a 1984 association.
    pub(crate) not_downgraded: bool,
}

impl Message {
    /// message `[0]` (1984: UserMPDU).
    fn encode(&self, kind: Kind) -> Vec<u8> {
        let kind = if self.not_downgraded { Kind::X410 } else { kind };
        let fields = self.envelope.fields(&self.content.body, integer(0x47, self.priority), kind);
        let content = octet_string(self.pieces, &self.content(kind));
        wrapped(self.lengths, 0xA0, &[wrapped(self.lengths, 0x31, &fields), content])
    }

    /// The octets of the content.
    pub(crate) fn content(&self, kind: Kind) -> Vec<u8> {
        rewritten(self.lengths, self.content.encode(kind))
    }
}

/// A probe: what would become of a message like this.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    pub(crate) envelope: Envelope,
    /// Octets of the content it stands for.
    pub(crate) content_length: u32,
}

impl Probe {
    /// The encoded information types are those of a text.
    fn encode(&self, kind: Kind) -> Vec<u8> {
        let body = [BodyPart::Ia5Text(String::new())];
        constructed(0xA2, &self.envelope.fields(&body, integer(0x80, self.content_length), kind))
    }
}
