//! The loops of a process: turns, dispatch, sweeps. Wake-ups make them fast; the sweep makes them sure.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::Arc,
    time::Duration,
};

use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, Either, join5, select},
    stream::FuturesUnordered,
};
use parking_lot::Mutex;
use tokio::sync::watch;
use tradepost_domain::{ConversationId, Lane, Timestamp};
use tradepost_ports::{StoreError, Wake, coordinator::Listener, store::Kept};

use crate::{
    House,
    unit::{read, write},
    watch::between,
};

/// Conversations taken up by one look through the store. While there are more, it is looked again when they are
/// nearly done.
const AT_ONCE: u32 = 64;
/// When another was first, the turn is taken again so much later; while there are more ripe conversations than one look
/// brings, the store is looked through as often.
const SOON: Duration = Duration::from_millis(20);
/// How much more often the store is looked through while the coordinator is away, and swept while much is due.
const MORE_OFTEN: u32 = 10;
/// Sweeps between two prunings: about an hour.
const PRUNE_EVERY: u32 = 3_600;
/// Prunings within which the old is forgotten once: about a day.
const FORGET_WITHIN: u32 = 23;

/// When which conversation should be looked at again.
#[derive(Debug, Default)]
pub(crate) struct Agenda(Mutex<BTreeSet<(Timestamp, ConversationId)>>);

impl Agenda {
    pub(crate) fn note(&self, at: Timestamp, id: ConversationId) {
        self.0.lock().insert((at, id));
    }

    fn due(&self, now: Timestamp) -> Vec<ConversationId> {
        let mut agenda = self.0.lock();
        let due: Vec<_> = agenda.iter().take_while(|(at, _)| *at <= now).copied().collect();
        for entry in &due {
            agenda.remove(entry);
        }
        due.into_iter().map(|(_, id)| id).collect()
    }

    fn next(&self, now: Timestamp) -> Option<Duration> {
        let first = self.0.lock().first().map(|(at, _)| *at)?;
        Some(Duration::try_from(first.duration_since(now)).unwrap_or_default())
    }
}

/// What a look through the store has found.
#[derive(Default)]
struct Ripe {
    /// Conversations that are leased to this process.
    ours: Vec<ConversationId>,
    /// Are there more? Of those that were found, some may be another's just now, or have their turn.
    more: bool,
}

type Tasks<'a> = FuturesUnordered<BoxFuture<'a, ()>>;

impl House {
    /// Runs until `stop` says so; then what is in hand is finished and nothing new is taken.
    pub async fn run(self: &Arc<Self>, stop: watch::Receiver<bool>) {
        self.take_up_tokens().await;
        let (turns, dispatch) = (self.run_turns(stop.clone()), self.run_dispatch(stop.clone()));
        let (sweeps, pruning) = (self.run_sweeps(stop.clone()), self.run_pruning(stop.clone()));
        join5(turns, dispatch, sweeps, pruning, self.run_tokens(stop)).await;
    }

    async fn run_turns(self: &Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut listener = self.coordinator.listen();
        let mut waiting: BTreeSet<ConversationId> = BTreeSet::new();
        let under_way: Mutex<BTreeMap<ConversationId, bool>> = Mutex::default();
        let mut tasks = Tasks::new();
        let (mut look, mut more, mut looked_at) = (true, false, self.now());
        while !*stop.borrow() {
            // However much one is told: what nobody tells of, such as a turn that failed, is looked for all the same.
            if look || self.look_at(looked_at, more && self.has_room(&waiting)) <= self.now() {
                let ripe = self.logged(self.ripe().await, "look for ripe conversations");
                (looked_at, more) = (self.now(), ripe.more);
                let under_way = under_way.lock();
                waiting.extend(ripe.ours.into_iter().filter(|id| !under_way.contains_key(id)));
            }
            waiting.extend(self.agenda.due(self.now()));
            self.begin_turns(&mut waiting, &under_way, &mut tasks);
            let look_at = self.look_at(looked_at, more && self.has_room(&waiting));
            look = self.wait_for_turns(look_at, &mut *listener, &mut waiting, &mut tasks, &mut stop).await;
        }
        while tasks.next().await.is_some() {}
    }

    fn look_at(&self, looked_at: Timestamp, early: bool) -> Timestamp {
        looked_at + if early { SOON } else { self.until_next_look() }
    }

    fn has_room(&self, waiting: &BTreeSet<ConversationId>) -> bool {
        waiting.len() < self.tuning.turns_at_once
    }

    fn begin_turns<'a>(
        self: &'a Arc<Self>,
        waiting: &mut BTreeSet<ConversationId>,
        under_way: &'a Mutex<BTreeMap<ConversationId, bool>>,
        tasks: &mut Tasks<'a>,
    ) {
        while tasks.len() < self.tuning.turns_at_once {
            let Some(id) = waiting.pop_first() else { return };
            match under_way.lock().entry(id) {
                std::collections::btree_map::Entry::Occupied(mut again) => *again.get_mut() = true,
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(false);
                    tasks.push(self.turn_while_told(id, under_way).boxed());
                }
            }
        }
    }

    /// One task per conversation; told again while it is at it, it looks again.
    async fn turn_while_told(
        self: &Arc<Self>,
        id: ConversationId,
        under_way: &Mutex<BTreeMap<ConversationId, bool>>,
    ) {
        loop {
            match self.turn(id, &self.tuning.worker).await {
                Err(StoreError::Conflict) => self.agenda.note(self.now() + SOON, id),
                Err(error) => {
                    tracing::warn!(conversation.id = %id, %error, "failed to take a turn; it is taken again");
                }
                Ok(_) => {}
            }
            let mut under_way = under_way.lock();
            match under_way.get_mut(&id) {
                Some(told) if *told => *told = false,
                _ => {
                    under_way.remove(&id);
                    return;
                }
            }
        }
    }

    /// Waits for a wake-up, a finished turn, the agenda or the sweep; `true` when the store should be looked through.
    async fn wait_for_turns(
        &self,
        look_at: Timestamp,
        listener: &mut dyn Listener,
        waiting: &mut BTreeSet<ConversationId>,
        tasks: &mut Tasks<'_>,
        stop: &mut watch::Receiver<bool>,
    ) -> bool {
        let now = self.now();
        // A clock that is set back puts no look off.
        let sweep = between(now, look_at).min(self.until_next_look());
        let nap = self.agenda.next(now).map_or(sweep, |next| next.min(sweep));
        let nap = select(self.clock.sleep(nap), Box::pin(stop.changed()));
        let idle = tasks.is_empty();
        let finished = async {
            match idle {
                true => std::future::pending().await,
                false => tasks.next().await,
            }
        };
        let told = select(listener.next(), Box::pin(finished));
        match select(told, nap).await {
            Either::Left((Either::Left((wakes, _)), _)) => {
                wakes.into_iter().fold(false, |look, wake| match wake {
                    Wake::Turn(ids) if ids.is_empty() => true,
                    Wake::Turn(ids) => {
                        waiting.extend(ids);
                        look
                    }
                    Wake::Dispatch | Wake::Lane(_) | Wake::Answered(_) => look,
                })
            }
            Either::Left((Either::Right(_), _)) => false,
            Either::Right(_) => true,
        }
    }

    /// What nobody can tell us must be looked for more often.
    fn until_next_look(&self) -> Duration {
        match self.coordinator.away() {
            true => self.tuning.sweep / MORE_OFTEN,
            false => self.tuning.sweep,
        }
    }

    /// Conversations with something ripe, leased to this process.
    async fn ripe(self: &Arc<Self>) -> Kept<Ripe> {
        let (now, worker) = (self.now(), self.tuning.worker.clone());
        let ripe =
            read(&*self.store, move |unit| Box::pin(async move { unit.ripe(&worker, now, AT_ONCE).await }));
        let ripe = ripe.await?;
        if ripe.is_empty() {
            return Ok(Ripe::default());
        }
        let more = ripe.len() >= AT_ONCE as usize;
        let (worker, until) = (self.tuning.worker.clone(), now + self.tuning.lease);
        let lease = write(&*self.store, move |unit| {
            Box::pin(async move { unit.lease(&ripe, &worker, now, until).await })
        });
        Ok(Ripe { ours: lease.await?, more })
    }

    async fn run_dispatch(self: &Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut listener = self.coordinator.listen();
        let mut tasks = Tasks::new();
        let mut look_at = self.now();
        let mut lanes = BTreeSet::new();
        while !*stop.borrow() {
            if look_at <= self.now() {
                lanes.extend(self.logged(self.busy_lanes().await, "look for busy lanes"));
                look_at = self.now() + self.until_next_look();
            }
            for lane in mem::take(&mut lanes) {
                self.begin_lane(lane, &mut tasks, &stop);
            }
            match self.wait_for_dispatch(look_at, &mut *listener, &mut tasks, &mut stop).await {
                Some(told) => lanes = told,
                None => look_at = self.now(),
            }
        }
        while tasks.next().await.is_some() {}
        self.logged(self.leave_lanes().await, "give the lanes back");
    }

    fn begin_lane(self: &Arc<Self>, lane: Lane, tasks: &mut Tasks<'_>, stop: &watch::Receiver<bool>) {
        if self.registry.ports_of(&lane).is_empty() {
            return;
        }
        if let Some(woken) = self.runners.begin_or_wake(&lane) {
            tasks.push(Arc::clone(self).serve_lane(lane, woken, stop.clone()).boxed());
        }
    }

    /// The lanes that have something to send; `None` when the store should be looked through for them. A lane that
    /// another process has held a moment ago is its affair.
    async fn wait_for_dispatch(
        &self,
        look_at: Timestamp,
        listener: &mut dyn Listener,
        tasks: &mut Tasks<'_>,
        stop: &mut watch::Receiver<bool>,
    ) -> Option<BTreeSet<Lane>> {
        // A clock that is set back puts no look off.
        let nap = between(self.now(), look_at).min(self.until_next_look());
        let mut nap = select(self.clock.sleep(nap), Box::pin(stop.changed()));
        loop {
            let idle = tasks.is_empty();
            let finished = async {
                match idle {
                    true => std::future::pending().await,
                    false => tasks.next().await,
                }
            };
            let told = select(listener.next(), Box::pin(finished));
            match select(told, nap).await {
                Either::Left((Either::Left((wakes, _)), _)) if wakes.contains(&Wake::Dispatch) => {
                    return None;
                }
                Either::Left((Either::Left((wakes, _)), rest)) => {
                    let lanes = self.ours_among(wakes);
                    if !lanes.is_empty() {
                        return Some(lanes);
                    }
                    nap = rest;
                }
                Either::Left((_, rest)) => nap = rest,
                Either::Right(_) => return None,
            }
        }
    }

    fn ours_among(&self, wakes: Vec<Wake>) -> BTreeSet<Lane> {
        let now = self.now();
        let lanes = wakes.into_iter().filter_map(|wake| match wake {
            Wake::Lane(lane) => Some(lane),
            Wake::Turn(_) | Wake::Dispatch | Wake::Answered(_) => None,
        });
        lanes.filter(|lane| !self.runners.is_anothers(lane, now)).collect()
    }

    async fn busy_lanes(self: &Arc<Self>) -> Kept<Vec<Lane>> {
        let now = self.now();
        read(&*self.store, move |unit| Box::pin(async move { unit.busy_lanes(now).await })).await
    }

    async fn run_sweeps(self: &Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let due = self.logged(self.sweep().await, "sweep");
            let nap = if due { self.tuning.sweep / MORE_OFTEN } else { self.tuning.sweep };
            select(self.clock.sleep(nap), Box::pin(stop.changed())).await;
        }
    }

    /// There may be much to go, and nobody waits for it: it is done beside everything else, and left where it is at a stop.
    async fn run_pruning(self: &Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            select(Box::pin(self.prune_in_turn()), Box::pin(stop.changed())).await;
        }
    }

    /// The old is looked for an hour after a start at the earliest: a process that has just begun has enough to catch up with.
    async fn prune_in_turn(self: &Arc<Self>) {
        let hour = self.tuning.sweep * PRUNE_EVERY;
        if self.is_chosen("prune", hour / 2).await {
            self.logged(self.prune().await, "forget old keys");
        }
        self.clock.sleep(hour).await;
        if self.is_chosen("forget", hour * FORGET_WITHIN).await {
            self.logged(self.forget().await, "forget old conversations and events");
        }
    }

    /// Is this the process that does a job now? A job is done by one of them within that time; it must be right if two do
    /// it, which happens while the coordinator is away.
    async fn is_chosen(&self, job: &str, within: Duration) -> bool {
        // The lock is not given back: it ends when the job may be done again.
        self.coordinator.lock(job, within).await.map_or(true, |token| token.is_some())
    }

    /// A house that seals nothing exchanges no tokens.
    async fn run_tokens(self: &Arc<Self>, mut stop: watch::Receiver<bool>) {
        if !self.tends_tokens() {
            return;
        }
        while !*stop.borrow() {
            self.tend_tokens().await;
            select(self.clock.sleep(self.tuning.sweep), Box::pin(stop.changed())).await;
        }
    }

    /// A loop outlives the store's bad days: what failed is looked for again.
    pub(crate) fn logged<T: Default>(&self, result: Result<T, StoreError>, what: &str) -> T {
        result.unwrap_or_else(|error| {
            tracing::warn!(%error, "failed to {what}; trying again");
            T::default()
        })
    }
}
