//! What somebody silenced is never dropped: it is listed with how, by whom, and with what words.

use crate::util::{AUTHOR, Folder, Repo, date, leak, read};

const SAME_LINE: [&str; 9] = [
    "trufflehog:ignore",
    "gitleaks:allow",
    "betterleaks:allow",
    "kingfisher:ignore",
    "keyhog:ignore",
    "pragma: allowlist secret",
    "ggignore",
    "secretlint-disable-line",
    "snout:ignore",
];
const NEXT_LINE: [&str; 2] = ["pragma: allowlist nextline secret", "secretlint-disable-next-line"];

#[test]
fn every_marker_silences_its_own_line_before_and_after_the_secret() {
    for marker in SAME_LINE {
        for (seed, content) in [
            (1, format!("first\n{} # {marker}\n", leak(1).line)),
            (2, format!("first\n/* {marker} */ {}\n", leak(2).line)),
            (3, format!("first\n{} // {}\n", leak(3).line, marker.to_uppercase())),
        ] {
            let report = read(content);
            assert!(report.findings.is_empty(), "{marker} {seed}");
            assert_eq!(report.suppressed.len(), 1, "{marker} {seed}");
            let place = &report.suppressed[0].occurrences[0];
            let suppression = place.suppression.as_ref().expect("how");
            assert_eq!((suppression.marker.as_str(), suppression.line), (marker, 2));
        }
    }
}

#[test]
fn next_line_markers_silence_the_line_below_and_no_other() {
    for marker in NEXT_LINE {
        let (silenced, open) = (leak(1), leak(2));
        let report = read(format!("# {marker}\n{}\n{}\n", silenced.line, open.line));
        assert_eq!(report.suppressed.len(), 1, "{marker}");
        assert_eq!(report.suppressed[0].secret.as_deref(), Some(silenced.secret.as_str()));
        let suppression = report.suppressed[0].occurrences[0].suppression.as_ref().expect("how");
        assert_eq!((suppression.marker.as_str(), suppression.line), (marker, 1));
        assert_eq!(report.findings.len(), 1, "{marker}");
        assert_eq!(report.findings[0].secret.as_deref(), Some(open.secret.as_str()));
        let report = read(format!("{} # {marker}\n", open.line));
        assert_eq!((report.findings.len(), report.suppressed.len()), (1, 0), "{marker} on the same line");
    }
}

#[test]
fn a_marker_on_another_line_or_inside_a_word_silences_nothing() {
    for content in [
        format!("# snout:ignore\n{}\n", leak(1).line),
        format!("{}\n# snout:ignore\n", leak(1).line),
        format!("{} # loggignored\n", leak(1).line),
    ] {
        let report = read(content.clone());
        assert_eq!((report.findings.len(), report.suppressed.len()), (1, 0), "{content}");
    }
}

#[test]
fn a_marker_reaches_over_a_line_end_only_to_the_line_below() {
    let (one, other) = (leak(1), leak(2));
    for (content, open) in [
        (format!("# secretlint-disable-next-line\r\n{}\r\n{}\n", one.line, other.line), 1),
        (format!("# secretlint-disable-next-line\n\n{}\n", one.line), 1),
        (format!("{}\n# secretlint-disable-next-line", one.line), 1),
        (format!("# secretlint-disable-next-line\n{} # snout:ignore\n", one.line), 0),
    ] {
        assert_eq!(read(content.clone()).findings.len(), open, "{content}");
    }
}

#[test]
fn a_silenced_finding_is_listed_with_its_words_and_who_wrote_them() {
    let repo = Repo::new();
    let one = leak(1);
    repo.add("env", format!("# first\n{}\n", one.line));
    repo.write("env", format!("# first\n{} # trufflehog:ignore because of a test\n", one.line));
    repo.tick();
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "-m", "Silence it", "--author", "Eve Silencer <eve@example.org>"]);
    let silencing = repo.git(&["rev-parse", "HEAD"]);
    let found = repo.scan(&["--no-history"]);
    assert_eq!((found.code, found.places(&one).len()), (Some(0), 0));
    let places = found.silenced(&one);
    assert_eq!(places.len(), 1);
    let suppression = &places[0]["suppression"];
    assert_eq!(suppression["marker"], "trufflehog:ignore");
    assert_eq!(suppression["text"], "trufflehog:ignore because of a test");
    assert_eq!(suppression["line"], 2);
    assert_eq!(suppression["author"], "Eve Silencer <eve@example.org>");
    assert_eq!(suppression["date"], date(2).as_str());
    assert_eq!(suppression["commit"], silencing.as_str());
}

#[test]
fn a_marker_that_is_not_committed_has_no_author() {
    let repo = Repo::new();
    let one = leak(1);
    repo.add("env", "nothing\n");
    repo.write("env", format!("{} # snout:ignore\n", one.line));
    let found = repo.scan(&["--no-history"]);
    assert!(found.silenced(&one)[0]["suppression"].get("author").is_none());
}

#[test]
fn a_marker_at_head_silences_the_history_of_the_same_secret_in_the_same_file() {
    let repo = Repo::new();
    let (silenced, elsewhere) = (leak(1), leak(2));
    repo.write("env", format!("{}\n", silenced.line));
    repo.write("other", format!("{}\n", elsewhere.line));
    repo.commit("Two secrets");
    repo.add("env", format!("{} # snout:ignore\n", silenced.line));
    let found = repo.scan(&["--no-worktree"]);
    assert!(found.places(&silenced).is_empty(), "{:?}", found.where_is(&silenced));
    assert!(!found.silenced(&silenced).is_empty());
    assert_eq!((found.code, found.where_is(&elsewhere).len()), (Some(1), 1));
}

#[test]
fn a_marker_that_was_taken_away_again_silences_only_its_own_time() {
    let repo = Repo::new();
    let one = leak(1);
    repo.add("env", format!("{} # snout:ignore\n", one.line));
    repo.add("env", format!("{}\n", one.line));
    let found = repo.scan(&["--no-worktree"]);
    assert_eq!(found.code, Some(1));
    assert!(!found.places(&one).is_empty());
}

#[test]
fn a_silenced_history_names_the_author_of_the_marker() {
    let repo = Repo::new();
    let one = leak(1);
    let commit = repo.add("env", format!("{} # gitleaks:allow\n", one.line));
    repo.git(&["rm", "-q", "env"]);
    repo.commit_staged("Away with it");
    let found = repo.scan(&["--no-worktree"]);
    assert_eq!(found.code, Some(0));
    let suppression = &found.silenced(&one)[0]["suppression"];
    assert_eq!((suppression["author"].as_str(), suppression["commit"].as_str()), (Some(AUTHOR), Some(commit.as_str())));
}

#[test]
fn silenced_findings_fail_only_when_asked_to() {
    let folder = Folder::new();
    let one = leak(1);
    folder.write("env", format!("{} # snout:ignore\n", one.line));
    assert_eq!(folder.scan(&["."]).code, Some(0));
    let asked = folder.scan(&["--include-suppressed", "."]);
    assert_eq!((asked.code, asked.places(&one).len(), asked.silenced(&one).len()), (Some(1), 1, 0));
    assert_eq!(asked.places(&one)[0]["suppression"]["marker"], "snout:ignore", "it still says who silenced it");
}

#[test]
fn jsonl_has_silenced_occurrences_and_says_so() {
    let folder = Folder::new();
    folder.write("env", format!("{} # snout:ignore\n{}\n", leak(1).line, leak(2).line));
    let lines = folder.snout(&["scan", "--format", "jsonl", "--reveal"]).lines();
    let said: Vec<_> = lines.iter().map(|line| (line["secret"].as_str(), line["suppressed"].as_bool())).collect();
    let (silenced, open) = (leak(1).secret, leak(2).secret);
    assert!(said.contains(&(Some(&silenced), Some(true))) && said.contains(&(Some(&open), Some(false))), "{said:?}");
    assert_eq!(said.len(), 2);
}

#[test]
fn a_marker_that_silences_nothing_is_listed() {
    let folder = Folder::new();
    folder.write("a", format!("nothing\nnothing # gitleaks:allow\n{} # snout:ignore\n", leak(1).line));
    let found = folder.scan(&["."]);
    let unused = found.report["unused_suppressions"].as_array().expect("a list");
    assert_eq!(unused.len(), 1, "{unused:?}");
    assert_eq!(
        (unused[0]["path"].as_str(), unused[0]["line"].as_u64(), unused[0]["marker"].as_str()),
        (Some("a"), Some(2), Some("gitleaks:allow"))
    );
}

#[test]
fn staged_markers_silence_too() {
    let repo = Repo::new();
    let one = leak(1);
    repo.write("env", format!("{} # snout:ignore\n", one.line));
    repo.git(&["add", "-A"]);
    let found = repo.scan(&["--staged"]);
    assert_eq!((found.code, found.silenced(&one).len()), (Some(0), 1));
}
