//! The object reader: equal to git's own readers on good repositories, unmoved by malformed files.

mod conduct;
mod forge;
mod lies;
mod oracle;
mod random;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

use snout::pack::{Error, HashKind, Kind, Limits, Made, ObjectId, Store, Summary, Visitor};

/// Objects by id.
type Objects = BTreeMap<ObjectId, (Kind, Vec<u8>)>;

/// Keeps all it sees, and holds the walk to its promises.
#[derive(Default)]
struct Witness {
    seen: Mutex<Objects>,
    failed: Mutex<BTreeMap<ObjectId, Error>>,
    unwanted: BTreeSet<Kind>,
}

impl Witness {
    fn see(&self, id: ObjectId, kind: Kind, content: &[u8]) -> Vec<u8> {
        assert!(self.wants(kind));
        let before = self.seen.lock().expect("no panics").insert(id, (kind, content.to_vec()));
        assert!(before.is_none(), "{id} is seen twice");
        content.to_vec()
    }
}

impl Visitor for Witness {
    /// The content: what is given as the base's state must be that of the base.
    type State = Vec<u8>;

    fn wants(&self, kind: Kind) -> bool {
        !self.unwanted.contains(&kind)
    }

    fn root(&self, id: ObjectId, kind: Kind, content: &[u8]) -> Vec<u8> {
        self.see(id, kind, content)
    }

    fn child(&self, base: &Vec<u8>, made: &Made<'_>) -> Vec<u8> {
        assert_eq!(base, made.base);
        let mut again = Vec::new();
        made.delta.apply(made.base, made.stream, &mut again).expect("it was applied before");
        assert_eq!(again, made.content);
        self.see(made.id, made.kind, made.content)
    }

    fn failed(&self, id: ObjectId, error: &Error) {
        let before = self.failed.lock().expect("no panics").insert(id, error.clone());
        assert!(before.is_none(), "{id} fails twice");
    }
}

/// What a walk saw, what failed, and its own summary.
struct Walked {
    seen: Objects,
    failed: BTreeMap<ObjectId, Error>,
    summary: Summary,
}

fn walk(store: &Store, limits: &Limits, unwanted: &[Kind], threads: usize) -> Walked {
    let witness = Witness { unwanted: unwanted.iter().copied().collect(), ..Witness::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
    let summary = pool.install(|| store.walk(&witness, limits));
    let seen = witness.seen.into_inner().expect("no panics");
    let failed = witness.failed.into_inner().expect("no panics");
    assert_eq!(summary.objects(), seen.len() as u64);
    assert_eq!(summary.bytes, seen.values().map(|(_, content)| content.len() as u64).sum::<u64>());
    assert_eq!(summary.failed, failed.len() as u64);
    Walked { seen, failed, summary }
}

fn open(objects: &Path) -> Store {
    let store = Store::open(objects, HashKind::Sha1).expect("the directory is there");
    assert!(store.troubles().is_empty(), "{:?}", store.troubles());
    store
}
