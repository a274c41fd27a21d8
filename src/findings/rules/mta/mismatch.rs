//! One end offers a kind of association that the other does not serve.

use super::{Case, Certainty, Check, Collector, Draft, Rule, Severity};
use crate::analysis::{Association, Attempt, Ending, How, State};
use crate::layers::Side;
use crate::layers::mts::Kind;
use crate::layers::presentation::{Mode, PpduKind};
use crate::layers::session::SpduKind;

pub(in super::super) static RULES: &[Rule] = &[Rule {
    id: "mta-conformance-mismatch",
    severity: Severity::Error,
    certainty: Certainty::Strong,
    title: "the two ends have no kind of association in common",
    why: "An association for message transfer is of one of three kinds: 1984, 1988 in X.410 mode, or 1988 in normal \
          mode. The caller chooses. Where the called end does not serve that kind, no message passes, every retry \
          fails in the same way, and the refusal rarely says why.",
    told_by: "The mode-selector and the applicationProtocol of the CONNECT say what was offered; the form of the \
              answer says what the responder speaks: an X.410-mode PDU (tag 31) in answer to a normal-mode CONNECT, \
              a normal-mode PDU (30, A0) or a presentation provider abort in answer to an X.410-mode one. An answer \
              without any user data is no more than probable, and surer when another association between the two \
              hosts in the other mode is accepted. A wrong selector (DR; REFUSE 129, 130; CPR reason 3, 7), a wrong \
              name or password, a busy peer, an unsupported context, missing functional units and an echo service \
              have rules of their own and are no mismatch.",
    remedy: "Set the same MTA conformance at both ends: in Exchange on the Advanced tab of the X.400 connector \
             (1984, 1988 X.410 mode or 1988 normal mode), for other MTAs the protocol or application context of the \
             channel. X.410 modes have no P-selector, and Exchange has no S-selector in them. Where the conformance \
             was just changed, messages that were under way may have to be sent again.",
    references: &["X.419 clause 7 and annex B", "X.226 clause 6.2.2", "KB Q135063"],
    check: Check::End(mismatch),
}];

/// The answer to a CONNECT, as far as it tells which kinds the responder has.
enum Answer {
    /// A REFUSE or ABORT with the PDU of an RTS in X.410 mode.
    X410,
    /// A REFUSE or ABORT with a PDU of the normal mode that gives no reason of its own.
    Normal,
    /// An abort by the presentation provider.
    Provider { reason: Option<i64>, at_connect: bool },
    /// A REFUSE with this reason, without user data; whether it shows nothing of the upper layers.
    Refuse { reason: u8, bare: bool },
    /// An ABORT by the session user, without user data.
    Abort,
}

fn answer(ending: &Ending) -> Option<Answer> {
    let How::Spdu(both) = &ending.how else { return None };
    let (spdu, upper) = &**both;
    match (spdu.kind, upper.ppdu) {
        (SpduKind::Refuse | SpduKind::Abort, Some(PpduKind::Cpr | PpduKind::Aru))
            if upper.mode == Some(Mode::X410) =>
        {
            Some(Answer::X410)
        }
        // A CPR or ARU with an ACSE APDU comes from above: the presentation layers understood each other.
        (SpduKind::Refuse, Some(PpduKind::Cpr)) if upper.acse.is_none() => {
            matches!(upper.provider_reason, None | Some(0)).then_some(Answer::Normal)
        }
        (SpduKind::Abort, Some(PpduKind::Aru)) => Some(Answer::Normal),
        (SpduKind::Abort, Some(PpduKind::Arp)) => Some(Answer::Provider {
            reason: upper.provider_reason,
            // X.226 8.2: event-identifier 0 is cp-PPDU.
            at_connect: matches!(upper.event, None | Some(0)),
        }),
        (SpduKind::Refuse, None) => Some(Answer::Refuse {
            reason: spdu.reason?,
            bare: spdu.functional_units == Some(0) && spdu.user_reference.is_empty(),
        }),
        // 03: the session user aborts, and the transport connection is given up.
        (SpduKind::Abort, None) if spdu.transport_disconnect == Some(3) => Some(Answer::Abort),
        _ => None,
    }
}

/// How sure the answer alone makes a mismatch. What an answer without user data means is asked of the neighbours.
fn by_answer(association: &Association, answer: &Answer) -> Option<Certainty> {
    use Certainty::{Certain, Probable, Strong};
    let mode = association.presentation.mode?;
    let unusual = !matches!(association.rtse.application_protocol, None | Some(1));
    Some(match (mode, answer) {
        // X.226 8.4.1: no presentation layer in normal mode sends these, and the reverse.
        (Mode::Normal, Answer::X410) | (Mode::X410, Answer::Normal) => Strong,
        (Mode::X410, Answer::Provider { reason: Some(4..=6), at_connect: true }) => Strong,
        (Mode::X410, Answer::Provider { .. }) => Probable,
        // X.410-1984 4.2.1 knows no other place for an unknown application than the REFUSE without data.
        (Mode::X410, Answer::Refuse { reason: 2, bare: true }) if unusual => Strong,
        (_, Answer::Refuse { reason: 2, bare: true }) => Probable,
        (_, Answer::Refuse { reason: 0, .. }) => Probable,
        (Mode::X410, Answer::Abort) => Probable,
        // The name or the password as a rule; the kind only if the same credentials pass with the other protocol.
        (Mode::X410, Answer::X410) if is_validation_failure(association) => Certain,
        _ => return None,
    })
}

/// Whether applicationProtocol 12 was refused as a wrong name or password is.
fn is_validation_failure(association: &Association) -> bool {
    let code = association.ending.as_ref().and_then(|ending| ending.code);
    association.kind == Some(Kind::Mts1988X410)
        && code.is_some_and(|code| code.field == "rtse.refuseReason" && code.value == Some(2))
}

/// What the other associations between the two hosts say.
struct Neighbours<'a> {
    /// One of another kind that the same responder accepted from the same caller.
    other_kind: Option<&'a Attempt>,
    /// The same offer, accepted before or after.
    accepted_before: Option<&'a Attempt>,
    accepted_after: bool,
    /// How often the same offer came to the same end.
    refused_alike: usize,
    /// The responder calling in the other mode.
    calls_otherwise: bool,
}

fn neighbours<'a>(case: &'a Case<'_>, me: &Attempt) -> Neighbours<'a> {
    let same_way = |attempt: &&Attempt| attempt.caller == me.caller;
    let same_offer = |attempt: &&Attempt| {
        same_way(attempt)
            && attempt.kind == me.kind
            && attempt.mode == me.mode
            && attempt.selectors == me.selectors
    };
    let others = || case.history.others(case.association);
    let other = |attempt: &&Attempt| {
        same_way(attempt)
            && attempt.was_accepted()
            && attempt.mode.is_some()
            && (attempt.mode, attempt.kind) != (me.mode, me.kind)
    };
    let identical = |attempt: &&Attempt| attempt.selectors == me.selectors && attempt.identity == me.identity;
    Neighbours {
        other_kind: others().filter(other).find(identical).or_else(|| others().find(other)),
        accepted_before: others().filter(same_offer).rfind(|a| a.was_accepted() && a.opened <= me.opened),
        accepted_after: others().filter(same_offer).any(|a| a.was_accepted() && a.opened > me.opened),
        refused_alike: others()
            .filter(same_offer)
            .filter(|a| !a.was_accepted() && (a.outcome, a.code) == (me.outcome, me.code))
            .count(),
        calls_otherwise: others().any(|a| a.caller != me.caller && a.mode.is_some() && a.mode != me.mode),
    }
}

fn mismatch(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Case { association, ending, .. } = case;
    let opening = ending.state == State::SessionRequested && ending.side == Side::Responder;
    if !opening || association.presentation.inferred || association.is_foreign() {
        return;
    }
    let Some(answer) = answer(ending) else { return };
    let Some(told) = by_answer(association, &answer) else { return };
    // Who asks to recover had the association that it lost: the recovery is the likelier cause.
    if association.rtse.recovers && told == Certainty::Probable {
        return;
    }
    let me = Attempt::of(association);
    let near = neighbours(case, &me);
    let by_credentials = matches!((&answer, association.presentation.mode), (Answer::X410, Some(Mode::X410)));
    let certainty = match (told, near.other_kind) {
        // Only the same name and password, accepted with the other protocol, tell this from a wrong one.
        (_, Some(other)) if by_credentials && other.identity == me.identity && other.mode == me.mode => {
            Certainty::Certain
        }
        _ if by_credentials => return,
        (Certainty::Probable, _) if near.accepted_after => return,
        (_, Some(other)) if (other.selectors, other.identity) == (me.selectors, me.identity) => {
            Certainty::Certain
        }
        (_, Some(_)) => Certainty::Strong,
        // Whoever refuses each retry of a CONNECT alike, whatever the load, does not want it (but a name or a password is
        // refused alike as well).
        (Certainty::Probable, None) if matches!(answer, Answer::Abort) && near.refused_alike > 0 => {
            Certainty::Strong
        }
        (told, None) => told,
    };
    let certainty = match association.offer_is_sound && association.missing_octets == 0 {
        true => certainty,
        false => lower(certainty),
    };
    let evidence = ending.code.as_ref().map(|code| (code.field, code.quote.octets(), code.value));
    let draft = Draft { side: Some(Side::Responder), evidence, certainty, ..Draft::new(rule) };
    out.raise(draft, &case.scene(), || words(case, &answer, &near, certainty));
}

fn lower(certainty: Certainty) -> Certainty {
    match certainty {
        Certainty::Certain => Certainty::Strong,
        Certainty::Strong => Certainty::Probable,
        _ => Certainty::Undetermined,
    }
}

fn words(case: &Case<'_>, answer: &Answer, near: &Neighbours<'_>, certainty: Certainty) -> String {
    let a = case.association;
    let mut words = format!("The initiator offers {}; {}.", offer(a), a.reason().unwrap_or_default());
    words.push_str(match (answer, a.presentation.mode) {
        (Answer::X410, Some(Mode::Normal)) => " Only a responder in X.410 mode answers in this form.",
        (Answer::X410, _) => " With another protocol it takes the same name and password.",
        (Answer::Normal, _) => " Only a responder in normal mode answers in this form.",
        (Answer::Provider { .. }, _) => " Its presentation layer cannot accept this CONNECT.",
        (Answer::Refuse { .. }, _) => " Its upper layers were not asked, or did not understand.",
        (Answer::Abort, _) => " It names no cause.",
    });
    words.push_str(match certainty {
        Certainty::Certain | Certainty::Strong => {
            " The two ends have no kind of association in common here: their MTA conformance differs."
        }
        Certainty::Probable => {
            " Likely it does not serve this kind of association: the MTA conformance of the two ends differs."
        }
        Certainty::Undetermined => {
            " Whether the MTA conformance of the two ends differs cannot be decided from this capture."
        }
    });
    if let Some(other) = near.other_kind {
        words.push_str(&format!(
            " In A{} (frame {}) the same responder accepted {} from this host.",
            other.association,
            other.frame,
            offered(other.mode, other.kind)
        ));
    }
    if let Some(before) = near.accepted_before {
        words.push_str(&format!(
            " In A{} (frame {}) it accepted the same offer: the configuration was changed in between.",
            before.association, before.frame
        ));
    }
    if near.calls_otherwise {
        words.push_str(" When it calls itself, it uses the other mode.");
    }
    let losses = case.history.losses(a);
    if !losses.is_empty() {
        let listed: Vec<String> = losses.iter().take(3).map(|loss| loss.to_string()).collect();
        let more = if losses.len() > 3 { format!(" and {} more", losses.len() - 3) } else { String::new() };
        words.push_str(&format!(
            " Not transferred or not delivered between the two hosts: {}{more}.",
            listed.join(", ")
        ));
    }
    words
}

/// What the CONNECT offers, in words.
fn offer(a: &Association) -> String {
    let mut words = offered(a.presentation.mode, a.kind).to_owned();
    match a.rtse.application_protocol {
        Some(protocol @ (256 | 3072)) => words.push_str(&format!(
            " (applicationProtocol {protocol}: the octets of {} in the wrong order, an unknown protocol to a correct peer)",
            protocol >> 8
        )),
        Some(protocol) => words.push_str(&format!(" (applicationProtocol {protocol})")),
        None if a.presentation.mode == Some(Mode::X410) => words.push_str(" (no applicationProtocol, which means 1)"),
        None => {}
    }
    words
}

/// A mode and kind in words.
pub(super) fn offered(mode: Option<Mode>, kind: Option<Kind>) -> &'static str {
    match (kind, mode) {
        (Some(Kind::Mts1984), _) => "an association of the 1984 kind",
        (Some(Kind::Mts1988X410), _) => "an association of the 1988 kind in X.410 mode",
        (Some(Kind::Mts1988Normal), _) => "an association of the 1988 kind in normal mode",
        (None, Some(Mode::X410)) => "an association in X.410-1984 mode",
        (None, Some(Mode::Normal)) => "an association in normal mode",
        (None, None) => "an association",
    }
}
