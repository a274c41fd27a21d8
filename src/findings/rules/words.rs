//! Words that rules of several layers use.

use super::Case;
use crate::layers::Side;

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

/// A selector: quoted where it is printable ASCII, else in hexadecimal.
pub(super) fn selector(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) if !text.is_empty() && text.bytes().all(|octet| matches!(octet, b' '..=b'~')) => {
            format!("\"{text}\"")
        }
        _ if octets.is_empty() => "(of no octets)".to_owned(),
        _ => {
            format!("{} (hexadecimal)", octets.iter().map(|octet| format!("{octet:02X}")).collect::<String>())
        }
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

    #[test]
    fn selectors_are_text_where_they_can_be() {
        assert_eq!(selector(b"MTA-X"), "\"MTA-X\"");
        assert_eq!(selector(&[2, 0xBB]), "02BB (hexadecimal)");
        assert_eq!(selector(b""), "(of no octets)");
    }
}
