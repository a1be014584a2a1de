//! What to scan and how: the validated form of what a user asked for. Nothing below it knows a flag.

use std::path::PathBuf;

use globset::GlobSet;

use crate::review::Review;
use crate::rule::RuleSet;
use crate::source::archive::ArchiveLimits;
use crate::triage::sight::Eye;
use crate::triage::silence::Silence;

/// One scan.
pub struct Plan {
    /// What to read, in order.
    pub targets: Vec<Target>,
    /// What to look for.
    pub rules: RuleSet,
    /// Worker threads; 0 takes one for each processor.
    pub threads: usize,
    /// Paths to leave out, of trees and of histories.
    pub exclude: Option<GlobSet>,
    /// Files and objects above this many bytes are left out, and said to be.
    pub max_file_size: Option<u64>,
    /// How much of archives and documents is read.
    pub archives: ArchiveLimits,
    /// Read files that git ignores.
    pub no_ignore: bool,
    /// Put the secrets into the report.
    pub reveal: bool,
    /// Treat silenced findings like any other.
    pub include_suppressed: bool,
    /// Compute the line hashes that SARIF needs.
    pub line_hashes: bool,
    /// Scan every version of a file whole, to hold the carried scan against it.
    pub whole: bool,
    /// Key of the fingerprints.
    pub key: Vec<u8>,
    /// What to do about suppressions.
    pub review: Review,
}

impl Plan {
    /// What a look at a blob needs.
    pub(crate) fn eye(&self) -> Eye<'_> {
        Eye {
            rules: &self.rules,
            silence: Silence { key: &self.key, never: &self.review.terms.policy.never },
            line_hashes: self.line_hashes,
            near_misses: self.review.thorough,
        }
    }
}

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A checkout, a bare repository, a folder or a file.
    Path {
        /// Where.
        path: PathBuf,
        /// Read the files.
        worktree: bool,
        /// Read everything the repository holds.
        history: bool,
    },
    /// What the next commit would add.
    Staged {
        /// A place in the checkout.
        path: PathBuf,
    },
    /// What commits add that are reachable from one end and not from the other.
    Range {
        /// A place in the checkout, or a bare repository.
        path: PathBuf,
        /// The end to leave out; without it, where `to` left the default branch.
        from: Option<String>,
        /// The end to read.
        to: String,
    },
    /// What objects add that are about to come or to go: commits, and the tags that name them.
    New {
        /// A place in the checkout, or a bare repository.
        path: PathBuf,
        /// Ids or names of the objects.
        tips: Vec<String>,
        /// Revisions, and globs of refs, whose commits are there already. One that is not here hides nothing.
        known: Vec<String>,
    },
    /// Everything in the history of some commits, and in no other.
    Reached {
        /// A place in the checkout, or a bare repository.
        path: PathBuf,
        /// Revisions, and globs of refs. One that is not here leads nowhere.
        tips: Vec<String>,
    },
    /// Bytes that were given to us.
    Stdin(Vec<u8>),
}

/// Told how a scan goes, and asked whether to go on.
pub trait Progress: Sync {
    /// A phase begins; `total` items lie ahead, where that is known.
    fn phase(&self, name: &str, total: Option<u64>);
    /// So many items and bytes were read.
    fn advance(&self, items: u64, bytes: u64);
    /// Whether the user wants to stop.
    fn interrupted(&self) -> bool;
}

/// Nobody watches.
pub struct Silent;

impl Progress for Silent {
    fn phase(&self, _name: &str, _total: Option<u64>) {}
    fn advance(&self, _items: u64, _bytes: u64) {}
    fn interrupted(&self) -> bool {
        false
    }
}

/// A scan that could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// A path that is not there.
    #[error("cannot scan '{}'", path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A mode that needs a repository, outside of one.
    #[error("cannot read {what} of '{}': no git repository can be opened there ({why})", path.display())]
    NoRepository {
        /// What was to be read.
        what: &'static str,
        /// The path.
        path: PathBuf,
        /// Why it is none.
        why: String,
    },
    /// An end of a range that names no commit.
    #[error("cannot resolve '{name}' in '{}': {message}", path.display())]
    Revision {
        /// The name.
        name: String,
        /// The repository.
        path: PathBuf,
        /// Why, and what to do.
        message: String,
    },
    /// Git could not be read at all.
    #[error("cannot {what} of '{}'", path.display())]
    Git {
        /// What was attempted.
        what: &'static str,
        /// The repository.
        path: PathBuf,
        /// What git says.
        source: git2::Error,
    },
    /// The index could not be read.
    #[error("cannot read the index of '{}': {why}", path.display())]
    Index {
        /// The repository.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The object store could not be opened.
    #[error("cannot open the objects of '{}'", path.display())]
    Objects {
        /// The repository.
        path: PathBuf,
        /// What is wrong.
        source: crate::pack::Error,
    },
    /// The user stopped the scan.
    #[error("interrupted")]
    Interrupted,
    /// Worker threads could not be started.
    #[error("cannot start the worker threads")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}
