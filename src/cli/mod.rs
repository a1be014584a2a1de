//! Flags, config files, environment, terminal and exit codes: nothing below this room knows them.

mod args;
mod baseline;
mod config;
mod event;
mod explain;
mod help;
mod hook;
mod import;
mod install;
mod output;
mod progress;
mod rules;
mod scan;
mod suppressions;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Args, Command};

/// What the process tells its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Everything asked for was read, and nothing blocking was found.
    Clean = 0,
    /// Blocking findings.
    Findings = 1,
    /// Usage, configuration or internal error.
    Error = 2,
    /// Nothing blocking was found, but coverage is incomplete.
    Incomplete = 3,
    /// The user stopped it.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Runs the program.
pub(crate) fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help goes to standard output and is no error; a closed pipe is none either.
            let _ = error.print();
            return if error.use_stderr() { Exit::Error.into() } else { Exit::Clean.into() };
        }
    };
    let outcome = match args.command {
        Command::Scan(scan) => scan::run(*scan),
        Command::Hook(hook) => hook::run(hook),
        Command::Suppressions(args) => suppressions::run(*args),
        Command::Baseline(args) => baseline::run(args),
        Command::Import(args) => import::run(args),
        Command::Rules(rules) => rules::run(rules),
        Command::Explain(explain) => explain::run(explain),
        Command::Completions { shell } => Ok(write(|out| {
            clap_complete::generate(shell, &mut Args::command(), "snout", out);
            Ok(())
        })),
        Command::Man => Ok(write(|out| clap_mangen::Man::new(Args::command()).render(out))),
        Command::Help { topic } => Ok(write(|out| help::write(topic, out))),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            // Names and texts of a repository may be part of it.
            let text = format!("{error:#}");
            let lines: Vec<String> = text.lines().map(output::escape).collect();
            let _ = writeln!(std::io::stderr(), "snout: error: {}", lines.join("\n"));
            Exit::Error.into()
        }
    }
}

/// Writes to standard output; a reader that went away is no error.
fn write(make: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Exit {
    let mut buffer = Vec::new();
    let made =
        make(&mut buffer).and_then(|()| std::io::stdout().write_all(&buffer)).and_then(|()| std::io::stdout().flush());
    match made {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let _ = writeln!(std::io::stderr(), "snout: error: cannot write to standard output: {error}");
            Exit::Error
        }
        _ => Exit::Clean,
    }
}
