//! Loose objects: one file each, named after the object.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{Error, Fault};
use super::file::Source;
use super::id::{HashKind, Kind, ObjectId};
use super::inflate::{Inflater, compressed_bound, plausible};

/// The longest `kind size\0`: a kind of six letters and twenty digits.
const MAX_HEADER: usize = 32;

/// Reads the `kind size\0` before a loose object's content: the kind, the size, and the header's length.
pub fn parse_header(bytes: &[u8]) -> Result<(Kind, u64, usize), Fault> {
    let end = bytes.iter().take(MAX_HEADER).position(|byte| *byte == 0).ok_or(Fault::LooseHeader)?;
    let space = bytes[..end].iter().position(|byte| *byte == b' ').ok_or(Fault::LooseHeader)?;
    let kind = Kind::from_name(&bytes[..space]).ok_or(Fault::LooseHeader)?;
    let digits = &bytes[space + 1..end];
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Fault::LooseHeader);
    }
    let size = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(Fault::LooseHeader)?;
    Ok((kind, size, end + 1))
}

/// Where a loose object of the object directory would be.
pub(crate) fn path(objects: &Path, id: &ObjectId) -> PathBuf {
    let hex = id.to_string();
    objects.join(&hex[..2]).join(&hex[2..])
}

/// The loose objects of an object directory, in ascending order.
pub(crate) fn list(objects: &Path, hash: HashKind, troubles: &mut Vec<Error>) -> Vec<ObjectId> {
    let mut ids = Vec::new();
    for first in 0..=255_u8 {
        let directory = objects.join(format!("{first:02x}"));
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                troubles.push(Error::new(&directory, error));
                continue;
            }
        };
        for entry in entries {
            match entry {
                Ok(entry) => ids.extend(
                    entry
                        .file_name()
                        .to_str()
                        .filter(|name| name.len() + 2 == 2 * hash.id_len())
                        .and_then(|name| ObjectId::from_hex(&format!("{first:02x}{name}"))),
                ),
                Err(error) => troubles.push(Error::new(&directory, error)),
            }
        }
    }
    ids.sort_unstable();
    ids
}

/// Reads the loose object in the file at `path`: its kind, content, and what was inflated for it.
pub(crate) fn read(path: &Path, limit: u64, inflater: &mut Inflater) -> Result<(Kind, Vec<u8>), Error> {
    let source = Source::open(path).map_err(|error| Error::new(path, error))?;
    inflate(&source, limit, inflater).map_err(|fault| Error::new(path, fault))
}

fn inflate(source: &Source, limit: u64, inflater: &mut Inflater) -> Result<(Kind, Vec<u8>), Fault> {
    let most = compressed_bound(limit);
    if source.len > most {
        return Err(Fault::TooLarge { size: source.len, limit });
    }
    let mut compressed = vec![0; source.len as usize];
    source.read_exact_at(&mut compressed, 0)?;

    // The size is inside the stream, and the whole stream must be given room at once. What fits a guessed
    // buffer tells the size, as the decompressor fills what it gets.
    let mut out = vec![0; (compressed.len().saturating_mul(4)).clamp(4096, 1 << 20)];
    let first = inflater.inflate_some(&compressed, &mut out)?;
    let (kind, size, header) = parse_header(&out)?;
    if size > limit {
        return Err(Fault::TooLarge { size, limit });
    }
    let declared = size + header as u64;
    let actual = match first {
        Some(actual) => actual,
        None => {
            let room = plausible(declared, compressed.len())?;
            if room <= out.len() {
                return Err(Fault::DeclaredTooSmall { declared: size });
            }
            out = vec![0; room];
            inflater.inflate_some(&compressed, &mut out)?.ok_or(Fault::DeclaredTooSmall { declared: size })?
        }
    };
    if (actual as u64) < declared {
        return Err(Fault::DeclaredTooLarge { declared: size, actual: actual.saturating_sub(header) as u64 });
    }
    if actual as u64 > declared {
        return Err(Fault::DeclaredTooSmall { declared: size });
    }
    out.truncate(actual);
    out.drain(..header);
    Ok((kind, out))
}
