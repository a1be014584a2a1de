//! Rules ready to scan: literals in one filter, patterns compiled when a literal of theirs first occurs.

use std::borrow::Cow;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use sha2::{Digest, Sha256};

use super::form::{EvidenceForm, LONGEST_PREFIX, Prose, SEPARATORS, Spec};
use super::head::Heads;
use super::load::{self, RuleError};
use super::variant::{self, Variant, configured};
use crate::detect::allow::Allow;
use crate::detect::checksum::Check;
use crate::detect::entropy::Alphabet;
use crate::detect::judge::{CODE, WRITTEN};
use crate::detect::prefilter::{BEFORE, Prefilter};

/// The embedded rules as the build script laid them out: a run reads those that it meets.
mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// Fewest bytes behind a prefix that may be a credential.
const SHORTEST_REST: usize = 12;

/// One kind of secret.
pub struct Rule {
    id: Cow<'static, str>,
    /// Its spec and its prose as JSON, if it is embedded.
    json: [&'static str; 2],
    ready: OnceLock<Box<Ready>>,
}

/// A rule ready to scan. An embedded one gets so when it is first looked at.
pub struct Ready {
    /// What a scan needs.
    pub spec: Spec,
    /// The ways to find it.
    pub(crate) variants: Vec<Variant>,
    /// Offline checks.
    pub(crate) checks: Vec<Check>,
    /// Reasons for which a match is no finding.
    pub(crate) allow: Vec<Allow>,
    /// Alphabet of the entropy floor.
    pub(crate) alphabet: Option<Alphabet>,
    deny_key: Option<Lazy>,
    path: Option<Lazy>,
    prose: ProseRef,
}

enum ProseRef {
    /// JSON that is read when first asked for.
    Embedded(&'static str, OnceLock<Box<Prose>>),
    Own(Box<Prose>),
}

impl Deref for Rule {
    type Target = Ready;

    fn deref(&self) -> &Ready {
        self.ready.get_or_init(|| {
            let [spec, prose] = self.json;
            let spec = serde_json::from_str(spec).expect("the build script wrote it from the same types");
            Box::new(Ready::new(spec, ProseRef::Embedded(prose, OnceLock::new())))
        })
    }
}

impl Rule {
    fn embedded((id, spec, prose): &(&'static str, &'static str, &'static str)) -> Self {
        Rule { id: (*id).into(), json: [spec, prose], ready: OnceLock::new() }
    }

    pub(super) fn own(spec: Spec, prose: Prose) -> Self {
        let id = spec.id.clone().into();
        Rule { id, json: [""; 2], ready: Box::new(Ready::new(spec, ProseRef::Own(Box::new(prose)))).into() }
    }

    /// The id, known without a look at the rest.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Ready {
    fn new(spec: Spec, prose: ProseRef) -> Self {
        Ready {
            variants: spec.variants.iter().cloned().map(Variant::new).collect(),
            checks: spec.check.iter().filter_map(|name| Check::named(name)).collect(),
            allow: spec.allow.iter().filter_map(|name| Allow::named(name)).collect(),
            alphabet: spec.entropy.as_deref().and_then(Alphabet::named),
            deny_key: spec.deny_key.clone().map(Lazy::new),
            path: spec.path.clone().map(Lazy::new),
            prose,
            spec,
        }
    }

    /// What people read about the rule.
    pub fn prose(&self) -> &Prose {
        match &self.prose {
            ProseRef::Embedded(json, prose) => {
                prose.get_or_init(|| serde_json::from_str(json).expect("the build script wrote it from the same types"))
            }
            ProseRef::Own(prose) => prose,
        }
    }

    /// Bytes more than the window that a verdict of the variant may look at, for escapes and joints in what it reads.
    ///
    /// To read source as the program does that it is written for costs more than all the rest of a verdict. So it is done
    /// for rules that ask for it, and where a check proves what comes of it.
    pub(crate) fn written(&self, variant: usize) -> usize {
        let breaks = self.checks.iter().any(|check| check.breaks());
        if self.variants[variant].form.joined || breaks { WRITTEN } else { 0 }
    }

    /// What the text around a literal of the variant looks like wherever it is part of a match that begins behind the
    /// start of the text, and how many bytes before the literal that begins; nothing where anything may stand there.
    fn around(&self, variant: usize) -> Option<(usize, Heads)> {
        if self.written(variant) > 0 { None } else { self.variants[variant].around() }
    }

    /// The pattern of keys that never hold this secret.
    pub(crate) fn denies_key(&self, key: &[u8]) -> bool {
        self.deny_key.as_ref().is_some_and(|pattern| pattern.get().is_match(key))
    }

    /// Whether a file of this path holds nothing but the secret.
    pub(crate) fn is_path_of(&self, path: &str) -> bool {
        self.path.as_ref().is_some_and(|pattern| pattern.get().is_match(path))
    }

    /// What keeps the rule from working.
    pub(super) fn validate(&self) -> Result<(), String> {
        let spec = &self.spec;
        let known = |what: &str, names: &[String], found: usize, all: &str| {
            if names.len() == found {
                Ok(())
            } else {
                Err(format!("{what} names something unknown in {names:?}; known are {all}"))
            }
        };
        known("check", &spec.check, self.checks.len(), &Check::names())?;
        known("allow", &spec.allow, self.allow.len(), &Allow::names())?;
        if let (Some(name), None) = (&spec.entropy, self.alphabet) {
            return Err(format!("entropy names the unknown alphabet '{name}'; known are {}", Alphabet::names()));
        }
        if spec.variants.is_empty() {
            return Err("it has no pattern".into());
        }
        for variant in &self.variants {
            if variant.form.literals.is_empty() && spec.path.is_none() {
                return Err("a pattern without literals would run everywhere; name at least one literal".into());
            }
            if variant.form.literals.iter().any(|literal| literal.len() < 2) {
                return Err("a literal of fewer than two characters hits everywhere".into());
            }
            variant.prove()?;
        }
        for pattern in [&self.deny_key, &self.path].into_iter().flatten() {
            pattern.prove()?;
        }
        Ok(())
    }
}

/// A pattern compiled when first asked for.
pub(crate) struct Lazy {
    source: String,
    regex: OnceLock<Regex>,
}

impl Lazy {
    fn new(source: String) -> Self {
        Lazy { source, regex: OnceLock::new() }
    }

    /// Compiles it now, and says why if that cannot be done.
    fn prove(&self) -> Result<(), String> {
        if self.regex.get().is_none() {
            self.regex.set(compile(&self.source)?).ok();
        }
        Ok(())
    }

    pub(crate) fn get(&self) -> &Regex {
        self.regex.get_or_init(|| {
            compile(&self.source).expect("rules are validated: embedded ones by the tests, others when loaded")
        })
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .configure(configured(Regex::config()))
        .build(pattern)
        .map_err(|error| {
            let cause = error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string);
            format!("pattern does not compile: {cause}")
        })
}

/// Something that is no finding by itself and lends weight to one.
pub struct Evidence {
    /// Its definition.
    pub form: EvidenceForm,
    pattern: Option<Lazy>,
    path: Option<Lazy>,
}

impl Evidence {
    pub(super) fn new(form: EvidenceForm) -> Self {
        Evidence { pattern: form.pattern.clone().map(Lazy::new), path: form.path.clone().map(Lazy::new), form }
    }

    pub(super) fn validate(&self) -> Result<(), String> {
        if self.form.literals.iter().any(|literal| literal.len() < 2) || self.form.literals.is_empty() {
            return Err("evidence needs literals of at least two characters".into());
        }
        for pattern in [&self.pattern, &self.path].into_iter().flatten() {
            pattern.prove()?;
        }
        Ok(())
    }

    pub(crate) fn pattern(&self) -> Option<&Regex> {
        self.pattern.as_ref().map(Lazy::get)
    }

    /// What the text around a literal looks like wherever the pattern matches there; nothing without a pattern.
    fn around(&self) -> Option<(usize, Heads)> {
        variant::around(self.form.pattern.as_ref()?, self.form.back)
    }

    /// Whether a path is such evidence for what stands under it.
    pub(crate) fn is_path(&self, path: &str) -> bool {
        self.path.as_ref().is_some_and(|pattern| pattern.get().is_match(path))
    }

    /// Whether any path at all could be such evidence.
    pub(crate) fn has_path(&self) -> bool {
        self.path.is_some()
    }

    /// What a literal of this evidence stands for.
    pub(crate) fn value(&self, literal: &[u8]) -> Option<&str> {
        self.form
            .values
            .iter()
            .find(|(word, _)| word.as_bytes().eq_ignore_ascii_case(literal))
            .map(|(_, value)| value.as_str())
    }
}

/// What a literal leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A variant of a rule: indexes of both.
    Variant(u32, u32),
    /// A piece of evidence, by index.
    Evidence(u32),
    /// A suppression marker, by index.
    Marker(u32),
    /// A word that tells how the text beside it is written, by index.
    Cue(u32),
}

/// All rules of a scan, compiled.
pub struct RuleSet {
    rules: Vec<Rule>,
    evidence: Vec<Evidence>,
    prefilter: Prefilter,
    targets: Vec<Vec<Target>>,
    /// The widest window of a literal's variants, known when it first occurs.
    widest: Vec<OnceLock<Option<(usize, usize)>>>,
    /// What the text around a literal looks like wherever it leads to anything; empty where that cannot be said. Known
    /// when it first occurs.
    around: Vec<OnceLock<Vec<(usize, Heads)>>>,
    /// The rules for files that hold nothing but a secret.
    whole_files: Vec<usize>,
    /// How credentials of providers begin that have such a prefix, in lower case, sorted.
    prefixes: OnceLock<Vec<Cow<'static, str>>>,
    digest: String,
    customised: bool,
}

impl RuleSet {
    /// The embedded rules.
    pub fn embedded() -> Self {
        RuleSet::with_files::<&Path>(&[], &[]).expect("the embedded rules need no file")
    }

    /// The embedded rules, then those of the files: a rule with the id of an earlier one replaces it. Rules whose
    /// ids are in `disabled` are left out.
    ///
    /// # Errors
    /// A file that cannot be read or used, or a disabled id that no rule has.
    pub fn with_files<P: AsRef<Path>>(files: &[P], disabled: &[String]) -> Result<Self, RuleError> {
        let read = |file: &P| {
            let path = file.as_ref().to_path_buf();
            match std::fs::read_to_string(&path) {
                Ok(text) => Ok((path, text)),
                Err(source) => Err(RuleError::Read { path, source }),
            }
        };
        RuleSet::with_texts(&files.iter().map(read).collect::<Result<Vec<_>, _>>()?, disabled)
    }

    /// The same, of files that were read already: their names and what they say.
    ///
    /// # Errors
    /// A file that cannot be used, or a disabled id that no rule has.
    pub fn with_texts(files: &[(PathBuf, String)], disabled: &[String]) -> Result<Self, RuleError> {
        let mut rules: Vec<Rule> = embedded::RULES.iter().map(Rule::embedded).collect();
        let forms: Vec<EvidenceForm> =
            serde_json::from_str(embedded::EVIDENCE).expect("the build script wrote it from the same types");
        let mut evidence: Vec<Evidence> = forms.into_iter().map(Evidence::new).collect();
        let mut origin: Vec<(&Path, usize, String)> = Vec::new();
        for (path, text) in files {
            let (more, marks) = load::load(path, text)?;
            for (line, rule) in more {
                origin.push((path, line, rule.spec.id.clone()));
                match rules.iter_mut().find(|known| known.id == rule.id) {
                    Some(known) => *known = rule,
                    None => rules.push(rule),
                }
            }
            for mark in marks {
                match evidence.iter_mut().find(|known| known.form.id == mark.form.id) {
                    Some(known) => *known = mark,
                    None => evidence.push(mark),
                }
            }
        }
        for (path, line, id) in &origin {
            let rule = rules.iter().find(|rule| rule.id == *id).expect("just added");
            let fault = |message| RuleError::Rule { path: path.into(), line: *line, rule: id.clone(), message };
            let twin = rules.iter().find(|other| other.spec.code == rule.spec.code && other.spec.id != *id);
            if let Some(twin) = twin {
                return Err(fault(format!("code '{}' is taken by rule '{}'", rule.spec.code, twin.spec.id)));
            }
            let asked = rule.spec.parts.iter().map(|part| &part.evidence);
            let asked =
                asked.chain(rule.spec.variants.iter().flat_map(|v| v.requires.iter().map(|need| &need.evidence)));
            for name in asked {
                if !evidence.iter().any(|known| known.form.id == *name) {
                    return Err(fault(format!("no [[evidence]] has the id '{name}'")));
                }
            }
        }
        if let Some(id) = disabled.iter().find(|id| !rules.iter().any(|rule| rule.id == **id)) {
            return Err(RuleError::Unknown { id: id.clone() });
        }
        rules.retain(|rule| !disabled.iter().any(|id| rule.id == *id));
        Ok(RuleSet::build(rules, evidence, !files.is_empty() || !disabled.is_empty()))
    }

    fn build(rules: Vec<Rule>, evidence: Vec<Evidence>, customised: bool) -> Self {
        let mut words: Vec<(Cow<'_, str>, Target)> = Vec::new();
        let mut whole_files = embedded::WHOLE_FILES.to_vec();
        if customised {
            whole_files = (0..rules.len()).filter(|index| rules[*index].spec.path.is_some()).collect();
            for (r, rule) in rules.iter().enumerate() {
                for (v, variant) in rule.variants.iter().enumerate() {
                    for literal in &variant.form.literals {
                        words.push((literal.to_ascii_lowercase().into(), Target::Variant(r as u32, v as u32)));
                    }
                }
            }
        } else {
            words.extend(embedded::WORDS.iter().map(|(word, r, v)| ((*word).into(), Target::Variant(*r, *v))));
        }
        for (e, mark) in evidence.iter().enumerate() {
            for literal in mark.form.literals.iter().chain(mark.form.values.iter().map(|(word, _)| word)) {
                words.push((literal.to_ascii_lowercase().into(), Target::Evidence(e as u32)));
            }
        }
        for (m, marker) in crate::detect::MARKERS.iter().enumerate() {
            words.push((marker.literal.into(), Target::Marker(m as u32)));
        }
        for (c, word) in crate::detect::cues().enumerate() {
            words.push((word.into(), Target::Cue(c as u32)));
        }
        words.sort_by(|a, b| a.0.cmp(&b.0));
        let (mut literals, mut targets): (Vec<String>, Vec<Vec<Target>>) = (Vec::new(), Vec::new());
        for (word, target) in words {
            if literals.last().is_some_and(|last| *last == word) {
                let same = targets.last_mut().expect("as long as literals");
                if !same.contains(&target) {
                    same.push(target);
                }
            } else {
                literals.push(word.into_owned());
                targets.push(vec![target]);
            }
        }
        let prefilter = Prefilter::new(&literals);
        let digest = if customised {
            let mut hash = Sha256::new();
            for rule in &rules {
                hash.update(serde_json::to_vec(&rule.spec).expect("a spec is plain data"));
            }
            for mark in &evidence {
                hash.update(serde_json::to_vec(&mark.form).expect("a form is plain data"));
            }
            data_encoding::HEXLOWER.encode(&hash.finalize()[..16])
        } else {
            embedded::DIGEST.to_owned()
        };
        let widest = targets.iter().map(|_| OnceLock::new()).collect();
        let around = targets.iter().map(|_| OnceLock::new()).collect();
        let prefixes = OnceLock::new();
        RuleSet { rules, evidence, whole_files, prefilter, targets, widest, around, prefixes, digest, customised }
    }

    /// Whether a value begins as the credentials of some provider do, and stops soon after.
    pub(crate) fn is_cut_short(&self, value: &[u8]) -> bool {
        let longest = value.iter().take(LONGEST_PREFIX).rposition(|byte| SEPARATORS.contains(byte));
        let Some(longest) = longest else { return false };
        let prefixes = self.prefixes.get_or_init(|| {
            if !self.customised {
                return embedded::PREFIXES.iter().map(|one| (*one).into()).collect();
            }
            let mut all: Vec<_> = self.rules.iter().flat_map(|rule| rule.spec.prefixes()).map(Cow::Owned).collect();
            all.sort();
            all.dedup();
            all
        });
        let head = value[..=longest].to_ascii_lowercase();
        let mut ends = head.iter().enumerate().filter(|(_, byte)| SEPARATORS.contains(byte)).map(|(at, _)| at + 1);
        ends.any(|end| {
            value.len() < end + SHORTEST_REST
                && prefixes.binary_search_by(|known| known.as_bytes().cmp(&head[..end])).is_ok()
        })
    }

    /// The rules, in a fixed order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of that id or code.
    pub fn find(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.spec.id == id || rule.spec.code == id)
    }

    /// The pieces of evidence that rules refer to.
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    pub(crate) fn evidence_index(&self, id: &str) -> Option<usize> {
        self.evidence.iter().position(|mark| mark.form.id == id)
    }

    /// The rules, by index, for files that hold nothing but a secret: their names tell them.
    pub(crate) fn whole_files(&self) -> &[usize] {
        &self.whole_files
    }

    /// The filter over all literals.
    pub(crate) fn prefilter(&self) -> &Prefilter {
        &self.prefilter
    }

    /// Whether a literal that begins at `at` can lead to anything: `pat` in `pattern` is no token. The bytes of an occurrence
    /// tell, as the filter counts them.
    pub(crate) fn counts(&self, text: &[u8], at: usize, literal: u32) -> bool {
        let around = self.around[literal as usize].get_or_init(|| {
            let around = self.targets[literal as usize].iter().map(|target| match target {
                Target::Variant(rule, variant) => self.rules[*rule as usize].around(*variant as usize),
                Target::Evidence(mark) => self.evidence[*mark as usize].around(),
                Target::Marker(_) | Target::Cue(_) => None,
            });
            around.collect::<Option<Vec<_>>>().unwrap_or_default()
        });
        // What begins with the text is not known.
        at <= BEFORE || around.is_empty() || around.iter().any(|(before, heads)| heads.may_begin(text, at - before))
    }

    /// How far before and after its beginning verdicts on a literal look; nothing where no rule judges it.
    pub(crate) fn widest(&self, literal: u32) -> Option<(usize, usize)> {
        *self.widest[literal as usize].get_or_init(|| {
            let reaches = self.targets[literal as usize].iter().filter_map(|target| match target {
                Target::Variant(rule, variant) => {
                    let rule = &self.rules[*rule as usize];
                    let shape = rule.variants[*variant as usize].shape();
                    Some((shape.behind + CODE, shape.ahead + rule.written(*variant as usize)))
                }
                _ => None,
            });
            reaches.reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)))
        })
    }

    /// What a literal of the filter leads to.
    pub(crate) fn targets(&self, literal: usize) -> &[Target] {
        &self.targets[literal]
    }

    /// Identifies the rules of a scan: SHA-256 of what they look for, cut to 128 bits.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether anything but the embedded rules is in force.
    pub fn is_customised(&self) -> bool {
        self.customised
    }
}
