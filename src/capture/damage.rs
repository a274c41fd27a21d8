//! What is wrong with a capture file that was opened: data, not errors.

use std::sync::Arc;

use super::FrameNo;

/// A place in a capture file where something could not be read. All else is still given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file, as named on the command line.
    pub file: Arc<str>,
    /// Where in the file, after decompression: octets from its beginning.
    pub offset: u64,
    /// The last frame that was given before.
    pub after: FrameNo,
    /// What is wrong.
    pub kind: DamageKind,
}

/// What is wrong with a capture file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DamageKind {
    /// The file ends inside a part of it.
    CutShort {
        /// Which part.
        part: Part,
        /// How many octets that part has.
        wanted: u64,
        /// How many of them are there.
        there: u64,
    },
    /// Octets that are no record were passed over, up to the next record.
    Unreadable {
        /// How many.
        skipped: u64,
    },
    /// A frame names an interface that its section of the file does not describe, so nobody knows how to read it;
    /// said once for frames of the same interface in a row.
    UnknownInterface {
        /// The number of the interface.
        interface: u32,
    },
    /// The file cannot be read or decompressed further.
    Stopped {
        /// What the system or the decompressor says.
        why: String,
    },
}

/// A part of a capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The header of a pcap file.
    FileHeader,
    /// The header of a record or block.
    RecordHeader,
    /// A record or block.
    Record,
}

impl Damage {
    /// One sentence for a finding.
    pub fn sentence(&self) -> String {
        let Damage { file, offset, after, kind } = self;
        let place = match after {
            &FrameNo::NONE => "before the first frame".to_owned(),
            after => format!("behind frame {after}"),
        };
        match kind {
            DamageKind::CutShort { part, wanted, there } => {
                let part = match part {
                    Part::FileHeader => "the file header",
                    Part::RecordHeader => "the header of a record",
                    Part::Record => "a record",
                };
                format!(
                    "{file} is cut short {place}: at octet {offset}, {part} of {wanted} octets begins, of which {there} are there"
                )
            }
            DamageKind::Unreadable { skipped } => format!(
                "{file} is damaged {place}: from octet {offset} on, {skipped} octets are no record and were passed over"
            ),
            DamageKind::UnknownInterface { interface } => format!(
                "{file} is damaged {place}: the frame at octet {offset} is of interface {interface}, which the file does not describe"
            ),
            DamageKind::Stopped { why } => {
                format!("{file} cannot be read further {place}, at octet {offset}: {why}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_told_in_a_sentence() {
        let kind = DamageKind::CutShort { part: Part::Record, wanted: 90, there: 12 };
        let damage = Damage { file: "a.pcap".into(), offset: 2716, after: FrameNo(25), kind };
        assert_eq!(
            damage.sentence(),
            "a.pcap is cut short behind frame 25: at octet 2716, a record of 90 octets begins, of which 12 are there"
        );
    }
}
