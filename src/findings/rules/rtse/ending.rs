//! Associations that RTSE refuses or aborts (X.228 clauses 7.3, 7.6 and 8.1).

use super::{
    Again, Case, Certainty, Check, Collector, Draft, Rule, Scene, Severity, explained, on_end, there,
};
use crate::analysis::{Attempt, Breach, How, State};
use crate::layers::presentation::Mode;
use crate::layers::rtse::{self, Apdu, ApduKind};
use crate::layers::session::SpduKind;
use crate::layers::stack::{Content, Pdu};

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "rtse-recovery-refused",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the responder does not recover the lost association",
        why: "After a loss the caller asks to go on with the old association. A responder that has forgotten it, or does \
              not know recovery, refuses; the caller has to open a new one and send the message from the beginning. \
              Callers that insist on recovery block the queue instead.",
        told_by: "The RTORQ asks to recover (connection data [1]), and the answer is a refusal, an abort or the end of the \
                  connection. cannotRecover (1) says it outright; what else answers is probable only.",
        remedy: "Nothing to do where the caller opens anew at once and the message passes. Where it does not: raise \
                 the Recovery timeout on the Override tab at the end that forgot (in Exchange 60 s), or set it to 0 \
                 at the caller for a partner that does not know recovery.",
        references: &["X.228 (ISO 9066-2) clauses 7.1.3 and 8.1.4", "KB Q194031", "KB Q194556", "KB Q170007"],
        check: Check::End(recovery),
    },
    Rule {
        id: "rtse-dialogue-mode-refused",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the responder does not accept the dialogue mode",
        why: "Monologue or two-way alternate is set at each end, and the called end insists on its own. No message passes, \
              and every retry is refused alike.",
        told_by: "An RTORJ unacceptableDialogueMode (3) or the bind error of that name; in normal mode some responders \
                  abort with an RTAB localSystemProblem in place of an answer (probable only). dialogueMode in the RTORQ \
                  is what was offered; absent means monologue.",
        remedy: "Set the same at both ends: in Exchange Two-way alternate on the Advanced tab of the X.400 connector; \
                 off is what foreign MTAs and gateways usually need.",
        references: &[
            "X.228 (ISO 9066-2) clause 7.1.3",
            "X.411 clause 12.1.1",
            "KB Q171113",
            "KB Q102750",
            "KB Q140958",
        ],
        check: Check::End(dialogue_mode),
    },
    Rule {
        id: "rtse-refused",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the responder's RTSE or its user refuses the association",
        why: "All layers below understood each other; RTSE or the application behind it does not want the association. \
              No transfer takes place.",
        told_by: "An RTORJ: in X.410 mode with a refuseReason, in normal mode with data of the user. rtsBusy is a warning: \
                  it passes.",
        remedy: "rtsBusy: allow more associations at the called end, or open fewer at a time. validationFailure: \
                 compare name and password (or whatever the application gives) with what the called end expects.",
        references: &[
            "X.228 (ISO 9066-2) clause 7.1.3",
            "X.410 (1984) clause 4.2.1",
            "KB Q124737",
            "KB Q119303",
        ],
        check: Check::End(refused),
    },
    Rule {
        id: "rtse-resume-unknown",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "an activity is resumed that the other side does not know",
        why: "The sender goes on with a transfer behind a checkpoint. The receiver has nothing of it and cannot; the \
              message has to be sent from the beginning.",
        told_by: "The receiver aborts with RTAB unrecognizedActivity (2), or an ACTIVITY RESUME names an activity that was \
                  not interrupted in this association while the whole association was captured.",
        remedy: "The receiver was started anew, or its recovery time-out has run out: raise the Recovery timeout (in \
                 Exchange 60 s, Override tab) at both ends. If the sender resumes again and again, restart it.",
        references: &["X.228 (ISO 9066-2) clauses 7.6.1 and 8.3", "KB Q194031"],
        check: Check::Several(&[Check::Breach(resume_breach), Check::End(resume_aborted)]),
    },
    Rule {
        id: "rtse-aborted",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "RTSE aborts the association",
        why: "An abort ends the association at once. A message that was being transferred is still with its sender and is \
              sent again.",
        told_by: "An RTAB with its reason. Where the abort follows something visible (an exception report, an SPDU out of \
                  place, parameters that were not agreed), that is told and this is its consequence.",
        remedy: "protocolError and invalidParameter: look at what the other end sent just before, and at the MTA \
                 conformance of both. localSystemProblem and temporaryProblem: look at the system that aborted. \
                 userError: the MTA above RTSE wanted it; its log has the cause.",
        references: &["X.228 (ISO 9066-2) clause 7.6", "KB Q257727", "KB Q140956"],
        check: Check::End(aborted),
    },
];

/// The RTORJ in a REFUSE.
fn rtorj<'a>(case: &'a Case<'_>) -> Option<&'a Apdu> {
    let (_, upper) = case.ending.by_spdu(SpduKind::Refuse)?;
    upper.rtse.as_ref().filter(|apdu| apdu.kind == ApduKind::Rtorj)
}

/// The RTAB in an ABORT.
fn rtab<'a>(case: &'a Case<'_>) -> Option<&'a Apdu> {
    let (_, upper) = case.ending.by_spdu(SpduKind::Abort)?;
    upper.rtse.as_ref().filter(|apdu| apdu.kind == ApduKind::Rtab)
}

/// A later association of the same caller that was accepted, in words.
fn accepted_later(case: &Case<'_>) -> String {
    let me = Attempt::of(case.association);
    let later = case
        .history
        .others(case.association)
        .filter(|other| other.caller == me.caller && other.selectors == me.selectors)
        .find(|other| other.was_accepted() && other.opened > me.opened);
    match later {
        Some(other) => {
            format!(" The next one that was accepted is A{} (frame {}).", other.association, other.frame)
        }
        None => String::new(),
    }
}

fn recovery(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    if !case.association.rtse.recovers || case.ending.state != State::SessionRequested {
        return;
    }
    let (certainty, answer) = match (&case.ending.how, rtorj(case), rtab(case)) {
        (_, Some(apdu), _) if apdu.refuse_reason == Some(1) => {
            (Certainty::Certain, "refuses: RTORJ cannotRecover (1)".to_owned())
        }
        (_, Some(apdu), _) => {
            let what = match (apdu.refuse_reason, apdu.bind.error) {
                (Some(reason), _) => format!("RTORJ {} ({reason})", rtse::refuse_reason(reason)),
                (None, Some(error)) => {
                    format!("bind error {} ({error})", crate::layers::mts::bind_error(error))
                }
                (None, None) => "RTORJ".to_owned(),
            };
            (Certainty::Probable, format!("refuses: {what}"))
        }
        (_, _, Some(apdu)) => {
            let reason = apdu.abort_reason.map(|code| format!(" ({})", rtse::abort_reason(code)));
            (Certainty::Probable, format!("aborts the association{}", reason.unwrap_or_default()))
        }
        (How::Spdu(both), _, _) => {
            let what = if both.0.kind == SpduKind::Abort { "aborts" } else { "refuses" };
            (Certainty::Probable, format!("{what} the session without naming a cause"))
        }
        (How::Closed | How::Reset, _, _) => {
            (Certainty::Undetermined, "closes the TCP connection without an answer".to_owned())
        }
        _ => return,
    };
    if case.ending.side == crate::layers::Side::Initiator {
        return;
    }
    out.raise(Draft { certainty, ..on_end(case, rule) }, &case.scene(), || {
        format!(
            "The initiator asks to recover an association that was lost; the responder {answer}. The transfer that was \
             interrupted cannot be resumed, the message has to be sent from the beginning.{}",
            accepted_later(case)
        )
    });
}

fn offered_mode(case: &Case<'_>) -> String {
    match case.association.rtse.dialogue_mode {
        Some(mode) => format!("The initiator asks for {} ({mode})", rtse::dialogue_mode(mode)),
        None => "What the initiator asks for was not captured".to_owned(),
    }
}

fn dialogue_mode(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let opening = case.ending.state == State::SessionRequested;
    let (certainty, answer) = match (rtorj(case), rtab(case)) {
        (Some(Apdu { refuse_reason: Some(3), .. }), _) => {
            (Certainty::Certain, "refuses it: RTORJ unacceptableDialogueMode (3)")
        }
        (Some(apdu), _) if apdu.bind.error == Some(3) => {
            (Certainty::Certain, "refuses it: bind error unacceptable-dialogue-mode (3)")
        }
        (_, Some(Apdu { abort_reason: Some(0), .. }))
            if opening && case.association.presentation.mode == Some(Mode::Normal) =>
        {
            (
                Certainty::Probable,
                "aborts in place of an answer: RTAB localSystemProblem (0), which some responders send for a dialogue mode \
                 that they do not accept",
            )
        }
        _ => return,
    };
    out.raise(Draft { certainty, ..on_end(case, rule) }, &case.scene(), || {
        format!("{}; the responder {answer}.", offered_mode(case))
    });
}

fn refused(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(apdu) = rtorj(case) else { return };
    let severity = if apdu.refuse_reason == Some(0) { Severity::Warning } else { rule.severity };
    let draft = Draft { severity, symptom: explained(case.association, out), ..on_end(case, rule) };
    out.raise(draft, &case.scene(), || {
        let what = match (apdu.refuse_reason, apdu.bind.error) {
            (Some(0), _) => "rtsBusy (0): it has no room for another association now".to_owned(),
            (Some(1), _) => "cannotRecover (1): it knows nothing of an association to go on with".to_owned(),
            (Some(2), _) => {
                "validationFailure (2): it does not accept what the initiator identifies itself with"
                    .to_owned()
            }
            (Some(reason), _) => format!("{} ({reason})", rtse::refuse_reason(reason)),
            (None, Some(error)) => format!("bind error {} ({error})", crate::layers::mts::bind_error(error)),
            (None, None) => "an RTORJ; the reason, if it gives one, is in data of the application".to_owned(),
        };
        let transient = case
            .ending
            .by_spdu(SpduKind::Refuse)
            .and_then(|(_, upper)| upper.acse.as_ref()?.result)
            .filter(|result| *result == 2)
            .map_or(
                "",
                |_| " It calls that transient, which proves nothing: lasting causes are refused so as well.",
            );
        format!("The responder refuses the association at RTSE: {what}.{transient}{}", accepted_later(case))
    });
}

fn resume_breach(
    breach: &Breach,
    pdu: &Pdu<'_>,
    scene: &Scene<'_>,
    rule: &'static Rule,
    out: &mut Collector,
) {
    let (Breach::ResumeUnknown, Content::Spdu { .. }) = (breach, pdu.content) else { return };
    let draft = Draft {
        side: Some(pdu.side),
        evidence: Some(("ses.type", pdu.octets.slice(0, 1), Some(SpduKind::ActivityResume.code().into()))),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "The {} resumes an activity of this association that was never interrupted in it: the other side has nothing to \
             go on with.",
            pdu.side.word()
        )
    });
}

fn resume_aborted(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    if rtab(case).is_none_or(|apdu| apdu.abort_reason != Some(2)) {
        return;
    }
    let side = case.ending.side.other();
    // It may have been told when the activity was resumed.
    let draft = Draft { side: Some(side), key: 0, again: Again::Grows, ..on_end(case, rule) };
    out.raise(draft, &there(case), || {
        format!(
            "The {} aborts the association with RTAB unrecognizedActivity (2): it does not know the activity that the {} \
             resumes. The message has to be sent from the beginning.",
            case.ending.side.word(),
            side.word()
        )
    });
}

fn aborted(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(apdu) = rtab(case) else { return };
    let unfinished = case.association.dialogue.cut_off();
    // An abort over an exception that was reported is told as the exception.
    if unfinished.is_some() && case.association.dialogue.exception.is_some() {
        return;
    }
    let idle = case.ending.state == State::Open && unfinished.is_none();
    let by_choice = matches!(apdu.abort_reason, Some(0 | 3 | 6 | 7));
    let draft = Draft {
        // Nothing is lost where nothing was under way.
        severity: if idle && by_choice { Severity::Warning } else { rule.severity },
        symptom: explained(case.association, out),
        ..on_end(case, rule)
    };
    out.raise(draft, &case.scene(), || {
        let reason = match apdu.abort_reason {
            Some(reason) => format!("{} ({reason})", rtse::abort_reason(reason)),
            // X.228 7.6.1: absent counts as localSystemProblem.
            None => "no reason given".to_owned(),
        };
        let meaning = match apdu.abort_reason {
            Some(0) => "its system is in trouble",
            Some(1) => "it received a parameter that it cannot accept",
            Some(3) => "its system is in trouble for the time being",
            Some(4) => "it takes what the other side sent for invalid",
            Some(5) => "it cannot go on, and not later either",
            Some(6) => "its user, the MTA or another application, wants it",
            Some(7) => "the transfer that is going on was completed before",
            _ => "the octets do not tell why",
        };
        let place = match (case.ending.state, unfinished) {
            (State::SessionRequested, _) => " in place of an answer to the CONNECT",
            (_, Some(_)) => " in the middle of a transfer",
            (State::Open, None) => " while nothing was being transferred",
            _ => "",
        };
        format!("The {}'s RTSE aborts the association{place}: {reason}, {meaning}.", case.ending.side.word())
    });
}
