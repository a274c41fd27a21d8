//! What an association shows below the session layer: how it was asked for, and how its packets are built.

use std::sync::Arc;

use crate::capture::Quote;
use crate::layers::Side;
use crate::layers::cotp::{self, Connect, TpduKind};
use crate::layers::note::{Note, What};
use crate::layers::stack::{Content, Now, Pdu};

/// The CR.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its SRC-REF.
    pub reference: u16,
    /// What it says.
    pub connect: Arc<Connect>,
    /// Where it was captured.
    pub now: Now,
}

/// The packets of one side in which the reserved octet is not zero.
#[derive(Clone, Copy, Debug)]
pub struct Reserved {
    /// The octet in the first of them.
    pub value: u8,
    /// Where it stands.
    pub quote: Quote,
    /// Whether the other side went on after it.
    pub answered: bool,
}

/// What is known of the transport connection.
#[derive(Clone, Debug, Default)]
pub struct TransportFacts {
    /// How often the SYN was sent again.
    pub syns_repeated: u32,
    /// The CR.
    pub request: Option<Request>,
    /// A CC that came when the connection was given up already.
    pub late_cc: Option<Now>,
    /// Reserved octets that are not zero, by the side that sends them.
    pub reserved: [Option<Box<Reserved>>; 2],
    /// Which side sent a DT without user data.
    pub empty_data: [bool; 2],
}

impl TransportFacts {
    /// Takes note of a PDU; `over` says whether the association had ended before.
    pub(super) fn pdu(&mut self, pdu: &Pdu<'_>, over: bool, now: Now) {
        if let Content::Tpdu(tpdu) = pdu.content {
            match (tpdu.kind, &tpdu.connect) {
                (TpduKind::Cr, Some(connect)) if tpdu.missing.is_none() => {
                    self.request.get_or_insert_with(|| {
                        let connect = Arc::new(Connect::clone(connect));
                        Request { reference: tpdu.source, connect, now }
                    });
                }
                (TpduKind::Cc, _) if over => self.late_cc = self.late_cc.or(Some(now)),
                // These go on with nothing.
                (TpduKind::Dr | TpduKind::Er, _) => return,
                _ => {}
            }
        }
        if let Some(reserved) = &mut self.reserved[pdu.side.other().index()] {
            reserved.answered = true;
        }
    }

    /// Takes note of what the layers noticed.
    pub(super) fn note(&mut self, note: &Note<'_>) {
        match note.what {
            What::TpktReserved { value: value @ 1.., .. } => {
                self.reserved[note.side.index()].get_or_insert_with(|| {
                    let quote = Quote::new(note.octets);
                    Box::new(Reserved { value, quote, answered: false })
                });
            }
            What::Cotp(cotp::Oddity::EmptyData) => self.empty_data[note.side.index()] = true,
            _ => {}
        }
    }

    /// Whether `side` sent a packet whose reserved octet is not zero.
    pub fn has_reserved(&self, side: Side) -> bool {
        self.reserved[side.index()].is_some()
    }
}
