//! Recipients in the envelopes of messages and probes.

use super::{
    Certainty, Check, Collector, Draft, Message, Rule, Scene, Scope, Severity, draft, id_of, named, oddity,
    quoting, says,
};
use crate::layers::note::Note;
use crate::layers::p1_oddities::Oddity;

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "p1-recipient-number-invalid",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a recipient number outside 1 to 32767",
        why: "A report names its recipient by this number. Receivers that check it refuse the message: one \
              read -1 as an integer of more than 32 bits (Q145875).",
        told_by: "originally-specified-recipient-number (ExtensionIdentifier in 1984) is zero, negative or above 32767.",
        remedy: "The MTA where the message began numbers its recipients wrongly: give these octets to its vendor.",
        references: &["X.411 annex B (ub-recipients)", "KB Q145875"],
        check: Check::Note(number),
    },
    Rule {
        id: "p1-per-recipient-indicators-unused-bits",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "per-recipient-indicators of less than eight bits",
        why: "X.411 has at least eight bits, those without a meaning included. A receiver that checks reports a syntax \
              error and refuses the message.",
        told_by: "The count of unused bits leaves less than eight in the BIT STRING of a message or a probe. On \
                  associations of either kind; reports, which only repeat the value, are left out.",
        remedy: "Correct the MTA that leaves the last bits out. For Exchange see Q140937.",
        references: &["X.411 figure 2 (PerRecipientIndicators)", "KB Q140937"],
        check: Check::Note(short_indicators),
    },
    Rule {
        id: "p1-recipient-count-huge",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "very many recipients",
        why: "The protocol allows 32767 recipients, but more than 8288 stopped the MTA of Exchange.",
        told_by: "The envelope has more than 8288 per-recipient fields.",
        remedy: "Where Exchange takes part, see that it has the correction of Q183818, or split the distribution list.",
        references: &["X.411 annex B (ub-recipients)", "KB Q183818", "KB Q115438"],
        check: Check::Message(many),
    },
    Rule {
        id: "p1-reassignment-prohibited",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "recipient reassignment is prohibited",
        why: "The originator (of a private message, say) does not let the message go to anyone else. Where the \
              recipient has an alternate recipient, Exchange sends a non-delivery report with diagnostic 26.",
        told_by: "Extension 1 of the envelope, recipient-reassignment-prohibited, has the value 1.",
        remedy: "None is needed. If such messages come back, deliver to the recipient itself or let the originator send \
                 without the mark Private.",
        references: &["X.411 clause 8.2.1.1.1.4", "KB Q160535", "KB Q181579"],
        check: Check::Note(reassignment),
    },
    Rule {
        id: "p1-84-common-name",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a common name on an association of the 1984 kind",
        why: "An address of 1984 has no common name: it goes as domain-defined attribute \"common\" (X.419 annex B). \
              Exchange downgrades it in the heading but not in the envelope, and the receiver does not find the \
              recipient, or replies and receipts do not come back.",
        told_by: "The extension attribute common-name in an O/R address of the envelope, on an association that was \
                  opened for 1984.",
        remedy: "Give the recipient an address that 1984 can say (surname and given name), or set both ends to a 1988 \
                 kind: in Exchange the MTA conformance on the Advanced tab.",
        references: &["X.419 annex B", "KB Q232656", "KB Q170054"],
        check: Check::Note(common_name),
    },
];

/// More recipients than these are known to have stopped an MTA.
const MANY: usize = 8288;

fn number(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(Oddity::RecipientNumber(number)) = oddity(note) else { return };
    out.raise(draft(note, rule, number), scene, || {
        let number = number.map_or_else(|| "a number of more than 64 bits".to_owned(), |n| n.to_string());
        format!(
            "{}originally-specified-recipient-number is {number}; it has to be 1 to 32767. Reports on this recipient \
             cannot be matched, and strict receivers return the message.",
            says(note)
        )
    });
}

fn short_indicators(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(Oddity::ShortIndicators(bits)) = oddity(note) else { return };
    out.raise(draft(note, rule, i64::try_from(bits).ok()), scene, || {
        format!(
            "{}per-recipient-indicators has {bits} bits; X.411 has at least 8. Strict receivers refuse the message.",
            says(note)
        )
    });
}

fn many(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let count = message.apdu.recipients.len();
    if count > MANY {
        out.raise_on(message, quoting(rule, id_of(message)), || {
            format!(
                "The envelope of {} has {count} recipients. That is allowed, but more than {MANY} stopped the MTA of \
                 Exchange.",
                named(message)
            )
        });
    }
}

fn reassignment(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::ReassignmentProhibited) {
        out.raise(draft(note, rule, Some(1)), &scene.once_in(Scope::Hosts), || {
            format!(
                "{}recipient-reassignment-prohibited is set: an alternate recipient may not get the message. Exchange \
                 returns it where there is one.",
                says(note)
            )
        });
    }
}

fn common_name(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::CommonName) {
        // That there are extension attributes at all is the fault; this is what it does.
        let draft = Draft { symptom: true, ..draft(note, rule, None) };
        out.raise(draft, scene, || {
            format!(
                "{}an O/R address of the envelope has a common-name, which an association of the 1984 kind cannot \
                 carry: it should be the domain-defined attribute \"common\". The receiver may not find the recipient.",
                says(note)
            )
        });
    }
}
