//! The connection-oriented transport protocol: X.224 (ISO 8073), class 0 as profiled by RFC 1006 clause 5, the
//! headers of the other classes.

use crate::capture::Octets;
use crate::tree::Sink;

/// The kind of a TPDU (X.224 table 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TpduKind {
    /// Connection request.
    Cr,
    /// Connection confirm.
    Cc,
    /// Disconnect request.
    Dr,
    /// Disconnect confirm.
    Dc,
    /// Data.
    Dt,
    /// Expedited data.
    Ed,
    /// Data acknowledgement.
    Ak,
    /// Expedited data acknowledgement.
    Ea,
    /// Reject.
    Rj,
    /// TPDU error.
    Er,
    /// Unit data of the connectionless transport (X.234), which shares the code space.
    Ud,
    /// A code that X.224 does not define: the octet as sent.
    Unknown(u8),
}

impl TpduKind {
    /// The standard's short name: `CR`.
    pub fn name(self) -> &'static str {
        todo!()
    }
    /// The standard's name, spelled out as Network Monitor does: `Connection Request`.
    pub fn title(self) -> &'static str {
        todo!()
    }
}

/// What the CR and CC say (X.224 13.3, 13.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connect {
    /// Preferred (CR) or selected (CC) class: bits 8 to 5 of the class octet.
    pub class: u8,
    /// The option bits of the class octet.
    pub options: u8,
    /// Parameter C1, the calling TSAP-ID; `None` where absent.
    pub calling_tsap: Option<Vec<u8>>,
    /// Parameter C2, the called (CR) or responding (CC) TSAP-ID.
    pub called_tsap: Option<Vec<u8>>,
    /// Parameter C0 as a number of octets (2^n); `None` where absent.
    pub tpdu_size: Option<u32>,
    /// Parameter C6 bit 1: transport expedited data asked for.
    pub expedited: Option<bool>,
    /// Whether the variable part is a cookie or a negotiation request of RDP instead of parameters.
    pub rdp: bool,
}

/// The fact about one TPDU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tpdu {
    /// The kind.
    pub kind: TpduKind,
    /// The length indicator as sent.
    pub length_indicator: u8,
    /// DST-REF; 0 where the TPDU has none.
    pub destination: u16,
    /// SRC-REF; 0 where the TPDU has none.
    pub source: u16,
    /// DT and ED: whether the TPDU ends its TSDU.
    pub end_of_tsdu: bool,
    /// DT: the TPDU number.
    pub number: u32,
    /// DR: the reason; ER: the reject cause.
    pub reason: u8,
    /// DR: parameter E0 or user data; ER: parameter C1, the rejected TPDU.
    pub explanation: Vec<u8>,
    /// CR and CC.
    pub connect: Option<Box<Connect>>,
    /// Where the user data begins in the TPDU (at most its length).
    pub user_data: usize,
    /// What is odd about the TPDU.
    pub odd: Option<Oddity>,
}

/// What can be wrong with a TPDU's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// The length indicator says more octets than the TPDU has, or fewer than its fixed part needs.
    LengthIndicator,
    /// The length of a parameter reaches past the header.
    ParameterLength,
}

/// Reads one TPDU; total, any octets give a fact.
pub fn parse(tpdu: &[u8]) -> Tpdu {
    todo!()
}

/// Describes a TPDU (the octets behind the TPKT header), its fields from the layer's summary line on.
pub fn describe<S: Sink>(tpdu: Octets<'_>, fact: &Tpdu, sink: &mut S) {
    todo!()
}

/// The words for a DR reason (X.224 13.5.3).
pub fn disconnect_reason(reason: u8) -> &'static str {
    todo!()
}
