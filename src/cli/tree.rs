//! `x400scope tree`: the frame view.

use std::io::Write;

use super::args::{Expand, Options, Tree};
use super::{Status, run};
use crate::render::frames::Frames;
use crate::render::time::TimeStyle;

pub(super) fn run(tree: &Tree, options: &Options) -> anyhow::Result<Status> {
    let settings = run::settings(options, TimeStyle::Absolute);
    let view = Frames::new(run::output(), settings, tree.expand == Some(Expand::All), tree.hex);
    let (view, report) = run::read("tree", &tree.input.files, options, view, |view| Some(view.out()))?;
    view.into_inner().flush()?;
    Ok(run::status(&report))
}
