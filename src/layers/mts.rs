//! Message transfer associations: their kinds (X.419) and the bind of message transfer agents (X.411 12.1.1).

use super::Name;

/// Which of the three kinds of MHS association it is (X.419, X.410-1984).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// mts-transfer-protocol-1984: X.410 mode, applicationProtocol 1 or absent.
    Mts1984,
    /// mts-transfer-protocol: X.410 mode, applicationProtocol 12.
    Mts1988X410,
    /// mts-transfer: normal mode.
    Mts1988Normal,
}

impl Kind {
    /// The name used in output.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Mts1984 => "1984",
            Kind::Mts1988X410 => "1988-x410",
            Kind::Mts1988Normal => "1988-normal",
        }
    }
}

/// What the connection data of an RTORQ, RTOAC or RTORJ say about the bind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bind {
    /// initiator-name or responder-name.
    pub name: Option<Name>,
    /// Where simple credentials were sent, a number that is equal for equal passwords and tells nothing else.
    pub password: Option<u64>,
    /// MTABindError.
    pub error: Option<i64>,
}

/// The words for an MTABindError (X.411 figure 2).
pub const fn bind_error(error: i64) -> &'static str {
    match error {
        0 => "busy",
        2 => "authentication-error",
        3 => "unacceptable-dialogue-mode",
        4 => "unacceptable-security-context",
        5 => "inadequate-association-confidentiality",
        _ => "unknown error",
    }
}
