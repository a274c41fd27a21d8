//! Which member of a SEQUENCE, SET or CHOICE an element is, at a glance: the first that has its tag.
//!
//! A guess saves the search among the members, and no more: whoever takes one asks whether it fits.

use super::ber::Tag;
use super::schema::{Body, Content, Form, Members, Slot};

/// Tags below this number have guesses, in each of the four classes.
const NUMBERS: u32 = 32;

/// Stands for "none".
const NONE: u8 = u8::MAX;

/// The guesses for all members of one type, by class and number.
#[derive(Clone, Copy, Debug)]
struct Row([u8; 4 * NUMBERS as usize]);

/// The guesses for the members of all types.
#[derive(Debug, Default)]
pub(super) struct Guesses(Vec<Row>);

impl Guesses {
    /// Makes the guesses for all bodies, and numbers their members.
    pub(super) fn make(slots: &[Slot], bodies: &mut [Body]) -> Guesses {
        let mut rows = Vec::new();
        for index in 0..bodies.len() {
            let Some(members) = bodies[index].members().copied() else { continue };
            let mut row = Row([NONE; 4 * NUMBERS as usize]);
            for (slot, number) in of(slots, members).iter().zip(0..NONE) {
                row.add(slot, number, slots, bodies);
            }
            if let Some(members) = bodies[index].members_mut() {
                members.guesses = rows.len() as u32;
                rows.push(row);
            }
        }
        Guesses(rows)
    }

    /// The first of the members that may have this tag, by its place among them.
    #[inline]
    pub(super) fn guess(&self, members: &Members, tag: Tag) -> Option<u32> {
        let guess = self.0.get(members.guesses as usize)?.0.get(place(tag)?).copied()?;
        (guess != NONE).then_some(u32::from(guess))
    }
}

impl Row {
    /// Adds what `slot`, or an alternative of the CHOICE that it is, may be.
    fn add(&mut self, slot: &Slot, number: u8, slots: &[Slot], bodies: &[Body]) {
        let put = |guess: &mut u8| {
            if *guess == NONE {
                *guess = number;
            }
        };
        match (slot.tag, slot.form, slot.content) {
            (Tag::NONE, Form::Alternatives, Content::Body(body)) => {
                let members = bodies[body as usize].members().copied();
                members.iter().flat_map(|members| of(slots, *members)).for_each(|alternative| {
                    self.add(alternative, number, slots, bodies);
                });
            }
            // An open type has any.
            (Tag::NONE, ..) => self.0.iter_mut().for_each(put),
            (tag, ..) => {
                if let Some(guess) = place(tag).and_then(|place| self.0.get_mut(place)) {
                    put(guess);
                }
            }
        }
    }
}

fn of(slots: &[Slot], members: Members) -> &[Slot] {
    &slots[members.first as usize..(members.first + members.count) as usize]
}

/// Where the guess for a tag stands.
#[inline]
fn place(tag: Tag) -> Option<usize> {
    let number = tag.number();
    (number < NUMBERS).then(|| (tag.class() as u32 * NUMBERS + number) as usize)
}
