//! How the TCP connection of an association came about, and how it ended.

use super::association::{LIMIT, crowd};
use super::common::{holes, retries, span};
use super::{Case, Certainty, Check, Collector, Draft, Rule, Severity};
use crate::analysis::{How, State};
use crate::layers::Side;

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "tcp-connection-refused",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the TCP connection is refused",
        why: "No octet of X.400 was sent: the host answers, but nothing accepts connections on this port. Messages wait in \
              the queue of the caller until they expire.",
        told_by: "The SYN is answered by RST. A host that is down, or a firewall that drops packets, gives no answer at \
                  all (tcp-syn-unanswered); a refusal by X.400 itself comes later, as DR, REFUSE or RTORJ. The RST may \
                  also be that of a firewall in front of the host.",
        remedy: "On the called host start the MTA (in Exchange the Message Transfer Agent service and its TCP/IP transport \
                 stack) and see that it listens on TCP port 102; check the port and the address that the caller has, and \
                 the firewalls between.",
        references: &[
            "RFC 9293 clause 3.5.2",
            "RFC 1006 clause 5",
            "KB Q170056",
            "KB Q165057",
            "KB Q295416",
            "KB Q182619",
            "KB Q176489",
            "KB Q157630",
        ],
        check: Check::End(refused),
    },
    Rule {
        id: "tcp-syn-unanswered",
        severity: Severity::Error,
        certainty: Certainty::Strong,
        title: "the SYN is never answered",
        why: "The called host cannot be reached: it is down, its address is wrong, or a firewall drops the packets. No \
              octet of X.400 was sent.",
        told_by: "No segment of the called end, although the SYN was repeated or several seconds passed. A RST would be a \
                  refusal (tcp-connection-refused). Where the capture may hold one direction only, nothing is certain; \
                  where it ends at once, nothing is said.",
        remedy: "Check the address in the caller's configuration (in Exchange the Stack tab of the X.400 connector), the \
                 route and the firewalls; TCP port 102 has to be open.",
        references: &["RFC 9293 clause 3.5", "KB Q152941", "KB Q295416", "KB Q176489", "KB Q157630"],
        check: Check::End(syn_unanswered),
    },
    Rule {
        id: "tcp-reset-during-association",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the TCP connection is reset while the association is open",
        why: "What was being transferred is lost and has to be sent again; the other end sees a transport disconnect.",
        told_by: "A RST before the association was released: no DISCONNECT, no ABORT and no DR in front of it. A RST behind \
                  an orderly release is harmless and not told. An error while an activity or the opening is under way, a \
                  warning while the association is idle, a note where its release was asked for already or the caller goes before the CONNECT. Where something \
                  else is wrong on the same association just before, this follows from it.",
        remedy: "The side that reset it has given up: its process ended, or it ran into a time-out. After a long silence of \
                 the other end look at the line, at firewalls that forget idle connections, and at the load of the \
                 other end; at once after a PDU, at what that PDU holds.",
        references: &[
            "RFC 9293 clause 3.5.2",
            "X.224 clause 6.7",
            "KB Q152941",
            "KB Q154301",
            "KB Q306959",
            "KB Q169143",
        ],
        check: Check::End(reset),
    },
    Rule {
        id: "association-never-released",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the TCP connection is closed without a release",
        why: "An association ends with FINISH and DISCONNECT, or with an ABORT that says why. An end that just goes away \
              leaves the other one with a lost transport connection: it takes what was not confirmed for failed, may wait \
              for a recovery, and keeps resources until a timer runs out.",
        told_by: "FIN without FINISH and DISCONNECT, and without ABORT, REFUSE or DR. An error while an activity or the \
                  opening is under way. An association that is still open when the capture ends is not meant, nor one \
                  whose release may lie in a hole of the capture.",
        remedy: "Look for the reason on the side that closed: its process ended, was restarted, or failed on what it had \
                 just received. Have its vendor release associations.",
        references: &["X.225 clause 7.6", "X.224 clause 6.7", "KB Q152897", "KB Q306959"],
        check: Check::End(never_released),
    },
];

/// How long a SYN may wait for its answer, in nanoseconds: TCP repeats a SYN after one to three seconds.
const PATIENCE: i64 = 3_000_000_000;

/// From the CC to the release.
const IN_ASSOCIATION: std::ops::RangeInclusive<State> = State::TransportOpen..=State::ReleaseRequested;

/// A silence of so long is worth telling.
const LONG: i64 = 5_000_000_000;

fn raise(case: &Case<'_>, draft: Draft<'_>, out: &mut Collector, words: impl FnOnce() -> String) {
    out.raise(draft, &case.scene(), words);
}

fn refused(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let ending = case.ending;
    if (ending.state, ending.side) != (State::TcpRequested, Side::Responder)
        || !matches!(ending.how, How::Reset)
        || crowd(case) >= LIMIT
    {
        return;
    }
    raise(case, Draft { side: Some(Side::Responder), ..Draft::new(rule) }, out, || {
        let a = case.association;
        let accepted = case
            .history
            .others(a)
            .find(|other| other.called == a.responder && other.reached > State::TcpRequested);
        let accepted = accepted.map_or_else(String::new, |other| {
            format!(" A{} (frame {}) was accepted on the same port.", other.association, other.frame)
        });
        format!(
            "{} answers the SYN for port {} by RST: nothing listens there, or a firewall refuses in its place.{accepted}{}",
            a.responder.address,
            a.responder.port,
            retries(case)
        )
    });
}

fn syn_unanswered(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let (a, ending) = (case.association, case.ending);
    let given_up = ending.side == Side::Initiator || matches!(ending.how, How::Silence);
    if ending.state != State::TcpRequested || !given_up {
        return;
    }
    let waited = ending.now.time.0.saturating_sub(a.opened.0);
    let repeated = a.transport.syns_repeated;
    if repeated == 0 && waited < PATIENCE {
        return;
    }
    let certainty = if repeated == 0 { Certainty::Probable } else { rule.certainty };
    raise(case, Draft { side: Some(Side::Initiator), certainty, ..Draft::new(rule) }, out, || {
        let sent = match repeated {
            0 => "a SYN".to_owned(),
            repeated => format!("a SYN {} times", repeated + 1),
        };
        format!(
            "{} sends {sent} to {}, and no answer to it is in the capture, not even a refusal: the host is down or its \
             address wrong, or a firewall drops the packets.{}",
            a.initiator.address,
            a.responder,
            retries(case)
        )
    });
}

/// How much the loss of the connection matters in its state, and what was under way.
fn under_way(case: &Case<'_>) -> (Severity, String) {
    match (case.ending.state, case.association.activity) {
        (State::ReleaseRequested, _) => {
            (Severity::Note, "after FINISH, in place of DISCONNECT; nothing is lost".to_owned())
        }
        (State::SessionRequested, _) => (Severity::Error, "before the CONNECT was answered".to_owned()),
        (_, Some(activity)) => (
            Severity::Error,
            format!(
                "while an activity of the {} is open and not confirmed: what it transfers has to be resumed or sent again",
                activity.sender.word()
            ),
        ),
        // A caller may just have looked whether anybody is there.
        (State::TransportOpen, _) => {
            let severity =
                if case.ending.side == Side::Initiator { Severity::Note } else { Severity::Warning };
            (severity, "before the CONNECT, with nothing on the transport connection".to_owned())
        }
        _ => (Severity::Warning, "while the association is idle, without releasing it".to_owned()),
    }
}

/// An end below the session layer that may follow from what was sent just before.
fn lost(case: &Case<'_>, rule: &'static Rule, out: &mut Collector, words: impl FnOnce(String) -> String) {
    let (severity, under_way) = under_way(case);
    let open = case.association.activity;
    let symptom = open.is_some() || case.ending.state < State::Open;
    let missing = case.association.missing_octets > 0;
    let draft = Draft {
        side: Some(case.ending.side),
        severity,
        certainty: if missing { Certainty::Probable } else { rule.certainty },
        symptom,
        since: open.map_or(case.association.first_frame, |activity| activity.since.frame),
        ..Draft::new(rule)
    };
    out.raise(draft, &case.scene(), || words(under_way) + &holes(case));
}

fn reset(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let (a, ending) = (case.association, case.ending);
    if !matches!(ending.how, How::Reset) || !IN_ASSOCIATION.contains(&ending.state) {
        return;
    }
    lost(case, rule, out, |under_way| {
        let other = ending.side.other();
        let heard = a.pace.heard(other).map(|heard| ending.now.time.0.saturating_sub(heard.0));
        let silence = heard.filter(|silence| *silence >= LONG).map_or_else(String::new, |silence| {
            format!(" The {} had sent nothing for {}.", other.word(), span(silence))
        });
        format!(
            "The {}, {}, resets the TCP connection {under_way}. No ABORT and no DR says why.{silence}",
            ending.side.word(),
            a.end(ending.side)
        )
    });
}

fn never_released(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let (a, ending) = (case.association, case.ending);
    // Where one direction is captured, its answers are not there.
    let one_direction = a.octets.contains(&0);
    if !matches!(ending.how, How::Closed)
        || !IN_ASSOCIATION.contains(&ending.state)
        || (one_direction && ending.state != State::Open)
    {
        return;
    }
    lost(case, rule, out, |under_way| {
        format!(
            "The {}, {}, closes the TCP connection {under_way}. Expected were FINISH and DISCONNECT, or an ABORT that says \
             why; the other end can only take the association for lost.",
            ending.side.word(),
            a.end(ending.side)
        )
    });
}
