//! A memory of limited size.

use std::collections::VecDeque;

use foldhash::HashMap;

/// What is remembered by a number, as far as there are not too many: then the oldest is forgotten.
#[derive(Debug)]
pub(super) struct Latest<T> {
    most: usize,
    /// Which one it is, counted from the first that was ever remembered.
    places: HashMap<u64, u64>,
    /// With their numbers, the oldest first.
    kept: VecDeque<(u64, T)>,
    forgotten: u64,
}

impl<T> Latest<T> {
    /// A memory for so many.
    pub(super) fn new(most: usize) -> Latest<T> {
        Latest { most, places: HashMap::default(), kept: VecDeque::new(), forgotten: 0 }
    }

    fn index(&self, number: u64) -> Option<usize> {
        usize::try_from(self.places.get(&number)? - self.forgotten).ok()
    }

    pub(super) fn get(&self, number: u64) -> Option<&T> {
        self.kept.get(self.index(number)?).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let index = self.index(number)?;
        self.kept.get_mut(index).map(|(_, value)| value)
    }

    /// Remembers `value`, in place of what was remembered by the same number.
    pub(super) fn put(&mut self, number: u64, value: T) {
        if let Some(known) = self.get_mut(number) {
            *known = value;
            return;
        }
        if self.kept.len() >= self.most
            && let Some((oldest, _)) = self.kept.pop_front()
        {
            self.places.remove(&oldest);
            self.forgotten += 1;
        }
        if self.kept.len() == self.kept.capacity() {
            // Twice as much would be more than there may be.
            let more = self.kept.len().max(16).min(self.most - self.kept.len());
            self.kept.reserve_exact(more);
        }
        self.places.insert(number, self.forgotten + self.kept.len() as u64);
        self.kept.push_back((number, value));
    }

    /// How many were forgotten.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_where_there_are_too_many() {
        let mut latest = Latest::new(100);
        for number in 0..100 {
            latest.put(number, number);
        }
        latest.put(7, 700);
        assert_eq!((latest.get(0), latest.get(7), latest.forgotten()), (Some(&0), Some(&700), 0));
        for number in 100..107 {
            latest.put(number, number);
        }
        assert_eq!((latest.get(6), latest.get(7), latest.forgotten()), (None, Some(&700), 7));
        latest.put(0, 1);
        assert_eq!((latest.get(7), latest.get(8), latest.get(0)), (None, Some(&8), Some(&1)));
        assert_eq!(latest.kept.capacity(), 100);
    }
}
