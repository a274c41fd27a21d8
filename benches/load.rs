//! Writes a capture for measurements: much mail in associations of eight messages, which the samples' sender sends.
//!
//! ```sh
//! cargo bench --bench load -- FILE MEGABYTES [AT-A-TIME [OTHERS]]
//! cargo bench --bench load -- FILE open ASSOCIATIONS
//! cargo bench --bench load -- FILE short ASSOCIATIONS MESSAGES RECIPIENTS
//! ```
//!
//! `AT-A-TIME` associations (1) go on at the same time, and their frames come in turn, each behind `OTHERS` frames (0) of
//! traffic that is no mail. The second form writes associations that are opened, transfer nothing and stay open; the third
//! one associations with so many short messages each, each to so many recipients. The same words give the same octets.

#![allow(clippy::print_stdout)] // a program, not a part of one

#[path = "../tests/emit/mod.rs"]
mod emit;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use emit::dialogue;

/// What the associations carry.
#[derive(Clone, Copy)]
struct Mail {
    /// Messages of one association; one without any stays open.
    messages: u32,
    /// Recipients of each message.
    recipients: u32,
    /// Octets of the text of each message.
    length: u32,
}

/// Associations that are long, as those between two busy systems are.
const MUCH: Mail = Mail { messages: 8, recipients: 1, length: 60_000 };

/// Length of the header of a pcap file, and of each record in it.
const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;

/// From frame to frame.
const MICROSECONDS: u64 = 20;

/// One association as records of a pcap file, in a file.
fn association(number: u32, mail: Mail) -> Vec<u8> {
    let [_, high, middle, low] = number.to_be_bytes();
    let port = 1025 + number % 60_000;
    let mut script = format!(
        "capture start=1996-07-03T11:30:00Z\nhost alpha 10.{high}.{middle}.{low}\nhost beta 192.0.2.{}\n",
        1 + number % 8
    );
    let first = number * mail.messages;
    for message in first..first + mail.messages {
        let recipients: String = (message..message + mail.recipients)
            .map(|to| {
                format!(
                    "to=\"/G=Bob/S=Receiver{}/O=Example Org/PRMD=BETA/ADMD=TESTADMD/C=XX/\" ",
                    to % 89_000
                )
            })
            .collect();
        script += &format!(
            "message m{message} id=M-{message:08} from=\"/G=Alice/S=Sender{}/O=Example Org/PRMD=ALPHA/ADMD=TESTADMD/C=XX/\" \
             {recipients}subject=\"Price list {message}\" text=\"Paper A4, 500 sheets: 4.20 a box.\\r\\n\" length={}\n",
            message % 97,
            mail.length,
        );
    }
    script += &format!(
        "connect alpha:{port} beta:102 segment-size=1460 together\n\
         alpha CR calling-tsap=MTA-A called-tsap=MTA-B tpdu-size=8192\nbeta CC tpdu-size=8192\n\
         alpha CN 1988-normal checkpoint=16 window=3 dialogue=monologue name=MTA-ALPHA password=secret-A\n\
         beta AC checkpoint=16 window=3 name=MTA-BETA password=secret-B\n"
    );
    for message in first..first + mail.messages {
        script += &format!("alpha transfer m{message}\n");
    }
    if mail.messages > 0 {
        script += "alpha FN\nbeta DN\nalpha DR\nalpha FIN\nbeta FIN\n";
    }
    dialogue::capture_of(&script).expect("the script is right")
}

/// An association that is written frame by frame.
struct Open {
    file: Vec<u8>,
    at: usize,
}

impl Open {
    /// The next record, header and frame.
    fn next(&mut self) -> Option<&[u8]> {
        let from = self.at;
        let length = self.file.get(from + 8..)?.first_chunk().map(|length| u32::from_le_bytes(*length))?;
        self.at = from + RECORD_HEADER + length as usize;
        self.file.get(from..self.at)
    }
}

/// A record with a segment of traffic that is no mail, of one of many connections.
fn other(number: u32) -> Vec<u8> {
    const PAYLOAD: usize = 1400;
    let (connection, segment) = (number % 500, number / 500);
    let [_, _, middle, low] = connection.to_be_bytes();
    let frame = [
        &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0][..],
        &(40 + PAYLOAD as u16).to_be_bytes(),
        &[0, 0, 0x40, 0, 64, 6, 0, 0, 10, 200, middle, low, 198, 51, 100, 7],
        &(20_000 + connection as u16).to_be_bytes(),
        &[0x1F, 0x90],
        &segment.wrapping_mul(PAYLOAD as u32).to_be_bytes(),
        &[0, 0, 0, 1, 0x50, 0x10, 0xFF, 0xFF, 0, 0, 0, 0],
        &[b'.'; PAYLOAD],
    ]
    .concat();
    let length = (frame.len() as u32).to_le_bytes();
    [&[0; 8][..], &length, &length, &frame].concat()
}

/// Writes records, each a little later than the one before.
struct Writer {
    out: BufWriter<File>,
    time: u64,
    frames: u64,
    octets: u64,
}

impl Writer {
    fn record(&mut self, record: &[u8]) -> io::Result<()> {
        self.time += MICROSECONDS;
        self.frames += 1;
        self.octets += record.len() as u64;
        self.out.write_all(&((self.time / 1_000_000) as u32).to_le_bytes())?;
        self.out.write_all(&((self.time % 1_000_000) as u32).to_le_bytes())?;
        self.out.write_all(&record[8..])
    }
}

/// Writes associations that carry such mail, as long as `more` are wanted after so many octets and associations.
fn write(
    path: &str,
    mail: Mail,
    at_a_time: usize,
    others: u32,
    more: impl Fn(u64, u32) -> bool,
) -> io::Result<()> {
    let out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut writer = Writer { out, time: 836_393_400_000_000, frames: 0, octets: 0 };
    let (mut number, mut strange) = (0, 0);
    let mut open = VecDeque::new();
    loop {
        while open.len() < at_a_time && more(writer.octets, number) {
            let file = association(number, mail);
            if number == 0 {
                writer.out.write_all(&file[..FILE_HEADER])?;
            }
            number += 1;
            open.push_back(Open { file, at: FILE_HEADER });
        }
        let Some(mut next) = open.pop_front() else { break };
        if let Some(record) = next.next() {
            for _ in 0..others {
                writer.record(&other(strange))?;
                strange += 1;
            }
            writer.record(record)?;
            open.push_back(next);
        }
    }
    let Writer { frames, octets, .. } = writer;
    println!("{frames} frames, {octets} octets, {number} associations, {} messages", number * mail.messages);
    writer.out.flush()
}

fn main() -> io::Result<()> {
    // `cargo bench` gives words of its own, which begin with a hyphen.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse::<u32>().map_err(io::Error::other);
    match words[..] {
        [path, "open", associations] => {
            let associations = number(associations)?;
            write(path, Mail { messages: 0, ..MUCH }, 1, 0, |_, known| known < associations)
        }
        [path, "short", associations, messages, recipients] => {
            let associations = number(associations)?;
            let mail = Mail { messages: number(messages)?, recipients: number(recipients)?, length: 100 };
            write(path, mail, 1, 0, |_, known| known < associations)
        }
        [path, megabytes, ref rest @ ..] => {
            let octets = u64::from(number(megabytes)?) * 1_000_000;
            let at_a_time = rest.first().map_or(Ok(1), |word| number(word))?;
            let others = rest.get(1).map_or(Ok(0), |word| number(word))?;
            write(path, MUCH, at_a_time.max(1) as usize, others, |written, _| written < octets)
        }
        _ => {
            println!("cargo bench --bench load -- FILE MEGABYTES [AT-A-TIME [OTHERS]]");
            println!("cargo bench --bench load -- FILE open ASSOCIATIONS");
            println!("cargo bench --bench load -- FILE short ASSOCIATIONS MESSAGES RECIPIENTS");
            Ok(())
        }
    }
}
