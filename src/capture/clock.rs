//! Time units of pcapng interfaces to nanoseconds.

use super::Timestamp;

const NANOSECONDS: i128 = 1_000_000_000;

/// How the timestamps of one pcapng interface count (options if_tsresol and if_tsoffset).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    unit: Unit,
    /// Nanoseconds to add.
    offset: i128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// A unit is this many nanoseconds.
    Nanoseconds(i128),
    /// A nanosecond is this many units.
    PerNanosecond(i128),
    /// A second is 2 to the power of this many units.
    BinaryFraction(u32),
}

impl Default for Clock {
    /// Microseconds since 1970: what holds where an interface has no options.
    fn default() -> Clock {
        Clock::new(6, 0)
    }
}

impl Clock {
    /// The clock for the values of if_tsresol (bit 7 clear: negative power of 10, set: of 2) and if_tsoffset (seconds).
    pub(super) fn new(resolution: u8, offset: i64) -> Clock {
        let exponent = u32::from(resolution & 0x7F);
        let unit = if resolution & 0x80 != 0 {
            Unit::BinaryFraction(exponent)
        } else if let Some(power) = 9_u32.checked_sub(exponent) {
            Unit::Nanoseconds(10_i128.pow(power))
        } else {
            // Units so small that 64 bits of them are no nanosecond count as nothing.
            Unit::PerNanosecond(10_i128.checked_pow(exponent - 9).unwrap_or(i128::MAX))
        };
        Clock { unit, offset: i128::from(offset) * NANOSECONDS }
    }

    /// The time after this many units.
    pub(super) fn time(&self, units: u64) -> Timestamp {
        let units = i128::from(units);
        let nanoseconds = match self.unit {
            Unit::Nanoseconds(each) => units * each,
            Unit::PerNanosecond(each) => units / each,
            // 64 bits times 30 bits: far from the end of i128.
            Unit::BinaryFraction(exponent) => (units * NANOSECONDS) >> exponent,
        };
        Timestamp((nanoseconds + self.offset).clamp(i64::MIN.into(), i64::MAX.into()) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_units_become_nanoseconds() {
        assert_eq!(Clock::default().time(1_500_000), Timestamp(1_500_000_000));
        assert_eq!(Clock::new(9, 0).time(7), Timestamp(7));
        assert_eq!(Clock::new(0, 0).time(7), Timestamp(7_000_000_000));
        assert_eq!(Clock::new(12, 0).time(7_999), Timestamp(7));
        assert_eq!(Clock::new(127, 0).time(u64::MAX), Timestamp(0));
    }

    #[test]
    fn binary_units_become_nanoseconds() {
        assert_eq!(Clock::new(0x80 | 10, 0).time(1536), Timestamp(1_500_000_000));
        assert_eq!(Clock::new(0x80 | 32, 0).time(1 << 31), Timestamp(500_000_000));
        assert_eq!(Clock::new(0xFF, 0).time(u64::MAX), Timestamp(0));
    }

    #[test]
    fn offsets_may_be_negative_and_times_are_clipped() {
        assert_eq!(Clock::new(6, -2).time(1_500_000), Timestamp(-500_000_000));
        assert_eq!(Clock::new(0, i64::MAX).time(u64::MAX), Timestamp(i64::MAX));
        assert_eq!(Clock::new(0, i64::MIN).time(0), Timestamp(i64::MIN));
    }
}
