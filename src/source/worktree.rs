//! The files of a working tree or a plain folder.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::repo::Git;
use ignore::{WalkBuilder, WalkState};

use super::archive::is_archive;
use super::repo::display;
use super::{Desk, merge, note_inside, note_pointer, skip};
use crate::detect::sniff;
use crate::plan::ScanError;
use crate::report::{Coverage, SourceKind, UnusedSuppression};
use crate::span::Region;
use crate::triage::group::{Place, Placed};
use crate::triage::sight::{Sighted, sight, sight_file};

/// Files up to this size are read whole; larger ones in windows of this size.
const WINDOW: usize = 32 << 20;
/// Bytes of a file that tell whether it is an archive.
const HEAD: u64 = 1024;
/// Bytes that a buffer grows by, and up to which it is kept for the next file.
const NEAR: usize = 64 << 10;
const KEEP: usize = 4 << 20;
/// Bytes that neighbouring windows share: more than twice the longest reach of a rule.
const OVERLAP: usize = 64 << 10;

/// What the files showed.
#[derive(Default)]
pub(crate) struct Files {
    pub(crate) placed: Vec<Placed>,
    pub(crate) unused: Vec<UnusedSuppression>,
    pub(crate) coverage: Coverage,
}

/// Reads `path`: a file, a folder or a checkout. Paths are reported relative to `root`.
pub(crate) fn read(desk: &Desk<'_>, path: &Path, root: &Path, git: Option<&Git>) -> Result<Files, ScanError> {
    desk.progress.phase("files", None);
    let shared = Mutex::new(Files::default());
    let seen = Mutex::new(HashSet::new());
    let ignore = !desk.plan.no_ignore;
    let walk = WalkBuilder::new(path)
        .hidden(false)
        .ignore(false)
        .parents(ignore)
        .git_ignore(ignore)
        .git_exclude(ignore)
        .git_global(ignore)
        .threads(desk.plan.threads)
        .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git")
        .build_parallel();
    walk.run(|| {
        let mut local = Local::new(desk, root, &shared);
        let seen = &seen;
        Box::new(move |entry| {
            if desk.progress.interrupted() {
                return WalkState::Quit;
            }
            match entry {
                Ok(entry) => {
                    if entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir()) && entry.path().join(".git").exists() {
                        local.files.coverage.notes.push(format!(
                            "'{}' is a repository of its own: its files were read, its history was not; scan it by its path",
                            display(entry.path().strip_prefix(root).unwrap_or(entry.path()))
                        ));
                    }
                    if entry.file_type().is_some_and(|kind| !kind.is_dir()) {
                        if let Ok(mut seen) = seen.lock() {
                            seen.insert(entry.path().to_path_buf());
                        }
                        local.file(entry.path());
                    }
                }
                Err(error) => skip(&mut local.files.coverage, "a folder or file", error.to_string()),
            }
            WalkState::Continue
        })
    });
    if desk.progress.interrupted() {
        return Err(ScanError::Interrupted);
    }
    let seen = seen.into_inner().unwrap_or_default();
    if let (Some(git), true) = (git, ignore) {
        let mut local = Local::new(desk, root, &shared);
        let files = tracked(git, path).unwrap_or_else(|why| {
            let what = "tracked files that git ignores";
            skip(&mut local.files.coverage, what, format!("the index cannot be read: {why}"));
            Vec::new()
        });
        for file in files {
            if !seen.contains(&file) && fs::symlink_metadata(&file).is_ok_and(|meta| !meta.is_dir()) {
                local.file(&file);
            }
        }
    }
    Ok(shared.into_inner().unwrap_or_default())
}

/// Files of the index below `path`, named as the walk names them.
fn tracked(git: &Git, path: &Path) -> Result<Vec<PathBuf>, String> {
    let Some(workdir) = git.workdir.as_deref() else { return Ok(Vec::new()) };
    let repo = git.repo.as_ref().map_err(|error| error.message().to_owned())?;
    let index = repo.index().map_err(|error| error.message().to_owned())?;
    let plain = index.iter().filter(|entry| entry.mode & 0o170_000 != 0o160_000);
    Ok(plain.map(|entry| workdir.join(os_path(&entry.path))).filter(|file| file.starts_with(path)).collect())
}

/// A path of git's, which is bytes.
#[cfg(unix)]
fn os_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn os_path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// One worker's share; merged into the whole when the worker ends.
struct Local<'a> {
    desk: &'a Desk<'a>,
    root: &'a Path,
    files: Files,
    shared: &'a Mutex<Files>,
    /// The content of one file after the other.
    buffer: Vec<u8>,
}

impl<'a> Local<'a> {
    fn new(desk: &'a Desk<'a>, root: &'a Path, shared: &'a Mutex<Files>) -> Self {
        Local { desk, root, files: Files::default(), shared, buffer: Vec::new() }
    }
}

impl Drop for Local<'_> {
    fn drop(&mut self) {
        if let Ok(mut whole) = self.shared.lock() {
            whole.placed.append(&mut self.files.placed);
            whole.unused.append(&mut self.files.unused);
            merge(&mut whole.coverage, std::mem::take(&mut self.files.coverage));
        }
    }
}

impl Local<'_> {
    fn file(&mut self, path: &Path) {
        let shown = path.strip_prefix(self.root).ok().filter(|rest| !rest.as_os_str().is_empty()).unwrap_or(path);
        let name = display(shown);
        if self.desk.excludes(&name) {
            self.files.coverage.excluded += 1;
            return;
        }
        self.name(&name);
        if let Err(error) = self.read(path, &name) {
            skip(&mut self.files.coverage, name, format!("cannot be read: {error}"));
        }
    }

    /// Looks at the path itself: what stands in a name is as public as what stands in a file.
    fn name(&mut self, name: &str) {
        let rules = &self.desk.plan.rules;
        let place = Place { at_head: true, ..Place::direct(SourceKind::Path, Some(name.to_owned())) };
        let seen = sight(self.desk.plan.eye(), name.as_bytes()).sightings.into_iter();
        let stands = seen.filter(|one| one.stands_at(rules, Some(name)));
        self.files.placed.extend(stands.map(|sighting| Placed { sighting, place: place.clone() }));
    }

    fn read(&mut self, path: &Path, name: &str) -> std::io::Result<()> {
        let meta = fs::symlink_metadata(path)?;
        if meta.is_symlink() {
            let target = fs::read_link(path)?;
            let target = target.to_string_lossy();
            self.place(name, sight(self.desk.plan.eye(), target.as_bytes()));
            self.files.coverage.files += 1;
            self.files.coverage.bytes += target.len() as u64;
            return Ok(());
        }
        if !meta.is_file() {
            // Sockets, pipes and devices hold no content of their own.
            return Ok(());
        }
        if let Some(sighted) = read_file(self.desk, path, meta.len(), name, &mut self.files.coverage, &mut self.buffer)?
        {
            self.place(name, sighted);
            self.files.coverage.files += 1;
        }
        Ok(())
    }

    fn place(&mut self, name: &str, sighted: Sighted) {
        let place = Place::direct(SourceKind::Worktree, Some(name.to_owned()));
        for sighting in sighted.sightings {
            if sighting.stands_at(&self.desk.plan.rules, Some(name)) {
                self.files.placed.push(Placed { sighting, place: place.clone() });
            }
        }
        let unused = sighted.unused.into_iter().map(|one| UnusedSuppression {
            path: name.to_owned(),
            line: one.line,
            marker: one.marker,
            meant: one.meant.map(str::to_owned),
        });
        self.files.unused.extend(unused);
    }
}

/// Reads a file of that size, whole or in windows: what it shows, or nothing where it was left out, which is told. The
/// buffer is there to be overwritten.
pub(crate) fn read_file(
    desk: &Desk<'_>,
    path: &Path,
    size: u64,
    name: &str,
    coverage: &mut Coverage,
    buffer: &mut Vec<u8>,
) -> std::io::Result<Option<Sighted>> {
    let plan = desk.plan;
    if let Some(why) = desk.too_large(size) {
        skip(coverage, name, why);
        return Ok(None);
    }
    let mut file = File::open(path)?;
    let openable = plan.archives.total;
    let mut whole = size <= WINDOW as u64;
    if !whole || size > openable {
        let mut head = Vec::new();
        file.by_ref().take(HEAD).read_to_end(&mut head)?;
        file.rewind()?;
        let archive = is_archive(&head);
        whole |= archive && size <= openable;
        if archive && size > openable {
            let why = format!("is an archive larger than the limit of {openable} bytes; only its own bytes were read");
            skip(coverage, name, why);
        }
    }
    if whole {
        let content = read_whole(&mut file, size as usize, buffer)?;
        note_pointer(coverage, name, content);
        let mut sighted = sight_file(plan, content);
        note_inside(coverage, name, std::mem::take(&mut sighted.opened));
        coverage.bytes += content.len() as u64;
        desk.progress.advance(1, content.len() as u64);
        if buffer.len() > KEEP {
            *buffer = Vec::new();
        }
        return Ok(Some(sighted));
    }
    let mut all = Sighted::default();
    let mut read = 0;
    windows(&mut file, |window| {
        let mut sighted = sight(plan.eye(), window.content);
        window.settle(&mut sighted);
        all.sightings.append(&mut sighted.sightings);
        all.unused.append(&mut sighted.unused);
        all.opened.cut.append(&mut sighted.opened.cut);
        read += window.content.len() as u64;
        desk.progress.advance(0, window.content.len() as u64);
    })?;
    all.opened.cut.truncate(1);
    note_inside(coverage, name, std::mem::take(&mut all.opened));
    coverage.bytes += size.max(read);
    Ok(Some(all))
}

/// All of a file whose size was that a moment ago. The buffer only grows, so that little of it is filled with zeros.
fn read_whole<'a>(file: &mut File, size: usize, buffer: &'a mut Vec<u8>) -> std::io::Result<&'a [u8]> {
    let mut len = 0;
    loop {
        // Room for one byte more: a read that finds none tells the end.
        if buffer.len() <= len.max(size) {
            buffer.resize(len.max(size) + NEAR, 0);
        }
        match file.read(&mut buffer[len..]) {
            Ok(0) => return Ok(&buffer[..len]),
            Ok(more) => len += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A stretch of a large file.
struct Window<'a> {
    /// Its bytes.
    content: &'a [u8],
    /// Lines before it.
    lines_before: u32,
    /// Code points before it on its first line.
    columns_before: u32,
    /// First of its lines that the window before it did not hold whole.
    new_from: u32,
}

/// Reads a file in overlapping windows.
fn windows(file: &mut impl Read, mut each: impl FnMut(Window<'_>)) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    let (mut lines_before, mut columns_before, mut new_from) = (0, 0, 1);
    let mut wide = None;
    loop {
        file.by_ref().take((WINDOW - buffer.len()) as u64).read_to_end(&mut buffer)?;
        each(Window { content: &buffer, lines_before, columns_before, new_from });
        if buffer.len() < WINDOW {
            return Ok(());
        }
        let wide = *wide.get_or_insert_with(|| sniff(&buffer).is_wide());
        // The next window begins with a whole line if there is one near, so that columns count from it.
        let overlap = (buffer.len() - OVERLAP) & !3;
        let whole_line = memchr::memrchr(b'\n', &buffer[..overlap]).filter(|at| !wide && overlap - at < OVERLAP);
        let start = whole_line.map_or(overlap, |at| at + 1);
        let (kept, total) = (count_lines(&buffer[..start]), count_lines(&buffer));
        let line_start = memchr::memrchr(b'\n', &buffer[..start]).map_or(0, |at| at + 1);
        let columns = String::from_utf8_lossy(&buffer[line_start..start]).chars().count() as u32;
        columns_before = if kept == 0 { columns_before + columns } else { columns };
        lines_before += kept;
        new_from = total - kept + 1;
        buffer.drain(..start);
    }
}

fn count_lines(bytes: &[u8]) -> u32 {
    memchr::memchr_iter(b'\n', bytes).count() as u32
}

impl Window<'_> {
    /// Places what the window showed in its file, without what the window before has told.
    fn settle(&self, sighted: &mut Sighted) {
        sighted.sightings.retain(|one| one.region.end_line >= self.new_from);
        sighted.unused.retain(|one| one.line >= self.new_from);
        for one in &mut sighted.sightings {
            for region in std::iter::once(&mut one.region).chain(one.parts.iter_mut().map(|part| &mut part.region)) {
                self.shift(region);
            }
            one.snippet.first_line += self.lines_before;
            if let Some(suppression) = &mut one.suppression {
                suppression.line += self.lines_before;
            }
        }
        for one in &mut sighted.unused {
            one.line += self.lines_before;
        }
    }

    fn shift(&self, region: &mut Region) {
        if region.start_line == 1 {
            region.start_column += self.columns_before;
            region.start_utf16 += self.columns_before;
        }
        if region.end_line == 1 {
            region.end_column += self.columns_before;
            region.end_utf16 += self.columns_before;
        }
        region.start_line += self.lines_before;
        region.end_line += self.lines_before;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_a_large_file_and_count_its_lines() {
        let line = "0123456789abcdef0123456789abcdef\n";
        let count = (2 * WINDOW + 1000) / line.len();
        let content = line.repeat(count);
        let (mut total, mut told) = (0, Vec::new());
        windows(&mut content.as_bytes(), |window| {
            total += 1;
            assert!(window.content.len() <= WINDOW);
            let lines = count_lines(window.content);
            told.push((window.lines_before + window.new_from, window.lines_before + lines));
        })
        .expect("reading from memory");
        assert_eq!(total, 3);
        assert_eq!(told[0].0, 1);
        assert!(told.windows(2).all(|pair| pair[1].0 == pair[0].1 + 1), "{told:?}");
        assert_eq!(told.last().map(|last| last.1), Some(count as u32));
    }
}
