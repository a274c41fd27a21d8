//! The dialogue of one connection: octets to commands, replies and content, and which reply answers which command.

mod client;
mod server;

use std::collections::VecDeque;

use super::command::Verb;
use super::content::Content;
use super::reply::Reply;
use super::{Answer, LINE, Place, Said, Seen, describe};
use crate::capture::Octets;
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
    /// How much memory it takes besides itself.
    pub fn footprint(&self) -> usize {
        let addresses = self.pending.iter().filter_map(|pending| pending.address.as_ref());
        self.lines.iter().map(|line| line.held.footprint()).sum::<usize>()
            + self.reply.0.footprint()
            + self.reply.1.texts.capacity() * size_of::<Span>()
            + self.content.footprint()
            + self.pending.capacity() * size_of::<Pending>()
            + addresses.map(|(_, address)| address.footprint()).sum::<usize>()
            + self.told.capacity() * size_of::<(u64, Place)>()
    }

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
        if side == Side::Initiator {
            self.headless(now, out);
        }
        match (side, self.client) {
            // Where the end of the message was in the hole, the reply to it will tell.
            (Side::Initiator, Client::Data) => {}
            (Side::Initiator, Client::Chunk { left, message }) if loss.octets <= left => {
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
                self.reply = Default::default();
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
