//! The pcapng format (draft-ietf-opsawg-pcapng): sections of blocks, with interfaces of their own.

use pcap_parser::{OptionCode, parse_interfacedescriptionblock_be, parse_interfacedescriptionblock_le};

use super::clock::Clock;
use super::record::{MAX_FRAME, Record, Records, Step};
use super::window::Window;
use super::{DamageKind, LinkType, Part, Timestamp};

/// Length of the smallest block: type, length, length again.
const EMPTY_BLOCK: usize = 12;
/// The longest block that is taken for one at sight: the longest frame with all its options. Longer blocks are
/// passed over without a look inside.
const MAX_BLOCK: usize = 2 * MAX_FRAME;
/// More interfaces than this in a section are not kept; the obsolete packet block cannot even name more.
const MAX_INTERFACES: usize = 65_536;

const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const BYTE_ORDER: u32 = 0x1A2B_3C4D;

/// Whether a block of this type may stand in a file: the types of the draft, of which those not named above are
/// name resolution, interface statistics, the journal, secrets, and the two custom blocks.
fn is_known(kind: u32) -> bool {
    matches!(kind, SECTION_HEADER | 1..=6 | 9 | 10 | 0xBAD | 0x4000_0BAD)
}

/// A reader of pcapng files.
#[derive(Debug, Default)]
pub(super) struct Pcapng {
    /// The byte order of the section.
    big_endian: bool,
    /// The interfaces of the section.
    interfaces: Vec<Interface>,
    /// The interface that the last packet named and the section did not describe.
    unknown: Option<u32>,
    /// The time of the last packet, for those that have none.
    time: Timestamp,
}

#[derive(Debug)]
struct Interface {
    link: LinkType,
    /// 0 is no limit.
    snap_length: u32,
    clock: Clock,
}

/// The beginning of a block.
struct Head {
    kind: u32,
    size: usize,
    big_endian: bool,
}

fn number(octets: &[u8], at: usize, big_endian: bool) -> Option<u32> {
    let octets = *octets.get(at..)?.first_chunk()?;
    Some(if big_endian { u32::from_be_bytes(octets) } else { u32::from_le_bytes(octets) })
}

impl Pcapng {
    /// The reader for a file that begins with these octets, if it is of this format.
    pub(super) fn recognize(octets: &[u8]) -> Option<Pcapng> {
        let is_section = number(octets, 0, false)? == SECTION_HEADER;
        let big_endian = match number(octets, 8, true) {
            Some(BYTE_ORDER) => true,
            Some(order) if order.swap_bytes() != BYTE_ORDER => return None,
            _ => false,
        };
        is_section.then(|| Pcapng { big_endian, ..Pcapng::default() })
    }

    pub(super) fn big_endian(&self) -> bool {
        self.big_endian
    }

    /// The beginning of the block `at` octets from the first one in view; `None` where that many octets are not
    /// there or no block can begin so.
    fn head(&self, window: &mut Window, at: usize) -> Option<Head> {
        window.fill(at + EMPTY_BLOCK);
        let octets = window.octets().get(at..)?;
        let mut big_endian = self.big_endian;
        if number(octets, 0, false)? == SECTION_HEADER {
            big_endian = match number(octets, 8, true)? {
                BYTE_ORDER => true,
                order if order.swap_bytes() == BYTE_ORDER => false,
                _ => return None,
            };
        }
        let size = number(octets, 4, big_endian)? as usize;
        (size >= EMPTY_BLOCK).then_some(Head { kind: number(octets, 0, big_endian)?, size, big_endian })
    }

    /// Whether the block ends with the length that it begins with.
    fn is_closed(octets: &[u8], head: &Head) -> bool {
        number(octets, head.size - 4, head.big_endian) == Some(head.size as u32)
    }

    /// A block that is longer than any packet needs: secrets, say, or a damaged length. If the next block begins
    /// where this one says that it ends, nothing was wrong.
    fn pass_long(&self, window: &mut Window, head: &Head) -> Option<Step> {
        let end = window.offset() + head.size as u64;
        let step = self.skip(window);
        let is_packet = matches!(head.kind, PACKET | SIMPLE_PACKET | ENHANCED_PACKET);
        (is_packet || window.offset() != end).then_some(step)
    }

    fn describe_interface(&mut self, block: &[u8]) -> Option<()> {
        let parsed = if self.big_endian {
            parse_interfacedescriptionblock_be(block)
        } else {
            parse_interfacedescriptionblock_le(block)
        };
        let (_, block) = parsed.ok()?;
        let (mut resolution, mut offset) = (6, 0);
        for option in block.options.iter().take_while(|option| option.code != OptionCode::EndOfOpt) {
            match (option.code, &*option.value) {
                (OptionCode::IfTsresol, [value, ..]) => resolution = *value,
                (OptionCode::IfTsoffset, value) => {
                    if let Some(value) = value.first_chunk() {
                        offset = if self.big_endian {
                            i64::from_be_bytes(*value)
                        } else {
                            i64::from_le_bytes(*value)
                        };
                    }
                }
                _ => {}
            }
        }
        if self.interfaces.len() < MAX_INTERFACES {
            self.interfaces.push(Interface {
                link: LinkType(block.linktype.0 as u32),
                snap_length: block.snaplen,
                clock: Clock::new(resolution, offset),
            });
        }
        Some(())
    }

    /// The frame in a packet block of any kind; `None` where it does not fit into its block.
    fn packet(&mut self, kind: u32, block: &[u8]) -> Option<Result<Record, DamageKind>> {
        let field = |at| number(block, at, self.big_endian);
        let index = match kind {
            SIMPLE_PACKET => 0,
            // The obsolete block has 16 bits for the interface, then 16 for the drops.
            PACKET if self.big_endian => field(8)? >> 16,
            PACKET => field(8)? & 0xFFFF,
            _ => field(8)?,
        };
        let Some(interface) = self.interfaces.get(index as usize) else {
            return Some(Err(DamageKind::UnknownInterface { interface: index }));
        };
        let (start, captured, original) = if kind == SIMPLE_PACKET {
            let original = field(8)?;
            let limit = if interface.snap_length == 0 { u32::MAX } else { interface.snap_length };
            (12, original.min(limit).min(block.len().checked_sub(16)? as u32), original)
        } else {
            let units = u64::from(field(12)?) << 32 | u64::from(field(16)?);
            self.time = interface.clock.time(units);
            (28, field(20)?, field(24)?)
        };
        let captured = usize::try_from(captured).ok().filter(|&captured| captured <= MAX_FRAME)?;
        let end = start + captured;
        if end + 4 > block.len() {
            return None;
        }
        Some(Ok(Record {
            time: self.time,
            link: interface.link,
            octets: start..end,
            original_length: original,
            size: block.len(),
        }))
    }
}

impl Records for Pcapng {
    fn next(&mut self, window: &mut Window) -> Step {
        loop {
            if !window.fill(EMPTY_BLOCK) {
                return self.rest(window, Part::RecordHeader, EMPTY_BLOCK);
            }
            let Some(head) = self.head(window, 0) else { return self.skip(window) };
            if head.size > MAX_BLOCK {
                match self.pass_long(window, &head) {
                    Some(damage) => return damage,
                    None => continue,
                }
            }
            if !window.fill(head.size) {
                return self.rest(window, Part::Record, head.size);
            }
            if !Self::is_closed(window.octets(), &head) {
                return self.skip(window);
            }
            let block = &window.octets()[..head.size];
            let unreadable = DamageKind::Unreadable { skipped: head.size as u64 };
            let damage = match head.kind {
                SECTION_HEADER => {
                    self.big_endian = head.big_endian;
                    self.interfaces.clear();
                    self.unknown = None;
                    None
                }
                INTERFACE_DESCRIPTION => match self.describe_interface(block) {
                    Some(()) => None,
                    None => Some(unreadable),
                },
                PACKET | SIMPLE_PACKET | ENHANCED_PACKET => match self.packet(head.kind, block) {
                    Some(Ok(record)) => return Step::Frame(record),
                    // One interface without a description is one damage, not one for each of its frames.
                    Some(Err(DamageKind::UnknownInterface { interface }))
                        if self.unknown == Some(interface) =>
                    {
                        None
                    }
                    Some(Err(damage)) => {
                        if let DamageKind::UnknownInterface { interface } = damage {
                            self.unknown = Some(interface);
                        }
                        Some(damage)
                    }
                    None => Some(unreadable),
                },
                _ => None,
            };
            let at = window.offset();
            window.consume(head.size);
            if let Some(damage) = damage {
                return Step::Damage(at, damage);
            }
        }
    }

    /// A block of a known type whose two lengths agree.
    fn begins(&self, window: &mut Window, at: usize) -> bool {
        let Some(head) = self.head(window, at) else { return false };
        is_known(head.kind)
            && head.size.is_multiple_of(4)
            && head.size <= MAX_BLOCK
            && window.fill(at + head.size)
            && window.octets().get(at..).is_some_and(|octets| Self::is_closed(octets, &head))
    }
}
