//! The fingerprint that GitHub code scanning keeps an alert by: `primaryLocationLineHash`.
//!
//! The upload step of github/codeql-action computes the same value for files in the checkout
//! (`src/fingerprints.ts`). It keeps the one in the report but warns where the two differ.

use std::collections::{HashMap, VecDeque};

/// UTF-16 code units that a line's hash covers, from the line's first on.
const WINDOW: u64 = 100;
const BASE: u64 = 37;
/// `BASE` to the power of `WINDOW`: what a unit weighs once it has left the window.
const LEFT: u64 = BASE.wrapping_pow(WINDOW as u32);
/// Stands for the end of the file; zeros follow it.
const END: u16 = u16::MAX;

/// The hashes of a content's lines.
///
/// A line ends at LF, CR or CR LF. Spaces and tabs do not count.
pub(crate) struct LineHashes {
    /// Where lines end, in order. The LF of a CR LF belongs to the line that it ends.
    ends: Vec<usize>,
    /// The hash of each line, and how many lines up to it have that one.
    lines: Vec<(u64, u32)>,
}

impl LineHashes {
    /// Reads the content once, however many of its lines are asked for.
    pub(crate) fn of(content: &[u8]) -> Self {
        let is_end = |at: &usize| content[*at] == b'\n' || content.get(at + 1) != Some(&b'\n');
        let ends = memchr::memchr2_iter(b'\n', b'\r', content).filter(is_end).collect();
        let mut lines = Lines::default();
        let mut ended = true;
        for unit in units(content) {
            lines.push(unit, ended);
            ended = unit == u16::from(b'\n');
        }
        lines.finish(ended);
        let mut counts: HashMap<u64, u32> = HashMap::new();
        let counted = lines.hashes.into_iter().map(|hash| {
            let count = counts.entry(hash).or_default();
            *count += 1;
            (hash, *count)
        });
        LineHashes { ends, lines: counted.collect() }
    }

    /// The hash of the line that holds the byte at `offset`, as `<hex>:<n>`: the n-th line of the content with that hash.
    pub(crate) fn at(&self, offset: usize) -> String {
        let line = self.ends.partition_point(|end| *end < offset);
        let (hash, count) = self.lines.get(line).copied().unwrap_or((0, 1));
        format!("{hash:x}:{count}")
    }
}

/// The UTF-16 code units of the content, without blanks and with every line end as one LF.
///
/// Bytes that are not UTF-8 become U+FFFD; a byte order mark stays.
fn units(content: &[u8]) -> impl Iterator<Item = u16> {
    let chars = content.utf8_chunks().flat_map(|chunk| {
        let replaced = (!chunk.invalid().is_empty()).then_some(char::REPLACEMENT_CHARACTER);
        chunk.valid().chars().chain(replaced)
    });
    let mut after_cr = false;
    let kept = chars.filter_map(move |c| {
        let second = after_cr && c == '\n';
        after_cr = c == '\r';
        match c {
            ' ' | '\t' => None,
            '\n' if second => None,
            '\r' => Some('\n'),
            other => Some(other),
        }
    });
    kept.flat_map(|c| {
        let mut pair = [0; 2];
        let length = c.encode_utf16(&mut pair).len();
        pair.into_iter().take(length)
    })
}

/// Line hashes of a stream of units.
///
/// The hash of all units so far is one polynomial, so the hash of a window is what the polynomial
/// is at the window's end less what it was at its start, weighed by the distance.
#[derive(Default)]
struct Lines {
    polynomial: u64,
    read: u64,
    /// Lines whose window is not full: where it will be, and the polynomial at its start.
    open: VecDeque<(u64, u64)>,
    hashes: Vec<u64>,
}

impl Lines {
    fn push(&mut self, unit: u16, first_of_line: bool) {
        if first_of_line {
            self.open.push_back((self.read + WINDOW, self.polynomial));
        }
        self.polynomial = self.polynomial.wrapping_mul(BASE).wrapping_add(u64::from(unit));
        self.read += 1;
        if let Some(&(full, start)) = self.open.front()
            && full == self.read
        {
            self.open.pop_front();
            self.hashes.push(self.polynomial.wrapping_sub(start.wrapping_mul(LEFT)));
        }
    }

    fn finish(&mut self, ended: bool) {
        self.push(END, ended);
        for _ in 0..WINDOW {
            self.push(0, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_hash(content: &[u8], offset: usize) -> String {
        LineHashes::of(content).at(offset)
    }

    /// Hash of every line, taken at the line's first byte.
    fn hashes(text: &str) -> Vec<String> {
        let hashes = LineHashes::of(text.as_bytes());
        std::iter::once(0).chain(hashes.ends.iter().map(|end| end + 1)).map(|at| hashes.at(at)).collect()
    }

    #[test]
    fn equals_the_vectors_of_the_upload_action() {
        assert_eq!(hashes(""), ["c129715d7a2bc9a3:1"]);
        let four = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        assert_eq!(hashes(" a\nb\n  \t\tc\n d"), four);
        let open = [
            "8b7cf3e952e7aeb2:1",
            "b1ae1287ec4718d9:1",
            "bff680108adb0fcc:1",
            "c6805c5e1288b612:1",
            "b86d3392aea1be30:1",
            "e6ceba753e1a442:1",
        ];
        assert_eq!(hashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End"), open);
    }

    #[test]
    fn every_line_end_counts_the_same() {
        let expected = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        let text = " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n";
        assert_eq!(hashes(text), expected);
        assert_eq!(hashes(&text.replace('\n', "\r")), expected);
        assert_eq!(hashes(&text.replace('\n', "\r\n")), expected);
        assert_eq!(hashes(" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n"), expected);
    }

    #[test]
    fn equal_lines_are_numbered() {
        let expected = [
            "a7f2ff13bc495cf2:1",
            "a7f2ff13bc495cf2:2",
            "a7f2ff13bc495cf2:3",
            "a7f2ff13bc495cf2:4",
            "a7f2ff13bc495cf2:5",
            "a7f2ff13bc495cf2:6",
            "a7f2ff1481e87703:1",
            "a9cf91f7bbf1862b:1",
            "55ec222b86bcae53:1",
            "cc97dc7b1d7d8f7b:1",
            "c129715d7a2bc9a3:1",
        ];
        assert_eq!(hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10)), expected);
    }

    #[test]
    fn any_byte_of_a_line_gives_its_hash() {
        let text = b"one\r\ntwo three\n";
        assert_eq!(line_hash(text, 4), line_hash(text, 0));
        assert_eq!(line_hash(text, 5), line_hash(text, 13));
        assert_ne!(line_hash(text, 4), line_hash(text, 5));
        assert_eq!(line_hash(text, 999), "c129715d7a2bc9a3:1");
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_replaced_by_maximal_subparts() {
        assert_eq!(line_hash(b"\xe2\x82x", 0), line_hash("\u{fffd}x".as_bytes(), 0));
        assert_eq!(line_hash(b"\xff\xffx", 0), line_hash("\u{fffd}\u{fffd}x".as_bytes(), 0));
    }
}
