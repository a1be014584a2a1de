//! The report as JUnit XML: a failed test for each finding, a skipped one for each that somebody silenced.

use std::io::{self, Write};

use askama::Template;

use super::text::{history, spot, visible};
use super::{Finding, Report, Style};

/// The document; the template escapes whatever goes into it.
#[derive(Template)]
#[template(path = "junit.xml")]
struct Document {
    tests: usize,
    failures: usize,
    skipped: usize,
    /// Why the scan is incomplete.
    errors: Vec<String>,
    cases: Vec<Case>,
}

struct Case {
    rule: String,
    name: String,
    outcome: Outcome,
    severity: &'static str,
    text: String,
}

enum Outcome {
    Failed,
    /// Below the severity that fails.
    Passed,
    /// Silenced by this comment.
    Skipped(String),
}

/// Writes a suite with a test for each finding and one for the coverage.
pub(super) fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let blocks = |finding: &Finding| style.floor.is_some_and(|floor| finding.severity >= floor);
    let mut cases = Vec::new();
    for finding in &report.findings {
        cases.push(case(finding, if blocks(finding) { Outcome::Failed } else { Outcome::Passed })?);
    }
    for finding in &report.suppressed {
        let comment = finding.occurrences.iter().find_map(|place| place.suppression.as_ref());
        let comment = comment.map_or(String::new(), |comment| legal(&comment.text));
        cases.push(case(finding, Outcome::Skipped(comment))?);
    }
    let count = |test: fn(&Outcome) -> bool| cases.iter().filter(|case| test(&case.outcome)).count();
    let mut errors: Vec<String> = Vec::new();
    if report.coverage.incomplete {
        errors = report.coverage.skipped.iter().map(|one| legal(&format!("{}: {}", one.what, one.why))).collect();
    }
    let document = Document {
        tests: cases.len() + 1,
        failures: count(|outcome| matches!(outcome, Outcome::Failed)),
        skipped: count(|outcome| matches!(outcome, Outcome::Skipped(_))),
        errors,
        cases,
    };
    out.write_all(document.render().map_err(io::Error::other)?.as_bytes())
}

fn case(finding: &Finding, outcome: Outcome) -> io::Result<Case> {
    let place = finding.primary()?;
    let mut lines = vec![spot(place)];
    lines.extend(history(place));
    lines.extend([legal(&finding.reason), legal(&finding.remediation)]);
    lines.push(format!("fingerprint {}", finding.fingerprint));
    Ok(Case {
        rule: legal(&finding.rule),
        name: format!("{} in {}", legal(&finding.title), spot(place)),
        outcome,
        severity: finding.severity.name(),
        text: legal(&lines.join("\n")),
    })
}

/// Text of characters that XML 1.0 allows.
fn legal(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(visible).collect();
    lines.join("\n").replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
