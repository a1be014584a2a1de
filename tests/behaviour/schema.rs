//! `report.schema.json` says what `--format json` writes, no more and no less.

use serde_json::{Value, json};

use crate::history::Places;
use crate::util::{Folder, fill, leak};

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/report.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the schema is there")).expect("the schema is JSON")
}

#[track_caller]
fn valid(report: &Value) {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let faults: Vec<String> =
        validator.iter_errors(report).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_schema_is_itself_valid() {
    assert!(jsonschema::meta::is_valid(&schema()));
}

#[test]
fn real_reports_hold_to_the_schema() {
    let places = Places::new();
    places.repo.write("silenced.env", format!("{} # snout:ignore\nnothing # gitleaks:allow\n", leak(1).line));
    places.repo.write("pair.env", fill("id={{uuid4}}\nsecret={{b64url 32}} # api.mypurecloud.de\n", 2));
    places.repo.write("k8s.yml", fill("genesys:\n  client_secret: {{base64 of {{b64url 32}}}}\n", 3));
    places.repo.commit("More");
    let whole = places.repo.scan(&["--max-file-size", "2k"]);
    for list in ["findings", "suppressed", "unused_suppressions", "repositories"] {
        assert!(whole.report[list].as_array().is_some_and(|list| !list.is_empty()), "no {list} to look at");
    }
    valid(&whole.report);
    valid(&places.repo.scan(&["--range", "HEAD~3..HEAD"]).report);
    valid(&places.repo.scan(&["--staged"]).report);
    let plain = places.repo.snout(&["scan", "--format", "json"]);
    valid(&serde_json::from_str(&plain.stdout).expect("a report"));
}

#[test]
fn an_empty_report_holds_to_the_schema() {
    valid(&Folder::new().scan(&["."]).report);
}

#[test]
fn a_list_of_suppressions_holds_to_its_schema() {
    let repo = crate::util::Repo::new();
    repo.write("env", format!("{} # trufflehog:ignore -- a test\n", leak(1).line));
    repo.write("other", format!("{} #tufflehog:ignore\n{} # snout:ignore\n", leak(2).line, leak(3).line));
    repo.commit("Three");
    let who = ["--reviewer", "Eve <eve@example.org>", "--reason", "x", "--expires", "2020-01-01", "--scope", "*"];
    repo.snout(&[&["suppressions", "accept", "env"], &who[..]].concat());
    let list: Value = serde_json::from_str(&repo.snout(&["suppressions", "--format", "json"]).stdout).expect("a list");
    assert_eq!(
        (list["suppressions"].as_array().map(Vec::len), list["unused"].as_array().map(Vec::len)),
        (Some(2), Some(1))
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/suppressions.schema.json");
    let mut own: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a schema")).expect("JSON");
    // The definitions of the other schema, so that nothing is fetched.
    let text = own.to_string().replace("report.schema.json#/$defs", "#/$defs");
    own = serde_json::from_str(&text).expect("JSON");
    own["$defs"] = schema()["$defs"].clone();
    let validator = jsonschema::validator_for(&own).expect("a schema");
    let faults: Vec<String> =
        validator.iter_errors(&list).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let mut odd = list.clone();
    odd["suppressions"][0]["surprise"] = json!(1);
    assert!(!validator.is_valid(&odd));
}

#[test]
fn a_field_that_the_schema_does_not_know_is_a_fault() {
    let folder = Folder::new();
    folder.write("env", leak(1).line);
    let report = folder.scan(&["."]).report;
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    assert!(validator.is_valid(&report));
    for place in [
        "",
        "/tool",
        "/coverage",
        "/coverage/canary",
        "/findings/0",
        "/findings/0/occurrences/0",
        "/findings/0/occurrences/0/snippet",
    ] {
        let mut changed = report.clone();
        let object = changed.pointer_mut(place).and_then(Value::as_object_mut).expect("an object");
        object.insert("surprise".into(), json!(1));
        assert!(!validator.is_valid(&changed), "a new field of '{place}' goes unnoticed");
        let names: Vec<String> =
            report.pointer(place).and_then(Value::as_object).expect("an object").keys().cloned().collect();
        for name in names {
            let mut changed = report.clone();
            changed.pointer_mut(place).expect("an object")[&name] = json!({"not": "this"});
            assert!(!validator.is_valid(&changed), "'{place}/{name}' may be anything");
        }
    }
}
