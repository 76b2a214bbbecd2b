//! The journal: what every step was given and what it came to.

use serde::Serialize;
use sha2::{Digest, Sha256};
use tradepost_domain::{Context, Conversation, Effect, Event, Stored, TurnId};
use tradepost_ports::{
    StoreError,
    store::{JournalRow, Kept},
};

/// The hash of a value's JSON.
pub(crate) fn hash_of(value: &impl Serialize) -> String {
    let text = serde_json::to_vec(value).unwrap_or_default();
    hex::encode(Sha256::digest(&text))
}

/// What a step was given.
pub(crate) struct Given<'a> {
    pub(crate) conversation: &'a Conversation,
    pub(crate) turn: TurnId,
    pub(crate) event: &'a Event,
    pub(crate) context: &'a Context,
    pub(crate) storefront: &'a str,
    pub(crate) channel: &'a str,
    pub(crate) fresh: bool,
}

impl Given<'_> {
    /// The journal's row once the step came to this.
    pub(crate) fn came_to(self, state: &Stored, effects: &[Effect]) -> Kept<JournalRow> {
        let context =
            serde_json::to_value(self.context).map_err(|fault| StoreError::Broken(fault.to_string()))?;
        Ok(JournalRow {
            conversation: self.conversation.id,
            hop: self.conversation.inner.hops,
            turn: self.turn,
            flow: format!("{}/{}", state.flow, state.shape),
            event: self.event.clone(),
            context,
            storefront: self.storefront.to_owned(),
            channel: self.channel.to_owned(),
            fresh: self.fresh,
            state: hash_of(&state.data),
            effects: hash_of(&effects),
        })
    }
}
