//! Replay: the journal's events and contexts, stepped again, must come to the same states and effects. Only reads.

use std::sync::Arc;

use serde::Serialize;
use tradepost_domain::{Context, ConversationId, ErasedFlow, Stored, StorefrontId};
use tradepost_ports::{
    StoreError, Unit,
    store::{JournalRow, Kept},
};

use crate::{House, journal::hash_of, unit::read};

/// Hops read at once.
const AT_ONCE: u32 = 200;

/// What a replay came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// The conversation.
    pub conversation: ConversationId,
    /// Hops replayed.
    pub hops: usize,
    /// Where it came to something else.
    pub differences: Vec<Difference>,
}

/// A hop that came to something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its number.
    pub hop: i64,
    /// What differs: `state`, `effects` or a reason why it cannot be replayed.
    pub what: String,
}

/// Why a conversation cannot be replayed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// There is none.
    #[error("there is no conversation {0}")]
    Unknown(ConversationId),
    /// It began so long ago that it is forgotten by now.
    #[error(
        "conversation {0} is not there any more: one in which nothing happens for longer than its storefront keeps it \
         is forgotten (`keep` in the settings)"
    )]
    Forgotten(ConversationId),
    /// Its storefront is not configured here.
    #[error("storefront `{0}` is not in the settings, so its flow is unknown")]
    NoFlow(StorefrontId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl House {
    /// Replays a conversation from its journal.
    pub async fn replay(self: &Arc<Self>, id: ConversationId) -> Result<Replay, ReplayError> {
        let found =
            read(&*self.store, move |unit| Box::pin(async move { unit.conversation(id).await })).await?;
        let conversation = found.ok_or_else(|| match id.made_at() < self.kept_since() {
            true => ReplayError::Forgotten(id),
            false => ReplayError::Unknown(id),
        })?;
        let entry = self.registry.storefront(&conversation.storefront);
        let entry = entry.ok_or(ReplayError::NoFlow(conversation.storefront))?;
        let mut replayed = Replaying { flow: &*entry.flow, state: None, hops: 0, differences: Vec::new() };
        loop {
            let from = i64::try_from(replayed.hops).unwrap_or(i64::MAX);
            let hops =
                read(&*self.store, move |unit| Box::pin(async move { hops(unit, id, from).await })).await?;
            if hops.is_empty() {
                break;
            }
            hops.into_iter().for_each(|hop| replayed.hop(hop));
        }
        Ok(Replay { conversation: id, hops: replayed.hops, differences: replayed.differences })
    }
}

type Hop = (JournalRow, Result<Context, String>);

async fn hops(unit: &mut dyn Unit, id: ConversationId, from: i64) -> Kept<Vec<Hop>> {
    let mut hops = Vec::new();
    for row in unit.journal(id, from, AT_ONCE).await? {
        let context = context(unit, &row).await?;
        hops.push((row, context));
    }
    Ok(hops)
}

/// The context as it was: its large parts are known by hash.
async fn context(unit: &mut dyn Unit, row: &JournalRow) -> Kept<Result<Context, String>> {
    let (storefront, channel) = (unit.part(&row.storefront).await?, unit.part(&row.channel).await?);
    let (Some(storefront), Some(channel)) = (storefront, channel) else {
        return Ok(Err("a part of its context is gone".into()));
    };
    let read = || -> serde_json::Result<Context> {
        let mut context: Context = serde_json::from_value(row.context.clone())?;
        context.storefront = Arc::new(serde_json::from_str(&storefront)?);
        context.channel = Arc::new(serde_json::from_str(&channel)?);
        Ok(context)
    };
    Ok(read().map_err(|fault| format!("its context cannot be read: {fault}")))
}

struct Replaying<'a> {
    flow: &'a dyn ErasedFlow,
    state: Option<Stored>,
    hops: usize,
    differences: Vec<Difference>,
}

impl Replaying<'_> {
    fn hop(&mut self, (row, context): Hop) {
        self.hops += 1;
        let mut differ = |what: String| self.differences.push(Difference { hop: row.hop, what });
        let context = match context {
            Ok(context) => context,
            Err(reason) => return differ(reason),
        };
        let state = self.state.take().filter(|_| !row.fresh);
        let step = self.flow.step_erased(&context, state, &row.event);
        if hash_of(&step.state.data) != row.state {
            differ("state".into());
        }
        if hash_of(&step.effects) != row.effects {
            differ("effects".into());
        }
        self.state = Some(step.state);
    }
}
