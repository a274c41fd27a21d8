//! The body parts of interpersonal messages (X.420), and the encoded information types they call for (X.411).

use std::collections::BTreeSet;

use super::Kind;
use super::ber::{constructed, integer, oid, retagged, string, tlv};
use super::ipm::Ipm;
use super::value::Value;

/// A body part.
#[derive(Clone, Debug)]
pub(crate) enum BodyPart {
    Ia5Text(String),
    /// General text: the registrations of its character sets (ISO 2375), and Latin-1 characters.
    GeneralText {
        registrations: Vec<u32>,
        text: String,
    },
    File(File),
    BilaterallyDefined(Vec<u8>),
    Forwarded {
        message: Box<Ipm>,
        delivery_time: Option<String>,
    },
    /// Any other one.
    Other(Value),
}

/// A file-transfer body part.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// The complete pathname.
    pub(crate) pathname: Option<String>,
    /// The contents type, an object identifier of FTAM.
    pub(crate) contents_type: Option<String>,
    /// The application reference, an object identifier.
    pub(crate) application: Option<String>,
    pub(crate) octets: Vec<u8>,
}

/// Types of externally-defined body parts: 2.6.1.4 and this arc; their parameters are 2.6.1.11 and the same arc.
const GENERAL_TEXT: u32 = 11;
const FILE_TRANSFER: u32 = 12;
/// The FTAM abstract syntax of unstructured binary files.
const UNSTRUCTURED_BINARY: &str = "1.0.8571.2.4";

impl BodyPart {
    pub(crate) fn encode(&self, kind: Kind) -> Vec<u8> {
        match self {
            BodyPart::Ia5Text(text) => constructed(0xA0, &[constructed(0x31, &[]), string(0x16, text)]),
            BodyPart::GeneralText { registrations, text } => {
                let numbers: Vec<_> = registrations.iter().map(|number| integer(0x02, *number)).collect();
                externally_defined(GENERAL_TEXT, constructed(0x31, &numbers), string(0x1B, text))
            }
            BodyPart::File(file) => {
                externally_defined(FILE_TRANSFER, constructed(0x30, &file.parameters()), file.data())
            }
            BodyPart::BilaterallyDefined(octets) => tlv(0x8E, octets),
            BodyPart::Forwarded { message, delivery_time } => {
                let time: Vec<_> = delivery_time.iter().map(|time| string(0x80, time)).collect();
                constructed(0xA9, &[constructed(0x31, &time), constructed(0x30, &message.parts(kind))])
            }
            BodyPart::Other(value) => value.encode(kind),
        }
    }
}

/// An externally-defined body part with parameters.
fn externally_defined(arc: u32, parameters: Vec<u8>, data: Vec<u8>) -> Vec<u8> {
    let external = |tag, identifier: &str, value| {
        constructed(tag, &[oid(&format!("{identifier}.{arc}")), constructed(0xA0, &[value])])
    };
    constructed(0xAF, &[external(0xA0, "2.6.1.11", parameters), external(0x28, "2.6.1.4", data)])
}

impl File {
    fn parameters(&self) -> Vec<Vec<u8>> {
        let contents_type = |identifier: &String| {
            let document_type = constructed(0xA0, &[oid(identifier)]);
            constructed(0xA1, &[document_type])
        };
        let application = |identifier: &String| {
            let reference = constructed(0xA0, &[retagged(0x80, oid(identifier))]);
            constructed(0xA2, &[reference])
        };
        let mut attributes: Vec<_> =
            self.pathname.iter().map(|name| constructed(0xB7, &[string(0x19, name)])).collect();
        attributes.push(constructed(0xAD, &[integer(0x81, self.octets.len() as u32)]));
        let mut parameters: Vec<_> = self.contents_type.iter().map(contents_type).collect();
        parameters.extend(self.application.iter().map(application));
        parameters.push(constructed(0xA4, &attributes));
        parameters
    }

    fn data(&self) -> Vec<u8> {
        constructed(0x30, &[constructed(0x28, &[oid(UNSTRUCTURED_BINARY), tlv(0x81, &self.octets)])])
    }
}

/// EncodedInformationTypes `[APPLICATION 5]` of these body parts. The extended types are of 1988.
pub(crate) fn encoded_information_types(body: &[BodyPart], kind: Kind) -> Vec<u8> {
    let mut types = Types::default();
    types.collect(body);
    let mut fields = vec![super::ber::bits(0x80, &[types.built_in])];
    if kind != Kind::X84 && !types.extended.is_empty() {
        fields.push(constructed(0xA4, &types.extended.iter().map(|name| oid(name)).collect::<Vec<_>>()));
    }
    constructed(0x65, &fields)
}

#[derive(Default)]
struct Types {
    built_in: u8,
    extended: BTreeSet<String>,
}

impl Types {
    fn collect(&mut self, body: &[BodyPart]) {
        for part in body {
            match part {
                BodyPart::Ia5Text(_) => self.built_in |= 0x20,
                BodyPart::GeneralText { registrations, .. } => {
                    self.extended
                        .extend(registrations.iter().map(|number| format!("1.0.10021.7.1.0.{number}")));
                }
                BodyPart::File(_) => drop(self.extended.insert("2.6.1.12.0".to_owned())),
                BodyPart::BilaterallyDefined(_) | BodyPart::Other(_) => self.built_in |= 0x80,
                BodyPart::Forwarded { message, .. } => self.collect(&message.body),
            }
        }
    }
}
