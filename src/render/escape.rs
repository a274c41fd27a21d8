//! Strings from the wire, made safe to show.
//!
//! A mail system may put anything into a name. Nothing of it may steer a terminal, turn the direction of a line,
//! hide text or break a line in two. What a decoder or a rule put into words may hold such strings as well, so
//! everything is escaped here, once, where it is written.

use std::fmt;

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

impl Escaped<'_> {
    /// Writes it.
    pub(super) fn write(self, out: &mut impl fmt::Write) -> fmt::Result {
        if !self.quoted {
            return replace(out, self.text, |c| is_harmful(c) || c == '\\', write_escape);
        }
        out.write_char('"')?;
        replace(out, self.text, |c| is_harmful(c) || matches!(c, '\\' | '"'), write_escape)?;
        out.write_char('"')
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

#[inline]
fn write_escape(out: &mut impl fmt::Write, c: char) -> fmt::Result {
    match c {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        '\\' | '"' => write!(out, "\\{c}"),
        '\0'..='\u{ff}' => write!(out, "\\x{:02X}", u32::from(c)),
        _ => write!(out, "\\u{{{:04X}}}", u32::from(c)),
    }
}

/// Writes `text` with `escape` in place of the characters that `is_wrong`, which are none of those that are plain.
pub(super) fn replace<W: fmt::Write>(
    out: &mut W,
    text: &str,
    is_wrong: impl Fn(char) -> bool,
    escape: impl Fn(&mut W, char) -> fmt::Result,
) -> fmt::Result {
    let (mut written, mut at) = (0, 0);
    while let Some(c) = text[at..].chars().next() {
        let next = at + c.len_utf8();
        if is_wrong(c) {
            if written < at {
                out.write_str(&text[written..at])?;
            }
            escape(out, c)?;
            (written, at) = (next, next);
        } else {
            at = next + plain(&text.as_bytes()[next..]);
        }
    }
    out.write_str(&text[written..])
}

/// How many octets `text` begins with that are escaped in no form, which nearly all are: those of printable ASCII
/// without quotation marks and backslashes.
fn plain(text: &[u8]) -> usize {
    // Texts may be long, and this is most of what is done with them.
    let mut passed = plain_blocks::<32>(text);
    passed += plain_blocks::<8>(&text[passed..]);
    passed + text[passed..].iter().take_while(|octet| !is_doubtful(octet)).count()
}

/// How many octets `text` begins with in blocks that are plain from end to end. All octets of a block are looked at
/// in any case, so that the processor does it at once.
fn plain_blocks<const SIZE: usize>(text: &[u8]) -> usize {
    let doubts =
        |block: &[u8; SIZE]| block.iter().fold(0, |doubts, octet| doubts | u8::from(is_doubtful(octet)));
    SIZE * text.as_chunks().0.iter().take_while(|block| doubts(block) == 0).count()
}

/// Whether an octet may be one of a character that is escaped.
fn is_doubtful(octet: &u8) -> bool {
    !matches!(octet, b' '..=b'~') | matches!(octet, b'"' | b'\\')
}

/// Whether a character must not reach a terminal or a document as it is.
#[inline]
pub fn is_harmful(c: char) -> bool {
    match c {
        ' '..='~' => false,
        // C0, DEL and C1: they steer terminals.
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => true,
        _ => misleads(c),
    }
}

/// Whether a character that steers no terminal misleads who reads the text.
fn misleads(c: char) -> bool {
    match c {
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
        fn plain_text_ends_where_the_first_octet_says(text in "[ -~]{0,40}", tail: Vec<u8>) {
            let octets = [text.as_bytes(), &tail].concat();
            let is_plain = |octet: &u8| matches!(octet, b' '..=b'~') && !matches!(octet, b'"' | b'\\');
            prop_assert_eq!(plain(&octets), octets.iter().take_while(|octet| is_plain(octet)).count());
        }

        #[test]
        fn nothing_harmful_is_left(text in any::<String>()) {
            prop_assert!(!escape(&text).to_string().chars().any(is_harmful));
            prop_assert!(!quote(&text).to_string().chars().any(is_harmful));
        }
    }
}
