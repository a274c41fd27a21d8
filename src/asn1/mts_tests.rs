//! What the schemas of message handling make of octets: the worked examples of the Recommendations' tables, and
//! what real systems sent.

use std::sync::OnceLock;

use super::{FILES, Guide, Key, Oid, Schema, TableId, TypeId, walk};
use crate::capture::Octets;
use crate::tree::{Charset, Damage, Display, Node, Sink, Span, Tree, Value};

/// Takes damage; asks and knows nothing.
#[derive(Default)]
struct Listener(Vec<String>);

impl Guide for Listener {
    fn enter(&mut self, _: u16, _: Span) {}
    fn leave(&mut self, _: u16, _: Span) {}
    fn value(&mut self, _: u16, _: &[u8], _: Span) {}
    fn resolve(&mut self, _: TableId, _: Key<'_>) -> Option<TypeId> {
        None
    }
    fn damage(&mut self, damage: &Damage) {
        self.0.push(format!("{}: {:?}", damage.field.label, damage.kind));
    }
}

fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| Schema::load(FILES, &[]).unwrap())
}

/// What was read of one value.
struct Reading {
    tree: Tree,
    /// Field and kind of each piece of damage.
    damage: Vec<String>,
}

fn read(ty: &str, octets: &[u8]) -> Reading {
    let mut tree = Tree::new();
    let octets = Octets::new(octets, &[], 0);
    tree.source(octets);
    let mut listener = Listener::default();
    let ty = schema().type_id(ty).unwrap();
    let end = walk(schema(), ty, octets, Span::new(0, octets.len()), None, &mut tree, &mut listener);
    assert_eq!(end, octets.len(), "not all octets were read");
    Reading { tree, damage: listener.0 }
}

impl Reading {
    /// A line per field: two dots a level, label, value.
    fn lines(&self) -> Vec<String> {
        let line = |node: &Node| {
            let value = self.value(node);
            let colon = if value.is_empty() { "" } else { ": " };
            format!("{}{}{colon}{value}", "..".repeat(usize::from(node.depth)), node.field.label)
        };
        self.tree.nodes().iter().map(line).collect()
    }

    fn value(&self, node: &Node) -> String {
        let contents = self.tree.contents(node);
        let hex = || contents.iter().map(|octet| format!("{octet:02X}")).collect::<String>();
        match (node.field.display, node.value) {
            _ if node.end as usize > 1 + self.index(node) => String::new(),
            (Display::Named(names), Value::Number(number)) => {
                match names.iter().find(|(value, _)| *value == number) {
                    Some((_, name)) => format!("{name} ({number})"),
                    None => number.to_string(),
                }
            }
            (Display::Boolean, Value::Number(number)) => if number == 0 { "FALSE" } else { "TRUE" }.to_owned(),
            (_, Value::Number(number)) => number.to_string(),
            (Display::Oid, _) => Oid(contents).to_string(),
            (Display::BitString(names), _) if !names.is_empty() => {
                let bits = contents.get(1..).unwrap_or_default();
                let set = |bit: u32| bits.get(bit as usize / 8).is_some_and(|octet| octet << (bit % 8) & 0x80 != 0);
                let names: Vec<_> = names.iter().filter(|(bit, _)| set(*bit)).map(|(_, name)| *name).collect();
                format!("{{{}}}", names.join(", "))
            }
            (Display::Text(Charset::Bmp), _) => {
                let units: Vec<_> = contents.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
                format!("{:?}", String::from_utf16_lossy(&units))
            }
            (Display::Text(_) | Display::UtcTime | Display::GeneralizedTime, _) => {
                format!("\"{}\"", contents.escape_ascii())
            }
            (Display::Structure, _) => String::new(),
            _ => hex(),
        }
    }

    fn index(&self, node: &Node) -> usize {
        self.tree.nodes().iter().position(|other| std::ptr::eq(other, node)).unwrap()
    }
}

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

#[test]
fn scratch() {
    let files = std::env::var("MTSX").unwrap();
    for file in files.split(',') {
        let (ty, file) = file.split_once('=').unwrap();
        let bytes = std::fs::read(file).unwrap();
        let reading = read(ty, &bytes);
        println!("=== {file}");
        for line in reading.lines() {
            println!("{line}");
        }
        println!("--- damage {:#?}", reading.damage);
    }
}
