//! What findings say about the fields of a frame: the `<===` at the end of a line.

use super::places::{Places, Run, runs};
use crate::capture::Place;
use crate::tree::{Node, Tree};

/// One finding, as far as it is shown on a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark<'a> {
    /// The first octet concerned.
    pub place: Place,
    /// How many octets are concerned.
    pub length: u32,
    /// The name of the field concerned.
    pub field: &'a str,
    /// The rule.
    pub rule: &'a str,
    /// What is wrong, in few words.
    pub text: &'a str,
}

/// The marks of one frame, each on a node.
#[derive(Clone, Debug, Default)]
pub struct Marks<'a> {
    /// Node and mark, sorted by node.
    on: Vec<(usize, Mark<'a>)>,
}

/// How well a node fits a mark, worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// Not at all.
    None,
    /// It is around the place.
    Around,
    /// It is the field, at the place.
    Exact,
}

impl<'a> Marks<'a> {
    /// Puts each mark on the field that it names and that begins at its place. Where there is none (a field that
    /// is missing, say), on the innermost field around the place; where even that is not there, on the first field.
    pub fn new(tree: &Tree, mut marks: Vec<Mark<'a>>) -> Marks<'a> {
        marks.sort_by_key(|mark| (mark.place, mark.field, mark.rule));
        let mut on: Vec<(Fit, usize)> = vec![(Fit::None, 0); marks.len()];
        let between = |start: Place, end: Place| {
            let first = marks.partition_point(|mark| mark.place < start);
            first..marks.partition_point(|mark| mark.place < end).max(first)
        };
        for (index, node) in tree.nodes().iter().enumerate() {
            if marks.is_empty() {
                break;
            }
            let start = tree.place(node);
            for at in between(start, Place { offset: start.offset.saturating_add(1), ..start }) {
                if on[at].0 < Fit::Exact && marks[at].field == node.field.name {
                    on[at] = (Fit::Exact, index);
                }
            }
            for run in node_runs(tree, node) {
                let (start, end) = (
                    Place { frame: run.frame, offset: run.start },
                    Place { frame: run.frame, offset: run.end },
                );
                for at in between(start, end) {
                    if on[at].0 < Fit::Exact {
                        on[at] = (Fit::Around, index);
                    }
                }
            }
        }
        let mut on: Vec<_> = on.into_iter().map(|(_, node)| node).zip(marks).collect();
        on.sort_by_key(|(node, _)| *node);
        Marks { on }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.on.is_empty()
    }

    /// The marks on the node with this index.
    pub fn on(&self, node: usize) -> impl Iterator<Item = &Mark<'a>> {
        let first = self.on.partition_point(|(at, _)| *at < node);
        self.on[first..].iter().take_while(move |(at, _)| *at == node).map(|(_, mark)| mark)
    }

    /// The octets that are marked.
    pub fn places(&self) -> Places {
        let run = |mark: &Mark<'_>| Run {
            frame: mark.place.frame,
            start: mark.place.offset,
            end: mark.place.offset.saturating_add(mark.length),
        };
        Places::new(self.on.iter().map(|(_, mark)| run(mark)).collect())
    }
}

/// Whether the octet at a place is shown: a value may have been collected from frames before this one.
pub fn is_shown(tree: &Tree, place: Place) -> bool {
    let holds = |run: Run| run.frame == place.frame && (run.start..run.end).contains(&place.offset);
    tree.nodes().iter().any(|node| node_runs(tree, node).any(holds))
}

fn node_runs<'a>(tree: &'a Tree, node: &Node) -> impl Iterator<Item = Run> + use<'a> {
    runs(&tree.octets(node.source).slice(node.at.start as usize, node.at.end as usize))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{FrameNo, Octets, Piece};
    use crate::tree::{Display, FieldDef, Sink, Span, Value};

    static PACKET: FieldDef = FieldDef::new("tpkt", "Packet", Display::Structure);
    static VERSION: FieldDef = FieldDef::new("tpkt.version", "Version", Display::Number);
    static RESERVED: FieldDef = FieldDef::new("tpkt.reserved", "Reserved", Display::Number);

    fn tree() -> Tree {
        let mut tree = Tree::new();
        tree.source(Octets::new(&[3, 0x11, 0, 18], &[Piece { start: 0, frame: FrameNo(7), offset: 54 }], 0));
        tree.open(&PACKET, Span::new(0, 4), Value::Octets);
        tree.leaf(&VERSION, Span::new(0, 1), Value::Octets);
        tree.leaf(&RESERVED, Span::new(1, 2), Value::Octets);
        tree.close(4);
        tree
    }

    fn mark(frame: u64, offset: u32, field: &'static str) -> Mark<'static> {
        Mark {
            place: Place { frame: FrameNo(frame), offset },
            length: 1,
            field,
            rule: "a-rule",
            text: "words",
        }
    }

    fn nodes_of(marks: Vec<Mark<'_>>) -> Vec<usize> {
        let tree = tree();
        let marks = Marks::new(&tree, marks);
        (0..tree.nodes().len()).filter(|&node| marks.on(node).count() > 0).collect()
    }

    #[test]
    fn a_mark_stands_on_its_field() {
        assert_eq!(nodes_of(vec![mark(7, 55, "tpkt.reserved")]), [2]);
        assert_eq!(
            nodes_of(vec![mark(7, 54, "tpkt")]),
            [0],
            "the structure begins where its first field does"
        );
        assert_eq!(nodes_of(vec![mark(7, 54, "tpkt.version")]), [1]);
    }

    #[test]
    fn a_mark_whose_field_is_missing_stands_on_what_is_around_it() {
        assert_eq!(nodes_of(vec![mark(7, 55, "tpkt.absent")]), [2]);
        assert_eq!(nodes_of(vec![mark(7, 57, "tpkt.absent")]), [0]);
    }

    #[test]
    fn no_mark_is_lost() {
        assert_eq!(nodes_of(vec![mark(1, 0, "frame.time")]), [0]);
        let marks = Marks::new(&tree(), vec![mark(7, 55, "tpkt.reserved"); 3]);
        assert_eq!(marks.on(2).count(), 3);
    }

    #[test]
    fn the_octets_of_marks_are_known() {
        let marks = Marks::new(&tree(), vec![mark(7, 55, "tpkt.reserved")]);
        let marked: Vec<u32> =
            (50..60).filter(|&offset| marks.places().contains(Place { frame: FrameNo(7), offset })).collect();
        assert_eq!(marked, [55]);
    }
}
