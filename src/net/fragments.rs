//! IP fragments to datagrams (RFC 791 3.2, RFC 8200 4.5).

use std::collections::VecDeque;
use std::net::IpAddr;

use crate::capture::{Piece, Place, Timestamp};

/// The longest datagram that fragments can make up: 13 bits of offset in units of 8 octets.
const MAX_DATAGRAM: u32 = 65_535;
/// A datagram in more pieces is given up; the smallest link that IPv4 allows (68 octets, RFC 791) makes 1366.
const MAX_FRAGMENTS: usize = 1366;
/// So many datagrams may be incomplete at a time: with the limits above at most 25 MB.
const MAX_WAITING: usize = 256;
/// Fragments are not put together with others that came so much earlier: identifications are used again
/// (RFC 8200: 60 seconds).
const LIFETIME: i64 = 60_000_000_000;

/// What the fragments of one datagram have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) from: IpAddr,
    pub(super) to: IpAddr,
    pub(super) protocol: u8,
    pub(super) identification: u32,
}

/// One fragment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment<'a> {
    /// Position of its octets in the datagram.
    pub(super) offset: u32,
    /// Whether others follow.
    pub(super) more: bool,
    pub(super) octets: &'a [u8],
    /// Where its octets were captured.
    pub(super) place: Place,
    pub(super) time: Timestamp,
}

/// The payload of a datagram that was put together.
#[derive(Debug, Default)]
pub(super) struct Datagram {
    pub(super) octets: Vec<u8>,
    pub(super) pieces: Vec<Piece>,
}

/// Fragments that wait for others.
#[derive(Debug, Default)]
pub(super) struct Pool {
    /// The oldest first.
    waiting: VecDeque<Waiting>,
    /// How many datagrams were given up.
    dropped: u64,
}

#[derive(Debug)]
struct Waiting {
    key: Key,
    since: Timestamp,
    octets: Vec<u8>,
    /// What is there, in order: where it starts and ends, and where it was captured.
    runs: Vec<(u32, u32, Place)>,
    /// How many octets are there.
    there: u32,
    /// The length of the datagram, once the last fragment has come.
    length: Option<u32>,
}

impl Waiting {
    /// Adds a fragment; `false` where it contradicts the others.
    fn add(&mut self, fragment: &Fragment<'_>) -> bool {
        let (start, end) = (fragment.offset, fragment.offset.saturating_add(fragment.octets.len() as u32));
        let length = if fragment.more { self.length } else { Some(end) };
        let known_end = self.runs.last().map_or(end, |last| last.1.max(end));
        if end > MAX_DATAGRAM
            || self.length.is_some_and(|known| length != Some(known))
            || length.is_some_and(|length| length < known_end)
        {
            return false;
        }
        self.length = length;
        let next = self.runs.partition_point(|run| run.0 < start);
        if self.runs.get(next).is_some_and(|run| run.0 == start && run.1 == end) || start == end {
            return true;
        }
        // RFC 5722 gives up a datagram whose fragments overlap; without an attack nobody sends such.
        let overlaps =
            next.checked_sub(1).and_then(|before| self.runs.get(before)).is_some_and(|run| run.1 > start)
                || self.runs.get(next).is_some_and(|run| run.0 < end);
        if overlaps || self.runs.len() >= MAX_FRAGMENTS {
            return false;
        }
        self.runs.insert(next, (start, end, fragment.place));
        self.there += end - start;
        if self.octets.len() < end as usize {
            self.octets.resize(end as usize, 0);
        }
        if let Some(octets) = self.octets.get_mut(start as usize..end as usize) {
            octets.copy_from_slice(fragment.octets);
        }
        true
    }

    fn is_complete(&self) -> bool {
        self.length == Some(self.there)
    }
}

impl Pool {
    /// Takes a fragment, and gives the datagram that it completes.
    pub(super) fn add(&mut self, key: Key, fragment: &Fragment<'_>) -> Option<Datagram> {
        while self.waiting.front().is_some_and(|oldest| {
            self.waiting.len() >= MAX_WAITING || fragment.time.0.saturating_sub(oldest.since.0) > LIFETIME
        }) {
            self.waiting.pop_front();
            self.dropped += 1;
        }
        let index = match self.waiting.iter().position(|waiting| waiting.key == key) {
            Some(index) => index,
            None => {
                let (octets, runs) = (Vec::new(), Vec::new());
                self.waiting.push_back(Waiting {
                    key,
                    since: fragment.time,
                    octets,
                    runs,
                    there: 0,
                    length: None,
                });
                self.waiting.len() - 1
            }
        };
        let waiting = self.waiting.get_mut(index)?;
        if !waiting.add(fragment) {
            self.waiting.remove(index);
            self.dropped += 1;
            return None;
        }
        if !waiting.is_complete() {
            return None;
        }
        let waiting = self.waiting.remove(index)?;
        let pieces = waiting
            .runs
            .iter()
            .map(|&(start, _, place)| Piece { start: start.into(), frame: place.frame, offset: place.offset })
            .collect();
        Some(Datagram { octets: waiting.octets, pieces })
    }

    /// How many datagrams were given up or still wait.
    pub(super) fn incomplete(&self) -> u64 {
        self.dropped + self.waiting.len() as u64
    }

    /// Gives up the datagram of a fragment that was not captured whole.
    pub(super) fn spoil(&mut self, key: Key) {
        self.waiting.retain(|waiting| waiting.key != key);
        self.dropped += 1;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::capture::FrameNo;

    fn key(identification: u32) -> Key {
        let address = IpAddr::from([10, 0, 0, 1]);
        Key { from: address, to: address, protocol: 6, identification }
    }

    fn fragment(frame: u64, offset: u32, more: bool, octets: &[u8]) -> Fragment<'_> {
        let place = Place { frame: FrameNo(frame), offset: 34 };
        Fragment { offset, more, octets, place, time: Timestamp(0) }
    }

    #[test]
    fn fragments_out_of_order_make_a_datagram_that_knows_its_frames() {
        let mut pool = Pool::default();
        assert!(pool.add(key(1), &fragment(1, 16, false, b"end")).is_none());
        assert!(pool.add(key(2), &fragment(2, 0, true, b"another!")).is_none());
        assert!(pool.add(key(1), &fragment(3, 0, true, b"01234567")).is_none());
        assert!(pool.add(key(1), &fragment(4, 0, true, b"01234567")).is_none());
        let datagram = pool.add(key(1), &fragment(5, 8, true, b"89abcdef")).unwrap();
        assert_eq!(datagram.octets, b"0123456789abcdefend");
        let pieces: Vec<_> = datagram.pieces.iter().map(|piece| (piece.start, piece.frame.0)).collect();
        assert_eq!(pieces, [(0, 3), (8, 5), (16, 1)]);
        assert_eq!(pool.dropped, 0);
    }

    #[test]
    fn fragments_that_overlap_or_exceed_are_given_up() {
        let mut pool = Pool::default();
        pool.add(key(1), &fragment(1, 0, true, b"0123456789abcdef"));
        assert!(pool.add(key(1), &fragment(2, 8, false, b"XXXXXXXXXX")).is_none());
        assert!(pool.add(key(1), &fragment(3, 65_528, false, b"XXXXXXXXXX")).is_none());
        assert_eq!(pool.dropped, 2);
        assert!(pool.waiting.is_empty());
    }

    #[test]
    fn only_so_many_datagrams_wait_and_only_so_long() {
        let mut pool = Pool::default();
        for n in 0..1000 {
            pool.add(key(n), &fragment(1, 0, true, b"01234567"));
        }
        assert_eq!(pool.waiting.len(), MAX_WAITING);
        let late = Fragment { time: Timestamp(LIFETIME + 1), ..fragment(2, 8, false, b"end") };
        assert!(pool.add(key(999), &late).is_none());
        assert_eq!(pool.waiting.len(), 1);
    }

    proptest! {
        #[test]
        fn any_order_gives_the_datagram_once(
            octets in proptest::collection::vec(any::<u8>(), 1..400),
            seed in any::<u64>(),
        ) {
            let parts: Vec<_> = octets.chunks(16).enumerate().collect();
            let mut order: Vec<_> = (0..parts.len()).collect();
            order.sort_by_key(|&n| (n as u64 + 1).wrapping_mul(seed | 1) % 1009);
            let mut pool = Pool::default();
            let mut made = Vec::new();
            for n in order {
                let (index, part) = parts[n];
                let more = index + 1 < parts.len();
                made.extend(pool.add(key(1), &fragment(1, index as u32 * 16, more, part)));
            }
            prop_assert_eq!(made.len(), 1);
            prop_assert_eq!(&made[0].octets, &octets);
        }
    }
}
