//! Compressed inputs, told by their magic numbers, to plain octets, as a stream.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder as ZstdDecoder};

use super::input::Octetstream;

/// How a capture file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Compression {
    Gzip,
    Zstd,
    Lz4,
}

impl Compression {
    /// The name of the format.
    pub const fn name(self) -> &'static str {
        match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Lz4 => "lz4",
        }
    }

    fn of(magic: &[u8]) -> Option<Compression> {
        match magic {
            [0x1F, 0x8B, ..] => Some(Compression::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD] => Some(Compression::Zstd),
            [0x04, 0x22, 0x4D, 0x18] => Some(Compression::Lz4),
            _ => None,
        }
    }
}

/// The octets inside `input` where it is compressed, else its own octets.
pub(super) fn open(mut input: Octetstream) -> io::Result<(Octetstream, Option<Compression>)> {
    let mut magic = Vec::with_capacity(4);
    input.by_ref().take(4).read_to_end(&mut magic)?;
    let compression = Compression::of(&magic);
    let input: Octetstream = Box::new(Cursor::new(magic).chain(input));
    let plain: Octetstream = match compression {
        None => input,
        Some(Compression::Gzip) => Box::new(MultiGzDecoder::new(BufReader::new(input))),
        Some(Compression::Zstd) => Box::new(Zstd::new(input)),
        Some(Compression::Lz4) => Box::new(Lz4::new(input)),
    };
    Ok((plain, compression))
}

/// All zstd frames of an input, one behind the other (RFC 8878). The decoder refuses windows of more than 128 MiB,
/// which bounds its memory.
struct Zstd {
    source: BufReader<Octetstream>,
    decoder: ZstdDecoder,
    inside: bool,
    failed: Option<io::Error>,
}

impl Zstd {
    /// An empty raw block that ends its frame, with room for a checksum behind it.
    const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

    fn new(input: Octetstream) -> Zstd {
        Zstd { source: BufReader::new(input), decoder: ZstdDecoder::new(), inside: false, failed: None }
    }

    /// Begins the next frame; `false` at the end of the input.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.init(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    io::copy(&mut self.source.by_ref().take(length.into()), &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(false)
    }

    /// Decodes the next block. The decoder holds back what later blocks may refer to; when no later block can be
    /// read, that is set free by ending the frame in the sender's place.
    fn decode(&mut self) {
        if let Err(error) = self.decoder.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
        {
            self.failed = Some(io::Error::other(error));
            // An error here means that nothing more can be had.
            let _ = self.decoder.decode_blocks(&Self::LAST_BLOCK[..], BlockDecodingStrategy::UptoBlocks(1));
        }
    }
}

impl Read for Zstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.inside {
                if !self.begin()? {
                    return Ok(0);
                }
                self.inside = true;
            }
            let count = self.decoder.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            if !self.decoder.is_finished() {
                self.decode();
                continue;
            }
            self.inside = false;
            let stated = self.decoder.get_checksum_from_data();
            if stated.is_some() && stated != self.decoder.get_calculated_checksum() {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "zstd checksum differs"));
            }
        }
    }
}

/// All lz4 frames of an input, one behind the other.
struct Lz4 {
    /// `None` when the end of the input is reached.
    decoder: Option<lz4_flex::frame::FrameDecoder<Watched>>,
}

impl Lz4 {
    fn new(input: Octetstream) -> Lz4 {
        let source = Watched { source: BufReader::new(input), ended: false };
        Lz4 { decoder: Some(lz4_flex::frame::FrameDecoder::new(source)) }
    }
}

impl Read for Lz4 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let count = decoder.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(mut source) = self.decoder.take().map(lz4_flex::frame::FrameDecoder::into_inner) else {
                break;
            };
            if source.ended {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "lz4 frame without an end"));
            }
            if !source.source.fill_buf()?.is_empty() {
                self.decoder = Some(lz4_flex::frame::FrameDecoder::new(source));
            }
        }
        Ok(0)
    }
}

/// Notes whether the end of the input was met. The lz4 decoder takes an input that ends between two blocks for a
/// frame that ends; a frame that really ends is known by its end mark, without a look at what follows.
struct Watched {
    source: BufReader<Octetstream>,
    ended: bool,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.ended |= count == 0 && !buffer.is_empty();
        Ok(count)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(octets: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(octets).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(octets: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(octets, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn lz4(octets: &[u8]) -> Vec<u8> {
        let blocks = lz4_flex::frame::FrameInfo::new().block_size(lz4_flex::frame::BlockSize::Max64KB);
        let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(blocks, Vec::new());
        encoder.write_all(octets).unwrap();
        encoder.finish().unwrap()
    }

    /// What can be read, and whether an error ends it.
    fn read(input: Vec<u8>) -> (Vec<u8>, bool) {
        let (mut plain, _) = open(Box::new(Cursor::new(input))).unwrap();
        let (mut octets, mut part) = (Vec::new(), [0; 1000]);
        loop {
            match plain.read(&mut part) {
                Ok(0) => return (octets, false),
                Ok(count) => octets.extend_from_slice(&part[..count]),
                Err(_) => return (octets, true),
            }
        }
    }

    /// Octets that compress a little, in several blocks of each format.
    fn sample() -> Vec<u8> {
        let mut state = 1_u32;
        (0..300_000)
            .map(|n| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if n % 3 == 0 { (state >> 24) as u8 } else { 7 }
            })
            .collect()
    }

    #[test]
    fn members_and_frames_are_read_one_behind_the_other() {
        let sample = sample();
        let twice = [&sample[..], &sample[..]].concat();
        for compress in [gzip, zstd, lz4] {
            let input = [compress(&sample), compress(&sample)].concat();
            assert!(read(input) == (twice.clone(), false));
        }
        assert_eq!(read(b"plain".to_vec()), (b"plain".to_vec(), false));
    }

    #[test]
    fn an_input_cut_short_gives_its_beginning_and_an_error() {
        let sample = sample();
        for compress in [gzip, zstd, lz4] {
            let whole = compress(&sample);
            for end in [5, 100, whole.len() / 2, whole.len() - 5, whole.len() - 1] {
                let (octets, failed) = read(whole[..end].to_vec());
                assert!(failed, "cut at {end}");
                assert!(sample.starts_with(&octets));
                assert!(
                    octets.len() + 140_000 > sample.len() * end / whole.len(),
                    "{} of {end}",
                    octets.len()
                );
            }
        }
    }

    #[test]
    fn skippable_zstd_frames_are_passed_over() {
        let skippable = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
        let input = [&zstd(b"one")[..], &skippable[..], &zstd(b"two")[..]].concat();
        assert_eq!(read(input), (b"onetwo".to_vec(), false));
    }

    proptest::proptest! {
        #[test]
        fn damaged_inputs_end(at in 0_usize..200_000, flip in 1_u8.., which in 0_usize..3) {
            let mut input = [gzip, zstd, lz4][which](&sample()[..60_000]);
            let at = at % input.len();
            input[at] ^= flip;
            read(input);
        }
    }
}
