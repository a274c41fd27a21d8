//! How a transport connection is ended: DR and ER (X.224 clauses 6.7 and 6.20).

use super::common::{evidence, hexadecimal, holes, retries};
use super::{Case, Certainty, Check, Collector, Draft, Rule, Scene, Scope, Severity};
use crate::analysis::{Outcome, State};
use crate::layers::cotp::{self, TpduKind};
use crate::layers::stack::{Content, Pdu};

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "cotp-error",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the peer rejects a TPDU",
        why: "An ER says that a TPDU is not understood: a parameter, a value, or the TPDU at this place. In class 0 the \
              transport connection is over with it.",
        told_by: "An ER TPDU. It quotes what it rejects, up to the octet that was the reason. Where the quote is a DT without \
                  user data the fault is told as cotp-zero-length-dt, where it ends in the called T-selector of a CR as \
                  cotp-called-tsel-rejected.",
        remedy: "Compare the octets that are quoted with X.224. If they are right, the side that sent the ER does not implement \
                 them, and has to be set up or changed; else the other one.",
        references: &["X.224 clauses 6.20 and 13.12", "KB Q123824"],
        check: Check::Pdu(error),
    },
    Rule {
        id: "cotp-disconnect",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the transport connection is disconnected",
        why: "A DR ends the transport connection, and with it whatever is on it. In the middle of an association nothing above \
              says why.",
        told_by: "A DR before the association was released, refused or aborted by a layer above, or a DR in answer to a CR \
                  whose reason does not speak of the T-selector. The DR that follows a release, a REFUSE or an ABORT is how \
                  RFC 1006 stacks end, and is not told. A note where no association was on the connection.",
        remedy: "The reason says what the side that sent it found. Look for the cause on that side.",
        references: &["X.224 clauses 6.7 and 13.5", "RFC 1006 clause 6.3"],
        check: Check::End(disconnect),
    },
];

/// What an ER quotes, in words.
fn quoted(octets: &[u8]) -> String {
    if octets.is_empty() {
        return "It does not quote what it rejects.".to_owned();
    }
    let tpdu = cotp::parse(octets);
    let mut words =
        format!("It quotes {}, the beginning of a {} TPDU", hexadecimal(octets), tpdu.kind.name());
    match (tpdu.kind, cotp::last_parameter(octets)) {
        (TpduKind::Cr | TpduKind::Cc, Some((code, name))) => {
            words.push_str(&format!(", up to parameter {code:02X} ({name})"));
        }
        (TpduKind::Dt, _) if tpdu.end_of_tsdu => words.push_str(" that ends its TSDU"),
        (TpduKind::Unknown(code), _) => {
            words.push_str(&format!(" of a kind that X.224 does not define ({code:02X})"))
        }
        _ => {}
    }
    words.push('.');
    words
}

fn error(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Content::Tpdu(er) = pdu.content else { return };
    let Some(a) = scene.association.filter(|_| er.kind == TpduKind::Er) else { return };
    // What comes behind the end of the association has no meaning any more.
    let Some(ending) = a.ending.as_ref().filter(|ending| ending.now.frame == scene.now.frame) else { return };
    let draft = Draft {
        side: Some(pdu.side),
        key: er.reason.into(),
        evidence: Some(("cotp.reject_cause", pdu.octets.slice(4, 5), Some(er.reason.into()))),
        included_in: &["cotp-zero-length-dt", "cotp-called-tsel-rejected", "tpkt-reserved-refused"],
        ..Draft::new(rule)
    };
    out.raise(draft, &scene.once_in(Scope::Hosts), || {
        let side = ending.side;
        format!(
            "The {}, {}, rejects a TPDU of the {} with an ER, reject cause {} ({}). {} The transport connection is over.",
            side.word(),
            a.end(side),
            side.other().word(),
            cotp::reject_cause(er.reason),
            er.reason,
            quoted(&er.explanation)
        )
    });
}

fn disconnect(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(dr) = case.ending.by_tpdu(TpduKind::Dr) else { return };
    let (a, state) = (case.association, case.ending.state);
    let refused = a.outcome == Outcome::Refused;
    let normal = matches!(dr.reason, 0 | 128);
    let severity = match (state, a.activity) {
        // Without a session layer a DR is how a connection is released.
        (State::Unknown | State::TransportOpen, _) if normal => Severity::Note,
        (State::ReleaseRequested, _) if normal => Severity::Note,
        (_, Some(_)) => Severity::Error,
        _ if refused => Severity::Error,
        _ => Severity::Warning,
    };
    let evidence = case.ending.code.as_ref().map(evidence);
    // What was sent just before may be the reason.
    let symptom = severity == Severity::Error && state >= State::SessionRequested;
    let draft = Draft {
        side: Some(case.ending.side),
        key: dr.reason.into(),
        evidence,
        severity,
        symptom,
        since: a.activity.map_or(a.first_frame, |activity| activity.since.frame),
        ..Draft::new(rule)
    };
    out.raise(draft, &case.scene(), || {
        let side = case.ending.side;
        let what = match (state, a.activity) {
            (State::TransportRequested, _) => {
                "refuses the transport connection: a DR in place of CC".to_owned()
            }
            (State::SessionRequested, _) => "disconnects before the CONNECT was answered: a DR".to_owned(),
            (State::ReleaseRequested, _) => "disconnects before the FINISH was answered: a DR".to_owned(),
            (_, Some(activity)) => {
                format!("disconnects while an activity of the {} is open: a DR", activity.sender.word())
            }
            (State::Open, _) => "disconnects an open association without releasing it: a DR".to_owned(),
            _ => "ends the transport connection, on which no association was seen: a DR".to_owned(),
        };
        let text = super::setup::text(dr);
        format!(
            "The {}, {}, {what} with reason {} ({}){text}.{}{}",
            side.word(),
            a.end(side),
            cotp::disconnect_reason(dr.reason),
            dr.reason,
            retries(case),
            holes(case)
        )
    });
}
