//! The connection-oriented transport protocol: X.224 (ISO 8073), class 0 as profiled by RFC 1006 clause 5, the
//! headers of the other classes.

mod describe;
mod fields;
mod header;
mod parse;

pub use describe::{describe, describe_setup_part, disconnect_reason, reject_cause};
pub use parse::parse;

use super::Name;
use crate::stream::Missing;
use crate::tree::{Field, Span};

/// The kind of a TPDU (X.224 clause 13).
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
    /// The kind that the second octet of a TPDU names; its low half is a credit, or the ROA bit of a DT.
    pub const fn of(code: u8) -> TpduKind {
        match code {
            0xE0..=0xEF => TpduKind::Cr,
            0xD0..=0xDF => TpduKind::Cc,
            0x80 => TpduKind::Dr,
            0xC0 => TpduKind::Dc,
            0xF0 | 0xF1 => TpduKind::Dt,
            0x10 => TpduKind::Ed,
            0x60..=0x6F => TpduKind::Ak,
            0x20 => TpduKind::Ea,
            0x50..=0x5F => TpduKind::Rj,
            0x70 => TpduKind::Er,
            0x40 => TpduKind::Ud,
            _ => TpduKind::Unknown(code),
        }
    }

    /// The standard's short name: `CR`.
    pub const fn name(self) -> &'static str {
        match self {
            TpduKind::Cr => "CR",
            TpduKind::Cc => "CC",
            TpduKind::Dr => "DR",
            TpduKind::Dc => "DC",
            TpduKind::Dt => "DT",
            TpduKind::Ed => "ED",
            TpduKind::Ak => "AK",
            TpduKind::Ea => "EA",
            TpduKind::Rj => "RJ",
            TpduKind::Er => "ER",
            TpduKind::Ud => "UD",
            TpduKind::Unknown(_) => "unknown",
        }
    }

    /// The standard's name, spelled out as Network Monitor does: `Connection Request`.
    pub const fn title(self) -> &'static str {
        match self {
            TpduKind::Cr => "Connection Request",
            TpduKind::Cc => "Connection Confirm",
            TpduKind::Dr => "Disconnect Request",
            TpduKind::Dc => "Disconnect Confirm",
            TpduKind::Dt => "Data",
            TpduKind::Ed => "Expedited Data",
            TpduKind::Ak => "Data Acknowledgement",
            TpduKind::Ea => "Expedited Data Acknowledgement",
            TpduKind::Rj => "Reject",
            TpduKind::Er => "TPDU Error",
            TpduKind::Ud => "Unit Data",
            TpduKind::Unknown(_) => "Unknown",
        }
    }
}

/// What the CR and CC say (X.224 13.3, 13.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Connect {
    /// Preferred (CR) or selected (CC) class: bits 8 to 5 of the class octet.
    pub class: u8,
    /// The option bits of the class octet.
    pub options: u8,
    /// Parameter C1, the calling TSAP-ID; `None` where absent.
    pub calling_tsap: Option<Name>,
    /// Parameter C2, the called (CR) or responding (CC) TSAP-ID.
    pub called_tsap: Option<Name>,
    /// Parameter C0 as a number of octets (2^n); `None` where absent or without meaning.
    pub tpdu_size: Option<u32>,
    /// Parameter F0, the preferred maximum TPDU size, as a number of octets; `None` where absent.
    pub preferred_tpdu_size: Option<u32>,
    /// Parameter C6 bit 1: transport expedited data asked for.
    pub expedited: Option<bool>,
    /// Parameter C7: the classes that the CC may choose besides `class`, a bit for each.
    pub alternative_classes: u16,
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
    /// DT: whether the TPDU ends its TSDU. Always so for an ED, which is a TSDU of its own (RFC 1006 sends the
    /// bit either way).
    pub end_of_tsdu: bool,
    /// DT and ED: the TPDU number; AK, EA and RJ: the number that is acknowledged.
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
    /// Why octets at the end of the TPDU are missing. The octets do not tell, so [`parse`] leaves it empty; who
    /// knows sets it before the TPDU is described, and what is odd is then not the sender's doing.
    pub missing: Option<Missing>,
}

/// What can be odd about a TPDU: the first two by its header, the others by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// The length indicator says more octets than the TPDU has, or fewer than its fixed part needs.
    LengthIndicator,
    /// The length of a parameter reaches past the header.
    ParameterLength,
    /// A DT without user data.
    EmptyData,
    /// A DT longer than was negotiated: so many octets are allowed.
    TooLong(u32),
    /// An ED in class 0.
    Expedited,
    /// The DT TPDUs of a TSDU whose last one never came, although the stream ended in order.
    Unfinished,
}

/// The field that an oddity is on.
pub fn field_of(oddity: Oddity) -> Field {
    match oddity {
        Oddity::LengthIndicator => &fields::LENGTH_INDICATOR,
        Oddity::ParameterLength | Oddity::TooLong(_) => &fields::LAYER,
        Oddity::EmptyData | Oddity::Unfinished => &fields::END_OF_TSDU,
        Oddity::Expedited => &fields::TYPE,
    }
}

/// The code of the last parameter in a header, which may be cut anywhere, and what the parameter is called: an ER
/// quotes a TPDU up to the octet that was rejected.
pub fn last_parameter(tpdu: &[u8]) -> Option<(u8, &'static str)> {
    let last = header::Header::of(tpdu).parameters().last()?;
    Some((last.code, describe::parameter_name(last.code)))
}

/// Where the value of a parameter stands in a TPDU. Where one comes twice, the last counts.
fn value_of(tpdu: &[u8], code: u8) -> Option<Span> {
    let wanted = header::Header::of(tpdu).parameters().filter(|parameter| parameter.code == code).last()?;
    Some(wanted.value_at())
}

/// Where the value of parameter C0 stands in a CR or CC.
pub fn tpdu_size_of(tpdu: &[u8]) -> Option<Span> {
    value_of(tpdu, header::TPDU_SIZE)
}

/// Where the calling and the called or responding TSAP-ID stand in a CR or CC.
pub fn selectors_of(tpdu: &[u8]) -> [Option<Span>; 2] {
    [value_of(tpdu, header::CALLING_TSAP), value_of(tpdu, header::CALLED_TSAP)]
}

/// The field of the user data.
pub const DATA: Field = &fields::DATA;

/// The number of octets that a TPDU size code stands for (X.224 13.3). The standard ends at 13 (8192
/// octets); 14 to 16 are sent over RFC 1006 to make use of its packets of up to 64 K.
pub const fn tpdu_size(code: u8) -> Option<u32> {
    match code {
        7..=16 => Some(1 << code),
        _ => None,
    }
}

/// Whether the checksum of a whole TPDU is right (X.224 6.17); `None` where it has none.
pub fn checksum_ok(tpdu: &[u8]) -> Option<bool> {
    let header = header::Header::of(tpdu);
    let checked = header.parameters().any(|parameter| parameter.code == header::CHECKSUM);
    checked.then(|| {
        let (mut sum, mut weighted) = (0u32, 0u32);
        for &octet in tpdu {
            sum = (sum + u32::from(octet)) % 255;
            weighted = (weighted + sum) % 255;
        }
        sum == 0 && weighted == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_powers_of_two_up_to_64_k() {
        assert_eq!(tpdu_size(0x07), Some(128));
        assert_eq!(tpdu_size(0x0B), Some(2048));
        assert_eq!(tpdu_size(0x10), Some(65536));
        assert_eq!(tpdu_size(0x06), None);
        assert_eq!(tpdu_size(0xFF), None);
    }

    #[test]
    fn a_checksum_made_by_the_rule_of_the_standard_is_right_and_any_change_makes_it_wrong() {
        // A class 4 DT in normal format; X and Y worked out by the rule of X.224 with n = 8 (1-based).
        let mut tpdu = vec![0x08, 0xF0, 0x12, 0x34, 0x85, 0xC3, 0x02, 0x00, 0x00, b'a', b'b', b'c'];
        let (length, n) = (tpdu.len() as i64, 8i64);
        let (mut c0, mut c1) = (0i64, 0i64);
        for &octet in &tpdu {
            c0 += i64::from(octet);
            c1 += c0;
        }
        tpdu[7] = (-c1 + (length - n) * c0).rem_euclid(255) as u8;
        tpdu[8] = (c1 - (length - n + 1) * c0).rem_euclid(255) as u8;
        assert_eq!(checksum_ok(&tpdu), Some(true));
        tpdu[10] ^= 1;
        assert_eq!(checksum_ok(&tpdu), Some(false));
        assert_eq!(checksum_ok(&[0x02, 0xF0, 0x80, 0xC3, 0x02, 0, 0]), None, "user data is no parameter");
    }
}
