//! `snout explain`: why a line is a finding, or why it is none.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use snout::detect::{Explanation, Text, explain, scan};
use snout::{LineIndex, RuleSet, Span};

use super::args::Explain;
use super::{Exit, write};

pub(super) fn run(args: Explain) -> Result<Exit> {
    let (path, line, column) = place(&args.place)?;
    let rules = RuleSet::with_files(&args.rules, &[])?;
    let content = std::fs::read(path).with_context(|| format!("cannot read '{path}'"))?;
    let text = Text::of(&content);
    let mut lines = text.bytes.split_inclusive(|byte| *byte == b'\n');
    let start: usize = lines.by_ref().take(line - 1).map(<[u8]>::len).sum();
    let Some(shown) = lines.next() else {
        bail!("'{path}' has fewer than {line} lines");
    };
    let mut span = Span::new(start, start + shown.len());
    if let Some(column) = column {
        let text = String::from_utf8_lossy(shown);
        let offset: usize = text.chars().take(column - 1).map(char::len_utf8).sum();
        if offset >= shown.len() {
            bail!("line {line} of '{path}' has fewer than {column} characters");
        }
        span = Span::new(start + offset, start + offset + 1);
    }
    let said = explain(&rules, &text.bytes, span);
    let kept: Vec<_> = scan(&rules, &text.bytes).matches.into_iter().filter(|one| one.span.overlaps(&span)).collect();
    let index = LineIndex::new(&text.bytes);
    Ok(write(|out| {
        if said.is_empty() {
            writeln!(out, "No literal of a rule occurs here, so no rule judged.")?;
        }
        for one in &said {
            tell(&index, one, out)?;
        }
        for one in &kept {
            let rule = &rules.rules()[one.rule].spec;
            let path = if one.needs_path() { ", if the path says so" } else { "" };
            let under = one.decoded.as_ref().map_or(String::new(), |decoded| format!(", under {decoded}"));
            writeln!(out, "=> {}: a secret of {} bytes{under}{path}", rule.id, one.secret.len())?;
        }
        if kept.is_empty() {
            let lost = said.iter().any(|one| one.accepted);
            let why = if lost { ": what was accepted lacks evidence that its rule requires beside it" } else { "" };
            writeln!(out, "=> no finding{why}")?;
        }
        Ok(())
    }))
}

fn tell(index: &LineIndex<'_>, one: &Explanation, out: &mut dyn Write) -> std::io::Result<()> {
    let sign = if one.accepted { '+' } else { '-' };
    let value = one.value.map_or(String::new(), |value| {
        let region = index.region(value);
        format!(" takes {} bytes at {}:{}:", value.len(), region.start_line, region.start_column)
    });
    writeln!(out, "{sign} '{}' leads to {};{value} {}", one.literal, one.rule, one.why)
}

/// Parts a place. The file's name may hold colons.
fn place(text: &str) -> Result<(&str, usize, Option<usize>)> {
    let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number > 0);
    let parted = text.rsplit_once(':').and_then(|(rest, last)| Some((rest, number(last)?)));
    if let Some((rest, last)) = parted {
        if let Some((file, line)) = rest.rsplit_once(':').and_then(|(file, line)| Some((file, number(line)?)))
            && !Path::new(rest).exists()
        {
            return Ok((file, line, Some(last)));
        }
        return Ok((rest, last, None));
    }
    bail!("'{text}' names no place; write FILE:LINE or FILE:LINE:COLUMN, as config.yml:12")
}
