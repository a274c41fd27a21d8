//! The command line's contract: exit statuses, options, and the keys of JSON objects, on the program as it is built.

mod emit;
mod program;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};

use emit::dialogue;
use program::{finish, program, run, run_on, sample, samples};
use serde_json::Value;

/// The subcommands that read a capture.
const READERS: [&str; 6] = ["overview", "summary", "tree", "associations", "messages", "findings"];

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// Asserts that the work was not done: status 2, nothing on standard output, and words on standard error.
fn unable(line: &str) -> String {
    let run = run(line);
    assert_eq!(run.status, 2, "{line}: {}", run.errors);
    assert_eq!(run.text, "", "{line}");
    assert_ne!(run.errors, "", "{line}");
    run.errors
}

#[test]
fn exit_statuses_follow_one_rule() {
    for reader in READERS {
        for format in ["text", "json"] {
            let with = |rest: &str| format!("{reader} --format {format} {rest}");
            assert_eq!(run(&with("samples/transfer-1984.pcap")).status, 0, "{reader}");
            // Findings alone are no reason to fail.
            assert_eq!(run(&with("samples/reserved-octet.pcap")).status, 0, "{reader}");
            assert_eq!(run(&with("samples/file-cut-short.pcap")).status, 3, "{reader}");
            unable(&with("samples/no-such-file.pcap"));
            unable(&with("Cargo.toml"));
            unable(&with("samples"));
            unable(&with("samples/transfer-1984.pcap samples/no-such-file.pcap"));
            unable(&with("-")); // an empty standard input
            unable(reader);
            unable(&with("--no-such-option samples/transfer-1984.pcap"));
        }
    }
    unable("");
    unable("explain no-such-rule");
    unable("gen completions no-such-shell");
    unable("gen man no-such-command");
}

#[test]
fn what_cannot_be_opened_is_told_once() {
    let errors = unable("summary samples/no-such-file.pcap");
    assert_eq!(errors.matches("No such file").count(), 1, "{errors}");
    assert_eq!(errors.matches("samples/no-such-file.pcap").count(), 1, "{errors}");
}

#[test]
fn findings_fail_at_the_severity_asked_for_and_above() {
    // q157015 and transfer-1984 have a note, reserved-octet a warning, foreign-mms nothing.
    for (sample, statuses) in [
        ("foreign-mms", [0, 0, 0]),
        ("transfer-1984", [0, 0, 1]),
        ("q157015", [0, 0, 1]),
        ("reserved-octet", [0, 1, 1]),
    ] {
        for (severity, status) in ["error", "warning", "note"].into_iter().zip(statuses) {
            let line = format!("findings --fail-on {severity} samples/{sample}.pcap");
            assert_eq!(run(&line).status, status, "{line}");
        }
    }
    let ignored = "findings --fail-on warning --ignore tpkt samples/reserved-octet.pcap";
    assert_eq!(run(ignored).status, 0, "what is ignored does not count");
    // The severity asked for comes first: it is what the caller waits for.
    assert_eq!(run("findings --fail-on warning samples/file-cut-short.pcap").status, 1);
    assert_eq!(run("findings --fail-on error samples/file-cut-short.pcap").status, 3);
}

#[test]
fn rules_are_selected_and_ignored() {
    let rules = |arguments: &str| -> Vec<String> {
        let findings =
            run(&format!("findings --format json {arguments} samples/q151626.pcap")).objects("finding");
        findings.iter().map(|finding| finding["rule"].as_str().expect("a rule").to_owned()).collect()
    };
    assert_eq!(rules(""), ["tcp-midstream-start", "tpkt-reserved-nonzero"]);
    assert_eq!(rules("--select tpkt"), ["tpkt-reserved-nonzero"]);
    assert_eq!(rules("--select tpkt-reserved-nonzero,tcp"), rules(""));
    assert_eq!(rules("--ignore tpkt"), ["tcp-midstream-start"]);
    assert_eq!(rules("--select tpkt --ignore tpkt-reserved"), [""; 0]);
    assert_eq!(rules("--select cotp"), [""; 0]);
}

#[test]
fn a_broken_pipe_is_no_failure() {
    for arguments in [["tree", "--format=json"], ["tree", "--expand=all"]] {
        let mut child = program().args(arguments).arg(sample("interleaved")).spawn().expect("it starts");
        let mut first = String::new();
        let output = child.stdout.take().expect("the output is a pipe");
        // One line is read, then the pipe is closed: the rest is more than a pipe holds.
        BufReader::with_capacity(64, output).read_line(&mut first).expect("a line");
        assert_ne!(first, "");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

#[test]
fn a_hyphen_is_the_standard_input() {
    let octets = std::fs::read(sample("transfer-1988-normal")).expect("the sample is there");
    for reader in &READERS[1..] {
        let piped = run_on(&format!("{reader} -"), &octets);
        let read = run(&format!("{reader} samples/transfer-1988-normal.pcap"));
        assert_eq!((piped.status, piped.text), (0, read.text), "{reader}");
    }
    assert_eq!(run_on("summary -", b"no capture").status, 2);
    assert_eq!(run_on("summary -", &octets[..octets.len() - 3]).status, 3);
}

#[test]
fn several_files_are_one_capture_in_order_of_time() {
    // The 1984 sample is two days older.
    for order in ["transfer-1988-normal transfer-1984", "transfer-1984 transfer-1988-normal"] {
        let files: String = order.split(' ').map(|name| format!(" samples/{name}.pcap")).collect();
        let associations = run(&format!("associations --format json{files}")).objects("association");
        let told: Vec<_> = associations
            .iter()
            .map(|a| (a["association"].as_u64(), a["kind"].as_str(), a["first_frame"].as_u64()))
            .collect();
        assert_eq!(told, [(Some(1), Some("1984"), Some(1)), (Some(2), Some("1988-normal"), Some(20))]);
    }
}

#[test]
fn without_a_subcommand_the_overview_is_printed() {
    for arguments in [
        "samples/interleaved.pcap",
        "--format json samples/refused-session.pcap",
        "samples/file-cut-short.pcap",
    ] {
        let (short, long) = (run(arguments), run(&format!("overview {arguments}")));
        assert_eq!((short.status, short.text), (long.status, long.text), "{arguments}");
    }
}

#[test]
fn frames_are_chosen_by_number() {
    let numbers = |view: &str, kind: &str| -> BTreeSet<u64> {
        let objects =
            run(&format!("{view} --frame 6,8-9,26- --format json samples/transfer-1988-normal.pcap"))
                .objects(kind);
        objects.iter().map(|object| object["frame"].as_u64().expect("a number")).collect()
    };
    assert_eq!(numbers("tree", "frame"), [6, 8, 9].into_iter().chain(26..=34).collect());
    let pdus = numbers("summary", "pdu");
    assert!(pdus.contains(&6) && pdus.contains(&26) && !pdus.contains(&14), "{pdus:?}");
    // A frame is what it is in the whole capture, though the frames before are not shown.
    let whole = run("tree samples/transfer-1988-normal.pcap").text;
    assert!(whole.contains(&run("tree --frame 14 samples/transfer-1988-normal.pcap").text));
    assert_eq!(run("findings --frame 1-4 samples/reserved-octet.pcap").text, "");
    assert_eq!(lines(&run("findings --frame 5 samples/reserved-octet.pcap").text).len(), 1);
    unable("tree --frame 0 samples/transfer-1984.pcap");
    unable("tree --frame 9-3 samples/transfer-1984.pcap");
}

#[test]
fn associations_are_chosen_by_number() {
    for (view, kind) in [("summary", "pdu"), ("tree", "frame"), ("associations", "association")] {
        let objects =
            run(&format!("{view} --association 2,5-6 --format json samples/interleaved.pcap")).objects(kind);
        let numbers: BTreeSet<_> = objects.iter().map(|object| object["association"].as_u64()).collect();
        assert_eq!(numbers, [Some(2), Some(5), Some(6)].into(), "{view}");
    }
    assert_eq!(run("findings --association 2 samples/reserved-octet.pcap").text, "");
}

#[test]
fn times_are_shown_in_the_style_asked_for() {
    // The fourth frame of this sample, whose capture begins at 1996-07-04T08:30:00Z.
    let shown = |options: &str| {
        let line = format!("summary --frame 4 {options} samples/refused-rtse-busy.pcap");
        run(&line).text.split_whitespace().nth(1).expect("a time").to_owned()
    };
    assert_eq!(shown(""), "0.003000");
    assert_eq!(shown("--time relative"), "0.003000");
    assert_eq!(shown("--time epoch"), "836469000.003000");
    assert_eq!(shown("--time absolute"), "1996-07-04T08:30:00.003000Z");
    assert_eq!(shown("--time absolute --utc-offset +02:00"), "1996-07-04T10:30:00.003000+02:00");
    assert_eq!(shown("--time absolute --utc-offset -0930"), "1996-07-03T23:00:00.003000-09:30");
    // A relative time is counted from the first frame in every view.
    let row = run("associations --time relative --association 2 samples/refused-rtse-busy.pcap").text;
    assert!(row.contains(" opened=60.000000 closed=60.008000 "), "{row}");
    let tree = run("tree --time relative --frame 4 samples/refused-rtse-busy.pcap").text;
    assert!(tree.starts_with("Frame 4  0.003000  "), "{tree}");
    // The other views show the time of day, and JSON always does.
    let finding = run("findings samples/reserved-octet.pcap").text;
    assert!(finding.contains(" 1996-07-08T07:45:00.004000Z "), "{finding}");
    for style in ["absolute", "relative", "epoch"] {
        let line = format!("summary --frame 4 --time {style} --format json samples/refused-rtse-busy.pcap");
        assert_eq!(run(&line).objects("pdu")[0]["time"], "1996-07-04T08:30:00.003000000Z");
    }
}

#[test]
fn other_ports_are_named_or_probed() {
    let script = "capture start=1996-07-01T09:00:00Z\nhost a 10.1.0.1\nhost b 10.1.0.2\nconnect a:1025 b:2102\n\
        a CR calling-tsap=A called-tsap=B\nb CC\na CN 1984 name=A password=secret-A\nb AC\na FN\nb DN\n";
    let capture = dialogue::capture_of(script).expect("the script is right");
    let kinds = |options: &str| -> Vec<Value> {
        let associations =
            run_on(&format!("associations --format json {options} -"), &capture).objects("association");
        associations.iter().map(|association| association["kind"].clone()).collect()
    };
    assert_eq!(kinds(""), ["1984"], "the connection is probed");
    assert_eq!(kinds("--no-probe"), [""; 0]);
    assert_eq!(kinds("--no-probe --port 2102"), ["1984"]);
    assert_eq!(kinds("--no-probe --port 102,2102"), ["1984"]);
    let usual = run("associations --format json --no-probe --port 2102 samples/transfer-1984.pcap");
    assert_eq!(usual.objects("association"), [""; 0], "102 is not asked for");
}

#[test]
fn colour_is_used_when_asked_for() {
    const ESCAPE: char = '\u{1b}';
    let line = |options: &str| format!("findings {options} samples/q151626.pcap");
    let plain = run(&line(""));
    assert!(!plain.text.contains(ESCAPE), "a pipe is no terminal");
    let coloured = run(&line("--color always")).text;
    assert!(coloured.contains("\u{1b}["), "{coloured}");
    assert_eq!(run(&line("--color never")).text, plain.text);
    assert_eq!(run(&line("--color auto")).text, plain.text);
    // Without the sequences the text is the same.
    let mut stripped = String::new();
    for part in coloured.split(ESCAPE) {
        stripped.push_str(if part.starts_with('[') {
            part.split_once('m').expect("a sequence ends").1
        } else {
            part
        });
    }
    assert_eq!(stripped, plain.text);
    // NO_COLOR speaks where the user did not.
    let without =
        |options: &str| finish(program().env("NO_COLOR", "1").args(line(options).split_whitespace())).text;
    assert_eq!(without(""), plain.text);
    assert_eq!(without("--color always"), coloured);
    for reader in READERS {
        let json = run(&format!("{reader} --color always --format json samples/q151626.pcap")).text;
        assert!(!json.contains(ESCAPE), "{reader}");
    }
}

#[test]
fn threads_and_quiet_change_no_output() {
    for reader in READERS {
        let usual = run(&format!("{reader} samples/interleaved.pcap")).text;
        for options in ["--threads 1", "--threads 4", "--quiet"] {
            assert_eq!(
                run(&format!("{reader} {options} samples/interleaved.pcap")).text,
                usual,
                "{reader} {options}"
            );
        }
    }
}

#[test]
fn json_begins_with_a_header_and_every_line_is_an_object_with_a_type() {
    for reader in READERS {
        for name in samples() {
            let file = format!("samples/{name}.pcap");
            let objects = run(&format!("{reader} --format json {file}")).json();
            let header = &objects[0];
            assert_eq!(header["type"], "header");
            assert_eq!(header["schema_version"], 1);
            assert_eq!(header["program"], "x400scope");
            assert_eq!(header["command"], reader);
            assert_eq!(header["files"], serde_json::json!([file]));
            for object in &objects[1..] {
                let kind = object["type"].as_str().unwrap_or_else(|| panic!("{reader} {file}: {object}"));
                assert_ne!(kind, "header", "{reader} {file}");
                absent_is_absent(object);
            }
        }
    }
}

fn absent_is_absent(value: &Value) {
    match value {
        Value::Null => panic!("null is written"),
        Value::Array(values) => values.iter().for_each(absent_is_absent),
        Value::Object(values) => values.values().for_each(absent_is_absent),
        _ => {}
    }
}

/// The keys that the contract promises for an association, those of objects inside it with a dot.
const ASSOCIATION: &[&str] = &[
    "association",
    "application",
    "kind",
    "initiator",
    "responder",
    "first_frame",
    "last_frame",
    "opened",
    "closed",
    "calling_tsap",
    "called_tsap",
    "tpdu_size.proposed",
    "tpdu_size.accepted",
    "session.version",
    "session.calling_ssel",
    "session.called_ssel",
    "presentation.mode",
    "presentation.calling_psel",
    "presentation.called_psel",
    "presentation.contexts",
    "application_context",
    "rtse.checkpoint_size.offered",
    "rtse.checkpoint_size.accepted",
    "rtse.window_size.offered",
    "rtse.window_size.accepted",
    "rtse.dialogue_mode",
    "initiator_name",
    "responder_name",
    "outcome",
    "ended_by",
    "reason",
    "messages",
    "octets.to_responder",
    "octets.to_initiator",
    "missing_octets",
];
/// What is told of it besides.
const ASSOCIATION_BESIDES: &[&str] = &[
    "type",
    "session.versions_offered",
    "session.functional_units.offered",
    "session.functional_units.accepted",
    "presentation.inferred",
    "presentation.contexts.id",
    "presentation.contexts.abstract_syntax",
    "presentation.contexts.result",
    "rtse.application_protocol",
    "transfers.started",
    "transfers.completed",
    "transfers.resumed",
    "transfers.interrupted",
    "transfers.discarded",
    "transfers.checkpoints",
    "transfers.most_unacknowledged",
    "transfers.largest_segment",
    "transfers.last_serial",
    "transfers.last_acknowledged",
    "timers.transport",
    "timers.session",
    "timers.bind",
    "timers.checkpoint",
    "timers.activity_end",
    "timers.idle",
];
/// The keys that the contract promises for a finding.
const FINDING: &[&str] = &[
    "rule",
    "severity",
    "certainty",
    "association",
    "frame",
    "time",
    "from",
    "to",
    "field",
    "value",
    "offset",
    "octets",
    "message",
    "remedy",
    "references",
];
/// How often the same was seen, and where last.
const FINDING_BESIDES: &[&str] =
    &["type", "count", "events", "last_frame", "associations", "cause.rule", "cause.frame"];
/// The keys that the contract promises for a message, a probe or a report.
const MESSAGE: &[&str] = &[
    "kind",
    "id",
    "associations",
    "from",
    "to",
    "first_frame",
    "last_frame",
    "started",
    "ended",
    "originator",
    "recipients",
    "recipients.address",
    "recipients.number",
    "content_type",
    "content_length",
    "priority",
    "status",
    "trace",
    "trace.domain",
    "trace.arrival_time",
    "trace.action",
    "ipm.id",
    "ipm.subject",
    "report.subject_id",
    "report.recipients",
    "report.recipients.address",
    "report.recipients.delivered",
    "report.recipients.reason",
    "report.recipients.diagnostic",
];
/// What is told of it besides.
const MESSAGE_BESIDES: &[&str] = &[
    "type",
    "octets",
    "remark",
    "repeats_frame",
    "ipm.user",
    "report.subject_frame",
    "report.recipients.number",
    "report.recipients.reason_name",
    "report.recipients.diagnostic_name",
    "report.recipients.supplementary",
];
/// The keys that the contract promises for a PDU.
const PDU: &[&str] = &["frame", "time", "association", "from", "to", "protocol", "name", "description"];

#[test]
fn json_objects_have_the_keys_of_the_contract() {
    for (view, kind, promised, besides) in [
        ("associations", "association", ASSOCIATION, ASSOCIATION_BESIDES),
        ("findings", "finding", FINDING, FINDING_BESIDES),
        ("messages", "message", MESSAGE, MESSAGE_BESIDES),
        ("summary", "pdu", PDU, &["type"][..]),
    ] {
        let mut keys = BTreeSet::new();
        for name in samples() {
            for object in run(&format!("{view} --format json samples/{name}.pcap")).objects(kind) {
                collect_keys(&object, "", &mut keys);
            }
        }
        let known: BTreeSet<String> = promised.iter().chain(besides).map(|key| (*key).to_owned()).collect();
        assert_eq!(keys, known, "keys of {kind} objects (left) and the contract (right)");
    }
}

/// The paths of all values; a list of objects has a path of its own and theirs.
fn collect_keys(value: &Value, path: &str, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(values) => {
            for (key, value) in values {
                collect_keys(
                    value,
                    &if path.is_empty() { key.clone() } else { format!("{path}.{key}") },
                    keys,
                );
            }
        }
        Value::Array(values) => {
            keys.insert(path.to_owned());
            values.iter().filter(|value| value.is_object()).for_each(|value| collect_keys(value, path, keys));
        }
        _ => {
            keys.insert(path.to_owned());
        }
    }
}

#[test]
fn every_rule_is_explained() {
    let list = run("explain").text;
    let rules: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert!(rules.contains(&"tpkt-reserved-nonzero"), "{list}");
    for rule in &rules {
        let entry = run(&format!("explain {rule}"));
        assert_eq!(entry.status, 0, "{rule}");
        assert!(entry.text.starts_with(&format!("{rule}: ")), "{}", entry.text);
        for part in ["Severity: ", "Why it matters: ", "How it is told: ", "What to do: ", "References: "] {
            assert!(entry.text.contains(part), "{rule}: {part}");
        }
    }
    let objects = run("explain --format json").objects("rule");
    assert_eq!(objects.iter().map(|rule| rule["rule"].as_str().unwrap_or("")).collect::<Vec<_>>(), rules);
    let family = run("explain tpkt").text;
    let count = rules.iter().filter(|rule| rule.starts_with("tpkt-")).count();
    assert_eq!(family.matches("Severity: ").count(), count);
    assert!(unable("explain tpkt nope").contains("`nope`"));
}

#[test]
fn packagers_get_completions_and_manual_pages() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let completions = run(&format!("gen completions {shell}"));
        assert_eq!(completions.status, 0, "{shell}");
        assert!(completions.text.contains("associations"), "{shell}");
    }
    let page = run("gen man");
    assert_eq!(page.status, 0);
    assert!(page.text.contains(".TH x400scope 1"), "{}", page.text);
    for reader in READERS {
        let page = run(&format!("gen man {reader}"));
        assert_eq!(page.status, 0, "{reader}");
        assert!(page.text.contains(&format!("x400scope\\-{reader}")), "{reader}");
    }
}

#[test]
fn help_and_version_go_to_the_standard_output() {
    for line in ["--help", "-h", "tree --help", "--version"] {
        let run = run(line);
        assert_eq!((run.status, run.errors.as_str()), (0, ""), "{line}");
        assert_ne!(run.text, "", "{line}");
    }
    assert_eq!(run("--version").text, concat!("x400scope ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn the_overview_counts_in_words() {
    assert!(run("overview samples/q151626.pcap").text.contains("\n1 frame, 1996-04-10T"));
    assert!(run("overview samples/transfer-1984.pcap").text.contains("\n19 frames, 1996-07-01T"));
}
