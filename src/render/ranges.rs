//! Lists of numbers as users write them: `12,40-60,100-`.

use std::ops::RangeInclusive;
use std::str::FromStr;

/// A set of numbers, each 1 or more: frames and associations are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranges {
    ranges: Vec<RangeInclusive<u64>>,
}

/// Why a list of numbers was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRanges {
    /// Not of the form `12`, `40-60` or `100-`.
    #[error(
        "`{0}` is no number and no range: write 12, 40-60, 100-, or several of these with commas between"
    )]
    Form(String),
    /// The first number is larger than the last one.
    #[error("the range `{0}` ends before it begins")]
    Backward(String),
    /// There is no number 0.
    #[error("`{0}`: numbers begin with 1")]
    Zero(String),
}

impl Ranges {
    /// Whether `number` is in the set.
    pub fn contains(&self, number: u64) -> bool {
        self.ranges.iter().any(|range| range.contains(&number))
    }

    /// Whether any number from `first` to `last` is in the set.
    pub fn meets(&self, first: u64, last: u64) -> bool {
        self.ranges.iter().any(|range| *range.start() <= last && first <= *range.end())
    }

    /// The largest number of the set; there is no need to look behind it.
    pub fn last(&self) -> u64 {
        self.ranges.iter().map(|range| *range.end()).max().unwrap_or(0)
    }
}

impl FromStr for Ranges {
    type Err = BadRanges;

    fn from_str(text: &str) -> Result<Ranges, BadRanges> {
        let ranges = text.split(',').map(|part| range(part.trim())).collect::<Result<_, _>>()?;
        Ok(Ranges { ranges })
    }
}

fn range(text: &str) -> Result<RangeInclusive<u64>, BadRanges> {
    let number = |digits: &str| {
        // `parse` alone would take "+5".
        let digits = Some(digits).filter(|digits| digits.bytes().all(|octet| octet.is_ascii_digit()));
        digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| BadRanges::Form(text.to_owned()))
    };
    let (first, last) = match text.split_once('-') {
        None => (number(text)?, number(text)?),
        Some((first, "")) => (number(first)?, u64::MAX),
        Some((first, last)) => (number(first)?, number(last)?),
    };
    match (first, last) {
        (0, _) => Err(BadRanges::Zero(text.to_owned())),
        (first, last) if last < first => Err(BadRanges::Backward(text.to_owned())),
        (first, last) => Ok(first..=last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ranges_are_understood() {
        let ranges: Ranges = "12,40-60, 7".parse().unwrap();
        let inside: Vec<u64> = (0..100).filter(|&number| ranges.contains(number)).collect();
        let expected: Vec<u64> = [7, 12].into_iter().chain(40..=60).collect();
        assert_eq!(inside, expected);
        assert_eq!(ranges.last(), 60);
        let open: Ranges = "100-".parse().unwrap();
        assert!(open.contains(u64::MAX) && open.contains(100) && !open.contains(99));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |text: &str| text.parse::<Ranges>().unwrap_err();
        for bad in ["", "a", "1,,2", "-5", "1-2-3", "+5", "99999999999999999999"] {
            assert!(matches!(error(bad), BadRanges::Form(_)), "{bad}");
        }
        assert!(matches!(error("0"), BadRanges::Zero(_)));
        assert!(matches!(error("9-3"), BadRanges::Backward(_)));
    }
}
