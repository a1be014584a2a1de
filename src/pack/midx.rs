//! Multi-pack indices: read only for packs that have lost their own.

use super::error::Fault;
use super::id::HashKind;
use super::index::{Index, be32, expect_size, fan_out, resolve};

/// The content of a `multi-pack-index` file.
#[derive(Debug)]
pub struct MultiIndex<'a> {
    hash: HashKind,
    /// The file names of the packs' indices.
    names: Vec<&'a [u8]>,
    ids: &'a [u8],
    /// Pack number and offset of each id.
    offsets: &'a [u8],
    large: &'a [u8],
}

impl<'a> MultiIndex<'a> {
    /// Reads the file's tables.
    pub fn parse(bytes: &'a [u8], hash: HashKind) -> Result<MultiIndex<'a>, Fault> {
        let header = bytes.get(..12).ok_or(Fault::Truncated("header"))?;
        if &header[..4] != b"MIDX" {
            return Err(Fault::Magic("multi-pack-index"));
        }
        if !matches!(header[4], 1 | 2) {
            return Err(Fault::Version { what: "multi-pack-index", version: u32::from(header[4]) });
        }
        if header[5] != (if hash == HashKind::Sha1 { 1 } else { 2 }) {
            return Err(Fault::HashKind);
        }
        let chunks = Chunks { bytes, count: header[6] as usize };
        let (_, count) = fan_out(chunks.get(b"OIDF")?)?;
        let ids = chunks.get(b"OIDL")?;
        expect_size("table of ids", count, count * hash.id_len() as u64, ids.len())?;
        let offsets = chunks.get(b"OOFF")?;
        expect_size("table of offsets", count, count * 8, offsets.len())?;
        let names: Vec<&[u8]> = chunks.get(b"PNAM")?.split(|byte| *byte == 0).take(be32(header, 8) as usize).collect();
        Ok(MultiIndex { hash, names, ids, offsets, large: chunks.get(b"LOFF").unwrap_or_default() })
    }

    /// The index of one pack, given the name of its own index file. Objects that are in several packs may be
    /// missing from it.
    pub fn index_of(&self, name: &str) -> Result<Option<Index>, Fault> {
        let Some(pack) = self.names.iter().position(|held| *held == name.as_bytes()) else { return Ok(None) };
        let mut pairs = Vec::new();
        for (position, (id, entry)) in
            self.ids.chunks_exact(self.hash.id_len()).zip(self.offsets.chunks_exact(8)).enumerate()
        {
            if be32(entry, 0) as usize == pack {
                // Without a table of large offsets the highest bit is an ordinary one.
                let offset = if self.large.is_empty() {
                    u64::from(be32(entry, 4))
                } else {
                    resolve(be32(entry, 4), self.large).ok_or(Fault::LargeOffset(position as u32))?
                };
                pairs.push((id, offset));
            }
        }
        Index::from_sorted(self.hash, &pairs).map(Some)
    }
}

/// The table of contents: a name and an offset each, and one more offset for the end of the last chunk.
struct Chunks<'a> {
    bytes: &'a [u8],
    count: usize,
}

impl<'a> Chunks<'a> {
    fn get(&self, name: &[u8; 4]) -> Result<&'a [u8], Fault> {
        let contents = self.bytes.get(12..12 + (self.count + 1) * 12).ok_or(Fault::Truncated("table of contents"))?;
        let offset = |row: &[u8]| (u64::from(be32(row, 4)) << 32 | u64::from(be32(row, 8))) as usize;
        contents
            .chunks_exact(12)
            .zip(contents.chunks_exact(12).skip(1))
            .find(|(row, _)| row.starts_with(name))
            .and_then(|(row, next)| self.bytes.get(offset(row)..offset(next)))
            .ok_or(Fault::Truncated("chunk"))
    }
}
