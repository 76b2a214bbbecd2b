//! Intake: what webhooks brought is durable before their caller hears.

mod change;
mod echo;
mod file;
mod limit;
mod linked;
mod message;
mod met;
mod order;
mod person;
mod receipt;
mod renumbered;

pub(crate) use change::{TAKEN_BACK, taken_back};
pub(crate) use echo::Echoed;
pub(crate) use linked::Linked;
pub(crate) use renumbered::FORMER;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use file::Filing;
use futures::{StreamExt, stream};
use limit::Over;
use met::Met;
use order::{filing_order, ids_of_one};
use sha2::{Digest as _, Sha256};
use tracing::Span;
use tradepost_domain::{AccountKey, Arrival, ConversationId, Correlation, EventId, Lane};
use tradepost_ports::{
    Happening, Unit, Wake,
    observer::STEPS,
    store::{Fate, Kept, StoreError, StoredEvent},
};

use crate::{House, Stage, unit::write};

/// Arrivals of one unit: about three rows each, and a unit holds at most 200.
const AT_ONCE: usize = 50;
/// Tries of a unit while others are first: two customers' first words may make the same contact.
const TRIES: u32 = 5;
/// The longest raw payload of one event that is kept, in bytes.
const MOST_RAW: usize = 256 * 1024;

/// Where a request came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// The endpoint's name.
    pub endpoint: String,
    /// The channel kind, such as `instagram`.
    pub kind: String,
    /// The request.
    pub correlation: Correlation,
}

/// What became of a request's events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    /// New events, all durable.
    pub taken: usize,
    /// Events that had been heard before: no second effect.
    pub known: usize,
    /// New events of accounts that no storefront has.
    pub unrouted: usize,
    /// New messages that are kept and not answered, since their sender or the storefront has had more than its limit.
    pub over_limit: usize,
    /// How long to wait until the next one is answered.
    pub wait: Option<Duration>,
    /// The new events, in order.
    pub events: Vec<EventId>,
    /// The conversations that have something to hear.
    pub conversations: Vec<ConversationId>,
    /// The lanes that have something to send for them: signs of life, media to fetch.
    pub lanes: BTreeSet<Lane>,
}

impl House {
    /// Takes a request's events. When it returns, they are durable; who is to hear them has been woken.
    pub async fn accept(
        self: &Arc<Self>,
        intake: &Intake,
        arrivals: Vec<Arrival>,
    ) -> Result<Accepted, StoreError> {
        let mut accepted = Accepted::default();
        let mut rest = arrivals;
        while !rest.is_empty() {
            let later = rest.split_off(rest.len().min(AT_ONCE));
            accepted.add(self.accept_some(intake, rest, None).await?);
            rest = later;
        }
        self.reached(Stage::Accepted);
        accepted.conversations.sort_unstable();
        accepted.conversations.dedup();
        self.wake_for([&accepted]);
        Ok(accepted)
    }

    /// Takes an event once more, as one that repeats another.
    pub(crate) async fn accept_again(
        self: &Arc<Self>,
        intake: &Intake,
        arrival: Arrival,
        repeats: EventId,
    ) -> Kept<Accepted> {
        let accepted = self.accept_some(intake, vec![arrival], Some(repeats)).await?;
        self.wake_for([&accepted]);
        Ok(accepted)
    }

    /// Takes several requests' events in one unit; each hears what became of its own. A request that cannot be kept
    /// takes no other with it.
    pub async fn accept_many(
        self: &Arc<Self>,
        mut requests: Vec<(Intake, Vec<Arrival>)>,
        counting: Counting,
    ) -> Vec<Result<Accepted, StoreError>> {
        let over = match counting {
            Counting::Each => self.over_limits(&requests).await,
            Counting::Not => Over::new(),
        };
        let _until_kept = self.steps(&mut requests);
        let requests = Arc::new(requests);
        match self.accept_together(&requests, &Arc::new(over.clone()), None).await {
            Ok(accepted) => {
                self.reached(Stage::Accepted);
                self.wake_for(&accepted);
                accepted.into_iter().map(Ok).collect()
            }
            Err(error @ StoreError::Away(_)) => requests.iter().map(|_| Err(error.clone())).collect(),
            Err(error) if requests.len() == 1 => vec![Err(error)],
            Err(_) => {
                // What was taken long ago keeps its order; the others do not wait for each other.
                let at_once = if counting == Counting::Not { 1 } else { requests.len() };
                let alone = (0..requests.len()).map(|place| {
                    let (house, requests, over) =
                        (Arc::clone(self), Arc::clone(&requests), own(&over, place));
                    async move { house.accept_alone(&requests[place], over).await }
                });
                stream::iter(alone.collect::<Vec<_>>()).buffered(at_once).collect().await
            }
        }
    }

    /// A request of several that could not be kept together; what it counts for is known.
    async fn accept_alone(
        self: &Arc<Self>,
        request: &(Intake, Vec<Arrival>),
        over: Over,
    ) -> Result<Accepted, StoreError> {
        let request = Arc::new(vec![request.clone()]);
        let accepted = self.accept_together(&request, &Arc::new(over), None).await?;
        self.reached(Stage::Accepted);
        let accepted = accepted.into_iter().next().unwrap_or_default();
        self.wake_for([&accepted]);
        Ok(accepted)
    }

    async fn accept_some(
        self: &Arc<Self>,
        intake: &Intake,
        arrivals: Vec<Arrival>,
        repeats: Option<EventId>,
    ) -> Kept<Accepted> {
        let mut requests = vec![(intake.clone(), arrivals)];
        // What staff try again is not counted again.
        let over = if repeats.is_none() { self.over_limits(&requests).await } else { Over::new() };
        let _until_kept = self.steps(&mut requests);
        let requests = Arc::new(requests);
        let mut accepted = self.accept_together(&requests, &Arc::new(over), repeats).await?;
        Ok(accepted.pop().unwrap_or_default())
    }

    /// Each request's events are taken in a step of its own trace, however many share the unit. A step ends with its span.
    fn steps(&self, requests: &mut [(Intake, Vec<Arrival>)]) -> Vec<Span> {
        if self.tuning.observer.is_none() {
            return Vec::new();
        }
        let step = |(intake, arrivals): &mut (Intake, Vec<Arrival>)| {
            let (request, channel, events) = (intake.correlation.as_str(), &intake.kind, arrivals.len());
            let span = tracing::info_span!(target: STEPS, "accept", request.id = request, channel, events);
            intake.correlation = self.step(&span, intake.correlation.clone());
            span
        };
        requests.iter_mut().map(step).collect()
    }

    async fn accept_together(
        self: &Arc<Self>,
        requests: &Arc<Vec<(Intake, Vec<Arrival>)>>,
        over: &Arc<Over>,
        repeats: Option<EventId>,
    ) -> Kept<Vec<Accepted>> {
        // Several that meet somebody's lock go on alone: only who wants the locked one waits for it.
        let most = if requests.len() == 1 { TRIES } else { 1 };
        let mut tries = 1;
        loop {
            let (house, requests, over) = (Arc::clone(self), Arc::clone(requests), Arc::clone(over));
            let filed = write(&*self.store, move |unit| {
                Box::pin(async move { house.file_all(unit, &requests, &over, repeats).await })
            });
            match filed.await {
                Err(StoreError::Conflict) if tries < most => tries += 1,
                Err(error) => return Err(error),
                Ok((accepted, linked)) => {
                    self.linked.note(linked);
                    return Ok(accepted);
                }
            }
        }
    }

    /// Files what is new, in the order of conversations, so that of two units that lock the same ones none waits for the
    /// other for ever. Says too whose ids it has read as linked.
    async fn file_all(
        &self,
        unit: &mut dyn Unit,
        requests: &[(Intake, Vec<Arrival>)],
        over: &Over,
        repeats: Option<EventId>,
    ) -> Kept<(Vec<Accepted>, Vec<u64>)> {
        let mut accepted: Vec<Accepted> = requests.iter().map(|_| Accepted::default()).collect();
        let mut new = self.new_among(unit, requests, &mut accepted).await?;
        let same = ids_of_one(requests, &new);
        new.sort_by_key(|new| filing_order(&requests[new.place].0, new.arrival, &same));
        let met = self.met(unit, requests, &new).await?;
        for New { place, number, arrival } in new {
            let mut filing = Filing::new(self, &requests[place].0, arrival, repeats, &met);
            filing.over = over.get(&(place, number)).copied();
            filing.file(unit, arrival.clone(), &mut accepted[place]).await?;
        }
        Ok((accepted, met.linked))
    }

    /// The arrivals that were not heard before; what is known is counted.
    async fn new_among<'r>(
        &self,
        unit: &mut dyn Unit,
        requests: &'r [(Intake, Vec<Arrival>)],
        accepted: &mut [Accepted],
    ) -> Kept<Vec<New<'r>>> {
        let mut by_kind: BTreeMap<&str, Vec<New<'_>>> = BTreeMap::new();
        for (place, (intake, arrivals)) in requests.iter().enumerate() {
            let placed = arrivals.iter().enumerate().map(|(number, arrival)| New { place, number, arrival });
            by_kind.entry(&intake.kind).or_default().extend(placed);
        }
        let mut new = Vec::new();
        for (kind, arrivals) in by_kind {
            let keys: Vec<_> = arrivals.iter().map(|one| one.arrival.key.clone()).collect();
            let news = unit.remember(kind, &keys, self.now()).await?;
            for (one, is_new) in arrivals.into_iter().zip(news) {
                match is_new {
                    true => new.push(one),
                    false => {
                        accepted[one.place].known += 1;
                        self.saw_filed(kind, "known");
                    }
                }
            }
        }
        Ok(new)
    }

    /// Keeps a signed body that could not be read, raw. It is counted and shown.
    pub async fn accept_unparsed(
        self: &Arc<Self>,
        intake: &Intake,
        raw: &[u8],
        reason: &str,
    ) -> Result<EventId, StoreError> {
        let event = StoredEvent {
            id: self.mint.event(),
            endpoint: Some(intake.endpoint.clone()),
            account: AccountKey::of(&intake.kind, ""),
            conversation: None,
            at: self.now(),
            kind: "unparsed".into(),
            fate: Fate::Unparsed,
            note: Some(reason.to_owned()),
            raw: bounded(&String::from_utf8_lossy(raw)),
            arrival: None,
            reference: None,
            correlation: intake.correlation.clone(),
            repeats: None,
        };
        let (id, kind) = (event.id, intake.kind.clone());
        // A spooled request may be filed more than once.
        let key = format!("unparsed:{}:{}", intake.correlation, hex::encode(Sha256::digest(raw)));
        write(&*self.store, move |unit| {
            Box::pin(async move {
                match unit.remember(&kind, &[key], event.at).await?.first() {
                    Some(true) => unit.record(&event).await,
                    _ => Ok(()),
                }
            })
        })
        .await?;
        self.saw_filed(&intake.kind, Fate::Unparsed.word());
        Ok(id)
    }

    fn saw_filed(&self, channel: &str, fate: &'static str) {
        self.saw(|| Happening::Filed { channel: channel.to_owned(), fate });
    }

    fn wake_for<'a>(&self, accepted: impl IntoIterator<Item = &'a Accepted>) {
        let (mut conversations, mut lanes) = (Vec::new(), BTreeSet::new());
        for one in accepted {
            conversations.extend_from_slice(&one.conversations);
            lanes.extend(one.lanes.iter().cloned());
        }
        self.wake_turns(conversations);
        self.wake_lanes(lanes);
    }

    pub(crate) fn wake_turns(&self, conversations: Vec<ConversationId>) {
        if !conversations.is_empty() {
            self.coordinator.wake(Wake::Turn(conversations));
        }
    }

    pub(crate) fn wake_lanes(&self, lanes: impl IntoIterator<Item = Lane>) {
        lanes.into_iter().for_each(|lane| self.coordinator.wake(Wake::Lane(lane)));
    }
}

impl Accepted {
    fn add(&mut self, more: Self) {
        self.taken += more.taken;
        self.known += more.known;
        self.unrouted += more.unrouted;
        self.over_limit += more.over_limit;
        self.wait = self.wait.max(more.wait);
        self.events.extend(more.events);
        self.conversations.extend(more.conversations);
        self.lanes.extend(more.lanes);
    }
}

/// Are messages counted against limits as they are taken?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// Each of them.
    Each,
    /// None: they were taken long ago, and come all at once only now.
    Not,
}

/// What of it belongs to the request at that place, alone.
fn own(over: &Over, place: usize) -> Over {
    let own = over.iter().filter(|((of, _), _)| *of == place);
    own.map(|((_, number), wait)| ((0, *number), *wait)).collect()
}

/// An arrival that was not heard before.
struct New<'r> {
    /// Its request's place.
    place: usize,
    /// Its place in the request.
    number: usize,
    arrival: &'r Arrival,
}

/// At most [`MOST_RAW`] bytes of a text, without zero characters, which not every store can keep.
fn bounded(text: &str) -> String {
    let mut end = text.len().min(MOST_RAW);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].replace('\0', "\u{fffd}")
}
