//! What lies behind the codes of a non-delivery report, and what to do about it.

/// Whether a number is a non-delivery-reason-code of X.411.
pub(super) const fn is_reason(code: i64) -> bool {
    matches!(code, 0..=8)
}

/// The likely cause and what to do, for a pair of codes: the diagnostic says more than the reason.
pub(super) fn advice(reason: i64, diagnostic: Option<i64>) -> (&'static str, &'static str) {
    match diagnostic {
        Some(code) => by_diagnostic(code).unwrap_or_else(|| by_reason(reason)),
        None => by_reason(reason),
    }
}

fn by_diagnostic(code: i64) -> Option<(&'static str, &'static str)> {
    Some(match code {
        0 => (
            "the reporting domain knows no recipient of this address",
            "compare the address with that of the recipient letter by letter, and look whether the recipient has this \
             X.400 address in the reporting domain and whether its directory is up to date",
        ),
        1 => (
            "several recipients have this address",
            "send to an address with more attributes, or let the reporting domain make its addresses unique",
        ),
        2 => (
            "an MTA has no resources or no route left",
            "look for event 9156 and failed connections at the reporting MTA, and for a route to a server that is gone",
        ),
        3 => (
            "two domains or MTAs take each other for the way to the recipient",
            "compare their routes for this address with the trace of the message",
        ),
        4 => (
            "the user agent or mailbox of the recipient is not reachable, or a filter on the originator barred the \
             message",
            "look at the recipient's server; in Exchange for event 152 (Bar P1 Originator)",
        ),
        5 => (
            "the message waited longer than its time-out, because the next MTA could not be reached or because a clock is \
             wrong",
            "look at the connector on the way (Exchange: events 4284 and 289), its schedule and the message time-outs, \
             and compare the clocks (event 208)",
        ),
        6 => (
            "the recipient's user agent does not take these encoded information types",
            "send another kind of body part, or let the connector write one that the recipient registered",
        ),
        7 => (
            "the message is larger than a limit on its way",
            "compare its size with the limits of connector, MTA and recipient in the reporting domain",
        ),
        8 => (
            "no MTA could convert the body part to what the recipient takes",
            "send a plain text, or change the body part that the connector writes",
        ),
        9 => (
            "a conversion was needed, and the originator prohibited it",
            "send without conversion-prohibited, or a body part that the recipient takes as it is",
        ),
        10 => (
            "a conversion was needed, and the recipient has not subscribed to it",
            "send a body part that the recipient takes as it is",
        ),
        11 => (
            "a field of the envelope or of the recipient's address has a value that the reporting MTA does not accept",
            "look for findings on the subject, at its address (a missing PRMD or X.121 address) and its private \
             extensions (Exchange: event 211)",
        ),
        12 => (
            "the content could not be read or converted in the reporting domain",
            "look for findings on the content of the subject; Exchange logs event 210 with the conversion error",
        ),
        13 => (
            "a value in the envelope or content is longer than its bound",
            "look for findings on the bounds of the subject and shorten the value",
        ),
        14 => (
            "the reporting MTA found a protocol error in the message",
            "look for findings on the subject and on the association that carried it",
        ),
        15 => (
            "the recipient or a neighbour on the way does not take this content type, or a part of the content",
            "send P2 or P22 without private body parts: in Exchange switch off Allow MS Exchange contents and Remote \
             clients support MAPI",
        ),
        16 => (
            "the message has more recipients than the reporting MTA takes",
            "send it to fewer recipients at a time",
        ),
        17 => (
            "the two domains have no agreement about what the message asks for",
            "ask the operator of the reporting domain which agreement is missing",
        ),
        18 => (
            "the message has an extension that is critical and that the reporting MTA does not know",
            "let the originator leave the extension out, or not mark it critical for transfer or delivery",
        ),
        19..=25 => (
            "the conversion would have lost something, and the originator prohibited that",
            "allow conversion with loss, or send a body part that need not be converted",
        ),
        26 => (
            "the recipient has an alternate recipient, and the originator prohibited reassignment (in Exchange a message \
             marked private)",
            "send it without the prohibition or to the alternate recipient itself",
        ),
        27 => (
            "the alternate recipients lead in a circle",
            "look at the redirections of the recipient in the reporting domain",
        ),
        28 => (
            "the originator prohibited that lists are expanded",
            "send without the prohibition or to the members",
        ),
        29 => (
            "the originator may not send to this distribution list",
            "let the owner of the list permit the originator",
        ),
        30 => (
            "the distribution list could not be expanded",
            "look at the list and its members in the reporting domain",
        ),
        31..=45 => (
            "physical delivery, or the access right to a public folder of Exchange that uses this code (Q251016)",
            "correct the postal attributes of the address, or look at the folder's permissions",
        ),
        47 => (
            "the next association is of the 1984 kind and the message has what 1984 cannot say",
            "use an address without numeric attributes beside a PRMD and without a directory name alone, or a 1988 \
             connector (Exchange: event 175)",
        ),
        48 | 49 => (
            "the next MTA could not be reached or did not take the message in the attempts that were allowed",
            "look at the associations from the reporting MTA to the next one, and its retries",
        ),
        50 => (
            "the notification does not fit what it speaks of",
            "look at the system that made the notification",
        ),
        51 => (
            "a security policy forbids to expand the list",
            "ask the security officer of the reporting domain",
        ),
        52 => ("the alternate recipient is not allowed", "let the originator name another one, or none"),
        55..=59 => (
            "the security policy does not let this originator, recipient or list take part",
            "ask the security officer of the reporting domain for the right",
        ),
        60 => {
            ("a system on the way is not trusted", "choose another route, or ask the operator of the domain")
        }
        46 | 53 | 54 | 61..=69 | 71..=78 => (
            "a security service of the message failed: a label, a key, a certificate, a signature or an algorithm",
            "compare the security label, algorithms and certificates of originator and recipient",
        ),
        70 => (
            "a parameter is absent that the reporting domain wants",
            "ask the operator of the reporting domain which parameter is meant",
        ),
        _ => return None,
    })
}

fn by_reason(code: i64) -> (&'static str, &'static str) {
    match code {
        0 => (
            "a transfer on the way failed, or a program in the MTA's way (a virus scanner, say) stopped the message",
            "look at the log of the reporting MTA for this message, in Exchange for events 62 and 290",
        ),
        1 => (
            "the reporting MTA has no way to this recipient, or does not know it",
            "look at the routing of the reporting MTA for this address",
        ),
        2 => ("a conversion was needed and not done", "send a body part that the recipient takes as it is"),
        3 | 4 => (
            "the message could not be printed or delivered by post",
            "correct the postal attributes of the address",
        ),
        5 => (
            "the recipient, its list or a connector on the way does not accept messages from this originator",
            "look at the delivery restrictions in the reporting domain",
        ),
        6 => (
            "the directory was not reachable or did not know the name",
            "look whether the reporting MTA reaches its directory and the name is in it",
        ),
        7 => (
            "the reporting domain does not defer messages, or the deferred message was cancelled",
            "send the message without a deferred delivery time",
        ),
        8 => (
            "a security service on the way failed",
            "compare the security label, algorithms and certificates of originator and recipient",
        ),
        _ => ("the code is not one of X.411", "look at the log of the reporting MTA for this message"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::p1_words::{diagnostic, reason};

    #[test]
    fn every_code_of_the_recommendation_has_advice_of_its_own() {
        for code in 0..=78 {
            assert_ne!(diagnostic(code), "unknown diagnostic");
            assert!(by_diagnostic(code).is_some(), "{code}");
        }
        for code in (0..=8).filter(|code| is_reason(*code)) {
            assert_ne!(reason(code), "unknown reason");
            assert_ne!(by_reason(code), by_reason(-1), "{code}");
        }
    }

    #[test]
    fn advice_is_part_of_a_sentence() {
        let codes = (0..=78).map(|code| advice(1, Some(code))).chain((-1..=8).map(|code| advice(code, None)));
        for (cause, remedy) in codes {
            for words in [cause, remedy] {
                assert!(
                    !words.ends_with('.') && !words.starts_with(char::is_uppercase)
                        || words.starts_with("P2")
                );
            }
        }
    }
}
