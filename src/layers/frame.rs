//! The frame itself: when and how much of it was captured.

use std::fmt::{self, Write as _};

use crate::capture::{Frame, Timestamp};
use crate::net::Packet;
use crate::tree::{Cause, Damage, DamageKind, Digits as _, Display, FieldDef, Sink, Span, Tag, Value};

static ROOT: FieldDef = FieldDef::layer("frame", "Base frame properties", Tag::Frame);
static TIME: FieldDef = FieldDef::new("frame.time", "Time of capture", Display::Prose);
static DELTA: FieldDef =
    FieldDef::new("frame.time_delta", "Time delta from previous physical frame", Display::Prose);
static NUMBER: FieldDef = FieldDef::new("frame.number", "Frame number", Display::Number);
static LENGTH: FieldDef = FieldDef::new("frame.len", "Total frame length", Display::Number);
static CAPTURED: FieldDef = FieldDef::new("frame.cap_len", "Capture frame length", Display::Number);

/// Nanoseconds of one second.
const SECOND: i64 = 1_000_000_000;

/// Describes a frame; `previous` is the time of the frame before it.
///
/// The frame's octets must be the sink's source, for this layer and the three above it.
pub fn describe<S: Sink>(
    frame: &Frame<'_>,
    previous: Option<Timestamp>,
    packet: &Packet<'_>,
    fields: bool,
    sink: &mut S,
) {
    let captured = frame.octets.len();
    sink.open(&ROOT, Span::new(0, captured), Value::Octets);
    if packet.cut {
        let lost = u64::from(frame.original_length).saturating_sub(captured as u64);
        sink.text(format_args!(
            "Base frame properties, cut by the snap length: {lost} octets were not captured"
        ));
        sink.damage(Damage {
            kind: DamageKind::Truncated,
            cause: Cause::Cut,
            field: &ROOT,
            at: Span::new(captured, captured),
        });
    } else {
        sink.words(|out| out.write_str("Base frame properties"));
    }
    if fields {
        describe_fields(frame, previous, sink);
    }
    sink.close(captured as u32);
}

fn describe_fields<S: Sink>(frame: &Frame<'_>, previous: Option<Timestamp>, sink: &mut S) {
    // What the capture file says about a frame is in none of its octets.
    let none = Span::default();
    sink.leaf(&TIME, none, Value::Number(frame.time.0));
    let (seconds, rest) = (frame.time.0.div_euclid(SECOND), frame.time.0.rem_euclid(SECOND));
    sink.words(|out| {
        out.date_time(seconds)?;
        write_fraction(out, rest.unsigned_abs())?;
        out.write_char('Z')
    });
    let delta = previous.map_or(0, |previous| frame.time.0.saturating_sub(previous.0));
    sink.leaf(&DELTA, none, Value::Number(delta));
    sink.words(|out| {
        out.write_str(if delta < 0 { "-" } else { "" })?;
        out.decimal(delta.unsigned_abs() / SECOND.unsigned_abs())?;
        write_fraction(out, delta.unsigned_abs() % SECOND.unsigned_abs())?;
        out.write_str(" s")
    });
    sink.leaf(&NUMBER, none, Value::Number(i64::try_from(frame.number.0).unwrap_or(i64::MAX)));
    sink.leaf(&LENGTH, none, Value::Number(frame.original_length.into()));
    sink.leaf(&CAPTURED, none, Value::Number(frame.octets.len() as i64));
}

/// The fraction of a second, with its point.
fn write_fraction(out: &mut String, nanos: u64) -> fmt::Result {
    out.write_char('.')?;
    out.zeros(nanos, 9)
}
