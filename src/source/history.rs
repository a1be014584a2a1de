//! Everything a repository holds: every object once, whether a ref reaches it or not.
//!
//! This is the joint between the walk over the packs and the detector: blobs are scanned at the roots of delta trees and
//! rescanned at their children.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::BuildHasher;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};

use foldhash::HashMap;
use foldhash::fast::RandomState;
use rayon::prelude::*;

use super::repo::{Git, Tips};
use super::tree::{Entries, TreeEntry};
use super::worktree::read_file;
use super::{Desk, archive, merge, note_inside, skip};
use crate::detect::{CUT, Encoding, Judge, State, Stretch, Text, rescan, scan_state, sniff};
use crate::pack::{Error, Fault, Kind, Limits, Made, ObjectId, Op, Store, Visitor};
use crate::plan::{Plan, ScanError};
use crate::report::{Coverage, SourceKind};
use crate::triage::group::{Place, Placed};
use crate::triage::sight::{Glimpse, Sighting, glance, sight, sight_file};

/// Copies of fewer bytes are read like inserted ones.
const SHORTEST_COPY: usize = 40;

/// A commit without its message.
pub(crate) struct Commit {
    pub(crate) oid: ObjectId,
    pub(crate) tree: ObjectId,
    pub(crate) parents: Vec<ObjectId>,
    /// `Name <email>`.
    pub(crate) author: String,
    /// Author's date: seconds since 1970, and minutes east of Greenwich.
    pub(crate) date: (i64, i32),
    /// Committer's date in seconds since 1970, which orders commits.
    pub(crate) time: i64,
}

/// What a whole repository showed, before history is asked where it came from.
#[derive(Default)]
pub(crate) struct Objects {
    pub(crate) commits: Vec<Commit>,
    /// Blobs with glimpses of secrets, by id.
    pub(crate) blobs: Vec<(ObjectId, Vec<Glimpse>)>,
    /// File names with sightings.
    pub(crate) names: Vec<(Vec<u8>, Vec<Sighting>)>,
    /// Commits and tags with sightings, by the part of them.
    pub(crate) messages: Vec<(ObjectId, SourceKind, Sighting)>,
    /// The trees with anything in them to follow.
    pub(crate) trees: Trees,
    /// The names in it.
    pub(crate) inner_names: Vec<Box<[u8]>>,
    /// Tags and what they name.
    pub(crate) tags: Vec<(ObjectId, ObjectId)>,
    /// Objects that others name and that are not there.
    missing: HashSet<ObjectId>,
    /// Blobs that are encoded deeper, or longer, than they were decoded.
    cut: u64,
    pub(crate) coverage: Coverage,
}

impl Objects {
    /// Forgets commits, and what they and tags say, but for these.
    pub(crate) fn keep(&mut self, commits: &HashSet<ObjectId>) {
        self.commits.retain(|commit| commits.contains(&commit.oid));
        self.messages.retain(|(oid, ..)| commits.contains(oid));
    }

    fn absorb(&mut self, other: Objects) {
        self.commits.extend(other.commits);
        self.blobs.extend(other.blobs);
        self.names.extend(other.names);
        self.messages.extend(other.messages);
        self.trees.extend(&other.trees);
        self.tags.extend(other.tags);
        self.cut += other.cut;
        merge(&mut self.coverage, other.coverage);
    }
}

/// Opens the object store of a repository.
pub(crate) fn open(git: &Git, root: &Path) -> Result<Store, ScanError> {
    let objects = git.commondir.join("objects");
    Store::open(&objects, git.hash()).map_err(|source| ScanError::Objects { path: root.into(), source })
}

/// Reads all objects: first what blobs, commits and tags say, then the names in trees.
pub(crate) fn read(desk: &Desk<'_>, store: &Store, tips: &Tips, root: &Path) -> Result<Objects, ScanError> {
    let max_object = desk.plan.max_file_size.unwrap_or(crate::pack::MAX_OBJECT);
    // The user's limit is one on files: no tree or commit is left out for it.
    let limits = Limits { max_object, ..Limits::default() };
    desk.progress.phase("objects", Some(store.objects().count() as u64));
    let blobs = Blobs { desk, workers: workers(), quick: false };
    let summary = store.walk(&blobs, &limits);
    let mut objects = Objects::default();
    blobs.workers.into_iter().for_each(|worker| objects.absorb(unlock(worker).objects));
    objects.blobs.sort_unstable_by_key(|(oid, _)| *oid);
    let flagged = objects.blobs.iter().enumerate().map(|(index, (oid, _))| (*oid, index as u32)).collect();
    let names =
        Names { desk, store, flagged, workers: workers(), names: FileNames::default(), missing: Mutex::default() };
    let others = store.walk(&names, &Limits::default());
    names.workers.into_iter().for_each(|worker| objects.absorb(unlock(worker).objects));
    objects.inner_names = names.names.into_list();
    if desk.progress.interrupted() {
        return Err(ScanError::Interrupted);
    }
    if objects.cut > 0 {
        let some = if objects.cut == 1 { "a version of a file" } else { "each of several versions of files" };
        objects.coverage.notes.push(format!("{some} in '{}' {CUT}", root.display()));
    }
    let coverage = &mut objects.coverage;
    coverage.commits += others.commits;
    coverage.blobs += summary.blobs;
    coverage.tags += others.tags;
    coverage.trees += others.trees;
    coverage.bytes += summary.bytes + others.bytes;
    let mut missing = unlock(names.missing);
    let named = objects.commits.par_iter().flat_map_iter(|commit| commit.parents.iter().chain([&commit.tree])).copied();
    missing.par_extend(named.filter(|id| !store.contains(id)));
    let named = objects.tags.iter().map(|(_, target)| *target).chain(tips.all());
    missing.extend(named.filter(|id| !store.contains(id)));
    objects.missing = missing;
    for trouble in store.troubles() {
        skip(coverage, format!("objects of '{}'", root.display()), trouble.to_string());
    }
    objects.commits.par_sort_unstable_by_key(|commit| commit.oid);
    Ok(objects)
}

/// The blobs of a store that show nothing, with their sizes: what need not be read again one by one. Archives and what
/// could not be read are not among them.
pub(crate) fn clean(desk: &Desk<'_>, store: &Store) -> HashMap<ObjectId, u64> {
    let limits = Limits { max_object: desk.plan.max_file_size.unwrap_or(crate::pack::MAX_OBJECT), ..Limits::default() };
    let blobs = Blobs { desk, workers: workers(), quick: true };
    store.walk(&blobs, &limits);
    blobs.workers.into_iter().flat_map(|worker| unlock(worker).clean).collect()
}

/// An entry of a tree that is to be followed: a tree, or a blob with glimpses.
#[derive(Clone, Copy)]
pub(crate) struct Inner {
    /// Key of what it names.
    pub(crate) key: u64,
    /// Its name, as an index.
    pub(crate) name: u32,
    /// Index of the blob, or [`Inner::TREE`].
    blob: u32,
}

impl Inner {
    const TREE: u32 = u32::MAX;

    /// Index of the blob; nothing for a tree.
    pub(crate) fn blob(&self) -> Option<usize> {
        (self.blob != Inner::TREE).then_some(self.blob as usize)
    }
}

/// Trees by number: the key of each, and its entries that are to be followed.
#[derive(Default)]
pub(crate) struct Trees {
    keys: Vec<u64>,
    /// For each tree where its entries end in `inner`; they begin where those of the tree before end.
    ends: Vec<usize>,
    inner: Vec<Inner>,
}

impl Trees {
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// The entries of all trees, one tree behind the other.
    pub(crate) fn inner(&self) -> &[Inner] {
        &self.inner
    }

    /// Where among them the entries of a tree stand.
    pub(crate) fn range(&self, tree: usize) -> std::ops::Range<usize> {
        let start = tree.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[tree]
    }

    fn push(&mut self, key: u64, inner: impl Iterator<Item = Inner>) {
        self.keys.push(key);
        self.inner.extend(inner);
        self.ends.push(self.inner.len());
    }

    fn extend(&mut self, other: &Trees) {
        let before = self.inner.len();
        self.keys.extend(&other.keys);
        self.ends.extend(other.ends.iter().map(|end| before + end));
        self.inner.extend(&other.inner);
    }
}

/// One thread's share of a walk, and its scratch space.
#[derive(Default)]
struct Worker {
    judge: Judge,
    objects: Objects,
    /// Blobs without glimpses, and their sizes, where only they are asked for.
    clean: Vec<(ObjectId, u64)>,
    stretches: Vec<Stretch>,
    recent: Recent,
}

fn workers() -> Vec<Mutex<Worker>> {
    (0..=rayon::current_num_threads()).map(|_| Mutex::default()).collect()
}

/// The share of this thread; nobody else asks for it.
fn mine(workers: &[Mutex<Worker>]) -> MutexGuard<'_, Worker> {
    let index = rayon::current_thread_index().unwrap_or(workers.len() - 1);
    workers[index.min(workers.len() - 1)].lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn unlock<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Notes that an object was not read; what several walks could not read is told once.
fn fail(out: &mut Objects, id: ObjectId, error: &Error) {
    let why = match &error.fault {
        Fault::TooLarge { size, limit } => format!("larger than the limit of {limit} bytes ({size} bytes)"),
        fault => format!("cannot be read: {fault}"),
    };
    skip(&mut out.coverage, format!("object {id}"), why);
}

/// Where the copied bytes of a made object stand in its base and in itself.
fn stretches_of(made: &Made<'_>, out: &mut Vec<Stretch>) {
    out.clear();
    let mut at = 0;
    for op in &made.delta.ops {
        match *op {
            Op::Copy { from, len } => {
                // Shorter copies carry next to nothing and cost two seams.
                if len >= SHORTEST_COPY {
                    out.push(Stretch { from, at, len });
                }
                at += len;
            }
            Op::Insert { len, .. } => at += len,
        }
    }
}

/// The first walk: what files say.
struct Blobs<'a> {
    desk: &'a Desk<'a>,
    workers: Vec<Mutex<Worker>>,
    /// Only blobs that show nothing are asked for.
    quick: bool,
}

impl Visitor for Blobs<'_> {
    /// The scan of a blob; nothing where later versions cannot be told from it, as in UTF-16.
    type State = Option<State>;

    fn wants(&self, kind: Kind) -> bool {
        kind == Kind::Blob
    }

    fn root(&self, id: ObjectId, _kind: Kind, content: &[u8]) -> Option<State> {
        self.desk.progress.advance(1, content.len() as u64);
        self.blob(&mut mine(&self.workers), id, content, None)
    }

    fn child(&self, base: &Option<State>, made: &Made<'_>) -> Option<State> {
        let Some(base) = base.as_ref().filter(|_| !self.desk.plan.whole) else {
            return self.root(made.id, made.kind, made.content);
        };
        let mut worker = mine(&self.workers);
        self.desk.progress.advance(1, made.content.len() as u64);
        stretches_of(made, &mut worker.stretches);
        self.blob(&mut worker, made.id, made.content, Some(base))
    }

    fn failed(&self, id: ObjectId, error: &Error) {
        fail(&mut mine(&self.workers).objects, id, error);
    }

    fn stop(&self) -> bool {
        self.desk.progress.interrupted()
    }
}

impl Blobs<'_> {
    /// Scans a blob, from its base where there is one, whose stretches the worker holds.
    fn blob(&self, worker: &mut Worker, id: ObjectId, content: &[u8], base: Option<&State>) -> Option<State> {
        let (rules, eye) = (&self.desk.plan.rules, self.desk.plan.eye());
        let encoding = sniff(content);
        let Worker { judge, objects, clean, stretches, .. } = worker;
        let (state, (seen, cut)) = match base {
            _ if encoding.is_wide() => {
                let text = Text::of(content);
                let state = scan_state(rules, judge, &text.bytes);
                (None, glance(eye, judge, &text.bytes, encoding, &state))
            }
            Some(base) => {
                let state = rescan(rules, judge, base, content, stretches);
                let seen = glance(eye, judge, content, encoding, &state);
                (Some(state), seen)
            }
            None => {
                let state = scan_state(rules, judge, content);
                let seen = glance(eye, judge, content, encoding, &state);
                (Some(state), seen)
            }
        };
        objects.cut += u64::from(cut);
        let seen = match archive::is_archive(content) {
            true if self.quick => return state,
            true => self.inside(objects, id, content),
            false => seen,
        };
        if self.quick {
            clean.extend(seen.is_empty().then_some((id, content.len() as u64)));
        } else if !seen.is_empty() {
            objects.blobs.push((id, seen));
        }
        state
    }
}

impl Blobs<'_> {
    /// Looks into an archive. No delta tells what changed in it.
    fn inside(&self, objects: &mut Objects, id: ObjectId, content: &[u8]) -> Vec<Glimpse> {
        let sighted = sight_file(self.desk.plan, content);
        note_inside(&mut objects.coverage, &format!("object {id}"), sighted.opened);
        sighted.sightings.iter().map(Glimpse::of).collect()
    }
}

/// File names, each with a number, in shards so that workers seldom wait for each other.
#[derive(Default)]
struct FileNames {
    hasher: RandomState,
    shards: [Mutex<HashMap<Box<[u8]>, u32>>; 32],
    count: AtomicU32,
}

impl FileNames {
    /// The number of a name whose hash is known, and whether nobody asked for it before.
    fn number(&self, hash: u64, name: &[u8]) -> (u32, bool) {
        // The lowest bits choose the slot in `Recent`.
        let mut names = self.shards[(hash >> 59) as usize].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(number) = names.get(name) {
            return (*number, false);
        }
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        names.insert(name.into(), number);
        (number, true)
    }

    /// The names by their numbers.
    fn into_list(self) -> Vec<Box<[u8]>> {
        let mut all: Vec<(u32, Box<[u8]>)> =
            self.shards.into_iter().flat_map(unlock).map(|(name, number)| (number, name)).collect();
        all.sort_unstable_by_key(|(number, _)| *number);
        all.into_iter().map(|(_, name)| name).collect()
    }
}

/// What a thread met last. Trees repeat themselves: most names and objects were met a moment before, and nobody else
/// has to be asked about them.
struct Recent {
    /// Names and their numbers.
    names: Vec<(Box<[u8]>, u32)>,
    /// Keys of objects that are there.
    there: Vec<Option<NonZeroU64>>,
}

impl Recent {
    const NAMES: usize = 1 << 12;
    const KEYS: usize = 1 << 17;
}

impl Default for Recent {
    fn default() -> Self {
        Recent { names: vec![Default::default(); Recent::NAMES], there: vec![None; Recent::KEYS] }
    }
}

/// The second walk: what commits and tags say, what trees name, and whether it is there.
struct Names<'a> {
    desk: &'a Desk<'a>,
    store: &'a Store,
    flagged: HashMap<ObjectId, u32>,
    workers: Vec<Mutex<Worker>>,
    names: FileNames,
    missing: Mutex<HashSet<ObjectId>>,
}

/// What is known of a tree when its later versions are read.
#[derive(Default)]
struct Tree {
    entries: Entries,
    /// What is to be followed in it, by where the entries begin.
    inner: Vec<(u32, Inner)>,
}

impl Visitor for Names<'_> {
    type State = Tree;

    fn wants(&self, kind: Kind) -> bool {
        kind != Kind::Blob
    }

    fn root(&self, id: ObjectId, kind: Kind, content: &[u8]) -> Tree {
        let worker = &mut *mine(&self.workers);
        let Worker { judge, objects: out, recent, .. } = worker;
        self.desk.progress.advance(1, content.len() as u64);
        match kind {
            Kind::Commit => self.commit(judge, out, id, content),
            Kind::Tag => self.tag(judge, out, id, content),
            Kind::Tree => {
                let mut inner = Vec::new();
                let entries = Entries::read(content, id.as_bytes().len(), |at, entry| {
                    self.entry(out, recent, at, &entry, &mut inner);
                });
                return self.tree(out, id, Tree { entries, inner });
            }
            Kind::Blob => {}
        }
        Tree::default()
    }

    fn child(&self, base: &Tree, made: &Made<'_>) -> Tree {
        if made.kind != Kind::Tree {
            return self.root(made.id, made.kind, made.content);
        }
        let worker = &mut *mine(&self.workers);
        let Worker { stretches, objects, recent, .. } = worker;
        self.desk.progress.advance(1, made.content.len() as u64);
        stretches_of(made, stretches);
        let mut inner = Vec::with_capacity(base.inner.len() + 1);
        let id_len = made.id.as_bytes().len();
        let (entries, kept) = base.entries.reread(made.content, id_len, stretches, |at, entry| {
            self.entry(objects, recent, at, &entry, &mut inner);
        });
        kept.iter().for_each(|kept| kept.carry(&base.inner, &mut inner));
        inner.sort_unstable_by_key(|(at, _)| *at);
        self.tree(objects, made.id, Tree { entries, inner })
    }

    fn failed(&self, id: ObjectId, error: &Error) {
        fail(&mut mine(&self.workers).objects, id, error);
    }

    fn stop(&self) -> bool {
        self.desk.progress.interrupted()
    }
}

impl Names<'_> {
    fn commit(&self, judge: &mut Judge, out: &mut Objects, id: ObjectId, content: &[u8]) {
        match parse_commit(id, content) {
            Some(commit) => out.commits.push(commit),
            None => {
                let why = "is malformed: its tree, author or date cannot be told; its text was read";
                skip(&mut out.coverage, format!("commit {id}"), why);
            }
        }
        self.text(judge, out, id, content, SourceKind::Message);
    }

    /// A commit or tag as text.
    fn text(&self, judge: &mut Judge, out: &mut Objects, oid: ObjectId, data: &[u8], kind: SourceKind) {
        let plan = self.desk.plan;
        let data = &*unsigned(data);
        let encoding = sniff(data);
        if encoding == Encoding::Bytes {
            let state = scan_state(&plan.rules, judge, data);
            if glance(plan.eye(), judge, data, encoding, &state).0.is_empty() {
                return;
            }
        }
        out.messages.extend(texts(plan, data, kind).map(|(source, one)| (oid, source, one)));
    }

    fn tag(&self, judge: &mut Judge, out: &mut Objects, id: ObjectId, content: &[u8]) {
        let target = content.strip_prefix(b"object ").and_then(|rest| rest.split(|byte| *byte == b'\n').next());
        let target = target.and_then(|hex| ObjectId::from_hex(std::str::from_utf8(hex).ok()?));
        out.tags.extend(target.map(|target| (id, target)));
        self.text(judge, out, id, content, SourceKind::Tag);
    }

    fn tree(&self, out: &mut Objects, id: ObjectId, tree: Tree) -> Tree {
        if tree.entries.damaged {
            let why = "is malformed: the entries after the first damaged one were not read";
            skip(&mut out.coverage, format!("tree {id}"), why);
        }
        if !tree.inner.is_empty() {
            out.trees.push(id.key(), tree.inner.iter().map(|(_, inner)| *inner));
        }
        tree
    }

    /// Reads an entry that the tree's base does not hold.
    fn entry(
        &self,
        out: &mut Objects,
        recent: &mut Recent,
        at: u32,
        entry: &TreeEntry<'_>,
        inner: &mut Vec<(u32, Inner)>,
    ) {
        let key = entry.oid.key();
        let name = self.name(out, recent, entry.name);
        let blob = if entry.is_tree() { Some(Inner::TREE) } else { self.flagged.get(&entry.oid).copied() };
        inner.extend(blob.map(|blob| (at, Inner { key, name, blob })));
        if !entry.is_gitlink() {
            let slot = &mut recent.there[key as usize % Recent::KEYS];
            let there = NonZeroU64::new(key);
            if there.is_none() || *slot != there {
                if self.store.contains(&entry.oid) {
                    *slot = there;
                } else if let Ok(mut missing) = self.missing.lock() {
                    missing.insert(entry.oid);
                }
            }
        }
    }

    /// The number of a name, which is read if nobody did.
    fn name(&self, out: &mut Objects, recent: &mut Recent, name: &[u8]) -> u32 {
        let hash = self.names.hasher.hash_one(name);
        let slot = &mut recent.names[hash as usize % Recent::NAMES];
        if *slot.0 == *name && !name.is_empty() {
            return slot.1;
        }
        let (number, is_new) = self.names.number(hash, name);
        *slot = (name.into(), number);
        if is_new {
            let plan = self.desk.plan;
            let mut sightings = sight(plan.eye(), name).sightings;
            // A name is no file that holds nothing but a secret.
            sightings.retain(|one| one.needs_path.is_none());
            if !sightings.is_empty() {
                out.names.push((name.to_vec(), sightings));
            }
        }
        number
    }
}

/// What a commit or tag shows as text: its message is of that kind, and the people in its header are authors. Lines of a
/// message count from its own first one.
pub(super) fn texts(plan: &Plan, data: &[u8], kind: SourceKind) -> impl Iterator<Item = (SourceKind, Sighting)> {
    let data = unsigned(data).into_owned();
    let head_lines = header_lines(&data);
    sight(plan.eye(), &data).sightings.into_iter().map(move |mut one| {
        let line = data.split(|byte| *byte == b'\n').nth(one.region.start_line as usize - 1).unwrap_or(b"");
        let person = [&b"author "[..], b"committer ", b"tagger "].iter().any(|start| line.starts_with(start));
        let source = if one.region.start_line < head_lines && person { SourceKind::Author } else { kind };
        if one.region.start_line > head_lines {
            one.region.start_line -= head_lines;
            one.region.end_line -= head_lines;
            let headers = (head_lines + 1).saturating_sub(one.snippet.first_line);
            one.snippet.first_line = one.snippet.first_line + headers - head_lines;
            one.snippet.text = one.snippet.text.split('\n').skip(headers as usize).collect::<Vec<_>>().join("\n");
        }
        (source, one)
    })
}

/// A commit with blanks for its signature, which is public and random: what its lines hold is no secret. A line that no
/// armour has stays as it is.
fn unsigned(data: &[u8]) -> Cow<'_, [u8]> {
    let header = memchr::memmem::find(data, b"\n\n").unwrap_or(data.len());
    let Some(start) = memchr::memmem::find(&data[..header], b"\ngpgsig") else { return Cow::Borrowed(data) };
    let mut out = data.to_vec();
    let mut signed = false;
    for line in out[start + 1..header].split_mut(|byte| *byte == b'\n') {
        // Lines of a field that goes on begin with a space.
        signed = line.starts_with(b"gpgsig") || (signed && line.starts_with(b" "));
        let armour = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=- ".contains(byte);
        if signed && line.iter().all(armour) {
            line.fill(b' ');
        }
    }
    Cow::Owned(out)
}

/// Lines of the header, with the empty line that ends it.
fn header_lines(data: &[u8]) -> u32 {
    let end = memchr::memmem::find(data, b"\n\n").map_or(data.len(), |at| at + 2);
    memchr::memchr_iter(b'\n', &data[..end]).count() as u32
}

fn parse_commit(oid: ObjectId, data: &[u8]) -> Option<Commit> {
    let mut lines = data.split(|byte| *byte == b'\n').peekable();
    let hex = |line: &[u8], name: &[u8]| ObjectId::from_hex(std::str::from_utf8(line.strip_prefix(name)?).ok()?);
    let tree = hex(lines.next()?, b"tree ")?;
    let mut parents = Vec::new();
    while let Some(parent) = lines.peek().and_then(|line| hex(line, b"parent ")) {
        parents.push(parent);
        lines.next();
    }
    let (author, date) = identity(lines.next()?.strip_prefix(b"author ")?)?;
    let (_, committed) = identity(lines.next()?.strip_prefix(b"committer ")?)?;
    Some(Commit { oid, tree, parents, author, date, time: committed.0 })
}

/// Name and email, then seconds since 1970 and minutes east of Greenwich.
fn identity(line: &[u8]) -> Option<(String, (i64, i32))> {
    let end = line.iter().rposition(|byte| *byte == b'>')? + 1;
    let who = String::from_utf8_lossy(&line[..end]).into_owned();
    let mut when = std::str::from_utf8(&line[end..]).ok()?.split_ascii_whitespace();
    let seconds = when.next()?.parse().ok()?;
    let zone: i32 = when.next().and_then(|zone| zone.parse().ok()).unwrap_or(0);
    Some((who, (seconds, zone / 100 * 60 + zone % 100)))
}

/// A moment in RFC 3339, in its own offset where that is a possible one.
pub(crate) fn rfc3339((seconds, minutes): (i64, i32)) -> String {
    let offset = jiff::tz::Offset::from_seconds(minutes * 60).unwrap_or(jiff::tz::Offset::UTC);
    let zoned =
        jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(offset.to_time_zone());
    zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// The git directory's own texts, and the names of its refs.
pub(crate) fn read_gitdir(desk: &Desk<'_>, git: &Git, tips: &Tips, coverage: &mut Coverage) -> Vec<Placed> {
    let plan = desk.plan;
    let mut out = Vec::new();
    let mut place = |sightings: Vec<Sighting>, source, path: String| {
        let stands = sightings.into_iter().filter(|one| one.stands_at(&plan.rules, Some(&path)));
        out.extend(stands.map(|sighting| Placed { sighting, place: Place::direct(source, Some(path.clone())) }));
    };
    for file in git.text_files() {
        let base = if file.starts_with(&git.gitdir) { &git.gitdir } else { &git.commondir };
        let inside = file.strip_prefix(base).unwrap_or(&file);
        let name = format!(".git/{}", super::repo::display(inside));
        let read = std::fs::metadata(&file)
            .and_then(|meta| read_file(desk, &file, meta.len(), &name, coverage, &mut Vec::new()));
        match read {
            Ok(Some(sighted)) => place(sighted.sightings, SourceKind::Gitdir, name),
            Ok(None) => {}
            Err(error) => skip(coverage, name, format!("cannot be read: {error}")),
        }
    }
    for name in tips.refs.keys() {
        place(sight(plan.eye(), name.as_bytes()).sightings, SourceKind::Ref, name.clone());
    }
    out
}

/// What keeps a history from being whole: shallow clones, objects left with the remote, missing ones, broken refs.
pub(crate) fn gaps(git: &Git, tips: &Tips, objects: &Objects, shown: &str, coverage: &mut Coverage) {
    let mut missing = objects.missing.len() as u64;
    if git.is_shallow() {
        let why = "the clone is shallow: older commits are not here; fetch them with 'git fetch --unshallow'";
        skip(coverage, format!("history of '{shown}'"), why);
        // The parents that the clone left out are the ones just named.
        let parents: HashSet<ObjectId> = objects.commits.iter().flat_map(|commit| &commit.parents).copied().collect();
        missing -= objects.missing.intersection(&parents).count() as u64;
    }
    coverage.missing_objects += missing;
    if missing > 0 {
        let why = if git.is_partial() {
            "the clone left them with its remote; fetch them, or scan a full clone"
        } else {
            "they are missing; 'git fsck' tells more"
        };
        skip(coverage, format!("{missing} objects of '{shown}'"), why);
    }
    for (name, why) in &tips.broken {
        skip(coverage, format!("{name} of '{shown}'"), why.clone());
    }
    if tips.unborn {
        coverage.notes.push(format!("'{shown}' has no commit on its branch yet"));
    }
    coverage.refs += tips.refs.len() as u64 + u64::from(!tips.stash.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_left_out_and_lines_stay_where_they_are() {
        let raw = b"tree 1\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abc=\n -----END\nencoding x\n\ngpgsig of the message\n kept\n";
        let out = unsigned(raw);
        let lines: Vec<&[u8]> = out.split(|byte| *byte == b'\n').collect();
        assert_eq!(lines[0], b"tree 1");
        assert!(lines[1..5].iter().all(|line| line.iter().all(|byte| *byte == b' ')));
        assert_eq!(lines[5..], [&b"encoding x"[..], b"", b"gpgsig of the message", b" kept", b""]);
        assert_eq!(out.len(), raw.len());
        assert_eq!(&*unsigned(b"tree 1\ngpgsig a_b: c\n d_e\n\n"), b"tree 1\ngpgsig a_b: c\n d_e\n\n");
    }

    #[test]
    fn dates_keep_their_offset() {
        assert_eq!(rfc3339((0, 330)), "1970-01-01T05:30:00+05:30");
        assert_eq!(rfc3339((1_700_000_000, -480)), "2023-11-14T14:13:20-08:00");
        assert_eq!(rfc3339((i64::MAX, 99_999)), "1970-01-01T00:00:00+00:00");
    }

    #[test]
    fn a_commit_without_a_zone_or_with_odd_names_is_read() {
        let oid = ObjectId::from_hex(&"1".repeat(40)).expect("hex");
        let raw = format!(
            "tree {}\nparent {}\nauthor A <> <b> 5 +0100\ncommitter C <c> 9\n\nhello",
            "2".repeat(40),
            "3".repeat(40)
        );
        let commit = parse_commit(oid, raw.as_bytes()).expect("well formed");
        assert_eq!((commit.author.as_str(), commit.time, commit.parents.len()), ("A <> <b>", 9, 1));
        assert!(parse_commit(oid, b"tree x").is_none());
    }
}
