//! Packs built by hand, so that they can lie.

use std::fs;

use libdeflater::{CompressionLvl, Compressor};
use snout::pack::{HashKind, Limits, ObjectId, Store};
use tempfile::TempDir;

use crate::{Walked, walk};

pub(crate) const COMMIT: u8 = 1;
pub(crate) const BLOB: u8 = 3;
const OFFSET_DELTA: u8 = 6;
const ID_DELTA: u8 = 7;

/// Stands for the checksum of every pack.
const CHECKSUM: [u8; 20] = [9; 20];

/// The id of twenty times this byte.
pub(crate) fn id(byte: u8) -> ObjectId {
    ObjectId::from_bytes(&[byte; 20]).expect("twenty bytes")
}

pub(crate) fn deflate(content: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut out = vec![0; compressor.zlib_compress_bound(content.len())];
    let len = compressor.zlib_compress(content, &mut out).expect("there is room");
    out.truncate(len);
    out
}

/// Type and size as an entry begins.
pub(crate) fn header(kind: u8, mut size: u64) -> Vec<u8> {
    let mut bytes = vec![kind << 4 | (size & 15) as u8];
    size >>= 4;
    while size > 0 {
        *bytes.last_mut().expect("one byte") |= 0x80;
        bytes.push((size & 0x7f) as u8);
        size >>= 7;
    }
    bytes
}

/// A size as a delta begins.
pub(crate) fn size(mut size: u64) -> Vec<u8> {
    let mut bytes = vec![(size & 0x7f) as u8];
    size >>= 7;
    while size > 0 {
        *bytes.last_mut().expect("one byte") |= 0x80;
        bytes.push((size & 0x7f) as u8);
        size >>= 7;
    }
    bytes
}

/// A delta that keeps all of a base of `len` bytes and appends `more`.
pub(crate) fn append(len: usize, more: &[u8]) -> Vec<u8> {
    let copy = [0xb0, (len & 0xff) as u8, (len >> 8) as u8];
    [&size(len as u64)[..], &size((len + more.len()) as u64), &copy, &[more.len() as u8], more].concat()
}

/// A pack and its index, before they are written.
pub(crate) struct Forge {
    pub(crate) pack: Vec<u8>,
    pub(crate) index: Vec<(ObjectId, u64)>,
}

impl Forge {
    /// A pack whose first object is good, to see whether it survives its neighbours.
    pub(crate) fn new() -> Forge {
        let mut forge = Forge { pack: [&b"PACK"[..], &[0, 0, 0, 2, 0, 0, 0, 0]].concat(), index: Vec::new() };
        forge.whole(1, BLOB, b"good bytes");
        forge
    }

    /// Adds an entry as it is; gives where it begins.
    pub(crate) fn raw(&mut self, name: u8, entry: &[u8]) -> u64 {
        let offset = self.pack.len() as u64;
        self.index.push((id(name), offset));
        self.pack.extend_from_slice(entry);
        offset
    }

    pub(crate) fn whole(&mut self, name: u8, kind: u8, content: &[u8]) -> u64 {
        self.raw(name, &[header(kind, content.len() as u64), deflate(content)].concat())
    }

    /// Adds a delta on what begins `distance` bytes before it.
    pub(crate) fn delta(&mut self, name: u8, distance: u64, delta: &[u8]) -> u64 {
        let mut bytes = vec![(distance & 0x7f) as u8];
        let mut rest = distance >> 7;
        while rest > 0 {
            rest -= 1;
            bytes.insert(0, 0x80 | (rest & 0x7f) as u8);
            rest >>= 7;
        }
        self.raw(name, &[header(OFFSET_DELTA, delta.len() as u64), bytes, deflate(delta)].concat())
    }

    /// Adds a delta on the entry at `base`.
    pub(crate) fn delta_on(&mut self, name: u8, base: u64, delta: &[u8]) -> u64 {
        self.delta(name, self.pack.len() as u64 - base, delta)
    }

    pub(crate) fn id_delta(&mut self, name: u8, base: u8, delta: &[u8]) -> u64 {
        let base = id(base).as_bytes().to_vec();
        self.raw(name, &[header(ID_DELTA, delta.len() as u64), base, deflate(delta)].concat())
    }

    /// The finished pack.
    pub(crate) fn pack(&self) -> Vec<u8> {
        let mut pack = [&self.pack[..], &CHECKSUM].concat();
        pack[8..12].copy_from_slice(&(self.index.len() as u32).to_be_bytes());
        pack
    }

    /// The finished index.
    pub(crate) fn index(&self) -> Vec<u8> {
        let mut objects = self.index.clone();
        objects.sort();
        let mut index = vec![0xff, b't', b'O', b'c', 0, 0, 0, 2];
        for first in 0..=255 {
            let count = objects.iter().filter(|(id, _)| id.as_bytes()[0] <= first).count();
            index.extend((count as u32).to_be_bytes());
        }
        objects.iter().for_each(|(id, _)| index.extend(id.as_bytes()));
        objects.iter().for_each(|_| index.extend([0; 4]));
        objects.iter().for_each(|(_, offset)| index.extend((*offset as u32).to_be_bytes()));
        index.extend(CHECKSUM);
        index.extend([0; 20]);
        index
    }

    pub(crate) fn walk(&self) -> Walked {
        self.walk_within(&Limits::default())
    }

    /// Walks and reads; both must come to the same.
    pub(crate) fn walk_within(&self, limits: &Limits) -> Walked {
        let directory = write(&self.pack(), &self.index());
        let store = Store::open(directory.path(), HashKind::Sha1).expect("the directory is there");
        assert!(store.troubles().is_empty(), "{:?}", store.troubles());
        let walked = walk(&store, limits, &[], 2);
        assert_eq!(walked.seen.len() + walked.failed.len(), self.index.len());
        for (id, object) in &walked.seen {
            assert_eq!(&store.read(id).expect("the walk could"), object);
        }
        for id in walked.failed.keys() {
            store.read_within(id, limits.max_object).expect_err("the walk could not");
        }
        assert_eq!(walked.seen[&id(1)].1, b"good bytes");
        walked
    }
}

/// An object directory with this pack and index.
pub(crate) fn write(pack: &[u8], index: &[u8]) -> TempDir {
    let directory = TempDir::new().expect("a temporary directory");
    fs::create_dir(directory.path().join("pack")).expect("it can be made");
    fs::write(directory.path().join("pack/pack-forged.pack"), pack).expect("it can be written");
    fs::write(directory.path().join("pack/pack-forged.idx"), index).expect("it can be written");
    directory
}
