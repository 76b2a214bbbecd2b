//! The ledger's rules: stock, holds, orders, payments. Pure; the store's conditional updates make them true for many.

mod order;
mod settle;

pub use order::{Item, Order, OrderState};
pub use settle::{Payment, RefundReason, Settlement, settle};
