//! Random programs and random bytes.

use proptest::prelude::*;
use snout::pack::{Delta, HashKind, Header, Index, Limits, MultiIndex, Op, Store, parse_loose_header};

use crate::forge::{BLOB, Forge, append, size, write};
use crate::walk;

/// An instruction before it is written: a copy from a place given as a fraction of the base, or an insert.
#[derive(Debug, Clone)]
enum Step {
    Copy {
        from: prop::sample::Index,
        len: prop::sample::Index,
    },
    Insert(Vec<u8>),
    /// Goes on where the last copy ended.
    Continue(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|(from, len)| Step::Copy { from, len }),
        prop::collection::vec(any::<u8>(), 1..128).prop_map(Step::Insert),
        (1_usize..50).prop_map(Step::Continue),
    ];
    prop::collection::vec(step, 0..40)
}

fn copy(from: usize, len: usize) -> Vec<u8> {
    let mut code = 0x80;
    let mut bytes = Vec::new();
    for (bit, byte) in [from, from >> 8, from >> 16, from >> 24, len, len >> 8, len >> 16].into_iter().enumerate() {
        if byte & 0xff != 0 {
            code |= 1 << bit;
            bytes.push(byte as u8);
        }
    }
    bytes.insert(0, code);
    bytes
}

/// The delta stream of a program, and its result as the program says it.
fn program(base: &[u8], steps: &[Step]) -> (Vec<u8>, Vec<u8>) {
    let (mut stream, mut result) = (Vec::new(), Vec::new());
    let mut end = 0;
    for step in steps {
        let (from, len) = match step {
            Step::Insert(bytes) => {
                stream.push(bytes.len() as u8);
                stream.extend(bytes);
                result.extend(bytes);
                continue;
            }
            Step::Copy { from, len } => {
                let from = from.index(base.len());
                (from, 1 + len.index(base.len() - from))
            }
            Step::Continue(len) => (end, (*len).min(base.len() - end)),
        };
        if len > 0 {
            stream.extend(copy(from, len));
            result.extend(&base[from..from + len]);
            end = from + len;
        }
    }
    ([size(base.len() as u64), size(result.len() as u64), stream].concat(), result)
}

proptest! {
    #[test]
    fn a_delta_makes_what_its_program_says(base in prop::collection::vec(any::<u8>(), 1..2000), steps in steps()) {
        let (stream, result) = program(&base, &steps);
        let delta = Delta::parse(&stream).expect("a good delta");
        let mut out = vec![1, 2, 3];
        delta.apply(&base, &stream, &mut out).expect("it applies");
        prop_assert_eq!(&out, &result);
        for pair in delta.ops.windows(2) {
            if let [Op::Copy { from, len }, Op::Copy { from: next, .. }] = pair {
                prop_assert_ne!(from + len, *next, "neighbours are merged");
            }
        }
    }

    #[test]
    fn random_bytes_are_no_reason_to_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..3000), magic in 0_usize..4) {
        for hash in [HashKind::Sha1, HashKind::Sha256] {
            let start: &[u8] = [&b""[..], &[0xff, b't', b'O', b'c', 0, 0, 0, 2], b"MIDX\x01\x01\x04\0", b"MIDX\x01\x02\x04\0"][magic];
            if bytes.len() > start.len() {
                bytes[..start.len()].copy_from_slice(start);
            }
            let _ = Header::parse(&bytes, hash);
            let _ = Index::parse(&bytes, hash);
            let _ = MultiIndex::parse(&bytes, hash).map(|index| index.index_of("pack-x.idx"));
        }
        let _ = parse_loose_header(&bytes);
        let _ = Delta::parse(&bytes);
    }

    #[test]
    fn damaged_deltas_are_no_reason_to_panic(
        base in prop::collection::vec(any::<u8>(), 1..500),
        steps in steps(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let (mut stream, _) = program(&base, &steps);
        for (at, byte) in damage {
            let at = at.index(stream.len());
            stream[at] = byte;
        }
        if let Ok(delta) = Delta::parse(&stream) && delta.result_len < 1 << 24 {
            let _ = delta.apply(&base, &stream, &mut Vec::new());
        }
    }

    #[test]
    fn damaged_packs_are_no_reason_to_panic(
        in_pack in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        in_index in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..2),
    ) {
        let mut forge = Forge::new();
        let base = forge.whole(2, BLOB, &b"some text ".repeat(50));
        let child = forge.delta_on(3, base, &append(500, b"x"));
        forge.delta_on(4, child, &append(501, b"y"));
        forge.id_delta(5, 3, &append(501, b"z"));
        forge.id_delta(6, 77, &append(501, b"z"));
        let (mut pack, mut index) = (forge.pack(), forge.index());
        for (at, byte) in in_pack {
            let at = at.index(pack.len());
            pack[at] = byte;
        }
        for (at, byte) in in_index {
            let at = at.index(index.len());
            index[at] = byte;
        }
        let directory = write(&pack, &index);
        let store = Store::open(directory.path(), HashKind::Sha1).expect("the directory is there");
        let walked = walk(&store, &Limits { max_object: 1 << 24, ..Limits::default() }, &[], 2);
        prop_assert_eq!(walked.seen.len() + walked.failed.len(), store.objects().count());
        for located in store.objects() {
            let read = store.read_within(&located.id, 1 << 24).ok();
            prop_assert_eq!(read.as_ref(), walked.seen.get(&located.id));
        }
    }
}
