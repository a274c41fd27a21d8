//! Refusals, aborts and broken rules of session, presentation, association control and reliable transfer: each is told
//! by its rule, once, with its sender; what only looks like it is not.

mod emit;
mod program;

use emit::ber::{constructed, integer, oid};
use emit::dialogue::capture_of;
use emit::presentation::{aru, user_data};
use emit::session::{dt, give};
use program::{run_on, sample};
use serde_json::Value;

const A: &str = "10.1.0.1:1300";
const B: &str = "10.1.0.2:102";

/// Two hosts, a message, and a transport connection.
const SCENE: &str = r#"
capture start=1996-09-03T08:00:00Z
host alpha 10.1.0.1
host beta 10.1.0.2
message first id=A-0301 from="/S=Sender/PRMD=ALPHA/ADMD=TESTADMD/C=XX/" to="/S=Receiver/PRMD=BETA/ADMD=TESTADMD/C=XX/"
  text="Line 1." length=2600
message second id=A-0302 from="/S=Sender/PRMD=ALPHA/ADMD=TESTADMD/C=XX/" to="/S=Receiver/PRMD=BETA/ADMD=TESTADMD/C=XX/"
  text="Others." length=2600
connect alpha:1300 beta:102
alpha CR calling-tsap=MTA-A called-tsap=MTA-B tpdu-size=2048
beta CC tpdu-size=2048
"#;

const NORMAL: &str = "alpha CN 1988-normal checkpoint=1 window=2 name=MTA-ALPHA password=secret-A\n";
const OPEN_NORMAL: &str = "alpha CN 1988-normal checkpoint=1 window=2 name=MTA-ALPHA password=secret-A
beta AC name=MTA-BETA password=secret-B\n";
const OPEN_1984: &str = "alpha CN 1984 checkpoint=1 window=2 name=MTA-ALPHA password=secret-A
beta AC name=MTA-BETA password=secret-B\n";
/// The same over session version 2.
const OPEN_X410: &str = "alpha CN 1988-x410 checkpoint=1 window=2 name=MTA-ALPHA password=secret-A
beta AC name=MTA-BETA password=secret-B\n";

/// ACCEPT in X.410 mode with a bind of nobody in particular: checkpointSize 1, windowSize 2.
const X410_ACCEPT: &str = "beta tsdu 0E 23 05 06 13 01 00 16 01 01 14 02 02 49 C1 15
  31 13 A0 03 80 01 00 A1 0C 80 01 01 81 01 02 A2 04 A0 02 05 00\n";

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

/// `beta tsdu` with a REFUSE: reason 2 and a PPDU.
fn refuse(ppdu: &[u8]) -> String {
    let reason = [&[0x32, ppdu.len() as u8 + 1, 2], ppdu].concat();
    let parameters = [&[0x11, 1, 1, 0x14, 2, 2, 0x49, 0x16, 1, 2][..], &reason].concat();
    format!("beta tsdu 0C {:02X} {}\n", parameters.len(), hex(&parameters))
}

/// An ABORT by the user with a PPDU.
fn abort(ppdu: &[u8]) -> String {
    format!("tsdu 19 {:02X} 11 01 03 C1 {:02X} {}\n", ppdu.len() + 5, ppdu.len(), hex(ppdu))
}

/// A CPR that accepts all contexts, around an AARE without user information.
fn aare(result: u32, source: u8, diagnostic: u32) -> Vec<u8> {
    let accepted = constructed(0x30, &[integer(0x80, 0), vec![0x81, 2, 0x51, 1]]);
    let results = constructed(0xA5, &[accepted.clone(), accepted.clone(), accepted]);
    let diagnostic = constructed(0xA3, &[constructed(source, &[integer(0x02, diagnostic)])]);
    let apdu = constructed(
        0x61,
        &[constructed(0xA1, &[oid("2.6.0.1.6")]), constructed(0xA2, &[integer(0x02, result)]), diagnostic],
    );
    constructed(0x30, &[results, user_data(emit::ber::Lengths::Definite, 1, apdu)])
}

/// The findings on a capture, those on passwords left out.
fn findings(capture: &[u8]) -> Vec<Value> {
    let run = run_on("findings --format json -", capture);
    assert_eq!((run.status, &*run.errors), (0, ""));
    let mut findings = run.objects("finding");
    findings.retain(|finding| finding["rule"] != "mta-password-in-clear");
    findings
}

fn told(script: &str) -> Vec<Value> {
    let capture =
        capture_of(&format!("{SCENE}{script}")).unwrap_or_else(|error| panic!("{error}:\n{script}"));
    findings(&capture)
}

/// The finding of the rule, which is the only one above a note unless it is a note itself.
fn only(findings: &[Value], rule: &str) -> Value {
    let graver: Vec<_> = findings.iter().filter(|finding| finding["severity"] != "note").collect();
    let found = findings.iter().find(|finding| finding["rule"] == rule);
    let found = found.unwrap_or_else(|| panic!("{rule} is not among {findings:#?}"));
    let expected: &[&Value] = if found["severity"] == "note" { &[] } else { &[found] };
    assert_eq!(graver, expected, "{rule}");
    found.clone()
}

#[test]
fn refusals_and_aborts_end_in_one_finding() {
    let end = "alpha DR\nalpha FIN\nbeta FIN\n";
    let provider = |reason: u32| constructed(0x30, &[integer(0x8A, reason)]);
    let abrt = |parts: &[Vec<u8>]| aru(user_data(emit::ber::Lengths::Definite, 1, constructed(0x64, parts)));
    let unopened = |connect: &str, answer: &str| format!("{connect}{answer}{end}");
    let x410 = "alpha CN 1988-x410 protocol=202 checkpoint=1\n";
    let recover = "alpha CN 1984 checkpoint=1 recover=old\n";
    let old = "alpha FIN\nbeta FIN\nconnect alpha:1299 beta:102 as=old\nalpha CR\nbeta CC\nalpha CN 1984
beta AC\nconnect alpha:1300 beta:102 at=60s\nalpha CR\nbeta CC\n";
    let cases = [
        // X.225 8.3.5.10
        (unopened(NORMAL, "beta RF session-reason=130\n"), "session-refused", "error", "certain", B, "130"),
        (unopened(NORMAL, "beta RF session-reason=133\n"), "session-refused", "error", "probable", B, "133"),
        (
            unopened(NORMAL, "beta RF session-reason=132\n"),
            "session-version-mismatch",
            "error",
            "certain",
            B,
            "132",
        ),
        // X.225 8.3.9.4
        (
            unopened(NORMAL, "beta tsdu 19 03 11 01 05\n"),
            "session-aborted",
            "error",
            "certain",
            B,
            "protocol error",
        ),
        (
            format!("{OPEN_NORMAL}alpha AS 1\nalpha DT first 1\nbeta AB\n{end}"),
            "session-aborted",
            "error",
            "probable",
            B,
            "in the middle of a transfer",
        ),
        (
            format!("{OPEN_NORMAL}alpha transfer first\nwait 400s\nbeta AB\n{end}"),
            "session-aborted",
            "warning",
            "probable",
            B,
            "nothing was being transferred",
        ),
        // X.226 8.2: CPR and ARP
        (
            unopened(NORMAL, &refuse(&provider(3))),
            "presentation-refused",
            "error",
            "certain",
            B,
            "P selector none",
        ),
        (
            unopened(NORMAL, &refuse(&provider(1))),
            "presentation-refused",
            "error",
            "certain",
            B,
            "congestion",
        ),
        (
            format!("{OPEN_NORMAL}alpha AS 1\nbeta {}", abort(&[0x30, 6, 0x80, 1, 2, 0x81, 1, 25])),
            "presentation-aborted",
            "error",
            "certain",
            B,
            "unexpected PPDU (2), at an activity-start indication (event 25)",
        ),
        // X.227 9.1
        (
            unopened(NORMAL, &refuse(&aare(2, 0xA1, 1))),
            "acse-rejected",
            "error",
            "probable",
            B,
            "rejected-transient",
        ),
        (
            unopened(NORMAL, &refuse(&aare(1, 0xA2, 2))),
            "acse-rejected",
            "error",
            "certain",
            B,
            "no common ACSE version",
        ),
        (
            unopened(NORMAL, &refuse(&aare(1, 0xA1, 2))),
            "acse-application-context-unsupported",
            "error",
            "certain",
            B,
            "2.6.0.1.6",
        ),
        (
            format!("{OPEN_NORMAL}alpha AS 1\nbeta {}", abort(&abrt(&[integer(0x80, 1), integer(0x81, 2)]))),
            "acse-aborted",
            "error",
            "certain",
            B,
            "diagnostic protocol error (2)",
        ),
        // X.228 7.1.3, 7.6; X.410-1984 4.2.1
        (unopened(x410, "beta RF rtorj=0\n"), "rtse-refused", "warning", "certain", B, "rtsBusy (0)"),
        (unopened(x410, "beta RF rtorj=2\n"), "rtse-refused", "error", "certain", B, "validationFailure (2)"),
        (unopened(x410, "beta RF rtorj=3\n"), "rtse-dialogue-mode-refused", "error", "certain", B, "(3)"),
        (
            unopened(NORMAL, "beta RF bind-error=3\n"),
            "rtse-dialogue-mode-refused",
            "error",
            "certain",
            B,
            "bind error",
        ),
        (
            unopened(NORMAL, "beta AB rtab=0\n"),
            "rtse-dialogue-mode-refused",
            "error",
            "probable",
            B,
            "monologue (0)",
        ),
        (
            format!("{OPEN_1984}alpha AS 1\nalpha DT first 1\nbeta AB x410-rtab=3\n{end}"),
            "rtse-aborted",
            "error",
            "certain",
            B,
            "temporaryProblem (3)",
        ),
        (
            format!("{OPEN_NORMAL}alpha transfer first\nalpha AB rtab=6\n{end}"),
            "rtse-aborted",
            "warning",
            "certain",
            A,
            "userError (6)",
        ),
        (
            format!("{OPEN_1984}alpha AR 1 of=1 serial=1\nbeta AB x410-rtab=2\n{end}"),
            "rtse-resume-unknown",
            "error",
            "certain",
            A,
            "RTAB unrecognizedActivity (2)",
        ),
        (
            format!("{old}{recover}beta RF rtorj=0\n{end}"),
            "rtse-recovery-refused",
            "warning",
            "probable",
            B,
            "rtsBusy",
        ),
        (
            format!("{old}{recover}beta AB\nalpha FIN\n"),
            "rtse-recovery-refused",
            "warning",
            "probable",
            B,
            "aborts",
        ),
    ];
    for (script, rule, severity, certainty, from, words) in &cases {
        let finding = only(&told(script), rule);
        let has = (&finding["severity"], &finding["certainty"], &finding["from"]);
        assert_eq!(
            has,
            (&Value::from(*severity), &Value::from(*certainty), &Value::from(*from)),
            "{finding}"
        );
        let message = finding["message"].as_str().expect("a message");
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn broken_rules_are_told_with_their_sender() {
    let end = "alpha FN\nbeta DN\nalpha FIN\nbeta FIN\n";
    let context = give(dt(&user_data(emit::ber::Lengths::Definite, 9, vec![4, 1, 0])));
    let long = "00".repeat(600);
    let cases = [
        // the turn is the responder's (X.225 7.12)
        (
            "alpha CN 1984 checkpoint=1 name=MTA-ALPHA password=secret-A turn-at-responder
beta AC name=MTA-BETA password=secret-B\nalpha AS 1\n"
                .to_owned(),
            "session-token-violation",
            "error",
            A,
            "without having the data token",
        ),
        // an echo behind the selectors
        (
            format!(
                "{NORMAL}beta CN 1988-normal checkpoint=1 window=2 name=MTA-ALPHA password=secret-A
alpha tsdu 19 03 11 01 05\n"
            ),
            "session-unexpected-spdu",
            "error",
            B,
            "an echo service or a loop",
        ),
        (
            format!("{OPEN_1984}alpha AS 1\nalpha DT first 1\nalpha FN\n"),
            "session-unexpected-spdu",
            "error",
            A,
            "FINISH inside its activity",
        ),
        // typed data need a functional unit that 0249 does not hold
        (
            format!("{OPEN_1984}alpha tsdu 21 00 AA\n{end}"),
            "session-unexpected-spdu",
            "error",
            A,
            "typed data (0400)",
        ),
        (
            format!("{OPEN_1984}alpha AS 1\nalpha DT first 1\nalpha MIP 1\nbeta MIA 2\n"),
            "session-serial-number-invalid",
            "error",
            B,
            "the serial number 2; 1 to 1 wait",
        ),
        // 512 octets of user data in version 1 (X.225 8.3); without a limit in version 2
        (
            format!("{OPEN_1984}alpha tsdu 09 FF 02 5C C1 FF 02 58 {long}\nbeta DN\nalpha FIN\nbeta FIN\n"),
            "session-user-data-too-long",
            "warning",
            A,
            "FINISH with 600 octets",
        ),
        (
            format!("alpha CN 1984 checkpoint=1 called-ssel=SX\nbeta AC\n{end}"),
            "session-x410-selector-present",
            "note",
            A,
            "called \"SX\"",
        ),
        (
            format!(
                "{OPEN_X410}alpha AS 1\nalpha DT first 1\nbeta ED reason=1\nalpha AI reason=0\nbeta AIA\n{end}"
            ),
            "session-exception-report",
            "warning",
            B,
            "receiving ability jeopardized (1",
        ),
        (
            format!(
                "{OPEN_X410}alpha AS 1\nalpha DT first 1\nbeta ED reason=6\nalpha AD reason=6\nbeta ADA\n{end}"
            ),
            "session-exception-report",
            "error",
            B,
            "discards the activity",
        ),
        (
            format!("{OPEN_X410}alpha AS 1\nalpha DT first 1\nalpha AI reason=0\nbeta AIA\n{end}"),
            "rtse-activity-interrupted",
            "warning",
            A,
            "before the first checkpoint: non-specific error (0)",
        ),
        (
            format!("{OPEN_X410}alpha AS 1\nalpha DT first 1\nalpha AD reason=5\nbeta ADA\n{end}"),
            "rtse-activity-discarded",
            "error",
            A,
            "local SS-user error (5)",
        ),
        (
            format!("{OPEN_NORMAL}alpha AS 1\nalpha tsdu {}\n", hex(&context)),
            "presentation-context-unknown",
            "error",
            A,
            "presentation context 9, which was never defined; agreed on are 1, 3, 5",
        ),
        (
            format!("{NORMAL}{X410_ACCEPT}"),
            "presentation-mode-changed-in-answer",
            "error",
            B,
            "the ACCEPT in x410-1984-mode",
        ),
        (
            format!("alpha CN 1984 checkpoint=1 window=2\nbeta AC window=5\n{end}"),
            "rtse-window-accept-exceeds-offer",
            "warning",
            B,
            "window size of 5 where 2 was offered",
        ),
        // Q189754: the caller aborts for it
        (
            "alpha CN 1984 checkpoint=1\nbeta AC window=5\nalpha AB x410-rtab=4\nalpha FIN\nbeta FIN\n"
                .to_owned(),
            "rtse-window-accept-exceeds-offer",
            "error",
            B,
            "the initiator aborts the association in answer",
        ),
        (
            format!("alpha CN 1984 checkpoint=1\nbeta AC checkpoint=2\n{end}"),
            "rtse-checkpoint-accept-exceeds-offer",
            "warning",
            B,
            "checkpoint size of 2 where 1 was offered",
        ),
        // 0 leaves the choice to the responder
        (
            format!("alpha CN 1984\nbeta AC checkpoint=1\n{end}"),
            "rtse-checkpoint-accept-exceeds-offer",
            "note",
            B,
            "Q118566",
        ),
        // Q194686
        (
            format!("{OPEN_1984}alpha AS 1\nalpha DT first 1\nalpha AE 1\nbeta PT\nalpha AB\nalpha FIN\n"),
            "session-please-token-separate",
            "note",
            B,
            "before it acknowledges the ACTIVITY END",
        ),
    ];
    for (script, rule, severity, from, words) in &cases {
        let findings = told(script);
        let finding = match *severity {
            "note" => findings.iter().find(|finding| finding["rule"] == *rule).expect(rule).clone(),
            _ => only(&findings, rule),
        };
        assert_eq!(
            (&finding["severity"], &finding["from"]),
            (&(*severity).into(), &(*from).into()),
            "{finding}"
        );
        let message = finding["message"].as_str().expect("a message");
        assert!(message.contains(words), "{message}");
    }
}

/// A sample with all of some octets in place of others.
fn changed(name: &str, from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut capture = std::fs::read(sample(name)).expect("the sample is there");
    let places: Vec<usize> = (0..capture.len()).filter(|at| capture[*at..].starts_with(from)).collect();
    assert!(!places.is_empty() && from.len() == to.len());
    for at in places {
        capture[at..at + to.len()].copy_from_slice(to);
    }
    capture
}

#[test]
fn parameters_of_the_opening_are_compared() {
    // Session user requirements without activity management (X.228 8.1.1).
    let told = findings(&changed("transfer-1988-x410", &[0x14, 2, 2, 0x49], &[0x14, 2, 2, 0x09]));
    let finding = told.iter().find(|finding| finding["rule"] == "session-functional-units-insufficient");
    let finding = finding.unwrap_or_else(|| panic!("{told:#?}"));
    assert_eq!((&finding["severity"], &finding["from"]), (&"error".into(), &"10.1.0.1:1026".into()));
    assert!(
        finding["message"].as_str().expect("a message").contains("activity management (0040)"),
        "{finding}"
    );
    // The CONNECT offers version 1 alone, the ACCEPT has version 2.
    let told = findings(&changed("transfer-1988-normal", &[0x16, 1, 3], &[0x16, 1, 1]));
    let finding = only(&told, "session-version-mismatch");
    assert_eq!((&finding["severity"], &finding["from"]), (&"error".into(), &"10.1.0.2:102".into()));
}

#[test]
fn an_s_selector_in_x410_mode_is_a_warning_where_it_may_be_the_cause() {
    let script =
        "alpha CN 1984 checkpoint=1 called-ssel=SX\nbeta RF session-reason=133\nalpha FIN\nbeta FIN\n";
    let told = told(script);
    let finding = told.iter().find(|finding| finding["rule"] == "session-x410-selector-present");
    let finding = finding.unwrap_or_else(|| panic!("{told:#?}"));
    assert_eq!((&finding["severity"], &finding["certainty"]), (&"warning".into(), &"probable".into()));
}

#[test]
fn what_is_met_late_or_crosses_is_no_fault() {
    let turn = |rest: &str| {
        format!(
            "alpha CN 1988-normal checkpoint=1 dialogue=two-way-alternate name=MTA-ALPHA password=secret-A
beta AC name=MTA-BETA password=secret-B\nalpha transfer first\nbeta PT priority=5\n{rest}"
        )
    };
    let end = "alpha FN\nbeta DN\nalpha DR\nalpha FIN\nbeta FIN\n";
    let scripts = [
        turn(&format!("wait 90s\nalpha GTC\nbeta GTA\nbeta transfer second\nbeta GTC\nalpha GTA\n{end}")),
        turn(end),
        // The acknowledgement of checkpoint 1 crosses the end; none for 2, which the end confirms.
        format!("{OPEN_1984}alpha AS 1\nalpha DT first 1\nalpha MIP 1\nalpha DT first 2\nalpha MIP 2\nalpha DT first 3
alpha AE 3\nbeta MIA 1\nbeta AEA 3\n{end}"),
    ];
    for script in &scripts {
        assert_eq!(told(script), [] as [Value; 0], "{script}");
    }
}

#[test]
fn a_resumed_transfer_of_other_octets_is_told() {
    let told = told(&format!(
        "{OPEN_X410}alpha AS 1\nalpha DT first 1\nalpha MIP 1\nbeta MIA 1\nalpha DT first 2\nalpha MIP 2
alpha AI reason=0\nbeta AIA\nwait 9s\nalpha AR 2 of=1 serial=1\nalpha DT second 2\nalpha MIP 2\nbeta MIA 2
alpha DT first 3\nalpha AE 3\nbeta AEA 3\nalpha FN\nbeta DN\nalpha FIN\nbeta FIN\n"
    ));
    let finding = told.iter().find(|finding| finding["rule"] == "rtse-resume-content-differs");
    let finding = finding.unwrap_or_else(|| panic!("{told:#?}"));
    assert_eq!((&finding["severity"], &finding["from"]), (&"error".into(), &A.into()));
}

#[test]
fn a_segment_above_the_checkpoint_size_is_told() {
    // The initiator goes on with its own checkpoint size of 2.
    let told = told(&format!(
        "alpha CN 1984 checkpoint=2\n{X410_ACCEPT}alpha AS 1\nalpha DT first 1\nalpha MIP 1\nbeta MIA 1\nbeta AB x410-rtab=4\nalpha FIN\nbeta FIN\n"
    ));
    let finding = only(&told, "rtse-segment-exceeds-checkpoint-size");
    assert_eq!((&finding["severity"], &finding["from"]), (&"error".into(), &A.into()));
    let message = finding["message"].as_str().expect("a message");
    assert!(
        message.contains("a segment of 2048 octets; the checkpoint size that was agreed allows 1024"),
        "{message}"
    );
}
