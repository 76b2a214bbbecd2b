//! What a process knows of its accounts' tokens, and what it tells of them.

use std::{collections::BTreeMap, time::Duration};

use parking_lot::Mutex;
use serde::Serialize;
use tradepost_domain::{AccountKey, Timestamp};
use tradepost_ports::{TokenHabits, store::Sealed};

use super::Unopened;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// So long before an end that could not be put off, people are warned.
const WARN_BEFORE: Duration = Duration::from_secs(7 * 24 * 3_600);
/// The wait after a failed exchange; it doubles up to an hour.
const FIRST_WAIT: Duration = Duration::from_secs(60);
/// The wait after the provider has refused one.
const REFUSED_WAIT: Duration = Duration::from_secs(6 * 3_600);

/// What is known of each account's token.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<BTreeMap<AccountKey, Held>>);

/// What is known of one.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// The version in the vault, even if that one does not open.
    pub(super) version: i64,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) refreshed_at: Timestamp,
    pub(super) next_look: Timestamp,
    next_try: Timestamp,
    failures: u32,
    trouble: Option<String>,
    unopened: bool,
    warned_at: Option<Timestamp>,
    /// The provider refuses the account, and the vault was asked since.
    pub(super) asked_since_refused: bool,
}

impl Tokens {
    pub(super) fn of(&self, account: &AccountKey) -> Option<Held> {
        self.0.lock().get(account).cloned()
    }

    pub(super) fn note(&self, account: &AccountKey, held: Held) {
        self.0.lock().insert(account.clone(), held);
    }

    pub(super) fn change(&self, account: &AccountKey, change: impl FnOnce(&mut Held)) {
        if let Some(held) = self.0.lock().get_mut(account) {
            change(held);
        }
    }
}

impl Held {
    pub(super) fn of(sealed: &Sealed, next_look: Timestamp) -> Self {
        Self {
            version: sealed.version,
            expires_at: sealed.expires_at,
            refreshed_at: sealed.refreshed_at,
            next_look,
            next_try: Timestamp::MIN,
            failures: 0,
            trouble: None,
            unopened: false,
            warned_at: None,
            asked_since_refused: false,
        }
    }

    /// One that does not open: what is in use until now stays so.
    pub(super) fn unopened(sealed: &Sealed, why: &Unopened, next_look: Timestamp) -> Self {
        Self { trouble: Some(why.to_string()), unopened: true, ..Self::of(sealed, next_look) }
    }

    /// Is it to be exchanged now? One whose end nobody knows is, as soon as the provider lets us; one that has ended cannot be.
    pub(super) fn is_due(&self, habits: TokenHabits, now: Timestamp) -> bool {
        let due = match self.expires_at {
            None => true,
            Some(end) => {
                end > now && end - habits.before <= now && self.refreshed_at + habits.least_age <= now
            }
        };
        due && !self.unopened && self.next_try <= now
    }

    pub(super) fn failed(&mut self, now: Timestamp, refused: bool, why: String) {
        let wait = FIRST_WAIT.saturating_mul(1 << self.failures.min(10)).min(HOUR);
        self.next_try = now + if refused { REFUSED_WAIT } else { wait };
        self.failures += 1;
        self.trouble = Some(why);
    }

    fn state(&self, habits: TokenHabits, now: Timestamp) -> TokenState {
        if self.unopened {
            return TokenState::Unreadable;
        }
        let ends_soon = match self.expires_at {
            Some(end) if end <= now => return TokenState::Expired,
            Some(end) => end - WARN_BEFORE <= now,
            // A young one may be refused for a while.
            None => self.failures > 0 && self.refreshed_at + habits.least_age * 2 <= now,
        };
        match (ends_soon, self.failures) {
            (true, _) => TokenState::Expiring,
            (false, 0) => TokenState::Good,
            (false, _) => TokenState::Failing,
        }
    }

    pub(super) fn health(&self, account: &AccountKey, habits: TokenHabits, now: Timestamp) -> TokenHealth {
        let state = self.state(habits, now);
        let needed = || self.trouble.clone().unwrap_or_else(|| "it was not exchanged in time".to_owned());
        TokenHealth {
            account: account.clone(),
            state,
            expires_at: self.expires_at,
            reason: (state != TokenState::Good).then(needed),
        }
    }

    /// Once a day while a person should look.
    pub(super) fn is_to_be_warned_of(&mut self, state: TokenState, now: Timestamp) -> bool {
        let told = self.warned_at.is_some_and(|at| at + DAY > now);
        let warns = state.needs_attention() && !told;
        if warns {
            self.warned_at = Some(now);
        }
        warns
    }
}

/// How an account's token is, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenHealth {
    /// The account.
    pub account: AccountKey,
    /// How it is.
    pub state: TokenState,
    /// When it ends, if that is known.
    pub expires_at: Option<Timestamp>,
    /// Why it is not well.
    pub reason: Option<String>,
}

/// How a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    /// All is well.
    Good,
    /// It could not be exchanged and is tried again; there is time.
    Failing,
    /// It ends within a week (or nobody knows when) and could not be exchanged.
    Expiring,
    /// It has ended: the settings need another.
    Expired,
    /// The stored one does not open under the master keys given; the settings' is used.
    Unreadable,
}

impl TokenState {
    /// The state as the word that logs and the API use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Failing => "failing",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::Unreadable => "unreadable",
        }
    }

    /// Should a person look?
    pub fn needs_attention(self) -> bool {
        matches!(self, Self::Expiring | Self::Expired | Self::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// proves: PL-21
    #[test]
    fn a_token_that_ends_is_warned_of_once_a_day() {
        let now = Timestamp::constant(1_768_298_400, 0);
        let sealed = Sealed {
            name: "account:sim:1/token".into(),
            key_id: "one".into(),
            nonce: Vec::new(),
            ciphertext: Vec::new(),
            version: 1,
            expires_at: Some(now + WARN_BEFORE),
            refreshed_at: now,
        };
        let mut held = Held::of(&sealed, now);
        let habits = TokenHabits { before: DAY * 10, least_age: DAY };
        let mut warned = Vec::new();
        for hour in 0..24 * 8 {
            let at = now - DAY + HOUR * hour;
            let state = held.state(habits, at);
            if held.is_to_be_warned_of(state, at) {
                warned.push((hour, state));
            }
        }
        let expected = (1..8).map(|day| (24 * day, TokenState::Expiring)).collect::<Vec<_>>();
        assert_eq!(warned, expected);
        assert_eq!(held.state(habits, now + WARN_BEFORE), TokenState::Expired);
    }
}
