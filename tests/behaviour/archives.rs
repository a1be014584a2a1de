//! Secrets inside archives and documents, in trees and in history.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;

use crate::util::{Folder, Repo, at, fill, leak, read};

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *content).expect("memory can be written");
    }
    builder.into_inner().expect("memory can be written")
}

/// A zip file whose members have the flags.
fn zip_with(flags: u16, members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let data = deflate(content);
        let mut common = Vec::new();
        for field in [20, flags, 8, 0, 0] {
            common.extend_from_slice(&field.to_le_bytes());
        }
        for field in [0, data.len() as u32, content.len() as u32] {
            common.extend_from_slice(&field.to_le_bytes());
        }
        common.extend_from_slice(&(name.len() as u16).to_le_bytes());
        common.extend_from_slice(&[0, 0]);
        directory.extend_from_slice(b"PK\x01\x02\x14\0");
        directory.extend_from_slice(&common);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&(out.len() as u32).to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&common);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&data);
    }
    let (start, count) = (out.len() as u32, members.len() as u16);
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&[count.to_le_bytes(), count.to_le_bytes()].concat());
    out.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(0, members)
}

fn pdf(page: &[u8]) -> Vec<u8> {
    let data = zlib(page);
    let head = format!("%PDF-1.4\n1 0 obj\n<< /Length {} /Filter /FlateDecode >>\nstream\n", data.len());
    [head.as_bytes(), &data, b"\nendstream\nendobj\ntrailer\n<<>>\n%%EOF\n"].concat()
}

#[test]
fn a_member_is_named_with_its_archives_and_has_lines_of_its_own() {
    let (one, two) = (leak(1), leak(2));
    let folder = Folder::new();
    let inner = gzip(&tar(&[("deep/c.env", format!("# first\n{}\n", one.line).as_bytes())]));
    let outer = zip(&[("a/b.tar.gz", &inner), ("plain.env", two.line.as_bytes())]);
    folder.write("lib/outer.zip", outer);
    let scanned = folder.scan(&["."]);
    let place = scanned.place(&one, "worktree");
    assert_eq!(place["path"], "lib/outer.zip!a/b.tar.gz!deep/c.env");
    assert_eq!(place["member"], "a/b.tar.gz!deep/c.env");
    assert_eq!(place["start_line"], 2);
    assert_eq!(scanned.where_is(&two), [at("worktree", "lib/outer.zip!plain.env")]);
    assert_eq!((scanned.code, scanned.incomplete()), (Some(1), false), "{}", scanned.skipped());
}

#[test]
fn an_archive_in_history_carries_the_commit_that_brought_it() {
    let one = leak(3);
    let repo = Repo::new();
    repo.add("README", "words\n");
    let commit = repo.add("a.zip", zip(&[("cfg/.env", one.line.as_bytes())]));
    repo.git(&["rm", "-q", "a.zip"]);
    repo.commit("Remove it");
    repo.git(&["gc", "-q"]);
    let scanned = repo.scan(&["."]);
    let place = scanned.place(&one, "commit");
    assert_eq!(place["path"], "a.zip!cfg/.env");
    assert_eq!(place["commit"], commit.as_str());
    let range = repo.scan(&["--range", "HEAD~2..HEAD~1"]);
    assert_eq!(range.where_is(&one), [at("commit", "a.zip!cfg/.env")]);
}

#[test]
fn a_staged_archive_is_opened() {
    let one = leak(4);
    let repo = Repo::new();
    repo.add("README", "words\n");
    repo.write("a.jar", zip(&[("application.properties", one.line.as_bytes())]));
    repo.git(&["add", "-A"]);
    assert_eq!(repo.scan(&["--staged"]).where_is(&one), [at("staged", "a.jar!application.properties")]);
}

#[test]
fn what_an_archive_held_before_is_not_told_again() {
    let repo = Repo::new();
    let (old, new) = (leak(1), leak(2));
    repo.add("lib.zip", zip(&[("1.0/old.env", old.line.as_bytes())]));
    let members = [("1.1/old.env", old.line.as_bytes()), ("1.1/new.env", new.line.as_bytes())];
    repo.write("lib.zip", zip(&members));
    repo.git(&["add", "-A"]);
    let found = repo.scan(&["--staged"]);
    assert_eq!((found.code, found.where_is(&new)), (Some(1), vec![at("staged", "lib.zip!1.1/new.env")]));
    assert!(found.places(&old).is_empty());
    repo.commit("A release");
    let found = repo.scan(&["--range", "HEAD~1..HEAD"]);
    assert_eq!((found.places(&old).len(), found.places(&new).len()), (0, 1));
    let silenced = format!("{} # snout:ignore\n", new.line);
    repo.write("lib.zip", zip(&[("1.1/new.env", silenced.as_bytes())]));
    repo.git(&["add", "-A"]);
    assert_eq!(repo.scan(&["--staged"]).silenced(&new).len(), 1, "a comment that is new");
}

#[test]
fn a_word_that_a_document_cuts_is_whole_again() {
    let one = leak(5);
    let (head, tail) = one.line.split_at(30);
    let xml = format!("<w:p><w:r><w:t>{head}</w:t></w:r><w:r><w:rPr/><w:t>{tail}</w:t></w:r></w:p>");
    let page = format!("BT /F1 12 Tf 72 700 Td [({head}) -20 ({tail})] TJ ET");
    let folder = Folder::new();
    folder.write("a.docx", zip(&[("word/document.xml", xml.as_bytes())]));
    folder.write("a.pdf", pdf(page.as_bytes()));
    let places = folder.scan(&["."]).where_is(&one);
    assert_eq!(places, [at("worktree", "a.docx!word/document.xml"), at("worktree", "a.pdf!text")]);
}

#[test]
#[cfg(feature = "archives")]
fn every_compression_is_read() {
    use bzip2::write::BzEncoder;
    use lzma_rust2::{LzmaOptions, LzmaWriter, XzOptions, XzWriter};
    use sevenz_rust2::{ArchiveEntry, ArchiveWriter};
    let one = leak(6);
    let folder = Folder::new();
    let mut encoder = BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(one.line.as_bytes()).expect("memory can be written");
    folder.write("a.bz2", encoder.finish().expect("memory can be written"));
    folder.write("a.gz", gzip(one.line.as_bytes()));
    let mut seven = ArchiveWriter::new(std::io::Cursor::new(Vec::new())).expect("memory can be written");
    for name in ["b", "c/x.env"] {
        let entry = ArchiveEntry::new_file(name);
        seven.push_archive_entry(entry, Some(one.line.as_bytes())).expect("memory can be written");
    }
    folder.write("a.7z", seven.finish().expect("memory can be written").into_inner());
    let mut encoder = XzWriter::new(Vec::new(), XzOptions::default()).expect("memory can be written");
    encoder.write_all(one.line.as_bytes()).expect("memory can be written");
    folder.write("a.xz", encoder.finish().expect("memory can be written"));
    let mut encoder =
        LzmaWriter::new_use_header(Vec::new(), &LzmaOptions::default(), None).expect("memory can be written");
    encoder.write_all(one.line.as_bytes()).expect("memory can be written");
    folder.write("a.lzma", encoder.finish().expect("memory can be written"));
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    folder.write("a.zst", ruzstd::encoding::compress_to_vec(one.line.as_bytes(), level));
    folder.write("a.tar", tar(&[("x", one.line.as_bytes())]));
    folder.write("object", zlib(one.line.as_bytes()));
    let mut places: Vec<String> = folder.scan(&["."]).where_is(&one).into_iter().map(|(_, path)| path).collect();
    places.sort();
    let streams = ["a.bz2!content", "a.gz!content", "a.lzma!content", "a.tar!x", "a.xz!content", "a.zst!content"];
    assert_eq!(places, [&["a.7z!b", "a.7z!c/x.env"], &streams[..], &["object!content"]].concat());
}

#[test]
fn a_program_that_unpacks_itself_is_opened() {
    let (one, two) = (leak(30), leak(31));
    let wide: Vec<u8> = two.line.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let folder = Folder::new();
    folder.write("setup.exe", [b"MZ\0\0", &wide[..], &[0; 64], &zip(&[("a.env", one.line.as_bytes())])].concat());
    let scanned = folder.scan(&["."]);
    assert_eq!(scanned.where_is(&one), [at("worktree", "setup.exe!a.env")]);
    assert_eq!(scanned.where_is(&two), [at("worktree", "setup.exe!strings")]);
}

#[test]
fn packages_of_linux_are_opened() {
    let (one, two) = (leak(32), leak(33));
    let data = gzip(&tar(&[("./etc/app.env", one.line.as_bytes())]));
    let member = |name: &str, data: &[u8]| {
        let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, data.len());
        [header.as_bytes(), data, if data.len() % 2 == 1 { &b"\n"[..] } else { b"" }].concat()
    };
    let deb = [b"!<arch>\n", &member("debian-binary", b"2.0\n")[..], &member("data.tar.gz", &data)].concat();
    // A header with one entry that refers to five bytes.
    let header = [&b"\x8E\xAD\xE8\x01\0\0\0\0\0\0\0\x01\0\0\0\x05"[..], &[0; 16], b"store"].concat();
    let rpm = [&b"\xED\xAB\xEE\xDB"[..], &[0; 92], &header, &[0; 3], &header, &gzip(two.line.as_bytes())].concat();
    let folder = Folder::new();
    folder.write("a.deb", &deb[..]);
    folder.write("a.rpm", &rpm[..]);
    let scanned = folder.scan(&["."]);
    assert_eq!(scanned.where_is(&one), [at("worktree", "a.deb!data.tar.gz!etc/app.env")]);
    assert_eq!(scanned.where_is(&two), [at("worktree", "a.rpm!payload!content")]);
    assert!(!scanned.incomplete(), "{}", scanned.skipped());
    folder.write("a.deb", &deb[..deb.len() - 3]);
    folder.write("a.rpm", &rpm[..100]);
    let scanned = folder.scan(&["."]);
    assert!(scanned.incomplete() && scanned.skipped().contains("a.deb") && scanned.skipped().contains("a.rpm"));
}

#[test]
fn git_bundles_are_repositories() {
    let one = leak(7);
    let (repo, out) = (Repo::new(), Folder::new());
    repo.add("s/x.env", format!("{}\n{}", one.line, "a line\n".repeat(100)));
    repo.add("s/x.env", format!("changed\n{}", "a line\n".repeat(100)));
    repo.git(&["bundle", "create", "-q", &out.at("b.bundle").display().to_string(), "--all"]);
    assert_eq!(out.scan(&["."]).where_is(&one), [at("worktree", "b.bundle!s/x.env")]);
}

#[test]
fn a_member_that_is_encrypted_or_cut_short_is_told() {
    let folder = Folder::new();
    folder.write("locked.zip", zip_with(1, &[("a.env", b"whatever it is")]));
    let whole = zip(&[("a.env", leak(8).line.as_bytes()), ("b.env", &[b'x'; 300])]);
    folder.write("cut.zip", &whole[..whole.len() - 40]);
    let scanned = folder.scan(&["."]);
    assert!(scanned.skipped().contains("locked.zip!a.env: is encrypted"), "{}", scanned.skipped());
    assert!(scanned.skipped().contains("cut.zip: is damaged"), "{}", scanned.skipped());
    assert_eq!(scanned.where_is(&leak(8)), [at("worktree", "cut.zip!a.env")], "what is whole of it is read");
    folder.write("cut.zip", "text");
    assert_eq!(folder.scan(&["."]).code, Some(3), "an archive that was not read is no clean one");
}

#[test]
fn members_that_the_directory_does_not_list_are_read() {
    let one = leak(9);
    let hidden = zip(&[("hidden.env", one.line.as_bytes())]);
    let end = hidden.windows(4).position(|four| four == b"PK\x01\x02").expect("a directory");
    let folder = Folder::new();
    folder.write("a.zip", [&hidden[..end], &zip(&[("seen.txt", b"words")])].concat());
    assert_eq!(folder.scan(&["."]).where_is(&one), [at("worktree", "a.zip!hidden.env")]);
}

#[test]
fn limits_bound_what_an_archive_costs_and_are_told() {
    let one = leak(10);
    let folder = Folder::new();
    let mut nested = one.line.clone().into_bytes();
    for _ in 0..4 {
        nested = zip(&[("in.zip", &nested)]);
    }
    folder.write("nested.zip", &nested);
    let bomb = vec![b'a'; 100 << 20];
    folder.write("bomb.gz", gzip(&bomb));
    let scanned = folder.scan(&[".", "--archive-depth", "3"]);
    assert!(scanned.skipped().contains("nested deeper than the limit of 3"), "{}", scanned.skipped());
    assert!(
        scanned.skipped().contains("bomb.gz: holds more than the limit of 67108864 bytes"),
        "{}",
        scanned.skipped()
    );
    assert!(scanned.places(&one).is_empty() && scanned.incomplete());
    assert_eq!(folder.scan(&["nested.zip"]).places(&one).len(), 1);
}

#[test]
fn names_that_climb_out_of_an_archive_write_nothing() {
    let one = leak(11);
    let folder = Folder::new();
    folder.write("in/evil.zip", zip(&[("../../out.env", one.line.as_bytes())]));
    assert_eq!(folder.scan(&["in"]).places(&one).len(), 1);
    assert!(!folder.at("out.env").exists() && !folder.at("../out.env").exists());
}

#[test]
fn a_notebook_hides_nothing_in_its_strings() {
    let (one, two) = (leak(12), fill("{{crc ghp_}}", 12));
    let source =
        serde_json::to_string(&format!("a = \"x\"\n{two}\nsettings = '{{\"{}\"}}'\n", one.line)).expect("text");
    let report = read(format!("{{\"cells\": [{{\"source\": [{source}]}}]}}"));
    for secret in [one.secret, two] {
        assert!(report.findings.iter().any(|finding| finding.secret.as_ref() == Some(&secret)));
    }
}

#[test]
fn sarif_points_to_the_file_and_names_the_member() {
    let folder = Folder::new();
    folder.write("a b.zip", zip(&[("cfg/x.env", format!("\n\n{}", leak(13).line).as_bytes())]));
    let run = folder.snout(&["scan", "--format", "sarif", "."]);
    let sarif: serde_json::Value = serde_json::from_str(&run.stdout).expect("SARIF");
    let result = &sarif["runs"][0]["results"][0];
    let place = &result["locations"][0];
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "a%20b.zip");
    assert_eq!(place["physicalLocation"]["region"]["startLine"], 1);
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "a b.zip!cfg/x.env");
    assert!(result["message"].to_string().contains("a b.zip!cfg/x.env:3"), "{}", result["message"]);
}

#[test]
fn dumps_of_memory_are_read() {
    let secret = fill("sq0csp-{{alnum 43}}", 31);
    let memory = format!("\0\x01\x02 key={secret}\0 more");
    let rows = || memory.as_bytes().chunks(16).enumerate();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>();
    let listing: String = rows()
        .map(|(at, row)| format!("{:08x}  {}  |{}|\n", at * 16, hex(row).join(" "), ".".repeat(row.len())))
        .collect();
    let firmware: String =
        rows().map(|(at, row)| format!(":{:02X}{:04X}00{}00\n", row.len(), at * 16, hex(row).concat())).collect();
    for dump in [listing, firmware] {
        let report = read(dump.as_bytes());
        assert!(report.findings.iter().any(|one| one.secret.as_deref() == Some(&secret)), "{dump}");
    }
}

#[test]
fn compressed_text_of_images_is_read() {
    let (first, second) = (leak(32), leak(33));
    let chunk = |name: &[u8], data: &[u8]| [&(data.len() as u32).to_be_bytes(), name, data, &[0; 4]].concat();
    let image = [
        b"\x89PNG\r\n\x1A\n".to_vec(),
        chunk(b"IHDR", &[0; 13]),
        chunk(b"zTXt", &[b"Comment\0\0", &zlib(first.line.as_bytes())[..]].concat()),
        chunk(b"iTXt", &[b"parameters\0\x01\0en\0x\0", &zlib(second.line.as_bytes())[..]].concat()),
        chunk(b"IEND", b""),
    ];
    let report = read(image.concat());
    for one in [first, second] {
        assert!(report.findings.iter().any(|finding| finding.secret.as_deref() == Some(&one.secret)));
    }
}

#[test]
fn forges_are_pointed_to_a_file_that_is_there() {
    let folder = Folder::new();
    folder.write("a.zip", zip(&[("cfg/x.env", format!("\n\n{}", leak(13).line).as_bytes())]));
    let report = |format: &str| folder.snout(&["scan", "--format", format, "."]).stdout;
    let said = report("github");
    assert!(said.starts_with("::error file=a.zip,title=") && said.contains("a.zip!cfg/x.env:3"), "{said}");
    let json = |format: &str| serde_json::from_str::<serde_json::Value>(&report(format)).expect("JSON");
    let one = &json("rdjson")["diagnostics"][0];
    assert_eq!(one["location"], serde_json::json!({ "path": "a.zip" }));
    assert!(one["message"].to_string().contains("a.zip!cfg/x.env:3"), "{one}");
    let one = &json("gitlab")["vulnerabilities"][0];
    assert_eq!((one["location"]["file"].as_str(), one["location"]["start_line"].as_u64()), (Some("a.zip"), Some(1)));
    assert!(one["description"].to_string().contains("a.zip!cfg/x.env:3"), "{one}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever is done to an archive, it is read to some end.
    #[test]
    fn a_damaged_archive_is_no_accident(
        kind in 0usize..7,
        cut in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
    ) {
        let text = "key = value of some kind\n".repeat(40);
        let inner = tar(&[("a.txt", text.as_bytes()), ("b.txt", b"short")]);
        let mut bytes = match kind {
            0 => zip(&[("a.txt", text.as_bytes()), ("b.tar", &inner)]),
            1 => inner,
            2 => gzip(&inner),
            3 => pdf(b"BT /F1 12 Tf [(text) -20 (more)] TJ ET"),
            4 => zlib(&inner),
            5 => [b"SQLite format 3\0\x02\0".as_slice(), &[1, 1, 0, 64, 32, 32], &[0; 78], &[13, 0, 0, 0, 2, 1, 0], &[7; 900]].concat(),
            _ => [b"PACK\0\0\0\x02\0\0\0\x02\x35".as_slice(), &zlib(b"hello"), b"\x65\x05", &zlib(b"\x05\x05\x90\x05")].concat(),
        };
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() + 1).max(bytes.len() / 2));
        read(bytes);
    }

    /// A magic number with anything behind it.
    #[test]
    fn noise_behind_a_magic_number_is_no_accident(
        magic in prop::sample::select(vec![
            &b"PK\x03\x04"[..], b"PK\x05\x06", b"\x1F\x8B\x08\0", b"BZh91AY&SY", b"\xFD7zXZ\0\0\x04", b"\x28\xB5\x2F\xFD", b"7z\xBC\xAF\x27\x1C\0\x04",
            b"%PDF-1.7\n1 0 obj <</Filter/FlateDecode>>stream\n", b"SQLite format 3\0\x10\0", b"PACK\0\0\0\x02\0\0\0\x05", b"# v2 git bundle\n\nPACK", b"x\x9C", b"MZ",
            b"\x89PNG\r\n\x1A\n\0\0\0\x09zTXta\0\0x\x9C", b":0100000041FF\n:", b"S1040000", b"00000000: 4142 ",
        ]),
        noise in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        read([magic, &noise].concat());
    }
}
