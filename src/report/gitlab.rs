//! The report as GitLab's `gl-secret-detection-report.json`.
//!
//! Schema: `secret-detection-report-format.json` of security-report-schemas, version 15.2.1. A report that names a newer
//! version than a GitLab server knows is taken with a warning; one that breaks the schema is not taken at all.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::text::{history, spot, visible};
use super::{Finding, Report, Severity, Style};

const SCHEMA: &str = "15.2.1";
/// Longest name and solution that GitLab takes, in characters.
const LONGEST_NAME: usize = 255;
const LONGEST_SOLUTION: usize = 7000;
/// What the schema asks for where there is no commit, as for files that were never committed.
const NO_COMMIT: &str = "0000000";

/// Writes one vulnerability for each finding that nobody silenced. Silenced ones are counted in a message: GitLab would
/// show them as open.
pub(super) fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let vulnerabilities = report.findings.iter().map(|finding| vulnerability(report, finding));
    let vulnerabilities = vulnerabilities.collect::<io::Result<Vec<_>>>()?;
    let end = style.finished.unwrap_or(0);
    let start = end - style.seconds.unwrap_or(0.0).ceil() as i64;
    let program = json!({
        "id": report.tool.name,
        "name": "Snout",
        "url": env!("CARGO_PKG_REPOSITORY"),
        "version": report.tool.version,
        "vendor": { "name": "Snout" },
    });
    let log = json!({
        "version": SCHEMA,
        "scan": {
            "type": "secret_detection",
            "status": "success",
            "start_time": moment(start),
            "end_time": moment(end),
            "analyzer": program,
            "scanner": program,
            "messages": messages(report),
        },
        "vulnerabilities": vulnerabilities,
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

/// Seconds since 1970 as `yyyy-mm-ddThh:mm:ss`, in UTC and without saying so: the schema allows nothing else.
fn moment(seconds: i64) -> String {
    let moment = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    moment.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

fn messages(report: &Report) -> Vec<Value> {
    let skipped = &report.coverage.skipped;
    let warn = |text: String| json!({ "level": "warn", "value": text });
    let mut all: Vec<Value> = skipped
        .iter()
        .take(20)
        .map(|one| warn(format!("Not read: {}: {}", visible(&one.what), visible(&one.why))))
        .collect();
    if skipped.len() > 20 {
        all.push(warn(format!("Not read: {} more", skipped.len() - 20)));
    }
    if !report.suppressed.is_empty() {
        let text = format!("{} findings are suppressed and not listed here", report.suppressed.len());
        all.push(json!({ "level": "info", "value": text }));
    }
    all
}

fn vulnerability(report: &Report, finding: &Finding) -> io::Result<Value> {
    let place = finding.primary()?;
    let rule = report.rules.iter().find(|rule| rule.id == finding.rule);
    let mut description = vec![visible(&finding.reason).into_owned(), format!("It stands in {}.", spot(place))];
    description.extend(history(place).map(|text| format!("It is there {text}.")));
    if finding.occurrences.len() > 1 {
        description.push(format!("It stands in {} places in all.", finding.occurrences.len()));
    }
    let head = report.repositories.first().and_then(|repository| repository.head.as_deref());
    let mut commit = json!({ "sha": place.commit.as_deref().or(head).unwrap_or(NO_COMMIT) });
    for (name, value) in [("author", &place.author), ("date", &place.date)] {
        if let Some(value) = value {
            commit[name] = json!(visible(value));
        }
    }
    let (first, last) = place.lines().unwrap_or((1, 1));
    let file = place.outer_path().map_or_else(|| spot(place), str::to_owned);
    let mut code =
        json!({ "type": "snout_rule_id", "name": format!("Snout rule {}", finding.rule), "value": finding.code });
    let mut links = Vec::new();
    for url in rule.map(|rule| rule.prose.references.as_slice()).unwrap_or_default() {
        if url.starts_with("https://") {
            links.push(json!({ "url": url }));
            code["url"] = json!(url);
        }
    }
    Ok(json!({
        "id": uuid(&finding.fingerprint),
        "category": "secret_detection",
        "name": cut(&finding.title, LONGEST_NAME),
        "description": description.join(" "),
        "severity": match finding.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Note => "Info",
        },
        "solution": cut(&finding.remediation, LONGEST_SOLUTION),
        "identifiers": [code, { "type": "cwe", "name": "CWE-798", "value": "798", "url": "https://cwe.mitre.org/data/definitions/798.html" }],
        "links": links,
        "location": { "file": visible(&file), "start_line": first, "end_line": last, "commit": commit },
        // The same secret is the same vulnerability, wherever its line goes.
        "tracking": { "type": "source", "items": [{
            "file": visible(&file),
            "start_line": first,
            "end_line": last,
            "signatures": [{ "algorithm": "hash", "value": finding.fingerprint }],
        }] },
    }))
}

/// The fingerprint in the form of a UUID, with the version and variant bits of a hash.
fn uuid(fingerprint: &str) -> String {
    let digits = format!("{fingerprint:0<32}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-5{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

fn cut(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_no_zone() {
        assert_eq!(moment(1_700_000_000), "2023-11-14T22:13:20");
    }

    #[test]
    fn ids_are_uuids() {
        assert_eq!(uuid("0123456789abcdef0123456789abcdef"), "01234567-89ab-5def-8123-456789abcdef");
    }
}
