//! The command: arguments in, an exit status out. Everything else is the library's.

use std::io::Write;
use std::process::ExitCode;

use x400scope::cli::{self, Status, args::Invocation};
use x400scope::render::escape::escape;

fn main() -> ExitCode {
    let invocation = match Invocation::parse(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(error) => {
            // Help goes to the standard output, complaints to standard error; where neither can be written there
            // is nobody to tell.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match cli::run(invocation) {
        Ok(status) => status.into(),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "x400scope: {}", escape(&format!("{error:#}")));
            Status::Unable.into()
        }
    }
}
