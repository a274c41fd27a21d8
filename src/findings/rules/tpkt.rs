//! TPKT (RFC 1006 clause 6).

use super::common::{called, hexadecimal};
use super::{Certainty, Check, Collector, Draft, Rule, Scene, Severity};
use crate::layers::note::{Note, What};

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "tpkt-version",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "the version is not 3",
        why: "Only version 3 is defined. A receiver that keeps to RFC 1006 closes the connection.",
        told_by: "Octet 0 of a packet whose length, TPDU and following packet prove that it is one. Octets that \
                  do not are reported as tpkt-junk instead.",
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
        id: "tpkt-junk",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "octets that are no packet",
        why: "Every octet on the connection belongs to a packet that begins with version 3. A receiver that finds something \
              else cannot know where the next packet begins, and closes the connection.",
        told_by: "No packet begins where one has to, and nothing of the stream is missing in front of it: either the side \
                  never speaks RFC 1006, or octets stand between its packets. Reading goes on at the next packet that \
                  proves itself. Behind a hole in the capture, or where it began inside a packet, nothing is wrong and the \
                  note is tpkt-resync. A packet that proves itself but for its version is tpkt-version, one with an \
                  impossible length tpkt-length-invalid.",
        remedy: "Where the first octets are no packet, something else than X.400 talks to this port: look at what they are. \
                 Where they stand between packets, the sender's stack put them there, or something between the two ends \
                 did.",
        references: &["RFC 1006 clause 6"],
        check: Check::Note(junk),
    },
    Rule {
        id: "tpkt-resync",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "octets whose packet began before",
        why: "These octets could not be read as packets. Reading went on at the next packet boundary that proves \
              itself; a protocol data unit that lay in them is not in the report.",
        told_by: "Behind a hole in the capture, or where the capture began inside a packet, octets follow that are the rest \
                  of a packet. Nothing is wrong with the stream. Octets that are no packet in a stream without holes are \
                  tpkt-junk.",
        remedy: "If octets of the capture are missing, capture again closer to the host.",
        references: &["RFC 1006 clause 6"],
        check: Check::Note(resync),
    },
];

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

/// How many of the octets are shown in the sentence.
const SHOWN: usize = 8;

fn junk(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::TpktJunk { at_start } = note.what else { return };
    let draft = Draft {
        side: Some(note.side),
        evidence: Some((note.field.name, note.octets, None)),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        let (count, side) = (note.octets.len(), called(note.side));
        let first = hexadecimal(note.octets.slice(0, SHOWN).bytes());
        let (where_to, meaning) = match at_start {
            true => ("What", "this is not RFC 1006, and no association can come about"),
            false => ("Between two packets, what", "a receiver cannot tell where the next packet begins"),
        };
        format!(
            "{where_to} the {side} side sends is no TPKT: {count} octets beginning with {first}, where 03 and the header of a \
             packet have to stand: {meaning}."
        )
    });
}

fn resync(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::TpktResync = note.what else { return };
    let draft = Draft {
        side: Some(note.side),
        key: 1,
        evidence: Some((note.field.name, note.octets, None)),
        ..Draft::new(rule)
    };
    out.raise(draft, scene, || {
        format!(
            "{} octets of the {} side could not be read: the capture does not hold the beginning of the packet they belong \
             to. Reading went on at the next packet.",
            note.octets.len(),
            called(note.side)
        )
    });
}
