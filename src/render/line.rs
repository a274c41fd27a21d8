//! One line a record, for grep: what a PDU is and says, in words.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use crate::analysis::Association;
use crate::layers::cotp::{self, TpduKind};
use crate::layers::presentation::{self, Mode};
use crate::layers::session::{self, SpduKind};
use crate::layers::smtp::{self, Said};
use crate::layers::stack::{Content, Pdu, Transfer, TransferEnd};
use crate::layers::upper::Facts;
use crate::layers::{acse, foreign, mts, rtse};
use crate::stream::Incident;
use crate::tree::{Digits as _, Span, Tag};

use super::escape::escape;
use super::{messages, value};

/// A record of the summary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The highest layer that was decoded: a layer tag, or the name of a foreign protocol.
    pub protocol: &'static str,
    /// The standard's name of the PDU: `AARQ`.
    pub name: Cow<'static, str>,
    /// What it is and says: words, then `key=value` pairs.
    pub description: String,
}

impl Line {
    fn new(protocol: &'static str, name: impl Into<Cow<'static, str>>, title: &str) -> Line {
        // Room for what most lines say.
        let mut description = String::with_capacity(240);
        description.push_str(title);
        Line { protocol, name: name.into(), description }
    }

    fn key(&mut self, key: &str, value: impl std::fmt::Display) {
        // Writing to a String does not fail.
        let _ = write!(self.begin(key), "{value}");
    }

    fn begin(&mut self, key: &str) -> &mut String {
        messages::begin(&mut self.description, key)
    }

    fn octets(&mut self, key: &str, octets: Option<&[u8]>) {
        if let Some(octets) = octets {
            let _ = Selector(octets).write(self.begin(key));
        }
    }

    fn number(&mut self, key: &str, number: Option<i64>) {
        if let Some(number) = number {
            let _ = value::decimal(self.begin(key), number.into());
        }
    }

    fn count(&mut self, key: &str, count: u64) {
        let _ = self.begin(key).decimal(count);
    }

    fn coded(&mut self, key: &str, code: Option<i64>, words: impl Fn(i64) -> &'static str) {
        if let Some(code) = code {
            self.key(key, format_args!("{code} ({})", words(code)));
        }
    }
}

/// A selector, a name or another short octet string: quoted where it is printable ASCII, else in hexadecimal.
#[derive(Clone, Copy, Debug)]
pub struct Selector<'a>(pub &'a [u8]);

impl Selector<'_> {
    fn write(self, out: &mut impl fmt::Write) -> fmt::Result {
        match std::str::from_utf8(self.0) {
            Ok(text) if self.0.iter().all(|octet| (0x20..0x7F).contains(octet)) => {
                out.write_char('"')?;
                escape(text).write(out)?;
                out.write_char('"')
            }
            _ => out.lower(self.0),
        }
    }
}

impl fmt::Display for Selector<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

/// The record of a PDU.
pub fn of_pdu(pdu: &Pdu<'_>) -> Line {
    match pdu.content {
        Content::Tpdu(tpdu) => of_tpdu(tpdu),
        Content::Foreign { application, tsdu } => {
            let words = foreign::pdu_name(application, tsdu.bytes());
            let mut line = Line::new(application.name(), words.clone(), &words);
            line.key("octets", tsdu.len());
            line
        }
        Content::Smtp(said) => of_smtp(said, pdu.octets.bytes()),
        Content::Spdu { spdu, tsdu, upper } => {
            let mut line = of_upper(spdu, upper).unwrap_or_else(|| of_spdu(spdu));
            let octets = |at: Option<Span>| at.map(|at| at.of(tsdu.bytes()));
            line.octets("calling-ssel", octets(spdu.calling_selector));
            line.octets("called-ssel", octets(spdu.called_selector));
            if let Some(activity) = octets(spdu.activity) {
                line.key("activity", Activity(activity));
            }
            if let Some(activity) = octets(spdu.old_activity) {
                line.key("resumes", Activity(activity));
            }
            line.number("serial", spdu.serial.map(i64::from));
            line
        }
    }
}

/// The record of a transfer that is complete: the MTS-APDU, or what else it was.
pub fn of_transfer(transfer: &Transfer, association: &Association) -> Option<Line> {
    let Transfer { activity, end, apdu } = transfer;
    if *end != TransferEnd::Complete {
        return None;
    }
    let mut line = match apdu {
        Some(apdu) => {
            let mut line = Line::new(Tag::P1.name(), apdu.kind.name(), apdu.kind.name());
            messages::describe(&mut line.description, apdu);
            line
        }
        None => {
            let tag = match association.presentation.mode {
                Some(Mode::X410) => Tag::Rts,
                Some(Mode::Normal) => Tag::Rtse,
                None => Tag::Spdu,
            };
            Line::new(tag.name(), "transfer", "Transferred value")
        }
    };
    line.count("transferred", activity.length);
    line.count("segments", activity.segments.into());
    if !activity.complete() {
        line.description.push_str(if activity.is_capped() {
            " (read in part)"
        } else {
            " (octets of it were not captured)"
        });
    }
    let nanos = activity.ended.0.saturating_sub(activity.started.0).max(0);
    line.key("duration", format_args!("{}.{:03}s", nanos / 1_000_000_000, nanos / 1_000_000 % 1000));
    Some(line)
}

/// The record of something that happened on the TCP connection; `None` for what is not worth a line.
pub fn of_incident(incident: &Incident<'_>) -> Option<Line> {
    let tcp = Tag::Tcp.name();
    Some(match incident {
        Incident::Opened => Line::new(tcp, "SYN", "connection requested"),
        Incident::OpenRepeated => Line::new(tcp, "SYN", "connection requested again"),
        Incident::Accepted => Line::new(tcp, "SYN-ACK", "connection accepted"),
        Incident::Finished => Line::new(tcp, "FIN", "closed"),
        Incident::Reset => Line::new(tcp, "RST", "reset"),
        _ => return None,
    })
}

/// An activity identifier: X.228 makes it a BER INTEGER, shown as the number.
struct Activity<'a>(&'a [u8]);

impl std::fmt::Display for Activity<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            [0x02, length @ 1..=4, contents @ ..] if contents.len() == usize::from(*length) => {
                let number = contents.iter().fold(0u32, |number, octet| number << 8 | u32::from(*octet));
                write!(f, "{number}")
            }
            octets => Selector(octets).fmt(f),
        }
    }
}

fn of_smtp(said: &Said, octets: &[u8]) -> Line {
    let smtp = Tag::Smtp.name();
    let text = |at: &Span| escape(&String::from_utf8_lossy(at.of(octets))).to_string();
    match said {
        Said::Command(command) => {
            let name = match command.verb {
                smtp::Verb::Other => text(&command.word),
                verb => verb.name().to_owned(),
            };
            let mut line = Line::new(smtp, name, &escape(&command.words(octets)).to_string());
            if command.secret.is_some() {
                line.key("credentials", super::secrets::MASK);
            }
            line
        }
        Said::Credentials => {
            let mut line = Line::new(smtp, "credentials", "Cmd: Credentials");
            line.key("credentials", super::secrets::MASK);
            line
        }
        Said::Reply(reply) => {
            let words = format!("Rsp: {}", smtp::meaning(reply.code));
            let mut line = Line::new(smtp, reply.code.to_string(), &words);
            line.key("code", reply.code);
            if let Some(verb) = reply.answers {
                line.key("answers", Selector(verb.name().as_bytes()));
            }
            line.number("message-octets", reply.message.map(|octets| octets as i64));
            for at in &reply.texts {
                line.octets("text", Some(at.of(octets)).filter(|text| !text.is_empty()));
            }
            line
        }
        Said::Header(header) => {
            let mut line = Line::new(smtp, "header", "Header of the message");
            for (field, at) in &header.values {
                line.key(&field.name().to_ascii_lowercase(), format_args!("<{}>", text(at)));
            }
            line
        }
    }
}

fn of_tpdu(tpdu: &cotp::Tpdu) -> Line {
    let mut line = Line::new(Tag::Tpdu.name(), tpdu.kind.name(), tpdu.kind.title());
    match tpdu.kind {
        TpduKind::Cr | TpduKind::Cc => {
            if let Some(connect) = &tpdu.connect {
                line.octets("calling-tsap", connect.calling_tsap.as_deref());
                line.octets("called-tsap", connect.called_tsap.as_deref());
                line.number("tpdu-size", connect.tpdu_size.map(i64::from));
                if connect.class != 0 {
                    line.key("class", connect.class);
                }
            }
        }
        TpduKind::Dr => {
            line.coded("reason", Some(tpdu.reason.into()), |_| cotp::disconnect_reason(tpdu.reason))
        }
        TpduKind::Er => line.coded("cause", Some(tpdu.reason.into()), |_| cotp::reject_cause(tpdu.reason)),
        _ => {}
    }
    if !tpdu.explanation.is_empty() {
        line.key("text", Selector(&tpdu.explanation));
    }
    line
}

fn of_spdu(spdu: &session::Spdu) -> Line {
    let mut line = Line::new(Tag::Spdu.name(), spdu.kind.name(), spdu.kind.title());
    match spdu.kind {
        SpduKind::Refuse => {
            line.coded("reason", spdu.reason.map(i64::from), |code| session::refuse_reason(code as u8))
        }
        SpduKind::ExceptionData | SpduKind::ActivityInterrupt | SpduKind::ActivityDiscard => {
            line.coded("reason", spdu.reason.map(i64::from), |code| session::exception_reason(code as u8));
        }
        SpduKind::Abort => {
            let bits = spdu.transport_disconnect.unwrap_or(0);
            line.coded("reason", Some(bits.into()), |_| session::abort_reason(bits));
        }
        SpduKind::Connect | SpduKind::Accept => {
            if let Some(bits) = spdu.version {
                let versions: Vec<String> =
                    super::records::versions(bits).iter().map(u8::to_string).collect();
                line.key("version", versions.join("+"));
            }
            if let Some(units) = spdu.functional_units {
                line.key("functional-units", format_args!("{units:04x}"));
            }
        }
        _ => {}
    }
    if let Some(token) = spdu.token_item {
        line.key("tokens", format_args!("{token:02x}"));
    }
    line
}

/// The record at the highest layer above session, if there is one.
fn of_upper(spdu: &session::Spdu, upper: &Facts) -> Option<Line> {
    let rts = if upper.mode == Some(Mode::X410) { Tag::Rts } else { Tag::Rtse };
    let (tag, name, title) = if let Some(apdu) = &upper.rtse {
        (rts, apdu.kind.name(), apdu.kind.title())
    } else if let Some(apdu) = &upper.rose {
        (Tag::Rose, apdu.kind.name(), apdu.kind.title())
    } else if let Some(apdu) = &upper.acse {
        (Tag::Acse, apdu.kind.name(), apdu.kind.title())
    } else {
        let kind = upper
            .ppdu
            .filter(|kind| *kind != presentation::PpduKind::Td || spdu.kind == SpduKind::DataTransfer)?;
        (Tag::Ppdu, kind.name(), kind.title())
    };
    let mut line = Line::new(tag.name(), name, spdu.kind.title());
    line.description.push_str(", ");
    line.description.push_str(title);
    if let Some(apdu) = &upper.rtse {
        keys_of_rtse(&mut line, apdu);
    } else if let Some(apdu) = &upper.rose {
        line.number("invoke-id", apdu.invoke_id);
        line.number("code", apdu.code);
    }
    if spdu.kind == SpduKind::Refuse {
        line.coded("reason", spdu.reason.map(i64::from), |code| session::refuse_reason(code as u8));
    }
    line.coded("provider-reason", upper.provider_reason, |code| match upper.ppdu {
        Some(presentation::PpduKind::Arp) => presentation::abort_reason(code),
        _ => presentation::refuse_reason(code),
    });
    line.octets("calling-psel", upper.calling_selector.as_deref());
    line.octets("called-psel", upper.called_selector.as_deref());
    if let Some(apdu) = &upper.acse {
        keys_of_acse(&mut line, apdu);
    }
    Some(line)
}

fn keys_of_rtse(line: &mut Line, apdu: &rtse::Apdu) {
    line.number("protocol", apdu.application_protocol);
    line.number("checkpoint", apdu.checkpoint_size);
    line.number("window", apdu.window_size);
    line.coded("dialogue", apdu.dialogue_mode, rtse::dialogue_mode);
    if apdu.connection_data == Some(rtse::ConnectionData::Recover) {
        line.description.push_str(" recover");
    }
    line.octets("name", apdu.bind.name.as_deref());
    if apdu.bind.password.is_some() {
        line.key("password", "********");
    }
    line.coded("bind-error", apdu.bind.error, mts::bind_error);
    line.coded("refuse-reason", apdu.refuse_reason, rtse::refuse_reason);
    line.coded("abort-reason", apdu.abort_reason, rtse::abort_reason);
    line.number("priority", apdu.priority);
    if apdu.kind == rtse::ApduKind::Rttr {
        line.count("octets", apdu.octets as u64);
    }
}

fn keys_of_acse(line: &mut Line, apdu: &acse::Apdu) {
    if !apdu.application_context.is_empty() {
        line.key("application-context", crate::asn1::Oid(&apdu.application_context));
    }
    line.coded("result", apdu.result, acse::result);
    line.coded("diagnostic", apdu.user_diagnostic, acse::user_diagnostic);
    line.coded("provider-diagnostic", apdu.provider_diagnostic, acse::provider_diagnostic);
    line.number("release-reason", apdu.reason);
    line.coded("abort-diagnostic", apdu.abort_diagnostic, acse::abort_diagnostic);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_text_where_they_can_be() {
        assert_eq!(Selector(b"MTA-A").to_string(), "\"MTA-A\"");
        assert_eq!(Selector(&[0, 10]).to_string(), "000a");
    }

    #[test]
    fn an_activity_identifier_is_a_number() {
        assert_eq!(Activity(&[2, 1, 7]).to_string(), "7");
        assert_eq!(Activity(&[2, 2, 1, 0]).to_string(), "256");
        assert_eq!(Activity(b"\x02\x05A").to_string(), "020541");
    }
}
