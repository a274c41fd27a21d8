//! Inputs as named on the command line, to streams of octets that count what is read.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A stream of octets.
pub(super) type Octetstream = Box<dyn Read + Send>;

/// Where a capture comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file.
    Path(PathBuf),
    /// Standard input.
    Stdin,
}

impl Input {
    /// The name as given; standard input is `-`.
    pub fn name(&self) -> String {
        match self {
            Input::Path(path) => path.display().to_string(),
            Input::Stdin => "-".to_owned(),
        }
    }

    /// The stream, and its length where that is known.
    pub(super) fn open(&self) -> io::Result<(Octetstream, Option<u64>)> {
        match self {
            Input::Path(path) => {
                let file = File::open(path)?;
                let facts = file.metadata()?;
                let length = facts.is_file().then_some(facts.len());
                Ok((Box::new(file), length))
            }
            Input::Stdin => Ok((Box::new(io::stdin()), None)),
        }
    }
}

/// Adds what is read from a stream to a count that others look at.
pub(super) struct Counted {
    pub(super) input: Octetstream,
    pub(super) count: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
