//! Sorting ahead: a thread of its own reads the capture and puts the octets in order, in batches; what they mean is
//! found out meanwhile, in the same order and by the same calls.

use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use super::sorter::{Listener, Opening};
use super::{Options, Sorted};
use crate::analysis::Sent;
use crate::capture::{Capture, Damage, Frame, Octets, Piece, Progress};
use crate::layers::Side;
use crate::layers::note::Cap;
use crate::layers::stack::Now;
use crate::net::{Endpoint, Packet};
use crate::stream::{Incident, Loss};

/// How many octets make a batch: so few that they are still in a cache that both processors share.
const OCTETS: usize = 128 * 1024;

/// How many events make a batch, where they bring few octets.
const EVENTS: usize = 8192;

/// How many batches there are: one is filled, one is read, and two may wait.
const BATCHES: usize = 4;

/// Octets with their places, as they lie in a batch. That is handed over at [`OCTETS`] and holds far less than 4 GiB.
#[derive(Clone, Debug)]
struct Kept {
    octets: Range<u32>,
    pieces: Range<u32>,
}

/// What a listener was told.
#[derive(Debug)]
enum Event {
    Begin(Now),
    Open(usize, Box<Opening>),
    Segment(usize, Side, Sent),
    Octets(usize, Side, Kept),
    Lost(usize, Side, Loss),
    Overtaken(usize, bool),
    Incident(usize, Side, Box<Incident<'static>>),
    /// What came second, and the octets that came first.
    Conflict(usize, Side, Box<(Kept, Vec<u8>)>),
    Told(usize, Side),
    Cut(usize, u32),
    Close(usize),
    Capped(Cap),
    Damage(Box<Damage>),
    Failed,
}

/// What was told, with the octets, until someone hears it.
#[derive(Debug, Default)]
struct Batch {
    events: Vec<Event>,
    octets: Vec<u8>,
    pieces: Vec<Piece>,
}

impl Batch {
    fn is_full(&self) -> bool {
        self.octets.len() >= OCTETS || self.events.len() >= EVENTS
    }

    fn keep(&mut self, octets: Octets<'_>) -> Kept {
        let from = (self.octets.len() as u32, self.pieces.len() as u32);
        self.octets.extend_from_slice(octets.bytes());
        self.pieces.extend(octets.pieces());
        Kept { octets: from.0..self.octets.len() as u32, pieces: from.1..self.pieces.len() as u32 }
    }

    fn kept(&self, kept: &Kept) -> Octets<'_> {
        let range = |range: &Range<u32>| range.start as usize..range.end as usize;
        Octets::new(&self.octets[range(&kept.octets)], &self.pieces[range(&kept.pieces)], 0)
    }

    /// Tells a listener what was told, and forgets it.
    fn tell<L: Listener>(&mut self, listener: &mut L) -> io::Result<()> {
        let mut events = std::mem::take(&mut self.events);
        for event in events.drain(..) {
            // A fault of ours costs the connection that it is in, no more.
            match catch_unwind(AssertUnwindSafe(|| self.tell_one(event, listener))) {
                Ok(done) => done?,
                Err(_) => listener.failed(),
            }
        }
        self.events = events;
        self.octets.clear();
        self.pieces.clear();
        Ok(())
    }

    fn tell_one<L: Listener>(&self, event: Event, listener: &mut L) -> io::Result<()> {
        match event {
            Event::Begin(now) => listener.begin(now),
            Event::Open(at, opening) => listener.open(at, &opening),
            Event::Segment(at, side, sent) => listener.segment(at, side, sent),
            Event::Octets(at, side, kept) => listener.octets(at, side, self.kept(&kept)),
            Event::Lost(at, side, loss) => listener.lost(at, side, loss),
            Event::Overtaken(at, overtaken) => listener.overtaken(at, overtaken),
            Event::Incident(at, side, incident) => listener.incident(at, side, *incident),
            Event::Conflict(at, side, octets) => {
                let (second, first) = &*octets;
                listener.incident(at, side, Incident::Conflict { second: self.kept(second), first });
            }
            Event::Told(at, side) => listener.told(at, side, Octets::new(&[], &[], 0))?,
            Event::Cut(at, missing) => listener.cut(at, missing),
            Event::Close(at) => listener.close(at)?,
            Event::Capped(cap) => listener.capped(cap),
            Event::Damage(damage) => listener.damage(&damage),
            Event::Failed => listener.failed(),
        }
        Ok(())
    }
}

/// Sorts a capture to its end in a thread of its own, and tells `listener` what is in it.
pub(super) fn sort<L: Listener>(
    mut capture: Capture,
    options: &Options,
    listener: &mut L,
    mut progress: impl FnMut(Progress),
) -> io::Result<Sorted> {
    let (full, filled) = sync_channel(BATCHES);
    let (empty, emptied) = channel();
    for _ in 0..BATCHES {
        // The other end is in this very function.
        let _ = empty.send(Batch::default());
    }
    let (moved, moves) = channel();
    thread::scope(|scope| {
        let sorting = scope.spawn(move || {
            let mut recorder = Recorder { batch: Batch::default(), full, emptied, heard: true };
            let sorted = super::sort(&mut capture, options, &mut recorder, |progress| {
                let _ = moved.send(progress);
            });
            recorder.hand_over();
            sorted
        });
        // When the output fails, both ends are dropped, and the thread ends too.
        let told = tell_all(filled, empty, listener, || moves.try_iter().last().map(&mut progress));
        let sorted = sorting.join().unwrap_or_else(|fault| resume_unwind(fault));
        told.and(sorted)
    })
}

/// Tells a listener all batches as they come.
fn tell_all<L: Listener>(
    filled: Receiver<Batch>,
    empty: Sender<Batch>,
    listener: &mut L,
    mut progress: impl FnMut() -> Option<()>,
) -> io::Result<()> {
    for mut batch in filled {
        batch.tell(listener)?;
        // The thread may be done already.
        let _ = empty.send(batch);
        progress();
    }
    Ok(())
}

/// Writes down what it is told, and hands it over batch by batch.
struct Recorder {
    batch: Batch,
    full: SyncSender<Batch>,
    emptied: Receiver<Batch>,
    /// Whether there is still someone who hears it.
    heard: bool,
}

impl Recorder {
    fn write(&mut self, event: Event) {
        self.batch.events.push(event);
        if self.batch.is_full() {
            self.hand_over();
        }
    }

    /// Hands the batch over, and waits until another one is empty: memory stays bounded where reading is faster than
    /// understanding.
    fn hand_over(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        match self.full.send(batch).is_ok().then(|| self.emptied.recv()) {
            Some(Ok(batch)) => self.batch = batch,
            _ => self.heard = false,
        }
    }
}

impl Listener for Recorder {
    fn begin(&mut self, now: Now) {
        self.write(Event::Begin(now));
    }

    fn packet(&mut self, _: &Frame<'_>, _: &Packet<'_>) {}

    fn undecided(&mut self, _: Octets<'_>) {}

    fn open(&mut self, at: usize, opening: &Opening) {
        self.write(Event::Open(at, Box::new(*opening)));
    }

    fn segment(&mut self, at: usize, side: Side, sent: Sent) {
        self.write(Event::Segment(at, side, sent));
    }

    fn octets(&mut self, at: usize, side: Side, octets: Octets<'_>) {
        let kept = self.batch.keep(octets);
        self.write(Event::Octets(at, side, kept));
    }

    fn lost(&mut self, at: usize, side: Side, loss: Loss) {
        self.write(Event::Lost(at, side, loss));
    }

    fn overtaken(&mut self, at: usize, overtaken: bool) {
        self.write(Event::Overtaken(at, overtaken));
    }

    fn incident(&mut self, at: usize, side: Side, incident: Incident<'_>) {
        let told = match incident {
            Incident::Conflict { second, first } => {
                let octets = Box::new((self.batch.keep(second), first.to_vec()));
                return self.write(Event::Conflict(at, side, octets));
            }
            Incident::Opened => Incident::Opened,
            Incident::OpenRepeated => Incident::OpenRepeated,
            Incident::Accepted => Incident::Accepted,
            Incident::Midstream => Incident::Midstream,
            Incident::Finished => Incident::Finished,
            Incident::Reset => Incident::Reset,
            Incident::WindowExceeded => Incident::WindowExceeded,
        };
        self.write(Event::Incident(at, side, Box::new(told)));
    }

    fn told(&mut self, at: usize, side: Side, _: Octets<'_>) -> io::Result<()> {
        self.write(Event::Told(at, side));
        Ok(())
    }

    fn cut(&mut self, at: usize, missing: u32) {
        self.write(Event::Cut(at, missing));
    }

    fn close(&mut self, at: usize) -> io::Result<()> {
        self.write(Event::Close(at));
        Ok(())
    }

    fn capped(&mut self, cap: Cap) {
        self.write(Event::Capped(cap));
    }

    fn frame(&mut self, _: &Frame<'_>, _: Option<(Endpoint, Endpoint)>, _: Option<usize>) -> io::Result<()> {
        match self.heard {
            true => Ok(()),
            false => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn damage(&mut self, damage: &Damage) {
        self.write(Event::Damage(Box::new(damage.clone())));
    }

    fn failed(&mut self) {
        self.write(Event::Failed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four are written and read for each frame.
    #[test]
    fn an_event_is_small() {
        assert!(size_of::<Event>() <= 32, "{}", size_of::<Event>());
    }
}
