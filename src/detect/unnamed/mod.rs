//! Secrets that no format gives away: a value, told by the name it is given and by what it looks like.
//!
//! A word such as `password` or `token` leads to its whole name, the name to the value it is given ([`parse`]). Values that
//! cannot be secrets are left alone, each for a reason with a name ([`value`]); what is left is weighed by a small model
//! ([`model`]). Everything is decided from the bytes of one window, so that verdicts can be carried across versions.

mod features;
mod model;
mod name;
mod parse;
mod value;

pub use features::NAMES as FEATURES;
use parse::Candidate;
pub use parse::Kind;

use crate::rule::{RuleSet, Weigh};
use crate::span::Span;

/// Bytes before the word that a verdict looks at.
pub(crate) const BEHIND: usize = 96;
/// Bytes after its beginning.
pub(crate) const AHEAD: usize = 384;

/// A value that a name is given, as the model sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Where the value stands.
    pub value: Span,
    /// Where its name stands.
    pub name: Span,
    /// How the one is given to the other.
    pub kind: Kind,
    /// Why it cannot be a secret.
    pub veto: Option<&'static str>,
    /// What the model is told, in the order of [`FEATURES`]; empty where there is a veto.
    pub features: Vec<f32>,
    /// Log-odds to be a secret, and the floor from which it is reported.
    pub score: f32,
    /// The floor of the score.
    pub floor: f32,
    /// What weighs most, features with their shares of the score, heaviest first.
    pub reasons: Vec<(&'static str, f32)>,
}

/// A value that is held for a secret.
pub(crate) struct Found {
    pub(crate) value: Span,
    pub(crate) likely: bool,
}

/// Yields the candidates around a word that begins at `hit`, inside its window.
fn around(text: &[u8], hit: Span, weigh: Weigh, mut each: impl FnMut(&[u8], usize, Candidate)) {
    let start = hit.start.saturating_sub(BEHIND);
    let window = &text[start..text.len().min(hit.start + AHEAD)];
    let root = Span::new(hit.start - start, (hit.end - start).min(window.len()));
    if weigh == Weigh::Userinfo {
        parse::userinfo(window, root.start).into_iter().for_each(|one| each(window, start, one));
    } else {
        parse::candidates(window, root, |one| each(window, start, one));
    }
}

/// What stands for a password in URLs that show how to write one.
const STAND_INS: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "pwd",
    "pw",
    "secret",
    "token",
    "passphrase",
    "mypass",
    "userpass",
    "user",
    "username",
];

fn veto(window: &[u8], one: &Candidate) -> Option<value::Reason> {
    if one.kind != Kind::Userinfo {
        let name = name::Name::of(one.name.of(window));
        if name.root.is_none() {
            return Some(value::Reason::OtherWord);
        }
        if name.public {
            return Some(value::Reason::PublicKey);
        }
        if name.last == Some(name::Meaning::Owner) {
            return Some(value::Reason::Identifier);
        }
    }
    let value = one.value.of(window);
    // `First pass: tally the lines`: a name in the middle of a sentence that goes on behind the word.
    let before =
        window[..one.name.start].strip_suffix(b" ").and_then(|before| before.rsplit(u8::is_ascii_whitespace).next());
    let word_before = before.is_some_and(|word| !word.is_empty() && word.iter().all(u8::is_ascii_alphabetic));
    if one.quote == 0
        && one.operator == parse::Operator::Colon
        && word_before
        && matches!(one.follows, b' ' | b',')
        && value.iter().all(u8::is_ascii_lowercase)
    {
        return Some(value::Reason::Prose);
    }
    if one.kind == Kind::Userinfo && STAND_INS.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes())) {
        return Some(value::Reason::Placeholder);
    }
    // `connect(host, password=settings)`: a bare word among the arguments of a call is a variable.
    let line = window[..one.name.start].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let opened = line.iter().filter(|byte| **byte == b'(').count() > line.iter().filter(|byte| **byte == b')').count();
    let bare_word = one.quote == 0 && value.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
    if bare_word && opened && one.operator == parse::Operator::Equals && one.follows == b')' {
        return Some(value::Reason::Reference);
    }
    value::veto(one.value.of(window), one.name.of(window), one.quote != 0, one.follows)
}

/// Yields the secrets among the values given to the name around `hit`.
pub(crate) fn judge(text: &[u8], hit: Span, weigh: Weigh, mut each: impl FnMut(Found)) {
    around(text, hit, weigh, |window, start, one| {
        if veto(window, &one).is_some() {
            return;
        }
        let model = model::Model::embedded();
        if let Some(score) = model.score(&features::features(window, &one)) {
            each(Found {
                value: Span::new(one.value.start + start, one.value.end + start),
                likely: score >= model.floors[1],
            });
        }
    });
}

/// Yields the candidates around a word, with what speaks for and against them.
pub(super) fn see_hit(text: &[u8], hit: Span, weigh: Weigh, mut each: impl FnMut(Seen)) {
    around(text, hit, weigh, |window, start, one| each(seen(window, start, one)));
}

fn seen(window: &[u8], start: usize, one: Candidate) -> Seen {
    let moved = |span: Span| Span::new(span.start + start, span.end + start);
    let model = model::Model::embedded();
    let veto = veto(window, &one);
    let features = features::features(window, &one);
    let (score, shares) = model.weigh(&features);
    let mut reasons: Vec<(&str, f32)> =
        FEATURES.iter().copied().zip(shares).filter(|(_, share)| share.abs() > 0.1).collect();
    reasons.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    reasons.truncate(6);
    Seen {
        value: moved(one.value),
        name: moved(one.name),
        kind: one.kind,
        features: if veto.is_none() { features.to_vec() } else { Vec::new() },
        veto: veto.map(value::Reason::text),
        score,
        floor: model.floors[0],
        reasons,
    }
}

/// Yields every candidate of a text, for training.
pub fn see(rules: &RuleSet, text: &[u8], mut each: impl FnMut(Seen)) {
    super::weighed(rules, text, |hit, weigh| {
        around(text, hit, weigh, |window, start, one| {
            each(seen(window, start, one));
        });
    });
}
