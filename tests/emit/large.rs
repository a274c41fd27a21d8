//! Captures that are too large to be kept: made when a test needs them.

use super::ber::Lengths;
use super::body::BodyPart;
use super::dialogue;
use super::ipm::{self, Ipm};
use super::or_address::OrAddress;
use super::p1::{self, Envelope, Extension, Hop, Message};

/// The capture of a message in normal mode to so many recipients.
pub(crate) fn capture_with_recipients(count: usize) -> Vec<u8> {
    let recipients = (1..=count).map(|number| address(&format!("R{number}"))).collect();
    capture(recipients, BodyPart::Ia5Text("To all of you.\r\n".to_owned()))
}

/// The capture of a message in normal mode with a body part of so many octets.
pub(crate) fn capture_with_body_part(octets: usize) -> Vec<u8> {
    let octets = (0..=u8::MAX).cycle().take(octets).collect();
    capture(vec![address("Receiver")], BodyPart::BilaterallyDefined(octets))
}

/// One association with one message, in segments of 32 kB.
const SCRIPT: &str = r#"
capture start=1996-08-01T08:00:00Z pace=1ms
host alpha 10.1.0.1
host beta 10.1.0.2
connect alpha:1080 beta:102
alpha CR calling-tsap=MTA-A called-tsap=MTA-B
beta CC
alpha CN 1988-normal checkpoint=32 window=3 name=MTA-ALPHA password=secret-A
beta AC name=MTA-BETA password=secret-B
alpha transfer large
alpha FN
beta DN
alpha DR
alpha FIN
beta FIN
"#;

fn address(surname: &str) -> OrAddress {
    let text = format!("/S={surname}/O=Example Org/PRMD=BETA/ADMD=TESTADMD/C=XX/");
    OrAddress::parse(&text).expect("the address is well-formed")
}

fn capture(recipients: Vec<OrAddress>, part: BodyPart) -> Vec<u8> {
    let originator = address("Sender");
    let content = Ipm {
        originator: originator.clone(),
        recipients: recipients.iter().map(|each| ipm::Recipient::new(each.clone(), false)).collect(),
        identifier: "LARGE".to_owned(),
        subject: "Large".to_owned(),
        fields: vec![],
        extensions: vec![],
        body: vec![part],
    };
    let recipient = |address| p1::Recipient { address, extensions: vec![] };
    let envelope = Envelope {
        local_identifier: "LARGE".to_owned(),
        recipients: recipients.into_iter().map(recipient).collect(),
        content_type: None,
        content_identifier: None,
        indicators: 0x20,
        recipient_indicators: 0xC8,
        trace: vec![Hop { domain: originator.clone(), arrival_time: "960801080000Z".to_owned() }],
        extensions: vec![Extension::conversion_with_loss_prohibited()],
        originator,
    };
    let message = Message {
        envelope,
        priority: 0,
        content,
        lengths: Lengths::Definite,
        pieces: None,
        not_downgraded: false,
    };
    dialogue::capture_with("large", message, SCRIPT).expect("the script is right")
}
