//! The verdict on one hit: a function of the bytes in its window and one byte each side, wherever they stand.

use std::collections::HashMap;

use regex_automata::util::captures::Captures;
use regex_automata::{Anchored, Input};

use super::entropy::shannon;
use super::{Match, PathNeed, allow};
use crate::rule::{Rule, RuleSet};
use crate::secret::Secret;
use crate::span::Span;

/// The longest file that is looked at as one secret.
pub(super) const WHOLE_FILE: usize = 4096;

/// Judges hits, with the scratch space that takes. One serves any number of texts, one thread at a time.
#[derive(Default)]
pub struct Judge {
    captures: HashMap<(usize, usize), Captures>,
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
        let compiled = variant.compiled();
        let window = Span::new(hit.start.saturating_sub(compiled.behind), (hit.start + compiled.ahead).min(text.len()));
        let captures =
            self.captures.entry((rule_index, variant_index)).or_insert_with(|| compiled.regex.create_captures());
        let mut any = false;
        let mut tell = |secret: regex_automata::Span| {
            let secret = Span::new(secret.start, secret.end);
            if let Some(one) = verdict(rule, rule_index, variant_index, text, secret, window) {
                any = true;
                out(one);
            }
        };
        if variant.form.back.is_some() {
            let input = Input::new(text).span(window.start..window.end).anchored(Anchored::Yes);
            compiled.regex.search_captures(&input, captures);
            captures.get_group(compiled.secret).into_iter().for_each(&mut tell);
        } else {
            let mut from = window.start;
            while from <= window.end {
                compiled.regex.search_captures(&Input::new(text).span(from..window.end), captures);
                let (Some(whole), Some(secret)) = (captures.get_match(), captures.get_group(compiled.secret)) else {
                    break;
                };
                if whole.start() > hit.start {
                    break;
                }
                if whole.end() >= hit.end {
                    tell(secret);
                }
                from = whole.end().max(whole.start() + 1);
            }
        }
        if variant.form.joined && !any {
            judge_joined(rule, rule_index, variant_index, text, window, hit).into_iter().for_each(out);
        }
    }
}

/// Judges the window with string literals joined where the source only concatenates them.
fn judge_joined(
    rule: &Rule,
    rule_index: usize,
    variant_index: usize,
    text: &[u8],
    window: Span,
    hit: Span,
) -> Option<Match> {
    let (joined, origin) = join_literals(window.of(text))?;
    let compiled = rule.variants[variant_index].compiled();
    let mut captures = compiled.regex.create_captures();
    let at = origin.iter().position(|&from| window.start + from == hit.start)?;
    let start = at.saturating_sub(compiled.behind);
    compiled.regex.search_captures(&Input::new(&joined).span(start..joined.len()), &mut captures);
    let found = captures.get_group(compiled.secret)?;
    let place = Span::new(window.start + origin[found.start], window.start + origin[found.end - 1] + 1);
    let whole = Span::new(0, joined.len());
    let mut one = verdict(rule, rule_index, variant_index, &joined, Span::new(found.start, found.end), whole)?;
    one.span = place;
    one.support = Span::new(window.start.saturating_sub(1), (window.end + 1).min(text.len()));
    Some(one)
}

/// The bytes without the joints between adjacent string literals, and where each byte came from.
fn join_literals(text: &[u8]) -> Option<(Vec<u8>, Vec<usize>)> {
    let (mut out, mut origin) = (Vec::with_capacity(text.len()), Vec::with_capacity(text.len()));
    let (mut at, mut any) = (0, false);
    while at < text.len() {
        let quote = text[at];
        if (quote == b'"' || quote == b'\'') && at > 0 && text[at - 1].is_ascii_alphanumeric() {
            let between = text[at + 1..].iter().take(120).take_while(|byte| b" \t\r\n+.&\\_".contains(byte)).count();
            let next = at + 1 + between;
            if between > 0 && text.get(next) == Some(&quote) {
                at = next + 1;
                any = true;
                continue;
            }
        }
        out.push(quote);
        origin.push(at);
        at += 1;
    }
    any.then_some((out, origin))
}

/// Whether what the pattern found stands, and the match if so.
fn verdict(rule: &Rule, rule_index: usize, variant: usize, text: &[u8], secret: Span, window: Span) -> Option<Match> {
    let bytes = secret.of(text);
    if bytes.is_empty() || rule.denies_key(key_before(&text[window.start..secret.start])) {
        return None;
    }
    let passed = rule.checks.iter().all(|check| check.passes(bytes));
    if !passed || rule.alphabet.is_some_and(|alphabet| shannon(bytes) < alphabet.floor(bytes)) {
        return None;
    }
    if rule.allow.iter().any(|allow| allow.holds(bytes, window.of(text))) {
        return None;
    }
    Some(Match {
        rule: rule_index,
        span: secret,
        support: Span::new(window.start.saturating_sub(1), (window.end + 1).min(text.len())),
        secret: Secret::new(bytes),
        decoded: None,
        checked: rule.checks.iter().any(|check| check.proves()),
        documented: allow::is_documented(bytes),
        parts: Vec::new(),
        needs_path: None,
        variant,
    })
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
    for (index, rule) in rules.rules().iter().enumerate().filter(|(_, rule)| rule.spec.path.is_some()) {
        if let Some(mut one) = verdict(rule, index, usize::MAX, text, span, whole) {
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

    #[test]
    fn adjacent_string_literals_are_one() {
        let (joined, origin) = join_literals(b"x = (\"abc\"\n     \"def\")").expect("a joint");
        assert_eq!(joined, b"x = (\"abcdef\")");
        assert_eq!(origin[9], 17);
        assert!(join_literals(b"f(\"abc\", \"def\")").is_none());
    }
}
