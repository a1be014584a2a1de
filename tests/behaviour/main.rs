//! What a user notices, one module for each part of it. One crate, so that everything links once.

#[path = "../util/mod.rs"]
mod util;

mod archives;
mod cli;
mod coverage;
mod determinism;
mod encodings;
mod history;
mod properties;
mod range;
mod regressions;
mod rule_files;
mod schema;
mod secrecy;
mod staged;
mod suppressions;
mod worktree;
