//! Input that is wrong in one way each: none is passed over in silence, and none stops the program.
//!
//! What is wrong by being too much is in tests/exhaust.rs.

#![allow(clippy::print_stdout, clippy::print_stderr)] // the figures are printed

mod emit;
mod flood;
mod inside;

use emit::ber;
use emit::dialogue;
use flood::measure;
use flood::wire::{Wire, tlv};
use inside::{What, settings, show};
use x400scope::render::escape::is_harmful;

/// Shows a capture in every view, as text and as JSON; gives the rules of its findings and whether it is damaged.
/// `None` where it is no capture.
fn shown(name: &str, capture: &[u8]) -> Option<(Vec<&'static str>, bool)> {
    let mut result = None;
    for what in What::ALL {
        for json in [false, true] {
            let shown = show(what, capture, &settings(json))?;
            assert!(!shown.rules.contains(&"internal-error"), "{name}: {what:?}");
            let harmful = shown.text.chars().find(|c| *c != '\n' && is_harmful(*c));
            assert_eq!(harmful, None, "{name}: {what:?}");
            if json {
                shown.json();
            }
            result = Some((shown.rules, shown.damaged));
        }
    }
    result
}

/// The capture of one association with these statements behind its opening.
fn association(statements: &str) -> Vec<u8> {
    let script = format!(
        "capture start=1996-07-01T09:00:00Z\nhost a 10.1.0.1\nhost b 10.1.0.2\n\
         connect a:1025 b:102 segment-size=1460 together\na CR tpdu-size=8192\nb CC tpdu-size=8192\n\
         a CN 1988-normal checkpoint=4 window=3 name=A password=secret-A\nb AC checkpoint=4 window=3 name=B password=secret-B\n\
         {statements}\n"
    );
    dialogue::capture_of(&script).expect("the script is right")
}

fn octets(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn digits(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Values with which something is wrong by X.690.
const VALUES: &[(&str, &str)] = &[
    ("a length of 2^31-1", "3084 7fffffff 0500"),
    ("a length of 2^31", "3084 80000000 0500"),
    ("a length of 2^32-1", "3084 ffffffff 0500"),
    ("a length of 2^63", "3088 8000000000000000 0500"),
    ("a length of 2^64-1 in a primitive element", "0488 ffffffffffffffff 00"),
    ("four octets of length that are missing", "3084"),
    ("126 octets of length", "30fe 0000"),
    ("the reserved length octet", "30ff 0000"),
    ("no end-of-contents", "3080 0500"),
    ("end-of-contents too much", "3004 0000 0500"),
    ("a primitive element of indefinite length", "3006 0480 4142 0000"),
    ("a child longer than its parent", "3003 0409 41"),
    ("a BIT STRING of no octets", "3002 0300"),
    ("a BIT STRING with nine unused bits", "3004 0302 0941"),
    ("an INTEGER of no octets", "3002 0200"),
    ("a BOOLEAN of two octets", "3004 0102 0000"),
    ("a NULL with contents", "3004 0502 0000"),
    ("an OBJECT IDENTIFIER of no octets", "3002 0600"),
    ("an OBJECT IDENTIFIER whose last arc has no end", "3004 0602 5181"),
    ("a time that is none", "3007 1705 3939393939"),
    ("a tag with a number past 2^30", "3008 9f ffffffff7f 00 00"),
];

/// A value in DATA TRANSFER, for ACSE.
fn data(value: &[u8]) -> String {
    let values = [vec![2, 1, 1], tlv(0xA0, value)];
    format!("a tsdu 01000100{}", digits(&tlv(0x61, &ber::constructed(0x30, &values))))
}

#[test]
fn every_fault_of_an_encoding_is_told() {
    for (name, value) in VALUES {
        let (rules, damaged) = shown(name, &association(&data(&octets(value)))).expect("a capture");
        assert!(rules.contains(&"ber-damage"), "{name}: {rules:?}");
        assert!(!damaged, "{name}: the file is whole");
    }
}

/// Values with which nothing is wrong, however odd they are.
const ODD: &[(&str, &str)] = &[
    ("an arc past 2^64", "060c 51 8fffffffffffffffffff7f"),
    ("T.61 that ends inside a diacritic", "1402 41c1"),
    ("T.61 that is a diacritic and nothing else", "1401 c8"),
    ("ISO 2022 that ends inside an escape sequence", "1b02 411b"),
    ("half of a BMP character", "1e03 004100"),
    ("half of a UTF-8 character", "0c02 41c3"),
    ("a string of no octets", "1300"),
];

#[test]
fn odd_values_are_shown() {
    for (name, value) in ODD {
        shown(name, &association(&data(&tlv(0x30, &octets(value))))).expect("a capture");
    }
}

/// What the packets, TPDUs and SPDUs of an open association may have wrong, and a rule that tells it.
const PACKETS: &[(&str, &str, &str)] = &[
    ("a TPKT of length 0", "a octets 03000000", "tpkt-"),
    ("a TPKT of length 1", "a octets 03000001", "tpkt-"),
    ("a TPKT of length 2", "a octets 03000002", "tpkt-"),
    ("a TPKT of length 3", "a octets 03000003", "tpkt-"),
    ("a TPKT of length 4", "a octets 03000004", "tpkt-"),
    ("a TPDU with a length indicator of 0", "a octets 0300000700f080", "cotp-"),
    ("a TPDU with a length indicator of 255", "a octets 03000007fff080", "cotp-"),
    ("a TPDU with a length indicator past its end", "a octets 0300000720f080", "cotp-"),
    ("an SPDU with a length indicator past its TSDU", "a tsdu 010001ff", "session-"),
    ("a parameter with a length past its SPDU", "a tsdu 01002d03290901", "session-"),
    ("a group of parameters with a length past its SPDU", "a tsdu 01001903210901", "session-"),
];

#[test]
fn every_fault_of_a_packet_is_told() {
    for (name, statement, rule) in PACKETS {
        let (rules, _) = shown(name, &association(statement)).expect("a capture");
        assert!(rules.iter().any(|told| told.starts_with(rule)), "{name}: {rules:?}");
    }
    for (name, statement) in [
        ("an SPDU with a length indicator of 0", "a tsdu 0100 2d00"),
        ("a parameter 0 of no octets", "a tsdu 01002d020000"),
        ("an SPDU of no known type", "a tsdu 0100ff00"),
        ("an extended length of 0", "a tsdu 01002dff0000"),
    ] {
        shown(name, &association(&statement.replace("0100 2d00", "01002d00"))).expect("a capture");
    }
}

// Capture files

/// A classic capture with these fields in the record of each of two frames.
fn pcap(header: &[u8; 24], record: impl Fn(usize, u32) -> [u32; 4]) -> Vec<u8> {
    let frames = inside::frames(&association(""));
    let mut out = header.to_vec();
    for (number, frame) in frames.iter().enumerate() {
        for field in record(number, frame.len() as u32) {
            out.extend(field.to_le_bytes());
        }
        out.extend_from_slice(frame);
    }
    out
}

const HEADER: [u8; 24] =
    [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 1, 0, 0, 0];

fn usual(number: usize, length: u32) -> [u32; 4] {
    [836_000_000 + number as u32, 0, length, length]
}

#[test]
fn faults_of_classic_captures_are_told() {
    // The record that is wrong is the fourth.
    let wrong = |field: usize, value: u32| {
        move |number: usize, length: u32| {
            let mut record = usual(number, length);
            if number == 3 {
                record[field] = value;
            }
            record
        }
    };
    for (name, field, value) in [
        ("a captured length of 2^32-1", 2, u32::MAX),
        ("a captured length past the file", 2, 200_000),
        ("a captured length past the largest frame", 2, 300_000),
    ] {
        let (rules, damaged) = shown(name, &pcap(&HEADER, wrong(field, value))).expect("a capture");
        assert!(damaged && rules.contains(&"capture-truncated"), "{name}: {rules:?}");
    }
    for (name, field, value) in [
        ("a captured length beyond the frame's", 3, 10),
        ("a frame's length of 0", 3, 0),
        ("a frame's length of 2^32-1", 3, u32::MAX),
        ("a time in 2106", 0, u32::MAX),
        ("a time of 1970", 0, 0),
        ("a million microseconds and more", 1, u32::MAX),
    ] {
        shown(name, &pcap(&HEADER, wrong(field, value))).expect("a capture");
    }
    let mut header = HEADER;
    header[16..20].fill(0);
    let (rules, damaged) = shown("a snap length of 0", &pcap(&header, usual)).expect("a capture");
    assert!(
        !damaged && !rules.contains(&"capture-truncated"),
        "the records say how long they are: {rules:?}"
    );
    for (name, at, value) in [("a version of 255", 4, 0xFF), ("a link type of 255", 20, 0xFF)] {
        let mut header = HEADER;
        header[at] = value;
        shown(name, &pcap(&header, usual)).expect("a capture");
    }
    // The magic number is of the other byte order, and what follows is not.
    let mut swapped = HEADER;
    swapped[..4].reverse();
    let (rules, damaged) = shown("a swapped magic number", &pcap(&swapped, usual)).expect("a capture");
    assert!(damaged && rules.contains(&"capture-truncated"), "{rules:?}");
}

/// A pcapng block; the length behind it is that in front, whatever it is.
fn block(kind: u32, length: u32, contents: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), contents, &length.to_le_bytes()].concat()
}

/// A pcapng file with an interface and three frames; `option` are options of the interface, `time` is the time of each
/// frame, `length` what the second block of a frame says of its length.
fn pcapng(options: &[u8], time: u64, length: impl Fn(u32) -> u32) -> Vec<u8> {
    let mut out = block(0x0A0D_0D0A, 28, &octets("4d3c2b1a 01000000 ffffffffffffffff"));
    let interface = [&octets("01000000 00000000")[..], options].concat();
    out.extend(block(1, 12 + interface.len() as u32, &interface));
    for (number, frame) in inside::frames(&association("")).iter().take(6).enumerate() {
        let mut contents = vec![0; 4];
        contents.extend(((time >> 32) as u32).to_le_bytes());
        contents.extend((time as u32).to_le_bytes());
        contents.extend((frame.len() as u32).to_le_bytes());
        contents.extend((frame.len() as u32).to_le_bytes());
        contents.extend_from_slice(frame);
        contents.resize(contents.len().next_multiple_of(4), 0);
        let usual = 12 + contents.len() as u32;
        out.extend(block(6, if number == 3 { length(usual) } else { usual }, &contents));
    }
    out
}

#[test]
fn faults_of_pcapng_are_told() {
    let (rules, damaged) =
        shown("nothing", &pcapng(&[], 836_000_000_000_000, |length| length)).expect("a capture");
    assert!(!damaged, "{rules:?}");
    for (name, length) in [
        ("a block length of 0", 0),
        ("a block length of 1", 1),
        ("a block length that is no multiple of 4", 77),
        ("a block length less than its own fields", 16),
        ("a block length past the file", 100_000),
        ("a block length of 2^32-1", u32::MAX),
    ] {
        let (rules, damaged) = shown(name, &pcapng(&[], 1, |_| length)).expect("a capture");
        assert!(damaged && rules.contains(&"capture-truncated"), "{name}: {rules:?}");
    }
    for (name, options, time) in [
        ("a time of 2^64-1", "", u64::MAX),
        ("a resolution of 10^-127", "09000100 7f000000 00000000", u64::MAX),
        ("a resolution of 2^-127", "09000100 ff000000 00000000", u64::MAX),
        ("a resolution of a second", "09000100 00000000 00000000", u64::MAX),
        ("an offset of -2^63", "0e000800 0000000000000080 00000000", u64::MAX),
        ("an offset of 2^63-1", "0e000800 ffffffffffffff7f 00000000", u64::MAX),
    ] {
        shown(name, &pcapng(&octets(options), time, |length| length)).expect("a capture");
    }
}

#[test]
fn a_capture_cut_at_each_octet_is_read_as_far_as_it_goes() {
    for whole in [pcap(&HEADER, usual), pcapng(&[], 836_000_000_000_000, |length| length)] {
        for length in 0..whole.len().min(700) {
            // In turn: all of these views have the same reader.
            let what = What::ALL[length % What::ALL.len()];
            let Some(shown) = show(what, &whole[..length], &settings(length % 2 == 0)) else { continue };
            assert!(!shown.rules.contains(&"internal-error"), "{length}");
        }
    }
}

// Bombs

/// A gzip member, zstd and lz4 frames that become very many times larger. `hundred`s of MiB are asked for.
#[test]
fn decompression_bombs_are_read_in_little_memory() {
    use std::io::Write;
    // A hundred MiB where there is time.
    let size = if std::env::var_os("EXHAUST").is_some() { 1024 << 20 } else { 16 << 20 };
    let mut start = Vec::new();
    {
        let mut wire = Wire::new(&mut start).expect("memory can be written");
        wire.open(0).expect("memory can be written");
    }
    let zeros = vec![0; 1 << 20];
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&start).expect("memory can be written");
    (0..size >> 20).for_each(|_| gzip.write_all(&zeros).expect("memory can be written"));
    let gzip = gzip.finish().expect("memory can be written");
    // The largest window that is read, then blocks of 128 KiB in four octets each.
    let zstd = |window: u8| {
        let mut out = vec![0x28, 0xB5, 0x2F, 0xFD, 0, window];
        let header = |last: bool, kind: u32, size: u32| {
            let header = size << 3 | kind << 1 | u32::from(last);
            header.to_le_bytes()[..3].to_vec()
        };
        out.extend(header(false, 0, start.len() as u32));
        out.extend_from_slice(&start);
        for number in 0..size >> 17 {
            out.extend(header(number + 1 == size >> 17, 1, 1 << 17));
            out.push(0);
        }
        out
    };
    let twice = {
        let mut gzip_again = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip_again.write_all(&gzip).expect("memory can be written");
        gzip_again.finish().expect("memory can be written")
    };
    for (name, bomb) in [
        ("gzip", gzip),
        ("gzip in gzip", twice),
        ("zstd", zstd(0x50)),
        ("zstd with a window of 128 MiB", zstd(0x88)),
    ] {
        let run = measure::feed("findings -", move |out| out.write_all(&bomb));
        println!("{name}: {} MiB, {} ms, {:?}", run.peak >> 10, run.time * 10, run.status);
        assert!(run.peak < 256 * 1024, "{name}: {} KiB", run.peak);
        assert_eq!(run.status, Some(3), "{name}: what is no record is told: {} {}", run.text, run.errors);
    }
    // A window that no one needs: refused, and said.
    let run = measure::feed("findings -", {
        let bomb = zstd(0xFF);
        move |out| out.write_all(&bomb)
    });
    assert_eq!(run.status, Some(2), "{} {}", run.text, run.errors);
    assert!(!run.errors.is_empty());
}
