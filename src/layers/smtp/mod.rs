//! SMTP (RFC 5321): the dialogue of commands and replies, and the addresses in the header of what is sent.
//!
//! Followed as far as addresses need it: envelope, replies, header. The text of a message is passed over.

mod address;
mod command;
mod content;
mod describe;
mod dialogue;
mod header;
mod reply;
#[cfg(test)]
mod tests;

pub use address::{Address, Encapsulated, Imcea};
pub use command::{Command, Verb};
pub use describe::{SEGMENT, describe_undecided};
pub use dialogue::Dialogue;
pub use header::{Field, Header};
pub use reply::{Reply, meaning};

use super::Side;
use super::stack::Now;

/// The ports of mail transfer and of mail submission (RFC 5321 4.5.4.2, RFC 6409 3.1).
pub const PORTS: [u16; 2] = [25, 587];

/// How many octets of a command line, or of one line of a reply, are held. RFC 5321 4.5.3.1 allows 512, and 12,288 for
/// credentials (RFC 4954 4).
pub const LINE: usize = 16 * 1024;

/// How many octets of a reply of many lines are held.
pub const REPLY: usize = 64 * 1024;

/// How many octets of the header of a message are held.
pub const HEADER: usize = 64 * 1024;

/// How many commands wait for their replies. RFC 2920 knows no limit; the largest groups name a few hundred recipients.
pub const COMMANDS: usize = 1024;

impl Command {
    /// What it says in Network Monitor's words; `line` is its line.
    pub fn words(&self, line: &[u8]) -> String {
        describe::command_words(line, self)
    }
}

/// What was said: one line of the summary.
#[derive(Clone, Debug)]
pub enum Said {
    /// A command.
    Command(Command),
    /// A line of an authentication dialogue: a secret.
    Credentials,
    /// A reply, all its lines.
    Reply(Reply),
    /// The header of a message, as far as it holds addresses.
    Header(Header),
}

/// An address that was noticed because something is wrapped up in it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Where it stands.
    pub place: Place,
    /// What became of it.
    pub answer: Answer<'a>,
    /// When it was sent.
    pub at: Now,
}

/// Where an address stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The reverse-path in MAIL.
    Sender,
    /// A forward-path in RCPT.
    Recipient,
    /// A field of the message's header.
    Header(Field),
}

impl Place {
    /// Whether the address is one of somebody who sends.
    pub fn is_origin(self) -> bool {
        match self {
            Place::Sender => true,
            Place::Recipient => false,
            Place::Header(field) => field.is_origin(),
        }
    }
}

/// What the server said to an address.
#[derive(Clone, Copy, Debug)]
pub enum Answer<'a> {
    /// The reply is still to come: the same is told again with it, or without when none was captured.
    Awaited,
    /// No reply to it was captured, or it cannot be told which one it is.
    Unknown,
    /// This reply: its code, and the text of its first line.
    Given(u16, &'a [u8]),
    /// An address in the header has no reply of its own.
    None,
}

/// What the first octets of one side say about the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// It is SMTP.
    Certain,
    /// They are too few to tell.
    Unsure,
    /// It is something else, or cannot be told.
    No,
}

/// Whether a connection is SMTP, told by the `first` octets that `side` sent: a greeting, or what is plainly a command.
/// Where the capture began `late`, any reply will do that is plainly one.
pub fn probe(side: Side, first: &[u8], late: bool) -> Probe {
    let word = |words: &[&[u8]]| {
        let long =
            words.iter().any(|word| first.get(..word.len()).is_some_and(|f| f.eq_ignore_ascii_case(word)));
        let short =
            words.iter().any(|word| word.get(..first.len()).is_some_and(|w| w.eq_ignore_ascii_case(first)));
        match (long, short) {
            (true, _) => Probe::Certain,
            (_, true) => Probe::Unsure,
            _ => Probe::No,
        }
    };
    let line = || first.iter().position(|octet| *octet == b'\n').map(|end| trimmed(&first[..end]));
    match (side, late) {
        (Side::Initiator, _) if line().is_some_and(command::is_plain) => Probe::Certain,
        (Side::Responder, true) if line().is_some_and(reply::is_plain) => Probe::Certain,
        (Side::Initiator, false) => word(&[b"EHLO ", b"HELO "]),
        (Side::Responder, false) => word(&[b"220 ", b"220-", b"554 ", b"554-", b"421 ", b"421-"]),
        (_, true) => Probe::No,
    }
}

/// A line without its end: CRLF, or LF alone.
fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Tells addresses apart; the same whatever its letters' case.
pub fn address_hash(address: &[u8]) -> u64 {
    // FNV-1a: the same in every run.
    address.iter().fold(0xCBF2_9CE4_8422_2325, |hash, octet| {
        (hash ^ u64::from(octet.to_ascii_lowercase())).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
