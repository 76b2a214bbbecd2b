//! Sliding windows: the times of the uses themselves, so that no two windows' worth can be used at their border.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use tradepost_domain::Timestamp;

/// Keys that are remembered. Beyond it the half that was used longest ago is forgotten, so that nobody can fill the
/// memory with invented keys.
const MOST_KEYS: usize = 100_000;

#[derive(Default)]
pub struct Windows {
    uses: HashMap<String, Uses>,
    /// Ended windows are looked for when there are so many keys.
    sweep_at: usize,
}

struct Uses {
    window: Duration,
    at: VecDeque<Timestamp>,
}

impl Windows {
    /// Counts a use, or tells the wait. A refused use does not count.
    pub fn allow(&mut self, key: &str, most: u32, window: Duration, now: Timestamp) -> Result<(), Duration> {
        let most = most as usize;
        if most == 0 {
            return Err(window);
        }
        if !self.uses.contains_key(key) {
            self.make_room(now);
        }
        let uses = self.uses.entry(key.to_owned()).or_insert_with(|| Uses { window, at: VecDeque::new() });
        uses.window = window;
        uses.forget(now);
        if let Some(first) = uses.at.len().checked_sub(most).and_then(|index| uses.at.get(index)) {
            return Err(until(ending(*first, window), now));
        }
        uses.at.push_back(now);
        Ok(())
    }

    fn make_room(&mut self, now: Timestamp) {
        if self.uses.len() < self.sweep_at.max(1_000) {
            return;
        }
        self.uses.retain(|_, uses| uses.last() > now);
        if self.uses.len() >= MOST_KEYS {
            let mut lasts: Vec<Timestamp> = self.uses.values().map(Uses::last).collect();
            let (_, middle, _) = lasts.select_nth_unstable(MOST_KEYS / 2);
            let middle = *middle;
            self.uses.retain(|_, uses| uses.last() > middle);
        }
        self.sweep_at = (self.uses.len() * 2).min(MOST_KEYS);
    }
}

impl Uses {
    fn forget(&mut self, now: Timestamp) {
        while self.at.front().is_some_and(|first| ending(*first, self.window) <= now) {
            self.at.pop_front();
        }
    }

    /// When the last use leaves the window.
    fn last(&self) -> Timestamp {
        self.at.back().map_or(Timestamp::MIN, |last| ending(*last, self.window))
    }
}

fn ending(at: Timestamp, window: Duration) -> Timestamp {
    at.checked_add(window).unwrap_or(Timestamp::MAX)
}

fn until(end: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(end.duration_since(now)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// proves: PL-10
    #[test]
    fn invented_keys_do_not_fill_the_memory() {
        let mut windows = Windows::default();
        for n in 0..250_000 {
            assert_eq!(windows.allow(&format!("key-{n}"), 1, Duration::from_secs(3600), at(n)), Ok(()));
            assert!(windows.uses.len() <= MOST_KEYS);
        }
        assert!(
            windows.allow("key-249999", 1, Duration::from_secs(3600), at(250_000)).is_err(),
            "the latest stay"
        );
    }

    #[test]
    fn ended_windows_are_swept() {
        let mut windows = Windows::default();
        for n in 0..5_000 {
            assert_eq!(windows.allow(&format!("key-{n}"), 1, Duration::from_millis(10), at(n)), Ok(()));
        }
        assert!(windows.uses.len() <= 1_000, "{}", windows.uses.len());
    }

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_768_298_400_000 + milliseconds).unwrap_or(Timestamp::MAX)
    }
}
