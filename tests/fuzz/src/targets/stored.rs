//! What the store holds as JSON: rows of the inbox, arrivals that may be retried, flow states.

use serde::{Serialize, de::DeserializeOwned};
use tradepost_domain::{Arrival, Stored};
use tradepost_ports::store::InboxBody;

/// What can be read can be written and read again.
pub fn run(data: &[u8]) {
    again::<InboxBody>(data, |body| body.word().to_owned());
    again::<Arrival>(data, |arrival| arrival.what.word().to_owned());
    again::<Stored>(data, |stored| stored.flow.to_string());
}

fn again<T: Serialize + DeserializeOwned>(data: &[u8], word: impl Fn(&T) -> String) {
    let Ok(read) = serde_json::from_slice::<T>(data) else { return };
    let Ok(written) = serde_json::to_vec(&read) else { panic!("what was read cannot be written") };
    let Ok(again) = serde_json::from_slice::<T>(&written) else { panic!("what was written cannot be read") };
    assert_eq!(word(&read), word(&again), "read again it is something else");
}
