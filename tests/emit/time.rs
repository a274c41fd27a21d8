//! Times of capture: nanoseconds since 1970-01-01T00:00:00Z.

/// One second, in nanoseconds.
pub(crate) const SECOND: u64 = 1_000_000_000;
/// One millisecond, in nanoseconds.
pub(crate) const MILLISECOND: u64 = 1_000_000;

/// Reads `1996-07-01T09:00:00Z`.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let digits = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<i64>().ok());
    let fields = (digits(0, 4), digits(5, 7), digits(8, 10), digits(11, 13), digits(14, 16), digits(17, 19));
    let (Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)) = fields else {
        return Err(format!("{text:?} is no time like 1996-07-01T09:00:00Z"));
    };
    let seconds = days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    u64::try_from(seconds).map(|seconds| seconds * SECOND).map_err(|_| format!("{text:?} is before 1970"))
}

/// Reads a span such as `250ms` or `30s`.
pub(crate) fn span(text: &str) -> Result<u64, String> {
    let (number, unit) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, MILLISECOND),
        (None, Some(number)) => (number, SECOND),
        (None, None) => return Err(format!("{text:?} is no span like 250ms or 30s")),
    };
    number
        .parse::<u64>()
        .map(|number| number * unit)
        .map_err(|_| format!("{text:?} is no span like 250ms or 30s"))
}

/// The UTCTime `YYMMDDhhmmssZ` of a time.
pub(crate) fn utc_time(time: u64) -> String {
    let seconds = time / SECOND;
    let mut day_of_month = (seconds / 86400) as i64;
    let (mut year, mut month) = (1970, 1);
    while day_of_month >= days(year, month + 1, 1) - days(year, month, 1) {
        day_of_month -= days(year, month + 1, 1) - days(year, month, 1);
        month += 1;
        if month == 13 {
            (year, month) = (year + 1, 1);
        }
    }
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{:02}{month:02}{:02}{hour:02}{minute:02}{second:02}Z", year % 100, day_of_month + 1)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. A month of 13 is the next January.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years counted from March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468
}
