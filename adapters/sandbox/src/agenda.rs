//! What is to happen at a time of the sandbox's clock: receipts that come an hour later come when the clock is moved by an hour.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, watch};

use crate::world::World;

/// Jobs that run at the same moment; others wait for one to end.
const AT_ONCE: usize = 64;
/// How long the agenda sleeps when nothing is to come.
const LONG: Duration = Duration::from_secs(3600);

/// Something to do.
pub(crate) type Job = BoxFuture<'static, ()>;

/// Jobs by the time at which they are due, and in the order in which they came.
#[derive(Default)]
struct Jobs {
    by_time: BTreeMap<(i64, u64), Job>,
    count: u64,
}

/// What is to come.
pub(crate) struct Agenda {
    jobs: Mutex<Jobs>,
    room: Arc<Semaphore>,
}

impl Default for Agenda {
    fn default() -> Self {
        Self { jobs: Mutex::default(), room: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Agenda {
    /// Forgets what has not begun.
    pub(crate) fn clear(&self) {
        let jobs = std::mem::take(&mut self.jobs.lock().by_time);
        drop(jobs);
    }

    fn add(&self, at_ms: i64, job: Job) {
        let mut jobs = self.jobs.lock();
        jobs.count += 1;
        let key = (at_ms, jobs.count);
        jobs.by_time.insert(key, job);
    }

    /// Begins what is due, and tells when the next is.
    fn begin_due(&self, now_ms: i64) -> Option<i64> {
        let mut jobs = self.jobs.lock();
        let later = jobs.by_time.split_off(&(now_ms.saturating_add(1), 0));
        let due = std::mem::replace(&mut jobs.by_time, later);
        for job in due.into_values() {
            let room = self.room.clone();
            tokio::spawn(async move {
                let _room = room.acquire().await;
                job.await;
            });
        }
        jobs.by_time.first_key_value().map(|((at_ms, _), _)| *at_ms)
    }
}

impl World {
    /// Does something at a time of the sandbox's clock; at once, when that is past.
    pub(crate) fn at(&self, at_ms: i64, job: Job) {
        self.agenda.add(at_ms, job);
        self.clock.stirred();
    }
}

/// Keeps the agenda until told to stop.
pub(crate) async fn keep(world: Arc<World>, mut stop: watch::Receiver<bool>) {
    loop {
        let now_ms = world.clock.now_ms();
        let next = world.agenda.begin_due(now_ms).filter(|_| world.clock.runs());
        let pause = next.map_or(LONG, |at_ms| Duration::from_millis((at_ms - now_ms).max(1) as u64));
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = world.clock.moved() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
