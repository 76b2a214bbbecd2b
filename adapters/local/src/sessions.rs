//! Session windows: they begin with an event and allow so many uses until they end.

use std::{collections::HashMap, time::Duration};

use tradepost_domain::Timestamp;
use tradepost_ports::coordinator::SessionUse;

/// Sessions that are remembered. Beyond it the half that ends first is forgotten: it counts as closed.
const MOST_KEYS: usize = 100_000;

#[derive(Default)]
pub struct Sessions {
    open: HashMap<String, Session>,
    /// Ended sessions are looked for when there are so many.
    sweep_at: usize,
}

struct Session {
    until: Timestamp,
    used: u32,
}

impl Sessions {
    pub fn begin(&mut self, key: &str, length: Duration, now: Timestamp) {
        if !self.open.contains_key(key) {
            self.make_room(now);
        }
        let until = now.checked_add(length).unwrap_or(Timestamp::MAX);
        self.open.insert(key.to_owned(), Session { until, used: 0 });
    }

    pub fn use_one(&mut self, key: &str, most: u32, now: Timestamp) -> SessionUse {
        match self.open.get_mut(key) {
            Some(session) if session.until > now && session.used < most => {
                session.used += 1;
                SessionUse::Used { left: most - session.used }
            }
            Some(session) if session.until > now => SessionUse::Spent,
            _ => SessionUse::Closed,
        }
    }

    fn make_room(&mut self, now: Timestamp) {
        if self.open.len() < self.sweep_at.max(1_000) {
            return;
        }
        self.open.retain(|_, session| session.until > now);
        if self.open.len() >= MOST_KEYS {
            let mut ends: Vec<Timestamp> = self.open.values().map(|session| session.until).collect();
            let (_, middle, _) = ends.select_nth_unstable(MOST_KEYS / 2);
            let middle = *middle;
            self.open.retain(|_, session| session.until > middle);
        }
        self.sweep_at = (self.open.len() * 2).min(MOST_KEYS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_keys_do_not_fill_the_memory() {
        let mut sessions = Sessions::default();
        for n in 0..250_000 {
            sessions.begin(&format!("key-{n}"), Duration::from_secs(3600), at(n));
            assert!(sessions.open.len() <= MOST_KEYS);
        }
        assert_eq!(
            sessions.use_one("key-249999", 1, at(250_000)),
            SessionUse::Used { left: 0 },
            "the latest stay"
        );
    }

    #[test]
    fn ended_sessions_are_swept() {
        let mut sessions = Sessions::default();
        for n in 0..5_000 {
            sessions.begin(&format!("key-{n}"), Duration::from_millis(10), at(n));
        }
        assert!(sessions.open.len() <= 1_000, "{}", sessions.open.len());
    }

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_768_298_400_000 + milliseconds).unwrap_or(Timestamp::MAX)
    }
}
