//! S7comm and S7comm-plus, straight on the transport connection: enough of them to name a PDU and show its header.

use std::fmt;

use crate::tree::{Cause, Damage, DamageKind, Display, Field, FieldDef, Names, Sink, Span, Tag, Value};

/// First octet of an S7comm PDU.
pub(super) const IDENTIFIER: u8 = 0x32;
/// First octet of an S7comm-plus PDU.
pub(super) const PLUS_IDENTIFIER: u8 = 0x72;

/// ROSCTR of the PDUs whose parameters begin with a function code.
const JOB: u8 = 1;
const ACK: u8 = 2;
const ACK_DATA: u8 = 3;
/// ROSCTR of the PDUs whose parameters are a head with a function group.
const USER_DATA: u8 = 7;

const ROSCTRS: Names = &[
    (JOB as i64, "Job"),
    (ACK as i64, "Ack"),
    (ACK_DATA as i64, "Ack data"),
    (USER_DATA as i64, "User data"),
];
const FUNCTIONS: Names = &[
    (0x00, "CPU services"),
    (0x04, "Read variable"),
    (0x05, "Write variable"),
    (0x1A, "Request download"),
    (0x1B, "Download block"),
    (0x1C, "Download ended"),
    (0x1D, "Start upload"),
    (0x1E, "Upload"),
    (0x1F, "End upload"),
    (0x28, "PI service"),
    (0x29, "PLC stop"),
    (0xF0, "Setup communication"),
];
/// The low half of the octet with method and group in a user data head.
const GROUPS: Names = &[
    (0, "Mode transition"),
    (1, "Programmer commands"),
    (2, "Cyclic services"),
    (3, "Block functions"),
    (4, "CPU functions"),
    (5, "Security"),
    (6, "BSEND/BRECV"),
    (7, "Time functions"),
    (15, "NC programming"),
];
/// Where that octet stands in the parameters: behind `00 01 12`, a length and the kind of method.
const GROUP_AT: usize = 5;
const PLUS_VERSIONS: Names =
    &[(1, "Connect"), (2, "Data"), (3, "Data with integrity"), (0xFE, "System event")];
const PLUS_OPCODES: Names = &[(0x31, "Request"), (0x32, "Response"), (0x33, "Notification")];

static ROOT: FieldDef = FieldDef::layer("s7comm", "S7comm", Tag::Tpdu);
static PROTOCOL: FieldDef = FieldDef::new("s7comm.header.protid", "Protocol identifier", Display::Hex(2));
static ROSCTR: FieldDef = FieldDef::new("s7comm.header.rosctr", "ROSCTR", Display::Named(ROSCTRS));
static RESERVED: FieldDef = FieldDef::new("s7comm.header.redid", "Reserved", Display::Number);
static REFERENCE: FieldDef = FieldDef::new("s7comm.header.pduref", "PDU reference", Display::Number);
static PARAMETER_LENGTH: FieldDef = FieldDef::new("s7comm.header.parlg", "Parameter length", Display::Number);
static DATA_LENGTH: FieldDef = FieldDef::new("s7comm.header.datlg", "Data length", Display::Number);
static ERROR_CLASS: FieldDef = FieldDef::new("s7comm.header.errcls", "Error class", Display::Hex(2));
static ERROR_CODE: FieldDef = FieldDef::new("s7comm.header.errcod", "Error code", Display::Hex(2));
static FUNCTION: FieldDef = FieldDef::new("s7comm.param.func", "Function", Display::Named(FUNCTIONS));
static GROUP: FieldDef =
    FieldDef::new("s7comm.param.userdata.funcgroup", "Function group", Display::Named(GROUPS));
static PARAMETERS: FieldDef = FieldDef::new("s7comm.param", "Parameters", Display::Octets);
static DATA: FieldDef = FieldDef::new("s7comm.data", "Data", Display::Octets);

static PLUS_ROOT: FieldDef = FieldDef::layer("s7comm-plus", "S7comm-plus", Tag::Tpdu);
static PLUS_PROTOCOL: FieldDef =
    FieldDef::new("s7comm-plus.header.protid", "Protocol identifier", Display::Hex(2));
static PLUS_VERSION: FieldDef =
    FieldDef::new("s7comm-plus.header.protocolversion", "Protocol version", Display::Named(PLUS_VERSIONS));
static PLUS_LENGTH: FieldDef = FieldDef::new("s7comm-plus.header.datlg", "Data length", Display::Number);
static PLUS_OPCODE: FieldDef =
    FieldDef::new("s7comm-plus.data.opcode", "Opcode", Display::Named(PLUS_OPCODES));
static PLUS_DATA: FieldDef = FieldDef::new("s7comm-plus.data", "Data", Display::Octets);

/// The name of an S7comm or S7comm-plus PDU: `Job: Setup communication`, `Data: Request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct S7Name {
    /// The kind of PDU, ROSCTR or protocol version.
    pub kind: &'static str,
    /// What it does, where its octets tell.
    pub function: Option<&'static str>,
}

impl fmt::Display for S7Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.function {
            Some(function) => write!(f, "{}: {function}", self.kind),
            None => f.write_str(self.kind),
        }
    }
}

/// The name of an S7comm or S7comm-plus PDU; `None` where the octets are neither.
pub fn s7comm_name(tsdu: &[u8]) -> Option<S7Name> {
    match *tsdu {
        [IDENTIFIER, rosctr, ..] => {
            let function = function_place(tsdu).and_then(|(field, at)| {
                let octet = tsdu.get(at)?;
                if field.name == GROUP.name { named(GROUPS, octet & 0x0F) } else { named(FUNCTIONS, *octet) }
            });
            Some(S7Name { kind: named(ROSCTRS, rosctr)?, function })
        }
        [PLUS_IDENTIFIER, version, _, _, ref rest @ ..] => Some(S7Name {
            kind: named(PLUS_VERSIONS, version)?,
            function: rest.first().and_then(|opcode| named(PLUS_OPCODES, *opcode)),
        }),
        _ => None,
    }
}

fn named(names: Names, number: u8) -> Option<&'static str> {
    names.iter().find(|(n, _)| *n == i64::from(number)).map(|(_, name)| *name)
}

/// The length of the header: answers have error class and code in it.
fn header_length(rosctr: u8) -> usize {
    if matches!(rosctr, ACK | ACK_DATA) { 12 } else { 10 }
}

/// The octet of an S7comm PDU that says what it does, if it has parameters.
fn function_place(tsdu: &[u8]) -> Option<(Field, usize)> {
    let rosctr = *tsdu.get(1)?;
    let parameters = usize::from(u16::from_be_bytes([*tsdu.get(6)?, *tsdu.get(7)?]));
    let (field, offset) = if rosctr == USER_DATA { (&GROUP, GROUP_AT) } else { (&FUNCTION, 0) };
    (offset < parameters).then_some((field, header_length(rosctr) + offset))
}

/// Describes an S7comm or S7comm-plus PDU, the whole of the sink's current source or its first `tsdu.len()`
/// octets: one layer with the fields of the header, tagged as what the transport protocol carries.
pub fn describe_s7comm<S: Sink>(tsdu: &[u8], sink: &mut S) {
    if !S::KEEPS {
        return;
    }
    let plus = tsdu.first() == Some(&PLUS_IDENTIFIER);
    sink.open(if plus { &PLUS_ROOT } else { &ROOT }, Span::new(0, tsdu.len()), Value::Octets);
    if let Some(name) = s7comm_name(tsdu) {
        sink.text(format_args!("{} {name}", if plus { "S7comm-plus" } else { "S7comm" }));
    }
    if plus {
        describe_plus(tsdu, sink)
    } else {
        describe_classic(tsdu, sink)
    }
    sink.close(tsdu.len() as u32);
}

fn describe_classic<S: Sink>(tsdu: &[u8], sink: &mut S) {
    let rosctr = tsdu.get(1).copied().unwrap_or_default();
    number(tsdu, &PROTOCOL, 0, 1, sink);
    number(tsdu, &ROSCTR, 1, 1, sink);
    number(tsdu, &RESERVED, 2, 2, sink);
    number(tsdu, &REFERENCE, 4, 2, sink);
    let parameters = number(tsdu, &PARAMETER_LENGTH, 6, 2, sink);
    let data = number(tsdu, &DATA_LENGTH, 8, 2, sink);
    let header = header_length(rosctr);
    if header + parameters + data > tsdu.len() && tsdu.len() >= 10 {
        let (kind, at) = (DamageKind::LengthPastParent, Span::new(6, 10));
        sink.damage(Damage { kind, cause: Cause::Wrong, field: &DATA_LENGTH, at });
    }
    if header > 10 {
        number(tsdu, &ERROR_CLASS, 10, 1, sink);
        number(tsdu, &ERROR_CODE, 11, 1, sink);
    }
    match function_place(tsdu) {
        Some((field, at)) if field.name == GROUP.name => {
            if let Some(octet) = tsdu.get(at) {
                sink.leaf(field, Span::new(at, at + 1), Value::Number(i64::from(octet & 0x0F)));
            }
        }
        Some((field, at)) => {
            number(tsdu, field, at, 1, sink);
        }
        None => {}
    }
    octets(tsdu, &PARAMETERS, header, header + parameters, sink);
    octets(tsdu, &DATA, header + parameters, tsdu.len(), sink);
}

fn describe_plus<S: Sink>(tsdu: &[u8], sink: &mut S) {
    number(tsdu, &PLUS_PROTOCOL, 0, 1, sink);
    number(tsdu, &PLUS_VERSION, 1, 1, sink);
    number(tsdu, &PLUS_LENGTH, 2, 2, sink);
    number(tsdu, &PLUS_OPCODE, 4, 1, sink);
    octets(tsdu, &PLUS_DATA, 5, tsdu.len(), sink);
}

/// A number of one or two octets, if they are there; gives it.
fn number<S: Sink>(tsdu: &[u8], field: Field, at: usize, size: usize, sink: &mut S) -> usize {
    let Some(octets) = tsdu.get(at..at + size) else { return 0 };
    let number = octets.iter().fold(0, |number, &octet| number << 8 | usize::from(octet));
    sink.leaf(field, Span::new(at, at + size), Value::Number(number as i64));
    number
}

/// The octets from `from` to `to`, as far as they are there.
fn octets<S: Sink>(tsdu: &[u8], field: Field, from: usize, to: usize, sink: &mut S) {
    let to = to.min(tsdu.len());
    if from < to {
        sink.leaf(field, Span::new(from, to), Value::Octets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Octets;
    use crate::tree::Tree;
    use proptest::prelude::*;

    const SETUP: [u8; 18] = [0x32, 1, 0, 0, 1, 0, 0, 8, 0, 0, 0xF0, 0, 0, 1, 0, 1, 1, 0xE0];

    fn name(tsdu: &[u8]) -> Option<String> {
        s7comm_name(tsdu).map(|name| name.to_string())
    }

    #[test]
    fn pdus_have_names() {
        assert_eq!(name(&SETUP).as_deref(), Some("Job: Setup communication"));
        // From a capture of a controller: answer, question for a system status list.
        let answer = [0x32, 3, 0, 0, 2, 0, 0, 8, 0, 0, 0, 0, 0xF0, 0, 0, 1, 0, 1, 0, 0xF0];
        assert_eq!(name(&answer).as_deref(), Some("Ack data: Setup communication"));
        let question =
            [0x32, 7, 0, 0, 3, 0, 0, 8, 0, 8, 0, 1, 0x12, 4, 0x11, 0x44, 1, 0, 0xFF, 9, 0, 4, 1, 0x32, 0, 4];
        assert_eq!(name(&question).as_deref(), Some("User data: CPU functions"));
        assert_eq!(name(&[0x32, 2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]).as_deref(), Some("Ack"));
        assert_eq!(name(&[0x72, 1, 0, 9, 0x31]).as_deref(), Some("Connect: Request"));
        assert_eq!(name(&[0x32, 9]), None);
        assert_eq!(name(&[0x0D, 1]), None);
    }

    #[test]
    fn the_header_is_shown_field_by_field() {
        let mut tree = Tree::new();
        tree.source(Octets::new(&SETUP, &[], 0));
        describe_s7comm(&SETUP, &mut tree);
        let shown: Vec<_> = tree.nodes().iter().map(|node| (node.field.name, node.value)).collect();
        assert_eq!(tree.words(&tree.nodes()[0]), "S7comm Job: Setup communication");
        assert_eq!(
            shown,
            [
                ("s7comm", Value::Octets),
                ("s7comm.header.protid", Value::Number(0x32)),
                ("s7comm.header.rosctr", Value::Number(1)),
                ("s7comm.header.redid", Value::Number(0)),
                ("s7comm.header.pduref", Value::Number(256)),
                ("s7comm.header.parlg", Value::Number(8)),
                ("s7comm.header.datlg", Value::Number(0)),
                ("s7comm.param.func", Value::Number(0xF0)),
                ("s7comm.param", Value::Octets),
            ]
        );
    }

    proptest! {
        #[test]
        fn any_octets_are_described_within_their_bounds(
            tsdu in proptest::collection::vec(prop_oneof![any::<u8>(), Just(0x32), Just(0x72), 0u8..8], 0..40)
        ) {
            let mut tree = Tree::new();
            tree.source(Octets::new(&tsdu, &[], 0));
            describe_s7comm(&tsdu, &mut tree);
            for node in tree.nodes() {
                prop_assert!(node.at.start <= node.at.end && node.at.end as usize <= tsdu.len());
            }
        }
    }
}
