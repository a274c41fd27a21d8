//! Findings, one line each, and the manual entries of rules.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::findings::{Finding, Severity};

use super::escape::escape;
use super::manual;
use super::output::json_line;
use super::records::FindingRecord;
use super::settings::Settings;

/// Writes a finding on one line; with `explain`, its rule's manual entry below.
///
/// # Errors
/// Those of the output.
pub fn write<W: Write>(out: &mut W, finding: &Finding, settings: &Settings, explain: bool) -> io::Result<()> {
    if settings.json {
        return json_line(out, &FindingRecord::new(finding));
    }
    let style = if settings.colour { colour(finding.severity) } else { Style::new() };
    write!(out, "{style}{:<7}{style:#} {}", finding.severity, finding.rule.id)?;
    match finding.association() {
        Some(number) => write!(out, " A{number}")?,
        None => out.write_all(b" -")?,
    }
    if let Some(frame) = finding.frame {
        write!(out, " frame {frame}")?;
    }
    if let Some(time) = finding.time {
        write!(out, " {}", settings.clock.show(time))?;
    }
    if let (Some(from), Some(to)) = (finding.from, finding.to) {
        write!(out, " {from} > {to}")?;
    }
    write!(out, " {}", escape(&finding.message))?;
    if let Some(events) = finding.events() {
        write!(out, " {events}")?;
    }
    if finding.count > 1 {
        write!(out, " Seen {} times", finding.count)?;
        if let Some(last) = finding.last_frame {
            write!(out, ", last in frame {last}")?;
        }
        if let (2.., Some(last)) = (finding.associations.len(), finding.associations.last()) {
            write!(out, " (A{last})")?;
        }
        out.write_all(b".")?;
    }
    if let Some((rule, frame)) = finding.cause.filter(|(rule, _)| rule.id != finding.rule.id) {
        write!(out, " It follows from {}", rule.id)?;
        match frame {
            Some(frame) => write!(out, " in frame {frame}.")?,
            None => out.write_all(b".")?,
        }
    }
    writeln!(out, " [{}]", finding.rule.references.join("; "))?;
    if explain {
        for (what, text) in manual::parts(finding.rule) {
            writeln!(out, "    {what}: {text}")?;
        }
        if let Some(evidence) = &finding.evidence {
            let octets: Vec<String> = evidence.octets.iter().map(|octet| format!("{octet:02X}")).collect();
            writeln!(
                out,
                "    Evidence: {} at offset {}: {}",
                evidence.field,
                evidence.offset,
                octets.join(" ")
            )?;
        }
        writeln!(out, "    Certainty: {}", finding.certainty.name())?;
    }
    Ok(())
}

fn colour(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Cyan,
    };
    colour.on_default().bold()
}
