//! Baselines tell new findings from known ones; imports carry over what other scanners were told to leave alone.

use crate::util::{Folder, Repo, leak, program, snout};

const FILE: &str = ".snout/baseline.json";
const LEDGER: &str = ".snout/suppressions.toml";

fn known() -> Repo {
    let repo = Repo::new();
    repo.add("env", format!("{}\n", leak(1).line));
    let made = repo.snout(&["baseline", "create"]);
    assert_eq!(made.code, Some(0), "{}", made.all());
    repo
}

#[test]
fn known_findings_are_listed_as_suppressed_and_new_ones_fail() {
    let repo = known();
    let found = repo.scan(&["--baseline", FILE]);
    assert_eq!((found.code, found.places(&leak(1)).len()), (Some(0), 0));
    let said = &found.silenced(&leak(1))[0]["suppression"];
    assert_eq!((said["kind"].as_str(), said["marker"].as_str()), (Some("external"), Some("baseline")));
    assert_eq!((said["path"].as_str(), said["line"].as_u64()), (Some(FILE), Some(5)));
    repo.write("new", leak(2).line);
    let found = repo.scan(&["--baseline", FILE]);
    assert_eq!((found.code, found.places(&leak(2)).len(), found.places(&leak(1)).len()), (Some(1), 1, 0));
    assert_eq!(repo.scan(&[]).code, Some(1), "a baseline counts where it is named, and nowhere else");
}

#[test]
fn a_baseline_covers_what_nobody_may_silence() {
    let folder = Folder::new();
    let pair = crate::util::fill("GENESYS_CLIENT_ID={{uuid4}}\nGENESYS_CLIENT_SECRET={{b64url 32}}", 3);
    for (name, marker) in [("plain", ""), ("marked", " # trufflehog:ignore")] {
        folder.write(name, format!("{pair}{marker}\n"));
    }
    assert_eq!(folder.snout(&["baseline", "create"]).code, Some(0));
    assert_eq!(folder.scan(&["."]).code, Some(1));
    assert_eq!(folder.scan(&["--baseline", FILE]).code, Some(0));
}

#[test]
fn a_baseline_does_not_change_when_things_move() {
    let repo = known();
    let before = std::fs::read_to_string(repo.at(FILE)).expect("a baseline");
    assert!(!before.contains(&leak(1).secret) && !before.contains("env"), "{before}");
    repo.git(&["mv", "env", "moved"]);
    repo.add("moved", format!("first\n\n\n{}\n", leak(1).line));
    assert_eq!(repo.snout(&["baseline", "diff"]).code, Some(0));
    assert_eq!(repo.snout(&["baseline", "update"]).code, Some(0));
    assert_eq!(std::fs::read_to_string(repo.at(FILE)).expect("a baseline"), before);
}

#[test]
fn an_update_drops_what_is_gone_and_adds_only_when_asked_to() {
    let folder = Folder::new();
    folder.write("a", leak(1).line);
    folder.write("b", leak(2).line);
    let again = || std::fs::read_to_string(folder.at(FILE)).expect("a baseline").matches("fingerprint").count();
    assert_eq!(folder.snout(&["baseline", "create"]).code, Some(0));
    assert_eq!(again(), 2);
    assert_eq!(folder.snout(&["baseline", "create"]).code, Some(2), "it is not overwritten");
    folder.write("b", leak(3).line);
    let diff = folder.snout(&["baseline", "diff"]);
    assert_eq!(diff.code, Some(1));
    assert!(diff.stdout.contains("new  genesys-client-secret") && diff.stdout.contains(" b:1\n"), "{}", diff.stdout);
    assert!(diff.stdout.ends_with("2 known, 1 new, 1 gone\n"), "{}", diff.stdout);
    assert_eq!(folder.snout(&["baseline", "update"]).code, Some(0));
    assert_eq!((again(), folder.snout(&["scan", "--baseline", FILE]).code), (1, Some(1)));
    assert_eq!(folder.snout(&["baseline", "update", "--add"]).code, Some(0));
    assert_eq!((again(), folder.snout(&["scan", "--baseline", FILE]).code), (2, Some(0)));
}

#[test]
fn a_branch_cannot_add_to_the_baseline_it_is_judged_by() {
    let repo = known();
    let before = repo.commit("The baseline");
    repo.write("new", leak(2).line);
    assert_eq!(repo.snout(&["baseline", "update", "--add"]).code, Some(0));
    repo.commit("A new secret, and a baseline that knows it");
    let range = format!("{before}..HEAD");
    let found = repo.scan(&["--range", &range, "--baseline", FILE]);
    assert_eq!((found.code, found.places(&leak(2)).len()), (Some(1), 1));
    assert_eq!(repo.scan(&["--baseline", FILE]).code, Some(0));
    let found = repo.scan(&["--range", &format!("{before}~1..HEAD"), "--baseline", FILE]);
    assert_eq!(found.code, Some(1));
    assert!(found.notes().contains("counts for nothing"), "{}", found.notes());
}

#[test]
fn a_baseline_of_another_key_or_shape_is_an_error() {
    let repo = known();
    let other = program(repo.path())
        .env("SNOUT_FINGERPRINT_KEY", "a key of one's own for a test")
        .args(["scan", "--baseline", FILE])
        .output()
        .expect("the binary runs");
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&other.stderr).contains("made with another key"));
    repo.write("odd.json", "{}");
    let odd = repo.snout(&["scan", "--baseline", "odd.json"]);
    assert_eq!(odd.code, Some(2));
    assert!(odd.stderr.contains("it is no baseline"), "{}", odd.stderr);
}

#[test]
fn ignore_files_and_baselines_of_others_become_entries_for_the_values_they_cover() {
    let repo = Repo::new();
    let commit = repo.add("old.env", format!("{}\n", leak(1).line));
    repo.git(&["rm", "-q", "old.env"]);
    repo.write("tests/a.env", format!("{}\n", leak(2).line));
    repo.write("vendor/b.env", format!("{}\n", leak(3).line));
    repo.write("src/c.env", format!("{}\n", leak(4).line));
    repo.write("open.env", format!("{}\n", leak(5).line));
    repo.commit("More");
    repo.write(".gitleaksignore", format!("{commit}:old.env:generic-api-key:1\nnowhere.env:x:9\n"));
    repo.write("gitleaks.toml", "[allowlist]\ndescription = 'fixtures'\npaths = ['^tests/']\n");
    repo.write("exclude.txt", "vendor/.*\n");
    let dry =
        repo.snout(&["import", "--dry-run", ".gitleaksignore", "gitleaks.toml", "exclude.txt", "--reviewer", "Eve"]);
    assert_eq!((dry.code, repo.at(LEDGER).exists()), (Some(0), false), "{}", dry.all());
    let done = repo.snout(&["import", ".gitleaksignore", "gitleaks.toml", "exclude.txt", "--reviewer", "Eve"]);
    assert_eq!(done.code, Some(0), "{}", done.all());
    let idle = ".gitleaksignore: 1 of 2 entries cover nothing that is found here: line 2";
    assert!(done.stderr.contains(idle), "{}", done.stderr);
    assert!(done.stderr.contains("carried 3 values over"), "{}", done.stderr);
    let ledger = std::fs::read_to_string(repo.at(LEDGER)).expect("a ledger");
    assert!(ledger.contains("imported from gitleaks.toml, allowlist 1: fixtures"), "{ledger}");
    let found = repo.scan(&[]);
    for (number, open) in [(1, false), (2, false), (3, false), (4, true), (5, true)] {
        assert_eq!(!found.places(&leak(number)).is_empty(), open, "{number}: {:?}", found.where_is(&leak(number)));
    }
}

#[test]
fn a_baseline_of_detect_secrets_is_carried_over_by_its_hashes() {
    use sha1::Digest;
    let repo = Repo::new();
    repo.write("a.env", format!("{}\n", leak(1).line));
    repo.write("b.env", format!("{}\n", leak(2).line));
    repo.commit("Two");
    let hash = |number| -> String {
        sha1::Sha1::digest(leak(number).secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let one = |number, real| {
        format!("{{\"type\":\"x\",\"hashed_secret\":\"{}\",\"line_number\":9,\"is_secret\":{real}}}", hash(number))
    };
    let text = format!("{{\"results\":{{\"a.env\":[{}],\"b.env\":[{}]}}}}", one(1, false), one(2, true));
    repo.write(".secrets.baseline", text);
    let done = repo.snout(&["import", ".secrets.baseline", "--baseline", "known.json"]);
    assert_eq!(done.code, Some(0), "{}", done.all());
    assert!(done.stderr.contains("was audited as a real secret"), "{}", done.stderr);
    let found = repo.scan(&["--baseline", "known.json"]);
    assert_eq!((found.places(&leak(1)).len(), found.places(&leak(2)).is_empty()), (0, false));
    let odd = snout(repo.path(), &["import", "nowhere"]);
    assert_eq!(odd.code, Some(2));
}
