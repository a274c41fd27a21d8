//! SPDUs that the state of the dialogue does not allow (X.225 annex A, X.228 clause 8).

use super::{Case, Certainty, Check, Collector, Draft, Rule, Scene, Severity, units};
use crate::analysis::{Breach, Outcome, Phase};
use crate::layers::session::{self, SpduKind};
use crate::layers::stack::{Content, Pdu};

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "session-unexpected-spdu",
        severity: Severity::Error,
        certainty: Certainty::Strong,
        title: "an SPDU that the state of the session does not allow",
        why: "Each SPDU has its place: data inside an activity, an answer behind its question. A session layer that \
              receives one out of place aborts the connection, or the two ends go on with different ideas of where \
              they are, and messages are lost or stay behind.",
        told_by: "The SPDUs of both sides were followed from the CONNECT, or from where the state was sure, through the \
                  tables of X.225. SPDUs that cross on their way are allowed for; behind gaps in the capture, and where \
                  one direction was captured late, nothing is judged.",
        remedy: "The implementation of the sender is at fault, or its state was lost when the network failed. Look \
                 for a newer version, and for network faults before this frame.",
        references: &[
            "X.225 (ISO 8327) annex A",
            "X.228 (ISO 9066-2) clause 8",
            "KB Q225206",
            "KB Q152877",
            "KB Q111945",
        ],
        check: Check::Breach(unexpected),
    },
    Rule {
        id: "session-serial-number-invalid",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a synchronization point has the wrong serial number",
        why: "Checkpoints are numbered one by one from 1 in each activity; the end of the activity takes the next \
              number. A receiver that meets another number ends the connection, and a transfer could be resumed at the \
              wrong place.",
        told_by: "The serial number of a MINOR SYNC POINT or ACTIVITY END is not the one behind the last, or an \
                  acknowledgement names a checkpoint that was not sent or is acknowledged already. An acknowledgement \
                  may skip numbers: it confirms all lower ones.",
        remedy: "The sender counts wrongly: look for a newer version of it (the MS Mail gateway needed one). Until \
                 then a checkpoint size of 0, where the product has that setting, does without minor synchronization \
                 points.",
        references: &[
            "X.225 (ISO 8327) clauses 7.16, 7.17 and 7.28",
            "X.228 (ISO 9066-2) clause 8.2.1",
            "KB Q194685",
        ],
        check: Check::Breach(serial),
    },
    Rule {
        id: "session-token-violation",
        severity: Severity::Error,
        certainty: Certainty::Strong,
        title: "an SPDU from the side that does not have the token for it",
        why: "Only the side that has the turn may begin an activity, send data, set checkpoints and release. Where the \
              other side does it too, both ends have lost count of whose turn it is; the session layer of the receiver \
              aborts.",
        told_by: "The tokens were followed from the token settings of CONNECT and ACCEPT through GIVE TOKENS and GIVE \
                  TOKENS CONFIRM. PLEASE TOKENS moves none.",
        remedy: "The implementation of the sender is at fault. Where the association is two-way alternate, set it to \
                 monologue: each side then opens associations of its own and no turn is passed.",
        references: &[
            "X.225 (ISO 8327) clauses 5.3 and 7.12 to 7.14",
            "X.228 (ISO 9066-2) clause 8.4",
            "KB Q166594",
        ],
        check: Check::Breach(token),
    },
    Rule {
        id: "session-please-token-separate",
        severity: Severity::Note,
        certainty: Certainty::Probable,
        title: "PLEASE TOKENS in a TPDU of its own behind an ACTIVITY END",
        why: "A receiver may ask for the turn before it acknowledges the end of a transfer, in a TPDU of its own. The MS \
              Mail gateway does not expect that and ends the association; the message is then sent again.",
        told_by: "PLEASE TOKENS between an ACTIVITY END and its acknowledgement, which never comes: the side that sent \
                  the ACTIVITY END ends the association.",
        remedy: "Set the association to monologue for this partner, or use a newer version of the gateway.",
        references: &["X.225 (ISO 8327) clause 7.13", "KB Q194686"],
        check: Check::Association(please_tokens),
    },
];

fn unexpected(breach: &Breach, pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Content::Spdu { spdu, .. } = pdu.content else { return };
    let what = spdu.kind.title();
    let (certainty, words) = match *breach {
        Breach::Unexpected { phase: Phase::Connecting, .. } if spdu.kind == SpduKind::Connect => (
            Certainty::Certain,
            "a CONNECT in answer to the CONNECT: an echo service or a loop, not an MTA, is behind the selectors"
                .to_owned(),
        ),
        Breach::Unexpected { phase, own } => {
            (rule.certainty, format!("{what} {}, which X.225 does not allow there", phase.words(own)))
        }
        Breach::NotAgreed { unit, agreed } => (
            Certainty::Certain,
            format!("{what}, which needs the functional unit {}; agreed on are {}", units(unit), units(agreed)),
        ),
        _ => return,
    };
    let draft = Draft {
        side: Some(pdu.side),
        key: u64::from(spdu.kind.code()),
        certainty,
        evidence: Some(("ses.type", pdu.octets.slice(0, 1), Some(spdu.kind.code().into()))),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || format!("The {} sends {words}.", pdu.side.word()));
}

fn serial(breach: &Breach, pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Content::Spdu { spdu, tsdu, .. } = pdu.content else { return };
    let number = |seen: Option<u32>| match seen {
        Some(number) => format!("the serial number {number}"),
        None => "no serial number that can be read".to_owned(),
    };
    let (certainty, seen, words) = match *breach {
        Breach::Serial { expected, seen } => {
            (rule.certainty, seen, format!("{} where {expected} is due", number(seen)))
        }
        Breach::Acknowledged { acknowledged, sent, seen } => {
            let waiting = match (spdu.kind, acknowledged < sent) {
                (SpduKind::ActivityEndAck, _) => format!("the ACTIVITY END has {sent}"),
                (_, true) => format!("{} to {sent} wait for an acknowledgement", acknowledged + 1),
                (_, false) => format!("nothing waits for an acknowledgement, {sent} was the last one"),
            };
            (Certainty::Strong, seen, format!("{}; {waiting}", number(seen)))
        }
        _ => return,
    };
    let at = session::find(tsdu.bytes(), spdu, session::SERIAL_NUMBER);
    let octets = at.map_or(pdu.octets, |at| tsdu.slice(at.start as usize, at.end as usize));
    let field = if at.is_some() { "ses.serial_number" } else { "ses.type" };
    let draft = Draft {
        side: Some(pdu.side),
        key: u64::from(spdu.kind.code()),
        certainty,
        evidence: Some((field, octets, seen.map(i64::from))),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || format!("The {} sends {} with {words}.", pdu.side.word(), spdu.kind.title()));
}

fn token(breach: &Breach, pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let (Breach::Token { token }, Content::Spdu { spdu, .. }) = (breach, pdu.content) else { return };
    let draft = Draft {
        side: Some(pdu.side),
        key: u64::from(spdu.kind.code()),
        evidence: Some(("ses.type", pdu.octets.slice(0, 1), Some(spdu.kind.code().into()))),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "The {} sends {} without having the {}: it is the {} that has the turn.",
            pdu.side.word(),
            spdu.kind.title(),
            token.name(),
            pdu.side.other().word()
        )
    });
}

fn please_tokens(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let dialogue = &case.association.dialogue;
    let Some(wanted) = dialogue.wanted.as_deref().filter(|wanted| wanted.at_end) else { return };
    let failed = matches!(case.association.outcome, Outcome::Aborted | Outcome::Disconnected);
    if !failed || dialogue.cut_off() != Some((Phase::Ending, case.ending.side)) {
        return;
    }
    let draft = Draft {
        side: Some(wanted.side),
        evidence: Some(("ses.type", wanted.quote.octets(), Some(SpduKind::PleaseTokens.code().into()))),
        ..Draft::new(rule)
    };
    let scene = Scene::new(wanted.now, Some(case.association));
    out.raise(draft, &scene, || {
        format!(
            "The {} asks for the turn in a TPDU of its own before it acknowledges the ACTIVITY END, and the {} then \
             ends the association. The MS Mail gateway is known to do that (Q194686).",
            wanted.side.word(),
            case.ending.side.word()
        )
    });
}
