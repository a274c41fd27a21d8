//! Commands (RFC 5321 4.1.1, and the extensions that carry octets or secrets).

use crate::tree::Span;

/// What a command asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Verb {
    Helo,
    Ehlo,
    Mail,
    Rcpt,
    Data,
    Bdat,
    Rset,
    Vrfy,
    Expn,
    Help,
    Noop,
    Auth,
    /// The same before it was standardised, and as Exchange has it between its servers.
    Xauth,
    Xexps,
    StartTls,
    Etrn,
    Turn,
    /// Properties between Exchange servers: so many octets follow on the reply 354.
    Xexch50,
    Quit,
    /// No command, but what is answered like one: the connection was opened.
    Opening,
    /// No command, but what is answered like one: the end of the message was sent.
    EndOfData,
    /// Any other.
    Other,
}

const NAMES: &[(Verb, &str)] = &[
    (Verb::Helo, "HELO"),
    (Verb::Ehlo, "EHLO"),
    (Verb::Mail, "MAIL"),
    (Verb::Rcpt, "RCPT"),
    (Verb::Data, "DATA"),
    (Verb::Bdat, "BDAT"),
    (Verb::Rset, "RSET"),
    (Verb::Vrfy, "VRFY"),
    (Verb::Expn, "EXPN"),
    (Verb::Help, "HELP"),
    (Verb::Noop, "NOOP"),
    (Verb::Auth, "AUTH"),
    (Verb::Xauth, "XAUTH"),
    (Verb::Xexps, "X-EXPS"),
    (Verb::StartTls, "STARTTLS"),
    (Verb::Etrn, "ETRN"),
    (Verb::Turn, "TURN"),
    (Verb::Xexch50, "XEXCH50"),
    (Verb::Quit, "QUIT"),
];

impl Verb {
    /// The command's name, or what stands for one in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Opening => "the connection",
            Verb::EndOfData => "the message",
            _ => NAMES.iter().find(|(verb, _)| *verb == self).map_or("a command", |(_, name)| name),
        }
    }

    fn of(word: &[u8]) -> Verb {
        let known = NAMES.iter().find(|(_, name)| name.as_bytes().eq_ignore_ascii_case(word));
        known.map_or(Verb::Other, |(verb, _)| *verb)
    }

    /// Whether it begins an authentication dialogue, whose lines are secret.
    pub fn authenticates(self) -> bool {
        matches!(self, Verb::Auth | Verb::Xauth | Verb::Xexps)
    }
}

/// The fact about one command; the spans lie in its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it asks for.
    pub verb: Verb,
    /// The word itself.
    pub word: Span,
    /// What stands behind it, as far as it is not secret; may be empty.
    pub parameter: Span,
    /// Credentials that stand behind the mechanism (RFC 4954 4: the initial response).
    pub secret: Option<Span>,
    /// The address of MAIL or RCPT, without brackets and source route; empty for the null reverse-path.
    pub address: Option<Span>,
    /// How many octets follow: those of BDAT (RFC 3030) and XEXCH50.
    pub size: u64,
    /// Whether the line was longer than what is held of one.
    pub capped: bool,
}

impl Command {
    /// Reads a line, given without its end.
    pub fn parse(line: &[u8]) -> Command {
        let start = line.iter().take_while(|octet| is_blank(**octet)).count();
        let word = until(line, start, is_blank);
        let end = line.len() - line.iter().rev().take_while(|octet| is_blank(**octet)).count();
        let parameter = (word.end as usize + blanks(line, word.end as usize)).min(end.max(word.end as usize));
        let mut command = Command {
            verb: Verb::of(word.of(line)),
            word,
            parameter: Span::new(parameter, end.max(parameter)),
            secret: None,
            address: None,
            size: 0,
            capped: false,
        };
        let first = until(line, parameter, is_blank);
        match command.verb {
            verb if verb.authenticates() => {
                let secret = first.end as usize + blanks(line, first.end as usize);
                if secret < command.parameter.end as usize {
                    command.secret = Some(Span { start: secret as u32, ..command.parameter });
                    command.parameter = first;
                }
            }
            Verb::Mail => command.address = path(line, parameter, b"FROM:"),
            Verb::Rcpt => command.address = path(line, parameter, b"TO:"),
            Verb::Bdat | Verb::Xexch50 => command.size = number(first.of(line)).unwrap_or(0),
            _ => {}
        }
        command
    }
}

/// Whether a line, given without its end, is plainly a command: one that text is not likely to look like.
pub(super) fn is_plain(line: &[u8]) -> bool {
    if !line.iter().all(|octet| matches!(octet, b' '..=b'~')) {
        return false;
    }
    let command = Command::parse(line);
    let alone = command.parameter.is_empty();
    match command.verb {
        _ if command.word.start != 0 => false,
        Verb::Helo | Verb::Ehlo => !alone,
        Verb::Mail | Verb::Rcpt => command.address.is_some() && command.parameter.of(line).contains(&b'<'),
        Verb::Data | Verb::Rset | Verb::Noop | Verb::StartTls | Verb::Quit => alone,
        Verb::Bdat => number(until(line, command.parameter.start as usize, is_blank).of(line)).is_some(),
        verb => verb.authenticates() && !alone,
    }
}

/// The address of a path (RFC 5321 4.1.2) behind its keyword. Without brackets it is the next word.
fn path(line: &[u8], at: usize, keyword: &[u8]) -> Option<Span> {
    if !line.get(at..at + keyword.len())?.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let at = at + keyword.len();
    let at = at + blanks(line, at);
    match line.get(at) {
        Some(b'<') => Some(bracketed(line, at)),
        _ => Some(until(line, at, is_blank)),
    }
}

/// The address between the bracket at `at` and the one that closes it, without a source route (RFC 5321 appendix C).
pub(super) fn bracketed(line: &[u8], at: usize) -> Span {
    let mut quoted = false;
    let mut escaped = false;
    let end = line.iter().enumerate().skip(at + 1).find(|(_, octet)| {
        let closes = **octet == b'>' && !quoted;
        quoted ^= **octet == b'"' && !escaped;
        escaped = **octet == b'\\' && !escaped;
        closes
    });
    let end = end.map_or(line.len(), |(end, _)| end);
    let inner = &line[(at + 1).min(end)..end];
    let route = match inner.first() {
        Some(b'@') => inner.iter().position(|octet| *octet == b':').map_or(0, |colon| colon + 1),
        _ => 0,
    };
    Span::new((at + 1 + route).min(end), end)
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

fn blanks(line: &[u8], at: usize) -> usize {
    line.iter().skip(at).take_while(|octet| is_blank(**octet)).count()
}

/// From `at` up to the first octet that ends it.
fn until(line: &[u8], at: usize, ends: impl Fn(u8) -> bool) -> Span {
    let length = line.iter().skip(at).take_while(|octet| !ends(**octet)).count();
    Span::new(at.min(line.len()), at.min(line.len()) + length)
}
