//! Whatever the octets, the program neither panics nor hangs, and what it prints is well formed.
//!
//! The bodies of the fuzz targets are run here on the samples, on what fuzzing found before (tests/fuzz/found), and on
//! mutants of the samples. `HOSTILE_SECONDS=600 cargo test --release --test hostile mutants` looks for longer; with
//! `HOSTILE_SEED` it begins at another seed, and `HOSTILE_KEEP=FOLDER` keeps the mutant that is being read there.
//! `HOSTILE_SEEDS=FOLDER cargo test --test hostile seeds` writes the seed corpus of the fuzz targets there.

#[path = "fuzz/bodies.rs"]
mod bodies;
mod emit;
#[path = "fuzz/layers.rs"]
mod layers;
#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/seeds.rs"]
mod seeds;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use emit::{ber, dialogue};
use mutate::{Random, mutate};

/// How many mutants are read where no time is given.
const MUTANTS: u64 = 100;

/// How long any small capture may take, with every view, in an unoptimized program on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// The files of a folder of the project, by name.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder is part of the project")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let read = |path: &Path| fs::read(path).expect("the file can be read");
    files.iter().map(|path| (path.display().to_string(), read(path))).collect()
}

fn samples() -> Vec<(String, Vec<u8>)> {
    files("samples").into_iter().filter(|(name, _)| name.ends_with(".pcap")).collect()
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What a fuzz target does with its octets.
type Target = fn(&[u8]);

/// The fuzz targets with what each does.
const TARGETS: [(&str, Target); 10] = [
    ("capture", bodies::capture),
    ("stream", bodies::stream),
    ("pipeline", bodies::pipeline),
    ("tpdu", layers::tpdu),
    ("tsdu", layers::tsdu),
    ("ppdu", layers::ppdu),
    ("value", layers::value),
    ("stack", layers::stack),
    ("notation", layers::notation),
    ("text", layers::text),
];

fn target(name: &str) -> Target {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, body)| *body).expect("a target")
}

/// The seeds of all targets: from the samples, from the schemas, and texts.
fn all_seeds() -> Vec<seeds::Seed> {
    let mut all: Vec<seeds::Seed> = samples().iter().flat_map(|(_, octets)| seeds::of(octets)).collect();
    all.extend(x400scope::asn1::FILES.iter().map(|(_, text)| ("notation", text.as_bytes().to_vec())));
    let texts: [&[u8]; 6] = [
        b"plain",
        b"\x1b-A\xe4\x0e\xc1A\xc8",
        b"960701090000Z",
        b"19960701090000.5+0100",
        b"\x56\0\x02\x0c",
        "Gr\u{fc}n".as_bytes(),
    ];
    all.extend(texts.iter().map(|text| ("text", text.to_vec())));
    all.sort();
    all.dedup();
    all
}

#[test]
fn the_seeds_of_all_targets_are_read() {
    let all = all_seeds();
    assert_eq!(layers::unknown_types(), [""; 0]);
    for (name, _) in TARGETS {
        assert!(all.iter().any(|(target, _)| *target == name), "{name} has no seeds");
    }
    if let Some(folder) = std::env::var_os("HOSTILE_SEEDS") {
        for (number, (target, octets)) in all.iter().enumerate() {
            let folder = Path::new(&folder).join(target);
            fs::create_dir_all(&folder).expect("the folder can be made");
            fs::write(folder.join(format!("seed-{number:05}")), octets).expect("the folder can be written");
        }
        return;
    }
    // Captures are read by the tests below.
    for (name, octets) in all.iter().filter(|(name, _)| !matches!(*name, "capture" | "pipeline")) {
        let read = std::panic::catch_unwind(|| target(name)(octets));
        assert!(read.is_ok(), "a seed of {name}: {octets:02x?}");
    }
}

/// How many mutants of the seeds of each target are read.
const LAYER_MUTANTS: u64 = 400;

#[test]
fn mutants_of_the_seeds_of_each_layer_are_read() {
    let all = all_seeds();
    let mutants = setting("HOSTILE_MUTANTS").unwrap_or(LAYER_MUTANTS);
    let first = setting("HOSTILE_SEED").unwrap_or(1);
    for (name, body) in
        TARGETS.into_iter().filter(|(name, _)| !matches!(*name, "capture" | "pipeline" | "stream"))
    {
        // Long ones take long, and are most of them bulk.
        let own: Vec<&[u8]> = all
            .iter()
            .filter(|(target, _)| *target == name)
            .map(|(_, octets)| &octets[..octets.len().min(4096)])
            .collect();
        for seed in first..first + mutants {
            let mut random = Random::new(!seed);
            let mut one = || own[random.below(own.len())];
            let (one, other) = (one(), one());
            if one.is_empty() {
                continue;
            }
            let mutant = seeds::mutant(one, other, &mut random);
            let started = Instant::now();
            let read = std::panic::catch_unwind(|| body(&mutant));
            assert!(read.is_ok(), "{name}, seed {seed}: {mutant:02x?}");
            assert!(started.elapsed() < PATIENCE, "{name}, seed {seed} took {:?}", started.elapsed());
        }
    }
}

#[test]
fn samples_and_what_was_found_before_are_read() {
    for (_, octets) in samples() {
        bodies::capture(&octets);
        bodies::stream(&octets);
        bodies::pipeline(&octets);
    }
    // Inputs that were found are named by their target: `value-…`.
    for (path, octets) in files("tests/fuzz/found") {
        let name = Path::new(&path).file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let (name, _) = name.split_once('-').unwrap_or(("pipeline", ""));
        if name != ".gitkeep" {
            target(name)(&octets);
        }
    }
}

#[test]
fn mutants_of_the_samples_are_read() {
    let samples = samples();
    let limit = setting("HOSTILE_SECONDS").map(Duration::from_secs);
    let first = setting("HOSTILE_SEED").unwrap_or(1);
    let keep = std::env::var_os("HOSTILE_KEEP");
    let begun = Instant::now();
    for seed in first.. {
        let over = limit.map_or(seed >= first + MUTANTS, |limit| begun.elapsed() >= limit);
        if over {
            break;
        }
        let mut random = Random::new(!seed);
        let mut one = || &samples[random.below(samples.len())].1;
        let mutant = mutate(one(), one(), seed);
        if let Some(folder) = &keep {
            fs::write(Path::new(folder).join("mutant"), &mutant).expect("the folder can be written");
        }
        let started = Instant::now();
        let read = std::panic::catch_unwind(|| {
            bodies::capture(&mutant);
            bodies::stream(&mutant);
            bodies::pipeline(&mutant);
        });
        assert!(read.is_ok(), "the mutant of seed {seed} cannot be read");
        assert!(started.elapsed() < PATIENCE, "the mutant of seed {seed} took {:?}", started.elapsed());
    }
}

/// The capture of one association with these statements behind its opening, shown in every view.
fn show(statements: &str) {
    let script = format!(
        "capture start=1996-07-01T09:00:00Z\nhost a 10.1.0.1\nhost b 10.1.0.2\n\
         connect a:1025 b:102 segment-size=1460 together\na CR tpdu-size=8192\nb CC tpdu-size=8192\n\
         a CN 1988-normal checkpoint=4 window=3 name=A password=secret-A\nb AC checkpoint=4 window=3 name=B password=secret-B\n\
         {statements}\n"
    );
    let capture = dialogue::capture_of(&script).expect("the script is right");
    let started = Instant::now();
    bodies::pipeline(&capture);
    assert!(started.elapsed() < PATIENCE, "it took {:?}", started.elapsed());
}

fn digits(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// A DATA TRANSFER SPDU with these octets as a value of presentation context 3.
fn data(value: &[u8]) -> String {
    let values = [vec![2, 1, 3], ber::tlv(0xA0, value)];
    format!("a tsdu 01000100{}", digits(&ber::tlv(0x61, &ber::constructed(0x30, &values))))
}

#[test]
fn elements_nested_without_end_are_read() {
    const DEPTH: usize = 10_000;
    show(&data(&[0x30, 0x80].repeat(DEPTH)));
    // Written from the innermost out; the order of the octets is turned round in the end.
    let mut nested: Vec<u8> = Vec::new();
    for _ in 0..DEPTH {
        let length = (nested.len() as u32).to_be_bytes();
        nested.extend([length[3], length[2], length[1], length[0], 0x84, 0x30]);
    }
    nested.reverse();
    show(&data(&nested));
    show(&data(&[5, 0].repeat(DEPTH)));
}

#[test]
fn units_that_never_end_are_read() {
    let tpdu = |end: &str, octets: &str| format!("a tpdu 02f0{end}{octets}\n");
    show(&tpdu("00", "01").repeat(1500));
    show(&tpdu("80", "01").repeat(500));
    // An activity begins, and its value does not end; one begins after the other; all are interrupted.
    let segment = data(&ber::tlv(4, &[0x30; 4000]));
    show(&format!("a tsdu 01002d03290101\n{}", format!("{segment}\n").repeat(100)));
    show(&"a tsdu 01002d03290101\n".repeat(500));
    show(&"a tsdu 01002d03290101\na tsdu 01001900\n".repeat(300));
    // An SSDU whose enclosure item says that it goes on.
    show(&"a tsdu 010001031901003080\n".repeat(500));
}

#[test]
fn octets_that_are_no_packets_are_read() {
    show(&"a octets 0300000003000001030000020300000303000004\n".repeat(300));
    let mut random = Random::new(1);
    let garbage: Vec<u8> = (0..30_000).map(|_| random.below(256) as u8).collect();
    show(&format!("a octets {}", digits(&garbage)));
    show(&format!("a octets {}", digits(&[3; 30_000])));
    show(&format!("a octets {}", digits(&[3, 9, 0, 7, 2, 0x30, 0].repeat(3000))));
}

#[test]
fn contexts_by_the_thousand_are_read() {
    let context = |id: u32| {
        let syntaxes = ber::constructed(0x30, &[ber::oid("2.1.1")]);
        ber::constructed(0x30, &[ber::integer(2, id), ber::oid("2.6.0.2.12"), syntaxes])
    };
    let list = ber::constructed(0xA4, &(0..2500).map(context).collect::<Vec<_>>());
    let cp = ber::constructed(
        0x31,
        &[ber::constructed(0xA0, &[vec![0x80, 1, 1]]), ber::constructed(0xA2, &[list])],
    );
    let parameter =
        |code: u8, value: &[u8]| [&[code, 255][..], &(value.len() as u16).to_be_bytes(), value].concat();
    let connect = parameter(13, &parameter(0xC1, &cp));
    show(&format!("a tsdu {}\n{}", digits(&connect), format!("{}\n", data(&[5, 0])).repeat(200)));
}

#[test]
fn the_same_ends_may_meet_many_times() {
    show(&"connect a:1030 b:102\na CR\nb CC\na FIN\nb FIN\n".repeat(200));
    show(&"connect a:1030 b:102 refused\n".repeat(300));
}

#[test]
fn connections_without_number_are_followed_within_a_limit() {
    const CONNECTIONS: usize = 12_000;
    let mut script = String::from("capture start=1996-07-01T09:00:00Z\nhost a 10.1.0.1\nhost b 10.1.0.2\n");
    for number in 0..CONNECTIONS {
        script += &format!("connect a:{} b:102\n", 1025 + number);
    }
    let capture = dialogue::capture_of(&script).expect("the script is right");
    let report = bodies::report(&capture);
    assert_eq!(report.associations as usize, CONNECTIONS);
    let findings: Vec<_> = report.collector.findings().iter().map(|finding| finding.rule.id).collect();
    assert_eq!(findings, ["limit-reached"]);
}
