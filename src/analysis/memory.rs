//! What is remembered of messages that were transferred, to tell what a later transfer of the same identifier is.

use std::collections::VecDeque;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

use foldhash::HashMap;
use rustc_hash::{FxBuildHasher, FxHasher};

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

/// How many recipients of a message are compared, the first ones.
const RECIPIENTS: usize = 4;

/// How many octets at the beginning and the end of a content are compared.
const COMPARED: usize = 512;

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
#[derive(Clone, Copy, Debug)]
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
    recipients: [Option<u64>; RECIPIENTS],
}

#[derive(Debug)]
struct Known {
    print: Print,
    first: Hop,
    /// The transfers after the first one: most have none.
    more: Vec<Hop>,
    arrival: Option<Time>,
    timed: bool,
}

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// By a number for the identifier. That two of so few share one is less likely than an octet that memory changes.
    identifiers: HashMap<u64, Known>,
    order: VecDeque<u64>,
    /// How many identifiers were forgotten.
    forgotten: u64,
    /// The domain of the MTAs on a host, by the trace of what they sent.
    domains: HashMap<IpAddr, OrAddress>,
}

impl Memory {
    /// The message that a report speaks of.
    pub(super) fn subject(&self, id: &MtsIdentifier) -> Option<Subject> {
        let Known { first, arrival, timed, .. } = self.identifiers.get(&hash_of(id))?;
        Some(Subject { frame: first.frame, arrival: *arrival, timed: *timed })
    }

    /// The domain of the MTAs on a host, if they sent something before.
    pub(super) fn domain(&self, host: IpAddr) -> Option<&OrAddress> {
        self.domains.get(&host)
    }

    /// How many identifiers were forgotten.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The frame in which the first transfer of an identifier ended.
    pub(super) fn first(&self, id: u64) -> Option<FrameNo> {
        self.identifiers.get(&id).map(|known| known.first.frame)
    }

    /// Remembers a message that was transferred, by its identifier and the number for its content, and tells what it is
    /// to an earlier one of the same identifier.
    pub(super) fn take(&mut self, message: &Message, id: u64, content: u64) -> Option<Repeat> {
        let (from, to) = (message.from.address, message.to.address);
        if let Some(last) = message.apdu.trace.last()
            && self.domains.get(&from) != Some(&last.domain)
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
            if !other && known.more.len() < HOPS {
                known.more.push(hop);
            }
            return repeat;
        }
        if self.order.len() == IDENTIFIERS
            && let Some(oldest) = self.order.pop_front()
        {
            self.identifiers.remove(&oldest);
            self.forgotten += 1;
        }
        let timed = message.apdu.latest_delivery.is_some() || message.apdu.deferred.is_some();
        let arrival = message.apdu.trace.first().and_then(|element| element.arrival);
        self.identifiers.insert(id, Known { print, first: hop, more: Vec::new(), arrival, timed });
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
    fn hops(&self) -> impl Iterator<Item = &Hop> {
        [&self.first].into_iter().chain(&self.more)
    }

    fn repeat(&self, print: &Print, hop: Hop) -> Option<Repeat> {
        // On its way a message may be converted, its addresses mapped, and its recipients shared out: two transfers are
        // compared where both have come the same way.
        let same_way = self.print.domains == print.domains && self.print.comparable && print.comparable;
        let other = self.print.kind != print.kind
            || same_way && (self.print.originator, self.print.content) != (print.originator, print.content);
        if other {
            return Some(self.first.repeated(Again::Other));
        }
        if !self
            .print
            .recipients
            .iter()
            .flatten()
            .any(|recipient| print.recipients.contains(&Some(*recipient)))
        {
            return None;
        }
        // Programs on one host cannot be told apart by its address.
        let returned = |earlier: &&Hop| earlier.from == hop.to && hop.from != hop.to;
        if let Some(earlier) = self.hops().find(returned) {
            return Some(earlier.repeated(Again::Returned));
        }
        let earlier = self.hops().find(|earlier| (earlier.from, earlier.to) == (hop.from, hop.to))?;
        Some(earlier.repeated(if hop.trace > earlier.trace { Again::Relayed } else { Again::Sent }))
    }
}

impl Print {
    fn of(message: &Message, content: u64) -> Print {
        let apdu = &message.apdu;
        let mut domains = FxHasher::default();
        for element in &apdu.trace {
            element.domain.hash(&mut domains);
        }
        let mut responsible = apdu.recipients.iter().filter(|recipient| recipient.responsible);
        let recipients =
            [(); RECIPIENTS].map(|()| responsible.next().map(|recipient| print(&recipient.address)));
        Print {
            kind: apdu.kind,
            originator: print(&apdu.originator),
            content,
            domains: domains.finish(),
            comparable: !message.holes
                && !apdu.trace.is_empty()
                && !apdu.trace.iter().any(|element| element.converted || element.other_actions),
            recipients,
        }
    }
}

/// What an identifier is remembered by, which may be long. Nobody can choose an equal one.
pub(super) fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A number that tells values apart where an equal one does no more than hide that they differ.
fn print(value: &impl Hash) -> u64 {
    FxBuildHasher.hash_one(value)
}

/// A number for the content octets: their length, their beginning and their end, in whatever pieces they come.
pub(super) fn content_print<'a>(pieces: impl DoubleEndedIterator<Item = &'a [u8]> + Clone) -> u64 {
    let length: usize = pieces.clone().map(<[u8]>::len).sum();
    let (mut head, mut tail) = ([0; COMPARED], [0; COMPARED]);
    let mut room = &mut head[..];
    for piece in pieces.clone() {
        let length = piece.len().min(room.len());
        let (taken, rest) = room.split_at_mut(length);
        taken.copy_from_slice(&piece[..length]);
        room = rest;
    }
    let mut room = &mut tail[..];
    for piece in pieces.rev() {
        let length = piece.len().min(room.len());
        let (rest, taken) = room.split_at_mut(room.len() - length);
        taken.copy_from_slice(&piece[piece.len() - length..]);
        room = rest;
    }
    print(&(length, head, tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::p1::Apdu;

    #[test]
    fn the_oldest_identifier_is_forgotten_and_that_is_counted() {
        let mut memory = Memory::default();
        let message = Message::transferred(Apdu::default(), FrameNo(1));
        for id in 0..IDENTIFIERS as u64 {
            assert_eq!(memory.take(&message, id, 0), None);
        }
        assert_eq!((memory.forgotten(), memory.first(0)), (0, Some(FrameNo(1))));
        memory.take(&message, u64::MAX, 0);
        assert_eq!((memory.forgotten(), memory.first(0), memory.first(1)), (1, None, Some(FrameNo(1))));
    }

    #[test]
    fn contents_are_compared_by_length_beginning_and_end() {
        let print = |pieces: &[&[u8]]| content_print(pieces.iter().copied());
        let long: Vec<u8> = (0..5 * COMPARED).map(|at| at as u8).collect();
        let whole = print(&[&long]);
        assert_eq!(print(&[&long[..100], &long[100..700], &long[700..]]), whole, "in pieces");
        for at in [0, COMPARED - 1, 4 * COMPARED, 5 * COMPARED - 1] {
            let mut other = long.clone();
            other[at] ^= 1;
            assert_ne!(print(&[&other]), whole, "{at}");
        }
        assert_ne!(print(&[&long[..4 * COMPARED]]), whole);
        assert_ne!(print(&[b"a"]), print(&[]));
        assert_eq!(print(&[b"ab", b""]), print(&[b"a", b"b"]));
    }
}
