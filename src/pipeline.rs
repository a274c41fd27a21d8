//! The one way through the house: frames in, what they mean out.
//!
//! A `sorter` puts frames into connections, and the octets of each in order; it tells a `sorter::Listener`. The
//! `analyst` is the one that understands them: each connection has its layers and its association, and what they tell
//! goes through a `feed` to the `desk`, where the rules are asked, and to the view. Between the two there may be a
//! thread (`ahead`), which nobody notices.
//!
//! Memory depends on the connections that are open, never on the size of the capture.

use std::io;

use crate::analysis::{Association, Message};
use crate::capture::{Capture, FileFacts, Frame, Item, Progress};
use crate::findings::{Collector, Mark};
use crate::layers::Side;
use crate::layers::stack::{HELD, Now, Pdu, Transfer};
use crate::net::{self, Endpoint};
use crate::stream::Incident;
use crate::tree::{Display, FieldDef, Sink};

mod ahead;
mod alike;
mod analyst;
mod bound;
mod connections;
mod desk;
mod feed;
mod idle;
mod sorter;

use analyst::Analyst;
use sorter::{Listener, Sorter};

/// What is held at most, so that memory stays bounded on any input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of one TSDU, SSDU or transferred value.
    pub unit: usize,
    /// Octets of all connections together. When there are more, those that were idle longest are taken for over,
    /// until a quarter is free. Half as much is held of what waits to be resumed or acknowledged.
    pub together: usize,
    /// Connections that are known at a time, each of some 2 KiB: many more than two mail systems ever have open.
    /// When there are more, the quarter that was idle longest is taken for over.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { unit: HELD, together: 48 << 20, connections: 8192 }
    }
}

impl Limits {
    /// How much of what is held together may wait in TCP streams for what was sent before.
    fn streams(&self) -> usize {
        self.together / 3
    }

    /// How much of what is held together may be of unfinished PDUs.
    fn layers(&self) -> usize {
        self.together - self.streams()
    }
}

static PAYLOAD: FieldDef = FieldDef::new("tcp.payload", "TCP payload", Display::Octets);
static SECRET_PAYLOAD: FieldDef = PAYLOAD.secret();

/// What the pipeline does with which connections.
#[derive(Clone, Debug)]
pub struct Options {
    /// Ports on which TPKT is expected. Those of mail are looked at for SMTP in any case.
    pub ports: Vec<u16>,
    /// Whether connections on other ports are probed for TPKT.
    pub probe: bool,
    /// Whether messages are given with their content octets.
    pub keep_content: bool,
    /// What is held at most.
    pub limits: Limits,
    /// How many threads may be used. What comes out is the same for any number.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { ports: vec![102], probe: true, keep_content: false, limits: Limits::default(), threads: 1 }
    }
}

/// Takes what the pipeline finds out, in the order of the capture.
pub trait View {
    /// What fields are described into.
    type Sink: Sink;

    /// The sink.
    fn sink(&mut self) -> &mut Self::Sink;

    /// Whether the layers up to TCP are to be described with their fields, or by their summary lines alone. Findings
    /// are on what TCP delivered, none on their fields.
    fn wants_lower_fields(&self) -> bool {
        true
    }

    /// The frame `now` is about to be read.
    fn begin(&mut self, _now: Now) {}

    /// A PDU was completed in the frame `now`.
    fn pdu(&mut self, _pdu: &Pdu<'_>, _association: &Association, _now: Now) {}

    /// Something happened on the TCP connection of an association.
    fn incident(&mut self, _side: Side, _incident: &Incident<'_>, _association: &Association, _now: Now) {}

    /// An activity left its association in the frame `now`.
    fn transfer(&mut self, _transfer: &Transfer, _association: &Association, _now: Now) {}

    /// A message, probe or report has come to its end, or the capture has.
    fn message(&mut self, _message: Message) {}

    /// A frame has been read; what the sink holds is about it. Only a view whose sink keeps something is told.
    ///
    /// # Errors
    /// Those of the output that the view writes to.
    fn frame(&mut self, _frame: &Read<'_>) -> io::Result<()> {
        Ok(())
    }

    /// An association is over, or the capture is. They come in the order of their ends.
    ///
    /// # Errors
    /// Those of the output that the view writes to.
    fn association(&mut self, _association: Association) -> io::Result<()> {
        Ok(())
    }
}

/// What is known of a frame when it has been read.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    /// The frame.
    pub frame: &'a Frame<'a>,
    /// Its TCP segment.
    pub ends: Option<(Endpoint, Endpoint)>,
    /// The association it belongs to.
    pub association: Option<&'a Association>,
    /// The findings on its fields.
    pub marks: &'a [Mark],
}

/// What is left to say when the capture has been read.
#[derive(Debug)]
pub struct Report {
    /// The findings, by frame.
    pub collector: Collector,
    /// The files.
    pub files: Vec<FileFacts>,
    /// How many frames were read.
    pub frames: u64,
    /// How many associations there are.
    pub associations: u32,
    /// Whether a file was cut short or damaged.
    pub damaged: bool,
}

/// Reads `capture` to its end and shows `view` what is in it. `progress` is called now and then.
///
/// # Errors
/// Those of the view's output. Whatever is wrong with the capture is in the report.
pub fn run<V: View>(
    mut capture: Capture,
    options: &Options,
    view: &mut V,
    progress: impl FnMut(Progress),
) -> io::Result<Report> {
    let mut analyst = Analyst::new(options, view);
    let sorted = match options.threads {
        2.. if !V::Sink::KEEPS => ahead::sort(capture, options, &mut analyst, progress)?,
        _ => sort(&mut capture, options, &mut analyst, progress)?,
    };
    let (associations, damaged) = (analyst.associations, analyst.damaged);
    Ok(Report {
        collector: analyst.finish(sorted.incomplete_datagrams),
        files: sorted.files,
        frames: sorted.frames,
        associations,
        damaged,
    })
}

/// What is left to say when a capture has been sorted.
struct Sorted {
    files: Vec<FileFacts>,
    frames: u64,
    /// How many datagrams came in fragments and were not put together.
    incomplete_datagrams: u64,
}

/// Sorts a capture to its end, and tells `listener` what is in it.
fn sort<L: Listener>(
    capture: &mut Capture,
    options: &Options,
    listener: &mut L,
    mut progress: impl FnMut(Progress),
) -> io::Result<Sorted> {
    let mut sorter = Sorter::new(options);
    let mut net = net::Reader::new();
    let mut frames = 0;
    while let Some(item) = capture.next() {
        match item {
            Item::Frame(frame) => {
                frames += 1;
                sorter.frame(&frame, &mut net, listener)?;
                if frames % 8192 == 0 {
                    progress(capture.progress());
                }
            }
            Item::Damage(damage) => listener.damage(&damage),
        }
    }
    sorter.finish(listener)?;
    let files = capture.files().cloned().collect();
    Ok(Sorted { files, frames, incomplete_datagrams: net.incomplete_datagrams() })
}
