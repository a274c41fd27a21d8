//! The schema-directed walker.

use crate::tree::{Damage, Sink, Span};

use super::{Key, Schema, TableId, TypeId};

/// What the walker tells and asks of the decoder that started it.
///
/// Only fields with a pick number are told: a decoder names the fields it wants when the schemas are read.
pub trait Guide {
    /// A constructed element begins. Its end is not known yet where its length is indefinite.
    fn enter(&mut self, pick: u16, at: Span);

    /// The constructed element entered last ends; `at` covers it with its header.
    fn leave(&mut self, pick: u16, at: Span);

    /// A primitive element, with its contents octets. A string in pieces (X.690 8.7.3) is told as `enter`, one
    /// `value` a piece, `leave`.
    fn value(&mut self, pick: u16, contents: &[u8], at: Span);

    /// Which type an open type has, by a table whose rows only the decoder knows (presentation contexts).
    fn resolve(&mut self, table: TableId, key: Key<'_>) -> Option<TypeId>;

    /// Damage that the walker put on a node.
    fn damage(&mut self, damage: &Damage);
}

/// Reads `octets[at]` as one value of type `ty`, behind which further values may follow; gives the position
/// behind it. The octets are the sink's current source.
pub fn walk<S: Sink, G: Guide>(schema: &Schema, ty: TypeId, octets: &[u8], at: Span, sink: &mut S, guide: &mut G) -> usize {
    todo!()
}
