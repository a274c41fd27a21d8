//! `x400scope summary`: one line a PDU.

use std::io::Write;
use std::path::PathBuf;

use super::args::Options;
use super::{Status, common};
use crate::render::summary::Summary;
use crate::render::time::TimeStyle;

pub(super) fn run(files: &[PathBuf], options: &Options) -> anyhow::Result<Status> {
    let capture = common::open(files)?;
    let out = common::begin("summary", files, options)?;
    let mut view = Summary::new(out, common::settings(options, TimeStyle::Relative));
    let report = common::read(capture, options, false, &mut view)?;
    view.into_inner()?.flush()?;
    Ok(common::status(&report))
}
