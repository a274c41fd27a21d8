//! Identifiers and lengths of the Basic Encoding Rules (X.690 8.1).

use std::fmt;

/// The class and number of a tag (X.680 clause 8), packed so that comparing two is comparing two numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag(u32);

/// The class of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Universal,
    Application,
    Context,
    Private,
}

/// Tag numbers are kept in the 30 bits below the class.
const NUMBER_BITS: u32 = 30;

impl Tag {
    /// Stands for "no tag of its own": an untagged CHOICE or an open type. No identifier is read as this one.
    pub(super) const NONE: Tag = Tag(u32::MAX);
    /// The tag of end-of-contents octets (X.690 8.1.5).
    pub(super) const END_OF_CONTENTS: Tag = Tag(0);

    pub(super) const fn new(class: Class, number: u32) -> Tag {
        Tag((class as u32) << NUMBER_BITS | number)
    }

    /// The tag in an identifier octet of the low-tag-number form (X.690 8.1.2.2).
    const fn low(identifier: u8) -> Tag {
        Tag(((identifier >> 6) as u32) << NUMBER_BITS | (identifier & 0x1F) as u32)
    }

    pub(super) const fn universal(number: u32) -> Tag {
        Tag::new(Class::Universal, number)
    }

    pub(super) const fn class(self) -> Class {
        match self.0 >> NUMBER_BITS {
            0 => Class::Universal,
            1 => Class::Application,
            2 => Class::Context,
            _ => Class::Private,
        }
    }

    pub(super) const fn number(self) -> u32 {
        self.0 & ((1 << NUMBER_BITS) - 1)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{:?} {}]", self.class(), self.number())
    }
}

/// What the length octets say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// So many contents octets; `usize::MAX` where the number does not fit.
    Definite(usize),
    /// End-of-contents octets end the contents.
    Indefinite,
}

/// The identifier and length octets of one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Where the identifier octets begin.
    pub(super) start: usize,
    /// Where the contents octets begin.
    pub(super) contents: usize,
    pub(super) tag: Tag,
    pub(super) constructed: bool,
    pub(super) length: Length,
}

/// Why no header could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeaderError {
    /// The octets end inside the header.
    End,
    /// BER does not allow such octets: the reserved length octet 0xFF, an indefinite length of a primitive
    /// element, or a tag number that no Recommendation comes near.
    Bad,
}

impl Header {
    /// Reads the header that begins at `start`; the octets end before `end`.
    #[inline]
    pub(super) fn read(bytes: &[u8], start: usize, end: usize) -> Result<Header, HeaderError> {
        let bytes = bytes.get(..end).unwrap_or(bytes);
        // Nearly all headers are of two octets.
        if let Some([identifier, length @ 0..=0x7F, ..]) = bytes.get(start..)
            && identifier & 0x1F != 0x1F
        {
            return Ok(Header {
                start,
                contents: start + 2,
                tag: Tag::low(*identifier),
                constructed: identifier & 0x20 != 0,
                length: Length::Definite(usize::from(*length)),
            });
        }
        Header::read_long(bytes, start)
    }

    /// The same for headers of any form.
    #[inline(never)]
    fn read_long(bytes: &[u8], start: usize) -> Result<Header, HeaderError> {
        let mut at = start;
        let identifier = octet(bytes, &mut at)?;
        let constructed = identifier & 0x20 != 0;
        let mut tag = Tag::low(identifier);
        if identifier & 0x1F == 0x1F {
            tag = Tag::new(tag.class(), high_number(bytes, &mut at)?);
        }
        let length = match octet(bytes, &mut at)? {
            short @ 0..=0x7F => Length::Definite(usize::from(short)),
            0x80 if constructed => Length::Indefinite,
            0x80 | 0xFF => return Err(HeaderError::Bad),
            long => {
                let mut length = 0usize;
                for _ in 0..long & 0x7F {
                    let digit = usize::from(octet(bytes, &mut at)?);
                    length = length.checked_mul(256).map_or(usize::MAX, |length| length | digit);
                }
                Length::Definite(length)
            }
        };
        Ok(Header { start, contents: at, tag, constructed, length })
    }

    /// Whether this is end-of-contents octets: `00 00`.
    #[inline]
    pub(super) fn is_end_of_contents(&self) -> bool {
        self.tag == Tag::END_OF_CONTENTS && !self.constructed && self.length == Length::Definite(0)
    }
}

#[inline]
fn octet(bytes: &[u8], at: &mut usize) -> Result<u8, HeaderError> {
    let octet = *bytes.get(*at).ok_or(HeaderError::End)?;
    *at += 1;
    Ok(octet)
}

/// The high-tag-number form (X.690 8.1.2.4).
#[cold]
fn high_number(bytes: &[u8], at: &mut usize) -> Result<u32, HeaderError> {
    let mut number = 0u32;
    loop {
        let next = octet(bytes, at)?;
        number = number << 7 | u32::from(next & 0x7F);
        if next & 0x80 == 0 {
            return Ok(number);
        }
        if number >= 1 << (NUMBER_BITS - 8) {
            return Err(HeaderError::Bad);
        }
    }
}

/// The position behind the element with this header, without looking at what it means; `end` where it does not
/// end before. Needs no recursion, so it may be used on elements nested to any depth.
pub(super) fn skip(bytes: &[u8], header: Header, end: usize) -> usize {
    let (mut open, mut header) = (0usize, header);
    loop {
        let mut at = header.contents;
        match header.length {
            Length::Indefinite => open += 1,
            Length::Definite(length) => {
                at = at.saturating_add(length);
                if open > 0 && header.is_end_of_contents() {
                    open -= 1;
                }
            }
        }
        if open == 0 || at >= end {
            return at.min(end);
        }
        match Header::read(bytes, at, end) {
            Ok(next) => header = next,
            Err(_) => return end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Header, HeaderError> {
        Header::read(bytes, 0, bytes.len())
    }

    #[test]
    fn low_and_high_tag_numbers_are_read() {
        // [APPLICATION 27] and [PRIVATE 31] are the limits of the two forms in X.690 8.1.2.
        let header = read(&[0x7B, 0x05]).unwrap();
        assert_eq!((header.tag, header.constructed), (Tag::new(Class::Application, 27), true));
        assert_eq!((header.contents, header.length), (2, Length::Definite(5)));
        assert_eq!(read(&[0xDF, 0x1F, 0x00]).unwrap().tag, Tag::new(Class::Private, 31));
        assert_eq!(read(&[0x9F, 0x87, 0x68, 0x00]).unwrap().tag, Tag::new(Class::Context, 1000));
        assert_eq!(read(&[0x9F, 0x80, 0x80, 0x05, 0x00]).unwrap().tag, Tag::new(Class::Context, 5));
    }

    #[test]
    fn lengths_of_every_form_are_read() {
        // X.690 8.1.3.5: L = 201 as 81 C9.
        assert_eq!(read(&[0x04, 0x81, 0xC9]).unwrap().length, Length::Definite(201));
        assert_eq!(read(&[0x04, 0x84, 0, 0, 0, 5]).unwrap().length, Length::Definite(5));
        assert_eq!(read(&[0x24, 0x80]).unwrap().length, Length::Indefinite);
        let long = [[0x04, 0x8A].as_slice(), &[0; 8], &[1, 2]].concat();
        assert_eq!(read(&long).unwrap().length, Length::Definite(258));
    }

    #[test]
    fn a_length_that_fits_no_number_is_the_largest_there_is() {
        let huge = [[0x04, 0x90].as_slice(), &[0xFF; 16]].concat();
        assert_eq!(read(&huge).unwrap().length, Length::Definite(usize::MAX));
    }

    #[test]
    fn what_ber_forbids_is_told_from_what_is_cut_off() {
        assert_eq!(read(&[0x04, 0xFF, 0x00]), Err(HeaderError::Bad));
        assert_eq!(read(&[0x04, 0x80]), Err(HeaderError::Bad));
        assert_eq!(read(&[0x9F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x00]), Err(HeaderError::Bad));
        for cut in [&[][..], &[0x04], &[0x04, 0x82, 0x01], &[0x9F, 0x87]] {
            assert_eq!(read(cut), Err(HeaderError::End));
        }
    }

    #[test]
    fn skipping_follows_nested_indefinite_lengths() {
        let bytes = [0x30, 0x80, 0x30, 0x80, 0x02, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x00];
        let skipped = |end| skip(&bytes, Header::read(&bytes, 0, end).unwrap(), end);
        assert_eq!(skipped(13), 11);
        assert_eq!(skipped(9), 9);
        assert_eq!(skip(&[0x04, 0x05, 1], read(&[0x04, 0x05, 1]).unwrap(), 3), 3);
    }
}
