//! Interpersonal messages (X.420): P2 and P22 content.

use super::Kind;
use super::ber::{bits, constructed, integer, oid, string};
use super::body::BodyPart;
use super::or_address::OrAddress;
use super::value::Value;

/// An interpersonal message. Its content type is 2 on a 1984 association and 22 on the others.
#[derive(Clone, Debug)]
pub(crate) struct Ipm {
    pub(crate) originator: OrAddress,
    /// Primary and copy recipients, numbered together.
    pub(crate) recipients: Vec<Recipient>,
    /// user-relative-identifier of this-IPM.
    pub(crate) identifier: String,
    pub(crate) subject: String,
    /// Heading fields that have no place above.
    pub(crate) fields: Vec<Value>,
    /// Heading extensions (1988 only).
    pub(crate) extensions: Vec<IpmsExtension>,
    pub(crate) body: Vec<BodyPart>,
}

/// A recipient as the heading has it.
#[derive(Clone, Debug)]
pub(crate) struct Recipient {
    pub(crate) address: OrAddress,
    /// A copy recipient, no primary one.
    pub(crate) copy: bool,
    /// Recipient extensions (1988 only).
    pub(crate) extensions: Vec<IpmsExtension>,
}

impl Recipient {
    pub(crate) fn new(address: OrAddress, copy: bool) -> Self {
        Recipient { address, copy, extensions: Vec::new() }
    }
}

/// An extension of heading or recipient: its type, an object identifier, and its value.
#[derive(Clone, Debug)]
pub(crate) struct IpmsExtension {
    pub(crate) identifier: String,
    /// `None` is NULL, which is not written.
    pub(crate) value: Option<Value>,
}

impl IpmsExtension {
    fn encode(&self, kind: Kind) -> Vec<u8> {
        let value = self.value.iter().map(|value| value.encode(kind)).collect::<Vec<_>>().concat();
        constructed(0x30, &[oid(&self.identifier), value])
    }
}

/// The extensions under their tag, when there are any and the kind of association knows them.
fn extensions(tag: u8, extensions: &[IpmsExtension], kind: Kind) -> Option<Vec<u8>> {
    let encoded = || extensions.iter().map(|extension| extension.encode(kind)).collect::<Vec<_>>();
    (kind != Kind::X84 && !extensions.is_empty()).then(|| constructed(tag, &encoded()))
}

fn descriptor(address: &OrAddress, kind: Kind) -> Vec<u8> {
    constructed(0xA0, &[address.or_name(kind)])
}

impl Ipm {
    /// The content: IPM `[0]` (1984: IM-UAPDU).
    pub(crate) fn encode(&self, kind: Kind) -> Vec<u8> {
        constructed(0xA0, &self.parts(kind))
    }

    /// Heading and body.
    pub(crate) fn parts(&self, kind: Kind) -> [Vec<u8>; 2] {
        let mut heading = vec![
            constructed(0x6B, &[self.originator.or_name(kind), string(0x13, &self.identifier)]),
            descriptor(&self.originator, kind),
        ];
        heading.extend(self.recipients(0xA2, false, kind));
        heading.extend(self.recipients(0xA3, true, kind));
        heading.push(constructed(0xA8, &[string(0x14, &self.subject)]));
        heading.extend(self.fields.iter().map(|field| field.encode(kind)));
        heading.extend(extensions(0xAF, &self.extensions, kind));
        let body: Vec<_> = self.body.iter().map(|part| part.encode(kind)).collect();
        [constructed(0x31, &heading), constructed(0x30, &body)]
    }

    /// The primary or the copy recipients. Of all of them a notification of non-receipt is wanted.
    fn recipients(&self, tag: u8, copy: bool, kind: Kind) -> Option<Vec<u8>> {
        let specifier = |recipient: &Recipient| {
            let mut fields = vec![descriptor(&recipient.address, kind), bits(0x81, &[0x40])];
            fields.extend(extensions(0xA3, &recipient.extensions, kind));
            constructed(0x31, &fields)
        };
        let recipients = self.recipients.iter().filter(|recipient| recipient.copy == copy);
        let specifiers: Vec<_> = recipients.map(specifier).collect();
        (!specifiers.is_empty()).then(|| constructed(tag, &specifiers))
    }
}

/// The heading extension auto-submitted with the value auto-generated.
pub(crate) fn auto_generated() -> IpmsExtension {
    IpmsExtension { identifier: "2.6.1.5.2".to_owned(), value: Some(Value::Octets(integer(0x0A, 1))) }
}
