//! What an administrator of Exchange finds in the application log when a rule's fault meets its MTA: event numbers
//! with their short meaning, by the end that logs them.

/// The events of a rule's fault, as a sentence.
pub(super) fn of(rule: &str) -> Option<&'static str> {
    EVENTS.iter().find(|(id, _)| *id == rule).map(|(_, words)| *words)
}

const EVENTS: &[(&str, &str)] = &[
    ("tcp-connection-refused", "An Exchange caller logs event 9215 with 10061 (connection refused)."),
    ("tcp-syn-unanswered", "An Exchange caller logs event 9215 with 10060 (connection timed out)."),
    (
        "tcp-reset-during-association",
        "Exchange logs events 9221 or 9224 with 10054 (connection reset) and 1294 (association ended abnormally).",
    ),
    (
        "association-limit-suspected",
        "Exchange logs event 57 (association limit), 9156 (no control blocks) or 9301 and 9202 (unknown caller address).",
    ),
    (
        "tpkt-reserved-nonzero",
        "An Exchange that does not take such packets logs events 9225 (bad message type for the socket's state) and 1279 \
         (remote initiated transport disconnect).",
    ),
    (
        "tpkt-reserved-refused",
        "Exchange logs events 9225 (bad message type for the socket's state) and 1279 (remote initiated transport \
         disconnect).",
    ),
    (
        "cotp-called-tsel-rejected",
        "A called Exchange logs event 4293 (wrong called T-selector), a calling one 1277 (remote refused transport).",
    ),
    ("cotp-disconnect", "Exchange logs event 1279 (remote initiated transport disconnect)."),
    (
        "cotp-connect-unanswered",
        "A called Exchange logs event 9156 where it has no control blocks left, a calling one 289 (open failed).",
    ),
    ("cotp-error", "Exchange logs event 9225 (bad message type for the socket's state)."),
    ("session-refused", "A calling Exchange logs events 289 (open failed) and 1293 (refused remotely)."),
    (
        "session-aborted",
        "Exchange logs event 1294 (association ended abnormally) at the other end, 1153 (bad SPDU) or 1222 (session state error) where its own session layer aborts.",
    ),
    (
        "session-invalid-spdu",
        "Exchange logs event 1153 (bad SPDU, with its identifier and the field in error).",
    ),
    (
        "session-unexpected-spdu",
        "Exchange logs event 1222 (session state error) or 1153 (bad SPDU), and 1198 or 1133 for the layers above.",
    ),
    (
        "session-functional-units-insufficient",
        "Exchange logs event 1153 (bad SPDU) or 1222 (session state error) for an SPDU that was not agreed on.",
    ),
    (
        "session-x410-selector-present",
        "A called Exchange that does not recognize the caller logs event 51, with the selectors in hexadecimal.",
    ),
    ("session-serial-number-invalid", "Exchange logs event 1222 (session state error) or 1153 (bad SPDU)."),
    ("session-token-violation", "Exchange logs event 1222 (session state error)."),
    (
        "session-exception-report",
        "Exchange logs event 1133 (RTSE state error) or 1222 (session state error) for an exception that it did not expect.",
    ),
    ("presentation-refused", "A calling Exchange logs events 289 (open failed) and 1293 (refused remotely)."),
    (
        "presentation-aborted",
        "Exchange logs events 1192 (presentation ASN.1 error) or 1198 (state error) where it aborts, 1294 (association ended abnormally) at the other end.",
    ),
    ("presentation-context-unknown", "Exchange logs event 1192 (presentation ASN.1 error)."),
    (
        "presentation-context-rejected",
        "Exchange logs event 1192 (presentation ASN.1 error) or 1198 (state error).",
    ),
    ("presentation-mode-changed-in-answer", "A calling Exchange logs event 1192 (presentation ASN.1 error)."),
    ("acse-aborted", "Exchange logs event 1294 (association ended abnormally)."),
    ("acse-rejected", "A calling Exchange logs events 289 (open failed) and 1293 (refused remotely)."),
    ("rtse-refused", "A calling Exchange logs events 289 (open failed) and 1293 (refused remotely)."),
    (
        "orname-missing-prmd",
        "An Exchange that returns the message logs event 62 or 290 (non-delivery report generated).",
    ),
    (
        "rtse-aborted",
        "Exchange logs event 1294 (association ended abnormally) at the other end, 1133 (RTSE state error) or 1136 (RTSE ASN.1 error) where it aborts.",
    ),
    ("rtse-dialogue-mode-refused", "A called Exchange logs event 55 (wrong link option mode)."),
    ("rtse-recovery-refused", "Exchange logs events 1133 (RTSE state error) and 1293 (refused remotely)."),
    ("rtse-window-exceeded", "Exchange logs event 1133 (RTSE state error) where it aborts for it."),
    ("rtse-resume-unknown", "Exchange logs event 1133 (RTSE state error)."),
    (
        "rtse-checkpoint-accept-exceeds-offer",
        "Exchange logs event 1294 (association ended abnormally) where the caller aborts for it.",
    ),
    (
        "rtse-window-accept-exceeds-offer",
        "Exchange logs event 1294 (association ended abnormally) where the caller aborts for it.",
    ),
    (
        "mta-conformance-mismatch",
        "A calling Exchange logs events 289 (open failed) and 1293 (refused remotely), a called one 1290 (refused \
         locally).",
    ),
    (
        "mta-bind-authentication-error",
        "A called Exchange logs event 51 (an unknown MTA tried to bind), a calling one 1293 (refused remotely).",
    ),
    (
        "mta-bind-busy",
        "A called Exchange logs events 57 (association limit) or 1290 (refused locally), a calling one 1293 (refused \
         remotely).",
    ),
    (
        "mta-bind-refused",
        "A called Exchange whose connector is suspended logs event 37, a calling one 1293 (refused remotely).",
    ),
    (
        "mta-bind-responder-rejected",
        "A calling Exchange logs event 48 (credentials from the remote entity are wrong).",
    ),
    (
        "report-non-delivery",
        "An Exchange that makes the report logs events 290 or 62 with reason and diagnostic.",
    ),
    (
        "ndr-reason-code-invalid",
        "An Exchange that makes the report logs events 290 or 62 with reason and diagnostic.",
    ),
    (
        "ndr-loop-detected",
        "An Exchange that finds the loop on the way in logs event 201, one that makes the report 290 or 62.",
    ),
    ("ndr-content-too-long", "An Exchange that makes the report logs event 62."),
    (
        "ndr-restricted-delivery",
        "An Exchange that makes the report logs events 290 or 62 with reason and diagnostic.",
    ),
    (
        "ndr-mts-congestion",
        "An Exchange that makes the report logs events 290 or 62, and 9156 where it has no control blocks.",
    ),
    ("p1-trace-loop", "Exchange logs event 201 (loop in what is transferred in)."),
    ("p1-message-too-old", "Exchange logs event 208 (message older than 10080 minutes)."),
    ("p1-mts-identifier-trace-mismatch", "Exchange logs event 209 (submitting domain inconsistent)."),
    ("p1-length-overrun", "Exchange logs event 200 (ASN.1 error, with its offset)."),
    ("p1-ber-decode-error", "Exchange logs event 200 (ASN.1 error, with its offset)."),
    ("p1-apdu-truncated", "Exchange logs event 200 (ASN.1 error, with its offset)."),
    ("p1-reassignment-prohibited", "An Exchange that cannot use the alternate recipient logs event 145."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::find;

    #[test]
    fn every_row_belongs_to_a_rule() {
        let strangers: Vec<_> = EVENTS.iter().map(|(id, _)| id).filter(|id| find(id).is_none()).collect();
        assert!(strangers.is_empty(), "{strangers:?}");
    }
}
