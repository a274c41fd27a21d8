//! The house has floors: a room uses only the rooms below it. This test reads the sources and says where one
//! looks up, and where a source breaks one of the few other rules that no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, from the ground up.
const FLOORS: &[&str] = &[
    "capture", "net", "stream", "tree", "asn1", "layers", "analysis", "findings", "pipeline", "render", "cli",
];

/// What no source says: where somebody's files lie, and that something is left to be done.
const UNSAID: &[&str] =
    &["/home/", "/root/", "/tmp/", "/work/", "TODO", "FIXME", "todo!(", "unimplemented!("];

/// One source file.
struct Source {
    path: PathBuf,
    text: String,
}

/// All Rust sources below `src`, in order.
fn sources() -> Vec<Source> {
    fn collect(directory: &Path, sources: &mut Vec<Source>) {
        let entries = fs::read_dir(directory).expect("the source tree can be read");
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.expect("an entry can be read").path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                collect(&path, sources);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source is UTF-8");
                sources.push(Source { path, text });
            }
        }
    }
    let mut sources = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    for source in &mut sources {
        if let Ok(path) = source.path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
            source.path = path.to_owned();
        }
    }
    sources
}

impl Source {
    /// The room that the source belongs to: its folder, or its own name.
    fn room(&self) -> String {
        let first = self.path.iter().next().unwrap_or_default();
        Path::new(first).file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The text with comments blanked out, lines kept.
    fn code(&self) -> String {
        let lines = self.text.lines().map(|line| line.split("//").next().unwrap_or_default());
        lines.collect::<Vec<_>>().join("\n")
    }

    fn line_of(&self, position: usize, code: &str) -> usize {
        code[..position].matches('\n').count() + 1
    }
}

/// The rooms that a piece of code names by `crate::room` or `crate::{room::…, room}`, with the position of each.
fn rooms_used(code: &str) -> Vec<(usize, &str)> {
    let mut rooms = Vec::new();
    for (position, _) in code.match_indices("crate::") {
        let path = &code[position + "crate::".len()..];
        match path.strip_prefix('{') {
            None => rooms.push((position, first_name(path))),
            Some(group) => {
                let mut depth = 0;
                let mut start = 0;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth > 0 => depth -= 1,
                        ',' | '}' if depth == 0 => {
                            rooms.push((position, first_name(group[start..at].trim())));
                            start = at + 1;
                        }
                        _ => {}
                    }
                    if c == '}' && start == at + 1 {
                        break;
                    }
                }
            }
        }
    }
    rooms.retain(|(_, room)| !room.is_empty());
    rooms
}

fn first_name(path: &str) -> &str {
    let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(path.len());
    &path[..end]
}

fn report(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_room_uses_only_the_rooms_below_it() {
    let floor = |room: &str| FLOORS.iter().position(|name| *name == room);
    let mut faults = Vec::new();
    for source in sources() {
        let (room, code) = (source.room(), source.code());
        let path = source.path.display();
        let Some(own) = floor(&room) else {
            if !matches!(room.as_str(), "lib" | "main") {
                faults.push(format!("src/{path}: the room `{room}` has no floor in tests/architecture.rs"));
            }
            continue;
        };
        for (position, used) in rooms_used(&code) {
            let line = source.line_of(position, &code);
            match floor(used) {
                Some(other) if other <= own => {}
                Some(_) => faults.push(format!("src/{path}:{line}: `{room}` looks up to `{used}`")),
                None => faults.push(format!("src/{path}:{line}: `{used}` is no room")),
            }
        }
        // A path that climbs out of the room would escape this test.
        for (position, _) in code.match_indices("super::super::") {
            let line = source.line_of(position, &code);
            faults.push(format!("src/{path}:{line}: write `crate::` instead of `super::super::`"));
        }
        if source.path.ends_with("mod.rs") || source.path.iter().count() == 1 {
            for room in FLOORS {
                for (position, _) in code.match_indices(&format!("super::{room}::")) {
                    let line = source.line_of(position, &code);
                    faults
                        .push(format!("src/{path}:{line}: write `crate::{room}` instead of `super::{room}`"));
                }
            }
        }
    }
    report(faults);
}

#[test]
fn the_program_is_thin() {
    let main =
        sources().into_iter().find(|source| source.path == Path::new("main.rs")).expect("there is a program");
    let code = main.code();
    assert!(!code.contains("crate::"), "main.rs has nothing of its own");
    assert!(!code.lines().any(|line| line.trim_start().starts_with("mod ")), "main.rs has no modules");
}

#[test]
fn no_code_is_unsafe() {
    let word =
        |line: &str| line.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == "unsafe");
    let mut faults = Vec::new();
    for source in sources() {
        for (number, line) in source.code().lines().enumerate().filter(|(_, line)| word(line)) {
            faults.push(format!("src/{}:{}: {}", source.path.display(), number + 1, line.trim()));
        }
    }
    report(faults);
}

#[test]
fn every_source_says_what_it_is_for() {
    let silent = sources().into_iter().filter(|source| !source.text.starts_with("//!"));
    report(silent.map(|source| format!("src/{}: begins without `//!`", source.path.display())).collect());
}

#[test]
fn no_source_speaks_of_other_things() {
    let mut faults = Vec::new();
    for source in sources() {
        for (number, line) in source.text.lines().enumerate() {
            for word in UNSAID.iter().filter(|word| line.contains(**word)) {
                faults.push(format!("src/{}:{}: `{word}`", source.path.display(), number + 1));
            }
        }
    }
    report(faults);
}

#[test]
fn this_test_finds_the_rooms_that_code_names() {
    let code = "use crate::{capture::{Frame, Place}, net,\n  tree::{self, Node}};\nfn f() -> crate::render::Table { crate::cli::g() }";
    let rooms: Vec<&str> = rooms_used(code).into_iter().map(|(_, room)| room).collect();
    assert_eq!(rooms, ["capture", "net", "tree", "render", "cli"]);
}
