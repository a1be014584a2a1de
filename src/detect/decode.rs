//! Encoded stretches, decoded in place, each with a map back to the bytes it came from.

use std::io::Read;
use std::sync::Arc;

use super::Match;
use super::carry::Stretch;
use super::checksum::base64;
use super::text::utf16_le;
use super::{number, quiet};
use crate::rule::RuleSet;
use crate::secret::Secret;
use crate::span::Span;

/// Bytes of original text kept each side of a decoded stretch, so that a name before it still names its value.
const CONTEXT: usize = 512;
/// How often a decoded stretch is decoded again.
const DEPTH: usize = 3;
/// Shortest stretch of base64 or hexadecimal worth decoding.
const SHORTEST: usize = 24;
/// Most bytes of a run that are decoded, and most that come out of what is packed.
pub(super) const LARGEST: usize = 4 << 20;
/// What is said of texts that are encoded deeper, or longer, than that.
pub(crate) const CUT: &str =
    "holds text that is encoded more than three deep or longer than 4 MiB: it was decoded that far";

/// Text with encoded stretches replaced by what they say.
pub(super) struct View {
    pub(super) text: Vec<u8>,
    pieces: Vec<Piece>,
    /// Whether more is encoded than was decoded: deeper than [`DEPTH`], or longer than [`LARGEST`].
    pub(super) cut: bool,
}

struct Piece {
    /// Where the piece begins in the view.
    at: usize,
    /// The original bytes it stands for.
    source: Span,
    /// How it was encoded; `None` for original text.
    encoding: Option<String>,
}

/// An encoded stretch that decodes to text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    span: Span,
    encoding: &'static str,
    text: Arc<[u8]>,
}

impl Run {
    pub(super) fn new(span: Span, encoding: &'static str, text: Vec<u8>) -> Self {
        Run { span, encoding, text: text.into() }
    }

    pub(super) fn end(&self) -> usize {
        self.span.end
    }

    #[cfg(test)]
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }
}

/// One view for each group of encoded stretches that share their context.
pub(super) fn views(text: &[u8], runs: &[Run]) -> Vec<View> {
    let near = |a: &Run, b: &Run| b.span.start.saturating_sub(a.span.end) <= 2 * CONTEXT;
    runs.chunk_by(near).map(|group| View::new(text, group)).collect()
}

impl View {
    fn new(text: &[u8], group: &[Run]) -> Self {
        let (first, last) = (&group[0].span, &group[group.len() - 1].span);
        let mut view = View { text: Vec::new(), pieces: Vec::new(), cut: false };
        let mut at = first.start.saturating_sub(CONTEXT);
        for run in group {
            if run.span.start < at {
                // A line of a block that was decoded with the lines before it.
                continue;
            }
            let Some(block) = Block::of(text, run, &mut view.cut) else { continue };
            view.push(Span::new(at, run.span.start), None, Span::new(at, run.span.start).of(text));
            let (decoded, encoding) = deepen(&block.text, block.encoding, DEPTH - 1, &mut view.cut);
            view.push(block.span, Some(encoding), &decoded);
            at = block.span.end;
        }
        let end = (last.end.max(at) + CONTEXT).min(text.len());
        view.push(Span::new(at, end), None, Span::new(at, end).of(text));
        view
    }

    fn push(&mut self, source: Span, encoding: Option<String>, text: &[u8]) {
        self.pieces.push(Piece { at: self.text.len(), source, encoding });
        self.text.extend_from_slice(text);
    }

    fn pieces_of(&self, span: Span) -> impl Iterator<Item = (&Piece, usize)> {
        let ends = self.pieces.iter().skip(1).map(|next| next.at).chain([self.text.len()]);
        self.pieces.iter().zip(ends).filter(move |(piece, end)| piece.at < span.end && span.start < *end)
    }

    /// The encoding of the first decoded stretch that the span touches.
    pub(super) fn decoded(&self, span: Span) -> Option<&str> {
        self.pieces_of(span).find_map(|(piece, _)| piece.encoding.as_deref())
    }

    /// The original bytes that a span of the view stands for: whole stretches where it was decoded.
    fn original(&self, span: Span) -> Span {
        let mut out: Option<Span> = None;
        for (piece, end) in self.pieces_of(span) {
            let here = if piece.encoding.is_some() {
                piece.source
            } else {
                let from = piece.source.start + (span.start.max(piece.at) - piece.at);
                Span::new(from, piece.source.start + (span.end.min(end) - piece.at))
            };
            out = Some(out.map_or(here, |all| Span::new(all.start.min(here.start), all.end.max(here.end))));
        }
        out.unwrap_or(Span::new(0, 0))
    }

    /// A match in the view as a match in the original text.
    pub(super) fn restore(&self, rules: &RuleSet, text: &[u8], mut one: Match) -> Option<Match> {
        one.decoded = Some(self.decoded(one.span)?.to_owned());
        one.span = self.original(one.span);
        one.support = self.original(one.support);
        for part in &mut one.parts {
            part.span = self.original(part.span);
        }
        let variant = rules.rules()[one.rule].variants.get(one.variant);
        if variant.is_some_and(|variant| variant.form.encoded) {
            one.secret = Secret::new(one.span.of(text));
        }
        Some(one)
    }
}

/// A run as it is decoded once everything around it is known: with the lines that go on with it, unpacked.
struct Block {
    span: Span,
    encoding: String,
    text: Vec<u8>,
}

impl Block {
    /// Nothing where the run turns out to hold no text.
    fn of(text: &[u8], run: &Run, cut: &mut bool) -> Option<Self> {
        if run.encoding == "hex" {
            let (end, lines) = lines_of(text, run.span, u8::is_ascii_hexdigit, cut);
            let decoded = lines.and_then(|lines| lines.chunks(2).map(hex_byte).collect::<Option<Vec<u8>>>());
            if let Some(decoded) = decoded.filter(|decoded| is_text(decoded)) {
                return Some(Block { span: Span::new(run.span.start, end), encoding: "hex".to_owned(), text: decoded });
            }
        }
        if run.encoding == "base64" {
            let (end, lines) = lines_of(text, run.span, |byte| BASE64_BYTE[*byte as usize], cut);
            if let Some((decoded, packing)) = lines.and_then(|lines| open(base64(&lines)?, cut)) {
                let span = Span::new(run.span.start, end);
                return Some(Block { span, encoding: format!("base64{packing}"), text: decoded });
            }
            if run.text.is_empty() {
                let (decoded, packing) = open(base64(run.span.of(text))?, cut)?;
                return Some(Block { span: run.span, encoding: format!("base64{packing}"), text: decoded });
            }
        }
        Some(Block { span: run.span, encoding: run.encoding.to_owned(), text: run.text.to_vec() })
    }
}

/// Where what is encoded ends that begins with a whole line of such characters, and all of them if it goes on in other
/// lines: each as long as the first, the last one shorter, whatever they are indented by.
fn lines_of(text: &[u8], first: Span, is: fn(&u8) -> bool, cut: &mut bool) -> (usize, Option<Vec<u8>>) {
    let mut whole = first.of(text).to_vec();
    let mut at = first.end;
    while whole.len() < LARGEST {
        let Some(gap) = line_break(&text[at..]) else { break };
        let line = &text[at + gap..];
        let len = line.iter().take(first.len() + 1).take_while(|byte| is(byte)).count();
        let padding = line[len..].iter().take(2).take_while(|byte| **byte == b'=').count();
        // What is longer, or goes on behind the line's end, is something else.
        let ends =
            line.get(len + padding).is_none_or(|next| next.is_ascii_whitespace() || b"\"'`\\<&,;)]}".contains(next));
        if len == 0 || len + padding > first.len() || !ends {
            break;
        }
        whole.extend_from_slice(&line[..len + padding]);
        at += gap + len + padding;
        if len + padding < first.len() || padding > 0 {
            break;
        }
    }
    *cut |= whole.len() >= LARGEST && at > first.end;
    (at, (at > first.end).then_some(whole))
}

/// Bytes of the line ending that the text begins with, escaped or not, and of the indentation behind it.
fn line_break(text: &[u8]) -> Option<usize> {
    let ending = [&b"\n"[..], b"\r\n", b"\\n", b"\\r\\n", b"\\\n", b"&#10;", b"&#xA;"]
        .into_iter()
        .find(|ending| text.starts_with(ending))?;
    let indent = text[ending.len()..].iter().take(64).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    Some(ending.len() + indent)
}

/// What decoded bytes say: text, UTF-16 or something packed, with how it is called.
fn open(bytes: Vec<u8>, cut: &mut bool) -> Option<(Vec<u8>, &'static str)> {
    if let Some((inflated, name)) = unpack(&bytes) {
        *cut |= inflated.len() == LARGEST;
        return is_text(&inflated).then_some((inflated, name));
    }
    if is_wide(&bytes) {
        let text = utf16_le(&bytes);
        return is_text(&text).then_some((text, "+utf-16"));
    }
    is_text(&bytes).then_some((bytes, ""))
}

/// Inflates gzip (RFC 1952) and zlib (RFC 1950) up to a limit; what was cut off is missing.
fn unpack(bytes: &[u8]) -> Option<(Vec<u8>, &'static str)> {
    let mut out = Vec::new();
    let mut read = |reader: &mut dyn Read| reader.take(LARGEST as u64).read_to_end(&mut out);
    // A stream cut short still says what it begins with.
    let name = match bytes {
        [0x1F, 0x8B, 8, ..] => {
            read(&mut flate2::bufread::GzDecoder::new(bytes)).ok();
            "+gzip"
        }
        [0x78, 0x01 | 0x5E | 0x9C | 0xDA, ..] => {
            read(&mut flate2::bufread::ZlibDecoder::new(bytes)).ok();
            "+zlib"
        }
        _ => return None,
    };
    (!out.is_empty()).then_some((out, name))
}

/// Whether decoded bytes begin as ASCII in UTF-16 does, little end first, as PowerShell's encoded commands.
fn is_wide(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(16)];
    let plain = |pair: &[u8; 2]| pair[1] == 0 && (pair[0].is_ascii_graphic() || pair[0].is_ascii_whitespace());
    head.len() >= 8 && head.as_chunks::<2>().0.iter().all(plain)
}

/// Whether what a run begins with is packed: only with all its lines can it be decoded.
fn is_packed(head: &[u8]) -> bool {
    match head {
        [0x1F, 0x8B, 8, flags, ..] => flags & 0xE0 == 0,
        [0x78, 0x01 | 0x5E | 0x9C | 0xDA, first, ..] => first & 6 != 6,
        _ => is_wide(head),
    }
}

/// Decodes what was decoded again, as long as it is encoded as a whole.
fn deepen(text: &[u8], encoding: String, depth: usize, cut: &mut bool) -> (Vec<u8>, String) {
    let inner = runs(text);
    *cut |= depth == 0 && !inner.is_empty();
    if inner.is_empty() || depth == 0 {
        return (text.to_vec(), encoding);
    }
    let (mut out, mut at, mut label) = (Vec::new(), 0, encoding);
    let outer = label.clone();
    for run in inner {
        let Some(block) = (run.span.start >= at).then(|| Block::of(text, &run, cut)).flatten() else { continue };
        out.extend_from_slice(&text[at..block.span.start]);
        let (deeper, name) = deepen(&block.text, format!("{outer}+{}", block.encoding), depth - 1, cut);
        out.extend_from_slice(&deeper);
        if name.len() > label.len() {
            label = name;
        }
        at = block.span.end;
    }
    out.extend_from_slice(&text[at..]);
    (out, label)
}

/// Bytes next to a run that decide where it ends: an escape or a number that would continue it, padding.
const MARGIN: usize = if number::BESIDE > ENTITY { number::BESIDE } else { ENTITY };
/// Bytes around a seam in which a run that the base does not tell of has at least one.
pub(super) const ZONE: usize = MARGIN;

/// All stretches that decode to text, in order and apart.
pub(super) fn runs(text: &[u8]) -> Vec<Run> {
    let mut out = Vec::new();
    find(text, Span::new(0, text.len()), &mut Told::default(), &mut out);
    settle(&mut out);
    out
}

/// Puts runs in order, each once.
pub(super) fn settle(runs: &mut Vec<Run>) {
    runs.sort_by_key(|run| run.span);
    runs.dedup_by_key(|run| run.span);
}

/// The runs that a text took over from its base. Those that [`find`] finds at the seams, [`ZONE`] bytes around them
/// included, are the others.
pub(super) fn carried(base: &[Run], base_len: usize, text: &[u8], stretches: &[Stretch]) -> Vec<Run> {
    let mut out = Vec::new();
    let told: &[Stretch] = if base.is_empty() { &[] } else { stretches };
    for stretch in told {
        let first = base.partition_point(|run| run.span.start < stretch.from);
        let end = stretch.from + stretch.len;
        for run in base[first..].iter().take_while(|run| run.span.end <= end) {
            let start_kept = match run.span.start.checked_sub(MARGIN) {
                Some(start) => start >= stretch.from,
                None => stretch.from == 0 && stretch.at == 0,
            };
            let end_kept = match run.span.end + MARGIN {
                beyond if beyond <= base_len => beyond <= end,
                _ => end == base_len && stretch.at + stretch.len == text.len(),
            };
            if start_kept && end_kept {
                let at = run.span.start - stretch.from + stretch.at;
                out.push(Run { span: Span::new(at, at + run.span.len()), ..run.clone() });
            }
        }
    }
    out
}

/// How far zones have told of all runs: a run may go on through many, and is decoded once.
#[derive(Default)]
pub(super) struct Told {
    base64: usize,
    escaped: usize,
    numbers: usize,
}

/// Adds the runs, wherever they begin and end, that have bytes in the zone. Zones come in order. Whether there may be
/// any as far as the zone and [`quiet::SIDE`] bytes each side of it tell.
pub(super) fn find(text: &[u8], zone: Span, told: &mut Told, out: &mut Vec<Run>) -> bool {
    let known = out.len();
    // What goes on beyond these bytes, or was told of with an earlier zone, is not for them to tell.
    let around = Span::new(zone.start.saturating_sub(quiet::SIDE), zone.end + quiet::SIDE);
    let mut beyond = told.base64.max(told.escaped).max(told.numbers) > around.start;
    let mut look = |seen: Span| beyond |= seen.start < around.start || seen.end > around.end;
    base64_runs(text, zone, &mut told.base64, out, &mut look);
    escaped_runs(text, zone, &mut told.escaped, out, &mut look);
    number::lists(text, zone, &mut told.numbers, out, &mut look);
    beyond || out.len() > known
}

/// Bytes of base64 alphabets, both of them.
static BASE64_BYTE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let c = byte as u8;
        table[byte] = c.is_ascii_alphanumeric() || c == b'+' || c == b'/' || c == b'-' || c == b'_';
        byte += 1;
    }
    table
};

fn base64_runs(text: &[u8], zone: Span, told: &mut usize, out: &mut Vec<Run>, look: &mut impl FnMut(Span)) {
    // Padding before the zone belongs to a run as well.
    let first = zone.start.saturating_sub(2).max(*told);
    if first >= zone.end {
        return;
    }
    // Adds a run that is long enough, and says up to where all are told.
    let mut add = |start: usize, end: usize| {
        look(Span::new(start.saturating_sub(1), end + 2));
        let padding = text[end..].iter().take(2).take_while(|byte| **byte == b'=').count();
        out.extend(decode_run(text, Span::new(start, end), end + padding));
        end + 1
    };
    // Where the run began that goes on at the place.
    let mut start = start_of_run(text, first);
    let mut at = first;
    while at < zone.end {
        let mut others = others_of(text, at);
        if zone.end - at < BLOCK {
            others |= u64::MAX << (zone.end - at);
        }
        if others != 0 {
            let ends = at + others.trailing_zeros() as usize;
            if ends - start >= SHORTEST && ends > first && ends < zone.end {
                *told = add(start, ends);
            }
            // Where as many follow as make a run.
            let mut begins = !others & u64::MAX << (ends - at);
            for step in [1, 2, 4, 8, SHORTEST - 16] {
                begins &= begins >> step;
            }
            while begins != 0 {
                let begin = begins.trailing_zeros() as usize;
                let end = begin + (others >> begin).trailing_zeros() as usize;
                if end >= BLOCK || at + end == zone.end {
                    break;
                }
                *told = add(at + begin, at + end);
                begins &= u64::MAX << end;
            }
            start = at + BLOCK - others.leading_zeros() as usize;
        }
        at += BLOCK;
    }
    // What goes on beyond the zone.
    if *told < zone.end && BASE64_BYTE[text[zone.end - 1] as usize] {
        let (start, end) = (start_of_run(text, zone.end - 1), end_of_run(text, zone.end));
        if end - start >= SHORTEST {
            *told = add(start, end);
        }
    }
}

/// Bytes that are told from base64's at once.
const BLOCK: usize = 64;

/// Which of the bytes at a place are none of base64's: a bit each, set for those beyond the end.
#[inline]
fn others_of(text: &[u8], at: usize) -> u64 {
    // A loop without a branch: compilers make vectors of it.
    let others = |block: &[u8; BLOCK]| {
        let mut is = [0u8; BLOCK];
        for (is, &byte) in is.iter_mut().zip(block) {
            let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
            let sign_or_digit = byte.wrapping_sub(b'+') < 15 && byte != b',' && byte != b'.';
            *is = u8::from(!(letter | sign_or_digit | (byte == b'_')));
        }
        // The lowest bit of each of eight bytes.
        let bits = |eight: &[u8; 8]| u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        is.as_chunks().0.iter().rev().fold(0, |all, eight| all << 8 | bits(eight))
    };
    if let Some(block) = text[at..].first_chunk() {
        return others(block);
    }
    let mut block = [0; BLOCK];
    block[..text.len() - at].copy_from_slice(&text[at..]);
    others(&block)
}

/// Where the run of base64 begins that holds the place, or ends before it.
fn start_of_run(text: &[u8], place: usize) -> usize {
    let mut start = place;
    while let Some(eight) = text[..start].last_chunk() {
        let others = not_base64(eight);
        if others != 0 {
            return start - others.leading_zeros() as usize / 8;
        }
        start -= 8;
    }
    text[..start].iter().rposition(|byte| !BASE64_BYTE[*byte as usize]).map_or(0, |at| at + 1)
}

/// Where it ends.
fn end_of_run(text: &[u8], place: usize) -> usize {
    let mut end = place;
    while let Some(eight) = text[end..].first_chunk() {
        let others = not_base64(eight);
        if others != 0 {
            return end + others.trailing_zeros() as usize / 8;
        }
        end += 8;
    }
    text[end..].iter().position(|byte| !BASE64_BYTE[*byte as usize]).map_or(text.len(), |at| end + at)
}

/// Eight times the same byte is this times the byte.
const EACH: u64 = 0x0101_0101_0101_0101;

/// Which of eight bytes are none of base64's: the highest bit of each.
#[inline]
fn not_base64(eight: &[u8; 8]) -> u64 {
    let word = u64::from_le_bytes(*eight);
    let low = word & (0x7F * EACH);
    // Nothing is carried from byte to byte.
    let from = |word: u64, least: u8| word + u64::from(0x80 - least) * EACH;
    let letters = low | (0x20 * EACH);
    let letter = from(letters, b'a') & !from(letters, b'z' + 1);
    let digit = from(low, b'0') & !from(low, b'9' + 1);
    // `+`, `-` and `/` are the odd ones among six.
    let sign = from(low, b'+') & !from(low, b'/' + 1) & (word << 7);
    let lowbar = from(low, b'_') & !from(low, b'_' + 1);
    (!(letter | digit | sign | lowbar) | word) & (0x80 * EACH)
}

fn decode_run(text: &[u8], mut body: Span, padded_end: usize) -> Option<Run> {
    if matches!(body.of(text), [b'0', b'x' | b'X', ..]) && body.len() >= SHORTEST + 2 {
        // How SQL writes bytes.
        body.start += 2;
    }
    let bytes = body.of(text);
    if bytes.len().is_multiple_of(2) && bytes.iter().all(u8::is_ascii_hexdigit) {
        // Nearly all are digests.
        let head: [u8; SHORTEST / 2] =
            std::array::from_fn(|at| hex_byte(&bytes[2 * at..2 * at + 2]).unwrap_or_default());
        if !is_text(&head) {
            return None;
        }
        let decoded: Option<Vec<u8>> = bytes.chunks_exact(2).map(hex_byte).collect();
        return decoded.filter(|decoded| is_text(decoded)).map(|text| Run {
            span: body,
            encoding: "hex",
            text: text.into(),
        });
    }
    // Most runs are names, paths and digests; 24 characters of those decode to bytes that no text holds, the first four in
    // most cases.
    let (quads, _) = bytes.as_chunks::<4>();
    if !may_begin(three_bytes(&quads[0])) {
        return None;
    }
    let mut head = [0; SHORTEST / 4 * 3];
    for (three, quad) in head.as_chunks_mut::<3>().0.iter_mut().zip(quads) {
        *three = three_bytes(quad);
    }
    let span = Span::new(body.start, padded_end);
    if is_packed(&head) {
        return Some(Run { span, encoding: "base64", text: Arc::default() });
    }
    if !is_text(&head[..head.len() - 2]) {
        return None;
    }
    let decoded = base64(span.of(text)).or_else(|| base64(bytes)).or_else(|| base64(&bytes[..bytes.len() & !3]))?;
    is_text(&decoded).then_some(Run { span, encoding: "base64", text: decoded.into() })
}

/// What characters of base64 stand for, in both of its alphabets.
static SEXTETS: [u8; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 64 {
        table[b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[at] as usize] = at as u8;
        at += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table
};

/// What four characters of base64 say.
#[inline]
fn three_bytes(quad: &[u8; 4]) -> [u8; 3] {
    let word = quad.iter().fold(0, |word, byte| word << 6 | u32::from(SEXTETS[*byte as usize]));
    let [_, first, second, third] = word.to_be_bytes();
    [first, second, third]
}

/// Whether text, or something packed, may begin so.
fn may_begin([first, second, third]: [u8; 3]) -> bool {
    let plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let packed = first == 0x1F;
    let wide = plain(first) && second == 0;
    let text =
        (plain(first) || (0xC2..0xF5).contains(&first)) && [second, third].iter().all(|b| plain(*b) || *b >= 0x80);
    packed || wide || text
}

pub(super) fn hex_byte(digits: &[u8]) -> Option<u8> {
    let [high, low] = digits else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(*high)? << 4 | digit(*low)?) as u8)
}

/// Whether bytes are printable text: UTF-8 with no control character but white space.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let head = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // A text cut in the middle of a character is still text.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or(""),
        Err(_) => return false,
    };
    !head.is_empty() && !head.chars().any(|c| c.is_control() && !c.is_ascii_whitespace())
}

/// A way to write characters as escapes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    /// `%41`, `%2541` where it was done twice
    Percent,
    /// `\u0041`, `\u{41}`
    Unicode,
    /// `\x41`
    Hex,
    /// `\101`
    Octal,
    /// `\/`, which JSON allows and PHP writes.
    Slash,
    /// `&#65;`, `&#x41;`, `&quot;`
    Entity,
}

impl Escape {
    /// The escape that begins at the text's first byte, its character and its length.
    fn at(text: &[u8]) -> Option<(Escape, char, usize)> {
        match text.first()? {
            b'%' => {
                let twice = text.strip_prefix(b"%25").and_then(|rest| hex_byte(rest.get(..2)?));
                let (code, len) = twice.map(|code| (code, 5)).or_else(|| Some((hex_byte(text.get(1..3)?)?, 3)))?;
                Some((Escape::Percent, code.into(), len))
            }
            b'&' => entity(text).map(|(c, len)| (Escape::Entity, c, len)),
            b'\\' => match text.get(1)? {
                b'u' => {
                    let braced = text.get(2) == Some(&b'{');
                    let digits = if braced {
                        let body = &text[3..text.len().min(3 + BRACED)];
                        &body[..memchr::memchr(b'}', body)?]
                    } else {
                        text.get(2..6)?
                    };
                    let code = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
                    Some((Escape::Unicode, char::from_u32(code)?, if braced { digits.len() + 4 } else { 6 }))
                }
                b'0' | b'1' => {
                    let digits = std::str::from_utf8(text.get(1..4)?).ok()?;
                    Some((Escape::Octal, u8::from_str_radix(digits, 8).ok()?.into(), 4))
                }
                b'x' => Some((Escape::Hex, hex_byte(text.get(2..4)?)?.into(), 4)),
                b'/' => Some((Escape::Slash, '/', 2)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Where an escape of this kind begins that ends at `end`.
    fn before(self, text: &[u8], end: usize) -> Option<usize> {
        let is =
            |start: usize| Escape::at(&text[start..]).is_some_and(|(kind, _, len)| kind == self && start + len == end);
        let open = |opens: u8, closes: &[u8]| {
            let from = end.saturating_sub(ENTITY);
            let last = text[from..end].strip_suffix(closes)?;
            memchr::memrchr(opens, last).map(|at| from + at).filter(|at| is(*at))
        };
        let wide = |width: usize| end.checked_sub(width).filter(|at| is(*at));
        match self {
            Escape::Percent => wide(5).or_else(|| wide(3)),
            Escape::Unicode => wide(6).or_else(|| open(b'\\', b"}")),
            Escape::Hex | Escape::Octal => wide(4),
            Escape::Slash => wide(2),
            Escape::Entity => open(b'&', b";"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Escape::Percent => "percent",
            Escape::Unicode => "unicode",
            Escape::Hex => "hex escapes",
            Escape::Octal => "octal escapes",
            Escape::Slash => "escapes",
            Escape::Entity => "entities",
        }
    }

    /// Fewest escapes in a row that hide what rules look for. Fewer are seen through where a rule judges.
    fn fewest(self) -> usize {
        match self {
            Escape::Slash => 2,
            Escape::Percent | Escape::Entity | Escape::Hex | Escape::Octal | Escape::Unicode => 3,
        }
    }
}

/// Where the next two characters stand that escapes begin with.
fn next_escape(text: &[u8], at: usize, end: usize) -> Option<usize> {
    let mut places = memchr::memchr3_iter(b'\\', b'%', b'&', text.get(at..end)?).map(|place| at + place);
    places.find(|place| may_be_escape(text, *place))
}

/// Whether an escape may begin there, by two characters.
#[inline]
fn may_be_escape(text: &[u8], at: usize) -> bool {
    match (text[at], text.get(at + 1)) {
        (b'%', Some(next)) => next.is_ascii_hexdigit(),
        (b'\\', Some(next)) => matches!(next, b'u' | b'x' | b'/' | b'0' | b'1'),
        // A number, or what names in `ENTITIES` begin with.
        (b'&', Some(next)) => *next == b'#' || ENTITIES.iter().any(|(name, _)| name.as_bytes()[0] == *next),
        _ => false,
    }
}

/// Escapes of one kind in a row that say something in ASCII.
fn escaped_runs(text: &[u8], zone: Span, told: &mut usize, out: &mut Vec<Run>, look: &mut impl FnMut(Span)) {
    let mut at = zone.start.saturating_sub(ENTITY - 1).max(*told);
    while let Some(found) = next_escape(text, at, zone.end) {
        let mut start = found;
        let Some((kind, _, _)) = Escape::at(&text[start..]) else {
            at = start + 1;
            continue;
        };
        while let Some(before) = kind.before(text, start) {
            start = before;
        }
        let (mut end, mut count, mut decoded) = (start, 0, String::new());
        while let Some((_, c, len)) = Escape::at(&text[end..]).filter(|(other, _, _)| *other == kind) {
            decoded.push(c);
            count += 1;
            end += len;
        }
        look(Span::new(start.saturating_sub(ENTITY), end + ENTITY));
        let graphic = decoded.bytes().filter(u8::is_ascii_graphic).count();
        // Nobody has to escape these: where a word holds one, it hides what the word begins with.
        let word = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric);
        let hides = matches!(decoded.as_str(), "_" | "-" | ".") && word(start.checked_sub(1)) && word(Some(end));
        if hides || (count >= kind.fewest() && graphic >= kind.fewest()) {
            out.push(Run { span: Span::new(start, end), encoding: kind.name(), text: decoded.into_bytes().into() });
        }
        at = end.max(found + 1);
        *told = at;
    }
}

/// Names of the entities that programs write: those of XML, and the ASCII punctuation that encoders add.
const ENTITIES: [(&str, char); 16] = [
    ("quot", '"'),
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("apos", '\''),
    ("equals", '='),
    ("colon", ':'),
    ("sol", '/'),
    ("plus", '+'),
    ("lowbar", '_'),
    ("period", '.'),
    ("commat", '@'),
    ("num", '#'),
    ("nbsp", ' '),
    ("Tab", '\t'),
    ("NewLine", '\n'),
];
/// Bytes of the longest entity, `&NewLine;` or `&#x0000041;`.
const ENTITY: usize = 11;
/// Bytes between the braces of `\u{10FFFF}`, and the closing one.
const BRACED: usize = 7;

/// The character of the HTML entity that begins at the text's first byte, and the entity's length.
pub(crate) fn entity(text: &[u8]) -> Option<(char, usize)> {
    let body = text.strip_prefix(b"&")?;
    let end = body.iter().take(ENTITY - 1).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&body[..end]).ok()?;
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((c, end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::{BASE64, HEXLOWER};

    #[test]
    fn eight_bytes_at_a_time_are_told_as_one_by_one() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                let mut eight = *b"aZ09+/-_";
                eight[place] = byte;
                let expected = if BASE64_BYTE[byte as usize] { 0 } else { 0x80 << (8 * place) };
                assert_eq!(not_base64(&eight), expected, "{byte:#x} at {place}");
                let others = (0..8).filter(|at| expected >> (8 * at + 7) & 1 != 0).fold(0, |all, at| all | 1 << at);
                assert_eq!(others_of(&eight, 0), others | u64::MAX << 8, "{byte:#x} at {place}");
            }
        }
    }

    fn only(text: &str) -> View {
        let mut all = views(text.as_bytes(), &runs(text.as_bytes()));
        assert_eq!(all.len(), 1, "{text}");
        all.remove(0)
    }

    #[test]
    fn the_name_before_an_encoded_value_still_names_it() {
        let value = "a value of some length: 12345";
        for (encoded, label) in
            [(BASE64.encode(value.as_bytes()), "base64"), (HEXLOWER.encode(value.as_bytes()), "hex")]
        {
            let text = format!("data:\n  KEY: {encoded}\n");
            let view = only(&text);
            assert_eq!(view.text, format!("data:\n  KEY: {value}\n").as_bytes());
            let at = 13;
            let span = Span::new(at, at + value.len());
            assert_eq!(view.decoded(span), Some(label));
            assert_eq!(view.original(span).of(text.as_bytes()), encoded.as_bytes());
            assert_eq!(view.original(Span::new(8, 11)), Span::new(8, 11));
        }
    }

    #[test]
    fn encodings_nest() {
        let inner = BASE64.encode(b"token: something that is long enough");
        let view = only(&BASE64.encode(inner.as_bytes()));
        assert_eq!(view.text, b"token: something that is long enough");
        assert_eq!(view.decoded(Span::new(0, 5)), Some("base64+base64"));
    }

    #[test]
    fn what_is_nested_too_deep_is_told() {
        let nest = |depth: usize| {
            (0..depth).fold("token: something that is long enough".to_owned(), |text, _| BASE64.encode(text.as_bytes()))
        };
        assert!(!only(&nest(DEPTH)).cut);
        assert!(only(&nest(DEPTH + 1)).cut);
    }

    #[test]
    fn percent_and_unicode_escapes_are_text() {
        let percent: String = "secret-value".bytes().map(|byte| format!("%{byte:02x}")).collect();
        assert_eq!(only(&percent).text, b"secret-value");
        let unicode: String = "secret-value".bytes().map(|byte| format!("\\u{byte:04x}")).collect();
        assert_eq!(only(&unicode).text, b"secret-value");
        let braced: String = "secret-value".bytes().map(|byte| format!("\\u{{{byte:x}}}")).collect();
        assert_eq!(only(&braced).text, b"secret-value");
        let octal: String = "secret-value".bytes().map(|byte| format!("\\{byte:03o}")).collect();
        assert_eq!(only(&octal).text, b"secret-value");
        let twice: String = "secret-value".bytes().map(|byte| format!("%25{byte:02X}")).collect();
        assert_eq!(only(&twice).text, b"secret-value");
    }

    #[test]
    fn hexadecimal_in_lines_is_one_text() {
        let value = "some words, and then a token that the end of a line cuts in two";
        let encoded = HEXLOWER.encode(value.as_bytes());
        let lines: Vec<&str> = [0..60, 60..120, 120..encoded.len()].map(|part| &encoded[part]).to_vec();
        assert_eq!(only(&lines.join("\n")).text, value.as_bytes());
    }

    #[test]
    fn a_run_with_many_seams_is_decoded_once() {
        let text = BASE64.encode("words and more words, ".repeat(50_000).as_bytes());
        let zones: Vec<Span> = (0..text.len() - 40).step_by(100).map(|at| Span::new(at, at + 26)).collect();
        let (mut told, mut out) = (Told::default(), Vec::new());
        zones.iter().for_each(|zone| {
            find(text.as_bytes(), *zone, &mut told, &mut out);
        });
        assert_eq!(out, runs(text.as_bytes()));
    }

    #[test]
    fn a_run_is_found_wherever_it_stands() {
        let run = BASE64.encode(b"words and more words");
        for before in 0..2 * BLOCK {
            for behind in [0, 1, BLOCK] {
                let text = [" ".repeat(before), run.clone(), " ".repeat(behind)].concat();
                assert_eq!(runs(text.as_bytes()).len(), 1, "{before} {behind}");
            }
        }
    }

    #[test]
    fn what_only_looks_like_an_escape_from_behind_is_none() {
        // `ax41` has the length and the letters of `\x41`, `a/` those of `\/`.
        assert_eq!(only("ax41\\x42\\x43\\x44").text, b"ax41BCD");
        assert!(runs(b"x\\/a/b/c/").is_empty());
    }

    #[test]
    fn names_digests_and_binaries_are_left_alone() {
        for text in [
            "outboundNotificationWebhookSignatureSecretToken",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ",
            "/usr/share/doc/packages/thing/README",
        ] {
            assert!(runs(text.as_bytes()).is_empty(), "{text}");
        }
    }
}
