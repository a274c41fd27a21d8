//! Records as JSON Lines: associations, findings and PDUs. The keys are a contract with users' scripts.

use std::time::Duration;

use serde::Serialize;

use crate::analysis::{Asked, Association, Timers};
use crate::asn1::Oid;
use crate::capture::Timestamp;
use crate::findings::Finding;
use crate::layers::presentation::context_result;
use crate::layers::stack::Now;
use crate::layers::{Name, Side, rtse};

use super::line::Line;
use super::time::rfc3339;

/// The version of the JSON output; raised when a key changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

/// The first object of every JSON output.
#[derive(Debug, Serialize)]
pub struct Header<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    schema_version: u32,
    program: &'static str,
    version: &'static str,
    command: &'a str,
    files: Vec<String>,
}

impl<'a> Header<'a> {
    /// The header of the output of `command` on `files`.
    pub fn new(command: &'a str, files: Vec<String>) -> Header<'a> {
        Header {
            kind: "header",
            schema_version: SCHEMA_VERSION,
            program: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            command,
            files,
        }
    }
}

/// Octets for a string value: text where they are printable ASCII, else lower-case hexadecimal.
pub fn text_or_hex(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) if octets.iter().all(|octet| (0x20..0x7F).contains(octet)) => text.to_owned(),
        _ => hex(octets),
    }
}

/// Octets in lower-case hexadecimal.
pub fn hex(octets: &[u8]) -> String {
    use std::fmt::Write as _;
    octets.iter().fold(String::with_capacity(octets.len() * 2), |mut text, octet| {
        // Writing to a String does not fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}

fn time(time: Timestamp) -> String {
    rfc3339(time).to_string()
}

#[derive(Debug, Serialize)]
struct AskedRecord<T: Serialize> {
    #[serde(skip_serializing_if = "Option::is_none")]
    offered: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<T>,
}

impl<T: Serialize + Copy> AskedRecord<T> {
    fn new(asked: &Asked<T>) -> Option<AskedRecord<T>> {
        (!asked.is_empty()).then_some(AskedRecord { offered: asked.offered, accepted: asked.accepted })
    }
}

#[derive(Debug, Serialize)]
struct TpduSize {
    #[serde(skip_serializing_if = "Option::is_none")]
    proposed: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<u32>,
}

#[derive(Debug, Serialize)]
struct SessionRecord {
    /// The version in use; absent where nothing was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    versions_offered: Vec<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    functional_units: Option<AskedRecord<u16>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calling_ssel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    called_ssel: Option<String>,
}

#[derive(Debug, Serialize)]
struct ContextRecord {
    id: i64,
    abstract_syntax: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct PresentationRecord {
    mode: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    inferred: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    calling_psel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    called_psel: Option<String>,
    contexts: Vec<ContextRecord>,
}

#[derive(Debug, Serialize)]
struct RtseRecord {
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint_size: Option<AskedRecord<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window_size: Option<AskedRecord<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dialogue_mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_protocol: Option<i64>,
}

#[derive(Debug, Serialize)]
struct OctetsRecord {
    to_responder: u64,
    to_initiator: u64,
}

/// An association.
#[derive(Debug, Serialize)]
pub struct AssociationRecord {
    #[serde(rename = "type")]
    record: &'static str,
    association: u32,
    application: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    initiator: String,
    responder: String,
    first_frame: u64,
    last_frame: u64,
    opened: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calling_tsap: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    called_tsap: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tpdu_size: Option<TpduSize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presentation: Option<PresentationRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_context: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtse: Option<RtseRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    initiator_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    responder_name: Option<String>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    messages: u64,
    octets: OctetsRecord,
    missing_octets: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfers: Option<TransfersRecord>,
    #[serde(skip_serializing_if = "TimersRecord::is_empty")]
    timers: TimersRecord,
}

/// What was done with the activities of an association, and what of the agreed values was used.
#[derive(Debug, Serialize)]
struct TransfersRecord {
    started: u32,
    completed: u32,
    resumed: u32,
    interrupted: u32,
    discarded: u32,
    checkpoints: u64,
    most_unacknowledged: u32,
    largest_segment: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_serial: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_acknowledged: Option<u32>,
}

/// How long the steps of an association took, in seconds.
#[derive(Debug, Default, PartialEq, Serialize)]
struct TimersRecord {
    #[serde(skip_serializing_if = "Option::is_none")]
    transport: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bind: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activity_end: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle: Option<f64>,
}

impl TimersRecord {
    fn new(timers: &Timers) -> TimersRecord {
        let seconds = |span: Option<Duration>| span.map(|span| span.as_secs_f64());
        TimersRecord {
            transport: seconds(timers.transport),
            session: seconds(timers.session),
            bind: seconds(timers.bind),
            checkpoint: seconds(timers.checkpoint),
            activity_end: seconds(timers.end),
            idle: seconds(timers.idle),
        }
    }

    fn is_empty(&self) -> bool {
        *self == TimersRecord::default()
    }
}

/// The session protocol versions in a version number parameter (X.225 8.3.1.7).
pub fn versions(bits: u8) -> Vec<u8> {
    (1..=8).filter(|version| bits & (1 << (version - 1)) != 0).collect()
}

impl AssociationRecord {
    /// The record of `a`.
    pub fn new(a: &Association) -> AssociationRecord {
        let text = |octets: &Option<Name>| octets.as_deref().map(text_or_hex);
        let bits = a.session.version.accepted.or(a.session.version.offered);
        let session = bits.map(|_| SessionRecord {
            version: a.session.version.accepted.and_then(|bits| versions(bits).pop()),
            versions_offered: versions(a.session.version.offered.unwrap_or(0)),
            functional_units: AskedRecord::new(&a.session.functional_units),
            calling_ssel: text(&a.session.calling_selector),
            called_ssel: text(&a.session.called_selector),
        });
        let presentation = a.presentation.mode.map(|mode| PresentationRecord {
            mode: mode.name(),
            inferred: a.presentation.inferred,
            calling_psel: text(&a.presentation.calling_selector),
            called_psel: text(&a.presentation.called_selector),
            contexts: a
                .presentation
                .contexts
                .iter()
                .map(|context| ContextRecord {
                    id: context.id,
                    abstract_syntax: Oid(&context.abstract_syntax).to_string(),
                    result: context.result.map(context_result),
                })
                .collect(),
        });
        let rtse = a.rtse.seen.then(|| RtseRecord {
            checkpoint_size: AskedRecord::new(&a.rtse.checkpoint_size),
            window_size: AskedRecord::new(&a.rtse.window_size),
            dialogue_mode: a.rtse.dialogue_mode.map(rtse::dialogue_mode),
            application_protocol: a.rtse.application_protocol,
        });
        AssociationRecord {
            record: "association",
            association: a.number,
            application: a.application.map_or("unknown", |application| application.name()),
            kind: a.kind.map(|kind| kind.name()),
            initiator: a.initiator.to_string(),
            responder: a.responder.to_string(),
            first_frame: a.first_frame.0,
            last_frame: a.last_frame.0,
            opened: time(a.opened),
            closed: a.closed().map(time),
            calling_tsap: text(&a.calling_tsap),
            called_tsap: text(&a.called_tsap),
            tpdu_size: (!a.tpdu_size.is_empty())
                .then_some(TpduSize { proposed: a.tpdu_size.offered, accepted: a.tpdu_size.accepted }),
            session,
            presentation,
            application_context: (!a.application_context.is_empty())
                .then(|| Oid(&a.application_context).to_string()),
            rtse,
            initiator_name: text(&a.initiator_name),
            responder_name: text(&a.responder_name),
            outcome: a.outcome.name(),
            ended_by: a.ended_by.map(|tag| tag.name()),
            reason: a.reason().map(str::to_owned),
            messages: a.messages,
            octets: OctetsRecord { to_responder: a.octets[0], to_initiator: a.octets[1] },
            missing_octets: a.missing_octets,
            transfers: a.transfers.then_some(TransfersRecord {
                started: a.dialogue.activities.started,
                completed: a.dialogue.activities.completed,
                resumed: a.dialogue.activities.resumed,
                interrupted: a.dialogue.activities.interrupted,
                discarded: a.dialogue.activities.discarded,
                checkpoints: a.dialogue.activities.checkpoints,
                most_unacknowledged: a.dialogue.activities.most_unacknowledged,
                largest_segment: a.dialogue.activities.largest_segment,
                last_serial: a.dialogue.activities.serials.0,
                last_acknowledged: a.dialogue.activities.serials.1,
            }),
            timers: TimersRecord::new(&a.timers),
        }
    }
}

/// A finding.
#[derive(Debug, Serialize)]
pub struct FindingRecord<'a> {
    #[serde(rename = "type")]
    record: &'static str,
    rule: &'static str,
    severity: &'static str,
    certainty: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    association: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frame: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    octets: Option<String>,
    message: &'a str,
    remedy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<&'static str>,
    references: &'static [&'static str],
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_frame: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    associations: Option<&'a [u32]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<CauseRecord>,
}

/// The finding that another one follows from.
#[derive(Debug, Serialize)]
struct CauseRecord {
    rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    frame: Option<u64>,
}

impl<'a> FindingRecord<'a> {
    /// The record of `f`.
    pub fn new(f: &'a Finding) -> FindingRecord<'a> {
        FindingRecord {
            record: "finding",
            rule: f.rule.id,
            severity: f.severity.name(),
            certainty: f.certainty.name(),
            association: f.association(),
            frame: f.frame.map(|frame| frame.0),
            time: f.time.map(time),
            from: f.from.map(|end| end.to_string()),
            to: f.to.map(|end| end.to_string()),
            field: f.evidence.as_ref().map(|evidence| evidence.field),
            value: f.evidence.as_ref().and_then(|evidence| evidence.value),
            offset: f.evidence.as_ref().map(|evidence| evidence.offset),
            octets: f.evidence.as_ref().map(|evidence| hex(&evidence.octets)),
            message: &f.message,
            remedy: f.rule.remedy,
            events: f.events(),
            references: f.rule.references,
            count: f.count,
            last_frame: (f.count > 1).then_some(f.last_frame).flatten().map(|frame| frame.0),
            associations: (f.associations.len() > 1).then_some(&f.associations[..]),
            cause: f
                .cause
                .map(|(rule, frame)| CauseRecord { rule: rule.id, frame: frame.map(|frame| frame.0) }),
        }
    }
}

/// A PDU of the summary.
#[derive(Debug, Serialize)]
pub struct PduRecord<'a> {
    #[serde(rename = "type")]
    record: &'static str,
    frame: u64,
    time: String,
    association: u32,
    from: String,
    to: String,
    protocol: &'static str,
    name: &'a str,
    description: &'a str,
}

impl<'a> PduRecord<'a> {
    /// The record of `line`, sent by `side` of `association` and completed in the frame `now`.
    pub fn new(line: &'a Line, side: Side, association: &Association, now: Now) -> PduRecord<'a> {
        PduRecord {
            record: "pdu",
            frame: now.frame.0,
            time: time(now.time),
            association: association.number,
            from: association.end(side).to_string(),
            to: association.end(side.other()).to_string(),
            protocol: line.protocol,
            name: &line.name,
            description: &line.description,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_text_or_hexadecimal() {
        assert_eq!(text_or_hex(b"SWISSLIFETSAP"), "SWISSLIFETSAP");
        assert_eq!(text_or_hex(&[0x00, 0x0A]), "000a");
    }

    #[test]
    fn version_bits_are_version_numbers() {
        assert_eq!(versions(0x03), [1, 2]);
        assert_eq!(versions(0x02), [2]);
    }
}
