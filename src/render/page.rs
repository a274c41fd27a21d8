//! Text on its way to the output, in large pieces.

use std::fmt;
use std::io::{self, Write};

/// How much text is collected before it is written.
const PIECE: usize = 1 << 16;

/// Collects text, and writes it whenever there is enough: that of one frame may be large.
#[derive(Debug)]
pub(super) struct Page<W> {
    out: W,
    text: String,
    failed: Option<io::Error>,
}

impl<W: Write> Page<W> {
    pub(super) fn new(out: W) -> Page<W> {
        Page { out, text: String::with_capacity(2 * PIECE), failed: None }
    }

    /// The error that the output gave, once.
    pub(super) fn check(&mut self) -> io::Result<()> {
        self.failed.take().map_or(Ok(()), Err)
    }

    /// The output, when everything is written.
    pub(super) fn into_inner(mut self) -> io::Result<W> {
        self.check()?;
        self.out.write_all(self.text.as_bytes())?;
        Ok(self.out)
    }

    #[cold]
    fn turn(&mut self) -> fmt::Result {
        let done = self.out.write_all(self.text.as_bytes());
        self.text.clear();
        done.map_err(|error| {
            self.failed = Some(error);
            fmt::Error
        })
    }
}

impl<W: Write> fmt::Write for Page<W> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.push_str(text);
        if self.text.len() < PIECE { Ok(()) } else { self.turn() }
    }

    #[inline]
    fn write_char(&mut self, c: char) -> fmt::Result {
        self.text.push(c);
        if self.text.len() < PIECE { Ok(()) } else { self.turn() }
    }
}
