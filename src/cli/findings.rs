//! `x400scope findings`: one line a finding.

use std::io::Write;

use anyhow::bail;

use super::args::{FailOn, Findings, Options, RulePrefix};
use super::{Status, common};
use crate::findings::{Finding, Severity, all};
use crate::layers::stack::Now;
use crate::pipeline::View;
use crate::render::findings;
use crate::render::time::TimeStyle;
use crate::tree::Nothing;

/// Findings are collected by the pipeline; all the view has to see is when the capture begins.
#[derive(Default)]
struct First(Nothing, Option<Now>);

impl View for First {
    type Sink = Nothing;

    fn sink(&mut self) -> &mut Nothing {
        &mut self.0
    }

    fn begin(&mut self, now: Now) {
        self.1 = self.1.or(Some(now));
    }
}

pub(super) fn run(arguments: &Findings, options: &Options) -> anyhow::Result<Status> {
    for prefix in arguments.select.iter().chain(&arguments.ignore) {
        if !all().any(|rule| prefix.matches(rule.id)) {
            bail!("there is no rule `{}`; `x400scope explain` lists all rules", prefix.as_str());
        }
    }
    let mut settings = common::settings(options, TimeStyle::Absolute);
    let files = &arguments.input.files;
    let capture = common::open(files)?;
    let mut out = common::begin("findings", files, options)?;
    let mut view = First::default();
    let report = common::read(capture, options, false, &mut view)?;
    settings.clock.start = view.1.map(|now| now.time).unwrap_or_default();
    let usual = common::status(&report);
    let mut worst = None;
    for finding in report.collector.into_findings() {
        if wanted(arguments, &finding) && settings.shows_finding(&finding) {
            worst = worst.max(Some(finding.severity));
            findings::write(&mut out, &finding, &settings, arguments.explain)?;
        }
    }
    out.flush()?;
    let limit = arguments.fail_on.map(|fail_on| match fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Note => Severity::Note,
    });
    let failed = limit.is_some_and(|limit| worst >= Some(limit));
    Ok(if failed { Status::Found } else { usual })
}

fn wanted(arguments: &Findings, finding: &Finding) -> bool {
    let named = |list: &[RulePrefix]| list.iter().any(|prefix| prefix.matches(finding.rule.id));
    (arguments.select.is_empty() || named(&arguments.select)) && !named(&arguments.ignore)
}
