//! One pack: its file, its index, and its entries in the order of the file.

use std::path::Path;
use std::sync::OnceLock;

use rayon::prelude::*;

use super::entry::{Header, MAX_HEADER};
use super::error::{Error, Fault};
use super::file::{Source, Window};
use super::id::{HashKind, ObjectId};
use super::index::{Index, be32};
use super::inflate::compressed_bound;

/// The length of a pack's own header: magic bytes, version, number of entries.
const PACK_HEADER: u64 = 12;
/// Entries longer than this are read only after a look at their headers.
const LOOK_FIRST: u64 = 64 << 10;

/// An open pack.
pub(crate) struct Pack {
    pub(crate) source: Source,
    pub(crate) index: Index,
    pub(crate) hash: HashKind,
    /// Whether the index names every entry: one made from a multi-pack-index need not.
    pub(crate) complete: bool,
    entries: OnceLock<Entries>,
}

/// Where an entry begins, and which object of the index it holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) offset: u64,
    pub(crate) position: u32,
}

/// The entries of a pack by ascending offset, and the objects for which the index names no possible entry.
pub(crate) struct Entries {
    pub(crate) list: Vec<Entry>,
    pub(crate) bad: Vec<(u32, Fault)>,
}

impl Pack {
    /// Opens the pack at `path`. `own` is whether `index` is its own.
    pub(crate) fn open(path: &Path, index: Index, own: bool, hash: HashKind) -> Result<Pack, Error> {
        let source = Source::open(path).map_err(|error| Error::new(path, error))?;
        let pack = Pack { source, index, hash, complete: own, entries: OnceLock::new() };
        pack.check().map_err(|fault| Error::new(path, fault))?;
        Ok(pack)
    }

    fn check(&self) -> Result<(), Fault> {
        if self.source.len < PACK_HEADER + self.hash.id_len() as u64 {
            return Err(Fault::Truncated("pack"));
        }
        let mut header = [0; PACK_HEADER as usize];
        self.source.read_exact_at(&mut header, 0)?;
        if &header[..4] != b"PACK" {
            return Err(Fault::Magic("pack"));
        }
        let version = be32(&header, 4);
        if !matches!(version, 2 | 3) {
            return Err(Fault::Version { what: "pack", version });
        }
        let (index, pack) = (u64::from(self.index.len()), u64::from(be32(&header, 8)));
        if index > pack || (self.complete && index < pack) {
            return Err(Fault::Count { index, pack });
        }
        let mut trailer = vec![0; self.hash.id_len()];
        self.source.read_exact_at(&mut trailer, self.end())?;
        match self.index.pack_checksum() {
            Some(known) if known.as_bytes() != trailer => Err(Fault::Checksum),
            _ => Ok(()),
        }
    }

    /// Where the last entry ends.
    pub(crate) fn end(&self) -> u64 {
        self.source.len - self.hash.id_len() as u64
    }

    pub(crate) fn error(&self, offset: u64, fault: impl Into<Fault>) -> Error {
        Error::at(&self.source.path, offset, fault)
    }

    /// The entries in the order of the file, sorted on first use.
    pub(crate) fn entries(&self) -> &Entries {
        self.entries.get_or_init(|| {
            let mut list = Vec::with_capacity(self.index.len() as usize);
            let mut bad = Vec::new();
            for position in 0..self.index.len() {
                let offset = self.index.offset(position);
                if self.holds(offset) {
                    list.push(Entry { offset, position });
                } else {
                    bad.push((position, Fault::OffsetOutside { offset }));
                }
            }
            list.par_sort_unstable_by_key(|entry| (entry.offset, entry.position));
            list.dedup_by(|second, first| {
                let twice = second.offset == first.offset;
                if twice {
                    bad.push((second.position, Fault::OffsetTwice { offset: second.offset }));
                }
                twice
            });
            Entries { list, bad }
        })
    }

    pub(crate) fn id(&self, entry: Entry) -> ObjectId {
        self.index.id(entry.position)
    }

    /// Which entry begins at `offset`, searched backwards from entry `near`, as bases are close to their deltas.
    pub(crate) fn entry_at(&self, offset: u64, near: usize) -> Option<usize> {
        let list = &self.entries().list;
        let (mut low, mut step) = (near, 1);
        while low > 0 && list[low].offset > offset {
            low = low.saturating_sub(step);
            step *= 2;
        }
        let high = if list.get(near).is_some_and(|entry| entry.offset >= offset) { near + 1 } else { list.len() };
        list[low..high].binary_search_by_key(&offset, |entry| entry.offset).ok().map(|at| low + at)
    }

    /// Where the entry that begins at `offset` must have ended.
    pub(crate) fn end_of(&self, offset: u64) -> u64 {
        let list = &self.entries().list;
        let next = list.partition_point(|entry| entry.offset <= offset);
        list.get(next).map_or(self.end(), |entry| entry.offset)
    }

    /// Whether an entry can begin at `offset`.
    pub(crate) fn holds(&self, offset: u64) -> bool {
        (PACK_HEADER..self.end()).contains(&offset)
    }

    /// Where the base of the entry at `offset` begins.
    pub(crate) fn base_offset(&self, offset: u64, distance: u64) -> Result<u64, Fault> {
        let base =
            offset.checked_sub(distance).filter(|base| self.holds(*base)).ok_or(Fault::BaseOutside { distance })?;
        let list = &self.entries().list;
        let known = list.binary_search_by_key(&base, |entry| entry.offset).is_ok();
        if known || !self.complete { Ok(base) } else { Err(Fault::BaseNotAnEntry { distance }) }
    }

    /// The header of the entry at `[offset, end)`.
    pub(crate) fn header(&self, offset: u64, end: u64) -> Result<Header, Fault> {
        let mut bytes = [0; MAX_HEADER];
        let len = (MAX_HEADER as u64).min(end - offset) as usize;
        self.source.read_exact_at(&mut bytes[..len], offset)?;
        Header::parse(&bytes[..len], self.hash)
    }

    /// The header and the compressed bytes of the entry at `[offset, end)`, unless it declares more than `limit`.
    pub(crate) fn entry<'w>(
        &self,
        number: usize,
        (offset, end): (u64, u64),
        limit: u64,
        ahead: usize,
        window: &'w mut Window,
    ) -> Result<(Header, &'w [u8]), Fault> {
        let mut len = end - offset;
        if len > LOOK_FIRST {
            let header = self.header(offset, end)?;
            if header.size > limit {
                return Err(Fault::TooLarge { size: header.size, limit });
            }
            len = len.min(compressed_bound(header.size) + MAX_HEADER as u64);
        }
        let len = usize::try_from(len).map_err(|_| Fault::TooLarge { size: len, limit })?;
        let bytes = window.get(number, &self.source, offset, len, ahead)?;
        let header = Header::parse(bytes, self.hash)?;
        if header.size > limit {
            return Err(Fault::TooLarge { size: header.size, limit });
        }
        Ok((header, &bytes[header.len..]))
    }
}
