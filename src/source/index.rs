//! The index: what the next commit will hold.
//!
//! libgit2 opens neither a split index nor a sparse one, and takes what is assumed unchanged for what is committed already.
//! Format: <https://git-scm.com/docs/index-format>.

use std::path::Path;

use git2::{Oid, Repository};

/// Bytes of an id. libgit2 opens repositories of SHA-1 alone.
const ID: usize = 20;
/// Bytes of an entry before its id: times, sizes and owners of a file, and its mode.
const STAT: usize = 40;

const EXTENDED: u16 = 0x4000;
const TO_ADD: u16 = 0x2000;

/// A file, or in a sparse index a folder, whose path ends with a slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: Vec<u8>,
    pub(crate) mode: u32,
    pub(crate) oid: Oid,
}

/// The entries of an index.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Index {
    /// Of what is to be committed, by path.
    pub(crate) entries: Vec<Entry>,
    /// Paths that are not merged yet.
    pub(crate) unmerged: Vec<Vec<u8>>,
}

impl Index {
    /// Reads the index of a repository, or the one that a hook is given in its place.
    ///
    /// # Errors
    /// The sentence that says what is wrong with it.
    pub(crate) fn of(repo: &Repository) -> Result<Self, String> {
        // Other repositories than the one of the hook have their own.
        let named = std::env::var_os("GIT_INDEX_FILE").filter(|file| !file.is_empty());
        let named = named.filter(|_| Repository::open_from_env().is_ok_and(|hooked| hooked.path() == repo.path()));
        let file = named.map_or_else(|| repo.path().join("index"), Into::into);
        let mut all = match std::fs::read(&file) {
            Ok(bytes) => Raw::parse(&bytes)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Index::default()),
            Err(error) => return Err(format!("'{}': {error}", file.display())),
        };
        if let Some(link) = all.link.take() {
            all.entries = link.join(repo.path(), all.entries)?;
        }
        Ok(all.sorted())
    }

    /// The entry of that path.
    pub(crate) fn get(&self, path: &[u8]) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|entry| entry.path.as_slice().cmp(path)).ok()?;
        self.entries.get(at)
    }
}

/// What a file says of one path.
#[derive(Clone)]
struct Line {
    entry: Entry,
    stage: u8,
    /// Only announced: nothing of it is committed.
    to_add: bool,
}

/// What a file says.
struct Raw {
    entries: Vec<Line>,
    link: Option<Link>,
}

impl Raw {
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut input = Input { rest: bytes };
        if input.take(4)? != b"DIRC" {
            return Err("it does not begin as an index does".into());
        }
        let version = input.number()?;
        if !(2..=4).contains(&version) {
            return Err(format!("its version, {version}, is not known"));
        }
        let count = input.number()? as usize;
        // No entry is smaller.
        let mut entries: Vec<Line> = Vec::with_capacity(count.min(bytes.len() / (STAT + ID + 2)));
        for _ in 0..count {
            let before = entries.last().map_or(&b""[..], |line| &line.entry.path);
            let line = input.line(version, before)?;
            entries.push(line);
        }
        let mut link = None;
        while input.rest.len() > ID {
            let name = input.take(4)?;
            let len = input.number()? as usize;
            let content = input.take(len)?;
            match name {
                b"link" => link = Link::parse(content)?,
                // Entries that are folders are told by their mode.
                b"sdir" => {}
                [first, ..] if first.is_ascii_uppercase() => {}
                _ => return Err(format!("it has an extension that is not known, '{}'", name.escape_ascii())),
            }
        }
        Ok(Raw { entries, link })
    }

    fn sorted(self) -> Index {
        let mut index = Index::default();
        for line in self.entries {
            match line.stage {
                0 if line.to_add => {}
                0 => index.entries.push(line.entry),
                _ => index.unmerged.push(line.entry.path),
            }
        }
        index.entries.sort_by(|a, b| a.path.cmp(&b.path));
        index.unmerged.sort();
        index.unmerged.dedup();
        index
    }
}

/// What a split index says of the one that it is split from.
struct Link {
    base: Oid,
    deleted: Vec<usize>,
    replaced: Vec<usize>,
}

impl Link {
    fn parse(content: &[u8]) -> Result<Option<Self>, String> {
        let mut input = Input { rest: content };
        let base = input.id()?;
        if base.is_zero() {
            return Ok(None);
        }
        let (mut deleted, mut replaced) = (Vec::new(), Vec::new());
        if !input.rest.is_empty() {
            (deleted, replaced) = (input.bitmap()?, input.bitmap()?);
        }
        Ok(Some(Link { base, deleted, replaced }))
    }

    /// Puts the lines of a split index into those of the one in `folder` that it is split from. Those without a name
    /// replace lines of it, in order.
    fn join(self, folder: &Path, own: Vec<Line>) -> Result<Vec<Line>, String> {
        let file = folder.join(format!("sharedindex.{}", self.base));
        let bytes = std::fs::read(&file).map_err(|error| format!("'{}': {error}", file.display()))?;
        let mut lines: Vec<Option<Line>> = Raw::parse(&bytes)?.entries.into_iter().map(Some).collect();
        let missing = || format!("it names lines that '{}' does not have", file.display());
        let (unnamed, named): (Vec<Line>, Vec<Line>) = own.into_iter().partition(|line| line.entry.path.is_empty());
        if unnamed.len() != self.replaced.len() {
            return Err(missing());
        }
        for (at, line) in self.replaced.iter().zip(unnamed) {
            let old = lines.get_mut(*at).and_then(Option::as_mut).ok_or_else(missing)?;
            let path = std::mem::take(&mut old.entry.path);
            *old = Line { entry: Entry { path, ..line.entry }, ..line };
        }
        for at in self.deleted {
            *lines.get_mut(at).ok_or_else(missing)? = None;
        }
        Ok(lines.into_iter().flatten().chain(named).collect())
    }
}

struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or("it ends too soon")?;
        self.rest = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32, String> {
        Ok(self.take(4)?.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    fn short(&mut self) -> Result<u16, String> {
        Ok(self.take(2)?.iter().fold(0, |number, byte| number << 8 | u16::from(*byte)))
    }

    fn id(&mut self) -> Result<Oid, String> {
        Oid::from_bytes(self.take(ID)?).map_err(|error| error.message().to_owned())
    }

    /// Bytes up to a zero, which is taken, too.
    fn text(&mut self) -> Result<&'a [u8], String> {
        let len = memchr::memchr(0, self.rest).ok_or("it ends too soon")?;
        let text = self.take(len)?;
        self.take(1)?;
        Ok(text)
    }

    /// An entry that follows one of the path `before`.
    fn line(&mut self, version: u32, before: &[u8]) -> Result<Line, String> {
        let whole = self.rest.len();
        let stat = self.take(STAT)?;
        let mode = stat[24..28].iter().fold(0, |mode, byte| mode << 8 | u32::from(*byte));
        let oid = self.id()?;
        let flags = self.short()?;
        let more = if flags & EXTENDED != 0 { self.short()? } else { 0 };
        let mut path = Vec::new();
        if version == 4 {
            let kept = before.len().checked_sub(self.offset()?).ok_or("a path of it is shorter than nothing")?;
            path.extend(&before[..kept]);
        }
        path.extend(self.text()?);
        if version < 4 {
            // Filled up with zeros, one at least, which is gone already.
            let filled = (whole - self.rest.len()).next_multiple_of(8);
            self.take(filled - (whole - self.rest.len()))?;
        }
        let stage = (flags >> 12 & 3) as u8;
        Ok(Line { entry: Entry { path, mode, oid }, stage, to_add: more & TO_ADD != 0 })
    }

    /// A number as packs write the distance to a base.
    fn offset(&mut self) -> Result<usize, String> {
        let mut byte = self.take(1)?[0];
        let mut number = usize::from(byte & 0x7F);
        while byte & 0x80 != 0 {
            byte = self.take(1)?[0];
            number = (number + 1) << 7 | usize::from(byte & 0x7F);
            if number > 1 << 20 {
                return Err("a path of it is too long".into());
            }
        }
        Ok(number)
    }

    /// The positions of the ones in a bitmap: runs of equal words, each followed by words as they are.
    fn bitmap(&mut self) -> Result<Vec<usize>, String> {
        let (bits, words) = (self.number()? as usize, self.number()?);
        let mut ones = Vec::new();
        let (mut at, mut as_it_is) = (0, 0);
        for _ in 0..words {
            let word = self.take(8)?.iter().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
            if as_it_is > 0 {
                ones.extend((0..64).filter(|bit| word >> bit & 1 != 0).map(|bit| at + bit).filter(|one| *one < bits));
                at = at.saturating_add(64);
                as_it_is -= 1;
            } else {
                let end = at.saturating_add((word >> 1 & 0xFFFF_FFFF) as usize * 64);
                if word & 1 != 0 {
                    ones.extend(at.min(bits)..end.min(bits));
                }
                (at, as_it_is) = (end, word >> 33);
            }
        }
        // Where the last run begins.
        self.number()?;
        Ok(ones)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitmap_is_runs_and_words() {
        // 128 ones, then a word as it is, of 200 bits in all.
        let mut bytes = [200u32, 2].map(u32::to_be_bytes).concat();
        bytes.extend([1 | 2 << 1 | 1 << 33, 0b101u64].map(u64::to_be_bytes).concat());
        bytes.extend([0; 4]);
        let mut input = Input { rest: &bytes };
        assert_eq!(input.bitmap(), Ok((0..128).chain([128, 130]).collect()));
        assert!(input.rest.is_empty());
    }

    #[test]
    fn what_ends_too_soon_or_is_not_known_is_an_error() {
        let head = [&b"DIRC"[..], &[0, 0, 0, 2, 0, 0, 0, 1]].concat();
        let why = |bytes: &[u8]| Raw::parse(bytes).err();
        assert_eq!(why(&head).as_deref(), Some("it ends too soon"));
        assert!(why(b"DIRC\0\0\0\x09\0\0\0\0").is_some() && why(b"TREE").is_some());
        let odd = [&b"DIRC\0\0\0\x02\0\0\0\0"[..], b"odd!\0\0\0\0", &[0; ID]].concat();
        assert_eq!(why(&odd).as_deref(), Some("it has an extension that is not known, 'odd!'"));
        let fine = [&b"DIRC\0\0\0\x02\0\0\0\0"[..], b"ODD!\0\0\0\0", &[0; ID]].concat();
        assert_eq!(why(&fine), None);
    }
}
