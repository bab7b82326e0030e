//! An output file that is there whole or not at all.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::error::OutputError;

/// A file that is written beside its place, and put there when it is whole. What is dropped before
/// [`OutputFile::commit`] leaves nothing behind.
#[derive(Debug)]
pub struct OutputFile {
    beside: NamedTempFile,
    path: PathBuf,
    force: bool,
}

impl OutputFile {
    /// Begins a file. One that exists is only replaced where `force` says so.
    ///
    /// # Errors
    /// Where the file exists, is no regular file, or none can be made in its folder.
    pub fn create(path: &Path, force: bool) -> Result<OutputFile, OutputError> {
        let file = || path.display().to_string();
        match std::fs::metadata(path) {
            Ok(found) if !found.is_file() => return Err(OutputError::NotAFile { file: file() }),
            Ok(_) if !force => return Err(OutputError::Exists { file: file() }),
            _ => {}
        }
        let beside = new_file(folder(path)).map_err(|source| OutputError::Io { file: file(), source })?;
        Ok(OutputFile { beside, path: path.to_owned(), force })
    }

    /// Puts the file in its place, once it is safe on the disk.
    ///
    /// # Errors
    /// Where a file came to be there meanwhile that may not be replaced, or the disk fails.
    pub fn commit(self) -> Result<(), OutputError> {
        let file = self.path.display().to_string();
        let io = |source| OutputError::Io { file: file.clone(), source };
        self.beside.as_file().sync_all().map_err(io)?;
        let placed = if self.force {
            self.beside.persist(&self.path)
        } else {
            self.beside.persist_noclobber(&self.path)
        };
        placed.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => OutputError::Exists { file: file.clone() },
            _ => io(error.error),
        })?;
        sync_folder(folder(&self.path)).map_err(io)
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.beside.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.beside.flush()
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".yufang-");
    // A temporary file is its owner's alone; what is left of this one is for whom other files are.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// A rename is only safe when its folder is; not every system lets a folder be opened.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
