//! Sets of octets in the capture: what is to be hidden, and what is to be marked.

use crate::capture::{FrameNo, Octets, Place};

/// Neighbouring octets of one frame: `start` inclusive, `end` exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// The frame.
    pub frame: FrameNo,
    /// Offset of the first octet in the frame.
    pub start: u32,
    /// Offset behind the last octet.
    pub end: u32,
}

/// The runs that `octets` were captured in, in order. Octets of no frame (made up, not captured) give none.
pub fn runs<'a>(octets: &Octets<'a>) -> impl Iterator<Item = Run> + use<'a> {
    let length = octets.len() as u64;
    let mut pieces = octets.pieces().peekable();
    std::iter::from_fn(move || {
        let piece = pieces.next()?;
        let end = pieces.peek().map_or(length, |next| next.start.min(length));
        let count = u32::try_from(end.saturating_sub(piece.start)).unwrap_or(u32::MAX);
        Some(Run { frame: piece.frame, start: piece.offset, end: piece.offset.saturating_add(count) })
    })
}

/// A set of octets in the capture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Sorted; no two touch each other.
    runs: Vec<Run>,
}

impl Places {
    /// The set of the octets of `runs`, which may come in any order and overlap.
    pub fn new(mut runs: Vec<Run>) -> Places {
        runs.retain(|run| run.start < run.end);
        runs.sort_unstable();
        runs.dedup_by(|next, run| {
            let joined = next.frame == run.frame && next.start <= run.end;
            if joined {
                run.end = run.end.max(next.end);
            }
            joined
        });
        Places { runs }
    }

    /// Whether the set has no octet.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Whether the octet at `place` is in the set.
    pub fn contains(&self, place: Place) -> bool {
        self.covers(Run { frame: place.frame, start: place.offset, end: place.offset.saturating_add(1) })
    }

    /// Whether all octets of `run` are in the set.
    pub fn covers(&self, run: Run) -> bool {
        self.behind(run).is_some_and(|at| at.start <= run.start && run.end <= at.end)
    }

    /// Whether any octet of `run` is in the set.
    pub fn meets(&self, run: Run) -> bool {
        run.start < run.end && self.behind(run).is_some_and(|at| at.start < run.end)
    }

    /// The first run of the set that ends behind the start of `run`, in its frame.
    fn behind(&self, run: Run) -> Option<&Run> {
        let at = self.runs.partition_point(|at| (at.frame, at.end) <= (run.frame, run.start));
        self.runs.get(at).filter(|at| at.frame == run.frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Piece;

    fn run(frame: u64, start: u32, end: u32) -> Run {
        Run { frame: FrameNo(frame), start, end }
    }

    #[test]
    fn runs_are_joined_where_they_touch() {
        let places = Places::new(vec![
            run(2, 0, 4),
            run(1, 8, 9),
            run(1, 2, 5),
            run(1, 5, 6),
            run(1, 3, 4),
            run(1, 7, 7),
        ]);
        assert_eq!(places.runs, [run(1, 2, 6), run(1, 8, 9), run(2, 0, 4)]);
    }

    #[test]
    fn a_set_knows_its_octets() {
        let places = Places::new(vec![run(1, 2, 6), run(2, 0, 4)]);
        let inside: Vec<u32> =
            (0..9).filter(|&offset| places.contains(Place { frame: FrameNo(1), offset })).collect();
        assert_eq!(inside, [2, 3, 4, 5]);
        assert!(places.covers(run(1, 3, 6)) && !places.covers(run(1, 3, 7)));
        assert!(places.meets(run(1, 5, 9)) && !places.meets(run(1, 6, 9)) && !places.meets(run(3, 0, 9)));
        assert!(!places.meets(run(1, 4, 4)), "no octet, no meeting");
    }

    #[test]
    fn octets_tell_the_runs_they_were_captured_in() {
        let pieces = [
            Piece { start: 0, frame: FrameNo(12), offset: 58 },
            Piece { start: 4, frame: FrameNo(14), offset: 54 },
        ];
        let octets = Octets::new(b"abcdefgh", &pieces, 0).slice(2, 7);
        assert_eq!(runs(&octets).collect::<Vec<_>>(), [run(12, 60, 62), run(14, 54, 57)]);
    }
}
