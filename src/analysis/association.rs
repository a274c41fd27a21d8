//! What is known of one association: who called whom, what was asked and answered, how it ended.

use crate::capture::{FrameNo, Octets, Timestamp};
use crate::layers::cotp::{self, TpduKind};
use crate::layers::foreign::Application;
use crate::layers::presentation::{self, Contexts, Mode};
use crate::layers::session::{self, Spdu, SpduKind};
use crate::layers::smtp::{Said, Verb};
use crate::layers::stack::{Content, Now, Pdu};
use crate::layers::upper::{Facts, Knowledge};
use crate::layers::{Name, Side, acse, mts, rtse};
use crate::net::Endpoint;
use crate::stream::{Incident, Loss};
use crate::tree::Tag;

use super::activity::{Agreed, Dialogue};
use super::breach::Breach;
use super::ending::{Ending, How};
use super::machine::{Event, Machine, State, Step};
use super::pace::{Pace, Sent};
use super::timers::{Timers, since};
use super::transport::TransportFacts;
use crate::layers::mts::Kind;
use crate::layers::note::Note;

/// How an association ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Released in order.
    Released,
    /// Refused by the end that was called.
    Refused,
    /// Aborted.
    Aborted,
    /// The connection below was cut.
    Disconnected,
    /// Not over when the capture ended.
    Open,
    /// Asked for and never answered.
    Unanswered,
}

impl Outcome {
    /// The name used in output.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Released => "released",
            Outcome::Refused => "refused",
            Outcome::Aborted => "aborted",
            Outcome::Disconnected => "disconnected",
            Outcome::Open => "open",
            Outcome::Unanswered => "unanswered",
        }
    }
}

/// A value that one side asked for and the other answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<T> {
    /// What the initiator offered or proposed.
    pub offered: Option<T>,
    /// What the responder answered.
    pub accepted: Option<T>,
}

impl<T> Default for Asked<T> {
    fn default() -> Self {
        Asked { offered: None, accepted: None }
    }
}

impl<T> Asked<T> {
    /// Whether neither side said anything.
    pub fn is_empty(&self) -> bool {
        self.offered.is_none() && self.accepted.is_none()
    }

    fn set(&mut self, side: Side, value: Option<T>) {
        let place = match side {
            Side::Initiator => &mut self.offered,
            Side::Responder => &mut self.accepted,
        };
        *place = value.or(place.take());
    }
}

/// What CONNECT and ACCEPT said (X.225 8.3.1, 8.3.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionFacts {
    /// Version bits: 01 version 1, 02 version 2.
    pub version: Asked<u8>,
    /// Session user requirements.
    pub functional_units: Asked<u16>,
    /// Calling session selector.
    pub calling_selector: Option<Name>,
    /// Called session selector.
    pub called_selector: Option<Name>,
}

/// What the CP and CPA said (X.226 8.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresentationFacts {
    /// The mode.
    pub mode: Option<Mode>,
    /// The mode that the CP offered, and the one that the CPA answered.
    pub modes: (Option<Mode>, Option<Mode>),
    /// Whether the mode was not seen in a CP or CPA but worked out from what followed.
    pub inferred: bool,
    /// Calling presentation selector.
    pub calling_selector: Option<Name>,
    /// Called presentation selector.
    pub called_selector: Option<Name>,
    /// The contexts proposed, with their results.
    pub contexts: Contexts,
}

/// What RTORQ and RTOAC said (X.228 7.1, 7.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RtseFacts {
    /// checkpointSize, in units of 1024 octets.
    pub checkpoint_size: Asked<i64>,
    /// windowSize.
    pub window_size: Asked<i64>,
    /// dialogueMode of the RTORQ.
    pub dialogue_mode: Option<i64>,
    /// Whether the RTORQ asks to recover an association that was lost.
    pub recovers: bool,
    /// applicationProtocol of the RTORQ, in X.410 mode.
    pub application_protocol: Option<i64>,
    /// Whether an RTORQ or RTOAC was seen at all.
    pub seen: bool,
}

/// An activity that is open: begun, and not confirmed, interrupted or discarded.
#[derive(Clone, Copy, Debug)]
pub struct OpenActivity {
    /// Who sends.
    pub sender: Side,
    /// Where it began.
    pub since: Now,
}

/// One association, or one connection of another protocol on TPKT.
#[derive(Clone, Debug)]
pub struct Association {
    /// Its number, from 1 in order of first frame.
    pub number: u32,
    /// What uses the connection; `None` where nothing told.
    pub application: Option<Application>,
    /// Which kind of MHS association.
    pub kind: Option<Kind>,
    /// The end that called.
    pub initiator: Endpoint,
    /// The end that was called.
    pub responder: Endpoint,
    /// The frame that opened it, or the first that was captured of it.
    pub first_frame: FrameNo,
    /// Its last frame.
    pub last_frame: FrameNo,
    /// When it was opened, or its first frame captured.
    pub opened: Timestamp,
    /// CR C1, or CC C1 where there was no CR.
    pub calling_tsap: Option<Name>,
    /// CR C2, or CC C2.
    pub called_tsap: Option<Name>,
    /// TPDU size in octets.
    pub tpdu_size: Asked<u32>,
    /// Whether the CONNECT and what it holds were captured whole and without damage.
    pub offer_is_sound: bool,
    /// The session connection.
    pub session: SessionFacts,
    /// The presentation connection.
    pub presentation: PresentationFacts,
    /// application-context-name of the AARQ, or of the AARE.
    pub application_context: Name,
    /// Reliable transfer.
    pub rtse: RtseFacts,
    /// The name in the initiator's bind.
    pub initiator_name: Option<Name>,
    /// Equal for equal passwords in the initiator's bind; `None` where it sent none.
    pub initiator_credentials: Option<u64>,
    /// The name in the responder's bind.
    pub responder_name: Option<Name>,
    /// How it ended.
    pub outcome: Outcome,
    /// The layer that ended it.
    pub ended_by: Option<Tag>,
    /// The end itself, with the octets that tell it.
    pub ending: Option<Box<Ending>>,
    /// Whether an activity was begun.
    pub transfers: bool,
    /// The activity that is open.
    pub activity: Option<OpenActivity>,
    /// The transport connection.
    pub transport: TransportFacts,
    /// When the two ends sent something.
    pub pace: Pace,
    /// Tokens, activities and checkpoints.
    pub dialogue: Dialogue,
    /// How long its steps took.
    pub timers: Timers,
    /// Messages, probes and reports that were transferred and acknowledged.
    pub messages: u64,
    /// Octets of TCP payload that each side sent, as far as they were captured: the initiator's, the responder's.
    pub octets: [u64; 2],
    /// Octets that the capture misses, of both directions.
    pub missing_octets: u64,
    /// Whether the capture holds the connection from its beginning.
    pub from_the_start: bool,
    machine: Machine,
    /// The states that were reached, a bit for each.
    reached: u16,
    /// When the CR was sent.
    requested: Option<Timestamp>,
}

impl Association {
    /// An association that nothing is known of but its ends.
    pub fn new(number: u32, initiator: Endpoint, responder: Endpoint, now: Now) -> Association {
        Association {
            number,
            application: None,
            kind: None,
            initiator,
            responder,
            first_frame: now.frame,
            last_frame: now.frame,
            opened: now.time,
            calling_tsap: None,
            called_tsap: None,
            tpdu_size: Asked::default(),
            offer_is_sound: false,
            session: SessionFacts::default(),
            presentation: PresentationFacts::default(),
            application_context: Name::default(),
            rtse: RtseFacts::default(),
            initiator_name: None,
            initiator_credentials: None,
            responder_name: None,
            outcome: Outcome::Open,
            ended_by: None,
            ending: None,
            transfers: false,
            activity: None,
            transport: TransportFacts::default(),
            pace: Pace::default(),
            dialogue: Dialogue::default(),
            timers: Timers::default(),
            messages: 0,
            octets: [0; 2],
            missing_octets: 0,
            from_the_start: true,
            machine: Machine::default(),
            reached: 0,
            requested: None,
        }
    }

    /// The end on `side`.
    pub fn end(&self, side: Side) -> Endpoint {
        match side {
            Side::Initiator => self.initiator,
            Side::Responder => self.responder,
        }
    }

    /// Whether the connection serves something that is not mail: nothing is found about that.
    pub fn is_foreign(&self) -> bool {
        use Application::{P1, P3, P7, Smtp, Unknown};
        self.application.is_some_and(|application| !matches!(application, P1 | P3 | P7 | Smtp | Unknown))
    }

    /// Whether the connection carries SMTP: no X.400 association was opened on it, so nothing is said of one.
    pub fn is_smtp(&self) -> bool {
        self.application == Some(Application::Smtp)
    }

    /// Takes note of messages, probes and reports that were transferred and acknowledged.
    pub fn transferred(&mut self, count: u64) {
        self.messages += count;
    }

    /// Takes note of octets that `side` sent.
    pub fn count(&mut self, side: Side, octets: usize) {
        self.octets[side.index()] += octets as u64;
    }

    /// Takes note of octets that are missing.
    pub fn miss(&mut self, loss: Loss) {
        self.missing_octets = self.missing_octets.saturating_add(loss.octets);
        self.dialogue.lose_sight();
    }

    /// Takes note of a segment, before what it brings.
    pub fn segment(&mut self, side: Side, segment: Sent, now: Now) {
        if self.ending.is_none() {
            self.pace.segment(side, segment, self.activity.is_some(), now);
        }
    }

    /// Takes note of what the layers noticed.
    pub fn note(&mut self, note: &Note<'_>) {
        self.transport.note(note);
    }

    /// Takes note of what happened on the TCP connection.
    pub fn incident(&mut self, side: Side, incident: &Incident<'_>, now: Now) {
        let (event, what) = match incident {
            Incident::Opened => (Event::Syn, ""),
            Incident::Accepted => (Event::SynAck, ""),
            Incident::Finished => (Event::Fin, "closed"),
            Incident::Reset => (Event::Reset, "reset"),
            Incident::Midstream => {
                self.from_the_start = false;
                self.dialogue.lose_sight();
                return;
            }
            Incident::OpenRepeated => {
                self.transport.syns_repeated += 1;
                return;
            }
            _ => return,
        };
        let before = self.machine;
        let step = self.step(side, event, now);
        let how = if event == Event::Reset { How::Reset } else { How::Closed };
        let ending = || Ending { state: before.state, side, how, now, code: None, reason: None };
        self.follow(step, ending, || before.tcp_reason(side, event, what));
    }

    /// Takes note of a PDU, and says which rule of the dialogue it breaks.
    pub fn pdu(&mut self, pdu: &Pdu<'_>, knowledge: &Knowledge, now: Now) -> Option<Breach> {
        self.application = knowledge.application.or(self.application);
        self.kind = knowledge.kind();
        self.transport.pdu(pdu, self.ending.is_some(), now);
        match pdu.content {
            Content::Tpdu(tpdu) => self.tpdu(pdu.side, tpdu, pdu.octets, now),
            Content::Spdu { spdu, tsdu, upper } => {
                self.spdu(pdu.side, spdu, tsdu, upper, knowledge, now);
                let agreed = Agreed {
                    reliable: self.is_reliable(),
                    window: self.rtse.window_size.accepted,
                    checkpoint_size: self.rtse.checkpoint_size.accepted,
                };
                return self.dialogue.step(pdu, agreed, &mut self.timers, now);
            }
            Content::Foreign { .. } => {
                self.step(pdu.side, Event::Foreign, now);
            }
            Content::Smtp(said) => self.smtp(pdu.side, said, pdu.octets, now),
        }
        None
    }

    fn smtp(&mut self, side: Side, said: &Said, octets: Octets<'_>, now: Now) {
        let event = match said {
            Said::Command(command) if command.verb == Verb::Quit => Event::MailQuit,
            Said::Command(_) | Said::Credentials | Said::Header(_) => Event::MailCommand,
            Said::Reply(reply) => match (reply.code, reply.answers) {
                (221, _) => Event::MailClosing,
                (400.., Some(Verb::Opening)) => Event::MailRefused,
                (421, _) => Event::MailUnavailable,
                _ => Event::MailReply,
            },
        };
        let state = self.machine.state;
        let step = self.step(side, event, now);
        if let Said::Reply(reply) = said {
            let ending =
                || Ending { state, side, how: How::Reply(reply.code), now, code: None, reason: None };
            self.follow(step, ending, || match event {
                Event::MailClosing => "released in order".to_owned(),
                _ => {
                    let words = reply.texts.first().map_or(&[][..], |words| words.of(octets.bytes()));
                    let what =
                        if event == Event::MailRefused { "refused to serve" } else { "ended the service" };
                    format!("the {} {what}: {} \"{}\"", side.word(), reply.code, text(words))
                }
            });
            if (reply.code, reply.answers) == (220, Some(Verb::StartTls)) {
                self.step(side, Event::Foreign, now);
            }
        }
    }

    /// Whether RTSE uses the association, as far as it is known.
    pub fn is_reliable(&self) -> bool {
        let known = matches!(self.application, Some(Application::P1 | Application::P3 | Application::P7));
        (self.rtse.seen || known) && self.dialogue.has_activities()
    }

    /// The association as the end of the capture leaves it: `now` is the last that is known.
    pub fn finish(&mut self, now: Now) {
        if self.ended_by.is_none() {
            self.outcome = self.machine.unfinished();
            let reason = (self.outcome == Outcome::Unanswered).then(|| self.machine.unanswered().to_owned());
            let state = self.machine.state;
            self.pace.finish(now.time);
            let now = Now { frame: self.last_frame, ..now };
            let ending = Ending { state, side: Side::Responder, how: How::Silence, now, code: None, reason };
            self.ending = Some(Box::new(ending));
        }
    }

    /// When it ended; `None` while it is open.
    pub fn closed(&self) -> Option<Timestamp> {
        let ending = self.ending.as_ref().filter(|ending| !matches!(ending.how, How::Silence));
        ending.map(|ending| ending.now.time)
    }

    /// How it ended, in words.
    pub fn reason(&self) -> Option<&str> {
        self.ending.as_ref()?.reason.as_deref()
    }

    /// Whether the association is known to have reached `state`.
    pub fn reached(&self, state: State) -> bool {
        self.reached & state.bit() != 0
    }

    /// How far it came before it ended.
    pub fn furthest(&self) -> State {
        self.ending.as_ref().map_or(self.machine.state, |ending| ending.state)
    }

    fn step(&mut self, side: Side, event: Event, now: Now) -> Step {
        let step = self.machine.step(side, event);
        self.reached |= self.machine.state.bit();
        if self.machine.state == State::TransportRequested {
            self.requested.get_or_insert(now.time);
        }
        if event == Event::Cc && self.timers.transport.is_none() {
            self.timers.transport = self.requested.map(|requested| since(requested, now.time));
        }
        step
    }

    fn follow(&mut self, step: Step, ending: impl FnOnce() -> Ending, reason: impl FnOnce() -> String) {
        if let Step::End(outcome, tag) = step {
            let ending = Ending { reason: Some(reason()), ..ending() };
            self.outcome = outcome;
            self.ended_by = Some(tag);
            self.pace.finish(ending.now.time);
            self.ending = Some(Box::new(ending));
        }
    }

    fn tpdu(&mut self, side: Side, tpdu: &cotp::Tpdu, octets: Octets<'_>, now: Now) {
        if let Some(connect) = &tpdu.connect {
            self.tpdu_size.set(
                if tpdu.kind == TpduKind::Cr { Side::Initiator } else { Side::Responder },
                connect.tpdu_size,
            );
            // A CC repeats the selectors of the CR or leaves them out; the CR's count.
            self.calling_tsap = self.calling_tsap.take().or_else(|| connect.calling_tsap.clone());
            self.called_tsap = self.called_tsap.take().or_else(|| connect.called_tsap.clone());
        }
        let event = match tpdu.kind {
            TpduKind::Cr => Event::Cr,
            TpduKind::Cc => Event::Cc,
            TpduKind::Dr => Event::Dr,
            TpduKind::Er => Event::Er,
            _ => return,
        };
        let state = self.machine.state;
        let step = self.step(side, event, now);
        let ending = || Ending::tpdu(state, side, tpdu, octets, now);
        self.follow(step, ending, || match (tpdu.kind, step) {
            (_, Step::End(Outcome::Released, _)) => "released in order".to_owned(),
            (TpduKind::Dr, _) => {
                let what = match step {
                    Step::End(Outcome::Refused, _) => "refused the connection: DR in place of CC",
                    _ => "disconnected: DR",
                };
                let mut words = format!(
                    "the {} {what}, reason {} ({})",
                    side.word(),
                    cotp::disconnect_reason(tpdu.reason),
                    tpdu.reason
                );
                if !tpdu.explanation.is_empty() {
                    words.push_str(&format!(", with the text \"{}\"", text(&tpdu.explanation)));
                }
                words
            }
            _ => format!(
                "the {} sent an ER TPDU: {} ({})",
                side.word(),
                cotp::reject_cause(tpdu.reason),
                tpdu.reason
            ),
        });
    }

    fn spdu(
        &mut self,
        side: Side,
        spdu: &Spdu,
        tsdu: Octets<'_>,
        upper: &Facts,
        knowledge: &Knowledge,
        now: Now,
    ) {
        self.learn(spdu, tsdu, upper, knowledge);
        match spdu.kind {
            SpduKind::ActivityStart | SpduKind::ActivityResume => {
                self.transfers = true;
                self.activity = Some(OpenActivity { sender: side, since: now });
            }
            SpduKind::MinorSyncPoint => {
                self.activity.get_or_insert(OpenActivity { sender: side, since: now });
            }
            SpduKind::ActivityEndAck
            | SpduKind::ActivityInterruptAck
            | SpduKind::ActivityDiscardAck
            | SpduKind::GiveTokensConfirm
            | SpduKind::Finish
            | SpduKind::Disconnect => self.activity = None,
            _ => {}
        }
        let event = match spdu.kind {
            SpduKind::Connect => Event::Cn,
            SpduKind::Accept => Event::Ac,
            SpduKind::Refuse => Event::Rf,
            SpduKind::Finish => Event::Fn,
            SpduKind::Disconnect => Event::Dn,
            SpduKind::NotFinished => Event::Nf,
            SpduKind::Abort => Event::Ab,
            _ => Event::Data,
        };
        let state = self.machine.state;
        let step = self.step(side, event, now);
        let offered = self.presentation.mode;
        let ending = || Ending::spdu(state, side, spdu, tsdu, upper, now);
        self.follow(step, ending, || {
            let mut words = end_in_words(side, spdu, upper);
            if let (Some(Mode::Normal), Some(Mode::X410)) = (offered, upper.mode) {
                words.push_str("; the offer was in normal mode, this has the form of the X.410-1984 mode");
            }
            words
        });
        if let Step::End(..) = step {
            self.ended_by = Some(ending_layer(upper));
        }
    }

    /// Takes over what the opening PDUs say.
    fn learn(&mut self, spdu: &Spdu, tsdu: Octets<'_>, upper: &Facts, knowledge: &Knowledge) {
        let octets = |at: crate::tree::Span| Name::new(at.of(tsdu.bytes()));
        if spdu.kind == SpduKind::Connect {
            self.offer_is_sound = spdu.missing.is_none() && spdu.odd.is_none() && !upper.damaged;
        }
        if matches!(spdu.kind, SpduKind::Connect | SpduKind::Accept) {
            let session = &mut self.session;
            let asks = if spdu.kind == SpduKind::Connect { Side::Initiator } else { Side::Responder };
            // Version 1 goes without saying (X.225 8.3.1.7), but not where the capture lacks part of the SPDU.
            session.version.set(asks, spdu.version.or(spdu.missing.is_none().then_some(1)));
            session.functional_units.set(asks, spdu.functional_units);
            session.calling_selector =
                session.calling_selector.take().or_else(|| spdu.calling_selector.map(octets));
            session.called_selector =
                session.called_selector.take().or_else(|| spdu.called_selector.map(octets));
        }
        if knowledge.mode.is_some() {
            self.presentation.mode = knowledge.mode;
            self.presentation.inferred = knowledge.mode_inferred;
        }
        match upper.ppdu {
            Some(presentation::PpduKind::Cp) => self.presentation.modes = (upper.mode, None),
            Some(presentation::PpduKind::Cpa) => self.presentation.modes.1 = upper.mode,
            _ => {}
        }
        if upper.ppdu.is_some_and(|ppdu| ppdu != presentation::PpduKind::Td) {
            let presentation = &mut self.presentation;
            presentation.calling_selector =
                presentation.calling_selector.take().or_else(|| upper.calling_selector.clone());
            presentation.called_selector =
                presentation.called_selector.take().or_else(|| upper.called_selector.clone());
            presentation.contexts.clone_from(&knowledge.contexts);
            if self.application_context.is_empty() {
                self.application_context.clone_from(&knowledge.application_context);
            }
        }
        if let Some(rtse) = &upper.rtse {
            self.learn_rtse(rtse);
        }
    }

    fn learn_rtse(&mut self, apdu: &rtse::Apdu) {
        let asks = match apdu.kind {
            rtse::ApduKind::Rtorq => Side::Initiator,
            rtse::ApduKind::Rtoac => Side::Responder,
            _ => return,
        };
        self.rtse.seen = true;
        self.rtse.checkpoint_size.set(asks, Some(apdu.checkpoint_size.unwrap_or(0)));
        self.rtse.window_size.set(asks, Some(apdu.window_size.unwrap_or(3)));
        match asks {
            Side::Initiator => {
                self.rtse.recovers = apdu.connection_data == Some(rtse::ConnectionData::Recover);
                self.rtse.dialogue_mode = Some(apdu.dialogue_mode.unwrap_or(0));
                self.rtse.application_protocol = apdu.application_protocol;
                self.initiator_name.clone_from(&apdu.bind.name);
                self.initiator_credentials = apdu.bind.password;
            }
            Side::Responder => self.responder_name.clone_from(&apdu.bind.name),
        }
    }
}

/// Text from the wire for a sentence: printable ASCII, without the zero octets that some stacks put at its end.
fn text(octets: &[u8]) -> String {
    let end = octets.iter().rposition(|octet| *octet != 0).map_or(0, |last| last + 1);
    String::from_utf8_lossy(&octets[..end]).into_owned()
}

/// The highest layer that had a say in the end.
fn ending_layer(upper: &Facts) -> Tag {
    let x410 = upper.mode == Some(Mode::X410);
    match (&upper.rtse, &upper.acse, upper.ppdu) {
        (Some(rtse), _, _) if rtse.bind.error.is_some() => Tag::P1,
        (Some(_), _, _) => {
            if x410 {
                Tag::Rts
            } else {
                Tag::Rtse
            }
        }
        (None, Some(_), _) => Tag::Acse,
        (None, None, Some(kind)) if kind != presentation::PpduKind::Td => Tag::Ppdu,
        _ => Tag::Spdu,
    }
}

/// How the association ended, in words: the codes of every layer that spoke, from the lowest to the highest.
fn end_in_words(side: Side, spdu: &Spdu, upper: &Facts) -> String {
    let mut words = match spdu.kind {
        SpduKind::Refuse => match spdu.reason {
            Some(reason) => {
                format!(
                    "the {} refused the session: {} ({reason})",
                    side.word(),
                    session::refuse_reason(reason)
                )
            }
            None => format!("the {} refused the session without a reason", side.word()),
        },
        SpduKind::Abort => {
            let bits = spdu.transport_disconnect.unwrap_or(0);
            format!("the {} aborted the session: {}", side.word(), session::abort_reason(bits))
        }
        _ => "released in order".to_owned(),
    };
    let mut add = |what: String| {
        words.push_str("; ");
        words.push_str(&what);
    };
    if let (Some(kind), Some(reason)) = (upper.ppdu, upper.provider_reason) {
        let meaning = match kind {
            presentation::PpduKind::Arp => presentation::abort_reason(reason),
            _ => presentation::refuse_reason(reason),
        };
        add(format!("{} provider reason {meaning} ({reason})", kind.name()));
    }
    if let Some(apdu) = &upper.acse {
        if let Some(result) = apdu.result.filter(|result| *result != 0) {
            add(format!("AARE {} ({result})", acse::result(result)));
        }
        if let Some(code) = apdu.user_diagnostic.filter(|code| *code != 0) {
            add(format!("diagnostic {} ({code})", acse::user_diagnostic(code)));
        }
        if let Some(code) = apdu.provider_diagnostic.filter(|code| *code != 0) {
            add(format!("provider diagnostic {} ({code})", acse::provider_diagnostic(code)));
        }
        if apdu.kind == acse::ApduKind::Abrt {
            let source = if apdu.abort_source == Some(1) { "service provider" } else { "service user" };
            add(format!("ABRT by the ACSE {source}"));
        }
    }
    if let Some(apdu) = &upper.rtse {
        if let Some(reason) = apdu.refuse_reason {
            add(format!("RTORJ {} ({reason})", rtse::refuse_reason(reason)));
        } else if apdu.kind == rtse::ApduKind::Rtorj {
            add("RTORJ".to_owned());
        }
        if let Some(reason) = apdu.abort_reason {
            add(format!("RTAB {} ({reason})", rtse::abort_reason(reason)));
        }
        if let Some(error) = apdu.bind.error {
            add(format!("MTA bind error {} ({error})", mts::bind_error(error)));
        }
    }
    words
}
