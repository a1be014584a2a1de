//! Values that stand in the column their name heads: of a table in text, of rows that SQL inserts.

use super::parse::{Candidate, quote};
use crate::detect::allow;
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
        // Databases keep what passwords are hashed to.
        let hashed = is_of_a_password(name.of(t)) && allow::is_digest(value.of(t));
        if is_told(value.of(t)) && !hashed {
            let follows = t.get(value.end).copied().unwrap_or(0);
            each(Candidate { value, follows, ..Candidate::assigned(name, quoted > 0) });
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
    // `#define NAME\t0x20`, `- vendor,name`: statements, comments and items of lists are no rows.
    if delimiter != b'|' && matches!(head.of(t).trim_ascii_start(), [b'#' | b'-' | b'/' | b'*', ..]) {
        return;
    }
    let head = cells(t, head, delimiter);
    if matches!(delimiter, b'|' | b'\t') && paired(t, &head, name, &mut given) {
        return;
    }
    let Some(index) = head.iter().position(|cell| cell.start <= name.start && name.end <= cell.end) else { return };
    let is_head = |cell: &Span| {
        let text = cell.of(t);
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || b" _-.()#/:".contains(byte) || *byte >= 0x80;
        text.len() <= HEAD && text.iter().all(word) && text.iter().any(|byte| !byte.is_ascii_digit())
    };
    // Bars may stand at both ends of a line.
    let outer = if delimiter == b'|' { 2 } else { 0 };
    let empty = head.iter().filter(|cell| cell.start == cell.end).count();
    if head.len() < 2 + outer / 2 || empty > outer || !head.iter().all(|cell| cell.start == cell.end || is_head(cell)) {
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

/// Yields the other cell of a row that has the name in its first, and no more than two: a list of settings.
fn paired(t: &[u8], row: &[Span], name: Span, given: &mut impl FnMut(Span)) -> bool {
    let mut told = row.iter().filter(|cell| cell.start < cell.end);
    let (Some(first), Some(second), None) = (told.next(), told.next(), told.next()) else { return false };
    let is_named = first.start <= name.start && name.end <= first.end && is_told(second.of(t));
    if is_named {
        given(*second);
    }
    is_named
}

/// Whether a cell may hold a secret: one word that is no word.
fn is_told(value: &[u8]) -> bool {
    value.len() >= 6
        && value.iter().all(u8::is_ascii_graphic)
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
}

fn is_of_a_password(name: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    ["pass", "pwd"].iter().any(|word| allow::contains(&lower, word))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        for (at, word) in text.match_indices("assword") {
            let start = text[..at].rfind(|c: char| !c.is_alphanumeric()).map_or(0, |before| before + 1);
            below(text.as_bytes(), Span::new(start, at + word.len()), |one| {
                out.push(String::from_utf8_lossy(one.value.of(text.as_bytes())).into_owned());
            });
        }
        out
    }

    #[test]
    fn what_stands_below_a_heading_is_found() {
        for text in [
            "id,password,mail\n1,value1,a@b.c\n",
            "password;id\r\nvalue1;2\r\n",
            "id\tpassword\n1\tvalue1",
            "\"id\",\"password\"\n\"a, b\",\"value1\"\n",
            "| Host | Password |\n|---|:-:|\n| db | `value1` |\n",
            "|===\n|Host |Password\n\n|db |value1\n",
            "INSERT INTO t (id, password) VALUES (1, 'value1');",
            "insert into `t` (`password`, `x`)\nvalues ('value1', now());",
            "INSERT INTO t (id, password) VALUES (f(1, 2), 'value1')",
            "| Setting | Value |\n|---|---|\n| DB_password | `value1` |\n",
            "smtp_password\tvalue1\n",
            "Host | Password | \ndb | value1 | \n",
            "COPY public.t (id, password, x) FROM stdin;\n1\tvalue1\ty\n\\.\n",
        ] {
            assert_eq!(found(text), ["value1"], "{text}");
        }
        assert_eq!(found("INSERT INTO t (a, password) VALUES ('x', 'value1'), ('y', 'value2');"), ["value1", "value2"]);
    }

    #[test]
    fn what_is_no_table_has_no_columns() {
        for text in [
            "connect(user, password,\n        host1, port1)",
            "\tlibpassword\n\tlibxml2\n",
            "\"user-password\",\n\"user-kit2\",\n",
            "name, password\nvalue1\n",
            "id,password\n1,5f4dcc3b5aa765d61d8327deb882cf99\n",
            "id,password\n1,a longer text 1\n",
            "#define X_password\t\t0x41F2a9\n",
            "- vendor,r9a-password\n- vendor,rzn1-a5\n",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
