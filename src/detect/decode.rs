//! Encoded stretches, decoded in place, each with a map back to the bytes it came from.

use std::sync::Arc;

use super::Match;
use super::carry::Stretch;
use super::checksum::base64;
use crate::rule::RuleSet;
use crate::secret::Secret;
use crate::span::Span;

/// Bytes of original text kept each side of a decoded stretch, so that a name before it still names its value.
const CONTEXT: usize = 512;
/// How often a decoded stretch is decoded again.
const DEPTH: usize = 3;
/// Shortest stretch of base64 or hexadecimal worth decoding.
const SHORTEST: usize = 24;

/// Text with encoded stretches replaced by what they say.
pub(super) struct View {
    pub(super) text: Vec<u8>,
    pieces: Vec<Piece>,
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

/// One view for each group of encoded stretches that share their context.
pub(super) fn views(text: &[u8], runs: &[Run]) -> Vec<View> {
    let near = |a: &Run, b: &Run| b.span.start - a.span.end <= 2 * CONTEXT;
    runs.chunk_by(near).map(|group| View::new(text, group)).collect()
}

impl View {
    fn new(text: &[u8], group: &[Run]) -> Self {
        let (first, last) = (&group[0].span, &group[group.len() - 1].span);
        let mut view = View { text: Vec::new(), pieces: Vec::new() };
        let mut at = first.start.saturating_sub(CONTEXT);
        for run in group {
            view.push(Span::new(at, run.span.start), None, Span::new(at, run.span.start).of(text));
            let (decoded, encoding) = deepen(&run.text, run.encoding.to_owned(), DEPTH - 1);
            view.push(run.span, Some(encoding), &decoded);
            at = run.span.end;
        }
        let end = (last.end + CONTEXT).min(text.len());
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

/// Decodes what was decoded again, as long as it is encoded as a whole.
fn deepen(text: &[u8], encoding: String, depth: usize) -> (Vec<u8>, String) {
    if depth == 0 {
        return (text.to_vec(), encoding);
    }
    let inner = runs(text);
    if inner.is_empty() {
        return (text.to_vec(), encoding);
    }
    let (mut out, mut at, mut label) = (Vec::new(), 0, encoding);
    let outer = label.clone();
    for run in inner {
        out.extend_from_slice(&text[at..run.span.start]);
        let (deeper, name) = deepen(&run.text, format!("{outer}+{}", run.encoding), depth - 1);
        out.extend_from_slice(&deeper);
        if name.len() > label.len() {
            label = name;
        }
        at = run.span.end;
    }
    out.extend_from_slice(&text[at..]);
    (out, label)
}

/// Bytes next to a run that decide where it ends: an escape that would continue it, padding.
const MARGIN: usize = 6;
/// Bytes around a seam in which a run that the base does not tell of has at least one.
pub(super) const ZONE: usize = MARGIN;

/// All stretches that decode to text, in order and apart.
pub(super) fn runs(text: &[u8]) -> Vec<Run> {
    let mut out = Vec::new();
    runs_touching(text, Span::new(0, text.len()), &mut out);
    out.sort_by_key(|run| run.span);
    out
}

/// The runs of a text of which a base is known; `zones` are the seams, [`ZONE`] bytes around them included. The outcome is that of [`runs`].
pub(super) fn rescan_runs(
    base: &[Run],
    base_len: usize,
    text: &[u8],
    stretches: &[Stretch],
    zones: &[Span],
) -> Vec<Run> {
    let mut out = Vec::new();
    for stretch in stretches {
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
    for &zone in zones {
        runs_touching(text, zone, &mut out);
    }
    out.sort_by_key(|run| run.span);
    out.dedup_by_key(|run| run.span);
    out
}

/// Adds the runs, wherever they begin and end, that have bytes in the zone.
fn runs_touching(text: &[u8], zone: Span, out: &mut Vec<Run>) {
    base64_runs(text, zone, out);
    escaped_runs(text, zone, &PERCENT, out);
    escaped_runs(text, zone, &UNICODE, out);
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

fn base64_runs(text: &[u8], zone: Span, out: &mut Vec<Run>) {
    let is = |byte: u8| BASE64_BYTE[byte as usize];
    // A run that has bytes in the zone covers its first byte, its last one, or one of every SHORTEST between them.
    let mut probe = zone.start;
    while probe < zone.end {
        let next = if is(text[probe]) {
            let start = text[..probe].iter().rposition(|byte| !is(*byte)).map_or(0, |at| at + 1);
            let body = probe + text[probe..].iter().position(|byte| !is(*byte)).unwrap_or(text.len() - probe);
            let padding = text[body..].iter().take(2).take_while(|byte| **byte == b'=').count();
            if body - start >= SHORTEST {
                out.extend(decode_run(text, Span::new(start, body), body + padding));
            }
            // The next run begins after the byte that ended this one.
            body + 1
        } else {
            probe + 1
        };
        // The byte before `next` is in no run that was not looked at.
        let stride = (next + SHORTEST - 1).min(zone.end - 1);
        if stride < next {
            return;
        }
        probe = stride;
    }
}

fn decode_run(text: &[u8], body: Span, padded_end: usize) -> Option<Run> {
    let bytes = body.of(text);
    if bytes.len().is_multiple_of(2) && bytes.iter().all(u8::is_ascii_hexdigit) {
        let decoded: Option<Vec<u8>> = bytes.chunks_exact(2).map(hex_byte).collect();
        return decoded.filter(|decoded| is_text(decoded)).map(|text| Run {
            span: body,
            encoding: "hex",
            text: text.into(),
        });
    }
    // Most runs are names, paths and digests; 24 characters of those decode to bytes that no text holds.
    let head = base64(&bytes[..SHORTEST])?;
    if !is_text(&head[..head.len() - 2]) {
        return None;
    }
    let span = Span::new(body.start, padded_end);
    let decoded = base64(span.of(text)).or_else(|| base64(bytes))?;
    is_text(&decoded).then_some(Run { span, encoding: "base64", text: decoded.into() })
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Whether bytes are printable text: UTF-8 with no control character but white space.
fn is_text(bytes: &[u8]) -> bool {
    let head = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // A text cut in the middle of a character is still text.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or(""),
        Err(_) => return false,
    };
    !head.is_empty() && !head.chars().any(|c| c.is_control() && !c.is_ascii_whitespace())
}

/// A way to write characters as escapes of one width.
struct Escape {
    lead: u8,
    width: usize,
    encoding: &'static str,
    decode: fn(&[u8]) -> Option<char>,
}

const PERCENT: Escape =
    Escape { lead: b'%', width: 3, encoding: "percent", decode: |rest| hex_byte(rest.get(1..3)?).map(char::from) };

const UNICODE: Escape = Escape {
    lead: b'\\',
    width: 6,
    encoding: "unicode",
    decode: |rest| {
        let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
        char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?)
    },
};

/// Runs of at least eight escapes in a row.
fn escaped_runs(text: &[u8], zone: Span, escape: &Escape, out: &mut Vec<Run>) {
    let decode = |at: usize| (text[at] == escape.lead).then(|| (escape.decode)(&text[at..])).flatten();
    let mut at = zone.start.saturating_sub(escape.width);
    while let Some(found) = memchr::memchr(escape.lead, &text[at..zone.end]) {
        let mut start = at + found;
        if decode(start).is_none() {
            at = start + 1;
            continue;
        }
        while start >= escape.width && decode(start - escape.width).is_some() {
            start -= escape.width;
        }
        let (mut end, mut decoded) = (start, String::new());
        while let Some(c) = text.get(end).and_then(|_| decode(end)) {
            decoded.push(c);
            end += escape.width;
        }
        if end - start >= 8 * escape.width {
            out.push(Run { span: Span::new(start, end), encoding: escape.encoding, text: decoded.into_bytes().into() });
        }
        if end >= zone.end {
            return;
        }
        at = end;
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
    fn percent_and_unicode_escapes_are_text() {
        let percent: String = "secret-value".bytes().map(|byte| format!("%{byte:02x}")).collect();
        assert_eq!(only(&percent).text, b"secret-value");
        let unicode: String = "secret-value".bytes().map(|byte| format!("\\u{byte:04x}")).collect();
        assert_eq!(only(&unicode).text, b"secret-value");
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
