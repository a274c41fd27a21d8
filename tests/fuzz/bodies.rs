//! What is tried on any octets at all: one function for each way in. The fuzz targets and tests/hostile.rs call them.
//! Each panics where something does not hold that must hold for every input.

#![allow(dead_code, unreachable_pub)] // part of programs that each use some of it

use std::io::{self, Cursor};
use std::net::Ipv4Addr;

use x400scope::capture::{Capture, FrameNo, Item, Octets, Piece};
use x400scope::net::{Endpoint, Flags, Segment};
use x400scope::pipeline::{self, Options, Report, View};
use x400scope::render::associations::Associations;
use x400scope::render::findings;
use x400scope::render::frames::Frames;
use x400scope::render::overview::Overview;
use x400scope::render::settings::Settings;
use x400scope::render::summary::Summary;
use x400scope::stream::{Flow, Incident, Loss, Receiver, Side};
use x400scope::tree::Nothing;

/// Reads a capture file: frames are numbered from 1, and the facts of the file are about just them.
pub fn capture(octets: &[u8]) {
    let Some(mut capture) = open(octets) else { return };
    let (mut frames, mut length) = (0, 0);
    while let Some(item) = capture.next() {
        if let Item::Frame(frame) = item {
            frames += 1;
            length += u64::from(frame.original_length);
            assert_eq!(frame.number.0, frames);
        }
    }
    let facts = capture.files().next().expect("one file was opened");
    assert_eq!((facts.frames, facts.octets), (frames, length));
}

/// How many octets of a structured input describe a segment.
const SEGMENT: usize = 8;
/// The octets that segments carry.
static PAYLOAD: [u8; 4096] = [3; 4096];

/// Puts segments in order. Each is described by octets: flags and side, lengths, sequence and acknowledgement numbers
/// near each other, so that they meet.
pub fn stream(octets: &[u8]) {
    let ends = [1025, 102].map(|port| Endpoint { address: Ipv4Addr::LOCALHOST.into(), port });
    let mut flow: Option<Flow> = None;
    let mut heard = Heard::default();
    for (number, octets) in (1u64..).zip(octets.chunks_exact(SEGMENT)) {
        let [flags, side, length, cut, sequence, scale, ack, ack_scale] = *octets else { continue };
        let (from, to) = (ends[usize::from(side & 1)], ends[usize::from(!side & 1)]);
        let length = usize::from(length) << (side >> 4 & 3);
        let pieces = [Piece { start: 0, frame: FrameNo(number), offset: 54 }];
        let segment = Segment {
            from,
            to,
            sequence: u32::from(sequence).wrapping_shl(u32::from(scale)).wrapping_sub(7),
            acknowledgement: u32::from(ack).wrapping_shl(u32::from(ack_scale)).wrapping_sub(7),
            flags: Flags(flags),
            window: 8760,
            payload: Octets::new(&PAYLOAD[..length], &pieces, 0),
            cut: u32::from(cut >> 4),
        };
        heard.frame = FrameNo(number);
        heard.sent += length;
        match &mut flow {
            Some(flow) if !flow.reopened_by(&segment) => flow.push(&segment, &mut heard),
            _ => {
                if let Some(mut flow) = flow.take() {
                    flow.finish(&mut heard);
                }
                flow.insert(Flow::new(&segment, |port| port == 102)).push(&segment, &mut heard);
            }
        }
    }
    if let Some(mut flow) = flow {
        flow.finish(&mut heard);
        let before = (heard.octets, heard.losses);
        flow.finish(&mut heard);
        assert_eq!(before, (heard.octets, heard.losses), "what has ended says no more");
    }
    assert!(heard.octets <= heard.sent, "more was delivered than was sent");
}

/// What a stream has told.
#[derive(Default)]
struct Heard {
    frame: FrameNo,
    sent: usize,
    octets: usize,
    losses: usize,
}

impl Receiver for Heard {
    fn octets(&mut self, _: Side, octets: Octets<'_>) {
        assert!(!octets.is_empty());
        for piece in octets.pieces() {
            assert!(piece.frame != FrameNo::NONE && piece.frame <= self.frame);
        }
        self.octets += octets.len();
    }

    fn lost(&mut self, _: Side, loss: Loss) {
        assert!(loss.octets > 0);
        self.losses += 1;
    }

    fn incident(&mut self, _: Side, _: Incident<'_>) {}
}

/// Shows the capture in every view, as text and as JSON.
pub fn pipeline(octets: &[u8]) {
    if open(octets).is_none() {
        return;
    }
    for json in [false, true] {
        let settings = || Settings { json, ..Settings::default() };
        let (view, _) = view(octets, Summary::new(Vec::new(), settings()));
        check(&view.into_inner().expect("memory can be written"), json);
        let (view, _) = self::view(octets, Associations::new(Vec::new(), settings()));
        check(&view.into_inner(), json);
        for everything in [false, true] {
            let (view, _) = self::view(octets, Frames::new(Vec::new(), settings(), everything, everything));
            check(&view.into_inner().expect("memory can be written"), json);
        }
        let (view, outcome) = self::view(octets, Overview::new(settings()));
        let mut out = Vec::new();
        view.write(&mut out, outcome).expect("memory takes everything");
        check(&out, json);
        let mut out = Vec::new();
        for finding in report(octets).collector.into_findings() {
            findings::write(&mut out, &finding, &settings(), true).expect("memory takes everything");
        }
        check(&out, json);
    }
}

/// What a run reports.
pub fn report(octets: &[u8]) -> Report {
    view(octets, Unseen::default()).1
}

/// Sees nothing: findings come with the report.
#[derive(Default)]
struct Unseen(Nothing);

impl View for Unseen {
    type Sink = Nothing;

    fn sink(&mut self) -> &mut Nothing {
        &mut self.0
    }
}

fn open(octets: &[u8]) -> Option<Capture> {
    Capture::from_reader("input", Box::new(Cursor::new(octets.to_vec()))).ok()
}

/// Runs the pipeline, and passes on a panic that it survived.
fn view<V: View>(octets: &[u8], mut view: V) -> (V, Report) {
    let capture = open(octets).expect("it was opened before");
    let done: io::Result<Report> = pipeline::run(capture, &Options::default(), &mut view, |_| {});
    let report = done.expect("memory takes everything");
    if let Some(finding) = report.collector.findings().iter().find(|f| f.rule.id == "internal-error") {
        panic!("frame {:?} brought the pipeline down", finding.frame);
    }
    (view, report)
}

/// Output is UTF-8 without control characters; of JSON, every line is an object.
fn check(out: &[u8], json: bool) {
    let out = std::str::from_utf8(out).expect("output is UTF-8");
    assert!(!out.contains(|c: char| c.is_control() && c != '\n'), "a control character got through");
    if json {
        for line in out.lines() {
            let sound = match serde_json::from_str::<serde_json::Value>(line) {
                Ok(object) => object.is_object(),
                // Elements are followed deeper than this reader goes.
                Err(error) => error.to_string().starts_with("recursion limit exceeded"),
            };
            assert!(sound, "no JSON object: {line}");
        }
    }
}
