//! The desk that spools: what the store cannot take now goes to disk, and what comes later goes behind it.

use std::sync::Arc;

use async_trait::async_trait;
use tradepost_domain::Arrival;
use tradepost_ports::{Clock, StoreError};

use super::{Record, Spool, SpoolError, What, record::Request};
use crate::adapters::direct;
use crate::http::{Condition, Delivery, Desk, Spooled, Taken};

/// A desk before a store that may be away.
pub struct SpoolingDesk {
    /// The desk that files.
    pub inner: Arc<dyn Desk>,
    /// Where what it cannot file goes.
    pub spool: Arc<Spool>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl SpoolingDesk {
    async fn put(&self, delivery: &Delivery, what: What) -> Result<(), StoreError> {
        let request = Request {
            endpoint: delivery.endpoint.clone(),
            kind: delivery.kind.clone(),
            correlation: delivery.correlation.clone(),
            what,
        };
        let put = self.spool.put(&Record { at: self.clock.now(), request }).await;
        put.map_err(|error| match error {
            SpoolError::Record(_) => StoreError::Broken(error.to_string()),
            error => StoreError::Away(error.to_string()),
        })
    }
}

#[async_trait]
impl Desk for SpoolingDesk {
    async fn accept(&self, delivery: &Delivery, arrivals: Vec<Arrival>) -> Result<Taken, StoreError> {
        // Who asks for an answer at once is not helped by one that comes hours later.
        if delivery.kind == direct::KIND {
            return self.inner.accept(delivery, arrivals).await;
        }
        if self.spool.is_in_use() {
            return self.put(delivery, What::Arrivals(arrivals)).await.map(|()| Taken::default());
        }
        match self.inner.accept(delivery, arrivals.clone()).await {
            Err(StoreError::Away(reason)) => {
                tracing::warn!(reason, "the store is away: what comes is spooled");
                self.put(delivery, What::Arrivals(arrivals)).await.map(|()| Taken::default())
            }
            accepted => accepted,
        }
    }

    async fn accept_unparsed(&self, delivery: &Delivery, raw: &[u8], reason: &str) -> Result<(), StoreError> {
        let what =
            || What::Unparsed { raw: String::from_utf8_lossy(raw).into_owned(), reason: reason.to_owned() };
        if self.spool.is_in_use() {
            return self.put(delivery, what()).await;
        }
        match self.inner.accept_unparsed(delivery, raw, reason).await {
            Err(StoreError::Away(_)) => self.put(delivery, what()).await,
            accepted => accepted,
        }
    }

    async fn condition(&self) -> Condition {
        let holding = self.spool.holding();
        let spool = Spooled {
            waiting: holding.records,
            bytes: holding.bytes,
            oldest: holding.oldest.map(|at| at.to_string()),
            full: self.spool.full(self.clock.now()).map(str::to_owned),
        };
        Condition { spool: Some(spool), ..self.inner.condition().await }
    }
}
