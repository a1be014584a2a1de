//! Text whose encoding no alphabet gives away: a word beside it tells how it was written. The words are literals of the
//! filter, so that nothing is looked for where none of them stands.

use std::io::Read;

use data_encoding::{BASE32_NOPAD, HEXLOWER_PERMISSIVE};

use super::checksum::base64;
use super::decode::{LARGEST, Run, hex_byte, is_text};
use super::text::utf16_le;
use crate::span::Span;

/// Reads what stands around a word that begins at a place of the text.
type Reader = fn(&[u8], usize) -> Option<Run>;

/// Words, in lower case, and how what stands around each of them is read.
const CUES: &[(&str, Reader)] = &[
    ("[::-1]", |text, at| reversed(text, long_word_before(text, at)?)),
    (".reverse", |text, at| reversed(text, long_word_before(text, at)?)),
    ("| rev", |text, at| reversed(text, long_word_before(text, at)?)),
    ("strrev(", |text, at| reversed(text, long_word_behind(text, at + 7)?)),
    ("rot13", |text, at| beside(text, at, "rot13", rot13)),
    ("rot_13", |text, at| beside(text, at, "rot13", rot13)),
    ("n-za-m", |text, at| beside(text, at, "rot13", rot13)),
    ("b32decode", |text, at| beside(text, at, "base32", base32)),
    ("base32", |text, at| beside(text, at, "base32", base32)),
    ("b85decode", |text, at| base85(text, at, RFC1924)),
    ("a85decode", |text, at| base85(text, at, ASCII85)),
    ("ascii85", |text, at| base85(text, at, ASCII85)),
    ("chr(1", characters),
    ("chrw(1", characters),
    ("chr$(1", characters),
    ("charcode(1", characters),
    ("[char]1", characters),
    ("[char]0x", characters),
    ("begin 644 ", uuencoded),
    ("begin 600 ", uuencoded),
    ("begin 664 ", uuencoded),
    ("begin 666 ", uuencoded),
    ("begin 755 ", uuencoded),
    ("|\n00000010  ", dump),
    ("\n00000010: ", dump),
    ("\n\t0x0010:  ", dump),
    ("<diagram", diagram),
    ("hex(1):", registry),
    ("hex(2):", registry),
    ("hex(7):", registry),
    ("].join(", joined_array),
    ("''.join(", |text, at| literals(text, at + 8)),
    ("\"\".join(", |text, at| literals(text, at + 8)),
    ("join('',", |text, at| literals(text, at + 8)),
    ("join(\"\",", |text, at| literals(text, at + 8)),
    ("string.concat(", |text, at| literals(text, at + 14)),
    ("'.concat('", continued),
    ("\".concat(\"", continued),
    ("\".plus(\"", continued),
];

/// The words, in the order of their indexes.
pub(crate) fn cues() -> impl Iterator<Item = &'static str> {
    CUES.iter().map(|(word, _)| *word)
}

/// Adds what words in the text tell of: where each of them stands, in order, and its index.
pub(super) fn read(text: &[u8], cues: &[(usize, usize)], runs: &mut Vec<Run>) {
    let mut end = 0;
    for &(at, cue) in cues {
        // One text is read once, however many words tell of it.
        if at >= end
            && let Some(run) = CUES[cue].1(text, at)
        {
            end = run.end();
            runs.push(run);
        }
    }
}

/// Bytes between a word and what it tells of, at most.
const NEAR: usize = 40;
/// Bytes of what may be a secret, at least.
const SHORTEST: usize = 16;
/// Bytes of one, at most.
const LONGEST: usize = 2048;

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+/=.~:@".contains(&byte)
}

/// The first long word behind a place.
fn long_word_behind(text: &[u8], at: usize) -> Option<Span> {
    let mut start = at;
    while start < text.len() && start - at < NEAR {
        let len = text[start..].iter().take(LONGEST).take_while(|byte| is_word(**byte)).count();
        if len >= SHORTEST {
            return Some(Span::new(start, start + len));
        }
        start += len + 1;
    }
    None
}

/// The last long word before a place.
fn long_word_before(text: &[u8], at: usize) -> Option<Span> {
    let mut end = at;
    while end > 0 && at - end < NEAR {
        let len = text[..end].iter().rev().take(LONGEST).take_while(|byte| is_word(**byte)).count();
        if len >= SHORTEST {
            return Some(Span::new(end - len, end));
        }
        end = end.saturating_sub(len + 1);
    }
    None
}

/// The long word behind a place, or else the one before it, decoded.
fn beside(text: &[u8], at: usize, name: &'static str, decode: fn(&[u8]) -> Option<Vec<u8>>) -> Option<Run> {
    let start = at + text[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    [long_word_behind(text, start), long_word_before(text, at)].into_iter().flatten().find_map(|span| {
        let decoded = decode(span.of(text))?;
        is_text(&decoded).then(|| Run::new(span, name, decoded))
    })
}

fn reversed(text: &[u8], span: Span) -> Option<Run> {
    Some(Run::new(span, "reversed", span.of(text).iter().rev().copied().collect()))
}

#[expect(clippy::unnecessary_wraps, reason = "what other encodings say may be nothing")]
fn rot13(word: &[u8]) -> Option<Vec<u8>> {
    let turn = |byte: u8, first: u8| first + (byte - first + 13) % 26;
    let turned = word.iter().map(|byte| match byte {
        b'a'..=b'z' => turn(*byte, b'a'),
        b'A'..=b'Z' => turn(*byte, b'A'),
        other => *other,
    });
    Some(turned.collect())
}

fn base32(word: &[u8]) -> Option<Vec<u8>> {
    let digits = word.trim_ascii_end().to_ascii_uppercase();
    let len = digits.iter().rposition(|byte| *byte != b'=')? + 1;
    BASE32_NOPAD.decode(&digits[..len]).ok()
}

/// Digits of base85, as Python's `base64` and git write it (RFC 1924), and as Adobe does.
const RFC1924: &[u8; 85] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
const ASCII85: &[u8; 85] =
    br##"!"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstu"##;

/// The string literal behind the word, in base85.
fn base85(text: &[u8], at: usize, digits: &[u8; 85]) -> Option<Run> {
    let open = at + text[at..].iter().take(NEAR).position(|byte| matches!(byte, b'"' | b'\''))?;
    let mark = text[open];
    let start = open + text[open..].iter().take(3).take_while(|byte| **byte == mark).count();
    let end = start + text[start..].iter().take(LONGEST).position(|byte| *byte == mark || *byte == b'\n')?;
    let span = Span::new(start, end);
    let body = span.of(text);
    let body = body.strip_prefix(b"<~").unwrap_or(body);
    let body = body.strip_suffix(b"~>").unwrap_or(body);
    let mut decoded = Vec::with_capacity(body.len());
    for five in body.chunks(5) {
        let mut word = 0u64;
        for place in 0..5 {
            // What is missing of the last group counts as the last digit.
            let digit = five.get(place).map_or(Some(84), |byte| digits.iter().position(|digit| digit == byte))?;
            word = word * 85 + digit as u64;
        }
        let bytes = u32::try_from(word).ok()?.to_be_bytes();
        decoded.extend_from_slice(&bytes[..five.len() - 1]);
    }
    is_text(&decoded).then(|| Run::new(span, "base85", decoded))
}

/// Bytes between two characters that are put together, at most.
const JOINT: usize = 16;
/// Fewest characters put together that are taken for text.
const FEWEST: usize = 8;

/// Characters by their codes, put together one by one: `chr(97) + chr(98)`, `[char]97 + [char]98`.
fn characters(text: &[u8], at: usize) -> Option<Run> {
    let mut start = at;
    while let Some(earlier) = character_before(text, start) {
        start = earlier;
    }
    let (mut next, mut end, mut decoded) = (start, start, Vec::new());
    while let Some((code, behind)) = character(text, next) {
        decoded.push(code);
        end = behind;
        next = behind + text[behind..].iter().take(JOINT).take_while(|byte| is_joint(**byte)).count();
    }
    (decoded.len() >= FEWEST && is_text(&decoded)).then(|| Run::new(Span::new(start, end), "characters", decoded))
}

fn is_joint(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"+.&|~_\\,".contains(&byte)
}

fn is_function(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || b".$[]".contains(&byte)
}

/// The code of the character that a call or a cast makes, and where that ends.
fn character(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let mut place = at + text[at..].iter().take(24).take_while(|byte| is_function(**byte)).count();
    if place == at {
        return None;
    }
    let call = text.get(place) == Some(&b'(');
    place += usize::from(call);
    let hex = matches!(text.get(place..place + 2), Some(b"0x" | b"0X"));
    place += if hex { 2 } else { 0 };
    let len = text[place..].iter().take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let digits = std::str::from_utf8(&text[place..place + len]).ok()?;
    let code = u8::from_str_radix(digits, if hex { 16 } else { 10 }).ok()?;
    place += len;
    if call && text.get(place) != Some(&b')') {
        return None;
    }
    Some((code, place + usize::from(call)))
}

/// Where the one before begins that is put together with what begins at `start`.
fn character_before(text: &[u8], start: usize) -> Option<usize> {
    let back = |end: usize, most: usize, is: fn(u8) -> bool| {
        text[..end].iter().rev().take(most).take_while(|byte| is(**byte)).count()
    };
    let joint = back(start, JOINT, is_joint);
    let end = start - joint;
    let mut at = end - usize::from(end > 0 && text[end - 1] == b')');
    at -= back(at, 4, |byte| byte.is_ascii_hexdigit() || byte == b'x');
    at -= usize::from(at > 0 && text[at - 1] == b'(');
    at -= back(at, 24, is_function);
    (joint > 0 && character(text, at).is_some_and(|(_, behind)| behind == end)).then_some(at)
}

/// Lines that begin with their length, as uuencode writes them.
fn uuencoded(text: &[u8], at: usize) -> Option<Run> {
    let start = at + memchr::memchr(b'\n', &text[at..])? + 1;
    let (mut end, mut decoded) = (start, Vec::new());
    while decoded.len() < LARGEST {
        let line = text[end..].split(|byte| *byte == b'\n').next().unwrap_or_default();
        let Some((len, digits)) = line.trim_ascii_end().split_first() else { break };
        let len = usize::from(len.wrapping_sub(b' ') & 63);
        if len == 0 || len > 45 || digits.iter().any(|byte| !(b' '..=b'`').contains(byte)) {
            break;
        }
        let mut bytes = Vec::with_capacity(48);
        for four in digits.chunks(4) {
            let sextet = |place: usize| u32::from(four.get(place).map_or(0, |byte| byte.wrapping_sub(b' ') & 63));
            let word = (0..4).fold(0, |word, place| word << 6 | sextet(place));
            bytes.extend_from_slice(&word.to_be_bytes()[1..]);
        }
        bytes.truncate(len);
        decoded.extend(bytes);
        end = (end + line.len() + 1).min(text.len());
    }
    is_text(&decoded).then(|| Run::new(Span::new(start, end), "uuencode", decoded))
}

/// What memory holds that is written out, line by line, in a text of other things.
fn dump(text: &[u8], at: usize) -> Option<Run> {
    // The word stands in the second line, or at the end of the first.
    let first = at - usize::from(text[at] == b'\n' && at > 0);
    let start = memchr::memrchr(b'\n', &text[..first]).map_or(0, |at| at + 1);
    let (mut end, mut decoded) = (start, Vec::new());
    while decoded.len() < LARGEST {
        let line = text[end..].split(|byte| *byte == b'\n').next().unwrap_or_default();
        let Some(bytes) = listing(line).filter(|bytes| !bytes.is_empty()) else { break };
        decoded.extend(bytes);
        end = (end + line.len() + 1).min(text.len());
    }
    // What is no text parts what is.
    let printable = |byte: u8| if byte < b' ' && !byte.is_ascii_whitespace() || byte > 0x7E { b'\n' } else { byte };
    let decoded: Vec<u8> = decoded.into_iter().map(printable).chain([b'\n']).collect();
    (end > start).then(|| Run::new(Span::new(start, end), "dump", decoded))
}

/// Bytes that a line of a dump tells.
const ROW: usize = 16;

/// The bytes of a line of `hexdump -C`, `xxd` or `tcpdump -X`: an offset, pairs of digits in groups, and the same as
/// characters.
pub(crate) fn listing(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.trim_ascii();
    let is_offset = |offset: &[u8]| offset.iter().all(u8::is_ascii_hexdigit);
    let (offset, rest) = match line.strip_prefix(b"0x") {
        Some(short) => short.split_at_checked(4)?,
        None => line.split_at_checked(8)?,
    };
    let colon = rest.first() == Some(&b':');
    let rest = match rest {
        [b':', b' ', rest @ ..] | [b' ', b' ', rest @ ..] if is_offset(offset) => rest,
        // The last line of `hexdump`, and that of an empty file.
        [] if is_offset(offset) => return Some(Vec::new()),
        _ => return None,
    };
    let rest = rest.trim_ascii_start();
    // `xxd` parts groups by one space and ends them with two; `hexdump` has two in the middle, and a bar at the end.
    let ends = if colon { memchr::memmem::find(rest, b"  ") } else { memchr::memchr(b'|', rest) };
    let groups = rest[..ends.unwrap_or(rest.len())].split(|byte| *byte == b' ').filter(|group| !group.is_empty());
    let told: Option<Vec<Vec<u8>>> = groups.map(|group| HEXLOWER_PERMISSIVE.decode(group).ok()).collect();
    let told = told?.concat();
    (1..=ROW).contains(&told.len()).then_some(told)
}

/// A page of a drawing of diagrams.net: base64 of what is deflated, and percent-encoded in that.
fn diagram(text: &[u8], at: usize) -> Option<Run> {
    let start = at + memchr::memchr(b'>', &text[at..text.len().min(at + 512)])? + 1;
    let end = start + memchr::memchr(b'<', &text[start..])?;
    let span = Span::new(start, end);
    let body: Vec<u8> = span.of(text).iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if body.len() < SHORTEST || body.len() > LARGEST {
        return None;
    }
    let mut inflated = Vec::new();
    flate2::read::DeflateDecoder::new(&*base64(&body)?).take(LARGEST as u64).read_to_end(&mut inflated).ok()?;
    let (mut decoded, mut rest) = (Vec::with_capacity(inflated.len()), &*inflated);
    while let [byte, others @ ..] = rest {
        let code = (*byte == b'%').then(|| hex_byte(others.get(..2)?)).flatten();
        decoded.push(code.unwrap_or(*byte));
        rest = if code.is_some() { &others[2..] } else { others };
    }
    is_text(&decoded).then(|| Run::new(span, "diagram", decoded))
}

/// Strings of a registry file, as the bytes of UTF-16.
fn registry(text: &[u8], at: usize) -> Option<Run> {
    let start = at + b"hex(2):".len();
    let (mut end, mut bytes) = (start, Vec::new());
    while let Some(byte) = text.get(end..end + 2).and_then(hex_byte) {
        bytes.push(byte);
        end += 2;
        let mut next = end;
        if text.get(next) == Some(&b',') {
            next += 1;
            next += text[next..].iter().take(8).take_while(|byte| b"\\\r\n \t".contains(byte)).count();
        }
        if next == end || bytes.len() > LARGEST {
            break;
        }
        end = next;
    }
    let zeros = bytes.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    if bytes.len() < SHORTEST || zeros * 4 < bytes.len() {
        return None;
    }
    let mut decoded = utf16_le(&bytes);
    decoded.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b'\n');
    is_text(&decoded).then(|| Run::new(Span::new(at, end), "utf-16", decoded))
}

/// `["ab", "cd"].join("")`.
fn joined_array(text: &[u8], at: usize) -> Option<Run> {
    let by = text.get(at + 7..at + 9)?;
    let open = memchr::memrchr(b'[', &text[at.saturating_sub(LONGEST)..at])? + at.saturating_sub(LONGEST);
    (by == b"''" || by == b"\"\"").then(|| literals(text, open + 1)).flatten()
}

/// `"ab".concat("cd")`.
fn continued(text: &[u8], at: usize) -> Option<Run> {
    let line = at.saturating_sub(LONGEST);
    let open = line + memchr::memrchr(text[at], &text[line..at])?;
    literals(text, open)
}

/// Literals behind a place that are put together: commas and brackets between them, and names of methods.
fn literals(text: &[u8], at: usize) -> Option<Run> {
    let (mut next, mut first, mut end, mut count, mut decoded) = (at, None, at, 0, Vec::new());
    loop {
        let gap = text[next.min(text.len())..]
            .iter()
            .take(JOINT)
            .take_while(|byte| b" \t\r\n,([.".contains(byte) || byte.is_ascii_lowercase())
            .count();
        let open = next + gap;
        let Some(mark @ (b'"' | b'\'')) = text.get(open).copied() else { break };
        let len = text[open + 1..].iter().take(LONGEST).take_while(|byte| is_word(**byte)).count();
        if text.get(open + 1 + len) != Some(&mark) {
            break;
        }
        decoded.extend_from_slice(&text[open + 1..open + 1 + len]);
        first.get_or_insert(open + 1);
        end = open + 1 + len;
        count += 1;
        next = end + 1;
        // A call ends, and the next one begins.
        next += usize::from(text.get(next..next + 2) == Some(b")."));
    }
    (count > 1 && decoded.len() >= SHORTEST).then(|| Run::new(Span::new(first.unwrap_or(at), end), "joined", decoded))
}

#[cfg(test)]
mod tests {
    use super::super::scan;
    use super::*;
    use crate::rule::{RuleSet, Target};
    use data_encoding::{BASE32, BASE64, HEXLOWER};

    /// What the words of a text tell of.
    fn told(text: &str) -> Vec<String> {
        let lower = text.to_ascii_lowercase();
        let mut cues: Vec<(usize, usize)> = cues()
            .enumerate()
            .flat_map(|(index, word)| lower.match_indices(word).map(move |(at, _)| (at, index)).collect::<Vec<_>>())
            .collect();
        cues.sort_unstable();
        let mut runs = Vec::new();
        read(text.as_bytes(), &cues, &mut runs);
        runs.iter().map(|run| String::from_utf8_lossy(run.text()).into_owned()).collect()
    }

    const VALUE: &str = "token_of_some-length.0123";

    #[test]
    fn what_is_written_backwards_or_turned_is_read() {
        let back: String = VALUE.chars().rev().collect();
        let turned = String::from_utf8(rot13(VALUE.as_bytes()).expect("letters")).expect("ASCII");
        for text in [
            format!("k = \"{back}\"[::-1]"),
            format!("k = '{back}'.split('').reverse().join('')"),
            format!("$k = strrev('{back}');"),
            format!("K=$(echo {back} | rev)"),
            format!("codecs.decode('{turned}', 'rot13')"),
            format!("str_rot13(\"{turned}\")"),
            format!("echo '{turned}' | tr 'A-Za-z' 'N-ZA-Mn-za-m'"),
            format!("b32decode('{}')", BASE32.encode(VALUE.as_bytes()).to_lowercase()),
        ] {
            assert_eq!(told(&text)[0], VALUE, "{text}");
        }
    }

    #[test]
    fn base85_is_read_in_both_of_its_alphabets() {
        for (digits, call) in [(RFC1924, "b85decode"), (ASCII85, "a85decode")] {
            let mut text = String::new();
            for four in b"token: a value!!".as_chunks::<4>().0 {
                let word = u32::from_be_bytes(*four);
                let digit = |place: u32| char::from(digits[(word / 85u32.pow(4 - place) % 85) as usize]);
                text.extend((0..5).map(digit));
            }
            assert_eq!(told(&format!("base64.{call}('{text}')")), ["token: a value!!"]);
        }
    }

    #[test]
    fn characters_and_literals_that_are_put_together_are_one() {
        let each = |form: fn(u8) -> String, between: &str| VALUE.bytes().map(form).collect::<Vec<_>>().join(between);
        let (one, two) = VALUE.split_at(9);
        for text in [
            each(|byte| format!("chr({byte})"), " + "),
            each(|byte| format!("Chr({byte})"), " & _\r\n  "),
            each(|byte| format!("[char]{byte}"), "+"),
            each(|byte| format!("[char]0x{byte:02x}"), " + "),
            each(|byte| format!("String.fromCharCode({byte})"), "+"),
            format!("[\"{one}\", \"{two}\"].join('')"),
            format!("''.join([\"{one}\", \"{two}\"])"),
            format!("join('', '{one}', '{two}')"),
            format!("string.Concat(\"{one}\", \"{two}\")"),
            format!("'{one}'.concat('{two}')"),
        ] {
            assert_eq!(told(&text)[0], VALUE, "{text}");
        }
        assert!(told("['a', 'b'].join(''); x[::-1]; list.reverse(); chr(10); varchar(120)").is_empty());
    }

    #[test]
    fn what_is_dumped_in_a_text_is_read() {
        let value = b"token: one that goes on from line to line";
        let mut xxd = String::from("Seen on the wire:\n\n");
        for (row, bytes) in value.chunks(16).enumerate() {
            let groups: Vec<String> = bytes.chunks(2).map(|two| HEXLOWER.encode(two)).collect();
            xxd += &format!("{:08x}: {:<39}  {}\n", row * 16, groups.join(" "), String::from_utf8_lossy(bytes));
        }
        assert_eq!(told(&format!("{xxd}\nAnd then nothing.\n")), ["token: one that goes on from line to line\n"]);
        let line: String = value
            .chunks(3)
            .flat_map(|three| {
                let word = three.iter().chain(&[0; 2]).take(3).fold(0u32, |word, byte| word << 8 | u32::from(*byte));
                (0..4).map(move |place| char::from(b' ' + (word >> (18 - 6 * place) & 63) as u8))
            })
            .collect();
        let len = char::from(b' ' + value.len() as u8);
        let text = format!("Hello,\n\nbegin 644 env\n{len}{line}\n`\nend\n");
        assert_eq!(told(&text)[0].as_bytes(), value);
    }

    #[test]
    fn diagrams_and_registries_are_read() {
        let percent: String = "<mxCell value=\"a token\"/>".bytes().map(|byte| format!("%{byte:02X}")).collect();
        let mut packed = Vec::new();
        flate2::read::DeflateEncoder::new(percent.as_bytes(), flate2::Compression::best())
            .read_to_end(&mut packed)
            .expect("memory does not fail");
        let text = format!("<mxfile><diagram id=\"a\" name=\"b\">{}</diagram></mxfile>", BASE64.encode(&packed));
        assert_eq!(told(&text), ["<mxCell value=\"a token\"/>"]);
        let wide: Vec<String> = VALUE.encode_utf16().flat_map(u16::to_le_bytes).map(|b| format!("{b:02x}")).collect();
        let text = format!("\"x\"=hex(2):{},\\\r\n  {},00,00\r\n", wide[..20].join(","), wide[20..].join(","));
        assert_eq!(told(&text), [format!("{VALUE}\n")]);
    }

    #[test]
    fn no_word_is_a_literal_of_a_rule() {
        // What rules judge is carried with their verdicts; these words are told apart from that.
        let rules = RuleSet::embedded();
        for (_, literal) in super::super::State::hits_of(&rules, cues().collect::<Vec<_>>().join("\0").as_bytes()) {
            let targets = rules.targets(literal as usize);
            let both = targets.iter().any(|target| matches!(target, Target::Cue(_)))
                && targets.iter().any(|target| matches!(target, Target::Variant(..)));
            assert!(!both, "{targets:?}");
        }
    }

    #[test]
    fn a_secret_that_is_written_backwards_is_a_finding() {
        let key: String = format!("AKIA{}", "Q7X4M2WZ6JT5R3NB").chars().rev().collect();
        let found = scan(&RuleSet::embedded(), format!("k = '{key}'[::-1]\n").as_bytes());
        assert_eq!(found.matches[0].decoded.as_deref(), Some("reversed"));
    }
}
