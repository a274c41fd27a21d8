//! O/R addresses and domain identifiers as strings: RFC 2156 clause 4.1, the one form that is used everywhere.

use std::fmt;

/// How many attributes, and how many domain-defined ones, are kept of one address. X.411 has two dozen kinds, and allows
/// four organizational units and four domain-defined attributes.
const ATTRIBUTES: usize = 64;

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
    attributes: Vec<(Attribute, String)>,
    /// Domain-defined attributes: type and value.
    domain_defined: Vec<(String, String)>,
}

impl OrAddress {
    /// Adds an attribute. Of two forms of the same one (printable and teletex) the first counts; organizational
    /// units are several.
    pub fn add(&mut self, attribute: Attribute, value: String) {
        let several = attribute == Attribute::OrganizationalUnit;
        if self.attributes.len() >= ATTRIBUTES {
            return;
        }
        if several || !self.attributes.iter().any(|(known, _)| *known == attribute) {
            self.attributes.push((attribute, value));
        }
    }

    /// Begins a domain-defined attribute with its type; its value comes next.
    pub fn begin_domain_defined(&mut self, kind: String) {
        if self.domain_defined.len() < ATTRIBUTES {
            self.domain_defined.push((kind, String::new()));
        }
    }

    /// How much memory it takes besides itself.
    pub fn footprint(&self) -> usize {
        let attributes: usize = self.attributes.iter().map(|(_, value)| value.capacity()).sum();
        let pairs: usize =
            self.domain_defined.iter().map(|(kind, value)| kind.capacity() + value.capacity()).sum();
        attributes
            + pairs
            + self.attributes.capacity() * size_of::<(Attribute, String)>()
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
        self.attributes.iter().find(|(known, _)| *known == attribute).map(|(_, value)| value.as_str())
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
        let mut attributes: Vec<&(Attribute, String)> = self.attributes.iter().rev().collect();
        attributes.sort_by_key(|(attribute, _)| *attribute);
        for (attribute, value) in attributes {
            write!(f, "/{}={}", attribute.key(), Escaped(value))?;
        }
        if self.is_empty() { Ok(()) } else { f.write_str("/") }
    }
}

/// A label or value: `$` stands before a character that would end it (RFC 2156 4.1).
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if matches!(c, '/' | '=' | '$') {
                f.write_str("$")?;
            }
            write!(f, "{c}")?;
        }
        Ok(())
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
            address.add(attribute, value.to_owned());
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
        address.add(Attribute::AdministrationDomain, " ".to_owned());
        assert_eq!(address.to_string(), "/RFC-822=hans(a)werk.de/DD.X=y$/z/ADMD= /");
    }
}
