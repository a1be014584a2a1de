//! Content as text: UTF-8 and Latin-1 as they are, UTF-16 and UTF-32 turned into UTF-8, binaries told apart.

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
    /// UTF-32, little end first.
    Utf32Le,
    /// UTF-32, big end first.
    Utf32Be,
    /// Holds NUL bytes and is neither: read for what is printable in it.
    Binary,
}

impl Encoding {
    /// Whether characters take several bytes each, so that the text is not the content's own bytes.
    pub fn is_wide(self) -> bool {
        !matches!(self, Encoding::Bytes | Encoding::Binary)
    }
}

/// Content ready to scan. Lines and columns of the text are those of the content.
pub struct Text<'a> {
    /// The bytes that spans refer to.
    pub bytes: Cow<'a, [u8]>,
    /// What they were before.
    pub encoding: Encoding,
}

impl<'a> Text<'a> {
    /// Transcodes UTF-16 and UTF-32 and leaves everything else as it is.
    pub fn of(content: &'a [u8]) -> Self {
        let encoding = sniff(content);
        let bytes = match encoding {
            Encoding::Bytes | Encoding::Binary => Cow::Borrowed(content),
            Encoding::Utf16Le => Cow::Owned(transcode(content, u16::from_le_bytes)),
            Encoding::Utf16Be => Cow::Owned(transcode(content, u16::from_be_bytes)),
            Encoding::Utf32Le => Cow::Owned(transcode_32(content, u32::from_le_bytes)),
            Encoding::Utf32Be => Cow::Owned(transcode_32(content, u32::from_be_bytes)),
        };
        Text { bytes, encoding }
    }
}

/// Tells the encoding from the first 8,000 bytes.
pub fn sniff(content: &[u8]) -> Encoding {
    let head = &content[..content.len().min(8000)];
    match head {
        [0xFF, 0xFE, 0, 0, ..] => return Encoding::Utf32Le,
        [0, 0, 0xFE, 0xFF, ..] => return Encoding::Utf32Be,
        [0xFF, 0xFE, ..] => return Encoding::Utf16Le,
        [0xFE, 0xFF, ..] => return Encoding::Utf16Be,
        _ => {}
    }
    if memchr::memchr(0, head).is_none() {
        return Encoding::Bytes;
    }
    // ASCII in UTF-32 has three NULs for each character.
    let fours = head.as_chunks::<4>().0;
    let share = |is: fn(&[u8; 4]) -> bool| fours.iter().filter(|four| is(four)).count() * 10 >= fours.len() * 7;
    if fours.len() > 1 && share(|four| four[0] != 0 && four[1..] == [0; 3]) {
        return Encoding::Utf32Le;
    }
    if fours.len() > 1 && share(|four| four[3] != 0 && four[..3] == [0; 3]) {
        return Encoding::Utf32Be;
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

/// UTF-16, little end first, as UTF-8.
pub(super) fn utf16_le(content: &[u8]) -> Vec<u8> {
    transcode(content, u16::from_le_bytes)
}

fn transcode(content: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = content.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
    text.filter(|c| *c != '\u{FEFF}').collect::<String>().into_bytes()
}

fn transcode_32(content: &[u8], unit: fn([u8; 4]) -> u32) -> Vec<u8> {
    let units = content.as_chunks::<4>().0.iter().map(|four| unit(*four));
    let text = units.map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    text.filter(|c| *c != '\u{FEFF}').collect::<String>().into_bytes()
}

/// The strings of UTF-16, little end first, that stand in a binary, a line each: at least eight ASCII characters.
pub(crate) fn wide_strings(content: &[u8]) -> Vec<u8> {
    const SHORTEST: usize = 8;
    let printable = |at: usize| {
        let unit = content.get(at..at + 2)?;
        (unit[1] == 0 && (unit[0] == b'\t' || (0x20..0x7F).contains(&unit[0]))).then_some(unit[0])
    };
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(nul) = memchr::memchr(0, content.get(at..).unwrap_or_default()) {
        let start = (at + nul).saturating_sub(1).max(at);
        let string: Vec<u8> = (0..).map_while(|step| printable(start + 2 * step)).collect();
        if string.len() >= SHORTEST {
            out.extend_from_slice(&string);
            out.push(b'\n');
        }
        at = (start + 2 * string.len()).max(at + nul + 1);
    }
    out
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
    fn utf_32_is_read_with_and_without_its_mark() {
        let text = "key = é\r\n";
        for bytes in [u32::to_le_bytes, u32::to_be_bytes] {
            let plain: Vec<u8> = text.chars().flat_map(|c| bytes(c as u32)).collect();
            let marked = [&bytes(0xFEFF)[..], &plain].concat();
            assert_eq!(Text::of(&plain).bytes, text.as_bytes());
            assert_eq!(Text::of(&marked).bytes, text.as_bytes());
        }
    }

    #[test]
    fn wide_strings_of_a_binary_are_lines() {
        let wide = |text: &str| utf16(text, u16::to_le_bytes);
        let content = [
            b"MZ\0\x90\0".as_slice(),
            &wide("first string"),
            b"\0\0\x07",
            &wide("short"),
            b"\0\0",
            &wide("another one"),
            b"\x01",
        ];
        assert_eq!(wide_strings(&content.concat()), b"first string\nanother one\n");
    }

    #[test]
    fn latin_1_stays_as_it_is_and_binaries_are_told_apart() {
        assert_eq!(Text::of(b"caf\xe9").encoding, Encoding::Bytes);
        let noise: Vec<u8> = (0..=255).cycle().take(4096).collect();
        assert_eq!(Text::of(&noise).encoding, Encoding::Binary);
        assert_eq!(Text::of(b"").encoding, Encoding::Bytes);
    }
}
