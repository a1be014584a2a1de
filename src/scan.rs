//! One scan from plan to report: read, group, say what was covered.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use git2::Repository;

use crate::plan::{Plan, Progress, ScanError, Target};
use crate::report::{Canary, Coverage, Redactor, Report, SourceKind, Tool, UnusedSuppression};
use crate::rule::{Rule, fill_example};
use crate::secret::Secret;
use crate::source::repo::{Git, Tips, display, open_for_hook, relative};
use crate::source::{Desk, diff, history, merge, note_inside, skip, worktree};
use crate::triage::attribute::{Origin, attribute, sign};
use crate::triage::group::{Grouping, Place, Placed};
use crate::triage::sight::{sight, sight_file};

/// Files in which the writer of a suppression is looked for; each costs a walk through the file's history.
const BLAMED: usize = 50;

/// Runs a scan.
///
/// # Errors
/// What was asked for cannot be done at all, or the user interrupted. What could merely not be read is in the report's
/// coverage.
pub fn scan(plan: &Plan, progress: &dyn Progress) -> Result<Report, ScanError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(plan.threads).build()?;
    pool.install(|| Run::new(plan, progress).run())
}

struct Run<'a> {
    desk: Desk<'a>,
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
            placed: Vec::new(),
            unused: Vec::new(),
            coverage: Coverage::default(),
            repositories: Vec::new(),
        }
    }

    fn run(mut self) -> Result<Report, ScanError> {
        self.coverage.canary = canary(self.desk.plan);
        if !self.coverage.canary.failed.is_empty() {
            let failed = self.coverage.canary.failed.join(", ");
            skip(
                &mut self.coverage,
                format!("rules {failed}"),
                "do not find their own examples: the rules in force silence them",
            );
        }
        let mut sites: Vec<Site> = Vec::new();
        for target in &self.desk.plan.targets {
            match target {
                Target::Path { path, worktree, history } => add_site(&mut sites, path, *worktree, *history)?,
                Target::Staged { path } => self.staged(path)?,
                Target::Range { path, from, to } => self.range(path, from.as_deref(), to)?,
                Target::Stdin(content) => self.stdin(content),
            }
        }
        let several = sites.len() > 1;
        for site in sites {
            self.site(site, several)?;
        }
        if self.desk.progress.interrupted() {
            return Err(ScanError::Interrupted);
        }
        Ok(self.report())
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
        self.placed.extend(
            seen.sightings
                .into_iter()
                .filter(|one| one.stands_at(&plan.rules, None))
                .map(|sighting| Placed { sighting, place: place.clone() }),
        );
    }

    fn staged(&mut self, path: &Path) -> Result<(), ScanError> {
        let repo = open_for_hook(path, "what is staged")?;
        let scope = scope_of(&repo, path);
        self.coverage.targets.push(format!("what is staged in '{}'", display(path)));
        let changes = diff::staged(&self.desk, path, &scope, &repo)?;
        self.describe(&repo, path);
        self.take(changes);
        Ok(())
    }

    fn range(&mut self, path: &Path, from: Option<&str>, to: &str) -> Result<(), ScanError> {
        let repo = open_for_hook(path, "a range of commits")?;
        let scope = scope_of(&repo, path);
        let shown = from.map_or_else(|| to.to_owned(), |from| format!("{from}..{to}"));
        self.coverage.targets.push(format!("what '{shown}' adds in '{}'", display(path)));
        let changes = diff::range(&self.desk, path, &scope, &repo, from, to)?;
        self.describe(&repo, path);
        self.take(changes);
        Ok(())
    }

    fn describe(&mut self, repo: &Repository, path: &Path) {
        let root = repo.workdir().unwrap_or(repo.path()).to_path_buf();
        if let Ok(Some(git)) = Git::discover(&root) {
            self.repositories.push(git.describe(&Tips::of(&git), &display(path)));
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
                blame(repo, &mut placed);
            }
            self.repositories.push(git.describe(&tips, &site.label));
        }
        if coverage.files + coverage.blobs + coverage.commits == 0 && !coverage.incomplete {
            let why =
                if coverage.excluded > 0 { "everything in it was excluded" } else { "there is nothing in it to read" };
            skip(&mut coverage, format!("'{}'", site.label), why);
        }
        if several && site.label != "." {
            let prefix = |path: &mut String| *path = format!("{}/{path}", site.label.trim_end_matches('/'));
            placed.iter_mut().filter_map(|one| one.place.path.as_mut()).for_each(prefix);
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
fn date(one: &mut Placed, firsts: &std::collections::HashMap<(String, usize, Secret, bool), Origin>) {
    let Some(path) = &one.place.path else { return };
    let silenced = one.sighting.suppression.is_some();
    let key = |silenced| (path.clone(), one.sighting.rule, one.sighting.secret.clone(), silenced);
    if let Some(origin) = firsts.get(&key(silenced)).or_else(|| firsts.get(&key(!silenced))).cloned() {
        one.place.commit = Some(origin.commit);
        one.place.author = Some(origin.author);
        one.place.date = Some(origin.date);
    }
}

/// Says of suppressions in the working tree who wrote their line.
fn blame(repo: &Repository, placed: &mut [Placed]) {
    let mut files: BTreeMap<String, Vec<&mut Placed>> = BTreeMap::new();
    let silenced = placed.iter_mut().filter(|one| {
        one.place.source == SourceKind::Worktree && one.sighting.member.is_none() && one.sighting.suppression.is_some()
    });
    for one in silenced {
        if let Some(path) = one.place.path.clone() {
            files.entry(path).or_default().push(one);
        }
    }
    for (path, ones) in files.into_iter().take(BLAMED) {
        let Ok(history) = repo.blame_file(Path::new(&path), None) else { continue };
        let content = repo.workdir().and_then(|root| std::fs::read(root.join(&path)).ok()).unwrap_or_default();
        let Ok(blame) = history.blame_buffer(&content) else { continue };
        for one in ones {
            let Some(suppression) = &mut one.sighting.suppression else { continue };
            let Some(hunk) = blame.get_line(suppression.line as usize) else { continue };
            let (commit, Some(who)) = (hunk.final_commit_id(), hunk.final_signature()) else { continue };
            if !commit.is_zero() {
                let author = format!(
                    "{} <{}>",
                    String::from_utf8_lossy(who.name_bytes()),
                    String::from_utf8_lossy(who.email_bytes())
                );
                let date = history::rfc3339((who.when().seconds(), who.when().offset_minutes()));
                sign(suppression, &Origin { commit: commit.to_string(), author, date });
            }
        }
    }
}

/// Sends a synthetic secret of each rule through the pipeline. A hook with the embedded rules alone, which nothing can
/// silence, sends one of a few rules: compiling all patterns would take longer than its scan.
fn canary(plan: &Plan) -> Canary {
    use rayon::prelude::*;
    const FEW: usize = 4;
    let hook = plan.targets.iter().all(|target| matches!(target, Target::Staged { .. } | Target::Stdin(_)));
    let all = plan.rules.rules();
    let tried = if hook && !plan.rules.is_customised() { &all[..FEW.min(all.len())] } else { all };
    let finds = |(index, rule): (usize, &Rule)| {
        // One example in a thousand may fall under an entropy floor: three tries tell a silenced rule from bad luck.
        (0..3).any(|seed| {
            let text = rule.prose().matches.first().and_then(|example| fill_example(example, seed).ok());
            let seen = text.map(|text| sight(&plan.rules, text.as_bytes(), false).sightings).unwrap_or_default();
            seen.iter().any(|one| one.rule == index && one.needs_path.is_none())
        })
    };
    let silenced = tried.par_iter().enumerate().filter(|one| !finds(*one));
    let failed: Vec<String> = silenced.map(|(_, rule)| rule.spec.id.clone()).collect();
    Canary { passed: tried.len() - failed.len(), failed }
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
                redactor.scrub(&mut suppression.text);
                suppression.author.iter_mut().for_each(|text| redactor.scrub(text));
            }
        }
    }
    report.unused_suppressions.iter_mut().for_each(|one| redactor.scrub(&mut one.path));
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
