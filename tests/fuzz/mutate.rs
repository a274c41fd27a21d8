//! Damage to captures that leaves enough whole for the upper layers to be reached: frames are lost, repeated and put
//! in another order, octets and lengths are changed, and what is cut out or put in is made good in the lengths around
//! it, most of the time.

#![allow(dead_code, unreachable_pub)] // part of programs that each use some of it

use std::ops::Range;

/// Lengths of the headers: of the file, of a record, and of Ethernet.
const FILE: usize = 24;
const RECORD: usize = 16;
const ETHERNET: usize = 14;
/// The most frames of a mutant: it must be read quickly.
const FRAMES: usize = 400;
/// The most octets of a frame.
const LARGEST: usize = 0xF000;

/// Random numbers (xorshift64*): the same seed gives the same mutants everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    /// A number below `limit`; 0 where that is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % (limit.max(1) as u64)) as usize
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// An octet, most often one that means something.
    fn octet(&mut self) -> u8 {
        match self.below(4) {
            0 => self.next() as u8,
            _ => self.one_of(&[
                0, 1, 2, 3, 4, 5, 6, 9, 13, 14, 0x19, 0x29, 0x30, 0x31, 0x3F, 0x60, 0x61, 0x7F, 0x80, 0x81,
                0x82, 0x84, 0xA0, 0xA2, 0xB0, 0xC1, 0xE0, 0xF0, 0xFE, 0xFF,
            ]),
        }
    }
}

/// The octets of a classic little-endian capture over Ethernet, with those of `other` put in where frames are joined.
/// What is no such capture has octets changed at random.
pub fn mutate(capture: &[u8], other: &[u8], seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut frames = frames(capture);
    if frames.is_empty() {
        let mut octets = capture.to_vec();
        change(&mut octets, &mut random);
        return octets;
    }
    for _ in 0..=random.below(4) {
        let at = random.below(frames.len());
        match random.below(12) {
            0 if frames.len() > 1 => drop(frames.remove(at)),
            1 if frames.len() < FRAMES => {
                let copy = frames[at].clone();
                frames.insert(random.below(frames.len()), copy);
            }
            2 => {
                let with = random.below(frames.len());
                frames.swap(at, with);
            }
            3 => {
                let others = self::frames(other);
                if let (false, true) = (others.is_empty(), frames.len() < FRAMES) {
                    frames.insert(at, others[random.below(others.len())].clone());
                }
            }
            4 => change(&mut frames[at], &mut random),
            _ => payload(&mut frames, at, &mut random),
        }
        if frames.is_empty() {
            break;
        }
    }
    let mut out = capture[..FILE].to_vec();
    for (number, frame) in frames.iter().enumerate() {
        // Now and then the snap length has cut a frame.
        let kept = if random.below(400) == 0 { random.below(frame.len()) } else { frame.len() };
        for field in [number / 1000, number % 1000 * 1000, kept, frame.len()] {
            out.extend((field as u32).to_le_bytes());
        }
        out.extend_from_slice(&frame[..kept]);
    }
    if random.below(50) == 0 {
        change(&mut out, &mut random);
    }
    out
}

pub fn frames(capture: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut rest = capture.get(FILE..).unwrap_or_default();
    while let Some((header, behind)) = rest.split_at_checked(RECORD) {
        let length = u32::from_le_bytes([header[8], header[9], header[10], header[11]]) as usize;
        let Some((frame, behind)) = behind.split_at_checked(length) else { break };
        frames.push(frame.to_vec());
        rest = behind;
    }
    frames
}

/// Where the TCP payload of a frame lies, if it is IPv4 over Ethernet.
pub fn payload_of(frame: &[u8]) -> Option<Range<usize>> {
    let header = ETHERNET + usize::from(*frame.get(ETHERNET)? & 15) * 4;
    let start = header + usize::from(*frame.get(header + 12)? >> 4) * 4;
    let total = ETHERNET + usize::from(u16::from_be_bytes([*frame.get(16)?, *frame.get(17)?]));
    (frame.get(12..15)? == [8, 0, 0x45] && start < total && total <= frame.len()).then_some(start..total)
}

/// Changes octets, or a run of them.
pub fn change(octets: &mut [u8], random: &mut Random) {
    if octets.is_empty() {
        return;
    }
    for _ in 0..=random.below(3) {
        let at = random.below(octets.len());
        match random.below(3) {
            0 => octets[at] ^= 1 << random.below(8),
            1 => octets[at] = random.octet(),
            _ => {
                let (octet, end) = (random.octet(), octets.len().min(at + random.below(8)));
                octets[at..end].fill(octet);
            }
        }
    }
}

/// Changes the payload of one frame; later frames of its direction move on where its length changes.
fn payload(frames: &mut [Vec<u8>], at: usize, random: &mut Random) {
    let Some(range) = payload_of(&frames[at]) else { return };
    let mut octets = frames[at][range.clone()].to_vec();
    let from = random.below(octets.len());
    let to = (from + 1 + random.below(24)).min(octets.len());
    let before = octets.len();
    match random.below(8) {
        0..=2 => change(&mut octets, random),
        3 => change(&mut octets[from..], random),
        4 => drop(octets.drain(from..to)),
        5 => {
            let copy = octets[from..to].repeat(1 + random.below(3) * random.below(300));
            octets.splice(from..from, copy);
        }
        6 => {
            let octet = random.octet();
            octets.splice(from..from, (0..random.below(40)).map(|_| octet).collect::<Vec<u8>>());
        }
        // The element is put in others, as deep as that goes.
        _ => {
            let (octet, length) =
                (random.one_of(&[0x24, 0x30, 0x31, 0x61, 0xA0]), random.one_of(&[0x80, 0x82, 2]));
            let wraps: Vec<u8> = [octet, length].repeat(random.below(600));
            octets.splice(from..from, wraps);
        }
    }
    octets.truncate(LARGEST);
    if random.below(5) > 0 {
        mend(&mut octets, from, before);
    }
    let grown = octets.len() as i64 - before as i64;
    let frame = &mut frames[at];
    frame.splice(range.clone(), octets);
    let total = (frame.len().min(0xFFFF) - ETHERNET.min(frame.len())) as u16;
    frame[16..18].copy_from_slice(&total.to_be_bytes());
    if random.below(8) > 0 {
        let (sender, ports) = (frame[26..34].to_vec(), frame[34..38].to_vec());
        for later in frames.iter_mut().skip(at + 1) {
            if payload_of(later).is_some() && later[26..34] == sender && later[34..38] == ports {
                let sequence = u32::from_be_bytes([later[38], later[39], later[40], later[41]]);
                later[38..42].copy_from_slice(&sequence.wrapping_add(grown as u32).to_be_bytes());
            }
        }
    }
}

/// Makes the lengths good that cover octet `at` of a payload that was `before` octets long: those of TPKT, of a session
/// header and its user data, and of the BER elements that reached to the old end.
fn mend(octets: &mut [u8], at: usize, before: usize) {
    let (after, [_, ..]) = (octets.len(), &octets[..]) else { return };
    let grown = after as i64 - before as i64;
    if grown == 0 {
        return;
    }
    if let Some([3, 0, high, low]) = octets.first_chunk() {
        let length = i64::from(u16::from_be_bytes([*high, *low]));
        if length == before as i64 {
            octets[2..4].copy_from_slice(&((length + grown) as u16).to_be_bytes());
        }
    }
    for position in 5..at.min(after) {
        // One octet of length, or an octet that says how many follow.
        let (width, start) = match octets[position] {
            length @ 1..=0x7F if position + 1 + usize::from(length) == before => (1, position),
            0x81 => (1, position + 1),
            0x82 | 0xFF => (2, position + 1),
            _ => continue,
        };
        let Some(field) = octets.get_mut(start..start + width) else { continue };
        let length = field.iter().fold(0, |length, octet| length << 8 | i64::from(*octet));
        if (start + width) as i64 + length == before as i64 {
            let length = (length + grown) as u64;
            field.copy_from_slice(&length.to_be_bytes()[8 - width..]);
        }
    }
}
