//! A channel that does as it is told.

use std::{ops::Deref, sync::Arc};

use async_trait::async_trait;
use parking_lot::Mutex;
use tradepost_domain::Capabilities;
use tradepost_ports::{Clock, Messenger, Outbound, PortResult, Receipt, Signal, Terms, terms::Repeat};

use super::Desk;

/// A channel that does as it is told. Its [`Desk`] holds what was sent; the usual answer is a receipt with a
/// reference of its own, `sandbox:1-line-7`. Clones are the same channel.
#[derive(Clone)]
pub struct ScriptedMessenger(Arc<Inner>);

/// A sign of life: to whom, about which message, and which.
pub type Shown = (String, Option<String>, Signal);

struct Inner {
    terms: Terms,
    capabilities: Capabilities,
    clock: Arc<dyn Clock>,
    desk: Desk<Outbound, Receipt>,
    signals: Mutex<Vec<Shown>>,
}

impl ScriptedMessenger {
    /// A channel of those terms and abilities.
    pub fn new(terms: Terms, capabilities: Capabilities, clock: Arc<dyn Clock>) -> Self {
        let desk = Desk::new(Arc::clone(&clock));
        Self(Arc::new(Inner { terms, capabilities, clock, desk, signals: Mutex::default() }))
    }

    /// The signs of life that were shown.
    pub fn signals(&self) -> Vec<Shown> {
        self.0.signals.lock().clone()
    }
}

impl Deref for ScriptedMessenger {
    type Target = Desk<Outbound, Receipt>;

    fn deref(&self) -> &Self::Target {
        &self.0.desk
    }
}

#[async_trait]
impl Messenger for ScriptedMessenger {
    fn terms(&self) -> &Terms {
        &self.0.terms
    }

    fn capabilities(&self) -> &Capabilities {
        &self.0.capabilities
    }

    async fn send(&self, outbound: &Outbound) -> PortResult<Receipt> {
        let key = (self.0.terms.repeat == Repeat::Keyed).then(|| outbound.effect.to_string());
        let usual = |number| Receipt {
            reference: format!("{}-line-{number}", self.0.terms.account),
            at: Some(self.0.clock.now()),
        };
        self.0.desk.serve(key, outbound.clone(), usual, |_| ()).await
    }

    async fn signal(&self, peer: &str, about: Option<&str>, signal: Signal) -> PortResult<()> {
        self.0.signals.lock().push((peer.to_owned(), about.map(str::to_owned), signal));
        Ok(())
    }
}
