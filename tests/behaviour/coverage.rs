//! A scan that read less than it was asked for never looks clean.

use std::fs;

use crate::util::{Folder, Repo, at, leak, plan, scan};

#[test]
fn a_clean_repository_is_clean_and_says_what_was_read() {
    let repo = Repo::new();
    repo.add("a", "one\n");
    repo.add("b", "two\n");
    let found = repo.scan(&[]);
    let coverage = &found.report["coverage"];
    assert_eq!((found.code, found.incomplete()), (Some(0), false));
    for (field, count) in
        [("files", 2), ("commits", 2), ("blobs", 2), ("trees", 2), ("refs", 1), ("missing_objects", 0)]
    {
        assert_eq!(coverage[field], count, "{field}");
    }
    assert_eq!(coverage["canary"]["failed"].as_array().map(Vec::len), Some(0));
    let rules = |name: &str| coverage["canary"][name].as_u64().expect("a number");
    assert_eq!(Some(rules("passed") + rules("proven")), found.report["tool"]["rules"].as_u64());
    assert!(rules("passed") > 20);
}

#[test]
fn a_shallow_clone_is_incomplete() {
    let repo = Repo::new();
    repo.add("a", "one\n");
    repo.add("a", "two\n");
    let url = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--depth", "1", &url, "clone"]);
    let found = scan(&repo.at("clone"), &[]);
    assert_eq!(found.code, Some(3));
    assert!(
        found.skipped().contains("shallow") && found.skipped().contains("git fetch --unshallow"),
        "{}",
        found.skipped()
    );
    assert_eq!(scan(&repo.at("clone"), &["--allow-incomplete"]).code, Some(0));
    assert_eq!(scan(&repo.at("clone"), &["--no-history"]).code, Some(0), "nobody asked for the history");
}

#[test]
fn a_clone_without_blobs_is_incomplete() {
    let repo = Repo::new();
    repo.add("a", "one\n");
    repo.add("a", "two\n");
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", repo.path().display());
    for (name, checkout) in [("bare-of-files", "--no-checkout"), ("checked-out", "--single-branch")] {
        repo.git(&["clone", "-q", "--filter=blob:none", checkout, &url, name]);
        let found = scan(&repo.at(name), &[]);
        assert_eq!(found.code, Some(3), "{name}: {}", found.stderr);
        assert!(found.skipped().contains("left them with its remote"), "{}", found.skipped());
        assert!(found.report["coverage"]["missing_objects"].as_u64() > Some(0));
    }
}

#[test]
fn a_clone_without_trees_is_incomplete() {
    let repo = Repo::new();
    repo.add("folder/a", "one\n");
    repo.add("folder/a", "two\n");
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--filter=tree:0", "--no-checkout", &url, "clone"]);
    let found = scan(&repo.at("clone"), &[]);
    assert_eq!(found.code, Some(3), "{}", found.stderr);
    assert!(found.skipped().contains("left them with its remote"), "{}", found.skipped());
    assert_eq!(found.report["coverage"]["missing_objects"], 2, "the root tree of each commit");
}

#[test]
fn replaced_objects_are_read_as_they_were_and_as_they_are() {
    let repo = Repo::new();
    let (old, new) = (leak(1), leak(2));
    repo.add("env", &old.line);
    repo.write("new", &new.line);
    let (from, to) = (repo.git(&["rev-parse", "HEAD:env"]), repo.git(&["hash-object", "-w", "new"]));
    std::fs::remove_file(repo.at("new")).expect("just written");
    repo.git(&["replace", &from, &to]);
    assert_eq!(repo.git(&["show", "HEAD:env"]), new.line.trim_end());
    let found = repo.scan(&["--no-worktree"]);
    assert_eq!((found.code, found.incomplete()), (Some(1), false), "{}", found.skipped());
    assert_eq!(found.where_is(&old), [at("commit", "env")]);
    assert_eq!(found.places(&new).len(), 1);
}

#[test]
fn grafts_hide_no_commit() {
    let repo = Repo::new();
    let one = leak(1);
    repo.add("env", &one.line);
    repo.git(&["rm", "-q", "env"]);
    repo.write("a", "one\n");
    let last = repo.commit("without");
    repo.write(".git/info/grafts", format!("{last}\n"));
    assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]), "1", "git itself does not look beyond");
    let found = repo.scan(&["--no-worktree"]);
    assert_eq!((found.code, found.incomplete()), (Some(1), false), "{}", found.skipped());
    assert_eq!(found.where_is(&one), [at("commit", "env")]);
}

#[test]
fn missing_objects_are_counted_and_said() {
    for (kind, lost) in [("a blob", "HEAD~1:a"), ("a commit", "HEAD~1")] {
        let repo = Repo::new();
        repo.add("a", "one\n");
        repo.add("a", "two\n");
        let id = repo.git(&["rev-parse", lost]);
        fs::remove_file(repo.at(&format!(".git/objects/{}/{}", &id[..2], &id[2..]))).expect("a loose object");
        let found = repo.scan(&[]);
        assert_eq!(found.code, Some(3), "{kind}");
        assert!(found.skipped().contains("missing"), "{kind}: {}", found.skipped());
        assert_eq!(found.report["coverage"]["missing_objects"], 1, "{kind}");
    }
}

#[test]
fn a_damaged_object_is_said_and_the_rest_is_read() {
    let repo = Repo::new();
    let one = leak(1);
    repo.add("a", "one\n");
    repo.add("b", &one.line);
    let id = repo.git(&["rev-parse", "HEAD:a"]);
    let file = repo.at(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    fs::remove_file(&file).expect("a loose object");
    fs::write(&file, b"not an object").expect("a file");
    let found = repo.scan(&[]);
    assert!(found.incomplete() && found.skipped().contains(&id), "{}", found.skipped());
    assert_eq!((found.code, found.where_is(&one).len()), (Some(1), 2));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_is_said_by_name() {
    let folder = Folder::new();
    // Nobody, root included, reads the unmapped first page of a process.
    let found = folder.scan(&["/proc/self/mem"]);
    assert_eq!(found.code, Some(3), "{}", found.stderr);
    assert!(found.skipped().contains("mem: cannot be read"), "{}", found.skipped());
}

#[test]
fn a_branch_without_a_commit_is_said() {
    let repo = Repo::new();
    let found = repo.scan(&[]);
    assert!(found.notes().contains("no commit on its branch yet"), "{}", found.notes());
    assert_eq!(found.code, Some(3), "there was nothing to read");
    repo.write("a", "one\n");
    let found = repo.scan(&[]);
    assert!(found.notes().contains("no commit on its branch yet"), "{}", found.notes());
    assert_eq!(found.code, Some(0), "the file was read: {}", found.skipped());
}

#[test]
fn an_empty_folder_is_not_clean() {
    let folder = Folder::new();
    let found = folder.scan(&["."]);
    assert_eq!(found.code, Some(3));
    assert!(found.skipped().contains("nothing in it to read"), "{}", found.skipped());
    folder.write("a", "one\n");
    let found = folder.scan(&["--exclude", "a", "."]);
    assert_eq!(found.code, Some(3));
    assert!(found.skipped().contains("everything in it was excluded"), "{}", found.skipped());
}

#[test]
fn findings_beat_incompleteness() {
    let folder = Folder::new();
    folder.write("large", "x".repeat(3000));
    folder.write("env", leak(1).line);
    let found = folder.scan(&["--max-file-size", "2k", "."]);
    assert_eq!((found.code, found.incomplete()), (Some(1), true));
}

#[test]
fn what_is_incomplete_is_said_on_standard_error_too() {
    let folder = Folder::new();
    let run = folder.snout(&["scan", "--format", "json", "--allow-incomplete"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stderr.contains("not read:"), "{}", run.stderr);
}

#[test]
fn a_rule_that_cannot_find_its_own_example_makes_the_scan_incomplete() {
    let folder = Folder::new();
    folder.write("a", "one\n");
    folder.write(
        "rules.toml",
        crate::rule_files::rule("acme-key", "ACM0001", "pattern = 'acme_(?<secret>[a-z0-9]{20})'")
            .replace("acme_{{lower 20}}", "acme_{{lower 10}}"),
    );
    let found = folder.scan(&["--rules", "rules.toml", "a"]);
    assert_eq!(found.report["coverage"]["canary"]["failed"][0], "acme-key");
    assert_eq!(found.code, Some(3));
    assert!(found.skipped().contains("acme-key"), "{}", found.skipped());
}

/// Watches a scan and wants it to stop as soon as it has begun.
struct Impatient;

impl snout::Progress for Impatient {
    fn phase(&self, _name: &str, _total: Option<u64>) {}
    fn advance(&self, _items: u64, _bytes: u64) {}
    fn interrupted(&self) -> bool {
        true
    }
}

#[test]
fn an_interrupted_scan_gives_no_report() {
    let repo = Repo::new();
    repo.add("env", leak(1).line);
    let path = repo.path().to_path_buf();
    for target in [
        snout::Target::Path { path: path.clone(), worktree: true, history: false },
        snout::Target::Path { path: path.clone(), worktree: false, history: true },
        snout::Target::Stdin(leak(1).line.into_bytes()),
    ] {
        let outcome = snout::scan(&plan(target.clone()), &Impatient);
        assert!(matches!(outcome, Err(snout::ScanError::Interrupted)), "{target:?}");
    }
}
