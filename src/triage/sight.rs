//! What one blob shows: its matches with lines, redacted snippets and the comments that silence them.

use std::collections::BTreeSet;

use crate::detect::{self, Encoding, Judge, MARKERS, Match, PathNeed, Scan, Scope, State, Text};
use crate::plan::Plan;
use crate::report::{Snippet, Suppression, line_hash};
use crate::rule::{RuleSet, Severity};
use crate::secret::Secret;
use crate::source::archive::{self, Opened};
use crate::span::{LineIndex, Region, Span};

/// Characters of a line that a snippet shows each side of the secret.
const SHOWN: usize = 120;
/// Characters of a suppression comment that a report keeps.
const COMMENT: usize = 200;

/// A match with everything a report says of its place.
#[derive(Clone, Debug)]
pub(crate) struct Sighting {
    pub(crate) rule: usize,
    pub(crate) secret: Secret,
    pub(crate) region: Region,
    pub(crate) decoded: Option<String>,
    pub(crate) checked: bool,
    pub(crate) documented: bool,
    pub(crate) likely: bool,
    pub(crate) parts: Vec<SightedPart>,
    pub(crate) suppression: Option<Suppression>,
    pub(crate) needs_path: Option<PathNeed>,
    pub(crate) snippet: Snippet,
    pub(crate) line_hash: String,
    /// Path of the member that it stands in, where the file is an archive.
    pub(crate) member: Option<String>,
}

impl Sighting {
    /// Whether the match stands in a file of this path.
    pub(crate) fn stands_at(&self, rules: &RuleSet, path: Option<&str>) -> bool {
        let member = self.member.as_deref().map(|member| member.rsplit('!').next().unwrap_or(member));
        let path = member.or(path);
        match (&self.needs_path, path) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(PathNeed::Evidence(index)), Some(path)) => rules.evidence()[*index].is_path(path),
            (Some(PathNeed::Whole), Some(path)) => rules.rules()[self.rule].is_path_of(path),
        }
    }

    /// Whether both are of the same secret.
    fn says(&self, other: &Sighting) -> bool {
        self.rule == other.rule && self.secret == other.secret
    }

    /// Whether the secret, or a part of its credential, touches one of the 1-based lines.
    pub(crate) fn touches(&self, lines: &BTreeSet<u32>) -> bool {
        if self.member.is_some() {
            // A change of an archive changes all of it.
            return true;
        }
        let mut regions = std::iter::once(&self.region)
            .chain(self.parts.iter().filter(|part| part.rule.is_some()).map(|part| &part.region));
        regions.any(|region| lines.range(region.start_line..=region.end_line).next().is_some())
    }
}

/// What is known of a match before anybody asks where it stands: enough to follow it through history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glimpse {
    pub(crate) rule: usize,
    pub(crate) secret: Secret,
    pub(crate) silenced: bool,
}

impl Glimpse {
    pub(crate) fn of(one: &Sighting) -> Self {
        Glimpse { rule: one.rule, secret: one.secret.clone(), silenced: one.suppression.is_some() }
    }

    /// Whether the sighting is of the same secret, silenced alike.
    pub(crate) fn is_of(&self, one: &Sighting) -> bool {
        self.rule == one.rule && self.secret == one.secret && self.silenced == one.suppression.is_some()
    }
}

/// Glances at text whose scan is known.
pub(crate) fn glance(
    rules: &RuleSet,
    judge: &mut Judge,
    text: &[u8],
    encoding: Encoding,
    state: &State,
) -> Vec<Glimpse> {
    if !state.may_conclude() {
        return Vec::new();
    }
    let scan = settled(rules, detect::conclude(rules, judge, text, state), encoding);
    let silenced = |one: &Match| scan.markers.iter().any(|marker| silences(text, *marker, one.span));
    let glimpse = |one: &Match| Glimpse { rule: one.rule, secret: one.secret.clone(), silenced: silenced(one) };
    scan.matches.iter().map(glimpse).collect()
}

/// What a nameless value next to a word means is a matter of text; a binary has neither lines nor names.
fn settled(rules: &RuleSet, mut scan: Scan, encoding: Encoding) -> Scan {
    if encoding == Encoding::Binary {
        scan.matches.retain(|one| !rules.rules()[one.rule].spec.generic);
        scan.markers.clear();
    }
    scan
}

/// Whether a marker stands on a line that silences the span.
fn silences(text: &[u8], (index, marker): (usize, Span), span: Span) -> bool {
    if marker.overlaps(&span) || !is_marker(text, index, marker) {
        return false;
    }
    let line_start = memchr::memrchr(b'\n', &text[..span.start]).map_or(0, |at| at + 1);
    match MARKERS[index].scope {
        Scope::SameLine => {
            let last = span.end - 1;
            let line_end = memchr::memchr(b'\n', &text[last..]).map_or(text.len(), |at| last + at);
            (line_start..line_end).contains(&marker.start)
        }
        Scope::NextLine => line_start.checked_sub(1).is_some_and(|end| {
            let above = memchr::memrchr(b'\n', &text[..end]).map_or(0, |at| at + 1);
            (above..end).contains(&marker.start)
        }),
    }
}

/// A marker stands by itself: `loggignore` holds none.
fn is_marker(text: &[u8], index: usize, span: Span) -> bool {
    let word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let longer = MARKERS[index].literal.ends_with("-line") && text.get(span.end) == Some(&b'-');
    !word(span.start.checked_sub(1).and_then(|at| text.get(at))) && !word(text.get(span.end)) && !longer
}

/// A part of a credential with its lines.
#[derive(Clone, Debug)]
pub(crate) struct SightedPart {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) region: Region,
    pub(crate) rule: Option<usize>,
}

/// What a blob shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sighted {
    pub(crate) sightings: Vec<Sighting>,
    /// Markers that silence nothing: line and index.
    pub(crate) unused: Vec<(u32, usize)>,
    /// What was met inside, where the content is an archive.
    pub(crate) opened: Opened,
}

/// Scans a file: its bytes, and what is inside where it is an archive or a document.
pub(crate) fn sight_file(plan: &Plan, content: &[u8]) -> Sighted {
    let mut outer = sight(&plan.rules, content, plan.line_hashes);
    if !archive::is_archive(content) {
        return outer;
    }
    let mut inner: Vec<Sighting> = Vec::new();
    outer.opened = archive::open(content, &plan.archives, &mut |member| {
        let mut seen = sight(&plan.rules, member.content, plan.line_hashes).sightings;
        // A view shows the same content once more: only what the bytes do not tell.
        let known = |one: &Sighting, path: &str, all: &[Sighting]| {
            all.iter().rev().take_while(|other| other.member.as_deref() == Some(path)).any(|other| other.says(one))
        };
        for mut one in seen.drain(..) {
            if member.view.is_some() && known(&one, member.path, &inner) {
                continue;
            }
            one.member = Some(member.path.to_owned());
            if let Some(view) = member.view {
                one.decoded = Some(one.decoded.map_or_else(|| view.to_owned(), |more| format!("{view}+{more}")));
            }
            inner.push(one);
        }
    });
    // What a member says better is not told of the archive's bytes.
    outer.sightings.retain(|one| !inner.iter().any(|other| other.says(one)));
    outer.sightings.append(&mut inner);
    outer
}

/// Scans content.
pub(crate) fn sight(rules: &RuleSet, content: &[u8], line_hashes: bool) -> Sighted {
    let text = Text::of(content);
    sight_text(rules, &text, line_hashes)
}

/// Scans content whose encoding is known.
pub(crate) fn sight_text(rules: &RuleSet, text: &Text<'_>, line_hashes: bool) -> Sighted {
    let bytes = &*text.bytes;
    let scan = settled(rules, detect::scan(rules, bytes), text.encoding);
    if scan.matches.is_empty() && scan.markers.is_empty() {
        return Sighted::default();
    }
    let lines = LineIndex::new(bytes);
    let page = Page { rules, bytes, lines: &lines, matches: &scan.matches };
    let markers: Vec<(usize, Span)> =
        scan.markers.iter().copied().filter(|(index, span)| is_marker(bytes, *index, *span)).collect();
    let mut used = vec![false; markers.len()];
    let mut sightings = Vec::with_capacity(scan.matches.len());
    for one in &scan.matches {
        let region = lines.region(one.span);
        let silenced = markers.iter().position(|marker| silences(bytes, *marker, one.span));
        if let Some(at) = silenced {
            used[at] = true;
        }
        sightings.push(Sighting {
            rule: one.rule,
            secret: one.secret.clone(),
            region,
            decoded: one.decoded.clone(),
            checked: one.checked,
            documented: one.documented,
            likely: one.likely,
            parts: one
                .parts
                .iter()
                .map(|part| SightedPart {
                    name: part.name.clone(),
                    value: part.value.clone(),
                    region: lines.region(part.span),
                    rule: part.rule,
                })
                .collect(),
            suppression: silenced.map(|at| page.suppression(markers[at])),
            needs_path: one.needs_path.clone(),
            snippet: page.snippet(one, region),
            line_hash: if line_hashes { line_hash(bytes, one.span.start) } else { String::new() },
            member: None,
        });
    }
    let unused = markers.iter().zip(used).filter(|(_, used)| !used);
    let unused = unused.map(|((index, span), _)| (lines.line(span.start), *index)).collect();
    Sighted { sightings, unused, opened: Opened::default() }
}

/// A blob with the matches to keep out of sight.
struct Page<'a> {
    rules: &'a RuleSet,
    bytes: &'a [u8],
    lines: &'a LineIndex<'a>,
    matches: &'a [Match],
}

impl Page<'_> {
    fn suppression(&self, (index, span): (usize, Span)) -> Suppression {
        let line = self.lines.line(span.start);
        let rest = Span::new(span.start, self.lines.line_span(line).end.max(span.end));
        let text = cut(&self.redacted(rest), COMMENT);
        Suppression {
            marker: MARKERS[index].literal.to_owned(),
            text: text.trim().to_owned(),
            line,
            author: None,
            date: None,
            commit: None,
        }
    }

    fn snippet(&self, one: &Match, region: Region) -> Snippet {
        let first_line = region.start_line.saturating_sub(1).max(1);
        let last_line = (region.end_line + 1).min(self.lines.lines().max(region.end_line));
        let mut text = Vec::new();
        let mut line = first_line;
        while line <= last_line {
            let mut span = self.lines.line_span(line);
            if line == region.start_line {
                // A secret over several lines is one redacted stretch on its first line.
                span.end = self.lines.line_span(region.end_line).end;
                let shown = Span::new(one.span.start.saturating_sub(SHOWN), one.span.end + SHOWN);
                span = self.between_words(span, shown);
                line = region.end_line;
            } else {
                span = self.between_words(span, Span::new(span.start, span.start + 2 * SHOWN));
            }
            text.push(self.redacted(span));
            line += 1;
        }
        Snippet { first_line, text: text.join("\n") }
    }

    /// The part of `line` inside `shown`, without words that the cut would leave halves of: half a secret is one, too.
    fn between_words(&self, line: Span, shown: Span) -> Span {
        let word = |at: usize| {
            self.bytes[at].is_ascii_alphanumeric() || b"+/=_-.~".contains(&self.bytes[at]) || self.bytes[at] >= 0x80
        };
        let (mut start, mut end) =
            (line.start.max(shown.start), line.end.min(shown.end).max(line.start.max(shown.start)));
        while start > line.start && start < end && word(start - 1) && word(start) {
            start += 1;
        }
        while end < line.end && end > start && word(end - 1) && word(end) {
            end -= 1;
        }
        Span::new(start, end)
    }

    /// The bytes of a span as text, with every match that is a secret replaced.
    fn redacted(&self, span: Span) -> String {
        let secret =
            |one: &&Match| one.span.overlaps(&span) && self.rules.rules()[one.rule].spec.severity > Severity::Note;
        let mut spans: Vec<Span> = self.matches.iter().filter(secret).map(|one| one.span).collect();
        spans.sort_unstable();
        let mut out = String::new();
        let mut at = span.start;
        for hidden in spans {
            if hidden.start > at {
                out.push_str(&String::from_utf8_lossy(&self.bytes[at..hidden.start]));
            }
            if hidden.end > at {
                out.push_str("[redacted]");
                at = hidden.end;
            }
        }
        if at < span.end {
            out.push_str(&String::from_utf8_lossy(&self.bytes[at..span.end]));
        }
        out.replace(['\n', '\r'], " ")
    }
}

/// The first characters of a text, without a half of a word at their end.
fn cut(text: &str, count: usize) -> String {
    match text.char_indices().nth(count) {
        None => text.to_owned(),
        Some((end, _)) => text[..end].rsplit_once(char::is_whitespace).map_or("", |(whole, _)| whole).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::fill_example as fill;

    fn seen(template: &str) -> (String, Sighted) {
        let text = fill(template, 11).expect("known fields");
        let sighted = sight(&RuleSet::embedded(), text.as_bytes(), false);
        (text, sighted)
    }

    #[test]
    fn a_marker_on_the_line_or_above_it_silences_and_is_kept() {
        for template in [
            "GENESYS_CLIENT_SECRET={{b64url 32}} # trufflehog:ignore -- test data\n",
            "/* gitleaks:allow */ GENESYS_CLIENT_SECRET={{b64url 32}}\n",
            "# pragma: allowlist nextline secret\nGENESYS_CLIENT_SECRET={{b64url 32}}\n",
            "# secretlint-disable-next-line\nGENESYS_CLIENT_SECRET={{b64url 32}}\n",
        ] {
            let (_, sighted) = seen(template);
            assert!(sighted.sightings[0].suppression.is_some(), "{template}");
            assert!(sighted.unused.is_empty(), "{template}");
        }
        let (_, sighted) = seen("GENESYS_CLIENT_SECRET={{b64url 32}} # trufflehog:ignore -- test data\n");
        assert_eq!(
            sighted.sightings[0].suppression.as_ref().map(|s| s.text.as_str()),
            Some("trufflehog:ignore -- test data")
        );
    }

    #[test]
    fn a_marker_on_another_line_silences_nothing_and_is_told() {
        let (_, sighted) = seen("# trufflehog:ignore\nGENESYS_CLIENT_SECRET={{b64url 32}}\nloggignore\n");
        assert!(sighted.sightings[0].suppression.is_none());
        assert_eq!(sighted.unused.len(), 1);
    }

    #[test]
    fn no_secret_is_left_in_snippets_and_comments() {
        let (text, sighted) =
            seen("trufflehog:ignore GENESYS_CLIENT_SECRET={{b64url 32}};GENESYS_SECRET={{b64url 32}}\n");
        assert_eq!(sighted.sightings.len(), 2);
        for one in &sighted.sightings {
            let secret = String::from_utf8_lossy(one.secret.expose()).into_owned();
            assert!(text.contains(&secret));
            for other in &sighted.sightings {
                assert!(!other.snippet.text.contains(&secret));
                assert!(!other.suppression.as_ref().is_some_and(|s| s.text.contains(&secret)));
            }
        }
    }

    #[test]
    fn a_file_named_by_its_client_id_waits_for_its_path() {
        let (_, sighted) = seen("{{b64url 32}}\n");
        let one = &sighted.sightings[0];
        let rules = RuleSet::embedded();
        let id = fill("secrets/{{uuid4}}", 1).expect("known field");
        assert!(one.stands_at(&rules, Some(&id)));
        assert!(!one.stands_at(&rules, Some("secrets/readme")));
        assert!(!one.stands_at(&rules, None));
    }
}
