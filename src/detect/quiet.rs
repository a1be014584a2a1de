//! What was read before and held nothing: versions repeat what other versions brought, and most of that need not be
//! read again.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::span::Span;

/// Bytes each side of a window that may decide what is found in it.
pub(super) const SIDE: usize = 32;
/// How many windows are remembered, as a power of two. A later one takes the place of an earlier one.
const PLACES: u32 = 16;

/// Windows in which no literal occurs and nothing is encoded, by the hash of their bytes and those each side. The hash
/// differs from process to process, so that nobody can make a window that is taken for another.
#[derive(Default)]
pub(super) struct Quiet {
    hasher: RandomState,
    /// Empty until it is asked for the first time.
    places: Vec<u64>,
}

impl Quiet {
    /// The windows that are not known to hold nothing, with their keys.
    pub(super) fn others(&mut self, text: &[u8], windows: Vec<Span>) -> Vec<(Span, u64)> {
        if self.places.is_empty() {
            self.places = vec![0; 1 << PLACES];
        }
        // All at once: memory takes its time, and answers several questions in that of one.
        let keys = windows.into_iter().map(|window| (window, self.key(text, window)));
        let asked: Vec<_> = keys.map(|(window, key)| (window, key, self.places[place(key)])).collect();
        asked.into_iter().filter(|(_, key, there)| there != key).map(|(window, key, _)| (window, key)).collect()
    }

    /// Identifies a window by its bytes, those each side, and the ends of the text if they are among these.
    fn key(&self, text: &[u8], window: Span) -> u64 {
        let (before, behind) = (window.start.min(SIDE), (text.len() - window.end).min(SIDE));
        let around = &text[window.start - before..window.end + behind];
        self.hasher.hash_one((around, before, behind))
    }

    /// Remembers a window that holds nothing.
    pub(super) fn insert(&mut self, key: u64) {
        if let Some(slot) = self.places.get_mut(place(key)) {
            *slot = key;
        }
    }
}

fn place(key: u64) -> usize {
    (key >> (64 - PLACES)) as usize
}
