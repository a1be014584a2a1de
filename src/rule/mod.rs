//! What to look for, as data: the TOML form, the embedded defaults, user files, and the proof of both.

mod check;
pub(crate) mod example;
pub(crate) mod form;
mod head;
mod load;
mod run;
mod set;
mod variant;

pub use check::{Defect, check};
pub use example::fill as fill_example;
pub(crate) use form::Weigh;
pub use form::{EvidenceForm, MissForm, PartForm, Precision, Prose, RequireForm, Severity, Spec, VariantForm};
pub use load::RuleError;
pub(crate) use set::Target;
pub use set::{Evidence, Ready, Rule, RuleSet};
pub(crate) use variant::{Matcher, Shape, Variant};
