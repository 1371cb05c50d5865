//! A file that tells other servers to keep away.

use std::fs::{File, TryLockError};
use std::io;

/// Held until it is dropped.
#[derive(Debug)]
pub(crate) struct FileLock(File);

impl FileLock {
    /// Nothing where somebody else holds it.
    ///
    /// # Errors
    /// When the file cannot be locked.
    pub(crate) fn take(file: File) -> io::Result<Option<Self>> {
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing is not enough: a child process on its way to its own program still has
        // the file open. Where unlocking fails, the closing that follows does it.
        drop(self.0.unlock());
    }
}
