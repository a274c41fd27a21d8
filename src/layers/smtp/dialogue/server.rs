//! What the server sends: replies, and what they mean for what the client sends next.

use super::{Auth, Client, Dialogue, Pending, chunk};
use crate::capture::Octets;
use crate::layers::Side;
use crate::layers::note::Cap;
use crate::layers::smtp::command::Verb;
use crate::layers::smtp::content::Content;
use crate::layers::smtp::reply::{self, Reply};
use crate::layers::smtp::{Answer, REPLY, Said, describe, trimmed};
use crate::layers::stack::{Now, Output};
use crate::tree::Span;

impl Dialogue {
    pub(super) fn server<O: Output>(&mut self, octets: Octets<'_>, now: Now, out: &mut O) {
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
                        if !matches!(self.client, Client::Data | Client::Chunk { .. }) {
                            self.client = Client::Data;
                            self.content = Content::default();
                        }
                        None
                    }
                }
            }
            221 if self.unpaired => {
                self.give_up(out);
                self.unpaired = false;
                None
            }
            220 if self.unpaired && self.pending.back().is_some_and(|last| last.verb == Verb::StartTls) => {
                self.pending.pop_back()
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
            (Verb::Data, 354) if self.client == Client::Asked => {
                self.client = Client::Data;
                self.content = Content::begin(answered.at.frame);
            }
            // The client sent the content, or part of it, before this was captured.
            (Verb::Data, 354) => {}
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
            // A command that x400scope does not know may have been answered by a challenge, too.
            (verb, _) if verb.authenticates() || verb == Verb::Other => self.auth = Auth::No,
            _ => {}
        }
    }
}
