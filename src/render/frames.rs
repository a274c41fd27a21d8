//! The frame view: every frame with its layers, as text or JSON.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use crate::capture::Place;
use crate::layers::stack::Now;
use crate::pipeline::{Read, View};
use crate::tree::Tree;

use super::frame::FrameView;
use super::marks::{Mark, Marks, is_shown};
use super::page::Page;
use super::secrets::Secrets;
use super::settings::Settings;
use super::tree_json::{self, Objects};
use super::{hex, tree_text};

/// Writes the frame view as the capture is read.
#[derive(Debug)]
pub struct Frames<W> {
    page: Page<W>,
    settings: Settings,
    expand_all: bool,
    hex: bool,
    tree: Tree,
    objects: Objects,
    started: bool,
    written: bool,
}

impl<W: Write> Frames<W> {
    /// The output, when everything is written.
    ///
    /// # Errors
    /// Those of the output.
    pub fn into_inner(self) -> io::Result<W> {
        self.page.into_inner()
    }

    /// A frame view on `out`. `expand_all` opens the layers below TPKT, `hex` adds the octets of each frame.
    pub fn new(out: W, settings: Settings, expand_all: bool, hex: bool) -> Self {
        Frames {
            page: Page::new(out),
            settings,
            expand_all,
            hex,
            tree: Tree::new(),
            objects: Objects::default(),
            started: false,
            written: false,
        }
    }
}

impl<W: Write> View for Frames<W> {
    type Sink = Tree;

    fn sink(&mut self) -> &mut Tree {
        &mut self.tree
    }

    fn wants_lower_fields(&self) -> bool {
        self.settings.json || self.expand_all
    }

    fn begin(&mut self, now: Now) {
        if !std::mem::replace(&mut self.started, true) {
            self.settings.clock.start = now.time;
        }
        self.tree.clear();
    }

    fn frame(&mut self, read: &Read<'_>) -> io::Result<()> {
        let frame = read.frame;
        let association = read.association.map(|association| association.number);
        if !self.settings.shows(Some(frame.number), association) {
            return Ok(());
        }
        let here = |place: Place| place.frame == frame.number || is_shown(&self.tree, place);
        let marks = read.marks.iter().filter(|mark| here(mark.place)).map(|mark| Mark {
            place: mark.place,
            length: mark.length,
            field: mark.field,
            rule: mark.rule.id,
            text: mark.text,
        });
        let marks = Marks::new(&self.tree, marks.collect());
        let secrets = match self.settings.show_secrets {
            true => Secrets::Shown,
            false => Secrets::masked(&self.tree),
        };
        let view = FrameView {
            number: frame.number,
            time: frame.time,
            ends: read.ends,
            association: association.map(u64::from),
            tree: &self.tree,
            marks: &marks,
            secrets: &secrets,
        };
        let page = &mut self.page;
        let mut write = || -> fmt::Result {
            if self.settings.json {
                return tree_json::write(page, &view, &mut self.objects);
            }
            if std::mem::replace(&mut self.written, true) {
                page.write_char('\n')?;
            }
            tree_text::write(page, &view, &self.settings.clock, self.expand_all)?;
            if self.hex {
                hex::write(page, frame.number, frame.octets, &marks.places(), &secrets)?;
            }
            Ok(())
        };
        // The only error there is is that of the output.
        let _ = write();
        self.page.check()
    }
}
