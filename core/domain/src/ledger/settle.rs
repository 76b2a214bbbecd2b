//! What a payment means for its order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Order, OrderState};
use crate::Money;

/// A payment as a provider reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The provider's id of the payment: one that was heard before changes nothing.
    pub id: String,
    /// The provider's id of the order that was paid.
    pub reference: String,
    /// How much came.
    pub amount: Money,
}

/// What the ledger makes of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "settlement", rename_all = "snake_case")]
pub enum Settlement {
    /// The hold was alive: the order is paid.
    OnTime,
    /// The hold had ended, but there was enough left: the order is paid.
    LateButKept,
    /// The money must go back.
    Refund {
        /// Why.
        why: RefundReason,
    },
}

/// Why money must go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundReason {
    /// The hold had ended and the item went to somebody else.
    Gone,
    /// The order had been cancelled.
    Cancelled,
    /// Not the sum that was asked.
    WrongSum,
    /// The order had been paid by another payment.
    PaidTwice,
}

/// Settles a payment that was not heard before. `free` is what nobody holds now, not counting this order's own hold.
pub fn settle(order: &Order, payment: &Payment, free: u32, now: Timestamp) -> Settlement {
    let refund = |why| Settlement::Refund { why };
    match order.state {
        OrderState::Paid => refund(RefundReason::PaidTwice),
        OrderState::Cancelled => refund(RefundReason::Cancelled),
        _ if payment.amount != order.total => refund(RefundReason::WrongSum),
        OrderState::Held if order.holds(now) => Settlement::OnTime,
        OrderState::Held | OrderState::Ended if free >= order.quantity => Settlement::LateButKept,
        OrderState::Held | OrderState::Ended => refund(RefundReason::Gone),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::{ConversationId, OrderId, money::Currency};

    const REFUND: fn(RefundReason) -> Settlement = |why| Settlement::Refund { why };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[rstest]
    #[case::on_time(OrderState::Held, 99, 0, 500, Settlement::OnTime)]
    #[case::ended_by_the_clock_before_the_sweep(OrderState::Held, 100, 1, 500, Settlement::LateButKept)]
    #[case::ended_by_the_clock_and_gone(OrderState::Held, 100, 0, 500, REFUND(RefundReason::Gone))]
    #[case::late_but_left(OrderState::Ended, 200, 1, 500, Settlement::LateButKept)]
    #[case::late_and_gone(OrderState::Ended, 200, 0, 500, REFUND(RefundReason::Gone))]
    #[case::cancelled(OrderState::Cancelled, 50, 1, 500, REFUND(RefundReason::Cancelled))]
    #[case::wrong_sum(OrderState::Held, 50, 1, 499, REFUND(RefundReason::WrongSum))]
    #[case::by_another_payment(OrderState::Paid, 50, 1, 500, REFUND(RefundReason::PaidTwice))]
    fn a_payment_is_settled_by_state_clock_stock_and_sum(
        #[case] state: OrderState,
        #[case] now: i64,
        #[case] free: u32,
        #[case] paid: i64,
        #[case] expected: Settlement,
    ) {
        let order = Order {
            id: OrderId::new(at(1), 1),
            storefront: "shop".into(),
            conversation: ConversationId::new(at(1), 1),
            sku: "mug".into(),
            title: "Mug".into(),
            quantity: 1,
            total: Money::new(500, Currency::USD),
            state,
            ends: at(100),
            checkout: Some("p1".into()),
        };
        let payment =
            Payment { id: "pay1".into(), reference: "p1".into(), amount: Money::new(paid, Currency::USD) };
        assert_eq!(settle(&order, &payment, free, at(now)), expected);
    }
}
