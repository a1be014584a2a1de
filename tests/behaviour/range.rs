//! What the commits of a range add.

use crate::util::{AUTHOR, Repo, at, date, fill, leak};

#[test]
fn a_range_tells_what_its_commits_add_and_nothing_older() {
    let repo = Repo::new();
    let (old, new, gone) = (leak(1), leak(2), leak(3));
    repo.add("old.env", format!("{}\n", old.line));
    let start = repo.git(&["rev-parse", "HEAD"]);
    let second = repo.add("new.env", format!("{}\n", new.line));
    repo.add("gone.env", format!("{}\n", gone.line));
    repo.git(&["rm", "-q", "gone.env"]);
    repo.commit_staged("Away with it");
    repo.add("old.env", format!("{}\n# touched\n", old.line));
    let found = repo.scan(&["--range", &format!("{start}..HEAD")]);
    assert_eq!(found.code, Some(1));
    assert!(found.places(&old).is_empty());
    let place = found.place(&new, "commit");
    assert_eq!((place["commit"].as_str(), place["author"].as_str()), (Some(second.as_str()), Some(AUTHOR)));
    assert_eq!((place["date"].as_str(), place["at_head"].as_bool()), (Some(date(2).as_str()), Some(true)));
    assert_eq!(found.place(&gone, "commit")["at_head"], false);
    assert_eq!(found.report["coverage"]["commits"], 4);
}

#[test]
fn one_end_alone_tells_what_it_adds_to_the_default_branch() {
    let repo = Repo::new();
    let (base, topic, later) = (leak(1), leak(2), leak(3));
    repo.add("base.env", &base.line);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add("topic.env", &topic.line);
    repo.git(&["checkout", "-q", "main"]);
    repo.add("later.env", &later.line);
    let found = repo.scan(&["--range", "topic"]);
    assert_eq!(found.where_is(&topic), [at("commit", "topic.env")]);
    assert!(found.places(&base).is_empty() && found.places(&later).is_empty());
}

/// A repository whose `main` merges `side`; `merge` changes what the merge commit holds.
fn merged(on_side: &str, merge: impl FnOnce(&Repo)) -> (Repo, String) {
    let repo = Repo::new();
    repo.add("readme", "A project.\n");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.add("side.env", format!("{on_side}\n"));
    repo.git(&["checkout", "-q", "main"]);
    repo.add("main.txt", "main\n");
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    merge(&repo);
    let id = repo.commit("Merge side");
    (repo, id)
}

#[test]
fn what_only_the_merge_commit_holds_is_found() {
    let one = leak(1);
    let (repo, merge) = merged("harmless", |repo| {
        repo.write("evil.env", &one.line);
    });
    let found = repo.scan(&["--range", "HEAD^1..HEAD"]);
    let place = found.place(&one, "commit");
    assert_eq!((place["commit"].as_str(), place["path"].as_str()), (Some(merge.as_str()), Some("evil.env")));
}

#[test]
fn a_line_that_a_merge_adds_to_a_file_of_its_parents_is_found() {
    let one = leak(1);
    let (repo, merge) = merged("harmless", |repo| {
        repo.write("side.env", format!("harmless\n{}\n", one.line));
    });
    assert_eq!(repo.scan(&["--range", "HEAD^1..HEAD"]).place(&one, "commit")["commit"], merge.as_str());
}

#[test]
fn a_credential_whose_halves_a_merge_brings_together_is_found() {
    let repo = Repo::new();
    let (id, secret) = (fill("id = \"{{uuid4}}\"", 1), fill("{{b64url 32}}", 2));
    let text = |first: &str, last: &str| format!("{first}\n\n\n{last}\n");
    repo.add("env", text("", ""));
    let base = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.add("env", text(&id, ""));
    repo.git(&["checkout", "-q", "main"]);
    repo.add("env", text("", &format!("clsec: {secret} # purecloud")));
    repo.git(&["merge", "-q", "--no-ff", "-m", "Both", "side"]);
    let found = repo.scan(&["--range", &format!("{base}..HEAD")]);
    let all = found.report["findings"].as_array().expect("a list");
    assert!(all.iter().any(|one| one["rule"] == "genesys-client-secret"), "{all:#?}");
}

#[test]
fn what_a_merge_takes_over_belongs_to_the_commit_that_made_it() {
    let one = leak(1);
    let (repo, _) = merged(&one.line, |_| {});
    let found = repo.scan(&["--range", "HEAD^1..HEAD"]);
    let place = found.place(&one, "commit");
    assert_eq!(place["commit"], repo.git(&["rev-parse", "side"]).as_str());
    let found = repo.scan(&["--range", "side..HEAD"]);
    assert!(found.places(&one).is_empty(), "side had it already: {:?}", found.where_is(&one));
    assert_eq!(found.code, Some(0));
}

#[test]
fn commit_messages_and_people_of_the_range_are_read() {
    let repo = Repo::new();
    let (before, message, person) = (leak(1), leak(2), leak(3));
    repo.add("a", "1\n");
    repo.commit_staged(&before.line);
    let commit = repo.commit_staged(&format!("Say too much\n\n{}", message.line));
    repo.git(&["commit", "-q", "--allow-empty", "-m", "x", "--author", &format!("{} <a@b>", person.line)]);
    let found = repo.scan(&["--range", "HEAD~2..HEAD"]);
    assert!(found.places(&before).is_empty());
    assert_eq!(found.place(&message, "message")["commit"], commit.as_str());
    assert_eq!(found.where_is(&person), [at("author", "")]);
}

#[test]
fn a_long_range_tells_the_same_as_one_that_is_read_version_by_version() {
    let repo = Repo::new();
    let mut lines: Vec<String> = (0..40).map(|number| format!("line {number} of a file that grows")).collect();
    repo.add("old.env", format!("{}\n", leak(1).line));
    for number in 0..90 {
        lines[number % 40] = format!("line changed in step {number}");
        if number % 20 == 7 {
            lines.insert(number % 13, format!("{} # of step {number}", leak(2 + number as u64).line));
        }
        repo.write("grows.env", lines.join("\n"));
        repo.write("old.env", format!("{}\n# step {number}\n", leak(1).line));
        repo.commit("More");
        if number == 50 {
            repo.git(&["checkout", "-q", "-b", "side", "HEAD~3"]);
            repo.add("side.env", format!("{} # snout:ignore\n", leak(200).line));
            repo.git(&["checkout", "-q", "main"]);
            repo.git(&["merge", "-q", "--no-ff", "-m", "Merge side", "side"]);
        }
    }
    let root = repo.git(&["rev-list", "--max-parents=0", "HEAD"]);
    repo.git(&["repack", "-q", "-a", "-d"]);
    let range = format!("{root}..HEAD");
    let (carried, whole) = (repo.scan(&["--range", &range]), repo.scan(&["--range", &range, "--whole"]));
    assert_eq!(carried.report, whole.report);
    assert!(carried.places(&leak(1)).is_empty(), "it was there before");
    assert!((0..90).filter(|number| number % 20 == 7).all(|number| !carried.places(&leak(2 + number)).is_empty()));
    assert_eq!(carried.silenced(&leak(200)).len(), 1);
}

#[test]
fn an_end_that_names_nothing_is_an_error_that_says_so() {
    let repo = Repo::new();
    repo.add("a", "1\n");
    for range in ["HEAD..nowhere", "nowhere..HEAD", "nowhere"] {
        let run = repo.snout(&["scan", "--range", range]);
        assert_eq!(run.code, Some(2), "{range}");
        assert!(run.stderr.contains("cannot resolve 'nowhere'"), "{}", run.stderr);
        assert!(run.stdout.is_empty(), "no report: {}", run.stdout);
    }
    for range in ["a...b", "..", ""] {
        let run = repo.snout(&["scan", "--range", range]);
        assert_eq!(run.code, Some(2), "{range:?}");
        assert!(run.stderr.contains("range"), "{}", run.stderr);
    }
}

#[test]
fn a_range_without_a_commit_says_so() {
    let repo = Repo::new();
    repo.add("a", "1\n");
    let found = repo.scan(&["--range", "HEAD..HEAD"]);
    assert_eq!(found.code, Some(0));
    assert!(found.notes().contains("the range holds no commit"), "{}", found.notes());
}

#[test]
fn a_path_limits_a_range() {
    let repo = Repo::new();
    let (inside, outside) = (leak(1), leak(2));
    repo.add("readme", "A project.\n");
    repo.write("src/env", &inside.line);
    repo.write("other/env", &outside.line);
    repo.commit("Two files");
    let found = repo.scan(&["--range", "HEAD~1..HEAD", "src"]);
    assert_eq!((found.where_is(&inside), found.where_is(&outside)), (vec![at("commit", "src/env")], vec![]));
}

#[test]
fn a_range_of_a_shallow_clone_is_incomplete_only_if_a_commit_of_it_lacks_its_parents() {
    let repo = Repo::new();
    for number in 0..4 {
        repo.add("a", format!("{number}\n"));
    }
    let url = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--depth", "2", &url, "shallow"]);
    let found = crate::util::scan(&repo.at("shallow"), &["--range", "HEAD~1..HEAD"]);
    assert_eq!((found.code, found.incomplete()), (Some(0), false), "{}", found.skipped());
    // Of a branch that was cloned alone nobody knows where it left the default branch.
    let found = crate::util::scan(&repo.at("shallow"), &["--range", "HEAD"]);
    assert_eq!((found.code, found.incomplete()), (Some(3), true), "{}", found.notes());
    // From a commit that shares nothing, the range goes down to where the clone was cut.
    let other = repo.git(&["-C", "shallow", "commit-tree", "-m", "Other", "HEAD^{tree}"]);
    let found = crate::util::scan(&repo.at("shallow"), &["--range", &format!("{other}..HEAD")]);
    assert_eq!(found.code, Some(3));
    assert!(found.skipped().contains("shallow"), "{}", found.skipped());
}
