//! The overview: what is in the capture, and what to do next.

use std::io::{self, Write};

use serde::Serialize;

use crate::analysis::{Association, Message, Outcome, Status};
use crate::capture::FrameNo;
use crate::findings::{Finding, Severity};
use crate::layers::stack::Now;
use crate::pipeline::{Report, View};
use crate::tree::Nothing;

use super::associations::{end, title};
use super::escape::escape;
use super::findings;
use super::messages;
use super::output::json_line;
use super::records::{AssociationRecord, FindingRecord};
use super::settings::Settings;
use super::time::rfc3339;

/// How many associations and findings the text lists; the other commands list them all.
const LISTED: usize = 20;

const OUTCOMES: [Outcome; 6] = [
    Outcome::Released,
    Outcome::Refused,
    Outcome::Aborted,
    Outcome::Disconnected,
    Outcome::Open,
    Outcome::Unanswered,
];

const STATUSES: [Status; 5] =
    [Status::Transferred, Status::Resumed, Status::Incomplete, Status::Interrupted, Status::Discarded];

/// Collects what the overview needs while the capture is read.
#[derive(Debug)]
pub struct Overview {
    settings: Settings,
    sink: Nothing,
    first: Option<Now>,
    last: Option<Now>,
    by_outcome: [u64; OUTCOMES.len()],
    /// The associations that the text lists: those that did not end well first, by number.
    listed: Vec<(bool, Association)>,
    by_status: [u64; STATUSES.len()],
    /// The messages that the text lists, those that were not transferred first: the frame of their end, their line and
    /// their associations.
    messages: Vec<(bool, FrameNo, String, Vec<u32>)>,
}

impl Overview {
    /// An overview with these settings.
    pub fn new(settings: Settings) -> Overview {
        Overview {
            settings,
            sink: Nothing,
            first: None,
            last: None,
            by_outcome: [0; 6],
            listed: Vec::new(),
            by_status: [0; 5],
            messages: Vec::new(),
        }
    }

    /// Writes the overview.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write<W: Write>(mut self, out: &mut W, report: Report) -> io::Result<()> {
        self.settings.clock.start = self.first.map(|now| now.time).unwrap_or_default();
        if self.settings.json { self.write_json(out, report) } else { self.write_text(out, report) }
    }

    fn write_text<W: Write>(self, out: &mut W, report: Report) -> io::Result<()> {
        let clock = &self.settings.clock;
        for file in &report.files {
            let compression: String =
                file.compression.iter().map(|compression| format!(" in {}", compression.name())).collect();
            let name = escape(&file.name);
            writeln!(out, "{name}: {}{compression}, {}", file.format.words(), frames(file.frames))?;
        }
        if let (Some(first), Some(last)) = (self.first, self.last) {
            let seconds = (last.time.0.saturating_sub(first.time.0)) as f64 / 1e9;
            writeln!(
                out,
                "{}, {} to {} ({seconds:.3} s)",
                frames(report.frames),
                clock.show(first.time),
                clock.show(last.time)
            )?;
        } else {
            writeln!(out, "no frames")?;
        }

        let total: u64 = self.by_outcome.iter().sum();
        let counts = OUTCOMES.iter().zip(self.by_outcome).filter(|(_, count)| *count > 0);
        let counts: Vec<String> =
            counts.map(|(outcome, count)| format!("{count} {}", outcome.name())).collect();
        writeln!(out)?;
        match counts.is_empty() {
            true => writeln!(out, "No associations: nothing in this capture is RFC 1006 or SMTP.")?,
            false => writeln!(out, "Associations: {total} ({})", counts.join(", "))?,
        }
        for (_, a) in &self.listed {
            writeln!(
                out,
                "  A{:<3} {:<15} {} > {}  frames {}-{}  {}{}",
                a.number,
                title(a),
                a.initiator,
                a.responder,
                a.first_frame,
                a.last_frame,
                end(a),
                match a.messages {
                    0 => String::new(),
                    1 => "; 1 message".to_owned(),
                    count => format!("; {count} messages"),
                }
            )?;
        }
        more(out, total.saturating_sub(self.listed.len() as u64), "associations")?;

        let total: u64 = self.by_status.iter().sum();
        if total > 0 {
            let counts = STATUSES.iter().zip(self.by_status).filter(|(_, count)| *count > 0);
            let counts: Vec<String> =
                counts.map(|(status, count)| format!("{count} {}", status.name())).collect();
            writeln!(out)?;
            writeln!(out, "Messages: {total} ({})", counts.join(", "))?;
        }
        for (_, _, line, _) in &self.messages {
            writeln!(out, "  {line}")?;
        }
        more(out, total.saturating_sub(self.messages.len() as u64), "messages")?;

        let dropped = report.collector.dropped();
        let all = report.collector.into_findings();
        let counts = severities(&all);
        let words: Vec<String> = counts
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(severity, count)| {
                format!("{count} {}{}", severity.name(), if *count == 1 { "" } else { "s" })
            })
            .collect();
        writeln!(out)?;
        match words.is_empty() {
            true => writeln!(out, "Findings: none")?,
            false => writeln!(out, "Findings: {}", words.join(", "))?,
        }
        let mut ranked: Vec<&Finding> = all.iter().collect();
        ranked.sort_by_key(|finding| std::cmp::Reverse((finding.severity, finding.certainty)));
        for finding in ranked.iter().take(LISTED) {
            out.write_all(b"  ")?;
            findings::write(out, finding, &self.settings, false)?;
        }
        more(out, (ranked.len().saturating_sub(LISTED)) as u64 + dropped, "findings")?;

        let steps = self.steps(&ranked);
        writeln!(out)?;
        if steps.is_empty() {
            return writeln!(out, "What to do next: nothing in this capture calls for a change.");
        }
        writeln!(out, "What to do next")?;
        for (number, step) in (1..).zip(&steps) {
            write!(out, "  {number}. {}", step.remedy)?;
            match step.rule {
                Some(rule) => writeln!(out, " ({rule}{})", on(&step.associations))?,
                None => writeln!(out)?,
            }
        }
        Ok(())
    }

    /// What to do next, most important first: the remedies of what was found, each once, then where to look for what
    /// no finding explains. Notes call for nothing.
    fn steps(&self, ranked: &[&Finding]) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for finding in ranked.iter().filter(|finding| finding.severity > Severity::Note) {
            match steps.iter_mut().find(|step| step.rule == Some(finding.rule.id)) {
                Some(step) => step.associations.extend(&finding.associations),
                None => steps.push(Step {
                    rule: Some(finding.rule.id),
                    remedy: finding.rule.remedy.to_owned(),
                    associations: finding.associations.clone(),
                }),
            }
        }
        for step in &mut steps {
            step.associations.sort_unstable();
            step.associations.dedup();
        }
        let explained = |number: u32| steps.iter().any(|step| step.associations.contains(&number));
        let failed =
            self.listed.iter().find(|(well, a)| !well && !explained(a.number)).map(|(_, a)| a.number);
        let lost = |associations: &[u32]| associations.iter().all(|number| !explained(*number));
        let lost = self.messages.iter().find(|(well, _, _, on)| !well && lost(on)).map(|(_, _, _, on)| on);
        let failed = failed.map(|number| Step {
            rule: None,
            remedy: format!(
                "Look at the associations that did not end in order, A{number} first: its reason names the layer and \
                 the code; `x400scope summary --association {number}` shows its course."
            ),
            associations: vec![number],
        });
        let lost = lost.and_then(|associations| associations.last()).map(|number| Step {
            rule: None,
            remedy: format!(
                "Look at the messages whose transfer this capture does not show completed, that of A{number} first: \
                 `x400scope messages` tells how far each came, and whether it was sent again."
            ),
            associations: vec![*number],
        });
        steps.into_iter().chain(failed).chain(lost).collect()
    }

    fn write_json<W: Write>(self, out: &mut W, report: Report) -> io::Result<()> {
        let all = report.collector.into_findings();
        let mut ranked: Vec<&Finding> = all.iter().collect();
        ranked.sort_by_key(|finding| std::cmp::Reverse((finding.severity, finding.certainty)));
        let by_outcome = OUTCOMES.iter().zip(self.by_outcome).filter(|(_, count)| *count > 0);
        json_line(
            out,
            &Record {
                record: "overview",
                files: report
                    .files
                    .iter()
                    .map(|file| FileRecord {
                        name: &file.name,
                        format: file.format.words().to_string(),
                        compression: file.compression.iter().map(|compression| compression.name()).collect(),
                        frames: file.frames,
                    })
                    .collect(),
                frames: report.frames,
                first: self.first.map(|now| rfc3339(now.time).to_string()),
                last: self.last.map(|now| rfc3339(now.time).to_string()),
                associations: by_outcome.map(|(outcome, count)| (outcome.name(), count)).collect(),
                findings: severities(&all)
                    .iter()
                    .map(|(severity, count)| (severity.name(), *count))
                    .collect(),
                messages: STATUSES
                    .iter()
                    .zip(self.by_status)
                    .filter(|(_, count)| *count > 0)
                    .map(|(status, count)| (status.name(), count))
                    .collect(),
                damaged: report.damaged,
                next: self.steps(&ranked),
            },
        )?;
        for (_, association) in &self.listed {
            json_line(out, &AssociationRecord::new(association))?;
        }
        all.iter().try_for_each(|finding| json_line(out, &FindingRecord::new(finding)))
    }
}

#[derive(Serialize)]
struct Record<'a> {
    #[serde(rename = "type")]
    record: &'static str,
    files: Vec<FileRecord<'a>>,
    frames: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    associations: std::collections::BTreeMap<&'static str, u64>,
    findings: std::collections::BTreeMap<&'static str, u64>,
    messages: std::collections::BTreeMap<&'static str, u64>,
    damaged: bool,
    next: Vec<Step>,
}

#[derive(Serialize)]
struct FileRecord<'a> {
    name: &'a str,
    format: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    compression: Vec<&'static str>,
    frames: u64,
}

/// Something to do.
#[derive(Serialize)]
struct Step {
    /// The rule whose remedy it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    remedy: String,
    /// Where it shows.
    associations: Vec<u32>,
}

/// The associations of a step, for the end of its line.
fn on(associations: &[u32]) -> String {
    match associations {
        [] => String::new(),
        [one] => format!(", A{one}"),
        [first, rest @ ..] => format!(", A{first} and {} more", rest.len()),
    }
}

fn severities(findings: &[Finding]) -> [(Severity, u64); 3] {
    [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
        (severity, findings.iter().filter(|finding| finding.severity == severity).count() as u64)
    })
}

/// A number of frames in words.
fn frames(count: u64) -> String {
    format!("{count} {}", if count == 1 { "frame" } else { "frames" })
}

fn more<W: Write>(out: &mut W, count: u64, command: &str) -> io::Result<()> {
    match count {
        0 => Ok(()),
        count => writeln!(out, "  … and {count} more: x400scope {command}"),
    }
}

impl View for Overview {
    type Sink = Nothing;

    fn sink(&mut self) -> &mut Nothing {
        &mut self.sink
    }

    fn begin(&mut self, now: Now) {
        self.first = self.first.or(Some(now));
        self.last = Some(now);
    }

    fn message(&mut self, message: Message) {
        if let Some(index) = STATUSES.iter().position(|status| *status == message.status) {
            self.by_status[index] += 1;
        }
        let well = matches!(message.status, Status::Transferred | Status::Resumed);
        let frame = message.last_frame;
        let at = self.messages.partition_point(|(w, f, ..)| (*w, *f) <= (well, frame));
        if at < LISTED {
            self.messages.insert(at, (well, frame, messages::line(&message), message.associations));
            self.messages.truncate(LISTED);
        }
    }

    fn association(&mut self, association: Association) -> io::Result<()> {
        if let Some(index) = OUTCOMES.iter().position(|outcome| *outcome == association.outcome) {
            self.by_outcome[index] += 1;
        }
        let well = matches!(association.outcome, Outcome::Released | Outcome::Open);
        let rank = |well: bool, number: u32| (well, number);
        let at = self.listed.partition_point(|(w, a)| rank(*w, a.number) < rank(well, association.number));
        if at < LISTED {
            self.listed.insert(at, (well, association));
            self.listed.truncate(LISTED);
        }
        Ok(())
    }
}
