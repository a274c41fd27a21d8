//! Frames with TCP segments, written one behind the other.

use std::io::{self, Write};

/// A BER element.
pub(crate) fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len() as u32;
    let octets = length.to_be_bytes();
    let mut out = match length {
        0..=0x7F => vec![tag, octets[3]],
        0x80..=0xFFFF => vec![tag, 0x82, octets[2], octets[3]],
        _ => vec![tag, 0x84, octets[0], octets[1], octets[2], octets[3]],
    };
    out.extend_from_slice(contents);
    out
}

/// A DT in a TPKT.
pub(crate) fn dt(octets: &[u8], last: bool) -> Vec<u8> {
    let length = (octets.len() as u16 + 7).to_be_bytes();
    [&[3, 0, length[0], length[1], 2, 0xF0, if last { 0x80 } else { 0 }][..], octets].concat()
}

/// A CR, a CC, a CONNECT and an ACCEPT in their TPKTs: those of a sample in normal mode, whose context 3 is for RTSE.
fn opening() -> Vec<Vec<u8>> {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/transfer-1988-normal.pcap");
    let octets = std::fs::read(sample).expect("the sample is part of the project");
    let mut rest = &octets[24..];
    let mut payloads = Vec::new();
    while payloads.len() < 4 {
        let length = u32::from_le_bytes([rest[8], rest[9], rest[10], rest[11]]) as usize;
        let (frame, behind) = rest[16..].split_at(length);
        let total = usize::from(u16::from_be_bytes([frame[16], frame[17]]));
        let payload = &frame[34 + usize::from(frame[46] >> 4) * 4..14 + total];
        if !payload.is_empty() {
            payloads.push(payload.to_vec());
        }
        rest = behind;
    }
    payloads
}

/// One connection: its ends and where their streams are.
#[derive(Clone)]
pub(crate) struct Connection {
    number: u32,
    next: [u32; 2],
}

impl Connection {
    /// So many octets of the initiator are not captured.
    pub(crate) fn skip(&mut self, octets: u32) {
        self.next[0] = self.next[0].wrapping_add(octets);
    }
}

/// Writes a capture.
pub(crate) struct Wire<'w> {
    out: &'w mut dyn Write,
    frames: u32,
    opening: Vec<Vec<u8>>,
}

const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;
const FIN: u8 = 1;

impl<'w> Wire<'w> {
    pub(crate) fn new(out: &'w mut dyn Write) -> io::Result<Wire<'w>> {
        out.write_all(&[
            0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 1, 0, 0, 0,
        ])?;
        Ok(Wire { out, frames: 0, opening: opening() })
    }

    fn record(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        for field in
            [836_000_000 + self.frames / 1000, self.frames % 1000 * 1000, length as u32, length as u32]
        {
            self.out.write_all(&field.to_le_bytes())?;
        }
        self.frames += 1;
        parts.iter().try_for_each(|part| self.out.write_all(part))
    }

    fn frame(&mut self, a: &Connection, side: usize, flags: u8, payload: &[u8]) -> io::Result<()> {
        let number = a.number.to_be_bytes();
        // 50,000 ports of each host; then the next host.
        let (host, port) = (a.number / 50_000, (a.number % 50_000 + 10_000) as u16);
        let ends = [([10, number[0], 1, host as u8], port), ([10, 0, 0, 2], 102)];
        let ((from, from_port), (to, to_port)) = (ends[side], ends[1 - side]);
        let total = (40 + payload.len() as u16).to_be_bytes();
        let mut header = vec![
            2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, total[0], total[1], 0, 0, 0, 0, 64, 6, 0, 0,
        ];
        header.extend(from);
        header.extend(to);
        header.extend(from_port.to_be_bytes());
        header.extend(to_port.to_be_bytes());
        header.extend(a.next[side].to_be_bytes());
        header.extend(a.next[1 - side].to_be_bytes());
        header.extend([0x50, flags, 0x22, 0x38, 0, 0, 0, 0]);
        self.record(&[&header, payload])
    }

    /// A connection of which one frame was captured.
    pub(crate) fn syn(&mut self, number: u32) -> io::Result<Connection> {
        let start = self.frames.wrapping_mul(100_000);
        let mut a = Connection { number, next: [start, start ^ 0x5555] };
        self.frame(&a, 0, SYN, &[])?;
        a.next[0] = start.wrapping_add(1);
        Ok(a)
    }

    /// A TCP and a transport connection.
    pub(crate) fn connection(&mut self, number: u32) -> io::Result<Connection> {
        let mut a = self.syn(number)?;
        self.frame(&a, 1, SYN | ACK, &[])?;
        a.next[1] = a.next[1].wrapping_add(1);
        let (cr, cc) = (self.opening[0].clone(), self.opening[1].clone());
        self.send(&mut a, &cr)?;
        self.answer(&mut a, &cc)?;
        Ok(a)
    }

    /// An association in normal mode.
    pub(crate) fn open(&mut self, number: u32) -> io::Result<Connection> {
        let mut a = self.connection(number)?;
        let (connect, accept) = (self.opening[2].clone(), self.opening[3].clone());
        self.send(&mut a, &connect)?;
        self.answer(&mut a, &accept)?;
        Ok(a)
    }

    fn segment(&mut self, a: &mut Connection, side: usize, payload: &[u8]) -> io::Result<()> {
        for part in payload.chunks(60_000) {
            self.frame(a, side, ACK, part)?;
            a.next[side] = a.next[side].wrapping_add(part.len() as u32);
        }
        Ok(())
    }

    /// What the initiator sends.
    pub(crate) fn send(&mut self, a: &mut Connection, payload: &[u8]) -> io::Result<()> {
        self.segment(a, 0, payload)
    }

    /// What the responder sends.
    pub(crate) fn answer(&mut self, a: &mut Connection, payload: &[u8]) -> io::Result<()> {
        self.segment(a, 1, payload)
    }

    pub(crate) fn dt(&mut self, a: &mut Connection, octets: &[u8], last: bool) -> io::Result<()> {
        let mut parts = octets.chunks(65_000).peekable();
        while let Some(part) = parts.next() {
            self.send(a, &dt(part, last && parts.peek().is_none()))?;
        }
        Ok(())
    }

    /// The responder has what was sent.
    pub(crate) fn acknowledge(&mut self, a: &Connection) -> io::Result<()> {
        self.frame(a, 1, ACK, &[])
    }

    pub(crate) fn reset(&mut self, a: &mut Connection) -> io::Result<()> {
        self.frame(a, 0, RST, &[])
    }

    pub(crate) fn finish(&mut self, a: &mut Connection) -> io::Result<()> {
        self.frame(a, 0, FIN | ACK, &[])?;
        self.frame(a, 1, FIN | ACK, &[])
    }

    /// A fragment in the middle of an IPv4 datagram.
    pub(crate) fn fragment(&mut self, identification: u16, offset: u32) -> io::Result<()> {
        let [high, low] = identification.to_be_bytes();
        let [place, more] = (0x2000 | (offset as u16 / 8)).to_be_bytes();
        let header = [
            2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 36, high, low, place, more, 64, 6, 0, 0,
            10, 0, 0, 1, 10, 0, 0, 2,
        ];
        self.record(&[&header, &[7; 16]])
    }
}
