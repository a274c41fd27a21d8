//! MTS-APDUs (X.411): the message, with its transfer envelope.

use super::Kind;
use super::ber::{Lengths, bits, constructed, integer, string, tlv, wrapped};
use super::ipm::Ipm;
use super::or_address::OrAddress;

/// A message in transfer.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// local-identifier of the MTS identifier; its domain is the originator's.
    pub(crate) local_identifier: String,
    pub(crate) originator: OrAddress,
    pub(crate) recipients: Vec<OrAddress>,
    pub(crate) content_identifier: Option<String>,
    /// 0 normal, 1 non-urgent, 2 urgent.
    pub(crate) priority: u32,
    /// UTCTime of arrival in the originating domain, for the trace.
    pub(crate) arrival_time: String,
    pub(crate) content: Ipm,
    /// How the lengths of APDU and envelope are written.
    pub(crate) lengths: Lengths,
}

impl Message {
    /// The MTS-APDU: message `[0]` (1984: UserMPDU).
    pub(crate) fn encode(&self, kind: Kind) -> Vec<u8> {
        let content = tlv(0x04, &self.content.encode(kind));
        wrapped(self.lengths, 0xA0, &[self.envelope(kind), content])
    }

    fn envelope(&self, kind: Kind) -> Vec<u8> {
        let domain = self.originator.global_domain();
        let content_type = if kind == Kind::X84 { 2 } else { 22 };
        let recipients: Vec<_> = (1..)
            .zip(&self.recipients)
            .map(|(number, recipient)| {
                // responsibility, originating-MTA-report, originator-non-delivery-report
                let indicators = tlv(0x81, &[0x00, 0xC8]);
                constructed(0x31, &[recipient.or_name(kind), integer(0x80, number), indicators])
            })
            .collect();
        let supplied = constructed(0x31, &[string(0x80, &self.arrival_time), integer(0x82, 0)]);
        let mut fields = vec![
            constructed(0x64, &[domain.clone(), string(0x16, &self.local_identifier)]),
            self.originator.or_name(kind),
            constructed(0x65, &[bits(0x80, &[0x20])]), // ia5-text
            integer(0x46, content_type),
        ];
        fields.extend(self.content_identifier.as_deref().map(|text| string(0x4A, text)));
        fields.extend([
            integer(0x47, self.priority),
            tlv(0x48, &[0x04, 0x20]), // alternate-recipient-allowed
            constructed(0xA2, &recipients),
            constructed(0x69, &[constructed(0x30, &[domain, supplied])]),
        ]);
        if kind != Kind::X84 {
            // conversion-with-loss-prohibited, critical for delivery
            let value = constructed(0xA2, &[integer(0x0A, 1)]);
            let extension = constructed(0x30, &[integer(0x80, 4), bits(0x81, &[0x20]), value]);
            fields.push(constructed(0xA3, &[extension]));
        }
        wrapped(self.lengths, 0x31, &fields)
    }
}
