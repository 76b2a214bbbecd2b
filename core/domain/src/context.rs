//! What a step knows without asking.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Capabilities, Contact, Identity, Line, Money, Slot, Storefront, TurnId, contact::Facts, ledger::Order,
    money::Currency,
};

/// Everything a step may look at beside its state and the event. A journal keeps it as values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// The time of this step.
    pub now: Timestamp,
    /// The turn that steps: a flow may number its questions and orders by it.
    pub turn: TurnId,
    /// The storefront; journalled by hash.
    #[serde(skip, default = "nobody")]
    pub storefront: Arc<Storefront>,
    /// The channel's abilities; journalled by hash.
    #[serde(skip, default = "nothing")]
    pub channel: Arc<Capabilities>,
    /// The customer.
    pub contact: ContactView,
    /// The latest ten lines, oldest first.
    pub thread: Vec<Line>,
    /// What was said before them, if anybody summed it up.
    pub summary: Option<String>,
    /// The contact's orders that are open or were lately.
    pub orders: Vec<Order>,
    /// Per topic: when our last line under it left.
    pub said_at: BTreeMap<Slot, Option<Timestamp>>,
}

/// The customer as a flow sees them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContactView {
    /// The name they go by, if known.
    pub name: Option<String>,
    /// The identity that this conversation speaks with.
    pub identity: Identity,
    /// What we have learned.
    pub facts: Facts,
    /// Have they spoken with us before this conversation began anew?
    pub returning: bool,
    /// Do they take campaigns? `None` when they never said.
    pub marketing: Option<bool>,
}

impl ContactView {
    /// The view of a contact in a conversation.
    pub fn of(contact: &Contact, identity: Identity, returning: bool, marketing: Option<bool>) -> Self {
        Self { name: contact.name.clone(), identity, facts: contact.facts.clone(), returning, marketing }
    }
}

impl Context {
    /// The thread without our unsent lines of that topic: what a model that answers under it is told as said.
    pub fn thread_for(&self, topic: &Slot) -> impl Iterator<Item = &Line> {
        self.thread
            .iter()
            .filter(move |line| line.left() || line.topic.as_ref().is_none_or(|own| !topic.owns(own)))
    }

    /// Had our last line under the topic left when the customer wrote at that time? A bare "yes" counts only then.
    pub fn had_asked(&self, topic: &Slot, written: Timestamp) -> bool {
        self.said_at.get(topic).is_some_and(|left| left.is_some_and(|left| left <= written))
    }

    /// A sum in the storefront's currency.
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.storefront.currency)
    }
}

/// Stands where the journal's hash has not been resolved yet.
fn nobody() -> Arc<Storefront> {
    Arc::new(Storefront {
        id: "".into(),
        name: String::new(),
        persona: None,
        zone: "UTC".into(),
        locale: "en".into(),
        currency: Currency::USD,
        contact: None,
        rules: Vec::new(),
        revision: 0,
    })
}

fn nothing() -> Arc<Capabilities> {
    Arc::new(Capabilities::text_only(usize::MAX, crate::capabilities::TextUnit::Characters))
}
