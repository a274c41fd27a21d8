//! The fields of SMTP, in the words of Network Monitor (KB Q182821, Q161943).

use super::header::{Field as HeaderField, Header};
use super::reply::{CODES, meaning};
use super::{Command, Place, Reply, Verb};
use crate::capture::{FrameNo, Octets};
use crate::layers::Side;
use crate::tree::{Charset, Display, Field, FieldDef, Sink, Span, Tag, Value};

const TEXT: Display = Display::Text(Charset::Utf8);

static ROOT: FieldDef = FieldDef::layer("smtp", "SMTP", Tag::Smtp);
static COMMAND: FieldDef = FieldDef::new("smtp.req.command", "Command", TEXT);
static PARAMETER: FieldDef = FieldDef::new("smtp.req.parameter", "Parameter", TEXT);
static ADDRESS: FieldDef = FieldDef::new("smtp.req.address", "Address", TEXT);
static CREDENTIALS: FieldDef =
    FieldDef::new("smtp.auth.username_password", "Credentials", Display::Octets).secret();
static CODE: FieldDef = FieldDef::new("smtp.response.code", "Response code", Display::Named(CODES));
static RESPONSE: FieldDef = FieldDef::new("smtp.rsp.parameter", "Response", TEXT);
static DATA: FieldDef = FieldDef::new("smtp.data.fragment", "Data", TEXT);
static OPAQUE: FieldDef = FieldDef::new("smtp.undecoded", "Data", Display::Octets);
static SECRET: FieldDef = FieldDef::new("smtp.undecoded", "Data", Display::Octets).secret();
static UNDECIDED: FieldDef = FieldDef::layer("smtp.undecided", "TCP", Tag::Tcp);
static CONTINUED: FieldDef = FieldDef::layer("smtp.segment", "SMTP", Tag::Smtp);
static FROM: FieldDef = FieldDef::new("imf.from", "From", TEXT);
static SENDER: FieldDef = FieldDef::new("imf.sender", "Sender", TEXT);
static REPLY_TO: FieldDef = FieldDef::new("imf.reply_to", "Reply-To", TEXT);
static TO: FieldDef = FieldDef::new("imf.to", "To", TEXT);
static CC: FieldDef = FieldDef::new("imf.cc", "Cc", TEXT);
static BCC: FieldDef = FieldDef::new("imf.bcc", "Bcc", TEXT);
static RESENT_FROM: FieldDef = FieldDef::new("imf.resent.from", "Resent-From", TEXT);
static RESENT_SENDER: FieldDef = FieldDef::new("imf.resent.sender", "Resent-Sender", TEXT);
static RESENT_TO: FieldDef = FieldDef::new("imf.resent.to", "Resent-To", TEXT);
static RESENT_CC: FieldDef = FieldDef::new("imf.resent.cc", "Resent-Cc", TEXT);
static RESENT_BCC: FieldDef = FieldDef::new("imf.resent.bcc", "Resent-Bcc", TEXT);
static MESSAGE_ID: FieldDef = FieldDef::new("imf.message_id", "Message-ID", TEXT);

/// The octets of a line that goes on in a later frame.
pub const SEGMENT: Field = &CONTINUED;
pub(super) const ROOT_FIELD: Field = &ROOT;
pub(super) const CODE_FIELD: Field = &CODE;

/// The field of an address.
pub(super) fn field(place: Place) -> Field {
    match place {
        Place::Sender | Place::Recipient => &ADDRESS,
        Place::Header(field) => header_field(field),
    }
}

fn header_field(field: HeaderField) -> Field {
    match field {
        HeaderField::From => &FROM,
        HeaderField::Sender => &SENDER,
        HeaderField::ReplyTo => &REPLY_TO,
        HeaderField::To => &TO,
        HeaderField::Cc => &CC,
        HeaderField::Bcc => &BCC,
        HeaderField::ResentFrom => &RESENT_FROM,
        HeaderField::ResentSender => &RESENT_SENDER,
        HeaderField::ResentTo => &RESENT_TO,
        HeaderField::ResentCc => &RESENT_CC,
        HeaderField::ResentBcc => &RESENT_BCC,
        HeaderField::MessageId => &MESSAGE_ID,
    }
}

/// A command in Network Monitor's words; `line` is its line.
pub(super) fn command_words(line: &[u8], command: &Command) -> String {
    let text = |at: Span| String::from_utf8_lossy(at.of(line)).into_owned();
    match (command.verb, command.address) {
        (Verb::Mail, Some(address)) => format!("Cmd: Mail from <{}>", text(address)),
        (Verb::Rcpt, Some(address)) => format!("Cmd: Recipient <{}>", text(address)),
        (Verb::Data, _) => "Cmd: Data: Mail data to follow".to_owned(),
        _ if command.parameter.is_empty() => format!("Cmd: {}", text(command.word)),
        _ => format!("Cmd: {} {}", text(command.word), text(command.parameter)),
    }
}

/// Describes a command; its line is given with its end.
pub(super) fn command<S: Sink>(line: Octets<'_>, command: &Command, sink: &mut S) {
    if !S::KEEPS {
        return;
    }
    open(line, format_args!("{}, {} bytes", command_words(line.bytes(), command), line.len()), sink);
    sink.leaf(&COMMAND, command.word, Value::Octets);
    if !command.parameter.is_empty() {
        sink.leaf(&PARAMETER, command.parameter, Value::Octets);
    }
    if let Some(address) = command.address {
        sink.leaf(&ADDRESS, address, Value::Octets);
    }
    if let Some(secret) = command.secret {
        sink.leaf(&CREDENTIALS, secret, Value::Octets);
    }
    sink.close(line.len() as u32);
}

/// Describes a line of an authentication dialogue, of which so many octets are in front of its end.
pub(super) fn credentials<S: Sink>(line: Octets<'_>, length: usize, sink: &mut S) {
    if S::KEEPS {
        open(line, format_args!("Cmd: Credentials, {} bytes", line.len()), sink);
        sink.leaf(&CREDENTIALS, Span::new(0, length), Value::Octets);
        sink.close(line.len() as u32);
    }
}

/// Describes a reply, all its lines.
pub(super) fn reply<S: Sink>(octets: Octets<'_>, reply: &Reply, sink: &mut S) {
    if !S::KEEPS {
        return;
    }
    open(octets, format_args!("Rsp: {}, {} bytes", meaning(reply.code), octets.len()), sink);
    sink.leaf(&CODE, Span::new(0, 3), Value::Number(reply.code.into()));
    for text in &reply.texts {
        sink.leaf(&RESPONSE, *text, Value::Octets);
    }
    sink.close(octets.len() as u32);
}

/// Describes octets of the content of a message, which was announced in the frame `since`.
pub(super) fn data<S: Sink>(octets: Octets<'_>, since: FrameNo, sink: &mut S) {
    if !S::KEEPS || octets.is_empty() {
        return;
    }
    open(octets, format_args!("Data - continued from frame {since}, {} bytes", octets.len()), sink);
    let mut at = 0;
    for line in octets.bytes().split_inclusive(|octet| *octet == b'\n') {
        sink.leaf(&DATA, Span::new(at, at + super::trimmed(line).len()), Value::Octets);
        at += line.len();
    }
    sink.close(at as u32);
}

/// Describes the header of a message.
pub(super) fn header<S: Sink>(octets: Octets<'_>, header: &Header, sink: &mut S) {
    if !S::KEEPS {
        return;
    }
    open(octets, format_args!("Header of the message, {} bytes", octets.len()), sink);
    for (field, at) in &header.values {
        sink.leaf(header_field(*field), *at, Value::Octets);
    }
    sink.close(octets.len() as u32);
}

/// Describes octets that are no command and no reply, or of which it cannot be told. Those of a client may be
/// credentials.
pub(super) fn opaque<S: Sink>(octets: Octets<'_>, left: bool, side: Side, sink: &mut S) {
    if !S::KEEPS {
        return;
    }
    let what = match (left, side) {
        (true, _) => "not SMTP any more",
        (_, Side::Initiator) => "not told to be commands or data",
        (_, Side::Responder) => "not told to be replies",
    };
    open(octets, format_args!("{} octets, {what}", octets.len()), sink);
    let field = if !left && side == Side::Initiator { &SECRET } else { &OPAQUE };
    sink.leaf(field, Span::new(0, octets.len()), Value::Octets);
    sink.close(octets.len() as u32);
}

/// Describes the payload of a segment on a mail port of which it is not told yet whether it is SMTP.
pub fn describe_undecided<S: Sink>(payload: Octets<'_>, sink: &mut S) {
    let at = Span::new(0, payload.len());
    sink.source(payload);
    sink.open(&UNDECIDED, at, Value::Octets);
    sink.text(format_args!("[{} octets, not told to be SMTP yet]", payload.len()));
    sink.leaf(&SECRET, at, Value::Octets);
    sink.close(at.end);
}

fn open<S: Sink>(octets: Octets<'_>, words: std::fmt::Arguments<'_>, sink: &mut S) {
    sink.source(octets);
    sink.open(&ROOT, Span::new(0, octets.len()), Value::Octets);
    sink.text(words);
}
