//! The header of a TPDU: where its fixed part ends, and the parameters behind it (X.224 13.2).

use super::TpduKind;
use crate::tree::Span;

/// Parameter codes (X.224 13.3 to 13.12; F0 also in RFC 2126).
pub(super) const ACKNOWLEDGE_TIME: u8 = 0x85;
pub(super) const RESIDUAL_ERROR_RATE: u8 = 0x86;
pub(super) const PRIORITY: u8 = 0x87;
pub(super) const TRANSIT_DELAY: u8 = 0x88;
pub(super) const THROUGHPUT: u8 = 0x89;
pub(super) const SUBSEQUENCE_NUMBER: u8 = 0x8A;
pub(super) const REASSIGNMENT_TIME: u8 = 0x8B;
pub(super) const FLOW_CONTROL_CONFIRMATION: u8 = 0x8C;
pub(super) const SELECTIVE_ACKNOWLEDGEMENT: u8 = 0x8F;
pub(super) const ED_TPDU_NUMBER: u8 = 0x90;
pub(super) const TPDU_SIZE: u8 = 0xC0;
/// The calling TSAP-ID, in an ER the rejected TPDU.
pub(super) const CALLING_TSAP: u8 = 0xC1;
pub(super) const INVALID_TPDU: u8 = CALLING_TSAP;
pub(super) const CALLED_TSAP: u8 = 0xC2;
pub(super) const CHECKSUM: u8 = 0xC3;
pub(super) const VERSION: u8 = 0xC4;
pub(super) const PROTECTION: u8 = 0xC5;
pub(super) const ADDITIONAL_OPTIONS: u8 = 0xC6;
pub(super) const ALTERNATIVE_CLASSES: u8 = 0xC7;
pub(super) const ADDITIONAL_INFORMATION: u8 = 0xE0;
pub(super) const PREFERRED_TPDU_SIZE: u8 = 0xF0;
pub(super) const INACTIVITY_TIMER: u8 = 0xF2;

/// The bit of the octet with the TPDU number that ends a TSDU.
pub(super) const END_OF_TSDU: u32 = 0x80;
/// The same in the extended format.
pub(super) const END_OF_TSDU_EXTENDED: u32 = 0x8000_0000;

/// How the TPDU number is coded, which depends on class and options; the length indicator tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Classes 0 and 1: no DST-REF, one octet.
    Short,
    /// Classes 2 to 4: DST-REF, one octet.
    Normal,
    /// Classes 2 to 4 with the option extended formats: DST-REF, four octets.
    Extended,
}

/// A TPDU's header as far as it is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header<'a> {
    /// The octets from the length indicator on, clipped to what it says.
    pub(super) octets: &'a [u8],
    pub(super) kind: TpduKind,
    pub(super) format: Format,
    /// Where the parameters begin, if there are any.
    pub(super) fixed: usize,
    /// Whether the TPDU is as long as the length indicator says, and that long enough for the fixed part.
    pub(super) sound: bool,
}

impl<'a> Header<'a> {
    pub(super) fn of(tpdu: &'a [u8]) -> Header<'a> {
        let indicator = tpdu.first().copied().unwrap_or_default();
        let length = usize::from(indicator) + 1;
        let octets = &tpdu[..length.min(tpdu.len())];
        let kind = TpduKind::of(octets.get(1).copied().unwrap_or_default());
        let format = format(kind, length, octets);
        let fixed = fixed(kind, format);
        // 255 is reserved for possible extensions (X.224 13.2).
        let sound = octets.len() == length && length >= fixed && indicator != u8::MAX;
        Header { octets, kind, format, fixed, sound }
    }

    /// The big-endian number in `size` octets from `at` on, if the header reaches that far.
    pub(super) fn number(&self, at: usize, size: usize) -> Option<u32> {
        Some(big_endian(self.octets.get(at..at + size)?))
    }

    /// Where the TPDU number (DT, ED) or the acknowledged number (AK, EA, RJ) lies: position and size.
    pub(super) fn number_place(&self) -> Option<(usize, usize)> {
        use TpduKind::*;
        match (self.kind, self.format) {
            (Dt | Ed, Format::Short) => Some((2, 1)),
            (Dt | Ed | Ak | Ea | Rj, Format::Extended) => Some((4, 4)),
            (Dt | Ed | Ak | Ea | Rj, _) => Some((4, 1)),
            _ => None,
        }
    }

    /// Whether the header has a DST-REF.
    pub(super) fn has_destination(&self) -> bool {
        use TpduKind::*;
        match self.kind {
            Cr | Cc | Dr | Dc | Ak | Ea | Rj | Er => true,
            Dt | Ed => self.format != Format::Short,
            Ud | Unknown(_) => false,
        }
    }

    /// Whether the header has a SRC-REF.
    pub(super) fn has_source(&self) -> bool {
        matches!(self.kind, TpduKind::Cr | TpduKind::Cc | TpduKind::Dr | TpduKind::Dc)
    }

    /// The variable part.
    pub(super) fn variable(&self) -> &'a [u8] {
        self.octets.get(self.fixed..).unwrap_or_default()
    }

    /// Whether the variable part is a cookie or a negotiation structure of RDP (MS-RDPBCGR 2.2.1.1, 2.2.1.2),
    /// which stand where X.224 has parameters.
    pub(super) fn is_rdp(&self) -> bool {
        let variable = self.variable();
        match self.kind {
            TpduKind::Cr => variable.starts_with(b"Cookie: mst") || is_negotiation(variable, &[1]),
            TpduKind::Cc => is_negotiation(variable, &[2, 3]),
            _ => false,
        }
    }

    /// The parameters in order; none where RDP stands in their place, or the header has none by its kind.
    pub(super) fn parameters(&self) -> Parameters<'a> {
        let unknown = matches!(self.kind, TpduKind::Unknown(_));
        let at = if unknown || self.is_rdp() { self.octets.len() } else { self.fixed };
        Parameters { octets: self.octets, at }
    }
}

/// An RDP negotiation structure of one of the `types`: type, flags, length 8 in little-endian, four octets.
pub(super) fn is_negotiation(octets: &[u8], types: &[u8]) -> bool {
    matches!(octets, [kind, _, 8, 0, _, _, _, _, ..] if types.contains(kind))
}

/// The big-endian number in at most four octets.
pub(super) fn big_endian(octets: &[u8]) -> u32 {
    octets.iter().take(4).fold(0, |number, &octet| number << 8 | u32::from(octet))
}

/// The length of length indicator, code and fixed part.
fn fixed(kind: TpduKind, format: Format) -> usize {
    use TpduKind::*;
    match (kind, format) {
        (Cr | Cc | Dr, _) => 7,
        (Dc, _) => 6,
        (Er, _) => 5,
        (Dt | Ed, Format::Short) => 3,
        (Ak | Rj, Format::Extended) => 10,
        (Dt | Ed | Ea, Format::Extended) => 8,
        (Dt | Ed | Ak | Ea | Rj, _) => 5,
        (Ud | Unknown(_), _) => 2,
    }
}

/// The format of a header of `length` octets, of which `octets` are there. Checksums and the other parameters of
/// class 4 make lengths that either format can have; then the format whose parameters fit is taken.
fn format(kind: TpduKind, length: usize, octets: &[u8]) -> Format {
    use TpduKind::*;
    let extended = fixed(kind, Format::Extended);
    match kind {
        Dt | Ed if length < fixed(kind, Format::Normal) => Format::Short,
        Dt | Ed | Ak | Ea | Rj if length == extended => Format::Extended,
        Dt | Ed | Ak | Ea | Rj if length > extended => {
            let fits = |at| is_class_4(Parameters { octets, at });
            if !fits(fixed(kind, Format::Normal)) && fits(extended) {
                Format::Extended
            } else {
                Format::Normal
            }
        }
        _ => Format::Normal,
    }
}

/// Whether these are parameters that DT, ED, AK, EA and RJ can have, and nothing else.
fn is_class_4(mut parameters: Parameters<'_>) -> bool {
    parameters.all(|parameter| {
        let known = [
            CHECKSUM,
            ED_TPDU_NUMBER,
            SUBSEQUENCE_NUMBER,
            FLOW_CONTROL_CONFIRMATION,
            SELECTIVE_ACKNOWLEDGEMENT,
        ];
        parameter.fit == Fit::Whole && known.contains(&parameter.code)
    })
}

/// Whether a parameter lies inside the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It does.
    Whole,
    /// It is cut off by the end of the header, by its length or because there is no room for one.
    Overrun,
    /// Not a parameter: zeros up to the end of the header, sent by some to fill it.
    Padding,
}

/// A parameter, or what stands in its place at the end of the header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter<'a> {
    pub(super) code: u8,
    pub(super) value: &'a [u8],
    /// The whole of it.
    pub(super) at: Span,
    pub(super) fit: Fit,
}

impl Parameter<'_> {
    /// Where its value lies.
    pub(super) fn value_at(&self) -> Span {
        Span::new(self.at.end as usize - self.value.len(), self.at.end as usize)
    }
}

/// Gives the parameters of a header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameters<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Parameters<'a> {
    type Item = Parameter<'a>;

    fn next(&mut self) -> Option<Parameter<'a>> {
        let start = self.at;
        let rest = self.octets.get(start..)?;
        let code = *rest.first()?;
        let (value, fit) = if rest.iter().all(|&octet| octet == 0) {
            (rest, Fit::Padding)
        } else {
            let behind = rest.get(2..).unwrap_or_default();
            match rest.get(1).and_then(|&length| behind.get(..usize::from(length))) {
                Some(value) => (value, Fit::Whole),
                None => (behind, Fit::Overrun),
            }
        };
        self.at = match fit {
            Fit::Whole => start + 2 + value.len(),
            Fit::Overrun | Fit::Padding => self.octets.len(),
        };
        Some(Parameter { code, value, at: Span::new(start, self.at), fit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tpdu: &[u8]) -> (Format, usize, bool) {
        let header = Header::of(tpdu);
        (header.format, header.fixed, header.sound)
    }

    #[test]
    fn the_length_indicator_tells_the_format() {
        assert_eq!(read(&[2, 0xF0, 0x80]), (Format::Short, 3, true));
        assert_eq!(read(&[4, 0xF0, 1, 2, 0x80]), (Format::Normal, 5, true));
        assert_eq!(read(&[7, 0xF0, 1, 2, 0x80, 0, 0, 9]), (Format::Extended, 8, true));
        assert_eq!(read(&[8, 0xF0, 1, 2, 0x80, 0xC3, 2, 7, 7]), (Format::Normal, 5, true));
        assert_eq!(read(&[11, 0xF0, 1, 2, 0x80, 0, 0, 9, 0xC3, 2, 7, 7]), (Format::Extended, 8, true));
        assert_eq!(read(&[4, 0x61, 1, 2, 5]), (Format::Normal, 5, true));
        assert_eq!(read(&[9, 0x60, 1, 2, 0, 0, 0, 5, 0, 1]), (Format::Extended, 10, true));
        let with_confirmation = [12, 0x63, 1, 2, 5, 0x8A, 2, 0, 1, 0xC3, 2, 7, 7];
        assert_eq!(read(&with_confirmation), (Format::Normal, 5, true));
    }

    #[test]
    fn a_length_that_does_not_fit_is_not_sound() {
        assert!(!read(&[3, 0xF0, 0x80]).2, "longer than the TPDU");
        assert!(!read(&[1, 0xF0, 0x80]).2, "too short for the fixed part");
        assert!(!read(&[5, 0xE0, 0, 0, 0, 1]).2);
        assert!(!read(&[]).2);
    }

    #[test]
    fn zeros_at_the_end_are_padding_and_what_is_cut_off_is_told() {
        // A DR with three zeros behind its reason, as a real stack sends it.
        let padded = [0x0A, 0x80, 0, 1, 0, 2, 3, 0, 0, 0, 0];
        let fits: Vec<_> = Header::of(&padded).parameters().map(|p| (p.fit, p.value_at())).collect();
        assert_eq!(fits, [(Fit::Padding, Span::new(7, 11))]);
        let overrun = [0x0C, 0xE0, 0, 0, 0, 1, 0, 0xC0, 1, 0x0A, 0xC1, 9, b'A'];
        let told: Vec<_> = Header::of(&overrun).parameters().map(|p| (p.code, p.fit, p.value)).collect();
        assert_eq!(told, [(0xC0, Fit::Whole, &[0x0A][..]), (0xC1, Fit::Overrun, &b"A"[..])]);
    }
}
