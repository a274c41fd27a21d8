//! Each oddity is noticed in the octets it is made for, and in no other.

use super::*;
use crate::layers::note::Cap;
use crate::layers::upper::noticed_in;

/// An element: identifier, length, and the parts in a row.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let length = contents.len();
    let header = match length {
        0..=0x7F => vec![tag, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [header, contents].concat()
}

fn country(value: &[u8]) -> Vec<u8> {
    element(0x61, &[&element(0x13, &[value])])
}

fn admd(value: &[u8]) -> Vec<u8> {
    element(0x62, &[&element(0x13, &[value])])
}

fn prmd(value: &[u8]) -> Vec<u8> {
    element(0xA2, &[&element(0x13, &[value])])
}

fn surname(value: &[u8]) -> Vec<u8> {
    element(0xA5, &[&element(0x80, &[value])])
}

/// A domain-defined attribute.
fn defined(kind: &[u8], value: &[u8]) -> Vec<u8> {
    element(0x30, &[&element(0x30, &[&element(0x13, &[kind]), &element(0x13, &[value])])])
}

/// A directory name of one attribute.
fn directory(arc: u8, tag: u8, value: &[u8]) -> Vec<u8> {
    let attribute = element(0x30, &[&[6, 3, 0x55, 4, arc], &element(tag, &[value])]);
    element(0xA0, &[&element(0x30, &[&element(0x31, &[&attribute])])])
}

/// Contents of an O/R name: these standard attributes, and what follows.
fn name(standard: &[&[u8]], rest: &[&[u8]]) -> Vec<u8> {
    [element(0x30, standard), rest.concat()].concat()
}

/// The name of a user to whom nothing is odd.
fn usual() -> Vec<u8> {
    name(&[&country(b"XX"), &admd(b"A"), &prmd(b"P"), &surname(b"Sender")], &[])
}

/// A message from a usual user to one with this name; the heading has this one.
fn message_with(recipient: &[u8], heading: &[u8]) -> Vec<u8> {
    let domain = element(0x63, &[&country(b"XX"), &admd(b"A"), &element(0x13, &[b"P"])]);
    let identifier = element(0x64, &[&domain, &element(0x16, &[b"1"])]);
    let per_recipient = element(0x31, &[&element(0x60, &[recipient]), &[0x80, 1, 1], &[0x81, 2, 0, 0x80]]);
    let trace = element(
        0x69,
        &[&element(0x30, &[&domain, &element(0x31, &[&element(0x80, &[b"960101000000Z"]), &[0x82, 1, 0]])])],
    );
    let envelope = element(
        0x31,
        &[
            &identifier,
            &element(0x60, &[&usual()]),
            &[0x46, 1, 22],
            &trace,
            &element(0xA2, &[&per_recipient]),
        ],
    );
    let specifier = element(0x31, &[&element(0xA0, &[&element(0x60, &[heading])])]);
    let this_ipm = element(0x6B, &[&element(0x13, &[b"1"])]);
    let heading = element(0x31, &[&this_ipm, &[0xA0, 2, 0x81, 0], &element(0xA2, &[&specifier])]);
    let body = element(0x30, &[&[0xA0, 5, 0x31, 0, 0x16, 1, b'x']]);
    let content = element(0x04, &[&element(0xA0, &[&heading, &body])]);
    element(0xA0, &[&envelope, &content])
}

/// What is noticed in a message to a recipient with this name. Nothing else may be wrong with it.
fn noticed(recipient: &[u8]) -> Vec<(Fault, Owner, Option<usize>)> {
    faults(&message_with(recipient, &usual()))
}

fn faults(message: &[u8]) -> Vec<(Fault, Owner, Option<usize>)> {
    let fault = |what| match what {
        What::Name(Oddity { fault, owner, length }) => Some((fault, owner, length)),
        // Not a fault of the name: it is longer than what is remembered.
        What::Cap(Cap::Kept) => None,
        other => panic!("{other:?}"),
    };
    noticed_in(message).all().filter_map(|(what, ..)| fault(what)).collect()
}

/// The faults alone, of a name that is usual but for these attributes.
fn with(standard: &[&[u8]], rest: &[&[u8]]) -> Vec<Fault> {
    let usual = [country(b"XX"), admd(b"A")];
    let all: Vec<&[u8]> = usual.iter().map(Vec::as_slice).chain(standard.iter().copied()).collect();
    noticed(&name(&all, rest)).into_iter().map(|(fault, ..)| fault).collect()
}

#[test]
fn usual_names_have_nothing_odd() {
    assert_eq!(noticed(&usual()), []);
    // The forms of X.402 18.5, and that of AMHS whose users are units.
    let unit = element(0xA6, &[&element(0x13, &[b"LFPGYFYX"])]);
    assert_eq!(with(&[&prmd(b"P"), &element(0x83, &[b"AFTN"]), &unit], &[]), []);
    let common =
        element(0x31, &[&element(0x30, &[&[0x80, 1, 1], &element(0xA1, &[&element(0x13, &[b"N"])])])]);
    assert_eq!(with(&[&prmd(b"P")], &[&common]), []);
    let postal =
        element(0x31, &[&element(0x30, &[&[0x80, 1, 9], &element(0xA1, &[&element(0x13, &[b"1"])])])]);
    assert_eq!(with(&[&prmd(b"P")], &[&postal]), []);
    // A terminal's address has no domain, and nothing is made of the PRMD of a numeric one here.
    assert_eq!(noticed(&name(&[&element(0x80, &[b"26245"])], &[])), []);
    assert_eq!(with(&[&prmd(b"P"), &element(0x84, &[b"4711"])], &[]), [Fault::NumericWithPrmd]);
    assert_eq!(with(&[&prmd(b"P")], &[&defined(b"RFC-822", b"hans(a)werk.example")]), []);
}

#[test]
fn lengths_are_those_of_x411() {
    let told = |recipient: &[u8]| noticed(recipient).first().map(|(fault, _, length)| (*fault, *length));
    for (value, length) in [(&b"X"[..], 1), (b"XXX", 3), (b"", 0)] {
        let recipient = name(&[&country(value), &admd(b"A"), &prmd(b"P"), &surname(b"S")], &[]);
        assert_eq!(told(&recipient), Some((Fault::CountryLength, Some(length))));
    }
    let numeric = element(0x61, &[&element(0x12, &[b"310"])]);
    let recipient = name(&[&numeric, &admd(b"A"), &prmd(b"P"), &surname(b"S")], &[]);
    assert_eq!(told(&recipient), Some((Fault::CountryNumeric, None)));
    let recipient = name(&[&country(b"XX"), &admd(&[b'A'; 17]), &prmd(b"P"), &surname(b"S")], &[]);
    assert_eq!(told(&recipient), Some((Fault::AdmdTooLong, Some(17))));
    let recipient = name(&[&country(b"XX"), &admd(b"A"), &prmd(&[b'P'; 17]), &surname(b"S")], &[]);
    assert_eq!(told(&recipient), Some((Fault::TooLong, Some(17))));
    // In pieces, as X.690 8.7.3 allows.
    let pieces = element(0xA3, &[&element(0x04, &[&[b'O'; 40]]), &element(0x04, &[&[b'O'; 25]])]);
    let recipient = name(&[&country(b"XX"), &admd(b"A"), &prmd(b"P"), &pieces, &surname(b"S")], &[]);
    assert_eq!(told(&recipient), Some((Fault::TooLong, Some(65))));
    let unit = element(0x13, &[b"U"]);
    let units = element(0xA6, &[&unit, &unit, &unit, &unit, &unit]);
    assert_eq!(with(&[&prmd(b"P"), &surname(b"S"), &units], &[]), [Fault::TooManyUnits]);
    let long = name(
        &[&country(b"XX"), &admd(b"A"), &prmd(b"P"), &surname(b"S")],
        &[&element(0x30, &[&element(0x30, &[&element(0x13, &[b"X"]), &element(0x13, &[&[b'v'; 1100]])])])],
    );
    let faults: Vec<_> = noticed(&long).into_iter().map(|(fault, ..)| fault).collect();
    assert_eq!(faults, [Fault::TooLong, Fault::Over1024]);
}

#[test]
fn addresses_that_make_no_form_are_noticed() {
    let form = |standard: &[&[u8]]| noticed(&name(standard, &[]));
    let recipient = |fault| [(fault, Owner::Recipient, None)];
    let [c, a, p, s] = [country(b"XX"), admd(b"A"), prmd(b"P"), surname(b"S")];
    assert_eq!(form(&[&a, &p, &s]), recipient(Fault::IncompleteMnemonic));
    assert_eq!(form(&[&c, &p, &s]), recipient(Fault::IncompleteMnemonic));
    assert_eq!(
        form(&[&c, &a]),
        [(Fault::IncompleteMnemonic, Owner::Recipient, None), (Fault::NoPrmd, Owner::Recipient, None)]
    );
    assert_eq!(form(&[&c, &a, &p]), recipient(Fault::NoPersonalName));
    assert_eq!(form(&[&c, &a, &p, &element(0x83, &[b"O"])]), recipient(Fault::NoPersonalName));
    assert_eq!(form(&[&c, &a, &s]), recipient(Fault::NoPrmd));
    assert_eq!(form(&[&c, &a, &prmd(b""), &s]), recipient(Fault::EmptyPrmd));
    // The originator, by the octets of its name: the first O/R name of the message.
    let usual = element(0x60, &[&usual()]);
    let other = element(0x60, &[&name(&[], &[&defined(b"MS", b"NET/PO/BOX")])]);
    let message = message_with(&super::tests::usual(), &super::tests::usual());
    let at = message.windows(usual.len()).position(|window| window == usual).expect("it has an originator");
    // The lengths in front: of the APDU (82 xx xx) and of the envelope.
    let mut changed = [&message[..at], &other, &message[at + usual.len()..]].concat();
    for length in [2, 6] {
        let old = usize::from(u16::from_be_bytes([changed[length], changed[length + 1]]));
        let new = (old + other.len() - usual.len()) as u16;
        changed[length..length + 2].copy_from_slice(&new.to_be_bytes());
    }
    assert_eq!(faults(&changed), [(Fault::MissingMandatory, Owner::Originator, None)]);
}

#[test]
fn characters_are_those_of_a_printable_string() {
    let told = |value: &[u8]| with(&[&prmd(b"P"), &surname(value)], &[]);
    assert_eq!(told(b"O'Neill (Jr.)+1,2-3/4:5=6?"), []);
    assert_eq!(told(b"hans_meier"), [Fault::NotPrintable { underscore: true }]);
    assert_eq!(told(b"hans@meier"), [Fault::NotPrintable { underscore: false }]);
    assert_eq!(told(b"M\xFCller_"), [Fault::NotPrintable { underscore: false }]);
    // Of a TeletexString nothing is said.
    let teletex = element(
        0x31,
        &[&element(
            0x30,
            &[&[0x80, 1, 4], &element(0xA1, &[&element(0x31, &[&element(0x80, &[b"M\xC8uller"])])])],
        )],
    );
    assert_eq!(with(&[&prmd(b"P")], &[&teletex]), []);
}

#[test]
fn domain_defined_attributes_are_looked_into() {
    let told = |kind: &[u8], value: &[u8]| with(&[&prmd(b"P")], &[&defined(kind, value)]);
    assert_eq!(told(b"X", b""), [Fault::DdaEmpty]);
    assert_eq!(told(b"", b"x"), [Fault::DdaEmpty]);
    assert_eq!(told(b"RFC-822", b"hans@werk.example"), [Fault::DdaNotPrintable]);
    assert_eq!(told(b"RFC-822", b"hans(040)a(041)werk.example"), [Fault::DdaDoubleEscaped]);
    assert_eq!(told(b"MSXENCAP", b"SMTP"), [Fault::DdaMsxencap]);
    assert_eq!(told(b"MSXCX500", b"/o=X"), [Fault::DdaMsxcx500]);
    assert_eq!(told(b"SMTP", b"abcdefghijklmno(a)x.example"), [Fault::DdaSmtp15]);
    assert_eq!(told(b"SMTP", b"abcdefghijklm(u)(095)(a)x.example"), [Fault::DdaSmtp15]);
    assert_eq!(told(b"SMTP", b"abcdefghijklmnop(a)x.example"), []);
    assert_eq!(told(b"RFC-822", b"abcdefghijklmno(a)x.example"), []);
    assert_eq!(told(b"SMTP", b"abcdefghijklmno"), []);
}

#[test]
fn directory_names_are_looked_into() {
    let told = |name: &[u8]| with(&[&prmd(b"P"), &surname(b"S")], &[name]);
    assert_eq!(told(&directory(3, 0x13, b"Hans Meier")), []);
    assert_eq!(told(&directory(3, 0x14, b"Hans {Meier}")), [Fault::DirectoryNameInvalid]);
    assert_eq!(told(&directory(11, 0x14, &[b'u'; 65])), [Fault::DirectoryNameInvalid]);
    assert_eq!(told(&directory(7, 0x14, &[b'u'; 65])), []);
    assert_eq!(told(&directory(3, 0x13, b"hans_meier")), [Fault::DirectoryNameNotPrintable]);
    assert_eq!(told(&directory(3, 0x14, b"DDA:SMTP=x")), [Fault::DirectoryNameContainsDda]);
    assert_eq!(
        noticed(&name(&[], &[&directory(3, 0x13, b"Hans")])),
        [(Fault::DirectoryNameOnly, Owner::Recipient, None)]
    );
}

#[test]
fn an_x121_address_that_the_heading_lacks_is_noticed() {
    let [c, a, p, s, x] = [country(b"XX"), admd(b"A"), prmd(b"P"), surname(b"S"), element(0x80, &[b"26245"])];
    let whole = name(&[&c, &a, &x, &p, &s], &[]);
    let without = name(&[&c, &a, &p, &s], &[]);
    let numeric = (Fault::NumericWithPrmd, Owner::Recipient, None);
    assert_eq!(faults(&message_with(&whole, &whole)), [numeric]);
    assert_eq!(
        faults(&message_with(&whole, &without)),
        [numeric, (Fault::X121Missing, Owner::IpmRecipient, None)]
    );
    assert_eq!(faults(&message_with(&whole, &usual())), [numeric]);
}

#[test]
fn a_local_part_ends_at_the_at_sign() {
    assert_eq!(local_part(b"hans(a)werk"), Some(4));
    assert_eq!(local_part(b"h(u)(046)s@werk"), Some(4));
    assert_eq!(local_part(b"hans"), None);
    assert_eq!(local_part(b""), None);
    assert_eq!(local_part(b"(a)"), Some(0));
}
