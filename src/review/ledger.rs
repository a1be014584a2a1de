//! The ledger: one entry for each value that somebody looked at and accepted.
//!
//! It is kept in the repository, so that a change to it is reviewed like any other, and is made to merge: entries are
//! sorted, each is a block of lines of its own, and none holds a line number or a path that moves.

use jiff::civil::Date;
use serde::Deserialize;

use super::{ReviewError, is_fingerprint};
use crate::fingerprint::key_id;

const HEADER: &str = "\
# Values that look like secrets and were reviewed: 'snout suppressions accept' adds entries, 'prune' drops stale ones.
# Let CODEOWNERS name who reviews this file.
";

/// The entries of a ledger, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Names the key of the fingerprints; see [`crate::key_id`].
    pub key: String,
    /// The entries.
    pub entries: Vec<Entry>,
}

/// A value that somebody accepted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Id of the rule that finds it.
    pub rule: String,
    /// Fingerprint of rule and value.
    pub fingerprint: String,
    /// Glob of the paths it holds for; all where it is absent.
    pub scope: Option<String>,
    /// Why the value is no leak.
    pub reason: String,
    /// Who looked at it.
    pub reviewer: String,
    /// When it was accepted.
    pub date: Date,
    /// The last day it holds.
    pub expires: Option<Date>,
    /// Line of its fingerprint in the file it was read from; 0 for a new one.
    pub line: usize,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileForm {
    /// Id of the key; a field called 'key' would itself look like a secret.
    #[serde(default)]
    hashed_with: String,
    #[serde(default)]
    accept: Vec<EntryForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryForm {
    fingerprint: toml::Spanned<String>,
    rule: String,
    reason: String,
    reviewer: String,
    date: String,
    expires: Option<String>,
    scope: Option<String>,
}

impl Ledger {
    /// A ledger without entries, for fingerprints of that key.
    pub fn new(key: &[u8]) -> Self {
        Ledger { key: key_id(key), entries: Vec::new() }
    }

    /// Reads a ledger. `file` names it in errors.
    ///
    /// # Errors
    /// It is no TOML, has fields that no ledger has, lacks one, or was made with another key.
    pub fn parse(file: &str, text: &str, key: &[u8]) -> Result<Self, ReviewError> {
        let form: FileForm = toml::from_str(text).map_err(|error| ReviewError::toml(file, text, &error))?;
        let ends: Vec<usize> = memchr::memchr_iter(b'\n', text.as_bytes()).collect();
        let line = |form: &EntryForm| ends.partition_point(|end| *end < form.fingerprint.span().start) + 1;
        let read = form.accept.into_iter().map(|form| entry(file, line(&form), form));
        let mut entries = read.collect::<Result<Vec<_>, _>>()?;
        if !entries.is_empty() && form.hashed_with != key_id(key) {
            let message = "its fingerprints were made with another key; set SNOUT_FINGERPRINT_KEY to the one your team uses, or write a new ledger";
            return Err(ReviewError::new(file, message));
        }
        entries.sort();
        Ok(Ledger { key: key_id(key), entries })
    }

    /// The entry for a rule and a value at a path; without one that holds there, any entry for them.
    pub(crate) fn find(&self, rule: &str, fingerprint: &str, path: Option<&str>) -> Option<&Entry> {
        let place = |entry: &Entry| (entry.rule.as_str(), entry.fingerprint.as_str()).cmp(&(rule, fingerprint));
        let first = self.entries.partition_point(|entry| place(entry).is_lt());
        let mut all = self.entries[first..].iter().take_while(|entry| place(entry).is_eq());
        all.clone().find(|entry| entry.holds_at(path)).or_else(|| all.next())
    }

    /// Adds an entry, in place of one for the same rule, value and scope.
    pub fn insert(&mut self, entry: Entry) {
        let first = self.entries.partition_point(|known| known.key() < entry.key());
        let same = self.entries[first..].iter().take_while(|known| known.key() == entry.key()).count();
        self.entries.splice(first..first + same, [entry]);
    }

    /// The ledger as text.
    pub fn to_text(&self) -> String {
        let mut out = format!("{HEADER}hashed_with = {}\n", quoted(&self.key));
        for entry in &self.entries {
            out.push_str("\n[[accept]]\n");
            let mut line = |name: &str, value: &str| out.push_str(&format!("{name} = {}\n", quoted(value)));
            line("fingerprint", &entry.fingerprint);
            line("rule", &entry.rule);
            line("reason", &entry.reason);
            line("reviewer", &entry.reviewer);
            line("date", &entry.date.to_string());
            if let Some(expires) = entry.expires {
                line("expires", &expires.to_string());
            }
            if let Some(scope) = &entry.scope {
                line("scope", scope);
            }
        }
        out
    }
}

fn quoted(text: &str) -> String {
    let plain = text.chars().all(|c| !c.is_control() && c != '"' && c != '\\');
    if plain { format!("\"{text}\"") } else { toml::Value::String(text.replace(['\n', '\r'], " ")).to_string() }
}

fn entry(file: &str, line: usize, form: EntryForm) -> Result<Entry, ReviewError> {
    let fault = |message: String| ReviewError { file: file.to_owned(), line: Some(line), message };
    let fingerprint = form.fingerprint.into_inner();
    if !is_fingerprint(&fingerprint) {
        return Err(fault("a fingerprint has 32 hexadecimal digits".into()));
    }
    for (name, value) in [("reason", &form.reason), ("reviewer", &form.reviewer), ("rule", &form.rule)] {
        if value.trim().is_empty() {
            return Err(fault(format!("the {name} is empty")));
        }
    }
    let day = |name: &str, text: &str| {
        text.parse::<Date>().map_err(|_| fault(format!("'{text}' of {name} is no day; write it as 2030-01-31")))
    };
    let scope = form.scope.filter(|scope| !scope.is_empty());
    if let Some(Err(error)) = scope.as_deref().map(globset::Glob::new) {
        return Err(fault(format!("the scope is no glob: {error}")));
    }
    Ok(Entry {
        date: day("date", &form.date)?,
        expires: form.expires.as_deref().map(|text| day("expires", text)).transpose()?,
        rule: form.rule,
        fingerprint,
        scope,
        reason: form.reason,
        reviewer: form.reviewer,
        line,
    })
}

impl Entry {
    /// What makes it the same entry as another: the first fields of its order.
    fn key(&self) -> (&str, &str, Option<&str>) {
        (&self.rule, &self.fingerprint, self.scope.as_deref())
    }

    /// Whether its scope holds the path. Without a path, as in a commit message, only an entry without scope holds.
    pub(crate) fn holds_at(&self, path: Option<&str>) -> bool {
        let Some(scope) = &self.scope else { return true };
        let glob = globset::GlobBuilder::new(scope).literal_separator(true).build();
        path.is_some_and(|path| glob.is_ok_and(|glob| glob.compile_matcher().is_match(path)))
    }

    /// Whether it says the same as another one, wherever both stand.
    pub(crate) fn says_same(&self, other: &Entry) -> bool {
        let bare = |entry: &Entry| Entry { line: 0, ..entry.clone() };
        bare(self) == bare(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"a key for tests";

    fn one(rule: &str, digit: &str) -> Entry {
        Entry {
            rule: rule.into(),
            fingerprint: digit.repeat(32),
            scope: None,
            reason: "made up \"for\" tests".into(),
            reviewer: "Bo <bo@example.org>".into(),
            date: jiff::civil::date(2030, 1, 2),
            expires: Some(jiff::civil::date(2031, 1, 2)),
            line: 0,
        }
    }

    #[test]
    fn a_ledger_reads_what_it_writes_sorted() {
        let mut ledger = Ledger::new(KEY);
        ledger.insert(one("b", "1"));
        ledger.insert(one("a", "2"));
        ledger.insert(Entry { scope: Some("tests/**".into()), ..one("a", "1") });
        let text = ledger.to_text();
        let read = Ledger::parse("x", &text, KEY).expect("what was written");
        assert_eq!(read.entries.iter().map(|one| one.rule.as_str()).collect::<Vec<_>>(), ["a", "a", "b"]);
        assert!(read.entries.iter().zip(&ledger.entries).all(|(a, b)| a.says_same(b)));
        assert_eq!(read.to_text(), text);
        assert_eq!(text.lines().nth(read.entries[0].line - 1).map(|line| &line[..11]), Some("fingerprint"));
    }

    #[test]
    fn an_entry_replaces_the_one_for_the_same_value() {
        let mut ledger = Ledger::new(KEY);
        ledger.insert(one("a", "1"));
        ledger.insert(Entry { reason: "other".into(), ..one("a", "1") });
        assert_eq!((ledger.entries.len(), ledger.entries[0].reason.as_str()), (1, "other"));
    }

    #[test]
    fn faults_name_their_line() {
        let good = Ledger { entries: vec![one("a", "1")], ..Ledger::new(KEY) }.to_text();
        for (from, to, line, says) in [
            ("date = \"2030-01-02\"", "date = \"soon\"", 6, "no day"),
            (&"1".repeat(32)[..], "12", 6, "32 hexadecimal digits"),
            ("reviewer = \"Bo <bo@example.org>\"", "reviewer = \" \"", 6, "reviewer is empty"),
            ("rule =", "rules =", 7, "unknown field"),
        ] {
            let error = Ledger::parse("x", &good.replace(from, to), KEY).expect_err("a fault").to_string();
            assert!(error.contains(&format!("line {line}")) && error.contains(says), "{error}");
        }
        let error = Ledger::parse("x", &good, b"another key").expect_err("another key").to_string();
        assert!(error.contains("SNOUT_FINGERPRINT_KEY"), "{error}");
    }

    #[test]
    fn a_scope_holds_for_its_paths_alone() {
        let entry = Entry { scope: Some("tests/*.py".into()), ..one("a", "1") };
        assert!(entry.holds_at(Some("tests/x.py")));
        assert!(!entry.holds_at(Some("tests/deep/x.py")) && !entry.holds_at(Some("src/x.py")) && !entry.holds_at(None));
    }
}
