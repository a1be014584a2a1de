//! The rules that a run lists.

use std::collections::BTreeMap;

use serde_json::json;
use serde_sarif::sarif;

use super::super::{Finding, Precision, Report, RuleInfo, Severity};
use super::Alert;
use super::message::Template;
use super::result::bag;
use super::uri::AbsoluteUri;

/// Longest description that GitHub takes, in characters.
const LONGEST_TEXT: usize = 1024;

/// The rules that have results. A run without results lists one that stands for all: GitHub asks for a rule.
pub(super) fn rules(report: &Report, alerts: &[Alert]) -> Vec<sarif::ReportingDescriptor> {
    let mut found = BTreeMap::new();
    for alert in alerts {
        let finding = alert.finding;
        found.entry(finding.code.as_str()).or_insert_with(|| rule(report, finding));
    }
    if found.is_empty() { vec![ANY_RULE.descriptor()] } else { found.into_values().collect() }
}

fn rule(report: &Report, finding: &Finding) -> sarif::ReportingDescriptor {
    let info = report.rules.iter().find(|info: &&RuleInfo| info.id == finding.rule);
    let prose = info.map(|info| &info.prose);
    RuleText {
        id: &finding.rule,
        code: &finding.code,
        title: &finding.title,
        description: prose.map_or(finding.title.as_str(), |prose| &prose.description),
        remediation: &finding.remediation,
        reference: prose.and_then(|prose| prose.references.first()).map(String::as_str),
        severity: finding.severity,
        precision: finding.precision,
    }
    .descriptor()
}

/// What a rule's descriptor is made of.
pub(super) struct RuleText<'a> {
    id: &'a str,
    pub(super) code: &'a str,
    title: &'a str,
    description: &'a str,
    remediation: &'a str,
    reference: Option<&'a str>,
    severity: Severity,
    precision: Precision,
}

pub(super) const ANY_RULE: RuleText<'static> = RuleText {
    id: "leaked-credential",
    code: "SNT0000",
    title: "Leaked credential",
    description: "A credential is readable by everybody who can read the repository.",
    remediation: "Replace the credential where it was issued, then take it out of the repository.",
    reference: None,
    severity: Severity::Note,
    precision: Precision::High,
};

impl RuleText<'_> {
    fn descriptor(&self) -> sarif::ReportingDescriptor {
        let level = level(self.severity).to_string();
        let problem = if level == "note" { "recommendation" } else { &level };
        let help = [sentence(self.description), sentence(self.remediation)];
        let markdown = format!("{}\n\n**What to do:** {}", help[0], help[1]);
        let uri = self.reference.and_then(AbsoluteUri::parse).map(|uri| uri.0);
        let properties = [
            ("precision", json!(self.precision)),
            ("problem.severity", json!(problem)),
            ("security-severity", json!(score(self.severity))),
        ];
        let tags = ["security", "secret", "external/cwe/cwe-798"].map(String::from);
        sarif::ReportingDescriptor::builder()
            .id(self.code)
            .name(pascal_case(self.id))
            .short_description(multiformat(&sentence(self.title)))
            .full_description(multiformat(&help[0]))
            .help(sarif::MultiformatMessageString::builder().text(help.join(" ")).markdown(markdown).build())
            .help_uri(uri.unwrap_or_else(|| env!("CARGO_PKG_REPOSITORY").to_owned()))
            .message_strings(Template::strings(self.title))
            .default_configuration(sarif::ReportingConfiguration::builder().level(level).build())
            .properties(sarif::PropertyBag { tags: Some(tags.into()), ..bag(properties) })
            .build()
    }
}

pub(super) fn level(severity: Severity) -> sarif::ResultLevel {
    match severity {
        Severity::Critical | Severity::High => sarif::ResultLevel::Error,
        Severity::Medium => sarif::ResultLevel::Warning,
        Severity::Low | Severity::Note => sarif::ResultLevel::Note,
    }
}

/// GitHub's `security-severity`: a number in a string, in the band of the same name.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Note => "1.0",
    }
}

/// The id as validators want names to be: in Pascal case, beginning with a letter.
fn pascal_case(id: &str) -> String {
    let words = id.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(|word| {
        let first = word.chars().next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(word.chars().skip(1))
    });
    let digit = id.starts_with(|c: char| c.is_ascii_digit());
    if digit { "Rule".chars().chain(words).collect() } else { words.collect() }
}

pub(super) fn multiformat(text: &str) -> sarif::MultiformatMessageString {
    sarif::MultiformatMessageString::builder().text(text).build()
}

/// The text as a sentence of a length that GitHub takes.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() > LONGEST_TEXT {
        return text.chars().take(LONGEST_TEXT - 2).chain("….".chars()).collect();
    }
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::pascal_case;

    #[test]
    fn names_begin_with_a_letter() {
        assert_eq!(pascal_case("genesys-client-secret"), "GenesysClientSecret");
        assert_eq!(pascal_case("1password-secret-key"), "Rule1passwordSecretKey");
    }
}
