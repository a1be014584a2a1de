//! Rules of the user's own: added, replacing, left out; and the words for those that cannot be used.

use crate::util::{Folder, Run, leak};

/// A rule file of one rule; `how` is the line with its pattern.
pub(crate) fn rule(id: &str, code: &str, how: &str) -> String {
    format!(
        "[[rule]]\nid = \"{id}\"\ncode = \"{code}\"\ntitle = \"Acme key\"\ndescription = \"Opens Acme.\"\n\
         remediation = \"Replace it.\"\nseverity = \"high\"\nprecision = \"high\"\nliterals = [\"acme_\"]\n{how}\n\
         references = [\"https://example.org/acme\"]\n\
         match = [\"acme_{{{{lower 20}}}}\", \"x=acme_{{{{lower 20}}}}\"]\n\
         miss = [{{ text = \"acme_x\", why = \"too short\" }}, {{ text = \"acme\", why = \"a name\" }}]\n"
    )
}

const PATTERN: &str = "pattern = 'acme_(?<secret>[a-z0-9]{20})'";

fn with_rules(text: &str) -> (Folder, Run) {
    let folder = Folder::new();
    folder.write("my.toml", text);
    folder.write("src/a", format!("key = acme_{}\n{}\n", "q3k9z7m1x5".repeat(2), leak(1).line));
    let run = folder.snout(&["scan", "--format", "jsonl", "--rules", "my.toml", "src"]);
    (folder, run)
}

#[track_caller]
fn refused(text: &str, words: &[&str]) {
    let (_, run) = with_rules(text);
    assert_eq!(run.code, Some(2), "{}", run.all());
    assert!(run.stdout.is_empty());
    for word in words.iter().chain(&["my.toml"]) {
        assert!(run.stderr.contains(word), "no {word:?} in {}", run.stderr);
    }
}

#[test]
fn a_rule_file_adds_its_rules() {
    let (folder, run) = with_rules(&rule("acme-key", "ACM0001", PATTERN));
    let rules: Vec<_> = run.lines().iter().map(|line| line["rule"].as_str().map(str::to_owned)).collect();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        rules.contains(&Some("acme-key".into())) && rules.contains(&Some("genesys-client-secret".into())),
        "{rules:?}"
    );
    assert_eq!(folder.snout(&["rules", "check", "my.toml"]).code, Some(0));
    assert!(folder.snout(&["rules", "list", "--rules", "my.toml"]).stdout.contains("ACM0001"));
    assert!(folder.snout(&["rules", "show", "acme-key", "--rules", "my.toml"]).stdout.contains("Opens Acme."));
}

#[test]
fn a_digit_in_a_literal_stands_for_all_and_a_head_hides_nothing() {
    let how = "pattern = '[a-z]{4}_(?<secret>[a-z0-9]{20})'\nhead = '_[a-z0-9]{20}'";
    let (folder, run) = with_rules(&rule("acme-key", "ACM0001", how).replace("\"acme_\"", "\"_[0-9a-f]\", \"_q3\""));
    assert!(run.lines().iter().any(|line| line["rule"] == "acme-key"), "{}", run.all());
    folder.write("src/a", format!("key = acme_{}\n", "7m1x5q3k9z".repeat(2)));
    assert!(folder.snout(&["scan", "--rules", "my.toml", "src"]).stdout.contains("acme-key"));
}

#[test]
fn a_rule_with_the_id_of_an_embedded_one_replaces_it() {
    let (_, run) = with_rules(&rule("genesys-client-secret", "SNT0001", PATTERN));
    let mut lines = run.lines();
    lines.retain(|line| line["rule"] != "generic-secret");
    assert_eq!((run.code, lines.len()), (Some(1), 1), "{}", run.stderr);
    assert_eq!(
        (lines[0]["rule"].as_str(), lines[0]["severity"].as_str()),
        (Some("genesys-client-secret"), Some("high"))
    );
    assert_eq!(lines[0]["start_line"], 1);
}

#[test]
fn a_config_file_adds_rule_files_beside_itself_and_leaves_rules_out() {
    let folder = Folder::new();
    folder.write("conf/my.toml", rule("acme-key", "ACM0001", PATTERN));
    folder
        .write("conf/snout.toml", "rules = [\"my.toml\"]\ndisable = [\"genesys-client-secret\", \"generic-secret\"]\n");
    folder.write("src/a", format!("key = acme_{}\n{}\n", "q3k9z7m1x5".repeat(2), leak(1).line));
    let run = folder.snout(&["scan", "--format", "jsonl", "--config", "conf/snout.toml", "src"]);
    let lines = run.lines();
    assert_eq!((run.code, lines.len()), (Some(1), 1), "{}", run.stderr);
    assert_eq!(lines[0]["rule"], "acme-key");
}

#[test]
fn a_file_that_is_not_toml_is_refused_with_its_line() {
    refused("# fine\n[[rule]\n", &["line 2"]);
}

#[test]
fn a_field_that_no_rule_has_is_refused_with_its_line() {
    let text = rule("acme-key", "ACM0001", &format!("{PATTERN}\nentropie = \"hex\""));
    refused(&text, &["entropie", "line "]);
}

#[test]
fn a_pattern_that_does_not_parse_is_refused_with_its_rule() {
    let text = format!("# a comment\n\n{}", rule("acme-key", "ACM0001", "pattern = 'acme_(?<secret>[a-z'"));
    refused(&text, &["acme-key", "line 3"]);
}

#[test]
fn a_head_that_does_not_parse_is_refused_with_its_rule() {
    refused(&rule("acme-key", "ACM0001", &format!("{PATTERN}\nhead = 'acme_['")), &["acme-key", "head"]);
}

#[test]
fn a_rule_without_literals_is_refused() {
    let text = rule("acme-key", "ACM0001", PATTERN).replace("literals = [\"acme_\"]\n", "");
    refused(&text, &["acme-key", "literal"]);
}

#[test]
fn literals_that_stand_for_too_many_are_refused() {
    let text = rule("acme-key", "ACM0001", PATTERN).replace("\"acme_\"", "\"acme_[0-9a-f][0-9a-f][0-9a-f][0-9a-f]\"");
    refused(&text, &["4096"]);
}

#[test]
fn a_check_that_does_not_exist_is_refused() {
    let text = rule("acme-key", "ACM0001", &format!("{PATTERN}\ncheck = [\"no-such-check\"]"));
    refused(&text, &["acme-key", "no-such-check"]);
}

#[test]
fn a_code_that_another_rule_has_is_refused() {
    refused(&rule("acme-key", "SNT0001", PATTERN), &["acme-key", "SNT0001", "genesys-client-secret"]);
}

#[test]
fn evidence_that_does_not_exist_is_refused() {
    let text = rule("acme-key", "ACM0001", &format!("{PATTERN}\nrequires = [{{ evidence = \"nothing\" }}]"));
    refused(&text, &["acme-key", "nothing"]);
}

#[test]
fn a_rule_file_that_is_not_there_is_named() {
    let folder = Folder::new();
    let run = folder.snout(&["scan", "--rules", "no-such.toml", "."]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("cannot read rule file 'no-such.toml'"), "{}", run.stderr);
}

#[test]
fn rules_check_tells_all_defects_at_once() {
    let folder = Folder::new();
    let one = rule("acme-key", "ACM0001", PATTERN).replace("acme_x", "acme_q3k9z7m1x5q3k9z7m1x5");
    let two = rule("acme-two", "ACM0002", PATTERN).replace("acme_{{lower 20}}\"", "nothing\"");
    folder.write("my.toml", format!("{one}\n{two}"));
    let run = folder.snout(&["rules", "check", "my.toml"]);
    assert_ne!(run.code, Some(0));
    assert!(run.all().contains("acme-key") && run.all().contains("acme-two"), "{}", run.all());
}
