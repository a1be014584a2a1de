//! Git's object store: bytes on disk in, objects and the deltas between them out.
//!
//! [`Store`] opens an object directory. [`Store::read`] fetches one object; [`Store::walk`] folds a
//! [`Visitor`] over every object, from the bases of the delta trees to their leaves, so that what was
//! learnt about a base is at hand when its delta is seen. Each entry is inflated once.
//!
//! Nothing that a file claims is believed: an object that lies costs itself and what is built on it, and is
//! reported with an [`Error`] that names the [`Fault`] and the place.

mod alternates;
mod delta;
mod entry;
mod error;
mod file;
mod forest;
mod id;
mod index;
mod inflate;
mod loose;
mod midx;
mod packfile;
mod pool;
mod store;
mod walk;

pub use delta::{Delta, Op};
pub use entry::{Body, Header};
pub use error::{Error, Fault};
pub use id::{HashKind, Kind, ObjectId};
pub use index::Index;
pub(crate) use inflate::plausible;
pub use loose::parse_header as parse_loose_header;
pub use midx::MultiIndex;
pub use store::{Located, Place, Store};
pub use walk::{Limits, Made, Summary, Visitor};

/// The largest object that is read when the caller states no limit of its own: 2 GiB.
pub const MAX_OBJECT: u64 = 1 << 31;
