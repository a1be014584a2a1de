//! Settings: those of a file that the user names, or what the scanned repository's own may say.
//!
//! A repository must not blind its own scan. Its `.snout.toml` makes checks stricter; whatever else it asks for is told
//! and not followed.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use snout::review::{Baseline, Policy, PolicyForm, Review};
use snout::{RepositorySettings, Target};

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
    /// What a suppression needs.
    #[serde(default)]
    pub(crate) suppressions: PolicyForm,
}

/// What is in force, from wherever it came.
pub(crate) struct Settings {
    /// The settings of the user; of a repository's own only what makes checks stricter.
    pub(crate) config: Config,
    pub(crate) review: Review,
}

impl Settings {
    /// The settings for a scan of these targets: those of the file that the user named, else what the repositories' own
    /// may say.
    pub(crate) fn find(named: Option<&Path>, targets: &[Target], baseline: Option<&Path>, key: &[u8]) -> Result<Self> {
        let mut review = Review { today: today()?, ..Review::default() };
        if let Some(path) = baseline {
            review.baseline = Some(Self::baseline(path, targets, key, &mut review.notes)?);
        }
        if let Some(path) = named {
            let config = Config::read(path)?;
            review.policy = Policy::default().with(&config.suppressions);
            return Ok(Settings { config, review });
        }
        let mut settings = Settings { config: Config::default(), review };
        for target in targets {
            // What keeps a target from being read at all is the scan's own to tell.
            if let Ok(Some(found)) = snout::repository_settings(target) {
                settings.add(found);
            }
        }
        Ok(settings)
    }

    /// The baseline that the user named; for changes, as it was merged before.
    fn baseline(path: &Path, targets: &[Target], key: &[u8], notes: &mut Vec<String>) -> Result<Baseline> {
        let shown = path.display().to_string();
        for target in targets {
            match snout::merged_file(target, path) {
                Ok(Some(Ok(text))) => return Ok(Baseline::parse(&shown, &text, key)?),
                Ok(Some(Err(why))) => {
                    notes.push(format!(
                        "the baseline '{shown}' counts for nothing: {why}, and what is scanned comes on top of it"
                    ));
                    return Ok(Baseline { file: shown, ..Baseline::default() });
                }
                // What keeps a range from being read at all is the scan's own to tell.
                Ok(None) | Err(_) => {}
            }
        }
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the baseline '{shown}'; 'snout baseline create' writes one"))?;
        Ok(Baseline::parse(&shown, &text, key)?)
    }

    /// Adds what a repository's own settings may say. Those that were merged before may loosen what changes are held
    /// against, too, except for what nobody may silence.
    fn add(&mut self, RepositorySettings { place, text, merged }: RepositorySettings) {
        let parsed = text.and_then(|text| Config::parse(&text));
        let config = match parsed {
            Ok(config) => config,
            Err(why) => {
                let why = format!("cannot be used, so the strictest policy holds: {why}");
                return self.review.troubles.push((place, why));
            }
        };
        let (stricter, mut ignored) = if merged {
            let (policy, loosened) = self.review.policy.clone().stricter(&config.suppressions.only_never());
            (policy.with(&config.suppressions.without_never()), loosened)
        } else {
            self.review.policy.clone().stricter(&config.suppressions)
        };
        self.review.policy = stricter;
        let loosens = config.fail_on.is_some_and(|floor| floor < FailOn::Medium || floor == FailOn::None);
        let own = [
            (!config.rules.is_empty(), "rules"),
            (!config.disable.is_empty(), "disable"),
            (!config.exclude.is_empty(), "exclude"),
            (config.max_file_size.is_some(), "max-file-size"),
            (loosens, "fail-on"),
        ];
        ignored.extend(own.into_iter().filter(|(asked, _)| *asked).map(|(_, name)| name));
        if !loosens {
            self.config.fail_on = self.config.fail_on.max(config.fail_on);
        }
        let mut note = format!("{place} of the scanned repository was read: it can make checks stricter, not looser");
        if !ignored.is_empty() {
            note += &format!("; not followed: {} (to follow it, name the file with --config)", ignored.join(", "));
        }
        self.review.notes.push(note);
    }
}

/// The day by which entries of the ledger expire, in UTC. `SOURCE_DATE_EPOCH` pins it.
fn today() -> Result<jiff::civil::Date> {
    let now = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) => {
            let pinned = seconds.trim().parse().ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
            pinned
                .with_context(|| format!("SOURCE_DATE_EPOCH is '{seconds}': give it seconds since 1970, or unset it"))?
        }
        Err(_) => jiff::Timestamp::now(),
    };
    Ok(now.to_zoned(jiff::tz::TimeZone::UTC).date())
}

impl Config {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read config file '{}'", path.display()))?;
        let mut config = Config::parse(&text)
            .map_err(|fault| anyhow::anyhow!("cannot use config file '{}', {fault}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in &mut config.rules {
            *file = folder.join(&*file);
        }
        Ok(config)
    }

    /// Settings as text; what is wrong with it begins with the line.
    fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| {
            let line = text[..error.span().map_or(0, |span| span.start).min(text.len())].matches('\n').count() + 1;
            format!("line {line}: {}", error.message().trim())
        })
    }
}
