//! A Telegram customer, as tests and the demo move one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::action::TelegramAction;
use super::compose;
use super::event::TelegramEvent;
use super::person::TelegramProfile;
use super::shop::Shop;
use crate::delivery::Delivery;
use crate::error::SandboxError;
use crate::hooks::Delivered;
use crate::world::World;

/// A customer of one bot, by the id of the chat with them. Whatever this person does reaches the gateway as updates.
#[derive(Clone)]
pub struct TelegramCustomer {
    world: Arc<World>,
    shop: Arc<Shop>,
    who: i64,
}

/// What a bot knows of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TelegramStanding {
    /// When the person last wrote, ms since 1970.
    pub wrote_at_ms: Option<i64>,
    /// Whether the person has begun the chat.
    pub started: bool,
    /// Whether the person has blocked the bot.
    pub blocked: bool,
    /// The bot's last message to this person.
    pub last_sent: Option<i64>,
    /// This person's last message.
    pub last_heard: Option<i64>,
    /// The names.
    pub profile: TelegramProfile,
}

impl TelegramCustomer {
    pub(crate) fn new(world: Arc<World>, account: &str, who: &str) -> Result<Self, SandboxError> {
        let shop = world.telegram.get(account)?;
        let id = who.parse().ok().filter(|id| *id > 0);
        let who =
            id.ok_or_else(|| SandboxError::Unclear(format!("{who} is no id of a Telegram user: digits")))?;
        Ok(Self { world, shop, who })
    }

    /// Writes one message.
    pub async fn says(&self, text: impl Into<String>) -> Result<Delivered, SandboxError> {
        self.does(TelegramAction::text(text)).await
    }

    /// Taps what has this title.
    pub async fn taps(&self, title: impl Into<String>) -> Result<Delivered, SandboxError> {
        self.does(TelegramAction::tap(title)).await
    }

    /// Does one thing.
    pub async fn does(&self, event: impl Into<TelegramEvent>) -> Result<Delivered, SandboxError> {
        self.does_all(vec![event.into()], &Delivery::default()).await
    }

    /// Does several things, delivered in a given way; each is an update and a post of its own. Returns once every post has been answered
    /// or given up. Updates of one bot are posted one at a time.
    pub async fn does_all(
        &self,
        events: Vec<TelegramEvent>,
        delivery: &Delivery,
    ) -> Result<Delivered, SandboxError> {
        let _turn = self.shop.queue.lock().await;
        let target = self.shop.target(delivery)?;
        self.shop.lock().meet(self.who);
        let (mut mids, mut bodies) = (Vec::new(), Vec::new());
        for event in &events {
            let composed = compose::compose(&self.world, &self.shop, self.who, event, delivery)?;
            mids.push(composed.mid);
            bodies.extend(composed.body);
        }
        if delivery.reversed {
            bodies.reverse();
        }
        let posts = self.world.hooks.deliver(&target, bodies, delivery).await;
        self.shop.notes(&posts, self.world.clock.now_ms());
        Ok(Delivered { mids, posts })
    }

    /// Makes the customer known with a profile, without a word to the gateway. A chat is begun by what the customer does.
    pub fn has_profile(&self, profile: TelegramProfile) {
        self.shop.lock().meet(self.who).profile = profile;
    }

    /// Makes the customer known as one who last wrote so long ago, without a word to the gateway.
    pub fn wrote_ms_ago(&self, ago_ms: i64) {
        let at_ms = self.world.clock.now_ms() - ago_ms;
        let mut state = self.shop.lock();
        let known = state.meet(self.who);
        known.wrote_at_ms = Some(at_ms);
        known.started = true;
    }

    /// Makes the customer unknown again.
    pub fn is_forgotten(&self) {
        self.shop.lock().people.remove(&self.who);
    }

    /// What the bot knows of this customer; `None` when it knows nothing.
    pub fn standing(&self) -> Option<TelegramStanding> {
        let state = self.shop.lock();
        let known = state.people.get(&self.who)?;
        Some(TelegramStanding {
            wrote_at_ms: known.wrote_at_ms,
            started: known.started,
            blocked: known.blocked,
            last_sent: known.last_sent,
            last_heard: known.last_heard,
            profile: known.profile.clone(),
        })
    }
}
