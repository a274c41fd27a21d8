//! The presentation protocol (X.226).

use super::{
    Case, Certainty, Check, Collector, Draft, Rule, Scene, Severity, evidence, explained, needs_context,
    on_end, selector,
};
use crate::asn1::Oid;
use crate::layers::note::{Note, What};
use crate::layers::oid_name;
use crate::layers::presentation::{self, PpduKind};
use crate::layers::session::SpduKind;
use crate::layers::stack::{Content, Pdu};

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "presentation-context-rejected",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a presentation context is rejected",
        why: "Each protocol above the presentation layer needs a context of its own. One that is rejected cannot be used: \
              without ACSE, RTSE or message transfer there is no P1 association.",
        told_by: "A result other than acceptance in the context-definition-result-list of a CPA or CPR, counted off against \
                  the list in the CP. A context that message transfer does without is a note: callers may offer more \
                  than they need.",
        remedy: "Compare the application contexts and abstract syntaxes that the two ends are configured for. A \
                 responder that rejects message transfer (2.6.0.2.7) or the MTA's RTSE (2.6.0.2.12) serves something \
                 else behind these selectors.",
        references: &["X.226 (ISO 8823) clauses 6.2.5 and 8.2", "X.419 clause 8"],
        check: Check::Pdu(context_rejected),
    },
    Rule {
        id: "presentation-context-unknown",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a value in a presentation context that was not agreed on",
        why: "The context identifier says how a value is to be read. A receiver aborts for one that it does not know, or \
              reports an ASN.1 error.",
        told_by: "The identifier in a PDV list or an EXTERNAL is not in the context-definition-list of the CP, or its \
                  context was rejected. Needs the whole CP in the capture.",
        remedy: "The sender's presentation layer is at fault: look for a newer version. Exchange logs event 1192 or 1198 \
                 when it receives one; some receivers report an ASN.1 error at offset 5.",
        references: &["X.226 (ISO 8823) clause 8.4", "KB Q166165"],
        check: Check::Note(context_unknown),
    },
    Rule {
        id: "presentation-mode-changed-in-answer",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the ACCEPT is in another mode than the CONNECT",
        why: "The caller chooses between the normal mode and the X.410-1984 mode; the answer has to be in the same. The \
              caller cannot read another one and aborts.",
        told_by: "The mode-selectors of CP and CPA differ.",
        remedy: "The responder is at fault, or not an MTA at all. Set the same MTA conformance at both ends (in \
                 Exchange on the Advanced tab of the X.400 connector).",
        references: &["X.226 (ISO 8823) clause 6.2.2", "KB Q135063"],
        check: Check::Pdu(mode_changed),
    },
    Rule {
        id: "presentation-refused",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the presentation layer of the responder refuses the connection",
        why: "The session connection would have come about; the presentation layer behind it refuses. Nothing above \
              was looked at, names and passwords included.",
        told_by: "A CPR with a provider-reason. Reasons 3 and 7 name the presentation selector. Where the layers above \
                  refuse, the CPR has none.",
        remedy: "For 3 and 7 correct the P selector of the called end in the caller's configuration (in Exchange on \
                 the Stack tab; 1988 normal mode only). For 1 and 2 wait and look at the load.",
        references: &["X.226 (ISO 8823) clauses 6.2.3 and 8.2", "KB Q166308"],
        check: Check::End(refused),
    },
    Rule {
        id: "presentation-aborted",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the presentation layer aborts the association",
        why: "The presentation layer received something that it cannot accept, and ended the association. It meets the \
              same again unless one end is changed.",
        told_by: "An ARP: its provider-reason says what was wrong, its event-identifier with which PPDU or service.",
        remedy: "Look at the PDU that the event names, sent by the other end just before. Reasons 4 to 6 for the CP \
                 speak of a parameter or the mode.",
        references: &["X.226 (ISO 8823) clauses 6.4.3 and 8.2"],
        check: Check::End(aborted),
    },
];

/// An object identifier by its name.
pub(super) fn named(oid: &[u8]) -> String {
    match (oid_name(oid), Oid(oid).to_string()) {
        (Some(name), text) => format!("{name} ({text})"),
        (None, text) => text,
    }
}

fn context_rejected(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let (Content::Spdu { upper, .. }, Some(association)) = (pdu.content, scene.association) else { return };
    if !matches!(upper.ppdu, Some(PpduKind::Cpa | PpduKind::Cpr)) {
        return;
    }
    let contexts = &association.presentation.contexts;
    // Those without which there is no P1 make one fault; the others are none.
    let (needed, others): (Vec<_>, Vec<_>) = upper.rejected.iter().partition(|(place, _)| {
        contexts.get(*place).is_none_or(|context| needs_context(&context.abstract_syntax))
    });
    for (rejected, severity) in [(needed, rule.severity), (others, Severity::Note)] {
        let Some((_, code)) = rejected.first() else { continue };
        let draft = Draft {
            side: Some(pdu.side),
            key: severity as u64,
            severity,
            evidence: Some(evidence(code)),
            ..Draft::new(rule)
        };
        out.raise(draft, scene, || {
            let told = rejected.iter().take(8).map(|(place, code)| {
                let context = contexts.get(*place);
                let what = match context.filter(|context| !context.abstract_syntax.is_empty()) {
                    Some(context) => {
                        format!("context {} with {}", context.id, named(&context.abstract_syntax))
                    }
                    None => "a context that was not captured".to_owned(),
                };
                let result = code.value.unwrap_or(-1);
                let reason = context.and_then(|context| context.reason);
                let reason = reason.map(|code| format!(", {} ({code})", presentation::context_reason(code)));
                format!(
                    "{what}, number {} of the list: {} ({result}){}",
                    place + 1,
                    presentation::context_result(result),
                    reason.unwrap_or_default()
                )
            });
            let told: Vec<String> = told.collect();
            format!("The {} rejects presentation contexts: {}.", pdu.side.word(), told.join("; "))
        });
    }
}

fn context_unknown(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::UnknownContext(id, rejected) = note.what else { return };
    let draft = Draft {
        side: Some(note.side),
        key: id as u64,
        evidence: Some((note.field.name, note.octets, Some(id))),
        // What is sent in a context that the other end has rejected follows from that.
        symptom: rejected,
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        let known: Vec<String> = scene
            .association
            .into_iter()
            .flat_map(|association| association.presentation.contexts.iter())
            .filter(|context| context.result.is_none_or(|result| result == 0))
            .take(16)
            .map(|context| context.id.to_string())
            .collect();
        format!(
            "The {} sends a value in presentation context {id}, which {}; agreed on are {}.",
            note.side.word(),
            if rejected { "was rejected" } else { "was never defined" },
            if known.is_empty() { "none".to_owned() } else { known.join(", ") }
        )
    });
}

fn mode_changed(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let (Content::Spdu { spdu, upper, .. }, Some(association)) = (pdu.content, scene.association) else {
        return;
    };
    let (SpduKind::Accept, (Some(offered), Some(answered))) = (spdu.kind, association.presentation.modes)
    else {
        return;
    };
    if offered == answered {
        return;
    }
    let evidence = upper.parameter("pres.mode_value").map(evidence);
    out.raise(Draft { side: Some(pdu.side), evidence, ..Draft::new(rule) }, scene, || {
        format!(
            "The CONNECT is in {}, the ACCEPT in {}: the responder answers in a mode that was not offered, and the \
             initiator cannot read it.",
            offered.name(),
            answered.name()
        )
    });
}

fn refused(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some((_, upper)) = case.ending.by_spdu(SpduKind::Refuse) else { return };
    let (Some(PpduKind::Cpr), Some(reason)) = (upper.ppdu, upper.provider_reason) else { return };
    let draft = Draft {
        certainty: if reason == 0 { Certainty::Probable } else { rule.certainty },
        symptom: explained(case.association, out),
        ..on_end(case, rule)
    };
    out.raise(draft, &case.scene(), || {
        let mut words = format!(
            "The presentation layer of the responder refuses the connection: {} ({reason}).",
            presentation::refuse_reason(reason)
        );
        words.push_str(&match reason {
            3 | 7 => format!(
                " The CONNECT calls the P selector {}: it is wrong in the caller's configuration, or nothing is started \
                 behind it.",
                selector(case.association.presentation.called_selector.as_deref())
            ),
            1 | 2 => " It may pass: the same CONNECT can be accepted later.".to_owned(),
            0 => " The reason is a general one and names no cause.".to_owned(),
            _ => String::new(),
        });
        words
    });
}

fn aborted(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some((_, upper)) = case.ending.by_spdu(SpduKind::Abort) else { return };
    if upper.ppdu != Some(PpduKind::Arp) {
        return;
    }
    let draft = Draft { symptom: explained(case.association, out), ..on_end(case, rule) };
    out.raise(draft, &case.scene(), || {
        let reason = match upper.provider_reason {
            Some(reason) => format!("{} ({reason})", presentation::abort_reason(reason)),
            None => "no reason given".to_owned(),
        };
        let event = match upper.event {
            Some(event) => format!(", at {} (event {event})", presentation::event(event)),
            None => String::new(),
        };
        format!(
            "The presentation layer of the {} aborts the association: {reason}{event}.",
            case.ending.side.word()
        )
    });
}
