//! What the next commit would add, by hand and through real hooks.

use std::path::Path;

use serde_json::Value;

use crate::util::{Folder, Leak, Repo, at, changes, fill, leak, region, snout};

/// A pre-commit hook that scans what is staged and keeps its report.
struct Hook {
    repo: Repo,
    reports: Folder,
}

impl Hook {
    fn new() -> Self {
        let (repo, reports) = (Repo::new(), Folder::new());
        repo.add("readme", "A project.\n");
        repo.add("env", "# settings\n");
        let script = format!(
            "#!/bin/sh\necho \"$GIT_INDEX_FILE\" >'{0}/index'\nexec '{1}' scan --staged --format json --reveal --output '{0}/report.json'\n",
            reports.path().display(),
            env!("CARGO_BIN_EXE_snout"),
        );
        let path = repo.write(".git/hooks/pre-commit", script);
        executable(&path);
        Hook { repo, reports }
    }

    /// Commits and returns whether git did.
    fn commits(&self, args: &[&str]) -> bool {
        self.repo.tick();
        let all: Vec<&str> = ["commit", "-q", "-m", "A change"].iter().chain(args).copied().collect();
        self.repo.try_git(&all).status.success()
    }

    /// Paths at which the hook's report has the secret.
    fn told(&self, one: &Leak) -> Vec<String> {
        let text = std::fs::read_to_string(self.reports.at("report.json")).expect("the hook ran");
        let report: Value = serde_json::from_str(&text).expect("a report");
        let findings = report["findings"].as_array().expect("a list");
        let mine = findings.iter().filter(|finding| finding["secret"] == one.secret.as_str());
        let places = mine.flat_map(|finding| finding["occurrences"].as_array().expect("a list"));
        places
            .map(|place| {
                assert_eq!(place["source"], "staged");
                place["path"].as_str().expect("a path").to_owned()
            })
            .collect()
    }

    /// The index that git named to the hook.
    fn index(&self) -> String {
        std::fs::read_to_string(self.reports.at("index")).expect("the hook ran").trim().to_owned()
    }
}

#[cfg(unix)]
fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("permissions can be set");
}

#[test]
fn commit_all_is_stopped_by_the_hook() {
    let hook = Hook::new();
    let one = leak(1);
    hook.repo.write("env", format!("# settings\n{}\n", one.line));
    assert!(!hook.commits(&["-a"]));
    assert!(hook.index().ends_with("index.lock"), "{}", hook.index());
    assert_eq!(hook.told(&one), ["env"]);
    hook.repo.write("env", "# settings\nOTHER=1\n");
    assert!(hook.commits(&["-a"]), "a clean change passes");
}

#[test]
fn commit_of_a_path_is_judged_by_that_path_alone() {
    let hook = Hook::new();
    let (asked, other) = (leak(1), leak(2));
    hook.repo.write("env", format!("{}\n", asked.line));
    hook.repo.write("readme", format!("{}\n", other.line));
    hook.repo.git(&["add", "readme"]);
    assert!(!hook.commits(&["--", "env"]));
    assert!(hook.index().contains("next-index"), "{}", hook.index());
    assert_eq!((hook.told(&asked), hook.told(&other)), (vec!["env".to_owned()], vec![]));
    hook.repo.write("env", "clean\n");
    assert!(hook.commits(&["--", "env"]), "the secret in another staged file does not concern this commit");
}

#[test]
fn a_commit_in_a_linked_worktree_is_stopped_by_the_hook() {
    let hook = Hook::new();
    let one = leak(1);
    hook.repo.git(&["worktree", "add", "-q", "linked"]);
    hook.repo.write("linked/env", format!("{}\n", one.line));
    let commit = hook.repo.try_git(&["-C", "linked", "commit", "-q", "-a", "-m", "A change"]);
    assert!(!commit.status.success());
    assert_eq!(hook.told(&one), ["env"]);
}

#[test]
fn a_commit_from_a_subfolder_is_stopped_by_the_hook() {
    let hook = Hook::new();
    let one = leak(1);
    hook.repo.write("sub/env", format!("{}\n", one.line));
    hook.repo.git(&["add", "-A"]);
    let commit = hook.repo.try_git(&["-C", "sub", "commit", "-q", "-m", "A change"]);
    assert!(!commit.status.success());
    assert_eq!(hook.told(&one), ["sub/env"]);
}

#[test]
fn a_staged_secret_is_found_though_the_working_tree_is_clean_again() {
    let hook = Hook::new();
    let one = leak(1);
    hook.repo.write("env", format!("{}\n", one.line));
    hook.repo.git(&["add", "env"]);
    hook.repo.write("env", "clean\n");
    assert!(!hook.commits(&[]));
    assert_eq!(hook.told(&one), ["env"]);
}

#[test]
fn what_is_not_staged_is_not_looked_at() {
    let repo = Repo::new();
    let (unstaged, untracked) = (leak(1), leak(2));
    repo.add("env", "# settings\n");
    repo.write("other", "harmless\n");
    repo.git(&["add", "other"]);
    repo.write("env", &unstaged.line);
    repo.write("new", &untracked.line);
    let found = repo.scan(&["--staged"]);
    assert_eq!((found.code, found.report["findings"].as_array().map(Vec::len)), (Some(0), Some(0)));
    assert_eq!(found.report["coverage"]["blobs"], 1);
}

#[test]
fn an_old_secret_elsewhere_in_the_file_is_not_told_again() {
    let repo = Repo::new();
    let (old, new) = (leak(1), leak(2));
    repo.add("env", format!("{}\none\ntwo\nthree\n", old.line));
    repo.write("env", format!("{}\none\ntwo\nthree\n{}\n", old.line, new.line));
    repo.git(&["add", "env"]);
    let found = repo.scan(&["--staged"]);
    assert!(found.places(&old).is_empty());
    assert_eq!((found.where_is(&new), region(found.places(&new)[0])), (vec![at("staged", "env")], [5, 23, 5, 66]));
}

#[test]
fn a_secret_on_a_new_line_completes_the_id_on_an_old_one() {
    let repo = Repo::new();
    let (id, secret) = (fill("{{uuid4}}", 1), fill("{{b64url 32}}", 2));
    repo.add("app.yml", format!("id: {id}\nsecret:\n"));
    repo.write("app.yml", format!("id: {id}\nsecret: {secret}\n"));
    repo.git(&["add", "-A"]);
    let found = repo.scan(&["--staged"]);
    let finding = &found.report["findings"][0];
    assert_eq!((found.code, finding["secret"].as_str()), (Some(1), Some(secret.as_str())));
    assert_eq!(
        (finding["parts"][0]["name"].as_str(), finding["parts"][0]["value"].as_str()),
        (Some("client_id"), Some(id.as_str()))
    );
}

#[test]
fn the_first_commit_is_judged_before_there_is_a_head() {
    let repo = Repo::new();
    let one = leak(1);
    repo.write("env", &one.line);
    repo.git(&["add", "env"]);
    let found = repo.scan(&["--staged"]);
    assert_eq!((found.code, found.where_is(&one)), (Some(1), vec![at("staged", "env")]));
}

#[test]
fn a_file_that_only_moved_adds_nothing() {
    let repo = Repo::new();
    let one = leak(1);
    repo.add("env", format!("{}\n", one.line));
    repo.git(&["mv", "env", "moved.env"]);
    let found = repo.scan(&["--staged"]);
    assert!(found.places(&one).is_empty() && found.code == Some(0), "{:?}", found.where_is(&one));
}

#[test]
fn a_secret_in_the_name_of_a_staged_file_is_found() {
    let repo = Repo::new();
    let one = leak(1);
    repo.write(&one.line, "nothing\n");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.scan(&["--staged"]).where_is(&one), [at("path", &one.line)]);
}

#[test]
fn attributes_do_not_hide_a_staged_file() {
    let repo = Repo::new();
    let one = leak(1);
    repo.add("env", "first\n");
    repo.write(".gitattributes", "* binary -diff\n");
    repo.write("env", format!("first\n{}\n", one.line));
    repo.git(&["add", "-A"]);
    assert_eq!(repo.scan(&["--staged"]).where_is(&one), [at("staged", "env")]);
}

#[test]
fn an_index_of_every_form_is_read() {
    let forms: [&[&[&str]]; 6] = [
        &[&["update-index", "--index-version", "2"]],
        &[&["update-index", "--index-version", "4"]],
        &[&["update-index", "--split-index"]],
        &[&["update-index", "--index-version", "4"], &["update-index", "--split-index"]],
        &[&["sparse-checkout", "set", "--cone", "--sparse-index", "kept"]],
        &[&["sparse-checkout", "set", "--cone", "--sparse-index", "kept"], &["update-index", "--index-version", "4"]],
    ];
    for form in forms {
        let repo = Repo::new();
        let (changed, added, old, later) = (leak(1), leak(2), leak(3), leak(4));
        for name in ["kept/a", "kept/b", "kept/c.d/e", "kept/c/d", "left/a", "left/b/c"] {
            repo.write(name, format!("{name}\n"));
        }
        repo.add("kept/old", &old.line);
        for args in form {
            repo.git(args);
        }
        repo.write("kept/b", format!("kept/b\n{}\n", changed.line));
        repo.write("kept/new", &added.line);
        repo.git(&["add", "kept/b", "kept/new"]);
        repo.git(&["rm", "-q", "kept/a"]);
        let found = repo.scan(&["--staged"]);
        assert_eq!(found.code, Some(1), "{form:?}: {}", found.stderr);
        assert_eq!(found.where_is(&changed), [at("staged", "kept/b")], "{form:?}");
        assert_eq!(found.where_is(&added), [at("staged", "kept/new")], "{form:?}");
        assert!(found.places(&old).is_empty(), "{form:?}");
        assert_eq!(found.report["coverage"]["blobs"], 2, "{form:?}");
        // Once more on top of what was committed.
        repo.commit_staged("A change");
        repo.write("kept/later", &later.line);
        repo.git(&["add", "kept/later"]);
        let found = repo.scan(&["--staged"]);
        assert_eq!(found.where_is(&later), [at("staged", "kept/later")], "{form:?}");
        assert_eq!(found.report["coverage"]["blobs"], 1, "{form:?}");
    }
}

#[test]
fn a_folder_that_a_sparse_index_names_is_compared_too() {
    let repo = Repo::new();
    let one = leak(1);
    repo.write("kept/a", "a\n");
    repo.add("left/a", "a\n");
    repo.git(&["branch", "before"]);
    repo.add("left/b", &one.line);
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "kept"]);
    repo.git(&["reset", "-q", "--soft", "before"]);
    assert_eq!(repo.scan(&["--staged"]).where_is(&one), [at("staged", "left/b")]);
}

#[test]
fn what_git_is_told_to_take_for_unchanged_is_read() {
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        let repo = Repo::new();
        let (new, changed) = (leak(1), leak(2));
        repo.add("old", "old\n");
        repo.write("old", format!("old\n{}\n", changed.line));
        repo.write("new", &new.line);
        repo.git(&["add", "old", "new"]);
        repo.git(&["update-index", flag, "old", "new"]);
        let found = repo.scan(&["--staged"]);
        assert_eq!(found.where_is(&new), [at("staged", "new")], "{flag}");
        assert_eq!(found.where_is(&changed), [at("staged", "old")], "{flag}");
    }
}

#[test]
fn what_is_only_announced_is_not_committed_and_what_is_not_merged_is_not_known() {
    let repo = Repo::new();
    repo.add("readme", "A project.\n");
    repo.write("announced", leak(1).line);
    repo.git(&["add", "-N", "announced"]);
    assert_eq!(repo.scan(&["--staged"]).code, Some(0));
    repo.git(&["reset", "-q", "--hard"]);
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.add("env", leak(2).line);
    repo.git(&["checkout", "-q", "main"]);
    repo.add("env", "mine\n");
    assert!(!repo.try_git(&["merge", "-q", "side"]).status.success());
    let found = repo.scan(&["--staged"]);
    assert_eq!(found.code, Some(3));
    assert!(found.skipped().contains("env") && found.skipped().contains("not merged"), "{}", found.skipped());
}

#[test]
fn a_damaged_index_is_an_error() {
    let repo = Repo::new();
    repo.add("env", "first\n");
    let index = std::fs::read(repo.at(".git/index")).expect("an index");
    std::fs::write(repo.at(".git/index"), &index[..index.len() / 2]).expect("written");
    let run = snout(&repo.at(""), &["scan", "--staged"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("cannot read the index"), "{}", run.stderr);
}

#[test]
fn nothing_is_written_into_the_repository() {
    let repo = Repo::new();
    repo.add("env", "first\n");
    repo.write("env", leak(1).line);
    repo.git(&["add", "-A"]);
    let before = repo.everything();
    assert_eq!(repo.scan(&["--staged"]).code, Some(1));
    assert_eq!(changes(&before, &repo.everything()), [""; 0], "a scan wrote into the repository");
}

#[test]
fn outside_of_a_repository_it_is_an_error() {
    let folder = Folder::new();
    let run = folder.snout(&["scan", "--staged"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("no git repository can be opened"), "{}", run.stderr);
}

#[test]
fn a_path_and_exclusions_limit_what_is_looked_at() {
    let repo = Repo::new();
    let leaks: Vec<_> = (0..3).map(leak).collect();
    for (name, one) in ["src/env", "src/vendor/env", "other/env"].iter().zip(&leaks) {
        repo.write(name, &one.line);
    }
    repo.git(&["add", "-A"]);
    let found = repo.scan(&["--staged", "--exclude", "vendor", "src"]);
    assert_eq!(found.where_is(&leaks[0]), [at("staged", "src/env")]);
    assert!(found.places(&leaks[1]).is_empty() && found.places(&leaks[2]).is_empty());
    assert_eq!(found.report["coverage"]["excluded"], 1);
}

#[test]
fn a_staged_blob_over_the_size_limit_is_said_to_be_unread() {
    let repo = Repo::new();
    repo.write("large", format!("{}\n{}\n", "x".repeat(3000), leak(1).line));
    repo.git(&["add", "-A"]);
    let found = repo.scan(&["--staged", "--max-file-size", "2k"]);
    assert_eq!(found.code, Some(3));
    assert!(found.skipped().contains("('large')") && found.skipped().contains("2048"), "{}", found.skipped());
}
