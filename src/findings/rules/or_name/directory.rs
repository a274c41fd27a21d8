//! Directory names in O/R names (X.411 figure 2, X.501).

use super::{Certainty, Check, Collector, Note, Odd, Rule, Scene, Severity};
use crate::layers::or_address_oddities::{Fault, Owner};

pub(in crate::findings) static RULES: &[Rule] = &[
    Rule {
        id: "p1-directory-name-invalid",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a directory name has a value that its attribute does not allow",
        why: "Braces are no characters of T.61, and a common name, organization or organizational unit has at most \
              64 characters. The MTA of Exchange Server fails on such a name.",
        told_by: "A value in directory-name is a TeletexString with { or }, or one of these attributes is longer \
                  than 64 octets.",
        remedy: "Correct the directory name (in Exchange the distinguished name of the object), or let the MTA leave \
                 directory names out.",
        references: &["X.520 annex C", "T.61", "KB Q249153"],
        check: Check::Note(invalid),
    },
    Rule {
        id: "p1-directory-name-not-printable",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a PrintableString in a directory name holds other characters",
        why: "A value with other characters, such as the underscore, has to be a TeletexString. An MTA that checks \
              rejects the message.",
        told_by: "A value in directory-name is tagged PrintableString and holds other octets.",
        remedy: "Exchange Server was corrected (Q156716). Else rename the object so that its distinguished name has \
                 the characters of a PrintableString only.",
        references: &["X.680 clause 41.4", "X.520 clause 5.2", "KB Q156716"],
        check: Check::Note(not_printable),
    },
    Rule {
        id: "p1-directory-name-contains-dda",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a directory name holds the text DDA:",
        why: "An O/R address with its keys was put into a directory name. Message tracking of Exchange Server takes \
              it apart as an address, and stops.",
        told_by: "A value in directory-name holds the characters DDA:.",
        remedy: "Nothing is wrong by itself. Rename the object in the directory if message tracking of an Exchange \
                 Server fails.",
        references: &["X.411 figure 2", "KB Q282275"],
        check: Check::Note(contains_dda),
    },
    Rule {
        id: "p1-orname-dn-only",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "an O/R name consists of a directory name only",
        why: "Messages are routed by O/R address. Where there is none, only an MTA with access to the same directory \
              can make one of the directory name; any other returns the message, or its replies go nowhere. Between \
              Exchange organizations the names of the one mean nothing in the other.",
        told_by: "The originator-name or a recipient-name of the envelope has a directory-name, and no attribute but \
                  country and ADMD.",
        remedy: "Let the sender put O/R addresses into the envelope. On an Exchange X.400 connector to another \
                 organization or a foreign system, turn Allow MS Exchange contents (Advanced) off: with it, recipients \
                 go by their directory names.",
        references: &["X.402 clause 17", "KB Q164697", "KB Q175499", "KB Q275631", "KB Q181263"],
        check: Check::Note(only),
    },
];

fn invalid(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::DirectoryNameInvalid) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        let what = match odd.oddity.length {
            Some(length) => format!("has {length} characters where X.520 allows 64"),
            None => "is a TeletexString with braces, which T.61 does not have".to_owned(),
        };
        format!(
            "A value of the directory name in {} {what}. The MTA of Exchange Server fails on it (Q249153).",
            odd.owner()
        )
    });
}

fn not_printable(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::DirectoryNameNotPrintable) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "A value of the directory name in {} is tagged as a PrintableString and holds other characters, the \
             underscore for instance. An MTA that checks rejects it.",
            odd.owner()
        )
    });
}

fn contains_dda(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::DirectoryNameContainsDda) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        format!(
            "A value of the directory name in {} holds the text DDA:, on which message tracking of Exchange Server \
             stops (Q282275).",
            odd.owner()
        )
    });
}

fn only(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(odd) = Odd::of(note, |fault| fault == Fault::DirectoryNameOnly) else { return };
    odd.raise(rule, rule.severity, scene, out, || {
        let means = if odd.oddity.owner == Owner::Originator {
            "Reports and replies cannot find back"
        } else {
            "It can be delivered by an MTA that has the same directory only"
        };
        format!("There is a directory name and no O/R address in {}. {means}.", odd.owner())
    });
}
