//! What the schemas of message handling make of octets: the worked examples of the Recommendations' tables, and
//! what real systems sent.

mod octets;

use std::sync::OnceLock;

use super::{FILES, Guide, Key, Oid, Schema, TableId, TypeId, walk};
use crate::capture::Octets;
use crate::tree::{Charset, Damage, Display, Field, Node, Sink, Span, Tag, Tree, Value};

/// Takes damage; asks and knows nothing.
#[derive(Default)]
struct Listener(Vec<String>);

impl Guide for Listener {
    fn enter(&mut self, _: Field, _: Octets<'_>) {}
    fn leave(&mut self, _: Field, _: Octets<'_>) {}
    fn value(&mut self, _: Field, _: u8, _: Octets<'_>, _: Span) {}
    fn resolve(&mut self, _: TableId, _: Key<'_>, _: &[u8]) -> Option<TypeId> {
        None
    }
    fn damage(&mut self, damage: &Damage, _: Octets<'_>) {
        self.0.push(format!("{}: {:?}", damage.field.label, damage.kind));
    }
}

fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| Schema::load(FILES, &[]).unwrap())
}

/// What was read of one value.
struct Reading {
    tree: Tree,
    /// Field and kind of each piece of damage.
    damage: Vec<String>,
}

fn read(ty: &str, octets: &[u8]) -> Reading {
    let mut tree = Tree::new();
    let octets = Octets::new(octets, &[], 0);
    tree.source(octets);
    let mut listener = Listener::default();
    let ty = schema().type_id(ty).unwrap();
    let end = walk(schema(), ty, octets, Span::new(0, octets.len()), None, &mut tree, &mut listener);
    assert_eq!(end, octets.len(), "not all octets were read");
    Reading { tree, damage: listener.0 }
}

impl Reading {
    /// A line per field: two dots a level, label, value.
    fn lines(&self) -> Vec<String> {
        let line = |node: &Node| {
            let value = self.value(node);
            let colon = if value.is_empty() { "" } else { ": " };
            format!("{}{}{colon}{value}", "..".repeat(usize::from(node.depth)), node.field.label)
        };
        self.tree.nodes().iter().map(line).collect()
    }

    fn value(&self, node: &Node) -> String {
        let contents = self.tree.contents(node);
        let digits = || contents.iter().map(|octet| format!("{octet:02X}")).collect::<String>();
        match (node.field.display, node.value) {
            _ if node.end as usize > 1 + self.index(node) => String::new(),
            (Display::Named(names), Value::Number(number)) => {
                match names.iter().find(|(value, _)| *value == number) {
                    Some((_, name)) => format!("{name} ({number})"),
                    None => number.to_string(),
                }
            }
            (Display::Boolean, Value::Number(number)) => {
                if number == 0 { "FALSE" } else { "TRUE" }.to_owned()
            }
            (_, Value::Number(number)) => number.to_string(),
            (Display::Oid, _) => Oid(contents).to_string(),
            (Display::BitString(names), _) if !names.is_empty() => {
                let bits = contents.get(1..).unwrap_or_default();
                let set =
                    |bit: u32| bits.get(bit as usize / 8).is_some_and(|octet| octet << (bit % 8) & 0x80 != 0);
                let names: Vec<_> =
                    names.iter().filter(|(bit, _)| set(*bit)).map(|(_, name)| *name).collect();
                format!("{{{}}}", names.join(", "))
            }
            (Display::Text(Charset::Bmp), _) => {
                let units: Vec<_> =
                    contents.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
                format!("{:?}", String::from_utf16_lossy(&units))
            }
            (Display::Text(_) | Display::UtcTime | Display::GeneralizedTime, _) => {
                format!("\"{}\"", contents.escape_ascii())
            }
            (Display::Structure, _) => String::new(),
            _ => digits(),
        }
    }

    /// That these fields come in this order, others between them.
    fn has(&self, expected: &[&str]) -> &Reading {
        let lines = self.lines();
        let mut rest = lines.iter().map(|line| line.trim_start_matches('.'));
        for wanted in expected {
            assert!(rest.any(|line| line == *wanted), "{wanted} is not in its place in {lines:#?}");
        }
        self
    }

    /// That there is this damage and no other.
    fn damaged(&self, expected: &[&str]) -> &Reading {
        assert_eq!(self.damage, expected, "{:#?}", self.lines());
        self
    }

    /// That the schemas have a name for every element.
    fn all_named(&self) -> &Reading {
        let unnamed = self.tree.nodes().iter().filter(|node| node.field.name == "ber.element").count();
        assert_eq!(unnamed, 0, "{:#?}", self.lines());
        self
    }

    fn index(&self, node: &Node) -> usize {
        self.tree.nodes().iter().position(|other| std::ptr::eq(other, node)).unwrap()
    }
}

/// The element with this identifier octet.
fn tlv(identifier: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
    [&[identifier, 0x82][..], &length, contents].concat()
}

fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

// The worked examples.

const SENDER: &str = r#"
built-in-standard-attributes
..country-name: "XX"
..administration-domain-name: "TESTADMD"
..private-domain-name: "PRMDA"
..organization-name: "Example Org"
..personal-name
....surname: "Sender"
....given-name: "Alice"
..organizational-unit-names
....OrganizationalUnitName: "Unit1"
"#;

#[test]
fn an_or_name_is_read_attribute_by_attribute() {
    let reading = read("OR-ADDRESS.ORName", &hex(octets::OR_NAME));
    let extension = [
        "..extension-attributes",
        "....ExtensionAttribute",
        "......extension-attribute-type: common-name (1)",
        "......extension-attribute-value",
        "........common-name: \"Alice Sender\"",
    ];
    let standard = SENDER.trim().lines().map(|line| format!("..{line}"));
    let expected: Vec<String> =
        ["ORName".to_owned()].into_iter().chain(standard).chain(extension.map(str::to_owned)).collect();
    assert_eq!(reading.lines(), expected);
    reading.damaged(&[]);
}

#[test]
fn a_message_of_1988_is_read_to_the_text_it_carries() {
    let reading = read("MTS.MTS-APDU", &hex(octets::MESSAGE_1988));
    reading.damaged(&[]).all_named().has(&[
        "message",
        "envelope",
        "message-identifier",
        "global-domain-identifier",
        "country-name: \"XX\"",
        "administration-domain-name: \"TESTADMD\"",
        "private-domain-identifier: \"PRMDA\"",
        "local-identifier: \"MSG-0001\"",
        "originator-name",
        "extension-attribute-type: common-name (1)",
        "common-name: \"Alice Sender\"",
        "original-encoded-information-types",
        "built-in-encoded-information-types: {ia5-text}",
        "content-type: interpersonal-messaging-1988 (22)",
        "content-identifier: \"CID-1\"",
        "priority: normal (0)",
        "per-message-indicators: {alternate-recipient-allowed}",
        "per-recipient-fields",
        "PerRecipientMessageTransferFields",
        "recipient-name",
        "surname: \"Receiver\"",
        "BuiltInDomainDefinedAttribute",
        "type: \"PHONE\"",
        "value: \"12345\"",
        "originally-specified-recipient-number: 1",
        "per-recipient-indicators: {responsibility, originating-MTA-report, originator-non-delivery-report}",
        "trace-information",
        "TraceInformationElement",
        "arrival-time: \"231114221320Z\"",
        "routing-action: relayed (0)",
        "extensions",
        "standard-extension: conversion-with-loss-prohibited (4)",
        "criticality: {for-delivery}",
        "conversion-with-loss-prohibited: conversion-with-loss-prohibited (1)",
        "content",
        "ipm",
        "heading",
        "this-IPM",
        "user-relative-identifier: \"IPM-1\"",
        "originator",
        "formal-name",
        "primary-recipients",
        "notification-requests: {nrn}",
        "subject: \"Hello\"",
        "type: 2.6.1.5.2",
        "auto-submitted: auto-generated (1)",
        "body",
        "ia5-text",
        "parameters",
        "data: \"Test text\\r\\n\"",
    ]);
    let layers: Vec<_> =
        reading.tree.nodes().iter().filter_map(|node| node.field.layer).map(Tag::name).collect();
    assert_eq!(layers, ["P1", "P2"]);
    let summary: Vec<_> =
        reading.tree.nodes().iter().filter(|node| node.field.summary).map(|node| node.field.name).collect();
    let [id, content_type, priority, ipm_id, subject] = summary[..] else { panic!("{summary:?}") };
    assert_eq!([id, content_type, priority], ["p1.local_identifier", "p1.content_type", "p1.priority"]);
    assert_eq!([ipm_id, subject], ["p22.user_relative_identifier", "p22.subject"]);
}

#[test]
fn a_message_of_1984_is_read_by_the_same_types() {
    read("MTS.MTS-APDU", &hex(octets::MESSAGE_1984)).damaged(&[]).all_named().has(&[
        "message",
        "local-identifier: \"MSG-0001\"",
        "type: \"PHONE\"",
        "content-type: interpersonal-messaging-1984 (2)",
        "content-identifier: \"CID-1\"",
        "per-recipient-indicators: {responsibility, originating-MTA-report, originator-non-delivery-report}",
        "arrival-time: \"231114221320Z\"",
        "ipm",
        "notification-requests: {nrn}",
        "subject: \"Hello\"",
        "data: \"Test text\\r\\n\"",
    ]);
}

#[test]
fn a_content_is_read_by_itself() {
    let message = hex(octets::MESSAGE_1988);
    let reading = read("IPMS.InformationObject", &message[0x14D..]);
    reading.damaged(&[]).all_named().has(&["ipm", "subject: \"Hello\"", "body", "data: \"Test text\\r\\n\""]);
}

// What real MTAs sent. Values are those that another analyzer shows too, as far as it reads these octets.

#[test]
fn envelope_extensions_in_the_first_form_of_1988_have_their_types() {
    let reading = read("MTS.MTS-APDU", &hex(octets::RICH_ENVELOPE));
    reading.damaged(&[]).all_named().has(&[
        "local-identifier: \"alpha.lab.336:17.02.93.06.19.29\"",
        "content-identifier: \"CID-00042\"",
        "priority: urgent (2)",
        "per-message-indicators: {disclosure-of-other-recipients, implicit-conversion-prohibited, \
         alternate-recipient-allowed, content-return-request}",
        "deferred-delivery-time: \"930317071929Z\"",
        "extension-type",
        "standard-extension: recipient-reassignment-prohibited (1)",
        "recipient-reassignment-prohibited: recipient-reassignment-prohibited (1)",
        "standard-extension: dl-expansion-prohibited (3)",
        "dl-expansion-prohibited: dl-expansion-prohibited (1)",
        "standard-extension: message-security-label (20)",
        "criticality: {}",
        "message-security-label",
        "security-policy-identifier: 2.5.4",
        "security-classification: confidential (3)",
        "privacy-mark: \"SECR\"",
        "latest-delivery-time: \"930318061929Z\"",
        "content-confidentiality-algorithm-identifier",
        "algorithm: 1.3.14.3.2",
        "message-origin-authentication-check",
        "encrypted: 000102030405",
        "dl-expansion-history",
        "DLExpansion",
        "surname: \"Cook\"",
        "dl-expansion-time: \"930317061929Z\"",
        "internal-trace-information",
        "InternalTraceInformationElement",
        "mta-name: \"alpha.lab\"",
        "mta-supplied-information",
        "originator-requested-alternate-recipient",
        "content-integrity-check",
        "proof-of-delivery-request: proof-of-delivery-requested (1)",
        "redirection-history",
        "intended-recipient",
        "surname: \"Dupont\"",
        "redirection-time: \"930317061929Z\"",
        "redirection-reason: recipient-assigned-alternate-recipient (0)",
        "physical-rendition-attributes: 2.6.5.0.0",
        "physical-forwarding-prohibited: physical-forwarding-prohibited (1)",
        "physical-forwarding-address-request: physical-forwarding-address-requested (1)",
        "physical-delivery-modes: {ordinary-mail, express-mail}",
        "registered-mail-type: registered-mail (1)",
        "physical-delivery-report-request: return-of-notification-by-PDS (1)",
        "user-relative-identifier: \"2 930317101500\"",
        "AuthorizingUsersSubfield",
        "surname: \"Jones\"",
        "PrimaryRecipientsSubfield",
        "free-form-name: \"Hans Meier\"",
        "CopyRecipientsSubfield",
        "BlindCopyRecipientsSubfield",
        "replied-to-IPM",
        "user-relative-identifier: \"77 930301\"",
        "ObsoletedIPMsSubfield",
        "user-relative-identifier: \"0 930316\"",
        "RelatedIPMsSubfield",
        "user-relative-identifier: \"5 930201\"",
        "user-relative-identifier: \"6 930202\"",
        "subject: \"Quarterly figures\"",
        "expiry-time: \"930430120000Z\"",
        "reply-time: \"930319120000Z\"",
        "ReplyRecipientsSubfield",
        "importance: high (2)",
        "sensitivity: company-confidential (3)",
        "auto-forwarded: FALSE",
        "repertoire: ia5 (5)",
        "data: \"First body part.\\r\\nFirst body part.\\r\\nFirst body part.\\r\\n\"",
    ]);
}

#[test]
fn body_parts_of_every_kind_are_read() {
    let reading = read("MTS.MTS-APDU", &hex(octets::ALL_BODY_PARTS));
    // The videotex data stand in a SEQUENCE, as only teletex has it.
    reading.damaged(&["data: WrongForm"]).has(&[
        "built-in-encoded-information-types: {ia5-text, g3-facsimile, teletex, videotex, voice}",
        "subject: \"All kinds of body parts\"",
        "ia5-text",
        "data: \"An IA5 part\\r\\n\"",
        "voice",
        "data: 00000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F2021222324252627",
        "g3-facsimile",
        "number-of-pages: 2",
        "page: 00001122001122001122001122001122001122001122001122001122001122001122001122001122001122001122001122\
         001122001122001122001122",
        "teletex",
        "number-of-pages: 1",
        "telex-compatible: TRUE",
        "page: \"T.61 page: caf\\xc2e, \\xc8Ubung\"",
        "page: \"page two\"",
        "videotex",
        "page: \"\\x9b1Avideotex\"",
        "encrypted",
        "data: 00DEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEF",
        "bilaterally-defined: 62696C61746572616C6C7920616772656564206F6374657473200001FF",
        "nationally-defined",
        "PrintableString: \"national part\"",
        "INTEGER: 33",
        "extended",
        "direct-reference: 2.6.1.4.11",
        "general-text: \"\\x1b-AGr\\xfc\\xdfe aus Z\\xfcrich\"",
        "oda: 000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F\
         202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F",
    ]);
}

#[test]
fn a_report_tells_the_reason_and_diagnostic_of_each_recipient() {
    let reading = read("MTS.MTS-APDU", &hex(octets::REPORT));
    reading.damaged(&[]).all_named().has(&[
        "report",
        "report-identifier",
        "local-identifier: \"beta.lab.926:17.02.93.06.18.56\"",
        "report-destination-name",
        "surname: \"Smith\"",
        "subject-identifier",
        "local-identifier: \"alpha.lab.917:17.02.93.06.18.56\"",
        "subject-intermediate-trace-information",
        "content-type: interpersonal-messaging-1988 (22)",
        "actual-recipient-name",
        "given-name: \"R1\"",
        "per-recipient-indicators: {responsibility, originating-MTA-report, originator-report}",
        "delivery",
        "message-delivery-time: \"930317061856Z\"",
        "type-of-MTS-user: private (1)",
        "supplementary-information: \"Delivered to \\'mboxes\\'\"",
        "given-name: \"R2\"",
        "converted-encoded-information-types",
        "non-delivery",
        "non-delivery-reason-code: transfer-failure (0)",
        "non-delivery-diagnostic-code: mts-congestion (2)",
        "supplementary-information: \"\"",
        "non-delivery-reason-code: unable-to-transfer (1)",
        "non-delivery-diagnostic-code: loop-detected (3)",
        "supplementary-information: \"loop\"",
        "non-delivery-diagnostic-code: recipient-unavailable (4)",
        "non-delivery-diagnostic-code: maximum-time-expired (5)",
        "non-delivery-reason-code: restricted-delivery (5)",
        "non-delivery-diagnostic-code: content-too-long (7)",
        "non-delivery-reason-code: conversion-not-performed (2)",
        "non-delivery-diagnostic-code: implicit-conversion-prohibited (9)",
        "non-delivery-diagnostic-code: invalid-arguments (11)",
        "given-name: \"R10\"",
        "non-delivery-reason-code: physical-rendition-not-performed (3)",
        "non-delivery-diagnostic-code: physical-rendition-attributes-not-supported (31)",
        "non-delivery-reason-code: physical-delivery-not-performed (4)",
        "non-delivery-diagnostic-code: undeliverable-mail-recipient-unknown (35)",
        "supplementary-information: \"unknown at this postal address\"",
        "originally-specified-recipient-number: 12",
        "non-delivery-reason-code: directory-operation-unsuccessful (6)",
        "non-delivery-diagnostic-code: secure-messaging-error (46)",
    ]);
}

#[test]
fn addresses_of_all_forms_are_read() {
    read("MTS.MTS-APDU", &hex(octets::ADDRESS_FORMS)).damaged(&[]).all_named().has(&[
        "surname: \"Meier\"",
        "given-name: \"Hans\"",
        "initials: \"H\"",
        "generation-qualifier: \"Jr\"",
        "OrganizationalUnitName: \"Einkauf\"",
        "OrganizationalUnitName: \"Lager\"",
        "type: \"X\"",
        "value: \"y\"",
        "type: \"RFC-822\"",
        "value: \"hans(a)werk.de\"",
        "common-name: \"Einkauf Leitung\"",
        "numeric-user-identifier: \"4711\"",
        "network-address: \"26245050230303\"",
    ]);
}

#[test]
fn messages_and_notifications_of_1984_are_read() {
    read("MTS.MTS-APDU", &hex(octets::IPM_1984)).damaged(&[]).all_named().has(&[
        "content-type: interpersonal-messaging-1984 (2)",
        "ipm",
        "user-relative-identifier: \"1 930317091200\"",
        "subject: \"Works canteen menu\"",
    ]);
    read("MTS.MTS-APDU", &hex(octets::RECEIPT_1984)).damaged(&[]).all_named().has(&[
        "priority: non-urgent (1)",
        "ipn",
        "subject-ipm",
        "user-relative-identifier: \"6 930317141500\"",
        "ipn-originator",
        "free-form-name: \"Hans Meier\"",
        "ipm-intended-recipient",
        "choice",
        "receipt-fields",
        "receipt-time: \"930317161700Z\"",
        "acknowledgment-mode: manual (0)",
    ]);
    read("MTS.MTS-APDU", &hex(octets::NON_RECEIPT_1984)).damaged(&[]).all_named().has(&[
        "ipn",
        "non-receipt-fields",
        "non-receipt-reason: ipm-discarded (0)",
        "discard-reason: ipm-expired (0)",
    ]);
}

#[test]
fn private_and_unknown_extensions_are_shown_by_their_tags() {
    read("MTS.MTS-APDU", &hex(octets::EXTENSIONS)).damaged(&[]).has(&[
        "standard-extension: content-correlator (23)",
        "content-correlator: \"correlator 4711\"",
        "private-extension: 2.6.5.99.7",
        "criticality: {for-delivery}",
        "PrintableString: \"private value\"",
        "standard-extension: 200",
        "criticality: {for-transfer}",
        "INTEGER: 7",
        "PrintableString: \"per recipient\"",
    ]);
}

#[test]
fn general_text_has_its_parameters_beside_it() {
    read("MTS.MTS-APDU", &hex(octets::GENERAL_TEXT)).damaged(&[]).all_named().has(&[
        "extended",
        "parameters",
        "direct-reference: 2.6.1.11.11",
        "general-text-parameters",
        "CharacterSetRegistration: c0 (1)",
        "CharacterSetRegistration: ascii (6)",
        "CharacterSetRegistration: latin-1 (100)",
        "data",
        "direct-reference: 2.6.1.4.11",
        "general-text: \"\\x1b-AGr\\xfc\\xdfe aus Z\\xfcrich\\r\\n\"",
    ]);
}

// Forms of BER.

/// An O/R name with these standard attributes.
fn or_name(identifier: u8, attributes: &[u8]) -> Vec<u8> {
    tlv(identifier, &tlv(0x30, attributes))
}

/// A message transfer envelope and a content, in definite lengths; `more` are elements of the envelope.
fn message(content_type: &str, more: &[u8], content: &[u8]) -> Vec<u8> {
    let identifier = hex("64 12 63 0C 61 04 13 02 58 58 62 04 13 02 41 41 16 02 4D 31");
    let recipient = [&or_name(0x60, &hex("83 01 4F"))[..], &hex("80 01 01 81 02 00 C8")].concat();
    let trace = hex("69 22 30 20 63 0C 61 04 13 02 58 58 62 04 13 02 41 41
                     31 10 80 0B 323331313134323231335A 82 01 00");
    let recipients = tlv(0xA2, &tlv(0x31, &recipient));
    let fields =
        [&identifier[..], &or_name(0x60, &[]), &hex(content_type), &recipients, &trace, more].concat();
    tlv(0xA0, &[tlv(0x31, &fields), content.to_vec()].concat())
}

/// An IPM with these elements of the heading and these body parts.
fn ipm(heading: &[u8], body: &[u8]) -> Vec<u8> {
    let this_ipm = hex("6B 04 13 02 49 31");
    [tlv(0x31, &[&this_ipm[..], heading].concat()), tlv(0x30, body)].concat()
}

fn read_ipm(heading: &str, body: &str) -> Reading {
    read("IPMS.InformationObject", &tlv(0xA0, &ipm(&hex(heading), &hex(body))))
}

fn read_extension(field: &str) -> Reading {
    read("MTS.ExtensionField", &tlv(0x30, &hex(field)))
}

#[test]
fn a_content_in_pieces_is_joined_and_read() {
    let content = tlv(0xA0, &ipm(&hex("A8 05 14 03 4F 6E 65"), &[]));
    let (one, rest) = content.split_at(7);
    let (two, three) = rest.split_at(3);
    let pieces = [
        &hex("24 80")[..],
        &tlv(0x04, one),
        &hex("24 80"),
        &tlv(0x04, two),
        &hex("0000"),
        &tlv(0x04, three),
        &hex("0000"),
    ];
    let reading = read("MTS.MTS-APDU", &message("46 01 02", &[], &pieces.concat()));
    reading.damaged(&[]).all_named().has(&["content", "ipm", "this-IPM", "subject: \"One\"", "body"]);
}

#[test]
fn strings_in_pieces_are_one_field() {
    let reading =
        read_ipm("A8 80 34 80 14 02 4F 6E 14 01 65 00 00 00 00", "A0 09 31 00 36 05 04 03 61 62 63");
    let lines = reading.damaged(&[]).all_named().lines();
    let subjects = lines.iter().filter(|line| line.contains("subject")).count();
    assert_eq!(subjects, 3, "the string and its two pieces: {lines:#?}");
    reading.has(&["subject: \"On\"", "subject: \"e\"", "data: \"abc\""]);
}

#[test]
fn ten_forwarded_messages_inside_each_other_are_followed() {
    let mut body = hex("A0 07 31 00 16 03 65 6E 64");
    for level in 0..10 {
        let forwarded = tlv(0x30, &ipm(&tlv(0xA8, &tlv(0x14, &[b'0' + level])), &body));
        let parameters = tlv(0x31, &hex("80 0B 323331313134323231335A"));
        body = tlv(0xA9, &[parameters, forwarded].concat());
    }
    let apdu = message("46 01 16", &[], &tlv(0x04, &tlv(0xA0, &ipm(&[], &body))));
    let reading = read("MTS.MTS-APDU", &apdu);
    reading.damaged(&[]).all_named().has(&[
        "subject: \"9\"",
        "subject: \"5\"",
        "subject: \"0\"",
        "data: \"end\"",
    ]);
    let deepest = reading.tree.nodes().iter().map(|node| node.depth).max();
    assert_eq!(deepest, Some(4 + 10 * 3 + 1));
    let indefinite =
        hex("30 80 31 80 6B 80 13 02 49 31 00 00 00 00 30 80 A0 80 31 00 16 01 78 00 00 00 00 00 00");
    read("IPMS.IPM", &indefinite)
        .damaged(&[])
        .all_named()
        .has(&["user-relative-identifier: \"I1\"", "data: \"x\""]);
}

#[test]
fn octets_that_end_anywhere_or_are_changed_anywhere_are_read_without_panic() {
    let whole = hex(octets::RICH_ENVELOPE);
    let ty = schema().type_id("MTS.MTS-APDU").unwrap();
    let mut walks = 0;
    let mut survives = |octets: &[u8]| {
        let mut tree = Tree::new();
        let octets = Octets::new(octets, &[], 0);
        tree.source(octets);
        let end =
            walk(schema(), ty, octets, Span::new(0, octets.len()), None, &mut tree, &mut Listener::default());
        assert!(end <= octets.len());
        walks += 1;
    };
    for end in 0..whole.len() {
        survives(&whole[..end]);
    }
    for index in 0..whole.len() {
        let mut changed = whole.clone();
        changed[index] ^= 0xA5;
        survives(&changed);
    }
    assert_eq!(walks, 2 * whole.len());
}

// Bounds of X.411.

#[test]
fn attributes_longer_than_the_upper_bounds_are_out_of_bounds() {
    let strings: [(&str, u8, u8, usize); 11] = [
        ("network-address", 0x80, b'1', 16),
        ("terminal-identifier", 0x81, b'T', 24),
        ("organization-name", 0x83, b'O', 64),
        ("numeric-user-identifier", 0x84, b'1', 32),
        ("administration-domain-name", 0x62, b'A', 16),
        ("private-domain-name", 0xA2, b'P', 16),
        ("OrganizationalUnitName", 0xA6, b'U', 32),
        ("surname", 0xA5, b'S', 40),
        ("given-name", 0xA5, b'G', 16),
        ("initials", 0xA5, b'I', 5),
        ("generation-qualifier", 0xA5, b'Q', 3),
    ];
    for (name, identifier, letter, bound) in strings {
        let read_with = |length: usize| {
            let text = vec![letter; length];
            let contents = match (identifier, letter) {
                (0x62 | 0xA2 | 0xA6, _) => tlv(0x13, &text),
                (0xA5, b'S') => tlv(0x80, &text),
                (0xA5, b'G') => [&hex("80 01 53")[..], &tlv(0x81, &text)].concat(),
                (0xA5, b'I') => [&hex("80 01 53")[..], &tlv(0x82, &text)].concat(),
                (0xA5, _) => [&hex("80 01 53")[..], &tlv(0x83, &text)].concat(),
                _ => text,
            };
            read("OR-ADDRESS.ORName", &or_name(0x60, &tlv(identifier, &contents)))
        };
        read_with(bound).damaged(&[]);
        read_with(bound + 1).damaged(&[&format!("{name}: OutOfBounds")]);
    }
    let units = tlv(0xA6, &hex("13 01 31 13 01 32 13 01 33 13 01 34 13 01 35"));
    read("OR-ADDRESS.ORName", &or_name(0x60, &units)).damaged(&["organizational-unit-names: OutOfBounds"]);
    let country = or_name(0x60, &hex("61 05 13 03 47 42 52"));
    read("OR-ADDRESS.ORName", &country).damaged(&["country-name: OutOfBounds"]);
}

#[test]
fn empty_and_blank_domain_names_are_told_apart() {
    read("OR-ADDRESS.ORName", &or_name(0x60, &hex("62 03 13 01 20"))).damaged(&[]);
    read("OR-ADDRESS.ORName", &or_name(0x60, &hex("62 02 13 00"))).damaged(&[]);
    let identifier = hex("63 0E 61 04 13 02 58 58 62 04 13 02 41 41 13 00");
    read("MTS.GlobalDomainIdentifier", &identifier).damaged(&["private-domain-identifier: OutOfBounds"]);
}

#[test]
fn identifiers_and_texts_longer_than_the_upper_bounds_are_out_of_bounds() {
    let gdi = hex("63 0C 61 04 13 02 58 58 62 04 13 02 41 41");
    let identifier = |length| tlv(0x64, &[&gdi[..], &tlv(0x16, &vec![b'x'; length])].concat());
    read("MTS.MTSIdentifier", &identifier(32)).damaged(&[]);
    read("MTS.MTSIdentifier", &identifier(33)).damaged(&["local-identifier: OutOfBounds"]);
    read("MTS.ContentIdentifier", &tlv(0x4A, &[b'C'; 16])).damaged(&[]);
    read("MTS.ContentIdentifier", &tlv(0x4A, &[b'C'; 17])).damaged(&["ContentIdentifier: OutOfBounds"]);
    let attribute =
        |value: Vec<u8>| tlv(0x30, &tlv(0x30, &[&hex("13 01 54")[..], &tlv(0x13, &value)].concat()));
    let ty = "OR-ADDRESS.BuiltInDomainDefinedAttributes";
    read(ty, &attribute(vec![b'v'; 128])).damaged(&[]);
    read(ty, &attribute(vec![b'v'; 129])).damaged(&["value: OutOfBounds"]);
    let subject = |length| tlv(0xA0, &ipm(&tlv(0xA8, &tlv(0x14, &vec![b's'; length])), &[]));
    read("IPMS.InformationObject", &subject(128)).damaged(&[]);
    read("IPMS.InformationObject", &subject(129)).damaged(&["subject: OutOfBounds"]);
    let number = message("46 01 16", &[], &hex("04 00"));
    let number: Vec<u8> = number.to_vec();
    let at = number.windows(3).position(|window| window == [0x80, 0x01, 0x01]).unwrap();
    let mut zero = number.clone();
    zero[at + 2] = 0;
    read("MTS.MTS-APDU", &zero).damaged(&["originally-specified-recipient-number: OutOfBounds"]);
}

// Wrong forms that are in use.

#[test]
fn a_private_domain_name_without_the_tag_of_its_string_is_accepted() {
    let reading = read("OR-ADDRESS.ORName", &or_name(0x60, &hex("82 05 50 52 4D 44 41 83 01 4F")));
    reading.damaged(&["private-domain-name: WrongForm"]);
    reading.has(&["private-domain-name: \"PRMDA\"", "organization-name: \"O\""]);
}

#[test]
fn extension_types_are_read_in_all_their_forms() {
    read_extension("80 01 04 A2 03 0A 01 01").damaged(&[]).all_named().has(&[
        "standard-extension: conversion-with-loss-prohibited (4)",
        "conversion-with-loss-prohibited: conversion-with-loss-prohibited (1)",
    ]);
    read_extension("A0 03 02 01 04 A2 03 0A 01 01").damaged(&[]).all_named().has(&[
        "extension-type",
        "standard-extension: conversion-with-loss-prohibited (4)",
        "conversion-with-loss-prohibited: conversion-with-loss-prohibited (1)",
    ]);
    for form in ["83 08 2B 1A 00 A2 36 00 08 00", "A0 0A 06 08 2B 1A 00 A2 36 00 08 00"] {
        for value in ["A2 03 02 01 01", "A2 03 0A 01 01"] {
            let reading = read_extension(&format!("{form} 81 02 05 00 {value}"));
            reading.damaged(&[]).all_named();
            reading.has(&["private-extension: 1.3.26.0.4406.0.8.0", "priority-level-qualifier: high (1)"]);
        }
    }
    read_extension("80 01 15").damaged(&[]).has(&["standard-extension: proof-of-submission-request (21)"]);
}

#[test]
fn an_extension_value_that_lacks_its_own_tag_is_read_by_its_type() {
    read_extension("80 01 04 82 01 01")
        .damaged(&["conversion-with-loss-prohibited: WrongForm"])
        .has(&["conversion-with-loss-prohibited: conversion-with-loss-prohibited (1)"]);
    read_extension("80 01 05 82 0D 323331313134323231333230 5A")
        .damaged(&["latest-delivery-time: WrongForm"])
        .has(&["latest-delivery-time: \"231114221320Z\""]);
    read_extension("80 02 00 C8 82 01 07").damaged(&["value: WrongForm"]).has(&["value: 07"]);
}

#[test]
fn bilateral_information_is_read_in_both_forms() {
    let bilateral = |domain: &str| {
        let element = [&hex("61 04 13 02 58 58")[..], &hex(domain), &hex("04 02 01 02")].concat();
        read("MTS.PerDomainBilateralInformation", &tlv(0x30, &element))
    };
    bilateral("62 04 13 02 41 41")
        .damaged(&[])
        .has(&["administration-domain-name: \"AA\"", "OCTET STRING: 0102"]);
    bilateral("30 0B A0 04 13 02 41 41 A1 03 13 01 50").damaged(&[]).has(&[
        "private-domain",
        "administration-domain-name: \"AA\"",
        "private-domain-identifier: \"P\"",
    ]);
    bilateral("30 0B 62 04 13 02 41 41 A1 03 13 01 50").damaged(&["administration-domain-name: WrongForm"]);
}

#[test]
fn lines_of_motis_text_are_read_in_both_forms() {
    let reading = read_ipm("", "AD 0F 31 00 30 0B 80 02 61 62 A0 05 04 03 63 64 65");
    reading.damaged(&[]).all_named().has(&["iso6937-text", "line: \"ab\"", "line: \"cde\""]);
}

#[test]
fn subjects_of_other_string_types_are_read() {
    read_ipm("A8 05 13 03 4F 6E 65", "").damaged(&[]).has(&["subject: \"One\""]);
    read_ipm("A8 05 16 03 4F 6E 65", "").damaged(&["subject: WrongForm"]).has(&["subject: \"One\""]);
}

// Contents.

#[test]
fn the_content_type_decides_what_the_content_is() {
    let ipm_content = tlv(0x04, &tlv(0xA0, &ipm(&[], &[])));
    for content_type in
        ["46 01 02", "46 01 16", "06 04 56 01 0A 00", "06 04 56 01 0A 01", "06 08 2B1A00A236000401"]
    {
        let reading = read("MTS.MTS-APDU", &message(content_type, &[], &ipm_content));
        reading.damaged(&[]).all_named().has(&["content", "ipm", "heading"]);
    }
    // Behind the content type comes what else the SET has: its order is free.
    let inner = tlv(0x04, &message("46 01 02", &[], &ipm_content));
    let reading = read("MTS.MTS-APDU", &message("06 04 56 03 03 01", &[], &inner));
    reading.damaged(&[]).all_named().has(&["content", "message", "envelope", "content", "ipm"]);
    let unknown = read("MTS.MTS-APDU", &message("46 01 00", &[], &hex("04 03 78 79 7A")));
    unknown.damaged(&[]).all_named().has(&["content-type: unidentified (0)", "content: 78797A"]);
    let external = hex("04 0E 28 0C 06 04 56 01 0A 01 81 04 A1 02 31 00");
    read("MTS.MTS-APDU", &message("46 01 01", &[], &external)).has(&[
        "external-content",
        "octet-aligned",
        "ipn",
    ]);
    let wrong = read("MTS.MTS-APDU", &message("46 01 02", &[], &hex("04 03 78 79 7A")));
    wrong.damaged(&["content: InvalidValue"]).has(&["content: 78797A"]);
}

/// A report with these further elements of its content.
fn report(more: &str) -> Vec<u8> {
    let identifier = hex("64 12 63 0C 61 04 13 02 58 58 62 04 13 02 41 41 16 02 4D 31");
    let trace = hex("69 22 30 20 63 0C 61 04 13 02 58 58 62 04 13 02 41 41
                     31 10 80 0B 323331313134323231335A 82 01 00");
    let last_trace = hex("A3 15 80 0B 323331313134323231335A A1 06 A1 04 80 02 00 01");
    let recipient =
        [&or_name(0xA0, &[])[..], &hex("81 01 01 82 02 00 C8"), &last_trace, &hex("A4 02 30 00")].concat();
    let envelope = [&identifier[..], &or_name(0x60, &[]), &trace].concat();
    let content = [&identifier[..], &hex(more), &tlv(0xA0, &tlv(0x31, &recipient))].concat();
    tlv(0xA1, &[tlv(0x31, &envelope), tlv(0x31, &content)].concat())
}

#[test]
fn the_content_that_a_report_returns_is_read() {
    let returned = "81 0E A0 0C 31 06 6B 04 13 02 49 31 30 02 A1 00";
    let old = read("MTS.MTS-APDU", &report(returned));
    old.damaged(&[]).all_named().has(&[
        "report",
        "returned-content",
        "ipm",
        "user-relative-identifier: \"I1\"",
    ]);
    read("MTS.MTS-APDU", &report(&format!("46 01 16 {returned}")))
        .damaged(&[])
        .has(&["returned-content", "ipm"]);
    let unknown = read("MTS.MTS-APDU", &report(&format!("46 01 00 {returned}")));
    unknown.damaged(&[]).has(&["returned-content: A00C31066B04130249313002A100"]);
    let billing = read("MTS.MTS-APDU", &report("A2 03 02 01 09"));
    billing.damaged(&[]).has(&[
        "additional-information",
        "INTEGER: 9",
        "non-delivery-reason-code: unable-to-transfer (1)",
    ]);
}

#[test]
fn a_probe_is_an_envelope_alone() {
    let message = message("46 01 16", &hex("80 02 01 00"), &[]);
    // The envelope's tag is replaced by that of the probe.
    let header = 4;
    let probe = [&[0xA2][..], &message[header + 1..]].concat();
    read("MTS.MTS-APDU", &probe).damaged(&[]).all_named().has(&[
        "probe",
        "probe-identifier",
        "content-type: interpersonal-messaging-1988 (22)",
        "PerRecipientProbeTransferFields",
        "content-length: 256",
    ]);
}

#[test]
fn encoded_information_types_have_all_their_parts() {
    let parts = [
        hex("80 03 06 64 40 81 04 00 00 C0 01"),
        tlv(0xA2, &hex("80 01 61 81 01 62 82 01 63 83 01 64 84 01 65")),
        hex("A3 04 02 02 01 00"),
        tlv(0xA4, &hex("06 04 56 03 04 02 06 07 28 CE 25 07 01 00 64")),
    ];
    let reading = read("MTS.EncodedInformationTypes", &tlv(0x65, &parts.concat()));
    reading.damaged(&[]).has(&[
        "built-in-encoded-information-types: {telex, ia5-text, teletex, mixed-mode}",
        "g3-facsimile: {two-dimensional, fine-resolution, b4-width}",
        "teletex",
        "graphic-character-sets: \"a\"",
        "control-character-sets: \"b\"",
        "page-formats: 63",
        "miscellaneous-terminal-capabilities: \"d\"",
        "private-use: 65",
        "presentation-capabilities",
        "INTEGER: 256",
        "ExtendedEncodedInformationType: 2.6.3.4.2",
        "ExtendedEncodedInformationType: 1.0.10021.7.1.0.100",
    ]);
}

#[test]
fn every_standard_extension_has_a_name_and_a_type() {
    let extensions = schema().table_id("extensions").unwrap();
    for number in 1..=46 {
        assert!(schema().lookup(extensions, Key::Integer(number)).is_some(), "{number}");
    }
    let named = read_extension("80 01 2E 05 00");
    named.has(&["standard-extension: certificate-selectors-override (46)"]);
}

#[test]
fn security_extensions_are_structured() {
    let algorithm = hex("30 07 06 03 2A 03 04 05 00");
    let signed = tlv(0x30, &[&algorithm[..], &hex("03 03 00 AB CD")].concat());
    let extension = |number: u8, value: &[u8]| {
        let field = [&[0x80, 1, number][..], &tlv(0xA2, value)].concat();
        read("MTS.ExtensionField", &tlv(0x30, &field))
    };
    for (number, name) in [
        (18, "content-integrity-check"),
        (19, "message-origin-authentication-check"),
        (24, "probe-origin-authentication-check"),
        (29, "proof-of-delivery"),
        (33, "report-origin-authentication-check"),
        (35, "proof-of-submission"),
    ] {
        let reading = extension(number, &signed);
        reading.damaged(&[]).has(&[name, "algorithmIdentifier", "algorithm: 1.2.3.4", "encrypted: 00ABCD"]);
    }
    extension(17, &algorithm)
        .damaged(&[])
        .has(&["content-confidentiality-algorithm-identifier", "algorithm: 1.2.3.4"]);
    extension(15, &tlv(0x30, &signed)).damaged(&[]).has(&[
        "originator-certificate",
        "userCertificate",
        "SEQUENCE",
    ]);
    let label = "31 1C 06 03 2A 03 04 02 01 05 13 01 4D 31 0F 30 0D 80 03 2A 03 05 A1 06 30 04 02 02 01 00";
    extension(20, &hex(label)).damaged(&[]).has(&[
        "message-security-label",
        "security-policy-identifier: 1.2.3.4",
        "security-classification: top-secret (5)",
        "privacy-mark: \"M\"",
        "SecurityCategory",
        "type: 1.2.3.5",
        "value",
        "INTEGER: 256",
    ]);
    let token_data =
        tlv(0xA0, &[&hex("80 01 02")[..], &tlv(0xA1, &tlv(0x30, &hex("83 01 01 84 01 07")))].concat());
    let name_and_time = [or_name(0x60, &[]), hex("17 0D 3233313131343232313332305A")].concat();
    let data = tlv(0x30, &[&algorithm[..], &name_and_time, &token_data, &hex("82 02 00 FF")].concat());
    let token = tlv(0x30, &[&data[..], &algorithm, &hex("03 02 00 11")].concat());
    let token = tlv(0x30, &[&hex("80 04 56 03 06 00")[..], &tlv(0xA1, &token)].concat());
    extension(16, &token).damaged(&[]).has(&[
        "message-token",
        "token-type-identifier: 2.6.3.6.0",
        "asymmetric-token",
        "recipient-name",
        "time: \"231114221320Z\"",
        "signed-data",
        "type: message-token-signed-data (2)",
        "proof-of-delivery-request: proof-of-delivery-requested (1)",
        "message-sequence-number: 7",
        "encrypted-data: 00FF",
        "encrypted: 0011",
    ]);
}

#[test]
fn extension_attributes_are_read_by_their_number() {
    let attribute = |number: u8, value: &str| {
        let element = [&[0x80, 1, number][..], &tlv(0xA1, &hex(value))].concat();
        read("OR-ADDRESS.ExtensionAttribute", &tlv(0x30, &element))
    };
    let table = schema().table_id("extension-attributes").unwrap();
    assert!((1..=40).all(|number| schema().lookup(table, Key::Integer(number)).is_some()));
    attribute(2, "14 03 63 61 66").damaged(&[]).has(&["teletex-common-name: \"caf\""]);
    attribute(4, "31 06 80 01 53 81 01 47").damaged(&[]).has(&["teletex-personal-name", "given-name: \"G\""]);
    attribute(5, "30 06 14 01 61 14 01 62").damaged(&[]).has(&["TeletexOrganizationalUnitName: \"b\""]);
    attribute(6, "30 08 30 06 14 01 74 14 01 76").damaged(&[]).has(&["type: \"t\"", "value: \"v\""]);
    attribute(8, "13 02 47 42").damaged(&[]).has(&["physical-delivery-country-name: \"GB\""]);
    attribute(9, "12 03 31 32 33").damaged(&[]).has(&["postal-code: \"123\""]);
    attribute(17, "31 06 13 01 61 14 01 62").damaged(&[]).all_named().has(&[
        "extension-attribute-type: street-address (17)",
        "street-address",
        "printable-string: \"a\"",
        "teletex-string: \"b\"",
    ]);
    attribute(16, "31 0B 30 06 13 01 61 13 01 62 14 01 63").damaged(&[]).all_named().has(&[
        "unformatted-postal-address",
        "printable-address",
        "line: \"a\"",
        "line: \"b\"",
        "teletex-string: \"c\"",
    ]);
    attribute(22, "30 06 80 01 31 81 01 32").damaged(&[]).has(&[
        "e163-4-address",
        "number: \"1\"",
        "sub-address: \"2\"",
    ]);
    attribute(22, "A0 0B A2 03 04 01 74 A3 04 31 02 04 00").has(&[
        "psap-address",
        "tSelector: 74",
        "nAddresses",
    ]);
    attribute(23, "02 01 07").damaged(&[]).has(&["terminal-type: ia5-terminal (7)"]);
    attribute(24, "31 09 1E 04 00 41 00 FC 13 01 64")
        .damaged(&["iso-639-language-code: OutOfBounds"])
        .has(&["universal-common-name", "character-encoding: \"A\u{fc}\""]);
    attribute(26, "31 08 A0 06 1E 04 00 41 00 42")
        .damaged(&[])
        .has(&["surname", "character-encoding: \"AB\""]);
    attribute(40, "31 06 1C 04 00 00 00 41").damaged(&[]).has(&["universal-local-postal-attributes"]);
    attribute(41, "13 01 61").damaged(&[]).has(&["extension-attribute-type: 41", "PrintableString: \"a\""]);
}

#[test]
fn a_directory_name_is_read_with_its_attribute_types() {
    let name = tlv(0x30, &hex("31 0B 30 09 06 03 55 04 06 13 02 47 42 31 0A 30 08 06 03 55 04 0A 0C 01 4F"));
    let or_name = tlv(0x60, &[&hex("30 00")[..], &tlv(0xA0, &name)].concat());
    read("OR-ADDRESS.ORName", &or_name).damaged(&[]).all_named().has(&[
        "directory-name",
        "RelativeDistinguishedName",
        "type: 2.5.4.6",
        "countryName: \"GB\"",
        "type: 2.5.4.10",
        "organizationName: \"O\"",
    ]);
}

// Interpersonal, military and EDI messages.

#[test]
fn heading_and_recipient_extensions_have_their_types() {
    let extension = |field: &str| read("IPMS.IPMSExtension", &tlv(0x30, &hex(field)));
    extension("06 04 56 01 05 00").damaged(&[]).has(&["type: 2.6.1.5.0"]);
    extension("06 04 56 01 05 01 31 04 13 02 65 6E")
        .damaged(&[])
        .all_named()
        .has(&["languages", "Language: \"en\""]);
    extension("06 04 56 01 05 05 18 0F 32303233313131343232313332305A")
        .damaged(&[])
        .has(&["authorization-time: \"20231114221320Z\""]);
    extension("06 04 56 01 05 08 31 04 1E 02 00 53")
        .damaged(&[])
        .has(&["extended-subject", "character-encoding: \"S\""]);
    extension("06 04 56 01 05 0C 06 05 2B 1B 08 00 00")
        .damaged(&[])
        .has(&["precedence-policy-identifier: 1.3.27.8.0.0"]);
    extension("06 04 56 01 14 01 02 01 6B").damaged(&[]).has(&["precedence: 107"]);
    extension("06 04 56 01 14 01 02 02 00 80").damaged(&["precedence: OutOfBounds"]);
    extension("06 04 56 01 12 00 03 02 04 90")
        .damaged(&[])
        .has(&["recipient-security-request: {content-non-repudiation, ipn-proof}"]);
    extension("06 09 2A 86 3A 00 87 6C 0A 01 01 16 02 55 41").has(&["originating-UA: \"UA\""]);
    extension("06 03 2A 03 04 16 01 78").damaged(&[]).has(&["type: 1.2.3.4", "IA5String: \"x\""]);
}

#[test]
fn a_file_transfer_body_part_tells_the_name_and_size_of_the_file() {
    let parameters = [
        tlv(0xA1, &tlv(0xA0, &hex("06 05 28 C2 7B 05 03"))),
        tlv(0xA2, &[tlv(0xA0, &hex("80 03 2A 03 04")), tlv(0xA3, &hex("19 05 61 2E 64 6F 63"))].concat()),
        tlv(0xA3, &hex("80 03 2A 03 05 A1 02 05 00")),
        tlv(
            0xA4,
            &[
                tlv(0xA0, &hex("19 05 61 2E 64 6F 63")),
                hex("81 02 07 80"),
                tlv(0xA4, &hex("81 0F 32303233313131343232313332305A")),
                tlv(0xA5, &hex("80 00")),
                tlv(0xA8, &hex("19 01 6D")),
                tlv(0xAD, &hex("81 02 04 D2")),
            ]
            .concat(),
        ),
    ];
    let external = |identifier: u8, oid: &str, value: &[u8]| {
        tlv(identifier, &[&hex(oid)[..], &tlv(0xA0, value)].concat())
    };
    let file = tlv(0x30, &tlv(0x28, &hex("06 05 28 C2 7B 05 03 81 03 01 02 03")));
    let part = [
        external(0xA0, "06 04 56 01 0B 0C", &tlv(0x30, &parameters.concat())),
        external(0x28, "06 04 56 01 04 0C", &file),
    ];
    let body = tlv(0xAF, &part.concat());
    let reading = read("IPMS.InformationObject", &tlv(0xA0, &ipm(&[], &body)));
    reading.damaged(&[]).has(&[
        "extended",
        "direct-reference: 2.6.1.11.12",
        "file-transfer-parameters",
        "contents-type",
        "document-type-name: 1.0.8571.5.3",
        "environment",
        "application-reference",
        "registered-identifier: 1.2.3.4",
        "user-visible-string",
        "string: \"a.doc\"",
        "compression-algorithm-id: 1.2.3.5",
        "file-attributes",
        "incomplete-pathname",
        "name: \"a.doc\"",
        "permitted-actions: {read}",
        "date-and-time-of-creation",
        "actual-values: \"20231114221320Z\"",
        "no-value-available",
        "identity-of-creator",
        "actual-values: \"m\"",
        "object-size",
        "actual-values: 1234",
        "direct-reference: 2.6.1.4.12",
        "file-transfer",
        "octet-aligned: 010203",
    ]);
}

#[test]
fn extended_body_parts_are_read_by_their_identifier() {
    let part = |oid: &str, value: &[u8]| {
        let oid = hex(oid);
        let data = tlv(0x28, &[tlv(0x06, &oid), tlv(0xA0, value)].concat());
        read("IPMS.BodyPart", &tlv(0xAF, &data))
    };
    part("56 01 04 00", &hex("16 01 78")).damaged(&[]).all_named().has(&["ia5-text: \"x\""]);
    part("56 01 04 07", &tlv(0x30, &ipm(&[], &[])))
        .damaged(&[])
        .all_named()
        .has(&["message", "heading", "this-IPM"]);
    part("56 01 04 10", &hex("04 02 01 02")).damaged(&[]).all_named().has(&["voice: 0102"]);
    part("56 01 0B 10", &hex("30 08 80 01 05 81 03 2A 03 04")).damaged(&[]).all_named().has(&[
        "voice-parameters",
        "voice-message-duration: 5",
        "voice-encoding-type: 1.2.3.4",
    ]);
    let notification = hex("31 18 6B 04 13 02 49 31 A0 10 A1 0E 80 0C 3233313131343232313332 5A".trim());
    part("56 01 04 0F", &notification).has(&["notification", "subject-ipm", "receipt-fields"]);
    let content = tlv(0x04, &tlv(0xA0, &ipm(&[], &[])));
    part("56 01 04 11 02 06 01 0A 01", &content)
        .damaged(&[])
        .all_named()
        .has(&["content", "ipm", "this-IPM"]);
    part("56 01 04 11 2A 03", &hex("04 02 30 00")).damaged(&[]).all_named().has(&["content: 3000"]);
    part("56 01 0B 11 2A 03", &hex("31 00")).damaged(&[]).all_named().has(&["content-parameters"]);
    part("2A 03 04", &hex("30 03 02 01 05")).damaged(&[]).has(&["direct-reference: 1.2.3.4", "INTEGER: 5"]);
}

#[test]
fn a_forwarded_message_has_its_delivery_envelope() {
    let delivery = [
        hex("80 01 16"),
        or_name(0x60, &[]),
        hex("A1 04 80 02 05 20 47 01 02 82 02 06 40"),
        or_name(0xA4, &[]),
        hex("87 0B 323331313134323231335A"),
        hex("88 02 43 31"),
    ];
    let parameters = [hex("80 0B 323331313134323231335A"), tlv(0xA1, &delivery.concat())].concat();
    let part = tlv(0xA9, &[tlv(0x31, &parameters), tlv(0x30, &ipm(&[], &[]))].concat());
    read("IPMS.BodyPart", &part).damaged(&[]).all_named().has(&[
        "message",
        "delivery-time: \"2311142213Z\"",
        "delivery-envelope",
        "content-type: interpersonal-messaging-1988 (22)",
        "originator-name",
        "original-encoded-information-types",
        "priority: urgent (2)",
        "delivery-flags: {implicit-conversion-prohibited}",
        "this-recipient-name",
        "message-submission-time: \"2311142213Z\"",
        "content-identifier: \"C1\"",
        "data",
        "heading",
    ]);
}

#[test]
fn military_heading_extensions_have_their_types() {
    let extension = |number: u8, value: &str| {
        let oid = [&hex("2B 1A 00 A2 36 00 02")[..], &[number]].concat();
        read("IPMS.IPMSExtension", &tlv(0x30, &[tlv(0x06, &oid), hex(value)].concat()))
    };
    extension(0, "02 01 04").damaged(&[]).all_named().has(&["primary-precedence: flash (4)"]);
    extension(1, "02 01 01").damaged(&[]).all_named().has(&["copy-precedence: routine (1)"]);
    extension(2, "31 03 80 01 03").damaged(&[]).all_named().has(&["message-type", "type: drill (3)"]);
    extension(5, "17 0B 323331313134323231335A")
        .damaged(&[])
        .has(&["extended-authorisation-info: \"2311142213Z\""]);
    extension(6, "31 07 A0 05 13 03 41 42 43")
        .damaged(&[])
        .all_named()
        .has(&["distribution-codes", "Sic: \"ABC\""]);
    extension(8, "30 03 13 01 61")
        .damaged(&[])
        .all_named()
        .has(&["message-instructions", "MilitaryString: \"a\""]);
    extension(11, "30 08 31 06 80 01 01 81 01 78")
        .damaged(&[])
        .all_named()
        .has(&["type: copy (1)", "designator: \"x\""]);
    extension(13, "13 01 61").damaged(&[]).all_named().has(&["acp127-message-identifier: \"a\""]);
    extension(15, "03 02 05 60")
        .damaged(&[])
        .all_named()
        .has(&["acp127-notification-request: {acp127-pn, acp127-tn}"]);
    extension(3, "30 09 31 07 80 01 00 A1 02 A0 00")
        .has(&["address-list-indicator", "type: primaryAddressList (0)"]);
    let table = schema().table_id("ipms-extensions").unwrap();
    for number in 0..=17 {
        let oid = [&hex("2B 1A 00 A2 36 00 02")[..], &[number]].concat();
        assert!(schema().lookup(table, Key::Oid(&oid)).is_some(), "{number}");
    }
}

#[test]
fn an_edi_message_shows_its_heading_and_its_octets() {
    let heading = [
        tlv(0xA1, &[tlv(0xA0, &hex("30 00")), hex("81 02 45 31")].concat()),
        hex("85 01 FF 86 04 56 07 0B 02"),
        tlv(0xB0, &hex("80 01 53")),
    ];
    let body = tlv(0x30, &hex("80 03 55 4E 41"));
    let edim = tlv(0xA0, &[tlv(0x30, &heading.concat()), body].concat());
    let reading = read("MTS.MTS-APDU", &message("46 01 23", &[], &tlv(0x04, &edim)));
    reading.damaged(&[]).has(&[
        "edim",
        "this-EDIM",
        "user-relative-identifier: \"E1\"",
        "responsibility-forwarded: TRUE",
        "edi-bodypart-type: 2.6.7.11.2",
        "interchange-sender",
        "edi-body-part: \"UNA\"",
    ]);
}

#[test]
fn operations_of_p3_have_names_and_their_contents_types() {
    let arguments = schema().table_id("msse-arguments").unwrap();
    assert_eq!(
        schema().lookup(arguments, Key::Integer(3)).is_some(),
        schema().lookup(arguments, Key::Integer(4)).is_some()
    );
    let recipient = tlv(0x31, &[&or_name(0x60, &[])[..], &hex("80 02 03 08")].concat());
    let envelope = [&or_name(0x60, &[])[..], &hex("46 01 16"), &tlv(0xA1, &recipient)].concat();
    let content = tlv(0x04, &tlv(0xA0, &ipm(&[], &[])));
    let submission = tlv(0x30, &[tlv(0x31, &envelope), content.clone()].concat());
    read("MTSAccess.MessageSubmissionArgument", &submission).damaged(&[]).all_named().has(&[
        "originator-name",
        "originator-report-request: {non-delivery-report}",
        "content",
        "ipm",
    ]);
    let other = [
        &hex("80 01 16")[..],
        &or_name(0x60, &[]),
        &or_name(0xA4, &[]),
        &hex("87 0B 323331313134323231335A"),
    ];
    let delivery = [
        hex("64 12 63 0C 61 04 13 02 58 58 62 04 13 02 41 41 16 02 4D 31"),
        hex("17 0B 323331313134323231335A"),
        tlv(0x31, &other.concat()),
        content,
    ];
    let reading = read("MTSAccess.MessageDeliveryArgument", &tlv(0x30, &delivery.concat()));
    reading.damaged(&[]).all_named().has(&["message-delivery-identifier", "other-fields", "content", "ipm"]);
}

// How the schemas hang together with those of the layers below, and what is hidden.

#[test]
fn a_message_in_an_external_is_found_by_its_abstract_syntax() {
    let apdu = message("46 01 02", &[], &tlv(0x04, &tlv(0xA0, &ipm(&[], &[]))));
    let external = tlv(0x28, &[&hex("06 04 56 00 02 07")[..], &tlv(0xA0, &apdu)].concat());
    let reading = read("ACSE-1.EXTERNAL", &external);
    reading.damaged(&[]).all_named().has(&["single-ASN1-type", "message", "envelope", "content", "ipm"]);
}

#[test]
fn forms_met_in_traffic_are_no_damage() {
    read("MTS.AdditionalActions", &hex("31 04 83 02 06 00")).damaged(&[]).has(&["other-actions: {}"]);
    read("MTS.EncodedInformationTypes", &hex("65 03 80 01 00")).damaged(&[]);
    read("MTS.Time", &hex("17 11 3936303730313133333135352D30343030")).damaged(&[]);
    read("IPMS.RecipientSpecifier", &hex("31 05 A0 00 81 01 00"))
        .damaged(&[])
        .has(&["notification-requests: {}"]);
    read_ipm("A8 03 14 01 00 8E 01 00", "A0 04 31 00 16 00").damaged(&[]).has(&["auto-forwarded: FALSE"]);
}

#[test]
fn keys_and_passwords_are_secrets() {
    let secret: Vec<_> = schema()
        .fields()
        .iter()
        .filter(|field| {
            field.secret && ["p1.", "p3.", "p7.", "p22."].iter().any(|prefix| field.name.starts_with(prefix))
        })
        .map(|field| field.name)
        .collect();
    let expected = [
        "p1.content_confidentiality_key",
        "p1.content_integrity_key",
        "p22.password",
        "p3.old_credentials",
        "p3.new_credentials",
        "p7.register_ms",
    ];
    for name in expected {
        assert!(secret.contains(&name), "{name} is not among {secret:?}");
    }
}
