//! Bytes per second of the parts that every byte goes through, over random, source and minified text.
//!
//! `cargo bench --bench bytes`; prints the best of several rounds. The literal search stands beside automata of the same
//! literals: the DFA and, where it takes that many literals, the vectorised search of the aho-corasick crate.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use aho_corasick::{AhoCorasick, AhoCorasickKind, packed};
use libdeflater::{CompressionLvl, Compressor, Decompressor};
use snout::RuleSet;
use snout::detect::{Judge, count_hits, scan_state};
use snout::pack::Delta;

const SIZE: usize = 8 << 20;
const ROUNDS: usize = 7;

fn main() {
    let rules = RuleSet::embedded();
    let words = rules.rules().iter().flat_map(|rule| &rule.spec.variants).flat_map(|variant| &variant.literals);
    let mut literals: Vec<String> = words.map(|word| word.to_ascii_lowercase()).collect();
    literals.sort();
    literals.dedup();
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(&literals)
        .expect("an automaton of a few hundred literals");
    let vectorised = packed::Config::new().builder().extend(&literals).build();
    println!("{} literals", literals.len());
    for (name, text) in [("random", random()), ("source", source()), ("minified", minified())] {
        measure(name, "literals, own filter", text.len(), || count_hits(&rules, &text));
        measure(name, "literals, DFA", text.len(), || automaton.find_overlapping_iter(&text).count());
        match &vectorised {
            // It knows no letter case: the text is in lower case already for its sake.
            Some(vectorised) => {
                let lower = text.to_ascii_lowercase();
                measure(name, "literals, vectorised", text.len(), || vectorised.find_iter(&lower).count());
            }
            None => println!("{name:9} literals, vectorised: does not take so many literals"),
        }
        let mut judge = Judge::default();
        measure(name, "whole scan", text.len(), || scan_state(&rules, &mut judge, &text));
        inflate(name, &text);
        delta(name, &text);
    }
}

fn inflate(name: &str, text: &[u8]) {
    let mut compressor = Compressor::new(CompressionLvl::default());
    // Pieces of the size that git's objects have.
    let pieces: Vec<(Vec<u8>, usize)> = text
        .chunks(8 << 10)
        .map(|piece| {
            let mut out = vec![0; compressor.zlib_compress_bound(piece.len())];
            let len = compressor.zlib_compress(piece, &mut out).expect("the bound is one");
            out.truncate(len);
            (out, piece.len())
        })
        .collect();
    let (mut inflater, mut out) = (Decompressor::new(), vec![0; 8 << 10]);
    measure(name, "inflate", text.len(), || {
        for (piece, len) in &pieces {
            inflater.zlib_decompress(piece, &mut out[..*len]).expect("just compressed");
        }
    });
}

/// A delta that copies most of its base in stretches of 200 bytes.
fn delta(name: &str, text: &[u8]) {
    let base = &text[..1 << 16];
    let mut stream = vec![0x80, 0x80, 4];
    let mut program = Vec::new();
    let mut made = 0;
    for from in (0..base.len() - 256).step_by(210) {
        program.extend([0x93, from as u8, (from >> 8) as u8, 200, 3, b'n', b'e', b'w']);
        made += 203;
    }
    stream.extend([made as u8 | 0x80, (made >> 7) as u8 | 0x80, (made >> 14) as u8]);
    stream.extend(program);
    let mut out = Vec::new();
    measure(name, "delta", made, || {
        let delta = Delta::parse(&stream).expect("a good delta");
        delta.apply(base, &stream, &mut out).expect("made for this base");
    });
}

fn measure<T>(name: &str, what: &str, bytes: usize, mut run: impl FnMut() -> T) {
    let round = |_| {
        let start = Instant::now();
        let mut times = 0;
        while start.elapsed() < Duration::from_millis(100) {
            black_box(run());
            times += 1;
        }
        start.elapsed().as_secs_f64() / f64::from(times)
    };
    let best = (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min);
    println!("{name:9} {what:22} {:8.0} MB/s", bytes as f64 / best / 1e6);
}

fn random() -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..SIZE / 8).flat_map(|_| next().to_le_bytes()).collect()
}

/// The project's own files, again and again.
fn source() -> Vec<u8> {
    let mut files = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).expect("the project has its sources");
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    let text: Vec<u8> = files.iter().flat_map(|path| std::fs::read(path).unwrap_or_default()).collect();
    text.into_iter().cycle().take(SIZE).collect()
}

/// The same without white space, as a minifier leaves it.
fn minified() -> Vec<u8> {
    let text: Vec<u8> = source().into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
    text.into_iter().cycle().take(SIZE).collect()
}
