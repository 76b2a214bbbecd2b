//! Processes that never outlive this one, and what the kernel tells of them.

use std::{
    ffi::OsStr,
    io::BufRead as _,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use procfs::process::Process;
use rustix::process::{Pid, Signal, kill_process};
use serde::Serialize;

/// What does not end by then never does.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process of ours; killed when the value goes.
pub struct Program(Child);

/// What a process has used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Used {
    /// Processor seconds, its own and the kernel's for it.
    pub cpu_s: f64,
    /// Memory that it holds now, in bytes.
    pub resident: u64,
    /// The most that it held, in bytes.
    pub most_resident: u64,
}

/// A command that dies with the thread that started it, which is our first.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program).stdin(Stdio::null());
    command
}

impl Program {
    pub fn start(mut command: Command) -> Result<Self> {
        let child =
            command.spawn().with_context(|| format!("start {command:?} (setpriv is Debian's util-linux)"))?;
        Ok(Self(child))
    }

    pub fn pid(&self) -> i32 {
        Pid::from_child(&self.0).as_raw_nonzero().get()
    }

    /// Its first line on standard output.
    pub fn first_line(&mut self) -> Result<String> {
        let out = self.0.stdout.take().context("read from a program")?;
        let mut line = String::new();
        std::io::BufReader::new(out).read_line(&mut line).context("read a program's first line")?;
        Ok(line)
    }

    pub fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }

    /// Asks the process of that number, which is this one or a child of it, to end; waits until this one has.
    pub async fn end(&mut self, asked: i32) -> Result<()> {
        if let Some(pid) = Pid::from_raw(asked) {
            // It may have ended already.
            let _ = kill_process(pid, Signal::TERM);
        }
        let begun = Instant::now();
        while !self.has_ended() {
            if begun.elapsed() > PATIENCE {
                bail!("stop a program within {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a process has used.
pub fn used(pid: i32) -> Result<Used> {
    let process = Process::new(pid).context("look at a process")?;
    let (stat, status) =
        (process.stat().context("read its times")?, process.status().context("read its memory")?);
    let ticks = (stat.utime + stat.stime) as f64;
    let bytes = |kib: Option<u64>| kib.unwrap_or_default() * 1024;
    Ok(Used {
        cpu_s: ticks / procfs::ticks_per_second() as f64,
        resident: bytes(status.vmrss),
        most_resident: bytes(status.vmhwm),
    })
}

/// The first child of a process.
pub fn child_of(pid: i32) -> Option<i32> {
    let all = procfs::process::all_processes().ok()?;
    all.flatten().filter_map(|process| process.stat().ok()).find(|stat| stat.ppid == pid).map(|stat| stat.pid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_tells_what_this_process_uses() {
        let own = i32::try_from(std::process::id()).expect("a number");
        let used = used(own).expect("figures");
        assert!(used.resident > 100_000 && used.most_resident >= used.resident, "{used:?}");
    }
}
