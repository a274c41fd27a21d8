//! What the program concludes from an offer and its answer: each row is one the Recommendations or real responders
//! give, with what may be said of it, and how surely.

mod emit;
mod program;

use std::fs;
use std::path::Path;

use serde_json::Value;

const OPENING: &str = "\
alpha CR calling-tsap=MTA-A called-tsap=MTA-B tpdu-size=2048
beta CC tpdu-size=2048
";

const END: &str = "\
alpha DR
alpha FIN
beta FIN
";

/// An association that `CN` in this form opens, and what follows.
fn attempt(port: u16, offer: &str, answer: &str) -> String {
    let at = u32::from(port - 1300) * 60;
    format!(
        "connect alpha:{port} beta:102 at={at}s\n{OPENING}alpha CN {offer} checkpoint=1 name=MTA-ALPHA password=secret-A\n\
         {answer}\n{END}"
    )
}

/// The findings on a dialogue of alpha and beta.
fn findings(name: &str, dialogue: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("diagnosis-{name}"));
    fs::create_dir_all(&folder).expect("a folder");
    let scene = "capture start=1996-09-01T08:00:00Z\nhost alpha 10.1.0.1\nhost beta 10.1.0.2\n";
    fs::write(folder.join("case.dialogue"), format!("{scene}{dialogue}")).expect("a file");
    let capture = emit::dialogue::capture(&folder, "case").unwrap_or_else(|error| panic!("{name}: {error}"));
    program::run_on("findings --format json -", &capture).objects("finding")
}

/// The findings of warning or above: rule and certainty.
fn faults(findings: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings
        .iter()
        .filter(|finding| finding["severity"] != "note")
        .map(|finding| (text(&finding["rule"]), text(&finding["certainty"])))
        .collect()
}

const ACCEPTED: &str = "beta AC name=MTA-BETA password=secret-B\nalpha FN\nbeta DN";
const MISMATCH: &str = "mta-conformance-mismatch";

#[test]
fn the_form_of_the_answer_tells_a_mismatch() {
    let cases = [
        // X.410 mode to a responder that has the normal mode only
        ("1984", "beta tsdu 1903110103", "probable"),
        ("1984", "beta tsdu 190D110103C1083006800106810100", "strong"),
        ("1984", "beta tsdu 190D110103C1083006800105810100", "strong"),
        ("1984", "beta tsdu 190D110103C1083006800101810100", "probable"),
        ("1984", "beta tsdu 0C0B11010132060230038A0100", "strong"),
        ("1984", "beta tsdu 0C06110101320100", "probable"),
        // normal mode to a responder that has the X.410 mode only
        ("1988-normal", "beta tsdu 190A110103C1053103800104", "strong"),
        ("1988-normal", "beta tsdu 0C0B1101013206023103800102", "strong"),
        ("1988-normal", "beta tsdu 0C0C010011010114020000320102", "probable"),
        // applicationProtocol 12 to one that serves other protocols
        ("1988-x410", "beta tsdu 0C0C010011010114020000320102", "strong"),
    ];
    for (index, (offer, answer, certainty)) in cases.into_iter().enumerate() {
        let found = findings(&format!("form-{index}"), &attempt(1301, offer, answer));
        assert_eq!(faults(&found), [(MISMATCH.to_owned(), certainty.to_owned())], "{offer}, {answer}");
        let told = found.iter().find(|finding| finding["rule"] == MISMATCH).expect("it is there");
        assert_eq!((&told["severity"], &told["from"]), (&"error".into(), &"10.1.0.2:102".into()), "{answer}");
    }
}

#[test]
fn what_looks_like_a_mismatch_is_none() {
    let cases = [
        // wrong session selector, wrong presentation selector
        ("1984", "beta tsdu 0C06110101320181"),
        ("1988-normal", "beta tsdu 0C06110101320182"),
        ("1988-normal", "beta tsdu 0C0B11010132060230038A0103"),
        // busy, cannot recover, name or password, dialogue mode, in X.410 mode
        ("1984", "beta RF rtorj=0"),
        ("1984", "beta RF rtorj=1"),
        ("1984", "beta RF rtorj=2"),
        ("1988-x410", "beta RF rtorj=2"),
        ("1984", "beta RF rtorj=3"),
        // and in normal mode
        ("1988-normal", "beta RF bind-error=0"),
        ("1988-normal", "beta RF bind-error=2"),
        ("1988-normal", "beta RF bind-error=3"),
        // session: temporary congestion, functional units, version
        ("1984", "beta tsdu 0C06110101320101"),
        ("1984", "beta tsdu 0C06110101320185"),
        ("1988-normal", "beta tsdu 0C09110101160101320184"),
        // an echo service
        ("1984", "beta tsdu 1903110105"),
        // transport, TCP
        ("1988-normal", "beta DR reason=2"),
        ("1988-normal", "beta RST"),
    ];
    for (index, (offer, answer)) in cases.into_iter().enumerate() {
        let found = findings(&format!("alike-{index}"), &attempt(1301, offer, answer));
        let faults = faults(&found);
        assert!(faults.iter().all(|(rule, _)| rule != MISMATCH), "{offer}, {answer}: {faults:?}");
    }
}

#[test]
fn other_associations_between_the_two_hosts_lift_the_certainty() {
    let bare = "beta tsdu 1903110103";
    let told = |name: &str, dialogue: &str| faults(&findings(name, dialogue));
    let expected = |certainty: &str| vec![(MISMATCH.to_owned(), certainty.to_owned())];
    // Every retry ends alike.
    let retried = attempt(1301, "1984", bare) + &attempt(1302, "1984", bare);
    assert_eq!(told("retried", &retried), expected("strong"));
    // The other mode is accepted, with the same name, password and selectors.
    let accepted = attempt(1301, "1984", bare) + &attempt(1302, "1988-normal", ACCEPTED);
    assert_eq!(told("accepted", &accepted), expected("certain"));
    // The same with another name.
    let other_name = accepted.replacen("name=MTA-ALPHA", "name=MTA-OTHER", 1);
    assert_eq!(told("other-name", &other_name), expected("strong"));
    // The same offer is accepted later: the responder was in trouble for a moment.
    let recovered = attempt(1301, "1984", bare) + &attempt(1302, "1984", ACCEPTED);
    let faults = told("recovered", &recovered);
    assert!(faults.iter().all(|(rule, _)| rule != MISMATCH), "{faults:?}");
    // The same name and password with another protocol: it was not the password.
    let protocol = attempt(1301, "1988-x410", "beta RF rtorj=2") + &attempt(1302, "1984", ACCEPTED);
    assert_eq!(told("protocol", &protocol), expected("certain"));
    let password = protocol.replacen("password=secret-A", "password=wrong", 1);
    assert_eq!(
        told("password", &password),
        [("mta-bind-authentication-error".to_owned(), "probable".to_owned())]
    );
}

#[test]
fn a_bind_is_refused_for_its_own_reasons() {
    let cases = [
        ("1984", "beta RF rtorj=0", "mta-bind-busy", "warning", "certain"),
        ("1988-normal", "beta RF bind-error=0", "mta-bind-busy", "warning", "certain"),
        ("1984", "beta RF rtorj=2", "mta-bind-authentication-error", "error", "probable"),
        ("1988-normal", "beta RF bind-error=2", "mta-bind-authentication-error", "error", "certain"),
        ("1988-normal", "beta RF bind-error=4", "mta-bind-refused", "error", "certain"),
    ];
    for (index, (offer, answer, rule, severity, certainty)) in cases.into_iter().enumerate() {
        let found = findings(&format!("bind-{index}"), &attempt(1301, offer, answer));
        assert_eq!(faults(&found), [(rule.to_owned(), certainty.to_owned())], "{offer}, {answer}");
        let told = found.iter().find(|finding| finding["rule"] == rule).expect("it is there");
        assert_eq!(told["severity"], severity);
        assert!(!told["octets"].is_null() && !told["offset"].is_null(), "{told}");
    }
}

#[test]
fn names_and_passwords_of_a_bind_are_judged() {
    // KB Q123650: PAccept with an empty name, then an abort with reason 4.
    let accepted = "beta AC name=\"\" password=secret-B\nalpha AB x410-rtab=4";
    let found = findings("empty-name", &attempt(1301, "1984", accepted));
    assert_eq!(faults(&found), [("mta-bind-name-empty".to_owned(), "strong".to_owned())]);
    // KB Q159182: the caller aborts right behind the ACCEPT.
    let accepted = "beta AC name=MTA-WRONG password=secret-B\nalpha AB x410-rtab=4";
    let found = findings("responder", &attempt(1301, "1984", accepted));
    assert_eq!(faults(&found), [("mta-bind-responder-rejected".to_owned(), "probable".to_owned())]);
    // A password is told once, and never shown.
    let found = findings("password", &(attempt(1301, "1984", ACCEPTED) + &attempt(1302, "1984", ACCEPTED)));
    let told: Vec<&Value> =
        found.iter().filter(|finding| finding["rule"] == "mta-password-in-clear").collect();
    let [told] = &told[..] else { panic!("{found:?}") };
    assert_eq!((&told["severity"], &told["count"]), (&"note".into(), &2.into()));
    assert!(!format!("{found:?}").contains("secret"));
}

#[test]
fn a_change_of_kind_is_told() {
    let dialogue = attempt(1301, "1988-normal", ACCEPTED) + &attempt(1302, "1984", ACCEPTED);
    let found = findings("kind-changed", &dialogue);
    assert!(found.iter().any(|finding| finding["rule"] == "mta-kind-changed"), "{found:?}");
    assert_eq!(faults(&found), []);
}

#[test]
fn an_unusual_application_protocol_is_told() {
    let offer = attempt(1301, "1984 protocol=3072", "beta tsdu 0C0C010011010114020000320102");
    let found = findings("protocol-swapped", &offer);
    assert!(found.iter().any(|finding| finding["rule"] == "rts-application-protocol-unusual"), "{found:?}");
    assert_eq!(faults(&found), [(MISMATCH.to_owned(), "strong".to_owned())]);
}

#[test]
fn what_comes_of_a_content_of_1988_is_joined_to_it() {
    let message = "message plan id=A-1 from=\"/G=Alice/S=Sender/PRMD=ALPHA/ADMD=TESTADMD/C=XX/\" \
                   to=\"/G=Bob/S=Receiver/PRMD=BETA/ADMD=TESTADMD/C=XX/\" subject=Plan text=Plan content-type=22\n";
    let refused = "alpha AS 1\nalpha DT plan 1\nbeta ED reason=5\nalpha AD reason=5\nbeta ADA\n";
    let accepted = format!("beta AC name=MTA-BETA password=secret-B\n{refused}alpha FN\nbeta DN");
    let found = findings("content-1988", &format!("{message}{}", attempt(1301, "1984", &accepted)));
    assert_eq!(faults(&found), [("p1-content-type-unexpected".to_owned(), "certain".to_owned())]);
    let joined = |rule: &str| {
        let told = found.iter().find(|finding| finding["rule"] == rule);
        told.unwrap_or_else(|| panic!("{rule} is not told: {found:?}"))["cause"]["rule"].clone()
    };
    assert_eq!(joined("session-exception-report"), "p1-content-type-unexpected");
}
