//! What CONNECT and ACCEPT say (X.225 clauses 7.1, 7.2 and 8.3).

use super::{
    Certainty, Check, Collector, Draft, RTSE_UNITS, Rule, Scene, Severity, has_too_few_units, selector, units,
};
use crate::layers::Name;
use crate::layers::presentation::Mode;
use crate::layers::session::{self, SpduKind};
use crate::layers::stack::{Content, Pdu};

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "session-functional-units-insufficient",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the session is without functional units that RTSE needs",
        why: "Reliable transfer needs the Basic Activity Subset of the session layer: half-duplex, minor synchronize, \
              activity management and exceptions. Where one is missing the other end refuses the association, or \
              aborts it at the first SPDU of that functional unit (\"invalid SPDU\").",
        told_by: "The session user requirements of a CONNECT with an RTORQ, or those of CONNECT and ACCEPT together, lack \
                  a bit of 0249 (hexadecimal). An absent parameter stands for 0349. Remote operations straight on the \
                  session layer (duplex, without activities) are no RTSE and left out.",
        remedy: "Set the session layer of the peer to the Basic Activity Subset (BAS) for this association.",
        references: &["X.228 (ISO 9066-2) clause 8.1.1", "X.225 (ISO 8327) clause 8.3.1.8", "KB Q111945"],
        check: Check::Pdu(functional_units),
    },
    Rule {
        id: "session-user-data-too-long",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "an SPDU carries more user data than its version allows",
        why: "In version 1 of the session protocol an SPDU carries 512 octets of user data at most, an ABORT 9. A \
              receiver may abort or cut them. Longer ones in a CONNECT need version 2 and the extended user data \
              parameter (PGI 194).",
        told_by: "User data of more than 512 octets in PGI 193 of a CONNECT, or of any SPDU once version 1 was picked; \
                  more than 9 in an ABORT of version 1 (a note: most receivers take them); extended user data in \
                  another SPDU than CONNECT, or in one that does not offer version 2. DATA TRANSFER and TYPED DATA have \
                  no such limit.",
        remedy: "Have the sender use version 2, or shorten what it sends: names, selectors and the list of presentation \
                 contexts.",
        references: &["X.225 (ISO 8327) clauses 8.3.1.16 to 8.3.1.18 and 8.3.9.6"],
        check: Check::Pdu(user_data),
    },
    Rule {
        id: "session-x410-selector-present",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "an S selector in X.410 mode",
        why: "Session selectors are legal in the X.410-1984 mode, but products of that time have none. Some MTAs do not \
              know a caller who gives one, others expect one and refuse without; it is a known cause of refused \
              associations.",
        told_by: "A calling or called session selector (PI 51, 52) with octets in a CONNECT or ACCEPT whose user data are \
                  in X.410 mode. A warning where the association is then refused for no reason that is told.",
        remedy: "Leave the S selector empty at both ends for the X.410 modes; Exchange does not use it in them (Stack \
                 tab of the X.400 connector).",
        references: &["X.225 (ISO 8327) clause 8.3.1.13", "KB Q152932", "KB Q166308", "KB Q169159"],
        check: Check::Pdu(x410_selector),
    },
];

fn functional_units(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let (Content::Spdu { spdu, tsdu, .. }, Some(association)) = (pdu.content, scene.association) else {
        return;
    };
    if !matches!(spdu.kind, SpduKind::Connect | SpduKind::Accept)
        || spdu.missing.is_some()
        || !has_too_few_units(association)
    {
        return;
    }
    let stated = spdu.functional_units.unwrap_or(session::DEFAULT_FUNCTIONAL_UNITS);
    let common = association.dialogue.functional_units().unwrap_or(stated);
    let at = session::find(tsdu.bytes(), spdu, session::SESSION_USER_REQUIREMENTS);
    let octets = at.map_or(pdu.octets, |at| tsdu.slice(at.start as usize, at.end as usize));
    let evidence = Some(("ses.req.flags", octets, Some(i64::from(stated))));
    out.raise(Draft { side: Some(pdu.side), evidence, ..Draft::new(rule) }, scene, || {
        let what = match spdu.kind {
            SpduKind::Connect => "offers",
            _ => "accepts",
        };
        format!(
            "The {} {what} the session functional units {}, which leaves an association with RTSE without: {}. The Basic \
             Activity Subset (0249) is needed.",
            pdu.side.word(),
            units(stated),
            units(RTSE_UNITS & !common)
        )
    });
}

/// The most user data of an SPDU in version 1, and in PGI 193 of a CONNECT (X.225 8.3).
const MOST: usize = 512;
/// The same for an ABORT.
const MOST_IN_ABORT: usize = 9;

fn user_data(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let (Content::Spdu { spdu, tsdu, .. }, Some(association)) = (pdu.content, scene.association) else {
        return;
    };
    let Some(at) = spdu.user_data.filter(|_| spdu.missing.is_none() && spdu.odd.is_none()) else { return };
    if matches!(spdu.kind, SpduKind::DataTransfer | SpduKind::TypedData | SpduKind::Expedited) {
        return;
    }
    let length = at.len();
    let connect = spdu.kind == SpduKind::Connect;
    // What an answer to a CONNECT that offers version 1 alone is bound to, else what was agreed.
    let session = &association.session.version;
    let version = session.accepted.or(session.offered.filter(|_| spdu.kind == SpduKind::Refuse));
    let (severity, words) = match (spdu.extended, spdu.kind) {
        (true, SpduKind::Connect) if spdu.version.unwrap_or(1) & 2 == 0 => {
            (rule.severity, "extended user data in a CONNECT that does not offer session version 2")
        }
        (true, SpduKind::Connect) => return,
        (true, _) => (rule.severity, "extended user data (PGI 194), which only a CONNECT has"),
        (false, SpduKind::Connect) if length > MOST => {
            (rule.severity, "more than the 512 octets that fit the user data of a CONNECT (PGI 193)")
        }
        (false, SpduKind::Abort) if version == Some(1) && length > MOST_IN_ABORT => {
            (Severity::Note, "more than the 9 octets that an ABORT carries in session version 1")
        }
        (false, _) if !connect && version == Some(1) && length > MOST => {
            (rule.severity, "more than the 512 octets that an SPDU carries in session version 1")
        }
        _ => return,
    };
    let octets = tsdu.slice(at.start as usize, at.start as usize + 2);
    let draft = Draft {
        side: Some(pdu.side),
        key: u64::from(spdu.kind.code()),
        severity,
        evidence: Some(("ses.user_data", octets, None)),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "The {} sends {} with {length} octets of user data: {words}.",
            pdu.side.word(),
            spdu.kind.title()
        )
    });
}

fn x410_selector(pdu: &Pdu<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let (Content::Spdu { spdu, tsdu, upper }, Some(association)) = (pdu.content, scene.association) else {
        return;
    };
    let part = |at: Option<crate::tree::Span>| {
        at.filter(|at| !at.is_empty()).map(|at| tsdu.slice(at.start as usize, at.end as usize))
    };
    match spdu.kind {
        SpduKind::Connect | SpduKind::Accept if upper.mode == Some(Mode::X410) => {
            let (calling, called) = (part(spdu.calling_selector), part(spdu.called_selector));
            let evidence = match (calling, called) {
                (_, Some(called)) => ("ses.called_session_selector", called, None),
                (Some(calling), None) => ("ses.calling_session_selector", calling, None),
                (None, None) => return,
            };
            let draft = Draft { side: Some(pdu.side), evidence: Some(evidence), ..Draft::new(rule) };
            out.raise(draft, scene, || {
                let name = |octets: Option<crate::capture::Octets<'_>>| selector(octets.map(|octets| octets.bytes()));
                let which = if spdu.kind == SpduKind::Connect { "called" } else { "responding" };
                format!(
                    "The {} gives an S selector in X.410 mode (calling {}, {which} {}). That is legal, but known to keep \
                     Exchange and products of 1984 from recognizing the other end (Q152932).",
                    pdu.side.word(),
                    name(calling),
                    name(called),
                )
            });
        }
        // Reasons 129 and 130 name the selector themselves.
        SpduKind::Refuse if association.presentation.mode == Some(Mode::X410) => {
            let session = &association.session;
            let given = |selector: &Option<Name>| selector.as_ref().is_some_and(|octets| !octets.is_empty());
            let general = matches!(spdu.reason, Some(0 | 1 | 133 | 134)) && upper.ppdu.is_none();
            if !general || !(given(&session.calling_selector) || given(&session.called_selector)) {
                return;
            }
            let draft = Draft {
                side: Some(pdu.side.other()),
                severity: Severity::Warning,
                certainty: Certainty::Probable,
                ..Draft::new(rule)
            };
            out.raise(draft, scene, || {
                format!(
                    "The initiator gives an S selector in X.410 mode (calling {}, called {}), and the responder refuses \
                     the session without naming a cause. Products without S selectors in this mode refuse a caller who \
                     gives one (Q152932).",
                    selector(session.calling_selector.as_deref()),
                    selector(session.called_selector.as_deref())
                )
            });
        }
        _ => {}
    }
}
