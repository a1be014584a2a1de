//! A finding as a result.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use serde_sarif::sarif;

use super::super::text::visible;
use super::super::{Finding, Occurrence, Suppression, SuppressionKind, SuppressionStatus};
use super::message::message;
use super::place::{MOST_RELATED, artifact, location, marker_line, related};
use super::rule::level;
use super::uri::RelativeUri;
use super::{Alert, LINE_HASH, Profile};

pub(super) fn result(alert: &Alert, profile: Profile, related_left: &mut usize) -> sarif::Result {
    let Alert { finding, primary, .. } = *alert;
    let related = related(alert, related_left);
    let omitted = finding.occurrences.len().saturating_sub(1 + related.len());
    sarif::Result::builder()
        .rule_id(finding.code.as_str())
        .kind(sarif::ResultKind::Fail)
        .level(level(finding.severity))
        .message(message(alert))
        .locations(vec![location(primary)])
        .related_locations(related)
        .partial_fingerprints(fingerprints(alert))
        // Where one result has suppressions, the standard asks for the array, if empty, on every other.
        .suppressions(if profile == Profile::Full { suppressions(alert) } else { Vec::new() })
        .properties(properties(finding, primary, profile, omitted))
        .build()
}

fn fingerprints(alert: &Alert) -> BTreeMap<String, String> {
    let own = || format!("{}:1", alert.finding.fingerprint.get(..16).unwrap_or(&alert.finding.fingerprint));
    let line = &alert.primary.line_hash;
    let line = if line.is_empty() { own() } else { line.clone() };
    let secret = alert.finding.fingerprint.clone();
    BTreeMap::from([(LINE_HASH.to_owned(), line), ("secretHash/v1".to_owned(), secret)])
}

fn properties(finding: &Finding, primary: &Occurrence, profile: Profile, omitted: usize) -> sarif::PropertyBag {
    let given = |text: &Option<String>| text.as_ref().map_or(Value::Null, |text| json!(text));
    let all = [
        ("atHead", json!(finding.at_head)),
        ("author", if profile == Profile::Full { given(&primary.author) } else { Value::Null }),
        ("checked", json!(finding.checked)),
        ("commit", given(&primary.commit)),
        ("date", given(&primary.date)),
        ("decoded", given(&primary.decoded)),
        ("documented", json!(finding.documented)),
        ("object", given(&primary.object)),
        ("occurrences", json!(finding.occurrences.len())),
        ("occurrencesNotListed", if omitted > 0 { json!(omitted) } else { Value::Null }),
        ("reach", json!(primary.reach)),
        ("removedIn", primary.removed_in.as_ref().map_or(Value::Null, |removal| json!(removal.commit))),
        ("severity", json!(finding.severity)),
        ("source", json!(primary.source)),
    ];
    bag(all)
}

/// Properties, without those that are null.
pub(super) fn bag<const N: usize>(properties: [(&str, Value); N]) -> sarif::PropertyBag {
    let given = properties.into_iter().filter(|(_, value)| !value.is_null());
    let given: BTreeMap<String, Value> = given.map(|(name, value)| (name.to_owned(), value)).collect();
    sarif::PropertyBag::builder().additional_properties(given).build()
}

/// One suppression for each comment or entry, where it is written. Those of an open finding are the rejected ones.
fn suppressions(alert: &Alert) -> Vec<sarif::Suppression> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for occurrence in &alert.finding.occurrences {
        let Some(comment) = occurrence.suppression.as_ref().filter(|one| one.silences() == alert.suppressed) else {
            continue;
        };
        let uri = uri_of(occurrence, comment);
        if all.len() < MOST_RELATED && seen.insert((uri.0.clone(), comment.line, comment.text.as_str())) {
            all.push(suppression(uri, marker_line(occurrence, comment), comment));
        }
    }
    all
}

/// The file that a suppression is written in.
fn uri_of(occurrence: &Occurrence, comment: &Suppression) -> RelativeUri {
    comment.path.as_deref().map_or_else(|| RelativeUri::of(occurrence), RelativeUri::of_path)
}

fn suppression(uri: RelativeUri, line: u32, comment: &Suppression) -> sarif::Suppression {
    let region = sarif::Region::builder().start_line(line).build();
    let place = sarif::PhysicalLocation::builder().artifact_location(artifact(uri)).region(region).build();
    let given = |text: &Option<String>| text.as_ref().map_or(Value::Null, |text| json!(text));
    let entry = comment.entry.as_ref();
    let objections = &comment.objections;
    let properties = [
        ("author", given(&comment.author)),
        ("commit", given(&comment.commit)),
        ("date", given(&comment.date)),
        ("expires", entry.map_or(Value::Null, |entry| given(&entry.expires))),
        ("marker", json!(comment.marker)),
        ("objections", if objections.is_empty() { Value::Null } else { json!(objections) }),
        ("reviewer", entry.map_or(Value::Null, |entry| json!(entry.reviewer))),
    ];
    sarif::Suppression::builder()
        .kind(match comment.kind {
            SuppressionKind::InSource => "inSource",
            SuppressionKind::External => "external",
        })
        .status(match comment.status {
            SuppressionStatus::Accepted => "accepted",
            SuppressionStatus::UnderReview => "underReview",
            SuppressionStatus::Rejected => "rejected",
        })
        .justification(visible(comment.reason.as_ref().unwrap_or(&comment.text)))
        .location(sarif::Location::builder().physical_location(place).build())
        .properties(bag(properties))
        .build()
}
