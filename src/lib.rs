//! Snout.
pub mod detect;
pub mod rule;
pub mod report;
mod secret;
pub mod span;
pub use secret::Secret;

#[cfg(test)]
mod embedded {
    #[test]
    fn every_embedded_rule_proves_itself() {
        let defects = crate::rule::check(&crate::rule::RuleSet::embedded());
        assert!(defects.is_empty(), "{defects:#?}");
    }
}
