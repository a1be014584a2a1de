//! The verdict on one hit: a function of the bytes in its window and one byte each side, wherever they stand.

use foldhash::HashMap;
use regex_automata::util::captures::Captures;
use regex_automata::{Anchored, Input};

use super::entropy::shannon;
use super::plain::Plain;
use super::quiet::Quiet;
use super::{Match, PathNeed, allow, unnamed};
use crate::rule::{Matcher, Rule, RuleSet, Shape, Variant};
use crate::secret::Secret;
use crate::span::Span;

/// Bytes that escapes and joints may add to what a rule reads.
pub(crate) const WRITTEN: usize = 96;
/// The longest file that is looked at as one secret.
pub(super) const WHOLE_FILE: usize = 4096;

/// Judges hits, with the scratch space that takes. One serves any number of texts, one thread at a time.
#[derive(Default)]
pub struct Judge {
    captures: HashMap<(usize, usize), Captures>,
    /// What its texts held nothing in.
    pub(super) quiet: Quiet,
}

impl Judge {
    /// Yields the matches that the hit at `hit` is part of.
    pub(super) fn judge(
        &mut self,
        rules: &RuleSet,
        text: &[u8],
        rule_index: usize,
        variant_index: usize,
        hit: Span,
        out: &mut dyn FnMut(Match),
    ) {
        let rule = &rules.rules()[rule_index];
        let variant = &rule.variants[variant_index];
        let shape = variant.shape();
        let window = window(shape, text, hit);
        if let Some(weigh) = variant.form.weigh {
            // What a rule allows is allowed its patterns; the model has its own reasons.
            return unnamed::judge(rules, text, hit, weigh, |found| {
                let one = matched(rule, rule_index, variant_index, text, found.value, window);
                out(Match { likely: found.likely, ..one });
            });
        }
        let written = rule.written(variant_index) > 0;
        let begins = variant.form.back.is_none() || window.start == 0 || shape.heads.may_begin(text, window.start);
        if !begins && !written {
            return;
        }
        let mut any = false;
        if begins && shape.run.as_ref().is_none_or(|run| run.stands(window.of(text))) {
            // Both matchers of a variant have the same groups.
            let captures = self
                .captures
                .entry((rule_index, variant_index))
                .or_insert_with(|| variant.matcher().regex.create_captures());
            search(variant, text, hit, captures, |secret| {
                if let Some(one) = verdict(rule, rule_index, variant_index, text, secret, window) {
                    any = true;
                    out(one);
                }
            });
        }
        if !any && written {
            judge_plain(rule, rule_index, variant_index, text, window, hit).into_iter().for_each(out);
        }
    }
}

/// The bytes that a pattern may look at for a hit.
fn window(shape: &Shape, text: &[u8], hit: Span) -> Span {
    Span::new(hit.start.saturating_sub(shape.behind), (hit.start + shape.ahead).min(text.len()))
}

/// Yields what the pattern of a variant takes for the secret in its matches that the hit is part of.
fn search(variant: &Variant, text: &[u8], hit: Span, captures: &mut Captures, mut each: impl FnMut(Span)) {
    let Matcher { regex, secret: group } = variant.matcher();
    let window = window(variant.shape(), text, hit);
    let anchored = if variant.form.back.is_some() { Anchored::Yes } else { Anchored::No };
    let mut from = window.start;
    while from <= window.end {
        regex.search_captures(&Input::new(text).span(from..window.end).anchored(anchored), captures);
        let (Some(whole), Some(secret)) = (captures.get_match(), captures.get_group(*group)) else { break };
        if anchored == Anchored::No && whole.start() > hit.start {
            break;
        }
        if anchored == Anchored::Yes || whole.end() >= hit.end {
            each(Span::new(secret.start, secret.end));
        }
        if anchored == Anchored::Yes {
            break;
        }
        from = whole.end().max(whole.start() + 1);
    }
}

/// What the pattern of a variant finds at a hit, each with why it does not stand, if so.
pub(super) fn outcomes(rule: &Rule, variant: usize, text: &[u8], hit: Span) -> Vec<(Span, Option<Refusal>)> {
    let variant = &rule.variants[variant];
    let window = window(variant.shape(), text, hit);
    let mut out = Vec::new();
    search(variant, text, hit, &mut variant.matcher().regex.create_captures(), |secret| {
        out.push((secret, refusal(rule, text, secret, window)));
    });
    out
}

/// Judges the window as the program that reads the source sees it: literals joined, escapes resolved.
fn judge_plain(
    rule: &Rule,
    rule_index: usize,
    variant_index: usize,
    text: &[u8],
    window: Span,
    hit: Span,
) -> Option<Match> {
    let variant = &rule.variants[variant_index];
    let Matcher { regex, secret: group } = variant.matcher();
    let window = Span::new(window.start, (window.end + rule.written(variant_index)).min(text.len()));
    if !Plain::is_needed(window.of(text)) {
        return None;
    }
    let Plain { bytes, origin } = Plain::of(window.of(text))?;
    let at = origin.binary_search(&((hit.start - window.start) as u32)).ok()?;
    let input = match variant.form.back {
        Some(back) => Input::new(&bytes).span(at.checked_sub(back)?..bytes.len()).anchored(Anchored::Yes),
        None => Input::new(&bytes).span(at.saturating_sub(variant.shape().behind)..bytes.len()),
    };
    let mut captures = regex.create_captures();
    regex.search_captures(&input, &mut captures);
    let found = captures.get_group(*group)?;
    let (first, last) = (*origin.get(found.start)?, *origin.get(found.end.checked_sub(1)?)?);
    let place = Span::new(window.start + first as usize, window.start + last as usize + 1);
    let whole = Span::new(0, bytes.len());
    let mut one = verdict(rule, rule_index, variant_index, &bytes, Span::new(found.start, found.end), whole)?;
    one.span = place;
    one.support = Span::new(window.start.saturating_sub(1), (window.end + 1).min(text.len()));
    Some(one)
}

/// Whether what the pattern found stands, and the match if so.
fn verdict(rule: &Rule, rule_index: usize, variant: usize, text: &[u8], secret: Span, window: Span) -> Option<Match> {
    refusal(rule, text, secret, window).is_none().then(|| matched(rule, rule_index, variant, text, secret, window))
}

/// Why what the pattern found does not stand.
fn refusal(rule: &Rule, text: &[u8], secret: Span, window: Span) -> Option<Refusal> {
    let bytes = secret.of(text);
    if bytes.is_empty() {
        return Some(Refusal::Empty);
    }
    if rule.denies_key(key_before(&text[window.start..secret.start])) {
        return Some(Refusal::Key);
    }
    if let Some(at) = rule.checks.iter().position(|check| !check.passes(bytes)) {
        return Some(Refusal::Check(at));
    }
    if rule.alphabet.is_some_and(|alphabet| shannon(bytes) < alphabet.floor(bytes)) {
        return Some(Refusal::Entropy);
    }
    rule.allow.iter().position(|allow| allow.holds(bytes, window.of(text))).map(Refusal::Allow)
}

/// Why a rule leaves alone what its pattern found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Empty,
    /// The name it is given never holds this secret.
    Key,
    /// An offline check fails, by its index in the rule.
    Check(usize),
    /// It is less random than its alphabet lets it be.
    Entropy,
    /// A reason for which such a value is no secret, by its index in the rule.
    Allow(usize),
}

/// A match.
fn matched(rule: &Rule, rule_index: usize, variant: usize, text: &[u8], secret: Span, window: Span) -> Match {
    let bytes = secret.of(text);
    Match {
        rule: rule_index,
        span: secret,
        support: Span::new(window.start.saturating_sub(1), (window.end + 1).min(text.len())),
        secret: Secret::new(bytes),
        decoded: None,
        checked: rule.checks.iter().any(|check| check.proves()),
        documented: allow::is_documented(bytes),
        likely: true,
        parts: Vec::new(),
        needs_path: None,
        variant,
    }
}

/// The name that a value is given: the last identifier before it on its line, or on the line above if there is none.
pub(super) fn key_before(before: &[u8]) -> &[u8] {
    let part_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
    let end = before.iter().rposition(part_of_name).map_or(0, |at| at + 1);
    let start = before[..end].iter().rposition(|byte| !part_of_name(byte)).map_or(0, |at| at + 1);
    &before[start..end]
}

/// Files that hold nothing but a secret, told by their name: the content here, the name once it is known.
pub(super) fn whole_file(rules: &RuleSet, text: &[u8]) -> Vec<Match> {
    let body = text.trim_ascii();
    if body.is_empty() || text.len() > WHOLE_FILE || body.contains(&b'\n') || body.contains(&b' ') {
        return Vec::new();
    }
    let start = text.len() - text.trim_ascii_start().len();
    let span = Span::new(start, start + body.len());
    let whole = Span::new(0, text.len());
    let mut out = Vec::new();
    for &index in rules.whole_files() {
        if let Some(mut one) = verdict(&rules.rules()[index], index, usize::MAX, text, span, whole) {
            one.needs_path = Some(PathNeed::Whole);
            out.push(one);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_nearest_name_before_the_value() {
        assert_eq!(key_before(b"{\"code_verifier\": \""), b"code_verifier");
        assert_eq!(key_before(b"a.b = c\nclient-secret: '"), b"client-secret");
        assert_eq!(key_before(b"  "), b"");
    }
}
