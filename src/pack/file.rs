//! Files read at given places, without a shared cursor.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// An open file, its path and its length when it was opened.
pub(crate) struct Source {
    file: File,
    pub(crate) path: PathBuf,
    pub(crate) len: u64,
}

impl Source {
    pub(crate) fn open(path: &Path) -> io::Result<Source> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok(Source { file, path: path.to_owned(), len })
    }

    /// Fills `buffer` from `offset`.
    #[cfg(unix)]
    pub(crate) fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, buffer, offset)
    }

    /// Fills `buffer` from `offset`.
    #[cfg(windows)]
    pub(crate) fn read_exact_at(&self, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            let read = std::os::windows::fs::FileExt::seek_read(&self.file, buffer, offset)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            buffer = &mut buffer[read..];
            offset += read as u64;
        }
        Ok(())
    }
}

/// A reader of neighbouring stretches of one file that asks the system for more than the stretch at hand.
#[derive(Default)]
pub(crate) struct Window {
    buffer: Vec<u8>,
    /// How much of the buffer holds bytes of the file.
    filled: usize,
    start: u64,
    /// Which file the bytes are of.
    file: Option<usize>,
}

/// Buffers above this size are given back after use.
pub(crate) const KEEP: usize = 4 << 20;

impl Window {
    /// The bytes `[offset, offset + len)` of `source`, known to the caller as `number`. At least `ahead` bytes
    /// are read if any must be.
    pub(crate) fn get(
        &mut self,
        number: usize,
        source: &Source,
        offset: u64,
        len: usize,
        ahead: usize,
    ) -> io::Result<&[u8]> {
        let held = self.start + self.filled as u64;
        if self.file != Some(number) || offset < self.start || offset + len as u64 > held {
            if self.buffer.len() > KEEP && len <= KEEP {
                self.buffer = Vec::new();
            }
            let want = ahead.max(len).min(source.len.saturating_sub(offset) as usize);
            if want < len {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.file = None;
            if self.buffer.len() < want {
                self.buffer.resize(want, 0);
            }
            source.read_exact_at(&mut self.buffer[..want], offset)?;
            (self.file, self.start, self.filled) = (Some(number), offset, want);
        }
        let from = (offset - self.start) as usize;
        Ok(&self.buffer[from..from + len])
    }
}
