//! What somebody silenced is reviewed: listed with who and why, held against a ledger, and told again when it changes.

use serde_json::Value;

use crate::util::{AUTHOR, Folder, Leak, Repo, Run, date, fill, leak, program, snout};

const LEDGER: &str = ".snout/suppressions.toml";
const EVE: &str = "Eve Reviewer <eve@example.org>";
/// 2023-11-20, a few days after the commits of a [`Repo`].
const TODAY: &str = "1700438400";

/// Runs the binary on the day of the tests.
fn run(folder: &Folder, args: &[&str]) -> Run {
    Run::of(program(folder.path()).env("SOURCE_DATE_EPOCH", TODAY).args(args).output().expect("the binary runs"))
}

/// `snout suppressions --format json` and more: exit code and list.
fn review(folder: &Folder, args: &[&str]) -> (Option<i32>, Value) {
    let run = run(folder, &[&["suppressions", "--format", "json"], args].concat());
    let list = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.all()));
    (run.code, list)
}

fn rows(list: &Value) -> &[Value] {
    list["suppressions"].as_array().expect("a list")
}

/// What speaks against each suppression.
fn objections(list: &Value) -> Vec<String> {
    let said = |row: &Value| row["suppression"].get("objections").map_or(String::new(), Value::to_string);
    rows(list).iter().map(|row| said(row).replace(['[', ']', '"'], "")).collect()
}

fn accept(folder: &Folder, args: &[&str]) -> Run {
    let all = [&["suppressions", "accept", "--reason", "made up for a test", "--reviewer", EVE], args].concat();
    let run = run(folder, &all);
    assert_eq!(run.code, Some(0), "{}", run.all());
    run
}

fn commit_as(repo: &Repo, who: &str, message: &str) {
    repo.tick();
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "--allow-empty", "-m", message, "--author", who]);
}

fn marked(one: &Leak) -> String {
    format!("{} # trufflehog:ignore -- test data\n", one.line)
}

/// A repository with a branch that silences a secret.
fn branch() -> Repo {
    let repo = Repo::new();
    repo.add("readme", "nothing\n");
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add("env", marked(&leak(1)));
    repo
}

#[test]
fn a_list_says_what_is_hidden_by_whom_since_when_and_why() {
    let repo = Repo::new();
    repo.add("env", marked(&leak(1)));
    repo.write("new", marked(&leak(2)));
    let (code, list) = review(&repo, &[]);
    assert_eq!(code, Some(0), "a list without --range or --check is no gate");
    let [env, new] = rows(&list) else { panic!("{list:#}") };
    let said = &env["suppression"];
    assert_eq!((env["path"].as_str(), env["rule"].as_str()), (Some("env"), Some("genesys-client-secret")));
    assert_eq!((said["author"].as_str(), said["date"].as_str()), (Some(AUTHOR), Some(date(1).as_str())));
    assert_eq!((env["age_days"].as_i64(), env["hides"].as_i64()), (Some(6), Some(1)));
    assert_eq!((said["reason"].as_str(), said["status"].as_str()), (Some("test data"), Some("underReview")));
    assert!(new["suppression"].get("author").is_none());
    let text = run(&repo, &["suppressions"]).stdout;
    assert!(text.contains("by Ada Tester <ada@example.org> on 2023-11-14, 6 days ago in "), "{text}");
    assert!(text.contains("not committed yet") && text.contains("the ledger has no entry for it"), "{text}");
    assert!(!text.contains(&leak(1).secret));
    assert_eq!(review(&repo, &["--check"]).0, Some(1));
}

#[test]
fn a_marker_tells_how_many_secrets_it_hides() {
    let folder = Folder::new();
    folder.write("env", format!("{}; {} # snout:ignore\n", leak(1).line, leak(2).line));
    let (_, list) = review(&folder, &[]);
    assert_eq!(rows(&list).iter().map(|row| row["hides"].as_i64()).collect::<Vec<_>>(), [Some(2), Some(2)]);
}

#[test]
fn markers_that_silence_nothing_are_listed_misspelt_ones_with_what_was_meant() {
    let folder = Folder::new();
    folder.write("a", format!("{} #tufflehog:ignore\nnothing # gitleaks:allow\n", leak(1).line));
    let (_, list) = review(&folder, &[]);
    let unused: Vec<_> = list["unused"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["line"].as_u64(), one["marker"].as_str(), one["meant"].as_str()))
        .collect();
    let expected =
        [(Some(1), Some("tufflehog:ignore"), Some("trufflehog:ignore")), (Some(2), Some("gitleaks:allow"), None)];
    assert_eq!(unused, expected);
}

#[test]
fn a_range_fails_until_somebody_else_accepts_what_it_silences() {
    let repo = branch();
    let (code, list) = review(&repo, &["--range", "main..topic"]);
    assert_eq!((code, objections(&list)), (Some(1), vec!["no-entry".to_owned()]));
    accept(&repo, &["env:1"]);
    repo.commit("The author accepts it");
    let (code, list) = review(&repo, &["--range", "main..topic"]);
    assert_eq!((code, objections(&list)), (Some(1), vec!["same-author".to_owned()]));
    repo.git(&["reset", "-q", "--soft", "HEAD~1"]);
    commit_as(&repo, EVE, "Eve accepts it");
    let (code, list) = review(&repo, &["--range", "main..topic"]);
    assert_eq!((code, objections(&list)), (Some(0), vec![String::new()]), "{list:#}");
    let said = &rows(&list)[0]["suppression"];
    assert_eq!((said["status"].as_str(), said["entry"]["author"].as_str()), (Some("accepted"), Some(EVE)));
    assert_eq!(said["entry"]["reason"], "made up for a test");
    repo.add("env", marked(&leak(2)));
    let (code, list) = review(&repo, &["--range", "main..topic"]);
    assert_eq!(code, Some(1), "another value is another matter");
    assert_eq!(list["blocking"], 1);
}

#[test]
fn an_entry_that_the_author_changes_after_the_review_is_the_authors() {
    let repo = branch();
    accept(&repo, &["env", "--expires", "2024-01-01"]);
    commit_as(&repo, EVE, "Eve accepts it for a while");
    assert_eq!(review(&repo, &["--range", "main..topic"]).0, Some(0));
    let text = std::fs::read_to_string(repo.at(LEDGER)).expect("a ledger");
    repo.add(LEDGER, text.replace("2024-01-01", "2034-01-01"));
    let (code, list) = review(&repo, &["--range", "main..topic"]);
    assert_eq!((code, objections(&list)), (Some(1), vec!["same-author".to_owned()]));
}

#[test]
fn a_branch_cannot_set_the_policy_it_is_judged_by() {
    let lax = "[suppressions]\nfour-eyes = false\nrequire-entry = false\n";
    let repo = branch();
    repo.add(".snout.toml", lax);
    assert_eq!(review(&repo, &["--range", "main..topic"]).0, Some(1));
    repo.git(&["checkout", "-q", "main"]);
    repo.add(".snout.toml", lax);
    repo.git(&["checkout", "-q", "topic"]);
    let (code, list) = review(&repo, &["--range", "main..topic"]);
    assert_eq!(code, Some(0), "what was merged counts: {list:#}");
    assert!(list["coverage"]["notes"].to_string().contains("'.snout.toml' of commit"), "{list:#}");
}

#[test]
fn what_was_accepted_before_the_range_needs_no_second_review() {
    let repo = branch();
    accept(&repo, &["env"]);
    repo.commit("A squash has one author");
    let before = repo.git(&["rev-parse", "HEAD"]);
    repo.add("copy", marked(&leak(1)));
    let (code, list) = review(&repo, &["--range", &format!("{before}..topic")]);
    assert_eq!((code, objections(&list)), (Some(0), vec![String::new()]));
}

#[test]
fn a_range_lists_what_it_changes_and_not_what_it_moves() {
    let repo = branch();
    let before = repo.git(&["rev-parse", "HEAD"]);
    let range = format!("{before}..topic");
    repo.add("env", format!("first\n\n{}", marked(&leak(1))));
    repo.git(&["mv", "env", "moved"]);
    repo.commit("Move it");
    let (code, list) = review(&repo, &["--range", &range]);
    assert_eq!((code, rows(&list).len()), (Some(0), 0), "{list:#}");
    repo.add("moved", format!("first\n\n{} # trufflehog:ignore -- for ever\n", leak(1).line));
    assert_eq!(review(&repo, &["--range", &range]).0, Some(1), "another reason is a change");
}

#[test]
fn a_marker_above_a_secret_that_was_there_before_is_listed() {
    let repo = Repo::new();
    let before = repo.add("env", format!("first\n{}\n", leak(1).line));
    repo.add("env", format!("first\n# pragma: allowlist nextline secret\n{}\n", leak(1).line));
    let (code, list) = review(&repo, &["--range", &format!("{before}..HEAD")]);
    assert_eq!((code, rows(&list).len()), (Some(1), 1));
}

#[test]
fn a_marker_that_comes_to_stand_above_a_secret_by_what_is_taken_out_is_listed() {
    let repo = Repo::new();
    let marker = "# pragma: allowlist nextline secret";
    let before = repo.add("env", format!("{marker}\nport = 80\n{}\n", leak(1).line));
    repo.add("env", format!("{marker}\n{}\n", leak(1).line));
    let (code, list) = review(&repo, &["--range", &format!("{before}..HEAD")]);
    assert_eq!((code, rows(&list).len()), (Some(1), 1));
    // What was silenced before is nothing new, wherever in the file.
    let last = repo.add("env", format!("# more\n{marker}\n{}\n", leak(1).line));
    let (code, list) = review(&repo, &["--range", &format!("{last}~1..HEAD")]);
    assert_eq!((code, rows(&list).len()), (Some(0), 0));
}

#[test]
fn a_suppression_that_came_and_went_within_a_range_is_listed() {
    let repo = branch();
    repo.git(&["rm", "-q", "env"]);
    repo.commit("Away with it");
    let (code, list) = review(&repo, &["--range", "main..topic"]);
    assert_eq!((code, rows(&list)[0]["at_head"].as_bool()), (Some(1), Some(false)));
    let text = run(&repo, &["suppressions", "--range", "main..topic"]).stdout;
    assert!(text.contains("not at HEAD") && text.contains("take the commit out of the branch"), "{text}");
}

#[test]
fn an_entry_for_a_value_that_is_not_there_fails_a_range() {
    let repo = branch();
    accept(&repo, &["env"]);
    let ledger = std::fs::read_to_string(repo.at(LEDGER)).expect("a ledger");
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["checkout", "-q", "-b", "waiting"]);
    repo.write(LEDGER, ledger);
    commit_as(&repo, EVE, "An entry that waits");
    let (code, list) = review(&repo, &["--range", "main..waiting"]);
    assert_eq!((code, list["unused"][0]["marker"].as_str()), (Some(1), Some("ledger")));
}

#[test]
fn an_entry_for_a_secret_that_was_there_before_is_held_against_its_author() {
    let repo = Repo::new();
    let before = repo.add("data.json", fill("{\"genesys_client_secret\": \"{{b64url 32}}\"}\n", 1));
    accept(&repo, &["data.json"]);
    repo.commit("Ada accepts her own");
    let range = format!("{before}..HEAD");
    let (code, list) = review(&repo, &["--range", &range]);
    assert_eq!((code, objections(&list)), (Some(1), vec!["same-author".to_owned()]));
    repo.git(&["reset", "-q", "--soft", "HEAD~1"]);
    commit_as(&repo, EVE, "Eve accepts it");
    assert_eq!(review(&repo, &["--range", &range]).0, Some(0));
}

#[test]
fn the_ledger_silences_where_no_comment_can_stand() {
    let repo = Repo::new();
    let text = fill("{\"genesys_client_secret\": \"{{b64url 32}}\"}\n", 1);
    repo.add("data.json", &text);
    repo.add("copy.json", &text);
    accept(&repo, &["data.json:1", "--scope", "data.json"]);
    let scan = |day: &str| {
        let args = ["scan", "--no-history", "--format", "json"];
        let run = Run::of(program(repo.path()).env("SOURCE_DATE_EPOCH", day).args(args).output().expect("runs"));
        (run.code, serde_json::from_str::<Value>(&run.stdout).expect("a report"))
    };
    let (code, report) = scan(TODAY);
    assert_eq!(code, Some(1), "the copy is out of the entry's scope");
    let said = &report["suppressed"][0]["occurrences"][0]["suppression"];
    assert_eq!((said["kind"].as_str(), said["status"].as_str()), (Some("external"), Some("accepted")));
    assert_eq!((said["path"].as_str(), said["line"].as_u64()), (Some(LEDGER), Some(6)));
    assert_eq!(report["findings"][0]["occurrences"][0]["path"], "copy.json");
    accept(&repo, &["copy.json", "--expires", "2023-12-01"]);
    assert_eq!(scan(TODAY).0, Some(0));
    let (code, report) = scan("1701500000");
    assert_eq!(code, Some(1), "an entry that has expired silences nothing");
    let said = &report["findings"][0]["occurrences"][0]["suppression"];
    assert_eq!((said["status"].as_str(), said["objections"][0].as_str()), (Some("rejected"), Some("expired")));
    let notes = report["coverage"]["notes"].to_string();
    assert!(notes.contains("has expired (2023-12-01)") && notes.contains("made up for a test"), "{notes}");
}

#[test]
fn a_marker_whose_entry_expired_still_silences_and_fails_the_review() {
    let repo = Repo::new();
    repo.add("env", marked(&leak(1)));
    accept(&repo, &["env", "--expires", "2023-11-19"]);
    assert_eq!(repo.scan(&["--no-history"]).code, Some(0));
    let (code, list) = review(&repo, &["--check"]);
    assert_eq!((code, objections(&list)), (Some(1), vec!["expired".to_owned()]));
}

#[test]
fn a_policy_limits_the_life_of_entries_and_asks_for_reasons() {
    let repo = Repo::new();
    repo.write("env", format!("{} # snout:ignore\n", leak(1).line));
    repo.add(".snout.toml", "[suppressions]\nmax-life-days = 30\n");
    accept(&repo, &["env", "--expires", "2024-11-19"]);
    assert_eq!(objections(&review(&repo, &[]).1), ["too-long"]);
    repo.write("policy.toml", "[suppressions]\nrequire-entry = false\nrequire-reason = true\n");
    std::fs::remove_file(repo.at(LEDGER)).expect("it is there");
    let (code, list) = review(&repo, &["--check", "--config", "policy.toml"]);
    assert_eq!((code, objections(&list)), (Some(1), vec!["no-reason".to_owned()]));
    repo.write("env", marked(&leak(1)));
    assert_eq!(review(&repo, &["--check", "--config", "policy.toml"]).0, Some(0));
}

#[test]
fn nobody_silences_a_genesys_pair_but_an_operator() {
    let pair = |marker: &str| {
        fill(&format!("GENESYS_CLIENT_ID={{{{uuid4}}}}\nGENESYS_CLIENT_SECRET={{{{b64url 32}}}} {marker}\n"), 3)
    };
    let repo = Repo::new();
    repo.add("env", pair("# trufflehog:ignore"));
    let found = repo.scan(&["--no-history"]);
    assert_eq!(found.code, Some(1));
    let said = &found.report["findings"][0]["occurrences"][0]["suppression"];
    assert_eq!((said["status"].as_str(), said["objections"][0].as_str()), (Some("rejected"), Some("never-suppressed")));
    assert_eq!(repo.scan(&["--no-worktree"]).code, Some(1), "in history neither");
    let refused = run(&repo, &["suppressions", "accept", "env", "--reason", "x", "--reviewer", EVE]);
    assert_eq!(refused.code, Some(2), "{}", refused.all());
    assert!(refused.stderr.contains("nobody silence"), "{}", refused.stderr);
    let lax = "[suppressions]\nnever = []\n";
    repo.add(".snout.toml", lax);
    let found = repo.scan(&["--no-history"]);
    assert_eq!(found.code, Some(1), "its own settings cannot allow it");
    assert!(found.notes().contains("not followed: suppressions.never"), "{}", found.notes());
    assert_eq!(repo.scan(&["--no-history", "--config", ".snout.toml"]).code, Some(0), "an operator can");
}

#[test]
fn a_marker_may_be_bound_to_its_value() {
    let folder = Folder::new();
    let one = leak(1);
    folder.write("env", format!("{}\n", one.line));
    let found = folder.scan(&["."]);
    let digits = found.report["findings"][0]["fingerprint"].as_str().expect("a fingerprint")[..10].to_owned();
    folder.write("env", format!("{} # snout:ignore[{digits}]\n", one.line));
    assert_eq!(folder.scan(&["."]).code, Some(0));
    let other = leak(2);
    folder.write("env", format!("{} # snout:ignore[{digits}]\n", other.line));
    let found = folder.scan(&["."]);
    assert_eq!(found.code, Some(1));
    assert_eq!(found.places(&other)[0]["suppression"]["objections"][0], "other-value");
    for few in ["", &digits[..5], "nonsense"] {
        folder.write("env", format!("{} # snout:ignore[{few}]\n", one.line));
        assert_eq!(folder.scan(&["."]).code, Some(1), "[{few}]");
    }
}

#[test]
fn a_marker_may_name_the_rule_it_is_for() {
    let folder = Folder::new();
    for (rule, code) in [("genesys-client-secret", 0), ("SNT0001", 0), ("aws-secret-key", 1)] {
        folder.write("env", format!("{} # snout:ignore rule={rule} -- a test\n", leak(1).line));
        assert_eq!(folder.scan(&["."]).code, Some(code), "{rule}");
    }
}

#[test]
fn settings_of_a_scanned_repository_make_checks_stricter_and_blind_nothing() {
    let repo = Repo::new();
    repo.add("env", leak(1).line);
    repo.add(
        ".snout.toml",
        "exclude = ['env']\ndisable = ['genesys-client-secret']\nmax-file-size = 1\nfail-on = 'none'\n",
    );
    let found = repo.scan(&["--no-history"]);
    assert_eq!((found.code, found.places(&leak(1)).len()), (Some(1), 1));
    assert!(found.notes().contains("not followed: disable, exclude, max-file-size, fail-on"), "{}", found.notes());
    let named = repo.scan(&["--no-history", "--config", ".snout.toml"]);
    assert!(named.places(&leak(1)).is_empty());
    repo.add(".snout.toml", "nonsense = 1\n");
    let found = repo.scan(&["--no-history"]);
    assert_eq!((found.code, found.incomplete()), (Some(1), true));
    assert!(found.skipped().contains("'.snout.toml': cannot be used"), "{}", found.skipped());
}

#[test]
fn a_ledger_that_cannot_be_read_accepts_nothing_and_is_told() {
    let repo = Repo::new();
    repo.add("env", marked(&leak(1)));
    accept(&repo, &["env"]);
    assert_eq!(review(&repo, &["--check"]).0, Some(0));
    let good = std::fs::read_to_string(repo.at(LEDGER)).expect("a ledger");
    repo.write(LEDGER, format!("{good}surprise = 1\n"));
    let (code, list) = review(&repo, &["--check"]);
    assert_eq!((code, objections(&list)), (Some(1), vec!["no-entry".to_owned()]));
    assert!(list["coverage"]["skipped"].to_string().contains("accepts nothing"), "{list:#}");
    #[cfg(unix)]
    {
        std::fs::remove_file(repo.at(LEDGER)).expect("it is there");
        let elsewhere = repo.write("elsewhere.toml", good);
        std::os::unix::fs::symlink(elsewhere, repo.at(LEDGER)).expect("a link");
        assert_eq!(review(&repo, &["--check"]).0, Some(1), "a link is not followed");
    }
}

#[test]
fn a_ledger_of_another_key_is_told() {
    let repo = Repo::new();
    repo.add("env", marked(&leak(1)));
    accept(&repo, &["env"]);
    let other = program(repo.path())
        .env("SNOUT_FINGERPRINT_KEY", "a key of one's own for a test")
        .args(["suppressions", "--check"])
        .output()
        .expect("the binary runs");
    let other = Run::of(other);
    assert_eq!(other.code, Some(1), "{}", other.all());
    assert!(other.stdout.contains("made with another key"), "{}", other.stdout);
}

#[test]
fn accepting_asks_for_a_reason_and_something_to_accept() {
    let repo = Repo::new();
    repo.add("env", marked(&leak(1)));
    for (args, says) in [
        (vec!["env"], "--reason"),
        (vec!["env", "--reason", " "], "reason is empty"),
        (vec!["nothing", "--reason", "x"], "no suppression and no finding is 'nothing'"),
        (vec!["env", "--reason", "x", "--expires", "soon"], "--expires 'soon'"),
    ] {
        let run = run(&repo, &[vec!["suppressions", "accept", "--reviewer", EVE], args].concat());
        assert_eq!(run.code, Some(2), "{}", run.all());
        assert!(run.stderr.contains(says), "{says}: {}", run.stderr);
    }
    assert!(!repo.at(LEDGER).exists());
    let own = run(&repo, &["suppressions", "accept", "--all", "--reason", "x", "--reviewer", AUTHOR]);
    assert_eq!(own.code, Some(0));
    assert!(own.stderr.contains("you wrote the line yourself"), "{}", own.stderr);
    assert_eq!(run_code(&repo, &["suppressions", "accept", "--all", "--reason", "x", "--reviewer", EVE]), Some(2));
}

fn run_code(repo: &Repo, args: &[&str]) -> Option<i32> {
    run(repo, args).code
}

#[test]
fn pruning_drops_what_is_for_nothing_and_keeps_the_rest() {
    let repo = Repo::new();
    repo.write("a", marked(&leak(1)));
    repo.add("b", marked(&leak(2)));
    accept(&repo, &["--all"]);
    repo.commit("Accepted");
    let before = std::fs::read_to_string(repo.at(LEDGER)).expect("a ledger");
    assert_eq!(before.matches("[[accept]]").count(), 2);
    repo.write("a", "nothing\n");
    let (_, list) = review(&repo, &[]);
    assert_eq!(
        (list["unused"].as_array().map(Vec::len), list["unused"][0]["marker"].as_str()),
        (Some(1), Some("ledger"))
    );
    assert_eq!(run_code(&repo, &["suppressions", "prune", "--dry-run"]), Some(0));
    assert_eq!(std::fs::read_to_string(repo.at(LEDGER)).ok().as_ref(), Some(&before));
    let said = run(&repo, &["suppressions", "prune"]).stderr;
    assert!(said.contains("stale: genesys-client-secret") && said.contains("dropped 1 of 2"), "{said}");
    let after = std::fs::read_to_string(repo.at(LEDGER)).expect("a ledger");
    assert_eq!(after.matches("[[accept]]").count(), 1);
    assert_eq!(review(&repo, &["--check"]).0, Some(0));
}

#[test]
fn nothing_of_a_ledger_is_obeyed_by_a_terminal() {
    let repo = Repo::new();
    repo.add("env", marked(&leak(1)));
    accept(&repo, &["env"]);
    let good = std::fs::read_to_string(repo.at(LEDGER)).expect("a ledger");
    let evil = good.replace("made up for a test", "\\u001b[2J\\u202e");
    repo.write(LEDGER, &evil);
    let listed = run(&repo, &["suppressions"]);
    repo.write("env", "nothing\n");
    let pruned = run(&repo, &["suppressions", "prune", "--dry-run"]);
    repo.write(LEDGER, format!("\"\\u001b[2J\" = 1\n{good}"));
    let broken = run(&repo, &["suppressions", "prune"]);
    assert_eq!((listed.code, pruned.code, broken.code), (Some(0), Some(0), Some(2)));
    for said in [listed.all(), pruned.all(), broken.all()] {
        assert!(said.contains("[2J") && !said.contains('\u{1b}'), "{said:?}");
    }
}

#[test]
fn a_ledger_holds_no_secret_no_line_and_no_path_and_is_no_finding_itself() {
    let repo = Repo::new();
    repo.write("some/file.env", marked(&leak(1)));
    repo.add("some/other.env", marked(&leak(2)));
    accept(&repo, &["--all"]);
    run(&repo, &["baseline", "create", "--no-history"]);
    let text = std::fs::read_to_string(repo.at(LEDGER)).expect("a ledger");
    assert!(!text.contains(&leak(1).secret) && !text.contains("some/file.env"), "{text}");
    let found = repo.scan(&["--no-history", ".snout"]);
    assert_eq!(
        (found.code, found.report["findings"].as_array().map(Vec::len)),
        (Some(0), Some(0)),
        "{:#}",
        found.report
    );
    let digits: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("fingerprint = ")).collect();
    assert!(digits.is_sorted(), "{digits:?}");
}

#[test]
fn history_lists_each_suppression_once() {
    let repo = Repo::new();
    repo.add("env", marked(&leak(1)));
    repo.add("env", format!("first\n{}", marked(&leak(1))));
    repo.add("gone", marked(&leak(2)));
    repo.git(&["rm", "-q", "gone"]);
    repo.commit("Away with it");
    let (_, list) = review(&repo, &["--history"]);
    let told: Vec<_> = rows(&list).iter().map(|row| (row["path"].as_str(), row["at_head"].as_bool())).collect();
    assert_eq!(told, [(Some("env"), Some(true)), (Some("gone"), Some(false))]);
    assert_eq!(rows(&review(&repo, &[]).1).len(), 1);
}

#[test]
fn lists_are_written_as_markdown_and_sarif_too_without_secrets() {
    let repo = branch();
    let markdown = run(&repo, &["suppressions", "--range", "main..topic", "--format", "markdown"]);
    assert!(
        markdown.stdout.starts_with("### Snout: 1 suppression that `main..topic` adds or changes, 1 to review\n"),
        "{}",
        markdown.stdout
    );
    assert!(markdown.stdout.contains("| `Genesys Cloud OAuth client secret`"), "{}", markdown.stdout);
    let sarif = run(&repo, &["suppressions", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&sarif.stdout).expect("SARIF");
    assert_eq!(log["runs"][0]["results"][0]["suppressions"].as_array().map(Vec::len), Some(1));
    for text in [markdown.all(), sarif.all()] {
        assert!(!text.contains(&leak(1).secret));
    }
    let file = repo.at("list.md");
    let path = file.to_str().expect("a path");
    let quiet = snout(repo.path(), &["suppressions", "--format", "markdown", "--output", path]);
    assert_eq!((quiet.code, quiet.stdout.as_str()), (Some(0), ""));
    assert!(std::fs::read_to_string(file).expect("a file").contains("To review"));
}
