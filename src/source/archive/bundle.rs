//! Git packs and bundles that lie about as files: every object of them, rebuilt in memory.

use std::collections::HashMap;
use std::io::Read;

use super::{Opener, Trouble};
use crate::pack::{Body, Delta, HashKind, Header, Kind, ObjectId, Op};
use crate::source::tree::Entries;

/// Bytes of objects that are held at once.
const HELD: u64 = 256 << 20;

pub(super) fn read(opener: &mut Opener<'_>, content: &[u8], path: &str, depth: usize) {
    let Some(pack) = pack_of(content) else {
        return opener.tell(path, "", &Trouble::Damaged("it holds no pack".into()));
    };
    if content.starts_with(b"# v3")
        && memchr::memmem::find(&content[..content.len() - pack.len()], b"=sha256").is_some()
    {
        return opener.tell(path, "", &Trouble::Method("SHA-256 object names".into()));
    }
    let mut objects = Objects::default();
    let limit = opener.left.min(HELD);
    let trouble = objects.inflate(pack, limit);
    objects.resolve(limit);
    if let Some(trouble) = trouble {
        opener.tell(path, "", &trouble);
    }
    let unresolved = objects.list.iter().filter(|one| one.whole.is_none()).count();
    if unresolved > 0 {
        let why = format!(
            "{unresolved} of its objects build on others that it does not hold, or are damaged; they were not read"
        );
        opener.out.skipped.push((path.to_owned(), why));
    }
    let names = objects.names();
    for (kind, id, bytes) in objects.list.iter().filter_map(|one| one.whole.as_ref()) {
        if opener.is_over() {
            return;
        }
        opener.left = opener.left.saturating_sub(bytes.len() as u64);
        match kind {
            Kind::Tree => {}
            Kind::Blob => {
                let name = path_of(&names, *id).unwrap_or_else(|| format!("blob {id}"));
                opener.member(path, &name, bytes, depth);
            }
            Kind::Commit | Kind::Tag => opener.member(path, &format!("{kind} {id}"), bytes, depth),
        }
    }
}

/// The pack of a bundle: what follows its first empty line.
fn pack_of(content: &[u8]) -> Option<&[u8]> {
    if content.starts_with(b"PACK") {
        return Some(content);
    }
    let at = memchr::memmem::find(content, b"\n\nPACK")?;
    Some(&content[at + 2..])
}

/// An entry of the pack.
struct Object {
    offset: u64,
    body: Body,
    /// The object or the delta.
    stored: Vec<u8>,
    whole: Option<(Kind, ObjectId, Vec<u8>)>,
}

#[derive(Default)]
struct Objects {
    list: Vec<Object>,
    by_id: HashMap<ObjectId, usize>,
    /// Bytes held.
    held: u64,
}

impl Objects {
    /// Reads the entries one behind the other. A pack without an index tells their ends only by their streams.
    fn inflate(&mut self, pack: &[u8], limit: u64) -> Option<Trouble> {
        let damaged = |why: String| Some(Trouble::Damaged(why));
        let count = match pack.get(8..12).map(|bytes| bytes.try_into().map_or(0, u32::from_be_bytes)) {
            Some(count) => count,
            None => return damaged("its header is cut short".into()),
        };
        let mut at = 12;
        for _ in 0..count {
            let rest = pack.get(at..).unwrap_or_default();
            let header = match Header::parse(rest, HashKind::Sha1) {
                Ok(header) => header,
                Err(fault) => return damaged(fault.to_string()),
            };
            if self.held.saturating_add(header.size) > limit {
                return Some(Trouble::Limit);
            }
            let mut decoder = flate2::bufread::ZlibDecoder::new(&rest[header.len..]);
            let mut stored = Vec::new();
            if let Err(error) = decoder.by_ref().take(header.size + 1).read_to_end(&mut stored) {
                return damaged(error.to_string());
            }
            if stored.len() as u64 != header.size {
                return damaged("an entry has another size than it declares".into());
            }
            self.held += header.size;
            self.list.push(Object { offset: at as u64, body: header.body, stored, whole: None });
            at += header.len + decoder.total_in() as usize;
        }
        None
    }

    /// Rebuilds what can be, bases first.
    fn resolve(&mut self, limit: u64) {
        let by_offset: HashMap<u64, usize> =
            self.list.iter().enumerate().map(|(index, one)| (one.offset, index)).collect();
        let mut waiting: Vec<usize> = (0..self.list.len()).collect();
        loop {
            let before = waiting.len();
            waiting.retain(|&index| {
                let one = &self.list[index];
                let base = match one.body {
                    Body::Whole(kind) => {
                        let bytes = std::mem::take(&mut self.list[index].stored);
                        self.settle(index, kind, bytes);
                        return false;
                    }
                    Body::OffsetDelta { distance } => {
                        one.offset.checked_sub(distance).and_then(|offset| by_offset.get(&offset).copied())
                    }
                    Body::IdDelta { base } => self.by_id.get(&base).copied(),
                };
                let Some((kind, _, base)) = base.and_then(|base| self.list[base].whole.as_ref()) else { return true };
                let Some(bytes) = apply(base, &one.stored, limit.saturating_sub(self.held)) else { return false };
                self.held += bytes.len() as u64;
                self.settle(index, *kind, bytes);
                false
            });
            if waiting.is_empty() || waiting.len() == before {
                return;
            }
        }
    }

    fn settle(&mut self, index: usize, kind: Kind, bytes: Vec<u8>) {
        let named = match kind {
            Kind::Commit => git2::ObjectType::Commit,
            Kind::Tree => git2::ObjectType::Tree,
            Kind::Blob => git2::ObjectType::Blob,
            Kind::Tag => git2::ObjectType::Tag,
        };
        let id = git2::Oid::hash_object(named, &bytes).ok().and_then(|id| ObjectId::from_bytes(id.as_bytes()));
        if let Some(id) = id {
            self.by_id.insert(id, index);
            self.list[index].whole = Some((kind, id, bytes));
        }
    }

    /// For each object that a tree names, the tree and the name.
    fn names(&self) -> HashMap<ObjectId, (ObjectId, String)> {
        let mut out = HashMap::new();
        for (kind, tree, bytes) in self.list.iter().filter_map(|one| one.whole.as_ref()) {
            if *kind == Kind::Tree {
                Entries::read(bytes, tree.as_bytes().len(), |_, entry| {
                    out.entry(entry.oid).or_insert_with(|| (*tree, String::from_utf8_lossy(entry.name).into_owned()));
                });
            }
        }
        out
    }
}

/// The result of a delta on its base, of at most `limit` bytes.
fn apply(base: &[u8], delta: &[u8], limit: u64) -> Option<Vec<u8>> {
    let parsed =
        Delta::parse(delta).ok().filter(|parsed| parsed.base_len == base.len() && parsed.result_len as u64 <= limit)?;
    let mut out = Vec::with_capacity(parsed.result_len);
    for op in parsed.ops {
        out.extend_from_slice(match op {
            Op::Copy { from, len } => base.get(from..from.checked_add(len)?)?,
            Op::Insert { at, len } => delta.get(at..at.checked_add(len)?)?,
        });
    }
    Some(out)
}

/// The path at which trees name a blob.
fn path_of(names: &HashMap<ObjectId, (ObjectId, String)>, blob: ObjectId) -> Option<String> {
    const DEEPEST: usize = 64;
    let (tree, name) = names.get(&blob)?;
    let mut tree = *tree;
    let mut parts = vec![name.as_str()];
    while let Some((above, name)) = names.get(&tree).filter(|_| parts.len() < DEEPEST) {
        parts.push(name);
        tree = *above;
    }
    parts.reverse();
    Some(parts.join("/"))
}
