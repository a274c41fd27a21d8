//! Association control (X.227).

use super::presentation::named;
use super::{Case, Certainty, Check, Collector, Draft, Rule, Severity, explained, on_end};
use crate::layers::acse::{self, Apdu, ApduKind};
use crate::layers::session::SpduKind;

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "acse-application-context-unsupported",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the responder does not support the application context",
        why: "The application context says what the association is for. The called end serves something else behind \
              these selectors: P3 or P7 in place of P1, or another application altogether.",
        told_by: "An AARE that rejects with the diagnostic application-context-name-not-supported (2).",
        remedy: "Check the selectors first: they may lead to another service of the same system. Then compare the MTA \
                 conformance of both ends: mts-transfer (2.6.0.1.6) is what 1988 normal mode uses.",
        references: &["X.227 (ISO 8650-1) clauses 7.1.4 and 9.1", "X.419 clause 8"],
        check: Check::End(application_context),
    },
    Rule {
        id: "acse-rejected",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the responder's association control rejects the association",
        why: "The presentation connection would have come about; the association was rejected before RTSE and the MTA \
              had a say, or without a word from them.",
        told_by: "An AARE with the result rejected-permanent or rejected-transient and without an RTORJ. Diagnostics 3 to \
                  10 name the title or qualifier that is not recognized. Real stacks give no reason (1) for nearly \
                  everything, and the transient result for lasting causes as well.",
        remedy: "For a diagnostic that names a title compare the AP titles and AE qualifiers of both ends. For \
                 diagnostic 1 compare application context and abstract syntaxes: an RTSE service that was called for \
                 another application answers so.",
        references: &["X.227 (ISO 8650-1) clauses 7.1 and 9.1"],
        check: Check::End(rejected),
    },
    Rule {
        id: "acse-aborted",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "association control aborts the association",
        why: "An abort ends the association at once. What was being transferred has to be sent again.",
        told_by: "An ABRT without an RTAB. The source tells who aborted: the user above ACSE, or ACSE itself, for an APDU \
                  that it could not accept.",
        remedy: "Where ACSE itself aborts, look at the APDU in front of it: an answer that is a copy of the request \
                 comes from an echo service. Else the log of the end that aborted has the cause.",
        references: &["X.227 (ISO 8650-1) clauses 7.3 and 9.1"],
        check: Check::End(aborted),
    },
];

/// The AARE of a refusal, where it is more than what carries an answer from above.
fn aare<'a>(case: &'a Case<'_>) -> Option<&'a Apdu> {
    let (_, upper) = case.ending.by_spdu(SpduKind::Refuse)?;
    upper.acse.as_ref().filter(|apdu| apdu.kind == ApduKind::Aare && upper.rtse.is_none())
}

fn application_context(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    if aare(case).is_none_or(|apdu| apdu.user_diagnostic != Some(2)) {
        return;
    }
    out.raise(Draft { symptom: explained(case.association, out), ..on_end(case, rule) }, &case.scene(), || {
        format!(
            "The responder rejects the association: application context name not supported (2). The initiator asks for {}.",
            match &*case.association.application_context {
                [] => "none".to_owned(),
                oid => named(oid),
            }
        )
    });
}

fn rejected(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(apdu) = aare(case) else { return };
    let vague = matches!(apdu.user_diagnostic, None | Some(0 | 1)) && apdu.provider_diagnostic.is_none();
    let draft = Draft {
        certainty: if vague { Certainty::Probable } else { rule.certainty },
        symptom: explained(case.association, out),
        ..on_end(case, rule)
    };
    out.raise(draft, &case.scene(), || {
        let result = apdu.result.unwrap_or(-1);
        let diagnostic = match (apdu.user_diagnostic, apdu.provider_diagnostic) {
            (Some(code), _) => format!(", diagnostic of its user: {} ({code})", acse::user_diagnostic(code)),
            (None, Some(code)) => {
                format!(", diagnostic of ACSE: {} ({code})", acse::provider_diagnostic(code))
            }
            (None, None) => String::new(),
        };
        let meaning = match vague {
            true => {
                " Nothing from RTSE or the MTA is in the answer: likely they were not asked, and application \
                     context or abstract syntax do not suit what is served there."
            }
            false => "",
        };
        format!(
            "The responder rejects the association: {} ({result}){diagnostic}.{meaning}",
            acse::result(result)
        )
    });
}

fn aborted(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some((_, upper)) = case.ending.by_spdu(SpduKind::Abort) else { return };
    let Some(apdu) = upper.acse.as_ref().filter(|apdu| apdu.kind == ApduKind::Abrt && upper.rtse.is_none())
    else {
        return;
    };
    let provider = apdu.abort_source == Some(1);
    let draft = Draft {
        certainty: if provider { rule.certainty } else { Certainty::Probable },
        symptom: explained(case.association, out),
        ..on_end(case, rule)
    };
    out.raise(draft, &case.scene(), || {
        let who = case.ending.side.word();
        let mut words = match provider {
            true => format!(
                "Association control of the {who} aborts the association: it received an APDU that it cannot accept"
            ),
            false => format!("The user of association control at the {who} aborts the association"),
        };
        match apdu.abort_diagnostic {
            Some(code) => words.push_str(&format!(", diagnostic {} ({code}).", acse::abort_diagnostic(code))),
            None => words.push_str(" and gives no reason."),
        }
        words
    });
}
