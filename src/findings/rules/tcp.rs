//! What TCP and the capture of it tell.

use super::{Certainty, Check, Collector, Draft, Rule, Scene, Severity};
use crate::layers::note::{Note, What};
use crate::stream::Missing;

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "tcp-octets-missing",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "octets of the stream are not in the capture",
        why: "The protocol data units that lay in the hole cannot be read, and what seems to be missing after it \
              may have been sent all the same. Findings that rest on this association are less sure.",
        told_by: "A hole in the sequence numbers that was never filled, although the other end acknowledged \
                  octets behind it, the stream ended, or too much was waiting. Octets that the snap length cut \
                  count as well.",
        remedy: "Capture closer to one of the hosts, with a larger buffer, or on a port that mirrors both \
                 directions.",
        references: &["RFC 9293 clause 3.4"],
        check: Check::Note(missing),
    },
    Rule {
        id: "tcp-conflicting-retransmission",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "octets were sent again with other contents",
        why: "A host that repeats octets repeats the same ones. Two versions mean that something between the \
              hosts changes the stream, or that a host's stack is broken; the receiver may have seen either.",
        told_by: "A segment overlaps octets that were captured before, and differs from them. The first version \
                  is the one that is decoded. Keep-alive probes are left out.",
        remedy: "Look for a proxy, a firewall with an application filter or a load balancer between the hosts.",
        references: &["RFC 9293 clause 3.10"],
        check: Check::Note(conflict),
    },
    Rule {
        id: "tcp-midstream-start",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "the capture began after the connection",
        why: "How the association was opened is not in the capture: who called, which selectors, which kind. \
              What rests on a guess about it is marked as inferred and is at most probable.",
        told_by: "The first segment of the connection is not a SYN.",
        remedy: "Start the capture before the association is opened, or have one end close it first.",
        references: &["RFC 9293 clause 3.5"],
        check: Check::Note(midstream),
    },
];

fn missing(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Missing(loss) = note.what else { return };
    let draft = Draft { side: Some(note.side), key: loss.why as u64, ..Draft::new(rule) };
    out.raise(draft, scene, || match loss.why {
        Missing::Lost => format!(
            "{} octets that the {} sent are not in the capture, although they were sent: the capture lost \
             frames.",
            loss.octets,
            note.side.word()
        ),
        Missing::Cut => format!(
            "{} octets that the {} sent are not in the capture: the snap length cut the frame that held them.",
            loss.octets,
            note.side.word()
        ),
    });
}

fn conflict(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Conflict = note.what else { return };
    // Of a password no octet is quoted.
    let quoted = if note.field.secret { note.octets.slice(0, 0) } else { note.octets };
    let draft =
        Draft { side: Some(note.side), evidence: Some((note.field.name, quoted, None)), ..Draft::new(rule) };
    out.raise(draft, scene, || {
        format!(
            "The {} sends {} octets again with other contents than before. The first version is decoded; the \
             receiver may have taken the second.",
            note.side.word(),
            note.octets.len()
        )
    });
}

fn midstream(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Midstream = note.what else { return };
    // Both sides begin so; one finding says it.
    if scene.association.is_some_and(|association| !association.from_the_start) {
        return;
    }
    out.raise(Draft::new(rule), scene, || {
        "The capture holds no SYN of this connection: what was sent before its first captured segment is not \
         known. If an association was opened then, its kind can only be inferred."
            .to_owned()
    });
}
