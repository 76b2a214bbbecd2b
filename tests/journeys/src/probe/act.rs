//! What happens in the probe's stories, and what is true at their end.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tradepost_domain::{
    Arrival, Author, Content, Conversation, Delivery, OrderId, Party, What,
    ledger::{OrderState, Payment},
};
use tradepost_engine::Intake;
use tradepost_ports::{
    Outbound,
    store::{ConversationFilter, Written},
};
use tradepost_testkit::script::{Page, Play};

use super::shop::{MUGS, Shop};
use crate::{
    check::{last_of_ours, who_answers},
    keep,
    story::{Line, span},
};

/// A story under way.
pub struct Tale {
    pub(super) shop: Shop,
    /// How much of what a customer got was told.
    pub(super) told: BTreeMap<String, usize>,
    /// Of whom the story spoke last.
    last: String,
    arrivals: usize,
}

impl Tale {
    pub async fn begin() -> Self {
        Self { shop: Shop::open().await, told: BTreeMap::new(), last: String::new(), arrivals: 0 }
    }

    pub async fn act(&mut self, line: &Line) {
        match (line.who.as_str(), line.what.as_str()) {
            ("shop", "is silent") => self.nothing_is_untold(line),
            ("shop", _) => self.answers(line),
            ("payments", what) => self.payments(what, line),
            ("model", "is away") => self.shop.llm.plan(Play::fail_as(tradepost_domain::ErrorKind::Denied)),
            ("mugs", "are free") => assert_eq!(self.shop.free().await.to_string(), line.words, "{line:?}"),
            ("order", "is") => self.order_is(line).await,
            ("last", "line is") => self.last_line_is(line).await,
            (number, what) if what.starts_with("customer") => {
                self.crowd(number.parse().expect("how many"), what, line).await;
            }
            (number, unit) if number.parse::<u64>().is_ok() => self.pass(span(number, unit)).await,
            (name, "is with") => {
                let conversation = self.conversation(name).await;
                assert_eq!(who_answers(&conversation), line.words, "{line:?}");
            }
            (name, "pays") => self.pays(name, line).await,
            (name, what) => {
                self.nothing_is_untold(line);
                self.told.entry(name.to_owned()).or_default();
                name.clone_into(&mut self.last);
                let content = match what {
                    "writes" => Content::text(line.words.as_str()),
                    "taps" => self.tap(name, line),
                    what => panic!("line {}: nobody `{what}`", line.number),
                };
                self.hears(name, content, line).await;
            }
        }
    }

    async fn hears(&mut self, name: &str, content: Content, line: &Line) {
        let from = Party::new(name);
        let reference = Some(format!("message-{}", line.number));
        let what = What::Message { from, reference, content, about: None, referral: None };
        let times = if line.how == "twice delivered" { 2 } else { 1 };
        for _ in 0..times {
            self.arrives("sim", format!("{name}-{}", line.number), what.clone()).await;
        }
        if line.how != "and nobody waits" {
            self.shop.settle().await;
        }
    }

    /// Arrives at one house, then at the other.
    async fn arrives(&mut self, kind: &'static str, key: String, what: What) {
        self.arrivals += 1;
        self.arrives_at(self.arrivals % 2, kind, key, what).await;
    }

    pub(super) fn arrives_at(
        &self,
        house: usize,
        kind: &'static str,
        key: String,
        what: What,
    ) -> impl Future<Output = ()> + Send + use<> {
        let house = Arc::clone(&self.shop.houses[house]);
        let correlation = tradepost_testkit::make::correlation();
        let intake = Intake { endpoint: kind.into(), kind: kind.into(), correlation };
        let arrival = Arrival { account: "1".into(), key, at: None, raw: "{}".into(), what };
        async move {
            house.accept(&intake, vec![arrival]).await.expect("it is durable");
        }
    }

    fn got(&self, name: &str) -> Vec<Outbound> {
        self.shop.messenger.taken().into_iter().filter(|outbound| outbound.peer == name).collect()
    }

    pub(super) fn tap(&self, name: &str, line: &Line) -> Content {
        let choices = self.got(name).into_iter().rev().flat_map(|outbound| outbound.content.choices());
        let choice = choices.into_iter().find(|choice| choice.title == line.words);
        let choice = choice.unwrap_or_else(|| panic!("line {}: it was not offered", line.number));
        Content::Tap { payload: choice.payload, title: choice.title }
    }

    pub(super) fn nothing_is_untold(&self, line: &Line) {
        for (name, told) in &self.told {
            let got = self.got(name);
            assert!(got.len() == *told, "line {}: nobody expects {:?}", line.number, got.get(*told));
        }
    }

    fn answers(&mut self, line: &Line) {
        let named = line.what.trim_start_matches("answers").trim();
        if !named.is_empty() {
            named.clone_into(&mut self.last);
        }
        let words = self.untold(&self.last);
        let words = words.unwrap_or_else(|| panic!("line {}: there is no answer", line.number));
        assert_eq!(words, line.words, "line {}", line.number);
        *self.told.entry(self.last.clone()).or_default() += 1;
    }

    /// The first thing that a customer got and that was not told; order ids are left out.
    pub(super) fn untold(&self, name: &str) -> Option<String> {
        let told = self.told.get(name).copied().unwrap_or_default();
        let got = self.got(name).into_iter().nth(told)?;
        let words = got.content.words().unwrap_or_default();
        words.split(" (ord_").next().map(str::to_owned)
    }

    fn payments(&mut self, what: &str, line: &Line) {
        let payments = self.shop.payments.clone();
        let away = tradepost_domain::ErrorKind::Unavailable;
        match what {
            "answer late" => {
                let (number, unit) = line.words.split_once(' ').expect("a time");
                payments.plan(Play::usual().answered_after(span(number, unit)));
            }
            "lose their answer" => payments.plan(Play::lose()),
            "open nothing" => payments.behave(move |_| Play::fail_as(away)),
            "close nothing" => {
                payments.closing().behave(move |_| Play::fail_as(away));
                self.shop.stuck = line.words.parse().expect("how many");
            }
            "are well" => {
                payments.behave(|_| Play::usual());
                payments.closing().behave(|_| Play::usual());
                self.shop.stuck = 0;
            }
            what => panic!("line {}: payments cannot `{what}`", line.number),
        }
    }

    /// The customer pays the open page; the provider tells of it, perhaps before we know the page.
    async fn pays(&mut self, name: &str, line: &Line) {
        let page = self.page_of(name).await;
        let payment = self.shop.payments.pay(page.request.order).expect("an open page");
        let times = if line.how == "told twice" { 2 } else { 1 };
        for time in 0..times {
            self.told_of(&payment, time).await;
        }
        self.shop.settle().await;
    }

    async fn told_of(&mut self, payment: &Payment, time: usize) {
        let key = format!("{}-{time}", payment.id);
        self.arrives("pay", key, What::Paid { payment: payment.clone() }).await;
    }

    /// The customer's open page, which the provider may be opening just now.
    async fn page_of(&self, name: &str) -> Page {
        for _ in 0..1_000 {
            for page in self.shop.payments.pages().into_iter().filter(|page| page.open) {
                let order = self.shop.order(page.request.order).await;
                if order.conversation == self.conversation(name).await.id {
                    return page;
                }
            }
            tokio::time::sleep(Duration::from_millis(4)).await;
        }
        panic!("{name} has no page to pay on")
    }

    async fn pass(&self, time: Duration) {
        self.shop.clock.advance(time);
        self.shop.houses[0].sweep().await.expect("the sweep looks around");
        self.shop.settle().await;
    }

    async fn order_is(&self, line: &Line) {
        let conversation = self.conversation(&self.last).await.id;
        let orders = keep::read(&*self.shop.store, move |unit| {
            Box::pin(async move { unit.orders_of(conversation, 1).await })
        });
        let orders = orders.await;
        let state = orders.first().map_or("none", |order| order.state.word());
        assert_eq!(state, line.words, "line {}", line.number);
    }

    async fn last_line_is(&self, line: &Line) {
        let conversation = self.conversation(&self.last).await;
        let transcript = self.transcript(&conversation).await;
        let state = last_of_ours(&transcript).line.delivery.map_or("none", Delivery::word);
        assert_eq!(state, line.words, "line {}", line.number);
    }

    async fn conversations(&self) -> Vec<Conversation> {
        let all = ConversationFilter::default();
        keep::read(&*self.shop.store, move |unit| {
            Box::pin(async move { unit.conversations(&all, 100).await })
        })
        .await
    }

    async fn conversation(&self, name: &str) -> Conversation {
        let mut all = self.conversations().await.into_iter();
        all.find(|one| one.peer == name).unwrap_or_else(|| panic!("{name} never wrote"))
    }

    async fn transcript(&self, conversation: &Conversation) -> Vec<Written> {
        let id = conversation.id;
        keep::read(&*self.shop.store, move |unit| {
            Box::pin(async move { unit.transcript(id, None, 1_000).await })
        })
        .await
    }

    /// True after every story.
    pub async fn end(self) {
        self.shop.settle().await;
        let end = Line { number: 0, who: "end".into(), ..Line::default() };
        self.nothing_is_untold(&end);
        self.nothing_left_twice();
        self.money_and_stock_add_up().await;
        for conversation in self.conversations().await {
            self.adds_up(&conversation).await;
        }
        let letters =
            keep::read(&*self.shop.store, |unit| Box::pin(async move { unit.dead_letters(10).await }));
        assert_eq!(letters.await, []);
        self.shop.close().await;
    }

    fn nothing_left_twice(&self) {
        let mut effects: Vec<_> = self.shop.messenger.taken().iter().map(|sent| sent.effect).collect();
        let (before, _) = (effects.len(), effects.sort());
        effects.dedup();
        assert_eq!(effects.len(), before, "a line left twice");
        let mut keys: Vec<_> = self.shop.payments.pages().iter().map(|page| page.key).collect();
        let (before, _) = (keys.len(), keys.sort());
        keys.dedup();
        assert_eq!(keys.len(), before, "a page was opened twice");
    }

    /// What was on the shelf is free, held or paid for; and no page is open for an order that is over.
    async fn money_and_stock_add_up(&self) {
        let now = tradepost_ports::Clock::now(&self.shop.clock);
        let (mut gone, mut orders) = (0, Vec::<OrderId>::new());
        for page in self.shop.payments.pages() {
            let order = self.shop.order(page.request.order).await;
            if !orders.contains(&order.id) && (order.state == OrderState::Paid || order.holds(now)) {
                gone += order.quantity;
            }
            orders.push(order.id);
            let over = matches!(order.state, OrderState::Ended | OrderState::Cancelled);
            assert!(!(page.open && over), "a page is open for an order that is {}", order.state.word());
        }
        assert_eq!(self.shop.free().await + gone, MUGS, "mugs");
    }

    /// Its journal replays in either house, and its transcript is what the customer got.
    async fn adds_up(&self, conversation: &Conversation) {
        for house in &self.shop.houses {
            let replay = house.replay(conversation.id).await.expect("it replays");
            assert!(replay.differences.is_empty(), "{:?}", replay.differences);
            assert_eq!(i64::try_from(replay.hops), Ok(conversation.inner.hops), "hops");
        }
        let transcript = self.transcript(conversation).await;
        let sent = transcript.iter().filter(|written| {
            written.line.author != Author::Customer && written.line.delivery == Some(Delivery::Sent)
        });
        let sent: Vec<_> = sent.map(|written| written.line.content.clone()).collect();
        let got: Vec<_> = self.got(&conversation.peer).into_iter().map(|sent| sent.content).collect();
        assert_eq!(sent, got, "the transcript of {}", conversation.peer);
    }
}
