//! Joins: what only several matches together can say. They run on the list of matches, never inside the judge.

use std::cmp::Reverse;
use std::collections::HashSet;

use regex_automata::{Anchored, Input};

use super::carry::is_encoded;
use super::{Match, Part, PathNeed};
use crate::rule::{Evidence, PartForm, Precision, RequireForm, RuleSet};
use crate::span::Span;

/// Bytes beyond which nothing is a few lines away: minified files have lines of megabytes.
const NEARBY: usize = 1200;

/// Keeps the matches whose evidence is there, and adds the parts that belong to them.
pub(super) fn resolve(rules: &RuleSet, text: &[u8], matches: Vec<Match>, evidence: &[(usize, Span)]) -> Vec<Match> {
    let desk = Desk { rules, text, evidence };
    let mut out = Vec::new();
    for mut one in matches {
        let rule = &rules.rules()[one.rule];
        let requires = &rule.variants[one.variant].form.requires;
        if !requires.is_empty() && !requires.iter().any(|need| desk.has(need, one.span)) {
            let by_path = requires.iter().filter(|need| need.lines.is_none()).find_map(|need| {
                let index = rules.evidence_index(&need.evidence)?;
                rules.evidence()[index].has_path().then_some(index)
            });
            let Some(index) = by_path else { continue };
            one.needs_path = Some(PathNeed::Evidence(index));
        }
        for part in &rule.spec.parts {
            one.parts.extend(desk.part(part, one.span));
        }
        out.push(one);
    }
    out
}

struct Desk<'a> {
    rules: &'a RuleSet,
    text: &'a [u8],
    evidence: &'a [(usize, Span)],
}

impl Desk<'_> {
    /// Whether the evidence is there.
    fn has(&self, need: &RequireForm, place: Span) -> bool {
        self.of(&need.evidence, need.lines.map(|_| place)).any(|(_, found)| {
            need.lines
                .is_none_or(|lines| self.line_distance(place, found).is_some_and(|away| away.unsigned_abs() <= lines))
        })
    }

    /// The best part of that kind: first one before the secret on its line, then on the line above, then after it.
    fn part(&self, part: &PartForm, place: Span) -> Option<Part> {
        let rank = |away: i32, found: Span| match away {
            0 if found.start < place.start => 0,
            -1 => 1,
            0 => 2,
            1 => 3,
            -2 => 4,
            other => 4 + other.unsigned_abs(),
        };
        let best = self
            .of(&part.evidence, part.lines.map(|_| place))
            .filter(|(_, found)| !found.overlaps(&place))
            .filter_map(|(mark, found)| {
                let away = match part.lines {
                    Some(lines) => self.line_distance(place, found).filter(|away| away.unsigned_abs() <= lines)?,
                    None => 0,
                };
                let rank = if part.lines.is_some() { rank(away, found) } else { 0 };
                Some((rank, gap(place, found), found, mark))
            })
            .min_by_key(|(rank, gap, found, _)| (*rank, *gap, *found))?;
        let (_, _, found, mark) = best;
        let literal = found.of(self.text);
        let value = mark.value(literal).map_or_else(|| String::from_utf8_lossy(literal).into_owned(), str::to_owned);
        let rule = part.rule.as_ref().and_then(|id| self.rules.rules().iter().position(|rule| rule.id() == id));
        Some(Part { name: part.name.clone(), value, span: found, rule })
    }

    /// All places of a kind of evidence, near `place` if one is given.
    fn of<'a>(&'a self, id: &str, place: Option<Span>) -> impl Iterator<Item = (&'a Evidence, Span)> {
        let index = self.rules.evidence_index(id);
        self.evidence
            .iter()
            .filter(move |(kind, span)| Some(*kind) == index && place.is_none_or(|place| gap(place, *span) <= NEARBY))
            .filter_map(|(kind, span)| self.confirm(*kind, *span))
    }

    /// The exact place of evidence whose literal occurs at `hit`.
    fn confirm(&self, kind: usize, hit: Span) -> Option<(&Evidence, Span)> {
        let mark = &self.rules.evidence()[kind];
        if let Some(pattern) = mark.pattern() {
            let from = hit.start.checked_sub(mark.form.back)?;
            let until = (hit.end + 256).min(self.text.len());
            let found = pattern.search(&Input::new(self.text).span(from..until).anchored(Anchored::Yes))?;
            return Some((mark, Span::new(found.start(), found.end())));
        }
        if !mark.form.values.is_empty() {
            // A host is not one inside a longer name: not 'x' of 'x.au', nor of 'box'.
            let name = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
            let before = hit.start.checked_sub(1).and_then(|at| self.text.get(at));
            let (after, beyond) = (self.text.get(hit.end), self.text.get(hit.end + 1));
            if name(before) || name(after) || (after == Some(&b'.') && name(beyond)) {
                return None;
            }
        }
        Some((mark, hit))
    }

    /// Lines from `place` to `found`: negative above it, `None` where it is too far to tell.
    fn line_distance(&self, place: Span, found: Span) -> Option<i32> {
        let (between, sign) = if found.start < place.start {
            (found.end.min(place.start)..place.start, -1)
        } else {
            (place.end.min(found.start)..found.start, 1)
        };
        if between.len() > NEARBY {
            return None;
        }
        let between = &self.text[between];
        // A notebook or a state file inside a string ends its lines with an escape.
        Some(sign * memchr::memchr_iter(b'\n', between).count() as i32)
    }
}

fn gap(a: Span, b: Span) -> usize {
    if a.start < b.start { b.start.saturating_sub(a.end) } else { a.start.saturating_sub(b.end) }
}

/// Bytes before a secret within which a provider's name says whose it is.
const CLOSE: usize = 64;

/// Bytes within which names of providers overlap rather than follow each other.
const NAME: usize = 24;

/// Bytes that a match of the variant may take, at most.
fn reach(rules: &RuleSet, one: &Match) -> Option<usize> {
    rules.rules()[one.rule].variants.get(one.variant).map(|variant| variant.shape().behind + variant.shape().ahead)
}

/// Bytes from the literal to the secret behind it, where the literal is no part of the secret.
fn lead(rules: &RuleSet, one: &Match) -> Option<usize> {
    if one.decoded.is_some() {
        return None;
    }
    let back = rules.rules()[one.rule].variants.get(one.variant)?.form.back?;
    one.span.start.checked_sub(one.support.start + 1 + back).filter(|lead| *lead > 0)
}

/// One match for each rule and place: repeated ones once, and where rules meet on the same bytes the one that says more.
pub(super) fn settle(rules: &RuleSet, mut matches: Vec<Match>) -> Vec<Match> {
    matches.sort_by_key(|one| {
        (
            one.span.start,
            Reverse(one.span.end),
            one.rule,
            one.needs_path.is_some(),
            one.variant,
            Reverse(one.parts.len()),
        )
    });
    matches.dedup_by(|later, earlier| {
        later.rule == earlier.rule && later.span == earlier.span && later.secret == earlier.secret
    });
    let weight = |one: &Match| {
        let rule = &rules.rules()[one.rule];
        (
            !rule.spec.generic && one.needs_path.is_none(),
            one.checked,
            rule.spec.precision,
            rule.spec.severity,
            one.span.len(),
            Reverse(one.rule),
        )
    };
    // Which of two rules that know the format gives the right name: the one whose provider is named just before it, then
    // the one with the narrower format. Of names that overlap, the longer one counts.
    let claim = |one: &Match| {
        let precision = rules.rules()[one.rule].spec.precision;
        let sure = precision >= Precision::High;
        let lead = lead(rules, one).filter(|lead| sure && *lead <= CLOSE).map(|lead| (Reverse(lead / NAME), lead));
        (one.checked, is_encoded(rules, one), lead, precision, Reverse(reach(rules, one)), weight(one))
    };
    let generic = |one: &Match| rules.rules()[one.rule].spec.generic;
    // What a longer match says in full, a match of the same rule on part of it says in part.
    let beats = |other: &Match, one: &Match| {
        let twin = other.rule != one.rule && other.span == one.span && other.secret == one.secret;
        if twin && !generic(other) && !generic(one) && (other.needs_path.is_none() || one.needs_path.is_some()) {
            return other.needs_path.is_none() != one.needs_path.is_none() || claim(other) > claim(one);
        }
        let weaker = rules.rules()[one.rule].spec.generic || (other.rule == one.rule && other.span != one.span);
        // A value that only the name before it tells, within a longer credential, is a part of that.
        let inside = other.span != one.span && other.span.start <= one.span.start && one.span.end <= other.span.end;
        let severity = |one: &Match| rules.rules()[one.rule].spec.severity;
        if inside && !generic(other) && lead(rules, one).is_some() && severity(one) <= severity(other) {
            return other.needs_path.is_none() || one.needs_path.is_some();
        }
        // What a rule knows as it stands it need not tell decoded, too.
        let again = other.rule == one.rule && other.span == one.span && !generic(one);
        if again && other.decoded.is_none() && one.decoded.is_some() {
            return true;
        }
        // Secrets that stand apart in what was decoded stand at one place here.
        let apart = || {
            let within = |a: &Match, b: &Match| memchr::memmem::find(a.secret.expose(), b.secret.expose()).is_some();
            let decoded = other.decoded.is_some() && one.decoded.is_some();
            decoded && other.span == one.span && !within(other, one) && !within(one, other)
        };
        let whole = is_encoded(rules, other) && !is_encoded(rules, one) && other.span == one.span;
        other.span.overlaps(&one.span)
            && (whole || (weaker && weight(other) > weight(one) && !apart()))
            && (other.needs_path.is_none() || one.needs_path.is_some())
    };
    let longest = matches.iter().map(|one| one.span.len()).max().unwrap_or(0);
    let loses = |index: usize| {
        let one = &matches[index];
        // Matches are in the order of their starts: only those that begin within the longest one before it can overlap.
        let before = matches[..index].iter().rev().take_while(|other| other.span.start + longest > one.span.start);
        let after = matches[index + 1..].iter().take_while(|other| other.span.start < one.span.end);
        before.chain(after).any(|other| beats(other, one))
    };
    let keep: Vec<bool> = (0..matches.len()).map(|index| !loses(index)).collect();
    let mut keep = keep.into_iter();
    matches.retain(|_| keep.next().unwrap_or(true));
    // A part that is told within its credential is not told again by itself.
    let told: HashSet<(usize, Span)> = matches
        .iter()
        .filter(|one| one.needs_path.is_none())
        .flat_map(|one| one.parts.iter().filter_map(|part| Some((part.rule?, part.span))))
        .collect();
    matches.retain(|one| !told.contains(&(one.rule, one.span)));
    matches
}

#[cfg(test)]
mod tests {
    use crate::detect::scan;
    use crate::rule::{RuleSet, fill_example};

    fn named(example: &str) -> Vec<String> {
        let rules = RuleSet::embedded();
        let text = fill_example(example, 1).expect("a known field");
        let found = scan(&rules, text.as_bytes()).matches;
        found.iter().map(|one| rules.rules()[one.rule].spec.id.clone()).collect()
    }

    #[test]
    fn the_nearest_provider_names_a_secret() {
        assert_eq!(named("gitter: x\nCIRCLECI_TOKEN={{hex 40}}\n"), ["circleci-legacy-token"]);
        assert_eq!(named("circleci: x\nGITTER_TOKEN={{hex 40}}\n"), ["gitter-access-token"]);
        assert_eq!(named("FACEBOOK_SECRET={{hex 32}}\n"), ["facebook-app-secret"]);
    }

    #[test]
    fn all_secrets_of_a_file_in_base64_are_told() {
        let file = "A={{base64 of GITLAB_TOKEN=glpat-{{alnum 20}}\nDB_PASSWORD={{alnum 14}}7x\nX=1}}\n";
        assert_eq!(named(file), ["generic-password", "gitlab-personal-access-token"]);
    }

    #[test]
    fn the_narrower_format_names_a_secret_that_no_provider_stands_before() {
        assert_eq!(named("key = \"sk_live_{{hex 40}}\"\n"), ["paystack-key"]);
        assert_eq!(named("CLERK_SECRET_KEY=sk_live_{{alnum 42}}\n"), ["clerk-secret-key"]);
    }

    #[test]
    fn a_realm_key_beside_its_id_is_no_client_secret() {
        let key = r#""config": { "kid": ["{{uuid4}}"], "secret": ["{{b64url 32}}"] }"#;
        assert_eq!(named(key), ["keycloak-key-secret"]);
        let client = "\"client_id\": \"{{uuid4}}\",\n\"secret\": \"{{b64url 32}}\"";
        assert_eq!(named(client), ["genesys-client-secret"]);
    }
}
