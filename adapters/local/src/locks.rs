//! Named locks that free themselves.

use std::{collections::HashMap, time::Duration};

use tradepost_domain::Timestamp;
use tradepost_ports::coordinator::LockToken;

#[derive(Default)]
pub struct Locks {
    held: HashMap<String, (LockToken, Timestamp)>,
    last: u64,
}

impl Locks {
    pub fn take(&mut self, name: &str, lease: Duration, now: Timestamp) -> Option<LockToken> {
        self.held.retain(|_, (_, until)| *until > now);
        if self.held.contains_key(name) {
            return None;
        }
        let token = self.next(now);
        let until = now.checked_add(lease).unwrap_or(Timestamp::MAX);
        self.held.insert(name.to_owned(), (token, until));
        Some(token)
    }

    pub fn renew(&mut self, name: &str, token: LockToken, lease: Duration, now: Timestamp) -> bool {
        let held = self.held.get_mut(name).filter(|(holder, until)| *holder == token && *until > now);
        held.map(|(_, until)| *until = now.checked_add(lease).unwrap_or(Timestamp::MAX)).is_some()
    }

    pub fn give_back(&mut self, name: &str, token: LockToken) {
        if self.held.get(name).is_some_and(|(holder, _)| *holder == token) {
            self.held.remove(name);
        }
    }

    /// Tokens follow the clock's microseconds where they can, so that they go on growing after a restart.
    fn next(&mut self, now: Timestamp) -> LockToken {
        let clock = u64::try_from(now.as_microsecond()).unwrap_or_default();
        self.last = clock.max(self.last + 1);
        LockToken(self.last)
    }
}
