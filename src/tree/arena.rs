//! The field tree: one flat array of small nodes in reading order.

use std::fmt;

use super::{Damage, Display, Field, FieldDef, Sink, SourceId, Span, Value};
use crate::capture::{FrameNo, Octets, Piece, Place};

/// A field that was read.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Which field.
    pub field: Field,
    /// How deep it lies, from 0.
    pub depth: u16,
    /// The octets it lies in.
    pub source: SourceId,
    /// Where in those octets.
    pub at: Span,
    /// Index of the node behind the last one of this subtree.
    pub end: u32,
    /// Its value.
    pub value: Value,
    /// Whether it was put as a leaf: an opened field may have no fields inside, but it could.
    pub leaf: bool,
    /// Where its words lie in the tree's text.
    text: Span,
}

/// The octets that nodes lie in, with the frames they came from.
#[derive(Debug, Default)]
struct Source {
    bytes: Span,
    pieces: Span,
}

/// How many fields are shown of one frame: the elements of one value as far as they are read, and those around it.
/// A frame that completes several such values has more.
const NODES: usize = (1 << 20) + 4096;

/// How many octets may be put together for the fields of one frame.
const OCTETS: usize = 32 << 20;

/// Stands for a field that was opened and is not shown.
const UNSHOWN: u32 = u32::MAX;

static FURTHER: FieldDef =
    FieldDef::new("frame.further", "[Further fields of this frame are not shown]", Display::Structure);

/// The fields of one frame.
#[derive(Debug, Default)]
pub struct Tree {
    /// Whether there were more fields than are shown.
    full: bool,
    nodes: Vec<Node>,
    open: Vec<u32>,
    sources: Vec<Source>,
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
    text: String,
    damage: Vec<(u32, Damage)>,
    current: SourceId,
}

impl Tree {
    /// An empty tree.
    pub fn new() -> Tree {
        Tree::default()
    }

    /// Empties the tree and keeps its storage, for the next frame.
    pub fn clear(&mut self) {
        self.full = false;
        self.nodes.clear();
        self.open.clear();
        self.sources.clear();
        self.bytes.clear();
        self.pieces.clear();
        self.text.clear();
        self.damage.clear();
        self.current = SourceId(0);
    }

    /// All nodes in reading order; the children of a node follow it.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The octets that a source consists of.
    pub fn octets(&self, source: SourceId) -> Octets<'_> {
        match self.sources.get(source.0 as usize) {
            Some(source) => {
                let pieces = &self.pieces[source.pieces.start as usize..source.pieces.end as usize];
                Octets::new(source.bytes.of(&self.bytes), pieces, 0)
            }
            None => Octets::new(&[], &[], 0),
        }
    }

    /// The octets of a node.
    pub fn bytes(&self, node: &Node) -> &[u8] {
        node.at.of(self.octets(node.source).bytes())
    }

    /// The octets that are the value of a node: those of its span, without the identifier and length of a BER
    /// element where the node says where its contents begin. Those of a number are its whole element.
    pub fn contents(&self, node: &Node) -> &[u8] {
        let start = match node.value {
            Value::Contents(start) => start,
            Value::Octets | Value::Number(_) => node.at.start,
        };
        Span { start, ..node.at }.of(self.octets(node.source).bytes())
    }

    /// Where a node begins in the capture.
    pub fn place(&self, node: &Node) -> Place {
        self.octets(node.source).place(node.at.start as usize)
    }

    /// The frames that the octets of a node's source came from.
    pub fn frames(&self, node: &Node) -> Vec<FrameNo> {
        self.octets(node.source).slice(node.at.start as usize, node.at.end as usize).frames()
    }

    /// The words put on a node, empty where there are none.
    pub fn words(&self, node: &Node) -> &str {
        &self.text[node.text.start as usize..node.text.end as usize]
    }

    /// The damage on the node with this index.
    pub fn damage(&self, index: usize) -> impl Iterator<Item = &Damage> {
        let first = self.damage.partition_point(|(node, _)| (*node as usize) < index);
        self.damage[first..]
            .iter()
            .take_while(move |(node, _)| *node as usize == index)
            .map(|(_, damage)| damage)
    }

    /// Adds a node, unless there are too many. Gives its index.
    fn push(&mut self, field: Field, at: Span, value: Value, leaf: bool) -> u32 {
        if self.full {
            return UNSHOWN;
        }
        let (field, at, value, leaf) = match self.nodes.len() < NODES {
            true => (field, at, value, leaf),
            false => (&FURTHER, Span::new(at.start as usize, at.start as usize), Value::Octets, true),
        };
        let index = self.nodes.len() as u32;
        self.nodes.push(Node {
            field,
            depth: self.open.len() as u16,
            source: self.current,
            at,
            end: index + 1,
            value,
            leaf,
            text: Span::default(),
        });
        self.full = self.nodes.len() > NODES;
        if self.full { UNSHOWN } else { index }
    }
}

impl Sink for Tree {
    const KEEPS: bool = true;

    fn source(&mut self, octets: Octets<'_>) -> SourceId {
        let before = self.current;
        self.current = SourceId(self.sources.len() as u32);
        if self.full {
            return before;
        }
        if self.bytes.len() + octets.len() > OCTETS {
            self.current = before;
            self.leaf(&FURTHER, Span::default(), Value::Octets);
            self.full = true;
            return before;
        }
        let (bytes, pieces) = (self.bytes.len(), self.pieces.len());
        self.bytes.extend_from_slice(octets.bytes());
        self.pieces.extend(octets.pieces());
        self.sources.push(Source {
            bytes: Span::new(bytes, self.bytes.len()),
            pieces: Span::new(pieces, self.pieces.len()),
        });
        before
    }

    fn resume(&mut self, source: SourceId) {
        self.current = source;
    }

    fn open(&mut self, field: Field, at: Span, value: Value) {
        let index = self.push(field, at, value, false);
        self.open.push(index);
    }

    fn close(&mut self, end: u32) {
        let Some(index) = self.open.pop() else { return };
        let after = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(index as usize) {
            node.at.end = end;
            node.end = after;
        }
    }

    fn leaf(&mut self, field: Field, at: Span, value: Value) {
        self.push(field, at, value, true);
    }

    fn words(&mut self, write: impl FnOnce(&mut String) -> fmt::Result) {
        if self.full {
            return;
        }
        let start = self.text.len();
        // Writing to a String does not fail.
        let _ = write(&mut self.text);
        let text = Span::new(start, self.text.len());
        if let Some(node) = self.nodes.last_mut() {
            node.text = text;
        }
    }

    fn damage(&mut self, damage: Damage) {
        if self.full {
            return;
        }
        if let Some(last) = self.nodes.len().checked_sub(1) {
            self.damage.push((last as u32, damage));
        }
    }
}

#[cfg(test)]
impl Tree {
    /// A line a node, for tests: depth, name, number or octets, words, damage.
    pub(crate) fn outline(&self) -> Vec<String> {
        let line = |(index, node): (usize, &Node)| {
            let value = match node.value {
                Value::Number(number) => number.to_string(),
                Value::Octets if matches!(node.field.display, super::Display::Structure) => String::new(),
                Value::Octets | Value::Contents(_) => self.bytes(node).escape_ascii().to_string(),
            };
            let damage: String = self.damage(index).map(|damage| format!(" !{:?}", damage.kind)).collect();
            let line = format!("{} {} {value} {}{damage}", node.depth, node.field.name, self.words(node));
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        self.nodes().iter().enumerate().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    static ROOT: FieldDef = FieldDef::new("t.root", "Root", Display::Structure);
    static PART: FieldDef = FieldDef::new("t.part", "Part", Display::Number);

    #[test]
    fn nodes_stand_in_reading_order_and_know_their_subtree() {
        let mut tree = Tree::new();
        let pieces = [Piece { start: 0, frame: FrameNo(7), offset: 54 }];
        tree.source(Octets::new(b"abcd", &pieces, 0));
        tree.open(&ROOT, Span::new(0, 0), Value::Octets);
        tree.text(format_args!("two parts"));
        tree.leaf(&PART, Span::new(0, 1), Value::Number(97));
        tree.leaf(&PART, Span::new(1, 3), Value::Octets);
        tree.close(4);
        tree.leaf(&PART, Span::new(3, 4), Value::Octets);
        let shape: Vec<_> = tree.nodes().iter().map(|n| (n.depth, n.end, n.at.start, n.at.end)).collect();
        assert_eq!(shape, [(0, 3, 0, 4), (1, 2, 0, 1), (1, 3, 1, 3), (0, 4, 3, 4)]);
        assert_eq!(tree.words(&tree.nodes()[0]), "two parts");
        assert_eq!(tree.bytes(&tree.nodes()[2]), b"bc");
        assert_eq!(tree.place(&tree.nodes()[2]), Place { frame: FrameNo(7), offset: 55 });
    }
}
