//! Each layer from octets of its own: what the fuzz targets of the layers do, and tests/hostile.rs. Each panics where
//! something does not hold that must hold for every input.

#![allow(dead_code, unreachable_pub)] // part of programs that each use some of it

use std::sync::OnceLock;

use x400scope::asn1::{self, FILES, Guide, Key, Oid, Schema, TableId, TypeId, walk};
use x400scope::capture::{FrameNo, Octets, Piece, Timestamp};
use x400scope::layers::note::Note;
use x400scope::layers::presentation::{Context, Mode, PpduKind};
use x400scope::layers::rtse::Activity;
use x400scope::layers::stack::{ActivityKey, Content, Now, Output, Pdu, Stack, Transfer};
use x400scope::layers::upper::{self, Facts, Knowledge, Ssdu};
use x400scope::layers::{Name, Side, cotp, session};
use x400scope::stream::{Loss, Missing};
use x400scope::tree::{Cause, Charset, Damage, Field, Nothing, Sink, Span, Tree};

/// Octets of one frame.
fn octets<'a>(bytes: &'a [u8], pieces: &'a [Piece; 1]) -> Octets<'a> {
    Octets::new(bytes, pieces, 0)
}

const PIECES: [Piece; 1] = [Piece { start: 0, frame: FrameNo(1), offset: 54 }];

/// Fields lie inside the field that they are inside of, and inside their octets.
pub fn check(tree: &Tree) {
    let mut around: Vec<usize> = Vec::new();
    for (index, node) in tree.nodes().iter().enumerate() {
        assert!(node.at.start <= node.at.end, "{} ends before it begins", node.field.name);
        around.truncate(usize::from(node.depth));
        assert_eq!(around.len(), usize::from(node.depth), "{} has no field around it", node.field.name);
        if let Some(outer) = around.last().and_then(|outer| tree.nodes().get(*outer)) {
            assert!(index < outer.end as usize);
            if outer.source == node.source {
                let inside = outer.at.start <= node.at.start && node.at.end <= outer.at.end;
                assert!(inside, "{} {:?} in {} {:?}", node.field.name, node.at, outer.field.name, outer.at);
            }
        }
        around.push(index);
    }
}

/// A TPDU.
pub fn tpdu(bytes: &[u8]) {
    let fact = cotp::parse(bytes);
    assert!(fact.user_data <= bytes.len());
    let mut tree = Tree::new();
    tree.source(octets(bytes, &PIECES));
    cotp::describe(bytes, 0, &fact, &mut tree);
    check(&tree);
    cotp::checksum_ok(bytes);
}

/// A TSDU with SPDUs, and what is in an expedited one.
pub fn tsdu(bytes: &[u8]) {
    let (mut spdus, mut context) = (Vec::new(), session::Context::default());
    for expedited in [false, true] {
        spdus.clear();
        match expedited {
            false => session::parse(bytes, &mut context, &mut spdus),
            true => session::parse_expedited(bytes, &mut spdus),
        }
        for spdu in &spdus {
            assert!(spdu.at.start <= spdu.at.end && spdu.at.end as usize <= bytes.len());
            assert!(spdu.user_data.is_none_or(|data| data.end as usize <= bytes.len()));
            let mut tree = Tree::new();
            tree.source(octets(bytes, &PIECES));
            session::describe(bytes, spdu, &mut tree);
            check(&tree);
        }
    }
}

/// Takes what layers give: all notes in words.
#[derive(Default)]
pub struct Heard<S> {
    sink: S,
    pub told: Vec<String>,
    /// The values that were transferred.
    pub transferred: Vec<Vec<u8>>,
}

impl<S: Sink> Output for Heard<S> {
    type Sink = S;

    fn sink(&mut self) -> &mut S {
        &mut self.sink
    }

    fn pdu(&mut self, pdu: &Pdu<'_>, _: &Knowledge) {
        let content = match pdu.content {
            Content::Tpdu(tpdu) => format!("{:?}", tpdu.kind),
            Content::Spdu { spdu, upper, .. } => format!("{:?} {upper:?}", spdu.kind),
            Content::Foreign { application, .. } => format!("{application:?}"),
            Content::Smtp(said) => format!("{said:?}"),
        };
        self.told.push(format!("{:?} {content}", pdu.side));
    }

    fn note(&mut self, note: &Note<'_>) {
        self.told.push(format!(
            "{:?} {} {:?} {:?}",
            note.side,
            note.field.name,
            note.what,
            note.octets.bytes()
        ));
    }

    fn transfer(&mut self, transfer: Transfer, _: ActivityKey, _: &Knowledge) {
        self.told.push(format!("{:?} {:?}", transfer.end, transfer.apdu));
        self.transferred.push(transfer.activity.octets().bytes().to_vec());
    }

    fn resume(&mut self, _: &ActivityKey) -> Option<Activity> {
        None
    }
}

const PPDUS: [PpduKind; 11] = [
    PpduKind::Cp,
    PpduKind::Cpa,
    PpduKind::Cpr,
    PpduKind::Aru,
    PpduKind::Arp,
    PpduKind::Ac,
    PpduKind::Aca,
    PpduKind::Rs,
    PpduKind::Rsa,
    PpduKind::Td,
    PpduKind::Td,
];

/// What is known of an association in normal mode whose contexts are for ACSE, RTSE, and the operations of P3 and P7.
fn knowledge(choice: u8) -> Knowledge {
    let syntaxes: [&[u8]; 6] = [
        &[0x52, 1, 0, 1],
        &[0x56, 0, 2, 12],
        &[0x51, 3],
        &[0x56, 0, 2, 7],
        &[0x56, 0, 2, 1],
        &[0x56, 0, 2, 2],
    ];
    let context = |(id, syntax): (i64, &&[u8])| Context {
        id,
        abstract_syntax: Name::new(syntax),
        ..Context::default()
    };
    Knowledge {
        mode: [None, Some(Mode::Normal), Some(Mode::X410)][usize::from(choice % 3)],
        contexts: (0..).map(|number| 2 * number + 1).zip(&syntaxes).map(context).collect(),
        opened: choice & 64 != 0,
        ..Knowledge::default()
    }
}

/// Presentation, ACSE, RTSE, ROSE and binds: an octet that says which PPDU, one that says what is known of the
/// association, and the octets of the PPDU.
pub fn ppdu(input: &[u8]) {
    let [kind, known, bytes @ ..] = input else { return };
    let kind = PPDUS[usize::from(*kind) % PPDUS.len()];
    let cut = (known & 128 != 0).then_some(Cause::Cut);
    let told = read(kind, bytes, cut, *known, Heard::<Nothing>::default());
    let described = read(kind, bytes, cut, *known, Heard::<Tree>::default());
    check(&described.sink);
    assert_eq!(told.told, described.told, "the walk with a tree and that with nothing notice the same");
}

fn read<S: Sink>(kind: PpduKind, bytes: &[u8], cut: Option<Cause>, known: u8, mut out: Heard<S>) -> Heard<S> {
    let ssdu = Ssdu { data: octets(bytes, &PIECES), side: Side::Initiator, cut };
    let (mut knowledge, mut facts, mut segments) = (knowledge(known), Facts::default(), 0);
    upper::read(kind, ssdu, &mut knowledge, &mut facts, &mut out, |octets, _| segments += octets.len());
    assert!(segments <= 4 * bytes.len());
    out.told.push(format!("{facts:?} {knowledge:?}"));
    out
}

/// The streams of one connection: an octet that says whether it is SMTP; then runs, each an octet that says who sends,
/// whether the octets are lost, and how long the run is.
pub fn stack(input: &[u8]) {
    let [choice, input @ ..] = input else { return };
    let told = feed(choice & 1 != 0, input, Heard::<Nothing>::default());
    let described = feed(choice & 1 != 0, input, Heard::<Tree>::default());
    check(&described.sink);
    assert_eq!(told.told, described.told, "the layers with a tree and those with nothing notice the same");
}

/// Lengths of runs, and what an octet says about a run: two bits of side and loss, and a length.
pub fn run(side: Side, octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in octets.chunks(63) {
        out.push((part.len() as u8) << 2 | side.index() as u8);
        out.extend_from_slice(part);
    }
    out
}

fn feed<S: Sink>(mail: bool, mut input: &[u8], mut out: Heard<S>) -> Heard<S> {
    let mut stack = if mail { Stack::mail() } else { Stack::new(64 * 1024) };
    let now = |frame| Now { frame: FrameNo(frame), time: Timestamp(frame as i64) };
    let mut frame = 0;
    while let [head, rest @ ..] = input {
        frame += 1;
        let side = if head & 1 == 0 { Side::Initiator } else { Side::Responder };
        let length = usize::from(head >> 2).min(rest.len());
        let (bytes, rest) = rest.split_at(length);
        if head & 2 != 0 {
            let why = if length % 2 == 0 { Missing::Lost } else { Missing::Cut };
            stack.lost(side, Loss { octets: length as u64 + 1, why }, now(frame), &mut out);
        } else {
            let pieces = [Piece { start: 0, frame: FrameNo(frame), offset: 54 }];
            stack.octets(side, octets(bytes, &pieces), now(frame), &mut out);
        }
        assert!(stack.footprint() < 4 << 20, "it holds more than it may");
        input = rest;
    }
    for side in [Side::Initiator, Side::Responder] {
        stack.finish(side, now(frame), &mut out);
    }
    stack.close(&mut out);
    out
}

/// The values that the streams of a connection transferred.
pub fn transferred(input: &[u8]) -> Vec<Vec<u8>> {
    feed(false, input.get(1..).unwrap_or_default(), Heard::<Nothing>::default()).transferred
}

/// Types that values are read as: of message transfer, of contents, of addresses, of access to both.
const TYPES: [&str; 12] = [
    "MTS.MTS-APDU",
    "IPMS.InformationObject",
    "OR-ADDRESS.ORName",
    "MTS.ReportTransferContent",
    "MTSBind.MTABindArgument",
    "ACSE-1.EXTERNAL",
    "ACSE-1.ACSE-apdu",
    "RTSE-APDUS.RTSE-apdus",
    "Remote-Operations-APDUs.ROS",
    "EDIMS.EDIM",
    "MTSAccess.MessageSubmissionArgument",
    "MTS.MessageSubmissionEnvelope",
];

/// Types of this program that [`TYPES`] names and that do not exist.
pub fn unknown_types() -> Vec<&'static str> {
    TYPES.into_iter().filter(|name| schema().type_id(name).is_none()).collect()
}

fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| Schema::load(FILES, &[]).expect("the schemas are right"))
}

/// Hears damage.
#[derive(Default)]
struct Damages(Vec<String>);

impl Guide for Damages {
    fn enter(&mut self, _: Field, _: Octets<'_>) {}
    fn leave(&mut self, _: Field, _: Octets<'_>) {}
    fn value(&mut self, _: Field, _: u8, _: Octets<'_>, _: Span) {}
    fn resolve(&mut self, _: TableId, _: Key<'_>, _: &[u8]) -> Option<TypeId> {
        None
    }
    fn damage(&mut self, damage: &Damage, octets: Octets<'_>) {
        self.0.push(format!("{:?} {} {:?}", damage.kind, damage.field.name, octets.len()));
    }
}

/// A value: an octet that says which type, one that says whether the octets are cut, and the octets.
pub fn value(input: &[u8]) {
    let [ty, known, bytes @ ..] = input else { return };
    let schema = schema();
    let ty = schema.type_id(TYPES[usize::from(*ty) % TYPES.len()]).unwrap_or(schema.any());
    let cut = (known & 1 != 0).then_some(Cause::Cut);
    let (mut tree, mut heard, mut blind) = (Tree::new(), Damages::default(), Damages::default());
    let (octets, all) = (octets(bytes, &PIECES), Span::new(0, bytes.len()));
    tree.source(octets);
    let end = walk(schema, ty, octets, all, cut, &mut tree, &mut heard);
    assert_eq!(end, walk(schema, ty, octets, all, cut, &mut Nothing, &mut blind));
    assert_eq!(heard.0, blind.0, "the walk with a tree and that with nothing notice the same");
    assert!(end <= bytes.len());
    check(&tree);
}

/// A schema file.
pub fn notation(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // A name that is not known, a table that has no end: an error that says where, nothing else.
    if let Err(error) = Schema::load(&[("fuzzed.asn", text)], &[]) {
        assert!(!error.to_string().is_empty());
    }
}

/// Character strings, times and object identifiers.
pub fn text(bytes: &[u8]) {
    use Charset::*;
    for charset in [Ascii, T61, Iso2022, Bmp, Universal, Utf8] {
        let text = asn1::decode(charset, bytes);
        assert!(text.len() <= 8 * bytes.len() + 8, "{charset:?}: {} octets of {}", text.len(), bytes.len());
        let shown = x400scope::render::escape::escape(&text).to_string();
        assert!(!shown.contains(x400scope::render::escape::is_harmful));
    }
    for time in [asn1::utc_time(bytes), asn1::generalized_time(bytes)].into_iter().flatten() {
        let _ = time.timestamp();
    }
    let oid = Oid(bytes);
    let shown = oid.to_string();
    assert!(!oid.is_valid() || !shown.is_empty());
}
