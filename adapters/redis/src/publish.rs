//! Wake-ups to other processes. Nobody waits for them: one task publishes what has come together since the last time.

use std::sync::Arc;

use tokio::time::sleep;
use tradepost_domain::{ErrorKind, PortError};
use tradepost_ports::{Wake, coordinator::Mailbox};

use crate::{
    channel::{Channel, everything},
    connections::{Connections, LONGEST_WAIT, waits as fresh_waits},
};

/// What is to be told.
pub(crate) struct Publisher {
    channel: Channel,
    pending: Mailbox,
}

impl Publisher {
    pub(crate) fn new(channel: Channel) -> Self {
        Self { channel, pending: Mailbox::default() }
    }

    /// Puts a wake-up to what is told next.
    pub(crate) fn tell(&self, wake: &Wake) {
        self.pending.drop_in(wake);
    }

    /// While the server is away everything is kept, bounded as in every mailbox. What was told in vain becomes a word to
    /// look.
    pub(crate) async fn publish_for_ever(self: Arc<Self>, connections: Arc<Connections>) {
        let mut waits = fresh_waits();
        loop {
            let message = self.channel.message(self.pending.emptied().await);
            let publish = redis::Cmd::publish(&self.channel.name, message);
            match connections.ask::<()>(&publish).await {
                Ok(()) => waits = fresh_waits(),
                Err(error) => {
                    self.failed(&error);
                    sleep(waits.next().unwrap_or(LONGEST_WAIT)).await;
                    connections.until_answered().await;
                }
            }
        }
    }

    /// That the server is away is said elsewhere.
    fn failed(&self, error: &PortError) {
        if error.kind != ErrorKind::Unavailable {
            tracing::warn!(%error, "failed to tell other processes what there is to do; they find it by looking");
        }
        everything().iter().for_each(|wake| self.tell(wake));
    }
}
