//! The command: one file per subcommand.

pub mod args;
pub mod generate;
pub mod ranges;
