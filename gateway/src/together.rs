//! Requests that arrive while a commit is under way share the next one.

use std::{pin::pin, sync::Arc, time::Duration};

use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    time::timeout,
};
use tradepost_domain::Arrival;
use tradepost_engine::{Accepted, Counting, House, Intake};
use tradepost_ports::StoreError;

/// Events that share a unit, at most.
const MOST: usize = 50;
/// Units under way at once: while the one waits for the disk, the next is put together.
const AT_ONCE: usize = 2;
/// A unit that takes longer waits for somebody's lock. Then the next one begins, so that one locked conversation does not
/// keep all others waiting.
const PATIENCE: Duration = Duration::from_millis(250);
/// Units under way at once, with those that wait for a lock.
const MOST_UNITS: usize = 8;
/// Requests that may wait for a unit; further ones wait for a place.
const WAITING: usize = 4_096;

type Answer = oneshot::Sender<Result<Accepted, StoreError>>;

struct Order {
    intake: Intake,
    arrivals: Vec<Arrival>,
    answer: Answer,
}

/// Where requests wait for each other.
pub struct Together {
    house: Arc<House>,
    orders: mpsc::Sender<Order>,
}

impl Together {
    /// Begins to gather, on the runtime that it is called from, until it is dropped.
    pub fn gather(house: &Arc<House>) -> Self {
        let (orders, ordered) = mpsc::channel(WAITING);
        tokio::spawn(gather(Arc::clone(house), ordered));
        Self { house: Arc::clone(house), orders }
    }

    /// Takes a request's events. When this returns, they are durable. A caller that goes away does not take its request
    /// back.
    pub async fn accept(&self, intake: Intake, arrivals: Vec<Arrival>) -> Result<Accepted, StoreError> {
        if arrivals.len() >= MOST {
            return self.house.accept(&intake, arrivals).await;
        }
        let (answer, accepted) = oneshot::channel();
        let closed = || StoreError::Away("the house is closed".into());
        self.orders.send(Order { intake, arrivals, answer }).await.map_err(|_| closed())?;
        accepted.await.map_err(|_| closed())?
    }
}

async fn gather(house: Arc<House>, mut orders: mpsc::Receiver<Order>) {
    let (places, units) = (Arc::new(Semaphore::new(AT_ONCE)), Arc::new(Semaphore::new(MOST_UNITS)));
    let mut left = None;
    while let (Ok(unit), Ok(place)) =
        (Arc::clone(&units).acquire_owned().await, Arc::clone(&places).acquire_owned().await)
    {
        let first = match left.take() {
            Some(order) => order,
            None => match orders.recv().await {
                Some(order) => order,
                None => return,
            },
        };
        let group = group(first, &mut orders, &mut left);
        let house = Arc::clone(&house);
        tokio::spawn(async move {
            let mut keeping = pin!(keep(&house, group));
            let kept = timeout(PATIENCE, &mut keeping).await;
            drop(place);
            if kept.is_err() {
                keeping.await;
            }
            drop(unit);
        });
    }
}

/// What waits, as far as it shares a unit; the first one that does not is left.
fn group(first: Order, orders: &mut mpsc::Receiver<Order>, left: &mut Option<Order>) -> Vec<Order> {
    let mut events = first.arrivals.len();
    let mut group = vec![first];
    while let Ok(order) = orders.try_recv() {
        events += order.arrivals.len();
        if events > MOST {
            *left = Some(order);
            break;
        }
        group.push(order);
    }
    group
}

async fn keep(house: &Arc<House>, group: Vec<Order>) {
    let (requests, answers): (Vec<_>, Vec<_>) =
        group.into_iter().map(|order| ((order.intake, order.arrivals), order.answer)).unzip();
    let accepted = house.accept_many(requests, Counting::Each).await;
    for (answer, accepted) in answers.into_iter().zip(accepted) {
        // Whoever has gone away does not hear.
        let _ = answer.send(accepted);
    }
}
