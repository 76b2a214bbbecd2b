//! How the house is: for readiness, the command line and the console.

use serde::Serialize;
use tradepost_domain::{ConversationId, Timestamp};
use tradepost_ports::{
    StoreError,
    store::{Class, Kept},
};

use crate::{House, ProviderHealth, TokenHealth, unit::read};

/// How the house is.
#[derive(Debug, Clone, Serialize)]
pub struct Health {
    /// Why the store cannot be written to, if so.
    pub store: Option<String>,
    /// Are other processes known to be out of reach?
    pub away: bool,
    /// Every provider account.
    pub providers: Vec<ProviderHealth>,
    /// Every token that is exchanged before it ends.
    pub tokens: Vec<TokenHealth>,
    /// Events that wait.
    pub inbox: u64,
    /// Since when the oldest of them waits.
    pub inbox_since: Option<Timestamp>,
    /// Effects that wait, by lane, and since when the oldest.
    pub outbox: Vec<(String, u64, Timestamp)>,
}

impl House {
    /// How the house is now. Never fails: what cannot be asked is said.
    pub async fn health(&self) -> Health {
        let providers = self.guards.all().map(|guard| guard.health()).collect();
        let mut health = Health {
            store: self.store.health().await.err().map(|error| error.to_string()),
            away: self.coordinator.away(),
            providers,
            tokens: self.tokens_health(),
            inbox: 0,
            inbox_since: None,
            outbox: Vec::new(),
        };
        // A store that does not answer is not asked twice: whoever asks for health waits.
        if health.store.is_none()
            && let Err(error) = self.count(&mut health).await
        {
            health.store = Some(error.to_string());
        }
        health
    }

    async fn count(&self, health: &mut Health) -> Kept<()> {
        let counts = read(&*self.store, |unit| {
            Box::pin(async move { Ok((unit.depth().await?, unit.backlog().await?)) })
        });
        let ((depth, since), backlog) = counts.await?;
        (health.inbox, health.inbox_since) = (depth, since);
        health.outbox =
            backlog.into_iter().map(|(lane, rows, since)| (lane.to_string(), rows, since)).collect();
        Ok(())
    }

    /// Has the conversation nothing left to do: no event waits, nothing is to leave?
    pub async fn settled(&self, id: ConversationId) -> Result<bool, StoreError> {
        read(&*self.store, move |unit| {
            Box::pin(async move {
                let waits = !unit.waiting(id).await?.is_empty();
                let leaves = unit.rows_of(id).await?;
                let matters = |class| matches!(class, Class::Say | Class::Read | Class::Write);
                Ok(!waits && !leaves.iter().any(|row| matters(row.class)))
            })
        })
        .await
    }
}
