//! The layers put together for one TCP connection: octets in, facts and described fields out.

use super::foreign::{self, Application, Verdict};
use super::note::{Cap, Note, What};
use super::presentation::{self, Contexts, Mode};
use super::rtse::{self, Activity};
use super::session::{self, Spdu, SpduKind};
use super::tpkt::{self, Deframer, Unit};
use super::upper::{self, Facts, Knowledge, Ssdu};
use super::{NAME, Name, Side, cotp, p1, smtp};
use crate::capture::{FrameNo, Octets, Timestamp};
use crate::stream::{Buffer, Loss, Missing};
use crate::tree::{Cause, Field, Sink, Span};

/// How many octets of one TSDU, SSDU or transferred value are held where nothing else is asked for; what a longer one
/// has behind them is counted, not read.
pub const HELD: usize = 4 << 20;

/// How many interrupted activities of one connection are remembered, and how much they may take, in units of what is
/// held of one. The oldest is given up first.
const INTERRUPTED: usize = 16;
const INTERRUPTED_UNITS: usize = 4;

/// The frame that is being read: everything completed by it happens in it.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Its number.
    pub frame: FrameNo,
    /// When it was captured.
    pub time: Timestamp,
}

/// A protocol data unit with all that it carries.
#[derive(Clone, Copy, Debug)]
pub struct Pdu<'a> {
    /// Who sent it.
    pub side: Side,
    /// Its octets: the TPDU, or the SPDU.
    pub octets: Octets<'a>,
    /// What it is.
    pub content: Content<'a>,
}

/// What a protocol data unit is, at the layer that a reader asks for first.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// A TPDU that carries no part of a TSDU, or one of a TSDU that nobody can read.
    Tpdu(&'a cotp::Tpdu),
    /// An SPDU, with the facts about its user data.
    Spdu {
        /// The session layer's fact; its spans lie in `tsdu`.
        spdu: &'a Spdu,
        /// The TSDU.
        tsdu: Octets<'a>,
        /// What presentation, ACSE, RTSE and ROSE say; empty where there is no user data.
        upper: &'a Facts,
    },
    /// A TSDU of another protocol on transport.
    Foreign {
        /// Which one.
        application: Application,
        /// The TSDU.
        tsdu: Octets<'a>,
    },
    /// A command, a reply or a header of SMTP.
    Smtp(&'a smtp::Said),
}

/// How an activity left the association.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransferEnd {
    /// Sent to its end (ACTIVITY END).
    Complete,
    /// Discarded: the receiver drops what it has.
    Discarded,
    /// Interrupted or cut off: it may be resumed, in this association or another.
    CutOff,
}

/// A value that RTSE transferred, or began to.
#[derive(Debug)]
pub struct Transfer {
    /// The activity, with the octets as far as they are held.
    pub activity: Activity,
    /// How it left the association.
    pub end: TransferEnd,
    /// The MTS-APDU that the octets are, as far as they go.
    pub apdu: Option<Box<p1::Apdu>>,
}

/// Which activity of a lost association is to be resumed (X.225 8.3.18, the linking information of an ACTIVITY
/// RESUME; X.228 7.7): the references of its CONNECT, and its activity identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ActivityKey {
    /// The calling SS-user reference.
    pub user_reference: Name,
    /// The common reference.
    pub common_reference: Name,
    /// The activity identifier.
    pub activity: Name,
}

/// Takes what a stack gives.
pub trait Output {
    /// What fields are described into.
    type Sink: Sink;

    /// The sink.
    fn sink(&mut self) -> &mut Self::Sink;

    /// A PDU was completed and described.
    fn pdu(&mut self, pdu: &Pdu<'_>, knowledge: &Knowledge);

    /// An anomaly was noticed.
    fn note(&mut self, note: &Note<'_>);

    /// An activity left the association that `key` names. The PDU that ends it is told after it.
    fn transfer(&mut self, transfer: Transfer, key: ActivityKey, knowledge: &Knowledge);

    /// The activity of another association that is resumed in this one, if it is remembered.
    fn resume(&mut self, key: &ActivityKey) -> Option<Activity>;
}

/// What a stream of octets that nobody described yet turned out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Carried {
    /// No TSDU was seen yet.
    #[default]
    Unknown,
    /// The session protocol.
    Session,
    /// Something else on transport.
    Foreign(Application),
}

/// A unit in reassembly: a TSDU from DT TPDUs, an SSDU from SPDUs.
#[derive(Debug, Default)]
struct Assembly {
    held: Buffer,
    missing: Option<Missing>,
    capped: bool,
    /// Whether what comes may be the rest of a unit whose beginning was not captured.
    headless: bool,
}

impl Assembly {
    /// Adds octets; says whether they are the first for which there is no room.
    fn append(&mut self, octets: Octets<'_>, most: usize) -> bool {
        if self.missing.is_none() && !self.capped {
            self.capped = !self.held.append_within(octets, most);
            return self.capped;
        }
        false
    }

    fn clear(&mut self) {
        self.held.clear();
        self.missing = None;
        self.capped = false;
        self.headless = false;
    }
}

/// The layers of one TCP connection.
#[derive(Debug)]
pub struct Stack {
    deframers: [Deframer; 2],
    connection: Connection,
    /// SMTP takes the place of all layers above TCP.
    mail: Option<Box<smtp::Dialogue>>,
}

impl Default for Stack {
    fn default() -> Stack {
        Stack::new(HELD)
    }
}

impl Stack {
    /// The layers of a connection; they hold `unit` octets of one TSDU, SSDU or transferred value.
    pub fn new(unit: usize) -> Stack {
        let connection = Connection { unit, ..Connection::default() };
        Stack { deframers: Default::default(), connection, mail: None }
    }

    /// How much memory they take besides themselves.
    pub fn footprint(&self) -> usize {
        let deframers: usize = self.deframers.iter().map(Deframer::footprint).sum();
        let mail = self.mail.as_ref().map_or(0, |mail| mail.footprint());
        deframers + mail + self.connection.footprint()
    }

    /// The presentation contexts.
    pub fn contexts(&mut self) -> &mut Contexts {
        &mut self.connection.knowledge.contexts
    }

    /// Gives back the storage that is not used.
    pub fn rest(&mut self) {
        self.deframers.iter_mut().for_each(Deframer::rest);
        self.connection.tsdu.iter_mut().for_each(|tsdu| tsdu.held.rest());
    }

    /// The layers of a connection that carries SMTP.
    pub fn mail() -> Stack {
        Stack { mail: Some(Box::new(smtp::Dialogue::new())), ..Stack::default() }
    }

    /// The application that the layers are of, where they are of one only.
    pub fn application(&self) -> Option<Application> {
        self.mail.as_ref().map(|_| Application::Smtp)
    }

    /// What `side` sends is captured from somewhere in its stream.
    pub fn midstream<O: Output>(&mut self, side: Side, out: &mut O) {
        if let Some(mail) = &mut self.mail {
            return mail.midstream(side, out);
        }
        self.deframers[side.index()] = Deframer::new(false);
        self.connection.tsdu[side.index()].headless = true;
        self.connection.gap = true;
    }

    /// Whether the association is being set up: octets that are not decoded yet may hold a password.
    pub fn in_setup(&self) -> bool {
        match &self.mail {
            Some(mail) => mail.may_hold_secrets(),
            None => !self.connection.settled,
        }
    }

    /// How many octets of `side` wait for the rest of their packet, or of their line.
    pub fn pending(&self, side: Side) -> usize {
        match &self.mail {
            Some(mail) => mail.pending(side),
            None => self.deframers[side.index()].pending(),
        }
    }

    /// The octets that wait, and what they are a part of.
    pub fn unfinished(&self) -> (Field, &'static str) {
        match self.mail {
            Some(_) => (smtp::SEGMENT, "line"),
            None => (tpkt::SEGMENT, "packet"),
        }
    }

    /// Takes the next octets that `side` sent.
    pub fn octets<O: Output>(&mut self, side: Side, octets: Octets<'_>, now: Now, out: &mut O) {
        let Stack { deframers, connection, mail } = self;
        if let Some(mail) = mail {
            return mail.octets(side, octets, now, out);
        }
        if connection.left {
            // What follows on the negotiation of RDP is not RFC 1006 any more.
            if O::Sink::KEEPS {
                out.sink().source(octets);
                foreign::describe(Application::Tls, octets.bytes(), out.sink());
            }
            return;
        }
        deframers[side.index()].push(octets, |unit| connection.unit(side, unit, now, out));
    }

    /// Octets that `side` sent are missing.
    pub fn lost<O: Output>(&mut self, side: Side, loss: Loss, now: Now, out: &mut O) {
        let Stack { deframers, connection, mail } = self;
        if let Some(mail) = mail {
            return mail.lost(side, loss, now, out);
        }
        connection.gap = true;
        deframers[side.index()].lose(loss, |unit| connection.unit(side, unit, now, out));
    }

    /// The connection is over: what was under way on it is cut off.
    pub fn close<O: Output>(&mut self, out: &mut O) {
        if let Some(mail) = &mut self.mail {
            return mail.close(out);
        }
        self.connection.cut_off(out);
    }

    /// `side` has closed its stream in order, and everything it sent was read.
    pub fn closed<O: Output>(&mut self, side: Side, out: &mut O) {
        let assembly = &self.connection.tsdu[side.index()];
        let whole = assembly.missing.is_none() && !assembly.headless && !self.connection.gap;
        if whole && !assembly.held.is_empty() {
            let what = What::Cotp(cotp::Oddity::Unfinished);
            let field = cotp::field_of(cotp::Oddity::Unfinished);
            out.note(&Note { what, side, field, octets: assembly.held.octets() });
        }
    }

    /// `side` sends no more, or no more is captured.
    pub fn finish<O: Output>(&mut self, side: Side, now: Now, out: &mut O) {
        let Stack { deframers, connection, mail } = self;
        if let Some(mail) = mail {
            return mail.finish(side, now, out);
        }
        deframers[side.index()].finish(Missing::Lost, |unit| connection.unit(side, unit, now, out));
    }
}

/// Everything above the packet boundaries.
#[derive(Debug, Default)]
struct Connection {
    /// How many octets are held of one TSDU, SSDU or transferred value.
    unit: usize,
    tsdu: [Assembly; 2],
    /// What an SSDU holds that is not at its end, and the kind of SPDU that began it.
    ssdu: [Option<Box<(SpduKind, Assembly)>>; 2],
    /// The reserved octet of the first packet of each side.
    reserved: [Option<u8>; 2],
    /// The longest TPDU that CR and CC allow, as far as they were seen.
    tpdu_size: Option<u32>,
    carried: Carried,
    hint: Option<Application>,
    session: session::Context,
    knowledge: Knowledge,
    activity: Option<Box<Activity>>,
    /// Interrupted activities, which may be resumed on this connection; the oldest first.
    interrupted: Vec<Activity>,
    /// The references of this session connection, by which an activity of it may be resumed in another.
    references: (Name, Name),
    /// Whether octets of this connection were not captured: an SPDU may be missed.
    gap: bool,
    /// Whether the connection has left RFC 1006 for another protocol.
    left: bool,
    /// Whether the association is set up: until then, what is not decoded yet may hold a password.
    settled: bool,
}

impl Connection {
    fn footprint(&self) -> usize {
        let tsdus: usize = self.tsdu.iter().map(|tsdu| tsdu.held.footprint()).sum();
        let ssdus: usize = self.ssdu.iter().flatten().map(|ssdu| ssdu.1.held.footprint()).sum();
        let activities: usize =
            self.activity.as_deref().into_iter().chain(&self.interrupted).map(Activity::footprint).sum();
        tsdus + ssdus + activities + self.knowledge.footprint()
    }

    fn unit<O: Output>(&mut self, side: Side, unit: Unit<'_>, now: Now, out: &mut O) {
        match unit {
            Unit::Packet { header, octets, missing, rest } => {
                if O::Sink::KEEPS {
                    tpkt::describe(octets, &header, out.sink());
                }
                let first = *self.reserved[side.index()].get_or_insert(header.reserved);
                let before = Some(first).filter(|first| *first != header.reserved);
                if header.reserved != 0 || before.is_some() {
                    let what = What::TpktReserved { value: header.reserved, before };
                    out.note(&Note { what, side, field: tpkt::FIELD_RESERVED, octets: octets.slice(1, 2) });
                }
                if header.version != 3 {
                    let what = What::TpktVersion(header.version);
                    out.note(&Note { what, side, field: tpkt::FIELD_VERSION, octets: octets.slice(0, 1) });
                }
                self.tpdu(side, octets, missing, now, out);
                if !rest.is_empty() && O::Sink::KEEPS {
                    tpkt::describe_rest(rest, out.sink());
                }
            }
            Unit::Junk { octets, why } => {
                self.tsdu[side.index()].headless |= why == tpkt::Why::OutOfStep;
                if O::Sink::KEEPS {
                    tpkt::describe_junk(octets, why, out.sink());
                }
                let (what, field) = match why {
                    tpkt::Why::Length => {
                        let length = octets.bytes().get(2..4).map_or(0, |l| u16::from_be_bytes([l[0], l[1]]));
                        (What::TpktLength(length), tpkt::FIELD_LENGTH)
                    }
                    tpkt::Why::Version => {
                        let at_start = self.reserved[side.index()].is_none();
                        (What::TpktJunk { at_start }, tpkt::PACKET)
                    }
                    tpkt::Why::OutOfStep => (What::TpktResync, tpkt::PACKET),
                };
                out.note(&Note { what, side, field, octets });
            }
        }
    }

    fn tpdu<O: Output>(
        &mut self,
        side: Side,
        packet: Octets<'_>,
        missing: Option<Missing>,
        now: Now,
        out: &mut O,
    ) {
        let tpdu = packet.skip(tpkt::HEADER);
        if tpdu.is_empty() {
            return;
        }
        let mut fact = cotp::parse(tpdu.bytes());
        fact.missing = missing;
        if O::Sink::KEEPS {
            cotp::describe(tpdu.bytes(), tpkt::HEADER, &fact, out.sink());
        }
        // A header that the capture cut short looks wrong without being so.
        if let (Some(oddity), None) = (fact.odd, missing) {
            out.note(&Note { what: What::Cotp(oddity), side, field: cotp::field_of(oddity), octets: tpdu });
        }
        let data = tpdu.skip(fact.user_data);
        if fact.kind == cotp::TpduKind::Dr && data.len() > NAME {
            out.note(&Note { what: What::Cap(Cap::Kept), side, field: cotp::DATA, octets: data });
        }
        if let (Some(oddity), None, None) = (self.oddity(&fact, tpdu.len()), fact.odd, missing) {
            out.note(&Note { what: What::Cotp(oddity), side, field: cotp::field_of(oddity), octets: tpdu });
        }
        match fact.kind {
            cotp::TpduKind::Dt => self.data(side, &fact, tpdu, data, missing, now, out),
            cotp::TpduKind::Ed if !data.is_empty() => {
                let mut spdus = Vec::new();
                session::parse_expedited(data.bytes(), &mut spdus);
                self.spdus(side, data, missing, &mut spdus, now, out);
            }
            _ => {
                if let Some(connect) = &fact.connect {
                    let hint = foreign::by_connect(connect);
                    self.hint = self.hint.or(hint.map(|hint| hint.application));
                    if hint.is_some_and(|hint| hint.certain) {
                        self.knowledge.application = self.hint;
                    }
                    self.left |= fact.kind == cotp::TpduKind::Cc && connect.rdp;
                    // What the CC leaves out is as the CR has it.
                    self.tpdu_size = connect.preferred_tpdu_size.or(connect.tpdu_size).or(self.tpdu_size);
                }
                let pdu = Pdu { side, octets: tpdu, content: Content::Tpdu(&fact) };
                out.pdu(&pdu, &self.knowledge);
            }
        }
    }

    /// What is odd about a TPDU of `length` octets that is sound by itself.
    fn oddity(&self, fact: &cotp::Tpdu, length: usize) -> Option<cotp::Oddity> {
        match fact.kind {
            cotp::TpduKind::Dt if fact.user_data == length => Some(cotp::Oddity::EmptyData),
            cotp::TpduKind::Dt => {
                let most = self.tpdu_size.filter(|most| length > *most as usize)?;
                Some(cotp::Oddity::TooLong(most))
            }
            // The short header is that of class 0.
            cotp::TpduKind::Ed if fact.length_indicator == 2 => Some(cotp::Oddity::Expedited),
            _ => None,
        }
    }

    /// A DT TPDU: part of a TSDU, or a whole one.
    #[allow(clippy::too_many_arguments)]
    fn data<O: Output>(
        &mut self,
        side: Side,
        fact: &cotp::Tpdu,
        tpdu: Octets<'_>,
        data: Octets<'_>,
        missing: Option<Missing>,
        now: Now,
        out: &mut O,
    ) {
        let assembly = &mut self.tsdu[side.index()];
        let alone = assembly.held.is_empty() && assembly.missing.is_none();
        if fact.end_of_tsdu && alone {
            let headless = std::mem::take(&mut assembly.headless);
            return self.tsdu(side, data, missing, headless, now, out);
        }
        let full = assembly.append(data, self.unit);
        assembly.missing = assembly.missing.or(missing);
        if full {
            out.note(&Note { what: What::Cap(Cap::Tsdu), side, field: cotp::DATA, octets: tpdu });
        }
        if O::Sink::KEEPS && !fact.end_of_tsdu && !self.settled {
            cotp::describe_setup_part(tpkt::HEADER + fact.user_data, data.len(), out.sink());
        }
        let assembly = &mut self.tsdu[side.index()];
        if fact.end_of_tsdu {
            let mut assembly = std::mem::take(assembly);
            // What the cap left out is missing for the layers above as what a snap length left out.
            let missing = assembly.missing.or(assembly.capped.then_some(Missing::Cut));
            self.tsdu(side, assembly.held.octets(), missing, assembly.headless, now, out);
            assembly.clear();
            self.tsdu[side.index()] = assembly;
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn tsdu<O: Output>(
        &mut self,
        side: Side,
        tsdu: Octets<'_>,
        missing: Option<Missing>,
        headless: bool,
        now: Now,
        out: &mut O,
    ) {
        if tsdu.is_empty() {
            return;
        }
        let verdict = foreign::by_tsdu(tsdu.bytes());
        if headless && !matches!(verdict, Verdict::Session | Verdict::Foreign(_)) {
            if O::Sink::KEEPS {
                out.sink().source(tsdu);
                foreign::describe_rest(tsdu.bytes(), out.sink());
            }
            return;
        }
        if self.carried == Carried::Unknown {
            self.carried = match verdict {
                Verdict::Session => Carried::Session,
                Verdict::Foreign(application) => Carried::Foreign(application),
                Verdict::Private => Carried::Foreign(self.hint.unwrap_or(Application::Unknown)),
            };
        }
        match self.carried {
            Carried::Foreign(application) => {
                self.settled = true;
                self.knowledge.application = Some(application);
                if O::Sink::KEEPS {
                    out.sink().source(tsdu);
                    foreign::describe(application, tsdu.bytes(), out.sink());
                }
                let pdu = Pdu { side, octets: tsdu, content: Content::Foreign { application, tsdu } };
                out.pdu(&pdu, &self.knowledge);
            }
            _ => {
                let mut spdus = Vec::new();
                session::parse(tsdu.bytes(), &mut self.session, &mut spdus);
                self.spdus(side, tsdu, missing, &mut spdus, now, out);
            }
        }
    }

    fn spdus<O: Output>(
        &mut self,
        side: Side,
        tsdu: Octets<'_>,
        missing: Option<Missing>,
        spdus: &mut [Spdu],
        now: Now,
        out: &mut O,
    ) {
        let source = if O::Sink::KEEPS { Some(out.sink().source(tsdu)) } else { None };
        let count = spdus.len();
        for (index, spdu) in spdus.iter_mut().enumerate() {
            spdu.missing = missing;
            let spdu = &*spdu;
            if let (Some(_), true) = (source, index > 0) {
                // The user data of the SPDU before may have been a source of its own.
                out.sink().source(tsdu);
            }
            if O::Sink::KEEPS {
                session::describe(tsdu.bytes(), spdu, out.sink());
            }
            let octets = tsdu.slice(spdu.at.start as usize, spdu.at.end as usize);
            if let (Some(oddity), None) = (spdu.odd, missing) {
                out.note(&Note {
                    what: What::Session(oddity),
                    side,
                    field: session::field_of(oddity),
                    octets,
                });
            }
            self.spdu(side, tsdu, spdu, missing, index + 1 < count, now, out);
        }
    }

    /// One SPDU: its user data are joined to an SSDU, read, and told together with it.
    #[allow(clippy::too_many_arguments)]
    fn spdu<O: Output>(
        &mut self,
        side: Side,
        tsdu: Octets<'_>,
        spdu: &Spdu,
        missing: Option<Missing>,
        more: bool,
        now: Now,
        out: &mut O,
    ) {
        let data = match spdu.user_data {
            Some(at) => tsdu.slice(at.start as usize, at.end as usize),
            None => tsdu.slice(0, 0),
        };
        if let (SpduKind::Connect | SpduKind::Accept, Some(units)) = (spdu.kind, spdu.functional_units) {
            self.knowledge.functional_units = Some(units);
        }
        if spdu.kind == SpduKind::Connect {
            self.references = (
                Name::new(spdu.user_reference.of(tsdu.bytes())),
                Name::new(spdu.common_reference.of(tsdu.bytes())),
            );
        }
        if spdu.holds_longer(NAME) {
            let octets = tsdu.slice(spdu.at.start as usize, spdu.at.end as usize);
            out.note(&Note { what: What::Cap(Cap::Kept), side, field: session::LAYER, octets });
        }
        self.begin_activity(side, tsdu, spdu, now, out);
        let opens = matches!(
            spdu.kind,
            SpduKind::Connect | SpduKind::ConnectDataOverflow | SpduKind::OverflowAccept | SpduKind::Refuse
        );
        self.settled |= !opens && spdu.ends_ssdu();
        let mut facts = Facts::default();
        let slot = &mut self.ssdu[side.index()];
        if spdu.begins_ssdu() && spdu.ends_ssdu() {
            self.user_data(side, spdu.kind, data, missing, &mut facts, out);
        } else {
            let mut begun = slot
                .take()
                .filter(|_| !spdu.begins_ssdu())
                .unwrap_or_else(|| Box::new((spdu.kind, Assembly::default())));
            let (kind, assembly) = &mut *begun;
            if assembly.append(data, self.unit) {
                out.note(&Note { what: What::Cap(Cap::Ssdu), side, field: cotp::DATA, octets: data });
            }
            assembly.missing = assembly.missing.or(missing);
            if spdu.ends_ssdu() {
                let missing = assembly.missing.or(assembly.capped.then_some(Missing::Cut));
                self.user_data(side, *kind, assembly.held.octets(), missing, &mut facts, out);
            } else {
                *slot = Some(begun);
            }
        }
        let moves =
            matches!(spdu.kind, SpduKind::DataTransfer | SpduKind::ActivityEnd | SpduKind::ActivityDiscard);
        if let (Some(activity), true) = (self.activity.as_mut(), moves) {
            activity.last_frame = now.frame;
            activity.ended = now.time;
        }
        self.end_activity(side, spdu, out);
        // An empty GIVE or PLEASE TOKENS in front of another SPDU means nothing by itself (X.225 6.3.7).
        let prefix = more
            && matches!(spdu.kind, SpduKind::GiveTokens | SpduKind::PleaseTokens)
            && spdu.token_item.is_none()
            && spdu.user_data.is_none();
        if !prefix {
            let octets = tsdu.slice(spdu.at.start as usize, spdu.at.end as usize);
            let content = Content::Spdu { spdu, tsdu, upper: &facts };
            out.pdu(&Pdu { side, octets, content }, &self.knowledge);
        }
    }

    /// Reads the user data of one SSDU.
    fn user_data<O: Output>(
        &mut self,
        side: Side,
        kind: SpduKind,
        data: Octets<'_>,
        missing: Option<Missing>,
        facts: &mut Facts,
        out: &mut O,
    ) {
        let Some(&first) = data.bytes().first() else { return };
        if self.knowledge.mode.is_none() {
            self.knowledge.infer_mode(kind, data.bytes());
        }
        let ssdu = Ssdu { data, side, cut: missing.map(Cause::from) };
        match presentation::ppdu_of(kind, first, self.knowledge.mode) {
            Some(ppdu) => {
                let mut transfer = self.activity.as_mut().filter(|activity| activity.sender == side);
                let unit = self.unit;
                let segment = kind == SpduKind::DataTransfer;
                upper::read(ppdu, ssdu, &mut self.knowledge, facts, out, |piece, begins| {
                    if let (Some(activity), true) = (transfer.as_mut(), segment) {
                        match begins {
                            true => activity.append(piece, unit),
                            false => activity.extend(piece, unit),
                        }
                    }
                });
            }
            None if self.knowledge.mode == Some(Mode::X410) && kind == SpduKind::DataTransfer => {
                self.raw_segment(side, data, facts, out);
            }
            None => upper::read_bare(kind, ssdu, &mut self.knowledge, facts, out),
        }
        if let (Some(activity), true) = (self.activity.as_mut(), kind == SpduKind::DataTransfer) {
            activity.missing = activity.missing.or(missing);
        }
    }

    /// A segment in X.410 mode: octets of the APDU without anything around them.
    fn raw_segment<O: Output>(&mut self, side: Side, data: Octets<'_>, facts: &mut Facts, out: &mut O) {
        let mut apdu = rtse::Apdu::new(rtse::ApduKind::Rttr);
        apdu.octets = data.len();
        facts.rtse = Some(apdu);
        facts.mode = Some(Mode::X410);
        let activity = self.activity.as_mut().filter(|activity| activity.sender == side);
        if O::Sink::KEEPS {
            let first = activity.as_ref().is_some_and(|activity| activity.segments == 0);
            out.sink().source(data);
            rtse::describe_raw_segment(Span::new(0, data.len()), first, out.sink());
        }
        if let Some(activity) = activity {
            activity.append(data, self.unit);
        }
    }

    /// What an SPDU means for the activity before its user data are read (X.225 7.24 to 7.33, X.228 8.3).
    fn begin_activity<O: Output>(
        &mut self,
        side: Side,
        tsdu: Octets<'_>,
        spdu: &Spdu,
        now: Now,
        out: &mut O,
    ) {
        let octets = |at: Option<Span>| at.map_or(&[][..], |at| at.of(tsdu.bytes()));
        match spdu.kind {
            SpduKind::ActivityStart => {
                self.abandon(out);
                let activity = Activity::new(side, octets(spdu.activity), now.frame, now.time, true);
                self.activity = Some(Box::new(activity));
            }
            SpduKind::ActivityResume => {
                self.abandon(out);
                let old = octets(spdu.old_activity);
                let other = !spdu.common_reference.is_empty();
                let resumed = if other {
                    out.resume(&ActivityKey {
                        user_reference: Name::new(spdu.user_reference.of(tsdu.bytes())),
                        common_reference: Name::new(spdu.common_reference.of(tsdu.bytes())),
                        activity: Name::new(old),
                    })
                } else {
                    let at = self.interrupted.iter().position(|activity| activity.id == Name::new(old));
                    at.map(|at| self.interrupted.remove(at))
                };
                let id = octets(spdu.activity);
                let mut activity =
                    resumed.unwrap_or_else(|| Activity::new(side, id, now.frame, now.time, false));
                activity.whole &= activity.resume_at(spdu.serial.unwrap_or(0));
                activity.resumed = true;
                activity.sender = side;
                activity.id = Name::new(id);
                self.activity = Some(Box::new(activity));
            }
            // Data in a capture that began inside an activity.
            SpduKind::DataTransfer if self.activity.is_none() && self.gap && self.knowledge.reliable() => {
                self.activity = Some(Box::new(Activity::new(side, &[], now.frame, now.time, false)));
            }
            SpduKind::MinorSyncPoint => {
                if let (Some(activity), Some(serial)) = (self.activity.as_mut(), spdu.serial)
                    && activity.sender == side
                {
                    activity.checkpoint(serial);
                }
            }
            _ => {}
        }
    }

    /// What an SPDU means for the activity once it was read.
    fn end_activity<O: Output>(&mut self, side: Side, spdu: &Spdu, out: &mut O) {
        let sends = self.activity.as_ref().is_some_and(|activity| activity.sender == side);
        match spdu.kind {
            SpduKind::ActivityEnd if sends => {
                if let Some(activity) = self.activity.take() {
                    self.transferred(*activity, TransferEnd::Complete, out);
                }
            }
            SpduKind::ActivityDiscard if sends => {
                if let Some(activity) = self.activity.take() {
                    self.transferred(*activity, TransferEnd::Discarded, out);
                }
            }
            SpduKind::ActivityInterrupt if sends => {
                if let Some(mut activity) = self.activity.take() {
                    activity.interrupted = true;
                    self.interrupted.push(*activity);
                    let room = INTERRUPTED_UNITS * self.unit;
                    let taken = |all: &[Activity]| all.iter().map(Activity::footprint).sum::<usize>();
                    while self.interrupted.len() > INTERRUPTED || taken(&self.interrupted) > room {
                        let oldest = self.interrupted.remove(0);
                        self.transferred(oldest, TransferEnd::CutOff, out);
                    }
                }
            }
            // What goes on as if the activity had ended: it has, and that was not captured.
            SpduKind::ActivityEndAck if self.gap && !sends => self.abandon(out),
            SpduKind::GiveTokensConfirm | SpduKind::Finish if self.gap && sends => self.abandon(out),
            SpduKind::Abort | SpduKind::Disconnect => self.cut_off(out),
            _ => {}
        }
    }

    /// The activity under way is over without its end. Where octets were not captured, its end was among them.
    fn abandon<O: Output>(&mut self, out: &mut O) {
        if let Some(activity) = self.activity.take() {
            let end = if self.gap { TransferEnd::Complete } else { TransferEnd::CutOff };
            self.transferred(*activity, end, out);
        }
    }

    /// The association is over: what was under way is cut off.
    fn cut_off<O: Output>(&mut self, out: &mut O) {
        for activity in std::mem::take(&mut self.interrupted)
            .into_iter()
            .chain(self.activity.take().map(|activity| *activity))
        {
            self.transferred(activity, TransferEnd::CutOff, out);
        }
    }

    fn transferred<O: Output>(&mut self, activity: Activity, end: TransferEnd, out: &mut O) {
        // The octets of what is cut off or discarded are shown with their segments; the value only when it is whole.
        let show = end == TransferEnd::Complete;
        if activity.is_capped() {
            let octets = activity.octets().slice(0, 0);
            let what = What::Cap(Cap::Transfer);
            out.note(&Note { what, side: activity.sender, field: cotp::DATA, octets });
        }
        let apdu = upper::read_transfer(&activity, show, &mut self.knowledge, out);
        let key = ActivityKey {
            user_reference: self.references.0.clone(),
            common_reference: self.references.1.clone(),
            activity: activity.id.clone(),
        };
        out.transfer(Transfer { activity, end, apdu }, key, &self.knowledge);
    }
}
