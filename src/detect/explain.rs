//! Why a place of a text is a finding or none: which literals occur there, which rules judged, and what they said.

use super::judge::{Refusal, outcomes};
use super::{State, unnamed};
use crate::rule::{RuleSet, Target};
use crate::span::Span;

/// What a rule says of a place.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Id of the rule.
    pub rule: String,
    /// The literal that led to it, and where it stands.
    pub literal: String,
    /// Where the literal stands.
    pub at: Span,
    /// What it took for the secret, if anything.
    pub value: Option<Span>,
    /// Whether it holds that for a secret.
    pub accepted: bool,
    /// Why, as a sentence without its subject.
    pub why: String,
}

/// Explains what the rules make of the hits that begin inside `place`, and of values that reach into it.
pub fn explain(rules: &RuleSet, text: &[u8], place: Span) -> Vec<Explanation> {
    let mut out = Vec::new();
    let prefilter = rules.prefilter();
    let mut hits = State::hits_of(rules, text);
    hits.retain(|(at, _)| *at < place.end);
    for (at, literal) in hits {
        let hit = Span::new(at, at + prefilter.len_of(literal));
        for target in rules.targets(literal as usize) {
            let Target::Variant(rule, variant) = *target else { continue };
            let rule = &rules.rules()[rule as usize];
            let mut tell = |value: Option<Span>, accepted: bool, why: String| {
                let touches = value.map_or(at >= place.start, |value| value.overlaps(&place));
                if touches {
                    let literal = String::from_utf8_lossy(hit.of(text)).into_owned();
                    out.push(Explanation { rule: rule.spec.id.clone(), literal, at: hit, value, accepted, why });
                }
            };
            match rule.variants[variant as usize].form.weigh {
                Some(weigh) => unnamed::see_hit(rules, text, hit, weigh, |seen| {
                    let reasons: Vec<String> =
                        seen.reasons.iter().map(|(name, share)| format!("{name} {share:+.1}")).collect();
                    let mut weighed = format!(
                        "weighs {:+.2}, the floor is {:+.2}; most by {}",
                        seen.score,
                        seen.floor,
                        reasons.join(", ")
                    );
                    if let Some(doubt) = seen.doubt {
                        weighed.push_str("; told with less weight, for ");
                        weighed.push_str(doubt);
                    }
                    match seen.veto {
                        Some(reason) => tell(Some(seen.value), false, reason.to_owned()),
                        None => tell(Some(seen.value), seen.score >= seen.floor, weighed),
                    }
                }),
                None => {
                    let found = outcomes(rule, variant as usize, text, hit);
                    if found.is_empty() {
                        tell(None, false, "the pattern does not match around the literal".into());
                    }
                    for (value, refusal) in found {
                        let (accepted, why) = match refusal {
                            None => (true, "the pattern matches and nothing speaks against it".to_owned()),
                            Some(Refusal::Empty) => (false, "there is no value".into()),
                            Some(Refusal::Escape) => (false, "it begins inside an escape".into()),
                            Some(Refusal::Key) => {
                                (false, "the name before it never holds this secret (deny_key)".into())
                            }
                            Some(Refusal::Check(at)) => {
                                (false, format!("the offline check '{}' fails", rule.spec.check[at]))
                            }
                            Some(Refusal::Entropy) => (false, "it is less random than such a secret".into()),
                            Some(Refusal::Allow(at)) => (false, format!("it is none: '{}'", rule.spec.allow[at])),
                        };
                        tell(Some(value), accepted, why);
                    }
                }
            }
        }
    }
    out.sort_by(|a, b| {
        (a.at.start, &a.rule, a.value.map(|v| v.start)).cmp(&(b.at.start, &b.rule, b.value.map(|v| v.start)))
    });
    out.dedup_by(|a, b| a.rule == b.rule && a.value == b.value && a.why == b.why);
    out
}
