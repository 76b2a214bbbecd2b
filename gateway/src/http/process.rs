//! What this process uses of its machine. Read where the kernel tells it (Linux, man7.org/linux/man-pages/man5/proc.5.html).

use tradepost_domain::Timestamp;
use tradepost_openapi::health::Process;

/// The figures now, of a process that has been open since then. What cannot be read is left out: figures harm nobody.
pub(super) fn figures(opened: Timestamp, now: Timestamp) -> Process {
    let uptime = now.duration_since(opened).as_secs();
    let process = Process { uptime_seconds: u64::try_from(uptime).unwrap_or_default(), ..Process::default() };
    read(process)
}

#[cfg(target_os = "linux")]
fn read(process: Process) -> Process {
    let Ok(this) = procfs::process::Process::myself() else { return process };
    let stat = this.stat().ok();
    let cpu = |stat: &procfs::process::Stat| (stat.utime + stat.stime) * 1000 / procfs::ticks_per_second();
    Process {
        resident_bytes: stat.as_ref().map(|stat| stat.rss * procfs::page_size()),
        threads: stat.as_ref().and_then(|stat| u64::try_from(stat.num_threads).ok()),
        cpu_ms: stat.as_ref().map(cpu),
        // The one that is open for counting them is ours, too.
        open_files: this.fd_count().ok().and_then(|count| u64::try_from(count).ok()),
        ..process
    }
}

#[cfg(not(target_os = "linux"))]
fn read(process: Process) -> Process {
    process
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{fs::File, time::Duration};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("a time")
    }

    /// proves: PL-06
    #[test]
    fn uptime_is_told_in_whole_seconds_and_never_runs_backwards() {
        assert_eq!(figures(at(100), at(190) + Duration::from_millis(900)).uptime_seconds, 90);
        assert_eq!(figures(at(190), at(100)).uptime_seconds, 0);
    }

    /// proves: PL-06
    #[test]
    fn what_the_process_takes_is_seen_in_its_figures() {
        let few = figures(at(0), at(0));
        let files: Vec<_> = (0..100).map(|_| File::open("/dev/null").expect("a file")).collect();
        let memory = vec![7_u8; 64 * 1024 * 1024];
        let (wait, waits) = std::sync::mpsc::channel::<()>();
        let threads = std::thread::scope(|scope| {
            scope.spawn(move || waits.recv());
            let many = figures(at(0), at(0));
            drop(wait);
            assert!(many.open_files >= few.open_files.map(|files| files + 50), "{few:?} {many:?}");
            assert!(many.resident_bytes >= few.resident_bytes.map(|bytes| bytes + 32 * 1024 * 1024));
            assert!(many.cpu_ms >= few.cpu_ms && many.cpu_ms.is_some());
            many.threads
        });
        assert!(threads >= Some(2), "{threads:?}");
        drop((files, memory));
    }
}
