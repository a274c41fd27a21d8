//! The statements that describe what is transferred: addresses, messages, probes and reports.

use std::collections::BTreeMap;

use super::body::{BodyPart, File};
use super::dialogue::lengths;
use super::ipm::{self, Ipm, IpmsExtension};
use super::or_address::OrAddress;
use super::p1::{Apdu, ContentType, Envelope, Extension, ExtensionName, Hop, Message, Probe, Recipient};
use super::report::{Outcome, Report, Result as Outcomes};
use super::script::Statement;
use super::value::Value;

/// What the script has described so far.
#[derive(Default)]
pub(crate) struct Mail {
    addresses: BTreeMap<String, OrAddress>,
    apdus: BTreeMap<String, Apdu>,
}

/// alternate-recipient-allowed.
const INDICATORS: u8 = 0x20;
/// responsibility, originating-MTA-report, originator-non-delivery-report.
const RECIPIENT_INDICATORS: u8 = 0xC8;

impl Mail {
    pub(crate) fn insert(&mut self, name: &str, apdu: Apdu) {
        self.apdus.insert(name.to_owned(), apdu);
    }

    pub(crate) fn get(&self, name: &str) -> Result<&Apdu, String> {
        self.apdus.get(name).ok_or_else(|| format!("no message {name:?}"))
    }

    /// Reads a statement of this kind; `false` when it is of another kind. `now` is the UTCTime for what has none.
    pub(crate) fn read(&mut self, verb: &str, statement: &mut Statement, now: &str) -> Result<bool, String> {
        match verb {
            "address" => {
                let name = statement.word("the address's name")?;
                let address = OrAddress::parse(&statement.word("the address")?)?;
                self.addresses.insert(name, address);
            }
            "message" | "probe" | "report" | "copy" => {
                let name = statement.word("a name")?;
                let apdu = match verb {
                    "message" => Apdu::Message(self.message(statement, now)?),
                    "probe" => Apdu::Probe(self.probe(statement, now)?),
                    "report" => Apdu::Report(Box::new(self.report(statement, now)?)),
                    _ => self.get(&statement.required("of")?)?.clone(),
                };
                self.apdus.insert(name, apdu);
            }
            "body" => {
                let name = statement.word("a message")?;
                let part = self.body_part(statement)?;
                self.ipm(&name)?.body.push(part);
            }
            "heading" => {
                let name = statement.word("a message")?;
                let value = self.value(statement)?.ok_or("value= is missing")?;
                self.ipm(&name)?.fields.push(value);
            }
            "heading-extension" => {
                let name = statement.word("a message")?;
                let extension = self.ipms_extension(statement)?;
                let ipm = self.ipm(&name)?;
                let extensions = match statement.number::<usize>("recipient")? {
                    None => Some(&mut ipm.extensions),
                    Some(number) => nth(&mut ipm.recipients, number).map(|each| &mut each.extensions),
                };
                extensions.ok_or("there is no such recipient")?.push(extension);
            }
            "extension" => {
                let name = statement.word("a message")?;
                let extension = self.extension(statement)?;
                self.extensions(&name, statement.number("recipient")?)?.push(extension);
            }
            "trace" => {
                let name = statement.word("a message")?;
                let domain = self.address(&statement.required("domain")?)?;
                let arrival_time = statement.required("arrival")?;
                self.envelope(&name)?.trace.push(Hop { domain, arrival_time });
            }
            "outcome" => {
                let name = statement.word("a report")?;
                let outcome = outcome(statement)?;
                let Some(Apdu::Report(report)) = self.apdus.get_mut(&name) else {
                    return Err(format!("no report {name:?}"));
                };
                if !(1..=report.subject.recipients.len()).contains(&outcome.recipient) {
                    return Err("there is no such recipient".to_owned());
                }
                report.outcomes.push(outcome);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// An address as it stands, or the one of that name.
    fn address(&self, text: &str) -> Result<OrAddress, String> {
        match self.addresses.get(text) {
            Some(address) => Ok(address.clone()),
            None => OrAddress::parse(text),
        }
    }

    /// `value=`; one that is too long for a line is written as several.
    fn value(&self, statement: &mut Statement) -> Result<Option<Value>, String> {
        let mut parts = Vec::new();
        while let Some(part) = statement.text("value")? {
            parts.push(part);
        }
        let read = |text: String| Value::parse(&text, &|address| self.address(address));
        (!parts.is_empty()).then(|| read(parts.join(" "))).transpose()
    }

    fn ipm(&mut self, name: &str) -> Result<&mut Ipm, String> {
        match self.apdus.get_mut(name) {
            Some(Apdu::Message(message)) => Ok(&mut message.content),
            _ => Err(format!("no message {name:?}")),
        }
    }

    fn envelope(&mut self, name: &str) -> Result<&mut Envelope, String> {
        match self.apdus.get_mut(name) {
            Some(Apdu::Message(message)) => Ok(&mut message.envelope),
            Some(Apdu::Probe(probe)) => Ok(&mut probe.envelope),
            _ => Err(format!("no message or probe {name:?}")),
        }
    }

    /// The extensions of an envelope, or of a recipient in it.
    fn extensions(&mut self, name: &str, recipient: Option<usize>) -> Result<&mut Vec<Extension>, String> {
        let found = match (self.apdus.get_mut(name), recipient) {
            (Some(Apdu::Report(report)), None) => Some(&mut report.extensions),
            (Some(Apdu::Report(report)), Some(number)) => {
                let outcome = report.outcomes.iter_mut().find(|outcome| outcome.recipient == number);
                outcome.map(|outcome| &mut outcome.extensions)
            }
            (Some(Apdu::Message(Message { envelope, .. }) | Apdu::Probe(Probe { envelope, .. })), number) => {
                match number {
                    None => Some(&mut envelope.extensions),
                    Some(number) => nth(&mut envelope.recipients, number).map(|each| &mut each.extensions),
                }
            }
            (None, _) => return Err(format!("no message {name:?}")),
        };
        found.ok_or_else(|| "there is no such recipient".to_owned())
    }

    /// `id= from= to=` and what may stand with them. The recipients are the primary ones, then the copy recipients.
    fn new_envelope(
        &self,
        statement: &mut Statement,
        now: &str,
    ) -> Result<(Envelope, Vec<ipm::Recipient>), String> {
        let originator = self.address(&statement.required("from")?)?;
        let mut addressed = Vec::new();
        for (key, copy) in [("to", false), ("cc", true)] {
            while let Some(recipient) = statement.option(key) {
                addressed.push(ipm::Recipient::new(self.address(&recipient)?, copy));
            }
        }
        if addressed.is_empty() {
            return Err("to= is missing".to_owned());
        }
        let recipient = |recipient: &ipm::Recipient| Recipient {
            address: recipient.address.clone(),
            extensions: Vec::new(),
        };
        let content_type = statement.option("content-type").map(|text| match text.parse() {
            Ok(number) => ContentType::BuiltIn(number),
            Err(_) => ContentType::Named(text),
        });
        let arrival_time = statement.option("arrival").unwrap_or_else(|| now.to_owned());
        let envelope = Envelope {
            local_identifier: statement.required("id")?,
            recipients: addressed.iter().map(recipient).collect(),
            content_type,
            content_identifier: statement.option("content-id"),
            indicators: statement.number("indicators")?.unwrap_or(INDICATORS),
            recipient_indicators: statement.number("recipient-indicators")?.unwrap_or(RECIPIENT_INDICATORS),
            trace: vec![Hop { domain: originator.clone(), arrival_time }],
            extensions: vec![Extension::conversion_with_loss_prohibited()],
            originator,
        };
        Ok((envelope, addressed))
    }

    fn message(&self, statement: &mut Statement, now: &str) -> Result<Message, String> {
        let (envelope, recipients) = self.new_envelope(statement, now)?;
        let identifier = statement.option("ipm-id").unwrap_or_else(|| envelope.local_identifier.clone());
        let content = Ipm {
            originator: envelope.originator.clone(),
            recipients,
            identifier,
            subject: statement.text("subject")?.unwrap_or_default(),
            fields: Vec::new(),
            extensions: Vec::new(),
            body: text(statement)?.map(BodyPart::Ia5Text).into_iter().collect(),
        };
        Ok(Message {
            envelope,
            priority: statement.number("priority")?.unwrap_or(0),
            content,
            lengths: lengths(statement)?,
            not_downgraded: match statement.option("edition").as_deref() {
                None => false,
                Some("1988") => true,
                Some(other) => return Err(format!("edition={other}: 1988")),
            },
            pieces: statement.number("pieces")?,
        })
    }

    fn probe(&self, statement: &mut Statement, now: &str) -> Result<Probe, String> {
        let (envelope, _) = self.new_envelope(statement, now)?;
        Ok(Probe { envelope, content_length: statement.number("content-length")?.unwrap_or(0) })
    }

    /// `[returned] of=SUBJECT id= domain= arrival=`.
    fn report(&self, statement: &mut Statement, now: &str) -> Result<Report, String> {
        let returned = statement.flag("returned");
        let (subject, subject_body, message) = match self.get(&statement.required("of")?)? {
            Apdu::Message(message) => {
                (message.envelope.clone(), message.content.body.clone(), Some(message.clone()))
            }
            Apdu::Probe(probe) => (probe.envelope.clone(), vec![BodyPart::Ia5Text(String::new())], None),
            Apdu::Report(_) => return Err("there are no reports on reports".to_owned()),
        };
        Ok(Report {
            local_identifier: statement.required("id")?,
            domain: self.address(&statement.required("domain")?)?,
            time: statement.option("arrival").unwrap_or_else(|| now.to_owned()),
            subject,
            subject_body,
            outcomes: Vec::new(),
            returned: message.filter(|_| returned),
            extensions: Vec::new(),
        })
    }

    fn body_part(&self, statement: &mut Statement) -> Result<BodyPart, String> {
        if let Some(value) = self.value(statement)? {
            return Ok(BodyPart::Other(value));
        }
        let kind = statement.word("the kind of body part")?;
        Ok(match kind.as_str() {
            "ia5-text" => BodyPart::Ia5Text(text(statement)?.ok_or("text= is missing")?),
            "general-text" => {
                let registrations = statement.required("registrations")?;
                let number = |text: &str| text.parse().map_err(|_| format!("{text:?} is no number"));
                BodyPart::GeneralText {
                    registrations: registrations.split(',').map(number).collect::<Result<_, _>>()?,
                    text: text(statement)?.ok_or("text= is missing")?,
                }
            }
            "file" => BodyPart::File(File {
                pathname: statement.text("pathname")?,
                contents_type: statement.option("contents-type"),
                application: statement.option("application"),
                octets: octets(statement)?,
            }),
            "bilaterally-defined" => BodyPart::BilaterallyDefined(octets(statement)?),
            "forwarded" => {
                let Apdu::Message(message) = self.get(&statement.word("a message")?)? else {
                    return Err("only messages are forwarded".to_owned());
                };
                BodyPart::Forwarded {
                    message: Box::new(message.content.clone()),
                    delivery_time: statement.option("delivered"),
                }
            }
            other => return Err(format!("{other:?} is no kind of body part")),
        })
    }

    fn ipms_extension(&self, statement: &mut Statement) -> Result<IpmsExtension, String> {
        Ok(IpmsExtension {
            identifier: statement.word("an object identifier")?,
            value: self.value(statement)?,
        })
    }

    fn extension(&self, statement: &mut Statement) -> Result<Extension, String> {
        let name = statement.word("the extension")?;
        let name = match name.parse() {
            Ok(number) => ExtensionName::Standard(number),
            Err(_) => ExtensionName::Private(name),
        };
        let mut criticality = 0;
        for purpose in statement.option("critical").iter().flat_map(|text| text.split(',')) {
            criticality |= match purpose {
                "for-submission" => 0x80,
                "for-transfer" => 0x40,
                "for-delivery" => 0x20,
                other => return Err(format!("{other:?}: for-submission, for-transfer or for-delivery")),
            };
        }
        let value = self.value(statement)?;
        Ok(Extension { name, first_form: statement.flag("first-form"), criticality, value })
    }
}

fn nth<T>(list: &mut [T], number: usize) -> Option<&mut T> {
    list.get_mut(number.checked_sub(1)?)
}

/// `text=`, one line or more; with `length=` so many characters of it, again and again.
fn text(statement: &mut Statement) -> Result<Option<String>, String> {
    let Some(text) = statement.text("text")? else { return Ok(None) };
    let text = text + "\r\n";
    let length = statement.number("length")?.unwrap_or_else(|| text.chars().count());
    Ok(Some(text.chars().cycle().take(length).collect()))
}

/// `octets=`, text or hexadecimal; with `length=` so many octets of it, again and again.
fn octets(statement: &mut Statement) -> Result<Vec<u8>, String> {
    let octets = statement.selector("octets")?.unwrap_or_default();
    let length = statement.number("length")?.unwrap_or(octets.len());
    Ok(octets.iter().copied().cycle().take(length).collect())
}

/// `recipient=N` with `delivered= user=`, or with `reason= diagnostic=`.
fn outcome(statement: &mut Statement) -> Result<Outcome, String> {
    let result = match (statement.option("delivered"), statement.number("reason")?) {
        (Some(time), None) => Outcomes::Delivered(time, statement.number("user")?.unwrap_or(1)),
        (None, Some(reason)) => Outcomes::NotDelivered(reason, statement.number("diagnostic")?),
        _ => return Err("one of delivered= and reason= is needed".to_owned()),
    };
    Ok(Outcome {
        recipient: statement.number("recipient")?.ok_or("recipient= is missing")?,
        result,
        information: statement.option("information"),
        extensions: Vec::new(),
    })
}
