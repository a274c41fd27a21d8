//! Contents octets of primitive values against their type (X.690 8.2 to 8.22).

use super::oid::Oid;
use super::schema::Body;
use super::time;
use crate::tree::DamageKind;

/// The number that the contents octets are, where the type is one and the number fits, and what is wrong with them.
#[inline(always)]
pub(super) fn check(body: &Body, contents: &[u8]) -> (Option<i64>, Option<DamageKind>) {
    let invalid = Some(DamageKind::InvalidValue);
    let valid_if = |valid| (None, if valid { None } else { invalid });
    let bounded = |within| (None, if within { None } else { Some(DamageKind::OutOfBounds) });
    match body {
        Body::Boolean => match contents {
            [octet] => (Some(i64::from(*octet != 0)), None),
            _ => (None, invalid),
        },
        Body::Integer(bounds) => match integer(contents) {
            Some(number) if bounds.admit(number) => (Some(number), None),
            Some(number) => (Some(number), Some(DamageKind::OutOfBounds)),
            None if contents.is_empty() => (None, invalid),
            None => bounded(bounds.admit(if contents[0] < 0x80 { i64::MAX } else { i64::MIN })),
        },
        Body::BitString(bounds) => match contents {
            [unused @ 0..=7, bits @ ..] if *unused == 0 || !bits.is_empty() => {
                bounded(bounds.admit_size(bits.len().saturating_mul(8) - usize::from(*unused)))
            }
            _ => (None, invalid),
        },
        Body::Null => valid_if(contents.is_empty()),
        Body::Oid => valid_if(Oid(contents).is_valid()),
        Body::UtcTime => valid_if(time::utc_time(contents).is_some()),
        Body::GeneralizedTime => valid_if(time::generalized_time(contents).is_some()),
        Body::OctetString { size, .. } => bounded(size.admit_size(contents.len())),
        Body::Text { size, width } => bounded(size.admit_size(contents.len() / usize::from((*width).max(1)))),
        _ => (None, None),
    }
}

/// The value of INTEGER contents (X.690 8.3); `None` where there are no octets or the number does not fit. Octets
/// in front that add nothing are accepted.
#[inline]
pub(super) fn integer(contents: &[u8]) -> Option<i64> {
    let (&first, _) = contents.split_first()?;
    let sign = if first & 0x80 == 0 { 0 } else { -1i64 };
    if let [byte] = contents {
        return Some(i64::from(*byte as i8));
    }
    let padding = if sign == 0 { 0 } else { 0xFF };
    let digits = match contents.iter().position(|&octet| octet != padding) {
        Some(start) => &contents[start..],
        None => return Some(sign),
    };
    // The first digit may have the sign bit of the other sign: then it needs the padding in front to count.
    if digits.len() > 8 || digits.len() == 8 && (digits[0] & 0x80 != 0) != (sign != 0) {
        return None;
    }
    Some(digits.iter().fold(sign, |number, &octet| number << 8 | i64::from(octet)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::schema::Bounds;

    #[test]
    fn integers_are_twos_complement_of_any_length() {
        assert_eq!(integer(&[0x00]), Some(0));
        assert_eq!(integer(&[0x7F]), Some(127));
        assert_eq!(integer(&[0x00, 0x80]), Some(128));
        assert_eq!(integer(&[0x80]), Some(-128));
        assert_eq!(integer(&[0xFF, 0x7F]), Some(-129));
        assert_eq!(integer(&[0x0C, 0x00]), Some(3072));
        assert_eq!(integer(&[0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), Some(i64::MAX));
        assert_eq!(integer(&[0x80, 0, 0, 0, 0, 0, 0, 0]), Some(i64::MIN));
        assert_eq!(integer(&[0, 0x80, 0, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(integer(&[0xFF; 20]), Some(-1));
        assert_eq!(integer(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 5]), Some(5));
        assert_eq!(integer(&[1, 0, 0, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(integer(&[]), None);
    }

    #[test]
    fn contents_that_are_no_value_of_the_type_are_invalid() {
        let invalid =
            |body: Body, contents: &[u8]| check(&body, contents).1 == Some(DamageKind::InvalidValue);
        let (integer, bits) = (Body::Integer(Bounds::NONE), Body::BitString(Bounds::NONE));
        assert!(
            invalid(Body::Boolean, &[]) && invalid(Body::Boolean, &[1, 2]) && !invalid(Body::Boolean, &[1])
        );
        assert!(invalid(integer, &[]) && !invalid(integer, &[0x80; 40]));
        assert!(invalid(bits, &[]) && invalid(bits, &[8, 0]) && invalid(bits, &[1]) && !invalid(bits, &[0]));
        assert!(invalid(Body::Null, &[0]) && !invalid(Body::Null, &[]));
        assert!(invalid(Body::Oid, &[]) && invalid(Body::Oid, &[0x56, 0x80]) && !invalid(Body::Oid, &[0x56]));
        assert!(invalid(Body::UtcTime, b"1261122062714Z"), "a UTCTime of a fault of the year 2000");
        assert!(!invalid(Body::UtcTime, b"231114221320Z"));
    }

    #[test]
    fn bounds_are_those_of_sizes_and_values() {
        let bounds = Bounds { low: 1, high: 4 };
        let within = |body: Body, contents: &[u8]| check(&body, contents).1.is_none();
        assert!(within(Body::Integer(bounds), &[4]) && !within(Body::Integer(bounds), &[5]));
        assert!(!within(Body::Integer(bounds), &[0x7F; 20]));
        let text = Body::Text { size: bounds, width: 2 };
        assert!(within(text, &[0; 8]) && !within(text, &[0; 10]) && !within(text, &[]));
        assert!(within(Body::BitString(bounds), &[4, 0]) && !within(Body::BitString(bounds), &[3, 0]));
        assert!(!within(Body::OctetString { size: bounds, inner: None }, &[]));
    }
}
