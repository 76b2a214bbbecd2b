//! A payment provider that does as it is told.

use std::{ops::Deref, sync::Arc};

use async_trait::async_trait;
use parking_lot::Mutex;
use tradepost_domain::{Checkout, CheckoutRequest, EffectId, OrderId, ledger::Payment};
use tradepost_ports::{Clock, Payments, PortResult, Terms, terms::Repeat};

use super::Desk;

/// A payment provider that does as it is told. Its [`Desk`] holds the openings (key and request); every opening that
/// is taken makes a [`Page`]. Clones are the same provider.
#[derive(Clone)]
pub struct ScriptedPayments(Arc<Inner>);

struct Inner {
    terms: Terms,
    opening: Desk<(EffectId, CheckoutRequest), Checkout>,
    finding: Desk<OrderId, Option<Checkout>>,
    closing: Desk<String, ()>,
    pages: Mutex<Vec<Page>>,
}

/// A payment page at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The call that opened it.
    pub key: EffectId,
    /// What was asked.
    pub request: CheckoutRequest,
    /// What was answered.
    pub checkout: Checkout,
    /// Can it still be paid?
    pub open: bool,
}

impl ScriptedPayments {
    /// A provider of those terms.
    pub fn new(terms: Terms, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            terms,
            opening: Desk::new(Arc::clone(&clock)),
            finding: Desk::new(Arc::clone(&clock)),
            closing: Desk::new(clock),
            pages: Mutex::default(),
        }))
    }

    /// The desk of look-ups, by order.
    pub fn finding(&self) -> &Desk<OrderId, Option<Checkout>> {
        &self.0.finding
    }

    /// The desk of closings, by reference.
    pub fn closing(&self) -> &Desk<String, ()> {
        &self.0.closing
    }

    /// All pages ever opened, in order.
    pub fn pages(&self) -> Vec<Page> {
        self.0.pages.lock().clone()
    }

    /// The customer pays an open page, in full; `None` when the order has none. What comes is what a notice would say.
    pub fn pay(&self, order: OrderId) -> Option<Payment> {
        let mut pages = self.0.pages.lock();
        let page = pages.iter_mut().find(|page| page.request.order == order && page.open)?;
        page.open = false;
        let reference = page.checkout.reference.clone();
        Some(Payment { id: format!("payment-of-{reference}"), reference, amount: page.request.amount })
    }
}

impl Deref for ScriptedPayments {
    type Target = Desk<(EffectId, CheckoutRequest), Checkout>;

    fn deref(&self) -> &Self::Target {
        &self.0.opening
    }
}

#[async_trait]
impl Payments for ScriptedPayments {
    fn terms(&self) -> &Terms {
        &self.0.terms
    }

    async fn open_checkout(&self, key: EffectId, request: &CheckoutRequest) -> PortResult<Checkout> {
        let kept = (self.0.terms.repeat == Repeat::Keyed).then(|| key.to_string());
        let usual = |number| Checkout {
            reference: format!("checkout-{number}"),
            url: format!("https://pay.example/{number}"),
        };
        let open = |checkout: &Checkout| {
            let page = Page { key, request: request.clone(), checkout: checkout.clone(), open: true };
            self.0.pages.lock().push(page);
        };
        self.0.opening.serve(kept, (key, request.clone()), usual, open).await
    }

    async fn find_checkout(&self, order: OrderId) -> PortResult<Option<Checkout>> {
        let usual = |_| {
            let pages = self.0.pages.lock();
            let page = pages.iter().find(|page| page.request.order == order && page.open);
            page.map(|page| page.checkout.clone())
        };
        self.0.finding.serve(None, order, usual, |_| ()).await
    }

    async fn close_checkout(&self, reference: &str) -> PortResult<()> {
        let close = |_: &()| {
            let mut pages = self.0.pages.lock();
            pages
                .iter_mut()
                .filter(|page| page.checkout.reference == reference)
                .for_each(|page| page.open = false);
        };
        self.0.closing.serve(None, reference.to_owned(), |_| (), close).await
    }
}
