//! One pattern of a rule: what its text says of every match is known before the pattern is compiled, for most of what its
//! literals lead to is told by that.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use regex_automata::PatternID;
use regex_automata::meta::{self, Regex};
use regex_syntax::hir::{Hir, HirKind, Look};

use super::form::VariantForm;
use super::head::Heads;
use super::run::Run;
use crate::detect::prefilter::BEFORE;
use crate::detect::unnamed;

/// The farthest that a pattern may reach.
const FARTHEST: usize = 16 << 10;

/// Searches after which a pattern gets the matcher for many.
const OFTEN: u32 = 256;

/// One pattern of a rule with its window.
pub(crate) struct Variant {
    pub(crate) form: VariantForm,
    shape: OnceLock<Shape>,
    matcher: OnceLock<Matcher>,
    /// How often the matcher was asked for, and the one for those that are often.
    asked: AtomicU32,
    busy: OnceLock<Matcher>,
}

/// What is known of all matches.
pub(crate) struct Shape {
    /// Bytes a verdict may look at before the literal's first byte.
    pub(crate) behind: usize,
    /// Bytes a verdict may look at after the literal's first byte.
    pub(crate) ahead: usize,
    /// How matches begin.
    pub(crate) heads: Heads,
    /// What they have somewhere.
    pub(crate) run: Option<Run>,
    /// Whether one may have to begin with the text.
    at_start: bool,
}

/// A compiled pattern.
pub(crate) struct Matcher {
    pub(crate) regex: Regex,
    /// Index of the group that is the secret, 0 the whole match.
    pub(crate) secret: usize,
}

impl Variant {
    pub(super) fn new(form: VariantForm) -> Self {
        Variant {
            form,
            shape: OnceLock::new(),
            matcher: OnceLock::new(),
            asked: AtomicU32::new(0),
            busy: OnceLock::new(),
        }
    }

    pub(crate) fn shape(&self) -> &Shape {
        self.shape.get_or_init(|| self.outline().expect(VALIDATED))
    }

    /// Of a pattern; a rule that weighs values has none.
    pub(crate) fn matcher(&self) -> &Matcher {
        if self.asked.fetch_add(1, Ordering::Relaxed) < OFTEN {
            return self.matcher.get_or_init(|| self.compile(false).expect(VALIDATED));
        }
        self.busy.get_or_init(|| self.compile(true).expect(VALIDATED))
    }

    /// Compiles it now, and says why if that cannot be done.
    pub(super) fn prove(&self) -> Result<(), String> {
        if self.shape.get().is_none() {
            self.shape.set(self.outline()?).ok();
        }
        if self.form.weigh.is_none() && self.matcher.get().is_none() {
            self.matcher.set(self.compile(false)?).ok();
        }
        Ok(())
    }

    /// What the text around a literal looks like wherever it is part of a match that begins behind the start of the text,
    /// and how many bytes before the literal that begins; nothing where anything may stand there.
    pub(super) fn around(&self) -> Option<(usize, Heads)> {
        if self.form.weigh.is_some() {
            return None;
        }
        let Some(back) = self.form.back else { return around(self.form.head.as_ref()?, 0) };
        let shape = self.shape();
        near(&shape.heads, back, shape.at_start)
    }

    fn outline(&self) -> Result<Shape, String> {
        if self.form.weigh.is_some() {
            let (behind, ahead) = (unnamed::BEHIND, unnamed::AHEAD);
            return Ok(Shape { behind, ahead, heads: Heads::of(&Hir::empty()), run: None, at_start: false });
        }
        if let Some(head) = &self.form.head {
            parse(head).map_err(|error| format!("head: {error}"))?;
        }
        let hir = parse(&self.form.pattern)?;
        let reach = match (self.form.reach, hir.properties().maximum_len()) {
            (Some(stated), _) => stated,
            (None, Some(longest)) => longest,
            (None, None) => {
                return Err("the pattern has no longest match; bound its repetitions or state a reach".into());
            }
        };
        if reach > FARTHEST {
            return Err(format!("a reach of {reach} bytes is over the limit of {FARTHEST}"));
        }
        let longest_literal = self.form.literals.iter().map(String::len).max().unwrap_or(0);
        let (behind, ahead) = match self.form.back {
            // The literal itself is looked at in full.
            Some(back) => (back, reach.max(longest_literal)),
            None => (reach, reach + longest_literal),
        };
        let at_start = begins_at_start(&hir);
        Ok(Shape { behind, ahead, heads: Heads::of(&hir), run: Run::of(&hir), at_start })
    }

    fn compile(&self, often: bool) -> Result<Matcher, String> {
        // A match that begins where the literal says needs no search for places to begin. The automaton that tells sooner
        // where nothing matches is made as it goes, which pays where it goes on for long.
        let searches = self.form.back.is_none();
        let config = Regex::config().auto_prefilter(searches).onepass(false).hybrid(searches || often);
        let regex = Regex::builder()
            .configure(configured(config))
            .build_from_hir(&parse(&self.form.pattern)?)
            .map_err(|error| format!("pattern does not compile: {error}"))?;
        let secret = regex.group_info().to_index(PatternID::ZERO, "secret");
        if regex.captures_len() > 1 && secret.is_none() {
            return Err(
                "the pattern has groups and none is named 'secret'; write (?<secret>…), and (?:…) for the others"
                    .into(),
            );
        }
        Ok(Matcher { regex, secret: secret.unwrap_or(0) })
    }
}

/// What [`Variant::around`] says, of any pattern whose matches have their literal `back` bytes behind their start.
pub(super) fn around(pattern: &str, back: usize) -> Option<(usize, Heads)> {
    let hir = parse(pattern).ok()?;
    near(&Heads::of(&hir), back, begins_at_start(&hir))
}

fn near(heads: &Heads, back: usize, at_start: bool) -> Option<(usize, Heads)> {
    // A match that begins with the text may have its literal nearer to the start.
    let moves = back > BEFORE && at_start;
    (!moves).then(|| (back.min(BEFORE), heads.around(back)))
}

/// Whether a match may begin with the text in another way than `(?:\A|[^a-z])`, behind which all stands as it does elsewhere.
fn begins_at_start(hir: &Hir) -> bool {
    let starts = |hir: &Hir| hir.properties().look_set().contains(Look::Start);
    let HirKind::Concat(parts) = hir.kind() else { return starts(hir) };
    let border = |way: &Hir| matches!(way.kind(), HirKind::Look(Look::Start) | HirKind::Class(_));
    let skips = matches!(parts[0].kind(), HirKind::Alternation(ways) if ways.iter().all(border));
    parts[usize::from(skips)..].iter().any(starts)
}

const VALIDATED: &str = "rules are validated: embedded ones by the tests, others when loaded";

pub(super) fn configured(config: meta::Config) -> meta::Config {
    config.utf8_empty(false).nfa_size_limit(Some(8 << 20)).hybrid_cache_capacity(1 << 20)
}

fn parse(pattern: &str) -> Result<Hir, String> {
    let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
    parser.parse(pattern).map_err(|error| format!("pattern does not parse: {error}"))
}
