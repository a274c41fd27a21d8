//! Whether the attributes of an O/R address make one of the forms of X.402.

use super::{Certainty, Check, Collector, Draft, Note, Odd, Rule, Scene, Severity, not_delivered, subject};
use crate::analysis::Message;
use crate::layers::mts::Kind;
use crate::layers::or_address::Attribute;
use crate::layers::or_address_oddities::{Fault, Owner};

pub(in crate::findings) static RULES: &[Rule] = &[
    Rule {
        id: "orname-missing-mandatory",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the originator's address has no country or no ADMD",
        why: "Every O/R address but a terminal's has a country and an ADMD. Without them no report and no reply \
              finds back to the originator, and a strict MTA does not take the message.",
        told_by: "The originator-name of the envelope has no country-name or no administration-domain-name, and no \
                  attribute of a terminal's address either. An ADMD of one space, or an empty one, is there.",
        remedy: "Give the originator a whole X.400 address. In Exchange that is the site addressing; the MSMI and MS \
                 Mail gateways sent addresses with a domain-defined attribute (MS) only (Q146032).",
        references: &["X.402 clause 18.5", "KB Q146032", "KB Q169695"],
        check: Check::Note(missing_mandatory),
    },
    Rule {
        id: "orname-incomplete-mnemonic",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "an O/R address lacks what its form needs",
        why: "A mnemonic address has a country, an ADMD, and at least one of PRMD, organization, organizational \
              unit, personal name, common name and domain-defined attribute. An MTA has nothing to route or to \
              deliver by otherwise, and returns the message.",
        told_by: "The originator-name or a recipient-name of the envelope has none of the forms of X.402: \
                  mnemonic, numeric, postal, terminal.",
        remedy: "Complete the address where it is entered or made.",
        references: &["X.402 clause 18.5", "KB Q158363"],
        check: Check::Note(incomplete),
    },
    Rule {
        id: "orname-no-personal-name",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "an O/R address names an organization and nobody in it",
        why: "X.402 allows it. Exchange Server asks for a surname or common name, and logs event 3150.",
        told_by: "The originator-name or a recipient-name of the envelope has a PRMD or organization, and no \
                  organizational unit, personal name, common name, domain-defined attribute, or attribute of another \
                  form of address.",
        remedy: "If the message does not arrive, give the address a surname (s) or a common name (cn).",
        references: &["X.402 clause 18.5.1", "KB Q178537"],
        check: Check::Note(nobody),
    },
    Rule {
        id: "orname-numeric-with-prmd",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a numeric or X.121 address with a PRMD on a 1984 association",
        why: "The forms of 1984 with a numeric user identifier or an X.121 address have no PRMD. Exchange Server \
              cannot downgrade such an address for a 1984 connection, and returns the message with \
              unable-to-downgrade (event 175).",
        told_by: "An address of the envelope has a PRMD together with a numeric user identifier or an X.121 \
                  address: a note on a 1984 association, a warning when a report returns it with the diagnostic \
                  unable-to-downgrade (47).",
        remedy: "Leave the PRMD out of the address, route it over a 1988 connection, or set the MTA conformance \
                 (Advanced) of the connector to 1988 if the other side can do it.",
        references: &["X.402 clause 18.5.2", "X.419 annex B", "KB Q181947"],
        check: Check::Several(&[Check::Note(numeric), Check::Message(numeric_returned)]),
    },
];

fn missing_mandatory(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::MissingMandatory) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "There is no country-name or no administration-domain-name in {}: no report and no reply can find \
             back, and an MTA that checks does not take the message.",
            odd.owner()
        )
    });
}

fn incomplete(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::IncompleteMnemonic) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "The attributes of {} make no O/R address: it needs a country, an ADMD and one attribute more (X.402 \
             18.5). A message cannot be routed by it.",
            odd.owner()
        )
    });
}

fn nobody(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::NoPersonalName) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "There is an organization or PRMD in {}, and nothing that names a user: no personal name, common name, \
             unit or domain-defined attribute. X.402 allows it; Exchange Server logs event 3150.",
            odd.owner()
        )
    });
}

fn numeric(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::NumericWithPrmd) else { return };
    let kind = scene.association.and_then(|association| association.kind);
    if kind != Some(Kind::Mts1984) || !matches!(odd.oddity.owner, Owner::Originator | Owner::Recipient) {
        return;
    }
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "On an association of the 1984 kind, {} has a PRMD and a numeric user identifier or X.121 address. The \
             forms of 1984 do not have both; Exchange Server calls it unable-to-downgrade (event 175).",
            odd.owner()
        )
    });
}

/// unable-to-downgrade (X.411 figure 2).
const UNABLE_TO_DOWNGRADE: i64 = 47;

fn numeric_returned(report: &Message, rule: &'static Rule, out: &mut Collector) {
    for (recipient, diagnostic) in not_delivered(report) {
        let has = |attribute| recipient.address.get(attribute).is_some();
        let numeric = has(Attribute::NumericUserIdentifier) || has(Attribute::NetworkAddress);
        if diagnostic != Some(UNABLE_TO_DOWNGRADE) || !numeric || !has(Attribute::PrivateDomain) {
            continue;
        }
        let draft =
            Draft { severity: Severity::Warning, certainty: Certainty::Strong, key: 1, ..Draft::new(rule) };
        out.raise_on(report, draft, || {
            format!(
                "The message {} was not delivered to {}: unable-to-downgrade (47). The address has a PRMD and a \
                 numeric user identifier or X.121 address, for which 1984 has no form; Exchange Server logs event \
                 175.",
                subject(report),
                recipient.address
            )
        });
    }
}
