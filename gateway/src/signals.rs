//! SIGTERM and Ctrl-C: the first asks the house to close, the second does not wait for it.

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// Turns true with SIGTERM or Ctrl-C. Whoever says it twice does not want to wait: the process ends at once, as if that
/// signal had ended it. What was in hand is taken up again by the next start.
pub fn on_signal() -> watch::Receiver<bool> {
    let (stops, stop) = watch::channel(false);
    let mut signals = Signals::listen();
    tokio::spawn(async move {
        signals.next().await;
        tracing::info!("stopping: what is in hand is finished; a second signal ends the process at once");
        stops.send_replace(true);
        let code = signals.next().await.ended_by();
        tracing::warn!(code, "a second signal: the process ends at once, the next start goes on from here");
        at_once(code);
    });
    stop
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever asks twice wants just this; the store forgives it as it does a kill"
)]
fn at_once(code: i32) -> ! {
    std::process::exit(code)
}

/// SIGTERM and Ctrl-C, heard from the beginning. One that cannot be heard never comes.
struct Signals {
    terminate: Option<Signal>,
    interrupt: Option<Signal>,
}

#[derive(Clone, Copy)]
enum Heard {
    Interrupt,
    Terminate,
}

impl Heard {
    /// The exit code of a process that such a signal ended: 128 and the signal's number, as shells have it.
    fn ended_by(self) -> i32 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

impl Signals {
    fn listen() -> Self {
        Self {
            terminate: signal(SignalKind::terminate()).ok(),
            interrupt: signal(SignalKind::interrupt()).ok(),
        }
    }

    async fn next(&mut self) -> Heard {
        tokio::select! {
            () = heard(&mut self.terminate) => Heard::Terminate,
            () = heard(&mut self.interrupt) => Heard::Interrupt,
        }
    }
}

async fn heard(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}
