//! Messages, probes and reports, one row each.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use serde::Serialize;

use crate::analysis::{Message, Status};
use crate::capture::Timestamp;
use crate::layers::p1::{ApduKind, ContentType, Recipient, ReportType};
use crate::layers::p1_words;
use crate::layers::stack::Now;
use crate::pipeline::View;
use crate::tree::{Digits as _, Nothing};

use super::escape::escape;
use super::output::json_line;
use super::settings::Settings;
use super::time::{Clock, rfc3339};

/// How many recipients a row names; JSON has them all.
const NAMED: usize = 16;

/// Writes a row for every message, in the order of their ends, and hands each on.
#[derive(Debug)]
pub struct Messages<W, F> {
    out: W,
    settings: Settings,
    sink: Nothing,
    failed: Option<io::Error>,
    started: bool,
    each: Option<F>,
}

impl<W: Write, F: FnMut(&Message, &str) -> io::Result<()>> Messages<W, F> {
    /// Rows on `out`; `each`, if there is one, is given every message that is shown, with its JSON record.
    pub fn new(out: W, settings: Settings, each: Option<F>) -> Self {
        Messages { out, settings, sink: Nothing, failed: None, started: false, each }
    }

    /// The output, when everything is written.
    ///
    /// # Errors
    /// The first that the output or `each` had.
    pub fn into_inner(self) -> io::Result<W> {
        match self.failed {
            Some(error) => Err(error),
            None => Ok(self.out),
        }
    }

    fn write(&mut self, message: &Message) -> io::Result<()> {
        if !self.settings.json {
            writeln!(self.out, "{}", row(message, &self.settings.clock))?;
            if self.each.is_none() {
                return Ok(());
            }
        }
        let mut json = Vec::new();
        json_line(&mut json, &MessageRecord::new(message))?;
        if self.settings.json {
            self.out.write_all(&json)?;
        }
        match &mut self.each {
            Some(each) => each(message, &String::from_utf8_lossy(&json)),
            None => Ok(()),
        }
    }
}

impl<W: Write, F: FnMut(&Message, &str) -> io::Result<()>> View for Messages<W, F> {
    type Sink = Nothing;

    fn sink(&mut self) -> &mut Nothing {
        &mut self.sink
    }

    fn begin(&mut self, now: Now) {
        if !std::mem::replace(&mut self.started, true) {
            self.settings.clock.start = now.time;
        }
    }

    fn message(&mut self, message: Message) {
        let asked = message
            .associations
            .iter()
            .any(|number| self.settings.shows_span(message.first_frame, message.last_frame, Some(*number)));
        if self.failed.is_none() && asked {
            self.failed = self.write(&message).err();
        }
    }

    fn frame(&mut self, _: &crate::pipeline::Read<'_>) -> io::Result<()> {
        self.failed.take().map_or(Ok(()), Err)
    }
}

/// The name of a content type: `P22 (22)`.
pub fn content_type(content_type: &ContentType) -> String {
    match content_type {
        ContentType::BuiltIn(number) => match p1_words::content_type(*number) {
            Some(name) => format!("{name} ({number})"),
            None => number.to_string(),
        },
        ContentType::Extended(oid) => match crate::layers::oid_name(oid) {
            Some(name) => format!("{name} ({content_type})"),
            None => content_type.to_string(),
        },
    }
}

/// What is said of a recipient in a report.
fn said(recipient: &Recipient) -> String {
    let mut words = match &recipient.report {
        Some(ReportType::Delivered(Some(time))) => format!("delivered {time}"),
        Some(ReportType::Delivered(None)) => "delivered".to_owned(),
        Some(ReportType::NonDelivered { reason, diagnostic }) => {
            let mut words = format!("not delivered: {} ({reason})", p1_words::reason(*reason));
            if let Some(code) = diagnostic {
                let _ = write!(words, ", {} ({code})", p1_words::diagnostic(*code));
            }
            words
        }
        None => return String::new(),
    };
    if let Some(more) = &recipient.supplementary {
        let _ = write!(words, ", \"{}\"", escape(more));
    }
    words
}

/// What a message says of itself, as `key=value` pairs: for its row and for the summary.
pub fn describe(out: &mut String, message: &crate::layers::p1::Apdu) {
    // Writing to a String does not fail.
    let _ = write_keys(out, message);
}

fn write_keys(out: &mut String, message: &crate::layers::p1::Apdu) -> fmt::Result {
    let mut cell = String::with_capacity(120);
    let mut name = |out: &mut String, key: &str, name: &dyn fmt::Display| {
        cell.clear();
        write!(cell, "{name}")?;
        escape(&cell).write(begin(out, key))
    };
    name(out, "id", &message.id)?;
    let from = if message.kind == ApduKind::Report { "destination" } else { "originator" };
    name(out, from, &message.originator)?;
    for recipient in message.recipients.iter().take(NAMED) {
        name(out, "recipient", &recipient.address)?;
        let said = said(recipient);
        if !said.is_empty() {
            write!(begin(out, "result"), "({said})")?;
        }
    }
    if message.recipients.len() > NAMED {
        begin(out, "recipients").decimal(message.recipients.len() as u64)?;
    }
    if let Some(kind) = &message.content_type {
        write!(begin(out, "content-type"), "{}", content_type(kind))?;
    }
    if let Some(length) = message.content_length {
        begin(out, "content-length").decimal(length)?;
    }
    if message.priority.is_some_and(|priority| priority != 0) {
        write!(begin(out, "priority"), "{}", message.priority_name())?;
    }
    if let Some(subject) = &message.subject {
        name(out, "subject-id", subject)?;
    }
    let Some(ipm) = &message.ipm else { return Ok(()) };
    let mut text = |key: &str, text: &str| {
        let out = begin(out, key);
        out.push('"');
        escape(text).write(out)?;
        out.write_char('"')
    };
    text(if ipm.notification { "notification-of" } else { "ipm" }, &ipm.id)?;
    ipm.subject.as_ref().map_or(Ok(()), |subject| text("subject", subject))
}

/// Where the value of a key is to be written.
pub(super) fn begin<'a>(out: &'a mut String, key: &str) -> &'a mut String {
    out.push(' ');
    out.push_str(key);
    out.push('=');
    out
}

/// A message in one short line, for the overview.
pub fn line(m: &Message) -> String {
    let associations: Vec<String> = m.associations.iter().map(|number| format!("A{number}")).collect();
    let kind = if m.known { m.apdu.kind.name() } else { "unknown" };
    let mut line = format!("{kind:<7} {:<11} {}", m.status.name(), associations.join("+"));
    if m.known {
        let _ = write!(
            line,
            " {} from {}",
            escape(&m.apdu.id.to_string()),
            escape(&m.apdu.originator.to_string())
        );
        if let Some(recipient) = m.apdu.recipients.first() {
            let _ = write!(line, " to {}", escape(&recipient.address.to_string()));
        }
        if m.apdu.recipients.len() > 1 {
            let _ = write!(line, " and {} more", m.apdu.recipients.len() - 1);
        }
        if let Some(subject) = m.apdu.ipm.as_ref().and_then(|ipm| ipm.subject.as_deref()) {
            let _ = write!(line, " \"{}\"", escape(subject));
        }
    }
    if let Some(words) = remark(m) {
        let _ = write!(line, " ({words})");
    }
    line
}

fn row(m: &Message, clock: &Clock) -> String {
    let associations: Vec<String> = m.associations.iter().map(|number| format!("A{number}")).collect();
    let mut row = format!(
        "{:<7} {:<11} {:<4} {:>21} > {:<21} frames {}-{} started={} ended={} duration={}",
        if m.known { m.apdu.kind.name() } else { "unknown" },
        m.status.name(),
        associations.join("+"),
        m.from.to_string(),
        m.to.to_string(),
        m.first_frame,
        m.last_frame,
        clock.show(m.started),
        clock.show(m.ended),
        seconds(m.started, m.ended),
    );
    if m.known {
        describe(&mut row, &m.apdu);
        for (hop, delay) in delays(m) {
            let _ = write!(row, " hop={}:{delay}s", escape(&hop));
        }
    }
    let _ = write!(row, " octets={}", m.octets);
    if let Some(words) = remark(m) {
        let _ = write!(row, " ({words})");
    }
    row
}

fn seconds(from: Timestamp, to: Timestamp) -> String {
    let nanos = to.0.saturating_sub(from.0).max(0);
    format!("{}.{:03}s", nanos / 1_000_000_000, nanos / 1_000_000 % 1000)
}

/// What else is to be said of a message.
fn remark(m: &Message) -> Option<String> {
    let mut words = Vec::new();
    if m.unacknowledged && m.unheard {
        words.push(
            "sent to its end; nothing of the receiver was captured, so its acknowledgement is not known"
                .to_owned(),
        );
    } else if m.unacknowledged && m.capture_ends {
        words.push("sent to its end; the capture ends before its acknowledgement".to_owned());
    } else if m.unacknowledged {
        words.push("sent to its end, never acknowledged".to_owned());
    } else if m.capture_ends {
        words.push(format!("the capture ends after {} octets of it", m.octets));
    } else if m.status == Status::Incomplete {
        words.push(format!("cut off after {} octets", m.octets));
    }
    if m.holes {
        words.push("octets of it were not captured".to_owned());
    }
    if m.differs {
        words.push("octets that were sent again differ from those sent first".to_owned());
    }
    if let Some(frame) = m.repeats {
        words.push(format!("the same identifier was transferred in frame {frame} before"));
    }
    if let Some(frame) = m.subject.map(|subject| subject.frame) {
        words.push(format!("about the message of frame {frame}"));
    }
    (!words.is_empty()).then(|| words.join("; "))
}

/// How long the message took from each domain of its trace to the next, in seconds by the domains' own clocks.
fn delays(m: &Message) -> Vec<(String, i64)> {
    let hop = |pair: &[crate::layers::p1::TraceElement]| {
        let (from, to) = (pair[0].arrival.as_ref()?.timestamp()?, pair[1].arrival.as_ref()?.timestamp()?);
        Some((pair[1].domain.to_string(), to.as_second().saturating_sub(from.as_second())))
    };
    m.apdu.trace.windows(2).filter_map(hop).collect()
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ContentTypeRecord {
    BuiltIn(i64),
    Extended(String),
}

#[derive(Debug, Serialize)]
struct RecipientRecord {
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<i64>,
}

#[derive(Debug, Serialize)]
struct TraceRecord {
    domain: String,
    arrival_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct IpmRecord<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    user: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    notification: bool,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum DeliveredRecord {
    At(String),
    Yes(bool),
}

#[derive(Debug, Serialize)]
struct ReportRecipientRecord {
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered: Option<DeliveredRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostic: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostic_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplementary: Option<String>,
}

#[derive(Debug, Serialize)]
struct ReportRecord {
    subject_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_frame: Option<u64>,
    recipients: Vec<ReportRecipientRecord>,
}

/// A message as JSON.
#[derive(Debug, Serialize)]
struct MessageRecord<'a> {
    #[serde(rename = "type")]
    record: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    associations: &'a [u32],
    from: String,
    to: String,
    first_frame: u64,
    last_frame: u64,
    started: String,
    ended: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    originator: Option<String>,
    recipients: Vec<RecipientRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<ContentTypeRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<&'static str>,
    status: &'static str,
    octets: u64,
    trace: Vec<TraceRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipm: Option<IpmRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<ReportRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeats_frame: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
}

impl<'a> MessageRecord<'a> {
    fn new(m: &'a Message) -> MessageRecord<'a> {
        let apdu = &m.apdu;
        let is_report = apdu.kind == ApduKind::Report;
        let report = is_report.then(|| ReportRecord {
            subject_id: apdu.subject.as_ref().map(ToString::to_string).unwrap_or_default(),
            subject_frame: m.subject.map(|subject| subject.frame.0),
            recipients: apdu.recipients.iter().map(report_recipient).collect(),
        });
        let recipients = match is_report {
            true => Vec::new(),
            false => apdu
                .recipients
                .iter()
                .map(|recipient| RecipientRecord {
                    address: recipient.address.to_string(),
                    number: recipient.number,
                })
                .collect(),
        };
        MessageRecord {
            record: "message",
            kind: m.known.then(|| apdu.kind.name()),
            id: m.known.then(|| apdu.id.to_string()),
            associations: &m.associations,
            from: m.from.to_string(),
            to: m.to.to_string(),
            first_frame: m.first_frame.0,
            last_frame: m.last_frame.0,
            started: rfc3339(m.started).to_string(),
            ended: rfc3339(m.ended).to_string(),
            originator: m.known.then(|| apdu.originator.to_string()),
            recipients,
            content_type: apdu.content_type.as_ref().map(|kind| match kind {
                ContentType::BuiltIn(number) => ContentTypeRecord::BuiltIn(*number),
                ContentType::Extended(_) => ContentTypeRecord::Extended(kind.to_string()),
            }),
            content_length: apdu.content_length,
            priority: (m.known && apdu.kind == ApduKind::Message).then(|| apdu.priority_name()),
            status: m.status.name(),
            octets: m.octets,
            trace: apdu
                .trace
                .iter()
                .map(|element| TraceRecord {
                    domain: element.domain.to_string(),
                    arrival_time: element
                        .arrival
                        .map_or_else(|| element.arrival_text.clone(), |time| time.to_string()),
                    action: element.action.map(|action| if action == 0 { "relayed" } else { "rerouted" }),
                })
                .collect(),
            ipm: apdu.ipm.as_ref().map(|ipm| IpmRecord {
                id: &ipm.id,
                user: ipm.user.to_string(),
                subject: ipm.subject.as_deref(),
                notification: ipm.notification,
            }),
            report,
            repeats_frame: m.repeats.map(|frame| frame.0),
            remark: remark(m),
        }
    }
}

fn report_recipient(recipient: &Recipient) -> ReportRecipientRecord {
    let (delivered, reason, diagnostic) = match &recipient.report {
        Some(ReportType::Delivered(Some(time))) => (Some(DeliveredRecord::At(time.to_string())), None, None),
        Some(ReportType::Delivered(None)) => (Some(DeliveredRecord::Yes(true)), None, None),
        Some(ReportType::NonDelivered { reason, diagnostic }) => (None, Some(*reason), *diagnostic),
        None => (None, None, None),
    };
    ReportRecipientRecord {
        address: recipient.address.to_string(),
        number: recipient.number,
        delivered,
        reason,
        reason_name: reason.map(p1_words::reason),
        diagnostic,
        diagnostic_name: diagnostic.map(p1_words::diagnostic),
        supplementary: recipient.supplementary.clone(),
    }
}
