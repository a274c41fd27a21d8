//! Mail addresses (RFC 5321 4.1.2), and what is wrapped up in them: addresses of other systems in the form of the
//! Internet Mail Connector (`IMCEAtype-value`), and O/R addresses in the form of MIXER (RFC 2156 4.1).

use std::borrow::Cow;

/// An address, `local-part@domain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// The local part, without the quotes of a quoted string.
    pub local: Cow<'a, [u8]>,
    /// The domain; empty where there is none.
    pub domain: &'a [u8],
}

/// What is wrapped up in an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encapsulated<'a> {
    /// An address of another type, as the Internet Mail Connector and Service write it.
    Imcea(Imcea<'a>),
    /// An O/R address, `/S=…/P=…/A=…/C=…/`.
    OrAddress(&'a [u8]),
}

/// `IMCEA`, the address type, `-`, the address: `/` as `_`, characters that mail does not take as `+hh`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imcea<'a> {
    /// `IMCEA` and the address type, as they are written.
    pub prefix: &'a [u8],
    /// The address, as it is written.
    pub value: &'a [u8],
}

/// The address types of Exchange and its gateways.
const TYPES: &[&str] = &[
    "EX", "X400", "X500", "SMTP", "MS", "MSXCHNGE", "MSXCX500", "CCMAIL", "NOTES", "GWISE", "MHS", "PROFS",
    "SNADS", "FAX", "MAPIPDL", "INVALID", "MSFAX", "MSN",
];

impl<'a> Address<'a> {
    /// Reads an address, given without brackets.
    pub fn parse(octets: &'a [u8]) -> Address<'a> {
        let mut quoted = false;
        let mut escaped = false;
        let mut at = None;
        for (index, octet) in octets.iter().enumerate() {
            match octet {
                b'"' if !escaped => quoted = !quoted,
                b'@' if !quoted => at = Some(index),
                _ => {}
            }
            escaped = *octet == b'\\' && !escaped;
        }
        let (local, domain) = match at {
            Some(at) => (&octets[..at], &octets[at + 1..]),
            None => (octets, &octets[octets.len()..]),
        };
        let inner = local.strip_prefix(b"\"").and_then(|local| local.strip_suffix(b"\""));
        let local = match inner {
            Some(inner) if inner.contains(&b'\\') => {
                let mut escaped = false;
                let mut kept = inner.to_vec();
                kept.retain(|octet| {
                    escaped = *octet == b'\\' && !escaped;
                    !escaped
                });
                Cow::Owned(kept)
            }
            Some(inner) => Cow::Borrowed(inner),
            None => Cow::Borrowed(local),
        };
        Address { local, domain: domain.trim_ascii() }
    }

    /// What is wrapped up in it, if anything.
    pub fn encapsulated(&self) -> Option<Encapsulated<'_>> {
        if let Some(imcea) = Imcea::parse(&self.local) {
            return Some(Encapsulated::Imcea(imcea));
        }
        let is_or_address = self.local.first() == Some(&b'/') && self.local.contains(&b'=');
        is_or_address.then_some(Encapsulated::OrAddress(&self.local))
    }
}

impl<'a> Imcea<'a> {
    /// Reads a local part. A prefix in small letters counts where the type is known or the value shows that an address
    /// was wrapped up: somebody may be called so.
    pub fn parse(local: &'a [u8]) -> Option<Imcea<'a>> {
        if !local.get(..5)?.eq_ignore_ascii_case(b"IMCEA") {
            return None;
        }
        let end = 5 + local[5..].iter().take_while(|octet| octet.is_ascii_alphanumeric()).count();
        let value = local[end..].strip_prefix(b"-").filter(|value| !value.is_empty())?;
        let imcea = Imcea { prefix: &local[..end], value };
        let known = TYPES.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(imcea.kind()));
        let wrapped = || value.contains(&b'=') || value.windows(3).any(is_escape);
        (end > 5 && (imcea.prefix.starts_with(b"IMCEA") || known || wrapped())).then_some(imcea)
    }

    /// The address type, as it is written.
    pub fn kind(&self) -> &'a [u8] {
        &self.prefix[self.prefix.len().min(5)..]
    }

    /// Whether it is of this type, in letters of either case.
    pub fn is(&self, kind: &str) -> bool {
        self.kind().eq_ignore_ascii_case(kind.as_bytes())
    }

    /// The first `+` that no two hexadecimal digits follow, with up to two octets behind it.
    pub fn bad_escape(&self) -> Option<&'a [u8]> {
        let mut at = 0;
        while let Some(plus) = self.value[at..].iter().position(|octet| *octet == b'+') {
            at += plus;
            let escape = &self.value[at..self.value.len().min(at + 3)];
            if !is_escape(escape) {
                return Some(escape);
            }
            at += 3;
        }
        None
    }

    /// The address that is wrapped up. What is no escape is left as it is.
    pub fn unwrapped(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.value.len());
        let mut rest = self.value;
        while let Some((&octet, behind)) = rest.split_first() {
            rest = behind;
            match (octet, behind) {
                (b'_', _) => out.push(b'/'),
                (b'+', &[high, low, ref behind @ ..]) if is_escape(&[octet, high, low]) => {
                    let digit = |octet: u8| (octet as char).to_digit(16).unwrap_or(0) as u8;
                    out.push(digit(high) << 4 | digit(low));
                    rest = behind;
                }
                _ => out.push(octet),
            }
        }
        out
    }
}

fn is_escape(octets: &[u8]) -> bool {
    matches!(octets, [b'+', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}
