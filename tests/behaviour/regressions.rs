//! Defects that were mended, each shown by the smallest thing that showed it.

use std::fs;

use crate::util::{Folder, Repo, fill, leak, program};

fn lose(repo: &Repo, id: &str) {
    fs::remove_file(repo.at(&format!(".git/objects/{}/{}", &id[..2], &id[2..]))).expect("a loose object");
}

#[test]
fn a_missing_root_tree_is_incomplete() {
    let repo = Repo::new();
    repo.add("a", "one\n");
    repo.add("a", "two\n");
    lose(&repo, &repo.git(&["rev-parse", "HEAD~1^{tree}"]));
    let found = repo.scan(&[]);
    assert_eq!((found.code, found.report["coverage"]["missing_objects"].as_u64()), (Some(3), Some(1)));
}

#[test]
fn a_branch_whose_commit_is_missing_is_incomplete() {
    let repo = Repo::new();
    repo.add("a", "one\n");
    lose(&repo, &repo.git(&["rev-parse", "HEAD"]));
    assert_eq!(repo.scan(&[]).code, Some(3));
}

#[test]
fn a_tag_whose_object_is_missing_is_incomplete() {
    let repo = Repo::new();
    repo.add("a", "one\n");
    repo.git(&["tag", "-a", "-m", "one", "v1"]);
    lose(&repo, &repo.git(&["rev-parse", "v1^{tag}"]));
    assert_eq!(repo.scan(&[]).code, Some(3));
}

#[test]
fn a_repository_that_cannot_be_opened_is_never_clean() {
    for form in ["--object-format=sha256", "--ref-format=reftable"] {
        let repo = Repo::new();
        if repo.try_git(&["init", "-q", "-b", "main", form, "other"]).status.success() {
            repo.write("other/env", leak(1).line);
            repo.git(&["-C", "other", "add", "env"]);
            repo.git(&["-C", "other", "commit", "-q", "-m", "Leak"]);
            repo.git(&["-C", "other", "rm", "-q", "env"]);
            repo.write("other/a", "clean\n");
            let run = repo.snout(&["scan", "--format", "json", "other"]);
            assert_ne!(run.code, Some(0), "{form}");
        }
    }
}

#[test]
fn a_checkout_whose_git_directory_is_gone_is_never_clean() {
    let folder = Folder::new();
    folder.write(".git", "gitdir: /nowhere/at/all\n");
    folder.write("a", "clean\n");
    assert_ne!(folder.snout(&["scan", "--format", "json"]).code, Some(0));
}

#[cfg(unix)]
#[test]
fn the_history_of_somebody_elses_repository_is_read_or_said_to_be_unread() {
    let repo = Repo::new();
    repo.add("env", leak(1).line);
    repo.add("env", "clean\n");
    let owned = std::process::Command::new("chown").args(["-R", "12345"]).arg(repo.path()).output().expect("chown");
    if owned.status.success() {
        assert_ne!(repo.snout(&["scan", "--format", "json"]).code, Some(0));
    }
}

#[test]
fn a_secret_in_the_name_of_a_file_outside_of_git_is_found_and_not_printed() {
    let folder = Folder::new();
    let (name, other) = (leak(1), leak(2));
    folder.write(&name.line, &other.line);
    let run = folder.snout(&["scan", "--format", "json"]);
    assert!(!run.all().contains(&name.secret), "{}", run.stdout);
    assert_eq!(folder.scan(&[]).where_is(&name).len(), 1);
}

#[test]
fn a_config_that_leaves_out_a_rule_that_is_not_there_is_an_error() {
    let folder = Folder::new();
    folder.write("snout.toml", "disable = [\"genesys-client-secrets\"]\n");
    let run = folder.snout(&["scan", "--config", "snout.toml", "."]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("genesys-client-secrets"), "{}", run.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn a_tracked_file_whose_name_is_no_utf_8_is_read_where_an_ignore_rule_matches_it() {
    use std::os::unix::ffi::OsStrExt;
    let repo = Repo::new();
    let one = leak(1);
    fs::write(repo.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9.env")), &one.line).expect("a file");
    repo.commit("A file");
    repo.write(".gitignore", "*.env\n");
    assert_eq!(repo.scan(&["--no-history"]).places(&one).len(), 1);
}

#[test]
fn tracked_files_are_read_or_said_to_be_unread_when_the_index_cannot_be() {
    let repo = Repo::new();
    repo.add("env.local", leak(1).line);
    repo.write(".gitignore", "*.local\n");
    repo.git(&["update-index", "--split-index"]);
    assert_ne!(repo.scan(&["--no-history"]).code, Some(0));
}

#[test]
fn an_id_and_its_secret_are_one_finding_and_no_basic_header() {
    let folder = Folder::new();
    folder.write("env", fill("https://{{uuid4}}:{{b64url 32}}@login.mypurecloud.com/\n", 1));
    let found = folder.scan(&["."]);
    let rules: Vec<_> = found.report["findings"].as_array().expect("a list").iter().map(|one| &one["rule"]).collect();
    assert_eq!(rules, ["genesys-client-secret"]);
}

#[test]
fn a_basic_header_is_one_finding() {
    let folder = Folder::new();
    folder.write("env", fill("curl -H 'Authorization: Basic {{base64 of {{uuid4}}:{{b64url 32}}}}'\n", 1));
    let found = folder.scan(&["."]);
    let rules: Vec<_> = found.report["findings"].as_array().expect("a list").iter().map(|one| &one["rule"]).collect();
    assert_eq!(rules, ["genesys-basic-auth"]);
}

#[test]
fn a_copy_of_the_secret_that_the_snippet_cuts_is_redacted_too() {
    let folder = Folder::new();
    let one = leak(1);
    // The copy has no name that a rule would know, and the snippet ends inside of it.
    folder.write("env", format!("{}{}\n{}\n", " ".repeat(220), one.secret, one.line));
    let run = folder.snout(&["scan", "--format", "json"]);
    assert_eq!(run.code, Some(1));
    assert!(!run.stdout.contains(&one.secret[..10]), "{}", run.stdout);
}

#[test]
fn notes_name_inner_repositories_as_paths_are_named() {
    let repo = Repo::new();
    repo.git(&["init", "-q", "inner"]);
    repo.write("inner/a", "clean\n");
    let out = program(repo.path()).args(["scan", "--no-history", "--format", "json"]).output().expect("a run");
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(said.contains("'inner' is a repository of its own"), "{said}");
}
