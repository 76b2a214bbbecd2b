//! A body that a provider sent, whatever stands in it, as each channel reads it.

use tradepost_ports::{Headers, Unverified, Webhook};

use crate::channels::shipped;

/// A body is read or refused, the same each time; what is read can be told apart and is written down.
pub fn run(data: &[u8]) {
    for adapter in shipped() {
        if let Some(reader) = adapter.reader() {
            read(adapter.kind(), &*reader, data);
        }
    }
}

fn read(kind: &str, reader: &dyn Webhook, data: &[u8]) {
    let raw = Unverified::new(Headers::default(), Vec::new(), data.to_vec().into());
    let verified = raw.trusted_by_operator();
    let Ok(arrivals) = reader.parse(&verified) else { return };
    assert!(arrivals.len() <= data.len(), "{kind}: more events than bytes");
    for arrival in &arrivals {
        assert!(
            !arrival.key.is_empty() && !arrival.raw.is_empty(),
            "{kind}: an event without key or payload"
        );
        assert!(serde_json::to_string(arrival).is_ok(), "{kind}: an event that cannot be stored");
    }
    assert_eq!(
        reader.parse(&verified).ok().as_ref(),
        Some(&arrivals),
        "{kind}: read again, it says something else"
    );
}
