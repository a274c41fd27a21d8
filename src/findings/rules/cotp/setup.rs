//! How a transport connection is asked for and answered: CR and CC (X.224 clause 6.5).

use super::association::{LIMIT, crowd};
use super::common::{evidence, retries, selector, span};
use super::{Case, Certainty, Check, Collector, Draft, Rule, Scene, Scope, Severity};
use crate::analysis::{Attempt, How, Request, State};
use crate::layers::Side;
use crate::layers::cotp::{self, Connect, Tpdu, TpduKind};
use crate::layers::stack::{Content, Pdu};
use crate::tree::Span;

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "cotp-called-tsel-rejected",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the called T-selector is refused",
        why: "The TCP connection comes about, and the called host runs a transport layer, but it has no service under the \
              T-selector that the caller names. Every attempt fails alike, and no layer above was asked.",
        told_by: "A DR in answer to the CR. Reasons 2 and 3 mean the T-selector and nothing else; 128 means a normal end \
                  elsewhere, but in place of a CC it is a refusal, and its text often names the selector; 1 and 129 mean \
                  that the T-selector is known and has no room; without a text 0 and 128 do not tell. An ER that quotes \
                  the CR up to the called T-selector means it too. A connection that is just closed is told so only where \
                  the same host is accepted with another T-selector, else as association-limit-suspected: an unknown \
                  caller address (event 9301) and a lack of control blocks (9156) look the same.",
        remedy: "Compare the T-selector (octet by octet, in text or hexadecimal) with that of the called MTA: in Exchange the \
                 T selector of its MTA Transport Stack, and on the caller the outgoing T selector on the Stack tab of the X.400 \
                 connector. Blank incoming selectors are taken from the outgoing ones (Q152934), from 5.5 Service Pack 1 on \
                 by other rules (Q198772). See that the service is started.",
        references: &[
            "X.224 clauses 6.6 and 13.5.3",
            "RFC 1006 clause 6.1",
            "KB Q252843",
            "KB Q152934",
            "KB Q198772",
        ],
        check: Check::End(selector_rejected),
    },
    Rule {
        id: "cotp-connect-unanswered",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the CR is never answered",
        why: "The TCP connection is accepted, by the operating system or by a proxy, but nobody answers the CONNECTION \
              REQUEST: the called MTA hangs, is overloaded, or has no control blocks left.",
        told_by: "After a CR the called end sends neither CC nor DR until the caller gives up, or for several seconds until \
                  the capture ends. A CC that comes when the caller has given up is named: then the two ends only disagree \
                  on how long to wait. With nine or more associations open between the hosts it is told as \
                  association-limit-suspected. Where nothing of the called end was captured, nothing is certain.",
        remedy: "Look whether the called MTA runs and is not blocked, and whether a proxy accepts connections in its place. Give the caller a longer time-out where the \
                 CC only comes late.",
        references: &["X.224 clause 6.5", "KB Q319936", "KB Q166602", "KB Q193894"],
        check: Check::End(unanswered),
    },
    Rule {
        id: "cotp-cc-class-mismatch",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the CC selects a class that was not offered",
        why: "The two ends would speak different protocols from here on. A caller that looks at the class answers with DR or ER.",
        told_by: "The class in the CC is neither the preferred class of the CR, nor an alternative that it names, nor one that \
                  X.224 lets the called end choose in its place.",
        remedy: "RFC 1006 has class 0 only. The called end's transport layer is at fault.",
        references: &["X.224 clause 6.5.5", "RFC 1006 clause 5"],
        check: Check::Pdu(class),
    },
    Rule {
        id: "cotp-cc-reference-mismatch",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the CC answers another CR",
        why: "The destination reference of the CC is how the caller knows which request is answered. A caller that compares it \
              rejects the CC.",
        told_by: "DST-REF of the CC is not SRC-REF of the CR on the same TCP connection.",
        remedy: "The called end's transport layer mixes up its connections, or does not turn the octets of the reference as it \
                 has to: tell its vendor.",
        references: &["X.224 clauses 6.5 and 13.4.2"],
        check: Check::Pdu(reference),
    },
    Rule {
        id: "cotp-cc-selector-mismatch",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the CC names other T-selectors than the CR",
        why: "A CC may repeat the T-selectors of the CR. A caller that compares them takes others for the answer of another \
              service, and disconnects.",
        told_by: "The CC carries a T-selector that is not that of the CR. A CC without T-selectors, or with empty ones, is \
                  usual and not meant.",
        remedy: "Compare the T-selectors at both ends, in Exchange on the Stack tab of the X.400 connector and in the MTA \
                 Transport Stack.",
        references: &["X.224 clauses 13.3.4 a and 13.4.4", "KB Q152934", "KB Q198772"],
        check: Check::Pdu(selectors),
    },
    Rule {
        id: "cotp-tpdu-size-increased",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the CC raises the TPDU size",
        why: "The called end may lower the TPDU size that the caller offers, never raise it. A caller that keeps to what it \
              offered rejects longer TPDUs.",
        told_by: "The TPDU size in the CC is larger than that in the CR. A CC with a size where the CR has none is normal over \
                  RFC 1006.",
        remedy: "Set a TPDU size at the called end that is not larger than the caller's (in Exchange the registry value \
                 Supports 2K TPDU).",
        references: &["X.224 clause 6.5.5", "KB Q159161"],
        check: Check::Pdu(size_increased),
    },
    Rule {
        id: "cotp-tsel-asymmetric",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "the T-selectors of the two directions differ",
        why: "Each end has two T-selectors for the connection: its own, and the one under which it calls the other. Where an end \
              is called by another selector than it gives when it calls, one of the two directions may be set up wrongly; an \
              MTA that compares the calling T-selector refuses the calls of one direction.",
        told_by: "Between the same two hosts an association in the other direction was accepted, both CRs name both selectors, and \
                  the calling selector of one is not the called selector of the other. Hosts with several connectors to one \
                  another do so on purpose.",
        remedy: "If calls of one direction are refused, compare the incoming and the outgoing T selector on the Stack tab of the \
                 X.400 connector at both ends. In Exchange a blank incoming selector counts as the outgoing one (Q152934); \
                 from 5.5 Service Pack 1 on it is ignored (Q198772).",
        references: &["X.224 clause 13.3.4 a", "KB Q152934", "KB Q198772"],
        check: Check::Association(asymmetric),
    },
];

/// How long a CR may wait for its answer before the end of the capture, in nanoseconds.
const PATIENCE: i64 = 5_000_000_000;

/// The text of a DR, for a sentence.
pub(super) fn text(dr: &Tpdu) -> String {
    let end = dr.explanation.iter().rposition(|octet| *octet != 0).map_or(0, |last| last + 1);
    match dr.explanation.get(..end) {
        Some(text @ [_, ..]) => format!(", with the text \"{}\"", String::from_utf8_lossy(text)),
        _ => String::new(),
    }
}

/// How surely an answer to the CR means the T-selector; `None` where it means something else.
fn meaning(case: &Case<'_>) -> Option<Certainty> {
    let me = Attempt::of(case.association);
    let others = || case.history.others(case.association).filter(|other| other.called == me.called);
    let open = |other: &Attempt| other.reached >= State::TransportOpen;
    let same_accepted = others().any(|other| other.tsap == me.tsap && open(other));
    match &case.ending.how {
        How::Tpdu(tpdu) if tpdu.kind == TpduKind::Dr => match tpdu.reason {
            2 | 3 => Some(Certainty::Certain),
            0 | 128 if !text(tpdu).is_empty() => Some(Certainty::Strong),
            1 | 129 | 0 if crowd(case) >= LIMIT => None,
            1 => Some(Certainty::Probable),
            0 if !same_accepted => Some(Certainty::Undetermined),
            128 if !same_accepted => Some(Certainty::Probable),
            _ => None,
        },
        How::Tpdu(er) if cotp::parse(&er.explanation).kind == TpduKind::Cr => {
            let (code, _) = cotp::last_parameter(&er.explanation)?;
            (code == 0xC2).then_some(Certainty::Probable)
        }
        How::Closed | How::Reset if !same_accepted => {
            others().any(|other| other.tsap != me.tsap && open(other)).then_some(Certainty::Probable)
        }
        _ => None,
    }
}

fn selector_rejected(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let (a, ending) = (case.association, case.ending);
    if (ending.state, ending.side) != (State::TransportRequested, Side::Responder) {
        return;
    }
    // Without CR nobody knows what it named; where octets are missing, a CC may be among them.
    let silent = matches!(ending.how, How::Closed | How::Reset);
    if a.transport.request.is_none() || (silent && (a.missing_octets > 0 || a.called_tsap.is_none())) {
        return;
    }
    let Some(certainty) = meaning(case) else { return };
    let evidence = ending.code.as_ref().map(evidence);
    let me = Attempt::of(a);
    let draft = Draft { side: Some(Side::Responder), key: me.tsap, evidence, certainty, ..Draft::new(rule) };
    out.raise(draft, &case.scene(), || {
        let called = match a.called_tsap.as_deref() {
            Some(octets) => format!("the called T-selector {}", selector(Some(octets))),
            None => "no called T-selector".to_owned(),
        };
        let calling = a.calling_tsap.as_deref().map(|octets| selector(Some(octets)));
        let calling = calling.map_or_else(String::new, |calling| format!(" (calling {calling})"));
        let answer = match &ending.how {
            How::Tpdu(tpdu) if tpdu.kind == TpduKind::Dr => {
                format!("refuses it with DR, reason {} ({}){}", cotp::disconnect_reason(tpdu.reason), tpdu.reason, text(tpdu))
            }
            How::Tpdu(er) => format!(
                "rejects it with an ER that quotes the CR up to that selector, reject cause {} ({})",
                cotp::reject_cause(er.reason),
                er.reason
            ),
            How::Reset => "resets the TCP connection in answer, without CC or DR".to_owned(),
            _ => "closes the TCP connection in answer, without CC or DR".to_owned(),
        };
        let congested = ending.code.and_then(|code| code.value) == Some(1);
        let meaning = match (certainty, congested) {
            (_, true) => "The T-selector may be right: the service behind it has no room for now.",
            (Certainty::Certain | Certainty::Strong, _) => {
                "No service of the called host is attached to that T-selector: it is wrong in the caller's configuration, or \
                 the service is not started."
            }
            (Certainty::Probable, _) => "Likely no service of the called host is attached to that T-selector.",
            (Certainty::Undetermined, _) => {
                "That may mean the T-selector, or that the called host does not want the connection: the octets do not tell."
            }
        };
        let other = case.history.others(a).find(|other| {
            other.called == me.called && other.tsap != me.tsap && other.reached >= State::TransportOpen
        });
        let other = other.map_or_else(String::new, |other| {
            format!(" A{} (frame {}) was accepted at another T-selector there.", other.association, other.frame)
        });
        format!(
            "The CR names {called}{calling}, and {} {answer}; a CC was expected. {meaning}{other}{}",
            a.responder,
            retries(case)
        )
    });
}

fn unanswered(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let (a, ending) = (case.association, case.ending);
    let Some(request) = &a.transport.request else { return };
    let given_up = ending.side == Side::Initiator && matches!(ending.how, How::Closed | How::Reset);
    let waited = ending.now.time.0.saturating_sub(request.now.time.0);
    let silence = matches!(ending.how, How::Silence);
    let due = given_up || (silence && waited >= PATIENCE);
    if ending.state != State::TransportRequested || !due || crowd(case) >= LIMIT || a.missing_octets > 0 {
        return;
    }
    // Where the answer to the SYN was not captured, neither was what came after it.
    let heard = a.reached(State::TcpOpen);
    let certainty = if heard { rule.certainty } else { Certainty::Undetermined };
    let severity = if heard { rule.severity } else { Severity::Note };
    let draft = Draft { side: Some(Side::Initiator), certainty, severity, ..Draft::new(rule) };
    out.raise(draft, &Scene { now: request.now, ..case.scene() }, || {
        let called = a.called_tsap.as_deref().map(|octets| selector(Some(octets)));
        let called = called.map_or_else(String::new, |called| format!(" (called T-selector {called})"));
        let then = match (given_up, silence) {
            (true, _) => format!("the caller gave up after {}", span(waited)),
            _ => format!("the capture goes on for {}", span(waited)),
        };
        let mut words = format!(
            "{} accepts the TCP connection, but does not answer the CR{called}: neither CC nor DR came, and {then}.",
            a.responder
        );
        match a.transport.late_cc {
            Some(late) => words.push_str(&format!(
                " The CC came in frame {}, {} after the CR: too late. The caller's time-out is shorter than the called MTA \
                 needs (Q319936).",
                late.frame,
                span(late.time.0.saturating_sub(request.now.time.0))
            )),
            None if !heard => words.push_str(" Nothing of the called end is in the capture: it may have answered."),
            None => words.push_str(
                " The called MTA hangs, or has no control blocks left, or a proxy accepted in its place.",
            ),
        }
        words.push_str(&retries(case));
        words
    });
}

/// A CC that is sound, with what it says and the CR that it answers.
fn answer<'a>(pdu: &'a Pdu<'_>, scene: &'a Scene<'_>) -> Option<(&'a Tpdu, &'a Connect, &'a Request)> {
    let Content::Tpdu(tpdu) = pdu.content else { return None };
    let sound = tpdu.kind == TpduKind::Cc && tpdu.odd.is_none() && tpdu.missing.is_none();
    let request = scene.association?.transport.request.as_ref()?;
    sound.then_some((tpdu, tpdu.connect.as_deref()?, request))
}

fn raise(
    pdu: &Pdu<'_>,
    scene: &Scene<'_>,
    rule: &'static Rule,
    (field, at, value): (&'static str, Span, Option<i64>),
    out: &mut Collector,
    words: impl FnOnce() -> String,
) {
    let octets = pdu.octets.slice(at.start as usize, at.end as usize);
    let draft = Draft { side: Some(pdu.side), evidence: Some((field, octets, value)), ..Draft::new(rule) };
    out.raise(draft, &scene.once_in(Scope::Hosts), words);
}

/// Whether the called end may choose this class (X.224 6.5.5, table 3).
fn may_choose(offered: &Connect, class: u8) -> bool {
    class == offered.class
        || offered.alternative_classes & 1 << (class & 0x0F) != 0
        || matches!((offered.class, class), (1, 0) | (3 | 4, 2))
}

fn class(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some((_, chosen, request)) = answer(pdu, scene) else { return };
    if may_choose(&request.connect, chosen.class) {
        return;
    }
    let place = ("cotp.class", Span::new(6, 7), Some(chosen.class.into()));
    raise(pdu, scene, rule, place, out, || {
        format!(
            "The CR offers transport class {}, and the CC selects class {}, which the CR does not allow.",
            request.connect.class, chosen.class
        )
    });
}

fn reference(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some((cc, _, request)) = answer(pdu, scene) else { return };
    if cc.destination == request.reference {
        return;
    }
    let place = ("cotp.destref", Span::new(2, 4), Some(cc.destination.into()));
    raise(pdu, scene, rule, place, out, || {
        let turned =
            if cc.destination == request.reference.swap_bytes() { ", its octets turned round" } else { "" };
        format!(
            "The CR has the source reference {:04X}; the CC is addressed to the destination reference {:04X}{turned}. A \
             caller that compares them does not take it for the answer.",
            request.reference, cc.destination
        )
    });
}

fn selectors(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some((_, chosen, request)) = answer(pdu, scene) else { return };
    let offered = &request.connect;
    let places = cotp::selectors_of(pdu.octets.bytes());
    let pairs = [
        ("calling", "cotp.src-tsap", &offered.calling_tsap, &chosen.calling_tsap),
        ("called", "cotp.dst-tsap", &offered.called_tsap, &chosen.called_tsap),
    ];
    for ((which, field, asked, answered), place) in pairs.into_iter().zip(places) {
        let (Some(asked), Some(answered), Some(place)) = (asked, answered, place) else { continue };
        if asked.is_empty() || answered.is_empty() || asked == answered {
            continue;
        }
        let turned = offered.calling_tsap == chosen.called_tsap && offered.called_tsap == chosen.calling_tsap;
        raise(pdu, scene, rule, (field, place, None), out, || {
            format!(
                "The CR names the {which} T-selector {}, the CC {}{}. A CC repeats the T-selectors of the CR or leaves them \
                 out.",
                selector(Some(asked)),
                selector(Some(answered)),
                if turned { ": it has the two the other way round" } else { "" }
            )
        });
        return;
    }
}

fn size_increased(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some((_, chosen, request)) = answer(pdu, scene) else { return };
    let (Some(asked), Some(answered)) = (request.connect.tpdu_size, chosen.tpdu_size) else { return };
    let Some(at) = cotp::tpdu_size_of(pdu.octets.bytes()).filter(|_| answered > asked) else { return };
    raise(pdu, scene, rule, ("cotp.tpdu_size", at, Some(answered.into())), out, || {
        format!(
            "The CR offers a TPDU size of {asked} octets, and the CC answers with {answered}; it may only lower it."
        )
    });
}

fn asymmetric(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let a = case.association;
    let me = Attempt::of(a);
    let (Some(calling), Some(called)) = (&a.calling_tsap, &a.called_tsap) else { return };
    let accepted =
        |attempt: &Attempt| attempt.reached >= State::TransportOpen && attempt.calling_tsap.is_some();
    if a.transport.request.is_none() || !accepted(&me) {
        return;
    }
    let mut back = case.history.others(a).filter(|other| other.caller != me.caller && accepted(other));
    let differs =
        |other: &&Attempt| other.calling_tsap != Some(me.tsap) || Some(other.tsap) != me.calling_tsap;
    // Where any association back has the same selectors, the others are other connectors.
    let Some(other) = back.next().filter(differs).filter(|_| back.all(|other| differs(&other))) else {
        return;
    };
    out.raise(Draft { side: Some(Side::Initiator), ..Draft::new(rule) }, &case.scene(), || {
        format!(
            "{} calls {} with the calling T-selector {} and the called T-selector {}; the call back in A{} (frame {}) does not \
             use the same two the other way round.",
            a.initiator.address,
            a.responder,
            selector(Some(calling)),
            selector(Some(called)),
            other.association,
            other.frame
        )
    });
}
