//! Output is a function of input.

use crate::history::Places;
use crate::util::{Repo, leak};

#[test]
fn reports_are_the_same_bytes_for_any_number_of_threads() {
    let places = Places::new();
    // Secrets of their own, and two that stand in every file, so that any order but the sorted one shows.
    let (shared, silenced) = (leak(7), leak(8));
    for seed in 0..60 {
        let content = format!("{}\n{}\n{} # snout:ignore\n", leak(1000 + seed).line, shared.line, silenced.line);
        places.repo.write(&format!("many/{seed}.env"), content);
    }
    places.repo.commit("Many files");
    for format in ["json", "jsonl"] {
        let runs =
            ["1", "2", "8"].map(|threads| places.repo.snout(&["scan", "--format", format, "--threads", threads]));
        assert!(runs[0].stdout.len() > 10_000);
        for run in &runs[1..] {
            assert_eq!(run.code, Some(1));
            assert!(run.stdout == runs[0].stdout && run.stderr == runs[0].stderr, "{format} depends on threads");
        }
    }
}

#[test]
fn a_carried_scan_of_a_history_tells_what_a_scan_of_every_whole_version_tells() {
    let repo = Repo::new();
    let filler: String = (0..400).map(|line| format!("line {line} of a file that changes a little\n")).collect();
    for version in 0..30_u64 {
        let mut lines: Vec<&str> = filler.lines().collect();
        let secret = leak(version / 4).line;
        lines.insert((version as usize * 37) % 400, &secret);
        lines.rotate_left(version as usize % 7);
        repo.add("file", lines.join("\n"));
    }
    repo.git(&["repack", "-q", "-a", "-d", "-f", "--window=250", "--depth=250"]);
    let scan = |args: &[&str]| repo.snout(&[&["scan", "--no-worktree", "--format", "jsonl"], args].concat());
    let (carried, whole) = (scan(&[]), scan(&["--whole"]));
    assert_eq!(carried.stdout, whole.stdout);
    assert_eq!(carried.lines().len(), 8, "{}", carried.stdout);
}
