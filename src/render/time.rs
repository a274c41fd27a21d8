//! Points in time as users want to read them.

use std::fmt;
use std::str::FromStr;

use crate::capture::Timestamp;
use crate::tree::Digits as _;

const NANOS: i64 = 1_000_000_000;

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

impl UtcOffset {
    fn write(self, out: &mut impl fmt::Write) -> fmt::Result {
        if self.minutes == 0 {
            return out.write_char('Z');
        }
        let minutes = u64::from(self.minutes.unsigned_abs());
        out.write_char(if self.minutes < 0 { '-' } else { '+' })?;
        out.zeros(minutes / 60, 2)?;
        out.write_char(':')?;
        out.zeros(minutes % 60, 2)
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
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
    pub fn show(&self, time: Timestamp) -> Shown {
        Shown { clock: *self, time, nanoseconds: time.0 % 1000 != 0 && self.style != TimeStyle::Relative }
    }
}

/// Shows `time` in UTC with nanoseconds, as JSON has it: `1996-07-01T09:00:00.123456000Z`.
pub fn rfc3339(time: Timestamp) -> Shown {
    Shown { clock: Clock::default(), time, nanoseconds: true }
}

/// A time that is shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    clock: Clock,
    time: Timestamp,
    nanoseconds: bool,
}

impl Shown {
    /// Writes it.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write(&self, out: &mut impl fmt::Write) -> fmt::Result {
        let time = self.time.0;
        match self.clock.style {
            TimeStyle::Relative => self.write_seconds(out, i128::from(time) - i128::from(self.clock.start.0)),
            TimeStyle::Epoch => self.write_seconds(out, time.into()),
            TimeStyle::Absolute => {
                out.date_time(time.div_euclid(NANOS) + i64::from(self.clock.offset.minutes) * 60)?;
                self.write_fraction(out, time.rem_euclid(NANOS).unsigned_abs())?;
                self.clock.offset.write(out)
            }
        }
    }

    /// The fraction of a second, with its point.
    fn write_fraction(&self, out: &mut impl fmt::Write, nanos: u64) -> fmt::Result {
        out.write_char('.')?;
        if self.nanoseconds { out.zeros(nanos, 9) } else { out.zeros(nanos / 1000, 6) }
    }

    /// Seconds and their fraction; the sign stands in front of both.
    fn write_seconds(&self, out: &mut impl fmt::Write, nanos: i128) -> fmt::Result {
        // The distance of any two times can be held in 64 bits without a sign.
        let distance = u64::try_from(nanos.unsigned_abs()).unwrap_or(u64::MAX);
        let unit = if self.nanoseconds { 1 } else { 1000 };
        // What is cut off must not leave "-0.000000".
        if nanos < 0 && distance >= unit {
            out.write_char('-')?;
        }
        out.decimal(distance / NANOS.unsigned_abs())?;
        self.write_fraction(out, distance % NANOS.unsigned_abs())
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
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
