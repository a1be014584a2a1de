//! One scan from plan to report: read, group, say what was covered.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use git2::Repository;

use crate::fingerprint::fingerprint;
use crate::plan::{Plan, Progress, ScanError, Target};
use crate::report::{Canary, Coverage, Objection, Redactor, Report, SourceKind, Tool, UnusedSuppression};
use crate::review::{Entry, LEDGER, Ledger, Terms};
use crate::rule::{Rule, fill_example};
use crate::secret::Secret;
use crate::source::repo::{Git, Tips, display, open_for_hook, relative};
use crate::source::{Desk, decisions, diff, history, merge, note_inside, skip, worktree};
use crate::triage::attribute::{Origin, attribute, sign};
use crate::triage::group::{Grouping, Place, Placed};
use crate::triage::sight::{sight, sight_file};
use crate::triage::suppress::{Bench, EntryAuthors, entry_key};

/// Files in which the writer of a suppression is looked for; each costs a walk through the file's history.
const BLAMED: usize = 50;

/// Runs a scan.
///
/// # Errors
/// What was asked for cannot be done at all, or the user interrupted. What could merely not be read is in the report's
/// coverage.
pub fn scan(plan: &Plan, progress: &dyn Progress) -> Result<Report, ScanError> {
    // What libgit2 reads it need not hash again: the pack reader does not either, and git itself does so in 'fsck' alone.
    git2::opts::strict_hash_verification(false);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(plan.threads).build()?;
    pool.install(|| Run::new(plan, progress).run())
}

struct Run<'a> {
    desk: Desk<'a>,
    /// What suppressions of the target at hand are held against.
    terms: &'a Terms,
    /// What earlier targets brought that were new, too: repositories and tips.
    fresh: Vec<(PathBuf, String)>,
    placed: Vec<Placed>,
    unused: Vec<UnusedSuppression>,
    coverage: Coverage,
    repositories: Vec<crate::report::Repository>,
}

/// Paths of one repository, or one path outside of any.
struct Site {
    root: PathBuf,
    /// Name before the paths of reports, where there are several roots.
    label: String,
    git: Option<Git>,
    /// Why what looks like a repository cannot be read as one.
    trouble: Option<String>,
    /// Path, path relative to the root, and what to read of it.
    paths: Vec<(PathBuf, String, bool, bool)>,
}

impl<'a> Run<'a> {
    fn new(plan: &'a Plan, progress: &'a dyn Progress) -> Self {
        Run {
            desk: Desk { plan, progress },
            terms: &plan.review.terms,
            fresh: Vec::new(),
            placed: Vec::new(),
            unused: Vec::new(),
            coverage: Coverage::default(),
            repositories: Vec::new(),
        }
    }

    fn run(mut self) -> Result<Report, ScanError> {
        let plan = self.desk.plan;
        // The self-test takes as long as a look at a small change.
        let (read, canary) = rayon::join(|| self.read(), || canary(plan));
        read?;
        self.coverage.canary = canary;
        if !self.coverage.canary.failed.is_empty() {
            let failed = self.coverage.canary.failed.join(", ");
            skip(
                &mut self.coverage,
                format!("rules {failed}"),
                "do not find their own examples: the rules in force silence them",
            );
        }
        for (what, why) in &self.desk.plan.review.troubles {
            skip(&mut self.coverage, what.as_str(), why.as_str());
        }
        self.coverage.notes.extend(self.desk.plan.review.notes.iter().cloned());
        let all_new = self.desk.plan.targets.iter().all(|target| matches!(target, Target::New { .. }));
        if all_new && self.coverage.commits + self.coverage.tags + self.coverage.blobs == 0 {
            self.coverage.notes.push("there is nothing new".into());
        }
        Ok(self.report())
    }

    /// Reads all targets.
    fn read(&mut self) -> Result<(), ScanError> {
        let mut sites: Vec<Site> = Vec::new();
        for (index, target) in self.desk.plan.targets.iter().enumerate() {
            self.terms = self.desk.plan.review.terms_of(index);
            match target {
                Target::Path { path, worktree, history } => add_site(&mut sites, path, *worktree, *history)?,
                Target::Staged { path } => self.staged(path)?,
                Target::Range { path, from, to } => self.range(path, from.as_deref(), to)?,
                Target::New { path, tips, known } => self.fresh(path, tips, known)?,
                Target::Reached { path, tips } => self.reached(path, tips)?,
                Target::Stdin(content) => self.stdin(content),
            }
        }
        self.terms = &self.desk.plan.review.terms;
        let several = sites.len() > 1;
        for site in sites {
            self.site(site, several)?;
        }
        if self.desk.progress.interrupted() {
            return Err(ScanError::Interrupted);
        }
        Ok(())
    }

    fn stdin(&mut self, content: &[u8]) {
        let plan = self.desk.plan;
        self.coverage.targets.push("standard input".into());
        self.coverage.bytes += content.len() as u64;
        if content.is_empty() {
            self.coverage.notes.push("standard input was empty".into());
        }
        let place = Place::direct(SourceKind::Stdin, None);
        let seen = sight_file(plan, content);
        note_inside(&mut self.coverage, "standard input", seen.opened);
        let seen = seen.sightings.into_iter().filter(|one| one.stands_at(&plan.rules, None));
        let mut placed: Vec<Placed> = seen.map(|sighting| Placed { sighting, place: place.clone() }).collect();
        self.judge(&mut placed, &Ledger::default(), None);
        self.placed.extend(placed);
    }

    fn staged(&mut self, path: &Path) -> Result<(), ScanError> {
        let repo = open_for_hook(path, "what is staged")?;
        let scope = scope_of(&repo, path);
        self.coverage.targets.push(format!("what is staged in '{}'", display(path)));
        let mut changes = diff::staged(&self.desk, path, &scope, &repo)?;
        let ledger = self.ledger(decisions::of_index(&repo, LEDGER));
        self.judge(&mut changes.placed, &ledger, None);
        self.describe(&repo, path);
        self.take(changes);
        Ok(())
    }

    fn range(&mut self, path: &Path, from: Option<&str>, to: &str) -> Result<(), ScanError> {
        let repo = open_for_hook(path, "a range of commits")?;
        let scope = scope_of(&repo, path);
        let shown = from.map_or_else(|| to.to_owned(), |from| format!("{from}..{to}"));
        self.coverage.targets.push(format!("what '{shown}' adds in '{}'", display(path)));
        let mut changes = diff::range(&self.desk, path, &scope, &repo, from, to)?;
        let (_, end) = diff::ends(&repo, path, from, to)?;
        sign_all(&mut changes.placed);
        let fail = |what| move |source| ScanError::Git { what, path: path.into(), source };
        let ledger = self.ledger(decisions::of_commit(&repo, &end, LEDGER));
        let authors = decisions::entry_authors(&repo, &changes.commits, &self.desk.plan.key)
            .map_err(fail("read the ledger's history"))?;
        let used = self.judge(&mut changes.placed, &ledger, Some(&authors));
        let idle: Vec<&Entry> = ledger
            .entries
            .iter()
            .filter(|entry| authors.contains_key(&entry_key(entry)) && !used.contains(&entry.line))
            .collect();
        if !idle.is_empty() {
            let (more, unused) = self
                .of_old_lines(&repo, &end, &ledger, &idle, &authors)
                .map_err(fail("read the files that new entries of the ledger are for"))?;
            changes.placed.extend(more);
            self.unused.extend(unused);
        }
        self.describe(&repo, path);
        self.take(changes);
        Ok(())
    }

    /// Refs that are pushed together are read as if they were pushed one after the other, each with its own ledger.
    fn fresh(&mut self, path: &Path, tips: &[String], known: &[String]) -> Result<(), ScanError> {
        let repo = open_for_hook(path, "new objects")?;
        let target = format!("what is new in '{}'", display(path));
        if !self.coverage.targets.contains(&target) {
            self.coverage.targets.push(target);
        }
        let read: Vec<String> =
            self.fresh.iter().filter(|(other, _)| other == path).map(|(_, tip)| tip.clone()).collect();
        let brought = diff::fresh(&self.desk, path, &repo, tips, known, &read)?;
        self.fresh.extend(tips.iter().map(|tip| (path.to_path_buf(), tip.clone())));
        for (index, mut changes) in brought.into_iter().enumerate() {
            // A ref that brings nothing to judge needs no ledger.
            if !changes.placed.is_empty() {
                sign_all(&mut changes.placed);
                let end = tips.get(index).and_then(|tip| decisions::first_commit(&repo, std::slice::from_ref(tip)));
                let ledger = self.ledger(end.and_then(|end| decisions::of_commit(&repo, &end, LEDGER)));
                let authors =
                    decisions::entry_authors(&repo, &changes.commits, &self.desk.plan.key).map_err(|source| {
                        ScanError::Git { what: "read the ledger's history", path: path.into(), source }
                    })?;
                self.judge(&mut changes.placed, &ledger, Some(&authors));
            }
            self.take(changes);
        }
        self.describe(&repo, path);
        Ok(())
    }

    fn reached(&mut self, path: &Path, tips: &[String]) -> Result<(), ScanError> {
        const WHAT: &str = "the history of some commits";
        let none = |why: String| ScanError::NoRepository { what: WHAT, path: path.into(), why };
        let repo = open_for_hook(path, WHAT)?;
        let git = Git::discover(repo.path()).map_err(none)?;
        let git = git.ok_or_else(|| none("its git directory is not one".into()))?;
        self.coverage.targets.push(format!("what {} reach in '{}'", tips.join(" and "), display(path)));
        let reached = diff::reached(&repo, path, tips)?;
        let tips = Tips { refs: reached.tips, ..Tips::default() };
        let store = history::open(&git, path)?;
        let mut objects = history::read(&self.desk, &store, &tips, path)?;
        objects.keep(&reached.commits);
        let found = attribute(&self.desk, &store, &objects, &tips, &[String::new()]);
        merge(&mut self.coverage, std::mem::take(&mut objects.coverage));
        history::gaps(&git, &tips, &objects, &display(path), &mut self.coverage);
        // A blob that none of the commits holds is another's.
        self.placed.extend(found.placed.into_iter().filter(|one| one.place.source != SourceKind::Object));
        Ok(())
    }

    /// What entries are for that a range adds to the ledger and that nothing it adds needs: secrets that stood there
    /// before. Entries that are for nothing at all are told as unused.
    fn of_old_lines(
        &mut self,
        repo: &Repository,
        end: &git2::Commit<'_>,
        ledger: &Ledger,
        idle: &[&Entry],
        authors: &EntryAuthors,
    ) -> Result<(Vec<Placed>, Vec<UnusedSuppression>), git2::Error> {
        let plan = self.desk.plan;
        let tree = diff::tree(&self.desk, repo, end)?;
        let wanted = |one: &Placed| {
            let rule = &plan.rules.rules()[one.sighting.rule].spec.id;
            let of_rule = || idle.iter().filter(|entry| entry.rule == *rule);
            of_rule().next().is_some() && {
                let mine = fingerprint(&plan.key, rule, &one.sighting.secret);
                of_rule().any(|entry| entry.fingerprint == mine)
            }
        };
        let mut placed: Vec<Placed> = tree.placed.into_iter().filter(wanted).collect();
        for Placed { sighting, place } in &mut placed {
            let Some(path) = &place.path else { continue };
            let mut options = git2::BlameOptions::new();
            let Ok(blame) = repo.blame_file(Path::new(path), Some(options.newest_commit(end.id()))) else { continue };
            if let Some(origin) = line_origin(&blame, sighting.region.start_line) {
                place.commit = Some(origin.commit);
                place.author = Some(origin.author);
                place.date = Some(origin.date);
            }
            if let Some(said) = &mut sighting.suppression
                && let Some(origin) = line_origin(&blame, said.line)
            {
                sign(said, &origin);
            }
        }
        let used = self.judge(&mut placed, ledger, Some(authors));
        let unused = idle.iter().filter(|entry| !used.contains(&entry.line)).map(|entry| unused_entry(entry));
        Ok((placed, unused.collect()))
    }

    /// Reads a ledger; one that cannot be used accepts nothing, and is told.
    fn ledger(&mut self, found: decisions::Found) -> Ledger {
        let read = match found {
            None => return Ledger::default(),
            Some(Err(why)) => Err(why),
            Some(Ok(text)) => Ledger::parse(LEDGER, &text, &self.desk.plan.key).map_err(|error| error.to_string()),
        };
        match read {
            Ok(ledger) => {
                if !ledger.entries.is_empty() {
                    let (count, y) = (ledger.entries.len(), if ledger.entries.len() == 1 { "y" } else { "ies" });
                    self.coverage.notes.push(format!("'{LEDGER}' of the scanned repository was read: {count} entr{y}"));
                }
                ledger
            }
            Err(why) => {
                skip(&mut self.coverage, format!("'{LEDGER}'"), format!("accepts nothing: {why}"));
                Ledger::default()
            }
        }
    }

    /// Holds suppressions against the ledger; yields the lines of the entries that were needed.
    fn judge(&mut self, placed: &mut [Placed], ledger: &Ledger, authors: Option<&EntryAuthors>) -> BTreeSet<usize> {
        let plan = self.desk.plan;
        let (rules, key, today) = (&plan.rules, plan.key.as_slice(), plan.review.today);
        let mut bench = Bench { rules, key, terms: self.terms, today, ledger, authors, used: BTreeSet::new() };
        bench.judge(placed);
        for said in placed.iter().filter_map(|one| one.sighting.suppression.as_ref()) {
            if let (Some(entry), true) = (&said.entry, said.objections.contains(&Objection::Expired)) {
                let until = entry.expires.as_deref().unwrap_or("its longest life");
                let note = format!(
                    "the entry of '{LEDGER}', line {}, has expired ({until}): {}; review it again with 'snout suppressions accept'",
                    entry.line, entry.reason
                );
                self.coverage.notes.push(note);
            }
        }
        bench.used
    }

    fn describe(&mut self, repo: &Repository, path: &Path) {
        let root = repo.workdir().unwrap_or(repo.path()).to_path_buf();
        if let Ok(Some(git)) = Git::discover(&root) {
            let described = git.describe(&Tips::of(&git), &display(path));
            if !self.repositories.contains(&described) {
                self.repositories.push(described);
            }
        }
    }

    fn take(&mut self, changes: diff::Changes) {
        merge(&mut self.coverage, changes.coverage);
        self.placed.extend(changes.placed);
    }

    fn site(&mut self, site: Site, several: bool) -> Result<(), ScanError> {
        let mut coverage = Coverage::default();
        let (mut placed, mut unused) = (Vec::new(), Vec::new());
        for (path, scope, wants_tree, wants_history) in &site.paths {
            coverage.targets.push(sentence(path, scope, &site, *wants_tree, *wants_history));
            if *wants_tree {
                let files = worktree::read(&self.desk, path, &site.root, site.git.as_ref())?;
                merge(&mut coverage, files.coverage);
                placed.extend(files.placed);
                unused.extend(files.unused);
            }
        }
        let scopes: Vec<String> =
            site.paths.iter().filter(|(.., history)| *history).map(|(_, scope, ..)| scope.clone()).collect();
        if let Some(why) = &site.trouble {
            skip(&mut coverage, format!("history of '{}'", site.label), why.clone());
        }
        if let Some(git) = &site.git {
            let tips = Tips::of(git);
            if !scopes.is_empty() {
                let store = history::open(git, &site.root)?;
                let mut objects = history::read(&self.desk, &store, &tips, &site.root)?;
                let mut found = attribute(&self.desk, &store, &objects, &tips, &scopes);
                merge(&mut coverage, std::mem::take(&mut objects.coverage));
                history::gaps(git, &tips, &objects, &site.label, &mut coverage);
                if scopes.iter().any(String::is_empty) {
                    found.placed.extend(history::read_gitdir(&self.desk, git, &tips, &mut coverage));
                }
                for one in &mut placed {
                    date(one, &found.firsts);
                }
                // History tells more of a name that it knows.
                let named: HashSet<_> = found.placed.iter().filter_map(name_of).collect();
                placed.retain(|one| name_of(one).is_none_or(|name| !named.contains(&name)));
                placed.extend(found.placed);
            }
            if let Ok(repo) = &git.repo {
                let most = if self.desk.plan.review.thorough { usize::MAX } else { BLAMED };
                coverage.notes.extend(blame(repo, &mut placed, most));
            }
            self.repositories.push(git.describe(&tips, &site.label));
        }
        let found = match &site.git {
            Some(git) => decisions::of_checkout(git, LEDGER),
            None => decisions::of_folder(&site.root, LEDGER),
        };
        let ledger = self.ledger(found);
        let used = self.judge(&mut placed, &ledger, None);
        // Only who read all files can say that an entry is for none of them.
        if site.paths.iter().any(|(_, scope, tree, _)| *tree && scope.is_empty())
            && site.paths.iter().all(|(path, ..)| !path.is_file())
        {
            unused.extend(ledger.entries.iter().filter(|entry| !used.contains(&entry.line)).map(unused_entry));
        }
        if coverage.files + coverage.blobs + coverage.commits == 0 && !coverage.incomplete {
            let why =
                if coverage.excluded > 0 { "everything in it was excluded" } else { "there is nothing in it to read" };
            skip(&mut coverage, format!("'{}'", site.label), why);
        }
        if several && site.label != "." {
            let prefix = |path: &mut String| *path = format!("{}/{path}", site.label.trim_end_matches('/'));
            placed.iter_mut().filter_map(|one| one.place.path.as_mut()).for_each(prefix);
            let outside = placed.iter_mut().filter_map(|one| one.sighting.suppression.as_mut());
            outside.filter(|said| said.marker == "ledger").filter_map(|said| said.path.as_mut()).for_each(prefix);
            unused.iter_mut().for_each(|one| prefix(&mut one.path));
        }
        merge(&mut self.coverage, coverage);
        self.placed.extend(placed);
        self.unused.extend(unused);
        Ok(())
    }

    fn report(self) -> Report {
        let plan = self.desk.plan;
        let grouping = Grouping {
            rules: &plan.rules,
            key: &plan.key,
            reveal: plan.reveal,
            include_suppressed: plan.include_suppressed,
        };
        let secrets: Vec<Secret> = self
            .placed
            .iter()
            .filter(|one| plan.rules.rules()[one.sighting.rule].spec.severity > crate::Severity::Note)
            .map(|one| one.sighting.secret.clone())
            .collect();
        let grouped = grouping.group(self.placed);
        let mut report = Report {
            tool: Tool {
                name: "snout",
                version: env!("CARGO_PKG_VERSION"),
                rules: plan.rules.rules().len(),
                rules_digest: plan.rules.digest().to_owned(),
            },
            findings: grouped.findings,
            suppressed: grouped.suppressed,
            unused_suppressions: self.unused,
            coverage: self.coverage,
            repositories: self.repositories,
            rules: grouped.rules,
        };
        report.unused_suppressions.sort();
        report.coverage.skipped.sort();
        report.coverage.skipped.dedup();
        report.coverage.notes.sort();
        report.coverage.notes.dedup();
        if !plan.reveal {
            scrub(&mut report, &Redactor::new(secrets.iter()));
        }
        report
    }
}

/// Says of suppressions in commits that the author of the commit wrote them.
fn sign_all(placed: &mut [Placed]) {
    for Placed { sighting, place } in placed {
        if let (Some(said), Some(commit)) = (&mut sighting.suppression, &place.commit) {
            let (author, date) = (place.author.clone().unwrap_or_default(), place.date.clone().unwrap_or_default());
            sign(said, &Origin { commit: commit.clone(), author, date });
        }
    }
}

/// What the user asked to scan, as a sentence.
fn sentence(path: &Path, scope: &str, site: &Site, tree: bool, history: bool) -> String {
    let what = match (tree, history && site.git.is_some()) {
        (true, true) => "files and history",
        (true, false) => "files",
        (false, true) => "history",
        (false, false) => "nothing",
    };
    let place = if scope.is_empty() { display(path) } else { format!("{} ({scope} of its repository)", display(path)) };
    format!("{what} of '{place}'")
}

fn scope_of(repo: &Repository, path: &Path) -> String {
    repo.workdir().and_then(|root| relative(root, path)).unwrap_or_default()
}

/// Puts a path with the others of its repository, so that a history is read once.
fn add_site(sites: &mut Vec<Site>, path: &Path, worktree: bool, history: bool) -> Result<(), ScanError> {
    let real = path.canonicalize().map_err(|source| ScanError::Path { path: path.into(), source })?;
    let (git, trouble) = match Git::discover(&real) {
        Ok(git) => (git, None),
        Err(why) => (None, history.then_some(why)),
    };
    let gitdir = git.as_ref().and_then(|git| git.gitdir.canonicalize().ok());
    let (root, git, scope, worktree) = match git {
        // The git directory itself, or a bare repository: history alone.
        Some(git) if gitdir.as_ref() == Some(&real) => (real.clone(), Some(git), String::new(), false),
        Some(git) if git.workdir.is_some() && !gitdir.as_ref().is_some_and(|dir| real.starts_with(dir)) => {
            let root = git.workdir.clone().unwrap_or_default();
            let scope = relative(&root, &real).unwrap_or_default();
            (root, Some(git), scope, worktree)
        }
        _ if real.is_file() => (real.parent().unwrap_or(&real).to_path_buf(), None, String::new(), worktree),
        _ => (real.clone(), None, String::new(), worktree),
    };
    let entry = (real, scope, worktree, history);
    match sites.iter_mut().find(|site| site.root == root && site.git.is_some() == git.is_some()) {
        Some(site) => site.paths.push(entry),
        None => sites.push(Site { root, label: display(path), git, trouble, paths: vec![entry] }),
    }
    Ok(())
}

/// A secret that stands in a path: the path, the rule and the secret.
fn name_of(one: &Placed) -> Option<(String, usize, Secret)> {
    let path = one.place.path.clone().filter(|_| one.place.source == SourceKind::Path)?;
    Some((path, one.sighting.rule, one.sighting.secret.clone()))
}

/// Says of a secret in the working tree which commit brought it there.
fn date(one: &mut Placed, firsts: &foldhash::HashMap<(String, usize, Secret, bool), Origin>) {
    let Some(path) = &one.place.path else { return };
    let silenced = one.sighting.is_silenced();
    let key = |silenced| (path.clone(), one.sighting.rule, one.sighting.secret.clone(), silenced);
    if let Some(origin) = firsts.get(&key(silenced)).or_else(|| firsts.get(&key(!silenced))).cloned() {
        one.place.commit = Some(origin.commit);
        one.place.author = Some(origin.author);
        one.place.date = Some(origin.date);
    }
}

/// Says of suppressions in the working tree who wrote their line; yields a note where there were too many to ask.
fn blame(repo: &Repository, placed: &mut [Placed], most: usize) -> Option<String> {
    let mut files: BTreeMap<String, Vec<&mut Placed>> = BTreeMap::new();
    let silenced = placed.iter_mut().filter(|one| {
        one.place.source == SourceKind::Worktree && one.sighting.member.is_none() && one.sighting.suppression.is_some()
    });
    for one in silenced {
        if let Some(path) = one.place.path.clone() {
            files.entry(path).or_default().push(one);
        }
    }
    let all = files.len();
    for (path, ones) in files.into_iter().take(most) {
        let Ok(history) = repo.blame_file(Path::new(&path), None) else { continue };
        let content = repo.workdir().and_then(|root| std::fs::read(root.join(&path)).ok()).unwrap_or_default();
        let Ok(blame) = history.blame_buffer(&content) else { continue };
        for one in ones {
            if let Some(said) = &mut one.sighting.suppression
                && let Some(origin) = line_origin(&blame, said.line)
            {
                sign(said, &origin);
            }
        }
    }
    let note =
        || format!("who wrote a suppression was looked up in {most} of {all} files; 'snout suppressions' does all");
    (all > most).then(note)
}

/// Who wrote a line; nobody yet, where it is not committed.
fn line_origin(blame: &git2::Blame<'_>, line: u32) -> Option<Origin> {
    let hunk = blame.get_line(line as usize)?;
    let (commit, who) = (hunk.final_commit_id(), hunk.final_signature()?);
    let date = || history::rfc3339((who.when().seconds(), who.when().offset_minutes()));
    (!commit.is_zero()).then(|| Origin { commit: commit.to_string(), author: diff::person(&who), date: date() })
}

/// An entry of the ledger that is for nothing that was read.
fn unused_entry(entry: &Entry) -> UnusedSuppression {
    let line = u32::try_from(entry.line).unwrap_or(u32::MAX);
    UnusedSuppression { path: LEDGER.into(), line, marker: "ledger".into(), meant: None }
}

/// Sends a synthetic secret of each rule through the pipeline. Where changes are looked at with the embedded rules alone,
/// which nothing can silence, it is one of one rule: compiling all patterns would take longer than the scan.
fn canary(plan: &Plan) -> Canary {
    use rayon::prelude::*;
    const SAMPLE: usize = 48;
    let whole = plan.targets.iter().any(|target| matches!(target, Target::Path { .. } | Target::Reached { .. }));
    let all: Vec<(usize, &Rule)> = plan.rules.rules().iter().enumerate().collect();
    let count = all.len();
    // The tests of the build send every embedded rule its secrets, and nothing that a run does changes one. To compile all
    // their patterns would cost more than most scans, so a run that only has those sends a sample, Genesys Cloud's first.
    let tried: Vec<(usize, &Rule)> = if plan.rules.is_customised() {
        all
    } else {
        let (own, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, rule)| rule.id().starts_with("genesys-"));
        let step = rest.len().div_ceil(SAMPLE).max(1);
        let sample = own.into_iter().chain(rest.into_iter().step_by(step));
        sample.take(if whole { usize::MAX } else { 1 }).collect()
    };
    let finds = |(index, rule): (usize, &Rule)| {
        // One example in a thousand may fall under an entropy floor: three tries tell a silenced rule from bad luck.
        (0..3).any(|seed| {
            let text = rule.prose().matches.first().and_then(|example| fill_example(example, seed).ok());
            let seen = text.map(|text| sight(plan.eye(), text.as_bytes()).sightings).unwrap_or_default();
            seen.iter().any(|one| one.rule == index && one.needs_path.is_none())
        })
    };
    let silenced = tried.par_iter().filter(|one| !finds(**one));
    let failed: Vec<String> = silenced.map(|(_, rule)| rule.spec.id.clone()).collect();
    Canary { passed: tried.len() - failed.len(), proven: count - tried.len(), failed }
}

/// Takes every secret out of paths, names and comments: a secret in a file's name is still a secret.
fn scrub(report: &mut Report, redactor: &Redactor) {
    for finding in report.findings.iter_mut().chain(&mut report.suppressed) {
        for part in &mut finding.parts {
            redactor.scrub(&mut part.value);
        }
        redactor.scrub(&mut finding.reason);
        for one in &mut finding.occurrences {
            let texts = [&mut one.path, &mut one.member, &mut one.author].into_iter().flatten();
            texts.chain([&mut one.snippet.text]).for_each(|text| redactor.scrub(text));
            if let Some(suppression) = &mut one.suppression {
                let said = [&mut suppression.reason, &mut suppression.author].into_iter().flatten();
                said.chain([&mut suppression.text]).for_each(|text| redactor.scrub(text));
                if let Some(entry) = &mut suppression.entry {
                    let said = [&mut entry.scope, &mut entry.author].into_iter().flatten();
                    said.chain([&mut entry.reason, &mut entry.reviewer]).for_each(|text| redactor.scrub(text));
                }
            }
        }
    }
    for one in &mut report.unused_suppressions {
        redactor.scrub(&mut one.path);
        redactor.scrub(&mut one.marker);
    }
    for skipped in &mut report.coverage.skipped {
        redactor.scrub(&mut skipped.what);
        redactor.scrub(&mut skipped.why);
    }
    report.coverage.notes.iter_mut().for_each(|text| redactor.scrub(text));
    report.coverage.targets.iter_mut().for_each(|text| redactor.scrub(text));
    for repository in &mut report.repositories {
        redactor.scrub(&mut repository.root);
        let texts = [&mut repository.remote, &mut repository.branch].into_iter().flatten();
        texts.for_each(|text| redactor.scrub(text));
    }
}
