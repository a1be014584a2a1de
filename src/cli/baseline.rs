//! `snout baseline`: write down the findings that are known, and tell new ones from them.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use snout::review::{Baseline, Known};
use snout::{Report, Target};

use super::args::{Baseline as Args, BaselineArgs, BaselineCommand};
use super::scan::{key, plan_for, read};
use super::{Exit, output};

pub(super) fn run(args: Args) -> Result<Exit> {
    match args.command {
        BaselineCommand::Create(args) => create(&args),
        BaselineCommand::Update { args, add } => update(&args, add),
        BaselineCommand::Diff(args) => diff(&args),
    }
}

/// Scans; a baseline of half a scan would call the other half new.
fn scan(args: &BaselineArgs) -> Result<Option<Report>> {
    let targets =
        args.paths.iter().map(|path| Target::Path { path: path.clone(), worktree: true, history: !args.no_history });
    let plan = plan_for(targets.collect(), &args.basis, key()?)?;
    let Some(report) = read(&plan, false)? else { return Ok(None) };
    if let (true, Some(first)) = (report.coverage.incomplete, report.coverage.skipped.first()) {
        bail!("cannot write a baseline, because not everything could be read: {}: {}", first.what, first.why);
    }
    Ok(Some(report))
}

fn create(args: &BaselineArgs) -> Result<Exit> {
    if args.file.exists() {
        bail!("'{}' is there already; 'snout baseline update' changes it", args.file.display());
    }
    let Some(report) = scan(args)? else { return Ok(Exit::Interrupted) };
    let baseline = Baseline::of(&report);
    save(&args.file, &baseline)?;
    let known = output::counted(baseline.findings.len(), "finding");
    writeln!(
        std::io::stderr(),
        "snout: wrote {known} to '{}'; commit it, and rotate what is live",
        args.file.display()
    )
    .ok();
    Ok(Exit::Clean)
}

/// The baseline as it is, and the differences to what is found now.
struct Difference {
    known: Baseline,
    new: BTreeSet<Known>,
    gone: BTreeSet<Known>,
    report: Report,
}

impl Difference {
    fn find(args: &BaselineArgs) -> Result<Option<Self>> {
        let shown = args.file.display().to_string();
        let text = std::fs::read_to_string(&args.file)
            .with_context(|| format!("cannot read the baseline '{shown}'; 'snout baseline create' writes one"))?;
        let known = Baseline::parse(&shown, &text, &key()?)?;
        let Some(report) = scan(args)? else { return Ok(None) };
        let found = Baseline::of(&report).findings;
        let silenced: BTreeSet<Known> = Baseline::of_silenced(&report).findings;
        let new = found.difference(&known.findings).cloned().collect();
        let gone =
            known.findings.iter().filter(|one| !found.contains(one) && !silenced.contains(one)).cloned().collect();
        Ok(Some(Difference { known, new, gone, report }))
    }

    fn tell(&self, out: &mut dyn Write) -> std::io::Result<()> {
        for (mark, ones) in [("new ", &self.new), ("gone", &self.gone)] {
            for one in ones {
                let digits = one.fingerprint.get(..12).unwrap_or(&one.fingerprint);
                let finding = self.report.findings.iter().find(|finding| finding.fingerprint == one.fingerprint);
                let place = finding.and_then(|finding| finding.occurrences.first());
                let place =
                    place.and_then(|place| Some(format!(" {}:{}", place.path.as_deref()?, place.region.start_line)));
                writeln!(out, "{mark} {} {digits}{}", one.rule, output::escape(&place.unwrap_or_default()))?;
            }
        }
        writeln!(out, "{} known, {} new, {} gone", self.known.findings.len(), self.new.len(), self.gone.len())
    }
}

fn update(args: &BaselineArgs, add: bool) -> Result<Exit> {
    let Some(mut difference) = Difference::find(args)? else { return Ok(Exit::Interrupted) };
    let exit = super::write(|out| difference.tell(out));
    difference.known.findings.retain(|one| !difference.gone.contains(one));
    if add {
        difference.known.findings.extend(difference.new.iter().cloned());
    } else if !difference.new.is_empty() {
        writeln!(std::io::stderr(), "snout: new findings were left out; --add takes them in").ok();
    }
    save(&args.file, &difference.known)?;
    Ok(exit)
}

fn diff(args: &BaselineArgs) -> Result<Exit> {
    let Some(difference) = Difference::find(args)? else { return Ok(Exit::Interrupted) };
    let exit = super::write(|out| difference.tell(out));
    Ok(if exit == Exit::Clean && !difference.new.is_empty() { Exit::Findings } else { exit })
}

pub(super) fn save(path: &Path, baseline: &Baseline) -> Result<()> {
    output::replace(path, baseline.to_text(&key()?).as_bytes())
}
