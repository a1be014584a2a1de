//! How a scan goes, on a terminal; and Ctrl-C.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use snout::Progress;

static STOP: AtomicBool = AtomicBool::new(false);

/// Shows phase, items, bytes and rate while somebody watches.
pub(super) struct Bar {
    bar: Option<ProgressBar>,
    bytes: AtomicU64,
}

impl Bar {
    /// A bar, hidden unless standard error is a terminal. From now on the first Ctrl-C asks the scan to stop, and a
    /// second one ends the process at once.
    pub(super) fn new(quiet: bool) -> Self {
        static HANDLER: OnceLock<()> = OnceLock::new();
        HANDLER.get_or_init(|| {
            let _ = ctrlc::set_handler(|| {
                if STOP.swap(true, Ordering::SeqCst) {
                    std::process::exit(130);
                }
            });
        });
        let bar = (!quiet && super::scan::watched()).then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(std::time::Duration::from_millis(120));
            bar
        });
        Bar { bar, bytes: AtomicU64::new(0) }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn phase(&self, name: &str, total: Option<u64>) {
        let Some(bar) = &self.bar else { return };
        let template = if total.is_some() {
            "{prefix}: {pos} of {len} ({msg}, {per_sec}, {eta} left)"
        } else {
            "{prefix}: {pos} ({msg}, {per_sec})"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.reset();
        bar.set_prefix(name.to_owned());
        bar.set_length(total.unwrap_or(0));
    }

    fn advance(&self, items: u64, bytes: u64) {
        let all = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if let Some(bar) = &self.bar {
            bar.inc(items);
            bar.set_message(HumanBytes(all).to_string());
        }
    }

    fn interrupted(&self) -> bool {
        STOP.load(Ordering::SeqCst)
    }
}
