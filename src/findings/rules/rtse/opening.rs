//! Checkpoint size and window: what is offered and accepted (X.228 clauses 7.1 and 7.2).

use super::{Again, Case, Certainty, Check, Collector, Draft, Rule, Scene, Severity, evidence, there};
use crate::analysis::{Asked, Association};
use crate::layers::Side;
use crate::layers::rtse::ApduKind;
use crate::layers::session::SpduKind;
use crate::layers::stack::{Content, Pdu};

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "rtse-checkpoint-accept-exceeds-offer",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the accepted checkpoint size is larger than the one offered",
        why: "The responder may lower the checkpoint size and not raise it. A sender whose buffers are made for its own \
              size aborts, or sends in its size all the same. An offer of 0 leaves the choice to the responder; but \
              some senders that offer 0 set no checkpoints at all, and do not cope with an answer above 0.",
        told_by: "checkpointSize in the RTOAC is larger than in the RTORQ (absent counts as 0). An offer of 0 with an \
                  answer above 0 is a note: it is legal, and known to upset the MS Mail gateway.",
        remedy: "Set the same checkpoint size at both ends: in Exchange Checkpoint size on the Override tab. For the \
                 MS Mail gateway set it to 0 at the other end.",
        references: &["X.228 (ISO 9066-2) clause 7.2.1", "KB Q118566"],
        check: Check::Several(&[Check::Pdu(checkpoint_size), Check::End(checkpoint_size_aborted)]),
    },
    Rule {
        id: "rtse-window-accept-exceeds-offer",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the accepted window is larger than the one offered",
        why: "The responder may lower the window and not raise it. A caller that checks the answer aborts the \
              association before anything is transferred.",
        told_by: "windowSize in the RTOAC is larger than in the RTORQ. An absent one counts as 3.",
        remedy: "Set the same window size at both ends: in Exchange Window size on the Override tab (5 unless changed; \
                 some builds use 3 whatever is set there, and 3 is what an absent one means).",
        references: &["X.228 (ISO 9066-2) clause 7.2.2", "KB Q189754", "KB Q185934"],
        check: Check::Several(&[Check::Pdu(window_size), Check::End(window_size_aborted)]),
    },
];

/// The RTSE values of an association, when the PDU is the RTOAC that accepts them.
fn accepted<'a>(pdu: &Pdu<'_>, scene: &Scene<'a>) -> Option<&'a Association> {
    let Content::Spdu { upper, .. } = pdu.content else { return None };
    upper.rtse.as_ref().filter(|apdu| apdu.kind == ApduKind::Rtoac)?;
    scene.association
}

/// Offer and answer where the answer is larger.
fn raised(asked: Asked<i64>) -> Option<(i64, i64)> {
    asked.offered.zip(asked.accepted).filter(|(offered, accepted)| accepted > offered)
}

fn checkpoint_size(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(association) = accepted(pdu, scene) else { return };
    let Some((offered, accepted)) = raised(association.rtse.checkpoint_size) else { return };
    let Content::Spdu { upper, .. } = pdu.content else { return };
    let draft = Draft {
        side: Some(pdu.side),
        severity: if offered > 0 { rule.severity } else { Severity::Note },
        evidence: upper.parameter("rtse.checkpointSize").map(evidence),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || match offered {
        0 => format!(
            "The initiator offers a checkpoint size of 0, the responder answers {accepted} ({accepted} kB). That is \
             legal, but senders that offer 0 may set no checkpoints; the MS Mail gateway is known for trouble with it \
             (Q118566)."
        ),
        _ => format!(
            "The responder accepts a checkpoint size of {accepted} where {offered} was offered: it may not be larger than \
             the offer."
        ),
    });
}

fn window_size(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(association) = accepted(pdu, scene) else { return };
    let Some((offered, accepted)) = raised(association.rtse.window_size) else { return };
    let Content::Spdu { upper, .. } = pdu.content else { return };
    let draft = Draft {
        side: Some(pdu.side),
        evidence: upper.parameter("rtse.windowSize").map(evidence),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "The responder accepts a window size of {accepted} where {offered} was offered{}: it may not be larger than the \
             offer, and some callers abort for it.",
            if offered == 3 { " (3 is also what an absent one means)" } else { "" }
        )
    });
}

fn checkpoint_size_aborted(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    aborted_over(case, rule, out, "checkpoint size", case.association.rtse.checkpoint_size);
}

fn window_size_aborted(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    aborted_over(case, rule, out, "window size", case.association.rtse.window_size);
}

/// The initiator aborts in answer to an ACCEPT that raises a value: what was a warning has led to the end.
fn aborted_over(case: &Case<'_>, rule: &'static Rule, out: &mut Collector, what: &str, asked: Asked<i64>) {
    let Some((offered, accepted)) = raised(asked) else { return };
    let at_once = case.ending.side == Side::Initiator && !case.association.transfers;
    if case.ending.by_spdu(SpduKind::Abort).is_none() || !at_once {
        return;
    }
    let draft = Draft {
        // That of the warning, which becomes this error.
        side: Some(Side::Responder),
        severity: Severity::Error,
        certainty: Certainty::Strong,
        again: Again::Amends,
        ..Draft::new(rule)
    };
    out.raise(draft, &there(case), || {
        format!(
            "The responder accepts a {what} of {accepted} where {offered} was offered, and the initiator aborts the \
             association in answer: {}.",
            case.association.reason().unwrap_or("no reason given")
        )
    });
}
