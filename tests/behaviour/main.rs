//! What a user notices, one module for each part of it. One crate, so that everything links once.

#[path = "../util/mod.rs"]
mod util;

mod archives;
mod baseline;
mod blinding;
mod cli;
mod coverage;
mod determinism;
mod encodings;
mod events;
mod formats;
mod history;
mod hooks;
mod properties;
mod range;
mod regressions;
mod review;
mod rule_files;
mod schema;
mod secrecy;
mod staged;
mod suppressions;
mod worktree;
