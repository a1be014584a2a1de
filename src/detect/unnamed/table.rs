//! Values that stand in the column their name heads: of a table in text, of rows that SQL inserts.

use super::parse::{Candidate, Kind, Operator, quote};
use crate::span::Span;

/// Rows that are looked at, at most.
const ROWS: usize = 8;
/// Bytes of a cell that names a column, at most.
const HEAD: usize = 40;

/// Yields what stands below the name, where it heads a column.
pub(super) fn below(t: &[u8], name: Span, mut each: impl FnMut(Candidate)) {
    // What the name stands in, as `"name"` or `` `name` ``.
    let quoted = quote(t, name.end).map_or(0, |(_, len)| len);
    let close = name.end + quoted;
    let next = t.get(close..).and_then(|rest| rest.iter().find(|byte| **byte != b' '));
    let before = t[..name.start.saturating_sub(quoted)].iter().rev().find(|byte| **byte != b' ');
    let mut given = |value: Span| {
        if is_told(value.of(t)) {
            let follows = t.get(value.end).copied().unwrap_or(0);
            each(Candidate { value, follows, ..column(name, quoted > 0) });
        }
    };
    let delimiter = match (next, before) {
        (Some(b',' | b')'), Some(b',' | b'(')) if inserted(t, name, &mut given) => return,
        (Some(next @ (b',' | b';' | b'\t' | b'|')), _) => *next,
        (None | Some(b'\r' | b'\n'), Some(before @ (b',' | b';' | b'\t' | b'|'))) => *before,
        _ => return,
    };
    let start = memchr::memrchr(b'\n', &t[..name.start]).map_or(0, |at| at + 1);
    let mut lines = Lines { t, at: start };
    let Some(head) = lines.next() else { return };
    let head = cells(t, head, delimiter);
    let Some(index) = head.iter().position(|cell| cell.start <= name.start && name.end <= cell.end) else { return };
    let is_head = |cell: &Span| {
        let text = cell.of(t);
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || b" _-.()#/:".contains(byte) || *byte >= 0x80;
        text.len() <= HEAD
            && text.iter().all(word)
            && (text.is_empty() || text.iter().any(|byte| !byte.is_ascii_digit()))
    };
    let all = head.len() - usize::from(delimiter == b'|') * 2;
    if all < 2 && delimiter != b'|' || !head.iter().all(is_head) {
        return;
    }
    for row in lines.filter(|row| !is_rule(row.of(t))).take(ROWS) {
        let row = cells(t, row, delimiter);
        if row.len() != head.len() {
            break;
        }
        given(row[index]);
    }
}

fn column(name: Span, quoted_name: bool) -> Candidate {
    Candidate {
        kind: Kind::Assigned,
        name,
        value: name,
        operator: Operator::Equals,
        quote: 0,
        escaped: false,
        wrapped: false,
        spaced: false,
        follows: 0,
        quoted_name,
    }
}

/// Whether a cell may hold a secret: one word that is no word.
fn is_told(value: &[u8]) -> bool {
    value.len() >= 6
        && value.iter().all(u8::is_ascii_graphic)
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
}

/// Lines from a place on, without those that are blank.
struct Lines<'a> {
    t: &'a [u8],
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        while self.at < self.t.len() {
            let start = self.at;
            let end = memchr::memchr(b'\n', &self.t[start..]).map_or(self.t.len(), |len| start + len);
            self.at = end + 1;
            if !self.t[start..end].trim_ascii().is_empty() {
                return Some(Span::new(start, start + self.t[start..end].trim_ascii_end().len()));
            }
        }
        None
    }
}

/// Whether the line only parts others.
fn is_rule(line: &[u8]) -> bool {
    line.iter().all(|byte| b"|:-+= ".contains(byte))
}

/// The cells of a line, each without the white space, the quotes and the marks of code around it.
fn cells(t: &[u8], line: Span, delimiter: u8) -> Vec<Span> {
    let (mut out, mut start, mut at) = (Vec::new(), line.start, line.start);
    while at <= line.end {
        // A delimiter in quotes parts nothing.
        if at == start && t.get(at) == Some(&b'"') && delimiter != b'|' {
            at += 1 + memchr::memchr(b'"', &t[at + 1..line.end]).unwrap_or(0);
        }
        if at == line.end || t[at] == delimiter {
            out.push(bare(t, Span::new(start, at)));
            start = at + 1;
        }
        at += 1;
    }
    out
}

fn bare(t: &[u8], mut cell: Span) -> Span {
    let wraps = |byte: u8| byte.is_ascii_whitespace() || b"\"'`*".contains(&byte);
    while cell.start < cell.end && wraps(t[cell.start]) {
        cell.start += 1;
    }
    while cell.start < cell.end && wraps(t[cell.end - 1]) {
        cell.end -= 1;
    }
    cell
}

/// Yields what `INSERT INTO t (…, name, …) VALUES (…)` and `COPY t (…) FROM stdin` give the name; false if it is neither.
fn inserted(t: &[u8], name: Span, given: &mut impl FnMut(Span)) -> bool {
    let Some(open) = memchr::memrchr(b'(', &t[..name.start]) else { return false };
    let Some(close) = memchr::memchr(b')', &t[name.end..]).map(|len| name.end + len) else { return false };
    let index = memchr::memchr_iter(b',', &t[open..name.start]).count();
    let word = |at: usize, word: &[u8]| {
        let start = at + t[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        t.get(start..start + word.len()).filter(|found| found.eq_ignore_ascii_case(word)).map(|_| start + word.len())
    };
    if let Some(at) = word(close + 1, b"FROM stdin") {
        let Some(end) = memchr::memchr(b'\n', &t[at..]) else { return true };
        let rows = Lines { t, at: at + end + 1 };
        rows.take(ROWS).filter_map(|row| cells(t, row, b'\t').get(index).copied()).for_each(given);
        return true;
    }
    let Some(mut at) = word(close + 1, b"VALUES") else { return false };
    for _ in 0..ROWS {
        let Some(first) = word(at, b"(") else { break };
        let Some(end) = tuple(t, first, index, given) else { break };
        let Some(next) = word(end, b",") else { break };
        at = next;
    }
    true
}

/// Yields one value of a row in brackets that begins at `at`, and says where the row ends.
fn tuple(t: &[u8], mut at: usize, index: usize, given: &mut impl FnMut(Span)) -> Option<usize> {
    let (mut count, mut depth, mut start) = (0, 0, at);
    loop {
        match *t.get(at)? {
            b'\'' => {
                let end = at + 1 + memchr::memchr(b'\'', &t[at + 1..])?;
                if depth == 0 && count == index && matches!(t.get(end + 1), Some(b',' | b')' | b' ')) {
                    given(Span::new(at + 1, end));
                }
                at = end;
                start = at + 1;
            }
            b'(' => depth += 1,
            b')' if depth > 0 => depth -= 1,
            byte @ (b',' | b')') if depth == 0 => {
                count += 1;
                start = at + 1;
                if byte == b')' {
                    return Some(at + 1);
                }
            }
            _ if at - start > 400 => return None,
            _ => {}
        }
        at += 1;
    }
}
