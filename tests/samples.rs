//! The samples are what their scripts say: each capture in samples/ is written again from its script and compared
//! octet by octet. With `UPDATE_SAMPLES=1` in the environment the captures are written to samples/ instead.

mod emit;
#[path = "emit/worked_octets.rs"]
mod worked_octets;

use std::collections::BTreeSet;
use std::path::PathBuf;

use emit::pcap::Format;
use emit::tcp::Frame;
use emit::{dialogue, script};

/// Samples are read by people and copied about: small ones only.
const LARGEST_SAMPLE: usize = 30_000;
/// The articles print no time: their frames all have this one, in seconds since 1970.
const TIME_OF_PRINTED_FRAMES: u64 = 829_151_525;

fn samples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// Names of the files of a folder of samples/ that end so, without that ending.
fn names(folder: &str, ending: &str) -> BTreeSet<String> {
    let folder = samples().join(folder);
    let entries = std::fs::read_dir(&folder).expect("samples/ is part of the project");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let name = entry.expect("the folder can be read").file_name().into_string().expect("names are ASCII");
        name.strip_suffix(ending).map(str::to_owned)
    };
    entries.filter_map(name).collect()
}

/// The capture of a frame that an article prints: its octets, and `#` comments.
fn printed_frame(name: &str) -> Vec<u8> {
    let text =
        std::fs::read_to_string(samples().join(format!("scripts/{name}.hex"))).expect("the file is there");
    let digits: String = text.lines().map(|line| line.split('#').next().unwrap_or("")).collect();
    let octets = script::hexadecimal(&digits).unwrap_or_else(|error| panic!("{name}.hex: {error}"));
    let time = TIME_OF_PRINTED_FRAMES * emit::time::SECOND;
    Format::default().write(&[Frame { time, from: String::new(), octets }])
}

/// Every sample with the octets that its script or its printed frame makes.
fn written() -> Vec<(String, Vec<u8>)> {
    let scripts = samples().join("scripts");
    let capture = |name: String| {
        let octets = dialogue::capture(&scripts, &name).unwrap_or_else(|error| panic!("{error}"));
        (name, octets)
    };
    let frames = names("scripts", ".hex").into_iter().map(|name| (name.clone(), printed_frame(&name)));
    names("scripts", ".dialogue").into_iter().map(capture).chain(frames).collect()
}

#[test]
fn each_capture_is_what_its_script_says() {
    let update = std::env::var_os("UPDATE_SAMPLES").is_some_and(|value| value == "1");
    for (name, octets) in written() {
        let path = samples().join(format!("{name}.pcap"));
        if update {
            std::fs::write(&path, &octets).expect("samples/ can be written");
            continue;
        }
        let stored = std::fs::read(&path).unwrap_or_default();
        let differ = stored.iter().zip(&octets).position(|(stored, written)| stored != written);
        let place = differ.unwrap_or(stored.len().min(octets.len()));
        assert!(
            stored == octets,
            "{name}.pcap differs from its script at octet {place}; see samples/README.md"
        );
    }
}

#[test]
fn each_sample_is_small() {
    for (name, octets) in written() {
        assert!(octets.len() < LARGEST_SAMPLE, "{name}.pcap has {} octets", octets.len());
    }
}

#[test]
fn each_capture_has_a_script_and_a_paragraph_in_the_readme() {
    let captures = names("", ".pcap");
    let sources: BTreeSet<_> =
        names("scripts", ".dialogue").union(&names("scripts", ".hex")).cloned().collect();
    let readme = std::fs::read_to_string(samples().join("README.md")).expect("samples/README.md is there");
    let headings: BTreeSet<_> =
        readme.lines().filter_map(|line| line.strip_prefix("### ")).map(str::to_owned).collect();
    assert_eq!(captures, sources, "captures (left) and scripts (right)");
    assert_eq!(captures, headings, "captures (left) and headings of samples/README.md (right)");
}

#[test]
fn passwords_in_samples_are_two_known_words() {
    for name in names("scripts", ".dialogue") {
        let text =
            std::fs::read_to_string(samples().join(format!("scripts/{name}.dialogue"))).expect("it is there");
        for (_, rest) in text.match_indices("password=").map(|(at, key)| text.split_at(at + key.len())) {
            let word = rest.split_whitespace().next().unwrap_or("");
            assert!(["secret-A", "secret-B"].contains(&word), "{name}.dialogue has password={word}");
        }
    }
}

/// Two hosts and an open connection.
const SCENE: &str =
    "capture start=1996-07-01T09:00:00Z\nhost a 10.1.0.1\nhost b 10.1.0.2\nconnect a:1025 b:102\n";

#[test]
fn statement_that_is_not_understood_is_an_error_that_tells_its_place() {
    let error =
        |script: &str| dialogue::capture_of(&format!("{SCENE}{script}")).expect_err("the script is wrong");
    assert_eq!(error("a CR tpdu-sise=2048"), "script line 5: the option tpdu-sise= is not understood here");
    assert_eq!(error("a CR now"), "script line 5: \"now\" is not understood here");
    assert_eq!(error("c FIN"), "script line 5: \"c\" is no statement, and no host of this connection");
    assert_eq!(error("a transfer nothing"), "script line 5: no message \"nothing\"");
    assert_eq!(error("a octets 0"), "script line 5: half an octet: 0");
    assert_eq!(error("drop 4"), "there is no frame 4: the capture has 3");
}

#[test]
fn octets_of_ones_own_are_wrapped_by_the_layers_below_only() {
    let payload = |script: &str| {
        let capture =
            dialogue::capture_of(&format!("{SCENE}b reserved 0x11\n{script}")).expect("the script is right");
        // Headers: 24 of the file, 16 of each record, 54 of Ethernet, IP and TCP; the handshake's frames have 60.
        capture[24 + 3 * (16 + 60) + 16 + 54..].to_vec()
    };
    let padded = |octets: &[u8]| [octets, &[0; 6][octets.len().min(6)..]].concat();
    assert_eq!(payload("b octets 16 03 01"), padded(&[0x16, 3, 1]));
    assert_eq!(payload("b tpdu 70 00"), padded(&[3, 0x11, 0, 6, 0x70, 0]));
    assert_eq!(payload("b tsdu 01 00 0a # a comment"), [3, 0x11, 0, 10, 2, 0xF0, 0x80, 1, 0, 10]);
}
