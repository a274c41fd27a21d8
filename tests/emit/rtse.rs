//! Reliable transfer (X.228; X.410-1984 RTS).

use super::Kind;
use super::ber::{constructed, integer, octet_string, tlv};

/// What opening an association carries to the user of RTSE.
pub(crate) enum ConnectionData {
    /// A new association, with the encoded bind argument or result.
    Open(Vec<u8>),
    /// An association that takes the place of a lost one: its SessionConnectionIdentifier.
    Recover(SessionConnectionIdentifier),
}

/// Names a session connection: the BER values of PI 9 or 10, 11 and 12 of its CONNECT.
#[derive(Clone, Debug)]
pub(crate) struct SessionConnectionIdentifier {
    pub(crate) user_reference: Vec<u8>,
    pub(crate) common_reference: Vec<u8>,
}

/// RTORQ or RTOAC.
pub(crate) struct Open {
    /// checkpointSize, in units of 1024 octets; 0 is none.
    pub(crate) checkpoint_size: u32,
    pub(crate) window_size: u32,
    /// dialogueMode of RTORQ; `None` leaves it out.
    pub(crate) dialogue_mode: Option<u32>,
    pub(crate) data: ConnectionData,
    /// applicationProtocol of RTORQ in X.410 mode.
    pub(crate) application_protocol: Option<u32>,
}

impl Open {
    /// The components of RTORQ, as they stand in an X.410-mode CP.
    pub(crate) fn request(&self, kind: Kind) -> Vec<Vec<u8>> {
        let mut parts = vec![integer(0x80, self.checkpoint_size), integer(0x81, self.window_size)];
        parts.extend(self.dialogue_mode.map(|mode| integer(0x82, mode)));
        parts.push(constructed(0xA3, &[self.connection_data(kind, 0xB0)]));
        parts.extend(self.application_protocol.map(|number| integer(0x84, number)));
        parts
    }

    /// The components of RTOAC, as they stand in an X.410-mode CPA.
    pub(crate) fn accept(&self, kind: Kind) -> Vec<Vec<u8>> {
        vec![
            integer(0x80, self.checkpoint_size),
            integer(0x81, self.window_size),
            constructed(0xA2, &[self.connection_data(kind, 0xB1)]),
        ]
    }

    /// In normal mode the bind argument has the BIND tag around it; in X.410 mode it stands alone.
    fn connection_data(&self, kind: Kind, bind_tag: u8) -> Vec<u8> {
        match &self.data {
            ConnectionData::Open(bind) if kind == Kind::Normal => constructed(0xA0, &[tlv(bind_tag, bind)]),
            ConnectionData::Open(bind) => tlv(0xA0, bind),
            ConnectionData::Recover(lost) => {
                constructed(0xA1, &[lost.user_reference.clone(), lost.common_reference.clone()])
            }
        }
    }
}

/// RTORQ of the normal mode.
pub(crate) fn rtorq(components: &[Vec<u8>]) -> Vec<u8> {
    constructed(0xB0, components)
}

/// RTOAC of the normal mode.
pub(crate) fn rtoac(components: &[Vec<u8>]) -> Vec<u8> {
    constructed(0xB1, components)
}

/// RTORJ of the normal mode, with a bind error for the user.
pub(crate) fn rtorj_bind_error(error: u32) -> Vec<u8> {
    constructed(0xB2, &[constructed(0xA1, &[constructed(0xB2, &[integer(0x02, error)])])])
}

/// The components of an X.410-mode RTORJ or RTAB: the reason alone.
pub(crate) fn reason(reason: u32) -> Vec<u8> {
    integer(0x80, reason)
}

/// RTAB of the normal mode.
pub(crate) fn rtab(abort_reason: u32) -> Vec<u8> {
    constructed(0xB6, &[reason(abort_reason)])
}

/// RTTP: the turn is asked for.
pub(crate) fn rttp(priority: u32) -> Vec<u8> {
    integer(0x02, priority)
}

/// RTTR of the normal mode: one piece of an APDU, as one string or in several.
pub(crate) fn rttr(strings: Option<usize>, piece: &[u8]) -> Vec<u8> {
    octet_string(strings, piece)
}

/// The identifier of an activity, as it stands in PI 41.
pub(crate) fn activity_identifier(number: u32) -> Vec<u8> {
    integer(0x02, number)
}
