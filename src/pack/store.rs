//! An object directory with all it borrows from: where each object is, and reading one at a time.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::MAX_OBJECT;
use super::alternates;
use super::delta::Delta;
use super::entry::Body;
use super::error::{Error, Fault};
use super::file::Window;
use super::id::{HashKind, Kind, ObjectId};
use super::index::Index;
use super::inflate::Inflater;
use super::loose;
use super::midx::MultiIndex;
use super::packfile::Pack;
use super::walk::{self, Limits, Summary, Visitor};

/// The objects of a repository, as they were when it was opened.
pub struct Store {
    pub(crate) directories: Vec<PathBuf>,
    /// The largest first: most objects that are in several packs are best read from the one with the history.
    pub(crate) packs: Vec<Pack>,
    /// Ascending, with the number of the directory.
    pub(crate) loose: Vec<(ObjectId, usize)>,
    troubles: Vec<Error>,
}

/// An object and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    /// Its name.
    pub id: ObjectId,
    /// Where to find it.
    pub place: Place,
}

/// Where an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In an entry of a pack.
    Pack {
        /// The number of the pack in this store.
        pack: usize,
        /// Where the entry begins, as the index claims.
        offset: u64,
    },
    /// In a file of its own.
    Loose {
        /// The number of the object directory in this store.
        directory: usize,
    },
}

impl Store {
    /// Opens the object directory `objects` and the directories it borrows from. Parts that cannot be read are
    /// left out and told by [`Store::troubles`].
    pub fn open(objects: &Path, hash: HashKind) -> Result<Store, Error> {
        fs::read_dir(objects).map_err(|error| Error::new(objects, error))?;
        let mut troubles = Vec::new();
        let directories = alternates::directories(objects, &mut troubles);
        let mut packs: Vec<Pack> =
            directories.iter().flat_map(|directory| packs(&directory.join("pack"), hash, &mut troubles)).collect();
        packs.sort_by(|a, b| b.index.len().cmp(&a.index.len()).then_with(|| a.source.path.cmp(&b.source.path)));
        let mut loose = Vec::new();
        for (number, directory) in directories.iter().enumerate() {
            loose.extend(loose::list(directory, hash, &mut troubles).into_iter().map(|id| (id, number)));
        }
        loose.sort_unstable();
        Ok(Store { directories, packs, loose, troubles })
    }

    /// At least how many objects the packs of `objects`, and of the directories it borrows from, hold: told by the size of
    /// their indices, which are not read.
    pub(crate) fn at_least(objects: &Path) -> usize {
        let directories = alternates::directories(objects, &mut Vec::new());
        let files = directories.iter().filter_map(|directory| fs::read_dir(directory.join("pack")).ok());
        let indices = files.flatten().flatten().filter(|file| file.path().extension() == Some(OsStr::new("idx")));
        let bytes: u64 = indices.filter_map(|file| file.metadata().ok()).map(|about| about.len()).sum();
        // Of each an id of 20 or 32 bytes, a checksum, and an offset of four bytes or twelve.
        (bytes / 48) as usize
    }

    /// What could not be opened: packs, indices, alternates, directories.
    pub fn troubles(&self) -> &[Error] {
        &self.troubles
    }

    /// Every object once: those in packs in the order of the packs' indices, then the loose ones by id.
    pub fn objects(&self) -> impl Iterator<Item = Located> + '_ {
        let doubles = self.doubles();
        let packed = self.packs.iter().zip(doubles).enumerate().flat_map(|(pack, (held, doubles))| {
            (0..held.index.len()).filter(move |position| !is_double(&doubles, *position)).map(move |position| {
                let place = Place::Pack { pack, offset: held.index.offset(position) };
                Located { id: held.index.id(position), place }
            })
        });
        let loose = self.only_loose().map(|(id, directory)| Located { id, place: Place::Loose { directory } });
        packed.chain(loose)
    }

    /// Whether the store names this object.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.packs.iter().any(|pack| pack.index.find(id).is_some())
            || self.loose.binary_search_by(|(held, _)| held.cmp(id)).is_ok()
    }

    /// Reads one object of at most [`MAX_OBJECT`] bytes.
    pub fn read(&self, id: &ObjectId) -> Result<(Kind, Vec<u8>), Error> {
        self.read_within(id, MAX_OBJECT)
    }

    /// Reads one object of at most `limit` bytes, from another place if it is damaged in the first.
    pub fn read_within(&self, id: &ObjectId, limit: u64) -> Result<(Kind, Vec<u8>), Error> {
        let mut inflater = Inflater::new();
        let mut failure = None;
        for place in self.copies(id) {
            match self.rebuild(id, place, limit, &mut inflater) {
                Ok(object) => return Ok(object),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        Err(failure.unwrap_or_else(|| self.missing(id)))
    }

    /// Folds `visitor` over every object, each once, on the threads of the current rayon pool.
    pub fn walk<V: Visitor>(&self, visitor: &V, limits: &Limits) -> Summary {
        walk::walk(self, visitor, limits)
    }

    /// Every place that should hold this object.
    pub(crate) fn copies(&self, id: &ObjectId) -> impl Iterator<Item = Place> + use<'_> {
        let id = *id;
        let packed = self.packs.iter().enumerate().filter_map(move |(pack, held)| {
            held.index.find(&id).map(|position| Place::Pack { pack, offset: held.index.offset(position) })
        });
        let loose = self.loose[self.loose.partition_point(|(held, _)| *held < id)..]
            .iter()
            .take_while(move |(held, _)| *held == id)
            .map(|(_, directory)| Place::Loose { directory: *directory });
        packed.chain(loose)
    }

    /// For each pack, by position in its index: whether another pack, or the same one, already names the object.
    /// Empty if none.
    pub(crate) fn doubles(&self) -> Vec<Vec<bool>> {
        let mut doubles = vec![Vec::new(); self.packs.len()];
        if self.packs.len() < 2 && !self.packs.iter().any(|pack| pack.index.repeats()) {
            return doubles;
        }
        let found: Vec<(usize, u32)> = (0..=255_u8)
            .into_par_iter()
            .flat_map_iter(|first| {
                let mut held = Vec::new();
                for (number, pack) in self.packs.iter().enumerate() {
                    let (low, high) = pack.index.bucket(first);
                    held.extend((low..high).map(|position| (pack.index.id_bytes(position), number, position)));
                }
                held.sort_unstable();
                let again = held.windows(2).filter(|pair| pair[0].0 == pair[1].0);
                again.map(|pair| (pair[1].1, pair[1].2)).collect::<Vec<_>>()
            })
            .collect();
        for (pack, position) in found {
            let flags: &mut Vec<bool> = &mut doubles[pack];
            flags.resize(self.packs[pack].index.len() as usize, false);
            flags[position as usize] = true;
        }
        doubles
    }

    /// The loose objects that no pack has.
    pub(crate) fn only_loose(&self) -> impl Iterator<Item = (ObjectId, usize)> {
        let firsts = (0..self.loose.len()).filter(|&at| at == 0 || self.loose[at].0 != self.loose[at - 1].0);
        firsts.map(|at| self.loose[at]).filter(|(id, _)| !self.packs.iter().any(|pack| pack.index.find(id).is_some()))
    }

    fn missing(&self, id: &ObjectId) -> Error {
        Error::new(&self.directories[0], Fault::Missing(*id))
    }

    /// Reads the object at `place`: down the chain of deltas to a whole object, then up again.
    fn rebuild(
        &self,
        id: &ObjectId,
        place: Place,
        limit: u64,
        inflater: &mut Inflater,
    ) -> Result<(Kind, Vec<u8>), Error> {
        let mut chain = Vec::new();
        let mut seen = HashSet::new();
        let (mut id, mut place) = (*id, place);
        let mut window = Window::default();
        let (kind, mut content) = loop {
            let (number, offset) = match place {
                Place::Pack { pack, offset } => (pack, offset),
                Place::Loose { directory } => {
                    break loose::read(&loose::path(&self.directories[directory], &id), limit, inflater)?;
                }
            };
            let pack = &self.packs[number];
            let fail = |fault| pack.error(offset, fault);
            if !seen.insert((number, offset)) {
                return Err(fail(Fault::Cycle));
            }
            if !pack.holds(offset) {
                return Err(fail(Fault::OffsetOutside { offset }));
            }
            let span = (offset, pack.end_of(offset));
            let header = pack.header(span.0, span.1).map_err(fail)?;
            match header.body {
                Body::Whole(kind) => {
                    let (header, bytes) = pack.entry(number, span, limit, 0, &mut window).map_err(fail)?;
                    let mut content = Vec::new();
                    inflater.inflate(bytes, header.size, &mut content).map_err(fail)?;
                    break (kind, content);
                }
                Body::OffsetDelta { distance } => {
                    let base = pack.base_offset(offset, distance).map_err(fail)?;
                    place = Place::Pack { pack: number, offset: base };
                }
                Body::IdDelta { base } => {
                    id = base;
                    place = match pack.index.find(&base) {
                        Some(position) => Place::Pack { pack: number, offset: pack.index.offset(position) },
                        None => self.copies(&base).next().ok_or_else(|| fail(Fault::Missing(base)))?,
                    };
                }
            }
            chain.push((number, span));
        };
        let (mut delta, mut stream, mut next) = (Delta::default(), Vec::new(), Vec::new());
        for (number, span) in chain.into_iter().rev() {
            let pack = &self.packs[number];
            let fail = |fault| pack.error(span.0, fault);
            let (header, bytes) = pack.entry(number, span, limit, 0, &mut window).map_err(fail)?;
            inflater.inflate(bytes, header.size, &mut stream).map_err(fail)?;
            delta.parse_within(&stream, limit).map_err(fail)?;
            delta.apply(&content, &stream, &mut next).map_err(fail)?;
            std::mem::swap(&mut content, &mut next);
        }
        Ok((kind, content))
    }
}

/// Whether `flags`, which [`Store::doubles`] made, mark the object at `position`.
pub(crate) fn is_double(flags: &[bool], position: u32) -> bool {
    flags.get(position as usize).copied().unwrap_or(false)
}

/// The packs in `directory`.
fn packs(directory: &Path, hash: HashKind, troubles: &mut Vec<Error>) -> Vec<Pack> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) => {
            if error.kind() != ErrorKind::NotFound {
                troubles.push(Error::new(directory, error));
            }
            return Vec::new();
        }
    };
    // By the name without its ending: whether there is a pack and an index of that name.
    let mut names: BTreeMap<PathBuf, (bool, bool)> = BTreeMap::new();
    for entry in entries {
        match entry {
            Ok(entry) => {
                let path = entry.path();
                match path.extension().and_then(OsStr::to_str) {
                    Some("pack") => names.entry(path.with_extension("")).or_default().0 = true,
                    Some("idx") => names.entry(path.with_extension("")).or_default().1 = true,
                    _ => {}
                }
            }
            Err(error) => troubles.push(Error::new(directory, error)),
        }
    }
    let mut found = Vec::new();
    for (name, (pack, index)) in names {
        let opened = match (pack, index) {
            (true, true) => own_index(&name.with_extension("idx"), hash).map(|index| (index, true)),
            (true, false) => shared_index(&name, hash).map(|index| (index, false)),
            _ => Err(Error::new(&name.with_extension("pack"), std::io::Error::from(ErrorKind::NotFound))),
        };
        match opened.and_then(|(index, own)| Pack::open(&name.with_extension("pack"), index, own, hash)) {
            Ok(pack) => found.push(pack),
            Err(error) => troubles.push(error),
        }
    }
    found
}

fn own_index(path: &Path, hash: HashKind) -> Result<Index, Error> {
    let bytes = fs::read(path).map_err(|error| Error::new(path, error))?;
    Index::parse(&bytes, hash).map_err(|fault| Error::new(path, fault))
}

/// What the directory's multi-pack-index says of a pack without an index.
fn shared_index(name: &Path, hash: HashKind) -> Result<Index, Error> {
    let none = || Error::new(&name.with_extension("pack"), Fault::NoIndex);
    let path = name.with_file_name("multi-pack-index");
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(none()),
        read => read.map_err(|error| Error::new(&path, error))?,
    };
    let own = name.with_extension("idx");
    let own = own.file_name().and_then(OsStr::to_str).ok_or_else(none)?;
    MultiIndex::parse(&bytes, hash)
        .and_then(|shared| shared.index_of(own))
        .map_err(|fault| Error::new(&path, fault))?
        .ok_or_else(none)
}
