//! The summary: one line a PDU.

use std::io::{self, Write};

use crate::analysis::Association;
use crate::layers::Side;
use crate::layers::stack::{Now, Pdu, Transfer};
use crate::pipeline::{Read, View};
use crate::stream::Incident;
use crate::tree::Nothing;

use super::escape::escape;
use super::line::{self, Line};
use super::output::json_line;
use super::records::PduRecord;
use super::settings::Settings;

/// Writes the summary as the capture is read.
#[derive(Debug)]
pub struct Summary<W> {
    out: W,
    settings: Settings,
    sink: Nothing,
    started: bool,
    failed: Option<io::Error>,
}

impl<W: Write> Summary<W> {
    /// The output.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// The output, when everything is written.
    pub fn into_inner(self) -> W {
        self.out
    }

    /// A summary on `out`.
    pub fn new(out: W, settings: Settings) -> Self {
        Summary { out, settings, sink: Nothing, started: false, failed: None }
    }

    fn line(&mut self, line: &Line, side: Side, association: &Association, now: Now) {
        if self.failed.is_some() || !self.settings.shows(Some(now.frame), Some(association.number)) {
            return;
        }
        let written = if self.settings.json {
            json_line(&mut self.out, &PduRecord::new(line, side, association, now))
        } else {
            // Widths are fixed: what one line looks like does not depend on the others.
            writeln!(
                self.out,
                "{:>6} {:>11} {:>21} > {:<21} {:<4} {:<5} {}",
                now.frame,
                self.settings.clock.show(now.time).to_string(),
                association.end(side).to_string(),
                association.end(side.other()).to_string(),
                format!("A{}", association.number),
                line.protocol,
                escape(&line.description),
            )
        };
        self.failed = written.err();
    }
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
