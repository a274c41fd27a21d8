//! The layers below TPKT, described together, and those octets of a segment that complete no packet.

use std::fmt::Write as _;

use super::{frame, ip, link, tcp};
use crate::capture::{Frame, Timestamp};
use crate::net::Packet;
use crate::tree::{Digits as _, Display, Field, FieldDef, Sink, Span, Tag, Value};

static UNDECODED: FieldDef = FieldDef::new("tcp.undecoded", "Data", Display::Octets).secret();
static WITHHELD: FieldDef = FieldDef::layer("tcp.withheld", "TCP", Tag::Tcp);

/// Describes FRAME, ETHERNET, IP and TCP, with their `fields` or by their summary lines alone; `before` is when the
/// frame before was captured.
pub fn describe<S: Sink>(
    captured: &Frame<'_>,
    packet: &Packet<'_>,
    before: Option<Timestamp>,
    fields: bool,
    sink: &mut S,
) {
    sink.source(packet.frame);
    frame::describe(captured, before, packet, fields, sink);
    link::describe(packet, captured.original_length, fields, sink);
    ip::describe(packet, fields, sink);
    tcp::describe(packet, fields, sink);
}

/// The last octets of a segment begin or continue a packet or a line, `what`, that ends in a later one. The segment's
/// payload is the sink's source. `setup`: an association is being set up, and a password may be among them.
pub fn describe_pending<S: Sink>(
    (field, what): (Field, &str),
    pending: usize,
    payload: usize,
    setup: bool,
    sink: &mut S,
) {
    let at = Span::new(payload - pending, payload);
    sink.open(field, at, Value::Octets);
    sink.words(|out| {
        out.write_char('[')?;
        out.decimal(pending as u64)?;
        out.write_str(" octets of a ")?;
        out.write_str(what)?;
        out.write_str(" that ends in a later frame]")
    });
    if setup {
        sink.leaf(&UNDECODED, at, Value::Octets);
    }
    sink.close(at.end);
}

/// The octets of a segment were sent before, or wait for earlier ones.
pub fn describe_withheld<S: Sink>(payload: usize, setup: bool, sink: &mut S) {
    let at = Span::new(0, payload);
    sink.open(&WITHHELD, at, Value::Octets);
    sink.text(format_args!("[{payload} octets that were sent before, or that wait for earlier ones]"));
    if setup {
        sink.leaf(&UNDECODED, at, Value::Octets);
    }
    sink.close(at.end);
}
