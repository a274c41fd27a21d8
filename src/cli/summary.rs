//! `x400scope summary`: one line a PDU.

use std::io::Write;
use std::path::PathBuf;

use super::args::Options;
use super::{Status, run};
use crate::render::summary::Summary;
use crate::render::time::TimeStyle;

pub(super) fn run(files: &[PathBuf], options: &Options) -> anyhow::Result<Status> {
    let view = Summary::new(run::output(), run::settings(options, TimeStyle::Relative));
    let (view, report) = run::read("summary", files, options, view, |view| Some(view.out()))?;
    view.into_inner().flush()?;
    Ok(run::status(&report))
}
