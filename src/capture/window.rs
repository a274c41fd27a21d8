//! The part of an input that is in memory: a buffer of fixed size over a reader.

use std::io::{self, Read};

use super::input::Octetstream;

/// How much of an input may be in memory: enough for two of the largest records, which looking ahead needs.
const CAPACITY: usize = 1024 * 1024;

/// How much is read at a time: so much that the calls do not count, and so little that it is still in the processor's
/// cache when it is looked at.
const READ: usize = 128 * 1024;

/// A view on an input that moves forward only.
pub(super) struct Window {
    input: Octetstream,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Position in the (decompressed) input of the first octet in view.
    offset: u64,
    ended: bool,
    error: Option<io::Error>,
}

impl Window {
    pub(super) fn new(input: Octetstream) -> Window {
        Window { input, buffer: vec![0; CAPACITY], start: 0, end: 0, offset: 0, ended: false, error: None }
    }

    /// The octets in view.
    pub(super) fn octets(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// How many octets are in view.
    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Position in the (decompressed) input of the first octet in view.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Why reading ended before the input did; told once.
    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Whether at least `wanted` octets are in view, after reading more where that is needed and possible.
    pub(super) fn fill(&mut self, wanted: usize) -> bool {
        self.len() >= wanted || self.read(wanted)
    }

    /// Moves the view forward; at most to the end of the octets in view.
    pub(super) fn consume(&mut self, count: usize) {
        let count = count.min(self.len());
        self.start += count;
        self.offset += count as u64;
        if self.ended && self.len() == 0 {
            // Of many files merged into one capture, those that are done hold no memory.
            self.buffer = Vec::new();
            (self.start, self.end) = (0, 0);
        }
    }

    #[cold]
    fn read(&mut self, wanted: usize) -> bool {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.len());
        let limit = (wanted.max(self.end) + READ).min(self.buffer.len());
        while !self.ended && self.len() < wanted && self.end < limit {
            match self.input.read(&mut self.buffer[self.end..limit]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end += count.min(limit - self.end),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.error = Some(error);
                }
            }
        }
        self.len() >= wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its octets in drops, as pipes and decompressors do.
    struct Drops(Vec<u8>, usize);

    impl Read for Drops {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = buffer.len().min(3).min(self.0.len() - self.1);
            buffer[..count].copy_from_slice(&self.0[self.1..self.1 + count]);
            self.1 += count;
            Ok(count)
        }
    }

    #[test]
    fn an_input_larger_than_the_window_passes_through_it() {
        let octets: Vec<u8> = (0..CAPACITY * 2 + 77).map(|n| (n % 251) as u8).collect();
        let mut window = Window::new(Box::new(Drops(octets.clone(), 0)));
        let mut seen = Vec::new();
        while window.fill(1000) {
            seen.extend_from_slice(&window.octets()[..1000]);
            window.consume(1000);
        }
        seen.extend_from_slice(window.octets());
        assert_eq!(window.offset() as usize + window.len(), octets.len());
        assert!(seen == octets);
    }

    #[test]
    fn more_than_the_window_holds_cannot_be_asked_for() {
        let mut window = Window::new(Box::new(io::repeat(7)));
        assert!(window.fill(CAPACITY));
        assert!(!window.fill(CAPACITY + 1));
    }
}
