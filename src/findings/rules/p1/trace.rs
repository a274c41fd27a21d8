//! Trace information: the domains that a message has passed, and inside a domain its MTAs.

use super::{
    Certainty, Check, Collector, Draft, Message, Rule, Scene, Scope, Severity, draft, key, named,
    named_first, oddity, quoting, same_domain, says, trace_element,
};
use crate::layers::note::Note;
use crate::layers::p1::TraceElement;
use crate::layers::p1_oddities::Oddity;

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "p1-trace-loop",
        severity: Severity::Error,
        certainty: Certainty::Strong,
        title: "a message passes a domain for the second time",
        why: "The message goes round in a loop: a domain had it, gave it on, got it back and relays it once more. It \
              ends as a non-delivery report (diagnostic 3, loop-detected), or after 512 \
              transfers.",
        told_by: "A domain stands in the trace twice with another one in between, and nothing in the trace since its \
                  first element says rerouted, redirected or list expansion. Two elements of one domain in a row are \
                  that domain's own business.",
        remedy: "The domains between the two elements send the message back: compare their routes for this recipient. \
                 A loop that no MTA stops means that the own domain in the trace is not recognised: compare the global \
                 domain identifier that is set with the one in the trace.",
        references: &["X.411 clauses 12.2.1.1.1.3 and 14.3", "KB Q164838", "KB Q166611", "KB Q185024"],
        check: Check::Message(looped),
    },
    Rule {
        id: "p1-trace-rerouted-repeated",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "one domain has rerouted a message several times in a minute",
        why: "Exchange writes a trace element for each recipient that it reroutes. Other MTAs read the repeated domain \
              as a loop and return the message.",
        told_by: "Elements of one domain with the routing action rerouted, not more than a minute apart.",
        remedy: "Where such a message comes back with loop-detected, see that Exchange has the correction of Q232586.",
        references: &["X.411 clause 12.2.1.1.1.3", "KB Q232586"],
        check: Check::Message(rerouted),
    },
    Rule {
        id: "p1-trace-arrival-time-empty",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "an arrival time without octets",
        why: "The time is mandatory. The MTA of Exchange hangs on such a message (Q248732); others report a syntax error.",
        told_by: "An arrival-time of length 0 in a trace, an internal trace or a report.",
        remedy: "Correct the MTA that wrote the element; the domain beside the time names it. Take the message out of \
                 the queue.",
        references: &["X.411 clause 12.2.1.1.1.3", "KB Q248732"],
        check: Check::Note(empty_time),
    },
    Rule {
        id: "p1-dr-deferred-time-echo",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a report repeats the deferred time",
        why: "deferred-time says when a message that was deferred went on. A report is never deferred; some 1984 \
              systems copy the field from the message, and receivers that are strict do not take the report.",
        told_by: "deferred-time in the trace of a report's own envelope.",
        remedy: "If the report is refused, correct the MTA that made it (Q146143).",
        references: &["X.411 clause 12.2.1.1.1.3", "KB Q146143"],
        check: Check::Note(deferred_report),
    },
    Rule {
        id: "p1-internal-trace-on-1984",
        severity: Severity::Note,
        certainty: Certainty::Strong,
        title: "internal trace as an element outside of X.411-1984",
        why: "The internal trace of the agreements before 1988 (MOTIS, NIST) is an element that X.411-1984 does not \
              have. Receivers that keep to X.411-1984 reject the message.",
        told_by: "An element [APPLICATION 30] in an envelope. The extension 38 of 1988 is something else.",
        remedy: "If the neighbour rejects it, let the sender leave it out: in Exchange bit 0x800 of the connector's \
                 Heuristics attribute (Q177374).",
        references: &["X.411 (1984) clause 3", "KB Q177374"],
        check: Check::Note(old_internal_trace),
    },
    Rule {
        id: "p1-internal-trace-foreign-prmd",
        severity: Severity::Note,
        certainty: Certainty::Strong,
        title: "internal trace leaves its domain",
        why: "Internal trace is for finding loops inside a domain; another one has no use for it. HP OpenMail takes what \
              it finds for a loop and returns messages with diagnostic 3 that it delivered.",
        told_by: "The internal trace names a domain that is not the last one in the trace information, or not that of \
                  the receiver, as far as the receiver was seen to send something before.",
        remedy: "In Exchange specify a global domain identifier for the connector instead of the one from site \
                 addressing (Advanced tab), so that the neighbour counts as another domain (Q169299).",
        references: &["X.411 clause 12.2.1.1.1.4", "KB Q169299"],
        check: Check::Message(foreign_internal_trace),
    },
];

/// Two elements of rerouting that are not further apart belong to one decision.
const ONE_DECISION: i64 = 60;

/// The first element of a domain and the one in which it comes again.
pub(super) fn loops(message: &Message) -> Option<(&TraceElement, &TraceElement)> {
    let trace = &message.apdu.trace;
    let ordinary = |element: &TraceElement| element.action != Some(1) && !element.other_actions;
    trace.iter().enumerate().skip(2).find_map(|(at, later)| {
        let before = trace.get(..at - 1)?;
        let first = before.iter().rposition(|earlier| same_domain(&earlier.domain, &later.domain))?;
        let between = trace.get(first + 1..at)?;
        let loops = !later.domain.is_empty()
            && between.iter().any(|element| !same_domain(&element.domain, &later.domain))
            && trace.get(first..=at)?.iter().all(ordinary);
        loops.then_some((trace.get(first)?, later))
    })
}

fn looped(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let Some((first, later)) = loops(message) else { return };
    let quote = trace_element(later);
    let draft = Draft { key: key(&message.apdu.id.to_string()), ..quoting(rule, quote) };
    out.raise_on(message, draft, || {
        let way: Vec<_> = message.apdu.trace.iter().map(|element| element.domain.to_string()).collect();
        format!(
            "The trace of {} has the domain {} twice (arrival {} and {}): it was there, went on and came back. Its way \
             is {}. It goes round in a loop.",
            named(message),
            later.domain,
            first.arrival_text,
            later.arrival_text,
            shortened(&way)
        )
    });
}

/// A way in words, its middle left out where it is long.
fn shortened(way: &[String]) -> String {
    match way {
        [first @ .., _, _, _, _] if first.len() > 4 => {
            let (head, tail) = (&way[..4], &way[way.len() - 4..]);
            format!("{}, … ({} domains), {}", head.join(", "), way.len(), tail.join(", "))
        }
        _ => way.join(", "),
    }
}

fn rerouted(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let rerouted: Vec<_> = message.apdu.trace.iter().filter(|element| element.action == Some(1)).collect();
    let pair = rerouted.windows(2).find(|pair| match pair {
        [one, other] => {
            same_domain(&one.domain, &other.domain) && seconds_between(one, other) <= Some(ONE_DECISION)
        }
        _ => false,
    });
    let Some([_, later]) = pair else { return };
    let quote = trace_element(later);
    out.raise_on(message, quoting(rule, quote), || {
        format!(
            "The trace of {} has several elements of {} with the routing action rerouted, at {} and within a minute. \
             Exchange writes one for each recipient; other MTAs may take that for a loop.",
            named(message),
            later.domain,
            later.arrival_text
        )
    });
}

fn seconds_between(one: &TraceElement, other: &TraceElement) -> Option<i64> {
    let second = |element: &TraceElement| Some(element.arrival?.timestamp()?.as_second());
    Some((second(other)? - second(one)?).abs())
}

fn empty_time(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::EmptyArrivalTime) {
        out.raise(draft(note, rule, None), scene, || {
            format!(
                "{}an arrival-time has no octets. It is mandatory to have a time there; the MTA of Exchange hangs on such \
                 a message.",
                says(note)
            )
        });
    }
}

fn deferred_report(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::DeferredReport) {
        out.raise(draft(note, rule, None), scene, || {
            format!(
                "{}the trace of a report has a deferred-time, which has a meaning for messages only. A strict receiver \
                 may not take the report.",
                says(note)
            )
        });
    }
}

fn old_internal_trace(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::InternalTraceElement { in_report: false }) {
        out.raise(draft(note, rule, None), &scene.once_in(Scope::Hosts), || {
            format!(
                "{}the envelope has an element [APPLICATION 30], the internal trace of the agreements before 1988. \
                 X.411 does not have it; some receivers of the 1984 kind reject the message.",
                says(note)
            )
        });
    }
}

fn foreign_internal_trace(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let here = message.apdu.trace.last().map(|element| &element.domain);
    let mut domains = message.apdu.internal_trace.iter();
    // What was written elsewhere has crossed a border before; what the receiver is not part of does so now.
    let foreign = domains.find(|(domain, _)| {
        !domain.is_empty()
            && [here, message.receiver.as_ref()]
                .into_iter()
                .flatten()
                .any(|other| !same_domain(domain, other))
    });
    let Some((domain, octets)) = foreign else { return };
    let quote = Some(("p1.InternalTraceInformationElement", octets));
    out.raise_on(message, quoting(rule, quote), || {
        let receiver = match &message.receiver {
            Some(receiver) => format!("; the receiver's domain is {receiver}"),
            None => String::new(),
        };
        format!(
            "{} carries internal trace of the domain {domain} out of that domain{receiver}. It has no use there, and \
             HP OpenMail takes it for a loop.",
            named_first(message)
        )
    });
}
