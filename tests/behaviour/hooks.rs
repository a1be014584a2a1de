//! Hooks that git runs: what leaves for a remote, what arrives at a server, and their installation.

use std::path::Path;
use std::process::Output;

use crate::util::{Folder, Repo, fill, leak, program, snout_reads};

/// A repository with a remote whose hooks are the shell lines given.
struct Pair {
    repo: Repo,
    server: Folder,
}

impl Pair {
    fn new() -> Self {
        let (repo, server) = (Repo::new(), Folder::new());
        repo.git(&["init", "-q", "--bare", "-b", "main", &server.path().display().to_string()]);
        repo.git(&["remote", "add", "origin", &server.path().display().to_string()]);
        repo.add("readme", "A project.\n");
        repo.git(&["push", "-q", "origin", "main"]);
        repo.git(&["fetch", "-q", "origin"]);
        Pair { repo, server }
    }

    /// The same, with `snout hook pre-push` as its hook.
    fn watched() -> Self {
        let pair = Pair::new();
        hook(&pair.repo.at(".git/hooks/pre-push"), &format!("exec '{SNOUT}' hook pre-push \"$@\""));
        pair
    }

    fn push(&self, args: &[&str]) -> Output {
        self.repo.try_git(&[&["push", "origin"], args].concat())
    }
}

const SNOUT: &str = env!("CARGO_BIN_EXE_snout");

fn hook(path: &Path, lines: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    std::fs::write(path, format!("#!/bin/sh\n{lines}\n")).expect("a hook can be written");
    executable(path);
}

#[cfg(unix)]
fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("permissions can be set");
}

#[cfg(not(unix))]
fn executable(_path: &Path) {}

fn said(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

#[test]
fn a_secret_that_never_left_is_to_be_amended_away() {
    let pair = Pair::watched();
    pair.repo.add("app.env", leak(1).line);
    let out = pair.push(&["main"]);
    let text = said(&out);
    assert!(!out.status.success());
    assert!(text.contains("not pushed yet: amend or rebase, no rotation needed"), "{text}");
    assert!(!text.contains(&leak(1).secret) && !text.contains("rotate it"), "{text}");
    pair.repo.write("app.env", "clean\n");
    pair.repo.git(&["commit", "-q", "-a", "--amend", "-m", "Settings"]);
    assert!(pair.push(&["main"]).status.success());
}

#[test]
fn a_commit_on_top_does_not_take_a_secret_back() {
    let pair = Pair::watched();
    pair.repo.add("app.env", leak(1).line);
    pair.repo.add("app.env", "clean\n");
    assert!(!pair.push(&["main"]).status.success());
}

#[test]
fn a_secret_that_a_remote_has_is_to_be_rotated_though_the_commit_is_another() {
    let pair = Pair::new();
    let one = leak(1);
    pair.repo.git(&["checkout", "-q", "-b", "first"]);
    let commit = pair.repo.add("app.env", &one.line);
    // The same change, rebased: the older commit never left.
    pair.repo.git(&["checkout", "-q", "-b", "second", "main"]);
    pair.repo.add("readme", "Another line.\n");
    pair.repo.tick();
    pair.repo.git(&["cherry-pick", &commit]);
    let pushed = pair.repo.git(&["rev-parse", "HEAD"]);
    pair.repo.git(&["push", "-q", "--no-verify", "origin", "second"]);
    hook(&pair.repo.at(".git/hooks/pre-push"), &format!("exec '{SNOUT}' hook pre-push \"$@\""));
    let text = said(&pair.push(&["first"]));
    assert!(text.contains(&format!("already on a remote, in {}", &pushed[..10])), "{text}");
    assert!(!text.contains("no rotation needed"), "{text}");
}

#[test]
fn what_the_remote_has_is_not_read_again() {
    let pair = Pair::watched();
    pair.repo.add("app.env", leak(1).line);
    pair.repo.git(&["push", "-q", "--no-verify", "origin", "main"]);
    pair.repo.add("readme", "More.\n");
    let out = pair.push(&["main"]);
    assert!(out.status.success(), "{}", said(&out));
    assert!(said(&out).contains("Read: 1 commit, 1 blob"), "{}", said(&out));
    assert!(pair.push(&["main:refs/heads/copy"]).status.success(), "nothing leaves with a new name");
    assert!(pair.push(&[":refs/heads/copy"]).status.success(), "nothing leaves with a deletion");
}

#[test]
fn tags_and_what_they_say_leave_too() {
    let pair = Pair::watched();
    let one = leak(1);
    pair.repo.git(&["tag", "-a", "v1", "-m", &one.line]);
    let out = pair.push(&["v1"]);
    assert!(!out.status.success() && said(&out).contains("no rotation needed"), "{}", said(&out));
    pair.repo.write("app.env", leak(2).line);
    pair.repo.git(&["add", "-A"]);
    let tree = pair.repo.git(&["write-tree"]);
    pair.repo.git(&["tag", "tree", &tree]);
    assert!(!pair.push(&["tree"]).status.success(), "a tree without a commit");
    let blob = pair.repo.git(&["rev-parse", &format!("{tree}:app.env")]);
    pair.repo.git(&["tag", "blob", &blob]);
    assert!(!pair.push(&["blob"]).status.success(), "a blob without a tree");
}

#[test]
fn what_only_a_merge_holds_leaves_too() {
    let pair = Pair::watched();
    pair.repo.git(&["checkout", "-q", "-b", "side"]);
    pair.repo.add("side.txt", "side\n");
    pair.repo.git(&["push", "-q", "--no-verify", "origin", "side"]);
    pair.repo.git(&["checkout", "-q", "main"]);
    pair.repo.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    pair.repo.write("evil.env", leak(1).line);
    pair.repo.commit("Merge side");
    assert!(!pair.push(&["main"]).status.success());
}

#[test]
fn a_push_to_an_address_takes_nothing_as_known() {
    let pair = Pair::watched();
    pair.repo.add("app.env", leak(1).line);
    pair.repo.git(&["push", "-q", "--no-verify", "origin", "main"]);
    let other = Folder::new();
    let address = other.path().display().to_string();
    pair.repo.git(&["init", "-q", "--bare", &address]);
    let out = pair.repo.try_git(&["push", &address, "main"]);
    assert!(!out.status.success() && said(&out).contains("already on a remote"), "{}", said(&out));
}

#[test]
fn lines_that_git_never_writes_are_an_error() {
    let pair = Pair::new();
    for name in ["pre-push", "pre-receive"] {
        let run = snout_reads(pair.repo.path(), &["hook", name], b"what is this\n");
        assert_eq!(run.code, Some(2), "{}", run.all());
        assert!(run.stderr.contains("cannot read 'what is this'"), "{}", run.stderr);
        assert_eq!(snout_reads(pair.repo.path(), &["hook", name], b"").code, Some(0), "nothing is pushed");
    }
}

#[test]
fn a_server_refuses_a_secret_before_a_ref_names_it() {
    let pair = Pair::new();
    hook(&pair.server.at("hooks/pre-receive"), &format!("exec '{SNOUT}' hook pre-receive"));
    let before = pair.repo.git(&["ls-remote", "origin"]);
    pair.repo.git(&["checkout", "-q", "-b", "topic"]);
    pair.repo.add("app.env", leak(1).line);
    let out = pair.push(&["topic"]);
    let text = said(&out);
    assert!(!out.status.success() && text.contains("genesys-client-secret"), "{text}");
    assert!(!text.contains(&leak(1).secret), "{text}");
    assert_eq!(pair.repo.git(&["ls-remote", "origin"]), before);
    pair.repo.git(&["tag", "-a", "v1", "-m", &leak(2).line, "main"]);
    assert!(!pair.push(&["v1"]).status.success(), "a tag's message");
    pair.repo.git(&["checkout", "-q", "main"]);
    pair.repo.add("readme", "Clean.\n");
    let out = pair.push(&["main"]);
    assert!(out.status.success() && said(&out).contains("Read: 1 commit, 1 blob"), "{}", said(&out));
    assert!(pair.push(&["main:copy"]).status.success() && pair.push(&[":copy"]).status.success());
}

#[test]
fn a_server_reads_deltas_against_what_it_has() {
    let pair = Pair::new();
    hook(&pair.server.at("hooks/pre-receive"), &format!("exec '{SNOUT}' hook pre-receive"));
    let mut lines: String = (0..400).map(|number| format!("line {number} of a long file\n")).collect();
    pair.repo.add("long.txt", &lines);
    assert!(pair.push(&["main"]).status.success());
    lines.push_str(&leak(1).line);
    pair.repo.add("long.txt", &lines);
    // A thin pack leaves the base of its delta out: the server has it.
    assert!(!pair.push(&["--thin", "main"]).status.success());
}

/// Settings under which nobody may silence what [`leak`] makes.
const STRICT: &str = "[suppressions]\nnever = ['genesys-*']\n";

fn silenced(number: u64) -> String {
    format!("{} # trufflehog:ignore -- test data\n", leak(number).line.trim_end())
}

#[test]
fn a_push_cannot_set_the_policy_it_is_judged_by() {
    let pair = Pair::new();
    pair.repo.add(".snout.toml", STRICT);
    pair.repo.git(&["push", "-q", "origin", "main"]);
    pair.repo.git(&["fetch", "-q", "origin"]);
    pair.repo.git(&["checkout", "-q", "-b", "topic"]);
    pair.repo.add(".snout.toml", "");
    pair.repo.add("app.env", silenced(1));
    hook(&pair.server.at("hooks/pre-receive"), &format!("exec '{SNOUT}' hook pre-receive"));
    let out = pair.push(&["topic"]);
    assert!(!out.status.success() && said(&out).contains("genesys-client-secret"), "{}", said(&out));
    hook(&pair.repo.at(".git/hooks/pre-push"), &format!("exec '{SNOUT}' hook pre-push \"$@\""));
    let out = pair.push(&["topic"]);
    assert!(!out.status.success() && said(&out).contains("nothing was pushed"), "{}", said(&out));
}

#[test]
fn where_nothing_was_pushed_yet_a_push_makes_its_own_checks_stricter() {
    let (repo, server) = (Repo::new(), Folder::new());
    let address = server.path().display().to_string();
    repo.git(&["init", "-q", "--bare", "-b", "main", &address]);
    hook(&server.at("hooks/pre-receive"), &format!("exec '{SNOUT}' hook pre-receive"));
    repo.add("app.env", silenced(1));
    repo.add(".snout.toml", STRICT);
    let out = repo.try_git(&["push", &address, "main"]);
    assert!(!out.status.success() && said(&out).contains("genesys-client-secret"), "{}", said(&out));
}

#[test]
fn a_push_cannot_add_to_the_baseline_it_is_judged_by() {
    let pair = Pair::new();
    assert_eq!(pair.repo.snout(&["baseline", "create"]).code, Some(0));
    pair.repo.commit("The baseline");
    pair.repo.git(&["push", "-q", "origin", "main"]);
    pair.repo.git(&["checkout", "-q", "-b", "topic"]);
    pair.repo.write("app.env", leak(1).line);
    assert_eq!(pair.repo.snout(&["baseline", "update", "--add"]).code, Some(0));
    pair.repo.commit("A secret, and a baseline that knows it");
    hook(
        &pair.repo.at(".git/hooks/pre-push"),
        &format!("exec '{SNOUT}' hook pre-push --baseline .snout/baseline.json \"$@\""),
    );
    let out = pair.push(&["topic"]);
    assert!(!out.status.success() && said(&out).contains("genesys-client-secret"), "{}", said(&out));
}

/// Accepts what is silenced in a file, and commits the ledger as somebody else.
fn accepted(repo: &Repo, file: &str) {
    let args = ["suppressions", "accept", file, "--reason", "a test", "--reviewer", "Eve <eve@example.org>"];
    assert_eq!(repo.snout(&args).code, Some(0));
    repo.tick();
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "-m", "Accept it", "--author", "Eve <eve@example.org>"]);
}

#[test]
fn each_ref_of_a_push_is_judged_by_what_it_comes_on_top_of() {
    let pair = Pair::new();
    let repo = &pair.repo;
    repo.git(&["branch", "strict"]);
    repo.git(&["checkout", "-q", "strict"]);
    repo.add(".snout.toml", STRICT);
    repo.git(&["push", "-q", "origin", "main", "strict"]);
    repo.git(&["fetch", "-q", "origin"]);
    repo.add("b.env", silenced(2));
    repo.git(&["checkout", "-q", "main"]);
    repo.add("a.env", silenced(1));
    let report = repo.at(".git/report.json");
    let shown = report.display();
    hook(
        &repo.at(".git/hooks/pre-push"),
        &format!("exec '{SNOUT}' hook pre-push --format json --output '{shown}' \"$@\""),
    );
    let out = pair.push(&["main", "strict"]);
    assert!(!out.status.success(), "{}", said(&out));
    let text = std::fs::read_to_string(&report).expect("a report");
    let told: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let paths = |list: &str| -> Vec<String> {
        let all = told[list].as_array().expect("a list").iter().flat_map(|one| one["occurrences"].as_array().cloned());
        all.flatten().filter_map(|one| one["path"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!((paths("findings"), paths("suppressed")), (vec!["b.env".into()], vec!["a.env".into()]), "{told:#}");
    assert_eq!(told["coverage"]["commits"], 2);
}

#[test]
fn an_entry_of_one_ref_accepts_nothing_for_another() {
    let (repo, server) = (Repo::new(), Folder::new());
    repo.git(&["init", "-q", "--bare", "-b", "main", &server.path().display().to_string()]);
    repo.git(&["remote", "add", "origin", &server.path().display().to_string()]);
    repo.add("readme", "A project.\n");
    repo.git(&["push", "-q", "origin", "main"]);
    for (branch, number) in [("a", 1), ("b", 2)] {
        repo.git(&["checkout", "-q", "-b", branch, "main"]);
        repo.add("app.env", silenced(number));
    }
    repo.add("other.env", silenced(1));
    repo.git(&["checkout", "-q", "a"]);
    accepted(&repo, "app.env");
    let report = server.at("report.json");
    let shown = report.display();
    let lines = format!("exec '{SNOUT}' hook pre-receive --fail-on none --format json --output '{shown}'");
    hook(&server.at("hooks/pre-receive"), &lines);
    repo.git(&["push", "-q", "origin", "a", "b"]);
    let text = std::fs::read_to_string(&report).expect("a report");
    let told: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let all =
        told["suppressed"].as_array().expect("a list").iter().flat_map(|one| one["occurrences"].as_array().cloned());
    let mut status: Vec<(String, String)> = all
        .flatten()
        .map(|one| (one["path"].to_string(), one["suppression"]["status"].to_string()))
        .map(|(path, status)| (path.replace('"', ""), status.replace('"', "")))
        .collect();
    status.sort();
    let pair = |path: &str, status: &str| (path.to_owned(), status.to_owned());
    let expected = [pair("app.env", "accepted"), pair("app.env", "underReview"), pair("other.env", "underReview")];
    assert_eq!(status, expected, "{told:#}");
}

#[test]
fn hooks_are_installed_behind_those_that_are_there_and_go_again() {
    let pair = Pair::new();
    let repo = &pair.repo;
    for (name, flag) in [("pre-commit", None), ("pre-push", Some("--pre-push"))] {
        let path = repo.at(&format!(".git/hooks/{name}"));
        hook(&path, &format!("cat >> '{}'", repo.at(&format!("{name}.ran")).display()));
        let before = std::fs::read(&path).expect("a hook");
        let install: Vec<&str> = ["hook", "install"].into_iter().chain(flag).collect();
        assert_eq!(repo.snout(&install).code, Some(0));
        assert_eq!(repo.snout(&install).code, Some(0), "twice is once");
        assert_ne!(std::fs::read(&path).expect("a hook"), before);
    }
    repo.write("app.env", leak(1).line);
    repo.git(&["add", "app.env"]);
    assert!(!repo.try_git(&["commit", "-q", "-m", "x"]).status.success());
    assert!(repo.at("pre-commit.ran").exists(), "the hook that was there ran");
    repo.git(&["commit", "-q", "--no-verify", "-m", "x"]);
    assert!(!pair.push(&["main"]).status.success());
    let told = std::fs::read_to_string(repo.at("pre-push.ran")).expect("the hook that was there ran");
    assert!(told.starts_with("refs/heads/main "), "and read what git says: {told}");
    for (name, flag) in [("pre-commit", None), ("pre-push", Some("--pre-push"))] {
        let uninstall: Vec<&str> = ["hook", "install", "--uninstall"].into_iter().chain(flag).collect();
        assert_eq!(repo.snout(&uninstall).code, Some(0));
        let text = std::fs::read_to_string(repo.at(&format!(".git/hooks/{name}"))).expect("the old hook");
        assert!(text.contains(&format!("{name}.ran")), "{text}");
        assert_eq!(repo.snout(&uninstall).code, Some(2), "there is none of ours any more");
    }
}

#[test]
fn a_hook_that_was_there_and_fails_stops_the_commit() {
    let repo = Repo::new();
    hook(&repo.at(".git/hooks/pre-commit"), "exit 7");
    assert_eq!(repo.snout(&["hook", "install"]).code, Some(0));
    repo.write("readme", "A project.\n");
    repo.git(&["add", "-A"]);
    assert!(!repo.try_git(&["commit", "-q", "-m", "x"]).status.success());
}

#[test]
fn hooks_go_where_git_looks_for_them() {
    let repo = Repo::new();
    repo.git(&["config", "core.hooksPath", "tools/hooks"]);
    assert_eq!(repo.snout(&["hook", "install"]).code, Some(0));
    assert!(repo.at("tools/hooks/pre-commit").exists() && !repo.at(".git/hooks/pre-commit").exists());
    repo.write("app.env", leak(1).line);
    repo.git(&["add", "app.env"]);
    assert!(!repo.try_git(&["commit", "-q", "-m", "x"]).status.success());
    repo.git(&["worktree", "add", "-q", "--orphan", "linked"]);
    assert_eq!(crate::util::snout(&repo.at("linked"), &["hook", "install"]).code, Some(0), "a linked worktree");
}

#[test]
fn where_husky_writes_the_hooks_it_says_what_to_write_where() {
    let repo = Repo::new();
    repo.git(&["config", "core.hooksPath", ".husky/_"]);
    let run = repo.snout(&["hook", "install"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("'.husky/pre-commit'"), "{}", run.stderr);
}

/// Runs `snout hook pre-commit` as the pre-commit framework does.
fn framework(repo: &Repo, variables: &[(&str, &str)]) -> Option<i32> {
    let mut command = program(repo.path());
    command.args(["hook", "pre-commit"]).env("PRE_COMMIT", "1").envs(variables.iter().copied());
    command.output().expect("the binary runs").status.code()
}

#[test]
fn the_framework_by_hand_with_nothing_staged_reads_the_files() {
    let repo = Repo::new();
    repo.add("app.env", leak(1).line);
    assert_eq!(framework(&repo, &[]), Some(1), "'run --all-files' must not pass for having read nothing");
    let index = repo.at(".git/index").display().to_string();
    assert_eq!(framework(&repo, &[("GIT_INDEX_FILE", &index)]), Some(0), "a commit that changes nothing");
}

#[test]
fn the_framework_names_ranges_and_remotes() {
    let pair = Pair::new();
    let first = pair.repo.git(&["rev-parse", "HEAD"]);
    let second = pair.repo.add("app.env", leak(1).line);
    let third = pair.repo.add("readme", "Clean.\n");
    let range =
        |from: &str, to: &str| framework(&pair.repo, &[("PRE_COMMIT_FROM_REF", from), ("PRE_COMMIT_TO_REF", to)]);
    assert_eq!((range(&first, &third), range(&second, &third)), (Some(1), Some(0)));
    let remote = ("PRE_COMMIT_REMOTE_NAME", "origin");
    assert_eq!(framework(&pair.repo, &[remote, ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main")]), Some(1));
    pair.repo.git(&["push", "-q", "origin", "main"]);
    assert_eq!(framework(&pair.repo, &[remote, ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main")]), Some(0));
}

#[test]
fn only_what_blocks_is_told_to_be_amended() {
    let pair = Pair::watched();
    for number in 0..3 {
        pair.repo.add(&format!("{number}.env"), leak(number).line);
    }
    pair.repo.add("id.txt", fill("GENESYS_CLIENT_ID={{uuid4}}\n", 1));
    let text = said(&pair.push(&["main"]));
    assert_eq!(text.matches("no rotation needed").count(), 3, "{text}");
}
