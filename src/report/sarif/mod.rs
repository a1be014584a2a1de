//! The report as SARIF 2.1.0, in the form that GitHub code scanning accepts.

mod message;
mod notice;
mod place;
mod repository;
mod result;
mod review;
mod rule;
mod uri;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::json;
use serde_sarif::sarif;

use super::{Finding, Occurrence, Report};
use notice::{NOTICES, Notice, RESULT_LIMIT, invocation, notices};
use repository::{Viewer, bases, provenance};
use result::{bag, result};
use rule::{ANY_RULE, rules};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The one fingerprint that GitHub looks at.
const LINE_HASH: &str = "primaryLocationLineHash";
/// GitHub rejects a run with more.
const MOST_RESULTS: usize = 25_000;
/// Keeps the file below GitHub's 10 MB when compressed, even with two full runs.
const MOST_RELATED_IN_ALL: usize = 10_000;

/// For whom a log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Profile {
    /// Everything: silenced findings are results with their suppressions.
    Full,
    /// GitHub code scanning, which shows suppressed results as open alerts and whatever a property holds to everybody who
    /// reads the repository: silenced findings are notes that ask for a review, and nobody's address is told.
    Github,
}

/// Writes the report as one log with a run for the tree and a run for the history.
pub(super) fn write(report: &Report, profile: Profile, out: &mut dyn Write) -> io::Result<()> {
    let alerts = alerts(report, profile)?;
    let (tree, history): (Vec<_>, Vec<_>) = alerts.into_iter().partition(Alert::is_in_tree);
    let reviews = if profile == Profile::Github { review::results(report) } else { Vec::new() };
    let mut writer = Writer { report, profile, related: MOST_RELATED_IN_ALL };
    let mut runs = vec![writer.run("snout/tree/", &tree, reviews, notices(report))];
    if !history.is_empty() || report.coverage.commits > 0 {
        runs.push(writer.run("snout/history/", &history, Vec::new(), Vec::new()));
    }
    let log = sarif::Sarif::builder().schema(SCHEMA).version("2.1.0").runs(runs).build();
    serde_json::to_writer(&mut *out, &log)?;
    out.write_all(b"\n")
}

/// A finding at the place where its alert stands.
#[derive(Clone, Copy)]
struct Alert<'a> {
    finding: &'a Finding,
    primary: &'a Occurrence,
    suppressed: bool,
}

impl<'a> Alert<'a> {
    fn new(finding: &'a Finding, suppressed: bool) -> io::Result<Self> {
        Ok(Alert { finding, primary: finding.primary()?, suppressed })
    }

    fn is_in_tree(&self) -> bool {
        self.primary.is_current()
    }

    fn others(&self) -> impl Iterator<Item = &'a Occurrence> {
        let primary = self.primary;
        self.finding.occurrences.iter().filter(move |other| !std::ptr::eq(*other, primary))
    }
}

/// Every finding that the profile shows, open ones before silenced ones, worst first.
fn alerts(report: &Report, profile: Profile) -> io::Result<Vec<Alert<'_>>> {
    let open = report.findings.iter().map(|finding| Alert::new(finding, false));
    let silenced = report.suppressed.iter().filter(|_| profile == Profile::Full);
    let silenced = silenced.map(|finding| Alert::new(finding, true));
    let mut alerts = open.chain(silenced).collect::<io::Result<Vec<_>>>()?;
    alerts.sort_by_key(|alert| (alert.suppressed, std::cmp::Reverse(alert.finding.severity)));
    Ok(alerts)
}

/// What the runs of a log have in common.
struct Writer<'a> {
    report: &'a Report,
    profile: Profile,
    /// How many related locations the file may still hold.
    related: usize,
}

impl Writer<'_> {
    /// The run of a category: its alerts, then suppressions to review.
    fn run(
        &mut self,
        category: &str,
        alerts: &[Alert],
        mut reviews: Vec<sarif::Result>,
        mut notices: Vec<Notice>,
    ) -> sarif::Run {
        let all = alerts.len() + reviews.len();
        let kept = &alerts[..alerts.len().min(MOST_RESULTS)];
        reviews.truncate(MOST_RESULTS - kept.len());
        if kept.len() + reviews.len() < all {
            let text = format!("Only the worst '{}' of '{all}' results are listed.", kept.len() + reviews.len());
            notices.push(Notice::new(&RESULT_LIMIT, text));
        }
        let mut rules = rules(self.report, kept);
        if !reviews.is_empty() {
            // Results name their rules by index, and codes are in order.
            rules.retain(|rule| rule.id != ANY_RULE.code || !kept.is_empty());
            rules.push(review::rule());
        }
        let results = self.results(kept, reviews, &rules);
        let repositories = &self.report.repositories;
        sarif::Run::builder()
            .tool(sarif::Tool::builder().driver(driver(self.report, rules)).build())
            .automation_details(sarif::RunAutomationDetails::builder().id(category).build())
            .original_uri_base_ids(bases(repositories))
            .version_control_provenance(provenance(repositories))
            .invocations(vec![invocation(&notices)])
            .column_kind("utf16CodeUnits")
            .results(results)
            .build()
    }

    fn results(
        &mut self,
        alerts: &[Alert],
        reviews: Vec<sarif::Result>,
        rules: &[sarif::ReportingDescriptor],
    ) -> Vec<sarif::Result> {
        let index: BTreeMap<&str, i64> = rules.iter().map(|rule| rule.id.as_str()).zip(0..).collect();
        let viewer = Viewer::of(&self.report.repositories);
        let mut counts = Counts::new();
        let mut results = Vec::with_capacity(alerts.len() + reviews.len());
        for alert in alerts {
            let mut result = result(alert, self.profile, &mut self.related);
            result.hosted_viewer_uri = viewer.as_ref().and_then(|viewer| viewer.link(alert.primary));
            results.push(result);
        }
        results.extend(reviews);
        for result in &mut results {
            let code = result.rule_id.clone().unwrap_or_default();
            result.rule_index = index.get(code.as_str()).copied();
            tell_apart(result, code, &mut counts);
        }
        results
    }
}

/// The next free count of a line hash, for each rule, file and hash.
type Counts = BTreeMap<(String, Option<String>, String), u64>;

/// Counts on where two results of a rule have one line hash: GitHub would take them for one alert.
fn tell_apart(result: &mut sarif::Result, code: String, counts: &mut Counts) {
    let place = result.locations.as_ref().and_then(|places| places.first()?.physical_location.as_ref());
    let uri = place.and_then(|place| place.artifact_location.as_ref()?.uri.clone());
    let Some(hash) = result.partial_fingerprints.as_mut().and_then(|all| all.get_mut(LINE_HASH)) else { return };
    let (digits, count) = hash.rsplit_once(':').unwrap_or((hash, "1"));
    let free = counts.entry((code, uri, digits.to_owned())).or_insert(1);
    let count = count.parse::<u64>().unwrap_or(1).max(*free);
    *free = count + 1;
    *hash = format!("{digits}:{count}");
}

fn driver(report: &Report, rules: Vec<sarif::ReportingDescriptor>) -> sarif::ToolComponent {
    let notices: Vec<_> = NOTICES.iter().map(|kind| kind.descriptor()).collect();
    let properties = [("rules", json!(report.tool.rules)), ("rulesDigest", json!(report.tool.rules_digest))];
    sarif::ToolComponent::builder()
        .name(report.tool.name)
        .full_name(format!("{} secret scanner", report.tool.name))
        .version(report.tool.version)
        .semantic_version(report.tool.version)
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(rules)
        .notifications(notices)
        .properties(bag(properties))
        .build()
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::Value;

    use super::super::{
        Canary, Coverage, CredentialPart, Precision, Reach, Repository, RuleInfo, Severity, Skipped, Snippet,
        SourceKind, Suppression, Tool,
    };
    use super::message::{Template, unlinked};
    use super::place::{Lines, MOST_RELATED, REDACTED};
    use super::*;
    use crate::rule::Prose;
    use crate::span;

    pub(in crate::report) const OLD: &str = "a019c7b1784e7fa08f3a80735e77f9fba5bd0a55";

    pub(in crate::report) fn occurrence(source: SourceKind, path: Option<&str>) -> Occurrence {
        let region = span::Region {
            start_line: 4,
            start_column: 10,
            end_line: 4,
            end_column: 53,
            start_utf16: 11,
            end_utf16: 54,
        };
        let history =
            !matches!(source, SourceKind::Worktree | SourceKind::Staged | SourceKind::Stdin | SourceKind::Gitdir);
        let old = OLD.to_owned();
        Occurrence {
            source,
            path: path.map(str::to_owned),
            member: None,
            region,
            object: history.then(|| old.clone()),
            commit: history.then_some(old),
            author: history.then(|| "Ann <ann@example.com>".to_owned()),
            date: history.then(|| "2024-03-01T10:00:00+01:00".to_owned()),
            at_head: !history,
            removed_in: None,
            reach: if history { Reach::Reflog } else { Reach::Direct },
            decoded: None,
            suppression: None,
            snippet: Snippet { first_line: 3, text: "# Genesys\nsecret = '[redacted]'\n\tend".to_owned() },
            line_hash: if path.is_some() { "435e479ef7295420:1".to_owned() } else { String::new() },
            parts: Vec::new(),
        }
    }

    fn finding(fingerprint: &str, occurrences: Vec<Occurrence>) -> Finding {
        let part = |name: &str, value: &str| CredentialPart { name: name.to_owned(), value: value.to_owned() };
        Finding {
            rule: "genesys-client-secret".to_owned(),
            code: "SNT0001".to_owned(),
            title: "Genesys Cloud OAuth client secret".to_owned(),
            severity: Severity::Critical,
            precision: Precision::High,
            fingerprint: fingerprint.repeat(32),
            length: 43,
            secret: None,
            checked: false,
            documented: false,
            reason: "A Genesys Cloud word stands beside it.".to_owned(),
            remediation: "Replace the secret.".to_owned(),
            parts: vec![part("client_id", "1234"), part("region", "us-east-1")],
            at_head: occurrences.iter().any(|occurrence| occurrence.at_head),
            occurrences,
        }
    }

    pub(in crate::report) fn report(findings: Vec<Finding>, suppressed: Vec<Finding>) -> Report {
        Report {
            tool: Tool { name: "snout", version: "0.1.0", rules: 30, rules_digest: "0123abcd".to_owned() },
            findings,
            suppressed,
            unused_suppressions: Vec::new(),
            coverage: Coverage { canary: Canary { passed: 30, proven: 0, failed: Vec::new() }, ..Coverage::default() },
            repositories: Vec::new(),
            rules: Vec::new(),
        }
    }

    /// Tree, history, a commit message, a suppression, and a path that needs escapes.
    pub(in crate::report) fn sample() -> Report {
        let hard = "config/app settings/schlüssel:a.env";
        let both =
            vec![occurrence(SourceKind::Worktree, Some(hard)), occurrence(SourceKind::Commit, Some("old/app.env"))];
        let gone = vec![occurrence(SourceKind::Commit, Some("docs/old.txt"))];
        let mut message = finding("c", vec![occurrence(SourceKind::Message, None)]);
        message.severity = Severity::High;
        let mut silenced = occurrence(SourceKind::Worktree, Some("src/test.py"));
        silenced.suppression = Some(Suppression {
            marker: "trufflehog:ignore".to_owned(),
            text: "trufflehog:ignore only a test".to_owned(),
            line: 3,
            author: Some("Bob <bob@example.com>".to_owned()),
            date: Some("2024-02-02T00:00:00Z".to_owned()),
            commit: Some("b".repeat(40)),
            ..Suppression::default()
        });
        let open = vec![finding("a", both), finding("b", gone), message];
        let mut report = report(open, vec![finding("d", vec![silenced])]);
        report.coverage.commits = 567;
        report.coverage.skipped = vec![Skipped { what: "a/b.zip".to_owned(), why: "an archive".to_owned() }];
        report.coverage.notes = vec!["The clone is shallow".to_owned()];
        report.repositories = vec![Repository {
            root: ".".to_owned(),
            remote: Some("https://github.com/example/leaky.git".to_owned()),
            head: Some("9940453dbba57938f505ae78c520e4434d3df0db".to_owned()),
            branch: Some("main".to_owned()),
        }];
        report.rules = vec![info()];
        report
    }

    fn info() -> RuleInfo {
        RuleInfo {
            id: "genesys-client-secret".to_owned(),
            code: "SNT0001".to_owned(),
            severity: Severity::Critical,
            precision: Precision::High,
            prose: Prose {
                title: "Genesys Cloud OAuth client secret".to_owned(),
                description: "The secret of a Genesys Cloud OAuth client.".to_owned(),
                remediation: "Replace the secret.".to_owned(),
                references: vec!["https://developer.genesys.cloud/authorization/".to_owned()],
                ..Prose::default()
            },
        }
    }

    fn bytes(report: &Report) -> Vec<u8> {
        let mut out = Vec::new();
        write(report, Profile::Full, &mut out).expect("memory takes everything");
        out
    }

    fn log(report: &Report) -> Value {
        serde_json::from_slice(&bytes(report)).expect("it is JSON")
    }

    #[test]
    fn tree_and_history_are_runs_of_their_own() {
        let log = log(&sample());
        let ids = log["runs"].as_array().expect("runs").iter().map(|run| &run["automationDetails"]["id"]);
        assert_eq!(ids.collect::<Vec<_>>(), ["snout/tree/", "snout/history/"]);
        assert_eq!(log["$schema"], SCHEMA);
        assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(2));
        assert_eq!(log["runs"][1]["results"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn the_tree_run_is_there_even_if_empty() {
        let log = log(&report(Vec::new(), Vec::new()));
        assert_eq!(log["runs"].as_array().map(Vec::len), Some(1));
        assert_eq!(log["runs"][0]["results"], json!([]));
    }

    #[test]
    fn a_tree_result_says_where_it_is() {
        let log = log(&sample());
        let result = &log["runs"][0]["results"][0];
        let text = "Genesys Cloud OAuth client secret in 'config/app settings/schlüssel:a.env'.";
        assert_eq!(result["message"]["text"], text);
        assert_eq!(result["message"]["arguments"], json!(["config/app settings/schlüssel:a.env"]));
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "config/app%20settings/schl%C3%BCssel%3Aa.env");
        assert_eq!(place["region"]["startColumn"], 11);
        assert_eq!(place["region"]["snippet"]["text"], REDACTED);
        assert_eq!(place["contextRegion"]["startLine"], 3);
        assert_eq!(place["contextRegion"]["endLine"], 5);
        assert_eq!(result["relatedLocations"].as_array().map(Vec::len), Some(1));
        assert_eq!(result["partialFingerprints"]["primaryLocationLineHash"], "435e479ef7295420:1");
        assert!(result.get("hostedViewerUri").is_none());
    }

    #[test]
    fn a_history_result_names_the_commit_and_links_to_it() {
        let log = log(&sample());
        let results = &log["runs"][1]["results"];
        let text = "Genesys Cloud OAuth client secret in 'docs/old.txt' of commit 'a019c7b' of '2024-03-01', \
                    no longer at HEAD: still must be rotated.";
        assert_eq!(results[0]["message"]["text"], text);
        let link = format!("https://github.com/example/leaky/blob/{OLD}/docs/old.txt#L4");
        assert_eq!(results[0]["hostedViewerUri"], link);
        let place = &results[1]["locations"][0];
        assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], format!(".git/commits/{OLD}"));
        assert_eq!(place["logicalLocations"][0]["kind"], "commitMessage");
        assert_eq!(results[1]["hostedViewerUri"], format!("https://github.com/example/leaky/commit/{OLD}"));
        assert_eq!(results[1]["partialFingerprints"]["primaryLocationLineHash"], "cccccccccccccccc:1");
    }

    #[test]
    fn a_suppressed_finding_is_a_result_to_review() {
        let log = log(&sample());
        let results = &log["runs"][0]["results"];
        assert_eq!(results[0]["suppressions"], json!([]));
        let suppression = &results[1]["suppressions"][0];
        assert_eq!(suppression["kind"], "inSource");
        assert_eq!(suppression["status"], "underReview");
        assert_eq!(suppression["justification"], "trufflehog:ignore only a test");
        let place = &suppression["location"]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "src/test.py");
        assert_eq!(place["region"]["startLine"], 3);
    }

    #[test]
    fn an_open_alert_does_not_stand_at_a_reviewed_place() {
        let mut reviewed = sample().suppressed.remove(0).occurrences;
        reviewed.push(occurrence(SourceKind::Worktree, Some("open.py")));
        let log = log(&report(vec![finding("a", reviewed)], Vec::new()));
        let result = &log["runs"][0]["results"][0];
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "open.py");
        assert_eq!(result["suppressions"], json!([]));
    }

    #[test]
    fn a_region_never_has_a_zero_or_runs_backwards() {
        let mut place = occurrence(SourceKind::Worktree, Some("key.pem"));
        place.region =
            span::Region { start_line: 0, start_column: 0, end_line: 0, end_column: 0, start_utf16: 0, end_utf16: 0 };
        let region = Lines::of(&place).region();
        assert_eq!((region.start_line, region.start_column), (Some(1), Some(1)));
        assert_eq!((region.end_line, region.end_column), (Some(1), Some(1)));
        place.region.start_line = 3;
        assert_eq!(Lines::of(&place).region().end_line, Some(3));
    }

    #[test]
    fn a_path_in_a_message_is_no_link() {
        assert_eq!(unlinked("app/[slug]/x"), "app/[slug]/x");
        assert_eq!(unlinked("[a](1)"), "\\[a\\](1)");
    }

    #[test]
    fn message_strings_give_the_same_text() {
        let strings = Template::strings("A {b}");
        assert_eq!(strings["place"].text, "A {{b}} in '{0}'.");
        assert_eq!(Template::Place.text("A {b}", &["c {0}".to_owned()]), "A {b} in 'c {0}'.");
    }

    #[test]
    fn rules_are_unique_sorted_and_those_with_results() {
        let mut sample = sample();
        let mut other = finding("e", vec![occurrence(SourceKind::Worktree, Some("x"))]);
        other.code = "SNT0000".to_owned();
        sample.findings.push(other);
        let log = log(&sample);
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules").iter();
        assert_eq!(rules.map(|rule| &rule["id"]).collect::<Vec<_>>(), ["SNT0000", "SNT0001"]);
        let rule = &log["runs"][1]["tool"]["driver"]["rules"][0];
        assert_eq!(rule["name"], "GenesysClientSecret");
        assert_eq!(rule["properties"]["security-severity"], "9.5");
        assert_eq!(rule["helpUri"], "https://developer.genesys.cloud/authorization/");
    }

    #[test]
    fn a_revealed_secret_is_not_written() {
        let mut report = sample();
        for finding in &mut report.findings {
            finding.secret = Some("hunter2hunter2".to_owned());
        }
        assert!(!String::from_utf8_lossy(&bytes(&report)).contains("hunter2"));
    }

    #[test]
    fn the_same_report_gives_the_same_bytes() {
        assert_eq!(bytes(&sample()), bytes(&sample()));
    }

    #[test]
    fn a_finding_without_a_place_fails_the_report() {
        let report = report(vec![finding("a", Vec::new())], Vec::new());
        assert!(write(&report, Profile::Full, &mut Vec::new()).is_err());
    }

    #[test]
    fn an_incomplete_scan_says_so_and_stays_acceptable() {
        let mut report = sample();
        report.coverage.incomplete = true;
        report.coverage.canary.failed = vec!["some-rule".to_owned()];
        let invocation = &log(&report)["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], true);
        let notices = invocation["toolExecutionNotifications"].as_array().expect("notices").iter();
        let ids: Vec<_> = notices.map(|notice| &notice["descriptor"]["id"]).collect();
        assert_eq!(ids, ["SNT9003", "SNT9004", "SNT9001", "SNT9002"]);
    }

    fn many() -> Report {
        let places = vec![occurrence(SourceKind::Worktree, Some("x")); 2];
        let mut findings: Vec<_> = (0..MOST_RESULTS + 1).map(|_| finding("a", places.clone())).collect();
        findings[0].severity = Severity::Low;
        findings[0].code = "SNT0002".to_owned();
        report(findings, Vec::new())
    }

    #[test]
    fn a_run_keeps_the_worst_results_and_says_what_it_cut() {
        let log = log(&many());
        let run = &log["runs"][0];
        let results = run["results"].as_array().expect("results");
        assert_eq!(results.len(), MOST_RESULTS);
        assert!(results.iter().all(|result| result["ruleId"] == "SNT0001"));
        let notice = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
        assert_eq!(notice, "Only the worst '25000' of '25001' results are listed.");
    }

    #[test]
    fn other_places_are_capped_and_the_rest_counted() {
        let mut places = Vec::new();
        for number in 0..150 {
            places.push(occurrence(SourceKind::Worktree, Some(&format!("file{number}"))));
        }
        let log = log(&report(vec![finding("a", places)], Vec::new()));
        let result = &log["runs"][0]["results"][0];
        assert_eq!(result["relatedLocations"].as_array().map(Vec::len), Some(MOST_RELATED));
        assert_eq!(result["properties"]["occurrencesNotListed"], 49);
    }

    /// A report with every kind of place.
    fn everything() -> Report {
        let mut report = sample();
        let kinds = [
            (SourceKind::Staged, Some("../up/[slug]/a.env")),
            (SourceKind::Stdin, None),
            (SourceKind::Gitdir, Some(".git/config")),
            (SourceKind::Author, None),
            (SourceKind::Tag, None),
            (SourceKind::Path, Some("f_[redacted](1).txt")),
            (SourceKind::Ref, None),
            (SourceKind::Object, None),
        ];
        for (source, path) in kinds {
            let mut place = occurrence(source, path);
            if matches!(source, SourceKind::Tag | SourceKind::Ref | SourceKind::Object) {
                place.commit = None;
            }
            place.region.start_utf16 = 1;
            place.snippet = Snippet::default();
            report.findings.push(finding("f", vec![place.clone(), place]));
        }
        report
    }

    /// Writes samples into the folder that `SNOUT_SARIF_SAMPLES` names, for validators.
    #[test]
    fn samples_for_validators() {
        let Some(folder) = std::env::var_os("SNOUT_SARIF_SAMPLES") else {
            return;
        };
        let empty = report(Vec::new(), Vec::new());
        let mut incomplete = everything();
        incomplete.coverage.incomplete = true;
        incomplete.repositories.push(Repository::default());
        let samples = [
            ("sample", sample()),
            ("everything", everything()),
            ("incomplete", incomplete),
            ("empty", empty),
            ("many", many()),
        ];
        for (name, report) in samples {
            let path = std::path::Path::new(&folder).join(format!("{name}.sarif"));
            std::fs::write(&path, bytes(&report)).expect("the folder can be written to");
            let mut text = Vec::new();
            super::super::text::write(&report, super::super::Style::default(), &mut text).expect("memory");
            std::fs::write(path.with_extension("txt"), text).expect("the folder can be written to");
        }
    }
}
