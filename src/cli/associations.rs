//! `x400scope associations`: one row an association.

use std::io::Write;
use std::path::PathBuf;

use super::args::Options;
use super::{Status, run};
use crate::render::associations::Associations;
use crate::render::time::TimeStyle;

pub(super) fn run(files: &[PathBuf], options: &Options) -> anyhow::Result<Status> {
    let view = Associations::new(run::output(), run::settings(options, TimeStyle::Absolute));
    let (view, report) = run::read("associations", files, options, view, |view| Some(view.out()))?;
    view.into_inner().flush()?;
    Ok(run::status(&report))
}
