//! A lane's runner: claims as much as may be under way at once, sends it, settles it, and goes on until nothing is left.

use std::{collections::BTreeMap, sync::Arc};

use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, Either, select},
    stream::FuturesUnordered,
};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tradepost_domain::Lane;
use tradepost_ports::{StoreError, store::Kept};

use super::pace::Pace;
use crate::{House, unit::write};

/// The lanes that this process serves now, each with what wakes it.
#[derive(Default)]
pub(crate) struct Runners(Mutex<BTreeMap<Lane, Arc<Notify>>>);

impl Runners {
    /// Wakes the lane's runner, or says that there is none yet and begins one.
    pub(crate) fn begin_or_wake(&self, lane: &Lane) -> Option<Arc<Notify>> {
        let mut runners = self.0.lock();
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
        let mut runners = self.0.lock();
        if woken.notified().now_or_never().is_some() {
            return false;
        }
        runners.remove(lane);
        true
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
            if let Err(error) = self.serve(&lane, &woken, &stop).await {
                tracing::warn!(%lane, %error, "failed to serve a lane; it is taken up again");
            }
            if self.runners.end_unless_woken(&lane, &woken) {
                return;
            }
        }
    }

    async fn serve(self: &Arc<Self>, lane: &Lane, woken: &Notify, stop: &watch::Receiver<bool>) -> Kept<()> {
        let mut pace = Pace::default();
        let mut under_way: FuturesUnordered<BoxFuture<'_, Kept<()>>> = FuturesUnordered::new();
        loop {
            let room = self.room(lane, &mut pace, under_way.len());
            if room > 0 && !*stop.borrow() {
                let marked = self.claim(lane, &self.tuning.worker, room).await?;
                pace.spend(marked.len(), self.now());
                under_way.extend(marked.into_iter().map(|marked| self.carry(marked).boxed()));
            }
            if under_way.is_empty() {
                return Ok(());
            }
            self.next(&mut under_way, woken).await?;
        }
    }

    /// Waits until a call has ended, something new may be there, or the lease should be renewed.
    async fn next(
        &self,
        under_way: &mut FuturesUnordered<BoxFuture<'_, Result<(), StoreError>>>,
        woken: &Notify,
    ) -> Kept<()> {
        let renew = self.clock.sleep(self.tuning.lane_lease / 3);
        let others = select(Box::pin(woken.notified()), renew);
        match select(under_way.next(), others).await {
            Either::Left((Some(settled), _)) => settled,
            _ => Ok(()),
        }
    }

    fn room(&self, lane: &Lane, pace: &mut Pace, under_way: usize) -> u32 {
        let now = self.now();
        let mut room = usize::MAX;
        for port in self.registry.ports_of(lane) {
            let terms = port.terms();
            let by_guard = self.guards.of(&terms.account).map_or(0, |guard| guard.room());
            let by_concurrency = terms.concurrency.saturating_sub(under_way);
            room = room.min(by_guard).min(by_concurrency).min(pace.room(terms.per_second, now));
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
