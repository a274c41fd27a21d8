//! The command: one file per subcommand, all with the same shape: open, read to the end, report.

pub mod args;
mod associations;
mod common;
mod explain;
mod findings;
pub mod generate;
mod messages;
mod overview;
mod summary;
mod tree;

use std::io;
use std::process::ExitCode;

use args::{Command, Invocation};

/// How a command ended, by the one rule for exit codes that all subcommands share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The input was read and reported on.
    Done,
    /// With `--fail-on`: something at or above it was found.
    Found,
    /// The work could not be done.
    Unable,
    /// The capture is damaged or cut short; everything readable was reported.
    Damaged,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(match status {
            Status::Done => 0,
            Status::Found => 1,
            Status::Unable => 2,
            Status::Damaged => 3,
        })
    }
}

/// Does what was asked for.
///
/// # Errors
/// No such file, not a capture, an output that cannot be written. A broken pipe is no error: the reader has had enough.
pub fn run(invocation: Invocation) -> anyhow::Result<Status> {
    let Invocation { command, options } = invocation;
    let done = match command {
        Command::Overview(input) => overview::run(&input.files, &options),
        Command::Summary(input) => summary::run(&input.files, &options),
        Command::Tree(tree) => tree::run(&tree, &options),
        Command::Associations(input) => associations::run(&input.files, &options),
        Command::Messages(messages) => messages::run(&messages, &options),
        Command::Findings(findings) => findings::run(&findings, &options),
        Command::Explain(explain) => explain::run(&explain, &options),
        Command::Gen(wanted) => {
            generate::write(&wanted, &mut io::stdout().lock()).map(|()| Status::Done).map_err(Into::into)
        }
    };
    match done {
        Err(error) if is_broken_pipe(&error) => Ok(Status::Done),
        other => other,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref().is_some_and(broken))
}
