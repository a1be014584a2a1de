//! Zip files: members that the directory at the end lists, and those that only their own headers tell of.
//!
//! Format: APPNOTE.TXT 6.3.10. The reader is our own because the archive is hostile: it reads archives without a
//! directory, behind other data or cut short, and members that the directory leaves out.

use super::unpack::Stream;
use super::{Opener, Trouble};

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END64: &[u8] = b"PK\x06\x06";
const LOCATOR64: &[u8] = b"PK\x06\x07";
/// Bytes of the end record without its comment.
const END_LEN: usize = 22;
/// Bytes of a local header without name and extra field.
const LOCAL_LEN: usize = 30;

/// Whether content ends with the end record of an archive without a comment.
pub(super) fn ends_like_one(content: &[u8]) -> bool {
    content.len().checked_sub(END_LEN).is_some_and(|at| content[at..].starts_with(END) && content.ends_with(&[0, 0]))
}

/// A member, where it is and how to read it.
struct Entry {
    name: String,
    flags: u16,
    method: u16,
    /// Where its data begins.
    data: usize,
    /// Bytes of its data; nothing where only the data itself tells its end.
    compressed: Option<usize>,
}

pub(super) fn read(opener: &mut Opener<'_>, content: &[u8], path: &str, depth: usize) {
    let bytes = Bytes(content);
    let (mut entries, whole) = bytes.listed();
    if !whole {
        opener.tell(path, "", &Trouble::Damaged("its directory is missing or cut short".into()));
    }
    bytes.unlisted(&mut entries);
    for entry in &entries {
        if opener.is_over() {
            return;
        }
        if entry.flags & 1 != 0 || entry.method == 99 {
            opener.tell(path, &entry.name, &Trouble::Encrypted);
            continue;
        }
        let end = entry.compressed.map_or(content.len(), |len| entry.data.saturating_add(len).min(content.len()));
        let data = &content[entry.data.min(end)..end];
        let (inflated, mut trouble) = opener.bounded(|limit| extract(entry.method, data, limit));
        if trouble.is_none() && entry.compressed.is_some_and(|len| len > data.len()) {
            trouble = Some(Trouble::Damaged("the archive ends before it does".into()));
        }
        if let Some(trouble) = trouble {
            opener.tell(path, &entry.name, &trouble);
        }
        if !inflated.is_empty() {
            opener.member(path, &entry.name, &inflated, depth);
        }
    }
}

fn extract(method: u16, data: &[u8], limit: u64) -> (Vec<u8>, Option<Trouble>) {
    let stream = match method {
        0 => return super::unpack::drain(data, limit),
        8 => Stream::Deflate,
        12 => Stream::Bzip2,
        14 => Stream::Lzma,
        93 | 20 => Stream::Zstd,
        95 => Stream::Xz,
        9 => return (Vec::new(), Some(Trouble::Method("Deflate64".into()))),
        98 => return (Vec::new(), Some(Trouble::Method("PPMd".into()))),
        other => return (Vec::new(), Some(Trouble::Method(format!("method {other}")))),
    };
    stream.inflate(data, limit)
}

/// An archive's bytes, read with every offset checked.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn u16(&self, at: usize) -> Option<u16> {
        Some(u16::from_le_bytes(self.0.get(at..at.checked_add(2)?)?.try_into().ok()?))
    }

    fn u32(&self, at: usize) -> Option<u32> {
        Some(u32::from_le_bytes(self.0.get(at..at.checked_add(4)?)?.try_into().ok()?))
    }

    fn u64(&self, at: usize) -> Option<u64> {
        Some(u64::from_le_bytes(self.0.get(at..at.checked_add(8)?)?.try_into().ok()?))
    }

    fn is(&self, at: usize, magic: &[u8]) -> bool {
        self.0.get(at..).is_some_and(|rest| rest.starts_with(magic))
    }

    /// Where the end record begins.
    fn end(&self) -> Option<usize> {
        let from = self.0.len().saturating_sub(END_LEN + usize::from(u16::MAX));
        let mut until = self.0.len();
        while let Some(found) = memchr::memmem::rfind(&self.0[from..until], END) {
            let at = from + found;
            if self.u16(at + 20).is_some_and(|comment| at + END_LEN + usize::from(comment) <= self.0.len()) {
                return Some(at);
            }
            until = at + END.len() - 1;
        }
        None
    }

    /// Number of members and the place of the directory: bytes of it, where it begins by its own word, where it ends.
    fn directory(&self) -> Option<(u64, u64, u64, usize)> {
        let end = self.end()?;
        let short =
            (u64::from(self.u16(end + 10)?), u64::from(self.u32(end + 12)?), u64::from(self.u32(end + 16)?), end);
        let large = end.checked_sub(20).filter(|at| self.is(*at, LOCATOR64)).and_then(|locator| {
            let told = usize::try_from(self.u64(locator + 8)?).ok().filter(|at| self.is(*at, END64));
            let at = told.or_else(|| locator.checked_sub(56).filter(|at| self.is(*at, END64)))?;
            Some((self.u64(at + 32)?, self.u64(at + 40)?, self.u64(at + 48)?, at))
        });
        Some(large.unwrap_or(short))
    }

    /// What the directory lists, and whether it was whole.
    fn listed(&self) -> (Vec<Entry>, bool) {
        let mut out = Vec::new();
        let Some((count, size, offset, end)) = self.directory() else { return (out, false) };
        // Data before the archive moves everything: the directory ends where the end record begins.
        let start = usize::try_from(size).ok().and_then(|size| end.checked_sub(size));
        let Some(start) = start.filter(|at| count == 0 || self.is(*at, CENTRAL)) else { return (out, false) };
        let moved = start as u64 as i128 - i128::from(offset);
        let mut at = start;
        while at < end && self.is(at, CENTRAL) {
            let Some((entry, next)) = self.central(at, moved) else { return (out, false) };
            out.extend(entry);
            at = next;
        }
        // Up to 65,535 members are counted truly.
        let whole = count >= 0xFFFF || out.len() as u64 >= count;
        (out, whole)
    }

    /// An entry of the directory, and where the next one begins; no entry where its data is not in the file.
    fn central(&self, at: usize, moved: i128) -> Option<(Option<Entry>, usize)> {
        let (name_len, extra_len) = (usize::from(self.u16(at + 28)?), usize::from(self.u16(at + 30)?));
        let comment_len = usize::from(self.u16(at + 32)?);
        let name = self.0.get(at + 46..at + 46 + name_len)?;
        let extra = self.0.get(at + 46 + name_len..at + 46 + name_len + extra_len)?;
        let (mut compressed, mut offset) = (u64::from(self.u32(at + 20)?), u64::from(self.u32(at + 42)?));
        let large = [self.u32(at + 24)? == u32::MAX, compressed == u64::from(u32::MAX), offset == u64::from(u32::MAX)];
        if large.contains(&true) {
            let mut wide = zip64(extra).chunks_exact(8).map(|bytes| bytes.try_into().map_or(0, u64::from_le_bytes));
            let [size_wide, compressed_wide, offset_wide] = large;
            size_wide.then(|| wide.next());
            compressed = if compressed_wide { wide.next()? } else { compressed };
            offset = if offset_wide { wide.next()? } else { offset };
        }
        let next = at + 46 + name_len + extra_len + comment_len;
        let local = usize::try_from(i128::from(offset) + moved).ok().filter(|local| self.is(*local, LOCAL));
        let Some(local) = local else { return Some((None, next)) };
        let data = local + LOCAL_LEN + usize::from(self.u16(local + 26)?) + usize::from(self.u16(local + 28)?);
        let entry = Entry {
            name: String::from_utf8_lossy(name).into_owned(),
            flags: self.u16(at + 8)?,
            method: self.u16(at + 10)?,
            data,
            compressed: Some(usize::try_from(compressed).ok()?),
        };
        Some((Some(entry), next))
    }

    /// Adds members whose headers stand where no listed member is.
    fn unlisted(&self, entries: &mut Vec<Entry>) {
        let mut known: Vec<(usize, usize)> = entries
            .iter()
            .map(|entry| (entry.data, entry.data.saturating_add(entry.compressed.unwrap_or(0))))
            .collect();
        known.sort_unstable();
        let mut at = 0;
        let mut next = 0;
        while let Some(found) = memchr::memmem::find(&self.0[at..], LOCAL) {
            let header = at + found;
            // A header inside the data of a known member is that member's.
            while known.get(next).is_some_and(|(_, end)| *end <= header) {
                next += 1;
            }
            if let Some((start, end)) = known.get(next).copied().filter(|(start, _)| *start <= header) {
                at = end.max(start + 1).min(self.0.len());
                continue;
            }
            at = header + LOCAL.len();
            if let Some(entry) =
                self.local(header).filter(|entry| known.binary_search_by_key(&entry.data, |(start, _)| *start).is_err())
            {
                if let Some(len) = entry.compressed {
                    at = at.max(entry.data.saturating_add(len)).min(self.0.len());
                }
                entries.push(entry);
            }
        }
    }

    /// A member as its own header tells of it.
    fn local(&self, at: usize) -> Option<Entry> {
        let flags = self.u16(at + 6)?;
        let (name_len, extra_len) = (usize::from(self.u16(at + 26)?), usize::from(self.u16(at + 28)?));
        let name = self.0.get(at + LOCAL_LEN..at + LOCAL_LEN + name_len)?;
        let data = at + LOCAL_LEN + name_len + extra_len;
        if data > self.0.len() {
            return None;
        }
        let method = self.u16(at + 8)?;
        let mut compressed = Some(self.u32(at + 18)? as usize);
        if flags & 8 != 0 && compressed == Some(0) {
            // Its size stands behind it. Stored data ends before the next header.
            let stored = || memchr::memmem::find(&self.0[data..], b"PK").unwrap_or(self.0.len() - data);
            compressed = (method == 0).then(stored);
        }
        Some(Entry { name: String::from_utf8_lossy(name).into_owned(), flags, method, data, compressed })
    }
}

/// The zip64 part of an extra field.
fn zip64(mut extra: &[u8]) -> &[u8] {
    while let Some(([id_low, id_high, len_low, len_high], rest)) = extra.split_first_chunk::<4>() {
        let len = usize::from(u16::from_le_bytes([*len_low, *len_high])).min(rest.len());
        if [*id_low, *id_high] == [1, 0] {
            return &rest[..len];
        }
        extra = &rest[len..];
    }
    &[]
}
