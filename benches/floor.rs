//! The floor of a history scan: every object inflated and rebuilt, and nothing done with it.
//!
//! `cargo bench --bench floor -- REPOSITORY…` or `SNOUT_FLOOR=REPOSITORY`; prints medians of five walks.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use snout::pack::{Error, HashKind, Kind, Limits, Made, ObjectId, Store, Summary, Visitor};

const WALKS: usize = 5;

struct Idle;

impl Visitor for Idle {
    type State = ();

    fn wants(&self, _: Kind) -> bool {
        true
    }

    fn root(&self, _: ObjectId, _: Kind, content: &[u8]) {
        std::hint::black_box(content);
    }

    fn child(&self, (): &(), made: &Made<'_>) {
        std::hint::black_box(made.content);
    }

    fn failed(&self, _: ObjectId, _: &Error) {}
}

fn main() {
    // Cargo passes `--bench`, and the harness's own options.
    let mut repositories: Vec<PathBuf> =
        std::env::args_os().skip(1).map(PathBuf::from).filter(|path| path.is_dir()).collect();
    repositories.extend(std::env::var_os("SNOUT_FLOOR").map(PathBuf::from));
    if repositories.is_empty() {
        repositories.push(PathBuf::from("."));
    }
    for repository in repositories {
        for threads in [1, 2] {
            measure(&repository, threads);
        }
    }
}

fn measure(repository: &Path, threads: usize) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
    let mut walks: Vec<(Duration, Summary)> = (0..WALKS).map(|_| pool.install(|| walk(repository))).collect();
    walks.sort_by_key(|(time, _)| *time);
    let (time, summary) = walks[WALKS / 2];
    let seconds = time.as_secs_f64();
    println!(
        "{} with {threads} threads: {seconds:.3} s, {:.0} objects/s, {:.0} MB/s; {summary:?}",
        repository.display(),
        summary.objects() as f64 / seconds,
        summary.bytes as f64 / seconds / 1e6,
    );
}

fn walk(repository: &Path) -> (Duration, Summary) {
    let git = [".git/objects", "objects"].map(|objects| repository.join(objects));
    let objects = git.iter().find(|objects| objects.is_dir()).unwrap_or(&git[0]);
    let start = Instant::now();
    let store = Store::open(objects, HashKind::Sha1).expect("the object directory can be read");
    let summary = store.walk(&Idle, &Limits::default());
    (start.elapsed(), summary)
}
