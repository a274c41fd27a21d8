//! The session protocol: X.225 (ISO 8327-1), versions 1 and 2.

use crate::capture::Octets;
use crate::tree::{Sink, Span};

/// The kind of an SPDU (X.225 clause 8). Names that share a code are told apart by their place in the TSDU and
/// by the state of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum SpduKind {
    ExceptionReport,
    GiveTokens,
    DataTransfer,
    PleaseTokens,
    Expedited,
    Prepare,
    NotFinished,
    Finish,
    Disconnect,
    Refuse,
    Connect,
    Accept,
    ConnectDataOverflow,
    OverflowAccept,
    GiveTokensConfirm,
    GiveTokensAck,
    Abort,
    AbortAccept,
    ActivityInterrupt,
    ActivityInterruptAck,
    ActivityResume,
    TypedData,
    ResynchronizeAck,
    MajorSyncPoint,
    ActivityEnd,
    MajorSyncAck,
    ActivityEndAck,
    ActivityStart,
    ExceptionData,
    MinorSyncPoint,
    MinorSyncAck,
    Resynchronize,
    ActivityDiscard,
    ActivityDiscardAck,
    CapabilityData,
    CapabilityDataAck,
    UnitData,
    /// A code that X.225 does not define.
    Unknown(u8),
}

impl SpduKind {
    /// The standard's abbreviation: `CN`.
    pub fn name(self) -> &'static str {
        todo!()
    }
    /// The standard's name in capitals: `ACTIVITY START`.
    pub fn title(self) -> &'static str {
        todo!()
    }
}

/// The fact about one SPDU: every parameter that somebody above asks for. Spans lie in the TSDU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spdu {
    /// The kind.
    pub kind: SpduKind,
    /// The whole SPDU with its user information.
    pub at: Span,
    /// PI 9 or 10: the SS-user reference, with its BER header where it has one.
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
    /// PI 20: session user requirements; absent means 0349 in a CN or AC.
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
    /// What is odd about the SPDU.
    pub odd: Option<Oddity>,
}

/// What can be wrong with an SPDU's structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// The SPDU's length reaches past the end of the TSDU.
    LengthPastTsdu,
    /// A parameter's length reaches past its SPDU or PGI.
    ParameterLength,
    /// Octets follow where no further SPDU may stand.
    TrailingOctets,
}

/// What the names of SPDUs depend on, kept for one session connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context {
    /// Whether the last major synchronization SPDU was an ACTIVITY END: code 42 is then its acknowledgement.
    pub activity_ended: bool,
}

impl Context {
    /// Takes note of an SPDU.
    pub fn follow(&mut self, spdu: &Spdu) {
        todo!()
    }
}

/// Reads the SPDUs of one TSDU in order; total, any octets give facts, and every octet belongs to one of them.
pub fn parse(tsdu: &[u8], context: &mut Context) -> Vec<Spdu> {
    todo!()
}

/// Reads the SPDU of a TSDU that came by an ED TPDU, the transport expedited flow (PREPARE, EXPEDITED, ABORT).
pub fn parse_expedited(tsdu: &[u8]) -> Vec<Spdu> {
    todo!()
}

/// Describes one SPDU of a TSDU whose octets are the sink's current source.
pub fn describe<S: Sink>(tsdu: Octets<'_>, fact: &Spdu, sink: &mut S) {
    todo!()
}
