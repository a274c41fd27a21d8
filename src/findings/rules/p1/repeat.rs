//! An identifier that is transferred more than once: a message that goes round, comes again, or is another one.

use super::{Certainty, Check, Collector, Draft, Message, Rule, Severity, id_of, key, named_first, quoting};
use crate::analysis::{Again, Repeat};

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "p1-mts-identifier-duplicate",
        severity: Severity::Error,
        certainty: Certainty::Strong,
        title: "two messages have one identifier",
        why: "An MTS identifier stands for one message for ever. An MTA that knows the identifier takes the second \
              message for a copy of the first and drops it or mixes the two up; a report on one is taken for the \
              other's.",
        told_by: "Two transfers of one identifier that came the same way (the same domains in their traces) differ in \
                  content or originator, or one is a message and one a probe or report. Conversions, redirections and \
                  distribution lists on the way are left out, and so are transfers that were not seen whole.",
        remedy: "The MTA where the messages began makes its identifiers from the time in seconds, or was set back to \
                 an old state: see that its clock does not jump, and install the correction (for Exchange and the MS \
                 Mail gateway Q126304, Q152897).",
        references: &["X.411 clause 12.2.1.1.1.1", "KB Q126304", "KB Q152897"],
        check: Check::Message(duplicate),
    },
    Rule {
        id: "p1-trace-rerouted-bounce",
        severity: Severity::Warning,
        certainty: Certainty::Strong,
        title: "a rerouted message comes back to the host that sent it",
        why: "A domain that could not go on chose another route, and that route leads back. Each turn adds trace, until \
              loop detection ends it with a non-delivery report (diagnostic 3, loop-detected).",
        told_by: "A message goes to a host that had sent the same identifier before, for the same recipient, and an \
                  element of its trace says rerouted. Where a list was expanded or the message was redirected on the \
                  way, it is not a loop.",
        remedy: "Compare the routes of both domains for this recipient: each takes the other for the next hop. In \
                 Exchange look at the address space and the cost of the X.400 connectors and recalculate routing.",
        references: &["X.411 clauses 12.2.1.1.1.3 and 14.3", "KB Q164836"],
        check: Check::Message(bounced),
    },
    Rule {
        id: "p1-duplicate-relay",
        severity: Severity::Warning,
        certainty: Certainty::Strong,
        title: "a message comes back, or is relayed a second time",
        why: "The message goes to and fro between MTAs that each take the other for the next hop. It ends as a \
              non-delivery report with loop-detected, unable-to-downgrade or after the largest number of transfers.",
        told_by: "A message goes to a host that had sent the same identifier before, or between the same hosts again \
                  with a longer trace, for the same recipient. The next hop of a relayed message is another host, and \
                  is left out; so are lists and redirections.",
        remedy: "Compare the routes of both domains for this recipient: a common case is a custom recipient or address \
                 space (C=*) that points to the other side, which has none for it.",
        references: &["X.411 clause 14.3", "KB Q177862", "KB Q262124", "KB Q230498"],
        check: Check::Message(relayed),
    },
    Rule {
        id: "p1-mtsid-retransmitted",
        severity: Severity::Warning,
        certainty: Certainty::Strong,
        title: "a message that was transferred is sent again",
        why: "The transfer was complete and acknowledged, so the receiver is responsible for the message. Sent again, it \
              is delivered twice unless the receiver remembers the identifier.",
        told_by: "The same identifier, content and recipients between the same hosts, after the activity of the first \
                  transfer was acknowledged: in another association (warning) or in the same one (note). A second attempt \
                  after an interruption is as it should be.",
        remedy: "The sender did not take the message out of its queue: look for a restart of the MTA between the two \
                 transfers (Q198958), or a queue restored from a backup.",
        references: &["X.228 clause 8.3", "KB Q198958", "KB Q238189"],
        check: Check::Message(sent_again),
    },
];

/// A repeat of one of these kinds.
fn repeat(message: &Message, kinds: &[Again]) -> Option<Repeat> {
    message.repeat.filter(|repeat| kinds.contains(&repeat.again))
}

fn is_rerouted(message: &Message) -> bool {
    message.apdu.trace.iter().any(|element| element.action == Some(1))
}

/// Whether the message was given to others on the way: then it may well come back.
fn is_passed_on(message: &Message) -> bool {
    message.apdu.trace.iter().any(|element| element.other_actions)
}

fn about<'a>(message: &'a Message, rule: &'static Rule) -> Draft<'a> {
    Draft { key: key(&message.apdu.id.to_string()), ..quoting(rule, id_of(message)) }
}

fn duplicate(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let Some(repeat) = repeat(message, &[Again::Other]) else { return };
    out.raise_on(message, about(message, rule), || {
        format!(
            "{} has the identifier of another one, whose transfer ended in frame {}: they came the same way and differ in \
             kind, originator or content. A receiver takes the second for a copy of the first and may drop it.",
            named_first(message),
            repeat.frame
        )
    });
}

fn bounced(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let Some(repeat) = repeat(message, &[Again::Returned]) else { return };
    if is_rerouted(message) && !is_passed_on(message) {
        out.raise_on(message, about(message, rule), || {
            format!(
                "{} was rerouted and goes back to {}, which had sent it (frame {}): it is on its way in a loop.",
                named_first(message),
                message.to.address,
                repeat.frame
            )
        });
    }
}

fn relayed(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let Some(repeat) = repeat(message, &[Again::Returned, Again::Relayed]) else { return };
    // The same loop has a rule that says more.
    let told = repeat.again == Again::Returned && is_rerouted(message);
    if told || is_passed_on(message) || super::trace::loops(message).is_some() {
        return;
    }
    out.raise_on(message, about(message, rule), || match repeat.again {
        Again::Returned => format!(
            "{} goes back to {}, which had sent it (frame {}), for the same recipient: it is on its way in a loop.",
            named_first(message),
            message.to.address,
            repeat.frame
        ),
        _ => format!(
            "{} is relayed to {} a second time (first in frame {}), and its trace has grown in between: it went round in \
             a loop.",
            named_first(message),
            message.to.address,
            repeat.frame
        ),
    });
}

fn sent_again(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let Some(repeat) = repeat(message, &[Again::Sent]) else { return };
    let here = message.associations.last() == Some(&repeat.association);
    let severity = if here { Severity::Note } else { rule.severity };
    out.raise_on(message, Draft { severity, ..about(message, rule) }, || {
        format!(
            "{} is sent to {} again. It was transferred before and acknowledged (A{}, frame {}), so the receiver may \
             deliver it twice.",
            named_first(message),
            message.to.address,
            repeat.association,
            repeat.frame
        )
    });
}
