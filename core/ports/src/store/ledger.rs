//! The store of stock, orders, payments, and of news that came too early.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tradepost_domain::{
    AccountKey, Content, ConversationId, Delivery, EventId, OrderId, StorefrontId, Timestamp,
    ledger::{Item, Order, OrderState, Payment},
};

use super::Kept;

/// Stock, orders and payments; and news of things that are not known yet.
#[async_trait]
pub trait Ledger: Send {
    /// Sets what an item is and how many are on hand.
    async fn stock(&mut self, storefront: &StorefrontId, item: &Item, on_hand: u32) -> Kept<()>;

    /// Items whose key is, or whose title holds, the words (any case); `free` is what nobody holds at `now`. A key's match
    /// comes first, then by title.
    async fn find(
        &mut self,
        storefront: &StorefrontId,
        words: &str,
        now: Timestamp,
        most: u32,
    ) -> Kept<Vec<Item>>;

    /// One item, locked until the end of the unit; `free` as in [`Ledger::find`].
    async fn item(&mut self, storefront: &StorefrontId, sku: &str, now: Timestamp) -> Kept<Option<Item>>;

    /// Adds an order that holds stock, if that many are free at `now`; `false` with nothing changed otherwise.
    async fn reserve(&mut self, order: &Order, now: Timestamp) -> Kept<bool>;

    /// An order, locked until the end of the unit.
    async fn order(&mut self, id: OrderId) -> Kept<Option<Order>>;

    /// The order that a payment account knows by that reference.
    async fn order_by_checkout(&mut self, account: &AccountKey, reference: &str) -> Kept<Option<Order>>;

    /// Orders of a conversation, newest first.
    async fn orders_of(&mut self, conversation: ConversationId, most: u32) -> Kept<Vec<Order>>;

    /// Moves an order from a state to another; `false` with nothing changed when it is not in that state. Moving to
    /// `Paid` takes its quantity from what is on hand.
    async fn move_order(&mut self, id: OrderId, from: OrderState, to: OrderState) -> Kept<bool>;

    /// The payment account knows the order by this reference from now on.
    async fn know_checkout(&mut self, id: OrderId, account: &AccountKey, reference: &str) -> Kept<()>;

    /// Writes a payment down; `false` when it was heard before.
    async fn hear_payment(
        &mut self,
        account: &AccountKey,
        payment: &Payment,
        order: OrderId,
        at: Timestamp,
    ) -> Kept<bool>;

    /// Orders that are `Held` and whose end is at or before `now`.
    async fn ended_holds(&mut self, now: Timestamp, most: u32) -> Kept<Vec<Order>>;

    /// Parks news under the account and the provider's id that it speaks of. Of two units that park and take out under one
    /// id, one waits for the other's end: whoever has parked looks once more whether the thing is known now.
    async fn park(&mut self, parked: &Parked) -> Kept<()>;

    /// Takes out what is parked under that id, oldest first.
    async fn unpark(&mut self, account: &AccountKey, reference: &str) -> Kept<Vec<Parked>>;

    /// Is anything parked with `until` at or before `now`?
    async fn parked_due(&mut self, now: Timestamp) -> Kept<bool>;

    /// Takes out what is parked with `until` at or before `now`, oldest first.
    async fn unpark_old(&mut self, now: Timestamp, most: u32) -> Kept<Vec<Parked>>;
}

/// News of something that we do not know yet by the provider's id.
#[derive(Debug, Clone, PartialEq)]
pub struct Parked {
    /// The event that brought it.
    pub event: EventId,
    /// Our account at the provider.
    pub account: AccountKey,
    /// The provider's id that it speaks of.
    pub reference: String,
    /// It is looked at again then, or thrown away.
    pub until: Timestamp,
    /// The news.
    pub news: ParkedNews,
}

/// What the news is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum ParkedNews {
    /// Money for a checkout that is not known yet.
    Paid {
        /// The payment.
        payment: Payment,
    },
    /// News of a line whose send has not been answered yet.
    Receipt {
        /// How far the line has come.
        delivery: Delivery,
        /// Does it speak of earlier lines, too?
        earlier_too: bool,
        /// Why it failed.
        reason: Option<String>,
    },
    /// A message that is not known yet was edited, or taken back.
    Changed {
        /// Its new words; `None` when it was taken back.
        text: Option<String>,
    },
    /// A line of our account: ours, if its send is answered with this id; else a person's in the provider's app.
    Echo {
        /// What it says.
        content: Content,
    },
}
