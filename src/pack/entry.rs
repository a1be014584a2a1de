//! One entry of a pack: its header, and how its content is stored.

use super::error::Fault;
use super::id::{HashKind, Kind, ObjectId};

/// How an entry holds its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Whole.
    Whole(Kind),
    /// As a delta on the entry that begins this many bytes earlier.
    OffsetDelta {
        /// Never zero.
        distance: u64,
    },
    /// As a delta on the object with this id.
    IdDelta {
        /// The base.
        base: ObjectId,
    },
}

/// What precedes an entry's compressed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// How the object is held.
    pub body: Body,
    /// The declared size of what is compressed: of the object or of the delta.
    pub size: u64,
    /// The length of the header.
    pub len: usize,
}

/// The longest header: ten bytes of type and size, then an id or ten bytes of distance.
pub(crate) const MAX_HEADER: usize = 10 + 32;

impl Header {
    /// Reads the header at the start of `bytes`.
    pub fn parse(bytes: &[u8], hash: HashKind) -> Result<Header, Fault> {
        let mut bytes = Bytes { bytes, at: 0 };
        let first = bytes.next()?;
        let mut size = u64::from(first & 0x0f);
        let mut shift = 4;
        let mut byte = first;
        while byte & 0x80 != 0 {
            byte = bytes.next()?;
            let part = u64::from(byte & 0x7f);
            if shift > 63 || (part << shift) >> shift != part {
                return Err(Fault::NumberTooLarge);
            }
            size |= part << shift;
            shift += 7;
        }
        let body = match first >> 4 & 7 {
            1 => Body::Whole(Kind::Commit),
            2 => Body::Whole(Kind::Tree),
            3 => Body::Whole(Kind::Blob),
            4 => Body::Whole(Kind::Tag),
            6 => Body::OffsetDelta { distance: bytes.distance()? },
            7 => {
                let id = bytes.bytes.get(bytes.at..bytes.at + hash.id_len()).ok_or(Fault::TruncatedHeader)?;
                bytes.at += hash.id_len();
                Body::IdDelta { base: ObjectId::from_bytes(id).ok_or(Fault::TruncatedHeader)? }
            }
            unknown => return Err(Fault::UnknownType(unknown)),
        };
        Ok(Header { body, size, len: bytes.at })
    }
}

struct Bytes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bytes<'_> {
    fn next(&mut self) -> Result<u8, Fault> {
        let byte = *self.bytes.get(self.at).ok_or(Fault::TruncatedHeader)?;
        self.at += 1;
        Ok(byte)
    }

    /// Big-endian groups of seven bits; each continuation adds one so that no number has two forms.
    fn distance(&mut self) -> Result<u64, Fault> {
        let mut byte = self.next()?;
        let mut distance = u64::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.next()?;
            let high = distance + 1;
            if high >> 57 != 0 {
                return Err(Fault::NumberTooLarge);
            }
            distance = high << 7 | u64::from(byte & 0x7f);
        }
        if distance == 0 {
            return Err(Fault::Cycle);
        }
        Ok(distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_each_kind() {
        let header = |bytes: &[u8]| Header::parse(bytes, HashKind::Sha1);
        assert_eq!(header(&[0x3f]).expect("whole"), Header { body: Body::Whole(Kind::Blob), size: 15, len: 1 });
        assert_eq!(
            header(&[0xef, 0x01, 0x80, 0x00]).expect("delta"),
            Header { body: Body::OffsetDelta { distance: 128 }, size: 31, len: 4 }
        );
        let base = ObjectId::from_bytes(&[7; 20]).expect("an id");
        assert_eq!(
            header(&[&[0x70][..], &[7; 20]].concat()).expect("delta"),
            Header { body: Body::IdDelta { base }, size: 0, len: 21 }
        );
    }

    #[test]
    fn each_lie_has_its_name() {
        let fault = |bytes: &[u8]| Header::parse(bytes, HashKind::Sha1).expect_err("a lie");
        assert!(matches!(fault(&[]), Fault::TruncatedHeader));
        assert!(matches!(fault(&[0xbf]), Fault::TruncatedHeader));
        assert!(matches!(fault(&[0x60]), Fault::TruncatedHeader));
        assert!(matches!(fault(&[0x60, 0x80]), Fault::TruncatedHeader));
        assert!(matches!(fault(&[0x70, 1, 2, 3]), Fault::TruncatedHeader));
        assert!(matches!(fault(&[0xff; 12]), Fault::NumberTooLarge));
        assert!(matches!(fault(&[[0x60].as_slice(), &[0xff; 12]].concat()), Fault::NumberTooLarge));
        assert!(matches!(fault(&[0x00]), Fault::UnknownType(0)));
        assert!(matches!(fault(&[0x50]), Fault::UnknownType(5)));
        assert!(matches!(fault(&[0x60, 0x00]), Fault::Cycle));
    }
}
