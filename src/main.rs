//! The `snout` program: parse, run, exit.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    cli::run()
}
