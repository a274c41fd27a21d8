//! What became of all associations between the same two hosts: a fault in one is told better by the others.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

use crate::capture::{FrameNo, Timestamp};
use crate::layers::mts::Kind;
use crate::layers::presentation::Mode;

use super::{Association, Outcome, State};

/// How many pairs of hosts are remembered.
const PAIRS: usize = 1024;

/// How many associations are remembered of one pair, the latest ones.
const ATTEMPTS: usize = 256;

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
    /// How many messages it transferred.
    pub messages: u64,
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
            closed: a.closed,
            caller: a.initiator.address,
            mode: a.presentation.mode,
            kind: a.kind,
            outcome: a.outcome,
            reached: a.furthest(),
            code: a.ending.as_ref().and_then(|ending| ending.code).and_then(|code| code.value),
            messages: a.messages,
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

/// The associations of a capture, by the pair of their hosts.
#[derive(Clone, Debug, Default)]
pub struct History {
    pairs: HashMap<(IpAddr, IpAddr), VecDeque<Attempt>>,
}

impl History {
    /// Remembers an association that is over, or that the capture leaves open.
    pub fn add(&mut self, association: &Association) {
        let pair = pair(association);
        if self.pairs.len() >= PAIRS && !self.pairs.contains_key(&pair) {
            return;
        }
        let attempts = self.pairs.entry(pair).or_default();
        if attempts.len() == ATTEMPTS {
            attempts.pop_front();
        }
        attempts.push_back(Attempt::of(association));
    }

    /// The other associations between the two hosts of this one, in either direction, in the order of their ends.
    pub fn others(&self, association: &Association) -> impl Iterator<Item = &Attempt> {
        let number = association.number;
        self.pairs
            .get(&pair(association))
            .into_iter()
            .flatten()
            .filter(move |attempt| attempt.association != number)
    }
}

fn pair(association: &Association) -> (IpAddr, IpAddr) {
    let (a, b) = (association.initiator.address, association.responder.address);
    (a.min(b), a.max(b))
}
