//! What other scanners were told to leave alone: ignore files, baselines and allowlists.
//!
//! Their entries name places, patterns or hashes; ours name values. So an entry is held against what a scan finds here,
//! and each value that it covers is carried over. What covers nothing here, or cannot be understood, is told.

use regex_automata::meta::Regex;
use serde::Deserialize;
use sha1::{Digest, Sha1};

use super::ReviewError;
use crate::report::{Finding, Occurrence};

/// What an ignore file, a baseline or an allowlist says.
#[derive(Debug, Default)]
pub struct Foreign {
    /// What it leaves alone.
    pub allowed: Vec<Allowed>,
    /// What cannot be carried over, a sentence each.
    pub lost: Vec<String>,
}

/// Something that another scanner was told to leave alone.
#[derive(Debug)]
pub struct Allowed {
    /// Where that is written, as `.gitleaksignore, line 3`.
    pub origin: String,
    /// What was said of it.
    pub reason: Option<String>,
    what: What,
}

#[derive(Debug)]
enum What {
    /// A line of a file, in a commit or anywhere.
    Place { commit: Option<String>, path: String, line: u32 },
    /// The SHA-1 of a secret in a file.
    Hash { path: String, sha1: String },
    /// Files by their paths.
    Path(Regex),
    /// Secrets by what they look like.
    Value(Regex),
    /// Secrets with a word in them.
    Word(String),
    /// Everything that a commit added.
    Commit(String),
}

impl Allowed {
    /// Whether it covers a place of a finding. The finding has to hold its secret.
    pub fn covers(&self, finding: &Finding, place: &Occurrence) -> bool {
        let secret = finding.secret.as_deref().unwrap_or("");
        let path = place.path.as_deref();
        let begins = |commit: &String| place.commit.as_ref().is_some_and(|id| id.starts_with(commit.as_str()));
        match &self.what {
            What::Place { commit, path: wanted, line } => {
                path == Some(wanted) && place.region.start_line == *line && commit.as_ref().is_none_or(begins)
            }
            What::Hash { path: wanted, sha1 } => path == Some(wanted) && *sha1 == hex_sha1(secret),
            What::Path(pattern) => path.is_some_and(|path| pattern.is_match(path)),
            What::Value(pattern) => !secret.is_empty() && pattern.is_match(secret),
            What::Word(word) => secret.to_lowercase().contains(word),
            What::Commit(commit) => begins(commit),
        }
    }
}

fn hex_sha1(text: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha1::digest(text.as_bytes()))
}

/// Reads a file of another scanner; which one is told by its name and its content.
///
/// # Errors
/// It is of no kind that is known, or malformed.
pub fn read(file: &str, text: &str) -> Result<Foreign, ReviewError> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    if name.ends_with("leaksignore") {
        Ok(ignore_file(name, text))
    } else if text.trim_start().starts_with('{') {
        secrets_baseline(name, file, text)
    } else if name.ends_with(".toml") {
        allowlists(name, file, text)
    } else {
        path_file(name, file, text)
    }
}

/// `.gitleaksignore`: a fingerprint a line, `commit:path:rule:line` or `path:rule:line`.
fn ignore_file(name: &str, text: &str) -> Foreign {
    let mut out = Foreign::default();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let origin = format!("{name}, line {number}");
        match fingerprint_of(line) {
            Some(what) => out.allowed.push(Allowed { origin, reason: None, what }),
            None => out.lost.push(format!("{origin}: is no fingerprint of the form commit:path:rule:line")),
        }
    }
    out
}

fn fingerprint_of(line: &str) -> Option<What> {
    let (rest, number) = line.rsplit_once(':')?;
    let (place, _rule) = rest.rsplit_once(':')?;
    let (commit, path) = match place.split_once(':') {
        Some((commit, path)) if commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            (Some(commit.to_owned()), path)
        }
        _ => (None, place),
    };
    Some(What::Place { commit, path: path.to_owned(), line: number.parse().ok()? })
}

/// `.secrets.baseline` of detect-secrets: hashes of secrets by file.
fn secrets_baseline(name: &str, file: &str, text: &str) -> Result<Foreign, ReviewError> {
    #[derive(Deserialize)]
    struct Form {
        results: std::collections::BTreeMap<String, Vec<Hashed>>,
    }
    #[derive(Deserialize)]
    struct Hashed {
        hashed_secret: String,
        #[serde(default)]
        line_number: Option<u32>,
        #[serde(default)]
        is_secret: Option<bool>,
    }
    let form: Form = serde_json::from_str(text).map_err(|error| ReviewError {
        line: Some(error.line()),
        ..ReviewError::new(file, format!("it is no baseline of detect-secrets ({error})"))
    })?;
    let mut out = Foreign::default();
    for (path, ones) in form.results {
        for one in ones {
            let line = one.line_number.map_or(String::new(), |line| format!(":{line}"));
            let origin = format!("{name}, {path}{line}");
            // An audit found it to be real: nobody said that it may stay.
            if one.is_secret == Some(true) {
                out.lost.push(format!("{origin}: was audited as a real secret; rotate it"));
                continue;
            }
            let reason = one.is_secret.map(|_| "audited as no secret".to_owned());
            let what = What::Hash { path: path.clone(), sha1: one.hashed_secret.to_lowercase() };
            out.allowed.push(Allowed { origin, reason, what });
        }
    }
    Ok(out)
}

/// The allowlists of a gitleaks or betterleaks configuration.
fn allowlists(name: &str, file: &str, text: &str) -> Result<Foreign, ReviewError> {
    let table: toml::Table = toml::from_str(text).map_err(|error| ReviewError::toml(file, text, &error))?;
    let mut out = Foreign::default();
    let lists = |table: &toml::Table| -> Vec<toml::Table> {
        ["allowlist", "allowlists"]
            .iter()
            .filter_map(|key| table.get(*key))
            .flat_map(|value| match value {
                toml::Value::Table(one) => vec![one.clone()],
                toml::Value::Array(all) => all.iter().filter_map(|one| one.as_table().cloned()).collect(),
                _ => Vec::new(),
            })
            .collect()
    };
    for (number, list) in (1..).zip(lists(&table)) {
        allowlist(&format!("{name}, allowlist {number}"), &list, &mut out);
    }
    for rule in
        table.get("rules").and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_table)
    {
        let id = rule.get("id").and_then(toml::Value::as_str).unwrap_or("without id");
        for list in lists(rule) {
            out.lost
                .push(format!("{name}, rule {id}: its allowlist is for that rule alone; here it was held against all"));
            allowlist(&format!("{name}, rule {id}"), &list, &mut out);
        }
        out.lost.push(format!("{name}, rule {id}: rules are not imported; write one for 'snout rules check'"));
    }
    if table.get("extend").and_then(|extend| extend.get("disabledRules")).is_some() {
        out.lost.push(format!("{name}: disabledRules names rules of another scanner; use 'disable' in your --config"));
    }
    Ok(out)
}

fn allowlist(origin: &str, list: &toml::Table, out: &mut Foreign) {
    let reason = list.get("description").and_then(toml::Value::as_str).map(str::to_owned);
    let text = |key: &str| list.get(key).and_then(toml::Value::as_str).unwrap_or("").to_lowercase();
    if text("condition") == "and" || text("matchcondition") == "and" {
        out.lost.push(format!("{origin}: its conditions hold together ('AND'); that cannot be carried over"));
        return;
    }
    let target = match list.get("regexTarget").and_then(toml::Value::as_str) {
        None | Some("secret") => true,
        Some(other) => {
            out.lost.push(format!("{origin}: its regexes are for the '{other}', not for the secret"));
            false
        }
    };
    if list.contains_key("targetRules") {
        out.lost.push(format!("{origin}: targetRules names rules of another scanner; here it was held against all"));
    }
    let strings = |key: &str| -> Vec<String> {
        let all = list.get(key).and_then(toml::Value::as_array).into_iter().flatten();
        all.filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let mut add = |what| out.allowed.push(Allowed { origin: origin.to_owned(), reason: reason.clone(), what });
    strings("commits").into_iter().for_each(|commit| add(What::Commit(commit.to_lowercase())));
    strings("stopwords").into_iter().for_each(|word| add(What::Word(word.to_lowercase())));
    let mut faults = Vec::new();
    let mut patterns = |key: &str, what: fn(Regex) -> What| {
        for pattern in strings(key) {
            match Regex::new(&pattern) {
                Ok(regex) => add(what(regex)),
                Err(error) => faults.push(format!("{origin}: the pattern '{pattern}' is not understood: {error}")),
            }
        }
    };
    patterns("paths", What::Path);
    if target {
        patterns("regexes", What::Value);
    }
    out.lost.append(&mut faults);
}

/// A file of `TruffleHog`'s --exclude-paths: a pattern of paths a line.
fn path_file(name: &str, file: &str, text: &str) -> Result<Foreign, ReviewError> {
    let mut out = Foreign::default();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let origin = format!("{name}, line {number}");
        match Regex::new(line) {
            Ok(regex) => out.allowed.push(Allowed { origin, reason: None, what: What::Path(regex) }),
            Err(error) => out.lost.push(format!("{origin}: the pattern '{line}' is not understood: {error}")),
        }
    }
    if out.allowed.is_empty() && out.lost.is_empty() {
        let message =
            "it is empty; there is .gitleaksignore, .secrets.baseline, gitleaks' TOML, and TruffleHog's path files";
        return Err(ReviewError::new(file, message));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gitleaks_fingerprints_have_a_commit_or_none() {
        let text = "# note\n\nabcdef0123456789:src/a b.py:generic-api-key:12\nsrc/c.py:aws:3\nodd\n";
        let read = read("x/.gitleaksignore", text).expect("an ignore file");
        assert_eq!(read.allowed.len(), 2);
        let place = |at: usize| match &read.allowed[at].what {
            What::Place { commit, path, line } => (commit.as_deref(), path.as_str(), *line),
            other => panic!("{other:?}"),
        };
        assert_eq!(place(0), (Some("abcdef0123456789"), "src/a b.py", 12));
        assert_eq!(place(1), (None, "src/c.py", 3));
        assert_eq!(read.allowed[1].origin, ".gitleaksignore, line 4");
        assert!(read.lost[0].contains("line 5"), "{:?}", read.lost);
    }

    #[test]
    fn an_audited_secret_is_not_carried_over() {
        let text = r#"{"version": "1.5.0", "results": {"a.py": [
            {"type": "x", "hashed_secret": "AB", "line_number": 1, "is_secret": true},
            {"type": "x", "hashed_secret": "cd", "line_number": 2, "is_secret": false},
            {"type": "x", "hashed_secret": "ef"}]}}"#;
        let read = read(".secrets.baseline", text).expect("a baseline");
        assert_eq!((read.allowed.len(), read.lost.len()), (2, 1));
        assert_eq!(read.allowed[0].reason.as_deref(), Some("audited as no secret"));
        assert!(super::read(".secrets.baseline", "{}").is_err());
    }

    #[test]
    fn what_an_allowlist_says_that_we_cannot_is_told() {
        let text = r#"
            [allowlist]
            description = "fixtures"
            paths = ['''^tests/''', '''(?!bad)''']
            stopwords = ["Example"]
            commits = ["abcdef0"]
            [[allowlists]]
            condition = "AND"
            paths = ["x"]
            [[allowlists]]
            regexTarget = "line"
            regexes = ["y"]
            [[rules]]
            id = "r"
            [[rules.allowlists]]
            regexes = ["z"]
            [extend]
            disabledRules = ["q"]
        "#;
        let read = read("gitleaks.toml", text).expect("a configuration");
        assert_eq!(read.allowed.len(), 4, "{read:?}");
        let lost = read.lost.join("\n");
        for word in ["'(?!bad)'", "'AND'", "'line'", "rule r", "disabledRules"] {
            assert!(lost.contains(word), "{word} in {lost}");
        }
    }

    #[test]
    fn path_files_are_patterns() {
        let read = read("exclude.txt", "# vendored\nvendor/.*\n(\n").expect("a path file");
        assert_eq!((read.allowed.len(), read.lost.len()), (1, 1));
    }
}
