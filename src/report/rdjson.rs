//! The report as reviewdog's rdjson: <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>.
//!
//! Its columns count bytes of UTF-8, which a report does not know, so places are lines.

use std::io::{self, Write};

use serde_json::json;

use super::text::{history, spot, visible};
use super::{Report, Severity};

/// Writes one diagnostic for each finding. What stands only in history, or in
/// an archive, has no line that a review could show.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut diagnostics = Vec::with_capacity(report.findings.len());
    for finding in &report.findings {
        let place = finding.primary()?;
        let mut message = format!("{}. {} {}", finding.title, finding.reason, finding.remediation);
        let location = match (place.checkout_path(), place.lines()) {
            (Some(path), Some((first, last))) => {
                json!({ "path": path, "range": { "start": { "line": first }, "end": { "line": last } } })
            }
            _ => {
                let when = history(place).map_or(String::new(), |text| format!(" ({text})"));
                message = format!("In {}{when}: {message}", spot(place));
                json!({ "path": place.outer_path().unwrap_or(".") })
            }
        };
        let severity = match finding.severity {
            Severity::Critical | Severity::High => "ERROR",
            Severity::Medium => "WARNING",
            Severity::Low | Severity::Note => "INFO",
        };
        let rule = report.rules.iter().find(|rule| rule.id == finding.rule);
        let mut code = json!({ "value": finding.code });
        if let Some(url) = rule.and_then(|rule| rule.prose.references.first()) {
            code["url"] = json!(url);
        }
        diagnostics.push(json!({
            "message": visible(message.trim()),
            "location": location,
            "severity": severity,
            "code": code,
        }));
    }
    let source = json!({ "name": report.tool.name, "url": env!("CARGO_PKG_REPOSITORY") });
    serde_json::to_writer(&mut *out, &json!({ "source": source, "diagnostics": diagnostics }))?;
    out.write_all(b"\n")
}
