//! What ends or troubles an association below the session layer is told by the rule made for it, once, and as surely as
//! the octets allow.

mod emit;
mod program;

use emit::dialogue;
use program::{run_on, sample};
use serde_json::Value;

const HOSTS: &str = "capture start=1996-07-01T09:00:00Z\nhost a 10.1.0.1\nhost b 10.1.0.2\n";
const CONNECT: &str = "connect a:1025 b:102\n";
const CR: &str = "a CR calling-tsap=MTA-A called-tsap=MTA-B tpdu-size=2048\n";
const CC: &str = "b CC tpdu-size=2048\n";
const BIND: &str = "a CN 1984 name=MTA-ALPHA password=secret-A\nb AC name=MTA-BETA password=secret-B\n";
const RELEASE: &str = "a FN\nb DN\na DR\na FIN\nb FIN\n";

/// The findings of the layers up to transport in the capture that a script describes.
fn findings(script: &str) -> Vec<Value> {
    let capture =
        dialogue::capture_of(&format!("{HOSTS}{script}")).unwrap_or_else(|error| panic!("{error}: {script}"));
    let run = run_on("findings --format json --select tcp,tpkt,cotp,association,session -", &capture);
    assert_eq!((run.status, run.errors.as_str()), (0, ""), "{script}");
    run.objects("finding")
}

fn text<'a>(finding: &'a Value, key: &str) -> &'a str {
    finding[key].as_str().unwrap_or("")
}

/// Those of warning or above: rule, severity, certainty.
fn told(findings: &[Value]) -> Vec<[&str; 3]> {
    findings
        .iter()
        .map(|finding| [text(finding, "rule"), text(finding, "severity"), text(finding, "certainty")])
        .filter(|[_, severity, _]| *severity != "note")
        .collect()
}

#[track_caller]
fn check(script: &str, expected: [&str; 3], words: &[&str]) {
    let findings = findings(script);
    assert_eq!(told(&findings), [expected], "{script}{findings:#?}");
    let finding = findings.iter().find(|finding| finding["rule"] == expected[0]).expect("it was told");
    for word in words {
        assert!(text(finding, "message").contains(word), "{word}: {finding}");
    }
}

#[track_caller]
fn check_silent(script: &str) {
    let findings = findings(script);
    assert_eq!(told(&findings), [[""; 3]; 0], "{script}");
}

fn opened(rest: &str) -> String {
    [CONNECT, CR, CC, BIND, rest].concat()
}

#[test]
fn an_orderly_association_is_silent() {
    assert!(findings(&opened(RELEASE)).is_empty());
    // RST behind the release is harmless (Q169143); a capture may end while the association is open.
    assert!(findings(&opened("a FN\nb DN\na RST\n")).is_empty());
    assert!(findings(&opened("")).is_empty());
    // CR and CC without any parameter, as in X.410 mode.
    assert!(findings(&[CONNECT, "a CR\nb CC\n", BIND, RELEASE].concat()).is_empty());
    // A CR without size may be answered by a CC with one.
    assert!(findings(&[CONNECT, "a CR\nb CC tpdu-size=2048\n", BIND, RELEASE].concat()).is_empty());
}

#[test]
fn a_refused_connection_is_told_once_with_count_and_interval() {
    let attempts = |interval: u32, count: u32| -> String {
        (0..count).map(|n| format!("connect a:{} b:102 at={}s refused\n", 1100 + n, n * interval)).collect()
    };
    let refused = ["tcp-connection-refused", "error", "certain"];
    check(&attempts(600, 1), refused, &["nothing listens"]);
    check(&attempts(600, 5), refused, &["5 attempts in a row", "600 s apart", "Q157630"]);
    check(&attempts(10, 4), refused, &["4 attempts in a row", "10 s apart", "Q176489"]);
    let findings = findings(&attempts(60, 12));
    assert_eq!((findings.len(), &findings[0]["count"]), (1, &12.into()));
}

#[test]
fn a_syn_without_answer_is_told_where_it_waited_long_enough() {
    let unanswered = "connect a:1025 b:102 unanswered\n";
    check(unanswered, ["tcp-syn-unanswered", "error", "strong"], &["3 times"]);
    // The capture ends at once.
    check_silent(&format!("{unanswered}drop 2-3\n"));
}

#[test]
fn a_reset_matters_as_much_as_what_was_under_way() {
    let reset = "tcp-reset-during-association";
    check(
        &opened("a AS 1\nwait 90s\nb RST\n"),
        [reset, "error", "certain"],
        &["activity", "nothing for 90 s"],
    );
    check(&opened("wait 20s\na RST\n"), [reset, "warning", "certain"], &["idle"]);
    check(&opened("a AS 1\na AE 1\nb AEA 1\nb RST\n"), [reset, "warning", "certain"], &["idle"]);
    check_silent(&opened("a FN\nb RST\n"));
}

#[test]
fn going_without_a_release_is_told_with_the_side() {
    let left = "association-never-released";
    check(&opened("a FIN\nb FIN\n"), [left, "warning", "certain"], &["The initiator, 10.1.0.1:1025"]);
    check(
        &opened("a AS 1\nb FIN\na FIN\n"),
        [left, "error", "certain"],
        &["The responder, 10.1.0.2:102", "activity"],
    );
    // In the middle of a TSDU: that is not a fault of its own.
    let middle = opened("a AS 1\na tpdu 02F00001000102\na FIN\nb FIN\n");
    check(&middle, [left, "error", "certain"], &[]);
    assert!(findings(&middle).iter().any(|finding| finding["rule"] == "cotp-tsdu-unfinished"));
    // Where the release may lie in a hole of the capture, that is said.
    check(
        &opened("a FN\nb DN\na FIN\nb FIN\ndrop 8-9\n"),
        [left, "warning", "probable"],
        &["not in the capture"],
    );
}

#[test]
fn a_refused_t_selector_is_as_sure_as_the_answer() {
    let rejected = "cotp-called-tsel-rejected";
    let answered = |answer: &str| [CONNECT, CR, answer, "b FIN\na FIN\n"].concat();
    let named = &["\"MTA-B\""];
    check(&answered("b DR reason=3\n"), [rejected, "error", "certain"], named);
    check(&answered("b DR reason=2\n"), [rejected, "error", "certain"], named);
    check(
        &answered("b DR reason=128 text=\"MTA-B not found\"\n"),
        [rejected, "error", "strong"],
        &["not found"],
    );
    check(&answered("b DR reason=128\n"), [rejected, "error", "probable"], named);
    check(&answered("b DR reason=1\n"), [rejected, "error", "probable"], &["no room"]);
    check(&answered("b DR reason=0\n"), [rejected, "error", "undetermined"], &["do not tell"]);
    // An ER that quotes the CR up to C2 means the selector, another one what it says.
    check(
        &answered("b tpdu 1170450203 C10B 17E00000450200C2054D54\n"),
        [rejected, "error", "probable"],
        &["ER"],
    );
    check(
        &answered("b DR reason=130\n"),
        ["cotp-disconnect", "error", "certain"],
        &["negotiation failed (130)"],
    );
    check(&answered("b DR reason=77\n"), ["cotp-disconnect", "error", "certain"], &["unknown (77)"]);
}

#[test]
fn a_connection_that_is_just_closed_tells_no_reason() {
    let limit = "association-limit-suspected";
    let closed = [CONNECT, CR, "b FIN\na FIN\n"].concat();
    check(&closed, [limit, "error", "undetermined"], &["address of the caller", "T-selector", "MTA-B"]);
    check(
        &[CONNECT, "b RST\n"].concat(),
        [limit, "error", "undetermined"],
        &["before any TPDU", "address of the caller"],
    );
    // The same selector was accepted: it is not that. Another one was: it may well be.
    let then = |tsel: &str| {
        let cr = format!("a CR calling-tsap=MTA-A called-tsap={tsel} tpdu-size=2048\n");
        [&closed, "connect a:1026 b:102 at=60s\n", &cr, CC, BIND, RELEASE].concat()
    };
    check(&then("MTA-B"), [limit, "error", "undetermined"], &["that is not wrong"]);
    check(&then("MTA-C"), ["cotp-called-tsel-rejected", "error", "probable"], &["A2 (frame 8) was accepted"]);
    // The caller connects and goes away: nobody refused anything.
    check_silent(&[CONNECT, "a FIN\nb FIN\n"].concat());
}

#[test]
fn many_open_associations_point_to_a_limit() {
    let crowd = |tenth: &str| {
        let mut script = String::new();
        for number in 0..9 {
            script.push_str(&format!("connect a:{} b:102 at={number}s\n{CR}{CC}{BIND}", 1200 + number));
        }
        format!("{script}connect a:1300 b:102 at=20s{tenth}")
    };
    let limit = "association-limit-suspected";
    let cr = format!("\n{CR}");
    check(
        &crowd(" refused\n"),
        [limit, "warning", "probable"],
        &["9 other associations", "limit of Exchange"],
    );
    check(
        &crowd(&format!("{cr}b FIN\na FIN\n")),
        [limit, "warning", "probable"],
        &["nine associations", "control blocks"],
    );
    check(
        &crowd(&format!("{cr}wait 60s\na FIN\nb FIN\n")),
        [limit, "warning", "probable"],
        &["does not answer the CR"],
    );
    check(&crowd(&format!("{cr}b DR reason=1\nb FIN\n")), [limit, "warning", "strong"], &["congestion"]);
    // A wrong selector stays one.
    let wrong = ["cotp-called-tsel-rejected", "error", "certain"];
    check(&crowd(&format!("{cr}b DR reason=3\nb FIN\n")), wrong, &[]);
}

#[test]
fn a_cr_without_answer_is_told_and_a_late_cc_named() {
    let unanswered = ["cotp-connect-unanswered", "error", "certain"];
    check(
        &[CONNECT, CR, "wait 60s\na FIN\nb FIN\n"].concat(),
        unanswered,
        &["gave up after 60 s", "control blocks"],
    );
    check(&[CONNECT, CR, "wait 60s\na FIN\n", CC, "b FIN\n"].concat(), unanswered, &["too late", "Q319936"]);
    check(&[CONNECT, CR, "wait 60s\nb ACK\n"].concat(), unanswered, &["60 s"]);
    check_silent(&[CONNECT, CR].concat());
    check_silent(&[CONNECT, CR, CC, BIND, RELEASE, "only a\n"].concat());
}

#[test]
fn a_cc_that_does_not_fit_its_cr_is_told() {
    // a's source reference is 4101 + 0401 (hexadecimal) = 4502.
    let cases = [
        ("09D0 4502 0001 20 C0010B", "cotp-cc-class-mismatch", "error", "class 2"),
        ("09D0 4503 0001 00 C0010B", "cotp-cc-reference-mismatch", "error", "4503"),
        ("09D0 0245 0001 00 C0010B", "cotp-cc-reference-mismatch", "error", "turned round"),
        ("10D0 4502 0001 00 C0010B C2054D54412D43", "cotp-cc-selector-mismatch", "warning", "\"MTA-C\""),
        (
            "17D0 4502 0001 00 C0010B C1054D54412D42 C2054D54412D41",
            "cotp-cc-selector-mismatch",
            "warning",
            "way round",
        ),
        ("09D0 4502 0001 00 C0010D", "cotp-tpdu-size-increased", "warning", "8192"),
    ];
    for (cc, rule, severity, word) in cases {
        check(
            &[CONNECT, CR, &format!("b tpdu {cc}\n"), BIND, RELEASE].concat(),
            [rule, severity, "certain"],
            &[word],
        );
    }
    for cc in
        ["06D0 4502 0001 00", "10D0 4502 0001 00 C0010A C2054D54412D42", "0BD0 4502 0001 00 C0010B C200"]
    {
        check_silent(&[CONNECT, CR, &format!("b tpdu {cc}\n"), BIND, RELEASE].concat());
    }
}

#[test]
fn dts_that_are_too_long_or_empty_are_told() {
    let long = format!("a tpdu 02F080 01000104{}\n", "00".repeat(300));
    let small = |cc: &str| [CONNECT, CR, cc, BIND, &long, RELEASE].concat();
    let exceeded = |certainty| ["cotp-tpdu-size-exceeded", "warning", certainty];
    let of = |script: String| {
        findings(&script).into_iter().filter(|f| f["rule"] == "cotp-tpdu-size-exceeded").collect::<Vec<_>>()
    };
    assert_eq!(told(&of(small("b CC tpdu-size=256\n"))), [exceeded("certain")]);
    assert_eq!(told(&of(small("b CC tpdu-size=512\n"))), [[""; 3]; 0]);
    let unnamed = [CONNECT, "a CR tpdu-size=256\nb tpdu 06D0 4502 0001 00\n", BIND, &long, RELEASE].concat();
    assert_eq!(told(&of(unnamed)), [exceeded("probable")]);
    // An empty DT at the end of a TSDU, here GIVE TOKENS with ACTIVITY START, is valid.
    let start = "a tpdu 02F000 0100 2D052903020101\na tpdu 02F080\n";
    let empty = findings(&opened(&format!("{start}a AE 1\nb AEA 1\n{RELEASE}")));
    assert_eq!(told(&empty), [[""; 3]; 0]);
    assert!(empty.iter().any(|finding| finding["rule"] == "cotp-zero-length-dt"));
}

#[test]
fn a_disconnect_in_mid_association_is_told_with_its_reason() {
    let disconnect = "cotp-disconnect";
    check(
        &opened("a AS 1\nb DR reason=133\nb FIN\n"),
        [disconnect, "error", "certain"],
        &["protocol error (133)", "activity"],
    );
    check(&opened("b DR reason=200\nb FIN\n"), [disconnect, "warning", "certain"], &["unknown (200)"]);
    check(
        &opened("b tpdu 0470450202\nb FIN\n"),
        ["cotp-error", "error", "certain"],
        &["invalid TPDU type (2)", "does not quote"],
    );
}

#[test]
fn a_refused_reserved_octet_is_told_by_its_evidence() {
    let refused = "tpkt-reserved-refused";
    let odd = |answer: &str| [CONNECT, "a reserved 0x11\n", CR, answer].concat();
    let closed = odd("b FIN\na FIN\n");
    check(&closed, [refused, "error", "probable"], &["17 (0x11)", "4.0 Service Pack 3"]);
    check(&odd("b RST\n"), [refused, "error", "probable"], &["resets"]);
    let later =
        |reserved: &str| [&closed, "connect a:1026 b:102 at=60s\n", reserved, CR, CC, BIND, RELEASE].concat();
    check(&later(""), [refused, "error", "strong"], &["A2 (frame 8)"]);
    // Where such packets are accepted, that is not the reason.
    let accepted = findings(&later("a reserved 0x11\n"));
    assert!(accepted.iter().all(|finding| finding["rule"] != refused), "{accepted:#?}");
    // A reason of its own is the reason.
    let specific = findings(&odd("b DR reason=3\nb FIN\na FIN\n"));
    assert!(told(&specific).contains(&["cotp-called-tsel-rejected", "error", "certain"]), "{specific:#?}");
    // The caller gives up on the CC (Q151626).
    let cc = [CONNECT, CR, "b reserved 0x11\n", CC, "a FIN\nb FIN\n"].concat();
    check(&cc, [refused, "error", "probable"], &["The called side, 10.1.0.2:102", "the calling side closes"]);
    // Without such an octet a caller that goes again may just have looked whether anybody is there; the called end not.
    let plain = |end: &str| [CONNECT, CR, CC, end].concat();
    check_silent(&plain("a FIN\nb FIN\n"));
    let left = ["association-never-released", "warning", "certain"];
    check(&plain("b FIN\na FIN\n"), left, &["before the CONNECT"]);
}

#[test]
fn what_is_no_packet_is_told_once_and_by_the_rule_for_it() {
    let junk = "tpkt-junk";
    let http = [CONNECT, "a octets 474554202F20485454502F312E300D0A0D0A\n", "b FIN\na FIN\n"].concat();
    check(&http, [junk, "error", "certain"], &["47 45 54 20", "not RFC 1006"]);
    check(
        &opened(&format!("a octets 0000000000\n{RELEASE}")),
        [junk, "error", "certain"],
        &["Between two packets"],
    );
}

#[test]
fn a_closed_window_is_told_with_its_length() {
    let stalled = |seconds: u32| {
        opened(&format!(
            "a AS 1\nb window 0\nb ACK\nwait {seconds}s\nb window 8760\nb ACK\na AE 1\nb AEA 1\n{RELEASE}"
        ))
    };
    check(&stalled(45), ["tcp-zero-window-stall", "warning", "certain"], &["responder", "45 s"]);
    assert_eq!(findings(&stalled(45)).len(), 1);
    let short = findings(&stalled(3));
    assert_eq!((short.len(), text(&short[0], "severity")), (1, "note"));
    let silent = |seconds: u32| opened(&format!("a AS 1\nwait {seconds}s\na AE 1\nb AEA 1\n{RELEASE}"));
    check(&silent(120), ["tcp-zero-window-stall", "warning", "certain"], &["120 s", "initiator"]);
    assert!(findings(&silent(20)).is_empty());
    // Without an open activity nobody waits.
    let idle = format!("b window 0\nb ACK\nwait 300s\nb window 8760\nb ACK\n{RELEASE}");
    assert!(findings(&opened(&idle)).is_empty());
    // A window that stays closed explains the reset.
    let lost = opened("a AS 1\nb window 0\nb ACK\nwait 90s\na RST\n");
    check(&lost, ["tcp-zero-window-stall", "warning", "certain"], &["still closed"]);
    assert!(
        findings(&lost)
            .iter()
            .any(|f| f["rule"] == "tcp-reset-during-association" && f["severity"] == "note")
    );
}

#[test]
fn selectors_that_do_not_match_in_the_two_directions_are_noted() {
    let back = |cr: &str| {
        let there = [CONNECT, CR, CC, BIND, RELEASE].concat();
        let bind = "b CN 1984 name=MTA-BETA password=secret-B\na AC name=MTA-ALPHA password=secret-A\n";
        let back = "connect b:1025 a:102 at=60s\n";
        let end = "b FN\na DN\nb DR\nb FIN\na FIN\n";
        findings(
            &[&there, back, &format!("b CR {cr} tpdu-size=2048\na CC tpdu-size=2048\n"), bind, end].concat(),
        )
    };
    assert!(back("calling-tsap=MTA-B called-tsap=MTA-A").is_empty());
    assert!(back("called-tsap=MTA-C").is_empty());
    let other = back("calling-tsap=MTA-B called-tsap=MTA-C");
    assert_eq!((other.len(), text(&other[0], "rule")), (1, "cotp-tsel-asymmetric"));
}

#[test]
fn fragments_that_are_not_put_together_are_told() {
    let mut capture = std::fs::read(sample("transfer-1988-normal")).expect("the sample is there");
    // In the ninth frame, "do not fragment" becomes "more fragments" (RFC 791 3.1), and none follow.
    let flags = [0x40, 0, 0x40, 6];
    let at = capture.windows(4).enumerate().filter(|(_, window)| *window == flags).nth(8);
    let (at, _) = at.expect("every frame has such a header");
    capture[at] = 0x20;
    let findings = run_on("findings --format json --select tcp -", &capture).objects("finding");
    let fragments = findings.iter().find(|finding| text(finding, "message").contains("IP fragments"));
    let fragments = fragments.unwrap_or_else(|| panic!("{findings:#?}"));
    assert_eq!([text(fragments, "rule"), text(fragments, "severity")], ["tcp-octets-missing", "note"]);
    assert_eq!(told(&findings), [[""; 3]; 0]);
}

#[test]
fn the_samples_tell_one_fault_each() {
    let cases = [
        ("connection-refused-retries", "tcp-connection-refused"),
        ("association-limit", "association-limit-suspected"),
        ("reserved-octet-varies", "tpkt-reserved-nonzero"),
        ("reserved-octet-refused", "tpkt-reserved-refused"),
        ("zero-length-dt-rejected", "cotp-zero-length-dt"),
        ("window-stall", "tcp-zero-window-stall"),
        ("message-incomplete", "tcp-reset-during-association"),
        ("refused-t-selector", "cotp-called-tsel-rejected"),
    ];
    for (name, rule) in cases {
        let capture = std::fs::read(sample(name)).expect("the sample is there");
        let findings = run_on("findings --format json -", &capture).objects("finding");
        let rules: Vec<_> = told(&findings).into_iter().map(|[rule, ..]| rule).collect();
        assert_eq!(rules, [rule], "{name}: {findings:#?}");
    }
}
