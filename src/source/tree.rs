//! The entries of trees, and which of them a version of a tree took over from its base.

use crate::detect::Stretch;
use crate::pack::ObjectId;

/// One entry of a tree.
pub(crate) struct TreeEntry<'a> {
    mode: &'a [u8],
    pub(crate) name: &'a [u8],
    pub(crate) oid: ObjectId,
}

impl TreeEntry<'_> {
    pub(crate) fn is_tree(&self) -> bool {
        self.mode == b"40000" || self.mode == b"040000"
    }

    /// A commit of another repository.
    pub(crate) fn is_gitlink(&self) -> bool {
        self.mode == b"160000"
    }
}

/// Reads the entry that begins at `at`; with it where the next one begins.
pub(crate) fn entry_at(tree: &[u8], id_len: usize, at: usize) -> Option<(TreeEntry<'_>, usize)> {
    let data = tree.get(at..)?;
    let space = data.iter().take(8).position(|byte| *byte == b' ')?;
    let nul = space + memchr::memchr(0, &data[space..])?;
    let end = nul + 1 + id_len;
    let oid = ObjectId::from_bytes(data.get(nul + 1..end)?)?;
    Some((TreeEntry { mode: &data[..space], name: &data[space + 1..nul], oid }, at + end))
}

/// Where the entries of a tree begin, in order; then where the last one ends.
#[derive(Default)]
pub(crate) struct Entries {
    starts: Vec<u32>,
    /// Bytes after the last good entry that are none.
    pub(crate) damaged: bool,
}

/// Entries that a tree took over from its base: those of the base that begin in `from..to` and end by `to`.
pub(crate) struct Kept {
    from: u32,
    to: u32,
    moved_by: i64,
}

impl Kept {
    /// Carries what is known of the base's entries, by where they begin.
    pub(crate) fn carry<T: Clone>(&self, base: &[(u32, T)], out: &mut Vec<(u32, T)>) {
        let first = base.partition_point(|(at, _)| *at < self.from);
        let kept = base[first..].iter().take_while(|(at, _)| *at < self.to);
        out.extend(kept.map(|(at, known)| ((i64::from(*at) + self.moved_by) as u32, known.clone())));
    }
}

impl Entries {
    /// Reads all entries of a tree; each is told to `fresh` with where it begins.
    pub(crate) fn read(tree: &[u8], id_len: usize, mut fresh: impl FnMut(u32, TreeEntry<'_>)) -> Self {
        let mut entries = Entries::default();
        entries.read_to(tree, id_len, 0, tree.len(), &mut fresh);
        entries.starts.push(tree.len() as u32);
        entries
    }

    /// Reads the entries from `at` until one begins at `until` or beyond; yields where that is.
    fn read_to(
        &mut self,
        tree: &[u8],
        id_len: usize,
        mut at: usize,
        until: usize,
        fresh: &mut impl FnMut(u32, TreeEntry<'_>),
    ) -> usize {
        while at < until {
            let Some((entry, next)) = entry_at(tree, id_len, at) else {
                self.damaged = true;
                return tree.len();
            };
            self.starts.push(at as u32);
            fresh(at as u32, entry);
            at = next;
        }
        at
    }

    /// Reads a tree that was made from this one: only the entries that are not wholly inside a stretch are told to
    /// `fresh`; the others are in the list of what was kept.
    pub(crate) fn reread(
        &self,
        tree: &[u8],
        id_len: usize,
        stretches: &[Stretch],
        mut fresh: impl FnMut(u32, TreeEntry<'_>),
    ) -> (Entries, Vec<Kept>) {
        let mut entries = Entries { starts: Vec::with_capacity(self.starts.len() + 4), damaged: false };
        let mut kept = Vec::new();
        let mut at = 0;
        for stretch in stretches {
            // Whole entries of the base inside the stretch, and where they stand now.
            let first = self.starts.partition_point(|start| (*start as usize) < stretch.from);
            let last = self.starts.partition_point(|start| *start as usize <= stretch.from + stretch.len);
            if self.damaged || last < first + 2 {
                continue;
            }
            let moved_by = stretch.at as i64 - stretch.from as i64;
            let here = |start: u32| (i64::from(start) + moved_by) as usize;
            at = entries.read_to(tree, id_len, at, here(self.starts[first]), &mut fresh);
            // Entries of this tree begin where the base's do from the first place on where both begin one.
            let Some(first) = (first..last - 1).find(|index| here(self.starts[*index]) >= at) else { continue };
            if here(self.starts[first]) != at {
                continue;
            }
            entries.starts.extend(self.starts[first..last - 1].iter().map(|start| here(*start) as u32));
            kept.push(Kept { from: self.starts[first], to: self.starts[last - 1], moved_by });
            at = here(self.starts[last - 1]);
        }
        entries.read_to(tree, id_len, at, tree.len(), &mut fresh);
        entries.starts.push(tree.len() as u32);
        (entries, kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn raw(entries: &[(String, u8)]) -> Vec<u8> {
        let one = |(name, id): &(String, u8)| [b"100644 ", name.as_bytes(), &[0], &[*id; 20]].concat();
        entries.iter().flat_map(one).collect()
    }

    fn all(tree: &[u8]) -> Vec<(u32, Vec<u8>)> {
        let mut out = Vec::new();
        Entries::read(tree, 20, |at, entry| out.push((at, entry.name.to_vec())));
        out
    }

    #[test]
    fn a_damaged_tree_yields_what_stands_before_the_damage() {
        let mut tree = raw(&[("a".into(), 1)]);
        tree.extend(b"100644 b\0short");
        let mut names = Vec::new();
        let entries = Entries::read(&tree, 20, |_, entry| names.push(entry.name.to_vec()));
        assert!(entries.damaged);
        assert_eq!(names, [b"a".to_vec()]);
    }

    proptest! {
        #[test]
        fn carried_and_fresh_entries_are_all_entries(
            base in proptest::collection::vec(("[a-z]{1,9}", 1u8..5), 0..30),
            edits in proptest::collection::vec((any::<usize>(), 0usize..400, proptest::collection::vec(("[a-z]{1,9}", 1u8..5), 0..2)), 1..5),
            odd in any::<bool>(),
        ) {
            let base = raw(&base);
            let (mut tree, mut stretches) = (Vec::new(), Vec::new());
            for (from, len, insert) in edits {
                let from = from % (base.len() + 1);
                let len = len.min(base.len() - from);
                // Whole entries make sense of what follows; odd cuts must do no harm.
                let len = if odd { len } else { len / 28 * 28 };
                if len > 0 {
                    stretches.push(Stretch { from, at: tree.len(), len });
                    tree.extend_from_slice(&base[from..from + len]);
                }
                tree.extend(raw(&insert));
            }
            let mut known = Vec::new();
            let entries = Entries::read(&base, 20, |at, entry| known.push((at, entry.name.to_vec())));
            let mut found = Vec::new();
            let (reread, kept) = entries.reread(&tree, 20, &stretches, |at, entry| found.push((at, entry.name.to_vec())));
            for one in &kept {
                one.carry(&known, &mut found);
            }
            found.sort();
            prop_assert_eq!(&found, &all(&tree));
            let starts: Vec<u32> = found.iter().map(|(at, _)| *at).collect();
            prop_assert_eq!(&reread.starts[..reread.starts.len() - 1], &starts[..]);
        }
    }
}
