//! What became of all associations between the same two hosts: a fault in one is told better by the others.

use std::collections::VecDeque;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

use foldhash::HashMap;

use crate::capture::{FrameNo, Timestamp};
use crate::layers::Side;
use crate::layers::mts::Kind;
use crate::layers::p1::{Recipient, ReportType};
use crate::layers::presentation::Mode;
use crate::net::Endpoint;

use super::{Association, How, Message, Outcome, State};

/// How many pairs of hosts are remembered.
const PAIRS: usize = 1024;

/// How many associations are remembered of one pair, the latest ones.
const ATTEMPTS: usize = 256;

/// How many messages that were lost are remembered of one pair, the latest ones.
const LOSSES: usize = 64;

/// One association, as far as others are judged by it.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// Its number.
    pub association: u32,
    /// Its first frame.
    pub frame: FrameNo,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it ended; `None` while it is open.
    pub closed: Option<Timestamp>,
    /// The host that called.
    pub caller: IpAddr,
    /// The end that was called.
    pub called: Endpoint,
    /// The mode that was offered.
    pub mode: Option<Mode>,
    /// The kind that was offered.
    pub kind: Option<Kind>,
    /// How it ended.
    pub outcome: Outcome,
    /// How far it came.
    pub reached: State,
    /// The value of the code that ended it.
    pub code: Option<i64>,
    /// Equal for associations that came to the same end in the same way, at the same place.
    pub fault: u64,
    /// Whether each side, initiator and responder, sent TPKTs whose reserved octet is not zero.
    pub reserved: [bool; 2],
    /// How many messages it transferred.
    pub messages: u64,
    /// Equal for associations that called the same transport selector.
    pub tsap: u64,
    /// The same of the selector of the calling end, where it names one.
    pub calling_tsap: Option<u64>,
    /// Equal for associations that called the same transport, session and presentation selectors.
    pub selectors: u64,
    /// Equal for associations whose initiators gave the same name and the same password.
    pub identity: u64,
}

impl Attempt {
    /// The association `a` in short.
    pub fn of(a: &Association) -> Attempt {
        let hash = |value: &dyn Fn(&mut DefaultHasher)| {
            let mut hasher = DefaultHasher::new();
            value(&mut hasher);
            hasher.finish()
        };
        Attempt {
            association: a.number,
            frame: a.first_frame,
            opened: a.opened,
            closed: a.closed(),
            caller: a.initiator.address,
            called: a.responder,
            mode: a.presentation.mode,
            kind: a.kind,
            outcome: a.outcome,
            reached: a.furthest(),
            code: a.ending.as_ref().and_then(|ending| ending.code).and_then(|code| code.value),
            fault: hash(&|h| {
                if let Some(ending) = &a.ending {
                    (a.responder, ending.state, ending.side, a.outcome, &a.called_tsap).hash(h);
                    (std::mem::discriminant::<How>(&ending.how), ending.code.and_then(|code| code.value))
                        .hash(h);
                }
            }),
            reserved: [Side::Initiator, Side::Responder].map(|side| a.transport.has_reserved(side)),
            messages: a.messages,
            tsap: hash(&|h| a.called_tsap.hash(h)),
            calling_tsap: a.calling_tsap.is_some().then(|| hash(&|h| a.calling_tsap.hash(h))),
            selectors: hash(&|h| {
                (&a.called_tsap, &a.session.called_selector, &a.presentation.called_selector).hash(h)
            }),
            identity: hash(&|h| (&a.initiator_name, a.initiator_credentials).hash(h)),
        }
    }

    /// Whether the responder accepted the association.
    pub fn was_accepted(&self) -> bool {
        self.reached >= State::Open
    }
}

/// Attempts in a row, from the same host to the same end, that failed alike.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// How many they are, two at least.
    pub count: usize,
    /// The first frame of the first one.
    pub first: FrameNo,
    /// The first frame of the last one.
    pub last: FrameNo,
    /// The shortest and the longest time from one to the next, in nanoseconds.
    pub apart: (i64, i64),
}

/// A message that was not transferred or not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Its identifier; empty where that was not seen.
    pub id: String,
    /// The frame that ended it, or that brought the report.
    pub frame: FrameNo,
    /// What became of it.
    pub what: &'static str,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = if self.id.is_empty() { "a message" } else { &self.id };
        write!(f, "{id} ({}, frame {})", self.what, self.frame)
    }
}

/// What is remembered of one pair of hosts.
#[derive(Clone, Debug, Default)]
struct Pair {
    attempts: VecDeque<Attempt>,
    losses: VecDeque<Loss>,
}

/// The associations of a capture, by the pair of their hosts.
#[derive(Clone, Debug, Default)]
pub struct History {
    pairs: HashMap<(IpAddr, IpAddr), Pair>,
    /// How many associations and messages were of pairs for which there was no room.
    left_out: u64,
}

impl History {
    /// Remembers an association that is over, or that the capture leaves open.
    pub fn add(&mut self, association: &Association) {
        let ends = [association.initiator.address, association.responder.address];
        if let Some(pair) = self.pair(ends) {
            keep(&mut pair.attempts, Attempt::of(association), ATTEMPTS);
        }
    }

    /// How many associations and messages were of pairs of hosts for which there was no room.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Remembers a message, probe or report that has come to its end.
    pub fn add_message(&mut self, message: &Message) {
        let Some(pair) = self.pair([message.from.address, message.to.address]) else { return };
        let id = if message.known { message.apdu.id.to_string() } else { String::new() };
        if message.is_transferred() {
            pair.losses.retain(|loss| loss.id != id);
        } else if message.known {
            let what = message.status.name();
            keep(&mut pair.losses, Loss { id, frame: message.last_frame, what }, LOSSES);
        }
        let failed =
            |recipient: &Recipient| matches!(recipient.report, Some(ReportType::NonDelivered { .. }));
        if let Some(subject) = &message.apdu.subject
            && message.apdu.recipients.iter().any(failed)
        {
            let loss = Loss { id: subject.to_string(), frame: message.last_frame, what: "not delivered" };
            keep(&mut pair.losses, loss, LOSSES);
        }
    }

    /// The other associations between the two hosts of this one, in either direction, in the order of their ends.
    pub fn others(&self, association: &Association) -> impl DoubleEndedIterator<Item = &Attempt> {
        let number = association.number;
        let attempts = self.known(association).map(|pair| &pair.attempts);
        attempts.into_iter().flatten().filter(move |attempt| attempt.association != number)
    }

    /// The attempts in a row, this association among them, that failed as it did; `None` where it is alone.
    pub fn run(&self, association: &Association) -> Option<Run> {
        let me = Attempt::of(association);
        let attempts = self.known(association).into_iter().flat_map(|pair| &pair.attempts);
        let mut row: Vec<&Attempt> =
            attempts.filter(|other| other.caller == me.caller && other.called == me.called).collect();
        row.sort_unstable_by_key(|attempt| attempt.association);
        let run = row.chunk_by(|one, next| one.fault == next.fault);
        let run = run.into_iter().find(|run| run.iter().any(|one| one.association == me.association))?;
        let (first, last) = (run.first()?, run.last().filter(|_| run.len() > 1)?);
        let gaps = run.windows(2).filter_map(|pair| match pair {
            [one, next] => Some(next.opened.0.saturating_sub(one.opened.0)),
            _ => None,
        });
        let apart = gaps.fold((i64::MAX, 0), |(least, most), gap| (least.min(gap), most.max(gap)));
        Some(Run { count: run.len(), first: first.frame, last: last.frame, apart })
    }

    /// The messages between the two hosts of an association that were not transferred or not delivered, until now.
    pub fn losses(&self, association: &Association) -> &VecDeque<Loss> {
        static NONE: VecDeque<Loss> = VecDeque::new();
        self.known(association).map_or(&NONE, |pair| &pair.losses)
    }

    fn known(&self, association: &Association) -> Option<&Pair> {
        self.pairs.get(&key([association.initiator.address, association.responder.address]))
    }

    fn pair(&mut self, ends: [IpAddr; 2]) -> Option<&mut Pair> {
        let key = key(ends);
        let room = self.pairs.len() < PAIRS || self.pairs.contains_key(&key);
        self.left_out += u64::from(!room);
        room.then(|| self.pairs.entry(key).or_default())
    }
}

fn key([a, b]: [IpAddr; 2]) -> (IpAddr, IpAddr) {
    (a.min(b), a.max(b))
}

fn keep<T>(list: &mut VecDeque<T>, item: T, most: usize) {
    if list.len() == most {
        list.pop_front();
    }
    list.push_back(item);
}
