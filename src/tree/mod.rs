//! The field tree: what fields are, the sinks that decoders write to, and the arena that keeps a frame's fields.

mod arena;
mod damage;
mod digits;
mod field;
mod sink;

pub use arena::{Node, Tree};
pub use damage::{Cause, Damage, DamageKind};
pub use digits::Digits;
pub use field::{Bits, Charset, Display, Field, FieldDef, Names, Tag};
pub use sink::{Nothing, Sink, SourceId, Span, Value};
