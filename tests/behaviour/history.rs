//! Everything a repository holds: each hiding place has its source, its commit, its people and what reaches it.

use serde_json::Value;

use crate::util::{AUTHOR, Leak, Repo, at, changes, date, fill, leak, region};

/// The repository of `places.sh`, and the secret of each place by its name.
pub(crate) struct Places {
    pub(crate) repo: Repo,
    pub(crate) leaks: Vec<(&'static str, Leak)>,
    commits: Vec<(String, String)>,
}

const NAMES: [&str; 16] = [
    "kept", "deleted", "merged", "amended", "stashed", "noted", "tagged", "message", "author", "name", "loose",
    "hidden", "branch", "remote", "renamed", "link",
];

impl Places {
    pub(crate) fn new() -> Self {
        let mut leaks: Vec<(&str, Leak)> = NAMES.iter().zip(100..).map(|(name, seed)| (*name, leak(seed))).collect();
        for (name, one) in &mut leaks {
            if *name == "remote" {
                one.line = format!("https://{}:{}@login.mypurecloud.com/tool.git", fill("{{uuid4}}", 1), one.secret);
            }
        }
        let args: Vec<&str> = leaks.iter().map(|(_, one)| one.line.as_str()).collect();
        let (repo, commits) = Repo::from_script("places.sh", &args);
        Places { repo, leaks, commits }
    }

    fn leak(&self, name: &str) -> &Leak {
        &self.leaks.iter().find(|(known, _)| *known == name).expect("a name").1
    }

    fn commit(&self, name: &str) -> &str {
        &self.commits.iter().find(|(known, _)| known == name).expect("a name").1
    }
}

fn text<'v>(place: &'v Value, field: &str) -> &'v str {
    place[field].as_str().unwrap_or("")
}

#[test]
fn every_hiding_place_is_found_with_its_origin() {
    let places = Places::new();
    let found = places.repo.scan(&[]);
    assert_eq!(found.code, Some(1));
    assert!(!found.incomplete(), "{}", found.skipped());
    let file_name = format!("names/{}", places.leak("name").line);
    for (name, source, path, commit, reach, at_head) in [
        ("kept", "commit", "app/kept.env", "kept", "refs", true),
        ("deleted", "commit", "deleted.env", "deleted", "refs", false),
        ("merged", "commit", "merged.env", "merged", "refs", true),
        ("amended", "commit", "amended.env", "amended", "reflog", false),
        ("stashed", "commit", "app/kept.env", "stashed", "stash", false),
        ("message", "message", "", "message", "refs", false),
        ("author", "author", "", "author", "refs", false),
        ("name", "path", file_name.as_str(), "name", "refs", true),
        ("hidden", "commit", "hidden.env", "hidden", "refs", false),
        ("link", "commit", "link", "link", "refs", true),
    ] {
        let place = found.place(places.leak(name), source);
        assert_eq!(text(place, "path"), path, "{name}");
        assert_eq!(text(place, "commit"), places.commit(commit), "{name}");
        assert_eq!(text(place, "reach"), reach, "{name}");
        assert_eq!(place["at_head"], at_head, "{name}");
        let committed = places.repo.git(&["show", "-s", "--format=%an <%ae>%n%aI", places.commit(commit)]);
        let (author, date) = committed.split_once('\n').expect("two lines");
        assert_eq!((text(place, "author"), text(place, "date")), (author, date), "{name}");
    }
}

#[test]
fn places_without_a_file_of_a_commit_have_their_own_sources() {
    let places = Places::new();
    let found = places.repo.scan(&[]);

    let noted = found.place(places.leak("noted"), "commit");
    assert_eq!((text(noted, "commit"), text(noted, "reach")), (places.commit("noted"), "refs"));

    let tagged = found.place(places.leak("tagged"), "tag");
    assert_eq!(text(tagged, "object"), places.repo.git(&["rev-parse", "v1^{tag}"]));
    assert_eq!((text(tagged, "reach"), region(tagged)[0]), ("refs", 1));

    let loose = found.place(places.leak("loose"), "object");
    assert_eq!((text(loose, "reach"), loose["at_head"].as_bool()), ("none", Some(false)));
    assert_eq!(places.repo.git(&["cat-file", "-p", text(loose, "object")]), places.leak("loose").line);

    let branch = found.place(places.leak("branch"), "ref");
    assert_eq!(text(branch, "path"), format!("refs/heads/{}", places.leak("branch").line));

    let remote = found.places(places.leak("remote"));
    assert!(!remote.is_empty());
    for place in remote {
        let (source, path, reach) = (text(place, "source"), text(place, "path"), text(place, "reach"));
        assert_eq!((source, path, reach), ("gitdir", ".git/config", "direct"));
    }

    let message = found.place(places.leak("message"), "message");
    assert_eq!(region(message)[0], 3, "lines count from the first of the message");
}

#[test]
fn ids_of_commits_among_packed_refs_are_no_secrets() {
    let repo = Repo::new();
    for number in 1..=3 {
        repo.add("notes", format!("{number}"));
        // A name after which 40 hexadecimal digits would be a token.
        repo.git(&["branch", &format!("sonar-login-{number}")]);
    }
    repo.git(&["pack-refs", "--all"]);
    let found = repo.scan(&[]);
    assert_eq!(found.report["findings"].as_array().map(Vec::len), Some(0), "{}", found.report["findings"]);
}

#[test]
fn a_moved_file_is_told_under_both_its_names() {
    let places = Places::new();
    let found = places.repo.scan(&["--no-worktree"]);
    let one = places.leak("renamed");
    assert_eq!(found.where_is(one), [at("commit", "after.env"), at("commit", "before.env")]);
    for place in found.places(one) {
        let (commit, at_head) = match text(place, "path") {
            "before.env" => ("renamed", false),
            _ => ("moved", true),
        };
        assert_eq!((text(place, "commit"), place["at_head"].as_bool()), (places.commit(commit), Some(at_head)));
    }
}

#[test]
fn history_alone_and_files_alone_can_be_asked_for() {
    let repo = Repo::new();
    let (gone, fresh) = (leak(1), leak(2));
    repo.add("env", &gone.line);
    repo.write("env", &fresh.line);
    let history = repo.scan(&["--no-worktree"]);
    assert_eq!((history.where_is(&gone), history.where_is(&fresh)), (vec![at("commit", "env")], vec![]));
    let files = repo.scan(&["--no-history"]);
    assert_eq!((files.where_is(&gone), files.where_is(&fresh)), (vec![], vec![at("worktree", "env")]));
}

#[test]
fn the_first_commit_stays_the_origin_when_the_file_changes_later() {
    let repo = Repo::new();
    let one = leak(1);
    let first = repo.add("env", format!("{}\n", one.line));
    repo.add("env", format!("# a comment\n{}\n", one.line));
    repo.add("env", format!("# a comment\n{}\nOTHER=1\n", one.line));
    let found = repo.scan(&["--no-worktree"]);
    let place = found.place(&one, "commit");
    assert_eq!((text(place, "commit"), text(place, "date")), (first.as_str(), date(1).as_str()));
    assert_eq!((text(place, "author"), place["at_head"].as_bool()), (AUTHOR, Some(true)));
}

#[test]
fn a_secret_that_came_back_has_its_first_commit() {
    let repo = Repo::new();
    let one = leak(1);
    let first = repo.add("env", &one.line);
    repo.add("env", "nothing\n");
    repo.add("env", format!("# again\n{}", one.line));
    let found = repo.scan(&["--no-worktree"]);
    let place = found.place(&one, "commit");
    assert_eq!((text(place, "commit"), place["at_head"].as_bool()), (first.as_str(), Some(true)));
    repo.add("env", "nothing\n");
    assert_eq!(repo.scan(&["--no-worktree"]).place(&one, "commit")["at_head"], false);
}

#[test]
fn the_commit_that_removed_a_secret_is_told() {
    let repo = Repo::new();
    let (one, other, kept) = (leak(1), leak(2), leak(3));
    repo.add("app/env", &one.line);
    repo.add("other", &other.line);
    repo.add("kept", &kept.line);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add("topic", "1\n");
    repo.git(&["checkout", "-q", "-"]);
    repo.add("app/env", "nothing\n");
    repo.add("app/env", format!("# again\n{}", one.line));
    repo.git(&["rm", "-q", "-r", "app"]);
    let last = repo.commit_staged("without");
    // The topic still holds it; the side that wins removed it before.
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "topic"]);
    repo.git(&["checkout", "-q", "-b", "elsewhere", "topic"]);
    repo.git(&["rm", "-q", "other"]);
    repo.commit_staged("not on the way to HEAD");
    repo.git(&["checkout", "-q", "-"]);
    let found = repo.scan(&["--no-worktree"]);
    let removal = &found.place(&one, "commit")["removed_in"];
    assert_eq!(text(removal, "commit"), last);
    assert_eq!(text(removal, "date"), repo.git(&["show", "-s", "--format=%aI", &last]));
    for still in [&other, &kept] {
        let place = found.place(still, "commit");
        assert_eq!((place["at_head"].as_bool(), place.get("removed_in")), (Some(true), None));
    }
}

#[test]
fn one_secret_in_many_places_is_one_finding() {
    let repo = Repo::new();
    let one = leak(1);
    repo.add("a.env", &one.line);
    repo.add("b.env", format!("# copy\n{}", one.line));
    let found = repo.scan(&["--no-worktree"]);
    assert_eq!(found.report["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(found.where_is(&one), [at("commit", "a.env"), at("commit", "b.env")]);
}

#[test]
fn packed_objects_are_read_like_loose_ones() {
    let repo = Repo::new();
    let one = leak(1);
    let commit = repo.add("env", &one.line);
    repo.add("env", "nothing\n");
    repo.git(&["gc", "-q", "--prune=now"]);
    assert_eq!(text(repo.scan(&[]).place(&one, "commit"), "commit"), commit);
}

#[test]
fn the_history_of_a_linked_worktree_is_that_of_its_repository() {
    let repo = Repo::new();
    let one = leak(1);
    let commit = repo.add("env", &one.line);
    repo.add("env", "nothing\n");
    repo.git(&["worktree", "add", "-q", "linked"]);
    let found = crate::util::scan(&repo.at("linked"), &[]);
    assert_eq!(text(found.place(&one, "commit"), "commit"), commit);
}

#[test]
fn a_scan_leaves_the_repository_as_it_was() {
    let places = Places::new();
    let before = places.repo.everything();
    places.repo.scan(&[]);
    places.repo.scan(&["--staged"]);
    places.repo.scan(&["--range", "HEAD~2..HEAD"]);
    assert_eq!(changes(&before, &places.repo.everything()), [""; 0], "a scan wrote into the repository");
}

#[test]
fn a_blob_over_the_size_limit_is_said_to_be_unread() {
    let repo = Repo::new();
    repo.add("large", format!("{}\n{}\n", "x".repeat(3000), leak(1).line));
    repo.add("large", "small\n");
    let found = repo.scan(&["--max-file-size", "2k"]);
    assert_eq!(found.code, Some(3));
    let blob = repo.git(&["rev-parse", "HEAD~1:large"]);
    assert!(found.skipped().contains(&format!("object {blob}: larger than the limit")), "{}", found.skipped());
}
