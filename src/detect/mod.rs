//! Bytes in, matches out. Pure: no I/O, no clock, no globals.
//!
//! A scan runs in four steps, each local to a stretch of bytes so that later work can carry verdicts from one version
//! of a file to the next:
//!
//! 1. every occurrence of every rule's literals is a hit, overlapping ones included;
//! 2. a rule judges each of its hits inside the hit's window, and nowhere else;
//! 3. encoded stretches are decoded and judged the same way, with a map back to the original bytes;
//! 4. [`join`] looks at the matches together: evidence they need nearby, parts of one credential, overlaps.

pub(crate) mod allow;
pub(crate) mod checksum;
mod decode;
pub(crate) mod entropy;
mod join;
mod judge;
mod marker;
mod text;

pub(crate) use marker::{MARKERS, Scope};
pub use text::{Encoding, Text};

use crate::rule::{RuleSet, Target};
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
}

/// Hits of one stretch of text, before joining.
#[derive(Default)]
struct Found {
    matches: Vec<Match>,
    /// Raw occurrences of evidence literals: index and span.
    evidence: Vec<(usize, Span)>,
    markers: Vec<(usize, Span)>,
}

/// Scans text for the secrets that a rule set describes.
///
/// `text` is the content as [`Text::of`] presents it; spans refer to it.
pub fn scan(rules: &RuleSet, text: &[u8]) -> Scan {
    let mut found = search(rules, text);
    let mut matches = join::resolve(rules, text, std::mem::take(&mut found.matches), &found.evidence);
    for view in decode::views(text) {
        let inner = search(rules, &view.text);
        let kept = inner.matches.into_iter().filter(|one| view.decoded(one.span).is_some()).collect();
        for one in join::resolve(rules, &view.text, kept, &inner.evidence) {
            matches.extend(view.restore(rules, text, one));
        }
    }
    matches.extend(judge::whole_file(rules, text));
    Scan { matches: join::settle(rules, matches), markers: found.markers }
}

/// Every hit, judged.
fn search(rules: &RuleSet, text: &[u8]) -> Found {
    let mut found = Found::default();
    let mut judge = judge::Judge::new(rules, text);
    for hit in rules.literals().find_overlapping_iter(text) {
        let span = Span::new(hit.start(), hit.end());
        for target in rules.targets(hit.pattern().as_usize()) {
            match *target {
                Target::Variant(rule, variant) => {
                    judge.judge(rule as usize, variant as usize, span, &mut found.matches)
                }
                Target::Evidence(index) => found.evidence.push((index as usize, span)),
                Target::Marker(index) => found.markers.push((index as usize, span)),
            }
        }
    }
    found
}
