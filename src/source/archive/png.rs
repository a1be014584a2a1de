//! Text in PNG images that is compressed: the source of a diagram, what a program was told to draw. Other text stands in
//! their bytes as it is.

use super::unpack::Stream;
use super::{Opener, Trouble};

const MAGIC: &[u8] = b"\x89PNG\r\n\x1A\n";

/// Whether content is an image that may have such text.
pub(super) fn has_text(content: &[u8]) -> bool {
    content.starts_with(MAGIC) && [b"zTXt", b"iTXt"].iter().any(|name| memchr::memmem::find(content, *name).is_some())
}

pub(super) fn read(opener: &mut Opener<'_>, content: &[u8], path: &str, depth: usize) {
    let mut rest = &content[MAGIC.len()..];
    // Length, name, data and checksum.
    while let Some((len, chunk)) = rest.split_first_chunk::<4>() {
        let Some((name, data)) = chunk.split_first_chunk::<4>() else { return };
        let len = u32::from_be_bytes(*len) as usize;
        let Some(data) = data.get(..len) else { return };
        if let Some(packed) = packed(name, data) {
            let (text, trouble) = opener.bounded(|limit| Stream::Zlib.inflate(packed, limit));
            // An image whose text is damaged is an image all the same.
            if let Some(trouble @ Trouble::Limit) = trouble {
                opener.tell(path, "text", &trouble);
            }
            opener.member(path, "text", &text, depth);
        }
        rest = chunk.get(len + 8..).unwrap_or_default();
    }
}

/// What is compressed of a chunk of text, behind its keyword and what else stands before it.
fn packed<'a>(name: &[u8; 4], data: &'a [u8]) -> Option<&'a [u8]> {
    let field = |bytes: &'a [u8]| bytes.split_at_checked(memchr::memchr(0, bytes)? + 1).map(|(_, rest)| rest);
    let rest = field(data)?;
    match name {
        b"zTXt" => rest.strip_prefix(b"\0"),
        // A language and the keyword in it.
        b"iTXt" => field(field(rest.strip_prefix(b"\x01\0")?)?),
        _ => None,
    }
}
