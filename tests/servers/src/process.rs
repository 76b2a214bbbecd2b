//! A server's process and its children.

use std::{
    fs, io,
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
    sync::{LazyLock, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

pub use rustix::process::Signal;
use rustix::process::{Pid, kill_process};

/// A server that does not come or go within this time is broken; a busy machine is slow, not broken.
pub const AT_THE_LATEST: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A server that runs. It is killed when the value goes.
pub struct Process {
    child: Child,
    name: &'static str,
}

impl Process {
    /// Starts it in a group of its own, so that a key pressed at the terminal does not reach it.
    pub fn start(name: &'static str, mut command: Command, log: Stdio) -> Self {
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let child = spawn(command).unwrap_or_else(|error| panic!("failed to start {name}: {error}"));
        Self { child, name }
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits until `ready` says so: `false` when the process ended before.
    pub fn comes_up(&mut self, mut ready: impl FnMut() -> bool) -> bool {
        let begun = Instant::now();
        while self.runs() {
            if ready() {
                return true;
            }
            assert!(begun.elapsed() < AT_THE_LATEST, "{} did not come up", self.name);
            thread::sleep(LOOK_AGAIN);
        }
        false
    }

    /// Tells it to end and waits until it has.
    pub fn end(&mut self, signal: Signal) {
        self.resume();
        let _ = kill_process(self.pid(), signal);
        assert!(self.ends_within(AT_THE_LATEST), "{} did not stop", self.name);
    }

    fn ends_within(&mut self, limit: Duration) -> bool {
        let begun = Instant::now();
        while self.runs() {
            if begun.elapsed() > limit {
                return false;
            }
            thread::sleep(LOOK_AGAIN);
        }
        true
    }

    /// Stops it and its children where they are: connections stay open and nobody answers.
    pub fn pause(&self) {
        self.tell_all(Signal::STOP);
    }

    /// Lets all go on.
    pub fn resume(&self) {
        self.tell_all(Signal::CONT);
    }

    /// The parent first, so that it makes no more children meanwhile.
    fn tell_all(&self, signal: Signal) {
        for pid in std::iter::once(self.pid()).chain(children(self.pid())) {
            let _ = kill_process(pid, signal);
        }
    }

    /// Its number.
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Process {
    /// `SIGQUIT` lets PostgreSQL at least give its shared memory back; who does not hear it is killed.
    fn drop(&mut self) {
        if self.runs() {
            self.resume();
            let _ = kill_process(self.pid(), Signal::QUIT);
            if !self.ends_within(Duration::from_secs(5)) {
                self.tell_all(Signal::KILL);
                let _ = self.child.wait();
            }
        }
    }
}

fn children(parent: Pid) -> Vec<Pid> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| parent_of(*pid) == Some(parent.as_raw_nonzero().get()))
        .filter_map(Pid::from_raw)
        .collect()
}

/// The fields after the program's name, which may hold anything but ends with the last parenthesis: state, parent, …
fn parent_of(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

type Order = (Command, mpsc::Sender<io::Result<Child>>);

/// A parent's death is the death of the thread that started the child, and a test's thread ends before its process: so
/// one thread that never ends starts them all.
fn spawn(command: Command) -> io::Result<Child> {
    static STARTER: LazyLock<Mutex<mpsc::Sender<Order>>> = LazyLock::new(|| {
        let (orders, to_do) = mpsc::channel::<Order>();
        thread::spawn(move || {
            for (mut command, answer) in to_do {
                let _ = answer.send(command.spawn());
            }
        });
        Mutex::new(orders)
    });
    let (answer, started) = mpsc::channel();
    let gone = |_| io::Error::other("the thread that starts servers is gone");
    STARTER.lock().unwrap_or_else(PoisonError::into_inner).send((command, answer)).map_err(|_| gone(()))?;
    started.recv().unwrap_or_else(|_| Err(gone(())))
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its number").port()
}
