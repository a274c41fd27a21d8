//! How an association came to its end, with the octets that say so.

use crate::capture::{Octets, Quote};
use crate::layers::Side;
use crate::layers::cotp::{Tpdu, TpduKind};
use crate::layers::session::{Spdu, SpduKind};
use crate::layers::stack::Now;
use crate::layers::upper::{Code, Facts};

use super::State;

/// What ended an association.
#[derive(Clone, Debug)]
pub enum How {
    /// The TCP connection was closed (FIN).
    Closed,
    /// The TCP connection was reset (RST).
    Reset,
    /// A DR or an ER TPDU.
    Tpdu(Box<Tpdu>),
    /// A REFUSE, an ABORT or a DISCONNECT SPDU, with what its user data say.
    Spdu(Box<(Spdu, Facts)>),
    /// A reply of SMTP with this code.
    Reply(u16),
    /// Nothing: it was still open, or not answered, when the capture ended or stopped following it.
    Silence,
}

/// The end of an association.
#[derive(Clone, Debug)]
pub struct Ending {
    /// How far the association had come before.
    pub state: State,
    /// Who ended it; of a silence, who was due.
    pub side: Side,
    /// What ended it.
    pub how: How,
    /// The frame where it ended; of a silence, the last one.
    pub now: Now,
    /// The octets of the code that says why, else of the PDU; none where TCP ended it.
    pub code: Option<Code>,
    /// How it ended, in words; `None` of a silence that asks for no answer.
    pub reason: Option<String>,
}

impl Ending {
    /// The end by a TPDU.
    pub(super) fn tpdu(state: State, side: Side, tpdu: &Tpdu, octets: Octets<'_>, now: Now) -> Ending {
        // X.224 13.5, 13.12: where the reason of a DR and the reject cause of an ER stand.
        let (field, at) = match tpdu.kind {
            TpduKind::Dr => ("cotp.cause", 6),
            _ => ("cotp.reject_cause", 4),
        };
        let code =
            Code { field, quote: Quote::new(octets.slice(at, at + 1)), value: Some(tpdu.reason.into()) };
        Ending { state, side, how: How::Tpdu(Box::new(tpdu.clone())), now, code: Some(code), reason: None }
    }

    /// The end by an SPDU.
    pub(super) fn spdu(
        state: State,
        side: Side,
        spdu: &Spdu,
        tsdu: Octets<'_>,
        upper: &Facts,
        now: Now,
    ) -> Ending {
        let code = upper.code.unwrap_or_else(|| session_code(spdu, tsdu));
        let how = How::Spdu(Box::new((spdu.clone(), upper.clone())));
        Ending { state, side, how, now, code: Some(code), reason: None }
    }

    /// The SPDU that ended it, with what its user data say.
    pub fn by_spdu(&self, kind: SpduKind) -> Option<(&Spdu, &Facts)> {
        match &self.how {
            How::Spdu(both) if both.0.kind == kind => Some((&both.0, &both.1)),
            _ => None,
        }
    }

    /// The TPDU that ended it.
    pub fn by_tpdu(&self, kind: TpduKind) -> Option<&Tpdu> {
        match &self.how {
            How::Tpdu(tpdu) if tpdu.kind == kind => Some(tpdu),
            _ => None,
        }
    }
}

/// The reason code of a REFUSE (its first octet, X.225 8.3.5.10), the transport disconnect of an ABORT (8.3.9.4).
fn session_code(spdu: &Spdu, tsdu: Octets<'_>) -> Code {
    let whole = tsdu.slice(spdu.at.start as usize, spdu.at.end as usize);
    let (field, value, at) = match spdu.kind {
        SpduKind::Refuse => {
            let behind = spdu.user_data.map_or(spdu.at.end, |data| data.start);
            ("ses.reason_code", spdu.reason, behind.saturating_sub(spdu.at.start + 1) as usize)
        }
        _ => ("ses.transport_flags", spdu.transport_disconnect, 4),
    };
    let octet = whole.slice(at, at + 1);
    let found = value.is_some() && octet.bytes().first().copied() == value;
    Code {
        field: if found { field } else { "ses.type" },
        quote: Quote::new(if found { octet } else { whole }),
        value: value.map(i64::from),
    }
}
