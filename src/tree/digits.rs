//! Numbers, addresses and times as text.
//!
//! Each frame has dozens of them, and what `core::fmt` does for a `{:04X}` takes longer than the digits: they are put
//! together here and written in one piece.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";
const BLANKS: &str = "                                ";
const ZEROS: &str = "00000000000000000000000000000000";

/// Writes what consists of digits.
pub trait Digits: fmt::Write {
    /// A decimal number.
    ///
    /// # Errors
    /// Those of the output, as everywhere here.
    fn decimal(&mut self, number: impl itoa::Integer) -> fmt::Result {
        self.write_str(itoa::Buffer::new().format(number))
    }

    /// A decimal number in a column of this width, blanks in front.
    fn column(&mut self, number: impl itoa::Integer, width: usize) -> fmt::Result {
        padded(self, BLANKS, itoa::Buffer::new().format(number), width)
    }

    /// A decimal number of at least this many digits, zeros in front.
    fn zeros(&mut self, number: u64, digits: usize) -> fmt::Result {
        padded(self, ZEROS, itoa::Buffer::new().format(number), digits)
    }

    /// A number in hexadecimal with at least this many digits, upper case.
    fn hexadecimal(&mut self, number: u64, digits: usize) -> fmt::Result {
        let mut buffer = [0; 16];
        let mut start = buffer.len();
        let mut rest = number;
        for place in buffer.iter_mut().rev() {
            *place = UPPER[(rest & 15) as usize];
            start -= 1;
            rest >>= 4;
            if rest == 0 {
                break;
            }
        }
        padded(self, ZEROS, ascii(&buffer[start..])?, digits)
    }

    /// An octet as two hexadecimal digits, upper case.
    fn octet(&mut self, octet: u8) -> fmt::Result {
        self.write_str(ascii(&pair(UPPER, octet))?)
    }

    /// Octets as two hexadecimal digits each, lower case.
    fn octets(&mut self, octets: &[u8]) -> fmt::Result {
        // Large values are written in pieces, small ones in one.
        let mut buffer = [0; 128];
        for piece in octets.chunks(buffer.len() / 2) {
            for (digits, octet) in buffer.chunks_exact_mut(2).zip(piece) {
                digits.copy_from_slice(&pair(LOWER, *octet));
            }
            self.write_str(ascii(&buffer[..2 * piece.len()])?)?;
        }
        Ok(())
    }

    /// Blanks.
    fn blanks(&mut self, count: usize) -> fmt::Result {
        fill(self, BLANKS, count)
    }

    /// An IPv4 address.
    fn ipv4(&mut self, address: Ipv4Addr) -> fmt::Result {
        let [first, rest @ ..] = address.octets();
        self.decimal(first)?;
        for octet in rest {
            self.write_char('.')?;
            self.decimal(octet)?;
        }
        Ok(())
    }

    /// An address and a port, as `SocketAddr` shows them.
    fn endpoint(&mut self, address: IpAddr, port: u16) -> fmt::Result {
        match address {
            IpAddr::V4(address) => self.ipv4(address)?,
            IpAddr::V6(address) => write!(self, "[{address}]")?,
        }
        self.write_char(':')?;
        self.decimal(port)
    }

    /// Date and time of day, this many seconds behind 1970-01-01T00:00:00: `1996-07-01T09:00:00`.
    fn date_time(&mut self, seconds: i64) -> fmt::Result {
        let (days, second) = (seconds.div_euclid(SECONDS_PER_DAY), seconds.rem_euclid(SECONDS_PER_DAY));
        let (year, month, day) = date(days);
        self.zeros(year.unsigned_abs(), 4)?;
        let parts =
            [('-', month), ('-', day), ('T', second / 3600), (':', second / 60 % 60), (':', second % 60)];
        for (separator, number) in parts {
            self.write_char(separator)?;
            self.zeros(number.unsigned_abs(), 2)?;
        }
        Ok(())
    }
}

impl<W: fmt::Write + ?Sized> Digits for W {}

/// The two digits of an octet.
fn pair(digits: &[u8; 16], octet: u8) -> [u8; 2] {
    [digits[usize::from(octet >> 4)], digits[usize::from(octet & 15)]]
}

fn ascii(digits: &[u8]) -> Result<&str, fmt::Error> {
    std::str::from_utf8(digits).map_err(|_| fmt::Error)
}

fn padded(out: &mut (impl fmt::Write + ?Sized), padding: &str, text: &str, width: usize) -> fmt::Result {
    fill(out, padding, width.saturating_sub(text.len()))?;
    out.write_str(text)
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
        fn digits_are_those_of_the_standard_library(number: u64, signed: i64, width in 0..70usize, small: u8) {
            let number = number >> (small % 64);
            prop_assert_eq!(written(|out| out.decimal(signed)), signed.to_string());
            prop_assert_eq!(written(|out| out.column(signed, width)), format!("{signed:width$}"));
            prop_assert_eq!(written(|out| out.zeros(number, width)), format!("{number:0width$}"));
            prop_assert_eq!(written(|out| out.hexadecimal(number, width)), format!("{number:0width$X}"));
            prop_assert_eq!(written(|out| out.octet(small)), format!("{small:02X}"));
            prop_assert_eq!(written(|out| out.blanks(width)), " ".repeat(width));
        }

        #[test]
        fn octets_have_two_digits_each(octets in prop::collection::vec(any::<u8>(), 0..300)) {
            let digits: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
            prop_assert_eq!(written(|out| out.octets(&octets)), digits);
        }

        #[test]
        fn addresses_are_those_of_the_standard_library(address: IpAddr, port: u16) {
            let expected = SocketAddr::new(address, port).to_string();
            prop_assert_eq!(written(|out| out.endpoint(address, port)), expected);
        }
    }
}
