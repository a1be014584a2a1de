//! Pack indices: which objects a pack holds, and where.

use super::error::Fault;
use super::id::{HashKind, ObjectId, first_eight};

/// The ids of a pack's objects in ascending order, with the offsets of their entries.
#[derive(Debug, Clone)]
pub struct Index {
    hash: HashKind,
    /// How many ids begin with a byte up to this one.
    fan_out: Vec<u32>,
    ids: Vec<u8>,
    offsets: Vec<u64>,
    /// The checksum of the pack; none if the index was made from a multi-pack-index.
    pack_checksum: Option<ObjectId>,
    repeats: bool,
}

const MAGIC: [u8; 4] = [0xff, b't', b'O', b'c'];
const FAN_OUT: usize = 256 * 4;

impl Index {
    /// Reads the content of an `.idx` file, version 1 or 2.
    pub fn parse(bytes: &[u8], hash: HashKind) -> Result<Index, Fault> {
        if bytes.starts_with(&MAGIC) { Index::parse_v2(bytes, hash) } else { Index::parse_v1(bytes, hash) }
    }

    /// The number of objects.
    pub fn len(&self) -> u32 {
        self.offsets.len() as u32
    }

    /// Whether it names no object.
    pub fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }

    /// The id of the object at `position`, which is less than [`Index::len`].
    pub fn id(&self, position: u32) -> ObjectId {
        ObjectId::from_bytes(self.id_bytes(position)).expect("the table was cut by the length of an id")
    }

    /// Where the entry of the object at `position` begins, as the index claims.
    pub fn offset(&self, position: u32) -> u64 {
        self.offsets[position as usize]
    }

    /// The position of an object.
    pub fn find(&self, id: &ObjectId) -> Option<u32> {
        if id.as_bytes().len() != self.hash.id_len() {
            return None;
        }
        let key = id.key();
        let (mut low, mut high) = self.bucket(id.as_bytes()[0]);
        while low < high {
            let middle = low + (high - low) / 2;
            let held = self.id_bytes(middle);
            match first_eight(held).cmp(&key).then_with(|| held.cmp(id.as_bytes())) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The checksum of the pack that this index is for, if it knows.
    pub fn pack_checksum(&self) -> Option<ObjectId> {
        self.pack_checksum
    }

    /// The positions of the ids that begin with this byte.
    pub(crate) fn bucket(&self, first: u8) -> (u32, u32) {
        let low = if first == 0 { 0 } else { self.fan_out[first as usize - 1] };
        (low, self.fan_out[first as usize])
    }

    /// Whether an id stands in it more than once.
    pub(crate) fn repeats(&self) -> bool {
        self.repeats
    }

    pub(crate) fn id_bytes(&self, position: u32) -> &[u8] {
        let len = self.hash.id_len();
        &self.ids[position as usize * len..][..len]
    }

    /// The index of a pack that has no index of its own, from (id, offset) pairs in ascending order.
    pub(crate) fn from_sorted(hash: HashKind, pairs: &[(&[u8], u64)]) -> Result<Index, Fault> {
        let mut fan_out = vec![0; 256];
        for (id, _) in pairs {
            fan_out[id[0] as usize] += 1;
        }
        for byte in 1..256 {
            fan_out[byte] += fan_out[byte - 1];
        }
        let ids = pairs.iter().flat_map(|(id, _)| id.iter().copied()).collect();
        let offsets = pairs.iter().map(|(_, offset)| *offset).collect();
        Index { hash, fan_out, ids, offsets, pack_checksum: None, repeats: false }.checked()
    }

    fn parse_v1(bytes: &[u8], hash: HashKind) -> Result<Index, Fault> {
        let (fan_out, count) = fan_out(bytes)?;
        let (width, trailer) = (4 + hash.id_len(), 2 * hash.id_len());
        expect_size("index", count, (FAN_OUT + trailer) as u64 + count * width as u64, bytes.len())?;
        let mut ids = Vec::with_capacity(count as usize * hash.id_len());
        let mut offsets = Vec::with_capacity(count as usize);
        for entry in bytes[FAN_OUT..bytes.len() - trailer].chunks_exact(width) {
            offsets.push(u64::from(be32(entry, 0)));
            ids.extend_from_slice(&entry[4..]);
        }
        let pack_checksum = ObjectId::from_bytes(&bytes[bytes.len() - trailer..][..hash.id_len()]);
        Index { hash, fan_out, ids, offsets, pack_checksum, repeats: false }.checked()
    }

    fn parse_v2(bytes: &[u8], hash: HashKind) -> Result<Index, Fault> {
        let version = bytes.get(4..8).map(|bytes| be32(bytes, 0)).ok_or(Fault::Truncated("header"))?;
        if version != 2 {
            return Err(Fault::Version { what: "index", version });
        }
        let (fan_out, count) = fan_out(&bytes[8..])?;
        let trailer = 2 * hash.id_len();
        let small = (8 + FAN_OUT + trailer) as u64 + count * (hash.id_len() as u64 + 8);
        let large = (bytes.len() as u64).saturating_sub(small) / 8;
        expect_size("index", count, small + 8 * large.min(count), bytes.len())?;
        // From here on the file is as long as the tables in it; every cut below is inside.
        let (ids, rest) = bytes[8 + FAN_OUT..].split_at(count as usize * hash.id_len());
        let (_crc, rest) = rest.split_at(count as usize * 4);
        let (small, rest) = rest.split_at(count as usize * 4);
        let (large, rest) = rest.split_at(large as usize * 8);
        let mut offsets = Vec::with_capacity(count as usize);
        for position in 0..count as u32 {
            offsets.push(resolve(be32(small, position as usize * 4), large).ok_or(Fault::LargeOffset(position))?);
        }
        let pack_checksum = ObjectId::from_bytes(&rest[..hash.id_len()]);
        Index { hash, fan_out, ids: ids.to_vec(), offsets, pack_checksum, repeats: false }.checked()
    }

    /// Searches rely on ids being sorted and on the fan-out table agreeing with them.
    fn checked(mut self) -> Result<Index, Fault> {
        for first in 0..=255 {
            let (low, high) = self.bucket(first);
            for position in low..high {
                let id = self.id_bytes(position);
                if id[0] != first {
                    return Err(Fault::Unsorted(position));
                }
                if position > low {
                    match self.id_bytes(position - 1).cmp(id) {
                        std::cmp::Ordering::Less => {}
                        std::cmp::Ordering::Equal => self.repeats = true,
                        std::cmp::Ordering::Greater => return Err(Fault::Unsorted(position)),
                    }
                }
            }
        }
        Ok(self)
    }
}

/// The fan-out table at the start of `bytes`, and the number of objects it ends with.
pub(crate) fn fan_out(bytes: &[u8]) -> Result<(Vec<u32>, u64), Fault> {
    let table = bytes.get(..FAN_OUT).ok_or(Fault::Truncated("fan-out table"))?;
    let table: Vec<u32> = (0..256).map(|byte| be32(table, byte * 4)).collect();
    match (1..256).find(|&byte| table[byte] < table[byte - 1]) {
        Some(byte) => Err(Fault::FanOut(byte as u8)),
        None => Ok((table.clone(), u64::from(table[255]))),
    }
}

/// An offset of 31 bits, or the one it refers to in the table of large ones.
pub(crate) fn resolve(offset: u32, large: &[u8]) -> Option<u64> {
    if offset & 0x8000_0000 == 0 {
        return Some(u64::from(offset));
    }
    let at = (offset & 0x7fff_ffff) as usize * 8;
    large.get(at..at + 8).map(|bytes| u64::from(be32(bytes, 0)) << 32 | u64::from(be32(bytes, 4)))
}

pub(crate) fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

pub(crate) fn expect_size(what: &'static str, count: u64, expected: u64, actual: usize) -> Result<(), Fault> {
    let actual = actual as u64;
    if expected == actual { Ok(()) } else { Err(Fault::TableSize { what, count, expected, actual }) }
}
