//! Ordered octets in one piece, with the frames they came from: the one act of reassembly.
//!
//! TCP, TSDU, SSDU and RTSE reassembly are the same thing: pieces are appended in order, and taken from the
//! front when they are complete.

use crate::capture::{Octets, Piece};

/// How many octets at least a piece has on average, where a buffer holds as much as it may: the smallest TPDUs have
/// 128 (X.224 13.3.4), and segments may cut each in several.
const OCTETS_A_PIECE: usize = 32;

/// A buffer that is smaller is not worth keeping when it is empty.
const SMALL: usize = 2048;

/// A buffer of this size grows by less than a smaller one.
const LARGE: usize = 64 * 1024;

/// Octets collected from several places, in order.
///
/// Most connections are between two units at most times, so an empty buffer takes no more than a pointer.
#[derive(Clone, Debug, Default)]
pub struct Buffer {
    held: Option<Box<Held>>,
}

#[derive(Clone, Debug, Default)]
struct Held {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
    /// Position of `bytes[0]`: how many octets were taken from the front.
    base: u64,
    /// How many octets at the front of `bytes` were taken already.
    taken: usize,
}

impl Buffer {
    /// An empty buffer.
    pub fn new() -> Self {
        Buffer::default()
    }

    /// Adds `octets` at the end.
    pub fn append(&mut self, octets: Octets<'_>) {
        if !octets.is_empty() {
            self.held.get_or_insert_default().append(octets);
        }
    }

    /// Adds `octets` at the end, as far as `most` octets are held in all, from not too many places: each place takes
    /// as much as many octets do. Says whether all were added.
    pub fn append_within(&mut self, octets: Octets<'_>, most: usize) -> bool {
        let places = self.held.as_ref().map_or(0, |held| held.pieces.len());
        let room = if places < most / OCTETS_A_PIECE { most.saturating_sub(self.len()) } else { 0 };
        self.append(octets.slice(0, room));
        octets.len() <= room
    }

    /// How much memory it takes besides itself.
    pub fn footprint(&self) -> usize {
        self.held.as_ref().map_or(0, |held| {
            size_of::<Held>() + held.bytes.capacity() + held.pieces.capacity() * size_of::<Piece>()
        })
    }

    /// The octets that are there and not taken yet.
    pub fn octets(&self) -> Octets<'_> {
        match &self.held {
            Some(held) => held.octets(),
            None => Octets::new(&[], &[], 0),
        }
    }

    /// How many octets are there and not taken yet.
    pub fn len(&self) -> usize {
        self.held.as_ref().map_or(0, |held| held.len())
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes `count` octets from the front; at most those that are there.
    pub fn take(&mut self, count: usize) {
        if let Some(held) = &mut self.held {
            held.take(count);
        }
    }

    /// Keeps the first `count` octets and forgets the rest.
    pub fn truncate(&mut self, count: usize) {
        if let Some(held) = &mut self.held {
            held.truncate(count);
        }
    }

    /// Gives back the storage that is not used.
    pub fn rest(&mut self) {
        match &mut self.held {
            Some(held) if held.len() > 0 => {
                held.bytes.shrink_to_fit();
                held.pieces.shrink_to_fit();
            }
            held => *held = None,
        }
    }

    /// Forgets everything, and gives large storage back, as no one should hold it, and small, as it is soon got again.
    pub fn clear(&mut self) {
        if let Some(held) = &mut self.held {
            match held.bytes.capacity() {
                SMALL..=LARGE => held.take(held.len()),
                _ => self.held = None,
            }
        }
    }
}

impl Held {
    fn append(&mut self, octets: Octets<'_>) {
        let end = self.base + self.bytes.len() as u64;
        for piece in octets.pieces() {
            let piece = Piece { start: end + piece.start, ..piece };
            // Runs that follow on from the last one (a segment cut by record boundaries) stay one run.
            let follows = self.pieces.last().is_some_and(|last| {
                last.frame == piece.frame
                    && u64::from(last.offset) + (piece.start - last.start) == u64::from(piece.offset)
            });
            if !follows {
                self.pieces.push(piece);
            }
        }
        self.reserve(octets.len());
        self.bytes.extend_from_slice(octets.bytes());
    }

    /// Makes room for more octets. What began is likely to go on for several times as much, and each step of growth
    /// copies what is there.
    fn reserve(&mut self, more: usize) {
        let (wanted, room) = (self.bytes.len() + more, self.bytes.capacity());
        if wanted > room {
            let step = if room < LARGE { 4 * room } else { 2 * room };
            self.bytes.reserve_exact(wanted.max(step) - self.bytes.len());
        }
    }

    fn octets(&self) -> Octets<'_> {
        Octets::new(&self.bytes[self.taken..], &self.pieces, self.base + self.taken as u64)
    }

    fn len(&self) -> usize {
        self.bytes.len() - self.taken
    }

    fn take(&mut self, count: usize) {
        self.taken += count.min(self.len());
        // Moving the rest down costs as much as what was taken, so it is done when the taken part is the larger.
        if self.taken * 2 >= self.bytes.len() {
            self.bytes.drain(..self.taken);
            self.base += self.taken as u64;
            self.taken = 0;
            let live = self.pieces.partition_point(|piece| piece.start <= self.base).saturating_sub(1);
            self.pieces.drain(..live);
            if self.bytes.is_empty() {
                self.pieces.clear();
            }
        }
    }

    fn truncate(&mut self, count: usize) {
        self.bytes.truncate(self.taken.saturating_add(count));
        let end = self.base + self.bytes.len() as u64;
        let kept = self.pieces.partition_point(|piece| piece.start < end);
        self.pieces.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{FrameNo, Place};

    fn piece(frame: u64, offset: u32) -> [Piece; 1] {
        [Piece { start: 0, frame: FrameNo(frame), offset }]
    }

    #[test]
    fn octets_keep_their_frames_while_others_are_taken() {
        let mut buffer = Buffer::new();
        buffer.append(Octets::new(b"abcd", &piece(1, 54), 0));
        buffer.append(Octets::new(b"efgh", &piece(2, 54), 0));
        assert_eq!(buffer.octets().bytes(), b"abcdefgh");
        buffer.take(3);
        assert_eq!(buffer.octets().bytes(), b"defgh");
        assert_eq!(buffer.octets().frames(), [FrameNo(1), FrameNo(2)]);
        buffer.take(2);
        assert_eq!(buffer.octets().place(0), Place { frame: FrameNo(2), offset: 55 });
        buffer.append(Octets::new(b"ijkl", &piece(4, 60), 0));
        assert_eq!(buffer.octets().bytes(), b"fghijkl");
        assert_eq!(buffer.octets().frames(), [FrameNo(2), FrameNo(4)]);
        buffer.take(99);
        assert!(buffer.is_empty());
    }

    #[test]
    fn no_more_is_held_than_may_be() {
        let mut buffer = Buffer::new();
        assert!(buffer.append_within(Octets::new(&[1; 60], &piece(1, 54), 0), 64));
        assert!(!buffer.append_within(Octets::new(&[2; 9], &piece(1, 114), 0), 64));
        assert_eq!(buffer.len(), 64);
        // From very many places, less.
        let mut buffer = Buffer::new();
        let added =
            (0..100).filter(|frame| buffer.append_within(Octets::new(&[1], &piece(*frame, 54), 0), 640));
        assert_eq!(added.count(), 640 / OCTETS_A_PIECE);
        assert!(buffer.footprint() < 4096);
    }

    #[test]
    fn runs_that_follow_on_are_joined() {
        let mut buffer = Buffer::new();
        buffer.append(Octets::new(b"ab", &piece(1, 54), 0));
        buffer.append(Octets::new(b"cd", &piece(1, 56), 0));
        assert_eq!(buffer.octets().pieces().count(), 1);
    }
}
