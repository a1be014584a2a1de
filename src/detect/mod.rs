//! Bytes in, matches out. Pure: no I/O, no clock, no globals.
//!
//! A scan runs in four steps, each local to a stretch of bytes so that later work can carry verdicts from one version
//! of a file to the next:
//!
//! 1. every occurrence of every rule's literals is a hit, overlapping ones included;
//! 2. a rule judges each of its hits inside the hit's window, and nowhere else;
//! 3. encoded stretches, told by their alphabet ([`decode`]) or by a word beside them ([`cue`]), are decoded and judged the
//!    same way, with a map back to the original bytes;
//! 4. [`join`] looks at the matches together: evidence they need nearby, parts of one credential, overlaps.

pub(crate) mod allow;
mod carry;
pub(crate) mod checksum;
mod cue;
mod decode;
pub(crate) mod entropy;
mod explain;
mod join;
pub(crate) mod judge;
mod marker;
mod number;
mod plain;
pub(crate) mod prefilter;
mod quiet;
mod rarity;
mod text;
pub mod unnamed;

pub use carry::{State, Stretch, conclude, count_hits, rescan, scan_state};
pub(crate) use cue::{cues, listing};
pub(crate) use decode::{CUT, entity};
pub use explain::{Explanation, explain};
pub use judge::Judge;
pub(crate) use marker::{Bond, MARKERS, Scope, near_misses, reason};
pub(crate) use text::wide_strings;
pub use text::{Encoding, Text, sniff};

use crate::rule::{RuleSet, Target, Weigh};
use crate::secret::Secret;
use crate::span::Span;

/// A rule's verdict on bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Index of the rule in its set.
    pub rule: usize,
    /// Where the secret stands.
    pub span: Span,
    /// The bytes the verdict looked at.
    pub support: Span,
    /// The secret, decoded where it was encoded.
    pub secret: Secret,
    /// The encodings it was found under, outermost first, as `base64`.
    pub decoded: Option<String>,
    /// Whether its format proves itself, as a checksum does.
    pub checked: bool,
    /// Whether a vendor's documentation prints this very value.
    pub documented: bool,
    /// Whether it is held for a secret with more than little doubt.
    pub likely: bool,
    /// Other parts of the same credential.
    pub parts: Vec<Part>,
    /// Evidence that only the path can still supply; without it the match does not stand.
    pub(crate) needs_path: Option<PathNeed>,
    pub(crate) variant: usize,
}

/// What a path must say for a match to stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathNeed {
    /// Be evidence, by index.
    Evidence(usize),
    /// Be a file that the rule knows to hold nothing else.
    Whole,
}

/// Another part of a credential, as the client id beside a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is, as `client_id`.
    pub name: String,
    /// Its value, or what the value stands for.
    pub value: String,
    /// Where it stands.
    pub span: Span,
    /// Index of the rule it is an occurrence of, where it has one.
    pub rule: Option<usize>,
}

/// What one blob holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Matches in the order of their place.
    pub matches: Vec<Match>,
    /// Suppression markers in the order of their place: index in the list of markers, and span.
    pub(crate) markers: Vec<(usize, Span)>,
    /// Whether more of it is encoded than was decoded.
    pub(crate) cut: bool,
}

impl Match {
    /// Whether the path of its file has a say in whether it stands.
    pub fn needs_path(&self) -> bool {
        self.needs_path.is_some()
    }

    /// The same match in a text where its window stands elsewhere.
    fn moved(&self, from: usize, to: usize) -> Self {
        let shift = |span: Span| Span::new(span.start + to - from, span.end + to - from);
        Match { span: shift(self.span), support: shift(self.support), ..self.clone() }
    }
}

/// Yields the places where a name or a URL may lead to a secret that no format gives away, in order.
fn weighed(rules: &RuleSet, text: &[u8], mut each: impl FnMut(Span, Weigh)) {
    for (at, literal) in State::hits_of(rules, text) {
        for target in rules.targets(literal as usize) {
            if let Target::Variant(rule, variant) = *target
                && let Some(weigh) = rules.rules()[rule as usize].variants[variant as usize].form.weigh
            {
                each(Span::new(at, at + rules.prefilter().len_of(literal)), weigh);
            }
        }
    }
}

/// Scans text for the secrets that a rule set describes.
///
/// `text` is the content as [`Text::of`] presents it; spans refer to it.
pub fn scan(rules: &RuleSet, text: &[u8]) -> Scan {
    let mut judge = Judge::default();
    let state = scan_state(rules, &mut judge, text);
    conclude(rules, &mut judge, text, &state)
}
