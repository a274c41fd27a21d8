//! A called end that gives no transport connection, for reasons that the octets do not tell.

use super::common::{evidence, retries, selector};
use super::{Case, Certainty, Check, Collector, Draft, Rule, Severity};
use crate::analysis::{Attempt, How, State};
use crate::layers::Side;
use crate::layers::cotp::{self, TpduKind};

pub(super) static RULES: &[Rule] = &[Rule {
    id: "association-limit-suspected",
    severity: Severity::Error,
    certainty: Certainty::Undetermined,
    title: "the called end gives no transport connection, without saying why",
    why: "The TCP connection comes about, but the called MTA does not go on. It has no room for another association, or \
          it does not want this caller.",
    told_by: "The called end closes or resets the TCP connection before any CC, with no DR that says why; or it gives no \
              answer, or a refusal for congestion, while nine or more associations between the two hosts are open: \
              Exchange has nine for normal and one for urgent messages, and 64 control blocks for all. With so many \
              open the limit is probable. Otherwise the reason is not in the octets: the same is seen where the \
              called MTA does not know the caller's address (9301), and where nothing is attached to the T-selector. \
              A DR that gives its reason is cotp-called-tsel-rejected or cotp-disconnect.",
    remedy: "Look into the event log of the called host: 57 is the association limit, 9156 no control blocks are left (ten are needed for each connector, and ten more), 9301 followed by 9202 a caller whose address \
             is not that on the Stack tab of the X.400 connector, 4293 a wrong T-selector. Enter the address from \
             which the caller really comes, as translated by firewalls and proxies; raise the Threshold of messages \
             per association or the control blocks.",
    references: &[
        "X.224 clause 6.5",
        "RFC 1006 clause 6.1",
        "KB Q194589",
        "KB Q278444",
        "KB Q243632",
        "KB Q166602",
        "KB Q193894",
        "KB Q193380",
        "KB Q197378",
        "KB Q254909",
    ],
    check: Check::End(limit),
}];

/// How many associations two MTAs have open before a limit is suspected (Q194589: nine, and one for urgent messages).
pub(super) const LIMIT: usize = 9;

/// A called end that closes so late, without having been sent anything, is tired of waiting.
const AT_ONCE: i64 = 5_000_000_000;

/// How many other associations between the two hosts were open when this one was asked for.
pub(super) fn crowd(case: &Case<'_>) -> usize {
    let asked = case.association.opened;
    let open = case.history.others(case.association).filter(|other| {
        other.called.port == case.association.responder.port
            && other.reached >= State::TransportOpen
            && other.opened <= asked
            && other.closed.is_none_or(|closed| closed > asked)
    });
    open.count()
}

/// In which way the called end did not go on, where it did not say why.
fn without_reason(case: &Case<'_>, crowded: bool) -> Option<String> {
    let (a, ending) = (case.association, case.ending);
    let closed = match ending.how {
        How::Closed => Some("closes"),
        How::Reset => Some("resets"),
        _ => None,
    };
    match (ending.state, ending.side, closed, &ending.how) {
        (State::TcpRequested, Side::Responder, Some("resets"), _) if crowded => {
            Some("answers the SYN by RST".to_owned())
        }
        (State::TcpOpen, Side::Responder, Some(closed), _)
            if a.octets == [0; 2] && ending.now.time.0.saturating_sub(a.opened.0) < AT_ONCE =>
        {
            Some(format!("accepts the TCP connection and {closed} it before any TPDU"))
        }
        (State::TransportRequested, Side::Responder, Some(closed), _) => {
            Some(format!("{closed} the TCP connection in answer to the CR, without CC or DR"))
        }
        (State::TransportRequested, Side::Responder, _, How::Tpdu(tpdu))
            if crowded && tpdu.kind == TpduKind::Dr && matches!(tpdu.reason, 0 | 1 | 129 | 135) =>
        {
            let reason = cotp::disconnect_reason(tpdu.reason);
            Some(format!("refuses the transport connection: DR reason {reason} ({})", tpdu.reason))
        }
        (State::TransportRequested, ..) if crowded => Some("does not answer the CR".to_owned()),
        _ => None,
    }
}

fn limit(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let (a, open) = (case.association, crowd(case));
    let crowded = open >= LIMIT;
    // A CC may be among the octets that are missing.
    if a.missing_octets > 0 || !a.from_the_start {
        return;
    }
    let Some(what) = without_reason(case, crowded) else { return };
    let me = Attempt::of(a);
    let same = case.history.others(a).find(|other| {
        other.called == me.called && other.tsap == me.tsap && other.reached >= State::TransportOpen
    });
    let evidence = case.ending.code.as_ref().map(evidence);
    let draft = Draft {
        side: Some(Side::Responder),
        evidence,
        severity: if crowded { Severity::Warning } else { rule.severity },
        certainty: match (crowded, evidence) {
            (true, Some((_, _, Some(1 | 129)))) => Certainty::Strong,
            (true, _) => Certainty::Probable,
            _ => rule.certainty,
        },
        ..Draft::new(rule)
    };
    out.raise(draft, &case.scene(), || {
        let tsel = a.called_tsap.as_deref().map(|octets| selector(Some(octets)));
        let tsel = tsel.map_or_else(String::new, |tsel| format!(" (called T-selector {tsel})"));
        let known = same.map_or_else(String::new, |other| {
            let (number, frame) = (other.association, other.frame);
            format!(" A{number} (frame {frame}) was accepted at the same T-selector: that is not wrong.")
        });
        let candidates = match (crowded, same) {
            (true, _) => {
                "That is the limit of Exchange, nine associations and one for urgent messages, or the called MTA has no control blocks left."
            }
            (false, Some(_)) => {
                "Nothing on the wire says why: it may have no association or control block left, or not know the address of the caller."
            }
            (false, None) => {
                "Nothing on the wire says why: it may not know the address of the caller, have no association or control block left, or nothing is attached to that T-selector."
            }
        };
        format!(
            "{}{tsel} {what}; a CC was expected. {open} other associations between the two hosts were open then. \
             {candidates}{known}{}",
            a.responder,
            retries(case)
        )
    });
}
