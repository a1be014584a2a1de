//! Inflating zlib streams of a known size.

use libdeflater::{DecompressionError, Decompressor};

use super::error::Fault;

/// Deflate cannot make more than this many bytes out of one.
const MAX_RATIO: u64 = 1032;
/// What the smallest streams may exceed the ratio by.
const SLACK: u64 = 64;

/// A decompressor and its tables.
pub(crate) struct Inflater(Decompressor);

impl Inflater {
    pub(crate) fn new() -> Inflater {
        Inflater(Decompressor::new())
    }

    /// Inflates `compressed`, which is to hold `declared` bytes, into `out`. Only what `out` grows by is filled with
    /// zeros first.
    pub(crate) fn inflate(&mut self, compressed: &[u8], declared: u64, out: &mut Vec<u8>) -> Result<(), Fault> {
        let size = plausible(declared, compressed.len())?;
        out.truncate(size);
        out.reserve_exact(size - out.len());
        out.resize(size, 0);
        match self.inflate_some(compressed, out)? {
            Some(actual) if actual == size => Ok(()),
            Some(actual) => Err(Fault::DeclaredTooLarge { declared, actual: actual as u64 }),
            None => Err(Fault::DeclaredTooSmall { declared }),
        }
    }

    /// As much of `compressed` as fits `out`; `None` if that is not all of it.
    pub(crate) fn inflate_some(&mut self, compressed: &[u8], out: &mut [u8]) -> Result<Option<usize>, Fault> {
        match self.0.zlib_decompress(compressed, out) {
            Ok(size) => Ok(Some(size)),
            Err(DecompressionError::InsufficientSpace) => Ok(None),
            Err(DecompressionError::BadData) => Err(Fault::Compressed),
        }
    }
}

/// `declared` as a size that may be allocated, given the compressed bytes there are.
pub(crate) fn plausible(declared: u64, compressed: usize) -> Result<usize, Fault> {
    let compressed = compressed as u64;
    usize::try_from(declared)
        .ok()
        .filter(|_| declared <= compressed.saturating_mul(MAX_RATIO) + SLACK)
        .ok_or(Fault::Implausible { declared, compressed })
}

/// The most compressed bytes that an object of this size is read for: any encoder's overhead and then some.
pub(crate) fn compressed_bound(size: u64) -> u64 {
    size.saturating_add(size / 8).saturating_add(4096)
}
