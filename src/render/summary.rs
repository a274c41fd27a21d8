//! The summary: one line a PDU.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use crate::analysis::Association;
use crate::layers::Side;
use crate::layers::stack::{Now, Pdu, Transfer};
use crate::pipeline::{Read, View};
use crate::stream::Incident;
use crate::tree::{Digits as _, Nothing};

use super::escape::escape;
use super::line::{self, Line};
use super::output::json_line;
use super::page::Page;
use super::records::PduRecord;
use super::settings::Settings;

/// Writes the summary as the capture is read.
#[derive(Debug)]
pub struct Summary<W> {
    page: Page<W>,
    cell: String,
    settings: Settings,
    sink: Nothing,
    started: bool,
    failed: Option<io::Error>,
}

impl<W: Write> Summary<W> {
    /// The output, when everything is written.
    ///
    /// # Errors
    /// Those of the output.
    pub fn into_inner(self) -> io::Result<W> {
        self.page.into_inner()
    }

    /// A summary on `out`.
    pub fn new(out: W, settings: Settings) -> Self {
        let page = Page::new(out);
        Summary { page, cell: String::new(), settings, sink: Nothing, started: false, failed: None }
    }

    fn line(&mut self, line: &Line, side: Side, association: &Association, now: Now) {
        if self.failed.is_some() || !self.settings.shows(Some(now.frame), Some(association.number)) {
            return;
        }
        let written = if self.settings.json {
            json_line(self.page.out(), &PduRecord::new(line, side, association, now))
        } else {
            // The only error there is is that of the output.
            let _ = self.write(line, side, association, now);
            self.page.check()
        };
        self.failed = written.err();
    }

    /// One line of text. Widths are fixed: what one line looks like does not depend on the others.
    fn write(&mut self, line: &Line, side: Side, association: &Association, now: Now) -> fmt::Result {
        let (out, cell) = (&mut self.page, &mut self.cell);
        let (from, to) = (association.end(side), association.end(side.other()));
        out.column(now.frame.0, 6)?;
        out.write_char(' ')?;
        right(out, cell, 11, |cell| self.settings.clock.show(now.time).write(cell))?;
        out.write_char(' ')?;
        right(out, cell, 21, |cell| cell.endpoint(from.address, from.port))?;
        out.write_str(" > ")?;
        left(out, cell, 21, |cell| cell.endpoint(to.address, to.port))?;
        out.write_str(" A")?;
        left(out, cell, 3, |cell| cell.decimal(association.number.into()))?;
        out.write_char(' ')?;
        left(out, cell, 5, |cell| cell.write_str(line.protocol))?;
        out.write_char(' ')?;
        escape(&line.description).write(out)?;
        out.write_char('\n')
    }
}

/// Puts what is written to the right of a column of this width; all of it is ASCII.
fn right(
    out: &mut impl fmt::Write,
    cell: &mut String,
    width: usize,
    write: impl FnOnce(&mut String) -> fmt::Result,
) -> fmt::Result {
    cell.clear();
    write(cell)?;
    out.blanks(width.saturating_sub(cell.len()))?;
    out.write_str(cell)
}

/// Puts what is written to the left of a column of this width; all of it is ASCII.
fn left(
    out: &mut impl fmt::Write,
    cell: &mut String,
    width: usize,
    write: impl FnOnce(&mut String) -> fmt::Result,
) -> fmt::Result {
    cell.clear();
    write(cell)?;
    out.write_str(cell)?;
    out.blanks(width.saturating_sub(cell.len()))
}

impl<W: Write> View for Summary<W> {
    type Sink = Nothing;

    fn sink(&mut self) -> &mut Nothing {
        &mut self.sink
    }

    fn begin(&mut self, now: Now) {
        if !std::mem::replace(&mut self.started, true) {
            self.settings.clock.start = now.time;
        }
    }

    fn pdu(&mut self, pdu: &Pdu<'_>, association: &Association, now: Now) {
        self.line(&line::of_pdu(pdu), pdu.side, association, now);
    }

    fn transfer(&mut self, transfer: &Transfer, association: &Association, now: Now) {
        if let Some(line) = line::of_transfer(transfer, association) {
            self.line(&line, transfer.activity.sender, association, now);
        }
    }

    fn incident(&mut self, side: Side, incident: &Incident<'_>, association: &Association, now: Now) {
        if let Some(line) = line::of_incident(incident) {
            self.line(&line, side, association, now);
        }
    }

    fn frame(&mut self, _frame: &Read<'_>) -> io::Result<()> {
        self.failed.take().map_or(Ok(()), Err)
    }
}
