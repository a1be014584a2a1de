//! The report as a table for spreadsheets: a line for each occurrence, never a secret.

use std::borrow::Cow;
use std::io::{self, Write};

use super::text::visible;
use super::{Finding, Occurrence, Report};

const HEADER: [&str; 20] = [
    "status",
    "rule",
    "code",
    "severity",
    "title",
    "path",
    "start_line",
    "start_column",
    "end_line",
    "end_column",
    "source",
    "commit",
    "author",
    "date",
    "at_head",
    "reach",
    "fingerprint",
    "suppression",
    "suppressed_by",
    "suppressed_on",
];

/// Writes a header and a line for each occurrence, open ones first.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(HEADER)?;
    for (status, findings) in [("open", &report.findings), ("suppressed", &report.suppressed)] {
        for finding in findings {
            for place in &finding.occurrences {
                table.write_record(row(status, finding, place).iter().map(|cell| plain(cell).into_owned()))?;
            }
        }
    }
    table.flush()
}

fn row(status: &str, finding: &Finding, place: &Occurrence) -> [String; HEADER.len()] {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let comment = place.suppression.as_ref();
    [
        status.to_owned(),
        finding.rule.clone(),
        finding.code.clone(),
        finding.severity.name().to_owned(),
        finding.title.clone(),
        text(&place.path),
        place.region.start_line.to_string(),
        place.region.start_column.to_string(),
        place.region.end_line.to_string(),
        place.region.end_column.to_string(),
        word(serde_json::json!(place.source)),
        text(&place.commit),
        text(&place.author),
        text(&place.date),
        place.at_head.to_string(),
        word(serde_json::json!(place.reach)),
        finding.fingerprint.clone(),
        comment.map(|comment| comment.text.clone()).unwrap_or_default(),
        comment.map(|comment| text(&comment.author)).unwrap_or_default(),
        comment.map(|comment| text(&comment.date)).unwrap_or_default(),
    ]
}

/// The text without control characters, and so that no spreadsheet takes it for a formula.
fn plain(cell: &str) -> Cow<'_, str> {
    let shown = visible(cell);
    if shown.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']) {
        return Cow::Owned(format!("'{shown}"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1"] {
            assert!(plain(cell).starts_with(['\'', '\\']), "{cell}");
        }
        assert_eq!(plain("src/a=b.env"), "src/a=b.env");
    }
}
