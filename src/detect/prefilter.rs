//! Where literals occur: the filter that every byte of new text goes through.
//!
//! Of each literal only its rarest four bytes are looked for: three of them by one lookup a position in a table of 65,536
//! bits, which stays in the nearest cache, all four by one in a larger table where those are there. The few positions that
//! pass are compared with the literals behind them. Unlike an automaton the filter's table does not grow
//! with the number of literals, and it yields overlapping occurrences, which makes it local: an occurrence depends on its
//! own bytes alone.

use crate::span::Span;

/// Bits of the first table, as a power of two.
const BITS: u32 = 16;
/// Bits of the second one.
const MORE_BITS: u32 = 18;
/// Bytes of a literal that one comparison of numbers takes.
const KEY: usize = 8;
/// Bytes before a literal, and from its first one on, that decide whether it counts as occurring; whether the text begins
/// with them has a say, too. What follows is left to those who judge: the fewer bytes an occurrence has, the fewer have to
/// be read around a seam.
pub(crate) const BEFORE: usize = 1;
pub(crate) const AFTER: usize = 16;
/// Where in a literal the chosen bytes may begin at the latest.
const LATEST: usize = 12;

/// Finds where literals may begin, whatever the case of their ASCII letters: where their first bytes occur.
pub(crate) struct Prefilter {
    literals: Vec<Box<[u8]>>,
    /// Whether any literal's first three chosen bytes hash here.
    table: Box<[u64; 1 << (BITS - 6)]>,
    /// Whether any literal's four chosen bytes do, or three and anything.
    more: Box<[u64; 1 << (MORE_BITS - 6)]>,
    /// For each hash the first of its `candidates`; one more than there are hashes.
    buckets: Vec<u32>,
    candidates: Vec<Candidate>,
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
        let mut places: Vec<(u32, Candidate)> = Vec::new();
        let mut more = Box::new([0u64; 1 << (MORE_BITS - 6)]);
        for (index, literal) in literals.iter().enumerate() {
            let offset = rarest(&literal[..literal.len().min(AFTER)]);
            let candidate = Candidate::new(index, literal, offset);
            let word = fold(eight(literal, offset));
            // What is shorter is followed by whatever there is.
            let threes: Vec<u64> = match literal.len() {
                2 => (0..=255).map(|any| fold(word & 0xFFFF | any << 16)).collect(),
                _ => vec![word],
            };
            for three in threes {
                places.push((hash(three), candidate));
                let fourths = if literal.len() < 4 { 0..=255 } else { word >> 24 & 0xFF..=word >> 24 & 0xFF };
                for fourth in fourths {
                    let hash = hash_more(fold(three & 0xFF_FFFF | fourth << 24));
                    more[(hash >> 6) as usize] |= 1 << (hash & 63);
                }
            }
        }
        places.sort_unstable();
        places.dedup();
        let mut table = Box::new([0u64; 1 << (BITS - 6)]);
        let mut buckets = vec![0; (1 << BITS) + 1];
        for (hash, _) in &places {
            table[(hash >> 6) as usize] |= 1 << (hash & 63);
            buckets[*hash as usize + 1] += 1;
        }
        for at in 1..buckets.len() {
            buckets[at] += buckets[at - 1];
        }
        let candidates = places.into_iter().map(|(_, place)| place).collect();
        Prefilter { literals, table, more, buckets, candidates }
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
            // Eight bytes hold four bytes at five places.
            for step in 0..5 {
                let four = word >> (8 * step);
                let hash = hash(four);
                if self.table[(hash >> 6) as usize] >> (hash & 63) & 1 != 0 && self.has_four(four) && at + step < to {
                    self.compare(text, at + step, hash, &mut each);
                }
            }
            at += 5;
        }
    }

    #[inline]
    fn has_four(&self, word: u64) -> bool {
        let hash = hash_more(word);
        self.more[(hash >> 6) as usize] >> (hash & 63) & 1 != 0
    }

    #[inline(never)]
    fn compare(&self, text: &[u8], at: usize, hash: u32, each: &mut impl FnMut(usize, u32)) {
        let bucket = self.buckets[hash as usize] as usize..self.buckets[hash as usize + 1] as usize;
        for one in &self.candidates[bucket] {
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

/// Hashes the lowest three bytes.
#[inline]
fn hash(word: u64) -> u32 {
    // The factor's lowest byte is zero, so that the fourth byte is multiplied out of the number.
    (word as u32).wrapping_mul(0x9E37_7900) >> (32 - BITS)
}

/// Hashes the lowest four bytes.
#[inline]
fn hash_more(word: u64) -> u32 {
    (word as u32).wrapping_mul(0x9E37_79B1) >> (32 - MORE_BITS)
}

/// Where the four bytes of a literal begin that text holds least often; those of shorter ones begin with them.
fn rarest(literal: &[u8]) -> usize {
    let pair = |a, b| u16::from(surprise(a, b));
    // The first three have to pass the smaller table by themselves.
    let rarity = |four: &[u8]| 2 * (pair(four[0], four[1]) + pair(four[1], four[2])) + pair(four[2], four[3]);
    let fours = literal.windows(4).take(LATEST + 1).enumerate();
    fours.max_by_key(|(at, four)| (rarity(four), std::cmp::Reverse(*at))).map_or(0, |(at, _)| at)
}

/// How surprising a pair of characters is in source text, in eighths of a bit.
pub(super) fn surprise(a: u8, b: u8) -> u8 {
    PAIRS[class(a) as usize][class(b) as usize]
}

fn class(byte: u8) -> u8 {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => letter - b'a',
        b'0'..=b'9' => 26,
        b'_' => 27,
        b'-' => 28,
        b' ' | b'\t' | b'\r' | b'\n' => 29,
        b'.' | b':' | b'/' | b'=' => 30,
        _ => 31,
    }
}

/// How surprising a pair of characters is in source text: eighths of a bit, counted over 65 MB of C, Go, Rust, shell,
/// Markdown, JSON and Terraform. Classes are the letters, digits, `_`, `-`, white space, `.:/=`, and the rest.
#[rustfmt::skip]
const PAIRS: [[u8; 32]; 32] = [
    [108, 82, 67, 68, 113, 100, 70, 119, 77, 136, 92, 64, 72, 63, 133, 73, 137, 61, 69, 56, 86, 94, 102, 97, 92, 115, 91, 108, 107, 76, 89, 87],
    [81, 111, 108, 109, 79, 119, 127, 135, 90, 88, 141, 79, 99, 135, 81, 126, 145, 83, 98, 100, 76, 137, 138, 149, 90, 145, 93, 106, 115, 91, 86, 92],
    [69, 111, 79, 104, 66, 110, 122, 65, 89, 145, 74, 74, 76, 125, 57, 109, 140, 78, 95, 65, 88, 117, 127, 143, 112, 140, 92, 100, 102, 80, 87, 85],
    [80, 104, 99, 82, 60, 99, 98, 120, 68, 131, 98, 101, 118, 117, 81, 109, 139, 96, 83, 107, 89, 114, 122, 109, 95, 149, 93, 81, 95, 61, 73, 69],
    [67, 91, 64, 64, 77, 72, 88, 112, 92, 121, 112, 71, 71, 59, 90, 71, 85, 54, 55, 62, 104, 80, 85, 69, 96, 127, 87, 71, 85, 53, 73, 63],
    [82, 118, 116, 106, 87, 82, 113, 129, 65, 145, 147, 80, 93, 94, 70, 116, 146, 87, 87, 91, 86, 147, 141, 136, 104, 152, 93, 90, 102, 67, 95, 79],
    [96, 130, 88, 136, 65, 126, 91, 98, 66, 146, 135, 101, 116, 88, 90, 114, 147, 81, 73, 111, 91, 111, 130, 151, 123, 127, 115, 89, 105, 71, 88, 74],
    [72, 119, 121, 122, 59, 128, 139, 133, 78, 143, 137, 117, 110, 119, 75, 132, 149, 101, 100, 78, 90, 133, 138, 150, 122, 137, 109, 88, 103, 74, 93, 79],
    [86, 90, 72, 69, 79, 69, 75, 132, 113, 143, 111, 63, 79, 53, 65, 82, 124, 77, 67, 56, 128, 88, 146, 91, 146, 88, 119, 115, 107, 94, 86, 92],
    [126, 150, 136, 135, 88, 147, 145, 145, 131, 95, 134, 146, 146, 148, 98, 142, 150, 146, 97, 150, 107, 154, 127, 154, 152, 154, 130, 109, 121, 106, 123, 100],
    [104, 124, 128, 111, 81, 100, 114, 124, 91, 144, 126, 124, 101, 100, 101, 116, 141, 129, 87, 103, 114, 134, 129, 139, 135, 148, 122, 88, 93, 84, 101, 86],
    [71, 115, 106, 81, 61, 91, 113, 128, 65, 141, 106, 75, 109, 113, 66, 105, 138, 114, 72, 75, 83, 85, 118, 145, 83, 145, 119, 92, 104, 74, 89, 80],
    [64, 94, 119, 77, 65, 126, 138, 134, 71, 131, 114, 107, 71, 113, 75, 74, 135, 123, 76, 92, 87, 123, 138, 145, 94, 136, 108, 98, 95, 82, 90, 91],
    [72, 117, 74, 65, 67, 79, 63, 118, 77, 137, 91, 95, 104, 98, 72, 105, 129, 100, 69, 59, 85, 87, 109, 142, 97, 130, 114, 84, 99, 64, 81, 69],
    [100, 80, 74, 74, 106, 78, 86, 127, 86, 115, 86, 78, 65, 55, 78, 74, 147, 59, 82, 72, 69, 88, 81, 114, 116, 134, 108, 90, 96, 69, 95, 88],
    [64, 135, 93, 92, 67, 111, 110, 88, 83, 154, 127, 74, 98, 125, 73, 86, 137, 73, 86, 72, 80, 124, 118, 131, 98, 141, 107, 92, 107, 83, 99, 84],
    [145, 106, 146, 152, 147, 148, 145, 151, 151, 153, 150, 141, 116, 132, 140, 126, 133, 140, 134, 138, 80, 138, 134, 144, 149, 141, 130, 126, 141, 111, 130, 98],
    [65, 93, 80, 89, 51, 103, 75, 87, 62, 146, 80, 81, 76, 79, 70, 95, 141, 75, 75, 74, 77, 88, 113, 141, 73, 126, 98, 86, 100, 65, 80, 73],
    [80, 113, 75, 97, 59, 107, 84, 74, 70, 139, 97, 101, 103, 100, 78, 77, 114, 104, 72, 54, 71, 107, 102, 134, 91, 122, 108, 74, 90, 59, 64, 64],
    [66, 98, 79, 96, 54, 84, 119, 58, 58, 137, 121, 93, 93, 121, 66, 76, 136, 59, 70, 72, 75, 124, 99, 98, 76, 123, 94, 64, 78, 54, 75, 66],
    [87, 80, 78, 86, 76, 87, 100, 142, 82, 124, 138, 73, 86, 71, 114, 80, 146, 69, 70, 67, 131, 138, 148, 110, 134, 132, 116, 120, 139, 96, 122, 106],
    [75, 141, 110, 143, 71, 140, 139, 149, 80, 151, 130, 134, 137, 110, 96, 140, 148, 130, 103, 129, 124, 138, 132, 148, 141, 149, 90, 112, 104, 100, 99, 89],
    [85, 139, 111, 114, 89, 121, 145, 86, 81, 152, 136, 102, 129, 103, 80, 135, 142, 90, 99, 119, 134, 141, 120, 144, 144, 150, 126, 99, 111, 90, 105, 91],
    [99, 133, 108, 120, 101, 129, 145, 137, 98, 149, 148, 134, 118, 146, 134, 80, 145, 132, 118, 86, 128, 140, 135, 120, 121, 132, 103, 98, 109, 91, 94, 88],
    [122, 123, 96, 135, 96, 105, 131, 133, 113, 148, 132, 112, 98, 104, 96, 76, 140, 114, 96, 97, 139, 134, 104, 137, 125, 132, 126, 92, 102, 73, 89, 82],
    [105, 140, 145, 143, 89, 150, 143, 147, 120, 154, 147, 134, 139, 137, 128, 149, 140, 138, 124, 140, 136, 137, 140, 148, 124, 109, 129, 134, 146, 106, 122, 103],
    [94, 92, 96, 95, 95, 96, 130, 133, 130, 135, 130, 128, 108, 123, 132, 114, 133, 104, 124, 117, 104, 132, 128, 104, 134, 123, 48, 98, 92, 69, 72, 67],
    [84, 87, 76, 81, 79, 84, 93, 94, 82, 101, 111, 86, 85, 90, 84, 81, 111, 80, 75, 82, 94, 98, 91, 129, 143, 136, 105, 109, 157, 99, 112, 96],
    [94, 91, 81, 98, 95, 89, 100, 107, 94, 132, 116, 96, 95, 97, 97, 90, 117, 91, 86, 89, 103, 105, 105, 127, 143, 118, 87, 170, 64, 86, 122, 78],
    [61, 70, 60, 70, 69, 65, 71, 74, 61, 97, 96, 68, 68, 73, 67, 69, 90, 64, 60, 56, 69, 81, 71, 102, 94, 107, 69, 94, 69, 30, 59, 42],
    [78, 84, 74, 86, 91, 80, 78, 92, 90, 95, 112, 94, 85, 93, 91, 86, 111, 81, 75, 82, 91, 90, 96, 122, 125, 128, 75, 139, 115, 53, 63, 71],
    [77, 83, 73, 81, 79, 81, 76, 88, 81, 99, 98, 83, 82, 76, 83, 78, 101, 75, 66, 78, 85, 83, 89, 102, 105, 109, 73, 100, 85, 39, 66, 39],
];

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
