//! Whatever the octets, the program neither panics nor hangs, and what it prints is well formed.
//!
//! The bodies of the fuzz targets are run here on the samples, on what fuzzing found before (tests/fuzz/found), and on
//! mutants of the samples. `HOSTILE_SECONDS=600 cargo test --release --test hostile mutants` looks for longer; with
//! `HOSTILE_SEED` it begins at another seed, and `HOSTILE_KEEP=FOLDER` keeps the mutant that is being read there.

#[path = "fuzz/bodies.rs"]
mod bodies;
#[path = "fuzz/mutate.rs"]
mod mutate;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use mutate::{Random, mutate};

/// How many mutants are read where no time is given.
const MUTANTS: u64 = 150;

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

#[test]
fn samples_and_what_was_found_before_are_read() {
    for (_, octets) in samples().iter().chain(&files("tests/fuzz/found")) {
        bodies::capture(octets);
        bodies::stream(octets);
        bodies::pipeline(octets);
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
