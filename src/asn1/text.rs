//! Octets of character strings to text. Nothing is escaped here: what shows the text does that.

use std::borrow::Cow;

use crate::tree::Charset;

/// The text that the octets of a string stand for. What stands for no character becomes U+FFFD.
pub fn decode(charset: Charset, octets: &[u8]) -> Cow<'_, str> {
    if let Some(text) = as_it_is(charset, octets) {
        return Cow::Borrowed(text);
    }
    match charset {
        Charset::Utf8 => String::from_utf8_lossy(octets),
        Charset::Ascii => octets.iter().map(|&octet| ascii(octet)).collect(),
        Charset::Bmp => bmp(octets).into(),
        Charset::Universal => universal(octets).into(),
        Charset::T61 => t61(octets).into(),
        Charset::Iso2022 => iso_2022(octets, Set::Latin1).into(),
    }
}

/// The octets themselves where they are ASCII, as nearly all are, in a set where that stands for itself.
fn as_it_is(charset: Charset, octets: &[u8]) -> Option<&str> {
    let stands_for_itself = match charset {
        Charset::Ascii | Charset::Utf8 => true,
        Charset::T61 | Charset::Iso2022 => !octets.contains(&ESCAPE),
        Charset::Bmp | Charset::Universal => false,
    };
    if stands_for_itself && octets.is_ascii() { std::str::from_utf8(octets).ok() } else { None }
}

/// Stands in place of octets that are no character.
const UNKNOWN: char = char::REPLACEMENT_CHARACTER;

const ESCAPE: u8 = 0x1B;

fn ascii(octet: u8) -> char {
    if octet.is_ascii() { char::from(octet) } else { UNKNOWN }
}

fn bmp(octets: &[u8]) -> String {
    let units = octets.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let mut text: String = char::decode_utf16(units).map(|unit| unit.unwrap_or(UNKNOWN)).collect();
    if !octets.len().is_multiple_of(2) {
        text.push(UNKNOWN);
    }
    text
}

fn universal(octets: &[u8]) -> String {
    let number = |four: &[u8]| <[u8; 4]>::try_from(four).ok().map(u32::from_be_bytes);
    octets.chunks(4).map(|four| number(four).and_then(char::from_u32).unwrap_or(UNKNOWN)).collect()
}

/// T.61. In practice Latin-1 is sent under its name: where a non-spacing diacritical mark has no letter behind it
/// that it can stand on, and no escape sequence says otherwise, the octets are taken for Latin-1.
fn t61(octets: &[u8]) -> String {
    let stands = |pair: &[u8]| match mark(pair[0]) {
        None => true,
        // An underline goes with every letter.
        Some(('\u{332}', _)) => pair[1].is_ascii_alphabetic(),
        Some((combining, _)) => pair[1] == b' ' || composed(combining, char::from(pair[1])).is_some(),
    };
    let all_stand = octets.windows(2).all(stands) && octets.last().is_none_or(|&last| mark(last).is_none());
    let set = if all_stand || octets.contains(&ESCAPE) { Set::T61 } else { Set::Latin1 };
    iso_2022(octets, set)
}

/// A set of characters that an escape sequence designates (ISO 2022; the International Register of Coded Character
/// Sets), for the right half, or ASCII for the left one.
#[derive(Clone, Copy, PartialEq)]
enum Set {
    /// Registrations 2 and 6, and national variants of them, which differ in a few signs.
    Ascii,
    /// Registration 100.
    Latin1,
    /// Registration 101.
    Latin2,
    /// Registration 109.
    Latin3,
    /// Registration 110.
    Latin4,
    /// Registration 126.
    Greek,
    /// Registration 144.
    Cyrillic,
    /// Registration 148.
    Latin5,
    /// Registration 203.
    Latin9,
    /// Registration 103.
    T61,
    /// A set that is not known here: an octet, a mark in its place.
    Other,
}

impl Set {
    /// The 94-character or 96-character set that an escape sequence with these final octets designates.
    fn designated(large: bool, final_octet: u8) -> Set {
        match (large, final_octet) {
            (false, b'@' | b'B') => Set::Ascii,
            (false, b'v') => Set::T61,
            (true, b'A') => Set::Latin1,
            (true, b'B') => Set::Latin2,
            (true, b'C') => Set::Latin3,
            (true, b'D') => Set::Latin4,
            (true, b'F') => Set::Greek,
            (true, b'L') => Set::Cyrillic,
            (true, b'M') => Set::Latin5,
            (true, b'b') => Set::Latin9,
            _ => Set::Other,
        }
    }

    /// The character at `position`, 0x20 to 0x7F, where the set has one.
    fn character(self, position: u8) -> Option<char> {
        let right = position | 0x80;
        let table = match self {
            Set::Ascii => return Some(char::from(position)),
            Set::Latin1 => return Some(char::from(right)),
            Set::Cyrillic => return cyrillic(right),
            Set::Greek => return greek(right),
            Set::Latin9 => {
                let changed = "\u{A4}€\u{A6}Š\u{A8}š\u{B4}Ž\u{B8}ž\u{BC}Œ\u{BD}œ\u{BE}Ÿ";
                return Some(replaced(right, changed));
            }
            Set::Latin5 => return Some(replaced(right, "ÐĞÝİÞŞðğýıþş")),
            Set::Latin2 => LATIN_2,
            Set::Latin3 => LATIN_3,
            Set::Latin4 => LATIN_4,
            Set::T61 => T61,
            Set::Other => return None,
        };
        table.chars().nth(usize::from(position - 0x20)).filter(|&character| character != UNKNOWN)
    }
}

/// Latin-1 with some characters replaced: pairs of old and new.
fn replaced(right: u8, pairs: &str) -> char {
    let latin_1 = char::from(right);
    let mut characters = pairs.chars();
    while let (Some(old), Some(new)) = (characters.next(), characters.next()) {
        if old == latin_1 {
            return new;
        }
    }
    latin_1
}

/// ISO 8859-5.
fn cyrillic(right: u8) -> Option<char> {
    match right {
        0xA0 => Some('\u{A0}'),
        0xAD => Some('\u{AD}'),
        0xF0 => Some('№'),
        0xFD => Some('§'),
        _ => char::from_u32(u32::from(right) - 0xA0 + 0x400),
    }
}

/// ISO 8859-7.
fn greek(right: u8) -> Option<char> {
    match right {
        0xA1 => Some('‘'),
        0xA2 => Some('’'),
        0xA4 => Some('€'),
        0xA5 => Some('₯'),
        0xAA => Some('ͺ'),
        0xAF => Some('―'),
        0xAE | 0xD2 | 0xFF => None,
        0xA0..=0xB3 | 0xB7 | 0xBB | 0xBD => Some(char::from(right)),
        _ => char::from_u32(u32::from(right) - 0xA0 + 0x370),
    }
}

/// The right half of ISO 8859-2.
const LATIN_2: &str = "\u{A0}Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u{AD}ŽŻ°ą˛ł´ľśˇ¸šşťź˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙";
/// The right half of ISO 8859-3.
const LATIN_3: &str = "\u{A0}Ħ˘£¤�Ĥ§¨İŞĞĴ\u{AD}�Ż°ħ²³´µĥ·¸ışğĵ½�żÀÁÂ�ÄĊĈÇÈÉÊËÌÍÎÏ�ÑÒÓÔĠÖ×ĜÙÚÛÜŬŜßàáâ�äċĉçèéêëìíîï�ñòóôġö÷ĝùúûüŭŝ˙";
/// The right half of ISO 8859-4.
const LATIN_4: &str = "\u{A0}ĄĸŖ¤ĨĻ§¨ŠĒĢŦ\u{AD}Ž¯°ą˛ŗ´ĩļˇ¸šēģŧŊžŋĀÁÂÃÄÅÆĮČÉĘËĖÍÎĪĐŅŌĶÔÕÖ×ØŲÚÛÜŨŪßāáâãäåæįčéęëėíîīđņōķôõö÷øųúûüũū˙";
/// The right half of T.61; the marks are in [`mark`].
const T61: &str =
    "\u{A0}¡¢£$¥#§¤��«����°±²³×µ¶·÷��»¼½¾¿���������������� ���������������ΩÆĐªĦ�ĲĿŁØŒºÞŦŊŉĸæđðħıĳŀłøœßþŧŋ�";

/// The non-spacing diacritical mark of T.61 at an octet: its combining character, and as it stands alone.
fn mark(octet: u8) -> Option<(char, char)> {
    Some(match octet {
        0xC1 => ('\u{300}', '`'),
        0xC2 => ('\u{301}', '´'),
        0xC3 => ('\u{302}', '^'),
        0xC4 => ('\u{303}', '~'),
        0xC5 => ('\u{304}', '¯'),
        0xC6 => ('\u{306}', '˘'),
        0xC7 => ('\u{307}', '˙'),
        0xC8 | 0xC9 => ('\u{308}', '¨'),
        0xCA => ('\u{30A}', '˚'),
        0xCB => ('\u{327}', '¸'),
        0xCC => ('\u{332}', '_'),
        0xCD => ('\u{30B}', '˝'),
        0xCE => ('\u{328}', '˛'),
        0xCF => ('\u{30C}', 'ˇ'),
        _ => return None,
    })
}

/// The letters that carry a mark, in three rows: the mark as a combining character, letters, letters with it.
/// Others are shown as letter and combining character.
const COMPOSED: [(char, &str, &str); 13] = [
    ('\u{300}', "AEIOUaeiou", "ÀÈÌÒÙàèìòù"),
    ('\u{301}', "ACEILNORSUYZacegilnorsuyz", "ÁĆÉÍĹŃÓŔŚÚÝŹáćéǵíĺńóŕśúýź"),
    ('\u{302}', "ACEGHIJOSUWYaceghijosuwy", "ÂĈÊĜĤÎĴÔŜÛŴŶâĉêĝĥîĵôŝûŵŷ"),
    ('\u{303}', "AINOUainou", "ÃĨÑÕŨãĩñõũ"),
    ('\u{304}', "AEIOUaeiou", "ĀĒĪŌŪāēīōū"),
    ('\u{306}', "AGUagu", "ĂĞŬăğŭ"),
    ('\u{307}', "CEGIZcegz", "ĊĖĠİŻċėġż"),
    ('\u{308}', "AEIOUYaeiouy", "ÄËÏÖÜŸäëïöüÿ"),
    ('\u{30A}', "AUau", "ÅŮåů"),
    ('\u{30B}', "OUou", "ŐŰőű"),
    ('\u{327}', "CGKLNRSTcklnrst", "ÇĢĶĻŅŖŞŢçķļņŗşţ"),
    ('\u{328}', "AEIUaeiu", "ĄĘĮŲąęįų"),
    ('\u{30C}', "CDELNRSTZcdelnrstz", "ČĎĚĽŇŘŠŤŽčďěľňřšťž"),
];

/// The letter with the mark as one character.
fn composed(combining: char, letter: char) -> Option<char> {
    let (_, letters, marked) = COMPOSED.iter().find(|(mark, ..)| *mark == combining)?;
    letters.chars().zip(marked.chars()).find(|(base, _)| *base == letter).map(|(_, marked)| marked)
}

/// Puts a letter with a mark on it at the end of `text`.
fn push_marked(text: &mut String, (combining, alone): (char, char), letter: char) {
    if letter == ' ' {
        text.push(alone);
        return;
    }
    match composed(combining, letter) {
        Some(character) => text.push(character),
        None => text.extend([letter, combining]),
    }
}

/// Octets with escape sequences, which designate the sets of both halves and are no part of the text.
fn iso_2022(octets: &[u8], right: Set) -> String {
    let mut text = String::with_capacity(octets.len());
    let mut halves = [Set::Ascii, right];
    let mut rest = octets;
    let mut waiting = None;
    while let Some((&octet, behind)) = rest.split_first() {
        rest = behind;
        if octet == ESCAPE {
            rest = designate(behind, &mut halves);
            continue;
        }
        let half = halves[usize::from(octet >> 7)];
        if half == Set::T61
            && octet & 0x7F >= 0x20
            && let Some(mark) = mark(octet | 0x80)
        {
            text.extend(waiting.replace(mark).map(|(_, alone)| alone));
            continue;
        }
        let character = match octet & 0x7F {
            // Control characters, and the two that a 94-character set leaves free.
            0x00..=0x1F => char::from(octet),
            0x20 if octet < 0x80 => ' ',
            0x7F if octet < 0x80 => '\u{7F}',
            position => half.character(position).unwrap_or(UNKNOWN),
        };
        match waiting.take() {
            Some(mark) if character == ' ' || character.is_alphabetic() => {
                push_marked(&mut text, mark, character)
            }
            Some((_, alone)) => text.extend([alone, character]),
            None => text.push(character),
        }
    }
    text.extend(waiting.map(|(_, alone)| alone));
    text
}

/// Reads an escape sequence, behind its ESC (ISO 2022: intermediate octets 0x20 to 0x2F, one final octet), and gives
/// what is behind it. Sequences that designate no set of the two halves change nothing.
fn designate<'a>(behind: &'a [u8], halves: &mut [Set; 2]) -> &'a [u8] {
    let count = behind.iter().take_while(|octet| (0x20..0x30).contains(*octet)).count();
    let (intermediate, behind) = behind.split_at(count);
    let Some((&last, rest)) = behind.split_first() else { return behind };
    if !(0x30..0x7F).contains(&last) {
        return behind;
    }
    match intermediate {
        b"(" | [b'(', b'!'] => halves[0] = Set::designated(false, last),
        b")" | [b')', b'!'] => halves[1] = Set::designated(false, last),
        b"," => halves[0] = Set::designated(true, last),
        b"-" => halves[1] = Set::designated(true, last),
        // Sets of more than one octet per character.
        [b'$', ..] => {
            let half = usize::from(matches!(intermediate, [_, b')' | b'-', ..]));
            halves[half] = Set::Other;
        }
        _ => {}
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_t61_stand_in_front_of_their_letter() {
        assert_eq!(decode(Charset::T61, b"M\xC8uller \xC2e\xCBc\xCFz"), "Müller éçž");
        assert_eq!(decode(Charset::T61, b"\xCDo\xCDU\xC9a\xCAA\xCEe\xC6g\xC7Z"), "őŰäÅęğŻ");
        assert_eq!(decode(Charset::T61, b"\xC8 x \xC1 "), "¨x `");
        assert_eq!(decode(Charset::T61, b"\xCCu \x1B(Bq\xC8q"), "u\u{332} qq\u{308}");
        assert_eq!(decode(Charset::T61, b"\xFBa\xE1\xF9\xA8"), "ßaÆø¤");
    }

    #[test]
    fn the_right_half_of_t61_is_that_of_the_recommendation() {
        assert_eq!(decode(Charset::T61, &[0xA1, 0xA3, 0xA4, 0xA6, 0xA7, 0xAB]), "¡£$#§«");
        assert_eq!(decode(Charset::T61, &[0xB0, 0xB1, 0xB4, 0xB8, 0xBB, 0xBF]), "°±×÷»¿");
        assert_eq!(decode(Charset::T61, &[0xE0, 0xE6, 0xEF, 0xF0, 0xF5, 0xFE]), "ΩĲŉĸıŋ");
        assert_eq!(decode(Charset::T61, &[0xA9, 0xD1, 0xE5, 0xFF]), "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}");
    }

    #[test]
    fn tables_have_all_places() {
        for table in [LATIN_2, LATIN_3, LATIN_4, T61] {
            assert_eq!(table.chars().count(), 96);
        }
        for (_, letters, marked) in COMPOSED {
            assert_eq!(letters.chars().count(), marked.chars().count());
        }
    }

    #[test]
    fn latin_1_sent_as_t61_is_told_by_marks_without_letters() {
        // Ä is the tilde of T.61: nothing is behind it, or a letter that has no tilde.
        assert_eq!(decode(Charset::T61, b"\xC4rger"), "Ärger");
        assert_eq!(decode(Charset::T61, b"R\xFCckfrage Gr\xF6\xDFe \xC4"), "Rückfrage Größe Ä");
    }

    #[test]
    fn escape_sequences_designate_sets_and_are_no_text() {
        // General text, registrations 6 and 100, 101, 144, 126, 203.
        assert_eq!(decode(Charset::Iso2022, b"\x1B(B\x1B-A\xFCb\xDF"), "übß");
        assert_eq!(decode(Charset::Iso2022, b"\x1B-B\xA3\xF3d\xBC"), "Łódź");
        assert_eq!(decode(Charset::Iso2022, b"\x1B-L\xBC\xD8\xE0"), "Мир");
        assert_eq!(decode(Charset::Iso2022, b"\x1B-F\xC1\xE8\xDE\xED\xE1"), "Αθήνα");
        assert_eq!(decode(Charset::Iso2022, b"\x1B-b\xA4\xA8\xBD"), "€šœ");
        assert_eq!(decode(Charset::Iso2022, b"\x1B-M\xDD\xFE"), "İş");
        assert_eq!(decode(Charset::Iso2022, b"\x1B$)B\xB0\xA1a"), "\u{FFFD}\u{FFFD}a");
        assert_eq!(decode(Charset::Iso2022, b"\x1B%Gx\x1B"), "x");
        assert_eq!(decode(Charset::Iso2022, b"plain \xE9"), "plain é");
    }

    #[test]
    fn other_strings_are_what_their_type_says() {
        assert_eq!(decode(Charset::Ascii, b"A\x01\x80"), "A\u{1}\u{FFFD}");
        assert_eq!(decode(Charset::Bmp, &[0, 0x41, 0x20, 0xAC, 0xD8, 0x00, 0x00]), "A€\u{FFFD}\u{FFFD}");
        assert_eq!(
            decode(Charset::Universal, &[0, 0, 0, 0x41, 0, 1, 0xF6, 0, 0x11, 0, 0, 0, 0]),
            "A😀\u{FFFD}\u{FFFD}"
        );
        assert_eq!(decode(Charset::Utf8, b"\xC3\xA9\xFF"), "é\u{FFFD}");
    }
}
