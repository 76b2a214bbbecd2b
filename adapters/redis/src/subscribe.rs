//! Wake-ups from other processes, over a connection of their own that is made again whenever it breaks.

use std::{sync::Arc, time::Duration};

use futures::{Stream, StreamExt as _};
use redis::{
    Client, Msg,
    aio::{PubSub, PubSubSink},
};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tradepost_domain::PortError;
use tradepost_ports::coordinator::Mailboxes;

use crate::{
    channel::{Channel, everything},
    config::LIMIT,
    connections::{LONGEST_WAIT, waits},
    faults::{at_start, silent, silent_at_start},
    health::Health,
};

/// How often the server is asked whether it is still there: a cut network says nothing.
const PULSE: Duration = Duration::from_secs(1);

/// A connection that hears the channel.
pub(crate) async fn subscribe(client: &Client, channel: &Channel) -> Result<PubSub, PortError> {
    let subscribed = timeout(LIMIT * 2, async {
        let mut connection = client.get_async_pubsub().await?;
        connection.subscribe(&channel.name).await?;
        Ok(connection)
    });
    subscribed.await.map_err(|_| silent_at_start(client))?.map_err(|error| at_start(client, &error))
}

/// Hears, and subscribes again when the connection is lost; then whoever listens is told to look through the store, since
/// something may have been missed.
pub(crate) async fn listen_for_ever(
    client: Client,
    channel: Channel,
    listeners: Arc<Mailboxes>,
    health: Arc<Health>,
    mut subscription: PubSub,
) {
    loop {
        hear(subscription, &channel, &listeners).await;
        health.set_subscribed(false);
        health.lost(health.generation(), &silent());
        subscription = subscribe_again(&client, &channel).await;
        health.set_subscribed(true);
        everything().iter().for_each(|wake| listeners.drop_in(wake));
    }
}

async fn subscribe_again(client: &Client, channel: &Channel) -> PubSub {
    let mut waits = waits();
    loop {
        sleep(waits.next().unwrap_or(LONGEST_WAIT)).await;
        match subscribe(client, channel).await {
            Ok(subscription) => return subscription,
            Err(error) => tracing::debug!(%error, "failed to subscribe at Redis; trying again"),
        }
    }
}

/// Until the connection is lost.
async fn hear(subscription: PubSub, channel: &Channel, listeners: &Mailboxes) {
    let (mut sink, messages) = subscription.split();
    tokio::select! {
        () = drop_in_all(messages, channel, listeners) => {}
        () = until_silent(&mut sink) => {}
    }
}

async fn drop_in_all(
    mut messages: impl Stream<Item = Msg> + Unpin,
    channel: &Channel,
    listeners: &Mailboxes,
) {
    while let Some(message) = messages.next().await {
        channel.wakes(message.get_payload_bytes()).iter().for_each(|wake| listeners.drop_in(wake));
    }
}

async fn until_silent(sink: &mut PubSubSink) {
    let mut pulse = interval(PULSE);
    pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pulse.tick().await;
        if !matches!(timeout(LIMIT, sink.ping::<redis::Value>()).await, Ok(Ok(_))) {
            return;
        }
    }
}
