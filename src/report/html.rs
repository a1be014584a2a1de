//! The report as one HTML page: no network, no secrets, and all of it there without scripts.

use std::io::{self, Write};

use askama::Template;
use sha2::{Digest, Sha256};

use super::text::{amounts, canary, count, history, short, shown, spot, visible};
use super::{Finding, Occurrence, Report, Severity, Suppression, SuppressionStatus};

const STYLE: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");
const MARK: &str = "[redacted]";
/// Other places of a finding that the page lists.
const MOST_PLACES: usize = 100;

/// The page; the template escapes whatever goes into it.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    style: &'static str,
    script: &'static str,
    style_hash: String,
    script_hash: String,
    title: String,
    heading: String,
    counts: Vec<(&'static str, usize)>,
    findings: Vec<Item>,
    suppressed: Vec<Silenced>,
    unused: Vec<String>,
    report: &'a Report,
    read: String,
    left_out: String,
    canary: String,
}

/// A finding as the page shows it.
struct Item {
    severity: &'static str,
    title: String,
    rule: String,
    code: String,
    place: String,
    lines: Vec<Line>,
    reason: String,
    parts: Vec<String>,
    history: Option<String>,
    help: String,
    places: Vec<String>,
    all_places: String,
    more: usize,
    fingerprint: String,
    references: Vec<String>,
}

/// A line of a snippet, in stretches that are or are not a redacted secret.
struct Line {
    number: u32,
    stretches: Vec<(bool, String)>,
}

/// A silenced finding at one place.
struct Silenced {
    severity: &'static str,
    title: String,
    rule: String,
    place: String,
    comment: String,
    status: String,
    author: String,
    date: String,
}

/// Writes the page.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut counts = Vec::new();
    for severity in [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Note] {
        let number = report.findings.iter().filter(|finding| finding.severity == severity).count();
        counts.push((severity.name(), number));
    }
    let title = report.coverage.targets.iter().map(|target| visible(target)).collect::<Vec<_>>().join(", ");
    let unused = &report.unused_suppressions;
    let page = Page {
        style: STYLE,
        script: SCRIPT,
        style_hash: hash(STYLE),
        script_hash: hash(SCRIPT),
        title,
        heading: count(report.findings.len() as u64, "finding"),
        counts,
        findings: report.findings.iter().map(|finding| item(report, finding)).collect::<io::Result<_>>()?,
        suppressed: report.suppressed.iter().flat_map(silenced).collect(),
        unused: unused.iter().map(|one| format!("{}:{}: {}", visible(&one.path), one.line, one.marker)).collect(),
        report,
        read: amounts(&report.coverage),
        left_out: count(report.coverage.excluded, "file"),
        canary: canary(&report.coverage.canary),
    };
    page.render_into(&mut Utf8(out)).map_err(io::Error::other)
}

/// What a content security policy calls a script or style sheet.
fn hash(text: &str) -> String {
    format!("sha256-{}", data_encoding::BASE64.encode(&Sha256::digest(text.as_bytes())))
}

/// Text into a stream of bytes.
struct Utf8<'a>(&'a mut dyn Write);

impl std::fmt::Write for Utf8<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.write_all(text.as_bytes()).map_err(|_| std::fmt::Error)
    }
}

fn item(report: &Report, finding: &Finding) -> io::Result<Item> {
    let primary = finding.primary()?;
    let others = finding.occurrences.iter().filter(|other| !std::ptr::eq(*other, primary));
    let others: Vec<_> = others.map(told).collect();
    let rule = report.rules.iter().find(|rule| rule.id == finding.rule);
    let references = rule.map(|rule| rule.prose.references.clone()).unwrap_or_default();
    Ok(Item {
        severity: finding.severity.name(),
        title: visible(&finding.title).into_owned(),
        rule: finding.rule.clone(),
        code: finding.code.clone(),
        place: spot(primary),
        lines: lines(primary),
        reason: visible(&finding.reason).into_owned(),
        parts: finding.parts.iter().map(|part| format!("{} {}", visible(&part.name), visible(&part.value))).collect(),
        history: history(primary),
        help: visible(&finding.remediation).into_owned(),
        all_places: count(others.len() as u64, "more place"),
        more: others.len().saturating_sub(MOST_PLACES),
        places: others.into_iter().take(MOST_PLACES).collect(),
        fingerprint: finding.fingerprint.clone(),
        references: references.into_iter().filter(|uri| uri.starts_with("https://")).collect(),
    })
}

/// A place and what is known of it, in one line.
fn told(place: &Occurrence) -> String {
    history(place).map_or_else(|| spot(place), |history| format!("{}: {history}", spot(place)))
}

fn lines(place: &Occurrence) -> Vec<Line> {
    let text = shown(place);
    let mut number = place.snippet.first_line.max(1);
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut stretches = Vec::new();
        for (index, plain) in line.split(MARK).enumerate() {
            if index > 0 {
                stretches.push((true, MARK.to_owned()));
            }
            stretches.push((false, plain.to_owned()));
        }
        lines.push(Line { number, stretches });
        // A secret over several lines is shown on its first one.
        number = if number == place.region.start_line { place.region.end_line.max(number) + 1 } else { number + 1 };
    }
    lines
}

/// Whether somebody reviewed a suppression, and what stands against it.
fn status(comment: &Suppression) -> String {
    let objections: Vec<_> = comment.objections.iter().map(|one| one.clause()).collect();
    match comment.status {
        SuppressionStatus::Accepted => "accepted".to_owned(),
        SuppressionStatus::UnderReview | SuppressionStatus::Rejected if !objections.is_empty() => objections.join("; "),
        SuppressionStatus::UnderReview => "nobody reviewed it".to_owned(),
        SuppressionStatus::Rejected => "rejected".to_owned(),
    }
}

fn silenced(finding: &Finding) -> impl Iterator<Item = Silenced> + '_ {
    finding.occurrences.iter().filter_map(|place| {
        let comment = place.suppression.as_ref()?;
        Some(Silenced {
            severity: finding.severity.name(),
            title: visible(&finding.title).into_owned(),
            rule: finding.rule.clone(),
            place: spot(place),
            comment: visible(&comment.text).into_owned(),
            status: status(comment),
            author: comment.author.as_deref().map_or("unknown".into(), visible).into_owned(),
            date: comment
                .date
                .as_deref()
                .map_or("unknown".into(), |date| visible(date.get(..10).unwrap_or(date)))
                .into_owned(),
        })
    })
}
