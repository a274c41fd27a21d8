//! ASN.1 values written out in a script, for what has no statement of its own.
//!
//! A value is its identifier octet in hexadecimal, and its contents: `30 { 02 57 80 'text' }`. Contents are other
//! values in braces, a text in apostrophes, a decimal number, an object identifier with its dots, `bits:0010`,
//! `hex:0A0B`, or `-` for none. `name 'ADDRESS'` is an O/R name and `domain 'ADDRESS'` a global domain identifier.

use super::Kind;
use super::ber::{bits, constructed, integer, oid, retagged, string, tlv};
use super::or_address::OrAddress;
use super::script::hexadecimal;

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Encoded: no kind of association changes it.
    Octets(Vec<u8>),
    Constructed(u8, Vec<Value>),
    Name(OrAddress),
    Domain(OrAddress),
}

impl Value {
    /// Reads one value. `address` reads an O/R address, or the name of one.
    pub(crate) fn parse(
        text: &str,
        address: &dyn Fn(&str) -> Result<OrAddress, String>,
    ) -> Result<Self, String> {
        let words = words(text)?;
        let mut words = words.iter().map(String::as_str);
        let first = words.next().ok_or("a value is missing")?;
        let value = Self::read(first, &mut words, address)?;
        words.next().map_or(Ok(value), |word| Err(format!("{word:?} comes after the value")))
    }

    /// Reads the value that begins with this word.
    fn read<'a>(
        first: &str,
        words: &mut impl Iterator<Item = &'a str>,
        address: &dyn Fn(&str) -> Result<OrAddress, String>,
    ) -> Result<Self, String> {
        let content = words.next().ok_or_else(|| format!("nothing follows {first:?}"))?;
        if let "name" | "domain" = first {
            let quoted = content.strip_prefix('\'').ok_or_else(|| format!("{content:?} is no address"))?;
            let named = address(quoted)?;
            return Ok(if first == "name" { Value::Name(named) } else { Value::Domain(named) });
        }
        let tag = match hexadecimal(first)?[..] {
            [tag] => tag,
            _ => return Err(format!("{first:?} is no identifier octet")),
        };
        if content != "{" {
            return Ok(Value::Octets(contents(tag, content)?));
        }
        let mut values = Vec::new();
        loop {
            match words.next().ok_or("a brace is not closed")? {
                "}" => return Ok(Value::Constructed(tag, values)),
                word => values.push(Self::read(word, words, address)?),
            }
        }
    }

    pub(crate) fn encode(&self, kind: Kind) -> Vec<u8> {
        match self {
            Value::Octets(octets) => octets.clone(),
            Value::Constructed(tag, values) => {
                constructed(*tag, &values.iter().map(|value| value.encode(kind)).collect::<Vec<_>>())
            }
            Value::Name(address) => address.or_name(kind),
            Value::Domain(address) => address.global_domain(),
        }
    }
}

/// A primitive value.
fn contents(tag: u8, content: &str) -> Result<Vec<u8>, String> {
    if let Some(text) = content.strip_prefix('\'') {
        return Ok(string(tag, text));
    }
    if let Some(digits) = content.strip_prefix("hex:") {
        return Ok(tlv(tag, &hexadecimal(digits)?));
    }
    if let Some(digits) = content.strip_prefix("bits:") {
        let mut octets = vec![0; digits.len().div_ceil(8)];
        for (place, _) in digits.match_indices('1') {
            octets[place / 8] |= 0x80 >> (place % 8);
        }
        return Ok(bits(tag, &octets));
    }
    if content == "-" {
        return Ok(tlv(tag, &[]));
    }
    if content.contains('.') && content.split('.').all(|arc| arc.parse::<u64>().is_ok()) {
        return Ok(retagged(tag, oid(content)));
    }
    content.parse().map(|number| integer(tag, number)).map_err(|_| format!("{content:?} is no contents"))
}

/// The words of a value. A text in apostrophes keeps the first of them as its mark.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('\'') {
            Some(quoted) => quoted.find('\'').ok_or("an apostrophe is not closed")? + 1,
            None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        words.push(rest[..end].to_owned());
        rest = rest[end..].strip_prefix('\'').unwrap_or(&rest[end..]).trim_start();
    }
    Ok(words)
}
