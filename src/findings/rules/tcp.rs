//! What TCP and the capture of it tell.

use super::common::span;
use super::{Case, Certainty, Check, Collector, Draft, Rule, Scene, Severity};
use crate::analysis::Stall;
use crate::layers::Side;
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
                  count as well, and segments in IP fragments of which some are missing, cut or contradictory.",
        remedy: "Capture closer to one of the hosts, with a larger buffer, or on a port that mirrors both \
                 directions.",
        references: &["RFC 9293 clause 3.4", "RFC 791 clause 3.2"],
        check: Check::Several(&[Check::Note(missing), Check::Note(fragments)]),
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
    Rule {
        id: "tcp-zero-window-stall",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "nothing moves although an activity is open",
        why: "A transfer that stands still runs into the transfer and session timers: the association is given up, and the \
              message is sent again. An MTA that cannot follow, or a loaded slow line, holds up everything behind it.",
        told_by: "In an open activity one end advertises a TCP window of zero for a second or more (from ten seconds on a \
                  warning): its application does not read what arrived. Or no octets pass for half a minute (from one \
                  minute on a warning) although the windows are open; then the side is named that went on in the end. A \
                  silence that a reset ends is told with that. Nothing is said where the capture lacks octets or one \
                  direction.",
        remedy: "Look at the load of the side that stood still: disk, antivirus, backup, a full store. On slow lines use \
                 smaller checkpoints, fewer associations at a time (the Threshold of the X.400 connector in Exchange), and \
                 longer transfer timeouts. The Exchange MTA logs events 4287 and 8640 about such connections.",
        references: &["RFC 9293 clause 3.8.6", "KB Q236586", "KB Q188040", "KB Q169691"],
        check: Check::Association(stall),
    },
];

/// From when on a closed window and a silence are told, and from when on they are a warning, in nanoseconds.
const SHUT: [i64; 2] = [1_000_000_000, 10_000_000_000];
const SILENT: [i64; 2] = [30_000_000_000, 60_000_000_000];

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

fn fragments(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let What::Fragments(count) = note.what else { return };
    out.raise(Draft { key: u64::MAX, ..Draft::new(rule) }, scene, || {
        format!(
            "{count} TCP segments or parts of them came in IP fragments and could not be put together: fragments are not in \
             the capture, were cut by the snap length, or contradict each other. What the segments held is not in the \
             report."
        )
    });
}

fn stall(case: &Case<'_>, rule: &'static Rule, out: &mut Collector) {
    let a = case.association;
    let mut raise = |side: Side, stall: Stall, long: i64, words: &dyn Fn() -> String| {
        let severity = if stall.length >= long { rule.severity } else { Severity::Note };
        let draft = Draft { side: Some(side), key: long as u64, severity, ..Draft::new(rule) };
        out.raise(draft, &Scene::new(stall.since, Some(a)), words);
    };
    for side in [Side::Initiator, Side::Responder] {
        let Some(stall) = a.pace.shut(side).filter(|stall| stall.length >= SHUT[0]) else { continue };
        raise(side, stall, SHUT[1], &|| {
            let then = match stall.over {
                true => "then it opened again",
                false => "and is still closed when the connection ends, or the capture",
            };
            format!(
                "In an open activity the TCP window of the {}, {}, is closed from frame {} on for {}, {then}: the application \
                 there does not take what arrived, and the transfer stands still.",
                side.word(),
                a.end(side),
                stall.since.frame,
                span(stall.length)
            )
        });
    }
    let whole = a.missing_octets == 0 && a.from_the_start && !a.octets.contains(&0);
    let Some((side, stall)) = a.pace.silence().filter(|(_, stall)| whole && stall.length >= SILENT[0]) else {
        return;
    };
    raise(side, stall, SILENT[1], &|| {
        format!(
            "In an open activity no octets pass after frame {} for {}; then the {}, {}, goes on.",
            stall.since.frame,
            span(stall.length),
            side.word(),
            a.end(side)
        )
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
