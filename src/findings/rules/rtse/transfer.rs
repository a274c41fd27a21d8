//! Transfers that do not come to a good end, and turns that are not given (X.228 clause 8).

use super::{
    Again, Case, Certainty, Check, Collector, Draft, Rule, Scene, Scope, Severity, explained,
    has_newer_elements, key, span, there,
};
use crate::analysis::{Breach, Message, Outcome, Phase};
use crate::layers::session::{self, SpduKind};
use crate::layers::stack::{Content, Pdu};

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "rtse-window-exceeded",
        severity: Severity::Warning,
        certainty: Certainty::Strong,
        title: "more checkpoints are unacknowledged than the window allows",
        why: "The window bounds what the receiver has to be ready to take without having secured it. A receiver may abort, \
              or lose its place and confirm the wrong checkpoint.",
        told_by: "The last checkpoint sent is further ahead of the last one acknowledged than the windowSize of the RTOAC. \
                  By exactly one it is a note: some stacks look at the window before the next segment and not before the \
                  checkpoint, and receivers take it.",
        remedy: "The sender's RTSE is at fault. A window of 1 at both ends (in Exchange Window size on the Override \
                 tab) shows whether that is the cause.",
        references: &["X.228 (ISO 9066-2) clause 8.2.1", "KB Q194685"],
        check: Check::Several(&[Check::Breach(window), Check::End(window_aborted)]),
    },
    Rule {
        id: "rtse-segment-exceeds-checkpoint-size",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a segment is larger than the checkpoint size",
        why: "The checkpoint size that was agreed bounds the octets between two checkpoints. Receivers whose buffers are \
              made for it abort or fail.",
        told_by: "One S-DATA carries more octets of the transferred value than the checkpointSize of the RTOAC times 1024. \
                  The headers around them do not count; a size of 0 sets no bound.",
        remedy: "The sender's RTSE is at fault. Agree on a size that both ends keep to: in Exchange Checkpoint size on the \
                 Override tab.",
        references: &["X.228 (ISO 9066-2) clauses 7.2.1 and 8.2.1", "KB Q246302"],
        check: Check::Several(&[Check::Breach(segment), Check::End(segment_aborted)]),
    },
    Rule {
        id: "rtse-activity-interrupted",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the sender interrupts a transfer",
        why: "The transfer stops and is to be resumed behind its last acknowledged checkpoint, in this association or \
              another. Until then the message is not transferred.",
        told_by: "An ACTIVITY INTERRUPT, with its reason. Where the receiver reported an exception before, that is the \
                  cause.",
        remedy: "See whether the activity is resumed (ACTIVITY RESUME) and the message comes through. If not, the log of \
                 the end that the reason points to has the cause.",
        references: &["X.225 (ISO 8327) clause 7.26", "X.228 (ISO 9066-2) clause 8.3"],
        check: Check::Pdu(interrupted),
    },
    Rule {
        id: "rtse-activity-discarded",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the sender discards a transfer",
        why: "The receiver drops what it has; the message is not transferred. The sender tries again or returns it.",
        told_by: "An ACTIVITY DISCARD, with its reason. Where the receiver reported an exception before, that is the \
                  cause.",
        remedy: "The sender's log has the cause: its own time-out for the transfer (in Exchange the transfer timeouts on the \
                 Override tab), or trouble with the message. A line that is slow for the size of the message needs longer \
                 time-outs.",
        references: &["X.225 (ISO 8327) clause 7.27", "X.228 (ISO 9066-2) clause 8.3"],
        check: Check::Pdu(discarded),
    },
    Rule {
        id: "rtse-transfer-cut-off",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the association ended in the middle of a transfer",
        why: "Only the acknowledgement of the ACTIVITY END moves the responsibility for a message. Without it the sender \
              keeps the message and sends it again; if the receiver had secured it before, it arrives twice.",
        told_by: "The association was aborted or disconnected inside an activity, or before its end was acknowledged. What \
                  ended the association is told by itself, and this is its consequence.",
        remedy: "Find out why the association ended. Then look whether the message was sent again, and came through once.",
        references: &["X.228 (ISO 9066-2) clause 8.2.1", "KB Q152897"],
        check: Check::Association(cut_off),
    },
    Rule {
        id: "rtse-retransmission-loop",
        severity: Severity::Error,
        certainty: Certainty::Strong,
        title: "the same message is sent again and again without success",
        why: "A message that fails each time (a poison message) blocks the queue behind it: the sender does not give up \
              until its retries or the message's time run out, and ends the association each time.",
        told_by: "Three or more transfers of one MTS identifier between the same hosts were begun and not acknowledged, with \
                  none in between that was. What the end of the capture cut off does not count.",
        remedy: "Look at how the attempts end: at the same octet speaks for the message, at the same time for a time-out. \
                 Take the message out of the sender's queue (in Exchange: Queues tab of the MTA) and keep a copy for the \
                 vendor of the receiver.",
        references: &["X.228 (ISO 9066-2) clause 8.3", "KB Q159166", "KB Q166402", "KB Q288166"],
        check: Check::Message(retransmission_loop),
    },
    Rule {
        id: "rtse-resume-content-differs",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a resumed transfer sends other octets than before",
        why: "The receiver joins what it has up to the checkpoint to what comes behind it. If the sender encodes the message \
              anew in between, the two parts do not fit, and the message is damaged without anybody noticing.",
        told_by: "Octets behind the checkpoint of an ACTIVITY RESUME, which were sent before the interruption already, have \
                  other values now.",
        remedy: "The sender is at fault: it must keep the octets of a transfer that may be resumed. A Recovery timeout of 0 \
                 (in Exchange on the Override tab) makes it send from the beginning.",
        references: &["X.228 (ISO 9066-2) clause 8.3"],
        check: Check::Message(content_differs),
    },
    Rule {
        id: "rtse-turn-not-given",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the turn is asked for and never given",
        why: "In a two-way alternate association the side without the turn can only ask for it. If it is never given, \
              messages wait on that side until it opens an association of its own. Two ends that both think the other \
              has the turn wait for good.",
        told_by: "PLEASE TOKENS without a GIVE TOKENS or GIVE TOKENS CONFIRM behind it until the end of the association, which \
                  comes more than 5 seconds later; or for more than 60 seconds when the capture ends first. Requests \
                  that are met late are no fault.",
        remedy: "Set the association to monologue at both ends (in Exchange Two-way alternate on the Advanced tab of the \
                 X.400 connector): each side then opens associations of its own. Restarting the MTAs frees two that wait \
                 for each other.",
        references: &["X.228 (ISO 9066-2) clauses 8.4 and 8.5", "X.225 (ISO 8327) clause 7.13", "KB Q166594"],
        check: Check::Association(turn),
    },
];

fn window(breach: &Breach, pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Breach::Window { serial, .. } = *breach else { return };
    let Content::Spdu { spdu, tsdu, .. } = pdu.content else { return };
    let at = session::find(tsdu.bytes(), spdu, session::SERIAL_NUMBER);
    let octets = at.map_or(pdu.octets, |at| tsdu.slice(at.start as usize, at.end as usize));
    let draft = Draft {
        side: Some(pdu.side),
        key: breach.is_habit().into(),
        severity: if breach.is_habit() { Severity::Note } else { rule.severity },
        evidence: Some(("ses.serial_number", octets, Some(serial.into()))),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        let habit = ", one more than allowed. Some stacks do that always, and receivers take it";
        let habit = if breach.is_habit() { habit } else { "" };
        format!("The {} {}{habit}.", pdu.side.word(), too_much(breach))
    });
}

fn segment(breach: &Breach, pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Breach::Segment { .. } = *breach else { return };
    let draft = Draft {
        side: Some(pdu.side),
        evidence: Some(("ses.type", pdu.octets.slice(0, 1), Some(SpduKind::DataTransfer.code().into()))),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || format!("The {} {}.", pdu.side.word(), too_much(breach)));
}

/// What a sender did too much of, in words.
fn too_much(breach: &Breach) -> String {
    match *breach {
        Breach::Window { unacknowledged, window, serial } => format!(
            "sets checkpoint {serial} when {} is the last one acknowledged: {unacknowledged} wait where the window is \
             {window}",
            serial.saturating_sub(unacknowledged)
        ),
        Breach::Segment { octets, limit } => {
            format!("sends a segment of {octets} octets; the checkpoint size that was agreed allows {limit}")
        }
        _ => String::new(),
    }
}

fn window_aborted(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    aborted_over(case, rule, out, |breach| matches!(breach, Breach::Window { .. }));
}

fn segment_aborted(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    aborted_over(case, rule, out, |breach| matches!(breach, Breach::Segment { .. }));
}

/// The other side aborts after a sender did too much: what was a warning has led to the end.
fn aborted_over(
    case: &Case<'_>,
    rule: &'static Rule,
    out: &mut Collector,
    concerns: impl Fn(&Breach) -> bool,
) {
    let Some((breach, side, now)) = case.association.dialogue.first_breach.as_deref().copied() else {
        return;
    };
    let aborted = case.ending.by_spdu(SpduKind::Abort).is_some() && case.ending.side != side;
    if !aborted || !concerns(&breach) {
        return;
    }
    let draft =
        Draft { side: Some(side), severity: Severity::Error, again: Again::Amends, ..Draft::new(rule) };
    out.raise(draft, &there(case), || {
        format!(
            "The {} {} (frame {}). The {} then aborts the association: {}.",
            side.word(),
            too_much(&breach),
            now.frame,
            side.other().word(),
            case.association.reason().unwrap_or("no reason given")
        )
    });
}

/// The reason of an SPDU in words.
fn reason(code: Option<u8>) -> String {
    match code {
        Some(code) => format!("{} ({code})", session::exception_reason(code)),
        None => "no reason given".to_owned(),
    }
}

/// A finding on the interruption or discarding of an activity.
fn given_up(
    kind: SpduKind,
    [what, then]: [&str; 2],
    pdu: &Pdu<'_>,
    scene: &Scene<'_>,
    rule: &'static Rule,
    out: &mut Collector,
) {
    let (Content::Spdu { spdu, tsdu, .. }, Some(association)) = (pdu.content, scene.association) else {
        return;
    };
    if spdu.kind != kind || !association.is_reliable() {
        return;
    }
    let evidence = match session::find(tsdu.bytes(), spdu, session::REASON_CODE) {
        Some(at) => {
            ("ses.reason_code", tsdu.slice(at.start as usize, at.end as usize), spdu.reason.map(i64::from))
        }
        None => ("ses.type", pdu.octets.slice(0, 1), Some(kind.code().into())),
    };
    let draft = Draft {
        side: Some(pdu.side),
        evidence: Some(evidence),
        symptom: association.dialogue.exception.is_some() || explained(association, out),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        let behind = match association.dialogue.activities.serials {
            (Some(0), _) => " before the first checkpoint".to_owned(),
            (Some(sent), Some(acknowledged)) => {
                format!(" behind checkpoint {sent}, with {acknowledged} as the last one acknowledged")
            }
            _ => String::new(),
        };
        format!("The {} {what} a transfer{behind}: {}.{then}", pdu.side.word(), reason(spdu.reason))
    });
}

fn interrupted(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    given_up(SpduKind::ActivityInterrupt, ["interrupts", ""], pdu, scene, rule, out);
}

fn discarded(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = ["discards", " The receiver drops what it has of it."];
    given_up(SpduKind::ActivityDiscard, words, pdu, scene, rule, out);
}

fn cut_off(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let association = case.association;
    let ended = matches!(association.outcome, Outcome::Aborted | Outcome::Disconnected);
    let (true, Some((phase, sender))) = (ended && association.is_reliable(), association.dialogue.cut_off())
    else {
        return;
    };
    let draft = Draft { side: Some(sender), key: phase as u64, symptom: true, ..Draft::new(rule) };
    out.raise(draft, &case.scene(), || match phase {
        Phase::Ending => format!(
            "The association ended after the {} had sent its transfer to the end and before the ACTIVITY END was \
             acknowledged: it still answers for the message and will send it again. If the other side had secured it, it \
             arrives twice.",
            sender.word()
        ),
        _ => {
            let behind = match association.dialogue.activities.serials {
                (Some(0), _) => " before the first checkpoint".to_owned(),
                (Some(sent), Some(acknowledged)) => {
                    format!(" behind checkpoint {sent}, with {acknowledged} as the last one acknowledged")
                }
                _ => String::new(),
            };
            format!(
                "The association ended in the middle of a transfer of the {}{behind}: the message is still with it, to be \
                 resumed or sent again.",
                sender.word()
            )
        }
    });
}

/// So many failures make a loop.
const FAILURES: u32 = 3;

fn retransmission_loop(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let Some(first) = message.first_failure.filter(|_| message.failures >= FAILURES) else { return };
    let draft = Draft {
        key: key(&message.apdu.id.to_string()),
        again: Again::Grows,
        symptom: message.associations.iter().any(|number| has_newer_elements(*number, out)),
        ..Draft::new(rule)
    };
    out.raise_on(message, draft, || {
        format!(
            "The transfer of {} was begun {} times, first in frame {first}, and none was acknowledged; the last one ended: \
             {}. A message that fails each time blocks those behind it.",
            message.apdu.id,
            message.failures,
            message.status.name()
        )
    });
}

fn content_differs(message: &Message, rule: &'static Rule, out: &mut Collector) {
    if !message.differs {
        return;
    }
    out.raise_on(message, Draft::new(rule), || {
        let id = if message.known { message.apdu.id.to_string() } else { "a value".to_owned() };
        format!(
            "The transfer of {id} was resumed behind a checkpoint, and the octets sent again are others than before: what \
             the receiver joins together is damaged."
        )
    });
}

/// How long a request for the turn may stay without an answer when the association ends, in nanoseconds: what crosses
/// the end on its way is answered by it.
const PATIENCE: i64 = 5_000_000_000;
/// The same when the capture ends first.
const LONG_PATIENCE: i64 = 60_000_000_000;

fn turn(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let association = case.association;
    let Some(wanted) = association.dialogue.wanted.as_deref().filter(|_| association.is_reliable()) else {
        return;
    };
    // What was not captured may have been the answer.
    if association.missing_octets > 0 || association.octets.contains(&0) {
        return;
    }
    let waited = case.ending.now.time.0.saturating_sub(wanted.now.time.0);
    let patience = if association.outcome == Outcome::Open { LONG_PATIENCE } else { PATIENCE };
    if waited < patience {
        return;
    }
    let draft = Draft {
        side: Some(wanted.side),
        evidence: Some(("ses.type", wanted.quote.octets(), Some(SpduKind::PleaseTokens.code().into()))),
        ..Draft::new(rule)
    };
    let scene = Scene::new(wanted.now, Some(association)).once_in(Scope::Hosts);
    out.raise(draft, &scene, || {
        let priority = wanted.priority.map_or(String::new(), |priority| format!(" (priority {priority})"));
        let end = match association.outcome {
            Outcome::Open => "the capture ends".to_owned(),
            outcome => format!("the association is {}", outcome.name()),
        };
        format!(
            "The {} asks for the turn{priority}, and the {} never gives it: {} later {end}. Messages wait on the {}'s side.",
            wanted.side.word(),
            wanted.side.other().word(),
            span(waited),
            wanted.side.word()
        )
    });
}
