//! What can be wrong with an object store: the fault, and where.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, io};

use thiserror::Error;

use super::id::ObjectId;

/// A fault and its place.
#[derive(Debug, Clone, Error)]
#[error("{}{}: {fault}", path.display(), At(*offset))]
pub struct Error {
    /// The file, or the object directory when no file is to blame.
    pub path: PathBuf,
    /// Where in the file, if one place can be named.
    pub offset: Option<u64>,
    /// What is wrong there.
    #[source]
    pub fault: Fault,
}

impl Error {
    pub(crate) fn new(path: &Path, fault: impl Into<Fault>) -> Error {
        Error { path: path.to_owned(), offset: None, fault: fault.into() }
    }

    pub(crate) fn at(path: &Path, offset: u64, fault: impl Into<Fault>) -> Error {
        Error { path: path.to_owned(), offset: Some(offset), fault: fault.into() }
    }
}

struct At(Option<u64>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |offset| write!(f, " at offset {offset}"))
    }
}

/// One way in which a file is not what it claims to be.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message says it; the fields are named in it")]
pub enum Fault {
    #[error("cannot be read: {0}")]
    Io(#[source] Arc<io::Error>),
    #[error("object {0} is missing")]
    Missing(ObjectId),

    #[error("is not a {0}: wrong magic bytes")]
    Magic(&'static str),
    #[error("{what} version {version} is unknown")]
    Version { what: &'static str, version: u32 },
    #[error("ends before its {0} does")]
    Truncated(&'static str),
    #[error("names objects by another hash")]
    HashKind,

    #[error("the fan-out table decreases at byte {0:#04x}")]
    FanOut(u8),
    #[error("the ids are not sorted at entry {0}")]
    Unsorted(u32),
    #[error("the {what} is {actual} bytes long, its {count} entries need {expected}")]
    TableSize { what: &'static str, count: u64, expected: u64, actual: u64 },
    #[error("entry {0} points outside the table of large offsets")]
    LargeOffset(u32),
    #[error("has neither an index nor an entry in a multi-pack-index")]
    NoIndex,
    #[error("the index counts {index} objects, the pack {pack}")]
    Count { index: u64, pack: u64 },
    #[error("the index was made for a pack with another checksum")]
    Checksum,
    #[error("the index puts an object at {offset}, outside the pack's entries")]
    OffsetOutside { offset: u64 },
    #[error("the index puts two objects at {offset}")]
    OffsetTwice { offset: u64 },

    #[error("the entry's header runs past the entry's end")]
    TruncatedHeader,
    #[error("a number in the entry's header does not fit 64 bits")]
    NumberTooLarge,
    #[error("entry type {0} does not exist")]
    UnknownType(u8),
    #[error("the base would lie {distance} bytes back, outside the pack's entries")]
    BaseOutside { distance: u64 },
    #[error("no entry begins {distance} bytes back, where the base should be")]
    BaseNotAnEntry { distance: u64 },
    #[error("the object is, through its bases, a delta on itself")]
    Cycle,
    #[error("the base {0} cannot be rebuilt")]
    Base(ObjectId),

    #[error("object of {size} bytes exceeds the limit of {limit}")]
    TooLarge { size: u64, limit: u64 },
    #[error("{declared} bytes cannot come out of {compressed} compressed ones")]
    Implausible { declared: u64, compressed: u64 },
    #[error("declares {declared} bytes but holds more")]
    DeclaredTooSmall { declared: u64 },
    #[error("declares {declared} bytes but holds {actual}")]
    DeclaredTooLarge { declared: u64, actual: u64 },
    #[error("the compressed data is damaged")]
    Compressed,
    #[error("a loose object's header is not `kind size`")]
    LooseHeader,

    #[error("the delta's sizes run past its end")]
    DeltaHeader,
    #[error("the delta is for a base of {declared} bytes, the base has {actual}")]
    BaseSize { declared: u64, actual: u64 },
    #[error("the delta makes {actual} bytes, it declares {declared}")]
    ResultSize { declared: u64, actual: u64 },
    #[error("the delta copies {len} bytes from {from}, past the end of its base of {base} bytes")]
    CopyPastBase { from: u64, len: u64, base: u64 },
    #[error("the delta's instruction at {at} runs past its end")]
    InstructionPastEnd { at: u64 },
    #[error("the delta's instruction at {at} is the reserved one, zero")]
    ReservedInstruction { at: u64 },

    #[error("alternates are nested too deeply")]
    AlternatesTooDeep,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        Fault::Io(Arc::new(error))
    }
}
