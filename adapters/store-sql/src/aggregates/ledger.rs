//! Stock, orders and payments; and news of things that are not known yet. What could be sold twice is decided by one
//! locked row.

use async_trait::async_trait;
use diesel::{dsl::exists, prelude::*};
use tradepost_domain::{
    AccountKey, ConversationId, EventId, Money, OrderId, StorefrontId, Timestamp,
    ledger::{Item, Order, OrderState, Payment},
    money::Currency,
};
use tradepost_ports::store::{Kept, Ledger, Parked, StoreError};

use super::{Backend, RunQueryDsl, SqlUnit};
use crate::{
    schema::{checkouts, items, orders, parked, payments},
    types::{At, Id, Json, Word, count},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = items, check_for_backend(Backend))]
struct ItemRow {
    sku: String,
    title: String,
    minor: i64,
    currency: String,
    on_hand: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = orders, check_for_backend(Backend))]
struct OrderRow {
    id: Id<OrderId>,
    storefront: String,
    conversation: Id<ConversationId>,
    sku: String,
    title: String,
    quantity: i64,
    minor: i64,
    currency: String,
    state: Word<OrderState>,
    ends: At,
    checkout: Option<String>,
}

impl OrderRow {
    fn read(self) -> Kept<Order> {
        Ok(Order {
            id: self.id.0,
            storefront: StorefrontId::new(self.storefront),
            conversation: self.conversation.0,
            sku: self.sku,
            title: self.title,
            quantity: count(self.quantity)?,
            total: money(self.minor, &self.currency)?,
            state: self.state.0,
            ends: self.ends.0,
            checkout: self.checkout,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = parked, check_for_backend(Backend))]
struct ParkedRow {
    seq: i64,
    event: Id<EventId>,
    account: String,
    reference: String,
    until: At,
    news: Json,
}

impl ParkedRow {
    fn read(self) -> Kept<Parked> {
        Ok(Parked {
            event: self.event.0,
            account: AccountKey::new(self.account),
            reference: self.reference,
            until: self.until.0,
            news: self.news.read()?,
        })
    }
}

/// Nothing is called by more bytes than that, and SQLite refuses patterns of 50,000.
const LONGEST_WORDS: usize = 5_000;

#[async_trait]
impl Ledger for SqlUnit<'_> {
    async fn stock(&mut self, storefront: &StorefrontId, item: &Item, on_hand: u32) -> Kept<()> {
        let now = (
            items::title.eq(&item.title),
            items::folded_sku.eq(item.sku.to_lowercase()),
            items::folded_title.eq(item.title.to_lowercase()),
            items::minor.eq(item.price.minor),
            items::currency.eq(item.price.currency.code()),
            items::on_hand.eq(i64::from(on_hand)),
        );
        let key = (items::storefront.eq(storefront.as_str()), items::sku.eq(&item.sku));
        let stocked = diesel::insert_into(items::table)
            .values((key, now.clone()))
            .on_conflict((items::storefront, items::sku))
            .do_update()
            .set(now);
        self.later(|db| stocked.execute(db)).await
    }

    async fn find(
        &mut self,
        storefront: &StorefrontId,
        words: &str,
        now: Timestamp,
        most: u32,
    ) -> Kept<Vec<Item>> {
        let words = words.trim().to_lowercase();
        if words.len() > LONGEST_WORDS {
            return Ok(Vec::new());
        }
        let by_key = items::folded_sku.eq(words.clone());
        let by_title = items::folded_title.like(format!("%{}%", literal(&words))).escape('\\');
        let found = items::table
            .filter(items::storefront.eq(storefront.as_str()))
            .filter(by_key.clone().or(by_title))
            .order((by_key.desc(), items::title, items::sku))
            .limit(most.into());
        let rows = self.run(|db| found.select(ItemRow::as_select()).load(db)).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(self.counted(storefront, row, now).await?);
        }
        Ok(found)
    }

    async fn item(&mut self, storefront: &StorefrontId, sku: &str, now: Timestamp) -> Kept<Option<Item>> {
        let item = items::table.find((storefront.as_str(), sku)).select(ItemRow::as_select());
        let row = locked!(self, item).await?;
        match row {
            Some(row) => self.counted(storefront, row, now).await.map(Some),
            None => Ok(None),
        }
    }

    async fn reserve(&mut self, order: &Order, now: Timestamp) -> Kept<bool> {
        // Who reserves of this item next waits for this unit's end, and counts what it holds.
        let item = self.item(&order.storefront, &order.sku, now).await?;
        if item.is_none_or(|item| item.free < order.quantity) {
            return Ok(false);
        }
        let held_until = (order.state == OrderState::Held).then_some(At(order.ends));
        let row = (
            orders::id.eq(Id(order.id)),
            orders::storefront.eq(order.storefront.as_str()),
            orders::conversation.eq(Id(order.conversation)),
            orders::sku.eq(&order.sku),
            orders::title.eq(&order.title),
            orders::quantity.eq(i64::from(order.quantity)),
            orders::minor.eq(order.total.minor),
            orders::currency.eq(order.total.currency.code()),
            orders::state.eq(order.state.word()),
            orders::ends.eq(At(order.ends)),
            orders::held_until.eq(held_until),
            orders::checkout.eq(order.checkout.as_deref()),
        );
        let reserved = diesel::insert_into(orders::table).values(row);
        Ok(self.run(|db| reserved.execute(db)).await? == 1)
    }

    async fn order(&mut self, id: OrderId) -> Kept<Option<Order>> {
        let order = orders::table.filter(orders::id.eq(Id(id))).select(OrderRow::as_select());
        locked!(self, order).await?.map(OrderRow::read).transpose()
    }

    async fn order_by_checkout(&mut self, account: &AccountKey, reference: &str) -> Kept<Option<Order>> {
        let known = checkouts::table.find((account.as_str(), reference)).select(checkouts::order_id);
        let known: Option<Id<OrderId>> = self.find(|db| known.get_result(db)).await?;
        match known {
            Some(id) => {
                let order = orders::table.filter(orders::id.eq(id)).select(OrderRow::as_select());
                self.find(|db| order.get_result(db)).await?.map(OrderRow::read).transpose()
            }
            None => Ok(None),
        }
    }

    async fn orders_of(&mut self, conversation: ConversationId, most: u32) -> Kept<Vec<Order>> {
        let of = orders::table
            .filter(orders::conversation.eq(Id(conversation)))
            .order(orders::seq.desc())
            .limit(most.into());
        let rows = self.run(|db| of.select(OrderRow::as_select()).load(db)).await?;
        rows.into_iter().map(OrderRow::read).collect()
    }

    async fn move_order(&mut self, id: OrderId, from: OrderState, to: OrderState) -> Kept<bool> {
        let order = orders::table.filter(orders::id.eq(Id(id)));
        let there = diesel::update(order.filter(orders::state.eq(from.word())));
        let moved = match to {
            OrderState::Held => {
                let held = (orders::state.eq(to.word()), orders::held_until.eq(orders::ends.nullable()));
                self.run(|db| there.set(held).execute(db)).await?
            }
            _ => {
                let ended = (orders::state.eq(to.word()), orders::held_until.eq(None::<At>));
                self.run(|db| there.set(ended).execute(db)).await?
            }
        };
        if moved == 1 && to == OrderState::Paid {
            let sold = order.select((orders::storefront, orders::sku, orders::quantity));
            let (storefront, sku, quantity): (String, String, i64) =
                self.run(|db| sold.get_result(db)).await?;
            self.take_from_stock(&storefront, &sku, quantity).await?;
        }
        Ok(moved == 1)
    }

    async fn know_checkout(&mut self, id: OrderId, account: &AccountKey, reference: &str) -> Kept<()> {
        let order = diesel::update(orders::table.filter(orders::id.eq(Id(id))));
        if self.run(|db| order.set(orders::checkout.eq(reference)).execute(db)).await? == 0 {
            return Ok(());
        }
        let key = (checkouts::account.eq(account.as_str()), checkouts::reference.eq(reference));
        let known = diesel::insert_into(checkouts::table)
            .values((key, checkouts::order_id.eq(Id(id))))
            .on_conflict((checkouts::account, checkouts::reference))
            .do_update()
            .set(checkouts::order_id.eq(Id(id)));
        self.later(|db| known.execute(db)).await
    }

    async fn hear_payment(
        &mut self,
        account: &AccountKey,
        payment: &Payment,
        order: OrderId,
        at: Timestamp,
    ) -> Kept<bool> {
        let row = (
            payments::account.eq(account.as_str()),
            payments::payment.eq(&payment.id),
            payments::reference.eq(&payment.reference),
            payments::order_id.eq(Id(order)),
            payments::minor.eq(payment.amount.minor),
            payments::currency.eq(payment.amount.currency.code()),
            payments::at.eq(At(at)),
        );
        let heard = diesel::insert_into(payments::table).values(row).on_conflict_do_nothing();
        Ok(self.run(|db| heard.execute(db)).await? == 1)
    }

    async fn ended_holds(&mut self, now: Timestamp, most: u32) -> Kept<Vec<Order>> {
        let ended = orders::table
            .filter(orders::held_until.le(At(now)))
            .order((orders::held_until, orders::id))
            .limit(most.into());
        let mut rows: Vec<OrderRow> = free!(self, ended.select(OrderRow::as_select())).await?;
        let busy = self.busy_among(rows.iter().map(|row| row.conversation.0)).await?;
        rows.retain(|row| !busy.contains(&row.conversation.0));
        rows.into_iter().map(OrderRow::read).collect()
    }

    async fn park(&mut self, news: &Parked) -> Kept<()> {
        self.wait_for(&[news.account.as_str(), &news.reference]).await?;
        let row = (
            parked::event.eq(Id(news.event)),
            parked::account.eq(news.account.as_str()),
            parked::reference.eq(&news.reference),
            parked::until.eq(At(news.until)),
            parked::news.eq(Json::of(&news.news)?),
        );
        self.later(|db| diesel::insert_into(parked::table).values(row).execute(db)).await
    }

    async fn unpark(&mut self, account: &AccountKey, reference: &str) -> Kept<Vec<Parked>> {
        self.wait_for(&[account.as_str(), reference]).await?;
        let under = parked::table
            .filter(parked::account.eq(account.as_str()))
            .filter(parked::reference.eq(reference))
            .order(parked::seq);
        let rows = self.run(|db| under.select(ParkedRow::as_select()).load(db)).await?;
        self.take_out(rows).await
    }

    async fn parked_due(&mut self, now: Timestamp) -> Kept<bool> {
        let due = parked::table.filter(parked::until.le(At(now)));
        self.run(|db| diesel::select(exists(due)).get_result(db)).await
    }

    async fn unpark_old(&mut self, now: Timestamp, most: u32) -> Kept<Vec<Parked>> {
        let old = parked::table
            .filter(parked::until.le(At(now)))
            .order((parked::until, parked::seq))
            .limit(most.into());
        let rows = free!(self, old.select(ParkedRow::as_select())).await?;
        self.take_out(rows).await
    }
}

impl SqlUnit<'_> {
    /// The item with what nobody holds at that time.
    async fn counted(&mut self, storefront: &StorefrontId, row: ItemRow, now: Timestamp) -> Kept<Item> {
        let held = orders::table
            .filter(orders::storefront.eq(storefront.as_str()))
            .filter(orders::sku.eq(&row.sku))
            .filter(orders::held_until.gt(At(now)))
            .select(orders::quantity);
        let held: Vec<i64> = self.run(|db| held.load(db)).await?;
        let free = (row.on_hand - held.iter().sum::<i64>()).max(0);
        let price = money(row.minor, &row.currency)?;
        Ok(Item { sku: row.sku, title: row.title, price, free: count(free)? })
    }

    /// Takes sold ones from what is on hand; what staff counted too low ends at nothing.
    async fn take_from_stock(&mut self, storefront: &str, sku: &str, quantity: i64) -> Kept<()> {
        let item = items::table.find((storefront, sku));
        let enough = diesel::update(item.filter(items::on_hand.ge(quantity)));
        if self.run(|db| enough.set(items::on_hand.eq(items::on_hand - quantity)).execute(db)).await? == 0 {
            self.later(|db| diesel::update(item).set(items::on_hand.eq(0)).execute(db)).await?;
        }
        Ok(())
    }

    async fn take_out(&mut self, rows: Vec<ParkedRow>) -> Kept<Vec<Parked>> {
        for row in &rows {
            self.later(|db| diesel::delete(parked::table.find(row.seq)).execute(db)).await?;
        }
        rows.into_iter().map(ParkedRow::read).collect()
    }
}

fn money(minor: i64, currency: &str) -> Kept<Money> {
    let known = Currency::from_code(currency);
    let known = known.ok_or_else(|| StoreError::Broken(format!("`{currency}` is not a currency")))?;
    Ok(Money::new(minor, known))
}

/// Words as they stand in a LIKE pattern.
fn literal(words: &str) -> String {
    words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
