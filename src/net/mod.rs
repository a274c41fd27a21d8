//! Frames to TCP segments: link layers, IPv4 with fragments, IPv6 with extension headers.

mod fragments;
mod ip;
mod link;
mod reader;
mod tcp;

use std::fmt;
use std::net::IpAddr;

pub use ip::{FragmentOf, Ip};
pub use link::{Carried, Link, LinkKind};
pub use reader::{Packet, Reader};
pub use tcp::Tcp;

use crate::capture::Octets;

/// A layer of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Layer {
    Link,
    Ip,
    Tcp,
}

/// The header of a layer does not fit, or its length contradicts the frame's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which layer.
    pub layer: Layer,
    /// Whether the snap length cut it; else it was sent so.
    pub cut: bool,
}

/// One end of a TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// The address; an IPv4-mapped IPv6 address stays as it was sent.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        std::net::SocketAddr::new(self.address, self.port).fmt(f)
    }
}

/// The flags of a TCP segment (RFC 9293 3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// No more data from the sender.
    pub const FIN: Flags = Flags(0x01);
    /// Synchronize sequence numbers.
    pub const SYN: Flags = Flags(0x02);
    /// Reset the connection.
    pub const RST: Flags = Flags(0x04);
    /// Push.
    pub const PSH: Flags = Flags(0x08);
    /// The acknowledgement number counts.
    pub const ACK: Flags = Flags(0x10);
    /// The urgent pointer counts.
    pub const URG: Flags = Flags(0x20);

    /// Whether all flags of `other` are set.
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }
}

/// One TCP segment.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// The sender.
    pub from: Endpoint,
    /// The addressee.
    pub to: Endpoint,
    /// Sequence number of the first octet (of the SYN, where that is set).
    pub sequence: u32,
    /// Acknowledgement number; counts only with ACK.
    pub acknowledgement: u32,
    /// The flags.
    pub flags: Flags,
    /// The window as sent, not scaled.
    pub window: u16,
    /// The payload, as far as it was captured.
    pub payload: Octets<'a>,
    /// How many octets of payload the segment had on the wire and the capture does not hold.
    pub cut: u32,
}
