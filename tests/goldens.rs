//! Every view of every sample is what it was: whole texts, compared with those in tests/golden. After a wanted
//! change `UPDATE_GOLDENS=1 cargo test --test goldens` writes them anew; read the difference before you commit it.
//!
//! Beside them stand a few facts from the standards and the articles, which no update can change.

mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use program::{on_two_threads, run, samples};
use serde_json::{Value, json};

/// The views: file name and arguments.
const VIEWS: &[(&str, &str)] = &[
    ("overview", "overview"),
    ("summary", "summary"),
    ("tree", "tree"),
    ("associations", "associations"),
    ("messages", "messages"),
    ("findings", "findings --explain"),
];
/// The frame view with everything opened is long: these samples show what there is to see.
const OPENED: &[&str] = &["q151626", "q157015", "transfer-1984"];
/// JSON of more octets than this is not stored: nobody reads it, the text shows the same, and it would be most of
/// the project.
const LARGEST_JSON: usize = 128 * 1024;

fn folder() -> PathBuf {
    program::project().join("tests/golden")
}

/// Everything that is to be stored: path below tests/golden, and text.
fn views() -> BTreeMap<String, String> {
    let samples = samples();
    let mut wanted = Vec::new();
    for sample in &samples {
        let opened = OPENED.contains(&sample.as_str()).then_some(("tree-opened", "tree --hex --expand all"));
        for (view, arguments) in VIEWS.iter().copied().chain(opened) {
            for (format, ending) in [("text", "txt"), ("json", "json")] {
                let path = format!("{sample}/{view}.{ending}");
                wanted.push((path, format!("{arguments} --format {format} samples/{sample}.pcap")));
            }
        }
    }
    let texts = Mutex::new(BTreeMap::new());
    on_two_threads(&wanted, |(path, arguments)| {
        let run = run(arguments);
        assert_eq!(run.errors, "", "{arguments}");
        // A new version of the program is no new output.
        let version = concat!("\"version\":\"", env!("CARGO_PKG_VERSION"), "\"");
        let text = run.text.replacen(version, "\"version\":\"VERSION\"", 1);
        if path.ends_with(".txt") || text.len() <= LARGEST_JSON {
            texts.lock().expect("no test failed").insert(path.clone(), text);
        }
    });
    texts.into_inner().expect("no test failed")
}

/// The files that are stored.
fn stored() -> BTreeSet<String> {
    let names = |path: PathBuf| -> Vec<String> {
        let entries = fs::read_dir(path).into_iter().flatten();
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("ASCII")).collect()
    };
    let files = |sample: String| {
        let files = names(folder().join(&sample));
        files.into_iter().map(move |file| format!("{sample}/{file}"))
    };
    names(folder()).into_iter().flat_map(files).collect()
}

#[test]
fn every_view_of_every_sample_is_what_it_was() {
    let views = views();
    if std::env::var_os("UPDATE_GOLDENS").is_some_and(|value| value == "1") {
        let _ = fs::remove_dir_all(folder());
        for (path, text) in &views {
            let path = folder().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("tests/ can be written");
            fs::write(path, text).expect("tests/golden can be written");
        }
        return;
    }
    let mut faults = Vec::new();
    for path in stored().difference(&views.keys().cloned().collect()) {
        faults.push(format!("{path}: there is no such view"));
    }
    for (path, text) in &views {
        match fs::read_to_string(folder().join(path)) {
            Err(error) => faults.push(format!("{path}: {error}")),
            Ok(golden) if golden != *text => faults.push(difference(path, &golden, text)),
            Ok(_) => {}
        }
    }
    let count = faults.len();
    faults.truncate(20);
    assert!(faults.is_empty(), "{count} views differ (UPDATE_GOLDENS=1 writes them):\n{}", faults.join("\n"));
}

/// The first line where two texts part.
fn difference(path: &str, golden: &str, text: &str) -> String {
    let lines = golden.split('\n').zip(text.split('\n'));
    let same = lines.take_while(|(golden, text)| golden == text).count();
    let line = |text: &str| text.split('\n').nth(same).unwrap_or("(the end)").to_owned();
    format!("{path}, line {}:\n  was {}\n  is  {}", same + 1, line(golden), line(text))
}

/// The only object of a type.
fn only(view: &str, sample: &str, kind: &str) -> Value {
    let objects = run(&format!("{view} --format json samples/{sample}.pcap")).objects(kind);
    let [object] = &objects[..] else { panic!("{sample}: {} objects of type {kind}", objects.len()) };
    object.clone()
}

fn association(sample: &str) -> Value {
    only("associations", sample, "association")
}

#[test]
fn the_frame_of_q157015_is_shown_as_the_article_prints_it() {
    const PRINTED: &str = "\
FRAME: Base frame properties
ETHERNET: ETYPE = 0x0800 : Protocol = IP:  DOD Internet Protocol
IP: ID = 0xC6B5; Proto = TCP; Len: 58
TCP: .AP..., len:   18, seq:  93150219-93150236, ack: 508652377, win: 8760, src: 2185  dst:  102
ISO: RFC 1006 ISO Packet, ver: 3, Len: 4
   ISO: Version = 3 (0x3)
   ISO: Reserved = 0 (0x0)
   ISO: Length = 18 (0x12)
   ISO: Data: Number of data bytes remaining = 14 (0x000E)
TPDU: Type: Connection Request, Len: 14
";
    let text = run("tree samples/q157015.pcap").text;
    let (header, frame) = text.split_once('\n').expect("a header line and the frame");
    assert!(header.starts_with("Frame 1 "), "{header}");
    assert_eq!(frame[..PRINTED.len().min(frame.len())], *PRINTED);
}

#[test]
fn the_frame_of_q151626_has_a_reserved_octet_and_two_selectors() {
    let finding = run("findings --format json samples/q151626.pcap").objects("finding");
    let finding: Vec<_> =
        finding.iter().filter(|finding| finding["rule"] == "tpkt-reserved-nonzero").collect();
    let [finding] = finding[..] else { panic!("{finding:?}") };
    for (key, value) in [
        ("frame", json!(1)),
        ("offset", json!(55)), // Ethernet 14, IP 20, TCP 20, and the octet behind the version
        ("value", json!(0x11)),
        ("octets", json!("11")),
        ("field", json!("tpkt.reserved")),
        ("from", json!("134.38.52.77:102")),
        ("to", json!("134.38.44.90:1555")),
        ("certainty", json!("certain")),
        ("severity", json!("warning")),
    ] {
        assert_eq!(finding[key], value, "{key}");
    }
    let references = finding["references"].as_array().expect("references");
    for article in ["KB Q151626", "KB Q157015"] {
        assert!(references.contains(&json!(article)), "{references:?}");
    }

    let text = run("tree samples/q151626.pcap").text;
    let marked: Vec<_> = text.lines().filter(|line| line.contains("<===")).collect();
    let [marked] = marked[..] else { panic!("{marked:?}") };
    let mark = "   ISO: Reserved = 17 (0x11)  <=== tpkt-reserved-nonzero: ";
    assert!(marked.starts_with(mark), "{marked}");
    for shown in [
        "TPDU: Type: Connection Confirm, Len: 40",
        "TPDU: Calling TSAP-ID = \"SWISSLIFETSAP\"",
        "\"EXCHANGETSAP1\"",
        "TPDU: TPDU size = 2048 (0x800)",
    ] {
        assert!(text.contains(shown), "{shown}");
    }
    let association = association("q151626");
    assert_eq!(association["calling_tsap"], "SWISSLIFETSAP");
    assert_eq!(association["called_tsap"], "EXCHANGETSAP1");
    assert_eq!(association["tpdu_size"], json!({"accepted": 2048}));
}

/// The text leaves the fields up to TCP out where they are not asked for: nothing that is found may stand on one.
#[test]
fn findings_stand_on_the_same_lines_whatever_is_opened() {
    let marked = |arguments: &str| {
        let text = run(arguments).text;
        text.lines().filter(|line| line.contains("<===")).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut seen = 0;
    for sample in samples() {
        let marks = marked(&format!("tree samples/{sample}.pcap"));
        assert_eq!(marks, marked(&format!("tree --expand all samples/{sample}.pcap")), "{sample}");
        seen += marks.len();
    }
    assert!(seen > 0, "the samples hold no finding");
}

#[test]
fn a_transfer_is_of_its_kind_and_released_with_one_message() {
    for (kind, protocol) in [("1984", Some(1)), ("1988-x410", Some(12)), ("1988-normal", None)] {
        let association = association(&format!("transfer-{kind}"));
        assert_eq!(association["application"], "P1", "{kind}");
        assert_eq!(association["kind"], kind);
        assert_eq!(association["outcome"], "released", "{kind}");
        assert_eq!(association["messages"], 1, "{kind}");
        assert_eq!(association["missing_octets"], 0, "{kind}");
        assert_eq!(association["initiator_name"], "MTA-ALPHA", "{kind}");
        assert_eq!(association["responder_name"], "MTA-BETA", "{kind}");
        assert_eq!(association["rtse"]["application_protocol"].as_i64(), protocol, "{kind}");
        let findings = run(&format!("findings --ignore mta-password samples/transfer-{kind}.pcap"));
        assert_eq!((findings.text.as_str(), findings.status), ("", 0), "{kind}");
    }
}

#[test]
fn a_refusal_names_its_layer_and_its_code() {
    // outcome, layer, and what the reason names: the code, by the name that its Recommendation has for it
    let refusals = [
        ("refused-t-selector", "refused", "TPDU", &["128", "TSAP MTA-X not found"][..]),
        ("refused-session", "refused", "SPDU", &["129"]),
        ("refused-presentation-mode", "aborted", "RTS", &["RTAB", "protocolError", "4"]),
        ("refused-rtse-validation", "refused", "RTS", &["RTORJ", "validationFailure", "2"]),
        ("refused-bind-authentication", "refused", "P1", &["authentication-error", "2"]),
    ];
    for (sample, outcome, layer, named) in refusals {
        let association = association(sample);
        assert_eq!(association["outcome"], outcome, "{sample}");
        assert_eq!(association["ended_by"], layer, "{sample}");
        assert_eq!(association["messages"], 0, "{sample}");
        let reason = association["reason"].as_str().expect("a reason");
        for word in named {
            assert!(reason.contains(word), "{sample}: {reason}");
        }
    }

    let attempts = run("associations --format json samples/refused-rtse-busy.pcap").objects("association");
    let told: Vec<_> = attempts.iter().map(|a| (&a["outcome"], &a["ended_by"])).collect();
    assert_eq!(told[0], (&json!("refused"), &json!("RTS")));
    assert_eq!(told[1].0, "released");
    assert!(attempts[0]["reason"].as_str().is_some_and(|reason| reason.contains("rtsBusy (0)")));

    for attempt in run("associations --format json samples/connection-refused.pcap").objects("association") {
        assert_eq!((&attempt["outcome"], &attempt["ended_by"]), (&json!("refused"), &json!("TCP")));
        assert!(attempt["reason"].as_str().is_some_and(|reason| reason.contains("RST")));
        assert_eq!(attempt["octets"], json!({"to_responder": 0, "to_initiator": 0}));
    }
}

#[test]
fn nothing_is_claimed_of_what_the_capture_does_not_show() {
    // The snap length cut CONNECT and ACCEPT before their version numbers, which are both offered, 2 chosen.
    let cut = association("snap-96");
    assert_eq!(cut.pointer("/session/version"), None, "{cut}");
    assert_eq!(cut.get("kind"), None, "{cut}");
    // CONNECT and CONFIRM are not in this capture at all.
    let late = association("mid-stream");
    for key in ["kind", "session", "calling_tsap", "initiator_name", "tpdu_size"] {
        assert_eq!(late.get(key), None, "{key}: {late}");
    }
    // Nobody answers where only one direction was captured.
    let half = association("one-direction");
    assert_eq!(half["octets"]["to_initiator"], 0, "{half}");
    for path in ["/tpdu_size/accepted", "/rtse/checkpoint_size/accepted", "/responder_name"] {
        assert_eq!(half.pointer(path), None, "{path}: {half}");
    }
    assert_eq!(association("capture-with-holes")["outcome"], "released");
}

#[test]
fn samples_of_damage_in_the_capture_blame_no_sender() {
    for sample in ["capture-with-holes", "out-of-order", "mid-stream", "one-direction", "snap-96"] {
        for finding in run(&format!("findings --format json samples/{sample}.pcap")).objects("finding") {
            assert_eq!(finding["severity"], "note", "{sample}: {finding}");
        }
    }
}

#[test]
fn each_association_of_the_interleaved_sample_has_its_own_message_and_names() {
    let associations = run("associations --format json samples/interleaved.pcap").objects("association");
    let told: Vec<_> = associations
        .iter()
        .map(|a| {
            let text = |key: &str| a[key].as_str().unwrap_or_default().to_owned();
            (
                text("kind"),
                text("initiator_name"),
                text("responder_name"),
                text("outcome"),
                a["messages"].clone(),
            )
        })
        .collect();
    // As the script says, in order of its connections.
    let said = [
        ("1984", "MTA-ALPHA", "MTA-BETA"),
        ("1988-x410", "MTA-ALPHA", "MTA-BETA"),
        ("1988-normal", "MTA-ALPHA", "MTA-BETA"),
        ("1984", "MTA-GAMMA", "MTA-BETA"),
        ("1988-x410", "MTA-GAMMA", "MTA-ALPHA"),
        ("1988-normal", "MTA-BETA", "MTA-ALPHA"),
    ];
    let said = said.map(|(kind, initiator, responder)| {
        (kind.to_owned(), initiator.to_owned(), responder.to_owned(), "released".to_owned(), json!(1))
    });
    assert_eq!(told, said);
}
