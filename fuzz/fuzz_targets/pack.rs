//! Any bytes as an entry's header, a delta, an index, a multi-pack-index or a loose object's header.
#![no_main]

use libfuzzer_sys::fuzz_target;
use snout::pack::{Delta, HashKind, Header, Index, MultiIndex, parse_loose_header};

fuzz_target!(|bytes: &[u8]| {
    for hash in [HashKind::Sha1, HashKind::Sha256] {
        let _ = Header::parse(bytes, hash);
        if let Ok(index) = Index::parse(bytes, hash) {
            for position in 0..index.len() {
                let found = index.find(&index.id(position)).expect("it is in the index");
                assert_eq!(index.id(found), index.id(position));
            }
        }
        let _ = MultiIndex::parse(bytes, hash).map(|index| index.index_of("pack-0.idx"));
    }
    let _ = parse_loose_header(bytes);
    if let Ok(delta) = Delta::parse(bytes)
        && delta.base_len.max(delta.result_len) < 1 << 20
    {
        let mut result = Vec::new();
        delta.apply(&vec![7; delta.base_len], bytes, &mut result).expect("every instruction was checked");
        assert_eq!(result.len(), delta.result_len);
    }
});
