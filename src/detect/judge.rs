//! The verdict on one hit: a function of the bytes in its window and one byte each side, wherever they stand.

use foldhash::HashMap;
use regex_automata::util::captures::Captures;
use regex_automata::{Anchored, Input};

use super::decode::hex_byte;
use super::entropy::shannon;
use super::plain::Plain;
use super::quiet::Quiet;
use super::{Match, PathNeed, allow, unnamed};
use crate::rule::{Matcher, Rule, RuleSet, Shape, Variant};
use crate::secret::Secret;
use crate::span::Span;

/// Bytes that escapes and joints may add to what a rule reads.
pub(crate) const WRITTEN: usize = 96;
/// Bytes of an escape, or a code that colours what follows on a terminal, at most.
pub(crate) const CODE: usize = 20;
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
            let plain = judge_plain(rule, rule_index, variant_index, text, window, hit);
            any = plain.is_some();
            plain.into_iter().for_each(&mut *out);
        }
        if !any && let Some((start, len)) = behind_code(variant, text, window, hit) {
            let hit = Span::new(hit.start - start, hit.end - start);
            self.judge(rules, &text[start..], rule_index, variant_index, hit, &mut |one| {
                if len.is_none_or(|len| one.span == Span::new(0, len)) {
                    out(one.moved(0, start));
                }
            });
        }
    }
}

/// The bytes that a pattern may look at for a hit.
fn window(shape: &Shape, text: &[u8], hit: Span) -> Span {
    Span::new(hit.start.saturating_sub(shape.behind), (hit.start + shape.ahead).min(text.len()))
}

/// Where a match may begin as at the start of a text, behind a letter or a digit: one that ends an escape or a code that
/// colours what follows on a terminal, or the byte that tells a binary's reader how long the secret is, and how long.
fn behind_code(variant: &Variant, text: &[u8], window: Span, hit: Span) -> Option<(usize, Option<usize>)> {
    variant.form.back?;
    [window.start, window.start + 1].into_iter().filter(|start| *start <= hit.start).find_map(|start| {
        match text[..start] {
            // What stands before the length is no text, or a kind of string in compiled Python.
            [.., 0..=8 | 0x0E..=0x1F | b'Z' | b'z' | 0x7F.., len @ (b'0'..=b'9' | b'A'..=b'F')] => {
                Some((start, Some(usize::from(len))))
            }
            _ => ends_as_code(&text[..start]).then_some((start, None)),
        }
    })
}

/// Whether bytes end as one: `\n`, `%3D`, mail's `=3D`, `\x3d`, `\u003d`, a colour's `\x1b[32m`, as it is or escaped.
fn ends_as_code(bytes: &[u8]) -> bool {
    let bytes = &bytes[bytes.len().saturating_sub(CODE)..];
    // What two digits stand for parts words.
    let parts =
        |high: u8, low: u8| hex_byte(&[high, low]).is_some_and(|code| code < 0x7F && !code.is_ascii_alphanumeric());
    match *bytes {
        [.., b'\\', b'n' | b'r' | b't' | b'0'] => true,
        [.., b'%' | b'=', high, low] | [.., b'\\', b'x', high, low] | [.., b'\\', b'u', b'0', b'0', high, low] => {
            parts(high, low)
        }
        [.., b'm' | b'K'] => ends_as_colour(bytes),
        _ => false,
    }
}

fn ends_as_colour(bytes: &[u8]) -> bool {
    let escapes: [&[u8]; 6] = [b"\x1b", b"\\x1b", b"\\u001b", b"\\033", b"\\e", b"\\u{1b}"];
    let code = &bytes[..bytes.len() - 1];
    let numbers = code.iter().rev().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
    code[..code.len() - numbers].strip_suffix(b"[").is_some_and(|before| {
        let ends = |escape: &&[u8]| {
            before.len() >= escape.len() && before[before.len() - escape.len()..].eq_ignore_ascii_case(escape)
        };
        escapes.iter().any(ends)
    })
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
    let form = &rule.variants[variant];
    let window = window(form.shape(), text, hit);
    let mut out = Vec::new();
    search(form, text, hit, &mut form.matcher().regex.create_captures(), |secret| {
        out.push((secret, refusal(rule, text, secret, window)));
    });
    if out.is_empty()
        && let Some((start, len)) = behind_code(form, text, window, hit)
    {
        let mut found = outcomes(rule, variant, &text[start..], Span::new(hit.start - start, hit.end - start));
        found.retain(|(span, _)| len.is_none_or(|len| *span == Span::new(0, len)));
        out.extend(found.into_iter().map(|(span, why)| (Span::new(span.start + start, span.end + start), why)));
    }
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
    if is_in_an_escape(&text[..secret.start], bytes) {
        return Some(Refusal::Escape);
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

/// Whether a byte that digits stand for ends what is before: `\` and `x0e…`, `u00e9…`.
fn is_in_an_escape(before: &[u8], bytes: &[u8]) -> bool {
    let digits = |from: usize, count: usize| {
        bytes.get(from..from + count).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    before.ends_with(b"\\") && (bytes[0] == b'x' && digits(1, 2) || bytes[0] == b'u' && digits(1, 4))
}

/// Why a rule leaves alone what its pattern found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Empty,
    /// It begins inside an escape: `\x0eToken`.
    Escape,
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
    fn escapes_and_colours_are_told_by_how_they_end() {
        for code in [
            r"\n",
            r"\t",
            "%3D",
            "%22",
            "%0a",
            "=3D",
            "=20",
            r"\x00",
            r"\x3d",
            r"\u003d",
            "\x1b[m",
            "\x1b[01;31m",
            "\x1b[01;31m\x1b[K",
            r"\x1B[0m",
            r"\u001b[32m",
            r"\033[1;38;5;208m",
            r"\e[1m",
        ] {
            assert!(ends_as_code(code.as_bytes()), "{code}");
            assert!(ends_as_code(format!("some text {code}").as_bytes()), "{code}");
        }
        for other in
            ["", "m", "n", "3D", "%41", "=41", "=b", r"\x41", r"\u3d", "[32m", "x[32m", "item", "\x1b[32", "\x1b32m"]
        {
            assert!(!ends_as_code(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn a_value_does_not_begin_inside_an_escape() {
        assert!(is_in_an_escape(b"a\\", b"x0eSentryOrgToken") && is_in_an_escape(b"\\", b"u00e9t"));
        assert!(
            !is_in_an_escape(b"a", b"x0eSentryOrgToken")
                && !is_in_an_escape(b"\\", b"xyz")
                && !is_in_an_escape(b"\\", b"x0")
        );
    }

    #[test]
    fn the_key_is_the_nearest_name_before_the_value() {
        assert_eq!(key_before(b"{\"code_verifier\": \""), b"code_verifier");
        assert_eq!(key_before(b"a.b = c\nclient-secret: '"), b"client-secret");
        assert_eq!(key_before(b"  "), b"");
    }
}
