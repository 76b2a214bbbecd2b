//! On what machine was it measured?

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

/// What figures depend on.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// Processors that this process may use.
    pub cores: usize,
    /// Their name.
    pub processor: String,
    /// Bytes of memory.
    pub memory: u64,
    /// The kernel's version.
    pub kernel: String,
    /// Processes that wanted to run in the last minute, before anything was measured: somebody else's.
    pub load: String,
}

impl Machine {
    /// What the kernel tells.
    pub fn this() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        Self {
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            processor: field(&read("/proc/cpuinfo"), "model name"),
            memory: kib(&field(&read("/proc/meminfo"), "MemTotal")) * 1024,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            load: read("/proc/loadavg").split_whitespace().next().unwrap_or_default().to_owned(),
        }
    }
}

/// The value behind the first `name :`.
fn field(text: &str, name: &str) -> String {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines
        .filter(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim().to_owned())
        .next()
        .unwrap_or_default()
}

/// `16384 kB`.
fn kib(text: &str) -> u64 {
    text.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// Refuses a folder that lies in memory: nothing there is ever written to a disk.
pub fn is_on_disk(folder: &Path) -> Result<()> {
    let mounts =
        procfs::process::Process::myself().and_then(|own| own.mountinfo()).context("read the mounts")?;
    let around = mounts.0.iter().filter(|mount| folder.starts_with(&mount.mount_point));
    // Of two mounts at one place the later covers the earlier.
    let closest = around.max_by_key(|mount| mount.mount_point.components().count());
    match closest.map(|mount| mount.fs_type.as_str()) {
        Some(kind @ ("tmpfs" | "ramfs")) => {
            bail!("measure in {}: it is a {kind}, not a disk; name another with --folder", folder.display())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_lists_are_read() {
        assert_eq!(kib(&field("MemFree:  3 kB\nMemTotal:       24576 kB\n", "MemTotal")), 24_576);
        assert_eq!(field("model name\t: A fine one\nmodel name\t: Another", "model name"), "A fine one");
        assert_eq!(kib(&field("", "MemTotal")), 0);
    }

    #[test]
    fn what_lies_in_memory_is_refused() {
        let refused = is_on_disk(Path::new("/dev/shm/x"));
        assert!(refused.is_err_and(|error| error.to_string().contains("--folder")));
    }
}
