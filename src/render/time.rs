//! Points in time as users want to read them.

use std::fmt;
use std::str::FromStr;

use crate::capture::Timestamp;

const NANOS: i64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// How times are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeStyle {
    /// Date and time of day, RFC 3339.
    #[default]
    Absolute,
    /// Seconds since the first frame.
    Relative,
    /// Seconds since 1970-01-01T00:00:00Z.
    Epoch,
}

/// How far a clock is ahead of UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UtcOffset {
    minutes: i16,
}

/// The form of a UTC offset was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a UTC offset looks like +02:00, -0700 or Z")]
pub struct BadUtcOffset;

impl FromStr for UtcOffset {
    type Err = BadUtcOffset;

    fn from_str(text: &str) -> Result<UtcOffset, BadUtcOffset> {
        if matches!(text, "Z" | "z") {
            return Ok(UtcOffset::default());
        }
        let (sign, digits) = match text.as_bytes() {
            [b'+', digits @ ..] => (1, digits),
            [b'-', digits @ ..] => (-1, digits),
            _ => return Err(BadUtcOffset),
        };
        let two = |tens: u8, ones: u8| match (tens, ones) {
            (b'0'..=b'9', b'0'..=b'9') => Ok(i16::from(tens - b'0') * 10 + i16::from(ones - b'0')),
            _ => Err(BadUtcOffset),
        };
        let (hours, minutes) = match *digits {
            [a, b] => (two(a, b)?, 0),
            [a, b, c, d] | [a, b, b':', c, d] => (two(a, b)?, two(c, d)?),
            _ => return Err(BadUtcOffset),
        };
        // RFC 3339 5.6: time-hour is at most 23, time-minute at most 59.
        if hours > 23 || minutes > 59 {
            return Err(BadUtcOffset);
        }
        Ok(UtcOffset { minutes: sign * (hours * 60 + minutes) })
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.minutes == 0 {
            return f.write_str("Z");
        }
        let sign = if self.minutes < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", self.minutes.abs() / 60, self.minutes.abs() % 60)
    }
}

/// Shows times in the style that was asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// The style.
    pub style: TimeStyle,
    /// For absolute times: the clock on the wall.
    pub offset: UtcOffset,
    /// For relative times: when the first frame was captured.
    pub start: Timestamp,
}

impl Clock {
    /// Shows `time`: microseconds, or nanoseconds where the capture has them (relative times: microseconds).
    pub fn show(&self, time: Timestamp) -> impl fmt::Display + use<> {
        Shown { clock: *self, time, nanoseconds: time.0 % 1000 != 0 && self.style != TimeStyle::Relative }
    }
}

/// Shows `time` in UTC with nanoseconds, as JSON has it: `1996-07-01T09:00:00.123456000Z`.
pub fn rfc3339(time: Timestamp) -> impl fmt::Display {
    Shown { clock: Clock::default(), time, nanoseconds: true }
}

struct Shown {
    clock: Clock,
    time: Timestamp,
    nanoseconds: bool,
}

impl Shown {
    /// The fraction of a second behind the point.
    fn write_fraction(&self, f: &mut fmt::Formatter<'_>, nanos: i64) -> fmt::Result {
        if self.nanoseconds { write!(f, "{nanos:09}") } else { write!(f, "{:06}", nanos / 1000) }
    }

    /// Seconds and their fraction; the sign stands in front of both.
    fn write_seconds(&self, f: &mut fmt::Formatter<'_>, nanos: i128) -> fmt::Result {
        let unit = if self.nanoseconds { 1 } else { 1000 };
        // What is cut off must not leave "-0.000000".
        let sign = if nanos / unit < 0 { "-" } else { "" };
        let (nanos, second) = (nanos.abs(), i128::from(NANOS));
        write!(f, "{sign}{}.", nanos / second)?;
        self.write_fraction(f, (nanos % second) as i64)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.time.0;
        match self.clock.style {
            TimeStyle::Relative => self.write_seconds(f, i128::from(time) - i128::from(self.clock.start.0)),
            TimeStyle::Epoch => self.write_seconds(f, time.into()),
            TimeStyle::Absolute => {
                let seconds = time.div_euclid(NANOS) + i64::from(self.clock.offset.minutes) * 60;
                let (days, second) =
                    (seconds.div_euclid(SECONDS_PER_DAY), seconds.rem_euclid(SECONDS_PER_DAY));
                let (year, month, day) = date(days);
                let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
                write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.")?;
                self.write_fraction(f, time.rem_euclid(NANOS))?;
                self.clock.offset.fmt(f)
            }
        }
    }
}

/// Year, month and day of the day that lies `days` behind 1970-01-01, in the Gregorian calendar.
///
/// Years are counted from 1 March, so that the leap day is the last one of its year; in that calendar the months
/// have 153 days in every five, and the calendar repeats after 400 years (146,097 days).
fn date(days: i64) -> (i64, i64, i64) {
    const DAYS_FROM_0000_03_01: i64 = 719_468;
    let days = days + DAYS_FROM_0000_03_01;
    let (cycle, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, turn) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (cycle * 400 + year + turn, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn absolute(nanos: i64, offset: &str) -> String {
        Clock { offset: offset.parse().unwrap(), ..Clock::default() }.show(Timestamp(nanos)).to_string()
    }

    #[test]
    fn absolute_times_are_rfc_3339() {
        // date -u -d '1996-07-01 09:00:00' +%s
        assert_eq!(absolute(836_211_600_123_456_000, "Z"), "1996-07-01T09:00:00.123456Z");
        assert_eq!(absolute(836_211_600_123_456_789, "Z"), "1996-07-01T09:00:00.123456789Z");
        assert_eq!(absolute(836_211_600_000_000_000, "+02:00"), "1996-07-01T11:00:00.000000+02:00");
        assert_eq!(absolute(836_211_600_000_000_000, "-0930"), "1996-06-30T23:30:00.000000-09:30");
        assert_eq!(rfc3339(Timestamp(836_211_600_000_000_000)).to_string(), "1996-07-01T09:00:00.000000000Z");
    }

    #[test]
    fn times_before_1970_and_at_the_ends_are_right() {
        assert_eq!(absolute(-1000, "Z"), "1969-12-31T23:59:59.999999Z");
        assert_eq!(absolute(i64::MIN, "-23:59"), "1677-09-20T00:13:43.145224192-23:59");
        assert_eq!(absolute(i64::MAX, "+23:59"), "2262-04-12T23:46:16.854775807+23:59");
    }

    #[test]
    fn relative_times_count_from_the_first_frame() {
        let clock = Clock { style: TimeStyle::Relative, start: Timestamp(5 * NANOS), ..Clock::default() };
        assert_eq!(clock.show(Timestamp(5 * NANOS)).to_string(), "0.000000");
        assert_eq!(clock.show(Timestamp(66 * NANOS + 1_500)).to_string(), "61.000001");
        assert_eq!(clock.show(Timestamp(4 * NANOS + 500_000_000)).to_string(), "-0.500000");
        assert_eq!(clock.show(Timestamp(5 * NANOS - 1)).to_string(), "0.000000");
        let clock = Clock { start: Timestamp(i64::MIN), ..clock };
        assert_eq!(clock.show(Timestamp(i64::MAX)).to_string(), "18446744073.709551");
    }

    #[test]
    fn epoch_times_are_seconds() {
        let clock = Clock { style: TimeStyle::Epoch, ..Clock::default() };
        assert_eq!(clock.show(Timestamp(836_211_600_123_456_000)).to_string(), "836211600.123456");
        assert_eq!(clock.show(Timestamp(1)).to_string(), "0.000000001");
        assert_eq!(clock.show(Timestamp(-1_500_000_000)).to_string(), "-1.500000");
    }

    #[test]
    fn offsets_have_three_forms() {
        let minutes = |text: &str| text.parse::<UtcOffset>().map(|offset| offset.minutes);
        assert_eq!(minutes("Z"), Ok(0));
        assert_eq!(minutes("+02:00"), Ok(120));
        assert_eq!(minutes("-0730"), Ok(-450));
        assert_eq!(minutes("+14"), Ok(840));
        for bad in ["", "2", "02:00", "+2", "+02:", "+24:00", "+00:60", "+0a00", "+02:000", "UTC"] {
            assert_eq!(minutes(bad), Err(BadUtcOffset), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_calendar_is_the_one_of_a_library_made_for_it(nanos in any::<i64>()) {
            let expected = jiff::Timestamp::from_nanosecond(nanos.into()).unwrap();
            prop_assert_eq!(rfc3339(Timestamp(nanos)).to_string(), format!("{expected:.9}"));
        }
    }
}
