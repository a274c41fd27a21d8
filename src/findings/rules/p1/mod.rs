//! The message transfer protocol (X.411, X.419): envelopes, identifiers, traces, and reports.

pub(super) mod encoding;
pub(super) mod envelope;
pub(super) mod identifier;
pub(super) mod non_delivery;
mod non_delivery_words;
pub(super) mod recipient;
pub(super) mod repeat;
pub(super) mod report;
pub(super) mod time;
pub(super) mod trace;

use super::{Certainty, Check, Collector, Draft, Rule, Scene, Scope, Severity, key};
use crate::analysis::Message;
use crate::capture::Quote;
use crate::findings::Evidence;
use crate::layers::note::{Note, What};
use crate::layers::or_address::{Attribute, OrAddress};
use crate::layers::p1::{ApduKind, TraceElement};
use crate::layers::p1_oddities::Oddity;

/// The oddity of an MTS-APDU that was noted, if it is one.
fn oddity(note: &Note<'_>) -> Option<Oddity> {
    match note.what {
        What::P1(oddity) => Some(oddity),
        _ => None,
    }
}

/// A draft with the octets that an oddity was noted on.
fn draft<'a>(note: &Note<'a>, rule: &'static Rule, value: Option<i64>) -> Draft<'a> {
    let shown = if note.field.secret { 0 } else { Evidence::MOST };
    let octets = note.octets.slice(0, shown);
    Draft { side: Some(note.side), evidence: Some((note.field.name, octets, value)), ..Draft::new(rule) }
}

/// A draft with octets that a message has kept.
fn quoting<'a>(rule: &'static Rule, quote: Option<(&'static str, &'a Quote)>) -> Draft<'a> {
    let evidence = quote.map(|(field, quote)| (field, quote.octets(), None));
    Draft { evidence, ..Draft::new(rule) }
}

/// The identifier of a message, probe or report, as it was sent.
fn id_of(message: &Message) -> Option<(&'static str, &Quote)> {
    let field = match message.apdu.kind {
        ApduKind::Message => "p1.message_identifier",
        ApduKind::Probe => "p1.probe_identifier",
        ApduKind::Report => "p1.report_identifier",
    };
    Some((field, message.apdu.id_octets.as_ref()?))
}

/// A trace element, as it was sent.
fn trace_element(element: &TraceElement) -> Option<(&'static str, &Quote)> {
    Some(("p1.TraceInformationElement", element.octets.as_ref()?))
}

/// A message, probe or report in words.
fn named(message: &Message) -> String {
    format!("the {} {}", message.apdu.kind.name(), message.apdu.id)
}

/// The same at the beginning of a sentence.
fn named_first(message: &Message) -> String {
    named(message).replacen('t', "T", 1)
}

/// The beginning of a sentence that an MTA says something.
fn says(note: &Note<'_>) -> String {
    format!("In what the {} transfers, ", note.side.word())
}

/// Whether two global domain identifiers are of one domain. Case tells nothing, and a country without administration
/// domains writes a blank, a zero or nothing (X.402 18.3.1).
fn same_domain(one: &OrAddress, other: &OrAddress) -> bool {
    if one == other {
        return true;
    }
    let same = |attribute| {
        let value = |domain: &OrAddress| {
            let value = domain.get(attribute).unwrap_or_default().trim().to_ascii_lowercase();
            match (attribute, value.as_str()) {
                (Attribute::AdministrationDomain, "0") => String::new(),
                _ => value,
            }
        };
        value(one) == value(other)
    };
    same(Attribute::Country) && same(Attribute::AdministrationDomain) && same(Attribute::PrivateDomain)
}
