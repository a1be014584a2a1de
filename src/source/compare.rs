//! Which files differ between two states of a repository: trees, or the index.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use git2::{ObjectType, Odb, Oid, Repository};

use super::index::Entry;

/// Bytes of trees that are kept.
const MOST_KEPT: usize = 64 << 20;
/// Bytes of an id. libgit2 opens repositories of SHA-1 alone.
const ID: usize = 20;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) mode: u32,
    pub(crate) oid: Oid,
}

impl File {
    fn kind(self) -> u32 {
        self.mode & 0o170_000
    }

    fn is_tree(self) -> bool {
        self.kind() == 0o040_000
    }

    /// A commit of another repository.
    pub(crate) fn is_gitlink(self) -> bool {
        self.kind() == 0o160_000
    }

    /// Whether both are files, or both are links.
    pub(crate) fn is_alike(self, other: File) -> bool {
        self.kind() == other.kind()
    }
}

/// A path at which two states differ. Neither side is a folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) path: Vec<u8>,
    pub(crate) old: Option<File>,
    pub(crate) new: Option<File>,
}

/// A folder of a state.
#[derive(Clone, Copy)]
pub(crate) enum Folder<'i> {
    Nothing,
    Tree(Oid),
    /// Entries of an index whose paths begin with the folder's.
    Entries(&'i [Entry]),
}

/// An entry of a folder.
struct Item<'a, 'i> {
    name: &'a [u8],
    what: What<'i>,
}

#[derive(Clone, Copy)]
enum What<'i> {
    File(File),
    Folder(Folder<'i>),
}

impl<'i> What<'i> {
    fn of(file: File) -> Self {
        if file.is_tree() { What::Folder(Folder::Tree(file.oid)) } else { What::File(file) }
    }

    fn file(self) -> Option<File> {
        if let What::File(file) = self { Some(file) } else { None }
    }

    fn folder(self) -> Option<Folder<'i>> {
        if let What::Folder(folder) = self { Some(folder) } else { None }
    }

    fn same(self, other: What<'_>) -> bool {
        match (self, other) {
            (What::File(a), What::File(b)) => a == b,
            (What::Folder(Folder::Tree(a)), What::Folder(Folder::Tree(b))) => a == b,
            _ => false,
        }
    }
}

/// Reads trees of a repository, most of them once.
pub(crate) struct Trees<'r> {
    odb: Odb<'r>,
    kept: RefCell<Kept>,
}

/// Trees, and how many bytes they are.
#[derive(Default)]
struct Kept {
    trees: HashMap<Oid, Rc<[u8]>>,
    bytes: usize,
}

impl<'r> Trees<'r> {
    pub(crate) fn of(repo: &'r Repository) -> Result<Self, git2::Error> {
        Ok(Trees { odb: repo.odb()?, kept: RefCell::default() })
    }

    fn read(&self, oid: Oid) -> Result<Rc<[u8]>, git2::Error> {
        let mut kept = self.kept.borrow_mut();
        if let Some(tree) = kept.trees.get(&oid) {
            return Ok(Rc::clone(tree));
        }
        let object = self.odb.read(oid)?;
        if object.kind() != ObjectType::Tree {
            return Err(git2::Error::from_str(&format!("object {oid} stands where a tree should")));
        }
        let tree: Rc<[u8]> = object.data().into();
        if kept.bytes + tree.len() > MOST_KEPT {
            *kept = Kept::default();
        }
        kept.bytes += tree.len();
        kept.trees.insert(oid, Rc::clone(&tree));
        Ok(tree)
    }

    /// What a tree has at a path.
    pub(crate) fn find(&self, mut root: Oid, path: &[u8]) -> Result<Option<File>, git2::Error> {
        let mut names = path.split(|byte| *byte == b'/').peekable();
        while let Some(name) = names.next() {
            let tree = self.read(root)?;
            let mut found = None;
            each(&tree, |other, file| found = found.or((other == name).then_some(file)))?;
            match found {
                Some(file) if names.peek().is_none() => return Ok(Some(file)),
                Some(file) if file.is_tree() => root = file.oid,
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The paths at which two states differ, in order. What is the same tree on both sides is not read.
    pub(crate) fn changes<'i>(&self, old: Folder<'i>, new: Folder<'i>) -> Result<Vec<Change>, git2::Error> {
        let mut out = Vec::new();
        let mut left = vec![(Vec::new(), old, new)];
        while let Some((path, old, new)) = left.pop() {
            let (old_tree, new_tree) = (self.content(old)?, self.content(new)?);
            let (old, new) = (items(&old_tree, old, path.len())?, items(&new_tree, new, path.len())?);
            let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
            loop {
                let order = match (old.peek(), new.peek()) {
                    (None, None) => break,
                    (Some(_), None) => Ordering::Less,
                    (None, Some(_)) => Ordering::Greater,
                    (Some(a), Some(b)) => order(a, b),
                };
                let a = if order == Ordering::Greater { None } else { old.next() };
                let b = if order == Ordering::Less { None } else { new.next() };
                let Some(name) = b.as_ref().or(a.as_ref()).map(|item| item.name) else { break };
                let (a, b) = (a.map(|item| item.what), b.map(|item| item.what));
                if let (Some(a), Some(b)) = (a, b)
                    && a.same(b)
                {
                    continue;
                }
                let path = || [&path[..], name].concat();
                let (a_file, b_file) = (a.and_then(What::file), b.and_then(What::file));
                if a_file.is_some() || b_file.is_some() {
                    out.push(Change { path: path(), old: a_file, new: b_file });
                }
                let (a, b) = (a.and_then(What::folder), b.and_then(What::folder));
                if a.is_some() || b.is_some() {
                    let mut path = path();
                    path.push(b'/');
                    left.push((path, a.unwrap_or(Folder::Nothing), b.unwrap_or(Folder::Nothing)));
                }
            }
        }
        out.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(out)
    }

    fn content(&self, folder: Folder<'_>) -> Result<Rc<[u8]>, git2::Error> {
        if let Folder::Tree(oid) = folder { self.read(oid) } else { Ok(Rc::default()) }
    }
}

/// What a folder holds, in the order of trees; `tree` is the tree that it is, and its path has so many bytes.
fn items<'a, 'i: 'a>(tree: &'a [u8], folder: Folder<'i>, path: usize) -> Result<Vec<Item<'a, 'i>>, git2::Error> {
    let mut out = Vec::new();
    match folder {
        Folder::Nothing => {}
        Folder::Tree(_) => each(tree, |name, file| out.push(Item { name, what: What::of(file) }))?,
        Folder::Entries(mut entries) => {
            while let Some(first) = entries.first() {
                let rest = first.path.get(path..).unwrap_or_default();
                let slash = memchr::memchr(b'/', rest);
                let name = &rest[..slash.unwrap_or(rest.len())];
                let inside = &first.path[..(path + name.len() + 1).min(first.path.len())];
                let count = match slash {
                    None => 1,
                    Some(_) => entries.iter().take_while(|entry| entry.path.starts_with(inside)).count(),
                };
                let (mine, others) = entries.split_at(count);
                let what = match slash {
                    // A folder of a sparse index is an entry of its own.
                    Some(at) if at + 1 < rest.len() => What::Folder(Folder::Entries(mine)),
                    _ => What::of(File { mode: first.mode, oid: first.oid }),
                };
                out.push(Item { name, what });
                entries = others;
            }
        }
    }
    Ok(out)
}

/// Whichever comes first in a tree, where folders stand as if their names ended with a slash.
fn order(a: &Item<'_, '_>, b: &Item<'_, '_>) -> Ordering {
    let end = |item: &Item<'_, '_>| if item.what.folder().is_some() { b'/' } else { 0 };
    let len = a.name.len().min(b.name.len());
    let next = |item: &Item<'_, '_>| item.name.get(len).copied().unwrap_or_else(|| end(item));
    a.name[..len].cmp(&b.name[..len]).then_with(|| next(a).cmp(&next(b))).then_with(|| a.name.len().cmp(&b.name.len()))
}

/// Tells the entries of a tree.
fn each<'a>(tree: &'a [u8], mut told: impl FnMut(&'a [u8], File)) -> Result<(), git2::Error> {
    let mut rest = tree;
    while !rest.is_empty() {
        let damaged = || git2::Error::from_str("a tree is damaged");
        let space = rest.iter().take(8).position(|byte| *byte == b' ').ok_or_else(damaged)?;
        let nul = memchr::memchr(0, rest).filter(|nul| *nul > space).ok_or_else(damaged)?;
        let oid = rest.get(nul + 1..nul + 1 + ID).ok_or_else(damaged)?;
        let mode = rest[..space].iter().fold(0, |mode, digit| mode << 3 | u32::from(digit & 7));
        told(&rest[space + 1..nul], File { mode, oid: Oid::from_bytes(oid)? });
        rest = &rest[nul + 1 + ID..];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use git2::{Delta, Index as GitIndex, IndexEntry, IndexTime};
    use proptest::prelude::*;

    use super::*;

    type State = BTreeMap<String, u8>;
    type Sides = (Vec<u8>, Option<Oid>, Option<Oid>);

    /// Files and folders whose names stand close to each other in trees.
    fn state() -> impl Strategy<Value = State> {
        proptest::collection::btree_map("[ab][.\\-0]?(/[ab][.0]?){0,2}", 0u8..3, 0..8).prop_map(|files| {
            let folder = |name: &String| files.keys().any(|other| other.starts_with(&format!("{name}/")));
            files.clone().into_iter().filter(|(name, _)| !folder(name)).collect()
        })
    }

    /// The state as a tree, and as the entries of an index.
    fn write(repo: &Repository, state: &State) -> (Oid, Vec<Entry>) {
        let mut index = GitIndex::new().expect("memory");
        for (name, what) in state {
            let (mode, id) = match what {
                0 => (0o120_000, repo.blob(b"to").expect("written")),
                content => (0o100_644, repo.blob(&[*content]).expect("written")),
            };
            let (path, time) = (name.clone().into_bytes(), IndexTime::new(0, 0));
            let entry = IndexEntry {
                ctime: time,
                mtime: time,
                dev: 0,
                ino: 0,
                mode,
                uid: 0,
                gid: 0,
                file_size: 0,
                id,
                flags: 0,
                flags_extended: 0,
                path,
            };
            index.add(&entry).expect("a file");
        }
        let entries = index.iter().map(|one| Entry { path: one.path, mode: one.mode, oid: one.id }).collect();
        (index.write_tree_to(repo).expect("a tree"), entries)
    }

    fn sides(changes: Vec<Change>) -> Vec<Sides> {
        let id = |file: Option<File>| file.map(|file| file.oid);
        changes.into_iter().map(|one| (one.path, id(one.old), id(one.new))).collect()
    }

    fn by_libgit2(repo: &Repository, old: Oid, new: Oid) -> Vec<Sides> {
        let tree = |id| repo.find_tree(id).expect("a tree");
        let mut options = git2::DiffOptions::new();
        options.include_typechange(true);
        let diff = repo.diff_tree_to_tree(Some(&tree(old)), Some(&tree(new)), Some(&mut options)).expect("a diff");
        let side = |file: git2::DiffFile<'_>| (!file.id().is_zero()).then(|| file.id());
        let mut all: Vec<Sides> = diff
            .deltas()
            .filter(|delta| delta.status() != Delta::Unmodified)
            .map(|delta| {
                let path = delta.new_file().path_bytes().or(delta.old_file().path_bytes()).expect("a path");
                (path.to_vec(), side(delta.old_file()), side(delta.new_file()))
            })
            .collect();
        all.sort();
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn trees_and_indices_differ_where_libgit2_says(old in state(), new in state()) {
            let folder = tempfile::tempdir().expect("a folder");
            let repo = Repository::init_bare(folder.path()).expect("a repository");
            let ((old, _), (new, entries)) = (write(&repo, &old), write(&repo, &new));
            let trees = Trees::of(&repo).expect("objects");
            let changes = |new| sides(trees.changes(Folder::Tree(old), new).expect("readable"));
            let expected = by_libgit2(&repo, old, new);
            prop_assert_eq!(changes(Folder::Tree(new)), expected.clone());
            prop_assert_eq!(changes(Folder::Entries(&entries)), expected);
            for one in &entries {
                let found = trees.find(new, &one.path).expect("readable");
                prop_assert_eq!(found, Some(File { mode: one.mode, oid: one.oid }));
            }
        }
    }

    #[test]
    fn no_entry_of_a_forged_tree_is_passed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let repo = Repository::init_bare(folder.path()).expect("a repository");
        let (one, two) = (repo.blob(b"1").expect("written"), repo.blob(b"2").expect("written"));
        let tree = |files: &[(&str, Oid)]| {
            let bytes: Vec<u8> = files
                .iter()
                .flat_map(|(name, id)| [format!("100644 {name}\0").as_bytes(), id.as_bytes()].concat())
                .collect();
            repo.odb().expect("objects").write(ObjectType::Tree, &bytes).expect("written")
        };
        let old = tree(&[("a", one), ("b", one)]);
        // The same name twice, and names in no order.
        let new = tree(&[("b", one), ("a", one), ("a", two), ("b", two)]);
        let trees = Trees::of(&repo).expect("objects");
        let changes = trees.changes(Folder::Tree(old), Folder::Tree(new)).expect("readable");
        let told: Vec<_> = changes.iter().filter(|one| one.new.is_some_and(|new| new.oid == two)).collect();
        assert_eq!(told.len(), 2);
    }
}
