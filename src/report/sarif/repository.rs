//! The repositories behind a log, and the web sites that show them.

use std::collections::BTreeMap;

use serde_sarif::sarif;

use super::super::{Occurrence, Repository, SourceKind};
use super::place::{Lines, ROOT};
use super::uri::{AbsoluteUri, RelativeUri, encode, is_unreserved};

/// Stands for a repository that is fetched from nowhere: validators ask for an absolute URI.
const NO_REMOTE: &str = "urn:snout:no-remote";

/// The base of each repository: the first is the one that URIs are relative to.
fn base(index: usize) -> String {
    if index == 0 { ROOT.to_owned() } else { format!("{ROOT}{}", index + 1) }
}

pub(super) fn bases(repositories: &[Repository]) -> BTreeMap<String, sarif::ArtifactLocation> {
    let described = |text: &str| {
        let message = sarif::Message::builder().text(text).build();
        sarif::ArtifactLocation::builder().description(message).build()
    };
    let count = repositories.len().max(1);
    (0..count).map(|index| (base(index), described("The root of the repository."))).collect()
}

pub(super) fn provenance(repositories: &[Repository]) -> Vec<sarif::VersionControlDetails> {
    // Validators ask for one even where there is no repository, as for standard input.
    let nothing = [Repository::default()];
    let repositories = if repositories.is_empty() { &nothing } else { repositories };
    repositories.iter().enumerate().map(|(index, repository)| details(repository, base(index))).collect()
}

fn details(repository: &Repository, base: String) -> sarif::VersionControlDetails {
    let remote = repository.remote.as_deref().and_then(AbsoluteUri::of_remote);
    let mapped = sarif::ArtifactLocation::builder().uri_base_id(base).build();
    let mut details = sarif::VersionControlDetails::builder()
        .repository_uri(remote.map_or_else(|| NO_REMOTE.to_owned(), |uri| uri.0))
        .mapped_to(mapped)
        .build();
    details.revision_id = repository.head.clone();
    details.branch = repository.branch.clone();
    details
}

/// The web site that shows a repository's commits.
pub(super) struct Viewer {
    /// What stands before `/blob/` and `/commit/`.
    base: String,
    is_gitlab: bool,
}

impl Viewer {
    /// Of the only repository, if its site is known. With more it is not known which one a place is in.
    pub(super) fn of(repositories: &[Repository]) -> Option<Self> {
        let [repository] = repositories else {
            return None;
        };
        let uri = AbsoluteUri::of_remote(repository.remote.as_deref()?)?.0;
        let is_gitlab = uri.starts_with("https://gitlab.com/");
        if !is_gitlab && !uri.starts_with("https://github.com/") {
            return None;
        }
        let uri = uri.trim_end_matches('/');
        let uri = uri.strip_suffix(".git").unwrap_or(uri);
        Some(Viewer { base: if is_gitlab { format!("{uri}/-") } else { uri.to_owned() }, is_gitlab })
    }

    /// Where the site shows the place in history. A line of the tree may be another line of its commit.
    pub(super) fn link(&self, occurrence: &Occurrence) -> Option<String> {
        let commit = encode(occurrence.commit.as_deref()?, is_unreserved);
        match (occurrence.source, occurrence.path.as_deref()) {
            (SourceKind::Commit, Some(path)) => {
                let lines = Lines::of(occurrence);
                let (first, last) = (lines.start.0, lines.end.0);
                let mark = if self.is_gitlab { "" } else { "L" };
                let end = if last > first { format!("-{mark}{last}") } else { String::new() };
                let path = occurrence.outer_path().unwrap_or(path);
                Some(format!("{}/blob/{commit}/{}#L{first}{end}", self.base, RelativeUri::of_path(path).0))
            }
            (SourceKind::Message | SourceKind::Author | SourceKind::Path, _) => {
                Some(format!("{}/commit/{commit}", self.base))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{OLD, occurrence};
    use super::*;

    #[test]
    fn links_are_for_the_sites_that_are_known() {
        let link = |remote: &str| {
            let remote = Some(remote.to_owned());
            let viewer = Viewer::of(&[Repository { remote, ..Repository::default() }]);
            viewer.and_then(|viewer| viewer.link(&occurrence(SourceKind::Commit, Some("a b"))))
        };
        let gitlab = format!("https://gitlab.com/g/s/p/-/blob/{OLD}/a%20b#L4");
        assert_eq!(link("https://gitlab.com/g/s/p.git"), Some(gitlab));
        assert_eq!(link("https://github.com.example.org/a/b"), None);
    }
}
