//! Reports on delivery and non-delivery (X.411).

use super::Kind;
use super::ber::{constructed, integer, string, tlv};
use super::body::{self, BodyPart};
use super::or_address::OrAddress;
use super::p1::{self, Envelope, Extension, Hop};

/// A report (1984: DeliveryReportMPDU). It goes to the originator of its subject.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) local_identifier: String,
    /// An address in the domain that reports.
    pub(crate) domain: OrAddress,
    /// UTCTime of the report.
    pub(crate) time: String,
    pub(crate) subject: Envelope,
    /// The body of the subject, for its encoded information types.
    pub(crate) subject_body: Vec<BodyPart>,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) returned_content: Option<Vec<u8>>,
    /// Of the report's envelope; 1988 only.
    pub(crate) extensions: Vec<Extension>,
}

/// What became of one recipient.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// The recipient's number in the subject, from 1.
    pub(crate) recipient: usize,
    pub(crate) result: Result,
    /// supplementary-information.
    pub(crate) information: Option<String>,
    /// 1988 only.
    pub(crate) extensions: Vec<Extension>,
}

/// The report type.
#[derive(Clone, Debug)]
pub(crate) enum Result {
    /// UTCTime of delivery, and the type of the MTS user.
    Delivered(String, u32),
    /// Reason and diagnostic.
    NotDelivered(u32, Option<u32>),
}

impl Report {
    /// report `[1]`.
    pub(crate) fn encode(&self, kind: Kind) -> Vec<u8> {
        let hop = Hop { domain: self.domain.clone(), arrival_time: self.time.clone() };
        let mut envelope = vec![
            p1::identifier(&self.domain, &self.local_identifier),
            self.subject.originator.or_name(kind),
            p1::trace(&[hop]),
        ];
        envelope.extend(p1::extensions(0xA1, &self.extensions, kind));
        constructed(0xA1, &[constructed(0x31, &envelope), self.content(kind)])
    }

    fn content(&self, kind: Kind) -> Vec<u8> {
        let mut fields = vec![self.subject.identifier(), p1::trace(&self.subject.trace)];
        if kind != Kind::X84 {
            fields.push(body::encoded_information_types(&self.subject_body, kind));
            fields.push(self.subject.content_type(kind));
        }
        fields.extend(self.subject.content_identifier.as_deref().map(|text| string(0x4A, text)));
        let outcomes: Vec<_> = self.outcomes.iter().map(|outcome| self.outcome(outcome, kind)).collect();
        fields.push(constructed(0xA0, &outcomes));
        fields.extend(self.returned_content.as_deref().map(|content| tlv(0x81, content)));
        constructed(0x31, &fields)
    }

    fn outcome(&self, outcome: &Outcome, kind: Kind) -> Vec<u8> {
        let recipient = &self.subject.recipients[outcome.recipient - 1].address;
        let report_type = match &outcome.result {
            Result::Delivered(time, user) => constructed(0xA0, &[string(0x80, time), integer(0x81, *user)]),
            Result::NotDelivered(reason, diagnostic) => {
                let mut parts = vec![integer(0x80, *reason)];
                parts.extend(diagnostic.map(|diagnostic| integer(0x81, diagnostic)));
                constructed(0xA1, &parts)
            }
        };
        // The last trace of a recipient: when the subject came to the domain that reports.
        let arrival = self.subject.trace.last().map_or("", |hop| hop.arrival_time.as_str());
        let last_trace = [string(0x80, arrival), constructed(0xA1, &[report_type])];
        let mut fields = vec![
            super::ber::retagged(0xA0, recipient.or_name(kind)),
            integer(0x81, outcome.recipient as u32),
            tlv(0x82, &[0, self.subject.recipient_indicators]),
            constructed(0xA3, &last_trace),
        ];
        fields.extend(outcome.information.as_deref().map(|text| string(0x85, text)));
        fields.extend(p1::extensions(0xA6, &outcome.extensions, kind));
        constructed(0x31, &fields)
    }
}
