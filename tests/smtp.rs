//! SMTP as a user meets it: which connections are followed, what is masked, and that nothing is found on clean mail.

mod emit;
mod program;

use emit::dialogue;
use program::{run, run_on};

const SCENE: &str =
    "capture start=1998-07-01T09:00:00Z\nhost alpha 10.1.0.1\nhost beta 10.1.0.2\nconnect alpha:1025 ";

/// A capture of one connection to this port.
fn capture(port: u16, said: &str) -> Vec<u8> {
    dialogue::capture_of(&format!("{SCENE}beta:{port}\n{said}")).unwrap_or_else(|error| panic!("{error}"))
}

/// The associations of a capture: application, outcome and number of octets missing.
fn associations(options: &str, capture: &[u8]) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let objects = run_on(&format!("associations --format json {options} -"), capture).objects("association");
    objects.iter().map(|a| (text(&a["application"]), text(&a["outcome"]))).collect()
}

/// The rules that find something in a capture.
fn rules(capture: &[u8]) -> Vec<String> {
    let findings = run_on("findings --format json -", capture).objects("finding");
    findings.iter().map(|finding| finding["rule"].as_str().expect("a rule").to_owned()).collect()
}

#[test]
fn connections_to_the_ports_of_mail_are_followed_whatever_the_options() {
    let mail =
        "beta line \"220 beta.example\"\nalpha line QUIT\nbeta line \"221 bye\"\nbeta FIN\nalpha FIN\n";
    for options in ["", "--no-probe", "--port 17003", "--port 25", "--port 17003 --no-probe"] {
        for port in [25, 587] {
            let told = associations(options, &capture(port, mail));
            assert_eq!(told, [("SMTP".to_owned(), "released".to_owned())], "{port} {options}");
        }
    }
    assert_eq!(associations("", &capture(2525, mail)), [], "no port of mail");
}

#[test]
fn other_protocols_on_the_ports_of_mail_are_left_alone_or_are_what_they_are() {
    let other = "beta line SSH-2.0-x\nalpha line SSH-2.0-y\nalpha FIN\nbeta FIN\n";
    assert_eq!(associations("", &capture(25, other)), []);
    let silent = "alpha FIN\nbeta FIN\n";
    assert_eq!(associations("", &capture(25, silent)), []);
    let x400 =
        "alpha CR calling-tsap=A called-tsap=B tpdu-size=2048\nbeta CC\nalpha DR\nalpha FIN\nbeta FIN\n";
    assert_eq!(associations("", &capture(25, x400)).len(), 1);
    assert_eq!(associations("--no-probe", &capture(25, x400)), []);
    assert_eq!(associations("--no-probe --port 25", &capture(25, x400)).len(), 1);
}

#[test]
fn an_smtp_connection_ends_as_its_dialogue_says() {
    let banner = "beta line \"220 beta.example\"\n";
    for (said, outcome, reason) in [
        ("beta line \"554 no service\"\nbeta FIN\n", "refused", "554 \"no service\""),
        (&format!("{banner}beta line \"421 too long\"\nbeta FIN\n"), "disconnected", "421 \"too long\""),
        (&format!("{banner}alpha line RSET\nalpha RST\n"), "disconnected", "without QUIT"),
        (&format!("{banner}alpha line QUIT\nalpha FIN\n"), "released", "after QUIT"),
        ("alpha line \"EHLO alpha\"\nalpha FIN\n", "unanswered", "before any reply"),
        (&format!("{banner}alpha line \"EHLO alpha\"\n"), "open", ""),
    ] {
        let objects = run_on("associations --format json -", &capture(25, said)).objects("association");
        let [association] = &objects[..] else { panic!("{said}: {objects:?}") };
        assert_eq!(association["outcome"], outcome, "{said}");
        assert!(association["reason"].as_str().unwrap_or("").contains(reason), "{said}: {association}");
        assert_eq!(rules(&capture(25, said)), [""; 0], "{said}");
    }
}

/// The credentials of smtp-clean as they are sent (RFC 4954, RFC 4616).
const CREDENTIALS: [&str; 3] = ["YWxpY2U=", "c2VjcmV0LUE=", "AGFsaWNlAHNlY3JldC1C"];

/// A word as text, and in hexadecimal as JSON and the hex pane have it.
fn forms(word: &str) -> [String; 3] {
    let hexadecimal = |separator: &str, upper: bool| {
        let digit = |octet: u8| if upper { format!("{octet:02X}") } else { format!("{octet:02x}") };
        word.bytes().map(digit).collect::<Vec<_>>().join(separator)
    };
    [word.to_owned(), hexadecimal("", false), hexadecimal(" ", true)]
}

const VIEWS: [&str; 7] = [
    "overview",
    "summary",
    "tree --hex",
    "tree --hex --expand all",
    "associations",
    "messages",
    "findings --explain",
];

#[test]
fn credentials_are_masked_in_every_view() {
    for view in VIEWS {
        for format in ["text", "json"] {
            let text = run(&format!("{view} --format {format} samples/smtp-clean.pcap")).text;
            for form in CREDENTIALS.iter().flat_map(|word| forms(word)) {
                assert!(!text.contains(&form), "{view} {format}: {form}");
            }
        }
    }
    let shown = run("tree --hex --show-secrets samples/smtp-clean.pcap").text;
    for word in CREDENTIALS {
        assert!(shown.contains(&forms(word)[2][..23]), "{word}");
    }
}

#[test]
fn credentials_are_masked_however_they_come() {
    let word = "c2VjcmV0LUE=";
    let auth = "beta line \"220 x\"\nalpha line \"AUTH LOGIN\"\nbeta line \"334 VXNlcm5hbWU6\"\nalpha line \"c2VjcmV0LUE=\"\n\
                beta line \"235 ok\"\nalpha line NOOP\nbeta line \"250 ok\"\n";
    for (what, said, options) in [
        (
            "cut between segments",
            "beta line \"220 x\"\nalpha text \"AUTH PLAIN c2VjcmV0\"\nalpha text \"LUE=\\r\\n\"\n",
            "",
        ),
        ("before it is known to be SMTP", auth, "begin-at 7\n"),
        ("in the middle", auth, "begin-at 6\n"),
        ("one direction", auth, "only alpha\n"),
        ("without the challenge", auth, "drop 6\n"),
        ("again at the end", auth, "repeat 7 after=10\n"),
        ("without AUTH", auth, "drop 5\n"),
    ] {
        let octets = capture(25, &format!("{said}{options}"));
        for view in VIEWS {
            for format in ["text", "json"] {
                let text = run_on(&format!("{view} --format {format} -"), &octets).text;
                let [plain, json, pane] = forms(word);
                for form in [&plain[..8], &json[..16], &pane[..23]] {
                    assert!(!text.contains(form), "{what}: {view} {format}: {text}");
                }
            }
        }
    }
}

#[test]
fn clean_mail_has_no_finding_and_each_fault_has_one() {
    let found = |sample: &str| {
        let findings = run(&format!("findings --format json samples/{sample}.pcap")).objects("finding");
        let told = findings.iter().map(|finding| {
            let text = |key: &str| finding[key].as_str().expect("a text").to_owned();
            (text("rule"), text("severity"), text("certainty"))
        });
        told.collect::<Vec<_>>()
    };
    let rows = |rows: &[(&str, &str, &str)]| {
        let owned = |row: &(&str, &str, &str)| (row.0.to_owned(), row.1.to_owned(), row.2.to_owned());
        rows.iter().map(owned).collect::<Vec<_>>()
    };
    assert_eq!(found("smtp-clean"), []);
    assert_eq!(found("smtp-starttls"), rows(&[("smtp-starttls", "note", "certain")]));
    assert_eq!(
        found("smtp-imcea-msxchnge"),
        rows(&[
            ("smtp-imceaex", "note", "certain"),
            ("smtp-imceaex", "note", "certain"),
            ("smtp-imcea-msxchnge", "warning", "strong"),
        ])
    );
    assert_eq!(
        found("smtp-imcea-faults"),
        rows(&[
            ("smtp-imceax400-sender", "warning", "certain"),
            ("smtp-imceax400", "warning", "certain"),
            ("smtp-imcea-not-uppercase", "error", "strong"),
            ("smtp-imcea-bad-escape", "error", "strong"),
            ("smtp-mixer-wrong-domain", "warning", "strong"),
            ("smtp-imceasmtp", "warning", "strong"),
            ("smtp-imcea-relay", "warning", "strong"),
        ])
    );
}

#[test]
fn the_most_particular_fault_of_an_address_is_told_once_and_with_the_reply() {
    let found = |address: &str, reply: &str| {
        let said = format!(
            "beta line \"220 x\"\nalpha line \"MAIL FROM:<>\"\nbeta line \"250 ok\"\nalpha line \"RCPT TO:<{address}>\"\n{reply}"
        );
        let findings = run_on("findings --format json -", &capture(25, &said)).objects("finding");
        let told = findings.iter().map(|finding| {
            let text = |key: &str| finding[key].as_str().expect("a text").to_owned();
            (text("rule"), text("message"), finding["frame"].as_u64())
        });
        told.collect::<Vec<_>>()
    };
    for (address, rule) in [
        ("imceamsxchnge-a+4@b.example", "smtp-imcea-msxchnge"),
        ("IMCEAX400-c+3DXX+3Bdda+3AMSXCHNGE+3Dx+3B@b.example", "smtp-imcea-msxchnge"),
        ("/DD.MSXCHNGE=x/C=XX/@b.example", "smtp-imcea-msxchnge"),
        ("ImceaSMTP-a+4@b.example", "smtp-imcea-not-uppercase"),
        ("IMCEASMTP-a+4@b.example", "smtp-imcea-bad-escape"),
        ("IMCEASMTP-a+40b+2Eexample@b.example", "smtp-imceasmtp"),
    ] {
        let told = found(address, "beta line \"550 not here\"\n");
        let [(found, message, frame)] = &told[..] else { panic!("{address}: {told:?}") };
        assert_eq!(found, rule, "{address}");
        assert!(message.ends_with("The server refused it: 550 not here"), "{message}");
        assert_eq!(*frame, Some(7), "the frame of the address, not that of the reply");
    }
    let relayed = found("IMCEASMTP-a+40other+2Eexample@b.example", "beta line \"250 fine\"\n");
    assert_eq!((relayed.len(), relayed[0].0.as_str()), (1, "smtp-imcea-relay"), "{relayed:?}");
    for address in
        ["plain@b.example", "imcea-fans@b.example", "/S=Doe/P=Org/C=XX/@gateway.example", "a+b@b.example"]
    {
        assert_eq!(found(address, "beta line \"550 not here\"\n"), [], "{address}");
    }
    let silent = found("IMCEAX400-c+3DXX@b.example", "");
    assert!(silent[0].1.ends_with("The server's reply is not in this capture."), "{silent:?}");
}
