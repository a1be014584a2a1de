//! The command line. Doc comments are the help text.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use snout::Format;
use snout::report::ReviewList;

/// Find leaked credentials in working trees and whole git histories, Genesys Cloud first.
#[derive(Parser)]
#[command(name = "snout", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 clean, 1 blocking findings, 2 error, 3 incomplete coverage, 130 interrupted.\nMore: snout help formats, snout help exit-codes, snout help suppressions"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Scan checkouts, bare repositories, folders and files
    Scan(Box<Scan>),
    /// Stop secrets at a commit, a push or a server: run as a git hook, or install one
    Hook(Hook),
    /// List what somebody silenced, for review; accept it, or prune what is stale
    Suppressions(Box<Suppressions>),
    /// Write down the findings that are known, so that only new ones are told
    Baseline(Baseline),
    /// Carry over what other scanners were told to leave alone
    Import(Import),
    /// List, show and prove rules
    Rules(Rules),
    /// Say why a line of a file is a finding, or why it is none
    Explain(Explain),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// Explain report formats, exit codes or suppressions
    Help {
        /// What to explain
        topic: Topic,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Topic {
    /// The report formats and their fields
    Formats,
    /// What each exit code means
    ExitCodes,
    /// How findings are silenced and how that is reported
    Suppressions,
}

/// Scan checkouts, bare repositories, folders and files.
///
/// Without a path the current folder is scanned: its files and, in a git repository, everything the repository holds,
/// whether a branch reaches it or not. A path below a repository's root limits tree and history to that path.
#[derive(Group)]
pub(crate) struct Scan {
    #[command(flatten, next_help_heading = "What to read")]
    pub(crate) input: Input,
    #[command(flatten, next_help_heading = "What to look for")]
    pub(crate) look: Look,
    #[command(flatten, next_help_heading = "What to write")]
    pub(crate) output: Output,
    #[command(flatten, next_help_heading = "When to fail")]
    pub(crate) gate: Gate,
}

#[derive(Group, Default)]
pub(crate) struct Input {
    /// Checkouts, bare repositories, folders or files; '-' for standard input
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Leave history alone
    #[arg(long, conflicts_with_all = ["staged", "range", "stdin"])]
    pub(crate) no_history: bool,
    /// Leave the files of the working tree alone
    #[arg(long, conflicts_with_all = ["staged", "range", "stdin", "no_history"])]
    pub(crate) no_worktree: bool,
    /// Read what the next commit would add
    ///
    /// Findings on lines that the index adds or changes, with the whole staged file as context. Works in hooks: the
    /// index that git hands to them is the one that is read, never the files of the working tree.
    #[arg(long, conflicts_with_all = ["range", "stdin"])]
    pub(crate) staged: bool,
    /// Read what the commits of a range add
    ///
    /// 'A..B' reads what B adds to A; 'B' alone what B adds to the default branch; 'auto' asks the CI service (GitHub,
    /// GitLab) what is new, and reads everything where that is not a range.
    #[arg(long, value_name = "A..B", conflicts_with = "stdin")]
    pub(crate) range: Option<String>,
    /// Read standard input
    #[arg(long)]
    pub(crate) stdin: bool,
    /// Read files that git ignores, too
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// Leave out paths that match; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Leave out larger files and objects, and say so: bytes, or with k, M or G
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) max_file_size: Option<u64>,
    /// Archives opened within archives; 0 opens none [default: 8]
    #[arg(long, value_name = "N")]
    pub(crate) archive_depth: Option<usize>,
    /// Bytes read of what one archive holds [default: 1G]
    ///
    /// The first 64M come whatever the archive's own size; beyond, it may hold 200 times as much as its own size. One
    /// member is read up to a quarter of it. What lies beyond a limit is told in the report.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) archive_size: Option<u64>,
    /// Scan every version of a file whole: the slow way, which must find the same
    #[arg(long, hide = true)]
    pub(crate) whole: bool,
    /// Worker threads [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

#[derive(Group)]
pub(crate) struct Look {
    #[command(flatten)]
    pub(crate) basis: Basis,
    /// Tell only of findings that a baseline does not know; the others are listed as suppressed
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Treat silenced findings like any other
    #[arg(long)]
    pub(crate) include_suppressed: bool,
}

#[derive(Group)]
pub(crate) struct Output {
    /// Format of the report
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = one_of(&Format::ALL))]
    pub(crate) format: Format,
    /// Write the report to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write one more report; may be repeated
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report)]
    pub(crate) report: Vec<(Format, PathBuf)>,
    /// Put the secrets into text and JSON reports; other formats never hold them
    #[arg(long)]
    pub(crate) reveal: bool,
    /// Say nothing but the report
    #[arg(long, short, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more: every occurrence, every skipped file
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

#[derive(Group)]
pub(crate) struct Gate {
    /// Lowest severity that makes the exit code 1 [default: medium]
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOn>,
    /// Accept incomplete coverage: exit 0 instead of 3
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    None,
}

#[derive(Group)]
#[command(subcommand_required = true)]
pub(crate) struct Hook {
    #[command(subcommand)]
    pub(crate) command: HookCommand,
}

#[derive(Subcommand)]
pub(crate) enum HookCommand {
    /// Scan what is about to be committed
    ///
    /// Under the pre-commit framework this serves every stage: what is about to be pushed at pre-push, the range that
    /// --from-ref and --to-ref name, and the files of the checkout where nothing is staged and no commit is under way.
    PreCommit(Box<HookScan>),
    /// Scan what is about to be pushed, and say of each secret whether a remote has it already
    ///
    /// Reads lines of '<local ref> <local id> <remote ref> <remote id>' from standard input, as git gives them.
    PrePush {
        /// Name of the remote, or its URL
        remote: Option<String>,
        /// Its URL
        url: Option<String>,
        #[command(flatten)]
        scan: Box<HookScan>,
    },
    /// Scan what somebody pushes to this server, before any ref names it
    ///
    /// Reads lines of '<old id> <new id> <ref>' from standard input, as git gives them.
    PreReceive(Box<HookScan>),
    /// Install a hook into this repository, in front of nothing: a hook that is there runs first
    Install {
        /// Install the pre-push hook instead of the pre-commit hook
        #[arg(long)]
        pre_push: bool,
        /// Take the hook away, and put the one that was there before back
        #[arg(long)]
        uninstall: bool,
    },
}

#[derive(Group)]
pub(crate) struct HookScan {
    #[command(flatten, next_help_heading = "What to look for")]
    pub(crate) look: Look,
    #[command(flatten, next_help_heading = "What to write")]
    pub(crate) output: Output,
    #[command(flatten, next_help_heading = "When to fail")]
    pub(crate) gate: Gate,
}

/// List what somebody silenced, for review.
///
/// Every suppression in the files of a checkout: what it hides, who wrote it and when, what the ledger says of it, and what
/// speaks against it; then markers that silence nothing, misspelt ones among them. See 'snout help suppressions'.
#[derive(Group)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Suppressions {
    #[command(subcommand)]
    pub(crate) command: Option<SuppressionsCommand>,
    /// A checkout, a folder or a file
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// List those of the whole history, too
    #[arg(long, conflicts_with = "range")]
    pub(crate) history: bool,
    /// List what the commits of a range add or change, 'auto' for what a CI service says is new; exit 1 if any of it is
    /// not reviewed
    #[arg(long, value_name = "A..B")]
    pub(crate) range: Option<String>,
    /// Exit 1 if anything listed is not reviewed, without a range, too
    #[arg(long)]
    pub(crate) check: bool,
    /// Format of the list
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = one_of(&ReviewList::FORMATS))]
    pub(crate) format: Format,
    /// Write the list to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Accept incomplete coverage: exit 0 instead of 3
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
    #[command(flatten)]
    pub(crate) basis: Basis,
}

/// Rules and settings.
#[derive(Group)]
pub(crate) struct Basis {
    /// Add rules from a file, or replace those of the same id; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,
    /// Read settings from a file, and none from the scanned repository
    ///
    /// Without it, the '.snout.toml' of a scanned repository can make checks stricter; what it would loosen or leave out
    /// is said and not followed. '--config .snout.toml' follows all of it. Of a repository whose changes are scanned, this
    /// file and those of '--rules' and '--baseline' are read as they were merged before.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// The checkout whose ledger a command works on.
#[derive(Group)]
pub(crate) struct Checkout {
    /// A place in the checkout
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) repository: PathBuf,
    #[command(flatten)]
    pub(crate) basis: Basis,
}

#[derive(Subcommand)]
pub(crate) enum SuppressionsCommand {
    /// Write entries into the ledger, '.snout/suppressions.toml'
    Accept(Accept),
    /// Drop entries of the ledger that are for nothing any more
    Prune(Prune),
}

#[derive(Group)]
pub(crate) struct Accept {
    /// What to accept: the first digits of a fingerprint, PATH or PATH:LINE
    #[arg(value_name = "WHAT", required_unless_present = "all")]
    pub(crate) what: Vec<String>,
    /// Everything that is listed and not accepted
    #[arg(long, conflicts_with = "what")]
    pub(crate) all: bool,
    /// Why it is no leak
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Who looked at it [default: user.name and user.email of git]
    #[arg(long, value_name = "NAME")]
    pub(crate) reviewer: Option<String>,
    /// The last day it holds, as 2030-01-31
    #[arg(long, value_name = "DAY")]
    pub(crate) expires: Option<String>,
    /// Glob of the paths it holds for
    #[arg(long, value_name = "GLOB")]
    pub(crate) scope: Option<String>,
    /// Look among what a range adds instead of among the files
    #[arg(long, value_name = "A..B", conflicts_with = "history")]
    pub(crate) range: Option<String>,
    /// Look in the whole history, too
    #[arg(long)]
    pub(crate) history: bool,
    #[command(flatten)]
    pub(crate) checkout: Checkout,
}

#[derive(Group)]
pub(crate) struct Prune {
    /// Say what would be dropped, and drop nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Keep what the commits of a range need, too
    #[arg(long, value_name = "A..B", conflicts_with = "history")]
    pub(crate) range: Option<String>,
    /// Keep what anything in history needs, too
    #[arg(long)]
    pub(crate) history: bool,
    #[command(flatten)]
    pub(crate) checkout: Checkout,
}

/// Write down the findings that are known, so that only new ones are told.
///
/// A baseline holds a fingerprint for each finding: no secret, no path, no line, no date. 'snout scan --baseline FILE'
/// tells only of what it does not know.
#[derive(Group)]
#[command(subcommand_required = true)]
pub(crate) struct Baseline {
    #[command(subcommand)]
    pub(crate) command: BaselineCommand,
}

#[derive(Subcommand)]
pub(crate) enum BaselineCommand {
    /// Write a baseline of everything that is found now
    Create(BaselineArgs),
    /// Drop from a baseline what is not found any more; new findings are added only with --add
    Update {
        #[command(flatten)]
        args: BaselineArgs,
        /// Add new findings, too
        #[arg(long)]
        add: bool,
    },
    /// Say what is new and what is gone; exit 1 if anything is new
    Diff(BaselineArgs),
}

#[derive(Group)]
pub(crate) struct BaselineArgs {
    /// Checkouts, bare repositories, folders or files
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// The baseline
    #[arg(long, value_name = "FILE", default_value = ".snout/baseline.json")]
    pub(crate) file: PathBuf,
    /// Leave history alone
    #[arg(long)]
    pub(crate) no_history: bool,
    #[command(flatten)]
    pub(crate) basis: Basis,
}

/// Carry over what other scanners were told to leave alone.
///
/// Reads .gitleaksignore, .secrets.baseline, the allowlists of gitleaks' and betterleaks' TOML, and TruffleHog's files of
/// paths to exclude. Values that they cover here become entries of the ledger; what cannot be carried over is said.
#[derive(Group)]
pub(crate) struct Import {
    /// Files to read
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Say what would be written, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write a baseline instead of entries of the ledger
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Who looked at it [default: user.name and user.email of git]
    #[arg(long, value_name = "NAME")]
    pub(crate) reviewer: Option<String>,
    /// Leave history alone
    #[arg(long)]
    pub(crate) no_history: bool,
    #[command(flatten)]
    pub(crate) checkout: Checkout,
}

/// Say why a line of a file is a finding, or why it is none.
///
/// Lists every rule that one of its literals led to the line, what it took for the secret, and what it made of it. Values are
/// shown by their length only.
#[derive(Group)]
pub(crate) struct Explain {
    /// The place: FILE:LINE or FILE:LINE:COLUMN, counted from 1
    #[arg(value_name = "FILE:LINE[:COLUMN]")]
    pub(crate) place: String,
    /// Add rules from a file
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,
}

#[derive(Group)]
#[command(subcommand_required = true)]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
}

#[derive(Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules in force
    List {
        /// Add rules from a file
        #[arg(long, value_name = "FILE")]
        rules: Vec<PathBuf>,
    },
    /// Show a rule: what it finds, what it leaves alone, what to do about a finding
    Show {
        /// Id or code of the rule
        id: String,
        /// Add rules from a file
        #[arg(long, value_name = "FILE")]
        rules: Vec<PathBuf>,
    },
    /// Prove rules: run every example and counter-example
    Check {
        /// Rule files; the embedded rules are always proven
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

fn size(text: &str) -> Result<u64, String> {
    let (digits, factor) = match text.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (&text[..at], 1 << 10),
        Some((at, 'm' | 'M')) => (&text[..at], 1 << 20),
        Some((at, 'g' | 'G')) => (&text[..at], 1 << 30),
        _ => (text, 1),
    };
    let count: u64 =
        digits.parse().map_err(|_| "give a number of bytes, or one with k, M or G behind it, as 10M".to_owned())?;
    count.checked_mul(factor).ok_or_else(|| "that is more bytes than there are".to_owned())
}

/// Takes the name of one of these formats.
fn one_of(formats: &[Format]) -> impl TypedValueParser<Value = Format> + use<> {
    let names = formats.iter().map(|one| PossibleValue::new(one.name()).help(one.about()));
    PossibleValuesParser::new(names).try_map(|name| Format::named(&name).ok_or("there is no such format"))
}

fn report(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or("give a format and a file, as sarif=snout.sarif")?;
    let format =
        Format::named(format).ok_or_else(|| format!("'{format}' is no format; 'snout help formats' lists them"))?;
    if file.is_empty() {
        return Err("name the file, as sarif=snout.sarif".into());
    }
    Ok((format, file.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn short_help_fits_a_screen() {
        let mut command = Args::command();
        let scan = command.find_subcommand_mut("scan").expect("scan is a command");
        let help = scan.render_help().to_string();
        assert!(help.lines().count() <= 50, "{} lines", help.lines().count());
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!((size("12"), size("2k"), size("1G")), (Ok(12), Ok(2048), Ok(1 << 30)));
        assert!(size("x").is_err() && size("99999999999G").is_err());
    }
}
