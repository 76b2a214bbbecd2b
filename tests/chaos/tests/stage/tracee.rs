//! A process whose system calls are written down by strace, or fail by it.

use std::path::{Path, PathBuf};

/// A process under strace.
pub struct Tracee(PathBuf);

/// What it called.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Answers with status 200.
    pub answers: usize,
    /// `fsync` and `fdatasync` that ended well.
    pub syncs: usize,
    /// Groups of answers with no sync between them.
    pub groups: usize,
}

impl Tracee {
    /// Its calls are written to that file.
    pub fn new(file: PathBuf) -> Self {
        Self(file)
    }

    /// What stands before the program's own command line.
    pub fn wrapper(&self) -> Vec<String> {
        let calls = "trace=fsync,fdatasync,write,writev,sendto,sendmsg";
        let file = self.0.to_string_lossy();
        ["strace", "-f", "--seccomp-bpf", "-s", "16", "-e", calls, "-o", &file].map(str::to_owned).into()
    }

    /// What stands before the program's own command line where some of a thread's calls fail with an I/O error: those of
    /// that kind and of those numbers (`3..6`), on that path only, if there is one.
    pub fn failing(&self, call: &str, which: &str, on: Option<&Path>) -> Vec<String> {
        let file = self.0.to_string_lossy().into_owned();
        let (trace, inject) = (format!("trace={call}"), format!("inject={call}:error=EIO:when={which}"));
        let mut words: Vec<String> = ["strace", "-f", "--seccomp-bpf", "-o"].map(str::to_owned).into();
        words.extend([file, "-e".to_owned(), trace, "-e".to_owned(), inject]);
        words.extend(on.into_iter().flat_map(|path| ["-P".to_owned(), path.to_string_lossy().into_owned()]));
        words
    }

    /// How many calls there are so far.
    pub fn so_far(&self) -> usize {
        self.read().lines().count()
    }

    /// The calls since there were so many.
    pub fn since(&self, many: usize) -> Calls {
        let mut calls = Calls::default();
        let mut synced = true;
        for line in self.read().lines().skip(many) {
            if is_sync(line) {
                calls.syncs += 1;
                synced = true;
            } else if line.contains("\"HTTP/1.1 200") {
                calls.answers += 1;
                calls.groups += usize::from(std::mem::take(&mut synced));
            }
        }
        calls
    }

    fn read(&self) -> String {
        std::fs::read_to_string(&self.0).expect("strace writes")
    }
}

/// `12 fdatasync(9) = 0`, or the second half of one that was interrupted by another thread's line.
fn is_sync(line: &str) -> bool {
    let whole = line.contains("sync(") && !line.contains("<unfinished");
    (whole || line.contains("sync resumed>")) && line.trim_end().ends_with("= 0")
}

#[test]
fn syncs_are_told_from_their_halves() {
    assert!(is_sync("12 fdatasync(9)                            = 0"));
    assert!(is_sync("12 <... fdatasync resumed>)                = 0"));
    assert!(!is_sync("12 fdatasync(9 <unfinished ...>"));
    assert!(!is_sync("12 fsync(9) = -1 EIO (Input/output error)"));
}
