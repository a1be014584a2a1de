//! Archives that are read from front to back: tar, and 7z.

use super::unpack::drain;
use super::{Opener, Trouble};

/// Bytes of a tar record.
const RECORD: usize = 512;

/// Whether content begins with a tar header: `ustar` in its place, or, as before 1988, a checksum that is right.
pub(super) fn is_tar(content: &[u8]) -> bool {
    let Some(header) = content.get(..RECORD) else { return false };
    header[257..262] == *b"ustar" || (header[0] != 0 && has_checksum(header))
}

fn has_checksum(header: &[u8]) -> bool {
    // Six octal digits, a NUL and a space; few other files have the two there.
    if !matches!(header[154..156], [0, b' '] | [b' ', 0]) {
        return false;
    }
    let digits = String::from_utf8_lossy(&header[148..154]);
    let Ok(told) = u32::from_str_radix(digits.trim(), 8) else { return false };
    let sum: u32 =
        header.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) }).sum();
    told == sum
}

pub(super) fn read(opener: &mut Opener<'_>, content: &[u8], path: &str, depth: usize) {
    let mut archive = tar::Archive::new(content);
    // Records of zeros between archives that were put behind one another end nothing.
    archive.set_ignore_zeros(true);
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return opener.tell(path, "", &Trouble::Damaged(error.to_string())),
    };
    for entry in entries {
        if opener.is_over() {
            return;
        }
        match entry {
            Ok(mut entry) => {
                let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                let target = entry.link_name_bytes().map(|target| target.into_owned());
                let (mut bytes, trouble) = opener.bounded(|limit| drain(&mut entry, limit));
                if let (true, Some(target)) = (bytes.is_empty(), target) {
                    bytes = target;
                }
                if let Some(trouble) = trouble {
                    opener.tell(path, &name, &trouble);
                }
                named_member(opener, path, &name, &bytes, depth);
            }
            Err(error) => return opener.tell(path, "", &Trouble::Damaged(error.to_string())),
        }
    }
}

/// Shows a member whose name is as public as its content.
pub(super) fn named_member(opener: &mut Opener<'_>, path: &str, name: &str, content: &[u8], depth: usize) {
    if !content.is_empty() {
        opener.member(path, name, content, depth);
    }
}

#[cfg(feature = "archives")]
pub(super) fn read_7z(opener: &mut Opener<'_>, content: &[u8], path: &str, depth: usize) {
    use sevenz_rust2::{ArchiveReader, Error, Password};
    let trouble = |error: Error| match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => Trouble::Encrypted,
        Error::UnsupportedCompressionMethod(method) if method.contains("AES") => Trouble::Encrypted,
        Error::UnsupportedCompressionMethod(method) => Trouble::Method(method),
        Error::Io(error, _) => Trouble::Damaged(error.to_string()),
        other => Trouble::Damaged(other.to_string()),
    };
    let mut archive = match ArchiveReader::new(std::io::Cursor::new(content), Password::empty()) {
        Ok(archive) => archive,
        Err(error) => return opener.tell(path, "", &trouble(error)),
    };
    let read = archive.for_each_entries(|entry, reader| {
        if opener.is_over() {
            return Ok(false);
        }
        let (bytes, stopped) = opener.bounded(|limit| drain(&mut *reader, limit));
        if let Some(stopped) = stopped {
            opener.tell(path, entry.name(), &stopped);
            // Members are compressed together: the next one begins where this one ends.
            let skipped = opener.left;
            drain_away(reader, skipped);
        }
        named_member(opener, path, entry.name(), &bytes, depth);
        Ok(true)
    });
    if let Err(error) = read {
        opener.tell(path, "", &trouble(error));
    }
}

/// Reads on without keeping anything.
#[cfg(feature = "archives")]
fn drain_away(reader: &mut dyn std::io::Read, limit: u64) {
    std::io::copy(&mut std::io::Read::take(reader, limit), &mut std::io::sink()).ok();
}
