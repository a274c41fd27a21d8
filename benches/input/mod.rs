//! What the benches read: mail that the samples' sender wrote, and the parts of it that each layer takes.

#![allow(dead_code)] // each bench uses its own part of this module

use std::io::Cursor;
use std::path::Path;

use x400scope::analysis::Association;
use x400scope::capture::{Capture, Item, Octets};
use x400scope::layers::session::SpduKind;
use x400scope::layers::stack::{Content, Now, Pdu, Transfer};
use x400scope::pipeline::{self, Options, View};
use x400scope::tree::Nothing;

use crate::emit::dialogue;

/// How many associations one after the other, each with this many messages of this many octets.
const ASSOCIATIONS: usize = 8;
const MESSAGES: usize = 24;
const LENGTH: usize = 8000;

/// A capture of some two megabytes.
pub(crate) fn capture() -> Vec<u8> {
    let mut script = String::from(
        "capture start=1996-07-03T11:30:00Z\nhost alpha 10.1.0.1\nhost beta 10.1.0.2\n\
         message m id=A-0003 from=\"/CN=Alice Sender/G=Alice/S=Sender/O=Example Org/PRMD=ALPHA/ADMD=TESTADMD/C=XX/\" \
         to=\"/G=Bob/S=Receiver/O=Example Org/PRMD=BETA/ADMD=TESTADMD/C=XX/\" \
         subject=\"Price list\" text=\"Paper A4, 500 sheets: 4.20 a box.\" ",
    );
    script += &format!("length={LENGTH}\n");
    for association in 0..ASSOCIATIONS {
        script += &format!(
            "connect alpha:{} beta:102 segment-size=1460 together\n\
             alpha CR calling-tsap=MTA-A called-tsap=MTA-B tpdu-size=2048\nbeta CC tpdu-size=2048\n\
             alpha CN 1988-normal checkpoint=4 window=3 dialogue=monologue name=MTA-ALPHA password=secret-A\n\
             beta AC checkpoint=4 window=3 name=MTA-BETA password=secret-B\n",
            1027 + association
        );
        script += &"alpha transfer m\n".repeat(MESSAGES);
        script += "alpha FN\nbeta DN\nalpha DR\nalpha FIN\nbeta FIN\n";
    }
    dialogue::capture_of(&script).expect("the script is right")
}

/// The capture, opened.
pub(crate) fn open(capture: &[u8]) -> Capture {
    Capture::from_reader("input", Box::new(Cursor::new(capture.to_vec()))).expect("it is a capture")
}

/// One of the samples.
pub(crate) fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    std::fs::read(path).expect("samples/ is part of the project")
}

/// The octets of the frames of a capture.
pub(crate) fn frames(capture: &[u8]) -> Vec<Vec<u8>> {
    let mut capture = open(capture);
    let mut frames = Vec::new();
    while let Some(item) = capture.next() {
        if let Item::Frame(frame) = item {
            frames.push(frame.octets.to_vec());
        }
    }
    frames
}

/// What the layers above transport take.
#[derive(Default)]
pub(crate) struct Units {
    /// Session's TSDUs.
    pub(crate) tsdus: Vec<Vec<u8>>,
    /// The user data of SPDUs.
    pub(crate) user_data: Vec<(SpduKind, Vec<u8>)>,
    /// The values that activities transferred.
    pub(crate) transfers: Vec<Vec<u8>>,
    sink: Nothing,
}

impl Units {
    /// Those of a capture.
    pub(crate) fn of(capture: &[u8]) -> Units {
        let mut units = Units::default();
        pipeline::run(open(capture), &Options::default(), &mut units, |_| {}).expect("nothing is written");
        units
    }
}

impl View for Units {
    type Sink = Nothing;

    fn sink(&mut self) -> &mut Nothing {
        &mut self.sink
    }

    fn pdu(&mut self, pdu: &Pdu<'_>, _: &Association, _: Now) {
        let Content::Spdu { spdu, tsdu, .. } = pdu.content else { return };
        let octets = |octets: Octets<'_>| octets.bytes().to_vec();
        if spdu.at.end as usize == tsdu.len() {
            self.tsdus.push(octets(tsdu));
        }
        if let Some(at) = spdu.user_data {
            self.user_data.push((spdu.kind, octets(tsdu.slice(at.start as usize, at.end as usize))));
        }
    }

    fn transfer(&mut self, transfer: &Transfer, _: &Association, _: Now) {
        self.transfers.push(transfer.activity.octets().bytes().to_vec());
    }
}
