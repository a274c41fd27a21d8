//! Captures that are made to exhaust their reader, written as they are read: none of them is ever in memory.

#![allow(dead_code)] // each test program uses its own part of this module

pub(crate) mod measure;
pub(crate) mod wire;

use std::io;

use wire::{Wire, tlv};

/// Writes one capture of about this many units of whatever it is made of.
pub(crate) type Flood = fn(&mut Wire<'_>, u32) -> io::Result<()>;

/// One kind of flood.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) flood: Flood,
    /// How many units make an unoptimized program work for a moment, and how many a gigabyte or a million of them.
    pub(crate) little: u32,
    pub(crate) much: u32,
    /// A rule that has to tell it, where one has to.
    pub(crate) rule: Option<&'static str>,
    /// What the message of that rule has to say, once there is much.
    pub(crate) says: &'static str,
}

const fn kind(name: &'static str, flood: Flood, little: u32, much: u32) -> Kind {
    Kind { name, flood, little, much, rule: None, says: "" }
}

impl Kind {
    const fn told_by(mut self, rule: &'static str, says: &'static str) -> Kind {
        (self.rule, self.says) = (Some(rule), says);
        self
    }
}

const LIMIT: &str = "limit-reached";

pub(crate) static FLOODS: &[Kind] = &[
    kind("a TSDU that never ends", endless_tsdu, 400, 4096).told_by(LIMIT, "TSDU"),
    kind("a million DTs of one octet", tiny_tpdus, 20_000, 2_000_000),
    kind("an SSDU that never ends", endless_ssdu, 400, 4096).told_by(LIMIT, "SSDU"),
    kind("an activity that never ends", endless_activity, 400, 65_536).told_by(LIMIT, "transferred value"),
    kind("an activity in pieces of one octet", tiny_segments, 10_000, 1_000_000),
    kind("activities begun and interrupted", interrupted, 20, 400),
    kind("TSDUs that never end, on all connections", tsdus_on_all, 20, 2000).told_by(LIMIT, "together"),
    kind("activities that never end, on all connections", activities_on_all, 20, 2000)
        .told_by(LIMIT, "together"),
    kind("holes with much behind them, on all connections", holes_on_all, 20, 2000)
        .told_by(LIMIT, "together"),
    kind("octets sent on all connections", history_on_all, 50, 8000),
    kind("activities cut off and remembered", remembered, 20, 600).told_by(LIMIT, "resumed"),
    kind("messages that are not acknowledged", unacknowledged, 20, 300),
    kind("recipients by the thousand, not acknowledged", recipients, 4, 300),
    kind("connections of one frame", one_frame_each, 5_000, 1_000_000).told_by(LIMIT, "connections"),
    kind("associations that stay open", stay_open, 300, 200_000).told_by(LIMIT, "connections"),
    kind("the same ends again and again", same_ends, 2_000, 500_000),
    kind("presentation contexts on all connections", contexts_on_all, 10, 8000),
    kind("a million contexts in one list", contexts_in_one, 2_000, 400_000).told_by(LIMIT, "contexts"),
    kind("selectors and names of megabytes", long_names, 4, 200).told_by(LIMIT, "a selector"),
    kind("identifiers of megabytes", long_identifiers, 4, 300).told_by(LIMIT, "an identifier"),
    kind("organizational units by the hundred thousand", units, 2_000, 200_000).told_by(LIMIT, "an address"),
    kind("elements nested, definite", nested_definite, 10_000, 100_000).told_by("ber-damage", "deep"),
    kind("elements nested, indefinite", nested_indefinite, 10_000, 100_000).told_by("ber-damage", "deep"),
    kind("elements without octets", empty_elements, 20_000, 2_000_000),
    kind("a time of a megabyte", long_time, 20_000, 1 << 20),
    kind("strings in pieces in strings in pieces", joined, 10_000, 1 << 20),
    kind("garbage with a hole at each octet of a header", garbage_with_holes, 500, 200_000),
    kind("segments that overlap and contradict", conflicts, 500, 200_000),
    kind("fragments of datagrams that never end", fragments, 2_000, 500_000),
    kind("TPKTs whose lengths are 0 to 3", small_packets, 2_000, 500_000),
    kind("one behind the other", all, 100, 100_000),
    kind("a finding each", findings, 300, 300_000),
];

/// Small numbers as two octets.
fn two(number: usize) -> [u8; 2] {
    (number as u16).to_be_bytes()
}

fn endless_tsdu(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let mut a = wire.open(0)?;
    for _ in 0..count {
        wire.dt(&mut a, &[1; 4000], false)?;
    }
    Ok(())
}

fn tiny_tpdus(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let mut a = wire.open(0)?;
    let many = [3, 0, 0, 8, 2, 0xF0, 0, 1].repeat(100);
    for _ in 0..count / 100 {
        wire.send(&mut a, &many)?;
    }
    Ok(())
}

/// DATA TRANSFER with an enclosure item that says: neither first nor last.
fn endless_ssdu(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let mut a = wire.open(0)?;
    wire.dt(&mut a, &[&[1, 0, 1, 3, 25, 1, 1][..], &[0x30; 4000]].concat(), true)?;
    for _ in 0..count {
        wire.dt(&mut a, &[&[1, 0, 1, 3, 25, 1, 0][..], &[0x30; 4000]].concat(), true)?;
    }
    Ok(())
}

const START: [u8; 7] = [1, 0, 0x2D, 3, 0x29, 1, 1];
const END: [u8; 7] = [1, 0, 0x29, 3, 0x2A, 1, 1];

/// A segment of a transferred value: DATA TRANSFER with an OCTET STRING in presentation context 3.
fn segment(octets: &[u8]) -> Vec<u8> {
    let value = tlv(0xA0, &tlv(4, octets));
    [&[1, 0, 1, 0][..], &tlv(0x61, &tlv(0x30, &[&[2, 1, 3][..], &value].concat()))].concat()
}

fn endless_activity(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let mut a = wire.open(0)?;
    wire.dt(&mut a, &START, true)?;
    let segment = segment(&[0x30; 4000]);
    for _ in 0..count {
        wire.dt(&mut a, &segment, true)?;
    }
    Ok(())
}

fn tiny_segments(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let mut a = wire.open(0)?;
    wire.dt(&mut a, &START, true)?;
    let segment = wire::dt(&segment(&[0x30]), true).repeat(30);
    for _ in 0..count / 30 {
        wire.send(&mut a, &segment)?;
    }
    Ok(())
}

/// Activities of a megabyte, each interrupted: they may be resumed.
fn interrupted(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let mut a = wire.open(0)?;
    for number in 0..count {
        let [high, low] = two(number as usize);
        wire.dt(&mut a, &[1, 0, 0x2D, 4, 0x29, 2, high, low], true)?;
        for _ in 0..64 {
            wire.dt(&mut a, &segment(&[0x30; 16_000]), true)?;
        }
        wire.dt(&mut a, &[1, 0, 0x19, 0], true)?;
    }
    Ok(())
}

fn tsdus_on_all(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    for number in 0..count {
        let mut a = wire.open(number)?;
        for _ in 0..10 {
            wire.dt(&mut a, &[1; 60_000], false)?;
        }
    }
    Ok(())
}

fn activities_on_all(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    for number in 0..count {
        let mut a = wire.open(number)?;
        wire.dt(&mut a, &START, true)?;
        let segment = segment(&[0x30; 60_000]);
        for _ in 0..10 {
            wire.dt(&mut a, &segment, true)?;
        }
    }
    Ok(())
}

fn holes_on_all(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    for number in 0..count {
        let mut a = wire.open(number)?;
        a.skip(1);
        for _ in 0..10 {
            wire.send(&mut a, &[3; 60_000])?;
        }
    }
    Ok(())
}

/// Both sides of many connections have sent something that a later copy is compared with.
fn history_on_all(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    for number in 0..count {
        let mut a = wire.open(number)?;
        wire.dt(&mut a, &[1; 17_000], true)?;
        wire.answer(&mut a, &wire::dt(&[1; 17_000], true))?;
    }
    Ok(())
}

fn remembered(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    for number in 0..count {
        let mut a = wire.open(number)?;
        wire.dt(&mut a, &START, true)?;
        for _ in 0..16 {
            wire.dt(&mut a, &segment(&[0x30; 64_000]), true)?;
        }
        wire.reset(&mut a)?;
    }
    Ok(())
}

/// The beginning of a message, up to the contents of its envelope and of its content.
fn message(envelope: &[u8], content: &[u8]) -> Vec<u8> {
    tlv(0xA0, &[tlv(0x31, envelope), tlv(4, content)].concat())
}

/// The identifier of a message.
fn identifier(local: &[u8]) -> Vec<u8> {
    let domain = tlv(0x63, &[tlv(0x61, &tlv(0x13, b"XX")), tlv(0x62, &tlv(0x13, b"A"))].concat());
    tlv(0x64, &[domain, tlv(0x16, local)].concat())
}

fn transfer(wire: &mut Wire<'_>, a: &mut wire::Connection, value: &[u8], end: bool) -> io::Result<()> {
    wire.dt(a, &START, true)?;
    for part in value.chunks(60_000) {
        wire.dt(a, &segment(part), true)?;
    }
    if end { wire.dt(a, &END, true) } else { Ok(()) }
}

fn unacknowledged(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    for number in 0..count {
        let mut a = wire.open(number)?;
        let value = message(&identifier(&two(number as usize)), &[0x30; 1_000_000]);
        transfer(wire, &mut a, &value, true)?;
    }
    Ok(())
}

/// Messages to 32,000 recipients each.
fn recipients(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let name = tlv(0x60, &tlv(0x30, &[tlv(0x61, &tlv(0x13, b"XX")), tlv(0x83, b"O")].concat()));
    let recipient = tlv(0x31, &[tlv(0x80, &[1]), name].concat());
    let list = tlv(0xA2, &recipient.repeat(32_000));
    for number in 0..count {
        let mut a = wire.open(number)?;
        let envelope = [identifier(&two(number as usize)), list.clone()].concat();
        transfer(wire, &mut a, &message(&envelope, &[0x30; 10]), true)?;
    }
    Ok(())
}

fn one_frame_each(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    for number in 0..count {
        wire.syn(number)?;
    }
    Ok(())
}

/// Associations that are opened, and of which nothing more is seen.
pub(crate) fn stay_open(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    (0..count).try_for_each(|number| wire.open(number).map(drop))
}

fn same_ends(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    for number in 0..count {
        let mut a = wire.syn(0)?;
        match number % 3 {
            0 => wire.reset(&mut a)?,
            1 => wire.finish(&mut a)?,
            _ => {}
        }
    }
    Ok(())
}

/// A CONNECT whose CP has a list of these contexts.
fn connect(contexts: &[u8]) -> Vec<u8> {
    let list = tlv(0xA4, contexts);
    let cp = tlv(0x31, &[tlv(0xA0, &tlv(0x80, &[1])), tlv(0xA2, &list)].concat());
    let parameter = |code: u8, value: &[u8]| {
        let length = value.len().min(0xFFFF);
        [&[code, 255][..], &two(length), &value[..length]].concat()
    };
    parameter(13, &parameter(0xC1, &cp))
}

fn context(id: u32, negative: bool) -> Vec<u8> {
    let mut octets = id.to_be_bytes();
    octets[0] = if negative { 0x80 } else { 0 };
    tlv(0x30, &[tlv(2, &octets), tlv(6, &[0x56, 0, 2, 7]), tlv(0x30, &tlv(6, &[0x51, 1]))].concat())
}

fn contexts_on_all(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let list: Vec<u8> = (0..256).flat_map(|id| context(id, false)).collect();
    let connect = connect(&list);
    for number in 0..count {
        let mut a = wire.connection(number)?;
        wire.dt(&mut a, &connect, true)?;
        if number % 2 == 0 {
            wire.reset(&mut a)?;
        }
    }
    Ok(())
}

/// Contexts that repeat their identifiers, and negative ones, in ALTER CONTEXTs as large as they may be.
fn contexts_in_one(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let mut a = wire.open(0)?;
    let list: Vec<u8> = (0..2000).flat_map(|id| context(id / 2, id % 3 == 0)).collect();
    for _ in 0..count / 2000 {
        wire.dt(&mut a, &connect(&list), true)?;
        wire.dt(&mut a, &segment(&[5, 0].repeat(2000)), true)?;
    }
    Ok(())
}

/// A connection of which each selector and each name is as long as it goes.
fn long_names(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    for number in 0..count {
        let mut a = wire.connection(number)?;
        let selector = vec![b'P'; 1_000_000];
        let cp = tlv(
            0x31,
            &[tlv(0xA0, &tlv(0x80, &[1])), tlv(0xA2, &[tlv(0x81, &selector), tlv(0x82, &selector)].concat())]
                .concat(),
        );
        // CONNECT with the first octets, CONNECT DATA OVERFLOW with the others.
        let parameter = |code: u8, value: &[u8]| [&[code, 255][..], &two(value.len()), value].concat();
        for (index, part) in cp.chunks(60_000).enumerate() {
            let last = (index + 1) * 60_000 >= cp.len();
            let spdu = match index {
                0 => parameter(13, &[&[60, 1, 1][..], &parameter(0xC2, part)].concat()),
                _ => {
                    parameter(15, &[&[25, 1, if last { 2 } else { 0 }][..], &parameter(0xC1, part)].concat())
                }
            };
            wire.dt(&mut a, &spdu, true)?;
        }
        wire.reset(&mut a)?;
    }
    Ok(())
}

fn long_identifiers(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let mut a = wire.open(0)?;
    for number in 0..count {
        let local = [&two(number as usize)[..], &[b'L'; 1_000_000]].concat();
        transfer(wire, &mut a, &message(&identifier(&local), &[0x30; 10]), true)?;
        wire.answer(&mut a, &wire::dt(&[1, 0, 42, 3, 42, 1, 1], true))?;
    }
    Ok(())
}

/// Organizational units, then other attributes: each is looked up among those before.
fn units(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let mut a = wire.open(0)?;
    let units = tlv(0xA6, &tlv(0x13, b"U").repeat(count as usize));
    let name = tlv(0x60, &tlv(0x30, &[units, tlv(0x83, b"O").repeat(count as usize)].concat()));
    let envelope = [identifier(b"1"), name].concat();
    transfer(wire, &mut a, &message(&envelope, &[0x30; 10]), true)
}

/// One value as large as it has to be, in DTs of one TSDU.
fn value(wire: &mut Wire<'_>, octets: &[u8]) -> io::Result<()> {
    let mut a = wire.open(0)?;
    let spdu =
        [&[1, 0, 1, 0][..], &tlv(0x61, &tlv(0x30, &[&[2, 1, 1][..], &tlv(0xA0, octets)].concat()))].concat();
    let mut parts = spdu.chunks(60_000).peekable();
    while let Some(part) = parts.next() {
        wire.dt(&mut a, part, parts.peek().is_none())?;
    }
    Ok(())
}

fn nested_definite(wire: &mut Wire<'_>, depth: u32) -> io::Result<()> {
    let mut nested: Vec<u8> = Vec::new();
    // From the innermost out; the order of the octets is turned round in the end.
    for _ in 0..depth {
        let length = (nested.len() as u32).to_be_bytes();
        nested.extend([length[3], length[2], length[1], length[0], 0x84, 0x30]);
    }
    nested.reverse();
    value(wire, &nested)
}

fn nested_indefinite(wire: &mut Wire<'_>, depth: u32) -> io::Result<()> {
    value(wire, &[0x30, 0x80].repeat(depth as usize))
}

fn empty_elements(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    value(wire, &tlv(0x30, &[5, 0, 2, 0, 3, 0, 6, 0, 1, 0, 4, 0].repeat(count as usize / 6)))
}

fn long_time(wire: &mut Wire<'_>, length: u32) -> io::Result<()> {
    let digits = vec![b'9'; length as usize];
    value(wire, &tlv(0x30, &[tlv(23, &digits), tlv(24, &digits)].concat()))
}

/// OCTET STRINGs in pieces of one octet each, in a content that is in pieces itself.
fn joined(wire: &mut Wire<'_>, length: u32) -> io::Result<()> {
    let mut a = wire.open(0)?;
    let pieces = |octets: &[u8]| {
        let pieces: Vec<u8> = octets.chunks(1000).flat_map(|piece| tlv(4, piece)).collect();
        tlv(0x24, &pieces)
    };
    let body = tlv(0xA0, &tlv(0x31, &pieces(&vec![b'x'; length as usize])));
    let body = (0..4).fold(body, |body, _| tlv(0xA0, &pieces(&body)));
    let value = tlv(0xA0, &[tlv(0x31, &identifier(b"1")), pieces(&body)].concat());
    transfer(wire, &mut a, &value, true)
}

fn garbage_with_holes(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let mut a = wire.open(0)?;
    for number in 0..count {
        let packet = wire::dt(&[1, 0, 1, 0, 0x61, 0x80], true);
        let hole = number as usize % packet.len();
        wire.send(&mut a, &packet[..hole])?;
        a.skip(1);
        wire.send(&mut a, &packet[hole + 1..])?;
        wire.send(&mut a, &[3, 0, 0, 99, 7].repeat(3))?;
        // Acknowledged: the hole is lost. Else it waits with thousands of others.
        if number % 2 == 0 {
            wire.acknowledge(&a)?;
        }
    }
    Ok(())
}

fn conflicts(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let mut a = wire.open(0)?;
    for number in 0..count {
        let mut again = a.clone();
        wire.send(&mut a, &[3, 0, 0, 9, 2, 0xF0, 0x80, 1, number as u8].repeat(20))?;
        wire.send(&mut again, &[number as u8; 250])?;
        if number % 7 == 0 {
            a.skip(3);
        }
    }
    Ok(())
}

fn fragments(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    for number in 0..count {
        wire.fragment(number as u16, 64_000 - number % 1000 * 8)?;
    }
    Ok(())
}

fn small_packets(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    let mut a = wire.open(0)?;
    for _ in 0..count / 40 {
        wire.send(&mut a, &[3, 0, 0, 0, 3, 0, 0, 1, 3, 0, 0, 2, 3, 0, 0, 3].repeat(10))?;
    }
    Ok(())
}

/// A TPKT with a reserved octet on each of very many connections.
fn findings(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    for number in 0..count {
        let mut a = wire.syn(number)?;
        wire.send(&mut a, &[3, 9, 0, 7, 2, 0xF0, 0, 3, 0, 0, 1, 0, 0, 0, 0])?;
        wire.reset(&mut a)?;
    }
    Ok(())
}

/// What takes most, and stays taken while the rest is read.
fn all(wire: &mut Wire<'_>, count: u32) -> io::Result<()> {
    findings(wire, 2 * count)?;
    remembered(wire, count / 1000)?;
    contexts_on_all(wire, count / 20)?;
    activities_on_all(wire, count / 500)?;
    empty_elements(wire, 10 * count)
}
