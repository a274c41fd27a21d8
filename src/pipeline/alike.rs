//! What many connections have alike is held once.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

/// How many different ones are held to be shared: two mail systems have a few.
const DIFFERENT: usize = 256;

/// Values of which each is held by all that have it.
#[derive(Debug)]
pub(super) struct Alike<T>(HashSet<Arc<T>>);

impl<T> Default for Alike<T> {
    fn default() -> Alike<T> {
        Alike(HashSet::new())
    }
}

impl<T: Eq + Hash> Alike<T> {
    /// Gives up an own value for the same one that others have. One that nobody has yet is held for others, as long as
    /// there is room.
    pub(super) fn share(&mut self, own: &mut Arc<T>) {
        if let Some(known) = self.0.get(own) {
            own.clone_from(known);
            return;
        }
        if self.0.len() >= DIFFERENT {
            self.0.retain(|known| Arc::strong_count(known) > 1);
        }
        if self.0.len() < DIFFERENT {
            self.0.insert(Arc::clone(own));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_become_one_and_few_are_held_for_nobody() {
        let mut alike = Alike::default();
        let [mut one, mut other] = [Arc::new(7), Arc::new(7)];
        alike.share(&mut one);
        alike.share(&mut other);
        assert!(Arc::ptr_eq(&one, &other));
        for number in 8..=10 * DIFFERENT {
            alike.share(&mut Arc::new(number));
        }
        assert!(alike.0.len() <= DIFFERENT && alike.0.contains(&one));
        let mut all: Vec<_> = (0..2 * DIFFERENT).map(Arc::new).collect();
        all.iter_mut().for_each(|own| alike.share(own));
        assert_eq!(alike.0.len(), DIFFERENT, "there is no room for more that are in use");
    }
}
