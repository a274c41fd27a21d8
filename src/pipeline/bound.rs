//! How much may be held together, and when it is worth while to make room.

/// A limit on what is held together.
#[derive(Debug)]
pub(super) struct Bound {
    most: usize,
    /// With how much room is made again: more than `most` where what cannot be freed exceeds that.
    again: usize,
}

impl Bound {
    pub(super) fn new(most: usize) -> Bound {
        Bound { most, again: most }
    }

    /// How much may be held.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Whether room has to be made where so much is held.
    pub(super) fn is_exceeded(&self, held: usize) -> bool {
        held > self.again
    }

    /// Room was made, as far as possible: so much is held now.
    pub(super) fn room_was_made(&mut self, held: usize) {
        self.again = if held > self.most { held + self.most / 16 } else { self.most };
    }
}
