//! Processes that never outlive the test: dropped, they are killed; and the kernel kills them when the test's process dies.

use std::{
    ffi::OsStr,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use super::until;

/// A process of this test.
pub struct Program(Child);

impl Program {
    /// Starts a command that was made by [`command`].
    pub fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap_or_else(|error| panic!("failed to start {command:?}: {error}")))
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).expect("a signal to a process that is there");
    }

    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("a child of this process")
    }

    /// Waits for its end.
    pub async fn end(&mut self) -> ExitStatus {
        until("a process ends", || self.ended().is_some()).await;
        self.ended().expect("it has ended")
    }

    /// Waits for the end of one that was killed.
    pub fn wait(&mut self) {
        self.0.wait().expect("a child of this process");
    }

    /// Its first line on standard output.
    pub fn first_line(&mut self) -> String {
        let mut line = String::new();
        let out = self.0.stdout.take().expect("piped");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).expect("a line");
        line
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A command that dies with this test's thread.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program).stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("failed to run {command:?}: {error}"))
}

/// The program `tradepost`.
pub fn tradepost() -> PathBuf {
    binary("TRADEPOST_BIN", "tradepost")
}

/// The real program: named by `variable`, else beside the folder of this test.
pub fn binary(variable: &str, name: &str) -> PathBuf {
    let beside = || {
        let test = std::env::current_exe().expect("this test's own path");
        let folder = test.parent().and_then(Path::parent).expect("a target folder");
        folder.join(name)
    };
    let path = std::env::var_os(variable).map_or_else(beside, PathBuf::from);
    let build = "build it first: cargo build --profile ci -p tradepost-gateway -p tradepost-sandbox";
    assert!(path.is_file(), "{} is not there; {build}, or set {variable}", path.display());
    path
}

/// A port that stays free while its process is away: below those that the system hands out by itself, and in a range
/// of this test's process.
pub fn free_port() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let range = u16::try_from(std::process::id() % 1_000).expect("a small number");
    for _ in 0..1_000 {
        let port = 10_000 + range * 20 + TAKEN.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}

/// A moment for what needs one.
pub async fn moment() {
    tokio::time::sleep(Duration::from_millis(25)).await;
}
