//! TPKT (RFC 1006 clause 6).

use super::{Certainty, Check, Collector, Draft, Rule, Scene, Severity};
use crate::layers::note::{Note, What};
use crate::layers::{Side, tpkt};

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "tpkt-reserved-nonzero",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the reserved octet is not zero",
        why: "RFC 1006 reserves the second octet of every packet. Receivers should ignore it, but some, such as \
              the Exchange MTA before 4.0 Service Pack 3, refuse packets in which it is not zero, and the \
              connection fails before any X.400 is exchanged.",
        told_by: "Octet 1 of a TPKT whose other octets prove that it is one. The side named is the sender: its \
                  stack has to change, or the other one to tolerate it.",
        remedy: "Have the vendor of the sending stack set the octet to zero. On the Exchange side install a \
                 build that ignores it (4.0 Service Pack 3 or later).",
        references: &["RFC 1006 clause 6", "KB Q157015", "KB Q151626"],
        check: Check::Note(reserved),
    },
    Rule {
        id: "tpkt-version",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the version is not 3",
        why: "Only version 3 is defined. A receiver that keeps to RFC 1006 closes the connection.",
        told_by: "Octet 0 of a packet whose length, TPDU and following packet prove that it is one. Octets that \
                  do not are reported as tpkt-resync instead.",
        remedy: "Look for a device that rewrites the stream, or a stack that is not RFC 1006 at all.",
        references: &["RFC 1006 clause 6"],
        check: Check::Note(version),
    },
    Rule {
        id: "tpkt-length-invalid",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the packet length is impossible",
        why: "The length counts the header and at least the smallest TPDU, so it is 7 at least. A receiver \
              cannot find the next packet; the Exchange MTA has been seen to stop on such packets.",
        told_by: "The length at a place where a packet has to begin.",
        remedy: "The sender's stack is at fault, or something between the two ends changes the octets.",
        references: &["RFC 1006 clause 6", "KB Q182619"],
        check: Check::Note(length),
    },
    Rule {
        id: "tpkt-resync",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "octets that belong to no packet",
        why: "These octets could not be read as packets. Reading went on at the next packet boundary that proves \
              itself; a protocol data unit that lay in them is not in the report.",
        told_by: "No packet begins where one has to. Behind a hole in the capture, or where the capture began \
                  inside a packet, nothing is wrong with the stream and the finding is a note.",
        remedy: "If octets of the capture are missing, capture again closer to the host. If not, the sender put \
                 something between the packets: look at the octets.",
        references: &["RFC 1006 clause 6"],
        check: Check::Note(resync),
    },
];

fn reserved(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::TpktReserved(value) = note.what else { return };
    let draft = Draft {
        side: Some(note.side),
        evidence: Some((note.field.name, note.octets, Some(value.into()))),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        let sender = scene.association.map_or_else(String::new, |a| format!(", {}", a.end(note.side)));
        format!(
            "The {} side{sender}, sends TPKTs whose reserved octet is {value} (0x{value:02X}). RFC 1006 reserves \
             this octet and requires 0 on sending; a receiver should ignore it, but some receivers refuse such \
             packets and the connection then fails.",
            called(note.side)
        )
    });
}

fn version(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::TpktVersion(value) = note.what else { return };
    let draft = Draft {
        side: Some(note.side),
        evidence: Some((note.field.name, note.octets, Some(value.into()))),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "The {} side sends a TPKT with version {value}. RFC 1006 defines version 3 only; a receiver will \
             not accept the packet.",
            called(note.side)
        )
    });
}

fn length(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::TpktLength(value) = note.what else { return };
    let draft = Draft {
        side: Some(note.side),
        key: 1,
        evidence: Some((note.field.name, note.octets.slice(2, 4), Some(value.into()))),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "The {} side sends a TPKT with length {value}; the smallest possible is 7. {} octets from here on \
             could not be read as packets.",
            called(note.side),
            note.octets.len()
        )
    });
}

fn resync(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::TpktResync(why) = note.what else { return };
    // Behind a hole, or where the capture began late, nobody did anything wrong.
    let excused = why == tpkt::Why::OutOfStep;
    let draft = Draft {
        side: Some(note.side),
        key: u64::from(excused),
        evidence: Some((note.field.name, note.octets, None)),
        severity: if excused { Severity::Note } else { rule.severity },
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        let reason = match excused {
            true => "the capture does not hold the beginning of the packet they belong to",
            false => "no RFC 1006 packet begins here",
        };
        format!(
            "{} octets of the {} side could not be read: {reason}. Reading went on at the next packet.",
            note.octets.len(),
            called(note.side)
        )
    });
}

fn called(side: Side) -> &'static str {
    match side {
        Side::Initiator => "calling",
        Side::Responder => "called",
    }
}
