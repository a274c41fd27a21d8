//! OBJECT IDENTIFIER contents (X.690 8.19).

use std::fmt;

/// The contents octets of an OBJECT IDENTIFIER; shown in dotted form.
///
/// Octets that are no object identifier are shown as far as they can be read, with a question mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Oid<'a>(pub &'a [u8]);

/// An arc, or that it is larger than what a number here can hold.
struct Arc(Option<u128>);

impl fmt::Display for Arc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(arc) => arc.fmt(f),
            None => f.write_str("(too large)"),
        }
    }
}

impl Oid<'_> {
    /// Whether the octets are an object identifier: at least one, the last one ends a subidentifier, and no
    /// subidentifier begins with an octet that adds nothing.
    pub fn is_valid(self) -> bool {
        let mut begins = true;
        for &octet in self.0 {
            if begins && octet == 0x80 {
                return false;
            }
            begins = octet & 0x80 == 0;
        }
        begins && !self.0.is_empty()
    }
}

impl fmt::Display for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        let mut arc = Some(0u128);
        for &octet in self.0 {
            arc = arc.and_then(|arc| arc.checked_mul(128)).map(|arc| arc | u128::from(octet & 0x7F));
            if octet & 0x80 != 0 {
                continue;
            }
            if first {
                // The first subidentifier holds two arcs: 40 x first + second.
                let top = arc.map_or(2, |arc| (arc / 40).min(2));
                write!(f, "{top}.{}", Arc(arc.map(|arc| arc - top * 40)))?;
                first = false;
            } else {
                write!(f, ".{}", Arc(arc))?;
            }
            arc = Some(0);
        }
        if self.is_valid() { Ok(()) } else { f.write_str("?") }
    }
}

/// The contents octets of an object identifier in dotted form, with at least two arcs.
pub(super) fn encode(dotted: &str) -> Option<Vec<u8>> {
    let mut arcs = dotted.split('.').map(|arc| arc.parse::<u128>().ok());
    let (top, second) = (arcs.next()??, arcs.next()??);
    if top > 2 || top < 2 && second >= 40 {
        return None;
    }
    let mut octets = Vec::with_capacity(dotted.len());
    push(&mut octets, second.checked_add(top * 40)?);
    for arc in arcs {
        push(&mut octets, arc?);
    }
    Some(octets)
}

fn push(octets: &mut Vec<u8>, arc: u128) {
    let digits = (128 - arc.leading_zeros()).div_ceil(7).max(1);
    for digit in (0..digits).rev() {
        let more = if digit == 0 { 0 } else { 0x80 };
        octets.push((arc >> (7 * digit)) as u8 & 0x7F | more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Octets and dotted forms as tables of the Recommendations and captures give them.
    const PAIRS: [(&str, &[u8]); 7] = [
        ("2.1.1", &[0x51, 0x01]),
        ("2.2.1.0.1", &[0x52, 0x01, 0x00, 0x01]),
        ("2.6.0.2.12", &[0x56, 0x00, 0x02, 0x0C]),
        ("1.3.26.0.4406.0.4.1", &[0x2B, 0x1A, 0x00, 0xA2, 0x36, 0x00, 0x04, 0x01]),
        ("1.0.9506.2.3", &[0x28, 0xCA, 0x22, 0x02, 0x03]),
        ("1.0.10021.7.1.0.100", &[0x28, 0xCE, 0x25, 0x07, 0x01, 0x00, 0x64]),
        // The example of X.690 8.19.5.
        ("2.999.3", &[0x88, 0x37, 0x03]),
    ];

    #[test]
    fn octets_and_dotted_form_are_the_same_thing() {
        for (dotted, octets) in PAIRS {
            assert_eq!(Oid(octets).to_string(), dotted);
            assert!(Oid(octets).is_valid());
            assert_eq!(encode(dotted).as_deref(), Some(octets));
        }
    }

    #[test]
    fn damaged_identifiers_are_shown_as_far_as_they_go() {
        assert_eq!(Oid(&[]).to_string(), "?");
        assert_eq!(Oid(&[0x56, 0x00, 0x82]).to_string(), "2.6.0?");
        assert_eq!(Oid(&[0x56, 0x80, 0x01]).to_string(), "2.6.1?");
        let long = [[0x56].as_slice(), &[0xFF; 30], &[0x7F]].concat();
        assert_eq!(Oid(&long).to_string(), "2.6.(too large)");
    }

    #[test]
    fn what_is_no_identifier_is_not_encoded() {
        for wrong in ["", "2", "3.1", "1.40", "2.x", "2..1", "2.1."] {
            assert_eq!(encode(wrong), None, "{wrong}");
        }
    }
}
