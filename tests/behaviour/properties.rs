//! Properties on random text.

use std::collections::BTreeSet;

use proptest::prelude::*;
use snout::{LineIndex, Span, Target};

use crate::util::{Repo, leak, plan, read};

/// Line and column of a byte offset, counted one code point after the other.
fn naive(text: &str, offset: usize) -> (u32, u32) {
    let (mut line, mut column) = (1, 1);
    for (at, c) in text.char_indices() {
        if at >= offset {
            break;
        }
        match c {
            '\n' => (line, column) = (line + 1, 1),
            _ => column += 1,
        }
    }
    (line, column)
}

/// Text as files hold it: words, wide characters, and both kinds of line endings.
fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec("[a-zA-Z0-9 =:;,.()\"'#/\t\u{e9}\u{4e2d}\u{1F600}]{0,30}(\r?\n)?", 0..12)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn regions_agree_with_a_count_by_hand(text in text(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let (a, b) = (*a.get(&offsets), *b.get(&offsets));
        let span = Span::new(a.min(b), a.max(b));
        let region = LineIndex::new(text.as_bytes()).region(span);
        prop_assert_eq!((region.start_line, region.start_column), naive(&text, span.start));
        if !span.is_empty() {
            // The end is the place after the last character, on that character's line.
            let last = offsets.iter().rev().find(|at| **at < span.end).copied().expect("the span holds one");
            let (line, column) = naive(&text, last);
            prop_assert_eq!((region.end_line, region.end_column), (line, column + 1));
        }
    }

    #[test]
    fn lines_are_what_lines_are(text in text()) {
        let index = LineIndex::new(text.as_bytes());
        let lines: Vec<&str> = text.lines().collect();
        prop_assert_eq!(index.lines() as usize, lines.len().max(1));
        for (number, line) in (1..).zip(lines) {
            let span = index.line_span(number);
            prop_assert_eq!(&text[span.start..span.end], line);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_snippet_holds_the_secret_whatever_stands_around_it(
        before in text(),
        prefix in "[a-z \u{e9}\u{1F600}]{0,200}",
        suffix in "[a-z \u{e9}\u{1F600}]{0,200}",
        after in text(),
        // One random secret in a thousand lies under the entropy floor; none of these does.
        seed in 0_u64..180,
        marker in prop::sample::select(vec!["", " # snout:ignore ", " /* gitleaks:allow */ "]),
        again in any::<bool>(),
    ) {
        let one = leak(seed);
        let twice = if again { format!("{}; ", one.line) } else { String::new() };
        let content = format!("{before}\n{prefix} {twice}{} {marker}{suffix}\n{after}\n{}", one.line, one.line);
        let report = read(content);
        let all: Vec<_> = report.findings.iter().chain(&report.suppressed).collect();
        prop_assert!(all.iter().any(|finding| finding.secret.as_deref() == Some(&one.secret)), "it is found");
        for place in all.iter().flat_map(|finding| &finding.occurrences) {
            prop_assert!(!place.snippet.text.contains(&one.secret), "in {:?}", place.snippet.text);
            prop_assert!(!place.suppression.as_ref().is_some_and(|how| how.text.contains(&one.secret)));
        }
    }
}

/// A line of a file: a leak, silenced or not in one of the ways there are, or something else.
fn line() -> impl Strategy<Value = (u64, usize)> {
    (0u64..40, 0usize..8)
}

/// The lines with markers, and the same without a marker.
fn lines(spec: &[(u64, usize)]) -> (String, String) {
    let (mut with, mut without) = (String::new(), String::new());
    for (seed, how) in spec {
        let one = leak(*seed).line;
        let (before, after) = match how {
            0 => ("", " # trufflehog:ignore"),
            1 => ("/* gitleaks:allow */ ", ""),
            2 => ("# pragma: allowlist nextline secret\n", ""),
            3 => ("", " // snout:ignore rule=genesys-client-secret -- a test"),
            4 => ("", " # snout:ignore[00000000]"),
            5 => ("# secretlint-disable-next-line\n", " # secretlint-disable-line"),
            6 => ("", " # tufflehog:ignore"),
            _ => ("", ""),
        };
        // A marker's line stays, so that nothing else moves nearer to a secret.
        let blank = |text: &str| text.chars().map(|c| if c == '\n' { c } else { ' ' }).collect::<String>();
        with += &format!("{before}{one}{after}\n");
        without += &format!("{}{one}{}\n", blank(before), blank(after));
    }
    (with, without)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_hidden_that_is_not_listed(spec in proptest::collection::vec(line(), 1..12)) {
        let (with, without) = lines(&spec);
        let places = |findings: &[snout::Finding]| -> Vec<(String, String, u32)> {
            let all = findings.iter().flat_map(|finding| finding.occurrences.iter().map(move |place| (finding, place)));
            all.map(|(finding, place)| (finding.rule.clone(), finding.fingerprint.clone(), place.region.start_line)).collect()
        };
        let (marked, stripped) = (read(with), read(without));
        let mut told = places(&marked.findings);
        told.extend(places(&marked.suppressed));
        let mut all = places(&stripped.findings);
        told.sort();
        all.sort();
        prop_assert!(stripped.suppressed.is_empty());
        prop_assert_eq!(told, all);
        prop_assert!(!spec.iter().any(|(_, how)| [0, 1, 2, 3, 5].contains(how)) || !marked.suppressed.is_empty());
    }
}

/// What commits do to files: name, lines, and whether the file goes away instead.
type Story = Vec<(u8, Vec<(u64, usize)>, bool)>;

fn story() -> impl Strategy<Value = Story> {
    proptest::collection::vec((0u8..3, proptest::collection::vec(line(), 0..5), prop::bool::weighted(0.2)), 1..6)
}

/// Plays a story on top of a commit, with markers or with blanks in their place.
fn play(story: &Story, marked: bool) -> Repo {
    let repo = Repo::new();
    repo.add("readme", "A project.\n");
    repo.git(&["branch", "base"]);
    for (name, spec, gone) in story {
        let name = format!("{name}.env");
        if *gone {
            std::fs::remove_file(repo.at(&name)).ok();
        } else {
            let (with, without) = lines(spec);
            repo.write(&name, if marked { with } else { without });
        }
        repo.commit("Go on");
    }
    repo
}

/// Rule, fingerprint and path of what a target shows, open and silenced.
fn values(target: snout::Target) -> (BTreeSet<[String; 3]>, BTreeSet<[String; 3]>) {
    let report = snout::scan(&plan(target), &snout::Silent).expect("a repository can be read");
    let values = |findings: &[snout::Finding]| {
        let all = findings.iter().flat_map(|finding| finding.occurrences.iter().map(move |place| (finding, place)));
        all.map(|(one, place)| [one.rule.clone(), one.fingerprint.clone(), place.path.clone().unwrap_or_default()])
            .collect::<BTreeSet<_>>()
    };
    (values(&report.findings), values(&report.suppressed))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_a_history_or_a_range_is_hidden_that_is_not_listed(story in story()) {
        let (marked, stripped) = (play(&story, true), play(&story, false));
        let history = |repo: &Repo| Target::Path { path: repo.path().into(), worktree: false, history: true };
        let range = |repo: &Repo| Target::Range { path: repo.path().into(), from: Some("base".into()), to: "HEAD".into() };
        let staged = |repo: &Repo| {
            repo.git(&["reset", "-q", "--soft", "base"]);
            Target::Staged { path: repo.path().into() }
        };
        for target in [&history as &dyn Fn(&Repo) -> Target, &range, &staged] {
            let ((open, silenced), (all, none)) = (values(target(&marked)), values(target(&stripped)));
            prop_assert!(none.is_empty());
            prop_assert_eq!(&open | &silenced, all);
        }
    }
}
