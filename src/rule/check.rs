//! The proof of rules: every example found, every counter-example left alone, and all defects told at once.

use super::set::RuleSet;
use crate::detect;

/// Something wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Id of the rule.
    pub rule: String,
    /// What is wrong, as a sentence.
    pub message: String,
}

/// Runs each rule's examples through the scanner, several times with fresh values, and checks what rules must state.
pub fn check(rules: &RuleSet) -> Vec<Defect> {
    const ROUNDS: u64 = 8;
    let mut defects = Vec::new();
    for (index, rule) in rules.rules().iter().enumerate() {
        let mut defect = |message: String| defects.push(Defect { rule: rule.spec.id.clone(), message });
        if let Err(message) = rule.validate() {
            defect(message);
            continue;
        }
        let prose = rule.prose();
        for (what, text) in
            [("title", &prose.title), ("description", &prose.description), ("remediation", &prose.remediation)]
        {
            if text.trim().is_empty() {
                defect(format!("it has no {what}"));
            }
        }
        if prose.title.ends_with('.') || prose.title.len() > 100 {
            defect("its title ends in a full stop or is longer than 100 bytes".into());
        }
        if prose.description.len() > 1000 || prose.remediation.len() > 1000 {
            defect("its description or remediation is longer than the 1,000 bytes that code scanning shows".into());
        }
        if rule.spec.path.is_some() && rule.spec.check.is_empty() {
            defect("a file of its own needs a check: nothing else tells its secret from any other word".into());
        }
        if prose.references.is_empty() {
            defect("it names no reference for the format".into());
        }
        if prose.matches.len() < 2 || prose.misses.len() < 2 {
            defect("it needs at least two match and two miss examples".into());
        }
        for other in rules.rules().iter().take(index) {
            if other.spec.id == rule.spec.id || other.spec.code == rule.spec.code {
                defect(format!("it shares its id or code with rule '{}'", other.spec.id));
            }
        }
        for need in rule
            .spec
            .parts
            .iter()
            .map(|part| &part.evidence)
            .chain(rule.spec.variants.iter().flat_map(|v| v.requires.iter().map(|need| &need.evidence)))
        {
            if rules.evidence_index(need).is_none() {
                defect(format!("no [[evidence]] has the id '{need}'"));
            }
        }
        for (number, example) in prose.matches.iter().enumerate() {
            match probe(rules, index, example, ROUNDS) {
                Err(message) => defect(message),
                // Entropy floors let one random string in a thousand fall; two of eight is no accident.
                Ok(found) if found + 1 < ROUNDS => {
                    defect(format!("match example {} was found {found} times of {ROUNDS}: {example:?}", number + 1))
                }
                Ok(_) => {}
            }
        }
        for (number, miss) in prose.misses.iter().enumerate() {
            if miss.why.trim().is_empty() {
                defect(format!("miss example {} does not say why it is one", number + 1));
            }
            match probe(rules, index, &miss.text, ROUNDS) {
                Err(message) => defect(message),
                Ok(0) => {}
                Ok(found) => {
                    defect(format!("miss example {} was found {found} times of {ROUNDS}: {:?}", number + 1, miss.text))
                }
            }
        }
    }
    defects
}

/// How many of the rounds find the rule in its example, filled with fresh values each time.
fn probe(rules: &RuleSet, index: usize, example: &str, rounds: u64) -> Result<u64, String> {
    let mut found = 0;
    for seed in 0..rounds {
        let text = super::example::fill(example, seed)?;
        let scan = detect::scan(rules, text.as_bytes());
        found += u64::from(scan.matches.iter().any(|one| one.rule == index && one.needs_path.is_none()));
    }
    Ok(found)
}
