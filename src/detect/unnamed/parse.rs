//! What stands behind a name: the value that it is given, in whatever language that is written.

use super::name::{PASSWORD_ROOTS, SECRET_ROOTS};
use super::table;
use crate::span::Span;

/// Longest name.
const NAME: usize = 64;
/// Longest value.
pub(super) const LONGEST: usize = 288;

/// How a value is given to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `name = value`, `"name": "value"`, `name => value`.
    Assigned,
    /// `setName("value")`.
    Call,
    /// `set("name", "value")`.
    Pair,
    /// `--name value`.
    Flag,
    /// `<name>value</name>`.
    Element,
    /// `name="name" value="value"`.
    Attribute,
    /// `?name=value&`.
    Parameter,
    /// `NAME 'value'`.
    Spaced,
    /// `names = ["value", …]`.
    Item,
    /// `scheme://user:value@host`.
    Userinfo,
}

/// What stands between name and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equals,
    Colon,
    Arrow,
    Declare,
    Compare,
    Default,
    Comma,
    Bracket,
    Space,
}

/// A value that a name is given.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) kind: Kind,
    pub(super) name: Span,
    pub(super) value: Span,
    pub(super) operator: Operator,
    /// `"`, `'` or `` ` ``; 0 for none.
    pub(super) quote: u8,
    /// Whether the quotes are escaped, as in a string within a string.
    pub(super) escaped: bool,
    /// Whether the value stands in brackets of its own, as `Buffer.from("…")`.
    pub(super) wrapped: bool,
    /// Whether white space stands around the operator.
    pub(super) spaced: bool,
    /// The byte behind the value and its quote; 0 at the end of the text.
    pub(super) follows: u8,
    /// Whether the name stands in quotes.
    pub(super) quoted_name: bool,
}

impl Candidate {
    /// A name that is given something: its value is still to be found.
    pub(super) fn assigned(name: Span, quoted_name: bool) -> Self {
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
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-' | b'.') || byte >= 0x80
}

/// Pairs of bytes, in lower case, with which words that name a secret begin: a bit for each.
static PAIRS: [u64; 1024] = {
    let mut table = [0; 1024];
    let lists = [SECRET_ROOTS, PASSWORD_ROOTS];
    let mut list = 0;
    while list < lists.len() {
        let mut at = 0;
        while at < lists[list].len() {
            let root = lists[list][at].as_bytes();
            let pair = (root[0] as usize) << 8 | root[1] as usize;
            table[pair >> 6] |= 1 << (pair & 63);
            at += 1;
        }
        list += 1;
    }
    table
};

/// Bytes of the word that names a secret and begins here.
fn root_at(text: &[u8]) -> Option<usize> {
    let [first, second, ..] = text else { return None };
    let pair = usize::from(first.to_ascii_lowercase()) << 8 | usize::from(second.to_ascii_lowercase());
    if PAIRS[pair >> 6] >> (pair & 63) & 1 == 0 {
        return None;
    }
    let stands = |root: &&&str| text.get(..root.len()).is_some_and(|text| text.eq_ignore_ascii_case(root.as_bytes()));
    SECRET_ROOTS.iter().chain(PASSWORD_ROOTS).find(stands).map(|root| root.len())
}

/// Yields what the name around the root at `root` is given.
pub(super) fn candidates(t: &[u8], root: Span, mut each: impl FnMut(Candidate)) {
    let Some(name) = name_around(t, root) else { return };
    table::below(t, name, &mut each);
    let Some(first) = follow(t, name) else { return };
    each(bared(t, first.clone()));
    if first.kind == Kind::Item {
        items(t, &first, |one| each(bared(t, one)));
    }
}

/// Schemes that name what kind of credential follows them in a header.
#[rustfmt::skip]
const SCHEMES: &[&str] = &["basic", "bearer", "token", "apikey", "api-key", "bot", "jwt", "ssws", "splunk", "flyv1", "flyv2"];

/// The candidate without what stands in its value and is none of it: the scheme of a header, the kind of OpenSSL's
/// password arguments, quotes within quotes.
fn bared(t: &[u8], mut one: Candidate) -> Candidate {
    let value = one.value.of(t);
    let scheme = value.iter().take(8).position(|byte| *byte == b' ');
    if let Some(end) = scheme
        && SCHEMES.iter().any(|known| value[..end].eq_ignore_ascii_case(known.as_bytes()))
        && value[end..].iter().any(u8::is_ascii_digit)
    {
        let bare = value[end..].trim_ascii_start().len();
        one.value.start = if bare > 0 { one.value.end - bare } else { one.value.start };
    } else if one.kind == Kind::Flag && value.len() > 5 && value.starts_with(b"pass:") {
        one.value.start += 5;
    }
    for (open, close) in [
        (&b"\""[..], &b"\""[..]),
        (b"\\\"", b"\\\""),
        ("\u{2018}".as_bytes(), "\u{2019}".as_bytes()),
        ("\u{201c}".as_bytes(), "\u{201d}".as_bytes()),
    ] {
        let value = one.value.of(t);
        if value.len() > open.len() + close.len() && value.starts_with(open) && value.ends_with(close) {
            one.value = Span::new(one.value.start + open.len(), one.value.end - close.len());
        }
    }
    one
}

/// The identifier around a root, if no other root stands in it further on.
fn name_around(t: &[u8], mut root: Span) -> Option<Span> {
    // Only the first bytes of a long root are known to stand there.
    root.end = root.start + root_at(&t[root.start..])?;
    let mut end = root.end;
    while end < t.len() && end - root.start < NAME && is_name(t[end]) {
        if t[end] == b'-' && t.get(end + 1).is_some_and(|next| *next == b'>' || *next == b'-') {
            break;
        }
        end += 1;
    }
    while end > root.end && matches!(t[end - 1], b'.' | b'-') {
        end -= 1;
    }
    if end - root.start >= NAME || (root.start + 1..end).any(|at| root_at(&t[at..end]).is_some()) {
        return None;
    }
    let mut start = root.start;
    while start > 0 && root.start - start < NAME && is_name(t[start - 1]) {
        start -= 1;
    }
    // `a.b->c`: the arrow's own characters are no name.
    Some(Span::new(start, end))
}

fn blank(t: &[u8], mut at: usize) -> usize {
    while at < t.len() && (t[at] == b' ' || t[at] == b'\t') {
        at += 1;
    }
    at
}

/// White space with at most one end of line.
fn blank_line(t: &[u8], at: usize) -> usize {
    let mut at = blank(t, at);
    if t.get(at) == Some(&b'\r') {
        at += 1;
    }
    if t.get(at) == Some(&b'\n') {
        at = blank(t, at + 1);
    }
    at
}

/// An opening or closing quote, escaped or as an entity: the quote and its length.
pub(super) fn quote(t: &[u8], at: usize) -> Option<(u8, usize)> {
    let rest = t.get(at..)?;
    match *rest.first()? {
        byte @ (b'"' | b'\'' | b'`') => Some((byte, 1)),
        b'\\' => {
            let slashes = rest.iter().take(8).take_while(|byte| **byte == b'\\').count();
            rest.get(slashes).filter(|byte| matches!(byte, b'"' | b'\'')).map(|byte| (*byte, slashes + 1))
        }
        b'&' => [(&b"&quot;"[..], b'"'), (b"&#34;", b'"'), (b"&#39;", b'\''), (b"&apos;", b'\''), (b"&#x27;", b'\'')]
            .into_iter()
            .find(|(entity, _)| rest.starts_with(entity))
            .map(|(entity, byte)| (byte, entity.len())),
        b'%' if rest.starts_with(b"%22") => Some((b'"', 3)),
        _ => None,
    }
}

/// What the name is given.
fn follow(t: &[u8], name: Span) -> Option<Candidate> {
    let found = given(t, name)?;
    // `let (user, password) = split(x)`, `(no password): Invited`: a bare word behind a bracket is no value.
    if found.quote == 0 && !found.quoted_name && t.get(name.end) == Some(&b')') {
        return None;
    }
    if found.quote == 0 || found.kind != Kind::Assigned {
        return Some(found);
    }
    let before = names_before(t, name.start);
    if before > 0 { nth(t, found, before) } else { Some(found) }
}

/// How many names stand before this one and share its values: `user, password := "x", "y"`.
fn names_before(t: &[u8], start: usize) -> usize {
    if !t[..start].trim_ascii_end().ends_with(b",") {
        return 0;
    }
    let line = t[..start].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let plain = line.iter().all(|byte| is_name(*byte) || matches!(byte, b' ' | b'\t' | b','));
    if plain { line.iter().filter(|byte| **byte == b',').count() } else { 0 }
}

/// The value that stands `count` commas behind the first.
fn nth(t: &[u8], first: Candidate, count: usize) -> Option<Candidate> {
    let mut last = first;
    for _ in 0..count {
        let rest = &t[last.value.end..];
        let comma = memchr::memchr2(b',', b'\n', rest).filter(|at| rest[*at] == b',')?;
        let next = blank_line(t, last.value.end + comma + 1);
        let base = Candidate { wrapped: false, ..last };
        last = if quote(t, next).is_some() { quoted(t, next, base) } else { wrapped(t, next, base) }?;
    }
    Some(last)
}

/// The first value behind the name.
fn given(t: &[u8], name: Span) -> Option<Candidate> {
    let mut at = name.end;
    let before = name.start.checked_sub(1).map(|at| t[at]);
    if t.get(at) == Some(&b':') && t[at..].starts_with(b"://") {
        return None;
    }
    let closing = quote(t, at);
    if let Some((_, len)) = closing {
        at += len;
    }
    let quoted_name = closing.is_some();
    // `config["name"]`, `ENV['name']`.
    let mut indexed = false;
    while let Some(b']' | b')' | b'}') = t.get(at) {
        indexed |= t[at] == b']';
        at += 1;
        if at > name.end + 6 {
            return None;
        }
    }
    // `[name] = values`: an array is taken apart.
    if indexed && !quoted_name && before == Some(b'[') && !t[..name.start - 1].last().is_some_and(|byte| is_name(*byte))
    {
        return None;
    }
    let gap = at;
    let seen = blank(t, at);
    let spaced = seen > gap;
    at = seen;
    let byte = *t.get(at)?;
    let base = Candidate { spaced, ..Candidate::assigned(name, quoted_name) };
    let next = |offset: usize| t.get(at + offset).copied().unwrap_or(0);
    // A name in a tag: `<name>value<`.
    if byte == b'>' && !quoted_name && before == Some(b'<') {
        return element(t, at + 1, Candidate { kind: Kind::Element, operator: Operator::Bracket, ..base });
    }
    if quoted_name && !indexed {
        // `name="name" value="value"`, `"name": "name", "value": "value"`, `<string name="name">value<`.
        if let Some(found) = attribute(t, at, &base) {
            return Some(found);
        }
    }
    match byte {
        b'=' if next(1) == b'>' => assigned(t, at + 2, Candidate { operator: Operator::Arrow, ..base }),
        b'=' if next(1) == b'=' => {
            let len = if next(2) == b'=' { 3 } else { 2 };
            assigned(t, at + len, Candidate { operator: Operator::Compare, ..base }).filter(|found| found.quote != 0)
        }
        b'!' if next(1) == b'=' => {
            let len = if next(2) == b'=' { 3 } else { 2 };
            assigned(t, at + len, Candidate { operator: Operator::Compare, ..base }).filter(|found| found.quote != 0)
        }
        b'=' if next(1) == b'~' => None,
        // `[ "$password" = "…" ]`: a shell compares.
        b'=' if quoted_name && !indexed && spaced && t[name.start..name.end].contains(&b'$') => {
            let word =
                |found: &Candidate| found.value.of(t).iter().all(|byte| byte.is_ascii_lowercase() || *byte == b',');
            assigned(t, at + 1, Candidate { operator: Operator::Compare, ..base })
                .filter(|found| found.quote != 0 && !word(found))
        }
        b'=' => {
            let parameter = matches!(before, Some(b'?' | b'&' | b'#'))
                || (before == Some(b';') && t[..name.start].ends_with(b"&amp;"));
            if parameter && !spaced {
                return parameter_value(t, at + 1, Candidate { kind: Kind::Parameter, ..base });
            }
            assigned(t, at + 1, base)
        }
        // `${NAME:-default}`, and `${NAME:?message}`, `${NAME:+other}`.
        b':' if before == Some(b'{') && b"-?+".contains(&next(1)) => {
            (next(1) == b'-').then(|| assigned(t, at + 2, Candidate { operator: Operator::Default, ..base })).flatten()
        }
        b':' if next(1) == b'=' => assigned(t, at + 2, Candidate { operator: Operator::Declare, ..base }),
        b':' if next(1) == b':' => None,
        b':' => colon(t, at + 1, base),
        b'?' if next(1) == b'=' => assigned(t, at + 2, Candidate { operator: Operator::Default, ..base }),
        b'?' if next(1) == b':' => colon(t, at + 2, base),
        b'?' if next(1) == b'?' => {
            let len = if next(2) == b'=' { 3 } else { 2 };
            assigned(t, at + len, Candidate { operator: Operator::Default, ..base }).filter(|found| found.quote != 0)
        }
        b'|' if next(1) == b'|' => {
            let len = if next(2) == b'=' { 3 } else { 2 };
            assigned(t, at + len, Candidate { operator: Operator::Default, ..base }).filter(|found| found.quote != 0)
        }
        b'+' if next(1) == b'=' => assigned(t, at + 2, base).filter(|found| found.quote != 0),
        b'<' if next(1) == b'-' => assigned(t, at + 2, Candidate { operator: Operator::Arrow, ..base }),
        b'-' if next(1) == b'>' => {
            assigned(t, at + 2, Candidate { operator: Operator::Arrow, ..base }).filter(|found| found.quote != 0)
        }
        b'\r' | b'\n' if !quoted_name => attribute(t, at, &base),
        b',' if quoted_name || before == Some(b':') || indexed => {
            let pair = quoted(t, blank(t, at + 1), Candidate { kind: Kind::Pair, operator: Operator::Comma, ..base })?;
            // `"type": "password", "name": …`: what has a value is a name. `"file", "password", "image"`: a list of words.
            let named = matches!(pair.follows, b':' | b'=');
            let is_word =
                |span: Span| span.of(t).iter().all(|byte| byte.is_ascii_alphabetic() || b"_-./".contains(byte));
            // `"--password", "x"` are arguments.
            let listed = quoted_name
                && t[name.start] != b'-'
                && is_word(name)
                && is_word(pair.value)
                && follows_another(t, name.start);
            (!named && !listed).then_some(pair)
        }
        b'(' if !quoted_name => {
            let call = Candidate { kind: Kind::Call, operator: Operator::Bracket, ..base };
            let first = quoted(t, blank_line(t, at + 1), call)?;
            if first.follows == b',' && takes_a_user(&t[name.start..name.end]) { nth(t, first, 1) } else { Some(first) }
        }
        b'{' if spaced && quoted_name => block(t, at + 1, base),
        // The default password is "…".
        b'i' | b'w'
            if spaced && !quoted_name && [&b"is "[..], b"was "].iter().any(|verb| t[at..].starts_with(verb)) =>
        {
            let value = blank(t, at + 3);
            quote(t, value).and_then(|_| quoted(t, value, Candidate { operator: Operator::Equals, ..base }))
        }
        _ if spaced => {
            // `-p$PASSWORD ping`: the option has its value.
            let flag = t[name.start] == b'-' && !t[name.start..name.end].contains(&b'$')
                || (before == Some(b'/') && name.start > 1 && t[name.start - 2] == b' ');
            let space =
                Candidate { kind: if flag { Kind::Flag } else { Kind::Spaced }, operator: Operator::Space, ..base };
            if quote(t, at).is_some() {
                return quoted(t, at, space);
            }
            let sql = t[name.start..name.end].eq_ignore_ascii_case(b"identified by");
            // `ENV NAME value` of a Dockerfile.
            let line = t[..name.start].rsplit(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
            let set = byte != b'=' && line.eq_ignore_ascii_case(b"env");
            if (flag && byte != b'-') || sql || set { bare(t, at, space) } else { None }
        }
        _ => None,
    }
}

/// Whether a function of this name is given a user first, and then the secret.
fn takes_a_user(label: &[u8]) -> bool {
    let lower = label.to_ascii_lowercase();
    ["user", "basicauth", "basic_auth", "passwordauthentication", "networkcredential"]
        .iter()
        .any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
}

/// The value that a Terraform block gives to the variable or output that its label names: `default = "…"` on one of its
/// first lines.
fn block(t: &[u8], mut at: usize, base: Candidate) -> Option<Candidate> {
    for _ in 0..5 {
        let rest = t.get(at..)?;
        let end = memchr::memchr(b'\n', rest)?;
        if rest[..end].contains(&b'}') {
            return None;
        }
        at += end + 1;
        let word = blank(t, at);
        let known = ["default", "value"].into_iter().find(|known| t[word..].starts_with(known.as_bytes()));
        if let Some(known) = known {
            let sign = blank(t, word + known.len());
            let is_given = t.get(sign) == Some(&b'=');
            return is_given.then(|| assigned(t, sign + 1, Candidate { kind: Kind::Attribute, ..base })).flatten();
        }
    }
    None
}

/// Whether another word in quotes and a comma stand before the one in quotes whose name begins at `start`.
fn follows_another(t: &[u8], start: usize) -> bool {
    let before = t[..start].strip_suffix(b"\"").or_else(|| t[..start].strip_suffix(b"'")).unwrap_or_default();
    // Python's `u"…"`; quotes in a string.
    let before = before.strip_suffix(b"u").or_else(|| before.strip_suffix(b"\\")).unwrap_or(before);
    let before = before.trim_ascii_end().strip_suffix(b",").unwrap_or_default();
    matches!(before.trim_ascii_end().last(), Some(b'"' | b'\''))
}

/// Behind a colon: a value, or a type and then a value.
fn colon(t: &[u8], at: usize, base: Candidate) -> Option<Candidate> {
    let start = blank(t, at);
    let mut end = start;
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"_<>&'[]?.| ".contains(&byte);
    while end < t.len() && end - start < 40 && part(t[end]) {
        end += 1;
    }
    if end > start
        && t.get(end) == Some(&b'=')
        && !matches!(t.get(end + 1), Some(b'=' | b'>'))
        && t[start].is_ascii_alphabetic() | (t[start] == b'&') | (t[start] == b'[')
        && t[end - 1] == b' '
    {
        return assigned(t, end + 1, base);
    }
    assigned(t, at, Candidate { operator: Operator::Colon, ..base })
}

/// Behind an operator.
fn assigned(t: &[u8], at: usize, mut base: Candidate) -> Option<Candidate> {
    let start = blank(t, at);
    base.spaced |= start > at;
    if quote(t, start).is_some() {
        return quoted(t, start, base);
    }
    let byte = *t.get(start)?;
    match byte {
        b'\r' | b'\n' | b'\\' => {
            // The value stands on the next line, in quotes, or in a YAML block.
            let next = blank_line(t, if byte == b'\\' { start + 1 } else { start });
            if base.operator == Operator::Colon && byte != b'\\' && t[next..].starts_with(b"- ") {
                return listed(t, next, base);
            }
            match quote(t, next) {
                Some(_) => quoted(t, next, base.clone()).or_else(|| member(t, next, base)),
                None => member(t, next, base),
            }
        }
        b'|' | b'>' if base.operator == Operator::Colon => {
            let mut line = start + 1;
            while matches!(t.get(line), Some(b'-' | b'+')) {
                line += 1;
            }
            let next = blank_line(t, line);
            if next > line && t.get(next - 1).is_some_and(|byte| *byte == b' ') { bare(t, next, base) } else { None }
        }
        b'{' if base.operator == Operator::Colon => member(t, blank_line(t, start + 1), base),
        b'[' | b'{' | b'(' if byte != b'{' || base.operator != Operator::Colon => {
            let inside = blank_line(t, start + 1);
            if byte == b'[' && t.get(inside) == Some(&b']') {
                // `[]byte("…")`, `[]string{"…"}`.
                return wrapped(t, start, base);
            }
            quote(t, inside)?;
            let kind = if byte == b'(' { base.kind } else { Kind::Item };
            quoted(t, inside, Candidate { kind, wrapped: byte == b'(', ..base })
        }
        _ => wrapped(t, start, base.clone()).or_else(|| bare(t, start, base)),
    }
}

/// The value of a name that has members of its own: `{ "value": "…", … }`, `value: …` on the next line.
fn member(t: &[u8], at: usize, base: Candidate) -> Option<Candidate> {
    if base.operator != Operator::Colon {
        return None;
    }
    let open = quote(t, at).map_or(0, |(_, len)| len);
    let start = at + open;
    let len = t[start..].iter().take(16).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let known = ["value", "default", "defaultvalue"]
        .iter()
        .any(|word| t[start..start + len].eq_ignore_ascii_case(word.as_bytes()));
    let sign = blank(t, start + len + quote(t, start + len).map_or(0, |(_, len)| len));
    (known && t.get(sign) == Some(&b':'))
        .then(|| assigned(t, sign + 1, Candidate { kind: Kind::Attribute, operator: Operator::Equals, ..base }))
        .flatten()
}

/// An item of a YAML list, at its dash: one word in quotes or without.
fn listed(t: &[u8], dash: usize, base: Candidate) -> Option<Candidate> {
    let start = blank(t, dash + 1);
    let base = Candidate { kind: Kind::Item, ..base };
    let found = if quote(t, start).is_some() { quoted(t, start, base) } else { bare(t, start, base) }?;
    let value = found.value.of(t);
    let is_word = value.iter().any(u8::is_ascii_digit) && !value.ends_with(b":") && !value.contains(&b'$');
    (is_word && matches!(found.follows, 0 | b'\n' | b'\r' | b'#')).then_some(found)
}

/// `b"…"`, `new String("…")`, `[]byte("…")`, `os.getenv("NAME", …`: a quote soon behind a name.
fn wrapped(t: &[u8], start: usize, base: Candidate) -> Option<Candidate> {
    let mut at = start;
    let part = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'[' | b']' | b'&' | b'*' | b'@' | b'$')
    };
    let mut brackets = 0;
    while at < t.len() && at - start < 48 {
        match t[at] {
            // `FakeFile(handles["stdin"])`: the name of an entry.
            b'"' | b'\'' if at > start + 1 && t[at - 1] == b'[' && is_name(t[at - 2]) => return None,
            b'"' | b'\'' | b'`' => {
                let prefix = &t[start..at];
                let letters = prefix.len() <= 2 && prefix.iter().all(|byte| b"bBrRuUfFlLqnN@$".contains(byte));
                if letters || brackets > 0 {
                    return quoted(t, at, Candidate { wrapped: brackets > 0, ..base });
                }
                return None;
            }
            b'(' | b'{' if at > start => brackets += 1,
            b' ' if &t[start..at] == b"new" || brackets > 0 => {}
            byte if part(byte) => {}
            _ => return None,
        }
        at += 1;
    }
    None
}

/// A value in quotes.
fn quoted(t: &[u8], at: usize, base: Candidate) -> Option<Candidate> {
    let (mark, mut len) = match quote(t, at) {
        Some(found) => found,
        None if base.kind == Kind::Call || base.kind == Kind::Pair => return wrapped(t, at, base),
        None => return None,
    };
    // Three quotes open a text of several lines.
    if len == 1 && t[at..].starts_with(&[mark; 3]) {
        len = 3;
    }
    let escaped = len > 1 && len != 3;
    let start = at + len;
    let mut end = start;
    let limit = t.len().min(start + LONGEST + 1);
    loop {
        if end >= limit {
            return None;
        }
        let byte = t[end];
        if escaped {
            if t[end..].starts_with(&t[at..start]) || byte == b'"' && t[at] == b'\\' && mark == b'"' {
                break;
            }
        } else if byte == mark {
            break;
        } else if byte == b'\\' && mark != b'`' && t.get(end + 1).is_some_and(|next| *next == mark || *next == b'\\') {
            end += 1;
        }
        if byte == b'\n' || byte == b'\r' {
            return None;
        }
        end += 1;
    }
    let behind = end + if escaped { len } else { 1 };
    let mut follows = blank(t, behind);
    // What follows a wrapped value follows its bracket.
    if base.wrapped && matches!(t.get(follows), Some(b')' | b'}')) {
        follows = blank(t, follows + 1);
    }
    (end > start).then(|| Candidate {
        value: Span::new(start, end),
        quote: mark,
        escaped,
        follows: t.get(follows).copied().unwrap_or(0),
        ..base
    })
}

/// A value that goes on to white space, or to what ends it in the language around it.
fn bare(t: &[u8], start: usize, base: Candidate) -> Option<Candidate> {
    let limit = t.len().min(start + LONGEST + 1);
    let mut end = start;
    while end < limit && !matches!(t[end], 0..=b' ' | 0x7F | b'"' | b'\'' | b'`' | b'<' | b'>') {
        if t[end] == b'\\' && matches!(t.get(end + 1), Some(b'n' | b'r' | b't' | b'"' | b'\'' | b'\n')) {
            break;
        }
        if t[end] == b'&' && quote(t, end).is_some() {
            break;
        }
        end += 1;
    }
    if end == limit && limit < t.len() {
        return None;
    }
    // `,`, `;`, `&` end a value where a name and an operator follow; brackets where they were opened before it.
    let opened = |open: u8, close: u8| {
        let value = &t[start..end];
        value.iter().position(|byte| *byte == close).filter(|at| !value[..*at].contains(&open))
    };
    let cut =
        [(b'(', b')'), (b'[', b']'), (b'{', b'}')].into_iter().filter_map(|(open, close)| opened(open, close)).min();
    let closes = |at: usize| t[start + at + 1..end].iter().all(|byte| b")]},;.:".contains(byte));
    if let Some(at) = cut.filter(|at| closes(*at)) {
        end = start + at;
    }
    let pair = t[start..end].iter().enumerate().position(|(at, byte)| {
        matches!(byte, b';' | b'&' | b',') && {
            let rest = &t[start + at + 1..end];
            let name = rest
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'-' | b'.' | b' '))
                .count();
            rest.is_empty() || (name > 0 && matches!(rest.get(name), Some(b'=' | b':')))
        }
    });
    if let Some(at) = pair {
        end = start + at;
    }
    let follows = t.get(end).copied().unwrap_or(0);
    let follows = match follows {
        b' ' | b'\t' => match t.get(blank(t, end)) {
            None | Some(b'\n' | b'\r') => b'\n',
            Some(b'#') => b'#',
            Some(b'/') => b'/',
            _ => b' ',
        },
        other => other,
    };
    (end > start).then(|| Candidate { value: Span::new(start, end), follows, ..base })
}

/// A value in a URL or a form.
fn parameter_value(t: &[u8], start: usize, base: Candidate) -> Option<Candidate> {
    let limit = t.len().min(start + LONGEST + 1);
    let mut end = start;
    while end < limit && !t[end].is_ascii_whitespace() && !b"\"'`<>&;\\()[]{}|#,".contains(&t[end]) {
        end += 1;
    }
    if end == limit && limit < t.len() {
        return None;
    }
    (end > start).then(|| Candidate { value: Span::new(start, end), follows: t.get(end).copied().unwrap_or(0), ..base })
}

/// The text of an element, up to the next tag.
fn element(t: &[u8], start: usize, base: Candidate) -> Option<Candidate> {
    let start = blank_line(t, start);
    let end = start + t[start..].iter().take(LONGEST).position(|byte| matches!(byte, b'<' | b'\n' | b'\r'))?;
    let value = t[start..end].trim_ascii_end();
    (!value.is_empty() && t[end] == b'<').then(|| Candidate {
        value: Span::new(start, start + value.len()),
        follows: b'<',
        ..base
    })
}

/// A name that is itself a value, with its value in the next member.
fn attribute(t: &[u8], at: usize, base: &Candidate) -> Option<Candidate> {
    let base = Candidate { kind: Kind::Attribute, ..base.clone() };
    if t.get(at) == Some(&b'>') {
        return element(t, at + 1, base);
    }
    let comma = t.get(at) == Some(&b',');
    let mut next = blank_line(t, if comma { at + 1 } else { at });
    let open = quote(t, next);
    next += open.map_or(0, |(_, len)| len);
    let word = t[next..].iter().take(16).take_while(|byte| byte.is_ascii_alphabetic()).count();
    if !["value", "default", "defaultvalue", "val", "content", "secret"]
        .iter()
        .any(|known| t[next..next + word].eq_ignore_ascii_case(known.as_bytes()))
    {
        return None;
    }
    next += word;
    if open.is_some() {
        next += quote(t, next)?.1;
    }
    next = blank(t, next);
    let operator = match t.get(next)? {
        b'=' => Operator::Equals,
        b':' => Operator::Colon,
        _ => return None,
    };
    assigned(t, next + 1, Candidate { operator, ..base })
}

/// The other values of a list.
fn items(t: &[u8], first: &Candidate, mut each: impl FnMut(Candidate)) {
    let mut last = first.clone();
    for _ in 0..16 {
        if matches!(last.follows, b'\n' | b'\r') {
            let end = last.value.end + usize::from(last.quote != 0);
            let next = blank_line(t, end);
            let Some(found) = t[next..].starts_with(b"- ").then(|| listed(t, next, first.clone())).flatten() else {
                break;
            };
            each(found.clone());
            last = found;
            continue;
        }
        if last.follows != b',' {
            break;
        }
        let Some(comma) = memchr::memchr(b',', &t[last.value.end..]) else { break };
        let next = blank_line(t, last.value.end + comma + 1);
        let Some(found) = quote(t, next).and_then(|_| quoted(t, next, first.clone())) else { break };
        each(found.clone());
        last = found;
    }
}

/// The password of a URL whose scheme ends at `at`, before `://`.
pub(super) fn userinfo(t: &[u8], at: usize) -> Option<Candidate> {
    let user = at + 3;
    let scheme =
        t[..at].iter().rev().take(24).take_while(|byte| byte.is_ascii_alphanumeric() || b"+.-_".contains(byte)).count();
    if scheme < 2 {
        return None;
    }
    let at = at - scheme;
    let stop = |byte: u8| byte.is_ascii_whitespace() || b"/\"'`<>\\?#".contains(&byte);
    let host = user
        + t[user..].iter().take(200).position(|byte| stop(*byte)).unwrap_or_else(|| t.len().min(user + 200) - user);
    let sign = user + t[user..host].iter().rposition(|byte| *byte == b'@')?;
    let colon = user + t[user..sign].iter().position(|byte| *byte == b':')?;
    let value = Span::new(colon + 1, sign);
    let follows = *t.get(sign + 1)?;
    (!value.of(t).is_empty()).then_some(Candidate {
        kind: Kind::Userinfo,
        name: Span::new(at, colon),
        value,
        operator: Operator::Colon,
        quote: 0,
        escaped: false,
        wrapped: false,
        spaced: false,
        follows,
        quoted_name: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let lower = text.to_ascii_lowercase();
        let mut out = Vec::new();
        for root in PASSWORD_ROOTS.iter().chain(SECRET_ROOTS) {
            for (at, _) in lower.match_indices(root) {
                candidates(text.as_bytes(), Span::new(at, at + root.len()), |one| {
                    out.push(String::from_utf8_lossy(one.value.of(text.as_bytes())).into_owned());
                });
            }
        }
        out.sort();
        out.dedup();
        out
    }

    #[test]
    fn values_are_found_however_they_are_written() {
        for (text, value) in [
            ("password = 'abc def'", "abc def"),
            ("DB_PASSWORD=abc\n", "abc"),
            ("export TOKEN=abc # note", "abc"),
            ("\"api_key\": \"abc\",", "abc"),
            ("{\\\"api_key\\\": \\\"abc\\\"}", "abc"),
            ("&quot;token&quot;: &quot;abc&quot;", "abc"),
            ("const authToken: &str = \"abc\";", "abc"),
            ("let secret: String = String::from(\"abc\");", "abc"),
            ("secret := []byte(\"abc\")", "abc"),
            (":password => 'abc',", "abc"),
            ("$config['db_password'] = 'abc';", "abc"),
            ("setPassword(\"abc\")", "abc"),
            ("define('AUTH_KEY', 'abc');", "abc"),
            ("os.getenv(\"API_TOKEN\", \"abc\")", "abc"),
            ("tool --password abc --verbose", "abc"),
            ("<password>abc</password>", "abc"),
            ("<add key=\"Password\" value=\"abc\" />", "abc"),
            ("- name: DB_PASSWORD\n  value: abc\n", "abc"),
            ("\"name\": \"DB_PASSWORD\",\n  \"value\": \"abc\"", "abc"),
            ("https://x/?a=b&access_token=abc&c=d", "abc"),
            ("CREATE USER u IDENTIFIED BY 'abc';", "abc"),
            ("CREATE LOGIN u WITH PASSWORD = N'abc';", "abc"),
            ("Server=x;Password=abc;Uid=y", "abc"),
            ("if password == \"abc\" {", "abc"),
            ("login(user='x', password='abc')", "abc"),
            ("login(user=x, password=abc)", "abc"),
            ("private_key: |\n  abc\n", "abc"),
            ("token =\n    \"abc\"", "abc"),
            ("passwort: abc", "abc"),
            ("\"SMTP Password\" => \"abc\"", "abc"),
            ("variable \"api_token\" {\n  type = string\n  default = \"abc\"\n}", "abc"),
            ("The default password is 'abc'.", "abc"),
            ("Authorization: \"Basic abc1\"", "abc1"),
            ("openssl rsa -passin pass:abc -in key", "abc"),
            ("buildConfigField 'String', 'API_KEY', '\"abc\"'", "abc"),
            ("пароль = \"abc\"", "abc"),
            ("MYSQL_PASSWORD=${DB_PASSWORD:-abc}\n", "abc"),
            ("user, password := \"x\", \"abc\"", "abc"),
            ("local user, pass = 'x', 'abc'", "abc"),
            ("password, salt := []byte(\"x\"), []byte(\"abc\")", "abc"),
            ("url.UserPassword(\"x\", \"abc\")", "abc"),
            ("[\"--keystore-password\", \"abc\"]", "abc"),
            ("\"adminPassword\": { \"value\": \"abc\" }", "abc"),
            ("\"db_password\": {\n  \"value\": \"abc\",\n  \"type\": \"string\"", "abc"),
            ("DEPLOY_TOKEN:\n  value: \"abc\"\n", "abc"),
            ("FROM x\nENV DB_PASSWORD abc\n", "abc"),
            ("DB_PASSWORD=abc\0USER=x\0", "abc"),
        ] {
            assert!(found(text).contains(&value.to_owned()), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn what_only_looks_given_is_no_value() {
        for text in [
            "\"type\": \"password\", \"title\": \"abc\"",
            "['name' => 'password', 'autocomplete' => 'abc']",
            "[\"checkbox\", \"password\", \"image\"]",
            "[u'name', u'password', u'class']",
            r#"x = "[\"checkbox\", \"password\", \"image\"]""#,
            "connect(\"localhost\", \"password\", \"mydb\")",
            "${PASSWORD:?must be set}",
            "let (user, password) = match x {",
            "(no password): Invited",
            "docker run -v $(pwd):/srv x",
            "x -p$PASSWORD ping",
            "variable \"password\" {}\nvariable \"x\" {\n  default = \"abc\"\n}",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn lists_have_several_values() {
        assert_eq!(found("tokens = [\"abc\", \"def\"]"), ["abc", "def"]);
        assert_eq!(found("tokens:\n  - abc1\n  - \"def2\"\n"), ["abc1", "def2"]);
        assert!(found("secrets:\n  - name: x1\n").is_empty());
    }

    #[test]
    fn a_url_has_one_password() {
        let text = b"postgres://user:p@ss:w@db.io:5432/x";
        assert_eq!(userinfo(text, 8).expect("a password").value.of(text), b"p@ss:w");
        assert!(userinfo(b"https://host:80/a@b", 5).is_none());
    }
}
