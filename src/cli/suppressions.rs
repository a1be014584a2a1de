//! `snout suppressions`: list what somebody silenced, accept it into the ledger, prune what is stale.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use snout::report::{Listed, ReviewList};
use snout::review::{Entry, LEDGER, Ledger, Policy, same_person};
use snout::{Format, Report, Severity, Target};

use super::args::{Accept, Basis, Prune, Suppressions, SuppressionsCommand};
use super::scan::{ends, key, plan_for, read};
use super::{Exit, event, output};

/// Fewest digits that name a fingerprint.
const FEWEST: usize = 6;

pub(super) fn run(args: Suppressions) -> Result<Exit> {
    match args.command {
        Some(SuppressionsCommand::Accept(accept)) => self::accept(accept),
        Some(SuppressionsCommand::Prune(prune)) => self::prune(&prune),
        None => list(&args),
    }
}

/// Reads what suppressions there are.
struct Look {
    review: ReviewList,
    report: Report,
    policy: Policy,
    today: jiff::civil::Date,
}

impl Look {
    fn at(path: &Path, range: Option<&str>, history: bool, basis: &Basis) -> Result<Option<Self>> {
        let target = match range {
            // Where a CI service names no range, the files are listed: history is no news.
            Some("auto") => match event::target(path.into(), &|name| std::env::var(name).ok())? {
                Target::Path { path, .. } => Target::Path { path, worktree: true, history },
                target => target,
            },
            Some(range) => {
                let (from, to) = ends(range)?;
                Target::Range { path: path.into(), from, to }
            }
            None => Target::Path { path: path.into(), worktree: true, history },
        };
        let plan = plan_for(vec![target], basis, key()?)?;
        let Some(report) = read(&plan, false)? else { return Ok(None) };
        let (policy, today) = (plan.review.terms.policy, plan.review.today);
        let review = ReviewList::of(report.clone(), today, range.map(str::to_owned));
        Ok(Some(Look { review, report, policy, today }))
    }
}

fn list(args: &Suppressions) -> Result<Exit> {
    let Some(look) = Look::at(&args.path, args.range.as_deref(), args.history, &args.basis)? else {
        return Ok(Exit::Interrupted);
    };
    let review = &look.review;
    output::write_list(args.output.as_deref(), |style, out| review.write(args.format, style, out))?;
    if args.format != Format::Text || args.output.is_some() {
        writeln!(std::io::stderr(), "snout: {}", review.summary()).ok();
    }
    Ok(if review.blocking > 0 && (args.range.is_some() || args.check) {
        Exit::Findings
    } else if review.coverage.incomplete && !args.allow_incomplete {
        Exit::Incomplete
    } else {
        Exit::Clean
    })
}

/// A value that may be accepted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    rule: String,
    fingerprint: String,
    path: Option<String>,
    line: u32,
    /// Who wrote what silences it.
    author: Option<String>,
    parts: Vec<String>,
    accepted: bool,
}

impl Candidate {
    fn is(&self, what: &str) -> bool {
        let digits = what.len() >= FEWEST && what.bytes().all(|byte| byte.is_ascii_hexdigit());
        if digits && self.fingerprint.starts_with(&what.to_ascii_lowercase()) {
            return true;
        }
        let what = what.strip_prefix("./").unwrap_or(what);
        let Some(path) = self.path.as_deref() else { return false };
        let line = what.strip_prefix(path).and_then(|rest| rest.strip_prefix(':'));
        what == path || line.is_some_and(|line| line.parse() == Ok(self.line))
    }
}

/// What is silenced, then what is open: a ledger entry may stand where no comment can.
fn candidates(look: &Look) -> (Vec<Candidate>, Vec<Candidate>) {
    let mut known: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in look.report.findings.iter().chain(&look.report.suppressed) {
        let names = finding.parts.iter().map(|part| part.name.clone());
        known.entry(&finding.fingerprint).or_default().extend(names);
    }
    let parts = |fingerprint: &str| known.get(fingerprint).cloned().unwrap_or_default();
    let listed = look.review.suppressions.iter().filter(|one| one.severity > Severity::Note);
    let silenced = listed.map(|one: &Listed| Candidate {
        rule: one.rule.clone(),
        fingerprint: one.fingerprint.clone(),
        path: one.path.clone(),
        line: one.start_line,
        author: one.suppression.author.clone(),
        parts: parts(&one.fingerprint),
        accepted: one.suppression.is_reviewed(),
    });
    let open = look.report.findings.iter().filter(|finding| finding.severity > Severity::Note);
    let open = open.flat_map(|finding| {
        finding.occurrences.iter().map(move |place| Candidate {
            rule: finding.rule.clone(),
            fingerprint: finding.fingerprint.clone(),
            path: place.path.clone(),
            line: place.region.start_line,
            author: place.author.clone(),
            parts: finding.parts.iter().map(|part| part.name.clone()).collect(),
            accepted: false,
        })
    });
    (silenced.collect(), open.collect())
}

fn accept(args: Accept) -> Result<Exit> {
    // The whole tree is looked at, wherever below its root the user stands.
    let root = root(&args.checkout.repository)?;
    let Some(look) = Look::at(&root, args.range.as_deref(), args.history, &args.checkout.basis)? else {
        return Ok(Exit::Interrupted);
    };
    let chosen = choose(&args, &look)?;
    let reviewer = reviewer(args.reviewer.as_deref(), &args.checkout.repository)?;
    for one in &chosen {
        if look.policy.never.iter().any(|kind| kind.holds(&one.rule, one.parts.iter().map(String::as_str))) {
            bail!(
                "cannot accept {} ({}): the policy lets nobody silence this kind of finding; rotate it and take it out",
                spot(one),
                one.rule
            );
        }
    }
    let day = |text: &String| {
        text.parse().with_context(|| format!("cannot use --expires '{text}': write a day as 2030-01-31"))
    };
    let expires = args.expires.as_ref().map(day).transpose()?;
    let reason = reason(args.reason.as_deref(), &chosen)?;
    let key = key()?;
    let mut ledger = read_ledger(&root, &key)?;
    let values: BTreeSet<(&str, &str)> =
        chosen.iter().map(|one| (one.rule.as_str(), one.fingerprint.as_str())).collect();
    for (rule, fingerprint) in &values {
        ledger.insert(Entry {
            rule: (*rule).to_owned(),
            fingerprint: (*fingerprint).to_owned(),
            scope: args.scope.clone(),
            reason: reason.clone(),
            reviewer: reviewer.clone(),
            date: look.today,
            expires,
            line: 0,
        });
    }
    let text = ledger.to_text();
    Ledger::parse(LEDGER, &text, &key)?;
    output::replace(&root.join(LEDGER), text.as_bytes())?;
    let mut err = std::io::stderr().lock();
    writeln!(err, "snout: accepted {} in '{LEDGER}'; commit it", output::counted(values.len(), "value")).ok();
    let own = chosen.iter().any(|one| one.author.as_deref().is_some_and(|author| same_person(author, &reviewer)));
    if own && look.policy.four_eyes {
        writeln!(err, "snout: you wrote the line yourself: the review of a range asks for a commit by somebody else")
            .ok();
    }
    Ok(Exit::Clean)
}

fn choose(args: &Accept, look: &Look) -> Result<Vec<Candidate>> {
    let (silenced, open) = candidates(look);
    let mut chosen: Vec<Candidate> = Vec::new();
    if args.all {
        chosen.extend(silenced.into_iter().filter(|one| !one.accepted));
        if chosen.is_empty() {
            bail!("nothing is there to accept: every suppression listed is accepted already");
        }
    } else {
        for what in &args.what {
            let mine = |all: &[Candidate]| all.iter().filter(|one| one.is(what)).cloned().collect::<Vec<_>>();
            let mut found = mine(&silenced);
            if found.is_empty() {
                found = mine(&open);
            }
            if found.is_empty() {
                bail!("no suppression and no finding is '{what}'; 'snout suppressions' lists fingerprints and places");
            }
            chosen.append(&mut found);
        }
    }
    chosen.sort();
    chosen.dedup();
    Ok(chosen)
}

fn spot(one: &Candidate) -> String {
    match &one.path {
        Some(path) => format!("{}:{}", output::escape(path), one.line),
        None => one.fingerprint.get(..12).unwrap_or(&one.fingerprint).to_owned(),
    }
}

/// The reason: of the flag, else of somebody at the terminal.
fn reason(given: Option<&str>, chosen: &[Candidate]) -> Result<String> {
    if let Some(given) = given.map(str::trim) {
        if given.is_empty() {
            bail!("the reason is empty: say why it is no leak");
        }
        return Ok(given.to_owned());
    }
    if !std::io::stdin().is_terminal() {
        bail!("give a reason: --reason 'why it is no leak'");
    }
    let mut err = std::io::stderr().lock();
    for one in chosen {
        writeln!(err, "{}: {}", spot(one), one.rule)?;
    }
    write!(err, "Why is it no leak? ")?;
    err.flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("cannot read the reason")?;
    if line.trim().is_empty() {
        bail!("no reason was given; nothing was accepted");
    }
    Ok(line.trim().to_owned())
}

/// Who looked at it: the flag's name, else git's user.
pub(super) fn reviewer(given: Option<&str>, repository: &Path) -> Result<String> {
    if let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) {
        return Ok(given.to_owned());
    }
    snout::user_of(repository).context("git has no user.name and user.email here; give --reviewer 'Name <address>'")
}

/// The folder that holds a repository's ledger: its root, or the folder itself where there is no repository.
pub(super) fn root(path: &Path) -> Result<PathBuf> {
    let real = path.canonicalize().with_context(|| format!("cannot open '{}'", path.display()))?;
    Ok(snout::checkout_of(&real).unwrap_or(real))
}

/// The ledger below a folder; an empty one where there is none.
pub(super) fn read_ledger(root: &Path, key: &[u8]) -> Result<Ledger> {
    let path = root.join(LEDGER);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Ledger::parse(LEDGER, &text, key)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Ledger::new(key)),
        Err(error) => Err(error).with_context(|| format!("cannot read the ledger '{}'", path.display())),
    }
}

fn prune(args: &Prune) -> Result<Exit> {
    let root = root(&args.checkout.repository)?;
    let key = key()?;
    let mut ledger = read_ledger(&root, &key)?;
    let Some(look) = Look::at(&root, None, args.history, &args.checkout.basis)? else { return Ok(Exit::Interrupted) };
    if look.review.coverage.incomplete {
        let why = look.review.coverage.skipped.first();
        let why = why.map_or(String::new(), |one| format!(": {}: {}", one.what, one.why));
        bail!("cannot tell what is stale, because not everything could be read{why}");
    }
    if look.review.coverage.excluded > 0 {
        bail!("cannot tell what is stale, because the settings leave files out; give --config a file that does not");
    }
    let mut stale: BTreeSet<u32> =
        look.review.unused.iter().filter(|one| one.marker == "ledger").map(|one| one.line).collect();
    if let Some(range) = &args.range {
        let Some(look) = Look::at(&root, Some(range), false, &args.checkout.basis)? else {
            return Ok(Exit::Interrupted);
        };
        let needed = look.review.suppressions.iter().filter_map(|one| one.suppression.entry.as_ref());
        for entry in needed {
            let same = |one: &&Entry| {
                one.scope == entry.scope && one.reason == entry.reason && one.date.to_string() == entry.date
            };
            stale.retain(|line| !ledger.entries.iter().filter(same).any(|one| one.line == *line as usize));
        }
    }
    let gone = |entry: &Entry| stale.iter().any(|line| *line as usize == entry.line);
    let mut err = std::io::stderr().lock();
    for entry in ledger.entries.iter().filter(|entry| gone(entry)) {
        let digits = entry.fingerprint.get(..12).unwrap_or(&entry.fingerprint);
        let line = format!("{} {digits} ({})", entry.rule, entry.reason);
        writeln!(err, "snout: stale: {}", output::escape(&line)).ok();
    }
    let all = ledger.entries.len();
    ledger.entries.retain(|entry| !gone(entry));
    let verb = if args.dry_run { "would drop" } else { "dropped" };
    if !args.dry_run && ledger.entries.len() < all {
        output::replace(&root.join(LEDGER), ledger.to_text().as_bytes())?;
    }
    writeln!(err, "snout: {verb} {} of {all} in '{LEDGER}'", all - ledger.entries.len()).ok();
    Ok(Exit::Clean)
}
