//! Where bytes come from. Each source counts what it could not read.

pub(crate) mod archive;
mod compare;
pub(crate) mod decisions;
pub(crate) mod diff;
pub(crate) mod history;
mod index;
pub(crate) mod repo;
pub(crate) mod tree;
pub(crate) mod worktree;

use archive::Opened;

use crate::detect::CUT;
use crate::plan::{Plan, Progress};
use crate::report::{Coverage, Skipped};

/// What every source needs.
pub(crate) struct Desk<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) progress: &'a dyn Progress,
}

impl Desk<'_> {
    /// Whether the user left this path out.
    pub(crate) fn excludes(&self, path: &str) -> bool {
        self.plan.exclude.as_ref().is_some_and(|globs| globs.is_match(path))
    }

    /// The reason for which so many bytes are too many, if they are.
    pub(crate) fn too_large(&self, size: u64) -> Option<String> {
        let limit = self.plan.max_file_size?;
        (size > limit).then(|| format!("larger than the limit of {limit} bytes ({size} bytes)"))
    }
}

/// Notes in a coverage that something was not read.
pub(crate) fn skip(coverage: &mut Coverage, what: impl Into<String>, why: impl Into<String>) {
    coverage.incomplete = true;
    coverage.skipped.push(Skipped { what: what.into(), why: why.into() });
}

/// Notes what was met inside a file of this name.
pub(crate) fn note_inside(coverage: &mut Coverage, name: &str, opened: Opened) {
    let inside = |path: String| if path.is_empty() { name.to_owned() } else { format!("{name}!{path}") };
    coverage.members += opened.members;
    for (path, why) in opened.skipped {
        skip(coverage, inside(path), why);
    }
    for path in opened.cut {
        coverage.notes.push(format!("'{}' {CUT}", inside(path)));
    }
    for (path, format) in opened.closed {
        coverage.notes.push(format!(
            "'{}' is in the {format} format, which is not opened: only its own bytes were read",
            inside(path)
        ));
    }
}

/// Notes that a file only names content which Git LFS keeps elsewhere.
pub(crate) fn note_pointer(coverage: &mut Coverage, name: &str, content: &[u8]) {
    if content.starts_with(b"version https://git-lfs.github.com/spec/") && content.len() < 1024 {
        coverage.notes.push(format!("'{name}' is a pointer of Git LFS: the content that it names was not read"));
    }
}

/// Adds what another part of the scan read.
pub(crate) fn merge(into: &mut Coverage, other: Coverage) {
    into.incomplete |= other.incomplete;
    into.files += other.files;
    into.refs += other.refs;
    into.commits += other.commits;
    into.trees += other.trees;
    into.tags += other.tags;
    into.blobs += other.blobs;
    into.members += other.members;
    into.bytes += other.bytes;
    into.missing_objects += other.missing_objects;
    into.excluded += other.excluded;
    into.targets.extend(other.targets);
    into.skipped.extend(other.skipped);
    into.notes.extend(other.notes);
}
