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
