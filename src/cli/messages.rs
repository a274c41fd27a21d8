//! `x400scope messages`: one row a message, probe or report.

use std::io::Write;

use super::args::{Messages as Arguments, Options};
use super::{Status, common};
use crate::render::messages::Messages;
use crate::render::time::TimeStyle;

pub(super) fn run(arguments: &Arguments, options: &Options) -> anyhow::Result<Status> {
    let files = &arguments.input.files;
    let capture = common::open(files)?;
    let out = common::begin("messages", files, options)?;
    let mut view = Messages::new(out, common::settings(options, TimeStyle::Absolute), |_, _| Ok(()));
    let report = common::read(capture, options, false, &mut view)?;
    view.into_inner()?.flush()?;
    Ok(common::status(&report))
}
