//! Suppressions for review: every finding that somebody silenced, with what speaks for and against it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use jiff::civil::Date;
use serde::Serialize;

use super::text::{count, list, short, visible};
use super::{
    Coverage, Finding, Format, Objection, Occurrence, Report, Repository, Severity, SourceKind, Style, Suppression,
    SuppressionKind, SuppressionStatus, Tool, UnusedSuppression,
};

/// Suppressions for review: a view of a [`Report`].
#[derive(Clone, Debug, Serialize)]
pub struct ReviewList {
    /// The program that made the list.
    pub tool: Tool,
    /// The range it is of, where it is of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// How many stand in the way of a merge.
    pub blocking: usize,
    /// Those that stand in the way first, then by path and line.
    pub suppressions: Vec<Listed>,
    /// Markers that silence nothing, misspelt ones among them, and entries of the ledger that are for nothing.
    pub unused: Vec<UnusedSuppression>,
    /// What was and was not read.
    pub coverage: Coverage,
    /// The repositories that were read.
    pub repositories: Vec<Repository>,
    /// What is silenced, as a report.
    #[serde(skip)]
    silenced: Option<Box<Report>>,
}

/// A finding that somebody silenced at a place.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// Whether it stands in the way of a merge: something speaks against it, and what it hides is no note.
    pub blocking: bool,
    /// Id of the rule.
    pub rule: String,
    /// Code of the rule.
    pub code: String,
    /// Title of the rule.
    pub title: String,
    /// What a live one opens.
    pub severity: Severity,
    /// Keyed hash of rule and secret.
    pub fingerprint: String,
    /// What kind of place.
    pub source: SourceKind,
    /// Path of the file; absent where there is none, as in a commit message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Line of the secret.
    pub start_line: u32,
    /// Column of the secret.
    pub start_column: u32,
    /// First commit that brought the secret to this path, where history was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether it is in the working tree or at HEAD now.
    pub at_head: bool,
    /// How many secrets its marker hides.
    pub hides: usize,
    /// Days since it was written, where history knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_days: Option<i32>,
    /// How and by whom.
    pub suppression: Suppression,
}

impl ReviewList {
    /// The formats that it can be written in.
    pub const FORMATS: [Format; 4] = [Format::Text, Format::Json, Format::Markdown, Format::Sarif];

    /// The suppressions of a report. `today` is what ages are counted to; `range` names the range it is of.
    pub fn of(mut report: Report, today: Date, range: Option<String>) -> Self {
        let suppressions = listed(&report, today);
        let mut unused = std::mem::take(&mut report.unused_suppressions);
        unused.sort();
        // An entry that a range adds for nothing could wait there for the value that it is for.
        let waiting = unused.iter().filter(|one| range.is_some() && one.marker == "ledger").count();
        let blocking = suppressions.iter().filter(|one| one.blocking).count() + waiting;
        let (tool, coverage) = (report.tool.clone(), report.coverage.clone());
        let repositories = report.repositories.clone();
        for side in [&mut report.findings, &mut report.suppressed] {
            for finding in side.iter_mut() {
                finding.occurrences.retain(|one| one.suppression.is_some());
            }
            side.retain(|finding| !finding.occurrences.is_empty());
        }
        let silenced = Some(Box::new(report));
        ReviewList { tool, range, blocking, suppressions, unused, coverage, repositories, silenced }
    }

    /// Writes the list.
    ///
    /// # Errors
    /// Those of `out`; a format that knows no such list is an error of kind `Unsupported`.
    pub fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Text => self.write_text(style, out),
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, self)?;
                out.write_all(b"\n")
            }
            Format::Markdown => super::markdown::write_review(self, out),
            Format::Sarif => match &self.silenced {
                Some(report) => report.write(Format::Sarif, style, out),
                None => Ok(()),
            },
            other => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                format!("suppressions are not written as {}", other.name()),
            )),
        }
    }

    fn write_text(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let (blocking, rest): (Vec<&Listed>, Vec<&Listed>) = self.suppressions.iter().partition(|one| one.blocking);
        let (accepted, other): (Vec<&Listed>, Vec<&Listed>) =
            rest.into_iter().partition(|one| one.suppression.is_reviewed());
        for (title, ones) in [("To review", blocking), ("Accepted", accepted), ("Others", other)] {
            if !ones.is_empty() {
                writeln!(out, "{title} ({}):", ones.len())?;
                for one in ones {
                    one.write_text(out)?;
                }
                writeln!(out)?;
            }
        }
        let unused = self.unused.iter().map(unused_line);
        list("Silencing nothing", unused, 50, style, out)?;
        let skipped = self.coverage.skipped.iter();
        let skipped = skipped.map(|one| format!("{}: {}", visible(&one.what), visible(&one.why)));
        list("Not read", skipped, 10, style, out)?;
        for note in &self.coverage.notes {
            writeln!(out, "Note: {}", visible(note))?;
        }
        if self.suppressions.iter().any(|one| one.blocking) {
            let how = "snout suppressions accept FINGERPRINT --reason 'why it is no leak'";
            writeln!(out, "Somebody other than the author accepts one with: {how}")?;
        }
        writeln!(out, "{}", self.summary())
    }

    /// The list in a line.
    pub fn summary(&self) -> String {
        self.summary_with(|range| format!("'{}'", visible(range)))
    }

    pub(super) fn summary_with(&self, quoted: impl Fn(&str) -> String) -> String {
        let of = self.range.as_ref().map_or(String::new(), |range| format!(" that {} adds or changes", quoted(range)));
        let all = count(self.suppressions.len() as u64, "suppression");
        let unused = match self.unused.len() {
            0 => String::new(),
            number => format!("; {number} silence nothing"),
        };
        format!("{all}{of}, {} to review{unused}", self.blocking)
    }
}

impl Listed {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let said = &self.suppression;
        writeln!(out, "  {}: {}", self.spot(), visible(&self.title))?;
        writeln!(out, "    {} ({}), fingerprint {}", visible(&self.rule), self.severity.name(), &self.fingerprint)?;
        writeln!(out, "    {}", self.how())?;
        if said.kind == SuppressionKind::InSource {
            writeln!(out, "    reads: {}", visible(&said.text))?;
        }
        if let Some(entry) = self.accepted_by() {
            writeln!(out, "    {entry}")?;
        }
        for objection in self.objections() {
            writeln!(out, "    {objection}")?;
        }
        Ok(())
    }

    /// Where the secret stands.
    pub(super) fn spot(&self) -> String {
        let line = self.start_line;
        let place = match (&self.path, self.source) {
            (Some(path), _) => format!("{}:{line}", visible(path)),
            (None, SourceKind::Stdin) => format!("standard input:{line}"),
            (None, source) => format!("{source:?} of {}", self.commit.as_deref().map_or("the repository", short)),
        };
        if self.at_head || self.source != SourceKind::Commit {
            return place;
        }
        let commit = self.suppression.commit.as_deref().or(self.commit.as_deref());
        format!("{place} (of commit {}, not at HEAD)", commit.map_or("unknown", short))
    }

    /// What silences it, since when and by whom.
    pub(super) fn how(&self) -> String {
        let said = &self.suppression;
        let place = match &said.path {
            Some(path) => format!("{}, line {}", visible(path), said.line),
            None => format!("line {}", said.line),
        };
        let hides =
            if self.hides > 1 { format!(", hides {}", count(self.hides as u64, "secret")) } else { String::new() };
        format!("{} ({place}{hides}), {}", visible(&said.marker), self.written())
    }

    fn written(&self) -> String {
        let said = &self.suppression;
        let Some(author) = &said.author else {
            return match (said.kind, self.source) {
                (SuppressionKind::InSource, SourceKind::Worktree | SourceKind::Staged) => {
                    "not committed yet".to_owned()
                }
                (SuppressionKind::External, _) => "outside the source".to_owned(),
                _ => "by an unknown author".to_owned(),
            };
        };
        let on = said.date.as_deref().map_or(String::new(), |date| format!(" on {}", date.get(..10).unwrap_or(date)));
        let age = self.age_days.map_or(String::new(), |days| format!(", {}", ago(days)));
        let commit = said.commit.as_deref().map_or(String::new(), |id| format!(" in {}", short(id)));
        format!("by {}{on}{age}{commit}", visible(author))
    }

    /// What the ledger says of it.
    pub(super) fn accepted_by(&self) -> Option<String> {
        let entry = self.suppression.entry.as_ref()?;
        let until = entry.expires.as_ref().map_or(String::new(), |day| format!(", until {}", visible(day)));
        let scope = entry.scope.as_ref().map_or(String::new(), |scope| format!(", for {}", visible(scope)));
        let by = entry.author.as_ref().map_or(String::new(), |who| format!(", committed by {}", visible(who)));
        let (who, when) = (visible(&entry.reviewer), visible(&entry.date));
        Some(format!("ledger: {who} on {when}{until}{scope}{by}: {}", visible(&entry.reason)))
    }

    /// What speaks against it, a sentence each.
    pub(super) fn objections(&self) -> Vec<String> {
        let said = &self.suppression;
        let verb = match said.status {
            SuppressionStatus::Rejected => "silences nothing",
            _ => "not accepted",
        };
        let gone = self.source == SourceKind::Commit && !self.at_head;
        let more = if gone { "; it is in a commit: take the commit out of the branch, or accept it" } else { "" };
        let sentence = |one: &Objection| format!("{verb}: {}{more}", one.clause());
        said.objections.iter().map(sentence).collect()
    }
}

fn ago(days: i32) -> String {
    match days {
        ..=0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        _ => format!("{days} days ago"),
    }
}

/// A marker that silences nothing, in a line.
pub(super) fn unused_line(one: &UnusedSuppression) -> String {
    let place = format!("{}:{}: {}", visible(&one.path), one.line, visible(&one.marker));
    match &one.meant {
        Some(meant) => format!("{place} (misspelt: write {meant})"),
        None if one.marker == "ledger" => format!("{place} entry for a value that is not there"),
        None => place,
    }
}

/// The silenced occurrences of a report, each told once.
fn listed(report: &Report, today: Date) -> Vec<Listed> {
    let all = report.findings.iter().chain(&report.suppressed);
    let all = all.flat_map(|finding| finding.occurrences.iter().map(move |place| (finding, place)));
    let all: Vec<_> = all.filter_map(|(finding, place)| Some((finding, place, place.suppression.as_ref()?))).collect();
    let mut hidden: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for (finding, place, said) in &all {
        hidden.entry(marker_key(place, said)).or_default().insert(&finding.fingerprint);
    }
    // The same words at the same secret in the same file are one suppression, whatever versions hold it: the working
    // tree tells of it best, then HEAD, then its newest commit.
    let rank = |place: &Occurrence, said: &Suppression| {
        (place.source == SourceKind::Worktree, place.at_head, said.date.clone(), place.object.clone())
    };
    let mut best: BTreeMap<_, _> = BTreeMap::new();
    for (finding, place, said) in &all {
        let rank = rank(place, said);
        let known = best.entry(same_key(finding, place, said)).or_insert_with(|| rank.clone());
        if rank > *known {
            *known = rank;
        }
    }
    let mut out: Vec<Listed> = all
        .iter()
        .filter(|(finding, place, said)| best.get(&same_key(finding, place, said)) == Some(&rank(place, said)))
        .map(|(finding, place, said)| row(finding, place, said, hidden[&marker_key(place, said)].len(), today))
        .collect();
    out.sort_by(|a, b| order(a).cmp(&order(b)));
    out
}

fn row(finding: &Finding, place: &Occurrence, said: &Suppression, hides: usize, today: Date) -> Listed {
    let written = said.date.as_deref().and_then(|date| date.get(..10)?.parse::<Date>().ok());
    Listed {
        blocking: !said.objections.is_empty() && finding.severity > Severity::Note,
        rule: finding.rule.clone(),
        code: finding.code.clone(),
        title: finding.title.clone(),
        severity: finding.severity,
        fingerprint: finding.fingerprint.clone(),
        source: place.source,
        path: place.path.clone(),
        start_line: place.region.start_line,
        start_column: place.region.start_column,
        commit: place.commit.clone(),
        at_head: place.at_head,
        hides,
        age_days: written.map(|day| (today - day).get_days()),
        suppression: said.clone(),
    }
}

fn order(one: &Listed) -> impl Ord + use<'_> {
    let place = (one.path.as_deref(), one.start_line, one.start_column);
    (!one.blocking, place, one.rule.as_str(), one.fingerprint.as_str(), one.commit.as_deref())
}

/// A marker at its place.
fn marker_key<'a>(place: &'a Occurrence, said: &'a Suppression) -> impl Ord + use<'a> {
    let outside = said.path.as_deref();
    let path = if outside.is_some() { None } else { place.path.as_deref() };
    (place.source, path, place.object.as_deref(), place.commit.as_deref(), outside, said.line, said.marker.as_str())
}

/// What makes suppressions of several versions the same.
fn same_key<'a>(finding: &'a Finding, place: &'a Occurrence, said: &'a Suppression) -> impl Ord + use<'a> {
    (
        finding.rule.as_str(),
        finding.fingerprint.as_str(),
        place.path.as_deref(),
        said.marker.as_str(),
        said.text.as_str(),
    )
}
