//! The walk over all objects: a state is folded over the delta trees, from roots to leaves.
//!
//! Each thread goes down one tree at a time, depth first and without recursion. While it has children to spare
//! and another thread has nothing to do, it gives away half of the oldest ones. New trees are opened, the
//! heaviest first, only by threads that nobody has work for, and only while the contents that wait for their
//! children are within the budget.

use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::delta::Delta;
use super::entry::Body;
use super::error::{Error, Fault};
use super::file::{KEEP, Window};
use super::forest::Forest;
use super::id::{Kind, ObjectId};
use super::inflate::Inflater;
use super::loose;
use super::pool::{Frame, Held, Pool, Work};
use super::store::{Store, is_double};

/// Bytes read at once, when entries are visited in the order of the file.
const AHEAD: usize = 256 << 10;
/// Bytes read at once, when the next entry is likely to be near but may not be.
const NEAR: usize = 2 << 10;
/// Contents kept to be overwritten by the next ones, per thread.
const SPARE: usize = 4;

/// What is folded over the delta trees.
pub trait Visitor: Sync {
    /// What is known of an object when its deltas are seen.
    type State: Send + Sync;

    /// Whether objects of this kind are wanted. Others are not even inflated.
    fn wants(&self, kind: Kind) -> bool;

    /// Sees an object whose base, if it has one, was not seen.
    fn root(&self, id: ObjectId, kind: Kind, content: &[u8]) -> Self::State;

    /// Sees an object together with its base and the delta between them.
    fn child(&self, base: &Self::State, made: &Made<'_>) -> Self::State;

    /// Learns that an object could not be read.
    fn failed(&self, id: ObjectId, error: &Error);

    /// Whether to leave the rest unseen. Asked before each object.
    fn stop(&self) -> bool {
        false
    }
}

/// An object made from its base by a delta.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// Its name.
    pub id: ObjectId,
    /// Its kind, which is that of its base.
    pub kind: Kind,
    /// The content of the base.
    pub base: &'a [u8],
    /// How the content was made of the base.
    pub delta: &'a Delta,
    /// What the delta's inserts refer to.
    pub stream: &'a [u8],
    /// The content.
    pub content: &'a [u8],
}

/// What a walk may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest object. Larger ones fail, and so does what is built on them.
    pub max_object: u64,
    /// How many bytes of contents may wait for their children before no new tree is opened and no children are
    /// given to other threads. What a thread has begun it finishes, so each may exceed this by the bases of one
    /// branch; a base that alone exceeds it is then worked on by one thread.
    pub live_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_object: super::MAX_OBJECT, live_bytes: 128 << 20 }
    }
}

/// What a walk has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Commits seen.
    pub commits: u64,
    /// Trees seen.
    pub trees: u64,
    /// Blobs seen.
    pub blobs: u64,
    /// Tags seen.
    pub tags: u64,
    /// The bytes of all these objects.
    pub bytes: u64,
    /// What was inflated for that: whole objects and deltas.
    pub inflated: u64,
    /// Objects of kinds that were not wanted.
    pub unwanted: u64,
    /// Objects that could not be read.
    pub failed: u64,
}

impl Summary {
    /// All objects seen.
    pub fn objects(&self) -> u64 {
        self.commits + self.trees + self.blobs + self.tags
    }

    fn saw(&mut self, kind: Kind, content: &[u8]) {
        *match kind {
            Kind::Commit => &mut self.commits,
            Kind::Tree => &mut self.trees,
            Kind::Blob => &mut self.blobs,
            Kind::Tag => &mut self.tags,
        } += 1;
        self.bytes += content.len() as u64;
    }

    fn plus(mut self, other: Summary) -> Summary {
        self.commits += other.commits;
        self.trees += other.trees;
        self.blobs += other.blobs;
        self.tags += other.tags;
        self.bytes += other.bytes;
        self.inflated += other.inflated;
        self.unwanted += other.unwanted;
        self.failed += other.failed;
        self
    }
}

pub(crate) fn walk<V: Visitor>(store: &Store, visitor: &V, limits: &Limits) -> Summary {
    let mut summary = Summary::default();
    for (number, (pack, doubles)) in store.packs.iter().zip(store.doubles()).enumerate() {
        if visitor.stop() {
            return summary;
        }
        let forest = Forest::plant(pack, number, doubles, |kind| visitor.wants(kind));
        summary = summary.plus(walk_pack(store, &forest, visitor, limits));
    }
    summary.plus(walk_loose(store, visitor, limits))
}

fn walk_pack<V: Visitor>(store: &Store, forest: &Forest<'_>, visitor: &V, limits: &Limits) -> Summary {
    let pool = Pool::new(forest.trees.len(), forest.single.len(), limits.live_bytes);
    let walker = || Walker::new(store, forest, visitor, limits, &pool);
    let mut first = walker();
    first.strays();
    let total = Mutex::new(Summary { unwanted: forest.unwanted, ..Summary::default() }.plus(first.summary));
    rayon::scope(|scope| {
        for _ in 0..rayon::current_num_threads() {
            scope.spawn(|_| {
                let mut walker = walker();
                walker.run();
                let mut total = total.lock().expect("nothing panics while it adds");
                *total = total.plus(walker.summary);
            });
        }
    });
    total.into_inner().expect("nothing panics while it adds")
}

fn walk_loose<V: Visitor>(store: &Store, visitor: &V, limits: &Limits) -> Summary {
    let objects: Vec<_> = store.only_loose().collect();
    objects
        .into_par_iter()
        .map_init(Inflater::new, |inflater, (id, directory)| {
            let mut summary = Summary::default();
            if visitor.stop() {
                return summary;
            }
            let path = loose::path(&store.directories[directory], &id);
            let read = match loose::read(&path, limits.max_object, inflater) {
                // Another object directory may have it whole.
                Err(error) if store.copies(&id).nth(1).is_some() => {
                    store.read_within(&id, limits.max_object).map_err(|_| error)
                }
                read => read,
            };
            match read {
                Ok((kind, _)) if !visitor.wants(kind) => summary.unwanted = 1,
                Ok((kind, content)) => {
                    visitor.root(id, kind, &content);
                    summary.saw(kind, &content);
                    summary.inflated += content.len() as u64;
                }
                Err(error) => {
                    visitor.failed(id, &error);
                    summary.failed = 1;
                }
            }
            summary
        })
        .reduce(Summary::default, Summary::plus)
}

/// One thread's part of the walk over a pack.
struct Walker<'a, V: Visitor> {
    store: &'a Store,
    forest: &'a Forest<'a>,
    visitor: &'a V,
    limits: &'a Limits,
    pool: &'a Pool<V::State>,
    stack: Vec<Frame<V::State>>,
    window: Window,
    inflater: Inflater,
    stream: Vec<u8>,
    delta: Delta,
    spare: Vec<Vec<u8>>,
    summary: Summary,
}

impl<'a, V: Visitor> Walker<'a, V> {
    fn new(
        store: &'a Store,
        forest: &'a Forest<'a>,
        visitor: &'a V,
        limits: &'a Limits,
        pool: &'a Pool<V::State>,
    ) -> Walker<'a, V> {
        Walker {
            store,
            forest,
            visitor,
            limits,
            pool,
            stack: Vec::new(),
            window: Window::default(),
            inflater: Inflater::new(),
            stream: Vec::new(),
            delta: Delta::default(),
            spare: Vec::new(),
            summary: Summary::default(),
        }
    }

    fn run(&mut self) {
        let mut worker = self.pool.enter();
        while let Some(work) = worker.next() {
            match work {
                Work::Frame(frame) => self.stack.push(frame),
                Work::Tree(number) => self.root(self.forest.trees[number], NEAR),
                Work::Single(numbers) => {
                    for number in numbers {
                        self.root(self.forest.single[number], AHEAD);
                    }
                }
            }
            self.descend();
        }
    }

    /// Visits all that hangs on the frames of the stack.
    fn descend(&mut self) {
        while let Some(frame) = self.stack.last_mut() {
            let node = self.forest.child(frame.next);
            frame.next += 1;
            let base = if frame.next < frame.end {
                Arc::clone(&frame.base)
            } else {
                self.stack.pop().expect("it is the last").base
            };
            if self.stops() {
                return self.stack.clear();
            }
            self.child(node, &base);
            if let Some(mut held) = Arc::into_inner(base) {
                self.recycle(std::mem::take(&mut held.content));
            }
            self.pool.share(&mut self.stack);
        }
    }

    fn stops(&self) -> bool {
        let stop = self.visitor.stop();
        if stop {
            self.pool.stop();
        }
        stop
    }

    fn root(&mut self, node: u32, ahead: usize) {
        if self.stops() {
            return;
        }
        let mut content = self.spare.pop().unwrap_or_default();
        match self.read_root(node, ahead, &mut content) {
            Ok(kind) => self.see_root(node, kind, content),
            Err(error) => self.fail(node, error),
        }
    }

    fn read_root(&mut self, node: u32, ahead: usize, content: &mut Vec<u8>) -> Result<Kind, Error> {
        let (forest, limit) = (self.forest, self.limits.max_object);
        let span = forest.span(node);
        let fail = |fault| forest.pack.error(span.0, fault);
        let (header, bytes) = forest.pack.entry(forest.number, span, limit, ahead, &mut self.window).map_err(fail)?;
        if let Body::Whole(kind) = header.body {
            self.inflater.inflate(bytes, header.size, content).map_err(fail)?;
            self.summary.inflated += header.size;
            return Ok(kind);
        }
        // A delta is a root if its base is outside the pack, or if it lies.
        forest.look(node).map_err(fail)?;
        let (kind, whole) = self.store.read_within(&forest.id(node), limit)?;
        self.summary.inflated += whole.len() as u64;
        *content = whole;
        Ok(kind)
    }

    /// Sees an object without its base, and holds it for its children.
    fn see_root(&mut self, node: u32, kind: Kind, content: Vec<u8>) {
        if !self.visitor.wants(kind) {
            return self.leave(node);
        }
        let state = (!self.forest.is_double(node)).then(|| {
            self.summary.saw(kind, &content);
            self.visitor.root(self.forest.id(node), kind, &content)
        });
        self.hold(node, kind, state, content);
    }

    fn child(&mut self, node: u32, base: &Held<V::State>) {
        let mut content = self.spare.pop().unwrap_or_default();
        if let Err(error) = self.make(node, &base.content, &mut content) {
            return self.fail(node, error);
        }
        let Some(known) = &base.state else { return self.see_root(node, base.kind, content) };
        let state = (!self.forest.is_double(node)).then(|| {
            self.summary.saw(base.kind, &content);
            let made = Made {
                id: self.forest.id(node),
                kind: base.kind,
                base: &base.content,
                delta: &self.delta,
                stream: &self.stream,
                content: &content,
            };
            self.visitor.child(known, &made)
        });
        if self.stream.capacity() > KEEP {
            (self.stream, self.delta) = (Vec::new(), Delta::default());
        }
        self.hold(node, base.kind, state, content);
    }

    /// Makes the content of an entry from that of its base.
    fn make(&mut self, node: u32, base: &[u8], content: &mut Vec<u8>) -> Result<(), Error> {
        let (forest, limit) = (self.forest, self.limits.max_object);
        let span = forest.span(node);
        let fail = |fault| forest.pack.error(span.0, fault);
        let (header, bytes) = forest.pack.entry(forest.number, span, limit, NEAR, &mut self.window).map_err(fail)?;
        self.inflater.inflate(bytes, header.size, &mut self.stream).map_err(fail)?;
        self.summary.inflated += header.size;
        self.delta.parse_within(&self.stream, limit).map_err(fail)?;
        self.delta.apply(base, &self.stream, content).map_err(fail)?;
        Ok(())
    }

    fn hold(&mut self, node: u32, kind: Kind, state: Option<V::State>, content: Vec<u8>) {
        let (next, end) = self.forest.children(node);
        if next == end {
            self.recycle(content);
        } else {
            self.stack.push(Frame { base: self.pool.hold(kind, state, content), next, end });
        }
    }

    /// Keeps a buffer for the next content, unless it is large.
    fn recycle(&mut self, content: Vec<u8>) {
        if self.spare.len() < SPARE && content.capacity() <= KEEP {
            self.spare.push(content);
        }
    }

    /// Reports that an object cannot be read here, and with it what is built on it, as far as nothing of it is
    /// held elsewhere.
    fn fail(&mut self, node: u32, error: Error) {
        let mut failed = vec![(node, error)];
        while let Some((node, error)) = failed.pop() {
            if let Some((kind, content)) = self.recover(node) {
                self.see_root(node, kind, content);
                continue;
            }
            let id = self.forest.id(node);
            if !self.forest.is_double(node) {
                self.report(id, &error);
            }
            let (from, to) = self.forest.children(node);
            for place in from..to {
                let child = self.forest.child(place);
                failed.push((child, self.forest.pack.error(self.forest.span(child).0, Fault::Base(id))));
            }
        }
    }

    fn report(&mut self, id: ObjectId, error: &Error) {
        self.visitor.failed(id, error);
        self.summary.failed += 1;
    }

    /// Reads an object from another place than this pack.
    fn recover(&mut self, node: u32) -> Option<(Kind, Vec<u8>)> {
        self.recover_id(&self.forest.id(node))
    }

    fn recover_id(&mut self, id: &ObjectId) -> Option<(Kind, Vec<u8>)> {
        self.store.copies(id).nth(1)?;
        self.store.read_within(id, self.limits.max_object).ok()
    }

    /// Counts a tree of a kind that is not wanted.
    fn leave(&mut self, node: u32) {
        let mut left = vec![node];
        while let Some(node) = left.pop() {
            self.summary.unwanted += u64::from(!self.forest.is_double(node));
            let (from, to) = self.forest.children(node);
            left.extend((from..to).map(|place| self.forest.child(place)));
        }
    }

    /// Handles the objects that are in no tree: those without a place in the pack, and those in cycles.
    fn strays(&mut self) {
        let forest = self.forest;
        let unplaced = forest.pack.entries().bad.iter().map(|(position, fault)| (*position, None, fault.clone()));
        let cyclic = forest
            .cyclic
            .iter()
            .map(|node| (forest.list[*node as usize].position, Some(forest.span(*node).0), Fault::Cycle));
        for (position, offset, fault) in unplaced.chain(cyclic) {
            if is_double(&forest.doubles, position) {
                continue;
            }
            let id = forest.pack.index.id(position);
            match self.recover_id(&id) {
                Some((kind, _)) if !self.visitor.wants(kind) => self.summary.unwanted += 1,
                Some((kind, content)) => {
                    self.summary.saw(kind, &content);
                    self.visitor.root(id, kind, &content);
                }
                None => self.report(id, &Error { path: forest.pack.source.path.clone(), offset, fault }),
            }
        }
    }
}
