//! BER values (X.690).

use super::text;

/// How the length of a constructed value is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Lengths {
    /// A count of octets, in as few octets as will do.
    #[default]
    Definite,
    /// `80`, and two zero octets at the end.
    Indefinite,
    /// The same, and in every constructed value within.
    Throughout,
}

/// One value of definite length. The tag is the identifier octet.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    let octets = length.to_be_bytes();
    let significant = octets.len() - octets.iter().take_while(|&&octet| octet == 0).count();
    if length < 0x80 {
        out.push(length as u8);
    } else {
        out.push(0x80 | significant as u8);
        out.extend_from_slice(&octets[octets.len() - significant..]);
    }
    out.extend_from_slice(content);
    out
}

/// A constructed value with these values in it.
pub(crate) fn constructed(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(tag, &parts.concat())
}

/// A constructed value whose length is written as asked.
pub(crate) fn wrapped(lengths: Lengths, tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    match lengths {
        Lengths::Definite => constructed(tag, parts),
        Lengths::Indefinite => [vec![tag, 0x80], parts.concat(), vec![0, 0]].concat(),
        Lengths::Throughout => throughout(&constructed(tag, parts)),
    }
}

/// A value, written again with the indefinite form in it when lengths are to be so throughout.
pub(crate) fn rewritten(lengths: Lengths, value: Vec<u8>) -> Vec<u8> {
    match lengths {
        Lengths::Definite | Lengths::Indefinite => value,
        Lengths::Throughout => throughout(&value),
    }
}

/// Values, written again with the indefinite form in every constructed one.
///
/// # Panics
/// When the octets are no values.
fn throughout(values: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = values;
    while let [tag, first, after @ ..] = rest {
        if *first == 0x80 {
            // The contents follow, and the end-of-contents reads as a value of its own.
            out.extend([*tag, *first]);
            rest = after;
            continue;
        }
        let octets = if *first < 0x80 { 0 } else { usize::from(first & 0x7F) };
        let long = after[..octets].iter().fold(0, |length, octet| length << 8 | usize::from(*octet));
        let length = if octets == 0 { usize::from(*first) } else { long };
        let (content, next) = after[octets..].split_at(length);
        if tag & 0x20 == 0 {
            out.extend(tlv(*tag, content));
        } else {
            out.extend([*tag, 0x80]);
            out.extend(throughout(content));
            out.extend([0, 0]);
        }
        rest = next;
    }
    out
}

/// An OCTET STRING; in constructed form when it is sent in pieces of so many octets.
pub(crate) fn octet_string(pieces: Option<usize>, octets: &[u8]) -> Vec<u8> {
    match pieces {
        Some(size) => {
            constructed(0x24, &octets.chunks(size).map(|piece| tlv(0x04, piece)).collect::<Vec<_>>())
        }
        None => tlv(0x04, octets),
    }
}

/// A value under another tag in place of its own.
pub(crate) fn retagged(tag: u8, mut value: Vec<u8>) -> Vec<u8> {
    value[0] = tag;
    value
}

/// An INTEGER under the given tag, in as few octets as will do.
pub(crate) fn integer(tag: u8, value: u32) -> Vec<u8> {
    let octets = i64::from(value).to_be_bytes();
    let redundant = octets.windows(2).take_while(|pair| pair[0] == 0 && pair[1] < 0x80).count();
    tlv(tag, &octets[redundant..])
}

/// A string of any kind under the given tag, in the characters of its type.
pub(crate) fn string(tag: u8, characters: &str) -> Vec<u8> {
    tlv(tag, &text::octets(tag, characters))
}

/// A BIT STRING of a named bit list: the unused bits are those after the last bit set.
pub(crate) fn bits(tag: u8, octets: &[u8]) -> Vec<u8> {
    let unused = octets.last().map_or(0, |last| last.trailing_zeros().min(7) as u8);
    tlv(tag, &[&[unused], octets].concat())
}

/// An OBJECT IDENTIFIER from its dotted form.
///
/// # Panics
/// When the text is not a dotted object identifier: the caller wrote a wrong constant.
pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().expect("an arc is a number")).collect();
    let mut content = Vec::new();
    for arc in std::iter::once(arcs[0] * 40 + arcs[1]).chain(arcs[2..].iter().copied()) {
        let groups = (1..10).find(|n| arc >> (7 * n) == 0).unwrap_or(10);
        for group in (0..groups).rev() {
            let more = if group == 0 { 0 } else { 0x80 };
            content.push(more | (arc >> (7 * group)) as u8 & 0x7F);
        }
    }
    tlv(0x06, &content)
}
