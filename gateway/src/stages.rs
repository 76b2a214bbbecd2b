//! Where the chaos suite kills: `TRADEPOST_KILL_AT="sending:3"` ends the process with SIGKILL the third time that stage
//! is reached. Nothing else sets it, and a running house says loudly that it is set.

use std::{
    process::abort,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rustix::process::{Signal, getpid, kill_process};
use tradepost_engine::{Stage, StageHook};

/// The environment's variable.
pub const KILL_AT: &str = "TRADEPOST_KILL_AT";

/// The hook that the environment asks for, if it does.
pub fn from_environment() -> Result<Option<StageHook>, String> {
    match std::env::var(KILL_AT) {
        Err(_) => Ok(None),
        Ok(text) => killing(&text).map(Some).map_err(|error| format!("failed to read {KILL_AT}: {error}")),
    }
}

fn killing(text: &str) -> Result<StageHook, String> {
    let (fatal, times) = place(text)?;
    tracing::warn!(
        stage = fatal.word(),
        times,
        "this process will kill itself: it is one of the chaos suite's"
    );
    let reached = AtomicUsize::new(0);
    Ok(Arc::new(move |stage| {
        if stage == fatal && reached.fetch_add(1, Ordering::Relaxed) + 1 == times {
            die();
        }
    }))
}

/// `stage:times`.
fn place(text: &str) -> Result<(Stage, usize), String> {
    let words = || Stage::ALL.map(Stage::word).join(", ");
    let (word, times) = text.split_once(':').ok_or("write it like sending:3")?;
    let stage = Stage::ALL.into_iter().find(|stage| stage.word() == word);
    let stage = stage.ok_or_else(|| format!("`{word}` is no stage; there are {}", words()))?;
    let times = times.parse().ok().filter(|times| *times > 0);
    Ok((stage, times.ok_or("the number of times is no number above 0")?))
}

/// At once, with nothing put down. Does not return, even where the signal could not be sent.
fn die() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    abort()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_stage_and_how_often() {
        assert_eq!(place("sending:3"), Ok((Stage::Sending, 3)));
        assert_eq!(place("settling:1"), Ok((Stage::Settling, 1)));
    }

    #[test]
    fn what_is_no_place_is_told() {
        for (text, told) in [("sending", "sending:3"), ("sent:1", "claimed"), ("sending:0", "above 0")] {
            let error = place(text).expect_err(text);
            assert!(error.contains(told), "{error}");
        }
    }
}
