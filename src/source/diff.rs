//! What changes add: the index against HEAD, and the commits of a range against their parents.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::path::Path;

use git2::{Commit, DiffOptions, Oid, Patch, Repository};

use super::compare::{Change, Folder, Trees};
use super::history::{self, rfc3339};
use super::index::Index;
use super::{Desk, note_inside, note_pointer, skip};
use crate::detect::Text;
use crate::pack::{HashKind, ObjectId, Store};
use crate::plan::ScanError;
use crate::report::{Coverage, Reach, SourceKind};
use crate::triage::group::{Place, Placed};
use crate::triage::path::is_test_path;
use crate::triage::sight::{Glimpse, Sighting, sight, sight_file};

/// What the changes showed.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) placed: Vec<Placed>,
    pub(crate) coverage: Coverage,
    /// The commits of a range, parents first.
    pub(crate) commits: Vec<Oid>,
}

/// Lines that a change adds to a file.
enum Added {
    /// All of them.
    All,
    /// These, 1-based.
    Lines(BTreeSet<u32>),
}

impl Added {
    fn holds(&self, one: &Sighting) -> bool {
        match self {
            Added::All => true,
            Added::Lines(lines) => one.touches(lines),
        }
    }

    fn and(self, other: Added) -> Added {
        match (self, other) {
            (Added::All, rest) | (rest, Added::All) => rest,
            (Added::Lines(a), Added::Lines(b)) => Added::Lines(a.intersection(&b).copied().collect()),
        }
    }
}

/// A file that a change touches.
struct Touched {
    path: String,
    /// The path as git has it.
    raw: Vec<u8>,
    oid: Oid,
    /// What was there before, in each parent that had it; nothing where the file is new.
    before: Vec<Oid>,
    /// The path itself is new.
    new_path: bool,
    /// Where the file was before, if it moved; that content is the first of `before`.
    moved_from: Option<String>,
}

impl Touched {
    fn new(path: String, oid: Oid) -> Self {
        Touched { raw: path.clone().into(), path, oid, before: Vec::new(), new_path: false, moved_from: None }
    }

    /// The lines that none of what was there before had.
    fn added(&self, repo: &Repository) -> Added {
        added(repo, &self.before, self.oid)
    }

    /// The same, as if the file had not moved here.
    fn added_here(&self, repo: &Repository) -> Added {
        added(repo, self.before.get(usize::from(self.moved_from.is_some())..).unwrap_or_default(), self.oid)
    }
}

fn added(repo: &Repository, before: &[Oid], now: Oid) -> Added {
    before.iter().fold(Added::All, |added, old| added.and(lines_between(repo, *old, now)))
}

/// Compares whole blobs as text whatever attributes or contents say: nothing in a repository makes its files opaque.
fn options() -> DiffOptions {
    let mut options = DiffOptions::new();
    options.context_lines(0).interhunk_lines(0).force_text(true).skip_binary_check(true);
    options
}

/// The files that a change touches. Repositories of their own are noted: what they hold is elsewhere.
fn touched(changes: Vec<Change>, coverage: &mut Coverage) -> Vec<Touched> {
    let name = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    // A file that only moved adds nothing, unless its old place was looked at with less care.
    let mut gone: HashMap<Oid, VecDeque<&Change>> = HashMap::new();
    for change in changes.iter().filter(|change| change.new.is_none()) {
        if let Some(old) = change.old {
            gone.entry(old.oid).or_default().push_back(change);
        }
    }
    let mut out = Vec::new();
    for change in &changes {
        let Some(new) = change.new else { continue };
        let path = name(&change.path);
        if new.is_gitlink() {
            coverage.notes.push(format!("'{path}' is a repository of its own: it was not read; scan it by its path"));
            continue;
        }
        let alike = |from: &&Change| from.old.is_some_and(|old| old.is_alike(new));
        let left = gone.get_mut(&new.oid).filter(|_| change.old.is_none());
        let moved = left.and_then(VecDeque::pop_front).filter(alike);
        out.push(Touched {
            before: moved.and_then(|from| from.old).or(change.old).map(|old| old.oid).into_iter().collect(),
            new_path: change.old.is_none(),
            moved_from: moved.map(|from| name(&from.path)),
            raw: change.path.clone(),
            ..Touched::new(path, new.oid)
        });
    }
    out
}

/// Lines of the new blob that the old one did not have; all of them where that cannot be told.
fn lines_between(repo: &Repository, old: Oid, new: Oid) -> Added {
    let (Ok(before), Ok(after)) = (repo.find_blob(old), repo.find_blob(new)) else { return Added::All };
    // Lines are those of the text: the bytes of UTF-16 hold line feeds that are none.
    let (before, after) = (Text::of(before.content()).bytes, Text::of(after.content()).bytes);
    let patch = Patch::from_buffers(&before, None, &after, None, Some(&mut options()));
    let Ok(patch) = patch else { return Added::All };
    let mut lines = BTreeSet::new();
    for hunk in 0..patch.num_hunks() {
        for line in 0..patch.num_lines_in_hunk(hunk).unwrap_or(0) {
            let Ok(line) = patch.line_in_hunk(hunk, line) else { return Added::All };
            if line.origin() == '+' {
                lines.extend(line.new_lineno());
            }
        }
    }
    Added::Lines(lines)
}

/// Reads what the next commit would add.
pub(crate) fn staged(desk: &Desk<'_>, path: &Path, scope: &str, repo: &Repository) -> Result<Changes, ScanError> {
    let fail = |source| ScanError::Git { what: "read the index", path: path.into(), source };
    desk.progress.phase("staged", None);
    let head = repo.head().ok().and_then(|head| head.peel_to_tree().ok());
    let index = Index::of(repo).map_err(|why| ScanError::Index { path: path.into(), why })?;
    let mut changes = Changes::default();
    let mut reader = Reader::new(desk, repo).map_err(fail)?;
    let before = head.map_or(Folder::Nothing, |head| Folder::Tree(head.id()));
    let differing = reader.trees.changes(before, Folder::Entries(&index.entries)).map_err(fail)?;
    for one in touched(differing, &mut changes.coverage) {
        if super::repo::within(scope, &one.path) {
            let place = Place {
                object: Some(one.oid.to_string()),
                ..Place::direct(SourceKind::Staged, Some(one.path.clone()))
            };
            reader.file(&one, &place, &mut changes);
        }
    }
    for path in index.unmerged {
        let path = String::from_utf8_lossy(&path).into_owned();
        if super::repo::within(scope, &path) {
            skip(&mut changes.coverage, path, "is not merged yet: what will be committed of it is not known");
        }
    }
    if changes.coverage.blobs == 0 && !changes.coverage.incomplete {
        changes.coverage.notes.push("nothing is staged".into());
    }
    Ok(changes)
}

/// Reads what commits add that are reachable from `to` and not from `from`.
pub(crate) fn range(
    desk: &Desk<'_>,
    path: &Path,
    scope: &str,
    repo: &Repository,
    from: Option<&str>,
    to: &str,
) -> Result<Changes, ScanError> {
    let fail = |source| ScanError::Git { what: "walk the commits", path: path.into(), source };
    let (start, end) = ends(repo, path, from, to)?;
    let mut walk = repo.revwalk().map_err(fail)?;
    walk.push(end.id()).map_err(fail)?;
    walk.hide(start.id()).map_err(fail)?;
    let mut changes = Changes::default();
    Reader::new(desk, repo).map_err(fail)?.walk(walk, path, scope, &mut changes)?;
    if changes.coverage.commits == 0 {
        changes.coverage.notes.push(format!("the range holds no commit: '{to}' adds nothing"));
        if from.is_none() && repo.is_shallow() {
            let why = "the clone is shallow, so where it left the default branch is not known: give both ends, or fetch the default branch";
            skip(&mut changes.coverage, format!("what '{to}' adds"), why);
        }
    }
    Ok(changes)
}

/// Reads what is reachable from `tips` and from nothing that is `known` or was `read`, tags included. Each tip has what it
/// brings that none before it brought, as if they were pushed one after the other.
pub(crate) fn fresh(
    desk: &Desk<'_>,
    path: &Path,
    repo: &Repository,
    tips: &[String],
    known: &[String],
    read: &[String],
) -> Result<Vec<Changes>, ScanError> {
    let fail = |source| ScanError::Git { what: "walk the commits", path: path.into(), source };
    let mut walk = repo.revwalk().map_err(fail)?;
    let (mut changes, mut brought, mut commits) = (Changes::default(), Vec::new(), Vec::new());
    let mut reader = Reader::new(desk, repo).map_err(fail)?;
    for name in tips {
        let object = repo.revparse_single(name).map_err(|error| unresolved(path, name, &error))?;
        let mut mine = Changes::default();
        let commit = reader.tip(object, &mut mine).map_err(fail)?;
        if let Some(commit) = commit {
            walk.push(commit).map_err(fail)?;
        }
        brought.push(mine);
        commits.push(commit);
    }
    for name in known.iter().chain(read) {
        if name.contains('*') {
            walk.hide_glob(name).map_err(fail)?;
        } else if let Ok(commit) = repo.revparse_single(name).and_then(|object| object.peel_to_commit()) {
            walk.hide(commit.id()).map_err(fail)?;
        } else if known.contains(name) {
            changes.coverage.notes.push(format!("'{name}' is not here, so what it holds counts as new; fetch it"));
        }
    }
    reader.walk(walk, path, "", &mut changes)?;
    let owners = owners(repo, &commits, &changes.commits).map_err(fail)?;
    for one in changes.placed {
        let owner = one.place.commit.as_ref().and_then(|id| owners.get(id)).copied().unwrap_or(0);
        brought[owner].placed.push(one);
    }
    for id in changes.commits {
        brought[owners.get(&id.to_string()).copied().unwrap_or(0)].commits.push(id);
    }
    brought.extend(tips.is_empty().then(Changes::default));
    super::merge(&mut brought[0].coverage, changes.coverage);
    Ok(brought)
}

/// Which tip each new commit is the first to bring: by the commit's id, the tip's index.
fn owners(repo: &Repository, tips: &[Option<Oid>], new: &[Oid]) -> Result<HashMap<String, usize>, git2::Error> {
    let mut left: HashSet<Oid> = new.iter().copied().collect();
    let mut out = HashMap::new();
    for (index, tip) in tips.iter().enumerate() {
        let mut next: Vec<Oid> = tip.iter().copied().collect();
        while let Some(id) = next.pop() {
            if left.remove(&id) {
                out.insert(id.to_string(), index);
                next.extend(repo.find_commit(id)?.parent_ids());
            }
        }
    }
    Ok(out)
}

/// The commits at the ends of a range.
pub(crate) fn ends<'r>(
    repo: &'r Repository,
    path: &Path,
    from: Option<&str>,
    to: &str,
) -> Result<(Commit<'r>, Commit<'r>), ScanError> {
    let end = resolve(repo, path, to)?;
    let start = match from {
        Some(name) => resolve(repo, path, name)?,
        None => branching_point(repo, path, to, &end)?,
    };
    Ok((start, end))
}

/// Reads every file of a commit's tree.
pub(crate) fn tree(desk: &Desk<'_>, repo: &Repository, commit: &Commit<'_>) -> Result<Changes, git2::Error> {
    let mut reader = Reader::new(desk, repo)?;
    let mut changes = Changes::default();
    let mut files = Vec::new();
    commit.tree()?.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
        if entry.kind() == Some(git2::ObjectType::Blob) {
            let path = format!("{folder}{}", String::from_utf8_lossy(entry.name_bytes()));
            files.push(Touched::new(path, entry.id()));
        }
        if desk.progress.interrupted() { git2::TreeWalkResult::Abort } else { git2::TreeWalkResult::Ok }
    })?;
    for one in files {
        let place = Place {
            object: Some(one.oid.to_string()),
            at_head: true,
            reach: Reach::Refs,
            ..Place::direct(SourceKind::Commit, Some(one.path.clone()))
        };
        reader.file(&one, &place, &mut changes);
    }
    Ok(changes)
}

/// Commits that others lead to.
pub(crate) struct Reached {
    pub(crate) tips: BTreeMap<String, ObjectId>,
    pub(crate) commits: HashSet<ObjectId>,
}

/// Finds the commits that revisions and globs of refs lead to.
pub(crate) fn reached(repo: &Repository, path: &Path, tips: &[String]) -> Result<Reached, ScanError> {
    let fail = |source| ScanError::Git { what: "walk the commits", path: path.into(), source };
    let id = |oid: Oid| ObjectId::from_hex(&oid.to_string());
    let mut out = Reached { tips: BTreeMap::new(), commits: HashSet::new() };
    let mut walk = repo.revwalk().map_err(fail)?;
    for name in tips {
        if name.contains('*') {
            walk.push_glob(name).map_err(fail)?;
            for one in repo.references_glob(name).map_err(fail)?.flatten() {
                let commit = one.peel_to_commit().ok().and_then(|commit| id(commit.id()));
                out.tips.extend(commit.map(|commit| (String::from_utf8_lossy(one.name_bytes()).into_owned(), commit)));
            }
        } else if let Ok(commit) = repo.revparse_single(name).and_then(|object| object.peel_to_commit()) {
            walk.push(commit.id()).map_err(fail)?;
            out.tips.extend(id(commit.id()).map(|commit| (name.clone(), commit)));
        }
    }
    for oid in walk {
        out.commits.extend(id(oid.map_err(fail)?));
    }
    Ok(out)
}

fn resolve<'r>(repo: &'r Repository, path: &Path, name: &str) -> Result<Commit<'r>, ScanError> {
    let commit = |name: &str| repo.revparse_single(name).and_then(|object| object.peel_to_commit());
    // Git takes the tag. Whoever makes one that is named as the default branch would have every range begin there.
    let of = |refs: &str| commit(&format!("{refs}{name}")).ok().map(|commit| commit.id());
    if let Some(tag) = of("refs/tags/")
        && ["refs/heads/", "refs/remotes/origin/"].iter().filter_map(|refs| of(refs)).any(|branch| branch != tag)
    {
        let message = format!("it is a branch and a tag; write 'refs/heads/{name}' or 'refs/tags/{name}'");
        return Err(ScanError::Revision { name: name.into(), path: path.into(), message });
    }
    // So would whoever names a branch as the id of a commit begins.
    let short = (4..40).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    if short
        && let (Ok(id), Ok(named)) = (repo.find_commit_by_prefix(name), commit(name))
        && id.id() != named.id()
    {
        let message =
            format!("it is a ref and the beginning of an id; write '{}', or the whole name of the ref", id.id());
        return Err(ScanError::Revision { name: name.into(), path: path.into(), message });
    }
    // Checkouts of CI services have most branches as those of their remote alone.
    let found = commit(name).or_else(|error| commit(&format!("refs/remotes/origin/{name}")).map_err(|_| error));
    found.map_err(|error| unresolved(path, name, &error))
}

fn unresolved(path: &Path, name: &str, error: &git2::Error) -> ScanError {
    let message = format!("{}; fetch it, or name a commit, branch or tag that is here", error.message());
    ScanError::Revision { name: name.into(), path: path.into(), message }
}

/// Where `to` left the default branch.
fn branching_point<'r>(repo: &'r Repository, path: &Path, to: &str, end: &Commit<'_>) -> Result<Commit<'r>, ScanError> {
    let names = [
        "refs/remotes/origin/HEAD",
        "refs/remotes/origin/main",
        "refs/remotes/origin/master",
        "refs/heads/main",
        "refs/heads/master",
    ];
    let fail = |message: String| ScanError::Revision { name: to.into(), path: path.into(), message };
    let default =
        names.iter().find_map(|name| repo.revparse_single(name).and_then(|object| object.peel_to_commit()).ok());
    let default = default
        .ok_or_else(|| fail("the default branch cannot be told; give both ends, as --range main..topic".into()))?;
    let base = repo
        .merge_base(default.id(), end.id())
        .map_err(|_| fail("it shares no commit with the default branch; give both ends".into()))?;
    repo.find_commit(base).map_err(|error| fail(error.message().into()))
}

/// Blobs that are read one by one before it is asked how many there are.
const FEW: usize = 64;
/// Objects that a walk reads in the time in which one blob is found, read whole and let go.
const OBJECTS_FOR_A_BLOB: usize = 16;

/// Reads blobs once, however many commits hold them.
struct Reader<'a> {
    desk: &'a Desk<'a>,
    repo: &'a Repository,
    trees: Trees<'a>,
    known: HashMap<Oid, Vec<Sighting>>,
    /// Blobs that are known to show nothing, with their sizes.
    clean: foldhash::HashMap<ObjectId, u64>,
    /// Blobs that were read one by one, and how many of them are few.
    single: usize,
    patience: usize,
    /// Commits whose parents a shallow clone left out.
    boundary: HashSet<Oid>,
}

impl<'a> Reader<'a> {
    fn new(desk: &'a Desk<'a>, repo: &'a Repository) -> Result<Self, git2::Error> {
        let shallow = std::fs::read_to_string(repo.commondir().join("shallow")).unwrap_or_default();
        let boundary = shallow.lines().filter_map(|line| Oid::from_str(line.trim()).ok()).collect();
        let (known, clean) = (HashMap::new(), Default::default());
        Ok(Reader { desk, repo, trees: Trees::of(repo)?, known, clean, single: 0, patience: FEW, boundary })
    }

    /// Reads the commits of a walk, oldest first, and says if a shallow clone cut it short.
    fn walk(
        &mut self,
        mut walk: git2::Revwalk<'_>,
        path: &Path,
        scope: &str,
        changes: &mut Changes,
    ) -> Result<(), ScanError> {
        let fail = |source| ScanError::Git { what: "walk the commits", path: path.into(), source };
        walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE).map_err(fail)?;
        let head = self.repo.head().ok().and_then(|head| head.peel_to_commit().ok()).map(|head| head.tree_id());
        let commits = walk.collect::<Result<Vec<Oid>, _>>().map_err(fail)?;
        self.desk.progress.phase("commits", Some(commits.len() as u64));
        let mut cut = false;
        for oid in commits {
            if self.desk.progress.interrupted() {
                return Err(ScanError::Interrupted);
            }
            let commit = self.repo.find_commit(oid).map_err(fail)?;
            changes.commits.push(commit.id());
            cut |= self.boundary.contains(&commit.id());
            let before = changes.coverage.bytes;
            self.commit(&commit, scope, head, changes).map_err(fail)?;
            self.desk.progress.advance(1, changes.coverage.bytes - before);
        }
        if cut {
            skip(
                &mut changes.coverage,
                format!("history of '{}'", super::repo::display(path)),
                "the clone is shallow: commits of the range may be missing; fetch them with 'git fetch --unshallow'",
            );
        }
        if std::fs::metadata(self.repo.commondir().join("info/grafts")).is_ok_and(|meta| meta.len() > 0) {
            skip(
                &mut changes.coverage,
                format!("history of '{}'", super::repo::display(path)),
                "'info/grafts' of its git directory gives commits other parents: some may be missing; remove that file",
            );
        }
        Ok(())
    }

    /// Once so many blobs were read one by one that a walk over the whole store would have cost no more, walks it: that
    /// carries scans from version to version, and then only blobs that show something are read one by one.
    fn look_ahead(&mut self) {
        self.single += 1;
        if self.single != self.patience || self.desk.plan.whole {
            return;
        }
        let directory = self.repo.commondir().join("objects");
        self.patience = Store::at_least(&directory) / OBJECTS_FOR_A_BLOB;
        if self.single < self.patience {
            return;
        }
        // libgit2 opens repositories of SHA-1 alone. What the walk cannot read is read, and told, one by one.
        let Ok(store) = Store::open(&directory, HashKind::Sha1) else { return };
        let objects = store.objects().count();
        self.patience = objects / OBJECTS_FOR_A_BLOB;
        if self.single >= self.patience {
            self.desk.progress.phase("objects", Some(objects as u64));
            self.clean = history::clean(self.desk, &store);
            self.desk.progress.phase("commits", None);
        }
    }

    /// Reads an object that a ref is to name, unless it is a commit, whose id is returned.
    fn tip(&mut self, object: git2::Object<'_>, changes: &mut Changes) -> Result<Option<Oid>, git2::Error> {
        let (plan, mut object) = (self.desk.plan, object);
        while let Some(tag) = object.as_tag() {
            changes.coverage.tags += 1;
            self.text(tag.id(), &Place::direct(SourceKind::Tag, None), changes)?;
            object = tag.target()?;
        }
        if let Some(commit) = object.as_commit() {
            return Ok(Some(commit.id()));
        }
        let place = Place::direct(SourceKind::Object, None);
        if let Some(tree) = object.as_tree() {
            let all = self.trees.changes(Folder::Nothing, Folder::Tree(tree.id()))?;
            for one in touched(all, &mut changes.coverage) {
                let (path, object) = (Some(one.path.clone()), Some(one.oid.to_string()));
                self.file(&one, &Place { path, object, ..place.clone() }, changes);
            }
        } else {
            let found = self.blob(object.id(), "", &mut changes.coverage).to_vec();
            let place = Place { object: Some(object.id().to_string()), ..place };
            let stands = found.into_iter().filter(|one| one.stands_at(&plan.rules, None));
            changes.placed.extend(stands.map(|sighting| Placed { sighting, place: place.clone() }));
        }
        Ok(None)
    }

    /// Reads a commit or a tag as text: its message, its people, and whatever else its header says.
    fn text(&self, id: Oid, place: &Place, changes: &mut Changes) -> Result<(), git2::Error> {
        let (plan, odb) = (self.desk.plan, self.repo.odb()?);
        let object = odb.read(id)?;
        let seen = history::texts(plan, object.data(), place.source)
            .filter(|(_, sighting)| sighting.stands_at(&plan.rules, None))
            .map(|(source, sighting)| {
                let place = Place { source, object: Some(id.to_string()), ..place.clone() };
                Placed { sighting, place }
            });
        changes.placed.extend(seen);
        Ok(())
    }

    fn commit(
        &mut self,
        commit: &Commit<'_>,
        scope: &str,
        head: Option<Oid>,
        changes: &mut Changes,
    ) -> Result<(), git2::Error> {
        changes.coverage.commits += 1;
        let place = Place {
            commit: Some(commit.id().to_string()),
            author: Some(person(&commit.author())),
            date: Some(rfc3339((commit.author().when().seconds(), commit.author().when().offset_minutes()))),
            reach: Reach::Refs,
            ..Place::direct(SourceKind::Commit, None)
        };
        if scope.is_empty() {
            self.text(commit.id(), &Place { source: SourceKind::Message, ..place.clone() }, changes)?;
        }
        let parents = commit.parents().map(|parent| parent.tree_id()).collect::<Vec<Oid>>();
        let before = parents.first().map_or(Folder::Nothing, |parent| Folder::Tree(*parent));
        let differing = self.trees.changes(before, Folder::Tree(commit.tree_id()))?;
        for mut one in touched(differing, &mut changes.coverage) {
            if !super::repo::within(scope, &one.path) {
                continue;
            }
            // What a merge takes over from any of its parents is not the merge's own.
            let at = |tree: Oid| Ok(self.trees.find(tree, &one.raw)?.map(|file| file.oid));
            let others = parents.iter().skip(1).map(|tree| at(*tree)).collect::<Result<Vec<_>, git2::Error>>()?;
            if others.contains(&Some(one.oid)) {
                continue;
            }
            for other in others.into_iter().flatten() {
                one.before.push(other);
                one.new_path = false;
            }
            let (path, object) = (Some(one.path.clone()), Some(one.oid.to_string()));
            let first = changes.placed.len();
            self.file(&one, &Place { path, object, ..place.clone() }, changes);
            // To look into HEAD takes as long as the rest, and most files show nothing.
            if first < changes.placed.len() {
                let at_head = head.and_then(|head| self.trees.find(head, &one.raw).ok().flatten());
                let at_head = at_head.is_some_and(|file| file.oid == one.oid);
                changes.placed[first..].iter_mut().for_each(|placed| placed.place.at_head = at_head);
            }
        }
        Ok(())
    }

    fn file(&mut self, one: &Touched, place: &Place, changes: &mut Changes) {
        if self.desk.excludes(&one.path) {
            changes.coverage.excluded += 1;
            return;
        }
        let rules = &self.desk.plan.rules;
        if one.new_path {
            let name = one.path.as_bytes();
            let seen = sight(self.desk.plan.eye(), name)
                .sightings
                .into_iter()
                .filter(|found| found.stands_at(rules, Some(&one.path)));
            changes.placed.extend(
                seen.map(|sighting| Placed { sighting, place: Place { source: SourceKind::Path, ..place.clone() } }),
            );
        }
        let sightings = self.blob(one.oid, &one.path, &mut changes.coverage);
        let stands = sightings.iter().filter(|found| found.stands_at(rules, Some(&one.path)));
        let stands: Vec<Sighting> = stands.cloned().collect();
        if stands.is_empty() {
            return;
        }
        let (added, added_here) = (one.added(self.repo), LazyCell::new(|| one.added_here(self.repo)));
        let held = LazyCell::new(|| self.held_before(one));
        let was_there = |found: &Sighting| {
            let inside = found.member.is_some();
            held.iter().any(|(member, old)| *member == inside && old.is_of(found))
        };
        let left_out = one.moved_from.as_deref().is_some_and(|old| self.desk.excludes(old));
        let from_tests = one.moved_from.as_deref().is_some_and(is_test_path) && !is_test_path(&one.path);
        // Where a file came from, its secrets may have counted for less, or for nothing.
        let comes_out = |found: &Sighting| {
            left_out || from_tests || one.moved_from.is_some() && !found.stands_at(rules, one.moved_from.as_deref())
        };
        // A change of an archive changes all of its bytes, so its members are told apart by what they hold.
        let is_new = |found: &Sighting| match found.member {
            _ if comes_out(found) => added_here.holds(found),
            Some(_) => !was_there(found),
            None if added.holds(found) => true,
            // Lines that were there may come to be a finding, or to be silenced, by what is taken out between them, or by
            // a merge of one line with the other. What a nameless value is held for changes with any line around it.
            None => (found.is_silenced() || !rules.rules()[found.rule].spec.generic) && !was_there(found),
        };
        let news = stands.into_iter().filter(is_new);
        changes.placed.extend(news.map(|sighting| Placed { sighting, place: place.clone() }));
    }

    /// What was there before, and whether inside an archive. What of it cannot be read is told as new.
    fn held_before(&self, one: &Touched) -> Vec<(bool, Glimpse)> {
        let read = |old: &Oid| match self.known.get(old) {
            Some(known) => known.clone(),
            None => self.open(*old, &one.path, &mut Coverage::default()),
        };
        let glimpse = |found: Sighting| (found.member.is_some(), Glimpse::of(&found));
        one.before.iter().flat_map(read).map(glimpse).collect()
    }

    fn blob(&mut self, oid: Oid, path: &str, coverage: &mut Coverage) -> &[Sighting] {
        if !self.known.contains_key(&oid) {
            let seen = match self.clean_size(oid) {
                Some(size) => {
                    coverage.blobs += 1;
                    coverage.bytes += size;
                    Vec::new()
                }
                None => {
                    self.look_ahead();
                    self.open(oid, path, coverage)
                }
            };
            self.known.insert(oid, seen);
        }
        self.known.get(&oid).map_or(&[], Vec::as_slice)
    }

    /// Size of a blob that is known to show nothing.
    fn clean_size(&self, oid: Oid) -> Option<u64> {
        self.clean.get(&ObjectId::from_hex(&oid.to_string())?).copied()
    }

    fn open(&self, oid: Oid, path: &str, coverage: &mut Coverage) -> Vec<Sighting> {
        let blob = match self.repo.find_blob(oid) {
            Ok(blob) => blob,
            Err(error) => {
                skip(coverage, format!("blob {oid} ('{path}')"), format!("cannot be read: {}", error.message()));
                return Vec::new();
            }
        };
        if let Some(why) = self.desk.too_large(blob.size() as u64) {
            skip(coverage, format!("blob {oid} ('{path}')"), why);
            return Vec::new();
        }
        coverage.blobs += 1;
        coverage.bytes += blob.size() as u64;
        note_pointer(coverage, path, blob.content());
        let sighted = sight_file(self.desk.plan, blob.content());
        note_inside(coverage, path, sighted.opened);
        sighted.sightings
    }
}

/// A person as git writes them.
pub(crate) fn person(who: &git2::Signature<'_>) -> String {
    format!("{} <{}>", String::from_utf8_lossy(who.name_bytes()), String::from_utf8_lossy(who.email_bytes()))
}
