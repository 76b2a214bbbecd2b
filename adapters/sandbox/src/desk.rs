//! The desk where sends are taken: scripted faults first, then the provider's rules, then the log, the receipts, the answer.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use poem::Response;
use serde_json::Value;

use crate::answer::{Refusal, cut, garbled, with_fate};
use crate::faults::{Fault, On, What};
use crate::log::{Answer, Entry, Fate, Outcome};
use crate::world::{World, json_answer};

/// One send on its way through, and what the log will say of it.
pub(crate) struct Letter<'a> {
    pub(crate) world: &'a Arc<World>,
    pub(crate) provider: &'static str,
    /// Empty while the caller is not recognised.
    pub(crate) account: String,
    pub(crate) customer: Option<String>,
    pub(crate) kind: String,
    pub(crate) body: Value,
}

/// A send that was taken.
pub(crate) struct Taken {
    pub(crate) customer: String,
    pub(crate) message_id: Option<String>,
    /// What the customer sees, where that differs from the body.
    pub(crate) shown: Option<Value>,
    /// The answer.
    pub(crate) told: Value,
    /// The answer of a provider that forgets to tell the id.
    pub(crate) without_id: Value,
}

/// What differs between channels.
pub(crate) trait Clerk: Sync {
    /// How this channel says no.
    type Refusal: Refusal + Send + Sync;

    /// Holds the send against the rules and takes it.
    fn admit(&self) -> Result<Taken, Self::Refusal>;

    /// Receipts and echoes: posts now what comes before the answer, and leaves the others to the answer's fate.
    fn receipts(&self, taken: &Taken, fate: &Fate, what: &What) -> impl Future<Output = ()> + Send;

    /// A refusal, as this dialect tells it.
    fn tell(&self, error: &Self::Refusal) -> Response;
}

impl Letter<'_> {
    /// Takes the send, or refuses it, as the script and the rules want.
    pub(crate) async fn under_faults<C: Clerk>(&self, on: On, clerk: &C) -> Response {
        let fault = self.world.faults.take(&self.account, on, self.customer.as_deref());
        let Fault { what, delay_ms, .. } = fault.unwrap_or(Fault::new(What::Pass));
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        match what {
            What::DropBefore => self.unheard::<C>(),
            What::Fail { .. } | What::ErrorIn200 => self.refused(&C::Refusal::scripted(&what), clerk),
            what => match clerk.admit() {
                Err(error) => self.refused(&error, clerk),
                Ok(taken) => self.accept(taken, what, clerk).await,
            },
        }
    }

    async fn accept<C: Clerk>(&self, taken: Taken, what: What, clerk: &C) -> Response {
        let fate = self.world.log.record(self.entry::<C::Refusal>(Outcome::Accepted, Some(&taken), None));
        clerk.receipts(&taken, &fate, &what).await;
        if let What::SlowAnswer { ms } = what {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        let well = || json_answer(200, &taken.told);
        with_fate(garbled(&what, taken.told.clone(), taken.without_id.clone()).unwrap_or_else(well), fate)
    }

    /// Refuses, and says so in the log.
    pub(crate) fn refused<C: Clerk>(&self, error: &C::Refusal, clerk: &C) -> Response {
        let fate = self.world.log.record(self.entry(Outcome::Refused, None, Some(error)));
        with_fate(clerk.tell(error), fate)
    }

    fn unheard<C: Clerk>(&self) -> Response {
        with_fate(cut(), self.world.log.record(self.entry::<C::Refusal>(Outcome::Unheard, None, None)))
    }

    fn entry<R: Refusal>(&self, outcome: Outcome, taken: Option<&Taken>, error: Option<&R>) -> Entry {
        let status = match outcome {
            Outcome::Accepted => 200,
            Outcome::Refused => error.map_or(0, R::status),
            Outcome::Unheard => 0,
        };
        // A mark as read may be about a message that nobody knows.
        let customer = taken.map(|taken| taken.customer.clone()).filter(|customer| !customer.is_empty());
        Entry {
            seq: 0,
            at_ms: self.world.clock.now_ms(),
            provider: self.provider.into(),
            account: self.account.clone(),
            customer: customer.or_else(|| self.customer.clone()),
            kind: self.kind.clone(),
            outcome,
            status,
            code: error.map(R::code),
            subcode: error.and_then(R::subcode),
            message_id: taken.and_then(|taken| taken.message_id.clone()),
            answer: Answer::Pending,
            body: self.body.clone(),
            shown: taken.and_then(|taken| taken.shown.clone()),
        }
    }
}
