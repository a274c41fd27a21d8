//! Session connections that are refused or aborted (X.225 clauses 7.4, 7.8 and 7.9).

use super::{
    Again, Case, Certainty, Check, Collector, Draft, Rule, Scene, Scope, Severity, explained, on_end,
    selector,
};
use crate::analysis::{Phase, State};
use crate::layers::session::{self, Spdu, SpduKind};
use crate::layers::stack::{Content, Pdu};

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "session-version-mismatch",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the two ends have no session protocol version in common",
        why: "The caller offers the versions it can speak and the responder picks one of them. Where they share none, \
              no association comes about. Products of 1984 know version 1 only.",
        told_by: "A REFUSE with reason 132, or an ACCEPT whose version number the CONNECT did not offer. Version 1 is \
                  what an SPDU without version number means.",
        remedy: "Have the caller offer version 1 as well, or version 1 alone for a partner of 1984. User data of more \
                 than 512 octets in the CONNECT need version 2: shorten names and selectors if only version 1 is left.",
        references: &["X.225 (ISO 8327) clauses 7.1.2 and 8.3.5.10"],
        check: Check::Several(&[Check::Pdu(version_accepted), Check::End(version_refused)]),
    },
    Rule {
        id: "session-exception-report",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the receiver reports an exception",
        why: "The receiver of a transfer, or its session layer, is in trouble and takes no more data. The sender has to \
              interrupt or discard the activity or to abort; the message is sent again later, in part or as a whole.",
        told_by: "An EXCEPTION DATA (by the receiving RTSE or its user, with a reason) or an EXCEPTION REPORT (by the \
                  session layer). It is an error where the sender then discards the activity or the association is \
                  aborted.",
        remedy: "Look at the receiver's log for that time: storage, a queue that is full, a message that it cannot \
                 decode. If the same message meets it each time, the message is the cause.",
        references: &[
            "X.225 (ISO 8327) clauses 7.21 and 7.22",
            "X.228 (ISO 9066-2) clause 8.3",
            "KB Q225206",
        ],
        check: Check::Several(&[Check::Pdu(exception), Check::End(exception_aborted)]),
    },
    Rule {
        id: "session-refused",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the session layer of the responder refuses the connection",
        why: "The transport connection came about, and the CONNECT was refused before any layer above had a say. No \
              message passes, and every retry without a change meets the same answer.",
        told_by: "A REFUSE SPDU without a PDU of a higher layer. Reasons 129 and 130 name the session selector; 0, 1, \
                  2 without user data and 133 stand for anything: mode, functional units and the layers above come \
                  into question. The T-selector was right, or the answer would be a DR.",
        remedy: "For 129 and 130 correct the S selector of the called end in the caller's configuration (in Exchange \
                 on the Stack tab); X.410 modes go without one. For 131 and 1 wait and look at the load of the \
                 responder. Else compare the MTA conformance of both ends.",
        references: &["X.225 (ISO 8327) clause 8.3.5.10", "KB Q152877", "KB Q166308"],
        check: Check::End(refused),
    },
    Rule {
        id: "session-aborted",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the session connection is aborted",
        why: "An abort ends the association at once. What was being transferred is lost and has to be sent again.",
        told_by: "An ABORT SPDU in which no higher layer gives a cause. The session layer aborts for a protocol error \
                  of the other side as it sees it, or for one of its own; the user of the session aborts without a \
                  word where its version of the protocol leaves no room for one. What breaks the protocol visibly has \
                  a rule of its own, and the abort is then its consequence.",
        remedy: "After a protocol error look at the SPDU in front of the abort. Else the log of the end that aborted \
                 has the cause.",
        references: &["X.225 (ISO 8327) clauses 7.8, 7.9 and 8.3.9", "KB Q225206", "KB Q152877"],
        check: Check::End(aborted),
    },
];

fn version_accepted(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Content::Spdu { spdu, tsdu, .. } = pdu.content else { return };
    let (SpduKind::Accept, None, Some(association)) = (spdu.kind, spdu.missing, scene.association) else {
        return;
    };
    let (Some(offered), Some(accepted)) =
        (association.session.version.offered, association.session.version.accepted)
    else {
        return;
    };
    // Reserved bits are ignored (X.225 8.3.1.7).
    if accepted & 3 & offered != 0 {
        return;
    }
    let at = session::find(tsdu.bytes(), spdu, session::VERSION_NUMBER);
    let octets = at.map_or(pdu.octets, |at| tsdu.slice(at.start as usize, at.end as usize));
    let evidence = Some(("ses.version.flags", octets, Some(i64::from(accepted))));
    out.raise(Draft { side: Some(pdu.side), evidence, ..Draft::new(rule) }, scene, || {
        format!(
            "The responder accepts the session with {} where the initiator offered {}: the two ends do not agree on the \
             session protocol version.",
            versions(accepted),
            versions(offered)
        )
    });
}

fn version_refused(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some((spdu, _)) = case.ending.by_spdu(SpduKind::Refuse) else { return };
    if spdu.reason != Some(132) {
        return;
    }
    out.raise(on_end(case, rule), &case.scene(), || {
        let offered = case.association.session.version.offered.map_or("versions not captured", versions);
        let has = match spdu.version {
            Some(version) => format!(" It has {}.", versions(version)),
            None => String::new(),
        };
        format!(
            "The responder refuses the session, reason 132: none of the protocol versions that are proposed is \
             supported. The initiator offered {offered}.{has}"
        )
    });
}

fn versions(bits: u8) -> &'static str {
    match bits & 3 {
        1 => "version 1 only",
        2 => "version 2 only",
        3 => "versions 1 and 2",
        _ => "no version at all",
    }
}

fn exception(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let (Content::Spdu { spdu, tsdu, .. }, Some(association)) = (pdu.content, scene.association) else {
        return;
    };
    let Some(exception) = association.dialogue.exception.as_deref() else { return };
    let scene = &scene.once_in(Scope::Hosts);
    let draft = Draft {
        side: Some(exception.side),
        key: kind_of(exception.kind, exception.reason),
        symptom: explained(association, out),
        ..Draft::new(rule)
    };
    match spdu.kind {
        SpduKind::ExceptionData | SpduKind::ExceptionReport if exception.now.frame == scene.now.frame => {
            let at = session::find(tsdu.bytes(), spdu, session::REASON_CODE);
            let octets = at.map_or(pdu.octets, |at| tsdu.slice(at.start as usize, at.end as usize));
            let field = if at.is_some() { "ses.reason_code" } else { "ses.type" };
            // Of users that are not known nobody can say what it means to them.
            let severity = if association.is_reliable() { rule.severity } else { Severity::Note };
            let evidence = Some((field, octets, spdu.reason.map(i64::from)));
            out.raise(Draft { evidence, severity, ..draft }, scene, || {
                format!(
                    "The {} reports {}. It takes no more data of this activity until the sender interrupts or discards \
                     it, or gives up the association.",
                    pdu.side.word(),
                    report(spdu.kind, spdu.reason)
                )
            });
        }
        SpduKind::ActivityDiscard if association.is_reliable() => {
            out.raise(Draft { severity: Severity::Error, again: Again::Amends, ..draft }, scene, || {
                format!(
                    "The {} reports {} (frame {}), and the {} discards the activity: the message was not transferred \
                     in it.",
                    exception.side.word(),
                    report(exception.kind, exception.reason),
                    exception.now.frame,
                    pdu.side.word()
                )
            });
        }
        _ => {}
    }
}

fn exception_aborted(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(exception) = case.association.dialogue.exception.as_deref() else { return };
    let Some((Phase::Active | Phase::Ending, _)) = case.association.dialogue.cut_off() else { return };
    let draft = Draft {
        side: Some(exception.side),
        key: kind_of(exception.kind, exception.reason),
        severity: Severity::Error,
        again: Again::Amends,
        symptom: explained(case.association, out),
        ..Draft::new(rule)
    };
    out.raise(draft, &case.scene(), || {
        format!(
            "The {} reports {} (frame {}) in the middle of a transfer, and the association ends over it: {}. The \
             message was not transferred.",
            exception.side.word(),
            report(exception.kind, exception.reason),
            exception.now.frame,
            case.association.reason().unwrap_or("it is not continued")
        )
    });
}

/// The same exception again is the same finding.
fn kind_of(kind: SpduKind, reason: Option<u8>) -> u64 {
    u64::from(kind.code()) << 16 | reason.map_or(0xFFFF, u64::from)
}

fn report(kind: SpduKind, reason: Option<u8>) -> String {
    match (kind, reason) {
        (SpduKind::ExceptionReport, _) => "an exception of its session layer (EXCEPTION REPORT)".to_owned(),
        (_, Some(reason)) => {
            format!("an exception: {} ({reason}, EXCEPTION DATA)", session::exception_reason(reason))
        }
        (_, None) => "an exception without a reason (EXCEPTION DATA)".to_owned(),
    }
}

fn refused(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some((spdu, upper)) = case.ending.by_spdu(SpduKind::Refuse) else { return };
    let draft = Draft {
        certainty: match spdu.reason {
            Some(129..=132 | 134) => Certainty::Certain,
            _ => Certainty::Probable,
        },
        symptom: explained(case.association, out),
        ..on_end(case, rule)
    };
    out.raise(draft, &case.scene(), || {
        let mut words = match spdu.reason {
            Some(reason) => {
                format!("The responder refuses the session, reason {reason}: {}.", session::refuse_reason(reason))
            }
            None => "The responder refuses the session without a reason.".to_owned(),
        };
        words.push_str(&match spdu.reason {
            Some(129 | 130) => format!(
                " The CONNECT calls the S selector {}: it is wrong in the caller's configuration, or nothing is \
                 started behind it.",
                selector(case.association.session.called_selector.as_deref())
            ),
            Some(2) if upper.ppdu.is_none() => {
                " There are no user data behind the reason: the CONNECT was refused before a layer above answered it."
                    .to_owned()
            }
            Some(2) => " The PDU behind it gives no reason.".to_owned(),
            Some(131) => " It may pass: the same CONNECT can be accepted later.".to_owned(),
            Some(134) => " Something in the CONNECT exceeds what the responder can do.".to_owned(),
            Some(0 | 1 | 133) | None => " The reason is a general one and names no cause.".to_owned(),
            _ => String::new(),
        });
        words
    });
}

/// How far things were when an association was aborted.
fn place(case: &Case<'_>) -> &'static str {
    match (case.ending.state, case.association.dialogue.cut_off()) {
        (State::SessionRequested, _) => " in place of an answer to the CONNECT",
        (_, Some((Phase::Ending, _))) => " before the end of a transfer was acknowledged",
        (_, Some(_)) => " in the middle of a transfer",
        (State::ReleaseRequested, _) => " in place of an answer to the FINISH",
        (State::Open, None) => " while nothing was being transferred",
        _ => "",
    }
}

fn aborted(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some((spdu, _)) = case.ending.by_spdu(SpduKind::Abort) else { return };
    let bits = spdu.transport_disconnect.unwrap_or(0);
    let user = bits & 0x02 != 0;
    let idle = case.ending.state == State::Open && case.association.dialogue.cut_off().is_none();
    let draft = Draft {
        // Nothing is lost where nothing was under way.
        severity: if user && idle { Severity::Warning } else { rule.severity },
        certainty: if user { Certainty::Probable } else { rule.certainty },
        symptom: explained(case.association, out),
        ..on_end(case, rule)
    };
    out.raise(draft, &case.scene(), || {
        let who = case.ending.side.word();
        let mut words = match bits & 0x1E {
            bits if bits & 0x02 != 0 => {
                format!("The user of the session at the {who} aborts{} and gives no cause.", place(case))
            }
            bits if bits & 0x04 != 0 => format!(
                "The session layer of the {who} aborts{} for a protocol error: it takes what the other side sent for \
                 invalid.",
                place(case)
            ),
            bits if bits & 0x10 != 0 => {
                format!("The session layer of the {who} aborts{}: implementation restriction.", place(case))
            }
            _ => format!("The session layer of the {who} aborts{} and gives no reason.", place(case)),
        };
        words.push_str(&reflected(spdu));
        words
    });
}

/// What an ABORT says of the SPDU in error.
fn reflected(spdu: &Spdu) -> String {
    match spdu.reflected {
        Some(at) => format!(" It reflects {} octets of the SPDU in error.", at.len()),
        None => String::new(),
    }
}
