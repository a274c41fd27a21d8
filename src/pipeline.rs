//! The one way through the house: frames in, what they mean out.
//!
//! Memory depends on the connections that are open, never on the size of the capture.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::analysis::{Association, Message};
use crate::capture::{Capture, Damage, FileFacts, Frame, FrameNo, Item, Octets, Timestamp};
use crate::findings::{Collector, Mark, Scene};
use crate::layers::note::{Cap, Note, What};
use crate::layers::stack::{HELD, Now, Pdu, Stack, Transfer};
use crate::layers::tpkt::{self, Probe};
use crate::layers::{Side, lower, smtp};
use crate::net::{self, Endpoint, Flags, Segment};
use crate::stream::{Flow, Incident};
use crate::tree::{Display, FieldDef, Sink};

mod connections;
mod desk;
mod feed;

use connections::{Candidate, Connections, Conversation, FlowKey, HeldSegment, Slot};
use desk::Desk;
use feed::{Deaf, Feed};

/// How many closed connections are remembered, so that late segments of them are not taken for new ones.
const LINGERING: usize = 4096;

/// How long a closed connection is remembered, in nanoseconds of capture time.
const LINGER_TIME: i64 = 60_000_000_000;

/// What is held at most, so that memory stays bounded on any input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of one TSDU, SSDU or transferred value.
    pub unit: usize,
    /// Octets of all connections together. When there are more, those that were idle longest are taken for over,
    /// until a quarter is free. Half as much is held of what waits to be resumed or acknowledged.
    pub together: usize,
    /// Connections that are known at a time, each of 2 KiB at least: many more than two mail systems ever have open.
    /// When there are more, the quarter that was idle longest is taken for over.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { unit: HELD, together: 48 << 20, connections: 8192 }
    }
}

/// How many octets decide what a connection on another port is.
const PROBED: usize = 16;

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
}

impl Default for Options {
    fn default() -> Self {
        Options { ports: vec![102], probe: true, keep_content: false, limits: Limits::default() }
    }
}

/// Takes what the pipeline finds out, in the order of the capture.
pub trait View {
    /// What fields are described into.
    type Sink: Sink;

    /// The sink.
    fn sink(&mut self) -> &mut Self::Sink;

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

    /// A frame has been read; what the sink holds is about it.
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
    mut progress: impl FnMut(&Capture),
) -> io::Result<Report> {
    let mut pipeline = Pipeline::new(options);
    let mut net = net::Reader::new();
    let mut frames = 0;
    while let Some(item) = capture.next() {
        match item {
            Item::Frame(frame) => {
                frames += 1;
                pipeline.frame_or_report(&frame, &mut net, view)?;
                if frames % 8192 == 0 {
                    progress(&capture);
                }
            }
            Item::Damage(damage) => pipeline.damage(&damage),
        }
    }
    pipeline.finish(net.incomplete_datagrams(), view)?;
    Ok(Report {
        collector: pipeline.desk.collector,
        files: capture.files().cloned().collect(),
        frames,
        associations: pipeline.numbers,
        damaged: pipeline.damaged,
    })
}

#[derive(Debug)]
struct Pipeline<'o> {
    options: &'o Options,
    desk: Desk,
    connections: Connections,
    /// How many activities had been given up when that was told last.
    given_up: u64,
    /// Connections that were closed, with their associations' numbers: the key may be used again.
    lingering: VecDeque<(Timestamp, FlowKey, u32)>,
    numbers: u32,
    damaged: bool,
    last: Now,
}

impl<'o> Pipeline<'o> {
    fn new(options: &'o Options) -> Pipeline<'o> {
        Pipeline {
            options,
            desk: Desk::new(options.keep_content, options.limits.together / 2),
            connections: Connections::default(),
            given_up: 0,
            lingering: VecDeque::new(),
            numbers: 0,
            damaged: false,
            last: Now { frame: FrameNo::NONE, time: Timestamp(0) },
        }
    }

    fn damage(&mut self, damage: &Damage) {
        self.damaged = true;
        let now = Now { frame: damage.after, ..self.last };
        self.desk.damage(damage, &Scene::new(now, None));
    }

    /// Reads a frame; should that fail by a fault of ours, the connection is given up and the run goes on.
    fn frame_or_report<V: View>(
        &mut self,
        frame: &Frame<'_>,
        net: &mut net::Reader,
        view: &mut V,
    ) -> io::Result<()> {
        match catch_unwind(AssertUnwindSafe(|| self.frame(frame, net, view))) {
            Ok(done) => done,
            Err(_) => {
                let now = Now { frame: frame.number, time: frame.time };
                crate::findings::internal_error(&Scene::new(now, None), &mut self.desk.collector);
                *net = net::Reader::new();
                let here = |slot: &Slot| matches!(slot, Slot::Conversation(c) if c.association.last_frame == now.frame);
                self.connections.forget_all(here);
                Ok(())
            }
        }
    }

    fn frame<V: View>(&mut self, frame: &Frame<'_>, net: &mut net::Reader, view: &mut V) -> io::Result<()> {
        let now = Now { frame: frame.number, time: frame.time };
        let before = std::mem::replace(&mut self.last, now);
        let before = (before.frame != FrameNo::NONE).then_some(before.time);
        self.desk.collector.next_frame();
        view.begin(now);
        self.forget(now.time, view)?;
        self.connections.look_after_one(now.frame);
        let packet = net.read(frame);
        if V::Sink::KEEPS {
            lower::describe(frame, &packet, before, view.sink());
        }
        let at = match &packet.segment {
            Some(segment) => self.segment(segment, now, view)?,
            None => None,
        };
        let ends = packet.segment.as_ref().map(|segment| (segment.from, segment.to));
        let association = at.and_then(|at| self.connections.conversation(at)).map(|known| &known.association);
        if let (true, Some(association)) = (packet.cut, association) {
            let missing = frame.original_length.saturating_sub(frame.octets.len() as u32);
            self.desk.cut(missing, &Scene::new(now, Some(association)));
        }
        view.frame(&Read { frame, ends, association, marks: self.desk.collector.marks() })
    }

    /// Reads a segment; gives the place of the conversation it belongs to.
    fn segment<V: View>(
        &mut self,
        segment: &Segment<'_>,
        now: Now,
        view: &mut V,
    ) -> io::Result<Option<usize>> {
        let key = FlowKey::of(segment);
        let Some(at) = self.place(&key, segment, now, view)? else { return Ok(None) };
        let held = self.probe(at, segment, now);
        if V::Sink::KEEPS
            && !segment.payload.is_empty()
            && self.connections.candidate_mut(at).is_some_and(|candidate| candidate.mail)
        {
            smtp::describe_undecided(segment.payload, view.sink());
        }
        let Pipeline { connections, desk, lingering, .. } = self;
        let Some(conversation) = connections.conversation_mut(at) else { return Ok(None) };
        let Conversation { flow, stack, association, closed, .. } = conversation;
        association.last_frame = now.frame;
        let mut feed = Feed { stack, association, desk, view, now, delivered: 0, closed: *closed };
        for held in &held {
            flow.push(&held.segment(), &mut feed);
        }
        feed.association.segment(flow.side(segment), segment, now);
        flow.push(segment, &mut feed);
        let (delivered, now_closed) = (feed.delivered, feed.closed);
        if V::Sink::KEEPS && !segment.payload.is_empty() {
            let side = flow.side(segment);
            let pending = stack.pending(side);
            let (payload, setup) = (segment.payload, stack.in_setup());
            let sink = view.sink();
            sink.source(payload);
            match (delivered, pending) {
                (0, _) => lower::describe_withheld(payload.len(), setup, sink),
                (_, 1..) => {
                    let pending = pending.min(payload.len());
                    lower::describe_pending(stack.unfinished(), pending, payload.len(), setup, sink);
                }
                _ => {}
            }
        }
        if now_closed.both() && !closed.both() {
            lingering.push_back((now.time, key, association.number));
        }
        *closed = now_closed;
        if delivered > 0 || !segment.payload.is_empty() {
            self.connections.count_again(at);
            self.keep_bounds(view)?;
        }
        Ok(Some(at))
    }

    /// The place of the connection that a segment belongs to; a new one where it opens one.
    fn place<V: View>(
        &mut self,
        key: &FlowKey,
        segment: &Segment<'_>,
        now: Now,
        view: &mut V,
    ) -> io::Result<Option<usize>> {
        let found = self.connections.find(key);
        let opening = segment.flags.has(Flags::SYN) && !segment.flags.has(Flags::ACK);
        let reopened = match found.and_then(|at| self.connections.get(at)) {
            Some(Slot::Conversation(known)) => known.flow.reopened_by(segment),
            Some(Slot::Candidate(known)) => (known.late && opening) || known.flow.reopened_by(segment),
            Some(Slot::Stranger) if !opening => return Ok(None),
            Some(Slot::Stranger) | None => true,
        };
        if !reopened {
            return Ok(found);
        }
        let ports = &self.options.ports;
        let expected = key.has_port(ports);
        if !expected && !key.has_port(&smtp::PORTS) && !self.options.probe {
            return Ok(None);
        }
        // A late acknowledgement or reset of a connection that is over opens none.
        if !segment.flags.has(Flags::SYN) && segment.payload.is_empty() {
            return Ok(None);
        }
        if let Some(at) = found {
            self.close(at, view)?;
        }
        if self.connections.count() >= self.options.limits.connections {
            self.make_room(Cap::Connections, view)?;
        }
        let flow = Flow::new(segment, |port| ports.contains(&port) || smtp::PORTS.contains(&port));
        let mail = smtp::PORTS.contains(&flow.end(Side::Responder).port);
        let slot = if expected && !mail {
            Slot::Conversation(Box::new(self.conversation(flow, self.stack(), now)))
        } else {
            let late = !segment.flags.has(Flags::SYN);
            Slot::Candidate(Box::new(Candidate { flow, first: now, mail, late, held: Vec::new() }))
        };
        Ok(Some(self.connections.insert(*key, slot)))
    }

    fn stack(&self) -> Stack {
        Stack::new(self.options.limits.unit)
    }

    fn conversation(&mut self, flow: Flow, stack: Stack, first: Now) -> Conversation {
        self.numbers += 1;
        let ends = [flow.end(Side::Initiator), flow.end(Side::Responder)];
        let mut association = Association::new(self.numbers, ends[0], ends[1], first);
        association.application = stack.application();
        Conversation::new(flow, stack, association)
    }

    /// Looks at a connection of which it is not known yet what it is: TPKT, or SMTP on a port of mail? Gives the
    /// segments that waited for the answer.
    fn probe(&mut self, at: usize, segment: &Segment<'_>, now: Now) -> Vec<HeldSegment> {
        let options = self.options;
        let Some(candidate) = self.connections.candidate_mut(at) else { return Vec::new() };
        if segment.payload.is_empty() {
            candidate.flow.push(segment, &mut Deaf);
            return Vec::new();
        }
        let mut stack = None;
        let mut unsure = false;
        if candidate.mail {
            // Each side speaks for itself; in the middle of a dialogue every segment does.
            let side = candidate.flow.side(segment);
            let held = candidate.held.iter().filter(|held| held.header.from == segment.from);
            let mut first: Vec<u8> = held.flat_map(|held| held.bytes.iter().copied()).collect();
            first.extend_from_slice(segment.payload.bytes());
            match smtp::probe(side, &first, candidate.late) {
                smtp::Probe::Certain => stack = Some(Stack::mail()),
                smtp::Probe::Unsure => unsure = true,
                smtp::Probe::No => {}
            }
        }
        let expected = FlowKey::of(segment).has_port(&options.ports);
        let mut first: Vec<u8> = candidate.held.iter().flat_map(|held| held.bytes.iter().copied()).collect();
        first.extend_from_slice(segment.payload.slice(0, PROBED).bytes());
        if stack.is_none() && (options.probe || expected) {
            match tpkt::probe(&first) {
                Probe::Certain => stack = Some(Stack::new(options.limits.unit)),
                Probe::Unsure => unsure = true,
                Probe::No => {}
            }
        }
        match stack {
            Some(stack) => self.promote(at, stack),
            None if unsure && first.len() < PROBED => {
                candidate.held.push(HeldSegment::new(segment));
                Vec::new()
            }
            None if expected => self.promote(at, self.stack()),
            None if candidate.late && candidate.mail => {
                // What lies in the middle of a message tells nothing: each segment is looked at as the first one.
                candidate.flow = Flow::new(segment, |port| smtp::PORTS.contains(&port));
                candidate.first = now;
                candidate.held.clear();
                Vec::new()
            }
            None => {
                self.connections.estrange(at);
                Vec::new()
            }
        }
    }

    /// It is known what a candidate is. Gives the segments that waited for that.
    fn promote(&mut self, at: usize, stack: Stack) -> Vec<HeldSegment> {
        let Some(candidate) = self.connections.take_candidate(at) else { return Vec::new() };
        let conversation = self.conversation(candidate.flow, stack, candidate.first);
        self.connections.put(at, conversation);
        candidate.held
    }

    /// Forgets connections that were closed long ago.
    fn forget<V: View>(&mut self, time: Timestamp, view: &mut V) -> io::Result<()> {
        while let Some((closed, key, number)) = self.lingering.front().copied() {
            if self.lingering.len() <= LINGERING && time.0.saturating_sub(closed.0) < LINGER_TIME {
                break;
            }
            self.lingering.pop_front();
            if let Some(at) = self.connections.find(&key)
                && self.connections.conversation(at).is_some_and(|known| known.association.number == number)
            {
                self.close(at, view)?;
            }
        }
        Ok(())
    }

    /// Sees to it that no more is held than may be.
    fn keep_bounds<V: View>(&mut self, view: &mut V) -> io::Result<()> {
        if self.connections.held() > self.options.limits.together {
            self.connections.rest();
            self.make_room(Cap::Together, view)?;
        }
        if self.desk.given_up() > self.given_up {
            self.given_up = self.desk.given_up();
            self.note(What::Cap(Cap::Remembered));
        }
        Ok(())
    }

    /// Ends the connections that were idle longest, where there are too many or they hold too much: all but the one
    /// that is read now.
    fn make_room<V: View>(&mut self, cap: Cap, view: &mut V) -> io::Result<()> {
        let Limits { together, connections, .. } = self.options.limits;
        let (most, enough) = match cap {
            Cap::Together => (together, together - together / 4),
            _ => (connections.saturating_sub(1), connections - connections / 4),
        };
        let taken = |known: &Connections| match cap {
            Cap::Together => known.held(),
            _ => known.count(),
        };
        if taken(&self.connections) <= most {
            return Ok(());
        }
        let now = self.last.frame;
        let idle = self.connections.iter().filter_map(|(at, slot)| {
            // One that holds nothing makes no room.
            let holds = cap != Cap::Together || slot.counted() > 0;
            Some((slot.last_frame().filter(|frame| *frame != now && holds)?, at))
        });
        let mut idle: Vec<_> = idle.collect();
        idle.sort_unstable();
        let mut ended = false;
        for (_, at) in idle {
            if taken(&self.connections) <= enough {
                break;
            }
            ended = true;
            self.close(at, view)?;
        }
        if ended {
            self.note(What::Cap(cap));
        }
        Ok(())
    }

    /// Ends what is known of a connection.
    fn close<V: View>(&mut self, at: usize, view: &mut V) -> io::Result<()> {
        let now = self.last;
        let Some(Slot::Conversation(conversation)) = self.connections.remove(at) else { return Ok(()) };
        let Conversation { mut flow, mut stack, mut association, closed, .. } = *conversation;
        let mut feed = Feed {
            stack: &mut stack,
            association: &mut association,
            desk: &mut self.desk,
            view,
            now,
            delivered: 0,
            closed,
        };
        flow.finish(&mut feed);
        for side in [Side::Initiator, Side::Responder] {
            feed.end_of_stream(side);
        }
        feed.over();
        association.finish(now);
        self.desk.close(&association, &mut |message| view.message(message));
        view.association(association)
    }

    fn finish<V: View>(&mut self, incomplete_datagrams: u64, view: &mut V) -> io::Result<()> {
        let open = self.connections.iter().filter_map(|(at, slot)| match slot {
            Slot::Conversation(conversation) => Some((conversation.association.number, at)),
            _ => None,
        });
        let mut open: Vec<(u32, usize)> = open.collect();
        open.sort_unstable();
        for (_, at) in open {
            self.close(at, view)?;
        }
        if incomplete_datagrams > 0 {
            self.note(What::Fragments(incomplete_datagrams));
        }
        self.desk.finish(&mut |message| view.message(message));
        Ok(())
    }

    /// Something about the capture as a whole.
    fn note(&mut self, what: What) {
        let scene = Scene::new(self.last, None);
        let octets = Octets::new(&[], &[], 0);
        self.desk.note(&Note { what, side: Side::Initiator, field: &PAYLOAD, octets }, &scene);
    }
}
