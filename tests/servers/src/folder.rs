//! Folders that go with us, even when we are killed.

use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::programs::Account;

/// Waits until the pipe from us ends, which it also does when we are killed; then the folder goes. What still writes
/// into it is dying: a few tries are enough.
const KEEPER: &str =
    r#"read -r _; for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- "$1" 2>/dev/null && exit; sleep 0.3; done"#;

/// A folder of its own, below the system's temporary one.
pub struct Folder {
    path: PathBuf,
    keeper: Child,
}

impl Folder {
    /// A fresh one, for that account only.
    pub fn new(name: &str, account: Option<Account>) -> Self {
        let folder = tempfile::Builder::new()
            .prefix(&format!("tradepost-{name}-"))
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir()
            .expect("a temporary folder");
        let path = folder.keep();
        let keeper = keep(&path);
        if let Some(Account { uid, gid }) = account {
            chown(&path, Some(uid), Some(gid)).expect("to give the folder away");
        }
        Self { path, keeper }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file that the folder's owner may read.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path.join(name);
        fs::write(&path, text).expect("to write into a temporary folder");
        path
    }

    /// What a file says; nothing if it is not there.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path.join(name)).unwrap_or_default()
    }
}

fn keep(path: &Path) -> Child {
    let mut keeper = Command::new("sh");
    keeper.args(["-c", KEEPER, "keeper"]).arg(path).process_group(0);
    keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    keeper.spawn().expect("a shell that keeps the folder")
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}
