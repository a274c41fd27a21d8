//! Where views write, and how JSON is written so that nothing from the wire can harm a terminal.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use super::escape::is_harmful;

/// Writes `record` as one line of JSON.
///
/// # Errors
/// Those of the output.
pub fn json_line<W: Write, T: Serialize>(out: &mut W, record: &T) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(&mut *out, Harmless(CompactFormatter));
    record.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// Writes what JSON would leave as it is, but a terminal would obey (C1 controls, bidi controls), as `\uXXXX`.
struct Harmless(CompactFormatter);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, harmful)) = rest.char_indices().find(|(_, c)| is_harmful(*c)) {
            self.0.write_string_fragment(out, &rest[..at])?;
            let mut units = [0; 2];
            for unit in harmful.encode_utf16(&mut units) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + harmful.len_utf8()..];
        }
        self.0.write_string_fragment(out, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmful_characters_are_escaped_and_read_back() {
        let text = "a\u{202E}b\u{9B}31m\u{7F}\u{1B}c\u{E0001}";
        let mut out = Vec::new();
        json_line(&mut out, &text).expect("writing to memory");
        let written = String::from_utf8(out).expect("UTF-8");
        assert!(written.trim_end().chars().all(|c| !is_harmful(c)), "{written}");
        assert_eq!(serde_json::from_str::<String>(&written).expect("JSON"), text);
    }
}
