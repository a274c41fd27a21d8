//! What the kind of an association allows, and when it changes.

use super::mismatch::offered;
use super::{Case, Certainty, Check, Collector, Draft, Rule, Scene, Scope, Severity, key};
use crate::analysis::Attempt;
use crate::findings::rules::has_newer_elements;
use crate::layers::Side;
use crate::layers::note::{Note, What};
use crate::layers::rtse::ApduKind;
use crate::layers::stack::{Content, Pdu};

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "p1-88-element-on-84-association",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "an element of 1988 on an association of the 1984 kind",
        why: "A receiver of the 1984 kind does not know the element. It may drop it silently, report a protocol error \
              and have the transfer discarded and begun again without end, abort the association, or acknowledge the \
              message and send a non-delivery report for it.",
        told_by: "The association was opened in X.410 mode with applicationProtocol 1 or none, and an element that \
                  X.411-1984 and X.420-1984 do not have is in what is transferred on it. The MTA that sends it here is \
                  at fault, not necessarily the one where the message began, and never the receiver.",
        remedy: "Let the sending MTA downgrade what it relays to 1984 neighbours (X.419 annex B), or set both ends to a \
                 1988 kind: in Exchange the MTA conformance on the Advanced tab of the X.400 connector. Allow BP-15 and \
                 MS Exchange contents have to be off towards 1984 systems.",
        references: &["X.419 annex B", "X.411 (1984) clause 3", "KB Q135063"],
        check: Check::Note(newer_element),
    },
    Rule {
        id: "mta-kind-changed",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "the kind of the associations between two hosts changes",
        why: "Between the same hosts and at the same selectors one kind of association follows another: the MTA \
              conformance of the caller was changed. Messages that were prepared for the old kind may be refused, cut \
              down or returned on the new one.",
        told_by: "An association from the same host to the same selectors of the same host was accepted before, of \
                  another kind. Connections to other selectors are other connectors, and no change.",
        remedy: "If the change was made on purpose, see that the other end was changed as well and that what waited in \
                 the queues arrived. In Exchange the setting is the MTA conformance on the Advanced tab of the X.400 \
                 connector.",
        references: &["X.419 clause 7", "KB Q135063"],
        check: Check::Association(kind_changed),
    },
    Rule {
        id: "rts-application-protocol-unusual",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "an unusual applicationProtocol",
        why: "In X.410 mode the applicationProtocol alone says what the association is for: 1 is message transfer of \
              1984, 12 that of 1988, 3 is P3 of 1984. A responder that compares it refuses a number it does not know.",
        told_by: "The number in the RTORQ is none of these. 256 and 3072 are 1 and 12 with their octets in the wrong \
                  order; 8883 is message transfer after MOTIS.",
        remedy: "Set the application protocol of the caller to 1 (CCITT P1). In the MS Mail gateway to X.400 that is \
                 the switch -AP.",
        references: &["X.228 (ISO 9066-2) clause 7.1.1.7", "X.419 clause 7", "KB Q111947", "Q87650"],
        check: Check::Pdu(unusual_protocol),
    },
];

fn newer_element(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Only1988(element) = note.what else { return };
    let draft = Draft {
        side: Some(note.side),
        key: key(element),
        // One warning says it; what else is newer is told below it.
        symptom: scene.association.is_some_and(|a| has_newer_elements(a.number, out)),
        evidence: Some((note.field.name, note.octets, None)),
        ..Draft::new(rule)
    };
    out.raise(draft, &scene.once_in(Scope::Hosts), || {
        let place = note.octets.place(0);
        format!(
            "On an association of the 1984 kind the {} sends {element} ({} at offset {} of frame {}), which only the \
             editions of 1988 and later have. The receiver need not understand it.",
            note.side.word(),
            note.field.name,
            place.offset,
            place.frame
        )
    });
}

fn kind_changed(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let me = Attempt::of(case.association);
    if !me.was_accepted() || me.kind.is_none() {
        return;
    }
    let before = case.history.others(case.association).filter(|attempt| {
        attempt.caller == me.caller
            && attempt.selectors == me.selectors
            && attempt.was_accepted()
            && attempt.kind.is_some()
            && attempt.opened < me.opened
    });
    let Some(last) = before.max_by_key(|attempt| attempt.opened).filter(|last| last.kind != me.kind) else {
        return;
    };
    out.raise(Draft { side: Some(Side::Initiator), ..Draft::new(rule) }, &case.scene(), || {
        format!(
            "The initiator opens {}; in A{} (frame {}) it had opened {} to the same selectors. Its MTA conformance \
             was changed while the capture ran.",
            offered(me.mode, me.kind),
            last.association,
            last.frame,
            offered(last.mode, last.kind)
        )
    });
}

fn unusual_protocol(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Content::Spdu { upper, .. } = pdu.content else { return };
    let Some(rtse) = upper.rtse.as_ref().filter(|apdu| apdu.kind == ApduKind::Rtorq) else { return };
    let Some(protocol) = rtse.application_protocol.filter(|protocol| !matches!(protocol, 1 | 3 | 12)) else {
        return;
    };
    let draft = Draft {
        side: Some(pdu.side),
        evidence: Some(("rtse.applicationProtocol", pdu.octets.slice(0, 0), Some(protocol))),
        ..Draft::new(rule)
    };
    out.raise(draft, &scene.once_in(Scope::Hosts), || {
        let meaning = match protocol {
            256 | 3072 => {
                format!("{} with its octets in the wrong order, as some stacks send it", protocol >> 8)
            }
            8883 => "message transfer after MOTIS".to_owned(),
            _ => "none that the Recommendations define".to_owned(),
        };
        format!(
            "The initiator asks for applicationProtocol {protocol}: {meaning}. Message transfer is 1 or 12."
        )
    });
}
