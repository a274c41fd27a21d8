//! Inputs of the fuzz targets, cut out of a capture: the streams of its connections, and what they carry.

#![allow(dead_code, unreachable_pub)] // part of programs that each use some of it

use std::collections::BTreeMap;

use x400scope::capture::Octets;
use x400scope::layers::tpkt::{Deframer, Unit};
use x400scope::layers::{Side, cotp, session};

use crate::layers;
use crate::mutate::{self, Random};

/// A target and an input of it.
pub type Seed = (&'static str, Vec<u8>);

/// Both ends of a connection, the one with the lower octets first.
type Ends = [[u8; 6]; 2];

/// The inputs that a capture gives.
pub fn of(capture: &[u8]) -> Vec<Seed> {
    let mut seeds = vec![("capture", capture.to_vec()), ("pipeline", capture.to_vec())];
    let mut streams: BTreeMap<Ends, Vec<(Side, Vec<u8>)>> = BTreeMap::new();
    for frame in mutate::frames(capture) {
        let Some(payload) = mutate::payload_of(&frame) else { continue };
        let end = |address: usize, port: usize| {
            let mut end = [0; 6];
            end[..4].copy_from_slice(&frame[address..address + 4]);
            end[4..].copy_from_slice(&frame[port..port + 2]);
            end
        };
        let (from, to) = (end(26, 34), end(30, 36));
        let side = if to[4..] == [0, 102] || to[4..] == [0, 25] { Side::Initiator } else { Side::Responder };
        streams.entry([from.min(to), from.max(to)]).or_default().push((side, frame[payload].to_vec()));
    }
    for (ends, segments) in streams {
        let mail = ends.iter().any(|end| end[4..] == [0, 25]);
        let mut stack = vec![u8::from(mail)];
        segments.iter().for_each(|(side, octets)| stack.extend(layers::run(*side, octets)));
        for value in layers::transferred(&stack) {
            seeds.push(("value", [&[0, 0][..], &value].concat()));
        }
        if !mail {
            packets(&segments, &mut seeds);
        }
        seeds.push(("stack", stack));
    }
    // Eight octets a segment: a connection in order.
    let stream = (0..40u8).flat_map(|n| [0x10, n & 1, 10, 0, 10 * (n / 2), 0, 10 * (n / 2), 0]).collect();
    seeds.push(("stream", stream));
    seeds
}

/// The TPDUs of a connection, and the SPDUs and PPDUs in them.
fn packets(segments: &[(Side, Vec<u8>)], seeds: &mut Vec<Seed>) {
    let (mut deframers, mut tsdus) = ([Deframer::default(), Deframer::default()], [Vec::new(), Vec::new()]);
    for (side, octets) in segments {
        let tsdu = &mut tsdus[side.index()];
        deframers[side.index()].push(Octets::new(octets, &[], 0), |unit| {
            let Unit::Packet { octets, .. } = unit else { return };
            let tpdu = octets.bytes().get(4..).unwrap_or_default();
            seeds.push(("tpdu", tpdu.to_vec()));
            let fact = cotp::parse(tpdu);
            if fact.kind == cotp::TpduKind::Dt {
                tsdu.extend_from_slice(&tpdu[fact.user_data..]);
                if fact.end_of_tsdu {
                    self::tsdu(&std::mem::take(tsdu), seeds);
                }
            }
        });
    }
}

fn tsdu(octets: &[u8], seeds: &mut Vec<Seed>) {
    seeds.push(("tsdu", octets.to_vec()));
    let mut spdus = Vec::new();
    session::parse(octets, &mut session::Context::default(), &mut spdus);
    for spdu in spdus {
        let Some(data) = spdu.user_data.map(|data| data.of(octets)) else { continue };
        use session::SpduKind as K;
        let kind = match spdu.kind {
            K::Connect => 0,
            K::Accept => 1,
            K::Refuse => 2,
            K::Abort => 3,
            _ => 9,
        };
        seeds.push(("ppdu", [&[kind, 65][..], data].concat()));
    }
}

/// Octets of one input changed, or those of another put in.
pub fn mutant(input: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut octets = input.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(octets.len());
        match random.below(4) {
            0 if !other.is_empty() => {
                let from = random.below(other.len());
                let to = (from + 1 + random.below(40)).min(other.len());
                octets.splice(at..at, other[from..to].iter().copied());
            }
            1 => {
                let to = (at + random.below(40)).min(octets.len());
                octets.drain(at..to);
            }
            _ => mutate::change(&mut octets, random),
        }
    }
    octets
}
