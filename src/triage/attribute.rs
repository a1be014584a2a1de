//! Which commit brought a secret in, to which path, by whom and when; whether it is still at HEAD and what reaches it.
//!
//! Only flagged blobs and names are followed. Trees that lead to none of them are read once and forgotten; no two
//! versions of a file are ever compared.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::group::{Place, Placed};
use super::sight::{Glimpse, Sighting, sight};
use crate::pack::{Error, Kind, Limits, Made, ObjectId, Store, Visitor};
use crate::report::{Reach, SourceKind, Suppression};
use crate::secret::Secret;
use crate::source::Desk;
use crate::source::history::{Commit, Objects, key_of, stretches_of};
use crate::source::repo::{Tips, within};
use crate::source::tree::{Entries, TreeEntry};

/// A secret at a path: rule, secret, and whether a comment silences it.
type Key = (String, usize, Secret, bool);

/// Reads a blob.
type Read<'a> = dyn Fn(ObjectId) -> Option<Vec<u8>> + Sync + 'a;

/// Where secrets came from.
pub(crate) struct Attributed {
    pub(crate) placed: Vec<Placed>,
    /// First commit for each secret at a path, to say the same of the working tree.
    pub(crate) firsts: HashMap<Key, Origin>,
}

/// The commit that brought something in.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) commit: String,
    pub(crate) author: String,
    pub(crate) date: String,
}

impl Origin {
    fn of(commit: &Commit) -> Self {
        Origin { commit: commit.oid.to_string(), author: commit.author.clone(), date: commit.date.clone() }
    }
}

/// Places everything that the objects of a repository showed.
pub(crate) fn attribute(
    desk: &Desk<'_>,
    store: &Store,
    objects: &Objects,
    tips: &Tips,
    scopes: &[String],
) -> Attributed {
    desk.progress.phase("attribution", None);
    let reach = reach(objects, tips);
    let forest = Forest::read(desk, store, objects);
    let mut story = Story {
        desk,
        objects,
        forest: &forest,
        reach: &reach,
        scopes,
        events: BTreeMap::new(),
        names: BTreeMap::new(),
        seen: HashSet::new(),
    };
    let trees: HashMap<ObjectId, ObjectId> = objects.commits.iter().map(|commit| (commit.oid, commit.tree)).collect();
    for (index, commit) in objects.commits.iter().enumerate() {
        if forest.relevant.contains_key(&commit.tree) {
            let parents: Vec<ObjectId> =
                commit.parents.iter().filter_map(|parent| trees.get(parent).copied()).collect();
            story.compare(index, "", commit.tree, &parents);
        }
    }
    let head_tree = tips.head.and_then(|head| trees.get(&head).copied());
    let mut head = Head::default();
    if let Some(tree) = head_tree {
        head.list(&forest, objects, "", tree);
    }
    let blob = |oid: ObjectId| store.read(&oid).ok().map(|(_, content)| content);
    story.tell(&head, &blob)
}

/// What leads to each commit and tag, best first.
fn reach(objects: &Objects, tips: &Tips) -> HashMap<ObjectId, Reach> {
    let mut onward: HashMap<ObjectId, &[ObjectId]> =
        objects.commits.iter().map(|commit| (commit.oid, commit.parents.as_slice())).collect();
    onward.extend(objects.tags.iter().map(|(tag, target)| (*tag, std::slice::from_ref(target))));
    let mut out = HashMap::new();
    let refs: Vec<ObjectId> = tips.refs.values().copied().chain(tips.head).collect();
    let stash: Vec<ObjectId> = tips.stash.iter().copied().collect();
    let reflog: Vec<ObjectId> = tips.reflog.iter().copied().collect();
    for (kind, mut stack) in [(Reach::Refs, refs), (Reach::Stash, stash), (Reach::Reflog, reflog)] {
        while let Some(oid) = stack.pop() {
            if let Some(more) = onward.get(&oid).filter(|_| !out.contains_key(&oid)) {
                out.insert(oid, kind);
                stack.extend(more.iter());
            }
        }
    }
    out
}

/// An entry of a tree that leads to something flagged.
#[derive(Clone)]
struct Relevant {
    name: Arc<[u8]>,
    oid: ObjectId,
    /// Index of the flagged blob.
    blob: Option<usize>,
    /// Index of the flagged name.
    flagged_name: Option<usize>,
    is_tree: bool,
}

/// The trees that lead to something flagged.
struct Forest {
    relevant: HashMap<ObjectId, Vec<Relevant>>,
}

impl Forest {
    fn read(desk: &Desk<'_>, store: &Store, objects: &Objects) -> Self {
        let blobs: HashMap<ObjectId, usize> =
            objects.blobs.iter().enumerate().map(|(index, (oid, _))| (*oid, index)).collect();
        let names: HashMap<&[u8], usize> =
            objects.names.iter().enumerate().map(|(index, (name, _))| (name.as_slice(), index)).collect();
        if blobs.is_empty() && names.is_empty() {
            return Forest { relevant: HashMap::new() };
        }
        // First the trees that hold a flag themselves, then those that lead to one of them through any number of others.
        let finder = Finder { desk, blobs: &blobs, names: &names, leads: None, found: Mutex::default() };
        store.walk(&finder, &Limits::default());
        let holding: Keys = finder.into_found().iter().map(|(oid, _)| key_of(oid)).collect();
        let leads = all_leads(&objects.trees, holding);
        let finder = Finder { desk, blobs: &blobs, names: &names, leads: Some(&leads), found: Mutex::default() };
        store.walk(&finder, &Limits::default());
        Forest { relevant: finder.into_found().into_iter().collect() }
    }

    fn entries(&self, tree: ObjectId) -> &[Relevant] {
        self.relevant.get(&tree).map_or(&[], Vec::as_slice)
    }

    fn find(&self, tree: ObjectId, name: &[u8]) -> Option<&Relevant> {
        self.entries(tree).iter().find(|entry| *entry.name == *name)
    }
}

/// Hashes keys that are hashes themselves.
#[derive(Clone, Copy, Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {}

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

type Keys = HashSet<u64, BuildHasherDefault<Same>>;

/// All trees that lead to one of `leads`, those included.
fn all_leads(trees: &[(ObjectId, Box<[u64]>)], mut leads: Keys) -> Keys {
    // A round for each level of folders.
    loop {
        let known = &leads;
        let more: Vec<u64> = trees
            .par_iter()
            .filter(|(_, inner)| inner.iter().any(|key| known.contains(key)))
            .map(|(tree, _)| key_of(tree))
            .filter(|key| !known.contains(key))
            .collect();
        if more.is_empty() {
            return leads;
        }
        leads.extend(more);
    }
}

/// A walk over trees that keeps the entries worth following.
struct Finder<'a> {
    desk: &'a Desk<'a>,
    blobs: &'a HashMap<ObjectId, usize>,
    names: &'a HashMap<&'a [u8], usize>,
    /// Trees to follow; without them only what is flagged itself is kept.
    leads: Option<&'a Keys>,
    found: Mutex<Vec<(ObjectId, Vec<Relevant>)>>,
}

/// What is known of a tree when its later versions are read.
struct Found {
    entries: Entries,
    relevant: Vec<(u32, Relevant)>,
}

impl Finder<'_> {
    fn into_found(self) -> Vec<(ObjectId, Vec<Relevant>)> {
        self.found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn look(&self, at: u32, entry: &TreeEntry<'_>, out: &mut Vec<(u32, Relevant)>) {
        let blob = self.blobs.get(&entry.oid).copied();
        let flagged_name = if self.names.is_empty() { None } else { self.names.get(entry.name).copied() };
        let is_tree = entry.is_tree() && self.leads.is_some_and(|leads| leads.contains(&key_of(&entry.oid)));
        if is_tree || blob.is_some() || flagged_name.is_some() {
            out.push((at, Relevant { name: entry.name.into(), oid: entry.oid, blob, flagged_name, is_tree }));
        }
    }

    fn keep(&self, id: ObjectId, found: Found) -> Found {
        if let (false, Ok(mut all)) = (found.relevant.is_empty(), self.found.lock()) {
            all.push((id, found.relevant.iter().map(|(_, entry)| entry.clone()).collect()));
        }
        found
    }
}

impl Visitor for Finder<'_> {
    type State = Found;

    fn wants(&self, kind: Kind) -> bool {
        kind == Kind::Tree
    }

    fn root(&self, id: ObjectId, _kind: Kind, content: &[u8]) -> Found {
        let mut relevant = Vec::new();
        let entries = Entries::read(content, id.as_bytes().len(), |at, entry| self.look(at, &entry, &mut relevant));
        self.keep(id, Found { entries, relevant })
    }

    fn child(&self, base: &Found, made: &Made<'_>) -> Found {
        let mut stretches = Vec::new();
        stretches_of(made, &mut stretches);
        let mut relevant = Vec::new();
        let id_len = made.id.as_bytes().len();
        let (entries, kept) =
            base.entries.reread(made.content, id_len, &stretches, |at, entry| self.look(at, &entry, &mut relevant));
        kept.iter().for_each(|kept| kept.carry(&base.relevant, &mut relevant));
        relevant.sort_by_key(|(at, _)| *at);
        self.keep(made.id, Found { entries, relevant })
    }

    /// What cannot be read was told by the walk before.
    fn failed(&self, _id: ObjectId, _error: &Error) {}

    fn stop(&self) -> bool {
        self.desk.progress.interrupted()
    }
}

fn join(folder: &str, name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    if folder.is_empty() { name.into_owned() } else { format!("{folder}/{name}") }
}

/// The flagged files at HEAD.
#[derive(Default)]
struct Head {
    /// Secrets by path; with the blob whose comment silences each, unless it also stands there in the open.
    secrets: HashMap<(String, usize, Secret), Option<usize>>,
    names: HashSet<String>,
}

impl Head {
    fn list(&mut self, forest: &Forest, objects: &Objects, folder: &str, tree: ObjectId) {
        for entry in forest.entries(tree) {
            let path = join(folder, &entry.name);
            if let Some(blob) = entry.blob {
                for one in &objects.blobs[blob].1 {
                    let key = (path.clone(), one.rule, one.secret.clone());
                    let silenced = self.secrets.entry(key).or_insert(Some(blob));
                    if !one.silenced {
                        *silenced = None;
                    }
                }
            }
            if entry.is_tree {
                self.list(forest, objects, &path, entry.oid);
            }
            if entry.flagged_name.is_some() {
                self.names.insert(path);
            }
        }
    }
}

/// Flagged blobs read again, for the lines that a report shows.
struct Pages(HashMap<usize, Vec<Sighting>>);

impl Pages {
    fn read(desk: &Desk<'_>, objects: &Objects, read: &Read<'_>, wanted: &BTreeSet<usize>) -> Self {
        let plan = desk.plan;
        let wanted: Vec<usize> = wanted.iter().copied().collect();
        let page = |index: &usize| {
            let content = read(objects.blobs[*index].0).unwrap_or_default();
            (*index, sight(&plan.rules, &content, plan.line_hashes).sightings)
        };
        Pages(wanted.par_iter().map(page).collect())
    }

    fn of(&self, blob: usize) -> &[Sighting] {
        self.0.get(&blob).map_or(&[], Vec::as_slice)
    }

    /// The comment that silences the secret in that blob.
    fn comment(&self, blob: usize, rule: usize, secret: &Secret) -> Option<Suppression> {
        self.of(blob).iter().find(|one| one.rule == rule && one.secret == *secret)?.suppression.clone()
    }
}

/// The commit and blob that first showed a secret at a path; ordered by what reaches the commit, then by time.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    reach: Reach,
    time: i64,
    commit: ObjectId,
    index: usize,
    blob: usize,
}

struct Story<'a> {
    desk: &'a Desk<'a>,
    objects: &'a Objects,
    forest: &'a Forest,
    reach: &'a HashMap<ObjectId, Reach>,
    /// Folders to tell of; everything where one of them is the root.
    scopes: &'a [String],
    events: BTreeMap<Key, Event>,
    /// Flagged names: path and index of the name.
    names: BTreeMap<(String, usize), Event>,
    seen: HashSet<usize>,
}

impl Story<'_> {
    /// Notes what the tree of a commit shows that none of its parents' trees did.
    fn compare(&mut self, commit: usize, folder: &str, tree: ObjectId, parents: &[ObjectId]) {
        if parents.contains(&tree) {
            return;
        }
        let forest = self.forest;
        for entry in forest.entries(tree) {
            let before: Vec<&Relevant> =
                parents.iter().filter_map(|parent| forest.find(*parent, &entry.name)).collect();
            if let Some(name) = entry.flagged_name.filter(|_| before.is_empty()) {
                let event = self.event(commit, name);
                keep_first(&mut self.names, (join(folder, &entry.name), name), event);
            }
            if before.iter().any(|old| old.oid == entry.oid) {
                continue;
            }
            if entry.is_tree {
                let folders: Vec<ObjectId> = before.iter().filter(|old| old.is_tree).map(|old| old.oid).collect();
                self.compare(commit, &join(folder, &entry.name), entry.oid, &folders);
            } else if let Some(blob) = entry.blob {
                self.seen.insert(blob);
                self.blob(commit, join(folder, &entry.name), blob, &before);
            }
        }
    }

    fn blob(&mut self, commit: usize, path: String, blob: usize, before: &[&Relevant]) {
        let objects = self.objects;
        for one in &objects.blobs[blob].1 {
            let same =
                |old: &Glimpse| old.rule == one.rule && old.secret == one.secret && (!old.silenced || one.silenced);
            let known = before.iter().filter_map(|old| old.blob).any(|old| objects.blobs[old].1.iter().any(same));
            if !known {
                let event = self.event(commit, blob);
                keep_first(&mut self.events, (path.clone(), one.rule, one.secret.clone(), one.silenced), event);
            }
        }
    }

    fn event(&self, index: usize, blob: usize) -> Event {
        let commit = &self.objects.commits[index];
        Event {
            reach: self.reach.get(&commit.oid).copied().unwrap_or(Reach::None),
            time: commit.time,
            commit: commit.oid,
            index,
            blob,
        }
    }

    fn asked_for(&self, path: &str) -> bool {
        self.scopes.iter().any(|scope| within(scope, path)) && !self.desk.excludes(path)
    }

    fn tell(self, head: &Head, read: &Read<'_>) -> Attributed {
        let rules = &self.desk.plan.rules;
        let mut out = Attributed { placed: Vec::new(), firsts: HashMap::new() };
        let told: Vec<(&Key, &Event)> = self.events.iter().filter(|(key, _)| self.asked_for(&key.0)).collect();
        let lost = (0..self.objects.blobs.len()).filter(|index| !self.seen.contains(index));
        let silencing = told.iter().filter_map(|((path, rule, secret, _), _)| {
            head.secrets.get(&(path.clone(), *rule, secret.clone())).copied().flatten()
        });
        let wanted = told.iter().map(|(_, event)| event.blob).chain(silencing).chain(lost).collect();
        let pages = Pages::read(self.desk, self.objects, read, &wanted);
        for (key, event) in told {
            let (path, rule, secret, silenced) = key;
            let commit = &self.objects.commits[event.index];
            let origin = Origin::of(commit);
            out.firsts.insert(key.clone(), origin.clone());
            let at_head = head.secrets.get(&(path.clone(), *rule, secret.clone()));
            let glimpse = Glimpse { rule: *rule, secret: secret.clone(), silenced: *silenced };
            for one in pages.of(event.blob).iter().filter(|one| glimpse.is_of(one) && one.stands_at(rules, Some(path)))
            {
                let mut sighting = one.clone();
                match &mut sighting.suppression {
                    Some(suppression) => sign(suppression, &origin),
                    // Whoever silenced the line at HEAD silenced what it said before as well.
                    None => {
                        let blob = at_head.copied().flatten();
                        sighting.suppression = blob.and_then(|blob| pages.comment(blob, *rule, secret));
                    }
                }
                let place = Place {
                    source: SourceKind::Commit,
                    path: Some(path.clone()),
                    at_head: at_head.is_some(),
                    reach: event.reach,
                    ..place_of(commit, Some(self.objects.blobs[event.blob].0))
                };
                out.placed.push(Placed { sighting, place });
            }
        }
        for ((path, name), event) in &self.names {
            if !self.asked_for(path) {
                continue;
            }
            let commit = &self.objects.commits[event.index];
            for one in self.objects.names[*name].1.iter().filter(|one| one.stands_at(rules, Some(path))) {
                let place = Place {
                    source: SourceKind::Path,
                    path: Some(path.clone()),
                    at_head: head.names.contains(path),
                    reach: event.reach,
                    ..place_of(commit, None)
                };
                out.placed.push(Placed { sighting: one.clone(), place });
            }
        }
        if self.scopes.iter().any(String::is_empty) {
            self.tell_pathless(&pages, &mut out.placed);
        }
        out
    }

    /// Messages and people, and blobs that no commit holds.
    fn tell_pathless(&self, pages: &Pages, placed: &mut Vec<Placed>) {
        let rules = &self.desk.plan.rules;
        let commits: HashMap<ObjectId, &Commit> =
            self.objects.commits.iter().map(|commit| (commit.oid, commit)).collect();
        let mut people: BTreeMap<(usize, Secret), (Reach, i64, ObjectId, Placed)> = BTreeMap::new();
        for (oid, source, sighting) in self.objects.messages.iter().filter(|(_, _, one)| one.stands_at(rules, None)) {
            let reach = self.reach.get(oid).copied().unwrap_or(Reach::None);
            let place = match commits.get(oid) {
                Some(commit) => Place { source: *source, reach, ..place_of(commit, None) },
                None => Place { source: *source, object: Some(oid.to_string()), reach, ..Place::direct(*source, None) },
            };
            let one = Placed { sighting: sighting.clone(), place };
            if *source != SourceKind::Author {
                placed.push(one);
                continue;
            }
            // The same person signs many commits: the first is enough.
            let entry = (reach, commits.get(oid).map_or(0, |commit| commit.time), *oid, one);
            let key = (sighting.rule, sighting.secret.clone());
            if people.get(&key).is_none_or(|known| (entry.0, entry.1, entry.2) < (known.0, known.1, known.2)) {
                people.insert(key, entry);
            }
        }
        placed.extend(people.into_values().map(|(_, _, _, one)| one));
        for (index, (oid, _)) in self.objects.blobs.iter().enumerate() {
            let sightings = if self.seen.contains(&index) { &[] } else { pages.of(index) };
            for sighting in sightings.iter().filter(|one| one.stands_at(rules, None)) {
                let place = Place {
                    object: Some(oid.to_string()),
                    reach: Reach::None,
                    ..Place::direct(SourceKind::Object, None)
                };
                placed.push(Placed { sighting: sighting.clone(), place });
            }
        }
    }
}

fn keep_first<K: Ord>(events: &mut BTreeMap<K, Event>, key: K, event: Event) {
    match events.entry(key) {
        std::collections::btree_map::Entry::Vacant(slot) => {
            slot.insert(event);
        }
        std::collections::btree_map::Entry::Occupied(mut known) => {
            if event < *known.get() {
                known.insert(event);
            }
        }
    }
}

/// Says who wrote a comment.
pub(crate) fn sign(suppression: &mut Suppression, origin: &Origin) {
    suppression.author = Some(origin.author.clone());
    suppression.date = Some(origin.date.clone());
    suppression.commit = Some(origin.commit.clone());
}

fn place_of(commit: &Commit, blob: Option<ObjectId>) -> Place {
    Place {
        object: Some(blob.unwrap_or(commit.oid).to_string()),
        commit: Some(commit.oid.to_string()),
        author: Some(commit.author.clone()),
        date: Some(commit.date.clone()),
        at_head: false,
        ..Place::direct(SourceKind::Commit, None)
    }
}
