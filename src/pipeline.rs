//! The one way through the house: frames in, what they mean out.
//!
//! Memory depends on the connections that are open, never on the size of the capture.

use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::io;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::analysis::{Association, Message};
use crate::capture::{Capture, Damage, FileFacts, Frame, FrameNo, Item, Octets, Piece, Timestamp};
use crate::findings::{Collector, Mark, Scene};
use crate::layers::foreign::Application;
use crate::layers::note::{Cap, Note, What};
use crate::layers::rtse::Activity;
use crate::layers::stack::{ActivityKey, HELD, Now, Output, Pdu, Stack, Transfer};
use crate::layers::tpkt::{self, Probe};
use crate::layers::upper::Knowledge;
use crate::layers::{Side, lower, smtp};
use crate::net::{self, Endpoint, Flags, Segment};
use crate::stream::{Flow, Incident, Loss, Receiver};
use crate::tree::{Display, FieldDef, Sink};

mod desk;

use desk::Desk;

/// How many closed connections are remembered, so that late segments of them are not taken for new ones.
const LINGERING: usize = 4096;

/// How long a closed connection is remembered, in nanoseconds of capture time.
const LINGER_TIME: i64 = 60_000_000_000;

/// How many connections that are not TPKT are remembered as such. When there are more, all are forgotten and
/// looked at again.
const STRANGERS: usize = 65_536;

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
    let mut frames = 0;
    while let Some(item) = capture.next() {
        match item {
            Item::Frame(frame) => {
                frames += 1;
                pipeline.frame_or_report(&frame, view)?;
                if frames % 8192 == 0 {
                    progress(&capture);
                }
            }
            Item::Damage(damage) => pipeline.damage(&damage),
        }
    }
    pipeline.finish(view)?;
    Ok(Report {
        collector: pipeline.desk.collector,
        files: capture.files().cloned().collect(),
        frames,
        associations: pipeline.numbers,
        damaged: pipeline.damaged,
    })
}

/// Both ends of a connection, the lower one first: the same for both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FlowKey(Endpoint, Endpoint);

impl FlowKey {
    fn of(segment: &Segment<'_>) -> FlowKey {
        FlowKey(segment.from.min(segment.to), segment.from.max(segment.to))
    }
}

impl Hash for FlowKey {
    /// In few numbers: every segment is looked up.
    fn hash<H: Hasher>(&self, state: &mut H) {
        match (self.0.address, self.1.address) {
            (IpAddr::V4(low), IpAddr::V4(high)) => {
                state.write_u64(u64::from(low.to_bits()) << 32 | u64::from(high.to_bits()));
            }
            (low, high) => (low, high).hash(state),
        }
        state.write_u32(u32::from(self.0.port) << 16 | u32::from(self.1.port));
    }
}

/// What is known of the connection between two ends.
#[derive(Debug)]
enum Slot {
    /// It is neither TPKT nor SMTP.
    Stranger,
    /// It may turn out to be one of them: no payload was seen yet, or too little.
    Candidate(Box<Candidate>),
    /// It is one of them.
    Conversation(Box<Conversation>),
}

#[derive(Debug)]
struct Candidate {
    flow: Flow,
    first: Now,
    /// The port is one of mail.
    mail: bool,
    /// The capture does not hold its beginning.
    late: bool,
    /// The first segments with payload, where it was too little to tell.
    held: Vec<HeldSegment>,
}

impl Slot {
    /// How much memory it takes, as it was counted last.
    fn counted(&self) -> usize {
        match self {
            Slot::Conversation(conversation) => conversation.counted,
            _ => 0,
        }
    }
}

/// A segment that waits until it is known what the connection is.
#[derive(Debug)]
struct HeldSegment {
    header: Segment<'static>,
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
}

impl HeldSegment {
    fn new(segment: &Segment<'_>) -> HeldSegment {
        HeldSegment {
            header: Segment { payload: Octets::new(&[], &[], 0), ..*segment },
            bytes: segment.payload.bytes().to_vec(),
            pieces: segment.payload.pieces().collect(),
        }
    }

    fn segment(&self) -> Segment<'_> {
        Segment { payload: Octets::new(&self.bytes, &self.pieces, 0), ..self.header }
    }
}

/// Which sides of a connection have ended their stream.
#[derive(Clone, Copy, Debug, Default)]
struct Closed([bool; 2]);

impl Closed {
    fn both(self) -> bool {
        self.0 == [true; 2]
    }
}

#[derive(Debug)]
struct Conversation {
    flow: Flow,
    stack: Stack,
    association: Association,
    closed: Closed,
    /// How much memory it takes, as it was counted last.
    counted: usize,
}

#[derive(Debug)]
struct Pipeline<'o> {
    options: &'o Options,
    desk: Desk,
    net: net::Reader,
    slots: HashMap<FlowKey, Slot>,
    strangers: usize,
    /// How much memory the connections take together.
    held: usize,
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
            net: net::Reader::new(),
            slots: HashMap::new(),
            strangers: 0,
            held: 0,
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
    fn frame_or_report<V: View>(&mut self, frame: &Frame<'_>, view: &mut V) -> io::Result<()> {
        match catch_unwind(AssertUnwindSafe(|| self.frame(frame, view))) {
            Ok(done) => done,
            Err(_) => {
                let now = Now { frame: frame.number, time: frame.time };
                crate::findings::internal_error(&Scene::new(now, None), &mut self.desk.collector);
                self.net = net::Reader::new();
                self.slots.retain(
                    |_, slot| !matches!(slot, Slot::Conversation(c) if c.association.last_frame == now.frame),
                );
                self.held = self.slots.values().map(Slot::counted).sum();
                Ok(())
            }
        }
    }

    fn frame<V: View>(&mut self, frame: &Frame<'_>, view: &mut V) -> io::Result<()> {
        let now = Now { frame: frame.number, time: frame.time };
        let before = std::mem::replace(&mut self.last, now);
        let before = (before.frame != FrameNo::NONE).then_some(before.time);
        self.desk.collector.next_frame();
        view.begin(now);
        self.forget(now.time, view)?;
        let mut net = std::mem::take(&mut self.net);
        let packet = net.read(frame);
        if V::Sink::KEEPS {
            lower::describe(frame, &packet, before, view.sink());
        }
        let key = match &packet.segment {
            Some(segment) => self.segment(segment, now, view)?,
            None => None,
        };
        let ends = packet.segment.as_ref().map(|segment| (segment.from, segment.to));
        let association = match key.and_then(|key| self.slots.get(&key)) {
            Some(Slot::Conversation(conversation)) => Some(&conversation.association),
            _ => None,
        };
        if let (true, Some(association)) = (packet.cut, association) {
            let missing = frame.original_length.saturating_sub(frame.octets.len() as u32);
            self.desk.cut(missing, &Scene::new(now, Some(association)));
        }
        let shown = Read { frame, ends, association, marks: self.desk.collector.marks() };
        let done = view.frame(&shown);
        self.net = net;
        done
    }

    /// Reads a segment; gives the key of the conversation it belongs to.
    fn segment<V: View>(
        &mut self,
        segment: &Segment<'_>,
        now: Now,
        view: &mut V,
    ) -> io::Result<Option<FlowKey>> {
        let key = FlowKey::of(segment);
        let uses = |ports: &[u16]| ports.contains(&segment.from.port) || ports.contains(&segment.to.port);
        let (expected, may_be_mail) = (uses(&self.options.ports), uses(&smtp::PORTS));
        if !expected && !may_be_mail && !self.options.probe {
            return Ok(None);
        }
        let opening = segment.flags.has(Flags::SYN) && !segment.flags.has(Flags::ACK);
        let (mut known, reopened) = match self.slots.get(&key) {
            Some(Slot::Conversation(known)) => (true, known.flow.reopened_by(segment)),
            Some(Slot::Candidate(known)) => {
                (false, (known.late && opening) || known.flow.reopened_by(segment))
            }
            Some(Slot::Stranger) => (false, opening),
            None => (false, true),
        };
        // A late acknowledgement or reset of a connection that is over opens none.
        let opens = segment.flags.has(Flags::SYN) || !segment.payload.is_empty();
        if reopened && !opens {
            return Ok(None);
        }
        if reopened {
            self.close(&key, view)?;
            if self.slots.len() - self.strangers.min(self.slots.len()) >= self.options.limits.connections {
                self.make_room(Cap::Connections, view)?;
            }
            let ports = &self.options.ports;
            let flow = Flow::new(segment, |port| ports.contains(&port) || smtp::PORTS.contains(&port));
            let mail = smtp::PORTS.contains(&flow.end(Side::Responder).port);
            known = expected && !mail;
            let slot = match known {
                true => Slot::Conversation(Box::new(self.conversation(flow, self.stack(), now))),
                false => {
                    let late = !segment.flags.has(Flags::SYN);
                    Slot::Candidate(Box::new(Candidate { flow, first: now, mail, late, held: Vec::new() }))
                }
            };
            self.slots.insert(key, slot);
        }
        let held = if known { Vec::new() } else { self.probe(&key, segment, now) };
        let Pipeline { slots, desk, lingering, .. } = self;
        if let (true, Some(Slot::Candidate(candidate))) = (V::Sink::KEEPS, slots.get(&key))
            && candidate.mail
            && !segment.payload.is_empty()
        {
            smtp::describe_undecided(segment.payload, view.sink());
        }
        let Some(Slot::Conversation(conversation)) = slots.get_mut(&key) else { return Ok(None) };
        let Conversation { flow, stack, association, closed, counted } = conversation.as_mut();
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
        let before = std::mem::replace(counted, flow.footprint() + stack.footprint());
        self.held = self.held.saturating_sub(before) + *counted;
        if self.held > self.options.limits.together {
            self.make_room(Cap::Together, view)?;
        }
        if self.desk.given_up() > self.given_up {
            self.given_up = self.desk.given_up();
            self.note(What::Cap(Cap::Remembered));
        }
        Ok(Some(key))
    }

    fn stack(&self) -> Stack {
        Stack::new(self.options.limits.unit)
    }

    fn conversation(&mut self, flow: Flow, stack: Stack, first: Now) -> Conversation {
        self.numbers += 1;
        let ends = [flow.end(Side::Initiator), flow.end(Side::Responder)];
        let mut association = Association::new(self.numbers, ends[0], ends[1], first);
        association.application = stack.application();
        Conversation { flow, stack, association, closed: Closed::default(), counted: 0 }
    }

    /// Looks at a connection on another port: is it TPKT, or SMTP on a port of mail? Gives the segments that waited for
    /// the answer.
    fn probe(&mut self, key: &FlowKey, segment: &Segment<'_>, now: Now) -> Vec<HeldSegment> {
        let options = self.options;
        let Some(Slot::Candidate(candidate)) = self.slots.get_mut(key) else { return Vec::new() };
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
        let expected = [key.0.port, key.1.port].iter().any(|port| options.ports.contains(port));
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
            Some(stack) => self.promote(key, stack),
            None if unsure && first.len() < PROBED => {
                candidate.held.push(HeldSegment::new(segment));
                Vec::new()
            }
            None if expected => self.promote(key, self.stack()),
            None if candidate.late && candidate.mail => {
                // What lies in the middle of a message tells nothing: each segment is looked at as the first one.
                candidate.flow = Flow::new(segment, |port| smtp::PORTS.contains(&port));
                candidate.first = now;
                candidate.held.clear();
                Vec::new()
            }
            None => {
                self.slots.insert(*key, Slot::Stranger);
                self.strangers += 1;
                if self.strangers > STRANGERS {
                    self.slots.retain(|_, slot| !matches!(slot, Slot::Stranger));
                    self.strangers = 0;
                }
                Vec::new()
            }
        }
    }

    /// It is known what a candidate is. Gives the segments that waited for that.
    fn promote(&mut self, key: &FlowKey, stack: Stack) -> Vec<HeldSegment> {
        let Some(Slot::Candidate(candidate)) = self.slots.remove(key) else { return Vec::new() };
        let conversation = self.conversation(candidate.flow, stack, candidate.first);
        self.slots.insert(*key, Slot::Conversation(Box::new(conversation)));
        candidate.held
    }

    /// Forgets connections that were closed long ago.
    fn forget<V: View>(&mut self, time: Timestamp, view: &mut V) -> io::Result<()> {
        while let Some((closed, key, number)) = self.lingering.front().copied() {
            if self.lingering.len() <= LINGERING && time.0.saturating_sub(closed.0) < LINGER_TIME {
                break;
            }
            self.lingering.pop_front();
            if matches!(self.slots.get(&key), Some(Slot::Conversation(c)) if c.association.number == number) {
                self.close(&key, view)?;
            }
        }
        Ok(())
    }

    /// Ends the connections that were idle longest, because there are too many or they hold too much: all but the one
    /// that is read now.
    fn make_room<V: View>(&mut self, cap: Cap, view: &mut V) -> io::Result<()> {
        let last_frame = |slot: &Slot| match slot {
            Slot::Stranger => None,
            Slot::Candidate(candidate) => Some(candidate.first.frame),
            Slot::Conversation(conversation) => Some(conversation.association.last_frame),
        };
        let now = self.last.frame;
        let idle =
            self.slots.iter().filter_map(|(key, slot)| Some((last_frame(slot)?, *key, slot.counted())));
        let mut idle: Vec<_> = idle.filter(|(frame, ..)| *frame != now).collect();
        idle.sort_unstable_by_key(|(frame, ..)| *frame);
        let Limits { together, connections, .. } = self.options.limits;
        let mut ended = 0;
        let enough = |ended: usize, held: usize| match cap {
            Cap::Together => held <= together - together / 4,
            _ => ended > connections / 4,
        };
        for (_, key, counted) in idle {
            if enough(ended, self.held) {
                break;
            }
            ended += 1;
            // One that holds nothing makes no room.
            if cap != Cap::Together || counted > 0 {
                self.close(&key, view)?;
            }
        }
        if ended > 0 {
            self.note(What::Cap(cap));
        }
        Ok(())
    }

    /// Ends what is known of a connection.
    fn close<V: View>(&mut self, key: &FlowKey, view: &mut V) -> io::Result<()> {
        let now = self.last;
        match self.slots.remove(key) {
            Some(Slot::Conversation(conversation)) => {
                let Conversation { mut flow, mut stack, mut association, closed, counted } = *conversation;
                self.held = self.held.saturating_sub(counted);
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
            Some(Slot::Stranger) => {
                self.strangers = self.strangers.saturating_sub(1);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn finish<V: View>(&mut self, view: &mut V) -> io::Result<()> {
        let mut open: Vec<(u32, FlowKey)> = self
            .slots
            .iter()
            .filter_map(|(key, slot)| match slot {
                Slot::Conversation(conversation) => Some((conversation.association.number, *key)),
                _ => None,
            })
            .collect();
        open.sort_unstable_by_key(|(number, _)| *number);
        for (_, key) in open {
            self.close(&key, view)?;
        }
        match self.net.incomplete_datagrams() {
            0 => {}
            count => self.note(What::Fragments(count)),
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

/// Hears nothing: for segments without payload.
struct Deaf;

impl Receiver for Deaf {
    fn octets(&mut self, _: Side, _: Octets<'_>) {}
    fn lost(&mut self, _: Side, _: Loss) {}
    fn incident(&mut self, _: Side, _: Incident<'_>) {}
}

/// Feeds the streams of one connection to its stack, and what the stack gives to analysis, rules and view.
struct Feed<'a, V: View> {
    stack: &'a mut Stack,
    association: &'a mut Association,
    desk: &'a mut Desk,
    view: &'a mut V,
    now: Now,
    delivered: usize,
    closed: Closed,
}

impl<V: View> Feed<'_, V> {
    fn split(&mut self) -> (&mut Stack, Tell<'_, V>) {
        let tell = Tell { association: self.association, desk: self.desk, view: self.view, now: self.now };
        (self.stack, tell)
    }

    fn end_of_stream(&mut self, side: Side) {
        let now = self.now;
        let (stack, mut tell) = self.split();
        stack.finish(side, now, &mut tell);
    }

    /// The connection is over.
    fn over(&mut self) {
        let (stack, mut tell) = self.split();
        stack.close(&mut tell);
    }

    fn note(&mut self, what: What<'_>, side: Side, octets: Octets<'_>) {
        let field = if self.stack.in_setup() { &SECRET_PAYLOAD } else { &PAYLOAD };
        self.split().1.note(&Note { what, side, field, octets });
    }
}

impl<V: View> Receiver for Feed<'_, V> {
    fn octets(&mut self, side: Side, octets: Octets<'_>) {
        self.delivered += octets.len();
        self.association.count(side, octets.len());
        let now = self.now;
        let (stack, mut tell) = self.split();
        stack.octets(side, octets, now, &mut tell);
    }

    fn lost(&mut self, side: Side, loss: Loss) {
        self.association.miss(loss);
        self.note(What::Missing(loss), side, Octets::new(&[], &[], 0));
        let now = self.now;
        let (stack, mut tell) = self.split();
        stack.lost(side, loss, now, &mut tell);
    }

    fn overtaken(&mut self, overtaken: bool) {
        self.association.dialogue.overtaken(overtaken);
    }

    fn incident(&mut self, side: Side, incident: Incident<'_>) {
        match incident {
            Incident::Conflict { second, .. } => self.note(What::Conflict, side, second),
            Incident::Midstream => {
                let (stack, mut tell) = self.split();
                stack.midstream(side, &mut tell);
                self.note(What::Midstream, side, Octets::new(&[], &[], 0));
            }
            Incident::WindowExceeded => self.note(What::Cap(Cap::OutOfOrder), side, Octets::new(&[], &[], 0)),
            Incident::Finished => {
                self.closed.0[side.index()] = true;
                self.end_of_stream(side);
                let (stack, mut tell) = self.split();
                stack.closed(side, &mut tell);
            }
            Incident::Reset => {
                self.closed.0 = [true; 2];
                self.over();
            }
            _ => {}
        }
        self.association.incident(side, &incident, self.now);
        self.view.incident(side, &incident, self.association, self.now);
    }
}

/// Where the stack's facts and notes go.
struct Tell<'a, V: View> {
    association: &'a mut Association,
    desk: &'a mut Desk,
    view: &'a mut V,
    now: Now,
}

impl<V: View> Output for Tell<'_, V> {
    type Sink = V::Sink;

    fn sink(&mut self) -> &mut V::Sink {
        self.view.sink()
    }

    fn pdu(&mut self, pdu: &Pdu<'_>, knowledge: &Knowledge) {
        let open = self.association.ending.is_none();
        let breach = self.association.pdu(pdu, knowledge, self.now);
        let (view, mut transferred) = (&mut *self.view, 0);
        self.desk.follow(pdu, self.association, &mut |message| {
            transferred += u64::from(message.is_transferred());
            view.message(message);
        });
        self.association.transferred(transferred);
        if !self.association.is_foreign() {
            let scene = Scene::new(self.now, Some(self.association));
            if let Some(breach) = breach {
                self.desk.breach(&breach, pdu, &scene);
            }
            self.desk.pdu(pdu, &scene);
            if V::Sink::KEEPS && open && self.association.ending.is_some() {
                self.desk.mark_end(self.association);
            }
        }
        self.view.pdu(pdu, self.association, self.now);
    }

    fn transfer(&mut self, transfer: Transfer, key: ActivityKey, knowledge: &Knowledge) {
        self.view.transfer(&transfer, self.association, self.now);
        // What another application transfers is no message.
        if knowledge.application.is_none_or(|application| application == Application::P1) {
            let (view, mut transferred) = (&mut *self.view, 0);
            self.desk.transfer(transfer, key, self.association, &mut |message| {
                transferred += u64::from(message.is_transferred());
                view.message(message);
            });
            self.association.transferred(transferred);
        }
    }

    fn resume(&mut self, key: &ActivityKey) -> Option<Activity> {
        self.desk.resume(key, self.association)
    }

    fn note(&mut self, note: &Note<'_>) {
        self.association.note(note);
        if note.what.hides_pdus() {
            self.association.dialogue.lose_sight();
        }
        if self.association.is_foreign() {
            return;
        }
        let scene = Scene::new(self.now, Some(self.association));
        self.desk.note(note, &scene);
    }
}
