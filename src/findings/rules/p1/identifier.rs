//! MTS identifiers (MPDU identifiers in 1984) and the domains in them and in traces.

use super::{
    Certainty, Check, Collector, Draft, Message, Rule, Scene, Scope, Severity, draft, key, named, oddity,
    quoting, same_domain, says, trace_element,
};
use crate::layers::note::Note;
use crate::layers::p1_oddities::Oddity;

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "p1-mts-identifier-trace-mismatch",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the identifier and the first trace element name different domains",
        why: "The domain where a message begins makes its identifier and the first element of its trace. Exchange \
              compares them and may not accept the message. Loop \
              detection that looks for the own domain in the trace does not find it.",
        told_by: "Country, administration domain and private domain of the identifier against those of the first trace \
                  element. Case, and a blank, zero or absent administration domain, make no difference.",
        remedy: "Set the global domain identifier of the originating MTA to one value: in Exchange Specify GDI or GDI \
                 from site addressing on the Advanced tab of the X.400 connector, the same as in the site addressing.",
        references: &["X.411 clauses 12.2.1.1.1.1 and 12.2.1.1.1.3", "KB Q159566", "KB Q164838"],
        check: Check::Message(trace_mismatch),
    },
    Rule {
        id: "p1-mtsid-missing-gdi",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "an identifier without its domain",
        why: "The local identifier is unique in its domain only. Without the global-domain-identifier the receiver \
              cannot read the identifier; it returns the message or drops it.",
        told_by: "The message, probe or report identifier has no global-domain-identifier element.",
        remedy: "Correct the gateway that made it: the Exchange Internet Mail Service did so where the site address had \
                 its keys C=, A=, P= in capitals (Q253619).",
        references: &["X.411 figure 2", "KB Q253619"],
        check: Check::Note(without_domain),
    },
    Rule {
        id: "p1-mtsid-delimiter-char",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a delimiter in an identifier",
        why: "The string form of an identifier sets its parts apart by / and ;. Where one of these, or a quotation mark, \
              is part of a value, message tracking and programs that take the string apart go wrong. On the wire it is \
              allowed.",
        told_by: "The octet of / ; or \" in the administration domain, the private domain or the local identifier.",
        remedy: "None is needed for the transfer. In message tracking, compare the parts of the identifier one by \
                 one instead of the string.",
        references: &["X.411 figure 2", "KB Q192115", "KB Q218962"],
        check: Check::Note(delimiter),
    },
    Rule {
        id: "p1-gdi-empty-prmd",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a private domain without characters",
        why: "An absent private domain is left out; X.411 has at least one character where it is sent. Exchange accepts \
              the message in its MTA and the information store refuses it: it is lost or comes back.",
        told_by: "A private-domain-identifier of length 0 in an identifier, a trace or another global domain identifier.",
        remedy: "Correct the MTA or gateway that wrote the domain: give it a private domain name or let it leave the \
                 element out.",
        references: &["X.411 annex B (ub-domain-name-length)", "KB Q155682", "KB Q176952", "KB Q176194"],
        check: Check::Note(empty_private_domain),
    },
    Rule {
        id: "p1-admd-numeric",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "an administration domain as NumericString",
        why: "Both string types are allowed, a single blank included. Exchange without the correction of Q168136 takes it \
              wrongly outside of O/R addresses.",
        told_by: "The administration domain of an identifier, a trace or bilateral information has the tag of \
                  NumericString.",
        remedy: "None is needed. Where Exchange takes part, see that it has the correction of Q168136, or let the \
                 other MTA send PrintableString.",
        references: &["X.411 figure 2", "KB Q168136", "KB Q168140"],
        check: Check::Note(numeric_administration_domain),
    },
];

fn trace_mismatch(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let id = &message.apdu.id.domain;
    let Some(first) = message.apdu.trace.first() else { return };
    if !message.known || id.is_empty() || first.domain.is_empty() || same_domain(id, &first.domain) {
        return;
    }
    let quote = trace_element(first);
    let draft = Draft { key: key(&format!("{id}{}", first.domain)), ..quoting(rule, quote) };
    out.raise_on(message, draft, || {
        format!(
            "The identifier of {} is of the domain {id}, the first element of its trace of {}. Both are made where the \
             message begins and have to be the same.",
            named(message),
            first.domain
        )
    });
}

fn without_domain(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::IdentifierWithoutDomain) {
        out.raise(draft(note, rule, None), scene, || {
            format!(
                "{}the MTS identifier has no global-domain-identifier, which is mandatory: nothing tells which domain \
                 its local identifier is of.",
                says(note)
            )
        });
    }
}

fn delimiter(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(Oddity::IdentifierDelimiter(octet)) = oddity(note) else { return };
    out.raise(draft(note, rule, None), &scene.once_in(Scope::Hosts), || {
        format!(
            "{}{} of an MTS identifier ({}) contains {}, a delimiter of its string form. The transfer is right; message \
             tracking of Exchange takes the string apart wrongly.",
            says(note),
            note.field.label,
            note.field.name,
            char::from(octet)
        )
    });
}

fn empty_private_domain(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::EmptyPrivateDomain) {
        out.raise(draft(note, rule, Some(0)), scene, || {
            format!(
                "{}a global domain identifier has a private domain without characters (length 0). One that is not there \
                 has to be left out; Exchange does not deliver such a message.",
                says(note)
            )
        });
    }
}

fn numeric_administration_domain(
    note: &Note<'_>,
    scene: &Scene<'_>,
    rule: &'static Rule,
    out: &mut Collector,
) {
    if oddity(note) == Some(Oddity::NumericAdministrationDomain) {
        out.raise(draft(note, rule, None), &scene.once_in(Scope::Hosts), || {
            format!(
                "{}the administration domain of a domain identifier is a NumericString. That is allowed; Exchange \
                 without the correction of Q168136 reads it wrongly there.",
                says(note)
            )
        });
    }
}
