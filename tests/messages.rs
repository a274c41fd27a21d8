//! Messages, probes and reports as `messages` lists them and writes them into files.

mod emit;
mod program;

use std::fs;
use std::path::Path;

use serde_json::Value;

fn records(capture: &Path) -> Vec<Value> {
    program::run(&format!("messages --format json {}", capture.display())).objects("message")
}

fn sample(name: &str) -> Vec<Value> {
    records(Path::new(&format!("samples/{name}.pcap")))
}

fn folder(name: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn written(name: &str, capture: &[u8]) -> std::path::PathBuf {
    let folder = folder(name);
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("capture.pcap");
    fs::write(&path, capture).expect("a file");
    path
}

#[test]
fn a_message_has_its_envelope_and_heading() {
    let records = sample("message-p2-1984");
    let [message] = &records[..] else { panic!("{records:?}") };
    assert_eq!(message["kind"], "message");
    assert_eq!(message["id"], "[/PRMD=ALPHA/ADMD=TESTADMD/C=XX/;A-0101]");
    assert_eq!(message["content_type"], 2);
    assert_eq!(message["status"], "transferred");
    assert_eq!(message["recipients"].as_array().map(Vec::len), Some(2));
    let address = "/G=Alice/S=Sender/OU=Sales/O=Example Org/PRMD=ALPHA/ADMD=TESTADMD/C=XX/";
    assert_eq!(message["originator"], address);
}

#[test]
fn every_way_to_the_end_has_its_status() {
    let statuses = |name: &str| {
        sample(name).iter().map(|m| m["status"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(statuses("message-resumed"), ["resumed"]);
    assert_eq!(statuses("activity-interrupted-resumed"), ["resumed"]);
    assert_eq!(statuses("activity-resumed-other-association"), ["resumed"]);
    assert_eq!(statuses("message-discarded"), ["discarded", "transferred"]);
    assert_eq!(statuses("message-incomplete"), ["incomplete"]);
    assert_eq!(statuses("message-retransmitted"), ["incomplete", "transferred"]);
}

#[test]
fn a_resumed_message_counts_its_repeated_octets_once() {
    let records = sample("message-resumed");
    let [message] = &records[..] else { panic!("{records:?}") };
    assert_eq!(message["associations"], serde_json::json!([1, 2]));
    // The same message in one piece says the same of itself.
    let content = message["content_length"].as_u64().expect("a length");
    let octets = message["octets"].as_u64().expect("a number");
    assert!(content < octets && octets < content + 1000, "{content} of {octets}");
    assert!(message.get("remark").is_none(), "{message}");
}

#[test]
fn discarded_octets_never_reach_the_next_message() {
    let records = sample("message-discarded");
    assert_eq!(records[0]["id"], records[1]["id"]);
    assert!(records[0]["octets"].as_u64() <= records[1]["octets"].as_u64());
    assert!(records[1].get("remark").is_none(), "{}", records[1]);
}

#[test]
fn a_report_is_joined_to_the_message_it_speaks_of() {
    for name in ["report-delivery", "report-non-delivery", "probe"] {
        let records = sample(name);
        let [subject, report] = &records[..] else { panic!("{name}: {records:?}") };
        assert_eq!(report["kind"], "report");
        assert_eq!(report["report"]["subject_id"], subject["id"], "{name}");
        assert_eq!(report["report"]["subject_frame"], subject["last_frame"], "{name}");
    }
    let report = &sample("report-non-delivery")[1]["report"]["recipients"];
    assert_eq!(report[1]["reason"], 1);
    assert_eq!(report[1]["diagnostic"], 0);
    assert_eq!(report[1]["diagnostic_name"], "unrecognised-OR-name");
}

#[test]
fn a_repeated_identifier_is_seen() {
    let records = sample("message-duplicate");
    assert_eq!(records[1]["repeats_frame"], records[0]["last_frame"]);
}

#[test]
fn the_trace_tells_the_delay_of_every_hop() {
    let records = sample("relay-three-hops");
    assert_eq!(records[1]["trace"].as_array().map(Vec::len), Some(3));
    let row = program::run("messages samples/relay-three-hops.pcap").text;
    assert!(row.contains(":30s") && row.contains(":95s"), "{row}");
}

#[test]
fn ten_thousand_recipients_are_listed() {
    let path = written("recipients", &emit::large::capture_with_recipients(10_000));
    let records = records(&path);
    let [message] = &records[..] else { panic!("{} messages", records.len()) };
    let recipients = message["recipients"].as_array().expect("a list");
    assert_eq!(recipients.len(), 10_000);
    assert!(recipients.iter().zip(1..).all(|(recipient, number)| recipient["number"] == number));
}

#[test]
fn a_body_part_larger_than_what_is_held_is_counted_to_its_end() {
    let octets = 6 << 20;
    let path = written("large", &emit::large::capture_with_body_part(octets));
    let records = records(&path);
    let [message] = &records[..] else { panic!("{} messages", records.len()) };
    assert_eq!(message["status"], "transferred");
    let content = message["content_length"].as_u64().expect("a length");
    assert!(content > octets as u64 && content < octets as u64 + 2000, "{content}");
    let findings = program::run(&format!("findings {}", path.display())).text;
    assert!(findings.contains("limit-reached"), "{findings}");
    assert!(!findings.contains("warning") && !findings.contains("error"), "{findings}");
}

#[test]
fn files_are_written_into_the_folder_and_nowhere_else() {
    let out = folder("extract");
    let beside = out.parent().expect("a parent").to_owned();
    let before = fs::read_dir(&beside).map(Iterator::count).unwrap_or(0);
    let dir = out.display().to_string();
    program::run(&format!("messages --extract {dir} samples/message-hostile-names.pcap"));
    let names: Vec<String> = fs::read_dir(&out)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert!(
        names.iter().any(|name| name.ends_with(".p22")) && names.iter().any(|name| name.ends_with(".json"))
    );
    assert!(names.len() >= 8, "{names:?}");
    assert!(names.iter().all(|name| !name.contains(['/', '\\']) && !name.starts_with('.')), "{names:?}");
    let after = fs::read_dir(&beside).map(Iterator::count).unwrap_or(0);
    assert!(after <= before + 1);
    // Written again, nothing is written over.
    program::run(&format!("messages --extract {dir} samples/message-hostile-names.pcap"));
    assert_eq!(fs::read_dir(&out).map(Iterator::count).unwrap_or(0), names.len() * 2);
}
