//! Messages written into files: the content, what is known of the envelope, and each body part.
//!
//! Names come from the wire and may say anything. What is made of them is one plain name inside the folder, on
//! Unix and on Windows; no file that is there already is written over, and no symbolic link is followed.

use std::collections::hash_map::Entry;
use std::fs::{self, File, OpenOptions};
use std::hash::BuildHasher;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::escape::is_harmful;
use crate::layers::bodies::Part;

/// How long a file name may be, in octets. File systems take 255 octets or, on Windows, 255 units of UTF-16.
const MAX_NAME: usize = 255;
/// How much of it the identifier of the message may take.
const MAX_ID: usize = 100;
/// How much of it an extension may take.
const MAX_EXTENSION: usize = 16;
/// How much of it is kept free for the number that tells names apart: `-4294967295`.
const MAX_SUFFIX: usize = 11;

/// Writes messages into a folder.
#[derive(Debug)]
pub struct Extractor {
    folder: PathBuf,
    /// The number that the next file with a name gets, by a hash of the name in lower case. Two names with one
    /// hash do no harm: a number is given where none is needed.
    next: FxHashMap<u64, u32>,
}

impl Extractor {
    /// Writes into the folder `dir`, which is made if it is missing. It may be a symbolic link to a folder.
    pub fn new(dir: &Path) -> io::Result<Extractor> {
        match fs::metadata(dir) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => {
                return Err(io::Error::new(
                    io::ErrorKind::NotADirectory,
                    format!("{} is not a folder", dir.display()),
                ));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(dir)?,
            Err(error) => return Err(error),
        }
        Ok(Extractor { folder: dir.to_owned(), next: FxHashMap::default() })
    }

    /// Writes a message and gives the paths of the files: `<id>.<extension>` with the content as it is,
    /// `<id>.json`, and for each part `<id>.<number>-<name or kind>.<extension of its own>`. Text is written as
    /// UTF-8, its line ends as sent.
    ///
    /// Where the name of the content is taken, a number is put behind the identifier in all these names.
    pub fn write(
        &mut self,
        id: &str,
        extension: &str,
        content: &[u8],
        parts: &[Part<'_>],
        envelope_json: &str,
    ) -> io::Result<Vec<PathBuf>> {
        let id = plain(id, MAX_ID, "message");
        let (id, path) = self.create(&id, extension, &[content])?;
        let mut paths = vec![path];
        paths.push(self.create(&id, "json", &[envelope_json.as_bytes()])?.1);
        for part in parts {
            let extension = part.extension();
            let named = part.file_name();
            let name = match &named {
                Some(name) => {
                    name.strip_suffix(&extension).and_then(|stem| stem.strip_suffix('.')).unwrap_or(name)
                }
                None => &part.kind,
            };
            let begin = format!("{id}.{}-", part.number);
            let room = MAX_NAME.saturating_sub(begin.len() + 1 + MAX_EXTENSION + MAX_SUFFIX);
            let stem = begin + &plain(name, room, "part");
            let text = part.text();
            let octets = match &text {
                Some(text) => [text.as_bytes(), &[]],
                None => part.octets(),
            };
            paths.push(self.create(&stem, &extension, &octets)?.1);
        }
        Ok(paths)
    }

    /// Writes what is known of an APDU that has no content, a probe or a report: `<id>.json`.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write_envelope(&mut self, id: &str, envelope_json: &str) -> io::Result<PathBuf> {
        let id = plain(id, MAX_ID, "message");
        Ok(self.create(&id, "json", &[envelope_json.as_bytes()])?.1)
    }

    /// Makes the file `<stem>.<extension>`, with a number behind the stem where the name is taken. Gives the stem
    /// and the path that it got.
    fn create(&mut self, stem: &str, extension: &str, octets: &[&[u8]]) -> io::Result<(String, PathBuf)> {
        let extension = plain(extension, MAX_EXTENSION, "bin");
        let wanted = key(&format!("{stem}.{extension}"));
        let mut number = self.next.get(&wanted).copied().unwrap_or(1);
        loop {
            let stem = if number == 1 { stem.to_owned() } else { format!("{stem}-{number}") };
            let name = format!("{stem}.{extension}");
            number = number.checked_add(1).ok_or(io::ErrorKind::AlreadyExists)?;
            self.next.insert(wanted, number);
            if number > 2 {
                // With its number, the name may be one that another file has had.
                match self.next.entry(key(&name)) {
                    Entry::Vacant(entry) => entry.insert(2),
                    Entry::Occupied(_) => continue,
                };
            }
            let path = self.folder.join(name);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    write_all(file, octets).map_err(|error| at(&path, &error))?;
                    return Ok((stem, path));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(at(&path, &error)),
            }
        }
    }
}

fn write_all(mut file: File, octets: &[&[u8]]) -> io::Result<()> {
    octets.iter().try_for_each(|piece| file.write_all(piece))
}

/// The error, with the path that it happened at.
fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// A number for a name, the same however its letters are written.
fn key(name: &str) -> u64 {
    FxBuildHasher.hash_one(name.to_lowercase())
}

/// A name that is safe as the beginning, the end or the whole of a file name, at most `room` octets long; `fallback`
/// where nothing is left.
fn plain(name: &str, room: usize, fallback: &str) -> String {
    let mut plain = String::new();
    for c in name.chars().map(|c| if is_unfit(c) { '_' } else { c }) {
        // A hidden file, the folder above, an option of a command.
        if plain.is_empty() && matches!(c, '.' | '-' | ' ') {
            continue;
        }
        // One octet is kept for what is put in front of the name of a device.
        if plain.len() + c.len_utf8() >= room {
            break;
        }
        plain.push(c);
    }
    // Windows drops them at the end, so that two names would be one.
    plain.truncate(plain.trim_end_matches(['.', ' ']).len());
    if is_device(&plain) {
        plain.insert(0, '_');
    }
    if plain.is_empty() { fallback.to_owned() } else { plain }
}

/// Whether a character has no place in a file name.
fn is_unfit(c: char) -> bool {
    match c {
        // Separators, and what Windows has other uses for.
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => true,
        // What looks like a separator or a full stop, or is turned into one where a name is turned into a smaller
        // set of characters; the yen and the won sign stand where the backslash does.
        '¥' | '₩' | '⁄' | '∕' | '⧵' | '⧶' | '⧸' | '⧹' | '⟋' | '⟍' | '╱' | '╲' | '﹨' | '／' | '＼' | '￥'
        | '￦' => true,
        '․' | '‥' | '…' | '。' | '﹒' | '．' | '｡' | '︰' => true,
        '∶' | '꞉' | '﹕' | '：' | '＊' | '？' | '＂' | '＜' | '＞' | '｜' => true,
        ' ' => false,
        _ => c.is_whitespace() || is_harmful(c),
    }
}

/// Whether Windows takes a name for that of a device, whatever its extension.
fn is_device(name: &str) -> bool {
    let base = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let port = |rest: &str| {
        let mut digits = rest.chars();
        matches!((digits.next(), digits.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    };
    matches!(&*base, "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$")
        || ["COM", "LPT"].iter().any(|device| base.strip_prefix(device).is_some_and(port))
}
