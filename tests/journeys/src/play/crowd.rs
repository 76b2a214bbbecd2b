//! Many people at once.

use futures::future::{join, try_join_all};
use tradepost_sandbox::{Action, Batch, Delivered, Delivery, WhatsappAction};

use super::{CROWD, Customer, Stage};
use crate::{house::SHOP, story::Line};

impl Stage {
    /// Many people write to the shop's number in one post, or on both channels at the same time; their words end with
    /// their numbers.
    pub(super) async fn many_write(&mut self, many: &str, line: &Line) {
        self.nothing_is_untold(line);
        let many: usize = many.parse().unwrap_or_else(|_| panic!("line {}: how many?", line.number));
        let name = |place| format!("{CROWD}{place}");
        let numbers: Vec<_> = (1..=many).map(|place| ((self.number, name(place)), place)).collect();
        let on_both = (1..=many).filter(|_| line.how == "on both channels");
        let instagram: Vec<_> = on_both.map(|place| ((SHOP, self.person(&name(place))), place)).collect();
        let (posts, shared) =
            join(self.write_each(&instagram, &line.words), self.write_together(&numbers, &line.words)).await;
        for delivered in posts.iter().chain([&shared]) {
            assert!(delivered.accepted(), "line {}: {:?}", line.number, delivered.posts);
        }
        self.crowd = instagram.into_iter().chain(numbers).collect();
        for (customer, _) in &self.crowd {
            self.told.entry(customer.clone()).or_default();
        }
        self.standing.settle().await;
    }

    /// A post for each, all at the same time.
    async fn write_each(&self, crowd: &[(Customer, usize)], words: &str) -> Vec<Delivered> {
        let write = async |((account, igsid), place): &(Customer, usize)| {
            let customer = self.standing.sandbox.customer(account, igsid)?;
            customer.does_all(vec![Action::text(format!("{words} {place}"))], &Delivery::default()).await
        };
        try_join_all(crowd.iter().map(write)).await.expect("webhooks")
    }

    /// One post for all.
    async fn write_together(&self, crowd: &[(Customer, usize)], words: &str) -> Delivered {
        let text = |place| WhatsappAction::text(format!("{words} {place}")).into();
        let crowd =
            crowd.iter().map(|((account, name), place)| (self.acquainted(account, name), text(place)));
        let delivery = Delivery { batch: Batch::Messaging, ..Delivery::default() };
        self.standing.sandbox.whatsapp_together(crowd.collect(), &delivery).await.expect("a webhook")
    }
}
