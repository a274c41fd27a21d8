//! Frames to segments, one at a time.

use super::fragments::{Datagram, Fragment, Key, Pool};
use super::ip::{Ends, FragmentOf};
use super::{Broken, Carried, Ip, Layer, Link, LinkKind, Segment, Tcp, ip, link, tcp};
use crate::capture::{Frame, Octets, Piece, Place};

/// What the lower layers of a frame are.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// The whole frame.
    pub frame: Octets<'a>,
    /// Whether the snap length cut the frame.
    pub cut: bool,
    /// The link layer.
    pub link: Link,
    /// The IP header, where there is one that can be read.
    pub ip: Option<Ip>,
    /// The payload of the datagram that this frame, a fragment, completes.
    pub datagram: Option<Octets<'a>>,
    /// The TCP header, where there is one that can be read.
    pub tcp: Option<Tcp>,
    /// The TCP segment.
    pub segment: Option<Segment<'a>>,
    /// The layer at which reading ended early, if it did.
    pub broken: Option<Broken>,
}

/// Reads the lower layers of frames, and puts fragments together.
///
/// Checksums are not looked at: captures on the sending machine hold them before the network card fills them in.
#[derive(Debug, Default)]
pub struct Reader {
    pool: Pool,
    /// The frame that is being read, as the one piece that its octets come in.
    whole: [Piece; 1],
    /// The datagram that was completed last.
    datagram: Datagram,
}

impl Reader {
    /// A reader for the frames of one capture.
    pub fn new() -> Reader {
        Reader::default()
    }

    /// How many TCP datagrams came in fragments and are not put together: some of them lost or cut, or too many at a
    /// time.
    pub fn incomplete_datagrams(&self) -> u64 {
        self.pool.incomplete()
    }

    /// Reads a frame.
    pub fn read<'a>(&'a mut self, frame: &Frame<'a>) -> Packet<'a> {
        let Reader { pool, whole, datagram } = self;
        *whole = [Piece { start: 0, frame: frame.number, offset: 0 }];
        let uncaptured = u32::try_from(frame.octets.len())
            .map_or(0, |captured| frame.original_length.saturating_sub(captured));
        let octets = Octets::new(frame.octets, whole, 0);
        let link = link::read(frame.link, frame.octets);
        let mut packet = Packet {
            frame: octets,
            cut: uncaptured > 0,
            link,
            ip: None,
            datagram: None,
            tcp: None,
            segment: None,
            broken: None,
        };
        if !link.carries.is_ip() {
            if link.carries == Carried::Nothing && !matches!(link.kind, LinkKind::Unknown(_)) {
                packet.broken = Some(Broken { layer: Layer::Link, cut: uncaptured > 0 });
            }
            return packet;
        }
        let behind = frame.octets.get(link.length as usize..).unwrap_or_default();
        let (read, broken) = ip::read(behind, link.length, uncaptured);
        packet.broken = broken;
        let Some((ip, ends)) = read else { return packet };
        packet.ip = Some(ip);
        if ip.protocol != ip::TCP {
            return packet;
        }
        let (at, payload) = match ip.fragment {
            None => {
                let at = ip.at + ip.header;
                (at, octets.slice(at as usize, (at + ip.payload) as usize))
            }
            Some(fragment) => match take_fragment(pool, frame, &ip, ends, fragment) {
                Some(completed) => {
                    *datagram = completed;
                    let octets = Octets::new(&datagram.octets, &datagram.pieces, 0);
                    packet.datagram = Some(octets);
                    (0, octets)
                }
                None => return packet,
            },
        };
        let (read, broken) = tcp::read(payload, ends, ip.missing);
        packet.broken = packet.broken.or(broken);
        if let Some((header, segment)) = read {
            packet.tcp = Some(Tcp { at, header: header as u32 });
            packet.segment = Some(segment);
        }
        packet
    }
}

/// Takes note of a fragment; gives the datagram that it completes.
fn take_fragment(
    pool: &mut Pool,
    frame: &Frame<'_>,
    ip: &Ip,
    (from, to): Ends,
    FragmentOf { identification, offset, more }: FragmentOf,
) -> Option<Datagram> {
    let key = Key { from, to, protocol: ip.protocol, identification };
    if ip.missing > 0 {
        pool.spoil(key);
        return None;
    }
    let at = ip.at + ip.header;
    let octets = frame.octets.get(at as usize..(at + ip.payload) as usize).unwrap_or_default();
    let place = Place { frame: frame.number, offset: at };
    pool.add(key, &Fragment { offset, more, octets, place, time: frame.time })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::capture::{FrameNo, LinkType, Timestamp};
    use crate::net::{Endpoint, Flags};

    /// A TCP header from port 1025 to 102 with PSH and ACK.
    const TCP_HEADER: [u8; 20] = [4, 1, 0, 102, 0, 0, 0, 7, 0, 0, 0, 9, 0x50, 0x18, 0x22, 0x38, 0, 0, 0, 0];

    fn ipv4(identification: u16, fragment: u16, length: Option<u16>, payload: &[u8]) -> Vec<u8> {
        let length = length.unwrap_or(20 + payload.len() as u16);
        let mut octets = vec![0x45, 0];
        octets.extend(length.to_be_bytes());
        octets.extend(identification.to_be_bytes());
        octets.extend(fragment.to_be_bytes());
        octets.extend([128, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
        octets.extend_from_slice(payload);
        octets
    }

    /// An IPv6 packet with this extension header in front of the TCP header, if any.
    fn ipv6(extension: Option<(u8, &[u8])>, payload: &[u8]) -> Vec<u8> {
        let (next, extension) = extension.unwrap_or((6, &[]));
        let mut octets = vec![0x60, 0, 0, 0];
        octets.extend(((extension.len() + payload.len()) as u16).to_be_bytes());
        octets.extend([next, 64]);
        octets.extend([0xFE; 16]);
        octets.extend([0xFD; 16]);
        octets.extend_from_slice(extension);
        octets.extend_from_slice(payload);
        octets
    }

    fn ethernet(ether_type: u16, octets: &[u8]) -> Vec<u8> {
        [&[0; 12][..], &ether_type.to_be_bytes(), octets].concat()
    }

    fn frame(number: u64, link: u32, octets: &[u8], original: usize) -> Frame<'_> {
        Frame {
            number: FrameNo(number),
            time: Timestamp(0),
            link: LinkType(link),
            octets,
            original_length: original as u32,
        }
    }

    /// Payload, place of its first octet, and octets cut, of the segment in a frame.
    fn segment(link: u32, octets: &[u8], original: usize) -> Option<(Vec<u8>, u32, u32)> {
        let mut reader = Reader::new();
        let segment = reader.read(&frame(1, link, octets, original)).segment?;
        Some((segment.payload.bytes().to_vec(), segment.payload.place(0).offset, segment.cut))
    }

    fn tcp(payload: &[u8]) -> Vec<u8> {
        [&TCP_HEADER[..], payload].concat()
    }

    #[test]
    fn a_segment_is_found_behind_every_kind_of_link() {
        let packet = ipv4(1, 0, None, &tcp(b"hello"));
        let family = [&[2, 0, 0, 0][..], &packet].concat();
        let ppp = [&[0xFF, 3, 0, 0x21][..], &packet].concat();
        let pppoe = [&[0x11, 0, 0, 1, 0, 47, 0, 0x21][..], &packet].concat();
        let tagged = [&[0, 100, 8, 0][..], &packet].concat();
        let cooked = [&[0; 14][..], &[8, 0], &packet].concat();
        let cooked_2 = [&[8, 0][..], &[0; 18], &packet].concat();
        let frames = [
            (1, ethernet(0x0800, &packet), 14),
            (1, ethernet(0x8100, &tagged), 18),
            (1, ethernet(0x8864, &pppoe), 22),
            (113, cooked, 16),
            (276, cooked_2, 20),
            (0, family.clone(), 4),
            (108, family, 4),
            (9, ppp.clone(), 4),
            (50, ppp, 4),
            (51, pppoe, 8),
            (101, packet.clone(), 0),
            (228, packet, 0),
        ];
        for (link, octets, header) in frames {
            let expected = Some((b"hello".to_vec(), header + 40, 0));
            assert_eq!(segment(link, &octets, octets.len()), expected, "link type {link}");
        }
    }

    #[test]
    fn all_fields_of_a_segment_are_read() {
        let octets = ethernet(0x0800, &ipv4(1, 0, None, &tcp(b"hello")));
        let mut reader = Reader::new();
        let packet = reader.read(&frame(12, 1, &octets, octets.len()));
        let segment = packet.segment.unwrap();
        assert_eq!(segment.from, Endpoint { address: [10, 0, 0, 1].into(), port: 1025 });
        assert_eq!(segment.to, Endpoint { address: [10, 0, 0, 2].into(), port: 102 });
        assert_eq!((segment.sequence, segment.acknowledgement, segment.window), (7, 9, 0x2238));
        assert_eq!(segment.flags, Flags(0x18));
        assert_eq!(segment.payload.frames(), [FrameNo(12)]);
        assert_eq!((packet.cut, packet.broken), (false, None));
    }

    #[test]
    fn ethernet_padding_is_no_payload() {
        let mut octets = ethernet(0x0800, &ipv4(1, 0, None, &tcp(b"")));
        octets.resize(60, 0xAA);
        assert_eq!(segment(1, &octets, 60), Some((vec![], 54, 0)));
    }

    #[test]
    fn a_packet_without_length_reaches_to_the_end_of_the_frame() {
        let octets = ethernet(0x0800, &ipv4(1, 0, Some(0), &tcp(b"offloaded")));
        assert_eq!(segment(1, &octets, octets.len()), Some((b"offloaded".to_vec(), 54, 0)));
        assert_eq!(segment(1, &octets, octets.len() + 5), Some((b"offloaded".to_vec(), 54, 5)));
    }

    #[test]
    fn what_the_snap_length_cut_is_counted() {
        let octets = ethernet(0x0800, &ipv4(1, 0, None, &tcp(b"0123456789")));
        let whole = octets.len();
        assert_eq!(segment(1, &octets[..58], whole), Some((b"0123".to_vec(), 54, 6)));
        let mut reader = Reader::new();
        let packet = reader.read(&frame(1, 1, &octets[..50], whole));
        assert!(packet.segment.is_none());
        assert_eq!(packet.broken, Some(Broken { layer: Layer::Tcp, cut: true }));
    }

    #[test]
    fn a_length_larger_than_a_whole_frame_is_wrong() {
        let octets = ethernet(0x0800, &ipv4(1, 0, Some(1000), &tcp(b"short")));
        let mut reader = Reader::new();
        let packet = reader.read(&frame(1, 1, &octets, octets.len()));
        assert_eq!(packet.broken, Some(Broken { layer: Layer::Ip, cut: false }));
        assert_eq!(packet.segment.map(|segment| (segment.payload.len(), segment.cut)), Some((5, 0)));
    }

    #[test]
    fn extension_headers_are_passed_over() {
        let options = [6, 0, 1, 4, 0, 0, 0, 0];
        for (extension, header) in [(None, 40), (Some((0, &options[..])), 48), (Some((60, &options[..])), 48)]
        {
            let octets = ethernet(0x86DD, &ipv6(extension, &tcp(b"six")));
            assert_eq!(segment(1, &octets, octets.len()), Some((b"six".to_vec(), 14 + header + 20, 0)));
        }
    }

    #[test]
    fn fragments_become_one_segment_with_the_places_of_both_frames() {
        let whole = tcp(b"0123456789abcdef");
        let v4 = [ipv4(7, 0x2000, None, &whole[..24]), ipv4(7, 3, None, &whole[24..])];
        let fragment = |offset: u16, more: u16| {
            [&[6, 0][..], &((offset * 8) | more).to_be_bytes(), &[0, 0, 0, 9]].concat()
        };
        let v6 = [
            ipv6(Some((44, &fragment(0, 1))), &whole[..24]),
            ipv6(Some((44, &fragment(3, 0))), &whole[24..]),
        ];
        for ([first, second], ether_type, header) in [(v4, 0x0800, 34), (v6, 0x86DD, 62)] {
            let (first, second) = (ethernet(ether_type, &first), ethernet(ether_type, &second));
            let mut reader = Reader::new();
            assert!(reader.read(&frame(1, 1, &second, second.len())).segment.is_none());
            let packet = reader.read(&frame(2, 1, &first, first.len()));
            let payload = packet.segment.unwrap().payload;
            assert_eq!(payload.bytes(), b"0123456789abcdef");
            assert_eq!(payload.place(0), Place { frame: FrameNo(2), offset: header + 20 });
            assert_eq!(payload.place(4), Place { frame: FrameNo(1), offset: header });
            assert_eq!(packet.tcp, Some(Tcp { at: 0, header: 20 }));
            assert_eq!(packet.datagram.unwrap().frames(), [FrameNo(2), FrameNo(1)]);
        }
    }

    #[test]
    fn other_protocols_have_no_segment() {
        let mut packet = ipv4(1, 0, None, &[0; 8]);
        packet[9] = 17;
        let octets = ethernet(0x0800, &packet);
        let mut reader = Reader::new();
        let packet = reader.read(&frame(1, 1, &octets, octets.len()));
        assert_eq!(packet.ip.map(|ip| ip.protocol), Some(17));
        assert!(packet.segment.is_none() && packet.broken.is_none());
    }

    proptest! {
        #[test]
        fn any_octets_are_read_and_places_stay_in_the_frame(
            octets in proptest::collection::vec(prop_oneof![Just(0x45_u8), Just(6_u8), 0..9_u8, any::<u8>()], 0..120),
            link in prop_oneof![Just(0_u32), Just(1), Just(9), Just(51), Just(101), Just(113), Just(276)],
            original in any::<u32>(),
        ) {
            let mut reader = Reader::new();
            for number in 1..4 {
                let packet = reader.read(&frame(number, link, &octets, original as usize));
                if let Some(segment) = packet.segment {
                    for piece in segment.payload.pieces() {
                        prop_assert!(piece.offset as usize <= octets.len());
                    }
                }
            }
        }
    }
}
