//! A TPDU's fields for the frame view.

use std::fmt::Write as _;

use super::fields::*;
use super::header::{self, Fit, Format, Header, Parameter, is_negotiation};
use super::parse::preferred_size;
use super::{Tpdu, TpduKind, checksum_ok, tpdu_size};
use crate::stream::Missing;
use crate::tree::{Cause, Damage, DamageKind, Digits as _, Display, Field, Names, Sink, Span, Value};

/// The words for a DR reason (X.224 13.5).
pub fn disconnect_reason(reason: u8) -> &'static str {
    named(DISCONNECT_REASONS, reason)
}

/// The words for the reject cause of an ER (X.224 13.12).
pub fn reject_cause(cause: u8) -> &'static str {
    named(REJECT_CAUSES, cause)
}

/// What a parameter is called (X.224 13.3 to 13.12).
pub(super) fn parameter_name(code: u8) -> &'static str {
    named(PARAMETERS, code)
}

fn named(names: Names, number: u8) -> &'static str {
    names.iter().find(|(n, _)| *n == i64::from(number)).map_or("unknown", |(_, name)| name)
}

/// Describes a TPDU, its fields from the layer's summary line on. It begins at `base` in the sink's current
/// source, the packet.
pub fn describe<S: Sink>(tpdu: &[u8], base: usize, fact: &Tpdu, sink: &mut S) {
    if !S::KEEPS {
        return;
    }
    let header = Header::of(tpdu);
    let mut view = View { tpdu, base, header, missing: fact.missing, sink };
    view.open(&LAYER, Span::new(0, tpdu.len()));
    view.summary(fact);
    view.fixed_part(fact);
    if header.is_rdp() {
        view.rdp();
    }
    for parameter in header.parameters() {
        view.parameter(&parameter);
    }
    if matches!(header.kind, TpduKind::Unknown(_)) && !header.variable().is_empty() {
        view.leaf(&PARAMETER_VALUE, Span::new(header.fixed, header.octets.len()), Value::Octets);
    }
    view.user_data(fact.user_data);
    view.close(tpdu.len());
}

/// A TPDU on its way into a sink.
struct View<'a, S> {
    tpdu: &'a [u8],
    base: usize,
    header: Header<'a>,
    missing: Option<Missing>,
    sink: &'a mut S,
}

impl<S: Sink> View<'_, S> {
    fn place(&self, at: Span) -> Span {
        Span::new(self.base + at.start as usize, self.base + at.end as usize)
    }

    fn open(&mut self, field: Field, at: Span) {
        self.sink.open(field, self.place(at), Value::Octets);
    }

    fn close(&mut self, end: usize) {
        self.sink.close((self.base + end) as u32);
    }

    fn leaf(&mut self, field: Field, at: Span, value: Value) {
        self.sink.leaf(field, self.place(at), value);
    }

    /// A number in the octets from `at` on, if the header reaches that far.
    fn number(&mut self, field: Field, at: usize, size: usize) {
        if let Some(number) = self.header.number(at, size) {
            self.leaf(field, Span::new(at, at + size), Value::Number(i64::from(number)));
        }
    }

    fn boolean(&mut self, field: Field, octet: usize, value: bool) {
        self.leaf(field, Span::new(octet, octet + 1), Value::Number(i64::from(value)));
    }

    fn damage(&mut self, kind: DamageKind, field: Field, at: Span) {
        let cause = self.missing.map_or(Cause::Wrong, Cause::from);
        let at = self.place(at);
        self.sink.damage(Damage { kind, cause, field, at });
    }

    /// The layer's line, in Network Monitor's words.
    fn summary(&mut self, fact: &Tpdu) {
        let follows = match fact.kind {
            TpduKind::Dt if !fact.end_of_tsdu => ", more data follows",
            _ => "",
        };
        let (length, title) = (self.tpdu.len(), fact.kind.title());
        match fact.kind {
            TpduKind::Unknown(code) => {
                self.sink.text(format_args!("Type: Unknown (0x{code:02X}), Len: {length}"));
            }
            _ => self.sink.words(|out| {
                out.write_str("Type: ")?;
                out.write_str(title)?;
                out.write_str(", Len: ")?;
                out.decimal(length as u64)?;
                out.write_str(follows)
            }),
        }
    }

    fn fixed_part(&mut self, fact: &Tpdu) {
        let header = self.header;
        self.number(&LENGTH_INDICATOR, 0, 1);
        if !header.sound && !header.octets.is_empty() {
            let kind = match fact.missing {
                Some(_) => DamageKind::Truncated,
                None if header.octets.len() <= usize::from(fact.length_indicator) => {
                    DamageKind::LengthPastParent
                }
                None => DamageKind::OutOfBounds,
            };
            self.damage(kind, &LENGTH_INDICATOR, Span::new(0, 1));
        }
        let Some(code) = header.number(1, 1) else { return };
        let code_at = Span::new(1, 2);
        self.leaf(&TYPE, code_at, Value::Number(i64::from(code >> 4)));
        match (header.kind, header.format) {
            (TpduKind::Cr | TpduKind::Cc, _) | (TpduKind::Ak | TpduKind::Rj, Format::Normal) => {
                self.leaf(&CREDIT, code_at, Value::Number(i64::from(code & 0x0F)));
            }
            (TpduKind::Dt, _) if code & 1 != 0 => self.boolean(&ROA, 1, true),
            _ => {}
        }
        if header.has_destination() {
            self.number(&DESTINATION, 2, 2);
        }
        if header.has_source() {
            self.number(&SOURCE, 4, 2);
        }
        self.tpdu_number();
        match header.kind {
            TpduKind::Cr | TpduKind::Cc => {
                if let Some(class) = header.number(6, 1) {
                    self.leaf(&CLASS, Span::new(6, 7), Value::Number(i64::from(class >> 4)));
                    self.boolean(&EXTENDED_FORMATS, 6, class & 2 != 0);
                    self.boolean(&NO_FLOW_CONTROL, 6, class & 1 != 0);
                }
            }
            TpduKind::Dr => self.number(&REASON, 6, 1),
            TpduKind::Er => self.number(&REJECT_CAUSE, 4, 1),
            TpduKind::Ak | TpduKind::Rj if header.format == Format::Extended => self.number(&CREDIT, 8, 2),
            _ => {}
        }
    }

    fn tpdu_number(&mut self) {
        let header = self.header;
        let Some((at, size)) = header.number_place() else { return };
        let Some(number) = header.number(at, size) else { return };
        let whole = Span::new(at, at + size);
        if !matches!(header.kind, TpduKind::Dt | TpduKind::Ed) {
            self.leaf(&NEXT_NUMBER, whole, Value::Number(i64::from(number)));
            return;
        }
        let end = 1 << (size * 8 - 1);
        self.leaf(&NUMBER, whole, Value::Number(i64::from(number & !end)));
        self.boolean(&END_OF_TSDU, at, number & end != 0);
    }

    fn parameter(&mut self, parameter: &Parameter<'_>) {
        if parameter.fit == Fit::Padding {
            self.leaf(&PADDING, parameter.at, Value::Octets);
            return;
        }
        let start = parameter.at.start as usize;
        let code_field = match self.header.kind {
            TpduKind::Er => &ER_PARAMETER_CODE,
            _ => &PARAMETER_CODE,
        };
        self.open(&PARAMETER, parameter.at);
        if let Display::Named(names) = code_field.display {
            self.sink.words(|out| out.write_str(named(names, parameter.code)));
        }
        self.number(code_field, start, 1);
        self.number(&PARAMETER_LENGTH, start + 1, 1);
        if parameter.fit == Fit::Overrun {
            let kind = match self.missing {
                Some(_) => DamageKind::Truncated,
                None => DamageKind::LengthPastParent,
            };
            self.damage(kind, &PARAMETER_LENGTH, parameter.at);
        }
        if !parameter.value.is_empty() {
            self.value(parameter);
        }
        self.close(parameter.at.end as usize);
    }

    fn value(&mut self, parameter: &Parameter<'_>) {
        let at = parameter.value_at();
        let start = at.start as usize;
        let (kind, whole) = (self.header.kind, parameter.fit == Fit::Whole);
        let row = NUMBERS
            .iter()
            .find(|(code, length, _)| *code == parameter.code && *length == parameter.value.len());
        match (parameter.code, parameter.value) {
            _ if !whole => self.leaf(&PARAMETER_VALUE, at, Value::Octets),
            (header::INVALID_TPDU, _) if kind == TpduKind::Er => {
                self.leaf(&INVALID_TPDU, at, Value::Octets);
            }
            (header::CALLING_TSAP, _) => self.leaf(&CALLING_TSAP, at, Value::Octets),
            (header::CALLED_TSAP, _) if kind == TpduKind::Cc => {
                self.leaf(&RESPONDING_TSAP, at, Value::Octets);
            }
            (header::CALLED_TSAP, _) => self.leaf(&CALLED_TSAP, at, Value::Octets),
            (header::TPDU_SIZE, &[code]) => match tpdu_size(code) {
                Some(size) => {
                    self.leaf(&SIZE, at, Value::Number(i64::from(size)));
                    self.sink.text(format_args!("code 0x{code:02X}"));
                }
                None => self.invalid(at),
            },
            (header::PREFERRED_TPDU_SIZE, value) => match preferred_size(value) {
                Some(size) => self.leaf(&PREFERRED_SIZE, at, Value::Number(i64::from(size))),
                None => self.invalid(at),
            },
            (header::CHECKSUM, [_, _]) => {
                self.number(&CHECKSUM, start, 2);
                match checksum_ok(self.tpdu) {
                    // Of a TPDU that was cut the sum means nothing.
                    Some(true) if self.missing.is_none() => self.sink.text(format_args!("correct")),
                    Some(false) if self.missing.is_none() => {
                        self.damage(DamageKind::InvalidValue, &CHECKSUM, at);
                    }
                    _ => {}
                }
            }
            (header::ADDITIONAL_OPTIONS, [_]) => self.number(&OPTIONS, start, 1),
            (header::ALTERNATIVE_CLASSES, classes) => {
                for (index, class) in classes.iter().enumerate() {
                    let at = Span::new(start + index, start + index + 1);
                    self.leaf(&ALTERNATIVE_CLASS, at, Value::Number(i64::from(class >> 4)));
                }
            }
            (header::SELECTIVE_ACKNOWLEDGEMENT, value) => self.selective_acknowledgement(start, value.len()),
            (header::ADDITIONAL_INFORMATION, value) => {
                let field = if is_text(value) { &INFORMATION_TEXT } else { &INFORMATION };
                self.leaf(field, at, Value::Octets);
            }
            _ => match row {
                Some((_, length, parts)) => {
                    for (offset, size, field) in parts.iter().filter(|(offset, ..)| offset < length) {
                        self.number(field, start + offset, *size);
                    }
                }
                None if is_known_number(parameter.code) => self.invalid(at),
                None => self.leaf(&PARAMETER_VALUE, at, Value::Octets),
            },
        }
    }

    /// Pairs of lower and upper edge, of one octet each in the normal and of four in the extended format.
    fn selective_acknowledgement(&mut self, start: usize, length: usize) {
        let size = if self.header.format == Format::Extended { 4 } else { 1 };
        for (index, at) in (start..start + length).step_by(size).enumerate() {
            if at + size > start + length {
                return self.invalid(Span::new(at, start + length));
            }
            self.number(if index % 2 == 0 { &SELECTIVE_LOWER } else { &SELECTIVE_UPPER }, at, size);
        }
    }

    /// A value of a length or with contents that its parameter does not have.
    fn invalid(&mut self, at: Span) {
        self.leaf(&PARAMETER_VALUE, at, Value::Octets);
        self.damage(DamageKind::InvalidValue, &PARAMETER_VALUE, at);
    }

    /// The cookie and the negotiation structure in the place of parameters.
    fn rdp(&mut self) {
        let (octets, start) = (self.header.octets, self.header.fixed);
        let types: &[u8] = if self.header.kind == TpduKind::Cr { &[1] } else { &[2, 3] };
        let mut at = start;
        if !is_negotiation(&octets[at..], types) {
            let line = octets[at..].windows(2).position(|pair| pair == b"\r\n");
            at = line.map_or(octets.len(), |end| at + end + 2);
            self.leaf(&COOKIE, Span::new(start, at), Value::Octets);
        }
        if is_negotiation(&octets[at..], types) {
            self.number(&NEGOTIATION_TYPE, at, 1);
            self.number(&NEGOTIATION_FLAGS, at + 1, 1);
            self.leaf(&NEGOTIATION_LENGTH, Span::new(at + 2, at + 4), Value::Number(8));
            let field = match octets[at] {
                1 => &REQUESTED_PROTOCOLS,
                2 => &SELECTED_PROTOCOL,
                _ => &FAILURE_CODE,
            };
            // RDP's numbers are little-endian.
            let number = self.header.number(at + 4, 4).unwrap_or_default().swap_bytes();
            self.leaf(field, Span::new(at + 4, at + 8), Value::Number(i64::from(number)));
            at += 8;
        }
        if at < octets.len() {
            self.leaf(&PARAMETER_VALUE, Span::new(at, octets.len()), Value::Octets);
        }
    }

    fn user_data(&mut self, start: usize) {
        let at = Span::new(start, self.tpdu.len());
        match (self.header.kind, at.of(self.tpdu)) {
            (TpduKind::Dt | TpduKind::Ed, data) => {
                self.leaf(&DATA, at, Value::Number(data.len() as i64));
            }
            (_, []) => {}
            (TpduKind::Dr, data) => {
                let field = if is_text(data) { &DISCONNECT_TEXT } else { &DISCONNECT_DATA };
                self.leaf(field, at, Value::Octets);
            }
            (_, data) => self.leaf(&DATA, at, Value::Number(data.len() as i64)),
        }
    }
}

/// Whether a parameter with this code is a row of numbers.
fn is_known_number(code: u8) -> bool {
    NUMBERS.iter().any(|(known, ..)| *known == code)
        || [header::TPDU_SIZE, header::CHECKSUM, header::ADDITIONAL_OPTIONS].contains(&code)
}

/// Whether these octets were meant to be read: printable ASCII, line ends, perhaps a final zero.
fn is_text(octets: &[u8]) -> bool {
    let text = octets.strip_suffix(&[0]).unwrap_or(octets);
    !text.is_empty() && text.iter().all(|octet| matches!(octet, b' '..=b'~' | b'\r' | b'\n' | b'\t'))
}

/// Describes user data of a TSDU that goes on in later TPDUs while an association is set up: what is in it is decoded
/// when it is whole, and may be a password. `at` is where they begin in the sink's current source.
pub fn describe_setup_part<S: Sink>(at: usize, length: usize, sink: &mut S) {
    let span = Span::new(at, at + length);
    sink.open(&super::fields::PART, span, Value::Octets);
    sink.words(|out| {
        out.write_char('[')?;
        out.decimal(length as u64)?;
        out.write_str(" octets of a TSDU that ends in a later packet]")
    });
    sink.leaf(&super::fields::PART_DATA, span, Value::Octets);
    sink.close(span.end);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Octets;
    use crate::layers::cotp::parse;
    use crate::tree::Tree;
    use proptest::prelude::*;

    /// The fields of a TPDU behind a packet header: depth, name, number or octets, words.
    fn fields(tpdu: &[u8]) -> Vec<String> {
        let packet = [&[3, 0, 0, 0], tpdu].concat();
        let mut tree = Tree::new();
        tree.source(Octets::new(&packet, &[], 0));
        describe(tpdu, 4, &parse(tpdu), &mut tree);
        tree.outline()
    }

    #[test]
    fn a_connection_request_is_described_as_network_monitor_did() {
        // Q157015: a packet of 18 octets, so a TPDU of 14.
        let tpdu = [0x0D, 0xE0, 0, 0, 0, 1, 0, 0xC0, 1, 0x0B, 0xC1, 2, b'M', b'A'];
        assert_eq!(
            fields(&tpdu),
            [
                "0 cotp Type: Connection Request, Len: 14",
                "1 cotp.li 13",
                "1 cotp.type 14",
                "1 cotp.credit 0",
                "1 cotp.destref 0",
                "1 cotp.srcref 1",
                "1 cotp.class 0",
                "1 cotp.opts.extended_formats 0",
                "1 cotp.opts.no_explicit_flow_control 0",
                "1 cotp.parameter TPDU size",
                "2 cotp.parameter_code 192",
                "2 cotp.parameter_length 1",
                "2 cotp.tpdu_size 2048 code 0x0B",
                "1 cotp.parameter calling TSAP-ID",
                "2 cotp.parameter_code 193",
                "2 cotp.parameter_length 2",
                "2 cotp.src-tsap MA",
            ]
        );
    }

    #[test]
    fn data_says_whether_more_follows() {
        assert_eq!(
            fields(&[0x02, 0xF0, 0x00, 1, 2]),
            [
                "0 cotp Type: Data, Len: 5, more data follows",
                "1 cotp.li 2",
                "1 cotp.type 15",
                "1 cotp.tpdu-number 0",
                "1 cotp.eot 0",
                "1 cotp.data 2"
            ]
        );
        assert_eq!(fields(&[0x02, 0xF0, 0x80])[0], "0 cotp Type: Data, Len: 3");
        assert_eq!(fields(&[0x02, 0xF0, 0x80])[4..], ["1 cotp.eot 1", "1 cotp.data 0"]);
    }

    #[test]
    fn the_text_of_a_refusal_is_shown_as_text() {
        let tpdu = [&[6, 0x80, 0x64, 2, 0x64, 3, 0x80][..], b"not found\0"].concat();
        assert_eq!(
            fields(&tpdu)[3..],
            [
                "1 cotp.destref 25602",
                "1 cotp.srcref 25603",
                "1 cotp.cause 128",
                "1 cotp.user_data not found\\x00"
            ]
        );
        assert_eq!(disconnect_reason(128), "normal disconnect initiated by session entity");
        assert_eq!(disconnect_reason(134), "unknown");
    }

    #[test]
    fn an_error_shows_the_tpdu_that_it_rejects() {
        let lines = fields(&[9, 0x70, 0, 0x1A, 0, 0xC1, 3, 2, 0xF0, 0x80]);
        assert_eq!(
            lines[4..],
            [
                "1 cotp.reject_cause 0",
                "1 cotp.parameter invalid TPDU",
                "2 cotp.parameter_code 193",
                "2 cotp.parameter_length 3",
                "2 cotp.invalid_tpdu \\x02\\xf0\\x80"
            ]
        );
        assert_eq!(reject_cause(2), "invalid TPDU type");
    }

    #[test]
    fn the_negotiation_of_rdp_is_shown_in_place_of_parameters() {
        let cookie = b"Cookie: mstshash=demo\r\n";
        let request = [1, 0, 8, 0, 3, 0, 0, 0];
        let tpdu = [&[0x25, 0xE0, 0, 0, 0, 0, 0][..], cookie, &request].concat();
        assert_eq!(
            fields(&tpdu)[9..],
            [
                "1 rdp.rt_cookie Cookie: mstshash=demo\\r\\n",
                "1 rdp.neg_type 1",
                "1 rdp.negReq.flags 0",
                "1 rdp.neg_length 8",
                "1 rdp.negReq.requestedProtocols 3"
            ]
        );
    }

    #[test]
    fn the_parameters_of_other_classes_have_their_numbers() {
        let delay = [0x11, 0xE0, 0, 0, 0, 1, 0x40, 0x88, 8, 0, 10, 0, 20, 0, 30, 0, 40, 0];
        let lines = fields(&delay);
        assert_eq!(
            lines[12..16],
            [
                "2 cotp.transit_delay.targ_calling_called 10",
                "2 cotp.transit_delay.max_accept_calling_called 20",
                "2 cotp.transit_delay.targ_called_calling 30",
                "2 cotp.transit_delay.max_accept_called_calling 40"
            ]
        );
        // A selective acknowledgement in normal format: 2 to 4 received.
        assert_eq!(
            fields(&[8, 0x60, 0, 1, 2, 0x8F, 2, 2, 4])[9..],
            ["2 cotp.selective_ack.lower 2", "2 cotp.selective_ack.upper 4"]
        );
    }

    #[test]
    fn what_does_not_fit_is_marked() {
        assert_eq!(fields(&[9, 0xE0, 0, 0])[1], "1 cotp.li 9 !LengthPastParent");
        assert_eq!(fields(&[2, 0xE0, 0, 0])[1], "1 cotp.li 2 !OutOfBounds");
        let overrun = fields(&[9, 0xE0, 0, 0, 0, 1, 0, 0xC1, 9, b'A']);
        assert_eq!(
            overrun[11..],
            ["2 cotp.parameter_length 9 !LengthPastParent", "2 cotp.parameter_value A"]
        );
        let size = fields(&[9, 0xE0, 0, 0, 0, 1, 0, 0xC0, 1, 0x44]);
        assert_eq!(size[12], "2 cotp.parameter_value D !InvalidValue");
    }

    proptest! {
        #[test]
        fn any_octets_are_described_within_their_bounds(tpdu in proptest::collection::vec(any::<u8>(), 0..200)) {
            let packet = [&[3, 0, 0, 0], &tpdu[..]].concat();
            let mut tree = Tree::new();
            tree.source(Octets::new(&packet, &[], 0));
            describe(&tpdu, 4, &parse(&tpdu), &mut tree);
            for node in tree.nodes() {
                prop_assert!(node.at.start >= 4 && node.at.start <= node.at.end);
                prop_assert!(node.at.end as usize <= packet.len());
            }
        }
    }
}
