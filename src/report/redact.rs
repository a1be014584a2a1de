//! Takes every known secret out of text that goes into a report.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::secret::Secret;

/// Shorter secrets are replaced where they stand, not wherever the same few letters occur.
const SHORTEST: usize = 8;
const REPLACEMENT: &str = "[redacted]";

/// Replaces secrets in text.
pub(crate) struct Redactor(Option<AhoCorasick>);

impl Redactor {
    /// A redactor for these secrets.
    pub(crate) fn new<'a>(secrets: impl Iterator<Item = &'a Secret>) -> Self {
        let mut values: Vec<&[u8]> = secrets.map(Secret::expose).filter(|value| value.len() >= SHORTEST).collect();
        values.sort_unstable();
        values.dedup();
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(values).ok();
        Redactor(automaton.filter(|automaton| automaton.patterns_len() > 0))
    }

    /// The text without secrets.
    pub(crate) fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.0 {
            Some(automaton) if automaton.is_match(text) => {
                let out = automaton.replace_all_bytes(text.as_bytes(), &vec![REPLACEMENT; automaton.patterns_len()]);
                Cow::Owned(String::from_utf8_lossy(&out).into_owned())
            }
            _ => Cow::Borrowed(text),
        }
    }

    /// Takes secrets out in place.
    pub(crate) fn scrub(&self, text: &mut String) {
        if let Cow::Owned(clean) = self.clean(text) {
            *text = clean;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_a_path_is_replaced() {
        let secrets = [Secret::new(b"abcdefgh1".to_vec()), Secret::new(b"x".to_vec())];
        assert_eq!(Redactor::new(secrets.iter()).clean("dir/f_abcdefgh1.txt"), "dir/f_[redacted].txt");
        assert_eq!(Redactor::new([].iter()).clean("x"), "x");
    }
}
