//! The ledger, in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use tradepost_domain::{
    AccountKey, ConversationId, OrderId, StorefrontId, Timestamp,
    ledger::{Item, Order, OrderState, Payment},
};
use tradepost_ports::store::{Kept, Ledger, Parked};

use super::{
    snapshot::{OnHand, PaymentHeard},
    tables::{Placed, Tables, first, sorted},
};

#[async_trait]
impl Ledger for Tables {
    async fn stock(&mut self, storefront: &StorefrontId, item: &Item, on_hand: u32) -> Kept<()> {
        let stocked = OnHand { storefront: storefront.clone(), item: item.clone(), on_hand };
        self.stock.put((storefront.clone(), item.sku.clone()), stocked);
        Ok(())
    }

    async fn find(
        &mut self,
        storefront: &StorefrontId,
        words: &str,
        now: Timestamp,
        most: u32,
    ) -> Kept<Vec<Item>> {
        let words = words.trim().to_lowercase();
        let by_key = |item: &Item| item.sku.to_lowercase() == words;
        let fits = |stocked: &&OnHand| {
            let item = &stocked.item;
            stocked.storefront == *storefront && (by_key(item) || item.title.to_lowercase().contains(&words))
        };
        let place =
            |stocked: &OnHand| (!by_key(&stocked.item), stocked.item.title.clone(), stocked.item.sku.clone());
        let found = sorted(self.stock.rows().filter(fits), place).into_iter().take(most as usize);
        Ok(found.map(|stocked| self.counted(stocked, now)).collect())
    }

    async fn item(&mut self, storefront: &StorefrontId, sku: &str, now: Timestamp) -> Kept<Option<Item>> {
        let stocked = self.stock.get(&(storefront.clone(), sku.to_owned()));
        Ok(stocked.map(|stocked| self.counted(stocked, now)))
    }

    async fn reserve(&mut self, order: &Order, now: Timestamp) -> Kept<bool> {
        let free = self.item(&order.storefront, &order.sku, now).await?.map_or(0, |item| item.free);
        if free < order.quantity {
            return Ok(false);
        }
        let place = self.place();
        self.orders.add(order.id, Placed { place, row: order.clone() })?;
        Ok(true)
    }

    async fn order(&mut self, id: OrderId) -> Kept<Option<Order>> {
        Ok(self.orders.get(&id).map(|order| order.row.clone()))
    }

    async fn order_by_checkout(&mut self, account: &AccountKey, reference: &str) -> Kept<Option<Order>> {
        match self.checkouts.get(&(account.clone(), reference.to_owned())).copied() {
            Some(id) => self.order(id).await,
            None => Ok(None),
        }
    }

    async fn orders_of(&mut self, conversation: ConversationId, most: u32) -> Kept<Vec<Order>> {
        let orders = self.orders.rows().filter(|order| order.row.conversation == conversation);
        let orders = sorted(orders, |order| Reverse(order.place)).into_iter();
        Ok(orders.take(most as usize).map(|order| order.row.clone()).collect())
    }

    async fn move_order(&mut self, id: OrderId, from: OrderState, to: OrderState) -> Kept<bool> {
        let Some(order) = self.orders.edit(&id).filter(|order| order.row.state == from) else {
            return Ok(false);
        };
        order.row.state = to;
        let (key, quantity) = ((order.row.storefront.clone(), order.row.sku.clone()), order.row.quantity);
        if let Some(stocked) = self.stock.edit(&key).filter(|_| to == OrderState::Paid) {
            stocked.on_hand = stocked.on_hand.saturating_sub(quantity);
        }
        Ok(true)
    }

    async fn know_checkout(&mut self, id: OrderId, account: &AccountKey, reference: &str) -> Kept<()> {
        if let Some(order) = self.orders.edit(&id) {
            order.row.checkout = Some(reference.to_owned());
            self.checkouts.put((account.clone(), reference.to_owned()), id);
        }
        Ok(())
    }

    async fn hear_payment(
        &mut self,
        account: &AccountKey,
        payment: &Payment,
        order: OrderId,
        at: Timestamp,
    ) -> Kept<bool> {
        let heard = PaymentHeard { account: account.clone(), payment: payment.clone(), order, at };
        Ok(self.payments.add((account.clone(), payment.id.clone()), heard).is_ok())
    }

    async fn ended_holds(&mut self, now: Timestamp, most: u32) -> Kept<Vec<Order>> {
        let ended = |order: &Order| order.state == OrderState::Held && order.ends <= now;
        let orders = self.orders.rows().map(|order| &order.row).filter(|order| ended(order));
        Ok(first(most, sorted(orders, |order| (order.ends, order.id))))
    }

    async fn park(&mut self, parked: &Parked) -> Kept<()> {
        let place = self.place();
        self.parked.add(place, parked.clone())
    }

    async fn unpark(&mut self, account: &AccountKey, reference: &str) -> Kept<Vec<Parked>> {
        let fits = |parked: &Parked| parked.account == *account && parked.reference == reference;
        Ok(self.taken_out(fits, u32::MAX))
    }

    async fn parked_due(&mut self, now: Timestamp) -> Kept<bool> {
        Ok(self.parked.rows().any(|parked| parked.until <= now))
    }

    async fn unpark_old(&mut self, now: Timestamp, most: u32) -> Kept<Vec<Parked>> {
        Ok(self.taken_out(|parked| parked.until <= now, most))
    }
}

impl Tables {
    /// The item with what nobody holds at that time.
    fn counted(&self, stocked: &OnHand, now: Timestamp) -> Item {
        let holds = |order: &&Order| {
            order.storefront == stocked.storefront && order.sku == stocked.item.sku && order.holds(now)
        };
        let orders = self.orders.rows().map(|order| &order.row).filter(holds);
        let held = orders.map(|order| order.quantity).sum();
        Item { free: stocked.on_hand.saturating_sub(held), ..stocked.item.clone() }
    }

    fn taken_out(&mut self, fits: impl Fn(&Parked) -> bool, most: u32) -> Vec<Parked> {
        let places = self.parked.entries().filter(|(_, parked)| fits(parked)).map(|(place, _)| *place);
        let places: Vec<i64> = places.take(most as usize).collect();
        places.iter().filter_map(|place| self.parked.take(place)).collect()
    }
}
