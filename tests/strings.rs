//! Whatever stands in a string on the wire, in any field of any layer: nothing of it steers a terminal, breaks a line
//! or a JSON string, or makes a file in another folder. And no secret is shown in any form that anything is shown in.

mod emit;
mod flood;
#[path = "fuzz/mutate.rs"]
mod fuzzing;
mod inside;
mod program;

use std::fs;
use std::path::Path;

use flood::wire::{Wire, tlv};
use fuzzing::{frames, payload_of};
use inside::{What, capture, settings, show};
use program::{on_two_threads, samples};
use x400scope::render::escape::is_harmful;
use x400scope::render::settings::Settings;

/// Octets that steer terminals, as single octets, as UTF-8 and as what becomes of them in other character sets: escape
/// sequences, C1, DEL, bidi controls, line and paragraph ends, broken and overlong UTF-8, shifts of ISO 2022.
const HOSTILE: &[&[u8]] = &[
    b"\x1b[31m\x1b]0;x\x07\x08\x0d\x0a\x7f\x0c",
    b"\x9b2J\x90q\x9c\x85\x8d\xad",
    "\u{202e}\u{2066}\u{200f}\u{2028}\u{feff}\u{9b}".as_bytes(),
    b"\xc0\x9b\xe2\x80\xff\xfe\xf8\x88\x80\x80\x80\xed\xa0\x80",
    b"\x20\x2e\x20\x66\x00\x1b\x20\x28\x00\x85\xd8\x00",
    b"\x00\x00\x20\x2e\x00\x00\x00\x1b\x00\x11\x00\x00",
    b"\x1b-A\x0e\x1b$B\x9b\x0f\xc1\x1b\xc8\x9b",
    b"\"\\\\u202e\\\"}\n{\"type\":\"x\"}",
    b"../../../etc/passwd\0",
];

/// How many frames of a sample are looked at.
const FRAMES: usize = 60;

/// How many octets of printable ASCII in a row are taken for a string.
const STRING: usize = 3;

/// The payload with hostile octets in place of what looks like a string; lengths stay as they are. From the octet `keep`
/// of each string on: a command of SMTP is none any more without its first word.
fn poisoned(payload: &[u8], hostile: &[u8], keep: usize) -> Vec<u8> {
    let mut out = payload.to_vec();
    let printable = |octet: &u8| matches!(octet, b' '..=b'~');
    let mut at = 0;
    while at < out.len() {
        let length = out[at..].iter().take_while(|octet| printable(octet)).count();
        if length >= STRING + keep {
            let octets = hostile.iter().cycle();
            out[at + keep..at + length].iter_mut().zip(octets).for_each(|(octet, hostile)| *octet = *hostile);
        }
        at += length.max(1);
    }
    out
}

#[test]
fn no_string_of_any_field_steers_a_terminal() {
    on_two_threads(&samples(), |sample| {
        let whole = fs::read(program::sample(sample)).expect("the sample is there");
        // What follows in the large ones is more of the same.
        let frames: Vec<Vec<u8>> = frames(&whole).into_iter().take(FRAMES).collect();
        for (turn, hostile) in HOSTILE.iter().enumerate() {
            for keep in [0, 12] {
                let poison = |frame: &Vec<u8>| {
                    let mut frame = frame.clone();
                    if let Some(range) = payload_of(&frame) {
                        let payload = poisoned(&frame[range.clone()], hostile, keep);
                        frame.splice(range, payload);
                    }
                    frame
                };
                let frames: Vec<Vec<u8>> = frames.iter().map(poison).collect();
                let octets = capture(frames.iter().map(Vec::as_slice));
                // In turn by one of the views, and the frame view, which shows everything.
                let other = What::ALL[(turn + keep / 4) % What::ALL.len()];
                for (number, what) in [What::Tree, other].into_iter().enumerate() {
                    let json = (turn + number + keep / 12) % 2 == 0;
                    let shown = show(what, &octets, &settings(json)).expect("a capture");
                    let harmful = shown.text.chars().find(|c| *c != '\n' && is_harmful(*c));
                    assert_eq!(harmful, None, "{sample}: {what:?}, {hostile:?}");
                    if json {
                        // Unescaped, a quote or a line end of a string would break its object.
                        shown.json();
                    }
                }
            }
        }
    });
}

#[test]
fn no_string_of_any_field_names_a_file_outside() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("strings");
    let _ = fs::remove_dir_all(&root);
    let inner = root.join("a/b/c");
    fs::create_dir_all(&inner).expect("a folder");
    let path = root.join("capture.pcap");
    for (number, hostile) in
        [HOSTILE[0], HOSTILE[2], HOSTILE[8], b"/", b"..\\", b"../", b"NUL.", b"C:\\x"].iter().enumerate()
    {
        for sample in
            ["message-p22-bodyparts", "message-hostile-names", "message-forwarded-deep", "message-p772"]
        {
            let whole = fs::read(program::sample(sample)).expect("the sample is there");
            let poison = |mut frame: Vec<u8>| {
                if let Some(range) = payload_of(&frame) {
                    let payload = poisoned(&frame[range.clone()], hostile, 0);
                    frame.splice(range, payload);
                }
                frame
            };
            let frames: Vec<Vec<u8>> = frames(&whole).into_iter().map(poison).collect();
            fs::write(&path, capture(frames.iter().map(Vec::as_slice))).expect("a file");
            let folder = inner.join(format!("{number}-{sample}"));
            let mut run = program::program();
            let run = program::finish(run.arg("messages").arg("--extract").arg(&folder).arg(&path));
            assert!(matches!(run.status, 0 | 3), "{}", run.errors);
        }
    }
    // Everything that was written lies in the folders that were named, in none below them, and under a plain name.
    let names = |folder: &Path| -> Vec<(String, bool)> {
        let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
        entries
            .map(|entry| (entry.file_name().into_string().expect("names are UTF-8"), entry.path().is_dir()))
            .collect()
    };
    let mut outside = names(&root);
    outside.sort();
    assert_eq!(outside, [("a".to_owned(), true), ("capture.pcap".to_owned(), false)]);
    assert_eq!(names(&root.join("a")).len() + names(&root.join("a/b")).len(), 2);
    for (folder, is_folder) in names(&inner) {
        assert!(is_folder, "{folder}");
        for (name, is_folder) in names(&inner.join(&folder)) {
            assert!(!is_folder && !name.starts_with('.') && !name.contains(is_harmful), "{name}");
        }
    }
}

// Secrets

/// What the samples have as passwords, and the same in base64 as SMTP sends it.
const SECRETS: &[&str] =
    &["secret-A", "secret-B", "c2VjcmV0LUE", "c2VjcmV0LUI", "AGFsaWNlAHNlY3JldC1C", "lY3JldC1C"];

/// Text with everything taken out that may stand between the octets of a secret: the layout of hex panes.
fn squeezed(text: &str) -> String {
    let pane = |line: &str| -> Option<String> {
        let (offset, rest) = line.split_once(":  ").or_else(|| line.split_once(": ["))?;
        let is_offset = offset.len() == 5 && offset.bytes().all(|c| c.is_ascii_hexdigit());
        let digits = rest.get(..48.min(rest.len()))?;
        is_offset.then(|| digits.chars().filter(|c| !c.is_whitespace() && !matches!(c, '[' | ']')).collect())
    };
    let lines = text.lines().map(|line| pane(line).unwrap_or_else(|| format!("\n{line}\n")));
    lines.collect::<String>().to_lowercase()
}

/// The secret that a text shows, as characters or as octets in digits, if any.
fn shows(text: &str) -> Option<&'static str> {
    let (plain, squeezed) = (text.to_lowercase(), squeezed(text));
    let shows = |secret: &&&str| {
        let digits: Vec<String> = secret.bytes().map(|octet| format!("{octet:02x}")).collect();
        let forms = [secret.to_lowercase(), digits.concat(), digits.join(" ")];
        forms.iter().any(|form| plain.contains(form) || squeezed.contains(form))
    };
    SECRETS.iter().find(shows).copied()
}

#[test]
fn no_output_of_any_sample_shows_a_secret() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("secrets");
    let _ = fs::remove_dir_all(&root);
    on_two_threads(&samples(), |sample| {
        let file = program::sample(sample).display().to_string();
        // What the views print is looked at in tests/properties.rs; here is the program, with its standard error.
        for line in ["overview", "tree --hex", "findings --explain --format json"] {
            let run = program::run(&format!("{line} {file}"));
            let all = run.text + &run.errors;
            assert_eq!(shows(&all), None, "{line} {sample}");
        }
        let folder = root.join(sample);
        program::run(&format!("messages --quiet --extract {} {file}", folder.display()));
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            let text = String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned();
            assert_eq!(shows(&text), None, "{}", path.display());
        }
    });
}

/// A CONNECT in normal mode whose ACSE carries a bind of P3 or P7 with a password.
fn bind_capture(syntax: &[u8], bind: &[u8], cut: usize) -> Vec<u8> {
    let context = |id: u8, name: &[u8]| {
        tlv(0x30, &[tlv(2, &[id]), tlv(6, name), tlv(0x30, &tlv(6, &[0x51, 1]))].concat())
    };
    let external = tlv(0x28, &[tlv(2, &[3]), tlv(0xA0, bind)].concat());
    let aarq = tlv(0x60, &[tlv(0xA1, &tlv(6, &[0x56, 0, 1, 1])), tlv(0xBE, &external)].concat());
    let user = tlv(0x61, &tlv(0x30, &[tlv(2, &[1]), tlv(0xA0, &aarq)].concat()));
    let list = tlv(0xA4, &[context(1, &[0x52, 1, 0, 1]), context(3, syntax)].concat());
    let cp = tlv(0x31, &[tlv(0xA0, &tlv(0x80, &[1])), tlv(0xA2, &[list, user].concat())].concat());
    let connect = tlv(13, &[&[20, 2, 0, 2][..], &tlv(0xC1, &cp)].concat());
    let mut out = Vec::new();
    let mut wire = Wire::new(&mut out).expect("memory can be written");
    let mut a = wire.connection(0).expect("memory can be written");
    wire.dt(&mut a, &connect[..connect.len() - cut], true).expect("memory can be written");
    out
}

#[test]
fn passwords_of_p3_and_p7_binds_are_hidden() {
    let name = tlv(0x60, &tlv(0x30, &tlv(0x61, &tlv(0x13, b"XX"))));
    for (number, syntax) in [(0, 11), (1, 9), (1, 17)] {
        for string in [0x16, 4] {
            for password in [tlv(string, b"secret-A"), tlv(0xA1, &tlv(string, b"secret-A"))] {
                let bind = tlv(0x31, &[name.clone(), tlv(0xA2, &password)].concat());
                let bind = tlv(0xB0, &bind);
                for cut in [0, 1, 3] {
                    let capture = bind_capture(&[0x56, 0, 2, syntax], &bind, cut);
                    for what in What::ALL {
                        for json in [false, true] {
                            let text = show(what, &capture, &settings(json)).expect("a capture").text;
                            assert_eq!(shows(&text), None, "{number} {what:?} {text}");
                        }
                    }
                    if cut == 0 {
                        let settings = Settings { show_secrets: true, ..settings(false) };
                        let text = show(What::Tree, &capture, &settings).expect("a capture").text;
                        assert_eq!(shows(&text), Some("secret-A"), "where it is asked for: {text}");
                    }
                }
            }
        }
    }
}
