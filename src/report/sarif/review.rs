//! Suppressions that nobody reviewed, as results of their own: GitHub shows one on its line of a pull request.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use serde_sarif::sarif;

use super::super::text::visible;
use super::super::{Finding, Occurrence, Report, Suppression, SuppressionKind};
use super::LINE_HASH;
use super::message::unlinked;
use super::place::{REDACTED, artifact, marker_line};
use super::result::bag;
use super::rule::multiformat;
use super::uri::RelativeUri;

const CODE: &str = "SNT8001";
const HELP: &str = "Look at the value. If it is no secret, accept the suppression in the ledger, as 'snout help \
                    suppressions' says; if it is one, take the comment away and replace the secret.";
const TEXT: &str = "'{0}' silences a '{1}', and nobody accepted that: '{2}'.";

/// The rule of these results.
pub(super) fn rule() -> sarif::ReportingDescriptor {
    let title = "Suppression that nobody reviewed.";
    let description = "A comment silences a finding. Somebody else than its author has to look at it.";
    let properties = [("precision", json!("very-high")), ("problem.severity", json!("recommendation"))];
    let tags = vec!["maintainability".to_owned()];
    sarif::ReportingDescriptor::builder()
        .id(CODE)
        .name("SuppressionNeedsReview")
        .short_description(multiformat(title))
        .full_description(multiformat(description))
        .help(sarif::MultiformatMessageString::builder().text(HELP).markdown(HELP).build())
        .help_uri(env!("CARGO_PKG_REPOSITORY"))
        .message_strings(BTreeMap::from([("review".to_owned(), multiformat(TEXT))]))
        .default_configuration(sarif::ReportingConfiguration::builder().level("note").build())
        .properties(sarif::PropertyBag { tags: Some(tags), ..bag(properties) })
        .build()
}

/// One result for each comment in a file of the checkout, in order of place.
pub(super) fn results(report: &Report) -> Vec<sarif::Result> {
    let findings = report.suppressed.iter().chain(&report.findings);
    let places = findings.flat_map(|finding| finding.occurrences.iter().map(move |place| (finding, place)));
    let mut seen = BTreeSet::new();
    let mut all: Vec<(&Finding, &Occurrence, &Suppression)> = Vec::new();
    for (finding, place) in places.filter(|(_, place)| place.checkout_path().is_some()) {
        let Some(comment) = &place.suppression else { continue };
        let asks = comment.kind == SuppressionKind::InSource && comment.silences() && !comment.is_reviewed();
        if asks && seen.insert((&place.path, comment.line, &finding.rule)) {
            all.push((finding, place, comment));
        }
    }
    all.sort_by_key(|(finding, place, comment)| (&place.path, comment.line, &finding.rule));
    all.into_iter().map(|(finding, place, comment)| result(finding, place, comment)).collect()
}

fn result(finding: &Finding, place: &Occurrence, comment: &Suppression) -> sarif::Result {
    let objections: Vec<_> = comment.objections.iter().map(|one| one.clause()).collect();
    let why = if objections.is_empty() { "nobody reviewed it".to_owned() } else { objections.join("; ") };
    let arguments = [comment.marker.as_str(), &finding.title, &why].map(|text| unlinked(&visible(text)));
    let text =
        (0..).zip(&arguments).fold(TEXT.to_owned(), |text, (index, one)| text.replace(&format!("{{{index}}}"), one));
    let line = marker_line(place, comment);
    let region = sarif::Region::builder().start_line(line).start_column(1).end_line(line).end_column(2).build();
    let physical = sarif::PhysicalLocation::builder()
        .artifact_location(artifact(RelativeUri::of(place)))
        .region(sarif::Region { snippet: Some(sarif::ArtifactContent::builder().text(REDACTED).build()), ..region })
        .context_region(
            sarif::Region::builder()
                .start_line(line)
                .end_line(line + 1)
                .snippet(sarif::ArtifactContent::builder().text(REDACTED).build())
                .build(),
        )
        .build();
    let mut fingerprints = BTreeMap::from([("secretHash/v1".to_owned(), finding.fingerprint.clone())]);
    // A comment above the secret has a line of its own, whose hash the upload step computes.
    if comment.line == place.region.start_line && !place.line_hash.is_empty() {
        fingerprints.insert(LINE_HASH.to_owned(), place.line_hash.clone());
    }
    let given = |text: &Option<String>| text.as_ref().map_or(Value::Null, |text| json!(text));
    let properties = [("date", given(&comment.date)), ("rule", json!(finding.rule))];
    let message = sarif::Message::builder().id("review").text(text).arguments(arguments.to_vec()).build();
    sarif::Result::builder()
        .rule_id(CODE)
        .kind(sarif::ResultKind::Fail)
        .level(sarif::ResultLevel::Note)
        .message(message)
        .locations(vec![sarif::Location::builder().physical_location(physical).build()])
        .partial_fingerprints(fingerprints)
        .suppressions(Vec::new())
        .properties(bag(properties))
        .build()
}
