//! The longest run of bytes of one class that every match of a pattern has: a look at a few bytes of a window that tells
//! most of those where it cannot match.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Runs of fewer bytes are found by the pattern as soon as by this.
const SHORTEST: usize = 12;

/// So many bytes in a row, each of the class.
pub(crate) struct Run {
    class: Box<[bool; 256]>,
    len: usize,
}

impl Run {
    /// Of all matches of the pattern.
    pub(crate) fn of(pattern: &Hir) -> Option<Self> {
        longest(pattern).filter(|run| run.len >= SHORTEST)
    }

    /// Whether the text has one.
    pub(crate) fn stands(&self, text: &[u8]) -> bool {
        let mut start = 0;
        // The last byte of a run that begins at `start` is looked at first: most of the text is never looked at.
        while let Some(window) = text.get(start..start + self.len) {
            match window.iter().rposition(|byte| !self.class[usize::from(*byte)]) {
                Some(other) => start += other + 1,
                None => return true,
            }
        }
        false
    }
}

fn longest(pattern: &Hir) -> Option<Run> {
    match pattern.kind() {
        HirKind::Repetition(repetition) => match repetition.sub.kind() {
            HirKind::Class(Class::Bytes(class)) => {
                let mut bytes = Box::new([false; 256]);
                for range in class.iter() {
                    bytes[usize::from(range.start())..=usize::from(range.end())].fill(true);
                }
                Some(Run { class: bytes, len: repetition.min as usize })
            }
            _ if repetition.min > 0 => longest(&repetition.sub),
            _ => None,
        },
        HirKind::Capture(capture) => longest(&capture.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(longest).max_by_key(|run| run.len),
        HirKind::Alternation(ways) => {
            let runs: Option<Vec<Run>> = ways.iter().map(longest).collect();
            runs?.into_iter().reduce(|mut all, one| {
                all.class.iter_mut().zip(*one.class).for_each(|(all, one)| *all |= one);
                Run { len: all.len.min(one.len), ..all }
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_automata::meta::Regex;

    use super::*;

    fn run(pattern: &str) -> Option<Run> {
        let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        longest(&parser.parse(pattern).expect("a pattern"))
    }

    #[test]
    fn a_name_alone_holds_no_value() {
        let run = run(r"key\s*=\s*(?:k-[0-9a-f]{32}|[0-9A-F]{20,40})\b").expect("a run");
        assert!(!run.stands(b"key = default_value_of_it"));
        assert!(run.stands(b"key = 0123456789abcdef0123456789"));
    }

    proptest! {
        #[test]
        fn no_match_is_lost(text in "[ab01 ]{0,24}", which in 0usize..5) {
            let pattern = ["x?[ab]{3,5}1", "(?:[01]{4}|0[ab]{2})b", "(?:a|[b0]{3}){2}", "([01]{2,}[ab]{4})?0", "b[ab01]{6}(?:0|1)"][which];
            let regex = Regex::new(pattern).expect("compiles");
            if let (true, Some(run)) = (regex.is_match(&text), run(pattern)) {
                prop_assert!(run.stands(text.as_bytes()), "{pattern} {text:?}");
            }
        }
    }
}
