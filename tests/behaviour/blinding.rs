//! What a branch might try so that its secrets pass: each is told, listed for review, or said to be unread.

use serde_json::Value;

use crate::util::{Folder, Leak, Repo, Run, Scanned, fill, leak, program, snout};

const LEDGER: &str = ".snout/suppressions.toml";

/// A repository whose branch `topic` begins where `main` is.
fn branch(before: &[(&str, &[u8])]) -> Repo {
    let repo = Repo::new();
    repo.write("readme", "A project.\n");
    for (name, content) in before {
        repo.write(name, content);
    }
    repo.commit("Before");
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo
}

/// What the branch adds.
fn added(repo: &Repo, args: &[&str]) -> Scanned {
    repo.scan(&[&["--range", "main..HEAD"], args].concat())
}

/// Exit code of the branch's review, and how many suppressions it lists.
fn reviewed(repo: &Repo) -> (Option<i32>, usize) {
    let run = repo.snout(&["suppressions", "--range", "main..HEAD", "--format", "json"]);
    let list: Value = serde_json::from_str(&run.stdout).expect("a list");
    (run.code, list["suppressions"].as_array().map_or(0, Vec::len))
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a_marker_in_an_odd_place_is_listed() {
    let line = leak(1).line;
    let zip = crate::archives::zip(&[("in.env", format!("{line} # trufflehog:ignore\n").as_bytes())]);
    let cases: [(String, Vec<u8>); 6] = [
        ("crlf.env".into(), format!("{line} # trufflehog:ignore\r\n").into()),
        (
            "long.js".into(),
            format!("{} {line} {} # trufflehog:ignore", "x".repeat(1 << 20), "y".repeat(1 << 20)).into(),
        ),
        ("above.js".into(), format!("// pragma: allowlist nextline secret {}\n{line}\n", "z".repeat(1 << 20)).into()),
        ("wide.env".into(), wide(&format!("\u{FEFF}{line} # trufflehog:ignore\r\n"))),
        ("in.zip".into(), zip),
        (format!("{line} trufflehog:ignore"), "x\n".into()),
    ];
    for (name, content) in cases {
        let repo = branch(&[]);
        repo.write(&name, content);
        repo.commit("Silence it");
        let found = added(&repo, &[]);
        assert_eq!(found.report["suppressed"].as_array().map(Vec::len), Some(1), "{name}: {:#}", found.report);
        assert_eq!(reviewed(&repo), (Some(1), 1), "{name}");
    }
}

#[test]
fn a_comment_on_any_line_of_a_key_hides_nothing_that_is_not_listed() {
    let pem = fill("{{pem RSA PRIVATE KEY}}\n", 2);
    for number in 0..pem.lines().count() {
        let lines = pem.lines().enumerate();
        let marked =
            lines.map(|(at, line)| format!("{line}{}\n", if at == number { " # trufflehog:ignore" } else { "" }));
        let repo = branch(&[]);
        repo.add("key.pem", marked.collect::<String>());
        let count = |list: &str| added(&repo, &[]).report[list].as_array().map_or(0, Vec::len);
        let (open, silenced) = (count("findings"), count("suppressed"));
        assert!(open + silenced > 0, "line {number}");
        assert_eq!(reviewed(&repo).1, silenced, "line {number}");
    }
}

#[test]
fn what_only_looks_like_a_marker_silences_nothing() {
    for marker in ["# trufflehog\u{FF1A}ignore", "# truffle\u{200B}hog:ignore", "\u{2028}# gitleaks:\u{AD}allow"] {
        let repo = branch(&[]);
        repo.add("env", format!("{} {marker}\n", leak(1).line));
        assert_eq!(added(&repo, &[]).places(&leak(1)).len(), 1, "{marker}");
    }
}

#[test]
fn lines_of_wide_text_are_those_of_the_text() {
    // In UTF-16 these letters hold the byte of a line feed.
    let old = "\u{FEFF}\u{A0A} \u{10A} a = 1\n".repeat(4);
    for (after, encode) in [("", wide as fn(&str) -> Vec<u8>), ("\u{A0A}\u{10A}\n", wide), ("", |text| text.into())] {
        let repo = branch(&[("env", &wide(&format!("{old}{after}")))]);
        repo.write("env", encode(&format!("{old}{}\n{after}", leak(1).line)));
        repo.git(&["add", "env"]);
        assert_eq!(repo.scan(&["--staged"]).places(&leak(1)).len(), 1);
        repo.commit_staged("A secret");
        assert_eq!(added(&repo, &[]).places(&leak(1)).len(), 1);
        repo.write("env", wide(&format!("{old}{}\n{after}{old}", leak(1).line)));
        repo.git(&["add", "env"]);
        assert_eq!(repo.scan(&["--staged"]).places(&leak(1)).len(), 0, "an old line");
    }
}

#[test]
fn a_file_that_moves_out_of_where_less_is_asked_counts() {
    let weak = fill("password = \"{{alnum 14}}\"\n", 5);
    let repo = branch(&[("tests/fixtures/login.py", weak.as_bytes()), ("kept/a.env", leak(1).line.as_bytes())]);
    repo.git(&["mv", "tests/fixtures/login.py", "login.py"]);
    repo.commit("A password out of the tests");
    let found = added(&repo, &[]);
    assert_eq!(found.code, Some(1), "{:#}", found.report);
    repo.git(&["mv", "kept/a.env", "a.env"]);
    repo.commit("A secret out of a folder");
    let settings = Folder::new();
    let config = settings.write("snout.toml", "exclude = ['kept/', 'login.py']\n").display().to_string();
    assert_eq!(added(&repo, &["--config", &config]).places(&leak(1)).len(), 1);
    assert_eq!(added(&repo, &[]).places(&leak(1)).len(), 0, "a file that only moved adds nothing");
}

#[test]
fn settings_and_rules_that_a_branch_changes_count_once_they_are_merged() {
    let repo = branch(&[("ci/snout.toml", b"rules = ['own.toml']\n"), ("ci/own.toml", b""), ("ci/more.toml", b"")]);
    let blind = "[[rule]]\nid = 'genesys-client-secret'\ncode = 'ABC0001'\ntitle = 'x'\ndescription = 'x'\n\
                 remediation = 'x'\nseverity = 'low'\nprecision = 'low'\nliterals = ['xyzxyz']\npattern = 'xyzxyz[0-9]{9}'\n\
                 references = ['https://example.org']\nmatch = ['xyzxyz123456789']\n";
    repo.write("env", leak(1).line);
    repo.write("ci/more.toml", blind);
    repo.commit("A secret, and rules that do not know it");
    let found = added(&repo, &["--config", "ci/snout.toml", "--rules", "ci/more.toml"]);
    assert_eq!((found.code, found.places(&leak(1)).len()), (Some(1), 1), "{}", found.notes());
    assert!(found.notes().contains("'ci/more.toml' is read as it was merged before"), "{}", found.notes());
    repo.write("ci/snout.toml", "disable = ['genesys-client-secret']\nexclude = ['env']\nfail-on = 'none'\n");
    repo.commit("Settings that look away");
    let found = added(&repo, &["--config", "ci/snout.toml"]);
    assert_eq!((found.code, found.places(&leak(1)).len()), (Some(1), 1), "{}", found.notes());
    repo.write("new.toml", "exclude = ['env']\n");
    repo.commit("New settings");
    let found = added(&repo, &["--config", "new.toml"]);
    assert_eq!(found.places(&leak(1)).len(), 1, "{}", found.notes());
    // Neither side has this one: whoever runs the scan wrote it.
    let config = repo.write("untracked.toml", "exclude = ['env']\n").display().to_string();
    assert_eq!(added(&repo, &["--config", &config]).places(&leak(1)).len(), 0);
}

fn marked(one: &Leak) -> String {
    format!("{} # trufflehog:ignore\n", one.line)
}

/// A ledger that accepts the secret, as somebody else would have written it.
fn ledger_of(one: &Leak) -> String {
    let folder = Folder::new();
    folder.write("env", marked(one));
    let args = ["suppressions", "accept", "env", "--reason", "a test", "--reviewer", "Eve <eve@example.org>"];
    assert_eq!(folder.snout(&args).code, Some(0));
    std::fs::read_to_string(folder.at(LEDGER)).expect("a ledger")
}

#[test]
fn a_ledger_is_a_plain_file_without_marks_of_a_conflict() {
    let good = ledger_of(&leak(1));
    let conflict = format!("<<<<<<< HEAD\n{good}=======\n{good}>>>>>>> topic\n");
    let broken = [good.as_bytes(), &[0xFF]].concat();
    for content in [conflict.as_bytes(), &broken] {
        let repo = branch(&[]);
        repo.write("env", marked(&leak(1)));
        repo.add(LEDGER, content);
        for args in [&["--range", "main..HEAD"][..], &["--staged"], &[]] {
            let found = repo.scan(args);
            assert!(found.incomplete() && found.skipped().contains("accepts nothing"), "{args:?}: {}", found.skipped());
        }
        assert_eq!(reviewed(&repo), (Some(1), 1));
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_no_ledger_and_nothing_is_written_through_one() {
    let good = ledger_of(&leak(1));
    let repo = branch(&[("env", marked(&leak(1)).as_bytes())]);
    // Git keeps any text as the target of a link.
    let text = repo.write("text", good).display().to_string();
    let blob = repo.git(&["hash-object", "-w", &text]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("120000,{blob},{LEDGER}")]);
    repo.write("other.env", marked(&leak(2)));
    repo.git(&["add", "other.env"]);
    let told = |found: &Scanned| found.skipped().contains("it is no plain file");
    assert!(told(&repo.scan(&["--staged"])));
    repo.commit_staged("A link");
    assert!(told(&added(&repo, &[])));
    let repo = branch(&[]);
    repo.write("env", marked(&leak(1)));
    std::fs::create_dir(repo.at("elsewhere")).expect("a folder");
    std::os::unix::fs::symlink("elsewhere", repo.at(".snout")).expect("a link");
    repo.commit("A folder that is a link");
    assert!(told(&added(&repo, &[])));
    let run = repo.snout(&["suppressions", "accept", "env", "--reason", "x", "--reviewer", "Eve <eve@example.org>"]);
    assert_eq!(run.code, Some(2), "{}", run.all());
    assert_eq!(repo.snout(&["baseline", "create"]).code, Some(2));
    assert_eq!(std::fs::read_dir(repo.at("elsewhere")).expect("a folder").count(), 0);
}

#[test]
fn what_stands_elsewhere_is_said_to_be_unread() {
    let other = Repo::new();
    let commit = other.add("env", leak(1).line);
    let repo = branch(&[]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},deps/other")]);
    let told = |found: &Scanned| found.notes().contains("'deps/other' is a repository of its own");
    assert!(told(&repo.scan(&["--staged"])));
    repo.commit_staged("A submodule");
    assert!(told(&added(&repo, &[])));
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 1234\n", "ab".repeat(32));
    repo.add("big.bin", pointer);
    for found in [added(&repo, &[]), repo.scan(&["--no-history"])] {
        assert!(found.notes().contains("'big.bin' is a pointer of Git LFS"), "{}", found.notes());
    }
}

#[test]
fn parents_that_the_git_directory_makes_up_are_told() {
    let repo = branch(&[]);
    repo.add("env", leak(1).line);
    let last = repo.add("env", "clean\n");
    let main = repo.git(&["rev-parse", "main"]);
    repo.write(".git/info/grafts", format!("{last} {main}\n"));
    let found = added(&repo, &[]);
    assert!(found.incomplete() && found.skipped().contains("info/grafts"), "{}", found.skipped());
}

#[test]
fn a_hook_started_below_the_root_reads_all_that_is_staged() {
    let repo = Repo::new();
    repo.write("frontend/package.json", "{}\n");
    repo.write("app.env", leak(1).line);
    repo.git(&["add", "-A"]);
    assert_eq!(snout(&repo.at("frontend"), &["hook", "pre-commit"]).code, Some(1));
    // As git says it to its hooks.
    let mut command = program(&repo.at("frontend"));
    let command = command.args(["hook", "pre-commit"]).env("GIT_DIR", repo.at(".git"));
    assert_eq!(Run::of(command.output().expect("the binary runs")).code, Some(1));
}

#[test]
fn a_mark_that_promises_another_encoding_blinds_nothing() {
    let line = format!("{}\n", leak(1).line);
    let prose = "a = 1\r\n".repeat(2000);
    let cases = [
        [&b"\xFF\xFE"[..], line.as_bytes()].concat(),
        [&b"\xFE\xFF\n"[..], line.as_bytes()].concat(),
        [&b"\xFF\xFE\0\0"[..], line.as_bytes()].concat(),
        [&b"\0\0\xFE\xFF"[..], line.as_bytes()].concat(),
        // As shells append to what they did not write.
        [wide(&prose), line.clone().into()].concat(),
        [prose.clone().into(), wide(&line)].concat(),
    ];
    for (number, content) in cases.into_iter().enumerate() {
        let repo = branch(&[("env", &content[..content.len().min(2)])]);
        repo.write("env", content);
        repo.git(&["add", "env"]);
        assert_eq!(repo.scan(&["--staged"]).places(&leak(1)).len(), 1, "{number}");
        repo.commit_staged("A secret");
        assert_eq!(added(&repo, &[]).places(&leak(1)).len(), 1, "{number}");
        assert_eq!(repo.scan(&["--no-history"]).places(&leak(1)).len(), 1, "{number}");
        assert_eq!(repo.scan(&["--no-worktree"]).places(&leak(1)).len(), 1, "{number}");
    }
}

#[test]
fn whatever_the_header_of_a_commit_says_is_read() {
    let repo = branch(&[]);
    let (tree, parent) = (repo.git(&["rev-parse", "HEAD^{tree}"]), repo.git(&["rev-parse", "HEAD"]));
    let who = "Ada Tester <ada@example.org> 1700000000 +0000";
    let header = format!("tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n");
    let tag = format!("mergetag object {parent}\n type commit\n tag v1\n tagger {who}\n \n {}\n", leak(1).line);
    for extra in [format!("note {}\n", leak(1).line), tag] {
        let file = repo.write(".git/raw", format!("{header}{extra}\nA message\n")).display().to_string();
        let commit = repo.git(&["hash-object", "-t", "commit", "-w", "--literally", &file]);
        let range = format!("{parent}..{commit}");
        assert_eq!(repo.scan(&["--range", &range]).place(&leak(1), "message")["commit"], commit.as_str());
    }
}

#[test]
fn a_tag_named_as_a_branch_is_no_place_where_a_range_begins() {
    let repo = branch(&[]);
    repo.add("env", leak(1).line);
    repo.git(&["tag", "main"]);
    let run = repo.snout(&["scan", "--range", "main..HEAD"]);
    assert_eq!(run.code, Some(2), "{}", run.all());
    assert!(run.stderr.contains("write 'refs/heads/main'"), "{}", run.stderr);
    assert_eq!(repo.scan(&["--range", "refs/heads/main..HEAD"]).places(&leak(1)).len(), 1);
}

#[test]
fn a_branch_named_as_a_commit_is_no_place_where_a_range_begins() {
    let repo = Repo::new();
    let base = repo.add("readme", "A project.\n");
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add("env", leak(1).line);
    repo.git(&["branch", &base[..9], "topic"]);
    let run = snout(&repo.at(""), &["scan", "--range", &format!("{}..topic", &base[..9])]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains(&base), "{}", run.stderr);
    assert_eq!(repo.scan(&["--range", &format!("{base}..topic")]).code, Some(1));
    // A branch that is named as no commit is one.
    repo.git(&["branch", "feed1234", "main"]);
    assert_eq!(repo.scan(&["--range", "feed1234..topic"]).code, Some(1));
}
