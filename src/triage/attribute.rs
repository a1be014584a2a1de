//! Which commit brought a secret in, to which path, by whom and when; whether it is still at HEAD and what reaches it.
//!
//! Only flagged blobs and names are followed. Trees that lead to none of them are read once and forgotten; no two
//! versions of a file are ever compared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use rayon::prelude::*;

use super::group::{Place, Placed};
use super::sight::{Glimpse, Sighting, sight_file};
use crate::pack::{Error, Kind, Limits, Made, ObjectId, Store, Visitor};
use crate::report::{Reach, Removal, SourceKind, Suppression};
use crate::secret::Secret;
use crate::source::Desk;
use crate::source::history::{Commit, Inner, Objects, Trees, rfc3339};
use crate::source::repo::{Tips, within};
use crate::source::tree::Entries;

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
        Origin { commit: commit.oid.to_string(), author: commit.author.clone(), date: rfc3339(commit.date) }
    }
}

impl Removal {
    fn by(commit: &Commit) -> Self {
        Removal { commit: commit.oid.to_string(), date: rfc3339(commit.date) }
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
    let (graph, forest) = rayon::join(|| Graph::of(objects, tips), || Forest::grow(desk, store, objects));
    let tell = |commits: std::ops::Range<usize>| {
        let mut story = Story::new(desk, objects, &forest, &graph, scopes);
        commits.for_each(|index| story.commit(index));
        story
    };
    // Each commit is compared with its parents and with nothing else.
    let parts: Vec<Story<'_>> = (0..objects.commits.len().div_ceil(PART))
        .into_par_iter()
        .map(|part| tell(part * PART..objects.commits.len().min((part + 1) * PART)))
        .collect();
    let mut story = Story::new(desk, objects, &forest, &graph, scopes);
    parts.into_iter().for_each(|part| story.absorb(part));
    let mut head = Head::default();
    if let Some(index) = tips.head.as_ref().and_then(|oid| graph.number(oid)) {
        head.list(&forest, objects, "", objects.commits[index].tree.key());
    }
    let blob = |oid: ObjectId| store.read(&oid).ok().map(|(_, content)| content);
    story.tell(&head, &blob)
}

/// Commits that one thread compares at once.
const PART: usize = 1 << 11;

/// How commits and tags follow each other.
struct Graph<'a> {
    numbers: HashMap<ObjectId, u32>,
    /// Parents that are there, by number of the commit.
    parents: Vec<Box<[u32]>>,
    /// Whether all of them are.
    whole: Vec<bool>,
    /// Whether HEAD is or comes after it.
    led_to_head: Vec<bool>,
    /// What leads to it.
    reach: Vec<Reach>,
    tags: HashMap<ObjectId, (&'a ObjectId, Reach)>,
}

impl<'a> Graph<'a> {
    fn of(objects: &'a Objects, tips: &Tips) -> Self {
        let commits = &objects.commits;
        let numbers: HashMap<ObjectId, u32> =
            commits.iter().enumerate().map(|(index, commit)| (commit.oid, index as u32)).collect();
        let parents: Vec<Box<[u32]>> = commits
            .par_iter()
            .map(|commit| commit.parents.iter().filter_map(|parent| numbers.get(parent).copied()).collect())
            .collect();
        let whole = parents.iter().zip(commits).map(|(there, commit)| there.len() == commit.parents.len()).collect();
        let tags = objects.tags.iter().map(|(tag, target)| (*tag, (target, Reach::None))).collect();
        let count = commits.len();
        let reach = vec![Reach::None; count];
        let mut graph = Graph { numbers, parents, whole, led_to_head: vec![false; count], reach, tags };
        let mut stack: Vec<u32> = tips.head.iter().filter_map(|oid| graph.numbers.get(oid).copied()).collect();
        while let Some(index) = stack.pop() {
            if !std::mem::replace(&mut graph.led_to_head[index as usize], true) {
                stack.extend(&graph.parents[index as usize]);
            }
        }
        graph.lead(Reach::Refs, tips.refs.values().copied().chain(tips.head));
        graph.lead(Reach::Stash, tips.stash.iter().copied());
        graph.lead(Reach::Reflog, tips.reflog.iter().copied());
        graph
    }

    /// Says what leads to commits and tags from here on, where nothing better does.
    fn lead(&mut self, kind: Reach, from: impl Iterator<Item = ObjectId>) {
        let mut stack: Vec<u32> = Vec::new();
        for mut oid in from {
            while let Some((target, reach @ Reach::None)) = self.tags.get_mut(&oid) {
                (oid, *reach) = (**target, kind);
            }
            stack.extend(self.numbers.get(&oid));
            while let Some(index) = stack.pop() {
                if let reach @ Reach::None = &mut self.reach[index as usize] {
                    *reach = kind;
                    stack.extend(&self.parents[index as usize]);
                }
            }
        }
    }

    fn number(&self, commit: &ObjectId) -> Option<usize> {
        self.numbers.get(commit).map(|index| *index as usize)
    }

    /// What leads to a commit or tag.
    fn reach(&self, oid: &ObjectId) -> Reach {
        let commit = self.number(oid).map(|index| self.reach[index]);
        commit.or_else(|| Some(self.tags.get(oid)?.1)).unwrap_or(Reach::None)
    }
}

/// An entry of a tree that leads to something flagged.
#[derive(Clone, Copy)]
struct Relevant {
    /// Its name, as an index.
    name: u32,
    /// Key of what it names.
    key: u64,
    /// Index of the flagged blob.
    blob: Option<usize>,
    /// Index of the flagged name.
    flagged_name: Option<usize>,
    is_tree: bool,
}

/// The trees that lead to something flagged.
struct Forest {
    /// Where among the entries those of each tree stand.
    ranges: HashMap<u64, std::ops::Range<usize>>,
    entries: Vec<Relevant>,
    names: Vec<Box<[u8]>>,
}

impl Forest {
    fn grow(desk: &Desk<'_>, store: &Store, objects: &Objects) -> Self {
        let mut names = objects.inner_names.clone();
        // The number of each flagged name, which may stand in any number of trees.
        let numbers: Vec<u32> = objects
            .names
            .iter()
            .map(|(bytes, _)| {
                let known = names.iter().position(|name| **name == **bytes);
                known.unwrap_or_else(|| {
                    names.push(bytes.as_slice().into());
                    names.len() - 1
                }) as u32
            })
            .collect();
        let mut named: BTreeMap<u64, Vec<Named>> = BTreeMap::new();
        for one in Named::find(desk, store, &objects.names) {
            named.entry(one.tree).or_default().push(one);
        }
        let trees = &objects.trees;
        let leads = leads(trees, &named);
        let (mut ranges, mut entries) = (HashMap::new(), Vec::new());
        for tree in (0..trees.len()).filter(|tree| leads.tree(*tree)) {
            let start = entries.len();
            let follow = trees.range(tree).filter(|at| leads.entry(trees, *at));
            entries.extend(follow.map(|at| &trees.inner()[at]).map(|entry| Relevant {
                name: entry.name,
                key: entry.key,
                blob: entry.blob(),
                flagged_name: None,
                is_tree: entry.blob().is_none(),
            }));
            let key = trees.keys()[tree];
            add_named(&mut entries, start, &named.remove(&key).unwrap_or_default(), &numbers);
            ranges.insert(key, start..entries.len());
        }
        // What is left are trees with nothing else in them to follow.
        for (key, ones) in named {
            let start = entries.len();
            add_named(&mut entries, start, &ones, &numbers);
            ranges.insert(key, start..entries.len());
        }
        Forest { ranges, entries, names }
    }

    fn entries(&self, tree: u64) -> &[Relevant] {
        self.ranges.get(&tree).map_or(&[], |range| &self.entries[range.clone()])
    }

    fn find(&self, tree: u64, name: u32) -> Option<&Relevant> {
        self.entries(tree).iter().find(|entry| entry.name == name)
    }

    fn path(&self, folder: &str, entry: &Relevant) -> String {
        join(folder, &self.names[entry.name as usize])
    }
}

/// Adds flagged names to the entries of a tree, which begin at `start`.
fn add_named(entries: &mut Vec<Relevant>, start: usize, named: &[Named], numbers: &[u32]) {
    for one in named {
        let name = numbers[one.name];
        match entries[start..].iter_mut().find(|entry| entry.name == name) {
            Some(entry) => entry.flagged_name = Some(one.name),
            None => {
                let flagged_name = Some(one.name);
                entries.push(Relevant { name, key: one.key, blob: None, flagged_name, is_tree: false });
            }
        }
    }
}

/// Which trees lead to something flagged.
struct Leads {
    /// By number of the tree.
    trees: Vec<bool>,
    /// For each entry of all trees the number of the tree it names; [`Leads::NAMED`] for one that only holds a flagged name.
    targets: Vec<u32>,
}

impl Leads {
    const NAMED: u32 = u32::MAX;
    const OTHER: u32 = u32::MAX - 1;

    fn tree(&self, tree: usize) -> bool {
        self.trees[tree]
    }

    fn entry(&self, trees: &Trees, at: usize) -> bool {
        let target = self.targets[at];
        trees.inner()[at].blob().is_some()
            || target == Leads::NAMED
            || self.trees.get(target as usize).is_some_and(|leads| *leads)
    }
}

fn leads(trees: &Trees, named: &BTreeMap<u64, Vec<Named>>) -> Leads {
    let numbers: HashMap<u64, u32> = trees.keys().iter().enumerate().map(|(tree, key)| (*key, tree as u32)).collect();
    let other = |key: &u64| if named.contains_key(key) { Leads::NAMED } else { Leads::OTHER };
    let target = |entry: &Inner| numbers.get(&entry.key).copied().unwrap_or_else(|| other(&entry.key));
    let mut leads = Leads { trees: vec![false; trees.len()], targets: trees.inner().par_iter().map(target).collect() };
    let holds = |tree: usize| named.contains_key(&trees.keys()[tree]);
    // A round for each level of folders.
    let mut known = 0;
    loop {
        let one = |tree: usize| leads.tree(tree) || holds(tree) || trees.range(tree).any(|at| leads.entry(trees, at));
        let next: Vec<bool> = (0..trees.len()).into_par_iter().with_min_len(PART).map(one).collect();
        let count = next.iter().filter(|leads| **leads).count();
        leads.trees = next;
        if count == known {
            return leads;
        }
        known = count;
    }
}

/// An entry whose name holds a secret.
struct Named {
    tree: u64,
    key: u64,
    /// Index of the flagged name.
    name: usize,
}

impl Named {
    /// Which names are flagged is known only when all trees were read: where there are any, trees are read once more.
    fn find(desk: &Desk<'_>, store: &Store, names: &[(Vec<u8>, Vec<Sighting>)]) -> Vec<Named> {
        if names.is_empty() {
            return Vec::new();
        }
        let names = names.iter().enumerate().map(|(index, (name, _))| (name.as_slice(), index)).collect();
        let finder = Finder { desk, names, found: Mutex::default() };
        store.walk(&finder, &Limits::default());
        finder.found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A walk over trees that looks for names.
struct Finder<'a> {
    desk: &'a Desk<'a>,
    names: HashMap<&'a [u8], usize>,
    found: Mutex<Vec<Named>>,
}

impl Visitor for Finder<'_> {
    type State = ();

    fn wants(&self, kind: Kind) -> bool {
        kind == Kind::Tree
    }

    fn root(&self, id: ObjectId, _kind: Kind, content: &[u8]) {
        Entries::read(content, id.as_bytes().len(), |_, entry| {
            if let (Some(name), Ok(mut found)) = (self.names.get(entry.name), self.found.lock()) {
                found.push(Named { tree: id.key(), key: entry.oid.key(), name: *name });
            }
        });
    }

    fn child(&self, (): &(), made: &Made<'_>) {
        self.root(made.id, made.kind, made.content);
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
    fn list(&mut self, forest: &Forest, objects: &Objects, folder: &str, tree: u64) {
        for entry in forest.entries(tree) {
            let path = forest.path(folder, entry);
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
                self.list(forest, objects, &path, entry.key);
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
            (*index, sight_file(plan, &content).sightings)
        };
        Pages(wanted.par_iter().map(page).collect())
    }

    fn of(&self, blob: usize) -> &[Sighting] {
        self.0.get(&blob).map_or(&[], Vec::as_slice)
    }

    /// The comment that silences the secret in that blob.
    fn comment(&self, blob: usize, rule: usize, secret: &Secret) -> Option<Suppression> {
        let mut all = self.of(blob).iter().filter(|one| one.rule == rule && one.secret == *secret);
        all.find(|one| one.is_silenced())?.suppression.clone()
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
    graph: &'a Graph<'a>,
    /// Folders to tell of; everything where one of them is the root.
    scopes: &'a [String],
    events: BTreeMap<Key, Event>,
    /// The last commit on the way to HEAD that took a secret out of a path, by committer's date, id and number.
    removals: BTreeMap<(String, usize, Secret), (i64, ObjectId, usize)>,
    /// Flagged names: path and index of the name.
    names: BTreeMap<(String, usize), Event>,
    seen: HashSet<usize>,
}

impl<'a> Story<'a> {
    fn new(
        desk: &'a Desk<'a>,
        objects: &'a Objects,
        forest: &'a Forest,
        graph: &'a Graph<'a>,
        scopes: &'a [String],
    ) -> Self {
        Story {
            desk,
            objects,
            forest,
            graph,
            scopes,
            events: BTreeMap::new(),
            removals: BTreeMap::new(),
            names: BTreeMap::new(),
            seen: HashSet::new(),
        }
    }

    /// Takes over what another part of the commits told.
    fn absorb(&mut self, other: Story<'_>) {
        other.events.into_iter().for_each(|(key, event)| keep_first(&mut self.events, key, event));
        other.names.into_iter().for_each(|(key, event)| keep_first(&mut self.names, key, event));
        for (key, removal) in other.removals {
            let last = self.removals.entry(key).or_insert(removal);
            *last = removal.max(*last);
        }
        self.seen.extend(other.seen);
    }

    /// Compares a commit with its parents.
    fn commit(&mut self, index: usize) {
        let commits = &self.objects.commits;
        let tree = commits[index].tree.key();
        let parents: Vec<u64> =
            self.graph.parents[index].iter().map(|parent| commits[*parent as usize].tree.key()).collect();
        self.compare(index, "", tree, &parents);
        // Of a commit whose parents are not all here nobody can say what it removed.
        if self.graph.led_to_head[index] && self.graph.whole[index] {
            self.leave(index, "", Some(tree), &parents);
        }
    }

    /// Notes what the tree of a commit shows that none of its parents' trees did.
    fn compare(&mut self, commit: usize, folder: &str, tree: u64, parents: &[u64]) {
        if parents.contains(&tree) {
            return;
        }
        let forest = self.forest;
        for entry in forest.entries(tree) {
            let before: Vec<&Relevant> = parents.iter().filter_map(|parent| forest.find(*parent, entry.name)).collect();
            if let Some(name) = entry.flagged_name.filter(|_| before.is_empty()) {
                let event = self.event(commit, name);
                keep_first(&mut self.names, (forest.path(folder, entry), name), event);
            }
            if before.iter().any(|old| old.key == entry.key) {
                continue;
            }
            if entry.is_tree {
                let folders: Vec<u64> = before.iter().filter(|old| old.is_tree).map(|old| old.key).collect();
                self.compare(commit, &forest.path(folder, entry), entry.key, &folders);
            } else if let Some(blob) = entry.blob {
                self.seen.insert(blob);
                self.blob(commit, forest.path(folder, entry), blob, &before);
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

    /// Notes what the trees of all parents of a commit show and its own does not. A merge that takes the side on which a
    /// secret is gone already removes nothing.
    fn leave(&mut self, commit: usize, folder: &str, tree: Option<u64>, parents: &[u64]) {
        let (objects, forest) = (self.objects, self.forest);
        let Some((first, others)) = parents.split_first() else { return };
        if parents.iter().any(|parent| Some(*parent) == tree) {
            return;
        }
        for entry in forest.entries(*first) {
            let now = tree.and_then(|tree| forest.find(tree, entry.name));
            let others: Option<Vec<&Relevant>> = others.iter().map(|tree| forest.find(*tree, entry.name)).collect();
            let Some(others) = others.filter(|_| now.is_none_or(|now| now.key != entry.key)) else { continue };
            if entry.is_tree {
                let folders: Vec<u64> =
                    std::iter::once(entry).chain(others).filter(|old| old.is_tree).map(|old| old.key).collect();
                if folders.len() == parents.len() {
                    let now = now.filter(|now| now.is_tree).map(|now| now.key);
                    self.leave(commit, &forest.path(folder, entry), now, &folders);
                }
                continue;
            }
            for one in entry.blob.iter().flat_map(|blob| &objects.blobs[*blob].1) {
                let same = |other: &Glimpse| other.rule == one.rule && other.secret == one.secret;
                let holds = |entry: &Relevant| entry.blob.is_some_and(|blob| objects.blobs[blob].1.iter().any(same));
                if others.iter().all(|old| holds(old)) && !now.is_some_and(holds) {
                    let key = (forest.path(folder, entry), one.rule, one.secret.clone());
                    let removal = (objects.commits[commit].time, objects.commits[commit].oid, commit);
                    let last = self.removals.entry(key).or_insert(removal);
                    *last = removal.max(*last);
                }
            }
        }
    }

    fn event(&self, index: usize, blob: usize) -> Event {
        let commit = &self.objects.commits[index];
        Event { reach: self.graph.reach[index], time: commit.time, commit: commit.oid, index, blob }
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
            let here = (path.clone(), *rule, secret.clone());
            let at_head = head.secrets.get(&here);
            let removal = self.removals.get(&here).filter(|_| at_head.is_none());
            let removed = removal.map(|(_, _, index)| Removal::by(&self.objects.commits[*index]));
            let glimpse = Glimpse { rule: *rule, secret: secret.clone(), silenced: *silenced };
            for one in pages.of(event.blob).iter().filter(|one| glimpse.is_of(one) && one.stands_at(rules, Some(path)))
            {
                let mut sighting = one.clone();
                if let Some(suppression) = &mut sighting.suppression {
                    sign(suppression, &origin);
                }
                if !sighting.is_silenced() {
                    // Whoever silenced the line at HEAD silenced what it said before as well.
                    let blob = at_head.copied().flatten();
                    let comment = blob.and_then(|blob| pages.comment(blob, *rule, secret));
                    sighting.suppression = comment.or(sighting.suppression);
                }
                let place = Place {
                    source: SourceKind::Commit,
                    path: Some(path.clone()),
                    at_head: at_head.is_some(),
                    removed: removed.clone(),
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
            let reach = self.graph.reach(oid);
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
        date: Some(rfc3339(commit.date)),
        at_head: false,
        ..Place::direct(SourceKind::Commit, None)
    }
}
