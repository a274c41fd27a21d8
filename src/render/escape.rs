//! Strings from the wire, made safe to show.
//!
//! A mail system may put anything into a name. Nothing of it may steer a terminal, turn the direction of a line,
//! hide text or break a line in two. What a decoder or a rule put into words may hold such strings as well, so
//! everything is escaped here, once, where it is written.

use std::fmt::{self, Write as _};

/// Shows `text` with every character that could do harm escaped: `\n`, `\x1B`, `\u{202E}`, and `\\`.
pub fn escape(text: &str) -> Escaped<'_> {
    Escaped { text, quoted: false }
}

/// Shows `text` in quotation marks, escaped as [`escape`] does, quotation marks inside as `\"`.
pub fn quote(text: &str) -> Escaped<'_> {
    Escaped { text, quoted: true }
}

/// A string that is written escaped.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a> {
    text: &'a str,
    quoted: bool,
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.quoted {
            f.write_char('"')?;
        }
        let mut written = 0;
        let doubtful = if is_plain(self.text) { "" } else { self.text };
        for (at, c) in doubtful.char_indices() {
            if !(is_harmful(c) || c == '\\' || (self.quoted && c == '"')) {
                continue;
            }
            f.write_str(&self.text[written..at])?;
            written = at + c.len_utf8();
            match c {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\\' | '"' => write!(f, "\\{c}")?,
                '\0'..='\u{ff}' => write!(f, "\\x{:02X}", u32::from(c))?,
                _ => write!(f, "\\u{{{:04X}}}", u32::from(c))?,
            }
        }
        f.write_str(&self.text[written..])?;
        if self.quoted {
            f.write_char('"')?;
        }
        Ok(())
    }
}

/// Whether `text` has nothing to be escaped in any form, which nearly all text has not: printable ASCII without
/// quotation marks and backslashes.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|octet| matches!(octet, b' '..=b'~') && octet != b'"' && octet != b'\\')
}

/// Whether a character must not reach a terminal or a document as it is.
pub fn is_harmful(c: char) -> bool {
    match c {
        ' '..='~' => false,
        // C0, DEL and C1: they steer terminals.
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => true,
        // Controls of writing direction: what is read is not what is there.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        // Line and paragraph separators: one line becomes two.
        '\u{2028}' | '\u{2029}' => true,
        // Characters that cannot be seen: soft hyphen, joiners, fillers, byte order mark, annotations, tags.
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' => true,
        '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}' => true,
        '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => true,
        // Noncharacters.
        '\u{fdd0}'..='\u{fdef}' => true,
        c => u32::from(c) & 0xfffe == 0xfffe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(
            escape("a\x1b[31mred\x07\r\n\tb\x7f\u{9b}0m").to_string(),
            r"a\x1B[31mred\x07\r\n\tb\x7F\x9B0m"
        );
        assert_eq!(escape("\u{202e}gpj.exe\u{2066}\u{200f}").to_string(), r"\u{202E}gpj.exe\u{2066}\u{200F}");
        assert_eq!(
            escape("\u{feff}\u{200b}\u{2028}\u{ffff}\u{e0041}").to_string(),
            r"\u{FEFF}\u{200B}\u{2028}\u{FFFF}\u{E0041}"
        );
    }

    #[test]
    fn text_of_any_language_stays_as_it_is() {
        let text = "/G=Jürgen/S=Ångström/O=日本電信電話/ \u{1f600}";
        assert_eq!(escape(text).to_string(), text);
    }

    #[test]
    fn an_escape_cannot_be_forged() {
        assert_eq!(escape(r"\n").to_string(), r"\\n");
        assert_eq!(escape("say \"x\"").to_string(), "say \"x\"");
        assert_eq!(quote("say \"x\"").to_string(), r#""say \"x\"""#);
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_left(text in any::<String>()) {
            prop_assert!(!escape(&text).to_string().chars().any(is_harmful));
            prop_assert!(!quote(&text).to_string().chars().any(is_harmful));
        }
    }
}
