//! The emitters against octets worked out by hand from the Recommendations.

use crate::emit::ber::{self, Lengths};
use crate::emit::body::{self, BodyPart};
use crate::emit::ipm::{self, Ipm};
use crate::emit::or_address::OrAddress;
use crate::emit::p1::{self, Apdu, Envelope, Extension, ExtensionName, Hop, Message};
use crate::emit::rtse::{ConnectionData, Open, SessionConnectionIdentifier};
use crate::emit::script::hexadecimal;
use crate::emit::value::Value;
use crate::emit::{Kind, acse, bind, cotp, large, presentation, rtse, session, time, tpkt};

fn octets(digits: &str) -> Vec<u8> {
    hexadecimal(digits).expect("the test's own octets")
}

/// One TSDU in one DT in one TPKT.
fn packet(tsdu: &[u8]) -> Vec<u8> {
    let tpdus = cotp::dt(tsdu, 65531);
    assert_eq!(tpdus.len(), 1);
    tpkt::packet(0, &tpdus[0])
}

fn references() -> SessionConnectionIdentifier {
    SessionConnectionIdentifier {
        user_reference: octets("14 05 4D 54 41 2D 41"),
        common_reference: octets("17 0D 32 33 31 31 31 34 32 32 31 33 32 30 5A"),
    }
}

fn open_request(application_protocol: Option<u32>) -> Open {
    Open {
        checkpoint_size: 32,
        window_size: 3,
        dialogue_mode: Some(0),
        data: ConnectionData::Open(bind::bind(Some("MTA-A"), Some("secret"))),
        application_protocol,
    }
}

/// The CONNECT with this user data; the session selectors are SA and SB.
fn connect(versions: u8, user_data: Vec<u8>) -> Vec<u8> {
    let references = references();
    let connect = session::Connect {
        references: &references,
        versions,
        token_setting: 0,
        requirements: session::RTSE_UNITS,
        calling_selector: Some(b"SA"),
        called_selector: Some(b"SB"),
        user_data,
    };
    packet(&connect.cn())
}

#[test]
fn transport_connection_is_asked_for_confirmed_and_refused() {
    let request = cotp::Connect {
        destination: 0,
        source: 1,
        tpdu_size: Some(2048),
        calling: Some(b"MTA-A"),
        called: Some(b"MTA-B"),
    };
    let confirm =
        cotp::Connect { destination: 1, source: 0x4102, tpdu_size: Some(2048), calling: None, called: None };
    assert_eq!(tpkt::packet(0, &request.cr()), octets(CR));
    assert_eq!(tpkt::packet(0, &confirm.cc()), octets(CC));
    assert_eq!(tpkt::packet(0, &cotp::dr(1, 0, 3, &[])), octets(DR));
}

#[test]
fn long_tsdu_goes_into_several_dt_of_which_the_last_has_the_end_mark() {
    assert_eq!(
        cotp::dt(&[7; 5], 5),
        [octets("02 F0 00 07 07"), octets("02 F0 00 07 07"), octets("02 F0 80 07")]
    );
}

#[test]
fn connect_of_the_normal_mode_carries_cp_aarq_rtorq_and_bind() {
    let rtorq = rtse::rtorq(&open_request(None).request(Kind::Normal));
    let aarq = acse::aarq(presentation::MTA_RTSE, rtorq);
    let user_data = presentation::user_data(Lengths::Definite, presentation::ACSE, aarq);
    assert_eq!(connect(2, presentation::cp(Some(b"PA"), Some(b"PB"), user_data)), octets(CONNECT_NORMAL));
}

#[test]
fn connect_of_the_x410_mode_carries_the_components_of_rtorq() {
    let components = open_request(Some(12)).request(Kind::X410);
    assert_eq!(connect(1, presentation::x410(&components)), octets(CONNECT_X410));
    let components = open_request(None).request(Kind::X84);
    assert_eq!(presentation::x410(&components), octets(CP_X84));
}

#[test]
fn answer_of_the_normal_mode_carries_cpa_aare_rtoac_and_bind() {
    let open = Open {
        checkpoint_size: 32,
        window_size: 3,
        dialogue_mode: None,
        data: ConnectionData::Open(bind::bind(Some("MTA-B"), Some("secret2"))),
        application_protocol: None,
    };
    let aare = acse::aare(0, 0, presentation::MTA_RTSE, rtse::rtoac(&open.accept(Kind::Normal)));
    let user_data = presentation::user_data(Lengths::Definite, presentation::ACSE, aare);
    assert_eq!(presentation::cpa(Some(b"PB"), user_data), octets(CPA));
}

#[test]
fn refusals_carry_their_reason_in_the_form_of_their_mode() {
    assert_eq!(packet(&session::rf_provider(129)), octets(RF_SELECTOR));
    assert_eq!(presentation::x410_reason(rtse::reason(2)), octets(RF_X410)[15..]);
    let aare = acse::aare(1, 1, presentation::MTA_RTSE, rtse::rtorj_bind_error(2));
    let user_data = presentation::user_data(Lengths::Definite, presentation::ACSE, aare);
    assert_eq!(presentation::cpr(Some(b"PB"), user_data), octets(RF_NORMAL)[15..]);
    let abort = session::ab(3, Some(presentation::x410_reason(rtse::reason(4))));
    assert_eq!(packet(&abort), octets(AB_X410));
}

#[test]
fn spdus_of_an_activity_stand_behind_an_empty_token_spdu() {
    let activity = rtse::activity_identifier(1);
    assert_eq!(
        packet(&session::give(session::as_(&activity))),
        octets("03 00 00 10 02 F0 80 01 00 2D 05 29 03 02 01 01")
    );
    assert_eq!(packet(&session::give(session::mip(1))), octets("03 00 00 0E 02 F0 80 01 00 31 03 2A 01 31"));
    assert_eq!(
        packet(&session::please(session::mia(1))),
        octets("03 00 00 0E 02 F0 80 02 00 32 03 2A 01 31")
    );
    assert_eq!(packet(&session::give(session::ae(2))), octets("03 00 00 0E 02 F0 80 01 00 29 03 2A 01 32"));
    assert_eq!(
        packet(&session::pt(rtse::rttp(0))),
        octets("03 00 00 11 02 F0 80 02 08 10 01 01 C1 03 02 01 00")
    );
    let data = presentation::user_data(Lengths::Definite, presentation::MTA_RTSE, rtse::rttr(None, b"abc"));
    let data = packet(&session::give(session::dt(&data)));
    let header = "03 00 00 19 02 F0 80 01 00 01 00 61 0C 30 0A 02 01 03 A0 05 04 03 61 62 63";
    assert_eq!(data, octets(header));
}

#[test]
fn parameter_of_255_octets_or_more_has_a_length_of_three_octets() {
    let refused = session::rf_user(&references(), 2, &[0x30; 300]);
    assert_eq!(refused[..4], [12, 0xFF, 0x01, 0x57]);
    assert_eq!(refused[refused.len() - 305..][..5], [50, 0xFF, 0x01, 0x2D, 2]);
}

/// The worked message. In the 1988 one the envelope names the originator with a common name; the content, and all
/// of the 1984 one, has a domain-defined attribute in its place.
fn message(kind: Kind) -> Vec<u8> {
    let address = |text: &str| OrAddress::parse(text).expect("the test's own address");
    let domain = "/O=Example Org/OU1=Unit1/PRMD=PRMDA/ADMD=TESTADMD/C=XX";
    let alice = address(&format!("/S=Sender/G=Alice{domain}/DD.PHONE=12345/"));
    let alice_by_name = address(&format!("/S=Sender/G=Alice{domain}/CN=Alice Sender/"));
    let bob = address(&format!("/S=Receiver/G=Bob{domain}/DD.PHONE=12345/"));
    let content = Ipm {
        originator: alice.clone(),
        recipients: vec![ipm::Recipient::new(bob.clone(), false)],
        identifier: "IPM-1".to_owned(),
        subject: "Hello".to_owned(),
        fields: vec![],
        extensions: vec![ipm::auto_generated()],
        body: vec![BodyPart::Ia5Text("Test text\r\n".to_owned())],
    };
    let originator = if kind == Kind::X84 { alice } else { alice_by_name };
    let envelope = Envelope {
        local_identifier: "MSG-0001".to_owned(),
        recipients: vec![p1::Recipient { address: bob, extensions: vec![] }],
        content_type: None,
        content_identifier: Some("CID-1".to_owned()),
        indicators: 0x20,
        recipient_indicators: 0xC8,
        trace: vec![Hop { domain: originator.clone(), arrival_time: "231114221320Z".to_owned() }],
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
    Apdu::Message(message).encode(kind)
}

#[test]
fn message_of_1988_has_its_extensions() {
    assert_eq!(message(Kind::Normal), octets(MESSAGE_88));
    assert_eq!(message(Kind::X410), octets(MESSAGE_88));
}

#[test]
fn message_of_1984_has_none() {
    assert_eq!(message(Kind::X84), octets(MESSAGE_84));
}

fn value(text: &str) -> Result<Vec<u8>, String> {
    Value::parse(text, &OrAddress::parse).map(|value| value.encode(Kind::Normal))
}

#[test]
fn value_is_read_with_its_identifier_octet_and_its_contents() {
    let read = |text| value(text).expect("the value is right");
    assert_eq!(read("30 { 06 2.6.1.5.2 0A 1 }"), octets("30 09 06 04 56 01 05 02 0A 01 01"));
    assert_eq!(read("31 { 1E 'AB' 14 'ü' }"), octets("31 0A 1E 04 00 41 00 42 14 02 C8 75"));
    assert_eq!(read("81 bits:01"), octets("81 02 06 40"));
    assert_eq!(read("A1 { 80 - 81 hex:0A0b }"), octets("A1 06 80 00 81 02 0A 0B"));
    assert_eq!(read("80 'two words'"), octets("80 09 74 77 6F 20 77 6F 72 64 73"));
    for wrong in ["30 { 02 1", "02", "02 one", "0203 1", "02 1 02 2", "80 'open", "name alice"] {
        assert!(value(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn type_of_an_extension_is_a_number_or_a_name_in_either_form_of_1988() {
    let extension = |name, first_form| {
        let extension = Extension { name, first_form, criticality: 0, value: None };
        extension.encode(Kind::Normal)
    };
    let private = || ExtensionName::Private("1.3.26.0.4406.0.8.0".to_owned());
    assert_eq!(extension(ExtensionName::Standard(38), false), octets("30 03 80 01 26"));
    assert_eq!(extension(ExtensionName::Standard(38), true), octets("30 05 A0 03 02 01 26"));
    assert_eq!(extension(private(), false), octets("30 0A 83 08 2B 1A 00 A2 36 00 08 00"));
    assert_eq!(extension(private(), true), octets("30 0C A0 0A 06 08 2B 1A 00 A2 36 00 08 00"));
}

#[test]
fn lengths_throughout_are_indefinite_in_every_constructed_value() {
    let rewritten = |value: &str| ber::rewritten(Lengths::Throughout, octets(value));
    let indefinite = octets("30 80 02 01 05 31 80 80 00 00 00 00 00");
    assert_eq!(rewritten("30 07 02 01 05 31 02 80 00"), indefinite);
    assert_eq!(rewritten("30 80 02 01 05 31 80 80 00 00 00 00 00"), indefinite);
    assert_eq!(ber::octet_string(Some(2), &[1, 2, 3]), octets("24 07 04 02 01 02 04 01 03"));
}

#[test]
fn general_text_tells_its_character_sets_in_parameters_and_encoded_information_types() {
    let body = [BodyPart::GeneralText { registrations: vec![1, 6, 100], text: "für".to_owned() }];
    let part = "AF 24 A0 13 06 04 56 01 0B 0B A0 0B 31 09 02 01 01 02 01 06 02 01 64
        28 0D 06 04 56 01 04 0B A0 05 1B 03 66 FC 72";
    let types = body::encoded_information_types(&body, Kind::Normal);
    assert_eq!(body[0].encode(Kind::Normal), octets(part));
    let named = "06 07 28 CE 25 07 01 00 01 06 07 28 CE 25 07 01 00 06 06 07 28 CE 25 07 01 00 64";
    assert_eq!(types, octets(&format!("65 20 80 01 00 A4 1B {named}")));
    assert_eq!(body::encoded_information_types(&body, Kind::X84), octets("65 03 80 01 00"));
}

#[test]
fn large_captures_hold_what_they_are_asked_for() {
    assert!(large::capture_with_recipients(10_000).windows(8).any(|octets| octets == b"\x80\x06R10000"));
    assert!(large::capture_with_body_part(1 << 20).len() > 1 << 20);
}

#[test]
fn time_is_read_and_written_as_utc_time() {
    let leap_day = time::parse("1996-02-29T23:59:59Z").expect("a time");
    assert_eq!(leap_day, 825_638_399 * time::SECOND);
    assert_eq!(time::utc_time(leap_day), "960229235959Z");
    assert_eq!(time::utc_time(leap_day + time::SECOND), "960301000000Z");
    assert_eq!(time::utc_time(1_700_000_000 * time::SECOND), "231114221320Z");
}

/// CONNECTION REQUEST with two T-selectors and TPDU size 2048.
const CR: &str = "
    03 00 00 1C 17 E0 00 00 00 01 00 C0 01 0B C1 05 4D 54 41 2D 41 C2 05 4D 54 41 2D 42";

/// CONNECTION CONFIRM.
const CC: &str = "
    03 00 00 0E 09 D0 00 01 41 02 00 C0 01 0B";

/// DISCONNECT REQUEST, reason 3.
const DR: &str = "
    03 00 00 0B 06 80 00 01 00 00 03";

/// CONNECT of an MTA in normal mode.
const CONNECT_NORMAL: &str = "
    03 00 00 CB 02 F0 80 0D C2 01 1A 0A 07 14 05 4D 54 41 2D 41 0B 0F 17 0D 32 33 31 31 31 34 32 32
    31 33 32 30 5A 05 0F 13 01 00 15 04 00 00 00 00 16 01 02 1A 01 00 14 02 02 49 33 02 53 41 34 02
    53 42 C1 87 31 81 84 A0 03 80 01 01 A2 7D 81 02 50 41 82 02 50 42 A4 33 30 0F 02 01 01 06 04 52
    01 00 01 30 04 06 02 51 01 30 0F 02 01 03 06 04 56 00 02 0C 30 04 06 02 51 01 30 0F 02 01 05 06
    04 56 00 02 07 30 04 06 02 51 01 61 3E 30 3C 02 01 01 A0 37 60 35 A1 06 06 04 56 00 01 06 BE 2B
    28 29 02 01 03 A0 24 B0 22 80 01 20 81 01 03 82 01 00 A3 17 A0 15 B0 13 A1 11 80 05 4D 54 41 2D
    41 A1 08 16 06 73 65 63 72 65 74";

/// CONNECT of an MTA in X.410 mode, applicationProtocol 12.
const CONNECT_X410: &str = "
    03 00 00 70 02 F0 80 0D 67 01 1A 0A 07 14 05 4D 54 41 2D 41 0B 0F 17 0D 32 33 31 31 31 34 32 32
    31 33 32 30 5A 05 0F 13 01 00 15 04 00 00 00 00 16 01 01 1A 01 00 14 02 02 49 33 02 53 41 34 02
    53 42 C1 2C 31 2A A0 03 80 01 00 A1 23 80 01 20 81 01 03 82 01 00 A3 15 A0 13 A1 11 80 05 4D 54
    41 2D 41 A1 08 16 06 73 65 63 72 65 74 84 01 0C";

/// CP of X.410 mode without applicationProtocol: P1 of 1984.
const CP_X84: &str = "
    31 27 A0 03 80 01 00 A1 20 80 01 20 81 01 03 82 01 00 A3 15 A0 13 A1 11 80 05 4D 54 41 2D 41 A1
    08 16 06 73 65 63 72 65 74";

/// CPA of the normal mode.
const CPA: &str = "
    31 72 A0 03 80 01 01 A2 6B 83 02 50 42 A5 1B 30 07 80 01 00 81 02 51 01 30 07 80 01 00 81 02 51
    01 30 07 80 01 00 81 02 51 01 61 48 30 46 02 01 01 A0 41 61 3F A1 06 06 04 56 00 01 06 A2 03 02
    01 00 A3 05 A1 03 02 01 00 BE 29 28 27 02 01 03 A0 22 B1 20 80 01 20 81 01 03 A2 18 A0 16 B1 14
    A1 12 80 05 4D 54 41 2D 42 A1 09 16 07 73 65 63 72 65 74 32";

/// REFUSE: the session selector is unknown.
const RF_SELECTOR: &str = "
    03 00 00 0F 02 F0 80 0C 06 11 01 01 32 01 81";

/// REFUSE with an X.410-mode RTORJ, validationFailure.
const RF_X410: &str = "
    03 00 00 14 02 F0 80 0C 0B 11 01 01 32 06 02 31 03 80 01 02";

/// REFUSE with a normal-mode CPR, bind error 2.
const RF_NORMAL: &str = "
    03 00 00 63 02 F0 80 0C 5A 11 01 01 32 55 02 30 52 83 02 50 42 A5 1B 30 07 80 01 00 81 02 51 01
    30 07 80 01 00 81 02 51 01 30 07 80 01 00 81 02 51 01 61 2F 30 2D 02 01 01 A0 28 61 26 A1 06 06
    04 56 00 01 06 A2 03 02 01 01 A3 05 A1 03 02 01 01 BE 10 28 0E 02 01 03 A0 09 B2 07 A1 05 B2 03
    02 01 02";

/// ABORT with an X.410-mode RTAB, protocolError.
const AB_X410: &str = "
    03 00 00 13 02 F0 80 19 0A 11 01 03 C1 05 31 03 80 01 04";

/// A message with P22 content.
const MESSAGE_88: &str = "
    A0 82 02 97 31 82 01 41 64 25 63 19 61 04 13 02 58 58 62 0A 13 08 54 45 53 54 41 44 4D 44 13 05
    50 52 4D 44 41 16 08 4D 53 47 2D 30 30 30 31 60 5B 30 42 61 04 13 02 58 58 62 0A 13 08 54 45 53
    54 41 44 4D 44 A2 07 13 05 50 52 4D 44 41 83 0B 45 78 61 6D 70 6C 65 20 4F 72 67 A5 0F 80 06 53
    65 6E 64 65 72 81 05 41 6C 69 63 65 A6 07 13 05 55 6E 69 74 31 31 15 30 13 80 01 01 A1 0E 13 0C
    41 6C 69 63 65 20 53 65 6E 64 65 72 65 04 80 02 05 20 46 01 16 4A 05 43 49 44 2D 31 47 01 00 48
    02 04 20 A2 61 31 5F 60 56 30 42 61 04 13 02 58 58 62 0A 13 08 54 45 53 54 41 44 4D 44 A2 07 13
    05 50 52 4D 44 41 83 0B 45 78 61 6D 70 6C 65 20 4F 72 67 A5 0F 80 08 52 65 63 65 69 76 65 72 81
    03 42 6F 62 A6 07 13 05 55 6E 69 74 31 30 10 30 0E 13 05 50 48 4F 4E 45 13 05 31 32 33 34 35 80
    01 01 81 02 00 C8 69 31 30 2F 63 19 61 04 13 02 58 58 62 0A 13 08 54 45 53 54 41 44 4D 44 13 05
    50 52 4D 44 41 31 12 80 0D 32 33 31 31 31 34 32 32 31 33 32 30 5A 82 01 00 A3 0E 30 0C 80 01 04
    81 02 05 20 A2 03 0A 01 01 04 82 01 4E A0 82 01 4A 31 82 01 33 6B 5F 60 56 30 42 61 04 13 02 58
    58 62 0A 13 08 54 45 53 54 41 44 4D 44 A2 07 13 05 50 52 4D 44 41 83 0B 45 78 61 6D 70 6C 65 20
    4F 72 67 A5 0F 80 06 53 65 6E 64 65 72 81 05 41 6C 69 63 65 A6 07 13 05 55 6E 69 74 31 30 10 30
    0E 13 05 50 48 4F 4E 45 13 05 31 32 33 34 35 13 05 49 50 4D 2D 31 A0 58 60 56 30 42 61 04 13 02
    58 58 62 0A 13 08 54 45 53 54 41 44 4D 44 A2 07 13 05 50 52 4D 44 41 83 0B 45 78 61 6D 70 6C 65
    20 4F 72 67 A5 0F 80 06 53 65 6E 64 65 72 81 05 41 6C 69 63 65 A6 07 13 05 55 6E 69 74 31 30 10
    30 0E 13 05 50 48 4F 4E 45 13 05 31 32 33 34 35 A2 60 31 5E A0 58 60 56 30 42 61 04 13 02 58 58
    62 0A 13 08 54 45 53 54 41 44 4D 44 A2 07 13 05 50 52 4D 44 41 83 0B 45 78 61 6D 70 6C 65 20 4F
    72 67 A5 0F 80 08 52 65 63 65 69 76 65 72 81 03 42 6F 62 A6 07 13 05 55 6E 69 74 31 30 10 30 0E
    13 05 50 48 4F 4E 45 13 05 31 32 33 34 35 81 02 06 40 A8 07 14 05 48 65 6C 6C 6F AF 0B 30 09 06
    04 56 01 05 02 0A 01 01 30 11 A0 0F 31 00 16 0B 54 65 73 74 20 74 65 78 74 0D 0A";

/// The same message as 1984 has it, with P2 content.
const MESSAGE_84: &str = "
    A0 82 02 75 31 82 01 2C 64 25 63 19 61 04 13 02 58 58 62 0A 13 08 54 45 53 54 41 44 4D 44 13 05
    50 52 4D 44 41 16 08 4D 53 47 2D 30 30 30 31 60 56 30 42 61 04 13 02 58 58 62 0A 13 08 54 45 53
    54 41 44 4D 44 A2 07 13 05 50 52 4D 44 41 83 0B 45 78 61 6D 70 6C 65 20 4F 72 67 A5 0F 80 06 53
    65 6E 64 65 72 81 05 41 6C 69 63 65 A6 07 13 05 55 6E 69 74 31 30 10 30 0E 13 05 50 48 4F 4E 45
    13 05 31 32 33 34 35 65 04 80 02 05 20 46 01 02 4A 05 43 49 44 2D 31 47 01 00 48 02 04 20 A2 61
    31 5F 60 56 30 42 61 04 13 02 58 58 62 0A 13 08 54 45 53 54 41 44 4D 44 A2 07 13 05 50 52 4D 44
    41 83 0B 45 78 61 6D 70 6C 65 20 4F 72 67 A5 0F 80 08 52 65 63 65 69 76 65 72 81 03 42 6F 62 A6
    07 13 05 55 6E 69 74 31 30 10 30 0E 13 05 50 48 4F 4E 45 13 05 31 32 33 34 35 80 01 01 81 02 00
    C8 69 31 30 2F 63 19 61 04 13 02 58 58 62 0A 13 08 54 45 53 54 41 44 4D 44 13 05 50 52 4D 44 41
    31 12 80 0D 32 33 31 31 31 34 32 32 31 33 32 30 5A 82 01 00 04 82 01 41 A0 82 01 3D 31 82 01 26
    6B 5F 60 56 30 42 61 04 13 02 58 58 62 0A 13 08 54 45 53 54 41 44 4D 44 A2 07 13 05 50 52 4D 44
    41 83 0B 45 78 61 6D 70 6C 65 20 4F 72 67 A5 0F 80 06 53 65 6E 64 65 72 81 05 41 6C 69 63 65 A6
    07 13 05 55 6E 69 74 31 30 10 30 0E 13 05 50 48 4F 4E 45 13 05 31 32 33 34 35 13 05 49 50 4D 2D
    31 A0 58 60 56 30 42 61 04 13 02 58 58 62 0A 13 08 54 45 53 54 41 44 4D 44 A2 07 13 05 50 52 4D
    44 41 83 0B 45 78 61 6D 70 6C 65 20 4F 72 67 A5 0F 80 06 53 65 6E 64 65 72 81 05 41 6C 69 63 65
    A6 07 13 05 55 6E 69 74 31 30 10 30 0E 13 05 50 48 4F 4E 45 13 05 31 32 33 34 35 A2 60 31 5E A0
    58 60 56 30 42 61 04 13 02 58 58 62 0A 13 08 54 45 53 54 41 44 4D 44 A2 07 13 05 50 52 4D 44 41
    83 0B 45 78 61 6D 70 6C 65 20 4F 72 67 A5 0F 80 08 52 65 63 65 69 76 65 72 81 03 42 6F 62 A6 07
    13 05 55 6E 69 74 31 30 10 30 0E 13 05 50 48 4F 4E 45 13 05 31 32 33 34 35 81 02 06 40 A8 07 14
    05 48 65 6C 6C 6F 30 11 A0 0F 31 00 16 0B 54 65 73 74 20 74 65 78 74 0D 0A";
