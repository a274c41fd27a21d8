//! Octets that know which frames they came from.

use super::FrameNo;

/// Where a run of octets was captured: the octets from `start` on lie at `offset` in `frame`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Position of the first octet of the run, in the coordinates of the octets that the piece belongs to.
    pub start: u64,
    /// The frame that held the run.
    pub frame: FrameNo,
    /// Position of the run's first octet in that frame.
    pub offset: u32,
}

/// A place in the capture: one octet of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The frame.
    pub frame: FrameNo,
    /// The octet's position in the frame, from 0.
    pub offset: u32,
}

/// A slice of octets together with the frames they came from.
///
/// Every layer works on `Octets`, so "reassembled from frames 12, 14, 19", hex highlighting and the evidence
/// of findings need no bookkeeping of their own. Slicing costs no allocation.
#[derive(Clone, Copy, Debug)]
pub struct Octets<'a> {
    bytes: &'a [u8],
    /// Pieces in ascending order of `start`; the first one starts at or before `base`.
    pieces: &'a [Piece],
    /// Position of `bytes[0]` in the coordinates of `pieces`.
    base: u64,
}

impl<'a> Octets<'a> {
    /// Octets whose first one has the position `base` in the coordinates of `pieces`.
    pub fn new(bytes: &'a [u8], pieces: &'a [Piece], base: u64) -> Self {
        Octets { bytes, pieces, base }
    }

    /// The octets themselves.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// How many octets there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is no octet.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The part from `from` up to and without `to`; both are clipped to the octets that are there.
    pub fn slice(&self, from: usize, to: usize) -> Octets<'a> {
        let to = to.min(self.bytes.len());
        let from = from.min(to);
        Octets { bytes: &self.bytes[from..to], pieces: self.pieces, base: self.base + from as u64 }
    }

    /// The part from `from` to the end.
    pub fn skip(&self, from: usize) -> Octets<'a> {
        self.slice(from, self.bytes.len())
    }

    /// Where the octet at `index` was captured; `index` may be one past the last octet of a run.
    pub fn place(&self, index: usize) -> Place {
        let at = self.base + index as u64;
        let next = self.pieces.partition_point(|piece| piece.start <= at);
        match self.pieces.get(next.saturating_sub(1)) {
            Some(piece) => Place {
                frame: piece.frame,
                offset: piece.offset.saturating_add((at.saturating_sub(piece.start)) as u32),
            },
            None => Place { frame: FrameNo::NONE, offset: 0 },
        }
    }

    /// The runs that make up these octets, in order, in the coordinates of this slice (the first at 0).
    pub fn pieces(&self) -> impl Iterator<Item = Piece> + use<'a> {
        let (base, end) = (self.base, self.base + self.bytes.len() as u64);
        let first = self.pieces.partition_point(|piece| piece.start <= base).saturating_sub(1);
        self.pieces[first.min(self.pieces.len())..]
            .iter()
            .take_while(move |piece| piece.start < end || piece.start == base)
            .map(move |piece| {
                let skipped = base.saturating_sub(piece.start);
                Piece {
                    start: piece.start.max(base) - base,
                    frame: piece.frame,
                    offset: piece.offset.saturating_add(skipped as u32),
                }
            })
    }

    /// The frames that hold these octets, in order of appearance, each once in a row.
    pub fn frames(&self) -> Vec<FrameNo> {
        let mut frames: Vec<FrameNo> = self.pieces().map(|piece| piece.frame).collect();
        frames.dedup();
        frames
    }
}

/// The first octets of something, with their place: what is left of it as evidence when its frame is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    octets: [u8; Quote::MOST],
    length: usize,
    piece: [Piece; 1],
}

impl Quote {
    /// How many octets are quoted.
    pub const MOST: usize = 32;

    /// Quotes `octets`.
    pub fn new(octets: Octets<'_>) -> Quote {
        let mut first = [0; Quote::MOST];
        let length = octets.len().min(Quote::MOST);
        first[..length].copy_from_slice(&octets.bytes()[..length]);
        let Place { frame, offset } = octets.place(0);
        Quote { octets: first, length, piece: [Piece { start: 0, frame, offset }] }
    }

    /// The octets that are quoted.
    pub fn octets(&self) -> Octets<'_> {
        Octets::new(&self.octets[..self.length], &self.piece, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces() -> Vec<Piece> {
        vec![
            Piece { start: 100, frame: FrameNo(1), offset: 54 },
            Piece { start: 104, frame: FrameNo(3), offset: 60 },
        ]
    }

    #[test]
    fn a_slice_keeps_its_places() {
        let pieces = pieces();
        let octets = Octets::new(b"abcdefgh", &pieces, 100);
        assert_eq!(octets.place(3), Place { frame: FrameNo(1), offset: 57 });
        assert_eq!(octets.place(4), Place { frame: FrameNo(3), offset: 60 });
        let tail = octets.slice(5, 99);
        assert_eq!(tail.bytes(), b"fgh");
        assert_eq!(tail.place(0), Place { frame: FrameNo(3), offset: 61 });
        assert_eq!(tail.frames(), [FrameNo(3)]);
        assert_eq!(octets.slice(3, 5).frames(), [FrameNo(1), FrameNo(3)]);
        assert_eq!(octets.slice(2, 4).frames(), [FrameNo(1)]);
    }

    #[test]
    fn pieces_are_told_in_the_coordinates_of_the_slice() {
        let pieces = pieces();
        let inner = Octets::new(b"abcdefgh", &pieces, 100).slice(3, 7);
        let told: Vec<_> = inner.pieces().map(|p| (p.start, p.frame, p.offset)).collect();
        assert_eq!(told, [(0, FrameNo(1), 57), (1, FrameNo(3), 60)]);
    }
}
