//! The manual of the rules: as `explain` prints it, and as the document that is made from it.

use std::io::{self, Write};

use serde::Serialize;

use crate::findings::{Rule, all};

use super::output::json_line;

/// The parts of a manual entry.
pub fn parts(rule: &Rule) -> impl Iterator<Item = (&'static str, &'static str)> {
    let parts = [("Why it matters", rule.why), ("How it is told", rule.told_by), ("What to do", rule.remedy)];
    parts.into_iter().chain(rule.events().map(|events| ("What Exchange logs", events)))
}

/// Writes a rule on one line.
///
/// # Errors
/// Those of the output.
pub fn write_line<W: Write>(out: &mut W, rule: &Rule) -> io::Result<()> {
    writeln!(out, "{:<8} {:<34} {}", rule.severity, rule.id, rule.title)
}

/// Writes the manual entry of a rule.
///
/// # Errors
/// Those of the output.
pub fn write_entry<W: Write>(out: &mut W, rule: &Rule) -> io::Result<()> {
    writeln!(out, "{}: {}", rule.id, rule.title)?;
    writeln!(out, "Severity: {}; certainty: {}", rule.severity, rule.certainty.name())?;
    for (what, text) in parts(rule) {
        writeln!(out, "{what}: {text}")?;
    }
    writeln!(out, "References: {}\n", rule.references.join("; "))
}

/// Writes the manual entry of a rule as JSON.
///
/// # Errors
/// Those of the output.
pub fn write_json<W: Write>(out: &mut W, rule: &Rule) -> io::Result<()> {
    #[derive(Serialize)]
    struct Record {
        #[serde(rename = "type")]
        record: &'static str,
        rule: &'static str,
        severity: &'static str,
        certainty: &'static str,
        title: &'static str,
        why: &'static str,
        told_by: &'static str,
        remedy: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        events: Option<&'static str>,
        references: &'static [&'static str],
    }
    json_line(
        out,
        &Record {
            record: "rule",
            rule: rule.id,
            severity: rule.severity.name(),
            certainty: rule.certainty.name(),
            title: rule.title,
            why: rule.why,
            told_by: rule.told_by,
            remedy: rule.remedy,
            events: rule.events(),
            references: rule.references,
        },
    )
}

/// The manual of all rules as a Markdown document: docs/findings.md.
pub fn document() -> String {
    let mut text = String::from(
        "# Findings\n\nMade from the table of rules; `x400scope explain RULE` prints the same.\n",
    );
    for rule in all() {
        text.push_str(&format!("\n## {}\n\n", rule.id));
        text.push_str(&format!(
            "{}. Severity {}, certainty {}.\n",
            capital(rule.title),
            rule.severity,
            rule.certainty.name()
        ));
        for (what, words) in parts(rule) {
            text.push_str(&format!("\n**{what}.** {words}\n"));
        }
        text.push_str(&format!("\n**References.** {}.\n", rule.references.join("; ")));
    }
    text
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
