//! Text that is not written as the content around it: what a shell appended in another encoding, or bytes behind a mark
//! that promises UTF-16.

use super::Kind;
use crate::detect::{Encoding, sniff};

/// Shortest run of ASCII in wide text that is no accident: letters of other scripts are such bytes, too.
const SHORTEST: usize = 16;
/// Bytes at the end of content that tell how it ends.
const EDGE: usize = 64;

/// Tells whether content ends, or goes on, in another encoding than it begins with.
pub(super) fn odd(content: &[u8]) -> Option<Kind> {
    let tail = &content[content.len().saturating_sub(EDGE)..];
    let nuls = memchr::memchr_iter(0, tail).count();
    let is_wide_end = nuls >= SHORTEST / 2 && nuls * 4 >= tail.len();
    match sniff(content) {
        Encoding::Bytes => is_wide_end.then_some(Kind::Wide),
        Encoding::Binary => has_wide(content).then_some(Kind::Wide),
        _ => runs(content).next().map(|_| Kind::Narrow),
    }
}

/// Whether a string of UTF-16, little end first, stands in a binary. One holds eight bytes behind every sixteenth place.
fn has_wide(content: &[u8]) -> bool {
    let printable = |unit: &[u8]| unit[1] == 0 && (0x20..0x7F).contains(&unit[0]);
    let wide = |at: usize, units: usize| {
        content.get(at..at + 2 * units).is_some_and(|units| units.chunks_exact(2).all(printable))
    };
    (0..content.len()).step_by(16).flat_map(|at| [at, at + 1]).filter(|at| wide(*at, 4)).any(|at| {
        let before = (1..SHORTEST).take_while(|units| at.checked_sub(2 * units).is_some_and(|at| wide(at, 1))).count();
        wide(at - 2 * before, SHORTEST)
    })
}

/// The ASCII in wide text, a line for each run.
pub(super) fn narrow(content: &[u8]) -> Vec<u8> {
    runs(content).flat_map(|run| [run, b"\n"]).flatten().copied().collect()
}

fn runs(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let printable = |byte: &u8| *byte == b'\t' || (0x20..0x7F).contains(byte);
    content.split(move |byte| !printable(byte)).filter(|run| run.len() >= SHORTEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn what_changes_its_encoding_is_odd() {
        let line = "a line that is long enough\n";
        let marked = |mark: &[u8]| [mark, line.as_bytes()].concat();
        for mark in [&b"\xFF\xFE"[..], b"\xFE\xFF", b"\xFF\xFE\0\0", b"\0\0\xFE\xFF"] {
            assert_eq!(odd(&marked(mark)), Some(Kind::Narrow), "{mark:?}");
            assert_eq!(narrow(&marked(mark)), line.as_bytes());
        }
        let appended = [wide(&line.repeat(200)), line.into()].concat();
        assert_eq!(odd(&appended), Some(Kind::Narrow));
        let appended = [line.repeat(400).into(), wide(line)].concat();
        assert_eq!(odd(&appended), Some(Kind::Wide));
    }

    #[test]
    fn a_binary_may_hold_wide_text_anywhere() {
        let noise: Vec<u8> = (0..=255).cycle().step_by(7).take(1001).collect();
        for before in 0..20 {
            let content = [&noise[before..], &wide("some string or other"), &noise].concat();
            assert_eq!(odd(&content), Some(Kind::Wide), "{before}");
        }
        assert_eq!(odd(&[&noise[..], &[0; 300], &wide("short one"), &noise].concat()), None);
    }

    #[test]
    fn what_is_written_in_one_way_is_not() {
        let chinese = "\u{4E2D}\u{6587}\u{7F51}\u{7AD9}\u{6570}\u{636E}\n".repeat(50);
        for text in ["a line that is long enough\n", "", &chinese] {
            assert_eq!(odd(text.as_bytes()), None);
            assert_eq!(odd(&wide(text)), None);
            assert_eq!(odd(&wide(&format!("\u{FEFF}{text}"))), None);
        }
        assert_eq!(odd(&[0; 300]), None);
    }
}
