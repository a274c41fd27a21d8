//! `x400scope overview`: what is in the capture, and what to do next.

use std::io::Write;
use std::path::PathBuf;

use super::args::Options;
use super::{Status, common};
use crate::render::overview::Overview;
use crate::render::time::TimeStyle;

pub(super) fn run(files: &[PathBuf], options: &Options) -> anyhow::Result<Status> {
    let capture = common::open(files)?;
    let mut out = common::begin("overview", files, options)?;
    let mut view = Overview::new(common::settings(options, TimeStyle::Absolute));
    let report = common::read(capture, options, false, &mut view)?;
    let status = common::status(&report);
    view.write(&mut out, report)?;
    out.flush()?;
    Ok(status)
}
