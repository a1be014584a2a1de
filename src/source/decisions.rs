//! What people decided, as a repository holds it: its settings and its ledger, in the tree, the index or a commit.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use git2::{Commit, Oid, Repository};

use super::diff::{ends, person};
use super::index::Index;
use super::repo::{Git, open_for_hook, relative};
use crate::plan::{ScanError, Target};
use crate::review::{LEDGER, Ledger, SETTINGS};
use crate::triage::suppress::{EntryAuthors, entry_key};

/// Larger files are no settings and no ledgers.
const LARGEST: u64 = 16 << 20;

/// A file of a repository: its text, or why it cannot be had; `None` where there is none.
pub(crate) type Found = Option<Result<String, String>>;

/// The settings that a repository holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositorySettings {
    /// Where they are, in words.
    pub place: String,
    /// What they say, or why they cannot be read.
    pub text: Result<String, String>,
    /// Whether they are those that were merged before what is scanned.
    pub merged: bool,
}

/// The settings that a target's repository holds: those of the working tree; for changes those of the commit that they come
/// on top of, so that a branch cannot set the rules it is judged by.
///
/// # Errors
/// The repository or an end of the range cannot be found.
pub fn repository_settings(target: &Target) -> Result<Option<RepositorySettings>, ScanError> {
    let of = |repo: &Repository, commit: &Commit<'_>, merged| {
        let place = format!("'{SETTINGS}' of commit {}", short(commit));
        of_commit(repo, commit, SETTINGS).map(|text| RepositorySettings { place, text, merged })
    };
    Ok(match target {
        Target::Stdin(_) | Target::Reached { .. } => None,
        Target::Path { path, .. } => {
            let real = path.canonicalize().map_err(|source| ScanError::Path { path: path.into(), source })?;
            let git = Git::discover(&real).ok().flatten();
            let text = git.and_then(|git| of_checkout(&git, SETTINGS));
            text.map(|text| RepositorySettings { place: format!("'{SETTINGS}'"), text, merged: false })
        }
        Target::Staged { path } => {
            let repo = open_for_hook(path, "what is staged")?;
            let place = format!("'{SETTINGS}' of the index");
            of_index(&repo, SETTINGS).map(|text| RepositorySettings { place, text, merged: false })
        }
        Target::Range { path, .. } => {
            let repo = open_for_hook(path, "a range of commits")?;
            ground(&repo, target)?.and_then(|ground| of(&repo, &ground, true))
        }
        Target::New { path, tips, .. } => {
            let repo = open_for_hook(path, "new objects")?;
            match ground(&repo, target)? {
                Some(ground) => of(&repo, &ground, true),
                // Nothing was merged yet. What comes may make its own checks stricter.
                None => first_commit(&repo, tips).and_then(|tip| of(&repo, &tip, false)),
            }
        }
    })
}

/// A file as the commit has it that changes come on top of, so that a branch cannot change what it is held against: its
/// text, or why there is none. `None` if the target is no change or comes on top of nothing, or the file is none of its
/// repository's.
///
/// # Errors
/// The repository or an end of the range cannot be found.
pub fn merged_file(target: &Target, file: &Path) -> Result<Option<Result<String, String>>, ScanError> {
    let (path, tips) = match target {
        Target::Range { path, to, .. } => (path, std::slice::from_ref(to)),
        Target::New { path, tips, .. } => (path, tips.as_slice()),
        _ => return Ok(None),
    };
    let repo = open_for_hook(path, "a range of commits")?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Some(folder), Some(name)) = (repo.workdir().and_then(|root| relative(root, folder)), file.file_name()) else {
        return Ok(None);
    };
    let name = Path::new(&folder).join(name).to_string_lossy().into_owned();
    let Some(ground) = ground(&repo, target)? else {
        // To a remote that has nothing, the file in the checkout is all there is.
        let missing = |known: &&String| !known.contains('*');
        let Target::New { known, .. } = target else { return Ok(None) };
        return Ok(known.iter().find(missing).map(|name| Err(format!("'{name}' is not here; fetch it"))));
    };
    Ok(of_commit(&repo, &ground, &name).or_else(|| {
        // What neither side has was put there by who runs the scan.
        let theirs = first_commit(&repo, tips).and_then(|tip| of_commit(&repo, &tip, &name)).is_some();
        theirs.then(|| Err(format!("commit {} has no such file", short(&ground))))
    }))
}

/// The commit that a target's changes come on top of: where a range begins; for new objects the first that is known, or
/// the default branch among known refs.
fn ground<'r>(repo: &'r Repository, target: &Target) -> Result<Option<Commit<'r>>, ScanError> {
    match target {
        Target::Range { path, from, to } => Ok(Some(ends(repo, path, from.as_deref(), to)?.0)),
        Target::New { known, .. } => {
            let names = known.iter().flat_map(|name| match name.strip_suffix('*') {
                // Every ref is there already: a server's own HEAD says which branch is the default one.
                Some("refs/") => vec!["HEAD".to_owned()],
                Some(refs) => ["HEAD", "main", "master"].map(|branch| format!("{refs}{branch}")).to_vec(),
                None => vec![name.clone()],
            });
            Ok(first_commit(repo, &names.collect::<Vec<_>>()))
        }
        _ => Ok(None),
    }
}

/// The first commit that one of the names leads to.
pub(crate) fn first_commit<'r>(repo: &'r Repository, names: &[String]) -> Option<Commit<'r>> {
    names.iter().find_map(|name| repo.revparse_single(name).and_then(|object| object.peel_to_commit()).ok())
}

fn short(commit: &Commit<'_>) -> String {
    let id = commit.id().to_string();
    id.get(..10).unwrap_or(&id).to_owned()
}

/// The root of the checkout that a canonical path is in.
pub fn checkout_of(path: &Path) -> Option<PathBuf> {
    Git::discover(path).ok().flatten()?.workdir
}

/// The user of git at a place, as `Name <email>`.
pub fn user_of(path: &Path) -> Option<String> {
    let git = path.canonicalize().ok().and_then(|path| Git::discover(&path).ok().flatten());
    let config = match git.and_then(|git| git.repo.ok()) {
        Some(repo) => repo.config().ok()?,
        None => git2::Config::open_default().ok()?,
    };
    Some(format!("{} <{}>", config.get_string("user.name").ok()?, config.get_string("user.email").ok()?))
}

/// A file of a checkout; of HEAD where nothing is checked out.
pub(crate) fn of_checkout(git: &Git, name: &str) -> Found {
    match (&git.workdir, &git.repo) {
        (Some(root), _) => of_folder(root, name),
        (None, Ok(repo)) => of_commit(repo, &repo.head().ok()?.peel_to_commit().ok()?, name),
        (None, Err(_)) => None,
    }
}

/// A file below a folder. A link is not followed: it could lead anywhere.
pub(crate) fn of_folder(root: &Path, name: &str) -> Found {
    let path = root.join(name);
    let inside = path
        .parent()
        .is_none_or(|folder| folder == root || fs::symlink_metadata(folder).is_ok_and(|meta| meta.is_dir()));
    let meta = fs::symlink_metadata(&path).ok()?;
    if !meta.is_file() || !inside {
        return Some(Err(NOT_PLAIN.into()));
    }
    if meta.len() > LARGEST {
        return Some(Err(too_large(meta.len())));
    }
    Some(fs::read_to_string(&path).map_err(|error| format!("it cannot be read: {error}")))
}

/// A file of the index.
pub(crate) fn of_index(repo: &Repository, name: &str) -> Found {
    let index = Index::of(repo).ok()?;
    let mode = |path: &Path| index.get(path.to_str()?.as_bytes()).and_then(|entry| i32::try_from(entry.mode).ok());
    let plain = is_plain(Path::new(name), mode)?;
    Some(plain.and_then(|()| of_blob(repo, index.get(name.as_bytes()).ok_or(NOT_PLAIN)?.oid)))
}

/// A file of a commit.
pub(crate) fn of_commit(repo: &Repository, commit: &Commit<'_>, name: &str) -> Found {
    Some(blob_at(commit, name)?.and_then(|id| of_blob(repo, id)))
}

fn blob_at(commit: &Commit<'_>, name: &str) -> Option<Result<Oid, String>> {
    let tree = commit.tree().ok()?;
    let plain = is_plain(Path::new(name), |path| tree.get_path(path).ok().map(|entry| entry.filemode()))?;
    Some(plain.and_then(|()| Ok(tree.get_path(Path::new(name)).map_err(|_| NOT_PLAIN)?.id())))
}

const NOT_PLAIN: &str = "it is no plain file";

/// Whether git has a plain file at a path, told by the modes of paths. A link is none, whatever its text says; nor is
/// what stands behind one. `None` where there is nothing at all.
fn is_plain(path: &Path, mode: impl Fn(&Path) -> Option<i32>) -> Option<Result<(), String>> {
    let is = |mode: i32, kinds: &[git2::FileMode]| kinds.iter().any(|kind| i32::from(*kind) == mode);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match (mode(path), folder.and_then(&mode)) {
        (Some(mode), _) => {
            use git2::FileMode::{Blob, BlobExecutable, BlobGroupWritable};
            let plain = is(mode, &[Blob, BlobExecutable, BlobGroupWritable]);
            Some(if plain { Ok(()) } else { Err(NOT_PLAIN.into()) })
        }
        (None, Some(above)) if !is(above, &[git2::FileMode::Tree]) => Some(Err(NOT_PLAIN.into())),
        (None, _) => None,
    }
}

fn of_blob(repo: &Repository, id: Oid) -> Result<String, String> {
    let blob = repo.find_blob(id).map_err(|error| format!("it cannot be read: {}", error.message()))?;
    if blob.size() as u64 > LARGEST {
        return Err(too_large(blob.size() as u64));
    }
    String::from_utf8(blob.content().to_vec()).map_err(|_| "it is no UTF-8".into())
}

fn too_large(size: u64) -> String {
    format!("it is larger than {LARGEST} bytes ({size} bytes)")
}

/// Who wrote the entries of a ledger in the commits of a range: the author of each commit whose version has an entry that
/// no parent's version has.
pub(crate) fn entry_authors(repo: &Repository, commits: &[Oid], key: &[u8]) -> Result<EntryAuthors, git2::Error> {
    let mut known: BTreeMap<Oid, Ledger> = BTreeMap::new();
    let mut out = EntryAuthors::new();
    for id in commits {
        let commit = repo.find_commit(*id)?;
        let plain = |commit: &Commit<'_>| blob_at(commit, LEDGER).and_then(Result::ok);
        let Some(mine) = plain(&commit) else { continue };
        let before: BTreeSet<Oid> = commit.parents().filter_map(|parent| plain(&parent)).collect();
        if before.contains(&mine) {
            continue;
        }
        for blob in before.iter().chain([&mine]) {
            // A version that cannot be read accepts nothing, so whoever mends it is the author of all its entries.
            let read = || of_blob(repo, *blob).ok().and_then(|text| Ledger::parse(LEDGER, &text, key).ok());
            known.entry(*blob).or_insert_with(|| read().unwrap_or_default());
        }
        for entry in known.get(&mine).map_or(&[][..], |ledger| &ledger.entries) {
            let old = before.iter().filter_map(|blob| known.get(blob)).flat_map(|ledger| &ledger.entries);
            if !old.clone().any(|other| other.says_same(entry)) {
                out.entry(entry_key(entry)).or_default().insert(person(&commit.author()));
            }
        }
    }
    Ok(out)
}
