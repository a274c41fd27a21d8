//! A small sender of X.400 over RFC 1006: readable dialogue scripts in, captures out.
//!
//! It is written from the Recommendations and shares nothing with the decoder, so that each checks the other.
//! One file a layer, the lowest last: [`p1`], [`report`], [`ipm`], [`body`], [`or_address`] and [`bind`] make the
//! values, [`rtse`], [`acse`], [`presentation`] and [`session`] wrap them, [`cotp`], [`tpkt`] and [`tcp`] carry
//! them, [`pcap`] writes the file. [`script`] reads a script, [`mail`] what it says of messages, and [`dialogue`]
//! plays it. [`large`] makes captures too large for a script.

#![allow(dead_code)] // each test program uses its own part of this module

pub(crate) mod acse;
pub(crate) mod ber;
pub(crate) mod bind;
pub(crate) mod body;
pub(crate) mod conversation;
pub(crate) mod cotp;
pub(crate) mod dialogue;
pub(crate) mod ipm;
pub(crate) mod large;
pub(crate) mod mail;
pub(crate) mod or_address;
pub(crate) mod p1;
pub(crate) mod pcap;
pub(crate) mod presentation;
pub(crate) mod report;
pub(crate) mod rtse;
pub(crate) mod script;
pub(crate) mod session;
pub(crate) mod tcp;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod tpkt;
pub(crate) mod value;

/// The three kinds of an association that MTAs open with each other (X.419), and what each changes below P1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// mts-transfer-protocol-1984: X.410 mode, applicationProtocol 1.
    X84,
    /// mts-transfer-protocol: X.410 mode, applicationProtocol 12.
    X410,
    /// mts-transfer: normal mode, application context 2.6.0.1.6.
    Normal,
}

impl Kind {
    /// Reads the name that scripts have for it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "1984" => Ok(Kind::X84),
            "1988-x410" => Ok(Kind::X410),
            "1988-normal" => Ok(Kind::Normal),
            other => Err(format!("{other:?}: 1984, 1988-x410 or 1988-normal")),
        }
    }
}
