//! The data directory: made, proved, locked; and what is told of one that cannot be used.

use std::{
    fs::{self, File, TryLockError},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use crate::serve::ServeError;

/// What a house needs to begin with. A new store's file, journal and index of it come to 600 KiB while its schema is made.
const ROOM: usize = 1024 * 1024;

/// A data directory that no other process serves. The lock ends with the process, however it ends.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    _lock: File,
}

impl DataDirectory {
    /// Makes the directory if need be, proves that there is room in it, and locks it.
    pub fn take(path: &Path) -> Result<Self, ServeError> {
        let unusable = |error| unusable(path, &error);
        prove(path)?;
        let name = path.join("tradepost.lock");
        let lock = File::options().create(true).write(true).truncate(false).open(&name).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(ServeError::Locked(name)),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes the directory if need be, and writes in it: a full disk is told at start, not by the first customer's message.
pub fn prove(path: &Path) -> Result<(), ServeError> {
    let proof = path.join(".tradepost-proof");
    let write = || {
        let mut file = File::create(&proof)?;
        file.write_all(&vec![0; ROOM])?;
        file.sync_all()
    };
    let proved = fs::create_dir_all(path).and_then(|()| write());
    // It may not have been made at all.
    let _ = fs::remove_file(&proof);
    proved.map_err(|error| unusable(path, &error))
}

fn unusable(path: &Path, error: &io::Error) -> ServeError {
    ServeError::Data { path: path.to_owned(), reason: format!("{error}: {}", mending(error.kind())) }
}

fn mending(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "make room for 1 MiB at least, or name a directory elsewhere as `data` under [store]"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "let this user write there, or name another directory as `data` under [store]"
        }
        _ => "name a directory that can be written to as `data` under [store]",
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::full(ErrorKind::StorageFull, "make room")]
    #[case::over_quota(ErrorKind::QuotaExceeded, "make room")]
    #[case::not_ours(ErrorKind::PermissionDenied, "let this user write")]
    #[case::read_only(ErrorKind::ReadOnlyFilesystem, "let this user write")]
    #[case::a_file_in_the_way(ErrorKind::NotADirectory, "name a directory")]
    fn what_can_be_done_is_told(#[case] kind: ErrorKind, #[case] told: &str) {
        let error = unusable(Path::new("data"), &kind.into()).to_string();
        assert!(error.starts_with("failed to use the data directory data: "), "{error}");
        assert!(error.contains(told) && error.contains("[store]"), "{error}");
    }

    /// proves: FI-11
    #[test]
    fn a_proof_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("a/b");
        prove(&data).expect("there is room");
        assert_eq!(fs::read_dir(&data).expect("it was made").count(), 0);
    }
}
