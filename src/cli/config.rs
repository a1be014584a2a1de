//! Settings: those of a file that the user names, or what the scanned repository's own may say.
//!
//! A repository must not blind its own scan. Its `.snout.toml` makes checks stricter; whatever else it asks for is told
//! and not followed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use snout::review::{Baseline, Policy, PolicyForm, Review, Terms};
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
        let review = Review { today: today()?, ..Review::default() };
        let mut settings = Settings { config: Config::default(), review };
        if let Some(path) = named {
            settings.config = Config::read(path, targets, &mut settings.review.notes)?;
            settings.review.terms.policy = Policy::default().with(&settings.config.suppressions);
        }
        let changes = |target: &Target| matches!(target, Target::Range { .. } | Target::New { .. });
        if targets.len() > 1 && targets.iter().all(changes) {
            for target in targets {
                let terms = settings.terms(named, std::slice::from_ref(target), baseline, key)?;
                settings.review.own.push(terms);
            }
            // What nobody may silence in one of them, nobody may in any.
            let kinds = settings.review.own.iter().flat_map(|terms| &terms.policy.never);
            for kind in kinds.cloned().collect::<Vec<_>>() {
                let never = &mut settings.review.terms.policy.never;
                if !never.contains(&kind) {
                    never.push(kind);
                }
            }
        } else {
            settings.review.terms = settings.terms(named, targets, baseline, key)?;
        }
        Ok(settings)
    }

    /// What suppressions of these targets are held against.
    fn terms(
        &mut self,
        named: Option<&Path>,
        targets: &[Target],
        baseline: Option<&Path>,
        key: &[u8],
    ) -> Result<Terms> {
        let mut terms = self.review.terms.clone();
        if let Some(path) = baseline {
            terms.baseline = Some(Self::baseline(path, targets, key, &mut self.review.notes)?);
        }
        for target in targets.iter().filter(|_| named.is_none()) {
            // What keeps a target from being read at all is the scan's own to tell.
            if let Ok(Some(found)) = snout::repository_settings(target) {
                self.add(&mut terms.policy, found);
            }
        }
        Ok(terms)
    }

    /// The baseline that the user named.
    fn baseline(path: &Path, targets: &[Target], key: &[u8], notes: &mut Vec<String>) -> Result<Baseline> {
        let shown = path.display().to_string();
        let text = self::named(path, targets, notes)
            .with_context(|| format!("cannot read the baseline '{shown}'; 'snout baseline create' writes one"))?;
        Ok(match text {
            Some(text) => Baseline::parse(&shown, &text, key)?,
            None => Baseline { file: shown, ..Baseline::default() },
        })
    }

    /// Adds what a repository's own settings may say. Those that were merged before may loosen what changes are held
    /// against, too, except for what nobody may silence.
    fn add(&mut self, policy: &mut Policy, RepositorySettings { place, text, merged }: RepositorySettings) {
        let parsed = text.and_then(|text| Config::parse(&text));
        let config = match parsed {
            Ok(config) => config,
            Err(why) => {
                let why = format!("cannot be used, so the strictest policy holds: {why}");
                return self.review.troubles.push((place, why));
            }
        };
        let (stricter, mut ignored) = if merged {
            let (policy, loosened) = policy.clone().stricter(&config.suppressions.only_never());
            (policy.with(&config.suppressions.without_never()), loosened)
        } else {
            policy.clone().stricter(&config.suppressions)
        };
        *policy = stricter;
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

/// The text of a file that the user named. Of a repository whose changes are looked at, it is the file as it was merged
/// before: what changes make of it counts once they are merged. `None` where it then counts for nothing, which is noted.
pub(super) fn named(path: &Path, targets: &[Target], notes: &mut Vec<String>) -> std::io::Result<Option<String>> {
    // What keeps a target from being read at all is the scan's own to tell.
    let merged = |target| snout::merged_file(target, path).ok().flatten();
    let merged: BTreeSet<Result<String, String>> = targets.iter().filter_map(merged).collect();
    let mut nothing = |why: &str| {
        notes.push(format!("'{}' counts for nothing: {why}, and what is scanned comes on top of it", path.display()));
    };
    let mut merged = merged.into_iter();
    match (merged.next(), merged.next()) {
        (None, _) => std::fs::read_to_string(path).map(Some),
        (Some(Ok(text)), None) => {
            if std::fs::read_to_string(path).ok().as_ref() != Some(&text) {
                notes.push(format!(
                    "'{}' is read as it was merged before: what is made of it since counts once it is merged",
                    path.display()
                ));
            }
            Ok(Some(text))
        }
        (Some(Err(why)), None) => {
            nothing(&why);
            Ok(None)
        }
        (Some(_), Some(_)) => {
            nothing("the refs come on top of commits with different ones");
            Ok(None)
        }
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
    /// The settings of a file that the user named.
    pub(crate) fn read(path: &Path, targets: &[Target], notes: &mut Vec<String>) -> Result<Self> {
        let text =
            named(path, targets, notes).with_context(|| format!("cannot read config file '{}'", path.display()))?;
        let Some(text) = text else { return Ok(Config::default()) };
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
