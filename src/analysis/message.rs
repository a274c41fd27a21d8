//! The life of messages, probes and reports: from the start of an activity to its acknowledgement, over several
//! associations where it has to be (X.228 8.3, X.411 clause 12).

use std::collections::{BTreeMap, VecDeque};

use foldhash::HashMap;

use crate::capture::{FrameNo, Timestamp};
use crate::layers::or_address::OrAddress;
use crate::layers::p1::{self, Apdu, ApduKind};
use crate::layers::rtse::Activity;
use crate::layers::session::SpduKind;
use crate::layers::stack::{ActivityKey, Content, Pdu, Transfer, TransferEnd};
use crate::net::Endpoint;

use super::addressing::{Addresses, Earlier};
use super::memory::{self, IDENTIFIERS, Memory, hash_of};
use super::{Association, Repeat, Subject};

/// How many activities are remembered that may be resumed in another association. The oldest is given up first.
const REMEMBERED: usize = 256;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Transferred and acknowledged.
    Transferred,
    /// Transferred and acknowledged after it was resumed.
    Resumed,
    /// Cut off, or sent to its end and never acknowledged: the sender still holds it.
    Incomplete,
    /// Interrupted by the sender and not resumed.
    Interrupted,
    /// Discarded by the sender.
    Discarded,
}

impl Status {
    /// The name used in output.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Transferred => "transferred",
            Status::Resumed => "resumed",
            Status::Incomplete => "incomplete",
            Status::Interrupted => "interrupted",
            Status::Discarded => "discarded",
        }
    }
}

/// A message, probe or report on its way from one MTA to another.
#[derive(Clone, Debug)]
pub struct Message {
    /// What it says of itself; empty where too little of it was seen.
    pub apdu: Box<Apdu>,
    /// Whether the beginning of the APDU was seen: else only that something was transferred.
    pub known: bool,
    /// The associations that it was transferred in, in order.
    pub associations: Vec<u32>,
    /// The sending MTA's end.
    pub from: Endpoint,
    /// The receiving MTA's end.
    pub to: Endpoint,
    /// The frame that began it.
    pub first_frame: FrameNo,
    /// The frame that brought its last octets, or its end.
    pub last_frame: FrameNo,
    /// When it began.
    pub started: Timestamp,
    /// When its last octets or its end came.
    pub ended: Timestamp,
    /// What became of it.
    pub status: Status,
    /// Whether it was sent to its end but never acknowledged.
    pub unacknowledged: bool,
    /// Whether nothing of the receiver was captured, its acknowledgement included.
    pub unheard: bool,
    /// Whether the association was still open when the capture ended.
    pub capture_ends: bool,
    /// How many octets of the transferred value were seen, repeated ones counted once.
    pub octets: u64,
    /// Whether octets that were sent again were others than before.
    pub differs: bool,
    /// Whether octets in the middle were not captured.
    pub holes: bool,
    /// The frame in which a transfer of the same identifier ended before.
    pub repeats: Option<FrameNo>,
    /// What was captured before of the addresses that it has or speaks of.
    pub earlier: Earlier,
    /// What it is to an earlier transfer of the same identifier, where both were acknowledged.
    pub repeat: Option<Repeat>,
    /// Of a report: the message that it speaks of, if its transfer was seen.
    pub subject: Option<Subject>,
    /// The domain of the receiving MTA, where it was seen to send something before.
    pub receiver: Option<OrAddress>,
    /// How many transfers of the same identifier failed until now, this one included, since it was last acknowledged.
    pub failures: u32,
    /// The frame that began the first of them.
    pub first_failure: Option<FrameNo>,
    /// The content octets, where they are asked for.
    pub content: Vec<u8>,
    /// A number that is equal for equal contents.
    print: u64,
}

impl Message {
    /// Whether it is a message, probe or report that was transferred and acknowledged.
    pub fn is_transferred(&self) -> bool {
        self.known && matches!(self.status, Status::Transferred | Status::Resumed)
    }

    /// How much memory it takes besides itself.
    fn footprint(&self) -> usize {
        self.apdu.footprint() + self.content.capacity()
    }

    /// A message that was transferred from a port of this host to another, with nothing said about the way.
    #[cfg(test)]
    pub(crate) fn transferred(apdu: Apdu, frame: FrameNo) -> Message {
        let end = |port| Endpoint { address: std::net::Ipv4Addr::LOCALHOST.into(), port };
        Message {
            apdu: Box::new(apdu),
            known: true,
            associations: vec![1],
            from: end(1024),
            to: end(102),
            first_frame: frame,
            last_frame: frame,
            started: Timestamp::default(),
            ended: Timestamp::default(),
            status: Status::Transferred,
            unacknowledged: false,
            unheard: false,
            capture_ends: false,
            octets: 0,
            differs: false,
            holes: false,
            repeats: None,
            failures: 0,
            first_failure: None,
            repeat: None,
            subject: None,
            receiver: None,
            earlier: Earlier::default(),
            content: Vec::new(),
            print: 0,
        }
    }

    fn new(
        activity: &Activity,
        end: TransferEnd,
        apdu: Option<Box<Apdu>>,
        association: &Association,
        earlier: Vec<u32>,
        keep_content: bool,
    ) -> Message {
        let mut associations = earlier;
        if associations.last() != Some(&association.number) {
            associations.push(association.number);
        }
        let status = match end {
            TransferEnd::Discarded => Status::Discarded,
            TransferEnd::CutOff if activity.interrupted => Status::Interrupted,
            TransferEnd::CutOff => Status::Incomplete,
            // Until it is acknowledged.
            TransferEnd::Complete => Status::Incomplete,
        };
        let octets = activity.octets().bytes();
        let pieces = apdu.iter().flat_map(|apdu| apdu.content.iter().map(|piece| piece.of(octets)));
        let content = match keep_content {
            true => pieces.clone().flatten().copied().collect(),
            false => Vec::new(),
        };
        let print = memory::content_print(pieces);
        let known = apdu.is_some();
        let mut apdu = apdu.unwrap_or_default();
        if apdu.kind == ApduKind::Message && end != TransferEnd::Complete {
            // What was seen of the content says nothing of its length.
            apdu.content_length = None;
        }
        if let (true, [content]) = (activity.is_capped(), &apdu.content[..]) {
            // The content is the last element: what is not held of the value is of the content.
            apdu.content_length = Some(activity.length.saturating_sub(content.start.into()));
        }
        Message {
            known,
            apdu,
            associations,
            from: association.end(activity.sender),
            to: association.end(activity.sender.other()),
            first_frame: activity.first_frame,
            last_frame: activity.last_frame,
            started: activity.started,
            ended: activity.ended,
            status,
            unacknowledged: end == TransferEnd::Complete,
            unheard: false,
            capture_ends: false,
            octets: activity.length,
            differs: activity.differs,
            holes: activity.missing.is_some() || !activity.whole,
            repeats: None,
            repeat: None,
            subject: None,
            receiver: None,
            failures: 0,
            first_failure: None,
            earlier: Earlier::default(),
            content,
            print,
        }
    }
}

/// A message that was sent to its end and waits for its acknowledgement.
#[derive(Debug)]
struct Sent {
    message: Message,
    activity: Activity,
    key: ActivityKey,
}

/// An activity that may be resumed, with the message as it stands if it is not.
#[derive(Debug)]
struct Unfinished {
    key: ActivityKey,
    activity: Activity,
    message: Message,
}

/// How much memory an activity and its message take.
fn weight(activity: &Activity, message: &Message) -> usize {
    activity.footprint() + message.footprint()
}

/// Follows all messages of a capture.
#[derive(Debug)]
pub struct Ledger {
    keep_content: bool,
    /// How much memory may be taken by what waits.
    room: usize,
    /// How much is taken.
    taken: usize,
    /// How many activities were given up because there was no room.
    given_up: u64,
    /// Waiting for its acknowledgement, by association.
    sent: BTreeMap<u32, Box<Sent>>,
    unfinished: VecDeque<Unfinished>,
    /// The associations that a resumed activity was in before, by the association it is in now.
    earlier: HashMap<u32, Vec<u32>>,
    memory: Memory,
    addresses: Addresses,
    /// How often the transfer of an identifier failed since it was last acknowledged, and the frame that began the first.
    failures: HashMap<u64, (u32, FrameNo)>,
    /// How many failures were not counted.
    uncounted: u64,
}

impl Ledger {
    /// A ledger; `keep_content` for those who want the content octets. What waits to be resumed or acknowledged takes
    /// no more memory than `room`.
    pub fn new(keep_content: bool, room: usize) -> Ledger {
        Ledger {
            keep_content,
            room,
            taken: 0,
            given_up: 0,
            sent: BTreeMap::new(),
            unfinished: VecDeque::new(),
            earlier: HashMap::default(),
            failures: HashMap::default(),
            uncounted: 0,
            memory: Memory::default(),
            addresses: Addresses::default(),
        }
    }

    /// How many activities were given up because there was no room for more.
    pub fn given_up(&self) -> u64 {
        self.given_up
    }

    /// How many messages were forgotten because there was no room for more.
    pub fn forgotten(&self) -> u64 {
        self.memory.forgotten() + self.addresses.forgotten() + self.uncounted
    }

    fn take_sent(&mut self, association: u32) -> Option<Box<Sent>> {
        let sent = self.sent.remove(&association)?;
        self.taken = self.taken.saturating_sub(weight(&sent.activity, &sent.message));
        Some(sent)
    }

    fn take_unfinished(&mut self, at: usize) -> Option<Unfinished> {
        let unfinished = self.unfinished.remove(at)?;
        self.taken = self.taken.saturating_sub(weight(&unfinished.activity, &unfinished.message));
        Some(unfinished)
    }

    /// Gives up what waits longest where there is too much: first what may be resumed, then what may be acknowledged.
    fn make_room(&mut self, done: &mut impl FnMut(Message)) {
        while self.unfinished.len() > REMEMBERED || self.taken > self.room {
            let oldest = match self.take_unfinished(0) {
                Some(unfinished) => Some(unfinished.message),
                None => {
                    self.sent.keys().next().copied().and_then(|n| self.take_sent(n)).map(|sent| sent.message)
                }
            };
            let Some(message) = oldest else { break };
            self.given_up += 1;
            self.tell(message, done);
        }
    }

    /// An activity left its association.
    pub fn transfer(
        &mut self,
        transfer: Transfer,
        key: ActivityKey,
        association: &Association,
        done: &mut impl FnMut(Message),
    ) {
        // A new activity begins only when the last one was acknowledged, so it was, captured or not.
        self.settle(association.number, done);
        let earlier = self.earlier.remove(&association.number).unwrap_or_default();
        let Transfer { activity, end, apdu } = transfer;
        // A value that is no MTS-APDU, on an association of which nothing says that it is for message transfer.
        if apdu.is_none() && (activity.length == 0 || association.presentation.mode.is_none()) {
            return;
        }
        let message = Message::new(&activity, end, apdu, association, earlier, self.keep_content);
        match end {
            TransferEnd::Complete => {
                self.taken += weight(&activity, &message);
                self.sent.insert(association.number, Box::new(Sent { message, activity, key }));
                self.make_room(done);
            }
            TransferEnd::Discarded => self.tell(message, done),
            TransferEnd::CutOff => self.unfinished(Unfinished { key, activity, message }, done),
        }
    }

    /// Remembers an activity that may be resumed.
    fn unfinished(&mut self, unfinished: Unfinished, done: &mut impl FnMut(Message)) {
        self.taken += weight(&unfinished.activity, &unfinished.message);
        self.unfinished.push_back(unfinished);
        self.make_room(done);
    }

    /// The activity that is resumed in association `number`, if it is remembered.
    pub fn resume(&mut self, key: &ActivityKey, number: u32) -> Option<Activity> {
        let at = self.unfinished.iter().position(|unfinished| unfinished.key == *key)?;
        let Unfinished { activity, message, .. } = self.take_unfinished(at)?;
        self.earlier.insert(number, message.associations);
        Some(activity)
    }

    /// A PDU of an association: it may acknowledge what was sent.
    pub fn pdu(&mut self, pdu: &Pdu<'_>, association: &Association, done: &mut impl FnMut(Message)) {
        let Content::Spdu { spdu, .. } = pdu.content else { return };
        let Some(sent) = self.sent.get(&association.number) else { return };
        let sender = sent.activity.sender;
        let acknowledged = match spdu.kind {
            SpduKind::ActivityEndAck => pdu.side != sender,
            // The receiver did not take it: the sender gives it up, or will go on with it.
            SpduKind::ActivityDiscard | SpduKind::ActivityInterrupt if pdu.side == sender => {
                if let Some(sent) = self.take_sent(association.number) {
                    let Sent { mut message, .. } = *sent;
                    message.unacknowledged = false;
                    message.status = match spdu.kind {
                        SpduKind::ActivityDiscard => Status::Discarded,
                        _ => Status::Interrupted,
                    };
                    self.tell(message, done);
                }
                return;
            }
            // X.228 8.3: the sender goes on to these only when it has the acknowledgement.
            SpduKind::ActivityStart
            | SpduKind::ActivityResume
            | SpduKind::GiveTokensConfirm
            | SpduKind::Finish => pdu.side == sender,
            _ => false,
        };
        if acknowledged {
            self.settle(association.number, done);
        }
    }

    /// An association is over.
    pub fn close(&mut self, association: &Association, done: &mut impl FnMut(Message)) {
        self.earlier.remove(&association.number);
        if let Some(sent) = self.take_sent(association.number) {
            let Sent { mut message, activity, key } = *sent;
            message.unheard = association.octets[activity.sender.other().index()] == 0;
            message.capture_ends = association.ended_by.is_none();
            self.unfinished(Unfinished { key, activity, message }, done);
        } else if association.ended_by.is_none() {
            let here = |unfinished: &&mut Unfinished| {
                unfinished.message.associations.last() == Some(&association.number)
            };
            for unfinished in self.unfinished.iter_mut().filter(here) {
                unfinished.message.capture_ends = true;
            }
        }
    }

    /// The capture is over: what was not resumed until now is not resumed in it.
    pub fn finish(&mut self, done: &mut impl FnMut(Message)) {
        for unfinished in std::mem::take(&mut self.unfinished) {
            self.tell(unfinished.message, done);
        }
    }

    /// What was sent in an association was acknowledged.
    fn settle(&mut self, association: u32, done: &mut impl FnMut(Message)) {
        let Some(sent) = self.take_sent(association) else { return };
        let Sent { mut message, activity, .. } = *sent;
        message.unacknowledged = false;
        message.status = if activity.resumed { Status::Resumed } else { Status::Transferred };
        self.tell(message, done);
    }

    /// A message was transferred: an earlier attempt that was cut off will not be resumed.
    fn sent_anew(&mut self, id: &p1::MtsIdentifier, done: &mut impl FnMut(Message)) {
        while let Some(at) = self.unfinished.iter().position(|unfinished| unfinished.message.apdu.id == *id) {
            if let Some(Unfinished { mut message, .. }) = self.take_unfinished(at) {
                self.count_failure(&mut message);
                done(message);
            }
        }
    }

    /// Takes note of a transfer that failed. One that the end of the capture cut off, or of whose receiver nothing was
    /// captured, may have come to a good end.
    fn count_failure(&mut self, message: &mut Message) {
        if !message.known || message.capture_ends || message.unheard || message.apdu.id == Default::default()
        {
            return;
        }
        let id = hash_of(&message.apdu.id);
        if self.failures.len() < IDENTIFIERS || self.failures.contains_key(&id) {
            let (count, first) = self.failures.entry(id).or_insert((0, message.first_frame));
            *count += 1;
            (message.failures, message.first_failure) = (*count, Some(*first));
        } else {
            self.uncounted += 1;
        }
    }

    /// Tells a message, joined to those before it.
    fn tell(&mut self, mut message: Message, done: &mut impl FnMut(Message)) {
        if message.known {
            message.earlier = self.addresses.join(&message);
            message.subject = message.apdu.subject.as_ref().and_then(|id| self.memory.subject(id));
            message.receiver = self.memory.domain(message.to.address).cloned();
            let id = hash_of(&message.apdu.id);
            message.repeats = self.memory.first(id).filter(|frame| *frame < message.first_frame);
            if message.is_transferred() {
                self.sent_anew(&message.apdu.id, done);
                self.failures.remove(&id);
                message.repeat = self.memory.take(&message, id, message.print);
            } else {
                self.count_failure(&mut message);
            }
        }
        done(message);
    }
}
