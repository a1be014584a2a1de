//! The names of objects and their kinds.

use std::fmt;
use std::hash::{Hash, Hasher};

/// Which hash names the objects of a repository (`extensions.objectFormat`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashKind {
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
}

impl HashKind {
    /// The number of bytes in an id.
    pub fn id_len(self) -> usize {
        match self {
            HashKind::Sha1 => 20,
            HashKind::Sha256 => 32,
        }
    }
}

/// The name of an object: the hash of its kind, size and content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId {
    bytes: [u8; 32],
    len: u8,
}

impl ObjectId {
    /// The id with these bytes: 20 or 32 of them.
    pub fn from_bytes(bytes: &[u8]) -> Option<ObjectId> {
        if bytes.len() != HashKind::Sha1.id_len() && bytes.len() != HashKind::Sha256.id_len() {
            return None;
        }
        let mut id = ObjectId { bytes: [0; 32], len: bytes.len() as u8 };
        id.bytes[..bytes.len()].copy_from_slice(bytes);
        Some(id)
    }

    /// The id with this full hexadecimal form: 40 or 64 digits.
    pub fn from_hex(hex: &str) -> Option<ObjectId> {
        let digit = |byte: u8| (byte as char).to_digit(16);
        let (pairs, odd) = hex.as_bytes().as_chunks::<2>();
        if !odd.is_empty() || pairs.len() > 32 {
            return None;
        }
        let bytes: Option<Vec<u8>> =
            pairs.iter().map(|[high, low]| Some((digit(*high)? << 4 | digit(*low)?) as u8)).collect();
        ObjectId::from_bytes(&bytes?)
    }

    /// The bytes of the hash.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len as usize]
    }

    /// Its first eight bytes: enough where taking one object for another does no harm.
    pub(crate) fn key(&self) -> u64 {
        first_eight(&self.bytes)
    }
}

/// The first eight bytes of an id as a number, which sorts as the id does.
#[inline]
pub(crate) fn first_eight(id: &[u8]) -> u64 {
    id.first_chunk().map_or(0, |eight| u64::from_be_bytes(*eight))
}

/// An id is a hash: eight bytes of it tell as much as all.
impl Hash for ObjectId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.key());
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A snapshot with its message, authors and parents.
    Commit,
    /// A directory.
    Tree,
    /// The content of a file.
    Blob,
    /// A named and signed pointer.
    Tag,
}

impl Kind {
    /// The kind's name in an object's own header.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Commit => "commit",
            Kind::Tree => "tree",
            Kind::Blob => "blob",
            Kind::Tag => "tag",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &[u8]) -> Option<Kind> {
        [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag].into_iter().find(|kind| kind.name().as_bytes() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_goes_there_and_back() {
        let hex = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(ObjectId::from_hex(hex).expect("forty digits").to_string(), hex);
        for bad in ["", "0", "01", &hex[1..], &hex.replace('f', "g"), &format!("{hex}é"), &hex.repeat(4)] {
            assert_eq!(ObjectId::from_hex(bad), None, "{bad}");
        }
    }
}
