//! What reports say was not delivered, and why: one finding for each report.

use super::non_delivery_words::{advice, is_reason};
use super::time::{first_arrival, second};
use super::{Certainty, Check, Collector, Draft, Message, Rule, Severity, key, named_first, quoting};
use crate::findings::rules::or_name;
use crate::layers::p1::{ApduKind, Recipient, ReportType};
use crate::layers::p1_words;

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "ndr-reason-code-invalid",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a non-delivery reason that is no reason",
        why: "The receiver of the report cannot tell why the message was not delivered. Strict ones report a syntax error \
              and do not take the report, so the originator does not learn of the non-delivery.",
        told_by: "non-delivery-reason-code is not 0 to 8, or its INTEGER has more octets than it needs: a product was \
                  seen to send -1 in three octets.",
        remedy: "Correct the MTA that made the report: the domain of the report's identifier names it (Q230288).",
        references: &["X.411 figure 2 (NonDeliveryReasonCode)", "X.690 clause 8.3.2", "KB Q230288"],
        check: Check::Message(invalid),
    },
    Rule {
        id: "ndr-loop-detected",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "not delivered: the message went round in a loop",
        why: "A domain or MTA found itself in the trace of the message and returned it.",
        told_by: "The diagnostic of all recipients that were not reached is 3, loop-detected.",
        remedy: "Compare the routes of the domains in the trace of the message: two of them take each other for the way \
                 to this recipient. Common cases: a mailbox or custom recipient that was removed on one side only, an \
                 address space (C=*, or an organizational unit that does not match) that leads back, an internal trace \
                 that leaves its domain (Q169299), and the association limit of nine that is reached (Q278444).",
        references: &[
            "X.411 clauses 12.2.1.3 and 14.3",
            "KB Q176127",
            "KB Q166611",
            "KB Q159301",
            "KB Q185024",
            "KB Q278444",
        ],
        check: Check::Message(looped),
    },
    Rule {
        id: "ndr-content-too-long",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "not delivered: the content is too long",
        why: "An MTA or the recipient does not take messages of this size.",
        told_by: "The diagnostic of all recipients that were not reached is 7, content-too-long.",
        remedy: "Compare the size of the message with the limits on its way: in Exchange Message size on the Limits tab \
                 of the connector, of the MTA and of the recipient. The size on the wire is larger than what the user \
                 sees.",
        references: &["X.411 clause 12.2.1.3", "KB Q165146", "KB Q196663", "KB Q263709"],
        check: Check::Message(too_long),
    },
    Rule {
        id: "ndr-restricted-delivery",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "not delivered: the recipient or a connector does not accept this originator",
        why: "Delivery restrictions turned the message away. Where they hit directory replication (recipients of a \
              directory service agent), the directories of the two sites drift apart.",
        told_by: "The reason for all recipients that were not reached is 5, restricted-delivery.",
        remedy: "Look at the Delivery Restrictions tab of the connector and of the recipient or distribution list in the \
                 reporting domain; let the system attendants and directory service of the other site pass (Q169676).",
        references: &["X.411 clause 12.2.1.3", "KB Q169676", "KB Q241632"],
        check: Check::Message(restricted),
    },
    Rule {
        id: "ndr-mts-congestion",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "not delivered: congestion",
        why: "An MTA had no room or no way for the message. It is rarely too much mail: Exchange reports congestion when \
              its control blocks are used up or no connector can be opened.",
        told_by: "The diagnostic of all recipients that were not reached is 2, mts-congestion.",
        remedy: "In the reporting domain look for event 9156 (no control blocks) and raise the TCP/IP control blocks of \
                 the MTA (Q230497), for connections that cannot be opened (events 9215 and 4283), and for routes to a \
                 server that was removed (Q170478).",
        references: &["X.411 clause 12.2.1.3", "KB Q230497", "KB Q161711", "KB Q170478"],
        check: Check::Message(congested),
    },
    Rule {
        id: "report-non-delivery",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a message was not delivered",
        why: "The report says which recipients did not get the message, and by reason and diagnostic why not.",
        told_by: "A report with non-delivery for at least one recipient. One finding for each report; what it says of \
                  recipients that were reached is left out. Codes with a remedy of their own have a rule of their own, \
                  where all recipients have them.",
        remedy: "The message of the finding has the likely cause and what to do, for each code. The domain of the \
                 report's identifier made the report: the fault is there or behind it.",
        references: &["X.411 clause 12.2.1.3", "X.411 figure 2 (NonDeliveryDiagnosticCode)", "KB Q174175"],
        check: Check::Message(other),
    },
];

/// What a report is told as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Invalid,
    Loop,
    TooLong,
    Restricted,
    Congestion,
    ExpiredAtOnce,
    Other,
}

/// A recipient that was not reached, with its codes.
type Failure<'a> = (&'a Recipient, i64, Option<i64>);

fn failures(message: &Message) -> impl Iterator<Item = Failure<'_>> {
    message.apdu.recipients.iter().filter_map(|recipient| match recipient.report {
        Some(ReportType::NonDelivered { reason, diagnostic }) => Some((recipient, reason, diagnostic)),
        _ => None,
    })
}

/// What a report with non-delivery is told as; none other is.
fn verdict(message: &Message) -> Option<Verdict> {
    if message.apdu.kind != ApduKind::Report || failures(message).next().is_none() {
        return None;
    }
    let all = |test: &dyn Fn(i64, Option<i64>) -> bool| {
        failures(message).all(|(_, reason, diagnostic)| test(reason, diagnostic))
    };
    Some(if message.apdu.reason_padded || !all(&|reason, _| is_reason(reason)) {
        Verdict::Invalid
    } else if all(&|_, diagnostic| diagnostic == Some(3)) {
        Verdict::Loop
    } else if all(&|_, diagnostic| diagnostic == Some(7)) {
        Verdict::TooLong
    } else if all(&|reason, _| reason == 5) {
        Verdict::Restricted
    } else if all(&|_, diagnostic| diagnostic == Some(2)) {
        Verdict::Congestion
    } else if all(&|_, diagnostic| diagnostic == Some(5)) && is_expired_at_once(message) {
        Verdict::ExpiredAtOnce
    } else {
        Verdict::Other
    })
}

/// Whether a message of the years from 2000 was returned in its first hour, though nothing limited its delivery.
fn is_expired_at_once(message: &Message) -> bool {
    /// 2000-01-01, 00:00 UTC.
    const YEAR_2000: i64 = 946_684_800;
    let Some(subject) = message.subject.filter(|subject| !subject.timed) else { return false };
    let (sent, returned) = (subject.arrival.and_then(second), first_arrival(message).and_then(second));
    matches!((sent, returned), (Some(sent), Some(returned)) if sent >= YEAR_2000 && (returned - sent).abs() < 3600)
}

fn invalid(message: &Message, rule: &'static Rule, out: &mut Collector) {
    tell(Verdict::Invalid, message, rule, out);
}

fn looped(message: &Message, rule: &'static Rule, out: &mut Collector) {
    tell(Verdict::Loop, message, rule, out);
}

fn too_long(message: &Message, rule: &'static Rule, out: &mut Collector) {
    tell(Verdict::TooLong, message, rule, out);
}

fn restricted(message: &Message, rule: &'static Rule, out: &mut Collector) {
    tell(Verdict::Restricted, message, rule, out);
}

fn congested(message: &Message, rule: &'static Rule, out: &mut Collector) {
    tell(Verdict::Congestion, message, rule, out);
}

fn other(message: &Message, rule: &'static Rule, out: &mut Collector) {
    tell(Verdict::Other, message, rule, out);
}

/// For the rule on years: the report that only such a fault explains.
pub(super) fn expired_at_once(message: &Message, rule: &'static Rule, out: &mut Collector) {
    tell(Verdict::ExpiredAtOnce, message, rule, out);
}

fn tell(wanted: Verdict, message: &Message, rule: &'static Rule, out: &mut Collector) {
    if verdict(message) != Some(wanted) {
        return;
    }
    let first = failures(message).next();
    let quote = message.apdu.reason_octets.as_ref().map(|octets| ("p1.non_delivery_reason_code", octets));
    let mut draft = Draft { key: key(&message.apdu.id.to_string()), ..quoting(rule, quote) };
    if let (Some((field, octets, _)), Some((_, reason, _))) = (draft.evidence, first) {
        draft.evidence = Some((field, octets, Some(reason)));
    }
    // The address that was sent says more than the answer.
    draft.symptom = wanted == Verdict::Other && or_name::reports::explains(message);
    if wanted == Verdict::ExpiredAtOnce {
        draft.certainty = Certainty::Probable;
    }
    out.raise_on(message, draft, || words(wanted, message));
}

/// How many groups of recipients, and how many recipients of each, a finding names.
const GROUPS: usize = 4;
const NAMED: usize = 3;

fn words(verdict: Verdict, message: &Message) -> String {
    // Recipients with the same codes together, in the order of the report.
    let mut groups: Vec<(i64, Option<i64>, Vec<&Recipient>)> = Vec::new();
    for (recipient, reason, diagnostic) in failures(message) {
        match groups.iter_mut().find(|group| (group.0, group.1) == (reason, diagnostic)) {
            Some(group) => group.2.push(recipient),
            None => groups.push((reason, diagnostic, vec![recipient])),
        }
    }
    let subject = match (&message.apdu.subject, message.subject) {
        (Some(id), Some(seen)) => format!("{id} (transferred in frame {})", seen.frame),
        (Some(id), None) => id.to_string(),
        _ => "its subject".to_owned(),
    };
    let mut text = format!("{} says that {subject} was not delivered to ", named_first(message));
    let more = groups.len().saturating_sub(GROUPS);
    let told: Vec<_> = groups.iter().take(GROUPS).map(|group| group_in_words(group, verdict)).collect();
    text.push_str(&told.join(" And not to "));
    if more > 0 {
        text.push_str(&format!(" Recipients with {more} other codes follow."));
    }
    match verdict {
        Verdict::Invalid => text.push_str(
            " The reason is not one of X.411 in its shortest encoding; strict receivers do not take the report.",
        ),
        Verdict::ExpiredAtOnce => text.push_str(
            " That was within an hour of its submission, and nothing limited its delivery: the reporting MTA seems to \
             take the two digits of its year for 19xx.",
        ),
        _ => {}
    }
    text
}

fn group_in_words(
    (reason, diagnostic, recipients): &(i64, Option<i64>, Vec<&Recipient>),
    verdict: Verdict,
) -> String {
    let mut names: Vec<_> = recipients
        .iter()
        .take(NAMED)
        .map(|recipient| match &recipient.supplementary {
            Some(words) => format!("{} (\"{words}\")", name(recipient)),
            None => name(recipient),
        })
        .collect();
    if recipients.len() > NAMED {
        names.push(format!("{} more", recipients.len() - NAMED));
    }
    let code = match diagnostic {
        Some(code) => format!("diagnostic {code} {}", p1_words::diagnostic(*code)),
        None => "no diagnostic".to_owned(),
    };
    let text = format!("{}: reason {reason} {}, {code}.", names.join(", "), p1_words::reason(*reason));
    if matches!(verdict, Verdict::Invalid | Verdict::ExpiredAtOnce) {
        return text;
    }
    let (cause, remedy) = advice(*reason, *diagnostic);
    format!("{text} Likely cause: {cause}. What to do: {remedy}.")
}

fn name(recipient: &Recipient) -> String {
    match recipient.address.is_empty() {
        true => "a recipient without an O/R address".to_owned(),
        false => recipient.address.to_string(),
    }
}
