//! The form of a rule file: what TOML may say. Shared by the build script and the program.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// A rule file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileForm<R, E> {
    /// `[[rule]]` tables.
    #[serde(default = "Vec::new")]
    pub(crate) rule: Vec<R>,
    /// `[[evidence]]` tables.
    #[serde(default = "Vec::new")]
    pub(crate) evidence: Vec<E>,
}

/// How much a live credential of this kind opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Not a secret by itself; worth knowing beside one.
    Note,
    /// Opens little, or is most often harmless.
    Low,
    /// A secret whose owner or reach is not known.
    Medium,
    /// Opens an account or a service.
    High,
    /// Opens an organisation's data or infrastructure.
    Critical,
}

impl Severity {
    /// The name that reports give it, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
            Severity::Note => "note",
        }
    }
}

/// How sure a match of the rule is to be a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Wrong more often than one time in four.
    Low,
    /// Wrong up to one time in four.
    Medium,
    /// Wrong up to one time in ten.
    High,
    /// Hardly ever wrong: the format checks itself.
    VeryHigh,
}

impl Precision {
    /// The next lower one.
    pub(crate) fn lower(self) -> Self {
        match self {
            Precision::VeryHigh => Precision::High,
            Precision::High => Precision::Medium,
            Precision::Medium | Precision::Low => Precision::Low,
        }
    }
}

/// One way a rule finds its secret: literals that must occur, and a pattern judged where they do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariantForm {
    /// At least one of these occurs in every match; ASCII case does not matter. `[0-9a-f]` stands for each of these digits.
    #[serde(default, deserialize_with = "literals")]
    pub literals: Vec<String>,
    /// Regular expression (bytes, ASCII classes). The group `secret` is the secret, else the whole match.
    #[serde(default)]
    pub pattern: String,
    /// In place of literals and pattern: names, as a provider's, that a bare `value` stands near.
    #[serde(default, skip_serializing)]
    pub near: Vec<String>,
    /// Pattern of the value that stands near a name.
    #[serde(default, skip_serializing)]
    pub value: Option<String>,
    /// Pattern, whatever the case, of a word between the name and the value. Default: words of credentials; an empty one
    /// asks for none.
    #[serde(default, skip_serializing)]
    pub word: Option<String>,
    /// Bytes before the literal at which the match begins. Without it the match may begin anywhere within `reach`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<usize>,
    /// Where matches begin anywhere: pattern of what begins with the literal in all of them. A look at a few bytes of it
    /// tells most places where the literal is part of something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// Bytes each side of the literal that a verdict may look at. Default: the pattern's longest match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<usize>,
    /// At least one of these must hold, where any is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<RequireForm>,
    /// Judge string literals joined where the source concatenates them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub joined: bool,
    /// Report the encoded bytes as the secret where the match was decoded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub encoded: bool,
    /// In place of a pattern: what the literals are part of, by which values are told and weighed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weigh: Option<Weigh>,
}

/// Reads literals, and writes out those that say `[0-9a-f]`: a prefix of three letters occurs in every text, and with the
/// digits that follow it hardly ever.
fn literals<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let mut out: Vec<String> = Vec::deserialize(from)?;
    while let Some(at) = out.iter().position(|one| one.contains(DIGITS)) {
        let (before, after) = out[at].split_once(DIGITS).expect("just found");
        let each: Vec<String> = "0123456789abcdef".chars().map(|digit| format!("{before}{digit}{after}")).collect();
        out.splice(at..=at, each);
        if out.len() > MOST_LITERALS {
            return Err(D::Error::custom(format!(
                "literals with {DIGITS} stand for more than {MOST_LITERALS} literals"
            )));
        }
    }
    Ok(out)
}

/// Literals of a rule, at most, where some are written out.
const MOST_LITERALS: usize = 4096;

/// What stands for a digit of a hexadecimal number.
const DIGITS: &str = "[0-9a-f]";

/// Words of credentials.
const WORDS: [&str; 12] =
    ["key", "token", "secret", "pass", "pwd", "auth", "api", "cred", "bearer", "access", "private", PAT];

/// A personal access token, which is no part of a longer word as in `path`.
const PAT: &str = r"(?:\b|_)pat(?:\b|_)";

impl VariantForm {
    /// Writes the pattern of a value near a name.
    ///
    /// A word of credentials follows the name, at its end, on its line or on one of the next two, and the value stands
    /// behind an operator, a quote, a bracket or a space. Or the name itself is given the value, as by `name = "…"`,
    /// `name.init("…")` or `name '…'`. A short name is no end of a longer word: `box` is not found in `sandbox`.
    ///
    /// The reach bounds how far all that may be apart: counted repetitions in hundreds of patterns take long to compile.
    fn spelt_out(mut self) -> Self {
        let Some(value) = self.value.take() else { return self };
        let words = self.word.take().unwrap_or_else(|| WORDS.join("|"));
        let worded = |name: &&String| words.replace(PAT, "pat").split('|').any(|word| name.ends_with(word));
        let (own, plain): (Vec<&String>, Vec<&String>) = self.near.iter().partition(worded);
        let short = self.near.iter().any(|name| name.bytes().take_while(u8::is_ascii_alphabetic).count() < SHORT);
        let before = r#"(?:[^\n]*?[=:"'`\s,({>|/]|-)"#;
        let mut ways = Vec::new();
        if !own.is_empty() {
            // More words may stand between such a name and the value: `someapi_TOKEN-…`.
            let more = if words.is_empty() { String::new() } else { format!(r"(?:[^\n]*?(?i:{words}))?") };
            ways.push(format!("{}{more}{before}", any_of(&own, short)));
        }
        if !plain.is_empty() {
            let given = r#"["'\])]{0,2}\s{0,3}(?:[=:]{1,3}>?|["'])|(?:\.[A-Za-z_]+)*\(["']"#;
            let names = any_of(&plain, short);
            ways.push(format!(r"{names}(?:[^\n]*?(?:\n[^\n]*?){{0,2}}(?i:{words}){before}|{given})"));
        }
        // A path may go on behind a value that holds no slash.
        let slash = if value.contains('/') { "/" } else { "" };
        self.pattern = format!(
            r#"(?:{})[\s"'`\\]{{0,12}}(?<secret>{value})(?:[^A-Za-z0-9_\-{slash}+=.]|\.[^A-Za-z0-9]|\z)"#,
            ways.join("|")
        );
        self.literals = std::mem::take(&mut self.near);
        self.back = Some(usize::from(short));
        self.reach = Some(self.reach.unwrap_or(REACH));
        self
    }
}

/// What leads to a value that a model weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weigh {
    /// The literal is a word of the name that the value is given.
    Name,
    /// The literal is the scheme of a URL, and the value its password.
    Userinfo,
}

/// Reasons for which names in code, checksums and ids of commits are no secrets. They hold for every value without a
/// shape of its own.
const SHAPELESS: [&str; 2] = ["name", "sum"];

/// Names that are given ids and digests, in code, hashes of secrets, in addresses of badges and commits, in names of .NET
/// assemblies, in attributes of pages (`data-app-key`), to projects in addresses and files in Xcode's projects. A
/// value near a provider's name is no credential where one of them stands before it, unless the rule says otherwise.
const OTHERS: &str = "(?i)^(?:id|u?uid|guid|jti|kid|sub|iat|parent_?id|status(?:es)?|name|version|commit|rev|revision|etag|hash|checksum|\
    digest|fingerprint|integrity|md5|sha-?[0-9]{0,3}|refs?|commits|tree|blob|badges?|grade|coverage|entities|h1|\
    public_?key_?token|data-[a-z-]*key|sentry_key|projects?|(?:file|product)ref|.*(?:secret|password|token|key)_?hash|(?:.*[_.-])?public[_-]?(?:[a-z]{1,12}[_-]?)?key|(?:.*[_.-])?(?:(?:apt|gpg|pgp)_?key(?:_?id)?|fingerprint|commit|revision|checksum|digest))$";

/// Letters under which a name is short.
const SHORT: usize = 6;

/// Bytes from a name to the end of its value, where the rule states no other.
const REACH: usize = 208;

/// The pattern of any of the names, and where they are short of none that begins inside a word, unless with the capital
/// of a camel's hump.
fn any_of(names: &[&String], short: bool) -> String {
    let any: Vec<String> = names.iter().map(|name| literally(name)).collect();
    let all = any.join("|");
    if !short {
        return format!("(?i:{all})");
    }
    let humps: Vec<String> = any
        .iter()
        .filter(|name| name.starts_with(|first: char| first.is_ascii_alphabetic()))
        .map(|name| format!("{}(?i:{})", name[..1].to_ascii_uppercase(), &name[1..]))
        .collect();
    let hump = if humps.is_empty() { String::new() } else { format!("|[a-z](?:{})", humps.join("|")) };
    format!(r"(?:(?:\A|[^A-Za-z])(?i:{all}){hump})")
}

/// The pattern that matches the text and nothing else.
fn literally(text: &str) -> String {
    let escaped = |letter: char| {
        let plain = letter.is_ascii_alphanumeric() || letter == '_';
        [(!plain).then_some('\\'), Some(letter)].into_iter().flatten()
    };
    text.chars().flat_map(escaped).collect()
}

/// Evidence that has to stand beside a match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequireForm {
    /// Id of the `[[evidence]]`.
    pub evidence: String,
    /// At most this many lines away. Without it anywhere in the blob, or in its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<u32>,
}

/// Another part of the same credential, named in the finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartForm {
    /// What the part is, as `client_id`.
    pub name: String,
    /// Id of the `[[evidence]]` that finds it.
    pub evidence: String,
    /// At most this many lines away; without it anywhere in the blob.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<u32>,
    /// Id of the rule that the part is an occurrence of, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// What a scan needs of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Name, as `genesys-client-secret`.
    pub id: String,
    /// Short stable code for SARIF, as `SNT0001`.
    pub code: String,
    /// What a live one opens.
    pub severity: Severity,
    /// How sure a match is.
    pub precision: Precision,
    /// The ways to find it, each on its own.
    pub variants: Vec<VariantForm>,
    /// Alphabet whose random strings set the entropy floor: hex, base32, base36, base62, base64url or base64.
    pub entropy: Option<String>,
    /// Offline checks, all of which must pass.
    pub check: Vec<String>,
    /// Reasons for which a match is no finding; a kind named here is looked for. `name` and `sum` always are
    /// for a value near a name.
    pub allow: Vec<String>,
    /// Pattern of key names that never hold this secret.
    pub deny_key: Option<String>,
    /// Other parts of the credential.
    pub parts: Vec<PartForm>,
    /// The rule finds what no other rule names: any other rule's match on the same bytes wins.
    pub generic: bool,
    /// Pattern of file names whose whole content is the secret.
    pub path: Option<String>,
}

/// What parts the prefix of a credential from the rest.
pub(crate) const SEPARATORS: &[u8] = b"_-";
/// The longest prefix.
pub(crate) const LONGEST_PREFIX: usize = 24;
/// Prefixes of credentials that other values begin with, too.
#[rustfmt::skip]
const ORDINARY: &[&str] = &[
    "access", "api", "cal", "cog", "ico", "ion", "key", "live", "pat", "pub", "sdk", "secret", "signkey", "standard",
    "test", "token", "pubkey",
];

impl Spec {
    /// With what its secrets begin, in lower case, where that is distinctive: parted from the rest, and no ordinary word.
    pub(crate) fn prefixes(&self) -> Vec<String> {
        let distinctive = |literal: &&String| {
            literal.len() >= 4
                && literal.len() <= LONGEST_PREFIX
                && literal.bytes().last().is_some_and(|last| SEPARATORS.contains(&last))
                && literal.bytes().all(|byte| byte.is_ascii_alphanumeric() || SEPARATORS.contains(&byte))
                && !ORDINARY.iter().any(|word| literal[..literal.len() - 1].eq_ignore_ascii_case(word))
        };
        // The literal stands where the secret begins: nothing but a boundary of as many bytes is before it.
        let begins = |form: &&VariantForm| {
            form.pattern.split_once("(?<secret>").is_some_and(|(before, _)| match form.back {
                Some(0) => before.is_empty() || before == r"\b",
                Some(1) => before.starts_with(r"(?:\A|[^") && before.ends_with("])") && before.len() < 40,
                _ => false,
            })
        };
        let variants = self.variants.iter().filter(|_| !self.generic).filter(begins);
        let literals = variants.flat_map(|form| &form.literals).filter(distinctive);
        literals.map(|one| one.to_ascii_lowercase()).collect()
    }
}

/// What people read about a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prose {
    /// Title in the singular, without a full stop.
    pub title: String,
    /// What the credential is and why a leak hurts.
    pub description: String,
    /// What to do now.
    pub remediation: String,
    /// Where the format is documented.
    pub references: Vec<String>,
    /// Examples that the rule finds.
    pub matches: Vec<String>,
    /// Examples that the rule leaves alone, each with its reason.
    pub misses: Vec<MissForm>,
}

/// A counter-example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissForm {
    /// The text.
    pub text: String,
    /// Why it is no finding.
    pub why: String,
}

/// A `[[rule]]` table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleForm {
    id: String,
    code: String,
    title: String,
    description: String,
    remediation: String,
    severity: Severity,
    precision: Precision,
    #[serde(default, deserialize_with = "literals")]
    literals: Vec<String>,
    pattern: Option<String>,
    #[serde(default)]
    near: Vec<String>,
    value: Option<String>,
    word: Option<String>,
    back: Option<usize>,
    head: Option<String>,
    reach: Option<usize>,
    #[serde(default)]
    requires: Vec<RequireForm>,
    #[serde(default)]
    joined: bool,
    #[serde(default)]
    encoded: bool,
    weigh: Option<Weigh>,
    #[serde(default)]
    also: Vec<VariantForm>,
    entropy: Option<String>,
    #[serde(default)]
    check: Vec<String>,
    #[serde(default)]
    allow: Vec<String>,
    deny_key: Option<String>,
    #[serde(default)]
    parts: Vec<PartForm>,
    #[serde(default)]
    generic: bool,
    path: Option<String>,
    #[serde(default)]
    references: Vec<String>,
    #[serde(default, rename = "match")]
    matches: Vec<String>,
    #[serde(default, rename = "miss")]
    misses: Vec<MissForm>,
}

impl RuleForm {
    /// Parts what a scan needs from what people read.
    pub(crate) fn split(self) -> (Spec, Prose) {
        let given = self.pattern.is_some() || self.value.is_some() || self.weigh.is_some();
        let first = given.then(|| VariantForm {
            literals: self.literals,
            pattern: self.pattern.unwrap_or_default(),
            near: self.near,
            value: self.value,
            word: self.word,
            back: self.back,
            head: self.head,
            reach: self.reach,
            requires: self.requires,
            joined: self.joined,
            encoded: self.encoded,
            weigh: self.weigh,
        });
        let near = first.iter().chain(&self.also).any(|variant| variant.value.is_some());
        let (mut allow, mut deny_key) = (self.allow, self.deny_key);
        if near {
            for own in SHAPELESS {
                if !allow.iter().any(|reason| reason == own) {
                    allow.push(own.into());
                }
            }
            deny_key.get_or_insert_with(|| OTHERS.into());
        }
        let spec = Spec {
            id: self.id,
            code: self.code,
            severity: self.severity,
            precision: self.precision,
            variants: first.into_iter().chain(self.also).map(VariantForm::spelt_out).collect(),
            entropy: self.entropy,
            check: self.check,
            allow,
            deny_key,
            parts: self.parts,
            generic: self.generic,
            path: self.path,
        };
        let prose = Prose {
            title: self.title,
            description: self.description,
            remediation: self.remediation,
            references: self.references,
            matches: self.matches,
            misses: self.misses,
        };
        (spec, prose)
    }
}

/// An `[[evidence]]` table: something that is no finding by itself and lends weight to one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceForm {
    /// Name that rules refer to.
    pub id: String,
    /// At least one of these occurs in it, as those of rules do.
    #[serde(deserialize_with = "literals")]
    pub literals: Vec<String>,
    /// Regular expression judged at a literal; without it the literal, not inside a longer word, is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Bytes before the literal at which the pattern begins.
    #[serde(default)]
    pub back: usize,
    /// Pattern of paths that are such evidence for all of their content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What a literal stands for, as a host for its region: pairs of literal and meaning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, String)>,
}
