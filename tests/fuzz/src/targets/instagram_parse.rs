//! A body that Meta signed, whatever stands in it.

use tradepost_instagram::{InstagramWebhook, parse};
use tradepost_ports::{Headers, Unverified, Webhook};

/// A signed body is read or refused, the same each time; what is read can be told apart and is written down.
pub fn run(data: &[u8]) {
    let webhook = webhook();
    let (header, signature) = webhook.sign(data);
    let raw =
        Unverified::new(Headers::new([(header.to_owned(), signature)]), Vec::new(), data.to_vec().into());
    let Ok(verified) = webhook.verify(raw) else { panic!("what we signed ourselves was refused") };
    let Ok(arrivals) = parse(&verified) else { return };
    assert!(arrivals.len() <= data.len(), "more events than bytes");
    for arrival in &arrivals {
        assert!(!arrival.key.is_empty() && !arrival.raw.is_empty(), "an event without key or payload");
        assert!(serde_json::to_string(arrival).is_ok(), "an event that cannot be stored");
    }
    assert_eq!(parse(&verified).ok().as_ref(), Some(&arrivals), "read again, it says something else");
}

/// An app's callback with a secret of our own.
pub(super) fn webhook() -> InstagramWebhook {
    let config = tradepost_instagram::EndpointConfig {
        app_secret: "0123456789abcdef0123456789abcdef".into(),
        verify_token: "a-long-word-for-the-handshake".into(),
    };
    match InstagramWebhook::new(config) {
        Ok(webhook) => webhook,
        Err(faults) => panic!("{faults:?}"),
    }
}
