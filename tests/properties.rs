//! What holds for every capture: associations that interleave do not mix, the order of segments changes nothing,
//! damage of any kind is survived, passwords stay hidden, and nothing from the wire steers a terminal.

mod emit;
mod inside;
#[path = "fuzz/mutate.rs"]
mod mutate;
mod program;

use std::fmt::Write as _;

use emit::dialogue;
use inside::{Chance, Shown, What, capture, frames, settings, show, show_with};
use mutate::mutate;
use program::{on_two_threads, samples};
use serde_json::Value;
use x400scope::pipeline::{Limits, Options};
use x400scope::render::escape::is_harmful;
use x400scope::render::settings::Settings;

fn octets(sample: &str) -> Vec<u8> {
    std::fs::read(program::sample(sample)).expect("the sample is there")
}

fn shown(what: What, octets: &[u8], json: bool) -> Shown {
    show(what, octets, &settings(json)).expect("it is a capture")
}

// Interleaving

/// How many associations are interleaved, besides those of the samples.
const ASSOCIATIONS: usize = 32;
/// Samples with connections of their own that are not complete in themselves or of other kinds.
const MIXED_IN: [&str; 8] = [
    "activity-interrupted-resumed",
    "activity-resumed-other-association",
    "foreign-mms",
    "foreign-s7comm",
    "refused-bind-authentication",
    "refused-session",
    "refused-t-selector",
    "two-way-alternate",
];

/// The script of an association of any kind, with the port of its initiator.
fn any_association(chance: &mut Chance, port: usize) -> String {
    let mut script =
        String::from("capture start=1996-07-01T09:00:00Z\nhost alpha 10.1.0.1\nhost beta 10.1.0.2\n");
    let (from, to) = ("/S=Sender/O=Org/PRMD=ALPHA/ADMD=A/C=XX/", "/S=Reader/O=Org/PRMD=BETA/ADMD=A/C=XX/");
    for message in 1..=2 {
        let length = 100 + chance.below(4000);
        let _ = writeln!(
            script,
            "message m{message} id=P{port}-{message} from=\"{from}\" to=\"{to}\" subject=\"Port {port}\" text=\"Text of port {port}. \" length={length}"
        );
    }
    let segment_size = [100, 256, 536, 1460][chance.below(4)];
    let together = ["", " together"][chance.below(2)];
    let _ = writeln!(script, "connect alpha:{port} beta:102 segment-size={segment_size}{together}");
    let tpdu_size = [128, 512, 2048][chance.below(3)];
    let _ = writeln!(
        script,
        "alpha CR calling-tsap=A{port} called-tsap=MTA-B tpdu-size={tpdu_size}\nbeta CC tpdu-size={tpdu_size}"
    );
    let kind = ["1984", "1988-x410", "1988-normal"][chance.below(3)];
    let (checkpoint, window) = (chance.below(3), 1 + chance.below(3));
    let _ = writeln!(
        script,
        "alpha CN {kind} checkpoint={checkpoint} window={window} dialogue=monologue name=MTA-{port} password=secret-A"
    );
    if chance.below(6) == 0 {
        script.push_str(if kind == "1988-normal" { "beta RF bind-error=2\n" } else { "beta RF rtorj=2\n" });
    } else {
        script.push_str("beta AC name=MTA-BETA password=secret-B\n");
        for message in 1..=chance.below(3) {
            let _ = writeln!(script, "alpha transfer m{message} activity={message}");
        }
        script.push_str(["alpha FN\nbeta DN\n", "alpha AB\n", ""][chance.below(3)]);
    }
    script.push_str(["alpha DR\nalpha FIN\nbeta FIN\n", "alpha RST\n", ""][chance.below(3)]);
    script
}

/// The two ends of the connection that an Ethernet frame with IPv4 and TCP belongs to, the lower one first.
fn ends(frame: &[u8]) -> [[u8; 6]; 2] {
    let end = |address: usize, port: usize| -> [u8; 6] {
        [&frame[address..address + 4], &frame[port..port + 2]].concat().try_into().expect("six octets")
    };
    let mut ends = [end(26, 34), end(30, 36)];
    ends.sort();
    ends
}

/// An object as it is when its association is alone: frames and associations renumbered, times taken out.
fn renumbered(value: &Value, frame: &impl Fn(u64) -> u64, association: &mut impl FnMut(u64) -> u64) -> Value {
    let number = |value: &Value| value.as_u64().expect("a number");
    match value {
        Value::Array(values) => values.iter().map(|value| renumbered(value, frame, association)).collect(),
        Value::Object(values) if values.get("tag").is_some_and(|tag| tag == "FRAME") => Value::Null,
        Value::Object(values) => {
            let mut out = serde_json::Map::new();
            for (key, value) in values {
                let value = match key.as_str() {
                    "time" | "opened" | "closed" | "started" | "ended" | "timers" => continue,
                    "frame" | "first_frame" | "last_frame" | "repeats_frame" | "subject_frame" => {
                        frame(number(value)).into()
                    }
                    "frames" => {
                        value.as_array().into_iter().flatten().map(|value| frame(number(value))).collect()
                    }
                    "association" => association(number(value)).into(),
                    "associations" => value
                        .as_array()
                        .into_iter()
                        .flatten()
                        .map(|value| association(number(value)))
                        .collect(),
                    _ => renumbered(value, frame, association),
                };
                out.insert(key.clone(), value);
            }
            Value::Object(out)
        }
        Value::String(text) => without_duration(text).into(),
        value => value.clone(),
    }
}

/// How long something took depends on what else was captured.
fn without_duration(text: &str) -> String {
    text.split(' ').filter(|word| !word.starts_with("duration=")).collect::<Vec<_>>().join(" ")
}

/// The objects about one unit of an interleaved capture. `places` has the numbers of its frames, from 1.
fn objects_of_unit(objects: &[Value], places: &[u64]) -> Vec<Value> {
    let frame_of = |object: &Value| {
        ["frame", "first_frame"].iter().find_map(|key| object[key].as_u64()).expect("a frame number")
    };
    let frame = |number: u64| places.binary_search(&number).map_or(u64::MAX, |index| index as u64 + 1);
    let mut associations: Vec<u64> = Vec::new();
    let mut association = |number: u64| {
        if !associations.contains(&number) {
            associations.push(number);
        }
        associations.iter().position(|known| *known == number).unwrap_or_default() as u64 + 1
    };
    // This is told once in a capture.
    let objects = objects.iter().filter(|object| object["rule"] != "mta-password-in-clear");
    let own = objects.filter(|object| places.binary_search(&frame_of(object)).is_ok());
    own.map(|object| renumbered(object, &frame, &mut association)).collect()
}

#[test]
fn each_association_among_many_is_shown_as_if_it_were_alone() {
    on_two_threads(&[1, 2, 3], |&seed| {
        let mut chance = Chance::new(seed);
        let generated = (0..ASSOCIATIONS).map(|number| {
            dialogue::capture_of(&any_association(&mut chance, 2000 + number)).expect("a right script")
        });
        let mut units: Vec<Vec<Vec<u8>>> = generated.map(|capture| frames(&capture)).collect();
        units.extend(MIXED_IN.iter().map(|sample| frames(&octets(sample))));
        // Each between hosts of its own: what comes again and again between two hosts is told once.
        for (unit, frames) in (1..).zip(&mut units) {
            for frame in frames.iter_mut().filter(|frame| frame[12..14] == [8, 0]) {
                (frame[28], frame[32]) = (unit, unit);
            }
        }

        // Each turn, one of the units has its next frame captured.
        let mut turns: Vec<usize> =
            units.iter().enumerate().flat_map(|(unit, frames)| vec![unit; frames.len()]).collect();
        chance.shuffle(&mut turns);
        let mut places: Vec<Vec<u64>> = vec![Vec::new(); units.len()];
        let mut mixed: Vec<&[u8]> = Vec::new();
        for unit in turns {
            let frame = &units[unit][places[unit].len()];
            mixed.push(frame);
            places[unit].push(mixed.len() as u64);
        }
        let mixed = capture(mixed);
        for what in What::ALL.into_iter().filter(|what| *what != What::Overview) {
            let together = shown(what, &mixed, true);
            let together = together.json();
            let mut count = 0;
            for (unit, places) in units.iter().zip(&places) {
                let alone = shown(what, &capture(unit.iter().map(Vec::as_slice)), true).json();
                let itself: Vec<u64> = (1..=unit.len() as u64).collect();
                let (alone, together) =
                    (objects_of_unit(&alone, &itself), objects_of_unit(&together, places));
                count += together.len();
                for (alone, together) in alone.iter().zip(&together) {
                    assert_eq!(together, alone, "{what:?}, seed {seed}, {:?}", ends(&unit[0]));
                }
                assert_eq!(together.len(), alone.len(), "{what:?}, seed {seed}, {:?}", ends(&unit[0]));
            }
            let once = together.iter().filter(|object| object["rule"] == "mta-password-in-clear").count();
            assert_eq!(count + once, together.len(), "{what:?}: every object belongs to one unit");
        }
    });
}

#[test]
fn the_same_capture_gives_the_same_octets_of_output() {
    for what in ["overview", "summary", "tree", "associations", "messages", "findings"] {
        let line = format!("{what} --format json samples/interleaved.pcap samples/snap-96.pcap");
        let first = program::run(&line).text;
        assert!((0..3).all(|_| program::run(&line).text == first), "{what}");
    }
}

/// What every view prints with one thread and with more, where limits are usual and where little reaches them.
fn the_same_with_more_threads(octets: &[u8], place: &str) {
    let limits = [Limits::default(), Limits { unit: 1 << 10, together: 12 << 10, connections: 3 }];
    for limits in limits {
        for what in What::ALL {
            let run = |threads| {
                let options = Options { threads, limits, ..Options::default() };
                show_with(what, octets, &settings(true), &options).map(|shown| shown.text)
            };
            let one = run(1);
            for threads in [2, 3] {
                assert!(run(threads) == one, "{place}: {what:?}, {threads} threads, {limits:?}");
            }
        }
    }
}

#[test]
fn more_threads_print_the_same() {
    let samples = samples();
    for sample in &samples {
        the_same_with_more_threads(&octets(sample), sample);
    }
    let mut chance = Chance::new(7);
    for seed in 1..=40 {
        let (one, other) = (&samples[chance.below(samples.len())], &samples[chance.below(samples.len())]);
        let mutant = mutate(&octets(one), &octets(other), seed);
        the_same_with_more_threads(&mutant, &format!("{one} with {other}, seed {seed}"));
    }
    let mut turns: Vec<Vec<u8>> = Vec::new();
    for port in 3000..3016 {
        let one = dialogue::capture_of(&any_association(&mut chance, port)).expect("a right script");
        turns.extend(frames(&one));
    }
    chance.shuffle(&mut turns);
    the_same_with_more_threads(&capture(turns.iter().map(Vec::as_slice)), "frames in any order");
}

// Order of segments

/// The course of a connection: SYN and so on as they are; data of each side in bursts.
struct Burst {
    /// The headers of the first frame of the burst: Ethernet, IPv4, TCP.
    header: Vec<u8>,
    payload: Vec<u8>,
}

const HEADERS: usize = 54;
const FIN_SYN_RST: u8 = 7;

fn sequence(frame: &[u8]) -> u32 {
    u32::from_be_bytes(frame[38..42].try_into().expect("four octets"))
}

fn payload(frame: &[u8]) -> &[u8] {
    let end = 14 + usize::from(u16::from_be_bytes([frame[16], frame[17]]));
    &frame[34 + usize::from(frame[46] >> 4) * 4..end]
}

/// A segment of a burst, from one octet to another.
fn segment(burst: &Burst, from: usize, to: usize) -> Vec<u8> {
    let mut frame = burst.header.clone();
    frame[16..18].copy_from_slice(&((40 + to - from) as u16).to_be_bytes());
    let sequence = sequence(&frame).wrapping_add(from as u32);
    frame[38..42].copy_from_slice(&sequence.to_be_bytes());
    frame.extend_from_slice(&burst.payload[from..to]);
    frame
}

/// The connection with its data in other segments: cut anew, some overlapping, some twice, in another order.
fn resegmented(frames: &[Vec<u8>], chance: &mut Chance) -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> = Vec::new();
    let mut burst: Option<Burst> = None;
    let flush = |burst: &mut Option<Burst>, out: &mut Vec<Vec<u8>>, chance: &mut Chance| {
        let Some(burst) = burst.take() else { return };
        let mut segments = Vec::new();
        let mut at = 0;
        while at < burst.payload.len() {
            let end = (at + 1 + chance.below(400)).min(burst.payload.len());
            let from = if chance.below(4) == 0 { at.saturating_sub(chance.below(200)) } else { at };
            segments.push(segment(&burst, from, end));
            if chance.below(6) == 0 {
                segments.push(segment(&burst, from, end));
            }
            at = end;
        }
        segments.chunks_mut(6).for_each(|window| chance.shuffle(window));
        out.append(&mut segments);
    };
    for frame in frames {
        let data = payload(frame);
        if let Some(burst) = burst.as_mut().filter(|burst| burst.header[26..38] == frame[26..38])
            && !data.is_empty()
        {
            burst.payload.extend_from_slice(data);
        } else if !data.is_empty() {
            flush(&mut burst, &mut out, chance);
            burst = Some(Burst { header: frame[..HEADERS].to_vec(), payload: data.to_vec() });
        } else if frame[47] & FIN_SYN_RST != 0 {
            flush(&mut burst, &mut out, chance);
            out.push(frame.clone());
        }
        // Acknowledgements without octets are left out: they must not be seen before what they acknowledge.
    }
    flush(&mut burst, &mut out, chance);
    out
}

/// What is said of associations, frame numbers and times aside, and of findings other than on TCP.
fn essence(octets: &[u8]) -> (Vec<Value>, Vec<Value>) {
    let bare = |what: What| -> Vec<Value> {
        let objects = shown(what, octets, true).json();
        let mut bare: Vec<Value> =
            objects.iter().map(|object| renumbered(object, &|_| 0, &mut |number| number)).collect();
        // How much waits at a time depends on when the other direction is seen.
        for object in bare.iter_mut().filter_map(Value::as_object_mut) {
            object.remove("transfers");
        }
        bare
    };
    let pdus = bare(What::Summary).into_iter().filter(|pdu| pdu["protocol"] != "TCP").collect();
    (bare(What::Associations), pdus)
}

#[test]
fn the_order_of_segments_changes_nothing() {
    for sample in ["transfer-1984", "transfer-1988-x410", "transfer-1988-normal", "two-way-alternate"] {
        let frames = frames(&octets(sample));
        let usual = essence(&octets(sample));
        for seed in 1..=12 {
            let other = resegmented(&frames, &mut Chance::new(seed));
            let other = capture(other.iter().map(Vec::as_slice));
            assert_eq!(essence(&other), usual, "{sample}, seed {seed}");
            let rules = shown(What::Findings, &other, true).rules;
            assert_eq!(rules, ["mta-password-in-clear"], "{sample}, seed {seed}");
        }
    }
}

// Damage

/// Views and formats that take turns in looking at damaged captures: they share all but the last step.
const TURNS: usize = 2 * What::ALL.len();

/// Shows a damaged capture: no panic, no failure of the program's own, and JSON that can be read. `None` where it is
/// no capture, and the program ends with status 2.
fn survives(octets: &[u8], turn: usize, place: &dyn Fn() -> String) -> Option<Shown> {
    let (what, json) = (What::ALL[turn / 2 % What::ALL.len()], turn.is_multiple_of(2));
    let shown = show(what, octets, &settings(json))?;
    assert!(!shown.rules.contains(&"internal-error"), "{}: {what:?}", place());
    if json {
        for object in shown.json() {
            assert!(object["type"].is_string(), "{}: {object}", place());
        }
        assert!(!shown.text.contains(":null"), "{}: {what:?}", place());
    }
    let harmful = shown.text.chars().find(|c| *c != '\n' && is_harmful(*c));
    assert_eq!(harmful, None, "{}: {what:?}", place());
    Some(shown)
}

/// Every so many octets a sample is cut; a large one less often, lest this takes minutes.
const CUT_EVERY: usize = 7;
const MOST_CUTS: usize = 300;

#[test]
fn a_sample_cut_anywhere_is_shown_up_to_the_cut() {
    on_two_threads(&samples(), |sample| {
        let whole = octets(sample);
        let ends = ends_of_records(&whole);
        // Odd, so that cuts fall on all places of the 16 octets of a record's header.
        let every = CUT_EVERY.max(whole.len() / MOST_CUTS) | 1;
        for (turn, length) in (0..whole.len()).step_by(every).enumerate() {
            let place = || format!("{sample}, cut at {length}");
            match survives(&whole[..length], turn, &place) {
                None => assert!(length < ends[0], "{}", place()),
                // A file that ends between two records is whole.
                Some(shown) => assert_eq!(shown.damaged, !ends.contains(&length), "{}", place()),
            }
        }
    });
}

/// Where records end, and the file header.
fn ends_of_records(capture: &[u8]) -> Vec<usize> {
    let mut ends = vec![24];
    while let Some(header) = ends.last().and_then(|&end| capture.get(end..end + 16)) {
        let length = u32::from_le_bytes(header[8..12].try_into().expect("four octets")) as usize;
        ends.push(ends.last().expect("not empty") + 16 + length);
    }
    ends
}

/// So many octets of a sample are changed, spread over it. With `EVERY_OCTET` in the environment all are, which takes an
/// hour or so in a release build.
const MOST_CHANGES: usize = 150;

#[test]
fn a_sample_with_any_octet_changed_is_shown() {
    let most = if std::env::var_os("EVERY_OCTET").is_some() { usize::MAX } else { MOST_CHANGES };
    on_two_threads(&samples(), |sample| {
        let whole = octets(sample);
        // Odd, so that changes fall on all places of a header.
        let every = if whole.len() > most { (whole.len() / most) | 1 } else { 1 };
        for at in (0..whole.len()).step_by(every) {
            let values = [!whole[at], 0x00, 0x7F, 0x80, 0xFF];
            for (turn, value) in values.into_iter().enumerate() {
                let mut octets = whole.clone();
                octets[at] = value;
                let place = || format!("{sample}, octet {at} set to {value:02X}");
                survives(&octets, at / every + turn * 3, &place);
            }
        }
    });
}

#[test]
fn octets_of_chance_are_survived() {
    let lots: Vec<u64> = (1..=60).collect();
    on_two_threads(&lots, |&seed| {
        let mut chance = Chance::new(seed);
        let mut frames = frames(&octets(["transfer-1988-normal", "two-way-alternate"][chance.below(2)]));
        for _ in 0..1 + chance.below(40) {
            let frame = chance.below(frames.len());
            let at = chance.below(frames[frame].len());
            frames[frame][at] = chance.below(256) as u8;
        }
        if seed % 3 == 0 {
            let (one, other) = (chance.below(frames.len()), chance.below(frames.len()));
            frames.swap(one, other);
        }
        let octets = capture(frames.iter().map(Vec::as_slice));
        for turn in 0..TURNS {
            survives(&octets, turn, &|| format!("seed {seed}"));
        }
    });
}

// Secrets

/// The octets of hex panes as one string of digits a frame, and everything else as it is.
fn without_layout(text: &str) -> String {
    let pane = |line: &str| -> Option<String> {
        let (offset, rest) = line.split_once(":  ")?;
        let is_offset = offset.len() == 5 && offset.bytes().all(|c| c.is_ascii_hexdigit());
        let digits = rest.get(..48.min(rest.len()))?;
        is_offset.then(|| digits.chars().filter(|c| !c.is_whitespace() && !matches!(c, '[' | ']')).collect())
    };
    let mut out = String::new();
    for line in text.lines() {
        match pane(line) {
            Some(digits) => out.push_str(&digits),
            None => {
                out.push('\n');
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}

/// The forms in which the octets of a word may be shown, in lower case.
fn forms(word: &str) -> [String; 3] {
    let digits: Vec<String> = word.bytes().map(|octet| format!("{octet:02x}")).collect();
    [word.to_lowercase(), digits.concat(), digits.join(" ")]
}

/// Whether a text shows a word in any form.
fn shows(text: &str, word: &str) -> bool {
    let texts = [text.to_lowercase(), without_layout(text).to_lowercase()];
    forms(word).iter().any(|form| texts.iter().any(|text| text.contains(form)))
}

/// The passwords of the samples, and how SMTP sends them.
const SECRETS: [&str; 5] = ["secret-A", "secret-B", "c2VjcmV0LUE", "c2VjcmV0LUI", "AGFsaWNlAHNlY3JldC1C"];

#[test]
fn passwords_are_hidden_in_every_view_unless_asked_for() {
    on_two_threads(&samples(), |sample| {
        for what in What::ALL {
            for json in [true, false] {
                let text = shown(what, &octets(sample), json).text;
                for word in SECRETS {
                    assert!(!shows(&text, word), "{sample}: {what:?} shows {word}");
                }
            }
        }
    });
    for sample in ["transfer-1984", "transfer-1988-x410", "transfer-1988-normal", "interleaved"] {
        for json in [true, false] {
            let settings = Settings { show_secrets: true, ..settings(json) };
            let text = show(What::Tree, &octets(sample), &settings).expect("a capture").text;
            assert!(text.contains("secret-A") && text.contains("secret-B"), "{sample}");
            let pane = without_layout(&text).to_lowercase();
            assert_eq!(pane.contains(&forms("secret-A")[1]), !json, "{sample}: only the text has a hex pane");
        }
    }
}

#[test]
fn a_password_that_the_capture_cut_is_hidden_too() {
    for sample in ["transfer-1984", "transfer-1988-x410", "refused-bind-authentication"] {
        let script =
            std::fs::read_to_string(program::project().join(format!("samples/scripts/{sample}.dialogue")));
        let script = script.expect("the script is there").replacen("capture ", "capture snap=SNAP ", 1);
        for snap in 150..320 {
            let octets =
                dialogue::capture_of(&script.replace("SNAP", &snap.to_string())).expect("a right script");
            for json in [true, false] {
                let text = shown(What::Tree, &octets, json).text;
                assert!(!shows(&text, "secr"), "{sample}, {snap} octets of each frame: {text}");
            }
        }
    }
}

// Hostile strings

#[test]
fn nothing_from_the_wire_steers_a_terminal_or_turns_a_line() {
    // Escape sequences, C1 controls, bidi controls, line ends; as UTF-8 and as single octets.
    let hostile = "\u{1b}[31m\u{7}\u{9b}2J\u{202e}gpj\u{2066}\u{200f}\u{2028}";
    // All that T.61 has of them.
    let controls = "\u{1b}[31m\u{7}\u{8}\u{7f}\u{e}";
    let digits: String = format!("{hostile}\r\n\u{8}").bytes().map(|octet| format!("{octet:02x}")).collect();
    for kind in ["1984", "1988-x410", "1988-normal"] {
        for answer in ["RF", "AC"] {
            let presentation =
                if kind == "1988-normal" { format!("calling-psel=hex:{digits}") } else { String::new() };
            let (last, reason) = match (answer, kind) {
                ("AC", _) => (format!("AC name=\"{hostile}\" password=secret-B"), ""),
                (_, "1988-normal") => ("RF bind-error=2".to_owned(), ""),
                _ => ("RF rtorj=2".to_owned(), ""),
            };
            let transfer = if answer == "AC" { "a transfer m\n" } else { "" };
            let script = format!(
                "capture start=1996-07-01T09:00:00Z\nhost a 10.1.0.1\nhost b 10.1.0.2\n\
                 message m id=\"{hostile}\" from=\"/S={hostile}/O=Org/PRMD=P/ADMD=A/C=XX/\" \
                 to=\"/S=Reader/O={hostile}/PRMD=P/ADMD=A/C=XX/\" subject=\"{controls}\" text=\"{hostile}\" content-id=\"{hostile}\"\n\
                 connect a:1025 b:102\n\
                 a CR calling-tsap=hex:{digits} called-tsap=hex:9b1b5b41\nb CC\n\
                 a CN {kind} name=\"{hostile}\" password=secret-A reference=\"{hostile}\" \
                 calling-ssel=hex:{digits} called-ssel=hex:1b63 {presentation}\n\
                 b {last}{reason}\n{transfer}b DR reason=128 text=hex:{digits}\n"
            );
            let octets = dialogue::capture_of(&script).expect("the script is right");
            for what in What::ALL {
                for json in [false, true] {
                    for show_secrets in [false, true] {
                        let settings = Settings { show_secrets, ..settings(json) };
                        let text = show(what, &octets, &settings).expect("a capture").text;
                        let harmful = text.chars().find(|c| *c != '\n' && is_harmful(*c));
                        assert_eq!(harmful, None, "{kind} {answer} {what:?} {text}");
                    }
                }
            }
            let row = shown(What::Associations, &octets, false).text;
            assert_eq!(row.lines().count(), 1, "{row}");
        }
    }
}

#[test]
fn the_name_of_a_file_steers_no_terminal() {
    let name = format!("x400scope-{}-\u{1b}[31m\u{202e}\n.pcap", std::process::id());
    let path = std::env::temp_dir().join(name);
    for sample in ["q151626", "file-cut-short"] {
        std::fs::copy(program::sample(sample), &path).expect("a temporary file can be written");
        for reader in ["overview", "findings", "summary"] {
            for format in ["text", "json"] {
                let run = program::finish(program::program().args([reader, "--format", format]).arg(&path));
                let output = run.text + &run.errors;
                let harmful = output.chars().find(|c| *c != '\n' && is_harmful(*c));
                assert_eq!(harmful, None, "{reader}: {output}");
                assert!(!output.contains("\n.pcap"), "{reader}: {output}");
            }
        }
    }
    std::fs::remove_file(&path).expect("it is there");
    let errors = program::finish(program::program().arg("summary").arg(&path)).errors;
    assert_eq!(errors.chars().find(|c| *c != '\n' && is_harmful(*c)), None, "{errors}");
}
