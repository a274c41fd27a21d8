//! The session protocol: X.225 (ISO 8327-1), versions 1 and 2.

mod describe;
mod fields;
mod kind;
mod parameters;
mod parse;

pub use describe::describe;
pub use fields::{abort_reason, exception_reason, functional_units, refuse_reason};
pub use kind::SpduKind;
pub use parameters::{REASON_CODE, SERIAL_NUMBER, SESSION_USER_REQUIREMENTS, VERSION_NUMBER};
pub use parse::{find, parse, parse_expedited};

use crate::stream::Missing;
use crate::tree::{Field, Span};

/// What the session user requirements are in a CN or AC without PI 20 (X.225 8.3, CONNECT): half-duplex, minor
/// synchronize, activity management, capability data, exceptions.
pub const DEFAULT_FUNCTIONAL_UNITS: u16 = 0x0349;

/// Enclosure item (X.225 8.3): the SPDU begins an SSDU.
const BEGINS_SSDU: u8 = 1;
/// Enclosure item: the SPDU ends an SSDU.
const ENDS_SSDU: u8 = 2;

/// The fact about one SPDU: every parameter that somebody above asks for. Spans lie in the TSDU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spdu {
    /// The kind.
    pub kind: SpduKind,
    /// The whole SPDU with its user information, and with the octets behind it where no further SPDU may stand.
    pub at: Span,
    /// PI 9 or 10: the SS-user reference, with its BER header where it has one. In an AR the references are
    /// those of the old session connection.
    pub user_reference: Span,
    /// PI 11: the common reference.
    pub common_reference: Span,
    /// PI 12: the additional reference information.
    pub additional_reference: Span,
    /// PI 51: the calling session selector; `None` where absent.
    pub calling_selector: Option<Span>,
    /// PI 52: the called or responding session selector; `None` where absent.
    pub called_selector: Option<Span>,
    /// PI 22: the version bits; absent means version 1 (01).
    pub version: Option<u8>,
    /// PI 20: session user requirements; absent means [`DEFAULT_FUNCTIONAL_UNITS`] in a CN or AC.
    pub functional_units: Option<u16>,
    /// PI 19: protocol options.
    pub protocol_options: Option<u8>,
    /// PI 21: TSDU maximum size, initiator to responder and back; 0 is unlimited.
    pub tsdu_size: Option<(u16, u16)>,
    /// PI 26: token setting.
    pub token_setting: Option<u8>,
    /// PI 16: token item.
    pub token_item: Option<u8>,
    /// PI 17: transport disconnect.
    pub transport_disconnect: Option<u8>,
    /// PI 25: enclosure item; absent means the SSDU is whole.
    pub enclosure: Option<u8>,
    /// PI 50: the reason code; for a REFUSE the first octet, the others are `user_data`.
    pub reason: Option<u8>,
    /// PI 41 at the top level: activity identifier.
    pub activity: Option<Span>,
    /// PI 41 inside PGI 33: the old activity identifier of an ACTIVITY RESUME.
    pub old_activity: Option<Span>,
    /// PI 42: serial number, as a number where it is digits.
    pub serial: Option<u32>,
    /// PI 15: sync type item.
    pub sync_type: Option<u8>,
    /// PI 49: reflect parameter values.
    pub reflected: Option<Span>,
    /// PGI 193 or 194, PI 46, the octets behind the reason of a REFUSE, or the user information of DT, EX and TD.
    pub user_data: Option<Span>,
    /// Whether the user data are extended user data (PGI 194).
    pub extended: bool,
    /// What is odd about the SPDU.
    pub odd: Option<Oddity>,
    /// Why octets at the end of the TSDU are missing. The octets do not tell, so [`parse`] leaves it empty; who
    /// knows sets it before the SPDU is described, and what is odd is then not the sender's doing.
    pub missing: Option<Missing>,
}

impl Spdu {
    /// An SPDU without parameters.
    fn new(kind: SpduKind, at: Span) -> Spdu {
        Spdu {
            kind,
            at,
            user_reference: Span::default(),
            common_reference: Span::default(),
            additional_reference: Span::default(),
            calling_selector: None,
            called_selector: None,
            version: None,
            functional_units: None,
            protocol_options: None,
            tsdu_size: None,
            token_setting: None,
            token_item: None,
            transport_disconnect: None,
            enclosure: None,
            reason: None,
            activity: None,
            old_activity: None,
            serial: None,
            sync_type: None,
            reflected: None,
            user_data: None,
            extended: false,
            odd: None,
            missing: None,
        }
    }

    /// Whether an identifier, a reference or a selector in it has more than `most` octets.
    pub fn holds_longer(&self, most: usize) -> bool {
        let named = [self.calling_selector, self.called_selector, self.activity, self.old_activity];
        let references = [self.user_reference, self.common_reference];
        named.into_iter().flatten().chain(references).any(|at| at.len() > most)
    }

    /// Whether the user data begins an SSDU: it does unless an enclosure item says otherwise.
    pub const fn begins_ssdu(&self) -> bool {
        match self.enclosure {
            Some(enclosure) => enclosure & BEGINS_SSDU != 0,
            None => true,
        }
    }

    /// Whether the user data ends an SSDU: it does unless an enclosure item says otherwise.
    pub const fn ends_ssdu(&self) -> bool {
        match self.enclosure {
            Some(enclosure) => enclosure & ENDS_SSDU != 0,
            None => true,
        }
    }
}

/// What can be wrong with an SPDU's structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// The SPDU's length reaches past the end of the TSDU.
    LengthPastTsdu,
    /// A parameter's length reaches past its SPDU or PGI, or user data lies behind a length of 0.
    ParameterLength,
    /// Octets follow where no further SPDU may stand.
    TrailingOctets,
    /// The SPDU stands where the rules of concatenation (X.225 6.3.7) or the flow do not allow it.
    Misplaced,
    /// A DATA TRANSFER that no GIVE TOKENS goes in front of.
    WithoutTokens,
    /// More SPDUs follow in the TSDU than are read.
    TooMany,
}

/// The field that an oddity is on.
pub fn field_of(oddity: Oddity) -> Field {
    match oddity {
        Oddity::LengthPastTsdu => &fields::LENGTH,
        Oddity::Misplaced | Oddity::WithoutTokens => &fields::TYPE,
        Oddity::ParameterLength | Oddity::TrailingOctets | Oddity::TooMany => &fields::LAYER,
    }
}

/// An SPDU.
pub const LAYER: Field = &fields::LAYER;

/// What the names of SPDUs depend on, kept for one session connection.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Whether the last major synchronization SPDU was an ACTIVITY END: code 42 is then its acknowledgement.
    pub activity_ended: bool,
}

impl Default for Context {
    /// A capture that began late may hold an acknowledgement alone. Users of activities are by far the likelier.
    fn default() -> Context {
        Context { activity_ended: true }
    }
}

impl Context {
    /// Takes note of an SPDU.
    pub fn follow(&mut self, spdu: &Spdu) {
        match spdu.kind {
            SpduKind::ActivityEnd => self.activity_ended = true,
            SpduKind::MajorSyncPoint => self.activity_ended = false,
            _ => {}
        }
    }
}
