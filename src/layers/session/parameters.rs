//! The parameters of SPDUs: lengths, PGI and PI units (X.225 8.2).

use super::SpduKind;
use crate::tree::Span;

/// Codes of PGIs and PIs (X.225 8.3, in their order).
pub(super) const CONNECTION_IDENTIFIER: u8 = 1;
pub(super) const CONNECT_ACCEPT_ITEM: u8 = 5;
pub(super) const CALLED_SS_USER_REFERENCE: u8 = 9;
pub(super) const CALLING_SS_USER_REFERENCE: u8 = 10;
pub(super) const COMMON_REFERENCE: u8 = 11;
pub(super) const ADDITIONAL_REFERENCE: u8 = 12;
pub(super) const SYNC_TYPE_ITEM: u8 = 15;
pub(super) const TOKEN_ITEM: u8 = 16;
pub(super) const TRANSPORT_DISCONNECT: u8 = 17;
pub(super) const PROTOCOL_OPTIONS: u8 = 19;
/// PI of the session user requirements.
pub const SESSION_USER_REQUIREMENTS: u8 = 20;
pub(super) const TSDU_MAXIMUM_SIZE: u8 = 21;
/// PI of the version number.
pub const VERSION_NUMBER: u8 = 22;
pub(super) const INITIAL_SERIAL_NUMBER: u8 = 23;
pub(super) const PREPARE_TYPE: u8 = 24;
pub(super) const ENCLOSURE_ITEM: u8 = 25;
pub(super) const TOKEN_SETTING_ITEM: u8 = 26;
pub(super) const RESYNC_TYPE: u8 = 27;
pub(super) const LINKING_INFORMATION: u8 = 33;
pub(super) const ACTIVITY_IDENTIFIER: u8 = 41;
/// PI of the serial number.
pub const SERIAL_NUMBER: u8 = 42;
pub(super) const MIA_USER_DATA: u8 = 46;
pub(super) const REFLECT_PARAMETER_VALUES: u8 = 49;
/// PI of the reason code.
pub const REASON_CODE: u8 = 50;
pub(super) const CALLING_SESSION_SELECTOR: u8 = 51;
pub(super) const CALLED_SESSION_SELECTOR: u8 = 52;
pub(super) const SECOND_RESYNC_TYPE: u8 = 53;
pub(super) const SECOND_SERIAL_NUMBER: u8 = 54;
pub(super) const SECOND_INITIAL_SERIAL_NUMBER: u8 = 55;
pub(super) const UPPER_LIMIT_SERIAL_NUMBER: u8 = 56;
pub(super) const LARGE_INITIAL_SERIAL_NUMBER: u8 = 57;
pub(super) const LARGE_SECOND_INITIAL_SERIAL_NUMBER: u8 = 58;
pub(super) const DATA_OVERFLOW: u8 = 60;
pub(super) const USER_DATA: u8 = 193;
pub(super) const EXTENDED_USER_DATA: u8 = 194;

/// The first octet of a length of three octets.
const LONG: u8 = 0xFF;
/// The identifier octet of a CP or CPA PPDU, a SET. As a PI it would be one that CN and AC do not have.
const PRESENTATION_SET: u8 = 0x31;

/// Whether PIs may be nested in a parameter.
pub(super) const fn is_group(code: u8) -> bool {
    matches!(code, CONNECTION_IDENTIFIER | CONNECT_ACCEPT_ITEM | LINKING_INFORMATION)
}

/// Reads the length indicator at `at`: where the octets that it counts begin, and how many they are.
pub(super) fn length(octets: &[u8], at: usize) -> Option<(usize, usize)> {
    match *octets.get(at..)? {
        [LONG, high, low, ..] => Some((at + 3, usize::from(u16::from_be_bytes([high, low])))),
        [LONG, ..] | [] => None,
        [length, ..] => Some((at + 1, usize::from(length))),
    }
}

/// How a parameter lies in its SPDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// Inside it, as its length says.
    Whole,
    /// It is cut off by the end of its SPDU or PGI.
    Overrun,
    /// User data with length 0 in front of it, up to the end of the TSDU: some servers never fill the length in.
    Unmeasured,
}

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    pub(super) code: u8,
    /// The whole of it, in the TSDU.
    pub(super) at: Span,
    /// Its value, in the TSDU.
    pub(super) value: Span,
    pub(super) fit: Fit,
}

/// Gives the parameters between two places of a TSDU.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameters<'a> {
    tsdu: &'a [u8],
    at: usize,
    end: usize,
    kind: SpduKind,
    grouped: bool,
}

impl<'a> Parameters<'a> {
    /// The parameters in `tsdu[within]`, which belong to an SPDU of this kind.
    pub(super) fn new(tsdu: &'a [u8], within: Span, kind: SpduKind) -> Parameters<'a> {
        let end = (within.end as usize).min(tsdu.len());
        Parameters { tsdu, at: (within.start as usize).min(end), end, kind, grouped: false }
    }

    /// The same where they are the value of a group: nothing in it reaches past its end.
    pub(super) fn grouped(self, grouped: bool) -> Self {
        Parameters { grouped, ..self }
    }

    /// Whether user data of length 0 at `from` goes on in spite of that.
    fn is_unmeasured(&self, code: u8, from: usize) -> bool {
        !self.grouped
            && matches!(self.kind, SpduKind::Connect | SpduKind::Accept)
            && matches!(code, USER_DATA | EXTENDED_USER_DATA)
            && self.tsdu.get(from) == Some(&PRESENTATION_SET)
    }
}

impl Iterator for Parameters<'_> {
    type Item = Parameter;

    fn next(&mut self) -> Option<Parameter> {
        let (start, end) = (self.at, self.end);
        let octets = &self.tsdu[..end];
        let code = *octets.get(start)?;
        let (value, fit) = match length(octets, start + 1) {
            Some((from, 0)) if self.is_unmeasured(code, from) => {
                (Span::new(from, self.tsdu.len()), Fit::Unmeasured)
            }
            Some((from, length)) if length <= end - from => (Span::new(from, from + length), Fit::Whole),
            Some((from, _)) => (Span::new(from, end), Fit::Overrun),
            None => (Span::new(end, end), Fit::Overrun),
        };
        self.at = value.end as usize;
        self.end = end.max(self.at);
        Some(Parameter { code, at: Span::new(start, self.at), value, fit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_length_are_read() {
        assert_eq!(length(&[0xFE], 0), Some((1, 254)));
        assert_eq!(length(&[9, 0xFF, 0x05, 0xCF], 1), Some((4, 0x5CF)));
        assert_eq!(length(&[0xFF, 1], 0), None);
        assert_eq!(length(&[], 0), None);
        assert_eq!(length(&[1], 5), None);
    }

    #[test]
    fn parameters_are_clipped_to_what_encloses_them() {
        let tsdu = [0x10, 1, 0x55, 0x0C, 0, 0x33, 9, b'A', b'B', 0xEE];
        let told: Vec<_> = Parameters::new(&tsdu, Span::new(0, 9), SpduKind::Accept)
            .map(|parameter| (parameter.code, parameter.value, parameter.fit))
            .collect();
        assert_eq!(
            told,
            [
                (0x10, Span::new(2, 3), Fit::Whole),
                (0x0C, Span::new(5, 5), Fit::Whole),
                (0x33, Span::new(7, 9), Fit::Overrun),
            ]
        );
    }
}
