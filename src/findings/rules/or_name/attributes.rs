//! Single attributes of O/R addresses: their lengths and characters.

use super::{Certainty, Check, Collector, Note, Odd, Rule, Scene, Severity};
use crate::layers::or_address_oddities::Fault;

pub(in crate::findings) static RULES: &[Rule] = &[
    Rule {
        id: "orname-country-length",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the country-name has neither 2 letters nor 3 digits",
        why: "A country-name is a code of two letters (ISO 3166) or of three digits (X.121). An MTA that finds \
              another one cannot route by it. One character hangs the MTA of Exchange Server (Q145986).",
        told_by: "The octets of country-name in an O/R address are counted.",
        remedy: "Correct the address where it is entered or made: in Exchange the Country (c) of the X.400 address \
                 (Site Addressing, recipient, or address space), in a gateway its address mapping.",
        references: &["X.411 figure 2, CountryName", "KB Q145986", "KB Q118861"],
        check: Check::Note(country_length),
    },
    Rule {
        id: "orname-country-numeric",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "the country-name is a code of 3 digits",
        why: "X.411 allows the three digits of X.121 in place of two letters. Exchange Server does not: it takes \
              such an address for one that it has no route to.",
        told_by: "country-name is a NumericString of three characters.",
        remedy: "Nothing is wrong. Towards Exchange Server, use the two letters of ISO 3166 for the same country.",
        references: &["X.411 figure 2, CountryName", "KB Q165059"],
        check: Check::Note(country_numeric),
    },
    Rule {
        id: "orname-admd-too-long",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the ADMD is longer than 16 characters",
        why: "X.411 allows an ADMD 16 characters. In names of the content, Exchange Server gives up the conversion \
              of the whole message (event 210, error 26).",
        told_by: "The octets of administration-domain-name in an O/R address are counted.",
        remedy: "Correct the ADMD (a) of the address where it is entered or made.",
        references: &["X.411 annex B, ub-domain-name-length", "KB Q169860", "KB Q145933"],
        check: Check::Note(admd),
    },
    Rule {
        id: "orname-attr-too-long",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "an attribute of an O/R address is too long",
        why: "Each attribute has a largest length (X.411 annex B). An MTA that keeps to it rejects the address: \
              the message comes back with invalid-arguments or unrecognised-OR-name, or is cut on the way.",
        told_by: "The octets of the attribute are counted: 64 for organization and common name, 40 surname, 32 \
                  organizational unit and numeric user id, 24 terminal id, 16 PRMD, given name and X.121 address, \
                  128 and 8 for value and type of a domain-defined attribute, 5 initials, 3 generation qualifier.",
        remedy: "Shorten the attribute where the address is entered or made.",
        references: &["X.411 annex B", "KB Q145933", "KB Q118563"],
        check: Check::Note(too_long),
    },
    Rule {
        id: "orname-too-many-ou",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "an O/R address has more than 4 organizational units",
        why: "X.411 allows four. An MTA that keeps to it rejects the address, or routes by the first four.",
        told_by: "The elements of organizational-unit-names are counted.",
        remedy: "Leave out units, or put what they say into the organization or common name.",
        references: &["X.411 annex B, ub-organizational-units", "KB Q102747"],
        check: Check::Note(units),
    },
    Rule {
        id: "orname-not-printable",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "an attribute holds characters that a PrintableString does not have",
        why: "A PrintableString has letters, digits, space and ' ( ) + , - . / : = ? only. An MTA that checks \
              rejects the address; one that does not may replace the character, and a reply goes astray.",
        told_by: "An attribute tagged as PrintableString holds other octets. The underscore alone is a note: many \
                  systems send it, and most pass it on.",
        remedy: "Take the character out of the address, or send the attribute as a TeletexString (1988) as well.",
        references: &["X.680 clause 41.4", "KB Q103424", "KB Q108732"],
        check: Check::Note(not_printable),
    },
    Rule {
        id: "orname-over-1024",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "an O/R address is longer than 1024 characters",
        why: "No such address is in sane use. In the string form it does not fit the 1024 characters that the \
              information store of Exchange Server has for it, and the store fails.",
        told_by: "Keys and values of the string form are counted, those of postal attributes left out.",
        remedy: "Find out what made the address: most of it is domain-defined attributes of a gateway.",
        references: &["X.402 annex F", "KB Q263457"],
        check: Check::Note(over_1024),
    },
];

/// The largest length of an attribute (X.411 annex B).
fn bound(field: &str) -> Option<usize> {
    Some(match field {
        "p1.organization_name" | "p1.teletex_organization_name" => 64,
        "p1.common_name" | "p1.teletex_common_name" => 64,
        "p1.surname" => 40,
        "p1.OrganizationalUnitName" | "p1.TeletexOrganizationalUnitName" => 32,
        "p1.numeric_user_identifier" => 32,
        "p1.terminal_identifier" => 24,
        "p1.private_domain_name" | "p1.given_name" | "p1.network_address" => 16,
        "p1.postal_code" | "p1.pds_name" => 16,
        "p1.initials" => 5,
        "p1.generation_qualifier" => 3,
        "p1.type" => 8,
        "p1.value" => 128,
        _ => return None,
    })
}

fn country_length(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::CountryLength) else { return };
    let length = odd.oddity.length.unwrap_or(0);
    odd.raise(rule, rule.severity, scene, out, || {
        let one = if length == 1 { " One character hangs the MTA of Exchange Server (Q145986)." } else { "" };
        format!(
            "The country-name in {} has {length} character{}: X.411 has two letters or three digits, and no MTA can \
             route by anything else.{one}",
            odd.owner(),
            if length == 1 { "" } else { "s" }
        )
    });
}

fn country_numeric(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::CountryNumeric) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "The country-name in {} is the X.121 code {}: X.411 allows it, Exchange Server does not support it.",
            odd.owner(),
            odd.value()
        )
    });
}

fn admd(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::AdmdTooLong) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "The administration-domain-name in {} has {} characters; X.411 allows 16. Exchange Server cannot \
             convert a message with such a name (event 210, error 26), and returns it.",
            odd.owner(),
            odd.oddity.length.unwrap_or(0)
        )
    });
}

fn too_long(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::TooLong) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        let allowed = bound(note.field.name).map_or("fewer".to_owned(), |bound| bound.to_string());
        format!(
            "The attribute {} ({}) in {} has {} characters; X.411 allows {allowed}. An MTA that keeps to the \
             limit rejects the address.",
            note.field.label,
            note.field.name,
            odd.owner(),
            odd.oddity.length.unwrap_or(0)
        )
    });
}

fn units(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::TooManyUnits) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "There are {} organizational units in {}; X.411 allows 4.",
            odd.oddity.length.unwrap_or(0),
            odd.owner()
        )
    });
}

fn not_printable(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| matches!(fault, Fault::NotPrintable { .. })) else { return };
    let underscore = odd.oddity.fault == Fault::NotPrintable { underscore: true };
    let severity = if underscore { Severity::Note } else { rule.severity };
    odd.raise(rule, severity, scene, out, || {
        let what = if underscore {
            "an underscore, which a PrintableString does not have. Most systems pass it on, and strict ones \
             reject the address"
        } else {
            "characters that a PrintableString does not have. An MTA that checks rejects the address"
        };
        format!(
            "The attribute {} in {} is a PrintableString, \"{}\", and holds {what}.",
            note.field.label,
            odd.owner(),
            odd.value()
        )
    });
}

fn over_1024(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::Over1024) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "In its string form, {} has about {} characters. More than 1024 do not fit what the information \
             store of Exchange Server keeps of an address, and it fails (Q263457).",
            odd.owner(),
            odd.oddity.length.unwrap_or(0)
        )
    });
}
