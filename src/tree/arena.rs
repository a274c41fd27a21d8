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
#[derive(Clone, Copy, Debug, Default)]
struct Source {
    bytes: Span,
    pieces: Span,
    /// Position of the first octet in the coordinates of the pieces.
    base: u32,
    /// Where the first octet was captured, if all of them lie there one behind the other.
    place: Option<Place>,
}

impl Source {
    /// So many octets from `at` on, the first of which was captured at `place` if they are in one piece.
    fn part(&self, at: usize, length: usize, place: Option<Place>) -> Option<Source> {
        if at + length > self.bytes.len() {
            return None;
        }
        let (start, at) = (self.bytes.start + at as u32, at as u32);
        Some(Source {
            bytes: Span { start, end: start + length as u32 },
            base: self.base + at,
            place,
            ..*self
        })
    }
}

/// How many fields are shown of one frame: the elements of one value as far as they are read, and those around it.
/// A frame that completes several such values has more.
const NODES: usize = (1 << 20) + 4096;

/// How many octets may be put together for the fields of one frame.
const OCTETS: usize = 32 << 20;

/// In how many pieces octets may be that are looked for in what is held.
const PIECES: usize = 64;

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
                Octets::new(source.bytes.of(&self.bytes), self.pieces(source), source.base.into())
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
    #[inline]
    pub fn place(&self, node: &Node) -> Place {
        match self.sources.get(node.source.0 as usize) {
            Some(Source { place: Some(first), .. }) => {
                Place { offset: first.offset.saturating_add(node.at.start), ..*first }
            }
            _ => self.octets(node.source).place(node.at.start as usize),
        }
    }

    fn pieces(&self, source: &Source) -> &[Piece] {
        &self.pieces[source.pieces.start as usize..source.pieces.end as usize]
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

    /// A source of octets that are held already, as a part of the frame or of the source before: a packet lies in its
    /// segment, and a PDU in that of the layer below. What was captured in the same place is the same.
    fn part(&self, octets: Octets<'_>) -> Option<Source> {
        let (first, last) = (self.sources.first()?, self.sources.last()?);
        let place = one_place(octets);
        if let (Some(here), Some(frame)) = (place, first.place) {
            let at = here.offset.checked_sub(frame.offset).filter(|_| here.frame == frame.frame)?;
            return first.part(at as usize, octets.len(), place);
        }
        let (whole, here) = (self.octets(SourceId(self.sources.len() as u32 - 1)), octets.place(0));
        let at = whole.pieces().take(PIECES).find_map(|piece| {
            let at = here.offset.checked_sub(piece.offset).filter(|_| piece.frame == here.frame)?;
            Some(piece.start as usize + at as usize).filter(|at| whole.place(*at) == here)
        })?;
        let is_same = whole.slice(at, at + octets.len()).pieces().eq(octets.pieces().take(PIECES));
        if is_same { last.part(at, octets.len(), place) } else { None }
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

/// Where the first of `octets` was captured, if they lie there one behind the other.
fn one_place(octets: Octets<'_>) -> Option<Place> {
    let mut pieces = octets.pieces();
    let first = pieces.next()?;
    pieces.next().is_none().then_some(Place { frame: first.frame, offset: first.offset })
}

impl Sink for Tree {
    const KEEPS: bool = true;

    fn source(&mut self, octets: Octets<'_>) -> SourceId {
        let before = self.current;
        self.current = SourceId(self.sources.len() as u32);
        if self.full {
            return before;
        }
        if let Some(part) = self.part(octets) {
            self.sources.push(part);
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
            base: 0,
            place: one_place(octets),
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

    #[test]
    fn octets_are_held_once() {
        let piece = |start, frame, offset| Piece { start, frame: FrameNo(frame), offset };
        let frame = [piece(0, 7, 0)];
        let packet = [piece(100, 6, 54), piece(103, 7, 2)];
        let mut tree = Tree::new();
        let held = |tree: &mut Tree, octets: Octets<'_>| {
            tree.source(octets);
            tree.leaf(&ROOT, Span::new(1, octets.len()), Value::Octets);
            let node = tree.nodes()[tree.nodes().len() - 1];
            assert_eq!(tree.bytes(&node), &octets.bytes()[1..]);
            assert_eq!(tree.place(&node), octets.place(1));
            assert!(tree.octets(node.source).pieces().eq(octets.pieces()));
            tree.bytes.len()
        };
        assert_eq!(held(&mut tree, Octets::new(b"--defghij", &frame, 0)), 9);
        assert_eq!(held(&mut tree, Octets::new(b"defghij", &[piece(0, 7, 2)], 0)), 9, "of the frame");
        let packet = Octets::new(b"abcdefgh", &packet, 100);
        assert_eq!(held(&mut tree, packet), 17, "begins in another frame");
        assert_eq!(held(&mut tree, packet.slice(1, 7)), 17, "of the packet");
        assert_eq!(held(&mut tree, packet.slice(2, 6)), 17, "of what is a part of the packet");
        assert_eq!(held(&mut tree, packet.slice(4, 7)), 17, "of the frame again");
        assert_eq!(held(&mut tree, packet.slice(0, 6)), 23, "more than the source before");
        assert_eq!(held(&mut tree, Octets::new(b"ghij!", &[piece(0, 7, 5)], 0)), 28, "more than the frame");
        assert_eq!(held(&mut tree, Octets::new(b"xy", &[], 0)), 30, "of no frame");
    }
}
