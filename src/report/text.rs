//! The report for people, on a terminal or in a file.

use std::borrow::Cow;
use std::io::{self, Write};

use annotate_snippets::renderer::DEFAULT_TERM_WIDTH;
use annotate_snippets::{AnnotationKind, Group, Level, Message, Origin, Renderer, Snippet};
use anstream::adapter::strip_str;

use super::{
    Canary, Coverage, Finding, Objection, Occurrence, Reach, Report, Severity, SourceKind, Style, Suppression,
    SuppressionKind, SuppressionStatus,
};

const MARK: &str = "[redacted]";
const MOST_PLACES: usize = 5;
const MOST_UNUSED: usize = 20;
const MOST_SKIPPED: usize = 10;

/// Writes findings, suppressions to review, coverage and a summary.
pub(super) fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        write_finding(finding, style, out)?;
    }
    write_suppressed(report, out)?;
    write_unused(report, style, out)?;
    write_coverage(&report.coverage, style, out)?;
    writeln!(out, "{}", summary(report, style))?;
    if report.coverage.incomplete {
        writeln!(out, "{}", incomplete(&report.coverage))?;
    }
    Ok(())
}

/// The text with every character escaped that a terminal obeys or a reader cannot see.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hidden(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// Control characters, marks that change the direction of text, and marks without a width.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

// Findings

fn write_finding(finding: &Finding, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let first = finding.primary()?;
    let others: Vec<&Occurrence> = finding.occurrences.iter().filter(|other| !std::ptr::eq(*other, first)).collect();
    if finding.severity == Severity::Note && !style.verbose {
        return write_note(finding, first, others.len(), out);
    }
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(style.width.unwrap_or(DEFAULT_TERM_WIDTH).max(40));
    let source = shown(first);
    let mut group =
        Group::with_title(severity(finding.severity).primary_title(visible(&finding.title)).id(visible(&finding.rule)));
    group = group.element(origin(first));
    if !source.is_empty() {
        group = group.element(snippet(&source, first, finding));
    }
    let group = group.elements(messages(finding, first, &others, style));
    writeln!(out, "{}\n", joined(&renderer.render(&[group])))
}

/// The renderer's text without the line that says that the snippet is of a further file.
///
/// A snippet with a path of its own would have no such line, but the column of the mark in redacted
/// text instead of the secret's.
fn joined(rendered: &str) -> String {
    let is_source = |line: &&str| strip_str(line).to_string().trim() != ":::";
    rendered.lines().filter(is_source).collect::<Vec<_>>().join("\n")
}

fn write_note(finding: &Finding, first: &Occurrence, others: usize, out: &mut dyn Write) -> io::Result<()> {
    let more = if others > 0 { format!(" and {} more", count(others as u64, "place")) } else { String::new() };
    let (title, rule) = (visible(&finding.title), visible(&finding.rule));
    writeln!(out, "note[{rule}]: {title} in {}{more}\n", spot(first))
}

fn severity(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Critical | Severity::High => Level::ERROR.with_name(severity.name()),
        Severity::Medium => Level::WARNING.with_name(severity.name()),
        Severity::Low | Severity::Note => Level::NOTE.with_name(severity.name()),
    }
}

fn origin(occurrence: &Occurrence) -> Origin<'static> {
    let region = occurrence.region;
    Origin::path(place(occurrence)).line(region.start_line as usize).char_column(region.start_column as usize)
}

/// The lines to show, without what a terminal obeys.
pub(super) fn shown(occurrence: &Occurrence) -> String {
    let lines: Vec<_> = occurrence.snippet.text.lines().map(untabbed).collect();
    lines.join("\n")
}

fn untabbed(line: &str) -> String {
    visible(&line.replace('\t', "    ")).into_owned()
}

fn snippet<'a>(
    source: &'a str,
    occurrence: &Occurrence,
    finding: &Finding,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let label = match &occurrence.decoded {
        Some(decoded) => format!("{}, under {}", count(finding.length as u64, "byte"), visible(decoded)),
        None => count(finding.length as u64, "byte"),
    };
    let span = highlight(source, occurrence);
    Snippet::source(source)
        .line_start(occurrence.snippet.first_line.max(1) as usize)
        .fold(false)
        .annotation(AnnotationKind::Primary.span(span).label(label))
}

/// The mark in the secret's line that is nearest to the secret's column, or else that line.
fn highlight(source: &str, occurrence: &Occurrence) -> std::ops::Range<usize> {
    let region = occurrence.region;
    let wanted = region.start_line.saturating_sub(occurrence.snippet.first_line) as usize;
    let mut lines = source.split_inclusive('\n');
    let start = lines.by_ref().take(wanted).map(str::len).sum::<usize>();
    let Some(line) = lines.next().map(|line| line.trim_end_matches('\n')) else {
        return source.find(MARK).map_or(0..source.len(), |at| at..at + MARK.len());
    };
    let column = region.start_column.saturating_sub(1) as usize;
    let distance = |at: &usize| line[..*at].chars().count().abs_diff(column);
    let mark = line.match_indices(MARK).map(|(at, _)| at).min_by_key(distance);
    let (from, length) = match mark {
        Some(at) => (at, MARK.len()),
        None => (line.len() - line.trim_start().len(), line.trim().len()),
    };
    start + from..start + from + length
}

fn messages(finding: &Finding, first: &Occurrence, others: &[&Occurrence], style: Style) -> Vec<Message<'static>> {
    let secret = finding.secret.as_ref().map(|secret| format!("secret: {}", visible(secret)));
    let why = (!finding.reason.is_empty()).then(|| format!("why: {}", visible(&finding.reason)));
    let verbose = style.verbose.then(|| format!("fingerprint: {}", finding.fingerprint));
    let notes = [secret, why, parts(finding), history(first), elsewhere(others, style), verbose];
    let help = (!finding.remediation.is_empty()).then(|| visible(&finding.remediation).into_owned());
    let notes = notes.into_iter().flatten().map(|text| Level::NOTE.message(text));
    notes.chain(help.map(|text| Level::HELP.message(text))).collect()
}

/// The other parts of the credential, in one line.
fn parts(finding: &Finding) -> Option<String> {
    let parts = finding.parts.iter().map(|part| format!("{} {}", visible(&part.name), visible(&part.value)));
    let parts: Vec<_> = parts.collect();
    (!parts.is_empty()).then(|| format!("one credential with {}", parts.join(", ")))
}

/// Who brought it when, and what still leads to it.
pub(super) fn history(occurrence: &Occurrence) -> Option<String> {
    let by = occurrence.author.as_ref().map(|author| format!(" by {}", visible(author)));
    let on = occurrence.date.as_ref().map(|date| format!(" on {}", visible(date)));
    let since = occurrence.commit.as_ref().map(|commit| {
        format!("since commit {}{}{}", visible(short(commit)), by.unwrap_or_default(), on.unwrap_or_default())
    });
    let head = match occurrence.reach {
        Reach::Direct => None,
        _ if occurrence.at_head => Some("at HEAD".to_owned()),
        _ => Some(match &occurrence.removed_in {
            Some(removal) => format!("removed in commit {}: still must be rotated", visible(short(&removal.commit))),
            None => "no longer at HEAD: still must be rotated".to_owned(),
        }),
    };
    let staged = (occurrence.source == SourceKind::Staged).then(|| "staged".to_owned());
    let reach = reach(occurrence.reach).map(str::to_owned);
    let said: Vec<_> = [staged, since, head, reach].into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join("; "))
}

fn reach(reach: Reach) -> Option<&'static str> {
    match reach {
        Reach::Direct | Reach::Refs => None,
        Reach::Stash => Some("only the stash leads to it"),
        Reach::Reflog => Some("only a reflog leads to it"),
        Reach::None => Some("nothing leads to it, but the object database holds it"),
    }
}

fn elsewhere(others: &[&Occurrence], style: Style) -> Option<String> {
    if others.is_empty() {
        return None;
    }
    let most = if style.verbose { others.len() } else { MOST_PLACES };
    let mut lines = vec!["also in".to_owned()];
    lines.extend(others.iter().take(most).map(|other| format!("{}{}", spot(other), brief(other))));
    lines.extend(more(others.len(), most));
    Some(lines.join("\n"))
}

/// What `history` says, in parentheses.
fn brief(occurrence: &Occurrence) -> String {
    let who = occurrence.author.as_deref().map(visible);
    let when = occurrence.date.as_deref().map(|date| visible(date.get(..10).unwrap_or(date)));
    let by = match (who, when) {
        (Some(who), Some(when)) => Some(format!("{who} on {when}")),
        (who, when) => who.or(when).map(Cow::into_owned),
    };
    let head = match occurrence.reach {
        Reach::Direct => None,
        _ if occurrence.at_head => Some("at HEAD".to_owned()),
        _ => Some("not at HEAD".to_owned()),
    };
    let reach = reach(occurrence.reach).map(str::to_owned);
    let said: Vec<_> = [by, head, reach].into_iter().flatten().collect();
    if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) }
}

/// The place with line and column.
pub(super) fn spot(occurrence: &Occurrence) -> String {
    format!("{}:{}:{}", place(occurrence), occurrence.region.start_line, occurrence.region.start_column)
}

/// The file, or what stands for one; in history as git writes it, `commit:path`.
pub(super) fn place(occurrence: &Occurrence) -> String {
    let path = occurrence.path.as_deref().map(visible);
    let object = occurrence.object.as_deref().map_or(Cow::Borrowed("unknown"), |id| visible(short(id)));
    let commit = occurrence.commit.as_deref().map_or(object.clone(), |id| visible(short(id)));
    match (occurrence.source, path) {
        (SourceKind::Message, _) => format!("message of {commit}"),
        (SourceKind::Author, _) => format!("author of {commit}"),
        (SourceKind::Tag, _) => format!("tag {object}"),
        (SourceKind::Ref, path) => format!("name of ref {}", path.unwrap_or(object)),
        (SourceKind::Path, path) => format!("file name {commit}:{}", path.unwrap_or_default()),
        (SourceKind::Commit, Some(path)) => format!("{commit}:{path}"),
        (SourceKind::Object, Some(path)) => format!("object {object} ({path})"),
        (SourceKind::Object | SourceKind::Commit, None) => format!("object {object}"),
        (SourceKind::Stdin, path) => path.map_or("standard input".to_owned(), Cow::into_owned),
        (_, path) => path.map_or("a file without a name".to_owned(), Cow::into_owned),
    }
}

pub(super) fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

// Suppressions

fn write_suppressed(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.findings.iter().chain(&report.suppressed);
    let places = findings.flat_map(|finding| finding.occurrences.iter().map(move |place| (finding, place)));
    let silenced = places.filter_map(|(finding, place)| Some((finding, place, place.suppression.as_ref()?)));
    let silenced: Vec<_> = silenced.collect();
    if silenced.is_empty() {
        return Ok(());
    }
    writeln!(out, "Suppressed, for review ({}):", grouped(silenced.len() as u64))?;
    for (finding, occurrence, comment) in silenced {
        writeln!(out, "  {} in {}", visible(&finding.rule), spot(occurrence))?;
        writeln!(out, "    {}", comment_line(occurrence, comment))?;
    }
    writeln!(out)
}

fn comment_line(occurrence: &Occurrence, said: &Suppression) -> String {
    let text = visible(said.text.trim());
    let marker = visible(&said.marker);
    let place = match &said.path {
        Some(path) => format!("at line {} of {}", said.line, visible(path)),
        None => format!("at line {}", said.line),
    };
    let by = match (&said.author, said.kind) {
        (Some(author), _) => format!(", written by {}", visible(author)),
        (None, SuppressionKind::InSource) => match occurrence.source {
            SourceKind::Staged => ", not committed yet".to_owned(),
            _ => ", written by an unknown author".to_owned(),
        },
        (None, SuppressionKind::External) => String::new(),
    };
    let on = said.date.as_ref().map_or(String::new(), |date| format!(" on {}", visible(date)));
    let commit = said.commit.as_deref().map_or(String::new(), |id| format!(" in {}", visible(short(id))));
    let review = match (said.status, &said.entry) {
        (SuppressionStatus::Accepted, Some(entry)) => format!("\n    accepted by {}", visible(&entry.reviewer)),
        (SuppressionStatus::Accepted, None) => String::new(),
        (SuppressionStatus::UnderReview, _) => clauses("not reviewed", &said.objections),
        (SuppressionStatus::Rejected, _) => clauses("silences nothing", &said.objections),
    };
    format!("{marker} {place}{by}{on}{commit}: {text}{review}")
}

fn clauses(verb: &str, objections: &[Objection]) -> String {
    let said: Vec<&str> = objections.iter().map(|one| one.clause()).collect();
    if said.is_empty() { String::new() } else { format!("\n    {verb}: {}", said.join("; ")) }
}

fn write_unused(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let lines = report.unused_suppressions.iter().map(super::review::unused_line);
    list("Silencing nothing", lines, MOST_UNUSED, style, out)
}

/// A heading with the number of lines, and the lines.
pub(super) fn list(
    title: &str,
    lines: impl ExactSizeIterator<Item = String>,
    most: usize,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let all = lines.len();
    if all == 0 {
        return Ok(());
    }
    let most = if style.verbose { all } else { most };
    writeln!(out, "{title} ({}):", grouped(all as u64))?;
    for line in lines.take(most).chain(more(all, most)) {
        writeln!(out, "  {line}")?;
    }
    writeln!(out)
}

fn more(all: usize, most: usize) -> Option<String> {
    (all > most).then(|| format!("and {} more", grouped((all - most) as u64)))
}

// Coverage

fn write_coverage(coverage: &Coverage, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let skipped =
        coverage.skipped.iter().map(|skipped| format!("{}: {}", visible(&skipped.what), visible(&skipped.why)));
    list("Not read", skipped, MOST_SKIPPED, style, out)?;
    for target in &coverage.targets {
        writeln!(out, "Scanned: {}", visible(target))?;
    }
    writeln!(out, "Read: {}", amounts(coverage))?;
    if coverage.excluded > 0 {
        writeln!(out, "Left out: {}, as asked", count(coverage.excluded, "file"))?;
    }
    if coverage.missing_objects > 0 {
        writeln!(out, "Missing: {} of the repository", count(coverage.missing_objects, "object"))?;
    }
    writeln!(out, "Self-test: {}", canary(&coverage.canary))?;
    for note in &coverage.notes {
        writeln!(out, "Note: {}", visible(note))?;
    }
    Ok(())
}

pub(super) fn amounts(coverage: &Coverage) -> String {
    let counts = [
        (coverage.files, "file"),
        (coverage.commits, "commit"),
        (coverage.refs, "ref"),
        (coverage.tags, "tag"),
        (coverage.trees, "tree"),
        (coverage.blobs, "blob"),
        (coverage.members, "archive member"),
    ];
    let mut said: Vec<_> =
        counts.into_iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(number, noun)).collect();
    said.push(size(coverage.bytes));
    said.join(", ")
}

pub(super) fn canary(canary: &Canary) -> String {
    let passed = count(canary.passed as u64, "rule");
    if canary.failed.is_empty() {
        let rest = match canary.proven {
            0 => String::new(),
            proven => format!("; the build proved the other {}", grouped(proven as u64)),
        };
        let own = if canary.passed == 1 { "its synthetic secret" } else { "a synthetic secret each" };
        return format!("{passed} found {own}{rest}");
    }
    let failed: Vec<_> = canary.failed.iter().map(|rule| visible(rule)).collect();
    format!("FAILED for {}; {passed} passed", failed.join(", "))
}

/// The scan in a line.
pub(super) fn summary(report: &Report, style: Style) -> String {
    let found = match report.findings.len() {
        0 => "No findings".to_owned(),
        number => format!("{} ({})", count(number as u64, "finding"), severities(report)),
    };
    let suppressed = match report.suppressed.len() {
        0 => String::new(),
        number => format!(", {} suppressed", grouped(number as u64)),
    };
    let (files, commits) = (count(report.coverage.files, "file"), count(report.coverage.commits, "commit"));
    let time = style.seconds.map_or(String::new(), |seconds| format!(" in {seconds:.1} s"));
    format!("{found}{suppressed}; {files} and {commits} read{time}")
}

/// Findings of each severity, worst first.
fn severities(report: &Report) -> String {
    let all = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Note];
    let said = all.into_iter().filter_map(|severity| {
        let number = report.findings.iter().filter(|finding| finding.severity == severity).count();
        (number > 0).then(|| format!("{} {}", grouped(number as u64), severity.name()))
    });
    said.collect::<Vec<_>>().join(", ")
}

fn incomplete(coverage: &Coverage) -> String {
    let mut reasons = Vec::new();
    if !coverage.skipped.is_empty() {
        reasons.push(format!("{} not read", count(coverage.skipped.len() as u64, "thing")));
    }
    if coverage.missing_objects > 0 {
        reasons.push(format!("{} missing", count(coverage.missing_objects, "object")));
    }
    if !coverage.canary.failed.is_empty() {
        reasons.push(format!("{} failed the self-test", count(coverage.canary.failed.len() as u64, "rule")));
    }
    if reasons.is_empty() {
        reasons.push("not all that was asked for was read".to_owned());
    }
    format!("Incomplete: {}. What was not read may hold secrets.", reasons.join(", "))
}

// Numbers

/// A number of things: `1 file`, `1,234 files`.
pub(super) fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size in the decimal unit that fits.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return count(bytes, "byte");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    // Rounding must not show a thousand of a unit.
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::super::sarif::tests::{occurrence, report, sample};
    use super::super::{Format, Skipped, UnusedSuppression};
    use super::*;

    fn written(report: &Report, style: Style) -> String {
        let mut out = Vec::new();
        report.write(Format::Text, style, &mut out).expect("memory takes everything");
        String::from_utf8(out).expect("the report is UTF-8")
    }

    #[test]
    fn a_finding_names_its_place_and_what_to_do() {
        let text = written(&sample(), Style::default());
        assert!(text.contains("critical[genesys-client-secret]: Genesys Cloud OAuth client secret"), "{text}");
        assert!(text.contains("--> config/app settings/schlüssel:a.env:4:10"), "{text}");
        assert!(text.contains("^^^^^^^^^^ 43 bytes"), "{text}");
        assert!(!text.contains(":::"), "{text}");
        assert!(text.contains("why: A Genesys Cloud word stands beside it."), "{text}");
        assert!(text.contains("one credential with client_id 1234, region us-east-1"), "{text}");
        assert!(text.contains("help: Replace the secret."), "{text}");
    }

    #[test]
    fn history_is_told_with_commit_author_date_and_head() {
        let text = written(&sample(), Style::default());
        let expected = "since commit a019c7b178 by Ann <ann@example.com> on 2024-03-01T10:00:00+01:00; \
                        no longer at HEAD: still must be rotated; only a reflog leads to it";
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("--> a019c7b178:docs/old.txt:4:10"), "{text}");
    }

    #[test]
    fn the_marked_part_is_the_secret_of_the_line() {
        let mut place = occurrence(SourceKind::Worktree, Some("a"));
        place.snippet.text = "x\n[redacted] = \"[redacted]\"\ny".to_owned();
        place.region.start_column = 15;
        assert_eq!(highlight(&place.snippet.text, &place), 16..26);
        place.snippet.text = "x\n  nothing \ny".to_owned();
        assert_eq!(highlight(&place.snippet.text, &place), 4..11);
        place.snippet.text = "one line".to_owned();
        assert_eq!(highlight(&place.snippet.text, &place), 0..8);
        place.snippet.text = String::new();
        assert_eq!(highlight("", &place), 0..0);
    }

    #[test]
    fn nothing_from_a_repository_commands_the_terminal() {
        let evil = "a\u{1b}[2J\u{202e}\r\n\u{9b}b\u{7}";
        let mut report = sample();
        for finding in report.findings.iter_mut().chain(&mut report.suppressed) {
            finding.reason.push_str(evil);
            finding.parts[0].value = evil.to_owned();
            for place in &mut finding.occurrences {
                place.path = Some(evil.to_owned());
                place.author = Some(evil.to_owned());
                place.snippet.text.push_str(evil);
                if let Some(comment) = &mut place.suppression {
                    comment.text = evil.to_owned();
                    comment.author = Some(evil.to_owned());
                }
            }
        }
        report.unused_suppressions.push(UnusedSuppression {
            path: evil.to_owned(),
            line: 1,
            marker: evil.to_owned(),
            meant: None,
        });
        report.coverage.skipped.push(Skipped { what: evil.to_owned(), why: evil.to_owned() });
        report.coverage.notes.push(evil.to_owned());
        let text = written(&report, Style { verbose: true, ..Style::default() });
        let hidden: Vec<_> = text.chars().filter(|&c| c != '\n' && is_hidden(c)).collect();
        assert!(hidden.is_empty(), "{hidden:?}");
        assert!(text.contains("a\\u{1b}[2J\\u{202e}\\r\\n\\u{9b}b\\u{7}"));
    }

    #[test]
    fn colour_comes_only_when_asked_for() {
        assert!(!written(&sample(), Style::default()).contains('\u{1b}'));
        assert!(written(&sample(), Style { color: true, ..Style::default() }).contains("\u{1b}["));
    }

    #[test]
    fn the_secret_stands_there_only_if_the_finding_has_it() {
        let mut report = sample();
        assert!(!written(&report, Style::default()).contains("secret: "));
        report.findings[0].secret = Some("hunter2\u{1b}".to_owned());
        assert!(written(&report, Style::default()).contains("secret: hunter2\\u{1b}\n"));
    }

    #[test]
    fn further_places_are_counted_unless_all_are_asked_for() {
        let mut report = sample();
        let place = occurrence(SourceKind::Worktree, Some("copy"));
        report.findings[0].occurrences.extend(vec![place; 6]);
        let text = written(&report, Style::default());
        assert_eq!(text.matches("copy:4:10").count(), 4);
        assert!(text.contains("and 2 more"), "{text}");
        let text = written(&report, Style { verbose: true, ..Style::default() });
        assert_eq!(text.matches("copy:4:10").count(), 6);
    }

    #[test]
    fn a_note_takes_one_line() {
        let mut report = sample();
        report.findings.truncate(1);
        report.findings[0].severity = Severity::Note;
        let text = written(&report, Style::default());
        let first = text.lines().next().unwrap_or_default();
        let title = "note[genesys-client-secret]: Genesys Cloud OAuth client secret";
        assert_eq!(first, format!("{title} in config/app settings/schlüssel:a.env:4:10 and 1 place more"));
        assert!(written(&report, Style { verbose: true, ..Style::default() }).contains("-->"));
    }

    #[test]
    fn suppressions_say_who_wrote_what_and_when() {
        let text = written(&sample(), Style::default());
        let (_, review) = text.split_once("Suppressed, for review (1):\n").expect("there is such a section");
        assert!(review.starts_with("  genesys-client-secret in src/test.py:4:10\n"), "{review}");
        let line = "    trufflehog:ignore at line 3, written by Bob <bob@example.com> on 2024-02-02T00:00:00Z \
                    in bbbbbbbbbb: trufflehog:ignore only a test\n";
        assert!(review.contains(line), "{review}");
    }

    #[test]
    fn comments_that_silence_nothing_are_capped() {
        let mut report = report(Vec::new(), Vec::new());
        let unused =
            UnusedSuppression { path: "a".to_owned(), line: 7, marker: "snout:ignore".to_owned(), meant: None };
        report.unused_suppressions = vec![unused; 22];
        let text = written(&report, Style::default());
        assert!(text.starts_with("Silencing nothing (22):\n  a:7: snout:ignore\n"), "{text}");
        assert_eq!(text.matches("a:7: ").count(), 20);
        assert!(text.contains("  and 2 more\n"));
    }

    #[test]
    fn the_summary_counts_by_severity() {
        let mut report = sample();
        report.coverage.files = 1234;
        let last = |text: String| text.lines().last().unwrap_or_default().to_owned();
        let text = written(&report, Style { seconds: Some(1.23), ..Style::default() });
        let expected = "3 findings (2 critical, 1 high), 1 suppressed; 1,234 files and 567 commits read in 1.2 s";
        assert_eq!(last(text), expected);
        report.findings.clear();
        report.suppressed.clear();
        assert_eq!(last(written(&report, Style::default())), "No findings; 1,234 files and 567 commits read");
    }

    #[test]
    fn an_incomplete_scan_ends_with_its_reasons() {
        let mut report = sample();
        report.coverage.incomplete = true;
        report.coverage.skipped = vec![Skipped { what: "a".to_owned(), why: "too large".to_owned() }; 12];
        report.coverage.canary.failed = vec!["some-rule".to_owned()];
        let text = written(&report, Style::default());
        assert!(text.ends_with(
            "\nIncomplete: 12 things not read, 1 rule failed the self-test. What was not read may hold secrets.\n"
        ));
        assert!(text.contains("Not read (12):\n  a: too large\n") && text.contains("  and 2 more\n"));
        assert!(text.contains("Self-test: FAILED for some-rule; 30 rules passed\n"));
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [1, 999, 1500, 999_960, 12_345_678].map(size),
            ["1 byte", "999 bytes", "1.5 kB", "1.0 MB", "12.3 MB"]
        );
    }

    proptest::proptest! {
        #[test]
        fn every_snippet_can_be_shown(
            lines in "(\\PC|[\\t\\r\\n\\x1b]|\\[redacted\\]){0,60}",
            numbers in proptest::array::uniform4(0u32..8),
            width in 0usize..200,
        ) {
            let mut place = occurrence(SourceKind::Worktree, Some("a"));
            place.snippet.text = lines;
            [place.snippet.first_line, place.region.start_line, place.region.start_column, place.region.end_line] = numbers;
            let mut report = sample();
            report.findings[0].occurrences = vec![place];
            let text = written(&report, Style { width: Some(width), ..Style::default() });
            proptest::prop_assert!(!text.contains(|c| c != '\n' && is_hidden(c)));
        }
    }
}
