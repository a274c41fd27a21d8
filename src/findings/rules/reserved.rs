//! The reserved octet of the TPKT header (RFC 1006 clause 6), and what comes of it where it is not zero.

use super::common::{called, holes, retries};
use super::{Case, Certainty, Check, Collector, Draft, Rule, Scene, Scope, Severity};
use crate::analysis::{Attempt, How, Reserved, State};
use crate::findings::Finding;
use crate::layers::Side;
use crate::layers::cotp::{self, TpduKind};
use crate::layers::note::{Note, What};

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "tpkt-reserved-refused",
        severity: Severity::Error,
        certainty: Certainty::Probable,
        title: "the peer gives up on a packet whose reserved octet is not zero",
        why: "RFC 1006 has receivers ignore this octet, but the Exchange MTA before 4.0 Service Pack 3 takes such a packet for \
              invalid and drops the connection, before any X.400 is exchanged. No message passes in either direction.",
        told_by: "Right after the first packet of one side whose reserved octet is not zero, and before it sends anything \
                  else, the other side closes or resets the connection, or sends a DR or ER without a reason of its own. \
                  Strong where the same host, sending zero, is accepted in another association of the capture; not told \
                  where it is accepted with such an octet. A refusal with a reason (DR 1, 2, 3 or with a text, REFUSE, \
                  RTORJ, ABORT) has that reason; a wrong T-selector, an unknown address or an association limit may look \
                  alike where the connection is closed right after the CR.",
        remedy: "On the Exchange side install 4.0 Service Pack 3 or later, which ignores the octet; or have the vendor of the \
                 sending stack set it to zero.",
        references: &["RFC 1006 clause 6", "KB Q157015", "KB Q151626"],
        check: Check::End(refused),
    },
    Rule {
        id: "tpkt-reserved-nonzero",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the reserved octet is not zero",
        why: "RFC 1006 reserves the second octet of every packet. Receivers should ignore it, but some, such as \
              the Exchange MTA before 4.0 Service Pack 3, refuse packets in which it is not zero, and the \
              connection fails before any X.400 is exchanged.",
        told_by: "Octet 1 of a TPKT whose other octets prove that it is one. The side named is the sender: its \
                  stack has to change, or the other one to tolerate it. An octet that varies from packet to packet shows \
                  that the sender does not set it at all.",
        remedy: "Have the vendor of the sending stack set the octet to zero. On the Exchange side install a \
                 build that ignores it (4.0 Service Pack 3 or later).",
        references: &["RFC 1006 clause 6", "KB Q157015", "KB Q151626"],
        check: Check::Note(nonzero),
    },
];

/// How many findings are looked through for one about the same host.
const LOOKED_BACK: usize = 64;

fn nonzero(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::TpktReserved { value, before } = note.what else { return };
    // The warning that the octet is not zero says the most; that it varies as well is told beside it.
    let host = scene.association.map(|association| association.end(note.side).address);
    let known = |finding: &Finding| finding.rule.id == rule.id && finding.from.map(|end| end.address) == host;
    let told = before.is_some() && out.findings().iter().rev().take(LOOKED_BACK).any(known);
    let draft = Draft {
        side: Some(note.side),
        key: u64::from(before.is_some()),
        evidence: Some((note.field.name, note.octets, Some(value.into()))),
        severity: if told { Severity::Note } else { rule.severity },
        mark: before.map(|_| "the reserved octet is not what it was before"),
        included_in: &["tpkt-reserved-refused"],
        ..Draft::new(rule)
    };
    let sender = scene.association.map_or_else(String::new, |a| format!(", {}", a.end(note.side)));
    out.raise(draft, &scene.once_in(Scope::Hosts), || {
        let side = called(note.side);
        match before {
            None => format!(
                "The {side} side{sender}, sends TPKTs whose reserved octet is {value} (0x{value:02X}). RFC 1006 reserves \
                 this octet and requires 0 on sending; a receiver should ignore it, but some receivers refuse such \
                 packets and the connection then fails."
            ),
            Some(before) => format!(
                "The reserved octet in the TPKTs of the {side} side{sender}, varies: it was {before} (0x{before:02X}) in the \
                 first one and is {value} (0x{value:02X}) here. The sender leaves in it whatever its buffer held; RFC 1006 \
                 requires 0. A receiver should ignore it, but some receivers refuse such packets, one now and one then."
            ),
        }
    });
}

/// The side whose octet the other one may have given up on, and the octet.
fn suspect<'a>(case: &'a Case<'_>) -> Option<(Side, &'a Reserved)> {
    let (a, ending) = (case.association, case.ending);
    let side = ending.side.other();
    let silent = match &ending.how {
        How::Closed | How::Reset => true,
        How::Tpdu(tpdu) if tpdu.kind == TpduKind::Dr => {
            matches!(tpdu.reason, 0 | 128 | 133) && tpdu.explanation.iter().all(|octet| *octet == 0)
        }
        How::Tpdu(tpdu) => tpdu.reason == 0,
        _ => false,
    };
    let early = ending.state >= State::TransportRequested && a.activity.is_none() && a.messages == 0;
    let reserved = a.transport.reserved[side.index()].as_deref().filter(|reserved| !reserved.answered)?;
    (silent && early && a.missing_octets == 0).then_some((side, reserved))
}

fn refused(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some((side, reserved)) = suspect(case) else { return };
    let me = Attempt::of(case.association);
    // The same host may call in one association and be called in another.
    let sent = |other: &&Attempt| {
        let caller = if other.caller == me.caller { side } else { side.other() };
        other.reserved[caller.index()]
    };
    let accepted = || case.history.others(case.association).filter(|other| other.was_accepted());
    if accepted().any(|other| sent(&other)) {
        return;
    }
    let with_zero = accepted().find(|other| !sent(other));
    let draft = Draft {
        side: Some(side),
        evidence: Some(("tpkt.reserved", reserved.quote.octets(), Some(reserved.value.into()))),
        certainty: if with_zero.is_some() { Certainty::Strong } else { rule.certainty },
        ..Draft::new(rule)
    };
    out.raise(draft, &case.scene(), || {
        let (a, peer) = (case.association, side.other());
        let answer = match &case.ending.how {
            How::Reset => "resets the TCP connection".to_owned(),
            How::Tpdu(tpdu) if tpdu.kind == TpduKind::Dr => {
                format!("disconnects with DR, reason {} ({})", cotp::disconnect_reason(tpdu.reason), tpdu.reason)
            }
            How::Tpdu(_) => "answers with an ER TPDU that gives no reason".to_owned(),
            _ => "closes the TCP connection".to_owned(),
        };
        let compared = with_zero.map_or_else(String::new, |other| {
            let (number, frame) = (other.association, other.frame);
            format!(" With a reserved octet of zero the association A{number} (frame {frame}) between these hosts was accepted.")
        });
        let value = reserved.value;
        format!(
            "The {} side, {}, sends a TPKT whose reserved octet is {value} (0x{value:02X}) where RFC 1006 has 0, and the {} \
             side {answer} right after it, giving no other reason. The Exchange MTA before 4.0 Service Pack 3 refuses such \
             packets.{compared}{}{}",
            called(side),
            a.end(side),
            called(peer),
            retries(case),
            holes(case)
        )
    });
}
