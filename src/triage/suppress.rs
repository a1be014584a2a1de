//! Suppressions held against the ledger, the baseline and the policy: which are accepted, and what speaks against the others.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;

use super::group::Placed;
use crate::fingerprint::fingerprint;
use crate::report::{Acceptance, Objection, SourceKind, Suppression, SuppressionKind, SuppressionStatus};
use crate::review::{Entry, LEDGER, Ledger, Terms, same_person};
use crate::rule::RuleSet;
use crate::secret::Secret;

/// Who wrote entries of the ledger in a range; entries that were there before are not in it.
pub(crate) type EntryAuthors = BTreeMap<EntryKey, BTreeSet<String>>;

/// What makes an entry the same one: rule, fingerprint and scope.
pub(crate) type EntryKey = (String, String, Option<String>);

/// The key of an entry.
pub(crate) fn entry_key(entry: &Entry) -> EntryKey {
    (entry.rule.clone(), entry.fingerprint.clone(), entry.scope.clone())
}

/// What suppressions of one repository are held against.
pub(crate) struct Bench<'a> {
    pub(crate) rules: &'a RuleSet,
    pub(crate) key: &'a [u8],
    pub(crate) terms: &'a Terms,
    /// The day by which entries expire.
    pub(crate) today: jiff::civil::Date,
    pub(crate) ledger: &'a Ledger,
    /// For a range: who wrote entries in it.
    pub(crate) authors: Option<&'a EntryAuthors>,
    /// Lines of the entries that something needed.
    pub(crate) used: BTreeSet<usize>,
}

impl Bench<'_> {
    /// Gives every sighting its verdict.
    pub(crate) fn judge(&mut self, placed: &mut [Placed]) {
        let writers = self.authors.map(|_| Writers::of(placed));
        for one in placed {
            if one.sighting.suppression.is_none() && self.ledger.entries.is_empty() && self.terms.baseline.is_none() {
                continue;
            }
            let rule = &self.rules.rules()[one.sighting.rule].spec.id;
            let fingerprint = fingerprint(self.key, rule, &one.sighting.secret);
            let path = one.place.path.as_deref();
            let entry = self.ledger.find(rule, &fingerprint, path);
            if let Some(entry) = entry {
                self.used.insert(entry.line);
            }
            let authors = writers.as_ref().map(|writers| writers.of_line(one));
            let protected = self.is_protected(one);
            if let (Some(said), false) = (&mut one.sighting.suppression, protected)
                && said.objections == [Objection::NeverSuppressed]
            {
                // Only another target's policy is against it.
                (said.status, said.objections) = (SuppressionStatus::UnderReview, Vec::new());
            }
            let verdict = match one.sighting.suppression.take() {
                Some(comment) if comment.silences() => Some(self.comment(comment, entry, path, authors)),
                // Nobody may silence it, the ledger included; a baseline is the operator's own word.
                Some(refused) if refused.objections.contains(&Objection::NeverSuppressed) => {
                    self.baseline(rule, &fingerprint).or(Some(refused))
                }
                other => {
                    let ledger = entry.and_then(|entry| self.entry_alone(entry, path, protected, authors));
                    let baseline = || self.baseline(rule, &fingerprint);
                    match ledger {
                        Some(accepted) if accepted.silences() => Some(accepted),
                        refused => baseline().or(refused).or(other),
                    }
                }
            };
            one.sighting.suppression = verdict;
        }
    }

    /// A marker, with what the ledger says of it.
    fn comment(
        &self,
        comment: Suppression,
        entry: Option<&Entry>,
        path: Option<&str>,
        authors: Option<&BTreeSet<String>>,
    ) -> Suppression {
        let policy = &self.terms.policy;
        let mut objections = BTreeSet::new();
        match entry {
            None if policy.require_entry => drop(objections.insert(Objection::NoEntry)),
            None => {}
            Some(entry) => objections.extend(self.against(entry, path, authors)),
        }
        if policy.require_reason && comment.reason.is_none() && entry.is_none() {
            objections.insert(Objection::NoReason);
        }
        let accepted = entry.is_some() && objections.is_empty();
        Suppression {
            status: if accepted { SuppressionStatus::Accepted } else { SuppressionStatus::UnderReview },
            reason: comment.reason.or_else(|| entry.map(|entry| entry.reason.clone())),
            entry: entry.map(|entry| self.acceptance(entry)),
            objections: objections.into_iter().collect(),
            ..comment
        }
    }

    /// An entry of the ledger where no marker stands.
    fn entry_alone(
        &self,
        entry: &Entry,
        path: Option<&str>,
        protected: bool,
        authors: Option<&BTreeSet<String>>,
    ) -> Option<Suppression> {
        let mut objections = self.against(entry, path, authors);
        if objections.contains(&Objection::OutOfScope) {
            return None;
        }
        if protected {
            objections.insert(Objection::NeverSuppressed);
        }
        let refusing = [Objection::NeverSuppressed, Objection::Expired];
        let status = if refusing.iter().any(|one| objections.contains(one)) {
            SuppressionStatus::Rejected
        } else if objections.is_empty() {
            SuppressionStatus::Accepted
        } else {
            SuppressionStatus::UnderReview
        };
        Some(Suppression {
            kind: SuppressionKind::External,
            status,
            marker: "ledger".into(),
            text: entry.reason.clone(),
            reason: Some(entry.reason.clone()),
            path: Some(LEDGER.into()),
            line: line(entry),
            entry: Some(self.acceptance(entry)),
            objections: objections.into_iter().collect(),
            ..Suppression::default()
        })
    }

    fn baseline(&self, rule: &str, fingerprint: &str) -> Option<Suppression> {
        let baseline = self.terms.baseline.as_ref()?;
        let line = baseline.line(rule, fingerprint)?;
        Some(Suppression {
            kind: SuppressionKind::External,
            status: SuppressionStatus::Accepted,
            marker: "baseline".into(),
            text: "known when the baseline was made".into(),
            path: Some(baseline.file.clone()),
            line,
            ..Suppression::default()
        })
    }

    /// What speaks against an entry.
    fn against(&self, entry: &Entry, path: Option<&str>, authors: Option<&BTreeSet<String>>) -> BTreeSet<Objection> {
        let (policy, today) = (&self.terms.policy, self.today);
        let mut out = BTreeSet::new();
        if !entry.holds_at(path) {
            out.insert(Objection::OutOfScope);
        }
        let longest = policy.max_life_days.map(|days| entry.date.saturating_add(i64::from(days).days()));
        let last = match (entry.expires, longest) {
            (Some(stated), Some(longest)) => Some(stated.min(longest)),
            (stated, longest) => stated.or(longest),
        };
        if last.is_some_and(|last| last < today) {
            out.insert(Objection::Expired);
        }
        let too_late = matches!((entry.expires, longest), (Some(stated), Some(longest)) if stated > longest);
        // An entry of tomorrow may come from a place where it is tomorrow; one of next week postpones its end.
        if too_late || entry.date > today.saturating_add(1.day()) {
            out.insert(Objection::TooLong);
        }
        let written = self.authors.and_then(|known| known.get(&entry_key(entry)));
        if let (true, Some(written), Some(authors)) = (policy.four_eyes, written, authors) {
            if authors.is_empty() {
                out.insert(Objection::NoAuthor);
            } else if written.iter().any(|a| authors.iter().any(|b| same_person(a, b))) {
                out.insert(Objection::SameAuthor);
            }
        }
        out
    }

    fn acceptance(&self, entry: &Entry) -> Acceptance {
        let written = self.authors.and_then(|known| known.get(&entry_key(entry)));
        let authors = written.map(|people| people.iter().cloned().collect::<Vec<_>>().join(", "));
        Acceptance {
            line: line(entry),
            reason: entry.reason.clone(),
            reviewer: entry.reviewer.clone(),
            date: entry.date.to_string(),
            expires: entry.expires.map(|day| day.to_string()),
            scope: entry.scope.clone(),
            author: authors,
        }
    }

    fn is_protected(&self, one: &Placed) -> bool {
        let parts = one.sighting.parts.iter().map(|part| part.name.as_str());
        let spec = &self.rules.rules()[one.sighting.rule].spec;
        super::silence::is_protected(&self.terms.policy.never, spec, one.sighting.documented, parts)
    }
}

fn line(entry: &Entry) -> u32 {
    u32::try_from(entry.line).unwrap_or(u32::MAX)
}

/// Who wrote the lines that hold a secret: every author of a commit of the range that touches them.
struct Writers(BTreeMap<(usize, Secret), BTreeSet<String>>);

impl Writers {
    /// All who touched a line with the secret, in whatever file: a secret may move between files within a range.
    fn of(placed: &[Placed]) -> Self {
        let mut all: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        for one in placed.iter().filter(|one| one.place.source != SourceKind::Author) {
            let writers = all.entry((one.sighting.rule, one.sighting.secret.clone())).or_default();
            writers.extend(one.place.author.clone());
        }
        Writers(all)
    }

    fn of_line(&self, one: &Placed) -> &BTreeSet<String> {
        static NOBODY: BTreeSet<String> = BTreeSet::new();
        self.0.get(&(one.sighting.rule, one.sighting.secret.clone())).unwrap_or(&NOBODY)
    }
}
