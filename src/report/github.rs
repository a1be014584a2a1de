//! Annotations for GitHub Actions: workflow commands, a line each, for the worst findings.
//!
//! Format and escapes: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use std::io::{self, Write};

use super::text::{history, spot, visible};
use super::{Finding, Occurrence, Report, Severity};

/// GitHub shows ten annotations of a kind for a step.
const MOST: usize = 10;

/// Writes the worst findings as annotations, and says how many more there are.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings.iter().take(MOST) {
        writeln!(out, "{}", annotation(finding, finding.primary()?))?;
    }
    if report.findings.len() > MOST {
        let more = report.findings.len() - MOST;
        writeln!(out, "::notice title=Snout::{more} more findings: the report of the scan lists them.")?;
    }
    if report.coverage.incomplete {
        let skipped = report.coverage.skipped.iter().take(3);
        let what: Vec<_> = skipped.map(|one| format!("{}: {}", visible(&one.what), visible(&one.why))).collect();
        let text = format!("Something that was asked for was not read. {}", what.join("; "));
        writeln!(out, "::warning title={}::{}", property("Snout: the scan is incomplete"), data(&text))?;
    }
    Ok(())
}

fn annotation(finding: &Finding, place: &Occurrence) -> String {
    let command = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Note => "notice",
    };
    let title = format!("title={}", property(&format!("{} ({})", visible(&finding.title), finding.code)));
    let mut properties = Vec::new();
    let (file, lines) = (place.checkout_path(), place.lines());
    properties.extend(file.map(|file| format!("file={}", property(file))));
    if let (Some(_), Some((first, last))) = (file, lines) {
        properties.push(format!("line={first},endLine={last}"));
        // GitHub takes columns only where there is one line.
        if first == last {
            let region = place.region;
            properties.push(format!("col={},endColumn={}", region.start_column.max(1), region.end_column.max(1)));
        }
    }
    properties.push(title);
    let mut said = vec![format!("{} {}", visible(&finding.reason), visible(&finding.remediation))];
    if file.is_none() || lines.is_none() {
        said.insert(0, format!("In {}.", spot(place)));
    }
    if file.is_none() {
        said.extend(history(place).map(|text| format!("It is there {text}.")));
    }
    format!("::{command} {}::{}", properties.join(","), data(&said.join(" ")))
}

/// Text in which nothing ends the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text in which nothing ends the property either.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_ends_a_command_or_a_property() {
        assert_eq!(property("a,b:c%0A\n::error::x\r"), "a%2Cb%3Ac%250A%0A%3A%3Aerror%3A%3Ax%0D");
        assert!(!data("x\n::set-env::y").contains('\n'));
    }
}
