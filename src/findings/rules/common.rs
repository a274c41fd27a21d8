//! What several rules say or ask.

use super::{Case, Draft, Rule};
use crate::analysis::Association;
use crate::layers::session;
use crate::layers::upper::Code;

/// What RTSE needs of the session layer: half-duplex, minor synchronize, activity management, exceptions (X.228 8.1.1).
pub(super) const RTSE_UNITS: u16 = 0x0249;

/// A finding about the end of an association, on the code that tells it.
pub(super) fn on_end<'a>(case: &'a Case<'_>, rule: &'static Rule) -> Draft<'a> {
    let evidence = case.ending.code.as_ref().map(evidence);
    Draft { side: Some(case.ending.side), evidence, ..Draft::new(rule) }
}

/// A code as evidence.
pub(super) fn evidence(code: &Code) -> (&'static str, crate::capture::Octets<'_>, Option<i64>) {
    (code.field, code.quote.octets(), code.value)
}

/// Whether a rule that looks at what goes before the end has told a fault that explains it.
pub(super) fn explained(association: &Association) -> bool {
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

/// A time for a sentence.
pub(super) fn seconds(span: std::time::Duration) -> String {
    match span.as_secs_f64() {
        seconds if seconds < 10.0 => format!("{seconds:.3} s"),
        seconds => format!("{seconds:.0} s"),
    }
}
