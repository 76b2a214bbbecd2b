//! A lane's runner: claims as much as may be under way at once, sends it, settles it, and goes on until nothing is left.

use std::{collections::BTreeMap, sync::Arc};

use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, Either, select},
    stream::FuturesUnordered,
};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tradepost_domain::{ConversationId, Lane, Timestamp};
use tradepost_ports::{store::Kept, terms::PairRate};

use super::{pace::Pace, pair::Pairs};
use crate::{House, unit::write};

/// The lanes that this process serves now, each with what wakes it; and how fast each went lately.
#[derive(Default)]
pub(crate) struct Runners {
    awake: Mutex<BTreeMap<Lane, Arc<Notify>>>,
    paces: Mutex<BTreeMap<Lane, Pace>>,
    /// Until when a lane is left to another process, since it holds it.
    anothers: Mutex<BTreeMap<Lane, Timestamp>>,
    /// Until when a lane rests, since its provider has said that it is too fast.
    resting: Mutex<BTreeMap<Lane, Timestamp>>,
    pairs: Mutex<Pairs>,
}

impl Runners {
    /// Wakes the lane's runner, or says that there is none yet and begins one.
    pub(crate) fn begin_or_wake(&self, lane: &Lane) -> Option<Arc<Notify>> {
        let mut runners = self.awake.lock();
        if let Some(runner) = runners.get(lane) {
            runner.notify_one();
            return None;
        }
        let runner = Arc::new(Notify::new());
        runners.insert(lane.clone(), Arc::clone(&runner));
        Some(runner)
    }

    /// Ends the lane's runner, unless it was woken since it last looked.
    fn end_unless_woken(&self, lane: &Lane, woken: &Notify) -> bool {
        let mut runners = self.awake.lock();
        if woken.notified().now_or_never().is_some() {
            return false;
        }
        runners.remove(lane);
        true
    }

    /// Another process holds the lane: until then nobody asks again unless the store is looked through.
    pub(crate) fn leave_to_another(&self, lane: &Lane, until: Timestamp) {
        self.anothers.lock().insert(lane.clone(), until);
    }

    pub(crate) fn is_anothers(&self, lane: &Lane, now: Timestamp) -> bool {
        self.anothers.lock().get(lane).is_some_and(|until| now < *until)
    }

    /// The provider has said that the account is too fast: nothing leaves on its lane until then.
    pub(crate) fn rest(&self, lane: &Lane, until: Timestamp) {
        let mut resting = self.resting.lock();
        let known = resting.entry(lane.clone()).or_insert(until);
        *known = until.max(*known);
    }

    pub(super) fn rests(&self, lane: &Lane, now: Timestamp) -> bool {
        let mut resting = self.resting.lock();
        match resting.get(lane) {
            Some(until) if now < *until => true,
            Some(_) => resting.remove(lane).is_none(),
            None => false,
        }
    }

    /// Counts a line to a customer that leaves now, or says when it may.
    pub(super) fn pair(&self, to: ConversationId, rate: PairRate, now: Timestamp) -> Option<Timestamp> {
        self.pairs.lock().take(to, rate, now).err()
    }

    /// The lane's pace outlives its runner: a lane that was empty for a moment is not faster for it.
    fn pace<T>(&self, lane: &Lane, look: impl FnOnce(&mut Pace) -> T) -> T {
        look(self.paces.lock().entry(lane.clone()).or_default())
    }
}

impl House {
    /// Serves a lane until it is empty, its lease is another's, its ports have no room, or the house stops. The lease is
    /// kept: this process serves the lane again when it is woken.
    pub(crate) async fn serve_lane(
        self: Arc<Self>,
        lane: Lane,
        woken: Arc<Notify>,
        stop: watch::Receiver<bool>,
    ) {
        loop {
            self.serve(&lane, &woken, &stop).await;
            if self.runners.end_unless_woken(&lane, &woken) {
                return;
            }
        }
    }

    /// Until nothing is under way and nothing more may leave. A store that fails keeps new lines back; what is under way
    /// goes on, since a send that is dropped halfway may have arrived.
    async fn serve(self: &Arc<Self>, lane: &Lane, woken: &Notify, stop: &watch::Receiver<bool>) {
        let mut under_way: FuturesUnordered<BoxFuture<'_, Kept<()>>> = FuturesUnordered::new();
        loop {
            let room = if *stop.borrow() { 0 } else { self.room(lane, under_way.len()) };
            let marked = match room {
                0 => Vec::new(),
                room => {
                    self.logged(self.claim(lane, &self.tuning.worker, room).await, "claim a lane's lines")
                }
            };
            self.runners.pace(lane, |pace| pace.spend(marked.len(), self.now()));
            under_way.extend(marked.into_iter().map(|marked| self.carry(marked).boxed()));
            if under_way.is_empty() {
                return;
            }
            self.next(&mut under_way, woken).await;
        }
    }

    /// Waits until a call has ended, something new may be there, or the lease should be renewed.
    async fn next(&self, under_way: &mut FuturesUnordered<BoxFuture<'_, Kept<()>>>, woken: &Notify) {
        let renew = self.clock.sleep(self.tuning.lane_lease / 3);
        let others = select(Box::pin(woken.notified()), renew);
        if let Either::Left((Some(settled), _)) = select(under_way.next(), others).await {
            self.logged(settled, "write down what came of a call");
        }
    }

    fn room(&self, lane: &Lane, under_way: usize) -> u32 {
        let now = self.now();
        let mut room = usize::MAX;
        for port in self.registry.ports_of(lane) {
            let terms = port.terms();
            let by_guard = self.guards.of(&terms.account).map_or(0, |guard| guard.room());
            let by_concurrency = terms.concurrency.saturating_sub(under_way);
            let by_pace = self.runners.pace(lane, |pace| pace.room(terms.per_second, now));
            room = room.min(by_guard).min(by_concurrency).min(by_pace);
        }
        u32::try_from(room.min(1_000)).unwrap_or(1_000)
    }

    /// Gives every lane back, so that another process need not wait for their leases to end.
    pub(crate) async fn leave_lanes(self: &Arc<Self>) -> Kept<()> {
        let (house, worker) = (Arc::clone(self), self.tuning.worker.clone());
        write(&*self.store, move |unit| {
            Box::pin(async move {
                for lane in house.registry.lanes() {
                    unit.leave_lane(lane, &worker).await?;
                }
                Ok(())
            })
        })
        .await
    }
}
