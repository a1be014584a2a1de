//! Properties on random text.

use proptest::prelude::*;
use snout::{LineIndex, Span};

use crate::util::{leak, read};

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
