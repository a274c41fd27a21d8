//! What is noticed while the walker goes through a value, kept until the walk is over.

use super::Side;
use super::note::{Note, What};
use super::stack::Output;
use crate::capture::{Octets, Quote};
use crate::tree::Field;

/// How many things are noticed in one value.
const NOTICED: usize = 512;

/// Something that was noticed, with the octets that show it.
#[derive(Debug)]
struct Noticed {
    what: What<'static>,
    field: Field,
    quote: Quote,
}

/// What was noticed in one value.
#[derive(Debug, Default)]
pub(super) struct Notices(Vec<Noticed>);

impl Notices {
    /// Takes note of something that `octets` show.
    pub(super) fn notice(&mut self, what: What<'static>, field: Field, octets: Octets<'_>) {
        if self.0.len() < NOTICED {
            self.quoted(what, field, Quote::new(octets));
        }
    }

    /// Takes note of something whose octets were quoted before.
    pub(super) fn quoted(&mut self, what: What<'static>, field: Field, quote: Quote) {
        if self.0.len() < NOTICED {
            self.0.push(Noticed { what, field, quote });
        }
    }

    /// Tells all of it.
    pub(super) fn report<O: Output>(&self, side: Side, out: &mut O) {
        for Noticed { what, field, quote } in &self.0 {
            out.note(&Note { what: *what, side, field, octets: quote.octets() });
        }
    }

    /// What was noticed, for tests: what, its field, and the octets quoted.
    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = (What<'static>, Field, &Quote)> {
        self.0.iter().map(|noticed| (noticed.what, noticed.field, &noticed.quote))
    }
}
