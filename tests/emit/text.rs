//! The characters of the string types (X.680, T.61), and the escapes of the scripts.

/// The octets of a text in the string type of this tag.
///
/// # Panics
/// When T.61 has no such character, or this small table of it does not.
pub(crate) fn octets(tag: u8, text: &str) -> Vec<u8> {
    match tag {
        0x14 => text.chars().flat_map(t61).collect(),
        0x1E => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        0x19 | 0x1B => text.chars().flat_map(latin_1).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

/// Latin-1 on the right-hand side. Other characters as UTF-8, as careless senders have them.
fn latin_1(character: char) -> Vec<u8> {
    match u8::try_from(character) {
        Ok(octet) => vec![octet],
        Err(_) => character.to_string().into_bytes(),
    }
}

/// T.61: the octet of a diacritical mark comes before its letter.
fn t61(character: char) -> Vec<u8> {
    const MARKS: [(u8, &str, &str); 7] = [
        (0xC1, "àèìòùÀÈÌÒÙ", "aeiouAEIOU"),
        (0xC2, "áéíóúÁÉÍÓÚ", "aeiouAEIOU"),
        (0xC3, "âêîôûÂÊÎÔÛ", "aeiouAEIOU"),
        (0xC4, "ãñõÃÑÕ", "anoANO"),
        (0xC8, "äëïöüÄËÏÖÜ", "aeiouAEIOU"),
        (0xCA, "åÅ", "aA"),
        (0xCB, "çÇ", "cC"),
    ];
    const LETTERS: [(char, u8); 7] =
        [('£', 0xA3), ('§', 0xA7), ('Æ', 0xE1), ('Ø', 0xE9), ('æ', 0xF1), ('ø', 0xF9), ('ß', 0xFB)];
    if character.is_ascii() {
        return vec![character as u8];
    }
    let letter = LETTERS.iter().find(|(letter, _)| *letter == character).map(|(_, octet)| vec![*octet]);
    let marked = || {
        MARKS.iter().find_map(|(mark, marked, plain)| {
            let (_, base) = marked.chars().zip(plain.bytes()).find(|(letter, _)| *letter == character)?;
            Some(vec![*mark, base])
        })
    };
    letter.or_else(marked).unwrap_or_else(|| panic!("{character:?} is not in the table of T.61"))
}

/// A text of a script with its escapes read: `\r`, `\n`, `\t`, `\\`, `\xHH` and `\u{HHHH}`.
pub(crate) fn unescaped(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        out.push_str(before);
        let kind = escape.chars().next().ok_or("nothing follows a \\")?;
        let plain = match kind {
            'r' => Some('\r'),
            'n' => Some('\n'),
            't' => Some('\t'),
            '\\' => Some('\\'),
            _ => None,
        };
        let numbered = || match kind {
            'x' => escape.get(1..3).zip(escape.get(3..)),
            'u' => escape.strip_prefix("u{").and_then(|digits| digits.split_once('}')),
            _ => None,
        };
        let code = |digits| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        let read = match plain {
            Some(character) => Some((character, &escape[1..])),
            None => numbered().and_then(|(digits, after)| Some((code(digits)?, after))),
        };
        let (character, after) = read.ok_or_else(|| format!("no escape: \\{escape}"))?;
        out.push(character);
        rest = after;
    }
    Ok(out + rest)
}
