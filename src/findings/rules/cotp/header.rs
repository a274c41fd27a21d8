//! How TPDUs are built (X.224 clause 13).

use super::common::{evidence, hexadecimal};
use super::{Case, Certainty, Check, Collector, Draft, Rule, Scene, Scope, Severity};
use crate::layers::cotp::{self, Oddity, TpduKind};
use crate::layers::note::{Note, What};

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "cotp-length-indicator-mismatch",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the length indicator does not fit the TPDU",
        why: "The length indicator counts the header's octets behind it. A receiver that trusts it takes user data \
          for header, or the reverse, and rejects the TPDU or misreads what it carries.",
        told_by: "The length indicator reaches past the end of the TPDU, or is too small for the fixed part of the \
              header. TPDUs that the capture cut short are left out.",
        remedy: "The sender's transport layer is at fault, or something between the two ends changes the octets.",
        references: &["X.224 (ISO 8073) clause 13.2.1"],
        check: Check::Note(length_indicator),
    },
    Rule {
        id: "cotp-parameter-length-invalid",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a parameter reaches past the header of its TPDU",
        why: "The parameters of a TPDU end where its length indicator says. A receiver rejects a TPDU whose \
              parameters do not, or reads user data for a parameter.",
        told_by: "The length octet of a parameter names more octets than the header has left. TPDUs that the \
                  capture cut short are left out.",
        remedy: "The sender's transport layer is at fault, or something between the two ends changes the octets.",
        references: &["X.224 (ISO 8073) clause 13.2.3"],
        check: Check::Note(parameter_length),
    },
    Rule {
        id: "cotp-tpdu-size-exceeded",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a DT longer than the TPDU size that was agreed on",
        why: "The TPDU size is the longest TPDU that the other end has room for. A longer one may be cut, rejected with an ER, \
              or end the connection. The TPDU size of the MS Mail gateway to X.400, for one, has to stay within 128 to 2048.",
        told_by: "A DT is longer, with its header, than CR and CC allow. Where neither names a size nothing is said: over RFC \
                  1006 it is then only limited by the packet. Where the CC names none, the size of the CR counts, and this \
                  is probable only.",
        remedy: "The sender does not keep to what it agreed on: tell its vendor, or set the same TPDU size at both ends (in \
                 Exchange the registry value Supports 2K TPDU).",
        references: &["X.224 clause 13.3.4 b", "RFC 1006 clause 6", "KB Q118567", "KB Q159161"],
        check: Check::Note(size_exceeded),
    },
    Rule {
        id: "cotp-zero-length-dt",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a DT without user data",
        why: "A DT that holds nothing but the end of its TSDU is valid, but peers of the MS Mail gateway to X.400 are known to answer it with a TPDU ERROR, which ends the connection.",
        told_by: "The header of the DT is all there is of it. A note as long as the other side goes on; an error where the \
                  other side answers with an ER that quotes a DT of no user data.",
        remedy: "Have the sender put the end of the TSDU into the last DT that has data, or the receiver accept an empty DT, which X.224 allows.",
        references: &["X.224 clause 6.3", "X.224 clause 13.7", "KB Q123824"],
        check: Check::Several(&[Check::Note(empty_data), Check::End(empty_data_rejected)]),
    },
    Rule {
        id: "cotp-tsdu-unfinished",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the end of a TSDU never came",
        why: "What a TSDU carries is given to the session layer when its last DT has come. The receiver waits for that, and \
              what came until then is lost.",
        told_by: "The side closes its stream in order (FIN) behind a DT that does not end its TSDU, and no octet of the \
                  stream is missing in the capture. Where the connection was closed in the middle of the association, \
                  this follows from that.",
        remedy: "Look at the sender: it stopped in the middle of what it had to send, or does not set the end-of-TSDU bit.",
        references: &["X.224 clause 6.3", "X.224 clause 13.7.3"],
        check: Check::Note(unfinished),
    },
    Rule {
        id: "cotp-expedited-on-class0",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "expedited data in class 0",
        why: "X.224 has no expedited data in class 0; RFC 1006 adds them for those who agree on it. Real stacks use them for \
              PREPARE and ABORT. In Exchange, Use expedited data on the Stack tab only counts for TP4.",
        told_by: "An ED TPDU with the short header of class 0.",
        remedy: "Nothing has to be changed where both ends understand it. Where the other end breaks off right after it, \
                 switch expedited data off.",
        references: &["RFC 1006 clause 5", "X.224 clause 6.11", "KB Q182986"],
        check: Check::Note(expedited),
    },
];

fn size_exceeded(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Cotp(Oddity::TooLong(most)) = note.what else { return };
    let length = note.octets.len();
    let accepted = scene.association.is_some_and(|association| association.tpdu_size.accepted.is_some());
    let draft = Draft {
        side: Some(note.side),
        evidence: Some((note.field.name, note.octets.slice(0, 3), Some(length as i64))),
        certainty: if accepted { rule.certainty } else { Certainty::Probable },
        ..Draft::new(rule)
    };
    out.raise(draft, &scene.once_in(Scope::Hosts), || {
        let by = if accepted { "CR and CC agree on" } else { "the CR asks for, and the CC names none:" };
        format!("The {} sends a DT of {length} octets; {by} {most} octets at most.", note.side.word())
    });
}

fn empty_data(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Cotp(Oddity::EmptyData) = note.what else { return };
    let draft = Draft {
        side: Some(note.side),
        evidence: Some((note.field.name, note.octets.slice(2, 3), None)),
        ..Draft::new(rule)
    };
    out.raise(draft, &scene.once_in(Scope::Hosts), || {
        format!(
            "The {} sends a DT without user data ({}). That is valid; some peers of the MS Mail gateway to X.400 answer it \
             with an ER, and the connection ends.",
            note.side.word(),
            hexadecimal(note.octets.bytes())
        )
    });
}

fn empty_data_rejected(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(er) = case.ending.by_tpdu(TpduKind::Er) else { return };
    let side = case.ending.side.other();
    let quoted = cotp::parse(&er.explanation);
    let data = quoted.kind == TpduKind::Dt && quoted.user_data == er.explanation.len();
    if !data || !case.association.transport.empty_data[side.index()] {
        return;
    }
    let evidence = case.ending.code.as_ref().map(evidence);
    let draft = Draft { side: Some(side), evidence, severity: Severity::Error, ..Draft::new(rule) };
    out.raise(draft, &case.scene(), || {
        format!(
            "The {}, {}, sends a DT without user data, and the {} answers with an ER TPDU (reject cause {} ({})) that quotes \
             it: {}. A DT without user data is valid; the {} does not take it, and the connection ends here.",
            side.word(),
            case.association.end(side),
            side.other().word(),
            cotp::reject_cause(er.reason),
            er.reason,
            hexadecimal(&er.explanation),
            side.other().word()
        )
    });
}

fn unfinished(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Cotp(Oddity::Unfinished) = note.what else { return };
    let draft = Draft {
        side: Some(note.side),
        evidence: Some((note.field.name, note.octets, None)),
        included_in: &["association-never-released"],
        symptom: true,
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "The {} closes the TCP connection behind {} octets of a TSDU whose last DT, the one with the end-of-TSDU bit, \
             never came.",
            note.side.word(),
            note.octets.len()
        )
    });
}

fn expedited(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Cotp(Oddity::Expedited) = note.what else { return };
    let draft = Draft {
        side: Some(note.side),
        evidence: Some((note.field.name, note.octets.slice(1, 2), None)),
        ..Draft::new(rule)
    };
    out.raise(draft, &scene.once_in(Scope::Hosts), || {
        let request = scene.association.and_then(|association| association.transport.request.as_ref());
        let asked = match request.map(|request| request.connect.expedited) {
            Some(Some(true)) => "; the CR asks for them",
            Some(_) => "; the CR does not ask for them",
            None => "",
        };
        format!(
            "The {} sends expedited data (an ED TPDU) in class 0. RFC 1006 allows that where both ends agree on it{asked}.",
            note.side.word()
        )
    });
}

fn parameter_length(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Cotp(Oddity::ParameterLength) = note.what else { return };
    let draft = Draft {
        side: Some(note.side),
        evidence: Some((note.field.name, note.octets, None)),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "The {} sends a TPDU of {} octets with a parameter that reaches past the end of its header.",
            note.side.word(),
            note.octets.len()
        )
    });
}

fn length_indicator(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Cotp(Oddity::LengthIndicator) = note.what else { return };
    let indicator = note.octets.bytes().first().copied().unwrap_or(0);
    let draft = Draft {
        side: Some(note.side),
        evidence: Some((note.field.name, note.octets.slice(0, 1), Some(indicator.into()))),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "The {} sends a TPDU of {} octets whose length indicator is {indicator}: the header would {}.",
            note.side.word(),
            note.octets.len(),
            if usize::from(indicator) >= note.octets.len() {
                "reach past its end"
            } else {
                "lack part of its fixed fields"
            }
        )
    });
}
