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
    /// Where in its file it is written.
    pub fn place(&self) -> &str {
        self.origin.split_once(", ").map_or(self.origin.as_str(), |(_, place)| place)
    }

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
        #[serde(default, rename = "type")]
        kind: String,
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
            let what = match one.line_number {
                // Of a private key it hashes the words of the first line alone, so only the place says which one it is.
                Some(line) if one.kind == "Private Key" => What::Place { commit: None, path: path.clone(), line },
                _ => What::Hash { path: path.clone(), sha1: one.hashed_secret.to_lowercase() },
            };
            out.allowed.push(Allowed { origin, reason, what });
        }
    }
    Ok(out)
}

/// The table with its keys, and those of all tables in it, in lower case: their readers take either.
fn lowered(table: toml::Table) -> toml::Table {
    fn value(from: toml::Value) -> toml::Value {
        match from {
            toml::Value::Table(table) => toml::Value::Table(lowered(table)),
            toml::Value::Array(all) => toml::Value::Array(all.into_iter().map(value).collect()),
            other => other,
        }
    }
    table.into_iter().map(|(key, one)| (key.to_lowercase(), value(one))).collect()
}

/// The allowlists of a gitleaks or betterleaks configuration.
fn allowlists(name: &str, file: &str, text: &str) -> Result<Foreign, ReviewError> {
    let table: toml::Table = toml::from_str(text).map_err(|error| ReviewError::toml(file, text, &error))?;
    let table = lowered(table);
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
    let mut own = 0;
    for rule in
        table.get("rules").and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_table)
    {
        let id = rule.get("id").and_then(toml::Value::as_str).unwrap_or("without id");
        for list in lists(rule) {
            out.lost
                .push(format!("{name}, rule {id}: its allowlist is for that rule alone; here it was held against all"));
            allowlist(&format!("{name}, rule {id}"), &list, &mut out);
        }
        own += usize::from(rule.contains_key("regex") || rule.contains_key("path"));
    }
    if own > 0 {
        out.lost
            .push(format!("{name}: its {own} rules; 'snout rules list' names ours, and --rules adds some of your own"));
    }
    let extends = table.get("extend").and_then(toml::Value::as_table).into_iter().flatten();
    for (key, value) in extends {
        out.lost.push(match key.as_str() {
            "disabledrules" => {
                format!("{name}: disabledRules names rules of another scanner; use 'disable' in your --config")
            }
            "usedefault" if value.as_bool() != Some(true) => continue,
            "usedefault" => {
                format!("{name}: the allowlist of that scanner's own rules, which it extends, is not in it")
            }
            other => format!("{name}: what it extends ('{other}') was not read; import that file, too"),
        });
    }
    let known =
        ["title", "description", "allowlist", "allowlists", "rules", "extend", "minversion", "betterleaksminversion"];
    for key in table.keys().filter(|key| !known.contains(&key.as_str())) {
        out.lost.push(format!("{name}: '{key}' is not understood"));
    }
    Ok(out)
}

fn allowlist(origin: &str, list: &toml::Table, out: &mut Foreign) {
    const KNOWN: [&str; 9] =
        ["id", "description", "condition", "regextarget", "targetrules", "commits", "stopwords", "paths", "regexes"];
    let reason = list.get("description").and_then(toml::Value::as_str).map(str::to_owned);
    let text = |key: &str| list.get(key).and_then(toml::Value::as_str).unwrap_or("").to_lowercase();
    if text("condition") == "and" {
        out.lost.push(format!("{origin}: its conditions hold together ('AND'); that cannot be carried over"));
        return;
    }
    let target = match list.get("regextarget").and_then(toml::Value::as_str) {
        None | Some("secret") => true,
        Some(other) => {
            out.lost.push(format!("{origin}: its regexes are for the '{other}', not for the secret"));
            false
        }
    };
    for key in list.keys().filter(|key| !KNOWN.contains(&key.as_str())) {
        out.lost.push(format!("{origin}: '{key}' is not understood"));
    }
    if list.contains_key("targetrules") {
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
            match regex(&pattern) {
                Ok(regex) => add(what(regex)),
                Err(why) => faults.push(format!("{origin}: the pattern '{pattern}' is not understood: {why}")),
            }
        }
    };
    patterns("paths", What::Path);
    if target {
        patterns("regexes", What::Value);
    }
    out.lost.append(&mut faults);
}

/// A pattern as Go writes it, where a brace that begins no repetition is a brace.
fn regex(pattern: &str) -> Result<Regex, String> {
    let mut plain = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    while let Some(at) = rest.find(['\\', '{', '}']) {
        let (before, found) = rest.split_at(at);
        plain.push_str(before);
        // An escape is two characters, or a class or a character in braces.
        let braced = |start: &str| found.starts_with(start).then(|| found.find('}')).flatten();
        let escape = [r"\p{", r"\P{", r"\x{"].into_iter().find_map(braced).map(|end| end + 1);
        let count = found.find('}').filter(|end| found.get(1..*end).is_some_and(is_count)).map(|end| end + 1);
        let len = match found.as_bytes()[0] {
            b'\\' => escape.unwrap_or_else(|| found.chars().take(2).map(char::len_utf8).sum()),
            b'{' if count.is_some() => count.unwrap_or(1),
            _ => {
                plain.push('\\');
                1
            }
        };
        plain.push_str(&found[..len]);
        rest = &found[len..];
    }
    plain.push_str(rest);
    Regex::new(&plain).map_err(|error| {
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        cause.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
    })
}

/// Whether the text between braces says how often something is repeated.
fn is_count(text: &str) -> bool {
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (least, most) = text.split_once(',').unwrap_or((text, ""));
    !least.is_empty() && number(least) && number(most)
}

/// A file of `TruffleHog`'s --exclude-paths: a pattern of paths a line.
fn path_file(name: &str, file: &str, text: &str) -> Result<Foreign, ReviewError> {
    let mut out = Foreign::default();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let origin = format!("{name}, line {number}");
        match regex(line) {
            Ok(regex) => out.allowed.push(Allowed { origin, reason: None, what: What::Path(regex) }),
            Err(why) => out.lost.push(format!("{origin}: the pattern '{line}' is not understood: {why}")),
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
            stopWords = ["Example"]
            commits = ["abcdef0"]
            [[allowlists]]
            condition = "AND"
            paths = ["x"]
            [[allowlists]]
            regexTarget = "line"
            regexes = ["y"]
            [[rules]]
            id = "r"
            regex = "v"
            [[rules.allowlists]]
            regexes = ["z"]
            [[allowlists]]
            files = ["w"]
            [extend]
            useDefault = true
            disabledRules = ["q"]
            [surprise]
        "#;
        let read = read("gitleaks.toml", text).expect("a configuration");
        assert_eq!(read.allowed.len(), 4, "{read:?}");
        let lost = read.lost.join("\n");
        for word in ["'(?!bad)'", "'AND'", "'line'", "rule r", "disabledRules", "'files'", "own rules", "'surprise'"] {
            assert!(lost.contains(word), "{word} in {lost}");
        }
    }

    #[test]
    fn braces_are_read_as_go_reads_them() {
        for (pattern, text) in [
            (r"^\$(?:\d+|{\d+})$", "${12}"),
            (r"^\${[A-Z]+}$", "${HOME}"),
            (r"^\p{Lu}\x{41}a{2,}b{2}[{]c{,2}$", "ÄAaaabb{c{,2}"),
        ] {
            assert!(regex(pattern).expect(pattern).is_match(text), "{pattern}");
        }
        let why = regex("a(?=b)").expect_err("Go has no such pattern either");
        assert!(why.contains("look-around"), "{why}");
    }

    #[test]
    fn a_private_key_of_detect_secrets_is_known_by_its_place() {
        let text = r#"{"results": {"a.pem": [{"type": "Private Key", "hashed_secret": "ab", "line_number": 3}]}}"#;
        let read = read(".secrets.baseline", text).expect("a baseline");
        assert!(matches!(&read.allowed[0].what, What::Place { line: 3, .. }), "{read:?}");
    }

    #[test]
    fn path_files_are_patterns() {
        let read = read("exclude.txt", "# vendored\nvendor/.*\n(\n").expect("a path file");
        assert_eq!((read.allowed.len(), read.lost.len()), (1, 1));
    }
}
