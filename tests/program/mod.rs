//! Runs the program as a user does: with the project as current directory, so that samples have short names.

#![allow(dead_code)] // each test program uses its own part of this module

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run left behind.
pub(crate) struct Run {
    /// The exit status.
    pub(crate) status: i32,
    /// What it wrote to the standard output.
    pub(crate) text: String,
    /// What it wrote to the standard error.
    pub(crate) errors: String,
}

impl Run {
    /// The lines of a JSON output as values, the header included.
    pub(crate) fn json(&self) -> Vec<serde_json::Value> {
        let value = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.text.lines().map(value).collect()
    }

    /// The JSON objects of one type.
    pub(crate) fn objects(&self, kind: &str) -> Vec<serde_json::Value> {
        self.json().into_iter().filter(|object| object["type"] == kind).collect()
    }
}

/// The folder of the project.
pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program, ready to be given arguments, without what a user's environment may ask for.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_x400scope"));
    command.current_dir(project());
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Waits for the program and takes what it wrote.
pub(crate) fn finish(command: &mut Command) -> Run {
    let output = command.output().expect("the program can be started");
    Run {
        status: output.status.code().expect("the program ends by itself"),
        text: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        errors: String::from_utf8(output.stderr).expect("the diagnostics are UTF-8"),
    }
}

/// Runs the program with these arguments, parted by blanks.
pub(crate) fn run(line: &str) -> Run {
    finish(program().args(line.split_whitespace()))
}

/// Runs the program with these octets as its standard input.
pub(crate) fn run_on(line: &str, input: &[u8]) -> Run {
    let mut command = program();
    let mut child =
        command.args(line.split_whitespace()).stdin(Stdio::piped()).spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("the input is a pipe");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        // The program may have had enough before the end.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the input was written");
    Run {
        status: output.status.code().expect("the program ends by itself"),
        text: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        errors: String::from_utf8(output.stderr).expect("the diagnostics are UTF-8"),
    }
}

/// The names of all samples, in order.
pub(crate) fn samples() -> Vec<String> {
    let entries = std::fs::read_dir(project().join("samples")).expect("samples/ is part of the project");
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.expect("the folder can be read").file_name().into_string().expect("ASCII");
            name.strip_suffix(".pcap").map(str::to_owned)
        })
        .collect();
    names.sort();
    names
}

/// Where a sample lies.
pub(crate) fn sample(name: &str) -> PathBuf {
    project().join("samples").join(format!("{name}.pcap"))
}

/// Does `work` on each item, on two threads.
pub(crate) fn on_two_threads<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let worker = || {
        while let Some(item) = items.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
            work(item);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(worker);
        worker();
    });
}
