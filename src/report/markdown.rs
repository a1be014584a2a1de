//! Reports as Markdown, for step summaries and comments. Nothing of a repository is written as Markdown: it stands in
//! code spans, where it can neither format, link nor mention.

use std::io::{self, Write};

use super::review::{Listed, ReviewList, unused_line};
use super::text::{count, place, short, summary, visible};
use super::{Coverage, Finding, Report, Style};

/// Rows of a table; GitHub refuses summaries of more than a mebibyte.
const MOST_ROWS: usize = 500;

/// Writes findings, suppressions and coverage.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### Snout: {}\n", summary(report, Style::default()))?;
    table(
        &["Severity", "Finding", "Place", "Since", "Fingerprint"],
        report.findings.iter().map(finding_row).collect::<io::Result<Vec<_>>>()?.into_iter(),
        report.findings.len(),
        out,
    )?;
    let mut told: Vec<&str> = Vec::new();
    for finding in report.findings.iter().filter(|finding| finding.severity > super::Severity::Note) {
        if !told.contains(&finding.rule.as_str()) {
            if told.is_empty() {
                writeln!(out, "**What to do**\n")?;
            }
            told.push(&finding.rule);
            writeln!(out, "- {}: {}", code(&finding.title), code(&finding.remediation))?;
        }
    }
    if !told.is_empty() {
        writeln!(out)?;
    }
    let silenced = report.findings.iter().chain(&report.suppressed);
    let silenced = silenced.flat_map(|finding| finding.occurrences.iter().map(move |place| (finding, place)));
    let rows: Vec<Vec<String>> = silenced
        .filter_map(|(finding, occurrence)| {
            let said = occurrence.suppression.as_ref()?;
            let against: Vec<&str> = said.objections.iter().map(|one| one.clause()).collect();
            Some(vec![
                code(&finding.title),
                code(&spot(&place(occurrence), occurrence.region.start_line)),
                code(&said.text),
                said.author.as_deref().map_or("–".to_owned(), code),
                match against.as_slice() {
                    [] if said.is_reviewed() => "accepted".to_owned(),
                    [] => "not reviewed".to_owned(),
                    against => against.join("; "),
                },
            ])
        })
        .collect();
    if !rows.is_empty() {
        writeln!(out, "**Suppressed, for review**\n")?;
        let all = rows.len();
        table(&["Finding", "Place", "Comment", "Written by", "Review"], rows.into_iter(), all, out)?;
    }
    unused(&report.unused_suppressions, out)?;
    coverage(&report.coverage, out)
}

fn finding_row(finding: &Finding) -> io::Result<Vec<String>> {
    let first = finding.primary()?;
    let more = match finding.occurrences.len() {
        0 | 1 => String::new(),
        all => format!(" and {} more", all - 1),
    };
    let head = if finding.at_head { "" } else { ", not at HEAD" };
    let since = first.commit.as_deref().zip(first.date.as_deref());
    Ok(vec![
        finding.severity.name().to_owned(),
        code(&finding.title),
        code(&spot(&place(first), first.region.start_line)) + &more + head,
        since.map_or("–".to_owned(), |(commit, date)| format!("{} {}", code(short(commit)), code(day(date)))),
        code(short(&finding.fingerprint)),
    ])
}

fn spot(place: &str, line: u32) -> String {
    format!("{place}:{line}")
}

fn day(date: &str) -> &str {
    date.get(..10).unwrap_or(date)
}

/// Writes suppressions for review.
pub(super) fn write_review(review: &ReviewList, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### Snout: {}\n", review.summary_with(code))?;
    let (blocking, rest): (Vec<&Listed>, Vec<&Listed>) = review.suppressions.iter().partition(|one| one.blocking);
    if !blocking.is_empty() {
        writeln!(out, "**To review**\n")?;
        let all = blocking.len();
        table(&["Hides", "Place", "Marker", "Written", "Against it"], blocking.into_iter().map(to_review), all, out)?;
        writeln!(
            out,
            "Somebody other than the author accepts one with \
             `snout suppressions accept FINGERPRINT --reason \"why it is no leak\"`, and commits the ledger.\n"
        )?;
    }
    if !rest.is_empty() {
        writeln!(out, "**Others**\n")?;
        let all = rest.len();
        table(&["Hides", "Place", "Marker", "Written", "Ledger"], rest.into_iter().map(reviewed), all, out)?;
    }
    unused(&review.unused, out)?;
    coverage(&review.coverage, out)
}

fn to_review(one: &Listed) -> Vec<String> {
    let mut row = row(one);
    row.push(one.suppression.objections.iter().map(|one| one.clause()).collect::<Vec<_>>().join("; "));
    row
}

fn reviewed(one: &Listed) -> Vec<String> {
    let mut row = row(one);
    row.push(one.accepted_by().map_or("–".to_owned(), |text| code(&text)));
    row
}

fn row(one: &Listed) -> Vec<String> {
    let hides = format!("{} {}", code(&one.title), code(one.fingerprint.get(..12).unwrap_or(&one.fingerprint)));
    vec![hides, code(&one.spot()), code(&one.suppression.text), code(&one.how())]
}

fn unused(all: &[super::UnusedSuppression], out: &mut dyn Write) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "<details><summary>Silencing nothing: {}</summary>\n", all.len())?;
    for one in all.iter().take(MOST_ROWS) {
        writeln!(out, "- {}", code(&unused_line(one)))?;
    }
    writeln!(out, "\n</details>\n")
}

fn coverage(coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    if coverage.incomplete {
        writeln!(
            out,
            "**Incomplete**: {} not read. What was not read may hold secrets.\n",
            count(coverage.skipped.len() as u64, "thing")
        )?;
        for one in coverage.skipped.iter().take(50) {
            writeln!(out, "- {}", code(&format!("{}: {}", one.what, one.why)))?;
        }
        writeln!(out)?;
    }
    for note in &coverage.notes {
        writeln!(out, "- {}", code(note))?;
    }
    Ok(())
}

/// A table, if it has rows.
fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>, all: usize, out: &mut dyn Write) -> io::Result<()> {
    if all == 0 {
        return Ok(());
    }
    writeln!(out, "| {} |\n|{}", head.join(" | "), " --- |".repeat(head.len()))?;
    for row in rows.take(MOST_ROWS) {
        writeln!(out, "| {} |", row.join(" | "))?;
    }
    if all > MOST_ROWS {
        writeln!(out, "\nand {} more", all - MOST_ROWS)?;
    }
    writeln!(out)
}

/// Text as a code span that nothing inside it can end, fit for a cell of a table.
fn code(text: &str) -> String {
    let text = visible(text).replace('|', "\\|");
    if text.trim().is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::super::sarif::tests::sample;
    use super::*;
    use crate::report::Format;

    #[test]
    fn nothing_of_a_repository_is_markdown() {
        let evil = "a`b``c | <img src=x> [x](http://e) @all\n| new row";
        let mut report = sample();
        for finding in report.findings.iter_mut().chain(&mut report.suppressed) {
            for one in &mut finding.occurrences {
                one.path = Some(evil.to_owned());
                one.author = Some(evil.to_owned());
                if let Some(said) = &mut one.suppression {
                    said.text = evil.to_owned();
                    said.author = Some(evil.to_owned());
                }
            }
        }
        let mut out = Vec::new();
        report.write(Format::Markdown, Style::default(), &mut out).expect("memory");
        let text = String::from_utf8(out).expect("text");
        let span = "```a`b``c \\| <img src=x> [x](http://e) @all\\n\\| new row";
        assert!(text.contains(span), "{text}");
        let outside: String = text.split("```").step_by(2).collect();
        assert!(text.contains("<img") && !outside.contains("<img") && !outside.contains("@all"), "{text}");
    }

    #[test]
    fn a_code_span_holds_what_it_is_given() {
        assert_eq!(code("plain"), "`plain`");
        assert_eq!(code("`x"), "`` `x ``");
        assert_eq!(code(""), "");
    }
}
