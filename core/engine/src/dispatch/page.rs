//! Pages to pay on are closed when their order has ended.

use tradepost_domain::{Call, Correlation, EffectId, call::PortKind, ledger::Order};
use tradepost_ports::{
    Unit,
    store::{Cause, Class, Kept, OutboxRow, Work},
};

use super::DO_VALID;
use crate::House;

impl House {
    /// Closes the page of an order that nobody is to pay any more; one that is not known yet is closed when it is. Where
    /// the storefront has no account left that could, the call is a dead letter.
    pub(crate) async fn close_page(
        &self,
        unit: &mut dyn Unit,
        order: &Order,
        correlation: Correlation,
    ) -> Kept<()> {
        let Some(reference) = order.checkout.clone() else { return Ok(()) };
        let account = self.registry.account_for(&order.storefront, PortKind::Payments);
        let lane = account.and_then(|account| self.registry.port(account)).map(|port| &port.terms().lane);
        let cause = Cause {
            storefront: order.storefront.clone(),
            conversation: order.conversation,
            correlation,
            at: self.now(),
        };
        let effect = EffectId { turn: self.mint.turn(), position: 0 };
        let work = Work::Call { call: Call::CloseCheckout { order: order.id, reference } };
        let to = lane.cloned().unwrap_or_else(|| "".into());
        let row = OutboxRow::new(cause, effect, to, Class::Do, work, DO_VALID);
        match lane {
            Some(_) => unit.put(&row).await,
            None => self.bury_effect(unit, &row, "the storefront takes no payments any more").await,
        }
    }
}
