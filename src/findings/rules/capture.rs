//! What limits a capture: files cut short, frames cut by the snap length.

use super::{Certainty, Check, Collector, Draft, Rule, Scene, Severity};
use crate::capture::Damage;

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "capture-truncated",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "the capture file is cut short or damaged here",
        why: "What was behind this place is not in the report, or only in part. A message that seems lost may \
              just not have been read.",
        told_by: "The file ends inside a record, a record's lengths contradict each other, or the decompressor \
                  found an error. A file that ends between two records is not cut short.",
        remedy: "Copy the file again in binary mode, or take the trace again and stop the capture program \
                 before the file is copied.",
        references: &["pcap savefile format", "pcapng (draft-ietf-opsawg-pcapng)"],
        check: Check::Capture(damaged),
    },
    Rule {
        id: "frame-cut-by-snaplen",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "the snap length cut this frame",
        why: "The octets behind the cut cannot be read. Nothing is wrong with the frame itself, and nothing that \
              the missing octets might show is reported.",
        told_by: "The record's captured length is smaller than the length of the frame on the wire, and the \
                  frame belongs to a connection that is reported on.",
        remedy: "Capture whole frames: tcpdump -s 0, or a snap length of 65535 or more.",
        references: &["pcap savefile format"],
        check: Check::Frame(cut),
    },
];

fn damaged(damage: &Damage, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let key = damage.offset;
    out.raise(Draft { key, ..Draft::new(rule) }, scene, || damage.sentence());
}

fn cut(missing: u32, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    out.raise(Draft::new(rule), scene, || {
        format!(
            "The capture's snap length cut {missing} octets from the end of this frame: what they held is not \
             reported, and nothing is concluded from their absence."
        )
    });
}
