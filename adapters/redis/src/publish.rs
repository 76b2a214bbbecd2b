//! Wake-ups to other processes. Nobody waits for them: one task publishes what has come together since the last time.

use std::sync::Arc;

use tradepost_ports::{Wake, coordinator::Mailbox};

use crate::{
    channel::{Channel, everything},
    connections::Connections,
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
        loop {
            let wakes = self.pending.emptied().await;
            let message = self.channel.message(wakes);
            let publish = redis::Cmd::publish(&self.channel.name, message);
            if connections.ask::<()>(&publish).await.is_err() {
                everything().iter().for_each(|wake| self.tell(wake));
                connections.until_answered().await;
            }
        }
    }
}
