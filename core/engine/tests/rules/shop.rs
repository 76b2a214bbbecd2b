//! One shop over a store in memory, told like a story: the customer writes, the house turns, asks and sends, time passes.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context as TaskContext, Waker},
    time::Duration,
};

use futures::executor::block_on;
use tradepost_domain::{
    Arrival, Capabilities, Content, Conversation, Delivery, ErasedFlow, Lane, Media, MediaKind, Money, Party,
    Source, Timestamp, What, capabilities::TextUnit, ledger::Item, money::Currency,
};
use tradepost_engine::{Accepted, BreakerTuning, House, Intake, Keyring, Marked, StorefrontTuning, TurnEnd};
use tradepost_ports::{
    Clock, Observer, Store, Terms, TokenSource,
    store::{StaffWord, UnitWork, Written},
    terms::{PairRate, Repeat},
};
use tradepost_testkit::{
    memory::MemoryStore,
    script::{ScriptedLlm, ScriptedMedia, ScriptedMessenger, ScriptedPayments},
    time::HandClock,
};

use super::{
    flow::{Obedient, in_words},
    parts::{Door, terms, worker},
};

/// The lane of lines.
pub const LINES: &str = "sim:1";
/// The lane of questions to the model.
pub const MODEL: &str = "llm:1";
/// The lane of the payment provider.
pub const MONEY: &str = "pay:1";
/// The lane of the customers' pictures.
pub const PICTURES: &str = "sim:1/media";

/// What a test may want different.
pub struct Setup {
    pub quiet: Duration,
    pub capabilities: Capabilities,
    pub repeat: Repeat,
    pub breaker: Option<BreakerTuning>,
    pub flow: Arc<dyn ErasedFlow>,
    pub concurrency: usize,
    pub per_second: u32,
    /// How fast lines to one customer may follow each other.
    pub pair: Option<PairRate>,
    /// So many of the next units fail: the store is away.
    pub away: Arc<AtomicUsize>,
    pub takes_payments: bool,
    /// The coordinator is away.
    pub alone: bool,
    /// This process does what one of several does.
    pub chosen: bool,
    /// How long a conversation is kept.
    pub keep: Duration,
    /// Messages of a contact that are answered within a minute.
    pub contact_per_minute: Option<u32>,
    /// Who is told how the house works.
    pub observer: Option<Arc<dyn Observer>>,
    /// What seals, and where the account's token is exchanged.
    pub tokens: Option<(Arc<Keyring>, Arc<dyn TokenSource>)>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            quiet: Duration::ZERO,
            capabilities: Capabilities::text_only(1_000, TextUnit::Characters),
            repeat: Repeat::Never,
            breaker: None,
            flow: Arc::new(Obedient),
            concurrency: 8,
            per_second: 100,
            pair: None,
            away: Arc::default(),
            takes_payments: true,
            alone: false,
            chosen: false,
            keep: StorefrontTuning::default().keep,
            contact_per_minute: None,
            observer: None,
            tokens: None,
        }
    }
}

/// A shop with one customer, Ann, unless somebody else is named.
pub struct Shop {
    pub store: MemoryStore,
    pub clock: HandClock,
    pub messenger: ScriptedMessenger,
    pub llm: ScriptedLlm,
    pub payments: ScriptedPayments,
    pub pictures: ScriptedMedia,
    pub house: Arc<House>,
    pub setup: Setup,
    door: Arc<AtomicBool>,
    arrivals: AtomicUsize,
}

impl Shop {
    pub fn new() -> Self {
        Self::with(Setup::default())
    }

    /// A shop that waits for a quiet time before it answers a burst.
    pub fn with_quiet_time(quiet: Duration) -> Self {
        Self::with(Setup { quiet, ..Setup::default() })
    }

    pub fn with(setup: Setup) -> Self {
        let (clock, door) = (HandClock::default(), Arc::new(AtomicBool::new(false)));
        let store = MemoryStore::with_gate(Door(Arc::clone(&door)));
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let messenger = ScriptedMessenger::new(
            Terms {
                per_second: setup.per_second,
                pair: setup.pair,
                ..terms(LINES, setup.repeat, setup.concurrency)
            },
            setup.capabilities.clone(),
            Arc::clone(&shared),
        );
        let llm = ScriptedLlm::new(terms(MODEL, Repeat::Keyed, 8), Arc::clone(&shared));
        let payments = ScriptedPayments::new(terms(MONEY, setup.repeat, 8), Arc::clone(&shared));
        let pictures = ScriptedMedia::new(terms(PICTURES, Repeat::Never, 4), shared);
        let house = worker("a", &store, &clock, &setup, (&messenger, &llm, &payments, &pictures));
        let arrivals = AtomicUsize::new(0);
        Self { store, clock, messenger, llm, payments, pictures, house, setup, door, arrivals }
    }

    /// Another process over the same store.
    pub fn another(&self, name: &str) -> Arc<House> {
        let ports = (&self.messenger, &self.llm, &self.payments, &self.pictures);
        worker(name, &self.store, &self.clock, &self.setup, ports)
    }

    /// Another process over the same store, whose storefront runs that flow.
    pub fn another_with(&self, name: &str, flow: Arc<dyn ErasedFlow>) -> Arc<House> {
        let ports = (&self.messenger, &self.llm, &self.payments, &self.pictures);
        let setup = Setup { flow, capabilities: self.setup.capabilities.clone(), ..Setup::default() };
        worker(name, &self.store, &self.clock, &setup, ports)
    }

    /// Another process over the same store, whose storefront takes no payments any more.
    pub fn another_without_payments(&self, name: &str) -> Arc<House> {
        let ports = (&self.messenger, &self.llm, &self.payments, &self.pictures);
        let setup = Setup { takes_payments: false, ..Setup::default() };
        worker(name, &self.store, &self.clock, &setup, ports)
    }

    /// Another process over the same store, whose storefront is paid through that account.
    pub fn another_paid_by(&self, name: &str, account: &str) -> Arc<House> {
        let terms = terms(account, self.setup.repeat, 8);
        let payments = ScriptedPayments::new(terms, Arc::new(self.clock.clone()));
        let ports = (&self.messenger, &self.llm, &payments, &self.pictures);
        worker(name, &self.store, &self.clock, &self.setup, ports)
    }

    /// Mugs on the shelf, at nine dollars.
    pub fn stocks(&self, mugs: u32) {
        let item =
            Item { sku: "mug".into(), title: "Mug".into(), price: Money::new(900, Currency::USD), free: 0 };
        self.within(Box::new(move |unit| {
            Box::pin(async move { unit.stock(&"corner-shop".into(), &item, mugs).await })
        }));
    }

    /// Runs a unit by hand.
    pub fn within(&self, work: UnitWork) {
        block_on(self.store.write(work)).expect("kept");
    }

    // The world speaks.

    /// Ann writes.
    pub fn hears(&self, text: &str) -> Accepted {
        self.hears_from("ann", Content::text(text))
    }

    /// Ann taps something that was offered.
    pub fn hears_tap(&self, payload: &str) -> Accepted {
        self.hears_from("ann", Content::Tap { payload: payload.into(), title: payload.into() })
    }

    pub fn hears_from(&self, peer: &str, content: Content) -> Accepted {
        let from = Party::new(peer);
        self.arrives(What::Message { from, reference: None, content, about: None, referral: None })
    }

    /// Ann sends a picture that is kept at the provider.
    pub fn hears_picture(&self) -> Accepted {
        let source = Source::Remote { url: "https://pictures.example/1".into() };
        let media = vec![Media { kind: MediaKind::Image, source }];
        self.hears_from("ann", Content::Media { media, text: None })
    }

    /// A provider tells something, under a key of its own.
    pub fn arrives(&self, what: What) -> Accepted {
        let key = format!("event-{}", self.arrivals.fetch_add(1, Ordering::Relaxed));
        self.delivers(&key, what)
    }

    /// A provider tells something, under that key.
    pub fn delivers(&self, key: &str, what: What) -> Accepted {
        let kind = if matches!(what, What::Paid { .. }) { "pay" } else { "sim" };
        let intake = Intake {
            endpoint: kind.into(),
            kind: kind.into(),
            correlation: key.parse().unwrap_or_else(|_| tradepost_testkit::make::correlation()),
        };
        let arrival =
            Arrival { account: "1".into(), key: key.into(), at: Some(self.now()), raw: "{}".into(), what };
        block_on(self.house.accept(&intake, vec![arrival])).expect("accepted")
    }

    /// Staff says a word about Ann's conversation.
    pub fn staff(&self, word: StaffWord) {
        block_on(self.house.staff(self.conversation().id, word)).expect("filed");
    }

    pub fn takes_over(&self) {
        self.staff(StaffWord::TakeOver { by: "Staff".into(), until: None });
    }

    pub fn passes(&self, time: Duration) {
        self.clock.advance(time);
    }

    // The house works.

    /// One turn of Ann's conversation.
    pub fn turns(&self) -> TurnEnd {
        self.turns_by(&self.house, "a")
    }

    pub fn turns_by(&self, house: &Arc<House>, name: &str) -> TurnEnd {
        block_on(house.turn(self.conversation().id, &name.into())).expect("turned")
    }

    /// Ann writes and is turned.
    pub fn answers(&self, text: &str) {
        self.hears(text);
        assert_eq!(self.turns(), TurnEnd::Done);
    }

    /// Turns of everybody until nobody has anything ripe.
    pub fn turns_all(&self) {
        for _ in 0..50 {
            let tables = self.store.tables();
            let turn =
                |known: Conversation| block_on(self.house.turn(known.id, &"a".into())).expect("turned");
            let ends: Vec<_> = tables.conversations().into_iter().map(turn).collect();
            if !ends.contains(&TurnEnd::Done) {
                return;
            }
        }
        panic!("the house turns for ever");
    }

    /// Marks what may leave on a lane as sending; nothing has left yet.
    pub fn marks(&self, lane: &str) -> Vec<Marked> {
        block_on(self.house.claim(&Lane::new(lane), &"a".into(), 8)).expect("claimed")
    }

    /// Carries what was marked to its provider and settles it.
    pub fn carries(&self, marked: Vec<Marked>) {
        for marked in marked {
            block_on(self.house.carry(marked)).expect("settled");
        }
    }

    /// Sends everything that may leave on a lane; says how much that was.
    pub fn sends_on(&self, lane: &str) -> usize {
        let mut sent = 0;
        loop {
            let marked = self.marks(lane);
            if marked.is_empty() {
                return sent;
            }
            sent += marked.len();
            self.carries(marked);
        }
    }

    /// Sends all lines that may leave.
    pub fn sends(&self) -> usize {
        self.sends_on(LINES)
    }

    pub fn sweeps(&self) {
        block_on(self.house.sweep()).expect("swept");
    }

    /// Everything, until nothing is left to do now.
    pub fn rests(&self) {
        for _ in 0..20 {
            self.sweeps();
            self.turns_all();
            let sent: usize = [LINES, MODEL, MONEY].into_iter().map(|lane| self.sends_on(lane)).sum();
            if sent == 0 && self.store.tables().inbox().iter().all(|row| row.ripe_at > self.now()) {
                return;
            }
        }
        panic!("the house does not come to rest");
    }

    /// Begins something that writes, holds it at the door of its transaction, lets `meanwhile` happen, and goes on.
    pub fn held_at_the_door<T>(&self, work: impl Future<Output = T>, meanwhile: impl FnOnce()) -> T {
        self.door.store(true, Ordering::Relaxed);
        self.under_way(work, meanwhile)
    }

    /// Begins something that has to wait, lets `meanwhile` happen, and goes on.
    pub fn under_way<T>(&self, work: impl Future<Output = T>, meanwhile: impl FnOnce()) -> T {
        let mut work = pin!(work);
        let mut cx = TaskContext::from_waker(Waker::noop());
        assert!(work.as_mut().poll(&mut cx).is_pending(), "it waits for nothing");
        meanwhile();
        block_on(work)
    }

    // What became of it.

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Ann's conversation.
    pub fn conversation(&self) -> Conversation {
        let conversations = self.store.tables().conversations();
        conversations.into_iter().find(|known| known.peer == "ann").expect("Ann has written")
    }

    /// What the flow was told in Ann's conversation, in a few words each.
    pub fn told(&self) -> Vec<String> {
        let id = self.conversation().id;
        let hops = self.store.tables().journal().into_iter().filter(|hop| hop.conversation == id);
        hops.map(|hop| in_words(&hop.event)).collect()
    }

    /// The words of the lines that the provider took, in order.
    pub fn sent(&self) -> Vec<String> {
        self.messenger.taken().iter().map(|line| line.content.words().unwrap_or_default().into()).collect()
    }

    /// Our lines and how far each has come.
    pub fn lines(&self) -> Vec<(String, Delivery)> {
        let words = |line: &Written| line.line.content.words().unwrap_or_default().to_owned();
        let ours = self.store.tables().messages().into_iter();
        ours.filter_map(|line| Some((words(&line), line.line.delivery?))).collect()
    }

    /// How far the line of those words has come.
    pub fn line(&self, words: &str) -> Delivery {
        let line = self.lines().into_iter().find(|(known, _)| known == words);
        line.unwrap_or_else(|| panic!("no line says {words:?}")).1
    }
}
