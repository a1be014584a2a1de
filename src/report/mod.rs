//! One report, many views. The serde form of [`Report`] is the JSON contract.

mod csv;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
mod linehash;
mod markdown;
mod rdjson;
mod redact;
mod review;
mod sarif;
mod text;

use serde::Serialize;

pub use crate::rule::{Precision, Severity};
use crate::span::Region;
pub(crate) use linehash::LineHashes;
pub(crate) use redact::Redactor;
pub use review::{Listed, ReviewList};

/// What a scan found, what somebody silenced, and what was read.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The program that made the report.
    pub tool: Tool,
    /// Findings nobody silenced: highest severity first, then rule, path and place.
    pub findings: Vec<Finding>,
    /// Findings that somebody silenced, for review.
    pub suppressed: Vec<Finding>,
    /// What silences nothing: markers, misspelt ones among them in a review, and entries of the ledger.
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
    /// The commit of HEAD's history that took it out of this path last; absent where it is there, or never was on the way to
    /// HEAD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_in: Option<Removal>,
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

/// The commit that removed a secret from a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Removal {
    /// Its id.
    pub commit: String,
    /// Its author's date, RFC 3339 in its own offset.
    pub date: String,
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

impl Finding {
    /// The place to show where there is room for one: if it can be, one that exists now and that nobody silenced.
    ///
    /// # Errors
    /// The finding stands nowhere.
    pub(crate) fn primary(&self) -> std::io::Result<&Occurrence> {
        let first = self.occurrences.iter().min_by_key(|place| (!place.is_current(), place.suppression.is_some()));
        let nowhere =
            || std::io::Error::other(format!("the finding {} of {} stands nowhere", self.fingerprint, self.rule));
        first.ok_or_else(nowhere)
    }
}

impl Occurrence {
    /// Whether the place exists outside of history, or is in a file of HEAD as it is there.
    pub(crate) fn is_current(&self) -> bool {
        use SourceKind::{Commit, Gitdir, Staged, Stdin, Worktree};
        matches!(self.source, Worktree | Staged | Stdin | Gitdir) || (self.source == Commit && self.at_head)
    }

    /// The file of a checkout that it stands in.
    pub(crate) fn checkout_path(&self) -> Option<&str> {
        let there = matches!(self.source, SourceKind::Worktree | SourceKind::Staged)
            || (self.source == SourceKind::Commit && self.at_head);
        self.outer_path().filter(|_| there)
    }

    /// Its first and last line, from one on. Those of an archive's member are no lines of the file.
    pub(crate) fn lines(&self) -> Option<(u32, u32)> {
        let (first, last) = (self.region.start_line.max(1), self.region.end_line.max(1));
        self.member.is_none().then_some((first, last.max(first)))
    }
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

/// How and by whom a finding was silenced, and whether anybody reviewed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Suppression {
    /// Where it is written.
    pub kind: SuppressionKind,
    /// Whether it silences, and whether somebody reviewed it.
    pub status: SuppressionStatus,
    /// The marker, as `trufflehog:ignore`; `ledger` or `baseline` for what stands outside the source.
    pub marker: String,
    /// The comment from the marker to the end of its line; for a ledger entry, its reason.
    pub text: String,
    /// Why it is there, where somebody said so: the comment's own words, or the ledger entry's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// File of the marker, the ledger or the baseline; absent where the marker stands in the occurrence's own file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Line of the marker, or of the entry in its file.
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
    /// The entry of the ledger that accepts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<Acceptance>,
    /// Why it is not accepted, in order; empty if it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objections: Vec<Objection>,
}

impl Suppression {
    /// Whether it silences its finding. One that was rejected is told beside a finding that stays open.
    pub fn silences(&self) -> bool {
        self.status != SuppressionStatus::Rejected
    }

    /// Whether somebody reviewed it and the policy has nothing against it.
    pub fn is_reviewed(&self) -> bool {
        self.status == SuppressionStatus::Accepted
    }
}

/// Where a suppression is written, in SARIF's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SuppressionKind {
    /// A comment in the source.
    #[default]
    InSource,
    /// A ledger or a baseline.
    External,
}

/// What became of a suppression, in SARIF's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SuppressionStatus {
    /// Somebody reviewed it.
    Accepted,
    /// It silences, and nobody reviewed it.
    #[default]
    UnderReview,
    /// It silences nothing: its finding is open.
    Rejected,
}

/// What a ledger entry says.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Acceptance {
    /// Line of the entry in the ledger.
    pub line: u32,
    /// Why the value is no leak.
    pub reason: String,
    /// Who looked at it.
    pub reviewer: String,
    /// Day it was accepted, `YYYY-MM-DD`.
    pub date: String,
    /// Last day it holds, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Glob of the paths it holds for; all where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Author of the commit that wrote the entry, where history was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
}

/// Why a suppression is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Objection {
    /// The ledger has no entry for this rule and value.
    NoEntry,
    /// The ledger's entry holds for other paths.
    OutOfScope,
    /// The ledger's entry has expired.
    Expired,
    /// The ledger's entry is older, or holds for longer, than the policy allows.
    TooLong,
    /// Nobody said why.
    NoReason,
    /// Who wrote the suppressed line accepted it, too.
    SameAuthor,
    /// Git does not know who wrote the line or the entry.
    NoAuthor,
    /// The policy lets nobody silence this kind of finding.
    NeverSuppressed,
    /// The marker is bound to another value.
    OtherValue,
    /// The marker names another rule.
    OtherRule,
}

impl Objection {
    /// The objection as a clause, to stand after "not accepted: ".
    pub fn clause(self) -> &'static str {
        match self {
            Objection::NoEntry => "the ledger has no entry for it",
            Objection::OutOfScope => "its ledger entry holds for other paths",
            Objection::Expired => "its ledger entry has expired",
            Objection::TooLong => "its ledger entry lives longer than the policy allows",
            Objection::NoReason => "nobody said why it is there",
            Objection::SameAuthor => "the author of the line accepted it, too",
            Objection::NoAuthor => "git does not know who wrote the line or the entry",
            Objection::NeverSuppressed => "the policy lets nobody silence this kind of finding",
            Objection::OtherValue => "its marker is bound to another value",
            Objection::OtherRule => "its marker names another rule",
        }
    }
}

/// A marker that silences nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UnusedSuppression {
    /// The file.
    pub path: String,
    /// Its line.
    pub line: u32,
    /// The marker, as it is written.
    pub marker: String,
    /// The marker that was meant, where this one is misspelt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meant: Option<String>,
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
    /// Rules that the tests of the build sent theirs, and this run did not.
    pub proven: usize,
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
    /// SARIF 2.1.0: everything, silenced findings with their suppressions.
    Sarif,
    /// SARIF 2.1.0 as GitHub code scanning shows it: silenced findings as notes to review.
    SarifGithub,
    /// Annotations for GitHub Actions.
    Github,
    /// GitLab's secret detection report.
    Gitlab,
    /// JUnit XML.
    Junit,
    /// reviewdog's diagnostics.
    Rdjson,
    /// A table, a line for each occurrence.
    Csv,
    /// One page for a browser.
    Html,
    /// For step summaries and comments.
    Markdown,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 12] = [
        Format::Text,
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::SarifGithub,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Rdjson,
        Format::Csv,
        Format::Html,
        Format::Markdown,
    ];

    /// Its name, as a user writes it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Sarif => "sarif",
            Format::SarifGithub => "sarif-github",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Junit => "junit",
            Format::Rdjson => "rdjson",
            Format::Csv => "csv",
            Format::Html => "html",
            Format::Markdown => "markdown",
        }
    }

    /// What it is, in a line.
    pub fn about(self) -> &'static str {
        match self {
            Format::Text => "For people",
            Format::Json => "The whole report as one object",
            Format::Jsonl => "One object for each occurrence",
            Format::Sarif => "SARIF 2.1.0 with everything, silenced findings as suppressed results",
            Format::SarifGithub => "SARIF 2.1.0 for GitHub code scanning: silenced findings as notes to review",
            Format::Github => "Annotations for GitHub Actions, for the ten worst findings",
            Format::Gitlab => "GitLab's secret detection report",
            Format::Junit => "JUnit XML",
            Format::Rdjson => "reviewdog's diagnostics",
            Format::Csv => "A table, a line for each occurrence",
            Format::Html => "One page for a browser",
            Format::Markdown => "Tables, for step summaries and comments",
        }
    }

    /// The format of that name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Whether the format tells GitHub's hashes of lines.
    pub fn has_line_hashes(self) -> bool {
        matches!(self, Format::Sarif | Format::SarifGithub)
    }

    /// Whether the format holds secrets if they are asked for.
    pub fn may_reveal(self) -> bool {
        matches!(self, Format::Text | Format::Json | Format::Jsonl)
    }
}

/// What a writer may do, and what it cannot know from the report.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Colour and terminal escapes.
    pub color: bool,
    /// Width of the terminal in columns.
    pub width: Option<usize>,
    /// Say more: every occurrence, every skipped file.
    pub verbose: bool,
    /// Seconds the scan took, for the summary.
    pub seconds: Option<f64>,
    /// When it ended, in seconds since 1970, for formats that have to tell.
    pub finished: Option<i64>,
    /// Lowest severity that fails; with none, nothing does.
    pub floor: Option<Severity>,
}

impl Default for Style {
    fn default() -> Self {
        Style {
            color: false,
            width: None,
            verbose: false,
            seconds: None,
            finished: None,
            floor: Some(Severity::Medium),
        }
    }
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
            Format::Sarif => sarif::write(self, sarif::Profile::Full, out),
            Format::SarifGithub => sarif::write(self, sarif::Profile::Github, out),
            Format::Github => github::write(self, out),
            Format::Gitlab => gitlab::write(self, style, out),
            Format::Junit => junit::write(self, style, out),
            Format::Rdjson => rdjson::write(self, out),
            Format::Csv => csv::write(self, out),
            Format::Html => html::write(self, out),
            Format::Markdown => markdown::write(self, out),
        }
    }

    /// Number of findings of at least that severity.
    pub fn count(&self, floor: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity >= floor).count()
    }
}
