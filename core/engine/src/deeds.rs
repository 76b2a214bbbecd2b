//! Deeds: what the ledger does inside the turn's commit.

use tradepost_domain::{
    Deed, Fact, OrderId, Outcome, Timestamp,
    ledger::{Order, OrderState, Settlement},
};
use tradepost_ports::{
    Happening,
    store::{Contacts, Kept, Ledger},
};

use crate::turn::Turn;

impl Turn<'_> {
    pub(crate) async fn deed(&mut self, deed: Deed) -> Kept<Outcome> {
        match deed {
            Deed::Find { words, most } => self.find(&words, most).await,
            Deed::Reserve { sku, quantity, ends } => self.reserve(sku, quantity, ends).await,
            Deed::Cancel { order } => self.cancel(order).await,
            Deed::Learn { name, fact } => self.learn(name, fact).await,
        }
    }

    async fn find(&mut self, words: &str, most: u32) -> Kept<Outcome> {
        let items =
            Ledger::find(&mut *self.unit, &self.conversation.storefront, words, self.now, most).await?;
        Ok(Outcome::Found { items })
    }

    /// Hold, order and its end are one deed.
    async fn reserve(&mut self, sku: String, quantity: u32, ends: Timestamp) -> Kept<Outcome> {
        let item = self.unit.item(&self.conversation.storefront, &sku, self.now).await?;
        let Some((item, total)) = item.and_then(|item| item.price.times(quantity).map(|total| (item, total)))
        else {
            return Ok(Outcome::SoldOut { sku, left: 0 });
        };
        let order = Order {
            id: self.house.mint.order(),
            storefront: self.conversation.storefront.clone(),
            conversation: self.conversation.id,
            sku: item.sku,
            title: item.title,
            quantity,
            total,
            state: OrderState::Held,
            ends,
            checkout: None,
        };
        match quantity > 0 && Ledger::reserve(&mut *self.unit, &order, self.now).await? {
            true => {
                self.house.saw(|| Happening::Reserved { storefront: order.storefront.to_string() });
                Ok(Outcome::Reserved { order })
            }
            false => Ok(Outcome::SoldOut { sku: order.sku, left: item.free }),
        }
    }

    /// An order of this conversation that is not paid can be given up. **Its checkout is closed**, now or as soon as it
    /// is known.
    async fn cancel(&mut self, id: OrderId) -> Kept<Outcome> {
        let order = self.unit.order(id).await?.filter(|order| order.conversation == self.conversation.id);
        let Some(order) = order else { return Ok(Outcome::TooLate { order: id, state: None }) };
        if order.state != OrderState::Held {
            return Ok(Outcome::TooLate { order: id, state: Some(order.state) });
        }
        self.unit.move_order(id, OrderState::Held, OrderState::Cancelled).await?;
        self.house.close_page(&mut *self.unit, &order, self.correlation.clone()).await?;
        Ok(Outcome::Cancelled { order: id })
    }

    async fn learn(&mut self, name: String, fact: Fact) -> Kept<Outcome> {
        Contacts::learn(&mut *self.unit, self.contact.id, &name, &fact).await?;
        let found = [(name.clone(), fact)].into();
        tradepost_domain::contact::merge(&mut self.contact.facts, found);
        Ok(Outcome::Learned { name })
    }

    /// Writes a settlement down: an order that is kept is paid.
    pub(crate) async fn book(&mut self, order: &Order, settlement: Settlement) -> Kept<()> {
        if matches!(settlement, Settlement::OnTime | Settlement::LateButKept) {
            self.unit.move_order(order.id, order.state, OrderState::Paid).await?;
            self.house.saw(|| Happening::Paid { storefront: order.storefront.to_string() });
        }
        Ok(())
    }
}
