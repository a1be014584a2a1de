//! One test per lie: it has its own name, and costs only what is built on it.

use std::fs;

use snout::pack::{Error, Fault, HashKind, Kind, Limits, Store};
use tempfile::TempDir;

use crate::forge::{BLOB, COMMIT, Forge, append, deflate, header, id, size, write};
use crate::walk;

/// The only failure of a pack.
fn fault(forge: &Forge) -> Fault {
    let mut failed = forge.walk().failed;
    let (_, error) = failed.pop_first().expect("a failure");
    assert!(failed.is_empty(), "{failed:?}");
    assert!(error.to_string().contains("pack-forged.pack at offset "), "{error}");
    error.fault
}

/// The fault of an entry as it is.
fn raw(entry: &[u8]) -> Fault {
    let mut forge = Forge::new();
    forge.raw(2, entry);
    fault(&forge)
}

/// The fault of a delta on the good object of ten bytes.
fn delta(stream: &[u8]) -> Fault {
    let mut forge = Forge::new();
    forge.delta_on(2, 12, stream);
    fault(&forge)
}

/// Why the pack as a whole is left out.
fn trouble(pack: &[u8], index: &[u8]) -> Fault {
    let directory = write(pack, index);
    let store = Store::open(directory.path(), HashKind::Sha1).expect("the directory is there");
    assert_eq!(store.objects().count(), 0);
    let [Error { fault, .. }] = store.troubles() else { panic!("{:?}", store.troubles()) };
    fault.clone()
}

#[test]
fn good_packs_are_good() {
    let mut forge = Forge::new();
    forge.delta_on(2, 12, &append(10, b" and more"));
    let far = forge.whole(3, BLOB, &b"padding ".repeat(3000));
    forge.id_delta(4, 2, &append(19, b"!"));
    forge.id_delta(5, 6, &append(2, b"?"));
    forge.whole(6, COMMIT, b"Oh");
    forge.delta_on(7, far, &append(24000, b"."));
    let walked = forge.walk();
    assert_eq!(walked.seen[&id(4)], (Kind::Blob, b"good bytes and more!".to_vec()));
    assert_eq!(walked.seen[&id(5)], (Kind::Commit, b"Oh?".to_vec()));
    assert!(walked.failed.is_empty());
}

#[test]
fn declared_size_too_large() {
    let entry = [header(BLOB, 11), deflate(b"ten bytes.")].concat();
    assert!(matches!(raw(&entry), Fault::DeclaredTooLarge { declared: 11, actual: 10 }));
}

#[test]
fn declared_size_too_small() {
    let entry = [header(BLOB, 9), deflate(b"ten bytes.")].concat();
    assert!(matches!(raw(&entry), Fault::DeclaredTooSmall { declared: 9 }));
}

#[test]
fn huge_declared_sizes_are_not_allocated() {
    let entry = [header(BLOB, 1 << 30), deflate(b"ten bytes.")].concat();
    assert!(matches!(raw(&entry), Fault::Implausible { declared: 0x4000_0000, .. }));
    let entry = [header(BLOB, u64::MAX), deflate(b"ten bytes.")].concat();
    assert!(matches!(raw(&entry), Fault::TooLarge { size: u64::MAX, .. }));
    assert!(matches!(delta(&[&size(10)[..], &size(1 << 40), &[0x90, 10]].concat()), Fault::TooLarge { .. }));
    assert!(matches!(delta(&[&size(10)[..], &size(1 << 30), &[0x90, 10]].concat()), Fault::ResultSize { .. }));
}

#[test]
fn damaged_compressed_data() {
    let mut entry = [header(BLOB, 10), deflate(b"ten bytes.")].concat();
    let last = entry.len() - 1;
    entry[last] ^= 1;
    assert!(matches!(raw(&entry), Fault::Compressed));
    assert!(matches!(raw(&header(BLOB, 10)), Fault::Compressed));
}

#[test]
fn unknown_types() {
    assert!(matches!(raw(&[&header(0, 1)[..], &deflate(b"x")].concat()), Fault::UnknownType(0)));
    assert!(matches!(raw(&[&header(5, 1)[..], &deflate(b"x")].concat()), Fault::UnknownType(5)));
}

#[test]
fn truncated_headers() {
    assert!(matches!(raw(&[0xbf]), Fault::TruncatedHeader));
    assert!(matches!(raw(&[0x60]), Fault::TruncatedHeader));
    assert!(matches!(raw(&[0x70, 1, 2, 3]), Fault::TruncatedHeader));
}

#[test]
fn numbers_that_overflow() {
    assert!(matches!(raw(&[0xff; 30]), Fault::NumberTooLarge));
    assert!(matches!(raw(&[&[0x60][..], &[0xff; 30]].concat()), Fault::NumberTooLarge));
    assert!(matches!(delta(&[0xff; 30]), Fault::NumberTooLarge));
}

#[test]
fn copies_past_the_base() {
    let stream = [&size(10)[..], &size(8), &[0x91, 3, 8]].concat();
    assert!(matches!(delta(&stream), Fault::CopyPastBase { from: 3, len: 8, base: 10 }));
}

#[test]
fn inserts_past_the_stream() {
    assert!(matches!(delta(&[&size(10)[..], &size(5), &[5, 1, 2]].concat()), Fault::InstructionPastEnd { at: 2 }));
}

#[test]
fn the_reserved_instruction() {
    assert!(matches!(delta(&[&size(10)[..], &size(5), &[0]].concat()), Fault::ReservedInstruction { at: 2 }));
}

#[test]
fn deltas_for_another_base() {
    assert!(matches!(delta(&append(9, b"x")), Fault::BaseSize { declared: 9, actual: 10 }));
}

#[test]
fn deltas_that_make_less_or_more() {
    assert!(matches!(delta(&[&size(10)[..], &size(5), &[0x90, 4]].concat()), Fault::ResultSize { .. }));
    assert!(matches!(delta(&[&size(10)[..], &size(3), &[0x90, 4]].concat()), Fault::ResultSize { .. }));
    assert!(matches!(delta(&[]), Fault::DeltaHeader));
}

#[test]
fn cyclic_id_deltas() {
    let mut forge = Forge::new();
    forge.id_delta(2, 3, &append(1, b"x"));
    forge.id_delta(3, 2, &append(1, b"x"));
    forge.id_delta(4, 4, &append(1, b"x"));
    forge.id_delta(5, 4, &append(1, b"x"));
    let walked = forge.walk();
    assert_eq!(walked.failed.len(), 4);
    assert!(walked.failed.values().all(|error| matches!(error.fault, Fault::Cycle)));
}

#[test]
fn bases_before_the_pack() {
    let mut forge = Forge::new();
    let here = forge.pack.len() as u64;
    forge.delta(2, here + 1, &append(10, b"x"));
    assert!(matches!(fault(&forge), Fault::BaseOutside { .. }));
    let mut forge = Forge::new();
    forge.delta_on(2, 4, &append(10, b"x"));
    assert!(matches!(fault(&forge), Fault::BaseOutside { .. }));
}

#[test]
fn entries_that_are_their_own_base() {
    let mut forge = Forge::new();
    forge.delta(2, 0, &append(10, b"x"));
    assert!(matches!(fault(&forge), Fault::Cycle));
}

#[test]
fn bases_in_the_middle_of_an_entry() {
    let mut forge = Forge::new();
    forge.delta_on(2, 13, &append(10, b"x"));
    assert!(matches!(fault(&forge), Fault::BaseNotAnEntry { .. }));
}

#[test]
fn bases_that_are_missing() {
    let mut forge = Forge::new();
    forge.id_delta(2, 99, &append(10, b"x"));
    let walked = forge.walk();
    assert!(matches!(walked.failed[&id(2)].fault, Fault::Missing(missing) if missing == id(99)));
}

#[test]
fn a_lie_costs_what_is_built_on_it() {
    let mut forge = Forge::new();
    let liar = forge.raw(2, &[header(BLOB, 11), deflate(b"ten bytes.")].concat());
    let child = forge.delta_on(3, liar, &append(10, b"x"));
    forge.delta_on(4, child, &append(11, b"x"));
    forge.delta_on(5, 12, &append(10, b"x"));
    let walked = forge.walk();
    assert_eq!(walked.seen.len(), 2);
    assert!(matches!(walked.failed[&id(3)].fault, Fault::Base(base) if base == id(2)));
    assert!(matches!(walked.failed[&id(4)].fault, Fault::Base(base) if base == id(3)));
}

#[test]
fn objects_above_the_limit() {
    let mut forge = Forge::new();
    let large = forge.whole(2, BLOB, &[7; 5000]);
    forge.delta_on(3, large, &append(5000, b"x"));
    forge.delta_on(4, 12, &append(10, &[8; 100]));
    let walked = forge.walk_within(&Limits { max_object: 50, ..Limits::default() });
    assert!(matches!(walked.failed[&id(2)].fault, Fault::TooLarge { size: 5000, limit: 50 }));
    assert!(matches!(walked.failed[&id(3)].fault, Fault::Base(_)));
    assert!(matches!(walked.failed[&id(4)].fault, Fault::TooLarge { .. }));
}

#[test]
fn a_damaged_object_is_read_from_another_place() {
    let mut forge = Forge::new();
    let liar = forge.raw(2, &[header(BLOB, 11), deflate(b"ten bytes.")].concat());
    forge.delta_on(3, liar, &append(10, b"x"));
    let mut other = Forge::new();
    other.index.clear();
    other.whole(2, BLOB, b"ten bytes.");
    let directory = write(&forge.pack(), &forge.index());
    let name = directory.path().join("pack/pack-other.pack");
    // The second entry begins where the cleared one ended; the index says where.
    fs::write(&name, other.pack()).expect("it can be written");
    fs::write(name.with_extension("idx"), other.index()).expect("it can be written");
    let store = Store::open(directory.path(), HashKind::Sha1).expect("the directory is there");
    let walked = walk(&store, &Limits::default(), &[], 1);
    assert_eq!(walked.seen[&id(2)].1, b"ten bytes.");
    assert_eq!(walked.seen[&id(3)].1, b"ten bytes.x");
    assert!(walked.failed.is_empty());
}

#[test]
fn offsets_outside_the_pack() {
    for offset in [0, 11, 1 << 20] {
        let mut forge = Forge::new();
        forge.index.push((id(2), offset));
        let walked = forge.walk();
        assert!(matches!(walked.failed[&id(2)].fault, Fault::OffsetOutside { .. }));
    }
}

#[test]
fn two_objects_in_one_place() {
    let mut forge = Forge::new();
    forge.index.push((id(2), 12));
    let directory = write(&forge.pack(), &forge.index());
    let store = Store::open(directory.path(), HashKind::Sha1).expect("the directory is there");
    let walked = walk(&store, &Limits::default(), &[], 1);
    assert!(matches!(walked.failed[&id(2)].fault, Fault::OffsetTwice { offset: 12 }));
}

#[test]
fn indices_that_are_none() {
    let forge = Forge::new();
    let good = forge.index();
    let with = |at: usize, byte: u8| {
        let mut index = good.clone();
        index[at] = byte;
        trouble(&forge.pack(), &index)
    };
    // Without its magic bytes it passes for an index of version 1.
    assert!(matches!(with(0, b'x'), Fault::FanOut(_)));
    assert!(matches!(with(7, 3), Fault::Version { version: 3, .. }));
    assert!(matches!(with(8 + 4 * 100, 1), Fault::FanOut(101)));
    assert!(matches!(with(8 + 4 * 255 + 3, 2), Fault::TableSize { .. }));
    assert!(matches!(with(8 + 1024, 200), Fault::Unsorted(0)));
    assert!(matches!(with(8 + 1024 + 24, 0x80), Fault::LargeOffset(0)));
    assert!(matches!(trouble(&forge.pack(), &good[..500]), Fault::Truncated(_)));
    assert!(matches!(trouble(&forge.pack(), &good[..good.len() - 1]), Fault::TableSize { .. }));
    assert!(matches!(trouble(&forge.pack(), b""), Fault::Truncated(_)));
}

#[test]
fn packs_that_are_none() {
    let forge = Forge::new();
    let good = forge.pack();
    let with = |at: usize, byte: u8| {
        let mut pack = good.clone();
        pack[at] = byte;
        trouble(&pack, &forge.index())
    };
    assert!(matches!(with(0, b'p'), Fault::Magic("pack")));
    assert!(matches!(with(7, 4), Fault::Version { version: 4, .. }));
    assert!(matches!(with(11, 7), Fault::Count { index: 1, pack: 7 }));
    assert!(matches!(with(good.len() - 1, 0), Fault::Checksum));
    assert!(matches!(trouble(&good[..good.len() - 1], &forge.index()), Fault::Checksum));
    assert!(matches!(trouble(&good[..31], &forge.index()), Fault::Truncated("pack")));
    assert!(matches!(trouble(b"", &forge.index()), Fault::Truncated("pack")));
}

#[test]
fn loose_objects_that_lie() {
    let fault = |bytes: &[u8]| {
        let directory = TempDir::new().expect("a temporary directory");
        let path = directory.path().join("02").join("02".repeat(19));
        fs::create_dir(path.parent().expect("it has one")).expect("it can be made");
        fs::write(&path, bytes).expect("it can be written");
        let store = Store::open(directory.path(), HashKind::Sha1).expect("the directory is there");
        let mut failed = walk(&store, &Limits { max_object: 1 << 20, ..Limits::default() }, &[], 1).failed;
        failed.remove(&id(2)).map(|error| error.fault)
    };
    assert!(fault(&deflate(b"blob 3\0abc")).is_none());
    assert!(matches!(fault(&deflate(b"blob 4\0abc")), Some(Fault::DeclaredTooLarge { declared: 4, actual: 3 })));
    assert!(matches!(fault(&deflate(b"blob 2\0abc")), Some(Fault::DeclaredTooSmall { declared: 2 })));
    assert!(matches!(fault(&deflate(b"blub 3\0abc")), Some(Fault::LooseHeader)));
    assert!(matches!(fault(&deflate(b"blob +3\0abc")), Some(Fault::LooseHeader)));
    assert!(matches!(fault(&deflate(b"blob \0")), Some(Fault::LooseHeader)));
    assert!(matches!(fault(&deflate(b"blob 3abc")), Some(Fault::LooseHeader)));
    assert!(matches!(fault(&deflate(b"blob 9999999999\0abc")), Some(Fault::TooLarge { size: 9_999_999_999, .. })));
    assert!(matches!(fault(&deflate(b"blob 999999\0abc")), Some(Fault::DeclaredTooLarge { .. })));
    let bomb = [&b"blob 3\0"[..], &vec![0; 1 << 20]].concat();
    assert!(matches!(fault(&deflate(&bomb)), Some(Fault::DeclaredTooSmall { declared: 3 })));
    assert!(matches!(fault(b"not zlib"), Some(Fault::Compressed)));
    assert!(matches!(fault(b""), Some(Fault::Compressed)));
}
