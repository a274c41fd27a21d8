//! From the streams of one connection to its layers, and from these to analysis, rules and view.

use super::desk::Desk;
use super::{PAYLOAD, SECRET_PAYLOAD, View};
use crate::analysis::Association;
use crate::capture::Octets;
use crate::findings::Scene;
use crate::layers::Side;
use crate::layers::foreign::Application;
use crate::layers::note::{Cap, Note, What};
use crate::layers::rtse::Activity;
use crate::layers::stack::{ActivityKey, Now, Output, Pdu, Stack, Transfer};
use crate::layers::upper::Knowledge;
use crate::stream::{Incident, Loss, Receiver};
use crate::tree::Sink;

/// Feeds the streams of one connection to its stack, and what the stack gives to analysis, rules and view.
pub(super) struct Feed<'a, V: View> {
    pub(super) stack: &'a mut Stack,
    pub(super) association: &'a mut Association,
    pub(super) desk: &'a mut Desk,
    pub(super) view: &'a mut V,
    pub(super) now: Now,
    /// How many octets were delivered in the segment that is read.
    pub(super) delivered: &'a mut usize,
}

impl<V: View> Feed<'_, V> {
    fn split(&mut self) -> (&mut Stack, Tell<'_, V>) {
        let tell = Tell { association: self.association, desk: self.desk, view: self.view, now: self.now };
        (self.stack, tell)
    }

    pub(super) fn end_of_stream(&mut self, side: Side) {
        let now = self.now;
        let (stack, mut tell) = self.split();
        stack.finish(side, now, &mut tell);
    }

    /// The connection is over.
    pub(super) fn over(&mut self) {
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
        *self.delivered += octets.len();
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
                self.end_of_stream(side);
                let (stack, mut tell) = self.split();
                stack.closed(side, &mut tell);
            }
            Incident::Reset => self.over(),
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
