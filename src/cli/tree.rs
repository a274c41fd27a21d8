//! `x400scope tree`: the frame view.

use std::io::Write;

use super::args::{Expand, Options, Tree};
use super::{Status, common};
use crate::render::frames::Frames;
use crate::render::time::TimeStyle;

pub(super) fn run(tree: &Tree, options: &Options) -> anyhow::Result<Status> {
    let settings = common::settings(options, TimeStyle::Absolute);
    let capture = common::open(&tree.input.files)?;
    let out = common::begin("tree", &tree.input.files, options)?;
    let mut view = Frames::new(out, settings, tree.expand == Some(Expand::All), tree.hex);
    let report = common::read(capture, options, false, &mut view)?;
    view.into_inner()?.flush()?;
    Ok(common::status(&report))
}
