//! What the threads of a walk share: roots not yet opened, and children that one thread gave to the others.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use super::id::Kind;

/// Childless roots handed out at once.
const BATCH: usize = 64;

/// An object that waits for its children to be seen.
pub(crate) struct Held<S> {
    pub(crate) kind: Kind,
    /// None if the object was seen elsewhere and is only a base here.
    pub(crate) state: Option<S>,
    pub(crate) content: Vec<u8>,
    live: Arc<AtomicUsize>,
    counted: usize,
}

impl<S> Drop for Held<S> {
    fn drop(&mut self) {
        self.live.fetch_sub(self.counted, Ordering::Relaxed);
    }
}

/// Children still to be seen, as places in the forest's list, and their base.
pub(crate) struct Frame<S> {
    pub(crate) base: Arc<Held<S>>,
    pub(crate) next: u32,
    pub(crate) end: u32,
}

/// What a thread does next.
pub(crate) enum Work<S> {
    /// Children that another thread gave away.
    Frame(Frame<S>),
    /// The tree with this number.
    Tree(usize),
    /// The childless roots with these numbers.
    Single(Range<usize>),
}

/// The shared state of one walk over one forest.
pub(crate) struct Pool<S> {
    shared: Mutex<Shared<S>>,
    wake: Condvar,
    /// Threads that wait for work.
    hungry: AtomicUsize,
    /// Bytes held for children.
    live: Arc<AtomicUsize>,
    budget: usize,
}

struct Shared<S> {
    given: Vec<Frame<S>>,
    trees: Range<usize>,
    single: Range<usize>,
    /// Threads at work, which may yet give some away.
    active: usize,
    stopped: bool,
}

impl<S> Pool<S> {
    /// A pool with so many trees and childless roots to open, while no more than `budget` bytes are held.
    pub(crate) fn new(trees: usize, single: usize, budget: usize) -> Pool<S> {
        Pool {
            shared: Mutex::new(Shared {
                given: Vec::new(),
                trees: 0..trees,
                single: 0..single,
                active: 0,
                stopped: false,
            }),
            wake: Condvar::new(),
            hungry: AtomicUsize::new(0),
            live: Arc::default(),
            budget,
        }
    }

    /// Joins the calling thread.
    pub(crate) fn enter(&self) -> Worker<'_, S> {
        Worker { pool: self, active: false }
    }

    /// Holds an object for its children.
    pub(crate) fn hold(&self, kind: Kind, state: Option<S>, content: Vec<u8>) -> Arc<Held<S>> {
        let counted = content.capacity();
        self.live.fetch_add(counted, Ordering::Relaxed);
        Arc::new(Held { kind, state, content, live: Arc::clone(&self.live), counted })
    }

    /// Sends every thread home.
    pub(crate) fn stop(&self) {
        self.lock().stopped = true;
        self.wake.notify_all();
    }

    /// Gives some of `stack` to a thread that has nothing to do, if there is one.
    pub(crate) fn share(&self, stack: &mut Vec<Frame<S>>) {
        if self.hungry.load(Ordering::Relaxed) == 0 || self.is_full() {
            return;
        }
        if let Some(frame) = spare(stack) {
            self.lock().given.push(frame);
        }
        // Even without a gift: a root may be opened again if the budget was what forbade it.
        self.wake.notify_one();
    }

    fn is_full(&self) -> bool {
        self.live.load(Ordering::Relaxed) > self.budget
    }

    fn lock(&self) -> MutexGuard<'_, Shared<S>> {
        self.shared.lock().expect("nothing panics while it holds the lock")
    }
}

/// The oldest half of the work: nearest to the root, so that much hangs on it.
fn spare<S>(stack: &mut Vec<Frame<S>>) -> Option<Frame<S>> {
    let oldest = stack.first_mut()?;
    let left = oldest.end - oldest.next;
    if left >= 2 {
        let middle = oldest.end - left / 2;
        let frame = Frame { base: Arc::clone(&oldest.base), next: middle, end: oldest.end };
        oldest.end = middle;
        Some(frame)
    } else if stack.len() >= 2 {
        Some(stack.remove(0))
    } else {
        None
    }
}

/// One thread in the pool.
pub(crate) struct Worker<'p, S> {
    pool: &'p Pool<S>,
    active: bool,
}

impl<S> Worker<'_, S> {
    /// Waits for something to do; `None` when all is done.
    pub(crate) fn next(&mut self) -> Option<Work<S>> {
        let pool = self.pool;
        let mut shared = pool.lock();
        if std::mem::take(&mut self.active) {
            shared.active -= 1;
        }
        loop {
            if let Some(work) = shared.take(pool.is_full()) {
                shared.active += 1;
                self.active = true;
                return Some(work);
            }
            if shared.stopped || shared.active == 0 {
                pool.wake.notify_all();
                return None;
            }
            pool.hungry.fetch_add(1, Ordering::Relaxed);
            shared = pool.wake.wait(shared).expect("nothing panics while it holds the lock");
            pool.hungry.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl<S> Shared<S> {
    /// Opened trees are finished before new ones are begun.
    fn take(&mut self, full: bool) -> Option<Work<S>> {
        if self.stopped {
            return None;
        }
        if let Some(frame) = self.given.pop() {
            return Some(Work::Frame(frame));
        }
        // With nobody at work nothing will be let go, and what is held has to do with nobody's children.
        if (!full || self.active == 0)
            && let Some(tree) = self.trees.next()
        {
            return Some(Work::Tree(tree));
        }
        let batch = self.single.start..self.single.end.min(self.single.start + BATCH);
        self.single.start = batch.end;
        if batch.is_empty() { None } else { Some(Work::Single(batch)) }
    }
}

impl<S> Drop for Worker<'_, S> {
    /// A thread that leaves in the middle of its work has panicked; nobody must wait for it.
    fn drop(&mut self) {
        if self.active {
            self.pool.stop();
        }
    }
}
