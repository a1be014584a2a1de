//! What was read before and held nothing: versions repeat what other versions brought, and most of that need not be
//! read again.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::span::Span;

/// Bytes each side of a window that may decide what is found in it.
pub(super) const SIDE: usize = 32;
/// How many windows are remembered, as a power of two. A later one takes the place of an earlier one.
const PLACES: u32 = 18;

/// Windows in which no literal occurs and nothing is encoded, by the hash of their bytes and those each side. The hash
/// differs from process to process, so that nobody can make a window that is taken for another.
#[derive(Default)]
pub(super) struct Quiet {
    hasher: RandomState,
    /// Empty until it is asked for the first time.
    places: Vec<u64>,
}

impl Quiet {
    /// Identifies a window by its bytes, those each side, and the ends of the text if they are among these.
    pub(super) fn key(&self, text: &[u8], window: Span) -> u64 {
        let (before, behind) = (window.start.min(SIDE), (text.len() - window.end).min(SIDE));
        let around = &text[window.start - before..window.end + behind];
        self.hasher.hash_one((around, before, behind))
    }

    /// Whether the window is known to hold nothing.
    pub(super) fn holds(&mut self, key: u64) -> bool {
        if self.places.is_empty() {
            self.places = vec![0; 1 << PLACES];
        }
        self.places[place(key)] == key
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
