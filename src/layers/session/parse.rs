//! The octets of a TSDU to the facts about its SPDUs.

use super::kind::Category;
use super::parameters::{self, Fit, Parameter, Parameters, length};
use super::{Context, Oddity, Spdu, SpduKind};
use crate::tree::Span;

/// How many SPDUs of one TSDU are read. Extended concatenation (X.225 6.3.7) makes four at most; more than
/// four times as many are not a sender's habit but damage or an attack.
const MAX_SPDUS: usize = 16;

/// The longest serial number that is read, in digits. X.225 allows six; nine fit any 32 bits.
const MAX_SERIAL_DIGITS: usize = 9;

/// Reads the SPDUs of one TSDU in order into `out`, which is emptied first. Total: any octets give facts, and
/// every octet belongs to one of them.
pub fn parse(tsdu: &[u8], context: &mut Context, out: &mut Vec<Spdu>) {
    out.clear();
    let mut at = 0;
    while let Some(&code) = tsdu.get(at) {
        let (first, count) = (out.is_empty(), out.len());
        let kind = if first { SpduKind::first(code) } else { SpduKind::later(code) };
        if let Some(last) = out.last_mut() {
            if count == 1 && matches!(kind, SpduKind::Unknown(_)) && is_bare_code_1(last) {
                // Octets that are no SPDU behind 01 00: the sender forgot the GIVE TOKENS, and this was the DT.
                *last = Spdu::new(SpduKind::DataTransfer, last.at);
                read(tsdu, last);
                last.odd.get_or_insert(Oddity::WithoutTokens);
                return;
            }
            let odd = match last.kind.category() {
                Category::Alone => Some(Oddity::TrailingOctets),
                _ if count == MAX_SPDUS => Some(Oddity::TooMany),
                _ => None,
            };
            if let Some(odd) = odd {
                last.at.end = tsdu.len() as u32;
                last.odd.get_or_insert(odd);
                return;
            }
        }
        // Read where it will stay: the data phase has two SPDUs a TSDU, and copying costs more than reading.
        out.push(Spdu::new(kind, Span::new(at, tsdu.len())));
        let Some(spdu) = out.last_mut() else { return };
        read(tsdu, spdu);
        if spdu.kind == SpduKind::MajorSyncAck && context.activity_ended {
            spdu.kind = SpduKind::ActivityEndAck;
        }
        let expedited = matches!(spdu.kind, SpduKind::Expedited | SpduKind::Prepare);
        if expedited || first == (spdu.kind.category() == Category::Behind) {
            spdu.odd.get_or_insert(Oddity::Misplaced);
        }
        context.follow(spdu);
        at = spdu.at.end as usize;
    }
}

/// Reads the SPDU of a TSDU that came by an ED TPDU, the transport expedited flow (PREPARE, EXPEDITED, ABORT),
/// into `out`, which is emptied first.
pub fn parse_expedited(tsdu: &[u8], out: &mut Vec<Spdu>) {
    use SpduKind::{Abort, AbortAccept, Expedited, Prepare};
    out.clear();
    let Some(&code) = tsdu.first() else { return };
    let mut spdu = Spdu::new(SpduKind::first(code), Span::new(0, tsdu.len()));
    read(tsdu, &mut spdu);
    if !matches!(spdu.kind, Prepare | Expedited | Abort | AbortAccept | SpduKind::Unknown(_)) {
        spdu.odd.get_or_insert(Oddity::Misplaced);
    }
    if (spdu.at.end as usize) < tsdu.len() {
        spdu.at.end = tsdu.len() as u32;
        spdu.odd.get_or_insert(Oddity::TrailingOctets);
    }
    out.push(spdu);
}

/// The value of the parameter `code` of an SPDU, at whatever level it was sent; `None` where it is absent. The fact has
/// what is asked for often.
pub fn find(tsdu: &[u8], spdu: &Spdu, code: u8) -> Option<Span> {
    let (from, length) = length(tsdu, spdu.at.start as usize + 1)?;
    let all = Span::new(from, (from + length).min(tsdu.len()));
    let inside = |parameter: Parameter| match parameters::is_group(parameter.code) {
        true => {
            let mut inner = Parameters::new(tsdu, parameter.value, spdu.kind).grouped(true);
            inner.find(|inner| inner.code == code)
        }
        false => Some(parameter).filter(|parameter| parameter.code == code),
    };
    Parameters::new(tsdu, all, spdu.kind).find_map(inside).map(|parameter| parameter.value)
}

/// Whether this is code 1 in the first place with nothing that only a GIVE TOKENS has.
fn is_bare_code_1(spdu: &Spdu) -> bool {
    spdu.kind == SpduKind::GiveTokens
        && spdu.token_item.is_none()
        && spdu.user_data.is_none()
        && spdu.odd.is_none()
}

/// Reads the SPDU that begins where `fact.at` does, with its user information, into the empty `fact`.
fn read(tsdu: &[u8], fact: &mut Spdu) {
    let Some((from, length)) = length(tsdu, fact.at.start as usize + 1) else {
        fact.odd = Some(Oddity::LengthPastTsdu);
        return;
    };
    let mut end = from + length;
    if end > tsdu.len() {
        end = tsdu.len();
        fact.odd = Some(Oddity::LengthPastTsdu);
    }
    take_all(tsdu, Span::new(from, end), None, fact);
    if fact.kind == SpduKind::MajorSyncPoint && fact.sync_type.is_none_or(|sync| sync & 1 == 0) {
        fact.kind = SpduKind::ActivityEnd;
    }
    if fact.kind.has_user_information() {
        fact.user_data = Some(Span::new(end, tsdu.len()));
        fact.at.end = tsdu.len() as u32;
    } else {
        // Unmeasured user data may reach past the end.
        let data_end = fact.user_data.map_or(end, |data| data.end as usize);
        fact.at.end = end.max(data_end) as u32;
    }
}

/// Takes the parameters in `within`, the value of PGI `group` or the top level, into the fact.
fn take_all(tsdu: &[u8], within: Span, group: Option<u8>, fact: &mut Spdu) {
    for parameter in Parameters::new(tsdu, within, fact.kind).grouped(group.is_some()) {
        if parameter.fit != Fit::Whole {
            fact.odd.get_or_insert(Oddity::ParameterLength);
        }
        if group.is_none() && parameters::is_group(parameter.code) {
            take_all(tsdu, parameter.value, Some(parameter.code), fact);
        } else if !parameter.value.is_empty() {
            // A length of 0 says that the parameter is absent (X.225 8.2).
            take(tsdu, &parameter, group, fact);
        }
    }
}

/// Takes one parameter into the fact, at whatever level it was sent. Where one comes twice, the last counts.
fn take(tsdu: &[u8], parameter: &Parameter, group: Option<u8>, fact: &mut Spdu) {
    let (at, value) = (parameter.value, parameter.value.of(tsdu));
    let octet = value.first().copied();
    match parameter.code {
        parameters::CALLED_SS_USER_REFERENCE | parameters::CALLING_SS_USER_REFERENCE => {
            fact.user_reference = at;
        }
        parameters::COMMON_REFERENCE => fact.common_reference = at,
        parameters::ADDITIONAL_REFERENCE => fact.additional_reference = at,
        parameters::SYNC_TYPE_ITEM => fact.sync_type = octet,
        parameters::TOKEN_ITEM => fact.token_item = octet,
        parameters::TRANSPORT_DISCONNECT => fact.transport_disconnect = octet,
        parameters::PROTOCOL_OPTIONS => fact.protocol_options = octet,
        parameters::SESSION_USER_REQUIREMENTS => {
            if let [high, low, ..] = *value {
                fact.functional_units = Some(u16::from_be_bytes([high, low]));
            }
        }
        parameters::TSDU_MAXIMUM_SIZE => {
            if let [a, b, c, d, ..] = *value {
                fact.tsdu_size = Some((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])));
            }
        }
        parameters::VERSION_NUMBER => fact.version = octet,
        parameters::ENCLOSURE_ITEM => fact.enclosure = octet,
        parameters::TOKEN_SETTING_ITEM => fact.token_setting = octet,
        parameters::ACTIVITY_IDENTIFIER if group == Some(parameters::LINKING_INFORMATION) => {
            fact.old_activity = Some(at);
        }
        parameters::ACTIVITY_IDENTIFIER => fact.activity = Some(at),
        parameters::SERIAL_NUMBER => fact.serial = serial(value),
        parameters::REFLECT_PARAMETER_VALUES => fact.reflected = Some(at),
        parameters::REASON_CODE => {
            fact.reason = octet;
            if fact.kind == SpduKind::Refuse && value.len() > 1 {
                fact.user_data = Some(Span { start: at.start + 1, ..at });
            }
        }
        parameters::CALLING_SESSION_SELECTOR => fact.calling_selector = Some(at),
        parameters::CALLED_SESSION_SELECTOR => fact.called_selector = Some(at),
        parameters::MIA_USER_DATA | parameters::USER_DATA | parameters::EXTENDED_USER_DATA => {
            fact.user_data = Some(at);
            fact.extended = parameter.code == parameters::EXTENDED_USER_DATA;
        }
        _ => {}
    }
}

/// A serial number, decimal digits, leading zeros allowed.
pub(super) fn serial(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > MAX_SERIAL_DIGITS || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn octets(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.chars().filter_map(|c| c.to_digit(16)).map(|d| d as u8).collect();
        digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    fn read(hex: &str) -> (Vec<u8>, Vec<Spdu>) {
        let (tsdu, mut spdus) = (octets(hex), Vec::new());
        parse(&tsdu, &mut Context::default(), &mut spdus);
        (tsdu, spdus)
    }

    /// Abbreviation, position and oddity of every SPDU.
    fn outline(spdus: &[Spdu]) -> Vec<(&'static str, u32, u32, Option<Oddity>)> {
        spdus.iter().map(|spdu| (spdu.kind.name(), spdu.at.start, spdu.at.end, spdu.odd)).collect()
    }

    fn names(hex: &str) -> Vec<&'static str> {
        read(hex).1.iter().map(|spdu| spdu.kind.name()).collect()
    }

    /// Q86988, a gateway of 1984.
    const CN_1984: &str = "
        0D 60 01 1C 0A 05 14 03 43 53 49 0B 13 17 11 39 32 30 35 30 39 31 34 35 32 34 39 2D 30 37 30 30
        05 09 13 01 00 16 01 01 1A 01 00 14 02 02 49 C1 31 31 2F A0 03 80 01 00 A1 28 80 01 00 81 01 01
        82 01 00 84 01 01 A3 1A A0 18 A1 16 80 10 77 67 63 2E 6D 69 63 72 6F 73 6F 66 74 2E 63 61 A1 02
        16 00";
    const AC_1984: &str = "
        0E 53 01 1E 09 05 14 03 43 53 49 0B 13 17 11 39 32 30 35 30 39 31 34 35 32 34 39 2D 30 37 30 30
        0C 00 05 09 13 01 00 16 01 01 1A 01 00 14 02 02 49 C1 22 31 20 A0 03 80 01 00 A1 19 80 01 00 81
        01 01 A2 11 A0 0F A1 0D 80 07 65 61 6E 2E 75 62 63 A1 02 16 00";

    #[test]
    fn the_connection_of_two_mail_systems_of_1984_is_read() {
        let (tsdu, spdus) = read(CN_1984);
        assert_eq!(outline(&spdus), [("CN", 0, 98, None)]);
        let connect = &spdus[0];
        assert_eq!(connect.user_reference.of(&tsdu), b"\x14\x03CSI");
        assert_eq!(connect.common_reference.of(&tsdu), b"\x17\x11920509145249-0700");
        assert!(connect.additional_reference.is_empty());
        assert_eq!((connect.version, connect.functional_units), (Some(1), Some(0x0249)));
        assert_eq!((connect.protocol_options, connect.token_setting), (Some(0), Some(0)));
        assert_eq!(connect.tsdu_size, None);
        assert_eq!(connect.user_data, Some(Span::new(49, 98)));

        let (tsdu, spdus) = read(AC_1984);
        assert_eq!(outline(&spdus), [("AC", 0, 85, None)]);
        assert_eq!(spdus[0].user_reference.of(&tsdu), b"\x14\x03CSI");
        assert_eq!(spdus[0].user_data.map(|data| data.of(&tsdu)[0]), Some(0x31));
    }

    #[test]
    fn selectors_sizes_and_versions_of_a_connect_are_read() {
        let (tsdu, spdus) = read(
            "0D 3D 01 1A 0A07 14054D54412D41 0B0F 170D 3233313131343232313332305A
             05 0F 130100 1504 07F907F9 160102 1A0115 1402 0249 3302 5341 3402 5342 C102 3100",
        );
        assert_eq!(outline(&spdus), [("CN", 0, 63, None)]);
        let connect = &spdus[0];
        assert_eq!(connect.calling_selector.map(|at| at.of(&tsdu)), Some(&b"SA"[..]));
        assert_eq!(connect.called_selector.map(|at| at.of(&tsdu)), Some(&b"SB"[..]));
        assert_eq!(connect.tsdu_size, Some((2041, 2041)));
        assert_eq!((connect.version, connect.token_setting), (Some(2), Some(0x15)));
    }

    #[test]
    fn names_depend_on_the_place_in_the_tsdu() {
        assert_eq!(names("0100 0100 6103"), ["GT", "DT"]);
        assert_eq!(names("1903110105"), ["AB"]);
        assert_eq!(names("0100 1903320105"), ["GT", "AI"]);
        assert_eq!(names("0200 1A00"), ["PT", "AIA"]);
        assert_eq!(names("1A00"), ["AA"]);
        assert_eq!(names("0100 2903 2A0132"), ["GT", "AE"]);
        assert_eq!(names("0100 2906 0F0101 2A0131"), ["GT", "MAP"]);
        assert_eq!(names("0200 3A00"), ["PT", "ADA"]);
        assert_eq!(names("1500"), ["GTC"]);
    }

    #[test]
    fn an_acknowledgement_is_named_after_what_it_acknowledges() {
        let (mut context, mut spdus) = (Context::default(), Vec::new());
        let mut name = |hex: &str| {
            parse(&octets(hex), &mut context, &mut spdus);
            spdus[1].kind.name()
        };
        assert_eq!(name("0200 2A03 2A0131"), "AEA", "the capture may have begun late");
        assert_eq!(name("0100 2906 0F0101 2A0131"), "MAP");
        assert_eq!(name("0200 2A03 2A0131"), "MAA");
        assert_eq!(name("0100 2903 2A0132"), "AE");
        assert_eq!(name("0200 2A08 2A06 303030303032"), "AEA");
    }

    #[test]
    fn an_activity_is_read_from_start_to_end() {
        let (tsdu, spdus) = read("0100 2D05 2903 020101");
        assert_eq!(outline(&spdus), [("GT", 0, 2, None), ("AS", 2, 9, None)]);
        assert_eq!(spdus[1].activity.map(|at| at.of(&tsdu)), Some(&[2, 1, 1][..]));
        assert_eq!(read("0100 3103 2A0131").1[1].serial, Some(1));
        assert_eq!(read("0200 3203 2A0131").1[1].serial, Some(1));
        assert_eq!(read("0200 2A08 2A06 303030303031").1[1].serial, Some(1));
        assert_eq!(read("0100 3103 2A0178").1[1].serial, None);
        assert_eq!(read("0100 3903 320105").1[1].reason, Some(5));
        let (tsdu, spdus) = read("0208 100101 C103 020100");
        assert_eq!(outline(&spdus), [("PT", 0, 10, None)]);
        assert_eq!(spdus[0].token_item, Some(1));
        assert_eq!(spdus[0].user_data.map(|at| at.of(&tsdu)), Some(&[2, 1, 0][..]));
    }

    #[test]
    fn a_resumed_activity_keeps_its_old_and_its_new_identifier() {
        let (tsdu, spdus) = read("0100 1D 16 21 0F 0A05 1403435349 2903020107 2A0134 2903020101");
        let resume = &spdus[1];
        assert_eq!((resume.kind.name(), resume.odd), ("AR", None));
        assert_eq!(resume.old_activity.map(|at| at.of(&tsdu)), Some(&[2, 1, 7][..]));
        assert_eq!(resume.activity.map(|at| at.of(&tsdu)), Some(&[2, 1, 1][..]));
        assert_eq!(resume.serial, Some(4));
        assert_eq!(resume.user_reference.of(&tsdu), b"\x14\x03CSI");
    }

    #[test]
    fn user_information_reaches_to_the_end_of_the_tsdu() {
        let (_, spdus) = read("0100 0103 190101 0D0E0F");
        assert_eq!(outline(&spdus), [("GT", 0, 2, None), ("DT", 2, 10, None)]);
        assert_eq!(spdus[1].user_data, Some(Span::new(7, 10)));
        assert!(spdus[1].begins_ssdu() && !spdus[1].ends_ssdu());
        assert!(spdus[0].begins_ssdu() && spdus[0].ends_ssdu(), "whole without an enclosure item");
        let (_, spdus) = read("2100 0100 0100");
        assert_eq!(outline(&spdus), [("TD", 0, 6, None)]);
        assert_eq!(spdus[0].user_data, Some(Span::new(2, 6)));
    }

    #[test]
    fn extended_concatenation_puts_several_spdus_behind_the_tokens() {
        let (_, spdus) = read("0103 100155 2D05 2903020101 3103 2A0131 0100 AABB");
        assert_eq!(
            outline(&spdus),
            [("GT", 0, 5, None), ("AS", 5, 12, None), ("MIP", 12, 17, None), ("DT", 17, 21, None)]
        );
    }

    #[test]
    fn long_lengths_are_read_at_every_level() {
        // A real session test: MAJOR SYNC POINT with 512 octets of user data.
        let hex = format!("0100 29FF020A 0F0101 2A0131 C1FF0200 {}", "00".repeat(512));
        let (_, spdus) = read(&hex);
        assert_eq!(outline(&spdus), [("GT", 0, 2, None), ("MAP", 2, 528, None)]);
        assert_eq!(spdus[1].user_data, Some(Span::new(16, 528)));
    }

    #[test]
    fn refusals_keep_reason_and_data() {
        // A real one: empty PGI 1, reason 2 without data.
        let (_, spdus) = read("0c0c 0100 110101 14020000 320102");
        let refuse = &spdus[0];
        assert_eq!(outline(&spdus), [("RF", 0, 14, None)]);
        assert_eq!((refuse.reason, refuse.transport_disconnect), (Some(2), Some(1)));
        assert_eq!((refuse.functional_units, refuse.user_data), (Some(0), None));
        let (tsdu, spdus) = read("0C05 3203 02 A400");
        assert_eq!(spdus[0].user_data.map(|at| at.of(&tsdu)), Some(&[0xA4, 0][..]));
    }

    #[test]
    fn the_expedited_flow_carries_one_spdu() {
        let mut spdus = Vec::new();
        parse_expedited(&octets("0703180101"), &mut spdus);
        assert_eq!(outline(&spdus), [("PR", 0, 5, None)]);
        parse_expedited(&octets("1903110105"), &mut spdus);
        assert_eq!(outline(&spdus), [("AB", 0, 5, None)]);
        assert_eq!(spdus[0].transport_disconnect, Some(5));
        parse_expedited(&octets("0500 616263"), &mut spdus);
        assert_eq!(spdus[0].user_data, Some(Span::new(2, 5)));
        parse_expedited(&octets("0703180101 00"), &mut spdus);
        assert_eq!(outline(&spdus), [("PR", 0, 6, Some(Oddity::TrailingOctets))]);
        parse_expedited(&octets("0100"), &mut spdus);
        assert_eq!(outline(&spdus), [("GT", 0, 2, Some(Oddity::Misplaced))]);
    }

    #[test]
    fn data_without_tokens_in_front_is_still_data() {
        let (_, spdus) = read("0100 6103 020100");
        assert_eq!(outline(&spdus), [("DT", 0, 7, Some(Oddity::WithoutTokens))]);
        assert_eq!(spdus[0].user_data, Some(Span::new(2, 7)));
        assert_eq!(names("0103 100101 6100"), ["GT", "unknown"], "a token item makes it GIVE TOKENS");
    }

    #[test]
    fn spdus_in_wrong_places_are_noted() {
        assert_eq!(read("2D05 2903020101").1[0].odd, Some(Oddity::Misplaced), "no tokens in front");
        assert_eq!(read("0100 0A00").1[1].odd, Some(Oddity::Misplaced), "category 1 stands alone");
        assert_eq!(read("0703180101").1[0].odd, Some(Oddity::Misplaced), "expedited flow only");
        assert_eq!(outline(&read("0A00 0B00").1), [("DN", 0, 4, Some(Oddity::TrailingOctets))]);
    }

    #[test]
    fn the_accept_of_some_control_systems_is_read_in_spite_of_its_lengths() {
        // One octet too many in the SPDU's length.
        let (_, spdus) = read("0E0B 0503160102 C103 310100");
        assert_eq!(outline(&spdus), [("AC", 0, 12, Some(Oddity::LengthPastTsdu))]);
        assert_eq!((spdus[0].version, spdus[0].user_data), (Some(2), Some(Span::new(9, 12))));
        // User data with length 0, its octets behind it: inside the SPDU's length, and outside.
        for length in ["0A", "07"] {
            let (_, spdus) = read(&format!("0E{length} 0503160102 C100 310100"));
            assert_eq!(outline(&spdus), [("AC", 0, 12, Some(Oddity::ParameterLength))]);
            assert_eq!(spdus[0].user_data, Some(Span::new(9, 12)));
        }
    }

    #[test]
    fn what_was_cut_off_is_read_as_far_as_it_goes() {
        let whole = octets(CN_1984);
        let mut spdus = Vec::new();
        for end in 1..whole.len() {
            parse(&whole[..end], &mut Context::default(), &mut spdus);
            assert_eq!(outline(&spdus), [("CN", 0, end as u32, Some(Oddity::LengthPastTsdu))]);
        }
        assert_eq!(spdus[0].functional_units, Some(0x0249));
        assert_eq!(spdus[0].user_data, Some(Span::new(49, 97)));
        parse(&[], &mut Context::default(), &mut spdus);
        assert!(spdus.is_empty());
    }

    #[test]
    fn unknown_codes_are_passed_over() {
        let (_, spdus) = read("0D08 630141 33025341 7F00");
        assert_eq!(spdus[0].calling_selector, Some(Span::new(7, 9)));
        let (_, spdus) = read("6303 410141 00");
        assert_eq!(outline(&spdus), [("unknown", 0, 6, Some(Oddity::TrailingOctets))]);
    }

    #[test]
    fn a_tsdu_of_very_many_spdus_is_cut_short() {
        let (_, spdus) = read(&"0200".repeat(1000));
        assert_eq!(spdus.len(), MAX_SPDUS);
        assert_eq!(spdus[MAX_SPDUS - 1].at, Span::new(30, 2000));
    }

    proptest! {
        #[test]
        fn every_octet_belongs_to_one_spdu(
            tsdu in proptest::collection::vec(prop_oneof![any::<u8>(), 0u8..4, Just(0x19)], 0..300)
        ) {
            let mut spdus = Vec::new();
            parse(&tsdu, &mut Context::default(), &mut spdus);
            let mut at = 0;
            for spdu in &spdus {
                prop_assert_eq!(spdu.at.start, at);
                prop_assert!(spdu.at.end > at);
                at = spdu.at.end;
            }
            prop_assert_eq!(at as usize, tsdu.len());
            parse_expedited(&tsdu, &mut spdus);
            prop_assert_eq!(spdus.last().map_or(0, |spdu| spdu.at.end as usize), tsdu.len());
        }
    }
}
