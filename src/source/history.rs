//! Everything a repository holds: every object once, whether a ref reaches it or not.
//!
//! git2's object database does the reading. The joint to the rest is [`Objects`]: a walk that yields
//! the same may take its place.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Mutex;

use git2::{ObjectType, Odb, Oid, Repository};
use rayon::prelude::*;

use super::repo::{Tips, gitdir_files, is_partial};
use super::{Desk, merge, skip};
use crate::detect::{Judge, Text, scan_state};
use crate::plan::ScanError;
use crate::report::{Coverage, SourceKind};
use crate::triage::group::{Place, Placed};
use crate::triage::sight::{Glimpse, Sighting, glance, sight};

/// Objects that one piece of work reads: neighbours in a pack, so that their bases are at hand.
const BATCH: usize = 256;

/// A commit without its message.
pub(crate) struct Commit {
    pub(crate) oid: Oid,
    pub(crate) tree: Oid,
    pub(crate) parents: Vec<Oid>,
    /// `Name <email>`.
    pub(crate) author: String,
    /// Author's date, RFC 3339.
    pub(crate) date: String,
    /// Committer's date in seconds since 1970, which orders commits.
    pub(crate) time: i64,
}

/// What a whole repository showed, before history is asked where it came from.
#[derive(Default)]
pub(crate) struct Objects {
    pub(crate) commits: Vec<Commit>,
    pub(crate) trees: Vec<Oid>,
    /// Blobs with sightings.
    pub(crate) blobs: Vec<(Oid, Vec<Glimpse>)>,
    /// File names with sightings.
    pub(crate) names: Vec<(Vec<u8>, Vec<Sighting>)>,
    /// Commits and tags with sightings, by the part of them.
    pub(crate) messages: Vec<(Oid, SourceKind, Sighting)>,
    pub(crate) coverage: Coverage,
}

impl Objects {
    fn merge(mut self, other: Objects) -> Self {
        self.commits.extend(other.commits);
        self.trees.extend(other.trees);
        self.blobs.extend(other.blobs);
        self.names.extend(other.names);
        self.messages.extend(other.messages);
        merge(&mut self.coverage, other.coverage);
        self
    }
}

/// Reads all objects of the repository.
pub(crate) fn read(desk: &Desk<'_>, repo: &Repository, root: &Path) -> Result<Objects, ScanError> {
    let fail = |what| move |source| ScanError::Git { what, path: root.into(), source };
    let ids = object_ids(repo).map_err(fail("list the objects"))?;
    desk.progress.phase("objects", Some(ids.order.len() as u64));
    let walk = Walk { desk, known: &ids, names: SeenNames::default(), missing: Mutex::default(), path: repo.path() };
    let path = repo.path();
    let open = || (Repository::open(path), HashSet::new());
    let mut objects = ids
        .order
        .par_chunks(BATCH)
        .map_init(open, |(repo, entries), batch| {
            match repo
                .as_ref()
                .map_err(git2::Error::message)
                .and_then(|repo| repo.odb().map_err(|_| "its objects cannot be opened"))
            {
                Ok(odb) => walk.batch(&odb, entries, batch),
                Err(why) => {
                    let mut objects = Objects::default();
                    skip(&mut objects.coverage, format!("{} objects of '{}'", batch.len(), root.display()), why);
                    objects
                }
            }
        })
        .reduce(Objects::default, Objects::merge);
    if desk.progress.interrupted() {
        return Err(ScanError::Interrupted);
    }
    objects.coverage.missing_objects += walk.missing.into_inner().map_or(0, |missing| missing.len() as u64);
    Ok(objects)
}

/// The ids of all objects, in the order of their packs.
pub(crate) struct Ids {
    order: Vec<Oid>,
    all: HashSet<Oid>,
}

fn object_ids(repo: &Repository) -> Result<Ids, git2::Error> {
    let mut ids = Ids { order: Vec::new(), all: HashSet::new() };
    repo.odb()?.foreach(|oid| {
        if ids.all.insert(*oid) {
            ids.order.push(*oid);
        }
        true
    })?;
    Ok(ids)
}

struct Walk<'a> {
    desk: &'a Desk<'a>,
    known: &'a Ids,
    names: SeenNames,
    missing: Mutex<HashSet<Oid>>,
    path: &'a Path,
}

/// File names that were read already, in shards so that workers seldom wait for each other.
struct SeenNames {
    hasher: RandomState,
    shards: Vec<Mutex<HashSet<Box<[u8]>>>>,
}

impl Default for SeenNames {
    fn default() -> Self {
        SeenNames { hasher: RandomState::new(), shards: (0..64).map(|_| Mutex::default()).collect() }
    }
}

impl SeenNames {
    fn is_new(&self, name: &[u8]) -> bool {
        let shard = &self.shards[(self.hasher.hash_one(name) % 64) as usize];
        shard.lock().is_ok_and(|mut seen| !seen.contains(name) && seen.insert(name.into()))
    }
}

impl Walk<'_> {
    fn batch(&self, odb: &Odb<'_>, entries: &mut HashSet<u64>, batch: &[Oid]) -> Objects {
        let mut out = Objects::default();
        if self.desk.progress.interrupted() {
            return out;
        }
        let mut bytes = 0;
        for &oid in batch {
            let object = match odb.read(oid) {
                Ok(object) => object,
                Err(error) => {
                    skip(
                        &mut out.coverage,
                        format!("object {oid} of '{}'", self.path.display()),
                        format!("cannot be read: {}", error.message()),
                    );
                    continue;
                }
            };
            bytes += object.len() as u64;
            match object.kind() {
                ObjectType::Blob => self.blob(oid, object.data(), &mut out),
                ObjectType::Commit => self.commit(oid, object.data(), &mut out),
                ObjectType::Tag => self.tag(oid, object.data(), &mut out),
                ObjectType::Tree => self.tree(oid, object.data(), entries, &mut out),
                _ => {}
            }
        }
        out.coverage.bytes += bytes;
        self.desk.progress.advance(batch.len() as u64, bytes);
        out
    }

    fn sight(&self, content: &[u8]) -> Vec<Sighting> {
        sight(&self.desk.plan.rules, content, self.desk.plan.line_hashes).sightings
    }

    fn blob(&self, oid: Oid, data: &[u8], out: &mut Objects) {
        if let Some(why) = self.desk.too_large(data.len() as u64) {
            skip(&mut out.coverage, format!("blob {oid}"), why);
            return;
        }
        out.coverage.blobs += 1;
        let rules = &self.desk.plan.rules;
        let text = Text::of(data);
        let mut judge = Judge::default();
        let state = scan_state(rules, &mut judge, &text.bytes);
        let seen = glance(rules, &mut judge, &text.bytes, text.encoding, &state);
        if !seen.is_empty() {
            out.blobs.push((oid, seen));
        }
    }

    fn commit(&self, oid: Oid, data: &[u8], out: &mut Objects) {
        out.coverage.commits += 1;
        match parse_commit(oid, data) {
            Some(commit) => out.commits.push(commit),
            None => skip(
                &mut out.coverage,
                format!("commit {oid}"),
                "is malformed: its tree, author or date cannot be told; its text was read",
            ),
        }
        self.text(oid, data, SourceKind::Message, out);
    }

    fn tag(&self, oid: Oid, data: &[u8], out: &mut Objects) {
        out.coverage.tags += 1;
        self.text(oid, data, SourceKind::Tag, out);
    }

    /// A commit or tag as text. Lines of a message count from its own first one.
    fn text(&self, oid: Oid, data: &[u8], kind: SourceKind, out: &mut Objects) {
        let sightings = self.sight(data);
        if sightings.is_empty() {
            return;
        }
        let head_lines = header_lines(data);
        for mut one in sightings {
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
            out.messages.push((oid, source, one));
        }
    }

    fn tree(&self, oid: Oid, data: &[u8], seen: &mut HashSet<u64>, out: &mut Objects) {
        out.coverage.trees += 1;
        out.trees.push(oid);
        for entry in TreeEntries(data) {
            let Some(entry) = entry else {
                skip(
                    &mut out.coverage,
                    format!("tree {oid}"),
                    "is malformed: the entries after the first damaged one were not read",
                );
                return;
            };
            // Most entries stand in many versions of their tree: one look at each is enough.
            if !seen.insert(self.names.hasher.hash_one((entry.name, entry.oid.as_bytes()))) {
                continue;
            }
            if !entry.is_gitlink() && !self.known.all.contains(&entry.oid) {
                if let Ok(mut missing) = self.missing.lock() {
                    missing.insert(entry.oid);
                }
            }
            if self.names.is_new(entry.name) {
                let sightings = self.sight(entry.name);
                if !sightings.is_empty() {
                    out.names.push((entry.name.to_vec(), sightings));
                }
            }
        }
    }
}

/// Lines of the header, with the empty line that ends it.
fn header_lines(data: &[u8]) -> u32 {
    let end = memchr::memmem::find(data, b"\n\n").map_or(data.len(), |at| at + 2);
    memchr::memchr_iter(b'\n', &data[..end]).count() as u32
}

/// One entry of a tree.
pub(crate) struct TreeEntry<'a> {
    pub(crate) mode: &'a [u8],
    pub(crate) name: &'a [u8],
    pub(crate) oid: Oid,
}

impl TreeEntry<'_> {
    pub(crate) fn is_tree(&self) -> bool {
        self.mode == b"40000" || self.mode == b"040000"
    }

    /// A commit of another repository.
    pub(crate) fn is_gitlink(&self) -> bool {
        self.mode == b"160000"
    }
}

/// The entries of a raw tree; `None` once where it is malformed.
pub(crate) struct TreeEntries<'a>(pub(crate) &'a [u8]);

impl<'a> Iterator for TreeEntries<'a> {
    type Item = Option<TreeEntry<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let data = std::mem::take(&mut self.0);
        let parse = || {
            let space = memchr::memchr(b' ', data)?;
            let nul = space + memchr::memchr(0, &data[space..])?;
            let oid = Oid::from_bytes(data.get(nul + 1..nul + 21)?).ok()?;
            Some((TreeEntry { mode: &data[..space], name: &data[space + 1..nul], oid }, &data[nul + 21..]))
        };
        match parse() {
            Some((entry, rest)) => {
                self.0 = rest;
                Some(Some(entry))
            }
            None => Some(None),
        }
    }
}

fn parse_commit(oid: Oid, data: &[u8]) -> Option<Commit> {
    let mut lines = data.split(|byte| *byte == b'\n').peekable();
    let hex = |line: &[u8], name: &[u8]| Oid::from_str(std::str::from_utf8(line.strip_prefix(name)?).ok()?).ok();
    let tree = hex(lines.next()?, b"tree ")?;
    let mut parents = Vec::new();
    while let Some(parent) = lines.peek().and_then(|line| hex(line, b"parent ")) {
        parents.push(parent);
        lines.next();
    }
    let (author, date) = identity(lines.next()?.strip_prefix(b"author ")?)?;
    let (_, committed) = identity(lines.next()?.strip_prefix(b"committer ")?)?;
    Some(Commit { oid, tree, parents, author, date: rfc3339(date), time: committed.0 })
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
pub(crate) fn read_gitdir(desk: &Desk<'_>, repo: &Repository, tips: &Tips, coverage: &mut Coverage) -> Vec<Placed> {
    let plan = desk.plan;
    let mut out = Vec::new();
    let mut place = |sightings: Vec<Sighting>, source, path: String| {
        let stands = sightings.into_iter().filter(|one| one.stands_at(&plan.rules, Some(&path)));
        out.extend(stands.map(|sighting| Placed { sighting, place: Place::direct(source, Some(path.clone())) }));
    };
    for file in gitdir_files(repo) {
        let base = if file.starts_with(repo.path()) { repo.path() } else { repo.commondir() };
        let inside = file.strip_prefix(base).unwrap_or(&file);
        let name = format!(".git/{}", super::repo::display(inside));
        match std::fs::read(&file) {
            Ok(content) => {
                coverage.bytes += content.len() as u64;
                place(sight(&plan.rules, &content, plan.line_hashes).sightings, SourceKind::Gitdir, name);
            }
            Err(error) => skip(coverage, name, format!("cannot be read: {error}")),
        }
    }
    for (name, _) in &tips.refs {
        place(sight(&plan.rules, name.as_bytes(), plan.line_hashes).sightings, SourceKind::Ref, name.clone());
    }
    out
}

/// What keeps a history from being whole: shallow clones, objects left with the remote, missing ones, broken refs.
pub(crate) fn gaps(repo: &Repository, tips: &Tips, commits: &[Commit], root: &Path, coverage: &mut Coverage) {
    let shown = super::repo::display(root);
    if repo.is_shallow() {
        let why = "the clone is shallow: older commits are not here; fetch them with 'git fetch --unshallow'";
        skip(coverage, format!("history of '{shown}'"), why);
    } else {
        let known: HashMap<Oid, ()> = commits.iter().map(|commit| (commit.oid, ())).collect();
        let lost: HashSet<Oid> = commits
            .iter()
            .flat_map(|commit| &commit.parents)
            .filter(|parent| !known.contains_key(parent))
            .copied()
            .collect();
        if !lost.is_empty() {
            coverage.missing_objects += lost.len() as u64;
            skip(coverage, format!("{} commits of '{shown}'", lost.len()), "their objects are missing");
        }
    }
    if coverage.missing_objects > 0 {
        let why = if is_partial(repo) {
            "the clone left them with its remote; fetch them, or scan a full clone"
        } else {
            "they are missing; 'git fsck' tells more"
        };
        skip(coverage, format!("{} objects of '{shown}'", coverage.missing_objects), why);
    }
    for name in &tips.broken {
        skip(coverage, format!("{name} of '{shown}'"), "cannot be read");
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
    fn dates_keep_their_offset() {
        assert_eq!(rfc3339((0, 330)), "1970-01-01T05:30:00+05:30");
        assert_eq!(rfc3339((1_700_000_000, -480)), "2023-11-14T14:13:20-08:00");
        assert_eq!(rfc3339((i64::MAX, 99_999)), "1970-01-01T00:00:00+00:00");
    }

    #[test]
    fn a_commit_without_a_zone_or_with_odd_names_is_read() {
        let oid = Oid::from_str(&"1".repeat(40)).expect("hex");
        let raw = format!(
            "tree {}\nparent {}\nauthor A <> <b> 5 +0100\ncommitter C <c> 9\n\nhello",
            "2".repeat(40),
            "3".repeat(40)
        );
        let commit = parse_commit(oid, raw.as_bytes()).expect("well formed");
        assert_eq!((commit.author.as_str(), commit.time, commit.parents.len()), ("A <> <b>", 9, 1));
        assert!(parse_commit(oid, b"tree x").is_none());
    }

    #[test]
    fn a_damaged_tree_yields_what_stands_before_the_damage() {
        let mut raw = b"100644 a\0".to_vec();
        raw.extend([1; 20]);
        raw.extend(b"100644 b\0short");
        let entries: Vec<_> = TreeEntries(&raw).collect();
        assert_eq!(entries.len(), 2);
        assert!(entries[0].is_some() && entries[1].is_none());
    }
}
