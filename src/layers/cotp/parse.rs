//! A TPDU's octets to its fact.

use super::header::{self, END_OF_TSDU, END_OF_TSDU_EXTENDED, Fit, Format, Header, Parameter};
use super::{Connect, Oddity, Tpdu, TpduKind, tpdu_size};
use crate::layers::{Name, clipped};

/// The longest preferred maximum TPDU size, in octets of its parameter.
const PREFERRED_SIZE_OCTETS: usize = 4;

/// Reads one TPDU; total, any octets give a fact.
pub fn parse(tpdu: &[u8]) -> Tpdu {
    let header = Header::of(tpdu);
    let mut fact = Tpdu {
        kind: header.kind,
        length_indicator: tpdu.first().copied().unwrap_or_default(),
        destination: 0,
        source: 0,
        end_of_tsdu: false,
        number: 0,
        reason: 0,
        explanation: Vec::new(),
        connect: None,
        user_data: header.octets.len(),
        odd: (!header.sound).then_some(Oddity::LengthIndicator),
        missing: None,
    };
    if header.has_destination() {
        fact.destination = header.number(2, 2).unwrap_or_default() as u16;
    }
    if header.has_source() {
        fact.source = header.number(4, 2).unwrap_or_default() as u16;
    }
    if let Some((at, size)) = header.number_place() {
        let number = header.number(at, size).unwrap_or_default();
        let end = match header.format {
            Format::Extended => END_OF_TSDU_EXTENDED,
            _ => END_OF_TSDU,
        };
        match header.kind {
            // An ED is a TSDU of its own, whatever the bit says.
            TpduKind::Ed => (fact.end_of_tsdu, fact.number) = (true, number & !end),
            TpduKind::Dt => (fact.end_of_tsdu, fact.number) = (number & end != 0, number & !end),
            _ => fact.number = number,
        }
    }
    match header.kind {
        TpduKind::Cr | TpduKind::Cc => {
            let class = header.number(6, 1).unwrap_or_default() as u8;
            fact.connect = Some(Box::new(Connect {
                class: class >> 4,
                options: class & 0x0F,
                rdp: header.is_rdp(),
                ..Connect::default()
            }));
        }
        TpduKind::Dr => fact.reason = header.number(6, 1).unwrap_or_default() as u8,
        TpduKind::Er => fact.reason = header.number(4, 1).unwrap_or_default() as u8,
        _ => {}
    }
    for parameter in header.parameters() {
        match parameter.fit {
            Fit::Whole => take(&parameter, &mut fact),
            Fit::Overrun => fact.odd = fact.odd.or(Some(Oddity::ParameterLength)),
            Fit::Padding => {}
        }
    }
    if fact.kind == TpduKind::Dr && fact.explanation.is_empty() {
        fact.explanation = clipped(&tpdu[fact.user_data..]);
    }
    fact
}

/// Takes a parameter into the fact. Where one comes twice, the last counts.
fn take(parameter: &Parameter<'_>, fact: &mut Tpdu) {
    let value = parameter.value;
    match (fact.kind, parameter.code) {
        (TpduKind::Dr, header::ADDITIONAL_INFORMATION) => fact.explanation = value.to_vec(),
        (TpduKind::Er, header::INVALID_TPDU) => fact.explanation = value.to_vec(),
        _ => {}
    }
    let Some(connect) = &mut fact.connect else { return };
    match (parameter.code, value) {
        (header::CALLING_TSAP, _) => connect.calling_tsap = Some(Name::new(value)),
        (header::CALLED_TSAP, _) => connect.called_tsap = Some(Name::new(value)),
        (header::TPDU_SIZE, [code]) => connect.tpdu_size = tpdu_size(*code),
        (header::PREFERRED_TPDU_SIZE, _) => connect.preferred_tpdu_size = preferred_size(value),
        (header::ADDITIONAL_OPTIONS, [options]) => connect.expedited = Some(options & 1 != 0),
        (header::ALTERNATIVE_CLASSES, _) => {
            connect.alternative_classes = value.iter().fold(0, |classes, octet| classes | 1 << (octet >> 4));
        }
        _ => {}
    }
}

/// The preferred maximum TPDU size in octets; it is sent in units of 128.
pub(super) fn preferred_size(value: &[u8]) -> Option<u32> {
    match value.len() {
        1..=PREFERRED_SIZE_OCTETS => header::big_endian(value).checked_mul(128),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn octets(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.chars().filter_map(|c| c.to_digit(16)).map(|d| d as u8).collect();
        digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    fn read(hex: &str) -> Tpdu {
        parse(&octets(hex))
    }

    fn connect(hex: &str) -> Connect {
        *read(hex).connect.expect("a CR or CC")
    }

    #[test]
    fn a_connection_request_with_selectors_and_size_is_read() {
        let fact = read("17 E0 0000 0001 00 C0010B C105 4D54412D41 C205 4D54412D42");
        assert_eq!((fact.kind, fact.length_indicator), (TpduKind::Cr, 0x17));
        assert_eq!((fact.destination, fact.source, fact.user_data, fact.odd), (0, 1, 24, None));
        let connect = fact.connect.expect("a CR");
        assert_eq!(connect.class, 0);
        assert_eq!(connect.calling_tsap.as_deref(), Some(&b"MTA-A"[..]));
        assert_eq!(connect.called_tsap.as_deref(), Some(&b"MTA-B"[..]));
        assert_eq!((connect.tpdu_size, connect.expedited, connect.rdp), (Some(2048), None, false));
    }

    #[test]
    fn a_connection_confirm_keeps_both_references() {
        let fact = read("09 D0 0001 4102 00 C0010B");
        assert_eq!((fact.kind, fact.destination, fact.source), (TpduKind::Cc, 1, 0x4102));
        // Q151626 and Q86988.
        let exchange =
            connect("27D001CA002900C10D53574953534C49464554534150C20D45584348414E47455453415031C0010B");
        assert_eq!(exchange.calling_tsap.as_deref(), Some(&b"SWISSLIFETSAP"[..]));
        assert_eq!(exchange.called_tsap.as_deref(), Some(&b"EXCHANGETSAP1"[..]));
        assert_eq!(connect("09D00100EA0B00C00108").tpdu_size, Some(256));
    }

    #[test]
    fn options_and_classes_of_a_connection_request_are_read() {
        // From a session test over RFC 1006: expedited data asked for, 2048 octets.
        let test = connect("0C E0 0000 77B3 00 C60101 C0010B");
        assert_eq!((test.expedited, test.tpdu_size), (Some(true), Some(2048)));
        let itot = connect("0D E0 0000 0001 21 C70100 F0020101");
        assert_eq!((itot.class, itot.options), (2, 1));
        assert_eq!(itot.alternative_classes, 1, "class 0");
        assert_eq!(itot.preferred_tpdu_size, Some(257 * 128));
    }

    #[test]
    fn the_reason_and_the_words_of_a_refusal_are_kept() {
        assert_eq!(read("06 80 0001 0000 03").reason, 3);
        // A real answer to an unknown T-selector.
        let fact =
            read("06 80 6402 6403 80 4f5349207365727669636520747361702f23363939206e6f7420666f756e6400");
        assert_eq!((fact.reason, fact.user_data), (0x80, 7));
        assert_eq!(fact.explanation, b"OSI service tsap/#699 not found\0");
        let padded = read("0A 80 0001 0002 03 00000000");
        assert_eq!((padded.odd, padded.explanation.len()), (None, 0));
        assert_eq!(read("0A 80 0001 0002 03 E0026162").explanation, b"ab");
    }

    #[test]
    fn an_error_quotes_the_tpdu_that_it_rejects() {
        // Q123824: the peer cannot take a DT without user data.
        let fact = read("09 70 001A 00 C10302F080");
        assert_eq!((fact.kind, fact.destination, fact.reason), (TpduKind::Er, 0x1A, 0));
        assert_eq!(fact.explanation, [0x02, 0xF0, 0x80]);
    }

    #[test]
    fn data_of_every_class_is_found_behind_its_header() {
        let class_0 = read("02 F0 80 0100");
        assert_eq!((class_0.end_of_tsdu, class_0.number, class_0.user_data), (true, 0, 3));
        assert!(!read("02 F0 00 0100").end_of_tsdu);
        assert_eq!(read("02 F0 85").number, 5);
        let class_2 = read("04 F0 4102 81 0100");
        assert_eq!((class_2.destination, class_2.number, class_2.user_data), (0x4102, 1, 5));
        assert!(class_2.end_of_tsdu);
        let extended = read("07 F0 4102 80000102 0100");
        assert_eq!((extended.end_of_tsdu, extended.number, extended.user_data), (true, 0x102, 8));
    }

    #[test]
    fn expedited_data_over_rfc_1006_is_a_tsdu_of_its_own() {
        // PREPARE and ABORT SPDUs as sent by a real stack, end-of-TSDU bit 0.
        let fact = read("02 10 00 0703180101");
        assert_eq!((fact.kind, fact.end_of_tsdu, fact.user_data, fact.odd), (TpduKind::Ed, true, 3, None));
    }

    #[test]
    fn the_cookie_of_rdp_is_not_taken_for_parameters() {
        let cookie = read("25E00000000000 436F6F6B69653A206D737473686173683D64656D6F0D0A 0100080003000000");
        assert!(cookie.connect.as_ref().is_some_and(|connect| connect.rdp));
        assert_eq!((cookie.odd, cookie.user_data), (None, 38));
        assert!(connect("0ee00000000000 010008000b000000").rdp);
        assert!(connect("0ed00000123400 021f080008000000").rdp);
        assert!(!connect("0EE00000000000 C0010AC1030405FF").rdp);
    }

    #[test]
    fn lengths_that_do_not_fit_are_noted() {
        assert_eq!(read("17 E0 0000 0001 00 C0010B").odd, Some(Oddity::LengthIndicator));
        assert_eq!(read("03 E0 0000").odd, Some(Oddity::LengthIndicator));
        let overrun = read("0C E0 0000 0001 00 C0010B C10941");
        assert_eq!(overrun.odd, Some(Oddity::ParameterLength));
        let connect = overrun.connect.expect("a CR");
        assert_eq!((connect.tpdu_size, connect.calling_tsap), (Some(2048), None));
    }

    #[test]
    fn codes_that_the_standard_does_not_define_are_told() {
        let fact = read("03 30 0102 AA");
        assert_eq!((fact.kind, fact.user_data, fact.odd), (TpduKind::Unknown(0x30), 4, None));
    }

    proptest! {
        #[test]
        fn any_octets_give_a_fact(tpdu in proptest::collection::vec(any::<u8>(), 0..300)) {
            let fact = parse(&tpdu);
            prop_assert!(fact.user_data <= tpdu.len());
            prop_assert!(fact.explanation.len() <= tpdu.len());
        }
    }
}
