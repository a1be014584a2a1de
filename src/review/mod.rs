//! What people decided about findings: the policy, the ledger of accepted suppressions, and baselines.
//!
//! Plain data, read from files and written to them. `triage/suppress.rs` holds findings against it.

mod baseline;
pub mod foreign;
mod ledger;
mod policy;

pub use baseline::{Baseline, Known};
pub use ledger::{Entry, Ledger};
pub use policy::{Kind, Policy, PolicyForm};

/// Where a repository keeps its ledger.
pub const LEDGER: &str = ".snout/suppressions.toml";
/// Where a repository keeps its settings.
pub const SETTINGS: &str = ".snout.toml";

/// What suppressions are held against.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// What a suppression needs in order to be accepted, and what nobody may silence.
    pub policy: Policy,
    /// Findings that are known and not to be told again.
    pub baseline: Option<Baseline>,
}

/// What a scan does about suppressions.
#[derive(Debug, Default)]
pub struct Review {
    /// What holds for every target that has no terms of its own, and what nobody may silence in any of them.
    pub terms: Terms,
    /// Terms of the targets, in their order, where those come on top of different commits.
    pub own: Vec<Terms>,
    /// The day by which entries of the ledger expire.
    pub today: jiff::civil::Date,
    /// Look closer, as for a review: for misspelt markers, and for the writer of every suppression.
    pub thorough: bool,
    /// What the reader of the report should know of how the policy came about.
    pub notes: Vec<String>,
    /// Settings that were there and could not be used: what, and why. They make the coverage incomplete.
    pub troubles: Vec<(String, String)>,
}

impl Review {
    /// What suppressions of the target with that index are held against.
    #[must_use]
    pub fn terms_of(&self, target: usize) -> &Terms {
        self.own.get(target).unwrap_or(&self.terms)
    }
}

/// A file of fingerprints that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use '{file}'{}: {message}", line.map_or(String::new(), |line| format!(", line {line}")))]
pub struct ReviewError {
    /// The file.
    pub file: String,
    /// The line where the fault is, where one can be named.
    pub line: Option<usize>,
    /// What is wrong, and what to do.
    pub message: String,
}

impl ReviewError {
    fn new(file: &str, message: impl Into<String>) -> Self {
        ReviewError { file: file.to_owned(), line: None, message: message.into() }
    }

    fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map(|span| line_of(text, span.start));
        ReviewError { file: file.to_owned(), line, message: error.message().trim().to_owned() }
    }
}

/// Whether two people of git, `Name <email>`, share a name or an address.
pub fn same_person(a: &str, b: &str) -> bool {
    let parts = |who: &str| {
        let (name, email) = who.rsplit_once('<').unwrap_or((who, ""));
        (name.trim().to_lowercase(), email.trim_end_matches('>').trim().to_lowercase())
    };
    let (a, b) = (parts(a), parts(b));
    (!a.0.is_empty() && a.0 == b.0) || (!a.1.is_empty() && a.1 == b.1)
}

/// The 1-based line of a byte.
fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Whether the text is a fingerprint.
fn is_fingerprint(text: &str) -> bool {
    text.len() == crate::fingerprint::DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_the_same_by_name_or_by_address() {
        assert!(same_person("Ada <ada@example.org>", "Ada L. <ADA@example.org>"));
        assert!(same_person("Ada <ada@example.org>", "ada <other@example.org>"));
        assert!(!same_person("Ada <ada@example.org>", "Bo <bo@example.org>"));
        assert!(!same_person(" <>", " <>"), "nobody is nobody's twin");
    }
}
