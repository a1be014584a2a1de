//! The delta trees of one pack: which entry is built on which.

use rayon::prelude::*;

use super::entry::{Body, Header, MAX_HEADER};
use super::error::Fault;
use super::file::Window;
use super::id::{Kind, ObjectId};
use super::packfile::{Entry, Pack};
use super::store::is_double;

/// Entries whose headers one piece of work reads.
const BATCH: usize = 8192;
/// Bytes read at once for headers.
const AHEAD: usize = 1 << 20;

/// What an entry is built on. One per object, so it is kept small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// Nothing: the object is whole.
    Whole(Kind),
    /// The entry with this number, in the order of the file.
    Base(u32),
    /// An object that is not in this pack.
    Elsewhere,
    /// The header lies. Reading it again says how.
    Bad,
    /// Neither the object nor anything built on it is wanted.
    Pruned,
}

/// The delta trees. Entries are named by their number in the order of the file.
pub(crate) struct Forest<'a> {
    pub(crate) pack: &'a Pack,
    /// The number of the pack in its store.
    pub(crate) number: usize,
    pub(crate) list: &'a [Entry],
    /// By position in the index: whether the object is visited elsewhere.
    pub(crate) doubles: Vec<bool>,
    /// Trees with more than a root, the heaviest first.
    pub(crate) trees: Vec<u32>,
    /// Roots without children, in the order of the file.
    pub(crate) single: Vec<u32>,
    /// Entries that are, through their bases, deltas on themselves, or are built on such.
    pub(crate) cyclic: Vec<u32>,
    /// Entries left out as `wants` said.
    pub(crate) unwanted: u64,
    children: Children,
}

impl<'a> Forest<'a> {
    /// Reads all headers of `pack`. Trees of a kind that is not wanted are left out.
    pub(crate) fn plant(pack: &'a Pack, number: usize, doubles: Vec<bool>, wants: impl Fn(Kind) -> bool) -> Forest<'a> {
        let list = &pack.entries().list[..];
        let mut links: Vec<Link> = list
            .par_chunks(BATCH)
            .enumerate()
            .flat_map_iter(|(batch, entries)| {
                let mut window = Window::default();
                (batch * BATCH..).take(entries.len()).map(move |node| {
                    let header = read_header(pack, list, node, &mut window);
                    header.and_then(|header| link(pack, list, node, &header)).unwrap_or(Link::Bad)
                })
            })
            .collect();
        let mut forest = Forest {
            pack,
            number,
            list,
            doubles,
            trees: Vec::new(),
            single: Vec::new(),
            cyclic: Vec::new(),
            unwanted: 0,
            children: Children::of(&links),
        };
        forest.sort(&mut links, wants);
        forest
    }

    /// The children of an entry as places in a list; see [`Forest::child`]. The lightest first: when the
    /// heaviest is opened its base is needed no more, so that on one thread no more bases wait than the
    /// logarithm of the size of the tree.
    pub(crate) fn children(&self, node: u32) -> (u32, u32) {
        self.children.range(node)
    }

    /// The child at a place in the list of all children.
    pub(crate) fn child(&self, place: u32) -> u32 {
        self.children.list[place as usize]
    }

    pub(crate) fn id(&self, node: u32) -> ObjectId {
        self.pack.id(self.list[node as usize])
    }

    pub(crate) fn is_double(&self, node: u32) -> bool {
        is_double(&self.doubles, self.list[node as usize].position)
    }

    /// Where the entry begins and ends.
    pub(crate) fn span(&self, node: u32) -> (u64, u64) {
        span(self.pack, self.list, node as usize)
    }

    /// What is wrong with a root, if anything is.
    pub(crate) fn look(&self, node: u32) -> Result<Link, Fault> {
        let (offset, end) = self.span(node);
        link(self.pack, self.list, node as usize, &self.pack.header(offset, end)?)
    }

    fn sort(&mut self, links: &mut [Link], wants: impl Fn(Kind) -> bool) {
        let count = links.len();
        // Bases before what is built on them; what is never reached hangs on a cycle.
        let mut order = Vec::with_capacity(count);
        let mut reached = vec![false; count];
        for (node, link) in links.iter().enumerate() {
            if matches!(link, Link::Base(_)) {
                continue;
            }
            let mut next = order.len();
            order.push(node as u32);
            while let Some(&node) = order.get(next) {
                reached[node as usize] = true;
                let (from, to) = self.children.range(node);
                order.extend_from_slice(&self.children.list[from as usize..to as usize]);
                next += 1;
            }
        }
        self.cyclic = (0..count as u32).filter(|&node| !reached[node as usize]).collect();

        // Zero is the weight of what nobody needs: an object visited elsewhere, with nothing built on it.
        let mut weights = vec![0_u64; count];
        for &node in order.iter().rev() {
            let (offset, end) = self.span(node);
            let weight = &mut weights[node as usize];
            if *weight > 0 || !self.is_double(node) {
                *weight += end - offset;
            }
            if let Link::Base(base) = links[node as usize] {
                weights[base as usize] += weights[node as usize];
            }
        }
        let mut wanted = vec![true; count];
        for &node in &order {
            wanted[node as usize] = match links[node as usize] {
                Link::Whole(kind) => wants(kind),
                Link::Base(base) => wanted[base as usize],
                _ => true,
            };
            if !wanted[node as usize] && !self.is_double(node) {
                self.unwanted += 1;
            }
        }
        for node in 0..count {
            if reached[node] && (weights[node] == 0 || !wanted[node]) {
                links[node] = Link::Pruned;
            }
        }
        self.children = Children::of(links);
        self.children.sort(&weights);
        for &node in &order {
            if matches!(links[node as usize], Link::Base(_) | Link::Pruned) {
                continue;
            }
            let (from, to) = self.children.range(node);
            (if from == to { &mut self.single } else { &mut self.trees }).push(node);
        }
        self.trees.sort_by_key(|&node| std::cmp::Reverse(weights[node as usize]));
    }
}

/// The children of all entries, one after another.
struct Children {
    /// Where the children of each entry begin in `list`, and at last where the list ends.
    starts: Vec<u32>,
    list: Vec<u32>,
}

impl Children {
    fn of(links: &[Link]) -> Children {
        let mut starts = vec![0_u32; links.len() + 1];
        for link in links {
            if let Link::Base(base) = link {
                starts[*base as usize] += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        // Each start is now an end; it moves to the start as the children are entered backwards.
        let mut list = vec![0; sum as usize];
        for (node, link) in links.iter().enumerate().rev() {
            if let Link::Base(base) = link {
                let start = &mut starts[*base as usize];
                *start -= 1;
                list[*start as usize] = node as u32;
            }
        }
        Children { starts, list }
    }

    fn range(&self, node: u32) -> (u32, u32) {
        (self.starts[node as usize], self.starts[node as usize + 1])
    }

    /// Leaves stay in the order of the file, then come the others, the lightest first.
    fn sort(&mut self, weights: &[u64]) {
        for node in 0..self.starts.len() - 1 {
            let (from, to) = (self.starts[node] as usize, self.starts[node + 1] as usize);
            let starts = &self.starts;
            self.list[from..to].sort_by_key(|&child| {
                let leaf = starts[child as usize] == starts[child as usize + 1];
                if leaf { 0 } else { weights[child as usize] }
            });
        }
    }
}

fn span(pack: &Pack, list: &[Entry], node: usize) -> (u64, u64) {
    (list[node].offset, list.get(node + 1).map_or(pack.end(), |next| next.offset))
}

fn read_header(pack: &Pack, list: &[Entry], node: usize, window: &mut Window) -> Result<Header, Fault> {
    let (offset, end) = span(pack, list, node);
    let len = (end - offset).min(MAX_HEADER as u64) as usize;
    Header::parse(window.get(0, &pack.source, offset, len, AHEAD)?, pack.hash)
}

fn link(pack: &Pack, list: &[Entry], node: usize, header: &Header) -> Result<Link, Fault> {
    let entry = |offset| pack.entry_at(offset, node).map(|base| Link::Base(base as u32));
    match header.body {
        Body::Whole(kind) => Ok(Link::Whole(kind)),
        Body::OffsetDelta { distance } => {
            let base = list[node].offset.checked_sub(distance).filter(|base| pack.holds(*base));
            match entry(base.ok_or(Fault::BaseOutside { distance })?) {
                Some(link) => Ok(link),
                None if pack.complete => Err(Fault::BaseNotAnEntry { distance }),
                // The base is in the pack, but only its offset says so.
                None => Ok(Link::Elsewhere),
            }
        }
        Body::IdDelta { base } => match pack.index.find(&base) {
            // An index that puts the base where no entry can be has been told of already.
            Some(position) => entry(pack.index.offset(position)).ok_or(Fault::Base(base)),
            None => Ok(Link::Elsewhere),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_per_object_is_small() {
        assert_eq!(size_of::<Entry>(), 16);
        assert_eq!(size_of::<Link>(), 8);
    }
}
