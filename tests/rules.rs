//! Each rule about the structure of what is sent fires on the octets it is made for, and names who sent them.

mod program;

use program::{run_on, sample};

/// Octets from hexadecimal digits.
fn octets(digits: &str) -> Vec<u8> {
    let digit = |at: usize| digits.as_bytes()[at] as char;
    let value = |at: usize| digit(at).to_digit(16).expect("a hexadecimal digit") as u8;
    (0..digits.len()).step_by(2).map(|at| value(at) << 4 | value(at + 1)).collect()
}

/// The sample of a transfer in normal mode, which has no fault, with the first of some octets in place of others.
fn changed(from: &str, to: &str) -> Vec<u8> {
    let mut capture = std::fs::read(sample("transfer-1988-normal")).expect("the sample is there");
    let (from, to) = (octets(from), octets(to));
    assert_eq!(from.len(), to.len());
    let at = capture.windows(from.len()).position(|window| window == from).expect("the sample holds them");
    capture[at..at + to.len()].copy_from_slice(&to);
    capture
}

#[test]
fn what_is_built_wrongly_is_told_with_its_sender() {
    let cases = [
        // TPKT of the CR and of the CC (RFC 1006 clause 6): reserved octet, version, a length below 7
        ("0300001C17E0", "0301001C17E0", "tpkt-reserved-nonzero", "warning", "10.1.0.1:1027"),
        ("0300000E09D0", "0400000E09D0", "tpkt-version", "error", "10.1.0.2:102"),
        ("0300000E09D0", "0300000309D0", "tpkt-length-invalid", "error", "10.1.0.2:102"),
        // the length indicator of the CR counts 23 octets, its called T-selector has 5 (X.224 13.2)
        ("0300001C17E0", "0300001C18E0", "cotp-length-indicator-mismatch", "error", "10.1.0.1:1027"),
        ("C2054D54412D42", "C2064D54412D42", "cotp-parameter-length-invalid", "error", "10.1.0.1:1027"),
        // the CN has 201 octets, its user data 142 (X.225 8.2)
        ("02F0800DC9011A", "02F0800DCA011A", "session-invalid-spdu", "error", "10.1.0.1:1027"),
        ("C18E31818B", "C18F31818B", "session-invalid-spdu", "error", "10.1.0.1:1027"),
        // GIVE TOKENS and ACTIVITY START: what is no SPDU behind 01 00 is user data of a DT without tokens
        ("02F08001002D05", "02F08001007D05", "session-invalid-spdu", "warning", "10.1.0.1:1027"),
        // the country name has 2 octets, its parent no more (X.690 8.1.3)
        ("610413025858620A", "610413035858620A", "p1-length-overrun", "error", "10.1.0.1:1027"),
        // the subject has 10 octets, its explicit tag 12
        ("A80C140A5072", "A80C140B5072", "ber-damage", "warning", "10.1.0.1:1027"),
    ];
    for (from, to, rule, severity, sender) in cases {
        let run = run_on("findings --format json -", &changed(from, to));
        assert!(run.status == 0 || run.status == 3, "{rule}: {}", run.errors);
        let findings = run.objects("finding");
        let told = findings.iter().find(|finding| finding["rule"] == rule);
        let told = told.unwrap_or_else(|| panic!("{rule} for {to}: {}", run.text));
        assert_eq!(told["severity"], severity, "{told}");
        assert_eq!(told["certainty"], "certain", "{told}");
        assert_eq!(told["from"], sender, "{told}");
    }
}

#[test]
fn octets_sent_again_with_other_contents_are_told() {
    let mut capture = std::fs::read(sample("transfer-1988-normal")).expect("the sample is there");
    // The record of the CR, which is frame 4, comes a second time with another T-selector.
    let mut at = 24; // behind the header of the file; a record's header has 16 octets, the length at 8
    let end_of = |at: usize| {
        let length: [u8; 4] = capture[at + 8..at + 12].try_into().expect("four octets");
        let length = [u32::from_le_bytes(length), u32::from_be_bytes(length)];
        at + 16 + length.into_iter().min().unwrap_or(0) as usize
    };
    for _ in 1..4 {
        at = end_of(at);
    }
    let mut repeated = capture[at..end_of(at)].to_vec();
    let last = repeated.len() - 1;
    repeated[last] ^= 1;
    let end = end_of(at);
    capture.splice(end..end, repeated);
    let findings = run_on("findings --format json --ignore mta-password -", &capture).objects("finding");
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!(finding["rule"], "tcp-conflicting-retransmission");
    assert_eq!((&finding["severity"], &finding["frame"]), (&"warning".into(), &5.into()));
    assert_eq!(finding["from"], "10.1.0.1:1027");
}
