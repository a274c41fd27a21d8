//! Frames sorted into connections, and the octets of each put in order.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Options;
use super::bound::Bound;
use super::connections::{Candidate, Connections, FlowKey, HeldSegment, Known, Slot};
use crate::analysis::Sent;
use crate::capture::{Damage, Frame, FrameNo, Octets, Timestamp};
use crate::layers::note::Cap;
use crate::layers::stack::Now;
use crate::layers::tpkt::{self, Probe};
use crate::layers::{Side, smtp};
use crate::net::{self, Endpoint, Flags, Packet, Segment};
use crate::stream::{Flow, Incident, Loss, Receiver};

/// How many closed connections are remembered, so that late segments of them are not taken for new ones.
const LINGERING: usize = 4096;

/// How long a closed connection is remembered, in nanoseconds of capture time.
const LINGER_TIME: i64 = 60_000_000_000;

/// How many octets decide what a connection on another port is.
const PROBED: usize = 16;

/// The beginning of a connection that carries TPKT or SMTP.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    /// The initiator and the responder.
    pub(super) ends: [Endpoint; 2],
    /// Its first frame.
    pub(super) first: Now,
    /// Whether it carries SMTP.
    pub(super) mail: bool,
}

/// Takes what the connections of a capture bring, in the order of the capture. A connection is known by its place,
/// which another may have when it is over.
pub(super) trait Listener {
    /// All that follows happens in the frame `now`.
    fn begin(&mut self, now: Now);

    /// What the frame holds below the connection, for those who show fields.
    fn packet(&mut self, frame: &Frame<'_>, packet: &Packet<'_>);

    /// A segment of a connection of which it is not known yet whether it carries SMTP, for those who show fields.
    fn undecided(&mut self, payload: Octets<'_>);

    /// A connection begins.
    fn open(&mut self, at: usize, opening: &Opening);

    /// A segment of a connection, without its octets; `side` sent it.
    fn segment(&mut self, at: usize, side: Side, sent: Sent);

    /// The next octets in order.
    fn octets(&mut self, at: usize, side: Side, octets: Octets<'_>);

    /// The next octets are missing.
    fn lost(&mut self, at: usize, side: Side, loss: Loss);

    /// Whether an end has acknowledged octets of the other that were not handed on has changed.
    fn overtaken(&mut self, at: usize, overtaken: bool);

    /// Something happened on a connection.
    fn incident(&mut self, at: usize, side: Side, incident: Incident<'_>);

    /// All that a segment with this payload brings was told. Errors are those of the output, here and below.
    fn told(&mut self, at: usize, side: Side, payload: Octets<'_>) -> io::Result<()>;

    /// The snap length cut so many octets of a frame.
    fn cut(&mut self, at: usize, missing: u32);

    /// Nothing more comes of a connection.
    fn close(&mut self, at: usize) -> io::Result<()>;

    /// A limit was reached.
    fn capped(&mut self, cap: Cap);

    /// A frame has been read, for those who show fields; `at`: the connection that it belongs to.
    fn frame(
        &mut self,
        frame: &Frame<'_>,
        ends: Option<(Endpoint, Endpoint)>,
        at: Option<usize>,
    ) -> io::Result<()>;

    /// A file is damaged.
    fn damage(&mut self, damage: &Damage);

    /// A frame could not be read by a fault of ours.
    fn failed(&mut self);
}

/// Sorts the frames of a capture into connections.
#[derive(Debug)]
pub(super) struct Sorter<'o> {
    options: &'o Options,
    connections: Connections,
    /// Connections that were closed, with their numbers: the key may be used again.
    lingering: VecDeque<(Timestamp, FlowKey, u32)>,
    numbers: u32,
    /// How much memory the streams may take together.
    bound: Bound,
    last: Now,
}

impl<'o> Sorter<'o> {
    pub(super) fn new(options: &'o Options) -> Sorter<'o> {
        Sorter {
            options,
            connections: Connections::default(),
            lingering: VecDeque::new(),
            numbers: 0,
            bound: Bound::new(options.limits.streams()),
            last: Now { frame: FrameNo::NONE, time: Timestamp(0) },
        }
    }

    /// Reads a frame; should that fail by a fault of ours, its connection is given up and the run goes on.
    pub(super) fn frame<L: Listener>(
        &mut self,
        frame: &Frame<'_>,
        net: &mut net::Reader,
        listener: &mut L,
    ) -> io::Result<()> {
        self.last = Now { frame: frame.number, time: frame.time };
        match catch_unwind(AssertUnwindSafe(|| self.read(frame, net, listener))) {
            Ok(done) => done,
            Err(_) => {
                *net = net::Reader::new();
                self.connections.forget_all(|slot| slot.last_frame() == Some(frame.number));
                listener.failed();
                Ok(())
            }
        }
    }

    fn read<L: Listener>(
        &mut self,
        frame: &Frame<'_>,
        net: &mut net::Reader,
        listener: &mut L,
    ) -> io::Result<()> {
        let now = self.last;
        listener.begin(now);
        self.forget(now.time, listener)?;
        self.connections.look_after_one(now.frame);
        let packet = net.read(frame);
        listener.packet(frame, &packet);
        let at = match &packet.segment {
            Some(segment) => self.segment(segment, listener)?,
            None => None,
        };
        if let (true, Some(at)) = (packet.cut, at) {
            listener.cut(at, frame.original_length.saturating_sub(frame.octets.len() as u32));
        }
        let ends = packet.segment.as_ref().map(|segment| (segment.from, segment.to));
        listener.frame(frame, ends, at)
    }

    /// Reads a segment; gives the place of the connection it belongs to.
    fn segment<L: Listener>(&mut self, segment: &Segment<'_>, listener: &mut L) -> io::Result<Option<usize>> {
        let key = FlowKey::of(segment);
        let Some(at) = self.place(&key, segment, listener)? else { return Ok(None) };
        let held = self.probe(at, segment, listener);
        let now = self.last;
        let Some(known) = self.connections.known_mut(at) else { return Ok(None) };
        known.last_frame = now.frame;
        let side = known.flow.side(segment);
        let was_closed = known.closed == [true; 2];
        let Known { flow, closed, overtaken, .. } = known;
        let mut outlet = Outlet { at, closed, overtaken, listener };
        for held in &held {
            flow.push(&held.segment(), &mut outlet);
        }
        let sent = Sent { flags: segment.flags, window: segment.window, octets: !segment.payload.is_empty() };
        outlet.listener.segment(at, side, sent);
        flow.push(segment, &mut outlet);
        if known.closed == [true; 2] && !was_closed {
            self.lingering.push_back((now.time, key, known.number));
        }
        self.connections.count_again(at);
        listener.told(at, side, segment.payload)?;
        if self.bound.is_exceeded(self.connections.held()) {
            self.connections.rest_all();
            self.make_room(Cap::Together, listener)?;
            self.bound.room_was_made(self.connections.held());
        }
        Ok(Some(at))
    }

    /// The place of the connection that a segment belongs to; a new one where it opens one.
    fn place<L: Listener>(
        &mut self,
        key: &FlowKey,
        segment: &Segment<'_>,
        listener: &mut L,
    ) -> io::Result<Option<usize>> {
        let found = self.connections.find(key);
        let opening = segment.flags.has(Flags::SYN) && !segment.flags.has(Flags::ACK);
        let reopened = match found.and_then(|at| self.connections.get(at)) {
            Some(Slot::Known(known)) => known.flow.reopened_by(segment),
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
            self.close(at, listener)?;
        }
        if self.connections.count() >= self.options.limits.connections {
            self.make_room(Cap::Connections, listener)?;
        }
        let flow = Flow::new(segment, |port| ports.contains(&port) || smtp::PORTS.contains(&port));
        let mail = smtp::PORTS.contains(&flow.end(Side::Responder).port);
        let late = !segment.flags.has(Flags::SYN);
        let candidate = Candidate { flow, first: self.last, mail, late, held: Vec::new() };
        let at = self.connections.insert(*key, Slot::Candidate(Box::new(candidate)));
        if expected && !mail {
            self.promote(at, false, listener);
        }
        Ok(Some(at))
    }

    /// Looks at a connection of which it is not known yet what it is: TPKT, or SMTP on a port of mail? Gives the
    /// segments that waited for the answer.
    fn probe<L: Listener>(&mut self, at: usize, segment: &Segment<'_>, listener: &mut L) -> Vec<HeldSegment> {
        let Some(candidate) = self.connections.candidate_mut(at) else { return Vec::new() };
        if segment.payload.is_empty() {
            candidate.flow.push(segment, &mut Deaf);
            return Vec::new();
        }
        let options = self.options;
        let mut carries_mail = None;
        let mut unsure = false;
        if candidate.mail {
            // Each side speaks for itself; in the middle of a dialogue every segment does.
            let side = candidate.flow.side(segment);
            let held = candidate.held.iter().filter(|held| held.header.from == segment.from);
            let mut first: Vec<u8> = held.flat_map(|held| held.bytes.iter().copied()).collect();
            first.extend_from_slice(segment.payload.bytes());
            match smtp::probe(side, &first, candidate.late) {
                smtp::Probe::Certain => carries_mail = Some(true),
                smtp::Probe::Unsure => unsure = true,
                smtp::Probe::No => {}
            }
        }
        let expected = FlowKey::of(segment).has_port(&options.ports);
        let mut first: Vec<u8> = candidate.held.iter().flat_map(|held| held.bytes.iter().copied()).collect();
        first.extend_from_slice(segment.payload.slice(0, PROBED).bytes());
        if carries_mail.is_none() && (options.probe || expected) {
            match tpkt::probe(&first) {
                Probe::Certain => carries_mail = Some(false),
                Probe::Unsure => unsure = true,
                Probe::No => {}
            }
        }
        match carries_mail {
            Some(mail) => self.promote(at, mail, listener),
            None if unsure && first.len() < PROBED => {
                candidate.held.push(HeldSegment::new(segment));
                undecided(candidate.mail, segment, listener)
            }
            None if expected => self.promote(at, false, listener),
            None if candidate.late && candidate.mail => {
                // What lies in the middle of a message tells nothing: each segment is looked at as the first one.
                candidate.flow = Flow::new(segment, |port| smtp::PORTS.contains(&port));
                candidate.first = self.last;
                candidate.held.clear();
                undecided(candidate.mail, segment, listener)
            }
            None => {
                self.connections.estrange(at);
                Vec::new()
            }
        }
    }

    /// It is known what a candidate is. Gives the segments that waited for that.
    fn promote<L: Listener>(&mut self, at: usize, mail: bool, listener: &mut L) -> Vec<HeldSegment> {
        let Some(Candidate { flow, first, held, .. }) = self.connections.take_candidate(at) else {
            return Vec::new();
        };
        self.numbers += 1;
        let ends = [flow.end(Side::Initiator), flow.end(Side::Responder)];
        self.connections.put(at, Known::new(flow, self.numbers, first.frame));
        listener.open(at, &Opening { ends, first, mail });
        held
    }

    /// Forgets connections that were closed long ago.
    fn forget<L: Listener>(&mut self, time: Timestamp, listener: &mut L) -> io::Result<()> {
        while let Some((closed, key, number)) = self.lingering.front().copied() {
            if self.lingering.len() <= LINGERING && time.0.saturating_sub(closed.0) < LINGER_TIME {
                break;
            }
            self.lingering.pop_front();
            if let Some(at) = self.connections.find(&key)
                && self.connections.known_mut(at).is_some_and(|known| known.number == number)
            {
                self.close(at, listener)?;
            }
        }
        Ok(())
    }

    /// Ends the connections that were idle longest, where there are too many or they hold too much: all but the one
    /// that is read now.
    fn make_room<L: Listener>(&mut self, cap: Cap, listener: &mut L) -> io::Result<()> {
        let (connections, streams) = (self.options.limits.connections, self.bound.most());
        let (most, enough) = match cap {
            Cap::Together => (streams, streams - streams / 4),
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
            self.close(at, listener)?;
        }
        if ended {
            listener.capped(cap);
        }
        Ok(())
    }

    /// Ends what is known of a connection.
    fn close<L: Listener>(&mut self, at: usize, listener: &mut L) -> io::Result<()> {
        let Some(Slot::Known(mut known)) = self.connections.remove(at) else { return Ok(()) };
        let Known { flow, closed, overtaken, .. } = &mut *known;
        flow.finish(&mut Outlet { at, closed, overtaken, listener });
        listener.close(at)
    }

    /// The capture is over: ends what is open.
    pub(super) fn finish<L: Listener>(&mut self, listener: &mut L) -> io::Result<()> {
        let open = self.connections.iter().filter_map(|(at, slot)| match slot {
            Slot::Known(known) => Some((known.number, at)),
            _ => None,
        });
        let mut open: Vec<(u32, usize)> = open.collect();
        open.sort_unstable();
        for (_, at) in open {
            self.close(at, listener)?;
        }
        Ok(())
    }
}

/// A segment has told nothing of its connection yet.
fn undecided<L: Listener>(mail: bool, segment: &Segment<'_>, listener: &mut L) -> Vec<HeldSegment> {
    if mail {
        listener.undecided(segment.payload);
    }
    Vec::new()
}

/// Hears nothing: for segments without payload.
struct Deaf;

impl Receiver for Deaf {
    fn octets(&mut self, _: Side, _: Octets<'_>) {}
    fn lost(&mut self, _: Side, _: Loss) {}
    fn incident(&mut self, _: Side, _: Incident<'_>) {}
}

/// Where the streams of one connection go.
struct Outlet<'a, L: Listener> {
    at: usize,
    closed: &'a mut [bool; 2],
    overtaken: &'a mut bool,
    listener: &'a mut L,
}

impl<L: Listener> Receiver for Outlet<'_, L> {
    fn octets(&mut self, side: Side, octets: Octets<'_>) {
        self.listener.octets(self.at, side, octets);
    }

    fn lost(&mut self, side: Side, loss: Loss) {
        self.listener.lost(self.at, side, loss);
    }

    fn overtaken(&mut self, overtaken: bool) {
        if std::mem::replace(self.overtaken, overtaken) != overtaken {
            self.listener.overtaken(self.at, overtaken);
        }
    }

    fn incident(&mut self, side: Side, incident: Incident<'_>) {
        match incident {
            Incident::Finished => self.closed[side.index()] = true,
            Incident::Reset => *self.closed = [true; 2],
            _ => {}
        }
        self.listener.incident(self.at, side, incident);
    }
}
