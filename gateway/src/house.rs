//! From settings to a house: the engine with its storefronts and accounts, and how the door sees it.

use std::sync::Arc;

use async_trait::async_trait;
use tradepost_domain::{Arrival, Timestamp, WorkerId};
use tradepost_engine::{
    AccountEntry, BreakerState, House, Intake, Keyring, Parts, ProviderHealth, Registry, StageHook,
    StorefrontEntry, StorefrontTuning, TokenHealth, Tuning,
};
use tradepost_openapi::health::{Backlog, Provider, Queue, Token};
use tradepost_ports::{Observer, StoreError};

use crate::{
    adapters::direct::{Direct, account_of},
    http::{Condition, Delivery, Desk, Taken},
    outfit::{Ground, Outfit},
    settings::{AccountSettings, Role, StorefrontSettings},
    together::Together,
};

/// Puts a house together. Every fault is told.
pub fn build(
    storefronts: Vec<StorefrontSettings>,
    accounts: Vec<AccountSettings>,
    outfit: &Outfit,
    ground: Ground,
    keyring: Option<Arc<Keyring>>,
    (role, stages): (Role, Option<StageHook>),
    observer: Option<Arc<dyn Observer>>,
) -> Result<Arc<House>, Vec<String>> {
    let direct: Vec<_> = storefronts.iter().map(direct_account).collect();
    let accounts = accounts.into_iter().map(account).chain(direct).collect();
    let mut faults = Vec::new();
    let storefronts =
        storefronts.into_iter().filter_map(|one| storefront(one, outfit, &mut faults)).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let registry = Registry::build(storefronts, accounts, Vec::new(), Vec::new())?;
    let worker = WorkerId::new(format!("{}-{:032x}", role.word(), ground.dice.roll()));
    let tuning = Tuning { stages, observer, ..Tuning::new(worker) };
    let Ground { store, coordinator, clock, dice, .. } = ground;
    Ok(House::new(Parts { store, coordinator, clock, dice, registry, keyring, tuning }))
}

fn storefront(
    settings: StorefrontSettings,
    outfit: &Outfit,
    faults: &mut Vec<String>,
) -> Option<StorefrontEntry> {
    let Some(flow) = outfit.flow(&settings.flow) else {
        faults.push(format!(
            "storefront `{}` names flow `{}`, which is not there",
            settings.facts.id, settings.flow
        ));
        return None;
    };
    let usual = StorefrontTuning::default();
    let measures = settings.measures;
    let tuning = StorefrontTuning {
        quiet: measures.quiet.unwrap_or(usual.quiet),
        quiet_most: measures.quiet_most.unwrap_or(usual.quiet_most),
        idle_after: measures.idle_after.unwrap_or(usual.idle_after),
        reply_valid: measures.reply_valid.unwrap_or(usual.reply_valid),
        notice_valid: measures.notice_valid.unwrap_or(usual.notice_valid),
        app_pause: measures.app_pause.unwrap_or(usual.app_pause),
        keep: measures.keep.unwrap_or(usual.keep),
        show_signals: measures.show_signals.unwrap_or(usual.show_signals),
        contact_per_minute: limit(measures.contact_per_minute, usual.contact_per_minute),
        per_minute: limit(measures.per_minute, usual.per_minute),
    };
    let flow = (flow.make)(&settings.facts);
    Some(StorefrontEntry { facts: settings.facts, flow, tuning, llm: None, payments: None })
}

/// None is written as 0.
fn limit(set: Option<u32>, usual: Option<u32>) -> Option<u32> {
    set.map_or(usual, |most| Some(most).filter(|most| *most > 0))
}

fn account(settings: AccountSettings) -> AccountEntry {
    AccountEntry {
        key: settings.key,
        storefront: settings.storefront,
        messenger: settings.account.messenger,
        media: settings.account.media,
        tokens: settings.account.tokens,
    }
}

/// Every storefront can be asked directly.
fn direct_account(settings: &StorefrontSettings) -> AccountEntry {
    let key = account_of(&settings.facts.id);
    AccountEntry {
        key: key.clone(),
        storefront: settings.facts.id.clone(),
        messenger: Arc::new(Direct::new(key)),
        media: None,
        tokens: None,
    }
}

/// The house as the door sees it.
pub struct HouseDesk {
    house: Arc<House>,
    together: Together,
}

impl HouseDesk {
    /// A desk that gathers what comes at the same time, on the runtime that it is made on.
    pub fn new(house: &Arc<House>) -> Self {
        Self { house: Arc::clone(house), together: Together::gather(house) }
    }
}

#[async_trait]
impl Desk for HouseDesk {
    async fn accept(&self, delivery: &Delivery, arrivals: Vec<Arrival>) -> Result<Taken, StoreError> {
        let accepted = self.together.accept(intake(delivery), arrivals).await?;
        if accepted.unrouted > 0 {
            let (endpoint, unrouted) = (&delivery.endpoint, accepted.unrouted);
            tracing::warn!(
                endpoint,
                unrouted,
                "events of accounts that no storefront has were kept and not answered"
            );
        }
        if accepted.over_limit > 0 {
            let (endpoint, over_limit) = (&delivery.endpoint, accepted.over_limit);
            tracing::warn!(endpoint, over_limit, "messages over a limit were kept and not answered");
        }
        tracing::debug!(taken = accepted.taken, known = accepted.known, "kept");
        Ok(Taken { over_limit: accepted.wait })
    }

    async fn accept_unparsed(&self, delivery: &Delivery, raw: &[u8], reason: &str) -> Result<(), StoreError> {
        self.house.accept_unparsed(&intake(delivery), raw, reason).await.map(drop)
    }

    async fn condition(&self) -> Condition {
        let health = self.house.health().await;
        let backlog = |(lane, waiting, oldest): (String, u64, Timestamp)| Backlog {
            lane,
            waiting,
            oldest: oldest.to_string(),
        };
        Condition {
            away: health.away,
            store: health.store,
            inbox: Queue { waiting: health.inbox, oldest: health.inbox_since.map(|at| at.to_string()) },
            outbox: health.outbox.into_iter().map(backlog).collect(),
            providers: health.providers.into_iter().map(provider).collect(),
            spool: None,
            tokens: health.tokens.into_iter().map(token).collect(),
        }
    }
}

fn intake(delivery: &Delivery) -> Intake {
    Intake {
        endpoint: delivery.endpoint.clone(),
        kind: delivery.kind.clone(),
        correlation: delivery.correlation.clone(),
    }
}

fn provider(health: ProviderHealth) -> Provider {
    let breaker = match health.breaker {
        BreakerState::Closed => "closed",
        BreakerState::HalfOpen => "half_open",
        BreakerState::Open => "open",
    };
    Provider {
        account: health.account.to_string(),
        breaker: breaker.to_owned(),
        needs_attention: health.attention,
    }
}

fn token(health: TokenHealth) -> Token {
    Token {
        account: health.account.to_string(),
        state: health.state.word().to_owned(),
        expires_at: health.expires_at.map(|at| at.to_string()),
        reason: health.reason,
    }
}
