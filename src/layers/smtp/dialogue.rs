//! The dialogue of one connection: octets to commands, replies and content, and which reply answers which command.

use std::collections::VecDeque;

use super::address::Address;
use super::command::{self, Command, Verb};
use super::content::{Content, HeaderEnd};
use super::header::Header;
use super::reply::{self, Reply};
use super::{Answer, COMMANDS, LINE, Place, REPLY, Said, Seen, describe, trimmed};
use crate::capture::{FrameNo, Octets};
use crate::layers::Side;
use crate::layers::foreign::Application;
use crate::layers::note::{Cap, Note, What};
use crate::layers::stack::{Content as PduContent, Now, Output, Pdu};
use crate::layers::upper::Knowledge;
use crate::stream::{Buffer, Loss};
use crate::tree::Span;

/// How many octets of an address are kept until it is answered. RFC 5321 4.5.3.1.3 allows 256 in a path.
const ADDRESS: usize = 2048;

/// How many addresses of one connection are remembered, so that one that stands in several places is told once.
const TOLD: usize = 1024;

/// What the client's next octets are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Client {
    /// A command, or a line of an authentication dialogue.
    #[default]
    Commands,
    /// Nobody knows: octets were not captured. A segment that begins with what is plainly a command shows it.
    Searching,
    /// The content of a message if the server agrees, else a command.
    Asked,
    /// The content of a message, to the line that ends it.
    Data,
    /// So many octets; of the content of a message, or not.
    Chunk { left: u64, message: bool },
}

/// How far an authentication dialogue has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Auth {
    /// There is none.
    #[default]
    No,
    /// The server is to speak.
    Asked,
    /// The client is to answer a challenge.
    Challenged,
}

/// A command that waits for its reply.
#[derive(Debug)]
struct Pending {
    verb: Verb,
    /// How many octets follow on it, or were sent.
    size: u64,
    /// Its address, where something is wrapped up in it.
    address: Option<(Place, Buffer)>,
    at: Now,
}

/// What is held of a line.
#[derive(Debug, Default)]
struct Line {
    held: Buffer,
    /// Whether octets were left out.
    capped: bool,
}

impl Line {
    /// Takes octets to the end of the line; says how many, and gives the line when it is whole, with whether octets of
    /// it were left out.
    fn take<'a>(&'a mut self, octets: Octets<'a>) -> (usize, Option<(Octets<'a>, bool)>) {
        let end = octets.bytes().iter().position(|octet| *octet == b'\n').map(|end| end + 1);
        let used = end.unwrap_or(octets.len());
        if self.held.is_empty() && end.is_some() && used <= LINE {
            return (used, Some((octets.slice(0, used), false)));
        }
        let room = LINE - self.held.len().min(LINE);
        self.held.append(octets.slice(0, used.min(room)));
        self.capped |= used > room;
        (used, end.map(|_| (self.held.octets(), self.capped)))
    }

    fn clear(&mut self) {
        self.held.clear();
        self.capped = false;
    }
}

/// The SMTP of one connection.
#[derive(Debug, Default)]
pub struct Dialogue {
    client: Client,
    auth: Auth,
    /// Whether credentials were seen: octets that come again may hold them.
    secrets: bool,
    content: Content,
    lines: [Line; 2],
    /// Whether the server's next octets may be in the middle of a line.
    server_lost: bool,
    /// The lines of a reply that goes on.
    reply: (Buffer, Reply),
    /// Whether the server has spoken, or may have done so before the capture.
    greeted: bool,
    pending: VecDeque<Pending>,
    /// Whether it cannot be told which reply answers which command.
    unpaired: bool,
    /// The addresses that were told, by their hash, with their place.
    told: Vec<(u64, Place)>,
    /// Whether the connection has left SMTP for another protocol.
    left: bool,
    knowledge: Knowledge,
}

impl Dialogue {
    /// The dialogue of a connection on which nothing was said yet.
    pub fn new() -> Dialogue {
        let mut dialogue = Dialogue::default();
        dialogue.knowledge.application = Some(Application::Smtp);
        dialogue
    }

    /// What `side` sends is captured from somewhere in its stream.
    pub fn midstream<O: Output>(&mut self, side: Side, out: &mut O) {
        self.step_lost(side, out);
    }

    /// Whether octets that are not read yet may be credentials.
    pub fn may_hold_secrets(&self) -> bool {
        self.secrets || !matches!(self.client, Client::Data | Client::Chunk { .. }) || self.left
    }

    /// How many octets of `side` wait for the rest of their line or reply.
    pub fn pending(&self, side: Side) -> usize {
        let reply = if side == Side::Responder { self.reply.0.len() } else { 0 };
        self.lines[side.index()].held.len() + reply
    }

    /// Takes the next octets that `side` sent.
    pub fn octets<O: Output>(&mut self, side: Side, octets: Octets<'_>, now: Now, out: &mut O) {
        match side {
            Side::Initiator => self.client(octets, now, out),
            Side::Responder => self.server(octets, now, out),
        }
    }

    /// Octets that `side` sent are missing.
    pub fn lost<O: Output>(&mut self, side: Side, loss: Loss, now: Now, out: &mut O) {
        match (side, self.client) {
            (Side::Initiator, Client::Data) => self.headless(now, out),
            (Side::Initiator, Client::Chunk { left, message }) if loss.octets <= left => {
                self.headless(now, out);
                self.client = chunk(left - loss.octets, message);
            }
            _ => self.step_lost(side, out),
        }
    }

    /// `side` sends no more, or no more is captured.
    pub fn finish<O: Output>(&mut self, side: Side, now: Now, out: &mut O) {
        if side == Side::Initiator {
            self.headless(now, out);
        }
        self.lines[side.index()].clear();
    }

    /// The connection is over: what was not answered will not be.
    pub fn close<O: Output>(&mut self, out: &mut O) {
        self.give_up(out);
    }

    /// Nobody knows any more where in its stream `side` is.
    fn step_lost<O: Output>(&mut self, side: Side, out: &mut O) {
        match side {
            Side::Initiator => self.client = Client::Searching,
            Side::Responder => {
                self.server_lost = true;
                self.reply.0.clear();
            }
        }
        self.lines[side.index()].clear();
        self.greeted = true;
        self.unpair(out);
    }

    /// Which reply answers which command cannot be told from here on.
    fn unpair<O: Output>(&mut self, out: &mut O) {
        self.unpaired = true;
        self.give_up(out);
    }

    /// Tells the addresses that wait for a reply without one.
    fn give_up<O: Output>(&mut self, out: &mut O) {
        for pending in std::mem::take(&mut self.pending) {
            pending.tell(Answer::Unknown, out);
        }
    }

    fn leave<O: Output>(&mut self, octets: Octets<'_>, out: &mut O) {
        self.left = true;
        out.note(&Note { what: What::SmtpTls, side: Side::Responder, field: describe::CODE_FIELD, octets });
    }

    // What the client sends.

    fn client<O: Output>(&mut self, octets: Octets<'_>, now: Now, out: &mut O) {
        // A record of TLS behind STARTTLS: the reply was 220, captured or not.
        let asked = self.pending.back().is_some_and(|pending| pending.verb == Verb::StartTls);
        if asked && !self.left && self.lines[0].held.is_empty() && octets.bytes().first() == Some(&0x16) {
            self.leave(octets, out);
        }
        let mut rest = octets;
        if self.client == Client::Searching && !self.left {
            let end = rest.bytes().iter().position(|octet| *octet == b'\n');
            if end.is_some_and(|end| command::is_plain(trimmed(&rest.bytes()[..end]))) {
                self.client = Client::Commands;
            }
        }
        while !rest.is_empty() {
            if self.left || self.client == Client::Searching {
                return describe::opaque(rest, self.left, Side::Initiator, out.sink());
            }
            let used = match self.client {
                Client::Data => self.data(rest, now, out),
                Client::Chunk { left, message } => self.chunk(left, message, rest, now, out),
                _ => {
                    let mut line = std::mem::take(&mut self.lines[0]);
                    let (used, whole) = line.take(rest);
                    if let Some((octets, capped)) = whole {
                        self.line(octets, capped, now, out);
                        line.clear();
                    }
                    self.lines[0] = line;
                    used
                }
            };
            rest = rest.skip(used);
        }
    }

    /// A line of the client's, with its end.
    fn line<O: Output>(&mut self, octets: Octets<'_>, capped: bool, now: Now, out: &mut O) {
        let text = trimmed(octets.bytes());
        let plain = command::is_plain(text);
        if self.client == Client::Asked {
            // No reply to DATA was captured in front of this.
            self.client = if plain { Client::Commands } else { Client::Data };
            if !plain {
                self.data(octets, now, out);
                return;
            }
            self.unpair(out);
        }
        if self.auth == Auth::Challenged || (self.auth == Auth::Asked && !plain) {
            self.auth = Auth::Asked;
            self.secrets = true;
            describe::credentials(octets, text.len(), out.sink());
            return self.say(Side::Initiator, octets, &Said::Credentials, out);
        }
        self.auth = Auth::No;
        if text.is_empty() {
            // Some servers answer an empty line, some do not.
            self.unpair(out);
            return describe::opaque(octets, false, Side::Initiator, out.sink());
        }
        let command = Command { capped, ..Command::parse(text) };
        describe::command(octets, &command, out.sink());
        if capped {
            self.cap(Cap::SmtpLine, Side::Initiator, octets, out);
        }
        let mut pending = Pending { verb: command.verb, size: command.size, address: None, at: now };
        if let Some(at) = command.address {
            let place = if command.verb == Verb::Mail { Place::Sender } else { Place::Recipient };
            let address = octets.slice(at.start as usize, at.end as usize);
            if self.is_news(address, place) {
                let answer = Answer::Awaited;
                tell(Seen { place, answer, at: now }, address.slice(0, ADDRESS), out);
                let mut held = Buffer::new();
                held.append(address.slice(0, ADDRESS));
                pending.address = Some((place, held));
            }
        }
        if self.pending.len() == COMMANDS {
            self.cap(Cap::SmtpCommands, Side::Initiator, octets, out);
            self.unpair(out);
        }
        self.pending.push_back(pending);
        match command.verb {
            verb if verb.authenticates() => {
                self.auth = Auth::Asked;
                self.secrets |= command.secret.is_some();
            }
            Verb::Data => self.client = Client::Asked,
            Verb::Bdat => {
                if self.content.since.is_none() {
                    self.content = Content::begin(now.frame);
                }
                self.client = chunk(command.size, true);
            }
            Verb::Mail | Verb::Rset | Verb::Ehlo | Verb::Helo => self.content = Content::default(),
            _ => {}
        }
        self.say(Side::Initiator, octets, &Said::Command(command), out);
    }

    /// Octets of the content of a message; says how many are.
    fn data<O: Output>(&mut self, octets: Octets<'_>, now: Now, out: &mut O) -> usize {
        let since = self.begin_content(now);
        let (used, ended) = self.content.data(octets);
        describe::data(octets.slice(0, used), since, out.sink());
        self.header(now, out);
        if ended {
            self.end_of_data(now);
        }
        used
    }

    /// The frame that announced the content. Where the reply to DATA was not captured, the content begins now.
    fn begin_content(&mut self, now: Now) -> FrameNo {
        let asked = self.pending.iter().rev().find(|pending| pending.verb == Verb::Data);
        let since = self.content.since.unwrap_or(asked.map_or(now.frame, |pending| pending.at.frame));
        if self.content.since.is_none() {
            self.content = Content::begin(since);
        }
        since
    }

    fn end_of_data(&mut self, now: Now) {
        let size = std::mem::take(&mut self.content).octets;
        self.pending.push_back(Pending { verb: Verb::EndOfData, size, address: None, at: now });
        self.client = Client::Commands;
    }

    fn chunk<O: Output>(
        &mut self,
        left: u64,
        message: bool,
        octets: Octets<'_>,
        now: Now,
        out: &mut O,
    ) -> usize {
        let octets = octets.slice(0, usize::try_from(left).unwrap_or(usize::MAX));
        let since = self.pending.back().map_or(now.frame, |pending| pending.at.frame);
        describe::data(octets, since, out.sink());
        if message {
            self.content.chunk(octets);
            self.header(now, out);
        }
        self.client = chunk(left - octets.len() as u64, message);
        octets.len()
    }

    /// Tells the header when it is over.
    fn header<O: Output>(&mut self, now: Now, out: &mut O) {
        let mut content = std::mem::take(&mut self.content);
        content.header(|octets, end| {
            if end == HeaderEnd::Capped {
                self.cap(Cap::SmtpHeader, Side::Initiator, octets, out);
            }
            self.addresses(octets, now, out);
        });
        self.content = content;
    }

    /// Tells what there is of a header whose end is missing.
    fn headless<O: Output>(&mut self, now: Now, out: &mut O) {
        let mut content = std::mem::take(&mut self.content);
        content.lose(|octets| self.addresses(octets, now, out));
        self.content = content;
    }

    fn addresses<O: Output>(&mut self, octets: Octets<'_>, now: Now, out: &mut O) {
        let header = Header::parse(octets.bytes());
        if header.values.is_empty() {
            return;
        }
        describe::header(octets, &header, out.sink());
        for (field, at) in &header.values {
            let (address, place) = (octets.slice(at.start as usize, at.end as usize), Place::Header(*field));
            if self.is_news(address, place) {
                tell(Seen { place, answer: Answer::None, at: now }, address, out);
            }
        }
        self.say(Side::Initiator, octets, &Said::Header(header), out);
    }

    /// Whether something is wrapped up in an address that was not told yet, or in the same place.
    fn is_news(&mut self, address: Octets<'_>, place: Place) -> bool {
        if Address::parse(address.bytes()).encapsulated().is_none() {
            return false;
        }
        let hash = super::address_hash(address.bytes());
        match self.told.iter().find(|(told, _)| *told == hash) {
            Some((_, first)) => *first == place,
            None => {
                if self.told.len() < TOLD {
                    self.told.push((hash, place));
                }
                true
            }
        }
    }

    // What the server sends.

    fn server<O: Output>(&mut self, octets: Octets<'_>, now: Now, out: &mut O) {
        let mut rest = octets;
        if self.server_lost && !self.left {
            let end = rest.bytes().iter().position(|octet| *octet == b'\n');
            self.server_lost = !end.is_some_and(|end| reply::is_plain(trimmed(&rest.bytes()[..end])));
        }
        while !rest.is_empty() {
            if self.left || self.server_lost {
                return describe::opaque(rest, self.left, Side::Responder, out.sink());
            }
            let mut line = std::mem::take(&mut self.lines[1]);
            let (used, whole) = line.take(rest);
            if let Some((octets, capped)) = whole {
                self.reply_line(octets, capped, now, out);
                line.clear();
            }
            self.lines[1] = line;
            rest = rest.skip(used);
        }
    }

    /// A line of the server's, with its end.
    fn reply_line<O: Output>(&mut self, octets: Octets<'_>, capped: bool, now: Now, out: &mut O) {
        let (mut held, mut reply) = std::mem::take(&mut self.reply);
        let Some((code, more, text)) = reply::line(trimmed(octets.bytes())) else {
            self.server_lost = true;
            self.unpair(out);
            return describe::opaque(octets, false, Side::Responder, out.sink());
        };
        reply.code = code;
        let at = held.len();
        let full = at + octets.len() > REPLY;
        if !full {
            reply.texts.push(Span::new(at + text.start as usize, at + text.end as usize));
            if more || at > 0 {
                held.append(octets);
            }
        }
        if capped || full {
            self.cap(Cap::SmtpLine, Side::Responder, octets, out);
        }
        if more {
            self.reply = (held, reply);
        } else if at > 0 {
            self.replied(held.octets(), reply, now, out);
        } else {
            self.replied(octets, reply, now, out);
        }
    }

    /// A whole reply.
    fn replied<O: Output>(&mut self, octets: Octets<'_>, mut reply: Reply, now: Now, out: &mut O) {
        if self.client == Client::Data && self.pending.is_empty() {
            // The server speaks while the client sends: it took a line for the end of the data, or gives up.
            if self.content.ended_loosely() {
                self.end_of_data(now);
            } else {
                self.headless(now, out);
                self.client = Client::Searching;
                self.unpaired = true;
            }
        }
        let mut answered = None;
        if !self.greeted {
            self.greeted = true;
            reply.answers = Some(Verb::Opening);
        } else {
            answered = self.answered(&reply, out);
            reply.answers = answered.as_ref().map(|pending| pending.verb);
            reply.message = answered.as_ref().filter(|p| p.verb == Verb::EndOfData).map(|p| p.size);
        }
        describe::reply(octets, &reply, out.sink());
        if let Some(pending) = answered {
            let text = reply.texts.first().map_or(&[][..], |text| text.of(octets.bytes()));
            pending.tell(Answer::Given(reply.code, text), out);
            self.follow(&pending, reply.code, octets, now, out);
        }
        self.say(Side::Responder, octets, &Said::Reply(reply), out);
    }

    /// The command that a reply answers, where that can be told.
    fn answered<O: Output>(&mut self, reply: &Reply, out: &mut O) -> Option<Pending> {
        let asked = |verb: Verb| matches!(verb, Verb::Data | Verb::Xexch50);
        match reply.code {
            334 => {
                // Whatever the command was called, a secret follows.
                self.auth = Auth::Challenged;
                None
            }
            354 => {
                let at = self.pending.iter().position(|pending| asked(pending.verb));
                match at {
                    Some(0) if !self.unpaired => self.pending.pop_front(),
                    Some(at) => {
                        // Only one of the commands is answered so, and all in front of it are answered.
                        let behind = self.pending.split_off(at);
                        self.give_up(out);
                        self.pending = behind;
                        self.unpaired = false;
                        self.pending.pop_front()
                    }
                    None => {
                        self.unpair(out);
                        self.client = Client::Data;
                        self.content = Content::default();
                        None
                    }
                }
            }
            221 if self.unpaired => {
                self.give_up(out);
                self.unpaired = false;
                None
            }
            code if self.unpaired => {
                if self.auth != Auth::No && (code == 235 || code >= 400) {
                    self.auth = Auth::No;
                }
                None
            }
            code => {
                let pending = self.pending.pop_front();
                // Only the end of the service is told without being asked.
                self.unpaired |= pending.is_none() && code != 421;
                pending
            }
        }
    }

    /// What the reply to a command means for what follows.
    fn follow<O: Output>(
        &mut self,
        answered: &Pending,
        code: u16,
        octets: Octets<'_>,
        now: Now,
        out: &mut O,
    ) {
        match (answered.verb, code) {
            (Verb::Data, 354) => {
                if self.client != Client::Data {
                    self.client = Client::Data;
                    self.content = Content::begin(answered.at.frame);
                }
            }
            (Verb::Data, _) if self.client == Client::Asked => self.client = Client::Commands,
            (Verb::Data, _) if self.client == Client::Data => {
                self.headless(now, out);
                self.client = Client::Searching;
            }
            (Verb::Xexch50, 354) => {
                // It is answered once more when its octets were sent.
                let Pending { verb, size, at, .. } = *answered;
                self.pending.push_front(Pending { verb, size, address: None, at });
                self.client = chunk(size, false);
            }
            (Verb::StartTls, 220) => self.leave(octets, out),
            (Verb::Turn, 250) => self.left = true,
            (verb, _) if verb.authenticates() => self.auth = Auth::No,
            _ => {}
        }
    }

    fn say<O: Output>(&self, side: Side, octets: Octets<'_>, said: &Said, out: &mut O) {
        out.pdu(&Pdu { side, octets, content: PduContent::Smtp(said) }, &self.knowledge);
    }

    fn cap<O: Output>(&self, cap: Cap, side: Side, octets: Octets<'_>, out: &mut O) {
        out.note(&Note { what: What::Cap(cap), side, field: describe::ROOT_FIELD, octets });
    }
}

impl Pending {
    /// Tells the address with the answer to it.
    fn tell<O: Output>(&self, answer: Answer<'_>, out: &mut O) {
        if let Some((place, address)) = &self.address {
            tell(Seen { place: *place, answer, at: self.at }, address.octets(), out);
        }
    }
}

fn tell<O: Output>(seen: Seen<'_>, octets: Octets<'_>, out: &mut O) {
    out.note(&Note {
        what: What::SmtpAddress(seen),
        side: Side::Initiator,
        field: describe::field(seen.place),
        octets,
    });
}

/// What the client sends while `left` octets are due.
fn chunk(left: u64, message: bool) -> Client {
    if left == 0 { Client::Commands } else { Client::Chunk { left, message } }
}
