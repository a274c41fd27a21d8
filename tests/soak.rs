//! Mutated captures through every subcommand of the program as it is installed, each run with a limit on memory and
//! one on time that the system enforces. `tests/soak.sh` runs it on ten thousand.

#![allow(clippy::print_stdout, clippy::print_stderr)] // what was done is for whoever runs it

#[path = "fuzz/mutate.rs"]
mod mutate;
mod program;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use mutate::{Random, mutate};

/// How much address space a run may take, in KiB, and how many seconds of processor time.
const MEMORY: u32 = 256 * 1024;
const SECONDS: u32 = 10;

const COMMANDS: [&str; 8] = [
    "overview",
    "summary",
    "tree --expand all --hex",
    "tree",
    "associations",
    "messages",
    "messages --extract",
    "findings --explain",
];

/// Where a mutant makes the program fail, the mutant is kept beside the test's other files, and named.
#[test]
fn mutants_pass_through_every_subcommand() {
    let count: u64 = std::env::var("SOAK").ok().and_then(|count| count.parse().ok()).unwrap_or(4);
    let first: u64 = std::env::var("SOAK_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let threads: usize = std::env::var("SOAK_THREADS").ok().and_then(|n| n.parse().ok()).unwrap_or(2);
    if !cfg!(target_os = "linux") {
        return;
    }
    let samples: Vec<Vec<u8>> =
        program::samples().iter().map(|name| fs::read(program::sample(name)).expect("a sample")).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("soak-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the folder can be made");
    let (next, runs, longest, bad) =
        (AtomicU64::new(first), AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let began = Instant::now();
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + count {
                return;
            }
            let mut random = Random::new(!seed);
            let mut one = || &samples[random.below(samples.len())];
            let mutant = mutate(one(), one(), seed);
            let path = folder.join(format!("{seed}.pcap"));
            fs::write(&path, &mutant).expect("the mutant can be written");
            let mut sound = true;
            for (number, command) in COMMANDS.iter().enumerate() {
                let format = if (seed + number as u64).is_multiple_of(2) { "text" } else { "json" };
                let started = Instant::now();
                let (status, errors) = run(command, format, &path, &folder.join(format!("{seed}")));
                runs.fetch_add(1, Ordering::Relaxed);
                longest.fetch_max(started.elapsed().as_millis() as u64, Ordering::Relaxed);
                let told = match status {
                    Some(0 | 3) => errors.is_empty(),
                    // A mutant that is no capture any more.
                    Some(2) => errors.starts_with("x400scope: "),
                    _ => false,
                };
                if !told || errors.contains("panicked") {
                    eprintln!("seed {seed}: {command} --format {format}: {status:?} {errors}");
                    sound = false;
                }
            }
            let _ = fs::remove_dir_all(folder.join(format!("{seed}")));
            match sound {
                true => fs::remove_file(&path).expect("it is there"),
                false => drop(bad.fetch_add(1, Ordering::Relaxed)),
            }
        }
    };
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    println!(
        "{count} mutants, {} runs in {} s, the longest {} ms; {} failed",
        runs.into_inner(),
        began.elapsed().as_secs(),
        longest.into_inner(),
        bad.load(Ordering::Relaxed)
    );
    assert_eq!(bad.into_inner(), 0);
    fs::remove_dir_all(&folder).expect("nothing is kept in it");
}

/// Runs one subcommand under the limits; gives its exit status and what it said on the standard error.
fn run(command: &str, format: &str, capture: &Path, extracted: &Path) -> (Option<i32>, String) {
    let program = std::env::var_os("X400SCOPE").unwrap_or_else(|| env!("CARGO_BIN_EXE_x400scope").into());
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("ulimit -v {MEMORY}; ulimit -t {SECONDS}; exec \"$0\" \"$@\"")).arg(program);
    shell.args(command.split(' '));
    if command.ends_with("--extract") {
        shell.arg(extracted);
    }
    shell
        .args(["--format", format])
        .arg(capture)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let output = shell.output().expect("the shell starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}
