//! `x400scope associations`: one row an association.

use std::io::Write;
use std::path::PathBuf;

use super::args::Options;
use super::{Status, common};
use crate::render::associations::Associations;
use crate::render::time::TimeStyle;

pub(super) fn run(files: &[PathBuf], options: &Options) -> anyhow::Result<Status> {
    let capture = common::open(files)?;
    let out = common::begin("associations", files, options)?;
    let mut view = Associations::new(out, common::settings(options, TimeStyle::Absolute));
    let report = common::read(capture, options, false, &mut view)?;
    view.into_inner().flush()?;
    Ok(common::status(&report))
}
