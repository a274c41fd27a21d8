//! Reports: their structure, and whether what they speak of was seen. What they say is in `non_delivery`.

use super::{
    Certainty, Check, Collector, Draft, Message, Rule, Scene, Severity, draft, id_of, named_first, oddity,
    quoting, says,
};
use crate::layers::note::Note;
use crate::layers::p1::ApduKind;
use crate::layers::p1_oddities::Oddity;

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "report-no-recipients",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a report on nobody",
        why: "A report speaks of at least one recipient. Without one, nothing tells whether the message was delivered; \
              the originator's MTA drops the report or shows an empty one.",
        told_by: "The content of the report has no per-recipient fields, or none inside.",
        remedy: "Correct the MTA that made the report; for Exchange see Q194549.",
        references: &["X.411 figure 2 (ReportTransferContent)", "KB Q194549"],
        check: Check::Note(no_recipients),
    },
    Rule {
        id: "report-actual-recipient-empty",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a report on a recipient without a name",
        why: "The O/R name of the recipient has no attribute at all. Receivers cannot tell whom the report is about; some \
              cannot read it, and the originator never learns that the message was not delivered.",
        told_by: "actual-recipient-name holds empty standard attributes, no extension attributes and no directory name.",
        remedy: "Correct the MTA that made the report; for a 1984 neighbour of Exchange see Q188597.",
        references: &["X.411 figure 2 (PerRecipientReportTransferFields)", "KB Q188597"],
        check: Check::Note(empty_name),
    },
    Rule {
        id: "report-recipient-dn-only",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a report that names its recipient by a directory name alone",
        why: "Only who shares the directory can tell whom the report is about. Other systems show an unknown recipient, \
              or drop the report.",
        told_by: "actual-recipient-name has a directory name and no attribute of an O/R address.",
        remedy: "Give the recipient an X.400 address in the reporting domain; in Exchange see that the e-mail addresses \
                 of the recipient have one (Q166619).",
        references: &["X.411 figure 2 (PerRecipientReportTransferFields)", "KB Q166619"],
        check: Check::Note(directory_name),
    },
    Rule {
        id: "report-extensions-empty",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "an empty extensions element in a report",
        why: "Extensions that there are none of may be written as an empty element, but are mostly left out; some \
              receivers cannot read the empty one and lose the report (Q164049).",
        told_by: "extensions [1] in the envelope of a report, with nothing inside.",
        remedy: "If reports get lost, let the reporting MTA leave the element out; for Exchange see Q164049.",
        references: &["X.411 figure 2 (ReportTransferEnvelope)", "KB Q164049"],
        check: Check::Note(empty_extensions),
    },
    Rule {
        id: "report-84-internal-trace-in-content",
        severity: Severity::Warning,
        certainty: Certainty::Strong,
        title: "internal trace inside the content of a report",
        why: "Where the content of a report repeats the trace of its subject, X.411 has no internal trace. Receivers that \
              do not expect it cannot read the report, and the originator does not get it.",
        told_by: "An element [APPLICATION 30] in the content of a report. That this tag is the internal trace of the agreements \
                  before 1988 is custom, and in no Recommendation: strong, not certain.",
        remedy: "Let the reporting MTA leave it out; for Exchange and its neighbours see Q115357.",
        references: &["X.411 (1984) clause 3", "KB Q115357"],
        check: Check::Note(internal_trace),
    },
    Rule {
        id: "ber-definite-over-indefinite",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a report of definite length with elements of indefinite length",
        why: "BER allows to mix the two forms. A product that reckons the definite length without the end-of-contents \
              octets, or expects one form throughout, cannot read the report (Q129693).",
        told_by: "The report begins with a definite length, and an element inside has the indefinite form.",
        remedy: "None is needed unless reports get lost; then let the reporting MTA use one form.",
        references: &["X.690 clause 8.1.3", "KB Q129693"],
        check: Check::Note(mixed_lengths),
    },
    Rule {
        id: "report-content-type-mdbef",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a report on an Exchange content that does not bring it back",
        why: "The report says that the subject was of the private type MDBEF but has no content. The information store of \
              Exchange looks for one and does not show the report as it should.",
        told_by: "The content-type of the report is 1.2.840.113556.5.1, and returned-content is absent.",
        remedy: "For Exchange see Q298000.",
        references: &["X.411 figure 2 (ReportTransferContent)", "KB Q298000"],
        check: Check::Message(private_content),
    },
    Rule {
        id: "report-subject-not-seen",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "the message that a report speaks of is not in the capture",
        why: "What was sent, and on which way, cannot be compared with the report.",
        told_by: "No message or probe with the subject-identifier was transferred in the capture before the report. It \
                  may have gone before the capture began or over another link.",
        remedy: "To see both, begin the capture before the message is sent and capture every link of the MTA.",
        references: &["X.411 clause 12.2.1.3"],
        check: Check::Message(subject_not_seen),
    },
];

fn no_recipients(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::NoReportedRecipients) {
        out.raise(draft(note, rule, None), scene, || {
            format!(
                "{}a report speaks of no recipient at all. It tells nothing of its subject's delivery.",
                says(note)
            )
        });
    }
}

fn empty_name(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::ReportedEmptyName) {
        out.raise(draft(note, rule, None), scene, || {
            format!(
                "{}a report has an actual-recipient-name without any attribute: nothing tells whom it is about, and some \
                 receivers cannot read it.",
                says(note)
            )
        });
    }
}

fn directory_name(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::ReportedDirectoryName) {
        out.raise(draft(note, rule, None), scene, || {
            format!(
                "{}a report names its recipient by a directory name alone, without an O/R address. Another directory does \
                 not know it.",
                says(note)
            )
        });
    }
}

fn empty_extensions(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::EmptyReportExtensions) {
        out.raise(draft(note, rule, None), scene, || {
            format!(
                "{}the envelope of a report has an extensions element with nothing in it. That is allowed, but some \
                 receivers cannot read it.",
                says(note)
            )
        });
    }
}

fn internal_trace(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::InternalTraceElement { in_report: true }) {
        out.raise(draft(note, rule, None), scene, || {
            format!(
                "{}the content of a report has an element [APPLICATION 30], an internal trace, which X.411 does not have \
                 there. Strict receivers cannot read the report.",
                says(note)
            )
        });
    }
}

fn mixed_lengths(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::IndefiniteInDefinite) {
        out.raise(draft(note, rule, None), scene, || {
            format!(
                "{}a report has a definite length and inside it {} ({}) an indefinite one. BER allows that; a product was \
                 seen that cannot read it.",
                says(note),
                note.field.label,
                note.field.name
            )
        });
    }
}

fn private_content(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let apdu = &message.apdu;
    if apdu.kind != ApduKind::Report || apdu.returned || !super::envelope::is_mdbef(message) {
        return;
    }
    out.raise_on(message, quoting(rule, id_of(message)), || {
        format!(
            "{} says that its subject had the content type 1.2.840.113556.5.1 (MDBEF) and does not bring the content \
             back. Exchange does not show such a report as it should.",
            named_first(message)
        )
    });
}

fn subject_not_seen(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let apdu = &message.apdu;
    let (ApduKind::Report, true, Some(subject)) = (apdu.kind, message.known, &apdu.subject) else { return };
    if message.subject.is_some() {
        return;
    }
    out.raise_on(message, Draft { key: 0, ..quoting(rule, id_of(message)) }, || {
        format!(
            "{} speaks of {subject}, whose transfer is not in the capture: it went before, or over another link.",
            named_first(message)
        )
    });
}
