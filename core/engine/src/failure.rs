//! What a failing turn costs: a counted try in a commit of its own; after the last one the event is a dead letter and
//! the conversation goes on.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use parking_lot::Mutex;
use tradepost_domain::{Conversation, ConversationId, Correlation, EventId, Lane, Mode};
use tradepost_ports::{
    Happening, StoreError, Unit,
    store::{DeadLetter, DeadWork, InboxBody, InboxRow, Kept},
};

use crate::{House, unit::write};

/// What failed in a turn that was rolled back.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) events: Vec<EventId>,
    pub(crate) correlation: Correlation,
    pub(crate) reason: String,
}

/// What a turn tells its caller beside its end: what failed, if it was rolled back, and what is durable, if it was kept.
#[derive(Debug, Default)]
pub(crate) struct Aftermath {
    pub(crate) fault: Option<Fault>,
    /// Journal parts that the turn has kept.
    pub(crate) parts: Vec<String>,
    /// Lanes that have something to send now.
    pub(crate) lanes: BTreeSet<Lane>,
}

/// An aftermath that the unit fills and its caller reads.
pub(crate) type Told = Arc<Mutex<Aftermath>>;

impl House {
    pub(crate) async fn count_failure(
        self: &Arc<Self>,
        id: ConversationId,
        fault: Fault,
    ) -> Result<(), StoreError> {
        let request = fault.correlation.as_str();
        tracing::warn!(request.id = request, conversation.id = %id, reason = fault.reason, "a turn failed and was rolled back");
        self.saw(|| Happening::TurnFailed);
        let house = Arc::clone(self);
        write(&*self.store, move |unit| Box::pin(async move { house.count_within(unit, id, fault).await }))
            .await
    }

    async fn count_within(&self, unit: &mut dyn Unit, id: ConversationId, fault: Fault) -> Kept<()> {
        let Some(conversation) = unit.conversation(id).await? else { return Ok(()) };
        for row in unit.waiting(id).await? {
            if !fault.events.contains(&row.event) {
                continue;
            }
            if row.tries + 1 < self.tuning.most_tries {
                let wait = self.tuning.wait_after(row.tries + 1);
                unit.failed(&[row.event], self.now() + wait).await?;
            } else {
                let letter = self.dead_event(&conversation.storefront, &row, &fault.reason);
                unit.bury(&letter).await?;
                self.saw(|| Happening::Buried { work: "event" });
                unit.take(&[row.event]).await?;
                end_no_more(unit, conversation.clone(), &row.body).await?;
            }
        }
        Ok(())
    }

    fn dead_event(
        &self,
        storefront: &tradepost_domain::StorefrontId,
        row: &InboxRow,
        reason: &str,
    ) -> DeadLetter {
        DeadLetter {
            id: self.mint.dead_letter(),
            storefront: storefront.clone(),
            conversation: row.conversation,
            at: self.now(),
            reason: reason.to_owned(),
            work: DeadWork::Event {
                event: row.event,
                body: serde_json::to_value(&row.body).unwrap_or_default(),
            },
        }
    }
}

/// What the clock brought about and the flow cannot hear is not tried for ever: a take-over is handed back by hand, an
/// idle conversation goes on with the customer's next word.
async fn end_no_more(unit: &mut dyn Unit, mut conversation: Conversation, body: &InboxBody) -> Kept<()> {
    match (body, &mut conversation.mode) {
        (InboxBody::TakeOverEnded, Mode::Person { until, .. }) => *until = None,
        (InboxBody::Idle, _) => conversation.idle_at = None,
        _ => return Ok(()),
    }
    unit.keep(&conversation).await.map(drop)
}

/// Asks a flow; its panic is an error like others.
pub(crate) fn without_panic<T>(ask: impl FnOnce() -> T) -> Kept<T> {
    catch_unwind(AssertUnwindSafe(ask))
        .map_err(|panic| StoreError::Abandoned(format!("the flow panicked: {}", said_by(&*panic))))
}

/// What a panic said.
pub(crate) fn said_by(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a word".into())
}
