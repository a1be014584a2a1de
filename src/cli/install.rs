//! `snout hook install`: hooks in a repository, before which whatever hook was there still runs.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use git2::Repository;

use super::Exit;

/// Tells our hooks from those of others.
const SIGN: &str = "# Installed by 'snout hook install'";
/// What a hook that was there before is called from then on.
const BEFORE: &str = "before-snout";

/// A hook that can be installed.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    PreCommit,
    PrePush,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::PreCommit => "pre-commit",
            Kind::PrePush => "pre-push",
        }
    }

    /// The script. It takes the program on PATH, and else the one that installed it.
    fn script(self, program: &Path) -> String {
        let name = self.name();
        // Both hooks read what git says of a push, so the first must not keep it to itself.
        let (keep, give) = match self {
            Kind::PreCommit => ("", ""),
            Kind::PrePush => ("lines=$(cat)\n", "printf '%s\\n' \"$lines\" | "),
        };
        let arguments = match self {
            Kind::PreCommit => "",
            Kind::PrePush => " \"$@\"",
        };
        let program = quoted(&program.to_string_lossy());
        format!(
            "#!/bin/sh\n{SIGN}; 'snout hook install --uninstall' takes it away.\n{keep}\
             before=\"$(dirname \"$0\")/{name}.{BEFORE}\"\n\
             if [ -x \"$before\" ]; then {give}\"$before\" \"$@\" || exit $?; fi\n\
             snout=snout\n\
             command -v snout >/dev/null 2>&1 || snout={program}\n\
             {give}\"$snout\" hook {name}{arguments}\n"
        )
    }
}

/// Text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Where git looks for hooks.
fn folder() -> Result<PathBuf> {
    let repo = Repository::open_from_env().context("cannot install a hook: no git repository can be opened here")?;
    let config = repo.config().context("cannot read the settings of the repository")?;
    match config.get_path("core.hooksPath") {
        // A relative one starts where hooks run: at the root of the checkout.
        Ok(path) => Ok(repo.workdir().unwrap_or(repo.path()).join(path)),
        Err(_) => Ok(repo.commondir().join("hooks")),
    }
}

fn is_ours(hook: &Path) -> bool {
    fs::read(hook).is_ok_and(|text| String::from_utf8_lossy(&text).contains(SIGN))
}

pub(super) fn install(kind: Kind) -> Result<Exit> {
    let folder = folder()?;
    if folder.file_name().is_some_and(|name| name == "_") && folder.parent().is_some_and(|up| up.ends_with(".husky")) {
        bail!(
            "husky writes the hooks of this repository: put the line 'snout hook {0}{1}' into '.husky/{0}'",
            kind.name(),
            if matches!(kind, Kind::PrePush) { " \"$@\"" } else { "" }
        );
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder '{}'", folder.display()))?;
    let hook = folder.join(kind.name());
    let before = folder.join(format!("{}.{BEFORE}", kind.name()));
    let mut chained = before.exists();
    if hook.symlink_metadata().is_ok() && !is_ours(&hook) {
        if chained {
            bail!(
                "cannot install the hook: both '{}' and '{}' are somebody's; move one away",
                hook.display(),
                before.display()
            );
        }
        fs::rename(&hook, &before).with_context(|| format!("cannot rename '{}'", hook.display()))?;
        chained = true;
    }
    let program = std::env::current_exe().context("cannot tell where this program is")?;
    fs::write(&hook, kind.script(&program)).with_context(|| format!("cannot write '{}'", hook.display()))?;
    executable(&hook)?;
    say(&format!(
        "installed {}{}",
        hook.display(),
        if chained { "; the hook that was there runs before it" } else { "" }
    ));
    Ok(Exit::Clean)
}

pub(super) fn uninstall(kind: Kind) -> Result<Exit> {
    let folder = folder()?;
    let hook = folder.join(kind.name());
    if !is_ours(&hook) {
        bail!("there is nothing to uninstall: '{}' is not a hook of snout", hook.display());
    }
    fs::remove_file(&hook).with_context(|| format!("cannot remove '{}'", hook.display()))?;
    let before = folder.join(format!("{}.{BEFORE}", kind.name()));
    let mut restored = "";
    if before.symlink_metadata().is_ok() {
        fs::rename(&before, &hook).with_context(|| format!("cannot rename '{}'", before.display()))?;
        restored = "; the hook that was there before is back";
    }
    say(&format!("removed {}{restored}", hook.display()));
    Ok(Exit::Clean)
}

fn say(text: &str) {
    writeln!(std::io::stderr(), "snout: {text}").ok();
}

#[cfg(unix)]
fn executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("cannot make '{}' executable", path.display()))
}

#[cfg(not(unix))]
fn executable(_path: &Path) -> Result<()> {
    Ok(())
}
