//! Compressed streams.

use std::io::Read;

use super::Trouble;
use crate::pack::plausible;

/// A compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Gzip,
    Zlib,
    /// As zip's members have it, without a header.
    Deflate,
    Bzip2,
    Xz,
    /// As zip's members have it: a header of its own before the properties.
    Lzma,
    /// A file of its own, as `.lzma`.
    LzmaAlone,
    Zstd,
}

impl Stream {
    /// Tells a compression from the first bytes.
    pub(super) fn of(content: &[u8]) -> Option<Self> {
        let starts = |magic: &[u8]| content.starts_with(magic);
        match content.first()? {
            0x1F if starts(&[0x1F, 0x8B, 8]) => Some(Stream::Gzip),
            b'B' if starts(b"BZh")
                && content
                    .get(4..10)
                    .is_some_and(|block| block == *b"1AY&SY" || block == *b"\x17\x72\x45\x38\x50\x90") =>
            {
                Some(Stream::Bzip2)
            }
            0xFD if starts(b"\xFD7zXZ\0") => Some(Stream::Xz),
            0x28 if starts(b"\x28\xB5\x2F\xFD") => Some(Stream::Zstd),
            0x5D if is_lzma(content) => Some(Stream::LzmaAlone),
            0x78 if matches!(content.get(1), Some(0x01 | 0x5E | 0x9C | 0xDA)) => Some(Stream::Zlib),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Stream::Gzip => "gzip",
            Stream::Zlib => "zlib",
            Stream::Deflate => "deflate",
            Stream::Bzip2 => "bzip2",
            Stream::Xz => "xz",
            Stream::Lzma | Stream::LzmaAlone => "LZMA",
            Stream::Zstd => "Zstandard",
        }
    }

    /// Whether this build can read it.
    pub(super) fn is_built_in(self) -> bool {
        cfg!(feature = "archives") || matches!(self, Stream::Gzip | Stream::Zlib | Stream::Deflate)
    }

    /// What the stream calls its content.
    pub(super) fn inner_name(self, content: &[u8]) -> String {
        // RFC 1952: ten bytes of header, an extra field if flag 4 is set, a name if flag 8 is.
        let named = || {
            let flags = *content.get(3)?;
            let extra = if flags & 4 != 0 {
                2 + usize::from(u16::from_le_bytes([*content.get(10)?, *content.get(11)?]))
            } else {
                0
            };
            let name = content.get(10 + extra..).filter(|_| flags & 8 != 0)?;
            let name = &name[..memchr::memchr(0, name)?.min(255)];
            (!name.is_empty()).then(|| String::from_utf8_lossy(name).into_owned())
        };
        (self == Stream::Gzip).then(named).flatten().unwrap_or_else(|| "content".to_owned())
    }

    /// The first `limit` bytes of what is compressed, and why there are no more if there should be.
    pub(super) fn inflate(self, content: &[u8], limit: u64) -> (Vec<u8>, Option<Trouble>) {
        match self {
            Stream::Gzip => match gzip_at_once(content, limit) {
                Some(all) => (all, None),
                None => drain(flate2::bufread::MultiGzDecoder::new(content), limit),
            },
            Stream::Zlib => drain(flate2::bufread::ZlibDecoder::new(content), limit),
            Stream::Deflate => drain(flate2::bufread::DeflateDecoder::new(content), limit),
            #[cfg(feature = "archives")]
            Stream::Bzip2 => drain(bzip2::bufread::MultiBzDecoder::new(content), limit),
            #[cfg(feature = "archives")]
            Stream::Xz => drain(lzma_rust2::XzReader::new(content, true), limit),
            #[cfg(feature = "archives")]
            Stream::Lzma => lzma(content, limit),
            #[cfg(feature = "archives")]
            Stream::LzmaAlone => match lzma_rust2::LzmaReader::new_mem_limit(content, MOST_MEMORY >> 10, None) {
                Ok(reader) => drain(reader, limit),
                Err(error) => (Vec::new(), Some(Trouble::Damaged(error.to_string()))),
            },
            #[cfg(feature = "archives")]
            Stream::Zstd => zstd(content, limit),
            #[cfg(not(feature = "archives"))]
            _ => (Vec::new(), Some(Trouble::Method(self.name().to_owned()))),
        }
    }
}

/// Reads up to `limit` bytes. What came before an error is kept.
pub(super) fn drain(reader: impl Read, limit: u64) -> (Vec<u8>, Option<Trouble>) {
    let mut out = Vec::new();
    let outcome = reader.take(limit.saturating_add(1)).read_to_end(&mut out);
    if out.len() as u64 > limit {
        out.truncate(limit as usize);
        return (out, Some(Trouble::Limit));
    }
    (out, outcome.err().map(|error| Trouble::Damaged(error.to_string())))
}

/// What a gzip file of one part holds, if it is whole and says its size truly: the last four bytes do (RFC 1952).
fn gzip_at_once(content: &[u8], limit: u64) -> Option<Vec<u8>> {
    let size = u32::from_le_bytes(*content.last_chunk()?);
    let parts = memchr::memmem::find(content.get(1..)?, &[0x1F, 0x8B, 8]).is_some();
    let size = plausible(size.into(), content.len()).ok().filter(|size| !parts && *size as u64 <= limit)?;
    let mut out = vec![0; size];
    let actual = libdeflater::Decompressor::new().gzip_decompress(content, &mut out).ok()?;
    (actual == size).then_some(out)
}

/// Whether content begins with the header of an `.lzma` file, which has no magic: the usual properties, a size of the
/// dictionary that is 2^n or 2^n + 2^(n-1), and a size of the content that is unknown or below 256 GiB. XZ Utils tells
/// them in the same way.
fn is_lzma(content: &[u8]) -> bool {
    let Some((dictionary, rest)) = content.get(1..).and_then(<[u8]>::split_first_chunk::<4>) else { return false };
    let Some(size) = rest.first_chunk::<8>() else { return false };
    let (dictionary, size) = (u32::from_le_bytes(*dictionary), u64::from_le_bytes(*size));
    let round = dictionary.is_power_of_two() || (dictionary % 3 == 0 && (dictionary / 3).is_power_of_two());
    round && dictionary >= 1 << 12 && (size == u64::MAX || size < 1 << 38)
}

/// Most bytes that a dictionary may have: as many as are read of a member.
#[cfg(feature = "archives")]
const MOST_MEMORY: u32 = 256 << 20;

/// APPNOTE 5.8.8: two bytes of version, two of the length of the properties, then those and the data.
#[cfg(feature = "archives")]
fn lzma(content: &[u8], limit: u64) -> (Vec<u8>, Option<Trouble>) {
    let damaged = |why: &str| (Vec::new(), Some(Trouble::Damaged(why.to_owned())));
    let Some(([_, _, 5, 0, properties, a, b, c, d], data)) = content.split_first_chunk::<9>() else {
        return damaged("its LZMA header is malformed");
    };
    let dictionary = u32::from_le_bytes([*a, *b, *c, *d]).min(MOST_MEMORY);
    match lzma_rust2::LzmaReader::new_with_props(data, u64::MAX, *properties, dictionary, None) {
        Ok(reader) => drain(reader, limit),
        Err(error) => damaged(&error.to_string()),
    }
}

/// A stream may be several frames; others than Zstandard's are skippable ones.
#[cfg(feature = "archives")]
fn zstd(mut content: &[u8], limit: u64) -> (Vec<u8>, Option<Trouble>) {
    let mut out = Vec::new();
    while content.starts_with(b"\x28\xB5\x2F\xFD") {
        let (more, trouble) = match ruzstd::decoding::StreamingDecoder::new(&mut content) {
            Ok(decoder) => drain(decoder, limit - out.len() as u64),
            Err(error) => (Vec::new(), Some(Trouble::Damaged(error.to_string()))),
        };
        out.extend_from_slice(&more);
        if trouble.is_some() {
            return (out, trouble);
        }
    }
    (out, None)
}

/// Whether something that was found by chance is worth a look: git's loose objects, texts, archives.
pub(super) fn is_worth_it(inflated: &[u8]) -> bool {
    inflated.len() >= 8
}
