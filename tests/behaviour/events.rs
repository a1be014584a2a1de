//! `--range auto`: each event of a CI service, played on a repository of its own.

use std::path::Path;

use serde_json::{Value, json};

use crate::util::{Folder, Leak, Repo, Scanned, leak, program};

const ZERO: &str = "0000000000000000000000000000000000000000";

/// Runs `snout scan --range auto` as a job of GitHub Actions.
fn github(folder: &Path, event: &str, payload: &Value) -> Scanned {
    let files = Folder::new();
    let event_file = files.write("event.json", payload.to_string());
    let report = files.at("report.json");
    let mut command = program(folder);
    command.args(["scan", "--range", "auto", "--format", "json", "--reveal", "--output"]).arg(&report);
    command.env("GITHUB_EVENT_NAME", event).env("GITHUB_EVENT_PATH", event_file);
    scanned(command, &report)
}

fn scanned(mut command: std::process::Command, report: &Path) -> Scanned {
    let out = command.output().expect("the binary runs");
    let stderr = String::from_utf8_lossy(&out.stderr).into_owned();
    let text = std::fs::read_to_string(report).unwrap_or_else(|_| "null".into());
    Scanned { code: out.status.code(), report: serde_json::from_str(&text).expect("a report"), stderr }
}

/// `main` with an old secret and a later one, and `topic` with one of its own.
struct Story {
    repo: Repo,
    old: Leak,
    later: Leak,
    topic: Leak,
    first: String,
    main: String,
    head: String,
}

impl Story {
    fn new() -> Self {
        let (repo, old, later, topic) = (Repo::new(), leak(1), leak(2), leak(3));
        repo.add("old.env", &old.line);
        let first = repo.add("readme", "A project.\n");
        repo.git(&["checkout", "-q", "-b", "topic"]);
        let head = repo.add("topic.env", &topic.line);
        repo.git(&["checkout", "-q", "main"]);
        let main = repo.add("later.env", &later.line);
        Story { repo, old, later, topic, first, main, head }
    }

    /// A clone as a CI service makes it: branches are those of the remote, and HEAD is detached.
    fn checkout(&self, commit: &str) -> Folder {
        let clone = Folder::new();
        let url = format!("file://{}", self.repo.path().display());
        let at = clone.path().display().to_string();
        self.repo.git(&["clone", "-q", &url, &at]);
        self.repo.git(&["-C", &at, "checkout", "-q", "--detach", commit]);
        self.repo.try_git(&["-C", &at, "branch", "-q", "-D", "main"]);
        clone
    }

    /// Which of the old, the later and the topic's secret were told.
    fn told(&self, found: &Scanned) -> [bool; 3] {
        [&self.old, &self.later, &self.topic].map(|one| !found.places(one).is_empty())
    }

    fn push(&self, name: &str, before: &str, after: &str) -> Value {
        json!({ "ref": name, "before": before, "after": after, "repository": { "default_branch": "main" } })
    }
}

#[test]
fn a_pull_request_is_what_its_merge_adds() {
    let story = Story::new();
    story.repo.git(&["checkout", "-q", "--detach", "main"]);
    story.repo.git(&["merge", "-q", "--no-ff", "-m", "Merge topic", "topic"]);
    let merge = story.repo.git(&["rev-parse", "HEAD"]);
    story.repo.git(&["branch", "-q", "merge", &merge]);
    let payload = json!({ "pull_request": { "base": { "sha": story.first }, "head": { "sha": story.head } } });
    let found = github(story.checkout(&merge).path(), "pull_request", &payload);
    assert_eq!((found.code, story.told(&found)), (Some(1), [false, false, true]), "the base moved on: not its secrets");
    let found = github(story.checkout(&story.head).path(), "pull_request", &payload);
    assert_eq!(story.told(&found), [false, false, true], "a checkout of the head");
    let found = github(story.checkout(&story.main).path(), "pull_request_target", &payload);
    assert_eq!(story.told(&found), [false, false, true], "a checkout of the base does not hide the head");
}

#[test]
fn a_pull_request_whose_commits_are_not_there_is_an_error_that_says_what_to_do() {
    let story = Story::new();
    let payload = json!({ "pull_request": { "base": { "sha": "a".repeat(40) }, "head": { "sha": story.head } } });
    let found = github(story.checkout(&story.head).path(), "pull_request", &payload);
    assert_eq!(found.code, Some(2));
    assert!(found.stderr.contains("fetch-depth: 0"), "{}", found.stderr);
}

#[test]
fn a_shallow_checkout_of_a_merge_is_enough_only_if_its_commits_are_there() {
    let story = Story::new();
    story.repo.git(&["checkout", "-q", "--detach", "main"]);
    story.repo.git(&["merge", "-q", "--no-ff", "-m", "Merge topic", "topic"]);
    story.repo.git(&["branch", "-q", "merge", "HEAD"]);
    let clone = |depth: &str| {
        let folder = Folder::new();
        let (url, at) = (format!("file://{}", story.repo.path().display()), folder.path().display().to_string());
        story.repo.git(&["clone", "-q", "--depth", depth, "--branch", "merge", &url, &at]);
        folder
    };
    let payload = json!({ "pull_request": { "base": { "sha": story.main }, "head": { "sha": story.head } } });
    assert_eq!(github(clone("1").path(), "pull_request", &payload).code, Some(2));
    let found = github(clone("2").path(), "pull_request", &payload);
    assert!(found.incomplete() && !found.places(&story.topic).is_empty(), "{}", found.skipped());
    let found = github(clone("3").path(), "pull_request", &payload);
    assert_eq!((found.incomplete(), story.told(&found)), (false, [false, false, true]), "{}", found.skipped());
}

#[test]
fn a_push_is_what_it_adds_to_what_was_there() {
    let story = Story::new();
    let payload = story.push("refs/heads/main", &story.first, &story.main);
    let found = github(story.checkout(&story.main).path(), "push", &payload);
    assert_eq!((found.code, story.told(&found)), (Some(1), [false, true, false]));
}

#[test]
fn a_new_branch_is_what_it_adds_to_the_default_branch() {
    let story = Story::new();
    let payload = story.push("refs/heads/topic", ZERO, &story.head);
    assert_eq!(story.told(&github(story.checkout(&story.head).path(), "push", &payload)), [false, false, true]);
}

#[test]
fn a_forced_branch_whose_old_commit_is_gone_is_what_it_adds_to_the_default_branch() {
    let story = Story::new();
    let payload = story.push("refs/heads/topic", &"a".repeat(40), &story.head);
    assert_eq!(story.told(&github(story.checkout(&story.head).path(), "push", &payload)), [false, false, true]);
}

#[test]
fn a_first_or_forced_push_of_the_default_branch_reads_everything() {
    let story = Story::new();
    for before in [ZERO.to_owned(), "a".repeat(40)] {
        let payload = story.push("refs/heads/main", &before, &story.main);
        let found = github(story.checkout(&story.main).path(), "push", &payload);
        assert_eq!(story.told(&found), [true, true, true]);
    }
}

#[test]
fn a_push_of_the_same_commit_reads_that_commit() {
    let story = Story::new();
    let payload = story.push("refs/heads/main", &story.main, &story.main);
    let found = github(story.checkout(&story.main).path(), "push", &payload);
    assert_eq!((found.code, story.told(&found)), (Some(1), [false, true, false]));
}

#[test]
fn a_push_of_the_same_merge_is_judged_by_what_it_merges_into() {
    let story = Story::new();
    let repo = &story.repo;
    repo.add(".snout.toml", "[suppressions]\nnever = ['genesys-*']\n");
    repo.git(&["checkout", "-q", "topic"]);
    repo.git(&["checkout", "-q", "-b", "merge", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "topic"]);
    let line = format!("{} # trufflehog:ignore\n", leak(4).line.trim_end());
    repo.write("merged.env", line);
    repo.write(".snout.toml", "");
    let merge = repo.commit("Merge topic");
    let payload = story.push("refs/heads/merge", &merge, &merge);
    let found = github(story.checkout(&merge).path(), "push", &payload);
    assert_eq!((found.code, found.places(&leak(4)).len()), (Some(1), 1), "{}", found.notes());
}

#[test]
fn a_deleted_branch_adds_nothing() {
    let story = Story::new();
    let mut payload = story.push("refs/heads/topic", &story.head, ZERO);
    payload["deleted"] = json!(true);
    let found = github(story.checkout(&story.main).path(), "push", &payload);
    assert_eq!((found.code, story.told(&found)), (Some(0), [false; 3]), "{}", found.stderr);
}

#[test]
fn a_merge_queue_is_what_its_head_adds_to_its_base() {
    let story = Story::new();
    let payload = json!({ "merge_group": { "base_sha": story.first, "head_sha": story.head } });
    assert_eq!(story.told(&github(story.checkout(&story.head).path(), "merge_group", &payload)), [false, false, true]);
}

#[test]
fn tags_schedules_and_dispatches_read_everything() {
    let story = Story::new();
    let tag = story.push("refs/tags/v1", ZERO, &story.main);
    for (event, payload) in [("push", tag), ("schedule", json!({})), ("workflow_dispatch", json!({}))] {
        let found = github(story.checkout(&story.main).path(), event, &payload);
        assert_eq!(story.told(&found), [true, true, true], "{event}");
    }
}

#[test]
fn gitlab_tells_through_its_variables() {
    let story = Story::new();
    let run = |commit: &str, variables: &[(&str, &str)]| {
        let (clone, files) = (story.checkout(commit), Folder::new());
        let report = files.at("report.json");
        let mut command = program(clone.path());
        command.args(["scan", "--range", "auto", "--format", "json", "--reveal", "--output"]).arg(&report);
        command.env("GITLAB_CI", "true").env("CI_DEFAULT_BRANCH", "main").env_remove("GITHUB_EVENT_NAME");
        command.envs(variables.iter().copied());
        let found = scanned(command, &report);
        story.told(&found)
    };
    let request =
        [("CI_PIPELINE_SOURCE", "merge_request_event"), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", story.first.as_str())];
    assert_eq!(run(&story.head, &request), [false, false, true]);
    let (source, branch) = (("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "main"));
    let push = [source, branch, ("CI_COMMIT_BEFORE_SHA", &story.first), ("CI_COMMIT_SHA", &story.main)];
    assert_eq!(run(&story.main, &push), [false, true, false]);
    let new = [source, ("CI_COMMIT_BRANCH", "topic"), ("CI_COMMIT_BEFORE_SHA", ZERO), ("CI_COMMIT_SHA", &story.head)];
    assert_eq!(run(&story.head, &new), [false, false, true]);
    assert_eq!(run(&story.main, &[("CI_PIPELINE_SOURCE", "schedule")]), [true, true, true]);
}

#[test]
fn a_new_branch_of_a_clone_without_the_default_one_brings_no_baseline_of_its_own() {
    let story = Story::new();
    let repo = &story.repo;
    repo.git(&["checkout", "-q", "topic"]);
    assert_eq!(repo.snout(&["baseline", "create", "--no-history"]).code, Some(0));
    let head = repo.commit("A baseline that knows all there is");
    let clone = Folder::new();
    let (url, at) = (format!("file://{}", repo.path().display()), clone.path().display().to_string());
    // GitLab's runners fetch the branch of the pipeline and no other.
    repo.git(&["clone", "-q", "--single-branch", "--branch", "topic", &url, &at]);
    let report = clone.at(".git/report.json");
    let mut command = program(clone.path());
    command.args(["scan", "--range", "auto", "--baseline", ".snout/baseline.json", "--format", "json", "--reveal"]);
    command.arg("--output").arg(&report).env("GITLAB_CI", "true").env("CI_DEFAULT_BRANCH", "main");
    command.env("CI_PIPELINE_SOURCE", "push").env("CI_COMMIT_BRANCH", "topic").env("CI_COMMIT_SHA", &head);
    command.env("CI_COMMIT_BEFORE_SHA", ZERO).env_remove("GITHUB_EVENT_NAME");
    let found = scanned(command, &report);
    assert_eq!((found.code, story.told(&found)), (Some(1), [true, false, true]), "{}", found.notes());
    assert!(found.notes().contains("counts for nothing") && found.notes().contains("fetch it"), "{}", found.notes());
}

#[test]
fn outside_of_a_known_service_it_is_an_error() {
    let story = Story::new();
    let mut command = program(story.repo.path());
    command.args(["scan", "--range", "auto"]).env_remove("GITHUB_EVENT_NAME").env_remove("GITLAB_CI");
    let out = command.output().expect("the binary runs");
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("--range origin/main..HEAD"));
}

#[test]
fn a_branch_that_only_the_remote_has_is_an_end_of_a_range() {
    let story = Story::new();
    let clone = story.checkout(&story.head);
    let found = clone.scan(&["--range", "main..HEAD"]);
    assert_eq!(story.told(&found), [false, false, true]);
}
