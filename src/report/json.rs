//! The report as JSON, whole or an occurrence a line.

use std::io::Write;

use serde::Serialize;

use super::{Finding, Occurrence, Reach, Removal, Report, Severity, SourceKind, Suppression};
use crate::span::Region;

/// Writes the report as one object.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> std::io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}

/// One occurrence, with what a reader needs of its finding.
#[derive(Serialize)]
struct Line<'a> {
    rule: &'a str,
    code: &'a str,
    severity: Severity,
    path: &'a str,
    #[serde(flatten)]
    region: Region,
    fingerprint: &'a str,
    source: SourceKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    commit: Option<&'a str>,
    author: Option<&'a str>,
    date: Option<&'a str>,
    object: Option<&'a str>,
    at_head: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_in: Option<&'a Removal>,
    reach: Reach,
    checked: bool,
    documented: bool,
    suppressed: bool,
    suppression: Option<&'a Suppression>,
    decoded: Option<&'a str>,
    /// Fingerprint of the credential that this is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    part_of: Option<&'a str>,
}

/// Writes one object for each occurrence, and one for each part of a credential that has a rule of its own.
pub(super) fn write_lines(report: &Report, out: &mut dyn Write) -> std::io::Result<()> {
    for finding in report.findings.iter().chain(&report.suppressed) {
        for occurrence in &finding.occurrences {
            let whole = line(finding, occurrence);
            serde_json::to_writer(&mut *out, &whole)?;
            out.write_all(b"\n")?;
            for part in &occurrence.parts {
                let secret = finding.secret.as_ref().map(|_| part.value.as_str());
                let piece = Line {
                    rule: &part.rule,
                    code: &part.code,
                    region: part.region,
                    secret,
                    part_of: Some(&finding.fingerprint),
                    ..line(finding, occurrence)
                };
                serde_json::to_writer(&mut *out, &piece)?;
                out.write_all(b"\n")?;
            }
        }
    }
    Ok(())
}

fn line<'a>(finding: &'a Finding, occurrence: &'a Occurrence) -> Line<'a> {
    Line {
        rule: &finding.rule,
        code: &finding.code,
        severity: finding.severity,
        path: occurrence.path.as_deref().unwrap_or(""),
        region: occurrence.region,
        fingerprint: &finding.fingerprint,
        source: occurrence.source,
        secret: finding.secret.as_deref(),
        commit: occurrence.commit.as_deref(),
        author: occurrence.author.as_deref(),
        date: occurrence.date.as_deref(),
        object: occurrence.object.as_deref(),
        at_head: occurrence.at_head,
        removed_in: occurrence.removed_in.as_ref(),
        reach: occurrence.reach,
        checked: finding.checked,
        documented: finding.documented,
        suppressed: occurrence.suppression.as_ref().is_some_and(Suppression::silences),
        suppression: occurrence.suppression.as_ref(),
        decoded: occurrence.decoded.as_deref(),
        part_of: None,
    }
}
