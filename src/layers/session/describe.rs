//! An SPDU's fields for the frame view.

use std::fmt::Write as _;

use super::fields::{self, Reference};
use super::kind::SECOND;
use super::parameters::{self, Fit, Parameter, Parameters, length};
use super::parse::serial;
use super::{Oddity, Spdu, SpduKind};
use crate::stream::Missing;
use crate::tree::{Cause, Damage, DamageKind, Digits as _, Field, Sink, Span, Value};

/// Lengths below this have the short form (X.225 8.2).
const SHORT_LENGTHS: usize = 255;

/// The BER identifiers of the values that users put into references (X.680 table 1).
mod tag {
    pub(super) const INTEGER: u8 = 0x02;
    pub(super) const OCTET_STRING: u8 = 0x04;
    pub(super) const PRINTABLE_STRING: u8 = 0x13;
    pub(super) const T61_STRING: u8 = 0x14;
    pub(super) const IA5_STRING: u8 = 0x16;
    pub(super) const UTC_TIME: u8 = 0x17;
    pub(super) const GENERALIZED_TIME: u8 = 0x18;
}

/// Describes one SPDU of a TSDU whose octets are the sink's current source.
pub fn describe<S: Sink>(tsdu: &[u8], fact: &Spdu, sink: &mut S) {
    if !S::KEEPS {
        return;
    }
    let mut view = View { tsdu, kind: fact.kind, missing: fact.missing, sink };
    view.sink.open(&fields::LAYER, fact.at, Value::Octets);
    let (title, name, octets) = (fact.kind.title(), fact.kind.name(), fact.at.len());
    match fact.kind {
        SpduKind::Unknown(code) => {
            view.sink.text(format_args!("Unknown SPDU ({code}), Len: {octets}"));
        }
        _ => view.sink.words(|out| {
            out.write_str(title)?;
            out.write_str(" (")?;
            out.write_str(name)?;
            out.write_str("), Len: ")?;
            out.decimal(octets as u64)
        }),
    }
    let end = view.header(fact);
    let end = view.user_information(fact, end);
    if end < fact.at.end as usize {
        view.trailing(Span { start: end as u32, ..fact.at }, fact.odd);
    }
    view.sink.close(fact.at.end);
}

/// An SPDU on its way into a sink.
struct View<'a, S> {
    tsdu: &'a [u8],
    kind: SpduKind,
    missing: Option<Missing>,
    sink: &'a mut S,
}

impl<S: Sink> View<'_, S> {
    fn leaf(&mut self, field: Field, at: Span) {
        self.sink.leaf(field, at, Value::Octets);
    }

    fn number(&mut self, field: Field, at: Span) {
        let number = at.of(self.tsdu).iter().take(4).fold(0, |number, &octet| number << 8 | i64::from(octet));
        self.sink.leaf(field, at, Value::Number(number));
    }

    fn damage(&mut self, kind: DamageKind, field: Field, at: Span) {
        let cause = self.missing.map_or(Cause::Wrong, Cause::from);
        self.sink.damage(Damage { kind, cause, field, at });
    }

    /// Octets that are missing behind `at`, by its length.
    fn overrun(&mut self, field: Field, at: Span) {
        let kind = match self.missing {
            Some(_) => DamageKind::Truncated,
            None => DamageKind::LengthPastParent,
        };
        self.damage(kind, field, at);
    }

    /// Code, length and parameters; gives the position behind them.
    fn header(&mut self, fact: &Spdu) -> usize {
        let start = fact.at.start as usize;
        let code_at = Span::new(start, start + 1);
        let field = if SECOND.contains(&fact.kind) { &fields::SECOND_TYPE } else { &fields::TYPE };
        self.number(field, code_at);
        match fact.odd {
            Some(Oddity::WithoutTokens) => self.misplaced(code_at, "no GIVE TOKENS in front"),
            Some(Oddity::Misplaced) => self.misplaced(code_at, "not allowed in this place"),
            _ => {}
        }
        let Some((from, length)) = length(self.tsdu, start + 1) else {
            self.overrun(field, fact.at);
            return self.tsdu.len();
        };
        let end = (from + length).min(self.tsdu.len());
        self.length(&fields::LENGTH, Span::new(start + 1, from), length);
        if end < from + length {
            self.overrun(&fields::LENGTH, fact.at);
        }
        self.parameters(Span::new(from, end), None).max(end)
    }

    /// An SPDU that the rules of concatenation do not allow where it stands.
    fn misplaced(&mut self, at: Span, words: &str) {
        self.sink.text(format_args!("{words}"));
        self.damage(DamageKind::UnknownElement, &fields::TYPE, at);
    }

    fn length(&mut self, field: Field, at: Span, length: usize) {
        self.sink.leaf(field, at, Value::Number(length as i64));
        if at.len() > 1 && length < SHORT_LENGTHS {
            self.sink.text(format_args!("long form"));
            self.damage(DamageKind::OutOfBounds, field, at);
        }
    }

    /// The user information field, if the SPDU has one; gives the position behind it.
    fn user_information(&mut self, fact: &Spdu, end: usize) -> usize {
        match fact.user_data {
            Some(data) if fact.kind.has_user_information() => {
                self.sink.leaf(&fields::DATA, data, Value::Number(data.len() as i64));
                data.end as usize
            }
            _ => end,
        }
    }

    fn trailing(&mut self, at: Span, odd: Option<Oddity>) {
        let kind = match odd {
            Some(Oddity::TooMany) => DamageKind::TooMany,
            _ => DamageKind::TrailingOctets,
        };
        self.leaf(&fields::TRAILING, at);
        self.damage(kind, &fields::TRAILING, at);
    }

    /// The parameters in `within`, the value of PGI `group` or the top level; gives the position behind the last.
    fn parameters(&mut self, within: Span, group: Option<u8>) -> usize {
        let mut end = within.start as usize;
        for parameter in Parameters::new(self.tsdu, within, self.kind).grouped(group.is_some()) {
            self.parameter(&parameter, group);
            end = parameter.at.end as usize;
        }
        end
    }

    fn parameter(&mut self, parameter: &Parameter, group: Option<u8>) {
        let Parameter { code, at, value, fit } = *parameter;
        let start = at.start as usize;
        self.sink.open(&fields::PARAMETER, at, Value::Octets);
        self.sink.words(|out| out.write_str(fields::named(fields::PARAMETERS, code)));
        self.number(&fields::PARAMETER_TYPE, Span::new(start, start + 1));
        // The length may reach past what encloses the parameter, as the value may.
        let octets = self.tsdu.get(..at.end as usize).unwrap_or_default();
        match length(octets, start + 1) {
            Some((from, length)) => {
                self.length(&fields::PARAMETER_LENGTH, Span::new(start + 1, from), length);
                match fit {
                    Fit::Whole => {}
                    Fit::Overrun => self.overrun(&fields::PARAMETER_LENGTH, at),
                    Fit::Unmeasured => self.damage(DamageKind::OutOfBounds, &fields::PARAMETER_LENGTH, at),
                }
            }
            None => self.overrun(&fields::PARAMETER_TYPE, at),
        }
        if group.is_none() && parameters::is_group(code) {
            self.parameters(value, Some(code));
        } else if !value.is_empty() {
            self.value(code, value, group);
        }
        self.sink.close(at.end);
    }

    fn value(&mut self, code: u8, at: Span, group: Option<u8>) {
        use parameters as p;
        let called = match self.kind {
            SpduKind::Accept => &fields::RESPONDING_SELECTOR,
            _ => &fields::CALLED_SELECTOR,
        };
        match code {
            p::CALLED_SS_USER_REFERENCE => self.reference(&fields::CALLED_REFERENCE, at),
            p::CALLING_SS_USER_REFERENCE => self.reference(&fields::CALLING_REFERENCE, at),
            p::COMMON_REFERENCE => self.reference(&fields::COMMON, at),
            p::ADDITIONAL_REFERENCE => self.reference(&fields::ADDITIONAL, at),
            p::SYNC_TYPE_ITEM if self.kind == SpduKind::MinorSyncPoint => {
                self.octet(&fields::MINOR_SYNC_TYPE, at);
            }
            p::SYNC_TYPE_ITEM => self.octet(&fields::MAJOR_SYNC_TYPE, at),
            p::TOKEN_ITEM => self.octet(&fields::TOKEN_FLAGS, at),
            p::TRANSPORT_DISCONNECT if self.kind == SpduKind::Abort => {
                self.octet(&fields::ABORT_DISCONNECT, at);
            }
            p::TRANSPORT_DISCONNECT => self.octet(&fields::RELEASE_DISCONNECT, at),
            p::PROTOCOL_OPTIONS => self.octet(&fields::OPTION_FLAGS, at),
            p::SESSION_USER_REQUIREMENTS if at.len() == 2 => self.number(&fields::REQUIREMENTS, at),
            p::TSDU_MAXIMUM_SIZE if at.len() == 4 => {
                let middle = at.start + 2;
                self.tsdu_size(&fields::TSDU_SIZE_TO_RESPONDER, Span { end: middle, ..at });
                self.tsdu_size(&fields::TSDU_SIZE_TO_INITIATOR, Span { start: middle, ..at });
            }
            p::VERSION_NUMBER => self.octet(&fields::VERSIONS, at),
            p::INITIAL_SERIAL_NUMBER => self.serial(&fields::INITIAL_SERIAL, at),
            p::PREPARE_TYPE => self.octet(&fields::PREPARE, at),
            p::ENCLOSURE_ITEM => self.octet(&fields::ENCLOSURE, at),
            p::TOKEN_SETTING_ITEM if at.len() == 1 => self.token_settings(at),
            p::RESYNC_TYPE => self.octet(&fields::RESYNC, at),
            p::ACTIVITY_IDENTIFIER if group == Some(p::LINKING_INFORMATION) => {
                self.activity(&fields::OLD_ACTIVITY, at);
            }
            p::ACTIVITY_IDENTIFIER => self.activity(&fields::ACTIVITY, at),
            p::SERIAL_NUMBER => self.serial(&fields::SERIAL, at),
            p::REFLECT_PARAMETER_VALUES => self.leaf(&fields::REFLECTED, at),
            p::REASON_CODE if self.kind == SpduKind::Refuse => {
                let code_at = Span { end: at.start + 1, ..at };
                self.octet(&fields::REFUSE_REASON, code_at);
                if at.len() > 1 {
                    self.data(Span { start: code_at.end, ..at });
                }
            }
            p::REASON_CODE => self.octet(&fields::EXCEPTION_REASON, at),
            p::CALLING_SESSION_SELECTOR => self.leaf(&fields::CALLING_SELECTOR, at),
            p::CALLED_SESSION_SELECTOR => self.leaf(called, at),
            p::SECOND_RESYNC_TYPE => self.octet(&fields::SECOND_RESYNC, at),
            p::SECOND_SERIAL_NUMBER => self.serial(&fields::SECOND_SERIAL, at),
            p::SECOND_INITIAL_SERIAL_NUMBER => self.serial(&fields::SECOND_INITIAL_SERIAL, at),
            p::UPPER_LIMIT_SERIAL_NUMBER if at.len() <= 4 => self.number(&fields::UPPER_LIMIT, at),
            p::LARGE_INITIAL_SERIAL_NUMBER => self.serial(&fields::LARGE_INITIAL_SERIAL, at),
            p::LARGE_SECOND_INITIAL_SERIAL_NUMBER => self.serial(&fields::LARGE_SECOND_INITIAL_SERIAL, at),
            p::DATA_OVERFLOW => {
                let more = at.of(self.tsdu).first().is_some_and(|octet| octet & 1 != 0);
                self.sink.leaf(&fields::OVERFLOW, at, Value::Number(i64::from(more)));
            }
            p::MIA_USER_DATA | p::USER_DATA | p::EXTENDED_USER_DATA => self.data(at),
            p::SESSION_USER_REQUIREMENTS | p::TSDU_MAXIMUM_SIZE | p::TOKEN_SETTING_ITEM => self.invalid(at),
            _ => self.leaf(&fields::PARAMETER_VALUE, at),
        }
    }

    /// A value of one octet.
    fn octet(&mut self, field: Field, at: Span) {
        if at.len() == 1 { self.number(field, at) } else { self.invalid(at) }
    }

    /// A value of a length that its parameter does not have.
    fn invalid(&mut self, at: Span) {
        self.leaf(&fields::PARAMETER_VALUE, at);
        self.damage(DamageKind::InvalidValue, &fields::PARAMETER_VALUE, at);
    }

    fn data(&mut self, at: Span) {
        self.sink.leaf(&fields::DATA, at, Value::Number(at.len() as i64));
    }

    fn tsdu_size(&mut self, field: Field, at: Span) {
        self.number(field, at);
        if at.of(self.tsdu).iter().all(|&octet| octet == 0) {
            self.sink.text(format_args!("unlimited"));
        }
    }

    fn serial(&mut self, field: Field, at: Span) {
        self.leaf(field, at);
        if serial(at.of(self.tsdu)).is_none() {
            self.damage(DamageKind::InvalidValue, field, at);
        }
    }

    fn token_settings(&mut self, at: Span) {
        let setting = at.of(self.tsdu).first().copied().unwrap_or_default();
        for (field, shift) in fields::TOKEN_SETTINGS.iter().zip([6, 4, 2, 0]) {
            self.sink.leaf(field, at, Value::Number(i64::from(setting >> shift & 3)));
        }
    }

    /// An activity identifier, for the users of RTSE an INTEGER.
    fn activity(&mut self, field: Field, at: Span) {
        self.leaf(field, at);
        if let Some((tag::INTEGER, contents)) = ber(self.tsdu, at) {
            let octets = contents.of(self.tsdu);
            if let (Some(first), 1..=8) = (octets.first(), octets.len()) {
                let sign = if first & 0x80 != 0 { -1 } else { 0 };
                let number = octets.iter().fold(sign, |number: i64, &octet| number << 8 | i64::from(octet));
                self.sink.text(format_args!("INTEGER {number}"));
            }
        }
    }

    fn reference(&mut self, fields: &'static Reference, at: Span) {
        let (field, at): (Field, Span) = match ber(self.tsdu, at) {
            Some((tag::T61_STRING | tag::PRINTABLE_STRING | tag::IA5_STRING, contents)) => {
                (&fields.teletex, contents)
            }
            Some((tag::UTC_TIME, contents)) => (&fields.utc_time, contents),
            Some((tag::GENERALIZED_TIME, contents)) => (&fields.generalized_time, contents),
            Some((tag::OCTET_STRING, contents)) => (&fields.octets, contents),
            _ => (&fields.octets, at),
        };
        self.leaf(field, at);
    }
}

/// The identifier and the contents of a BER value that fills `at`, its length in one octet.
fn ber(octets: &[u8], at: Span) -> Option<(u8, Span)> {
    match *at.of(octets) {
        [identifier, length, ref contents @ ..] if usize::from(length) == contents.len() && length < 0x80 => {
            Some((identifier, Span { start: at.start + 2, ..at }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Octets;
    use crate::layers::session::{Context, parse, parse_expedited};
    use crate::tree::{Display, Tree};
    use proptest::prelude::*;

    fn tree(tsdu: &[u8], spdus: &[Spdu]) -> Tree {
        let mut tree = Tree::new();
        tree.source(Octets::new(tsdu, &[], 0));
        for spdu in spdus {
            describe(tsdu, spdu, &mut tree);
        }
        tree
    }

    /// The fields of a TSDU: depth, name, number or octets, words, damage.
    fn fields(tsdu: &[u8]) -> Vec<String> {
        let mut spdus = Vec::new();
        parse(tsdu, &mut Context::default(), &mut spdus);
        let tree = tree(tsdu, &spdus);
        tree.outline()
    }

    #[test]
    fn a_connect_shows_its_groups_and_what_is_in_them() {
        let tsdu = [
            &[0x0D, 0x31, 1, 0x16, 0x0A, 5, 0x14, 3][..],
            b"CSI\x0B\x0D\x17\x0B9311142213Z",
            &[5, 0x0F, 0x13, 1, 0, 0x15, 4, 0, 0, 7, 0xF9, 0x16, 1, 3, 0x1A, 1, 0x15],
            &[0x14, 2, 2, 0x49, 0xC1, 2, 0x31, 0],
        ]
        .concat();
        assert_eq!(
            fields(&tsdu),
            [
                "0 ses CONNECT (CN), Len: 51",
                "1 ses.type 13",
                "1 ses.length 49",
                "1 ses.parameter Connection Identifier",
                "2 ses.parameter_type 1",
                "2 ses.parameter_length 22",
                "2 ses.parameter Calling SS-user Reference",
                "3 ses.parameter_type 10",
                "3 ses.parameter_length 5",
                "3 ses.calling_ss_user_reference CSI",
                "2 ses.parameter Common Reference",
                "3 ses.parameter_type 11",
                "3 ses.parameter_length 13",
                "3 ses.common_reference 9311142213Z",
                "1 ses.parameter Connect/Accept Item",
                "2 ses.parameter_type 5",
                "2 ses.parameter_length 15",
                "2 ses.parameter Protocol Options",
                "3 ses.parameter_type 19",
                "3 ses.parameter_length 1",
                "3 ses.connect.flags 0",
                "2 ses.parameter TSDU Maximum Size",
                "3 ses.parameter_type 21",
                "3 ses.parameter_length 4",
                "3 ses.proposed_tsdu_maximum_size_i2r 0 unlimited",
                "3 ses.proposed_tsdu_maximum_size_r2i 2041",
                "2 ses.parameter Version Number",
                "3 ses.parameter_type 22",
                "3 ses.parameter_length 1",
                "3 ses.version.flags 3",
                "2 ses.parameter Token Setting Item",
                "3 ses.parameter_type 26",
                "3 ses.parameter_length 1",
                "3 ses.release_token_setting 0",
                "3 ses.major_activity_token_setting 1",
                "3 ses.synchronize_minor_token_setting 1",
                "3 ses.data_token_setting 1",
                "1 ses.parameter Session User Requirements",
                "2 ses.parameter_type 20",
                "2 ses.parameter_length 2",
                "2 ses.req.flags 585",
                "1 ses.parameter User Data",
                "2 ses.parameter_type 193",
                "2 ses.parameter_length 2",
                "2 ses.user_data 2",
            ]
        );
    }

    #[test]
    fn the_data_phase_is_short() {
        assert_eq!(
            fields(&[1, 0, 1, 0, 0x61, 0x80]),
            [
                "0 ses GIVE TOKENS (GT), Len: 2",
                "1 ses.type 1",
                "1 ses.length 0",
                "0 ses DATA TRANSFER (DT), Len: 4",
                "1 ses.type 1",
                "1 ses.length 0",
                "1 ses.user_data 2",
            ]
        );
        let start = fields(&[1, 0, 0x2D, 5, 0x29, 3, 2, 1, 0xFE]);
        assert_eq!(start[9], "2 ses.activity_identifier \\x02\\x01\\xfe INTEGER -2");
    }

    #[test]
    fn kinds_that_share_a_code_have_their_own_names() {
        let tsdu = [1, 0, 1, 0, 0x61];
        let mut spdus = Vec::new();
        parse(&tsdu, &mut Context::default(), &mut spdus);
        let tree = tree(&tsdu, &spdus);
        let names: Vec<_> = tree
            .nodes()
            .iter()
            .filter_map(|node| match (node.field.display, node.value) {
                (Display::Named(names), Value::Number(number)) => names.iter().find(|(n, _)| *n == number),
                _ => None,
            })
            .map(|(_, name)| *name)
            .collect();
        assert_eq!(names, ["GIVE TOKENS", "DATA TRANSFER"]);
    }

    #[test]
    fn reasons_are_shown_by_the_kind_of_the_spdu() {
        let refuse = fields(&[0x0C, 5, 0x32, 3, 2, 0xA4, 0]);
        assert_eq!(refuse[5..], ["2 ses.parameter_length 3", "2 ses.reason_code 2", "2 ses.user_data 2"]);
        let abort = fields(&[0x19, 3, 0x11, 1, 5]);
        assert_eq!(abort[6], "2 ses.transport_flags 5");
    }

    #[test]
    fn what_is_wrong_is_marked() {
        assert_eq!(fields(&[0x0A, 0, 9, 9])[3], "1 ses.trailing \\t\\t !TrailingOctets");
        assert_eq!(fields(&[0x0A, 9, 0x33, 1, b'A'])[2], "1 ses.length 9 !LengthPastParent");
        assert_eq!(fields(&[1, 0, 0x0A, 0])[4], "1 ses.type 10 not allowed in this place !UnknownElement");
        assert_eq!(fields(&[0x0A, 0xFF, 0, 0])[2], "1 ses.length 0 long form !OutOfBounds");
        let overrun = fields(&[0x0A, 3, 0x33, 9, b'A']);
        assert_eq!(overrun[5], "2 ses.parameter_length 9 !LengthPastParent");
        assert_eq!(fields(&[1, 3, 0x10, 2, 1])[5], "2 ses.parameter_length 2 !LengthPastParent");
    }

    #[test]
    fn octets_that_the_capture_lost_are_not_the_senders_doing() {
        let tsdu = [0x0D, 9, 0x33, 5, b'A'];
        let mut spdus = Vec::new();
        parse(&tsdu, &mut Context::default(), &mut spdus);
        spdus[0].missing = Some(Missing::Cut);
        let tree = tree(&tsdu, &spdus);
        let told: Vec<_> = (0..tree.nodes().len())
            .flat_map(|index| {
                tree.damage(index).map(|damage| (damage.kind, damage.cause)).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(told, [(DamageKind::Truncated, Cause::Cut), (DamageKind::Truncated, Cause::Cut)]);
    }

    proptest! {
        #[test]
        fn any_octets_are_described_within_their_bounds(
            tsdu in proptest::collection::vec(prop_oneof![any::<u8>(), 0u8..62], 0..200)
        ) {
            let mut spdus = Vec::new();
            parse(&tsdu, &mut Context::default(), &mut spdus);
            let mut expedited = Vec::new();
            parse_expedited(&tsdu, &mut expedited);
            for spdus in [spdus, expedited] {
                for node in tree(&tsdu, &spdus).nodes() {
                    prop_assert!(node.at.start <= node.at.end && node.at.end as usize <= tsdu.len());
                }
            }
        }
    }
}
