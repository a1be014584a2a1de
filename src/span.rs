//! Places in content: byte spans, and the lines and columns that people and reports use.

use serde::Serialize;

/// Half-open byte range in a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` to `end`, which must not lie before it.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end);
        Span { start, end }
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether the span holds no byte.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Whether the two spans share at least one byte.
    pub fn overlaps(&self, other: &Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The bytes of `content` in this span.
    pub fn of<'a>(&self, content: &'a [u8]) -> &'a [u8] {
        &content[self.start..self.end]
    }
}

/// Lines and columns of a span: 1-based, columns in Unicode code points, the end exclusive.
///
/// A byte that is not part of valid UTF-8 counts as one column, as in Latin-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Region {
    /// Line of the first byte.
    pub start_line: u32,
    /// Column of the first byte.
    pub start_column: u32,
    /// Line of the last byte.
    pub end_line: u32,
    /// Column after the last byte.
    pub end_column: u32,
    /// `start_column` in UTF-16 code units, which SARIF viewers count in.
    #[serde(skip)]
    pub start_utf16: u32,
    /// `end_column` in UTF-16 code units.
    #[serde(skip)]
    pub end_utf16: u32,
}

/// Where the lines of a blob begin. Built only for blobs with matches.
pub struct LineIndex<'a> {
    content: &'a [u8],
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// Indexes `content`; a line ends after each line feed.
    pub fn new(content: &'a [u8]) -> Self {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', content).map(|at| at + 1)).collect();
        LineIndex { content, starts }
    }

    /// The 1-based line that holds the byte at `offset`.
    pub fn line(&self, offset: usize) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// The bytes of a 1-based line, without its line ending; empty past the last line.
    pub fn line_span(&self, line: u32) -> Span {
        let Some(&start) = self.starts.get((line as usize).wrapping_sub(1)) else {
            return Span::new(self.content.len(), self.content.len());
        };
        let mut end = self.starts.get(line as usize).map_or(self.content.len(), |next| next - 1);
        if end > start && self.content[end - 1] == b'\r' {
            end -= 1;
        }
        Span::new(start, end)
    }

    /// Number of lines; content that ends in a line feed has no extra empty line.
    pub fn lines(&self) -> u32 {
        let all = self.starts.len();
        let trailing = all > 1 && self.starts[all - 1] == self.content.len();
        (all - usize::from(trailing)) as u32
    }

    /// The lines and columns of a span.
    pub fn region(&self, span: Span) -> Region {
        let last = span.end.saturating_sub(1).max(span.start);
        let (start_line, end_line) = (self.line(span.start), self.line(last));
        let (start_column, start_utf16) = self.column(start_line, span.start);
        let (end_column, end_utf16) = self.column(end_line, span.end);
        Region { start_line, start_column, end_line, end_column, start_utf16, end_utf16 }
    }

    fn column(&self, line: u32, offset: usize) -> (u32, u32) {
        let start = self.starts[line as usize - 1];
        let (mut points, mut units) = (1, 1);
        for chunk in self.content[start..offset.max(start)].utf8_chunks() {
            for c in chunk.valid().chars() {
                points += 1;
                units += c.len_utf16() as u32;
            }
            points += chunk.invalid().len() as u32;
            units += chunk.invalid().len() as u32;
        }
        (points, units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_code_points_and_the_end_is_exclusive() {
        let text = "one\r\ncafé 😀 secret\n".as_bytes();
        let at = text.len() - 7;
        let region = LineIndex::new(text).region(Span::new(at, at + 6));
        assert_eq!((region.start_line, region.start_column), (2, 8));
        assert_eq!((region.end_line, region.end_column), (2, 14));
        assert_eq!((region.start_utf16, region.end_utf16), (9, 15));
    }

    #[test]
    fn a_span_that_ends_in_a_line_feed_ends_on_its_own_line() {
        let region = LineIndex::new(b"ab\ncd").region(Span::new(0, 3));
        assert_eq!((region.end_line, region.end_column), (1, 4));
    }

    #[test]
    fn latin_1_bytes_are_one_column_each() {
        let region = LineIndex::new(b"\xe9\xe9x").region(Span::new(2, 3));
        assert_eq!(region.start_column, 3);
    }

    #[test]
    fn line_spans_leave_line_endings_out() {
        let index = LineIndex::new(b"a\r\nb\n");
        assert_eq!(index.line_span(1), Span::new(0, 1));
        assert_eq!(index.line_span(2), Span::new(3, 4));
        assert_eq!(index.lines(), 2);
        assert!(index.line_span(9).is_empty());
    }
}
