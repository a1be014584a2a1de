//! The policy: what a suppression needs in order to be accepted, and what nobody may silence.

use serde::Deserialize;

/// What a suppression needs in order to be accepted.
///
/// The default is the strictest that needs no numbers: a ledger entry by somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// A marker needs an entry of the ledger.
    pub require_entry: bool,
    /// Somebody has to say why: in the comment, behind two dashes, or in the ledger.
    pub require_reason: bool,
    /// The author of the entry must not be the author of the suppressed line.
    pub four_eyes: bool,
    /// Most days that an entry holds.
    pub max_life_days: Option<u32>,
    /// Kinds of findings that nobody may silence.
    pub never: Vec<Kind>,
}

impl Default for Policy {
    fn default() -> Self {
        let pair = Kind { rule: "genesys-*".into(), part: Some("client_id".into()) };
        Policy { require_entry: true, require_reason: false, four_eyes: true, max_life_days: None, never: vec![pair] }
    }
}

/// A kind of finding: a rule, or a rule with another part of its credential beside it.
///
/// Written `RULE` or `RULE+PART`; a `*` at the end of the rule's id stands for anything.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Kind {
    rule: String,
    part: Option<String>,
}

impl Kind {
    /// Whether a finding of that rule with those parts is of this kind.
    pub fn holds<'a>(&self, rule: &str, mut parts: impl Iterator<Item = &'a str>) -> bool {
        let same = match self.rule.strip_suffix('*') {
            Some(start) => rule.starts_with(start),
            None => rule == self.rule,
        };
        same && self.part.as_deref().is_none_or(|wanted| parts.any(|part| part == wanted))
    }
}

impl TryFrom<String> for Kind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (rule, part) = match text.split_once('+') {
            Some((rule, part)) => (rule, Some(part.to_owned())),
            None => (text.as_str(), None),
        };
        let word =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if !(word(rule.strip_suffix('*').unwrap_or(rule)) && part.as_deref().is_none_or(word)) {
            return Err(format!("'{text}' is no kind; write RULE or RULE+PART, as genesys-*+client_id"));
        }
        Ok(Kind { rule: rule.to_owned(), part })
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.part {
            Some(part) => write!(f, "{}+{part}", self.rule),
            None => f.write_str(&self.rule),
        }
    }
}

/// The table `[suppressions]` of a settings file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PolicyForm {
    require_entry: Option<bool>,
    require_reason: Option<bool>,
    four_eyes: Option<bool>,
    max_life_days: Option<u32>,
    never: Option<Vec<Kind>>,
}

impl PolicyForm {
    /// What it says of kinds that nobody may silence, alone.
    #[must_use]
    pub fn only_never(&self) -> Self {
        PolicyForm { never: self.never.clone(), ..PolicyForm::default() }
    }

    /// What it says of anything else.
    #[must_use]
    pub fn without_never(&self) -> Self {
        PolicyForm { never: None, ..self.clone() }
    }
}

impl Policy {
    /// The policy with everything that the form says.
    #[must_use]
    pub fn with(mut self, form: &PolicyForm) -> Self {
        self.require_entry = form.require_entry.unwrap_or(self.require_entry);
        self.require_reason = form.require_reason.unwrap_or(self.require_reason);
        self.four_eyes = form.four_eyes.unwrap_or(self.four_eyes);
        self.max_life_days = form.max_life_days.or(self.max_life_days);
        if let Some(never) = &form.never {
            self.never = never.clone();
        }
        self
    }

    /// The policy with what the form makes stricter; beside it what the form would have loosened.
    #[must_use]
    pub fn stricter(mut self, form: &PolicyForm) -> (Self, Vec<&'static str>) {
        let mut loosened = Vec::new();
        let mut flag = |mine: &mut bool, theirs: Option<bool>, name| match theirs {
            Some(true) => *mine = true,
            Some(false) if *mine => loosened.push(name),
            _ => {}
        };
        flag(&mut self.require_entry, form.require_entry, "suppressions.require-entry");
        flag(&mut self.require_reason, form.require_reason, "suppressions.require-reason");
        flag(&mut self.four_eyes, form.four_eyes, "suppressions.four-eyes");
        if let Some(theirs) = form.max_life_days {
            match self.max_life_days {
                Some(mine) if mine < theirs => loosened.push("suppressions.max-life-days"),
                _ => self.max_life_days = Some(theirs),
            }
        }
        if let Some(theirs) = &form.never {
            if self.never.iter().any(|kind| !theirs.contains(kind)) {
                loosened.push("suppressions.never");
            }
            let more = theirs.iter().filter(|kind| !self.never.contains(kind)).cloned();
            let more: Vec<Kind> = more.collect();
            self.never.extend(more);
        }
        (self, loosened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> PolicyForm {
        toml::from_str(text).expect("a table")
    }

    #[test]
    fn a_repository_makes_the_policy_stricter_and_never_looser() {
        let (policy, loosened) = Policy::default().stricter(&form(
            "require-reason = true\nmax-life-days = 90\nfour-eyes = false\nnever = ['aws-*', 'genesys-*+client_id']",
        ));
        assert!(policy.require_reason && policy.four_eyes && policy.require_entry);
        assert_eq!(policy.max_life_days, Some(90));
        assert_eq!(policy.never.iter().map(ToString::to_string).collect::<Vec<_>>(), ["genesys-*+client_id", "aws-*"]);
        assert_eq!(loosened, ["suppressions.four-eyes"]);
        let (policy, loosened) = policy.stricter(&form("max-life-days = 365\nnever = []"));
        assert_eq!((policy.max_life_days, policy.never.len()), (Some(90), 2));
        assert_eq!(loosened, ["suppressions.max-life-days", "suppressions.never"]);
    }

    #[test]
    fn an_operator_may_say_anything() {
        let policy = Policy::default().with(&form("four-eyes = false\nnever = []"));
        assert!(!policy.four_eyes && policy.never.is_empty() && policy.require_entry);
    }

    #[test]
    fn a_kind_is_a_rule_with_or_without_a_part() {
        let kind = |text: &str| Kind::try_from(text.to_owned()).expect("a kind");
        assert!(kind("genesys-*+client_id").holds("genesys-client-secret", ["region", "client_id"].into_iter()));
        assert!(!kind("genesys-*+client_id").holds("genesys-client-secret", ["region"].into_iter()));
        assert!(!kind("genesys-*").holds("aws-key", [].into_iter()));
        assert!(kind("aws-key").holds("aws-key", [].into_iter()));
        for bad in ["", "+x", "a b", "a+", "*"] {
            assert!(Kind::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
