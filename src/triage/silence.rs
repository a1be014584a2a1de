//! Whether a marker silences a match: it may be bound to a value or a rule, and some kinds nobody may silence.

use std::cell::OnceCell;

use crate::detect::{Bond, Match};
use crate::fingerprint::fingerprint;
use crate::report::{Objection, Severity};
use crate::review::Kind;
use crate::rule::{RuleSet, Spec};
use crate::span::Span;

/// Fewest digits that bind a marker to a value.
const FEWEST: usize = 8;

/// What decides whether a marker on the right line silences a match.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Silence<'a> {
    /// Key of the fingerprints that markers are bound to.
    pub(crate) key: &'a [u8],
    /// Kinds that nobody may silence.
    pub(crate) never: &'a [Kind],
}

/// A match whose markers are looked at: its fingerprint is computed once, however many markers are bound to one.
pub(crate) struct Silenced<'a> {
    silence: Silence<'a>,
    spec: &'a Spec,
    one: &'a Match,
    fingerprint: OnceCell<String>,
}

impl<'a> Silence<'a> {
    /// The match, to hold markers against.
    pub(crate) fn of(self, rules: &'a RuleSet, one: &'a Match) -> Silenced<'a> {
        Silenced { silence: self, spec: &rules.rules()[one.rule].spec, one, fingerprint: OnceCell::new() }
    }
}

impl Silenced<'_> {
    /// Why the marker does not silence the match, if it does not.
    pub(crate) fn objection(&self, text: &[u8], (index, marker): (usize, Span)) -> Option<Objection> {
        let (spec, one) = (self.spec, self.one);
        let bond = Bond::of(text, index, marker);
        let named = |name: &[u8]| name == spec.id.as_bytes() || name.eq_ignore_ascii_case(spec.code.as_bytes());
        if bond.rule.is_some_and(|name| !named(name)) {
            return Some(Objection::OtherRule);
        }
        let mine = || self.fingerprint.get_or_init(|| fingerprint(self.silence.key, &spec.id, &one.secret));
        let fits =
            |digits: &[u8]| digits.len() >= FEWEST && mine().as_bytes().starts_with(&digits.to_ascii_lowercase());
        if bond.value.is_some_and(|digits| !fits(digits)) {
            return Some(Objection::OtherValue);
        }
        let parts = one.parts.iter().map(|part| part.name.as_str());
        let never = is_protected(self.silence.never, spec, one.documented, parts);
        never.then_some(Objection::NeverSuppressed)
    }
}

/// Whether nobody may silence a finding: it is of one of the kinds, and opens something.
pub(super) fn is_protected<'a>(
    never: &[Kind],
    spec: &Spec,
    documented: bool,
    parts: impl Iterator<Item = &'a str> + Clone,
) -> bool {
    let harmless = documented || spec.severity == Severity::Note;
    !harmless && never.iter().any(|kind| kind.holds(&spec.id, parts.clone()))
}
