//! Each oddity is noticed in the octets it is made for, and in no other.

use super::*;
use crate::layers::upper::noticed_in;

/// An element of at most 127 octets: identifier, length, and the parts in a row.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    match contents.len() {
        length @ 0..=0x7F => [vec![tag, length as u8], contents].concat(),
        length => [vec![tag, 0x82, (length >> 8) as u8, length as u8], contents].concat(),
    }
}

const ORIGINATOR: &[u8] = &[0xA0, 3, 0x80, 1, b'x'];
const TEXT: &[u8] = &[0xA0, 5, 0x31, 0, 0x16, 1, b'x'];

/// What is noticed in a content of P22 whose heading has these fields behind the identifier; not what belongs to the
/// envelope, of which there is no more than the content needs.
fn noticed(fields: &[&[u8]], parts: &[&[u8]]) -> Vec<Oddity> {
    let heading = element(0x31, &[&element(0x6B, &[&element(0x13, &[b"1"])]), &fields.concat()]);
    oddities(&element(0xA0, &[&heading, &element(0x30, parts)]))
}

fn oddities(content: &[u8]) -> Vec<Oddity> {
    let message = element(0xA0, &[&element(0x31, &[&[0x46, 1, 22]]), &element(0x04, &[content])]);
    let oddity = |what| match what {
        What::Ipm(oddity) => Some(oddity),
        _ => None,
    };
    noticed_in(&message).all().filter_map(|(what, ..)| oddity(what)).collect()
}

/// A recipient with these notification-requests.
fn recipient(requests: &[u8]) -> Vec<u8> {
    element(0xA2, &[&element(0x31, &[ORIGINATOR, &element(0x81, &[requests])])])
}

/// An externally-defined body part: the last arc of its types, parameters, data.
fn extended(arc: u8, parameters: &[u8], data: &[u8]) -> Vec<u8> {
    let external =
        |tag, root, value: &[u8]| element(tag, &[&[6, 4, 0x56, 1, root, arc], &element(0xA0, &[value])]);
    element(0xAF, &[&external(0xA0, 11, parameters), &external(0x28, 4, data)])
}

#[test]
fn a_usual_message_has_nothing_odd() {
    let subject = element(0xA8, &[&element(0x14, &[b"Hello"])]);
    assert_eq!(noticed(&[ORIGINATOR, &recipient(&[6, 0x40]), &subject], &[TEXT]), []);
    assert_eq!(noticed(&[ORIGINATOR, &recipient(&[6, 0xC0])], &[TEXT, &[0x8E, 1, 0]]), []);
}

#[test]
fn headings_are_looked_into() {
    let heading = |fields: &[&[u8]]| noticed(&[&[ORIGINATOR], fields].concat(), &[TEXT]);
    assert_eq!(noticed(&[], &[TEXT]), [Oddity::OriginatorAbsent]);
    assert_eq!(heading(&[&recipient(&[7, 0x80])]), [Oddity::RnWithoutNrn]);
    assert_eq!(heading(&[&recipient(&[0])]), [Oddity::NotificationRequestsEmpty]);
    assert_eq!(heading(&[&element(0xA8, &[&element(0x14, &[&[0]])])]), [Oddity::SubjectNul]);
    assert_eq!(heading(&[&element(0xA8, &[&element(0x14, &[b"\x1B(Bx"])])]), [Oddity::SubjectEscape]);
    let long = element(0xA0, &[&element(0x80, &[&[b'x'; 65]])]);
    assert_eq!(noticed(&[&long], &[TEXT]), [Oddity::FreeFormNameTooLong]);
    // An identifier of 65 characters, and one that reaches past the heading.
    let part = |identifier: &[u8]| {
        let heading = element(0x31, &[ORIGINATOR, identifier]);
        oddities(&element(0xA0, &[&heading, &element(0x30, &[TEXT])]))
    };
    assert_eq!(part(&element(0x6B, &[&element(0x13, &[&[b'1'; 65]])])), [Oddity::IdentifierLength]);
    assert_eq!(part(&[0x6B, 9, 0x13, 1, b'1']), [Oddity::IdentifierLength]);
}

#[test]
fn bodies_are_looked_into() {
    let body = |parts: &[&[u8]]| noticed(&[ORIGINATOR], parts);
    let ia5 = |data: &[u8]| element(0xA0, &[&[0x31, 0], &element(0x16, &[data])]);
    assert_eq!(body(&[]), [Oddity::NoBodyPart]);
    assert_eq!(body(&[&[0x8E, 1, 0]]), [Oddity::NoText]);
    assert_eq!(body(&[&[0x8E, 0], TEXT]), [Oddity::AttachmentEmpty]);
    assert_eq!(body(&[&ia5(b"")]), [Oddity::Ia5Empty]);
    assert_eq!(body(&[&ia5(b"a\0b")]), [Oddity::TextNul]);
    assert_eq!(body(&[&ia5(b"M\xFCller")]), [Oddity::Ia5Binary]);
    // In pieces, some of them empty.
    assert_eq!(body(&[&element(0xA0, &[&[0x31, 0], &[0x36, 5, 4, 0, 4, 1, b'x']])]), []);
    assert_eq!(body(&[&element(0xA0, &[&[0x31, 0], &[0x36, 2, 4, 0]])]), [Oddity::Ia5Empty]);
    let lines = |line: &[u8]| element(0xAD, &[&[0x31, 0], &element(0x30, &[line])]);
    assert_eq!(body(&[&lines(&[0x80, 1, b'x'])]), []);
    assert_eq!(body(&[&lines(&[0xA0, 3, 4, 1, b'x'])]), [Oddity::Iso6937Line]);
}

#[test]
fn externally_defined_body_parts_are_looked_into() {
    let body = |part: &[u8]| noticed(&[ORIGINATOR], &[part]);
    let latin = &[0x31, 9, 2, 1, 1, 2, 1, 6, 2, 1, 100][..];
    assert_eq!(body(&extended(11, latin, &[0x1B, 2, b'x', b'y'])), []);
    assert_eq!(body(&extended(11, latin, b"\x1B\x06\x1B(B\x1B-A")), []);
    assert_eq!(body(&extended(11, latin, &[0x1B, 2, b'x', 0xFC])), [Oddity::NoG0]);
    assert_eq!(body(&extended(11, &[0x31, 0], &[0x1B, 1, b'x'])), [Oddity::NoCharacterSet]);
    assert_eq!(body(&extended(0, &[0x31, 0], &[0x16, 1, b'x'])), []);
    let file = |octets: &[u8]| {
        let contents = element(0x28, &[&[6, 5, 0x28, 0xC2, 0x7B, 2, 4], octets]);
        extended(12, &[0x30, 0], &element(0x30, &[&contents]))
    };
    let with_text = |part: &[u8]| noticed(&[ORIGINATOR], &[TEXT, part]);
    assert_eq!(body(&file(&[0x81, 1, 0])), [Oddity::NoText]);
    assert_eq!(with_text(&file(&[0x81, 1, 0])), []);
    assert_eq!(with_text(&file(&[0x81, 0])), [Oddity::AttachmentEmpty]);
    assert_eq!(with_text(&file(&[0xA1, 3, 4, 1, 0])), [Oddity::FileInPieces]);
}

#[test]
fn what_a_notification_brings_back_is_not_looked_at() {
    let heading = element(0x31, &[&element(0x6B, &[&element(0x13, &[b"1"])])]);
    let returned = element(0xA3, &[&heading, &[0x30, 0]]);
    let fields = element(0xA0, &[&element(0xA0, &[&[0x80, 1, 0], &returned])]);
    let notification = element(0xA1, &[&element(0x6B, &[&element(0x13, &[b"1"])]), &fields]);
    assert_eq!(oddities(&notification), []);
}
