//! A customer and a member of staff, as tests and the demo move them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::action::Action;
use super::compose;
use super::shop::{HUMAN_WINDOW_MS, Profile, Shop, WINDOW_MS};
use crate::delivery::Delivery;
use crate::error::SandboxError;
use crate::hooks::Delivered;
use crate::world::World;

/// A customer of one account. Whatever this person does reaches the gateway as signed webhooks.
#[derive(Clone)]
pub struct Customer {
    world: Arc<World>,
    shop: Arc<Shop>,
    igsid: String,
}

/// A person of the shop who types in the app: the account's messages come back as echoes the gateway knows nothing of.
#[derive(Clone)]
pub struct Staff(Customer);

/// What an account knows of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// When the person last wrote, ms since 1970.
    pub wrote_at_ms: Option<i64>,
    /// `standard` (24 h), `human_agent` (7 d) or `closed`.
    pub window: String,
    /// The account's last message to this person.
    pub last_sent: Option<String>,
    /// This person's last message.
    pub last_heard: Option<String>,
}

impl Customer {
    pub(crate) fn new(world: Arc<World>, account: &str, igsid: &str) -> Result<Self, SandboxError> {
        let shop = world.instagram.get(account)?;
        Ok(Self { world, shop, igsid: igsid.to_owned() })
    }

    /// Writes one message.
    pub async fn says(&self, text: impl Into<String>) -> Result<Delivered, SandboxError> {
        self.does(Action::text(text)).await
    }

    /// Does one thing.
    pub async fn does(&self, action: Action) -> Result<Delivered, SandboxError> {
        self.does_all(vec![action], &Delivery::default()).await
    }

    /// Does several things, delivered in a given way. Returns once every post has been answered or given up.
    pub async fn does_all(
        &self,
        actions: Vec<Action>,
        delivery: &Delivery,
    ) -> Result<Delivered, SandboxError> {
        let target = self.shop.target(delivery)?;
        let compose = |action| compose::compose(&self.world, &self.shop, &self.igsid, action, delivery);
        let (mids, parts) = actions.iter().map(compose).map(|composed| (composed.mid, composed.part)).unzip();
        let bodies = compose::bodies(&self.world, &target.account, parts, delivery);
        Ok(Delivered { mids, posts: self.world.hooks.deliver(&target, bodies, delivery).await })
    }

    /// Makes the customer known with a profile, without a word to the gateway.
    pub fn has_profile(&self, profile: Profile) {
        self.shop.lock().customers.entry(self.igsid.clone()).or_default().profile = profile;
    }

    /// Makes the customer known as one who last wrote so long ago, without a word to the gateway.
    pub fn wrote_ms_ago(&self, ago_ms: i64) {
        let at_ms = self.world.clock.now_ms() - ago_ms;
        self.shop.lock().customers.entry(self.igsid.clone()).or_default().wrote_at_ms = Some(at_ms);
    }

    /// Makes the customer unknown again.
    pub fn is_forgotten(&self) {
        self.shop.lock().customers.remove(&self.igsid);
    }

    /// What the account knows of this customer; `None` when it knows nothing.
    pub fn standing(&self) -> Option<Standing> {
        let state = self.shop.lock();
        let known = state.customers.get(&self.igsid)?;
        let age_ms = known.wrote_at_ms.map_or(i64::MAX, |at_ms| self.world.clock.now_ms() - at_ms);
        let window = match age_ms {
            ..=WINDOW_MS => "standard",
            ..=HUMAN_WINDOW_MS if state.account.human_agent => "human_agent",
            _ => "closed",
        };
        Some(Standing {
            wrote_at_ms: known.wrote_at_ms,
            window: window.into(),
            last_sent: known.last_sent.clone(),
            last_heard: known.last_heard.clone(),
        })
    }
}

impl Staff {
    pub(crate) fn new(customer: Customer) -> Self {
        Self(customer)
    }

    /// Writes to the customer in the app: the gateway gets an echo whose `mid` it has never seen.
    pub async fn types(&self, text: impl Into<String>) -> Result<Delivered, SandboxError> {
        let Customer { world, shop, igsid } = &self.0;
        let delivery = Delivery::default();
        let target = shop.target(&delivery)?;
        let mid = world.mint.mid();
        let echo = compose::echo(world, shop, igsid, &mid, &json!({ "text": text.into() }));
        {
            let mut state = shop.lock();
            let known = state.customers.entry(igsid.clone()).or_default();
            known.mids.insert(mid.clone());
            known.last_sent = Some(mid.clone());
        }
        Ok(Delivered {
            mids: vec![Some(mid)],
            posts: world.hooks.deliver(&target, vec![echo], &delivery).await,
        })
    }
}
