//! Many people at once.

use futures::future::{join, try_join_all};
use tradepost_sandbox::{Action, Batch, Delivered, Delivery, WhatsappAction};

use super::{CROWD, Customer, Stage};
use crate::{
    house::{BOT, SHOP},
    story::{Channel, Line},
};

impl Stage {
    /// Many people write to the shop's number in one post, or on both channels at the same time, or each to its bot; their
    /// words end with their numbers.
    pub(super) async fn many_write(&mut self, many: &str, line: &Line) {
        self.nothing_is_untold(line);
        let many: usize = many.parse().unwrap_or_else(|_| panic!("line {}: how many?", line.number));
        let name = |place| format!("{CROWD}{place}");
        let on_telegram = self.home == Channel::Telegram;
        let numbers = (1..=many).filter(|_| !on_telegram).map(|place| ((self.number, name(place)), place));
        let numbers: Vec<_> = numbers.collect();
        let of_their_own = (1..=many).filter(|_| on_telegram || line.how == "on both channels");
        let account = if on_telegram { BOT } else { SHOP };
        let each: Vec<_> = of_their_own.map(|place| ((account, self.person(&name(place))), place)).collect();
        let (posts, shared) =
            join(self.write_each(&each, &line.words), self.write_together(&numbers, &line.words)).await;
        for delivered in posts.iter().chain([&shared]) {
            assert!(delivered.accepted(), "line {}: {:?}", line.number, delivered.posts);
        }
        self.crowd = each.into_iter().chain(numbers).collect();
        for (customer, _) in &self.crowd {
            self.told.entry(customer.clone()).or_default();
        }
        self.standing.settle().await;
    }

    /// A post for each, all at the same time.
    async fn write_each(&self, crowd: &[(Customer, usize)], words: &str) -> Vec<Delivered> {
        let write = async |((account, peer), place): &(Customer, usize)| {
            let words = format!("{words} {place}");
            if *account == BOT {
                return self.standing.sandbox.telegram_customer(account, peer)?.says(words).await;
            }
            let customer = self.standing.sandbox.customer(account, peer)?;
            customer.does_all(vec![Action::text(words)], &Delivery::default()).await
        };
        try_join_all(crowd.iter().map(write)).await.expect("webhooks")
    }

    /// One post for all.
    async fn write_together(&self, crowd: &[(Customer, usize)], words: &str) -> Delivered {
        let text = |place| WhatsappAction::text(format!("{words} {place}")).into();
        if crowd.is_empty() {
            return Delivered { mids: Vec::new(), posts: Vec::new() };
        }
        let crowd =
            crowd.iter().map(|((account, name), place)| (self.acquainted(account, name), text(place)));
        let delivery = Delivery { batch: Batch::Messaging, ..Delivery::default() };
        self.standing.sandbox.whatsapp_together(crowd.collect(), &delivery).await.expect("a webhook")
    }
}
