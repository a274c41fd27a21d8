//! Each rule about envelopes, identifiers, traces and reports fires on the message that it is made for, with what X.411
//! calls the fault, and on nothing else: the messages are written by the emitters, some with octets changed.

mod emit;
mod program;

use emit::dialogue::capture_of;
use emit::script::hexadecimal;
use program::run_on;
use serde_json::Value;

/// Two hosts, their addresses and domains, and a message.
const SCENE: &str = r#"
host alpha 10.1.0.1
host beta 10.1.0.2
address alice "/G=Alice/S=Sender/O=Org/PRMD=ALPHA/ADMD=TEST/C=XX/"
address bob "/G=Bob/S=Reader/O=Org/PRMD=BETA/ADMD=TEST/C=XX/"
address alpha "/PRMD=ALPHA/ADMD=TEST/C=XX/"
address beta "/PRMD=BETA/ADMD=TEST/C=XX/"
"#;

/// An association of a kind from one host to the other that transfers something.
fn association(from: &str, to: &str, port: u16, kind: &str, mail: &[&str]) -> String {
    let transfers: String = mail.iter().map(|mail| format!("{from} transfer {mail}\n")).collect();
    format!(
        "connect {from}:{port} {to}:102 at={}s\n{from} CR tpdu-size=2048\n{to} CC tpdu-size=2048\n\
         {from} CN {kind} checkpoint=0 name=MTA\n{to} AC name=MTA\n{transfers}{from} FN\n{to} DN\n{from} DR\n\
         {from} FIN\n{to} FIN\n",
        port - 1024
    )
}

/// A capture that begins at this time, of mail in one association from alpha to beta.
fn one(start: &str, mail: &str, kind: &str, transfers: &[&str]) -> Vec<u8> {
    let association = association("alpha", "beta", 1025, kind, transfers);
    capture_of(&format!("capture start={start}\n{SCENE}\n{mail}\n{association}")).expect("a good script")
}

const START: &str = "1996-09-02T12:00:00Z";
const MESSAGE: &str = "message m id=A-1 from=alice to=bob text=Hello arrival=960902115959Z";
const REPORT: &str = "message m id=A-1 from=alice to=bob text=Hello content-id=ABCDEFGHIJKLMNOP arrival=960902115958Z\n\
                      report r of=m id=B-1 domain=alpha arrival=960902115959Z\n";

/// A message of the 1988 kind with one more statement or option.
fn message(more: &str) -> Vec<u8> {
    one(START, &format!("{MESSAGE} {more}"), "1988-normal", &["m"])
}

/// A report with these outcomes.
fn report(kind: &str, outcomes: &str) -> Vec<u8> {
    one(START, &format!("{REPORT}{outcomes}"), kind, &["m", "r"])
}

/// Puts octets in place of others, the `nth` time that they occur, from 0.
fn changed(mut capture: Vec<u8>, nth: usize, from: &str, to: &str) -> Vec<u8> {
    let octets = |digits: &str| hexadecimal(digits).expect("hexadecimal digits");
    let (from, to) = (octets(from), octets(to));
    assert_eq!(from.len(), to.len());
    let places = capture.windows(from.len()).enumerate().filter(|(_, window)| *window == from);
    let at = places.map(|(at, _)| at).nth(nth).expect("the capture holds them");
    capture[at..at + to.len()].copy_from_slice(&to);
    capture
}

/// A message with a content identifier of 18 octets, and these in its place.
fn with(kind: &str, octets: &str) -> Vec<u8> {
    let mail = format!("{MESSAGE} content-id=ABCDEFGHIJKLMNOP");
    changed(one(START, &mail, kind, &["m"]), 0, CONTENT_ID, octets)
}

const CONTENT_ID: &str = "4A10 4142434445464748494A4B4C4D4E4F50";

/// The findings on P1 and reports, as `severity rule`, each once.
fn found(capture: &[u8]) -> Vec<String> {
    let run = run_on("findings --format json -", capture);
    assert!(run.status == 0, "{}", run.errors);
    let of_ours = |finding: &&Value| {
        let rule = finding["rule"].as_str().unwrap_or_default();
        ["p1-", "report-", "ndr-", "ber-"].iter().any(|prefix| rule.starts_with(prefix))
            && rule != "p1-88-element-on-84-association"
            && !(rule == "ber-damage" && finding["severity"] == "note")
    };
    let findings = run.objects("finding");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found: Vec<_> = findings
        .iter()
        .filter(of_ours)
        .map(|finding| format!("{} {}", text(&finding["severity"]), text(&finding["rule"])))
        .collect();
    found.sort();
    found
}

#[track_caller]
fn check(capture: &[u8], expected: &[&str]) {
    assert_eq!(found(capture), expected);
}

#[test]
fn nothing_is_found_on_a_clean_message_of_any_kind() {
    for kind in ["1984", "1988-x410", "1988-normal"] {
        check(&one(START, MESSAGE, kind, &["m"]), &[]);
    }
}

#[test]
fn encodings_that_do_not_hold_together_are_told_once() {
    // The country name has two octets (X.690 8.1.3).
    check(&changed(message(""), 0, "6104 1302 5858", "6104 1303 5858"), &["error p1-length-overrun"]);
    // The content-type becomes an element that nobody knows.
    check(&changed(message(""), 0, "4601 16", "5D01 16"), &["warning p1-ber-decode-error"]);
    // End-of-contents octets inside a definite length.
    check(&with("1984", "4A0C 4142434445464748494A4B4C 0000 0000"), &["error p1-ber-decode-error"]);
    // An identifier octet, and no length that BER allows.
    check(&with("1984", "4A08 4142434445464748 9EFF 0000 0000 0000"), &["error p1-ber-decode-error"]);
    let long = format!("content-type=1.3.6.1.4.1.32473{}", ".268435455".repeat(8));
    check(&message(&long), &["note p1-oid-too-long"]);
}

#[test]
fn bounds_are_those_of_the_recommendation() {
    let long = MESSAGE.replace("id=A-1", &format!("id={}", "A".repeat(33)));
    check(&one(START, &long, "1984", &["m"]), &["warning p1-upper-bound-exceeded"]);
    let longest = MESSAGE.replace("id=A-1", &format!("id={}", "A".repeat(32)));
    check(&one(START, &longest, "1984", &["m"]), &[]);
    check(&message("content-id=ABCDEFGHIJKLMNOPQ"), &["warning p1-upper-bound-exceeded"]);
    check(
        &with("1984", "4A00 9E0E 0000 0000 0000 0000 0000 0000 0000"),
        &["error p1-content-identifier-empty"],
    );
    // originally-specified-recipient-number, behind it per-recipient-indicators
    check(&changed(message(""), 0, "800101 8102", "8001FF 8102"), &["error p1-recipient-number-invalid"]);
    check(&changed(message(""), 0, "800101 8102", "800100 8102"), &["error p1-recipient-number-invalid"]);
    let indicators = message("recipient-indicators=0xC8");
    let short = changed(indicators, 0, "8102 00C8", "8102 03C8");
    check(&short, &["warning p1-per-recipient-indicators-unused-bits"]);
    let many = format!("{MESSAGE}{}", " to=bob".repeat(8288));
    check(&one(START, &many, "1984", &["m"]), &["note p1-recipient-count-huge"]);
}

#[test]
fn identifiers_and_domains_are_compared() {
    // The domain of the identifier: PRMD ALPHA becomes ALPHB.
    let other = changed(message(""), 0, "1305 414C504841 1603", "1305 414C504842 1603");
    check(&other, &["warning p1-mts-identifier-trace-mismatch"]);
    // In the domain of the identifier, not in an O/R name, the ADMD becomes a NumericString.
    check(&changed(message(""), 0, "6206 1304 54455354", "6206 1204 54455354"), &["note p1-admd-numeric"]);
    let slash = MESSAGE.replace("id=A-1", "id=A/1");
    check(&one(START, &slash, "1984", &["m"]), &["note p1-mtsid-delimiter-char"]);
    // The global-domain-identifier becomes [APPLICATION 29].
    check(&changed(message(""), 0, "6315 6104", "7D15 6104"), &["error p1-mtsid-missing-gdi"]);
    let mail = format!("{MESSAGE}\ntrace m domain=\"/PRMD=/ADMD=TEST/C=XX/\" arrival=960902120000Z");
    check(&one(START, &mail, "1984", &["m"]), &["error p1-gdi-empty-prmd"]);
}

/// A message that goes from alpha to beta and, with one more element of trace, somewhere.
fn twice(more: &str, back: bool) -> Vec<u8> {
    let first = association("alpha", "beta", 1025, "1984", &["m"]);
    let second = if back { ("beta", "alpha") } else { ("alpha", "beta") };
    let second = association(second.0, second.1, 1030, "1984", &["n"]);
    capture_of(&format!("capture start={START}\n{SCENE}\n{MESSAGE}\n{more}\n{first}{second}"))
        .expect("a good script")
}

#[test]
fn what_comes_again_is_told_by_what_it_is() {
    check(&twice("copy n of=m", false), &["warning p1-mtsid-retransmitted"]);
    check(&one(START, MESSAGE, "1984", &["m", "m"]), &["note p1-mtsid-retransmitted"]);
    let other = "message n id=A-1 from=alice to=bob text=Other arrival=960902115959Z";
    check(&twice(other, false), &["error p1-mts-identifier-duplicate"]);
    let back = "copy n of=m\ntrace n domain=beta arrival=960902120001Z";
    check(&twice(back, true), &["warning p1-duplicate-relay"]);
    let rerouted = changed(twice(back, true), 2, "5A 820100", "5A 820101");
    check(&rerouted, &["warning p1-trace-rerouted-bounce"]);
    let around = format!("{back}\ntrace n domain=alpha arrival=960902120002Z");
    check(&twice(&around, false), &["error p1-trace-loop"]);
    // To another recipient it may come back.
    let others = "message n id=A-1 from=alice to=alice text=Hello arrival=960902115959Z\n\
                  trace n domain=beta arrival=960902120001Z";
    check(&twice(others, true), &[]);
}

#[test]
fn traces_are_read_as_a_way() {
    let mail = |trace: &str| one(START, &format!("{MESSAGE}\n{trace}"), "1984", &["m"]);
    let gamma = "domain=\"/PRMD=GAMMA/ADMD=TEST/C=XX/\"";
    check(&mail(&format!("trace m {gamma} arrival=960902115000Z")), &[]);
    check(&mail(&format!("trace m {gamma} arrival=960902114900Z")), &["note p1-trace-time-reversed"]);
    check(&mail(&format!("trace m {gamma} arrival=960901115000Z")), &["warning p1-trace-time-reversed"]);
    // Two elements of one domain in a row are no loop; when both are rerouted, a product takes them for one.
    let pair = mail("trace m domain=alpha arrival=960902120000Z");
    check(&pair, &[]);
    let pair = changed(changed(pair, 0, "5A 820100", "5A 820101"), 0, "5A 820100", "5A 820101");
    check(&pair, &["note p1-trace-rerouted-repeated"]);
    // arrival-time without octets
    let empty = "8000 9E0B 0000 0000 0000 0000 0000 00";
    check(
        &changed(message(""), 0, "800D 3936303930323131353935395A", empty),
        &["error p1-trace-arrival-time-empty"],
    );
    // internal trace of the agreements before 1988
    check(&with("1984", "7E10 300E 130C 414243444546 414243444546"), &["note p1-internal-trace-on-1984"]);
    let internal = "value=\"30 { 30 { domain 'bob' 16 'MTA' 31 { 80 '960902115900Z' 82 0 } } }\"";
    let internal = format!("{MESSAGE}\nextension m 38 {internal}");
    check(&one(START, &internal, "1988-normal", &["m"]), &["note p1-internal-trace-foreign-prmd"]);
}

#[test]
fn times_are_compared() {
    // The 13 digits of a year counted from 1900, without a zone.
    let digits = "800D 31393630393032313135393539";
    check(&changed(message(""), 0, "800D 3936303930323131353935395A", digits), &["warning p1-utctime-y2k"]);
    let old = "message m id=A-1 from=alice to=bob text=Hello arrival=960822120000Z\n";
    check(&one(START, old, "1984", &["m"]), &["note p1-message-too-old"]);
    let relayed = format!("{old}trace m domain=beta arrival=960902115900Z");
    check(&one(START, &relayed, "1984", &["m"]), &["warning p1-message-too-old"]);
    // deferred-delivery-time [0], eight days and seven days later
    check(&with("1984", "800D 3936303931303132303030305A 9E0100"), &["note p1-deferred-beyond-timeout"]);
    check(&with("1984", "800D 3936303930393131353935395A 9E0100"), &[]);
    let late = "message m id=A-1 from=alice to=bob text=Hello arrival=030902115959Z\n\
                extension m 5 value=\"17 '600101000000Z'\"";
    check(
        &one("2003-09-02T12:00:00Z", late, "1988-normal", &["m"]),
        &["warning p1-latest-delivery-beyond-2050"],
    );
    let returned = "message m id=A-1 from=alice to=bob text=Hello arrival=030902115958Z\n\
                    report r of=m id=B-1 domain=alpha arrival=030902115959Z\n\
                    outcome r recipient=1 reason=1 diagnostic=5";
    check(&one("2003-09-02T12:00:00Z", returned, "1988-normal", &["m", "r"]), &["warning p1-utctime-y2k"]);
}

#[test]
fn fields_that_upset_a_product_are_notes() {
    check(&message("indicators=0x30"), &["note p1-content-return-requested"]);
    check(&message("content-type=1.2.840.113556.5.1"), &["note p1-content-type-mdbef"]);
    let probe = "probe m id=A-1 from=alice to=bob content-length=9 arrival=960902115959Z";
    check(&one(START, probe, "1984", &["m"]), &["note p1-probe-present"]);
    let prohibited = format!("{MESSAGE}\nextension m 1 value=\"0A 1\"");
    check(&one(START, &prohibited, "1988-normal", &["m"]), &["note p1-reassignment-prohibited"]);
    let bilateral = "A110 300E 6104 1302 5858 6203 1301 20 0401 00";
    check(&with("1984", bilateral), &["note p1-bilateral-info-present"]);
    // The encoded information types say telex in place of ia5-text.
    check(&changed(message(""), 0, "8002 0520", "8002 0540"), &["note p1-eit-bodypart-mismatch"]);
}

#[test]
fn what_1984_cannot_say_is_told_on_its_associations() {
    // The applicationProtocol of the bind becomes that of 1984.
    let old = |mail: &str| changed(one(START, mail, "1988-x410", &["m"]), 0, "84010C", "840101");
    check(&old(MESSAGE), &["warning p1-content-type-unexpected"]);
    let named =
        MESSAGE.replace("to=bob", "to=\"/CN=All Staff/O=Org/PRMD=BETA/ADMD=TEST/C=XX/\" content-type=2");
    check(&old(&named), &["note p1-84-common-name"]);
}

#[test]
fn a_report_has_one_finding_by_its_codes() {
    let codes = |codes: &str| report("1988-normal", &format!("outcome r recipient=1 {codes}"));
    check(&codes("delivered=960902115959Z"), &[]);
    check(&codes("reason=1 diagnostic=0"), &["warning report-non-delivery"]);
    check(&codes("reason=1"), &["warning report-non-delivery"]);
    check(&codes("reason=0 diagnostic=2"), &["warning ndr-mts-congestion"]);
    check(&codes("reason=1 diagnostic=3"), &["warning ndr-loop-detected"]);
    check(&codes("reason=1 diagnostic=7"), &["warning ndr-content-too-long"]);
    check(&codes("reason=5 diagnostic=29"), &["warning ndr-restricted-delivery"]);
    check(&codes("reason=9"), &["error ndr-reason-code-invalid"]);
    // -1 in four octets, in place of reason and diagnostic
    let minus_one = changed(codes("reason=1 diagnostic=0"), 0, "A106 800101 810100", "A106 8004FFFFFFFF");
    check(&minus_one, &["error ndr-reason-code-invalid"]);
    let alone = one(START, &format!("{REPORT}outcome r recipient=1 delivered=960902115959Z"), "1984", &["r"]);
    check(&alone, &["note report-subject-not-seen"]);
}

#[test]
fn reports_are_built_as_reports() {
    let delivered = report("1984", "outcome r recipient=1 delivered=960902115959Z");
    // The name of the recipient: [0], standard attributes, and in all the length of what is changed.
    let at = delivered
        .windows(6)
        .position(|w| w[0] == 0xA0 && w[2] == 0x30 && w[3] + 2 == w[1] && w[4] == 0x61 && w[5] == 4)
        .expect("the report names its recipient");
    let length = usize::from(delivered[at + 1]);
    let name = |head: &[u8], tail: &[u8]| {
        let mut capture = delivered.clone();
        let filler = length - head.len() - tail.len() - 2;
        let octets = [head, &[0x9E, filler as u8], &vec![0; filler], tail].concat();
        capture[at + 2..at + 2 + length].copy_from_slice(&octets);
        capture
    };
    check(&name(&[0x30, 0], &[]), &["error report-actual-recipient-empty"]);
    check(&name(&[0x30, 0, 0xA0, 2, 0x30, 0], &[]), &["warning report-recipient-dn-only"]);
    let mut indefinite = name(&[0x30, 6, 0x61, 4, 0x13, 2, 0x58, 0x58], &[0, 0]);
    indefinite[at + 1] = 0x80;
    check(&indefinite, &["note ber-definite-over-indefinite"]);
    // The per-recipient fields become [29].
    let mut nobody = delivered.clone();
    let fields = delivered[..at].iter().rposition(|octet| *octet == 0xA0).expect("the fields hold it");
    nobody[fields] = 0xBD;
    check(&nobody, &["warning report-no-recipients"]);
    // In the content the internal trace, in the envelope a deferred time in place of that of arrival.
    let internal = changed(delivered.clone(), 1, CONTENT_ID, "7E10 300E 130C 414243444546 414243444546");
    check(&internal, &["warning report-84-internal-trace-in-content"]);
    let arrival = "3112 800D 3936303930323131353935395A";
    let deferred = changed(delivered, 0, arrival, &arrival.replace("800D", "810D"));
    assert!(found(&deferred).contains(&"note p1-dr-deferred-time-echo".to_owned()), "{:?}", found(&deferred));
    let private = REPORT.replace("text=Hello", "text=Hello content-type=1.2.840.113556.5.1");
    let private = format!("{private}outcome r recipient=1 delivered=960902115959Z");
    check(
        &one(START, &private, "1988-normal", &["m", "r"]),
        &["note p1-content-type-mdbef", "note report-content-type-mdbef"],
    );
    let extensions = format!("{REPORT}extension r 39\noutcome r recipient=1 delivered=960902115959Z");
    let extensions = one(START, &extensions, "1988-normal", &["m", "r"]);
    let empty = changed(extensions, 0, "A105 3003 800127", "A100 9E03 000000");
    check(&empty, &["note report-extensions-empty"]);
}
