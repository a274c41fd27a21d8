//! Headings and notifications.

use super::{Certainty, Check, Collector, Draft, Note, Oddity, Rule, Scene, Severity, tell};
use crate::analysis::Message;

pub(in crate::findings) static RULES: &[Rule] = &[
    Rule {
        id: "p2-ipm-id-length-invalid",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "an IPM identifier has an impossible length",
        why: "A receiver that cannot read the identifier cannot read the heading, or cannot join a notification to its \
              message. Exchange Server gives up the conversion (event 210, error 4097).",
        told_by: "The length of this-IPM, subject-ipm or another IPM identifier reaches past what holds it, or its \
                  local part is longer than 64 characters.",
        remedy: "The encoder of the sending user agent is at fault. Give this frame to its vendor.",
        references: &["X.420 clause 7", "X.690 clause 8.1.3", "KB Q175964"],
        check: Check::Note(identifier),
    },
    Rule {
        id: "p2-free-form-name-too-long",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a free-form name is longer than 64 characters",
        why: "X.420 allows 64 characters. Receivers that keep to it reject the message.",
        told_by: "The octets of free-form-name are counted.",
        remedy: "Shorten the display name of the user. In Exchange that is the Display name of the mailbox or custom \
                 recipient; the MS Mail gateway sends it too (Q194548).",
        references: &["X.420 clause 7, ub-free-form-name", "KB Q166603", "KB Q194548"],
        check: Check::Note(free_form_name),
    },
    Rule {
        id: "p2-rn-without-nrn",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a receipt notification is requested, and no non-receipt notification",
        why: "User agents ask for both or for none. One that is asked for the receipt alone may not take it for a \
              request (Q164835).",
        told_by: "In notification-requests of a recipient, bit 0 (rn) is set and bit 1 (nrn) is not.",
        remedy: "Nothing to do unless receipts are missed: then let the sending user agent ask for both.",
        references: &["X.420 clause 7", "KB Q164835"],
        check: Check::Note(rn_without_nrn),
    },
    Rule {
        id: "p2-notification-requests-empty",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "notification-requests is there and asks for nothing",
        why: "A BIT STRING without bits says the same as one that is left out. Early Exchange MTAs misread it.",
        told_by: "The contents of notification-requests are the octet of the unused bits alone.",
        remedy: "Nothing is wrong. If Exchange sends notifications that nobody asked for, or none, see the articles.",
        references: &["X.690 clause 8.6.2.3", "KB Q164528", "KB Q164834"],
        check: Check::Note(requests_empty),
    },
    Rule {
        id: "p2-ipn-subject-ipm-mismatch",
        severity: Severity::Warning,
        certainty: Certainty::Strong,
        title: "a notification gives another identifier than its message has",
        why: "subject-ipm is the identifier of the message, with its user. The receiver of a notification with another \
              one cannot join it to the message: it is shown by itself, or thrown away.",
        told_by: "The message is in this capture, by the local part of the identifier; its identifier has a user, and \
                  the notification, which is addressed to that user, has none or another one.",
        remedy: "The user agent that notifies is at fault, or a gateway on the way that rewrites identifiers.",
        references: &["X.420 clause 8.1", "KB Q146929"],
        check: Check::Message(misnamed),
    },
    Rule {
        id: "p2-subject-nul",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "the subject is one NUL",
        why: "Some user agents send an empty subject as one octet 00. NUL is no character of T.61: ATLAS answers \
              with a syntax error (Q194651). Most systems take it for an empty subject.",
        told_by: "The contents of subject are the octet 00.",
        remedy: "If such messages come back, enter a subject, or apply the fix for the sender that the article names.",
        references: &["T.61", "X.420 clause 7", "KB Q194651"],
        check: Check::Note(subject_nul),
    },
    Rule {
        id: "p2-t61-escape-in-subject",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "an escape sequence in the subject",
        why: "T.61 allows designations of other character sets. User agents that do not follow them show the escape \
              sequence as text.",
        told_by: "The octet 1B in subject.",
        remedy: "Nothing is wrong. If users see strange characters in subjects, see the article.",
        references: &["T.61", "KB Q175042"],
        check: Check::Note(subject_escape),
    },
    Rule {
        id: "p2-originator-absent",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "the heading names no originator",
        why: "The field is optional. Gateways that take the sender from the heading, the MS Mail gateway for one, \
              show none.",
        told_by: "The heading has no originator [0].",
        remedy: "Nothing is wrong. If the sender is missing in what users see, let the user agent write the field.",
        references: &["X.420 clause 7", "KB Q107103"],
        check: Check::Note(originator_absent),
    },
];

fn identifier(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "The length of an IPM identifier is impossible: it reaches past what holds it, or its local part has \
                 more than 64 characters. Exchange Server gives up the conversion of such a message (event 210, error \
                 4097).";
    tell(note, Oddity::IdentifierLength, scene, rule, out, words);
}

fn free_form_name(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "A free-form-name in the heading has more than the 64 characters that X.420 allows: a receiver that \
                 keeps to the limit rejects the message.";
    tell(note, Oddity::FreeFormNameTooLong, scene, rule, out, words);
}

fn rn_without_nrn(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "A recipient is asked for a receipt notification (rn) and not for a non-receipt notification (nrn). \
                 User agents ask for both or for none; one that is asked for the receipt alone may not take it for a \
                 request (Q164835).";
    tell(note, Oddity::RnWithoutNrn, scene, rule, out, words);
}

fn requests_empty(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "notification-requests of a recipient has no bits. That is allowed and asks for nothing; early Exchange \
                 MTAs misread it (Q164528).";
    tell(note, Oddity::NotificationRequestsEmpty, scene, rule, out, words);
}

fn subject_nul(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "The subject consists of one NUL (00), in place of an empty string. ATLAS answers with a syntax error \
                 (Q194651); most systems take it for an empty subject.";
    tell(note, Oddity::SubjectNul, scene, rule, out, words);
}

fn subject_escape(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "The subject holds an escape sequence (1B), which T.61 allows and some user agents show as text \
                 (Q175042).";
    tell(note, Oddity::SubjectEscape, scene, rule, out, words);
}

fn originator_absent(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let words = "The heading of the interpersonal message has no originator. The field is optional; gateways that take \
                 the sender from it, such as the MS Mail gateway, show none (Q107103).";
    tell(note, Oddity::OriginatorAbsent, scene, rule, out, words);
}

fn misnamed(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let (Some(misnamed), Some(ipm)) = (message.earlier.misnamed, &message.apdu.ipm) else { return };
    out.raise_on(message, Draft::new(rule), || {
        let what = if misnamed.absent {
            "without the user that it has there".to_owned()
        } else {
            format!("with another user than there, {}", ipm.user)
        };
        format!(
            "A notification gives the identifier \"{}\" of the message in frame {} {what}: its receiver cannot join \
             the two.",
            ipm.id, misnamed.frame
        )
    });
}
