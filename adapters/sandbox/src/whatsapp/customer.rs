//! A WhatsApp customer, as tests and the demo move one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::action::WhatsappAction;
use super::compose;
use super::envelope;
use super::event::WhatsappEvent;
use super::person::WhatsappProfile;
use super::shop::Shop;
use crate::delivery::Delivery;
use crate::error::SandboxError;
use crate::hooks::Delivered;
use crate::world::World;

/// A customer of one number, by the sandbox's name: a phone number or a business-scoped id. Whatever this person does reaches the
/// gateway as webhooks.
#[derive(Clone)]
pub struct WhatsappCustomer {
    world: Arc<World>,
    shop: Arc<Shop>,
    who: String,
}

/// What a number knows of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatsappStanding {
    /// When the person last wrote, ms since 1970.
    pub wrote_at_ms: Option<i64>,
    /// `standard` (24 h) or `closed`.
    pub window: String,
    /// Whether the person has stopped marketing messages.
    pub stopped: bool,
    /// The account's last message to this person.
    pub last_sent: Option<String>,
    /// This person's last message.
    pub last_heard: Option<String>,
    /// The ids and names.
    pub profile: WhatsappProfile,
}

/// Events of several customers, and of several numbers, that are to share posts.
pub type Crowd = Vec<(WhatsappCustomer, WhatsappEvent)>;

impl WhatsappCustomer {
    pub(crate) fn new(world: Arc<World>, account: &str, who: &str) -> Result<Self, SandboxError> {
        let shop = world.whatsapp.get(account)?;
        Ok(Self { world, shop, who: who.to_owned() })
    }

    /// Writes one message.
    pub async fn says(&self, text: impl Into<String>) -> Result<Delivered, SandboxError> {
        self.does(WhatsappAction::text(text)).await
    }

    /// Taps what has this title.
    pub async fn taps(&self, title: impl Into<String>) -> Result<Delivered, SandboxError> {
        self.does(WhatsappAction::tap(title)).await
    }

    /// Does one thing.
    pub async fn does(&self, event: impl Into<WhatsappEvent>) -> Result<Delivered, SandboxError> {
        self.does_all(vec![event.into()], &Delivery::default()).await
    }

    /// Does several things, delivered in a given way. Returns once every post has been answered or given up.
    pub async fn does_all(
        &self,
        events: Vec<WhatsappEvent>,
        delivery: &Delivery,
    ) -> Result<Delivered, SandboxError> {
        together(events.into_iter().map(|event| (self.clone(), event)).collect(), delivery).await
    }

    /// Makes the customer known with a profile, without a word to the gateway.
    pub fn has_profile(&self, profile: WhatsappProfile) {
        self.shop.lock().people.introduce(&self.who, profile);
    }

    /// Makes the customer known as one who last wrote so long ago, without a word to the gateway.
    pub fn wrote_ms_ago(&self, ago_ms: i64) {
        let at_ms = self.world.clock.now_ms() - ago_ms;
        self.shop.lock().people.meet(&self.who).wrote_at_ms = Some(at_ms);
    }

    /// Makes the customer unknown again.
    pub fn is_forgotten(&self) {
        self.shop.lock().people.forget(&self.who);
    }

    /// What the number knows of this customer; `None` when it knows nothing.
    pub fn standing(&self) -> Option<WhatsappStanding> {
        let state = self.shop.lock();
        let known = state.people.get(&self.who)?;
        let window = if known.window_open(self.world.clock.now_ms()) { "standard" } else { "closed" };
        Some(WhatsappStanding {
            wrote_at_ms: known.wrote_at_ms,
            window: window.into(),
            stopped: known.stopped,
            last_sent: known.last_sent.clone(),
            last_heard: known.last_heard.clone(),
            profile: known.profile.clone(),
        })
    }
}

/// Lets several customers do something, in posts that they share; the first one's number decides where these go.
pub(crate) async fn together(crowd: Crowd, delivery: &Delivery) -> Result<Delivered, SandboxError> {
    let Some((first, _)) = crowd.first() else { return Ok(Delivered { mids: vec![], posts: vec![] }) };
    let (world, target) = (first.world.clone(), first.shop.target(delivery)?);
    let (mut mids, mut parts) = (Vec::new(), Vec::new());
    for (customer, event) in &crowd {
        let composed = compose::compose(&world, &customer.shop, &customer.who, event, delivery.timestamps)?;
        mids.push(composed.mid);
        parts.push(composed.part);
    }
    let bodies = envelope::bodies(&world, parts, delivery);
    Ok(Delivered { mids, posts: world.hooks.deliver(&target, bodies, delivery).await })
}
