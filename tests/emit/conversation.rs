//! One TCP connection with the association on it: each statement of a speaker becomes octets, layer by layer.

use super::Kind;
use super::ber::{Lengths, rewritten, string, tlv};
use super::bind;
use super::cotp;
use super::dialogue::{Scene, lengths};
use super::rtse::{self, ConnectionData, Open, SessionConnectionIdentifier};
use super::script::Statement;
use super::session;
use super::tcp::{Connection, Side};
use super::{acse, presentation, text, time, tpkt};

/// What a later association must know of this one to resume its activities.
#[derive(Clone)]
pub(crate) struct Association {
    /// PI 10 and 11 of CONNECT.
    references: SessionConnectionIdentifier,
    /// PI 9 of ACCEPT.
    called_reference: Vec<u8>,
}

/// A connection and the state of its layers.
pub(crate) struct Conversation {
    pub(crate) connection: Connection,
    name: Option<String>,
    /// Reserved octet of the TPKTs of each side.
    reserved: [u8; 2],
    /// Transport references.
    transport: [u16; 2],
    tpdu_size: usize,
    kind: Kind,
    /// Lengths of the presentation data values of each side.
    lengths: [Lengths; 2],
    /// The octets of each string when RTTR is sent in constructed form, for each side.
    strings: [Option<usize>; 2],
    association: Association,
    versions: u8,
    token_setting: u8,
    checkpoint_size: u32,
    window_size: u32,
}

/// The reference of the first transport connection endpoint; the others count up from it.
const FIRST_TRANSPORT_REFERENCE: u16 = 0x4101;
/// Without a parameter the TPDU size is what a TPKT can hold (RFC 1006).
const UNLIMITED_TPDU_SIZE: usize = 65531;

impl Conversation {
    pub(crate) fn new(connection: Connection, name: Option<String>) -> Self {
        let port = connection.ends[0].port;
        let references = SessionConnectionIdentifier { user_reference: vec![], common_reference: vec![] };
        Conversation {
            connection,
            name,
            reserved: [0, 0],
            transport: [FIRST_TRANSPORT_REFERENCE.wrapping_add(port), FIRST_TRANSPORT_REFERENCE],
            tpdu_size: UNLIMITED_TPDU_SIZE,
            kind: Kind::Normal,
            lengths: [Lengths::Definite; 2],
            strings: [None; 2],
            association: Association { references, called_reference: vec![] },
            versions: 0,
            token_setting: 0,
            checkpoint_size: 0,
            window_size: 3,
        }
    }

    /// The end at which a host is.
    pub(crate) fn side(&self, host: &str) -> Result<Side, String> {
        let position = self.connection.ends.iter().position(|end| end.host == host);
        position.ok_or_else(|| format!("{host:?} is no statement, and no host of this connection"))
    }

    /// The association under the name that its `connect` gave it.
    pub(crate) fn into_named_association(self) -> Option<(String, Association)> {
        Some((self.name?, self.association))
    }

    /// Plays one statement of the host at this end.
    pub(crate) fn say(&mut self, side: Side, statement: &mut Statement, scene: &Scene) -> Result<(), String> {
        let verb = statement.word("what it says")?;
        let tsdu = match verb.as_str() {
            "FIN" => return self.done(|connection| connection.finish(side)),
            "RST" => return self.done(|connection| connection.reset(side)),
            "ACK" => return self.done(|connection| connection.acknowledge(side)),
            "octets" => {
                let octets = statement.octets()?;
                return self.done(|connection| connection.send(side, &octets));
            }
            "window" => {
                self.connection.flush_both();
                self.connection.ends[side].window = statement.number_word("the window")?;
                return Ok(());
            }
            "line" => {
                let words = statement.word("the line")?;
                let line = text::unescaped(&words)? + "\r\n";
                return self.done(|connection| connection.send(side, line.as_bytes()));
            }
            "text" => {
                let words = statement.word("the text")?;
                let octets = text::unescaped(&words)?;
                return self.done(|connection| connection.send(side, octets.as_bytes()));
            }
            "reserved" => {
                self.reserved[side] = statement.number_word("the reserved octet")?;
                return Ok(());
            }
            "CR" | "CC" => return self.transport_connect(side, verb == "CR", statement),
            "DR" => {
                let reason = statement.number("reason")?.unwrap_or(128);
                let text = statement.selector("text")?.unwrap_or_default();
                let tpdu = cotp::dr(self.transport[1 - side], self.transport[side], reason, &text);
                return self.tpdu(side, &tpdu);
            }
            "tpdu" => {
                let octets = statement.octets()?;
                return self.tpdu(side, &octets);
            }
            "transfer" => return self.transfer(side, statement, scene),
            "tsdu" => statement.octets()?,
            "CN" => self.connect(side, statement, scene)?,
            "AC" => self.accept(side, statement, scene)?,
            "RF" => self.refuse(side, statement)?,
            "AB" => self.abort(side, statement)?,
            "FN" => session::fn_(self.in_normal_mode(side, presentation::ACSE, acse::rlrq)),
            "DN" => session::dn(self.in_normal_mode(side, presentation::ACSE, acse::rlre)),
            "PT" => {
                let turn_please = rtse::rttp(statement.number("priority")?.unwrap_or(0));
                session::pt(self.value(side, presentation::MTA_RTSE, turn_please))
            }
            "GTC" => session::gtc(),
            "GTA" => session::gta(),
            "AS" => session::give(session::as_(&rtse::activity_identifier(
                statement.number_word("the activity")?,
            ))),
            "AR" => session::give(resume(statement, scene)?),
            "DT" => {
                let pieces = self.pieces(statement, scene)?;
                let piece: usize = statement.number_word("the piece")?;
                let piece = piece.checked_sub(1).and_then(|index| pieces.get(index));
                let tsdu =
                    self.data(side, piece.ok_or_else(|| format!("there are {} pieces", pieces.len()))?);
                if let Some(first) = statement.number("first")? {
                    return self.beginning_of_tsdu(side, &tsdu, first);
                }
                tsdu
            }
            "MIP" => session::give(session::mip(statement.number_word("the serial number")?)),
            "MIA" => session::please(session::mia(statement.number_word("the serial number")?)),
            "AE" => session::give(session::ae(statement.number_word("the serial number")?)),
            "AEA" => session::please(session::aea(statement.number_word("the serial number")?)),
            "ED" => session::please(session::ed(statement.number("reason")?.unwrap_or(0))),
            "AI" => session::give(session::ai(statement.number("reason")?.unwrap_or(0))),
            "AIA" => session::please(session::aia()),
            "AD" => session::give(session::ad(statement.number("reason")?.unwrap_or(0))),
            "ADA" => session::please(session::ada()),
            other => return Err(format!("{other:?} is nothing a host can say")),
        };
        self.tsdu(side, &tsdu)
    }

    fn done(&mut self, act: impl FnOnce(&mut Connection)) -> Result<(), String> {
        act(&mut self.connection);
        Ok(())
    }

    fn tpdu(&mut self, side: Side, tpdu: &[u8]) -> Result<(), String> {
        self.connection.send(side, &tpkt::packet(self.reserved[side], tpdu));
        Ok(())
    }

    fn tsdu(&mut self, side: Side, tsdu: &[u8]) -> Result<(), String> {
        cotp::dt(tsdu, self.tpdu_size).iter().try_for_each(|tpdu| self.tpdu(side, tpdu))
    }

    /// Of the packets of a TSDU only the first octets: the connection is lost in the middle.
    fn beginning_of_tsdu(&mut self, side: Side, tsdu: &[u8], first: usize) -> Result<(), String> {
        let packet = |tpdu: &Vec<u8>| tpkt::packet(self.reserved[side], tpdu);
        let packets = cotp::dt(tsdu, self.tpdu_size).iter().map(packet).collect::<Vec<_>>().concat();
        let octets = packets.get(..first).ok_or_else(|| format!("there are {} octets", packets.len()))?;
        self.done(|connection| connection.send(side, octets))
    }

    /// A value as session user data: in its presentation context, or as it is in X.410 mode.
    fn value(&self, side: Side, context: u32, value: Vec<u8>) -> Vec<u8> {
        match self.kind {
            Kind::Normal => presentation::user_data(self.lengths[side], context, value),
            Kind::X84 | Kind::X410 => value,
        }
    }

    /// A value that only the normal mode has.
    fn in_normal_mode(&self, side: Side, context: u32, value: impl FnOnce() -> Vec<u8>) -> Option<Vec<u8>> {
        (self.kind == Kind::Normal).then(|| self.value(side, context, value()))
    }

    fn transport_connect(
        &mut self,
        side: Side,
        request: bool,
        statement: &mut Statement,
    ) -> Result<(), String> {
        if let Some(reference) = statement.number("reference")? {
            self.transport[side] = reference;
        }
        let tpdu_size: Option<u32> = statement.number("tpdu-size")?;
        let (calling, called) = (statement.selector("calling-tsap")?, statement.selector("called-tsap")?);
        let connect = cotp::Connect {
            destination: if request { 0 } else { self.transport[1 - side] },
            source: self.transport[side],
            tpdu_size,
            calling: calling.as_deref(),
            called: called.as_deref(),
        };
        let tpdu = if request { connect.cr() } else { connect.cc() };
        self.tpdu_size = tpdu_size.map_or(UNLIMITED_TPDU_SIZE, |size| size as usize);
        self.tpdu(side, &tpdu)
    }

    fn connect(&mut self, side: Side, statement: &mut Statement, scene: &Scene) -> Result<Vec<u8>, String> {
        self.kind = Kind::parse(&statement.word("the kind of association")?)?;
        let normal = self.kind == Kind::Normal;
        let protocol = if self.kind == Kind::X84 { 1 } else { 12 };
        let common_reference = string(0x17, &time::utc_time(self.connection.time));
        let user_reference = self.user_reference(side, statement)?;
        self.association.references = SessionConnectionIdentifier { user_reference, common_reference };
        self.versions = statement.number("versions")?.unwrap_or(if self.kind == Kind::X84 { 1 } else { 3 });
        self.token_setting = if statement.flag("turn-at-responder") { 0x15 } else { 0 };
        self.checkpoint_size = statement.number("checkpoint")?.unwrap_or(0);
        self.window_size = statement.number("window")?.unwrap_or(3);
        self.lengths[side] = lengths(statement)?;
        self.strings[side] = statement.number("pieces")?;
        let dialogue_mode = match statement.option("dialogue").as_deref() {
            None => None,
            Some("monologue") => Some(0),
            Some("two-way-alternate") => Some(1),
            Some(other) => return Err(format!("dialogue={other}: monologue or two-way-alternate")),
        };
        let open = Open {
            checkpoint_size: self.checkpoint_size,
            window_size: self.window_size,
            dialogue_mode,
            data: connection_data(statement, scene)?,
            application_protocol: if normal {
                None
            } else {
                statement.number("protocol")?.or(Some(protocol))
            },
        };
        let components = open.request(self.kind);
        let (calling, called) = (statement.selector("calling-psel")?, statement.selector("called-psel")?);
        let ppdu = if normal {
            let aarq = acse::aarq(presentation::MTA_RTSE, rtse::rtorq(&components));
            let user_data = self.value(side, presentation::ACSE, aarq);
            presentation::cp(calling.as_deref(), called.as_deref(), user_data)
        } else {
            presentation::x410(&components)
        };
        let (calling, called) = (statement.selector("calling-ssel")?, statement.selector("called-ssel")?);
        let connect = session::Connect {
            references: &self.association.references,
            versions: self.versions,
            token_setting: self.token_setting,
            requirements: session::RTSE_UNITS,
            calling_selector: calling.as_deref(),
            called_selector: called.as_deref(),
            user_data: rewritten(self.lengths[side], ppdu),
        };
        Ok(connect.cn())
    }

    fn accept(&mut self, side: Side, statement: &mut Statement, scene: &Scene) -> Result<Vec<u8>, String> {
        self.checkpoint_size = statement.number("checkpoint")?.unwrap_or(self.checkpoint_size);
        self.window_size = statement.number("window")?.unwrap_or(self.window_size);
        self.lengths[side] = lengths(statement)?;
        self.strings[side] = statement.number("pieces")?;
        let references = self.answering_references(side, statement)?;
        let data = connection_data(statement, scene)?;
        let open = Open {
            checkpoint_size: self.checkpoint_size,
            window_size: self.window_size,
            dialogue_mode: None,
            data,
            application_protocol: None,
        };
        let components = open.accept(self.kind);
        let responding = statement.selector("responding-psel")?;
        let ppdu = if self.kind == Kind::Normal {
            let aare = acse::aare(0, 0, presentation::MTA_RTSE, rtse::rtoac(&components));
            presentation::cpa(responding.as_deref(), self.value(side, presentation::ACSE, aare))
        } else {
            presentation::x410(&components)
        };
        let responding = statement.selector("responding-ssel")?;
        let accept = session::Connect {
            references: &references,
            versions: self.chosen_version(),
            token_setting: self.token_setting,
            requirements: session::RTSE_UNITS,
            calling_selector: None,
            called_selector: responding.as_deref(),
            user_data: rewritten(self.lengths[side], ppdu),
        };
        Ok(accept.ac())
    }

    /// A refusal by the session provider, by RTSE in X.410 mode, or by the MTA in normal mode.
    fn refuse(&mut self, side: Side, statement: &mut Statement) -> Result<Vec<u8>, String> {
        if let Some(reason) = statement.number("session-reason")? {
            return Ok(session::rf_provider(reason));
        }
        let references = self.answering_references(side, statement)?;
        let responding = statement.selector("responding-psel")?;
        let ppdu = match (statement.number("rtorj")?, statement.number("bind-error")?) {
            (Some(reason), None) => presentation::x410_reason(rtse::reason(reason)),
            (None, Some(error)) => {
                // Permanently rejected; the service user gives no reason in ACSE, for the bind error has it.
                let aare = acse::aare(1, 1, presentation::MTA_RTSE, rtse::rtorj_bind_error(error));
                presentation::cpr(responding.as_deref(), self.value(side, presentation::ACSE, aare))
            }
            _ => return Err("one of session-reason=, rtorj= and bind-error= is needed".to_owned()),
        };
        Ok(session::rf_user(&references, self.chosen_version(), &ppdu))
    }

    /// An abort by the session user, with or without RTAB.
    fn abort(&mut self, side: Side, statement: &mut Statement) -> Result<Vec<u8>, String> {
        let data = match (statement.number("x410-rtab")?, statement.number("rtab")?) {
            (Some(reason), None) => Some(presentation::x410_reason(rtse::reason(reason))),
            (None, Some(reason)) => {
                let abrt = acse::abrt(presentation::MTA_RTSE, rtse::rtab(reason));
                Some(presentation::aru(self.value(side, presentation::ACSE, abrt)))
            }
            (None, None) => None,
            _ => return Err("x410-rtab= and rtab= exclude each other".to_owned()),
        };
        Ok(session::ab(3, data))
    }

    /// A whole activity: data in pieces, checkpoints within the window, and the answers of the other side.
    fn transfer(&mut self, side: Side, statement: &mut Statement, scene: &Scene) -> Result<(), String> {
        let pieces = self.pieces(statement, scene)?;
        let activity = rtse::activity_identifier(statement.number("activity")?.unwrap_or(1));
        self.tsdu(side, &session::give(session::as_(&activity)))?;
        let (mut serial, mut confirmed) = (0, 0);
        for (piece, last) in pieces.iter().zip((0..pieces.len()).rev()) {
            self.tsdu(side, &self.data(side, piece))?;
            serial += 1;
            if last == 0 {
                break;
            }
            self.tsdu(side, &session::give(session::mip(serial)))?;
            if serial - confirmed == self.window_size {
                confirmed += 1;
                self.tsdu(1 - side, &session::please(session::mia(confirmed)))?;
            }
        }
        self.tsdu(side, &session::give(session::ae(serial)))?;
        for serial in confirmed + 1..serial {
            self.tsdu(1 - side, &session::please(session::mia(serial)))?;
        }
        self.tsdu(1 - side, &session::please(session::aea(serial)))
    }

    /// The SSDU of one piece.
    fn data(&self, side: Side, piece: &[u8]) -> Vec<u8> {
        let information = match self.kind {
            Kind::Normal => self.value(side, presentation::MTA_RTSE, rtse::rttr(self.strings[side], piece)),
            Kind::X84 | Kind::X410 => piece.to_vec(),
        };
        session::give(session::dt(&information))
    }

    /// A message as this kind of association transfers it, in pieces of the checkpoint size. `NAME bare` is without
    /// the EXTERNAL of the normal mode.
    fn pieces(&self, statement: &mut Statement, scene: &Scene) -> Result<Vec<Vec<u8>>, String> {
        let message = scene.mail.get(&statement.word("a message")?)?;
        let apdu = message.encode(self.kind);
        let value = match self.kind {
            Kind::Normal if !statement.flag("bare") => {
                rewritten(message.lengths(), acse::external(presentation::MTSE, apdu))
            }
            Kind::Normal | Kind::X84 | Kind::X410 => apdu,
        };
        let size = if self.checkpoint_size == 0 { value.len() } else { self.checkpoint_size as usize * 1024 };
        Ok(value.chunks(size).map(<[u8]>::to_vec).collect())
    }

    /// A user reference of the session connection: the host's name unless the script gives one.
    fn user_reference(&self, side: Side, statement: &mut Statement) -> Result<Vec<u8>, String> {
        let reference =
            statement.option("reference").unwrap_or_else(|| self.connection.ends[side].host.clone());
        // X.228: an OCTET STRING in normal mode, a T61String in X.410 mode.
        Ok(tlv(if self.kind == Kind::Normal { 0x04 } else { 0x14 }, reference.as_bytes()))
    }

    /// The references of an answer: its own user reference, and the common reference of the request.
    fn answering_references(
        &mut self,
        side: Side,
        statement: &mut Statement,
    ) -> Result<SessionConnectionIdentifier, String> {
        self.association.called_reference = self.user_reference(side, statement)?;
        Ok(SessionConnectionIdentifier {
            user_reference: self.association.called_reference.clone(),
            common_reference: self.association.references.common_reference.clone(),
        })
    }

    /// The highest session version offered.
    fn chosen_version(&self) -> u8 {
        if self.versions & 2 != 0 { 2 } else { 1 }
    }
}

/// What a request or its answer carries: a bind (`name=` and `password=`, or neither for an unauthenticated one), or
/// the name of the association it recovers.
fn connection_data(statement: &mut Statement, scene: &Scene) -> Result<ConnectionData, String> {
    if let Some(lost) = statement.option("recover") {
        return Ok(ConnectionData::Recover(association(&lost, scene)?.references.clone()));
    }
    let (name, password) = (statement.option("name"), statement.option("password"));
    Ok(ConnectionData::Open(bind::bind(name.as_deref(), password.as_deref())))
}

/// ACTIVITY RESUME: `AR 2 of=1 serial=1`, and `from=NAME` when the activity began in another association.
fn resume(statement: &mut Statement, scene: &Scene) -> Result<Vec<u8>, String> {
    let new = rtse::activity_identifier(statement.number_word("the new activity")?);
    let old = rtse::activity_identifier(statement.number("of")?.ok_or("of= is missing")?);
    let serial = statement.number("serial")?.ok_or("serial= is missing")?;
    let lost = statement.option("from").map(|name| association(&name, scene)).transpose()?;
    let lost = lost.map(|lost| (lost.called_reference.as_slice(), &lost.references));
    Ok(session::ar(&new, &old, serial, lost))
}

fn association<'a>(name: &str, scene: &'a Scene) -> Result<&'a Association, String> {
    scene.associations.get(name).ok_or_else(|| format!("no association {name:?}"))
}
