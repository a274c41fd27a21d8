//! The layers one by one, each on what the one below it gives.

#[path = "../tests/emit/mod.rs"]
mod emit;
mod input;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use x400scope::asn1::{Guide, Key, Schema, TableId, TypeId, walk};
use x400scope::capture::{Frame, FrameNo, Item, LinkType, Octets, Timestamp};
use x400scope::layers::note::Note;
use x400scope::layers::presentation;
use x400scope::layers::rtse::Activity;
use x400scope::layers::stack::{ActivityKey, Output, Pdu, Transfer};
use x400scope::layers::tpkt::Deframer;
use x400scope::layers::upper::{self, Facts, Knowledge, Ssdu};
use x400scope::layers::{Side, session};
use x400scope::net::Reader;
use x400scope::stream::{Flow, Incident, Loss, Receiver};
use x400scope::tree::{Damage, Field, Nothing, Sink, Span, Tree};

fn frame<'a>(number: usize, octets: &'a [u8]) -> Frame<'a> {
    Frame {
        number: FrameNo(number as u64 + 1),
        time: Timestamp(0),
        link: LinkType(1),
        octets,
        original_length: octets.len() as u32,
    }
}

/// Cuts what a connection sends into packets.
#[derive(Default)]
struct Packets([Deframer; 2], usize);

impl Receiver for Packets {
    fn octets(&mut self, side: Side, octets: Octets<'_>) {
        let Packets(deframers, count) = self;
        deframers[side.index()].push(octets, |unit| {
            black_box(unit);
            *count += 1;
        });
    }

    fn lost(&mut self, side: Side, loss: Loss) {
        self.0[side.index()].lose(loss, |_| {});
    }

    fn incident(&mut self, _: Side, _: Incident<'_>) {}
}

fn lower(criterion: &mut Criterion) {
    let capture = input::capture();
    let frames = input::frames(&capture);
    let mut group = criterion.benchmark_group("lower");
    group.throughput(Throughput::Bytes(capture.len() as u64));
    group.bench_function("capture", |bencher| {
        bencher.iter(|| {
            let mut capture = input::open(&capture);
            while let Some(item) = capture.next() {
                if let Item::Frame(frame) = item {
                    black_box(frame);
                }
            }
        });
    });
    group.bench_function("net", |bencher| {
        bencher.iter(|| {
            let mut reader = Reader::new();
            for (number, octets) in frames.iter().enumerate() {
                black_box(reader.read(&frame(number, octets)).segment);
            }
        });
    });
    group.bench_function("net, stream and TPKT", |bencher| {
        bencher.iter(|| {
            let mut reader = Reader::new();
            let mut connection: Option<(Flow, Packets)> = None;
            for (number, octets) in frames.iter().enumerate() {
                let Some(segment) = reader.read(&frame(number, octets)).segment else { continue };
                if connection.as_ref().is_none_or(|(flow, _)| flow.end(flow.side(&segment)) != segment.from) {
                    connection = None;
                }
                let (flow, packets) = connection
                    .get_or_insert_with(|| (Flow::new(&segment, |port| port == 102), Packets::default()));
                flow.push(&segment, packets);
            }
            connection.map(|(_, packets)| packets.1)
        });
    });
    group.finish();
}

/// Takes what the layers say, and keeps fields only.
struct Kept<S>(S);

impl<S: Sink> Output for Kept<S> {
    type Sink = S;

    fn sink(&mut self) -> &mut S {
        &mut self.0
    }

    fn pdu(&mut self, _: &Pdu<'_>, _: &Knowledge) {}

    fn note(&mut self, _: &Note<'_>) {}

    fn transfer(&mut self, _: Transfer, _: ActivityKey, _: &Knowledge) {}

    fn resume(&mut self, _: &ActivityKey) -> Option<Activity> {
        None
    }
}

fn user_data<S: Sink>(units: &input::Units, out: &mut Kept<S>, clear: impl Fn(&mut Kept<S>)) {
    let mut knowledge = Knowledge::default();
    for (kind, data) in &units.user_data {
        clear(out);
        let Some(first) = data.first() else { continue };
        let Some(ppdu) = presentation::ppdu_of(*kind, *first, knowledge.mode) else { continue };
        let ssdu = Ssdu { data: Octets::new(data, &[], 0), side: Side::Initiator, cut: None };
        let mut facts = Facts::default();
        upper::read(ppdu, ssdu, &mut knowledge, &mut facts, out, |piece, _| {
            black_box(piece);
        });
        black_box(facts);
    }
}

/// Is told nothing, and knows nothing.
struct Deaf;

impl Guide for Deaf {
    fn enter(&mut self, _: Field, _: Octets<'_>) {}
    fn leave(&mut self, _: Field, _: Octets<'_>) {}
    fn value(&mut self, _: Field, _: u8, _: Octets<'_>, _: Span) {}
    fn resolve(&mut self, _: TableId, _: Key<'_>, _: &[u8]) -> Option<TypeId> {
        None
    }
    fn damage(&mut self, _: &Damage, _: Octets<'_>) {}
}

fn transfers<S: Sink>(schema: &Schema, units: &input::Units, sink: &mut S, clear: impl Fn(&mut S)) {
    for value in &units.transfers {
        clear(sink);
        let octets = Octets::new(value, &[], 0);
        sink.source(octets);
        black_box(walk(schema, schema.any(), octets, Span::new(0, value.len()), None, sink, &mut Deaf));
    }
}

fn upper(criterion: &mut Criterion) {
    let units = input::Units::of(&input::capture());
    let length = |octets: &mut dyn Iterator<Item = usize>| Throughput::Bytes(octets.sum::<usize>() as u64);

    let mut group = criterion.benchmark_group("upper");
    group.throughput(length(&mut units.tsdus.iter().map(Vec::len)));
    group.bench_function("session", |bencher| {
        let mut spdus = Vec::new();
        bencher.iter(|| {
            let mut context = session::Context::default();
            for tsdu in &units.tsdus {
                session::parse(tsdu, &mut context, &mut spdus);
                black_box(&spdus);
                spdus.clear();
            }
        });
    });
    group.throughput(length(&mut units.user_data.iter().map(|(_, data)| data.len())));
    group.bench_function("user data, facts only", |bencher| {
        let mut out = Kept(Nothing);
        bencher.iter(|| user_data(&units, &mut out, |_| {}));
    });
    group.bench_function("user data, as a tree", |bencher| {
        let mut out = Kept(Tree::new());
        bencher.iter(|| user_data(&units, &mut out, |out| out.0.clear()));
    });
    let schema = Schema::load(&[], &[]).expect("no schema at all is sound");
    group.throughput(length(&mut units.transfers.iter().map(Vec::len)));
    group.bench_function("BER walk, nothing kept", |bencher| {
        bencher.iter(|| transfers(&schema, &units, &mut Nothing, |_| {}));
    });
    group.bench_function("BER walk, as a tree", |bencher| {
        let mut tree = Tree::new();
        bencher.iter(|| transfers(&schema, &units, &mut tree, Tree::clear));
    });
    group.finish();
}

criterion_group!(benches, lower, upper);
criterion_main!(benches);
