//! Interpersonal messages (X.420): P2 and P22 content with one text body part.

use super::Kind;
use super::ber::{bits, constructed, integer, oid, string};
use super::or_address::OrAddress;

/// An interpersonal message. Its content type is 2 on a 1984 association and 22 on the others.
#[derive(Clone, Debug)]
pub(crate) struct Ipm {
    pub(crate) originator: OrAddress,
    pub(crate) recipients: Vec<OrAddress>,
    /// user-relative-identifier of this-IPM.
    pub(crate) identifier: String,
    pub(crate) subject: String,
    /// The ia5-text body part.
    pub(crate) text: String,
    /// The heading extension auto-submitted (1988 only).
    pub(crate) auto_generated: bool,
}

impl Ipm {
    /// The content: IPM `[0]` (1984: IM-UAPDU).
    pub(crate) fn encode(&self, kind: Kind) -> Vec<u8> {
        let descriptor = |address: &OrAddress| constructed(0xA0, &[address.or_name(kind)]);
        let recipients: Vec<_> = self
            .recipients
            .iter()
            .map(|recipient| constructed(0x31, &[descriptor(recipient), bits(0x81, &[0x40])]))
            .collect();
        let mut heading = vec![
            constructed(0x6B, &[self.originator.or_name(kind), string(0x13, &self.identifier)]),
            descriptor(&self.originator),
            constructed(0xA2, &recipients),
            constructed(0xA8, &[string(0x14, &self.subject)]),
        ];
        if self.auto_generated && kind != Kind::X84 {
            let extension = constructed(0x30, &[oid("2.6.1.5.2"), integer(0x0A, 1)]);
            heading.push(constructed(0xAF, &[extension]));
        }
        let ia5_text = constructed(0xA0, &[constructed(0x31, &[]), string(0x16, &self.text)]);
        constructed(0xA0, &[constructed(0x31, &heading), constructed(0x30, &[ia5_text])])
    }
}
