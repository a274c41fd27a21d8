//! Limits and faults of this program itself.

use super::{Certainty, Check, Collector, Draft, Rule, Scene, Severity};
use crate::capture::{FrameNo, Timestamp};
use crate::findings::Finding;
use crate::layers::note::{Cap, Note, What};
use crate::layers::session::Oddity;
use crate::layers::stack::Now;

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "limit-reached",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a limit of x400scope was reached",
        why: "So that memory stays bounded on any input, only so much of one protocol data unit is held. What lay \
              behind the limit was counted, not read.",
        told_by: "A TSDU, an SSDU, a transferred value or the segments waiting behind a hole grew past what is held of \
                  one, a TSDU holds too many SPDUs, a line, a header or the number of open commands of SMTP is too large, \
                  too many contexts were proposed, too many connections were open at once or held too much together, a \
                  name is too long, more messages or associations came than are remembered, or too much was found; the \
                  message names the limit and the option that raises it, if there is one, and the README lists all limits. \
                  Nothing is wrong on the wire.",
        remedy: "Nothing has to be changed in the mail systems. Part of the value is not in the report.",
        references: &["README, Limits"],
        check: Check::Note(reached),
    },
    Rule {
        id: "internal-error",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "x400scope failed on this frame",
        why: "A fault of x400scope itself: this frame and what followed on its connection are not in the report.",
        told_by: "The decoder stopped with an error that should not be possible. The rest of the capture was read.",
        remedy: "Please report it, with the frame if it may be shared.",
        references: &["README"],
        check: Check::Note(|_, _, _, _| {}),
    },
];

fn reached(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let cap = match note.what {
        What::Cap(cap) => cap,
        What::Session(Oddity::TooMany) => Cap::Spdus,
        _ => return,
    };
    let what = match cap {
        Cap::Spdus => "More SPDUs stand in one TSDU than are read: the octets behind them are shown unread.",
        Cap::Tsdu => {
            "A TSDU is longer than what is held of one, or in more pieces: the octets behind that are counted, not \
             read (--max-unit)."
        }
        Cap::Ssdu => {
            "An SSDU is longer than what is held of one, or in more pieces: the octets behind that are counted, not \
             read (--max-unit)."
        }
        Cap::Transfer => {
            "A transferred value is longer than what is held of one, or in more pieces: the octets behind that are \
             counted, not read (--max-unit)."
        }
        Cap::Together => {
            "More octets wait to be put together than are held of all connections together: the connections idle \
             longest are taken for over, and what follows on one of them begins another association (--max-held)."
        }
        Cap::Remembered => {
            "More transfers wait to be resumed or acknowledged than are remembered: those waiting longest are told \
             as they stand, and what becomes of them is not joined to them (--max-held)."
        }
        Cap::Contexts => {
            "More presentation contexts were proposed than are known of one connection: values in those behind are \
             read without their abstract syntax."
        }
        Cap::OutOfOrder => {
            "Too many octets wait behind a hole in the stream: the hole is taken for lost, and reading goes on \
             behind it."
        }
        Cap::SmtpLine => {
            "An SMTP command or reply is longer than what is held of one: it is read as far as that."
        }
        Cap::SmtpHeader => {
            "The header of a mail is longer than what is held of one: addresses behind that are not read."
        }
        Cap::SmtpCommands => {
            "More SMTP commands wait for their replies than are remembered: which reply answers which of them is \
             not told."
        }
        Cap::Connections => {
            "More connections are open than are followed at a time: those idle longest are taken for over, and what \
             follows on one of them begins another association (--max-connections)."
        }
        Cap::Kept => {
            "A name, an address, a selector, an identifier or a subject is longer than what is remembered of one, or a \
             message has more recipients or trace elements: the rest stands in the frame view only."
        }
        Cap::Notices => {
            "More is wrong in one value than is told of it: the rest is marked in the frame view only."
        }
        Cap::Messages => {
            "More messages were transferred than are remembered: repeats of the oldest, and reports on them, are not \
             joined to them."
        }
        Cap::Associations => {
            "More associations failed than wait to be judged by the whole capture, or between more pairs of hosts than \
             are remembered: some are judged without what the others tell."
        }
    };
    out.raise(Draft { side: Some(note.side), key: cap as u64, ..Draft::new(rule) }, scene, || {
        what.to_owned()
    });
}

/// So many findings were not kept.
pub(in crate::findings) fn not_kept(count: u64, findings: &mut Vec<Finding>) {
    let Some(rule) = RULES.iter().find(|rule| rule.id == "limit-reached") else { return };
    let mut out = Collector::default();
    out.raise(Draft::new(rule), &Scene::new(Now { frame: FrameNo::NONE, time: Timestamp(0) }, None), || {
        format!("More was found than is kept: {count} findings are not listed. Most are of the rules that are listed most often.")
    });
    findings.append(&mut out.into_findings());
}

/// A fault of ours in the frame of `scene`.
pub(in crate::findings) fn internal_error(scene: &Scene<'_>, out: &mut Collector) {
    let Some(rule) = RULES.iter().find(|rule| rule.id == "internal-error") else { return };
    let key = scene.now.frame.0;
    out.raise(Draft { key, ..Draft::new(rule) }, scene, || {
        "x400scope failed while reading this frame. What followed on the same connection is not in the report."
            .to_owned()
    });
}
