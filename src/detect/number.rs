//! Text that is written as numbers: the codes of its characters one behind the other, as in an array of bytes.

use super::decode::Run;
use crate::span::Span;

/// Fewest numbers in a row that are taken for text.
const FEWEST: usize = 20;
/// Bytes of a number, at most: `0x41`, `120`.
const LONGEST: usize = 4;
/// Bytes between two numbers, at most: a comma, the end of a line and what indents the next one.
const GAP: usize = 10;
/// Bytes beside a list that decide where it ends.
pub(super) const BESIDE: usize = GAP + LONGEST + 1;
/// Bytes of a list, at least: numbers of two digits, and a byte between each two.
const SHORTEST: usize = 3 * FEWEST - 1;
/// Bytes of a list that are looked at on one side of a place in it; on one of both there are as many.
const SIDE: usize = 16;

/// Bytes of lists.
static LISTED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let c = byte as u8;
        table[byte] = c.is_ascii_hexdigit() || matches!(c, b'x' | b'X') || is_between(c);
        byte += 1;
    }
    table
};

/// Whether the byte may stand between two numbers. A backslash continues a line.
const fn is_between(byte: u8) -> bool {
    matches!(byte, b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' | b'\\')
}

/// Adds the lists that have bytes in the zone, wherever they begin and end. What begins before `told` was added before.
pub(super) fn lists(text: &[u8], zone: Span, told: &mut usize, out: &mut Vec<Run>, look: &mut impl FnMut(Span)) {
    let mut at = zone.start.max(*told);
    while at < zone.end {
        // A list in the zone holds one of its ends, or one of these places.
        let next = (at + SHORTEST).min(zone.end - 1).max(at + 1);
        let list = near(text, at).then(|| around(text, at)).flatten();
        let list = list.or_else(|| near_quote(text, at).then(|| letters(text, at)).flatten());
        if let Some(list) = &list {
            look(Span::new(list.span.start.saturating_sub(BESIDE), list.span.end + BESIDE));
        }
        at = list.as_ref().map_or(next, |list| list.span.end.max(next));
        if let Some(list) = list.filter(|list| list.count >= FEWEST && list.span.end > *told) {
            *told = list.span.end;
            out.extend(list.decode(text));
        }
    }
}

/// Whether a list of numbers may hold the place.
#[inline]
fn near(text: &[u8], at: usize) -> bool {
    let listed = |at: usize| LISTED[text[at] as usize];
    // A few bytes tell most text, though not which of them: all are looked at.
    let some = |from: usize| listed(from) & listed(from + 5) & listed(from + 10) & listed(from + SIDE - 1);
    let side = |from: usize| {
        let bytes = &text[from..from + SIDE];
        some(from) && bytes.iter().all(|byte| LISTED[*byte as usize]) && bytes.iter().any(u8::is_ascii_digit)
    };
    listed(at) && (at + SIDE <= text.len() && side(at) || at.checked_sub(SIDE).is_some_and(side))
}

/// Whether a list of characters in quotes may hold the place: one of those stands there, or behind what is between two.
#[inline]
fn near_quote(text: &[u8], at: usize) -> bool {
    let quote = |byte: &u8| (*byte == b'"') | (*byte == b'\'');
    match text[at..].first_chunk::<SIDE>() {
        Some(bytes) => bytes.iter().fold(false, |any, byte| any | quote(byte)),
        None => text[at..].iter().any(quote),
    }
}

/// Numbers one behind the other.
struct List {
    span: Span,
    count: usize,
    forms: u8,
    comma: bool,
}

const HEX: u8 = 1;
const DECIMAL: u8 = 2;
/// Characters in quotes, as `'a', 'b'`.
const QUOTED: u8 = 4;

/// The list that holds the place, however long it is.
fn around(text: &[u8], at: usize) -> Option<List> {
    // The number at the place, or the one before or behind what stands between.
    let back = at - text[..at].iter().rev().take(LONGEST).take_while(|byte| is_digit(**byte)).count();
    let first = [Some(back), before(text, back), behind(text, at)]
        .into_iter()
        .flatten()
        .find(|start| number(text, *start).is_some())?;
    let mut start = first;
    while let Some(earlier) = before(text, start).filter(|earlier| number(text, *earlier).is_some()) {
        start = earlier;
    }
    let mut list = List { span: Span::new(start, start), count: 0, forms: HEX | DECIMAL, comma: false };
    let mut next = Some(start);
    while let Some((len, forms)) = next.and_then(|at| number(text, at)) {
        let end = next.unwrap_or_default() + len;
        list.comma |= text.get(end) == Some(&b',');
        list.span.end = end;
        list.count += 1;
        list.forms &= forms;
        next = behind(text, end);
    }
    Some(list)
}

/// The list of characters in quotes that holds the place, however long it is.
fn letters(text: &[u8], at: usize) -> Option<List> {
    let mut start = [Some(at), at.checked_sub(1), at.checked_sub(2), behind(text, at)]
        .into_iter()
        .flatten()
        .find(|start| quoted(text, *start).is_some())?;
    let mut end = start + 3;
    let mut count = 1;
    while let Some(earlier) = before_quoted(text, start) {
        start = earlier;
        count += 1;
    }
    while let Some(later) = behind(text, end).filter(|later| quoted(text, *later).is_some()) {
        end = later + 3;
        count += 1;
    }
    Some(List { span: Span::new(start, end), count, forms: QUOTED, comma: true })
}

/// The character in quotes that begins there. A comma between quotes parts two of them.
fn quoted(text: &[u8], at: usize) -> Option<u8> {
    match text.get(at..at + 3)? {
        [open @ (b'\'' | b'"'), code, close]
            if open == close && code != open && (0x20..0x7F).contains(code) && !b",\\".contains(code) =>
        {
            Some(*code)
        }
        _ => None,
    }
}

/// Where the character in quotes before one that begins at `at` begins.
fn before_quoted(text: &[u8], at: usize) -> Option<usize> {
    let between = text[..at].iter().rev().take(GAP + 1).take_while(|byte| is_between(**byte)).count();
    let start = at.checked_sub(between + 3)?;
    ((1..=GAP).contains(&between) && quoted(text, start).is_some()).then_some(start)
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X')
}

/// Where the number before one that begins at `at` begins.
fn before(text: &[u8], at: usize) -> Option<usize> {
    let between = text[..at].iter().rev().take(GAP + 1).take_while(|byte| is_between(**byte)).count();
    let end = at - between;
    let len = text[..end].iter().rev().take(LONGEST + 1).take_while(|byte| is_digit(**byte)).count();
    ((1..=GAP).contains(&between) && (1..=LONGEST).contains(&len)).then_some(end - len)
}

/// Where the number behind one that ends at `at` begins.
fn behind(text: &[u8], at: usize) -> Option<usize> {
    let between = text[at..].iter().take(GAP + 1).take_while(|byte| is_between(**byte)).count();
    (1..=GAP).contains(&between).then_some(at + between)
}

/// Bytes of the number that begins there, and in which forms it is the code of a character that text holds.
fn number(text: &[u8], at: usize) -> Option<(usize, u8)> {
    let open = |byte: &u8| is_between(*byte) || b"([{<=\"'".contains(byte);
    let close = |byte: &u8| is_between(*byte) || b")]}>;\"'".contains(byte);
    let len = text[at..].iter().take(LONGEST + 1).take_while(|byte| is_digit(**byte)).count();
    let alone = at.checked_sub(1).is_none_or(|before| open(&text[before])) && text.get(at + len).is_none_or(close);
    let digits = text.get(at..at + len).filter(|_| alone)?;
    let of = |form: u8| code(digits, form).map_or(0, |_| form);
    Some((len, of(HEX) | of(DECIMAL))).filter(|(_, forms)| *forms != 0)
}

/// The character that digits stand for.
fn code(digits: &[u8], form: u8) -> Option<u8> {
    let prefixed = digits.strip_prefix(b"0x").or_else(|| digits.strip_prefix(b"0X"));
    let code = match (form, prefixed, digits.len()) {
        (HEX, Some(digits @ [_, _]), _) => u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?,
        (HEX, None, 2) => u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?,
        (DECIMAL, None, 2 | 3) => std::str::from_utf8(digits).ok()?.parse().ok()?,
        _ => return None,
    };
    (matches!(code, b'\t' | b'\n' | b'\r') || (0x20..0x7F).contains(&code)).then_some(code)
}

impl List {
    fn decode(&self, text: &[u8]) -> Option<Run> {
        // Two digits may be either: with commas between them they are what programs write.
        let form = match self.forms {
            0 => return None,
            QUOTED => {
                let bytes = self.span.of(text);
                let starts = std::iter::successors(Some(0), |at| behind(bytes, at + 3));
                return Some(Run::new(self.span, "characters", starts.map_while(|at| quoted(bytes, at)).collect()));
            }
            HEX => HEX,
            DECIMAL => DECIMAL,
            _ if self.comma => DECIMAL,
            _ => HEX,
        };
        let numbers = self.span.of(text).split(|byte| !is_digit(*byte)).filter(|digits| !digits.is_empty());
        let decoded: Option<Vec<u8>> = numbers.map(|digits| code(digits, form)).collect();
        Some(Run::new(self.span, "numbers", decoded?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Option<String> {
        let mut out = Vec::new();
        lists(text.as_bytes(), Span::new(0, text.len()), &mut 0, &mut out, &mut |_| ());
        assert!(out.len() < 2, "{text}");
        out.pop().map(|run| String::from_utf8(run.text().to_vec()).expect("ASCII"))
    }

    #[test]
    fn codes_of_characters_are_text() {
        let value = "a token of some kind";
        let each = |form: fn(u8) -> String, between: &str| value.bytes().map(form).collect::<Vec<_>>().join(between);
        let hex = |byte: u8| format!("{byte:02x}");
        for text in [
            format!("char t[] = {{{}}};", each(|byte| format!("0x{byte:02X}"), ", ")),
            format!("t := []byte{{{}}}", each(|byte| byte.to_string(), ", ")),
            format!("String.fromCharCode({})", each(|byte| byte.to_string(), ",")),
            format!("\"t\"=hex(1):{}", each(hex, ",")),
            format!("t: {}\n", each(hex, " ")),
            format!("t: {}\n", each(hex, ":")),
            format!("t = {{\n\t{}\n}}", each(|byte| format!("0x{byte:02x}"), ",\n\t")),
            format!("add cafe {} be", each(hex, " ")),
        ] {
            assert_eq!(only(&text).as_deref(), Some(value), "{text}");
        }
    }

    #[test]
    fn characters_in_quotes_are_text() {
        let value = "a token of some kind";
        for (quote, between) in [('\'', ","), ('\'', ", "), ('"', ","), ('\'', ",\n\t  ")] {
            let each: Vec<String> = value.chars().map(|c| format!("{quote}{c}{quote}")).collect();
            let text = format!("char t[] = {{{}, '\\0'}};", each.join(between));
            assert_eq!(only(&text).as_deref(), Some(value), "{text}");
            for zone in 0..text.len() - 4 {
                let mut out = Vec::new();
                lists(text.as_bytes(), Span::new(zone, zone + 4), &mut 0, &mut out, &mut |_| ());
                let inside = (12..text.len() - 10).contains(&zone);
                assert!(!inside || out.len() == 1, "{text} {zone}");
            }
        }
        assert_eq!(only("f('a', 'b', 'c', 'd'); switch (x) { case 'a': case 'b': return 'c'; }"), None);
    }

    #[test]
    fn what_is_no_text_is_left_alone() {
        let bytes: String = (0..64).map(|at| format!("0x{:02x}, ", at * 37 % 256)).collect();
        for text in [
            &bytes,
            "12, 250, 7, 19, 240, 1, 33, 180, 90, 250, 12, 250, 7, 19, 240, 1, 33, 180",
            "1.25 36.5 40.75 90.25 33.5 41.25 50.5 60.25 71.5 33.25 44.5 55.25 66.5 77.25 88.5 99.25 40.5",
            "00:1b:44:11:3a:b7:00:1b:44:11:3a:b7:00:1b:44:11:3a:b7:00:1b:44:11:3a:b7",
            "a line of words, and another one: nothing of it is a number at all",
        ] {
            assert_eq!(only(text), None, "{text}");
        }
    }
}
