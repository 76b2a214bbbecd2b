//! Everything that one thread logs and traces, at every level.

use std::{
    cell::RefCell,
    fmt::Write as _,
    io,
    sync::{Arc, Once},
};

use parking_lot::Mutex;
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

/// What was written.
#[derive(Clone, Default)]
struct Sheet(Arc<Mutex<Vec<u8>>>);

impl io::Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Sheet {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Runs the work on a thread and a runtime of its own, so that all of it is heard and nothing else; all that was logged
/// and traced meanwhile.
pub(super) fn heard<F: Future<Output = ()>>(work: impl FnOnce() -> F + Send + 'static) -> String {
    listen_to_logs();
    let sheet = Sheet::default();
    let written = sheet.clone();
    let thread = std::thread::spawn(move || {
        let traces = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
        let traces = traces.with_span_events(FmtSpan::FULL).with_ansi(false).with_writer(sheet).finish();
        let _guard = tracing::subscriber::set_default(traces);
        LOGS.set(Some(String::new()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime should start").block_on(work());
        LOGS.take().unwrap_or_default()
    });
    let logs = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    format!("{}{logs}", String::from_utf8_lossy(&written.0.lock()))
}

thread_local! {
    /// What the crate `log` was told on this thread, while somebody listens.
    static LOGS: RefCell<Option<String>> = const { RefCell::new(None) };
}

struct Logs;

impl log::Log for Logs {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        LOGS.with_borrow_mut(|logs| {
            if let Some(logs) = logs {
                let _ = writeln!(logs, "{} {}: {}", record.level(), record.target(), record.args());
            }
        });
    }

    fn flush(&self) {}
}

/// For libraries that use `log`. A test that has a logger of its own keeps it.
fn listen_to_logs() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if log::set_logger(&Logs).is_ok() {
            log::set_max_level(log::LevelFilter::Trace);
        }
    });
}
