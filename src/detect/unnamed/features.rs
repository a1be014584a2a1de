//! What the model is told of a candidate: numbers about its name, its value, and how the one is given to the other.

use super::name::{Meaning, Name};
use super::parse::{Candidate, Kind, Operator};
use super::value::Facts;

/// Number of features.
pub(super) const COUNT: usize = NAMES.len();

macro_rules! features {
    ($($name:ident = $value:expr;)*) => {
        /// Names of the features, in their order.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// The features of a candidate. `around` is the text that may be looked at.
        pub(super) fn features(around: &[u8], one: &Candidate, name: &Name) -> [f32; NAMES.len()] {
            let value = one.value.of(around);
            let label = one.name.of(around);
            let facts = &Facts::of(value, label);
            let place = &Place::of(around, one);
            let input = Input { one, name, facts, place, label };
            [$(($value)(&input)),*]
        }
    };
}

struct Input<'a> {
    one: &'a Candidate,
    name: &'a Name,
    facts: &'a Facts,
    place: &'a Place,
    label: &'a [u8],
}

fn flag(truth: bool) -> f32 {
    f32::from(u8::from(truth))
}

fn ordinal(meaning: Option<Meaning>) -> f32 {
    meaning.map_or(-1.0, |meaning| f32::from(meaning as u8))
}

features! {
    name_root_password = |i: &Input<'_>| flag(i.name.root == Some(Meaning::Password));
    name_root_secret = |i: &Input<'_>| flag(i.name.root == Some(Meaning::Secret));
    name_root_token = |i: &Input<'_>| flag(i.name.root == Some(Meaning::Token));
    name_root_key = |i: &Input<'_>| flag(i.name.root == Some(Meaning::Key));
    name_root_other = |i: &Input<'_>| ordinal(i.name.root);
    name_last = |i: &Input<'_>| ordinal(i.name.last);
    name_password = |i: &Input<'_>| flag(i.name.password);
    name_token = |i: &Input<'_>| flag(i.name.token);
    name_secret = |i: &Input<'_>| flag(i.name.secret);
    name_key = |i: &Input<'_>| flag(i.name.key);
    name_qualifiers = |i: &Input<'_>| f32::from(i.name.qualifiers);
    name_owners = |i: &Input<'_>| f32::from(i.name.owners);
    name_properties = |i: &Input<'_>| f32::from(i.name.properties);
    name_derived = |i: &Input<'_>| f32::from(i.name.derived);
    name_lookups = |i: &Input<'_>| f32::from(i.name.lookups);
    name_tests = |i: &Input<'_>| f32::from(i.name.tests);
    name_others = |i: &Input<'_>| f32::from(i.name.others);
    name_words = |i: &Input<'_>| f32::from(i.name.words);
    name_behind = |i: &Input<'_>| f32::from(i.name.behind);
    name_len = |i: &Input<'_>| i.label.len() as f32;
    name_screams = |i: &Input<'_>| flag(!i.label.iter().any(u8::is_ascii_lowercase));
    name_capital = |i: &Input<'_>| flag(i.label[0].is_ascii_uppercase());
    name_dotted = |i: &Input<'_>| flag(i.label.contains(&b'.'));
    name_dashed = |i: &Input<'_>| flag(i.label.contains(&b'-'));
    name_quoted = |i: &Input<'_>| flag(i.one.quoted_name);
    assigned = |i: &Input<'_>| flag(i.one.kind == Kind::Assigned);
    called = |i: &Input<'_>| flag(i.one.kind == Kind::Call);
    paired = |i: &Input<'_>| flag(i.one.kind == Kind::Pair);
    userinfo = |i: &Input<'_>| flag(i.one.kind == Kind::Userinfo);
    spaced_kind = |i: &Input<'_>| flag(i.one.kind == Kind::Spaced);
    kind = |i: &Input<'_>| f32::from(i.one.kind as u8);
    colon = |i: &Input<'_>| flag(i.one.operator == Operator::Colon);
    compared = |i: &Input<'_>| flag(i.one.operator == Operator::Compare);
    operator = |i: &Input<'_>| f32::from(i.one.operator as u8);
    spaced = |i: &Input<'_>| flag(i.one.spaced);
    wrapped = |i: &Input<'_>| flag(i.one.wrapped);
    bare = |i: &Input<'_>| flag(i.one.quote == 0);
    single_quote = |i: &Input<'_>| flag(i.one.quote == b'\'');
    escaped = |i: &Input<'_>| flag(i.one.escaped);
    follows_end = |i: &Input<'_>| flag(matches!(i.one.follows, 0 | b'\n' | b'\r'));
    follows_comma = |i: &Input<'_>| flag(i.one.follows == b',');
    follows_semicolon = |i: &Input<'_>| flag(i.one.follows == b';');
    follows_bracket = |i: &Input<'_>| flag(matches!(i.one.follows, b')' | b']' | b'}'));
    follows_text = |i: &Input<'_>| flag(i.one.follows == b' ' || i.one.follows.is_ascii_alphanumeric());
    follows_operator = |i: &Input<'_>| flag(matches!(i.one.follows, b'.' | b'+' | b'(' | b'?' | b'|' | b'%'));
    follows_quote = |i: &Input<'_>| flag(matches!(i.one.follows, b'"' | b'\'' | b'`' | b'\\' | b'&' | b'<'));
    len = |i: &Input<'_>| i.facts.len;
    digits = |i: &Input<'_>| i.facts.digits;
    digit_share = |i: &Input<'_>| i.facts.digits / i.facts.len;
    uppers = |i: &Input<'_>| i.facts.uppers;
    upper_share = |i: &Input<'_>| i.facts.uppers / i.facts.len;
    lower_share = |i: &Input<'_>| i.facts.lowers / i.facts.len;
    symbols = |i: &Input<'_>| i.facts.symbols;
    symbol_share = |i: &Input<'_>| i.facts.symbols / i.facts.len;
    distinct_share = |i: &Input<'_>| i.facts.distinct / i.facts.len;
    entropy = |i: &Input<'_>| i.facts.entropy;
    entropy_relative = |i: &Input<'_>| i.facts.relative;
    pair_mean = |i: &Input<'_>| i.facts.pair_mean;
    pair_max = |i: &Input<'_>| i.facts.pair_max;
    consonants = |i: &Input<'_>| i.facts.consonants;
    vowels = |i: &Input<'_>| i.facts.vowels;
    class_changes = |i: &Input<'_>| i.facts.class_changes;
    equal_run = |i: &Input<'_>| i.facts.equal_run;
    step_run = |i: &Input<'_>| i.facts.step_run;
    words = |i: &Input<'_>| i.facts.words;
    word_len = |i: &Input<'_>| i.facts.word_len;
    filler_share = |i: &Input<'_>| i.facts.filler_share;
    fillers = |i: &Input<'_>| i.facts.fillers;
    weak = |i: &Input<'_>| i.facts.weak;
    secret_word = |i: &Input<'_>| i.facts.secret_word;
    name_word = |i: &Input<'_>| i.facts.name_word;
    hex = |i: &Input<'_>| i.facts.hex;
    digest = |i: &Input<'_>| i.facts.digest;
    base64 = |i: &Input<'_>| i.facts.base64;
    padded = |i: &Input<'_>| i.facts.padded;
    uuid = |i: &Input<'_>| i.facts.uuid;
    camel = |i: &Input<'_>| i.facts.camel;
    snake = |i: &Input<'_>| i.facts.snake;
    upper_snake = |i: &Input<'_>| i.facts.upper_snake;
    kebab = |i: &Input<'_>| i.facts.kebab;
    dotted = |i: &Input<'_>| i.facts.dotted;
    path = |i: &Input<'_>| i.facts.path;
    url = |i: &Input<'_>| i.facts.url;
    spaces = |i: &Input<'_>| i.facts.spaces;
    number = |i: &Input<'_>| i.facts.number;
    letters_only = |i: &Input<'_>| i.facts.letters_only;
    first = |i: &Input<'_>| i.facts.first;
    email = |i: &Input<'_>| i.facts.email;
    date = |i: &Input<'_>| i.facts.date;
    file = |i: &Input<'_>| i.facts.file;
    escapes = |i: &Input<'_>| i.facts.escapes;
    line_share = |i: &Input<'_>| i.facts.len / i.place.line;
    in_string = |i: &Input<'_>| flag(i.place.in_string);
    comment = |i: &Input<'_>| flag(i.place.comment);
    indented = |i: &Input<'_>| i.place.indent;
    first_on_line = |i: &Input<'_>| flag(i.place.first);
    again = |i: &Input<'_>| i.place.again;
    owner_near = |i: &Input<'_>| flag(i.place.owner);
    address_near = |i: &Input<'_>| flag(i.place.address);
    ends_in_semicolon = |i: &Input<'_>| i.place.semicolons;
    quotes_near = |i: &Input<'_>| i.place.quotes;
    name_share = |i: &Input<'_>| i.facts.name_share;
    brackets_near = |i: &Input<'_>| i.place.brackets;
}

/// Where a candidate stands, as far as the text around it tells.
struct Place {
    line: f32,
    in_string: bool,
    comment: bool,
    indent: f32,
    first: bool,
    again: f32,
    owner: bool,
    address: bool,
    semicolons: f32,
    quotes: f32,
    brackets: f32,
}

impl Place {
    fn of(around: &[u8], one: &Candidate) -> Place {
        let start = memchr::memrchr(b'\n', &around[..one.name.start]).map_or(0, |at| at + 1);
        let end = memchr::memchr(b'\n', &around[one.value.end..]).map_or(around.len(), |at| one.value.end + at);
        let line = &around[start..end];
        let before = &around[start..one.name.start];
        let trimmed = before.trim_ascii_start();
        let value = one.value.of(around);
        let again = if value.len() >= 4 { memchr::memmem::find_iter(around, value).take(4).count() - 1 } else { 0 };
        let has = |words: &[&[u8]]| {
            words.iter().any(|word| around.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word)))
        };
        Place {
            line: (line.len() as f32).clamp(1.0, 200.0),
            in_string: before.iter().filter(|byte| **byte == b'"').count() % 2 == 1
                || before.iter().filter(|byte| **byte == b'\'').count() % 2 == 1,
            comment: [&b"//"[..], b"#", b"*", b"--", b"/*", b"<!--", b";", b"%", b"REM "]
                .iter()
                .any(|mark| trimmed.starts_with(mark)),
            indent: (before.len() - trimmed.len()).min(40) as f32,
            first: trimmed.is_empty(),
            again: again as f32,
            owner: has(&[b"user", b"login", b"email"]),
            address: has(&[b"host", b"://"]),
            semicolons: around.windows(2).filter(|two| *two == b";\n" || *two == b";\r").count().min(6) as f32,
            brackets: around.iter().filter(|byte| **byte == b'(').count().min(20) as f32,
            quotes: around.iter().filter(|byte| matches!(byte, b'"' | b'\'')).count().min(40) as f32,
        }
    }
}
