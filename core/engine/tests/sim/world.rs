//! The world of a simulated day: two workers over one store, providers, customers, a clock and a hand that kills.

use std::{
    collections::{BTreeMap, VecDeque},
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context as TaskContext, Waker},
    time::Duration,
};

use tradepost_domain::{
    Arrival, Capabilities, Lane, Money, OrderId, Timestamp, What,
    capabilities::TextUnit,
    ledger::{Item, Payment},
    money::Currency,
};
use tradepost_engine::{House, Intake, Parts, Tuning};
use tradepost_ports::{
    Store,
    store::{Class, OutboxRow, OutboxState, UnitWork},
    terms::Repeat,
};
use tradepost_testkit::{
    chance::SeededDice,
    memory::MemoryStore,
    script::{Play, ScriptedLlm, ScriptedMessenger, ScriptedPayments},
    time::HandClock,
};

use super::{
    checks, crowd,
    deaf::Deaf,
    parts::{Door, bad, registry, terms},
};

/// Sends under way at once on the messenger's lane: what a crash may leave uncertain.
pub const CONCURRENCY: usize = 4;
/// Words of staff and news of lines in a day that has them.
const LIVELY: usize = 24;
/// Mugs on hand at the start of a day.
const MUGS: u32 = 5;

pub(super) type Task = Pin<Box<dyn Future<Output = ()>>>;

/// A simulated day.
pub struct World {
    pub seed: u64,
    pub store: MemoryStore,
    pub clock: HandClock,
    pub messenger: ScriptedMessenger,
    pub payments: ScriptedPayments,
    pub llm: ScriptedLlm,
    pub houses: [Arc<House>; 2],
    pub stock: u32,
    /// Lines that were under way when a process died or stood still: so many may be uncertain.
    pub at_risk: usize,
    dice: SeededDice,
    pub(super) tasks: Vec<(usize, Task)>,
    /// What customers will still write, and webhooks that their provider has not seen answered.
    letters: BTreeMap<String, VecDeque<Arrival>>,
    pub(super) unanswered: Arc<parking_lot::Mutex<BTreeMap<String, Arrival>>>,
    paid: Vec<OrderId>,
    notices: usize,
    crashes_left: usize,
    crash_at: Option<usize>,
    eager: bool,
    /// How often people of the shop still take part, or the channel tells what became of our lines.
    lively: usize,
    points: Arc<AtomicUsize>,
    /// Commits at the last look at what must be true at any time.
    looked_at: usize,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let (clock, dice, points) =
            (HandClock::default(), SeededDice::new(seed), Arc::new(AtomicUsize::new(0)));
        let store = MemoryStore::with_gate(Door(Arc::clone(&points)));
        let shared: Arc<dyn tradepost_ports::Clock> = Arc::new(clock.clone());
        let capabilities = Capabilities::text_only(1_000, TextUnit::Characters);
        let messenger =
            ScriptedMessenger::new(terms("sim:1", Repeat::Never), capabilities, Arc::clone(&shared));
        let llm = ScriptedLlm::new(terms("llm:1", Repeat::Keyed), Arc::clone(&shared));
        let payments = ScriptedPayments::new(terms("pay:1", Repeat::Keyed), shared);
        llm.behave(|prompt| Play::answer(crowd::reply(prompt)));
        let house = |name: &str, number: u64| {
            let parts = Parts {
                store: Arc::new(store.clone()),
                coordinator: Arc::new(Deaf::default()),
                clock: Arc::new(clock.clone()),
                dice: Arc::new(SeededDice::new(seed ^ (number << 40))),
                registry: registry(&messenger, &llm, &payments),
                keyring: None,
                tuning: Tuning { breaker: None, ..Tuning::new(name.into()) },
            };
            House::new(parts)
        };
        let houses = [house("a", 1), house("b", 2)];
        Self {
            seed,
            houses,
            store,
            clock,
            messenger,
            payments,
            llm,
            stock: MUGS,
            at_risk: 0,
            dice,
            tasks: Vec::new(),
            letters: BTreeMap::new(),
            unanswered: Arc::default(),
            paid: Vec::new(),
            notices: 0,
            crashes_left: 0,
            crash_at: None,
            eager: false,
            lively: 0,
            points,
            looked_at: 0,
        }
    }

    pub fn with_customers(mut self, customers: usize) -> Self {
        for customer in 0..customers {
            let peer = format!("peer-{customer}");
            let words = crowd::words(&self.dice, self.eager);
            let letters = words.iter().enumerate().map(|(number, text)| crowd::message(&peer, number, text));
            self.letters.insert(peer.clone(), letters.collect());
        }
        self
    }

    pub fn with_eager_buyers(mut self) -> Self {
        self.eager = true;
        let customers = self.letters.len();
        self.with_customers(customers)
    }

    /// Staff takes over and hands back; receipts and echoes come before and after the answers.
    pub fn with_people_and_receipts(mut self) -> Self {
        self.lively = LIVELY;
        self
    }

    pub fn with_stock(mut self, stock: u32) -> Self {
        self.stock = stock;
        self
    }

    pub fn with_crashes(mut self, crashes: usize) -> Self {
        self.crashes_left = crashes;
        self
    }

    pub fn crashing_at(mut self, point: usize) -> Self {
        self.crash_at = Some(point);
        self
    }

    /// Providers are slow, fail, and lose answers.
    pub fn with_bad_providers(self) -> Self {
        let dice = SeededDice::new(self.seed ^ 0xbad);
        self.messenger.behave(move |_| bad(&dice, Play::usual()));
        let dice = SeededDice::new(self.seed ^ 0xbad1);
        self.payments.behave(move |_| bad(&dice, Play::usual()));
        let dice = SeededDice::new(self.seed ^ 0xbad2);
        self.llm.behave(move |prompt| bad(&dice, Play::answer(crowd::reply(prompt))));
        self
    }

    /// Lives the day; returns how many points a crash could have struck at.
    pub fn run(mut self) -> usize {
        self.fill_shelves();
        for act in 0..4_000 {
            if self.all_written() && self.tasks.is_empty() && self.dice.below(4) == 0 {
                break;
            }
            self.act();
            if act % 4 == 0 {
                self.look();
            }
        }
        let points = self.points.load(Ordering::Relaxed);
        self.settle_down();
        checks::at_the_end(&self);
        points
    }

    /// Looks at what must be true at any time, if anything was kept since the last look.
    pub(super) fn look(&mut self) {
        let commits = self.points.load(Ordering::Relaxed);
        if std::mem::replace(&mut self.looked_at, commits) != commits {
            checks::at_any_time(self);
        }
    }

    fn all_written(&self) -> bool {
        self.letters.values().all(VecDeque::is_empty) && self.unanswered.lock().is_empty()
    }

    fn fill_shelves(&mut self) {
        let item =
            Item { sku: "mug".into(), title: "Mug".into(), price: Money::new(900, Currency::USD), free: 0 };
        let stock = self.stock;
        let work: UnitWork = Box::new(move |unit| {
            Box::pin(async move { unit.stock(&"corner-shop".into(), &item, stock).await })
        });
        let store = self.store.clone();
        let mut filling: Task = Box::pin(async move { store.write(work).await.expect("kept") });
        while poll(&mut filling) {}
    }

    /// One random thing happens.
    fn act(&mut self) {
        let due = self.crash_at.is_some_and(|point| self.points.load(Ordering::Relaxed) > point);
        if due || (self.crashes_left > 0 && self.dice.below(60) == 0) {
            self.crash();
        }
        let (worker, house) = self.any_house();
        match self.dice.below(if self.lively > 0 { 17 } else { 14 }) {
            0 | 1 => self.write(),
            2 => self.redeliver(),
            3 | 4 => self.turn_something(worker, house),
            5 | 6 => self.dispatch_something(worker, house),
            7 => self.start(worker, async move { drop(house.sweep().await) }),
            8 => self.pay(),
            9 => self.stand_still(Duration::from_millis(self.random_below(900))),
            10 if self.dice.below(12) == 0 => self.stand_still(Duration::from_secs(self.random_below(600))),
            14 => self.tell_of_a_line(),
            15 => self.speak_as_staff(worker, house),
            _ => self.go_on(),
        }
    }

    fn random_below(&self, bound: usize) -> u64 {
        u64::try_from(self.dice.below(bound)).expect("small")
    }

    fn any_house(&self) -> (usize, Arc<House>) {
        let worker = self.dice.below(2);
        (worker, Arc::clone(&self.houses[worker]))
    }

    pub(super) fn start(&mut self, worker: usize, task: impl Future<Output = ()> + 'static) {
        self.tasks.push((worker, Box::pin(task)));
    }

    /// A random task goes one step further.
    fn go_on(&mut self) {
        if self.tasks.is_empty() {
            return;
        }
        let chosen = self.dice.below(self.tasks.len());
        if !poll(&mut self.tasks[chosen].1) {
            drop(self.tasks.swap_remove(chosen));
        }
    }

    /// A process dies: all its tasks are gone wherever they stood. What it knew in memory does not matter.
    fn crash(&mut self) {
        self.crashes_left = self.crashes_left.saturating_sub(1);
        self.crash_at = None;
        self.at_risk += self.under_way(|_| true);
        let worker = self.dice.below(2);
        self.tasks.retain(|(of, _)| *of != worker);
    }

    /// Time goes on while nobody works; a line that was under way for its whole time limit may be uncertain.
    fn stand_still(&mut self, time: Duration) {
        self.clock.advance(time);
        let now = self.now();
        self.at_risk += self.under_way(|row| row.until.is_some_and(|until| until <= now));
    }

    fn under_way(&self, which: impl Fn(&OutboxRow) -> bool) -> usize {
        let rows = self.store.tables().outbox();
        let sending = |row: &&OutboxRow| row.class == Class::Say && row.state == OutboxState::Sending;
        rows.iter().filter(sending).filter(|row| which(row)).count()
    }

    /// A customer writes; the provider delivers it until it is answered.
    fn write(&mut self) {
        let peers: Vec<_> =
            self.letters.iter().filter(|(_, left)| !left.is_empty()).map(|(peer, _)| peer.clone()).collect();
        let Some(peer) = self.dice.pick(&peers) else { return };
        let Some(mut arrival) = self.letters.get_mut(peer).and_then(VecDeque::pop_front) else { return };
        arrival.at = Some(self.now());
        self.unanswered.lock().insert(arrival.key.clone(), arrival.clone());
        self.deliver(arrival);
    }

    fn redeliver(&mut self) {
        let unanswered: Vec<_> = self.unanswered.lock().values().cloned().collect();
        if let Some(arrival) = self.dice.pick(&unanswered) {
            self.deliver(arrival.clone());
        }
    }

    pub(super) fn deliver(&mut self, arrival: Arrival) {
        let (worker, house) = self.any_house();
        let unanswered = Arc::clone(&self.unanswered);
        let kind = if matches!(arrival.what, What::Paid { .. }) { "pay" } else { "sim" };
        let correlation = tradepost_testkit::make::correlation();
        let intake = Intake { endpoint: kind.into(), kind: kind.into(), correlation };
        self.start(worker, async move {
            let key = arrival.key.clone();
            if house.accept(&intake, vec![arrival]).await.is_ok() {
                unanswered.lock().remove(&key);
            }
        });
    }

    fn turn_something(&mut self, worker: usize, house: Arc<House>) {
        let conversations = self.store.tables().conversations();
        if let Some(conversation) = self.dice.pick(&conversations) {
            let id = conversation.id;
            let name = if worker == 0 { "a" } else { "b" };
            self.start(worker, async move { drop(house.turn(id, &name.into()).await) });
        }
    }

    /// Claims a lane's rows and carries each of them in a task of its own.
    fn dispatch_something(&mut self, worker: usize, house: Arc<House>) {
        let lane = *self.dice.pick(&["sim:1", "llm:1", "pay:1"]).expect("some");
        let name = if worker == 0 { "a" } else { "b" };
        let most = u32::try_from(1 + self.dice.below(CONCURRENCY)).expect("small");
        self.start(worker, async move {
            let Ok(marked) = house.claim(&Lane::new(lane), &name.into(), most).await else { return };
            let carried = marked.into_iter().map(|marked| house.carry(marked));
            futures::future::join_all(carried).await;
        });
    }

    /// A customer pays an open page; the notice comes once or twice, perhaps before we know the page.
    fn pay(&mut self) {
        let pages: Vec<_> = self.payments.pages().into_iter().filter(|page| page.open).collect();
        let Some(page) = self.dice.pick(&pages) else { return };
        if !self.eager && self.dice.below(3) != 0 {
            return;
        }
        let Some(payment) = self.payments.pay(page.request.order) else { return };
        self.paid.push(page.request.order);
        for _ in 0..1 + self.dice.below(2) {
            self.notify(payment.clone());
        }
    }

    fn notify(&mut self, payment: Payment) {
        self.notices += 1;
        let key = format!("notice-{}", self.notices);
        let arrival = Arrival {
            account: "1".into(),
            key: key.clone(),
            at: None,
            raw: "{}".into(),
            what: What::Paid { payment },
        };
        self.unanswered.lock().insert(key, arrival.clone());
        self.deliver(arrival);
    }

    /// The channel tells what became of a line that it took: an echo or a receipt, perhaps before its answer.
    fn tell_of_a_line(&mut self) {
        self.lively -= 1;
        let calls = self.messenger.calls();
        let taken: Vec<_> = calls.iter().enumerate().filter(|(_, call)| call.taken).collect();
        let Some((place, line)) = self.dice.pick(&taken) else { return };
        let reference = format!("sim:1-line-{}", place + 1);
        let what = crowd::news(&line.question, reference.clone(), self.dice.below(6));
        let key = format!("{}-of-{reference}-{:?}", what.word(), self.dice.below(3));
        let arrival = Arrival { account: "1".into(), key: key.clone(), at: None, raw: "{}".into(), what };
        self.unanswered.lock().insert(key, arrival.clone());
        self.deliver(arrival);
    }

    fn speak_as_staff(&mut self, worker: usize, house: Arc<House>) {
        self.lively -= 1;
        let conversations = self.store.tables().conversations();
        if let Some(conversation) = self.dice.pick(&conversations) {
            let (id, word) = (conversation.id, crowd::staff(self.dice.below(4), self.now()));
            self.start(worker, async move { drop(house.staff(id, word).await) });
        }
    }

    pub fn now(&self) -> Timestamp {
        tradepost_ports::Clock::now(&self.clock)
    }
}

/// One step; `false` when it is done.
pub(super) fn poll(task: &mut Task) -> bool {
    let mut cx = TaskContext::from_waker(Waker::noop());
    task.as_mut().poll(&mut cx).is_pending()
}
