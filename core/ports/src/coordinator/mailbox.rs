//! What listeners have not yet asked for: each thing once, and no more than they can hold. For coordinators to build on.

use std::{
    collections::BTreeSet,
    future::Future,
    mem,
    pin::Pin,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;
use tokio::sync::Notify;
use tradepost_domain::{ConversationId, Lane};

use super::{Listener, Wake};

/// Conversations, or lanes, of one kind of wake-up that are kept for a listener who does not ask. Of more it is only kept
/// that the store should be looked through.
const MOST: usize = 10_000;

/// The mailboxes of all who listen in this process.
#[derive(Default)]
pub struct Mailboxes(Mutex<Vec<Weak<Mailbox>>>);

impl Mailboxes {
    /// A listener who hears what is dropped in from now on. When it goes, its mailbox goes.
    pub fn open(&self) -> Box<dyn Listener> {
        let mailbox = Arc::new(Mailbox::default());
        self.0.lock().push(Arc::downgrade(&mailbox));
        Box::new(mailbox)
    }

    /// Puts a wake-up into every mailbox.
    pub fn drop_in(&self, wake: &Wake) {
        self.0.lock().retain(|listener| match listener.upgrade() {
            Some(mailbox) => {
                mailbox.drop_in(wake);
                true
            }
            None => false,
        });
    }
}

/// One listener's wake-ups, coalesced and bounded.
#[derive(Default)]
pub struct Mailbox {
    pending: Mutex<Pending>,
    filled: Notify,
}

#[derive(Default)]
struct Pending {
    look: bool,
    turns: BTreeSet<ConversationId>,
    dispatch: bool,
    lanes: BTreeSet<Lane>,
    answered: BTreeSet<ConversationId>,
}

impl Mailbox {
    /// Puts a wake-up in.
    pub fn drop_in(&self, wake: &Wake) {
        self.pending.lock().add(wake);
        self.filled.notify_one();
    }

    /// Everything in it; waits for something to be there.
    pub async fn emptied(&self) -> Vec<Wake> {
        loop {
            let pending = mem::take(&mut *self.pending.lock());
            let wakes = pending.into_wakes();
            if !wakes.is_empty() {
                return wakes;
            }
            self.filled.notified().await;
        }
    }
}

impl Pending {
    fn add(&mut self, wake: &Wake) {
        match wake {
            Wake::Turn(ids) if ids.is_empty() => self.look = true,
            Wake::Turn(ids) => {
                for id in ids {
                    self.look |= !kept(&mut self.turns, id);
                }
            }
            Wake::Dispatch => self.dispatch = true,
            Wake::Lane(lane) => self.dispatch |= !kept(&mut self.lanes, lane),
            Wake::Answered(id) => {
                kept(&mut self.answered, id);
            }
        }
    }

    fn into_wakes(self) -> Vec<Wake> {
        let look = self.look.then(|| Wake::Turn(Vec::new()));
        let turns: Vec<ConversationId> = self.turns.into_iter().collect();
        let turns = (!turns.is_empty()).then_some(Wake::Turn(turns));
        let dispatch = self.dispatch.then_some(Wake::Dispatch);
        let lanes = self.lanes.into_iter().map(Wake::Lane);
        let answered = self.answered.into_iter().map(Wake::Answered);
        look.into_iter().chain(turns).chain(dispatch).chain(lanes).chain(answered).collect()
    }
}

fn kept<T: Ord + Clone>(known: &mut BTreeSet<T>, one: &T) -> bool {
    if known.contains(one) {
        return true;
    }
    let room = known.len() < MOST;
    if room {
        known.insert(one.clone());
    }
    room
}

impl Listener for Arc<Mailbox> {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Vec<Wake>> + Send + '_>> {
        Box::pin(self.emptied())
    }
}
