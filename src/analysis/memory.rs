//! What is remembered of messages that were transferred, to tell what a later transfer of the same identifier is.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

use super::Message;
use crate::asn1::Time;
use crate::capture::FrameNo;
use crate::layers::or_address::OrAddress;
use crate::layers::p1::{ApduKind, MtsIdentifier};

/// How many identifiers are remembered, to see repeats and to join reports to what they speak of. The oldest is
/// forgotten first.
pub(super) const IDENTIFIERS: usize = 100_000;

/// How many transfers of one identifier are remembered: a message that goes round more often is told by the first.
const HOPS: usize = 8;

/// How many recipients of a message are compared.
const RECIPIENTS: usize = 16;

/// How many octets at the beginning and the end of a content are compared.
const COMPARED: usize = 1024;

/// How many hosts' domains are remembered.
const HOSTS: usize = 1024;

/// What a transfer is to an earlier one of the same identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Another message, probe or report.
    Other,
    /// The same, to the host that had sent it before.
    Returned,
    /// The same between the same hosts, with more elements of trace: it was elsewhere in between.
    Relayed,
    /// The same between the same hosts once more.
    Sent,
}

/// A transfer and its relation to an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// The frame in which the earlier transfer ended.
    pub frame: FrameNo,
    /// The association of the earlier transfer.
    pub association: u32,
    /// What this one is to it.
    pub again: Again,
}

/// The subject of a report, as it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The frame in which its transfer ended.
    pub frame: FrameNo,
    /// When it came to its first domain.
    pub arrival: Option<Time>,
    /// Whether it had a latest-delivery-time or a deferred-delivery-time.
    pub timed: bool,
}

/// A transfer of an identifier.
#[derive(Clone, Copy, Debug)]
struct Hop {
    frame: FrameNo,
    association: u32,
    from: IpAddr,
    to: IpAddr,
    trace: usize,
}

/// What tells two messages apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Print {
    kind: ApduKind,
    originator: u64,
    content: u64,
    /// The domains that it passed.
    domains: u64,
    /// Whether all of it was seen with its trace, and no domain has converted the content, redirected the message or expanded a
    /// distribution list.
    comparable: bool,
    /// Those that the receiver of the transfer is responsible for.
    recipients: Vec<u64>,
}

#[derive(Debug)]
struct Known {
    print: Print,
    hops: Vec<Hop>,
    arrival: Option<Time>,
    timed: bool,
}

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// By the hash of the identifier.
    identifiers: HashMap<u64, Known>,
    order: VecDeque<u64>,
    /// The domain of the MTAs on a host, by the trace of what they sent.
    domains: HashMap<IpAddr, OrAddress>,
}

impl Memory {
    /// The message that a report speaks of.
    pub(super) fn subject(&self, id: &MtsIdentifier) -> Option<Subject> {
        let known = self.identifiers.get(&hash_of(&id.to_string()))?;
        let Known { arrival, timed, .. } = *known;
        Some(Subject { frame: known.hops.first()?.frame, arrival, timed })
    }

    /// The domain of the MTAs on a host, if they sent something before.
    pub(super) fn domain(&self, host: IpAddr) -> Option<&OrAddress> {
        self.domains.get(&host)
    }

    /// The frame in which the first transfer of an identifier ended.
    pub(super) fn first(&self, id: u64) -> Option<FrameNo> {
        Some(self.identifiers.get(&id)?.hops.first()?.frame)
    }

    /// Remembers a message that was transferred, by its identifier and the number for its content, and tells what it is
    /// to an earlier one of the same identifier.
    pub(super) fn take(&mut self, message: &Message, id: u64, content: u64) -> Option<Repeat> {
        let (from, to) = (message.from.address, message.to.address);
        if let Some(last) = message.apdu.trace.last()
            && (self.domains.len() < HOSTS || self.domains.contains_key(&from))
        {
            self.domains.insert(from, last.domain.clone());
        }
        let print = Print::of(message, content);
        let hop = Hop {
            frame: message.last_frame,
            association: message.associations.last().copied().unwrap_or(0),
            from,
            to,
            trace: message.apdu.trace.len(),
        };
        if let Some(known) = self.identifiers.get_mut(&id) {
            let repeat = known.repeat(&print, hop);
            let other = repeat.is_some_and(|repeat| repeat.again == Again::Other);
            if !other && known.hops.len() < HOPS {
                known.hops.push(hop);
            }
            return repeat;
        }
        if self.order.len() == IDENTIFIERS
            && let Some(oldest) = self.order.pop_front()
        {
            self.identifiers.remove(&oldest);
        }
        let timed = message.apdu.latest_delivery.is_some() || message.apdu.deferred.is_some();
        let arrival = message.apdu.trace.first().and_then(|element| element.arrival);
        self.identifiers.insert(id, Known { print, hops: vec![hop], arrival, timed });
        self.order.push_back(id);
        None
    }
}

impl Hop {
    fn repeated(&self, again: Again) -> Repeat {
        Repeat { frame: self.frame, association: self.association, again }
    }
}

impl Known {
    fn repeat(&self, print: &Print, hop: Hop) -> Option<Repeat> {
        let first = self.hops.first()?;
        // On its way a message may be converted, its addresses mapped, and its recipients shared out: two transfers are
        // compared where both have come the same way.
        let same_way = self.print.domains == print.domains && self.print.comparable && print.comparable;
        let other = self.print.kind != print.kind
            || same_way && (self.print.originator, self.print.content) != (print.originator, print.content);
        if other {
            return Some(first.repeated(Again::Other));
        }
        if !self.print.recipients.iter().any(|recipient| print.recipients.contains(recipient)) {
            return None;
        }
        // Programs on one host cannot be told apart by its address.
        let returned = |earlier: &&Hop| earlier.from == hop.to && hop.from != hop.to;
        if let Some(earlier) = self.hops.iter().find(returned) {
            return Some(earlier.repeated(Again::Returned));
        }
        let earlier = self.hops.iter().find(|earlier| (earlier.from, earlier.to) == (hop.from, hop.to))?;
        Some(earlier.repeated(if hop.trace > earlier.trace { Again::Relayed } else { Again::Sent }))
    }
}

impl Print {
    fn of(message: &Message, content: u64) -> Print {
        let apdu = &message.apdu;
        let mut domains = DefaultHasher::new();
        for element in &apdu.trace {
            element.domain.hash(&mut domains);
        }
        let recipients = apdu.recipients.iter().filter(|recipient| recipient.responsible);
        Print {
            kind: apdu.kind,
            originator: hash_of(&apdu.originator),
            content,
            domains: domains.finish(),
            comparable: !message.holes
                && !apdu.trace.is_empty()
                && !apdu.trace.iter().any(|element| element.converted || element.other_actions),
            recipients: recipients.take(RECIPIENTS).map(|recipient| hash_of(&recipient.address)).collect(),
        }
    }
}

/// What an identifier or an address is remembered by: they may be long.
pub(super) fn hash_of(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A number for the content octets: their length, their beginning and their end.
pub(super) fn content_print<'a>(pieces: impl DoubleEndedIterator<Item = &'a [u8]> + Clone) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_usize(pieces.clone().map(<[u8]>::len).sum());
    let mut room = COMPARED;
    for piece in pieces.clone() {
        let taken = piece.len().min(room);
        hasher.write(&piece[..taken]);
        room -= taken;
    }
    let mut room = COMPARED;
    for piece in pieces.rev() {
        let taken = piece.len().min(room);
        hasher.write(&piece[piece.len() - taken..]);
        room -= taken;
    }
    hasher.finish()
}
