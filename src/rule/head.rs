//! How matches of a pattern begin: a look at a few bytes that tells most places where it cannot match.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use crate::detect::prefilter::{AFTER, BEFORE};

/// Bytes of a match that are looked at.
const LONGEST: usize = 48;
/// Ways to begin that are told apart.
const MOST: usize = 8;

/// The bytes with which matches of a pattern may begin, as one or more ways to do so.
pub(crate) struct Heads(Vec<Vec<Bytes>>);

/// A set of bytes.
type Bytes = [u64; 4];

/// A way to begin, and whether what follows in the pattern follows right behind it.
#[derive(Clone)]
struct Head {
    bytes: Vec<Bytes>,
    open: bool,
}

impl Heads {
    /// Of matches that do not begin at the start of the text.
    pub(crate) fn of(pattern: &Hir) -> Self {
        Heads(heads(pattern).into_iter().map(|head| head.bytes).collect())
    }

    /// Of what stands around a literal that begins `back` bytes behind the start of such matches: from the byte before
    /// it, if the pattern says of that, to the last byte that an occurrence has.
    pub(crate) fn around(&self, back: usize) -> Self {
        let (skip, len) = (back.saturating_sub(BEFORE), back.min(BEFORE) + AFTER);
        let mut around = Heads(self.0.iter().map(|head| head.iter().skip(skip).take(len).copied().collect()).collect());
        // Escapes and codes of colours end so: what stands behind one may begin a match as well.
        let code = set([b"09", b"af", b"AF", b"mn", b"rt", b"KK"].map(|range| (range[0], range[1])));
        if back >= BEFORE {
            for before in around.0.iter_mut().filter_map(|head| head.first_mut()) {
                before.iter_mut().zip(code).for_each(|(byte, more)| *byte |= more);
            }
        }
        around
    }

    /// Whether a match may begin at `at`, which is not the start of the text.
    pub(crate) fn may_begin(&self, text: &[u8], at: usize) -> bool {
        self.0.iter().any(|head| {
            text.get(at..at + head.len()).is_some_and(|found| {
                found.iter().zip(head).all(|(byte, set)| set[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0)
            })
        })
    }
}

fn heads(pattern: &Hir) -> Vec<Head> {
    let unknown = || vec![Head { bytes: Vec::new(), open: false }];
    match pattern.kind() {
        HirKind::Empty => vec![Head { bytes: Vec::new(), open: true }],
        // Nothing begins at the start of the text here; other looks take no bytes.
        HirKind::Look(Look::Start) => Vec::new(),
        HirKind::Look(_) => vec![Head { bytes: Vec::new(), open: true }],
        HirKind::Literal(literal) => {
            vec![Head { bytes: literal.0.iter().map(|byte| set([(*byte, *byte)])).collect(), open: true }]
        }
        HirKind::Class(Class::Bytes(class)) => {
            vec![Head { bytes: vec![set(class.iter().map(|range| (range.start(), range.end())))], open: true }]
        }
        HirKind::Class(Class::Unicode(_)) => unknown(),
        HirKind::Capture(capture) => heads(&capture.sub),
        HirKind::Repetition(repetition) => {
            let copies = (repetition.min as usize).min(LONGEST);
            let mut out = chain(std::iter::repeat_n(&*repetition.sub, copies));
            if repetition.max != Some(repetition.min) || copies < repetition.min as usize {
                out.iter_mut().for_each(|head| head.open = false);
            }
            out
        }
        HirKind::Concat(parts) => chain(parts.iter()),
        HirKind::Alternation(ways) => {
            let out: Vec<Head> = ways.iter().flat_map(heads).collect();
            if out.len() > MOST { unknown() } else { out }
        }
    }
}

/// Of patterns one behind the other.
fn chain<'a>(parts: impl Iterator<Item = &'a Hir>) -> Vec<Head> {
    let mut out = vec![Head { bytes: Vec::new(), open: true }];
    for part in parts {
        if !out.iter().any(|head| head.open) {
            break;
        }
        let next = heads(part);
        if out.len() * next.len() > MOST {
            out.iter_mut().for_each(|head| head.open = false);
            break;
        }
        out = out
            .into_iter()
            .flat_map(|head| {
                let ways: &[Head] = if head.open { &next } else { &[] };
                let longer = ways.iter().map(|way| {
                    let mut bytes = [&head.bytes[..], &way.bytes[..]].concat();
                    let open = way.open && bytes.len() <= LONGEST;
                    bytes.truncate(LONGEST);
                    Head { bytes, open }
                });
                let longer: Vec<Head> = longer.collect();
                if head.open { longer } else { vec![head] }
            })
            .collect();
    }
    out
}

fn set(ranges: impl IntoIterator<Item = (u8, u8)>) -> Bytes {
    let mut out = [0; 4];
    for (first, last) in ranges {
        for byte in first..=last {
            out[usize::from(byte >> 6)] |= 1u64 << (byte & 63);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_automata::meta::Regex;
    use regex_automata::{Anchored, Input};

    use super::*;

    fn parse(pattern: &str) -> Hir {
        regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).expect("a pattern")
    }

    #[test]
    fn most_places_are_told_by_a_few_bytes() {
        let heads = Heads::of(&parse(r"(?:\A|[^a-z])pat[A-Z0-9]{4,9}\.x"));
        assert!(heads.may_begin(b" patA1B2.x", 0) && heads.may_begin(b" patA1B2", 0));
        assert!(!heads.may_begin(b"xpatA1B2.x", 0) && !heads.may_begin(b" pattern", 0));
    }

    proptest! {
        #[test]
        fn no_match_is_lost(text in "[ab01 .]{1,12}", which in 0usize..8) {
            let pattern = [
                "a{2}b?", "(?:a|b0)[01]{1,3}", "(?i:A)(?:b|)0", r"(?:\A|[^a])b", r"\ba[01]", "(?:a|b|0|1)(?:a|b|0|1)(?:a|b)", "[ab]*0", "(a(?:b|01)|b{0,2})1",
            ][which];
            let hir = parse(pattern);
            let heads = Heads::of(&hir);
            let regex = Regex::builder().build_from_hir(&hir).expect("compiles");
            for at in 1..text.len() {
                let input = Input::new(&text).span(at..text.len()).anchored(Anchored::Yes);
                prop_assert!(!regex.is_match(input) || heads.may_begin(text.as_bytes(), at), "{pattern} {text:?} {at}");
            }
        }
    }
}
