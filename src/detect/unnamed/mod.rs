//! Secrets that no format gives away: a value, told by the name it is given and by what it looks like.
//!
//! A word such as `password` or `token` leads to its whole name, the name to the value it is given ([`parse`]). Values that
//! cannot be secrets are left alone, each for a reason with a name ([`context`], [`value`]); what is left is weighed by a
//! small model ([`model`]), and less is made of what most likely opens nothing ([`doubt`]). Everything is decided from the bytes of one window, so that verdicts can be carried across versions.

mod context;
mod doubt;
mod features;
mod model;
mod name;
mod parse;
mod table;
mod value;

pub use features::NAMES as FEATURES;
pub(crate) use name::words;
use name::{Meaning, Name};
use parse::Candidate;
pub use parse::Kind;
use value::Reason;

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
    /// Why it most likely opens nothing, if it is a secret.
    pub doubt: Option<&'static str>,
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

/// The shortest value.
const SHORTEST: usize = 4;

fn veto(rules: &RuleSet, window: &[u8], one: &Candidate, name: &Name) -> Option<Reason> {
    let value = one.value.of(window);
    if value.len() < SHORTEST {
        return Some(Reason::Short);
    }
    let given = value::Given {
        name: one.name.of(window),
        password: name.root == Some(Meaning::Password) || one.kind == Kind::Userinfo,
        quoted: one.quote != 0,
        text: one.quote != 0 || one.follows == b'<',
        follows: one.follows,
    };
    context::veto(window, one, name)
        .or_else(|| value::veto(value, &given))
        .or_else(|| (!given.password && rules.is_cut_short(value)).then_some(Reason::CutShort))
}

/// Yields the secrets among the values given to the name around `hit`.
pub(crate) fn judge(rules: &RuleSet, text: &[u8], hit: Span, weigh: Weigh, mut each: impl FnMut(Found)) {
    around(text, hit, weigh, |window, start, one| {
        if one.value.end - one.value.start < SHORTEST {
            return;
        }
        let name = Name::of(one.name.of(window));
        if veto(rules, window, &one, &name).is_some() {
            return;
        }
        let model = model::Model::embedded();
        if let Some(score) = model.score(&features::features(window, &one, &name)) {
            each(Found {
                value: Span::new(one.value.start + start, one.value.end + start),
                likely: score >= model.floors[1] && doubt::doubt(window, &one, &name).is_none(),
            });
        }
    });
}

/// Yields the candidates around a word, with what speaks for and against them.
pub(super) fn see_hit(rules: &RuleSet, text: &[u8], hit: Span, weigh: Weigh, mut each: impl FnMut(Seen)) {
    around(text, hit, weigh, |window, start, one| each(seen(rules, window, start, one)));
}

fn seen(rules: &RuleSet, window: &[u8], start: usize, one: Candidate) -> Seen {
    let moved = |span: Span| Span::new(span.start + start, span.end + start);
    let model = model::Model::embedded();
    let name = Name::of(one.name.of(window));
    let veto = veto(rules, window, &one, &name);
    let features = features::features(window, &one, &name);
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
        veto: veto.map(Reason::text),
        doubt: doubt::doubt(window, &one, &name).map(doubt::Doubt::text),
        score,
        floor: model.floors[0],
        reasons,
    }
}

/// Yields every candidate of a text, for training.
pub fn see(rules: &RuleSet, text: &[u8], mut each: impl FnMut(Seen)) {
    super::weighed(rules, text, |hit, weigh| see_hit(rules, text, hit, weigh, &mut each));
}
