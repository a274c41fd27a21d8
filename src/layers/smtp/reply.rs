//! Replies (RFC 5321 4.2).

use super::Verb;
use crate::tree::Span;

/// The fact about one reply; the spans lie in its octets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The reply code.
    pub code: u16,
    /// The text of each line.
    pub texts: Vec<Span>,
    /// What it answers, where that can be told.
    pub answers: Option<Verb>,
    /// How many octets the message had that it answers, end of data included.
    pub message: Option<u64>,
}

impl Reply {
    /// Whether it leaves the matter open: more is to be sent (RFC 5321 4.2.1).
    pub fn is_intermediate(&self) -> bool {
        self.code / 100 == 3
    }
}

/// One line of a reply, given without its end: the code, whether more lines follow, and where its text is.
pub(super) fn line(line: &[u8]) -> Option<(u16, bool, Span)> {
    let digit =
        |at: usize| line.get(at).filter(|octet| octet.is_ascii_digit()).map(|octet| u16::from(octet - b'0'));
    let code = digit(0)? * 100 + digit(1)? * 10 + digit(2)?;
    let more = match line.get(3) {
        None | Some(b' ') => false,
        Some(b'-') => true,
        Some(_) => return None,
    };
    (200..600).contains(&code).then(|| (code, more, Span::new(line.len().min(4), line.len())))
}

/// Whether a line, given without its end, is plainly a line of a reply.
pub(super) fn is_plain(text: &[u8]) -> bool {
    line(text).is_some() && text.iter().all(|octet| !octet.is_ascii_control() || *octet == b'\t')
}

/// The meaning of a reply code (RFC 5321 4.2.2, RFC 4954 6); for others that of its first digit (4.2.1).
pub fn meaning(code: u16) -> &'static str {
    let known = CODES.iter().find(|(known, _)| *known == i64::from(code));
    known.map_or_else(
        || match code / 100 {
            2 => "Positive completion",
            3 => "Positive intermediate",
            4 => "Transient negative completion",
            _ => "Permanent negative completion",
        },
        |(_, meaning)| meaning,
    )
}

/// The reply codes that have a meaning of their own.
pub(super) const CODES: &[(i64, &str)] = &[
    (211, "System status, or system help reply"),
    (214, "Help message"),
    (220, "Service ready"),
    (221, "Service closing transmission channel"),
    (235, "Authentication successful"),
    (250, "Requested mail action okay, completed"),
    (251, "User not local; will forward"),
    (252, "Cannot verify user, will attempt delivery"),
    (334, "Authentication challenge"),
    (354, "Start mail input; end with <CRLF>.<CRLF>"),
    (421, "Service not available, closing transmission channel"),
    (450, "Requested mail action not taken: mailbox unavailable"),
    (451, "Requested action aborted: local error in processing"),
    (452, "Requested action not taken: insufficient system storage"),
    (454, "Temporary authentication failure, or TLS not available"),
    (455, "Server unable to accommodate parameters"),
    (500, "Syntax error, command unrecognized"),
    (501, "Syntax error in parameters or arguments"),
    (502, "Command not implemented"),
    (503, "Bad sequence of commands"),
    (504, "Command parameter not implemented"),
    (530, "Authentication required"),
    (534, "Authentication mechanism is too weak"),
    (535, "Authentication credentials invalid"),
    (538, "Encryption required for requested authentication mechanism"),
    (550, "Requested action not taken: mailbox unavailable"),
    (551, "User not local"),
    (552, "Requested mail action aborted: exceeded storage allocation"),
    (553, "Requested action not taken: mailbox name not allowed"),
    (554, "Transaction failed"),
    (555, "MAIL FROM/RCPT TO parameters not recognized or not implemented"),
];
