//! What one blob shows: its matches with lines, redacted snippets and the comments that silence them.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::silence::Silence;
use crate::detect::{self, Encoding, Judge, MARKERS, Match, PathNeed, Scan, Scope, State, Text};
use crate::plan::Plan;
use crate::report::{LineHashes, Objection, Snippet, Suppression, SuppressionStatus};
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

/// What a look at a blob needs.
#[derive(Clone, Copy)]
pub(crate) struct Eye<'a> {
    pub(crate) rules: &'a RuleSet,
    pub(crate) silence: Silence<'a>,
    /// Compute the line hashes that SARIF needs.
    pub(crate) line_hashes: bool,
    /// Look for misspelt markers, too.
    pub(crate) near_misses: bool,
}

impl Sighting {
    /// Whether a marker silences it.
    pub(crate) fn is_silenced(&self) -> bool {
        self.suppression.as_ref().is_some_and(Suppression::silences)
    }

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

    /// Whether the secret, a part of its credential or the marker beside it touches one of the 1-based lines. Those of an
    /// archive's member are not lines of the archive.
    pub(crate) fn touches(&self, lines: &BTreeSet<u32>) -> bool {
        if self.suppression.as_ref().is_some_and(|suppression| lines.contains(&suppression.line)) {
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
        Glimpse { rule: one.rule, secret: one.secret.clone(), silenced: one.is_silenced() }
    }

    /// Whether the sighting is of the same secret, silenced alike.
    pub(crate) fn is_of(&self, one: &Sighting) -> bool {
        self.rule == one.rule && self.secret == one.secret && self.silenced == one.is_silenced()
    }
}

/// Glances at text whose scan is known; and whether more of it is encoded than was decoded.
pub(crate) fn glance(
    eye: Eye<'_>,
    judge: &mut Judge,
    text: &[u8],
    encoding: Encoding,
    state: &State,
) -> (Vec<Glimpse>, bool) {
    if !state.may_conclude() {
        return Default::default();
    }
    let scan = settled(eye.rules, detect::conclude(eye.rules, judge, text, state), encoding);
    let silenced = |one: &Match| {
        let held = eye.silence.of(eye.rules, one);
        covering(text, &scan.markers, one.span).any(|at| held.objection(text, scan.markers[at]).is_none())
    };
    let glimpse = |one: &Match| Glimpse { rule: one.rule, secret: one.secret.clone(), silenced: silenced(one) };
    (scan.matches.iter().map(glimpse).collect(), scan.cut)
}

/// What a nameless value next to a word means is a matter of text; a binary has neither lines nor names.
fn settled(rules: &RuleSet, mut scan: Scan, encoding: Encoding) -> Scan {
    if encoding == Encoding::Binary {
        scan.matches.retain(|one| !rules.rules()[one.rule].spec.generic);
        scan.markers.clear();
    }
    scan
}

/// The markers, as their indexes in the list, that stand where they silence the span.
fn covering(text: &[u8], markers: &[(usize, Span)], span: Span) -> impl Iterator<Item = usize> {
    let line = memchr::memrchr(b'\n', &text[..span.start]).map_or(0, |at| at + 1);
    let above = line.checked_sub(1).map(|end| memchr::memrchr(b'\n', &text[..end]).map_or(0, |at| at + 1));
    let last = span.end - 1;
    let end = memchr::memchr(b'\n', &text[last..]).map_or(text.len(), |at| last + at);
    let first = markers.partition_point(|(_, marker)| marker.start < above.unwrap_or(line));
    let near = (first..markers.len()).take_while(move |at| markers[*at].1.start < end);
    near.filter(move |at| {
        let (index, marker) = markers[*at];
        let there = match MARKERS[index].scope {
            Scope::SameLine => marker.start >= line,
            Scope::NextLine => marker.start < line,
        };
        there && !marker.overlaps(&span) && is_marker(text, index, marker)
    })
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
    pub(crate) unused: Vec<Unused>,
    /// What was met inside, where the content is an archive.
    pub(crate) opened: Opened,
}

/// Scans a file: its bytes, and what is inside where it is an archive or a document.
pub(crate) fn sight_file(plan: &Plan, content: &[u8]) -> Sighted {
    let mut outer = sight(plan.eye(), content);
    if !archive::is_archive(content) {
        return outer;
    }
    // Nobody reviews suppressions inside an archive: a misspelt marker there is not told.
    let eye = Eye { near_misses: false, ..plan.eye() };
    let mut inner: Vec<Sighting> = Vec::new();
    let mut cut = Vec::new();
    let opened = archive::open(content, &plan.archives, &mut |member| {
        let seen = sight(eye, member.content);
        cut.extend(seen.opened.cut.iter().map(|_| member.path.to_owned()));
        // A view shows the same content once more: only what the bytes do not tell.
        let known = |one: &Sighting, path: &str, all: &[Sighting]| {
            all.iter().rev().take_while(|other| other.member.as_deref() == Some(path)).any(|other| other.says(one))
        };
        for mut one in seen.sightings {
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
    cut.append(&mut outer.opened.cut);
    outer.opened = Opened { cut, ..opened };
    // What a member says better is not told of the archive's bytes.
    outer.sightings.retain(|one| !inner.iter().any(|other| other.says(one)));
    outer.sightings.append(&mut inner);
    outer
}

/// A marker that silences nothing.
#[derive(Clone, Debug)]
pub(crate) struct Unused {
    pub(crate) line: u32,
    /// As it is written, or as it should be.
    pub(crate) marker: String,
    /// What was meant, where it is misspelt.
    pub(crate) meant: Option<&'static str>,
}

/// Scans content.
pub(crate) fn sight(eye: Eye<'_>, content: &[u8]) -> Sighted {
    let text = Text::of(content);
    let bytes = &*text.bytes;
    let rules = eye.rules;
    let scan = settled(rules, detect::scan(rules, bytes), text.encoding);
    let misspelt =
        if eye.near_misses && text.encoding != Encoding::Binary { detect::near_misses(bytes) } else { vec![] };
    let opened = Opened { cut: scan.cut.then(String::new).into_iter().collect(), ..Opened::default() };
    if scan.matches.is_empty() && scan.markers.is_empty() && misspelt.is_empty() {
        return Sighted { opened, ..Sighted::default() };
    }
    let lines = LineIndex::new(bytes);
    let page = Page { rules, bytes, lines: &lines, hidden: hidden(rules, &scan.matches) };
    let markers: Vec<(usize, Span)> =
        scan.markers.iter().copied().filter(|(index, span)| is_marker(bytes, *index, *span)).collect();
    let mut used = vec![false; markers.len()];
    let hashes = LazyCell::new(|| LineHashes::of(bytes));
    let mut sightings = Vec::with_capacity(scan.matches.len());
    for one in &scan.matches {
        let region = lines.region(one.span);
        let silenced = page.silencing(eye.silence, &markers, one);
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
            suppression: silenced.map(|at| page.comment(markers[at])),
            needs_path: one.needs_path.clone(),
            snippet: page.snippet(one, region),
            line_hash: if eye.line_hashes { hashes.at(one.span.start) } else { String::new() },
            member: None,
        });
    }
    for (one, sighting) in
        scan.matches.iter().zip(&mut sightings).filter(|(_, sighting)| sighting.suppression.is_none())
    {
        let Some((at, objection)) = page.refused(eye.silence, &markers, one) else { continue };
        // A marker that is bound to one secret of its line has nothing to say of the others.
        if objection == Objection::NeverSuppressed || !used[at] {
            let objections = vec![objection];
            let comment = page.comment(markers[at]);
            sighting.suppression = Some(Suppression { status: SuppressionStatus::Rejected, objections, ..comment });
        }
    }
    let told: BTreeSet<u32> = sightings.iter().filter_map(|one| Some(one.suppression.as_ref()?.line)).collect();
    let idle = markers.iter().zip(used).filter(|((_, span), used)| !used && !told.contains(&lines.line(span.start)));
    let idle = idle.map(|((index, span), _)| Unused {
        line: lines.line(span.start),
        marker: MARKERS[*index].literal.to_owned(),
        meant: None,
    });
    let misspelt = misspelt.into_iter().map(|(span, meant)| Unused {
        line: lines.line(span.start),
        marker: page.redacted(span),
        meant: Some(meant),
    });
    let mut unused: Vec<Unused> = idle.chain(misspelt).collect();
    unused.sort_by_key(|one| one.line);
    Sighted { sightings, unused, opened }
}

/// A blob with the matches to keep out of sight.
struct Page<'a> {
    rules: &'a RuleSet,
    bytes: &'a [u8],
    lines: &'a LineIndex<'a>,
    /// Where secrets stand, in order, and how far those up to each one reach.
    hidden: Vec<(Span, usize)>,
}

fn hidden(rules: &RuleSet, matches: &[Match]) -> Vec<(Span, usize)> {
    let secret = |one: &&Match| rules.rules()[one.rule].spec.severity > Severity::Note;
    let mut spans: Vec<Span> = matches.iter().filter(secret).map(|one| one.span).collect();
    spans.sort_unstable();
    let mut reached = 0;
    let reach = |span: Span| {
        reached = span.end.max(reached);
        (span, reached)
    };
    spans.into_iter().map(reach).collect()
}

impl Page<'_> {
    /// The marker that silences a match, as its index.
    fn silencing(&self, silence: Silence<'_>, markers: &[(usize, Span)], one: &Match) -> Option<usize> {
        let held = silence.of(self.rules, one);
        covering(self.bytes, markers, one.span).find(|at| held.objection(self.bytes, markers[*at]).is_none())
    }

    /// A marker that stands beside a match and does not silence it, as its index and why.
    fn refused(&self, silence: Silence<'_>, markers: &[(usize, Span)], one: &Match) -> Option<(usize, Objection)> {
        let is_secret = self.rules.rules()[one.rule].spec.severity > Severity::Note;
        let held = silence.of(self.rules, one);
        let mut near = covering(self.bytes, markers, one.span).filter(|_| is_secret);
        near.find_map(|at| Some((at, held.objection(self.bytes, markers[at])?)))
    }

    fn comment(&self, (index, span): (usize, Span)) -> Suppression {
        let line = self.lines.line(span.start);
        let rest = Span::new(span.start, self.lines.line_span(line).end.max(span.end));
        let text = cut(&self.redacted(rest), COMMENT);
        Suppression {
            marker: MARKERS[index].literal.to_owned(),
            reason: detect::reason(&text),
            text: text.trim().to_owned(),
            line,
            ..Suppression::default()
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
        let first = self.hidden.partition_point(|(_, reached)| *reached <= span.start);
        let near = self.hidden[first..].iter().map(|(hidden, _)| *hidden).take_while(|hidden| hidden.start < span.end);
        let spans = near.filter(|hidden| hidden.overlaps(&span));
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
        let rules = RuleSet::embedded();
        let eye = Eye { rules: &rules, silence: Silence::default(), line_hashes: false, near_misses: true };
        let sighted = sight(eye, text.as_bytes());
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
