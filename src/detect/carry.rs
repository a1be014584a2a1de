//! The state of a scan, and how it is carried from a text to a later version of it.
//!
//! A version is known as stretches copied from its base, with inserted bytes between them. A literal that occurs inside
//! a copied stretch was already found in the base; a verdict whose whole window was copied was already reached there.
//! Only inserted bytes and the seams between stretches need eyes. That is exact because every verdict is a function of
//! its window, one byte each side, and the blob's ends where the window reaches them.

use std::borrow::Cow;

use super::cue;
use super::decode::{self, Run, Told};
use super::judge::{CODE, Judge};
use super::prefilter::{AFTER, BEFORE, Prefilter};
use super::{Match, Scan, join};
use crate::rule::{RuleSet, Target};
use crate::span::Span;

/// A literal that occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// Where it begins.
    pub(crate) at: u32,
    /// Index of the literal.
    pub(crate) literal: u32,
}

/// Everything a scan of a text found before its matches were looked at together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct State {
    /// All occurrences of literals, in order.
    hits: Vec<Hit>,
    /// All verdicts that are matches, each with the hit that led to it.
    matches: Vec<(Hit, Match)>,
    /// All encoded stretches that decode to text, in order.
    runs: Vec<Run>,
    /// All words that tell how the text beside them is written, in order: where they stand, and their index.
    cues: Vec<(usize, usize)>,
    /// Bytes of the text.
    len: usize,
}

/// Bytes that a text took over from its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Where they stand in the base.
    pub from: usize,
    /// Where they stand now.
    pub at: usize,
    /// How many.
    pub len: usize,
}

impl Stretch {
    fn end(&self) -> usize {
        self.at + self.len
    }

    /// Where a place of the base stands now.
    fn moved(&self, place: usize) -> usize {
        place - self.from + self.at
    }
}

/// How far a verdict on a hit looks.
#[derive(Clone, Copy)]
struct Reach {
    behind: usize,
    ahead: usize,
}

/// How far one looks to tell that a literal occurs.
const OCCURRENCE: Reach = Reach { behind: BEFORE, ahead: AFTER - 1 };

/// Scans a text from nothing.
pub fn scan_state(rules: &RuleSet, judge: &mut Judge, text: &[u8]) -> State {
    let mut hits = Vec::new();
    find(rules, text, Span::new(0, text.len()), &mut |hit| hits.push(hit));
    hits.sort_unstable();
    let (mut matches, mut cues) = (Vec::new(), Vec::new());
    for &hit in &hits {
        judge_hit(rules, judge, text, hit, (&mut matches, &mut cues), |_| true);
    }
    State { hits, matches, runs: decode::runs(text), cues, len: text.len() }
}

/// Scans a text of which a base is known: `stretches` were copied from it, in the order of their places in `text`,
/// and do not overlap there. The outcome is that of [`scan_state`].
pub fn rescan(rules: &RuleSet, judge: &mut Judge, base: &State, text: &[u8], stretches: &[Stretch]) -> State {
    let mut hits = Vec::with_capacity(base.hits.len() + 8);
    let mut next = 0;
    for stretch in stretches {
        // Literals wholly inside the stretch were found in the base.
        next = seek(&base.hits, next, stretch.from);
        for hit in &base.hits[next..] {
            if hit.at as usize >= stretch.from + stretch.len {
                break;
            }
            let at = stretch.moved(hit.at as usize);
            if copied(stretch, at, OCCURRENCE, base.len, text.len()) {
                hits.push(Hit { at: at as u32, literal: hit.literal });
            }
        }
    }
    let known = hits.len();
    let mut runs = decode::carried(&base.runs, base.len, text, stretches);
    let mut told = Told::default();
    let windows = windows(text.len(), stretches);
    for (window, key) in judge.quiet.others(text, windows) {
        let mut quiet = true;
        find(rules, text, window, &mut |hit| {
            quiet = false;
            let stretch = stretch_with(stretches, hit.at as usize);
            if !stretch.is_some_and(|one| copied(&one, hit.at as usize, OCCURRENCE, base.len, text.len())) {
                hits.push(hit);
            }
        });
        if !decode::find(text, window, &mut told, &mut runs) && quiet {
            judge.quiet.insert(key);
        }
    }
    decode::settle(&mut runs);
    if hits.len() > known {
        // Two lists in order, or nearly so: a sort that makes use of that.
        hits.sort();
        hits.dedup();
    }
    let mut matches = Vec::new();
    let told: &[Stretch] = if base.matches.is_empty() { &[] } else { stretches };
    for stretch in told {
        let first = base.matches.partition_point(|(hit, _)| (hit.at as usize) < stretch.from);
        for (hit, one) in
            base.matches[first..].iter().take_while(|(hit, _)| (hit.at as usize) < stretch.from + stretch.len)
        {
            let reach = reach_of(rules, one.rule, one.variant);
            let hit = Hit { at: stretch.moved(hit.at as usize) as u32, literal: hit.literal };
            if copied(stretch, hit.at as usize, reach, base.len, text.len()) {
                matches.push((hit, one.moved(stretch.from, stretch.at)));
            }
        }
    }
    let mut cues = Vec::new();
    let mut cursor = Cursor::new(stretches);
    for &hit in &hits {
        let stretch = cursor.at(hit.at as usize);
        judge_hit(rules, judge, text, hit, (&mut matches, &mut cues), |reach| {
            !stretch.is_some_and(|stretch| copied(&stretch, hit.at as usize, reach, base.len, text.len()))
        });
    }
    matches.sort_by_key(|(hit, one)| (*hit, one.rule, one.variant, one.span));
    State { hits, matches, runs, cues, len: text.len() }
}

/// How often literals of rules occur in a text, overlapping ones included: the filter alone, to be measured.
pub fn count_hits(rules: &RuleSet, text: &[u8]) -> usize {
    let mut count = 0;
    find(rules, text, Span::new(0, text.len()), &mut |_| count += 1);
    count
}

/// Looks at everything a scan found together.
pub fn conclude(rules: &RuleSet, judge: &mut Judge, text: &[u8], state: &State) -> Scan {
    let mut markers = Vec::new();
    for hit in &state.hits {
        for target in rules.targets(hit.literal as usize) {
            if let (Target::Marker(index), Some(span)) = (target, whole_span(rules, text, *hit)) {
                markers.push((*index as usize, span));
            }
        }
    }
    let found = if state.matches.is_empty() { Vec::new() } else { evidence(rules, text, &state.hits) };
    let plain = state.matches.iter().map(|(_, one)| one).filter(|one| !is_encoded(rules, one)).cloned().collect();
    let mut matches = join::resolve(rules, text, plain, &found);
    let mut cut = false;
    let mut runs = Cow::Borrowed(&state.runs);
    if !state.cues.is_empty() {
        cue::read(text, &state.cues, runs.to_mut());
        decode::settle(runs.to_mut());
    }
    for view in decode::views(text, &runs) {
        cut |= view.cut;
        let inner = scan_state(rules, judge, &view.text);
        let kept: Vec<Match> =
            inner.matches.into_iter().map(|(_, one)| one).filter(|one| view.decoded(one.span).is_some()).collect();
        if kept.is_empty() {
            continue;
        }
        let found = evidence(rules, &view.text, &inner.hits);
        for one in join::resolve(rules, &view.text, kept, &found) {
            matches.extend(view.restore(rules, text, one));
        }
    }
    matches.extend(super::judge::whole_file(rules, text));
    Scan { matches: join::settle(rules, matches), markers, cut }
}

/// Whether the match only means something where it was decoded.
pub(super) fn is_encoded(rules: &RuleSet, one: &Match) -> bool {
    rules.rules()[one.rule].variants.get(one.variant).is_some_and(|variant| variant.form.encoded)
}

/// Where the whole literal of a hit stands, if it does.
fn whole_span(rules: &RuleSet, text: &[u8], hit: Hit) -> Option<Span> {
    let (filter, at) = (rules.prefilter(), hit.at as usize);
    filter.stands(text, at, hit.literal).then(|| Span::new(at, at + filter.whole_len_of(hit.literal)))
}

/// The hits that are evidence.
fn evidence(rules: &RuleSet, text: &[u8], hits: &[Hit]) -> Vec<(usize, Span)> {
    let mut out = Vec::new();
    for hit in hits {
        for target in rules.targets(hit.literal as usize) {
            if let (Target::Evidence(index), Some(span)) = (target, whole_span(rules, text, *hit)) {
                out.push((*index as usize, span));
            }
        }
    }
    out
}

impl State {
    /// Where literals occur in a text, those that lead to nothing there included, in order, each with its index.
    pub(super) fn hits_of(rules: &RuleSet, text: &[u8]) -> Vec<(usize, u32)> {
        let mut hits = Vec::new();
        rules.prefilter().find(text, Span::new(0, text.len()), |at, literal| hits.push((at, literal)));
        hits.sort_unstable();
        hits
    }

    /// Whether [`conclude`] can find anything in the text: matches, decoded stretches or a file that is one secret.
    pub fn may_conclude(&self) -> bool {
        !self.matches.is_empty()
            || !self.runs.is_empty()
            || !self.cues.is_empty()
            || self.len <= super::judge::WHOLE_FILE
    }
}

/// Every occurrence in the window, overlapping ones included, of every literal that can lead to anything there.
fn find(rules: &RuleSet, text: &[u8], window: Span, each: &mut dyn FnMut(Hit)) {
    rules.prefilter().find(text, window, |at, literal| {
        if rules.counts(text, at, literal) {
            each(Hit { at: at as u32, literal });
        }
    });
}

fn reach_of(rules: &RuleSet, rule: usize, variant: usize) -> Reach {
    let rule = &rules.rules()[rule];
    let shape = rule.variants[variant].shape();
    Reach { behind: shape.behind + CODE, ahead: shape.ahead + rule.written(variant) }
}

/// What hits lead to: matches, and words that tell how the text beside them is written.
type Out<'a> = (&'a mut Vec<(Hit, Match)>, &'a mut Vec<(usize, usize)>);

fn judge_hit(
    rules: &RuleSet,
    judge: &mut Judge,
    text: &[u8],
    hit: Hit,
    (out, cues): Out<'_>,
    wanted: impl Fn(Reach) -> bool,
) {
    let span = Span::new(hit.at as usize, hit.at as usize + rules.prefilter().len_of(hit.literal));
    let Some((behind, ahead)) = rules.widest(hit.literal) else {
        for target in rules.targets(hit.literal as usize) {
            if let (Target::Cue(index), Some(span)) = (target, whole_span(rules, text, hit)) {
                cues.push((span.start, *index as usize));
            }
        }
        return;
    };
    // Most hits are judged nowhere near a seam: one look at the widest window of the literal tells.
    if !wanted(Reach { behind, ahead }) {
        return;
    }
    // Of a long literal only the beginning is known to be there.
    if !rules.prefilter().stands(text, hit.at as usize, hit.literal) {
        return;
    }
    for target in rules.targets(hit.literal as usize) {
        if let Target::Variant(rule, variant) = *target {
            let (rule, variant) = (rule as usize, variant as usize);
            if wanted(reach_of(rules, rule, variant)) {
                judge.judge(rules, text, rule, variant, span, &mut |one| out.push((hit, one)));
            }
        }
    }
}

/// The first hit at or after a place of the base. Most stretches follow each other there, so that it is next to `near`,
/// where the last one was.
fn seek(hits: &[Hit], near: usize, place: usize) -> usize {
    const STEPS: usize = 16;
    let before = |hit: &Hit| (hit.at as usize) < place;
    if near > 0 && !before(&hits[near - 1]) {
        return hits[..near].partition_point(before);
    }
    let steps = &hits[near..hits.len().min(near + STEPS)];
    match steps.iter().position(|hit| !before(hit)) {
        Some(at) => near + at,
        None => near + hits[near..].partition_point(before),
    }
}

/// The stretch that a place of the text lies in.
fn stretch_with(stretches: &[Stretch], place: usize) -> Option<Stretch> {
    let after = stretches.partition_point(|stretch| stretch.at <= place);
    stretches[..after].last().copied().filter(|stretch| place < stretch.end())
}

/// Whether the window of a hit at `place`, and a byte each side of it, was copied with the hit: the verdict is the base's.
fn copied(stretch: &Stretch, place: usize, reach: Reach, base_len: usize, len: usize) -> bool {
    let before = reach.behind + 1;
    let after = reach.ahead + 1;
    // Where the window runs over an end of the blob, it must be the same end in both.
    let start = if place >= before {
        place - before >= stretch.at && place - stretch.at + stretch.from >= before
    } else {
        stretch.at == 0 && stretch.from == 0
    };
    let end = if place + after <= len {
        place + after <= stretch.end()
    } else {
        stretch.end() == len && stretch.from + stretch.len == base_len
    };
    start && end
}

/// Everything that is not inside one stretch, with what has to be read around it: inserted bytes, seams, and the text's
/// ends, for the base may have gone on where the text ends. Apart and in order.
fn windows(len: usize, stretches: &[Stretch]) -> Vec<Span> {
    let starts = std::iter::once(0).chain(stretches.iter().map(Stretch::end));
    let ends = stretches.iter().map(|stretch| stretch.at).chain(std::iter::once(len));
    let mut out: Vec<Span> = Vec::with_capacity(stretches.len() + 1);
    for (start, end) in starts.zip(ends) {
        let filter = Prefilter::around(Span::new(start, end), len);
        let start = filter.start.min(start.saturating_sub(decode::ZONE));
        let end = filter.end.max((end + decode::ZONE).min(len));
        match out.last_mut() {
            Some(last) if last.end >= start => last.end = last.end.max(end),
            _ => out.push(Span::new(start, end)),
        }
    }
    out
}

/// Finds the stretches of places that only grow.
struct Cursor<'a>(&'a [Stretch]);

impl<'a> Cursor<'a> {
    fn new(stretches: &'a [Stretch]) -> Self {
        Cursor(stretches)
    }

    fn at(&mut self, place: usize) -> Option<Stretch> {
        while self.0.first().is_some_and(|stretch| stretch.end() <= place) {
            self.0 = &self.0[1..];
        }
        self.0.first().copied().filter(|stretch| stretch.at <= place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::fill_example as fill;
    use proptest::prelude::*;

    /// A text made of pieces of a base and of new ones.
    fn edit(base: &[u8], edits: &[(usize, usize, Vec<u8>)]) -> (Vec<u8>, Vec<Stretch>) {
        let (mut text, mut stretches) = (Vec::new(), Vec::<Stretch>::new());
        for (from, len, insert) in edits {
            let from = from % (base.len() + 1);
            let len = (*len).min(base.len() - from);
            if len > 0 {
                match stretches.last_mut() {
                    Some(last) if last.end() == text.len() && last.from + last.len == from => last.len += len,
                    _ => stretches.push(Stretch { from, at: text.len(), len }),
                }
                text.extend_from_slice(&base[from..from + len]);
            }
            text.extend_from_slice(insert);
        }
        (text, stretches)
    }

    /// Pieces that matter to rules: names, values, shapes cut in two, encodings, ends of lines.
    fn piece() -> impl Strategy<Value = String> {
        let templates = vec![
            "GENESYS_CLIENT_SECRET=",
            "{{b64url 32}}",
            "{{uuid4}}",
            ":",
            "\"",
            "\n",
            " ",
            "{{crc ghp_}}",
            "ghp_",
            "token = '{{alnum 30}}'\n",
            "purecloud",
            "-4",
            "{{base64 of token: {{crc ghp_}}}}",
            "{{base64 of client_secret={{b64url 32}} genesys}}",
            "clientId: {{uuid4}}\n",
            "xoxb-",
            "AKIA{{base32 16}}",
            "-----BEGIN RSA PRIVATE KEY-----\n",
            "{{pem EC PRIVATE KEY}}",
            "%41%42%43%44%45%46%47%48%49",
            "\\u0041\\u0042\\u0043\\u0044\\u0045\\u0046\\u0047\\u0048",
            "&#65;&#x42;&#67;&quot;",
            "\\x41\\x42\\x43\\x44",
            "\\101\\102\\103",
            "\\u{41}\\u{42}\\u{43}",
            "%2541%2542%2543",
            "103, 104, 112, 95, 65, 66, 67, 68, ",
            "0x67, 0x68,\n  0x70, 0x5f, ",
            "67 68 70 5f 41 42 43 44 ",
            "'g', 'h', 'p', '_', 'A', 'B', 'C', 'D', ",
            "\"E\",\"F\",\"G\",\"H\",",
            "sq0csp-{{alnum 43}}",
            "\x1b[1;32m",
            "\x0f2",
            "=3D",
            "%22%7D",
            "=\n",
            "%3A%2F%2Fuser%3A",
            ":\\/\\/",
            "\\\"",
            "\\n",
            "\" +\n  \"",
            "\\\n",
            "&#61;",
            "{{base64 of some words before a token of its own: }}",
            "\n    {{b64 48}}",
            "H4sIAAAAAAAAA{{b64 24}}",
            "eJwr{{b64 24}}",
            "{{base64 of some words before the\n{{base64 of client_secret={{b64url 32}}}}}}",
            "trufflehog:ignore",
            "{{hex 40}}",
            "plain words of a text, nothing more. ",
            "https://user:{{alnum 20}}@host.io/",
            "é\u{0}",
            "secret",
            "mypurecloud.com",
            "AC{{hex 32}}",
            "token: {{hex 32}}\n",
            "'[::-1]",
            "strrev('",
            " + chr(103) + chr(104)",
            "hex(2):67,00,68,00,70,00,5f,00,",
            "', '{{alnum 12}}'].join('')",
            "id,password\n",
            "1,{{alnum 14}}\n",
            "passwords:\n  - {{alnum 14}}\n",
            "{{digits 9}}:AA{{b64url 32}}",
            "\"{{alnum 3}}8Q~{{b64url 34}}\"",
        ];
        (proptest::sample::select(templates), any::<u64>())
            .prop_map(|(template, seed)| fill(template, seed).expect("known fields"))
    }

    fn text_of(pieces: Vec<String>) -> Vec<u8> {
        pieces.concat().into_bytes()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

        #[test]
        fn a_carried_scan_equals_a_whole_scan(
            base in proptest::collection::vec(piece(), 0..40),
            chain in proptest::collection::vec(proptest::collection::vec((any::<usize>(), 0usize..900, proptest::collection::vec(piece(), 0..3)), 1..6), 1..6),
        ) {
            let rules = RuleSet::embedded();
            // What held nothing in one case has to hold nothing in all of them.
            static JUDGE: std::sync::LazyLock<std::sync::Mutex<Judge>> = std::sync::LazyLock::new(Default::default);
            let mut judge = JUDGE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let mut text = text_of(base);
            let mut state = scan_state(&rules, &mut judge, &text);
            for edits in chain {
                let edits: Vec<_> = edits.into_iter().map(|(from, len, new)| (from, len, text_of(new))).collect();
                let (next, stretches) = edit(&text, &edits);
                let carried = rescan(&rules, &mut judge, &state, &next, &stretches);
                let whole = scan_state(&rules, &mut judge, &next);
                prop_assert_eq!(&carried, &whole);
                prop_assert_eq!(&rescan(&rules, &mut judge, &state, &next, &stretches), &whole);
                prop_assert_eq!(conclude(&rules, &mut judge, &next, &carried), conclude(&rules, &mut judge, &next, &whole));
                (text, state) = (next, carried);
            }
        }
    }

    proptest! {
        #[test]
        fn what_does_not_count_leads_to_nothing(pieces in proptest::collection::vec(piece(), 0..40)) {
            let (rules, text) = (RuleSet::embedded(), text_of(pieces));
            let mut judge = Judge::default();
            let mut all = Vec::new();
            for (at, literal) in State::hits_of(&rules, &text) {
                judge_hit(&rules, &mut judge, &text, Hit { at: at as u32, literal }, (&mut all, &mut Vec::new()), |_| true);
            }
            // Several occurrences may lead to one match, each from where it stands; one of them counts.
            let counted = scan_state(&rules, &mut judge, &text).matches;
            for (_, one) in &all {
                prop_assert!(counted.iter().any(|(_, other)| (other.rule, other.span) == (one.rule, one.span)), "{one:?}");
            }
            prop_assert!(counted.iter().all(|one| all.contains(one)));
        }
    }

    #[test]
    fn a_literal_that_straddles_a_seam_is_found() {
        let rules = RuleSet::embedded();
        let mut judge = Judge::default();
        let token = fill("x = \"{{crc ghp_}}\"\n", 5).expect("known field").into_bytes();
        let (head, tail) = token.split_at(7);
        let base = [tail, b" and some words between ", head].concat();
        let state = scan_state(&rules, &mut judge, &base);
        assert!(conclude(&rules, &mut judge, &base, &state).matches.is_empty());
        let stretches = [
            Stretch { from: base.len() - head.len(), at: 0, len: head.len() },
            Stretch { from: 0, at: head.len(), len: tail.len() },
        ];
        let carried = rescan(&rules, &mut judge, &state, &token, &stretches);
        assert_eq!(conclude(&rules, &mut judge, &token, &carried).matches.len(), 1);
    }
}
