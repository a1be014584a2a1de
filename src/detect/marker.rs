//! The comments with which people silence scanners, of this one and of others; and those that are misspelt.

use crate::span::Span;

/// Which line a marker silences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The line it stands on.
    SameLine,
    /// The line below it.
    NextLine,
}

/// A marker that scanners honour.
#[derive(Debug)]
pub(crate) struct Marker {
    /// Its text; ASCII case does not matter.
    pub(crate) literal: &'static str,
    /// What it silences.
    pub(crate) scope: Scope,
}

const fn same(literal: &'static str) -> Marker {
    Marker { literal, scope: Scope::SameLine }
}

const fn next(literal: &'static str) -> Marker {
    Marker { literal, scope: Scope::NextLine }
}

/// Our own marker, the only one that may be bound to a value or a rule.
pub(crate) const OWN: &str = "snout:ignore";

/// The markers of `TruffleHog`, gitleaks, betterleaks, Kingfisher, keyhog, detect-secrets, ggshield, secretlint and our own.
pub(crate) const MARKERS: [Marker; 15] = [
    same("trufflehog:ignore"),
    same("gitleaks:allow"),
    same("betterleaks:allow"),
    same("kingfisher:ignore"),
    same("kingfisher:allow"),
    same("keyhog:ignore"),
    same("keyhog:allow"),
    same("pragma: allowlist secret"),
    same("pragma: whitelist secret"),
    next("pragma: allowlist nextline secret"),
    next("pragma: whitelist nextline secret"),
    same("ggignore"),
    same("secretlint-disable-line"),
    next("secretlint-disable-next-line"),
    same(OWN),
];

/// What our own marker is bound to: `snout:ignore[FINGERPRINT] rule=ID`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bond<'a> {
    /// The first digits of a fingerprint.
    pub(crate) value: Option<&'a [u8]>,
    /// Id or code of a rule.
    pub(crate) rule: Option<&'a [u8]>,
}

impl<'a> Bond<'a> {
    /// Reads what stands behind a marker. Other tools' markers are bound to nothing.
    pub(crate) fn of(text: &'a [u8], index: usize, marker: Span) -> Self {
        if MARKERS[index].literal != OWN {
            return Bond::default();
        }
        let mut rest = &text[marker.end..];
        let mut bond = Bond::default();
        if let Some(inside) = rest.strip_prefix(b"[") {
            // A bracket that never closes binds to a value that no finding has.
            let end = inside.iter().take(65).position(|byte| *byte == b']').unwrap_or(0);
            bond.value = Some(&inside[..end]);
            rest = inside.get(end + 1..).unwrap_or(b"");
        }
        if let Some(name) = rest.trim_ascii_start().strip_prefix(b"rule=")
            && rest.first().is_some_and(|byte| matches!(byte, b' ' | b'\t'))
        {
            let end = name.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-');
            bond.rule = Some(&name[..end.unwrap_or(name.len())]);
        }
        bond
    }
}

/// The reason that a comment gives behind two dashes: `trufflehog:ignore -- test data`.
pub(crate) fn reason(comment: &str) -> Option<String> {
    let (_, said) = comment.split_once(" -- ")?;
    let closed = ["*/", "-->", "--}}", "--%>", "#}", "*)", "\"\"\""];
    let said = closed.iter().fold(said, |said, close| said.split(close).next().unwrap_or(said)).trim();
    said.contains(char::is_alphanumeric).then(|| said.to_owned())
}

/// Words of a marker, and the marker's literal.
const WORDS: [(&[&str], &str); 13] = [
    (&["trufflehog", "ignore"], "trufflehog:ignore"),
    (&["gitleaks", "allow"], "gitleaks:allow"),
    (&["betterleaks", "allow"], "betterleaks:allow"),
    (&["kingfisher", "ignore"], "kingfisher:ignore"),
    (&["kingfisher", "allow"], "kingfisher:allow"),
    (&["keyhog", "ignore"], "keyhog:ignore"),
    (&["keyhog", "allow"], "keyhog:allow"),
    (&["pragma", "allowlist", "secret"], "pragma: allowlist secret"),
    (&["pragma", "whitelist", "secret"], "pragma: whitelist secret"),
    (&["pragma", "allowlist", "nextline", "secret"], "pragma: allowlist nextline secret"),
    (&["gg", "ignore"], "ggignore"),
    (&["secretlint", "disable"], "secretlint-disable-line"),
    (&["snout", "ignore"], OWN),
];
/// Verbs that people put behind the wrong tool's name.
const VERBS: [&str; 5] = ["ignore", "allow", "skip", "disable", "nosec"];

/// Comments that look like a marker and are none: their place, and the marker that was meant.
///
/// Only the first words of a comment count, or words with a colon between them, so that prose about scanners is none.
pub(crate) fn near_misses(text: &[u8]) -> Vec<(Span, &'static str)> {
    let mut out = Vec::new();
    let mut words = Words { text, at: 0 }.peekable();
    let mut ahead: Vec<Span> = Vec::new();
    while let Some(first) = words.next() {
        // Only words that may begin a marker are worth a look at those behind them.
        let known = WORDS.iter().filter(|(marker, _)| alike(first.of(text), marker[0]));
        let known: Vec<_> = known.collect();
        if known.is_empty() {
            continue;
        }
        ahead.clear();
        ahead.push(first);
        ahead.extend(Words { text, at: first.end }.take(3));
        let meant = known.into_iter().filter_map(|(marker, literal)| Some((meets(text, &ahead, marker)?, *literal)));
        if let Some((end, literal)) = meant.max_by_key(|(end, _)| *end) {
            let span = Span::new(first.start, end);
            if !is_marker_at(text, span) {
                out.push((span, literal));
            }
            while words.next_if(|word| word.start < end).is_some() {}
        }
    }
    out
}

/// Where the words of a marker end, if these are they.
fn meets(text: &[u8], words: &[Span], marker: &[&str]) -> Option<usize> {
    let words = words.get(..marker.len())?;
    let (first, last) = (words.first()?, words.last()?);
    let between = |pair: &[Span]| &text[pair[0].end..pair[1].start];
    let joined = |gap: &[u8]| gap.len() <= 3 && gap.iter().all(|byte| b" \t:-_=.".contains(byte));
    if !words.windows(2).all(|pair| joined(between(pair))) {
        return None;
    }
    let verb = |word: &[u8]| marker.len() == 2 && VERBS.iter().any(|verb| alike(word, verb));
    let same = |(word, name): (&Span, &&str)| alike(word.of(text), name);
    if !words.iter().zip(marker).skip(1).all(|pair| same(pair) || verb(pair.0.of(text))) {
        return None;
    }
    let before = without_blanks(&text[..first.start]);
    let opens = [&b"#"[..], b"//", b"/*", b"*", b"--", b";", b"%", b"{{!"];
    let in_comment = opens.iter().any(|open| before.ends_with(open));
    let apart = first.start == 0 || !text[first.start - 1].is_ascii_graphic();
    let colon = between(&words[..2]).contains(&b':') && (apart || in_comment);
    let goes_on = text.get(last.end).is_some_and(|byte| b"_./-(".contains(byte) || byte.is_ascii_digit());
    ((in_comment || colon) && !goes_on).then_some(last.end)
}

/// The text without blanks at its end; a line end stays.
fn without_blanks(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |at| at + 1);
    &text[..end]
}

/// Whether a real marker begins where the words do.
fn is_marker_at(text: &[u8], span: Span) -> bool {
    MARKERS.iter().any(|marker| {
        let end = span.start + marker.literal.len();
        text.get(span.start..end).is_some_and(|word| word.eq_ignore_ascii_case(marker.literal.as_bytes()))
    })
}

/// Whether a word is another one, give or take a slip of the finger.
fn alike(word: &[u8], name: &str) -> bool {
    if word.eq_ignore_ascii_case(name.as_bytes()) {
        return true;
    }
    let slips = if name.len() >= 8 { 2 } else { usize::from(name.len() >= 5) };
    if slips == 0 || word.len().abs_diff(name.len()) > slips {
        return false;
    }
    let word = String::from_utf8_lossy(word).to_ascii_lowercase();
    strsim::osa_distance(&word, name) <= slips
}

/// Runs of letters.
struct Words<'a> {
    text: &'a [u8],
    at: usize,
}

impl Iterator for Words<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        let rest = &self.text[self.at..];
        let start = self.at + rest.iter().position(u8::is_ascii_alphabetic)?;
        let end = self.text[start..].iter().position(|byte| !byte.is_ascii_alphabetic());
        self.at = end.map_or(self.text.len(), |end| start + end);
        Some(Span::new(start, self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str) -> Vec<(&str, &'static str)> {
        near_misses(text.as_bytes()).into_iter().map(|(span, meant)| (&text[span.start..span.end], meant)).collect()
    }

    #[test]
    fn misspelt_markers_are_told_with_what_was_meant() {
        for (text, wrong, meant) in [
            ("x = 1 #tufflehog:ignore", "tufflehog:ignore", "trufflehog:ignore"),
            ("x = 1 // trufflehog-ignore", "trufflehog-ignore", "trufflehog:ignore"),
            ("x = 1 // trufflehog: ignore -- a test", "trufflehog: ignore", "trufflehog:ignore"),
            ("x = 1 # trufflehog ignore\n", "trufflehog ignore", "trufflehog:ignore"),
            ("x = 1 # trufflehog:ingore", "trufflehog:ingore", "trufflehog:ignore"),
            ("x = 1 # noqa gitleaks:ignore", "gitleaks:ignore", "gitleaks:allow"),
            ("x = 1 -- Gitleaks:alow", "Gitleaks:alow", "gitleaks:allow"),
            ("x = 1 # pragma allowlist secret", "pragma allowlist secret", "pragma: allowlist secret"),
            ("x = 1 # pragma: alowlist secret", "pragma: alowlist secret", "pragma: allowlist secret"),
            ("/* gg:ignore */", "gg:ignore", "ggignore"),
            ("/* snout-ignore */", "snout-ignore", "snout:ignore"),
            ("/* secretlint-disable */", "secretlint-disable", "secretlint-disable-line"),
        ] {
            assert_eq!(near(text), [(wrong, meant)], "{text}");
        }
    }

    #[test]
    fn markers_and_prose_are_no_near_misses() {
        for text in [
            "x # trufflehog:ignore\ny // gitleaks:allow -- test\n",
            "# pragma: allowlist secret\n# pragma: allowlist nextline secret\n# secretlint-disable-line",
            "With trufflehog, ignore files are lists.\n",
            "run gitleaks --allow x; see trufflehog-ignore.txt\n",
            "# trufflehog-ignore.txt lists paths",
            "#pragma once\n#pragma warning(disable: 4996)\n",
            "a kingfisher may ignore fish",
        ] {
            assert_eq!(near(text), [], "{text}");
        }
    }

    #[test]
    fn our_own_marker_may_be_bound() {
        let bond = |text: &'static str| {
            let at = text.find(OWN).expect("our marker");
            Bond::of(text.as_bytes(), MARKERS.len() - 1, Span::new(at, at + OWN.len()))
        };
        assert_eq!(bond("# snout:ignore"), Bond::default());
        assert_eq!(bond("# snout:ignore[12ab34cd]").value, Some(&b"12ab34cd"[..]));
        assert_eq!(bond("# snout:ignore rule=generic-password -- x").rule, Some(&b"generic-password"[..]));
        let both = bond("# snout:ignore[12ab34cd] rule=SNT0001");
        assert_eq!((both.value, both.rule), (Some(&b"12ab34cd"[..]), Some(&b"SNT0001"[..])));
        assert_eq!(bond("# snout:ignore[12ab34cd").value, Some(&b""[..]), "an open bracket fits no value");
    }

    #[test]
    fn a_reason_stands_behind_two_dashes() {
        assert_eq!(reason("trufflehog:ignore -- test data").as_deref(), Some("test data"));
        assert_eq!(reason("trufflehog:ignore -- test data */ x = 1").as_deref(), Some("test data"));
        assert_eq!(reason("trufflehog:ignore -->"), None);
        assert_eq!(reason("trufflehog:ignore -- */"), None);
        assert_eq!(reason("trufflehog:ignore"), None);
    }
}
