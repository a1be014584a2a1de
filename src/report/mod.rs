//! One report, many views. The serde form of [`Report`] is the JSON contract.

mod json;
mod linehash;
mod redact;
mod sarif;
mod text;

use serde::Serialize;

pub use crate::rule::{Precision, Severity};
use crate::span::Region;
pub(crate) use linehash::line_hash;
pub(crate) use redact::Redactor;

/// What a scan found, what somebody silenced, and what was read.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The program that made the report.
    pub tool: Tool,
    /// Findings nobody silenced: highest severity first, then rule, path and place.
    pub findings: Vec<Finding>,
    /// Findings that a comment silences, for review.
    pub suppressed: Vec<Finding>,
    /// Comments that silence nothing.
    pub unused_suppressions: Vec<UnusedSuppression>,
    /// What was and was not read.
    pub coverage: Coverage,
    /// The repositories that were scanned.
    pub repositories: Vec<Repository>,
    /// What people read about the rules of the findings, by id, sorted.
    #[serde(skip)]
    pub rules: Vec<RuleInfo>,
}

/// A repository that was scanned.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Repository {
    /// Its folder, as the user gave it.
    pub root: String,
    /// Where it is fetched from, without credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// Commit id of HEAD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// Branch that HEAD is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

/// What people read about a rule.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// Id, as `genesys-client-secret`.
    pub id: String,
    /// Code, as `SNT0001`.
    pub code: String,
    /// What a live one opens.
    pub severity: Severity,
    /// How sure the rule is.
    pub precision: Precision,
    /// Title, description, remediation and references.
    pub prose: crate::rule::Prose,
}

/// The program and the rules behind a report.
#[derive(Clone, Debug, Serialize)]
pub struct Tool {
    /// `snout`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Number of rules in force.
    pub rules: usize,
    /// Identifies the rules in force.
    pub rules_digest: String,
}

/// One rule and one secret, with every place it stands.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Id of the rule.
    pub rule: String,
    /// Code of the rule.
    pub code: String,
    /// Title of the rule.
    pub title: String,
    /// What a live one opens.
    pub severity: Severity,
    /// How sure the rule is.
    pub precision: Precision,
    /// Keyed hash of rule and secret, the same wherever the secret stands: 32 hexadecimal digits.
    pub fingerprint: String,
    /// Length of the secret in bytes.
    pub length: usize,
    /// The secret, only if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Whether the secret's format proves itself offline, as a checksum does.
    pub checked: bool,
    /// Whether the vendor's own documentation prints this value.
    pub documented: bool,
    /// Why it is a finding, as sentences.
    pub reason: String,
    /// What to do.
    pub remediation: String,
    /// Other parts of the same credential.
    pub parts: Vec<CredentialPart>,
    /// Whether it stands in the working tree or at HEAD.
    pub at_head: bool,
    /// The places, in order.
    pub occurrences: Vec<Occurrence>,
}

/// Another part of a credential, as the client id of a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CredentialPart {
    /// What it is, as `client_id`.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What kind of place an occurrence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// A file of the working tree.
    Worktree,
    /// A blob of the index.
    Staged,
    /// Standard input.
    Stdin,
    /// A file of some commit.
    Commit,
    /// A commit message.
    Message,
    /// The author or committer of a commit.
    Author,
    /// A tag message.
    Tag,
    /// A file name in some commit.
    Path,
    /// The name of a branch, a tag or another ref.
    Ref,
    /// A file of the git directory, as its config.
    Gitdir,
    /// A blob that no commit holds.
    Object,
}

/// One place where a secret stands.
#[derive(Clone, Debug, Serialize)]
pub struct Occurrence {
    /// What kind of place.
    pub source: SourceKind,
    /// Path relative to the repository's root, or as the user gave it; in an archive `outer.zip!inner/path`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The member of an archive that it stands in, `!` between an archive within and its member. It is part of `path`
    /// as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Lines and columns, of the member where there is one.
    #[serde(flatten)]
    pub region: Region,
    /// Object id of the blob, commit or tag that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// First commit that brought it to this path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Author of that commit, as `Name <email>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Author's date of that commit, RFC 3339 in its own offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Whether it is in the working tree or at HEAD now.
    pub at_head: bool,
    /// What still reaches it.
    pub reach: Reach,
    /// The encodings it was found under, outermost first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoded: Option<String>,
    /// Who silenced it and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppression: Option<Suppression>,
    /// The lines around it, with every known secret replaced.
    pub snippet: Snippet,
    /// GitHub's `primaryLocationLineHash` of the line.
    #[serde(skip)]
    pub line_hash: String,
    /// The parts of the credential that stand here as occurrences of their own rules.
    #[serde(skip)]
    pub parts: Vec<PartOccurrence>,
}

impl Occurrence {
    /// Path of the file itself, where it has one: of the archive, for what stands in a member.
    pub(crate) fn outer_path(&self) -> Option<&str> {
        let path = self.path.as_deref()?;
        let Some(member) = &self.member else { return Some(path) };
        let outer = path.strip_suffix(member.as_str()).and_then(|outer| outer.strip_suffix('!'))?;
        (!matches!(self.source, SourceKind::Object | SourceKind::Stdin)).then_some(outer)
    }
}

/// A part of a credential with its own place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartOccurrence {
    /// Id of its rule.
    pub rule: String,
    /// Code of its rule.
    pub code: String,
    /// Its value.
    pub value: String,
    /// Lines and columns.
    pub region: Region,
}

/// What still leads to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// The working tree, the index, standard input or the git directory itself.
    Direct,
    /// A branch, a tag or another ref.
    Refs,
    /// The stash.
    Stash,
    /// Only a reflog.
    Reflog,
    /// Nothing but the object database.
    None,
}

/// Lines around a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Snippet {
    /// Number of the first line.
    pub first_line: u32,
    /// The lines, redacted and cut to a readable length.
    pub text: String,
}

/// A comment that silences a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suppression {
    /// The marker, as `trufflehog:ignore`.
    pub marker: String,
    /// The comment from the marker to the end of its line.
    pub text: String,
    /// Line of the marker.
    pub line: u32,
    /// Who wrote that line, as `Name <email>`, where history knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// In which commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// A marker that silences nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UnusedSuppression {
    /// The file.
    pub path: String,
    /// Its line.
    pub line: u32,
    /// The marker.
    pub marker: String,
}

/// What was and was not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// What the user asked to scan, as a sentence each.
    pub targets: Vec<String>,
    /// Whether something asked for was not read, or the rules could not prove themselves.
    pub incomplete: bool,
    /// Files of working trees.
    pub files: u64,
    /// Refs of repositories.
    pub refs: u64,
    /// Commits read.
    pub commits: u64,
    /// Trees read.
    pub trees: u64,
    /// Annotated tags read.
    pub tags: u64,
    /// Blobs read, of histories and of indexes.
    pub blobs: u64,
    /// Members of archives and documents read, nested ones included.
    pub members: u64,
    /// Bytes of content read.
    pub bytes: u64,
    /// Objects that only a remote holds, or that are missing.
    pub missing_objects: u64,
    /// Files left out because the user excluded them.
    pub excluded: u64,
    /// What was not read, each with its reason.
    pub skipped: Vec<Skipped>,
    /// What a reader should know though nothing was skipped for it.
    pub notes: Vec<String>,
    /// The self-test of the rules.
    pub canary: Canary,
}

/// Something that was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Skipped {
    /// Which file, object or repository.
    pub what: String,
    /// Why.
    pub why: String,
}

/// A synthetic secret of each rule, sent through the real pipeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Canary {
    /// Rules that found theirs.
    pub passed: usize,
    /// Ids of the rules that did not.
    pub failed: Vec<String>,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// The [`Report`].
    Json,
    /// One object for each occurrence.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
}

/// What a writer may do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Colour and terminal escapes.
    pub color: bool,
    /// Width of the terminal in columns.
    pub width: Option<usize>,
    /// Say more: every occurrence, every skipped file.
    pub verbose: bool,
    /// Seconds the scan took, for the summary.
    pub seconds: Option<f64>,
}

impl Report {
    /// Writes the report.
    ///
    /// # Errors
    /// Those of `out`; a report that cannot be rendered is an error of kind `Other`.
    pub fn write(&self, format: Format, style: Style, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        match format {
            Format::Text => text::write(self, style, out),
            Format::Json => json::write(self, out),
            Format::Jsonl => json::write_lines(self, out),
            Format::Sarif => sarif::write(self, out),
        }
    }

    /// Number of findings of at least that severity.
    pub fn count(&self, floor: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity >= floor).count()
    }
}
