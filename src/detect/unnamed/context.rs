//! What the text around a name and its value says: reasons for which the one is not given to the other.

use super::name::{Meaning, Name};
use super::parse::{Candidate, Kind, Operator};
use super::value::Reason;
use crate::detect::allow;
use crate::span::Span;

/// What stands for a password in URLs that show how to write one.
#[rustfmt::skip]
const STAND_INS: &[&str] = &[
    "password", "passwd", "pass", "pwd", "pw", "secret", "token", "passphrase", "mypass", "userpass", "user", "username",
];

/// Words before an option that is talked about and not used: `or the --password command line argument`.
#[rustfmt::skip]
const ARTICLES: &[&str] = &[
    "the", "a", "an", "or", "and", "use", "using", "via", "with", "option", "options", "flag", "of", "by", "for", "both",
    "pass", "set", "specify", "provide", "without", "no", "any", "is", "if", "as", "that", "your", "its", "see",
];

/// Words with which a block begins whose other words are its labels.
const BLOCKS: &[&str] = &["resource", "data", "module", "variable", "output", "ephemeral"];

/// Why the value is not given to the name, or not as a secret.
pub(super) fn veto(window: &[u8], one: &Candidate, name: &Name) -> Option<Reason> {
    let (label, value) = (one.name.of(window), one.value.of(window));
    if one.kind == Kind::Userinfo {
        let stand_in = STAND_INS.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()));
        return stand_in.then_some(Reason::Placeholder);
    }
    // Random text holds every short word: a name of many parts has none of its own.
    let scattered = label.len() >= 24 && usize::from(name.words) * 3 > label.len();
    if name.root.is_none() || scattered || in_a_blob(&window[..one.name.start]) {
        return Some(Reason::OtherWord);
    }
    if name.public {
        return Some(Reason::PublicKey);
    }
    if name.last == Some(Meaning::Owner) || (one.kind == Kind::Element && label == b"key" && allow::is_uuid(value)) {
        return Some(Reason::Identifier);
    }
    let line = window[..one.name.start].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    // `arn:aws:secretsmanager:…:secret:name`, and Jenkins' `credentials('id')`.
    let run = line.rsplit(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'')).next().unwrap_or_default();
    let open = &window[..one.value.start - usize::from(one.quote != 0 && one.value.start > 0)];
    if run.starts_with(b"arn:") || (one.wrapped || one.kind == Kind::Call) && open.ends_with(b"credentials(") {
        return Some(Reason::Identifier);
    }
    if one.kind == Kind::Spaced && one.quoted_name && BLOCKS.iter().any(|word| first_word(line) == word.as_bytes()) {
        return Some(Reason::Identifier);
    }
    if is_variable(window, line, one, value) || refers(label) {
        return Some(Reason::Reference);
    }
    (is_prose(window, line, one, label, value) || stands_among_texts(window, line, one, label, value))
        .then_some(Reason::Prose)
}

fn first_word(line: &[u8]) -> &[u8] {
    line.trim_ascii().split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default()
}

/// Whether what stands before goes on without a space as encoded data does: many symbols and no URL.
fn in_a_blob(before: &[u8]) -> bool {
    let run =
        before.rsplit(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'')).next().unwrap_or_default();
    if run.len() < 40 || memchr::memmem::find(run, b"://").is_some() {
        return false;
    }
    let mut symbols: Vec<u8> = run.iter().copied().filter(u8::is_ascii_punctuation).collect();
    symbols.sort_unstable();
    symbols.dedup();
    symbols.len() >= 8
}

fn is_identifier(value: &[u8]) -> bool {
    !value[0].is_ascii_digit() && value.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
}

/// Whether a bare word is a variable of a program.
fn is_variable(window: &[u8], line: &[u8], one: &Candidate, value: &[u8]) -> bool {
    if one.quote != 0 || one.operator != Operator::Equals || !is_identifier(value) {
        return false;
    }
    let opened = line.iter().filter(|byte| **byte == b'(').count() > line.iter().filter(|byte| **byte == b')').count();
    let lower = !value.iter().any(u8::is_ascii_uppercase);
    // `connect(host, password=settings)`: a bare word among the arguments of a call.
    let argument = opened && lower && matches!(one.follows, b')' | b',');
    // `valid = mode === "password"`: an operator follows.
    let operand = one.spaced && goes_into_an_expression(window, one);
    // `user, password = parts`: several are given their values at once, be it in the code of a text.
    let code = line.rsplit(|byte| *byte == b'`').next().unwrap_or_default();
    let several = line.trim_ascii_end().ends_with(b",")
        && code.iter().all(|byte| byte.is_ascii_alphanumeric() || b" \t_,.*".contains(byte));
    argument || operand || several
}

/// Whether the operator of an expression follows: `valid = mode === "password"`.
fn goes_into_an_expression(window: &[u8], one: &Candidate) -> bool {
    let rest = window[one.value.end..].trim_ascii_start();
    ["==", "!=", "&&", "||", "? ", "?? ", "+ "].iter().any(|operator| rest.starts_with(operator.as_bytes()))
}

/// Whether the name says that its value names a secret kept elsewhere, as in Drone's and Kubernetes' files.
fn refers(label: &[u8]) -> bool {
    ["from_secret", "fromsecret", "secretref", "secretkeyref", "existingsecret", "imagepullsecrets"]
        .iter()
        .any(|known| label.eq_ignore_ascii_case(known.as_bytes()))
}

/// Whether name and value are words of a sentence.
fn is_prose(window: &[u8], line: &[u8], one: &Candidate, label: &[u8], value: &[u8]) -> bool {
    let lower = value.iter().all(u8::is_ascii_lowercase);
    let word_before = line.trim_ascii_end().rsplit(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
    // Markdown sets off in backticks what a sentence is about: Pass `strict` to it.
    if one.kind == Kind::Spaced && one.quote == b'`' {
        return true;
    }
    if one.quote != 0 {
        return false;
    }
    // `reset_password=Set a new one`: a line that gives its name several words. In capitals it may be a setting of the
    // command behind it.
    let letters = value.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80 || b"-,'".contains(byte));
    if letters
        && one.kind == Kind::Assigned
        && line.trim_ascii().is_empty()
        && label.iter().any(u8::is_ascii_lowercase)
        && goes_on(window, one)
    {
        return true;
    }
    if !lower {
        return false;
    }
    if one.kind == Kind::Flag {
        let word_before: &[u8] = word_before.strip_prefix(b"`").unwrap_or(word_before);
        return ARTICLES.iter().any(|word| word_before.eq_ignore_ascii_case(word.as_bytes()));
    }
    // SQL says whose password it is: `ALTER USER x IDENTIFIED BY y`.
    if label.eq_ignore_ascii_case(b"identified by") {
        let before = window[..one.name.start].to_ascii_lowercase();
        return !["user", "grant", "role", "link"]
            .iter()
            .any(|word| memchr::memmem::find(&before, word.as_bytes()).is_some());
    }
    // `First pass: tally the lines`: a name in the middle of a sentence that goes on behind the word.
    let after_a_word = !word_before.is_empty() && word_before.iter().all(u8::is_ascii_alphabetic);
    one.operator == Operator::Colon && matches!(one.follows, b' ' | b',') && (after_a_word || goes_on(window, one))
}

/// Whether a further word stands behind the value that is no name of its own.
fn goes_on(window: &[u8], one: &Candidate) -> bool {
    let rest = &window[one.value.end..];
    let rest = rest.strip_prefix(b" ").unwrap_or_default();
    let word = rest.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
    word > 0 && !matches!(rest.get(word), Some(b':' | b'=' | b'_'))
}

/// Whether a word with a capital and without digits stands among texts for people, as in the translations of a program.
fn stands_among_texts(window: &[u8], line: &[u8], one: &Candidate, label: &[u8], value: &[u8]) -> bool {
    let bare = one.quote == 0 && one.kind == Kind::Assigned;
    // Names in capitals are settings, whatever the texts about them say.
    let screams = !label.iter().any(u8::is_ascii_lowercase);
    if screams
        || (bare && one.operator != Operator::Colon && !line.trim_ascii().is_empty())
        || matches!(one.kind, Kind::Call | Kind::Flag | Kind::Parameter | Kind::Item)
        || !value.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80 || b" -.'".contains(byte))
    {
        return false;
    }
    // A name of several words is a text itself.
    if one.quoted_name && is_phrase(window, one.name) {
        return true;
    }
    if value[0].is_ascii_lowercase() {
        return false;
    }
    let own = window[..one.value.start].iter().filter(|byte| **byte == b'\n').count();
    let lines: Vec<&[u8]> = window.split(|byte| *byte == b'\n').collect();
    let (mut texts, mut others) = (0, 0);
    for (at, line) in lines.iter().enumerate() {
        // The first and the last line may be cut.
        if at == own || at == 0 || at + 1 == lines.len() {
            continue;
        }
        let Some(text) = text_of(line, bare) else { continue };
        if joins_words(text) {
            texts += 1;
        } else {
            others += 1;
        }
    }
    texts >= 2 && texts * 2 >= others
}

/// Whether a space stands between two letters.
fn joins_words(text: &[u8]) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0x80;
    text.windows(3).any(|three| letter(three[0]) && three[1] == b' ' && letter(three[2]))
}

/// Whether the quotes around a name hold further words.
fn is_phrase(window: &[u8], name: Span) -> bool {
    let Some(mark) = window.get(name.end).copied().filter(|mark| matches!(mark, b'"' | b'\'')) else { return false };
    let start = window[..name.start].iter().rposition(|byte| matches!(byte, b'"' | b'\'' | b'\n'));
    start.is_some_and(|at| window[at] == mark && joins_words(&window[at + 1..name.end]))
}

/// What the line gives to its name: the last string in quotes, the text of its element, or what stands behind a colon.
fn text_of(line: &[u8], bare: bool) -> Option<&[u8]> {
    if bare {
        return memchr::memchr2(b':', b'=', line).map(|at| line[at + 1..].trim_ascii());
    }
    if let Some(close) = memchr::memmem::rfind(line, b"</")
        && let Some(open) = memchr::memrchr(b'>', &line[..close])
    {
        return Some(&line[open + 1..close]);
    }
    let close = line.iter().rposition(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let open = memchr::memrchr(line[close], &line[..close])?;
    let before = line[..open].trim_ascii_end().last()?;
    matches!(before, b':' | b'=' | b'>' | b',' | b'(').then(|| &line[open + 1..close])
}
