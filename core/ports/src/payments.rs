//! A payment provider.

use async_trait::async_trait;
use tradepost_domain::{Checkout, CheckoutRequest, EffectId, OrderId};

use crate::{PortResult, Terms};

/// An account that takes money. Its notices come as a [`crate::Webhook`].
#[async_trait]
pub trait Payments: Send + Sync {
    /// On what terms it is called.
    fn terms(&self) -> &Terms;

    /// Opens a page where the order can be paid. The key is the same when the same call is repeated.
    async fn open_checkout(&self, key: EffectId, request: &CheckoutRequest) -> PortResult<Checkout>;

    /// The open page of our order, if there is one.
    async fn find_checkout(&self, order: OrderId) -> PortResult<Option<Checkout>>;

    /// Closes a page, by the provider's id. An unknown one is success.
    async fn close_checkout(&self, reference: &str) -> PortResult<()>;
}
