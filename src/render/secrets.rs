//! Passwords: where they lie in the capture, so that no view shows them by another way.
//!
//! A password is a field of its own, but its octets are also part of the user data of every layer below and of
//! the hex pane. So what is hidden is a set of octets, not of fields.

use super::places::{Places, runs};
use super::value::value_octets;
use crate::capture::Place;
use crate::tree::{Node, Tree, Value};

/// What is shown in place of a secret.
pub const MASK: &str = "********";

/// Whether secrets are shown, and if not, where they are.
#[derive(Clone, Debug)]
pub enum Secrets {
    /// Everything is shown.
    Shown,
    /// These octets are not shown.
    Masked(Places),
}

/// How much of a field is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// Nothing.
    No,
    /// Some of its octets.
    Partly,
    /// All of it.
    All,
}

impl Secrets {
    /// The secrets of one frame's fields, to be masked.
    pub fn masked(tree: &Tree) -> Secrets {
        // A structure may hold a secret without being one: what is known of it has nodes of its own.
        let secret = tree.nodes().iter().filter(|node| node.field.secret && node.leaf);
        Secrets::Masked(Places::new(secret.flat_map(|node| runs(&value_octets(tree, node))).collect()))
    }

    /// Whether there are octets that are not to be shown.
    pub fn hide_some(&self) -> bool {
        matches!(self, Secrets::Masked(places) if !places.is_empty())
    }

    /// How much of a node is not to be shown.
    #[inline]
    pub fn hide(&self, tree: &Tree, node: &Node) -> Hidden {
        let Secrets::Masked(places) = self else { return Hidden::No };
        if node.field.secret && node.leaf {
            return Hidden::All;
        }
        // A number that the decoder worked out, a length say, tells nothing of the octets that it counts.
        let counts = matches!(node.value, Value::Number(_)) && !node.field.secret;
        if places.is_empty() || counts {
            return Hidden::No;
        }
        hidden(places, tree, node)
    }

    /// Whether the octet at `place` is not to be shown.
    pub fn hide_octet(&self, place: Place) -> bool {
        match self {
            Secrets::Shown => false,
            Secrets::Masked(places) => places.contains(place),
        }
    }
}

/// How many of a node's octets lie at `places`.
fn hidden(places: &Places, tree: &Tree, node: &Node) -> Hidden {
    let octets = tree.octets(node.source).slice(node.at.start as usize, node.at.end as usize);
    let (mut met, mut covered) = (false, true);
    for run in runs(&octets) {
        met |= places.meets(run);
        covered &= places.covers(run);
    }
    match (met, covered) {
        (false, _) => Hidden::No,
        (true, false) => Hidden::Partly,
        (true, true) => Hidden::All,
    }
}
