//! What the schemas of message handling make of octets: the worked examples of the Recommendations' tables, and
//! what real systems sent.

mod octets;

use std::sync::OnceLock;

use super::{FILES, Guide, Key, Oid, Schema, TableId, TypeId, walk};
use crate::capture::Octets;
use crate::tree::{Charset, Damage, Display, Node, Sink, Span, Tag, Tree, Value};

/// Takes damage; asks and knows nothing.
#[derive(Default)]
struct Listener(Vec<String>);

impl Guide for Listener {
    fn enter(&mut self, _: u16, _: Span) {}
    fn leave(&mut self, _: u16, _: Span) {}
    fn value(&mut self, _: u16, _: &[u8], _: Span) {}
    fn resolve(&mut self, _: TableId, _: Key<'_>) -> Option<TypeId> {
        None
    }
    fn damage(&mut self, damage: &Damage) {
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
            (Display::Boolean, Value::Number(number)) => if number == 0 { "FALSE" } else { "TRUE" }.to_owned(),
            (_, Value::Number(number)) => number.to_string(),
            (Display::Oid, _) => Oid(contents).to_string(),
            (Display::BitString(names), _) if !names.is_empty() => {
                let bits = contents.get(1..).unwrap_or_default();
                let set = |bit: u32| bits.get(bit as usize / 8).is_some_and(|octet| octet << (bit % 8) & 0x80 != 0);
                let names: Vec<_> = names.iter().filter(|(bit, _)| set(*bit)).map(|(_, name)| *name).collect();
                format!("{{{}}}", names.join(", "))
            }
            (Display::Text(Charset::Bmp), _) => {
                let units: Vec<_> = contents.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
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
    let layers: Vec<_> = reading.tree.nodes().iter().filter_map(|node| node.field.layer).map(Tag::name).collect();
    assert_eq!(layers, ["P1", "P2"]);
    let summary: Vec<_> =
        reading.tree.nodes().iter().filter(|node| node.field.summary).map(|node| node.field.name).collect();
    let [id, content_type, priority, ipm_id, subject] = summary[..] else { panic!("{summary:?}") };
    assert_eq!([id, content_type, priority], ["x411.local_identifier", "x411.content_type", "x411.priority"]);
    assert_eq!([ipm_id, subject], ["x420.user_relative_identifier", "x420.subject"]);
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
