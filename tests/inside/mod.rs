//! Runs the views in this process, on captures in memory: thousands of damaged captures take no thousands of files.

#![allow(dead_code)] // each test program uses its own part of this module

use std::io::{Cursor, Write as _};

use serde_json::Value;
use x400scope::analysis::Message;
use x400scope::capture::Capture;
use x400scope::findings::Finding;
use x400scope::pipeline::{self, Options, Report, View};
use x400scope::render::associations::Associations;
use x400scope::render::frames::Frames;
use x400scope::render::messages::Messages;
use x400scope::render::settings::Settings;
use x400scope::render::summary::Summary;
use x400scope::render::{findings, overview::Overview};

/// A view, by the name of its subcommand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Overview,
    Summary,
    /// With everything opened, and with the octets.
    Tree,
    Associations,
    Messages,
    Findings,
}

impl What {
    pub(crate) const ALL: [What; 6] =
        [What::Overview, What::Summary, What::Tree, What::Associations, What::Messages, What::Findings];
}

/// What a view printed.
pub(crate) struct Shown {
    pub(crate) text: String,
    /// Whether the capture was cut short or damaged.
    pub(crate) damaged: bool,
    /// The rules of all findings, but those of the overview, which keeps them.
    pub(crate) rules: Vec<&'static str>,
}

impl Shown {
    /// The lines as JSON.
    pub(crate) fn json(&self) -> Vec<Value> {
        let value = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.text.lines().map(value).collect()
    }
}

/// Settings for JSON, or for text.
pub(crate) fn settings(json: bool) -> Settings {
    Settings { json, ..Settings::default() }
}

/// Shows a capture; `None` where it is no capture.
pub(crate) fn show(what: What, capture: &[u8], settings: &Settings) -> Option<Shown> {
    let open = Capture::from_reader("capture", Box::new(Cursor::new(capture.to_vec()))).ok()?;
    let out = Vec::new();
    let settings = settings.clone();
    let (out, report) = match what {
        What::Overview => {
            let mut view = Overview::new(settings);
            let report = run(open, &mut view);
            let (damaged, mut out) = (report.damaged, out);
            view.write(&mut out, report).expect("memory can be written");
            return Some(Shown { text: utf8(out), damaged, rules: Vec::new() });
        }
        What::Summary => {
            let mut view = Summary::new(out, settings);
            let report = run(open, &mut view);
            (view.into_inner().expect("memory can be written"), report)
        }
        What::Tree => {
            let mut view = Frames::new(out, settings, true, true);
            let report = run(open, &mut view);
            (view.into_inner().expect("memory can be written"), report)
        }
        What::Associations => {
            let mut view = Associations::new(out, settings);
            let report = run(open, &mut view);
            (view.into_inner(), report)
        }
        What::Messages => {
            let mut view = Messages::new(out, settings, Some(|_: &Message, _: &str| Ok(())));
            let report = run(open, &mut view);
            (view.into_inner().expect("memory can be written"), report)
        }
        What::Findings => {
            let mut view = Associations::new(std::io::sink(), settings.clone());
            let report = run(open, &mut view);
            let (damaged, mut out) = (report.damaged, out);
            let findings = report.collector.into_findings();
            for finding in &findings {
                findings::write(&mut out, finding, &settings, true).expect("memory can be written");
            }
            return Some(Shown { text: utf8(out), damaged, rules: rules(&findings) });
        }
    };
    let damaged = report.damaged;
    Some(Shown { text: utf8(out), damaged, rules: rules(&report.collector.into_findings()) })
}

fn run(capture: Capture, view: &mut impl View) -> Report {
    pipeline::run(capture, &Options::default(), view, |_| {}).expect("memory can be written")
}

fn rules(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.rule.id).collect()
}

fn utf8(text: Vec<u8>) -> String {
    String::from_utf8(text).expect("the output is UTF-8")
}

/// The frames of a capture that the emitters wrote: little-endian, Ethernet, nothing cut.
pub(crate) fn frames(capture: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = &capture[24..];
    let mut frames = Vec::new();
    while let Some((header, behind)) = rest.split_at_checked(16) {
        let length = u32::from_le_bytes(header[8..12].try_into().expect("four octets")) as usize;
        let (octets, behind) = behind.split_at(length);
        frames.push(octets.to_vec());
        rest = behind;
    }
    frames
}

/// A capture of these frames, a millisecond from one to the next.
pub(crate) fn capture<'a>(frames: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut write = |octets: &[u8]| out.write_all(octets).expect("memory can be written");
    write(&[0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 1, 0, 0, 0]);
    for (number, frame) in (0u32..).zip(frames) {
        let length = frame.len() as u32;
        for field in [836_000_000 + number / 1000, number % 1000 * 1000, length, length] {
            write(&field.to_le_bytes());
        }
        write(frame);
    }
    out
}

/// Numbers that look random and are the same in every run (xorshift64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
