//! User rule files: parsing, with errors that name the file, the line and the rule.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use toml::Spanned;

use super::form::{EvidenceForm, FileForm, RuleForm};
use super::set::{Evidence, Rule};

/// A rule file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// The file could not be read.
    #[error("cannot read rule file '{}'", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML, or not a rule file.
    #[error("cannot use rule file '{}', line {line}: {message}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A rule that is to be left out does not exist.
    #[error("cannot leave out rule '{id}': there is none of that id; 'snout rules list' names them")]
    Unknown {
        /// The id.
        id: String,
    },
    /// A rule in it cannot work.
    #[error("cannot use rule '{rule}' of '{}', line {line}: {message}", path.display())]
    Rule {
        /// The file.
        path: PathBuf,
        /// 1-based line of the rule's table.
        line: usize,
        /// The rule's id.
        rule: String,
        /// What is wrong.
        message: String,
    },
}

/// Rules and evidence of one file, each with the line on which its table begins.
pub(super) type Loaded = (Vec<(usize, Rule)>, Vec<Evidence>);

/// Compiles a user rule file of that name.
pub(super) fn load(path: &Path, text: &str) -> Result<Loaded, RuleError> {
    let line_of = |offset: usize| text[..offset.min(text.len())].matches('\n').count() + 1;
    let parsed: FileForm<Spanned<RuleForm>, EvidenceForm> = toml::from_str(text).map_err(|error| RuleError::Form {
        path: path.into(),
        line: line_of(error.span().map_or(0, |span| span.start)),
        message: error.message().trim().to_owned(),
    })?;
    let mut tables = Vec::with_capacity(parsed.rule.len());
    let (mut line, mut from) = (1, 0);
    for table in parsed.rule {
        let start = table.span().start.clamp(from, text.len());
        line += text[from..start].matches('\n').count();
        from = start;
        tables.push((line, table.into_inner()));
    }
    // Patterns are compiled here; many of them take long.
    let made: Vec<Result<(usize, Rule), RuleError>> = tables
        .into_par_iter()
        .map(|(line, form)| {
            let (spec, prose) = form.split();
            let id = spec.id.clone();
            let rule = Rule::own(spec, prose);
            match rule.validate() {
                Ok(()) => Ok((line, rule)),
                Err(message) => Err(RuleError::Rule { path: path.into(), line, rule: id, message }),
            }
        })
        .collect();
    // Of several faults the first is told.
    let rules = made.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut evidence = Vec::new();
    for form in parsed.evidence {
        let made = Evidence::new(form);
        made.validate().map_err(|message| RuleError::Rule {
            path: path.into(),
            line: line_of(text.find(&made.form.id).unwrap_or(0)),
            rule: made.form.id.clone(),
            message,
        })?;
        evidence.push(made);
    }
    Ok((rules, evidence))
}
