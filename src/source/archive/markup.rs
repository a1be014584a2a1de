//! What a person reads in an office document: its XML without tags. Writers cut words wherever a style changes.

/// Elements that end a line: paragraphs, cells and breaks of OOXML and ODF.
const BREAKS: [&[u8]; 14] = [
    b"/w:tr",
    b"/a:tr",
    b"/w:p",
    b"w:br/",
    b"w:br",
    b"/a:p",
    b"/si",
    b"/row",
    b"/c",
    b"/text:p",
    b"/text:h",
    b"/table:table-row",
    b"w:cr/",
    b"/p",
];

/// Elements that are cells of a table: a bar ends each, and the paragraphs in it end no line.
const CELLS: [&[u8]; 3] = [b"/w:tc", b"/a:tc", b"/table:table-cell"];

/// The text of a member of an office document.
pub(super) fn text(path: &str, content: &[u8]) -> Option<Vec<u8>> {
    let name = path.rsplit('!').next().unwrap_or(path);
    let office = ["word/", "xl/", "ppt/", "content.xml", "meta.xml", "styles.xml", "docProps/", "visio/"];
    if !name.ends_with(".xml") || !office.iter().any(|start| name.starts_with(start)) {
        return None;
    }
    let mut out = Vec::with_capacity(content.len() / 4);
    let mut rest = content;
    while let Some(open) = memchr::memchr(b'<', rest) {
        push_text(&mut out, &rest[..open]);
        rest = &rest[open + 1..];
        let Some(close) = memchr::memchr(b'>', rest) else { break };
        let tag = &rest[..close];
        let name = &tag[..tag.iter().position(|byte| byte.is_ascii_whitespace()).unwrap_or(tag.len())];
        if CELLS.contains(&name) {
            while out.last() == Some(&b'\n') {
                out.pop();
            }
            out.extend_from_slice(b" | ");
        } else if BREAKS.contains(&name) {
            out.push(b'\n');
        } else if matches!(name, b"w:tab/" | b"w:tab" | b"text:tab/" | b"text:s/") {
            out.push(b' ');
        }
        rest = &rest[close + 1..];
    }
    Some(out)
}

/// Appends character data with its entities resolved.
fn push_text(out: &mut Vec<u8>, mut text: &[u8]) {
    while let Some(at) = memchr::memchr(b'&', text) {
        out.extend_from_slice(&text[..at]);
        match crate::detect::entity(&text[at..]) {
            Some((c, len)) => {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                text = &text[at + len..];
            }
            None => {
                out.push(b'&');
                text = &text[at + 1..];
            }
        }
    }
    out.extend_from_slice(text);
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_word_cut_by_styles_is_one_word() {
        let xml = b"<w:p><w:r><w:t>pass</w:t></w:r><w:r w:x=\"1\"><w:t>word &amp; more</w:t></w:r></w:p><w:p>b</w:p>";
        assert_eq!(text("a.docx!word/document.xml", xml).as_deref(), Some(&b"password & more\nb\n"[..]));
        assert_eq!(text("a.jar!pom.xml", xml), None);
        let row = b"<w:tr><w:tc><w:p>a</w:p></w:tc><w:tc><w:p>b</w:p></w:tc></w:tr><w:p>c</w:p>";
        assert_eq!(text("word/document.xml", row).as_deref(), Some(&b"a | b | \nc\n"[..]));
    }
}
