//! The frame itself: when and how much of it was captured.

use crate::capture::{Frame, Timestamp};
use crate::net::Packet;
use crate::tree::{Cause, Damage, DamageKind, Display, FieldDef, Sink, Span, Tag, Value};

static ROOT: FieldDef = FieldDef::layer("frame", "Base frame properties", Tag::Frame);
static TIME: FieldDef = FieldDef::new("frame.time", "Time of capture", Display::Prose);
static DELTA: FieldDef =
    FieldDef::new("frame.time_delta", "Time delta from previous physical frame", Display::Prose);
static NUMBER: FieldDef = FieldDef::new("frame.number", "Frame number", Display::Number);
static LENGTH: FieldDef = FieldDef::new("frame.len", "Total frame length", Display::Number);
static CAPTURED: FieldDef = FieldDef::new("frame.cap_len", "Capture frame length", Display::Number);

/// Describes a frame; `previous` is the time of the frame before it.
///
/// The frame's octets must be the sink's source, for this layer and the three above it.
pub fn describe<S: Sink>(frame: &Frame<'_>, previous: Option<Timestamp>, packet: &Packet<'_>, sink: &mut S) {
    // What the capture file says about a frame is in none of its octets.
    let none = Span::default();
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
        sink.text(format_args!("Base frame properties"));
    }
    sink.leaf(&TIME, none, Value::Number(frame.time.0));
    match jiff::Timestamp::from_nanosecond(frame.time.0.into()) {
        Ok(time) => sink.text(format_args!("{time:.9}")),
        Err(_) => sink.text(format_args!("{} ns", frame.time.0)),
    }
    let delta = previous.map_or(0, |previous| frame.time.0.saturating_sub(previous.0));
    sink.leaf(&DELTA, none, Value::Number(delta));
    let sign = if delta < 0 { "-" } else { "" };
    let (seconds, rest) = (delta.unsigned_abs() / 1_000_000_000, delta.unsigned_abs() % 1_000_000_000);
    sink.text(format_args!("{sign}{seconds}.{rest:09} s"));
    sink.leaf(&NUMBER, none, Value::Number(i64::try_from(frame.number.0).unwrap_or(i64::MAX)));
    sink.leaf(&LENGTH, none, Value::Number(frame.original_length.into()));
    sink.leaf(&CAPTURED, none, Value::Number(captured as i64));
    sink.close(captured as u32);
}
