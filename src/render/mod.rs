//! What was found out, as text and as JSON.
//!
//! Nothing from the wire is written but through [`escape`], and no password unless [`secrets`] lets it.

pub mod associations;
mod decode;
pub mod escape;
pub mod extract;
pub mod findings;
pub mod frame;
pub mod frames;
pub mod hex;
pub mod line;
pub mod manual;
pub mod marks;
pub mod messages;
pub mod output;
pub mod overview;
mod page;
pub mod places;
pub mod ranges;
pub mod records;
pub mod secrets;
pub mod settings;
pub mod summary;
pub mod table;
pub mod time;
pub mod tree_json;
pub mod tree_text;
pub mod value;

#[cfg(test)]
mod tests {
    //! Any tree can be shown, whatever its decoder did.

    use proptest::prelude::*;

    use super::escape::is_harmful;
    use super::frame::FrameView;
    use super::marks::{Mark, Marks};
    use super::secrets::Secrets;
    use super::{hex, tree_json, tree_text};
    use crate::capture::{FrameNo, Octets, Piece, Place, Timestamp};
    use crate::tree::{Charset, Display, Field, FieldDef, Sink, Span, Tag, Tree, Value};

    const fn field(display: Display) -> FieldDef {
        FieldDef { summary: true, ..FieldDef::new("t.field", "Field", display) }
    }

    static FIELDS: &[FieldDef] = &[
        FieldDef::layer("tcp", "TCP", Tag::Tcp),
        FieldDef::layer("tpkt", "Packet", Tag::Iso),
        FieldDef::layer("p1", "P1", Tag::P1),
        field(Display::Structure),
        field(Display::Structure).secret(),
        field(Display::Number),
        field(Display::PaddedNumber(4)),
        field(Display::Hex(8)),
        field(Display::Named(&[(1, "one"), (-1, "minus one")])),
        field(Display::Flags(2, &[(0, "none"), (1, "first"), (0x8000_0000, "last")])),
        field(Display::BitString(&[(0, "first"), (9, "tenth")])),
        field(Display::Boolean),
        field(Display::Oid),
        field(Display::Octets),
        field(Display::Octets).secret(),
        field(Display::Text(Charset::Ascii)),
        field(Display::Text(Charset::T61)),
        field(Display::Text(Charset::Iso2022)),
        field(Display::Text(Charset::Bmp)),
        field(Display::Text(Charset::Universal)),
        field(Display::Text(Charset::Utf8)),
        field(Display::UtcTime),
        field(Display::GeneralizedTime),
        field(Display::Selector),
        field(Display::Prose),
        field(Display::Remaining),
    ];

    #[derive(Clone, Debug)]
    enum Step {
        Source(Vec<u8>, u64),
        Open(Field, u32, u32, Option<i64>),
        Leaf(Field, u32, u32, Option<i64>),
        Text(String),
        Close(u32),
    }

    fn step() -> impl Strategy<Value = Step> {
        let fields = || (0..FIELDS.len()).prop_map(|index| &FIELDS[index]);
        let span = || 0..40u32;
        let number = || any::<Option<i64>>();
        prop_oneof![
            (prop::collection::vec(any::<u8>(), 0..40), 0..4u64)
                .prop_map(|(octets, frame)| Step::Source(octets, frame)),
            (fields(), span(), span(), number())
                .prop_map(|(field, from, to, value)| Step::Open(field, from, to, value)),
            (fields(), span(), span(), number())
                .prop_map(|(field, from, to, value)| Step::Leaf(field, from, to, value)),
            any::<String>().prop_map(Step::Text),
            span().prop_map(Step::Close),
        ]
    }

    fn tree(steps: &[Step]) -> Tree {
        let value = |number: &Option<i64>| number.map_or(Value::Octets, Value::Number);
        let mut tree = Tree::new();
        for step in steps {
            match step {
                Step::Source(octets, frame) => {
                    let pieces = [
                        Piece { start: 0, frame: FrameNo(*frame), offset: 54 },
                        Piece { start: 8, frame: FrameNo(*frame + 1), offset: 60 },
                    ];
                    tree.source(Octets::new(octets, &pieces, 0));
                }
                Step::Open(field, from, to, number) => {
                    tree.open(field, Span { start: *from, end: *to }, value(number))
                }
                Step::Leaf(field, from, to, number) => {
                    tree.leaf(field, Span { start: *from, end: *to }, value(number))
                }
                Step::Text(words) => tree.text(format_args!("{words}")),
                Step::Close(end) => tree.close(*end),
            }
        }
        tree
    }

    proptest! {
        #[test]
        fn any_tree_can_be_shown(
            steps in prop::collection::vec(step(), 0..60),
            marks in prop::collection::vec((0..5u64, 50..70u32, any::<String>()), 0..5),
            expand_all: bool,
        ) {
            let tree = tree(&steps);
            let count = marks.len();
            let mark = |place, text| Mark { place, length: 3, field: "t.field", rule: "a-rule", text };
            let place = |&frame, &offset| Place { frame: FrameNo(frame), offset };
            let marks =
                Marks::new(&tree, marks.iter().map(|(frame, offset, text)| mark(place(frame, offset), text)).collect());
            let frame = FrameView {
                number: FrameNo(2),
                time: Timestamp(0),
                ends: None,
                association: None,
                tree: &tree,
                marks: &marks,
                secrets: &Secrets::masked(&tree),
            };

            let mut text = String::new();
            tree_text::write(&mut text, &frame, &Default::default(), expand_all).unwrap();
            prop_assert!(!text.chars().any(|c| c != '\n' && is_harmful(c)), "{text}");
            prop_assert!(text.lines().skip(1).all(|line| line.trim_start().starts_with(char::is_uppercase)), "{text}");

            let mut json = String::new();
            tree_json::write(&mut json, &frame, &mut tree_json::Objects::default()).unwrap();
            prop_assert!(!json.trim_end().chars().any(is_harmful), "{json}");
            let json: serde_json::Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(json["frame"].as_u64(), Some(2));

            let mut pane = String::new();
            hex::write(&mut pane, FrameNo(2), &[0x1b; 70], &marks.places(), frame.secrets).unwrap();
            prop_assert!(pane.is_ascii());
            let shown: usize = (0..tree.nodes().len()).map(|node| marks.on(node).count()).sum();
            prop_assert!(tree.nodes().is_empty() || shown == count);
        }
    }
}
