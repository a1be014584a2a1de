//! PDF: the text of its pages, and every other stream (metadata, attachments, object streams) as it is.
//!
//! Format: ISO 32000-1, sections 7.3 (objects), 7.4 (filters), 7.5.7 (object streams), 9.4 (text), 9.10 (Unicode).
//! Objects are found by their keywords, not by the cross-reference table, which a damaged or hostile file may lack.

use std::collections::{BTreeMap, HashMap};

use super::unpack::Stream;
use super::{Opener, Trouble};

/// Bytes of a dictionary before its stream that are looked at.
const DICTIONARY: usize = 16 << 10;

pub(super) fn read(opener: &mut Opener<'_>, content: &[u8], path: &str, depth: usize) {
    if memchr::memmem::find(content, b"/Encrypt ").is_some() || memchr::memmem::find(content, b"/Encrypt<<").is_some() {
        return opener.tell(path, "", &Trouble::Encrypted);
    }
    let mut file = File::default();
    let mut pages = Vec::new();
    let mut damaged = 0_u64;
    for object in objects(content) {
        file.note(object.number, object.dictionary);
        let Some(data) = object.stream else { continue };
        if opener.is_over() {
            return;
        }
        let Some(filters) = filters(object.dictionary) else { continue };
        let (bytes, trouble) = opener.bounded(|limit| unfilter(data, &filters, limit));
        match trouble {
            Some(Trouble::Damaged(_)) if bytes.is_empty() => damaged += 1,
            Some(trouble @ Trouble::Limit) => opener.tell(path, &format!("object {}", object.number), &trouble),
            _ => {}
        }
        if has(object.dictionary, b"/ObjStm") {
            file.note_all(object.dictionary, &bytes);
        }
        if memchr::memmem::find(&bytes, b"begincmap").is_some() {
            file.maps.insert(object.number, Map::read(&bytes));
        } else if is_page(&bytes) {
            pages.push(bytes);
        } else if !filters.is_empty() && !bytes.is_empty() && !has(object.dictionary, b"/XRef") {
            opener.member(path, &format!("object {}", object.number), &bytes, depth);
        }
    }
    if damaged > 0 {
        let why = format!("is damaged: {damaged} of its streams cannot be inflated; the others were read");
        opener.out.skipped.push((path.to_owned(), why));
    }
    let fonts = file.fonts();
    let text: Vec<u8> = pages.iter().flat_map(|page| page_text(page, &fonts)).collect();
    if !text.is_empty() {
        opener.member(path, "text", &text, depth);
    }
}

fn has(dictionary: &[u8], name: &[u8]) -> bool {
    memchr::memmem::find(dictionary, name).is_some()
}

/// Whether a stream shows text.
fn is_page(bytes: &[u8]) -> bool {
    has(bytes, b"BT") && (has(bytes, b"Tj") || has(bytes, b"TJ"))
}

struct Object<'a> {
    number: u32,
    dictionary: &'a [u8],
    stream: Option<&'a [u8]>,
}

/// All objects of the file, in the order of their places.
fn objects(content: &[u8]) -> impl Iterator<Item = Object<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let found = at + memchr::memmem::find(&content[at..], b" obj")?;
            at = found + 4;
            let digits =
                |end: usize| content[..end].iter().rev().take(10).take_while(|byte| byte.is_ascii_digit()).count();
            let generation = digits(found);
            let Some(end) = found.checked_sub(generation + 1).filter(|_| generation > 0) else { continue };
            let len = digits(end);
            let Some(number) = std::str::from_utf8(&content[end - len..end]).ok().and_then(|text| text.parse().ok())
            else {
                continue;
            };
            let rest = &content[at..];
            let close = memchr::memmem::find(rest, b"endobj").unwrap_or(rest.len());
            let keyword = memchr::memmem::find(&rest[..close.min(DICTIONARY)], b"stream");
            let Some(keyword) = keyword else {
                return Some(Object { number, dictionary: &rest[..close.min(DICTIONARY)], stream: None });
            };
            let data = &rest[keyword + 6..];
            let data = data.strip_prefix(b"\r\n").or(data.strip_prefix(b"\n")).unwrap_or(data);
            let len = memchr::memmem::find(data, b"endstream").unwrap_or(data.len());
            at = content.len() - data.len() + len;
            return Some(Object { number, dictionary: &rest[..keyword], stream: Some(&data[..len]) });
        }
    })
}

enum Filter {
    Flate,
    Ascii85,
    AsciiHex,
}

/// How a stream is filtered, outermost first; nothing for pictures and what else holds no text.
fn filters(dictionary: &[u8]) -> Option<Vec<Filter>> {
    let Some(at) = memchr::memmem::find(dictionary, b"/Filter") else { return Some(Vec::new()) };
    let value = &dictionary[at + 7..];
    let value = value.trim_ascii_start();
    let end = if value.starts_with(b"[") {
        memchr::memchr(b']', value)?
    } else {
        1 + value.get(1..)?.iter().position(|byte| b" \t\r\n/<>[]()".contains(byte)).unwrap_or(value.len() - 1)
    };
    let names = value[..end].split(|byte| *byte == b'/').skip(1);
    names
        .map(|name| match name.trim_ascii() {
            b"FlateDecode" | b"Fl" => Some(Filter::Flate),
            b"ASCII85Decode" | b"A85" => Some(Filter::Ascii85),
            b"ASCIIHexDecode" | b"AHx" => Some(Filter::AsciiHex),
            _ => None,
        })
        .collect()
}

fn unfilter(data: &[u8], filters: &[Filter], limit: u64) -> (Vec<u8>, Option<Trouble>) {
    let mut bytes = data.get(..data.len().min(limit as usize)).unwrap_or_default().to_vec();
    for filter in filters {
        bytes = match filter {
            Filter::Ascii85 => ascii85(&bytes),
            Filter::AsciiHex => hex(&bytes),
            Filter::Flate => {
                let (inflated, trouble) = Stream::Zlib.inflate(&bytes, limit);
                if trouble.is_some() {
                    return (inflated, trouble);
                }
                inflated
            }
        };
    }
    (bytes, None)
}

fn ascii85(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    let mut group = Vec::with_capacity(5);
    let push = |group: &[u8], out: &mut Vec<u8>| {
        if group.len() < 2 {
            return;
        }
        let digits = group.iter().copied().chain(std::iter::repeat(84)).take(5);
        let value = digits.fold(0_u32, |value, digit| value.wrapping_mul(85).wrapping_add(u32::from(digit)));
        out.extend_from_slice(&value.to_be_bytes()[..group.len() - 1]);
    };
    for &byte in data {
        match byte {
            b'z' if group.is_empty() => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => {
                group.push(byte - b'!');
                if group.len() == 5 {
                    push(&group, &mut out);
                    group.clear();
                }
            }
            b'~' => break,
            _ => {}
        }
    }
    push(&group, &mut out);
    out
}

fn hex(data: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> =
        data.iter().filter_map(|byte| char::from(*byte).to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

/// What tells how text is written: fonts by name, and their maps to Unicode.
#[derive(Default)]
struct File {
    /// Object of a font by the name that pages use.
    named: BTreeMap<Vec<u8>, u32>,
    /// Object of the map by object of the font.
    mapped: HashMap<u32, u32>,
    maps: HashMap<u32, Map>,
    /// Objects that may be lists of fonts.
    lists: HashMap<u32, Vec<(Vec<u8>, u32)>>,
    wanted: Vec<u32>,
}

impl File {
    fn note(&mut self, number: u32, dictionary: &[u8]) {
        if let Some(at) = memchr::memmem::find(dictionary, b"/ToUnicode") {
            self.mapped.extend(reference(&dictionary[at + 10..]).map(|map| (number, map)));
        }
        let mut rest = dictionary;
        while let Some(at) = memchr::memmem::find(rest, b"/Font") {
            rest = &rest[at + 5..];
            match rest.trim_ascii_start() {
                list if list.starts_with(b"<<") => {
                    let end = memchr::memmem::find(list, b">>").unwrap_or(list.len());
                    self.named.extend(references(&list[..end]));
                }
                other => self.wanted.extend(reference(other)),
            }
        }
        if dictionary.len() < 4096 && !has(dictionary, b"/Type") {
            let list: Vec<_> = references(dictionary).collect();
            if !list.is_empty() {
                self.lists.insert(number, list);
            }
        }
    }

    /// Notes the objects of an object stream.
    fn note_all(&mut self, dictionary: &[u8], bytes: &[u8]) {
        let Some(at) = memchr::memmem::find(dictionary, b"/First") else { return };
        let Some(first) = numbers(&dictionary[at + 6..]).next().map(|first| first as usize) else { return };
        let Some(head) = bytes.get(..first) else { return };
        let heads: Vec<u32> = numbers(head).collect();
        let (pairs, _) = heads.as_chunks::<2>();
        for (index, [number, start]) in pairs.iter().enumerate() {
            let end = pairs.get(index + 1).map_or(bytes.len(), |[_, next]| first.saturating_add(*next as usize));
            let object = bytes.get(first.saturating_add(*start as usize)..end.min(bytes.len())).unwrap_or_default();
            self.note(*number, &object[..object.len().min(DICTIONARY)]);
        }
    }

    /// Maps by the name of their font.
    fn fonts(&self) -> HashMap<&[u8], &Map> {
        let listed = self.wanted.iter().filter_map(|list| self.lists.get(list)).flatten();
        let all = self.named.iter().chain(listed.map(|(name, font)| (name, font)));
        all.filter_map(|(name, font)| Some((name.as_slice(), self.maps.get(self.mapped.get(font)?)?))).collect()
    }
}

/// The numbers of a text.
fn numbers(text: &[u8]) -> impl Iterator<Item = u32> {
    text.split(|byte| !byte.is_ascii_digit()).filter_map(|word| std::str::from_utf8(word).ok()?.parse().ok())
}

/// The object of a reference such as `12 0 R`.
fn reference(text: &[u8]) -> Option<u32> {
    let text = text.trim_ascii_start();
    text.first()?.is_ascii_digit().then(|| numbers(text).next())?
}

/// Names and references such as `/F1 12 0 R`.
fn references(list: &[u8]) -> impl Iterator<Item = (Vec<u8>, u32)> {
    list.split(|byte| *byte == b'/').skip(1).filter_map(|part| {
        let space = part.iter().position(u8::is_ascii_whitespace)?;
        Some((part[..space].to_vec(), reference(&part[space..])?))
    })
}

/// From the codes of a font to text.
#[derive(Default)]
struct Map {
    /// Bytes of a code.
    width: usize,
    codes: HashMap<u32, Vec<u8>>,
}

impl Map {
    fn read(bytes: &[u8]) -> Self {
        let mut map = Map { width: 1, codes: HashMap::new() };
        if let Some(range) = between(bytes, b"begincodespacerange", b"endcodespacerange").next() {
            map.width = hex_strings(range).next().map_or(1, |code| code.len().clamp(1, 4));
        }
        for part in between(bytes, b"beginbfchar", b"endbfchar") {
            let strings: Vec<Vec<u8>> = hex_strings(part).collect();
            for [code, text] in strings.as_chunks::<2>().0 {
                map.codes.insert(number(code), utf16(text));
            }
        }
        for part in between(bytes, b"beginbfrange", b"endbfrange") {
            for line in part.split(|byte| *byte == b'\n' || *byte == b'\r') {
                map.range(line);
            }
        }
        map
    }

    /// `<first> <last> <text>`, or a text for each code: `<first> <last> [<text> …]`.
    fn range(&mut self, line: &[u8]) {
        let strings: Vec<Vec<u8>> = hex_strings(line).collect();
        let [first, last, texts @ ..] = strings.as_slice() else { return };
        let (first, last) = (number(first), number(last).min(number(first).saturating_add(0xFFFF)));
        for (step, code) in (first..=last).enumerate() {
            let text = if line.contains(&b'[') {
                texts.get(step).cloned()
            } else {
                texts.first().and_then(|text| {
                    let (rest, unit) = text.split_last_chunk::<2>()?;
                    let unit = u16::from_be_bytes(*unit).wrapping_add(step as u16);
                    Some([rest, &unit.to_be_bytes()].concat())
                })
            };
            self.codes.extend(text.map(|text| (code, utf16(&text))));
        }
    }

    fn text(&self, codes: &[u8], out: &mut Vec<u8>) {
        for code in codes.chunks(self.width) {
            if let Some(text) = self.codes.get(&number(code)) {
                out.extend_from_slice(text);
            }
        }
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn utf16(bytes: &[u8]) -> Vec<u8> {
    let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into_bytes()
}

fn between<'a>(bytes: &'a [u8], start: &'a [u8], end: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let from = memchr::memmem::find(rest, start)? + start.len();
        let len = memchr::memmem::find(&rest[from..], end)?;
        let part = &rest[from..from + len];
        rest = &rest[from + len..];
        Some(part)
    })
}

fn hex_strings(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    between(bytes, b"<", b">").map(hex)
}

/// What a page shows, a line for each line.
fn page_text(page: &[u8], fonts: &HashMap<&[u8], &Map>) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut font, mut operands): (Option<&Map>, Vec<Word<'_>>) = (None, Vec::new());
    let mut row = None;
    for word in Words(page) {
        let Word::Plain(operator) = &word else {
            operands.push(word);
            continue;
        };
        let last_number = |back: usize| operands.len().checked_sub(back).and_then(|at| operands[at].number());
        match *operator {
            b"Tf" => {
                let name =
                    operands.iter().rev().find_map(|word| if let Word::Name(name) = word { Some(*name) } else { None });
                font = name.and_then(|name| fonts.get(name).copied());
            }
            b"Td" | b"TD" => new_line(&mut out, last_number(1).is_none_or(|down| down != 0.0)),
            b"T*" | b"ET" => new_line(&mut out, true),
            b"Tm" => {
                let now = last_number(1);
                new_line(&mut out, row != now);
                row = now;
            }
            b"Tj" | b"TJ" | b"'" | b"\"" => {
                new_line(&mut out, matches!(*operator, b"'" | b"\""));
                for operand in &operands {
                    match operand {
                        Word::Text(codes) => match font {
                            Some(map) => map.text(codes, &mut out),
                            None => out.extend_from_slice(codes),
                        },
                        // Thousandths of the font's size: a gap of a fifth is a space.
                        other if other.number().is_some_and(|gap| gap < -200.0) => out.push(b' '),
                        _ => {}
                    }
                }
            }
            other => {
                if std::str::from_utf8(other).is_ok_and(|text| text.parse::<f32>().is_ok()) {
                    operands.push(word);
                    continue;
                }
            }
        }
        operands.clear();
    }
    new_line(&mut out, true);
    out
}

fn new_line(out: &mut Vec<u8>, wanted: bool) {
    if wanted && out.last().is_some_and(|last| *last != b'\n') {
        out.push(b'\n');
    }
}

enum Word<'a> {
    Name(&'a [u8]),
    Text(Vec<u8>),
    /// A number or an operator.
    Plain(&'a [u8]),
}

impl Word<'_> {
    fn number(&self) -> Option<f32> {
        if let Word::Plain(text) = self { std::str::from_utf8(text).ok()?.parse().ok() } else { None }
    }
}

/// The words of a content stream.
struct Words<'a>(&'a [u8]);

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        loop {
            let (first, rest) = self.0.split_first()?;
            match first {
                b'(' => {
                    let (text, len) = literal(rest);
                    self.0 = &rest[len..];
                    return Some(Word::Text(text));
                }
                b'<' if rest.first() != Some(&b'<') => {
                    let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
                    self.0 = rest.get(end + 1..).unwrap_or_default();
                    return Some(Word::Text(hex(&rest[..end])));
                }
                b'/' => {
                    let end = rest.iter().position(is_end).unwrap_or(rest.len());
                    self.0 = &rest[end..];
                    return Some(Word::Name(&rest[..end]));
                }
                byte if is_end(byte) => self.0 = rest,
                _ => {
                    let end = self.0.iter().position(is_end).unwrap_or(self.0.len());
                    let word = &self.0[..end];
                    self.0 = &self.0[end..];
                    return Some(Word::Plain(word));
                }
            }
        }
    }
}

fn is_end(byte: &u8) -> bool {
    byte.is_ascii_whitespace() || b"()<>[]{}/%\0".contains(byte)
}

/// A string in parentheses, which begins at `text`, and its length with the closing one.
fn literal(text: &[u8]) -> (Vec<u8>, usize) {
    let (mut out, mut depth, mut at) = (Vec::new(), 0_usize, 0);
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b'\\' => {
                let escaped = text.get(at).copied().unwrap_or(b'\\');
                let digits =
                    text[at.min(text.len())..].iter().take(3).take_while(|byte| (b'0'..b'8').contains(byte)).count();
                at += digits.max(1);
                match escaped {
                    b'0'..b'8' => {
                        let octal = text[at - digits..at]
                            .iter()
                            .fold(0_u32, |value, digit| value << 3 | u32::from(digit - b'0'));
                        out.push(octal as u8);
                    }
                    b'n' => out.push(b'\n'),
                    b'r' => out.push(b'\r'),
                    b't' => out.push(b'\t'),
                    b'\n' | b'\r' => {}
                    other => out.push(other),
                }
            }
            b')' if depth == 0 => return (out, at),
            b')' => {
                depth -= 1;
                out.push(byte);
            }
            b'(' => {
                depth += 1;
                out.push(byte);
            }
            _ => out.push(byte),
        }
    }
    (out, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_pieces_is_one_word_and_rows_are_lines() {
        let page = b"BT /F1 12 Tf 72 700 Td [(pass) -20 (word) -250 (=)] TJ 0 -14 Td (a\\(b\\051) Tj ET";
        assert_eq!(page_text(page, &HashMap::new()), b"password =\na(b)\n");
    }

    #[test]
    fn codes_of_a_font_are_mapped_to_text() {
        let map = Map::read(b"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n2 beginbfrange\n<0001> <0003> <0061>\n<0005> <0006> [<0078> <0079>]\nendbfrange\n1 beginbfchar\n<0009> <002D>\nendbfchar");
        let page = b"BT /F1 12 Tf <000100020009000300050006> Tj ET";
        assert_eq!(page_text(page, &HashMap::from([(&b"F1"[..], &map)])), b"ab-cxy\n");
    }

    #[test]
    fn ascii_85_is_decoded() {
        assert_eq!(ascii85(b"87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(ascii85(b"z!!~>"), [0, 0, 0, 0, 0]);
    }
}
