//! Runs the program on a capture that is written while it reads, and takes its memory and its time as the system
//! counts them.

use std::fs;
use std::io::{BufWriter, Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::Flood;
use super::wire::Wire;

/// What a run took.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) status: Option<i32>,
    /// The most memory it ever had, in KiB; 0 where the system does not say.
    pub(crate) peak: u64,
    /// Processor time in hundredths of a second.
    pub(crate) time: u64,
    /// How many octets it printed.
    pub(crate) printed: u64,
    /// The beginning of what it printed.
    pub(crate) text: String,
    pub(crate) errors: String,
}

/// How much of the output is kept.
const KEPT: usize = 4 << 20;

/// The program: the one that was built with this test, or the one that `X400SCOPE` names.
fn program() -> Command {
    let path = std::env::var_os("X400SCOPE").unwrap_or_else(|| env!("CARGO_BIN_EXE_x400scope").into());
    let mut command = Command::new(path);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The peak memory of a process in KiB, and its processor time.
fn look(process: u32) -> Option<(u64, u64)> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let peak = peak.trim().trim_end_matches(" kB").parse().ok()?;
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which may hold anything, in brackets.
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some((peak, ticks(11)? + ticks(12)?))
}

/// Runs the program with these arguments on what `flood` writes.
pub(crate) fn run(arguments: &str, flood: Flood, count: u32) -> Measured {
    feed(arguments, move |out| flood(&mut Wire::new(out)?, count))
}

/// Runs the program with these arguments on what `write` writes.
pub(crate) fn feed(
    arguments: &str,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send,
) -> Measured {
    let mut child = program().args(arguments.split_whitespace()).spawn().expect("the program starts");
    let (stdin, mut stdout, mut stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (mut peak, mut time) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut out = BufWriter::with_capacity(1 << 18, stdin.expect("a pipe"));
            // The program may have had enough before the end.
            let _ = write(&mut out).and_then(|()| out.flush());
        });
        let output = scope.spawn(move || {
            let (mut kept, mut count, mut part) = (Vec::new(), 0, vec![0; 1 << 16]);
            let stdout = stdout.as_mut().expect("a pipe");
            while let Ok(length @ 1..) = stdout.read(&mut part) {
                count += length as u64;
                if kept.len() < KEPT {
                    kept.extend_from_slice(&part[..length]);
                }
            }
            (kept, count)
        });
        let errors = scope.spawn(move || {
            let mut text = String::new();
            let _ = stderr.as_mut().expect("a pipe").read_to_string(&mut text);
            text
        });
        let status = loop {
            if let Some(seen) = look(child.id()) {
                (peak, time) = seen;
            }
            if let Some(status) = child.try_wait().expect("it can be waited for") {
                break status;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let (kept, printed) = output.join().expect("the output was read");
        let text = String::from_utf8_lossy(&kept).into_owned();
        let errors = errors.join().expect("the diagnostics were read");
        Measured { status: status.code(), peak, time, printed, text, errors }
    })
}
