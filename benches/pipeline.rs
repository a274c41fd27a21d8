//! The way through the whole house, by view.

#[path = "../tests/emit/mod.rs"]
mod emit;
mod input;

use std::io::sink;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use x400scope::pipeline::{self, Options, View};
use x400scope::render::frames::Frames;
use x400scope::render::settings::Settings;
use x400scope::render::summary::Summary;
use x400scope::tree::Nothing;

/// Sees nothing: findings come with the report.
struct Unseen(Nothing);

impl View for Unseen {
    type Sink = Nothing;

    fn sink(&mut self) -> &mut Nothing {
        &mut self.0
    }
}

fn run(capture: &[u8], mut view: impl View) -> u64 {
    let done = pipeline::run(input::open(capture), &Options::default(), &mut view, |_| {});
    done.expect("the sink takes everything").frames
}

fn views(criterion: &mut Criterion) {
    let capture = input::capture();
    let settings = |json| Settings { json, ..Settings::default() };
    let mut group = criterion.benchmark_group("pipeline");
    group.throughput(Throughput::Bytes(capture.len() as u64));
    group.bench_function("findings", |bencher| bencher.iter(|| run(&capture, Unseen(Nothing))));
    for (name, json) in [("text", false), ("JSON", true)] {
        group.bench_function(format!("summary, {name}"), |bencher| {
            bencher.iter(|| run(&capture, Summary::new(sink(), settings(json))));
        });
        group.bench_function(format!("tree, {name}"), |bencher| {
            bencher.iter(|| run(&capture, Frames::new(sink(), settings(json), false, false)));
        });
    }
    group.finish();

    // What a run costs where the capture is small.
    let sample = input::sample("transfer-1988-normal.pcap");
    criterion.bench_function("one sample, findings", |bencher| {
        bencher.iter(|| run(&sample, Unseen(Nothing)));
    });
}

criterion_group!(benches, views);
criterion_main!(benches);
