//! The command line: exit codes, streams, files, messages.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::util::{Folder, Repo, fill, leak, program, snout_reads};

#[test]
fn exit_codes_tell_clean_findings_and_misuse_apart() {
    let folder = Folder::new();
    folder.write("clean/a", "nothing\n");
    folder.write("leaky/a", leak(1).line);
    assert_eq!(folder.snout(&["scan", "clean"]).code, Some(0));
    assert_eq!(folder.snout(&["scan", "leaky"]).code, Some(1));
    for misuse in [
        &["scan", "--no-such-flag"][..],
        &["scan", "--format", "xml", "clean"],
        &["scan", "--staged", "--range", "a..b"],
        &["scan", "--no-history", "--no-worktree"],
        &["scan", "--max-file-size", "much", "clean"],
        &["scan", "--exclude", "a{", "clean"],
        &["scan", "--fail-on", "maybe", "clean"],
        &["scan", "-", "clean"],
        &["no-such-command"],
    ] {
        let run = folder.snout(misuse);
        assert_eq!(run.code, Some(2), "{misuse:?}: {}", run.all());
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{misuse:?}");
    }
}

#[test]
fn a_path_that_is_not_there_is_an_error_that_names_it() {
    let folder = Folder::new();
    let run = folder.snout(&["scan", "no/such/path"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("cannot scan 'no/such/path'"), "{}", run.stderr);
    assert!(run.stdout.is_empty());
}

#[test]
fn a_client_id_alone_is_a_note_and_fails_nothing() {
    let folder = Folder::new();
    folder.write("env", fill("GENESYSCLOUD_OAUTHCLIENT_ID={{uuid4}}\n", 1));
    let found = folder.scan(&["."]);
    assert_eq!(found.code, Some(0));
    let finding = &found.report["findings"][0];
    assert_eq!((finding["rule"].as_str(), finding["severity"].as_str()), (Some("genesys-client-id"), Some("note")));
    assert_eq!(folder.scan(&["--fail-on", "low", "."]).code, Some(0));
}

#[test]
fn fail_on_names_the_lowest_severity_that_fails() {
    let folder = Folder::new();
    // A high one.
    folder.write("env", fill("GENESYSCLOUD_ACCESS_TOKEN={{b64url 64}}\n", 1));
    for (floor, code) in [("none", 0), ("critical", 0), ("high", 1), ("medium", 1), ("low", 1)] {
        let found = folder.scan(&["--fail-on", floor, "."]);
        assert_eq!(
            (found.code, found.report["findings"][0]["severity"].as_str()),
            (Some(code), Some("high")),
            "{floor}"
        );
    }
    folder.write("env", leak(1).line);
    assert_eq!(folder.scan(&["--fail-on", "critical", "."]).code, Some(1));
}

#[test]
fn a_config_file_sets_the_floor_the_limit_and_the_exclusions_and_flags_win() {
    let folder = Folder::new();
    let settings = Folder::new();
    let config = settings.write("snout.toml", "fail-on = \"none\"\nexclude = [\"vendor\"]\n");
    let config = config.to_str().expect("a path");
    folder.write("env", leak(1).line);
    folder.write("vendor/env", leak(2).line);
    let found = folder.scan(&["--config", config, "."]);
    assert_eq!((found.code, found.places(&leak(1)).len(), found.places(&leak(2)).len()), (Some(0), 1, 0));
    assert_eq!(folder.scan(&["--config", config, "--fail-on", "high", "."]).code, Some(1));
}

#[test]
fn nothing_in_the_scanned_folder_is_read_as_settings() {
    let repo = Repo::new();
    for name in ["snout.toml", ".snout.toml", ".snout/config.toml", ".config/snout.toml"] {
        repo.write(name, "fail-on = \"none\"\nexclude = [\"*\"]\ndisable = [\"genesys-client-secret\"]\n");
    }
    repo.write(".ignore", "*\n");
    repo.write(".rgignore", "*\n");
    repo.write(".snoutignore", "*\n");
    repo.add("env", leak(1).line);
    assert_eq!(repo.scan(&[]).places(&leak(1)).len(), 2);
}

#[test]
fn a_config_file_with_an_unknown_setting_is_an_error_with_its_line() {
    let folder = Folder::new();
    folder.write("snout.toml", "# settings\nfail-at = \"none\"\n");
    let run = folder.snout(&["scan", "--config", "snout.toml", "."]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("'snout.toml', line 2") && run.stderr.contains("fail-at"), "{}", run.stderr);
}

#[test]
fn standard_input_is_one_blob() {
    let folder = Folder::new();
    for flag in ["--stdin", "-"] {
        let run = snout_reads(folder.path(), &["scan", "--format", "jsonl", flag], leak(1).line.as_bytes());
        let lines = run.lines();
        assert_eq!((run.code, lines.len()), (Some(1), 1));
        assert_eq!((lines[0]["source"].as_str(), lines[0]["path"].as_str()), (Some("stdin"), Some("")));
    }
    assert_eq!(snout_reads(folder.path(), &["scan", "-"], b"nothing\n").code, Some(0));
}

#[test]
fn jsonl_has_every_promised_field() {
    let repo = Repo::new();
    repo.add("env", leak(1).line);
    let run = repo.snout(&["scan", "--no-worktree", "--format", "jsonl"]);
    let line = &run.lines()[0];
    for field in [
        "rule",
        "severity",
        "path",
        "start_line",
        "start_column",
        "end_line",
        "end_column",
        "fingerprint",
        "source",
        "commit",
        "author",
        "date",
        "at_head",
        "suppressed",
        "decoded",
    ] {
        assert!(line.get(field).is_some(), "{field} is missing in {line}");
    }
    assert!(line.get("secret").is_none(), "only --reveal brings secrets");
    assert_eq!(
        repo.snout(&["scan", "--no-worktree", "--format", "jsonl", "--reveal"]).lines()[0]["secret"],
        leak(1).secret.as_str()
    );
}

#[test]
fn jsonl_gives_the_parts_of_a_credential_lines_of_their_own() {
    let folder = Folder::new();
    let text = fill("GENESYS_CLIENT_ID={{uuid4}}\nGENESYS_CLIENT_SECRET={{b64url 32}}\n", 1);
    folder.write("env", &text);
    let lines = folder.snout(&["scan", "--format", "jsonl", "--reveal"]).lines();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    let whole = lines.iter().find(|line| line["rule"] == "genesys-client-secret").expect("the secret");
    let part = lines.iter().find(|line| line["rule"] == "genesys-client-id").expect("the id");
    assert_eq!(part["part_of"], whole["fingerprint"]);
    assert_eq!((part["start_line"].as_u64(), whole["start_line"].as_u64()), (Some(1), Some(2)));
    assert_eq!(part["secret"], text.lines().next().and_then(|line| line.split_once('=')).expect("an id").1);
}

#[test]
fn fingerprints_do_not_depend_on_the_place_but_on_the_key() {
    let folder = Folder::new();
    folder.write("a", leak(1).line);
    folder.write("sub/b", format!("# moved\n  {}\n", leak(1).line));
    let fingerprint = |command: &mut std::process::Command, path: &str| {
        let out = command.args(["scan", "--format", "json", path]).output().expect("the binary runs");
        let report: Value = serde_json::from_slice(&out.stdout).expect("a report");
        report["findings"][0]["fingerprint"].as_str().expect("a fingerprint").to_owned()
    };
    let plain = fingerprint(&mut program(folder.path()), "a");
    assert_eq!(plain, fingerprint(&mut program(folder.path()), "sub/b"));
    let keyed = fingerprint(program(folder.path()).env("SNOUT_FINGERPRINT_KEY", "a key of one's own"), "a");
    assert!(plain != keyed && plain.len() == 32 && keyed.len() == 32);
    let short = program(folder.path()).args(["scan", "a"]).env("SNOUT_FINGERPRINT_KEY", "short").output();
    assert_eq!(short.expect("the binary runs").status.code(), Some(2));
}

#[test]
fn several_reports_come_of_one_scan() {
    let folder = Folder::new();
    folder.write("src/env", leak(1).line);
    let run = folder.snout(&[
        "scan",
        "--format",
        "jsonl",
        "--output",
        "a.jsonl",
        "--report",
        "json=b.json",
        "--report",
        "jsonl=c.jsonl",
        "src",
    ]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    let read = |name: &str| std::fs::read_to_string(folder.at(name)).expect("a report");
    assert_eq!(read("a.jsonl"), read("c.jsonl"));
    let whole: Value = serde_json::from_str(&read("b.json")).expect("an object");
    assert_eq!(whole["findings"].as_array().map(Vec::len), Some(1));
    let files = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(files, 4, "no temporary file is left");
    let twice = folder.snout(&["scan", "--output", "a", "--report", "json=a", "src"]);
    assert_eq!(twice.code, Some(2));
    assert!(twice.stderr.contains("two reports"), "{}", twice.stderr);
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_that_names_it() {
    let folder = Folder::new();
    folder.write("src/env", leak(1).line);
    let run = folder.snout(&["scan", "--output", "no/such/folder/report.json", "src"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("no/such/folder"), "{}", run.stderr);
}

#[test]
fn a_reader_that_went_away_is_no_error() {
    let folder = Folder::new();
    let many: String = (0..600).map(|seed| format!("{}\n\n\n", leak(seed).line)).collect();
    folder.write("env", many);
    let mut child = program(folder.path())
        .args(["scan", "--format", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // Gone before the report, which is longer than a pipe holds, is written.
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    assert_eq!(child.wait().expect("the binary ends").code(), Some(1));
    assert!(!said.contains("panicked") && !said.contains("error"), "{said}");
}

#[test]
fn a_pipe_gets_no_colour_and_no_progress() {
    let repo = Repo::new();
    repo.add("env", leak(1).line);
    for format in ["json", "jsonl"] {
        let run = repo.snout(&["scan", "--format", format]);
        assert!(!run.all().contains('\u{1b}'), "{format}: escapes in {}", run.all());
        assert!(!run.stderr.contains('\r'));
    }
    let quiet = repo.snout(&["scan", "--format", "json", "--quiet"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(1), ""));
}

#[test]
fn help_version_completions_and_manual_are_printed() {
    let folder = Folder::new();
    for (args, holds) in [
        (&["--help"][..], "Exit codes"),
        (&["--version"], env!("CARGO_PKG_VERSION")),
        (&["scan", "-h"], "--fail-on"),
        (&["help", "formats"], "jsonl"),
        (&["help", "exit-codes"], "130"),
        (&["help", "suppressions"], "snout:ignore"),
        (&["completions", "bash"], "complete"),
        (&["man"], ".TH"),
    ] {
        let run = folder.snout(args);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{args:?}");
        assert!(run.stdout.contains(holds), "{args:?}: {}", run.stdout);
    }
    assert!(folder.snout(&["scan", "-h"]).stdout.lines().count() <= 50);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_tree_does_not_hang_the_scan() {
    let folder = Folder::new();
    let fifo = folder.at("never");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
    folder.write("env", leak(1).line);
    assert_eq!(folder.scan(&["."]).code, Some(1));
}
