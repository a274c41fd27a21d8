//! Times in the envelope: against each other, and against the clock of the capture.

use super::{
    Certainty, Check, Collector, Draft, Message, Rule, Scene, Severity, draft, key, named, named_first,
    oddity, quoting, says, trace_element,
};
use crate::asn1::Time;
use crate::layers::note::Note;
use crate::layers::p1::TimeField;
use crate::layers::p1_oddities::Oddity;

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "p1-utctime-y2k",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a time that takes the year 2000 for 100, or for 1900",
        why: "One that counts years from 1900 writes three digits, and receivers report a syntax error or give up the \
              association. One that reads 00 as 1900 takes new messages for a hundred years old and returns them.",
        told_by: "A UTCTime that is right but for a third digit of the year, in envelope or content (certain). Or a \
                  report: a message of the years from 2000 was returned with maximum-time-expired within an hour, \
                  though it was neither deferred nor had a latest delivery time (probable).",
        remedy: "Install the year 2000 correction of the MTA that wrote the time, or that returned the message: the \
                 domain beside the time, or that of the report's identifier, names it.",
        references: &["X.680 clause 47", "KB Q152874", "KB Q192084"],
        check: Check::Several(&[
            Check::Note(three_digits),
            Check::Message(super::non_delivery::expired_at_once),
        ]),
    },
    Rule {
        id: "p1-trace-time-reversed",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "the times in the trace go backwards",
        why: "The clocks of two domains disagree. Time-outs, deferred delivery and reports are reckoned from these times; \
              a domain whose clock is ahead may return messages at once with maximum-time-expired.",
        told_by: "An element of the trace is more than ten minutes before the one in front of it (note), or more than a \
                  day (warning). Smaller differences are what clocks and times without seconds have.",
        remedy: "Compare date, time and time zone (and summer time) of the MTAs of both domains with a common clock.",
        references: &["X.411 clause 12.2.1.1.1.3"],
        check: Check::Message(reversed),
    },
    Rule {
        id: "p1-message-too-old",
        severity: Severity::Warning,
        certainty: Certainty::Strong,
        title: "the trace says that the message is more than a week old",
        why: "Exchange returns a message whose trace began more than 10080 minutes (seven days) ago: a non-delivery \
              report with maximum-time-expired (diagnostic 5).",
        told_by: "The first arrival time of the trace against the clock of the capture. Where the last one, which the \
                  sending domain wrote, is far from that clock as well, the clocks disagree or the message waited there; \
                  that cannot be told apart, and is a note.",
        remedy: "Compare date and time zone of the originating MTA. If they are right, find out where the message waited: \
                 its trace has the arrival in every domain. A gateway may also have taken the date of an old message that \
                 was forwarded (Q170004).",
        references: &["X.411 clause 12.2.1.1.1.3", "KB Q169715", "KB Q158399", "KB Q170004"],
        check: Check::Message(old),
    },
    Rule {
        id: "p1-deferred-beyond-timeout",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "deferred for longer than messages are kept",
        why: "Exchange returns messages that it cannot deliver in 2 (urgent), 7 (normal) or 10 (non-urgent) days, and \
              counts the time for which they are deferred: the message comes back before its time.",
        told_by: "deferred-delivery-time is later than the first arrival time by more than the default time-out of its \
                  priority. The time-outs that are set are not known.",
        remedy: "Send the message later, or raise the message time-outs in the Messaging Defaults of the Exchange \
                 connector.",
        references: &["X.411 figure 2", "KB Q214682", "KB Q178539"],
        check: Check::Message(deferred),
    },
    Rule {
        id: "p1-latest-delivery-beyond-2050",
        severity: Severity::Warning,
        certainty: Certainty::Strong,
        title: "a latest delivery time that is read as 19xx",
        why: "A UTCTime has two digits for the year, and by custom 50 to 99 are 1950 to 1999. Meant as a day after 2049, \
              the time has passed long ago, and the message is returned at once with maximum-time-expired.",
        told_by: "The year of latest-delivery-time is 50 to 99 in a message whose trace is from 2000 or later.",
        remedy: "Set an expiry date before 2050, or none. For Exchange see Q319023.",
        references: &["X.411 clause 8.2.1.1.1.13", "X.680 clause 47", "KB Q319023"],
        check: Check::Message(latest_delivery),
    },
];

/// How far the times of a trace may go backwards without anybody's clock being wrong, in seconds.
const TOLERANCE: i64 = 600;

const DAY: i64 = 24 * 3600;

/// What Exchange takes for too old: 10080 minutes.
const TOO_OLD: i64 = 7 * DAY;

pub(super) fn second(time: Time) -> Option<i64> {
    Some(time.timestamp()?.as_second())
}

/// When the first domain took the message.
pub(super) fn first_arrival(message: &Message) -> Option<Time> {
    message.apdu.trace.first()?.arrival
}

fn three_digits(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::ThreeDigitYear) {
        out.raise(draft(note, rule, None), scene, || {
            format!(
                "{}{} ({}) is a UTCTime whose year has three digits, as if the year 2000 were 100. UTCTime has two; \
                 receivers refuse the message or give up the association.",
                says(note),
                note.field.label,
                note.field.name
            )
        });
    }
}

fn reversed(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let back = |pair: &[crate::layers::p1::TraceElement]| match pair {
        [one, other] => Some(second(one.arrival?)? - second(other.arrival?)?),
        _ => None,
    };
    let pairs = message.apdu.trace.windows(2).filter_map(|pair| Some((back(pair)?, pair)));
    let Some((seconds, [before, after])) = pairs.max_by_key(|(back, _)| *back) else { return };
    if seconds <= TOLERANCE {
        return;
    }
    let quote = trace_element(after);
    let severity = if seconds > DAY { Severity::Warning } else { rule.severity };
    let key = key(&format!("{}{}", before.domain, after.domain));
    out.raise_on(message, Draft { key, severity, ..quoting(rule, quote) }, || {
        format!(
            "By its trace, {} came to {} ({}) {} before it left the domain in front, {} ({}): the clocks of the two \
             disagree.",
            named(message),
            after.domain,
            after.arrival_text,
            duration(seconds),
            before.domain,
            before.arrival_text
        )
    });
}

/// A time span in its largest unit.
fn duration(seconds: i64) -> String {
    let (number, unit) = match seconds {
        0..7200 => (seconds / 60, "minutes"),
        7200..172_800 => (seconds / 3600, "hours"),
        172_800..63_072_000 => (seconds / DAY, "days"),
        _ => (seconds / (365 * DAY), "years"),
    };
    format!("{number} {unit}")
}

fn old(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let now = message.started.0.div_euclid(1_000_000_000);
    let (Some(first), Some(last)) = (message.apdu.trace.first(), message.apdu.trace.last()) else { return };
    let age = |time: Option<Time>| Some(now - second(time?)?);
    let Some(age_of_first) = age(first.arrival).filter(|age| *age > TOO_OLD) else { return };
    let recent = age(last.arrival).is_some_and(|age| age.abs() <= DAY);
    let quote = trace_element(first);
    let draft = match recent {
        true => Draft { key: key(&message.apdu.id.to_string()), ..quoting(rule, quote) },
        false => {
            Draft { severity: Severity::Note, certainty: Certainty::Undetermined, ..quoting(rule, quote) }
        }
    };
    out.raise_on(message, draft, || {
        let what = format!(
            "By its trace, {} came to {} at {}, {} before it was captured.",
            named(message),
            first.domain,
            first.arrival_text,
            duration(age_of_first)
        );
        match recent {
            true => format!(
                "{what} The domain that sends it now has the right time, so it is that old or its first time is wrong. \
                 Exchange returns messages of more than 7 days."
            ),
            false => format!(
                "{what} The sender's own time is as far from the clock of the capture: a clock is wrong, or the message \
                 waited there. Where the receiver has the time of the capture and is Exchange, it returns messages of \
                 more than 7 days."
            ),
        }
    });
}

fn deferred(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let Some(TimeField { time, octets }) = &message.apdu.deferred else { return };
    let days = match message.apdu.priority {
        Some(2) => 2,
        Some(1) => 10,
        _ => 7,
    };
    let wait = second(*time).zip(first_arrival(message).and_then(second)).map(|(until, from)| until - from);
    let Some(wait) = wait.filter(|wait| *wait > days * DAY) else { return };
    out.raise_on(message, quoting(rule, Some(("p1.deferred_delivery_time", octets))), || {
        format!(
            "{} is deferred to {time}, {} after it was submitted. Exchange gives up a {} message after {days} days, unless \
             its time-outs were raised, and returns it.",
            named_first(message),
            duration(wait),
            message.apdu.priority_name()
        )
    });
}

fn latest_delivery(message: &Message, rule: &'static Rule, out: &mut Collector) {
    /// 2000-01-01, 00:00 UTC.
    const YEAR_2000: i64 = 946_684_800;
    let Some(TimeField { time, octets }) = &message.apdu.latest_delivery else { return };
    let read_as_past = second(*time).is_some_and(|latest| latest < YEAR_2000);
    if read_as_past && first_arrival(message).and_then(second).is_some_and(|first| first >= YEAR_2000) {
        out.raise_on(message, quoting(rule, Some(("p1.latest_delivery_time", octets))), || {
            format!(
                "The latest delivery time of {} reads {time}, decades before it was submitted: a year after 2049 does not \
                 fit into the two digits of UTCTime. MTAs take the message for expired.",
                named(message)
            )
        });
    }
}
