//! A few bytes of source as the program that reads it sees them: string literals that are only put together are one,
//! escapes are the characters they stand for.

use super::decode::entity;

/// Bytes of a joint between two literals, at most.
const JOINT: usize = 120;
/// Bytes of a word that may be most of a value, at least.
const WORD: usize = 16;

/// Bytes without what only writes them, and where each of them came from, ascending.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) bytes: Vec<u8>,
    pub(super) origin: Vec<u32>,
}

/// What stands for something else.
enum Written {
    /// So many bytes stand for nothing.
    Nothing(usize),
    /// So many bytes stand for a character.
    Char(char, usize),
}

impl Written {
    fn len(&self) -> usize {
        let (Written::Nothing(len) | Written::Char(_, len)) = self;
        *len
    }
}

impl Plain {
    /// Whether a pattern may find in the text what it does not find as it is written: what joins or escapes has to stand
    /// beside a word that may be a value. Quotes that are escaped end values as well as plain ones.
    pub(super) fn is_needed(text: &[u8]) -> bool {
        joints(text).any(|(at, len)| stands_by_value(text, at, len))
            || memchr::memchr3_iter(b'\\', b'%', b'&', text).any(|at| {
                let next = text.get(at + 1).copied().unwrap_or(b'"');
                !b"\"'`".contains(&next)
                    && written(text, at).is_some_and(|written| stands_by_value(text, at, written.len()))
            })
            || soft_breaks(text).any(|(at, len)| stands_by_value(text, at, len))
    }

    /// Nothing where the text is plain already.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let first = first(text)?;
        let mut plain = Plain { bytes: Vec::with_capacity(text.len()), origin: Vec::with_capacity(text.len()) };
        let (mut at, mut next) = (0, first);
        loop {
            plain.bytes.extend_from_slice(&text[at..next]);
            plain.origin.extend(at as u32..next as u32);
            at = next;
            match text.get(at).map(|_| written(text, at)) {
                Some(Some(written)) => {
                    if let Written::Char(c, _) = written {
                        let from = plain.bytes.len();
                        plain.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                        plain.origin.resize(plain.origin.len() + plain.bytes.len() - from, at as u32);
                    }
                    at += written.len();
                    next = at;
                }
                Some(None) => next = at + 1,
                None => return Some(plain),
            }
            let plainly = |byte: &u8| !b"\\%&\"'`=".contains(byte);
            next += text[next..].iter().take_while(|byte| plainly(byte)).count();
        }
    }
}

/// The first byte that is not written for itself. Most windows hold none.
fn first(text: &[u8]) -> Option<usize> {
    let escape = memchr::memchr3_iter(b'\\', b'%', b'&', text).find(|at| written(text, *at).is_some());
    let others = joints(text).next().into_iter().chain(soft_breaks(text).next());
    escape.into_iter().chain(others.map(|(at, _)| at)).min()
}

/// Where mail that is quoted-printable (RFC 2045) cuts a line that goes on, and the bytes of the cut.
fn soft_breaks(text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    memchr::memchr_iter(b'=', text).filter_map(|at| Some((at, soft_break(&text[at..])?)))
}

fn soft_break(text: &[u8]) -> Option<usize> {
    let ending = if text[1..].starts_with(b"\r\n") { 2 } else { 1 };
    let breaks = text.get(ending) == Some(&b'\n');
    (breaks && text.get(ending + 1).is_some_and(|next| is_word(*next))).then_some(ending + 1)
}

/// Where literals that are put together end, and the bytes from there to the next one.
fn joints(text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    memchr::memchr3_iter(b'"', b'\'', b'`', text).filter_map(|at| Some((at, joint(text, at)?)))
}

/// Whether the words on both sides of the bytes may be most of a value.
fn stands_by_value(text: &[u8], at: usize, len: usize) -> bool {
    let before = text[..at].iter().rev().take(WORD).take_while(|byte| is_word(**byte)).count();
    let after = text[at + len..].iter().take(WORD).take_while(|byte| is_word(**byte)).count();
    before + after >= WORD
}

/// What the bytes at `at` are written for, if not for themselves.
fn written(text: &[u8], at: usize) -> Option<Written> {
    let rest = &text[at..];
    match rest[0] {
        b'\\' => backslash(text, at),
        b'%' => {
            let code = hex(rest.get(1..3)?)?;
            (0x20..0x7F).contains(&code).then_some(Written::Char(code as u8 as char, 3))
        }
        b'&' => entity(rest).map(|(c, len)| Written::Char(c, len)),
        b'"' | b'\'' | b'`' => joint(text, at).map(Written::Nothing),
        b'=' => soft_break(rest).map(Written::Nothing),
        _ => None,
    }
}

/// One or more backslashes, as many as the depth of quotation wants, and what they escape.
fn backslash(text: &[u8], at: usize) -> Option<Written> {
    let rest = &text[at..];
    let slashes = rest.iter().take(16).take_while(|byte| **byte == b'\\').count();
    let escape = |c: char, len: usize| Some(Written::Char(c, slashes + len));
    let code = |digits: &[u8]| hex(digits).and_then(char::from_u32);
    match rest.get(slashes)? {
        quote @ (b'"' | b'\'' | b'/' | b'`') => escape(char::from(*quote), 1),
        b'n' | b'r' => escape('\n', 1),
        b't' => escape('\t', 1),
        b'u' if rest.get(slashes + 1) == Some(&b'{') => {
            let body = &rest[slashes + 2..rest.len().min(slashes + 9)];
            let len = memchr::memchr(b'}', body)?;
            escape(code(&body[..len])?, len + 3)
        }
        b'u' => escape(code(rest.get(slashes + 1..slashes + 5)?)?, 5),
        b'x' => escape(code(rest.get(slashes + 1..slashes + 3)?)?, 3),
        b'0' | b'1' => escape(octal(rest.get(slashes..slashes + 3)?)?, 3),
        b'\n' | b'\r' if slashes == 1 => {
            // The line goes on: what indents the next one is left out where a word is cut.
            let ending = if rest[1..].starts_with(b"\r\n") { 2 } else { 1 };
            let indent = rest[1 + ending..].iter().take(64).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let cut = at > 0 && is_word(text[at - 1]);
            Some(Written::Nothing(1 + ending + if cut { indent } else { 0 }))
        }
        _ => None,
    }
}

/// Bytes from the quote that ends a literal to the one that begins the next, both included, where nothing but an
/// operator that puts them together stands between.
fn joint(text: &[u8], at: usize) -> Option<usize> {
    if at == 0 || !is_word(text[at - 1]) {
        return None;
    }
    let rest = &text[at + 1..];
    let between = rest.iter().take(JOINT).take_while(|byte| b" \t\r\n+.&\\_~<>|^".contains(byte)).count();
    // Python's and others' literals may have a letter before them.
    let letter = usize::from(rest.get(between).is_some_and(|byte| b"fbruLR@$".contains(byte)));
    let next = between + letter;
    // Two of the same, one right behind the other, are one within a literal.
    let quote = rest.get(next).filter(|quote| b"\"'`".contains(quote) && (between > 0 || **quote != text[at]));
    quote.map(|_| next + 2)
}

/// Whether a value may hold the byte.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+/=.~:@".contains(&byte)
}

/// The printable character of three octal digits.
fn octal(digits: &[u8]) -> Option<char> {
    let code = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()?;
    (0x20..0x7F).contains(&code).then_some(char::from(code))
}

fn hex(digits: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Option<String> {
        Plain::of(text.as_bytes()).map(|plain| String::from_utf8(plain.bytes).expect("UTF-8"))
    }

    #[test]
    fn literals_that_are_put_together_are_one() {
        for text in [
            "x = (\"abc\"\n     \"def\")",
            "x = (\"abc\" + \"def\")",
            "x = (\"abc\" . \"def\")",
            "x = (\"abc\" .. \"def\")",
            "x = (\"abc\" & _\r\n \"def\")",
            "x = (\"abc\" ~ \"def\")",
            "x = (\"abc\" <> \"def\")",
            "x = (\"abc\" || \"def\")",
            "x = (\"abc\"\n  f\"def\")",
            "x = (\"abc\\\n    def\")",
            "x = (\"abc\" + 'def\")",
            "x = (\"abc\"'def\")",
        ] {
            assert_eq!(plain(text).as_deref(), Some("x = (\"abcdef\")"), "{text}");
        }
        assert_eq!(plain("f(\"abc\", \"def\")"), None);
    }

    #[test]
    fn escapes_are_what_they_stand_for() {
        assert_eq!(plain(r#"{\"key\": \"a\/b\"}\n"#).as_deref(), Some("{\"key\": \"a/b\"}\n"));
        assert_eq!(plain(r#"\\\"key\\\""#).as_deref(), Some("\"key\""));
        assert_eq!(plain(r"key\u003dvalue\x21").as_deref(), Some("key=value!"));
        assert_eq!(plain(r"key\u{3d}value\041\0").as_deref(), Some(r"key=value!\0"));
        assert_eq!(plain("key%3Dvalue&quot;&#61;&#x3d;").as_deref(), Some("key=value\"=="));
        assert_eq!(plain("100% of a && b"), None);
    }

    #[test]
    fn lines_of_mail_go_on() {
        assert_eq!(plain("a tok=\nen=\r\nis here=\n").as_deref(), Some("a tokenis here=\n"));
        assert_eq!(plain("KEY=\n\nNEXT=1"), None);
    }

    #[test]
    fn every_byte_tells_where_it_came_from() {
        let Plain { bytes, origin } = Plain::of(b"a\\\"b\\nc").expect("escapes");
        assert_eq!((bytes.as_slice(), origin.as_slice()), (&b"a\"b\nc"[..], &[0, 1, 3, 4, 6][..]));
    }
}
