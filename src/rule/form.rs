//! The form of a rule file: what TOML may say. Shared by the build script and the program.

use serde::{Deserialize, Serialize};

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
    /// At least one of these occurs in every match; ASCII case does not matter.
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

/// Words of credentials.
const WORDS: &str = "key|token|secret|pass|pwd|auth|api|cred|bearer|access|private|pat";

impl VariantForm {
    /// Writes the pattern of a value near a name: the name, on its line or the next a word of credentials, and the value
    /// behind an operator, a quote, a bracket or a space.
    fn spelt_out(mut self) -> Self {
        let Some(value) = self.value.take() else { return self };
        let names: Vec<String> = self.near.iter().map(|name| name.replace('.', r"\.")).collect();
        let names = names.join("|");
        let bridge = match self.word.take().as_deref().unwrap_or(WORDS) {
            "" => String::new(),
            word => format!(r"[^\n]{{0,48}}?(?:\n[^\n]{{0,48}}?)?(?i:{word})"),
        };
        self.pattern = format!(
            r#"(?i:{names}){bridge}[^\n]{{0,32}}?[=:"'`\s,(>|/][\s"'`]{{0,4}}(?<secret>{value})(?:[^A-Za-z0-9_\-/+=.]|\.[^A-Za-z0-9]|\z)"#
        );
        self.literals = std::mem::take(&mut self.near);
        self.back = Some(0);
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
    /// Reasons for which a match is no finding; a kind named here is looked for.
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
    #[serde(default)]
    literals: Vec<String>,
    pattern: Option<String>,
    #[serde(default)]
    near: Vec<String>,
    value: Option<String>,
    word: Option<String>,
    back: Option<usize>,
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
            reach: self.reach,
            requires: self.requires,
            joined: self.joined,
            encoded: self.encoded,
            weigh: self.weigh,
        });
        let spec = Spec {
            id: self.id,
            code: self.code,
            severity: self.severity,
            precision: self.precision,
            variants: first.into_iter().chain(self.also).map(VariantForm::spelt_out).collect(),
            entropy: self.entropy,
            check: self.check,
            allow: self.allow,
            deny_key: self.deny_key,
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
    /// At least one of these occurs in it; ASCII case does not matter.
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
