//! Where literals occur: the filter that every byte of new text goes through.
//!
//! Of each literal only the four bytes are looked for that text holds least often: the lowest bits of three of them by one
//! lookup a position in a table that stays in the nearest cache, all four by one in a larger table where those are there.
//! The few positions that pass are compared with the literals behind them. Positions go from step to step in a list: which of
//! them pass is random, and a branch for each would be foretold wrongly too often. Unlike an automaton the filter's table does
//! not grow with the number of literals, and it yields overlapping occurrences, which makes it local: an occurrence depends on
//! its own bytes alone.

use super::rarity::Rarity;
use crate::span::Span;

/// Rows of the first table: the lowest five bits of two bytes, each in a byte of its own so that nothing has to be
/// moved. The rows in between are never read: those that are take 4 KB.
const ROWS: usize = 1 << 13;
/// Slots of the second table, as a power of two.
const SLOTS: u32 = 15;
/// Places that are looked at together, and room for those beyond that pass.
const PLACES: usize = 384;
const ROOM: usize = 512;
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
    /// Literals by their four chosen bytes, shorter ones by the three they begin with.
    fours: Slots,
    shorts: Slots,
    candidates: Vec<Candidate>,
}

/// Where among the candidates those of a number begin; 0 where there are none.
type Slots = Box<[u16; 1 << SLOTS]>;

/// A literal that may stand where its chosen bytes do.
#[derive(Clone, Copy)]
struct Candidate {
    /// Its first bytes in lower case, the first one lowest, which of the eight they are, and the bit that tells case in
    /// those that are letters.
    key: u64,
    mask: u64,
    case: u64,
    literal: u32,
    /// Where in it the chosen bytes stand.
    offset: u16,
    /// Whether the next candidate is another number's.
    last: bool,
}

impl Candidate {
    fn new(index: usize, literal: &[u8], offset: usize) -> Self {
        let len = literal.len().min(KEY);
        let mask = u64::MAX >> (64 - 8 * len);
        let case = literal[..len]
            .iter()
            .rev()
            .fold(0, |case, byte| case << 8 | if byte.is_ascii_lowercase() { 0x20 } else { 0 });
        Candidate {
            key: eight(literal, 0) & mask,
            mask,
            case,
            literal: index as u32,
            offset: offset as u16,
            last: false,
        }
    }
}

impl Prefilter {
    /// A filter for literals of at least two bytes.
    pub(crate) fn new(literals: &[String]) -> Self {
        let literals: Vec<Box<[u8]>> =
            literals.iter().map(|one| one.to_ascii_lowercase().into_bytes().into()).collect();
        let (mut long, mut short) = (Vec::new(), Vec::new());
        let mut threes = Box::new([0u32; ROWS]);
        let mut known = [false; 1 << SLOTS];
        let rarity = Rarity::new();
        // Short ones have no choice; others may then stand where those make the filter look anyway.
        let mut order: Vec<usize> = (0..literals.len()).collect();
        order.sort_by_key(|index| literals[*index].len());
        for index in order {
            let literal = &literals[index];
            let len = literal.len().min(AFTER);
            let mut head = [0; AFTER + KEY];
            head[..len].copy_from_slice(&literal[..len]);
            let cost = |at: usize| {
                let (bytes, word) = (&head[at..at + 4], fold(eight(&head, at)));
                let three = if has_three(&threes, word & LOW) { 0.0 } else { rarity.three(bytes) };
                let four = if known[slot(word)] { 0.0 } else { rarity.four(bytes) };
                three + PASSED * four
            };
            let choice = (0..=len.saturating_sub(4).min(LATEST)).map(|at| (at, cost(at)));
            let offset = choice.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(at, _)| at);
            let candidate = Candidate::new(index, literal, offset);
            let word = fold(eight(&head, offset));
            let mut look = |word: u64| threes[row(word & LOW)] |= 1 << (word & 31);
            if literal.len() >= 4 {
                look(word);
                known[slot(word)] = true;
                long.push((slot(word), candidate));
                continue;
            }
            // Two bytes are followed by whatever there is.
            let third = if literal.len() < 3 { 0..0x100 } else { word >> 16 & 0xFF..(word >> 16 & 0xFF) + 1 };
            for third in third {
                let word = fold(word & 0xFFFF | third << 16);
                look(word);
                short.push((slot(word & THREE), candidate));
            }
        }
        let mut candidates = Vec::new();
        let (fours, shorts) = (slots(long, &mut candidates), slots(short, &mut candidates));
        Prefilter { literals, threes, fours, shorts, candidates }
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
        // Counted from the first of those that are looked at together.
        let mut places = [0u16; ROOM];
        let mut at = window.start;
        while at < to {
            let (base, end) = (at, to.min(at + PLACES));
            let mut count = 0;
            while at < end {
                let low = eight(text, at) & LOW;
                // Eight bytes hold three bytes at six places.
                for step in 0..6 {
                    places[count % ROOM] = (at + step - base) as u16;
                    count += usize::from(has_three(&self.threes, low >> (8 * step)));
                }
                at += 6;
            }
            at = end;
            while count > 0 && base + usize::from(places[(count - 1) % ROOM]) >= end {
                count -= 1;
            }
            let passed = count;
            count = 0;
            for index in 0..passed {
                let place = places[index % ROOM];
                let word = fold(eight(text, base + usize::from(place)));
                places[count % ROOM] = place;
                let known = self.fours[slot(word)] | self.shorts[slot(word & THREE)];
                count += usize::from(known != 0);
            }
            for index in 0..count {
                let place = base + usize::from(places[index % ROOM]);
                let word = fold(eight(text, place));
                self.compare(text, place, self.fours[slot(word)], &mut each);
                self.compare(text, place, self.shorts[slot(word & THREE)], &mut each);
            }
        }
    }

    #[inline]
    fn compare(&self, text: &[u8], at: usize, first: u16, each: &mut impl FnMut(usize, u32)) {
        if first == 0 {
            return;
        }
        for one in &self.candidates[usize::from(first) - 1..] {
            let start = at.wrapping_sub(usize::from(one.offset));
            if start <= at
                && (eight(text, start) | one.case) & one.mask == one.key
                && (one.mask != u64::MAX || self.begins(text, start, one.literal))
            {
                each(start, one.literal);
            }
            if one.last {
                break;
            }
        }
    }

    fn begins(&self, text: &[u8], at: usize, literal: u32) -> bool {
        let key = &self.literals[literal as usize][..self.len_of(literal)];
        text.get(at..at + key.len()).is_some_and(|found| found.eq_ignore_ascii_case(key))
    }
}

/// Puts candidates in order of their numbers.
fn slots(mut by_slot: Vec<(usize, Candidate)>, candidates: &mut Vec<Candidate>) -> Slots {
    by_slot.sort_by_key(|(slot, one)| (*slot, one.literal));
    by_slot.dedup_by_key(|(slot, one)| (*slot, one.literal));
    let mut slots = Box::new([0; 1 << SLOTS]);
    for list in by_slot.chunk_by(|a, b| a.0 == b.0) {
        slots[list[0].0] = candidates.len() as u16 + 1;
        candidates.extend(list.iter().map(|(_, one)| *one));
        if let Some(one) = candidates.last_mut() {
            one.last = true;
        }
    }
    slots
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

/// The lowest three bytes.
const THREE: u64 = 0xFF_FFFF;

/// The slot of the lowest four bytes.
#[inline]
fn slot(word: u64) -> usize {
    ((word as u32).wrapping_mul(0x9E37_79B1) >> (32 - SLOTS)) as usize
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
