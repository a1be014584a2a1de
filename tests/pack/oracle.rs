//! Repositories that git made, read by us and by git.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use snout::pack::{HashKind, Kind, Limits, ObjectId, Place, Store};
use tempfile::TempDir;

use crate::{Objects, open, walk};

/// Runs git without the user's environment and gives what it printed.
fn git(directory: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_TERMINAL_PROMPT", "0")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git is installed");
    let mut stdin = child.stdin.take().expect("it is piped");
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        let output = child.wait_with_output().expect("git ends");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    })
}

/// A history of `versions` commits on `branch` for `git fast-import`: a growing text, a shrinking one, one that
/// never compresses, and a tag.
fn history(branch: &str, versions: usize) -> Vec<u8> {
    let mut stream = String::new();
    let mut text: Vec<String> = (0..40).map(|line| format!("line {line} of {branch}\n")).collect();
    for version in 0..versions {
        let at = version * 7 % text.len();
        text[at] = format!("line {at} of {branch}, changed in {version}\n");
        if version % 5 == 0 {
            text.push(format!("a new line in {version}\n"));
        }
        let growing = text.concat();
        let shrinking = text[version % 30..].concat();
        let mut noise = String::new();
        let mut number = version as u64 + 1;
        for _ in 0..20 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let _ = write!(noise, "{number:x}");
        }
        let message = format!("Version {version}");
        let _ = write!(
            stream,
            "commit refs/heads/{branch}\ncommitter A <a@example.org> {} +0000\ndata {}\n{message}\n",
            1_700_000_000 + version,
            message.len()
        );
        for (path, content) in
            [("growing", &growing), ("sub/shrinking", &shrinking), ("sub/noise", &noise), ("empty", &String::new())]
        {
            let _ = write!(stream, "M 100644 inline {path}\ndata {}\n{content}\n", content.len());
        }
    }
    let _ =
        write!(stream, "tag {branch}-tag\nfrom refs/heads/{branch}\ntagger A <a@example.org> 1 +0000\ndata 3\ntag\n");
    stream.into_bytes()
}

/// A bare repository with one packed branch.
fn repository(versions: usize, options: &[&str]) -> TempDir {
    let directory = TempDir::new().expect("a temporary directory");
    git(directory.path(), &[&["init", "-q", "--bare"], options].concat(), b"");
    import(directory.path(), "main", versions);
    directory
}

fn import(repository: &Path, branch: &str, versions: usize) {
    git(
        repository,
        &["-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force"],
        &history(branch, versions),
    );
}

/// What libgit2 reads.
fn libgit2(repository: &Path) -> Objects {
    let repository = git2::Repository::open_bare(repository).expect("a repository");
    let odb = repository.odb().expect("it has objects");
    let mut objects = Objects::new();
    odb.foreach(|id| {
        let object = odb.read(*id).expect("git made it");
        let kind = Kind::from_name(object.kind().str().as_bytes()).expect("one of four kinds");
        let id = ObjectId::from_bytes(id.as_bytes()).expect("an id");
        objects.insert(id, (kind, object.data().to_vec()));
        true
    })
    .expect("it can be listed");
    objects
}

/// What `git cat-file` reads.
fn cat_file(repository: &Path) -> Objects {
    let printed = git(repository, &["cat-file", "--batch-all-objects", "--batch"], b"");
    let mut objects = Objects::new();
    let mut rest = &printed[..];
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = std::str::from_utf8(&rest[..end]).expect("ASCII");
        let words: Vec<&str> = line.split(' ').collect();
        let size: usize = words[2].parse().expect("a size");
        let id = ObjectId::from_hex(words[0]).expect("an id");
        let kind = Kind::from_name(words[1].as_bytes()).expect("a kind");
        objects.insert(id, (kind, rest[end + 1..][..size].to_vec()));
        rest = &rest[end + 1 + size + 1..];
    }
    objects
}

/// Reads everything every way; all must be as git reads it.
fn check(repository: &Path) {
    let expected = libgit2(repository);
    assert!(expected.len() > 100);
    compare(&open(&repository.join("objects")), &expected);
}

fn compare(store: &Store, expected: &Objects) {
    let ids: Vec<ObjectId> = store.objects().map(|located| located.id).collect();
    let unique: BTreeSet<ObjectId> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len());
    assert!(unique.iter().eq(expected.keys()));
    // One by one, objects at the ends of long chains cost their whole chains.
    for (id, object) in expected.iter().step_by(1 + expected.len() / 1500) {
        assert_eq!(&store.read(id).expect("git reads it"), object, "{id}");
    }
    let tight = Limits { live_bytes: 0, ..Limits::default() };
    for (limits, threads) in [(Limits::default(), 1), (Limits::default(), 4), (tight, 3)] {
        let walked = walk(store, &limits, &[], threads);
        assert!(walked.failed.is_empty(), "{:?}", walked.failed);
        assert!(&walked.seen == expected);
    }
    let walked = walk(store, &Limits::default(), &[Kind::Blob, Kind::Tag], 2);
    let wanted = expected.values().filter(|(kind, _)| matches!(kind, Kind::Commit | Kind::Tree)).count();
    assert_eq!(walked.seen.len(), wanted);
    assert_eq!(walked.summary.unwanted as usize, expected.len() - wanted);
}

/// How many packs there are.
fn packs(repository: &Path) -> usize {
    let entries = fs::read_dir(repository.join("objects/pack")).expect("it has packs");
    entries.filter(|entry| entry.as_ref().expect("listed").path().extension().is_some_and(|it| it == "pack")).count()
}

#[test]
fn a_pack_as_imported() {
    check(repository(150, &[]).path());
}

#[test]
fn chains_as_deep_as_git_makes_them() {
    let repository = TempDir::new().expect("a temporary directory");
    git(repository.path(), &["init", "-q", "--bare"], b"");
    let mut stream = String::new();
    for version in 0..4150 {
        let content = "x".repeat(60) + &"+\n".repeat(version);
        let _ = write!(stream, "blob\ndata {}\n{content}\n", content.len());
    }
    git(
        repository.path(),
        &["-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--depth=4095"],
        stream.as_bytes(),
    );
    check(repository.path());
}

#[test]
fn repacked_as_deep_as_can_be() {
    let repository = repository(400, &[]);
    git(repository.path(), &["repack", "-adfq", "--window=250", "--depth=4095"], b"");
    check(repository.path());
}

#[test]
fn repacked_shallow() {
    let repository = repository(150, &[]);
    git(repository.path(), &["repack", "-adfq", "--depth=1"], b"");
    check(repository.path());
}

#[test]
fn repacked_without_offset_deltas() {
    let repository = repository(150, &[]);
    git(repository.path(), &["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"], b"");
    check(repository.path());
}

#[test]
fn packs_with_bitmaps() {
    let repository = repository(150, &[]);
    git(repository.path(), &["repack", "-adbq"], b"");
    check(repository.path());
}

#[test]
fn old_indices() {
    let repository = repository(150, &[]);
    git(repository.path(), &["-c", "pack.indexVersion=1", "repack", "-adfq"], b"");
    check(repository.path());
}

#[test]
fn large_offsets() {
    let repository = repository(150, &[]);
    let directory = repository.path().join("objects/pack");
    let pack = fs::read_dir(&directory)
        .expect("it has packs")
        .map(|entry| entry.expect("listed").path())
        .find(|path| path.extension().is_some_and(|it| it == "pack"))
        .expect("one pack");
    let index = pack.with_extension("idx");
    fs::remove_file(&index).expect("there is one");
    let index = index.to_str().expect("a plain path");
    let pack = pack.to_str().expect("a plain path");
    git(repository.path(), &["index-pack", "--index-version=2,0x40", "-o", index, pack], b"");
    check(repository.path());
}

#[test]
fn several_packs_with_doubles() {
    let repository = repository(60, &[]);
    import(repository.path(), "second", 60);
    import(repository.path(), "main", 90);
    import(repository.path(), "third", 5);
    assert!(packs(repository.path()) >= 3);
    // All once more, as loose objects and in one pack beside the others.
    check(repository.path());
    git(repository.path(), &["repack", "-afq"], b"");
    check(repository.path());
}

#[test]
fn a_multi_pack_index() {
    let repository = repository(60, &[]);
    import(repository.path(), "second", 60);
    git(repository.path(), &["multi-pack-index", "write"], b"");
    check(repository.path());

    // Packs that have lost their own indices.
    let expected = libgit2(repository.path());
    for entry in fs::read_dir(repository.path().join("objects/pack")).expect("it has packs") {
        let path = entry.expect("listed").path();
        if path.extension().is_some_and(|it| it == "idx") {
            fs::remove_file(path).expect("it is there");
        }
    }
    compare(&open(&repository.path().join("objects")), &expected);
    fs::remove_file(repository.path().join("objects/pack/multi-pack-index")).expect("it is there");
    let store = Store::open(&repository.path().join("objects"), HashKind::Sha1).expect("the directory is there");
    assert_eq!(store.troubles().len(), 2);
    assert_eq!(store.objects().count(), 0);
}

#[test]
fn loose_objects_only() {
    let repository = TempDir::new().expect("a temporary directory");
    git(repository.path(), &["init", "-q", "--bare"], b"");
    git(repository.path(), &["-c", "fastimport.unpackLimit=100000", "fast-import", "--quiet"], &history("main", 40));
    let big = "0123456789".repeat(1 << 17);
    git(repository.path(), &["hash-object", "-w", "--stdin"], big.as_bytes());
    let zeros = vec![0; 3 << 20];
    git(repository.path(), &["hash-object", "-w", "--stdin"], &zeros);
    assert_eq!(packs(repository.path()), 0);
    check(repository.path());
}

#[test]
fn collected() {
    let repository = repository(60, &[]);
    git(repository.path(), &["-c", "fastimport.unpackLimit=100000", "fast-import", "--quiet"], &history("more", 10));
    git(repository.path(), &["gc", "-q"], b"");
    git(repository.path(), &["hash-object", "-w", "--stdin"], b"reached by nothing");
    check(repository.path());
}

#[test]
fn objects_borrowed_from_other_repositories() {
    let lender = repository(60, &[]);
    let parent = TempDir::new().expect("a temporary directory");
    let (first, second) = (parent.path().join("first"), parent.path().join("second"));
    git(parent.path(), &["clone", "-q", "--bare", "--shared", lender.path().to_str().expect("plain"), "first"], b"");
    import(&first, "more", 5);
    git(parent.path(), &["clone", "-q", "--bare", "--shared", "first", "second"], b"");
    check(&first);
    check(&second);

    // Each borrows from the other, and by a relative path.
    let alternates = first.join("objects/info/alternates");
    let lenders = fs::read_to_string(&alternates).expect("it borrows");
    fs::write(&alternates, format!("# a comment\n{lenders}../../second/objects\n")).expect("it can be written");
    let store = open(&first.join("objects"));
    compare(&store, &libgit2(&first));
    fs::write(&alternates, "/nowhere/objects\n").expect("it can be written");
    let store = Store::open(&first.join("objects"), HashKind::Sha1).expect("the directory is there");
    assert_eq!(store.troubles().len(), 1);
}

#[test]
fn objects_named_by_sha256() {
    let repository = repository(60, &["--object-format=sha256"]);
    git(repository.path(), &["hash-object", "-w", "--stdin"], b"loose");
    for arguments in [&["repack", "-q"][..], &["repack", "-adfq", "--window=50"], &["multi-pack-index", "write"]] {
        git(repository.path(), arguments, b"");
        let store = Store::open(&repository.path().join("objects"), HashKind::Sha256).expect("it is there");
        assert!(store.troubles().is_empty(), "{:?}", store.troubles());
        compare(&store, &cat_file(repository.path()));
    }
}

/// A fetched pack is completed by copies of the bases it lacks: objects that are in two packs, with deltas on both.
#[test]
fn completed_thin_packs() {
    let repository = repository(80, &[]);
    let thin = git(repository.path(), &["pack-objects", "--thin", "--stdout", "--revs", "-q"], b"main\n^main~40\n");
    git(repository.path(), &["index-pack", "--fix-thin", "--stdin"], &thin);
    assert_eq!(packs(repository.path()), 2);
    check(repository.path());
    let store = open(&repository.path().join("objects"));
    assert!(store.objects().all(|located| matches!(located.place, Place::Pack { .. })));
}
