//! Files of checkouts, folders and single files.

use crate::util::{Folder, Repo, at, date, fill, leak, region};

#[test]
fn hidden_files_are_read_and_the_git_directory_is_not_walked_as_files() {
    let repo = Repo::new();
    let (env, ci, inside) = (leak(1), leak(2), leak(3));
    repo.write(".env", &env.line);
    repo.write(".github/workflows/ci.yml", &ci.line);
    repo.write(".git/info/notes", &inside.line);
    let found = repo.scan(&["--no-history"]);
    assert_eq!(found.where_is(&env), [at("worktree", ".env")]);
    assert_eq!(found.where_is(&ci), [at("worktree", ".github/workflows/ci.yml")]);
    assert!(found.places(&inside).is_empty());
}

#[test]
fn ignored_files_are_left_alone_unless_asked_for() {
    let repo = Repo::new();
    let one = leak(1);
    repo.write(".gitignore", "*.local\n");
    repo.write("env.local", &one.line);
    assert!(repo.scan(&["--no-history"]).places(&one).is_empty());
    assert_eq!(repo.scan(&["--no-history", "--no-ignore"]).where_is(&one), [at("worktree", "env.local")]);
}

#[test]
fn ignore_rules_of_folders_above_hold_when_a_folder_is_scanned() {
    let repo = Repo::new();
    let (kept, ignored) = (leak(1), leak(2));
    repo.write(".gitignore", "*.local\n");
    repo.write("sub/env", &kept.line);
    repo.write("sub/env.local", &ignored.line);
    let found = repo.scan(&["--no-history", "sub"]);
    assert_eq!(found.where_is(&kept), [at("worktree", "sub/env")]);
    assert!(found.places(&ignored).is_empty());
}

#[test]
fn a_tracked_file_is_read_even_where_an_ignore_rule_matches_it() {
    let repo = Repo::new();
    let (at_root, below) = (leak(1), leak(2));
    repo.write("env.local", &at_root.line);
    repo.write("deep/er/env.local", &below.line);
    repo.commit("Both files");
    repo.write(".gitignore", "*.local\ndeep/\n");
    let found = repo.scan(&["--no-history"]);
    assert_eq!(found.where_is(&at_root), [at("worktree", "env.local")]);
    assert_eq!(found.where_is(&below), [at("worktree", "deep/er/env.local")]);
    assert_eq!(repo.scan(&["--no-history", "deep"]).where_is(&below), [at("worktree", "deep/er/env.local")]);
}

#[cfg(unix)]
#[test]
fn a_symlink_is_not_followed_but_its_target_is_text() {
    let (outside, folder) = (Folder::new(), Folder::new());
    let (beyond, named) = (leak(1), leak(2));
    let file = outside.write("env", &beyond.line);
    std::os::unix::fs::symlink(&file, folder.at("file-link")).expect("a link");
    std::os::unix::fs::symlink(outside.path(), folder.at("folder-link")).expect("a link");
    std::os::unix::fs::symlink(format!("/srv/{}", named.line), folder.at("dangling")).expect("a link");
    let found = folder.scan(&["."]);
    assert!(found.places(&beyond).is_empty());
    assert_eq!(found.where_is(&named), [at("worktree", "dangling")]);
    assert!(!found.incomplete(), "{}", found.skipped());
}

#[test]
fn a_plain_folder_and_a_single_file_are_scanned_outside_of_git() {
    let folder = Folder::new();
    let one = leak(1);
    folder.write("conf/app.env", format!("# settings\n{}\n", one.line));
    let found = folder.scan(&["."]);
    assert_eq!((found.code, found.where_is(&one)), (Some(1), vec![at("worktree", "conf/app.env")]));
    assert_eq!(region(found.places(&one)[0]), [2, 23, 2, 66]);
    let found = folder.scan(&["conf/app.env"]);
    assert_eq!((found.code, found.where_is(&one)), (Some(1), vec![at("worktree", "app.env")]));
}

#[test]
fn a_path_below_the_root_limits_files_and_history() {
    let repo = Repo::new();
    let leaks: Vec<_> = (0..6).map(leak).collect();
    repo.write("src/gone.env", &leaks[0].line);
    repo.write("src2/gone.env", &leaks[1].line);
    repo.commit("Two files");
    repo.git(&["rm", "-q", "src/gone.env", "src2/gone.env"]);
    repo.write("src/app.env", &leaks[2].line);
    repo.write("src2/app.env", &leaks[3].line);
    repo.commit(&format!("Two others\n\n{}", leaks[4].line));
    let found = repo.scan(&["src"]);
    assert_eq!(found.where_is(&leaks[0]), [at("commit", "src/gone.env")]);
    assert_eq!(found.where_is(&leaks[2]), [at("commit", "src/app.env"), at("worktree", "src/app.env")]);
    for elsewhere in [&leaks[1], &leaks[3], &leaks[4]] {
        assert!(found.places(elsewhere).is_empty());
    }
}

#[test]
fn several_paths_of_one_repository_are_one_scan() {
    let repo = Repo::new();
    let (a, b, c) = (leak(1), leak(2), leak(3));
    for (name, one) in [("a/x", &a), ("b/x", &b), ("c/x", &c)] {
        repo.write(name, &one.line);
    }
    repo.commit("Three files");
    let found = repo.scan(&["a", "b"]);
    assert_eq!(found.where_is(&a), [at("commit", "a/x"), at("worktree", "a/x")]);
    assert_eq!(found.where_is(&b), [at("commit", "b/x"), at("worktree", "b/x")]);
    assert!(found.places(&c).is_empty());
    assert_eq!(found.report["repositories"].as_array().map(Vec::len), Some(1));
}

#[test]
fn several_roots_tell_their_paths_apart() {
    let parent = Folder::new();
    let (a, b) = (leak(1), leak(2));
    parent.write("one/env", &a.line);
    parent.write("two/env", &b.line);
    let found = parent.scan(&["one", "two"]);
    let (a, b) = (found.where_is(&a), found.where_is(&b));
    assert!(a[0].1.ends_with("one/env") && b[0].1.ends_with("two/env"), "{a:?} {b:?}");
}

#[test]
fn a_bare_repository_is_scanned_for_its_history() {
    let repo = Repo::new();
    let one = leak(1);
    let commit = repo.add("env", &one.line);
    let bare = Folder::new();
    repo.git(&["clone", "-q", "--bare", ".", bare.at("r.git").to_str().expect("a path")]);
    let found = bare.scan(&["r.git"]);
    assert_eq!(found.code, Some(1), "{}", found.stderr);
    let place = found.place(&one, "commit");
    assert_eq!((place["path"].as_str(), place["commit"].as_str()), (Some("env"), Some(commit.as_str())));
    assert_eq!(found.where_is(&one).len(), 1);
}

#[test]
fn a_file_of_the_working_tree_names_the_commit_that_brought_the_secret() {
    let repo = Repo::new();
    let (committed, fresh) = (leak(1), leak(2));
    let commit = repo.add("env", format!("{}\n", committed.line));
    repo.write("env", format!("# moved down\n{}\n{}\n", committed.line, fresh.line));
    let found = repo.scan(&[]);
    let place = found.place(&committed, "worktree");
    assert_eq!((place["commit"].as_str(), place["date"].as_str()), (Some(commit.as_str()), Some(date(1).as_str())));
    assert_eq!(region(place), [2, 23, 2, 66]);
    assert!(found.place(&fresh, "worktree").get("commit").is_none());
}

#[test]
fn excluded_paths_are_left_out_of_files_and_history_and_counted() {
    let repo = Repo::new();
    let (kept, left_out) = (leak(1), leak(2));
    repo.write("src/env", &kept.line);
    repo.write("vendor/lib/env", &left_out.line);
    repo.commit("Two files");
    let found = repo.scan(&["--exclude", "vendor"]);
    assert_eq!(found.where_is(&kept).len(), 2);
    assert!(found.places(&left_out).is_empty());
    assert!(found.report["coverage"]["excluded"].as_u64() > Some(0));
}

#[test]
fn a_file_over_the_size_limit_is_said_to_be_unread() {
    let folder = Folder::new();
    let one = leak(1);
    folder.write("small", "nothing\n");
    folder.write("large", format!("{}\n{}\n", "x".repeat(3000), one.line));
    let found = folder.scan(&["--max-file-size", "2k"]);
    assert_eq!(found.code, Some(3));
    assert!(found.places(&one).is_empty() && found.incomplete());
    assert!(found.skipped().contains("large: larger than the limit of 2048 bytes"), "{}", found.skipped());
    let accepted = folder.scan(&["--max-file-size", "2k", "--allow-incomplete"]);
    assert_eq!((accepted.code, accepted.incomplete()), (Some(0), true));
    assert_eq!(folder.scan(&["--max-file-size", "4k"]).code, Some(1));
}

#[test]
fn a_file_too_large_to_hold_is_read_to_its_end_with_right_lines() {
    let folder = Folder::new();
    let (early, seam, late) = (leak(1), leak(2), leak(3));
    let window = 32 << 20;
    let filler = "0123456789 abcdef 0123456789 abcdef 0123456789 abcdef 0123456789\n";
    let mut content = format!("{}\n", early.line);
    while content.len() < window - 30 {
        content.push_str(filler);
    }
    // Astride the first 32 MiB.
    content.truncate(window - 30);
    content.push('\n');
    let seam_line = content.matches('\n').count() as u64 + 1;
    content.push_str(&format!("{}\n", seam.line));
    while content.len() < window + (2 << 20) {
        content.push_str(filler);
    }
    let late_line = content.matches('\n').count() as u64 + 1;
    content.push_str(&format!("  {}\n", late.line));
    folder.write("huge.log", &content);
    let found = folder.scan(&["huge.log"]);
    assert_eq!(found.code, Some(1), "{}", found.skipped());
    assert_eq!(found.places(&early).iter().map(|one| region(one)).collect::<Vec<_>>(), [[1, 23, 1, 66]]);
    assert_eq!(found.places(&seam).iter().map(|one| region(one)).collect::<Vec<_>>(), [[seam_line, 23, seam_line, 66]]);
    assert_eq!(found.places(&late).iter().map(|one| region(one)).collect::<Vec<_>>(), [[late_line, 25, late_line, 68]]);
}

#[test]
fn what_is_encoded_too_deep_is_noted_of_files_of_any_size() {
    let folder = Folder::new();
    let deep = fill("{{base64 of {{base64 of {{base64 of {{base64 of some words of a text}}}}}}}}", 1);
    folder.write("small.txt", format!("x = {deep}\n"));
    folder.write("huge.txt", format!("{}x = {deep}\n", "some words\n".repeat(3_100_000)));
    let notes = folder.scan(&[]).notes();
    for name in ["small.txt", "huge.txt"] {
        assert!(notes.contains(&format!("{name}' holds text that is encoded more than three deep")), "{notes}");
    }
}

#[test]
fn a_file_named_by_a_client_id_holds_its_secret() {
    let repo = Repo::new();
    let (name, secret) = (fill("{{uuid4}}", 1), fill("{{b64url 32}}", 2));
    repo.add(&format!("secrets/{name}"), format!("{secret}\n"));
    repo.add("secrets/readme", format!("{}\n", fill("{{b64url 32}}", 3)));
    let found = repo.scan(&[]);
    let findings = found.report["findings"].as_array().expect("a list");
    let mine: Vec<_> = findings.iter().filter(|one| one["rule"] == "genesys-client-secret").collect();
    assert_eq!(mine.len(), 1, "{findings:#?}");
    assert_eq!(mine[0]["secret"], secret.as_str());
    let places = mine[0]["occurrences"].as_array().expect("a list");
    assert!(places.iter().all(|one| one["path"] == format!("secrets/{name}")));
    assert!(places.iter().any(|one| one["source"] == "worktree") && places.iter().any(|one| one["source"] == "commit"));
}

#[test]
fn a_repository_inside_a_folder_is_said_to_have_more() {
    let repo = Repo::new();
    let one = leak(1);
    repo.git(&["init", "-q", "inner"]);
    repo.write("inner/env", &one.line);
    let found = repo.scan(&["--no-history"]);
    assert_eq!(found.where_is(&one), [at("worktree", "inner/env")]);
    assert!(found.notes().contains("inner' is a repository of its own"), "{}", found.notes());
}

#[test]
fn one_line_too_long_to_hold_is_read_with_right_columns() {
    let folder = Folder::new();
    let one = leak(1);
    // Astride the first 32 MiB.
    let before = "x = 1; ".repeat((32 << 20) / 7 - 4);
    folder.write("bundle.js", format!("{before}{};{}", one.line, &before[..100_000]));
    let found = folder.scan(&["bundle.js"]);
    let column = before.len() as u64 + 23;
    assert_eq!(found.places(&one).iter().map(|one| region(one)).collect::<Vec<_>>(), [[1, column, 1, column + 43]]);
}

#[test]
fn a_large_utf_16_file_is_read_with_right_lines() {
    let folder = Folder::new();
    let one = leak(1);
    let text = format!("\u{FEFF}{}  {}\r\n", "0123456789 abcdef\r\n".repeat(900_000), one.line);
    let content: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(content.len() > 32 << 20);
    folder.write("export.csv", content);
    let found = folder.scan(&["export.csv"]);
    let places: Vec<_> = found.places(&one).iter().map(|one| region(one)).collect();
    assert_eq!(places, [[900_001, 25, 900_001, 68]]);
}
