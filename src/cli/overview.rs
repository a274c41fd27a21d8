//! `x400scope overview`: what is in the capture, and what to do next.

use std::io::Write;
use std::path::PathBuf;

use super::args::Options;
use super::{Status, run};
use crate::render::overview::Overview;
use crate::render::time::TimeStyle;

pub(super) fn run(files: &[PathBuf], options: &Options) -> anyhow::Result<Status> {
    let view = Overview::new(run::settings(options, TimeStyle::Absolute));
    let mut out = run::output();
    let (view, report) = run::read("overview", files, options, view, |_| Some(&mut out))?;
    let status = run::status(&report);
    view.write(&mut out, report)?;
    out.flush()?;
    Ok(status)
}
