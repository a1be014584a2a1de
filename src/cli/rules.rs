//! `snout rules`: list, show and prove them.

use std::io::Write;

use anyhow::{Result, bail};
use snout::RuleSet;
use snout::rule::{Rule, check, fill_example};

use super::args::{Rules, RulesCommand};
use super::{Exit, write};

pub(super) fn run(args: Rules) -> Result<Exit> {
    match args.command {
        RulesCommand::List { rules } => {
            let set = RuleSet::with_files(&rules, &[])?;
            Ok(write(|out| list(&set, out)))
        }
        RulesCommand::Show { id, rules } => {
            let set = RuleSet::with_files(&rules, &[])?;
            let Some(rule) = set.find(&id) else {
                bail!("no rule has the id or code '{id}'; 'snout rules list' names them");
            };
            Ok(write(|out| show(rule, out)))
        }
        RulesCommand::Check { files } => {
            let set = RuleSet::with_files(&files, &[])?;
            let defects = check(&set);
            if defects.is_empty() {
                return Ok(write(|out| {
                    writeln!(out, "{} rules, every example and counter-example as it says", set.rules().len())
                }));
            }
            for defect in &defects {
                writeln!(std::io::stderr(), "rule '{}': {}", defect.rule, defect.message)?;
            }
            bail!("the rules have defects: {}", defects.len());
        }
    }
}

fn list(set: &RuleSet, out: &mut dyn Write) -> std::io::Result<()> {
    let widest = set.rules().iter().map(|rule| rule.spec.id.len()).max().unwrap_or(0);
    for rule in set.rules() {
        writeln!(
            out,
            "{}  {:widest$}  {:8}  {}",
            rule.spec.code,
            rule.spec.id,
            rule.spec.severity.name(),
            rule.prose().title
        )?;
    }
    Ok(())
}

fn show(rule: &Rule, out: &mut dyn Write) -> std::io::Result<()> {
    let (spec, prose) = (&rule.spec, rule.prose());
    writeln!(out, "{} ({}), {}\n{}\n\n{}\n", spec.id, spec.code, spec.severity.name(), prose.title, prose.description)?;
    writeln!(out, "What to do:\n  {}\n", prose.remediation)?;
    for (number, variant) in spec.variants.iter().enumerate() {
        writeln!(
            out,
            "Pattern {}, where one of {} occurs:\n  {}",
            number + 1,
            variant.literals.join(", "),
            variant.pattern
        )?;
        for need in &variant.requires {
            let place = need
                .lines
                .map_or("anywhere in the file or in its path".into(), |lines| format!("within {lines} lines"));
            writeln!(out, "  with evidence '{}' {place}", need.evidence)?;
        }
    }
    if !spec.check.is_empty() {
        writeln!(out, "Checked: {}", spec.check.join(", "))?;
    }
    if !spec.allow.is_empty() {
        writeln!(out, "Left alone: {}", spec.allow.join(", "))?;
    }
    writeln!(out, "\nFinds (values made up for this text):")?;
    for example in &prose.matches {
        example_text(example, out)?;
    }
    writeln!(out, "\nLeaves alone:")?;
    for miss in &prose.misses {
        example_text(&miss.text, out)?;
        writeln!(out, "    because: {}", miss.why)?;
    }
    writeln!(out, "\nReferences:")?;
    prose.references.iter().try_for_each(|reference| writeln!(out, "  {reference}"))
}

fn example_text(template: &str, out: &mut dyn Write) -> std::io::Result<()> {
    let text = fill_example(template, 1).unwrap_or_else(|_| template.to_owned());
    text.lines()
        .enumerate()
        .try_for_each(|(number, line)| writeln!(out, "  {} {line}", if number == 0 { "-" } else { " " }))
}
