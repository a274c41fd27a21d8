//! UTCTime and GeneralizedTime (X.680 clauses 46 and 47), read leniently.

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// A time as it was written: shown in RFC 3339 form with the offset that was sent, compared in UTC.
///
/// Where neither `Z` nor an offset was sent it is shown without one, and compared as if it were UTC.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    civil: DateTime,
    offset: Option<Offset>,
}

impl Time {
    /// The point in time.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.offset.unwrap_or(Offset::UTC).to_timestamp(self.civil).ok()
    }
}

impl PartialEq for Time {
    fn eq(&self, other: &Time) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Time) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Time) -> Ordering {
        self.timestamp().cmp(&other.timestamp())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.civil.fmt(f)?;
        match self.offset {
            None => Ok(()),
            Some(Offset::UTC) => f.write_str("Z"),
            Some(offset) => {
                let sign = if offset.seconds() < 0 { '-' } else { '+' };
                let minutes = offset.seconds().unsigned_abs() / 60;
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

/// Reads UTCTime contents: `YYMMDDhhmm`, seconds or none, `Z` or an offset or neither. Years 50 to 99 are 1950 to
/// 1999, as is the custom; the Recommendation leaves the century open.
///
/// Anything else is `None`, among it the 13 digits of senders that count the year 2000 as 100.
pub fn utc_time(contents: &[u8]) -> Option<Time> {
    let (digits, behind) = digits(contents);
    let pairs = pairs(digits)?;
    let (&[year, month, day, hour, minute], second) = pairs.split_first_chunk()?;
    let second = match second {
        [] => 0,
        [second] => *second,
        _ => return None,
    };
    let century = if year < 50 { 2000 } else { 1900 };
    time(century + i16::from(year), [month, day, hour, minute, second], 0, behind)
}

/// Reads GeneralizedTime contents: `YYYYMMDDhh`, minutes and seconds or none, a fraction of the last of them, `Z` or
/// an offset or neither.
pub fn generalized_time(contents: &[u8]) -> Option<Time> {
    let (digits, mut behind) = digits(contents);
    let pairs = pairs(digits)?;
    let (&[century, year, month, day, hour], rest) = pairs.split_first_chunk()?;
    let (minute, second, unit) = match rest {
        [] => (0, 0, 3600),
        [minute] => (*minute, 0, 60),
        [minute, second] => (*minute, *second, 1),
        _ => return None,
    };
    let mut nanoseconds = 0;
    if let [b'.' | b',', fraction @ ..] = behind {
        let (digits, rest) = self::digits(fraction);
        if digits.is_empty() {
            return None;
        }
        let shown = digits.iter().take(9);
        nanoseconds = shown.clone().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
            * 10i64.pow(9 - shown.len() as u32)
            * unit;
        behind = rest;
    }
    time(i16::from(century) * 100 + i16::from(year), [month, day, hour, minute, second], nanoseconds, behind)
}

fn digits(contents: &[u8]) -> (&[u8], &[u8]) {
    let count = contents.iter().take_while(|octet| octet.is_ascii_digit()).count();
    contents.split_at(count)
}

/// The longest run of digits is that of a GeneralizedTime with seconds.
struct Pairs {
    numbers: [u8; 7],
    count: usize,
}

impl std::ops::Deref for Pairs {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.numbers[..self.count]
    }
}

fn pairs(digits: &[u8]) -> Option<Pairs> {
    if !digits.len().is_multiple_of(2) || digits.len() > 14 {
        return None;
    }
    let mut numbers = [0; 7];
    for (number, pair) in numbers.iter_mut().zip(digits.chunks_exact(2)) {
        *number = (pair[0] - b'0') * 10 + (pair[1] - b'0');
    }
    Some(Pairs { numbers, count: digits.len() / 2 })
}

fn time(
    year: i16,
    [month, day, hour, minute, second]: [u8; 5],
    nanoseconds: i64,
    zone: &[u8],
) -> Option<Time> {
    let offset = match zone {
        [] => None,
        b"Z" => Some(Offset::UTC),
        [sign @ (b'+' | b'-'), digits @ ..] => {
            if !digits.iter().all(u8::is_ascii_digit) {
                return None;
            }
            let (hours, minutes) = match *pairs(digits)? {
                [hours] => (hours, 0),
                [hours, minutes] if minutes < 60 => (hours, minutes),
                _ => return None,
            };
            let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
            Some(Offset::from_seconds(if *sign == b'-' { -seconds } else { seconds }).ok()?)
        }
        _ => return None,
    };
    let [month, day, hour, minute, second] = [month, day, hour, minute, second].map(|number| number as i8);
    let civil = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let civil = civil.checked_add(jiff::SignedDuration::from_nanos(nanoseconds)).ok()?;
    Some(Time { civil, offset })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Option<String> {
        utc_time(text.as_bytes()).map(|time| time.to_string())
    }

    fn generalized(text: &str) -> Option<String> {
        generalized_time(text.as_bytes()).map(|time| time.to_string())
    }

    #[test]
    fn utc_times_are_shown_as_they_were_sent() {
        assert_eq!(utc("231114221320Z").as_deref(), Some("2023-11-14T22:13:20Z"));
        assert_eq!(utc("960701133155-0400").as_deref(), Some("1996-07-01T13:31:55-04:00"));
        assert_eq!(utc("920509145249-0700").as_deref(), Some("1992-05-09T14:52:49-07:00"));
        assert_eq!(utc("9301010000+0000").as_deref(), Some("1993-01-01T00:00:00Z"));
        assert_eq!(utc("9301010000").as_deref(), Some("1993-01-01T00:00:00"));
    }

    #[test]
    fn the_century_follows_the_custom() {
        assert!(utc("500101000000Z").is_some_and(|time| time.starts_with("1950")));
        assert!(utc("491231000000Z").is_some_and(|time| time.starts_with("2049")));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for wrong in [
            "",
            "Z",
            "1261122062714Z",
            "1261122062714",
            "23111422132Z",
            "231114221320z",
            "231314221320Z",
            "230230000000Z",
            "231114241320Z",
            "231114221360Z",
            "231114221320+01000",
            "231114221320+1",
            "231114221320+0160",
            "ABCDEFGHIJKLZ",
            "23111422132020Z",
            "231114221320+01x0",
        ] {
            assert_eq!(utc(wrong), None, "{wrong}");
        }
        for wrong in ["", "2023111", "20231114", "20231114221320.Z", "202311142213201Z", "20231314221320Z"] {
            assert_eq!(generalized(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn generalized_times_have_fractions_of_their_last_part() {
        // The examples of X.680 46.3.
        assert_eq!(generalized("19851106210627.3").as_deref(), Some("1985-11-06T21:06:27.3"));
        assert_eq!(generalized("19851106210627.3Z").as_deref(), Some("1985-11-06T21:06:27.3Z"));
        assert_eq!(generalized("19851106210627.3-0500").as_deref(), Some("1985-11-06T21:06:27.3-05:00"));
        assert_eq!(generalized("1985110621").as_deref(), Some("1985-11-06T21:00:00"));
        assert_eq!(generalized("1985110621,5Z").as_deref(), Some("1985-11-06T21:30:00Z"));
        assert_eq!(
            generalized("19851106210627.123456789123Z").as_deref(),
            Some("1985-11-06T21:06:27.123456789Z")
        );
    }

    #[test]
    fn times_are_compared_in_utc() {
        let time = |text: &str| utc_time(text.as_bytes()).unwrap();
        assert_eq!(time("960701133155-0400"), time("960701173155Z"));
        assert!(time("960701133155-0400") > time("960701170000Z"));
        assert!(time("991231235959Z") < time("000101000000Z"));
    }
}
