//! The reader of dialogue scripts.
//!
//! A statement is a line: words and `key=value` options, parted by blanks. Double quotes hold blanks together.
//! `#` begins a comment. A line that begins with a blank continues the one before. `include NAME` puts the
//! statements of another script in its place. samples/scripts/README.md lists the statements.

use std::path::Path;
use std::str::FromStr;

use super::text;

/// One statement, consumed as it is read: what is left over in the end was not understood.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    /// Where it stands, for messages.
    pub(crate) place: String,
    words: Vec<String>,
    options: Vec<(String, String)>,
}

/// Reads the script `NAME.dialogue` of a folder, with everything it includes.
pub(crate) fn load(folder: &Path, name: &str) -> Result<Vec<Statement>, String> {
    let file = format!("{name}.dialogue");
    let text = std::fs::read_to_string(folder.join(&file)).map_err(|error| format!("{file}: {error}"))?;
    let mut statements = Vec::new();
    for mut statement in parse(&file, &text)? {
        if statement.words.first().is_some_and(|word| word == "include") {
            statement.words.remove(0);
            let included = statement.word("the script to include")?;
            statement.finish()?;
            statements.extend(load(folder, &included)?);
        } else {
            statements.push(statement);
        }
    }
    Ok(statements)
}

/// Reads the statements of one script. `file` is its name in messages.
pub(crate) fn parse(file: &str, text: &str) -> Result<Vec<Statement>, String> {
    let mut statements: Vec<Statement> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let place = format!("{file} line {number}");
        let tokens = tokens(line).map_err(|error| format!("{place}: {error}"))?;
        let continues = line.starts_with([' ', '\t']);
        if !continues && !tokens.is_empty() {
            statements.push(Statement { place, words: Vec::new(), options: Vec::new() });
        }
        let Some(statement) = statements.last_mut() else { continue };
        for (key, text) in tokens {
            match key {
                Some(key) => statement.options.push((key, text)),
                None => statement.words.push(text),
            }
        }
    }
    Ok(statements)
}

/// The words of a line, each with its key if it has one.
fn tokens(line: &str) -> Result<Vec<(Option<String>, String)>, String> {
    let mut tokens = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() && !rest.starts_with('#') {
        let (mut key, mut text, mut quoted, mut end) = (None, String::new(), false, rest.len());
        for (index, character) in rest.char_indices() {
            match character {
                '"' => quoted = !quoted,
                '=' if !quoted && key.is_none() => key = Some(std::mem::take(&mut text)),
                blank if blank.is_whitespace() && !quoted => {
                    end = index;
                    break;
                }
                other => text.push(other),
            }
        }
        if quoted {
            return Err("a quotation mark is not closed".to_owned());
        }
        tokens.push((key, text));
        rest = rest[end..].trim_start();
    }
    Ok(tokens)
}

impl Statement {
    /// The next word.
    pub(crate) fn word(&mut self, what: &str) -> Result<String, String> {
        if self.words.is_empty() {
            return Err(format!("{what} is missing"));
        }
        Ok(self.words.remove(0))
    }

    /// The next word as a number.
    pub(crate) fn number_word<N: TryFrom<u32>>(&mut self, what: &str) -> Result<N, String> {
        number(&self.word(what)?)
    }

    /// The word that comes next, when it is this one.
    pub(crate) fn flag(&mut self, word: &str) -> bool {
        let found = self.words.first().is_some_and(|first| first == word);
        if found {
            self.words.remove(0);
        }
        found
    }

    /// All words that are left.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        std::mem::take(&mut self.words)
    }

    /// All words that are left, as octets in hexadecimal.
    pub(crate) fn octets(&mut self) -> Result<Vec<u8>, String> {
        hexadecimal(&self.rest().concat())
    }

    /// The value of an option.
    pub(crate) fn option(&mut self, key: &str) -> Option<String> {
        let index = self.options.iter().position(|(name, _)| name == key)?;
        Some(self.options.remove(index).1)
    }

    /// The value of an option, with its escapes read.
    pub(crate) fn text(&mut self, key: &str) -> Result<Option<String>, String> {
        self.option(key).map(|text| text::unescaped(&text)).transpose()
    }

    /// The value of an option that must be there.
    pub(crate) fn required(&mut self, key: &str) -> Result<String, String> {
        self.option(key).ok_or_else(|| format!("{key}= is missing"))
    }

    /// The value of an option as a number.
    pub(crate) fn number<N: TryFrom<u32>>(&mut self, key: &str) -> Result<Option<N>, String> {
        self.option(key).map(|text| number(&text)).transpose()
    }

    /// The value of an option, text or `hex:` octets.
    pub(crate) fn selector(&mut self, key: &str) -> Result<Option<Vec<u8>>, String> {
        let octets = |text: String| match text.strip_prefix("hex:") {
            Some(digits) => hexadecimal(digits),
            None => Ok(text.into_bytes()),
        };
        self.option(key).map(octets).transpose()
    }

    /// Fails when something was not read.
    pub(crate) fn finish(self) -> Result<(), String> {
        match (self.words.first(), self.options.first()) {
            (Some(word), _) => Err(format!("{word:?} is not understood here")),
            (None, Some((key, _))) => Err(format!("the option {key}= is not understood here")),
            (None, None) => Ok(()),
        }
    }
}

/// Octets from hexadecimal digits; blanks do not matter.
pub(crate) fn hexadecimal(digits: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u8> = digits.bytes().filter(|digit| !digit.is_ascii_whitespace()).collect();
    let octet = |pair: &[u8]| {
        let text = std::str::from_utf8(pair).map_err(|error| error.to_string())?;
        if pair.len() != 2 {
            return Err(format!("half an octet: {text}"));
        }
        u8::from_str_radix(text, 16).map_err(|_| format!("no octet: {text}"))
    };
    digits.chunks(2).map(octet).collect()
}

fn number<N: TryFrom<u32>>(text: &str) -> Result<N, String> {
    let value = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => u32::from_str(text),
    };
    value
        .ok()
        .and_then(|value| N::try_from(value).ok())
        .ok_or_else(|| format!("{text:?} is no number that fits"))
}
