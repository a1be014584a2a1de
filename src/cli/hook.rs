//! `snout hook`: what git hooks run. Each reads exactly what is about to happen, from what git tells it.

use std::collections::{BTreeMap, HashSet};
use std::io::{Read, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use git2::Repository;
use snout::{Finding, Report, Target};

use super::Exit;
use super::args::{Hook, HookCommand, HookScan, Input, Scan};
use super::install;
use super::scan::Job;

/// The repository that the hook is for, at its root wherever below it the hook was started: what is staged or pushed is
/// all looked at.
fn here() -> PathBuf {
    let here = PathBuf::from(".");
    let root = Repository::open_from_env().ok().and_then(|repo| repo.workdir()?.canonicalize().ok());
    root.filter(|root| here.canonicalize().is_ok_and(|at| at != *root)).unwrap_or(here)
}

pub(super) fn run(hook: Hook) -> Result<Exit> {
    match hook.command {
        HookCommand::PreCommit(scan) => pre_commit(*scan),
        HookCommand::PrePush { remote, url: _, scan } => {
            let updates = updates(&read_stdin()?)?;
            pre_push(*scan, remote.as_deref(), &updates)
        }
        HookCommand::PreReceive(scan) => pre_receive(*scan),
        HookCommand::Install { pre_push, uninstall } => {
            let kind = if pre_push { install::Kind::PrePush } else { install::Kind::PreCommit };
            if uninstall { install::uninstall(kind) } else { install::install(kind) }
        }
    }
}

fn job(scan: HookScan, targets: Vec<Target>) -> Result<Job> {
    let HookScan { look, output, gate } = scan;
    Job::new(Scan { input: Input::default(), look, output, gate }, targets)
}

fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn pre_commit(scan: HookScan) -> Result<Exit> {
    let (from, to) = (set("PRE_COMMIT_FROM_REF"), set("PRE_COMMIT_TO_REF"));
    if let Some(remote) = set("PRE_COMMIT_REMOTE_NAME") {
        // At pre-push. The framework leaves the ends out where a whole history goes.
        let local = to.or_else(|| set("PRE_COMMIT_LOCAL_BRANCH")).unwrap_or_else(|| "HEAD".to_owned());
        return pre_push(scan, Some(&remote), &[Update { local, remote: from }]);
    }
    let path = here();
    if let (Some(from), Some(to)) = (from, to) {
        let job = job(scan, vec![Target::Range { path, from: Some(from), to }])?;
        let Some(report) = job.read()? else { return Ok(Exit::Interrupted) };
        return job.finish(&report);
    }
    let mut job = job(scan, vec![Target::Staged { path: path.clone() }])?;
    let Some(mut report) = job.read()? else { return Ok(Exit::Interrupted) };
    // 'pre-commit run --all-files' stages nothing, and must not pass for having read nothing.
    let by_hand = set("PRE_COMMIT").is_some() && set("GIT_INDEX_FILE").is_none();
    if by_hand && report.coverage.blobs == 0 && !report.coverage.incomplete {
        job.turn_to(Target::Path { path, worktree: true, history: false });
        let Some(files) = job.read()? else { return Ok(Exit::Interrupted) };
        report = files;
    }
    let exit = job.finish(&report)?;
    if exit == Exit::Findings && !job.is_quiet() {
        let advice = "nothing was committed. Take the secret out and stage again. If it never left this machine it \
                      needs no rotation; if it did, replace it where it was issued.";
        writeln!(std::io::stderr(), "snout: {advice}").ok();
    }
    Ok(exit)
}

/// A ref that is about to move on a remote.
#[derive(Debug, PartialEq, Eq)]
struct Update {
    /// What it is to name: an id or a revision.
    local: String,
    /// What it names there now.
    remote: Option<String>,
}

fn read_stdin() -> Result<String> {
    let mut text = Vec::new();
    std::io::stdin().lock().read_to_end(&mut text).context("cannot read what git tells the hook")?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_zero(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

/// Reads lines of `<local ref> <local id> <remote ref> <remote id>`. Deletions send nothing.
fn updates(text: &str) -> Result<Vec<Update>> {
    let mut out = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        // A ref may be named by a revision with spaces in it, as HEAD@{1 day ago}.
        let mut words = line.rsplitn(4, ' ');
        let (there, _, here) = (words.next(), words.next(), words.next());
        match (here, there) {
            (Some(here), Some(there)) if is_id(here) && is_id(there) => {
                if !is_zero(here) {
                    let remote = (!is_zero(there)).then(|| there.to_owned());
                    out.push(Update { local: here.to_owned(), remote });
                }
            }
            _ => bail!(
                "cannot read '{}' as what git tells a pre-push hook: '<local ref> <local id> <remote ref> <remote id>'",
                line.escape_debug()
            ),
        }
    }
    Ok(out)
}

/// Reads lines of `<old id> <new id> <ref>`.
fn received(text: &str) -> Result<Vec<String>> {
    let mut out = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let mut words = line.splitn(3, ' ');
        match (words.next(), words.next(), words.next()) {
            (Some(old), Some(new), Some(_)) if is_id(old) && is_id(new) => {
                if !is_zero(new) {
                    out.push(new.to_owned());
                }
            }
            _ => bail!(
                "cannot read '{}' as what git tells a pre-receive hook: '<old id> <new id> <ref>'",
                line.escape_debug()
            ),
        }
    }
    Ok(out)
}

fn pre_receive(scan: HookScan) -> Result<Exit> {
    let tips = received(&read_stdin()?)?;
    if tips.is_empty() {
        return Ok(Exit::Clean);
    }
    let job = job(scan, vec![Target::New { path: here(), tips, known: vec!["refs/*".into()] }])?;
    let Some(report) = job.read()? else { return Ok(Exit::Interrupted) };
    let exit = job.finish(&report)?;
    if exit == Exit::Findings && !job.is_quiet() {
        let advice = "the push was refused. The secrets have reached this server's disk and logs may name them: \
                      take them out of the commits, and replace them where they were issued if others read this server.";
        writeln!(std::io::stderr(), "snout: {advice}").ok();
    }
    Ok(exit)
}

fn pre_push(scan: HookScan, remote: Option<&str>, updates: &[Update]) -> Result<Exit> {
    if updates.is_empty() {
        return Ok(Exit::Clean);
    }
    let mut there: Vec<String> = updates.iter().filter_map(|update| update.remote.clone()).collect();
    let tracked = remote.map(tracked).unwrap_or_default();
    // Each ref is held against what the remote has of it; those that are new there against its default branch.
    let mut by_base: BTreeMap<Option<&String>, Vec<String>> = BTreeMap::new();
    for update in updates {
        by_base.entry(update.remote.as_ref()).or_default().push(update.local.clone());
    }
    let new = |(base, tips): (Option<&String>, Vec<String>)| {
        let known = base.into_iter().chain(&tracked).cloned().collect();
        Target::New { path: here(), tips, known }
    };
    let mut job = job(scan, by_base.into_iter().rev().map(new).collect())?;
    let Some(report) = job.read()? else { return Ok(Exit::Interrupted) };
    let exit = job.finish(&report)?;
    if exit == Exit::Findings && !job.is_quiet() {
        there.push("refs/remotes/*".into());
        job.turn_to(Target::Reached { path: here(), tips: there });
        let Some(elsewhere) = job.read()? else { return Ok(Exit::Interrupted) };
        tell(&job.blocking(&report), &elsewhere, &mut std::io::stderr()).ok();
    }
    Ok(exit)
}

/// Globs of the refs that say what a remote has.
fn tracked(remote: &str) -> Vec<String> {
    let Ok(repo) = Repository::open_from_env() else { return Vec::new() };
    // A push to a URL names no remote, and nothing is known of what is there.
    let Ok(remote) = repo.find_remote(remote) else { return Vec::new() };
    let destinations = remote.refspecs().filter(|spec| spec.direction() == git2::Direction::Fetch);
    destinations.filter_map(|spec| spec.dst().ok().map(str::to_owned)).filter(|dst| dst.starts_with("refs/")).collect()
}

/// Says of each secret that would leave whether it is elsewhere already, and so what to do.
fn tell(blocking: &[&Finding], elsewhere: &Report, out: &mut dyn Write) -> std::io::Result<()> {
    let mut known: BTreeMap<&str, &snout::Occurrence> = BTreeMap::new();
    for finding in elsewhere.findings.iter().chain(&elsewhere.suppressed) {
        if let Some(first) = finding.occurrences.iter().find(|place| place.commit.is_some()) {
            known.insert(&finding.fingerprint, first);
        }
    }
    let (mut local, mut leaked) = (0, 0);
    writeln!(out, "snout: nothing was pushed:")?;
    for finding in blocking {
        let commits: HashSet<&str> = finding.occurrences.iter().filter_map(|place| place.commit.as_deref()).collect();
        let first = finding.occurrences.iter().find_map(|place| place.commit.as_deref()).unwrap_or("a tag");
        let more = if commits.len() > 1 { format!(" and {} more", commits.len() - 1) } else { String::new() };
        let short = |id: &str| id.get(..10).unwrap_or(id).to_owned();
        match known.get(finding.fingerprint.as_str()) {
            Some(place) => {
                leaked += 1;
                let (commit, date) = (place.commit.as_deref().unwrap_or_default(), place.date.as_deref());
                let day = date.and_then(|date| date.get(..10)).unwrap_or("an unknown day");
                writeln!(
                    out,
                    "  {} in {}{more}: already on a remote, in {} of {day}: rotate it",
                    finding.rule,
                    short(first),
                    short(commit)
                )?;
            }
            None => {
                local += 1;
                writeln!(
                    out,
                    "  {} in {}{more}: not pushed yet: amend or rebase, no rotation needed",
                    finding.rule,
                    short(first)
                )?;
            }
        }
    }
    if local > 0 {
        writeln!(
            out,
            "snout: take {local} out of every commit that would leave: 'git commit --amend' for the last one, 'git rebase -i' \
             for others. A commit on top leaves them in history."
        )?;
    }
    if leaked > 0 {
        writeln!(out, "snout: replace {leaked} where they were issued: whoever reads the remote has them.")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_push_are_read_and_deletions_left_out() {
        let (a, b, none) = ("a".repeat(40), "b".repeat(40), "0".repeat(40));
        let text = format!(
            "refs/heads/x {a} refs/heads/x {b}\nHEAD@{{1 day ago}} {b} refs/heads/y {none}\n(delete) {none} refs/heads/z {a}\n"
        );
        let expected =
            [Update { local: a.clone(), remote: Some(b.clone()) }, Update { local: b.clone(), remote: None }];
        assert_eq!(updates(&text).ok().as_deref(), Some(&expected[..]));
        assert!(updates("what").is_err() && updates("refs/heads/x HEAD refs/heads/x HEAD").is_err());
    }

    #[test]
    fn lines_of_a_server_are_read_and_deletions_left_out() {
        let (a, none) = ("a".repeat(40), "0".repeat(40));
        let text = format!("{none} {a} refs/heads/x\n{a} {none} refs/heads/y z\n");
        assert_eq!(received(&text).ok(), Some(vec![a]));
        assert!(received("x y z").is_err());
    }
}
