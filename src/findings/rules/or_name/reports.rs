//! What becomes of odd addresses on their way: what a report or the next hop's copy shows of them.

use super::{Certainty, Check, Collector, Draft, Note, Odd, Rule, Scene, Severity, not_delivered, subject};
use crate::analysis::{Message, lacks_prmd};
use crate::layers::or_address_oddities::Fault;
use crate::layers::p1::{Recipient, ReportType};

pub(in crate::findings) static RULES: &[Rule] = &[
    Rule {
        id: "orname-missing-prmd",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "there is no PRMD",
        why: "A PRMD is optional, and where users belong to an ADMD there is none. Many MTAs route by it \
              nevertheless: they return the message with invalid-arguments or unrecognised-OR-name, or deliver it \
              to somebody whose address is nearly the same (Q176046).",
        told_by: "An address of the envelope, or the domain in the MTS identifier, has an ADMD and no PRMD: a note, \
                  once for an association. An empty PRMD is a warning: X.411 has at least one character. It is an \
                  error when a report returns such a message with invalid-arguments (11), and a warning with \
                  unrecognised-OR-name (0), unless another recipient without PRMD was delivered to. Terminals' \
                  addresses, which need no domain, are left out.",
        remedy: "In Exchange, enter the PRMD (p) in Site Addressing, and in the addresses of custom recipients and \
                 the address spaces of the connector. Ask the other side which PRMD it routes by.",
        references: &["X.402 clause 18.5", "KB Q166866", "KB Q134951", "KB Q176046"],
        check: Check::Several(&[Check::Note(missing), Check::Message(returned)]),
    },
    Rule {
        id: "orname-dda-type-rewritten",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a relay changed the type of a domain-defined attribute",
        why: "An address is its recipient's: a relay passes it on as it is. One that makes SMTP of RFC-822, as \
              Exchange Server 5.5 SP3 does, sends it past every gateway that knows the type of RFC 2156 only.",
        told_by: "The same message, by its MTS identifier, was transferred twice in this capture, and the same \
                  recipient has RFC-822 in one and SMTP in the other.",
        remedy: "Apply the fix that the article names to the Exchange MTA that relays, or let the gateway behind it \
                 accept both types.",
        references: &["RFC 2156 clause 4.1", "KB Q245585"],
        check: Check::Message(rewritten),
    },
    Rule {
        id: "p2-orname-missing-x121",
        severity: Severity::Note,
        certainty: Certainty::Strong,
        title: "a recipient has an X.121 address in the envelope and none in the heading",
        why: "The heading need not repeat the envelope. Some systems return such a message nevertheless, with \
              invalid-arguments.",
        told_by: "A recipient-name of the envelope has an X.121 address, and a recipient of the heading has the same \
                  attributes but for that one.",
        remedy: "Nothing is wrong by itself. If the message comes back with invalid-arguments (11), let the sender \
                 write the whole address into the heading too.",
        references: &["X.402 clause 18.5", "KB Q156722"],
        check: Check::Note(x121),
    },
];

/// unrecognised-OR-name and invalid-arguments (X.411 figure 2).
const UNRECOGNISED: i64 = 0;
const INVALID_ARGUMENTS: i64 = 11;

fn missing(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| matches!(fault, Fault::NoPrmd | Fault::EmptyPrmd)) else { return };
    let empty = odd.oddity.fault == Fault::EmptyPrmd;
    let draft = Draft {
        side: Some(note.side),
        key: u64::from(empty),
        evidence: Some((note.field.name, note.octets, None)),
        severity: if empty { Severity::Warning } else { rule.severity },
        mark: Some(if empty { "the PRMD is empty" } else { rule.title }),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        if empty {
            format!(
                "The private-domain-name (PRMD) in {} is empty. It may be left out, but has at least one character \
                 (X.411); Exchange Server returns messages with such names.",
                odd.owner()
            )
        } else {
            format!(
                "There is no private-domain-name (PRMD) in {}. It is optional; an MTA that routes by it returns \
                 such a message.",
                odd.owner()
            )
        }
    });
}

/// What of a message that a report returns lacks a PRMD.
struct Lack {
    severity: Severity,
    diagnosis: &'static str,
    whose: &'static str,
}

/// Whether a missing PRMD explains that a message was not delivered to a recipient.
fn lack(report: &Message, recipient: &Recipient, diagnostic: Option<i64>) -> Option<Lack> {
    let earlier = report.earlier.subject.as_ref();
    let known = |number: &i64| earlier.is_some_and(|known| known.without_prmd.contains(number));
    let lacks = lacks_prmd(&recipient.address) || recipient.number.as_ref().is_some_and(known);
    let sender =
        earlier.is_some_and(|known| known.originator_without_prmd) || lacks_prmd(&report.apdu.originator);
    let domain = earlier.is_some_and(|known| known.domain_without_prmd);
    let whose = match (lacks, sender, domain) {
        (true, true, _) => "The recipient's address and the originator's have",
        (true, false, _) => "The recipient's address has",
        (false, true, _) => "The originator's address has",
        (false, false, true) => "The domain in the message's identifier has",
        (false, false, false) => return None,
    };
    // Others without a PRMD were delivered to: an unknown user is an unknown user.
    let delivered = || {
        report.apdu.recipients.iter().any(|recipient| {
            matches!(recipient.report, Some(ReportType::Delivered(_))) && lacks_prmd(&recipient.address)
        })
    };
    let (severity, diagnosis) = match diagnostic {
        Some(INVALID_ARGUMENTS) => (Severity::Error, "invalid-arguments (11)"),
        Some(UNRECOGNISED) if lacks && !delivered() => (Severity::Warning, "unrecognised-OR-name (0)"),
        _ => return None,
    };
    Some(Lack { severity, diagnosis, whose })
}

/// Whether a missing PRMD explains all that a report says was not delivered.
pub(in super::super) fn explains(report: &Message) -> bool {
    let mut failed = not_delivered(report).peekable();
    failed.peek().is_some()
        && failed.all(|(recipient, diagnostic)| lack(report, recipient, diagnostic).is_some())
}

/// A report returns a message whose addresses lack a PRMD.
fn returned(report: &Message, rule: &'static Rule, out: &mut Collector) {
    for (recipient, diagnostic) in not_delivered(report) {
        let Some(Lack { severity, diagnosis, whose }) = lack(report, recipient, diagnostic) else { continue };
        let draft = Draft { severity, certainty: Certainty::Probable, key: 2, ..Draft::new(rule) };
        out.raise_on(report, draft, || {
            let earlier = report.earlier.subject.as_ref();
            let sent = earlier.map_or(String::new(), |known| format!(" (transferred in frame {})", known.frame));
            format!(
                "The message {}{sent} was not delivered to {}: {diagnosis}. {whose} no private-domain-name (PRMD), \
                 which is optional, but which the MTA that answers probably routes by.",
                subject(report),
                recipient.address
            )
        });
    }
}

fn rewritten(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let Some(before) = &message.earlier.copy else { return };
    for recipient in &message.apdu.recipients {
        let types = || recipient.address.domain_defined().map(|(kind, _)| kind);
        let known = before.internet.iter().find(|(number, _)| Some(*number) == recipient.number);
        let now = types().find(|kind| {
            let other = match known {
                Some((_, true)) => "RFC-822",
                Some((_, false)) => "SMTP",
                None => return false,
            };
            kind.eq_ignore_ascii_case(other)
        });
        let (Some(now), Some((_, smtp))) = (now, known) else { continue };
        let was = if *smtp { "SMTP" } else { "RFC-822" };
        if types().any(|kind| kind.eq_ignore_ascii_case(was)) {
            continue;
        }
        out.raise_on(message, Draft::new(rule), || {
            format!(
                "The recipient {} of the message {} had the domain-defined attribute {was} when the message was \
                 transferred in frame {}; here it has {now}. A relay in between changed the address (Exchange \
                 Server 5.5 SP3: Q245585).",
                recipient.address, message.apdu.id, before.frame
            )
        });
    }
}

fn x121(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::X121Missing) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        "A recipient of the envelope has an X.121 address, and the heading names the same recipient without it. Some \
         systems return such a message with invalid-arguments (Q156722)."
            .to_owned()
    });
}
