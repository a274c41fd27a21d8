//! What the layers notice besides the facts: anomalies, as data. Rules turn them into findings.

use super::{Side, cotp, or_address_oddities, p1_oddities, p2_oddities, session, smtp};
use crate::capture::Octets;
use crate::stream::Loss;
use crate::tree::{Damage, Field};

/// Something that is not as it should be, or that limits what can be said.
#[derive(Clone, Copy, Debug)]
pub enum What<'a> {
    /// A TPKT whose reserved octet is not zero, or is not what it was in packets of the same side before.
    TpktReserved {
        /// The octet.
        value: u8,
        /// What it was in the first packet of the side, where that had another value.
        before: Option<u8>,
    },
    /// A TPKT whose version is not 3.
    TpktVersion(u8),
    /// A boundary in the stream where the length is impossible.
    TpktLength(u16),
    /// Octets passed over on the way to the next packet, because the capture misses what was in front of them.
    TpktResync,
    /// Octets that are no packet where one has to begin.
    TpktJunk {
        /// Whether no packet of this side came before.
        at_start: bool,
    },
    /// A TPDU that is odd, by its header or by its place.
    Cotp(cotp::Oddity),
    /// An SPDU whose structure does not hold together.
    Session(session::Oddity),
    /// Damage in a BER encoding.
    Ber(Damage),
    /// Something odd in an MTS-APDU.
    P1(p1_oddities::Oddity),
    /// An element, in words, that the editions of 1984 do not have, on an association of the 1984 kind.
    Only1988(&'static str),
    /// An O/R name or a directory name in it that is odd.
    Name(or_address_oddities::Oddity),
    /// Something odd in an interpersonal message or notification.
    Ipm(p2_oddities::Oddity),
    /// A value in a presentation context that was not defined (false) or not accepted (true): its identifier.
    UnknownContext(i64, bool),
    /// Octets of the stream that were never captured.
    Missing(Loss),
    /// Octets sent twice with different contents.
    Conflict,
    /// So many IP datagrams with TCP came in fragments that were not put together.
    Fragments(u64),
    /// The capture began in mid-stream.
    Midstream,
    /// A mail address in which something is wrapped up; the octets are those of the address.
    SmtpAddress(smtp::Seen<'a>),
    /// An SMTP connection went on in TLS.
    SmtpTls,
    /// A cap of this tool was reached; the octets behind it were counted, not read.
    Cap(Cap),
}

impl What<'_> {
    /// Whether PDUs may be missed where it was noticed.
    pub fn hides_pdus(&self) -> bool {
        matches!(
            self,
            What::TpktLength(_)
                | What::TpktJunk { .. }
                | What::TpktResync
                | What::Session(_)
                | What::Missing(_)
                | What::Fragments(_)
                | What::Conflict
                | What::Midstream
                | What::Cap(_)
        )
    }
}

/// The caps of the layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cap {
    /// A TSDU grew past what is held of one.
    Tsdu,
    /// An SSDU grew past what is held of one.
    Ssdu,
    /// An APDU in transfer grew past what is held of one.
    Transfer,
    /// The segments waiting behind a hole grew past what is held of them.
    OutOfOrder,
    /// A TSDU holds more SPDUs than are read of one.
    Spdus,
    /// More is held of all connections together than may be.
    Together,
    /// More activities wait to be resumed, or for their acknowledgement, than are remembered.
    Remembered,
    /// More presentation contexts were proposed than are known of one connection.
    Contexts,
    /// A command line or a reply of SMTP is longer than what is held of one.
    SmtpLine,
    /// The header of a mail is longer than what is held of one.
    SmtpHeader,
    /// More commands of SMTP wait for their replies than are remembered.
    SmtpCommands,
    /// More connections were open than are followed at a time.
    Connections,
    /// A name, a selector, an identifier or a subject is longer than what is remembered of one, or an address or a
    /// message has more parts.
    Kept,
    /// More is odd in one value than is told of it.
    Notices,
    /// More messages were transferred than are remembered.
    Messages,
    /// More associations ended, or between more pairs of hosts, than are judged together.
    Associations,
}

/// One anomaly at its place.
#[derive(Clone, Copy, Debug)]
pub struct Note<'a> {
    /// What it is.
    pub what: What<'a>,
    /// The side that sent the octets.
    pub side: Side,
    /// The field concerned.
    pub field: Field,
    /// The octets concerned; where nothing was captured, the place where they are missed.
    pub octets: Octets<'a>,
}
