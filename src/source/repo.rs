//! A repository as a scan sees it: found, described, and its refs listed, without running anything it configures.

use std::path::{Path, PathBuf};

use git2::Repository;

use crate::pack::ObjectId;

use crate::plan::ScanError;

/// Opens the repository that `path` is in, if it is in one.
pub(crate) fn discover(path: &Path) -> Option<Repository> {
    Repository::discover(path).ok()
}

/// Opens the repository that a hook's environment names, else the one that `path` is in.
///
/// A hook of `git commit -a` gets the index to be in `GIT_INDEX_FILE`; only the environment tells.
pub(crate) fn open_for_hook(path: &Path, what: &'static str) -> Result<Repository, ScanError> {
    let fail = |source| ScanError::NoRepository { what, path: path.into(), source };
    let hook = ["GIT_DIR", "GIT_INDEX_FILE"].iter().any(|name| std::env::var_os(name).is_some());
    let same = |found: &Repository| match (discover(path), found.workdir()) {
        (Some(near), Some(workdir)) => near.workdir().is_some_and(|other| same_place(other, workdir)),
        _ => true,
    };
    match hook.then(Repository::open_from_env) {
        Some(Ok(found)) if same(&found) => Ok(found),
        _ => Repository::discover(path).map_err(fail),
    }
}

fn same_place(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// `path` relative to the root of the checkout, with `/` between names; empty at the root.
pub(crate) fn relative(root: &Path, path: &Path) -> Option<String> {
    let (root, path) = (root.canonicalize().ok()?, path.canonicalize().ok()?);
    Some(display(path.strip_prefix(root).ok()?))
}

/// A path as a report writes it: `/` between names, bytes that are no UTF-8 replaced.
pub(crate) fn display(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace('\\', "/").into() };
    text.strip_prefix("./").unwrap_or(&text).to_owned()
}

/// Whether `path` is `scope` or below it; everything is below the empty scope.
pub(crate) fn within(scope: &str, path: &str) -> bool {
    scope.is_empty() || path.strip_prefix(scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a report says of a repository.
pub(crate) fn describe(repo: &Repository, root: &Path) -> crate::report::Repository {
    let head = repo.head().ok();
    let remote = repo.find_remote("origin").ok().and_then(|remote| remote.url().ok().map(without_credentials));
    crate::report::Repository {
        root: display(root),
        remote,
        head: head.as_ref().and_then(|head| head.peel_to_commit().ok()).map(|commit| commit.id().to_string()),
        branch: head.as_ref().filter(|head| head.is_branch()).and_then(|head| head.shorthand().ok().map(str::to_owned)),
    }
}

/// A URL without its user information.
fn without_credentials(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
        }
        None => url.to_owned(),
    }
}

/// The points from which commits are reached.
#[derive(Default)]
pub(crate) struct Tips {
    /// Commit of HEAD.
    pub(crate) head: Option<ObjectId>,
    /// Names and objects of all refs, of every namespace.
    pub(crate) refs: Vec<(String, ObjectId)>,
    /// Commits that refs name through tag objects.
    pub(crate) peeled: Vec<ObjectId>,
    /// The stash, all of its entries.
    pub(crate) stash: Vec<ObjectId>,
    /// Objects that reflogs name.
    pub(crate) reflog: Vec<ObjectId>,
    /// Whether HEAD names a branch without a commit.
    pub(crate) unborn: bool,
    /// Refs that could not be read.
    pub(crate) broken: Vec<String>,
}

impl Tips {
    pub(crate) fn of(repo: &Repository) -> Self {
        let mut tips = Tips {
            unborn: repo.head().is_err_and(|error| error.code() == git2::ErrorCode::UnbornBranch),
            ..Tips::default()
        };
        tips.head = repo.head().ok().and_then(|head| head.peel_to_commit().ok()).and_then(|commit| id(commit.id()));
        if let Ok(all) = repo.references() {
            for one in all {
                let Ok(one) = one else {
                    tips.broken.push("a ref".into());
                    continue;
                };
                let name = String::from_utf8_lossy(one.name_bytes()).into_owned();
                let Some(oid) = one.resolve().ok().and_then(|direct| direct.target()).and_then(id) else {
                    // A symbolic ref to a branch that was deleted, as origin/HEAD often is, hides nothing.
                    if one.kind() == Some(git2::ReferenceType::Direct) {
                        tips.broken.push(name);
                    }
                    continue;
                };
                if name == "refs/stash" {
                    tips.stash.push(oid);
                } else {
                    tips.peeled.extend(
                        one.peel_to_commit().ok().and_then(|commit| id(commit.id())).filter(|commit| *commit != oid),
                    );
                    tips.refs.push((name, oid));
                }
            }
        }
        let mut logs = vec!["HEAD".to_owned(), "refs/stash".to_owned()];
        logs.extend(tips.refs.iter().map(|(name, _)| name.clone()));
        for name in logs {
            let Ok(log) = repo.reflog(&name) else { continue };
            let into = if name == "refs/stash" { &mut tips.stash } else { &mut tips.reflog };
            for entry in log.iter() {
                into.extend([entry.id_old(), entry.id_new()].into_iter().filter(|oid| !oid.is_zero()).filter_map(id));
            }
        }
        tips.refs.sort();
        tips
    }
}

/// git2's name of an object as ours.
fn id(oid: git2::Oid) -> Option<ObjectId> {
    ObjectId::from_bytes(oid.as_bytes())
}

/// Whether the clone left objects with its remote.
pub(crate) fn is_partial(repo: &Repository) -> bool {
    let Ok(config) = repo.config().and_then(|mut config| config.snapshot()) else { return false };
    if config.get_string("extensions.partialclone").is_ok() {
        return true;
    }
    let Ok(mut remotes) = config.entries(Some("^remote\\..*\\.(promisor|partialclonefilter)$")) else { return false };
    let mut found = false;
    while let Some(entry) = remotes.next() {
        found |= entry.is_ok_and(|entry| entry.value().ok() != Some("false"));
    }
    found
}

/// Files of the git directory that hold text of their own: config, refs, logs, hooks, messages; never objects.
pub(crate) fn gitdir_files(repo: &Repository) -> Vec<PathBuf> {
    let mut folders = vec![repo.path().to_path_buf()];
    if repo.commondir() != repo.path() {
        folders.push(repo.commondir().to_path_buf());
    }
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let (name, Ok(kind)) = (entry.file_name(), entry.file_type()) else { continue };
            let skipped = ["objects", "index", "lfs", "modules", "annex", "fsmonitor--daemon", "rr-cache"];
            if skipped.iter().any(|skip| name == *skip) {
                continue;
            }
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    files.dedup();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lose_their_credentials() {
        assert_eq!(without_credentials("https://user:pw@host/a@b"), "https://host/a@b");
        assert_eq!(without_credentials("https://tok@host"), "https://host");
        assert_eq!(without_credentials("git@host:a/b"), "git@host:a/b");
    }

    #[test]
    fn a_scope_is_a_folder_and_not_a_prefix_of_its_name() {
        assert!(within("src", "src/a.rs") && within("src", "src") && within("", "x"));
        assert!(!within("src", "src2/a.rs"));
    }
}
