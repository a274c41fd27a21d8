//! Where decoders put what they read.

use std::fmt::{self, Write as _};

use super::{Damage, Field};
use crate::capture::Octets;

/// A range of octets in a source: `start` inclusive, `end` exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first octet.
    pub start: u32,
    /// The octet behind the last one.
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`.
    pub const fn new(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    /// How many octets it covers.
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    /// Whether it covers no octet.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The octets it covers of `bytes`, clipped to what is there.
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        let end = (self.end as usize).min(bytes.len());
        &bytes[(self.start as usize).min(end)..end]
    }
}

/// The value of a node, as far as it is not just the octets of its span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// No value, or the octets of the span as the field's display says.
    Octets,
    /// The octets of the span from this position on: in front of them stand the identifier and length octets
    /// of a BER element.
    Contents(u32),
    /// A number that the decoder worked out.
    Number(i64),
}

/// Stands for a set of octets that nodes lie in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceId(pub u32);

/// Receives what a decoder reads, in reading order.
///
/// Decoders are generic over their sink and compiled once for the tree and once for [`Nothing`]: there is no
/// second, fast decoder that could drift from the first.
pub trait Sink {
    /// Whether anything is kept. Work that serves the description alone may be left out where it is not.
    const KEEPS: bool;

    /// From here on spans lie in `octets`. Gives the source that was in use before, for [`Sink::resume`].
    fn source(&mut self, octets: Octets<'_>) -> SourceId;

    /// Goes back to an earlier source.
    fn resume(&mut self, source: SourceId);

    /// Opens a field that has fields of its own. The end of `at` may be changed by [`Sink::close`].
    fn open(&mut self, field: Field, at: Span, value: Value);

    /// Ends the field opened last; its octets end before `end`.
    fn close(&mut self, end: u32);

    /// A field without fields of its own.
    fn leaf(&mut self, field: Field, at: Span, value: Value);

    /// Words for the field opened last or, behind a leaf, for that leaf: the summary line of a layer, or an explanation.
    fn text(&mut self, words: fmt::Arguments<'_>) {
        self.words(|out| out.write_fmt(words));
    }

    /// The same, of words that `write` puts together. Those that every frame has are written without `core::fmt`,
    /// which would be most of the work.
    fn words(&mut self, write: impl FnOnce(&mut String) -> fmt::Result);

    /// Damage on the field opened or put last.
    fn damage(&mut self, damage: Damage);
}

/// The sink that keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Sink for Nothing {
    const KEEPS: bool = false;

    fn source(&mut self, _: Octets<'_>) -> SourceId {
        SourceId(0)
    }
    fn resume(&mut self, _: SourceId) {}
    fn open(&mut self, _: Field, _: Span, _: Value) {}
    fn close(&mut self, _: u32) {}
    fn leaf(&mut self, _: Field, _: Span, _: Value) {}
    fn words(&mut self, _: impl FnOnce(&mut String) -> fmt::Result) {}
    fn damage(&mut self, _: Damage) {}
}
