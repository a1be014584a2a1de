//! Where a result stands: files, regions, and what stands for a place that no file of the tree is.

use serde_json::json;
use serde_sarif::sarif;

use super::super::text::visible;
use super::super::{Occurrence, SourceKind, Suppression};
use super::Alert;
use super::message::{day, place, short, unlinked};
use super::uri::RelativeUri;

/// Names the folder that every relative URI starts from.
pub(super) const ROOT: &str = "REPOROOT";
pub(super) const REDACTED: &str = "[redacted]";
/// GitHub shows no more locations of a result.
pub(super) const MOST_RELATED: usize = 100;

/// The other places of a finding, as many as a result and the run may have.
pub(super) fn related(alert: &Alert, left: &mut usize) -> Vec<sarif::Location> {
    let mut places: Vec<sarif::Location> = Vec::new();
    for occurrence in alert.others() {
        if places.len() == MOST_RELATED.min(*left) {
            break;
        }
        let place = related_place(occurrence);
        // The schema allows no two that are equal.
        if !places.contains(&place) {
            places.push(place);
        }
    }
    *left -= places.len();
    places
}

fn related_place(occurrence: &Occurrence) -> sarif::Location {
    let kind = json!(occurrence.source);
    let kind = kind.as_str().unwrap_or_default();
    let when = match (&occurrence.commit, &occurrence.date) {
        (Some(commit), Some(date)) => format!(" of commit '{}' of '{}'", short(commit), day(date)),
        (Some(commit), None) => format!(" of commit '{}'", short(commit)),
        _ => String::new(),
    };
    let text = format!("Also in '{}'{when} ({kind}).", unlinked(&visible(&place(occurrence))));
    let physical = sarif::PhysicalLocation::builder()
        .artifact_location(artifact(RelativeUri::of(occurrence)))
        .region(Lines::of(occurrence).region())
        .build();
    let message = sarif::Message::builder().text(text).build();
    let mut location = sarif::Location::builder().physical_location(physical).message(message).build();
    location.logical_locations = logical(occurrence);
    location
}

pub(super) fn location(occurrence: &Occurrence) -> sarif::Location {
    let lines = Lines::of(occurrence);
    let mut region = lines.region();
    region.snippet = Some(sarif::ArtifactContent::builder().text(REDACTED).build());
    let physical = sarif::PhysicalLocation::builder()
        .artifact_location(artifact(RelativeUri::of(occurrence)))
        .region(region)
        .context_region(lines.around(occurrence))
        .build();
    let mut location = sarif::Location::builder().physical_location(physical).build();
    location.logical_locations = logical(occurrence);
    location
}

/// Says what a place is that no file of the tree is.
fn logical(occurrence: &Occurrence) -> Option<Vec<sarif::LogicalLocation>> {
    if let (Some(path), Some(_)) = (&occurrence.path, &occurrence.member) {
        let name = visible(path);
        return Some(vec![sarif::LogicalLocation::builder().fully_qualified_name(name).kind("member").build()]);
    }
    let kind = match occurrence.source {
        SourceKind::Message => "commitMessage",
        SourceKind::Author => "commitAuthor",
        SourceKind::Tag => "tagMessage",
        SourceKind::Path => "fileName",
        SourceKind::Ref => "refName",
        SourceKind::Object => "object",
        SourceKind::Stdin => "standardInput",
        SourceKind::Staged => "index",
        SourceKind::Worktree | SourceKind::Commit | SourceKind::Gitdir => return None,
    };
    let name = occurrence.commit.as_ref().or(occurrence.object.as_ref()).map_or(kind, String::as_str);
    let name = format!("{kind} {name}");
    Some(vec![sarif::LogicalLocation::builder().fully_qualified_name(name).kind(kind).build()])
}

pub(super) fn artifact(uri: RelativeUri) -> sarif::ArtifactLocation {
    sarif::ArtifactLocation::builder().uri(uri.0).uri_base_id(ROOT).build()
}

/// The line of the marker in the file that it is written in.
pub(super) fn marker_line(occurrence: &Occurrence, comment: &Suppression) -> u32 {
    // Lines of a member are no lines of the archive.
    if occurrence.member.is_some() && comment.path.is_none() { 1 } else { comment.line.max(1) }
}

/// A region of text whose numbers the schema allows: from one on, and never backwards.
pub(super) struct Lines {
    pub(super) start: (u32, u32),
    pub(super) end: (u32, u32),
}

impl Lines {
    pub(super) fn of(occurrence: &Occurrence) -> Self {
        if occurrence.member.is_some() {
            // Lines of a member are no lines of the file that holds it.
            return Lines { start: (1, 1), end: (1, 1) };
        }
        let region = occurrence.region;
        let start = (region.start_line.max(1), region.start_utf16.max(1));
        let end = (region.end_line.max(1), region.end_utf16.max(1));
        Lines { start, end: end.max(start) }
    }

    pub(super) fn region(&self) -> sarif::Region {
        sarif::Region::builder()
            .start_line(self.start.0)
            .start_column(self.start.1)
            .end_line(self.end.0)
            .end_column(self.end.1)
            .build()
    }

    /// The whole lines of the snippet, which hold the region and at least its line end.
    fn around(&self, occurrence: &Occurrence) -> sarif::Region {
        let snippet = &occurrence.snippet;
        if occurrence.member.is_some() {
            let redacted = sarif::ArtifactContent::builder().text(REDACTED).build();
            return sarif::Region::builder().start_line(1).end_line(1).snippet(redacted).build();
        }
        let shown = u32::try_from(snippet.text.lines().count()).unwrap_or(u32::MAX);
        let last = snippet.first_line.saturating_add(shown).saturating_sub(1);
        let first = if shown == 0 { self.start.0 } else { snippet.first_line.max(1) };
        sarif::Region::builder()
            .start_line(first.min(self.start.0))
            .end_line(last.max(self.end.0))
            .snippet(sarif::ArtifactContent::builder().text(REDACTED).build())
            .build()
    }
}
