//! What is remembered of the addresses of a message, to explain what comes later: a report on it, the next hop's
//! copy, a notification (X.411 12.2, X.420 clause 8).

use std::collections::VecDeque;
use std::fmt::{self, Write as _};

use foldhash::HashMap;

use crate::capture::FrameNo;
use crate::layers::or_address::{Attribute, OrAddress};
use crate::layers::p1::{Apdu, ApduKind, Recipient};

use super::Message;
use super::memory::hash_of;

/// How many messages with something to remember are remembered, and how many interpersonal messages. The oldest is
/// forgotten first.
const REMEMBERED: usize = 20_000;

/// How many recipients of one message are remembered.
const RECIPIENTS: usize = 64;

/// What is remembered of the addresses of a message or probe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addressing {
    /// The frame that brought it.
    pub frame: FrameNo,
    /// Whether the originator's address has no PRMD.
    pub originator_without_prmd: bool,
    /// Whether the domain of its identifier has no PRMD.
    pub domain_without_prmd: bool,
    /// The numbers of the recipients whose addresses have no PRMD.
    pub without_prmd: Vec<i64>,
    /// The recipients that are users of Internet mail: number, and whether the type of the attribute is SMTP and not
    /// RFC-822.
    pub internet: Vec<(i64, bool)>,
}

/// What was captured before and explains a message, report or notification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    /// Of a report: the addresses of what it speaks of.
    pub subject: Option<Addressing>,
    /// The addresses of the same message, transferred before.
    pub copy: Option<Addressing>,
    /// Of a notification: the message whose identifier it gives otherwise than that message did.
    pub misnamed: Option<Misnamed>,
}

/// A notification names its message wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misnamed {
    /// The frame that brought the message.
    pub frame: FrameNo,
    /// Whether the notification leaves the user out; else it names another one.
    pub absent: bool,
}

/// Whether an address that should have a PRMD has none, or an empty one. A terminal's address has no domain.
pub fn lacks_prmd(address: &OrAddress) -> bool {
    let has = |attribute| address.get(attribute).is_some();
    has(Attribute::AdministrationDomain)
        && !has(Attribute::NetworkAddress)
        && address.get(Attribute::PrivateDomain).is_none_or(str::is_empty)
}

/// Whether a recipient is a user of Internet mail by a domain-defined attribute, and if so whether its type is SMTP.
fn internet(recipient: &Recipient) -> Option<bool> {
    let mut types = recipient.address.domain_defined().map(|(kind, _)| kind);
    types.find_map(|kind| match () {
        () if kind.eq_ignore_ascii_case("SMTP") => Some(true),
        () if kind.eq_ignore_ascii_case("RFC-822") => Some(false),
        () => None,
    })
}

impl Addressing {
    /// What is to be remembered of an APDU, if anything is.
    fn of(apdu: &Apdu, frame: FrameNo) -> Option<Addressing> {
        let mut found = Addressing {
            frame,
            originator_without_prmd: lacks_prmd(&apdu.originator),
            domain_without_prmd: lacks_prmd(&apdu.id.domain),
            ..Addressing::default()
        };
        for recipient in &apdu.recipients {
            let Some(number) = recipient.number else { continue };
            if lacks_prmd(&recipient.address) && found.without_prmd.len() < RECIPIENTS {
                found.without_prmd.push(number);
            }
            if let Some(smtp) = internet(recipient)
                && found.internet.len() < RECIPIENTS
            {
                found.internet.push((number, smtp));
            }
        }
        let plain = Addressing { frame, ..Addressing::default() };
        (found != plain).then_some(found)
    }
}

/// A memory of limited size.
#[derive(Debug)]
struct Memory<T> {
    /// By the hash of what it is remembered by.
    known: HashMap<u64, T>,
    order: VecDeque<u64>,
    /// How many were forgotten.
    forgotten: u64,
}

impl<T> Default for Memory<T> {
    fn default() -> Memory<T> {
        Memory { known: HashMap::default(), order: VecDeque::new(), forgotten: 0 }
    }
}

impl<T> Memory<T> {
    fn put(&mut self, key: u64, value: T) {
        if self.order.len() >= REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
            self.forgotten += 1;
        }
        if self.known.insert(key, value).is_none() {
            self.order.push_back(key);
        }
    }
}

/// Remembers addresses.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    /// By MTS identifier.
    messages: Memory<Addressing>,
    /// The user in the identifier of an interpersonal message, by the identifier's local part.
    ipms: Memory<(FrameNo, Option<u64>)>,
}

impl Addresses {
    /// How many messages were forgotten.
    pub(super) fn forgotten(&self) -> u64 {
        self.messages.forgotten + self.ipms.forgotten
    }

    /// Tells what was captured before that explains a message, and remembers it.
    pub(super) fn join(&mut self, message: &Message) -> Earlier {
        let Message { apdu, last_frame, .. } = message;
        let mut earlier = Earlier::default();
        if let Some(subject) = &apdu.subject {
            earlier.subject = self.messages.known.get(&hash_of(subject)).cloned();
        }
        if apdu.kind != ApduKind::Report
            && let Some(found) = Addressing::of(apdu, *last_frame)
        {
            let id = hash_of(&apdu.id);
            match self.messages.known.get(&id) {
                Some(before) => earlier.copy = Some(before.clone()),
                None => self.messages.put(id, found),
            }
        }
        if let Some(ipm) = &apdu.ipm
            && !ipm.id.is_empty()
        {
            let user = comparable(&ipm.user);
            if !ipm.notification {
                self.ipms.put(hash_of(&ipm.id), (*last_frame, user));
            } else if let Some((frame, named)) = self.ipms.known.get(&hash_of(&ipm.id))
                && named.is_some()
                && *named != user
            {
                // Another user's message may have the same local part: the notification goes to whom it is meant for.
                let addressed =
                    || apdu.recipients.iter().any(|recipient| comparable(&recipient.address) == *named);
                if addressed() {
                    earlier.misnamed = Some(Misnamed { frame: *frame, absent: user.is_none() });
                }
            }
        }
        earlier
    }
}

/// A number for an address as it is compared (X.402 18.4), where there is one: case and blanks do not count.
fn comparable(address: &OrAddress) -> Option<u64> {
    let mut text = Comparable(String::with_capacity(64));
    // Writing to a String does not fail.
    let _ = write!(text, "{address}");
    (!text.0.is_empty()).then(|| hash_of(&text.0))
}

/// Takes text as it is compared.
struct Comparable(String);

impl fmt::Write for Comparable {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.is_ascii() {
            let octets = text.bytes().filter(|octet| !char::from(*octet).is_whitespace());
            self.0.extend(octets.map(|octet| char::from(octet.to_ascii_lowercase())));
        } else {
            self.0.extend(text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::p1::{Ipm, MtsIdentifier};

    fn address(attributes: &[(Attribute, &str)]) -> OrAddress {
        let mut address = OrAddress::default();
        for (attribute, value) in attributes {
            address.add(*attribute, value);
        }
        address
    }

    fn message(apdu: Apdu, frame: u32) -> Message {
        Message::transferred(apdu, FrameNo(frame.into()))
    }

    /// A user of a PRMD.
    fn user(surname: &str) -> OrAddress {
        use Attribute::*;
        address(&[(Country, "XX"), (AdministrationDomain, "A"), (PrivateDomain, "P"), (Surname, surname)])
    }

    #[test]
    fn what_lacks_a_prmd_is_an_address_with_a_domain() {
        use Attribute::*;
        assert!(!lacks_prmd(&user("S")) && !lacks_prmd(&OrAddress::default()));
        assert!(lacks_prmd(&address(&[(Country, "XX"), (AdministrationDomain, " ")])));
        assert!(lacks_prmd(&address(&[(AdministrationDomain, "A"), (PrivateDomain, "")])));
        assert!(!lacks_prmd(&address(&[(AdministrationDomain, "A"), (NetworkAddress, "26245")])));
    }

    #[test]
    fn reports_and_copies_are_joined_to_the_message_before() {
        let id = MtsIdentifier { domain: user("S"), local: "1".to_owned() };
        let mut recipient = Recipient { number: Some(7), address: user("R"), ..Recipient::default() };
        recipient.address.begin_domain_defined("RFC-822".to_owned());
        let sent = Apdu { id: id.clone(), recipients: vec![recipient], ..Apdu::default() };
        let report = Apdu { kind: ApduKind::Report, subject: Some(id), ..Apdu::default() };
        let mut addresses = Addresses::default();
        assert_eq!(addresses.join(&message(report.clone(), 1)), Earlier::default());
        assert_eq!(addresses.join(&message(sent.clone(), 2)), Earlier::default());
        let known = Addressing { frame: FrameNo(2), internet: vec![(7, false)], ..Addressing::default() };
        assert_eq!(addresses.join(&message(report, 3)).subject.as_ref(), Some(&known));
        assert_eq!(addresses.join(&message(sent, 4)).copy, Some(known));
    }

    #[test]
    fn a_notification_names_its_message_as_that_names_itself() {
        let ipm = |notification, user| Some(Ipm { notification, id: "1".to_owned(), user, ..Ipm::default() });
        let sent = Apdu { ipm: ipm(false, user("Sender")), ..Apdu::default() };
        let notice = |named: OrAddress, to: &str| {
            let recipient = Recipient { address: user(to), ..Recipient::default() };
            Apdu { ipm: ipm(true, named), recipients: vec![recipient], ..Apdu::default() }
        };
        let mut addresses = Addresses::default();
        let mut misnamed = |apdu| addresses.join(&message(apdu, 9)).misnamed.map(|found| found.absent);
        assert_eq!(misnamed(notice(OrAddress::default(), "Sender")), None);
        assert_eq!(misnamed(sent), None);
        assert_eq!(misnamed(notice(user("SENDER"), "sender")), None);
        assert_eq!(misnamed(notice(OrAddress::default(), "Sender")), Some(true));
        assert_eq!(misnamed(notice(user("Other"), "Sender")), Some(false));
        // Another user's message with the same local part.
        assert_eq!(misnamed(notice(user("Other"), "Other")), None);
    }
}
