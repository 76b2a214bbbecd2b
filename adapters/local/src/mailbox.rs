//! What a listener has not yet asked for: each thing once, and no more than it can hold.

use std::{collections::BTreeSet, future::Future, mem, pin::Pin, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::Notify;
use tradepost_domain::ConversationId;
use tradepost_ports::{Wake, coordinator::Listener};

/// Conversations of one kind of wake-up that are kept for a listener who does not ask. More are dropped: a sweep of the
/// store finds them.
const MOST: usize = 10_000;

#[derive(Default)]
pub struct Mailbox {
    pending: Mutex<Pending>,
    filled: Notify,
}

#[derive(Default)]
struct Pending {
    turns: BTreeSet<ConversationId>,
    dispatch: bool,
    answered: BTreeSet<ConversationId>,
}

impl Mailbox {
    pub fn drop_in(&self, wake: &Wake) {
        let mut pending = self.pending.lock();
        match wake {
            Wake::Turn(ids) => ids.iter().for_each(|id| add(&mut pending.turns, *id)),
            Wake::Dispatch => pending.dispatch = true,
            Wake::Answered(id) => add(&mut pending.answered, *id),
        }
        drop(pending);
        self.filled.notify_one();
    }

    fn empty(&self) -> Vec<Wake> {
        let pending = mem::take(&mut *self.pending.lock());
        let turns: Vec<ConversationId> = pending.turns.into_iter().collect();
        let turns = (!turns.is_empty()).then_some(Wake::Turn(turns));
        let dispatch = pending.dispatch.then_some(Wake::Dispatch);
        turns.into_iter().chain(dispatch).chain(pending.answered.into_iter().map(Wake::Answered)).collect()
    }
}

fn add(kept: &mut BTreeSet<ConversationId>, id: ConversationId) {
    if kept.len() < MOST {
        kept.insert(id);
    }
}

/// The one who empties a mailbox. When it goes, the mailbox goes.
pub struct Owner(pub Arc<Mailbox>);

impl Listener for Owner {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Vec<Wake>> + Send + '_>> {
        Box::pin(async {
            loop {
                let wakes = self.0.empty();
                if !wakes.is_empty() {
                    return wakes;
                }
                self.0.filled.notified().await;
            }
        })
    }
}
