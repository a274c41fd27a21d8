//! Values that need the knowledge of ASN.1 to be read: object identifiers, character sets, times.

use std::borrow::Cow;
use std::fmt;

use crate::tree::Charset;

/// The contents octets of an OBJECT IDENTIFIER in dotted form.
pub(super) fn oid(contents: &[u8]) -> impl fmt::Display + '_ {
    Dotted(contents)
}

/// The name of the object that the contents octets of an OBJECT IDENTIFIER stand for.
pub(super) fn oid_name(_contents: &[u8]) -> Option<&'static str> {
    None
}

/// The characters that `octets` stand for.
pub(super) fn text(charset: Charset, octets: &[u8]) -> Cow<'_, str> {
    let wide = |size: usize| {
        let code = |unit: &[u8]| unit.iter().fold(0u32, |code, &octet| code << 8 | u32::from(octet));
        octets
            .chunks(size)
            .map(|unit| char::from_u32(code(unit)).unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    match charset {
        Charset::Bmp => Cow::Owned(wide(2)),
        Charset::Universal => Cow::Owned(wide(4)),
        Charset::Utf8 => String::from_utf8_lossy(octets),
        Charset::Ascii | Charset::T61 | Charset::Iso2022 => match std::str::from_utf8(octets) {
            Ok(text) if text.is_ascii() => Cow::Borrowed(text),
            _ => Cow::Owned(octets.iter().map(|&octet| char::from(octet)).collect()),
        },
    }
}

/// The contents octets of a UTCTime in the form of RFC 3339; `None` where they are no time.
pub(super) fn utc_time(contents: &[u8]) -> Option<impl fmt::Display + use<>> {
    let year = contents.get(..2)?;
    let century = if year < b"50".as_slice() { "20" } else { "19" };
    readable(&[century.as_bytes(), contents].concat())
}

/// The contents octets of a GeneralizedTime in the form of RFC 3339; `None` where they are no time.
pub(super) fn generalized_time(contents: &[u8]) -> Option<impl fmt::Display + use<>> {
    readable(contents)
}

/// `YYYYMMDDhhmm[ss[.f…]][Z|±hhmm]`.
fn readable(time: &[u8]) -> Option<String> {
    let time = std::str::from_utf8(time).ok().filter(|time| time.is_ascii())?;
    let digits = time.bytes().take_while(u8::is_ascii_digit).count();
    if digits != 12 && digits != 14 {
        return None;
    }
    let (clock, zone) = time.split_at(time.find(['Z', '+', '-']).unwrap_or(time.len()));
    let seconds = if digits == 14 { &clock[12..] } else { "00" };
    let zone = match zone.len() {
        5 => format!("{}:{}", &zone[..3], &zone[3..]),
        _ => zone.to_owned(),
    };
    let [year, month, day, hour, minute] =
        [&clock[..4], &clock[4..6], &clock[6..8], &clock[8..10], &clock[10..12]];
    Some(format!("{year}-{month}-{day}T{hour}:{minute}:{seconds}{zone}"))
}

struct Dotted<'a>(&'a [u8]);

impl fmt::Display for Dotted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut arc, mut first) = (0u128, true);
        for &octet in self.0 {
            arc = arc.wrapping_shl(7) | u128::from(octet & 0x7f);
            if octet & 0x80 != 0 {
                continue;
            }
            if first {
                let top = (arc / 40).min(2);
                write!(f, "{top}.{}", arc - top * 40)?;
                first = false;
            } else {
                write!(f, ".{arc}")?;
            }
            arc = 0;
        }
        Ok(())
    }
}
