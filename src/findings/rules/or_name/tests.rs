//! What reports and copies say of addresses.

use super::*;
use crate::analysis::{Addressing, Misnamed};
use crate::capture::FrameNo;
use crate::findings::find;
use crate::layers::or_address::{Attribute, OrAddress};
use crate::layers::p1::{Apdu, ApduKind, Ipm};

fn user(prmd: Option<&str>, more: &[(Attribute, &str)]) -> OrAddress {
    let mut address = OrAddress::default();
    address.add(Attribute::Country, "XX");
    address.add(Attribute::AdministrationDomain, "A");
    if let Some(prmd) = prmd {
        address.add(Attribute::PrivateDomain, prmd);
    }
    for (attribute, value) in more {
        address.add(*attribute, value);
    }
    address
}

fn recipient(address: OrAddress, report: Option<ReportType>) -> Recipient {
    Recipient { address, number: Some(1), report, ..Recipient::default() }
}

fn failed(diagnostic: i64) -> Option<ReportType> {
    Some(ReportType::NonDelivered { reason: 1, diagnostic: Some(diagnostic) })
}

fn report(recipients: Vec<Recipient>) -> Message {
    let originator = user(Some("P"), &[]);
    let apdu = Apdu { kind: ApduKind::Report, originator, recipients, ..Apdu::default() };
    Message::transferred(apdu, FrameNo(9))
}

/// What a rule raises on a message: the severity and certainty.
fn raised(id: &str, message: &Message) -> Option<(Severity, Certainty)> {
    let rule = find(id).expect("there is such a rule");
    let mut out = Collector::default();
    match rule.check {
        Check::Message(check) | Check::Several(&[_, Check::Message(check)]) => check(message, rule, &mut out),
        _ => panic!("it is not asked about messages"),
    }
    out.findings().first().map(|finding| (finding.severity, finding.certainty))
}

#[test]
fn a_missing_prmd_explains_invalid_arguments() {
    let told = |message: &Message| raised("orname-missing-prmd", message).map(|(severity, _)| severity);
    let without = |result| recipient(user(None, &[]), result);
    let with = |result| recipient(user(Some("P"), &[]), result);
    let delivered = || Some(ReportType::Delivered(None));
    assert_eq!(told(&report(vec![without(failed(11))])), Some(Severity::Error));
    assert_eq!(told(&report(vec![recipient(user(Some(""), &[]), failed(11))])), Some(Severity::Error));
    assert_eq!(told(&report(vec![without(failed(0))])), Some(Severity::Warning));
    // Others without a PRMD were delivered to, another diagnostic, or nothing missing.
    assert_eq!(told(&report(vec![without(failed(0)), without(delivered())])), None);
    assert_eq!(told(&report(vec![without(failed(5)), without(delivered())])), None);
    assert_eq!(told(&report(vec![with(failed(11)), with(failed(0))])), None);
    // What was seen of the message itself.
    let mut known = report(vec![with(failed(11))]);
    known.earlier.subject = Some(Addressing { originator_without_prmd: true, ..Addressing::default() });
    assert_eq!(told(&known), Some(Severity::Error));
    let mut unknown = report(vec![with(failed(0))]);
    unknown.earlier.subject = known.earlier.subject;
    assert_eq!(told(&unknown), None, "the originator's address does not make a recipient unknown");
}

#[test]
fn a_numeric_address_with_a_prmd_explains_unable_to_downgrade() {
    let told = |address, diagnostic| {
        let report = report(vec![recipient(address, failed(diagnostic))]);
        raised("orname-numeric-with-prmd", &report).map(|(severity, _)| severity)
    };
    let numeric = [(Attribute::NumericUserIdentifier, "4711")];
    assert_eq!(told(user(Some("P"), &numeric), 47), Some(Severity::Warning));
    assert_eq!(told(user(Some("P"), &[(Attribute::NetworkAddress, "26245")]), 47), Some(Severity::Warning));
    assert_eq!(told(user(Some("P"), &numeric), 11), None);
    assert_eq!(told(user(None, &numeric), 47), None);
    assert_eq!(told(user(Some("P"), &[]), 47), None);
}

#[test]
fn a_type_that_differs_in_the_copy_was_rewritten() {
    let told = |before: bool, now: &[&str]| {
        let mut address = user(Some("P"), &[]);
        for kind in now {
            address.begin_domain_defined((*kind).to_owned());
        }
        let apdu = Apdu { recipients: vec![recipient(address, None)], ..Apdu::default() };
        let mut message = Message::transferred(apdu, FrameNo(9));
        message.earlier.copy = Some(Addressing { internet: vec![(1, before)], ..Addressing::default() });
        raised("orname-dda-type-rewritten", &message).is_some()
    };
    assert!(told(false, &["SMTP"]) && told(true, &["RFC-822"]));
    assert!(!told(false, &["RFC-822"]) && !told(false, &["X"]) && !told(false, &["SMTP", "RFC-822"]));
}

#[test]
fn a_notification_that_names_another_message_is_told() {
    let ipm = Some(Ipm { notification: true, id: "1".to_owned(), ..Ipm::default() });
    let mut message = Message::transferred(Apdu { ipm, ..Apdu::default() }, FrameNo(9));
    assert_eq!(raised("p2-ipn-subject-ipm-mismatch", &message), None);
    message.earlier.misnamed = Some(Misnamed { frame: FrameNo(3), absent: true });
    let expected = Some((Severity::Warning, Certainty::Strong));
    assert_eq!(raised("p2-ipn-subject-ipm-mismatch", &message), expected);
}
