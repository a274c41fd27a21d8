//! O/R addresses and domain identifiers as strings: RFC 2156 clause 4.1, the one form that is used everywhere.

use std::fmt;

/// How many attributes, and how many domain-defined ones, are kept of one address. X.411 has two dozen kinds, and allows
/// four organizational units and four domain-defined attributes.
const ATTRIBUTES: usize = 64;

/// How many octets the values of an address have, usually.
const USUAL: usize = 48;

/// An attribute of an O/R address. Their order is that of the string, from the particular to the general.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Attribute {
    DomainDefined,
    CommonName,
    NumericUserIdentifier,
    TerminalIdentifier,
    NetworkAddress,
    TerminalType,
    Postal(&'static str),
    GenerationQualifier,
    Initials,
    GivenName,
    Surname,
    OrganizationalUnit,
    Organization,
    PrivateDomain,
    AdministrationDomain,
    Country,
}

impl Attribute {
    /// The key in the string form.
    pub const fn key(self) -> &'static str {
        match self {
            Attribute::DomainDefined => "DD.",
            Attribute::CommonName => "CN",
            Attribute::NumericUserIdentifier => "UA-ID",
            Attribute::TerminalIdentifier => "T-ID",
            Attribute::NetworkAddress => "X121",
            Attribute::TerminalType => "NET-TTYPE",
            Attribute::Postal(key) => key,
            Attribute::GenerationQualifier => "GQ",
            Attribute::Initials => "I",
            Attribute::GivenName => "G",
            Attribute::Surname => "S",
            Attribute::OrganizationalUnit => "OU",
            Attribute::Organization => "O",
            Attribute::PrivateDomain => "PRMD",
            Attribute::AdministrationDomain => "ADMD",
            Attribute::Country => "C",
        }
    }
}

/// An O/R address as it is collected, or the global domain identifier that shares its last attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OrAddress {
    /// The values of the attributes, one behind the other: recipients are many, and have many short ones.
    values: String,
    /// The attributes, each with where its value ends.
    attributes: Vec<(Attribute, u32)>,
    /// Domain-defined attributes: type and value.
    domain_defined: Vec<(String, String)>,
}

impl OrAddress {
    /// Adds an attribute. Of two forms of the same one (printable and teletex) the first counts; organizational
    /// units are several. Says whether there was room for it.
    pub fn add(&mut self, attribute: Attribute, value: &str) -> bool {
        let several = attribute == Attribute::OrganizationalUnit;
        if self.attributes.len() >= ATTRIBUTES {
            return false;
        }
        if several || !self.attributes.iter().any(|(known, _)| *known == attribute) {
            if self.attributes.is_empty() {
                self.values.reserve(USUAL);
            }
            self.values.push_str(value);
            self.attributes.push((attribute, self.values.len() as u32));
        }
        true
    }

    /// An attribute and its value.
    fn attribute(&self, index: usize) -> Option<(Attribute, &str)> {
        let start = index.checked_sub(1).and_then(|before| self.attributes.get(before)).map_or(0, |at| at.1);
        let (attribute, end) = *self.attributes.get(index)?;
        Some((attribute, self.values.get(start as usize..end as usize)?))
    }

    /// Begins a domain-defined attribute with its type; its value comes next. Says whether there was room for it.
    pub fn begin_domain_defined(&mut self, kind: String) -> bool {
        let room = self.domain_defined.len() < ATTRIBUTES;
        if room {
            self.domain_defined.push((kind, String::new()));
        }
        room
    }

    /// How much memory it takes besides itself.
    pub fn footprint(&self) -> usize {
        let pairs: usize =
            self.domain_defined.iter().map(|(kind, value)| kind.capacity() + value.capacity()).sum();
        self.values.capacity()
            + pairs
            + self.attributes.capacity() * size_of::<(Attribute, u32)>()
            + self.domain_defined.capacity() * size_of::<(String, String)>()
    }

    /// Ends the domain-defined attribute that was begun.
    pub fn end_domain_defined(&mut self, value: String) {
        if let Some((_, last)) = self.domain_defined.last_mut() {
            *last = value;
        }
    }

    /// Whether it has no attribute.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.domain_defined.is_empty()
    }

    /// The domain-defined attributes: type and value.
    pub fn domain_defined(&self) -> impl Iterator<Item = (&str, &str)> {
        self.domain_defined.iter().map(|(kind, value)| (kind.as_str(), value.as_str()))
    }

    /// The value of an attribute.
    pub fn get(&self, attribute: Attribute) -> Option<&str> {
        let index = self.attributes.iter().position(|(known, _)| *known == attribute)?;
        self.attribute(index).map(|(_, value)| value)
    }
}

impl fmt::Display for OrAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, value) in &self.domain_defined {
            // A registered type stands as a key by itself.
            let prefix =
                if kind.eq_ignore_ascii_case("RFC-822") { "" } else { Attribute::DomainDefined.key() };
            write!(f, "/{prefix}{}={}", Escaped(kind), Escaped(value))?;
        }
        // Units are sent most significant first; the string goes the other way. The sort is stable.
        let mut order = [0u8; ATTRIBUTES];
        let order = &mut order[..self.attributes.len().min(ATTRIBUTES)];
        order.iter_mut().rev().zip(0..).for_each(|(place, index)| *place = index);
        order.sort_by_key(|index| self.attributes.get(usize::from(*index)).map(|(attribute, _)| *attribute));
        for (attribute, value) in order.iter().filter_map(|index| self.attribute(usize::from(*index))) {
            f.write_str("/")?;
            f.write_str(attribute.key())?;
            f.write_str("=")?;
            Escaped(value).fmt(f)?;
        }
        if self.is_empty() { Ok(()) } else { f.write_str("/") }
    }
}

/// A label or value: `$` stands before a character that would end it (RFC 2156 4.1).
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.bytes().position(|octet| matches!(octet, b'/' | b'=' | b'$')) {
            let (before, behind) = rest.split_at(at);
            let (delimiter, behind) = behind.split_at(1);
            f.write_str(before)?;
            f.write_str("$")?;
            f.write_str(delimiter)?;
            rest = behind;
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_stand_from_the_particular_to_the_general() {
        let mut address = OrAddress::default();
        for (attribute, value) in [
            (Attribute::Country, "DE"),
            (Attribute::AdministrationDomain, "BMAIL"),
            (Attribute::PrivateDomain, "BETA"),
            (Attribute::Organization, "Werk"),
            (Attribute::Surname, "Meier"),
            (Attribute::GivenName, "Hans"),
            (Attribute::Initials, "H"),
            (Attribute::GenerationQualifier, "Jr"),
            (Attribute::OrganizationalUnit, "Einkauf"),
            (Attribute::OrganizationalUnit, "Lager"),
        ] {
            address.add(attribute, value);
        }
        assert_eq!(
            address.to_string(),
            "/GQ=Jr/I=H/G=Hans/S=Meier/OU=Lager/OU=Einkauf/O=Werk/PRMD=BETA/ADMD=BMAIL/C=DE/"
        );
    }

    #[test]
    fn domain_defined_attributes_have_their_type_as_key() {
        let mut address = OrAddress::default();
        address.begin_domain_defined("RFC-822".to_owned());
        address.end_domain_defined("hans(a)werk.de".to_owned());
        address.begin_domain_defined("X".to_owned());
        address.end_domain_defined("y/z".to_owned());
        address.add(Attribute::AdministrationDomain, " ");
        assert_eq!(address.to_string(), "/RFC-822=hans(a)werk.de/DD.X=y$/z/ADMD= /");
    }
}
