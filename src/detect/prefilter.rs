//! Where literals occur: the filter that every byte of new text goes through.
//!
//! Of each literal only the four bytes are looked for that text holds least often: the lowest bits of three of them by one
//! lookup a position in a table that stays in the nearest cache, all four by one in a larger table where those are there.
//! The few positions that pass are compared with the literals behind them. Unlike an automaton the filter's table does not
//! grow with the number of literals, and it yields overlapping occurrences, which makes it local: an occurrence depends on
//! its own bytes alone.

use super::rarity::Rarity;
use crate::span::Span;

/// Rows of the first table: the lowest five bits of two bytes, each in a byte of its own so that nothing has to be
/// moved. The rows in between are never read: those that are take 4 KB.
const ROWS: usize = 1 << 13;
/// Bits of the second table, as a power of two.
const BITS: u32 = 20;
/// Lists of literals to compare with, as a power of two.
const LISTS: u32 = 14;
/// Bytes of a literal that one comparison of numbers takes.
const KEY: usize = 8;
/// Bytes before a literal, and from its first one on, that decide whether it counts as occurring; whether the text begins
/// with them has a say, too. What follows is left to those who judge: the fewer bytes an occurrence has, the fewer have to
/// be read around a seam.
pub(crate) const BEFORE: usize = 1;
pub(crate) const AFTER: usize = 16;
/// Where in a literal the chosen bytes may begin at the latest.
const LATEST: usize = 12;
/// How much dearer it is to pass the second table than to look at it.
const PASSED: f32 = 4.0;

/// Finds where literals may begin, whatever the case of their ASCII letters: where their first bytes occur.
pub(crate) struct Prefilter {
    literals: Vec<Box<[u8]>>,
    /// Which three chosen bytes there are, as far as their lowest five bits tell: a bit for the first one in the row of
    /// the others.
    threes: Box<[u32; ROWS]>,
    /// Whether the four chosen bytes of any literal hash here, or three and anything.
    fours: Box<[u64; 1 << (BITS - 6)]>,
    /// Literals of four bytes and more by their chosen bytes.
    long: Lists,
    /// Shorter ones by their first two bytes.
    short: Lists,
}

/// Literals in lists, by a number.
struct Lists {
    /// For each list the first of its `candidates`; one more than there are lists.
    starts: Vec<u32>,
    candidates: Vec<Candidate>,
}

impl Lists {
    fn new(mut places: Vec<(u32, Candidate)>) -> Self {
        places.sort_unstable();
        let mut starts = vec![0; (1 << LISTS) + 1];
        for (list, _) in &places {
            starts[*list as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Lists { starts, candidates: places.into_iter().map(|(_, place)| place).collect() }
    }

    #[inline]
    fn of(&self, list: u32) -> &[Candidate] {
        &self.candidates[self.starts[list as usize] as usize..self.starts[list as usize + 1] as usize]
    }
}

/// A literal that may stand where its chosen bytes do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    literal: u32,
    /// Where in it the chosen bytes stand.
    offset: u32,
    /// Its first bytes as [`fold`] presents them, the first one lowest, and which of the eight they are.
    key: u64,
    mask: u64,
}

impl Candidate {
    fn new(index: usize, literal: &[u8], offset: usize) -> Self {
        let len = literal.len().min(KEY);
        let mask = u64::MAX >> (64 - 8 * len);
        Candidate { literal: index as u32, offset: offset as u32, key: fold(eight(literal, 0)) & mask, mask }
    }
}

impl Prefilter {
    /// A filter for literals of at least two bytes.
    pub(crate) fn new(literals: &[String]) -> Self {
        let literals: Vec<Box<[u8]>> =
            literals.iter().map(|one| one.to_ascii_lowercase().into_bytes().into()).collect();
        let (mut long, mut short) = (Vec::new(), Vec::new());
        let mut threes = Box::new([0u32; ROWS]);
        let mut fours = Box::new([0u64; 1 << (BITS - 6)]);
        let rarity = Rarity::new();
        // Short ones have no choice; others may then stand where those make the filter look anyway.
        let mut order: Vec<usize> = (0..literals.len()).collect();
        order.sort_by_key(|index| literals[*index].len());
        for index in order {
            let literal = &literals[index];
            let cost = |bytes: &[u8]| {
                let word = fold(eight(bytes, 0));
                let three = if has_three(&threes, word & LOW) { 0.0 } else { rarity.three(bytes) };
                let four = if has_four(&fours, word) { 0.0 } else { rarity.four(bytes) };
                three + PASSED * four
            };
            let choice = literal[..literal.len().min(AFTER)].windows(4).take(LATEST + 1).map(cost).enumerate();
            let offset = choice.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(at, _)| at);
            let candidate = Candidate::new(index, literal, offset);
            let word = fold(eight(literal, offset));
            match literal.len() {
                0..4 => short.push((list_of_short(word), candidate)),
                _ => long.push((list_of_long(word), candidate)),
            }
            // What is shorter is followed by whatever there is.
            let any = |at: usize| if at < literal.len() { vec![word >> (8 * at) & 0xFF] } else { (0..=0xFF).collect() };
            for third in any(2) {
                let three = word & 0xFFFF | third << 16;
                threes[row(three & LOW)] |= 1 << (three & 31);
                for fourth in any(3) {
                    let hash = hash(fold(three | fourth << 24));
                    fours[(hash >> 6) as usize] |= 1 << (hash & 63);
                }
            }
        }
        Prefilter { literals, threes, fours, long: Lists::new(long), short: Lists::new(short) }
    }

    /// Bytes of a literal that an occurrence has.
    pub(crate) fn len_of(&self, literal: u32) -> usize {
        self.literals[literal as usize].len().min(AFTER)
    }

    /// Whether the whole literal stands where it may begin.
    pub(crate) fn stands(&self, text: &[u8], at: usize, literal: u32) -> bool {
        let literal = &self.literals[literal as usize];
        text.get(at..at + literal.len()).is_some_and(|found| found.eq_ignore_ascii_case(literal))
    }

    /// Bytes of the whole literal.
    pub(crate) fn whole_len_of(&self, literal: u32) -> usize {
        self.literals[literal as usize].len()
    }

    /// The window to look in for occurrences that bytes on both sides of a place, or in a gap, decide.
    pub(crate) fn around(gap: Span, len: usize) -> Span {
        Span::new(gap.start.saturating_sub(AFTER - 1), (gap.end + BEFORE + 1 + LATEST).min(len))
    }

    /// Yields start and literal of each occurrence whose chosen bytes begin inside `from..to`, in no particular
    /// order.
    pub(crate) fn find(&self, text: &[u8], window: Span, mut each: impl FnMut(usize, u32)) {
        // Two bytes at least; a literal of two may stand at the very end.
        let to = window.end.min(text.len().saturating_sub(1));
        let mut at = window.start;
        while at < to {
            let word = fold(eight(text, at));
            let low = word & LOW;
            // Eight bytes hold four bytes at five places.
            for step in 0..5 {
                if has_three(&self.threes, low >> (8 * step))
                    && has_four(&self.fours, word >> (8 * step))
                    && at + step < to
                {
                    self.compare(text, at + step, word >> (8 * step), &mut each);
                }
            }
            at += 5;
        }
    }

    #[inline(never)]
    fn compare(&self, text: &[u8], at: usize, word: u64, each: &mut impl FnMut(usize, u32)) {
        for one in self.long.of(list_of_long(word)).iter().chain(self.short.of(list_of_short(word))) {
            let Some(start) = at.checked_sub(one.offset as usize) else { continue };
            // Folding takes a few signs for others: the bytes themselves have the last word.
            if fold(eight(text, start)) & one.mask == one.key && self.begins(text, start, one.literal) {
                each(start, one.literal);
            }
        }
    }

    fn begins(&self, text: &[u8], at: usize, literal: u32) -> bool {
        let key = &self.literals[literal as usize][..self.len_of(literal)];
        text.get(at..at + key.len()).is_some_and(|found| found.eq_ignore_ascii_case(key))
    }
}

/// The eight bytes at a place, the first one lowest; zeros beyond the end.
#[inline]
fn eight(text: &[u8], at: usize) -> u64 {
    if let Some(eight) = text.get(at..).and_then(<[u8]>::first_chunk) {
        return u64::from_le_bytes(*eight);
    }
    let mut eight = [0; 8];
    let rest = text.get(at..).unwrap_or_default();
    eight[..rest.len()].copy_from_slice(rest);
    u64::from_le_bytes(eight)
}

/// Eight bytes with letters in lower case.
#[inline]
fn fold(word: u64) -> u64 {
    word | 0x2020_2020_2020_2020
}

/// The lowest five bits of each byte.
const LOW: u64 = 0x1F1F_1F1F_1F1F_1F1F;

/// The row of the second and third byte, of each of which only the lowest five bits are there.
#[inline]
fn row(low: u64) -> usize {
    (low >> 8) as usize % ROWS
}

#[inline]
fn has_three(threes: &[u32; ROWS], low: u64) -> bool {
    threes[row(low)] >> (low & 31) & 1 != 0
}

#[inline]
fn has_four(fours: &[u64; 1 << (BITS - 6)], word: u64) -> bool {
    let hash = hash(word);
    fours[(hash >> 6) as usize] >> (hash & 63) & 1 != 0
}

/// Hashes the lowest four bytes.
#[inline]
fn hash(word: u64) -> u32 {
    (word as u32).wrapping_mul(0x9E37_79B1) >> (32 - BITS)
}

/// The list of literals with these four bytes.
fn list_of_long(word: u64) -> u32 {
    hash(word) >> (BITS - LISTS)
}

/// The list of literals that begin with these two.
fn list_of_short(word: u64) -> u32 {
    hash(word & 0xFFFF) >> (BITS - LISTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aho_corasick::AhoCorasick;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_occurrence_is_found_as_by_an_automaton(
            literals in proptest::collection::btree_set("[a-cA-C_4-]{2,6}|[ab]{7,14}", 1..20),
            text in "[a-cA-C_4\\- é]{0,200}",
            from in 0usize..100, len in 0usize..200,
        ) {
            let literals: std::collections::BTreeSet<String> = literals.iter().map(|one| one.to_ascii_lowercase()).collect();
            let literals: Vec<String> = literals.into_iter().collect();
            let text = text.as_bytes();
            let from = from.min(text.len());
            let to = (from + len).min(text.len());
            let mut found = Vec::new();
            let filter = Prefilter::new(&literals);
            let window = Prefilter::around(Span::new(from, to), text.len());
            filter.find(text, window, |at, literal| {
                if at < to && at + filter.len_of(literal) > from {
                    found.push((at, literal));
                }
            });
            found.sort_unstable();
            let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(&literals).expect("few literals");
            let mut expected: Vec<_> = automaton
                .find_overlapping_iter(text)
                .filter(|one| one.start() < to && one.end() > from)
                .map(|one| (one.start(), one.pattern().as_u32()))
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
