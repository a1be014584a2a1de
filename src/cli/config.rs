//! Settings from a file that the user names. Nothing is read from a scanned repository by itself.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::args::FailOn;

/// A settings file. Flags win over it, and lists add to theirs.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// Rule files, relative to this file.
    #[serde(default)]
    pub(crate) rules: Vec<PathBuf>,
    /// Ids of rules to leave out.
    #[serde(default)]
    pub(crate) disable: Vec<String>,
    /// Globs of paths to leave out.
    #[serde(default)]
    pub(crate) exclude: Vec<String>,
    /// Largest file to read, in bytes.
    pub(crate) max_file_size: Option<u64>,
    /// Lowest severity that fails.
    pub(crate) fail_on: Option<FailOn>,
}

impl Config {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read config file '{}'", path.display()))?;
        let mut config: Config = toml::from_str(&text).map_err(|error| {
            let line = text[..error.span().map_or(0, |span| span.start).min(text.len())].matches('\n').count() + 1;
            anyhow::anyhow!("cannot use config file '{}', line {line}: {}", path.display(), error.message().trim())
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in &mut config.rules {
            *file = folder.join(&*file);
        }
        Ok(config)
    }
}
