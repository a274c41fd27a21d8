//! What is made to exhaust its reader does not: memory stays under 256 MiB, time grows with the input and no faster,
//! and what could not be kept is told.
//!
//! `EXHAUST=full cargo test --release --test exhaust -- --nocapture` floods it with gigabytes and prints the figures;
//! `EXHAUST_ONLY` is a part of the name of a flood, `EXHAUST_COMMANDS` the commands, parted by commas.

#![allow(clippy::print_stdout)] // what was measured is for whoever runs it

mod flood;

use flood::measure::{self, Measured};
use flood::{FLOODS, Kind, stay_open};

/// The most memory that any input may take, in KiB.
const MEMORY: u64 = 256 * 1024;

fn full() -> bool {
    std::env::var_os("EXHAUST").is_some_and(|value| value == "full")
}

fn wanted(kind: &Kind) -> bool {
    std::env::var("EXHAUST_ONLY").map_or(true, |part| kind.name.contains(&part))
}

fn check(kind: &Kind, arguments: &str, run: &Measured) {
    let Measured { status, peak, errors, .. } = run;
    let place = format!("{}: {arguments}", kind.name);
    assert!(matches!(status, Some(0 | 3)), "{place}: {status:?} {errors}");
    assert_eq!(errors, "", "{place}");
    assert!(!run.text.contains("internal-error"), "{place}");
    assert!(*peak < MEMORY, "{place}: {peak} KiB");
}

/// Limits that little reaches.
const LOW: &str = "--max-unit 1 --max-held 8 --max-connections 100";

/// Whether the rule that has to tell a flood does.
fn is_told(kind: &Kind, run: &Measured) -> bool {
    kind.rule.is_none_or(|rule| run.text.lines().any(|line| line.contains(rule) && line.contains(kind.says)))
}

#[test]
fn floods_are_survived_in_little_memory_and_told() {
    if full() {
        return;
    }
    for (number, kind) in FLOODS.iter().enumerate().filter(|(_, kind)| wanted(kind)) {
        let view = ["tree --format json", "tree --hex", "summary", "messages --format json"][number % 4];
        for command in [view, "findings"] {
            let arguments = format!("{command} {LOW} -");
            let run = measure::run(&arguments, kind.flood, kind.little);
            check(kind, &arguments, &run);
            assert!(command != "findings" || is_told(kind, &run), "{}: {}", kind.name, run.text);
        }
    }
}

/// What an open association takes in KiB, with all that is known of it and of its connection.
const OPEN: f64 = 2.0;

#[test]
fn an_open_association_takes_little_memory() {
    // So many that what all have together does not count, whether it grows with them or not.
    let [half, whole] = if full() { [50_000, 100_000] } else { [4000, 12_000] };
    for command in ["findings", "associations", "messages"] {
        let arguments = format!("{command} --max-connections 1000000 --max-held 1024 -");
        let peak = |count| {
            let run = measure::run(&arguments, stay_open, count);
            assert!(matches!(run.status, Some(0 | 3)), "{arguments}: {:?} {}", run.status, run.errors);
            assert!(!run.text.contains("limit-reached"), "{arguments}: they are not all open at once");
            run.peak
        };
        let each = peak(whole).saturating_sub(peak(half)) as f64 / f64::from(whole - half);
        println!("{command}: {each:.2} KiB for each open association");
        assert!(each <= OPEN, "{command}: {each:.2} KiB for each open association");
    }
}

#[test]
fn much_is_read_in_little_memory_and_told() {
    if !full() {
        return;
    }
    let commands = std::env::var("EXHAUST_COMMANDS").unwrap_or_else(|_| {
        "findings -,tree --format json -,tree --hex --expand all -,overview -,messages --format json -,associations -,summary -".to_owned()
    });
    let mut bad = Vec::new();
    for kind in FLOODS.iter().filter(|kind| wanted(kind)) {
        for arguments in commands.split(',') {
            let quarter = measure::run(arguments, kind.flood, kind.much / 4);
            let run = measure::run(arguments, kind.flood, kind.much);
            println!(
                "{:<50} {arguments:<26} {:>4} MiB {:>7.2} s {:>7.2} s {:>12} octets",
                kind.name,
                run.peak / 1024,
                quarter.time as f64 / 100.0,
                run.time as f64 / 100.0,
                run.printed
            );
            let checked = std::panic::catch_unwind(|| check(kind, arguments, &run));
            let linear = run.time <= 8 * quarter.time.max(20);
            if checked.is_err() || !linear {
                bad.push(format!("{}: {arguments}", kind.name));
            }
            if arguments.starts_with("findings") && !is_told(kind, &run) {
                bad.push(format!("{}: not told", kind.name));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}
