//! Archives and documents: what is inside them, found in memory, within limits, nothing written anywhere.
//!
//! Content is told by its first bytes, never by its name. A member that is an archive itself is opened in turn. What
//! cannot be read (damaged, encrypted, over a limit, a format that is not opened) is told with its reason; what could
//! be read of it is read all the same.

mod bundle;
mod database;
mod dump;
mod markup;
mod package;
mod pdf;
mod png;
mod strings;
mod tape;
mod unpack;
mod zip;

use package::Package;
use unpack::Stream;

/// How much of an archive is read. What lies beyond is told in the report's coverage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveLimits {
    /// Archives within archives, compressed streams included; 0 opens none.
    pub depth: usize,
    /// Members of one outermost archive, nested ones included.
    pub members: u64,
    /// Bytes of one member.
    pub member: u64,
    /// Bytes of all members of one outermost archive, nested ones included.
    pub total: u64,
    /// How many times its own size an outermost archive may grow; the first [`ArchiveLimits::FREE`] bytes are not held
    /// against it.
    pub ratio: u64,
}

impl ArchiveLimits {
    /// Bytes that any archive may hold, however small it is.
    pub const FREE: u64 = 64 << 20;
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        ArchiveLimits { depth: 8, members: 100_000, member: 256 << 20, total: 1 << 30, ratio: 200 }
    }
}

/// What content is, where it holds other content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Zip,
    Tar,
    Stream(Stream),
    #[cfg(feature = "archives")]
    SevenZip,
    Pdf,
    Sqlite,
    /// Of a Linux distribution.
    Package(Package),
    /// A git pack, or a bundle, which is a pack behind a list of refs.
    Pack,
    /// A program or an old document, or a text that goes on so, whose strings are UTF-16.
    Wide,
    /// What is read as UTF-16 or UTF-32 and has strings of single bytes.
    Narrow,
    /// An image with text that is compressed.
    Png,
    /// Memory written out in hexadecimal, line by line.
    Dump,
    /// A format that is not opened, by its name.
    Closed(&'static str),
}

/// Tells what content is from its first bytes; nothing for what holds nothing else.
fn kind(content: &[u8]) -> Option<Kind> {
    let starts = |magic: &[u8]| content.starts_with(magic);
    match content.first()? {
        b'P' if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") => Some(Kind::Zip),
        b'P' if starts(b"PACK\0\0\0\x02") || starts(b"PACK\0\0\0\x03") => Some(Kind::Pack),
        b'#' if starts(b"# v2 git bundle\n") || starts(b"# v3 git bundle\n") => Some(Kind::Pack),
        b'%' if starts(b"%PDF-") => Some(Kind::Pdf),
        b'S' if starts(b"SQLite format 3\0") => Some(Kind::Sqlite),
        b'7' if starts(b"7z\xBC\xAF\x27\x1C") => {
            #[cfg(feature = "archives")]
            return Some(Kind::SevenZip);
            #[cfg(not(feature = "archives"))]
            Some(Kind::Closed("7z"))
        }
        b'M' if starts(b"MZ") && content.contains(&0) => Some(Kind::Wide),
        0xD0 if starts(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") => Some(Kind::Wide),
        b'r' if starts(b"regf") && content.contains(&0) => Some(Kind::Wide),
        b'E' if starts(b"ElfFile\0") => Some(Kind::Wide),
        b'L' if starts(b"L\0\0\0\x01\x14\x02\0") => Some(Kind::Wide),
        b'!' if starts(package::DEB) => Some(Kind::Package(Package::Deb)),
        0xED if starts(package::RPM) => Some(Kind::Package(Package::Rpm)),
        b'R' if starts(b"Rar!\x1A\x07") => Some(Kind::Closed("RAR")),
        b'M' if starts(b"MSCF\0\0\0\0") => Some(Kind::Closed("CAB")),
        0x04 if starts(b"\x04\x22\x4D\x18") => Some(Kind::Closed("LZ4")),
        0x89 if png::has_text(content) => Some(Kind::Png),
        b'0' | b':' | b'S' if dump::is_dump(content) => Some(Kind::Dump),
        _ => match Stream::of(content) {
            Some(stream) => Some(if stream.is_built_in() { Kind::Stream(stream) } else { Kind::Closed(stream.name()) }),
            None if tape::is_tar(content) => Some(Kind::Tar),
            // An archive behind a program or a script ends as one.
            None if zip::ends_like_one(content) => Some(Kind::Zip),
            None => strings::odd(content),
        },
    }
}

/// Whether content holds other content, or is in a format that might and is not opened.
pub(crate) fn is_archive(content: &[u8]) -> bool {
    kind(content).is_some()
}

/// Something found inside.
pub(crate) struct Member<'a> {
    /// Its path in the outermost archive, `!` between an archive and its member.
    pub(crate) path: &'a str,
    pub(crate) content: &'a [u8],
    /// What was done to a member that was shown before, as `text of XML`.
    pub(crate) view: Option<&'static str>,
}

/// What was met besides members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Opened {
    /// Members read.
    pub(crate) members: u64,
    /// What was not read, or not to its end: path in the archive, empty for itself, and why.
    pub(crate) skipped: Vec<(String, String)>,
    /// Formats that are not opened: path and name.
    pub(crate) closed: Vec<(String, &'static str)>,
    /// Paths of texts that are encoded deeper, or longer, than they were decoded.
    pub(crate) cut: Vec<String>,
}

/// How many members of one archive are told as not read; the others are counted.
const TOLD: usize = 20;

/// Shows everything inside `content`, which [`is_archive`].
pub(crate) fn open(content: &[u8], limits: &ArchiveLimits, show: &mut dyn FnMut(Member<'_>)) -> Opened {
    let budget = (content.len() as u64).saturating_mul(limits.ratio).max(ArchiveLimits::FREE).min(limits.total);
    let mut opener = Opener { limits, left: budget, budget, exhausted: false, show, out: Opened::default() };
    if let Some(kind) = kind(content).filter(|_| limits.depth > 0) {
        opener.open(kind, content, "", 1);
    }
    let mut out = opener.out;
    let more = out.skipped.len().saturating_sub(TOLD);
    if more > 0 {
        out.skipped.truncate(TOLD);
        out.skipped.push((String::new(), format!("{more} more of its members were not read, or not to their end")));
    }
    out
}

/// An outermost archive being read.
struct Opener<'a> {
    limits: &'a ArchiveLimits,
    /// Bytes that may still come out of it.
    left: u64,
    budget: u64,
    exhausted: bool,
    show: &'a mut dyn FnMut(Member<'_>),
    out: Opened,
}

/// Why a member could not be read to its end.
#[derive(Debug)]
enum Trouble {
    Damaged(String),
    Encrypted,
    /// How it is compressed.
    Method(String),
    Limit,
}

impl Opener<'_> {
    fn open(&mut self, kind: Kind, content: &[u8], path: &str, depth: usize) {
        match kind {
            Kind::Zip => zip::read(self, content, path, depth),
            Kind::Tar => tape::read(self, content, path, depth),
            Kind::Stream(stream) => self.stream(stream, content, path, depth),
            #[cfg(feature = "archives")]
            Kind::SevenZip => tape::read_7z(self, content, path, depth),
            Kind::Pdf => pdf::read(self, content, path, depth),
            Kind::Sqlite => database::read(self, content, path, depth),
            Kind::Pack => bundle::read(self, content, path, depth),
            Kind::Wide => {
                self.member(path, "strings", &crate::detect::wide_strings(content), depth);
                // A program that unpacks itself.
                if zip::ends_like_one(content) {
                    zip::read(self, content, path, depth);
                }
            }
            Kind::Package(package) => package.read(self, content, path, depth),
            Kind::Narrow => self.member(path, "strings", &strings::narrow(content), depth),
            Kind::Png => png::read(self, content, path, depth),
            Kind::Dump => self.member(path, "bytes", &dump::bytes(content), depth),
            Kind::Closed(name) => self.out.closed.push((path.to_owned(), name)),
        }
    }

    /// A compressed stream holds one thing. An archive in it needs no name of its own.
    fn stream(&mut self, stream: Stream, content: &[u8], path: &str, depth: usize) {
        let (inflated, trouble) = self.bounded(|limit| stream.inflate(content, limit));
        if stream == Stream::Zlib && (trouble.is_some() || !self::unpack::is_worth_it(&inflated)) {
            // Two bytes that look like a header prove little.
            return;
        }
        if let Some(trouble) = trouble {
            self.tell(path, "", &trouble);
        }
        match kind(&inflated) {
            Some(inner) if depth < self.limits.depth => self.open(inner, &inflated, path, depth + 1),
            _ => self.member(path, &stream.inner_name(content), &inflated, depth),
        }
    }

    /// The path of a member.
    fn join(path: &str, name: &str) -> String {
        if path.is_empty() { name.to_owned() } else { format!("{path}!{name}") }
    }

    /// Takes bytes out of the archive, as many as its limits allow. `inflate` stops at the number it is given.
    fn bounded(&mut self, inflate: impl FnOnce(u64) -> (Vec<u8>, Option<Trouble>)) -> (Vec<u8>, Option<Trouble>) {
        let limit = self.left.min(self.limits.member);
        let (bytes, trouble) = inflate(limit);
        self.left = self.left.saturating_sub(bytes.len() as u64);
        (bytes, trouble)
    }

    /// Whether there is nothing left to spend; says so once.
    fn is_over(&mut self) -> bool {
        let members = self.out.members >= self.limits.members;
        if !self.exhausted && (members || self.left == 0) {
            self.exhausted = true;
            let why = if members {
                format!("holds more than the limit of {} members; the others were not read", self.limits.members)
            } else {
                format!("holds more than the limit of {} bytes; what follows was not read", self.budget)
            };
            self.out.skipped.push((String::new(), why));
        }
        self.exhausted
    }

    /// Shows a member and what is inside it.
    fn member(&mut self, path: &str, name: &str, content: &[u8], depth: usize) {
        if self.is_over() {
            return;
        }
        let path = Self::join(path, name);
        self.out.members += 1;
        (self.show)(Member { path: &path, content, view: None });
        match kind(content) {
            Some(kind) if depth < self.limits.depth => self.open(kind, content, &path, depth + 1),
            Some(_) => {
                let why =
                    format!("is nested deeper than the limit of {} archives; it was not opened", self.limits.depth);
                self.out.skipped.push((path, why));
            }
            None => {
                if let Some(text) = markup::text(&path, content) {
                    (self.show)(Member { path: &path, content: &text, view: Some("XML") });
                }
            }
        }
    }

    /// Says that a member was not read to its end.
    fn tell(&mut self, path: &str, name: &str, trouble: &Trouble) {
        let why = match trouble {
            Trouble::Damaged(why) => format!("is damaged ({why}); what could be read of it was"),
            Trouble::Encrypted => "is encrypted; it was not read".to_owned(),
            Trouble::Method(method) => format!("is compressed with {method}, which is not opened; it was not read"),
            Trouble::Limit if self.left > 0 => {
                format!("is larger than the limit of {} bytes; its end was not read", self.limits.member)
            }
            Trouble::Limit => {
                self.is_over();
                return;
            }
        };
        let path = if name.is_empty() { path.to_owned() } else { Self::join(path, name) };
        self.out.skipped.push((path, why));
    }
}
