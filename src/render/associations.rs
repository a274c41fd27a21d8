//! Associations, one row each.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::analysis::{Asked, Association};
use crate::asn1::Oid;
use crate::layers::stack::Now;
use crate::layers::{presentation, rtse};
use crate::pipeline::View;
use crate::tree::Nothing;

use super::escape::escape;
use super::line::Selector;
use super::output::json_line;
use super::records::{AssociationRecord, versions};
use super::settings::Settings;
use super::time::Clock;

/// Writes a row for every association, in the order of their numbers.
#[derive(Debug)]
pub struct Associations<W> {
    out: W,
    settings: Settings,
    sink: Nothing,
    started: bool,
    /// The number of the next row.
    next: u32,
    /// Associations that ended before one with a lower number did.
    waiting: BTreeMap<u32, Association>,
}

impl<W: Write> Associations<W> {
    /// The output.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// The output, when everything is written.
    pub fn into_inner(self) -> W {
        self.out
    }

    /// Rows on `out`.
    pub fn new(out: W, settings: Settings) -> Self {
        Associations { out, settings, sink: Nothing, started: false, next: 1, waiting: BTreeMap::new() }
    }

    fn write(&mut self, association: &Association) -> io::Result<()> {
        if !self.settings.shows_span(
            association.first_frame,
            association.last_frame,
            Some(association.number),
        ) {
            return Ok(());
        }
        match self.settings.json {
            true => json_line(&mut self.out, &AssociationRecord::new(association)),
            false => writeln!(self.out, "{}", row(association, &self.settings.clock)),
        }
    }
}

impl<W: Write> View for Associations<W> {
    type Sink = Nothing;

    fn sink(&mut self) -> &mut Nothing {
        &mut self.sink
    }

    fn begin(&mut self, now: Now) {
        if !std::mem::replace(&mut self.started, true) {
            self.settings.clock.start = now.time;
        }
    }

    fn association(&mut self, association: Association) -> io::Result<()> {
        self.waiting.insert(association.number, association);
        while let Some(association) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.write(&association)?;
        }
        Ok(())
    }
}

/// What an association is, in three words: `P1 1988-normal`.
pub fn title(a: &Association) -> String {
    let application = a.application.map_or("unknown", |application| application.name());
    match a.kind {
        Some(kind) => format!("{application} {}", kind.name()),
        None => application.to_owned(),
    }
}

/// How an association ended, in a sentence.
pub fn end(a: &Association) -> String {
    let mut text = a.outcome.name().to_owned();
    if let Some(tag) = a.ended_by {
        let _ = write!(text, " by {}", tag.name());
    }
    if let Some(reason) = a.reason().filter(|reason| !reason.is_empty()) {
        let _ = write!(text, ": {}", escape(reason));
    }
    text
}

/// The row of one association: who, what, how it ended, then everything that was asked and answered as `key=value`.
fn row(a: &Association, clock: &Clock) -> String {
    let mut row = format!(
        "{:<4} {:<15} {:>21} > {:<21} frames {}-{}",
        format!("A{}", a.number),
        title(a),
        a.initiator.to_string(),
        a.responder.to_string(),
        a.first_frame,
        a.last_frame
    );
    let mut key = |name: &str, value: String| {
        // Writing to a String does not fail.
        let _ = write!(row, " {name}={value}");
    };
    key("opened", clock.show(a.opened).to_string());
    if let Some(closed) = a.closed() {
        key("closed", clock.show(closed).to_string());
    }
    let selectors = [
        ("calling-tsap", &a.calling_tsap),
        ("called-tsap", &a.called_tsap),
        ("calling-ssel", &a.session.calling_selector),
        ("called-ssel", &a.session.called_selector),
        ("calling-psel", &a.presentation.calling_selector),
        ("called-psel", &a.presentation.called_selector),
        ("initiator-name", &a.initiator_name),
        ("responder-name", &a.responder_name),
    ];
    for (name, octets) in selectors {
        if let Some(octets) = octets {
            key(name, Selector(octets).to_string());
        }
    }
    let asked = |asked: &Asked<i64>| {
        let part = |value: Option<i64>| value.map_or_else(|| "?".to_owned(), |value| value.to_string());
        format!("{}/{}", part(asked.offered), part(asked.accepted))
    };
    if !a.tpdu_size.is_empty() {
        let size = Asked {
            offered: a.tpdu_size.offered.map(i64::from),
            accepted: a.tpdu_size.accepted.map(i64::from),
        };
        key("tpdu-size", asked(&size));
    }
    if !a.session.version.is_empty() {
        let part = |bits: Option<u8>| match bits {
            Some(bits) => versions(bits).iter().map(u8::to_string).collect::<Vec<_>>().join("+"),
            None => "?".to_owned(),
        };
        key(
            "session-version",
            format!("{}/{}", part(a.session.version.offered), part(a.session.version.accepted)),
        );
    }
    if !a.session.functional_units.is_empty() {
        let part = |units: Option<u16>| units.map_or_else(|| "?".to_owned(), |units| format!("{units:04x}"));
        let units = &a.session.functional_units;
        key("functional-units", format!("{}/{}", part(units.offered), part(units.accepted)));
    }
    if let Some(mode) = a.presentation.mode {
        key("mode", format!("{}{}", mode.name(), if a.presentation.inferred { " (inferred)" } else { "" }));
    }
    for context in a.presentation.contexts.iter() {
        let result = context.result.map_or("?", presentation::context_result);
        key(
            "context",
            format!("{}:{}:{}", context.id, Oid(&context.abstract_syntax), result.replace(' ', "-")),
        );
    }
    if !a.application_context.is_empty() {
        key("application-context", Oid(&a.application_context).to_string());
    }
    if a.rtse.seen {
        key("checkpoint", asked(&a.rtse.checkpoint_size));
        key("window", asked(&a.rtse.window_size));
        if let Some(mode) = a.rtse.dialogue_mode {
            key("dialogue", rtse::dialogue_mode(mode).to_owned());
        }
        if let Some(protocol) = a.rtse.application_protocol {
            key("protocol", protocol.to_string());
        }
    }
    if a.transfers {
        let done = &a.dialogue.activities;
        key("activities", format!("{}/{}", done.started + done.resumed, done.completed));
        if done.checkpoints > 0 {
            key("checkpoints", done.checkpoints.to_string());
            key("most-unacknowledged", done.most_unacknowledged.to_string());
        }
        key("largest-segment", done.largest_segment.to_string());
    }
    let timers = [
        ("time-to-cc", a.timers.transport),
        ("time-to-ac", a.timers.session),
        ("time-to-bind", a.timers.bind),
        ("longest-checkpoint", a.timers.checkpoint),
        ("longest-activity-end", a.timers.end),
        ("longest-idle", a.timers.idle),
    ];
    for (name, span) in timers {
        if let Some(span) = span {
            key(name, format!("{:.3}s", span.as_secs_f64()));
        }
    }
    key("messages", a.messages.to_string());
    key("octets", format!("{}/{}", a.octets[0], a.octets[1]));
    if a.missing_octets > 0 {
        key("missing-octets", a.missing_octets.to_string());
    }
    let _ = write!(row, " {}", end(a));
    row
}
