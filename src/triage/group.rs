//! Findings: one for each rule and secret, with all its places.

use std::collections::BTreeMap;

use super::path::{is_ci_path, is_test_path};
use super::sight::Sighting;
use crate::fingerprint::fingerprint;
use crate::report::{
    CredentialPart, Finding, Occurrence, PartOccurrence, Precision, Reach, Removal, RuleInfo, Severity, SourceKind,
};
use crate::rule::RuleSet;
use crate::secret::Secret;

/// A sighting in its place.
pub(crate) struct Placed {
    pub(crate) sighting: Sighting,
    pub(crate) place: Place,
}

/// Where a blob was seen, as a report says it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) source: SourceKind,
    pub(crate) path: Option<String>,
    pub(crate) object: Option<String>,
    pub(crate) commit: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) at_head: bool,
    pub(crate) removed: Option<Removal>,
    pub(crate) reach: Reach,
}

impl Place {
    /// A place that needs no history to name.
    pub(crate) fn direct(source: SourceKind, path: Option<String>) -> Self {
        let at_head = source == SourceKind::Worktree;
        Place {
            source,
            path,
            object: None,
            commit: None,
            author: None,
            date: None,
            at_head,
            removed: None,
            reach: Reach::Direct,
        }
    }

    /// What the archive is called that stands here.
    fn outer(&self) -> &str {
        self.path.as_deref().or(self.object.as_deref()).unwrap_or("stdin")
    }
}

/// What grouping needs to know.
pub(crate) struct Grouping<'a> {
    pub(crate) rules: &'a RuleSet,
    pub(crate) key: &'a [u8],
    pub(crate) reveal: bool,
    pub(crate) include_suppressed: bool,
}

/// Findings nobody silenced, and those somebody did.
pub(crate) struct Grouped {
    pub(crate) findings: Vec<Finding>,
    pub(crate) suppressed: Vec<Finding>,
    pub(crate) rules: Vec<RuleInfo>,
}

impl Grouping<'_> {
    /// Makes findings of sightings. The outcome does not depend on their order.
    pub(crate) fn group(&self, placed: Vec<Placed>) -> Grouped {
        let (mut open, mut silenced) = (BTreeMap::<_, Vec<Placed>>::new(), BTreeMap::<_, Vec<Placed>>::new());
        for one in placed {
            let key = (one.sighting.rule, one.sighting.secret.clone());
            let side = if one.sighting.is_silenced() && !self.include_suppressed { &mut silenced } else { &mut open };
            side.entry(key).or_default().push(one);
        }
        let make = |side: BTreeMap<(usize, Secret), Vec<Placed>>| {
            let mut out: Vec<Finding> =
                side.into_iter().map(|((rule, secret), places)| self.finding(rule, &secret, places)).collect();
            out.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
            out
        };
        let (findings, suppressed) = (make(open), make(silenced));
        let mut used: Vec<&str> = findings.iter().chain(&suppressed).map(|finding| finding.rule.as_str()).collect();
        used.sort_unstable();
        used.dedup();
        let rules = used.iter().filter_map(|id| self.rules.find(id)).map(|rule| RuleInfo {
            id: rule.spec.id.clone(),
            code: rule.spec.code.clone(),
            severity: rule.spec.severity,
            precision: rule.spec.precision,
            prose: rule.prose().clone(),
        });
        Grouped { rules: rules.collect(), findings, suppressed }
    }

    fn finding(&self, rule: usize, secret: &Secret, mut places: Vec<Placed>) -> Finding {
        places.sort_by(|a, b| place_key(a).cmp(&place_key(b)));
        places.dedup_by(|later, earlier| place_key(later) == place_key(earlier));
        let any = |test: fn(&Sighting) -> bool| places.iter().any(|one| test(&one.sighting));
        let (checked, documented) = (any(|one| one.checked), any(|one| one.documented));
        let stands_in_tests = |one: &Placed| {
            let member = one.sighting.member.as_deref();
            one.place.path.as_deref().is_some_and(|path| is_test_path(path) || member.is_some_and(is_test_path))
        };
        let in_tests = places.iter().all(stands_in_tests);
        // A word that opens the database of a test, for as long as that runs.
        let word = secret.expose().iter().all(u8::is_ascii_alphabetic);
        let stands_in_ci = |one: &Placed| word && one.place.path.as_deref().is_some_and(is_ci_path);
        // One place that nothing speaks against is enough.
        let speaks_for = |one: &Placed| one.sighting.likely && !stands_in_tests(one) && !stands_in_ci(one);
        let doubtful = !places.iter().any(speaks_for);
        let mut parts: Vec<CredentialPart> = places
            .iter()
            .flat_map(|one| &one.sighting.parts)
            .map(|part| CredentialPart { name: part.name.clone(), value: part.value.clone() })
            .collect();
        parts.sort();
        parts.dedup();
        let known = &self.rules.rules()[rule];
        let prose = known.prose();
        let reason = reason(
            &prose.title,
            checked,
            documented,
            in_tests,
            &parts,
            places.iter().find_map(|one| one.sighting.decoded.as_deref()),
        );
        Finding {
            rule: known.spec.id.clone(),
            code: known.spec.code.clone(),
            title: prose.title.clone(),
            severity: match known.spec.severity {
                _ if documented => Severity::Note,
                // Nothing but a name says that it is a secret, and where it stands speaks against it.
                severity if known.spec.generic && doubtful => severity.min(Severity::Low),
                // A provider's name says it, and nothing that the format carries.
                Severity::Medium if in_tests && known.spec.precision <= Precision::Medium => Severity::Low,
                severity => severity,
            },
            precision: match known.spec.precision {
                _ if checked => Precision::VeryHigh,
                precision if doubtful || in_tests => precision.lower(),
                precision => precision,
            },
            fingerprint: fingerprint(self.key, &known.spec.id, secret),
            length: secret.len(),
            secret: self.reveal.then(|| String::from_utf8_lossy(secret.expose()).into_owned()),
            checked,
            documented,
            reason,
            remediation: prose.remediation.clone(),
            parts,
            at_head: places.iter().any(|one| one.place.at_head),
            occurrences: places.into_iter().map(|one| self.occurrence(one)).collect(),
        }
    }

    fn occurrence(&self, Placed { sighting, place }: Placed) -> Occurrence {
        let parts = sighting.parts.into_iter().filter_map(|part| {
            let rule = &self.rules.rules()[part.rule?].spec;
            Some(PartOccurrence {
                rule: rule.id.clone(),
                code: rule.code.clone(),
                value: part.value,
                region: part.region,
            })
        });
        let path = match &sighting.member {
            Some(member) => Some(format!("{}!{member}", place.outer())),
            None => place.path,
        };
        Occurrence {
            source: place.source,
            path,
            member: sighting.member,
            region: sighting.region,
            object: place.object,
            commit: place.commit,
            author: place.author,
            date: place.date,
            at_head: place.at_head,
            removed_in: place.removed,
            reach: place.reach,
            decoded: sighting.decoded,
            suppression: sighting.suppression,
            snippet: sighting.snippet,
            line_hash: sighting.line_hash,
            parts: parts.collect(),
        }
    }
}

fn place_key(one: &Placed) -> impl Ord + use<'_> {
    let place = &one.place;
    (place.source, &place.path, &one.sighting.member, &place.date, &place.commit, &place.object, one.sighting.region)
}

fn sort_key(finding: &Finding) -> impl Ord + use<'_> {
    let first = finding.occurrences.first();
    let place = first.map(|one| (one.source, one.path.as_deref(), one.region));
    (std::cmp::Reverse(finding.severity), finding.rule.as_str(), place, finding.fingerprint.as_str())
}

fn reason(
    title: &str,
    checked: bool,
    documented: bool,
    in_tests: bool,
    parts: &[CredentialPart],
    decoded: Option<&str>,
) -> String {
    let article = if title.starts_with(|c: char| "AEIOaeio".contains(c)) { "an" } else { "a" };
    let mut out = format!("It has the form of {article} {title}");
    if let Some(encoding) = decoded {
        out.push_str(&format!(", once {encoding} is decoded"));
    }
    if checked {
        out.push_str(", and its format proves itself");
    }
    out.push('.');
    if !parts.is_empty() {
        let list: Vec<String> =
            parts.iter().map(|part| format!("{} {}", part.name.replace('_', " "), part.value)).collect();
        out.push_str(&format!(" It stands with {}.", list.join(", ")));
    }
    if in_tests {
        out.push_str(" It stands among tests, examples, documentation, translations or other people's code only.");
    }
    if documented {
        out.push_str(" The vendor's documentation or a standard prints this very value, so it opens nothing.");
    }
    out
}
