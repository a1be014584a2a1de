//! `snout import`: what other scanners were told to leave alone, as entries of the ledger or a baseline.

use std::io::Write;

use anyhow::{Context, Result};
use snout::review::{Baseline, Entry, Known, LEDGER, foreign};
use snout::{Plan, Severity, Target};

use super::args::Import;
use super::scan::{key, plan_for, read};
use super::suppressions::{read_ledger, reviewer, root};
use super::{Exit, baseline, output};

/// Entries of a file that are named where they cover nothing.
const SHOWN: usize = 10;

pub(super) fn run(args: Import) -> Result<Exit> {
    let mut allowed = Vec::new();
    let mut lost = Vec::new();
    let mut files = Vec::new();
    for file in &args.files {
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read '{shown}'"))?;
        let mut said = foreign::read(&shown, &text)?;
        let first = allowed.len();
        allowed.append(&mut said.allowed);
        lost.append(&mut said.lost);
        files.push((shown, first..allowed.len()));
    }
    let root = root(&args.checkout.repository)?;
    let key = key()?;
    let reviewer = if args.baseline.is_none() {
        reviewer(args.reviewer.as_deref(), &args.checkout.repository)?
    } else {
        String::new()
    };
    let target = Target::Path { path: root.clone(), worktree: true, history: !args.no_history };
    // What others wrote down is held against the secrets; only their fingerprints are kept.
    let plan = Plan { reveal: true, ..plan_for(vec![target], &args.checkout.basis, key.clone())? };
    let Some(report) = read(&plan, false)? else { return Ok(Exit::Interrupted) };
    let mut ledger = read_ledger(&root, &key)?;
    let mut known = Baseline::default();
    let mut used = vec![false; allowed.len()];
    let mut values = std::collections::BTreeSet::new();
    for finding in report.findings.iter().filter(|finding| finding.severity > Severity::Note) {
        let parts = || finding.parts.iter().map(|part| part.name.as_str());
        let protected = plan.review.terms.policy.never.iter().any(|kind| kind.holds(&finding.rule, parts()));
        for place in &finding.occurrences {
            let Some(at) = allowed.iter().position(|one| one.covers(finding, place)) else { continue };
            used[at] = true;
            if protected && args.baseline.is_none() {
                lost.push(format!(
                    "{}: covers a finding of {}, which nobody may silence",
                    allowed[at].origin, finding.rule
                ));
                continue;
            }
            values.insert(finding.fingerprint.clone());
            known.findings.insert(Known { rule: finding.rule.clone(), fingerprint: finding.fingerprint.clone() });
            let said = allowed[at].reason.as_deref().map_or(String::new(), |said| format!(": {said}"));
            ledger.insert(Entry {
                rule: finding.rule.clone(),
                fingerprint: finding.fingerprint.clone(),
                scope: place.path.as_deref().map(globset::escape),
                reason: format!("imported from {}{said}", allowed[at].origin),
                reviewer: reviewer.clone(),
                date: plan.review.today,
                expires: None,
                line: 0,
            });
        }
    }
    lost.sort();
    lost.dedup();
    for (file, range) in files {
        let (all, idle): (usize, Vec<&str>) =
            (range.len(), range.filter(|at| !used[*at]).map(|at| allowed[at].place()).collect());
        if !idle.is_empty() {
            let more = if idle.len() > SHOWN { ", …" } else { "" };
            let which = idle[..idle.len().min(SHOWN)].join("; ");
            lost.push(format!(
                "{file}: {} of {all} entries cover nothing that is found here: {which}{more}",
                idle.len()
            ));
        }
    }
    let mut err = std::io::stderr().lock();
    for line in &lost {
        writeln!(err, "snout: not carried over: {}", output::escape(line)).ok();
    }
    let values = output::counted(values.len(), "value");
    let file = args.baseline.as_ref().map_or(LEDGER.to_owned(), |file| file.display().to_string());
    if args.dry_run {
        writeln!(err, "snout: would carry {values} over into '{file}'").ok();
        return Ok(Exit::Clean);
    }
    match &args.baseline {
        Some(file) => baseline::save(file, &known)?,
        None => output::replace(&root.join(LEDGER), ledger.to_text().as_bytes())?,
    }
    let more = "values that come later are told: patterns cover only what stands here today";
    writeln!(err, "snout: carried {values} over into '{file}'; {more}").ok();
    Ok(Exit::Clean)
}
