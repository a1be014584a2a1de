//! `snout scan`: from flags to a plan, from a report to files and an exit code.

use std::io::{IsTerminal, Read, Write};
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use snout::review::Review;
use snout::{ArchiveLimits, Finding, Format, Plan, Report, RuleSet, ScanError, Severity, Style, Target};

use super::Exit;
use super::args::{Basis, FailOn, Scan};
use super::config::{self, Settings};
use super::event;
use super::output::{self, Destination};
use super::progress::Bar;

/// Key of fingerprints where the user gives none: the same everywhere, so that reports can be compared.
const PUBLIC_KEY: &[u8] = b"snout fingerprint 1";

pub(super) fn run(args: Scan) -> Result<Exit> {
    let targets = targets(&args)?;
    let job = Job::new(args, targets)?;
    let Some(report) = job.read()? else { return Ok(Exit::Interrupted) };
    job.finish(&report)
}

/// A scan from flags to an exit code, in two steps, so that a hook can look at the report between them.
pub(super) struct Job {
    args: Scan,
    /// Never dropped: the process ends with it, and to free all rules would take a hook as long as to read them.
    plan: ManuallyDrop<Plan>,
    destinations: Vec<(Format, Destination)>,
    floor: Option<Severity>,
    started: Instant,
}

impl Job {
    pub(super) fn new(args: Scan, targets: Vec<Target>) -> Result<Self> {
        let started = Instant::now();
        let destinations = destinations(&args)?;
        let (key, look, input) = (key()?, &args.look, &args.input);
        let settings = Settings::find(look.basis.config.as_deref(), &targets, look.baseline.as_deref(), &key)?;
        let floor = match args.gate.fail_on.or(settings.config.fail_on).unwrap_or(FailOn::Medium) {
            FailOn::Critical => Some(Severity::Critical),
            FailOn::High => Some(Severity::High),
            FailOn::Medium => Some(Severity::Medium),
            FailOn::Low => Some(Severity::Low),
            FailOn::None => None,
        };
        let formats = || destinations.iter().map(|(format, _)| *format);
        let (limit, line_hashes) = (input.max_file_size, formats().any(Format::has_line_hashes));
        let usual = plan(targets, &look.basis, key, settings, &input.exclude)?;
        let plan = Plan {
            threads: input.threads.unwrap_or(0),
            archives: archives(&args),
            max_file_size: limit.or(usual.max_file_size),
            no_ignore: input.no_ignore,
            reveal: args.output.reveal,
            include_suppressed: look.include_suppressed,
            line_hashes,
            whole: input.whole,
            ..usual
        };
        Ok(Job { args, plan: ManuallyDrop::new(plan), destinations, floor, started })
    }

    /// Whether nothing but the report is to be said.
    pub(super) fn is_quiet(&self) -> bool {
        self.args.output.quiet
    }

    /// Turns to something else in the same repository, with the same settings.
    pub(super) fn turn_to(&mut self, target: Target) {
        self.plan.targets = vec![target];
    }

    /// Scans. Nothing comes back if the user interrupted.
    pub(super) fn read(&self) -> Result<Option<Report>> {
        read(&self.plan, self.is_quiet())
    }

    /// Writes the reports and judges.
    pub(super) fn finish(&self, report: &Report) -> Result<Exit> {
        let pinned = pinned()?;
        let style = Style {
            verbose: self.args.output.verbose,
            seconds: pinned.is_none().then(|| self.started.elapsed().as_secs_f64()),
            finished: Some(pinned.unwrap_or_else(|| jiff::Timestamp::now().as_second())),
            floor: self.floor,
            ..Style::default()
        };
        output::write(report, &self.destinations, style)?;
        if !self.is_quiet() && !output::tells_people(&self.destinations) {
            output::summary(report, self.floor, &mut std::io::stderr()).ok();
        }
        Ok(self.verdict(report))
    }

    /// The findings that fail.
    pub(super) fn blocking<'r>(&self, report: &'r Report) -> Vec<&'r Finding> {
        let blocks = |finding: &&Finding| self.floor.is_some_and(|floor| finding.severity >= floor);
        report.findings.iter().filter(blocks).collect()
    }

    fn verdict(&self, report: &Report) -> Exit {
        if !self.blocking(report).is_empty() {
            Exit::Findings
        } else if report.coverage.incomplete && !self.args.gate.allow_incomplete {
            Exit::Incomplete
        } else {
            Exit::Clean
        }
    }
}

/// Where the reports go: the first is `--format` to `--output`, else to standard output.
fn destinations(args: &Scan) -> Result<Vec<(Format, Destination)>> {
    let first = match &args.output.output {
        Some(path) if path.as_os_str() != "-" => Destination::File(path.clone()),
        _ => Destination::Stdout,
    };
    let mut all = vec![(args.output.format, first)];
    all.extend(args.output.report.iter().map(|(format, path)| (*format, Destination::File(path.clone()))));
    let piped = matches!(all[0].1, Destination::Stdout) && !std::io::stdout().is_terminal();
    if args.output.reveal && piped && all[0].0.may_reveal() {
        bail!("cannot reveal secrets to a pipe, where logs may keep them: name a file with --output");
    }
    let files: Vec<&PathBuf> = all.iter().filter_map(|(_, destination)| destination.file()).collect();
    if let Some(twice) =
        files.iter().enumerate().find(|(index, file)| files[..*index].contains(file)).map(|(_, file)| file)
    {
        bail!("two reports would be written to '{}'; give each its own file", twice.display());
    }
    Ok(all)
}

fn archives(args: &Scan) -> ArchiveLimits {
    let default = ArchiveLimits::default();
    let total = args.input.archive_size.unwrap_or(default.total);
    ArchiveLimits { depth: args.input.archive_depth.unwrap_or(default.depth), total, member: total / 4, ..default }
}

/// The time, in seconds since 1970, that `SOURCE_DATE_EPOCH` pins for reports that have to be the same again.
fn pinned() -> Result<Option<i64>> {
    let read = |text: String| {
        text.trim().parse().with_context(|| format!("cannot read SOURCE_DATE_EPOCH '{text}' as seconds since 1970"))
    };
    std::env::var("SOURCE_DATE_EPOCH").ok().map(read).transpose()
}

/// The usual plan: the rules and settings of the user, and no more than the defaults.
fn plan(
    targets: Vec<Target>,
    basis: &Basis,
    key: Vec<u8>,
    Settings { config, mut review }: Settings,
    exclude: &[String],
) -> Result<Plan> {
    let mut rules: Vec<(PathBuf, String)> = Vec::new();
    for file in config.rules.iter().chain(&basis.rules) {
        let text = config::named(file, &targets, &mut review.notes)
            .with_context(|| format!("cannot read rule file '{}'", file.display()))?;
        rules.extend(text.map(|text| (file.clone(), text)));
    }
    let globs: Vec<String> = config.exclude.iter().chain(exclude).cloned().collect();
    Ok(Plan {
        targets,
        rules: RuleSet::with_texts(&rules, &config.disable)?,
        threads: 0,
        exclude: self::exclude(&globs)?,
        archives: ArchiveLimits::default(),
        max_file_size: config.max_file_size,
        no_ignore: false,
        reveal: false,
        include_suppressed: false,
        line_hashes: false,
        whole: false,
        key,
        review,
    })
}

/// A plan for the commands beside 'scan', which look closer.
pub(super) fn plan_for(targets: Vec<Target>, basis: &Basis, key: Vec<u8>) -> Result<Plan> {
    let settings = Settings::find(basis.config.as_deref(), &targets, None, &key)?;
    let plan = plan(targets, basis, key, settings, &[])?;
    Ok(Plan { line_hashes: true, review: Review { thorough: true, ..plan.review }, ..plan })
}

/// Scans. Nothing comes back if the user interrupted.
pub(super) fn read(plan: &Plan, quiet: bool) -> Result<Option<Report>> {
    let bar = Bar::new(quiet);
    match snout::scan(plan, &bar) {
        Ok(report) => Ok(Some(report)),
        Err(ScanError::Interrupted) => {
            drop(bar);
            writeln!(std::io::stderr(), "snout: interrupted; nothing was written").ok();
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn targets(args: &Scan) -> Result<Vec<Target>> {
    let input = &args.input;
    let mut paths = input.paths.clone();
    let dash = paths.iter().any(|path| path.as_os_str() == "-");
    if input.stdin || dash {
        paths.retain(|path| path.as_os_str() != "-");
        if !paths.is_empty() {
            bail!("standard input is scanned alone; leave out '{}'", paths[0].display());
        }
        let mut content = Vec::new();
        std::io::stdin().lock().read_to_end(&mut content).context("cannot read standard input")?;
        return Ok(vec![Target::Stdin(content)]);
    }
    if paths.is_empty() {
        paths.push(".".into());
    }
    if input.staged {
        return Ok(paths.into_iter().map(|path| Target::Staged { path }).collect());
    }
    if let Some(range) = &input.range {
        if range == "auto" {
            return paths.into_iter().map(|path| event::target(path, &|name| std::env::var(name).ok())).collect();
        }
        let (from, to) = ends(range)?;
        return Ok(paths.into_iter().map(|path| Target::Range { path, from: from.clone(), to: to.clone() }).collect());
    }
    Ok(paths
        .into_iter()
        .map(|path| Target::Path { path, worktree: !input.no_worktree, history: !input.no_history })
        .collect())
}

/// The ends of `A..B`; an end left out is HEAD, as in git.
pub(super) fn ends(range: &str) -> Result<(Option<String>, String)> {
    let end = |name: &str| if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() };
    if range.contains("...") {
        bail!("cannot read the range '{range}': give two dots, as A..B; three would name what either end adds");
    }
    match range.split_once("..") {
        Some(("", "")) => bail!("cannot read the range '{range}': name at least one end"),
        Some((from, to)) => Ok((Some(end(from)), end(to))),
        None if range.trim().is_empty() => {
            bail!("cannot read an empty range: give A..B, or B alone for what it adds to the default branch")
        }
        None => Ok((None, range.to_owned())),
    }
}

fn exclude(globs: &[String]) -> Result<Option<GlobSet>> {
    if globs.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        // A bare name means that name anywhere, and a folder all that is in it, as in .gitignore.
        let plain = glob.trim_end_matches('/');
        let anywhere =
            if plain.contains('/') { plain.trim_start_matches('/').to_owned() } else { format!("**/{plain}") };
        for pattern in [anywhere.clone(), format!("{anywhere}/**")] {
            let built = GlobBuilder::new(&pattern).literal_separator(true).build();
            set.add(built.with_context(|| format!("cannot use --exclude '{glob}'"))?);
        }
    }
    Ok(Some(set.build().context("cannot use --exclude")?))
}

/// The key of fingerprints: a public one, unless `SNOUT_FINGERPRINT_KEY` holds the user's own.
pub(super) fn key() -> Result<Vec<u8>> {
    match std::env::var("SNOUT_FINGERPRINT_KEY") {
        Ok(key) if key.len() < 16 => bail!("SNOUT_FINGERPRINT_KEY is shorter than 16 characters: it could be guessed"),
        Ok(key) => Ok(key.into_bytes()),
        Err(std::env::VarError::NotPresent) => Ok(PUBLIC_KEY.to_vec()),
        Err(error) => bail!("cannot read SNOUT_FINGERPRINT_KEY: {error}"),
    }
}

/// Whether people watch standard error.
pub(super) fn watched() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("CI").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_two_ends_or_one() {
        assert_eq!(ends("a..b").ok(), Some((Some("a".into()), "b".into())));
        assert_eq!(ends("a..").ok(), Some((Some("a".into()), "HEAD".into())));
        assert_eq!(ends("topic").ok(), Some((None, "topic".into())));
        assert!(ends("..").is_err() && ends("").is_err() && ends("a...b").is_err());
    }

    #[test]
    fn an_excluded_name_means_it_and_all_in_it_anywhere() {
        let set = exclude(&["vendor".into(), "/docs/*.md".into()]).expect("good globs").expect("some");
        assert!(set.is_match("vendor/a") && set.is_match("x/vendor/b/c") && set.is_match("docs/a.md"));
        assert!(!set.is_match("vendored/a") && !set.is_match("x/docs/a.md"));
        assert!(exclude(&["a{".into()]).is_err());
    }
}
