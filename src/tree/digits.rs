//! Numbers, addresses and times as text.
//!
//! Each frame has dozens of them, and what `core::fmt` does for a `{:04X}` takes longer than the digits.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use itoa::Buffer as Decimal;

const BLANKS: &str = "                                ";
const ZEROS: &str = "00000000000000000000000000000000";

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// Writes what consists of digits.
pub trait Digits: fmt::Write {
    /// A decimal number.
    ///
    /// # Errors
    /// Those of the output, as everywhere here.
    #[inline]
    fn decimal(&mut self, number: u64) -> fmt::Result {
        // Most numbers are lengths, offsets and codes.
        match number {
            0..10 => self.write_char(last(number)),
            _ => self.write_str(Decimal::new().format(number)),
        }
    }

    /// A decimal number in a column of this width, blanks in front.
    fn column(&mut self, number: u64, width: usize) -> fmt::Result {
        let mut decimal = Decimal::new();
        let digits = decimal.format(number);
        fill(self, BLANKS, width.saturating_sub(digits.len()))?;
        self.write_str(digits)
    }

    /// A decimal number of at least this many digits, zeros in front.
    fn zeros(&mut self, number: u64, width: usize) -> fmt::Result {
        let mut decimal = Decimal::new();
        let digits = decimal.format(number);
        fill(self, ZEROS, width.saturating_sub(digits.len()))?;
        self.write_str(digits)
    }

    /// A number in hexadecimal with at least this many digits, upper case.
    fn hexadecimal(&mut self, number: u64, digits: usize) -> fmt::Result {
        let needed = (u64::BITS - number.leading_zeros()).div_ceil(4).max(1);
        fill(self, ZEROS, digits.saturating_sub(needed as usize))?;
        let digit = |at: u32| char::from(UPPER[(number >> (4 * at) & 15) as usize]);
        (0..needed).rev().try_for_each(|at| self.write_char(digit(at)))
    }

    /// Octets as two hexadecimal digits each, upper case.
    fn upper(&mut self, octets: &[u8]) -> fmt::Result {
        pairs(self, UPPER, octets)
    }

    /// Octets as two hexadecimal digits each, lower case.
    fn lower(&mut self, octets: &[u8]) -> fmt::Result {
        pairs(self, LOWER, octets)
    }

    /// Blanks.
    fn blanks(&mut self, count: usize) -> fmt::Result {
        fill(self, BLANKS, count)
    }

    /// An IPv4 address.
    fn ipv4(&mut self, address: Ipv4Addr) -> fmt::Result {
        let [first, rest @ ..] = address.octets();
        self.decimal(first.into())?;
        rest.iter().try_for_each(|octet| {
            self.write_char('.')?;
            self.decimal((*octet).into())
        })
    }

    /// An address and a port, as `SocketAddr` shows them.
    fn endpoint(&mut self, address: IpAddr, port: u16) -> fmt::Result {
        match address {
            IpAddr::V4(address) => self.ipv4(address)?,
            IpAddr::V6(address) => write!(self, "[{address}]")?,
        }
        self.write_char(':')?;
        self.decimal(port.into())
    }

    /// Date and time of day, this many seconds behind 1970-01-01T00:00:00: `1996-07-01T09:00:00`.
    fn date_time(&mut self, seconds: i64) -> fmt::Result {
        let (days, second) = (seconds.div_euclid(SECONDS_PER_DAY), seconds.rem_euclid(SECONDS_PER_DAY));
        let (year, month, day) = date(days);
        self.zeros(year.unsigned_abs(), 4)?;
        let parts =
            [('-', month), ('-', day), ('T', second / 3600), (':', second / 60 % 60), (':', second % 60)];
        parts.into_iter().try_for_each(|(separator, number)| {
            self.write_char(separator)?;
            self.write_char(last(number.unsigned_abs() / 10))?;
            self.write_char(last(number.unsigned_abs()))
        })
    }
}

impl<W: fmt::Write + ?Sized> Digits for W {}

/// The last digit of a decimal number.
fn last(number: u64) -> char {
    char::from(b'0' + (number % 10) as u8)
}

/// Octets as two of these digits each; there may be many octets.
fn pairs(out: &mut (impl fmt::Write + ?Sized), digits: &[u8; 16], octets: &[u8]) -> fmt::Result {
    let mut buffer = [0; 128];
    for piece in octets.chunks(buffer.len() / 2) {
        for (pair, octet) in buffer.chunks_exact_mut(2).zip(piece) {
            pair.copy_from_slice(&[digits[usize::from(octet >> 4)], digits[usize::from(octet & 15)]]);
        }
        let text = std::str::from_utf8(&buffer[..2 * piece.len()]);
        out.write_str(text.map_err(|_| fmt::Error)?)?;
    }
    Ok(())
}

fn fill(out: &mut (impl fmt::Write + ?Sized), padding: &str, mut count: usize) -> fmt::Result {
    while count > 0 {
        let piece = &padding[..count.min(padding.len())];
        out.write_str(piece)?;
        count -= piece.len();
    }
    Ok(())
}

const SECONDS_PER_DAY: i64 = 86_400;

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
    use std::net::SocketAddr;

    use proptest::prelude::*;

    use super::*;

    fn written(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
        let mut out = String::new();
        write(&mut out).expect("a String takes everything");
        out
    }

    proptest! {
        #[test]
        fn digits_are_those_of_the_standard_library(number: u64, width in 0..70usize, small: u8) {
            let number = number >> (small % 64);
            prop_assert_eq!(written(|out| out.decimal(number)), number.to_string());
            prop_assert_eq!(written(|out| out.column(number, width)), format!("{number:width$}"));
            prop_assert_eq!(written(|out| out.zeros(number, width)), format!("{number:0width$}"));
            prop_assert_eq!(written(|out| out.hexadecimal(number, width)), format!("{number:0width$X}"));
            prop_assert_eq!(written(|out| out.blanks(small.into())), " ".repeat(small.into()));
        }

        #[test]
        fn octets_have_two_digits_each(octets in prop::collection::vec(any::<u8>(), 0..300)) {
            let digits: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
            prop_assert_eq!(written(|out| out.upper(&octets)), digits.to_uppercase());
            prop_assert_eq!(written(|out| out.lower(&octets)), digits);
        }

        #[test]
        fn addresses_are_those_of_the_standard_library(address: IpAddr, port: u16) {
            let expected = SocketAddr::new(address, port).to_string();
            prop_assert_eq!(written(|out| out.endpoint(address, port)), expected);
        }
    }
}
