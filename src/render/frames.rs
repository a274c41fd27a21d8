//! The frame view: every frame with its layers, as text or JSON.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use crate::capture::Place;
use crate::layers::stack::Now;
use crate::pipeline::{Read, View};
use crate::tree::Tree;

use super::frame::FrameView;
use super::marks::{Mark, Marks, is_shown};
use super::secrets::Secrets;
use super::settings::Settings;
use super::{hex, tree_json, tree_text};

/// Writes the frame view as the capture is read.
#[derive(Debug)]
pub struct Frames<W> {
    out: W,
    settings: Settings,
    expand_all: bool,
    hex: bool,
    tree: Tree,
    text: String,
    started: bool,
    written: bool,
}

impl<W: Write> Frames<W> {
    /// The output.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// The output, when everything is written.
    pub fn into_inner(self) -> W {
        self.out
    }

    /// A frame view on `out`. `expand_all` opens the layers below TPKT, `hex` adds the octets of each frame.
    pub fn new(out: W, settings: Settings, expand_all: bool, hex: bool) -> Self {
        Frames {
            out,
            settings,
            expand_all,
            hex,
            tree: Tree::new(),
            text: String::new(),
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
        self.text.clear();
        let mut text = Pieces { out: &mut self.out, text: &mut self.text, failed: None };
        let mut write = || -> fmt::Result {
            if self.settings.json {
                return tree_json::write(&mut text, &view);
            }
            if std::mem::replace(&mut self.written, true) {
                text.write_char('\n')?;
            }
            tree_text::write(&mut text, &view, &self.settings.clock, self.expand_all)?;
            if self.hex {
                hex::write(&mut text, frame.number, frame.octets, &marks.places(), &secrets)?;
            }
            Ok(())
        };
        // The only error there is is that of the output.
        let _ = write();
        text.finish()
    }
}

/// How much text is collected before it is written.
const PIECE: usize = 1 << 16;

/// Text on its way to the output, in pieces: that of one frame may be large.
struct Pieces<'a, W> {
    out: &'a mut W,
    text: &'a mut String,
    failed: Option<io::Error>,
}

impl<W: Write> Pieces<'_, W> {
    fn flush(&mut self) -> io::Result<()> {
        let done = self.out.write_all(self.text.as_bytes());
        self.text.clear();
        done
    }

    fn finish(&mut self) -> io::Result<()> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.flush(),
        }
    }
}

impl<W: Write> fmt::Write for Pieces<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.push_str(text);
        if self.text.len() < PIECE {
            return Ok(());
        }
        self.flush().map_err(|error| {
            self.failed = Some(error);
            fmt::Error
        })
    }
}
