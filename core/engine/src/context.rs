//! What a step is given: built from the store inside the turn's transaction.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tradepost_domain::{
    Contact, Context, Conversation, Identity, Purpose, Storefront, StorefrontId, TurnId, context::ContactView,
};
use tradepost_ports::{StoreError, Unit, store::Kept};

use crate::{House, journal::hash_of};

/// Lines that a step is given.
const THREAD: u32 = 10;
/// Orders that a step is given.
const ORDERS: u32 = 5;

/// A storefront as of a revision of its rules, with the hash that the journal knows it by.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) facts: Arc<Storefront>,
    pub(crate) hash: String,
}

/// Storefronts by revision, and the journal parts that are certainly kept.
#[derive(Default)]
pub(crate) struct StorefrontCache {
    known: BTreeMap<StorefrontId, Known>,
    kept: BTreeSet<String>,
}

/// The scheme of the identity that a conversation speaks with: ids are valid within their account.
pub(crate) fn identity_of(conversation: &Conversation) -> Identity {
    Identity::new(conversation.account.as_str(), conversation.peer.clone())
}

impl House {
    /// The storefront with its rules as they are now; read again only when their revision has changed.
    pub(crate) async fn storefront_now(&self, unit: &mut dyn Unit, id: &StorefrontId) -> Kept<Known> {
        let revision = unit.rules_revision(id).await?;
        if let Some(known) = self.storefronts.lock().known.get(id)
            && known.facts.revision == revision
        {
            return Ok(known.clone());
        }
        let entry = self.registry.storefront(id).ok_or_else(|| gone(id))?;
        let mut facts = entry.facts.clone();
        facts.revision = revision;
        facts.rules = unit.rules(id).await?.into_iter().filter(|rule| rule.active).collect();
        let known = Known { hash: hash_of(&facts), facts: Arc::new(facts) };
        self.storefronts.lock().known.insert(id.clone(), known.clone());
        Ok(known)
    }

    /// Everything that a step may look at.
    pub(crate) async fn context(
        &self,
        unit: &mut dyn Unit,
        conversation: &Conversation,
        contact: &Contact,
        storefront: &Known,
        turn: TurnId,
    ) -> Kept<Context> {
        let channel = self.registry.channel(&conversation.account);
        let channel =
            channel.ok_or_else(|| StoreError::Abandoned("the account is not ours any more".into()))?;
        let identity = identity_of(conversation);
        let marketing = unit
            .consents(&conversation.storefront, &contact.identities, Purpose::Marketing)
            .await?
            .map(|said| said.given);
        Ok(Context {
            now: self.now(),
            turn,
            storefront: Arc::clone(&storefront.facts),
            channel: Arc::clone(&channel.capabilities),
            contact: ContactView::of(contact, identity, conversation.inner.returning, marketing),
            thread: unit.thread(conversation.id, THREAD).await?,
            summary: conversation.inner.summary.clone(),
            orders: unit.orders_of(conversation.id, ORDERS).await?,
            said_at: unit.said_at(conversation.id).await?,
        })
    }

    /// Keeps a journal part, unless it is certainly there.
    pub(crate) async fn keep_part_once(
        &self,
        unit: &mut dyn Unit,
        hash: &str,
        part: &impl serde::Serialize,
    ) -> Kept<()> {
        if self.storefronts.lock().kept.contains(hash) {
            return Ok(());
        }
        let text = serde_json::to_string(part).map_err(|fault| StoreError::Broken(fault.to_string()))?;
        unit.keep_part(hash, &text).await
    }

    /// These journal parts are durable.
    pub(crate) fn parts_are_kept(&self, hashes: impl IntoIterator<Item = String>) {
        self.storefronts.lock().kept.extend(hashes);
    }
}

fn gone(id: &StorefrontId) -> StoreError {
    StoreError::Abandoned(format!("storefront `{id}` is not ours any more"))
}
