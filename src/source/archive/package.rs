//! Packages of Linux distributions: archives in the dress of `ar`, and compressed ones behind headers.

use super::{Opener, Trouble};

/// What a Debian package begins with (deb(5)): an `ar` archive whose first member is of that name.
pub(super) const DEB: &[u8] = b"!<arch>\ndebian-binary";
/// What an RPM package begins with (RPM V4 package format).
pub(super) const RPM: &[u8] = b"\xED\xAB\xEE\xDB";

/// A kind of package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Package {
    Deb,
    Rpm,
}

impl Package {
    pub(super) fn read(self, opener: &mut Opener<'_>, content: &[u8], path: &str, depth: usize) {
        let whole = match self {
            Package::Deb => deb(opener, content, path, depth),
            Package::Rpm => payload(content).map(|payload| opener.member(path, "payload", payload, depth)),
        };
        if whole.is_none() {
            opener.tell(path, "", &Trouble::Damaged("it is malformed or cut short".into()));
        }
    }
}

/// Shows the members. Each has a header of 60 bytes, its size in decimal digits at the 48th.
fn deb(opener: &mut Opener<'_>, content: &[u8], path: &str, depth: usize) -> Option<()> {
    let mut rest = content.get(8..)?;
    while !rest.is_empty() && !opener.is_over() {
        let (header, data) = rest.split_at_checked(60).filter(|(header, _)| header.ends_with(b"`\n"))?;
        let size: usize = std::str::from_utf8(&header[48..58]).ok()?.trim_end().parse().ok()?;
        let name = String::from_utf8_lossy(&header[..16]);
        let held = &data[..size.min(data.len())];
        opener.member(path, name.trim_end().trim_end_matches('/'), held, depth);
        if held.len() < size {
            return None;
        }
        // Members begin at even places.
        rest = data.get(size + size % 2..).unwrap_or_default();
    }
    Some(())
}

/// What stands behind the lead of 96 bytes and two headers, the first of which is filled up to a multiple of eight.
fn payload(content: &[u8]) -> Option<&[u8]> {
    let rest = content.get(96..)?;
    let signature = header(rest)?;
    let rest = rest.get(signature.checked_next_multiple_of(8)?..)?;
    rest.get(header(rest)?..)
}

/// Bytes of a header: its magic, the number of its entries, the size of what they refer to.
fn header(bytes: &[u8]) -> Option<usize> {
    let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    let size = 16 + u64::from(number(8)?) * 16 + u64::from(number(12)?);
    usize::try_from(size).ok().filter(|_| bytes.starts_with(b"\x8E\xAD\xE8\x01"))
}
