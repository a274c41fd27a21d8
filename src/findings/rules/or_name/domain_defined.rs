//! Domain-defined attributes: what gateways put into O/R addresses.

use super::{Certainty, Check, Collector, Note, Odd, Rule, Scene, Severity};
use crate::layers::or_address_oddities::Fault;

pub(in crate::findings) static RULES: &[Rule] = &[
    Rule {
        id: "orname-dda-empty",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a domain-defined attribute is empty",
        why: "Type and value of a domain-defined attribute have at least one character. Exchange Server answers a \
              message with an empty one by a non-delivery report, content-type-not-supported.",
        told_by: "Type or value has no octets.",
        remedy: "Correct the address where it is entered or made. In Exchange, look at the domain-defined attributes \
                 of the X.400 address of the recipient or custom recipient.",
        references: &["X.411 figure 2, BuiltInDomainDefinedAttribute", "KB Q160947"],
        check: Check::Note(empty),
    },
    Rule {
        id: "orname-dda-not-printable",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a domain-defined attribute holds characters that a PrintableString does not have",
        why: "Type and value are PrintableStrings. A gateway has to escape what they do not have (RFC 2156 3.4): @ \
              is (a), % is (p), _ is (u). Otherwise a strict MTA rejects the address, and a gateway makes another \
              address of it.",
        told_by: "Type or value of a built-in domain-defined attribute holds octets outside the PrintableString.",
        remedy: "Enter the address with the escapes, for instance DDA:RFC-822=hans(a)werk.example. Where Exchange \
                 replicates over X.400, the address of the type MSXCHNGE must not hold an underscore: the backbone \
                 refuses it (Q155695).",
        references: &[
            "X.680 clause 41.4",
            "RFC 2156 clause 3.4",
            "KB Q156707",
            "KB Q155379",
            "KB Q177869",
            "KB Q155695",
        ],
        check: Check::Note(not_printable),
    },
    Rule {
        id: "orname-dda-double-escaped",
        severity: Severity::Warning,
        certainty: Certainty::Strong,
        title: "the escapes of a domain-defined attribute were escaped once more",
        why: "The parentheses of an escape such as (a) were themselves escaped, as (040) and (041). The gateway \
              that undoes one of the two has an address without @, and the message comes back.",
        told_by: "The value of a domain-defined attribute holds (040) or (041), the decimal codes of the \
                  parentheses. RFC 2156 has (l) and (r) for parentheses that are meant.",
        remedy: "Two systems on the way escape: enter the address with @ where the gateway escapes by itself, and \
                 with (a) where it does not. Exchange Server was corrected (Q241365, Q254725).",
        references: &["RFC 2156 clause 3.4", "KB Q241365", "KB Q254725"],
        check: Check::Note(double_escaped),
    },
    Rule {
        id: "orname-dda-msxencap",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "an address of another mail system is encapsulated as MSXENCAP",
        why: "Exchange Server puts addresses of other kinds into domain-defined attributes of its own type. Other \
              systems cannot use them: replies of OpenMail users fail (Q168738).",
        told_by: "A domain-defined attribute has the type MSXENCAP.",
        remedy: "Nothing is wrong by itself. Exchange Server writes RFC-822 in place of the pair MSXENCAP and SMTP \
                 with the heuristic 0x20000000 of the MTA (Q255024).",
        references: &["X.411 figure 2", "KB Q168738", "KB Q255024"],
        check: Check::Note(msxencap),
    },
    Rule {
        id: "orname-dda-msxcx500",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a domain-defined attribute of the type MSXCX500",
        why: "The X.500 name of an Exchange mailbox as a domain-defined attribute. Exchange Server 5.0 does not know \
              the type, and returns the message.",
        told_by: "A domain-defined attribute has the type MSXCX500.",
        remedy: "Nothing is wrong by itself. If an Exchange Server 5.0 returns such messages, bring it to the level \
                 of the sender.",
        references: &["X.411 figure 2", "KB Q175579"],
        check: Check::Note(msxcx500),
    },
    Rule {
        id: "orname-dda-smtp-15",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "an SMTP address with a local part of 15 characters",
        why: "The MTA of Exchange Server 5.5, where it follows MIXER, stops on a domain-defined attribute SMTP whose \
              local part has exactly 15 characters.",
        told_by: "The type is SMTP, and 15 characters, an escape counted as one, stand in front of (a) or @.",
        remedy: "Nothing is wrong by itself. If an Exchange MTA fails on this message, apply the fix that the \
                 article names.",
        references: &["RFC 2156", "KB Q269589"],
        check: Check::Note(smtp_15),
    },
];

fn empty(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::DdaEmpty) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "The {} of a domain-defined attribute in {} is empty; X.411 has at least one character. Exchange \
             Server returns such a message with content-type-not-supported (Q160947).",
            note.field.label,
            odd.owner()
        )
    });
}

fn not_printable(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::DdaNotPrintable) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "The {} of a domain-defined attribute in {} is a PrintableString, \"{}\", and holds characters that it \
             does not have: they have to be escaped, @ as (a). A strict MTA rejects the address.",
            note.field.label,
            odd.owner(),
            odd.value()
        )
    });
}

fn double_escaped(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::DdaDoubleEscaped) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "The value of a domain-defined attribute in {}, \"{}\", was escaped twice: (040) and (041) are the \
             parentheses of an escape. The gateway that undoes it finds no @, and returns the message.",
            odd.owner(),
            odd.value()
        )
    });
}

fn msxencap(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::DdaMsxencap) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "A domain-defined attribute in {} has the type MSXENCAP, in which Exchange Server encapsulates addresses \
             of other mail systems. Other MTAs cannot reply to it (OpenMail: Q168738).",
            odd.owner()
        )
    });
}

fn msxcx500(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::DdaMsxcx500) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "A domain-defined attribute in {} has the type MSXCX500. Exchange Server 5.0 does not know it and \
             returns the message (Q175579).",
            odd.owner()
        )
    });
}

fn smtp_15(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::DdaSmtp15) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "The SMTP address \"{}\" in {} has a local part of exactly 15 characters. An Exchange Server 5.5 MTA \
             that follows MIXER stops on it (Q269589).",
            odd.value(),
            odd.owner()
        )
    });
}
