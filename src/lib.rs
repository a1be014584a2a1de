//! Snout finds leaked credentials in working trees and whole git histories.
//!
//! A [`Plan`] says what to read and which [`rule`]s to apply. [`scan`] reads it: each blob goes through
//! [`detect`], what it shows is grouped into findings, and the [`Report`] says what was found, what somebody
//! silenced, and what was and was not read. A report writes itself as text, JSON or SARIF. What people decided about
//! findings (the ledger of accepted suppressions, baselines, the policy) is plain data in [`review`].
//!
//! ```
//! use snout::{Format, Plan, RuleSet, Silent, Style, Target};
//!
//! let text = snout::rule::fill_example("GENESYS_CLIENT_SECRET={{b64url 32}}", 1).expect("a known field");
//! let plan = Plan {
//!     targets: vec![Target::Stdin(text.into_bytes())],
//!     rules: RuleSet::embedded(),
//!     threads: 1,
//!     exclude: None,
//!     max_file_size: None,
//!     archives: snout::ArchiveLimits::default(),
//!     no_ignore: false,
//!     reveal: false,
//!     include_suppressed: false,
//!     line_hashes: false,
//!     whole: false,
//!     key: b"any".to_vec(),
//!     review: snout::review::Review::default(),
//! };
//! let report = snout::scan(&plan, &Silent)?;
//! assert_eq!(report.findings[0].rule, "genesys-client-secret");
//! let mut out = Vec::new();
//! report.write(Format::Json, Style::default(), &mut out).expect("memory can be written");
//! # Ok::<(), snout::ScanError>(())
//! ```

pub mod detect;
mod fingerprint;
pub mod pack;
mod plan;
pub mod report;
pub mod review;
pub mod rule;
mod scan;
mod secret;
mod source;
mod span;
mod triage;

pub use fingerprint::key_id;
pub use plan::{Plan, Progress, ScanError, Silent, Target};
pub use report::{Finding, Format, Occurrence, Report, Style};
pub use rule::{RuleError, RuleSet, Severity};
pub use scan::scan;
pub use secret::Secret;
pub use source::archive::ArchiveLimits;
pub use source::decisions::{RepositorySettings, checkout_of, merged_file, repository_settings, user_of};
pub use span::{LineIndex, Region, Span};

#[cfg(test)]
mod embedded {
    #[test]
    fn every_embedded_rule_proves_itself() {
        let defects = crate::rule::check(&crate::rule::RuleSet::embedded());
        assert!(defects.is_empty(), "{defects:#?}");
    }

    #[test]
    fn no_example_is_told_under_two_names() {
        let rules = crate::RuleSet::embedded();
        let own = |index: usize| !rules.rules()[index].spec.generic;
        for rule in rules.rules() {
            for example in &rule.prose().matches {
                let text = crate::rule::fill_example(example, 1).expect("a known field");
                let found = crate::detect::scan(&rules, text.as_bytes()).matches;
                let mut own = found.iter().filter(|one| own(one.rule) && !one.needs_path()).peekable();
                while let (Some(one), Some(next)) = (own.next(), own.peek()) {
                    let ids = [one, *next].map(|one| &rules.rules()[one.rule].spec.id);
                    let apart = one.rule == next.rule || !one.span.overlaps(&next.span);
                    assert!(apart, "{ids:?} both take part of {example:?}");
                }
            }
        }
    }
}
