//! Plays a script: the conversations in it one by one, then what the capture lost of them.

use std::collections::BTreeMap;
use std::path::Path;

use super::ber::Lengths;
use super::conversation::{Association, Conversation};
use super::mail::Mail;
use super::p1::{Apdu, Message};
use super::pcap::Format;
use super::script::{self, Statement};
use super::tcp::{Connection, End, Frame};
use super::time;

/// The capture that the script `NAME.dialogue` of a folder describes.
pub(crate) fn capture(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    play(Player::default(), script::load(folder, name)?)
}

/// The capture that this script describes.
pub(crate) fn capture_of(script: &str) -> Result<Vec<u8>, String> {
    play(Player::default(), script::parse("script", script)?)
}

/// The capture that this script describes, with a message that it does not describe.
pub(crate) fn capture_with(name: &str, message: Message, script: &str) -> Result<Vec<u8>, String> {
    let mut player = Player::default();
    player.scene.mail.insert(name, Apdu::Message(message));
    play(player, script::parse("script", script)?)
}

fn play(mut player: Player, statements: Vec<Statement>) -> Result<Vec<u8>, String> {
    for statement in statements {
        let place = statement.place.clone();
        player.play(statement).map_err(|error| format!("{place}: {error}"))?;
    }
    player.end_conversation();
    player.write()
}

/// What the conversations share.
#[derive(Default)]
pub(crate) struct Scene {
    hosts: BTreeMap<String, [u8; 4]>,
    pub(crate) mail: Mail,
    /// Associations that were named, for those that recover them.
    pub(crate) associations: BTreeMap<String, Association>,
}

#[derive(Default)]
struct Player {
    format: Format,
    start: u64,
    pace: u64,
    scene: Scene,
    conversation: Option<Conversation>,
    frames: Vec<Frame>,
    edits: Edits,
}

/// What the capture did to the frames. Frames are numbered from 1, before anything is taken away.
#[derive(Default)]
struct Edits {
    /// Frames that changed places.
    swaps: Vec<(usize, usize)>,
    /// Frames that were captured again, behind others.
    repeats: Vec<(usize, usize)>,
    dropped: Vec<usize>,
    begin_at: usize,
    only: Option<String>,
}

impl Player {
    fn play(&mut self, mut statement: Statement) -> Result<(), String> {
        let verb = statement.word("a statement")?;
        match verb.as_str() {
            "capture" => self.capture(&mut statement)?,
            "host" => {
                let name = statement.word("the host's name")?;
                let address = statement.word("the host's address")?;
                let address: std::net::Ipv4Addr =
                    address.parse().map_err(|_| format!("{address:?} is no IPv4 address"))?;
                self.scene.hosts.insert(name, address.octets());
            }
            "connect" => self.connect(&mut statement)?,
            "wait" => {
                let span = time::span(&statement.word("how long")?)?;
                self.conversation.as_mut().ok_or("no connection is open")?.connection.wait(span);
            }
            "swap" => {
                let pair = (statement.number_word("a frame")?, statement.number_word("a frame")?);
                self.edits.swaps.push(pair);
            }
            "repeat" => {
                let frame = statement.number_word("a frame")?;
                self.edits.repeats.push((frame, statement.number("after")?.ok_or("after= is missing")?));
            }
            "drop" => self.edits.dropped.extend(frame_numbers(&statement.rest())?),
            "begin-at" => self.edits.begin_at = statement.number_word("a frame")?,
            "only" => self.edits.only = Some(statement.word("a host")?),
            described if self.scene.mail.read(described, &mut statement, &time::utc_time(self.start))? => {}
            speaker => {
                let conversation = self.conversation.as_mut().ok_or("no connection is open")?;
                let side = conversation.side(speaker)?;
                conversation.say(side, &mut statement, &self.scene)?;
            }
        }
        statement.finish()
    }

    fn capture(&mut self, statement: &mut Statement) -> Result<(), String> {
        if let Some(start) = statement.option("start") {
            self.start = time::parse(&start)?;
            self.pace = time::MILLISECOND;
        }
        if let Some(pace) = statement.option("pace") {
            self.pace = time::span(&pace)?;
        }
        if let Some(snap_length) = statement.number("snap")? {
            self.format.snap_length = snap_length;
        }
        if let Some(cut_off) = statement.number("cut-off")? {
            self.format.cut_off = cut_off;
        }
        self.format.nanoseconds |= statement.flag("nanoseconds");
        Ok(())
    }

    /// Opens a connection. Each has its own clock: `at=` begins it while others still go on.
    fn connect(&mut self, statement: &mut Statement) -> Result<(), String> {
        self.end_conversation();
        let last = self.frames.iter().map(|frame| frame.time + self.pace).max();
        let time = match statement.option("at") {
            Some(at) => self.start + time::span(&at)?,
            None => last.unwrap_or(self.start),
        };
        let initiator = self.end(&statement.word("the initiator")?, statement.number("sequence")?)?;
        let responder = self.end(&statement.word("the responder")?, None)?;
        let mut connection = Connection {
            ends: [initiator, responder],
            time,
            pace: self.pace,
            segment_size: statement.number("segment-size")?.unwrap_or(1460),
            together: statement.flag("together"),
            frames: Vec::new(),
        };
        if statement.flag("refused") {
            connection.open_refused();
        } else if statement.flag("unanswered") {
            connection.open_unanswered();
        } else {
            connection.open();
        }
        let name = statement.option("as");
        self.conversation = Some(Conversation::new(connection, name));
        Ok(())
    }

    /// `alpha:1025`, with an initial sequence number that follows from the port unless one is given.
    fn end(&self, text: &str, sequence: Option<u32>) -> Result<End, String> {
        let (host, port) = text.split_once(':').ok_or_else(|| format!("{text:?} is no HOST:PORT"))?;
        let address = self.scene.hosts.get(host).ok_or_else(|| format!("no host {host:?}"))?;
        let port: u16 = port.parse().map_err(|_| format!("{port:?} is no port"))?;
        Ok(End::new(host, *address, port, sequence.unwrap_or(u32::from(port) * 65_537)))
    }

    fn end_conversation(&mut self) {
        let Some(mut conversation) = self.conversation.take() else { return };
        conversation.connection.flush_both();
        self.frames.append(&mut conversation.connection.frames);
        if let Some((name, association)) = conversation.into_named_association() {
            self.scene.associations.insert(name, association);
        }
    }

    fn write(mut self) -> Result<Vec<u8>, String> {
        self.frames.sort_by_key(|frame| frame.time);
        Ok(self.format.write(&self.edits.apply(&self.frames)?))
    }
}

impl Edits {
    /// The frames that were captured. Their octets change places; the times of capture do not.
    fn apply(&self, frames: &[Frame]) -> Result<Vec<Frame>, String> {
        let pairs = self.swaps.iter().chain(&self.repeats).flat_map(|&(one, other)| [one, other]);
        if let Some(number) =
            pairs.chain(self.dropped.iter().copied()).find(|n| !(1..=frames.len()).contains(n))
        {
            return Err(format!("there is no frame {number}: the capture has {}", frames.len()));
        }
        let mut order: Vec<usize> = (0..frames.len()).collect();
        for (first, second) in &self.swaps {
            order.swap(first - 1, second - 1);
        }
        let mut captured = Vec::new();
        for (number, place) in (1..).zip(frames) {
            let here = std::iter::once(order[number - 1]);
            let again = self.repeats.iter().filter(|(_, after)| *after == number).map(|(frame, _)| frame - 1);
            let frames = here.chain(again).map(|index| Frame { time: place.time, ..frames[index].clone() });
            if number >= self.begin_at && !self.dropped.contains(&number) {
                captured
                    .extend(frames.filter(|frame| self.only.as_ref().is_none_or(|host| *host == frame.from)));
            }
        }
        Ok(captured)
    }
}

/// `lengths=indefinite` or `throughout`, or definite ones.
pub(crate) fn lengths(statement: &mut Statement) -> Result<Lengths, String> {
    match statement.option("lengths").as_deref() {
        None | Some("definite") => Ok(Lengths::Definite),
        Some("indefinite") => Ok(Lengths::Indefinite),
        Some("throughout") => Ok(Lengths::Throughout),
        Some(other) => Err(format!("lengths={other}: definite, indefinite or throughout")),
    }
}

/// Numbers and ranges of numbers: `31 34-36`.
fn frame_numbers(words: &[String]) -> Result<Vec<usize>, String> {
    let mut numbers = Vec::new();
    for word in words {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        match (first.parse::<usize>(), last.parse::<usize>()) {
            (Ok(first), Ok(last)) => numbers.extend(first..=last),
            _ => return Err(format!("{word:?} is no frame number")),
        }
    }
    Ok(numbers)
}
