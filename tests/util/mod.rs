//! Secrets made at run time, repositories in temporary folders, and runs of the binary with nothing of the
//! developer's own environment.

#![allow(dead_code, reason = "each test crate uses its own part")]

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use snout::{Plan, Report, RuleSet, Silent, Target};
use tempfile::TempDir;

/// Author of every commit that names no other.
pub(crate) const AUTHOR: &str = "Ada Tester <ada@example.org>";
/// The moment before the first commit of a repository; each commit is a minute later than the one before.
const EPOCH: i64 = 1_700_000_000;

/// A credential and the assignment that holds it.
#[derive(Clone)]
pub(crate) struct Leak {
    /// `GENESYS_CLIENT_SECRET=…`
    pub(crate) line: String,
    /// The value alone.
    pub(crate) secret: String,
}

/// The leak of that number: the same each time, a different one for each number.
pub(crate) fn leak(number: u64) -> Leak {
    let line = fill("GENESYS_CLIENT_SECRET={{b64url 32}}", number);
    let secret = line.split_once('=').expect("an assignment").1.to_owned();
    Leak { line, secret }
}

/// A filled example.
pub(crate) fn fill(template: &str, seed: u64) -> String {
    snout::rule::fill_example(template, seed).expect("known fields")
}

/// A command that sees neither the developer's git settings nor those of a hook around the tests.
pub(crate) fn clean(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["GIT_", "SNOUT_", "CLICOLOR"].iter().any(|start| text.starts_with(start)) {
            command.env_remove(&name);
        }
    }
    for name in ["CI", "NO_COLOR", "COLUMNS", "EMAIL"] {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .env("HOME", folder)
        .env("XDG_CONFIG_HOME", folder.join(".none"))
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_AUTHOR_NAME", "Ada Tester")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_NAME", "Ada Tester")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org")
        .stdin(Stdio::null());
    command
}

/// A folder that goes away with the value.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Folder(tempfile::Builder::new().prefix("snout-test-").tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders can be made");
        fs::write(&path, content).expect("a file can be written");
        path
    }

    /// Runs the binary in the folder.
    pub(crate) fn snout<S: AsRef<OsStr>>(&self, args: &[S]) -> Run {
        snout(self.path(), args)
    }

    /// `snout scan --format json --reveal` and more.
    pub(crate) fn scan(&self, args: &[&str]) -> Scanned {
        scan(self.path(), args)
    }
}

/// A repository in a folder of its own.
pub(crate) struct Repo {
    folder: Folder,
    commits: Cell<i64>,
}

impl std::ops::Deref for Repo {
    type Target = Folder;

    fn deref(&self) -> &Folder {
        &self.folder
    }
}

impl Repo {
    pub(crate) fn new() -> Self {
        let repo = Repo { folder: Folder::new(), commits: Cell::new(0) };
        repo.git(&["init", "-q", "-b", "main", "."]);
        repo
    }

    /// Runs a script of `fixtures/repos` in an empty folder; what it says are pairs of a name and an object id.
    pub(crate) fn from_script(script: &str, args: &[&str]) -> (Self, Vec<(String, String)>) {
        let repo = Repo { folder: Folder::new(), commits: Cell::new(1000) };
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repos").join(script);
        let out = clean("sh", repo.path()).arg(&file).args(args).output().expect("a shell");
        assert!(out.status.success(), "{script}: {}", String::from_utf8_lossy(&out.stderr));
        let said = String::from_utf8(out.stdout).expect("names and ids");
        let pairs = said.lines().filter_map(|line| line.split_once(' '));
        (repo, pairs.map(|(name, id)| (name.to_owned(), id.to_owned())).collect())
    }

    /// A git command with the clock of the repository.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let date = format!("@{} +0100", EPOCH + 60 * self.commits.get());
        let mut command = clean("git", self.path());
        command
            .args(["-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false", "-c", "gc.auto=0"])
            .args(args)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date);
        command
    }

    /// Runs git, which has to succeed, and returns what it printed.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let out = self.try_git(args);
        assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    }

    /// Runs git, which may fail.
    pub(crate) fn try_git(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("git is installed")
    }

    /// Commits everything a minute after the last commit and returns the commit's id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.commit_staged(message)
    }

    /// Commits what is staged.
    pub(crate) fn commit_staged(&self, message: &str) -> String {
        self.tick();
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Lets a minute pass.
    pub(crate) fn tick(&self) {
        self.commits.set(self.commits.get() + 1);
    }

    /// Writes a file and commits it.
    pub(crate) fn add(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        self.write(name, content);
        self.commit(&format!("Change {name}"))
    }

    /// Every file of the folder, `.git` included, with its content.
    pub(crate) fn everything(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let (mut out, mut folders) = (Vec::new(), vec![self.path().to_path_buf()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder").flatten() {
                match entry.file_type().expect("a kind").is_dir() {
                    true => folders.push(entry.path()),
                    false => out.push((entry.path(), fs::read(entry.path()).unwrap_or_default())),
                }
            }
        }
        out.sort();
        out
    }
}

/// Names of the files that came, went or changed between two listings of [`Repo::everything`].
pub(crate) fn changes(before: &[(PathBuf, Vec<u8>)], after: &[(PathBuf, Vec<u8>)]) -> Vec<String> {
    let odd =
        before.iter().filter(|file| !after.contains(file)).chain(after.iter().filter(|file| !before.contains(file)));
    odd.map(|(path, _)| path.display().to_string()).collect()
}

/// The date that the n-th commit of a [`Repo`] has, as reports write it.
pub(crate) fn date(commit: i64) -> String {
    let (minutes, seconds) = (EPOCH + 3600 + 60 * commit, 20);
    let of_day = minutes.rem_euclid(86_400);
    assert_eq!((EPOCH % 60, minutes / 86_400), (seconds, EPOCH / 86_400), "the clock stays within one day");
    format!("2023-11-14T{:02}:{:02}:{:02}+01:00", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// What a run of the binary came to.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(out: Output) -> Self {
        Run {
            code: out.status.code(),
            stdout: String::from_utf8_lossy(&out.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
        }
    }

    /// The objects of a jsonl report.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
    }

    /// Both outputs.
    pub(crate) fn all(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }
}

/// The binary, ready to run in a folder.
pub(crate) fn program(folder: &Path) -> Command {
    let mut command = clean(env!("CARGO_BIN_EXE_snout"), folder);
    command.env_remove("GIT_AUTHOR_NAME").env_remove("GIT_COMMITTER_NAME");
    command
}

/// Runs the binary in a folder. Secrets are not revealed to a pipe: where they are asked for, the report goes through a
/// file, and stands as standard output all the same.
pub(crate) fn snout<S: AsRef<OsStr>>(folder: &Path, args: &[S]) -> Run {
    let has = |flag: &str| args.iter().any(|arg| arg.as_ref() == flag);
    let mut command = program(folder);
    command.args(args);
    if !has("--reveal") || has("--output") {
        return Run::of(command.output().expect("the binary runs"));
    }
    let report = tempfile::NamedTempFile::new().expect("a file");
    let mut run = Run::of(command.arg("--output").arg(report.path()).output().expect("the binary runs"));
    run.stdout = fs::read_to_string(report.path()).expect("a report");
    run
}

/// Runs the binary with something on its standard input.
pub(crate) fn snout_reads(folder: &Path, args: &[&str], input: &[u8]) -> Run {
    let mut command = program(folder);
    let piped = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("the binary runs");
    child.stdin.take().expect("a pipe").write_all(input).expect("the binary reads");
    Run::of(child.wait_with_output().expect("the binary ends"))
}

/// A json report with its secrets, and the exit code beside it.
pub(crate) struct Scanned {
    pub(crate) code: Option<i32>,
    pub(crate) report: Value,
    pub(crate) stderr: String,
}

/// `snout scan --format json --reveal` and more.
pub(crate) fn scan(folder: &Path, args: &[&str]) -> Scanned {
    let all: Vec<&str> = ["scan", "--format", "json", "--reveal"].iter().chain(args).copied().collect();
    let run = snout(folder, &all);
    let report = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.all()));
    Scanned { code: run.code, report, stderr: run.stderr }
}

impl Scanned {
    /// The places of a secret that nobody silenced.
    pub(crate) fn places(&self, leak: &Leak) -> Vec<&Value> {
        self.places_in("findings", leak)
    }

    /// The places of a secret that a comment silences.
    pub(crate) fn silenced(&self, leak: &Leak) -> Vec<&Value> {
        self.places_in("suppressed", leak)
    }

    fn places_in(&self, list: &str, leak: &Leak) -> Vec<&Value> {
        let findings = self.report[list].as_array().expect("a list");
        let mine = findings.iter().filter(|finding| finding["secret"] == leak.secret.as_str());
        mine.flat_map(|finding| finding["occurrences"].as_array().expect("a list")).collect()
    }

    /// The one place of a secret with that source.
    #[track_caller]
    pub(crate) fn place(&self, leak: &Leak, source: &str) -> &Value {
        let places = self.places(leak);
        let mine: Vec<&Value> = places.iter().copied().filter(|one| one["source"] == source).collect();
        assert_eq!(mine.len(), 1, "one place in {source}, of {places:#?}");
        mine[0]
    }

    /// Source and path of each place of a secret, sorted.
    pub(crate) fn where_is(&self, leak: &Leak) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        let mut out: Vec<_> =
            self.places(leak).into_iter().map(|one| (text(&one["source"]), text(&one["path"]))).collect();
        out.sort();
        out
    }

    /// What was not read and why, a line each.
    pub(crate) fn skipped(&self) -> String {
        let list = self.report["coverage"]["skipped"].as_array().expect("a list");
        list.iter()
            .map(|one| format!("{}: {}\n", one["what"].as_str().unwrap_or(""), one["why"].as_str().unwrap_or("")))
            .collect()
    }

    /// What a reader should know, a line each.
    pub(crate) fn notes(&self) -> String {
        let list = self.report["coverage"]["notes"].as_array().expect("a list");
        list.iter().filter_map(Value::as_str).map(|note| format!("{note}\n")).collect()
    }

    pub(crate) fn incomplete(&self) -> bool {
        self.report["coverage"]["incomplete"] == true
    }
}

/// Source and path, to compare with [`Scanned::where_is`].
pub(crate) fn at(source: &str, path: &str) -> (String, String) {
    (source.to_owned(), path.to_owned())
}

/// Lines and columns of a place.
pub(crate) fn region(place: &Value) -> [u64; 4] {
    ["start_line", "start_column", "end_line", "end_column"].map(|name| place[name].as_u64().expect("a number"))
}

/// A scan through the library.
pub(crate) fn plan(target: Target) -> Plan {
    Plan {
        targets: vec![target],
        rules: RuleSet::embedded(),
        threads: 1,
        exclude: None,
        max_file_size: None,
        archives: snout::ArchiveLimits::default(),
        no_ignore: false,
        reveal: true,
        include_suppressed: false,
        line_hashes: false,
        whole: false,
        key: b"a key for tests".to_vec(),
        review: snout::review::Review::default(),
    }
}

/// Scans bytes through the library, as the binary scans standard input.
pub(crate) fn read(content: impl Into<Vec<u8>>) -> Report {
    snout::scan(&plan(Target::Stdin(content.into())), &Silent).expect("memory can be read")
}
