//! What the client sends: commands, credentials, content.

use super::{ADDRESS, Auth, Client, Dialogue, Pending, TOLD, chunk, tell};
use crate::capture::{FrameNo, Octets};
use crate::layers::Side;
use crate::layers::note::Cap;
use crate::layers::smtp::address::Address;
use crate::layers::smtp::command::{self, Command, Verb};
use crate::layers::smtp::content::{Content, HeaderEnd};
use crate::layers::smtp::header::Header;
use crate::layers::smtp::{Answer, COMMANDS, Place, Said, Seen, address_hash, describe, trimmed};
use crate::layers::stack::{Now, Output};
use crate::stream::Buffer;

impl Dialogue {
    pub(super) fn client<O: Output>(&mut self, octets: Octets<'_>, now: Now, out: &mut O) {
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
        let garbage = text.iter().any(|octet| octet.is_ascii_control() && *octet != b'\t');
        if text.is_empty() || garbage {
            // Some servers answer an empty line, some do not.
            self.unpair(out);
            if garbage {
                self.client = Client::Searching;
            }
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
        if self.pending.len() >= COMMANDS {
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

    pub(super) fn end_of_data(&mut self, now: Now) {
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
    pub(super) fn headless<O: Output>(&mut self, now: Now, out: &mut O) {
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
        let hash = address_hash(address.bytes());
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
}
