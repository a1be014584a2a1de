//! Reports for programs: each in the form that its reader takes, and none with a secret.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::util::{Folder, Leak, Repo, fill, leak, program};

const FORMATS: [&str; 9] = ["sarif", "sarif-github", "github", "markdown", "gitlab", "junit", "rdjson", "csv", "html"];

/// A repository with a secret in a file, one in history, one that a comment silences, and names that are hostile.
struct Team {
    repo: Repo,
    open: Leak,
    gone: Leak,
    silenced: Leak,
    named: Leak,
}

const HOSTILE: &str = "a\n::error::x,y:z\u{1b}[31m<script>alert(1)</script>&\"'.env";

impl Team {
    fn new() -> Self {
        let team = Team { repo: Repo::new(), open: leak(1), gone: leak(2), silenced: leak(3), named: leak(4) };
        team.repo.add("old.env", &team.gone.line);
        team.repo.git(&["rm", "-q", "old.env"]);
        team.repo.write("src/app.env", format!("# settings\n{}\n", team.open.line));
        team.repo.write("src/test.env", format!("{} # trufflehog:ignore -- test data\n", team.silenced.line));
        team.repo.write(HOSTILE, &team.named.line);
        team.repo.commit("=cmd|' /C calc'!A0");
        team
    }

    fn report(&self, format: &str) -> String {
        let folder = Folder::new();
        let file = folder.at("report");
        let mut command = program(self.repo.path());
        command.args(["scan", "--format", format, "--reveal", "--output"]).arg(&file);
        let out = command.env("SOURCE_DATE_EPOCH", "1700000000").output().expect("the binary runs");
        assert_eq!(out.status.code(), Some(1), "{}", String::from_utf8_lossy(&out.stderr));
        std::fs::read_to_string(file).expect("a report")
    }

    fn json(&self, format: &str) -> Value {
        serde_json::from_str(&self.report(format)).expect("JSON")
    }
}

#[test]
fn no_format_for_programs_holds_a_secret_even_if_they_are_revealed() {
    let team = Team::new();
    for format in FORMATS {
        let text = team.report(format);
        for one in [&team.open, &team.gone, &team.silenced, &team.named] {
            assert!(!text.contains(&one.secret), "{format}");
        }
        assert!(text.contains("Genesys Cloud OAuth client secret"), "{format} has no finding: {text}");
        assert_eq!(text, team.report(format), "{format} is the same again");
    }
}

#[test]
fn annotations_are_workflow_commands_and_nothing_in_a_name_makes_one() {
    let team = Team::new();
    let text = team.report("github");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "one line a finding: {text}");
    assert!(lines.iter().all(|line| line.starts_with("::error ")), "{text}");
    assert!(lines.iter().any(|line| line.contains("file=src/app.env,line=2,endLine=2,col=23,endColumn=66,")), "{text}");
    assert!(lines.iter().any(|line| line.contains("file=a%0A%3A%3Aerror%3A%3Ax%2Cy%3Az")), "{text}");
    let gone = lines.iter().find(|line| line.contains("old.env")).expect("the one in history");
    assert!(!gone.contains("file="), "no file of the checkout holds it: {gone}");
}

#[test]
fn only_the_ten_worst_findings_are_annotations() {
    let folder = Folder::new();
    let lines: Vec<String> = (0..15).map(|number| leak(number).line).collect();
    folder.write("many.env", lines.join("\n"));
    folder.write("id.txt", fill("GENESYS_CLIENT_ID={{uuid4}}\n", 1));
    let run = folder.snout(&["scan", "--format", "github"]);
    let of = |command: &str| run.stdout.lines().filter(|line| line.starts_with(command)).count();
    assert_eq!((of("::error "), of("::notice title=Snout::")), (10, 1), "{}", run.stdout);
}

/// What the schema of GitLab's secret detection report, version 15.2.1, asks of what the report holds, in our own words:
/// the schema itself is at <https://gitlab.com/gitlab-org/security-products/security-report-schemas>.
fn gitlab_schema() -> Value {
    let moment = json!({ "type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$" });
    let some = json!({ "type": "string", "minLength": 1 });
    let program = json!({
        "type": "object",
        "required": ["id", "name", "version", "vendor"],
        "properties": {
            "id": some, "name": some, "version": some,
            "url": { "type": "string", "pattern": "^https?://.+" },
            "vendor": { "type": "object", "required": ["name"], "properties": { "name": some } },
        },
    });
    let identifier = json!({
        "type": "object",
        "required": ["type", "name", "value"],
        "properties": {
            "type": some, "name": some, "value": some,
            "url": { "type": "string", "pattern": "^(https?|ftp)://.+" },
        },
    });
    let commit = json!({
        "type": "object",
        "required": ["sha"],
        "properties": { "sha": some, "author": { "type": "string" }, "date": { "type": "string" } },
    });
    let signature = json!({
        "type": "object",
        "required": ["algorithm", "value"],
        "properties": { "algorithm": { "type": "string" }, "value": { "type": "string" } },
    });
    let item = json!({
        "type": "object",
        "required": ["signatures"],
        "properties": {
            "file": { "type": "string" }, "start_line": { "type": "number" }, "end_line": { "type": "number" },
            "signatures": { "type": "array", "minItems": 1, "items": signature },
        },
    });
    let vulnerability = json!({
        "type": "object",
        "required": ["id", "identifiers", "location"],
        "properties": {
            "id": some,
            "name": { "type": "string", "maxLength": 255 },
            "description": { "type": "string", "maxLength": 1_048_576 },
            "severity": { "enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"] },
            "solution": { "type": "string", "maxLength": 7000 },
            "identifiers": { "type": "array", "minItems": 1, "items": identifier },
            "links": { "type": "array", "items": {
                "type": "object",
                "required": ["url"],
                "properties": { "url": { "type": "string", "pattern": "^(https?|ftp)://.+" } },
            } },
            "location": {
                "type": "object",
                "required": ["commit"],
                "properties": {
                    "file": { "type": "string" }, "start_line": { "type": "number" }, "end_line": { "type": "number" },
                    "commit": commit,
                },
            },
            "tracking": {
                "type": "object",
                "required": ["items"],
                "properties": { "type": { "const": "source" }, "items": { "type": "array", "items": item } },
            },
            // Unsanitised source by definition: it must not be there.
            "raw_source_code_extract": false,
        },
    });
    let message = json!({
        "type": "object",
        "required": ["level", "value"],
        "properties": { "level": { "enum": ["info", "warn", "fatal"] }, "value": some },
    });
    json!({
        "type": "object",
        "required": ["scan", "version", "vulnerabilities"],
        "properties": {
            "version": { "type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$" },
            "scan": {
                "type": "object",
                "required": ["analyzer", "end_time", "scanner", "start_time", "status", "type"],
                "properties": {
                    "end_time": moment, "start_time": moment, "analyzer": program, "scanner": program,
                    "status": { "enum": ["success", "failure"] },
                    "type": { "enum": ["secret_detection"] },
                    "messages": { "type": "array", "items": message },
                },
            },
            "vulnerabilities": { "type": "array", "items": vulnerability },
        },
    })
}

#[test]
fn gitlab_takes_its_report() {
    let team = Team::new();
    let report = team.json("gitlab");
    let validator = jsonschema::validator_for(&gitlab_schema()).expect("a schema");
    let faults: Vec<String> = validator.iter_errors(&report).map(|fault| fault.to_string()).collect();
    assert_eq!(faults, [""; 0]);
    assert_eq!(report["scan"]["end_time"], "2023-11-14T22:13:20");
    let all = report["vulnerabilities"].as_array().expect("a list");
    assert_eq!(all.len(), 3, "what somebody silenced is counted, not listed");
    let ids: BTreeSet<&str> = all.iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(ids.len(), 3);
    let gone = all.iter().find(|one| one["location"]["file"] == "old.env").expect("the one in history");
    assert_eq!(gone["location"]["commit"]["sha"].as_str().map(str::len), Some(40));
    assert_eq!(gone["identifiers"][0]["value"], "SNT0001");
}

#[test]
fn junit_fails_what_blocks_and_skips_what_is_silenced() {
    let team = Team::new();
    let text = team.report("junit");
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "{text}");
    assert!(text.contains("tests=\"5\" failures=\"3\" errors=\"0\" skipped=\"1\""), "{text}");
    assert!(text.contains("<skipped message=\"trufflehog:ignore -- test data\"/>"), "{text}");
    assert!(!text.contains("<script>") && !text.contains('\u{1b}'), "{text}");
    let folder = Folder::new();
    folder.write("id.txt", fill("GENESYS_CLIENT_ID={{uuid4}}\n", 1));
    let run = folder.snout(&["scan", "--format", "junit"]);
    assert!(run.stdout.contains("tests=\"2\" failures=\"0\""), "a note fails nothing: {}", run.stdout);
}

#[test]
fn an_incomplete_scan_is_an_error_of_the_suite() {
    let folder = Folder::new();
    folder.write("large", "x".repeat(3000));
    let run = folder.snout(&["scan", "--format", "junit", "--max-file-size", "2k"]);
    assert!(run.code == Some(3) && run.stdout.contains("<error type=\"incomplete\""), "{}", run.stdout);
    let run = folder.snout(&["scan", "--format", "github", "--max-file-size", "2k"]);
    assert!(run.stdout.starts_with("::warning title=Snout%3A the scan is incomplete::"), "{}", run.stdout);
}

#[test]
fn rdjson_names_lines_where_a_review_can_show_them() {
    let report = Team::new().json("rdjson");
    let all = report["diagnostics"].as_array().expect("a list");
    assert_eq!((all.len(), report["source"]["name"].as_str()), (3, Some("snout")));
    let at = |path: &str| &all.iter().find(|one| one["location"]["path"] == path).expect("a diagnostic")["location"];
    assert_eq!(at("src/app.env")["range"]["start"]["line"], 2);
    assert!(at("old.env").get("range").is_none(), "no review shows a line of history");
}

#[test]
fn a_table_has_a_line_for_each_place_and_no_formula() {
    let team = Team::new();
    let text = team.report("csv");
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let names = table.headers().expect("a header").clone();
    let column = |name: &str| names.iter().position(|one| one == name).expect("a column");
    let (status, path) = (column("status"), column("path"));
    let rows: Vec<csv::StringRecord> = table.records().map(|row| row.expect("a row")).collect();
    let silenced: Vec<_> = rows.iter().filter(|row| &row[status] == "suppressed").collect();
    assert!(!silenced.is_empty() && silenced.iter().all(|row| &row[path] == "src/test.env"), "{text}");
    assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{text}");
    let folder = Folder::new();
    folder.write("=1+1.env", leak(1).line);
    assert!(folder.snout(&["scan", "--format", "csv"]).stdout.contains(",'=1+1.env,"));
}

#[test]
fn the_page_loads_nothing_runs_nothing_of_the_repository_and_reads_without_scripts() {
    let text = Team::new().report("html");
    let start = text.find("Content-Security-Policy").expect("a policy");
    let policy = &text[start..start + text[start..].find('>').expect("an end")];
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    for inner in ["style", "script"] {
        let body = text.split(&format!("<{inner}>")).nth(1).and_then(|rest| rest.split(&format!("</{inner}>")).next());
        let hash = sha256(body.expect("one of its own"));
        assert!(policy.contains(&format!("{inner}-src 'sha256-{hash}'")), "the policy allows the {inner}: {policy}");
    }
    assert_eq!((text.matches("<script>").count(), text.matches("<style>").count()), (1, 1), "nothing else is let in");
    for load in [" src=", "url(", "@import", "<link", "<iframe", " onclick", " onload", " style="] {
        assert!(!text.contains(load), "{load}");
    }
    let plain = text.split("<script>").next().expect("what stands before scripts");
    for told in
        ["src/app.env", "old.env", "src/test.env", "trufflehog:ignore -- test data", "Ada Tester", "removed in commit"]
    {
        assert!(plain.contains(told), "{told}");
    }
    assert!(plain.contains("&#60;script&#62;alert(1)"), "a name is text");
}

fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    data_encoding::BASE64.encode(&Sha256::digest(text.as_bytes()))
}

#[test]
fn the_github_profile_leaves_out_what_is_silenced_and_asks_for_its_review() {
    let team = Team::new();
    let (full, github) = (team.json("sarif"), team.json("sarif-github"));
    let results = |log: &Value| -> Vec<Value> {
        let runs = log["runs"].as_array().expect("runs").iter();
        runs.flat_map(|run| run["results"].as_array().expect("results").clone()).collect()
    };
    let of = |log: &Value, uri: &str| -> Vec<Value> {
        let uri_of = |one: &Value| one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri;
        results(log).into_iter().filter(uri_of).collect()
    };
    assert_eq!((results(&full).len(), results(&github).len()), (4, 4));
    let silenced = &of(&full, "src/test.env")[0];
    assert_eq!((silenced["ruleId"].as_str(), silenced["level"].as_str()), (Some("SNT0001"), Some("error")));
    assert_eq!(silenced["suppressions"][0]["kind"], "inSource");
    let asked = &of(&github, "src/test.env")[0];
    assert_eq!((asked["ruleId"].as_str(), asked["level"].as_str()), (Some("SNT8001"), Some("note")));
    assert_eq!(asked["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
    assert!(asked["message"]["text"].as_str().is_some_and(|text| text.starts_with("'trufflehog:ignore' silences")));
    let driver = &github["runs"][0]["tool"]["driver"]["rules"];
    assert_eq!(driver[asked["ruleIndex"].as_u64().expect("an index") as usize]["id"], "SNT8001");
    assert!(full.to_string().contains("ada@example.org") && !github.to_string().contains("ada@example.org"));
}

#[test]
fn two_secrets_of_a_rule_on_one_line_are_two_alerts() {
    let folder = Folder::new();
    folder.write("two.env", format!("{} {}\n", leak(1).line, leak(2).line));
    let log: Value = serde_json::from_str(&folder.snout(&["scan", "--format", "sarif-github"]).stdout).expect("a log");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let hashes: Vec<&str> =
        results.iter().filter_map(|one| one["partialFingerprints"]["primaryLocationLineHash"].as_str()).collect();
    assert_eq!(hashes.len(), 2);
    assert!(hashes[0].ends_with(":1") && hashes[1].ends_with(":2"), "{hashes:?}");
    assert_eq!(hashes[0].split(':').next(), hashes[1].split(':').next());
}

#[test]
fn the_summary_counts_what_fails() {
    let folder = Folder::new();
    folder.write("app.env", leak(1).line);
    let blocking = |floor: &str| {
        let run = folder.snout(&["scan", "--format", "json", "--fail-on", floor]);
        run.stderr.lines().next().unwrap_or_default().to_owned()
    };
    assert!(blocking("critical").contains("1 finding (1 blocking)"), "{}", blocking("critical"));
    assert!(blocking("none").contains("1 finding (0 blocking)"), "{}", blocking("none"));
}
