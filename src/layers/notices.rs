//! What is noticed while the walker goes through a value, kept until the walk is over.

use super::Side;
use super::note::{Cap, Note, What};
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
pub(super) struct Notices {
    noticed: Vec<Noticed>,
    /// There was more.
    capped: bool,
}

impl Notices {
    /// Takes note of something that `octets` show.
    pub(super) fn notice(&mut self, what: What<'static>, field: Field, octets: Octets<'_>) {
        self.quoted(what, field, Quote::new(octets));
    }

    /// Takes note of something whose octets were quoted before.
    pub(super) fn quoted(&mut self, what: What<'static>, field: Field, quote: Quote) {
        match self.noticed.len() < NOTICED {
            true => self.noticed.push(Noticed { what, field, quote }),
            false => self.capped = true,
        }
    }

    /// There is more than is noticed.
    pub(super) fn cap(&mut self) {
        self.capped = true;
    }

    /// Tells all of it.
    pub(super) fn report<O: Output>(&self, side: Side, out: &mut O) {
        for Noticed { what, field, quote } in &self.noticed {
            out.note(&Note { what: *what, side, field, octets: quote.octets() });
        }
        if let (true, Some(Noticed { field, quote, .. })) = (self.capped, self.noticed.last()) {
            out.note(&Note { what: What::Cap(Cap::Notices), side, field, octets: quote.octets() });
        }
    }

    /// What was noticed, for tests: what, its field, and the octets quoted.
    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = (What<'static>, Field, &Quote)> {
        self.noticed.iter().map(|noticed| (noticed.what, noticed.field, &noticed.quote))
    }
}
