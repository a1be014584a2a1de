//! The object directories that a repository borrows from.

use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::error::{Error, Fault};

/// How far alternates of alternates are followed; git stops there too.
const MAX_DEPTH: usize = 5;

/// `objects` and the object directories it borrows from, each once, nearest first.
pub(crate) fn directories(objects: &Path, troubles: &mut Vec<Error>) -> Vec<PathBuf> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut level = vec![objects.to_owned()];
    for depth in 0.. {
        let mut next = Vec::new();
        for directory in level {
            match fs::canonicalize(&directory) {
                Ok(real) => {
                    if !seen.insert(real) {
                        continue;
                    }
                }
                Err(error) => {
                    troubles.push(Error::new(&directory, error));
                    continue;
                }
            }
            let borrowed = borrowed(&directory, troubles);
            if depth < MAX_DEPTH {
                next.extend(borrowed);
            } else if !borrowed.is_empty() {
                troubles.push(Error::new(&directory, Fault::AlternatesTooDeep));
            }
            found.push(directory);
        }
        if next.is_empty() {
            break;
        }
        level = next;
    }
    found
}

/// The directories named in `info/alternates`.
fn borrowed(objects: &Path, troubles: &mut Vec<Error>) -> Vec<PathBuf> {
    let file = objects.join("info").join("alternates");
    match fs::read(&file) {
        Ok(text) => text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty() && line[0] != b'#')
            .map(|line| objects.join(path(line)))
            .collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            troubles.push(Error::new(&file, error));
            Vec::new()
        }
    }
}

#[cfg(unix)]
fn path(line: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(line))
}

#[cfg(not(unix))]
fn path(line: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(line).trim_end_matches('\r'))
}
