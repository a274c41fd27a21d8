//! The hex pane of a frame, in Network Monitor's layout (Q157015).

use std::fmt::{self, Write};

use super::places::Places;
use super::secrets::Secrets;
use crate::capture::{FrameNo, Place};
use crate::tree::Digits as _;

/// How many octets a line holds.
const LINE: usize = 16;

/// Writes the octets of a frame, sixteen a line: offset, hexadecimal, ASCII. Octets that are `marked` stand in
/// square brackets; of secret ones nothing is shown.
///
/// ```text
/// 00030:  22 38 A0 5E 00 00 03[11]00 12 0D E0 00 00 00 01  "8.^............
/// ```
pub fn write(
    out: &mut impl Write,
    frame: FrameNo,
    octets: &[u8],
    marked: &Places,
    secrets: &Secrets,
) -> fmt::Result {
    for (line, octets) in octets.chunks(LINE).enumerate() {
        let start = line * LINE;
        let place = |index: usize| Place { frame, offset: u32::try_from(start + index).unwrap_or(u32::MAX) };
        out.hexadecimal(start as u64, 5)?;
        out.write_str(": ")?;
        let mut before = false;
        for (index, octet) in octets.iter().enumerate() {
            let place = place(index);
            let marked = marked.contains(place);
            out.write_char(edge(before, marked))?;
            before = marked;
            if secrets.hide_octet(place) {
                out.write_str("**")?
            } else {
                out.hexadecimal((*octet).into(), 2)?
            }
        }
        out.write_char(edge(before, false))?;
        out.blanks(3 * (LINE - octets.len()) + 1)?;
        for (index, &octet) in octets.iter().enumerate() {
            let hidden = secrets.hide_octet(place(index));
            out.write_char(if hidden {
                '*'
            } else if matches!(octet, b' '..=b'~') {
                char::from(octet)
            } else {
                '.'
            })?;
        }
        out.write_char('\n')?;
    }
    Ok(())
}

/// What stands between two octets.
fn edge(marked_before: bool, marked_behind: bool) -> char {
    match (marked_before, marked_behind) {
        (false, true) => '[',
        (true, false) => ']',
        _ => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::places::Run;

    const FRAME: FrameNo = FrameNo(3);

    fn places(runs: &[(u32, u32)]) -> Places {
        Places::new(runs.iter().map(|&(start, end)| Run { frame: FRAME, start, end }).collect())
    }

    fn pane(octets: &[u8], marked: &[(u32, u32)], secret: &[(u32, u32)]) -> String {
        let mut out = String::new();
        write(&mut out, FRAME, octets, &places(marked), &Secrets::Masked(places(secret))).unwrap();
        out
    }

    /// A CR that asks for TSAP-ID "MTA", in a packet with reserved octet 11.
    const PACKET: &[u8] = b"\x03\x11\x00\x17\x12\xe0\x00\x00\x00\x01\x00\xc1\x00\xc2\x03MTA\xc0\x01\x0b";

    #[test]
    fn a_line_holds_sixteen_octets() {
        assert_eq!(
            pane(PACKET, &[], &[]),
            "\
00000:  03 11 00 17 12 E0 00 00 00 01 00 C1 00 C2 03 4D  ...............M
00010:  54 41 C0 01 0B                                   TA...
"
        );
        assert_eq!(pane(&[], &[], &[]), "");
    }

    #[test]
    fn marked_octets_stand_in_brackets_and_columns_stay() {
        assert_eq!(
            pane(PACKET, &[(1, 2), (15, 18), (20, 21)], &[]),
            "\
00000:  03[11]00 17 12 E0 00 00 00 01 00 C1 00 C2 03[4D] ...............M
00010: [54 41]C0 01[0B]                                  TA...
"
        );
    }

    #[test]
    fn secrets_are_masked() {
        assert_eq!(
            pane(PACKET, &[], &[(15, 18)]),
            "\
00000:  03 11 00 17 12 E0 00 00 00 01 00 C1 00 C2 03 **  ...............*
00010:  ** ** C0 01 0B                                   **...
"
        );
    }

    #[test]
    fn marks_of_other_frames_are_not_shown() {
        let other = Places::new(vec![Run { frame: FrameNo(4), start: 0, end: 9 }]);
        let mut out = String::new();
        write(&mut out, FRAME, b"abc", &other, &Secrets::Masked(other.clone())).unwrap();
        assert_eq!(out, format!("00000:  61 62 63{:41}abc\n", ""));
    }
}
