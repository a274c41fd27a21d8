//! What several rules say or ask.

use super::{Case, Collector, Draft, Rule, Scene};
use crate::analysis::Association;
use crate::findings::find;
use crate::layers::upper::Code;
use crate::layers::{Side, session};

/// What RTSE needs of the session layer: half-duplex, minor synchronize, activity management, exceptions (X.228 8.1.1).
pub(super) const RTSE_UNITS: u16 = 0x0249;

/// A finding about the end of an association, on the code that tells it.
pub(super) fn on_end<'a>(case: &'a Case<'_>, rule: &'static Rule) -> Draft<'a> {
    let code = case.ending.code.as_ref();
    // The same code again is the same refusal again.
    let key = code.and_then(|code| code.value).map_or(u64::MAX, |value| value as u64);
    Draft { side: Some(case.ending.side), key, evidence: code.map(evidence), ..Draft::new(rule) }
}

/// The frame that ended an association, for what concerns it alone.
pub(super) fn there<'a>(case: &Case<'a>) -> Scene<'a> {
    Scene::new(case.ending.now, Some(case.association))
}

/// A code as evidence.
pub(super) fn evidence(code: &Code) -> (&'static str, crate::capture::Octets<'_>, Option<i64>) {
    (code.field, code.quote.octets(), code.value)
}

/// Whether a rule that looks at what goes before has told a fault that explains trouble on an association.
pub(super) fn explained(association: &Association, out: &Collector) -> bool {
    if has_newer_elements(association.number, out) {
        return true;
    }
    let exceeds = |asked: &crate::analysis::Asked<i64>| match (asked.offered, asked.accepted) {
        (Some(offered), Some(accepted)) => accepted > offered,
        _ => false,
    };
    let rejected = |context: &crate::layers::presentation::Context| {
        context.result.is_some_and(|result| result != 0) && needs_context(&context.abstract_syntax)
    };
    let (offered, answered) = association.presentation.modes;
    association.dialogue.first_breach.is_some()
        || has_too_few_units(association)
        || association.presentation.contexts.iter().any(rejected)
        || exceeds(&association.rtse.checkpoint_size)
        || exceeds(&association.rtse.window_size)
        || (offered.is_some() && answered.is_some() && offered != answered)
}

/// Whether it was told that an association of the 1984 kind carries what 1984 does not have, an element or a content:
/// receivers refuse what holds it.
pub(super) fn has_newer_elements(association: u32, out: &Collector) -> bool {
    let ids = ["p1-88-element-on-84-association", "p1-content-type-unexpected"];
    ids.into_iter().filter_map(find).any(|rule| out.knows(rule, association))
}

/// Whether the functional units that were offered or agreed on are too few for RTSE. Without activity management and
/// half-duplex it is no use of RTSE at all, but remote operations straight on the session layer.
pub(super) fn has_too_few_units(association: &Association) -> bool {
    let lacks = |units: u16| units & RTSE_UNITS != RTSE_UNITS && units & 0x0041 != 0;
    association.rtse.seen
        && (association.session.functional_units.offered.is_some_and(lacks)
            || association.dialogue.functional_units().is_some_and(lacks))
}

/// What P1 needs: ACSE, the MTA's RTSE, message transfer (X.419 clause 8).
pub(super) fn needs_context(abstract_syntax: &[u8]) -> bool {
    matches!(
        abstract_syntax,
        [0x52, 0x01, 0x00, 0x01] | [0x56, 0x00, 0x02, 0x0C] | [0x56, 0x00, 0x02, 0x07] | [0x53, 0x00 | 0x02]
    )
}

/// A selector for a sentence: text where it is text, else its octets.
pub(super) fn selector(octets: Option<&[u8]>) -> String {
    match octets {
        None => "none".to_owned(),
        Some([]) => "an empty one".to_owned(),
        Some(octets) if octets.iter().all(|octet| octet.is_ascii_graphic() || *octet == b' ') => {
            format!("\"{}\"", String::from_utf8_lossy(octets))
        }
        Some(octets) => {
            let digits: String = octets.iter().map(|octet| format!("{octet:02X}")).collect();
            format!("{digits} (hexadecimal)")
        }
    }
}

/// Functional units in words, with their number.
pub(super) fn units(units: u16) -> String {
    let names: Vec<_> = session::functional_units(units).collect();
    match names.is_empty() {
        true => format!("none ({units:04X})"),
        false => format!("{} ({units:04X})", names.join(", ")),
    }
}

/// The Open interval of an X.400 connector of Exchange, unless it is set otherwise, and the shortest that is advised.
const OPEN_INTERVAL: f64 = 600.0;
const SHORTEST_INTERVAL: f64 = 30.0;

const SECOND: f64 = 1e9;

/// A span of time in nanoseconds, as exactly as a reader needs it.
pub(super) fn span(nanoseconds: i64) -> String {
    let seconds = nanoseconds as f64 / SECOND;
    match seconds {
        10.0.. => format!("{seconds:.0} s"),
        1.0..10.0 => format!("{seconds:.1} s"),
        _ => format!("{:.1} ms", seconds * 1000.0),
    }
}

/// Octets in hexadecimal.
pub(super) fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect::<Vec<_>>().join(" ")
}

/// The end that called or was called, for a sentence.
pub(super) fn called(side: Side) -> &'static str {
    match side {
        Side::Initiator => "calling",
        Side::Responder => "called",
    }
}

/// How often and at which intervals the same failed in a row; empty where it failed once.
pub(super) fn retries(case: &Case<'_>) -> String {
    let Some(run) = case.history.run(case.association) else { return String::new() };
    let (least, most) = (run.apart.0 as f64 / SECOND, run.apart.1 as f64 / SECOND);
    let regular = most - least <= (most / 20.0).max(1.0);
    let apart = match regular {
        true => format!("{} apart", span(run.apart.1)),
        false => format!("{} to {} apart", span(run.apart.0), span(run.apart.1)),
    };
    let mut words = format!(
        " {} attempts in a row failed in this way, {apart} (frames {} to {}).",
        run.count, run.first, run.last
    );
    if most < SHORTEST_INTERVAL {
        words.push_str(
            " That is less than the 30 s (60 s over dial-up) which the Open interval of an X.400 connector in Exchange \
             should not be set below: messages loop in the MTA, it logs event 200, and they come back undelivered \
             (Q176489).",
        );
    } else if regular && (most - OPEN_INTERVAL).abs() <= OPEN_INTERVAL / 20.0 {
        words.push_str(
            " That is the Open interval of Exchange as it is installed: after 144 attempts the messages come back \
             undelivered (Q157630).",
        );
    }
    words
}

/// What is to be said where the capture lacks octets of the association.
pub(super) fn holes(case: &Case<'_>) -> String {
    match case.association.missing_octets {
        0 => String::new(),
        count => format!(
            " {count} octets of the association are not in the capture; what is missed here may be among them."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_as_exact_as_a_reader_needs() {
        assert_eq!(span(600_000_000_000), "600 s");
        assert_eq!(span(2_500_000_000), "2.5 s");
        assert_eq!(span(300_000), "0.3 ms");
    }
}
