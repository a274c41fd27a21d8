//! What is odd about O/R names: noticed while the walker goes through them (X.402 clause 18, X.411 figure 2).
//!
//! The addresses in the content that a report or a notification brings back are not looked at: whoever sends it
//! back did not write them.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::note::What;
use super::notices::Notices;
use super::p1::integer;
use super::schemas::Pick;
use crate::capture::{Octets, Quote};
use crate::tree::{Damage, DamageKind, Field};

/// Something odd about an O/R name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// What it is.
    pub fault: Fault,
    /// Whose name it is.
    pub owner: Owner,
    /// How many octets the attribute concerned has, or how many attributes there are, where that is the point.
    pub length: Option<usize>,
}

/// Whose O/R name it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Owner {
    /// originator-name of a message or probe.
    Originator,
    /// recipient-name of a message or probe.
    Recipient,
    /// report-destination-name.
    ReportDestination,
    /// actual-recipient-name of a report.
    Reported,
    /// A recipient in the heading of an interpersonal message.
    IpmRecipient,
    /// Any other in a content.
    Content,
    /// The domain of the MTS identifier: no O/R name, but made of the same attributes.
    Domain,
    /// Any other.
    #[default]
    Other,
}

/// What can be odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// country-name is neither two letters nor three digits.
    CountryLength,
    /// country-name is an X.121 code of three digits.
    CountryNumeric,
    /// administration-domain-name is longer than X.411 allows.
    AdmdTooLong,
    /// Another attribute is longer than X.411 allows.
    TooLong,
    /// There are more than four organizational units.
    TooManyUnits,
    /// private-domain-name is there, and empty.
    EmptyPrmd,
    /// There is no private-domain-name.
    NoPrmd,
    /// Country or ADMD are absent from an address that reports have to find back to.
    MissingMandatory,
    /// A recipient's address that has no form of X.402.
    IncompleteMnemonic,
    /// The address names an organization and nobody in it.
    NoPersonalName,
    /// A PrintableString holds other characters; `underscore`: no others but the underscore.
    NotPrintable {
        /// Whether the underscore is the only one.
        underscore: bool,
    },
    /// Type or value of a domain-defined attribute is empty.
    DdaEmpty,
    /// Type or value of a domain-defined attribute holds characters that a PrintableString does not have.
    DdaNotPrintable,
    /// The parentheses of an escape were escaped once more.
    DdaDoubleEscaped,
    /// A domain-defined attribute of the type MSXENCAP.
    DdaMsxencap,
    /// A domain-defined attribute of the type MSXCX500.
    DdaMsxcx500,
    /// An SMTP address with a local part of exactly 15 characters.
    DdaSmtp15,
    /// A numeric or terminal address with a PRMD.
    NumericWithPrmd,
    /// The address is longer than 1024 characters in its string form.
    Over1024,
    /// A recipient has an X.121 address in the envelope and none in the heading.
    X121Missing,
    /// The O/R name consists of a directory name.
    DirectoryNameOnly,
    /// A directory name holds braces in a TeletexString, or a name of more than 64 characters.
    DirectoryNameInvalid,
    /// A PrintableString in a directory name holds other characters.
    DirectoryNameNotPrintable,
    /// `DDA:` stands in a directory name.
    DirectoryNameContainsDda,
}

/// How often one fault is noticed in one value: a message to a thousand recipients has it a thousand times.
const TIMES: u8 = 16;

/// How much of a domain-defined value in pieces is looked at. More than one may have.
const JOINED: usize = 256;

/// How many recipients with an X.121 address are remembered until the heading has been read.
const TERMINALS: usize = 64;

/// From how many characters on the string form of an address is too long for a store (Q263457).
const LONGEST: usize = 1024;

/// Of the attributes of directory names, the contents octets of id-at commonName, organizationName and
/// organizationalUnitName: at most 64 characters (X.520 annex C).
const SHORT_ATTRIBUTES: [[u8; 3]; 3] = [[0x55, 4, 3], [0x55, 4, 10], [0x55, 4, 11]];
const SHORT_ATTRIBUTE: usize = 64;

/// Attributes that an address has, a bit each.
mod has {
    pub(super) const COUNTRY: u16 = 1;
    pub(super) const ADMD: u16 = 1 << 1;
    pub(super) const PRMD: u16 = 1 << 2;
    pub(super) const ORGANIZATION: u16 = 1 << 3;
    pub(super) const UNIT: u16 = 1 << 4;
    pub(super) const PERSON: u16 = 1 << 5;
    pub(super) const COMMON_NAME: u16 = 1 << 6;
    pub(super) const NUMERIC: u16 = 1 << 7;
    pub(super) const X121: u16 = 1 << 8;
    /// Terminal identifier, extended network address or terminal type.
    pub(super) const TERMINAL: u16 = 1 << 9;
    pub(super) const POSTAL: u16 = 1 << 10;
    pub(super) const DOMAIN_DEFINED: u16 = 1 << 11;
    pub(super) const DIRECTORY_NAME: u16 = 1 << 12;
    /// What says in which domain the address is, not whose it is.
    pub(super) const DOMAIN: u16 = COUNTRY | ADMD | PRMD;
    /// What addresses other than the mnemonic ones have (X.402 18.5).
    pub(super) const OTHER_FORMS: u16 = NUMERIC | X121 | TERMINAL | POSTAL;
}

/// Where in an O/R name the walker is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Region {
    #[default]
    Outside,
    Standard,
    DomainDefined,
    Extension,
    Directory,
}

/// A domain-defined type that is worth a look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Type {
    Smtp,
    #[default]
    Other,
}

/// An O/R name that is being read.
#[derive(Debug, Default)]
struct Name {
    owner: Owner,
    has: u16,
    units: usize,
    /// How many characters the string form has, roughly: postal attributes are not counted.
    length: usize,
    /// Of the attributes but country, ADMD and X.121 address, where recipients are compared; else 0.
    hash: u64,
    /// The standard attributes, where something about the whole may have to be said.
    place: Option<(Field, Quote)>,
}

/// Goes through O/R names.
#[derive(Debug, Default)]
pub(super) struct Reader {
    name: Option<Name>,
    /// Whose name comes next.
    owner: Owner,
    region: Region,
    /// How deep in interpersonal messages and notifications.
    depth: u32,
    /// How deep in contents that were sent back.
    returned: u32,
    /// A string in pieces, as far as it is kept, and how long it is.
    pieces: Option<(Vec<u8>, usize)>,
    /// How long the string was that was read last.
    length: usize,
    domain_defined_type: Type,
    /// Whether the directory attribute that is being read has at most 64 characters.
    short: bool,
    /// Whether the domain of the MTS identifier was read and has no PRMD so far.
    domain: Option<bool>,
    /// What is left of the addresses of the recipients that have an X.121 address.
    terminals: Vec<u64>,
    /// Whether the octets have ended too early, or do not hold together: nothing can be said of what follows.
    broken: bool,
    times: Times,
}

/// How often each fault was noticed.
#[derive(Debug, Default)]
struct Times(Vec<(Fault, Owner, u8)>);

impl Times {
    fn admit(&mut self, fault: Fault, owner: Owner) -> bool {
        match self.0.iter_mut().find(|(known, whose, _)| (*known, *whose) == (fault, owner)) {
            Some((_, _, times)) => {
                *times = times.saturating_add(1);
                *times <= TIMES
            }
            None => {
                self.0.push((fault, owner, 1));
                true
            }
        }
    }
}

impl Reader {
    pub(super) fn enter(&mut self, pick: Pick, field: Field, element: Octets<'_>, out: &mut Notices) {
        match pick {
            Pick::OriginatorName if self.depth == 0 => self.owner = Owner::Originator,
            Pick::RecipientName if self.depth == 0 => self.owner = Owner::Recipient,
            Pick::ReportDestinationName => self.owner = Owner::ReportDestination,
            Pick::ActualRecipientName => self.owner = Owner::Reported,
            Pick::IpmRecipient => self.owner = Owner::IpmRecipient,
            Pick::Ipm | Pick::Ipn => {
                self.settle(out);
                self.depth += 1;
                self.owner = Owner::Content;
            }
            Pick::ReturnedContent | Pick::ReturnedIpm => self.returned += 1,
            Pick::MessageIdentifier => self.domain = Some(false),
            Pick::StandardAttributes if self.returned == 0 => {
                self.settle(out);
                self.region = Region::Standard;
                self.name = Some(Name { owner: self.owner, ..Name::default() });
            }
            _ if self.name.is_none() => {}
            Pick::DomainDefinedAttributes => self.region = Region::DomainDefined,
            Pick::ExtensionAttributes => self.region = Region::Extension,
            Pick::DirectoryName => {
                self.region = Region::Directory;
                self.give(has::DIRECTORY_NAME);
            }
            Pick::DirectoryValue if self.region == Region::Directory => {
                self.directory_value(field, element, out);
            }
            _ if key_length(pick).is_some() => self.pieces = Some((Vec::new(), 0)),
            _ => {}
        }
    }

    pub(super) fn leave(&mut self, pick: Pick, field: Field, element: Octets<'_>, out: &mut Notices) {
        match pick {
            Pick::OriginatorName
            | Pick::RecipientName
            | Pick::ReportDestinationName
            | Pick::ActualRecipientName
            | Pick::IpmRecipient => {
                self.settle(out);
                self.owner = if self.depth > 0 { Owner::Content } else { Owner::Other };
            }
            Pick::Ipm | Pick::Ipn => {
                self.settle(out);
                self.depth = self.depth.saturating_sub(1);
                self.owner = if self.depth > 0 { Owner::Content } else { Owner::Other };
            }
            Pick::ReturnedContent | Pick::ReturnedIpm => self.returned = self.returned.saturating_sub(1),
            Pick::MessageIdentifier => {
                if self.domain.take() == Some(false) && !self.broken {
                    self.notice(Fault::NoPrmd, Owner::Domain, None, field, element, out);
                }
            }
            Pick::StandardAttributes if self.region == Region::Standard => {
                self.region = Region::Outside;
                self.standard_attributes(field, element);
            }
            Pick::DomainDefinedAttributes | Pick::ExtensionAttributes | Pick::DirectoryName => {
                self.region = Region::Outside;
                if let Some(name) = &mut self.name
                    && name.length > LONGEST
                    && name.place.is_none()
                {
                    name.place = Some((field, Quote::new(element)));
                }
            }
            _ => {
                if let Some((whole, length)) = self.pieces.take() {
                    self.string(pick, field, 0, (&whole, length), element, out);
                }
            }
        }
    }

    #[inline]
    pub(super) fn value(
        &mut self,
        pick: Pick,
        field: Field,
        identifier: u8,
        octets: Octets<'_>,
        out: &mut Notices,
    ) {
        if let (Some(prmd), Pick::PrivateDomainIdentifier) = (&mut self.domain, pick) {
            *prmd = true;
        }
        if self.region != Region::Outside {
            self.value_inside(pick, field, identifier, octets, out);
        }
    }

    /// A primitive element inside an O/R name.
    fn value_inside(
        &mut self,
        pick: Pick,
        field: Field,
        identifier: u8,
        octets: Octets<'_>,
        out: &mut Notices,
    ) {
        let contents = octets.bytes();
        match pick {
            Pick::ExtensionAttributeType => {
                if let Some(attribute) = integer(contents) {
                    self.give(extension(attribute));
                }
            }
            Pick::DirectoryType => self.short = SHORT_ATTRIBUTES.iter().any(|short| contents == short),
            _ => match &mut self.pieces {
                Some((whole, length)) => {
                    let room = JOINED.saturating_sub(whole.len()).min(contents.len());
                    whole.extend_from_slice(contents.get(..room).unwrap_or_default());
                    *length = length.saturating_add(contents.len());
                }
                None => self.string(pick, field, identifier, (contents, contents.len()), octets, out),
            },
        }
    }

    /// What damage in an O/R name means, where that can be said.
    pub(super) fn damage(&mut self, damage: &Damage) -> Option<What<'static>> {
        if damage.kind != DamageKind::OutOfBounds || self.broken {
            self.broken |= matches!(
                damage.kind,
                DamageKind::Truncated
                    | DamageKind::LengthPastParent
                    | DamageKind::BadHeader
                    | DamageKind::NoEndOfContents
            );
            return None;
        }
        let length = self.pieces.as_ref().map_or(self.length, |(_, length)| *length);
        let string = Pick::from_number(damage.field.pick).filter(|pick| key_length(*pick).is_some());
        let (fault, length) = match (self.region, string) {
            (Region::Outside | Region::Directory, _) => return None,
            (_, Some(Pick::Country)) => (Fault::CountryLength, Some(length)),
            (_, Some(Pick::AdministrationDomain)) => (Fault::AdmdTooLong, Some(length)),
            (_, Some(Pick::PrivateDomain)) if length == 0 => (Fault::EmptyPrmd, None),
            (Region::DomainDefined, Some(_)) if length == 0 => (Fault::DdaEmpty, None),
            (_, Some(_)) if length == 0 => return None,
            (_, Some(_)) => (Fault::TooLong, Some(length)),
            (Region::Standard, None) => {
                let units = self.name.as_ref().map_or(0, |name| name.units);
                if units == 0 {
                    return None;
                }
                (Fault::TooManyUnits, Some(units))
            }
            _ => return None,
        };
        let owner = self.name.as_ref().map_or(Owner::Other, |name| name.owner);
        Some(What::Name(Oddity { fault, owner, length }))
    }

    /// Judges the O/R name that was read.
    pub(super) fn settle(&mut self, out: &mut Notices) {
        let Some(name) = self.name.take() else { return };
        self.region = Region::Outside;
        let Name { owner, has, place: Some((field, quote)), .. } = name else { return };
        let mut odd = |fault: Fault, length: Option<usize>| {
            if self.times.admit(fault, owner) {
                out.quoted(What::Name(Oddity { fault, owner, length }), field, quote);
            }
        };
        if name.length > LONGEST {
            odd(Fault::Over1024, Some(name.length));
        }
        if owner == Owner::IpmRecipient {
            if name.hash != 0 && self.terminals.contains(&name.hash) && has & has::X121 == 0 {
                odd(Fault::X121Missing, None);
            }
            return;
        }
        if self.broken || !matches!(owner, Owner::Originator | Owner::Recipient) {
            return;
        }
        if owner == Owner::Recipient && has & has::X121 != 0 && self.terminals.len() < TERMINALS {
            self.terminals.push(name.hash);
        }
        let lacks = |bits: u16| has & bits == 0;
        if has & (has::NUMERIC | has::X121) != 0 && !lacks(has::PRMD) {
            odd(Fault::NumericWithPrmd, None);
        }
        let rest = has & !has::DIRECTORY_NAME;
        if !lacks(has::DIRECTORY_NAME) && rest & !(has::COUNTRY | has::ADMD) == 0 {
            odd(Fault::DirectoryNameOnly, None);
            return;
        }
        // A terminal's address needs neither country nor ADMD (X.402 18.5.4).
        let terminal = !lacks(has::X121 | has::TERMINAL);
        if (lacks(has::COUNTRY) || lacks(has::ADMD)) && !terminal {
            odd(
                if owner == Owner::Originator { Fault::MissingMandatory } else { Fault::IncompleteMnemonic },
                None,
            );
            return;
        }
        if lacks(!(has::COUNTRY | has::ADMD)) {
            odd(Fault::IncompleteMnemonic, None);
        } else if lacks(!(has::DOMAIN | has::ORGANIZATION)) {
            odd(Fault::NoPersonalName, None);
        }
        if lacks(has::PRMD) && !terminal {
            odd(Fault::NoPrmd, None);
        }
    }

    fn give(&mut self, bits: u16) {
        if let Some(name) = &mut self.name {
            name.has |= bits;
        }
    }

    fn notice(
        &mut self,
        fault: Fault,
        owner: Owner,
        length: Option<usize>,
        field: Field,
        octets: Octets<'_>,
        out: &mut Notices,
    ) {
        if !self.broken && self.times.admit(fault, owner) {
            out.notice(What::Name(Oddity { fault, owner, length }), field, octets);
        }
    }

    /// The standard attributes are read: keeps their place where it may be needed.
    fn standard_attributes(&mut self, field: Field, element: Octets<'_>) {
        let sought = !self.terminals.is_empty();
        let Some(name) = &mut self.name else { return };
        let complete = has::DOMAIN | has::PERSON;
        let wanted = match name.owner {
            Owner::Originator | Owner::Recipient => {
                name.has & complete != complete || name.has & has::OTHER_FORMS != 0
            }
            Owner::IpmRecipient => sought,
            _ => false,
        };
        if wanted || name.length > LONGEST {
            name.place = Some((field, Quote::new(element)));
        }
    }

    /// A character string: `contents` as far as they are kept, and how long they are.
    fn string(
        &mut self,
        pick: Pick,
        field: Field,
        identifier: u8,
        (contents, length): (&[u8], usize),
        octets: Octets<'_>,
        out: &mut Notices,
    ) {
        let Some(key) = key_length(pick) else { return };
        self.length = length;
        let region = self.region;
        let Some(name) = &mut self.name else { return };
        let owner = name.owner;
        name.length += key + length;
        name.has |= attribute(pick);
        name.units += usize::from(pick == Pick::OrganizationalUnit);
        // In the envelope, the X.121 address comes before what tells its recipient from others.
        let compared = match owner {
            Owner::Recipient => name.has & has::X121 != 0,
            Owner::IpmRecipient => !self.terminals.is_empty(),
            _ => false,
        };
        if compared && !matches!(pick, Pick::NetworkAddress | Pick::Country | Pick::AdministrationDomain) {
            let mut hasher = FxHasher::default();
            (name.hash, pick as u16, contents).hash(&mut hasher);
            name.hash = hasher.finish();
        }
        if pick == Pick::Country && identifier == 0x12 && length == 3 {
            self.notice(Fault::CountryNumeric, owner, None, field, octets, out);
        }
        // In extension attributes, implicit tags hide TeletexStrings.
        let printable = identifier == 0x13 || region != Region::Extension && identifier != 0x12;
        let others = if printable { not_printable(contents) } else { None };
        if region == Region::DomainDefined {
            if others.is_some() {
                self.notice(Fault::DdaNotPrintable, owner, None, field, octets, out);
            }
            self.domain_defined(pick, owner, contents, field, octets, out);
        } else if let Some(underscore) = others
            && !matches!(pick, Pick::NetworkAddress | Pick::NumericUserIdentifier)
        {
            self.notice(Fault::NotPrintable { underscore }, owner, None, field, octets, out);
        }
    }

    fn domain_defined(
        &mut self,
        pick: Pick,
        owner: Owner,
        contents: &[u8],
        field: Field,
        octets: Octets<'_>,
        out: &mut Notices,
    ) {
        let fault = if pick == Pick::DomainDefinedType {
            let is = |name: &str| contents.eq_ignore_ascii_case(name.as_bytes());
            self.domain_defined_type = if is("SMTP") { Type::Smtp } else { Type::Other };
            match () {
                () if is("MSXENCAP") => Fault::DdaMsxencap,
                () if is("MSXCX500") => Fault::DdaMsxcx500,
                () => return,
            }
        } else if contents.windows(5).any(|window| window == b"(040)" || window == b"(041)") {
            Fault::DdaDoubleEscaped
        } else if self.domain_defined_type == Type::Smtp && local_part(contents) == Some(15) {
            Fault::DdaSmtp15
        } else {
            return;
        };
        self.notice(fault, owner, None, field, octets, out);
    }

    /// The value of an attribute in a directory name, with its header.
    fn directory_value(&mut self, field: Field, element: Octets<'_>, out: &mut Notices) {
        // Longer ones have more than one length octet, and constructed ones are rare.
        let (tag, contents) = match element.bytes() {
            [tag, length @ 0..=0x7F, rest @ ..] => (*tag, rest.get(..usize::from(*length))),
            [tag, 0x81, length, rest @ ..] => (*tag, rest.get(..usize::from(*length))),
            [tag, 0x82, high, low, rest @ ..] => {
                (*tag, rest.get(..usize::from(u16::from_be_bytes([*high, *low]))))
            }
            _ => return,
        };
        let Some(contents) = contents else { return };
        let owner = self.name.as_ref().map_or(Owner::Other, |name| name.owner);
        let braces = tag == 0x14 && contents.iter().any(|octet| matches!(octet, b'{' | b'}'));
        let long = matches!(tag, 0x13 | 0x14) && self.short && contents.len() > SHORT_ATTRIBUTE;
        if braces || long {
            let length = long.then_some(contents.len());
            self.notice(Fault::DirectoryNameInvalid, owner, length, field, element, out);
        }
        if tag == 0x13 && not_printable(contents).is_some() {
            self.notice(Fault::DirectoryNameNotPrintable, owner, None, field, element, out);
        }
        if contents.windows(4).any(|window| window == b"DDA:") {
            self.notice(Fault::DirectoryNameContainsDda, owner, None, field, element, out);
        }
    }
}

/// How many characters key and delimiters of a string attribute take in the string form of an address; `None` for
/// what is none.
fn key_length(pick: Pick) -> Option<usize> {
    Some(match pick {
        Pick::Country
        | Pick::AdministrationDomain
        | Pick::PrivateDomain
        | Pick::Organization
        | Pick::TeletexOrganization
        | Pick::Surname
        | Pick::GivenName
        | Pick::Initials
        | Pick::GenerationQualifier
        // The value of a domain-defined attribute stands behind its type.
        | Pick::DomainDefinedValue => 3,
        Pick::OrganizationalUnit | Pick::TeletexOrganizationalUnit => 5,
        Pick::CommonName | Pick::TeletexCommonName | Pick::DomainDefinedType => 4,
        Pick::NetworkAddress | Pick::TerminalIdentifier | Pick::NumericUserIdentifier => 6,
        Pick::PdsName | Pick::PostalCode | Pick::PhysicalDeliveryCountry => 9,
        _ => return None,
    })
}

/// The attribute that a string is.
fn attribute(pick: Pick) -> u16 {
    match pick {
        Pick::Country => has::COUNTRY,
        Pick::AdministrationDomain => has::ADMD,
        Pick::PrivateDomain => has::PRMD,
        Pick::Organization => has::ORGANIZATION,
        Pick::OrganizationalUnit => has::UNIT,
        Pick::Surname | Pick::GivenName | Pick::Initials | Pick::GenerationQualifier => has::PERSON,
        Pick::NumericUserIdentifier => has::NUMERIC,
        Pick::NetworkAddress => has::X121,
        Pick::TerminalIdentifier => has::TERMINAL,
        Pick::DomainDefinedType => has::DOMAIN_DEFINED,
        // Extension attributes are known by their number.
        _ => 0,
    }
}

/// The attribute that an extension attribute is, by its number (X.411 figure 2).
fn extension(number: i64) -> u16 {
    match number {
        1 | 2 | 24 => has::COMMON_NAME,
        3 | 25 => has::ORGANIZATION,
        4 | 26 => has::PERSON,
        5 | 27 => has::UNIT,
        6 | 28 => has::DOMAIN_DEFINED,
        7..=21 | 29..=40 => has::POSTAL,
        22 | 23 => has::TERMINAL,
        _ => 0,
    }
}

/// The characters of a PrintableString (X.680 41.4).
const PRINTABLE: [bool; 256] = {
    let mut printable = [false; 256];
    let mut octet = 0;
    while octet < printable.len() {
        printable[octet] = matches!(octet as u8, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b' ' | b'\'' | b'('..=b')')
            || matches!(octet as u8, b'+'..=b'/' | b':' | b'=' | b'?');
        octet += 1;
    }
    printable
};

/// Whether octets hold others than the characters of a PrintableString, and if so whether the underscore is the only one.
fn not_printable(contents: &[u8]) -> Option<bool> {
    let other = |octet: &&u8| !PRINTABLE[usize::from(**octet)];
    let first = contents.iter().find(other)?;
    Some(*first == b'_' && contents.iter().filter(other).all(|octet| *octet == b'_'))
}

/// How many characters stand in front of the `@` of an SMTP address in the characters of a PrintableString
/// (RFC 2156 3.4): an escape is one.
fn local_part(contents: &[u8]) -> Option<usize> {
    let (mut rest, mut length) = (contents, 0);
    loop {
        rest = match rest {
            [b'@', ..] | [b'(', b'a' | b'A', b')', ..] => return Some(length),
            [b'(', _, b')', rest @ ..] => rest,
            [b'(', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b')', rest @ ..] => rest,
            [_, rest @ ..] => rest,
            [] => return None,
        };
        length += 1;
    }
}

#[cfg(test)]
mod tests;
