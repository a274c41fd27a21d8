//! TCP connections over IPv4 and Ethernet, seen by a capture between the two hosts.

/// One captured frame.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Nanoseconds since 1970.
    pub(crate) time: u64,
    /// Name of the host that sent it.
    pub(crate) from: String,
    pub(crate) octets: Vec<u8>,
}

/// One of the two hosts of a connection.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) host: String,
    pub(crate) address: [u8; 4],
    pub(crate) port: u16,
    /// Sequence number of the next octet to send.
    pub(crate) sequence: u32,
    /// Written, not yet sent.
    queue: Vec<u8>,
    /// Segments received since the last acknowledgement.
    unacknowledged: u32,
    /// The window it advertises.
    pub(crate) window: u16,
    identification: u16,
    finished: bool,
}

impl End {
    pub(crate) fn new(host: &str, address: [u8; 4], port: u16, sequence: u32) -> Self {
        let (host, identification) = (host.to_owned(), port.wrapping_mul(7));
        End {
            host,
            address,
            port,
            sequence,
            queue: Vec::new(),
            unacknowledged: 0,
            window: WINDOW,
            identification,
            finished: false,
        }
    }
}

/// Which end speaks: 0 opened the connection.
pub(crate) type Side = usize;

/// A connection. Every segment takes `pace` nanoseconds; a host acknowledges every second segment it receives,
/// and otherwise with its own next segment.
pub(crate) struct Connection {
    pub(crate) ends: [End; 2],
    pub(crate) time: u64,
    pub(crate) pace: u64,
    /// The most octets in a segment.
    pub(crate) segment_size: usize,
    /// A host writes until the other one speaks, and segments take no heed of packet boundaries. Otherwise each
    /// write has its own segments.
    pub(crate) together: bool,
    pub(crate) frames: Vec<Frame>,
}

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;
const WINDOW: u16 = 8760;
/// The shortest Ethernet frame, without its check sequence. Shorter ones are padded.
const SHORTEST_FRAME: usize = 60;

impl Connection {
    /// SYN, SYN and ACK, ACK.
    pub(crate) fn open(&mut self) {
        self.segment(0, SYN, &[]);
        self.segment(1, SYN | ACK, &[]);
        self.segment(0, ACK, &[]);
    }

    /// SYN, answered by RST.
    pub(crate) fn open_refused(&mut self) {
        self.segment(0, SYN, &[]);
        self.ends[1].sequence = 0;
        self.segment(1, RST | ACK, &[]);
    }

    /// SYN, sent again after 3 and 6 seconds, and never answered.
    pub(crate) fn open_unanswered(&mut self) {
        for pause in [3, 6, 0] {
            self.segment(0, SYN, &[]);
            self.ends[0].sequence = self.ends[0].sequence.wrapping_sub(1);
            self.time += pause * 1_000_000_000;
        }
    }

    /// Writes octets for the other end.
    pub(crate) fn send(&mut self, side: Side, octets: &[u8]) {
        self.flush(1 - side);
        self.ends[side].queue.extend_from_slice(octets);
        if !self.together {
            self.flush(side);
        }
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, nanoseconds: u64) {
        self.flush_both();
        self.time += nanoseconds;
    }

    /// Sends what is still queued.
    pub(crate) fn flush_both(&mut self) {
        self.flush(0);
        self.flush(1);
    }

    /// No more octets from this side.
    pub(crate) fn finish(&mut self, side: Side) {
        self.flush_both();
        self.segment(side, FIN | ACK, &[]);
        self.ends[side].finished = true;
        if self.ends[1 - side].finished {
            self.acknowledge(1 - side);
        }
    }

    /// This side gives the connection up.
    pub(crate) fn reset(&mut self, side: Side) {
        self.flush_both();
        self.segment(side, RST | ACK, &[]);
    }

    /// An acknowledgement without octets.
    pub(crate) fn acknowledge(&mut self, side: Side) {
        self.segment(side, ACK, &[]);
    }

    fn flush(&mut self, side: Side) {
        let queue = std::mem::take(&mut self.ends[side].queue);
        let count = queue.len().div_ceil(self.segment_size);
        for (number, payload) in (1..).zip(queue.chunks(self.segment_size)) {
            let push = if number == count { PSH } else { 0 };
            self.segment(side, ACK | push, payload);
            self.ends[1 - side].unacknowledged += 1;
            if self.ends[1 - side].unacknowledged == 2 {
                self.acknowledge(1 - side);
            }
        }
    }

    fn segment(&mut self, side: Side, flags: u8, payload: &[u8]) {
        let acknowledgement = if flags & ACK == 0 { 0 } else { self.ends[1 - side].sequence };
        let (from, to) = (&self.ends[side], &self.ends[1 - side]);
        let options = if flags & SYN == 0 {
            vec![]
        } else {
            [&[2, 4], &(self.segment_size as u16).to_be_bytes()[..]].concat()
        };
        let window = if flags & RST == 0 { from.window } else { 0 };
        let tcp = tcp(from, to, acknowledgement, flags, window, &options, payload);
        let octets = ethernet(from, to, &ipv4(from, to, &tcp));
        self.frames.push(Frame { time: self.time, from: from.host.clone(), octets });
        self.time += self.pace;

        let end = &mut self.ends[side];
        let control = u32::from(flags & (SYN | FIN) != 0);
        end.sequence = end.sequence.wrapping_add(payload.len() as u32 + control);
        end.identification = end.identification.wrapping_add(1);
        end.unacknowledged = 0;
    }
}

fn tcp(
    from: &End,
    to: &End,
    acknowledgement: u32,
    flags: u8,
    window: u16,
    options: &[u8],
    payload: &[u8],
) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(&from.port.to_be_bytes());
    out.extend_from_slice(&to.port.to_be_bytes());
    out.extend_from_slice(&from.sequence.to_be_bytes());
    out.extend_from_slice(&acknowledgement.to_be_bytes());
    out.push(((20 + options.len()) as u8 / 4) << 4); // header length in words
    out.push(flags);
    out.extend_from_slice(&window.to_be_bytes());
    out.extend_from_slice(&[0; 4]); // checksum, urgent pointer
    out.extend_from_slice(options);
    out.extend_from_slice(payload);
    let length = (out.len() as u16).to_be_bytes();
    let pseudo_header = [&from.address[..], &to.address, &[0, 6], &length].concat();
    let sum = checksum(&[&pseudo_header[..], &out].concat());
    out[16..18].copy_from_slice(&sum.to_be_bytes());
    out
}

fn ipv4(from: &End, to: &End, segment: &[u8]) -> Vec<u8> {
    let mut header = vec![0x45, 0];
    header.extend_from_slice(&(20 + segment.len() as u16).to_be_bytes());
    header.extend_from_slice(&from.identification.to_be_bytes());
    header.extend_from_slice(&[0x40, 0, 64, 6, 0, 0]); // do not fragment, 64 hops, TCP, checksum
    header.extend_from_slice(&from.address);
    header.extend_from_slice(&to.address);
    let sum = checksum(&header);
    header[10..12].copy_from_slice(&sum.to_be_bytes());
    [&header, segment].concat()
}

fn ethernet(from: &End, to: &End, packet: &[u8]) -> Vec<u8> {
    // Locally administered addresses made of the IPv4 ones.
    let mut out = [&[2, 0], &to.address[..], &[2, 0], &from.address, &[8, 0], packet].concat();
    out.resize(out.len().max(SHORTEST_FRAME), 0);
    out
}

/// The Internet checksum (RFC 1071).
fn checksum(octets: &[u8]) -> u16 {
    let word = |pair: &[u8]| u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0));
    let sum: u32 = octets.chunks(2).map(word).sum();
    let sum = (sum & 0xFFFF) + (sum >> 16);
    !((sum & 0xFFFF) + (sum >> 16)) as u16
}
