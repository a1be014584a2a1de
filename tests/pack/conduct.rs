//! How a walk behaves: on several threads, when it is stopped, when its visitor panics.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::Duration;

use snout::pack::{Error, HashKind, Kind, Limits, Made, ObjectId, Store, Summary, Visitor};

use crate::forge::{Forge, append, write};

/// Dwells on each child, and counts.
#[derive(Default)]
struct Dweller {
    children: AtomicUsize,
    threads: Mutex<HashSet<ThreadId>>,
    stop_after: Option<usize>,
    panic_after: Option<usize>,
}

impl Visitor for Dweller {
    type State = ();

    fn wants(&self, _: Kind) -> bool {
        true
    }

    fn root(&self, _: ObjectId, _: Kind, _: &[u8]) {}

    fn child(&self, (): &(), _: &Made<'_>) {
        let count = self.children.fetch_add(1, Ordering::Relaxed);
        self.threads.lock().expect("no panics").insert(thread::current().id());
        thread::sleep(Duration::from_micros(200));
        assert!(self.panic_after.is_none_or(|most| count < most), "as the test wants it");
    }

    fn failed(&self, id: ObjectId, error: &Error) {
        panic!("{id}: {error}");
    }

    fn stop(&self) -> bool {
        self.stop_after.is_some_and(|most| self.children.load(Ordering::Relaxed) >= most)
    }
}

/// One tree: 240 deltas, of which `deep` are a chain and the others on the root.
fn walk(visitor: &Dweller, deep: u8, limits: &Limits) -> Summary {
    let mut forge = Forge::new();
    let mut base = 12;
    for number in 0..240 {
        let at = if number < deep { usize::from(number) } else { 0 };
        let offset = forge.delta_on(2 + number, if number < deep { base } else { 12 }, &append(10 + at, b"x"));
        if number < deep {
            base = offset;
        }
    }
    let directory = write(&forge.pack(), &forge.index());
    let store = Store::open(directory.path(), HashKind::Sha1).expect("the directory is there");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().expect("threads can be started");
    pool.install(|| store.walk(visitor, limits))
}

#[test]
fn one_tree_is_work_for_all_threads() {
    for deep in [0, 40] {
        let visitor = Dweller::default();
        assert_eq!(walk(&visitor, deep, &Limits::default()).objects(), 241);
        assert_eq!(visitor.threads.into_inner().expect("no panics").len(), 4);
    }
}

#[test]
fn over_the_budget_a_tree_is_work_for_one_thread() {
    let visitor = Dweller::default();
    assert_eq!(walk(&visitor, 40, &Limits { live_bytes: 0, ..Limits::default() }).objects(), 241);
    assert_eq!(visitor.threads.into_inner().expect("no panics").len(), 1);
}

#[test]
fn a_stopped_walk_ends_soon() {
    let visitor = Dweller { stop_after: Some(20), ..Dweller::default() };
    assert!(walk(&visitor, 40, &Limits::default()).objects() < 30);
}

#[test]
fn a_panic_is_passed_on_and_leaves_no_thread_waiting() {
    let visitor = Dweller { panic_after: Some(20), ..Dweller::default() };
    assert!(catch_unwind(AssertUnwindSafe(|| walk(&visitor, 40, &Limits::default()))).is_err());
}
