//! Presentation, ACSE, RTSE, ROSE and the bind: the facts that the walk of a schema brings.
//!
//! The walker does the reading. Here is what is asked of it, by field name, and what it has to be told: which
//! type the value of a presentation context has.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::foreign::{self, Application};
use super::mts::Kind;
use super::note::{Cap, What};
use super::notices::Notices;
use super::p1::integer;
use super::presentation::{Context, Contexts, Mode, PpduKind};
use super::rtse::{self, Activity, ConnectionData};
use super::session::SpduKind;
use super::stack::Output;
use super::{
    NAME, Name, Side, acse, edition, or_address_oddities, p1, p1_oddities, p2_oddities, rose, schemas,
};
use crate::asn1::{Guide, Key, TableId, TypeId, walk};
use crate::capture::{Octets, Quote};
use crate::tree::{Cause, Damage, Display, Field, FieldDef, Nothing, Sink, Span, Tag, Value};

use schemas::Pick;

/// What the walk of one SSDU's user data said. Everything is absent where there was none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The PPDU.
    pub ppdu: Option<PpduKind>,
    /// The mode that the PPDU shows; for user data the mode of the connection.
    pub mode: Option<Mode>,
    /// provider-reason of a CPR or ARP.
    pub provider_reason: Option<i64>,
    /// event-identifier of an ARP.
    pub event: Option<i64>,
    /// calling-presentation-selector.
    pub calling_selector: Option<Name>,
    /// called- or responding-presentation-selector.
    pub called_selector: Option<Name>,
    /// The ACSE APDU.
    pub acse: Option<acse::Apdu>,
    /// The RTSE APDU.
    pub rtse: Option<rtse::Apdu>,
    /// The ROSE APDU.
    pub rose: Option<rose::Apdu>,
    /// The code of the highest layer that refused, rejected or aborted.
    pub code: Option<Code>,
    /// Mode-selector, checkpointSize, windowSize and dialogueMode, as far as they stand in it.
    pub parameters: Vec<Code>,
    /// Contexts whose result is no acceptance: their place in the list that was proposed, and the result.
    pub rejected: Vec<(usize, Code)>,
    /// Whether the encoding is damaged, by whomever.
    pub damaged: bool,
}

impl Facts {
    /// The octets of one of the [`parameters`](Facts::parameters), by its filter name.
    pub fn parameter(&self, field: &str) -> Option<&Code> {
        self.parameters.iter().find(|code| code.field == field)
    }
}

/// A code in a PDU: the field, its octets, and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The filter name of the field.
    pub field: &'static str,
    /// Its octets.
    pub quote: Quote,
    /// Its value.
    pub value: Option<i64>,
}

/// What is known of a presentation connection and of the association on it.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// The mode.
    pub mode: Option<Mode>,
    /// Whether the mode was worked out from what came later, because the CP was not captured.
    pub mode_inferred: bool,
    /// The defined contexts, with the results of their negotiation.
    pub contexts: Contexts,
    /// application-context-name of the AARQ, else of the AARE: contents octets.
    pub application_context: Name,
    /// applicationProtocol of the RTORQ in X.410 mode.
    pub application_protocol: Option<i64>,
    /// Whether the CP was seen.
    pub opened: bool,
    /// Whether the context list of the CP was captured whole and without damage.
    pub contexts_known: bool,
    /// What uses the association.
    pub application: Option<Application>,
    /// Session user requirements, as last stated.
    pub functional_units: Option<u16>,
}

/// The functional unit that only users of reliable transfer need (X.225 table 2, activity management).
const ACTIVITY_MANAGEMENT: u16 = 0x0040;

impl Knowledge {
    /// Whether RTSE uses the session: the activity functional unit was asked for, or nothing is known of it.
    pub fn reliable(&self) -> bool {
        self.functional_units.is_none_or(|units| units & ACTIVITY_MANAGEMENT != 0)
    }

    /// Which kind of MHS association it is. Without the CP, the kinds of the X.410 mode cannot be told apart.
    pub fn kind(&self) -> Option<Kind> {
        match (self.application?, self.mode?) {
            (Application::P1, Mode::Normal) => Some(Kind::Mts1988Normal),
            (Application::P1, Mode::X410) if self.opened => match self.application_protocol {
                // 256 and 3072 are 1 and 12 from a stack that does not swap the octets.
                None | Some(1 | 256) => Some(Kind::Mts1984),
                Some(12 | 3072) => Some(Kind::Mts1988X410),
                Some(_) => None,
            },
            _ => None,
        }
    }

    /// How much memory it takes besides itself; the contexts are those of the association as well.
    pub fn footprint(&self) -> usize {
        self.contexts.footprint()
    }

    /// Works the mode out from user data whose CP was not captured: a PDV list around an RTTR or an ACSE APDU is
    /// normal mode, a bare turn request or the head of an MTS-APDU is X.410 mode (X.228, X.410-1984 4.3).
    pub fn infer_mode(&mut self, kind: SpduKind, data: &[u8]) {
        let mode = match (kind, data) {
            (SpduKind::Connect | SpduKind::Accept | SpduKind::Refuse | SpduKind::Abort, _) => return,
            (_, [0x61, ..]) => Mode::Normal,
            (SpduKind::PleaseTokens, [0x02, ..]) => Mode::X410,
            (SpduKind::DataTransfer, [first, rest @ ..]) if begins_mts_apdu(*first, rest) => Mode::X410,
            _ => return,
        };
        self.mode = Some(mode);
        self.mode_inferred = true;
    }

    /// The abstract syntax of a context, as contents octets of its OBJECT IDENTIFIER.
    fn abstract_syntax(&self, id: i64) -> Option<&[u8]> {
        self.contexts.iter().find(|context| context.id == id).map(|context| &context.abstract_syntax[..])
    }

    /// Which type values of the context `id` have. Where the context list was not captured, or names a syntax that
    /// nobody has heard of, the value itself has to tell.
    fn type_of(&self, id: i64, value: &[u8]) -> Option<TypeId> {
        let schemas = schemas::get();
        let syntax = self.abstract_syntax(id);
        let known = syntax.and_then(|oid| schemas.schema.lookup(schemas.abstract_syntaxes, Key::Oid(oid)));
        if known.is_some() {
            return known;
        }
        let foreign = self.application.is_some_and(|application| application != Application::Unknown);
        match *value {
            // ACSE is application-tagged, which no other user of these contexts is (X.227 9.1).
            [0x60..=0x64, ..] if self.contexts.is_empty() => Some(schemas.acse),
            // RTORQ, RTOAC, RTORJ, RTAB, RTTR and RTTP: private applications run RTSE under names of their own.
            [0xB0..=0xB2 | 0xB6 | 0x36 | 0x04 | 0x24 | 0x02, ..] if self.reliable() && !foreign => {
                Some(schemas.rtse)
            }
            _ if !foreign && begins_remote_operation(value) => Some(schemas.rose),
            _ => None,
        }
    }

    /// The type of a bind in reliable transfer, by the table for its place.
    fn bind(&self, table: TableId, syntax: Option<&[u8]>) -> Option<TypeId> {
        let key = match self.mode {
            // 256 and 3072 are 1 and 12 from a stack that does not swap the octets.
            Some(Mode::X410) if self.opened => Key::Integer(match self.application_protocol.unwrap_or(1) {
                256 => 1,
                3072 => 12,
                protocol => protocol,
            }),
            _ => Key::Oid(syntax?),
        };
        schemas::get().schema.lookup(table, key)
    }

    /// Names the application, once an opening PDU was read.
    fn settle_application(&mut self, facts: &Facts) {
        match self.mode {
            Some(Mode::Normal) if self.application.is_none() => {
                let by_context = foreign::by_application_context(&self.application_context);
                let syntaxes = self
                    .contexts
                    .iter()
                    .filter_map(|context| foreign::by_abstract_syntax(&context.abstract_syntax));
                let found = by_context.or_else(|| syntaxes.into_iter().next());
                self.application = found;
            }
            Some(Mode::X410) if facts.rtse.is_some() && self.opened => {
                self.application = Some(match self.application_protocol {
                    None | Some(1 | 12 | 256 | 3072) => Application::P1,
                    Some(3) => Application::P3,
                    Some(_) => Application::Unknown,
                });
            }
            _ => {}
        }
    }
}

/// Whether a value looks like an invocation, a result, an error or a reject: an element that begins with an INTEGER.
fn begins_remote_operation(value: &[u8]) -> bool {
    matches!(
        value,
        [0xA1..=0xA4, 0..=0x80, 0x02, ..]
            | [0xA1..=0xA4, 0x81, _, 0x02, ..]
            | [0xA1..=0xA4, 0x82, _, _, 0x02, ..]
    )
}

/// Whether octets look like the beginning of an MTS-APDU: its tag, a length, then an envelope SET or, in a probe, an
/// MTSIdentifier.
fn begins_mts_apdu(first: u8, rest: &[u8]) -> bool {
    if !(0xA0..=0xA2).contains(&first) {
        return false;
    }
    let behind = match rest.first() {
        Some(0x80) => 1,
        Some(length @ 0x81..=0x84) => 1 + usize::from(length & 0x7F),
        Some(0..=0x7F) => 1,
        _ => return false,
    };
    matches!(rest.get(behind), Some(0x31 | 0x64))
}

/// Where the octets of an SSDU come from, for those who read it.
#[derive(Clone, Copy, Debug)]
pub struct Ssdu<'a> {
    /// The octets.
    pub data: Octets<'a>,
    /// Who sent them.
    pub side: Side,
    /// Why octets are missing at their end, if any are.
    pub cut: Option<Cause>,
}

/// Reads a PPDU. `segment` is given the pieces of an RTTR, each with whether it begins one.
pub fn read<O: Output>(
    ppdu: PpduKind,
    ssdu: Ssdu<'_>,
    knowledge: &mut Knowledge,
    facts: &mut Facts,
    out: &mut O,
    segment: impl FnMut(Octets<'_>, bool),
) {
    facts.ppdu = Some(ppdu);
    let ty = schemas::get().ppdu(ppdu);
    if ppdu == PpduKind::Cp {
        *knowledge =
            Knowledge { functional_units: knowledge.functional_units, opened: true, ..Knowledge::default() };
        // The elements of a SET come in any order: mode, contexts and protocol are needed before the rest is read.
        let mut known = Facts { ppdu: Some(ppdu), ..Facts::default() };
        walk_with(ty, ssdu, knowledge, &mut known, &mut Nothing, |_, _| {});
        knowledge.settle_application(&known);
        knowledge.contexts = Contexts::default();
    }
    if O::Sink::KEEPS {
        out.sink().source(ssdu.data);
    }
    // In X.410 mode the CPR is the RTORJ itself and the ARU is the RTAB: one element, two layers.
    let bare = ssdu.data.bytes().first() == Some(&0x31) && matches!(ppdu, PpduKind::Cpr | PpduKind::Aru);
    if bare {
        let field = if ppdu == PpduKind::Cpr { &CPR } else { &ARU };
        out.sink().open(field, Span::new(0, ssdu.data.len()), Value::Octets);
        facts.mode = Some(Mode::X410);
    }
    let noticed = walk_with(ty, ssdu, knowledge, facts, out.sink(), segment);
    if bare {
        out.sink().close(ssdu.data.len() as u32);
    }
    if ppdu == PpduKind::Cp {
        knowledge.contexts_known = ssdu.cut.is_none() && !facts.damaged;
    }
    knowledge.settle_application(facts);
    facts.mode = facts.mode.or(match ppdu {
        // Those of the X.410 mode are bare.
        PpduKind::Cpr | PpduKind::Aru => Some(Mode::Normal),
        _ => knowledge.mode,
    });
    noticed.report(ssdu.side, out);
}

/// Reads user data that are no PPDU: a turn request of the X.410 mode (X.410-1984 4.4), or the octets of a session
/// user that is not known.
pub fn read_bare<O: Output>(
    kind: SpduKind,
    ssdu: Ssdu<'_>,
    knowledge: &mut Knowledge,
    facts: &mut Facts,
    out: &mut O,
) {
    let schemas = schemas::get();
    facts.mode = knowledge.mode;
    let root = Span::new(0, ssdu.data.len());
    if O::Sink::KEEPS {
        out.sink().source(ssdu.data);
    }
    if kind == SpduKind::PleaseTokens && ssdu.data.bytes().first() == Some(&0x02) {
        out.sink().open(&TURN_PLEASE, root, Value::Octets);
        let noticed = walk_with(schemas.turn_please, ssdu, knowledge, facts, out.sink(), |_, _| {});
        out.sink().close(root.end);
        if facts.rtse.is_none() {
            facts.rtse = Some(rtse::Apdu::new(rtse::ApduKind::Rttp));
        }
        noticed.report(ssdu.side, out);
    } else {
        // What an association is set up with may hold a password.
        let setup = matches!(kind, SpduKind::Connect | SpduKind::Accept | SpduKind::Refuse);
        out.sink().open(&UNKNOWN, root, Value::Octets);
        out.sink().text(format_args!("[User data that are no PPDU, {} octets]", root.len()));
        out.sink().leaf(if setup { &UNKNOWN_SECRET } else { &UNKNOWN_DATA }, root, Value::Octets);
        out.sink().close(root.end);
    }
}

static CPR: FieldDef = FieldDef::layer("pres.CPR_PPDU", "CPR-PPDU, x410-1984-mode", Tag::Ppdu);
static ARU: FieldDef = FieldDef::layer("pres.aru_ppdu", "ARU-PPDU, x410-1984-mode", Tag::Ppdu);
static TURN_PLEASE: FieldDef = FieldDef::layer("rts.turn_please", "Turn Please", Tag::Rts);
static UNKNOWN: FieldDef = FieldDef::layer("pres.unknown", "User data", Tag::Ppdu);
static UNKNOWN_DATA: FieldDef = FieldDef::new("pres.unknown_data", "Data", Display::Octets);
static UNKNOWN_SECRET: FieldDef = FieldDef::new("pres.unknown_data", "Data", Display::Octets).secret();

/// Reads the value that an activity has transferred, as far as it is held, and describes it where `show` is set.
/// Gives the MTS-APDU that it is.
pub fn read_transfer<O: Output>(
    activity: &Activity,
    show: bool,
    knowledge: &mut Knowledge,
    out: &mut O,
) -> Option<Box<p1::Apdu>> {
    let schemas = schemas::get();
    let data = activity.octets();
    if data.is_empty() || !activity.whole {
        return None;
    }
    // What was not sent to its end is cut as well, though not by the capture.
    let cut = (!show || !activity.complete()).then(|| activity.missing.map_or(Cause::Cut, Cause::from));
    let message_transfer = match knowledge.application {
        Some(application) => application == Application::P1,
        None => true,
    };
    let ty = match data.bytes() {
        // Normal mode: an EXTERNAL. Some leave it out, and in X.410 mode there is none (X.228 8.3, X.410-1984).
        [0x28, ..] if knowledge.mode != Some(Mode::X410) => schemas.external,
        [first, rest @ ..] if message_transfer && begins_mts_apdu(*first, rest) => schemas.mts_apdu,
        // P3 and P7 transfer their operations one by one.
        value if show && begins_remote_operation(value) => schemas.rose,
        _ if show => schemas.schema.any(),
        _ => return None,
    };
    let ssdu = Ssdu { data, side: activity.sender, cut };
    let mut facts = Facts::default();
    let on_1984 = knowledge.kind() == Some(Kind::Mts1984);
    let mut reader = Reader::new(knowledge, &mut facts, |_, _| {});
    reader.oddities = p1_oddities::Watch::new(on_1984, data.len());
    let all = Span::new(0, data.len());
    if O::Sink::KEEPS && show {
        let sink = out.sink();
        sink.source(data);
        let field = if reader.knowledge.mode == Some(Mode::X410) { &RTS_VALUE } else { &RTSE_VALUE };
        sink.open(field, all, Value::Octets);
        sink.text(format_args!(
            "[Transferred value, {} octets in {} segments]",
            activity.length, activity.segments
        ));
        walk(&schemas.schema, ty, data, all, cut, sink, &mut reader);
        sink.close(all.end);
    } else {
        walk(&schemas.schema, ty, data, all, cut, &mut Nothing, &mut reader);
    }
    let noticed = reader.noticed();
    let apdu = std::mem::take(&mut reader.p1).finish();
    noticed.report(ssdu.side, out);
    if apdu.is_some() && knowledge.application.is_none() {
        knowledge.application = Some(Application::P1);
    }
    apdu
}

static RTSE_VALUE: FieldDef = FieldDef::layer("rtse.transferred", "Transferred value", Tag::Rtse);
static RTS_VALUE: FieldDef = FieldDef::layer("rts.transferred", "Transferred value", Tag::Rts);

fn walk_with<S: Sink>(
    ty: TypeId,
    ssdu: Ssdu<'_>,
    knowledge: &mut Knowledge,
    facts: &mut Facts,
    sink: &mut S,
    segment: impl FnMut(Octets<'_>, bool),
) -> Notices {
    let mut reader = Reader::new(knowledge, facts, segment);
    let mut at = 0;
    // A CP may be followed by further values (CPC), user data by further PDV lists (X.226 8.4.2).
    while at < ssdu.data.len() {
        let next = walk(
            &schemas::get().schema,
            ty,
            ssdu.data,
            Span::new(at, ssdu.data.len()),
            ssdu.cut,
            sink,
            &mut reader,
        );
        if next <= at {
            break;
        }
        at = next;
    }
    reader.noticed()
}

/// Whether a field is the code of a refusal or an abort, whatever its value.
fn always_refuses(pick: Pick) -> bool {
    use Pick::*;
    matches!(
        pick,
        RefuseProviderReason
            | AbortProviderReason
            | RefuseReason
            | RtseAbortReason
            | BindError
            | BareBindError
    )
}

/// Whether a field is the code of a refusal where it is not 0.
fn refuses(pick: Pick) -> bool {
    use Pick::*;
    matches!(pick, ContextResult | AssociateResult | UserDiagnostic | ProviderDiagnostic)
}

/// Whether a field is one of the parameters that are negotiated.
fn is_parameter(pick: Pick) -> bool {
    matches!(pick, Pick::ModeValue | Pick::CheckpointSize | Pick::WindowSize | Pick::DialogueMode)
}

/// How many parameters of one PDU are quoted: each stands there once.
const PARAMETERS: usize = 8;

/// How many contexts of one connection are known: applications define ten at most. Of more, the last one takes the last
/// place. Every value is looked up among them.
const CONTEXTS: usize = 64;

/// How many damages of one value are told. A value of garbage has one an octet, and the first ones say it all.
const DAMAGES: usize = 64;

/// Takes the fields that the walker tells, and puts them into facts.
struct Reader<'k, F> {
    knowledge: &'k mut Knowledge,
    facts: &'k mut Facts,
    segment: F,
    /// The RTTR in pieces that is being read: whether a piece was seen.
    inside: Option<bool>,
    /// How many results of the context definition list were read; they have the order of the proposals.
    results: usize,
    /// The presentation context of the value that is being read, the innermost.
    context: Option<i64>,
    p1: p1::Reader,
    oddities: p1_oddities::Watch,
    names: or_address_oddities::Reader,
    ipm: p2_oddities::Reader,
    noticed: Notices,
    damages: usize,
}

impl<'k, F: FnMut(Octets<'_>, bool)> Reader<'k, F> {
    fn new(knowledge: &'k mut Knowledge, facts: &'k mut Facts, segment: F) -> Self {
        Reader {
            knowledge,
            facts,
            segment,
            inside: None,
            results: 0,
            context: None,
            p1: p1::Reader::default(),
            oddities: p1_oddities::Watch::default(),
            names: or_address_oddities::Reader::default(),
            ipm: p2_oddities::Reader::default(),
            noticed: Notices::default(),
            damages: 0,
        }
    }

    fn rtse(&mut self, kind: rtse::ApduKind) -> &mut rtse::Apdu {
        self.facts.rtse.get_or_insert(rtse::Apdu::new(kind))
    }

    /// The type of an argument, a result or a parameter (`part`) of an operation of P3 or P7. Which service element
    /// it belongs to follows from the presentation context (X.419 6.1, 6.2).
    fn operation(&self, part: &str, key: Key<'_>) -> Option<TypeId> {
        let service = match self.knowledge.abstract_syntax(self.context?)? {
            [0x56, 0x00, 0x02, 1] => "msse",
            [0x56, 0x00, 0x02, 2 | 14] => "mdse",
            [0x56, 0x00, 0x02, 5 | 15] => "mrse",
            [0x56, 0x00, 0x02, 6 | 16] => "mase",
            [0x56, 0x00, 0x02, 13] => "ms-msse",
            _ => return None,
        };
        let schema = &schemas::get().schema;
        schema.lookup(schema.table_id(&format!("{service}-{part}"))?, key)
    }

    /// Takes note of what an association of the 1984 kind cannot carry.
    fn newer(&mut self, pick: Pick, field: Field, octets: Octets<'_>, identifier: Option<u8>) {
        if self.knowledge.kind() == Some(Kind::Mts1984)
            && let Some(element) = edition::newer(pick, identifier.map(|first| (first, octets.bytes())))
        {
            self.notice(What::Only1988(element), field, octets);
        }
    }

    fn notice(&mut self, what: What<'static>, field: Field, octets: Octets<'_>) {
        self.noticed.notice(what, field, octets);
    }

    /// What is remembered of a selector, an identifier or a name.
    fn kept(&mut self, field: Field, octets: Octets<'_>) -> Name {
        if octets.len() > NAME {
            self.notice(What::Cap(Cap::Kept), field, octets);
        }
        Name::new(octets.bytes())
    }

    /// All that was noticed; the walk is over.
    fn noticed(&mut self) -> Notices {
        self.names.settle(&mut self.noticed);
        std::mem::take(&mut self.noticed)
    }

    /// A primitive element of what message transfer carries.
    fn transferred(&mut self, pick: Pick, field: Field, identifier: u8, octets: Octets<'_>, at: Span) {
        self.newer(pick, field, octets, Some(identifier));
        self.p1.value(pick, identifier, octets, at);
        if self.p1.left_out() {
            self.notice(What::Cap(Cap::Kept), field, octets);
        }
        if let Some(oddity) = self.oddities.value(pick, identifier, octets.bytes(), &self.p1) {
            self.notice(What::P1(oddity), field, octets);
        }
        self.names.value(pick, field, identifier, octets, &mut self.noticed);
        self.ipm.value(pick, field, identifier, octets, &mut self.noticed);
    }

    fn result(&mut self) -> Option<&mut Context> {
        self.knowledge.contexts.own().get_mut(self.results.checked_sub(1)?)
    }
}

impl<F: FnMut(Octets<'_>, bool)> Guide for Reader<'_, F> {
    fn enter(&mut self, field: Field, element: Octets<'_>) {
        use rtse::ApduKind as R;
        let Some(pick) = Pick::from_number(field.pick) else { return };
        let acse = |kind| Some(acse::Apdu::new(kind));
        let rose = |kind| Some(rose::Apdu { kind, invoke_id: None, code: None });
        match pick {
            Pick::Context => {
                if self.knowledge.contexts.len() == CONTEXTS {
                    self.notice(What::Cap(Cap::Contexts), field, element);
                }
                let contexts = self.knowledge.contexts.own();
                contexts.truncate(CONTEXTS - 1);
                contexts.push(Context::default());
            }
            Pick::Result => self.results += 1,
            Pick::Aarq => self.facts.acse = acse(acse::ApduKind::Aarq),
            Pick::Aare => self.facts.acse = acse(acse::ApduKind::Aare),
            Pick::Rlrq => self.facts.acse = acse(acse::ApduKind::Rlrq),
            Pick::Rlre => self.facts.acse = acse(acse::ApduKind::Rlre),
            Pick::Abrt => self.facts.acse = acse(acse::ApduKind::Abrt),
            Pick::X410Request | Pick::Rtorq => self.facts.rtse = Some(rtse::Apdu::new(R::Rtorq)),
            Pick::X410Accept | Pick::Rtoac => self.facts.rtse = Some(rtse::Apdu::new(R::Rtoac)),
            Pick::X410Reject | Pick::Rtorj => self.facts.rtse = Some(rtse::Apdu::new(R::Rtorj)),
            Pick::Rtab => self.facts.rtse = Some(rtse::Apdu::new(R::Rtab)),
            Pick::Rttr => {
                self.rtse(R::Rttr);
                self.inside = Some(false);
            }
            Pick::Open => self.rtse(R::Rtorq).connection_data = Some(ConnectionData::Open),
            Pick::Recover => self.rtse(R::Rtorq).connection_data = Some(ConnectionData::Recover),
            Pick::Invoke => self.facts.rose = rose(rose::ApduKind::Invoke),
            Pick::ReturnResult => self.facts.rose = rose(rose::ApduKind::ReturnResult),
            Pick::ReturnError => self.facts.rose = rose(rose::ApduKind::ReturnError),
            Pick::Reject => self.facts.rose = rose(rose::ApduKind::Reject),
            _ => {
                self.newer(pick, field, element, None);
                self.p1.enter(pick, element);
                if self.p1.left_out() {
                    self.notice(What::Cap(Cap::Kept), field, element);
                }
                if let Some(oddity) = self.oddities.enter(pick, element.bytes(), &self.p1) {
                    self.notice(What::P1(oddity), field, element);
                }
                self.names.enter(pick, field, element, &mut self.noticed);
                self.ipm.enter(pick, field, element, &mut self.noticed);
            }
        }
    }

    fn leave(&mut self, field: Field, element: Octets<'_>) {
        match Pick::from_number(field.pick) {
            Some(Pick::Rttr) => self.inside = None,
            Some(pick) => {
                if let Some(oddity) = self.oddities.leave(pick, element.bytes(), &self.p1) {
                    self.notice(What::P1(oddity), field, element);
                }
                self.p1.leave(pick);
                self.names.leave(pick, field, element, &mut self.noticed);
                self.ipm.leave(pick, field, element, &mut self.noticed);
            }
            None => {}
        }
    }

    fn value(&mut self, field: Field, identifier: u8, octets: Octets<'_>, at: Span) {
        use rtse::ApduKind as R;
        let Some(pick) = Pick::from_number(field.pick) else { return };
        if pick.is_transferred() {
            return self.transferred(pick, field, identifier, octets, at);
        }
        let contents = octets.bytes();
        let number = integer(contents);
        if refuses(pick) && number != Some(0) || always_refuses(pick) {
            self.facts.code = Some(Code { field: field.name, quote: Quote::new(octets), value: number });
        }
        if is_parameter(pick) && self.facts.parameters.len() < PARAMETERS {
            let code = Code { field: field.name, quote: Quote::new(octets), value: number };
            self.facts.parameters.push(code);
        }
        match pick {
            Pick::ModeValue => {
                let mode = if number == Some(0) { Mode::X410 } else { Mode::Normal };
                self.facts.mode = Some(mode);
                self.knowledge.mode = Some(mode);
                self.knowledge.mode_inferred = false;
            }
            Pick::CallingPsel => self.facts.calling_selector = Some(self.kept(field, octets)),
            Pick::CalledPsel | Pick::RespondingPsel => {
                self.facts.called_selector = Some(self.kept(field, octets));
            }
            Pick::ContextId => {
                if let (Some(context), Some(id)) = (self.knowledge.contexts.own().last_mut(), number) {
                    context.id = id;
                }
            }
            Pick::AbstractSyntax => {
                let name = self.kept(field, octets);
                if let Some(context) = self.knowledge.contexts.own().last_mut() {
                    context.abstract_syntax = name;
                }
            }
            Pick::ContextResult => {
                if let Some(context) = self.result() {
                    context.result = number;
                }
                if let (true, Some(place)) = (number != Some(0), self.results.checked_sub(1))
                    && self.facts.rejected.len() < CONTEXTS
                {
                    let code = Code { field: field.name, quote: Quote::new(octets), value: number };
                    self.facts.rejected.push((place, code));
                }
            }
            Pick::ValueContext | Pick::IndirectReference => {
                if let Some(id) = number.filter(|_| self.knowledge.contexts_known) {
                    let known = self.knowledge.contexts.iter().find(|context| context.id == id);
                    if known.is_none_or(|context| context.result.is_some_and(|result| result != 0)) {
                        self.notice(What::UnknownContext(id, known.is_some()), field, octets);
                    }
                }
            }
            Pick::ContextReason => {
                if let Some(context) = self.result() {
                    context.reason = number;
                }
            }
            Pick::RefuseProviderReason | Pick::AbortProviderReason => self.facts.provider_reason = number,
            Pick::Event => self.facts.event = number,
            Pick::ApplicationContext => {
                let name = self.kept(field, octets);
                if self.knowledge.application_context.is_empty() {
                    self.knowledge.application_context.clone_from(&name);
                }
                if let Some(apdu) = &mut self.facts.acse {
                    apdu.application_context = name;
                }
            }
            Pick::AssociateResult
            | Pick::UserDiagnostic
            | Pick::ProviderDiagnostic
            | Pick::ReleaseReason
            | Pick::AbortSource
            | Pick::AbortDiagnostic => {
                let Some(apdu) = &mut self.facts.acse else { return };
                match pick {
                    Pick::AssociateResult => apdu.result = number,
                    Pick::UserDiagnostic => apdu.user_diagnostic = number,
                    Pick::ProviderDiagnostic => apdu.provider_diagnostic = number,
                    Pick::ReleaseReason => apdu.reason = number,
                    Pick::AbortSource => apdu.abort_source = number,
                    _ => apdu.abort_diagnostic = number,
                }
            }
            Pick::CheckpointSize => self.rtse(R::Rtorq).checkpoint_size = number,
            Pick::WindowSize => self.rtse(R::Rtorq).window_size = number,
            Pick::DialogueMode => self.rtse(R::Rtorq).dialogue_mode = number,
            Pick::ApplicationProtocol => {
                self.rtse(R::Rtorq).application_protocol = number;
                self.knowledge.application_protocol = number;
            }
            Pick::RefuseReason => self.rtse(R::Rtorj).refuse_reason = number,
            Pick::RtseAbortReason => self.rtse(R::Rtab).abort_reason = number,
            Pick::Rttp => self.rtse(R::Rttp).priority = number,
            Pick::Rttr => {
                let begins = !self.inside.is_some_and(|seen| seen);
                if let Some(seen) = &mut self.inside {
                    *seen = true;
                }
                self.rtse(R::Rttr).octets += contents.len();
                (self.segment)(octets, begins);
            }
            Pick::InitiatorName | Pick::ResponderName => {
                let name = self.kept(field, octets);
                self.rtse(R::Rtorq).bind.name = Some(name);
            }
            // An empty one is no password.
            Pick::Password if !contents.is_empty() => {
                let mut hasher = DefaultHasher::new();
                contents.hash(&mut hasher);
                self.rtse(R::Rtorq).bind.password = Some(hasher.finish());
            }
            Pick::BindError | Pick::BareBindError => self.rtse(R::Rtorj).bind.error = number,
            Pick::InvokeId => {
                if let Some(apdu) = &mut self.facts.rose {
                    apdu.invoke_id = apdu.invoke_id.or(number);
                }
            }
            Pick::OperationCode | Pick::ErrorCode => {
                if let Some(apdu) = &mut self.facts.rose {
                    apdu.code = number;
                }
            }
            _ => {}
        }
    }

    fn resolve(&mut self, table: TableId, key: Key<'_>, value: &[u8]) -> Option<TypeId> {
        let schemas = schemas::get();
        match key {
            Key::Integer(id) if table == schemas.presentation_contexts => {
                self.context = Some(id);
                self.knowledge.type_of(id, value)
            }
            _ if table == schemas.operation_arguments => self.operation("arguments", key),
            _ if table == schemas.operation_results => self.operation("results", key),
            _ if table == schemas.error_parameters => self.operation("errors", key),
            _ => {
                let binds = match table {
                    table if table == schemas.open_argument => schemas.bind_arguments,
                    table if table == schemas.open_result => schemas.bind_results,
                    table if table == schemas.refuse_data => schemas.bind_errors,
                    _ => return None,
                };
                let syntax = self.context.and_then(|id| self.knowledge.abstract_syntax(id));
                self.knowledge.bind(binds, syntax)
            }
        }
    }

    fn damage(&mut self, damage: &Damage, octets: Octets<'_>) {
        self.facts.damaged = true;
        if self.damages == DAMAGES {
            self.noticed.cap();
        } else {
            self.damages += 1;
            // What is particular to names and contents says it better.
            let particular = self.names.damage(damage).or_else(|| self.ipm.damage(damage));
            let what = particular.or_else(|| self.oddities.damage(damage, octets.bytes(), &self.p1));
            if let Some(what) = what {
                self.notice(what, damage.field, octets);
            }
        }
    }
}

/// What is noticed in an MTS-APDU.
#[cfg(test)]
pub(super) fn noticed_in(apdu: &[u8]) -> Notices {
    let (mut knowledge, mut facts) = (Knowledge::default(), Facts::default());
    let mut reader = Reader::new(&mut knowledge, &mut facts, |_, _| {});
    let schemas = schemas::get();
    let (octets, all) = (Octets::new(apdu, &[], 0), Span::new(0, apdu.len()));
    walk(&schemas.schema, schemas.mts_apdu, octets, all, None, &mut Nothing, &mut reader);
    reader.noticed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::note::Note;
    use crate::layers::stack::{ActivityKey, Pdu, Transfer};

    /// Takes what is told, and keeps the limits that were reached.
    #[derive(Default)]
    struct Caps(Vec<Cap>, Nothing);

    impl Output for Caps {
        type Sink = Nothing;

        fn sink(&mut self) -> &mut Nothing {
            &mut self.1
        }

        fn pdu(&mut self, _: &Pdu<'_>, _: &Knowledge) {}

        fn note(&mut self, note: &Note<'_>) {
            if let What::Cap(cap) = note.what {
                self.0.push(cap);
            }
        }

        fn transfer(&mut self, _: Transfer, _: ActivityKey, _: &Knowledge) {}

        fn resume(&mut self, _: &ActivityKey) -> Option<Activity> {
            None
        }
    }

    /// What a CP says, and the limits that it reaches.
    fn read_cp(cp: &[u8]) -> (Knowledge, Vec<Cap>) {
        let ssdu = Ssdu { data: Octets::new(cp, &[], 0), side: Side::Initiator, cut: None };
        let (mut knowledge, mut facts, mut caps) = Default::default();
        read(PpduKind::Cp, ssdu, &mut knowledge, &mut facts, &mut caps, |_, _| {});
        let Caps(caps, _) = caps;
        (knowledge, caps)
    }

    #[test]
    fn what_is_left_out_names_itself() {
        // CP with a normal mode and a calling selector of so many octets, and so many elements that it cannot have.
        let cp = |selector: usize, strange: usize| {
            let [high, low] = (selector as u16).to_be_bytes();
            let head = [0x31, 0x80, 0xA0, 3, 0x80, 1, 1, 0xA2, 0x80, 0x81, 0x82, high, low];
            [&head[..], &vec![7; selector], &[0xDF, 0x7F, 0].repeat(strange), &[0; 4]].concat()
        };
        let caps = |selector, strange| read_cp(&cp(selector, strange)).1;
        assert_eq!(caps(NAME, DAMAGES), []);
        assert_eq!(caps(NAME + 1, 0), [Cap::Kept]);
        assert_eq!(caps(1, DAMAGES + 1), [Cap::Notices]);
    }

    #[test]
    fn contexts_without_number_are_known_up_to_a_limit() {
        // CP in normal mode with a list of contexts 1, 3, 5 and so on, all of id-as-mtse (X.226 8.2, X.419 8).
        let list: Vec<u8> = (0..2 * CONTEXTS as u16)
            .flat_map(|number| {
                let [high, low] = (2 * number + 1).to_be_bytes();
                let names = [6, 4, 0x56, 0, 2, 7, 0x30, 4, 6, 2, 0x51, 1];
                [&[0x30, 16, 2, 2, high, low][..], &names].concat()
            })
            .collect();
        let cp = [&[0x31, 0x80, 0xA0, 3, 0x80, 1, 1, 0xA2, 0x80, 0xA4, 0x80][..], &list, &[0; 6]].concat();
        let (knowledge, caps) = read_cp(&cp);
        assert_eq!(knowledge.contexts.len(), CONTEXTS);
        assert_eq!(caps, [Cap::Contexts; CONTEXTS]);
        assert_eq!(knowledge.contexts.first().map(|context| context.id), Some(1));
        assert_eq!(knowledge.abstract_syntax(3), Some(&[0x56, 0, 2, 7][..]));
    }
}
