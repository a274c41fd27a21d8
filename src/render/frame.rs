//! One frame as the frame views show it: which layers it has, and which fields belong to each.

use std::fmt;
use std::ops::Range;

use super::escape::escape;
use super::marks::Marks;
use super::places::runs;
use super::secrets::{Hidden, Secrets};
use super::value;
use crate::capture::{FrameNo, Timestamp};
use crate::net::Endpoint;
use crate::tree::{Digits as _, Display, Node, Tag, Tree, Value};

/// One frame, for the text view and for JSON.
#[derive(Clone, Copy, Debug)]
pub struct FrameView<'a> {
    /// Its number.
    pub number: FrameNo,
    /// When it was captured.
    pub time: Timestamp,
    /// Sender and addressee; `None` where the frame holds no TCP segment.
    pub ends: Option<(Endpoint, Endpoint)>,
    /// The association it belongs to.
    pub association: Option<u64>,
    /// Its fields. Every field lies in a layer.
    pub tree: &'a Tree,
    /// What findings say about them.
    pub marks: &'a Marks<'a>,
    /// What is not shown of them.
    pub secrets: &'a Secrets,
}

impl<'a> FrameView<'a> {
    /// The nodes that begin a layer, with their index. A layer that lies in another one follows it as an equal, and
    /// so its fields are left out of [`FrameView::fields`] of the other.
    pub(super) fn layers(&self) -> impl Iterator<Item = (usize, &'a Node, Tag)> + use<'a> {
        self.tree
            .nodes()
            .iter()
            .enumerate()
            .filter_map(|(index, node)| Some((index, node, node.field.layer?)))
    }

    /// The nodes below a node, at any depth, that belong to the same layer.
    pub(super) fn fields(&self, root: usize) -> impl Iterator<Item = (usize, &'a Node)> + use<'a> {
        let nodes = self.tree.nodes();
        let Range { start: mut next, end } = below(nodes, root);
        std::iter::from_fn(move || {
            loop {
                let index = next;
                let node = nodes[..end].get(index)?;
                if node.field.layer.is_none() {
                    next += 1;
                    return Some((index, node));
                }
                next = below(nodes, index).end;
            }
        })
    }

    /// The words put on a node, as far as they may be shown.
    pub(super) fn words(&self, node: &Node) -> &'a str {
        let words = self.tree.words(node);
        // What the words say may be the secret.
        if !words.is_empty() && self.secrets.hide(self.tree, node) == Hidden::All { "" } else { words }
    }

    /// Writes what the line of a layer says behind the tag: its words, else its label and the fields of note.
    pub(super) fn write_summary(&self, out: &mut impl fmt::Write, index: usize, node: &Node) -> fmt::Result {
        let words = self.words(node);
        if !words.is_empty() {
            return escape(words).write(out);
        }
        out.write_str(node.field.label)?;
        if node.leaf && value::has_value(node) {
            // A layer that is one primitive value: its octets are counted, anything else is shown.
            match node.field.display {
                Display::Octets => {
                    out.write_str(", Len: ")?;
                    out.decimal(value::value_octets(self.tree, node).len() as u64)?;
                }
                _ => {
                    out.write_str(" = ")?;
                    value::write(out, self.tree, node, self.secrets)?;
                }
            }
        }
        for (_, node) in self.fields(index).filter(|(_, node)| node.field.summary && value::has_value(node)) {
            out.write_str(", ")?;
            out.write_str(node.field.label)?;
            out.write_str(": ")?;
            value::write(out, self.tree, node, self.secrets)?;
        }
        Ok(())
    }

    /// The frames that a node's octets were captured in, each once in a row.
    pub(super) fn frames(&self, node: &Node) -> impl Iterator<Item = FrameNo> + use<'a> {
        let octets = self.tree.octets(node.source).slice(node.at.start as usize, node.at.end as usize);
        let mut last = None;
        runs(&octets).map(|run| run.frame).filter(move |&frame| last.replace(frame) != Some(frame))
    }
}

/// The nodes of the subtree below the node at `index`.
fn below(nodes: &[Node], index: usize) -> Range<usize> {
    let end = nodes.get(index).map_or(index, |node| node.end as usize);
    index + 1..end.clamp(index + 1, nodes.len().max(index + 1))
}

/// Whether a node was made up by this tool: a number that stands in no octet.
pub(super) fn is_generated(node: &Node) -> bool {
    node.at.is_empty() && matches!(node.value, Value::Number(_))
}
