//! Baselines: the findings that were there when somebody began to look. What is not among them is new.
//!
//! A baseline names values, not places: moving a line or a file changes nothing. One line for each finding, sorted, so
//! that two branches' baselines merge.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{ReviewError, is_fingerprint};
use crate::fingerprint::key_id;
use crate::report::{Finding, Report, Severity};

/// Findings that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The file it was read from.
    pub file: String,
    /// The findings, sorted.
    pub findings: BTreeSet<Known>,
}

/// A finding of a baseline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Id of its rule.
    pub rule: String,
    /// Its fingerprint.
    pub fingerprint: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    snout_baseline: u32,
    /// Id of the key; a field called 'key' would itself look like a secret.
    hashed_with: String,
    findings: Vec<Known>,
}

impl Baseline {
    /// The findings of a report that nobody silenced. Notes are no findings to get used to.
    pub fn of(report: &Report) -> Self {
        Baseline::from(&report.findings)
    }

    /// The findings of a report that somebody silenced.
    pub fn of_silenced(report: &Report) -> Self {
        Baseline::from(&report.suppressed)
    }

    fn from(findings: &[Finding]) -> Self {
        let known = findings.iter().filter(|finding| finding.severity > Severity::Note);
        let known = known.map(|one| Known { rule: one.rule.clone(), fingerprint: one.fingerprint.clone() });
        Baseline { file: String::new(), findings: known.collect() }
    }

    /// Reads a baseline. `file` names it in errors and reports.
    ///
    /// # Errors
    /// It is no baseline, or was made with another key.
    pub fn parse(file: &str, text: &str, key: &[u8]) -> Result<Self, ReviewError> {
        let form: Form = serde_json::from_str(text).map_err(|error| ReviewError {
            line: Some(error.line()),
            ..ReviewError::new(file, format!("it is no baseline; 'snout baseline create' writes one ({error})"))
        })?;
        if form.snout_baseline != 1 {
            let message = format!("it is a baseline of version {}; this program knows version 1", form.snout_baseline);
            return Err(ReviewError::new(file, message));
        }
        if let Some(bad) = form.findings.iter().find(|one| !is_fingerprint(&one.fingerprint)) {
            let message = format!("'{}' is no fingerprint: it has 32 hexadecimal digits", bad.fingerprint);
            return Err(ReviewError::new(file, message));
        }
        if form.hashed_with != key_id(key) {
            let message = "its fingerprints were made with another key; set SNOUT_FINGERPRINT_KEY to the one it was made with, or create it anew";
            return Err(ReviewError::new(file, message));
        }
        Ok(Baseline { file: file.to_owned(), findings: form.findings.into_iter().collect() })
    }

    /// The baseline as text, for fingerprints of that key.
    pub fn to_text(&self, key: &[u8]) -> String {
        let lines: Vec<String> = self
            .findings
            .iter()
            .map(|one| format!("    {}", serde_json::to_string(one).expect("two strings are JSON")))
            .collect();
        let list = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
        format!("{{\n  \"snout_baseline\": 1,\n  \"hashed_with\": \"{}\",\n  \"findings\": [{list}]\n}}\n", key_id(key))
    }

    /// The 1-based line of a finding in the file as this program writes it.
    pub(crate) fn line(&self, rule: &str, fingerprint: &str) -> Option<u32> {
        const FIRST: usize = 5;
        let wanted = Known { rule: rule.to_owned(), fingerprint: fingerprint.to_owned() };
        self.findings
            .contains(&wanted)
            .then(|| self.findings.range(..wanted).count())
            .and_then(|before| u32::try_from(FIRST + before).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_reads_what_it_writes_a_line_for_each_finding() {
        let known = |rule: &str, digit: &str| Known { rule: rule.into(), fingerprint: digit.repeat(32) };
        let findings = BTreeSet::from([known("b", "1"), known("a", "2")]);
        let baseline = Baseline { file: "x".into(), findings };
        let text = baseline.to_text(b"k");
        assert_eq!(Baseline::parse("x", &text, b"k").expect("what was written"), baseline);
        let line = baseline.line("b", &"1".repeat(32)).expect("it is there");
        assert!(text.lines().nth(line as usize - 1).is_some_and(|line| line.contains("\"b\"")), "{text}");
        let error = Baseline::parse("x", &text, b"other").expect_err("another key").to_string();
        assert!(error.contains("SNOUT_FINGERPRINT_KEY"), "{error}");
        assert!(Baseline::parse("x", "[]", b"k").is_err());
        let empty = Baseline::default();
        assert!(Baseline::parse("", &empty.to_text(b"k"), b"k").is_ok_and(|read| read == empty));
    }
}
