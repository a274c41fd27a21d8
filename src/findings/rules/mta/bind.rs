//! The bind of two message transfer agents: names, passwords, and whether there is room (X.411 clause 12.1).

use super::{Case, Certainty, Check, Collector, Draft, Rule, Scene, Scope, Severity, explained};
use crate::analysis::{Association, Ending, How, State};
use crate::layers::foreign::Application;
use crate::layers::rtse::{self, ApduKind};
use crate::layers::session::SpduKind;
use crate::layers::stack::{Content, Pdu};
use crate::layers::{Name, Side, mts};

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "mta-bind-authentication-error",
        severity: Severity::Error,
        certainty: Certainty::Probable,
        title: "the responder does not accept the caller's name or password",
        why: "The two ends agree on the kind of association, but the called MTA does not know the name that the caller \
              gives, or not with this password. Nothing passes until one end is changed; every retry fails alike.",
        told_by: "The answer is a bind error authentication-error (2) or, in X.410 mode, an RTORJ validationFailure (2). \
                  One code stands for an unknown name, a wrong password and, in X.410 mode, for whatever has no code \
                  of its own; the octets do not tell which. A wrong selector is refused below (DR, REFUSE 129 or 130, \
                  CPR reason 3), another kind of association in another form.",
        remedy: "Compare the name and the password that the caller sends (Local MTA name and password, Override tab, \
                 else the computer name) with the Remote MTA name and password on the General tab of the called end's \
                 connector: the case of letters counts. An Exchange that refuses logs event 51 with the selectors in \
                 hexadecimal (/t: and /n:); compare these as well.",
        references: &[
            "X.411 clause 12.1.1",
            "X.228 (ISO 9066-2) clause 7.1.3",
            "KB Q166308",
            "KB Q240383",
            "KB Q165111",
        ],
        check: Check::End(authentication),
    },
    Rule {
        id: "mta-bind-busy",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the responder has no room for another association",
        why: "The called MTA understood everything and refuses for now. Mail waits for the next attempt; where each \
              attempt meets a busy peer, messages run into their time-out and come back.",
        told_by: "The answer is a bind error busy (0) or an RTORJ rtsBusy (0). The kind of association, the name and the \
                  password are not in question.",
        remedy: "Raise the number of associations that the called end allows, or let the caller open fewer at a time: \
                 in Exchange the Threshold and the Association lifetime on the Override tab. The MS Mail gateway takes \
                 three incoming associations at most. The Open interval decides when the next attempt comes.",
        references: &["X.411 clause 12.1.1", "X.228 (ISO 9066-2) clause 7.1.3", "KB Q119303", "KB Q124737"],
        check: Check::End(busy),
    },
    Rule {
        id: "mta-bind-refused",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the responder refuses the bind",
        why: "The called MTA was reached and understood the bind, and does not want the association as it was asked \
              for. Retries without a change are refused again.",
        told_by: "The answer holds a bind error other than busy, authentication-error and unacceptable-dialogue-mode, or \
                  an RTORJ with a bind error that X.411 does not define.",
        remedy: "Look at what the error names: the security context and the confidentiality that the called end \
                 demands. An Exchange whose schedule for the connector is Never refuses at once (event 37 there, 1293 \
                 at the caller): set the schedule to Always or Remote initiated.",
        references: &["X.411 clause 12.1.1", "KB Q169716"],
        check: Check::End(refused),
    },
    Rule {
        id: "mta-bind-name-empty",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "an MTA gives an empty name",
        why: "The name of an MTA has at least one character. Some MTAs cannot decode a bind with an empty one and abort \
              the association with a protocol error, the MS Mail gateway among them.",
        told_by: "initiator-name or responder-name has no octets. It is an error where the other end aborts before \
                  anything is transferred.",
        remedy: "Enter the name of the local MTA: in Exchange Local MTA name on the Override tab of the X.400 \
                 connector, or in the properties of the MTA.",
        references: &["X.411 clause 12.1.1.1.1", "KB Q123650"],
        check: Check::Several(&[Check::Pdu(name_empty), Check::End(name_empty_aborted)]),
    },
    Rule {
        id: "mta-bind-responder-rejected",
        severity: Severity::Error,
        certainty: Certainty::Probable,
        title: "the caller does not accept the responder's name or password",
        why: "The called MTA accepted, and the caller dropped the association at once: the name or the password in the \
              answer is not what it expects. Mail from the caller does not leave.",
        told_by: "An abort by the caller right behind the ACCEPT, before any activity. The responder did nothing wrong \
                  on the wire. A release in order is not counted: that is what a test call looks like.",
        remedy: "Compare the name and the password in the answer (the called end's Local MTA name and password) with \
                 the Remote MTA name and password at the caller. Exchange logs event 48 at the caller. Some called \
                 ends send the password of the General tab in place of that of the Override tab.",
        references: &["X.411 clause 12.1.1", "KB Q159182"],
        check: Check::End(responder_rejected),
    },
    Rule {
        id: "mta-password-in-clear",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a password crosses the network in clear",
        why: "Simple credentials are a password in clear text. Whoever can capture this traffic can bind in the MTA's \
              name, and whoever gets this capture can read it.",
        told_by: "The bind holds simple credentials that are not empty. The password itself is masked in all output.",
        remedy: "Treat the capture as confidential. Where the network between the MTAs is not trusted, protect it below \
                 (IPsec), or use strong credentials if both MTAs have them.",
        references: &["X.411 clause 12.1.1.1.1"],
        check: Check::Pdu(password),
    },
];

/// Whether message transfer is asked for, as far as the offer tells.
fn is_message_transfer(association: &Association) -> bool {
    association.application == Some(Application::P1)
}

/// The code of the bind in the PDU that refused the association: an MTABindError, or the refuseReason that stands for
/// one in X.410 mode.
enum Refused {
    Bind(i64),
    Rts(i64),
}

fn refusal(association: &Association, ending: &Ending) -> Option<Refused> {
    let How::Spdu(both) = &ending.how else { return None };
    let apdu = both.1.rtse.as_ref().filter(|apdu| apdu.kind == ApduKind::Rtorj)?;
    // What is asked for in recovery is the lost association, not a bind.
    let bind = is_message_transfer(association) && !association.rtse.recovers;
    if !bind || ending.state != State::SessionRequested {
        return None;
    }
    apdu.bind.error.map(Refused::Bind).or(apdu.refuse_reason.map(Refused::Rts))
}

fn raise(
    case: &Case<'_>,
    rule: &'static Rule,
    certainty: Certainty,
    out: &mut Collector,
    words: impl FnOnce() -> String,
) {
    let evidence = case.ending.code.as_ref().map(|code| (code.field, code.quote.octets(), code.value));
    let draft = Draft { side: Some(case.ending.side), evidence, certainty, ..Draft::new(rule) };
    out.raise(draft, &case.scene(), words);
}

/// The name that one side gave, for a sentence.
fn name(octets: &Option<Name>) -> String {
    match octets {
        Some(name) if name.is_empty() => "an empty name".to_owned(),
        Some(name) => format!("the name \"{}\"", String::from_utf8_lossy(name)),
        None => "no name".to_owned(),
    }
}

/// Whether the same offer was accepted in another association of the capture, in words.
fn accepted_elsewhere(case: &Case<'_>) -> String {
    let me = crate::analysis::Attempt::of(case.association);
    let same = |other: &&crate::analysis::Attempt| {
        other.caller == me.caller
            && (other.selectors, other.identity, other.kind) == (me.selectors, me.identity, me.kind)
    };
    let accepted = case.history.others(case.association).filter(same).find(|other| other.was_accepted());
    accepted.map_or_else(String::new, |other| {
        format!(" The same bind was accepted in A{} (frame {}).", other.association, other.frame)
    })
}

fn authentication(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let (code, certainty) = match refusal(case.association, case.ending) {
        Some(Refused::Bind(2)) => ("a bind error authentication-error (2)", Certainty::Certain),
        Some(Refused::Rts(2)) => ("an RTORJ validationFailure (2)", Certainty::Probable),
        _ => return,
    };
    raise(case, rule, certainty, out, || {
        let password = match case.association.initiator_credentials {
            Some(_) => "a password",
            None => "no password",
        };
        format!(
            "The responder refuses the bind of the initiator, who gives {} and {password}: {code}. The name is not known \
             there, or the password is wrong; one code stands for both.{}",
            name(&case.association.initiator_name),
            accepted_elsewhere(case)
        )
    });
}

fn busy(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let code = match refusal(case.association, case.ending) {
        Some(Refused::Bind(0)) => "a bind error busy (0)",
        Some(Refused::Rts(0)) => "an RTORJ rtsBusy (0)",
        _ => return,
    };
    raise(case, rule, rule.certainty, out, || {
        format!(
            "The responder refuses the bind of the initiator, who gives {}, for now: {code}. It understood the offer and \
             has no room for another association.{}",
            name(&case.association.initiator_name),
            accepted_elsewhere(case)
        )
    });
}

fn refused(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    // 3 is the dialogue mode, which has a rule of its own.
    let Some(Refused::Bind(error)) = refusal(case.association, case.ending) else { return };
    if matches!(error, 0 | 2 | 3) {
        return;
    }
    raise(case, rule, rule.certainty, out, || {
        format!(
            "The responder refuses the bind of the initiator, who gives {}: bind error {} ({error}).{}",
            name(&case.association.initiator_name),
            mts::bind_error(error),
            accepted_elsewhere(case)
        )
    });
}

fn name_empty(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Content::Spdu { upper, .. } = pdu.content else { return };
    let Some(apdu) = &upper.rtse else { return };
    if apdu.bind.name.as_ref().is_none_or(|name| !name.is_empty()) {
        return;
    }
    let draft = Draft { side: Some(pdu.side), ..Draft::new(rule) };
    out.raise(draft, scene, || {
        format!("The {} gives an MTA name of no octets in the bind.", pdu.side.word())
    });
}

/// Who aborted the association between its ACCEPT and the first activity.
fn aborted_at_once(case: &Case<'_>) -> Option<Side> {
    let (_, upper) = case.ending.by_spdu(SpduKind::Abort)?;
    let early = case.ending.state == State::Open && !case.association.transfers;
    let other = upper
        .rtse
        .as_ref()
        .and_then(|apdu| apdu.abort_reason)
        .is_none_or(|reason| matches!(reason, 1 | 4 | 6));
    (early && other && is_message_transfer(case.association)).then_some(case.ending.side)
}

fn name_empty_aborted(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let names = [&case.association.initiator_name, &case.association.responder_name];
    let Some(side) = aborted_at_once(case) else { return };
    if names[side.other().index()].as_ref().is_none_or(|name| !name.is_empty()) {
        return;
    }
    let draft = Draft {
        // That of the note, which becomes this error.
        side: Some(side.other()),
        severity: Severity::Error,
        certainty: Certainty::Strong,
        ..Draft::new(rule)
    };
    out.raise(draft, &case.scene(), || {
        format!(
            "The {} aborts the association right after the {} gave an MTA name of no octets in the bind{}.",
            side.word(),
            side.other().word(),
            abort_reason(case.ending)
        )
    });
}

fn responder_rejected(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    // Parameters of the answer that break a rule are the likelier cause.
    if aborted_at_once(case) != Some(Side::Initiator) || explained(case.association, out) {
        return;
    }
    raise(case, rule, rule.certainty, out, || {
        format!(
            "The initiator aborts the association right after the responder accepted it{}. The responder gave {}: likely \
             its name or its password is not what the initiator expects.",
            abort_reason(case.ending),
            name(&case.association.responder_name)
        )
    });
}

fn abort_reason(ending: &Ending) -> String {
    let reason = ending.by_spdu(SpduKind::Abort).and_then(|(_, upper)| upper.rtse.as_ref()?.abort_reason);
    reason.map(|code| format!(" (RTAB {} ({code}))", rtse::abort_reason(code))).unwrap_or_default()
}

fn password(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Content::Spdu { upper, .. } = pdu.content else { return };
    // The initiator's bind is enough: the answer's is no better hidden.
    let holds = |apdu: &rtse::Apdu| apdu.kind == ApduKind::Rtorq && apdu.bind.password.is_some();
    if !upper.rtse.as_ref().is_some_and(holds) {
        return;
    }
    out.raise(Draft { side: Some(pdu.side), ..Draft::new(rule) }, &scene.once_in(Scope::Capture), || {
        "The bind holds a password in clear text (masked in this output).".to_owned()
    });
}
