//! Reports on their way out: to standard output, or to files that appear whole or not at all.

use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use snout::{Format, Report, Severity, Style};

/// Where a report goes.
pub(super) enum Destination {
    Stdout,
    File(PathBuf),
}

impl Destination {
    pub(super) fn file(&self) -> Option<&PathBuf> {
        match self {
            Destination::Stdout => None,
            Destination::File(path) => Some(path),
        }
    }
}

/// Whether one of the reports is text on standard output, summary included.
pub(super) fn tells_people(destinations: &[(Format, Destination)]) -> bool {
    destinations.iter().any(|(format, destination)| *format == Format::Text && destination.file().is_none())
}

/// Writes all reports.
pub(super) fn write(report: &Report, destinations: &[(Format, Destination)], mut style: Style) -> Result<()> {
    for (format, destination) in destinations {
        match destination {
            Destination::File(path) => {
                let plain = Style { color: false, width: None, ..style };
                write_file(report, *format, plain, path)?
            }
            Destination::Stdout => {
                style.color = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
                style.width = std::io::stdout().is_terminal().then(terminal_width).flatten();
                let mut out = BufWriter::new(std::io::stdout().lock());
                let written = report.write(*format, style, &mut out).and_then(|()| out.flush());
                match written {
                    // A reader that has seen enough is no error.
                    Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
                    other => other.context("cannot write the report to standard output")?,
                }
            }
        }
    }
    Ok(())
}

/// Writes a list to standard output, or to a file.
pub(super) fn write_list(
    path: Option<&Path>,
    make: impl Fn(Style, &mut dyn Write) -> std::io::Result<()>,
) -> Result<()> {
    let mut text = Vec::new();
    make(Style { verbose: true, ..Style::default() }, &mut text).context("cannot write the list")?;
    match path.filter(|path| path.as_os_str() != "-") {
        Some(path) => replace(path, &text),
        None => {
            let mut out = std::io::stdout().lock();
            match out.write_all(&text).and_then(|()| out.flush()) {
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
                other => other.context("cannot write the list to standard output"),
            }
        }
    }
}

/// Writes a file that is whole at every moment, and the folder above it if need be.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let shown = path.display();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The folder of a repository may be a link that somebody put there to have something else overwritten.
    if folder.ends_with(".snout") && folder.is_symlink() {
        bail!("cannot write '{shown}': the folder '{}' is a link; make it a folder", folder.display());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder '{}'", folder.display()))?;
    let mut file = tempfile::Builder::new()
        .prefix(".snout-")
        .tempfile_in(folder)
        .with_context(|| format!("cannot write '{shown}': is '{}' a folder you may write to?", folder.display()))?;
    file.write_all(content).with_context(|| format!("cannot write '{shown}'"))?;
    readable(file.as_file(), 0o644)?;
    file.persist(path).map(|_| ()).with_context(|| format!("cannot write '{shown}'"))
}

fn terminal_width() -> Option<usize> {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok())
}

/// Writes beside the file and renames: a scan that dies leaves what was there before.
fn write_file(report: &Report, format: Format, style: Style, path: &Path) -> Result<()> {
    let shown = path.display();
    let special = std::fs::metadata(path).is_ok_and(|meta| !meta.is_file());
    if special {
        let file = std::fs::File::options()
            .write(true)
            .open(path)
            .with_context(|| format!("cannot write the report to '{shown}'"))?;
        return report
            .write(format, style, &mut BufWriter::new(file))
            .with_context(|| format!("cannot write the report to '{shown}'"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".snout-").tempfile_in(folder).with_context(|| {
        format!("cannot write the report to '{shown}': is '{}' a folder you may write to?", folder.display())
    })?;
    {
        let mut out = BufWriter::new(file.as_file_mut());
        report
            .write(format, style, &mut out)
            .and_then(|()| out.flush())
            .with_context(|| format!("cannot write the report to '{shown}'"))?;
    }
    relax(file.as_file(), report)?;
    file.persist(path).map(|_| ()).with_context(|| format!("cannot write the report to '{shown}'"))
}

/// A report that holds secrets stays readable by its owner alone; others are readable as any new file is.
fn relax(file: &std::fs::File, report: &Report) -> Result<()> {
    let reveals = report.findings.iter().chain(&report.suppressed).any(|finding| finding.secret.is_some());
    readable(file, if reveals { 0o600 } else { 0o644 })
}

#[cfg(unix)]
fn readable(file: &std::fs::File, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(mode)).context("cannot set the permissions of the file")
}

#[cfg(not(unix))]
fn readable(_file: &std::fs::File, _mode: u32) -> Result<()> {
    Ok(())
}

/// The outcome in one or two lines, for those whose report is a file or is read by a program.
pub(super) fn summary(report: &Report, floor: Option<Severity>, out: &mut dyn Write) -> std::io::Result<()> {
    let coverage = &report.coverage;
    let blocking = floor.map_or(0, |floor| report.count(floor));
    let count = |number: u64, noun| counted(number as usize, noun);
    writeln!(
        out,
        "snout: {} ({blocking} blocking), {} suppressed; read {}, {}, {}, {}",
        counted(report.findings.len(), "finding"),
        report.suppressed.len(),
        count(coverage.files, "file"),
        count(coverage.commits, "commit"),
        count(coverage.blobs, "blob"),
        count(coverage.bytes, "byte"),
    )?;
    for skipped in coverage.skipped.iter().take(5) {
        writeln!(out, "snout: not read: {}: {}", escape(&skipped.what), escape(&skipped.why))?;
    }
    if coverage.skipped.len() > 5 {
        writeln!(out, "snout: not read: {} more; the report lists them", coverage.skipped.len() - 5)?;
    }
    Ok(())
}

/// A number of things.
pub(super) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Text of a repository without what a terminal would obey.
pub(super) fn escape(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}
