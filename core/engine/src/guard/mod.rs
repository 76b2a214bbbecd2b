//! The guard stands around every outbound port, whatever client the adapter uses: time limit, breaker, attention, and
//! quick retries of what may be repeated. Bounded concurrency is the dispatcher's: it takes no more than it may send.

mod breaker;
mod health;
mod watch;

use std::{collections::BTreeMap, future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use breaker::Breaker;
use futures::{
    FutureExt,
    future::{Either, select},
    pin_mut,
};
pub use health::{BreakerState, ProviderHealth};
use parking_lot::Mutex;
use tradepost_domain::{AccountKey, ErrorKind, PortError, Timestamp};
use tradepost_ports::{Clock, Observer, PortResult, Terms, store::Class, terms::Repeat};

use crate::{Registry, Tuning, failure::said_by};

/// Tries of a call that may be repeated at once.
const QUICK_TRIES: usize = 3;
/// The longest wait that a provider may ask of a quick retry.
const QUICK_WAIT: Duration = Duration::from_secs(5);

/// One guard per provider account.
pub(crate) struct Guards(BTreeMap<AccountKey, Arc<Guard>>);

impl Guards {
    pub(crate) fn new(registry: &Registry, clock: Arc<dyn Clock>, tuning: &Tuning) -> Self {
        let guard = |terms: &Terms| Arc::new(Guard::new(terms.clone(), Arc::clone(&clock), tuning));
        Self(registry.ports().map(|(account, port)| (account.clone(), guard(port.terms()))).collect())
    }

    pub(crate) fn of(&self, account: &AccountKey) -> Option<&Arc<Guard>> {
        self.0.get(account)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Guard>> {
        self.0.values()
    }
}

/// Stands around one account's port.
pub(crate) struct Guard {
    pub(crate) terms: Terms,
    clock: Arc<dyn Clock>,
    breaker: Option<Breaker>,
    attention: Mutex<Option<Attention>>,
    probe_every: Duration,
    observer: Option<Arc<dyn Observer>>,
}

/// The provider refuses our credentials: nothing is sent but a probe now and then.
#[derive(Debug, Clone)]
struct Attention {
    detail: String,
    next_probe: Timestamp,
}

impl Guard {
    fn new(terms: Terms, clock: Arc<dyn Clock>, tuning: &Tuning) -> Self {
        let breaker = tuning.breaker.map(Breaker::new);
        let (probe_every, observer) = (tuning.attention_probe, tuning.observer.clone());
        Self { terms, clock, breaker, attention: Mutex::default(), probe_every, observer }
    }

    /// How many calls may be begun now: none while the breaker is open or the account needs attention, one to probe.
    pub(crate) fn room(&self) -> usize {
        let now = self.clock.now();
        match &*self.attention.lock() {
            Some(attention) if attention.next_probe > now => return 0,
            Some(_) => return 1,
            None => {}
        }
        self.breaker.as_ref().map_or(usize::MAX, Breaker::room)
    }

    /// The longest that a call of that class can take, its quick retries and their waits included.
    pub(crate) fn whole_limit(&self, class: Class) -> Duration {
        let tries = u32::try_from(self.tries(class)).unwrap_or(1);
        self.terms.time_limit * tries + QUICK_WAIT * (tries - 1)
    }

    fn tries(&self, class: Class) -> usize {
        match class {
            Class::Read | Class::Fetch => QUICK_TRIES,
            Class::Write if self.terms.repeat == Repeat::Keyed => QUICK_TRIES,
            Class::Say if self.terms.repeat == Repeat::Keyed => QUICK_TRIES,
            Class::Say | Class::Write | Class::Do | Class::Signal => 1,
        }
    }

    /// Makes a call under guard. Every failure is in the caller's words.
    pub(crate) async fn call<T, F, Fut>(&self, class: Class, call: F) -> PortResult<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = PortResult<T>>,
    {
        let waits = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(QUICK_WAIT)
            .with_max_times(self.tries(class) - 1)
            .build();
        for wait in waits {
            match self.once(class, &call).await {
                Err(error) if quickly(&error) => {
                    self.clock.sleep(error.retry_after().unwrap_or(wait).min(QUICK_WAIT)).await;
                }
                result => return result,
            }
        }
        self.once(class, &call).await
    }

    /// The time limit stands inside the breaker, so that what is given up is counted.
    async fn once<T, F, Fut>(&self, class: Class, call: &F) -> PortResult<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = PortResult<T>>,
    {
        let permit = self.permit()?;
        let result = self.observed(class, self.in_time(without_panic(call))).await;
        if let Some(permit) = permit {
            permit.told(result.as_ref().err().map(|error| error.kind));
        }
        self.note_attention(result.as_ref().err());
        result
    }

    fn permit(&self) -> PortResult<Option<breaker::Permit<'_>>> {
        if let Some(attention) = &mut *self.attention.lock() {
            let now = self.clock.now();
            if attention.next_probe > now {
                let detail = format!("the account needs attention: {}", attention.detail);
                return Err(PortError::new(ErrorKind::Denied, "guard", detail));
            }
            attention.next_probe = now + self.probe_every;
        }
        let Some(breaker) = &self.breaker else { return Ok(None) };
        let permit = breaker.permit();
        let rejected =
            || PortError::new(ErrorKind::BreakerOpen, "guard", "the provider has failed again and again");
        permit.map(Some).ok_or_else(rejected)
    }

    async fn in_time<T>(&self, call: impl Future<Output = PortResult<T>>) -> PortResult<T> {
        let limit = self.clock.sleep(self.terms.time_limit);
        pin_mut!(call);
        match select(call, limit).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => {
                Err(PortError::new(ErrorKind::Uncertain, "guard", "the time limit has passed"))
            }
        }
    }

    /// A call that belongs to no customer: bounded in time, and what it comes to says nothing of the account's calls.
    pub(crate) async fn aside<T, F, Fut>(&self, call: F) -> PortResult<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = PortResult<T>>,
    {
        self.in_time(without_panic(&call)).await
    }

    /// Does the provider refuse our credentials?
    pub(crate) fn is_refused(&self) -> bool {
        self.attention.lock().is_some()
    }

    /// The account has other credentials now.
    pub(crate) fn forgive(&self) {
        *self.attention.lock() = None;
    }

    fn note_attention(&self, error: Option<&PortError>) {
        let mut attention = self.attention.lock();
        match error {
            None => *attention = None,
            Some(error) if error.kind == ErrorKind::Denied && error.provider != "guard" => {
                let account = &self.terms.account;
                tracing::error!(%account, code = error.code, "the provider refuses the account: it needs attention");
                let next_probe = self.clock.now() + self.probe_every;
                *attention = Some(Attention { detail: error.detail.clone(), next_probe });
            }
            Some(_) => {}
        }
    }
}

/// A panic in one adapter ends its own call. Whether it had arrived is unknown.
async fn without_panic<T, F, Fut>(call: &F) -> PortResult<T>
where
    F: Fn() -> Fut,
    Fut: Future<Output = PortResult<T>>,
{
    let called = AssertUnwindSafe(async { call().await }).catch_unwind().await;
    called.unwrap_or_else(|panic| {
        tracing::error!(reason = said_by(&*panic), "an adapter panicked");
        Err(PortError::new(ErrorKind::Uncertain, "guard", "the adapter panicked"))
    })
}

/// Is a quick retry worth it? A time-out of a repeatable call is, a rejection by the guard is not.
fn quickly(error: &PortError) -> bool {
    match error.kind {
        ErrorKind::Unavailable | ErrorKind::Uncertain => true,
        ErrorKind::RateLimited => error.retry_after().is_none_or(|wait| wait <= QUICK_WAIT),
        _ => false,
    }
}
