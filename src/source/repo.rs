//! A repository as a scan sees it: found, described, and its refs listed, without running anything it configures.
//!
//! What leads to objects is read from the files of the git directory itself, so that a repository that libgit2 does not
//! open (another owner's, one of SHA-256) is still scanned. libgit2 serves where the index or a blame is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use git2::Repository;

use crate::pack::{HashKind, ObjectId};
use crate::plan::ScanError;

/// A repository.
pub(crate) struct Git {
    /// `.git`, or `.git/worktrees/NAME` of a linked worktree.
    pub(crate) gitdir: PathBuf,
    /// Where objects and refs are.
    pub(crate) commondir: PathBuf,
    /// Root of the checkout, if there is one.
    pub(crate) workdir: Option<PathBuf>,
    /// What libgit2 makes of it.
    pub(crate) repo: Result<Repository, git2::Error>,
    config: Option<git2::Config>,
}

impl Git {
    /// Finds the repository that `path`, a canonical path, is in.
    ///
    /// # Errors
    /// The sentence that says why what looks like a repository is none.
    pub(crate) fn discover(path: &Path) -> Result<Option<Git>, String> {
        for folder in path.ancestors() {
            let dot = folder.join(".git");
            if dot.is_dir() && is_gitdir(&dot) {
                return Ok(Some(Git::open(dot, Some(folder.to_path_buf()))));
            }
            if dot.is_file() {
                let text = std::fs::read_to_string(&dot).map_err(|error| format!("'.git' cannot be read: {error}"))?;
                let named =
                    text.strip_prefix("gitdir:").map(str::trim).ok_or("'.git' does not name a git directory")?;
                let gitdir = folder.join(named);
                if !gitdir.join("HEAD").is_file() {
                    return Err(format!("'.git' names the git directory '{named}', which is not there"));
                }
                return Ok(Some(Git::open(gitdir, Some(folder.to_path_buf()))));
            }
            if is_gitdir(folder) {
                return Ok(Some(Git::open(folder.to_path_buf(), None)));
            }
        }
        Ok(None)
    }

    fn open(gitdir: PathBuf, workdir: Option<PathBuf>) -> Git {
        let common = std::fs::read_to_string(gitdir.join("commondir")).ok();
        let commondir = common.map_or_else(|| gitdir.clone(), |common| gitdir.join(common.trim()));
        let config = git2::Config::open(&commondir.join("config")).ok();
        let repo = Repository::open(workdir.as_deref().unwrap_or(&gitdir)).or_else(|error| match &workdir {
            // Nothing of it is run, so whose it is does not matter.
            Some(root) if error.code() == git2::ErrorCode::Owner => {
                let repo = Repository::open_bare(&gitdir)?;
                repo.set_workdir(root, false)?;
                Ok(repo)
            }
            None if error.code() == git2::ErrorCode::Owner => Repository::open_bare(&gitdir),
            _ => Err(error),
        });
        Git { gitdir, commondir, workdir, repo, config }
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.config.as_ref()?.get_string(name).ok()
    }

    /// Which hash names its objects.
    pub(crate) fn hash(&self) -> HashKind {
        match self.setting("extensions.objectformat") {
            Some(name) if name.eq_ignore_ascii_case("sha256") => HashKind::Sha256,
            _ => HashKind::Sha1,
        }
    }

    /// Whether it lacks the history before some commits.
    pub(crate) fn is_shallow(&self) -> bool {
        std::fs::metadata(self.commondir.join("shallow")).is_ok_and(|meta| meta.len() > 0)
    }

    /// Whether the clone left objects with its remote.
    pub(crate) fn is_partial(&self) -> bool {
        if self.setting("extensions.partialclone").is_some() {
            return true;
        }
        let Some(config) = &self.config else { return false };
        let Ok(mut remotes) = config.entries(Some("^remote\\..*\\.(promisor|partialclonefilter)$")) else {
            return false;
        };
        let mut found = false;
        while let Some(entry) = remotes.next() {
            found |= entry.is_ok_and(|entry| entry.value().ok() != Some("false"));
        }
        found
    }

    /// What a report says of it.
    pub(crate) fn describe(&self, tips: &Tips, root: &str) -> crate::report::Repository {
        crate::report::Repository {
            root: root.to_owned(),
            remote: self.setting("remote.origin.url").map(|url| without_credentials(&url)),
            head: tips.head.map(|head| head.to_string()),
            branch: tips.branch.clone(),
        }
    }

    /// Files of the git directory that hold content of their own: config, refs, logs, hooks, messages, what LFS keeps,
    /// and the same of submodules; never objects.
    pub(crate) fn text_files(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.gitdir.clone()];
        if self.commondir != self.gitdir {
            folders.push(self.commondir.clone());
        }
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            let top = folder == self.gitdir || folder == self.commondir || folder.join("HEAD").is_file();
            for entry in entries.flatten() {
                let (name, Ok(kind)) = (entry.file_name(), entry.file_type()) else { continue };
                // Packed refs are names, which are read by themselves, and ids of commits.
                let skipped = ["objects", "index", "fsmonitor--daemon", "packed-refs"];
                if top && skipped.iter().any(|skip| name == *skip) {
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
}

fn is_gitdir(path: &Path) -> bool {
    path.join("HEAD").is_file()
        && path.join("objects").is_dir()
        && (path.join("refs").is_dir() || path.join("packed-refs").is_file())
}

/// Opens the repository that a hook's environment names, else the one that `path` is in.
///
/// A hook of `git commit -a` gets the index to be in `GIT_INDEX_FILE`; only the environment tells.
pub(crate) fn open_for_hook(path: &Path, what: &'static str) -> Result<Repository, ScanError> {
    let hook = ["GIT_DIR", "GIT_INDEX_FILE"].iter().any(|name| std::env::var_os(name).is_some());
    let near = || {
        let real = path.canonicalize().map_err(|source| ScanError::Path { path: path.into(), source })?;
        let none = |why: String| ScanError::NoRepository { what, path: path.into(), why };
        let found = Git::discover(&real).map_err(none)?;
        let found = found.ok_or_else(|| none("no folder above it holds a '.git'".into()))?;
        found.repo.map_err(|error| none(error.message().to_owned()))
    };
    if let (true, Ok(named)) = (hook, Repository::open_from_env()) {
        quarantine(&named);
        let same = near().is_ok_and(|near| match (near.workdir(), named.workdir()) {
            (Some(a), Some(b)) => same_place(a, b),
            _ => false,
        });
        if same || path == Path::new(".") {
            return Ok(named);
        }
    }
    let found = near()?;
    if hook && path == Path::new(".") {
        quarantine(&found);
    }
    Ok(found)
}

/// Lets a repository read the objects that a push brought and that its hooks may still refuse: git keeps them in a folder
/// of their own, which only the environment names.
fn quarantine(repo: &Repository) {
    let Ok(odb) = repo.odb() else { return };
    let own = std::env::var_os("GIT_OBJECT_DIRECTORY").into_iter().map(PathBuf::from);
    let others = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
    for folder in own.chain(std::env::split_paths(&others)).filter_map(|folder| folder.canonicalize().ok()) {
        // One that cannot be added is missed as soon as an object of it is.
        let _ = folder.to_str().map(|folder| odb.add_disk_alternate(folder));
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

/// The points from which commits are reached. Tag objects among them lead to what they name.
#[derive(Default)]
pub(crate) struct Tips {
    /// Commit of HEAD.
    pub(crate) head: Option<ObjectId>,
    /// Branch that HEAD is on.
    pub(crate) branch: Option<String>,
    /// Whether HEAD names a branch without a commit.
    pub(crate) unborn: bool,
    /// Names and objects of all refs, of every namespace but the stash.
    pub(crate) refs: BTreeMap<String, ObjectId>,
    /// The stash, all of its entries.
    pub(crate) stash: BTreeSet<ObjectId>,
    /// Objects that reflogs and files such as `ORIG_HEAD` name.
    pub(crate) reflog: BTreeSet<ObjectId>,
    /// What could not be read, each with its reason.
    pub(crate) broken: Vec<(String, String)>,
}

impl Tips {
    /// Reads the refs and reflogs of a repository.
    pub(crate) fn of(git: &Git) -> Self {
        let mut tips = Tips::default();
        if git.commondir.join("reftable").is_dir() {
            let why = "they are stored in the reftable format, which is not read; their objects were";
            tips.broken.push(("refs".into(), why.into()));
        }
        tips.packed(&git.commondir);
        tips.loose(&git.commondir, "refs");
        if git.gitdir != git.commondir {
            tips.loose(&git.gitdir, "refs");
        }
        tips.stash.extend(tips.refs.remove("refs/stash"));
        tips.read_head(&git.gitdir);
        tips.linked_worktrees(&git.commondir);
        for folder in [&git.commondir, &git.gitdir] {
            tips.logs(&folder.join("logs"), "");
            for name in [
                "ORIG_HEAD",
                "FETCH_HEAD",
                "MERGE_HEAD",
                "CHERRY_PICK_HEAD",
                "REVERT_HEAD",
                "REBASE_HEAD",
                "AUTO_MERGE",
            ] {
                let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
                let ids = text.lines().filter_map(|line| ObjectId::from_hex(line.split(char::is_whitespace).next()?));
                tips.reflog.extend(ids);
            }
        }
        tips
    }

    fn packed(&mut self, folder: &Path) {
        let text = std::fs::read(folder.join("packed-refs")).unwrap_or_default();
        for line in String::from_utf8_lossy(&text).lines().filter(|line| !line.starts_with(['#', '^'])) {
            match line.split_once(' ').and_then(|(id, name)| Some((ObjectId::from_hex(id)?, name))) {
                Some((id, name)) => drop(self.refs.insert(name.to_owned(), id)),
                None if line.trim().is_empty() => {}
                None => self.broken.push(("a line of packed-refs".into(), "is malformed".into())),
            }
        }
    }

    /// Refs in files of their own, which win over packed ones.
    fn loose(&mut self, root: &Path, name: &str) {
        let Ok(entries) = std::fs::read_dir(root.join(name)) else { return };
        for entry in entries.flatten() {
            let name = format!("{name}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.loose(root, &name);
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            match ObjectId::from_hex(text.trim()) {
                Some(id) => drop(self.refs.insert(name, id)),
                // A symbolic ref hides nothing: what it names is a ref itself. A lock is a ref on its way.
                None if text.starts_with("ref:") || name.ends_with(".lock") => {}
                None => self.broken.push((name, "is malformed".into())),
            }
        }
    }

    fn read_head(&mut self, gitdir: &Path) {
        let text = std::fs::read_to_string(gitdir.join("HEAD")).unwrap_or_default();
        match text.trim().strip_prefix("ref:").map(str::trim) {
            Some(name) => {
                self.branch = name.strip_prefix("refs/heads/").map(str::to_owned);
                self.head = self.refs.get(name).copied();
                self.unborn = self.head.is_none() && self.broken.is_empty();
            }
            None => self.head = ObjectId::from_hex(text.trim()),
        }
    }

    /// Heads and logs of the other worktrees of the repository.
    fn linked_worktrees(&mut self, commondir: &Path) {
        let Ok(entries) = std::fs::read_dir(commondir.join("worktrees")) else { return };
        for entry in entries.flatten() {
            let name = format!("worktrees/{}/HEAD", entry.file_name().to_string_lossy());
            let text = std::fs::read_to_string(entry.path().join("HEAD")).unwrap_or_default();
            if let Some(id) = ObjectId::from_hex(text.trim()) {
                self.refs.insert(name, id);
            }
            self.logs(&entry.path().join("logs"), "");
        }
    }

    fn logs(&mut self, folder: &Path, name: &str) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            let name = format!("{name}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.logs(&entry.path(), &name);
                continue;
            }
            let text = std::fs::read(entry.path()).unwrap_or_default();
            let into = if name == "/refs/stash" { &mut self.stash } else { &mut self.reflog };
            for line in String::from_utf8_lossy(&text).lines() {
                let ids = line.splitn(3, ' ').take(2).filter_map(ObjectId::from_hex);
                into.extend(ids.filter(|id| id.as_bytes().iter().any(|byte| *byte != 0)));
            }
        }
    }

    /// Everything they name.
    pub(crate) fn all(&self) -> impl Iterator<Item = ObjectId> + '_ {
        self.refs.values().chain(&self.head).chain(&self.stash).copied()
    }
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
