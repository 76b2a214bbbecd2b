//! The end of a simulated day: everybody is well again, and whatever waits is done until nothing is left.

use std::{sync::Arc, time::Duration};

use tradepost_domain::{Conversation, Lane, Timestamp, ledger::OrderState};
use tradepost_ports::store::{ParkedNews, StaffWord};
use tradepost_testkit::script::Play;

use super::{
    crowd,
    world::{World, poll},
};

impl World {
    /// Whoever has a conversation until further word hands it back, so that the flow hears what was said meanwhile. What
    /// was taken over for a time must come back by itself.
    fn hand_everything_back(&mut self) {
        let waits = |one: &Conversation| one.mode.is_person() && one.mode.person_until().is_none();
        for conversation in self.store.tables().conversations().into_iter().filter(waits) {
            let house = Arc::clone(&self.houses[0]);
            self.start(0, async move { drop(house.staff(conversation.id, StaffWord::HandBack).await) });
        }
    }

    /// Everybody is well again; whatever waits is done, and time goes on until nothing is left.
    pub(super) fn settle_down(&mut self) {
        self.messenger.behave(|_| Play::usual());
        self.payments.behave(|_| Play::usual());
        self.llm.behave(|prompt| Play::answer(crowd::reply(prompt)));
        for _ in 0..400 {
            self.redeliver_all();
            self.run_everything();
            self.look();
            if self.is_still() {
                return;
            }
            self.clock.set(self.next_due());
        }
        panic!("the house does not come to rest: {:#?}", self.store.tables().outbox());
    }

    /// When the next thing happens that only waits for its time.
    fn next_due(&self) -> Timestamp {
        let (tables, now) = (self.store.tables(), self.now());
        let rows = tables.outbox().into_iter().map(|row| row.until.unwrap_or(row.not_before));
        let holds = tables.orders().into_iter().map(|order| order.ends);
        let leases = tables.lanes().into_values().map(|(_, until)| until);
        let parked = tables.parked().into_iter().map(|parked| parked.until);
        let ripe = tables.inbox().into_iter().map(|row| row.ripe_at);
        let back = tables.conversations().into_iter().filter_map(|one| one.mode.person_until());
        let alarms = tables.timers().into_iter().map(|timer| timer.at).chain(self.clock.next_alarm());
        let all = rows.chain(holds).chain(leases).chain(parked).chain(ripe).chain(back).chain(alarms);
        all.filter(|at| *at > now).min().unwrap_or(now + Duration::from_secs(30))
    }

    fn redeliver_all(&mut self) {
        let unanswered: Vec<_> = self.unanswered.lock().values().cloned().collect();
        unanswered.into_iter().for_each(|arrival| self.deliver(arrival));
    }

    fn run_everything(&mut self) {
        self.hand_everything_back();
        let house = Arc::clone(&self.houses[0]);
        self.start(0, async move { drop(house.sweep().await) });
        for conversation in self.store.tables().conversations() {
            let house = Arc::clone(&self.houses[0]);
            self.start(0, async move { drop(house.turn(conversation.id, &"a".into()).await) });
        }
        for lane in ["sim:1", "llm:1", "pay:1"] {
            let house = Arc::clone(&self.houses[0]);
            self.start(0, async move {
                let Ok(marked) = house.claim(&Lane::new(lane), &"a".into(), 4).await else { return };
                futures::future::join_all(marked.into_iter().map(|marked| house.carry(marked))).await;
            });
        }
        for _ in 0..200 {
            if self.tasks.is_empty() {
                return;
            }
            self.tasks.retain_mut(|(_, task)| poll(task));
        }
    }

    fn is_still(&self) -> bool {
        let tables = self.store.tables();
        let held = tables.orders().iter().any(|order| order.state == OrderState::Held);
        !held
            && tables.inbox().is_empty()
            && tables.outbox().is_empty()
            && tables.timers().is_empty()
            && !tables.parked().iter().any(|parked| matches!(parked.news, ParkedNews::Echo { .. }))
            && !tables.conversations().iter().any(|conversation| conversation.mode.is_person())
            && self.tasks.is_empty()
    }
}
