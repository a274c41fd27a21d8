//! Several files as one capture.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::file::{CaptureFile, Head};
use super::input::{Counted, Octetstream};
use super::{Damage, FileFacts, Frame, FrameNo, Input, OpenError, Timestamp};

/// The next thing in a capture.
#[derive(Clone, Debug)]
pub enum Item<'a> {
    /// A frame.
    Frame(Frame<'a>),
    /// Something that could not be read.
    Damage(Damage),
}

/// How far reading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many octets of the inputs, as they lie on the disk, were read.
    pub read: u64,
    /// How many there are; `None` where an input is a pipe.
    pub total: Option<u64>,
}

/// One or more capture files, read as one capture in the order of time.
///
/// A file whose own frames go back in time keeps its own order. Of frames with equal times, those of the file that
/// was named first come first. Memory does not depend on the size of the files.
pub struct Capture {
    files: Vec<CaptureFile>,
    /// What each of several files has next.
    heads: Vec<Option<Head>>,
    /// The files that have something next, the earliest on top.
    order: BinaryHeap<Reverse<(Timestamp, usize)>>,
    /// The file that must be read on before the next item is chosen.
    current: Option<usize>,
    number: FrameNo,
    read: Arc<AtomicU64>,
    total: Option<u64>,
}

impl Capture {
    /// Opens all inputs.
    ///
    /// # Errors
    /// An input that cannot be opened or read, or is not a capture. A capture that is damaged is no error.
    pub fn open(inputs: &[Input]) -> Result<Capture, OpenError> {
        let mut streams = Vec::with_capacity(inputs.len());
        let mut total = Some(0);
        for input in inputs {
            let name = input.name();
            let (stream, length) =
                input.open().map_err(|source| OpenError::CannotOpen { name: name.clone(), source })?;
            total = total.zip(length).map(|(total, length)| total + length);
            streams.push((name, stream));
        }
        Capture::from_streams(streams, total)
    }

    /// Opens one capture from anything that can be read; `name` stands in messages.
    ///
    /// # Errors
    /// As [`Capture::open`].
    pub fn from_reader(name: &str, reader: Box<dyn Read + Send>) -> Result<Capture, OpenError> {
        Capture::from_streams(vec![(name.to_owned(), reader)], None)
    }

    fn from_streams(streams: Vec<(String, Octetstream)>, total: Option<u64>) -> Result<Capture, OpenError> {
        let read = Arc::new(AtomicU64::new(0));
        let files: Vec<CaptureFile> = streams
            .into_iter()
            .map(|(name, input)| {
                CaptureFile::open(&name, Box::new(Counted { input, count: Arc::clone(&read) }))
            })
            .collect::<Result<_, _>>()?;
        let mut capture = Capture {
            heads: files.iter().map(|_| None).collect(),
            order: BinaryHeap::with_capacity(files.len()),
            files,
            current: None,
            number: FrameNo::NONE,
            read,
            total,
        };
        if capture.files.len() > 1 {
            (0..capture.files.len()).for_each(|index| capture.advance(index));
        }
        Ok(capture)
    }

    /// The next frame or damage; `None` at the end. Frames are numbered from 1.
    #[expect(
        clippy::should_implement_trait,
        reason = "an item borrows the capture, which Iterator cannot say"
    )]
    pub fn next(&mut self) -> Option<Item<'_>> {
        let (index, head) = match &mut self.files[..] {
            // Nothing has to be compared.
            [file] => (0, file.advance()?),
            _ => self.earliest()?,
        };
        let file = self.files.get_mut(index)?;
        match head {
            Head::Frame(record) => {
                self.number.0 += 1;
                Some(Item::Frame(file.frame(self.number, record)))
            }
            Head::Damage(offset, kind) => {
                let file = Arc::clone(&file.facts.name);
                Some(Item::Damage(Damage { file, offset, after: self.number, kind }))
            }
        }
    }

    /// The earliest of what all files have next, and which file that is.
    fn earliest(&mut self) -> Option<(usize, Head)> {
        if let Some(index) = self.current.take() {
            self.advance(index);
        }
        let Reverse((_, index)) = self.order.pop()?;
        self.current = Some(index);
        Some((index, self.heads.get_mut(index)?.take()?))
    }

    /// Reads on in one file.
    fn advance(&mut self, index: usize) {
        if let (Some(file), Some(head)) = (self.files.get_mut(index), self.heads.get_mut(index)) {
            *head = file.advance();
            if head.is_some() {
                // Damage stands right behind the frame in front of it.
                self.order.push(Reverse((file.time, index)));
            }
        }
    }

    /// What is known of the files, in the order of the command line, as far as they have been read.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &FileFacts> {
        self.files.iter().map(|file| &file.facts)
    }

    /// How far reading has come.
    pub fn progress(&self) -> Progress {
        Progress { read: self.read.load(Ordering::Relaxed), total: self.total }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;
    use crate::capture::{DamageKind, Part};

    /// Numbers in one byte order.
    #[derive(Clone, Copy)]
    struct Order(bool);

    impl Order {
        fn u16(self, number: u16) -> [u8; 2] {
            if self.0 { number.to_be_bytes() } else { number.to_le_bytes() }
        }
        fn u32(self, number: u32) -> [u8; 4] {
            if self.0 { number.to_be_bytes() } else { number.to_le_bytes() }
        }
        fn u64(self, number: u64) -> [u8; 8] {
            if self.0 { number.to_be_bytes() } else { number.to_le_bytes() }
        }

        fn pcap(self, magic: u32, link: u32) -> Vec<u8> {
            let numbers =
                [self.u32(magic), self.u32(0), self.u32(0), self.u32(0), self.u32(65_535), self.u32(link)];
            numbers.concat()
        }
        fn record(self, seconds: u32, fraction: u32, octets: &[u8]) -> Vec<u8> {
            let length = octets.len() as u32;
            [&[self.u32(seconds), self.u32(fraction), self.u32(length), self.u32(length)].concat(), octets]
                .concat()
        }

        fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
            let mut body = body.to_vec();
            body.resize(body.len().next_multiple_of(4), 0);
            let size = self.u32(body.len() as u32 + 12);
            [&self.u32(kind)[..], &size, &body, &size].concat()
        }
        fn section(self) -> Vec<u8> {
            self.block(0x0A0D_0D0A, &[&self.u32(0x1A2B_3C4D)[..], &self.u32(1), &[0xFF; 8]].concat())
        }
        fn interface(self, link: u16, snap: u32, options: &[(u16, &[u8])]) -> Vec<u8> {
            let mut body = [&self.u16(link)[..], &[0, 0], &self.u32(snap)].concat();
            for (code, value) in options {
                body.extend([self.u16(*code), self.u16(value.len() as u16)].concat());
                body.extend_from_slice(value);
                body.resize(body.len().next_multiple_of(4), 0);
            }
            self.block(1, &body)
        }
        fn packet(self, interface: u32, units: u64, octets: &[u8]) -> Vec<u8> {
            let numbers =
                [interface, (units >> 32) as u32, units as u32, octets.len() as u32, octets.len() as u32];
            self.block(6, &[&numbers.map(|number| self.u32(number)).concat(), octets].concat())
        }
    }

    const LITTLE: Order = Order(false);
    const BIG: Order = Order(true);

    fn open(octets: &[u8]) -> Result<Capture, OpenError> {
        Capture::from_reader("test", Box::new(Cursor::new(octets.to_vec())))
    }

    /// All frames, as time, link type and octets, and all damage.
    type Read = (Vec<(i64, u32, Vec<u8>)>, Vec<Damage>);

    fn read_all(capture: &mut Capture) -> Read {
        let (mut frames, mut damage) = (Vec::new(), Vec::new());
        while let Some(item) = capture.next() {
            match item {
                Item::Frame(frame) => {
                    assert_eq!(frame.number, FrameNo(frames.len() as u64 + 1));
                    frames.push((frame.time.0, frame.link.0, frame.octets.to_vec()));
                }
                Item::Damage(found) => damage.push(found),
            }
        }
        assert!(capture.next().is_none());
        (frames, damage)
    }

    fn read(octets: &[u8]) -> Read {
        read_all(&mut open(octets).unwrap())
    }

    #[test]
    fn pcap_is_read_in_both_byte_orders_and_resolutions() {
        for order in [LITTLE, BIG] {
            for (magic, unit) in [(0xA1B2_C3D4, 1000), (0xA1B2_3C4D, 1)] {
                // The upper bits say that a frame check sequence of 4 octets is there.
                let file =
                    [order.pcap(magic, 0x2400_0001), order.record(3_000_000_000, 999_999, b"abc")].concat();
                let mut capture = open(&file).unwrap();
                let (frames, damage) = read_all(&mut capture);
                assert_eq!(frames, [(3_000_000_000_000_000_000 + 999_999 * unit, 1, b"abc".to_vec())]);
                assert_eq!(damage, []);
                let facts = capture.files().next().unwrap();
                assert_eq!(
                    facts.format.words(),
                    if order.0 { "pcap, big-endian" } else { "pcap, little-endian" }
                );
                assert_eq!((facts.frames, facts.octets), (1, 3));
                assert_eq!(capture.progress(), Progress { read: file.len() as u64, total: None });
            }
        }
    }

    #[test]
    fn pcapng_interfaces_have_their_own_link_types_and_clocks() {
        for order in [LITTLE, BIG] {
            let minus_2 = order.u64(-2_i64 as u64);
            let file = [
                order.section(),
                order.interface(1, 0, &[(2, b"eth0"), (9, &[9])]),
                order.interface(113, 0, &[(9, &[0x80 | 1]), (14, &minus_2), (0, &[])]),
                order.block(0x7777, b"never heard of"),
                order.packet(0, 5, b"one"),
                order.packet(1, 7, b"three"),
            ];
            let (frames, damage) = read(&file.concat());
            assert_eq!(frames, [(5, 1, b"one".to_vec()), (1_500_000_000, 113, b"three".to_vec())]);
            assert_eq!(damage, []);
        }
    }

    #[test]
    fn a_new_section_has_its_own_byte_order_and_interfaces() {
        let file = [
            LITTLE.section(),
            LITTLE.interface(1, 0, &[]),
            LITTLE.packet(0, 1, b"a"),
            BIG.section(),
            BIG.packet(0, 2, b"b"),
            BIG.packet(0, 2, b"c"),
            BIG.interface(101, 0, &[]),
            BIG.packet(0, 3, b"d"),
        ];
        let at = file[..4].concat().len() as u64;
        let (frames, damage) = read(&file.concat());
        assert_eq!(frames, [(1000, 1, b"a".to_vec()), (3000, 101, b"d".to_vec())]);
        let damage: Vec<_> = damage.into_iter().map(|d| (d.offset, d.after, d.kind)).collect();
        assert_eq!(damage, [(at, FrameNo(1), DamageKind::UnknownInterface { interface: 0 })]);
    }

    #[test]
    fn the_older_and_simpler_packet_blocks_are_read() {
        for order in [LITTLE, BIG] {
            let numbers = [order.u32(0), order.u32(9), order.u32(3), order.u32(60)].concat();
            let obsolete = [&order.u16(1)[..], &order.u16(7), &numbers, b"abc"].concat();
            let simple = [&order.u32(60)[..], b"abcdefgh"].concat();
            let file = [
                order.section(),
                order.interface(1, 6, &[]),
                order.interface(101, 0, &[]),
                order.block(2, &obsolete),
                order.block(3, &simple),
            ];
            let (frames, damage) = read(&file.concat());
            assert_eq!(frames, [(9000, 101, b"abc".to_vec()), (9000, 1, b"abcdef".to_vec())]);
            assert_eq!(damage, []);
        }
    }

    #[test]
    fn long_blocks_that_are_no_packets_are_passed_over() {
        let file = [
            LITTLE.section(),
            LITTLE.interface(1, 0, &[]),
            LITTLE.block(10, &vec![b'k'; 3_000_000]),
            LITTLE.packet(0, 1, b"a"),
            LITTLE.block(10, &vec![b'k'; 3_000_000]),
        ];
        assert_eq!(read(&file.concat()), (vec![(1000, 1, b"a".to_vec())], vec![]));
    }

    fn frames_of(count: u32) -> Vec<Vec<u8>> {
        (0..count).map(|n| vec![n as u8 + 1; 20 + n as usize % 7]).collect()
    }

    /// Asserts that of ten frames, whose records begin at `starts`, all but the fourth are read, and that this is told.
    fn only_the_fourth_is_lost(file: &[u8], frames: &[Vec<u8>], starts: &[usize]) {
        let (read, damage) = read(file);
        let expected: Vec<_> = frames[..3].iter().chain(&frames[4..]).cloned().collect();
        assert_eq!(read.into_iter().map(|(_, _, octets)| octets).collect::<Vec<_>>(), expected);
        let damage: Vec<_> = damage.into_iter().map(|d| (d.offset, d.after, d.kind)).collect();
        let skipped = (starts[4] - starts[3]) as u64;
        assert_eq!(damage, [(starts[3] as u64, FrameNo(3), DamageKind::Unreadable { skipped })]);
    }

    #[test]
    fn reading_goes_on_behind_damage_in_a_pcap_file() {
        let frames = frames_of(10);
        let mut file = LITTLE.pcap(0xA1B2_C3D4, 1);
        let mut starts = Vec::new();
        for (n, frame) in frames.iter().enumerate() {
            starts.push(file.len());
            file.extend(LITTLE.record(1000 + n as u32, 5, frame));
        }
        // An absurd captured length, and one that is too long but possible.
        for (octet, value) in [(11, 0x7F), (8, 200)] {
            let mut file = file.clone();
            file[starts[3] + octet] = value;
            only_the_fourth_is_lost(&file, &frames, &starts);
        }
    }

    #[test]
    fn reading_goes_on_behind_damage_in_a_pcapng_file() {
        let frames = frames_of(10);
        let mut file = [LITTLE.section(), LITTLE.interface(1, 0, &[])].concat();
        let mut starts = Vec::new();
        for (n, frame) in frames.iter().enumerate() {
            starts.push(file.len());
            file.extend(LITTLE.packet(0, n as u64, frame));
        }
        // The block length: too short for a block, absurd, too long but possible; then the captured length.
        for (octet, value) in [(4, 3), (7, 0x7F), (5, 1), (22, 1)] {
            let mut file = file.clone();
            file[starts[3] + octet] = value;
            only_the_fourth_is_lost(&file, &frames, &starts);
        }
    }

    #[test]
    fn space_that_was_reserved_and_never_written_gives_no_frames() {
        let file = [LITTLE.pcap(0xA1B2_C3D4, 1), LITTLE.record(1, 1, b"abc"), vec![0; 2_000_000]].concat();
        let (frames, damage) = read(&file);
        assert_eq!(frames.len(), 1);
        assert_eq!(damage[0].kind, DamageKind::Unreadable { skipped: 2_000_000 });
    }

    #[test]
    fn a_file_cut_at_any_octet_gives_all_whole_frames_and_the_damage() {
        let mut pcap = LITTLE.pcap(0xA1B2_C3D4, 1);
        let mut pcapng = [BIG.section(), BIG.interface(1, 0, &[])].concat();
        let (mut pcap_ends, mut pcapng_ends) = (vec![pcap.len()], vec![28, pcapng.len()]);
        for (n, frame) in frames_of(5).iter().enumerate() {
            pcap.extend(LITTLE.record(n as u32, 5, frame));
            pcap_ends.push(pcap.len());
            pcapng.extend(BIG.packet(0, n as u64, frame));
            pcapng_ends.push(pcapng.len());
        }
        for (file, ends, without_frame) in [(pcap, pcap_ends, 1), (pcapng, pcapng_ends, 2)] {
            for cut in 4..file.len() {
                let (frames, damage) = read(&file[..cut]);
                let whole = ends.iter().filter(|&&end| end <= cut).count();
                assert_eq!(frames.len(), whole.saturating_sub(without_frame), "cut at {cut}");
                assert_eq!(damage.is_empty(), ends.contains(&cut), "cut at {cut}: {damage:?}");
                for damage in damage {
                    let DamageKind::CutShort { there, .. } = damage.kind else { panic!("{damage:?}") };
                    assert_eq!(damage.offset + there, cut as u64);
                    assert_eq!(damage.after, FrameNo(frames.len() as u64));
                }
            }
        }
    }

    #[test]
    fn a_compressed_file_that_is_cut_short_gives_what_is_there() {
        let mut file = LITTLE.pcap(0xA1B2_C3D4, 1);
        for (n, frame) in frames_of(200).iter().enumerate() {
            file.extend(LITTLE.record(n as u32, n as u32 * 4999, frame));
        }
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        std::io::Write::write_all(&mut encoder, &file).unwrap();
        let gzip = encoder.finish().unwrap();
        let mut twice = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        std::io::Write::write_all(&mut twice, &gzip).unwrap();
        assert_eq!(read(&twice.finish().unwrap()).0.len(), 200);
        let (frames, damage) = read(&gzip[..gzip.len() / 2]);
        assert!((90..=100).contains(&frames.len()), "{}", frames.len());
        assert!(matches!(damage[..], [Damage { kind: DamageKind::Stopped { .. }, .. }]), "{damage:?}");
    }

    #[test]
    fn files_are_merged_by_time_and_keep_their_own_order() {
        let file = |times: &[u32], octets: &[u8]| {
            let records: Vec<_> = times.iter().flat_map(|&time| LITTLE.record(time, 0, octets)).collect();
            [LITTLE.pcap(0xA1B2_C3D4, 1), records].concat()
        };
        let files =
            [file(&[1, 5, 5, 9], b"a"), file(&[2, 5, 3, 9], b"b"), [file(&[4], b"c"), vec![1; 5]].concat()];
        let streams = files.into_iter().zip(["a", "b", "c"]).map(|(file, name)| {
            let stream: Octetstream = Box::new(Cursor::new(file));
            (name.to_owned(), stream)
        });
        let mut capture = Capture::from_streams(streams.collect(), None).unwrap();
        let (frames, damage) = read_all(&mut capture);
        let order: Vec<_> =
            frames.iter().map(|(time, _, octets)| (time / 1_000_000_000, octets[0] as char)).collect();
        let expected =
            [(1, 'a'), (2, 'b'), (4, 'c'), (5, 'a'), (5, 'a'), (5, 'b'), (3, 'b'), (9, 'a'), (9, 'b')];
        assert_eq!(order, expected);
        let kind = DamageKind::CutShort { part: Part::RecordHeader, wanted: 16, there: 5 };
        assert_eq!(damage, [Damage { file: "c".into(), offset: 41, after: FrameNo(3), kind }]);
    }

    #[test]
    fn what_is_no_capture_is_refused_with_a_reason() {
        for (octets, reason) in [
            (&b""[..], "test is not a pcap or pcapng capture: an empty file"),
            (b"hello\n", "test is not a pcap or pcapng capture: text"),
            (&[0xD4, 0xC3], "test is not a pcap or pcapng capture: it begins with d4 c3"),
        ] {
            assert_eq!(open(octets).err().unwrap().to_string(), reason);
        }
        assert!(matches!(open(&[0x1F, 0x8B, 8, 0]), Err(OpenError::CannotRead { .. })));
        let nowhere = Capture::open(&[Input::Path("/no/such/file".into())]);
        assert_eq!(nowhere.err().unwrap().to_string(), "cannot open /no/such/file");
    }

    proptest! {
        #[test]
        fn any_octets_behind_a_file_header_end(
            octets in proptest::collection::vec(prop_oneof![Just(0_u8), 0..16_u8, any::<u8>()], 0..2000),
            which in 0..4,
        ) {
            let header = match which {
                0 => LITTLE.pcap(0xA1B2_C3D4, 1),
                1 => BIG.pcap(0xA1B2_3C4D, 1),
                2 => [LITTLE.section(), LITTLE.interface(1, 0, &[])].concat(),
                _ => BIG.section(),
            };
            read(&[header, octets].concat());
        }

        #[test]
        fn a_damaged_file_ends_and_gives_no_more_octets_than_it_has(
            damage in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..8),
            ng in any::<bool>(),
        ) {
            let mut file = if ng {
                [LITTLE.section(), LITTLE.interface(1, 0, &[(9, &[6]), (14, &[0; 8])])].concat()
            } else {
                LITTLE.pcap(0xA1B2_C3D4, 1)
            };
            for (n, frame) in frames_of(20).iter().enumerate() {
                file.extend(if ng { LITTLE.packet(0, n as u64, frame) } else { LITTLE.record(n as u32, 1, frame) });
            }
            for (at, octet) in damage {
                // The magic numbers stay.
                let at = 12 + at % (file.len() - 12);
                file[at] = octet;
            }
            let (frames, _) = read(&file);
            let octets: usize = frames.iter().map(|(_, _, octets)| octets.len()).sum();
            prop_assert!(octets <= file.len());
        }
    }
}
