//! Content as text: UTF-8 and Latin-1 as they are, UTF-16 turned into UTF-8, binaries told apart.

use std::borrow::Cow;

/// How content is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, Latin-1 or any other single-byte text.
    Bytes,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// Holds NUL bytes and is no UTF-16: read for what is printable in it.
    Binary,
}

/// Content ready to scan. Lines and columns of the text are those of the content.
pub struct Text<'a> {
    /// The bytes that spans refer to.
    pub bytes: Cow<'a, [u8]>,
    /// What they were before.
    pub encoding: Encoding,
}

impl<'a> Text<'a> {
    /// Transcodes UTF-16 and leaves everything else as it is.
    pub fn of(content: &'a [u8]) -> Self {
        let encoding = sniff(content);
        let bytes = match encoding {
            Encoding::Bytes | Encoding::Binary => Cow::Borrowed(content),
            Encoding::Utf16Le => Cow::Owned(transcode(content, u16::from_le_bytes)),
            Encoding::Utf16Be => Cow::Owned(transcode(content, u16::from_be_bytes)),
        };
        Text { bytes, encoding }
    }
}

/// Tells the encoding from the first 8,000 bytes.
pub fn sniff(content: &[u8]) -> Encoding {
    let head = &content[..content.len().min(8000)];
    match head {
        [0xFF, 0xFE, ..] => return Encoding::Utf16Le,
        [0xFE, 0xFF, ..] => return Encoding::Utf16Be,
        _ => {}
    }
    if memchr::memchr(0, head).is_none() {
        return Encoding::Bytes;
    }
    // ASCII in UTF-16 has a NUL in every other byte and nowhere else.
    let pairs = head.len() / 2;
    let nul = |offset: usize| head.chunks_exact(2).filter(|pair| pair[offset] == 0).count();
    let (even, odd) = (nul(0), nul(1));
    if pairs > 0 && odd * 10 >= pairs * 7 && even * 20 <= pairs {
        Encoding::Utf16Le
    } else if pairs > 0 && even * 10 >= pairs * 7 && odd * 20 <= pairs {
        Encoding::Utf16Be
    } else {
        Encoding::Binary
    }
}

fn transcode(content: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = content.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
    text.filter(|c| *c != '\u{FEFF}').collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn utf_16_is_read_with_and_without_its_mark() {
        for content in [
            utf16("\u{FEFF}key = é\r\n", u16::to_le_bytes),
            utf16("key = é\r\n", u16::to_le_bytes),
            utf16("key = é\r\n", u16::to_be_bytes),
        ] {
            assert_eq!(Text::of(&content).bytes, "key = é\r\n".as_bytes());
        }
    }

    #[test]
    fn latin_1_stays_as_it_is_and_binaries_are_told_apart() {
        assert_eq!(Text::of(b"caf\xe9").encoding, Encoding::Bytes);
        let noise: Vec<u8> = (0..=255).cycle().take(4096).collect();
        assert_eq!(Text::of(&noise).encoding, Encoding::Binary);
        assert_eq!(Text::of(b"").encoding, Encoding::Bytes);
    }
}
