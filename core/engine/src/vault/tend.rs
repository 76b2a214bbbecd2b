//! Tokens that end are exchanged in time, once across all processes, and kept before they are used.
//!
//! The token of the settings is the first: it is sealed into the vault at first sight, and again when the settings hold
//! another. Whoever finds a newer version in the vault uses that; **a token of the settings whose place another has taken does
//! not come back**, or a process with older settings would undo what a newer one did. The lock keeps two processes from asking the provider at
//! once; right it is by the version alone.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use tradepost_domain::{AccountKey, ErrorKind, PortError, Timestamp};
use tradepost_ports::{
    FreshToken, TokenSource, Unit, Wake,
    store::{Kept, Sealed, StoreError},
};

use super::{
    Keyring, Unopened,
    keyring::{Opened, Origins},
    tokens::{Held, TokenHealth},
};
use crate::{
    House,
    unit::{read, write},
};

/// What is looked at again when another was first.
const LOOKS: usize = 3;

/// An account's token under care.
struct Care<'h> {
    account: &'h AccountKey,
    source: &'h Arc<dyn TokenSource>,
    keyring: &'h Arc<Keyring>,
    name: String,
}

impl House {
    /// Does it exchange any tokens?
    pub(crate) fn tends_tokens(&self) -> bool {
        self.cares().next().is_some()
    }

    fn cares(&self) -> impl Iterator<Item = Care<'_>> {
        let keyring = self.keyring.as_ref();
        let tokens =
            keyring.into_iter().flat_map(|keyring| self.registry.tokens().map(move |one| (keyring, one)));
        tokens.map(|(keyring, (account, source))| {
            let name = format!("account:{account}/token");
            Care { account, source, keyring, name }
        })
    }

    /// How the tokens are.
    pub(crate) fn tokens_health(&self) -> Vec<TokenHealth> {
        let now = self.now();
        let health = |care: Care<'_>| {
            let held = self.tokens.of(care.account)?;
            Some(held.health(care.account, care.source.habits(), now))
        };
        self.cares().filter_map(health).collect()
    }

    /// Before anything is sent: the stored tokens take the place of the settings', unless those are new.
    pub async fn take_up_tokens(self: &Arc<Self>) {
        for care in self.cares() {
            self.logged(self.take_up(&care).await, "look for a stored token");
        }
    }

    /// One round: newer tokens are taken up, those that end soon are exchanged, and what cannot be is told.
    pub async fn tend_tokens(self: &Arc<Self>) {
        for care in self.cares() {
            self.logged(self.tend(&care).await, "look after a token");
            self.warn_of(&care);
        }
    }

    async fn take_up(self: &Arc<Self>, care: &Care<'_>) -> Kept<()> {
        let first = care.source.cell().current();
        for _ in 0..LOOKS {
            let stored = self.stored(care).await?;
            let opened = stored.as_ref().map(|sealed| care.keyring.open(sealed)).transpose();
            match (stored, opened) {
                (Some(sealed), Err(why)) => {
                    self.leave_unopened(care, &sealed, &why);
                    return Ok(());
                }
                (Some(sealed), Ok(Some(opened))) if opened.origins.is_of(&first) => {
                    self.begin_to_use(care, &sealed, opened.value);
                    return Ok(());
                }
                (Some(sealed), Ok(Some(opened))) if opened.origins.was_of(&first) => {
                    tell_former(care);
                    self.begin_to_use(care, &sealed, opened.value);
                    return Ok(());
                }
                (stored, opened) => {
                    let former = opened.ok().flatten().map(|opened| opened.origins);
                    let version = stored.map_or(0, |old| old.version);
                    if let Some(sealed) = self.adopt(care, &first, former, version).await? {
                        tracing::info!(account = %care.account, "the token of the settings is kept under seal");
                        self.tokens.note(care.account, Held::of(&sealed, self.now()));
                        return Ok(());
                    }
                }
            }
        }
        Err(StoreError::Conflict)
    }

    /// Keeps the settings' token. `None` when another process was first.
    async fn adopt(
        self: &Arc<Self>,
        care: &Care<'_>,
        first: &SecretString,
        former: Option<Origins>,
        version: i64,
    ) -> Kept<Option<Sealed>> {
        let opened = Opened { value: first.clone(), origins: Origins::of(first, former.as_ref()) };
        let told = Sealed {
            name: care.name.clone(),
            key_id: String::new(),
            nonce: Vec::new(),
            ciphertext: Vec::new(),
            version: version + 1,
            expires_at: None,
            refreshed_at: self.now(),
        };
        let sealed = care.keyring.seal(self.mint.dice(), &told, &opened);
        let put = sealed.clone();
        let kept =
            write(&*self.store, move |unit| Box::pin(async move { unit.keep_secret(&put).await })).await?;
        Ok(kept.then_some(sealed))
    }

    async fn stored(&self, care: &Care<'_>) -> Kept<Option<Sealed>> {
        let name = care.name.clone();
        read(&*self.store, move |unit| Box::pin(async move { unit.secret(&name).await })).await
    }

    /// What does not open is not overwritten: its key may come back.
    fn leave_unopened(&self, care: &Care<'_>, sealed: &Sealed, why: &Unopened) {
        let held = Held::unopened(sealed, why, self.now() + self.tuning.token_round);
        tracing::error!(account = %care.account, reason = %why, "a stored token is not used and not overwritten");
        self.tokens.note(care.account, held);
    }

    fn begin_to_use(&self, care: &Care<'_>, sealed: &Sealed, token: SecretString) {
        care.source.cell().put(token);
        self.tokens.note(care.account, Held::of(sealed, self.now() + self.tuning.token_round));
        if let Some(guard) = self.guards.of(care.account) {
            guard.forgive();
        }
        self.coordinator.wake(Wake::Dispatch);
    }

    async fn tend(self: &Arc<Self>, care: &Care<'_>) -> Kept<()> {
        let Some(held) = self.tokens.of(care.account) else { return self.take_up(care).await };
        if !self.is_to_be_looked_at(care, &held) {
            return Ok(());
        }
        let next_look = self.now() + self.tuning.token_round;
        self.tokens.change(care.account, |held| held.next_look = next_look);
        if self.take_newer(care, &held).await? || !held.is_due(care.source.habits(), self.now()) {
            return Ok(());
        }
        self.exchange_alone(care, &held).await
    }

    /// Each round; and at once when the provider begins to refuse the account, since another process may have exchanged
    /// the token.
    fn is_to_be_looked_at(&self, care: &Care<'_>, held: &Held) -> bool {
        let refused = self.guards.of(care.account).is_some_and(|guard| guard.is_refused());
        if refused != held.asked_since_refused {
            self.tokens.change(care.account, |held| held.asked_since_refused = refused);
        }
        (refused && !held.asked_since_refused) || held.next_look <= self.now()
    }

    /// Takes up what another process has kept. Says whether the vault holds something else than we know: then nothing is
    /// exchanged in this round.
    async fn take_newer(&self, care: &Care<'_>, held: &Held) -> Kept<bool> {
        let Some(sealed) = self.stored(care).await? else {
            tracing::warn!(account = %care.account, "the stored token was taken away; the next start keeps the settings'");
            return Ok(true);
        };
        if sealed.version == held.version {
            return Ok(false);
        }
        match care.keyring.open(&sealed) {
            Ok(opened) => self.begin_to_use(care, &sealed, opened.value),
            Err(why) => self.leave_unopened(care, &sealed, &why),
        }
        Ok(true)
    }

    /// Exchanges a token under the lock of its name; whoever does not get it finds the new one in the vault later.
    async fn exchange_alone(self: &Arc<Self>, care: &Care<'_>, held: &Held) -> Kept<()> {
        let Some(guard) = self.guards.of(care.account) else { return Ok(()) };
        let name = format!("refresh/{}", care.name);
        let lock = match self.coordinator.lock(&name, guard.terms.time_limit + self.tuning.margin).await {
            Ok(Some(lock)) => lock,
            Ok(None) => return Ok(()),
            Err(error) => {
                tracing::warn!(account = %care.account, %error, "failed to lock a token; trying again");
                return Ok(());
            }
        };
        let done = self.exchange(care, held).await;
        if let Err(error) = self.coordinator.unlock(&name, lock).await {
            tracing::debug!(%error, "a lock was not given back and frees itself");
        }
        done
    }

    async fn exchange(self: &Arc<Self>, care: &Care<'_>, held: &Held) -> Kept<()> {
        // Whoever had the lock before us may have done it.
        if self.take_newer(care, held).await? {
            return Ok(());
        }
        let Some(guard) = self.guards.of(care.account) else { return Ok(()) };
        let (old, asked_at) = (care.source.cell().current(), self.now());
        let fresh = guard.aside(|| care.source.refresh(&old)).await;
        match fresh {
            Ok(fresh) => self.keep_then_use(care, &old, fresh, asked_at).await,
            Err(error) => {
                self.not_exchanged(care, &error);
                Ok(())
            }
        }
    }

    /// **A new token is durable before its first use.** When it cannot be kept it is forgotten: the old one is still good,
    /// and is exchanged again.
    async fn keep_then_use(
        self: &Arc<Self>,
        care: &Care<'_>,
        old: &SecretString,
        fresh: FreshToken,
        asked_at: Timestamp,
    ) -> Kept<()> {
        let expires_at = asked_at.checked_add(fresh.lives).ok();
        let kept = self.keep(care, old, fresh.token.clone(), expires_at).await;
        match kept {
            Ok(Some(sealed)) => {
                tracing::info!(account = %care.account, ?expires_at, "a token was exchanged for a newer one");
                self.begin_to_use(care, &sealed, fresh.token);
                Ok(())
            }
            // Another was first: what it kept is found at the next look.
            Ok(None) => {
                let now = self.now();
                self.tokens.change(care.account, |held| held.next_look = now);
                Ok(())
            }
            Err(error) => {
                let (now, why) = (self.now(), format!("the new token could not be kept: {error}"));
                self.tokens.change(care.account, |held| held.failed(now, false, why));
                Err(error)
            }
        }
    }

    /// Keeps a new token in the place of the one that it was got for. `None` when another is there by now.
    async fn keep(
        self: &Arc<Self>,
        care: &Care<'_>,
        old: &SecretString,
        token: SecretString,
        expires_at: Option<Timestamp>,
    ) -> Kept<Option<Sealed>> {
        let (house, keyring, name, old) =
            (Arc::clone(self), Arc::clone(care.keyring), care.name.clone(), old.clone());
        write(&*self.store, move |unit| {
            Box::pin(async move {
                let Some(stored) = unit.secret(&name).await? else { return Ok(None) };
                let Some(origins) = origins_of(&keyring, &stored, &old) else { return Ok(None) };
                let version = stored.version + 1;
                let told = Sealed { version, expires_at, refreshed_at: house.now(), ..stored };
                let sealed = keyring.seal(house.mint.dice(), &told, &Opened { value: token, origins });
                kept(unit, sealed).await
            })
        })
        .await
    }

    fn not_exchanged(&self, care: &Care<'_>, error: &PortError) {
        let refused = matches!(error.kind, ErrorKind::Invalid | ErrorKind::Denied | ErrorKind::NotFound);
        tracing::warn!(account = %care.account, %error, "failed to exchange a token; trying again later");
        let now = self.now();
        self.tokens.change(care.account, |held| held.failed(now, refused, error.to_string()));
    }

    fn warn_of(&self, care: &Care<'_>) {
        let now = self.now();
        self.tokens.change(care.account, |held| {
            let health = held.health(care.account, care.source.habits(), now);
            if held.is_to_be_warned_of(health.state, now) {
                let (state, reason) = (health.state.word(), health.reason.unwrap_or_default());
                let expires_at = health.expires_at.map(|at| at.to_string());
                tracing::warn!(account = %care.account, state, expires_at, reason, "a token needs attention");
            }
        });
    }
}

/// Of what the stored secret was first made, if it is still that token: a rotation seals the same one anew.
fn origins_of(keyring: &Keyring, stored: &Sealed, token: &SecretString) -> Option<Origins> {
    let opened = keyring.open(stored).ok()?;
    (opened.value.expose_secret() == token.expose_secret()).then_some(opened.origins)
}

fn tell_former(care: &Care<'_>) {
    tracing::warn!(
        account = %care.account, secret = care.name,
        "the settings hold a token that a newer one has replaced; the stored one is used. To begin with it again: \
         tradepost secrets forget"
    );
}

async fn kept(unit: &mut dyn Unit, sealed: Sealed) -> Kept<Option<Sealed>> {
    Ok(unit.keep_secret(&sealed).await?.then_some(sealed))
}
