//! From the ordered octets of connections to what they mean.

use std::io;

use super::alike::Alike;
use super::bound::Bound;
use super::desk::Desk;
use super::feed::Feed;
use super::idle::{Awake, idles};
use super::sorter::{Listener, Opening};
use super::{Options, PAYLOAD, Read, View};
use crate::analysis::{Association, Sent};
use crate::capture::{Damage, Frame, FrameNo, Octets, Timestamp};
use crate::findings::{Collector, Scene};
use crate::layers::cotp::Connect;
use crate::layers::note::{Cap, Note, What};
use crate::layers::presentation::Context;
use crate::layers::stack::{Now, Stack};
use crate::layers::{Side, lower, smtp};
use crate::net::{Endpoint, Packet};
use crate::stream::{Incident, Loss, Receiver};
use crate::tree::Sink;

/// How much memory a list of presentation contexts may take to be shared: applications define ten at most.
const SHARED: usize = 2048;

/// What is known of the connection in a place.
#[derive(Debug)]
enum Place {
    /// There is none.
    Vacant,
    /// It was taken for over to make room. What follows begins another association.
    Ended { ends: Box<[Endpoint; 2]>, mail: bool },
    /// It goes on.
    Open(Box<Conversation>),
}

impl Place {
    /// The place of an association that was taken for over.
    fn ended(association: &Association) -> Place {
        let ends = Box::new([association.initiator, association.responder]);
        Place::Ended { ends, mail: association.is_smtp() }
    }
}

#[derive(Debug)]
struct Conversation {
    stack: Stack,
    association: Association,
    /// How many octets were delivered in the segment that is read.
    delivered: usize,
    /// Which sides begin somewhere in their stream and have not been heard since.
    midstream: [bool; 2],
    /// How much memory it takes besides itself, as it was counted last.
    counted: usize,
    /// Whether it may hold something only to be quick.
    awake: bool,
}

impl Conversation {
    /// Counts what it takes now; `held` is what all take together.
    fn count(&mut self, held: &mut usize) {
        let now = self.stack.footprint();
        *held = *held - std::mem::replace(&mut self.counted, now) + now;
    }
}

/// Understands what the connections bring, and shows it to a view.
#[derive(Debug)]
pub(super) struct Analyst<'a, V> {
    /// How many octets are held of one TSDU, SSDU or transferred value.
    unit: usize,
    view: &'a mut V,
    desk: Desk,
    places: Vec<Place>,
    /// How much memory the conversations take together.
    held: usize,
    /// How much that may be.
    bound: Bound,
    awake: Awake,
    contexts: Alike<Vec<Context>>,
    requests: Alike<Connect>,
    /// How many associations there are.
    pub(super) associations: u32,
    pub(super) damaged: bool,
    now: Now,
    /// When the frame before was captured.
    before: Option<Timestamp>,
}

impl<'a, V: View> Analyst<'a, V> {
    pub(super) fn new(options: &Options, view: &'a mut V) -> Analyst<'a, V> {
        Analyst {
            unit: options.limits.unit,
            view,
            desk: Desk::new(options.keep_content, options.limits.together / 2),
            places: Vec::new(),
            held: 0,
            bound: Bound::new(options.limits.layers()),
            awake: Awake::default(),
            contexts: Alike::default(),
            requests: Alike::default(),
            associations: 0,
            damaged: false,
            now: Now { frame: FrameNo::NONE, time: Timestamp(0) },
            before: None,
        }
    }

    /// The capture is over; `incomplete_datagrams` came in fragments and were not put together.
    pub(super) fn finish(mut self, incomplete_datagrams: u64) -> Collector {
        if incomplete_datagrams > 0 {
            self.note(What::Fragments(incomplete_datagrams));
        }
        self.desk.finish(&mut |message| self.view.message(message));
        self.tell_limits();
        self.desk.collector
    }

    fn conversation(&mut self, at: usize) -> Option<&mut Conversation> {
        match self.places.get_mut(at)? {
            Place::Open(conversation) => Some(conversation),
            _ => None,
        }
    }

    /// Gives a conversation something to hear.
    fn feed(&mut self, at: usize, tell: impl FnOnce(&mut Feed<'_, V>)) {
        let Some(Place::Open(conversation)) = self.places.get_mut(at) else { return };
        let Conversation { stack, association, delivered, .. } = &mut **conversation;
        let Analyst { desk, view, now, .. } = self;
        tell(&mut Feed { stack, association, desk, view, now: *now, delivered });
    }

    /// Puts a new conversation into a place.
    fn begin_conversation(&mut self, at: usize, opening: &Opening, midstream: bool) {
        if self.places.len() <= at {
            self.places.resize_with(at + 1, || Place::Vacant);
        }
        self.associations += 1;
        let [initiator, responder] = opening.ends;
        let stack = if opening.mail { Stack::mail() } else { Stack::new(self.unit) };
        let mut association = Association::new(self.associations, initiator, responder, opening.first);
        association.application = stack.application();
        let conversation = Conversation {
            stack,
            association,
            delivered: 0,
            midstream: [midstream; 2],
            counted: 0,
            awake: false,
        };
        let before = std::mem::replace(&mut self.places[at], Place::Open(Box::new(conversation)));
        if let Place::Open(lost) = before {
            // By a fault of ours: in order, a place is left before it is taken.
            self.held -= lost.counted;
        }
    }

    /// A conversation was heard: counts what it takes now.
    fn count_again(&mut self, at: usize) {
        let Some(Place::Open(conversation)) = self.places.get_mut(at) else { return };
        conversation.count(&mut self.held);
        if !std::mem::replace(&mut conversation.awake, true) {
            self.awake.add(self.now.frame, at, conversation.association.number);
        }
    }

    fn rest(&mut self, at: usize) {
        let Some(Place::Open(conversation)) = self.places.get_mut(at) else { return };
        conversation.stack.rest();
        let Conversation { stack, association, .. } = &mut **conversation;
        for contexts in [stack.contexts(), &mut association.presentation.contexts] {
            if contexts.footprint() <= SHARED
                && let Some(list) = contexts.held()
            {
                self.contexts.share(list);
            }
        }
        if let Some(request) = &mut association.transport.request {
            self.requests.share(&mut request.connect);
        }
        conversation.count(&mut self.held);
    }

    /// One conversation that was heard long ago is looked at: where it idles, it gives back what it holds to be quick.
    fn look_after_one(&mut self) {
        let now = self.now.frame;
        let Some((at, number)) = self.awake.next(now) else { return };
        let heard = self.conversation(at).filter(|known| known.association.number == number);
        let Some(conversation) = heard else { return };
        if idles(conversation.association.last_frame, now) {
            conversation.awake = false;
            self.rest(at);
        } else {
            self.awake.add(now, at, number);
        }
    }

    /// Tells which limits were reached in what is known of all connections together.
    fn tell_limits(&mut self) {
        while let Some(cap) = self.desk.reached() {
            self.note(What::Cap(cap));
        }
    }

    /// Sees to it that no more is held than may be.
    fn keep_bounds(&mut self) -> io::Result<()> {
        self.tell_limits();
        if self.bound.is_exceeded(self.held) {
            (0..self.places.len()).for_each(|at| self.rest(at));
            self.make_room()?;
            self.bound.room_was_made(self.held);
        }
        Ok(())
    }

    /// Takes the conversations for over that were idle longest, until a quarter is free: all but the one that is read.
    fn make_room(&mut self) -> io::Result<()> {
        let most = self.bound.most();
        if self.held <= most {
            return Ok(());
        }
        let now = self.now.frame;
        let idle = self.places.iter().enumerate().filter_map(|(at, place)| match place {
            Place::Open(known) if known.counted > 0 => Some((known.association.last_frame, at)),
            _ => None,
        });
        let mut idle: Vec<_> = idle.filter(|(frame, _)| *frame != now).collect();
        idle.sort_unstable();
        let mut ended = false;
        for (_, at) in idle {
            if self.held <= most - most / 4 {
                break;
            }
            ended = true;
            let Some(known) = self.conversation(at) else { continue };
            let place = Place::ended(&known.association);
            self.end(at)?;
            self.places[at] = place;
        }
        if ended {
            self.note(What::Cap(Cap::Together));
        }
        Ok(())
    }

    /// Ends what is known of a connection, and leaves its place.
    fn end(&mut self, at: usize) -> io::Result<()> {
        self.feed(at, |feed| {
            feed.end_of_stream(Side::Initiator);
            feed.end_of_stream(Side::Responder);
            feed.over();
        });
        let Some(place) = self.places.get_mut(at) else { return Ok(()) };
        let Place::Open(conversation) = std::mem::replace(place, Place::Vacant) else { return Ok(()) };
        let Conversation { mut association, counted, .. } = *conversation;
        self.held -= counted;
        association.finish(self.now);
        self.desk.close(&association, &mut |message| self.view.message(message));
        self.tell_limits();
        self.view.association(association)
    }

    /// Something about the capture as a whole.
    fn note(&mut self, what: What) {
        let scene = Scene::new(self.now, None);
        let octets = Octets::new(&[], &[], 0);
        self.desk.note(&Note { what, side: Side::Initiator, field: &PAYLOAD, octets }, &scene);
    }
}

impl<V: View> Listener for Analyst<'_, V> {
    fn begin(&mut self, now: Now) {
        self.before = (self.now.frame != FrameNo::NONE).then_some(self.now.time);
        self.now = now;
        self.desk.collector.next_frame();
        self.view.begin(now);
        self.look_after_one();
    }

    fn packet(&mut self, frame: &Frame<'_>, packet: &Packet<'_>) {
        if V::Sink::KEEPS {
            let fields = self.view.wants_lower_fields();
            lower::describe(frame, packet, self.before, fields, self.view.sink());
        }
    }

    fn undecided(&mut self, payload: Octets<'_>) {
        if V::Sink::KEEPS {
            smtp::describe_undecided(payload, self.view.sink());
        }
    }

    fn open(&mut self, at: usize, opening: &Opening) {
        self.begin_conversation(at, opening, false);
    }

    fn segment(&mut self, at: usize, side: Side, sent: Sent) {
        if let (Some(Place::Ended { ends, mail }), true) = (self.places.get(at), sent.octets) {
            let opening = Opening { ends: **ends, first: self.now, mail: *mail };
            self.begin_conversation(at, &opening, true);
        }
        let now = self.now;
        if let Some(Conversation { association, delivered, .. }) = self.conversation(at) {
            association.last_frame = now.frame;
            association.segment(side, sent, now);
            *delivered = 0;
        }
    }

    fn octets(&mut self, at: usize, side: Side, octets: Octets<'_>) {
        let Some(conversation) = self.conversation(at) else { return };
        if std::mem::take(&mut conversation.midstream[side.index()]) {
            self.feed(at, |feed| feed.incident(side, Incident::Midstream));
        }
        self.feed(at, |feed| feed.octets(side, octets));
    }

    fn lost(&mut self, at: usize, side: Side, loss: Loss) {
        self.feed(at, |feed| feed.lost(side, loss));
    }

    fn overtaken(&mut self, at: usize, overtaken: bool) {
        self.feed(at, |feed| feed.overtaken(overtaken));
    }

    fn incident(&mut self, at: usize, side: Side, incident: Incident<'_>) {
        self.feed(at, |feed| feed.incident(side, incident));
    }

    fn told(&mut self, at: usize, side: Side, payload: Octets<'_>) -> io::Result<()> {
        let Some(Place::Open(conversation)) = self.places.get(at) else { return Ok(()) };
        if V::Sink::KEEPS && !payload.is_empty() {
            let stack = &conversation.stack;
            let sink = self.view.sink();
            sink.source(payload);
            match (conversation.delivered, stack.pending(side)) {
                (0, _) => lower::describe_withheld(payload.len(), stack.in_setup(), sink),
                (_, pending @ 1..) => {
                    let pending = pending.min(payload.len());
                    let setup = stack.in_setup();
                    lower::describe_pending(stack.unfinished(), pending, payload.len(), setup, sink);
                }
                _ => {}
            }
        }
        if conversation.delivered == 0 {
            // No more is held than before.
            return Ok(());
        }
        self.count_again(at);
        self.keep_bounds()
    }

    fn cut(&mut self, at: usize, missing: u32) {
        if let Some(Place::Open(conversation)) = self.places.get(at) {
            self.desk.cut(missing, &Scene::new(self.now, Some(&conversation.association)));
        }
    }

    fn close(&mut self, at: usize) -> io::Result<()> {
        self.end(at)
    }

    fn capped(&mut self, cap: Cap) {
        self.note(What::Cap(cap));
    }

    fn frame(
        &mut self,
        frame: &Frame<'_>,
        ends: Option<(Endpoint, Endpoint)>,
        at: Option<usize>,
    ) -> io::Result<()> {
        if !V::Sink::KEEPS {
            return Ok(());
        }
        let association = match at.and_then(|at| self.places.get(at)) {
            Some(Place::Open(conversation)) => Some(&conversation.association),
            _ => None,
        };
        self.view.frame(&Read { frame, ends, association, marks: self.desk.collector.marks() })
    }

    fn damage(&mut self, damage: &Damage) {
        self.damaged = true;
        let now = Now { frame: damage.after, ..self.now };
        self.desk.damage(damage, &Scene::new(now, None));
    }

    fn failed(&mut self) {
        crate::findings::internal_error(&Scene::new(self.now, None), &mut self.desk.collector);
        let now = self.now.frame;
        for at in 0..self.places.len() {
            if let Some(Place::Open(known)) = self.places.get(at)
                && known.association.last_frame == now
            {
                self.held -= known.counted;
                self.places[at] = Place::ended(&known.association);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::connections::Known;

    /// A hundred thousand associations may be open at once. Each has one of these at all times, and some 400 octets
    /// besides: in the tables of the connections, and the octets that no one has acknowledged yet.
    #[test]
    fn an_open_association_takes_less_than_two_kib() {
        assert!(size_of::<Association>() <= 928, "{}", size_of::<Association>());
        assert!(size_of::<Stack>() <= 296, "{}", size_of::<Stack>());
        assert!(size_of::<Conversation>() <= 1248, "{}", size_of::<Conversation>());
        assert!(size_of::<Known>() <= 288, "{}", size_of::<Known>());
    }
}
